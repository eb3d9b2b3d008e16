//! `pallet-attestation`: which enclaves count.

use super::{protocol::TreasuryAccount, system::RuntimeBlockWeights};
use crate::{AccountId, Balances, ClauseRegistry, NodeStaking, RollupAnchor, Runtime, Timestamp};
use frame_support::{parameter_types, weights::Weight};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

parameter_types! {
	/// What leases that expire or are judged again may use of a block.
	pub LeaseHookWeight: Weight = Perbill::from_percent(5) * RuntimeBlockWeights::get().max_block;
}

impl pallet_attestation::Config for Runtime {
	type ForceOrigin = EnsureRoot<AccountId>;
	type Nodes = NodeStaking;
	type Listener = NodeStaking;
	type Clauses = ClauseRegistry;
	type Currency = Balances;
	type RewardSource = TreasuryAccount;
	type Receipts = RollupAnchor;
	type Time = Timestamp;
	type HookWeight = LeaseHookWeight;
	type WeightInfo = pallet_attestation::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
