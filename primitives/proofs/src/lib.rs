//! What it takes to believe a receipt without a node: pure checks, without the SDK (DESIGN §7).
//!
//! ```text
//!  receipt ──path──► RollupHeader.root          leaf of the MMR ──items──► root in a header's digest
//!    (tree)               │ hash                     ▲ (mmr)                       │ (header)
//!                         ▼                          │                             ▼
//!                  RollupHeader ─previous─ … ── the last rollup             justification of a set of authorities
//!                                     (rollup)                                   (grandpa)
//! ```
//!
//! | module | surface |
//! |---|---|
//! | [`tree`] | [`root`], [`prove`], [`verify`]: the receipt tree, bound to position and length |
//! | [`rollup`] | [`RollupHeader`](rollup::RollupHeader), their chain, and [`AnchorLeaf`](rollup::AnchorLeaf), which names the last of them |
//! | `mmr` | one leaf of `pallet-mmr` against a root, bound to position and length |
//! | `header` | a header of the chain, its hash, and the root of the MMR in its digest |
//! | `grandpa` | whether a set of authorities has finalised a header; `concordat-finality` uses the same code |
//! | `bundle` | everything of the above in one file, as JSON and as bytes |
//! | `check` | [`check`](check::check): such a file against what somebody trusts |
//!
//! The first two are what the runtime needs. The others come with the feature `light`, on by default.
//!
//! **Bounds.** Sizes and counts are looked at before what they measure. Nothing recurses, nothing panics, and every refusal
//! says which of the checks it was.
//!
//! **Invariants.** What is accepted here is accepted by the code of the SDK that made it (the tests hold them against each
//! other), never the other way round alone: a proof with a spare item or a vote that decides nothing is refused.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "light")]
pub mod bundle;
#[cfg(feature = "light")]
pub mod check;
#[cfg(feature = "light")]
pub mod grandpa;
#[cfg(feature = "light")]
pub mod header;
#[cfg(feature = "light")]
pub mod mmr;
pub mod rollup;
mod text;
pub mod tree;

pub use tree::{depth, leaf_hash, prove, root, verify, ProofError, MAX_LEAVES};

use sha3::{Digest, Keccak256};

/// A digest of 32 bytes.
pub type Digest32 = [u8; 32];

/// Keccak-256, as Ethereum uses it.
pub fn keccak_256(bytes: &[u8]) -> Digest32 {
	Keccak256::digest(bytes).into()
}

/// Blake2b with 32 bytes of output, which the chain hashes its headers with.
#[cfg(feature = "light")]
pub fn blake2_256(bytes: &[u8]) -> Digest32 {
	use blake2::{digest::consts::U32, Blake2b};
	Blake2b::<U32>::digest(bytes).into()
}
