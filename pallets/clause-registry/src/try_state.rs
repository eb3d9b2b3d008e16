//! The invariants of the crate head, in code.

use crate::{
	is_valid_capability, Authorities, ByIndex, Capabilities, CapabilityStatus, Clauses, Config,
	HoldReason, Latest, MeasurementUsers, Pallet, Parameters,
};
use alloc::collections::BTreeMap;
use concordat_primitives::{clause::ProgramLocation, AccountId, Balance, CapabilityId};
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
		Self::try_state_catalogue()?;
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

	fn try_state_catalogue() -> Result<(), TryRuntimeError> {
		let mut users = BTreeMap::<CapabilityId, u32>::new();
		for record in Clauses::<T>::iter_values().filter(|record| record.deposit.is_some()) {
			let count = users.entry(record.spec.capability).or_default();
			*count = count.saturating_add(1);
		}
		let mut owed = BTreeMap::<AccountId, Balance>::new();
		for (id, record) in Capabilities::<T>::iter() {
			ensure!(id.is_valid() && is_valid_capability(&record.spec), "a capability makes sense");
			ensure!(
				users.remove(&id).unwrap_or(0) == record.clauses,
				"a capability knows how many clauses ask for it"
			);
			ensure!(
				record.status == CapabilityStatus::Declared || record.clauses > 0,
				"a retired capability is kept for clauses alone"
			);
			match record.owner {
				Some(owner) => {
					let sum = owed.entry(owner).or_default();
					*sum = sum.saturating_add(record.deposit);
				},
				None => ensure!(record.deposit == 0, "nobody's deposit is not held"),
			}
		}
		ensure!(users.is_empty(), "what a clause asks for is in the catalogue");
		for (owner, sum) in owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Capability.into(), &owner) == sum,
				"what is on hold is the sum of the deposits for capabilities"
			);
		}
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
