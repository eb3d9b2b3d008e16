//! How long forecasts may hold something back. Pure arithmetic.
//!
//! A forecast is a reason to wait, not a way to close something down: in *any* span of `span` blocks a subject is paused for
//! at most `total` of them, however its pauses are cut.

use concordat_primitives::BlockNumber;
use frame_support::{traits::ConstU32, BoundedVec};

/// Most pauses of one subject within a span.
pub const MAX_PAUSES: u32 = 8;

/// Pauses that count: from the first block to the first after it. In their order, and apart.
pub type Pauses = BoundedVec<(BlockNumber, BlockNumber), ConstU32<MAX_PAUSES>>;

/// Why a pause is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLong {
	/// The subject would be paused for too long within a span.
	Total,
	/// It was paused too often.
	Often,
}

/// Ends at `now` whatever goes on then.
pub fn cut(pauses: &mut Pauses, now: BlockNumber) {
	pauses.iter_mut().for_each(|(_, until)| *until = (*until).min(now));
	pauses.retain(|(from, until)| from < until);
}

/// Adds a pause from `now` on, in place of one that goes on.
pub fn add(
	mut pauses: Pauses,
	now: BlockNumber,
	blocks: BlockNumber,
	span: BlockNumber,
	total: BlockNumber,
) -> Result<Pauses, TooLong> {
	cut(&mut pauses, now);
	let until = now.saturating_add(blocks);
	// Of all spans the one that ends with the pause has most of it, and loses no more of the others than it gains.
	let start = until.saturating_sub(span);
	// By `now`, whatever becomes of this pause: it may be withdrawn early, and another one may end before it would have.
	pauses.retain(|(_, end)| *end > now.saturating_sub(span));
	let paused = pauses.iter().fold(blocks, |sum, (from, end)| {
		sum.saturating_add(end.saturating_sub((*from).max(start)))
	});
	if paused > total {
		return Err(TooLong::Total);
	}
	match pauses.last_mut() {
		// It goes on without a gap: one pause.
		Some((_, end)) if *end == now => *end = until,
		_ => pauses.try_push((now, until)).map_err(|_| TooLong::Often)?,
	}
	Ok(pauses)
}

/// Whether none of the pauses counts any more.
pub fn is_forgotten(pauses: &Pauses, now: BlockNumber, span: BlockNumber) -> bool {
	pauses.iter().all(|(_, end)| *end <= now.saturating_sub(span))
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{vec, vec::Vec};

	const SPAN: u32 = 100;
	const TOTAL: u32 = 30;

	fn dice(state: &mut u64, sides: u64) -> u64 {
		*state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(*state >> 33) % sides
	}

	#[test]
	fn no_span_is_paused_for_longer_than_the_total_whatever_is_declared() {
		let mut state = 11;
		for _ in 0..200 {
			let mut now = 1_000;
			let mut pauses = Pauses::default();
			let mut paused = vec![false; 4_000];
			let mut declared = 0;
			while now < 3_800 {
				if dice(&mut state, 4) == 0 {
					cut(&mut pauses, now);
					paused[now as usize..].fill(false);
				} else {
					let blocks = 1 + dice(&mut state, 30) as u32;
					if let Ok(next) = add(pauses.clone(), now, blocks, SPAN, TOTAL) {
						pauses = next;
						declared += 1;
						paused[now as usize..].fill(false);
						paused[now as usize..(now + blocks) as usize].fill(true);
					}
				}
				now += dice(&mut state, 25) as u32;
			}
			assert!(declared > 10);
			let most =
				paused.windows(SPAN as usize).map(|w| w.iter().filter(|p| **p).count()).max();
			assert!(most <= Some(TOTAL as usize), "{most:?}");
		}
	}

	#[test]
	fn the_total_can_be_used_to_the_last_block_and_comes_back() {
		let pauses = add(Pauses::default(), 1_000, 30, SPAN, TOTAL).unwrap();
		let at = |now, blocks| add(pauses.clone(), now, blocks, SPAN, TOTAL).map(|_| ());
		assert_eq!(at(1_030, 1), Err(TooLong::Total));
		assert_eq!(at(1_099, 1), Err(TooLong::Total));
		assert_eq!(at(1_100, 1), Ok(()), "the first paused block has left the span");
		assert_eq!(at(1_100, 2), Ok(()), "and the second goes while it lasts");
		assert_eq!(at(1_010, 20), Ok(()), "a forecast in place of the last one");
		assert_eq!(at(1_010, 21), Err(TooLong::Total));
	}

	#[test]
	fn pauses_are_counted_too() {
		let mut pauses = Pauses::default();
		for n in 0..8 {
			pauses = add(pauses, 1_000 + 3 * n, 1, SPAN, TOTAL).unwrap();
		}
		assert_eq!(add(pauses.clone(), 1_030, 1, SPAN, TOTAL), Err(TooLong::Often));
		assert!(add(pauses.clone(), 1_101, 1, SPAN, TOTAL).is_ok());
		assert!(!is_forgotten(&pauses, 1_121, SPAN));
		assert!(is_forgotten(&pauses, 1_122, SPAN));
	}

	#[test]
	fn what_goes_on_without_a_gap_is_one_pause() {
		let mut pauses = Pauses::default();
		for n in 0..20 {
			pauses = add(pauses, 1_000 + n, 1, SPAN, TOTAL).unwrap();
		}
		assert_eq!(pauses.iter().copied().collect::<Vec<_>>(), [(1_000, 1_020)]);
	}
}
