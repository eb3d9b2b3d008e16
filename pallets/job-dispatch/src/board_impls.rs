//! Jobs as those see them who judge results: quorum-results and disputes.

use crate::{money_impls::Outlay, pallet::*, types::*, WeightInfo};
use alloc::vec::Vec;
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, MAX_VOTERS},
	job::{FailureReason, JobStatus, JobTerms, Seat, SeatState, Settlement},
	traits::{ClauseJobs, JobBoard, JobEnd, JobOutcomes, Work},
	trust::HopEnd,
	AccountId, Attempt, Balance, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::{ensure, weights::Weight};
use sp_runtime::{DispatchError, DispatchResult};

/// The job and its order, or an error that says so.
fn record<T: Config>(id: JobId) -> Result<(Job, Order), Error<T>> {
	let job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
	let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
	Ok((job, order))
}

impl<T: Config> Pallet<T> {
	fn terms_of(id: JobId, job: Job, order: Order) -> JobTerms {
		JobTerms {
			job: id,
			mode: job.mode(&order),
			commit_reveal: job.commits(&order),
			clause: order.clause,
			program: order.program,
			input: order.input,
			reveal_from: job.reveal_from,
			committee: job.committee.map(|committee| committee.attempt),
			limits: order.limits,
			status: job.status,
			seats: job.seats,
			round: job.round,
			ciphertext: job.ciphertext,
			output_key: order.output_key,
		}
	}

	/// Changes the state of one seat of a job that nodes work on: to what `next` says of the present one, before the block
	/// that it names with that.
	fn update_seat(
		id: JobId,
		mut job: Job,
		attempt: Attempt,
		node: NodeId,
		next: impl FnOnce(&Seat) -> Result<(SeatState, BlockNumber), Error<T>>,
	) -> DispatchResult {
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		let seat = job
			.seats
			.iter_mut()
			.find(|seat| seat.node == node && seat.attempt == attempt)
			.ok_or(Error::<T>::NotSeated)?;
		let (state, due) = next(seat)?;
		ensure!(Self::now() < due, Error::<T>::TooLate);
		seat.state = state;
		Self::set_status(&mut job, JobStatus::Running);
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// Whether a settlement can be what the votes on this job led to.
	fn ensure_settlement(job: &Job, order: &Order, settlement: &Settlement) -> DispatchResult {
		let mode = job.mode(order);
		let (k, _) = mode.quorum();
		let agrees = |seat: &&Seat| settlement.agreed.iter().any(|(node, _)| *node == seat.node);
		let enough = match job.committee {
			Some(committee) => {
				let members = job.seats.iter().filter(|seat| job.counts(seat));
				committee.has_majority(members.filter(agrees).count())
			},
			None => {
				// What an ensemble needs is answers, not that they are equal: one heavy voice may outweigh several.
				let heard = match mode {
					ExecutionMode::Ensemble { .. } if settlement.outcome.is_ok() => {
						settlement.agreed.len().saturating_add(settlement.dissented.len())
					},
					_ => settlement.agreed.len(),
				};
				heard >= usize::from(k.max(1))
			},
		};
		ensure!(enough && !settlement.agreed.is_empty(), Error::<T>::SettlementInvalid);
		let mut voters: Vec<_> = settlement.agreed.iter().map(|(node, _)| *node).collect();
		voters.extend(settlement.dissented.iter());
		voters.extend(settlement.failed.iter());
		let seated = |node: &NodeId| job.seats.iter().any(|seat| seat.node == *node);
		ensure!(voters.iter().all(seated), Error::<T>::SettlementInvalid);
		voters.sort_unstable();
		ensure!(
			voters.windows(2).all(|pair| pair.first() != pair.last()),
			Error::<T>::SettlementInvalid
		);
		Ok(())
	}

	/// Puts off everything that was to happen by the time that a dispute took. Attempts, nonces, keys and leases of the
	/// seats stay: what an enclave did meanwhile counts, and it is never asked to sign the same attempt twice.
	fn thaw(id: JobId, job: &mut Job) {
		let elapsed =
			job.frozen_at.take().map_or(0, |frozen_at| Self::now().saturating_sub(frozen_at));
		let soonest = Self::now().saturating_add(1);
		let put_off = |at: BlockNumber| at.saturating_add(elapsed).max(soonest);
		job.expires_at = put_off(job.expires_at);
		job.prune_at = job.prune_at.map(put_off);
		for seat in job.seats.iter_mut() {
			seat.ack_by = put_off(seat.ack_by);
			seat.deliver_by = put_off(seat.deliver_by);
		}
		// What was open stays open; what was not is as far off as it was.
		job.reveal_from = job.reveal_from.map(|at| at.saturating_add(elapsed));
		// What was on the agenda has fired without effect, or will: it is put there again.
		if let Some(at) = job.prune_at {
			Self::arm(at, AgendaItem::Prune { job: id });
			return;
		}
		Self::arm(job.expires_at, AgendaItem::Expiry { job: id });
		for seat in &job.seats {
			Self::arm_seat(id, seat, job.reveal_from.is_some());
		}
	}
}

impl<T: Config> JobBoard<AccountId> for Pallet<T> {
	fn terms(id: JobId) -> Option<JobTerms> {
		Some(Self::terms_of(id, Jobs::<T>::get(id)?, Orders::<T>::get(id)?))
	}

