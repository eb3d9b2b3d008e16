//! Reciprocity and connection: load balances itself (Symbiont §7).
//!
//! §7.1 lets an overloaded node give more than it receives, so that `ρ < 1`, `r < 0`, `σ(r) < 0`, `w` falls, and traffic
//! goes elsewhere. On a chain this has to be computable from one hop in O(1), so giving and receiving are read as
//! *time of its capacity*, per originator:
//!
//! - **given**: what the node's work for this originator cost it, in blocks of its whole capacity: the seat's share
//!   times the blocks for which the seat was busy, told by the tone ([`busy`]). It fades with the half-life
//!   of [`super::Tempo::reciprocity`], so it is what was given *lately*.
//! - **received**: the idle capacity that the node has regained lately and that is this originator's fair part
//!   of it ([`fair`]). It is a constant, because it fades and is regained at the same rate.
//!
//! So a node that is asked for more than a fair part gives more than it receives; and one whose answers come late, because
//! of whatever others ask of it or because it has become slow, gives more with every hop, which is how an
//! originator feels a load that it has not caused. An idle node has given little, `ρ > 1`, and is asked more. When
//! the overload ends, what was given fades, `r` rises, and the next hops raise `w` again.

use super::{share_of, towards, ONE};
use crate::{
	trust::{HopEnd, Tone},
	BlockNumber,
};

/// Blocks for which an early seat kept its node busy: an ordinary short clause (DESIGN §4: assignment, two or three
/// blocks to the result).
pub const BUSY_EARLY: u32 = 4;
/// The same for a timely one.
pub const BUSY_TIMELY: u32 = 8;
/// The same for a late one, and for one that was held to its deadline in silence: the delivery window of a clause of
/// some seconds. Each tone is twice the one before, as are their times.
pub const BUSY_LATE: u32 = 16;
/// An originator's fair part of a node: a sixteenth. A node that eight originators of equal appetite keep half busy, where
/// nobody waits yet, is in balance with each of them.
pub const FAIR_PART: u64 = 16;
/// Most that `ρ` can be. An idle node is not better than another idle one; `r` is at most 0.6.
pub const RHO_MAX: u32 = 4 * ONE;
/// Least connection weight: never zero, so that a node that got better can be found to have.
pub const W_MIN: u32 = 10_000;
/// One hop moves the connection by an eighth of the way: five hops make half the change, as fast as a person would call
/// it a pattern.
pub const W_RATE: u64 = 8;
/// Least reinforcement that is an affirmation: right, in good time, and with room to spare.
pub const AFFIRMING: i32 = 600_000;

/// `ONE`, signed.
const UNIT: i64 = ONE as i64;

/// What a hop cost the node, in parts of one block of its whole capacity. Refusing costs nothing.
pub fn busy(end: HopEnd, tone: Tone, share: u32) -> u32 {
	let blocks = match (end, tone) {
		(HopEnd::Declined, _) => 0,
		(HopEnd::Silent, _) | (_, Tone::Late) => BUSY_LATE,
		(_, Tone::Timely) => BUSY_TIMELY,
		(_, Tone::Early) => BUSY_EARLY,
	};
	share.min(ONE) * blocks
}

/// What an originator's fair part of a node amounts to under the half-life, in parts of a block of capacity: the
/// fading sum of `1/16` a block, `half-life / ln 2 / 16`.
pub fn fair(half_life: BlockNumber) -> u64 {
	// 1 / ln 2 = 1.442695
	u64::from(half_life.max(1)) * 1_442_695 / FAIR_PART
}

/// `ρ = received / given`, in parts, at most [`RHO_MAX`]. Falls with what was given.
pub fn rho(given: u32, half_life: BlockNumber) -> u32 {
	let received = u128::from(fair(half_life)) * u128::from(ONE);
	received.checked_div(u128::from(given)).map_or(RHO_MAX, |rho| rho.min(RHO_MAX.into()) as u32)
}

/// `r = (ρ − 1) / (ρ + 1)`, in parts: −1 for a node that only gives, 0 in balance. Rises with `ρ`, and is as far from 0
/// for `ρ = 1/2` as for `ρ = 2`.
pub fn reciprocity(rho: u32) -> i32 {
	let rho = i64::from(rho.min(RHO_MAX));
	((rho - UNIT) * UNIT / (rho + UNIT)) as i32
}

/// `σ(r) = 2r / (1 + |r|)`, in parts: odd, rising, from −1 to 1. Steepest in balance, where it decides; flat at the
/// ends, where everything is said.
pub fn sigma(r: i32) -> i32 {
	let r = i64::from(r).clamp(-UNIT, UNIT);
	(2 * r * UNIT / (UNIT + r.abs())) as i32
}

/// Reinforcement `Φ = e + t/4 + σ/2`, in parts, within `[−1, 1]`.
///
/// | | agreed | declined | silent | dissented |
/// |---|---|---|---|---|
/// | `e` | 0.25 | −0.5 | −1.25 | −1.5 |
/// | `t`, for what agreed | early 1, timely 0, late −1 | | | |
///
/// For a right answer, half is reciprocity: else an overloaded node, whose answers are still right, would never be let
/// off (right, late and far out of balance: `Φ = −0.5`). For anything else no idleness makes up: `Φ` stays negative.
pub fn reinforcement(end: HopEnd, tone: Tone, sigma: i32) -> i32 {
	let base = match (end, tone) {
		(HopEnd::Agreed, Tone::Early) => UNIT / 2,
		(HopEnd::Agreed, Tone::Timely) => UNIT / 4,
		(HopEnd::Agreed, Tone::Late) => 0,
		(HopEnd::Declined, _) => -UNIT / 2,
		(HopEnd::Silent, _) => -UNIT * 5 / 4,
		(HopEnd::Dissented, _) => -UNIT * 3 / 2,
	};
	let sigma = i64::from(sigma).clamp(-UNIT, UNIT);
	(base + sigma / 2).clamp(-UNIT, UNIT) as i32
}

/// Whether a reinforcement is an affirmation.
pub const fn is_affirmation(phi: i32) -> bool {
	phi >= AFFIRMING
}

/// Connection weight after a hop: an eighth of the way to `(1 + Φ)/2`, within `[W_MIN, 1]`. So `w` settles at a
/// place that says how good the last hops were, and `Φ = 0` leads to [`super::W_INIT`]. An affirmation never lowers
/// it. Rises with `w` and with `Φ`.
pub fn connection(w: u32, phi: i32) -> u32 {
	let w = w.clamp(W_MIN, ONE);
	let level = (UNIT + i64::from(phi).clamp(-UNIT, UNIT)) / 2;
	let next = towards(w, (level as u32).max(W_MIN), 1, W_RATE);
	if is_affirmation(phi) {
		next.max(w)
	} else {
		next
	}
}

/// What an originator makes of a node: `w · (1 − θ)`.
pub fn strength(w: u32, threat: u32) -> u32 {
	share_of(w, ONE - threat.min(ONE))
}
