//! What clients read. Reads only; every list is paged and capped.

use crate::{
	dispatch_impls::mode_asked,
	pallet::*,
	place_impls::reveals,
	scheduler::{delivery_window, memory_mib, Ask, Exclusion, Lot},
	types::*,
};
use alloc::{format, string::String, vec::Vec};
use concordat_primitives::{
	credential::CredentialDemand,
	job::{JobConstraints, JobStatus},
	node::Resources,
	routing,
	traits::{ClauseInspect, CredentialInspect, LeaseInspect},
	trust::{Originator, TrustBook},
	views::{JobView, Page, RoutingView, Totals as TotalsView, MAX_PAGE},
	ClauseId, JobId, NodeId,
};

/// Job numbers that one page may pass over; those of pruned jobs are gaps.
const MAX_SCAN: u64 = 1_000;

impl<T: Config> Pallet<T> {
	/// A job and its history, until it is pruned. The result is kept by quorum-results and filled in there.
	pub fn view(id: JobId) -> Option<JobView> {
		let (job, order) = (Jobs::<T>::get(id)?, Orders::<T>::get(id)?);
		let waiting = Self::waiting(&job);
		let quorum = job.mode(&order).quorum();
		Some(JobView {
			id,
			requester: order.requester,
			clause: order.clause,
			program: order.program,
			input: order.input,
			class: order.class,
			quorum,
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
			JobStatus::AwaitingVote => Some(match job.attempts {
				0 => "decided by the vote of DAO and jurisdiction".into(),
				_ => {
					"its nodes could not agree: decided by the vote of DAO and jurisdiction".into()
				},
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

	/// How the nodes that offer what a clause asks for would score now, and why a node would not be asked: from place
	/// `from` on, 1 to [`MAX_PAGE`] places at a time. First the pools that may be drawn from, in pool order, then the others.
	///
	/// From the perspective of `originator`, or of somebody who knows nobody; under `constraints`, or none. `None` if there is
	/// no such clause, or if no job can be dispatched with these constraints because they contradict it.
	pub fn candidates(
		clause: &ClauseId,
		originator: Option<&Originator>,
		constraints: Option<&JobConstraints>,
		from: u64,
		limit: u32,
	) -> Option<Page<RoutingView>> {
		let spec = T::Clauses::clause(clause)?.spec;
		let wishes = constraints.cloned().unwrap_or_default();
		let jurisdictions = common(&spec.policy.jurisdictions, &wishes.jurisdictions)?;
		let vendors = common(&spec.policy.vendors, &wishes.vendors)?;
		let perspective = originator.map(T::Trust::perspective).unwrap_or_default();
		let ctx = Self::context();
		let paused = ctx.paused_jurisdictions();
		let memory_mib = memory_mib(spec.limits.memory_bytes);
		let window = delivery_window(spec.limits.wall_millis, ctx.params.delivery_margin);
		let timeout = wishes.timeout_blocks.unwrap_or(window).max(1);
		let commits = mode_asked(&spec, &wishes, None).commits() && wishes.output_key.is_none();
		let reveals = if commits { reveals(&ctx.params) } else { 0 };
		let ask = Ask {
			now: ctx.now,
			needed_until: ctx.now.saturating_add(window.min(timeout)).saturating_add(reveals),
			capability: spec.capability,
			resources: spec.resources.plus(&Resources { memory_mib, ..Default::default() }),
			sovereign_only: spec.policy.sovereign_only || wishes.sovereign_only,
			vendors: &vendors,
			forbid_simulated: spec.policy.forbid_simulated,
			risk: wishes.tier.map_or(spec.risk, |tier| tier.max(spec.risk)),
			measurements: &spec.measurements,
			jurisdictions: &jurisdictions,
			paused: &paused,
			min_trust: wishes.min_trust,
			min_quality: wishes.min_quality,
			preferred: &wishes.preferred,
			excluded: &wishes.excluded,
			spent: &[],
			perspective: &perspective,
		};

		let strata = StrataOf::<T>::get(spec.capability);
		let open = |lot: &Lot| lot.stratum.as_ref().and_then(|stratum| ask.bars(stratum)).is_none();
		let (mut lots, barred): (Vec<Lot>, Vec<Lot>) = strata.lots().partition(open);
		lots.extend(barred);

		let demands = &spec.policy.node_credentials;
		let mut items = Vec::new();
		let mut place = 0u64;
		let end = from.saturating_add(limit.clamp(1, MAX_PAGE).into());
		for Lot { stratum, size } in lots {
			let key = PoolKey { capability: spec.capability, stratum };
			// The part of this pool that the page covers.
			let within =
				|at: u64| at.clamp(place, place.saturating_add(size.into())).saturating_sub(place);
			for index in within(from)..within(end) {
				let node = Pools::<T>::get(key, index as u32);
				items.extend(node.and_then(|node| Self::candidate(node, &ask, demands)));
			}
			place = place.saturating_add(size.into());
		}
		Some(Page { items, next: (end < place).then_some(end) })
	}

	fn candidate(node: NodeId, ask: &Ask, demands: &[CredentialDemand]) -> Option<RoutingView> {
		let seating = Seatings::<T>::get(node)?;
		let factors = ask.factors(node, &seating);
		let why = Self::why_not(node, &seating, ask, demands);
		let (exclusion, excluded) =
			why.map(|(why, text)| (Some(why), Some(text))).unwrap_or_default();
		let state = seating.standing.capability(ask.capability);
		Some(RoutingView {
			node,
			score: exclusion.is_none().then(|| factors.score()),
			factors,
			state,
			capability_load: state.load(seating.profile.capacity),
			aggregate: seating.standing.aggregate(),
			tie: ask.perspective.tie(node).copied(),
			exclusion,
			excluded,
		})
	}

	/// Why a node would not get a seat, in the order in which the scheduler asks.
	fn why_not(
		node: NodeId,
		seating: &Seating,
		ask: &Ask,
		demands: &[CredentialDemand],
	) -> Option<(Exclusion, String)> {
		let plain = |why: Exclusion| (why, String::from(why.text()));
		if let Some(why) = ask.exclusion(node, seating) {
			return Some(plain(why));
		}
		match T::Leases::live_lease(node, seating.profile.lease, &ask.of_lease()) {
			Err(refusal) => {
				return Some((
					Exclusion::Lease,
					format!("{}: {refusal:?}", Exclusion::Lease.text()),
				))
			},
			// Cut short since the profile was written.
			Ok(lease) if lease.expires_at < ask.needed_until => {
				return Some(plain(Exclusion::LeaseEnding))
			},
			Ok(_) => (),
		}
		let holds = demands.is_empty() || T::Credentials::node_meets(node, demands);
		(!holds).then(|| plain(Exclusion::CredentialMissing))
	}

	/// Trust `T` of a node and its quality over all capabilities, `Q_agg`, in parts of 10⁶.
	pub fn reputation(node: NodeId) -> (u32, u32) {
		let standing = Self::standing(node);
		(standing.trust.min(routing::ONE), standing.aggregate().min(routing::ONE))
	}

	/// Fills in the totals that this pallet keeps.
	pub fn totals(view: &mut TotalsView) {
		let Counters {
			jobs, queued, assigned, completed, failed, missed_deadlines, dissents, ..
		} = Ledger::<T>::get().totals;
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

/// What two lists that restrict nothing when they are empty have in common, each once; `None` if they contradict each
/// other.
fn common<I: Copy + Ord>(allowed: &[I], wanted: &[I]) -> Option<Vec<I>> {
	let all = if wanted.is_empty() { allowed } else { wanted };
	let mut both: Vec<I> =
		all.iter().filter(|one| allowed.is_empty() || allowed.contains(one)).copied().collect();
	both.sort_unstable();
	both.dedup();
	(all.is_empty() || !both.is_empty()).then_some(both)
}
