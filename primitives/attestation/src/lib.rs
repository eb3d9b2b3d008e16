//! Evidence verifiers for trusted execution environments: pure, `no_std`, deterministic.
//!
//! `(evidence, collateral, policy, now) → Appraisal | Error`. Time is an argument; nothing is read from
//! anywhere else. Every input is bounded before anything in it is parsed, nothing nests deeper than a
//! fixed depth, and no input can make the code panic.
//!
//! # Where the cost goes
//!
//! | step | signatures | when |
//! |---|---|---|
//! | collateral: [`collateral`], [`intel::RawCollateral::verify`] | one per piece | once, when it is posted |
//! | certificate of a platform: [`intel::verify_pck`], [`amd::verify_vek`] | one | once per platform |
//! | evidence: [`intel::verify`], [`amd::verify`], [`nitro::verify`] | two (Intel, AWS), one (AMD) | per attestation |
//! | judging again: [`intel::appraise`], [`amd::appraise`], [`nitro::appraise`] | none | whenever collateral, policy or time moves |
//!
//! [`any`] puts these steps together for all vendors, over a [`source`] of collateral.
//!
//! Each step hands back a compact, encodable value that the next one takes.
//!
//! [`tpm`] stands beside this: quotes of TPMs, under attestation keys that somebody else vouches for.
//!
//! # Evidence without hardware
//!
//! The `simulator` module, behind the feature of that name, makes evidence in the vendors' own formats under roots of
//! its own. The same code verifies it, but only under a *test* anchor, and everything made under one says `simulated`.
//! Development chains use `simulator::dev`, whose roots [`dev_anchors`] names without that feature.
//!
//! # RUSTSEC-2023-0071
//!
//! The advisory against the `rsa` crate (the Marvin attack) is about private keys: the time that decrypting or signing
//! takes tells something about the key. Without the feature `simulator`, this crate only verifies signatures: with public
//! keys, over public data, in [`crypto`]. No private key exists that could leak. The simulator signs with RSA keys that
//! are published with it. So the advisory does not reach here, and is to be ignored with this reason.

#![cfg_attr(not(feature = "std"), no_std)]
// What comes from outside can not make the code panic.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unreachable,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod advisory;
pub mod amd;
pub mod any;
mod bytes;
pub mod collateral;
#[allow(clippy::arithmetic_side_effects)] // arithmetic of fields and curves
pub mod crypto;
#[allow(clippy::arithmetic_side_effects)] // the same
mod curve;
pub mod dev_anchors;
mod error;
pub mod intel;
mod json;
pub mod nitro;
mod pem;
pub mod policy;
mod serde_hex;
#[cfg(feature = "simulator")]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)] // reads nothing from outside
pub mod simulator;
pub mod source;
pub mod tpm;
mod types;
pub mod x509;

pub use advisory::{AdvisoryId, AdvisorySet, AdvisoryTable};
pub use error::{Component, Error, Field, Part, Shortfall};
pub use pem::decode_chain;
pub use types::*;

/// Longest evidence that is looked at, in bytes.
pub const MAX_EVIDENCE_BYTES: usize = 16 * 1024;

/// What evidence has to be bound to: the chain, the node, the keys, and a recent block.
///
/// SHA-512 over `"concordat/report-data/v1" ‖ genesis ‖ node (u32 LE) ‖ signing key ‖ encryption
/// key ‖ challenge` (DESIGN §8).
pub fn report_data(
	genesis: &[u8; 32],
	node: u32,
	signing_key: &[u8; 32],
	encryption_key: &[u8; 32],
	challenge: &[u8; 32],
) -> [u8; 64] {
	use sha2::{Digest, Sha512};
	let mut hasher = Sha512::new();
	hasher.update(b"concordat/report-data/v1");
	hasher.update(genesis);
	hasher.update(node.to_le_bytes());
	hasher.update(signing_key);
	hasher.update(encryption_key);
	hasher.update(challenge);
	hasher.finalize().into()
}
