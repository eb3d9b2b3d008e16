//! Placing a job: where to look, whom to take. The decisions are in [`crate::scheduler`].

use crate::{
	groups,
	pallet::*,
	schedule_impls::{Context, Placement},
	scheduler::{self, Ask, Candidate, Choice, Draw, Exclusion, Lot, Selection, Stream, Want},
	types::*,
	LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::Lease,
	hashing::attempt_nonce,
	job::{JobStatus, Seat, SeatState},
	traits::{CredentialInspect, LeaseInspect},
	trust::{Perspective, TrustBook},
	Attempt, BlockNumber, JobId, Jurisdiction, NodeId,
};
use core::cell::Cell;
use frame_support::BoundedVec;

/// How long a seat that is given now lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
	/// First block at which the node is too late with its result, or with committing to it.
	pub deliver_by: BlockNumber,
	/// Until when its lease has to last: where nodes commit to their results, until these have been shown.
	pub needed_until: BlockNumber,
}

/// What a search goes by.
pub(crate) struct Search<'a> {
	id: JobId,
	attempt: Attempt,
	seed: &'a [u8; 32],
	want: Want,
	ask: Ask<'a>,
	/// Pools whose nodes no static filter keeps out.
	lots: Vec<Lot>,
	/// Node of the job's group.
	pinned: Option<NodeId>,
}

impl Search<'_> {
	/// Nodes that are looked at besides the draw, at most [`scheduler::SHORTCUTS`].
	fn shortcuts(&self) -> impl Iterator<Item = NodeId> + '_ {
		let ties = self.ask.perspective.strongest().take(scheduler::TIE_PROBES as usize);
		self.pinned.into_iter().chain(self.ask.preferred.iter().copied()).chain(ties)
	}

	fn key(&self, pool: usize) -> Option<PoolKey> {
		let stratum = self.lots.get(pool)?.stratum;
		Some(PoolKey { capability: self.ask.capability, stratum })
	}
}

impl<T: Config> Pallet<T> {
	/// Tries to seat all that a job needs, or nobody.
	pub(crate) fn place(id: JobId, job: &mut Job, order: &Order, ctx: &Context) -> Placement {
		Self::place_by(id, job, order, ctx, Self::sample)
	}

	/// Looks at nodes that are known, then draws. What it costs follows from what is wanted alone.
	fn sample(search: &Search) -> Draw {
		let Search { want, ask, lots, .. } = search;
		let mut draw = Draw::default();
		// Where nobody can be drawn, nobody can sit.
		if lots.is_empty() {
			return draw;
		}
		for node in search.shortcuts() {
			draw.look(node, |node| Self::look_up(node, ask));
		}
		scheduler::draw(
			&mut draw,
			&mut Stream::new(search.seed, search.id, search.attempt),
			lots,
			want,
			|pool, index| search.key(pool).and_then(|key| Pools::<T>::get(key, index)),
			|node| Seatings::<T>::get(node).map(|seating| ask.assess(node, &seating)),
		);
		draw
	}

	/// A node that is known by its number, if it offers what is asked for.
	pub(crate) fn look_up(node: NodeId, ask: &Ask) -> Option<Result<Candidate, Exclusion>> {
		if !PoolPlaces::<T>::contains_key(ask.capability, node) {
			return None;
		}
		Seatings::<T>::get(node).map(|seating| ask.assess(node, &seating))
	}

