//! The prepared form: what is not one is refused, and nothing panics.

use super::support::{on_every_curve, packed, patched, Dice, Proven};
use crate::{
	groth16::{prepare, verify, ProofError},
	Bls12381, Bn254,
};
use ark_ec::{pairing::Pairing, AffineRepr};
use ark_serialize::CanonicalSerialize;
use ark_std::rand::RngCore;

on_every_curve!(
	another_version_or_curve_or_length_is_refused,
	the_identity_and_numbers_above_p_are_refused,
	a_changed_bit_never_makes_a_proof_hold,
	rubbish_is_no_prepared_key,
);

struct Case<E: Pairing> {
	prepared: Vec<u8>,
	inputs: Vec<E::ScalarField>,
	proof: Vec<u8>,
}

fn case<E: Pairing>(dice: &mut Dice) -> Case<E> {
	let Proven { pk, inputs, proof } = Proven::<E>::new(dice, 2);
	let (_, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
	Case { prepared, inputs, proof: packed(&proof) }
}

impl<E: Pairing> Case<E> {
	fn under(&self, prepared: &[u8]) -> Result<(), ProofError> {
		verify::<E>(prepared, &self.inputs, &self.proof)
	}
}

fn another_version_or_curve_or_length_is_refused<E: Pairing>() {
	let case = case::<E>(&mut Dice(80));
	assert_eq!(case.under(&case.prepared), Ok(()));
	for version in [0, 2, 255] {
		assert_eq!(case.under(&patched(&case.prepared, 0, &[version])), Err(ProofError::Key));
	}
	for curve in [0, 31, 33, 49, 255] {
		assert_eq!(case.under(&patched(&case.prepared, 1, &[curve])), Err(ProofError::Key));
	}
	for inputs in [0u32, 1, 3, 32, 33, u32::MAX] {
		let other = patched(&case.prepared, 2, &inputs.to_le_bytes());
		assert_eq!(case.under(&other), Err(ProofError::Key));
	}
	for length in (0..case.prepared.len()).step_by(7) {
		assert_eq!(case.under(&case.prepared[..length]), Err(ProofError::Key));
	}
	assert_eq!(case.under(&[&case.prepared[..], &[0]].concat()), Err(ProofError::Key));
}

#[test]
fn a_key_of_the_other_curve_is_refused() {
	let mut dice = Dice(81);
	let (one, other) = (case::<Bls12381>(&mut dice), case::<Bn254>(&mut dice));
	assert_eq!(one.under(&other.prepared), Err(ProofError::Key));
	assert_eq!(other.under(&one.prepared), Err(ProofError::Key));
}

fn the_identity_and_numbers_above_p_are_refused<E: Pairing>() {
	let case = case::<E>(&mut Dice(82));
	let target = E::TargetField::default().uncompressed_size();
	let (g1, g2) = (E::G1Affine::zero(), E::G2Affine::zero());
	let (one, two) = (g1.uncompressed_size(), g2.uncompressed_size());
	let encoded = |point: &dyn Fn(&mut Vec<u8>)| {
		let mut bytes = Vec::new();
		point(&mut bytes);
		bytes
	};
	let g1 = encoded(&|bytes| g1.serialize_uncompressed(bytes).unwrap());
	let g2 = encoded(&|bytes| g2.serialize_uncompressed(bytes).unwrap());
	let points = [(6 + target, &g2), (6 + target + two, &g2)];
	let points = points.into_iter().chain((0..3).map(|i| (6 + target + 2 * two + i * one, &g1)));
	for (at, identity) in points {
		assert_eq!(case.under(&patched(&case.prepared, at, identity)), Err(ProofError::Key));
		let above = vec![0xff; identity.len()];
		assert_eq!(case.under(&patched(&case.prepared, at, &above)), Err(ProofError::Key));
	}
	let above = vec![0xff; target];
	assert_eq!(case.under(&patched(&case.prepared, 6, &above)), Err(ProofError::Key));
	// A target of zero is one that no proof meets.
	assert_eq!(case.under(&patched(&case.prepared, 6, &vec![0; target])), Err(ProofError::Invalid));
}

fn a_changed_bit_never_makes_a_proof_hold<E: Pairing>() {
	let mut dice = Dice(83);
	let case = case::<E>(&mut dice);
	let target = 6 + E::TargetField::default().uncompressed_size();
	let two = E::G2Affine::zero().uncompressed_size();
	let one = E::G1Affine::zero().uncompressed_size();
	// Where flags are, and some other places.
	let points = [target, target + two, target + 2 * two, target + 2 * two + one];
	let ends = points.iter().map(|at| at - 1).chain([case.prepared.len() - 1]);
	let mut places: Vec<usize> = points.into_iter().chain(ends).collect();
	places.extend((0..8).map(|_| dice.below(case.prepared.len())));
	for at in places {
		for bit in 0..8 {
			let mut other = case.prepared.clone();
			other[at] ^= 1 << bit;
			assert!(case.under(&other).is_err(), "{at} {bit}");
		}
	}
}

fn rubbish_is_no_prepared_key<E: Pairing>() {
	let mut dice = Dice(84);
	let case = case::<E>(&mut dice);
	for _ in 0..100 {
		assert_eq!(case.under(&dice.message(2_000)), Err(ProofError::Key));
		let mut other = case.prepared.clone();
		dice.fill_bytes(&mut other[6..]);
		assert_eq!(case.under(&other), Err(ProofError::Key));
	}
}
