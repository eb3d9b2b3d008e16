//! Plain data of disputes: nothing here knows the pallet.

use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	cac::{CacV1, SignedCac},
	clause::MAX_VOTERS,
	hashing::tagged,
	node::Misconduct,
	units::{CDT, DAYS},
	AccountId, Attempt, Balance, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::Permill;

/// Most nodes that one verdict finds guilty: as many as can sit on a job, its backup committee included.
pub const MAX_CULPRITS: u32 = MAX_VOTERS;
/// Longest that governance may let a dispute freeze a job, in blocks: a year.
pub const MAX_DURATION: BlockNumber = 365 * DAYS;
/// So many times the bond doubles for one job; from then on it stays.
pub const MAX_DOUBLINGS: u32 = 16;
/// Domain of the evidence hash of an equivocation.
pub const EQUIVOCATION_DOMAIN: &[u8] = b"concordat/equivocation/v1";

/// What a dispute is about (DESIGN §11).
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
pub enum DisputeClass {
	/// The wrong nodes were asked.
	Scheduling,
	/// The job was done late or badly.
	Performance,
	/// The wrong was paid.
	Economic,
	/// Somebody cheated.
	Security,
	/// A policy was not kept.
	Governance,
}

/// Nodes found guilty, and of what; at most one entry for a node.
pub type Culprits = BoundedVec<(NodeId, Misconduct), ConstU32<MAX_CULPRITS>>;

/// What arbiters decide.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Verdict {
	/// There is nothing in it: the job goes on, the opener's bond goes to the treasury.
	Rejected,
	/// The result is bad: the job is slashed, the bond returns, and the culprits lose stake.
	Upheld {
		/// Who is guilty of what. May be empty: a bad program has no guilty node.
		culprits: Culprits,
		/// Whether the clause takes no new jobs until its owner or governance frees it.
		suspend_clause: bool,
	},
	/// It cannot be judged: the job goes on, the bond returns, nobody is guilty.
	Wonky,
}

impl Verdict {
	/// How many nodes have to be slashed.
	pub fn culprit_count(&self) -> u32 {
		match self {
			Self::Upheld { culprits, .. } => culprits.len() as u32,
			Self::Rejected | Self::Wonky => 0,
		}
	}
}

/// How a dispute ended.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Resolution {
	/// Arbiters found nothing in it; the bond was forfeited.
	#[codec(index = 0)]
	Rejected,
	/// Arbiters found the result bad; the bond returned.
	#[codec(index = 1)]
	Upheld {
		/// Who was found guilty of what.
		culprits: Culprits,
		/// Whether the clause was stopped.
		suspend_clause: bool,
	},
	/// Arbiters could not judge; the bond returned.
	#[codec(index = 2)]
	Wonky,
	/// Nobody judged in time, which counts as wonky: the bond returned, but for what it costs to have kept nodes from
	/// their work.
	#[codec(index = 3)]
	TimedOut,
	/// Two certificates prove that a node equivocated; there was nothing to judge.
	#[codec(index = 4)]
	Equivocation {
		/// The node.
		node: NodeId,
		/// The attempt for which it signed two statements.
		attempt: Attempt,
	},
	/// DAO and jurisdiction have voted about the job, so that there is nothing left to judge; the bond returned.
	#[codec(index = 5)]
	Overridden,
}

impl Resolution {
	/// Whether somebody disputed a job to no avail: the next bond for the job is then twice as high.
	pub const fn came_to_nothing(&self) -> bool {
		matches!(self, Self::Rejected | Self::Wonky | Self::TimedOut)
	}
}

/// Where a dispute stands. Later states (evidence, tiers of a court) take the next indices.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum DisputeStatus {
	/// The job is frozen and the bond held. Left by `resolve`, by a sovereign vote about the job, or by itself at the block
	/// named.
	#[codec(index = 0)]
	Open {
		/// First block at which it resolves as wonky.
		until: BlockNumber,
	},
	/// Final.
	#[codec(index = 1)]
	Resolved {
		/// Block in which it was resolved.
		at: BlockNumber,
		/// How it ended.
		resolution: Resolution,
	},
}

impl DisputeStatus {
	/// The code in a receipt; see the table in the crate head.
	pub const fn code(&self) -> u8 {
		match self {
			Self::Open { .. } => 0,
			Self::Resolved { resolution: Resolution::Rejected, .. } => 1,
			Self::Resolved { resolution: Resolution::Upheld { .. }, .. } => 2,
			Self::Resolved { resolution: Resolution::Wonky, .. } => 3,
			Self::Resolved { resolution: Resolution::TimedOut, .. } => 4,
			Self::Resolved { resolution: Resolution::Equivocation { .. }, .. } => 5,
			Self::Resolved { resolution: Resolution::Overridden, .. } => 6,
		}
	}

	/// The block of its timeout, while it is open.
	pub const fn open_until(&self) -> Option<BlockNumber> {
		match self {
			Self::Open { until } => Some(*until),
			Self::Resolved { .. } => None,
		}
	}

