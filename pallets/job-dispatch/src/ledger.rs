//! Queues and totals: what nearly every step of a job changes, in one record. Plain data; nothing here knows `Config`.

use crate::types::{AGAIN_ORIGIN, QUEUE_ORIGIN};
use codec::{Decode, Encode, MaxEncodedLen};
use concordat_primitives::job::{JobClass, JobStatus};
use scale_info::TypeInfo;

/// Places of a line: `head ≤ place < tail`, some of them empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Line {
	/// Place of the next job.
	pub head: u64,
	/// First place behind the last job.
	pub tail: u64,
}

impl Default for Line {
	fn default() -> Self {
		Self { head: AGAIN_ORIGIN, tail: AGAIN_ORIGIN }
	}
}

/// The queue of one class: places `head ≤ place < tail`, some of them empty. Jobs that could not be placed wait in a line
/// of their own, which is served every other turn: a flood of jobs that nobody can run takes no more than half of
/// what its class gets from those that somebody can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Ring {
	/// Place of the next job.
	pub head: u64,
	/// First place behind the last job.
	pub tail: u64,
	/// Those that could not be placed at the first try.
	pub again: Line,
	/// Whether they are served next, if there is a choice.
	pub again_next: bool,
	/// Jobs in both lines.
	pub live: u32,
	/// Jobs of the class that wait beside it: held back, or resting after tries that failed.
	pub aside: u32,
	/// Turns that the class has left.
	pub credit: u32,
}

impl Default for Ring {
	fn default() -> Self {
		Self {
			head: QUEUE_ORIGIN,
			tail: QUEUE_ORIGIN,
			again: Line::default(),
			again_next: false,
			live: 0,
			aside: 0,
			credit: 0,
		}
	}
}

impl Ring {
	/// Ends of both lines, first tries first.
	pub const fn ends(&self) -> (u64, u64) {
		(self.tail, self.again.tail)
	}

	/// Whether there are places before these ends.
	pub const fn has_before(&self, ends: (u64, u64)) -> bool {
		self.head < ends.0 || self.again.head < ends.1
	}

	/// Whether the next turn goes to those that could not be placed before.
	pub const fn again_is_next(&self, ends: (u64, u64)) -> bool {
		self.again.head < ends.1 && (self.again_next || self.head >= ends.0)
	}
}

/// The four queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Rings {
	/// Disaster activation.
	pub critical: Ring,
	/// Before ordinary ones.
	pub high: Ring,
	/// Ordinary.
	pub normal: Ring,
	/// Whenever there is room.
	pub low: Ring,
}

impl Rings {
	/// The queue of a class.
	pub const fn get(&self, class: JobClass) -> &Ring {
		match class {
			JobClass::Critical => &self.critical,
			JobClass::High => &self.high,
			JobClass::Normal => &self.normal,
			JobClass::Low => &self.low,
		}
	}

	/// The queue of a class, to change it.
	pub fn get_mut(&mut self, class: JobClass) -> &mut Ring {
		match class {
			JobClass::Critical => &mut self.critical,
			JobClass::High => &mut self.high,
			JobClass::Normal => &mut self.normal,
			JobClass::Low => &mut self.low,
		}
	}

	/// Jobs in all queues.
	pub fn live(&self) -> u32 {
		JobClass::ALL.iter().fold(0, |sum, class| sum.saturating_add(self.get(*class).live))
	}
}

/// Queues and totals: what nearly every step of a job changes, in one record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Books {
	/// Heads, tails and turns of the queues.
	pub rings: Rings,
	/// Totals, for dashboards.
	pub totals: Counters,
}

/// Totals of this pallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Counters {
	/// Jobs ever dispatched: the number of the last one.
	pub jobs: u64,
	/// Jobs that wait, in the queues or beside them.
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
	/// Backup committees seated, ever.
	pub escalations: u64,
	/// Results that were committed to and not shown, ever. They count as missed deadlines, too.
	pub withheld: u64,
}

impl Counters {
	/// Follows a job from one state to the next.
	pub fn moved(&mut self, from: JobStatus, to: JobStatus) {
		let step = |count: &mut u32, was: bool, is: bool| match (was, is) {
			(false, true) => *count = count.saturating_add(1),
			(true, false) => *count = count.saturating_sub(1),
			_ => (),
		};
		step(&mut self.queued, waits(from), waits(to));
		step(&mut self.assigned, from.is_assigned(), to.is_assigned());
		// A verdict that lets a result stand does not complete the job once more.
		if to == JobStatus::Completed && from != JobStatus::Disputed {
			self.completed = self.completed.saturating_add(1);
		}
		if matches!(to, JobStatus::Failed(_) | JobStatus::Expired) {
			self.failed = self.failed.saturating_add(1);
		}
	}

	/// Whether a step from one state to the next changes no total: then there is nothing to write.
	pub const fn ignore(from: JobStatus, to: JobStatus) -> bool {
		(waits(from) && waits(to)) || (from.is_assigned() && to.is_assigned())
	}
}

/// Whether a job in this state waits for nodes.
const fn waits(status: JobStatus) -> bool {
	matches!(status, JobStatus::Pending | JobStatus::AwaitingInput | JobStatus::Paused)
}
