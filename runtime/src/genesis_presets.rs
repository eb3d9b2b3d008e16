//! The chains that can be born from this runtime. Chain specifications are made of these presets
//! and of nothing else.
//!
//! | preset | validators | root key |
//! | --- | --- | --- |
//! | `development` | Alice | Alice |
//! | `local_testnet` | Alice, Bob | none |
//!
//! Every secret key behind the presets is public: `//Alice`, `//Alice//stash`, `//Node//1` and so
//! on. A chain that holds value starts from a specification of its own.
//!
//! A validator `X` has the account `//X//stash` and signs with the session keys `//X`. Network
//! testing tools that inject validators follow the same rule, so the stash accounts of all six
//! well-known names hold money.

use crate::{
	constants::{BABE_GENESIS_EPOCH_CONFIG, CDT},
	AccountId, BabeConfig, Balance, BalancesConfig, RuntimeGenesisConfig, SessionConfig,
	SessionKeys, SudoConfig,
};
use alloc::{format, string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::get_public_from_string_or_panic, sr25519};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;

/// Balance of every endowed account. As a JSON number it has to stay below 2⁶⁴.
pub const ENDOWMENT: Balance = 1_000_000 * CDT;

/// How many accounts `//Node//1`, `//Node//2`, … are endowed: the operators of the compute nodes
/// that a development node runs.
pub const DEV_NODES: u32 = 5;

/// Account of the `index`-th development compute node, counted from one: `//Node//<index>`.
pub fn dev_node_account(index: u32) -> AccountId {
	get_public_from_string_or_panic::<sr25519::Public>(&format!("Node//{index}")).into()
}

/// A validator at genesis: its account and its session keys.
#[derive(Clone)]
struct Validator {
	stash: AccountId,
	keys: SessionKeys,
}

impl Validator {
	/// The validator with the secret `//<name>`.
	fn well_known(name: &str) -> Self {
		Self {
			stash: get_public_from_string_or_panic::<sr25519::Public>(&format!("{name}//stash"))
				.into(),
			keys: SessionKeys {
				babe: get_public_from_string_or_panic::<BabeId>(name),
				grandpa: get_public_from_string_or_panic::<GrandpaId>(name),
			},
		}
	}
}

/// Alice to Ferdie, their stashes, and the operators of development nodes.
fn endowed_accounts() -> Vec<AccountId> {
	Sr25519Keyring::well_known()
		.map(|key| key.to_account_id())
		.chain((1..=DEV_NODES).map(dev_node_account))
		.collect()
}

fn genesis(validators: Vec<Validator>, root: Option<AccountId>) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: endowed_accounts()
				.into_iter()
				.map(|account| (account, ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		// Babe and Grandpa get their first authorities from here.
		session: SessionConfig {
			keys: validators
				.into_iter()
				.map(|validator| (validator.stash.clone(), validator.stash, validator.keys))
				.collect::<Vec<_>>(),
		},
		sudo: SudoConfig { key: root },
	})
}

fn development() -> Value {
	genesis(vec![Validator::well_known("Alice")], Some(Sr25519Keyring::Alice.to_account_id()))
}

fn local_testnet() -> Value {
	genesis(vec![Validator::well_known("Alice"), Validator::well_known("Bob")], None)
}

/// The genesis of the preset `id`, as a JSON patch of the default one.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		_ => return None,
	};
	Some(patch.to_string().into_bytes())
}

/// The ids that [`get_preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
