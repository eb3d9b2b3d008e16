//! Jobs: one request to execute one clause on one input bundle (DESIGN §3).
//!
//! ```text
//!  Pending ──assign──► Scheduled ──ack──► Running ──quorum──► Completed ──► pruned after the window
//!     │                    │ no ack          │ deadline, no quorum      │ dispute
//!     │                    └──► backup, or back to Pending ◄────┘       ▼
//!     ├─► Expired / Cancelled          │ attempts exhausted          Disputed ─► Completed | Overridden | Slashed
//!     └─► Paused ─► Pending            ▼
//!                                    Failed
//! ```

use crate::{
	attest::{EncryptionKey, SigningKey, Vendor},
	cac::{FailureCode, ResourceUsage},
	clause::{
		ExecutionMode, ResourceLimits, RiskClass, Spread, TriggerKind, MAX_LIST,
		MAX_LOCATION_BYTES, MAX_VOTERS,
	},
	ensemble::Ensemble,
	Attempt, Balance, BlockNumber, ClauseId, Hash, JobId, Jurisdiction, LeaseId, NodeId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most nodes waiting to step in for a silent one.
pub const MAX_BACKUPS: u32 = 4;
/// Most attempts that a job can have, whatever governance allows. With [`MAX_SEATS`] it bounds what a job can leave:
/// no more certificates than seats times attempts.
pub const MAX_ATTEMPTS: Attempt = 16;

/// Class of a job: it orders the queues (Symbiont §3.2).
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
pub enum JobClass {
	/// Whenever there is room.
	Low,
	/// Ordinary.
	Normal,
	/// Before ordinary ones.
	High,
	/// Disaster activation: first.
	Critical,
}

impl JobClass {
	/// All classes, most urgent first.
	pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

	/// Share of the queue's turns: 8 : 4 : 2 : 1, so that no class starves.
	pub const fn weighting(self) -> u32 {
		match self {
			Self::Critical => 8,
			Self::High => 4,
			Self::Normal => 2,
			Self::Low => 1,
		}
	}
}

/// What a requester hands in.
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
pub enum JobInput {
	/// The bytes themselves, kept on chain until the job ends.
	Inline(
		#[serde(with = "crate::text::hex_bytes")]
		BoundedVec<u8, ConstU32<{ crate::clause::MAX_INPUT_BYTES }>>,
	),
	/// Kept elsewhere; the enclave checks the commitment.
	External {
		/// [`crate::hashing::input_commitment`] of the bytes.
		commitment: Hash,
		/// Length in bytes.
		len: u32,
		/// Where the host fetches it.
		#[serde(with = "crate::text::hex_bytes")]
		location: BoundedVec<u8, ConstU32<MAX_LOCATION_BYTES>>,
	},
	/// Sealed to the nodes of a round, once they are known: the job awaits it (DESIGN §6).
	Sealed {
		/// [`crate::sealed::sealed_commitment`] of salt and bytes.
		commitment: Hash,
		/// Length of the bytes, without salt and tag.
		len: u32,
	},
}

/// What a requester asks of the nodes (Symbiont §3.2). Defaults restrict nothing.
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
#[serde(rename_all = "camelCase", default)]
pub struct JobConstraints {
	/// Class of the job.
	pub class: JobClass,
	/// What set it off.
	pub trigger: TriggerKind,
	/// Blocks within which the job has to be completed, from dispatch.
	pub timeout_blocks: Option<BlockNumber>,
	/// Jurisdictions to stay within, besides those of the clause.
	pub jurisdictions: BoundedVec<Jurisdiction, ConstU32<MAX_LIST>>,
	/// Least trust of a node, in parts of 10⁶.
	pub min_trust: u32,
	/// Least quality of a node, in parts of 10⁶.
	pub min_quality: u32,
	/// Nodes whose score counts 1.2 times.
	pub preferred: BoundedVec<NodeId, ConstU32<MAX_LIST>>,
	/// Nodes that must not be asked.
	pub excluded: BoundedVec<NodeId, ConstU32<MAX_LIST>>,
	/// Who may vouch for a node's hardware, besides what the clause says; empty: every vendor.
	pub vendors: BoundedVec<Vendor, ConstU32<MAX_LIST>>,
	/// Risk class whose quote policy a node's platform has to meet, if that is stricter than the clause's.
	pub tier: Option<RiskClass>,
	/// Only nodes under sovereign control, whatever the clause says.
	pub sovereign_only: bool,
	/// What the nodes must not share, besides what the clause says.
	pub spread: Spread,
	/// Jobs of one requester with the same group go to the same node, for as long as it is eligible (NSF §4.10.6).
	pub collocate: Option<u32>,
	/// Several nodes in place of one, and one answer out of theirs. Only where the clause's mode is a single node.
	pub ensemble: Option<Ensemble>,
	/// X25519 key that the output is sealed to. Only together with a sealed input.
	pub output_key: Option<EncryptionKey>,
	/// The most that the requester pays, fees included; `None`: whatever the limits of the clause can cost.
	pub max_price: Option<Balance>,
}

impl Default for JobConstraints {
	fn default() -> Self {
		Self {
			class: JobClass::Normal,
			trigger: TriggerKind::Manual,
			timeout_blocks: None,
			jurisdictions: Default::default(),
			min_trust: 0,
			min_quality: 0,
			preferred: Default::default(),
			excluded: Default::default(),
			vendors: Default::default(),
			tier: None,
			sovereign_only: false,
			spread: Spread::default(),
			collocate: None,
			ensemble: None,
			output_key: None,
			max_price: None,
		}
	}
}

/// Why a job did not reach a result.
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
pub enum FailureReason {
	/// The nodes agree that the program fails.
	Program(FailureCode),
	/// Every attempt went unanswered.
	Silence,
	/// The nodes never agreed.
	NoQuorum,
	/// Governance ended it.
	Governance,
	/// The requester did not seal its input in time.
	InputLate,
}

/// Where a job stands.
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
pub enum JobStatus {
	/// In its class queue. Left by an assignment, `cancel`, the timeout, or a pause.
	Pending,
	/// Waits for sealed inputs. Left when they are there, or late.
	AwaitingInput,
	/// Held back by a switch over its clause, class or jurisdiction.
	Paused,
	/// Assigned; nobody has acknowledged yet. Left by an acknowledgement or its deadline.
	Scheduled,
	/// Acknowledged by at least one node. Left by quorum, or by the deadline.
	Running,
	/// Has a result. Left by a dispute, or pruned after the challenge window.
	Completed,
	/// Final: no result; refunded.
	Failed(FailureReason),
	/// Final: not placed or not done within its timeout; refunded.
	Expired,
	/// Final: withdrawn before it was assigned; refunded.
	Cancelled,
	/// Frozen. Left by the verdict.
	Disputed,
	/// Final: the result was replaced by a sovereign vote.
	Overridden,
	/// Final: the result was found bad, its nodes slashed.
	Slashed,
	/// Waits for the vote of DAO and jurisdiction: its mode asks no nodes, or they could not agree. Left by the vote, by
	/// `cancel`, or by the timeout.
	AwaitingVote,
}

impl JobStatus {
	/// Whether nothing can change any more, but pruning.
	pub const fn is_final(&self) -> bool {
		matches!(
			self,
			Self::Failed(_) | Self::Expired | Self::Cancelled | Self::Overridden | Self::Slashed
		)
	}

	/// Whether nodes work on it.
	pub const fn is_assigned(&self) -> bool {
		matches!(self, Self::Scheduled | Self::Running)
	}
}

/// What has become of a seat.
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
pub enum SeatState {
	/// Assigned; not acknowledged.
	Assigned,
	/// Acknowledged at the block named.
	Acknowledged(BlockNumber),
	/// Delivered a CAC at the block named.
	Delivered(BlockNumber),
	/// Committed to a result at the block named; to be shown once all have committed.
	Committed(BlockNumber),
}

/// One node's place in one job.
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
pub struct Seat {
	/// Who sits.
	pub node: NodeId,
	/// The attempt that this seat belongs to. A backup that steps in gets the next one.
	pub attempt: Attempt,
	/// Fresh for every attempt; signed statements carry it.
	pub nonce: Hash,
	/// The lease under which the node was assigned.
	pub lease: LeaseId,
	/// The key that has to sign.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: SigningKey,
	/// The score it was chosen with, in parts of 10⁹.
	pub score: u64,
	/// Block of assignment.
	pub assigned_at: BlockNumber,
	/// First block at which silence counts as refusal.
	pub ack_by: BlockNumber,
	/// First block at which a result is too late.
	pub deliver_by: BlockNumber,
	/// What has become of it.
	pub state: SeatState,
}

/// Seats of a job.
pub type Seats = BoundedVec<Seat, ConstU32<MAX_VOTERS>>;
/// Nodes waiting to step in, best first.
pub type Backups = BoundedVec<NodeId, ConstU32<MAX_BACKUPS>>;

/// All that the verification of a signed message needs to know of a job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct JobTerms {
	/// Number of the job.
	pub job: JobId,
	/// Clause.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// How nodes have to agree.
	pub mode: ExecutionMode,
	/// What one execution may use.
	pub limits: ResourceLimits,
	/// Where it stands.
	pub status: JobStatus,
	/// Who sits.
	pub seats: Seats,
	/// Attempt of the round: the one under which its seats were first given.
	pub round: Attempt,
	/// Hash of the ciphertext, if the input is sealed and there.
	pub ciphertext: Option<Hash>,
	/// Key that outputs are sealed to, if the requester asked for that.
	pub output_key: Option<EncryptionKey>,
	/// Nodes commit to their results before they show them.
	pub commit_reveal: bool,
	/// First block at which what was committed to can be shown; `None` while nodes still commit.
	pub reveal_from: Option<BlockNumber>,
	/// Attempt of the backup committee, while one decides: only its seats count now.
	pub committee: Option<Attempt>,
}

