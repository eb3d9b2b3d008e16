//! What becomes of seats and of rounds: silent nodes, those who step in for them, and rounds that end without a result.
//!
//! While the nodes of a round work, a seat that is lost goes to the best backup, under the next attempt. From the moment on
//! at which results are shown ([`crate::commit_impls`]), or a committee decides ([`crate::escalate_impls`]), nobody steps in
//! any more: whoever came then would know what the others have said.

use crate::{
	escalate_impls::is_votable,
	pallet::*,
	schedule_impls::Context,
	scheduler::{self, Ask, Candidate},
	types::*,
	WeightInfo,
};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::{Lease, PlatformId},
	job::{FailureReason, JobStatus, Seat, SeatState, MAX_BACKUPS},
	traits::{
		ClauseJobs, CredentialInspect, JobListener, JobOutcomes, LeaseInspect, NodeInspect,
		ReceiptSink,
	},
	trust::{HopEnd, TrustBook},
	Attempt, BlockNumber, JobId, NodeId,
};
use frame_support::{weights::Weight, BoundedVec};

/// A seat that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Loss {
	attempt: Attempt,
	node: NodeId,
	/// Its node had committed to a result and did not show it.
	withheld: bool,
}

/// Whose a node is, and on which machine it runs.
pub(crate) type Owner = ([u8; 16], PlatformId);

impl<T: Config> Pallet<T> {
	/// Puts the next deadline of a seat on the agenda, if it still has one.
	pub(crate) fn arm_seat(id: JobId, seat: &Seat, revealing: bool) {
		if let Some((_, due)) = silence_of(seat, revealing) {
			let (attempt, node) = (seat.attempt, seat.node);
			Self::arm(due, AgendaItem::Deadline { job: id, attempt, node });
		}
	}

