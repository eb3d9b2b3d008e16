//! `pallet-transaction-payment`: what a signed transaction costs, and who gets it.
//!
//! One picosecond of reference time costs 10⁻¹² CDT and a byte 10⁻⁶ CDT, times a multiplier that
//! rises while blocks are fuller than a quarter and falls otherwise, never below a tenth. Fee and
//! tip go to the author of the block.

use crate::{
	constants::TRANSACTION_BYTE_FEE, AccountId, Authorship, Balance, Balances, Runtime,
	RuntimeEvent,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		ConstU128, ConstU8, OnUnbalanced,
	},
	weights::{ConstantMultiplier, IdentityFee},
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perquintill};

parameter_types! {
	/// Fullness of blocks at which the fee multiplier rests.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast the multiplier follows the load: some 20 % an hour when blocks stay full.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(25, 1_000_000);
	/// Floor of the multiplier: low enough to make idle blocks cheap, high enough to recover fast.
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
	/// Ceiling of the multiplier.
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// Pays fees and tips to the author of the block; without a known author they are burned.
pub struct ToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToAuthor {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		if let Some(author) = Authorship::author() {
			// What the author's account cannot take (below the existential deposit) is burned by
			// dropping the credit that comes back.
			let _ = Balances::resolve(&author, credit);
		}
	}
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, ToAuthor>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<TRANSACTION_BYTE_FEE>>;
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Self,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type WeightInfo = crate::weights::pallet_transaction_payment::WeightInfo<Runtime>;
}
