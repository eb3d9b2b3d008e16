//! From magnitude to payout.

use crate::BAD_LAYERS;
use concordat_clause_sdk::{number, Failure};

/// Most layers of a policy.
pub const MAX_LAYERS: usize = 8;

/// From this magnitude on, this much is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
	/// In hundredths.
	pub magnitude: i64,
	/// In basis points of the sum insured.
	pub payout: u64,
}

/// The layers of a policy, ascending in magnitude and payout.
#[derive(Clone, Copy, Debug)]
pub struct Layers([Option<Layer>; MAX_LAYERS]);

impl Layers {
	/// Reads `magnitude:bps,magnitude:bps,…`.
	pub fn parse(text: &[u8]) -> Result<Self, Failure> {
		let mut layers = [None; MAX_LAYERS];
		let mut last = None;
		for (index, part) in text.split(|b| *b == b',').enumerate() {
			let mut pair = part.splitn(2, |b| *b == b':');
			let (Some(magnitude), Some(payout)) = (pair.next(), pair.next()) else {
				return Err(BAD_LAYERS);
			};
			let layer = Layer {
				magnitude: number::decimal_within(magnitude, 2, 0, 1_000)?,
				payout: number::natural(payout, 1, 10_000)?,
			};
			let ascends =
				|last: Layer| last.magnitude < layer.magnitude && last.payout < layer.payout;
			if !last.is_none_or(ascends) {
				return Err(BAD_LAYERS);
			}
			last = Some(layer);
			*layers.get_mut(index).ok_or(BAD_LAYERS)? = last;
		}
		Ok(Self(layers))
	}

	/// The highest layer that a magnitude reaches.
	pub fn reached(&self, magnitude: i64) -> Option<Layer> {
		self.0.iter().flatten().rfind(|layer| layer.magnitude <= magnitude).copied()
	}
}
