//! Short bounded texts that read as text in JSON and in logs.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// A name of 1 to 32 characters out of `A–Z a–z 0–9 _ - .`.
#[derive(
	Clone,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Name(pub BoundedVec<u8, ConstU32<32>>);

/// Why a text is not a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
	/// No character at all.
	Empty,
	/// More than 32 bytes.
	TooLong,
	/// A character outside `A–Z a–z 0–9 _ - .`.
	BadCharacter(u8),
}

impl fmt::Display for NameError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Empty => write!(f, "a name needs at least one character"),
			Self::TooLong => write!(f, "a name has at most 32 characters"),
			Self::BadCharacter(c) => write!(f, "byte {c:#04x} may not stand in a name"),
		}
	}
}

/// Whether `byte` may stand in a [`Name`].
pub const fn is_name_byte(byte: u8) -> bool {
	byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

impl Name {
	/// Reads a name; refuses anything that [`Name::is_valid`] would refuse.
	pub fn parse(text: &str) -> Result<Self, NameError> {
		let bytes = text.as_bytes();
		if bytes.is_empty() {
			return Err(NameError::Empty);
		}
		if let Some(bad) = bytes.iter().find(|b| !is_name_byte(**b)) {
			return Err(NameError::BadCharacter(*bad));
		}
		BoundedVec::try_from(bytes.to_vec()).map(Self).map_err(|_| NameError::TooLong)
	}

	/// Decoded names come from outside: only a valid one may be stored.
	pub fn is_valid(&self) -> bool {
		!self.0.is_empty() && self.0.iter().all(|b| is_name_byte(*b))
	}

	/// The name as text; lossy only for names that [`Name::is_valid`] refuses.
	pub fn to_text(&self) -> String {
		String::from_utf8_lossy(&self.0).into_owned()
	}
}

impl fmt::Display for Name {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.to_text())
	}
}

impl fmt::Debug for Name {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?}", self.to_text())
	}
}

impl Serialize for Name {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&self.to_text())
	}
}

impl<'de> Deserialize<'de> for Name {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		Self::parse(&String::deserialize(d)?).map_err(|e| D::Error::custom(alloc::format!("{e}")))
	}
}

/// Serde for money: a decimal string, because JSON numbers lose digits beyond 2⁵³.
pub mod decimal {
	use super::*;

	/// Writes the amount as a decimal string.
	pub fn serialize<S: Serializer>(value: &u128, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&alloc::format!("{value}"))
	}

	/// Reads a decimal string.
	pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
		String::deserialize(d)?.parse().map_err(|_| D::Error::custom("not a decimal number"))
	}
}

/// Serde for byte strings as `0x…`, whatever the container.
pub mod hex_bytes {
	use super::*;

	/// Writes `0x…`.
	pub fn serialize<S: Serializer, T: AsRef<[u8]>>(value: &T, s: S) -> Result<S::Ok, S::Error> {
		sp_core::bytes::serialize(value.as_ref(), s)
	}

	/// Reads `0x…`; refuses a length that the container cannot hold.
	pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
		d: D,
	) -> Result<T, D::Error> {
		T::try_from(sp_core::bytes::deserialize(d)?).map_err(|_| D::Error::custom("wrong length"))
	}
}