	fn assignments(node: NodeId) -> Vec<JobId> {
		Self::standing(node).jobs.into_inner()
	}

	fn work(id: JobId) -> Option<Work> {
		let (job, order) = (Jobs::<T>::get(id)?, Orders::<T>::get(id)?);
		Some(Work {
			input: Inputs::<T>::get(id)?,
			trigger: order.trigger,
			lineage: order.lineage,
			dependencies: order.dependencies.clone(),
			capability: order.capability,
			sealed: Self::sealed_input(id, &job),
			parent: order.parent,
			terms: Self::terms_of(id, job, order),
		})
	}

	fn requester(id: JobId) -> Option<AccountId> {
		Orders::<T>::get(id).map(|order| order.requester)
	}

	fn acknowledge(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let next = |seat: &Seat| match seat.state {
			SeatState::Assigned => Ok((SeatState::Acknowledged(Self::now()), seat.ack_by)),
			SeatState::Acknowledged(_) => Err(Error::<T>::AlreadyAcknowledged),
			SeatState::Committed(_) => Err(Error::<T>::AlreadyCommitted),
			SeatState::Delivered(_) => Err(Error::<T>::AlreadyDelivered),
		};
		Self::update_seat(id, job, attempt, node, next)?;
		Self::deposit_event(Event::SeatAcknowledged { job: id, attempt, node });
		Ok(())
	}

	fn delivered(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		let now = Self::now();
		let (job, order) = record::<T>(id)?;
		let commits = job.commits(&order);
		let open = job.reveal_from.is_some_and(|from| from <= now);
		let next = |seat: &Seat| match seat.state {
			SeatState::Assigned | SeatState::Acknowledged(_) if commits => {
				Err(Error::<T>::NotCommitted)
			},
			SeatState::Committed(_) if !open => Err(Error::<T>::RevealTooEarly),
			SeatState::Assigned | SeatState::Acknowledged(_) | SeatState::Committed(_) => {
				Ok((SeatState::Delivered(now), seat.deliver_by))
			},
			SeatState::Delivered(_) => Err(Error::<T>::AlreadyDelivered),
		};
		Self::update_seat(id, job, attempt, node, next)?;
		Self::deposit_event(Event::SeatDelivered { job: id, attempt, node });
		Ok(())
	}

	fn committed(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		Self::do_commit(id, attempt, node)
	}

	fn escalate(id: JobId) -> Result<u32, DispatchError> {
		Self::do_escalate(id)
	}

	fn override_result(
		id: JobId,
		outcome: Result<Hash, FailureCode>,
	) -> Result<Balance, DispatchError> {
		Self::do_override(id, outcome)
	}

	fn settle(id: JobId, settlement: Settlement) -> Result<Balance, DispatchError> {
		let (mut job, order) = record::<T>(id)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		Self::ensure_settlement(&job, &order, &settlement)?;
		let Settlement { outcome, agreed, dissented, failed } = settlement;

		let (now, params) = (Self::now(), Parameters::<T>::get());
		let votes = agreed.len().saturating_add(dissented.len()) as u32;
		for seat in &job.seats {
			if agreed.iter().any(|(node, _)| *node == seat.node) {
				Self::hop_over(id, &order, seat, HopEnd::Agreed, votes, |_| ());
			} else if dissented.contains(&seat.node) {
				Self::hop_over(id, &order, seat, HopEnd::Dissented, votes, |_| ());
			} else if failed.contains(&seat.node) {
				// It says that it could not: no better and no worse than if it had said nothing.
				Self::hop_over(id, &order, seat, HopEnd::Silent, 0, |standing| {
					standing.miss(&params, now);
				});
			} else {
				// It came too late to be judged.
				Self::vacate(id, seat.node, &order, |_| ());
			}
		}
		let paid = agreed.len() as u32;
		let payouts: Vec<_> =
			agreed.iter().map(|(node, usage)| (*node, order.quote.share(usage, paid))).collect();
		let fees = order.quote.fees_of_result(votes);
		let Outlay { paid, fees, refunded } =
			Self::close_escrow(id, &mut job, &order, &payouts, fees);

		let status = status_of(&outcome);
		job.output = outcome.ok();
		job.winner = job
			.seats
			.iter()
			.filter(|seat| agreed.iter().any(|(node, _)| *node == seat.node))
			.max_by_key(|seat| (seat.score, core::cmp::Reverse(seat.node)))
			.map(|seat| seat.node);
		Self::conclude(id, &mut job, &order, status);
		Jobs::<T>::insert(id, job);
		if !dissented.is_empty() {
			Ledger::<T>::mutate(|ledger| {
				let totals = &mut ledger.totals;
				totals.dissents = totals.dissents.saturating_add(dissented.len() as u64);
			});
		}
		Self::deposit_event(Event::JobSettled { job: id, status, paid, fees, refunded });
		T::ClauseJobs::job_closed(&order.clause, Some(outcome.is_ok()));
		Ok(paid)
	}

