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
//! Each step hands back a compact, encodable value that the next one takes.
//!
//! # The stand-in
//!
//! [`Evidence::Simulated`] is a statement signed by a *test* anchor in a format of its own. No hardware
//! stands behind it, and everything made under it says `simulated`. The `simulator` module, behind the
//! feature of that name, makes evidence in the vendors' formats instead.

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
mod error;
pub mod intel;
mod json;
pub mod nitro;
mod pem;
pub mod policy;
#[allow(clippy::arithmetic_side_effects)] // differences that were compared before
pub mod simulated;
#[cfg(feature = "simulator")]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)] // reads nothing from outside
pub mod simulator;
mod types;
pub mod x509;

pub use advisory::{AdvisoryId, AdvisorySet, AdvisoryTable};
pub use error::{Component, Error, Field, Part, Shortfall};
pub use pem::decode_chain;
pub use simulated::SimulatedEvidence;
pub use types::*;

/// Longest evidence that is looked at, in bytes.
pub const MAX_EVIDENCE_BYTES: usize = 16 * 1024;

/// Verifies evidence against trust anchors at `now` (Unix time in seconds).
///
/// Checks the signature under an anchor of the right vendor, the validity period and the debug
/// flag. It does not judge the measurement nor the `report_data`: the caller does, with
/// [`report_data`].
pub fn verify(evidence: &Evidence, anchors: &[Anchor], now: u64) -> Result<Claims, VerifyError> {
	match evidence {
		Evidence::Simulated(evidence) => simulated::verify(evidence, anchors, now),
	}
}

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
