//! Circuits, keys with known secrets, points of every bad kind, and a generator that gives the same numbers each time.

use crate::groth16::{self, KeyError, ProofError};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField, UniformRand};
use ark_groth16::{Groth16, Proof, ProvingKey, VerifyingKey};
use ark_relations::{
	gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError},
	lc,
};
use ark_serialize::{CanonicalSerialize, Compress, Validate};
use ark_snark::SNARK;
use ark_std::rand::{CryptoRng, Error, RngCore};

/// SplitMix64.
pub struct Dice(pub u64);

impl RngCore for Dice {
	fn next_u32(&mut self) -> u32 {
		self.next_u64() as u32
	}
	fn next_u64(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}
	fn fill_bytes(&mut self, dest: &mut [u8]) {
		for chunk in dest.chunks_mut(8) {
			chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
		}
	}
	fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
		self.fill_bytes(dest);
		Ok(())
	}
}

impl CryptoRng for Dice {}

impl Dice {
	pub fn below(&mut self, bound: usize) -> usize {
		(self.next_u64() % bound as u64) as usize
	}
	pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
		let mut bytes = [0; N];
		self.fill_bytes(&mut bytes);
		bytes
	}
	pub fn message(&mut self, longest: usize) -> Vec<u8> {
		let mut bytes = vec![0; self.below(longest + 1)];
		self.fill_bytes(&mut bytes);
		bytes
	}
	pub fn number<F: UniformRand>(&mut self) -> F {
		F::rand(self)
	}
}

pub fn packed<T: CanonicalSerialize>(value: &T) -> Vec<u8> {
	let mut bytes = Vec::new();
	value.serialize_compressed(&mut bytes).unwrap();
	bytes
}

pub fn unpacked<T: CanonicalSerialize>(value: &T) -> Vec<u8> {
	let mut bytes = Vec::new();
	value.serialize_uncompressed(&mut bytes).unwrap();
	bytes
}

/// `xᵢ = wᵢ · (wᵢ₊₁ + kᵢ)` for each public `xᵢ`, and some products more that nobody sees.
#[derive(Clone)]
pub struct Chain<F: Field> {
	pub factors: Vec<F>,
	pub constants: Vec<F>,
	pub hidden: usize,
	pub known: bool,
}

impl<F: Field> Chain<F> {
	pub fn draw(dice: &mut Dice, inputs: usize) -> Self {
		Self {
			factors: (0..=inputs).map(|_| dice.number()).collect(),
			constants: (0..inputs).map(|_| dice.number()).collect(),
			hidden: dice.below(20),
			known: true,
		}
	}
	pub fn publics(&self) -> Vec<F> {
		let factors = self.factors.windows(2).zip(&self.constants);
		factors.map(|(pair, constant)| pair[0] * (pair[1] + constant)).collect()
	}
}

impl<F: Field> ConstraintSynthesizer<F> for Chain<F> {
	fn generate_constraints(self, cs: ConstraintSystemRef<F>) -> Result<(), SynthesisError> {
		let value =
			|value: F| move || self.known.then_some(value).ok_or(SynthesisError::AssignmentMissing);
		let one = ark_relations::gr1cs::Variable::One;
		let factors = self.factors.iter();
		let factors =
			factors.map(|f| cs.new_witness_variable(value(*f))).collect::<Result<Vec<_>, _>>()?;
		for (place, number) in self.publics().into_iter().enumerate() {
			let public = cs.new_input_variable(value(number))?;
			let (a, b, constant) = (factors[place], factors[place + 1], self.constants[place]);
			cs.enforce_r1cs_constraint(
				|| lc!() + a,
				|| lc!() + b + (constant, one),
				|| lc!() + public,
			)?;
		}
		for turn in 0..self.hidden {
			let square = self.factors[turn % self.factors.len()].square();
			let hidden = cs.new_witness_variable(value(square))?;
			let root = factors[turn % factors.len()];
			cs.enforce_r1cs_constraint(|| lc!() + root, || lc!() + root, || lc!() + hidden)?;
		}
		Ok(())
	}
}

/// A circuit, its keys, and a proof that `ark-groth16` made.
pub struct Proven<E: Pairing> {
	pub pk: ProvingKey<E>,
	pub inputs: Vec<E::ScalarField>,
	pub proof: Proof<E>,
}

