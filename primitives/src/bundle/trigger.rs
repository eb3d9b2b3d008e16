//! What sets a job off (NSF orchestration protocols §4.10.3), and what became of it.

use super::{
	reading::{Fixed, KeptReading, ReadingValue, SourceId, MAX_READINGS},
	BundleError, BundleSpec,
};
use crate::{
	clause::TriggerKind,
	job::{JobConstraints, JobStatus},
	Balance, BlockNumber, ClauseId, Hash, JobId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Number of a trigger; never used again.
pub type TriggerId = u32;
/// Firings that a trigger remembers.
pub const MAX_FIRINGS_KEPT: u32 = 16;

/// What a reading is held against.
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
pub enum Comparison {
	/// Every reading will do, documents too.
	#[codec(index = 0)]
	Any,
	/// A number above this one.
	#[codec(index = 1)]
	Above(Fixed),
	/// A number below this one.
	#[codec(index = 2)]
	Below(Fixed),
	/// A number from the first to the second, both included.
	#[codec(index = 3)]
	Between(Fixed, Fixed),
	/// A number that differs from the one before it by at least this much, up or down.
	#[codec(index = 4)]
	Change(Fixed),
}

/// What sets a trigger off.
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
pub enum Condition {
	/// A reading of a sensor after which the newest `sustained` readings all compare as said, none of them observed more than the
	/// source's `max_age` after the one before. Every such reading counts: the trigger's cooldown says how often.
	#[codec(index = 0)]
	Sensor {
		/// Source.
		source: SourceId,
		/// What each reading is held against.
		comparison: Comparison,
		/// Readings in a row, at least 1.
		sustained: u8,
	},
	/// The same for the outcome of a simulation.
	#[codec(index = 1)]
	Simulation {
		/// Source.
		source: SourceId,
		/// What each outcome is held against.
		comparison: Comparison,
		/// Outcomes in a row, at least 1.
		sustained: u8,
	},
	/// The blocks `start + n · every`, for `n` from 0 to `count − 1`.
	#[codec(index = 2)]
	Schedule {
		/// The first.
		start: BlockNumber,
		/// From one to the next.
		every: BlockNumber,
		/// How many.
		count: u32,
	},
	/// A vote: governance, or the owner if that is a DAO, fires it.
	#[codec(index = 3)]
	Proposal,
	/// A job of this clause that a trigger of the same owner opened has a result.
	#[codec(index = 4)]
	Dependency {
		/// The clause.
		on: ClauseId,
	},
	/// The owner fires it.
	#[codec(index = 5)]
	Manual,
}

impl Comparison {
	/// Whether a number can be above, between, …
	fn is_valid(&self) -> bool {
		match self {
			Self::Between(low, high) => low <= high,
			Self::Change(by) => by.0 > 0,
			_ => true,
		}
	}

	/// Readings that one comparison looks at.
	const fn reach(&self) -> u8 {
		match self {
			Self::Change(_) => 2,
			_ => 1,
		}
	}

	/// Whether the last of `readings` compares as said.
	fn holds(&self, readings: &[KeptReading]) -> bool {
		let number = |reading: &KeptReading| match reading.value {
			ReadingValue::Number(number) => Some(number),
			ReadingValue::Document { .. } => None,
		};
		let Some((last, before)) = readings.split_last() else { return false };
		if *self == Self::Any {
			return true;
		}
		let Some(value) = number(last) else { return false };
		match self {
			Self::Any => true,
			Self::Above(threshold) => value > *threshold,
			Self::Below(threshold) => value < *threshold,
			Self::Between(low, high) => *low <= value && value <= *high,
			Self::Change(by) => before
				.last()
				.and_then(number)
				.is_some_and(|earlier| value.0.abs_diff(earlier.0) >= by.0.unsigned_abs()),
		}
	}
}

impl Condition {
	/// The kind that the clause has to accept.
	pub const fn kind(&self) -> TriggerKind {
		match self {
			Self::Sensor { .. } => TriggerKind::Sensor,
			Self::Simulation { .. } => TriggerKind::Simulation,
			Self::Schedule { .. } => TriggerKind::Schedule,
			Self::Proposal => TriggerKind::Proposal,
			Self::Dependency { .. } => TriggerKind::Dependency,
			Self::Manual => TriggerKind::Manual,
		}
	}

	/// Source whose readings set it off.
	pub const fn source(&self) -> Option<SourceId> {
		match self {
			Self::Sensor { source, .. } | Self::Simulation { source, .. } => Some(*source),
			_ => None,
		}
	}

	/// Whether it can ever hold.
	pub fn is_valid(&self) -> bool {
		match self {
			Self::Sensor { comparison, sustained, .. }
			| Self::Simulation { comparison, sustained, .. } => {
				let needed = u32::from(*sustained).saturating_add(comparison.reach().into());
				*sustained > 0 && needed <= MAX_READINGS.saturating_add(1) && comparison.is_valid()
			},
			Self::Schedule { every, count, .. } => *every > 0 && *count > 0,
			Self::Dependency { on } => on.is_valid(),
			Self::Proposal | Self::Manual => true,
		}
	}

	/// Block of the window `n` of a schedule.
	pub fn window(&self, n: u32) -> Option<BlockNumber> {
		match self {
			Self::Schedule { start, every, count } if n < *count => {
				every.checked_mul(n)?.checked_add(*start)
			},
			_ => None,
		}
	}

	/// First window of a schedule at or after `n` that comes after block `now`; `None` if there is none.
	pub fn window_after(&self, n: u32, now: BlockNumber) -> Option<u32> {
		let Self::Schedule { start, every, count } = self else { return None };
		let past = match now.checked_sub(*start) {
			Some(since) => since.checked_div(*every)?.checked_add(1)?,
			None => 0,
		};
		Some(past.max(n)).filter(|n| n < count && self.window(*n).is_some())
	}

	/// Whether the readings of its source, the oldest first, set it off. `max_age` is the longest time between two readings
	/// that belong together.
	pub fn is_met(&self, readings: &[KeptReading], max_age: BlockNumber) -> bool {
		let (Self::Sensor { comparison, sustained, .. }
		| Self::Simulation { comparison, sustained, .. }) = self
		else {
			return false;
		};
		let needed = usize::from(*sustained).saturating_add(usize::from(comparison.reach()) - 1);
		let Some(first) = readings.len().checked_sub(needed) else { return false };
		let Some(run) = readings.get(first..) else { return false };
		let together = run.windows(2).all(|pair| match pair {
			[a, b] => b.observed_at.saturating_sub(a.observed_at) <= max_age,
			_ => false,
		});
		together
			&& (0..usize::from(*sustained)).all(|back| {
				let end = run.len().saturating_sub(back);
				run.get(..end).is_some_and(|run| comparison.holds(run))
			})
	}
}

/// Everything that the owner of a trigger says about it.
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
pub struct TriggerSpec {
	/// Clause and version.
	pub clause: ClauseId,
	/// What sets it off.
	pub condition: Condition,
	/// What its jobs run on.
	pub input: BundleSpec,
	/// What is asked of the nodes. The kind of the trigger follows from the condition, whatever stands here.
	#[serde(default)]
	pub constraints: JobConstraints,
	/// Blocks from one firing to the next, at least 1. A schedule has its own: 0 there.
	pub cooldown: BlockNumber,
	/// First block at which it fires no more.
	#[serde(default)]
	pub until: Option<BlockNumber>,
	/// Jobs that it opens, at most.
	pub max_firings: u32,
	/// Set aside for its jobs.
	#[serde(with = "crate::text::decimal")]
	pub funding: Balance,
}

/// Why the chain stopped a trigger.
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
pub enum StopReason {
	/// Its funding does not pay for a firing.
	#[codec(index = 0)]
	NotFunded,
	/// Too many firings in a row did not come to a job.
	#[codec(index = 1)]
	Failures,
}

/// Where a trigger stands.
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
pub enum TriggerStatus {
	/// It fires. Left by `pause_trigger`, by the chain, or at its end.
	#[codec(index = 0)]
	Active,
	/// Its owner holds it back. Left by `resume_trigger`.
	#[codec(index = 1)]
	Paused,
	/// The chain stopped it. Left by `resume_trigger`.
	#[codec(index = 2)]
	Stopped(StopReason),
	/// Final: all its firings, windows or time are used up.
	#[codec(index = 3)]
	Ended,
}

/// What set a firing off.
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
pub enum Cause {
	/// A reading.
	#[codec(index = 0)]
	Reading {
		/// Its sequence.
		sequence: u64,
	},
	/// A window of a schedule.
	#[codec(index = 1)]
	Window(u32),
	/// A vote.
	#[codec(index = 2)]
	Proposal,
	/// The end of a job.
	#[codec(index = 3)]
	Dependency {
		/// The job.
		job: JobId,
		/// Hash of its output.
		output: Hash,
	},
	/// The owner.
	#[codec(index = 4)]
	Manual,
}

/// Why a firing did not come to a job, other than by a refusal of governance's filter.
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
pub enum MissReason {
	/// The trigger was paused or stopped.
	#[codec(index = 0)]
	Paused,
	/// The one before was too recent.
	#[codec(index = 1)]
	Cooldown,
	/// All firings are used up, or its time is over.
	#[codec(index = 2)]
	Ended,
	/// The funding does not pay for it.
	#[codec(index = 3)]
	NotFunded,
	/// There was no bundle.
	#[codec(index = 4)]
	Bundle(BundleError),
	/// The job could not be opened.
	#[codec(index = 5)]
	Job(sp_runtime::DispatchError),
	/// Governance's filter turned the job away for a reason that may pass; index as in the receipt of the dispatch.
	#[codec(index = 6)]
	Refused(u8),
}

impl From<sp_runtime::DispatchError> for MissReason {
	fn from(error: sp_runtime::DispatchError) -> Self {
		Self::Job(error)
	}
}

/// What became of the firings of a trigger.
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
pub struct FiringCounts {
	/// Came to a job.
	pub opened: u32,
	/// Were turned away by governance's filter.
	pub refused: u32,
	/// Were missed for any other reason, windows of a schedule during a pause included.
	pub missed: u32,
	/// Of the last ones, so many in a row did not come to a job although the trigger was active.
	pub failures: u32,
}

/// How the job of a firing ended.
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
pub enum FiringEnd {
	/// With this output, by its hash.
	#[codec(index = 0)]
	Completed(Hash),
	/// Without one.
	#[codec(index = 1)]
	Failed(JobStatus),
}

/// A firing that came to a job.
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
pub struct FiringRecord {
	/// Number, from 1.
	pub firing: u32,
	/// Its job.
	pub job: JobId,
	/// Block.
	pub at: BlockNumber,
	/// What set it off.
	pub cause: Cause,
	/// Commitment to the bundle.
	pub bundle: Hash,
	/// How the job ended, once it did.
	pub end: Option<FiringEnd>,
}

/// The last firings of a trigger, the oldest first.
pub type FiringRecords = BoundedVec<FiringRecord, ConstU32<MAX_FIRINGS_KEPT>>;
