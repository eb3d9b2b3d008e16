//! What a clause has to be before the chain takes it.

use crate::{is_http_url, types::are_distinct, Config, Error, Pallet, MAX_RESOURCES};
use concordat_primitives::{
	clause::{
		ClauseSpec, ExecutionMode, PolicyBinding, ProgramLocation, RiskClass, ALL_TRIGGERS,
		MAX_PROGRAM_BYTES,
	},
	BlockNumber, ClauseId,
};
use frame_support::{ensure, traits::QueryPreimage};

impl<T: Config> Pallet<T> {
	/// Checks everything that an id and a spec say, cheapest first: for themselves, then against the catalogue of
	/// capabilities; the program last.
	pub(crate) fn validate(
		id: &ClauseId,
		spec: &ClauseSpec,
		now: BlockNumber,
	) -> Result<(), Error<T>> {
		ensure!(id.is_valid(), Error::<T>::InvalidId);
		Self::validate_mode(spec.mode, spec.risk)?;
		ensure!(spec.limits.is_valid(), Error::<T>::InvalidLimits);
		ensure!(MAX_RESOURCES.covers(&spec.resources), Error::<T>::InvalidResources);
		ensure!(
			spec.triggers != 0 && spec.triggers & !ALL_TRIGGERS == 0,
			Error::<T>::InvalidTriggers
		);
		ensure!(are_distinct(&spec.measurements), Error::<T>::DuplicateMeasurement);
		Self::validate_policy(&spec.policy)?;
		Self::validate_time(spec, now)?;
		Self::validate_capability(spec)?;
		Self::validate_program(spec)
	}

	/// What is named twice was meant otherwise, and would take a place in a short list from what is missing.
	fn validate_policy(policy: &PolicyBinding) -> Result<(), Error<T>> {
		ensure!(
			policy.jurisdictions.iter().all(|place| place.is_valid()),
			Error::<T>::InvalidJurisdiction
		);
		ensure!(
			are_distinct(&policy.jurisdictions)
				&& are_distinct(&policy.vendors)
				&& are_distinct(&policy.policies)
				&& are_distinct(&policy.requesters),
			Error::<T>::DuplicatePolicyEntry
		);
		ensure!(
			are_distinct(&policy.node_credentials) && are_distinct(&policy.requester_credentials),
			Error::<T>::DuplicateCredential
		);
		Ok(())
	}

	fn validate_mode(mode: ExecutionMode, risk: RiskClass) -> Result<(), Error<T>> {
		ensure!(!matches!(mode, ExecutionMode::Ensemble { .. }), Error::<T>::EnsembleMode);
		ensure!(mode.is_valid(), Error::<T>::InvalidMode);
		// A quorum of one is a single execution by another name.
		let alone = matches!(mode, ExecutionMode::Single | ExecutionMode::Quorum { n: 1, .. });
		ensure!(!alone || risk < RiskClass::High, Error::<T>::RiskNeedsQuorum);
		Ok(())
	}

	/// A clause that is over, or can never run, is neither registered nor activated.
	pub(crate) fn validate_time(spec: &ClauseSpec, now: BlockNumber) -> Result<(), Error<T>> {
		if let Some(window) = spec.window {
			ensure!(window.from < window.until, Error::<T>::InvalidWindow);
			ensure!(window.until > now, Error::<T>::WindowOver);
		}
		if let Some(expiry) = spec.expiry {
			ensure!(expiry > now, Error::<T>::ExpiryPast);
			ensure!(
				spec.window.is_none_or(|window| window.from < expiry),
				Error::<T>::InvalidWindow
			);
		}
		Ok(())
	}

	fn validate_program(spec: &ClauseSpec) -> Result<(), Error<T>> {
		let program = &spec.program;
		ensure!((1..=MAX_PROGRAM_BYTES).contains(&program.len), Error::<T>::InvalidProgramLength);
		match &program.location {
			ProgramLocation::Preimage => {
				let len = T::Preimages::len(&program.hash).ok_or(Error::<T>::ProgramNotNoted)?;
				ensure!(len == program.len, Error::<T>::ProgramLengthMismatch);
			},
			ProgramLocation::External(location) => {
				ensure!(is_http_url(location), Error::<T>::InvalidLocation)
			},
		}
		Ok(())
	}
}
