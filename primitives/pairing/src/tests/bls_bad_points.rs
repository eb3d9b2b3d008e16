//! Keys and signatures that are no points of their groups.

use super::support::{above_p, of_another_subgroup, off_curve, packed, Dice};
use crate::bls::{
	aggregate, unpack, verify, verify_aggregate, verify_possession, BlsError, PublicKey, SecretKey,
	Signature,
};
use ark_bls12_381::{Fr, G1Affine, G2Affine};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use ark_serialize::CanonicalDeserialize;

/// Refused wherever a key is taken.
fn refused_as_key(key: PublicKey) {
	let secret = SecretKey::generate(&[1; 32]);
	let signature = secret.sign(b"message");
	assert_eq!(verify(&key, b"message", &signature), Err(BlsError::Key));
	assert_eq!(verify_possession(&key, &secret.prove_possession()), Err(BlsError::Key));
	assert_eq!(unpack(&key), Err(BlsError::Key));
	assert!(blst::min_sig::PublicKey::key_validate(&key.0).is_err());
}

/// Refused wherever a signature is taken.
fn refused_as_signature(signature: Signature) {
	let secret = SecretKey::generate(&[1; 32]);
	let key = secret.public();
	assert_eq!(verify(&key, b"message", &signature), Err(BlsError::Signature));
	assert_eq!(verify_possession(&key, &signature), Err(BlsError::Signature));
	let keys = [unpack(&key).unwrap()];
	assert_eq!(verify_aggregate(&keys, b"message", &signature), Err(BlsError::Signature));
	assert_eq!(aggregate(&[secret.sign(b"message"), signature]), Err(BlsError::Signature));
	assert!(blst::min_sig::Signature::sig_validate(&signature.0, true).is_err());
}

#[test]
fn the_identity_is_neither_a_key_nor_a_signature() {
	let key = PublicKey(packed(&G2Affine::zero()).try_into().unwrap());
	let signature = Signature(packed(&G1Affine::zero()).try_into().unwrap());
	refused_as_key(key);
	refused_as_signature(signature);
	// Together they are a signature of everything: `e(0, G2) = e(H, 0)`.
	assert!(verify(&key, b"message", &signature).is_err());
	assert!(verify_possession(&key, &signature).is_err());
}

#[test]
fn points_off_the_curve_are_refused() {
	let mut dice = Dice(180);
	for _ in 0..8 {
		refused_as_key(PublicKey(off_curve::<G2Affine>(&mut dice).try_into().unwrap()));
		refused_as_signature(Signature(off_curve::<G1Affine>(&mut dice).try_into().unwrap()));
	}
}

#[test]
fn points_of_another_subgroup_are_refused() {
	let mut dice = Dice(181);
	for _ in 0..4 {
		let point = of_another_subgroup::<G2Affine>(&mut dice).unwrap();
		refused_as_key(PublicKey(packed(&point).try_into().unwrap()));
		let point = of_another_subgroup::<G1Affine>(&mut dice).unwrap();
		refused_as_signature(Signature(packed(&point).try_into().unwrap()));
	}
}

/// What the equation alone takes: a signature with a part in another subgroup.
#[test]
fn the_equation_alone_does_not_see_another_subgroup() {
	let mut dice = Dice(182);
	let secret = SecretKey::generate(&dice.bytes());
	let stray: G1Affine = of_another_subgroup(&mut dice).unwrap();
	let stray = stray.mul_bigint(Fr::MODULUS);
	let good = G1Affine::deserialize_compressed(&secret.sign(b"message").0[..]).unwrap();
	let forged = (stray + good).into_affine();
	assert!(forged.is_on_curve() && forged != good);
	let pair = |point: G1Affine| crate::Bls12381Plain::pairing(point, G2Affine::generator());
	assert_eq!(pair(forged), pair(good), "this is the trap");
	refused_as_signature(Signature(packed(&forged).try_into().unwrap()));
}

#[test]
fn encodings_that_are_not_canonical_are_refused() {
	let mut dice = Dice(183);
	let secret = SecretKey::generate(&dice.bytes());
	let (key, signature) = (secret.public(), secret.sign(b"message"));
	for _ in 0..4 {
		refused_as_key(PublicKey(above_p::<G2Affine>(&mut dice).try_into().unwrap()));
		refused_as_signature(Signature(above_p::<G1Affine>(&mut dice).try_into().unwrap()));
	}
	// compressed 0x80, infinity 0x40, larger y 0x20
	for flags in [0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0] {
		for keep in [0x1f, 0x00] {
			let mut key = key;
			key.0[0] = key.0[0] & keep | flags;
			refused_as_key(key);
			let mut signature = signature;
			signature.0[0] = signature.0[0] & keep | flags;
			refused_as_signature(signature);
		}
		let mut key = PublicKey([0; 96]);
		key.0[0] = flags;
		refused_as_key(key);
		let mut signature = Signature([0; 48]);
		signature.0[0] = flags;
		refused_as_signature(signature);
	}
}

#[test]
fn rubbish_is_refused() {
	let mut dice = Dice(184);
	for _ in 0..50 {
		refused_as_key(PublicKey(dice.bytes()));
		refused_as_signature(Signature(dice.bytes()));
	}
}
