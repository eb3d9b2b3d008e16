//! Forgetting: half-lives, brought up to date in O(1).
//!
//! A value that was written at `from` and is looked at at `to` is multiplied by `2^(−n/16)`, where `n` counts the
//! sixteenths of the half-life whose *boundaries on the chain's own grid* lie between the two. On a fixed grid, unlike
//! with elapsed time rounded down, no time is lost between two looks however close they are: [`steps`] is additive
//! exactly. Whole half-lives are shifts, and exact; the fifteen powers in between come from a table, so that looking
//! twice differs from looking once by rounding alone: at most 2 units.

use crate::{units::*, BlockNumber};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Steps in one half-life: fine enough that no step takes more than 4.3 % (no cliff to wait for), coarse enough for a
/// small table.
pub const STEPS: u32 = 16;

/// `2^(32 − k/16)`, rounded.
const POWERS: [u64; STEPS as usize] = [
	0x1_0000_0000,
	0x0_f525_7d15,
	0x0_eac0_c6e8,
	0x0_e0cc_deec,
	0x0_d744_fccb,
	0x0_ce24_8c15,
	0x0_c567_2a11,
	0x0_bd08_a39f,
	0x0_b504_f334,
	0x0_ad58_3eea,
	0x0_a5fe_d6aa,
	0x0_9ef5_3261,
	0x0_9837_f052,
	0x0_91c3_d374,
	0x0_8b95_c1e4,
	0x0_85aa_c368,
];

/// How fast things are forgotten: half-lives in blocks (2 s), each at least 1.
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
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Tempo {
	/// Of what a node has given: how long a burst of work weighs on the balance.
	pub reciprocity: BlockNumber,
	/// Of a connection's distance from the one of a stranger.
	pub connection: BlockNumber,
	/// Of a threat belief.
	pub threat: BlockNumber,
	/// Of what an originator has already said about a node.
	pub voice: BlockNumber,
	/// Of the fees that an originator has paid to the network.
	pub standing: BlockNumber,
}

impl Default for Tempo {
	/// - reciprocity, five minutes: some tens of ordinary jobs. Shorter, and one burst looks like an overload; longer,
	///   and traffic returns too late to a node that has recovered.
	/// - connection, a week: who works together on weekdays still knows each other on Monday.
	/// - threat, a day: one wrong answer (θ = 1/4) is nearly forgotten after a week, and a node that is repaired is
	///   asked again within days without anybody deciding so.
	/// - voice, an hour: an originator's opinion of one node counts for at most about three hops an hour, which
	///   is some seventy a day: enough to learn in a day, far from enough to drown others.
	/// - standing, thirty days: has to be kept up by being a customer.
	fn default() -> Self {
		Self {
			reciprocity: 5 * MINUTES,
			connection: 7 * DAYS,
			threat: DAYS,
			voice: HOURS,
			standing: 30 * DAYS,
		}
	}
}

impl Tempo {
	/// Longest half-life.
	pub const LONGEST: BlockNumber = 365 * DAYS;

	/// Whether every half-life is between one block and a year.
	pub fn is_valid(&self) -> bool {
		[self.reciprocity, self.connection, self.threat, self.voice, self.standing]
			.iter()
			.all(|blocks| (1..=Self::LONGEST).contains(blocks))
	}
}

/// Steps of the grid between two blocks; none if `to` is not after `from`. For any `a ≤ b ≤ c`,
/// `steps(a, c) = steps(a, b) + steps(b, c)`, up to the saturation, which is far beyond where anything is left.
pub fn steps(half_life: BlockNumber, from: BlockNumber, to: BlockNumber) -> u32 {
	let boundaries =
		|block: BlockNumber| u64::from(block) * u64::from(STEPS) / u64::from(half_life.max(1));
	let crossed = boundaries(to.max(from)).saturating_sub(boundaries(from));
	u32::try_from(crossed).unwrap_or(u32::MAX)
}

/// `2^(32 − k/16)` for the part of `steps` that is no whole half-life, and the whole ones.
fn power(steps: u32) -> (u64, u32) {
	let part = POWERS.get((steps % STEPS) as usize).copied().unwrap_or_default();
	(part, steps / STEPS)
}

/// `value · 2^(−steps/16)`, rounded down. Monotone in both; exact for whole half-lives.
pub fn fade(value: u32, steps: u32) -> u32 {
	let (part, halvings) = power(steps);
	// value < 2³² and part ≤ 2³²: the product fits.
	let faded = (u64::from(value) * part) >> 32;
	faded.checked_shr(halvings).unwrap_or(0) as u32
}

/// [`fade`] for money.
pub fn fade_wide(value: u64, steps: u32) -> u64 {
	let (part, halvings) = power(steps);
	let faded = (u128::from(value) * u128::from(part)) >> 32;
	faded.checked_shr(halvings).unwrap_or(0) as u64
}

/// What is left of a distance from `rest`: the value comes back to it from either side.
pub fn relax(value: u32, rest: u32, steps: u32) -> u32 {
	if value >= rest {
		rest + fade(value - rest, steps)
	} else {
		rest - fade(rest - value, steps)
	}
}
