//! The vectors of `docs/vectors`, from which another language can be written: made again here and compared, byte for
//! byte. `CONCORDAT_WRITE_VECTORS=1 cargo test -p concordat-primitives --test vectors` writes them anew.

use codec::{DecodeAll, Encode};
use concordat_primitives::{
	attest::Measurement,
	cac::{
		Ack, CacStatement, CacV1, Engine, EngineKind, FailureCode, Outcome, Output, ResourceUsage,
		SignedAck, SignedCac,
	},
	commit::{Commitment, Opening, SignedCommitment},
	hashing::{output_hash, NO_LINEAGE},
	receipt::{Operation, ReceiptBody, RollupHeader},
	rollup::{rollup_message, AnchorLeaf, RollupKey, Scheme, SignerSet},
	zk::{output_of, vk_id, Curve, Statement},
	ClauseId, Hash,
};
use serde_json::{json, Value};
use sp_core::{ed25519, Pair};
use std::{fs, path::PathBuf};

fn hex(bytes: &[u8]) -> String {
	format!("0x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn pair() -> ed25519::Pair {
	ed25519::Pair::from_seed(&[0x42; 32])
}

fn clause() -> ClauseId {
	ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap()
}

fn statement(outcome: Outcome) -> CacV1 {
	CacV1 {
		genesis: Hash::repeat_byte(0x01),
		job: 5,
		attempt: 2,
		nonce: Hash::repeat_byte(0x02),
		node: 3,
		clause: clause(),
		program: Hash::repeat_byte(0xaa),
		measurement: Measurement([0x30; 48]),
		lease: 41,
		input: Hash::repeat_byte(0xbb),
		lineage: NO_LINEAGE,
		outcome,
		usage: ResourceUsage {
			fuel: 1_234_567,
			cpu_micros: 890,
			peak_memory: 131_072,
			bytes_in: 1_000,
			bytes_out: 4,
			storage_ops: 3,
		},
		engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 20) },
		acted_on: (1_000, Hash::repeat_byte(0x03)),
		simulated: true,
	}
}

fn success(output: Output, hash: Hash) -> Outcome {
	Outcome::Success { hash, output }
}

/// Every kind of outcome once.
fn outcomes() -> Vec<(&'static str, Outcome)> {
	let inline = b"true".to_vec();
	vec![
		(
			"an output in the certificate",
			success(Output::Inline(inline.clone().try_into().unwrap()), output_hash(&inline)),
		),
		(
			"an output kept elsewhere",
			success(
				Output::External(b"https://example.org/out".to_vec().try_into().unwrap()),
				Hash::repeat_byte(0xcc),
			),
		),
		(
			"a sealed output",
			success(Output::Sealed(vec![0x5e; 48].try_into().unwrap()), Hash::repeat_byte(0xdd)),
		),
		("a failure that every node sees", Outcome::Failure(FailureCode::Trap)),
		("a failure with a code of the program", Outcome::Failure(FailureCode::Program(-7))),
		("a failure that says nothing about the program", Outcome::Failure(FailureCode::Timeout)),
	]
}

fn sign(statement: CacV1) -> SignedCac {
	let statement = CacStatement::V1(statement);
	let signature = pair().sign(&statement.message()).0;
	SignedCac { statement, signature }
}

fn certificates() -> Value {
	let vectors = outcomes().into_iter().map(|(name, outcome)| {
		let cac = sign(statement(outcome));
		assert!(cac.verify(&pair().public().0));
		json!({
			"name": name,
			"statement": cac.statement.body(),
			"scale": hex(&cac.statement.encode()),
			"message": hex(&cac.statement.message()),
			"signature": hex(&cac.signature),
			"signed": hex(&cac.encode()),
			"digest": hex(cac.digest().as_bytes()),
		})
	});
	let ack = Ack {
		genesis: Hash::repeat_byte(0x01),
		job: 5,
		attempt: 2,
		nonce: Hash::repeat_byte(0x02),
		node: 3,
	};
	let signed = SignedAck { signature: pair().sign(&ack.message()).0, ack };
	json!({
		"format": "concordat/cac/v1",
		"seed": hex(&[0x42; 32]),
		"publicKey": hex(&pair().public().0),
		"certificates": vectors.collect::<Vec<_>>(),
		"refused": refused(),
		"acknowledgement": {
			"ack": signed.ack,
			"message": hex(&signed.ack.message()),
			"signature": hex(&signed.signature),
		},
	})
}

