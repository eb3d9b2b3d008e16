//! Attestation without a chain: files in, verdicts out. Nothing here asks the network; time is an argument.
//!
//! ```text
//!  files ── material ── pieces, in the order in which they can be posted ──┐
//!  evidence file ────── Evidence ──────────────────────────────────────────┼── offline ── report
//!  anchors, policy, time ──────────────────────────────────────────────────┘
//! ```
//!
//! [`words`] puts verdicts into plain language, and [`doctor`] judges what an operator has.

pub mod anchors;
pub mod doctor;
pub mod evidence;
// One form of JSON for what the node serves and for what this program finds out by itself.
#[path = "../../../node/src/concordat_rpc/json.rs"]
#[allow(dead_code)] // the node's part of it
pub mod json;
pub mod material;
pub mod offline;
pub mod pieces;
pub mod time;
pub mod words;

/// What the tests share: recorded evidence of real hardware, with times at which it was valid.
#[cfg(test)]
pub mod recorded {
	/// A file of the verifiers' recorded evidence.
	#[macro_export]
	macro_rules! recorded {
		($name:literal) => {
			include_bytes!(concat!(
				env!("CARGO_MANIFEST_DIR"),
				"/../primitives/attestation/tests/fixtures/",
				$name
			))
		};
	}

	/// When the SGX and the TDX sample of 2025 were valid.
	pub const SUMMER_2025: u64 = 1_751_000_000;
	/// When the sample of a platform below every TCB level was valid.
	pub const FEBRUARY_2026: u64 = 1_772_000_000;
	/// When the TDX 1.5 sample was valid.
	pub const OCTOBER_2026: u64 = 1_792_500_000;
	/// When the recorded Nitro document was made.
	pub const NITRO: u64 = 1_736_179_625;
	/// When the SNP certificates were valid.
	pub const SNP: u64 = 1_750_000_000;

	/// A certificate that is no authority: the VCEK of the recorded report.
	pub fn leaf() -> Vec<u8> {
		recorded!("amd/vcek_milan.der").to_vec()
	}
}