	fn announce(id: JobId) {
		let Ok((job, order)) = record::<T>(id) else { return };
		let Some(parent) = &order.parent else { return };
		// Whoever opened a job that had a result was told of that; a vote about it changes nothing that went out then.
		if job.status == JobStatus::Overridden && job.winner.is_some() {
			return;
		}
		let winner = job.seats.iter().find(|seat| Some(seat.node) == job.winner);
		let end = match (job.output, winner) {
			(Some(output), Some(seat)) => {
				JobEnd::Completed { output, node: seat.node, signing_key: seat.signing_key }
			},
			_ => JobEnd::Failed(job.status),
		};
		T::Outcomes::job_ended(id, parent, &end);
	}

	fn decline(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		let (job, order) = record::<T>(id)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		let seat = job
			.seats
			.iter()
			.find(|seat| seat.node == node && seat.attempt == attempt)
			.ok_or(Error::<T>::NotSeated)?;
		ensure!(!matches!(seat.state, SeatState::Delivered(_)), Error::<T>::AlreadyDelivered);
		ensure!(!matches!(seat.state, SeatState::Committed(_)), Error::<T>::AlreadyCommitted);
		ensure!(Self::now() < seat.deliver_by, Error::<T>::TooLate);
		Self::seat_declined(id, job, &order, attempt, node);
		Ok(())
	}

	fn round_failed(id: JobId) -> DispatchResult {
		let (job, order) = record::<T>(id)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		Self::end_round(id, job, &order, true, FailureReason::NoQuorum);
		Ok(())
	}

	fn freeze(id: JobId) -> DispatchResult {
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let now = Self::now();
		let open = job.status == JobStatus::Completed && job.prune_at.is_some_and(|at| now < at);
		ensure!(job.status.is_assigned() || open, Error::<T>::NotDisputable);
		let was = job.status;
		job.resume = Some(was);
		job.frozen_at = Some(now);
		Self::set_status(&mut job, JobStatus::Disputed);
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobFrozen { job: id, was });
		Ok(())
	}

	fn unfreeze(id: JobId, upheld: bool) -> DispatchResult {
		let (mut job, order) = record::<T>(id)?;
		let was = match (job.status, job.resume) {
			(JobStatus::Disputed, Some(was)) => was,
			_ => return Err(Error::<T>::NotDisputed.into()),
		};
		let status = if upheld { JobStatus::Slashed } else { was };
		if upheld && was.is_assigned() {
			// No result yet, and none will be: the requester gets the money back.
			Self::end(id, job, &order, status);
		} else {
			job.resume = None;
			Self::set_status(&mut job, status);
			Self::thaw(id, &mut job);
			if status.is_final() {
				Self::drop_input(id, &mut job, &order);
			}
			Jobs::<T>::insert(id, job);
		}
		Self::deposit_event(Event::JobUnfrozen { job: id, status });
		Ok(())
	}

	// Reading the whole input to say so would be dear.
	fn lineage(job: JobId) -> Option<Hash> {
		Orders::<T>::get(job).map(|order| order.lineage)
	}

	fn weight_of_message() -> Weight {
		T::WeightInfo::acknowledge().max(T::WeightInfo::delivered()).max(T::WeightInfo::committed())
	}

	fn weight_of_escalating() -> Weight {
		Self::weight_of_committee()
	}

	fn weight_of_settling(seats: u32) -> Weight {
		Self::settling(seats)
	}

	fn weight_of_failing(seats: u32) -> Weight {
		Self::failing(seats)
	}

	fn weight() -> Weight {
		Self::settling(MAX_VOTERS)
			.max(Self::failing(MAX_VOTERS))
			.max(Self::weight_of_committee())
			.max(Self::weight_of_overriding())
			.max(T::WeightInfo::unfreeze())
			.max(Self::weight_of_end(T::WeightInfo::unfreeze_upheld()))
			.max(T::WeightInfo::freeze())
			.max(Self::weight_of_message())
	}
}
