//! `pallet-quorum-results`: what came out.

use super::protocol::Genesis;
use crate::{
	AccountId, Attestation, Audits, ClauseRegistry, Disputes, JobDispatch, NodeStaking,
	RollupAnchor, Runtime, Workflows, ZkVerifiers,
};
use frame_support::traits::{ConstU32, ConstU64};
use frame_system::EnsureRoot;
use sp_runtime::transaction_validity::TransactionPriority;

/// Priority of certificates in the pool: above what fees can buy.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

impl pallet_quorum_results::Config for Runtime {
	type Jobs = JobDispatch;
	type Leases = Attestation;
	type Clauses = ClauseRegistry;
	type Nodes = NodeStaking;
	type Receipts = RollupAnchor;
	type Genesis = Genesis;
	type Handoffs = Workflows;
	type Refusals = Workflows;
	type Slasher = NodeStaking;
	type Disputes = Disputes;
	type Audits = Audits;
	type Verifier = ZkVerifiers;
	// Until governance has an origin of DAO and jurisdiction together.
	type OverrideOrigin = EnsureRoot<AccountId>;
	type AuthorizedPriority = ConstU64<PRIORITY>;
	type AuthorizedLongevity = ConstU32<8>;
	// Seats of a round times the rounds that job-dispatch allows at most, and as many stand-ins.
	type MaxCertificates = ConstU32<128>;
	type WeightInfo = pallet_quorum_results::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