impl<E: Pairing> Proven<E> {
	pub fn new(dice: &mut Dice, inputs: usize) -> Self {
		let circuit = Chain::<E::ScalarField>::draw(dice, inputs);
		let blank = Chain { known: false, ..circuit.clone() };
		let (pk, _) = Groth16::<E>::circuit_specific_setup(blank, dice).unwrap();
		let publics = circuit.publics();
		let proof = Groth16::<E>::prove(&pk, circuit, dice).unwrap();
		Self { pk, inputs: publics, proof }
	}
}

/// A key whose secrets are known, so that anything can be proven under it: keys and proofs of any shape, quickly.
pub struct Simulated<E: Pairing> {
	pub vk: VerifyingKey<E>,
	secrets: [E::ScalarField; 4],
	of_inputs: Vec<E::ScalarField>,
}

pub fn g1<E: Pairing>(number: E::ScalarField) -> E::G1Affine {
	(E::G1Affine::generator() * number).into_affine()
}

pub fn g2<E: Pairing>(number: E::ScalarField) -> E::G2Affine {
	(E::G2Affine::generator() * number).into_affine()
}

impl<E: Pairing> Simulated<E> {
	pub fn new(dice: &mut Dice, inputs: usize) -> Self {
		let secrets: [E::ScalarField; 4] = core::array::from_fn(|_| dice.number());
		let of_inputs = (0..=inputs).map(|_| dice.number()).collect();
		Self::with(secrets, of_inputs)
	}
	pub fn with(secrets: [E::ScalarField; 4], of_inputs: Vec<E::ScalarField>) -> Self {
		let [alpha, beta, gamma, delta] = secrets;
		let vk = VerifyingKey {
			alpha_g1: g1::<E>(alpha),
			beta_g2: g2::<E>(beta),
			gamma_g2: g2::<E>(gamma),
			delta_g2: g2::<E>(delta),
			gamma_abc_g1: of_inputs.iter().map(|k| g1::<E>(*k)).collect(),
		};
		Self { vk, secrets, of_inputs }
	}
	pub fn inputs(&self, dice: &mut Dice) -> Vec<E::ScalarField> {
		(1..self.of_inputs.len()).map(|_| dice.number()).collect()
	}
	pub fn prove(&self, dice: &mut Dice, inputs: &[E::ScalarField]) -> Proof<E> {
		let [alpha, beta, gamma, delta] = self.secrets;
		let (a, b): (E::ScalarField, E::ScalarField) = (dice.number(), dice.number());
		let bound = self.of_inputs[1..].iter().zip(inputs).map(|(k, x)| *k * x);
		let bound = self.of_inputs[0] + bound.sum::<E::ScalarField>();
		let c = (a * b - alpha * beta - bound * gamma) * delta.inverse().unwrap();
		Proof { a: g1::<E>(a), b: g2::<E>(b), c: g1::<E>(c) }
	}
}

/// What the oracle says.
pub fn oracle<E: Pairing>(
	vk: &VerifyingKey<E>,
	inputs: &[E::ScalarField],
	proof: &Proof<E>,
) -> bool {
	let prepared = ark_groth16::prepare_verifying_key(vk);
	Groth16::<E>::verify_with_processed_vk(&prepared, inputs, proof).unwrap()
}

/// Key and proof through this crate.
pub fn ours<E: Pairing>(
	key: &[u8],
	inputs: &[E::ScalarField],
	proof: &[u8],
) -> Result<Result<(), ProofError>, KeyError> {
	let (_, prepared) = groth16::prepare::<E>(key)?;
	Ok(groth16::verify::<E>(&prepared, inputs, proof))
}

/// Where the points of an encoding of G1 and G2 begin, and which group they are of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Group {
	G1,
	G2,
}

/// Places of the points of a proof.
pub fn places_of_proof<E: Pairing>() -> Vec<(&'static str, Group, usize)> {
	let (one, two) = (size::<E::G1Affine>(), size::<E::G2Affine>());
	vec![("a", Group::G1, 0), ("b", Group::G2, one), ("c", Group::G1, one + two)]
}

