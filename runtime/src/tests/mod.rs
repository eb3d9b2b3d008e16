//! Tests of the runtime as it is assembled: presets, wiring, transactions, offences. What a pallet
//! does by itself is tested in the pallet.

#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
mod blocks;
mod governance;
mod offences;
mod presets;
mod transactions;
mod wiring;

use crate::{
	genesis_presets, AccountId, Balances, Executive, Hash, Header, RuntimeCall,
	RuntimeGenesisConfig, SessionKeys, System, UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::genesis_builder_helper::{build_state, get_preset};
use serde_json::Value;
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	Slot,
};
use sp_core::{ed25519, sr25519, Pair};
use sp_genesis_builder::PresetId;
use sp_io::TestExternalities;
use sp_runtime::{
	generic::Era,
	traits::{Header as _, IdentifyAccount, Verify},
	Digest, DigestItem,
};

/// Lays `patch` over `base`, as a chain specification does with a preset.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}

/// The full genesis configuration of a preset.
fn genesis_of(preset: &str) -> Value {
	let json = |id: &Option<PresetId>| {
		let bytes = get_preset::<RuntimeGenesisConfig>(id, genesis_presets::get_preset)
			.expect("the preset exists");
		serde_json::from_slice::<Value>(&bytes).expect("a preset is JSON")
	};
	let mut genesis = json(&None);
	merge(&mut genesis, json(&Some(PresetId::from(preset))));
	genesis
}

/// The state after the genesis of a preset, in which block one has not begun.
fn new_test_ext(preset: &str) -> TestExternalities {
	let mut ext = TestExternalities::default();
	ext.execute_with(|| {
		build_state::<RuntimeGenesisConfig>(genesis_of(preset).to_string().into_bytes())
			.expect("the preset builds");
	});
	ext
}

fn sr25519_pair(uri: &str) -> sr25519::Pair {
	sr25519::Pair::from_string(uri, None).expect("a well-known secret")
}

fn ed25519_pair(uri: &str) -> ed25519::Pair {
	ed25519::Pair::from_string(uri, None).expect("a well-known secret")
}

fn account(uri: &str) -> AccountId {
	<crate::Signature as Verify>::Signer::from(sr25519_pair(uri).public()).into_account()
}

fn session_keys(uri: &str) -> SessionKeys {
	SessionKeys {
		babe: sr25519_pair(uri).public().into(),
		grandpa: ed25519_pair(uri).public().into(),
	}
}

/// The digest of a block that the validator at `authority_index` authors in `slot`.
fn pre_digest(authority_index: u32, slot: u64) -> Digest {
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index,
		slot: Slot::from(slot),
	});
	Digest { logs: vec![<DigestItem as CompatibleDigestItem>::babe_pre_digest(pre_digest)] }
}

/// Begins the block `number` in the slot of the same number after an arbitrary first slot, sets the
/// clock as its author would, and returns the header.
fn begin_block(number: u32, parent: Hash) -> Header {
	let slot = 900_000_000 + u64::from(number);
	let header =
		Header::new(number, Default::default(), Default::default(), parent, pre_digest(0, slot));
	Executive::initialize_block(&header);
	let set_time =
		UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(pallet_timestamp::Call::set {
			now: slot * crate::constants::SLOT_DURATION,
		}));
	Executive::apply_extrinsic(set_time)
		.expect("the clock is a valid inherent")
		.expect("the clock can be set");
	header
}

/// A transaction of `uri`'s account with its current nonce.
fn signed(uri: &str, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	let call = call.into();
	let who = account(uri);
	let extension =
		crate::transactions::tx_extension(Era::Immortal, System::account_nonce(&who), 0);
	let payload = crate::SignedPayload::new(call.clone(), extension.clone())
		.expect("the genesis hash is known");
	let signature = payload.using_encoded(|bytes| sr25519_pair(uri).sign(bytes));
	UncheckedExtrinsic::new_signed(call, who.into(), signature.into(), extension)
}

fn free_balance(uri: &str) -> crate::Balance {
	Balances::free_balance(account(uri))
}