	/// In words, for clients.
	pub fn to_text(&self) -> String {
		match self {
			Self::Open { until } => format!("open until block {until}"),
			Self::Resolved { at, resolution } => {
				format!("resolved in block {at}: {}", resolution.to_text())
			},
		}
	}
}

impl Resolution {
	/// In words, for clients.
	pub fn to_text(&self) -> String {
		match self {
			Self::Rejected => "rejected, bond forfeited".into(),
			Self::Upheld { culprits, suspend_clause } => {
				let mut text = String::from("upheld");
				for (node, misconduct) in culprits {
					text.push_str(&format!(", node {node} guilty of {misconduct:?}"));
				}
				if *suspend_clause {
					text.push_str(", clause suspended");
				}
				text
			},
			Self::Wonky => "wonky, nobody is guilty".into(),
			Self::TimedOut => "wonky, nobody judged in time".into(),
			Self::Equivocation { node, attempt } => {
				format!("node {node} signed two statements for attempt {attempt}")
			},
			Self::Overridden => "overridden by a sovereign vote".into(),
		}
	}
}

/// What the chain keeps of a dispute, for good.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Dispute {
	/// Job that it is about.
	pub job: JobId,
	/// Who opened it and has the bond on hold; `None` for one that the chain opened, and for an equivocation.
	pub opener: Option<AccountId>,
	/// What it is about.
	pub class: DisputeClass,
	/// Hash of the evidence.
	pub evidence: Hash,
	/// What was held of the opener; it is on hold as long as the dispute is open.
	pub bond: Balance,
	/// How much of it goes to the treasury if nobody judges: nothing, unless nodes were at work on the job.
	pub forfeit: Balance,
	/// Block of opening.
	pub opened_at: BlockNumber,
	/// Where it stands.
	pub status: DisputeStatus,
}

/// What governance may change.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
	/// What is held of whoever is the first to dispute a job; at least the existential deposit, so that the treasury
	/// can always take it. It doubles with every dispute of the same job that came to nothing.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub bond: Balance,
	/// Most disputes that one account has open. At least 1.
	pub max_open: u32,
	/// Blocks after which an open dispute resolves by itself; 1 to [`MAX_DURATION`].
	pub max_duration: BlockNumber,
	/// Share of the bond that is lost if nobody judges a dispute that was opened while nodes were at work.
	pub run_forfeit: Permill,
}

impl Default for Params {
	/// 10 CDT; four disputes; 14 days (DESIGN §11); a fifth.
	fn default() -> Self {
		Self {
			bond: 10 * CDT,
			max_open: 4,
			max_duration: 14 * DAYS,
			run_forfeit: Permill::from_percent(20),
		}
	}
}

impl Params {
	/// Whether the numbers make sense where no account may have less than `minimum`.
	pub const fn is_valid(&self, minimum: Balance) -> bool {
		self.bond > 0
			&& self.bond >= minimum
			&& self.max_open > 0
			&& self.max_duration > 0
			&& self.max_duration <= MAX_DURATION
	}

	/// The bond for a job of which `earlier` disputes came to nothing.
	pub const fn bond_after(&self, earlier: u32) -> Balance {
		let doublings = if earlier < MAX_DOUBLINGS { earlier } else { MAX_DOUBLINGS };
		self.bond.saturating_mul(1 << doublings)
	}
}

/// The one thing that an honest enclave signs once: `(genesis, job, attempt, nonce, node)`.
pub fn subject(body: &CacV1) -> (Hash, JobId, Attempt, Hash, NodeId) {
	(body.genesis, body.job, body.attempt, body.nonce, body.node)
}

/// Names a pair of certificates, in whatever order they are given:
/// Blake2-256 over `SCALE(("concordat/equivocation/v1", (lesser digest, greater digest)))`.
pub fn equivocation_hash(a: &SignedCac, b: &SignedCac) -> Hash {
	let (a, b) = (a.digest(), b.digest());
	tagged(EQUIVOCATION_DOMAIN, &(a.min(b), a.max(b)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_bond_should_double_up_to_a_point_and_never_overflow() {
		let params = Params { bond: 10, ..Default::default() };
		let bonds = [0, 1, 2, 16, 17, u32::MAX].map(|earlier| params.bond_after(earlier));
		assert_eq!(bonds, [10, 20, 40, 655_360, 655_360, 655_360]);
		let params = Params { bond: u128::MAX / 2, ..params };
		assert_eq!(params.bond_after(3), u128::MAX);
	}

	#[test]
	fn state_codes_should_be_those_of_the_documentation() {
		let resolved = |resolution| DisputeStatus::Resolved { at: 1, resolution }.code();
		assert_eq!(DisputeStatus::Open { until: 1 }.code(), 0);
		assert_eq!(resolved(Resolution::Rejected), 1);
		let upheld = Resolution::Upheld { culprits: Default::default(), suspend_clause: false };
		assert_eq!(resolved(upheld), 2);
		assert_eq!(resolved(Resolution::Wonky), 3);
		assert_eq!(resolved(Resolution::TimedOut), 4);
		assert_eq!(resolved(Resolution::Equivocation { node: 1, attempt: 1 }), 5);
		assert_eq!(resolved(Resolution::Overridden), 6);
	}
}
