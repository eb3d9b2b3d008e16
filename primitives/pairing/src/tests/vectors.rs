//! The vectors in `vectors/`, for who implements the same in another language.
//!
//! `expand_message_xmd.json` and `hash_to_g1.json` are those of RFC 9380. `zk-binding.json` was made by another program than
//! this crate. `bls.json` is made here (and everything in it is what `blst` makes, too):
//! `CONCORDAT_VECTORS=write` writes it anew.

use crate::{
	bls::{
		aggregate, unpack, verify, verify_aggregate, verify_possession, PublicKey, SecretKey,
		Signature, POSSESSION_DST, SIGNATURE_DST,
	},
	groth16::{binding_dst, field_from_be, field_to_be, hash_to_field},
	hash::expand_message_xmd,
	Bls12381, Bls12381Plain, Bn254,
};
use ark_ec::pairing::Pairing;
use serde_json::{json, Value};
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
	[env!("CARGO_MANIFEST_DIR"), "vectors", name].iter().collect()
}

pub fn read(name: &str) -> Value {
	let text = std::fs::read_to_string(path(name)).unwrap();
	serde_json::from_str(&text).unwrap()
}

pub fn shown(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn bytes(value: &Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
	bytes(value).try_into().unwrap()
}

fn binding<E: Pairing>(of_curve: &Value) {
	let dst = binding_dst(of_curve["curve"].as_str().unwrap());
	assert_eq!(of_curve["dst"].as_str().unwrap().as_bytes(), dst);
	assert_eq!(field_from_be::<E>(&array(&of_curve["order"])), None);
	let vectors = of_curve["vectors"].as_array().unwrap();
	assert!(vectors.len() >= 8);
	for vector in vectors {
		let digest = bytes(&vector["digest"]);
		assert_eq!(shown(&expand_message_xmd::<48>(&digest, &dst)), vector["uniform"]);
		let number = hash_to_field::<E>(&digest, &dst);
		assert_eq!(shown(&field_to_be::<E>(&number)), vector["field"]);
		assert_eq!(field_from_be::<E>(&array(&vector["field"])), Some(number));
	}
}

#[test]
fn the_binding_is_that_of_the_vectors() {
	let curves = read("zk-binding.json")["curves"].as_array().unwrap().clone();
	assert_eq!(curves.len(), 2);
	for curve in &curves {
		match curve["curve"].as_str().unwrap() {
			"BLS12381" => {
				binding::<Bls12381>(curve);
				binding::<Bls12381Plain>(curve);
			},
			"BN254" => binding::<Bn254>(curve),
			other => panic!("no such curve: {other}"),
		}
	}
}

/// Four signers, two messages.
fn made() -> Value {
	let secrets: Vec<SecretKey> = (1..=4u8).map(|ikm| SecretKey::generate(&[ikm; 32])).collect();
	let signers: Vec<_> = (1..=4u8)
		.zip(&secrets)
		.map(|(ikm, secret)| {
			json!({
				"ikm": shown(&[ikm; 32]),
				"secret": shown(&secret.to_bytes()),
				"key": shown(&secret.public().0),
				"unpacked": shown(unpack(&secret.public()).unwrap().as_bytes()),
				"possession": shown(&secret.prove_possession().0),
			})
		})
		.collect();
	let messages = [&b""[..], b"concordat/rollup-signature/v1"].map(|message| {
		let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(message)).collect();
		json!({
			"message": shown(message),
			"signatures": signatures.iter().map(|one| shown(&one.0)).collect::<Vec<_>>(),
			"aggregate": shown(&aggregate(&signatures).unwrap().0),
			"aggregateOfFirstThree": shown(&aggregate(&signatures[..3]).unwrap().0),
		})
	});
	json!({
		"source": "draft-irtf-cfrg-bls-signature-05, minimal signature size, proofs of possession",
		"signatureDst": std::str::from_utf8(SIGNATURE_DST).unwrap(),
		"possessionDst": std::str::from_utf8(POSSESSION_DST).unwrap(),
		"signers": signers,
		"messages": messages,
	})
}

#[test]
fn signatures_are_those_of_the_vectors() {
	let made = made();
	if std::env::var("CONCORDAT_VECTORS").is_ok_and(|what| what == "write") {
		let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
		std::fs::write(path("bls.json"), text).unwrap();
	}
	let vectors = read("bls.json");
	assert_eq!(vectors, made);

	let signers = vectors["signers"].as_array().unwrap();
	let keys: Vec<_> = signers.iter().map(|signer| PublicKey(array(&signer["key"]))).collect();
	for (signer, key) in signers.iter().zip(&keys) {
		assert_eq!(verify_possession(key, &Signature(array(&signer["possession"]))), Ok(()));
	}
	let unpacked: Vec<_> = keys.iter().map(|key| unpack(key).unwrap()).collect();
	for vector in vectors["messages"].as_array().unwrap() {
		let message = bytes(&vector["message"]);
		for (key, signature) in keys.iter().zip(vector["signatures"].as_array().unwrap()) {
			assert_eq!(verify(key, &message, &Signature(array(signature))), Ok(()));
		}
		let all = Signature(array(&vector["aggregate"]));
		assert_eq!(verify_aggregate(&unpacked, &message, &all), Ok(()));
		let three = Signature(array(&vector["aggregateOfFirstThree"]));
		assert_eq!(verify_aggregate(&unpacked[..3], &message, &three), Ok(()));
		assert!(verify_aggregate(&unpacked, &message, &three).is_err());
	}
}
