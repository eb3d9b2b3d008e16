//! Hashing to fields and to the curve: against RFC 9380, and against two other implementations.

use super::support::Dice;
use crate::{
	bls,
	groth16::{binding_dst, field_to_be, hash_to_field},
	hash::expand_message_xmd,
	Bls12381, Bls12381Plain, Bn254,
};
use ark_bls12_381::{Fq, Fr};
use ark_ff::{
	field_hashers::{DefaultFieldHasher, HashToField},
	PrimeField,
};
use sha2::Sha256;

#[test]
fn expansion_is_that_of_the_rfc() {
	let vectors = super::vectors::read("expand_message_xmd.json");
	let mut seen = 0;
	for set in vectors["sets"].as_array().unwrap() {
		let dst = set["dst"].as_str().unwrap().as_bytes();
		for vector in set["vectors"].as_array().unwrap() {
			let message = vector["message"].as_str().unwrap().as_bytes();
			let uniform = match vector["length"].as_u64().unwrap() {
				0x20 => expand_message_xmd::<0x20>(message, dst).to_vec(),
				0x80 => expand_message_xmd::<0x80>(message, dst).to_vec(),
				other => panic!("no vector of the RFC has {other} bytes"),
			};
			assert_eq!(super::vectors::shown(&uniform), vector["uniform"].as_str().unwrap());
			seen += 1;
		}
	}
	// K.1 and K.2, the second with a tag of more than 255 bytes.
	assert_eq!(seen, 20);
}

/// Where the field takes 64 bytes, `ark-ff` pads as the RFC says.
#[test]
fn elements_of_the_base_field_are_those_of_arkworks() {
	let mut dice = Dice(100);
	for length in [0, 1, 43, 255, 256, 400] {
		let mut dst = vec![0; length];
		ark_std::rand::RngCore::fill_bytes(&mut dice, &mut dst);
		let hasher = <DefaultFieldHasher<Sha256> as HashToField<Fq>>::new(&dst);
		for _ in 0..10 {
			let message = dice.message(300);
			let uniform = expand_message_xmd::<128>(&message, &dst);
			let ours = [
				Fq::from_be_bytes_mod_order(&uniform[..64]),
				Fq::from_be_bytes_mod_order(&uniform[64..]),
			];
			assert_eq!(ours, hasher.hash_to_field::<2>(&message));
		}
	}
}

/// For scalar fields it pads with 48 bytes, where a block of SHA-256 has 64. Who swaps our hash for it breaks every
/// circuit's binding; the vectors, made by another program, would say so too.
#[test]
fn elements_of_the_scalar_field_are_not_those_of_arkworks() {
	let dst = binding_dst("BLS12381");
	let hasher = <DefaultFieldHasher<Sha256> as HashToField<Fr>>::new(&dst);
	let [theirs]: [Fr; 1] = hasher.hash_to_field(b"digest");
	assert_ne!(theirs, hash_to_field::<Bls12381Plain>(b"digest", &dst));
}

#[test]
fn the_binding_has_a_tag_of_its_own_for_each_curve() {
	assert_eq!(binding_dst("BLS12381"), b"CONCORDAT-V01-CS01-with-BLS12381-BINDING");
	assert_eq!(binding_dst("BN254"), b"CONCORDAT-V01-CS01-with-BN254-BINDING");
	let (one, other) = (binding_dst("BLS12381"), binding_dst("BN254"));
	assert_ne!(hash_to_field::<Bn254>(b"", &one), hash_to_field::<Bn254>(b"", &other));
	assert_eq!(
		field_to_be::<Bls12381>(&hash_to_field::<Bls12381>(b"x", &one)),
		field_to_be::<Bls12381Plain>(&hash_to_field::<Bls12381Plain>(b"x", &one)),
	);
}

/// Appendix J.9.1: `BLS12381G1_XMD:SHA-256_SSWU_RO_`.
#[test]
fn points_are_those_of_the_rfc() {
	let vectors = super::vectors::read("hash_to_g1.json");
	let dst = vectors["dst"].as_str().unwrap().as_bytes();
	let vectors = vectors["vectors"].as_array().unwrap();
	assert_eq!(vectors.len(), 5);
	for vector in vectors {
		let point = bls::hash_to_g1(vector["message"].as_str().unwrap().as_bytes(), dst).unwrap();
		for (coordinate, name) in [(point.x, "x"), (point.y, "y")] {
			let bytes = ark_ff::BigInteger::to_bytes_be(&coordinate.into_bigint());
			assert_eq!(super::vectors::shown(&bytes), vector[name].as_str().unwrap());
		}
	}
}
