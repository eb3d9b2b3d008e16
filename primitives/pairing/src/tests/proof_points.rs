//! Points that a proof must not have, in each of its places.

use super::support::{
	above_p, of_another_subgroup, off_curve, on_every_curve, oracle, ours, packed, patched,
	places_of_proof, size, unpacked, Dice, Group, Proven,
};
use crate::groth16::{prepare, verify, ProofError};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_groth16::Proof;

on_every_curve!(
	the_identity_is_refused_in_each_place,
	points_off_the_curve_are_refused_in_each_place,
	points_of_another_subgroup_are_refused_in_each_place,
	encodings_that_are_not_canonical_are_refused_in_each_place,
	proofs_that_are_not_three_points_long_are_refused,
	uncompressed_points_are_refused,
	rubbish_is_refused,
);

struct Case<E: Pairing> {
	prepared: Vec<u8>,
	inputs: Vec<E::ScalarField>,
	proof: Vec<u8>,
	dice: Dice,
}

fn case<E: Pairing>(seed: u64) -> Case<E> {
	let mut dice = Dice(seed);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 2);
	let (_, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
	let proof = packed(&proof);
	assert_eq!(verify::<E>(&prepared, &inputs, &proof), Ok(()));
	Case { prepared, inputs, proof, dice }
}

impl<E: Pairing> Case<E> {
	/// The verdict with other bytes for one point.
	fn with(&self, at: usize, point: &[u8]) -> Result<(), ProofError> {
		verify::<E>(&self.prepared, &self.inputs, &patched(&self.proof, at, point))
	}
}

fn the_identity_is_refused_in_each_place<E: Pairing>() {
	let case = case::<E>(40);
	for (name, group, at) in places_of_proof::<E>() {
		let identity = match group {
			Group::G1 => packed(&E::G1Affine::zero()),
			Group::G2 => packed(&E::G2Affine::zero()),
		};
		assert_eq!(case.with(at, &identity), Err(ProofError::Point), "{name}");
	}
}

fn points_off_the_curve_are_refused_in_each_place<E: Pairing>() {
	let mut case = case::<E>(41);
	for (name, group, at) in places_of_proof::<E>() {
		for _ in 0..4 {
			let point = match group {
				Group::G1 => off_curve::<E::G1Affine>(&mut case.dice),
				Group::G2 => off_curve::<E::G2Affine>(&mut case.dice),
			};
			assert_eq!(case.with(at, &point), Err(ProofError::Point), "{name}");
		}
	}
}

fn points_of_another_subgroup_are_refused_in_each_place<E: Pairing>() {
	let mut case = case::<E>(42);
	let mut seen = 0;
	for (name, group, at) in places_of_proof::<E>() {
		let point = match group {
			// G1 of BN254 is all of its curve.
			Group::G1 => match of_another_subgroup::<E::G1Affine>(&mut case.dice) {
				Some(point) => packed(&point),
				None => continue,
			},
			Group::G2 => packed(&of_another_subgroup::<E::G2Affine>(&mut case.dice).unwrap()),
		};
		seen += 1;
		assert_eq!(case.with(at, &point), Err(ProofError::Point), "{name}");
	}
	assert_eq!(seen, if size::<E::G1Affine>() == 48 { 3 } else { 1 });
}

/// What the equation alone takes: with a part in another subgroup `c` is another point, and pairs to the same.
#[test]
fn the_equation_alone_does_not_see_another_subgroup() {
	type E = crate::Bls12381Plain;
	let mut dice = Dice(43);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 1);
	let stray: <E as Pairing>::G1Affine = of_another_subgroup(&mut dice).unwrap();
	// Multiplied by r, only the part outside of the subgroup is left.
	let order = <<E as Pairing>::ScalarField as ark_ff::PrimeField>::MODULUS;
	let stray = stray.mul_bigint(order);
	let c = (stray + proof.c).into_affine();
	assert!(c.is_on_curve() && c != proof.c);
	let forged = Proof::<E> { c, ..proof };
	assert!(oracle(&pk.vk, &inputs, &forged), "this is the trap");
	let (key, bytes) = (packed(&pk.vk), packed(&forged));
	assert_eq!(ours::<E>(&key, &inputs, &bytes), Ok(Err(ProofError::Point)));
	assert_eq!(ours::<crate::Bls12381>(&key, &inputs, &bytes), Ok(Err(ProofError::Point)));
}

