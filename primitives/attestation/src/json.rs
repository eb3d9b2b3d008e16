//! JSON of the vendor's service: bounded in size and depth before it is parsed.

use crate::{bytes::capped, Error, Part};
use alloc::string::String;
use der::DateTime;
use serde::{de::DeserializeOwned, Deserialize, Deserializer};

/// Deepest nesting that is looked at. TCB info nests six levels.
const MAX_DEPTH: u8 = 8;

/// Parses `json`, of at most `max` bytes.
pub fn parse<T: DeserializeOwned>(json: &[u8], max: usize, part: Part) -> Result<T, Error> {
	check_depth(capped(json, max, part)?, part)?;
	serde_json::from_slice(json).map_err(|_| Error::Malformed(part))
}

/// Counts brackets outside of strings.
fn check_depth(json: &[u8], part: Part) -> Result<(), Error> {
	let mut depth = 0u8;
	let mut in_string = false;
	let mut escaped = false;
	for byte in json {
		match byte {
			_ if escaped => escaped = false,
			b'\\' if in_string => escaped = true,
			b'"' => in_string = !in_string,
			_ if in_string => {},
			b'{' | b'[' => {
				depth = depth.saturating_add(1);
				if depth > MAX_DEPTH {
					return Err(Error::TooDeep(part));
				}
			},
			b'}' | b']' => depth = depth.saturating_sub(1),
			_ => {},
		}
	}
	Ok(())
}

/// Bytes as hex digits.
pub struct Hex<const N: usize>(pub [u8; N]);

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let mut bytes = [0; N];
		hex::decode_to_slice(text, &mut bytes)
			.map_err(|_| serde::de::Error::custom("not hex of the right length"))?;
		Ok(Self(bytes))
	}
}

/// A point in time such as `2025-06-19T10:56:11Z`, as Unix time in seconds.
pub struct Time(pub u64);

impl<'de> Deserialize<'de> for Time {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		unix_time(&text).map(Self).ok_or(serde::de::Error::custom("not a time in UTC"))
	}
}

fn unix_time(text: &str) -> Option<u64> {
	let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
	let number = |digits: &[u8]| {
		digits.iter().try_fold(0u16, |value, digit| {
			let digit = char::from(*digit).to_digit(10)?;
			value.checked_mul(10)?.checked_add(u16::try_from(digit).ok()?)
		})
	};
	let two = |digits: &[u8]| number(digits).and_then(|value| u8::try_from(value).ok());
	let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1, b'Z'] =
		*bytes
	else {
		return None;
	};
	DateTime::new(
		number(&[y0, y1, y2, y3])?,
		two(&[m0, m1])?,
		two(&[d0, d1])?,
		two(&[h0, h1])?,
		two(&[i0, i1])?,
		two(&[s0, s1])?,
	)
	.ok()
	.map(|time| time.unix_duration().as_secs())
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{format, vec::Vec};

	#[test]
	fn times_are_utc_to_the_second() {
		assert_eq!(unix_time("1970-01-01T00:00:00Z"), Some(0));
		assert_eq!(unix_time("2025-06-19T10:56:11Z"), Some(1_750_330_571));
		for bad in [
			"2025-02-29T00:00:00Z",
			"2025-06-19T24:00:00Z",
			"2025-06-19T10:56:11+01:00",
			"2025-06-19 10:56:11Z",
			"2025-06-19T10:56:11.0Z",
			"+025-06-19T10:56:11Z",
			"",
		] {
			assert_eq!(unix_time(bad), None, "{bad}");
		}
	}

	#[test]
	fn depth_is_bounded_before_parsing() {
		let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
		assert_eq!(check_depth(nested(8).as_bytes(), Part::TcbInfo), Ok(()));
		assert_eq!(
			parse::<serde::de::IgnoredAny>(nested(9).as_bytes(), 100, Part::TcbInfo).map(|_| ()),
			Err(Error::TooDeep(Part::TcbInfo))
		);
		// Brackets in strings do not count, escaped quotes do not end strings.
		assert_eq!(check_depth(br#"["[[[[[[[[[\"[[[[[["]"#, Part::TcbInfo), Ok(()));
	}

	#[test]
	fn size_is_bounded_before_parsing() {
		assert_eq!(
			parse::<Vec<u8>>(b"[1,2]", 4, Part::TcbInfo),
			Err(Error::TooLong { part: Part::TcbInfo, len: 5, max: 4 })
		);
		assert_eq!(parse::<Vec<u8>>(b"[1,2]", 5, Part::TcbInfo), Ok(alloc::vec![1, 2]));
		assert_eq!(
			parse::<Vec<u8>>(b"[1,2]x", 6, Part::TcbInfo),
			Err(Error::Malformed(Part::TcbInfo))
		);
	}
}
