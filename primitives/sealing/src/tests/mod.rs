//! Sealing, by behaviour.

mod adversary;
mod inputs;
mod keys;
mod outputs;
mod reference;
mod rfc9180;

use super::*;
use crate::input::{prepare_with, seal_with};
use concordat_primitives::{
	attest::EncryptionKey,
	sealed::{Salt, SealContext},
	ClauseId, Hash,
};

pub(super) const SALT: Salt = [0x5a; 32];

pub(super) fn context() -> SealContext {
	SealContext {
		genesis: Hash::repeat_byte(1),
		job: 42,
		round: 3,
		clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
	}
}

/// A context that differs in one thing each.
pub(super) fn other_contexts() -> Vec<(&'static str, SealContext)> {
	vec![
		("genesis", SealContext { genesis: Hash::repeat_byte(2), ..context() }),
		("job", SealContext { job: 43, ..context() }),
		("round", SealContext { round: 4, ..context() }),
		(
			"clause",
			SealContext { clause: ClauseId::parse("WHO::DiseaseAlert@2.4").unwrap(), ..context() },
		),
	]
}

pub(super) fn key(seed: u8) -> SecretKey {
	SecretKey::from_bytes(&[seed; 32])
}

/// Counts up: every draw is different, and the test can say which.
pub(super) fn counting() -> impl FnMut(&mut [u8]) -> Result<(), getrandom::Error> {
	let mut next = 0u8;
	move |target| {
		next += 1;
		target.fill(next);
		Ok(())
	}
}

/// Points that X25519 maps to zero whatever the scalar (RFC 7748 §6.1, and the literature on the curve's small subgroup),
/// and encodings that are not canonical.
pub(super) fn bad_keys() -> Vec<EncryptionKey> {
	let small = |text: &str| -> EncryptionKey { hex::decode(text).unwrap().try_into().unwrap() };
	let mut list = vec![
		[0; 32],
		small("0100000000000000000000000000000000000000000000000000000000000000"),
		// Order 8, twice.
		small("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
		small("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
		// p - 1, p, p + 1.
		small("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		small("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		small("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		// Not of low order, and yet not canonical: p + 9 and 2²⁵⁵ − 1.
		small("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		small("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	];
	// A proper key with the bit set that RFC 7748 masks.
	let mut masked = key(7).public();
	masked[31] |= 0x80;
	list.push(masked);
	list
}
