//! Groth16 over either curve, without the pallet: keys, the binding, proofs.
//!
//! BLS12-381 goes through the host functions of RFC-163, BN254 is plain code (DESIGN §7). The checks of single points
//! are those of `concordat-pairing`; here is what makes a proof one of a job.

use alloc::vec::Vec;
use ark_ec::pairing::Pairing;
use concordat_pairing::{
	groth16::{self, KeyError, ProofError},
	Bls12381, Bn254,
};
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, Curve, FieldBytes, Statement, ZkRefusal},
	Hash,
};

/// Every curve.
pub const CURVES: [Curve; 2] = [Curve::Bls12381, Curve::Bn254];

/// Domain separation tag of the binding.
pub fn binding_dst(curve: Curve) -> Vec<u8> {
	groth16::binding_dst(match curve {
		Curve::Bls12381 => "BLS12381",
		Curve::Bn254 => "BN254",
	})
}

/// Bytes of a compressed key before its points of public inputs, and of each of these.
const fn sizes(curve: Curve) -> (usize, usize) {
	match curve {
		Curve::Bls12381 => (48 + 3 * 96 + 8, 48),
		Curve::Bn254 => (32 + 3 * 64 + 8, 32),
	}
}

/// Length of a compressed key with so many public inputs, the binding among them.
pub const fn key_len(curve: Curve, inputs: u32) -> usize {
	let (fixed, point) = sizes(curve);
	fixed + point * (inputs as usize + 1)
}

/// Public inputs that a key of so many bytes has at most: for weights, before anything is checked.
pub const fn inputs_within(curve: Curve, len: usize) -> u32 {
	let (fixed, point) = sizes(curve);
	let points = len.saturating_sub(fixed) / point;
	let inputs = points.saturating_sub(1);
	if inputs > groth16::MAX_INPUTS as usize {
		groth16::MAX_INPUTS
	} else {
		inputs as u32
	}
}

/// Checks a compressed key; its number of public inputs, with the binding, and its prepared form.
pub fn prepare(curve: Curve, key: &[u8]) -> Result<(u32, Vec<u8>), KeyError> {
	match curve {
		Curve::Bls12381 => groth16::prepare::<Bls12381>(key),
		Curve::Bn254 => groth16::prepare::<Bn254>(key),
	}
}

/// Public input 0 of a proof of a statement with this digest, big-endian.
pub fn binding(curve: Curve, digest: &Hash) -> FieldBytes {
	fn of<E: Pairing>(dst: &[u8], digest: &Hash) -> FieldBytes {
		groth16::field_to_be::<E>(&groth16::hash_to_field::<E>(digest.as_bytes(), dst))
	}
	let dst = binding_dst(curve);
	match curve {
		Curve::Bls12381 => of::<Bls12381>(&dst, digest),
		Curve::Bn254 => of::<Bn254>(&dst, digest),
	}
}

/// Verifies a proof of a statement under a prepared key. The publics are the output of the statement, or nothing is
/// verified.
pub fn verify(
	curve: Curve,
	prepared: &[u8],
	statement: &Statement,
	publics: &[FieldBytes],
	proof: &[u8],
) -> Result<(), ZkRefusal> {
	// The binding speaks of the output by its hash, the other inputs by its bytes: a proof is about one output only if
	// they are the same.
	if output_hash(&output_of(publics)) != statement.output {
		return Err(ZkRefusal::Invalid);
	}
	let dst = binding_dst(curve);
	match curve {
		Curve::Bls12381 => verify_on::<Bls12381>(&dst, prepared, statement, publics, proof),
		Curve::Bn254 => verify_on::<Bn254>(&dst, prepared, statement, publics, proof),
	}
}

fn verify_on<E: Pairing>(
	dst: &[u8],
	prepared: &[u8],
	statement: &Statement,
	publics: &[FieldBytes],
	proof: &[u8],
) -> Result<(), ZkRefusal> {
	let mut inputs = Vec::with_capacity(publics.len().saturating_add(1));
	inputs.push(groth16::hash_to_field::<E>(statement.digest().as_bytes(), dst));
	for public in publics {
		inputs.push(groth16::field_from_be::<E>(public).ok_or(ZkRefusal::NotCanonical)?);
	}
	groth16::verify::<E>(prepared, &inputs, proof).map_err(|error| match error {
		ProofError::Length | ProofError::Point => ZkRefusal::BadPoint,
		ProofError::Arity { .. } => ZkRefusal::WrongArity,
		ProofError::Invalid => ZkRefusal::Invalid,
		// The state is not what registration wrote.
		ProofError::Key => ZkRefusal::NoKey,
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_inputs_of_a_key_should_be_told_by_its_length() {
		for curve in CURVES {
			for inputs in 1..=groth16::MAX_INPUTS {
				assert_eq!(inputs_within(curve, key_len(curve, inputs)), inputs);
			}
			assert_eq!(inputs_within(curve, 0), 0);
			assert_eq!(inputs_within(curve, 1 << 20), groth16::MAX_INPUTS);
		}
	}
}
