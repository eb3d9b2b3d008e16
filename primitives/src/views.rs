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
	routing::{CapabilityState, Factors},
	trust::TieView,
	AccountId, Attempt, Balance, BlockNumber, ClauseId, DisputeId, Hash, JobId, LeaseId, NodeId,
	ReceiptId,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
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
	/// The output, in hex, if it lies on chain for all to read: also an answer that was made of several. Left out on a page
	/// of a list.
	pub output: Option<String>,
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

/// Why a node is not asked.
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
pub enum Exclusion {
	/// The requester does not want it.
	Excluded,
	/// It sat in the round that failed.
	AlreadyAsked,
	/// It stands outside the job's jurisdictions.
	Jurisdiction,
	/// Its jurisdiction is paused.
	Paused,
	/// It does not run under sovereign control.
	NotSovereign,
	/// Its evidence is simulated.
	Simulated,
	/// The clause does not accept its measurement.
	Measurement,
	/// Its lease ends before the result would be due.
	LeaseEnding,
	/// It was silent, or declined, a short while ago.
	CoolingDown,
	/// It has no room for another job.
	Full,
	/// Its load is above 0.95.
	Overloaded,
	/// It has too little left of what the job needs: memory, cores, storage, bandwidth or accelerators.
	Resources,
	/// Its trust is below what is asked.
	Trust,
	/// Its quality for the capability is below what is asked.
	Quality,
	/// Its platform does not meet the quote policy of the risk class that is asked.
	RiskClassNotMet,
	/// It does not hold a credential that the clause demands of nodes.
	CredentialMissing,
	/// Its hardware is vouched for by a vendor that is not accepted.
	Vendor,
	/// Its operator says that it does not perform the capability now.
	Unavailable,
	/// The originator holds it for a threat.
	Threat,
	/// Its lease does not count now for what is asked.
	Lease,
}

impl Exclusion {
	/// The reason in words.
	pub const fn text(self) -> &'static str {
		match self {
			Self::Excluded => "excluded by the requester",
			Self::AlreadyAsked => "sat in the round that failed",
			Self::Jurisdiction => "outside the job's jurisdictions",
			Self::Paused => "its jurisdiction is paused",
			Self::NotSovereign => "not under sovereign control",
			Self::Simulated => "its evidence is simulated",
			Self::Measurement => "its measurement is not accepted by the clause",
			Self::LeaseEnding => "its lease ends before the result would be due",
			Self::CoolingDown => "cooling down after a silence",
			Self::Full => "at capacity",
			Self::Overloaded => "load above 0.95",
			Self::Resources => "too little left of what the job needs",
			Self::Trust => "trust below what is asked",
			Self::Quality => "quality below what is asked",
			Self::RiskClassNotMet => {
				"its platform does not meet the quote policy of the clause's risk class"
			},
			Self::CredentialMissing => "without a credential that the clause demands of nodes",
			Self::Vendor => "its hardware comes from a vendor that is not accepted",
			Self::Unavailable => "its operator says that it does not perform the capability now",
			Self::Threat => "a threat, as far as the originator knows",
			Self::Lease => "its lease does not count now",
		}
	}
}

/// One candidate of a routing decision: each factor of its score, what it follows from, and why it would not be asked.
/// Parts are of 10⁶.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingView {
	/// Node.
	pub node: NodeId,
	/// Score in parts of 10⁹, if it is eligible.
	pub score: Option<u64>,
	/// Each factor.
	pub factors: Factors,
	/// What is known of the capability that is asked for.
	pub state: CapabilityState,
	/// Jobs under this capability over the node's capacity, in parts. The factor `load` counts all its jobs.
	pub capability_load: u32,
	/// `Q_agg`: the average of its qualities by volume, in parts.
	pub aggregate: u32,
	/// What the originator has learnt of it; `None` for a stranger.
	pub tie: Option<TieView>,
	/// Why it would not be asked.
	pub exclusion: Option<Exclusion>,
	/// The same in words, with more detail where there is some.
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

