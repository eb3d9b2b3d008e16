//! Evidence verifiers for trusted execution environments: pure, `no_std`, deterministic.
//!
//! `(evidence, anchors, now) → Claims | VerifyError`. Time is an argument; nothing is read from
//! anywhere else. A verifier for each vendor fills one variant of [`Evidence`]. The only kind in
//! this version is [`Evidence::Simulated`]: a statement signed by a *test* anchor. No hardware
//! stands behind it, and everything made under it says `simulated`.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod simulated;
mod types;

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