/// Bytes that are no `SignedCac`, each with the reason.
fn refused() -> Vec<Value> {
	let good = sign(statement(outcomes().remove(0).1)).encode();
	let unsigned = good.len() - 64;
	let mut bad: Vec<(&str, Vec<u8>)> = vec![
		("nothing", Vec::new()),
		("cut short", good[..good.len() - 1].to_vec()),
		("a byte too many", [&good[..], &[0]].concat()),
		("a version that does not exist", [&[0][..], &good[1..]].concat()),
		("a version that does not exist yet", [&[2][..], &good[1..]].concat()),
	];
	let mut flag = good.clone();
	flag[unsigned - 1] = 2;
	bad.push(("a flag that is neither true nor false", flag));
	// The outcome begins with 0, the hash of 32 bytes, then 0 for an output in the certificate, and its length, 4.
	let hash = output_hash(b"true");
	let at = good.windows(32).position(|window| window == hash.as_bytes()).unwrap();
	let mut outcome = good.clone();
	outcome[at - 1] = 2;
	bad.push(("an outcome that does not exist", outcome));
	let long: Vec<u8> =
		[&good[..at + 33], &[0x05, 0x20][..], &[0; 2_049], &good[at + 38..]].concat();
	bad.push(("an output of 2,049 bytes", long));
	let huge = [&good[..at + 33], &[0xfe, 0xff, 0xff, 0xff][..]].concat();
	bad.push(("an output that says it has 2³⁰ - 1 bytes", huge));
	bad.into_iter()
		.map(|(why, bytes)| {
			assert!(SignedCac::decode_all(&mut &bytes[..]).is_err(), "{why}");
			json!({ "why": why, "signed": hex(&bytes) })
		})
		.collect()
}

fn commitments() -> Value {
	let (key, salt) = (pair().public().0, [0x5a; 32]);
	let vectors = [
		("an output", Ok(output_hash(b"true"))),
		("another output", Ok(output_hash(b"false"))),
		("a failure", Err(FailureCode::Trap)),
		("a failure with a code", Err(FailureCode::Program(-7))),
	]
	.map(|(name, tally)| {
		let opening = Opening {
			genesis: Hash::repeat_byte(0x01),
			job: 5,
			attempt: 2,
			node: 3,
			key: &key,
			tally,
		};
		let commitment = Commitment {
			genesis: opening.genesis,
			job: opening.job,
			attempt: opening.attempt,
			nonce: Hash::repeat_byte(0x02),
			node: opening.node,
			hash: opening.commit(&salt),
		};
		let signed =
			SignedCommitment { signature: pair().sign(&commitment.message()).0, commitment };
		assert!(signed.verify(&key));
		json!({
			"name": name,
			"tally": hex(&tally.encode()),
			"preimage": hex(&(b"concordat/commit/v1".as_slice(), (opening.genesis, opening.job,
				opening.attempt, opening.node, key, tally, salt)).encode()),
			"commitment": signed.commitment,
			"message": hex(&signed.commitment.message()),
			"signature": hex(&signed.signature),
		})
	});
	json!({
		"format": "concordat/commit/v1",
		"publicKey": hex(&key),
		"salt": hex(&salt),
		"commitments": vectors,
	})
}

