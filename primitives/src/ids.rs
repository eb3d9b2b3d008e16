//! Names and numbers.

use crate::text::{is_name_byte, Name, NameError};
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// Number of a job; counts up from 1 and is never used again.
pub type JobId = u64;
/// Number of an assignment of one job. Whatever is signed names `(job, attempt)`.
pub type Attempt = u32;
/// Number of a node; never used again.
pub type NodeId = u32;
/// Number of a lease; never used again.
pub type LeaseId = u64;
/// Number of a dispute.
pub type DisputeId = u32;
/// Number of a rollup epoch that holds at least one receipt.
pub type RollupEpoch = u32;
/// Place of a receipt within the whole history.
pub type ReceiptId = u64;

/// Version of a clause: `major.minor`.
#[derive(
	Clone,
	Copy,
	Debug,
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
pub struct Version {
	/// Counts changes that change the meaning.
	pub major: u16,
	/// Counts changes that do not.
	pub minor: u16,
}

impl fmt::Display for Version {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}.{}", self.major, self.minor)
	}
}

/// `AUTHORITY::Name@major.minor`, for instance `WHO::DiseaseAlert@2.3`
/// (NSF orchestration protocols, §4.10.4).
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
pub struct ClauseId {
	/// Who speaks: `WHO`.
	pub authority: Name,
	/// What it says: `DiseaseAlert`.
	pub name: Name,
	/// Which edition: `2.3`.
	pub version: Version,
}

/// Why a text is not a [`ClauseId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClauseIdError {
	/// Not of the form `AUTHORITY::Name@major.minor`.
	Shape,
	/// The authority is not a name.
	Authority(NameError),
	/// The name is not a name.
	Name(NameError),
	/// The version is not two numbers below 65,536, written without leading zeros.
	Version,
}

impl fmt::Display for ClauseIdError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Shape => write!(
				f,
				"a clause is written AUTHORITY::Name@major.minor, as in WHO::DiseaseAlert@2.3"
			),
			Self::Authority(e) => write!(f, "authority: {e}"),
			Self::Name(e) => write!(f, "name: {e}"),
			Self::Version => write!(
				f,
				"the version is two numbers below 65536 with a dot between them, as in 2.3"
			),
		}
	}
}

impl ClauseId {
	/// Reads `AUTHORITY::Name@major.minor`.
	pub fn parse(text: &str) -> Result<Self, ClauseIdError> {
		let (authority, rest) = text.split_once("::").ok_or(ClauseIdError::Shape)?;
		let (name, version) = rest.split_once('@').ok_or(ClauseIdError::Shape)?;
		let (major, minor) = version.split_once('.').ok_or(ClauseIdError::Version)?;
		let number = |s: &str| -> Result<u16, ClauseIdError> {
			let canonical = s == "0" || !s.starts_with('0');
			if !canonical || !s.bytes().all(|b| b.is_ascii_digit()) {
				return Err(ClauseIdError::Version);
			}
			s.parse().map_err(|_| ClauseIdError::Version)
		};
		Ok(Self {
			authority: Name::parse(authority).map_err(ClauseIdError::Authority)?,
			name: Name::parse(name).map_err(ClauseIdError::Name)?,
			version: Version { major: number(major)?, minor: number(minor)? },
		})
	}

	/// Whether a decoded id is one that [`ClauseId::parse`] could have made.
	pub fn is_valid(&self) -> bool {
		self.authority.is_valid() && self.name.is_valid()
	}
}

impl fmt::Display for ClauseId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}::{}@{}", self.authority, self.name, self.version)
	}
}

impl fmt::Debug for ClauseId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl Serialize for ClauseId {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&format!("{self}"))
	}
}

impl<'de> Deserialize<'de> for ClauseId {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		Self::parse(&String::deserialize(d)?).map_err(|e| D::Error::custom(format!("{e}")))
	}
}