/// A workflow. Its steps come by themselves, in pages.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowView {
	/// Number.
	pub id: crate::workflow::WorkflowId,
	/// Who asked, and pays.
	pub owner: AccountId,
	/// Its shape.
	pub kind: crate::workflow::WorkflowKind,
	/// Where it stands.
	pub status: crate::workflow::WorkflowStatus,
	/// Commitment to its input.
	pub input: Hash,
	/// [`crate::workflow::WorkflowSpec::hash`].
	pub spec: Hash,
	/// How the last outputs become one.
	pub merge: Option<crate::ensemble::Aggregation>,
	/// Its steps.
	pub steps: u8,
	/// Steps with a result.
	pub completed: u8,
	/// Steps with a job.
	pub running: u8,
	/// Steps whose job is to be opened.
	pub ready: u8,
	/// What goes with it now: who ran which step, and what came out.
	pub context: crate::workflow::Context,
	/// Hash of its result.
	pub result: Option<Hash>,
	/// The result itself, in hex, if it lies on chain.
	pub output: Option<String>,
	/// Held for its records.
	#[serde(with = "crate::text::decimal")]
	pub deposit: Balance,
	/// Held for jobs to come.
	#[serde(with = "crate::text::decimal")]
	pub reserve: Balance,
	/// Block of submission.
	pub submitted_at: BlockNumber,
	/// First block at which it expires.
	pub expires_at: BlockNumber,
	/// Block of its end.
	pub ended_at: Option<BlockNumber>,
}

/// A step of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
	/// Its place.
	pub step: crate::workflow::StepIndex,
	/// What runs.
	pub clause: ClauseId,
	/// Steps whose outputs it needs.
	pub depends_on: Vec<crate::workflow::StepIndex>,
	/// Where it stands.
	pub status: crate::workflow::StepStatus,
	/// Jobs opened for it in this round.
	pub tries: u8,
	/// Times that it is tried again.
	pub retries: u8,
	/// Its present or last job.
	pub job: Option<JobId>,
	/// Hash of its output.
	pub output: Option<Hash>,
	/// The node from which its dependants are routed.
	pub node: Option<NodeId>,
	/// Why its last job has no result.
	pub fault: Option<crate::workflow::StepFault>,
}

/// A source of readings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
	/// Number.
	pub id: crate::bundle::reading::SourceId,
	/// Who registered it.
	pub owner: AccountId,
	/// What its owner says about it.
	pub spec: crate::bundle::reading::SourceSpec,
	/// Sequence and block of the last reading that was ever accepted.
	pub last: Option<(u64, BlockNumber)>,
	/// Readings that the chain keeps.
	pub kept: u32,
	/// Whether its newest reading counts now.
	pub fresh: bool,
	/// Triggers that its readings set off.
	pub watchers: u32,
	/// Held for it.
	#[serde(with = "crate::text::decimal")]
	pub deposit: Balance,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerView {
	/// Number.
	pub id: crate::bundle::trigger::TriggerId,
	/// Who owns it, and pays.
	pub owner: AccountId,
	/// What its owner says about it. Its funding is what is left now.
	pub spec: crate::bundle::trigger::TriggerSpec,
	/// Where it stands.
	pub status: crate::bundle::trigger::TriggerStatus,
	/// What became of its firings.
	pub counts: crate::bundle::trigger::FiringCounts,
	/// Block of the last firing that came to a job or was refused.
	pub last_fired: Option<BlockNumber>,
	/// Block of the next window, of a schedule that runs.
	pub next_window: Option<BlockNumber>,
	/// The last firings that came to a job.
	pub firings: Vec<crate::bundle::trigger::FiringRecord>,
	/// Held for it, besides the funding.
	#[serde(with = "crate::text::decimal")]
	pub deposit: Balance,
}
