//! Numbers as programs print them.

use alloc::{format, vec::Vec};

/// Digits after the point: a unit is 10⁻⁹.
const FRACTION_DIGITS: usize = 9;
/// Most digits before the point.
const WHOLE_DIGITS: usize = 18;
/// Units in one.
const UNIT: u128 = 1_000_000_000;
/// Longest number in bytes, with sign, point and final newline.
pub const MAX_NUMBER_BYTES: u32 = 1 + WHOLE_DIGITS as u32 + 1 + FRACTION_DIGITS as u32 + 1;

/// Why bytes are not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
	/// Digits are missing: before the point, after it, or altogether.
	Incomplete,
	/// There is something else than digits, a minus in front, one point, and a newline at the end.
	NotADigit,
	/// More than 18 digits before the point.
	TooLarge,
	/// More than 9 digits after the point: rounding would be the reader's choice.
	TooFine,
}

/// A decimal number between −10¹⁸ and 10¹⁸ (without these), exact in units of 10⁻⁹.
///
/// It is read as `-?[0-9]{1,18}(\.[0-9]{1,9})?\n?` in ASCII, and printed without newline, leading zeros, trailing zeros
/// of the fraction, or a minus before zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

impl Decimal {
	/// Largest number, in units.
	pub const MAX_UNITS: i128 = 10i128.pow((WHOLE_DIGITS + FRACTION_DIGITS) as u32) - 1;

	/// So many units of 10⁻⁹; the nearest number in the range, if it lies outside.
	pub fn from_units(units: i128) -> Self {
		Self(units.clamp(-Self::MAX_UNITS, Self::MAX_UNITS))
	}

	/// How many units of 10⁻⁹ it is.
	pub const fn units(self) -> i128 {
		self.0
	}

	/// Reads a number.
	pub fn parse(bytes: &[u8]) -> Result<Self, NumberError> {
		let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
		let (is_negative, bytes) = match bytes.strip_prefix(b"-") {
			Some(rest) => (true, rest),
			None => (false, bytes),
		};
		let mut parts = bytes.splitn(2, |byte| *byte == b'.');
		let whole = digits(parts.next().unwrap_or_default(), WHOLE_DIGITS, NumberError::TooLarge)?;
		let fraction = match parts.next() {
			Some(fraction) => {
				let value = digits(fraction, FRACTION_DIGITS, NumberError::TooFine)?;
				let missing = FRACTION_DIGITS.saturating_sub(fraction.len()) as u32;
				value.saturating_mul(10i128.saturating_pow(missing))
			},
			None => 0,
		};
		// 27 digits at most: far from the end of 128 bits.
		let units = whole.saturating_mul(UNIT as i128).saturating_add(fraction);
		Ok(Self(if is_negative { units.saturating_neg() } else { units }))
	}

	/// Prints it, in the one canonical form.
	pub fn print(self) -> Vec<u8> {
		let sign = if self.0 < 0 { "-" } else { "" };
		let units = self.0.unsigned_abs();
		let (whole, fraction) = (units / UNIT, units % UNIT);
		if fraction == 0 {
			return format!("{sign}{whole}").into_bytes();
		}
		let printed = format!("{sign}{whole}.{fraction:09}");
		printed.trim_end_matches('0').as_bytes().to_vec()
	}
}

/// The value of one to `most` digits.
fn digits(bytes: &[u8], most: usize, too_many: NumberError) -> Result<i128, NumberError> {
	if bytes.is_empty() {
		return Err(NumberError::Incomplete);
	}
	if !bytes.iter().all(u8::is_ascii_digit) {
		return Err(NumberError::NotADigit);
	}
	if bytes.len() > most {
		return Err(too_many);
	}
	Ok(bytes.iter().fold(0i128, |value, digit| {
		value.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0')))
	}))
}
