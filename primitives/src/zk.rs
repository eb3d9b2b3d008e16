//! What a zero-knowledge proof says about a job (DESIGN §7, mode `ZkVerifierSet`).
//!
//! A clause whose mode asks for a proof has a Groth16 verifying key with `1 + m` public inputs. Input 0 binds the proof to
//! the job: it is the statement hashed to the scalar field. Inputs 1 to `m` are the output itself: a program of such a
//! clause writes `m` numbers of 32 bytes, big-endian and below the order of the field, and the circuit proves something
//! about exactly these numbers. So who verifies the proof knows that the output which the nodes agree on is the one that
//! the circuit speaks of, and that the proof was made for this job.
//!
//! ```text
//!  digest(statement) = Blake2-256( SCALE( (b"concordat/zk/v1", statement) ) )
//!  input 0           = hash_to_field( digest, DST = "CONCORDAT-V01-CS01-with-" ‖ curve ‖ "-BINDING" )
//! ```
//!
//! `hash_to_field` is that of RFC 9380, §5.2, with `expand_message_xmd` over SHA-256, `m = 1`, `count = 1`, `L = 48`;
//! `curve` is `BLS12381` or `BN254`.

use crate::{hashing::tagged, Attempt, ClauseId, Hash, JobId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, weights::Weight, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most public inputs besides the binding: what fits the longest output.
pub const MAX_PUBLICS: u32 = 31;
/// Longest proof, in bytes, of either curve.
pub const MAX_PROOF_BYTES: u32 = 256;
/// Longest verifying key, in bytes: 336 for BLS12-381 besides its inputs, 48 for each of 32 + 1 of these, and counts.
pub const MAX_KEY_BYTES: u32 = 2_048;

/// A number of the scalar field, big-endian.
pub type FieldBytes = [u8; 32];
/// The output as public inputs.
pub type Publics = BoundedVec<FieldBytes, ConstU32<MAX_PUBLICS>>;
/// A proof, points compressed.
pub type ProofBytes = BoundedVec<u8, ConstU32<MAX_PROOF_BYTES>>;
/// A verifying key, points compressed.
pub type KeyBytes = BoundedVec<u8, ConstU32<MAX_KEY_BYTES>>;
/// Names a verifying key: Blake2-256 over its curve and its bytes.
pub type VkId = Hash;

/// Curve of a proof.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Curve {
	/// BLS12-381, on the host functions of RFC-163.
	Bls12381,
	/// BN254 (alt_bn128), in plain WebAssembly: what circom and snarkjs use unless told otherwise.
	Bn254,
}

/// What a proof is about.
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
pub struct Statement {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// [`crate::hashing::output_hash`] of the public inputs 1 to `m`, one after the other.
	pub output: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt of the round ([`crate::job::JobTerms::round`]).
	pub attempt: Attempt,
}

impl Statement {
	/// What is hashed to the field.
	pub fn digest(&self) -> Hash {
		tagged(b"concordat/zk/v1", self)
	}
}

/// Names a key.
pub fn vk_id(curve: Curve, key: &[u8]) -> VkId {
	tagged(b"concordat/vk/v1", &(curve, key))
}

/// The output that the public inputs make.
pub fn output_of(publics: &[FieldBytes]) -> Vec<u8> {
	publics.concat()
}

/// Why a proof was not accepted.
#[derive(
	Clone,
	Copy,
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
pub enum ZkRefusal {
	/// The clause has no verifying key.
	NoKey,
	/// Its key, or the verifier of its curve, is switched off.
	Disabled,
	/// There are not as many public inputs as the key has places for.
	WrongArity,
	/// A public input is not below the order of the field.
	NotCanonical,
	/// The proof is not three points, or one is not of the group.
	BadPoint,
	/// The proof does not hold.
	Invalid,
}

/// Verifies proofs. Implemented by zk-verifiers.
pub trait ProofVerifier {
	/// Verifies a proof under the clause's key; the key's name.
	fn verify(
		statement: &Statement,
		publics: &[FieldBytes],
		proof: &[u8],
	) -> Result<VkId, ZkRefusal>;
	/// Whether the clause has a key that is switched on.
	fn is_provable(clause: &ClauseId) -> bool;
	/// Weight of [`Self::verify`] with so many public inputs, on the dearest curve.
	fn weight(publics: u32) -> Weight;
	/// Weight of [`Self::is_provable`].
	fn weight_of_asking() -> Weight;
}

/// Nothing can be proved.
impl ProofVerifier for () {
	fn verify(_: &Statement, _: &[FieldBytes], _: &[u8]) -> Result<VkId, ZkRefusal> {
		Err(ZkRefusal::NoKey)
	}
	fn is_provable(_: &ClauseId) -> bool {
		false
	}
	fn weight(_: u32) -> Weight {
		Weight::zero()
	}
	fn weight_of_asking() -> Weight {
		Weight::zero()
	}
}
