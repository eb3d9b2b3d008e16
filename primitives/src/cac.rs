//! The Clause Attestation Certificate: what one node says about one attempt, signed by its enclave
//! key (DESIGN §7).
//!
//! The signed message is `"concordat/cac/v1" ‖ SCALE(CacStatement)`. The enum's variant index is
//! the format's version. The acknowledgement is `"concordat/ack/v1" ‖ SCALE(Ack)`.

use crate::{
	attest::{Measurement, SigningKey},
	clause::{MAX_LOCATION_BYTES, MAX_OUTPUT_BYTES},
	sealed::MAX_SEALED_OUTPUT,
	Attempt, BlockNumber, ClauseId, Hash, JobId, LeaseId, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Domain of a CAC's signature.
pub const CAC_DOMAIN: &[u8] = b"concordat/cac/v1";
/// Domain of an acknowledgement's signature.
pub const ACK_DOMAIN: &[u8] = b"concordat/ack/v1";

/// An Ed25519 signature (RFC 8032).
pub type Signature = [u8; 64];

/// What an execution used, measured by the enclave.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
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
pub struct ResourceUsage {
	/// Fuel: about one unit per wasm instruction. The same on every machine.
	pub fuel: u64,
	/// Processor time in microseconds.
	pub cpu_micros: u64,
	/// Peak of the linear memory in bytes. The same on every machine.
	pub peak_memory: u32,
	/// Bytes read: input and dependency outputs.
	pub bytes_in: u32,
	/// Bytes written.
	pub bytes_out: u32,
	/// Calls of the import ABI.
	pub storage_ops: u32,
}

/// Why a program did not produce an output.
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
pub enum FailureCode {
	/// Not a program that the enclave runs: not wasm, unknown imports, missing exports.
	BadProgram,
	/// It trapped: unreachable, bad pointer, stack overflow, division by zero.
	Trap,
	/// It used up its fuel.
	FuelExhausted,
	/// It asked for more memory or table than allowed.
	MemoryExceeded,
	/// It wrote more than allowed.
	OutputTooLarge,
	/// It ran out of wall-clock time. Not deterministic: a quorum decides.
	Timeout,
	/// It ended with a non-zero code of its own.
	Program(i32),
	/// The bytes that the host handed in do not match the job's hashes.
	InputMismatch,
	/// The host handed in no program or no input: both may be kept elsewhere, and it could not get them.
	ContentUnavailable,
}

impl FailureCode {
	/// Whether every honest node sees the same.
	pub const fn is_deterministic(self) -> bool {
		!matches!(self, Self::Timeout | Self::InputMismatch | Self::ContentUnavailable)
	}
}

/// Where an output is.
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
pub enum Output {
	/// The bytes themselves.
	Inline(#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<MAX_OUTPUT_BYTES>>),
	/// Elsewhere.
	External(
		#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<MAX_LOCATION_BYTES>>,
	),
	/// Sealed to the requester: HPKE's encapsulated key, then the ciphertext (see [`crate::sealed`]).
	Sealed(#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<MAX_SEALED_OUTPUT>>),
}

/// What became of an execution.
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
pub enum Outcome {
	/// It ended well.
	Success {
		/// [`crate::hashing::output_hash`] of the bytes; of a sealed output, [`crate::sealed::blinded_output_hash`].
		hash: Hash,
		/// The bytes, or where they are.
		output: Output,
	},
	/// It did not.
	Failure(FailureCode),
}

impl Outcome {
	/// What votes are counted by: equal tallies agree.
	pub fn tally(&self) -> Result<Hash, FailureCode> {
		match self {
			Self::Success { hash, .. } => Ok(*hash),
			Self::Failure(code) => Err(*code),
		}
	}
}

/// The engine that ran the program.
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
pub struct Engine {
	/// Which engine.
	pub kind: EngineKind,
	/// `major`, `minor`, `patch` of its version.
	pub version: (u16, u16, u16),
}

/// Engines that enclaves use.
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
pub enum EngineKind {
	/// Wasmtime with Cranelift.
	Wasmtime,
}

/// Version 1 of the statement.
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
pub struct CacV1 {
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
	/// Clause and version.
	pub clause: ClauseId,
	/// Program that ran.
	pub program: Hash,
	/// Code of the enclave.
	pub measurement: Measurement,
	/// Lease under which the enclave acted.
	pub lease: LeaseId,
	/// Commitment to the input that was run.
	pub input: Hash,
	/// Hash over the outputs that the job depended on; [`crate::hashing::NO_LINEAGE`] for none.
	pub lineage: Hash,
	/// What became of it.
	pub outcome: Outcome,
	/// What it used.
	pub usage: ResourceUsage,
	/// What ran it.
	pub engine: Engine,
	/// The block whose state the host acted on.
	pub acted_on: (BlockNumber, Hash),
	/// No hardware stands behind the enclave.
	pub simulated: bool,
}

/// The statement; the variant index is the version of the format.
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
pub enum CacStatement {
	/// Version 1.
	#[codec(index = 1)]
	V1(CacV1),
}

impl CacStatement {
	/// The fields, whatever the version.
	pub const fn body(&self) -> &CacV1 {
		match self {
			Self::V1(body) => body,
		}
	}

	/// What is signed.
	pub fn message(&self) -> Vec<u8> {
		let mut message = CAC_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}
}

/// A statement and its signature.
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
pub struct SignedCac {
	/// What is said.
	pub statement: CacStatement,
	/// Ed25519 over [`CacStatement::message`].
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: Signature,
}

impl SignedCac {
	/// Whether `key` signed the statement.
	pub fn verify(&self, key: &SigningKey) -> bool {
		verify_ed25519(&self.signature, &self.statement.message(), key)
	}

	/// Names the certificate in receipts.
	pub fn digest(&self) -> Hash {
		crate::hashing::tagged(b"concordat/cac-digest/v1", &self.statement)
	}
}

/// "I have the job and work on it."
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
pub struct Ack {
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
}

impl Ack {
	/// What is signed.
	pub fn message(&self) -> Vec<u8> {
		let mut message = ACK_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}
}

/// An acknowledgement and its signature.
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
pub struct SignedAck {
	/// What is said.
	pub ack: Ack,
	/// Ed25519 over [`Ack::message`].
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: Signature,
}

impl SignedAck {
	/// Whether `key` signed it.
	pub fn verify(&self, key: &SigningKey) -> bool {
		verify_ed25519(&self.signature, &self.ack.message(), key)
	}
}

/// Ed25519 by the host function in the runtime; by the same code natively.
pub fn verify_ed25519(signature: &Signature, message: &[u8], key: &SigningKey) -> bool {
	sp_io::crypto::ed25519_verify(
		&sp_core::ed25519::Signature::from_raw(*signature),
		message,
		&sp_core::ed25519::Public::from_raw(*key),
	)
}
