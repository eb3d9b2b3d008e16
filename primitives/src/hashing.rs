//! Domain-separated hashes. One domain per meaning: no value can pass for another.

use crate::{Attempt, Hash, JobId};
use codec::Encode;
use sp_io::hashing::blake2_256;

/// Blake2-256 over a domain and SCALE-encoded parts.
pub fn tagged(domain: &[u8], parts: &impl Encode) -> Hash {
	Hash::from(blake2_256(&(domain, parts).encode()))
}

/// Commitment to an input bundle.
pub fn input_commitment(input: &[u8]) -> Hash {
	tagged(b"concordat/input/v1", &input)
}

/// Hash of an output; what nodes have to agree on.
pub fn output_hash(output: &[u8]) -> Hash {
	tagged(b"concordat/output/v1", &output)
}

/// Hash of a program. It is plain Blake2-256, because it names the preimage.
pub fn program_hash(program: &[u8]) -> Hash {
	Hash::from(blake2_256(program))
}

/// Nonce of an attempt, from the randomness of the block that assigned it.
pub fn attempt_nonce(seed: &[u8; 32], job: JobId, attempt: Attempt) -> Hash {
	tagged(b"concordat/nonce/v1", &(seed, job, attempt))
}

/// Hash over the outputs that a job depends on, in their order.
pub fn lineage(outputs: &[Hash]) -> Hash {
	if outputs.is_empty() {
		return NO_LINEAGE;
	}
	tagged(b"concordat/lineage/v1", &outputs)
}

/// Lineage of a job that has no predecessor.
pub const NO_LINEAGE: Hash = sp_core::H256([0u8; 32]);
