//! Re-execution: what an auditor writes down who has run a job again (DESIGN §7, §11).
//!
//! The transcript names all that the result depends on and what came out. Whoever has program and input can make it again,
//! byte for byte: usage that depends on the machine (processor time, wall-clock time) is left out.

use crate::{
	cac::{Engine, FailureCode},
	clause::ResourceLimits,
	hashing::tagged,
	Attempt, ClauseId, Hash, JobId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// One re-execution.
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
pub struct Transcript {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// Hash over the outputs that it depends on.
	pub lineage: Hash,
	/// What the execution was allowed to use.
	pub limits: ResourceLimits,
	/// What ran it: the engine that the certificates name.
	pub engine: Engine,
	/// Hash of the output, or the failure.
	pub outcome: Result<Hash, FailureCode>,
	/// Fuel used.
	pub fuel: u64,
	/// Peak of the linear memory in bytes.
	pub peak_memory: u32,
	/// Bytes written.
	pub bytes_out: u32,
	/// Calls of the import ABI.
	pub storage_ops: u32,
	/// The attempt whose certificate it was compared with, if any.
	pub compared: Option<Attempt>,
}

impl Transcript {
	/// What a dispute names as its evidence.
	pub fn hash(&self) -> Hash {
		tagged(b"concordat/transcript/v1", self)
	}
}
