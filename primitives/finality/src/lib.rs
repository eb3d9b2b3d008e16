//! What a light client checks: that a block is final, and what its state says.
//!
//! ```text
//! genesis hash ──► genesis header ──► state root ──(proof)──► GRANDPA's first authorities
//!                                                                      │
//!                     header, justification by these authorities ──────┤  advance, again and again; a header whose
//!                                                                      │  digest changes the authorities is one of them
//!                                                                      ▼
//!                                                       the last final block and its state root ──(proof)──► any record
//! ```
//!
//! | module | surface |
//! |---|---|
//! | [`authorities`] | [`Authorities`]: a set of voters, its number, and the weight that decides |
//! | [`justification`] | [`verify_justification`]: whether these voters finalised this header; [`tidy`] for whoever sends one |
//! | [`proof`] | [`read_proof`]: what the state under a root holds under some keys |
//! | [`tracker`] | [`Tracker`]: all of it, from a genesis hash on |
//! | [`error`] | [`FinalityError`]: every refusal, with how much |
//!
//! Everything is pure: bytes in, a value or a typed error out; no clock, no storage, no randomness. Bytes come from
//! whoever likes to send some, so sizes and counts are looked at before anything is parsed, and nothing is believed but a
//! genesis hash that the caller knows by other means.
//!
//! The check of justifications itself is [`concordat_proofs::grandpa`], which light clients of receipts use without the
//! SDK; here it has the SDK's types around it, and the tests that hold it against the SDK.
//!
//! **Invariants.** What this crate takes for final, a node takes for final, given the same authorities: a justification
//! that is verified here is verified by `sc-consensus-grandpa` too (the tests hold the two against each other). The
//! reverse does not hold: this crate has no use for votes that do not count, and refuses a justification that has any
//! (a second vote of one voter, a voter that is not of the set, a vote below the target, a header that no vote needs).
//! [`tidy`] takes them out. A [`Tracker`] only ever moves to greater heights, and an error leaves it as it was.
//!
//! **Limits.** Fewer than a third of the weight of *every* set since genesis may ever have been dishonest, and that
//! includes voters who have long since left: this is how all light clients of proof-of-stake chains stand that start at
//! genesis and know no later block (`docs/light-client.md`). Forced changes of the authorities break the chain of trust;
//! they are refused.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod authorities;
pub mod error;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod header;
pub mod justification;
pub mod proof;
pub mod tracker;

#[cfg(test)]
mod tests;

pub use authorities::Authorities;
pub use concordat_proofs::{
	grandpa::{MAX_ANCESTORS, MAX_AUTHORITIES, MAX_JUSTIFICATION_BYTES},
	header::MAX_HEADER_BYTES,
};
pub use error::{FinalityError, What};
pub use header::{scheduled_change, HashedHeader, Header};
pub use justification::{tidy, verify_justification};
pub use proof::{map_key, read_proof};
pub use tracker::{authorities_key, Tracker};

/// A 32-byte digest.
pub type Hash = sp_core::H256;
/// Height of a block.
pub type BlockNumber = u32;
/// Number of a set of authorities; the first one is 0.
pub type SetId = u64;
/// Key of an authority.
pub type AuthorityId = sp_core::ed25519::Public;
/// How much the vote of an authority counts.
pub type Weight = u64;

/// Most nodes of one storage proof.
pub const MAX_PROOF_NODES: usize = 4_096;
/// Most bytes of one storage proof.
pub const MAX_PROOF_BYTES: usize = 2 * 1024 * 1024;
/// Most keys that are read out of one storage proof.
pub const MAX_PROOF_KEYS: usize = 256;
