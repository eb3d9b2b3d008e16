//! Receipts: the chain's final word on every audited operation. One receipt is one leaf of a
//! rollup (DESIGN §7; ENC agreement §3).

use crate::{
	attest::Measurement, cac::FailureCode, node::Misconduct, Attempt, Balance, BlockNumber,
	ClauseId, DisputeId, Hash, JobId, LeaseId, NodeId, ReceiptId, RollupEpoch,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// One voter of a result.
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
pub struct Voter {
	/// Node.
	pub node: NodeId,
	/// Key that signed.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: [u8; 32],
	/// [`crate::cac::SignedCac::digest`] of what it signed.
	pub cac: Hash,
	/// Whether it is one of those who agreed.
	pub agreed: bool,
}

/// What happened.
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
pub enum Operation {
	/// A job reached a result.
	JobCompleted {
		/// Job.
		job: JobId,
		/// Clause and version.
		clause: ClauseId,
		/// Program that ran.
		program: Hash,
		/// Commitment to its input.
		input: Hash,
		/// Output hash, or the failure that the nodes agree on.
		result: Result<Hash, FailureCode>,
		/// Who delivered.
		voters: BoundedVec<Voter, ConstU32<{ crate::clause::MAX_SEATS }>>,
		/// Paid out of the escrow.
		#[serde(with = "crate::text::decimal")]
		paid: Balance,
		/// A voter's evidence was simulated.
		simulated: bool,
	},
	/// A job ended without a result.
	JobFailed {
		/// Job.
		job: JobId,
		/// Clause and version.
		clause: ClauseId,
		/// Attempts made.
		attempts: Attempt,
		/// Returned to the requester.
		#[serde(with = "crate::text::decimal")]
		refunded: Balance,
	},
	/// A job was assigned.
	JobAssigned {
		/// Job.
		job: JobId,
		/// Highest attempt of the assignment.
		attempt: Attempt,
		/// Who sits.
		nodes: BoundedVec<NodeId, ConstU32<{ crate::clause::MAX_SEATS }>>,
	},
	/// A dispatch was refused after its clause was found: the audit trail of refusals (NSF §4.10.7).
	DispatchRefused {
		/// Clause and version.
		clause: ClauseId,
		/// Index of the refusal in the dispatching pallet's error list.
		reason: u8,
	},
	/// A clause changed its state: its new spec's hash and state.
	ClauseChanged {
		/// Clause and version.
		clause: ClauseId,
		/// Where it stands now.
		status: crate::clause::ClauseStatus,
	},
	/// A node changed its state.
	NodeChanged {
		/// Node.
		node: NodeId,
		/// Where it stands now.
		status: crate::node::NodeStatus,
	},
	/// A lease was granted.
	LeaseGranted {
		/// Node.
		node: NodeId,
		/// Lease.
		lease: LeaseId,
		/// Code that runs.
		measurement: Measurement,
		/// No hardware stands behind it.
		simulated: bool,
	},
	/// A lease ended before its time.
	LeaseLost {
		/// Node.
		node: NodeId,
		/// Lease.
		lease: LeaseId,
	},
	/// A node was slashed; the amount is frozen until the appeal window is over.
	Slashed {
		/// Node.
		node: NodeId,
		/// What it did.
		misconduct: Misconduct,
		/// How much of its stake.
		#[serde(with = "crate::text::decimal")]
		amount: Balance,
		/// Hash of the evidence.
		evidence: Hash,
	},
	/// A dispute changed its state.
	DisputeChanged {
		/// Dispute.
		dispute: DisputeId,
		/// Job it is about.
		job: JobId,
		/// Hash of the evidence.
		evidence: Hash,
		/// Code of the new state (docs/formats.md).
		state: u8,
	},
	/// Governance enacted a decision.
	Enacted {
		/// Proposal.
		proposal: u32,
		/// Hash of the call.
		call: Hash,
		/// Whether the call succeeded.
		ok: bool,
	},
}

/// One leaf: what happened, when, and its place in the whole history.
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
pub struct ReceiptBody {
	/// Place in the whole history.
	pub id: ReceiptId,
	/// Block in which it happened.
	pub block: BlockNumber,
	/// What happened.
	pub operation: Operation,
}

/// Header of a rollup: the root over one epoch's receipts, chained to the one before.
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
pub struct RollupHeader {
	/// Number of the epoch.
	pub epoch: RollupEpoch,
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// [`RollupHeader::hash`] of the one before; zero for the first.
	pub previous: Hash,
	/// Root of the receipt tree.
	pub root: Hash,
	/// Receipts in it.
	pub count: u32,
	/// Id of the first of them.
	pub first_receipt: ReceiptId,
	/// Block that opened the epoch.
	pub opened_at: BlockNumber,
	/// Block that closed it.
	pub closed_at: BlockNumber,
}

impl RollupHeader {
	/// Keccak-256 over `"concordat/rollup/v1" ‖ SCALE(header)`.
	pub fn hash(&self) -> Hash {
		let mut bytes: Vec<u8> = b"concordat/rollup/v1".to_vec();
		self.encode_to(&mut bytes);
		Hash::from(concordat_proofs::keccak_256(&bytes))
	}
}
