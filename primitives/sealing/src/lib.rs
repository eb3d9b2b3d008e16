//! Seals inputs to enclaves and outputs to requesters; opens both.
//!
//! The formats are those of [`concordat_primitives::sealed`]; what they promise, byte by byte, is in
//! `docs/confidential.md`. This crate adds the cryptography, HPKE (RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256, ChaCha20Poly1305) by the crate `hpke`, and nothing else: no chain, no files, no network.
//!
//! | who | when | calls |
//! |---|---|---|
//! | requester | before dispatch | [`prepare`]: draws the salt; the commitment goes into the job |
//! | requester | once the seats are given | [`seal`]: one body, and its key wrapped for each seat and each backup |
//! | enclave | at the start of an attempt | [`open_input`] |
//! | enclave | after the run | [`check_key`], [`seal_output`] |
//! | requester | when the job has completed | [`open_output`] |
//!
//! Invariants:
//!
//! - **A content key encrypts once.** [`seal`] draws a new one each time, so the nonce zero is never used twice.
//! - **What was opened is what was committed to.** [`open_input`] gives bytes out only if salt and input make the
//!   commitment that the chain holds, and [`open_output`] only if salt and output make the hash that the nodes agreed on.
//!   The cipher does not commit to its key; these two checks do.
//! - **Only proper keys.** Points that X25519 maps to zero, and encodings that are not canonical, are refused on every side.
//! - **Nothing without a bound.** Lengths are looked at before anything is hashed or decrypted.
//! - Secrets are overwritten when they are dropped: keys, salts, and the buffers of this crate.

#![warn(missing_docs)]

mod input;
mod key;
mod output;
mod suite;

#[cfg(test)]
mod tests;

pub use input::{
	open_input, prepare, seal, Envelope, OpenedInput, Prepared, Sealing, MAX_SEALABLE_INPUT,
};
pub use key::{check_key, BadKey, SecretKey};
pub use output::{open_output, seal_output, SealedOutput};
pub use zeroize::{Zeroize, Zeroizing};

use concordat_primitives::NodeId;

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
	/// The input is longer than any that can be sealed.
	#[error("{0} bytes cannot be sealed: at most {MAX_SEALABLE_INPUT}")]
	InputTooLong(usize),
	/// The output is longer than any that a job may have.
	#[error("an output of {0} bytes cannot be sealed")]
	OutputTooLong(usize),
	/// These are not the bytes that were prepared.
	#[error("this is not the input that the job commits to")]
	OtherInput,
	/// Nobody to seal for.
	#[error("there is nobody to seal the input for")]
	NoRecipient,
	/// More than a job can have seats and backups.
	#[error("{0} recipients are more than a job has seats and backups")]
	TooManyRecipients(usize),
	/// A node is named twice.
	#[error("node {0} is named twice")]
	RecipientTwice(NodeId),
	/// A recipient's key is not one that anything can be sealed to.
	#[error("the key of node {0} is not an X25519 key")]
	RecipientKey(NodeId),
	/// The requester's key is not one that anything can be sealed to.
	#[error("the requester's key is not an X25519 key")]
	RequesterKey,
	/// The platform gives no randomness.
	#[error("no randomness: {0}")]
	Randomness(getrandom::Error),
	/// The cipher refused. It does so only beyond bounds that are checked before.
	#[error("the cipher refused")]
	Cipher,
}

/// Why nothing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
	/// The key was wrapped for another node.
	#[error("the key was wrapped for another node")]
	OtherNode,
	/// The key was wrapped for another key of the recipient.
	#[error("the key was wrapped for another key than this one")]
	OtherKey,
	/// Shorter or longer than anything that was ever sealed.
	#[error("{0} bytes cannot be a ciphertext")]
	Length(usize),
	/// The ciphertext is not the one that the chain names.
	#[error("this is another ciphertext")]
	OtherCiphertext,
	/// The encapsulated key is not an X25519 key.
	#[error("the encapsulated key is not an X25519 key")]
	EncapsulatedKey,
	/// The content key does not open: damaged, or wrapped for another job, round, clause, chain or ciphertext.
	#[error("the wrapped key does not open here")]
	WrappedKey,
	/// The body does not open under the content key.
	#[error("the ciphertext does not open")]
	Body,
	/// It opens, and is not what the job commits to.
	#[error("what was sealed is not what the job commits to")]
	Commitment,
	/// The sealed output does not open: damaged, or of another job, clause or chain, or under another hash.
	#[error("the sealed output does not open")]
	Output,
	/// It opens, and is not what the nodes agreed on.
	#[error("what was sealed is not what the nodes agreed on")]
	OutputHash,
}
