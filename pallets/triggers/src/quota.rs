//! Token buckets. Pure arithmetic, exact: no refill is ever rounded.
//!
//! A quota of `jobs` in `window` blocks refills `jobs / window` jobs a block. A bucket counts in units of `1 / window` of a
//! job: a block adds `jobs` units, a job takes `window` units, and a full bucket has `jobs · window`. All of it fits 64
//! bits. The burst is a second bucket with the same window and a size of its own.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::BlockNumber;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// How many jobs may be opened.
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
pub struct Quota {
	/// Jobs in a window. Zero: none.
	pub jobs: u32,
	/// Length of the window in blocks, at least 1.
	pub window: BlockNumber,
	/// Jobs in a window besides, for critical ones alone, unless governance opens the burst to all.
	pub burst: u32,
}

impl Quota {
	/// Whether every job that this quota allows is one that `other` allows too: in a row, over time, and of the burst.
	pub fn is_within(&self, other: &Self) -> bool {
		let rate = |jobs: u32, window: BlockNumber| u64::from(jobs) * u64::from(window);
		let slower = |mine: u32, theirs: u32| {
			mine <= theirs && rate(mine, other.window) <= rate(theirs, self.window)
		};
		slower(self.jobs, other.jobs) && slower(self.burst, other.burst)
	}
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Bucket {
	/// The quota.
	pub quota: Quota,
	/// Units left, as of [`Self::at`].
	level: u64,
	/// Units of the burst left, as of [`Self::at`].
	burst: u64,
	/// Block of the last refill.
	at: BlockNumber,
}

impl Bucket {
	/// A full one.
	pub fn new(quota: Quota, now: BlockNumber) -> Self {
		let full = Self { quota, level: u64::MAX, burst: u64::MAX, at: now };
		full.capped()
	}

	/// The bucket of another quota, with no more jobs in it than were in this one: whoever changes a quota refills
	/// nothing.
	pub fn with(self, quota: Quota, now: BlockNumber) -> Self {
		let before = self.at_block(now);
		let convert = |units: u64| {
			let product = u128::from(units) * u128::from(quota.window);
			let converted = product.checked_div(self.quota.window.into()).unwrap_or(0);
			u64::try_from(converted).unwrap_or(u64::MAX)
		};
		let (level, burst) = (convert(before.level), convert(before.burst));
		Self { quota, level, burst, at: now }.capped()
	}

	/// The bucket as it is at `now`.
	pub fn at_block(self, now: BlockNumber) -> Self {
		let elapsed = u64::from(now.saturating_sub(self.at));
		let refill = |units: u64, jobs: u32| units.saturating_add(elapsed * u64::from(jobs));
		Self {
			level: refill(self.level, self.quota.jobs),
			burst: refill(self.burst, self.quota.burst),
			at: self.at.max(now),
			..self
		}
		.capped()
	}

	/// The bucket after one job; `None` if there is no room. The burst is touched last, and only if it may be.
	pub fn take(self, now: BlockNumber, burst_too: bool) -> Option<Self> {
		let bucket = self.at_block(now);
		let price = u64::from(self.quota.window);
		if let Some(level) = bucket.level.checked_sub(price) {
			return Some(Self { level, ..bucket });
		}
		let burst = bucket.burst.checked_sub(price).filter(|_| burst_too)?;
		Some(Self { burst, ..bucket })
	}

	/// Jobs left: of the quota, and of the burst.
	pub fn jobs(&self) -> (u32, u32) {
		let whole = |units: u64| {
			let jobs = units.checked_div(self.quota.window.into()).unwrap_or(0);
			u32::try_from(jobs).unwrap_or(u32::MAX)
		};
		(whole(self.level), whole(self.burst))
	}

	/// Whether there is nothing in it that does not fit.
	pub fn is_valid(&self) -> bool {
		self.quota.window > 0 && *self == self.capped()
	}

