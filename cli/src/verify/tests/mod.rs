//! Files that hold and files that do not.

mod completions;
mod files;
mod made;
mod signatures;

use super::{bad, read, short, verify, Report, Trust};
use crate::error::Result;
use codec::Encode;
use concordat_primitives::{
	attest::Measurement,
	cac::{CacStatement, CacV1, Engine, EngineKind, Outcome, Output, ResourceUsage, SignedCac},
	hashing::output_hash,
	receipt::{Operation, ReceiptBody, RollupHeader, Voter},
	views::ReceiptProof,
	ClauseId, Hash,
};
use short::Bundle;
use sp_core::{ed25519, Pair};

/// Checks a file of the older format, as `receipt verify` does.
fn verify_short(bundle: &Bundle, trusted: Option<Hash>) -> Result<Report> {
	let bytes = serde_json::to_vec(bundle).map_err(|e| bad(e.to_string()))?;
	verify(&read(&bytes)?, &trusted.map_or(Trust::Nothing, Trust::Rollup), None)
}

/// Receipt 42 of block 7, third of five.
fn bundle() -> Bundle {
	let bodies: Vec<ReceiptBody> = (0..5)
		.map(|id| ReceiptBody {
			id: 40 + id,
			block: 7,
			operation: Operation::DispatchRefused {
				clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
				reason: id as u8,
			},
		})
		.collect();
	let leaves: Vec<_> = bodies
		.iter()
		.enumerate()
		.map(|(i, b)| concordat_proofs::leaf_hash(i as u32, &b.encode()))
		.collect();
	let rollup = RollupHeader {
		epoch: 3,
		genesis: Hash::repeat_byte(1),
		previous: Hash::repeat_byte(2),
		root: concordat_proofs::root(&leaves).unwrap().into(),
		count: 5,
		first_receipt: 40,
		opened_at: 5,
		closed_at: 9,
	};
	let path = concordat_proofs::prove(&leaves, 2).unwrap().into_iter().map(Hash::from).collect();
	let proof = ReceiptProof {
		encoded: bodies[2].encode(),
		body: bodies[2].clone(),
		index: 2,
		path,
		rollup,
	};
	Bundle { format: short::FORMAT.into(), proof, cacs: vec![] }
}

/// A bundle whose only leaf is this body.
fn sole(operation: Operation, cacs: Vec<SignedCac>) -> Bundle {
	let mut bundle = bundle();
	let proof = &mut bundle.proof;
	proof.body = ReceiptBody { id: 40, block: 7, operation };
	proof.encoded = proof.body.encode();
	let leaf = concordat_proofs::leaf_hash(0, &proof.encoded);
	proof.index = 0;
	proof.path.clear();
	proof.rollup.count = 1;
	proof.rollup.root = concordat_proofs::root(&[leaf]).unwrap().into();
	bundle.cacs = cacs;
	bundle
}

/// What node `node` certifies about job 1, signed.
fn certificate(node: u32, attempt: u32, output: &[u8]) -> (SignedCac, [u8; 32]) {
	let pair = ed25519::Pair::from_seed(&[node as u8; 32]);
	let statement = CacStatement::V1(CacV1 {
		genesis: Hash::repeat_byte(1),
		job: 1,
		attempt,
		nonce: Hash::repeat_byte(9),
		node,
		clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
		program: Hash::repeat_byte(3),
		measurement: Measurement([4; 48]),
		lease: 10 + u64::from(node),
		input: Hash::repeat_byte(5),
		lineage: concordat_primitives::hashing::NO_LINEAGE,
		outcome: Outcome::Success {
			hash: output_hash(output),
			output: Output::Inline(output.to_vec().try_into().unwrap()),
		},
		usage: ResourceUsage::default(),
		engine: Engine { kind: EngineKind::Wasmtime, version: (1, 0, 0) },
		acted_on: (6, Hash::repeat_byte(6)),
		simulated: true,
	});
	let signature = pair.sign(&statement.message()).0;
	(SignedCac { statement, signature }, pair.public().0)
}

/// The completion of job 1, whose result is "yes", by `k` of `n`, with what each node said under which attempt.
fn completed(votes: &[(u32, u32, &[u8])], (k, n): (u8, u8)) -> (Operation, Vec<SignedCac>) {
	let (voters, cacs): (Vec<_>, Vec<_>) = votes
		.iter()
		.map(|(node, attempt, output)| {
			let (cac, signing_key) = certificate(*node, *attempt, output);
			let lease = cac.statement.body().lease;
			let agreed = *output == b"yes";
			(Voter { node: *node, signing_key, cac: cac.digest(), lease, agreed }, cac)
		})
		.unzip();
	let operation = Operation::JobCompleted {
		job: 1,
		clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
		program: Hash::repeat_byte(3),
		input: Hash::repeat_byte(5),
		result: Ok(output_hash(b"yes")),
		k,
		n,
		voters: voters.try_into().unwrap(),
		paid: 200,
		simulated: true,
		ensemble: None,
	};
	(operation, cacs)
}

/// By nodes 1 and 3 against node 2.
fn completion() -> (Operation, Vec<SignedCac>) {
	completed(&[(1, 1, b"yes"), (2, 1, b"no"), (3, 1, b"yes")], (2, 3))
}

#[test]
fn a_true_bundle_holds_and_survives_json() {
	let report = verify_short(&bundle(), None).unwrap();
	assert_eq!(report.trusted, None);
	let trusted = verify_short(&bundle(), Some(report.rollup_hash)).unwrap();
	assert_eq!(trusted.trusted, Some("rollup"));
}

#[test]
fn a_bent_bundle_does_not() {
	let good = bundle();
	let bend = |f: &dyn Fn(&mut Bundle)| {
		let mut bent = good.clone();
		f(&mut bent);
		verify_short(&bent, None)
	};
	assert!(bend(&|b| b.format = "other".into()).is_err());
	assert!(bend(&|b| b.proof.body.block = 8).is_err());
	assert!(bend(&|b| b.proof.encoded.push(0)).is_err());
	assert!(bend(&|b| b.proof.index = 3).is_err());
	assert!(bend(&|b| b.proof.rollup.first_receipt = 41).is_err());
	assert!(bend(&|b| b.proof.rollup.count = 6).is_err());
	assert!(bend(&|b| b.proof.path.truncate(2)).is_err());
	assert!(bend(&|b| b.proof.rollup.root = Hash::zero()).is_err());
	assert!(verify_short(&good, Some(Hash::zero())).is_err());
}
