//! Disputes that the chain itself opens, and those that a sovereign vote ends.

use crate::{
	Agenda, Config, DisputeClass, Disputes, Error, Event, OpenOfJob, Pallet, Parameters,
	Resolution, WeightInfo, LOG_TARGET,
};
use concordat_primitives::{
	traits::{AutoDisputes, JobBoard, ReceiptSink},
	DisputeId, Hash, JobId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Weight},
	storage::with_storage_layer,
	traits::tokens::Precision,
};

impl<T: Config> AutoDisputes for Pallet<T> {
	/// Fails, and changes nothing, if the job has an open dispute, or is in no state to be disputed.
	fn open(job: JobId, evidence: Hash) -> DispatchResult {
		// The judge may go on after an error: nothing of the attempt may stay.
		with_storage_layer(|| Self::do_auto_open(job, evidence))
	}

	/// To be told when the job has become `Overridden`. Without an open dispute about the job nothing happens.
	fn overridden(job: JobId) {
		let Some(dispute) = OpenOfJob::<T>::get(job) else { return };
		Self::do_override(dispute);
	}

	/// What the board does is a part of the figures: its own weight contains this one, through the judge.
	fn weight() -> Weight {
		T::WeightInfo::auto_open()
			.max(T::WeightInfo::overridden())
			.saturating_add(T::Receipts::weight())
	}
}

impl<T: Config> Pallet<T> {
	fn do_auto_open(job: JobId, evidence: Hash) -> DispatchResult {
		ensure!(!OpenOfJob::<T>::contains_key(job), Error::<T>::AlreadyDisputed);
		T::Jobs::freeze(job)?;
		let until = Self::now().saturating_add(Parameters::<T>::get().max_duration);
		let dispute = Self::put_open(job, None, DisputeClass::Security, evidence, (0, 0), until)?;
		Self::deposit_event(Event::AutoDisputeOpened { dispute, job, evidence, until });
		Ok(())
	}

	/// Ends an open dispute without a verdict. The job is left alone: the vote has decided it. This always succeeds, because a
	/// dispute that stayed open would thaw a job that is final.
	fn do_override(id: DisputeId) {
		let Some(record) = Disputes::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "dispute {id} stands under a job but has no record");
			return;
		};
		let Some(until) = record.status.open_until() else {
			log::error!(target: LOG_TARGET, "dispute {id} stands under a job but is not open");
			return;
		};
		Agenda::<T>::remove(until, id);
		let returned = with_storage_layer(|| {
			Self::return_bond(id, &record, record.bond, Precision::BestEffort)
		});
		if let Err(error) = returned {
			log::error!(target: LOG_TARGET, "the bond of dispute {id} is not returned: {error:?}");
		}
		Self::close(id, record, Resolution::Overridden);
	}
}
