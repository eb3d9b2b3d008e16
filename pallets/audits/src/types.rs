//! Plain data and pure rules of audits: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, RiskClass},
	hashing::tagged,
	job::{FailureReason, JobStatus},
	traits::JobEnd,
	Balance, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::DispatchError;

/// A rate of one: every job.
pub const PARTS: u32 = 1_000_000;
/// Most decided jobs that wait for their draw. They are drawn in the block after, so that this is about how many may be
/// decided in one block; a full block of 1 s has room for fewer certificates.
pub const MAX_UNDRAWN: u32 = 1_024;
/// Most drawn jobs that wait for room to be opened again.
pub const MAX_WAITING: u32 = 256;
/// Most audits that governance may have opened in one block.
pub const MAX_PER_BLOCK: u32 = 64;
/// Domain of the seed and of each draw.
pub const DRAW_DOMAIN: &[u8] = b"concordat/audit-draw/v1";
/// Domain of the evidence hash of a failed audit.
pub const EVIDENCE_DOMAIN: &[u8] = b"concordat/audit-evidence/v1";
/// How the nodes of an audit have to agree.
pub const AUDIT_MODE: ExecutionMode = ExecutionMode::Quorum { k: 2, n: 3 };

/// What came out of a job: hash of the output, or the program's failure.
pub type Tally = Result<Hash, FailureCode>;

/// A job that one node has decided.
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
)]
pub struct Candidate {
	/// The job.
	pub job: JobId,
	/// The node whose word decided it.
	pub node: NodeId,
}

impl Candidate {
	/// A number below [`PARTS`], each as likely as any other (but for 2⁻⁴⁴), that nobody knows without `seed`:
	/// the first 8 bytes, little-endian, of Blake2-256 over `SCALE((domain, (seed, job, node)))`, modulo [`PARTS`].
	pub fn draw(&self, seed: &[u8; 32]) -> u32 {
		let hash = tagged(DRAW_DOMAIN, &(seed, self.job, self.node));
		let mut first = [0; 8];
		for (to, from) in first.iter_mut().zip(hash.as_bytes()) {
			*to = *from;
		}
		(u64::from_le_bytes(first) % u64::from(PARTS)) as u32
	}
}

/// Jobs that wait for their draw.
pub type Undrawns = BoundedVec<Candidate, ConstU32<MAX_UNDRAWN>>;
/// Drawn jobs that wait for room, in the order of their draws.
pub type Waitings = BoundedVec<Candidate, ConstU32<MAX_WAITING>>;

/// How likely an audit is, by risk class of the clause; in parts of 10⁶.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rates {
	/// Routine clauses.
	pub low: u32,
	/// Ordinary ones.
	pub medium: u32,
	/// Financial or treaty-triggering ones. Several nodes run them, unless the clause says otherwise.
	pub high: u32,
	/// Disaster activation; as above.
	pub critical: u32,
}

impl Rates {
	/// The rate of a class.
	pub const fn of(&self, risk: RiskClass) -> u32 {
		match risk {
			RiskClass::Low => self.low,
			RiskClass::Medium => self.medium,
			RiskClass::High => self.high,
			RiskClass::Critical => self.critical,
		}
	}

	/// The highest: who draws no lower number is spared whatever its class.
	pub fn highest(&self) -> u32 {
		self.low.max(self.medium).max(self.high).max(self.critical)
	}
}

/// What governance may change.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
	/// How likely an audit is. Each at most [`PARTS`]; zero: never.
	pub rate: Rates,
	/// Most audits that are opened in one block; 1 to [`MAX_PER_BLOCK`]. Those that are drawn beyond wait.
	pub max_per_block: u32,
	/// Most audits that run at a time; at least 1. Those that are drawn beyond wait. It should be below the number of live
	/// jobs that the board allows an account, or they are turned away instead.
	pub max_running: u32,
}

impl Default for Params {
	/// 1 %, 5 %, 10 %, 20 %; eight in a block, 48 at a time (the board's default is 64 live jobs of an account). The crate
	/// head tells what the rates deter.
	fn default() -> Self {
		Self {
			rate: Rates { low: 10_000, medium: 50_000, high: 100_000, critical: 200_000 },
			max_per_block: 8,
			max_running: 48,
		}
	}
}

impl Params {
	/// Whether the numbers make sense.
	pub fn are_valid(&self) -> bool {
		self.rate.highest() <= PARTS
			&& (1..=MAX_PER_BLOCK).contains(&self.max_per_block)
			&& self.max_running > 0
	}
}

/// Where an audit stands.
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
pub enum AuditState {
	/// Other nodes run the job again. Left when their job ends.
	Running {
		/// What the audited node said.
		result: Tally,
	},
	/// Over.
	Ended {
		/// Block of the end.
		at: BlockNumber,
		/// Whether the others found the same; `None` if they could not tell.
		confirmed: Option<bool>,
	},
}

/// What the chain keeps of an audit.
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
pub struct Report {
	/// The node that had run the job.
	pub node: NodeId,
	/// The job that runs it again.
	pub by: JobId,
	/// Where the audit stands.
	pub state: AuditState,
}

