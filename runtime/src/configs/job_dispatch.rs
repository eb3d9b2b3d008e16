//! `pallet-job-dispatch`: when and on which node.

use super::protocol::{AuthorVrf, TreasuryAccount};
use crate::{
	AccountId, Attestation, Balances, ClauseRegistry, NodeStaking, QuorumResults, RollupAnchor,
	Runtime, RuntimeHoldReason,
};
use frame_system::EnsureRoot;

impl pallet_job_dispatch::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Clauses = ClauseRegistry;
	type ClauseJobs = ClauseRegistry;
	type Nodes = NodeStaking;
	type Leases = Attestation;
	type Receipts = RollupAnchor;
	type Listener = QuorumResults;
	type Randomness = AuthorVrf;
	type FeeDestination = TreasuryAccount;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type WeightInfo = pallet_job_dispatch::weights::SubstrateWeight<Runtime>;
}
