//! What the pallet keeps. No `Config` here.

use crate::{forecast::Pauses, quota::Bucket};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	bundle::{
		reading::{SourceKind, SourceSpec},
		trigger::{Cause, Condition, FiringCounts, TriggerId, TriggerSpec, TriggerStatus},
		BundleSpec,
	},
	job::{JobConstraints, PauseSubject},
	text::decimal,
	units::{CDT, DAYS, HOURS, MICRO_CDT, MILLI_CDT},
	AccountId, Balance, BlockNumber, ClauseId, Hash, Jurisdiction,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most triggers that the readings of one source set off.
pub const MAX_WATCHERS: u32 = 64;
/// Most triggers of one owner that the end of one clause's jobs sets off.
pub const MAX_DEPENDANTS: u32 = 16;
/// Most pauses that others than governance have standing at a time: half of the switches that job-dispatch has.
pub const MAX_STANDING: u32 = 16;
/// All of a risk.
pub const CERTAIN: u32 = 1_000_000;

/// Triggers on a source.
pub type Watching = BoundedVec<TriggerId, ConstU32<MAX_WATCHERS>>;
/// Triggers that wait for jobs of a clause.
pub type Waiting = BoundedVec<TriggerId, ConstU32<MAX_DEPENDANTS>>;

/// Pauses that stand, with the first block at which each no longer does.
pub type StandingPauses = BoundedVec<(PauseSubject, BlockNumber), ConstU32<MAX_STANDING>>;

/// What governance can change without an upgrade. Blocks are 2 s.
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
pub struct Params {
	/// Held for a source.
	#[serde(with = "decimal")]
	pub source_deposit: Balance,
	/// Held for a trigger, besides [`Self::deposit_byte`].
	#[serde(with = "decimal")]
	pub trigger_deposit: Balance,
	/// Held for each byte of a trigger's spec.
	#[serde(with = "decimal")]
	pub deposit_byte: Balance,
	/// Taken out of the funding each time that the hook takes a firing up, whatever comes of it: it pays for that work.
	#[serde(with = "decimal")]
	pub firing_fee: Balance,
	/// Times that a firing is tried again when its bundle is stale or its job cannot be opened.
	pub max_retries: u8,
	/// Blocks from one try to the next.
	pub retry_after: BlockNumber,
	/// Firings in a row without a job after which a trigger is stopped.
	pub max_failures: u32,
	/// Blocks from one reading of a source that costs nothing to the next.
	pub free_interval: BlockNumber,
	/// Readings of one block that cost nothing, of all sources.
	pub free_per_block: u32,
	/// Risk from which on a forecast pauses what it is about, in parts of 10⁶.
	pub risk_threshold: u32,
	/// Longest time of one forecast.
	pub max_forecast: BlockNumber,
	/// In any span of this length …
	pub forecast_span: BlockNumber,
	/// … forecasts pause a subject for no more blocks than this.
	pub forecast_total: BlockNumber,
	/// Longest time for which a burst is opened to all classes.
	pub max_burst: BlockNumber,
	/// Share of each block that the hook may use, in percent.
	pub hook_share: u8,
}

impl Default for Params {
	fn default() -> Self {
		Self {
			source_deposit: CDT,
			trigger_deposit: CDT / 2,
			deposit_byte: 100 * MICRO_CDT,
			firing_fee: MILLI_CDT,
			max_retries: 3,
			retry_after: 5,
			max_failures: 10,
			free_interval: 15,
			free_per_block: 16,
			risk_threshold: 700_000,
			max_forecast: 12 * HOURS,
			forecast_span: 7 * DAYS,
			forecast_total: 2 * DAYS,
			max_burst: 3 * DAYS,
			hook_share: 10,
		}
	}
}

