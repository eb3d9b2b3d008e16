//! Circuits as circom writes them: `.r1cs`, version 1.
//!
//! ```text
//!  section 1   length of a number ‖ prime ‖ wires ‖ public outputs ‖ public inputs ‖ private inputs ‖ labels (8) ‖ constraints
//!  section 2   for each constraint three combinations: count ‖ (wire ‖ number)…        ⟨a, w⟩ · ⟨b, w⟩ = ⟨c, w⟩
//!  section 3   labels: not read.   sections 4, 5   custom gates: refused
//! ```
//!
//! Wire 0 is the constant 1; public outputs and public inputs follow, in this order. So the binding, input 0 of a proof, is
//! wire 1. Numbers of four bytes unless said otherwise, little-endian.

use super::{
	binary::{Reader, Sections},
	Bad, Groth,
};
use ark_ff::Field;
use concordat_primitives::zk::Curve;

/// Longest file that is read, in bytes.
pub const MAX_FILE: u64 = 512 << 20;
/// Most constraints, and most wires: keys for more take gigabytes.
const MAX_CONSTRAINTS: u32 = 1 << 22;

/// A linear combination: wires with their factors.
pub type Combination<F> = Vec<(u32, F)>;

/// A circuit.
pub struct R1cs<F> {
	/// Wires, with the constant.
	pub wires: u32,
	/// Public ones among them, without the constant.
	pub publics: u32,
	/// `a`, `b`, `c` of each constraint.
	pub constraints: Vec<[Combination<F>; 3]>,
}

fn split(bytes: &[u8]) -> Result<Sections<'_>, Bad> {
	Sections::split(bytes, *b"r1cs", 1, "circuit of circom (.r1cs, version 1)")
}

/// The curve whose scalar field the circuit is over.
pub fn curve_of(bytes: &[u8]) -> Result<Curve, Bad> {
	split(bytes)?.get(1)?.prime()
}

/// Reads a circuit.
pub fn read<E: Groth>(bytes: &[u8]) -> Result<R1cs<E::Scalar>, Bad> {
	let sections = split(bytes)?;
	let mut header = sections.get(1)?;
	if header.prime()? != E::CURVE {
		return Err(Bad::Prime);
	}
	let wires = header.u32()?;
	let (outputs, inputs, private) = (header.u32()?, header.u32()?, header.u32()?);
	let _labels = header.u64()?;
	let count = header.u32()?;
	header.end(1)?;

	let publics = outputs.checked_add(inputs);
	let named = publics.and_then(|publics| publics.checked_add(private)?.checked_add(1));
	let (Some(publics), Some(named)) = (publics, named) else {
		return Err(Bad::Numbers("it has more inputs than can be counted".into()));
	};
	if named > wires {
		return Err(Bad::Numbers(format!("it has {wires} wires for {named} signals")));
	}
	if wires > MAX_CONSTRAINTS || count > MAX_CONSTRAINTS {
		return Err(Bad::Numbers(format!(
			"it has {wires} wires and {count} constraints; at most {MAX_CONSTRAINTS} are read"
		)));
	}
	if [4, 5].iter().any(|section| sections.find(*section).is_some_and(uses_gates)) {
		return Err(Bad::Numbers("it has custom gates, which Groth16 has not".into()));
	}

	let mut body = sections.get(2)?;
	let mut constraints = Vec::new();
	for _ in 0..count {
		let mut next = || combination::<E>(&mut body, wires);
		constraints.push([next()?, next()?, next()?]);
	}
	body.end(2)?;
	Ok(R1cs { wires, publics, constraints })
}

/// circom writes the sections of custom gates with a count of zero where there are none.
fn uses_gates(section: &[u8]) -> bool {
	Reader::new(section).u32() != Ok(0)
}

fn combination<E: Groth>(body: &mut Reader<'_>, wires: u32) -> Result<Combination<E::Scalar>, Bad> {
	let count = body.u32()?;
	// Four bytes and a number each: no more are promised than there can be.
	if body.left() / 36 < count as usize {
		return Err(Bad::Short);
	}
	let mut terms = Vec::with_capacity(count as usize);
	for _ in 0..count {
		let wire = body.u32()?;
		if wire >= wires {
			return Err(Bad::Numbers(format!("it speaks of wire {wire} and has {wires}")));
		}
		terms.push((wire, body.number()?));
	}
	Ok(terms)
}

impl<F: Field> R1cs<F> {
	/// The first constraint that a witness does not meet; `None` if it meets all.
	pub fn unmet(&self, witness: &[F]) -> Option<usize> {
		let value = |terms: &Combination<F>| {
			terms.iter().fold(F::ZERO, |sum, (wire, factor)| {
				sum + *factor * witness.get(*wire as usize).copied().unwrap_or(F::ZERO)
			})
		};
		self.constraints.iter().position(|[a, b, c]| value(a) * value(b) != value(c))
	}

