//! Circuits with keys of their own, by `ark-groth16` over the curves without host functions: an oracle that shares no
//! code with the runtime's verifier.

use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{Field, PrimeField, UniformRand};
use ark_groth16::{Groth16, Proof, ProvingKey};
use ark_relations::{
	gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError},
	lc,
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_snark::SNARK;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use concordat_pairing::groth16::{binding_dst, field_to_be, hash_to_field};
use concordat_primitives::zk::{Curve, FieldBytes, Statement};

/// Knows the square of each of its public inputs.
struct Squares<F>(Vec<Option<F>>);

impl<F: Field> ConstraintSynthesizer<F> for Squares<F> {
	fn generate_constraints(self, cs: ConstraintSystemRef<F>) -> Result<(), SynthesisError> {
		for input in self.0 {
			let value = || input.ok_or(SynthesisError::AssignmentMissing);
			let public = cs.new_input_variable(value)?;
			let square = cs.new_witness_variable(|| value().map(|value| value.square()))?;
			cs.enforce_r1cs_constraint(|| lc!() + public, || lc!() + public, || lc!() + square)?;
		}
		Ok(())
	}
}

/// A circuit and its keys.
struct Circuit<E: Pairing> {
	curve: Curve,
	pk: ProvingKey<E>,
}

/// What scenarios need of it, whichever the curve.
pub trait Prover {
	/// Its curve.
	fn curve(&self) -> Curve;
	/// The verifying key, compressed.
	fn key(&self) -> Vec<u8>;
	/// A proof of a statement with these outputs, each of them reduced.
	fn prove(&self, statement: &Statement, publics: &[FieldBytes]) -> Vec<u8>;
	/// Another proof of the same, made of one by somebody without the witness.
	fn rerandomise(&self, proof: &[u8]) -> Vec<u8>;
	/// The proof with its first and its last point exchanged.
	fn swapped(&self, proof: &[u8]) -> Vec<u8>;
	/// The proof with the identity for its first point.
	fn identity(&self, proof: &[u8]) -> Vec<u8>;
	/// The order of the scalar field, big-endian: the least number that is not of it.
	fn order(&self) -> FieldBytes;
}

/// Knows nothing but numbers: `publics` outputs, and keys by `seed`.
fn circuit<E: Pairing>(curve: Curve, publics: usize, seed: u64) -> Circuit<E> {
	let mut rng = StdRng::seed_from_u64(seed);
	let circuit = Squares(vec![None; publics + 1]);
	let (pk, _) = Groth16::<E>::circuit_specific_setup(circuit, &mut rng).unwrap();
	Circuit { curve, pk }
}

/// One circuit for each curve.
pub fn provers(publics: usize) -> [Box<dyn Prover>; 2] {
	[
		Box::new(circuit::<ark_bls12_381::Bls12_381>(Curve::Bls12381, publics, 1)),
		Box::new(circuit::<ark_bn254::Bn254>(Curve::Bn254, publics, 1)),
	]
}

fn bytes(thing: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	thing.serialize_compressed(&mut bytes).unwrap();
	bytes
}

impl<E: Pairing> Prover for Circuit<E> {
	fn curve(&self) -> Curve {
		self.curve
	}

	fn key(&self) -> Vec<u8> {
		bytes(&self.pk.vk)
	}

	fn prove(&self, statement: &Statement, publics: &[FieldBytes]) -> Vec<u8> {
		let name = match self.curve {
			Curve::Bls12381 => "BLS12381",
			Curve::Bn254 => "BN254",
		};
		let binding = hash_to_field::<E>(statement.digest().as_bytes(), &binding_dst(name));
		let inputs: Vec<_> = [field_to_be::<E>(&binding)]
			.iter()
			.chain(publics)
			.map(|be| E::ScalarField::from_be_bytes_mod_order(be))
			.collect();
		let mut rng = StdRng::seed_from_u64(7);
		let circuit = Squares(inputs.iter().copied().map(Some).collect());
		let proof = Groth16::<E>::prove(&self.pk, circuit, &mut rng).unwrap();
		assert!(Groth16::<E>::verify(&self.pk.vk, &inputs, &proof).unwrap());
		bytes(&proof)
	}

	fn rerandomise(&self, proof: &[u8]) -> Vec<u8> {
		let proof = Proof::<E>::deserialize_compressed(proof).unwrap();
		let mut rng = StdRng::seed_from_u64(8);
		let (r, s) = (E::ScalarField::rand(&mut rng), E::ScalarField::rand(&mut rng));
		// a/r, r·b + r·s·δ, c + s·a: as in Groth's paper.
		let other = Proof::<E> {
			a: (proof.a.into_group() * r.inverse().unwrap()).into_affine(),
			b: (proof.b.into_group() * r + self.pk.vk.delta_g2.into_group() * (r * s))
				.into_affine(),
			c: (proof.c.into_group() + proof.a.into_group() * s).into_affine(),
		};
		bytes(&other)
	}

	fn swapped(&self, proof: &[u8]) -> Vec<u8> {
		let Proof { a, b, c } = Proof::<E>::deserialize_compressed(proof).unwrap();
		bytes(&Proof::<E> { a: c, b, c: a })
	}

	fn identity(&self, proof: &[u8]) -> Vec<u8> {
		let Proof { b, c, .. } = Proof::<E>::deserialize_compressed(proof).unwrap();
		bytes(&Proof::<E> { a: E::G1Affine::zero(), b, c })
	}

	fn order(&self) -> FieldBytes {
		let minus_one = field_to_be::<E>(&-E::ScalarField::from(1u64));
		let mut order = minus_one;
		// It is odd: nothing is carried.
		order[31] += 1;
		order
	}
}

/// A number, as a public input.
pub fn number(n: u64) -> FieldBytes {
	let mut be = [0; 32];
	be[24..].copy_from_slice(&n.to_be_bytes());
	be
}
