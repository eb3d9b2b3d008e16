//! How many public inputs, and which numbers.

use super::support::{on_every_curve, oracle, packed, Dice, Proven, Simulated};
use crate::groth16::{field_from_be, field_to_be, prepare, verify, ProofError};
use ark_ec::pairing::Pairing;
use ark_ff::{BigInteger, One, PrimeField, Zero};

on_every_curve!(
	too_few_and_too_many_inputs_are_refused,
	a_missing_input_is_not_a_zero,
	an_input_more_is_not_left_out,
	numbers_from_the_order_on_are_refused,
	numbers_survive_the_way_to_bytes_and_back,
);

fn too_few_and_too_many_inputs_are_refused<E: Pairing>() {
	let mut dice = Dice(20);
	let Proven { pk, inputs, proof } = Proven::<E>::new(&mut dice, 3);
	let (_, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
	let proof = packed(&proof);
	for found in [0, 1, 2, 4, 5, 33, 1000] {
		let given: Vec<_> = inputs.iter().cycle().take(found).copied().collect();
		let expected = ProofError::Arity { found: found as u32, needed: 3 };
		assert_eq!(verify::<E>(&prepared, &given, &proof), Err(expected));
	}
	assert_eq!(verify::<E>(&prepared, &inputs, &proof), Ok(()));
}

/// The oracle takes what is missing for zero.
fn a_missing_input_is_not_a_zero<E: Pairing>() {
	let mut dice = Dice(21);
	let key = Simulated::<E>::new(&mut dice, 2);
	let full = [dice.number(), E::ScalarField::zero()];
	let proof = key.prove(&mut dice, &full);
	assert!(oracle(&key.vk, &full[..1], &proof), "this is the trap");
	let (_, prepared) = prepare::<E>(&packed(&key.vk)).unwrap();
	let expected = ProofError::Arity { found: 1, needed: 2 };
	assert_eq!(verify::<E>(&prepared, &full[..1], &packed(&proof)), Err(expected));
	assert_eq!(verify::<E>(&prepared, &full, &packed(&proof)), Ok(()));
}

/// The oracle leaves out what it has no place for.
fn an_input_more_is_not_left_out<E: Pairing>() {
	let mut dice = Dice(22);
	let Proven { pk, mut inputs, proof } = Proven::<E>::new(&mut dice, 1);
	inputs.push(dice.number());
	assert!(oracle(&pk.vk, &inputs, &proof), "this is the trap");
	let (_, prepared) = prepare::<E>(&packed(&pk.vk)).unwrap();
	let expected = ProofError::Arity { found: 2, needed: 1 };
	assert_eq!(verify::<E>(&prepared, &inputs, &packed(&proof)), Err(expected));
}

/// `number + r` would be another name of `number`.
fn numbers_from_the_order_on_are_refused<E: Pairing>() {
	let order: [u8; 32] = E::ScalarField::MODULUS.to_bytes_be().try_into().unwrap();
	let plus = |number: u8| {
		let mut bytes = order;
		let mut carry = number as u16;
		for byte in bytes.iter_mut().rev() {
			carry += *byte as u16;
			*byte = carry as u8;
			carry >>= 8;
		}
		bytes
	};
	assert_eq!(field_from_be::<E>(&order), None);
	assert_eq!(field_from_be::<E>(&plus(1)), None);
	assert_eq!(field_from_be::<E>(&plus(200)), None);
	assert_eq!(field_from_be::<E>(&[0xff; 32]), None);
	let mut largest = order;
	largest[31] -= 1;
	assert_eq!(field_from_be::<E>(&largest), Some(-E::ScalarField::one()));
	assert_eq!(field_from_be::<E>(&[0; 32]), Some(E::ScalarField::zero()));
	// The naive reading gives the same number for both.
	assert_eq!(E::ScalarField::from_be_bytes_mod_order(&plus(1)), E::ScalarField::one());
}

fn numbers_survive_the_way_to_bytes_and_back<E: Pairing>() {
	let mut dice = Dice(23);
	let mut seven = [0u8; 32];
	seven[31] = 7;
	assert_eq!(field_to_be::<E>(&E::ScalarField::from(7u64)), seven);
	for _ in 0..200 {
		let number: E::ScalarField = dice.number();
		let bytes = field_to_be::<E>(&number);
		assert_eq!(field_from_be::<E>(&bytes), Some(number));
		assert_eq!(bytes.to_vec(), number.into_bigint().to_bytes_be());
	}
}