/// A fixed-width ASCII label, padded with zeros: cheap to copy and to key by.
macro_rules! label {
	($(#[$doc:meta])* $name:ident, $len:literal, $check:expr, $what:literal) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking,
			MaxEncodedLen, TypeInfo,
		)]
		pub struct $name(pub [u8; $len]);

		impl $name {
			/// Reads the label.
			pub fn parse(text: &str) -> Option<Self> {
				let bytes = text.as_bytes();
				let mut label = [0u8; $len];
				label.get_mut(..bytes.len())?.copy_from_slice(bytes);
				let label = Self(label);
				label.is_valid().then_some(label)
			}

			/// Whether a decoded label is one that [`Self::parse`] could have made.
			pub fn is_valid(&self) -> bool {
				let len = self.0.iter().position(|b| *b == 0).unwrap_or($len);
				let (head, tail) = self.0.split_at(len);
				tail.iter().all(|b| *b == 0) && $check(head)
			}

			/// The label as text.
			pub fn to_text(&self) -> String {
				let len = self.0.iter().position(|b| *b == 0).unwrap_or($len);
				String::from_utf8_lossy(self.0.split_at(len).0).into_owned()
			}
		}

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str(&self.to_text())
			}
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str(&self.to_text())
			}
		}

		impl Serialize for $name {
			fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
				s.serialize_str(&self.to_text())
			}
		}

		impl<'de> Deserialize<'de> for $name {
			fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
				Self::parse(&String::deserialize(d)?).ok_or_else(|| D::Error::custom($what))
			}
		}
	};
}

label!(
	/// An ISO 3166-1 alpha-3 code, for instance `IDN`.
	Jurisdiction,
	3,
	|head: &[u8]| head.len() == 3 && head.iter().all(|b| b.is_ascii_uppercase()),
	"a jurisdiction is three capital letters (ISO 3166-1 alpha-3)"
);

label!(
	/// What a node can do and a clause needs: 1 to 16 characters, for instance `hazard.rain`.
	CapabilityId,
	16,
	|head: &[u8]| !head.is_empty() && head.iter().all(|b| is_name_byte(*b)),
	"a capability is 1 to 16 characters out of A-Z a-z 0-9 _ - ."
);

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clause_ids_round_trip() {
		let id = ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap();
		assert_eq!(format!("{id}"), "WHO::DiseaseAlert@2.3");
		assert_eq!(ClauseId::decode(&mut &id.encode()[..]).unwrap(), id);
		assert!(id.is_valid());
	}

	#[test]
	fn malformed_clause_ids_are_refused_with_their_reason() {
		for (text, error) in [
			("", ClauseIdError::Shape),
			("WHO:DiseaseAlert@2.3", ClauseIdError::Shape),
			("WHO::DiseaseAlert", ClauseIdError::Shape),
			("WHO::DiseaseAlert@2", ClauseIdError::Version),
			("WHO::DiseaseAlert@2.03", ClauseIdError::Version),
			("WHO::DiseaseAlert@2.+3", ClauseIdError::Version),
			("WHO::DiseaseAlert@65536.0", ClauseIdError::Version),
			("::DiseaseAlert@2.3", ClauseIdError::Authority(NameError::Empty)),
			("WHO::Disease Alert@2.3", ClauseIdError::Name(NameError::BadCharacter(b' '))),
			("WHO::aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@1.0", ClauseIdError::Name(NameError::TooLong)),
		] {
			assert_eq!(ClauseId::parse(text), Err(error), "{text}");
		}
	}

	#[test]
	fn labels_refuse_what_they_cannot_say() {
		assert_eq!(Jurisdiction::parse("IDN").unwrap().to_text(), "IDN");
		assert!(Jurisdiction::parse("ID").is_none());
		assert!(Jurisdiction::parse("idn").is_none());
		assert!(CapabilityId::parse("hazard.rain").is_some());
		assert!(CapabilityId::parse("").is_none());
		assert!(CapabilityId::parse("12345678901234567").is_none());
		assert!(!CapabilityId(*b"a\0b\0\0\0\0\0\0\0\0\0\0\0\0\0").is_valid());
	}
}
