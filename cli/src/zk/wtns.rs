//! Witnesses as circom's programs write them: `.wtns`, version 2.
//!
//! ```text
//!  section 1   length of a number ‖ prime ‖ count        section 2   a number for each wire, little-endian
//! ```

use super::{
	binary::{Sections, NUMBER},
	Bad, Groth,
};
use ark_ff::Field;

/// Reads a witness of so many wires.
pub fn read<E: Groth>(bytes: &[u8], wires: u32) -> Result<Vec<E::Scalar>, Bad> {
	let sections = Sections::split(bytes, *b"wtns", 2, "witness of circom (.wtns, version 2)")?;
	let mut header = sections.get(1)?;
	if header.prime()? != E::CURVE {
		return Err(Bad::Prime);
	}
	let count = header.u32()?;
	header.end(1)?;
	if count != wires {
		return Err(Bad::Numbers(format!(
			"it has {count} numbers, and the circuit has {wires} wires"
		)));
	}
	let mut body = sections.get(2)?;
	if body.left() / NUMBER < count as usize {
		return Err(Bad::Short);
	}
	let witness = (0..count).map(|_| body.number()).collect::<Result<Vec<E::Scalar>, _>>()?;
	body.end(2)?;
	if witness.first() != Some(&E::Scalar::ONE) {
		return Err(Bad::Numbers("its first number is not 1".into()));
	}
	Ok(witness)
}

#[cfg(test)]
pub mod tests {
	use super::super::r1cs::tests::{file, number, prime, section};
	use super::*;
	use ark_bn254::Fr;
	use concordat_pairing::{Bls12381Plain, Bn254};

	fn header(count: u32) -> Vec<u8> {
		[&prime()[..], &count.to_le_bytes()].concat()
	}

	/// A file with these numbers.
	pub fn witness(numbers: &[u64]) -> Vec<u8> {
		let body: Vec<u8> = numbers.iter().flat_map(|n| number(*n)).collect();
		let head = section(1, &header(numbers.len() as u32));
		file(b"wtns", 2, &[head, section(2, &body)])
	}

	#[test]
	fn a_witness_should_be_read() {
		let numbers = read::<Bn254>(&witness(&[1, 5, 14]), 3).unwrap();
		assert_eq!(numbers, [1u64, 5, 14].map(Fr::from));
	}

	#[test]
	fn a_witness_should_be_refused_when_it_is_cut_off_anywhere() {
		let sound = witness(&[1, 5, 14]);
		for len in 0..sound.len() {
			assert!(read::<Bn254>(&sound[..len], 3).is_err(), "{len}");
		}
		assert!(read::<Bn254>(&[&sound[..], &[0]].concat(), 3).is_err());
	}

	#[test]
	fn a_witness_of_another_circuit_or_field_should_be_refused() {
		let sound = witness(&[1, 5, 14]);
		assert!(matches!(read::<Bn254>(&sound, 4), Err(Bad::Numbers(_))));
		assert_eq!(read::<Bls12381Plain>(&sound, 3), Err(Bad::Prime));
		assert!(matches!(read::<Bn254>(&witness(&[2, 5, 14]), 3), Err(Bad::Numbers(_))));
		assert!(matches!(read::<Bn254>(&witness(&[]), 0), Err(Bad::Numbers(_))));
	}

	#[test]
	fn a_witness_should_hold_as_many_numbers_as_it_says_and_all_below_the_prime() {
		let body = |bytes: &[u8]| {
			read::<Bn254>(&file(b"wtns", 2, &[section(1, &header(2)), section(2, bytes)]), 2)
		};
		assert_eq!(body(&number(1)), Err(Bad::Short));
		let three = [number(1), number(2), number(3)].concat();
		assert_eq!(body(&three), Err(Bad::TooLong(2)));
		let great = [number(1), vec![0xff; 32]].concat();
		assert!(matches!(body(&great), Err(Bad::NotCanonical(_))));
		// Version 1 has another header.
		let head = section(1, &header(2));
		let old = file(b"wtns", 1, &[head, section(2, &[number(1), number(2)].concat())]);
		assert!(matches!(read::<Bn254>(&old, 2), Err(Bad::Kind(_))));
	}
}
