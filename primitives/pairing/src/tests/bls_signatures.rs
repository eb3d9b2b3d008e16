//! Single signatures, and keys: against `blst`.

use super::support::Dice;
use crate::bls::{
	unpack, verify, BlsError, PublicKey, SecretKey, Signature, POSSESSION_DST, SIGNATURE_DST,
};
use blst::{min_sig, BLST_ERROR};

#[test]
fn keys_are_those_of_blst() {
	let mut dice = Dice(120);
	for _ in 0..20 {
		let ikm = dice.bytes::<32>();
		let (ours, theirs) =
			(SecretKey::generate(&ikm), min_sig::SecretKey::key_gen(&ikm, &[]).unwrap());
		assert_eq!(ours.to_bytes(), theirs.to_bytes());
		assert_eq!(ours.public().0, theirs.sk_to_pk().to_bytes());
		let again = SecretKey::from_bytes(&ours.to_bytes()).unwrap();
		assert_eq!(again.public(), ours.public());
		// What is kept of a key is blst's uncompressed form.
		assert_eq!(unpack(&ours.public()).unwrap().as_bytes(), &theirs.sk_to_pk().serialize());
	}
}

#[test]
fn secret_keys_are_numbers_of_the_field_and_not_zero() {
	assert!(SecretKey::from_bytes(&[0; 32]).is_none());
	assert!(SecretKey::from_bytes(&[0xff; 32]).is_none());
	let mut order = [0u8; 32];
	hex::decode_to_slice(
		"73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
		&mut order,
	)
	.unwrap();
	assert!(SecretKey::from_bytes(&order).is_none());
	order[31] = 0;
	assert!(SecretKey::from_bytes(&order).is_some());
	assert_eq!(format!("{:?}", SecretKey::from_bytes(&order)), "Some(SecretKey(…))");
}

#[test]
fn signatures_are_those_of_blst_and_verify_both_ways() {
	let mut dice = Dice(121);
	for turn in 0..24 {
		let ikm = dice.bytes::<32>();
		let (ours, theirs) =
			(SecretKey::generate(&ikm), min_sig::SecretKey::key_gen(&ikm, &[]).unwrap());
		let message = if turn == 0 { Vec::new() } else { dice.message(500) };
		let signature = ours.sign(&message);
		let of_blst = theirs.sign(&message, SIGNATURE_DST, &[]);
		assert_eq!(signature.0, of_blst.to_bytes());
		assert_eq!(verify(&ours.public(), &message, &Signature(of_blst.to_bytes())), Ok(()));
		let read = min_sig::Signature::from_bytes(&signature.0).unwrap();
		let verdict = read.verify(true, &message, SIGNATURE_DST, &[], &theirs.sk_to_pk(), true);
		assert_eq!(verdict, BLST_ERROR::BLST_SUCCESS);
	}
}

/// Any one thing changed: both say no, or both say yes.
#[test]
fn verdicts_are_those_of_blst() {
	let mut dice = Dice(122);
	let mut held = 0;
	for _ in 0..40 {
		let secret = SecretKey::generate(&dice.bytes());
		let (mut key, mut message) = (secret.public(), dice.message(80));
		let mut signature = secret.sign(&message);
		match dice.below(7) {
			0 => message.push(0),
			1 => key = SecretKey::generate(&dice.bytes()).public(),
			2 => signature = SecretKey::generate(&dice.bytes()).sign(&message),
			3 => signature.0[dice.below(48)] ^= 1 << dice.below(8),
			4 => key.0[dice.below(96)] ^= 1 << dice.below(8),
			_ => {},
		}
		let expected = (|| {
			let key = min_sig::PublicKey::key_validate(&key.0).ok()?;
			let signature = min_sig::Signature::sig_validate(&signature.0, true).ok()?;
			let verdict = signature.verify(true, &message, SIGNATURE_DST, &[], &key, true);
			(verdict == BLST_ERROR::BLST_SUCCESS).then_some(())
		})();
		held += usize::from(expected.is_some());
		assert_eq!(verify(&key, &message, &signature).ok(), expected);
	}
	assert!((4..36).contains(&held), "{held} of 40 held: both verdicts are to be seen");
}

#[test]
fn what_was_not_signed_does_not_hold() {
	let mut dice = Dice(123);
	let (one, other) = (SecretKey::generate(&dice.bytes()), SecretKey::generate(&dice.bytes()));
	let signature = one.sign(b"message");
	assert_eq!(verify(&one.public(), b"message", &signature), Ok(()));
	assert_eq!(verify(&one.public(), b"messages", &signature), Err(BlsError::Invalid));
	assert_eq!(verify(&one.public(), b"", &signature), Err(BlsError::Invalid));
	assert_eq!(verify(&other.public(), b"message", &signature), Err(BlsError::Invalid));
	// The opposite point: the same coordinate, another sign.
	let mut opposite = signature;
	opposite.0[0] ^= 0x20;
	assert_eq!(verify(&one.public(), b"message", &opposite), Err(BlsError::Invalid));
	let mut opposite = one.public();
	opposite.0[0] ^= 0x20;
	assert_eq!(verify(&opposite, b"message", &signature), Err(BlsError::Invalid));
}

#[test]
fn signatures_with_another_tag_do_not_hold() {
	let ikm = [7; 32];
	let theirs = min_sig::SecretKey::key_gen(&ikm, &[]).unwrap();
	let key = PublicKey(theirs.sk_to_pk().to_bytes());
	for dst in [
		POSSESSION_DST,
		b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_",
		b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_",
		b"",
	] {
		let signature = Signature(theirs.sign(b"message", dst, &[]).to_bytes());
		assert_eq!(verify(&key, b"message", &signature), Err(BlsError::Invalid));
	}
}
