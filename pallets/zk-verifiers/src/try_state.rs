//! The invariants of the crate head, in code.

use crate::{groth, Bytes, Config, HoldReason, Keys, Pallet, Prepared};
use alloc::collections::BTreeMap;
use concordat_primitives::{traits::ClauseInspect, zk::vk_id, AccountId, Balance};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_deposits()?;
		Self::try_state_together()?;
		Self::try_state_keys()
	}

	fn try_state_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, Balance>::new();
		for record in Keys::<T>::iter_values() {
			let sum = owed.entry(record.depositor).or_default();
			*sum = sum.saturating_add(record.deposit);
		}
		for (depositor, sum) in owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::VerifyingKey.into(), &depositor) == sum,
				"what is on hold is the sum of the deposits"
			);
		}
		Ok(())
	}

	fn try_state_together() -> Result<(), TryRuntimeError> {
		let keys = Keys::<T>::iter_keys().count();
		ensure!(Bytes::<T>::iter_keys().count() == keys, "as many bytes as records");
		ensure!(Prepared::<T>::iter_keys().count() == keys, "as many prepared as records");
		Ok(())
	}

	fn try_state_keys() -> Result<(), TryRuntimeError> {
		for (clause, record) in Keys::<T>::iter() {
			ensure!(T::Clauses::clause(&clause).is_some(), "the clause of a key is registered");
			let bytes = Bytes::<T>::get(&clause).ok_or("a record without its bytes")?;
			let prepared = Prepared::<T>::get(&clause).ok_or("a record without a prepared key")?;
			ensure!(vk_id(record.curve, &bytes) == record.id, "the id names the bytes");
			let made = groth::prepare(record.curve, &bytes).map_err(|_| "a key that is not one")?;
			ensure!(
				made == (record.inputs, prepared.into_inner()),
				"the prepared form and the inputs are what the bytes give"
			);
		}
		Ok(())
	}
}
