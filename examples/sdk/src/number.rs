//! Numbers as the input format writes them: `-?(0|[1-9][0-9]*)(\.[0-9]+)?`. One number, one way to
//! write it down: no plus sign, no exponent, no blanks, no leading zeros.

use crate::Failure;

/// Reads a decimal number as a multiple of `10^−places`. More decimals than `places` are refused,
/// not rounded: rounding is the author's decision, not the parser's.
pub fn decimal(text: &[u8], places: usize) -> Result<i64, Failure> {
	let (negative, digits) = match text {
		[b'-', rest @ ..] => (true, rest),
		_ => (false, text),
	};
	let mut parts = digits.splitn(2, |b| *b == b'.');
	let whole = parts.next().unwrap_or_default();
	let fraction = match parts.next() {
		Some([]) => return Err(Failure::BadNumber),
		fraction => fraction.unwrap_or_default(),
	};
	if whole.is_empty() || (whole.len() > 1 && whole.first() == Some(&b'0')) {
		return Err(Failure::BadNumber);
	}
	let missing = places.checked_sub(fraction.len()).ok_or(Failure::BadNumber)?;

	let mut value: i64 = 0;
	for byte in whole.iter().chain(fraction) {
		if !byte.is_ascii_digit() {
			return Err(Failure::BadNumber);
		}
		value = value
			.checked_mul(10)
			.and_then(|v| v.checked_add(i64::from(byte - b'0')))
			.ok_or(Failure::OutOfRange)?;
	}
	for _ in 0..missing {
		value = value.checked_mul(10).ok_or(Failure::OutOfRange)?;
	}
	Ok(if negative { -value } else { value })
}

/// As [`decimal`], within bounds.
pub fn decimal_within(text: &[u8], places: usize, min: i64, max: i64) -> Result<i64, Failure> {
	let value = decimal(text, places)?;
	if value < min || value > max {
		return Err(Failure::OutOfRange);
	}
	Ok(value)
}

/// Reads a natural number within bounds.
pub fn natural(text: &[u8], min: u64, max: u64) -> Result<u64, Failure> {
	let value = u64::try_from(decimal(text, 0)?).map_err(|_| Failure::OutOfRange)?;
	if value < min || value > max {
		return Err(Failure::OutOfRange);
	}
	Ok(value)
}

/// A name to be repeated in the result: 1 to 64 characters out of letters, digits, blank and
/// `._:+-`.
pub fn word(text: &[u8]) -> Result<&[u8], Failure> {
	let allowed =
		|b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'_' | b':' | b'+' | b'-');
	if text.is_empty() || text.len() > 64 || !text.iter().all(allowed) {
		return Err(Failure::BadWord);
	}
	Ok(text)
}
