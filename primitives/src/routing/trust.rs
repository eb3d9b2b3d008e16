//! Global trust `T`: how trustworthy a node is on the whole, as far as hops that count for everybody tell.

use super::{towards, ONE};
use crate::trust::HopEnd;

/// A hop at full voice that agreed takes 1/32 of what is missing to full trust.
pub const TRUST_RISE: u64 = 32;
/// A silence takes 1/16 of what there is.
pub const TRUST_FALL_SILENT: u64 = 16;
/// A dissent takes 1/8 of what there is.
pub const TRUST_FALL_DISSENT: u64 = 8;

/// Trust after a hop. Stays in `[0, 1]`; rises when it agreed, falls when it was silent or dissented, stays when it
/// declined; moves in proportion to the voice, and not at all without one.
///
/// Trust is lost faster than it is won: where a part `d` of all hops dissents and the rest agrees, `T` tends to
/// `(1 − d) / (1 − d + 4d)`. One wrong answer in twenty costs a sixth, and a node that is wrong every fifth time is
/// no better than a newcomer. Silence weighs half of that: it harms a job, and not the truth. Tone is left to
/// quality: who is slow can be trusted all the same.
pub fn trust(old: u32, end: HopEnd, voice: u32) -> u32 {
	let old = old.min(ONE);
	let (target, rate) = match end {
		HopEnd::Agreed => (ONE, TRUST_RISE),
		HopEnd::Silent => (0, TRUST_FALL_SILENT),
		HopEnd::Dissented => (0, TRUST_FALL_DISSENT),
		HopEnd::Declined => return old,
	};
	towards(old, target, voice.min(ONE).into(), rate * u64::from(ONE))
}
