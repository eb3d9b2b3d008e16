//! Numbers of the scalar field: from bytes, to bytes, from a hash.

use crate::hash::expand_message_xmd;
use alloc::vec::Vec;
use ark_ec::pairing::Pairing;
use ark_ff::{BigInteger, PrimeField};
use ark_serialize::CanonicalDeserialize;

/// Bytes that are reduced to a number of the scalar field: `ceil((ceil(log2 r) + 128) / 8)`, RFC 9380 §5.1, for both curves
/// (255 and 254 bits).
const L: usize = 48;

/// A number from 32 bytes, big-endian; `None` if it is not below the order of the field.
///
/// Never reduced: else one and the same input would have several encodings, and what two nodes agree on byte by byte
/// would be more than what is proved.
pub fn field_from_be<E: Pairing>(bytes: &[u8; 32]) -> Option<E::ScalarField> {
	let mut reversed = *bytes;
	reversed.reverse();
	let mut rest = &reversed[..];
	let number = E::ScalarField::deserialize_compressed(&mut rest).ok()?;
	rest.is_empty().then_some(number)
}

/// A number as 32 bytes, big-endian. (The curves of this crate have orders of 254 and 255 bits. Of a longer number these
/// would be the lowest 256.)
pub fn field_to_be<E: Pairing>(f: &E::ScalarField) -> [u8; 32] {
	let mut bytes = [0u8; 32];
	for (to, from) in bytes.iter_mut().rev().zip(f.into_bigint().to_bytes_le()) {
		*to = from;
	}
	bytes
}

/// `hash_to_field` of RFC 9380, §5.2: `expand_message_xmd` with SHA-256, `m = 1`, `count = 1`, `L = 48`.
///
/// This is not what `DefaultFieldHasher` of `ark-ff` 0.6 gives for a scalar field: that pads with 48 zeros instead of 64.
pub fn hash_to_field<E: Pairing>(digest: &[u8], dst: &[u8]) -> E::ScalarField {
	E::ScalarField::from_be_bytes_mod_order(&expand_message_xmd::<L>(digest, dst))
}

/// Domain separation tag of the binding, input 0: `"CONCORDAT-V01-CS01-with-" ‖ curve ‖ "-BINDING"`. `curve` is `BLS12381`
/// or `BN254`.
pub fn binding_dst(curve: &str) -> Vec<u8> {
	[b"CONCORDAT-V01-CS01-with-", curve.as_bytes(), b"-BINDING"].concat()
}
