//! What the off-chain worker of a node and an enclave say to each other, over HTTP on loopback.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /v1/health` | – | 200 and JSON when the enclave takes jobs |
//! | `GET /v1/identity` | – | JSON [`Identity`] |
//! | `POST /v1/attest` | JSON [`AttestRequest`] | JSON [`AttestResponse`] |
//! | `GET /v1/collateral` | – | JSON [`CollateralResponse`] |
//! | `POST /v1/jobs` | SCALE [`StartRequest`] | 202 and SCALE [`crate::cac::SignedAck`] |
//! | `POST /v1/acks` | SCALE [`JobToken`] | 202 and SCALE [`crate::cac::SignedAck`]; nothing is started |
//! | `GET /v1/jobs/{job}/{attempt}/{nonce}` | – | 200 and SCALE [`PollResponse`] |
//! | `POST /v1/handoffs` | SCALE [`crate::handoff::Handoff`] of a step that this enclave has run | 200 and SCALE [`SignedHandoff`] |
//! | `POST /v1/refusals` | SCALE [`crate::handoff::HandoffRefusal`] | 200 and SCALE [`crate::handoff::SignedRefusal`] |
//! | `POST /v1/finality` | SCALE [`FinalityUpdate`] | 200 and SCALE [`FinalityStatus`] |
//! | `GET /v1/finality/{genesis}` | – | 200 and JSON [`FinalityStatus`] |
//! | `POST /v1/assignments` | SCALE [`AssignmentProof`] | 204 |
//!
//! `nonce` is 64 hex digits. Bodies in SCALE have the content type `application/octet-stream`.
//! A refusal is a 4xx with JSON `{"code": …, "message": …}`.

use crate::{
	attest::{EncryptionKey, Measurement, SigningKey, Vendor},
	cac::SignedCac,
	clause::{ResourceLimits, TriggerKind, MAX_OUTPUT_BYTES, MAX_PROGRAM_BYTES},
	commit::{Salt, SignedCommitment},
	content::MAX_BODY_BYTES,
	handoff::SignedHandoff,
	sealed::SealedKey,
	Attempt, BlockNumber, CapabilityId, ClauseId, Hash, JobId, Jurisdiction, LeaseId, NodeId,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Longest answer that the off-chain worker reads.
pub const MAX_RESPONSE_BYTES: usize = 16 * 1024;
/// Longest answer to `GET /v1/collateral` that a host reads.
pub const MAX_COLLATERAL_BYTES: usize = 512 * 1024;
/// Most enclaves that one node hosts.
pub const MAX_ENDPOINTS: usize = 16;
/// Where, in the node's persistent off-chain storage, the host keeps the SCALE-encoded `Vec<Endpoint>`.
pub const ENDPOINTS_KEY: &[u8] = b"concordat/enclaves/v1";

/// An enclave that this node hosts.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Endpoint {
	/// Base URL, for instance `http://127.0.0.1:9955`.
	pub url: String,
	/// Key that the enclave signs with: it finds the lease, and through it the node.
	pub signing_key: SigningKey,
}

/// Who an enclave is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
	/// Key that signs.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: SigningKey,
	/// Key that inputs are sealed to.
	#[serde(with = "crate::text::hex_bytes")]
	pub encryption_key: EncryptionKey,
	/// Code that runs.
	pub measurement: Measurement,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// No hardware stands behind it.
	pub simulated: bool,
	/// Version of the program.
	pub version: String,
}

/// Asks for evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestRequest {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Node for which the evidence is meant.
	pub node: NodeId,
	/// Hash of a recent finalised block, as proof of freshness.
	pub challenge: Hash,
}

/// Evidence, as the chain takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestResponse {
	/// SCALE of `concordat_attestation::Evidence`.
	#[serde(with = "crate::text::hex_bytes")]
	pub evidence: Vec<u8>,
	/// Key that signs.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: SigningKey,
	/// Key that inputs are sealed to.
	#[serde(with = "crate::text::hex_bytes")]
	pub encryption_key: EncryptionKey,
}

/// Collateral that the enclave's platform has at hand, in the order in which it can be posted: authorities' certificates,
/// and everything else too if it is simulated. Whatever a vendor's service publishes has to be fetched from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollateralResponse {
	/// SCALE of one `concordat_attestation::source::Piece` each, in hex with `0x`.
	pub pieces: Vec<String>,
}