fn encodings_that_are_not_canonical_are_refused_in_each_place<E: Pairing>() {
	let mut case = case::<E>(44);
	let one = size::<E::G1Affine>();
	for (name, group, at) in places_of_proof::<E>() {
		let length = if group == Group::G1 { one } else { 2 * one };
		for _ in 0..4 {
			let above = match group {
				Group::G1 => above_p::<E::G1Affine>(&mut case.dice),
				Group::G2 => above_p::<E::G2Affine>(&mut case.dice),
			};
			assert_eq!(case.with(at, &above), Err(ProofError::Point), "{name}");
		}

		let point = &case.proof[at..at + length].to_vec();
		let flagged = |flags: u8, of: &[u8]| {
			let mut bytes = of.to_vec();
			if one == 48 {
				bytes[0] = bytes[0] & 0x1f | flags;
			} else {
				bytes[length - 1] = bytes[length - 1] & 0x3f | flags;
			}
			bytes
		};
		let zeros = vec![0; length];
		let bad: &[(u8, &[u8])] = if one == 48 {
			// compressed 0x80, infinity 0x40, larger y 0x20
			&[
				(0x00, point),
				(0x20, point),
				(0x40, point),
				(0x60, point),
				(0xc0, point),
				(0xe0, point),
				(0xe0, &zeros),
				(0x60, &zeros),
				(0x40, &zeros),
				(0xc0, &zeros),
			]
		} else {
			// negative y 0x80, infinity 0x40
			&[(0x40, point), (0xc0, point), (0x40, &zeros), (0xc0, &zeros)]
		};
		for (flags, of) in bad {
			let verdict = case.with(at, &flagged(*flags, of));
			assert_eq!(verdict, Err(ProofError::Point), "{name} {flags:x}");
		}
	}
}

fn proofs_that_are_not_three_points_long_are_refused<E: Pairing>() {
	let case = case::<E>(45);
	let verdict = |proof: &[u8]| verify::<E>(&case.prepared, &case.inputs, proof);
	for length in 0..case.proof.len() {
		assert_eq!(verdict(&case.proof[..length]), Err(ProofError::Length));
	}
	for more in [&[0][..], &[0xff; 48], &case.proof] {
		assert_eq!(verdict(&[&case.proof, more].concat()), Err(ProofError::Length));
	}
	assert_eq!(verdict(&[&[0], &case.proof[..]].concat()), Err(ProofError::Length));
}

fn uncompressed_points_are_refused<E: Pairing>() {
	let mut dice = Dice(46);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 1);
	let (_, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
	let verdict = |bytes: &[u8]| verify::<E>(&prepared, &inputs, bytes);
	assert_eq!(verdict(&unpacked(&proof)), Err(ProofError::Length));
	// Cut to length: half of the proof has no flag that says so on BN254, and is no point on either.
	let cut = &unpacked(&proof)[..packed(&proof).len()];
	assert_eq!(verdict(cut), Err(ProofError::Point));
	assert!(prepare::<E>(&unpacked(&pk.vk)).is_err());
}

fn rubbish_is_refused<E: Pairing>() {
	let mut case = case::<E>(47);
	for _ in 0..200 {
		let mut proof = case.proof.clone();
		if case.dice.below(2) == 0 {
			ark_std::rand::RngCore::fill_bytes(&mut case.dice, &mut proof);
		} else {
			let at = case.dice.below(proof.len());
			proof[at] ^= 1 << case.dice.below(8);
		}
		assert!(verify::<E>(&case.prepared, &case.inputs, &proof).is_err());
	}
}
