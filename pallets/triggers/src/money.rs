//! Deposits and funding: everything that moves money.

use crate::{Config, Error, HoldReason, Pallet, LOG_TARGET};
use concordat_primitives::{AccountId, Balance};
use frame_support::traits::{
	fungible::MutateHold,
	tokens::{Fortitude, Precision, Restriction},
	Get,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Holds an amount of an account's free balance.
	pub(crate) fn hold(reason: HoldReason, who: &AccountId, amount: Balance) -> DispatchResult {
		if amount > 0 {
			T::Currency::hold(&reason.into(), who, amount).map_err(|_| Error::<T>::CannotPay)?;
		}
		Ok(())
	}

	/// Returns an amount that is held.
	pub(crate) fn release(reason: HoldReason, who: &AccountId, amount: Balance) -> DispatchResult {
		if amount > 0 {
			T::Currency::release(&reason.into(), who, amount, Precision::Exact)?;
		}
		Ok(())
	}

	/// Takes the fee of a firing out of the owner's funding; returns what was taken. A destination that cannot receive it
	/// does not stop the firing.
	pub(crate) fn take_fee(owner: &AccountId, fee: Balance) -> Balance {
		if fee == 0 {
			return 0;
		}
		T::Currency::transfer_on_hold(
			&HoldReason::Funding.into(),
			owner,
			&T::FeeDestination::get(),
			fee,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or_else(|error| {
			log::warn!(target: LOG_TARGET, "a fee of {fee} of {owner:?} is not taken: {error:?}");
			0
		})
	}
}
