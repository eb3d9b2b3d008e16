//! Names of security advisories, and sets of them that fit into a word.

use crate::{error::stored, Error, Part};
use alloc::{string::String, vec::Vec};
use bounded_collections::{BoundedVec, ConstU32};
use core::{fmt, str};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

stored! {
	/// Name of a security advisory, such as `INTEL-SA-00289`, filled with zeros.
	#[derive(Copy, PartialOrd, Ord)]
	pub struct AdvisoryId(pub [u8; 24]);

	/// A set of advisories: bit `i` stands for entry `i` of an [`AdvisoryTable`].
	#[derive(Copy, Default)]
	pub struct AdvisorySet(pub u128);

	/// The advisories that one piece of collateral names, each once.
	#[derive(Default)]
	pub struct AdvisoryTable(pub BoundedVec<AdvisoryId, ConstU32<128>>);
}

impl AdvisoryId {
	/// From its name: 1 to 24 printable ASCII characters without blanks.
	pub fn new(name: &str) -> Option<Self> {
		let bytes = name.as_bytes();
		if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_graphic) {
			return None;
		}
		let mut id = [0; 24];
		id.get_mut(..bytes.len())?.copy_from_slice(bytes);
		Some(Self(id))
	}

	/// Its name.
	pub fn name(&self) -> &str {
		let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
		self.0.get(..end).and_then(|name| str::from_utf8(name).ok()).unwrap_or_default()
	}
}

impl Serialize for AdvisoryId {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(self.name())
	}
}

impl<'de> Deserialize<'de> for AdvisoryId {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let name = String::deserialize(deserializer)?;
		Self::new(&name).ok_or_else(|| D::Error::custom("expected 1 to 24 printable characters"))
	}
}

impl fmt::Display for AdvisoryId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl AdvisoryTable {
	/// The set of these names; names that are new are appended to the table.
	pub fn intern<'a>(
		&mut self,
		names: impl Iterator<Item = &'a str>,
		part: Part,
	) -> Result<AdvisorySet, Error> {
		let mut set = 0u128;
		for name in names {
			let id = AdvisoryId::new(name).ok_or(Error::Malformed(part))?;
			let index = match self.0.iter().position(|known| *known == id) {
				Some(index) => index,
				None => {
					let index = self.0.len();
					self.0.try_push(id).map_err(|_| Error::TooMany { part, max: 128 })?;
					index
				},
			};
			set |= u32::try_from(index).ok().and_then(|i| 1u128.checked_shl(i)).unwrap_or_default();
		}
		Ok(AdvisorySet(set))
	}

	/// The names in a set.
	pub fn names(&self, set: AdvisorySet) -> Vec<AdvisoryId> {
		self.0
			.iter()
			.enumerate()
			.filter(|(index, _)| set.0 >> index & 1 == 1)
			.map(|(_, id)| *id)
			.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sets_hold_the_names_that_went_in() {
		let mut table = AdvisoryTable::default();
		let one = table.intern(["A-1", "B-2"].into_iter(), Part::TcbInfo).unwrap();
		let two = table.intern(["B-2", "C-3", "C-3"].into_iter(), Part::TcbInfo).unwrap();
		let names = |set| {
			table
				.names(set)
				.iter()
				.map(|id| id.name().into())
				.collect::<Vec<alloc::string::String>>()
		};
		assert_eq!(names(one), ["A-1", "B-2"]);
		assert_eq!(names(two), ["B-2", "C-3"]);
		assert_eq!(table.0.len(), 3);
	}

	#[test]
	fn names_are_bounded_and_printable() {
		assert!(AdvisoryId::new("").is_none());
		assert!(AdvisoryId::new("A B").is_none());
		assert!(AdvisoryId::new("A\0").is_none());
		assert!(AdvisoryId::new(&"A".repeat(25)).is_none());
		assert_eq!(AdvisoryId::new(&"A".repeat(24)).unwrap().name().len(), 24);
	}

	#[test]
	fn a_table_holds_128_names() {
		let mut table = AdvisoryTable::default();
		let names: Vec<_> = (0..129).map(|i| alloc::format!("SA-{i}")).collect();
		let full = table.intern(names.iter().take(128).map(|n| n.as_str()), Part::TcbInfo).unwrap();
		assert_eq!(full.0, u128::MAX);
		assert_eq!(
			table.intern(names.iter().map(|n| n.as_str()), Part::TcbInfo),
			Err(Error::TooMany { part: Part::TcbInfo, max: 128 })
		);
	}
}
