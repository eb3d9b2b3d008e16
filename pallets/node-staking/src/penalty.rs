//! How much each of several offences freezes. Nothing here knows the pallet.
//!
//! Within a span only the dearest offence counts. In the order of the reports, an offence freezes
//! what it costs beyond the dearest one before it in its span; the sum over a span is therefore the
//! cost of its dearest offence. Spans add up, but never beyond the stake: an offence that finds less
//! than it costs, because stake has left, costs so much less for good. Stake that is bonded later
//! does not pay for it.
//!
//! ```text
//!  one span, stake 1000:  5 %   15 %   10 %   50 %
//!  full                    50    150    100    500
//!  share                   50    100      0    350      frozen: 500
//!  the second is cancelled:
//!  share                   50      –     50    400      frozen: 500
//!  the last is cancelled as well:
//!  share                   50      –     50      –      frozen: 100
//! ```

use crate::{PendingList, PendingSlash};
use concordat_primitives::Balance;

/// Gives every slash its share, and cuts what it costs if the shares would exceed `stake`; returns the
/// total of the shares.
pub fn assign_shares(slashes: &mut [PendingSlash], stake: Balance) -> Balance {
	let mut span = None;
	let mut dearest: Balance = 0;
	let mut left = stake;
	for slash in slashes.iter_mut() {
		if span != Some(slash.span) {
			span = Some(slash.span);
			dearest = 0;
		}
		let beyond = slash.full.saturating_sub(dearest);
		if beyond > left {
			slash.full = dearest.saturating_add(left);
		}
		slash.share = beyond.min(left);
		dearest = dearest.max(slash.full);
		left = left.saturating_sub(slash.share);
	}
	stake.saturating_sub(left)
}

/// Removes the slash at `index`, whose share is taken. Later slashes of its span cost so much less
/// from then on: their shares stay what they are, whatever is cancelled later.
pub fn settle(slashes: &mut PendingList, index: usize) -> Option<PendingSlash> {
	if index >= slashes.len() {
		return None;
	}
	let settled = slashes.remove(index);
	for slash in slashes.iter_mut().skip(index).filter(|slash| slash.span == settled.span) {
		slash.full = slash.full.saturating_sub(settled.share);
	}
	Some(settled)
}

/// Makes room for one more if there is none: by the oldest slash that freezes nothing. Returns
/// whether there is room.
pub fn make_room(slashes: &mut PendingList) -> bool {
	if slashes.is_full() {
		if let Some(index) = slashes.iter().position(|slash| slash.share == 0) {
			slashes.remove(index);
		}
	}
	!slashes.is_full()
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{node::Misconduct, Hash};

	fn slash(span: u32, full: Balance) -> PendingSlash {
		PendingSlash {
			evidence: Hash::zero(),
			misconduct: Misconduct::NetworkAttack,
			reporter: None,
			span,
			full,
			share: 0,
			apply_at: 0,
		}
	}

	fn list(slashes: &[(u32, Balance)]) -> PendingList {
		let slashes: Vec<_> = slashes.iter().map(|(span, full)| slash(*span, *full)).collect();
		slashes.try_into().unwrap()
	}

	fn shares(list: &PendingList) -> Vec<Balance> {
		list.iter().map(|slash| slash.share).collect()
	}

	#[test]
	fn only_the_dearest_offence_of_a_span_counts() {
		let mut slashes = list(&[(1, 50), (1, 150), (1, 100), (1, 500)]);
		assert_eq!(assign_shares(slashes.as_mut(), 1_000), 500);
		assert_eq!(shares(&slashes), [50, 100, 0, 350]);
	}

	#[test]
	fn a_cancelled_offence_leaves_the_others_as_if_it_had_never_been() {
		let mut slashes = list(&[(1, 50), (1, 100), (1, 500)]);
		assert_eq!(assign_shares(slashes.as_mut(), 1_000), 500);
		assert_eq!(shares(&slashes), [50, 50, 400]);
		slashes.remove(2);
		assert_eq!(assign_shares(slashes.as_mut(), 1_000), 100);
	}

	#[test]
	fn spans_add_up_to_the_stake_at_most() {
		let mut slashes = list(&[(1, 500), (2, 300), (3, 400)]);
		assert_eq!(assign_shares(slashes.as_mut(), 1_000), 1_000);
		assert_eq!(shares(&slashes), [500, 300, 200]);
		// What was cut stays cut, however much stake there is later.
		assert_eq!(assign_shares(slashes.as_mut(), 9_000), 1_000);
		assert_eq!(shares(&slashes), [500, 300, 200]);
		slashes.remove(0);
		assert_eq!(assign_shares(slashes.as_mut(), 9_000), 500);
		assert_eq!(assign_shares(slashes.as_mut(), 0), 0);
	}

	#[test]
	fn a_cut_within_a_span_leaves_what_is_dearer_before_it() {
		let mut slashes = list(&[(1, 100), (1, 500), (1, 300)]);
		assert_eq!(assign_shares(slashes.as_mut(), 150), 150);
		assert_eq!(shares(&slashes), [100, 50, 0]);
		// Without the second, the third takes its place: up to what the stake was.
		slashes.remove(1);
		assert_eq!(assign_shares(slashes.as_mut(), 9_000), 150);
	}

	#[test]
	fn settling_leaves_the_other_shares_alone() {
		let mut slashes = list(&[(1, 50), (1, 150), (1, 100), (2, 70)]);
		assign_shares(slashes.as_mut(), 1_000);
		assert_eq!(shares(&slashes), [50, 100, 0, 70]);
		assert_eq!(settle(&mut slashes, 0).map(|s| s.share), Some(50));
		assert_eq!(assign_shares(slashes.as_mut(), 950), 170);
		assert_eq!(shares(&slashes), [100, 0, 70]);
		// 150 is cancelled: of 100, 50 are paid already.
		slashes.remove(0);
		assert_eq!(assign_shares(slashes.as_mut(), 950), 120);
		assert_eq!(settle(&mut slashes, 9), None);
	}

	#[test]
	fn room_is_made_by_what_freezes_nothing() {
		let mut slashes = list(&[(1, 7); MAX as usize]);
		assign_shares(slashes.as_mut(), 1_000);
		assert!(make_room(&mut slashes));
		assert_eq!(slashes.len(), MAX as usize - 1);
		assert_eq!(slashes.first().map(|s| s.share), Some(7));

		let rising: Vec<_> = (1..=MAX).map(|i| (1, Balance::from(i))).collect();
		let mut slashes = list(&rising);
		assign_shares(slashes.as_mut(), 1_000);
		assert!(!make_room(&mut slashes));
	}

	const MAX: u32 = crate::MAX_PENDING_SLASHES;
}
