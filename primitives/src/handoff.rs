//! Handoffs: the node that ran a step hands the workflow's context on to the node that runs the next one
//! (Symbiont orchestration protocol §6).
//!
//! The signed message is `"concordat/handoff/v1" ‖ SCALE(Handoff)`, by the enclave key under which the sender ran its
//! step. The receiver's enclave checks it before it starts: signature, capability, load ≤ 0.95. A refusal is signed too:
//! `"concordat/handoff-refusal/v1" ‖ SCALE(HandoffRefusal)`. A sender that has died since must not stop a workflow: after
//! the handoff's deadline the chain's own record of the context stands in for it.

use crate::{
	attest::SigningKey,
	cac::{verify_ed25519, Signature},
	hashing::tagged,
	workflow::{StepIndex, WorkflowId},
	Attempt, BlockNumber, ClauseId, Hash, JobId, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Domain of a handoff's signature.
pub const HANDOFF_DOMAIN: &[u8] = b"concordat/handoff/v1";
/// Domain of a refusal's signature.
pub const HANDOFF_REFUSAL_DOMAIN: &[u8] = b"concordat/handoff-refusal/v1";

/// Names the task that is handed on: what runs on what.
pub fn task_hash(clause: &ClauseId, program: &Hash, input: &Hash, lineage: &Hash) -> Hash {
	tagged(b"concordat/task/v1", &(clause, program, input, lineage))
}

/// One handoff.
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
pub struct Handoff {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Workflow.
	pub workflow: WorkflowId,
	/// The step that is handed on.
	pub step: StepIndex,
	/// Who ran the step before.
	pub from: NodeId,
	/// Who has the seat now.
	pub to: NodeId,
	/// Job of the step.
	pub job: JobId,
	/// Attempt of the receiver's seat.
	pub attempt: Attempt,
	/// Nonce of that attempt: an old handoff opens no new seat.
	pub nonce: Hash,
	/// [`task_hash`] of the job.
	pub task: Hash,
	/// [`crate::workflow::Context::hash`] of the context that goes with it.
	pub context: Hash,
}

impl Handoff {
	/// What is signed.
	pub fn message(&self) -> Vec<u8> {
		let mut message = HANDOFF_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}

	/// Names the handoff.
	pub fn digest(&self) -> Hash {
		tagged(HANDOFF_DOMAIN, self)
	}
}

/// A handoff and its signature.
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
pub struct SignedHandoff {
	/// What is said.
	pub handoff: Handoff,
	/// Ed25519 over [`Handoff::message`].
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: Signature,
}

impl SignedHandoff {
	/// Whether `key` signed it.
	pub fn verify(&self, key: &SigningKey) -> bool {
		verify_ed25519(&self.signature, &self.handoff.message(), key)
	}
}

/// Why a receiver does not take a handoff (Symbiont §6.3).
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
pub enum HandoffFault {
	/// The signature is not the sender's.
	InvalidSignature,
	/// The enclave does not offer the capability.
	MissingCapability,
	/// The enclave's load is above 0.95.
	Overloaded,
	/// It names another task or another context than the token.
	WrongTask,
}

impl HandoffFault {
	/// Whether the receiver is not to blame: the fault is the sender's.
	pub const fn blames_sender(self) -> bool {
		matches!(self, Self::InvalidSignature | Self::WrongTask)
	}
}

/// "I do not take this seat, because."
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
pub struct HandoffRefusal {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Attempt of the seat.
	pub attempt: Attempt,
	/// Nonce of that attempt.
	pub nonce: Hash,
	/// Who refuses.
	pub node: NodeId,
	/// [`Handoff::digest`] of what is refused; zero if the seat came without one.
	pub handoff: Hash,
	/// Why.
	pub fault: HandoffFault,
}

impl HandoffRefusal {
	/// What is signed.
	pub fn message(&self) -> Vec<u8> {
		let mut message = HANDOFF_REFUSAL_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}
}

/// A refusal and its signature.
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
pub struct SignedRefusal {
	/// What is said.
	pub refusal: HandoffRefusal,
	/// Ed25519 over [`HandoffRefusal::message`].
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: Signature,
}

impl SignedRefusal {
	/// Whether `key` signed it.
	pub fn verify(&self, key: &SigningKey) -> bool {
		verify_ed25519(&self.signature, &self.refusal.message(), key)
	}
}

/// Where the handoff of a seat stands.
// One lives at a time, between storage and the token: a box would only add an allocation.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum HandoffState {
	/// The job has no predecessor: its requester signed for it.
	NotNeeded,
	/// The predecessor's node has still to hand over.
	Awaited {
		/// First block at which the chain's record stands in for it.
		until: BlockNumber,
	},
	/// Handed over; the key is the sender's.
	Given(SignedHandoff, SigningKey),
	/// The predecessor's node kept silent; the chain's record stands in.
	Lapsed,
}

/// Takes refusals that an enclave of this host has signed, and brings them to the chain. Implemented by workflows, called
/// by whoever starts jobs: off-chain workers alone.
pub trait RefusalSink {
	/// Checks the refusal as the chain will, and submits it, unless the same was done lately. Returns whether it was
	/// submitted.
	fn submit_refusal(refusal: SignedRefusal) -> bool;
}

impl RefusalSink for () {
	fn submit_refusal(_: SignedRefusal) -> bool {
		false
	}
}
