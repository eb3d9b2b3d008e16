//! A host that keeps the lease of its enclave alive by itself, with the operator's key.

use crate::harness::{program, until, Node, World};
use serde_json::{json, Value};
use sp_io::hashing::{blake2_128, twox_128};
use std::{fs, path::Path, process::Command};

/// Life of a lease on this chain, in blocks.
const LEASE: u64 = 30;

/// The development chain, with short leases.
fn short_leases(path: &Path) {
	let output = Command::new(program("concordat-node"))
		.args(["export-chain-spec", "--chain", "dev"])
		.output()
		.expect("concordat-node runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let mut spec: Value = serde_json::from_slice(&output.stdout).expect("a spec is JSON");
	let genesis = &mut spec["genesis"]["runtimeGenesis"]["patch"]["attestation"];
	assert!(genesis["anchors"].is_array(), "the spec is a patch of the genesis");
	genesis["params"] = json!({ "leaseDuration": LEASE });
	fs::write(path, spec.to_string()).expect("the spec can be written");
}

/// Free balance of an account, straight from the state.
fn free(node: &Node, account: &[u8; 32]) -> u128 {
	let key = [
		&twox_128(b"System")[..],
		&twox_128(b"Account")[..],
		&blake2_128(account)[..],
		&account[..],
	]
	.concat();
	let value = node.rpc("state_getStorage", json!([format!("0x{}", hex::encode(key))]));
	let bytes = hex::decode(value.as_str().expect("the account exists").trim_start_matches("0x"))
		.expect("hexadecimal");
	// Nonce and three reference counts, then the balance.
	u128::from_le_bytes(bytes[16..32].try_into().expect("16 bytes"))
}

#[test]
fn a_host_renews_the_lease_of_its_enclave_and_the_operator_pays_nothing() {
	let world = World::new();
	let spec = world.dir.path().join("spec.json");
	short_leases(&spec);
	let enclave = world.enclave("snp");
	let node = world.node(
		"host",
		&[
			format!("--chain={}", spec.display()),
			"--alice".into(),
			"--validator".into(),
			"--unsafe-force-node-key-generation".into(),
			format!("--enclave-url={}", enclave.url),
			"--port=0".into(),
		],
	);
	until(60, "the chain finalises", || (node.finalised() > 1).then_some(()));
	let dave = sp_keyring::Sr25519Keyring::Dave;
	let args = ["node", "register", "--enclave-url", &enclave.url, "--capability", "general"];
	let rest = ["--jurisdiction", "CHE", "--suri", "//Node//1", "--operator-suri", "//Dave"];
	let view = node.concordat(&[&args[..], &rest].concat());
	let id = view["id"].as_u64().expect("a node has a number");

	let lease = || node.rpc("concordat_attestation", json!([id]));
	let first = lease();
	assert_eq!(first["refusal"], Value::Null, "{first}");
	let (issued, ends) = (&first["lease"]["issuedAt"], &first["lease"]["expiresAt"]);
	assert_eq!(ends.as_u64(), issued.as_u64().map(|at| at + LEASE), "{first}");
	let before = free(&node, &dave.to_account_id().into());

	let second = until(2 * LEASE, "the lease is renewed", || {
		let view = lease();
		(view["lease"]["id"].as_u64() > first["lease"]["id"].as_u64()).then_some(view)
	});
	assert_eq!(second["refusal"], Value::Null, "{second}");
	assert_eq!(second["lease"]["signingKey"], first["lease"]["signingKey"], "the same enclave");
	let at = second["lease"]["issuedAt"].as_u64().unwrap_or_default();
	let after = at - issued.as_u64().unwrap_or_default();
	assert!((LEASE / 2..LEASE).contains(&after), "renewed after {after} blocks");
	// The operator signed it, and the chain gave the fee back.
	let nonce = node.rpc("system_accountNextIndex", json!([dave.to_account_id().to_string()]));
	assert!(nonce.as_u64() >= Some(1), "{nonce}");
	assert_eq!(free(&node, &dave.to_account_id().into()), before);
}