	/// Operators and platforms of those who sit.
	pub(crate) fn owners<'a>(seats: impl Iterator<Item = &'a Seat>) -> Vec<Owner> {
		seats
			.filter_map(|seat| Seatings::<T>::get(seat.node))
			.map(|seating| (seating.profile.operator, seating.profile.platform))
			.collect()
	}

	/// A backup that could take a seat now, beside those of `taken`. It was eligible when it was drawn: that may be a while
	/// ago.
	pub(crate) fn fit_backup(
		id: JobId,
		node: NodeId,
		order: &Order,
		ask: &Ask,
		taken: &[Owner],
	) -> Option<(Candidate, Lease)> {
		Self::look_up(node, ask)
			.and_then(Result::ok)
			.filter(|one| !scheduler::clashes(one, taken.iter().map(|(o, p)| (o, p))))
			.and_then(|one| Self::live_lease(&one, ask).map(|lease| (one, lease)))
			.filter(|(_, lease)| !order.sealed || Self::was_sealed_for(id, lease))
			.filter(|_| {
				let demands = &order.node_credentials;
				demands.is_empty() || T::Credentials::node_meets(node, demands)
			})
	}

	/// The best backup that is still eligible takes a seat under the next attempt. `false` if there is none, or no
	/// attempt left.
	fn stand_in(id: JobId, job: &mut Job, order: &Order, ctx: &Context) -> bool {
		if job.attempts >= ctx.params.max_attempts {
			return false;
		}
		let paused = ctx.paused_jurisdictions();
		let perspective = T::Trust::perspective(&order.originator);
		let seated = Self::owners(job.seats.iter());
		let term = Self::term(job, order, ctx);
		while !job.backups.is_empty() {
			let node = job.backups.remove(0);
			let ask = Self::ask(job, order, ctx, &paused, &perspective, term);
			let found = Self::fit_backup(id, node, order, &ask, &seated);
			if let Some((candidate, lease)) = found {
				let attempt = job.attempts.saturating_add(1);
				let score = candidate.score;
				job.attempts = attempt;
				Self::seat(id, job, order, ctx, attempt, term.deliver_by, candidate, lease);
				Self::deposit_event(Event::BackupSeated { job: id, attempt, node, score });
				Self::note_assignment(id, job);
				return true;
			}
		}
		false
	}

	/// A deadline of a seat fires. Returns the weight of what that led to.
	pub(crate) fn seat_deadline(
		id: JobId,
		attempt: Attempt,
		node: NodeId,
		ctx: &Context,
	) -> Weight {
		let stale = T::WeightInfo::agenda_stale();
		let Some(mut job) = Jobs::<T>::get(id).filter(|job| job.status.is_assigned()) else {
			return stale;
		};
		let is_it = |seat: &Seat| seat.node == node && seat.attempt == attempt;
		let Some(seat) = job.seats.iter().find(|seat| is_it(seat)) else { return stale };
		let revealing = job.reveal_from.is_some();
		let Some((silence, due)) = silence_of(seat, revealing) else { return stale };
		if due > ctx.now {
			// An acknowledged seat is looked at again when its result is due. Where a dispute has put off the
			// acknowledgement, that stands on the agenda already, and so does the end of the reveals.
			if seat.ack_by > ctx.now || silence == Silence::Reveal {
				return stale;
			}
			Self::arm_seat(id, seat, revealing);
			return T::WeightInfo::look_again();
		}
		let Some(order) = Orders::<T>::get(id) else { return stale };

		let lost = seat.clone();
		job.seats.retain(|seat| !is_it(seat));
		let cooldown_until = Self::hop_over(id, &order, &lost, HopEnd::Silent, 0, |standing| {
			standing.miss(&ctx.params, ctx.now)
		});
		let withheld = silence == Silence::Reveal;
		Ledger::<T>::mutate(|ledger| {
			let totals = &mut ledger.totals;
			totals.missed_deadlines = totals.missed_deadlines.saturating_add(1);
			totals.withheld = totals.withheld.saturating_add(withheld.into());
		});
		Self::deposit_event(Event::SeatLost { job: id, attempt, node, silence, cooldown_until });

		Self::fill_seat(id, job, &order, Loss { attempt, node, withheld }, ctx)
	}

	/// A node gives its seat back: another one gets it, and the node is left alone for a moment.
	pub(crate) fn seat_declined(
		id: JobId,
		mut job: Job,
		order: &Order,
		attempt: Attempt,
		node: NodeId,
	) {
		let ctx = Self::context();
		let is_it = |seat: &Seat| seat.node == node && seat.attempt == attempt;
		let Some(given_back) = job.seats.iter().find(|seat| is_it(seat)).cloned() else { return };
		job.seats.retain(|seat| !is_it(seat));
		let cooldown_until = ctx.now.saturating_add(ctx.params.cooldown_base);
		Self::hop_over(id, order, &given_back, HopEnd::Declined, 0, |standing| {
			standing.cooldown_until = standing.cooldown_until.max(cooldown_until);
		});
		Self::deposit_event(Event::SeatDeclined { job: id, attempt, node, cooldown_until });
		Self::fill_seat(id, job, order, Loss { attempt, node, withheld: false }, &ctx);
	}

	/// The best backup takes the seat that was lost, if somebody may step in; without one the others go on if they still
	/// can. While nodes work, the round is over otherwise. Once they show what they found, or a committee decides, the
	/// listener is asked first: it may have votes enough, or find that a committee has to be called. Returns the weight.
	fn fill_seat(id: JobId, mut job: Job, order: &Order, loss: Loss, ctx: &Context) -> Weight {
		let Loss { attempt, node, withheld } = loss;
		let closed = job.reveal_from.is_some() || job.committee.is_some();
		let stood_in = !closed && Self::stand_in(id, &mut job, order, ctx);
		let mut own = Self::weight_of_stand_in().saturating_add(Self::weight_of_backups(order));
		let left = job.seats.len() as u32;
		let hope = stood_in || job.has_hope(order);
		if !hope && !closed {
			Self::end_by_silence(id, job, order);
			return own.saturating_add(Self::failing(left));
		}
		if hope && Self::open_reveals(id, &mut job, order) {
			own = own.saturating_add(T::WeightInfo::committed());
		}
		let started = job.seats.iter().any(|seat| seat.state != SeatState::Assigned);
		let status = if started { JobStatus::Running } else { JobStatus::Scheduled };
		Self::set_status(&mut job, status);
		let (round, committee) = (job.round, job.committee);
		Jobs::<T>::insert(id, job);
		if withheld {
			T::Listener::reveal_withheld(id, attempt, node);
			own = own.saturating_add(T::Listener::weight_of_withholding());
		}
		// Last: what it hears may make the listener settle the job, call a committee, or end the round.
		T::Listener::seat_lost(id, node);
		let after = Jobs::<T>::get(id).filter(|job| {
			job.status.is_assigned() && (job.round, job.committee) == (round, committee)
		});
		match after {
			// Nobody waits for what can not come.
			Some(job) if !hope => {
				// A committee is called where the primaries have differed.
				if committee.is_some() {
					Self::end_round(id, job, order, true, FailureReason::NoQuorum);
				} else {
					Self::end_by_silence(id, job, order);
				}
				own.saturating_add(Self::failing(left))
			},
			Some(_) => own,
			None => own.saturating_add(Self::weight_of_judgement(id, left, closed)),
		}
	}

	/// The round is over because nodes were silent, and too few are left.
	fn end_by_silence(id: JobId, job: Job, order: &Order) {
		let answered = job
			.seats
			.iter()
			.any(|seat| matches!(seat.state, SeatState::Delivered(_) | SeatState::Committed(_)));
		let reason = if answered { FailureReason::NoQuorum } else { FailureReason::Silence };
		Self::end_round(id, job, order, false, reason);
	}

	/// Weight of what the listener made of a lost seat, by where the job stands now. Where nobody steps in any more, it may
	/// have asked for a committee in vain before it ended the round.
	fn weight_of_judgement(id: JobId, seats: u32, closed: bool) -> Weight {
		match Jobs::<T>::get(id).map(|job| job.status) {
			Some(status) if status.is_assigned() => Self::weight_of_committee(),
			Some(JobStatus::Completed | JobStatus::Failed(FailureReason::Program(_))) => {
				Self::settling_and_receipt(seats)
			},
			_ if closed => Self::failing(seats).saturating_add(Self::weight_of_committee()),
			_ => Self::failing(seats),
		}
	}

	/// A round is over without a result: back to the head of the queue, to a vote, or the end.
	pub(crate) fn end_round(
		id: JobId,
		mut job: Job,
		order: &Order,
		disagreed: bool,
		reason: FailureReason,
	) {
		let params = Parameters::<T>::get();
		let exhausted = job.attempts >= params.max_attempts;
		let votable = disagreed && is_votable(order);
		if exhausted && !votable {
			return Self::end(id, job, order, JobStatus::Failed(reason));
		}
		Self::vacate_all(id, &job, order);
		let seats = core::mem::take(&mut job.seats);
		if disagreed {
			let nodes = seats.into_iter().map(|seat| seat.node).collect::<Vec<_>>();
			job.spent = BoundedVec::truncate_from(nodes);
		}
		job.reveal_from = None;
		job.committee = None;
		job.backups = Default::default();
		job.waiting = None;
		job.retries = 0;
		Self::unseal(id, &mut job, order);
		if exhausted {
			Self::await_vote(id, &mut job, &params);
		} else {
			if disagreed {
				Self::next_mode(id, &mut job, order);
			}
			Self::set_status(&mut job, JobStatus::Pending);
			Self::enqueue_front(id, &mut job, order.class);
		}
		let attempts = job.attempts;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::RoundOver { job: id, attempts, disagreed });
		T::Listener::round_over(id);
	}

	/// Frees the nodes of all seats. The seats stay in the record.
	pub(crate) fn vacate_all(id: JobId, job: &Job, order: &Order) {
		for seat in &job.seats {
			Self::vacate(id, seat.node, order, |_| ());
		}
	}

	/// Frees a node of a job, and notes what that says about the node.
	pub(crate) fn vacate<R>(
		id: JobId,
		node: NodeId,
		order: &Order,
		note: impl FnOnce(&mut Standing) -> R,
	) -> R {
		Self::mutate_standing(node, |standing| {
			standing.give_back(id, order);
			note(standing)
		})
	}

	/// Weight of asking about the credentials of all backups: nothing, unless the order's clause demands any.
	fn weight_of_backups(order: &Order) -> Weight {
		if order.node_credentials.is_empty() {
			return Weight::zero();
		}
		Self::weight_of_most_backups()
	}

	/// Weight of asking about the credentials of as many backups as there may be.
	pub(crate) fn weight_of_most_backups() -> Weight {
		T::Credentials::weight().saturating_mul(MAX_BACKUPS.into())
	}

	/// Weight of a seat that is lost and of the backup that steps in.
	pub(crate) fn weight_of_stand_in() -> Weight {
		T::WeightInfo::seat_lost()
			.saturating_add(T::Trust::weight_of_perspective())
			.saturating_add(T::Trust::weight_of_recording())
			// Whose a node is that has left the pools meanwhile.
			.saturating_add(T::Nodes::weight())
			.saturating_add(T::Leases::weight().saturating_mul(MAX_BACKUPS.into()))
			.saturating_add(T::Receipts::weight())
			.saturating_add(T::Listener::weight())
	}

	/// Weight of a round over so many seats that ends, and of the job that may end with it.
	pub(crate) fn failing(seats: u32) -> Weight {
		Self::weight_of_end(T::WeightInfo::round_over(seats))
			.saturating_add(Self::weight_of_next_mode())
	}

	/// Weight of a settlement over so many seats.
	pub(crate) fn settling(seats: u32) -> Weight {
		T::WeightInfo::settle(seats)
			.saturating_add(T::Trust::weight_of_recording().saturating_mul(seats.into()))
			.saturating_add(T::Nodes::weight().saturating_mul(seats.into()))
			.saturating_add(T::ClauseJobs::weight_of_closing())
			// Whoever opened the job is told when the listener announces the result.
			.saturating_add(T::Outcomes::weight())
	}

	/// The same, with the receipt that the listener writes.
	pub(crate) fn settling_and_receipt(seats: u32) -> Weight {
		Self::settling(seats).saturating_add(T::Receipts::weight())
	}
}

/// What is missing of a seat, and the first block at which it is too late for that; `None` if it has delivered, or has
/// committed to a result that it cannot show yet.
pub(crate) const fn silence_of(seat: &Seat, revealing: bool) -> Option<(Silence, BlockNumber)> {
	match seat.state {
		SeatState::Assigned => Some((Silence::Acknowledgement, seat.ack_by)),
		SeatState::Acknowledged(_) => Some((Silence::Delivery, seat.deliver_by)),
		SeatState::Committed(_) if revealing => Some((Silence::Reveal, seat.deliver_by)),
		SeatState::Committed(_) | SeatState::Delivered(_) => None,
	}
}