	fn capped(self) -> Self {
		let full = |jobs: u32| u64::from(jobs) * u64::from(self.quota.window);
		Self {
			level: self.level.min(full(self.quota.jobs)),
			burst: self.burst.min(full(self.quota.burst)),
			..self
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The naive bucket: fractions of a job as numerators over the window, refilled block by block.
	struct Naive {
		quota: Quota,
		level: u128,
		burst: u128,
	}

	impl Naive {
		fn tick(&mut self) {
			let Quota { jobs, window, burst } = self.quota;
			self.level = (self.level + u128::from(jobs)).min(u128::from(jobs) * u128::from(window));
			self.burst =
				(self.burst + u128::from(burst)).min(u128::from(burst) * u128::from(window));
		}

		fn take(&mut self, burst_too: bool) -> bool {
			let price = u128::from(self.quota.window);
			if self.level >= price {
				self.level -= price;
				true
			} else if burst_too && self.burst >= price {
				self.burst -= price;
				true
			} else {
				false
			}
		}
	}

	fn dice(state: &mut u64, sides: u64) -> u64 {
		*state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(*state >> 33) % sides
	}

	#[test]
	fn a_bucket_does_what_one_refilled_block_by_block_does() {
		let mut state = 7;
		for round in 0..200 {
			let quota = Quota {
				jobs: dice(&mut state, 12) as u32,
				window: 1 + dice(&mut state, 40) as u32,
				burst: dice(&mut state, 5) as u32,
			};
			let mut now = 100;
			let mut bucket = Bucket::new(quota, now);
			let full = |jobs: u32| u128::from(jobs) * u128::from(quota.window);
			let mut naive = Naive { quota, level: full(quota.jobs), burst: full(quota.burst) };
			for step in 0..500 {
				for _ in 0..dice(&mut state, 9) {
					now += 1;
					naive.tick();
				}
				let critical = dice(&mut state, 3) == 0;
				let taken = bucket.take(now, critical);
				assert_eq!(taken.is_some(), naive.take(critical), "{round} {step} {quota:?}");
				bucket = taken.unwrap_or(bucket);
				assert!(bucket.is_valid());
			}
		}
	}

	#[test]
	fn no_window_takes_more_than_twice_its_jobs() {
		let quota = Quota { jobs: 5, window: 20, burst: 0 };
		let mut bucket = Bucket::new(quota, 0);
		let mut taken = alloc::vec::Vec::new();
		for now in 0..1_000u32 {
			while let Some(next) = bucket.take(now, true) {
				bucket = next;
				taken.push(now);
			}
		}
		// A full bucket, and then its rate for ever: exactly.
		assert_eq!(taken.len(), 5 + 999 * 5 / 20);
		for from in 0..980 {
			let within = taken.iter().filter(|at| (from..from + 20).contains(*at)).count();
			assert!(within <= 10, "{from}: {within}");
		}
	}

	#[test]
	fn the_largest_quota_does_not_overflow() {
		let quota = Quota { jobs: u32::MAX, window: u32::MAX, burst: u32::MAX };
		let bucket = Bucket::new(quota, 0);
		let left = bucket.take(0, true).unwrap();
		assert_eq!(left.jobs(), (u32::MAX - 1, u32::MAX));
		assert_eq!(left.at_block(u32::MAX), Bucket { at: u32::MAX, ..bucket });
	}

	#[test]
	fn another_quota_refills_nothing() {
		let quota = Quota { jobs: 10, window: 100, burst: 2 };
		let mut bucket = Bucket::new(quota, 0);
		for _ in 0..8 {
			bucket = bucket.take(0, false).unwrap();
		}
		assert_eq!(bucket.jobs(), (2, 2));
		let wider = bucket.with(Quota { jobs: 50, window: 10, burst: 9 }, 0);
		assert_eq!(wider.jobs(), (2, 2));
		let narrower = bucket.with(Quota { jobs: 1, window: 7, burst: 0 }, 0);
		assert_eq!(narrower.jobs(), (1, 0));
	}

	#[test]
	fn tighter_is_tighter_in_a_row_and_over_time() {
		let other = Quota { jobs: 10, window: 100, burst: 3 };
		assert!(other.is_within(&other));
		assert!(Quota { jobs: 5, window: 50, burst: 1 }.is_within(&other));
		assert!(!Quota { jobs: 5, window: 49, burst: 1 }.is_within(&other), "quicker");
		assert!(!Quota { jobs: 11, window: 200, burst: 1 }.is_within(&other), "more in a row");
		assert!(!Quota { jobs: 10, window: 100, burst: 4 }.is_within(&other), "more burst");
		assert!(!Quota { jobs: 1, window: 50, burst: 3 }.is_within(&other), "a quicker burst");
	}
}
