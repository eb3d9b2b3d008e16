//! `pallet-workflows`: several jobs that make one.

use super::protocol::Genesis;
use crate::{
	AccountId, Attestation, Balances, ClauseRegistry, JobDispatch, QuorumResults, RollupAnchor,
	Runtime, RuntimeHoldReason,
};
use concordat_primitives::workflow::OpenFault;
use frame_support::traits::{ConstU32, ConstU64};
use frame_system::EnsureRoot;
use sp_runtime::{transaction_validity::TransactionPriority, DispatchError};

/// Priority of handoffs and refusals in the pool: that of certificates.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// What the errors of job-dispatch mean for a workflow whose step is ready.
pub struct BoardErrors;

impl pallet_workflows::OpenErrors for BoardErrors {
	fn sort(error: &DispatchError) -> OpenFault {
		use pallet_job_dispatch::Error as Board;
		let is = |one: Board<Runtime>| *error == DispatchError::from(one);
		if is(Board::CannotPay) {
			OpenFault::CannotPay
		} else if is(Board::QueueFull) || is(Board::TooManyLiveJobs) {
			OpenFault::Busy
		} else {
			OpenFault::Invalid
		}
	}
}

impl pallet_workflows::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Clauses = ClauseRegistry;
	type Capabilities = ClauseRegistry;
	type Opener = JobDispatch;
	type OpenErrors = BoardErrors;
	type Jobs = JobDispatch;
	type Outputs = QuorumResults;
	type Leases = Attestation;
	type Genesis = Genesis;
	type Receipts = RollupAnchor;
	type AuthorizedPriority = ConstU64<PRIORITY>;
	type AuthorizedLongevity = ConstU32<8>;
	type WeightInfo = pallet_workflows::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
