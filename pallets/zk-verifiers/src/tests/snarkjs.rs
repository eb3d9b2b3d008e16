//! A key and a proof that snarkjs 0.7.6 made of `examples/circuits/rainfall.circom`, whose witness was bound to the
//! statement by a program in another language (`tests/zk/fixture.mjs`).

use crate::{groth, mock::*};
use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};
use ark_groth16::{Proof, VerifyingKey};
use ark_serialize::CanonicalSerialize;
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, vk_id, Curve, FieldBytes, ProofVerifier, Statement, ZkRefusal},
	Hash,
};
use frame_support::assert_ok;
use serde_json::Value;

fn json(text: &str) -> Value {
	serde_json::from_str(text).unwrap()
}

fn base(value: &Value) -> Fq {
	value.as_str().unwrap().parse().unwrap()
}

fn one(value: &Value) -> G1Affine {
	G1Affine::new(base(&value[0]), base(&value[1]))
}

fn two(value: &Value) -> G2Affine {
	let pair = |value: &Value| Fq2::new(base(&value[0]), base(&value[1]));
	G2Affine::new(pair(&value[0]), pair(&value[1]))
}

fn bytes_of(thing: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	thing.serialize_compressed(&mut bytes).unwrap();
	bytes
}

fn key() -> Vec<u8> {
	let json = json(include_str!("../fixtures/snarkjs/verification_key.json"));
	bytes_of(&VerifyingKey::<Bn254> {
		alpha_g1: one(&json["vk_alpha_1"]),
		beta_g2: two(&json["vk_beta_2"]),
		gamma_g2: two(&json["vk_gamma_2"]),
		delta_g2: two(&json["vk_delta_2"]),
		gamma_abc_g1: json["IC"].as_array().unwrap().iter().map(one).collect(),
	})
}

fn proof() -> Vec<u8> {
	let json = json(include_str!("../fixtures/snarkjs/proof.json"));
	let (a, b, c) = (one(&json["pi_a"]), two(&json["pi_b"]), one(&json["pi_c"]));
	bytes_of(&Proof::<Bn254> { a, b, c })
}

/// The binding, and the output.
fn inputs() -> (FieldBytes, Vec<FieldBytes>) {
	let json = json(include_str!("../fixtures/snarkjs/public.json"));
	let number = |value: &Value| -> FieldBytes {
		let number: Fr = value.as_str().unwrap().parse().unwrap();
		number.into_bigint().to_bytes_be().try_into().unwrap()
	};
	let all: Vec<_> = json.as_array().unwrap().iter().map(number).collect();
	(all[0], all[1..].to_vec())
}

fn statement(publics: &[FieldBytes]) -> Statement {
	let json = json(include_str!("../fixtures/snarkjs/statement.json"));
	let hash = |field: &str| -> Hash { json[field].as_str().unwrap().parse().unwrap() };
	Statement {
		genesis: hash("genesis"),
		clause: clause(json["clause"].as_str().unwrap()),
		program: hash("program"),
		input: hash("input"),
		output: output_hash(&output_of(publics)),
		job: json["job"].as_u64().unwrap(),
		attempt: json["attempt"].as_u64().unwrap() as u32,
	}
}

#[test]
fn a_proof_of_snarkjs_should_be_accepted_for_its_job_and_for_no_other() {
	execute(|| {
		let (binding, publics) = inputs();
		let sound = statement(&publics);
		assert_eq!(sound.clause, rain());
		assert_eq!(groth::binding(Curve::Bn254, &sound.digest()), binding);
		assert_ok!(register(&rain(), Curve::Bn254, &key()));
		assert_eq!(
			ZkVerifiers::verify(&sound, &publics, &proof()),
			Ok(vk_id(Curve::Bn254, &key()))
		);
		let next = Statement { job: sound.job + 1, ..sound };
		assert_eq!(ZkVerifiers::verify(&next, &publics, &proof()), Err(ZkRefusal::Invalid));
	});
}

#[test]
fn what_the_circuit_says_of_the_output_should_be_what_is_accepted() {
	execute(|| {
		let (_, publics) = inputs();
		assert_ok!(register(&rain(), Curve::Bn254, &key()));
		// Commitment, threshold, and whether it was reached.
		assert_eq!(
			(publics.len(), publics[1][30..].to_vec()),
			(3, 3_000u16.to_be_bytes().to_vec())
		);
		assert_eq!(publics[2][31], 1);
		for place in 0..3 {
			let mut others = publics.clone();
			others[place][31] ^= 1;
			assert_eq!(
				ZkVerifiers::verify(&statement(&others), &others, &proof()),
				Err(ZkRefusal::Invalid)
			);
		}
	});
}
