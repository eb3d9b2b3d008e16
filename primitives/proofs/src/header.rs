//! Headers of the chain without the SDK.
//!
//! SCALE of `sp_runtime::generic::Header<u32, BlakeTwo256>`:
//!
//! ```text
//! parent: [u8; 32] │ number: Compact<u32> │ state_root: [u8; 32] │ extrinsics_root: [u8; 32] │ digest: Vec<DigestItem>
//! ```

use crate::{blake2_256, Digest32};
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};
use core::fmt;

/// Longest header, in bytes: a set of a thousand authorities in each of GRANDPA's and BABE's digests, and room to spare.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;
/// Most items of a header's digest. Blocks have a handful.
pub const MAX_DIGEST_ITEMS: usize = 1_024;
/// Engine id of the digest item with the root of the chain's MMR: `concordat_primitives::rollup::MMR_ENGINE_ID`.
pub const MMR_ENGINE_ID: [u8; 4] = *b"cmmr";

/// Something that a header says besides.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum DigestItem {
	/// Anything.
	#[codec(index = 0)]
	Other(Vec<u8>),
	/// From the runtime to the engine of that name.
	#[codec(index = 4)]
	Consensus([u8; 4], Vec<u8>),
	/// The author's signature; added outside the runtime.
	#[codec(index = 5)]
	Seal([u8; 4], Vec<u8>),
	/// From the engine of that name to the runtime.
	#[codec(index = 6)]
	PreRuntime([u8; 4], Vec<u8>),
	/// The runtime's code or heap changed.
	#[codec(index = 8)]
	RuntimeEnvironmentUpdated,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Header {
	/// Hash of the block before.
	pub parent: Digest32,
	/// Height.
	#[codec(compact)]
	pub number: u32,
	/// Root of the state after the block.
	pub state_root: Digest32,
	/// Root of its extrinsics.
	pub extrinsics_root: Digest32,
	/// What it says besides.
	pub digest: Vec<DigestItem>,
}

/// Why a header is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
	/// Longer than [`MAX_HEADER_BYTES`].
	TooLong {
		/// Its length.
		bytes: usize,
	},
	/// The bytes cannot be read, or not all of them, or there are more than [`MAX_DIGEST_ITEMS`] in the digest.
	Malformed,
	/// The digest does not have the root of an MMR.
	NoRoot,
	/// The digest has more than one root of an MMR.
	SeveralRoots,
	/// What the digest has for a root is no hash.
	BadRoot {
		/// Its length.
		bytes: usize,
	},
}

impl fmt::Display for HeaderError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong { bytes } => {
				write!(f, "a header of {bytes} bytes, where {MAX_HEADER_BYTES} are allowed")
			},
			Self::Malformed => write!(f, "the header cannot be read"),
			Self::NoRoot => write!(f, "the header has no root of the MMR"),
			Self::SeveralRoots => write!(f, "the header has several roots of the MMR"),
			Self::BadRoot { bytes } => {
				write!(f, "the header's root of the MMR has {bytes} bytes, not 32")
			},
		}
	}
}

impl core::error::Error for HeaderError {}

impl Header {
	/// Reads one header from among others.
	pub fn take(input: &mut &[u8]) -> Option<Self> {
		let parent = Digest32::decode(input).ok()?;
		let number = Compact::<u32>::decode(input).ok()?.0;
		let (state_root, extrinsics_root) = <(Digest32, Digest32)>::decode(input).ok()?;
		let items = Compact::<u32>::decode(input).ok()?.0 as usize;
		if items > MAX_DIGEST_ITEMS {
			return None;
		}
		let digest = (0..items).map(|_| DigestItem::decode(input).ok()).collect::<Option<_>>()?;
		Some(Self { parent, number, state_root, extrinsics_root, digest })
	}

	/// Reads a header, and nothing but it.
	pub fn read(bytes: &[u8]) -> Result<Self, HeaderError> {
		if bytes.len() > MAX_HEADER_BYTES {
			return Err(HeaderError::TooLong { bytes: bytes.len() });
		}
		let mut input = bytes;
		Self::take(&mut input).filter(|_| input.is_empty()).ok_or(HeaderError::Malformed)
	}

	/// Blake2-256 of its bytes.
	pub fn hash(&self) -> Digest32 {
		blake2_256(&self.encode())
	}

	/// The root of the chain's MMR: the only item `Consensus("cmmr", root)` of its digest.
	pub fn mmr_root(&self) -> Result<Digest32, HeaderError> {
		let mut roots = self.digest.iter().filter_map(|item| match item {
			DigestItem::Consensus(MMR_ENGINE_ID, root) => Some(root),
			_ => None,
		});
		let root = roots.next().ok_or(HeaderError::NoRoot)?;
		if roots.next().is_some() {
			return Err(HeaderError::SeveralRoots);
		}
		Digest32::try_from(&root[..]).map_err(|_| HeaderError::BadRoot { bytes: root.len() })
	}
}
