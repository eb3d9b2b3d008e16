//! One signature for many.

use super::support::Dice;
use crate::bls::{
	aggregate, unpack, verify, verify_aggregate, BlsError, SecretKey, Signature, Unpacked,
	SIGNATURE_DST,
};
use blst::{min_sig, BLST_ERROR};
use codec::{Decode, Encode};

struct Signers {
	secrets: Vec<SecretKey>,
	keys: Vec<Unpacked>,
}

fn signers(dice: &mut Dice, count: usize) -> Signers {
	let secrets: Vec<_> = (0..count).map(|_| SecretKey::generate(&dice.bytes())).collect();
	let keys = secrets.iter().map(|secret| unpack(&secret.public()).unwrap()).collect();
	Signers { secrets, keys }
}

impl Signers {
	fn sign(&self, message: &[u8]) -> Vec<Signature> {
		self.secrets.iter().map(|secret| secret.sign(message)).collect()
	}
}

#[test]
fn aggregates_are_those_of_blst() {
	let mut dice = Dice(160);
	for count in [1, 2, 3, 7, 16, 33] {
		let signers = signers(&mut dice, count);
		let message = dice.message(200);
		let signatures = signers.sign(&message);
		let sum = aggregate(&signatures).unwrap();

		let read: Vec<_> =
			signatures.iter().map(|s| min_sig::Signature::from_bytes(&s.0).unwrap()).collect();
		let read: Vec<_> = read.iter().collect();
		let of_blst = min_sig::AggregateSignature::aggregate(&read, true).unwrap().to_signature();
		assert_eq!(sum.0, of_blst.to_bytes());
		assert_eq!(verify_aggregate(&signers.keys, &message, &sum), Ok(()));

		let keys: Vec<_> = signers
			.keys
			.iter()
			.map(|key| min_sig::PublicKey::deserialize(key.as_bytes()).unwrap())
			.collect();
		let keys: Vec<_> = keys.iter().collect();
		let verdict = of_blst.fast_aggregate_verify(true, &message, SIGNATURE_DST, &keys);
		assert_eq!(verdict, BLST_ERROR::BLST_SUCCESS);
	}
}

#[test]
fn the_order_of_signers_does_not_matter() {
	let mut signers = signers(&mut Dice(161), 5);
	let mut signatures = signers.sign(b"message");
	let sum = aggregate(&signatures).unwrap();
	signatures.reverse();
	signers.keys.rotate_left(2);
	assert_eq!(aggregate(&signatures), Ok(sum));
	assert_eq!(verify_aggregate(&signers.keys, b"message", &sum), Ok(()));
}

#[test]
fn who_is_named_must_have_signed_and_who_signed_must_be_named() {
	let signers = signers(&mut Dice(162), 4);
	let signatures = signers.sign(b"message");
	let without = |place: usize| -> Vec<_> {
		let others = signatures.iter().enumerate().filter(|(at, _)| *at != place);
		others.map(|(_, signature)| *signature).collect()
	};
	let all = aggregate(&signatures).unwrap();
	for absent in 0..4 {
		let some = aggregate(&without(absent)).unwrap();
		let verdict = verify_aggregate(&signers.keys, b"message", &some);
		assert_eq!(verdict, Err(BlsError::Invalid), "{absent} is named and has not signed");

		let mut named = signers.keys.clone();
		named.remove(absent);
		assert_eq!(verify_aggregate(&named, b"message", &some), Ok(()));
		let verdict = verify_aggregate(&named, b"message", &all);
		assert_eq!(verdict, Err(BlsError::Invalid), "{absent} has signed and is not named");
	}
}

#[test]
fn all_must_have_signed_the_same() {
	let signers = signers(&mut Dice(163), 3);
	let mut signatures = signers.sign(b"message");
	signatures[1] = signers.secrets[1].sign(b"another");
	let sum = aggregate(&signatures).unwrap();
	assert_eq!(verify_aggregate(&signers.keys, b"message", &sum), Err(BlsError::Invalid));
	assert_eq!(verify_aggregate(&signers.keys, b"another", &sum), Err(BlsError::Invalid));
}

