//! Keys and proofs to measure with, and the same checks in native code, next to those of `ark-groth16`.

use crate::Groth16Call;
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{Field, UniformRand};
use ark_groth16::{Groth16, PreparedVerifyingKey, Proof, VerifyingKey};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_snark::SNARK;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use concordat_pairing::{
	groth16::{self, ProofError},
	Bls12381Plain, Bn254,
};

/// A key, its public inputs and a proof, in the form of the runtime and in that of `ark-groth16`.
pub struct Case<E: Pairing> {
	/// The verifying key, in arkworks' compressed encoding.
	pub bytes: Vec<u8>,
	/// For the runtime. It holds.
	pub call: Groth16Call,
	/// The same key and inputs with a proof of something else: three good points, and an equation that does not hold.
	pub other: Groth16Call,
	/// The same with a proof whose second point is of the curve and not of the group.
	pub stray: Groth16Call,
	key: PreparedVerifyingKey<E>,
	inputs: Vec<E::ScalarField>,
	proof: Proof<E>,
}

/// The points of a proof, compressed.
fn packed(value: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	value.serialize_compressed(&mut bytes).expect("a vector takes what it is given");
	bytes
}

/// A point of the curve of G2 that is not of the subgroup: the first whose `x` is a small number.
fn stray<E: Pairing>() -> Vec<u8>
where
	E::G2Affine: CanonicalDeserialize,
{
	let size = packed(&E::G2Affine::generator()).len();
	let mut bytes = vec![0; size];
	// Compressed, by the flags of either curve: the first byte of BLS12-381, which is big-endian, the last of BN254.
	let big_endian = size == 96;
	for x in 1u8.. {
		if big_endian {
			bytes[0] = 0x80;
			bytes[size - 1] = x;
		} else {
			bytes[0] = x;
		}
		let unchecked = E::G2Affine::deserialize_compressed_unchecked(&bytes[..]);
		let checked = E::G2Affine::deserialize_compressed(&bytes[..]);
		if unchecked.is_ok() && checked.is_err() {
			return bytes;
		}
	}
	unreachable!("every other number is the abscissa of some point")
}

/// A key whose secrets are known, so that a proof under it can be made without a circuit. Such a proof costs as much to verify
/// as any other.
pub fn case<E: Pairing>(count: usize) -> Case<E> {
	let mut rng = StdRng::seed_from_u64(count as u64);
	let g1 = |number: E::ScalarField| (E::G1Affine::generator() * number).into_affine();
	let g2 = |number: E::ScalarField| (E::G2Affine::generator() * number).into_affine();
	let mut number = || E::ScalarField::rand(&mut rng);
	let [alpha, beta, gamma, delta, a, b]: [_; 6] = core::array::from_fn(|_| number());
	let of_inputs: Vec<_> = (0..=count).map(|_| number()).collect();
	let inputs: Vec<_> = (0..count).map(|_| number()).collect();
	let bound: E::ScalarField = of_inputs[1..].iter().zip(&inputs).map(|(k, x)| *k * x).sum();
	let inverse = delta.inverse().expect("a random number is not zero");
	let c = (a * b - alpha * beta - (of_inputs[0] + bound) * gamma) * inverse;
	let key = VerifyingKey::<E> {
		alpha_g1: g1(alpha),
		beta_g2: g2(beta),
		gamma_g2: g2(gamma),
		delta_g2: g2(delta),
		gamma_abc_g1: of_inputs.into_iter().map(g1).collect(),
	};
	let bytes = packed(&key);
	let (needed, prepared) = groth16::prepare::<E>(&bytes).expect("a good key");
	assert_eq!(needed as usize, count);
	let proof = Proof::<E> { a: g1(a), b: g2(b), c: g1(c) };
	let mut other = proof.clone();
	other.c = g1(c + a);
	let parts = [packed(&proof.a), stray::<E>(), packed(&proof.c)];
	let call = |proof: Vec<u8>| Groth16Call {
		prepared: prepared.clone(),
		inputs: inputs.iter().map(groth16::field_to_be::<E>).collect(),
		proof,
	};
	Case {
		bytes,
		call: call(packed(&proof)),
		other: call(packed(&other)),
		stray: call(parts.concat()),
		key: ark_groth16::prepare_verifying_key(&key),
		inputs,
		proof,
	}
}

impl<E: Pairing> Case<E> {
	fn by_oracle(&self, proof: &Proof<E>) -> bool {
		Groth16::<E>::verify_with_processed_vk(&self.key, &self.inputs, proof)
			.is_ok_and(|holds| holds)
	}

	fn read(&self) -> Option<Proof<E>> {
		Proof::deserialize_compressed(&self.call.proof[..]).ok()
	}
}

/// Ways to verify in native code. Not generic, so that the code is filled in here.
pub trait Ways {
	/// By this project's code.
	fn ours(&self) -> Result<(), ProofError>;
	/// By `ark-groth16`, of points that nobody has checked.
	fn bare(&self) -> bool;
	/// By `ark-groth16`, from the bytes of the proof, each point checked.
	fn decoded(&self) -> bool;
}

macro_rules! ways {
	($($curve:ty),+) => {$(
		impl Ways for Case<$curve> {
			fn ours(&self) -> Result<(), ProofError> {
				self.call.verify::<$curve>()
			}
			fn bare(&self) -> bool {
				self.by_oracle(&self.proof)
			}
			fn decoded(&self) -> bool {
				self.read().is_some_and(|proof| self.by_oracle(&proof))
			}
		}
	)+};
}
ways!(Bls12381Plain, Bn254);

/// Keys and proofs over BLS12-381.
pub fn bls12381(count: usize) -> Case<Bls12381Plain> {
	case(count)
}

/// Keys and proofs over BN254.
pub fn bn254(count: usize) -> Case<Bn254> {
	case(count)
}

/// By this project's code on the host functions, called directly: nothing crosses a boundary.
pub fn on_host_functions(call: &Groth16Call) -> Result<(), ProofError> {
	call.verify::<concordat_pairing::Bls12381>()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn good_proofs_hold_and_bad_ones_do_not_in_every_way() {
		for count in [1, 8] {
			let case = bls12381(count);
			assert_eq!((case.ours(), case.bare(), case.decoded()), (Ok(()), true, true));
			assert_eq!(on_host_functions(&case.call), Ok(()));
			assert_eq!(on_host_functions(&case.other), Err(ProofError::Invalid));
			assert_eq!(on_host_functions(&case.stray), Err(ProofError::Point));
			let case = bn254(count);
			assert_eq!((case.ours(), case.bare(), case.decoded()), (Ok(()), true, true));
			assert_eq!(case.other.verify::<Bn254>(), Err(ProofError::Invalid));
			assert_eq!(case.stray.verify::<Bn254>(), Err(ProofError::Point));
		}
	}
}
