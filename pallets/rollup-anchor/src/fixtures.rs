//! What the benchmarks need signed: secret BLS keys exist only natively. A test makes it again.

use concordat_primitives::{receipt::RollupHeader, Hash};
use sp_core::hex2array;

/// Proof of possession of the key of `//Alice` ([`crate::dev`]).
pub const DEV_POSSESSION: [u8; 48] =
	hex2array!("8646177c813843134e00bb6e7587481f1fff1c5bd1f8ce4070d277b64c1ed26dbf2368233c49459c4ecdeb44a9daf5b2");

/// Signature of `//Alice` under [`fixed_header`], as one of set 0.
pub const FIXED_SIGNATURE: [u8; 48] =
	hex2array!("8315e797e7ee57093e4a153075987f8789d17ce1e3cb579346552ea51f7b0a97f29e939393635eac5af3af540de08bb2");

/// The header of rollup 0 in the benchmarks.
pub fn fixed_header() -> RollupHeader {
	RollupHeader {
		epoch: 0,
		genesis: Hash::repeat_byte(1),
		previous: Hash::zero(),
		root: Hash::repeat_byte(2),
		count: 1,
		first_receipt: 0,
		opened_at: 1,
		closed_at: 2,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::dev::dev_secret;
	use concordat_pairing::bls::SecretKey;
	use concordat_primitives::rollup::rollup_message;

	#[test]
	fn what_is_written_down_should_be_what_the_key_signs() {
		let secret = SecretKey::generate(&dev_secret("//Alice"));
		let header = fixed_header();
		let message = rollup_message(header.genesis, 0, header.hash());
		let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
		let found = [DEV_POSSESSION, FIXED_SIGNATURE].map(|bytes| hex(&bytes));
		let made = [secret.prove_possession(), secret.sign(&message)].map(|s| hex(&s.0));
		assert_eq!(found, made);
	}
}
