//! Every preset builds, and into the chain that its documentation promises.

use super::*;
use crate::{
	constants::{CDT, SLOT_DURATION},
	genesis_presets::{dev_node_account, preset_names, DEV_NODES, ENDOWMENT, VALIDATOR_STAKE},
	Babe, Grandpa, Session,
};
use frame_support::traits::fungible::Inspect;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

fn root_key() -> Option<AccountId> {
	pallet_sudo::Key::<crate::Runtime>::get()
}

#[test]
fn every_preset_should_build_into_a_state() {
	for preset in preset_names() {
		new_test_ext(&preset).execute_with(|| {
			assert!(!Session::validators().is_empty(), "{preset} has validators");
			assert_eq!(Babe::slot_duration(), SLOT_DURATION);
		});
	}
}

#[test]
fn unknown_preset_should_not_exist() {
	assert_eq!(genesis_presets::get_preset(&PresetId::from("mainnet")), None);
}

#[test]
fn default_genesis_should_have_no_root_key_and_no_money() {
	let bytes = get_preset::<RuntimeGenesisConfig>(&None, genesis_presets::get_preset).unwrap();
	let genesis: Value = serde_json::from_slice(&bytes).unwrap();
	assert_eq!(genesis["sudo"]["key"], Value::Null);
	assert_eq!(genesis["balances"]["balances"], Value::Array(vec![]));
}

#[test]
fn development_preset_should_have_alice_as_validator_and_root() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		assert_eq!(Session::validators(), vec![account("//Alice//stash")]);
		assert_eq!(root_key(), Some(account("//Alice")));
		let keys = session_keys("//Alice");
		assert_eq!(Babe::authorities().to_vec(), vec![(keys.babe, 1)]);
		assert_eq!(Grandpa::grandpa_authorities(), vec![(keys.grandpa, 1)]);
	});
}

#[test]
fn local_testnet_preset_should_have_two_validators_and_no_root() {
	new_test_ext(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		let validators = Session::validators();
		assert_eq!(validators.len(), 2);
		for (stash, session) in [("//Alice//stash", "//Alice"), ("//Bob//stash", "//Bob")] {
			assert!(validators.contains(&account(stash)));
			assert_eq!(
				pallet_session::NextKeys::<crate::Runtime>::get(account(stash)),
				Some(session_keys(session))
			);
		}
		assert_eq!(root_key(), None);
	});
}

#[test]
fn well_known_accounts_should_hold_the_endowment_in_every_preset() {
	for preset in preset_names() {
		new_test_ext(&preset).execute_with(|| {
			for name in ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"] {
				assert_eq!(free_balance(&format!("//{name}")), 1_000_000 * CDT);
				// Of a validator's stash, the stake is on hold.
				let stash = Balances::total_balance(&account(&format!("//{name}//stash")));
				assert_eq!(stash, 1_000_000 * CDT);
			}
			for index in 1..=DEV_NODES {
				assert_eq!(Balances::free_balance(dev_node_account(index)), ENDOWMENT);
			}
		});
	}
}

#[test]
fn validators_of_the_genesis_should_have_their_stake_on_hold() {
	use frame_support::traits::fungible::InspectHold;

	for (preset, validators) in
		[(DEV_RUNTIME_PRESET, &["Alice"][..]), (LOCAL_TESTNET_RUNTIME_PRESET, &["Alice", "Bob"])]
	{
		new_test_ext(preset).execute_with(|| {
			for name in validators {
				let stash = account(&format!("//{name}//stash"));
				assert_eq!(Balances::total_balance_on_hold(&stash), VALIDATOR_STAKE, "{name}");
			}
		});
	}
}

#[test]
fn dev_node_accounts_should_be_those_of_their_secrets() {
	for index in 1..=DEV_NODES {
		assert_eq!(dev_node_account(index), account(&format!("//Node//{index}")));
	}
}

#[test]
fn endowment_should_survive_a_json_number() {
	assert!(u64::try_from(ENDOWMENT).is_ok());
}

/// What stands in the presets as numbers is what the simulator makes.
#[test]
fn simulated_platforms_should_be_what_the_presets_trust() {
	use crate::genesis_presets::{
		SIMULATED_MEASUREMENT, SIMULATED_SGX_MEASUREMENT, SIMULATED_SNP_TCB,
	};
	use concordat_attestation::simulator::dev;

	assert_eq!(SIMULATED_SNP_TCB, dev::dev_snp_minimum());
	for (kind, expected) in [
		(dev::DevKind::Sgx, SIMULATED_SGX_MEASUREMENT),
		(dev::DevKind::Tdx, SIMULATED_MEASUREMENT),
		(dev::DevKind::Snp, SIMULATED_MEASUREMENT),
		(dev::DevKind::Nitro, SIMULATED_MEASUREMENT),
	] {
		let platform = dev::DevPlatform::new(kind, "any");
		assert_eq!(platform.measurement(SIMULATED_MEASUREMENT.0), expected, "{kind:?}");
	}
	for preset in preset_names() {
		new_test_ext(&preset).execute_with(|| {
			let anchors = pallet_attestation::Anchors::<crate::Runtime>::get().into_inner();
			assert_eq!(anchors, dev::dev_anchors());
			let state = pallet_attestation::Measurements::<crate::Runtime>::get;
			assert!(state(SIMULATED_MEASUREMENT).is_some_and(|status| status.counts(0)));
			assert!(state(SIMULATED_SGX_MEASUREMENT).is_some_and(|status| status.counts(0)));
		});
	}
}
