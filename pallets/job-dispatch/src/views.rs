//! What clients read. Reads only; every list is paged and capped.

use crate::{
	pallet::*,
	scheduler::{delivery_window, memory_mib, Ask, Exclusion},
	types::*,
};
use alloc::{format, string::String, vec::Vec};
use concordat_primitives::{
	credential::CredentialDemand,
	job::JobStatus,
	routing::{self, Factors},
	traits::{ClauseInspect, CredentialInspect, LeaseInspect},
	views::{JobView, Page, RoutingView, Totals as TotalsView, MAX_PAGE},
	ClauseId, JobId, Jurisdiction, NodeId,
};

/// Job numbers that one page may pass over; those of pruned jobs are gaps.
const MAX_SCAN: u64 = 1_000;

impl<T: Config> Pallet<T> {
	/// A job and its history, until it is pruned. The result is kept by quorum-results and filled in there.
	pub fn view(id: JobId) -> Option<JobView> {
		let (job, order) = (Jobs::<T>::get(id)?, Orders::<T>::get(id)?);
		let waiting = Self::waiting(&job);
		Some(JobView {
			id,
			requester: order.requester,
			clause: order.clause,
			program: order.program,
			input: order.input,
			class: order.class,
			quorum: order.mode.quorum(),
			status: job.status,
			attempts: job.attempts,
			escrow: job.escrow,
			paid: job.paid,
			seats: job.seats.into_inner(),
			backups: job.backups.into_inner(),
			dispatched_at: order.dispatched_at,
			assigned_at: job.assigned_at,
			ended_at: job.ended_at,
			expires_at: job.expires_at,
			waiting,
			result: None,
		})
	}

	fn waiting(job: &Job) -> Option<String> {
		match job.status {
			JobStatus::Paused => {
				Some("held back by a switch of governance or the safe mode of its clause".into())
			},
			JobStatus::Pending => Some(match &job.waiting {
				Some(reason) => format!("{} (tried {} times)", reason.text(), job.retries),
				None if job.attempts > 0 => {
					"to be placed again after a round without a result".into()
				},
				None => "queued".into(),
			}),
			_ => None,
		}
	}

	/// Jobs from number `from` on, without those that were pruned. A page has at most 1 to [`MAX_PAGE`] rows, whatever
	/// is asked: each gets further than the one before.
	pub fn page(from: JobId, limit: u32) -> Page<JobView> {
		let end = Self::next_job();
		let limit = limit.clamp(1, MAX_PAGE) as usize;
		let mut items = Vec::new();
		let mut next = from.max(1);
		let stop = end.min(next.saturating_add(MAX_SCAN));
		while next < stop && items.len() < limit {
			items.extend(Self::view(next));
			next = next.saturating_add(1);
		}
		Page { items, next: (next < end).then_some(next) }
	}

	/// How the nodes that a clause could ask would score now, in pool order from place `from` on, for a requester
	/// without wishes, 1 to [`MAX_PAGE`] places at a time. `None` if there is no such clause.
	pub fn candidates(clause: &ClauseId, from: u64, limit: u32) -> Option<Page<RoutingView>> {
		let spec = T::Clauses::clause(clause)?.spec;
		let ctx_now = Self::now();
		let params = Parameters::<T>::get();
		let paused: Vec<Jurisdiction> = Switches::<T>::get()
			.into_iter()
			.filter_map(|(subject, until)| match subject {
				PauseSubject::Jurisdiction(one) if until > ctx_now => Some(one),
				_ => None,
			})
			.collect();
		let ask = Ask {
			now: ctx_now,
			deliver_by: ctx_now
				.saturating_add(delivery_window(spec.limits.wall_millis, params.delivery_margin)),
			memory_mib: memory_mib(spec.limits.memory_bytes),
			sovereign_only: spec.policy.sovereign_only,
			forbid_simulated: spec.policy.forbid_simulated,
			risk: spec.risk,
			measurements: &spec.measurements,
			jurisdictions: &spec.policy.jurisdictions,
			paused: &paused,
			min_trust: 0,
			min_quality: 0,
			preferred: &[],
			excluded: &[],
			spent: &[],
		};

		let mut jurisdictions = spec.policy.jurisdictions.to_vec();
		jurisdictions.sort_unstable();
		jurisdictions.dedup();
		let mut items = Vec::new();
		let mut place = 0u64;
		let end = from.saturating_add(limit.clamp(1, MAX_PAGE).into());
		for key in Self::pools_of(spec.capability, &jurisdictions, &[]) {
			let size = u64::from(PoolSizes::<T>::get(key));
			// The part of this pool that the page covers.
			let first = from.clamp(place, place.saturating_add(size)).saturating_sub(place);
			let last = end.clamp(place, place.saturating_add(size)).saturating_sub(place);
			for index in first..last {
				let node = Pools::<T>::get(key, index as u32);
				let demands = &spec.policy.node_credentials;
				items.extend(node.and_then(|node| Self::candidate(node, &ask, demands)));
			}
			place = place.saturating_add(size);
		}
		Some(Page { items, next: (end < place).then_some(end) })
	}

	fn candidate(node: NodeId, ask: &Ask, demands: &[CredentialDemand]) -> Option<RoutingView> {
		let seating = Seatings::<T>::get(node)?;
		let factors: Factors = ask.factors(node, &seating);
		let excluded = Self::why_not(node, &seating, ask, demands);
		let score = excluded.is_none().then(|| factors.score());
		Some(RoutingView { node, score, factors, excluded })
	}

	/// Why a node would not get a seat, in the order in which the scheduler asks.
	fn why_not(
		node: NodeId,
		seating: &Seating,
		ask: &Ask,
		demands: &[CredentialDemand],
	) -> Option<String> {
		if let Some(why) = ask.exclusion(node, seating) {
			return Some(why.text().into());
		}
		let lease = T::Leases::live_lease(node, seating.profile.lease, &ask.of_lease());
		if let Err(refusal) = lease {
			return Some(format!("its lease does not count now: {refusal:?}"));
		}
		let holds = demands.is_empty() || T::Credentials::node_meets(node, demands);
		(!holds).then(|| Exclusion::CredentialMissing.text().into())
	}

	/// Trust and quality of a node, in parts of 10⁶.
	pub fn reputation(node: NodeId) -> (u32, u32) {
		let standing = Self::standing(node);
		(standing.trust.min(routing::ONE), standing.quality.min(routing::ONE))
	}

	/// Fills in the totals that this pallet keeps.
	pub fn totals(view: &mut TotalsView) {
		let Counters { jobs, queued, assigned, completed, failed, missed_deadlines, dissents } =
			Ledger::<T>::get().totals;
		*view = TotalsView {
			jobs,
			queued,
			assigned,
			completed,
			failed,
			missed_deadlines,
			dissents,
			..view.clone()
		};
	}
}
