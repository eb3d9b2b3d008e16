//! `pallet-disputes`: what if it was wrong.

use super::{
	protocol::{Genesis, TreasuryAccount},
	system::RuntimeBlockWeights,
};
use crate::{
	AccountId, Attestation, Balances, ClauseRegistry, JobDispatch, NodeStaking, RollupAnchor,
	Runtime, RuntimeHoldReason,
};
use frame_support::{parameter_types, weights::Weight};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

parameter_types! {
	/// What disputes that nobody has judged may use of a block.
	pub DisputeHookWeight: Weight = Perbill::from_percent(5) * RuntimeBlockWeights::get().max_block;
}

impl pallet_disputes::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Treasury = TreasuryAccount;
	// The founding council judges until there is a court.
	type ArbiterOrigin = EnsureRoot<AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Jobs = JobDispatch;
	type Clauses = ClauseRegistry;
	type Slasher = NodeStaking;
	type Leases = Attestation;
	type Genesis = Genesis;
	type Receipts = RollupAnchor;
	type HookWeight = DisputeHookWeight;
	type WeightInfo = pallet_disputes::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