impl Report {
	/// What the audited node said, while others check it.
	pub const fn running(&self) -> Option<Tally> {
		match self.state {
			AuditState::Running { result } => Some(result),
			AuditState::Ended { .. } => None,
		}
	}

	/// Whether others have found something else.
	pub const fn has_failed(&self) -> bool {
		matches!(self.state, AuditState::Ended { confirmed: Some(false), .. })
	}
}

/// Why a job is not audited.
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
)]
pub enum SkipReason {
	/// More jobs were decided than can wait for their draw: it was not drawn.
	#[codec(index = 0)]
	Overflow,
	/// It was drawn, but too many audits wait already.
	#[codec(index = 1)]
	NoRoom,
	/// It has been audited, or is being.
	#[codec(index = 2)]
	Known,
	/// The job, its result or its input is not there any more.
	#[codec(index = 3)]
	Gone,
	/// Its input or its output is sealed: nobody else can open it.
	#[codec(index = 4)]
	Sealed,
	/// An output that it depends on is not there any more, or is another one now.
	#[codec(index = 5)]
	Dependencies,
	/// It ended with a failure that honest nodes need not see alike.
	#[codec(index = 6)]
	NotComparable,
	/// The clause is gone, or runs another program or within other limits.
	#[codec(index = 7)]
	ClauseChanged,
	/// It is an audit itself.
	#[codec(index = 8)]
	Audit,
	/// Governance's filter turned the audit away: index of the refusal.
	#[codec(index = 9)]
	Refused(u8),
	/// It was not opened: the pallet's account cannot pay, or the board has no room.
	#[codec(index = 10)]
	NotOpened(DispatchError),
	/// The node's word does not stand any more: arbiters or a vote have replaced it.
	#[codec(index = 11)]
	Judged,
}

/// What has become of all that was said by one node, since genesis.
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
pub struct Totals {
	/// Jobs that were not drawn, because too many were decided at once.
	pub overflowed: u64,
	/// Jobs that the draw spared.
	pub spared: u64,
	/// Jobs that were drawn.
	pub drawn: u64,
	/// Drawn jobs that could not be audited.
	pub skipped: u64,
	/// Audits that governance ordered.
	pub ordered: u64,
	/// Audits opened, drawn or ordered.
	pub opened: u64,
	/// Audits that found the same.
	pub confirmed: u64,
	/// Audits that found something else.
	pub failed: u64,
	/// Audits that ended without a finding.
	pub undecided: u64,
}

impl Totals {
	/// Audits that run.
	pub const fn running(&self) -> u64 {
		self.opened.saturating_sub(self.ended())
	}

	/// Audits that have ended.
	pub const fn ended(&self) -> u64 {
		self.confirmed.saturating_add(self.failed).saturating_add(self.undecided)
	}
}

/// What the nodes of an audit have found, if they could tell. A failure that honest nodes need not see alike says nothing
/// about the one who is audited, even if two of three report it.
pub fn finding(end: &JobEnd) -> Option<Tally> {
	match end {
		JobEnd::Completed { output, .. } => Some(Ok(*output)),
		JobEnd::Failed(JobStatus::Failed(FailureReason::Program(code)))
			if code.is_deterministic() =>
		{
			Some(Err(*code))
		},
		JobEnd::Failed(_) => None,
	}
}

/// Whether what is on record of a job with this status is what its node has said. A vote puts other words in the place of the
/// node's, for which nobody may be blamed; a result that arbiters found bad is punished already.
pub const fn stands(status: &JobStatus) -> bool {
	matches!(
		status,
		JobStatus::Completed | JobStatus::Disputed | JobStatus::Failed(FailureReason::Program(_))
	)
}

/// Whether a result can be held against what others find.
pub fn is_comparable(tally: &Tally) -> bool {
	tally.as_ref().err().is_none_or(|code| code.is_deterministic())
}

/// Names what a failed audit has shown: Blake2-256 over
/// `SCALE(("concordat/audit-evidence/v1", (job, audit, result of the node, result of the others)))`.
pub fn evidence(job: JobId, audit: JobId, said: &Tally, found: &Tally) -> Hash {
	tagged(EVIDENCE_DOMAIN, &(job, audit, said, found))
}

/// The gain of one lazy job up to which laziness does not pay: `rate × certainty × slash`, where `rate` and `certainty`
/// (that an audit of a wrong result reaches the right verdict) are parts of 10⁶ and `slash` is what the node loses.
pub fn deterred_gain(rate: u32, certainty: u32, slash: Balance) -> Balance {
	let parts = Balance::from(PARTS);
	let chance = Balance::from(rate.min(PARTS)).saturating_mul(certainty.min(PARTS).into()) / parts;
	// The whole and the rest apart, so that no amount overflows.
	let (whole, rest) = (slash / parts, slash % parts);
	whole.saturating_mul(chance).saturating_add(rest.saturating_mul(chance) / parts)
}
