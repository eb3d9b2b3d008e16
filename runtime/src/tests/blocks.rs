//! Blocks on the assembled runtime, from the header to the end of a session.

use super::*;
use crate::{
	configs::session::prove_key_owner, constants::EPOCH_DURATION_IN_SLOTS, AllPalletsWithSystem,
	Session,
};
use frame_support::traits::OnFinalize;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// Executes empty blocks up to and including `last`.
fn run_to_block(last: u32) {
	let mut parent = System::block_hash(0);
	for number in System::block_number() + 1..=last {
		begin_block(number, parent);
		parent = Executive::finalize_block().hash();
	}
}

#[test]
fn blocks_should_follow_each_other() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		run_to_block(3);
		assert_eq!(System::block_number(), 3);
		assert_eq!(crate::Timestamp::get(), (900_000_000 + 3) * crate::constants::SLOT_DURATION);
	});
}

#[test]
#[should_panic(expected = "Timestamp slot must match")]
fn clock_should_be_refused_when_it_disagrees_with_the_slot() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		let header = Header::new(
			1,
			Default::default(),
			Default::default(),
			System::block_hash(0),
			pre_digest(0, 900_000_000),
		);
		Executive::initialize_block(&header);
		let _ = crate::Timestamp::set(crate::RuntimeOrigin::none(), 42);
		AllPalletsWithSystem::on_finalize(1);
	});
}

#[test]
fn validators_of_the_genesis_should_stay_when_sessions_rotate() {
	new_test_ext(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		let validators = Session::validators();
		run_to_block(2 * EPOCH_DURATION_IN_SLOTS as u32 + 5);
		assert_eq!(Session::current_index(), 2);
		assert_eq!(Session::validators(), validators);
	});
}

#[test]
fn key_owners_of_past_sessions_should_stay_provable() {
	use frame_support::traits::KeyOwnerProofSystem;

	new_test_ext(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		let (key_type, key) = (sp_consensus_babe::KEY_TYPE, session_keys("//Bob").babe);
		let proof = prove_key_owner(key_type, key.clone()).expect("Bob is a validator");
		assert_eq!(proof.session, 0);

		run_to_block(2 * EPOCH_DURATION_IN_SLOTS as u32 + 5);
		assert_eq!(
			crate::Historical::check_proof((key_type, key), proof.clone()),
			Some((account("//Bob//stash"), crate::genesis_presets::VALIDATOR_STAKE)),
			"the proof names the stake that an offence is measured by"
		);
		assert_eq!(
			crate::Historical::check_proof((key_type, session_keys("//Alice").babe), proof),
			None,
			"a proof is for one key"
		);
	});
}
