//! The routing score and its factors.

use super::{FLOOR, LATENCY_CLASSES, ONE, PREFERENCE, SCORE_ONE};
use crate::BlockNumber;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The factors of one score, each in parts of 10⁶.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Factors {
	/// Global trust `T`.
	pub trust: u32,
	/// Quality for the capability `q_cap`.
	pub quality: u32,
	/// Jobs running over capacity.
	pub load: u32,
	/// Connection `φ_conn`: `w_ij`, or [`W_INIT`].
	pub connection: u32,
	/// Threat belief `θ` of the originator.
	pub threat: u32,
	/// [`PREFERENCE`] for a preferred node, else [`ONE`].
	pub preference: u32,
	/// How much of the lease is left.
	pub freshness: u32,
	/// How near the node is.
	pub proximity: u32,
}

impl Factors {
	/// The product, in parts of 10⁹. Monotone in every factor: up in all but load and threat.
	pub fn score(&self) -> u64 {
		let one = u128::from(ONE);
		let part = |value: u32| u128::from(value.min(ONE));
		let factors = [
			part(self.quality),
			one - part(self.load),
			part(self.connection),
			one - part(self.threat),
			u128::from(self.preference.min(PREFERENCE)),
			part(self.freshness),
			part(self.proximity),
		];
		// Starts at 10⁹ · 10⁶, so that seven divisions lose less than 7 · 10⁻⁹.
		let start = u128::from(SCORE_ONE) * part(self.trust);
		let product = factors.into_iter().fold(start, |acc, factor| acc * factor / one);
		(product / one) as u64
	}
}

/// Jobs running over capacity, in parts of 10⁶; full when there is no capacity.
pub fn load(running: u16, capacity: u16) -> u32 {
	if capacity == 0 {
		return ONE;
	}
	(u64::from(running) * u64::from(ONE) / u64::from(capacity)).min(u64::from(ONE)) as u32
}

/// Falls linearly from 1 at issue to [`FLOOR`] at expiry.
pub fn freshness(issued_at: BlockNumber, expires_at: BlockNumber, now: BlockNumber) -> u32 {
	let span = u64::from(expires_at.saturating_sub(issued_at));
	let left = u64::from(expires_at.saturating_sub(now)).min(span);
	if span == 0 {
		return FLOOR;
	}
	FLOOR + (u64::from(ONE - FLOOR) * left / span) as u32
}

/// Falls linearly from 1 for class 0 to [`FLOOR`] for the farthest.
pub fn proximity(latency_class: u8) -> u32 {
	let steps = u32::from(LATENCY_CLASSES) - 1;
	ONE - (ONE - FLOOR) * u32::from(latency_class).min(steps) / steps
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::routing::{ewma, NEUTRAL};

	fn perfect() -> Factors {
		Factors {
			trust: ONE,
			quality: ONE,
			load: 0,
			connection: ONE,
			threat: 0,
			preference: ONE,
			freshness: ONE,
			proximity: ONE,
		}
	}

	#[test]
	fn the_score_is_the_product_of_its_factors() {
		assert_eq!(perfect().score(), SCORE_ONE);
		assert_eq!(Factors { preference: PREFERENCE, ..perfect() }.score(), SCORE_ONE * 6 / 5);
		assert_eq!(Factors { load: ONE, ..perfect() }.score(), 0);
		assert_eq!(Factors { threat: ONE, ..perfect() }.score(), 0);
		let f = Factors { trust: 500_000, quality: 500_000, load: 500_000, ..perfect() };
		assert_eq!(f.score(), SCORE_ONE / 8);
	}

	#[test]
	fn the_score_is_monotone_and_bounded() {
		let mut state = 7u64;
		let mut next = || {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
			(state >> 40) as u32 % (ONE + 1)
		};
		for _ in 0..10_000 {
			let f = Factors {
				trust: next(),
				quality: next(),
				load: next(),
				connection: next(),
				threat: next(),
				preference: ONE,
				freshness: next(),
				proximity: next(),
			};
			let s = f.score();
			assert!(s <= SCORE_ONE);
			assert!(Factors { trust: ONE, ..f }.score() >= s);
			assert!(Factors { load: 0, ..f }.score() >= s);
			assert!(Factors { threat: ONE, ..f }.score() <= s);
			assert!(Factors { preference: PREFERENCE, ..f }.score() >= s);
		}
	}

	#[test]
	fn freshness_and_proximity_stay_between_the_floor_and_one() {
		assert_eq!(freshness(0, 100, 0), ONE);
		assert_eq!(freshness(0, 100, 100), FLOOR);
		assert_eq!(freshness(5, 5, 5), FLOOR);
		assert_eq!(freshness(50, 100, 10), ONE);
		assert_eq!(proximity(0), ONE);
		assert_eq!(proximity(7), FLOOR);
		assert_eq!(proximity(255), FLOOR);
	}

	#[test]
	fn load_is_full_without_capacity() {
		assert_eq!(load(0, 0), ONE);
		assert_eq!(load(1, 4), ONE / 4);
		assert_eq!(load(9, 4), ONE);
	}

	#[test]
	fn the_average_stays_within_its_values() {
		assert_eq!(ewma(ONE, ONE), ONE);
		assert_eq!(ewma(0, 0), 0);
		assert_eq!(ewma(NEUTRAL, ONE), 562_500);
		assert_eq!(ewma(u32::MAX, u32::MAX), ONE);
	}
}
