//! Orchestration emerges from trust: the routing score (Symbiont orchestration protocol, §4.1), and what moves its
//! factors (§2.3, §7, §10.2). Pure, in fixed point: parts of 10⁶ are called *parts*, and [`ONE`] is one.
//!
//! ```text
//!  S(n) = T(n) · q_cap(n) · (1 − load) · φ_conn · (1 − θ_threat) · pref · freshness · proximity
//! ```
//!
//! Every factor but `pref` lies in `[0, 1]`, `pref` is 1 or 1.2, so a score lies in `[0, 1.2]`.
//!
//! After each hop, in the order of §10.2:
//!
//! | step | formula | where |
//! |---|---|---|
//! | 1 quality `s`, tone | by end and timeliness | [`quality`], [`tone`] |
//! | 2 reciprocity | `ρ = received / given`, `r = (ρ − 1) / (ρ + 1)` | [`rho`], [`reciprocity`] |
//! | 3, 4 `q_cap`, `Q_agg` | average whose rate falls with volume | [`CapabilityState`], [`aggregate`] |
//! | 5 reinforcement | `Φ = e + t/4 + σ(r)/2` | [`sigma`], [`reinforcement`] |
//! | 6 connection | `w += ((1 + Φ)/2 − w) / 8` | [`connection`] |
//! | 7 affirmation | `Φ ≥ 0.6`: `w` does not fall, a quarter of `θ` goes | [`is_affirmation`], [`reconcile`] |
//! | 8 defence signal | `θ += (1 − θ) · g`, `g` doubling with repetition | [`raise`] |
//! | global trust | `T += (target − T) · rate · voice` | [`trust`] |
//!
//! Two kinds of knowledge are kept apart. What *one* originator has learnt (`w`, `r`, `θ`) moves its own score only, and
//! nobody else's: [`Memory`], one bounded record per originator. What counts for *everybody* (`T`, `q_cap`) moves with
//! the **voice** of the originator ([`voice`]): nothing about one's own nodes, little for a stranger, and less and less
//! for saying the same thing again. There the cost of an attack is worked out.
//!
//! Time enters through [`fade`]: everything that decays has a half-life ([`Tempo`]) and is brought up to date in O(1)
//! when it is looked at.

mod capability;
mod decay;
mod hop;
mod memory;
mod reciprocity;
mod score;
#[cfg(test)]
mod tests;
mod threat;
mod tie;
mod trust;
mod voice;

pub use capability::*;
pub use decay::*;
pub use hop::*;
pub use memory::*;
pub use reciprocity::*;
pub use score::*;
pub use threat::*;
pub use tie::*;
pub use trust::*;
pub use voice::*;

/// One, for factors: parts of 10⁶.
pub const ONE: u32 = 1_000_000;
/// One, for scores: parts of 10⁹.
pub const SCORE_ONE: u64 = 1_000_000_000;
/// Connection weight towards a node that the originator has no history with. It is what [`connection`] tends to
/// where hops are neither reinforcing nor the contrary (`Φ = 0`).
pub const W_INIT: u32 = 500_000;
/// Factor for a preferred node: 1.2.
pub const PREFERENCE: u32 = 1_200_000;
/// Load above which a node is not asked: 0.95.
pub const MAX_LOAD: u32 = 950_000;
/// Trust and quality of a newcomer.
pub const NEUTRAL: u32 = 500_000;
/// Least factor for freshness and for proximity: a poor value lowers the score and never zeroes it.
pub const FLOOR: u32 = 250_000;
/// Latency classes: 0 nearest, 7 farthest.
pub const LATENCY_CLASSES: u8 = 8;

/// Exponentially weighted moving average with weight 1/8 for the new value; stays in `[0, 1]`.
pub fn ewma(old: u32, new: u32) -> u32 {
	let (old, new) = (u64::from(old.min(ONE)), u64::from(new.min(ONE)));
	((old * 7 + new) / 8) as u32
}

/// Moves `old` by the fraction `part / whole` of the way to `target`, all of it for `part ≥ whole`. Never overshoots;
/// what is left of a unit stays where it was, so that steps too small to be told apart change nothing.
pub(crate) fn towards(old: u32, target: u32, part: u64, whole: u64) -> u32 {
	let part = u128::from(part.min(whole));
	let step = |way: u32| (u128::from(way) * part / u128::from(whole.max(1))) as u32;
	if target >= old {
		old + step(target - old)
	} else {
		old - step(old - target)
	}
}

/// The part `fraction` of `value`.
pub(crate) fn share_of(value: u32, fraction: u32) -> u32 {
	(u64::from(value) * u64::from(fraction.min(ONE)) / u64::from(ONE)) as u32
}
