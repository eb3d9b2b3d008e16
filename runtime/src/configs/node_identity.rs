//! `pallet-node-identity`: who they say they are, and who vouches for it.

use super::protocol::Genesis;
use crate::{AccountId, Balances, NodeStaking, RollupAnchor, Runtime, RuntimeHoldReason};
use frame_system::EnsureRoot;

impl pallet_node_identity::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Nodes = NodeStaking;
	type Genesis = Genesis;
	type Receipts = RollupAnchor;
	type WeightInfo = pallet_node_identity::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
