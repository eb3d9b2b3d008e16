//! Properties of the formulas, and simulations of what follows from them.

mod load_balancing;
mod properties;
mod remembering;
mod self_dealing;

use super::*;
use crate::{
	trust::{Hop, HopEnd, Tone},
	units::MICRO_CDT,
	Balance, CapabilityId, NodeId,
};

/// Cases that each property is tried on.
const CASES: u32 = 10_000;
/// Network fees of one seat of a job with three: (1 mCDT + 3 · 10 µCDT + 1 µCDT) / 3.
const SEAT_FEE: Balance = 343 * MICRO_CDT;
const ENDS: [HopEnd; 4] = [HopEnd::Agreed, HopEnd::Declined, HopEnd::Silent, HopEnd::Dissented];
const TONES: [Tone; 3] = [Tone::Early, Tone::Timely, Tone::Late];

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	fn below(&mut self, bound: u64) -> u64 {
		self.next() % bound
	}

	/// A part of 10⁶; the ends come up often.
	fn part(&mut self) -> u32 {
		match self.below(10) {
			0 => 0,
			1 => ONE,
			_ => self.below(u64::from(ONE) + 1) as u32,
		}
	}

	/// A part within `[−1, 1]`.
	fn signed(&mut self) -> i32 {
		let part = self.part() as i32;
		if self.below(2) == 0 {
			part
		} else {
			-part
		}
	}

	/// Any number, of any magnitude; the greatest comes up often.
	fn any(&mut self) -> u32 {
		match self.below(8) {
			0 => u32::MAX,
			_ => (self.next() as u32) >> self.below(32),
		}
	}

	fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
		list[self.below(list.len() as u64) as usize]
	}

	fn chance(&mut self, percent: u64) -> bool {
		self.below(100) < percent
	}
}

/// Runs a property on [`CASES`] cases.
fn for_all(seed: u64, mut property: impl FnMut(&mut Dice)) {
	let mut dice = Dice(seed);
	for _ in 0..CASES {
		property(&mut dice);
	}
}

fn rain() -> CapabilityId {
	CapabilityId::parse("hazard.rain").unwrap()
}

fn hop(node: NodeId, end: HopEnd, tone: Tone) -> Hop {
	Hop {
		node,
		operator: [node as u8; 16],
		capability: rain(),
		end,
		tone,
		share: ONE / 8,
		fee: SEAT_FEE,
	}
}
