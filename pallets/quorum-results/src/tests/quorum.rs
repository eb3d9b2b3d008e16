//! Decisions, without a chain.

use crate::quorum::{can_win, decide, Tally, Verdict};
use concordat_primitives::{cac::FailureCode, Hash};

const A: Tally = Ok(Hash::repeat_byte(1));
const B: Tally = Ok(Hash::repeat_byte(2));
const C: Tally = Ok(Hash::repeat_byte(3));
const TRAP: Tally = Err(FailureCode::Trap);
const EXIT_1: Tally = Err(FailureCode::Program(1));
const EXIT_2: Tally = Err(FailureCode::Program(2));
const TIMEOUT: Tally = Err(FailureCode::Timeout);
const MISMATCH: Tally = Err(FailureCode::InputMismatch);

fn agreed(tally: Tally) -> Verdict {
	Verdict::Agreed { tally }
}

#[test]
fn one_of_one_is_decided_by_its_vote() {
	assert_eq!(decide(&[], 1, 1, 1), Verdict::Wait);
	assert_eq!(decide(&[A], 1, 1, 0), agreed(A));
	assert_eq!(decide(&[TRAP], 1, 1, 0), agreed(TRAP));
	assert_eq!(decide(&[TIMEOUT], 1, 1, 0), Verdict::Hopeless);
	assert_eq!(decide(&[], 1, 1, 0), Verdict::Hopeless);
}

#[test]
fn two_of_three_waits_while_two_can_still_agree() {
	for (votes, outstanding, verdict) in [
		(&[][..], 3, Verdict::Wait),
		(&[A], 2, Verdict::Wait),
		(&[A, A], 1, agreed(A)),
		(&[A, B], 1, Verdict::Wait),
		(&[A, B, A], 0, agreed(A)),
		(&[A, B, B], 0, agreed(B)),
		(&[A, B, C], 0, Verdict::Hopeless),
		// A seat was lost and nobody steps in.
		(&[A], 1, Verdict::Wait),
		(&[A, B], 0, Verdict::Hopeless),
		(&[A], 0, Verdict::Hopeless),
		(&[], 1, Verdict::Hopeless),
	] {
		assert_eq!(decide(votes, 2, 3, outstanding), verdict, "{votes:?} + {outstanding}");
	}
}

#[test]
fn three_of_five_follows_the_largest_camp() {
	for (votes, outstanding, verdict) in [
		(&[A, A][..], 3, Verdict::Wait),
		(&[A, A, A], 2, agreed(A)),
		(&[A, B, A, B], 1, Verdict::Wait),
		(&[A, B, A, B, B], 0, agreed(B)),
		(&[A, B, C], 2, Verdict::Wait),
		(&[A, B, C, TRAP], 1, Verdict::Hopeless),
		(&[A, A, B, B, C], 0, Verdict::Hopeless),
		(&[A, B, C], 1, Verdict::Hopeless),
	] {
		assert_eq!(decide(votes, 3, 5, outstanding), verdict, "{votes:?} + {outstanding}");
	}
}

#[test]
fn failures_of_the_program_count_like_outputs() {
	assert_eq!(decide(&[TRAP, TRAP], 2, 3, 1), agreed(TRAP));
	assert_eq!(decide(&[EXIT_1, EXIT_2], 2, 3, 1), Verdict::Wait);
	assert_eq!(decide(&[EXIT_1, EXIT_2, EXIT_1], 2, 3, 0), agreed(EXIT_1));
	assert_eq!(decide(&[EXIT_1, EXIT_2, TRAP], 2, 3, 0), Verdict::Hopeless);
	assert_eq!(decide(&[A, TRAP, A], 2, 3, 0), agreed(A));
}

