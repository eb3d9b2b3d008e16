//! One leaf of a `pallet-mmr`, against a root.
//!
//! ```text
//!  leaf = H(SCALE(data))        node = H(left ‖ right)        root = the peaks, bagged from the right: H(right ‖ left)
//! ```
//!
//! A proof of one leaf holds, in this order: the peaks to the left of the leaf's, the siblings from the leaf up to its peak,
//! and, if there are peaks to the right, all of these in one hash. The number of leaves and the place of the leaf say how many
//! that are, so the proof has exactly so many. There are no domain tags in these hashes: that a leaf is no node is to be seen
//! from its length alone, and data of 64 bytes, which could be two hashes, is refused.

use crate::{keccak_256, Digest32};
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};
use core::fmt;

/// Most items of a proof of one leaf: no MMR with fewer than 2⁶⁴ leaves needs more.
pub const MAX_ITEMS: usize = 64;
/// Length of data that could be two hashes.
const TWO_HASHES: usize = 64;

/// A proof, in the SCALE of `sp_mmr_primitives::LeafProof<H256>`.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct LeafProof {
	/// Places of the leaves, from 0. One here.
	pub leaf_indices: Vec<u64>,
	/// Leaves of the MMR.
	pub leaf_count: u64,
	/// Hashes.
	pub items: Vec<Digest32>,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MmrError {
	/// The bytes cannot be read, or not all of them.
	Malformed,
	/// The proof is not for exactly one leaf.
	NotOneLeaf {
		/// Leaves that it is for.
		leaves: usize,
	},
	/// More hashes than any MMR needs.
	TooManyItems {
		/// How many.
		count: usize,
	},
	/// The MMR has no such leaf.
	OutOfRange {
		/// Place asked for.
		index: u64,
		/// Leaves of the MMR.
		count: u64,
	},
	/// Too few or too many hashes for this place in an MMR of this size.
	WrongLength {
		/// Hashes found.
		found: usize,
		/// Hashes needed.
		needed: usize,
	},
	/// Data of 64 bytes may be two hashes, and its hash a node.
	Ambiguous,
	/// The proof leads to another root.
	WrongRoot,
}

impl fmt::Display for MmrError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Malformed => write!(f, "the proof of the leaf cannot be read"),
			Self::NotOneLeaf { leaves } => write!(f, "a proof of {leaves} leaves, not of one"),
			Self::TooManyItems { count } => {
				write!(f, "{count} hashes, where no MMR needs more than {MAX_ITEMS}")
			},
			Self::OutOfRange { index, count } => {
				write!(f, "there is no leaf {index} in an MMR of {count}")
			},
			Self::WrongLength { found, needed } => {
				write!(f, "{found} hashes, where this leaf of this MMR needs {needed}")
			},
			Self::Ambiguous => write!(f, "a leaf of 64 bytes may be a node"),
			Self::WrongRoot => write!(f, "the proof of the leaf leads to another root of the MMR"),
		}
	}
}

impl core::error::Error for MmrError {}

impl LeafProof {
	/// Reads a proof of one leaf, and nothing but it. Each count is looked at before what it counts.
	pub fn read(mut bytes: &[u8]) -> Result<Self, MmrError> {
		let malformed = |_| MmrError::Malformed;
		let input = &mut bytes;
		let leaves = Compact::<u32>::decode(input).map_err(malformed)?.0 as usize;
		if leaves != 1 {
			return Err(MmrError::NotOneLeaf { leaves });
		}
		let leaf_indices = [u64::decode(input).map_err(malformed)?].to_vec();
		let leaf_count = u64::decode(input).map_err(malformed)?;
		let count = Compact::<u32>::decode(input).map_err(malformed)?.0 as usize;
		if count > MAX_ITEMS {
			return Err(MmrError::TooManyItems { count });
		}
		let items = (0..count)
			.map(|_| Digest32::decode(input))
			.collect::<Result<_, _>>()
			.map_err(malformed)?;
		if !input.is_empty() {
			return Err(MmrError::Malformed);
		}
		Ok(Self { leaf_indices, leaf_count, items })
	}

	/// The place of its only leaf.
	pub fn index(&self) -> Result<u64, MmrError> {
		match self.leaf_indices[..] {
			[index] => Ok(index),
			_ => Err(MmrError::NotOneLeaf { leaves: self.leaf_indices.len() }),
		}
	}
}

/// Where a leaf stands in an MMR.
struct Place {
	/// Peaks to the left of its own.
	left: usize,
	/// Height of its peak: siblings on the way.
	height: usize,
	/// Its place under that peak.
	under: u64,
	/// Whether there are peaks to the right.
	right: bool,
}

/// Peaks stand from left to right, from high to low; there is one of each height whose bit the number of leaves has.
fn place(index: u64, count: u64) -> Result<Place, MmrError> {
	let (mut left, mut under) = (0, index);
	for height in (0..u64::BITS).rev() {
		let leaves = 1u64 << height;
		if count & leaves == 0 {
			continue;
		}
		if under < leaves {
			return Ok(Place {
				left,
				height: height as usize,
				under,
				right: !count.is_multiple_of(leaves),
			});
		}
		(left, under) = (left + 1, under - leaves);
	}
	Err(MmrError::OutOfRange { index, count })
}

fn merge(one: &Digest32, two: &Digest32) -> Digest32 {
	keccak_256(&[&one[..], &two[..]].concat())
}

/// The root that a proof leads to, from a leaf with this data.
pub fn root(data: &[u8], proof: &LeafProof) -> Result<Digest32, MmrError> {
	let Place { left, height, mut under, right } = place(proof.index()?, proof.leaf_count)?;
	let (found, needed) = (proof.items.len(), left + height + usize::from(right));
	if found != needed {
		return Err(MmrError::WrongLength { found, needed });
	}
	if data.len() == TWO_HASHES {
		return Err(MmrError::Ambiguous);
	}
	let (peaks, rest) = proof.items.split_at_checked(left).ok_or(MmrError::Malformed)?;
	let (siblings, rest) = rest.split_at_checked(height).ok_or(MmrError::Malformed)?;
	let mut digest = keccak_256(data);
	for sibling in siblings {
		digest = if under % 2 == 0 { merge(&digest, sibling) } else { merge(sibling, &digest) };
		under /= 2;
	}
	// From the right: what is bagged already comes first in the hash.
	if let [bagged] = rest {
		digest = merge(bagged, &digest);
	}
	Ok(peaks.iter().rev().fold(digest, |right, left| merge(&right, left)))
}

/// Whether the leaf at the proof's place of the MMR under `root` has this data.
pub fn verify(root: &Digest32, data: &[u8], proof: &LeafProof) -> Result<(), MmrError> {
	if self::root(data, proof)? == *root {
		Ok(())
	} else {
		Err(MmrError::WrongRoot)
	}
}
