//! `pallet-audits`: what one node alone has said, run again by others.

use super::{protocol::AuthorVrf, system::RuntimeBlockWeights};
use crate::{
	AccountId, ClauseRegistry, JobDispatch, NodeStaking, QuorumResults, RollupAnchor, Runtime,
};
use concordat_primitives::{cac::FailureCode, traits::JobOutputs, Hash, JobId};
use frame_support::{parameter_types, weights::Weight, PalletId};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

parameter_types! {
	/// Makes the account that pays for audits; governance fills it.
	pub const AuditsId: PalletId = PalletId(*b"cdt/audt");
	/// What drawing and opening audits may use of a block.
	pub AuditHookWeight: Weight = Perbill::from_perthousand(25) * RuntimeBlockWeights::get().max_block;
}

/// What the judge has on record.
pub struct Decided;

impl pallet_audits::TallyOf for Decided {
	fn tally(job: JobId) -> Option<Result<Hash, FailureCode>> {
		pallet_quorum_results::Results::<Runtime>::get(job).map(|record| record.result)
	}

	// One record is read; its output comes with more.
	fn weight() -> Weight {
		<QuorumResults as JobOutputs>::weight()
	}
}

impl pallet_audits::Config for Runtime {
	type Jobs = JobDispatch;
	type Opener = JobDispatch;
	type Results = Decided;
	type Clauses = ClauseRegistry;
	type Slasher = NodeStaking;
	type Randomness = AuthorVrf;
	type Receipts = RollupAnchor;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type PalletId = AuditsId;
	type HookWeight = AuditHookWeight;
	type WeightInfo = pallet_audits::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
