//! `pallet-triggers`: what sets jobs off, and how many may be.

use super::protocol::{Genesis, TreasuryAccount};
use crate::{
	AccountId, Balances, ClauseRegistry, JobDispatch, NodeIdentity, RollupAnchor, Runtime,
	RuntimeHoldReason,
};
use frame_support::traits::{Contains, Nothing};
use frame_system::EnsureRoot;
use pallet_job_dispatch::refusal::Refusal;

/// Refusals of job-dispatch that pass by themselves.
pub struct QuotaRefusals;

impl Contains<u8> for QuotaRefusals {
	fn contains(code: &u8) -> bool {
		[Refusal::QuotaOfDao.code(), Refusal::QuotaOfJurisdiction.code()].contains(code)
	}
}

impl pallet_triggers::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	// DAOs will act through accounts of their own; until they exist, governance fires proposals.
	type Daos = Nothing;
	type Jobs = JobDispatch;
	type PassingRefusals = QuotaRefusals;
	type Switches = JobDispatch;
	type Clauses = ClauseRegistry;
	type Credentials = NodeIdentity;
	type Genesis = Genesis;
	type Receipts = RollupAnchor;
	type FeeDestination = TreasuryAccount;
	type WeightInfo = pallet_triggers::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
