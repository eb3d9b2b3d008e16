//! Numbers that clients, tools or the running chain depend on, and relations between constants.

use super::*;
use crate::{
	configs::system::{RuntimeBlockLength, RuntimeBlockWeights},
	constants::*,
	weights::{BlockExecutionWeight, ExtrinsicBaseWeight},
	AllPalletsWithSystem, Babe, Governance, Runtime, VERSION,
};
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, IntegrityTest, PalletsInfoAccess},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
};
use sp_runtime::{
	key_types::{BABE, GRANDPA},
	traits::OpaqueKeys,
};

#[test]
fn pallets_should_keep_their_indexes() {
	let mut pallets = AllPalletsWithSystem::infos()
		.into_iter()
		.map(|pallet| (pallet.index, pallet.name))
		.collect::<Vec<_>>();
	pallets.sort();
	assert_eq!(
		pallets,
		vec![
			(0, "System"),
			(1, "Timestamp"),
			(2, "Babe"),
			(3, "Authorship"),
			(4, "Balances"),
			(5, "TransactionPayment"),
			(6, "Offences"),
			(7, "Historical"),
			(8, "Session"),
			(9, "Grandpa"),
			(10, "Utility"),
			(11, "Preimage"),
			(12, "Scheduler"),
			(13, "Sudo"),
			(14, "Mmr"),
			(20, "ClauseRegistry"),
			(21, "Attestation"),
			(22, "NodeStaking"),
			(23, "JobDispatch"),
			(24, "QuorumResults"),
			(25, "RollupAnchor"),
			(26, "Governance"),
			(27, "Disputes"),
			(28, "NodeIdentity"),
			(29, "Trust"),
			(30, "Workflows"),
			(31, "Triggers"),
			(32, "ZkVerifiers"),
			(33, "Audits"),
		]
	);
}

#[test]
fn pallets_should_agree_with_their_constants() {
	TestExternalities::default().execute_with(AllPalletsWithSystem::integrity_test);
}

#[test]
fn session_keys_should_be_babe_and_grandpa_only() {
	assert_eq!(SessionKeys::key_ids(), &[BABE, GRANDPA]);
}

#[test]
fn slots_should_last_two_seconds() {
	assert_eq!(SLOT_DURATION, 2_000);
	assert_eq!(
		Babe::slot_duration(),
		SLOT_DURATION,
		"Babe takes the slot duration from the minimum period"
	);
	assert_eq!(MINUTES * MILLISECS_PER_BLOCK as u32, 60_000);
}

#[test]
fn block_limits_should_be_those_of_the_design() {
	let weights = RuntimeBlockWeights::get();
	assert_eq!(weights.max_block.ref_time(), WEIGHT_REF_TIME_PER_SECOND);
	assert_eq!(
		weights.get(DispatchClass::Normal).max_total.map(|w| w.ref_time()),
		Some(WEIGHT_REF_TIME_PER_SECOND / 4 * 3)
	);
	assert_eq!(weights.base_block, BlockExecutionWeight::get());
	for class in DispatchClass::all() {
		assert_eq!(weights.get(*class).base_extrinsic, ExtrinsicBaseWeight::get(), "{class:?}");
	}
	let length = RuntimeBlockLength::get();
	assert_eq!(*length.max.get(DispatchClass::Operational), 5 * 1024 * 1024);
	assert_eq!(*length.max.get(DispatchClass::Normal), 5 * 1024 * 1024 / 4 * 3);
}

#[test]
fn database_weight_should_be_that_of_parity_db() {
	assert_eq!(
		<Runtime as frame_system::Config>::DbWeight::get(),
		<ParityDbWeight as Get<_>>::get()
	);
}

#[test]
fn evidence_should_stay_usable_for_the_whole_evidence_period() {
	let blocks_remembered = u64::from(EVIDENCE_SESSIONS) * EPOCH_DURATION_IN_SLOTS;
	assert!(blocks_remembered >= u64::from(EVIDENCE_PERIOD));
	assert_eq!(
		<<Runtime as pallet_grandpa::Config>::MaxSetIdSessionEntries as Get<u64>>::get(),
		u64::from(EVIDENCE_SESSIONS)
	);
	assert_eq!(ReportLongevity::get(), u64::from(EVIDENCE_PERIOD));
}

#[test]
fn addresses_should_have_the_generic_prefix() {
	assert_eq!(<Runtime as frame_system::Config>::SS58Prefix::get(), 42);
}

#[test]
fn version_should_name_the_chain() {
	assert_eq!(VERSION.spec_name, "concordat");
	assert_eq!(VERSION.state_version(), sp_runtime::StateVersion::V1);
}

