//! Keys and proofs for circuits of circom, by `ark-groth16`.
//!
//! The keys are made by one party: whoever ran it, and whoever got hold of its randomness, can prove what is not true. So
//! they are for development and for tests; keys that others rely on come out of a ceremony (snarkjs `powersoftau` and
//! `zkey contribute`, with a beacon), and reach the chain by `import-vk`.
//!
//! A proving key is kept with the hash of its circuit, so that no proof is made under the key of another, and with a hash of
//! itself: its points are not checked again when it is read, which would take longer than proving.
//!
//! ```text
//!  "concordat-zk-pk" ‖ version (1) ‖ curve (1) ‖ Blake2-256 of the .r1cs (32) ‖ Blake2-256 of the rest (32) ‖ arkworks' uncompressed
//! ```

use super::{r1cs::R1cs, Bad, Groth};
use ark_ff::Field;
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::gr1cs::{
	ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::{rngs::StdRng, SeedableRng};
use concordat_pairing::groth16;
use concordat_primitives::zk::FieldBytes;
use sp_core::{Blake2Hasher, Hasher};

/// How a proving key begins.
const MAGIC: &[u8; 16] = b"concordat-zk-pk\x01";
/// Bytes before the key itself.
const HEADER: usize = 16 + 1 + 32 + 32;
/// Longest proving key that is read, in bytes.
pub const MAX_KEY_FILE: u64 = 4 << 30;

/// A circuit, with its witness when it is proven.
struct Circuit<'a, F> {
	r1cs: &'a R1cs<F>,
	witness: Option<&'a [F]>,
}

impl<F: Field> ConstraintSynthesizer<F> for Circuit<'_, F> {
	fn generate_constraints(self, cs: ConstraintSystemRef<F>) -> Result<(), SynthesisError> {
		let value = |wire: u32| {
			self.witness
				.and_then(|witness| witness.get(wire as usize).copied())
				.ok_or(SynthesisError::AssignmentMissing)
		};
		let mut variables = vec![Variable::One];
		for wire in 1..self.r1cs.wires {
			variables.push(if wire <= self.r1cs.publics {
				cs.new_input_variable(|| value(wire))?
			} else {
				cs.new_witness_variable(|| value(wire))?
			});
		}
		let sum = |terms: &[(u32, F)]| {
			// Wires were counted when the file was read.
			let term = |(wire, factor): &(u32, F)| {
				variables.get(*wire as usize).map(|variable| (*factor, *variable))
			};
			LinearCombination(terms.iter().filter_map(term).collect())
		};
		for [a, b, c] in &self.r1cs.constraints {
			cs.enforce_r1cs_constraint(|| sum(a), || sum(b), || sum(c))?;
		}
		Ok(())
	}
}

fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	Blake2Hasher::hash(bytes).0
}

/// What the makers of proofs know as randomness.
fn rng(seed: &[u8; 32]) -> StdRng {
	StdRng::from_seed(*seed)
}

fn failed(error: SynthesisError) -> Bad {
	Bad::Numbers(format!("the circuit cannot be used: {error}"))
}

/// The two keys of a circuit.
pub struct Keys {
	/// The file of the proving key.
	pub proving: Vec<u8>,
	/// The verifying key, as the chain takes it.
	pub verifying: Vec<u8>,
}

/// Makes the keys of a circuit, alone. `bytes`: its file. `seed`: secret, used once and forgotten.
pub fn setup<E: Groth>(bytes: &[u8], r1cs: &R1cs<E::Scalar>, seed: &[u8; 32]) -> Result<Keys, Bad> {
	let circuit = Circuit { r1cs, witness: None };
	let pk = Groth16::<E>::generate_random_parameters_with_reduction(circuit, &mut rng(seed))
		.map_err(failed)?;
	let mut body = Vec::new();
	let written = pk.serialize_uncompressed(&mut body);
	let mut verifying = Vec::new();
	written
		.and_then(|()| pk.vk.serialize_compressed(&mut verifying))
		.map_err(|e| Bad::Numbers(format!("the key cannot be written: {e}")))?;
	let mut proving = MAGIC.to_vec();
	proving.push(E::CURVE as u8);
	proving.extend(blake2_256(bytes));
	proving.extend(blake2_256(&body));
	proving.extend(body);
	Ok(Keys { proving, verifying })
}

/// A proof and what it is of.
#[derive(Debug)]
pub struct Proven {
	/// The proof, as the chain takes it.
	pub proof: Vec<u8>,
	/// The public signals, the binding first.
	pub inputs: Vec<FieldBytes>,
	/// The verifying key that belongs to the proving key.
	pub verifying: Vec<u8>,
}

