//! Decimal numbers, as snarkjs writes them.

use super::Bad;
use ark_ff::{BigInteger, PrimeField};

/// Digits of the longest number that is read: more than 2³⁸⁴ has.
const MAX_DIGITS: usize = 120;

/// What is cited of a text that is none.
fn cited(text: &str) -> String {
	let start: String = text.chars().take(MAX_DIGITS).collect();
	format!("{start:?}")
}

/// A number as `N` bytes, big-endian; `None` if it is longer.
fn be<const N: usize>(text: &str) -> Result<Option<[u8; N]>, Bad> {
	if text.is_empty() || text.len() > MAX_DIGITS || !text.bytes().all(|b| b.is_ascii_digit()) {
		return Err(Bad::NotDecimal(cited(text)));
	}
	let mut number = [0u8; N];
	for digit in text.bytes() {
		let mut carry = u32::from(digit - b'0');
		for byte in number.iter_mut().rev() {
			let product = u32::from(*byte) * 10 + carry;
			*byte = (product & 0xff) as u8;
			carry = product >> 8;
		}
		if carry > 0 {
			return Ok(None);
		}
	}
	Ok(Some(number))
}

/// A number of a field, refused if it is not below the prime: one number, one text.
pub fn field<F: PrimeField>(text: &str) -> Result<F, Bad> {
	let refused = || Bad::NotCanonical(cited(text));
	let number = be::<48>(text)?.ok_or_else(refused)?;
	let reduced = F::from_be_bytes_mod_order(&number);
	let bytes = reduced.into_bigint().to_bytes_be();
	let padded = bytes.iter().rev().chain(std::iter::repeat(&0));
	if number.iter().rev().zip(padded).all(|(one, other)| one == other) {
		Ok(reduced)
	} else {
		Err(refused())
	}
}

/// The decimal text of 32 bytes, big-endian: what circom and snarkjs read.
pub fn text(number: &[u8; 32]) -> String {
	let mut rest = *number;
	let mut digits = Vec::new();
	while rest.iter().any(|byte| *byte != 0) {
		let mut carry = 0u32;
		for byte in rest.iter_mut() {
			let value = (carry << 8) | u32::from(*byte);
			*byte = (value / 10) as u8;
			carry = value % 10;
		}
		digits.push(char::from(b'0' + carry as u8));
	}
	if digits.is_empty() {
		return "0".into();
	}
	digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use ark_bls12_381::Fq;
	use ark_bn254::Fr;
	use ark_ff::{One, Zero};

	/// The order of bn128.
	const ORDER: &str =
		"21888242871839275222246405745257275088548364400416034343698204186575808495617";

	#[test]
	fn numbers_below_the_prime_should_round_trip() {
		for number in ["0", "1", "9", "10", "255", "256", "65536", &ORDER.replace("617", "616")] {
			let read: Fr = field(number).unwrap();
			let mut be = [0; 32];
			be.copy_from_slice(&read.into_bigint().to_bytes_be());
			assert_eq!(text(&be), number);
		}
		assert_eq!(field::<Fr>(&ORDER.replace("617", "616")).unwrap(), -Fr::one());
		assert_eq!(field::<Fr>("000").unwrap(), Fr::zero());
		// Coordinates of 381 bits.
		let greatest = Fq::MODULUS.to_string();
		assert!(matches!(field::<Fq>(&greatest), Err(Bad::NotCanonical(_))));
		assert!(field::<Fq>(&ORDER.replace('1', "2")).is_ok());
	}

	#[test]
	fn other_texts_should_be_refused() {
		for wrong in ["", "-1", "+1", "0x10", "1.0", "1e3", " 1", "１", &"9".repeat(121)] {
			assert!(matches!(field::<Fr>(wrong), Err(Bad::NotDecimal(_))), "{wrong}");
		}
		for wrong in [ORDER, &"9".repeat(120), &format!("{ORDER}0")] {
			assert!(matches!(field::<Fr>(wrong), Err(Bad::NotCanonical(_))), "{wrong}");
		}
	}
}