#[test]
fn the_heaviest_decision_should_fit_what_the_scheduler_may_run() {
	use pallet_scheduler::WeightInfo as _;
	type SchedulerWeight = <Runtime as pallet_scheduler::Config>::WeightInfo;

	let call = <Runtime as pallet_governance_timelocks::Config>::MaxCallWeight::get();
	// What the scheduler itself uses on the way to the first task of a block, whose call is kept as
	// a preimage at worst.
	let way = SchedulerWeight::service_agendas_base()
		.saturating_add(SchedulerWeight::service_agenda_base(
			<Runtime as pallet_scheduler::Config>::MaxScheduledPerBlock::get(),
		))
		.saturating_add(SchedulerWeight::service_task_fetched(128))
		.saturating_add(SchedulerWeight::service_task_named())
		.saturating_add(SchedulerWeight::execute_dispatch_unsigned());
	let needed = call.saturating_add(Governance::enact_overhead()).saturating_add(way);
	let limit = <Runtime as pallet_scheduler::Config>::MaximumWeight::get();
	assert!(needed.all_lte(limit), "{needed} of {limit}");
}

#[test]
fn hooks_of_the_protocol_should_leave_a_quarter_of_the_block() {
	use pallet_governance_timelocks::WeightInfo as _;
	use pallet_rollup_anchor::WeightInfo as _;
	type AnchorWeight = <Runtime as pallet_rollup_anchor::Config>::WeightInfo;
	type GovernanceWeight = <Runtime as pallet_governance_timelocks::Config>::WeightInfo;

	let block = RuntimeBlockWeights::get().max_block;
	let receipts = <Runtime as pallet_rollup_anchor::Config>::MaxReceiptsPerEpoch::get();
	let jobs = u64::from(pallet_job_dispatch::types::Params::default().hook_share);
	let workflows = u64::from(pallet_workflows::Params::default().hook_share);
	let triggers = u64::from(pallet_triggers::Params::default().hook_share);
	let shares: [Weight; 12] = [
		<Runtime as pallet_audits::Config>::HookWeight::get(),
		<Runtime as pallet_attestation::Config>::HookWeight::get(),
		<Runtime as pallet_disputes::Config>::HookWeight::get(),
		<Runtime as pallet_node_staking::Config>::HookWeight::get(),
		<Runtime as pallet_governance_timelocks::Config>::HookWeight::get(),
		GovernanceWeight::on_initialize(),
		<Runtime as pallet_rollup_anchor::Config>::PruneWeight::get(),
		AnchorWeight::on_initialize(),
		AnchorWeight::close(receipts),
		(block / 100).saturating_mul(jobs),
		(block / 100).saturating_mul(workflows),
		(block / 100).saturating_mul(triggers),
	];
	let sum = shares.into_iter().fold(Weight::zero(), |sum, share| sum.saturating_add(share));
	assert!(
		sum.ref_time() < block.ref_time() / 4 * 3,
		"{} of {}",
		sum.ref_time(),
		block.ref_time()
	);
}

#[test]
fn every_pallet_of_the_protocol_should_charge_for_its_calls() {
	use pallet_attestation::WeightInfo as _;
	use pallet_audits::WeightInfo as _;
	use pallet_clause_registry::WeightInfo as _;
	use pallet_disputes::WeightInfo as _;
	use pallet_governance_timelocks::WeightInfo as _;
	use pallet_job_dispatch::WeightInfo as _;
	use pallet_node_identity::WeightInfo as _;
	use pallet_node_staking::WeightInfo as _;
	use pallet_quorum_results::WeightInfo as _;
	use pallet_rollup_anchor::WeightInfo as _;
	use pallet_triggers::WeightInfo as _;
	use pallet_trust::WeightInfo as _;
	use pallet_workflows::WeightInfo as _;
	use pallet_zk_verifiers::WeightInfo as _;

	fn same<A: 'static, B: 'static>(pallet: &str) {
		assert_eq!(core::any::type_name::<A>(), core::any::type_name::<B>(), "{pallet}");
	}
	macro_rules! charges {
		($($pallet:ident :: $call:ident),* $(,)?) => {$({
			type Of = <Runtime as $pallet::Config>::WeightInfo;
			same::<Of, $pallet::weights::SubstrateWeight<Runtime>>(stringify!($pallet));
			assert!(Of::$call().ref_time() > 0, "{}", stringify!($pallet));
		})*};
	}
	charges!(
		pallet_attestation::surrender,
		pallet_audits::set_params,
		pallet_clause_registry::activate,
		pallet_disputes::open,
		pallet_governance_timelocks::vote,
		pallet_job_dispatch::cancel,
		pallet_node_identity::unbind_did,
		pallet_node_staking::register,
		pallet_quorum_results::submit_cac,
		pallet_rollup_anchor::append,
		pallet_triggers::fund,
		pallet_trust::set_params,
		pallet_workflows::hand_over,
		pallet_zk_verifiers::set_params,
	);
}
