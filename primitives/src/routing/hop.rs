//! One hop, measured: quality and tone.

use super::ONE;
use crate::{
	trust::{HopEnd, Tone},
	BlockNumber,
};

/// Tone of a result that came in block `at`, by how much of the window between assignment and deadline it took.
///
/// Half: beyond that a node has no time left for a second try. Three quarters: beyond that it is about to be late, and
/// what follows from here is the earliest sign of an overload, while its results are still right. A window of no
/// length is missed.
pub fn tone(assigned_at: BlockNumber, deliver_by: BlockNumber, at: BlockNumber) -> Tone {
	let window = u64::from(deliver_by.saturating_sub(assigned_at));
	let used = u64::from(at.saturating_sub(assigned_at));
	if window == 0 || used * 4 > window * 3 {
		Tone::Late
	} else if used * 2 > window {
		Tone::Timely
	} else {
		Tone::Early
	}
}

/// Quality of a hop, in parts.
///
/// - *Agreed*: 1, 0.95 or 0.8 by tone. Being right is what counts; being slow costs less than a fifth, so
///   that a slow right answer is always far above any other.
/// - *Declined*: 0.4, a little less than a newcomer's. Who refuses now and then because it is full
///   loses next to nothing, far less than by silence; who picks only what suits it ends up below newcomers.
/// - *Dissented*, *Silent*: 0. Neither was of any use. That a wrong answer is the more alarming one is
///   for the threat belief to say ([`super::raise`]).
pub fn quality(end: HopEnd, tone: Tone) -> u32 {
	match (end, tone) {
		(HopEnd::Agreed, Tone::Early) => ONE,
		(HopEnd::Agreed, Tone::Timely) => 950_000,
		(HopEnd::Agreed, Tone::Late) => 800_000,
		(HopEnd::Declined, _) => 400_000,
		(HopEnd::Dissented | HopEnd::Silent, _) => 0,
	}
}
