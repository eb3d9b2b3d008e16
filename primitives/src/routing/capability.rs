//! Quality per capability (Symbiont §2.2, §2.3): a node can be excellent at one thing and mediocre at another.

use super::{hop::quality, towards, NEUTRAL, ONE};
use crate::{
	trust::{HopEnd, Tone},
	BlockNumber, CapabilityId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Volume of one hop at full voice.
pub const HOP_VOLUME: u32 = 1_000;
/// What a newcomer's quality weighs, in volume: four hops. The first hop moves it by a fifth of the way, so that no
/// single one makes or breaks a newcomer, and a dozen are enough to know it.
pub const PRIOR_VOLUME: u32 = 4 * HOP_VOLUME;
/// Volume that quality remembers: sixteen hops. Below, it is the plain mean of all hops and the prior, so that it moves
/// the less the more is known; from there on each hop weighs 1/16, so that an old reputation does not hide a change
/// (half of it is gone after eleven hops), and chance moves a quality of 0.9 by some 0.05 only.
pub const MEMORY_VOLUME: u32 = 16 * HOP_VOLUME;

/// What the chain knows of one capability of a node.
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
pub struct CapabilityState {
	/// Which.
	pub capability: CapabilityId,
	/// Quality `q_cap`, in parts.
	pub quality: u32,
	/// How much it was used, in thousandths of a hop at full voice: hops that count for nobody but their originator do
	/// not count here either, or they would shift [`aggregate`]. Stays at the most that fits, four million hops.
	pub volume: u32,
	/// Block of the last hop.
	pub last_used: BlockNumber,
	/// Whether the operator says that it can be used now (Symbiont §7.2).
	pub available: bool,
	/// Jobs that run now.
	pub running: u16,
}

impl CapabilityState {
	/// Of a newcomer.
	pub const fn new(capability: CapabilityId) -> Self {
		Self { capability, quality: NEUTRAL, volume: 0, last_used: 0, available: true, running: 0 }
	}

	/// A seat was given.
	pub fn seated(&mut self) {
		self.running = self.running.saturating_add(1);
	}

	/// A seat was given up.
	pub fn vacated(&mut self) {
		self.running = self.running.saturating_sub(1);
	}

	/// Load of this capability, in parts of the node's capacity.
	pub fn load(&self, capacity: u16) -> u32 {
		super::load(self.running, capacity)
	}

	/// A hop was judged; `voice` says how much it counts.
	///
	/// `q += (s − q) · v / min(4 + volume + v, 16)`, all in hops, `v = voice`. Stays in `[0, 1]`, is monotone in the quality
	/// of the hop, and moves less the greater the volume. A voice below a thousandth says nothing.
	pub fn note(&mut self, end: HopEnd, tone: Tone, voice: u32, now: BlockNumber) {
		let said = voice.min(ONE) / (ONE / HOP_VOLUME);
		let mass = self.volume.saturating_add(PRIOR_VOLUME).saturating_add(said).min(MEMORY_VOLUME);
		let sample = quality(end, tone);
		self.quality = towards(self.quality.min(ONE), sample, said.into(), mass.into());
		self.volume = self.volume.saturating_add(said);
		self.last_used = self.last_used.max(now);
	}

	/// Whether it says nothing that a newcomer's would not say.
	pub fn is_unused(&self) -> bool {
		*self == Self::new(self.capability)
	}
}

/// `Q_agg`: the average of a node's qualities, weighted by volume; of a newcomer, [`NEUTRAL`].
pub fn aggregate<'a>(states: impl IntoIterator<Item = &'a CapabilityState>) -> u32 {
	let (sum, volume) = states.into_iter().fold((0u128, 0u128), |(sum, volume), state| {
		let weight = u128::from(state.volume);
		(sum.saturating_add(u128::from(state.quality.min(ONE)) * weight), volume + weight)
	});
	// A weighted mean of values up to 10⁶.
	sum.checked_div(volume).map_or(NEUTRAL, |mean| mean as u32)
}
