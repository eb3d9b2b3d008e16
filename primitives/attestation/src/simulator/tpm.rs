//! Simulated TPMs: quotes signed by a P-256 key that follows from a seed.

use super::keys::SimKey;
use crate::{
	crypto::sha256,
	tpm::{Ak, Selection},
};
use alloc::{vec, vec::Vec};

/// What goes into a quote. Change any field to make a bad one.
#[derive(Clone, Debug)]
pub struct TpmQuoteSpec {
	/// Magic number.
	pub magic: [u8; 4],
	/// Kind of attestation.
	pub kind: u16,
	/// Qualified name of the key.
	pub signer: Vec<u8>,
	/// What it is bound to.
	pub extra_data: Vec<u8>,
	/// Milliseconds.
	pub clock: u64,
	/// Resets.
	pub resets: u32,
	/// Restarts.
	pub restarts: u32,
	/// Whether the clock is safe: 0 or 1.
	pub clock_safe: u8,
	/// Version of the firmware.
	pub firmware: u64,
	/// Banks and registers.
	pub selections: Vec<Selection>,
	/// Digest over the registers.
	pub pcr_digest: Vec<u8>,
}

/// A good quote over all registers of the bank of SHA-256, whose values are zeros.
pub fn spec(extra_data: [u8; 32]) -> TpmQuoteSpec {
	TpmQuoteSpec {
		magic: *b"\xffTCG",
		kind: 0x8018,
		signer: [&[0, 0x0b][..], &sha256(b"simulated attestation key")].concat(),
		extra_data: extra_data.to_vec(),
		clock: 1_000,
		resets: 3,
		restarts: 1,
		clock_safe: 1,
		firmware: 1,
		selections: vec![Selection { bank: 0x000b, registers: 0x00ff_ffff }],
		pcr_digest: sha256(&[0; 24 * 32]).to_vec(),
	}
}

impl TpmQuoteSpec {
	/// `TPMS_ATTEST`.
	pub fn attest(&self) -> Vec<u8> {
		let sized = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes(), bytes].concat();
		let mut attest = [
			&self.magic[..],
			&self.kind.to_be_bytes(),
			&sized(&self.signer),
			&sized(&self.extra_data),
			&self.clock.to_be_bytes(),
			&self.resets.to_be_bytes(),
			&self.restarts.to_be_bytes(),
			&[self.clock_safe],
			&self.firmware.to_be_bytes(),
			&(self.selections.len() as u32).to_be_bytes(),
		]
		.concat();
		for selection in &self.selections {
			attest.extend_from_slice(&selection.bank.to_be_bytes());
			attest.push(3);
			attest.extend(selection.registers.to_le_bytes().iter().take(3));
		}
		attest.extend(sized(&self.pcr_digest));
		attest
	}
}

/// The attestation key of a simulated TPM.
pub fn ak(seed: &[u8]) -> Ak {
	let mut point = [0; 64];
	for (to, from) in point.iter_mut().zip(SimKey::p256(seed, "tpm").point()) {
		*to = from;
	}
	Ak::P256(point)
}

/// Signature of a simulated TPM, r ‖ s.
pub fn sign(seed: &[u8], attest: &[u8]) -> Vec<u8> {
	SimKey::p256(seed, "tpm").sign_raw(attest)
}
