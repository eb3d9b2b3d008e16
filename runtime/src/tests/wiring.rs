//! Numbers that clients, tools or the running chain depend on, and relations between constants.

use super::*;
use crate::{
	configs::system::{RuntimeBlockLength, RuntimeBlockWeights},
	constants::*,
	AllPalletsWithSystem, Babe, Runtime, VERSION,
};
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, IntegrityTest, PalletsInfoAccess},
	weights::constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
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