#[test]
fn failures_that_honest_nodes_need_not_share_never_win() {
	for tally in [TIMEOUT, MISMATCH] {
		assert!(!can_win(&tally));
		// Two of them leave room for one vote: two can no longer agree.
		assert_eq!(decide(&[tally, tally], 2, 3, 1), Verdict::Hopeless);
		assert_eq!(decide(&[tally, tally, tally], 2, 3, 0), Verdict::Hopeless);
		assert_eq!(decide(&[tally], 2, 3, 2), Verdict::Wait);
		assert_eq!(decide(&[tally, A, A], 2, 3, 0), agreed(A));
		assert_eq!(decide(&[tally, tally, tally], 3, 5, 2), Verdict::Hopeless);
	}
}

#[test]
fn seats_beyond_the_mode_do_not_keep_a_round_open() {
	// Two votes of three are in: whatever the seats say, one more is to come.
	assert_eq!(decide(&[A, B, C], 2, 3, 4), Verdict::Hopeless);
	assert_eq!(decide(&[A, B], 2, 3, 4), Verdict::Wait);
}

#[test]
fn votes_after_the_quorum_do_not_change_it() {
	assert_eq!(decide(&[A, A, B], 2, 3, 0), agreed(A));
	assert_eq!(decide(&[A, A, A, B, B], 3, 5, 0), agreed(A));
}

#[test]
fn ties_go_to_the_larger_camp_and_then_to_the_first() {
	// No valid mode asks for so little; the outcome is defined all the same.
	assert_eq!(decide(&[A, B], 1, 4, 2), agreed(A));
	assert_eq!(decide(&[B, A], 1, 4, 2), agreed(B));
	assert_eq!(decide(&[A, B, B], 1, 4, 1), agreed(B));
	assert_eq!(decide(&[A, A, B, B], 2, 4, 0), agreed(A));
}

#[test]
fn a_quorum_of_nobody_decides_nothing() {
	assert_eq!(decide(&[], 0, 0, 0), Verdict::Hopeless);
	assert_eq!(decide(&[A, A], 0, 3, 1), Verdict::Hopeless);
}

/// Every sequence of `len` votes over the alphabet.
fn sequences(len: usize) -> Vec<Vec<Tally>> {
	let alphabet = [A, B, TRAP, TIMEOUT];
	(0..len).fold(vec![Vec::new()], |all, _| {
		all.iter()
			.flat_map(|head| alphabet.iter().map(move |vote| [&head[..], &[*vote]].concat()))
			.collect()
	})
}

/// The same decision by brute force: is there an agreement; if not, can any future votes bring one?
fn by_enumeration(votes: &[Tally], k: u8, outstanding: usize) -> Verdict {
	let winner = |votes: &[Tally]| {
		[A, B, TRAP]
			.into_iter()
			.find(|t| votes.iter().filter(|v| *v == t).count() >= usize::from(k))
	};
	if let Some(tally) = winner(votes) {
		return agreed(tally);
	}
	let hope = sequences(outstanding).iter().any(|rest| winner(&[votes, rest].concat()).is_some());
	if hope {
		Verdict::Wait
	} else {
		Verdict::Hopeless
	}
}

#[test]
fn decisions_equal_the_enumeration_of_all_futures() {
	let mut cases = 0;
	for (k, n) in [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (3, 5), (5, 5)] {
		for len in 0..=usize::from(n) {
			for votes in sequences(len) {
				for outstanding in 0..=usize::from(n) - len {
					cases += 1;
					assert_eq!(
						decide(&votes, k, n, outstanding as u32),
						by_enumeration(&votes, k, outstanding),
						"{votes:?} of {k}/{n}, {outstanding} to come"
					);
				}
			}
		}
	}
	assert!(cases > 4_000, "{cases}");
}

#[test]
fn a_verdict_does_not_depend_on_the_order_of_votes() {
	for votes in sequences(5) {
		let mut sorted = votes.clone();
		sorted.sort();
		assert_eq!(decide(&votes, 3, 5, 0), decide(&sorted, 3, 5, 0), "{votes:?}");
	}
}
