//! Which proofs hold.

use super::support::{on_every_curve, oracle, ours, packed, Dice, Proven, Simulated};
use crate::{
	groth16::{prepare, verify, ProofError},
	Bls12381, Bls12381Plain,
};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::One;
use ark_groth16::{Groth16, Proof};
use ark_snark::SNARK;

on_every_curve!(
	a_proof_of_a_circuit_holds_for_its_inputs_and_no_others,
	verdicts_are_those_of_the_oracle,
	a_rerandomised_proof_holds_and_has_other_bytes,
	a_negated_proof_holds_and_has_other_bytes,
	swapped_points_do_not_hold,
	a_proof_under_another_key_does_not_hold,
	as_many_inputs_as_there_may_be,
);

fn a_proof_of_a_circuit_holds_for_its_inputs_and_no_others<E: Pairing>() {
	let mut dice = Dice(1);
	for count in 1..=8 {
		let Proven { pk, mut inputs, proof } = Proven::<E>::new(&mut dice, count);
		let (arity, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
		assert_eq!(arity as usize, count);
		let bytes = packed(&proof);
		assert_eq!(verify::<E>(&prepared, &inputs, &bytes), Ok(()));
		assert!(oracle(&pk.vk, &inputs, &proof));
		for place in 0..count {
			inputs[place] += E::ScalarField::one();
			assert_eq!(verify::<E>(&prepared, &inputs, &bytes), Err(ProofError::Invalid));
			assert!(!oracle(&pk.vk, &inputs, &proof));
			inputs[place] -= E::ScalarField::one();
		}
		if count > 1 && inputs[0] != inputs[1] {
			inputs.swap(0, 1);
			assert_eq!(verify::<E>(&prepared, &inputs, &bytes), Err(ProofError::Invalid));
		}
	}
}

/// Proofs in which nothing, or any one thing, is changed.
fn verdicts_are_those_of_the_oracle<E: Pairing>() {
	let mut dice = Dice(2);
	let mut held = 0;
	for turn in 0..48 {
		let count = 1 + dice.below(6);
		let key = Simulated::<E>::new(&mut dice, count);
		let mut inputs = key.inputs(&mut dice);
		if turn % 3 == 0 {
			// Small numbers, zero and one among them: the multiplication treats these in another way.
			inputs = (0..count).map(|_| E::ScalarField::from(dice.below(3) as u64)).collect();
		}
		let mut proof = key.prove(&mut dice, &inputs);
		match dice.below(7) {
			0 => proof.a = dice.number(),
			1 => proof.b = dice.number(),
			2 => proof.c = dice.number(),
			3 => {
				let place = dice.below(count);
				inputs[place] = dice.number();
			},
			4 => proof = Groth16::<E>::rerandomize_proof(&key.vk, &proof, &mut dice),
			_ => {},
		}
		let expected = oracle(&key.vk, &inputs, &proof);
		held += usize::from(expected);
		let verdict = ours::<E>(&packed(&key.vk), &inputs, &packed(&proof)).unwrap();
		assert_eq!(verdict, if expected { Ok(()) } else { Err(ProofError::Invalid) }, "{turn}");
	}
	assert!((8..40).contains(&held), "{held} of 48 held: both verdicts are to be seen");
}

/// So the bytes of a proof name nothing: who counts proofs by their bytes counts one statement many times.
fn a_rerandomised_proof_holds_and_has_other_bytes<E: Pairing>() {
	let mut dice = Dice(3);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 2);
	let other = Groth16::<E>::rerandomize_proof(&pk.vk, &proof, &mut dice);
	assert_ne!(packed(&other), packed(&proof));
	assert!(Groth16::<E>::verify(&pk.vk, &inputs, &other).unwrap());
	assert_eq!(ours::<E>(&packed(&pk.vk), &inputs, &packed(&other)), Ok(Ok(())));
	// It proves the same, and nothing else.
	let twice: Vec<_> = inputs.iter().map(|input| *input + input).collect();
	let verdict = ours::<E>(&packed(&pk.vk), &twice, &packed(&other));
	assert_eq!(verdict, Ok(Err(ProofError::Invalid)));
}

