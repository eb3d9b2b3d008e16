//! Escrow and deposit: everything that moves money.

use crate::{pallet::*, types::*, LOG_TARGET};
use concordat_primitives::{traits::NodeInspect, AccountId, Balance, JobId, NodeId};
use frame_support::traits::{
	fungible::MutateHold as _,
	tokens::{Fortitude, Precision, Restriction},
	Get as _,
};

/// Where an escrow went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlay {
	/// To nodes.
	pub paid: Balance,
	/// To the fee destination.
	pub fees: Balance,
	/// Back to the requester.
	pub refunded: Balance,
}

impl<T: Config> Pallet<T> {
	/// Divides all that is held for a job: first the nodes, then the fees, the rest goes back. Never fails, and
	/// never moves more than is held.
	pub(crate) fn close_escrow(
		id: JobId,
		job: &mut Job,
		order: &Order,
		payouts: &[(NodeId, Balance)],
		fees: Balance,
	) -> Outlay {
		let who = &order.requester;
		let mut outlay = Outlay::default();
		for (node, amount) in payouts {
			let Some(controller) = T::Nodes::controller(*node) else { continue };
			let amount = Self::pay_from_escrow(who, &controller, (*amount).min(job.escrow));
			job.escrow = job.escrow.saturating_sub(amount);
			outlay.paid = outlay.paid.saturating_add(amount);
			if amount > 0 {
				Self::deposit_event(Event::NodePaid { job: id, node: *node, amount });
			}
		}
		outlay.fees = Self::pay_from_escrow(who, &T::FeeDestination::get(), fees.min(job.escrow));
		job.escrow = job.escrow.saturating_sub(outlay.fees);
		outlay.refunded = Self::give_back(HoldReason::Escrow, who, job.escrow);
		job.escrow = 0;
		job.paid = job.paid.saturating_add(outlay.paid);
		outlay
	}

	/// Removes the input of a job and returns the deposit.
	pub(crate) fn drop_input(id: JobId, job: &mut Job, order: &Order) {
		Inputs::<T>::remove(id);
		Seals::<T>::remove(id);
		Ciphertexts::<T>::remove(id);
		Self::give_back(HoldReason::Input, &order.requester, job.deposit);
		job.deposit = 0;
	}

	/// Returns a part of a deposit.
	pub(crate) fn return_deposit(who: &AccountId, amount: Balance) {
		Self::give_back(HoldReason::Input, who, amount);
	}

	/// What arrived: `amount`, or nothing if the account cannot receive it.
	fn pay_from_escrow(from: &AccountId, to: &AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		Self::move_held(HoldReason::Escrow, from, to, amount)
	}

	fn move_held(reason: HoldReason, from: &AccountId, to: &AccountId, amount: Balance) -> Balance {
		T::Currency::transfer_on_hold(
			&reason.into(),
			from,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			// What was promised is paid: a freeze of the requester does not reach into the escrow.
			Fortitude::Force,
		)
		.unwrap_or_else(|error| {
			log::warn!(target: LOG_TARGET, "payment of {amount} to {to:?} failed: {error:?}");
			0
		})
	}

	/// Releases a hold; returns what the account got. An account without free balance cannot receive less than
	/// an existential deposit: such dust goes to the fee destination, or is burned if that cannot take it.
	fn give_back(reason: HoldReason, who: &AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		if let Ok(released) = T::Currency::release(&reason.into(), who, amount, Precision::Exact) {
			return released;
		}
		if Self::move_held(reason, who, &T::FeeDestination::get(), amount) == 0 {
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
		}
		0
	}
}
