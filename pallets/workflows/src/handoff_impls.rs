//! Handoffs and refusals: what is checked, and what they change.

use crate::{authorize::Refusal, pallet::*, types::*};
use concordat_primitives::{
	handoff::{task_hash, HandoffState, SignedHandoff, SignedRefusal},
	job::{JobTerms, Seat, SeatState},
	receipt::Operation,
	traits::{GenesisHash, Handoffs, JobBoard, ReceiptSink},
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::ensure;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// First block at which the chain's record stands in for the handoff of a seat.
	pub(crate) fn handed_over_by(seat: &Seat) -> BlockNumber {
		seat.assigned_at.saturating_add(Parameters::<T>::get().handoff_window)
	}

	/// Checks everything that a handoff says against the chain, the signature last.
	pub(crate) fn verify_handoff(signed: &SignedHandoff) -> Result<(), Refusal> {
		let said = &signed.handoff;
		ensure!(said.genesis == T::Genesis::genesis_hash(), Refusal::WrongChain);
		let record = StepJobs::<T>::get(said.job).ok_or(Refusal::UnknownJob)?;
		ensure!((said.workflow, said.step) == (record.workflow, record.step), Refusal::WrongStep);
		let sender = record.sender.ok_or(Refusal::NothingToHandOver)?;
		ensure!(said.from == sender.node, Refusal::WrongSender);
		let terms = T::Jobs::terms(said.job).ok_or(Refusal::UnknownJob)?;
		let seat = seat_of(&terms, said.to, said.attempt, said.nonce)?;
		ensure!(Self::now() < Self::handed_over_by(seat), Refusal::TooLate);
		let given = Handed::<T>::get(said.job);
		ensure!(!given.iter().any(|one| one.is_for(said.attempt, said.to)), Refusal::AlreadyGiven);
		ensure!(Self::task_of(&terms) == Some(said.task), Refusal::WrongTask);
		ensure!(said.context == record.context, Refusal::WrongContext);
		ensure!(signed.verify(&sender.key), Refusal::BadSignature);
		Ok(())
	}

	/// What a step's job is: what runs on what.
	pub(crate) fn task_of(terms: &JobTerms) -> Option<Hash> {
		let lineage = T::Jobs::lineage(terms.job)?;
		Some(task_hash(&terms.clause, &terms.program, &terms.input, &lineage))
	}

	pub(crate) fn do_hand_over(signed: SignedHandoff) -> DispatchResult {
		Self::verify_handoff(&signed).map_err(Error::<T>::from)?;
		let said = signed.handoff.clone();
		let handoff = said.digest();
		Handed::<T>::try_mutate(said.job, |given| {
			// A seat that was given up does not come back: what was handed over to it is history.
			let terms = T::Jobs::terms(said.job).ok_or(Error::<T>::UnknownJob)?;
			given.retain(|one| terms.seats.iter().any(|seat| one.is_for(seat.attempt, seat.node)));
			given.try_push(Given { signed, void: false }).map_err(|_| Error::<T>::AlreadyGiven)
		})?;
		Books::<T>::mutate(|totals| totals.handoffs = totals.handoffs.saturating_add(1));
		let receipt = T::Receipts::append(Operation::HandedOver {
			workflow: said.workflow,
			step: said.step,
			from: said.from,
			to: said.to,
			handoff,
		});
		Self::deposit_event(Event::HandedOver {
			workflow: said.workflow,
			step: said.step,
			job: said.job,
			attempt: said.attempt,
			from: said.from,
			to: said.to,
			handoff,
			receipt,
		});
		Ok(())
	}

	/// Checks everything that a refusal says against the chain, the signature last.
	pub(crate) fn verify_refusal(signed: &SignedRefusal) -> Result<(), Refusal> {
		let said = &signed.refusal;
		ensure!(said.genesis == T::Genesis::genesis_hash(), Refusal::WrongChain);
		ensure!(StepJobs::<T>::contains_key(said.job), Refusal::UnknownJob);
		let terms = T::Jobs::terms(said.job).ok_or(Refusal::UnknownJob)?;
		let seat = seat_of(&terms, said.node, said.attempt, said.nonce)?;
		let given = Handed::<T>::get(said.job)
			.into_iter()
			.find(|given| given.is_for(said.attempt, said.node));
		// A refusal of the seat may have crossed the handoff; one that blames the sender has to name what is wrong.
		let named = given
			.as_ref()
			.is_some_and(|given| !given.void && given.signed.handoff.digest() == said.handoff);
		let names_none = said.handoff == Hash::zero() && !said.fault.blames_sender();
		ensure!(named || names_none, Refusal::WrongHandoff);
		ensure!(signed.verify(&seat.signing_key), Refusal::BadSignature);
		Ok(())
	}

	pub(crate) fn do_refuse(signed: SignedRefusal) -> DispatchResult {
		Self::verify_refusal(&signed).map_err(Error::<T>::from)?;
		let said = signed.refusal;
		let record = StepJobs::<T>::get(said.job).ok_or(Error::<T>::UnknownJob)?;
		Self::deposit_event(Event::HandoffRefused {
			workflow: record.workflow,
			step: record.step,
			job: said.job,
			attempt: said.attempt,
			node: said.node,
			fault: said.fault,
		});
		if said.fault.blames_sender() {
			Handed::<T>::mutate(said.job, |given| {
				for one in given.iter_mut().filter(|one| one.is_for(said.attempt, said.node)) {
					one.void = true;
				}
			});
			return Ok(());
		}
		// It may end the job, and call back.
		T::Jobs::decline(said.job, said.attempt, said.node)
	}
}

/// The seat that a message names, if nodes work on the job and it has not delivered.
fn seat_of(
	terms: &JobTerms,
	node: NodeId,
	attempt: Attempt,
	nonce: Hash,
) -> Result<&Seat, Refusal> {
	ensure!(terms.status.is_assigned(), Refusal::NotRunning);
	let seat = terms.seats.iter().find(|seat| seat.node == node).ok_or(Refusal::NotSeated)?;
	ensure!(seat.attempt == attempt, Refusal::WrongAttempt);
	ensure!(seat.nonce == nonce, Refusal::WrongNonce);
	ensure!(!matches!(seat.state, SeatState::Delivered(_)), Refusal::AlreadyDelivered);
	Ok(seat)
}

impl<T: Config> Handoffs for Pallet<T> {
	fn state(job: JobId, attempt: Attempt, node: NodeId) -> HandoffState {
		let Some(sender) = StepJobs::<T>::get(job).and_then(|record| record.sender) else {
			return HandoffState::NotNeeded;
		};
		let given = Handed::<T>::get(job).into_iter().find(|given| given.is_for(attempt, node));
		if let Some(given) = given {
			return if given.void {
				HandoffState::Lapsed
			} else {
				HandoffState::Given(given.signed, sender.key)
			};
		}
		let until = T::Jobs::terms(job)
			.and_then(|terms| {
				let seat = terms.seats.iter().find(|seat| seat.node == node)?;
				(seat.attempt == attempt).then(|| Self::handed_over_by(seat))
			})
			.filter(|until| Self::now() < *until);
		until.map_or(HandoffState::Lapsed, |until| HandoffState::Awaited { until })
	}

	fn context(job: JobId) -> Option<Hash> {
		StepJobs::<T>::get(job).map(|record| record.context)
	}
}
