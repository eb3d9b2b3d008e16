//! `expand_message_xmd` with SHA-256 (RFC 9380, §5.3.1).
//!
//! Our own, because the hasher of `ark-ff` 0.6 pads with as many zeros as a field element takes rather than with a block
//! of the hash function: for scalar fields (`L` = 48, block = 64) it is not the function of the RFC.

use sha2::{Digest, Sha256};

/// Bytes that SHA-256 puts out.
const OUTPUT: usize = 32;
/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
/// Longest domain separation tag that is used as it is (§5.3.3).
const MAX_DST: usize = 255;

/// `N` uniform bytes. A tag of more than 255 bytes is hashed first, as §5.3.3 has it.
pub(crate) fn expand_message_xmd<const N: usize>(message: &[u8], dst: &[u8]) -> [u8; N] {
	const { assert!(N <= 255 * OUTPUT) };
	let hashed: [u8; OUTPUT];
	let dst = if dst.len() > MAX_DST {
		hashed =
			Sha256::new().chain_update(b"H2C-OVERSIZE-DST-").chain_update(dst).finalize().into();
		&hashed[..]
	} else {
		dst
	};
	// `DST_prime`; at most 255, so the length fits a byte.
	let finish = |hasher: Sha256| -> [u8; OUTPUT] {
		hasher.chain_update(dst).chain_update([dst.len() as u8]).finalize().into()
	};

	// At most 255 × 32, so it fits two bytes.
	let length = (N as u16).to_be_bytes();
	let first = finish(
		Sha256::new()
			.chain_update([0u8; BLOCK])
			.chain_update(message)
			.chain_update(length)
			.chain_update([0u8]),
	);
	let mut uniform = [0u8; N];
	// `b_1` is made of `b_0` as it is: of `b_0` and a block of zeros.
	let mut block = [0u8; OUTPUT];
	for (counter, part) in (1u8..=255).zip(uniform.chunks_mut(OUTPUT)) {
		for (byte, of_first) in block.iter_mut().zip(first) {
			*byte ^= of_first;
		}
		block = finish(Sha256::new().chain_update(block).chain_update([counter]));
		for (to, from) in part.iter_mut().zip(block) {
			*to = from;
		}
	}
	uniform
}
