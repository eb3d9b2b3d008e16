//! Jobs as those see them who judge results: quorum-results and disputes.

use crate::{money_impls::Outlay, pallet::*, types::*, WeightInfo};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::{ExecutionMode, MAX_SEATS},
	job::{FailureReason, JobStatus, JobTerms, SeatState, Settlement},
	traits::{ClauseJobs, JobBoard, JobEnd, JobOutcomes, Work},
	trust::HopEnd,
	AccountId, Attempt, Balance, BlockNumber, JobId, NodeId,
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
			clause: order.clause,
			program: order.program,
			input: order.input,
			mode: order.mode,
			limits: order.limits,
			status: job.status,
			seats: job.seats,
			round: job.round,
			ciphertext: job.ciphertext,
			output_key: order.output_key,
		}
	}

	/// Changes the state of one seat of a job that nodes work on.
	fn update_seat(
		id: JobId,
		attempt: Attempt,
		node: NodeId,
		next: impl FnOnce(SeatState) -> Result<SeatState, Error<T>>,
		delivers: bool,
	) -> DispatchResult {
		let now = Self::now();
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		let seat = job
			.seats
			.iter_mut()
			.find(|seat| seat.node == node && seat.attempt == attempt)
			.ok_or(Error::<T>::NotSeated)?;
		let state = next(seat.state)?;
		let due = if delivers { seat.deliver_by } else { seat.ack_by };
		ensure!(now < due, Error::<T>::TooLate);
		seat.state = state;
		Self::set_status(&mut job, JobStatus::Running);
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// Whether a settlement can be what the votes on this job led to.
	fn ensure_settlement(job: &Job, order: &Order, settlement: &Settlement) -> DispatchResult {
		let (k, _) = order.mode.quorum();
		// What an ensemble needs is answers, not that they are equal: one heavy voice may outweigh several.
		let heard = match order.mode {
			ExecutionMode::Ensemble { .. } if settlement.outcome.is_ok() => {
				settlement.agreed.len().saturating_add(settlement.dissented.len())
			},
			_ => settlement.agreed.len(),
		};
		ensure!(
			!settlement.agreed.is_empty() && heard >= usize::from(k.max(1)),
			Error::<T>::SettlementInvalid
		);
		let mut voters: Vec<_> = settlement.agreed.iter().map(|(node, _)| *node).collect();
		voters.extend(settlement.dissented.iter());
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
		// What was on the agenda has fired without effect, or will: it is put there again.
		if let Some(at) = job.prune_at {
			Self::arm(at, AgendaItem::Prune { job: id });
			return;
		}
		Self::arm(job.expires_at, AgendaItem::Expiry { job: id });
		for seat in &job.seats {
			Self::arm_seat(id, seat);
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
		let now = Self::now();
		let next = |state| match state {
			SeatState::Assigned => Ok(SeatState::Acknowledged(now)),
			SeatState::Acknowledged(_) => Err(Error::<T>::AlreadyAcknowledged),
			SeatState::Delivered(_) => Err(Error::<T>::AlreadyDelivered),
		};
		Self::update_seat(id, attempt, node, next, false)?;
		Self::deposit_event(Event::SeatAcknowledged { job: id, attempt, node });
		Ok(())
	}

	fn delivered(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		let now = Self::now();
		let next = |state| match state {
			SeatState::Assigned | SeatState::Acknowledged(_) => Ok(SeatState::Delivered(now)),
			SeatState::Delivered(_) => Err(Error::<T>::AlreadyDelivered),
		};
		Self::update_seat(id, attempt, node, next, true)?;
		Self::deposit_event(Event::SeatDelivered { job: id, attempt, node });
		Ok(())
	}

	fn settle(id: JobId, settlement: Settlement) -> Result<Balance, DispatchError> {
		let (mut job, order) = record::<T>(id)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		Self::ensure_settlement(&job, &order, &settlement)?;
		let Settlement { outcome, agreed, dissented } = settlement;

		for seat in &job.seats {
			let end = if agreed.iter().any(|(node, _)| *node == seat.node) {
				HopEnd::Agreed
			} else if dissented.contains(&seat.node) {
				HopEnd::Dissented
			} else {
				// It came too late to be judged.
				Self::vacate(id, seat.node, &order, |_| ());
				continue;
			};
			Self::hop_over(id, &order, seat, end, |_| ());
		}
		let payouts: Vec<_> =
			agreed.iter().map(|(node, usage)| (*node, order.quote.pay(usage))).collect();
		let votes = agreed.len().saturating_add(dissented.len()) as u32;
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
	fn lineage(job: JobId) -> Option<concordat_primitives::Hash> {
		Orders::<T>::get(job).map(|order| order.lineage)
	}

	fn weight_of_message() -> Weight {
		T::WeightInfo::acknowledge().max(T::WeightInfo::delivered())
	}

	fn weight_of_settling(seats: u32) -> Weight {
		Self::settling(seats)
	}

	fn weight_of_failing(seats: u32) -> Weight {
		Self::failing(seats)
	}

	fn weight() -> Weight {
		Self::settling(MAX_SEATS)
			.max(Self::failing(MAX_SEATS))
			.max(T::WeightInfo::unfreeze())
			.max(Self::weight_of_end(T::WeightInfo::unfreeze_upheld()))
			.max(T::WeightInfo::freeze())
			.max(Self::weight_of_message())
	}
}
