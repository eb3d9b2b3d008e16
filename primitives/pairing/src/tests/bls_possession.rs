//! Proofs of possession, and the attack that they are there for.

use super::support::{packed, Dice};
use crate::bls::{
	unpack, verify, verify_aggregate, verify_possession, BlsError, PublicKey, SecretKey, Signature,
	POSSESSION_DST,
};
use ark_bls12_381::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, PrimeField};
use ark_serialize::CanonicalDeserialize;
use blst::{min_sig, BLST_ERROR};

#[test]
fn possession_is_proven_as_blst_has_it() {
	let mut dice = Dice(140);
	for _ in 0..12 {
		let ikm = dice.bytes::<32>();
		let (ours, theirs) =
			(SecretKey::generate(&ikm), min_sig::SecretKey::key_gen(&ikm, &[]).unwrap());
		let key = ours.public();
		let proof = ours.prove_possession();
		let of_blst = theirs.sign(&key.0, POSSESSION_DST, &[]);
		assert_eq!(proof.0, of_blst.to_bytes());
		assert_eq!(verify_possession(&key, &proof), Ok(()));
		let verdict = of_blst.verify(true, &key.0, POSSESSION_DST, &[], &theirs.sk_to_pk(), true);
		assert_eq!(verdict, BLST_ERROR::BLST_SUCCESS);
	}
}

#[test]
fn a_proof_is_of_one_key_only() {
	let mut dice = Dice(141);
	let (one, other) = (SecretKey::generate(&dice.bytes()), SecretKey::generate(&dice.bytes()));
	let proof = one.prove_possession();
	assert_eq!(verify_possession(&other.public(), &proof), Err(BlsError::Invalid));
	let mut opposite = one.public();
	opposite.0[0] ^= 0x20;
	assert_eq!(verify_possession(&opposite, &proof), Err(BlsError::Invalid));
}

/// Else who gets a signer to sign 96 bytes has a proof, and who sees a proof has a signature.
#[test]
fn a_signature_is_no_proof_and_a_proof_no_signature() {
	let secret = SecretKey::generate(&[9; 32]);
	let key = secret.public();
	let signature = secret.sign(&key.0);
	assert_eq!(verify(&key, &key.0, &signature), Ok(()));
	assert_eq!(verify_possession(&key, &signature), Err(BlsError::Invalid));
	let proof = secret.prove_possession();
	assert_eq!(verify(&key, &key.0, &proof), Err(BlsError::Invalid));
}

/// The key of the attacker is made from that of the victim: `rogue = x · G2 − victim`. The sum of both is `x · G2`, so the
/// attacker signs for both alone. Of `rogue` nobody has the secret.
#[test]
fn a_rogue_key_would_sign_for_others_and_cannot_show_possession() {
	let mut dice = Dice(142);
	let victim = SecretKey::generate(&dice.bytes());
	let attacker = SecretKey::generate(&dice.bytes());
	let x = Fr::from_be_bytes_mod_order(&attacker.to_bytes());
	let of_victim = G2Affine::deserialize_compressed(&victim.public().0[..]).unwrap();
	let rogue = (G2Affine::generator() * x - of_victim).into_affine();
	let rogue = PublicKey(packed(&rogue).try_into().unwrap());

	let message = b"never signed by the victim";
	let forged = attacker.sign(message);
	let keys = [unpack(&victim.public()).unwrap(), unpack(&rogue).unwrap()];
	assert_eq!(verify_aggregate(&keys, message, &forged), Ok(()), "this is the trap");
	assert_eq!(verify(&victim.public(), message, &forged), Err(BlsError::Invalid));

	// All that the attacker can put together: with its own secret, with the victim's proof, with differences of both.
	let mut one = [0; 32];
	one[31] = 1;
	let one = min_sig::SecretKey::from_bytes(&one).unwrap();
	let hash = |key: &PublicKey| {
		// With the secret 1 the signature is the hash itself.
		let point = one.sign(&key.0, POSSESSION_DST, &[]).to_bytes();
		G1Affine::deserialize_compressed(&point[..]).unwrap()
	};
	let by_attacker = hash(&rogue) * x;
	let of_victim = G1Affine::deserialize_compressed(&victim.prove_possession().0[..]).unwrap();
	let attempts = [
		by_attacker.into_affine(),
		(by_attacker - of_victim).into_affine(),
		of_victim,
		-of_victim,
		(hash(&victim.public()) * x - of_victim).into_affine(),
	];
	for attempt in attempts {
		let proof = Signature(packed(&attempt).try_into().unwrap());
		assert_eq!(verify_possession(&rogue, &proof), Err(BlsError::Invalid));
	}
	assert_eq!(verify_possession(&rogue, &attacker.prove_possession()), Err(BlsError::Invalid));

	// Only who knew both secrets could: the check is of the secret, not of the shape of the key.
	let secret = x - Fr::from_be_bytes_mod_order(&victim.to_bytes());
	let secret: [u8; 32] = secret.into_bigint().to_bytes_be().try_into().unwrap();
	let secret = SecretKey::from_bytes(&secret).unwrap();
	assert_eq!(secret.public(), rogue);
	assert_eq!(verify_possession(&rogue, &secret.prove_possession()), Ok(()));
}
