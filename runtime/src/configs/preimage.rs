//! `pallet-preimage`: bytes on chain under their hash (clause programs, calls to be enacted), kept
//! for a deposit.

use crate::{
	constants::deposit, AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason,
};
use frame_support::{
	parameter_types,
	traits::{fungible::HoldConsideration, LinearStoragePrice},
};
use frame_system::EnsureRoot;

parameter_types! {
	/// Deposit for a preimage of any size.
	pub const PreimageBaseDeposit: Balance = deposit(2, 64);
	/// Deposit for each of its bytes.
	pub const PreimageByteDeposit: Balance = deposit(0, 1);
	/// Reason under which the deposit is held.
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_preimage::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
	>;
	type WeightInfo = crate::weights::pallet_preimage::WeightInfo<Runtime>;
}
