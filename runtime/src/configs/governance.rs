//! `pallet-governance-timelocks`: who decides. Root is reached through it alone, but for `Sudo` on a
//! development chain.

use super::system::RuntimeBlockWeights;
use crate::{Preimage, RollupAnchor, Runtime, RuntimeCall, Scheduler};
use concordat_primitives::governance::{ClassifyCall, DecisionClass};
use frame_support::{parameter_types, traits::ConstU32, weights::Weight};
use sp_runtime::Perbill;

parameter_types! {
	/// The most that a proposed call may weigh: half a block, which the scheduler can always give.
	pub MaxCallWeight: Weight = Perbill::from_percent(50) * RuntimeBlockWeights::get().max_block;
	/// What ending overdue proposals may use of a block.
	pub GovernanceHookWeight: Weight =
		Perbill::from_percent(2) * RuntimeBlockWeights::get().max_block;
}

impl pallet_governance_timelocks::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type Classify = Classes;
	type Scheduler = Scheduler;
	type Preimages = Preimage;
	type Receipts = RollupAnchor;
	type MaxMembers = ConstU32<32>;
	type MaxLivePerMember = ConstU32<4>;
	type MaxLive = ConstU32<128>;
	type MaxFinished = ConstU32<256>;
	type MaxCallWeight = MaxCallWeight;
	type HookWeight = GovernanceHookWeight;
	type WeightInfo = pallet_governance_timelocks::weights::SubstrateWeight<Runtime>;
}

/// Sorts the calls of this runtime. What no arm names is an upgrade: forgetting a call makes it
/// dearer to enact, never cheaper.
pub struct Classes;

impl ClassifyCall<RuntimeCall> for Classes {
	fn class_of(call: &RuntimeCall) -> DecisionClass {
		use pallet_attestation::Call as Attestation;
		use pallet_audits::Call as Audits;
		use pallet_clause_registry::Call as ClauseRegistry;
		use pallet_disputes::Call as Disputes;
		use pallet_job_dispatch::Call as JobDispatch;
		use pallet_node_identity::Call as NodeIdentity;
		use pallet_node_staking::Call as NodeStaking;
		use pallet_quorum_results::Call as QuorumResults;
		use pallet_rollup_anchor::Call as RollupAnchor;
		use pallet_triggers::Call as Triggers;
		use pallet_trust::Call as Trust;
		use pallet_workflows::Call as Workflows;
		use pallet_zk_verifiers::Call as ZkVerifiers;
		match call {
			RuntimeCall::NodeStaking(NodeStaking::add_validator { .. }) => {
				DecisionClass::NodeAddition
			},
			RuntimeCall::NodeStaking(NodeStaking::remove_validator { .. })
			// A verdict may jail nodes, names its evidence, and has to come before the dispute times
			// out; what it freezes can be restored for as long as the appeal window lasts.
			| RuntimeCall::Disputes(Disputes::resolve { .. })
			// A vote in the place of nodes: the same threshold as for a verdict.
			| RuntimeCall::QuorumResults(QuorumResults::override_result { .. }) => {
				DecisionClass::NodeRemoval
			},
			RuntimeCall::NodeStaking(
				NodeStaking::set_params { .. }
				// An appeal: money, and of no use after the appeal window.
				| NodeStaking::cancel_slash { .. },
			)
			| RuntimeCall::JobDispatch(
				JobDispatch::set_params { .. }
				// To start again takes longer than to stop, but not longer than a stop can last.
				| JobDispatch::resume { .. },
			)
			| RuntimeCall::ClauseRegistry(
				ClauseRegistry::set_params { .. }
				| ClauseRegistry::leave_safe_mode { .. }
				| ClauseRegistry::declare_capability { .. }
				| ClauseRegistry::retire_capability { .. }
				| ClauseRegistry::correct_capability { .. },
			)
			| RuntimeCall::Attestation(
				Attestation::set_params { .. }
				| Attestation::set_quote_policy { .. }
				| Attestation::sunset_measurement { .. }
				| Attestation::remove_collateral { .. },
			)
			| RuntimeCall::NodeIdentity(
				NodeIdentity::set_params { .. }
				| NodeIdentity::register_issuer { .. }
				| NodeIdentity::set_issuer { .. }
				| NodeIdentity::register_method { .. }
				| NodeIdentity::register_ak { .. },
			)
			| RuntimeCall::Trust(Trust::set_params { .. })
			| RuntimeCall::Workflows(Workflows::set_params { .. })
			| RuntimeCall::Triggers(
				Triggers::set_params { .. }
				| Triggers::set_quota { .. }
				| Triggers::appoint { .. }
				// A proposal that sets off a clause costs what its trigger was funded with.
				| Triggers::fire { .. }
				| Triggers::withdraw_forecast { .. },
			)
			| RuntimeCall::RollupAnchor(
				RollupAnchor::set_params { .. } | RollupAnchor::record_anchor { .. },
			)
			| RuntimeCall::Audits(Audits::set_params { .. } | Audits::audit { .. })
			| RuntimeCall::ZkVerifiers(ZkVerifiers::set_params { .. })
			| RuntimeCall::Disputes(Disputes::set_params { .. }) => DecisionClass::Parameters,
			// The closed list of emergency actions: each only stops something.
			RuntimeCall::Attestation(
				Attestation::revoke_measurement { .. }
				| Attestation::withdraw_measurement { .. }
				| Attestation::invalidate { .. }
				| Attestation::remove_anchor { .. },
			)
			| RuntimeCall::NodeIdentity(
				NodeIdentity::remove_issuer { .. }
				| NodeIdentity::remove_method { .. }
				| NodeIdentity::remove_ak { .. }
				| NodeIdentity::revoke_did { .. }
				| NodeIdentity::revoke_credential { .. },
			)
			| RuntimeCall::ClauseRegistry(ClauseRegistry::enter_safe_mode { .. })
			// Proofs under it are no longer accepted; on again only by the rule for upgrades.
			| RuntimeCall::ZkVerifiers(
				ZkVerifiers::set_enabled { enabled: false, .. }
				| ZkVerifiers::set_curve_enabled { enabled: false, .. },
			)
			// A forecast only holds back, and for a bounded time; the burst lets through what a disaster needs, also
			// for a bounded time.
			| RuntimeCall::Triggers(
				Triggers::declare_forecast { .. } | Triggers::activate_burst { .. },
			)
			| RuntimeCall::JobDispatch(JobDispatch::pause { .. } | JobDispatch::fail_job { .. }) => {
				DecisionClass::Emergency
			},
			// Nested calls are not looked into: a batch is an upgrade, the strictest class.
			_ => DecisionClass::Upgrade,
		}
	}
}
