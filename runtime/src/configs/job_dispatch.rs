//! `pallet-job-dispatch`: when and on which node.

use super::protocol::{AuthorVrf, TreasuryAccount};
use crate::{
	AccountId, Attestation, Audits, Balances, ClauseRegistry, NodeIdentity, NodeStaking,
	QuorumResults, RollupAnchor, Runtime, RuntimeHoldReason, System, Triggers, Trust, Workflows,
	ZkVerifiers,
};
use concordat_primitives::{
	traits::{JobEnd, JobOutcomes},
	workflow::JobParent,
	JobId,
};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use frame_system::EnsureRoot;

/// Whoever opens jobs hears of their ends.
pub struct Openers;

impl JobOutcomes for Openers {
	fn job_ended(job: JobId, parent: &JobParent, end: &JobEnd) {
		match parent {
			JobParent::Workflow { .. } => Workflows::job_ended(job, parent, end),
			JobParent::Trigger { .. } => Triggers::job_ended(job, parent, end),
			JobParent::Audit { .. } => {
				Audits::job_ended(job, parent, end);
				// Few jobs are audits, and what one finds may slash a node: not every end of a job has to pay for that.
				System::register_extra_weight_unchecked(
					<Audits as JobOutcomes>::weight(),
					DispatchClass::Mandatory,
				);
			},
		}
	}

	fn weight() -> Weight {
		<Workflows as JobOutcomes>::weight().max(<Triggers as JobOutcomes>::weight())
	}
}

impl pallet_job_dispatch::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Clauses = ClauseRegistry;
	type ClauseJobs = ClauseRegistry;
	type Trust = Trust;
	type Proofs = ZkVerifiers;
	type Quotas = Triggers;
	type Outcomes = Openers;
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
