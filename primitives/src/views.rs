//! What clients read: SCALE over runtime APIs, JSON over RPC. Money is a decimal string in JSON.

use crate::{
	attest::{
		Lease, LeaseRefusal, Measurement, MeasurementStatus, PlatformId, RiskClasses, Vendor,
	},
	cac::SignedCac,
	clause::{ClauseSpec, ClauseStatus, RiskClass},
	job::{JobClass, JobStatus, Seat},
	node::{NodeSpec, NodeStatus},
	receipt::{ReceiptBody, RollupHeader},
	routing::Factors,
	AccountId, Attempt, Balance, BlockNumber, ClauseId, DisputeId, Hash, JobId, LeaseId, NodeId,
	ReceiptId,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use concordat_attestation::{
	policy::{QuotePolicy, Standing, Workload},
	source::{Piece, Slot},
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most rows of one page, whatever is asked.
pub const MAX_PAGE: u32 = 100;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
	/// Rows, in the order of their numbers.
	pub items: Vec<T>,
	/// Where the next page starts; `None` at the end.
	pub next: Option<u64>,
}

/// A clause.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClauseView {
	/// Name and version.
	pub id: ClauseId,
	/// Account of the owner.
	pub owner: AccountId,
	/// Where it stands.
	pub status: ClauseStatus,
	/// What it is.
	pub spec: ClauseSpec,
	/// Jobs running now.
	pub open_jobs: u32,
	/// Failures in a row.
	pub failures: u32,
	/// Block of registration.
	pub registered_at: BlockNumber,
}

/// A job and its history.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
	/// Number.
	pub id: JobId,
	/// Who asked.
	pub requester: AccountId,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// Class.
	pub class: JobClass,
	/// `(k, n)`: equal results needed and nodes asked.
	pub quorum: (u8, u8),
	/// Where it stands.
	pub status: JobStatus,
	/// Attempts made.
	pub attempts: Attempt,
	/// Held for it.
	#[serde(with = "crate::text::decimal")]
	pub escrow: Balance,
	/// Paid to nodes.
	#[serde(with = "crate::text::decimal")]
	pub paid: Balance,
	/// Who sits.
	pub seats: Vec<Seat>,
	/// Who would step in.
	pub backups: Vec<NodeId>,
	/// Block of dispatch.
	pub dispatched_at: BlockNumber,
	/// Block of the first assignment.
	pub assigned_at: Option<BlockNumber>,
	/// Block of the end.
	pub ended_at: Option<BlockNumber>,
	/// First block at which it expires.
	pub expires_at: BlockNumber,
	/// Why it still waits, if it does.
	pub waiting: Option<String>,
	/// Output, if it has one and the chain still keeps it. On a page of a list: what was decided, once it was.
	pub result: Option<ResultView>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultView {
	/// Certificates that the chain accepted, with the block of each. Left out on a page of a list.
	pub cacs: Vec<(BlockNumber, SignedCac)>,
	/// Receipt, once there is one.
	pub receipt: Option<ReceiptId>,
	/// Block in which the nodes agreed.
	pub decided_at: Option<BlockNumber>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
	/// Number.
	pub id: NodeId,
	/// Account that controls it.
	pub controller: AccountId,
	/// Key of its heartbeats.
	pub operator_key: Hash,
	/// What its operator said.
	pub spec: NodeSpec,
	/// Where it stands.
	pub status: NodeStatus,
	/// Own stake, frozen part included.
	#[serde(with = "crate::text::decimal")]
	pub stake: Balance,
	/// Frozen by slashes within their appeal window.
	#[serde(with = "crate::text::decimal")]
	pub frozen: Balance,
	/// Block of the last heartbeat.
	pub last_heartbeat: BlockNumber,
	/// Jobs that it works on.
	pub running: u16,
	/// Trust and quality, in parts of 10⁶.
	pub reputation: (u32, u32),
	/// Present lease.
	pub lease: Option<LeaseView>,
}

/// A lease and whether it counts now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseView {
	/// The lease.
	pub lease: Lease,
	/// Why it does not count now, if it does not.
	pub refusal: Option<LeaseRefusal>,
}

/// A piece of collateral that the chain holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CollateralView {
	/// Where it lies.
	pub slot: Slot,
	/// Unix time in seconds at which its vendor made it; 0 for a certificate.
	pub issued: u64,
	/// Unix time in seconds up to which it counts, inclusive.
	pub not_after: u64,
	/// Number of the TCB evaluation; 0 where there is no such thing.
	pub evaluation: u32,
	/// Block in which it was posted.
	pub posted_at: BlockNumber,
	/// No hardware vendor stands behind it.
	pub simulated: bool,
}

/// A measurement on the chain's allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeasurementView {
	/// The measurement.
	pub measurement: Measurement,
	/// Where it stands.
	pub status: MeasurementStatus,
}

