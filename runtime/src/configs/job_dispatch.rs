//! `pallet-job-dispatch`: when and on which node.

use super::protocol::{AuthorVrf, TreasuryAccount};
use crate::{
	AccountId, Attestation, Balances, ClauseRegistry, NodeIdentity, NodeStaking, QuorumResults,
	RollupAnchor, Runtime, RuntimeHoldReason,
};
use frame_system::EnsureRoot;

impl pallet_job_dispatch::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Clauses = ClauseRegistry;
	type ClauseJobs = ClauseRegistry;
	type Nodes = NodeStaking;
	type Leases = Attestation;
	type Credentials = NodeIdentity;
	type Receipts = RollupAnchor;
	type Listener = QuorumResults;
	type Randomness = AuthorVrf;
	type FeeDestination = TreasuryAccount;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type WeightInfo = pallet_job_dispatch::weights::SubstrateWeight<Runtime>;
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{clause::MAX_SEATS, job::MAX_ATTEMPTS};
	use frame_support::traits::Get;

	/// A late round has to be heard as well as the first one, whatever governance allows.
	#[test]
	fn results_should_have_room_for_every_seat_of_every_attempt() {
		let room: u32 = <Runtime as pallet_quorum_results::Config>::MaxCertificates::get();
		assert!(
			MAX_SEATS * MAX_ATTEMPTS <= room,
			"{MAX_SEATS} seats, {MAX_ATTEMPTS} attempts, room for {room}"
		);
	}
}