#[test]
fn nobody_signs_nothing() {
	let secret = SecretKey::generate(&[3; 32]);
	let signature = secret.sign(b"message");
	assert_eq!(verify_aggregate(&[], b"message", &signature), Err(BlsError::NoSigners));
	assert_eq!(aggregate(&[]), Err(BlsError::NoSigners));
	// The sum of no signatures: the identity, which the sum of no keys would verify.
	let mut identity = Signature([0; 48]);
	identity.0[0] = 0xc0;
	assert_eq!(verify_aggregate(&[], b"message", &identity), Err(BlsError::NoSigners));
}

/// Keys that cancel each other sum up to the identity, under which the identity is a signature of everything.
#[test]
fn keys_and_signatures_that_cancel_each_other_are_refused() {
	let secret = SecretKey::generate(&[4; 32]);
	let key = secret.public();
	let mut opposite = key;
	opposite.0[0] ^= 0x20;
	let keys = [unpack(&key).unwrap(), unpack(&opposite).unwrap()];
	let mut identity = Signature([0; 48]);
	identity.0[0] = 0xc0;
	assert_eq!(verify_aggregate(&keys, b"message", &identity), Err(BlsError::Key));

	let signature = secret.sign(b"message");
	let mut minus = signature;
	minus.0[0] ^= 0x20;
	assert_eq!(verify(&opposite, b"message", &minus), Ok(()));
	assert_eq!(aggregate(&[signature, minus]), Err(BlsError::Signature));
	assert_eq!(verify_aggregate(&keys, b"message", &signature), Err(BlsError::Key));
}

/// It counts twice, on both sides: the caller's bitmap has one bit for each key.
#[test]
fn a_key_named_twice_needs_its_signature_twice() {
	let signers = signers(&mut Dice(164), 2);
	let [one, other] = [0, 1].map(|place| signers.secrets[place].sign(b"message"));
	let keys = [signers.keys[0], signers.keys[0], signers.keys[1]];
	let once = aggregate(&[one, other]).unwrap();
	assert_eq!(verify_aggregate(&keys, b"message", &once), Err(BlsError::Invalid));
	let twice = aggregate(&[one, one, other]).unwrap();
	assert_eq!(verify_aggregate(&keys, b"message", &twice), Ok(()));
}

#[test]
fn one_bad_signature_is_refused_and_not_summed_up() {
	let signers = signers(&mut Dice(165), 3);
	let mut signatures = signers.sign(b"message");
	signatures[1].0[0] &= 0x7f;
	assert_eq!(aggregate(&signatures), Err(BlsError::Signature));
	signatures[1] = Signature([0xff; 48]);
	assert_eq!(aggregate(&signatures), Err(BlsError::Signature));
}

/// From a state that is not ours: refused, and nothing panics.
#[test]
fn unpacked_bytes_that_are_no_key_are_refused() {
	let mut dice = Dice(166);
	let signers = signers(&mut dice, 2);
	let sum = aggregate(&signers.sign(b"message")).unwrap();
	let read = |bytes: &[u8]| Unpacked::decode(&mut &bytes[..]).unwrap();
	let good = signers.keys[1].encode();
	assert_eq!(read(&good), signers.keys[1]);
	for at in [0, 1, 47, 48, 95, 96, 144, 191] {
		for bit in 0..8 {
			let mut bytes = good.clone();
			bytes[at] ^= 1 << bit;
			let keys = [signers.keys[0], read(&bytes)];
			let verdict = verify_aggregate(&keys, b"message", &sum);
			assert!(verdict.is_err(), "{at} {bit}: {verdict:?}");
		}
	}
	for _ in 0..50 {
		let bytes = dice.bytes::<192>();
		let verdict = verify_aggregate(&[read(&bytes)], b"message", &sum);
		assert_eq!(verdict, Err(BlsError::Key));
	}
	let mut identity = [0; 192];
	identity[0] = 0x40;
	assert_eq!(verify_aggregate(&[read(&identity)], b"message", &sum), Err(BlsError::Key));
	// Coordinates below p, on no curve.
	let mut stray = [0; 192];
	stray[191] = 5;
	assert_eq!(verify_aggregate(&[read(&stray)], b"message", &sum), Err(BlsError::Key));
}