	fn place_by(
		id: JobId,
		job: &mut Job,
		order: &Order,
		ctx: &Context,
		find: impl FnOnce(&Search) -> Draw,
	) -> Placement {
		let attempt = job.attempts.saturating_add(1);
		let paused = ctx.paused_jurisdictions();
		let stranger = Perspective::default();
		let term = Self::term(job, order, ctx);
		let ask = Self::ask(job, order, ctx, &paused, &stranger, term);
		let mode = job.mode(order);
		let (_, seats) = mode.quorum();
		let want = Want {
			seats: seats.into(),
			backups: backups_of(mode, &ctx.params),
			candidates: ctx.params.candidates,
			spread: order.spread,
		};

		let selection = StrataOf::<T>::get(order.capability).select(|stratum| ask.bars(stratum));
		let barred = selection.mostly();
		let Selection { lots, .. } = selection;
		let anybody = !lots.is_empty();
		let perspective = match anybody {
			true => T::Trust::perspective(&order.originator),
			false => Perspective::default(),
		};
		let ask = Ask { perspective: &perspective, ..ask };
		let group = order.collocate.map(|group| (group, Groups::<T>::get(&order.requester)));
		let pinned = group.as_ref().and_then(|(group, list)| groups::node_of(list, *group));

		let search = Search { id, attempt, seed: &ctx.seed, want, ask, lots, pinned };
		let draw = find(&search);
		let Search { ask, .. } = search;
		let mostly = draw.mostly().or(barred);
		let asked_before = draw.count(Exclusion::AlreadyAsked);
		let Draw { found, probes, .. } = draw;
		let enough = found.len() >= want.seats as usize;
		let (credentials, lacking) = (Cell::new(0u32), Cell::new(0u32));
		// The last filter, because it is the dearest. Without a demand nothing is read.
		let holds = |one: &Candidate| {
			if order.node_credentials.is_empty() {
				return true;
			}
			credentials.set(credentials.get().saturating_add(1));
			let holds = T::Credentials::node_meets(one.node, &order.node_credentials);
			lacking.set(lacking.get().saturating_add(u32::from(!holds)));
			holds
		};
		let choice = if enough {
			let accept = |one: &Candidate| Self::live_lease(one, &ask).filter(|_| holds(one));
			scheduler::choose(found, &want, pinned, accept, holds)
		} else {
			Choice::nobody()
		};
		let deliver_by = term.deliver_by;
		let leases = choice.asked;
		let credentials = credentials.get();
		let grouped = group.is_some();
		if choice.seats.len() < want.seats as usize {
			let reason = if !anybody && barred.is_none() {
				Waiting::NoNodes
			} else if enough && choice.seats.len() < leases as usize {
				// No backups are chosen without all seats: whoever lacks a credential was asked about a seat.
				let refused = leases.saturating_sub(choice.seats.len() as u32);
				if lacking.get() > refused / 2 {
					Waiting::NotEligible(Exclusion::CredentialMissing)
				} else {
					Waiting::Leases
				}
			} else if enough {
				Waiting::TooFewOperators
			} else {
				mostly.map_or(Waiting::TooFewNodes, Waiting::NotEligible)
			};
			// There are no others: the next try may ask the nodes of the failed round again, in a round of its own.
			if asked_before > 0 {
				job.spent = Default::default();
			}
			job.retries = job.retries.saturating_add(1);
			if job.waiting != Some(reason) {
				job.waiting = Some(reason);
				Self::deposit_event(Event::JobWaiting { job: id, reason });
			}
			return Placement { seats: 0, probes, leases, credentials, grouped };
		}

		job.round = attempt;
		job.ciphertext = None;
		for (candidate, lease) in choice.seats {
			Self::seat(id, job, order, ctx, attempt, deliver_by, candidate, lease);
		}
		let backups = choice.backups.into_iter().map(|one| one.node).collect::<Vec<_>>();
		job.backups = BoundedVec::truncate_from(backups);
		job.attempts = attempt;
		job.waiting = None;
		job.retries = 0;
		job.assigned_at = job.assigned_at.or(Some(ctx.now));
		let next = if order.sealed { JobStatus::AwaitingInput } else { JobStatus::Scheduled };
		Self::set_status(job, next);
		let scored = job.seats.iter().map(|seat| (seat.node, seat.score)).collect::<Vec<_>>();
		Self::deposit_event(Event::JobAssigned {
			job: id,
			attempt,
			seats: BoundedVec::truncate_from(scored),
			backups: job.backups.clone(),
			ack_by: ctx.now.saturating_add(ctx.params.ack_window),
			deliver_by,
		});
		if let (Some((group, list)), Some(seat)) = (group, job.seats.first()) {
			Self::use_group(order, group, list, seat.node, id, ctx.now);
		}
		Self::note_assignment(id, job);
		if order.sealed {
			Self::await_input(id, job, ctx);
		}
		Placement { seats: want.seats, probes, leases, credentials, grouped }
	}

	/// How long a seat lasts that is given now.
	pub(crate) fn term(job: &Job, order: &Order, ctx: &Context) -> Term {
		Self::term_within(job, ctx, Self::window(order, ctx), job.commits(order))
	}

	/// How long a seat on a committee lasts: one and a half times as long. Its members commit, unless outputs are sealed.
	pub(crate) fn term_of_committee(job: &Job, order: &Order, ctx: &Context) -> Term {
		let window = Self::window(order, ctx);
		let longer = window.saturating_add(window.div_ceil(2));
		Self::term_within(job, ctx, longer, order.output_key.is_none())
	}

	fn window(order: &Order, ctx: &Context) -> BlockNumber {
		scheduler::delivery_window(order.limits.wall_millis, ctx.params.delivery_margin)
	}

