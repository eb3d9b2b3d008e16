//! The invariants of the crate head, in code.

use crate::{
	Authorities, ByIndex, Clauses, Config, HoldReason, Latest, MeasurementUsers, Pallet, Parameters,
};
use alloc::collections::BTreeMap;
use concordat_primitives::{clause::ProgramLocation, AccountId, Balance};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, QueryPreimage},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_deposits()?;
		Self::try_state_index()?;
		Self::try_state_names()?;
		Self::try_state_programs()?;
		Self::try_state_measurements()?;
		ensure!(Parameters::<T>::get().is_valid(), "invalid parameters");
		Ok(())
	}

	fn try_state_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, Balance>::new();
		for record in Clauses::<T>::iter_values() {
			ensure!(
				record.deposit.is_none() == record.is_done(),
				"no deposit if and only if retired and no job is kept"
			);
			ensure!(record.open_jobs <= record.kept_jobs, "an open job is not kept");
			let sum = owed.entry(record.owner).or_default();
			*sum = sum.saturating_add(record.deposit.unwrap_or(0));
		}
		for (owner, sum) in owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Clause.into(), &owner) == sum,
				"what is on hold is the sum of the deposits"
			);
		}
		Ok(())
	}

	fn try_state_index() -> Result<(), TryRuntimeError> {
		let count = u64::from(Clauses::<T>::count());
		ensure!(Clauses::<T>::iter_keys().count() as u64 == count, "the counter counts records");
		ensure!(ByIndex::<T>::iter_keys().count() as u64 == count, "as many places as records");
		for (id, record) in Clauses::<T>::iter() {
			ensure!(record.index < count, "the index is dense");
			ensure!(ByIndex::<T>::get(record.index) == Some(id), "the index is a bijection");
		}
		Ok(())
	}

	fn try_state_names() -> Result<(), TryRuntimeError> {
		for id in Clauses::<T>::iter_keys() {
			ensure!(Authorities::<T>::contains_key(&id.authority), "every authority has an owner");
			ensure!(
				Latest::<T>::get((&id.authority, &id.name)).is_some_and(|v| v >= id.version),
				"no version is greater than the latest"
			);
		}
		for ((authority, name), version) in Latest::<T>::iter() {
			let id = concordat_primitives::ClauseId { authority, name, version };
			ensure!(Clauses::<T>::contains_key(id), "the latest version is registered");
		}
		Ok(())
	}

	fn try_state_measurements() -> Result<(), TryRuntimeError> {
		let mut pairs = 0;
		for (id, record) in Clauses::<T>::iter().filter(|(_, record)| record.deposit.is_some()) {
			for measurement in &record.spec.measurements {
				pairs += 1;
				ensure!(
					MeasurementUsers::<T>::contains_key(measurement, &id),
					"a clause that may run is found under its measurements"
				);
			}
		}
		// No clause names a measurement twice, so that as many are there as were found.
		ensure!(
			MeasurementUsers::<T>::iter_keys().count() == pairs,
			"nothing else is found under a measurement"
		);
		Ok(())
	}

	fn try_state_programs() -> Result<(), TryRuntimeError> {
		for record in Clauses::<T>::iter_values() {
			let program = record.spec.program;
			if record.deposit.is_some() && program.location == ProgramLocation::Preimage {
				ensure!(T::Preimages::is_requested(&program.hash), "a needed program is requested");
				ensure!(
					T::Preimages::len(&program.hash) == Some(program.len),
					"a needed program is on chain"
				);
			}
		}
		Ok(())
	}
}
