//! An independent maker of keys and proofs: `ark-groth16`, over the curves without host functions.

use crate::{groth, mock::rain};
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
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, Curve, FieldBytes, Statement},
	Hash,
};

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

/// A circuit with keys of its own.
pub struct Oracle<E: Pairing> {
	curve: Curve,
	pk: ProvingKey<E>,
}

/// What tests need of it, whichever the curve.
pub trait Prover {
	/// Its curve.
	fn curve(&self) -> Curve;
	/// The verifying key.
	fn key(&self) -> Vec<u8>;
	/// A proof for these numbers, of which each is reduced; the first is the binding.
	fn prove_inputs(&self, inputs: &[FieldBytes]) -> Vec<u8>;
	/// Another proof of the same, made of one by somebody without the witness.
	fn rerandomise(&self, proof: &[u8]) -> Vec<u8>;
	/// The same proof with its first and its third point negated, and then the first and the second.
	fn negate(&self, proof: &[u8]) -> [Vec<u8>; 2];

	/// The proof of a statement.
	fn prove(&self, statement: &Statement, publics: &[FieldBytes]) -> Vec<u8> {
		let binding = groth::binding(self.curve(), &statement.digest());
		self.prove_inputs(&[&[binding], publics].concat())
	}
}

impl<E: Pairing> Oracle<E> {
	/// For so many public inputs besides the binding. `seed`: of its keys.
	fn new(curve: Curve, publics: usize, seed: u64) -> Self {
		let mut rng = StdRng::seed_from_u64(seed);
		let circuit = Squares(vec![None; publics + 1]);
		let (pk, _) = Groth16::<E>::circuit_specific_setup(circuit, &mut rng).unwrap();
		Self { curve, pk }
	}
}

fn bytes(thing: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	thing.serialize_compressed(&mut bytes).unwrap();
	bytes
}

impl<E: Pairing> Prover for Oracle<E> {
	fn curve(&self) -> Curve {
		self.curve
	}

	fn key(&self) -> Vec<u8> {
		bytes(&self.pk.vk)
	}

	fn prove_inputs(&self, inputs: &[FieldBytes]) -> Vec<u8> {
		let inputs: Vec<_> =
			inputs.iter().map(|be| E::ScalarField::from_be_bytes_mod_order(be)).collect();
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
		// a/r, r·b + r·s·δ, c + s·a: as in Groth's paper, so independent of the library.
		let other = Proof::<E> {
			a: (proof.a.into_group() * r.inverse().unwrap()).into_affine(),
			b: (proof.b.into_group() * r + self.pk.vk.delta_g2.into_group() * (r * s))
				.into_affine(),
			c: (proof.c.into_group() + proof.a.into_group() * s).into_affine(),
		};
		bytes(&other)
	}

	fn negate(&self, proof: &[u8]) -> [Vec<u8>; 2] {
		let Proof { a, b, c } = Proof::<E>::deserialize_compressed(proof).unwrap();
		let minus_a = (-a.into_group()).into_affine();
		let minus_b = (-b.into_group()).into_affine();
		let minus_c = (-c.into_group()).into_affine();
		[
			bytes(&Proof::<E> { a: minus_a, b, c: minus_c }),
			bytes(&Proof::<E> { a: minus_a, b: minus_b, c }),
		]
	}
}

/// One for each curve.
pub fn provers(publics: usize) -> [Box<dyn Prover>; 2] {
	seeded(publics, 1)
}

/// The same circuits with other keys.
pub fn others(publics: usize) -> [Box<dyn Prover>; 2] {
	seeded(publics, 2)
}

fn seeded(publics: usize, seed: u64) -> [Box<dyn Prover>; 2] {
	[
		Box::new(Oracle::<ark_bls12_381::Bls12_381>::new(Curve::Bls12381, publics, seed)),
		Box::new(Oracle::<ark_bn254::Bn254>::new(Curve::Bn254, publics, seed)),
	]
}

/// A number, as a public input.
pub fn number(n: u64) -> FieldBytes {
	let mut be = [0; 32];
	be[24..].copy_from_slice(&n.to_be_bytes());
	be
}

/// So many different numbers.
pub fn numbers(count: usize) -> Vec<FieldBytes> {
	(0..count as u64).map(|n| number(1_000 + n)).collect()
}

/// A statement of the clause of most tests, with the output that these inputs make.
pub fn statement(publics: &[FieldBytes]) -> Statement {
	Statement {
		genesis: Hash::repeat_byte(9),
		clause: rain(),
		program: Hash::repeat_byte(8),
		input: Hash::repeat_byte(7),
		output: output_hash(&output_of(publics)),
		job: 17,
		attempt: 2,
	}
}