fn a_negated_proof_holds_and_has_other_bytes<E: Pairing>() {
	let mut dice = Dice(4);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 1);
	let other = Proof::<E> {
		a: (-proof.a.into_group()).into_affine(),
		b: (-proof.b.into_group()).into_affine(),
		c: proof.c,
	};
	assert_ne!(packed(&other), packed(&proof));
	assert_eq!(ours::<E>(&packed(&pk.vk), &inputs, &packed(&other)), Ok(Ok(())));
	// One sign alone is another equation.
	for wrong in [Proof { b: proof.b, ..other.clone() }, Proof { a: proof.a, ..other }] {
		let verdict = ours::<E>(&packed(&pk.vk), &inputs, &packed(&wrong));
		assert_eq!(verdict, Ok(Err(ProofError::Invalid)));
	}
}

fn swapped_points_do_not_hold<E: Pairing>() {
	let mut dice = Dice(5);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 3);
	let key = packed(&pk.vk);
	let swapped = Proof::<E> { a: proof.c, b: proof.b, c: proof.a };
	assert_eq!(ours::<E>(&key, &inputs, &packed(&swapped)), Ok(Err(ProofError::Invalid)));

	// The halves of `b`, as who takes the coordinates of Fp2 the other way round would write them. The flags stay in place.
	let one = packed(&proof.a).len();
	let mut bytes = packed(&proof);
	let b = &mut bytes[one..3 * one];
	let (at, flags) = if one == 48 { (0, 0xe0) } else { (2 * one - 1, 0xc0) };
	let set = b[at] & flags;
	b[at] &= !flags;
	b.rotate_left(one);
	b[at] |= set;
	assert_eq!(ours::<E>(&key, &inputs, &bytes), Ok(Err(ProofError::Point)));
}

fn a_proof_under_another_key_does_not_hold<E: Pairing>() {
	let mut dice = Dice(6);
	let one = Proven::<E>::new(&mut dice, 2);
	let other = Proven::<E>::new(&mut dice, 2);
	let verdict = ours::<E>(&packed(&other.pk.vk), &one.inputs, &packed(&one.proof));
	assert_eq!(verdict, Ok(Err(ProofError::Invalid)));

	// Nor under the key of the same circuit by another setup, nor under one that differs in a single point.
	let mut vk = one.pk.vk.clone();
	vk.gamma_abc_g1[1] = other.pk.vk.gamma_abc_g1[1];
	let verdict = ours::<E>(&packed(&vk), &one.inputs, &packed(&one.proof));
	assert_eq!(verdict, Ok(Err(ProofError::Invalid)));
}

fn as_many_inputs_as_there_may_be<E: Pairing>() {
	let mut dice = Dice(7);
	let key = Simulated::<E>::new(&mut dice, crate::groth16::MAX_INPUTS as usize);
	let inputs = key.inputs(&mut dice);
	let proof = key.prove(&mut dice, &inputs);
	assert!(oracle(&key.vk, &inputs, &proof));
	assert_eq!(ours::<E>(&packed(&key.vk), &inputs, &packed(&proof)), Ok(Ok(())));
}

#[test]
fn host_functions_and_plain_arithmetic_agree_byte_by_byte() {
	let mut dice = Dice(8);
	for turn in 0..12 {
		let count = 1 + dice.below(4);
		let key = Simulated::<Bls12381Plain>::new(&mut dice, count);
		let mut inputs = key.inputs(&mut dice);
		let proof = packed(&key.prove(&mut dice, &inputs));
		if turn % 2 == 0 {
			inputs[0] = dice.number();
		}
		let bytes = packed(&key.vk);
		let by_host = prepare::<Bls12381>(&bytes).unwrap();
		let plain = prepare::<Bls12381Plain>(&bytes).unwrap();
		assert_eq!(by_host, plain);
		let expected = if turn % 2 == 0 { Err(ProofError::Invalid) } else { Ok(()) };
		assert_eq!(verify::<Bls12381>(&by_host.1, &inputs, &proof), expected);
		assert_eq!(verify::<Bls12381Plain>(&plain.1, &inputs, &proof), expected);
	}
}