impl JobTerms {
	/// Seats whose votes count now: those of the committee, if one decides; all otherwise.
	pub fn voting(&self) -> impl Iterator<Item = &Seat> {
		self.seats.iter().filter(|seat| self.counts(seat))
	}

	/// Whether the vote of a seat counts now.
	pub fn counts(&self, seat: &Seat) -> bool {
		self.committee.is_none_or(|attempt| seat.attempt == attempt)
	}
}

/// How a job ends well.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Settlement {
	/// Whether the agreed outcome is a success, or the program's own failure. Of an ensemble: the answer made of theirs.
	pub outcome: Result<Hash, FailureCode>,
	/// Who agreed, with the usage that each signed: they are paid.
	pub agreed: BoundedVec<(NodeId, ResourceUsage), ConstU32<MAX_VOTERS>>,
	/// Who delivered something else: not paid, marked.
	pub dissented: BoundedVec<NodeId, ConstU32<MAX_VOTERS>>,
	/// Who delivered something that says nothing about the result (an explicit failure): not paid, and no worse than
	/// silent.
	pub failed: BoundedVec<NodeId, ConstU32<MAX_VOTERS>>,
}

/// What a switch holds back.
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
pub enum PauseSubject {
	/// Jobs of one clause.
	Clause(ClauseId),
	/// Jobs of one class.
	Class(JobClass),
	/// Nodes of one jurisdiction: they are not asked; jobs that can go nowhere else are held back.
	Jurisdiction(Jurisdiction),
}
