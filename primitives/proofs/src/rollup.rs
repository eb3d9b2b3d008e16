//! Rollups without the SDK: their headers, the chain of them, and the leaf that ties the last one to a block.
//!
//! The types have the SCALE and the JSON of their namesakes in `concordat-primitives` (`receipt::RollupHeader`,
//! `rollup::AnchorLeaf`); the tests hold them against each other.

use crate::{keccak_256, text, Digest32};
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Most rollups between a receipt's and the one that a leaf names, both counted.
pub const MAX_ROLLUPS: usize = 64;
/// Bytes of [`AnchorLeaf`] in SCALE. Never 64, so that no leaf is two hashes.
pub const ANCHOR_LEAF_BYTES: usize = 105;

/// Header of a rollup: the root over one epoch's receipts, chained to the one before.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollupHeader {
	/// Number of the epoch.
	pub epoch: u32,
	/// Genesis hash of the chain.
	#[serde(with = "text::bytes")]
	pub genesis: Digest32,
	/// [`RollupHeader::hash`] of the one before; zeros for the first.
	#[serde(with = "text::bytes")]
	pub previous: Digest32,
	/// Root of the receipt tree.
	#[serde(with = "text::bytes")]
	pub root: Digest32,
	/// Receipts in it.
	pub count: u32,
	/// Number of the first of them.
	pub first_receipt: u64,
	/// Block that opened the epoch.
	pub opened_at: u32,
	/// Block that closed it.
	pub closed_at: u32,
}

impl RollupHeader {
	/// Keccak-256 over `"concordat/rollup/v1" ‖ SCALE(header)`.
	pub fn hash(&self) -> Digest32 {
		let mut bytes = b"concordat/rollup/v1".to_vec();
		self.encode_to(&mut bytes);
		keccak_256(&bytes)
	}
}

/// Data of a leaf of the chain's MMR: what the chain knew at the end of the leaf's parent block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AnchorLeaf {
	/// Version of the layout: 0.
	pub version: u8,
	/// Number and hash of the parent block.
	pub parent: (u32, Digest32),
	/// Rollups closed so far.
	pub rollups: u32,
	/// [`RollupHeader::hash`] of the last one; zeros before the first.
	pub rollup: Digest32,
	/// Hash of the present set of those who sign rollups.
	pub signers: Digest32,
}

/// Why rollups are no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainError {
	/// None at all.
	Empty,
	/// More than [`MAX_ROLLUPS`].
	TooMany {
		/// How many.
		count: usize,
	},
	/// A rollup of another chain than the first one.
	OtherGenesis {
		/// Its place, from 0.
		place: usize,
		/// The genesis hash that it names.
		found: Digest32,
	},
	/// A rollup does not name the one before it by its hash.
	Broken {
		/// Its place, from 0.
		place: usize,
		/// What it names.
		names: Digest32,
		/// The hash of the one before it.
		before: Digest32,
	},
	/// Numbers of epochs, receipts or blocks do not go on where the rollup before ended.
	Gap {
		/// Its place, from 0.
		place: usize,
	},
}

impl fmt::Display for ChainError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Empty => write!(f, "there is no rollup"),
			Self::TooMany { count } => {
				write!(f, "{count} rollups in a row, where {MAX_ROLLUPS} are allowed")
			},
			Self::OtherGenesis { place, found } => {
				write!(f, "rollup {place} is of another chain, {}", Hex(found))
			},
			Self::Broken { place, names, before } => write!(
				f,
				"rollup {place} follows {}, not {}, the one before it",
				Hex(names),
				Hex(before)
			),
			Self::Gap { place } => write!(f, "rollup {place} does not go on where the last ended"),
		}
	}
}

impl core::error::Error for ChainError {}

/// A digest in words.
pub(crate) struct Hex<'a>(pub &'a Digest32);

impl fmt::Display for Hex<'_> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "0x")?;
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

/// Whether each of these rollups names the one before it. Gives the hash of the last.
///
/// The hashes alone would do: nobody finds a predecessor of the same hash with other numbers. The numbers are compared all
/// the same, because rollups that do not go on where the last ended would be the chain's own fault, and to be seen.
pub fn check_chain(rollups: &[RollupHeader]) -> Result<Digest32, ChainError> {
	let count = rollups.len();
	if count > MAX_ROLLUPS {
		return Err(ChainError::TooMany { count });
	}
	let (first, rest) = rollups.split_first().ok_or(ChainError::Empty)?;
	let (mut last, mut before) = (first, first.hash());
	for (place, next) in (1..).zip(rest) {
		if next.genesis != first.genesis {
			return Err(ChainError::OtherGenesis { place, found: next.genesis });
		}
		if next.previous != before {
			return Err(ChainError::Broken { place, names: next.previous, before });
		}
		let goes_on = last.epoch.checked_add(1) == Some(next.epoch)
			&& last.first_receipt.checked_add(last.count.into()) == Some(next.first_receipt)
			&& last.closed_at <= next.opened_at;
		if !goes_on {
			return Err(ChainError::Gap { place });
		}
		(last, before) = (next, next.hash());
	}
	Ok(before)
}