/// Why a platform does not meet the quote policy of a risk class.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ClassRefusal {
	/// The class.
	pub class: RiskClass,
	/// Which check fails, and by how much.
	pub why: concordat_attestation::Error,
}

/// What the chain would say to evidence now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AppraisalView {
	/// The machine.
	pub platform: PlatformId,
	/// How it stands, under the most lenient policy there can be.
	pub standing: Standing,
	/// The code on it, and what it bound itself to.
	pub workload: Workload,
	/// Risk classes whose policy it meets.
	pub classes: RiskClasses,
	/// Why it does not meet the others.
	pub refusals: Vec<ClassRefusal>,
	/// Where its measurement stands on the allow-list.
	pub measurement: Option<MeasurementStatus>,
	/// Node whose live lease holds the platform.
	pub platform_held_by: Option<NodeId>,
}

/// What is announced, or only supposed, for a forecast.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(clippy::large_enum_variant)] // a handful, in a request
pub enum Announcement {
	/// Collateral that its vendor has published and nobody has posted.
	#[codec(index = 0)]
	Collateral(Piece),
	/// A quote policy for a risk class.
	#[codec(index = 1)]
	Policy(RiskClass, QuotePolicy),
	/// The time, in Unix seconds, at which to look.
	#[codec(index = 2)]
	At(u64),
}

/// Why and when a lease stops to count for a risk class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ForecastCause {
	/// Its time is over; it has to be renewed.
	#[codec(index = 0)]
	LeaseEnds,
	/// Its measurement stops to count.
	#[codec(index = 1)]
	MeasurementEnds,
	/// The root of trust above it is no longer trusted.
	#[codec(index = 2)]
	AnchorRemoved,
	/// This check fails.
	#[codec(index = 3)]
	Evidence(concordat_attestation::Error),
}

/// Why and when a lease stops to count for a risk class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ForecastRefusal {
	/// The class.
	pub class: RiskClass,
	/// From when on, as Unix time in seconds; a time that has passed means at once.
	pub at: u64,
	/// Why.
	pub why: ForecastCause,
}

/// What becomes of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ForecastView {
	/// Node.
	pub node: NodeId,
	/// Lease.
	pub lease: LeaseId,
	/// Who vouches.
	pub vendor: Vendor,
	/// No hardware stands behind it.
	pub simulated: bool,
	/// Classes that it meets now.
	pub now: RiskClasses,
	/// Classes that it would meet under what is announced.
	pub then: RiskClasses,
	/// For each class that it meets now, or would have met: when it ends, and why.
	pub refusals: Vec<ForecastRefusal>,
}

/// One candidate of a routing decision.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingView {
	/// Node.
	pub node: NodeId,
	/// Score in parts of 10⁹, if it is eligible.
	pub score: Option<u64>,
	/// Each factor.
	pub factors: Factors,
	/// Why it would not be asked.
	pub excluded: Option<String>,
}

/// A receipt with all that is needed to check it against its rollup.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptProof {
	/// The receipt.
	pub body: ReceiptBody,
	/// SCALE of the receipt: what the leaf hashes.
	#[serde(with = "crate::text::hex_bytes")]
	pub encoded: Vec<u8>,
	/// Place within the rollup.
	pub index: u32,
	/// Siblings from the leaf to the root.
	pub path: Vec<Hash>,
	/// The rollup.
	pub rollup: RollupHeader,
}

/// Where a receipt stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
	/// The receipt.
	pub body: ReceiptBody,
	/// Epoch that it is in.
	pub epoch: u32,
	/// Place within the epoch.
	pub index: u32,
	/// Whether the epoch is closed: only then there is a proof.
	pub anchored: bool,
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisputeView {
	/// Number.
	pub id: DisputeId,
	/// Job.
	pub job: JobId,
	/// Who opened it; `None` for an automatic case.
	pub opener: Option<AccountId>,
	/// Hash of the evidence.
	pub evidence: Hash,
	/// What the opener holds at stake.
	#[serde(with = "crate::text::decimal")]
	pub bond: Balance,
	/// Where it stands, in words.
	pub state: String,
	/// Block of opening.
	pub opened_at: BlockNumber,
}

/// Totals, for dashboards.
#[derive(
	Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
	/// Jobs ever dispatched.
	pub jobs: u64,
	/// Jobs in the queues.
	pub queued: u32,
	/// Jobs that nodes work on.
	pub assigned: u32,
	/// Jobs completed, ever.
	pub completed: u64,
	/// Jobs failed or expired, ever.
	pub failed: u64,
	/// Seats lost to silence, ever.
	pub missed_deadlines: u64,
	/// Results that dissented from their quorum, ever.
	pub dissents: u64,
	/// Nodes registered now.
	pub nodes: u32,
	/// Nodes that take jobs now.
	pub active_nodes: u32,
	/// Leases on record.
	pub leases: u32,
	/// Receipts ever.
	pub receipts: u64,
	/// Rollups ever.
	pub rollups: u32,
}
