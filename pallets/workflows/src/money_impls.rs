//! Deposits and reserves: everything that moves money.

use crate::{pallet::*, types::*, LOG_TARGET};
use concordat_primitives::{AccountId, Balance};
use frame_support::traits::{
	fungible::{Inspect as _, MutateHold as _},
	tokens::{Fortitude, Precision},
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Holds deposit and reserve, or nothing.
	pub(crate) fn hold_all(
		owner: &AccountId,
		deposit: Balance,
		reserve: Balance,
	) -> DispatchResult {
		T::Currency::hold(&HoldReason::Deposit.into(), owner, deposit)
			.and_then(|()| T::Currency::hold(&HoldReason::Reserve.into(), owner, reserve))
			.map_err(|_| Error::<T>::CannotPay.into())
	}

	/// Releases a hold; returns what the account got. An account without free balance cannot receive less than an
	/// existential deposit: such dust is burned.
	pub(crate) fn give_back(reason: HoldReason, who: &AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		if let Ok(released) = T::Currency::release(&reason.into(), who, amount, Precision::Exact) {
			return released;
		}
		let burned = T::Currency::burn_held(
			&reason.into(),
			who,
			amount,
			Precision::BestEffort,
			Fortitude::Force,
		);
		if let Err(error) = burned {
			log::error!(target: LOG_TARGET, "held {amount} of {who:?} is stuck: {error:?}");
		}
		0
	}

	/// Does something that may cost the owner, with the reserve at hand: all of it is free meanwhile, and what was not
	/// spent is held again.
	pub(crate) fn with_reserve<R>(workflow: &mut Workflow, f: impl FnOnce() -> R) -> R {
		if workflow.reserve == 0 {
			return f();
		}
		let owner = &workflow.owner;
		let released = Self::give_back(HoldReason::Reserve, owner, workflow.reserve);
		let before = T::Currency::balance(owner);
		let result = f();
		let spent = before.saturating_sub(T::Currency::balance(owner));
		let rest = released.saturating_sub(spent);
		workflow.reserve = match T::Currency::hold(&HoldReason::Reserve.into(), owner, rest) {
			Ok(()) => rest,
			Err(error) => {
				log::warn!(target: LOG_TARGET, "a reserve of {rest} is not held again: {error:?}");
				0
			},
		};
		result
	}
}
