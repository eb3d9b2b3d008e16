//! `pallet-zk-verifiers`: verifying keys of clauses.

use crate::{AccountId, Balances, ClauseRegistry, RollupAnchor, Runtime, RuntimeHoldReason};
use frame_system::{EnsureRoot, EnsureSigned};

impl pallet_zk_verifiers::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type OwnerOrigin = EnsureSigned<AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type EmergencyOrigin = EnsureRoot<AccountId>;
	type Clauses = ClauseRegistry;
	type Receipts = RollupAnchor;
	type WeightInfo = pallet_zk_verifiers::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
