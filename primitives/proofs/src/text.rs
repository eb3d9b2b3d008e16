//! Bytes in JSON: `0x` and lower-case hexadecimal digits, so that there is one way to write each.

use alloc::{string::String, vec::Vec};
use serde::{de::Error, Deserialize, Deserializer, Serializer};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn write(bytes: &[u8]) -> String {
	let mut text = String::from("0x");
	for byte in bytes {
		for nibble in [byte >> 4, byte & 15] {
			text.extend(DIGITS.get(usize::from(nibble)).map(|digit| char::from(*digit)));
		}
	}
	text
}

fn nibble(digit: u8) -> Option<u8> {
	match digit {
		b'0'..=b'9' => Some(digit - b'0'),
		b'a'..=b'f' => Some(digit - b'a' + 10),
		_ => None,
	}
}

fn read(text: &str) -> Option<Vec<u8>> {
	let digits = text.strip_prefix("0x")?.as_bytes();
	if digits.len() % 2 != 0 {
		return None;
	}
	let byte = |pair: &[u8]| match pair {
		[high, low] => Some((nibble(*high)? << 4) | nibble(*low)?),
		_ => None,
	};
	digits.chunks(2).map(byte).collect()
}

fn parse<E: Error, T: TryFrom<Vec<u8>>>(text: &str) -> Result<T, E> {
	let bytes = read(text).ok_or_else(|| E::custom("not 0x and lower-case hexadecimal digits"))?;
	T::try_from(bytes).map_err(|_| E::custom("wrong length"))
}

/// One value.
pub(crate) mod bytes {
	use super::*;

	pub fn serialize<S: Serializer, T: AsRef<[u8]>>(value: &T, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&write(value.as_ref()))
	}

	pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
		d: D,
	) -> Result<T, D::Error> {
		parse(&String::deserialize(d)?)
	}
}

/// A list of values.
#[cfg(feature = "light")]
pub(crate) mod list {
	use super::*;
	use serde::Serialize;

	pub fn serialize<S: Serializer, T: AsRef<[u8]>>(list: &[T], s: S) -> Result<S::Ok, S::Error> {
		list.iter().map(|value| write(value.as_ref())).collect::<Vec<_>>().serialize(s)
	}

	pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
		d: D,
	) -> Result<Vec<T>, D::Error> {
		Vec::<String>::deserialize(d)?.iter().map(|text| parse(text)).collect()
	}
}

/// One value, or none.
#[cfg(feature = "light")]
pub(crate) mod option {
	use super::*;
	use serde::Serialize;

	pub fn serialize<S: Serializer, T: AsRef<[u8]>>(
		value: &Option<T>,
		s: S,
	) -> Result<S::Ok, S::Error> {
		value.as_ref().map(|value| write(value.as_ref())).serialize(s)
	}

	pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
		d: D,
	) -> Result<Option<T>, D::Error> {
		Option::<String>::deserialize(d)?.map(|text| parse(&text)).transpose()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn there_is_one_way_to_write_bytes() {
		assert_eq!(write(&[0, 0xab, 0xff]), "0x00abff");
		assert_eq!(read("0x00abff"), Some(alloc::vec![0, 0xab, 0xff]));
		assert_eq!(read("0x"), Some(alloc::vec![]));
		for text in ["", "00", "0X00", "0x0", "0xAB", "0x0g", "0x 0", "0x0x00", "x00", "0xé"] {
			assert_eq!(read(text), None, "{text}");
		}
	}
}