	fn term_within(job: &Job, ctx: &Context, window: BlockNumber, commits: bool) -> Term {
		let next = ctx.now.saturating_add(1);
		let deliver_by = ctx.now.saturating_add(window).min(job.expires_at).max(next);
		let reveals = if commits { reveals(&ctx.params) } else { 0 };
		Term { deliver_by, needed_until: deliver_by.saturating_add(reveals) }
	}

	/// What the job asks of a node now, of an originator who has learnt so much.
	pub(crate) fn ask<'a>(
		job: &'a Job,
		order: &'a Order,
		ctx: &Context,
		paused: &'a [Jurisdiction],
		perspective: &'a Perspective,
		term: Term,
	) -> Ask<'a> {
		Ask {
			now: ctx.now,
			needed_until: term.needed_until,
			capability: order.capability,
			resources: order.resources,
			sovereign_only: order.sovereign_only,
			vendors: &order.vendors,
			forbid_simulated: order.forbid_simulated,
			risk: order.risk,
			measurements: &order.measurements,
			jurisdictions: &order.jurisdictions,
			paused,
			min_trust: order.min_trust,
			min_quality: order.min_quality,
			preferred: &order.preferred,
			excluded: &order.excluded,
			spent: &job.spent,
			perspective,
		}
	}

	/// The candidate's lease, if it counts now and for as long as it is needed.
	pub(crate) fn live_lease(candidate: &Candidate, ask: &Ask) -> Option<Lease> {
		let lease = candidate.seating.profile.lease;
		T::Leases::live_lease(candidate.node, lease, &ask.of_lease())
			.ok()
			.filter(|lease| lease.expires_at >= ask.needed_until)
	}

	/// Gives one node one seat.
	pub(crate) fn seat(
		id: JobId,
		job: &mut Job,
		order: &Order,
		ctx: &Context,
		attempt: Attempt,
		deliver_by: BlockNumber,
		candidate: Candidate,
		lease: Lease,
	) {
		let Candidate { node, score, mut seating, .. } = candidate;
		let ack_by = ctx.now.saturating_add(ctx.params.ack_window).min(deliver_by);
		let seat = Seat {
			node,
			attempt,
			nonce: attempt_nonce(&ctx.seed, id, attempt),
			lease: lease.id,
			signing_key: lease.signing_key,
			score,
			assigned_at: ctx.now,
			ack_by,
			deliver_by,
			state: SeatState::Assigned,
		};
		// There is room: a mode asks for at most `MAX_SEATS`, a committee for as many as there are backups, and a node at
		// capacity is no candidate.
		if job.seats.is_full() || !seating.standing.take_seat(id, order) {
			log::error!(target: LOG_TARGET, "no room for node {node} on job {id}");
			return;
		}
		Seatings::<T>::insert(node, seating);
		// The time of a seat whose input is still to be sealed has not begun.
		if !order.sealed || job.ciphertext.is_some() {
			Self::arm_seat(id, &seat, false);
		}
		job.seats.force_push(seat);
	}
}

/// Blocks from the last moment at which a node can commit to the end of the reveals.
pub(crate) const fn reveals(params: &Params) -> BlockNumber {
	params.reveal_window.saturating_add(1)
}

/// The comparison that sampling is measured against; no call and no hook leads here.
#[cfg(any(test, feature = "std", feature = "runtime-benchmarks"))]
impl<T: Config> Pallet<T> {
	/// Places a job that waits in its queue as [`Self::place`] does, but looks at every node that there is. Returns how
	/// many it looked at; `None` if the job does not wait.
	pub fn place_by_full_scan(id: JobId) -> Option<u32> {
		let (mut job, order) = (Jobs::<T>::get(id)?, Orders::<T>::get(id)?);
		if job.status != JobStatus::Pending {
			return None;
		}
		Self::leave_queue(&mut job, order.class);
		let ctx = Self::context();
		let placement = Self::place_by(id, &mut job, &order, &ctx, |search| {
			let mut draw = Draw::default();
			for pool in 0..search.lots.len() {
				let Some(key) = search.key(pool) else { continue };
				for index in 0..search.lots.get(pool).map_or(0, |lot| lot.size) {
					let Some(node) = Pools::<T>::get(key, index) else { continue };
					let judge = |node| {
						Seatings::<T>::get(node).map(|seating| search.ask.assess(node, &seating))
					};
					draw.look(node, judge);
				}
			}
			draw
		});
		if placement.seats == 0 {
			Self::enqueue_back(id, &mut job, order.class);
		}
		Jobs::<T>::insert(id, job);
		Some(placement.probes)
	}
}