/// Proves. `bytes`: the file of the circuit; `key`: that of the proving key; `seed`: secret, used once: who knows it can read
/// something of the witness out of the proof.
pub fn prove<E: Groth>(
	bytes: &[u8],
	r1cs: &R1cs<E::Scalar>,
	witness: &[E::Scalar],
	key: &[u8],
	seed: &[u8; 32],
) -> Result<Proven, Bad> {
	let pk = read_key::<E>(key, bytes)?;
	if let Some(place) = r1cs.unmet(witness) {
		return Err(Bad::Numbers(format!("the witness does not meet constraint {place}")));
	}
	let circuit = Circuit { r1cs, witness: Some(witness) };
	let proof = Groth16::<E>::create_random_proof_with_reduction(circuit, &pk, &mut rng(seed))
		.map_err(failed)?;
	let (mut out, mut verifying) = (Vec::new(), Vec::new());
	proof
		.serialize_compressed(&mut out)
		.and_then(|()| pk.vk.serialize_compressed(&mut verifying))
		.map_err(|e| Bad::Numbers(format!("the proof cannot be written: {e}")))?;
	let publics = witness.get(1..=r1cs.publics as usize).unwrap_or_default();
	let inputs: Vec<_> = publics.iter().map(|public| groth16::field_to_be::<E>(public)).collect();
	// A key that is not what it says it is shows here, and not on the chain.
	super::verify(E::CURVE, &verifying, &inputs, &out)?;
	Ok(Proven { proof: out, inputs, verifying })
}

fn read_key<E: Groth>(key: &[u8], circuit: &[u8]) -> Result<ProvingKey<E>, Bad> {
	let kind = Bad::Kind("proving key of `concordat zk setup`");
	let (header, body) = key.split_at_checked(HEADER).ok_or(Bad::Short)?;
	let Some(rest) = header.strip_prefix(&MAGIC[..]) else { return Err(kind) };
	let Some((curve, hashes)) = rest.split_first() else { return Err(kind) };
	if *curve != E::CURVE as u8 {
		return Err(Bad::Numbers("the proving key is over another curve".into()));
	}
	let (of_circuit, of_body) = hashes.split_at(32);
	if of_circuit != blake2_256(circuit) {
		return Err(Bad::Numbers("the proving key is that of another circuit".into()));
	}
	if of_body != blake2_256(body) {
		return Err(Bad::Numbers("the proving key is damaged".into()));
	}
	let mut left = body;
	let pk = ProvingKey::<E>::deserialize_uncompressed_unchecked(&mut left).map_err(|_| kind)?;
	if left.is_empty() {
		Ok(pk)
	} else {
		Err(Bad::Numbers("the proving key is longer than what is in it".into()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::zk::{r1cs, wtns};
	use concordat_pairing::Bn254;
	use concordat_primitives::zk::Curve;

	fn keys() -> (Vec<u8>, R1cs<ark_bn254::Fr>, Keys) {
		let bytes = r1cs::tests::sound();
		let circuit = r1cs::read::<Bn254>(&bytes).unwrap();
		let keys = setup::<Bn254>(&bytes, &circuit, &[1; 32]).unwrap();
		(bytes, circuit, keys)
	}

	fn prove_with(
		numbers: &[u64],
		key: impl FnOnce(Vec<u8>) -> Vec<u8>,
	) -> Result<(Proven, Vec<u8>), Bad> {
		let (bytes, circuit, keys) = keys();
		let witness = wtns::read::<Bn254>(&wtns::tests::witness(numbers), circuit.wires)?;
		let key = key(keys.proving);
		let proven = prove::<Bn254>(&bytes, &circuit, &witness, &key, &[2; 32])?;
		Ok((proven, keys.verifying))
	}

	#[test]
	fn what_is_proven_should_hold_and_nothing_else() {
		let (proven, verifying) = prove_with(&[1, 5, 14, 25, 7], |key| key).unwrap();
		assert_eq!(proven.verifying, verifying);
		assert_eq!(proven.inputs.iter().map(|be| be[31]).collect::<Vec<_>>(), [5, 14]);
		let verify = |inputs: &[FieldBytes]| {
			crate::zk::verify(Curve::Bn254, &verifying, inputs, &proven.proof)
		};
		assert_eq!(verify(&proven.inputs), Ok(()));
		for place in 0..2 {
			let mut others = proven.inputs.clone();
			others[place][31] ^= 1;
			assert_eq!(verify(&others), Err(Bad::Proof(groth16::ProofError::Invalid)));
		}
	}

	#[test]
	fn a_witness_that_does_not_meet_the_circuit_should_be_refused() {
		let refused = prove_with(&[1, 5, 15, 25, 7], |key| key).err();
		assert!(matches!(refused, Some(Bad::Numbers(why)) if why.contains("constraint 1")));
	}

	#[test]
	fn a_proving_key_should_be_refused_when_it_is_damaged_or_of_another_circuit() {
		let sound = [1, 5, 14, 25, 7];
		let with = |change: fn(&mut Vec<u8>)| {
			let changed = |mut key: Vec<u8>| {
				change(&mut key);
				key
			};
			prove_with(&sound, changed).err()
		};
		assert!(matches!(with(|key| key[0] ^= 1), Some(Bad::Kind(_))));
		assert!(matches!(with(|key| key[16] = 0), Some(Bad::Numbers(_))));
		assert!(matches!(with(|key| key[17] ^= 1), Some(Bad::Numbers(_))));
		assert!(matches!(with(|key| key[HEADER] ^= 1), Some(Bad::Numbers(_))));
		assert!(matches!(with(|key| key.push(0)), Some(Bad::Numbers(_))));
		assert_eq!(with(|key| key.truncate(40)), Some(Bad::Short));
	}
}
