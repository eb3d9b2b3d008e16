//! Commit–reveal: where outputs are visible, nodes commit to what they found before anybody shows it (DESIGN §7).
//!
//! ```text
//!  commitment = Blake2-256( SCALE( (b"concordat/commit/v1", genesis, job, attempt, node, key, tally, salt) ) )
//!  signed     = Ed25519( "concordat/commitment/v1" ‖ SCALE(Commitment) )
//! ```
//!
//! The domain inside the hash is SCALE-encoded as a byte string (as [`crate::hashing::tagged`] does). `tally` is what votes
//! are counted by: the output's hash or the failure. The salt is 32 random bytes, so that an output of one bit cannot be
//! guessed from its commitment; chain, job, attempt, node and key are bound, so that nobody can commit to what another
//! has committed to.

use crate::{
	attest::SigningKey,
	cac::{verify_ed25519, FailureCode, Signature},
	hashing::tagged,
	Attempt, Hash, JobId, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Domain of the commitment's hash.
pub const COMMIT_DOMAIN: &[u8] = b"concordat/commit/v1";
/// Domain of the signature over a commitment.
pub const COMMITMENT_DOMAIN: &[u8] = b"concordat/commitment/v1";

/// What makes a commitment unguessable.
pub type Salt = [u8; 32];

/// What a node commits to: all but the salt.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Opening<'a> {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt.
	pub attempt: Attempt,
	/// Node.
	pub node: NodeId,
	/// Key that signs commitment and certificate.
	pub key: &'a SigningKey,
	/// What it votes for.
	pub tally: Result<Hash, FailureCode>,
}

impl Opening<'_> {
	/// The commitment under this salt.
	pub fn commit(&self, salt: &Salt) -> Hash {
		let Self { genesis, job, attempt, node, key, tally } = self;
		tagged(COMMIT_DOMAIN, &(genesis, job, attempt, node, key, tally, salt))
	}
}

/// "I have a result, and this binds me to it."
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Commitment {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt.
	pub attempt: Attempt,
	/// Nonce of the attempt.
	pub nonce: Hash,
	/// Node.
	pub node: NodeId,
	/// [`Opening::commit`].
	pub hash: Hash,
}

impl Commitment {
	/// What is signed.
	pub fn message(&self) -> Vec<u8> {
		let mut message = COMMITMENT_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}
}

/// A commitment and its signature.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct SignedCommitment {
	/// What is said.
	pub commitment: Commitment,
	/// Ed25519 over [`Commitment::message`].
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: Signature,
}

impl SignedCommitment {
	/// Whether `key` signed it.
	pub fn verify(&self, key: &SigningKey) -> bool {
		verify_ed25519(&self.signature, &self.commitment.message(), key)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn opening(key: &SigningKey) -> Opening<'_> {
		Opening {
			genesis: Hash::repeat_byte(1),
			job: 2,
			attempt: 3,
			node: 4,
			key,
			tally: Ok(Hash::repeat_byte(5)),
		}
	}

	#[test]
	fn everything_is_bound() {
		let (key, other, salt) = ([6; 32], [7; 32], [8; 32]);
		let whole = opening(&key).commit(&salt);
		for bent in [
			Opening { genesis: Hash::zero(), ..opening(&key) },
			Opening { job: 0, ..opening(&key) },
			Opening { attempt: 0, ..opening(&key) },
			Opening { node: 0, ..opening(&key) },
			opening(&other),
			Opening { tally: Ok(Hash::zero()), ..opening(&key) },
			Opening { tally: Err(FailureCode::Trap), ..opening(&key) },
		] {
			assert_ne!(bent.commit(&salt), whole, "{bent:?}");
		}
		assert_ne!(opening(&key).commit(&[9; 32]), whole);
		assert_eq!(opening(&key).commit(&salt), whole);
	}
}
