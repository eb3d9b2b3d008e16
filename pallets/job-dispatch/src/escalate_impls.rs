//! Discrepancies: the backup committee, and the mode of the next round (DESIGN §7; Oasis' discrepancy resolution).
//!
//! ```text
//!  primaries differ, fail or withhold ──escalate──► committee: the backups that were drawn with the seats
//!                                          │             │ more than half agree: settled
//!                                          │ too few     │ they do not: wonky
//!                                          ▼             ▼
//!                                      round_failed ──► the next round, under the next mode if there are nodes for it
//!                                                        │ no attempt left
//!                                                        ▼
//!                                                   AwaitingVote where the risk is high, Failed(NoQuorum) otherwise
//! ```
//!
//! The candidates are frozen: a committee is made of the backups that were drawn with the seats, by randomness that nobody
//! knew then, and of nobody else. Its members sit under one fresh attempt, whose nonce no node has seen, and have one and a
//! half times the time of a seat. Those of the primaries who had not delivered are not waited for any more, and not blamed.

use crate::{
	pallet::*, round_impls::Owner, schedule_impls::Context, scheduler::Candidate, types::*,
	WeightInfo,
};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::Lease,
	clause::{ExecutionMode, RiskClass},
	job::{JobStatus, SeatState, MAX_BACKUPS},
	traits::{LeaseInspect, ReceiptSink},
	trust::{Perspective, TrustBook},
	JobId,
};
use frame_support::{ensure, traits::Get as _, weights::Weight, BoundedVec};
use sp_runtime::DispatchError;

/// Whether a job whose nodes could not agree goes to a vote.
pub(crate) fn is_votable(order: &Order) -> bool {
	order.risk >= RiskClass::High
}

impl<T: Config> Pallet<T> {
	/// Seats the backup committee, if there can be one. Returns how many sit.
	pub(crate) fn do_escalate(id: JobId) -> Result<u32, DispatchError> {
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		let mode = job.mode(&order);
		let least = mode.committee() as usize;
		let ctx = Self::context();
		let possible = job.committee.is_none()
			&& !matches!(mode, ExecutionMode::Ensemble { .. })
			&& job.attempts < ctx.params.max_attempts
			&& job.backups.len() >= least;
		if !possible {
			return Ok(0);
		}
		let term = Self::term_of_committee(&job, &order, &ctx);
		let members = Self::fit_members(id, &job, &order, &ctx);
		if members.len() < least {
			return Ok(0);
		}

		for seat in &job.seats {
			if !matches!(seat.state, SeatState::Delivered(_)) {
				Self::vacate(id, seat.node, &order, |_| ());
			}
		}
		job.seats.retain(|seat| matches!(seat.state, SeatState::Delivered(_)));
		let attempt = job.attempts.saturating_add(1);
		job.attempts = attempt;
		job.reveal_from = None;
		job.backups = Default::default();
		for (candidate, lease) in members {
			Self::seat(id, &mut job, &order, &ctx, attempt, term.deliver_by, candidate, lease);
		}
		let seats = job
			.seats
			.iter()
			.filter(|seat| seat.attempt == attempt)
			.map(|seat| (seat.node, seat.score))
			.collect::<Vec<_>>();
		let sitting = seats.len() as u32;
		job.committee = Some(Committee { attempt, members: sitting as u8 });
		let started = job.seats.iter().any(|seat| seat.state != SeatState::Assigned);
		let status = if started { JobStatus::Running } else { JobStatus::Scheduled };
		Self::set_status(&mut job, status);
		Ledger::<T>::mutate(|ledger| {
			let totals = &mut ledger.totals;
			totals.escalations = totals.escalations.saturating_add(1);
		});
		Self::deposit_event(Event::CommitteeSeated {
			job: id,
			attempt,
			seats: BoundedVec::truncate_from(seats),
			ack_by: ctx.now.saturating_add(ctx.params.ack_window).min(term.deliver_by),
			deliver_by: term.deliver_by,
		});
		Self::note_assignment(id, &job);
		Jobs::<T>::insert(id, job);
		Ok(sitting)
	}

	/// The backups that can sit on a committee now, best first: no two of one operator or platform, nor of those who have
	/// delivered.
	fn fit_members(id: JobId, job: &Job, order: &Order, ctx: &Context) -> Vec<(Candidate, Lease)> {
		let paused = ctx.paused_jurisdictions();
		// Whom the originator likes has been decided when they were drawn; whom it fears has to be known now.
		let perspective = T::Trust::perspective(&order.originator);
		let term = Self::term_of_committee(job, order, ctx);
		let ask = Self::ask(job, order, ctx, &paused, &perspective, term);
		let delivered =
			job.seats.iter().filter(|seat| matches!(seat.state, SeatState::Delivered(_)));
		let mut taken: Vec<Owner> = Self::owners(delivered);
		let mut members = Vec::new();
		for node in &job.backups {
			if let Some(one) = Self::fit_backup(id, *node, order, &ask, &taken) {
				taken.push((one.0.operator, one.0.platform));
				members.push(one);
			}
		}
		members
	}

	/// The mode of the next round after one that could not be judged: a larger one, if the pools that the job may draw
	/// from have nodes enough for it.
	pub(crate) fn next_mode(id: JobId, job: &mut Job, order: &Order) {
		let Some(next) = job.mode(order).escalated() else { return };
		let (_, n) = next.quorum();
		let ctx = Self::context();
		let paused = ctx.paused_jurisdictions();
		let stranger = Perspective::default();
		let term = Self::term(job, order, &ctx);
		let ask = Self::ask(job, order, &ctx, &paused, &stranger, term);
		let nodes = StrataOf::<T>::get(order.capability).select(|one| ask.bars(one)).nodes();
		if nodes >= u64::from(n) {
			job.escalated = Some(next);
			Self::deposit_event(Event::ModeEscalated { job: id, mode: next });
		}
	}

	/// What a round that ends looks up besides: the parameters of the block, and how many nodes there are. An estimate: a
	/// full record of strata takes 15 µs.
	pub(crate) fn weight_of_next_mode() -> Weight {
		T::DbWeight::get().reads(6).saturating_add(Weight::from_parts(15_000_000, 20_000))
	}

	/// Weight of [`Self::do_escalate`] at its dearest.
	pub(crate) fn weight_of_committee() -> Weight {
		T::WeightInfo::escalate()
			.saturating_add(T::Trust::weight_of_perspective())
			.saturating_add(T::Leases::weight().saturating_mul(MAX_BACKUPS.into()))
			.saturating_add(Self::weight_of_most_backups())
			.saturating_add(T::Receipts::weight())
	}
}
