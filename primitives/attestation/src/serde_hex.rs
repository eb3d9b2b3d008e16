//! Byte arrays in JSON: `0x` and hex digits, alone, in bounded lists, and in lists that may be left open (`null`).

use alloc::{string::String, vec::Vec};
use bounded_collections::{BoundedVec, Get};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

/// One array, for lists of them.
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Hex<N> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		array::serialize(&self.0, serializer)
	}
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		array::deserialize(deserializer).map(Self)
	}
}

/// `[u8; N]`.
pub mod array {
	use super::*;

	pub fn serialize<const N: usize, S: Serializer>(
		bytes: &[u8; N],
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		let mut text = String::from("0x");
		text.push_str(&hex::encode(bytes));
		serializer.serialize_str(&text)
	}

	pub fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
		deserializer: D,
	) -> Result<[u8; N], D::Error> {
		let text = String::deserialize(deserializer)?;
		let mut bytes = [0; N];
		text.strip_prefix("0x")
			.and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
			.ok_or_else(|| {
				D::Error::custom(format_args!("expected 0x and {N} bytes in hex, found {text:?}"))
			})?;
		Ok(bytes)
	}
}

/// `BoundedVec<[u8; N], Bound>`.
pub mod list {
	use super::*;

	pub fn serialize<const N: usize, Bound: Get<u32>, S: Serializer>(
		list: &BoundedVec<[u8; N], Bound>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		serializer.collect_seq(list.iter().map(|bytes| Hex(*bytes)))
	}

	pub fn deserialize<'de, const N: usize, Bound: Get<u32>, D: Deserializer<'de>>(
		deserializer: D,
	) -> Result<BoundedVec<[u8; N], Bound>, D::Error> {
		let list = BoundedVec::<Hex<N>, Bound>::deserialize(deserializer)?;
		Ok(BoundedVec::truncate_from(list.into_iter().map(|Hex(bytes)| bytes).collect()))
	}
}

/// `Option<BoundedVec<[u8; N], Bound>>`.
pub mod optional_list {
	use super::*;

	pub fn serialize<const N: usize, Bound: Get<u32>, S: Serializer>(
		list: &Option<BoundedVec<[u8; N], Bound>>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		list.as_ref()
			.map(|list| list.iter().map(|bytes| Hex(*bytes)).collect::<Vec<_>>())
			.serialize(serializer)
	}

	pub fn deserialize<'de, const N: usize, Bound: Get<u32>, D: Deserializer<'de>>(
		deserializer: D,
	) -> Result<Option<BoundedVec<[u8; N], Bound>>, D::Error> {
		let list = Option::<BoundedVec<Hex<N>, Bound>>::deserialize(deserializer)?;
		Ok(list.map(|list| {
			BoundedVec::truncate_from(list.into_iter().map(|Hex(bytes)| bytes).collect())
		}))
	}
}