	/// Whether any constraint speaks of a wire.
	pub fn speaks_of(&self, wire: u32) -> bool {
		let names = |terms: &Combination<F>| {
			terms.iter().any(|(other, factor)| *other == wire && *factor != F::ZERO)
		};
		self.constraints.iter().flatten().any(names)
	}

	/// Refuses a circuit that cannot prove anything about a job: no input for the binding, more inputs than the chain
	/// takes, or a binding that nothing speaks of.
	pub fn check(&self) -> Result<(), Bad> {
		let most = concordat_pairing::groth16::MAX_INPUTS;
		if !(1..=most).contains(&self.publics) {
			return Err(Bad::Numbers(format!(
				"it has {} public signals; the chain takes 1 to {most}, the binding first",
				self.publics
			)));
		}
		if !self.speaks_of(1) {
			return Err(Bad::Numbers(
				"no constraint speaks of its first public signal, which has to bind the proof to the job: square it".into(),
			));
		}
		Ok(())
	}
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use ark_bn254::Fr;
	use ark_ff::{BigInteger, PrimeField};
	use concordat_pairing::{Bls12381Plain, Bn254};

	/// A section of a file.
	pub fn section(kind: u32, body: &[u8]) -> Vec<u8> {
		[&kind.to_le_bytes()[..], &(body.len() as u64).to_le_bytes(), body].concat()
	}

	/// A file.
	pub fn file(magic: &[u8; 4], version: u32, sections: &[Vec<u8>]) -> Vec<u8> {
		let head = [version, sections.len() as u32].map(u32::to_le_bytes).concat();
		[&magic[..], &head, &sections.concat()].concat()
	}

	/// Length and bytes of the prime of bn128.
	pub fn prime() -> Vec<u8> {
		[&32u32.to_le_bytes()[..], &Fr::MODULUS.to_bytes_le()].concat()
	}

	pub fn number(n: u64) -> Vec<u8> {
		Fr::from(n).into_bigint().to_bytes_le()
	}

	/// Wires, public outputs, public inputs, private inputs; labels; constraints.
	fn header(counts: [u32; 4], constraints: u32) -> Vec<u8> {
		let counts = counts.map(u32::to_le_bytes).concat();
		[&prime()[..], &counts, &9u64.to_le_bytes(), &constraints.to_le_bytes()].concat()
	}

	fn terms(terms: &[(u32, u64)]) -> Vec<u8> {
		let mut bytes = (terms.len() as u32).to_le_bytes().to_vec();
		for (wire, factor) in terms {
			bytes.extend(wire.to_le_bytes());
			bytes.extend(number(*factor));
		}
		bytes
	}

	/// Binding (1) squared is 3; public 2 is twice the private 4.
	fn body() -> Vec<u8> {
		[
			terms(&[(1, 1)]),
			terms(&[(1, 1)]),
			terms(&[(3, 1)]),
			terms(&[(4, 2)]),
			terms(&[(0, 1)]),
			terms(&[(2, 1)]),
		]
		.concat()
	}

	/// A sound file, its sections in the order in which circom writes them.
	pub fn sound() -> Vec<u8> {
		let body = section(2, &body());
		file(b"r1cs", 1, &[body, section(1, &header([5, 0, 2, 1], 2)), section(3, &[0; 40])])
	}

	fn refused(bytes: &[u8]) -> Bad {
		match read::<Bn254>(bytes) {
			Err(bad) => bad,
			Ok(_) => panic!("it should be refused"),
		}
	}

	#[test]
	fn a_circuit_should_be_read_whatever_the_order_of_its_sections() {
		assert_eq!(curve_of(&sound()), Ok(Curve::Bn254));
		let r1cs = read::<Bn254>(&sound()).unwrap();
		assert_eq!((r1cs.wires, r1cs.publics, r1cs.constraints.len()), (5, 2, 2));
		assert_eq!(r1cs.check(), Ok(()));
		let witness = [1, 5, 14, 25, 7].map(|n: u64| Fr::from(n));
		assert_eq!(r1cs.unmet(&witness), None);
		let wrong = [1, 5, 15, 25, 7].map(|n: u64| Fr::from(n));
		assert_eq!(r1cs.unmet(&wrong), Some(1));
	}

	#[test]
	fn a_circuit_should_be_refused_when_its_field_is_another() {
		assert_eq!(read::<Bls12381Plain>(&sound()).err(), Some(Bad::Prime));
		let mut other = header([5, 0, 2, 1], 2);
		other[10] ^= 1;
		let bytes = file(b"r1cs", 1, &[section(1, &other), section(2, &body())]);
		assert_eq!(refused(&bytes), Bad::Prime);
		assert_eq!(curve_of(&bytes), Err(Bad::Prime));
		other[0] = 8;
		let bytes = file(b"r1cs", 1, &[section(1, &other), section(2, &body())]);
		assert_eq!(refused(&bytes), Bad::Prime);
	}

	#[test]
	fn a_circuit_should_be_refused_when_it_is_cut_off_anywhere() {
		let sound = sound();
		for len in 0..sound.len() {
			assert!(read::<Bn254>(&sound[..len]).is_err(), "{len}");
		}
		assert!(matches!(refused(&[&sound[..], &[0]].concat()), Bad::Numbers(_)));
	}

