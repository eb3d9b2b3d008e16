//! Sealed inputs and outputs, as the chain and the enclave know them (DESIGN §6, "Confidential input").
//!
//! The requester draws a 32-byte salt and a 32-byte content key. The body is `ChaCha20-Poly1305` under the content key,
//! nonce zero (a key is used once), of `salt ‖ input`. The content key is wrapped for each recipient, primaries **and
//! backups**, by HPKE (RFC 9180: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305). Recipients are
//! those of one round: the attempt under which the seats were given. A later round has others, and needs a new sealing.
//!
//! ChaCha20-Poly1305 does not commit to its key. What commits is the chain: the input commitment covers salt and input,
//! the ciphertext's hash covers the body, and each recipient's key is named in the HPKE `info`. So no two enclaves of a
//! quorum can be made to see different inputs without a signed `InputMismatch`.
//!
//! The salt keeps a short input from being guessed by its commitment, and, where the requester asks for a sealed output,
//! a short output by its hash: every enclave of the quorum knows it, nobody else does.

use crate::{
	attest::EncryptionKey,
	clause::{Location, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES, MAX_SEATS},
	hashing::tagged,
	job::MAX_BACKUPS,
	Attempt, ClauseId, Hash, JobId, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Bytes of the salt that stands before the input.
pub const SALT_BYTES: u32 = 32;
/// Bytes that ChaCha20-Poly1305 adds.
pub const TAG_BYTES: u32 = 16;
/// Most recipients of one sealing: all seats and all backups.
pub const MAX_RECIPIENTS: u32 = MAX_SEATS + MAX_BACKUPS;
/// Longest ciphertext kept on chain.
pub const MAX_SEALED_BYTES: u32 = MAX_INPUT_BYTES + SALT_BYTES + TAG_BYTES;
/// Longest sealed output: encapsulated key, output, tag.
pub const MAX_SEALED_OUTPUT: u32 = 32 + MAX_OUTPUT_BYTES + TAG_BYTES;

/// A salt.
pub type Salt = [u8; 32];

/// The content key, wrapped for one enclave.
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
pub struct SealedKey {
	/// For whom.
	pub node: NodeId,
	/// The key that it was wrapped for, as its lease names it.
	#[serde(with = "crate::text::hex_bytes")]
	pub key: EncryptionKey,
	/// HPKE's encapsulated key.
	#[serde(with = "crate::text::hex_bytes")]
	pub encapsulated: [u8; 32],
	/// The content key and its tag.
	#[serde(with = "crate::text::hex_bytes")]
	pub wrapped: [u8; 48],
}

/// Where a ciphertext is.
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
pub enum SealedBody {
	/// The bytes themselves, kept on chain until the job ends.
	Inline(#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<MAX_SEALED_BYTES>>),
	/// Kept elsewhere; the enclave checks the hash.
	External {
		/// Length in bytes.
		len: u32,
		/// Where the host fetches it.
		#[serde(with = "crate::text::hex_bytes")]
		location: Location,
	},
}

/// What a requester hands in for a job that awaits its input.
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
pub struct SealedInput {
	/// Attempt under which the recipients were given their seats.
	pub round: Attempt,
	/// [`ciphertext_hash`] of the body.
	pub ciphertext: Hash,
	/// The body, or where it is.
	pub body: SealedBody,
	/// One for each seat and each backup of the round, in any order.
	pub keys: BoundedVec<SealedKey, ConstU32<MAX_RECIPIENTS>>,
}

/// Commitment to a sealed input.
pub fn sealed_commitment(salt: &Salt, input: &[u8]) -> Hash {
	tagged(b"concordat/sealed-input/v1", &(salt, input))
}

/// Hash of a ciphertext.
pub fn ciphertext_hash(ciphertext: &[u8]) -> Hash {
	tagged(b"concordat/ciphertext/v1", &ciphertext)
}

/// Hash of an output that is sealed to the requester: what nodes have to agree on, and nobody else can guess.
pub fn blinded_output_hash(salt: &Salt, output: &[u8]) -> Hash {
	tagged(b"concordat/blinded-output/v1", &(salt, output))
}

/// What a sealing is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct SealContext {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt of the round.
	pub round: Attempt,
	/// Clause and version.
	pub clause: ClauseId,
}

impl SealContext {
	/// Additional data of the body.
	pub fn body_aad(&self) -> Vec<u8> {
		(b"concordat/seal/body/v1", self).encode()
	}

	/// HPKE `info` for the content key: names the recipient's key.
	pub fn key_info(&self, key: &EncryptionKey) -> Vec<u8> {
		(b"concordat/seal/key/v1", self.genesis, tagged(b"concordat/seal/recipient/v1", key))
			.encode()
	}

	/// HPKE `aad` for the content key: job, round and clause, node, and the ciphertext that it opens.
	pub fn key_aad(&self, node: NodeId, ciphertext: &Hash) -> Vec<u8> {
		(self, node, ciphertext).encode()
	}

	/// HPKE `info` for an output: names the requester's key.
	pub fn output_info(&self, key: &EncryptionKey) -> Vec<u8> {
		(b"concordat/seal/output/v1", self.genesis, tagged(b"concordat/seal/recipient/v1", key))
			.encode()
	}

	/// HPKE `aad` for an output: job and clause, and the hash that the nodes agree on.
	pub fn output_aad(&self, output: &Hash) -> Vec<u8> {
		(self.job, &self.clause, output).encode()
	}
}
