//! Jobs for other pallets: workflows and triggers open them, and hear of their ends. And the switches that forecasts
//! throw.

use crate::{dispatch_impls::Provenance, pallet::*, types::*, WeightInfo};
use alloc::vec::Vec;
use concordat_primitives::{
	hashing::lineage,
	job::{JobInput, JobStatus},
	traits::{CredentialInspect, JobOpener, JobRequest, JobSwitches, OpenError, Quotas},
	workflow::Dependencies,
	zk::ProofVerifier,
	BlockNumber, JobId,
};
use frame_support::{ensure, storage::with_storage_layer, weights::Weight};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> JobOpener for Pallet<T> {
	fn open(request: JobRequest) -> Result<JobId, OpenError> {
		let JobRequest {
			requester,
			clause,
			input,
			constraints,
			originator,
			parent,
			dependencies,
			mode,
		} = request;
		let outputs: Vec<_> = dependencies.iter().map(|(_, output)| *output).collect();
		let jobs: Vec<_> = dependencies.into_iter().map(|(job, _)| job).collect();
		let provenance = Provenance {
			originator,
			parent: Some(parent),
			dependencies: Dependencies::try_from(jobs)
				.map_err(|_| DispatchError::from(Error::<T>::TooManyDependencies))?,
			lineage: lineage(&outputs),
			mode,
		};
		// Whoever asks may go on after an error: nothing of the attempt may stay.
		let (opened, _) = with_storage_layer(|| {
			Self::do_dispatch(requester, clause, input, constraints, provenance)
		})?;
		opened.map_err(|refusal| OpenError::Refused(refusal.code()))
	}

	fn withdraw(id: JobId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.is_live(), Error::<T>::NotLive);
		Self::end(id, job, &order, JobStatus::Cancelled);
		Ok(())
	}

	fn weight_of_opening(input: u32) -> Weight {
		T::WeightInfo::dispatch(input)
			.max(T::WeightInfo::dispatch_refused())
			.saturating_add(T::Quotas::weight())
			.saturating_add(T::Credentials::weight())
			.saturating_add(T::Proofs::weight_of_asking())
	}

	fn weight_of_withdrawing() -> Weight {
		// Without the opener's own part, or the two would call each other for ever.
		Self::weight_of_end_alone(T::WeightInfo::round_over(
			concordat_primitives::clause::MAX_VOTERS,
		))
	}
}

impl<T: Config> JobSwitches for Pallet<T> {
	fn pause(subject: PauseSubject, blocks: BlockNumber) -> DispatchResult {
		let most = Parameters::<T>::get().max_pause;
		ensure!((1..=most).contains(&blocks), Error::<T>::PauseOutOfBounds);
		let until = Self::now().saturating_add(blocks);
		Forecasts::<T>::try_mutate(|switches| Self::hold(switches, &subject, until))?;
		Self::deposit_event(Event::Paused { subject, until });
		Ok(())
	}

	fn resume(subject: PauseSubject) -> DispatchResult {
		Forecasts::<T>::try_mutate(|switches| Self::lift(switches, &subject))?;
		Self::deposit_event(Event::Resumed { subject });
		Ok(())
	}

	fn weight() -> Weight {
		T::WeightInfo::pause().max(T::WeightInfo::resume())
	}
}

/// Bytes of an input that the chain keeps.
pub(crate) fn kept(input: &JobInput) -> u32 {
	match input {
		JobInput::Inline(bytes) => bytes.len() as u32,
		JobInput::External { location, .. } => location.len() as u32,
		JobInput::Sealed { .. } => 0,
	}
}
