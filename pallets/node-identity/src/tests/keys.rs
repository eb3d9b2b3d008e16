//! Keys of `did:key`, with signatures: against the specification's own key pairs and against the group of Ed25519.

use crate::mock::*;
use concordat_attestation::simulator::keys::SimKey;
use concordat_primitives::did::{Did, DidError, DidKey};
use curve25519_dalek::{
	constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
	edwards::CompressedEdwardsY,
};

fn key_of(text: &str) -> DidKey {
	Did::parse(text).unwrap().key().unwrap()
}

#[test]
fn signatures_of_each_kind_of_key_should_verify_under_that_key_and_message_alone() {
	for signer in ALL_KINDS_OF_KEYS {
		let key = signer.key();
		assert_eq!(key.check(), Ok(()), "{signer:?}");
		assert_eq!(key_of(&key.to_did().to_text()), key);
		let signature = signer.sign(b"message");
		assert!(key.verify(b"message", &signature), "{signer:?}");
		assert!(!key.verify(b"another", &signature));
		assert!(!key.verify(b"message", &signature[1..]));
		assert!(!key.verify(b"message", &[&signature[..], &[0]].concat()));
		assert!(!key.verify(b"message", &[]));
		for place in [0, 31, 32, signature.len() - 1] {
			let mut bad = signature.to_vec();
			bad[place] ^= 1;
			assert!(!key.verify(b"message", &bad), "{signer:?}, byte {place}");
		}
		for other in ALL_KINDS_OF_KEYS.iter().filter(|other| **other != signer) {
			assert!(!other.key().verify(b"message", &signature));
		}
	}
}

/// The specification's test vectors come with their private keys (test-vectors/nist-curves.json).
#[test]
fn private_keys_of_the_specification_should_sign_for_their_identifiers() {
	let p256 = |hex: &str| {
		let secret = sp_core::bytes::from_hex(hex).unwrap();
		SimKey::P256(p256::ecdsa::SigningKey::from_slice(&secret).unwrap())
	};
	let p384 = |hex: &str| {
		let secret = sp_core::bytes::from_hex(hex).unwrap();
		SimKey::P384(p384::ecdsa::SigningKey::from_slice(&secret).unwrap())
	};
	for (did, secret) in [
		(
			"did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
			p256("0x80f87e56f552f0c6ef290f4b4955667e7c672a31e7e13aa3d1b99ba5e8519697"),
		),
		(
			"did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
			p256("0x62346ceaf36fc38b18af355563c8a9904a43003f4f16ac35b149ef3d1300f962"),
		),
		(
			"did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9",
			p384("0x840c8664d8fdd37d60b8109da4039a6643be1399be2ca2d89cc22ad3e9acae9f092dcb6c79a39e3531e63f7b8a556c17"),
		),
		(
			"did:key:z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54",
			p384("0x5ded471de87e52cac93d134b47f634e954eb5a96580578bb6bb92246a0a0c2700e94964fc04fb1ccbdc320854c6af00b"),
		),
	] {
		let signature = secret.sign_raw(b"message");
		assert!(key_of(did).verify(b"message", &signature), "{did}");
		assert!(!key_of(did).verify(b"another", &signature), "{did}");
	}
}

#[test]
fn every_point_of_small_order_should_be_refused_as_a_key() {
	for point in EIGHT_TORSION {
		let key = DidKey::Ed25519(point.compress().to_bytes());
		assert_eq!(key.check(), Err(DidError::WeakKey));
	}
	// A point of the large group plus one of small order is a key like any other.
	let mixed = ED25519_BASEPOINT_POINT + EIGHT_TORSION[1];
	assert_eq!(DidKey::Ed25519(mixed.compress().to_bytes()).check(), Ok(()));
}

/// What the refusal is for: the neutral element as a key verifies R = S·B over any message.
#[test]
fn a_key_of_small_order_would_verify_one_signature_over_any_message() {
	let weak = DidKey::Ed25519(EIGHT_TORSION[0].compress().to_bytes());
	let mut signature = [0; 64];
	signature[0] = 1;
	assert!(weak.verify(b"message", &signature) && weak.verify(b"another", &signature));
	// A y that belongs to no point, which is found out late, verifies nothing.
	let off_curve = (2..)
		.map(|y| {
			let mut bytes = [0; 32];
			bytes[0] = y;
			bytes
		})
		.find(|bytes| CompressedEdwardsY(*bytes).decompress().is_none())
		.map(DidKey::Ed25519)
		.unwrap();
	assert_eq!(off_curve.check(), Ok(()));
	assert!(!off_curve.verify(b"message", &signature));
}
