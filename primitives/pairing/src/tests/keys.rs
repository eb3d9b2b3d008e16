//! Which verifying keys are taken.

use super::support::{
	above_p, g2, of_another_subgroup, off_curve, on_every_curve, oracle, packed, patched,
	places_of_key, size, unpacked, Dice, Group, Proven, Simulated,
};
use crate::groth16::{prepare, verify, KeyError, MAX_INPUTS};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{One, Zero};
use ark_groth16::Proof;

on_every_curve!(
	a_key_has_exactly_the_length_of_its_inputs,
	a_key_has_some_inputs_and_not_too_many,
	the_identity_is_refused_in_each_place_of_a_key,
	an_input_bound_to_the_identity_would_be_free,
	inputs_with_the_same_point_would_be_bound_only_together,
	a_key_without_a_second_phase_would_prove_anything,
	points_that_are_none_are_refused_in_each_place_of_a_key,
	rubbish_is_no_key,
);

fn a_key_has_exactly_the_length_of_its_inputs<E: Pairing>() {
	let mut dice = Dice(60);
	let vk = Proven::<E>::new(&mut dice, 2).pk.vk;
	let key = packed(&vk);
	let (inputs, _) = prepare::<E>(&key).unwrap();
	assert_eq!(inputs, 2);
	for length in 0..key.len() {
		assert_eq!(prepare::<E>(&key[..length]), Err(KeyError::Length), "{length}");
	}
	assert_eq!(prepare::<E>(&[&key[..], &[0]].concat()), Err(KeyError::Length));
	assert_eq!(prepare::<E>(&[&key[..], &key].concat()), Err(KeyError::Length));
	// A count that is not that of the points.
	let at = size::<E::G1Affine>() + 3 * size::<E::G2Affine>();
	for count in [2u64, 4, 33] {
		let other = patched(&key, at, &count.to_le_bytes());
		assert_eq!(prepare::<E>(&other), Err(KeyError::Length));
	}
	assert!(prepare::<E>(&unpacked(&vk)).is_err());
}

fn a_key_has_some_inputs_and_not_too_many<E: Pairing>() {
	let mut dice = Dice(61);
	let most = MAX_INPUTS as usize;
	let with =
		|dice: &mut Dice, inputs| prepare::<E>(&packed(&Simulated::<E>::new(dice, inputs).vk));
	assert_eq!(with(&mut dice, 0), Err(KeyError::Inputs { found: 1 }));
	assert_eq!(with(&mut dice, 1).map(|prepared| prepared.0), Ok(1));
	assert_eq!(with(&mut dice, most).map(|prepared| prepared.0), Ok(MAX_INPUTS));
	assert_eq!(with(&mut dice, most + 1), Err(KeyError::Inputs { found: most as u64 + 2 }));

	let key = packed(&Simulated::<E>::new(&mut dice, 1).vk);
	let at = size::<E::G1Affine>() + 3 * size::<E::G2Affine>();
	for found in [0, 1, 34, u64::from(u32::MAX) + 3, u64::MAX] {
		let other = patched(&key, at, &found.to_le_bytes());
		assert_eq!(prepare::<E>(&other), Err(KeyError::Inputs { found }));
	}
}

fn the_identity_is_refused_in_each_place_of_a_key<E: Pairing>() {
	let mut dice = Dice(62);
	let key = packed(&Simulated::<E>::new(&mut dice, 2).vk);
	for (name, group, at) in places_of_key::<E>(2) {
		let identity = match group {
			Group::G1 => packed(&E::G1Affine::zero()),
			Group::G2 => packed(&E::G2Affine::zero()),
		};
		let other = patched(&key, at, &identity);
		assert_eq!(prepare::<E>(&other), Err(KeyError::Identity), "{name}");
	}
}

fn an_input_bound_to_the_identity_would_be_free<E: Pairing>() {
	let mut dice = Dice(63);
	let secrets = core::array::from_fn(|_| dice.number());
	let of_inputs = vec![dice.number(), E::ScalarField::zero(), dice.number()];
	let key = Simulated::<E>::with(secrets, of_inputs);
	let mut inputs = key.inputs(&mut dice);
	let proof = key.prove(&mut dice, &inputs);
	inputs[0] = dice.number();
	assert!(oracle(&key.vk, &inputs, &proof), "this is the trap");
	assert_eq!(prepare::<E>(&packed(&key.vk)), Err(KeyError::Identity));
}

