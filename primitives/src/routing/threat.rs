//! Threat belief `θ`: what an originator fears of a node. Raised by defence signals, lowered by time and by affirmation.

use super::{share_of, ONE};
use crate::trust::HopEnd;

/// What the first dissent adds: a quarter of what is missing to certainty. A wrong answer may be an accident of
/// the machine, and still is the worst that a node can do.
pub const SIGNAL_DISSENT: u32 = ONE / 4;
/// What the first silence adds: a sixteenth. Machines go down; it is repetition that says something.
pub const SIGNAL_SILENCE: u32 = ONE / 16;
/// Most that one signal adds: half of what is missing, so that `θ` never reaches one and no node is cut off for good.
pub const SIGNAL_MAX: u32 = ONE / 2;
/// An affirmation takes a quarter of the belief: a few good turns count as much as days.
pub const RECONCILED: u32 = ONE / 4;

/// Whether a hop is a defence signal. Declining is not: whoever says in time that it is full harms nobody.
pub const fn is_signal(end: HopEnd) -> bool {
	matches!(end, HopEnd::Dissented | HopEnd::Silent)
}

/// Threat belief after a hop: `θ += (1 − θ) · g`. `g` doubles with each of the `strikes` signals before it that no agreed
/// hop came between, up to [`SIGNAL_MAX`]. Stays in `[0, 1]`; never falls here; other hops leave it as it is.
pub fn raise(threat: u32, end: HopEnd, strikes: u8) -> u32 {
	let first = match end {
		HopEnd::Dissented => SIGNAL_DISSENT,
		HopEnd::Silent => SIGNAL_SILENCE,
		HopEnd::Agreed | HopEnd::Declined => 0,
	};
	// Three doublings take even a silence to the cap.
	let gain = first.saturating_mul(1 << strikes.min(3)).min(SIGNAL_MAX);
	let threat = threat.min(ONE);
	threat + share_of(ONE - threat, gain)
}

/// Threat belief after an affirmation.
pub fn reconcile(threat: u32) -> u32 {
	let threat = threat.min(ONE);
	threat - share_of(threat, RECONCILED)
}