impl Params {
	/// Whether the numbers make sense, the room of the hook aside.
	pub fn are_valid(&self) -> bool {
		self.retry_after > 0
			&& self.max_retries <= 16
			&& self.max_failures > 0
			&& self.free_interval > 0
			&& (1..=CERTAIN).contains(&self.risk_threshold)
			&& self.max_forecast > 0
			&& self.max_forecast <= self.forecast_total
			&& self.forecast_total < self.forecast_span
			&& self.max_burst > 0
			&& (1..=50).contains(&self.hook_share)
	}
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Source {
	/// Who registered it.
	pub owner: AccountId,
	/// What its owner says about it.
	pub spec: SourceSpec,
	/// Sequence and block of observation of the last reading that was ever accepted.
	pub last: Option<(u64, BlockNumber)>,
	/// Block of the last reading that cost nothing.
	pub last_free: Option<BlockNumber>,
	/// Held for it.
	pub deposit: Balance,
}

/// The part of a trigger that changes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Trigger {
	/// Who owns it, and pays.
	pub owner: AccountId,
	/// Clause and version.
	pub clause: ClauseId,
	/// What sets it off.
	pub condition: Condition,
	/// Blocks from one firing to the next.
	pub cooldown: BlockNumber,
	/// First block at which it fires no more.
	pub until: Option<BlockNumber>,
	/// Jobs that it opens, at most.
	pub max_firings: u32,
	/// Held for its records.
	pub deposit: Balance,
	/// Held for its jobs.
	pub funding: Balance,
	/// Where it stands.
	pub status: TriggerStatus,
	/// What became of its firings.
	pub counts: FiringCounts,
	/// Block of the last firing that came to a job or was refused.
	pub last_fired: Option<BlockNumber>,
	/// A firing is on the agenda that no other may join: it was set off by a reading, a vote or the owner.
	pub pending: bool,
	/// Of a schedule: the first window that has not been taken up.
	pub next_window: u32,
	/// Of a schedule: the block of the agenda at which [`Self::next_window`] is, unless it is on none.
	pub armed: Option<BlockNumber>,
}

/// The part of a trigger that does not change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Order {
	/// What its jobs run on.
	pub input: BundleSpec,
	/// What is asked of the nodes.
	pub constraints: JobConstraints,
}

impl Trigger {
	/// Whether nothing can set it off any more.
	pub fn is_over(&self, now: BlockNumber) -> bool {
		self.counts.opened >= self.max_firings || self.until.is_some_and(|until| now >= until)
	}

	/// Whether the last firing is too recent for another one. Windows of a schedule keep their own distance.
	pub fn is_cooling(&self, now: BlockNumber) -> bool {
		self.last_fired.is_some_and(|last| now < last.saturating_add(self.cooldown))
	}

	/// Whether a reading, a vote or the owner may set it off now.
	pub fn is_ready(&self, now: BlockNumber) -> bool {
		self.status == TriggerStatus::Active
			&& !self.pending
			&& !self.is_over(now)
			&& !self.is_cooling(now)
	}

	/// What its owner said about it, with the funding that is left.
	pub fn spec(&self, order: Order) -> TriggerSpec {
		TriggerSpec {
			clause: self.clause.clone(),
			condition: self.condition.clone(),
			input: order.input,
			constraints: order.constraints,
			cooldown: self.cooldown,
			until: self.until,
			max_firings: self.max_firings,
			funding: self.funding,
		}
	}
}

/// What is due at a block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Due {
	/// A window of a schedule.
	#[codec(index = 0)]
	Window {
		/// Trigger.
		trigger: TriggerId,
		/// Which window.
		window: u32,
	},
	/// A firing that something else set off, or that is tried again.
	#[codec(index = 1)]
	Firing {
		/// Trigger.
		trigger: TriggerId,
		/// What set it off.
		cause: Cause,
		/// Tries so far.
		tries: u8,
	},
}

/// A forecast, and the pauses of its subject so far.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
	/// Who declared it; `None`: governance.
	pub by: Option<AccountId>,
	/// Risk, in parts of 10⁶.
	pub risk: u32,
	/// Hash of what it is founded on.
	pub evidence: Hash,
	/// Block of the declaration.
	pub declared_at: BlockNumber,
	/// First block at which it no longer holds.
	pub until: BlockNumber,
	/// Whether it pauses its subject.
	pub pauses: bool,
	/// When the subject was paused, in the span that counts.
	pub history: Pauses,
}

impl Forecast {
	/// Whether it holds now.
	pub fn holds(&self, now: BlockNumber) -> bool {
		now < self.until
	}
}

/// Whose quota.
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
pub enum QuotaScope {
	/// Jobs of the clauses that this account owns: a DAO's account for a DAO.
	#[codec(index = 0)]
	Dao(AccountId),
	/// Jobs that are bound to this jurisdiction.
	#[codec(index = 1)]
	Jurisdiction(Jurisdiction),
}

/// A quota, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Allowance {
	/// What is left.
	pub bucket: Bucket,
	/// First block at which the burst is for critical jobs alone again.
	pub burst_until: Option<BlockNumber>,
}

/// A quota, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct QuotaView {
	/// What governance allows.
	pub quota: crate::quota::Quota,
	/// Jobs that any class can open now.
	pub left: u32,
	/// Jobs that can be opened now out of the burst besides.
	pub burst_left: u32,
	/// Whether the burst is open to every class, and up to which block.
	pub burst_until: Option<BlockNumber>,
}

/// Whether a source of this kind can set off this condition.
pub fn kind_fits(condition: &Condition, kind: SourceKind) -> bool {
	match condition {
		Condition::Sensor { .. } => kind == SourceKind::Sensor,
		Condition::Simulation { .. } => kind == SourceKind::Simulation,
		_ => false,
	}
}
