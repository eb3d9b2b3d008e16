//! `pallet-node-staking`: who may run it, and who validates.

use super::{
	protocol::{Genesis, TreasuryAccount},
	system::RuntimeBlockWeights,
};
use crate::{
	AccountId, Balances, ClauseRegistry, JobDispatch, RollupAnchor, Runtime, RuntimeHoldReason,
	Session,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU32, ConstU64},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::{transaction_validity::TransactionPriority, Perbill};

/// Priority of heartbeats in the pool: above what fees can buy, below certificates.
const HEARTBEAT_PRIORITY: TransactionPriority = TransactionPriority::MAX / 4;

parameter_types! {
	/// What silent nodes and slashes that come due may use of a block.
	pub NodeHookWeight: Weight = Perbill::from_percent(10) * RuntimeBlockWeights::get().max_block;
}

impl pallet_node_staking::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type ValidatorOrigin = EnsureRoot<AccountId>;
	type SlashCancelOrigin = EnsureRoot<AccountId>;
	type SlashDestination = ResolveTo<TreasuryAccount, Balances>;
	type Pool = JobDispatch;
	type Capabilities = ClauseRegistry;
	type Receipts = RollupAnchor;
	type Genesis = Genesis;
	type Session = Session;
	type MaxValidators = ConstU32<{ crate::constants::MAX_AUTHORITIES }>;
	type HookWeight = NodeHookWeight;
	type HeartbeatPriority = ConstU64<HEARTBEAT_PRIORITY>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type WeightInfo = pallet_node_staking::weights::SubstrateWeight<Runtime>;
}