fn inputs_with_the_same_point_would_be_bound_only_together<E: Pairing>() {
	let mut dice = Dice(64);
	let (one, two, three): (E::ScalarField, E::ScalarField, E::ScalarField) =
		(dice.number(), dice.number(), dice.number());
	let shift: E::ScalarField = dice.number();
	// The same point for both inputs, and its opposite: what one input gains the other makes good.
	for (second, change) in [(two, -shift), (-two, shift)] {
		let secrets = core::array::from_fn(|_| dice.number());
		let key = Simulated::<E>::with(secrets, vec![one, two, second]);
		let mut inputs = key.inputs(&mut dice);
		let proof = key.prove(&mut dice, &inputs);
		inputs[0] += shift;
		inputs[1] += change;
		assert!(oracle(&key.vk, &inputs, &proof), "this is the trap");
		assert_eq!(prepare::<E>(&packed(&key.vk)), Err(KeyError::Duplicate));
	}
	// Also where they are not neighbours, and with the point of the constant.
	for of_inputs in [vec![one, two, three, two], vec![one, two, three, one], vec![one, -one]] {
		let key = Simulated::<E>::with(core::array::from_fn(|_| dice.number()), of_inputs);
		assert_eq!(prepare::<E>(&packed(&key.vk)), Err(KeyError::Duplicate));
	}
}

/// `snarkjs` starts with `gamma = delta`, both the generator; only a contribution to the second phase makes `delta` another.
fn a_key_without_a_second_phase_would_prove_anything<E: Pairing>() {
	let mut dice = Dice(65);
	for sign in [E::ScalarField::one(), -E::ScalarField::one()] {
		let [alpha, beta] = [dice.number(), dice.number()];
		let of_inputs: Vec<E::ScalarField> = (0..3).map(|_| dice.number()).collect();
		let key =
			Simulated::<E>::with([alpha, beta, E::ScalarField::one(), sign], of_inputs.clone());
		// Whoever knows the key alone.
		let inputs = [dice.number::<E::ScalarField>(), dice.number()];
		let mut bound = key.vk.gamma_abc_g1[0].into_group();
		for (point, input) in key.vk.gamma_abc_g1[1..].iter().zip(inputs) {
			bound += *point * input;
		}
		let c = (bound * -sign).into_affine();
		let forged = Proof::<E> { a: key.vk.alpha_g1, b: key.vk.beta_g2, c };
		assert!(oracle(&key.vk, &inputs, &forged), "this is the trap");
		assert_eq!(prepare::<E>(&packed(&key.vk)), Err(KeyError::Duplicate));

		// With a contribution the same is refused as a proof.
		let mut vk = key.vk.clone();
		vk.delta_g2 = g2::<E>(dice.number());
		let (_, prepared) = prepare::<E>(&packed(&vk)).unwrap();
		assert!(verify::<E>(&prepared, &inputs, &packed(&forged)).is_err());
	}
	// `gamma` the generator is what `snarkjs` always has: no fault of a key.
	let secrets = [dice.number(), dice.number(), E::ScalarField::one(), dice.number()];
	let key = Simulated::<E>::with(secrets, vec![dice.number(), dice.number()]);
	assert!(prepare::<E>(&packed(&key.vk)).is_ok());
}

fn points_that_are_none_are_refused_in_each_place_of_a_key<E: Pairing>() {
	let mut dice = Dice(66);
	let key = packed(&Simulated::<E>::new(&mut dice, 2).vk);
	let refused = |at: usize, point: &[u8], name: &str| {
		let other = patched(&key, at, point);
		assert_eq!(prepare::<E>(&other), Err(KeyError::Point), "{name}");
	};
	for (name, group, at) in places_of_key::<E>(2) {
		match group {
			Group::G1 => {
				refused(at, &off_curve::<E::G1Affine>(&mut dice), name);
				refused(at, &above_p::<E::G1Affine>(&mut dice), name);
				if let Some(point) = of_another_subgroup::<E::G1Affine>(&mut dice) {
					refused(at, &packed(&point), name);
				}
			},
			Group::G2 => {
				refused(at, &off_curve::<E::G2Affine>(&mut dice), name);
				refused(at, &above_p::<E::G2Affine>(&mut dice), name);
				let point = of_another_subgroup::<E::G2Affine>(&mut dice).unwrap();
				refused(at, &packed(&point), name);
			},
		}
		// The identity with a coordinate: some decoders take it for the identity, and nothing else.
		let length = if group == Group::G1 { 1 } else { 2 } * size::<E::G1Affine>();
		let mut flagged = key[at..at + length].to_vec();
		if size::<E::G1Affine>() == 48 {
			flagged[0] |= 0xc0;
		} else {
			flagged[length - 1] = flagged[length - 1] & 0x3f | 0x40;
		}
		refused(at, &flagged, name);
	}
}

fn rubbish_is_no_key<E: Pairing>() {
	let mut dice = Dice(67);
	let key = packed(&Simulated::<E>::new(&mut dice, 3).vk);
	for _ in 0..100 {
		let mut other = key.clone();
		ark_std::rand::RngCore::fill_bytes(&mut dice, &mut other);
		assert!(prepare::<E>(&other).is_err());
		assert!(prepare::<E>(&dice.message(400)).is_err());
	}
}