	#[test]
	fn another_kind_of_file_should_be_refused() {
		let sections = [section(1, &header([5, 0, 2, 1], 2)), section(2, &body())];
		assert!(matches!(refused(&file(b"wtns", 1, &sections)), Bad::Kind(_)));
		assert!(matches!(refused(&file(b"r1cs", 2, &sections)), Bad::Kind(_)));
	}

	#[test]
	fn sections_should_be_there_once() {
		let (head, body) = (section(1, &header([5, 0, 2, 1], 2)), section(2, &body()));
		assert_eq!(refused(&file(b"r1cs", 1, std::slice::from_ref(&head))), Bad::Section(2));
		assert_eq!(refused(&file(b"r1cs", 1, std::slice::from_ref(&body))), Bad::Section(1));
		let twice = [head.clone(), body.clone(), body.clone()];
		assert_eq!(refused(&file(b"r1cs", 1, &twice)), Bad::Section(2));
		let many: Vec<_> = (0..65).map(|kind| section(kind, &[])).collect();
		assert!(matches!(refused(&file(b"r1cs", 1, &many)), Bad::Numbers(_)));
		let gates = [head, body, section(4, &1u32.to_le_bytes())];
		assert!(matches!(refused(&file(b"r1cs", 1, &gates)), Bad::Numbers(_)));
	}

	#[test]
	fn no_gates_should_be_no_reason_to_refuse() {
		let (head, body) = (section(1, &header([5, 0, 2, 1], 2)), section(2, &body()));
		let none = [head, body, section(4, &[0; 4]), section(5, &[0; 4])];
		assert!(read::<Bn254>(&file(b"r1cs", 1, &none)).is_ok());
	}

	#[test]
	fn numbers_that_do_not_fit_each_other_should_be_refused() {
		let with = |head: Vec<u8>, body: Vec<u8>| {
			refused(&file(b"r1cs", 1, &[section(1, &head), section(2, &body)]))
		};
		// More signals than wires, more than can be counted, more constraints than there are or than are read.
		assert!(matches!(with(header([3, 0, 2, 1], 2), body()), Bad::Numbers(_)));
		let most = u32::MAX;
		assert!(matches!(with(header([5, most, most, 1], 2), body()), Bad::Numbers(_)));
		assert!(matches!(with(header([5, 0, 2, most], 2), body()), Bad::Numbers(_)));
		assert!(matches!(with(header([most, 0, 2, 1], 2), body()), Bad::Numbers(_)));
		assert!(matches!(with(header([5, 0, 2, 1], most), body()), Bad::Numbers(_)));
		assert_eq!(with(header([5, 0, 2, 1], 3), body()), Bad::Short);
		assert_eq!(with(header([5, 0, 2, 1], 1), body()), Bad::TooLong(2));
		let long = [header([5, 0, 2, 1], 2), vec![0]].concat();
		assert_eq!(with(long, body()), Bad::TooLong(1));
		// A wire that is none; more terms than the file has; a number that is not below the prime.
		let far = [terms(&[(5, 1)]), terms(&[]), terms(&[])].concat();
		assert!(matches!(with(header([5, 0, 2, 1], 1), far), Bad::Numbers(_)));
		assert_eq!(with(header([5, 0, 2, 1], 1), most.to_le_bytes().to_vec()), Bad::Short);
		let mut great = [terms(&[(1, 1)]), terms(&[]), terms(&[])].concat();
		great[8..40].copy_from_slice(&Fr::MODULUS.to_bytes_le());
		assert!(matches!(with(header([5, 0, 2, 1], 1), great), Bad::NotCanonical(_)));
	}

	#[test]
	fn a_section_that_claims_to_be_longer_than_the_file_should_be_refused() {
		let mut bytes = sound();
		// The length of the first section.
		bytes[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
		assert_eq!(refused(&bytes), Bad::Short);
	}

	#[test]
	fn a_circuit_should_be_refused_when_its_binding_is_not_constrained() {
		let free = [terms(&[(4, 2)]), terms(&[(0, 1), (1, 0)]), terms(&[(2, 1)])].concat();
		let sections = [section(1, &header([5, 0, 2, 1], 1)), section(2, &free)];
		let r1cs = read::<Bn254>(&file(b"r1cs", 1, &sections)).unwrap();
		assert!(matches!(r1cs.check(), Err(Bad::Numbers(_))));
	}

	#[test]
	fn a_circuit_should_be_refused_when_it_has_no_public_signal_or_too_many() {
		for publics in [0, 33] {
			let sections = [section(1, &header([40, 0, publics, 1], 2)), section(2, &body())];
			let r1cs = read::<Bn254>(&file(b"r1cs", 1, &sections)).unwrap();
			assert!(matches!(r1cs.check(), Err(Bad::Numbers(_))), "{publics}");
		}
	}
}