/// What the job may do, and for whom (NSF §4.10.4).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct JobToken {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt.
	pub attempt: Attempt,
	/// Nonce of the attempt.
	pub nonce: Hash,
	/// Node that the chain assigned.
	pub node: NodeId,
	/// Lease under which it was assigned.
	pub lease: LeaseId,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program that has to run.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// Hash over the outputs that the job depends on.
	pub lineage: Hash,
	/// What the clause asks a node to be able to do.
	pub capability: CapabilityId,
	/// What the execution may use.
	pub limits: ResourceLimits,
	/// Where the node stands.
	pub jurisdiction: Jurisdiction,
	/// Account of the clause's owner: a DAO's account for a DAO.
	pub dao: crate::AccountId,
	/// What set the job off.
	pub trigger: TriggerKind,
	/// First block at which the result is too late.
	pub expires_at: BlockNumber,
	/// The block whose state the host acts on.
	pub acted_on: (BlockNumber, Hash),
	/// For a sealed input: what opens it.
	pub sealed: Option<SealedToken>,
	/// Key that the output is sealed to.
	pub output_key: Option<EncryptionKey>,
	/// For a step of a workflow: who handed it over, and what.
	pub handoff: Option<HandoffToken>,
	/// The result is committed to before it is shown.
	pub commit_reveal: bool,
}

/// What opens a sealed input.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SealedToken {
	/// Attempt of the round that the input was sealed for.
	pub round: Attempt,
	/// Hash of the ciphertext.
	pub ciphertext: Hash,
	/// The content key, wrapped for this enclave.
	pub key: SealedKey,
}

/// A handoff as its receiver gets it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct HandoffToken {
	/// What the sender signed.
	pub signed: SignedHandoff,
	/// Key of the sender's enclave under which it ran its step.
	pub sender: SigningKey,
	/// Context that the chain has on record for the step.
	pub context: Hash,
}

/// One link of a chain of finality: a header and the justification that finalises it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FinalityLink {
	/// SCALE of the header.
	pub header: Vec<u8>,
	/// SCALE of the `GrandpaJustification`.
	pub justification: Vec<u8>,
}

/// From where an enclave follows the chain: the genesis block, whose hash its evidence names.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GenesisProof {
	/// SCALE of the genesis header.
	pub header: Vec<u8>,
	/// Nodes of the state trie that prove GRANDPA's first authorities.
	pub nodes: Vec<Vec<u8>>,
}

/// `POST /v1/finality`: brings the enclave's view of the chain forward. Every header that changes the authorities has to
/// be among the links.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FinalityUpdate {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Needed the first time.
	pub anchor: Option<GenesisProof>,
	/// In order; at most [`MAX_LINKS`].
	pub links: Vec<FinalityLink>,
}

/// Most links of one update.
pub const MAX_LINKS: usize = 64;
/// Longest update in bytes: the longest header with the longest justification (`concordat-finality`), and a genesis block
/// with its proof.
pub const MAX_FINALITY_BYTES: usize = 4 * 1024 * 1024;

/// What an enclave holds to be final; the answer to `POST /v1/finality` and, as JSON, to `GET /v1/finality/{genesis}`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FinalityStatus {
	/// Last final block that it has seen.
	pub finalized: (BlockNumber, Hash),
	/// Number of the present set of authorities.
	pub set_id: u64,
	/// How many authorities that set has.
	pub authorities: u32,
}

/// `POST /v1/assignments`: proves what the chain assigned, as of the enclave's last final block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AssignmentProof {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Hash of the final block whose state the nodes belong to.
	pub block: Hash,
	/// Jobs that are proved; at most [`MAX_PROVED_JOBS`].
	pub jobs: Vec<JobId>,
	/// Nodes of the state trie.
	pub nodes: Vec<Vec<u8>>,
}

/// Most jobs of one proof.
pub const MAX_PROVED_JOBS: usize = 64;
/// Longest proof in bytes: the most nodes that `concordat-finality` reads, and what counts them.
pub const MAX_ASSIGNMENT_BYTES: usize = 2 * 1024 * 1024 + 32 * 1024;

/// Starts a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StartRequest {
	/// What the job may do.
	pub token: JobToken,
	/// The program's bytes.
	pub program: Vec<u8>,
	/// The input's bytes, or its ciphertext.
	pub input: Vec<u8>,
	/// Outputs that the job depends on.
	pub dependencies: Vec<Vec<u8>>,
}

impl StartRequest {
	/// Longest request in bytes: the longest bodies, `dependencies` of the longest outputs, and room for the token.
	pub const fn max_bytes(dependencies: usize) -> usize {
		let bodies = MAX_PROGRAM_BYTES as usize + MAX_BODY_BYTES as usize;
		bodies + dependencies * (MAX_OUTPUT_BYTES as usize + 4) + 16 * 1024
	}
}

/// Where a started job stands.
// One lives at a time, between the socket and the transaction: a box would only add an allocation.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PollResponse {
	/// Still running.
	Pending,
	/// Done.
	Done(SignedCac),
	/// Done, and to be committed to before it is shown: where the token says so.
	Committed {
		/// What the node commits to, signed.
		commitment: SignedCommitment,
		/// What opens the commitment.
		salt: Salt,
		/// What is shown then.
		cac: SignedCac,
	},
}