/// Places of the points of a key.
pub fn places_of_key<E: Pairing>(inputs: usize) -> Vec<(&'static str, Group, usize)> {
	let (one, two) = (size::<E::G1Affine>(), size::<E::G2Affine>());
	let mut places = vec![
		("alpha", Group::G1, 0),
		("beta", Group::G2, one),
		("gamma", Group::G2, one + two),
		("delta", Group::G2, one + 2 * two),
	];
	let first = one + 3 * two + 8;
	places.extend((0..=inputs).map(|place| ("gamma_abc", Group::G1, first + place * one)));
	places
}

pub fn size<P: AffineRepr>() -> usize {
	P::zero().compressed_size()
}

/// Puts bytes in a place of others.
pub fn patched(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	bytes[at..at + with.len()].copy_from_slice(with);
	bytes
}

/// A point of the curve that is not of the subgroup: found by its coordinate, never multiplied by the cofactor. `None` if
/// the curve has none.
pub fn of_another_subgroup<P: AffineRepr>(dice: &mut Dice) -> Option<P> {
	let mut of_curve = 0;
	while of_curve < 64 {
		let bytes = altered::<P>(dice);
		let read = P::deserialize_with_mode(&bytes[..], Compress::Yes, Validate::No);
		if let Some(point) = read.ok().filter(|point| !point.is_zero()) {
			of_curve += 1;
			if point.check().is_err() {
				// On the curve: the decompression took its `y` from the equation.
				assert_eq!(packed(&point), bytes);
				return Some(point);
			}
		}
	}
	None
}

/// The encoding of a coordinate that no point has.
pub fn off_curve<P: AffineRepr>(dice: &mut Dice) -> Vec<u8> {
	loop {
		let bytes = altered::<P>(dice);
		if P::deserialize_with_mode(&bytes[..], Compress::Yes, Validate::No).is_err() {
			return bytes;
		}
	}
}

/// A point's encoding with another coordinate: what carries flags and the highest bits stays.
fn altered<P: AffineRepr>(dice: &mut Dice) -> Vec<u8> {
	let mut bytes = packed(&P::rand(dice));
	let end = bytes.len() - 1;
	dice.fill_bytes(&mut bytes[1..end]);
	bytes
}

/// The encoding of a point of the group with its coordinate (of G2: the one without flags) written as `x + p`.
pub fn above_p<P: AffineRepr>(dice: &mut Dice) -> Vec<u8>
where
	P::BaseField: Field,
{
	let p = <P::BaseField as Field>::BasePrimeField::MODULUS.to_bytes_le();
	// BLS12-381 is written from the highest byte, with three flags in the first; BN254 from the lowest, with two in the last.
	let width = if p.len() == 48 { 48 } else { 32 };
	let big_endian = width == 48;
	loop {
		let mut bytes = packed(&P::rand(dice));
		let is_g2 = bytes.len() > width;
		let coordinate = match (is_g2, big_endian) {
			(true, true) => &mut bytes[width..],
			_ => &mut bytes[..width],
		};
		let (flags, at) = match (is_g2, big_endian) {
			(true, _) => (0, 0),
			(false, true) => (0xe0, 0),
			(false, false) => (0xc0, width - 1),
		};
		let set = coordinate[at] & flags;
		coordinate[at] &= !flags;
		if big_endian {
			coordinate.reverse();
		}
		let mut carry = 0u16;
		for (byte, of_p) in coordinate.iter_mut().zip(&p) {
			let sum = *byte as u16 + *of_p as u16 + carry;
			*byte = sum as u8;
			carry = sum >> 8;
		}
		if big_endian {
			coordinate.reverse();
		}
		if carry == 0 && coordinate[at] & flags == 0 {
			coordinate[at] |= set;
			return bytes;
		}
	}
}

/// Runs a test for the three types: host functions, the same curve without them, the other curve.
macro_rules! on_every_curve {
	($($name:ident),+ $(,)?) => {$(
		mod $name {
			#[test]
			fn bls12_381_by_host_functions() {
				super::$name::<crate::Bls12381>();
			}
			#[test]
			fn bls12_381_plain() {
				super::$name::<crate::Bls12381Plain>();
			}
			#[test]
			fn bn254() {
				super::$name::<crate::Bn254>();
			}
		}
	)+};
}
pub(crate) use on_every_curve;