fn receipts() -> Value {
	let bodies: Vec<ReceiptBody> = (0..5u8)
		.map(|i| ReceiptBody {
			id: 40 + u64::from(i),
			block: 7,
			operation: Operation::DispatchRefused { clause: clause(), reason: i },
		})
		.collect();
	let leaves: Vec<_> = bodies
		.iter()
		.enumerate()
		.map(|(index, body)| concordat_proofs::leaf_hash(index as u32, &body.encode()))
		.collect();
	let root = concordat_proofs::root(&leaves).unwrap();
	let rollup = RollupHeader {
		epoch: 3,
		genesis: Hash::repeat_byte(0x01),
		previous: Hash::repeat_byte(0x02),
		root: root.into(),
		count: 5,
		first_receipt: 40,
		opened_at: 5,
		closed_at: 9,
	};
	let keys = vec![RollupKey::Ed25519([7; 32]), RollupKey::Ed25519([8; 32])].try_into().unwrap();
	let signers = SignerSet { id: 4, scheme: Scheme::Ed25519, keys, validators: 3 };
	let leaf = AnchorLeaf {
		version: 0,
		parent: (9, Hash::repeat_byte(0x04)),
		rollups: 4,
		rollup: rollup.hash(),
		signers: signers.hash(),
	};
	json!({
		"format": "concordat/rollup/v1",
		"receipts": bodies.iter().enumerate().map(|(index, body)| json!({
			"receipt": body,
			"scale": hex(&body.encode()),
			"leaf": hex(&leaves[index]),
			"path": concordat_proofs::prove(&leaves, index as u32).unwrap().iter().map(|h| hex(h)).collect::<Vec<_>>(),
		})).collect::<Vec<_>>(),
		"root": hex(&root),
		"rollup": { "header": rollup, "scale": hex(&rollup.encode()), "hash": hex(rollup.hash().as_bytes()) },
		"signature": {
			"set": signers,
			"setHash": hex(signers.hash().as_bytes()),
			"message": hex(&rollup_message(rollup.genesis, signers.id, rollup.hash())),
			"threshold": signers.threshold(),
		},
		"mmrLeaf": {
			"leaf": leaf,
			"scale": hex(&leaf.encode()),
			"hash": hex(&concordat_proofs::keccak_256(&leaf.encode())),
		},
	})
}

fn proofs() -> Value {
	let publics = [[0u8; 32], {
		let mut one = [0u8; 32];
		one[31] = 1;
		one
	}];
	let output = output_of(&publics);
	let statement = Statement {
		genesis: Hash::repeat_byte(0x01),
		clause: clause(),
		program: Hash::repeat_byte(0xaa),
		input: Hash::repeat_byte(0xbb),
		output: output_hash(&output),
		job: 5,
		attempt: 2,
	};
	json!({
		"format": "concordat/zk/v1",
		"publics": publics.map(|public| hex(&public)),
		"output": hex(&output),
		"statement": statement,
		"scale": hex(&statement.encode()),
		"digest": hex(statement.digest().as_bytes()),
		"keyIds": [
			{ "curve": "bls12381", "key": "0x0102", "id": hex(vk_id(Curve::Bls12381, &[1, 2]).as_bytes()) },
			{ "curve": "bn254", "key": "0x0102", "id": hex(vk_id(Curve::Bn254, &[1, 2]).as_bytes()) },
		],
	})
}

fn holds(name: &str, made: Value) {
	let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors").join(name);
	if std::env::var_os("CONCORDAT_WRITE_VECTORS").is_some() {
		let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
		fs::write(&path, text).unwrap();
	}
	let kept: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
	assert_eq!(kept, made, "{name} is not what the code makes");
}

#[test]
fn certificates_are_as_documented() {
	holds("cac-v1.json", certificates());
}

#[test]
fn commitments_are_as_documented() {
	holds("commit-v1.json", commitments());
}

#[test]
fn receipts_and_rollups_are_as_documented() {
	holds("rollup-v1.json", receipts());
}

#[test]
fn statements_of_proofs_are_as_documented() {
	holds("zk-v1.json", proofs());
}
