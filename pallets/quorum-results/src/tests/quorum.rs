//! Decisions, without a chain.

use crate::quorum::{
	can_win, contradicts, decide, decide_committee, decide_ensemble, decide_primaries,
	decide_verifiers, differ, majority, voices, voices_of_ensemble, Tally, Verdict, Voice,
};
use concordat_primitives::{cac::FailureCode, ensemble::Aggregation, Hash};

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

#[test]
fn an_ensemble_waits_for_all_who_may_still_answer() {
	for (votes, outstanding, verdict) in [
		(&[][..], 3, Verdict::Wait),
		(&[A, A], 1, Verdict::Wait),
		(&[A, A, B], 0, Verdict::Complete),
		(&[A, B, C], 0, Verdict::Complete),
		// A seat was lost: the others are enough, or not.
		(&[A, B], 0, Verdict::Complete),
		(&[A], 0, Verdict::Hopeless),
		(&[A], 1, Verdict::Wait),
		(&[], 1, Verdict::Hopeless),
		// Failures are no answers.
		(&[A, TRAP, A], 0, Verdict::Complete),
		(&[A, TRAP, EXIT_1], 0, Verdict::Hopeless),
		(&[A, TIMEOUT], 1, Verdict::Wait),
		(&[A, TIMEOUT], 0, Verdict::Hopeless),
		// More than half of the nodes see the same one.
		(&[TRAP, TRAP], 1, agreed(TRAP)),
		(&[A, TRAP, TRAP], 0, agreed(TRAP)),
		(&[TRAP, EXIT_1], 1, Verdict::Wait),
		(&[TIMEOUT, TIMEOUT], 1, Verdict::Hopeless),
		// Seats beyond the mode are not waited for.
		(&[A, A, B], 4, Verdict::Complete),
	] {
		assert_eq!(decide_ensemble(votes, 2, 3, outstanding), verdict, "{votes:?} + {outstanding}");
	}
}

#[test]
fn a_best_effort_needs_one_answer_and_yields_to_a_failure_that_most_see() {
	assert_eq!(decide_ensemble(&[A], 1, 3, 2), Verdict::Wait);
	assert_eq!(decide_ensemble(&[A, TRAP, EXIT_1], 1, 3, 0), Verdict::Complete);
	assert_eq!(decide_ensemble(&[A, TRAP, TRAP], 1, 3, 0), agreed(TRAP));
	assert_eq!(decide_ensemble(&[A, TRAP], 1, 2, 0), Verdict::Complete);
	assert_eq!(decide_ensemble(&[TIMEOUT, TIMEOUT, TIMEOUT], 1, 3, 0), Verdict::Hopeless);
	assert_eq!(decide_ensemble(&[A], 0, 1, 0), Verdict::Complete);
	assert_eq!(decide_ensemble(&[], 0, 1, 0), Verdict::Hopeless, "no answer out of none");
	assert_eq!(decide_ensemble(&[A], 1, 0, 0), Verdict::Hopeless, "an ensemble of nobody");
}

#[test]
fn verdicts_on_ensembles_equal_the_enumeration_of_all_futures() {
	let mut cases = 0;
	for n in 2..=5u8 {
		for needed in [1, n / 2 + 1] {
			let at_end = |votes: &[Tally]| {
				let count = |tally| votes.iter().filter(|vote| **vote == tally).count();
				if count(TRAP) * 2 > usize::from(n) {
					agreed(TRAP)
				} else if count(A) + count(B) >= usize::from(needed) {
					Verdict::Complete
				} else {
					Verdict::Hopeless
				}
			};
			for len in 0..=usize::from(n) {
				for votes in sequences(len) {
					for outstanding in 0..=usize::from(n) - len {
						let now = at_end(&votes);
						let expected = if outstanding == 0 || now == agreed(TRAP) {
							now
						} else if sequences(outstanding)
							.iter()
							.any(|rest| at_end(&[&votes[..], rest].concat()) != Verdict::Hopeless)
						{
							Verdict::Wait
						} else {
							Verdict::Hopeless
						};
						cases += 1;
						assert_eq!(
							decide_ensemble(&votes, needed, n, outstanding as u32),
							expected,
							"{votes:?} of {needed}/{n}, {outstanding} to come"
						);
					}
				}
			}
		}
	}
	assert!(cases > 4_000, "{cases}");
}

#[test]
fn who_is_left_out_of_an_ensemble_dissents_but_for_best_effort() {
	use Voice::*;
	let votes = [A, TRAP, B, TIMEOUT, A];
	let agreed = [true, false, true];
	for aggregation in [Aggregation::Voting, Aggregation::Averaging, Aggregation::Consensus] {
		assert_eq!(
			voices_of_ensemble(&votes, aggregation, &agreed),
			[Agrees, Dissents, Dissents, Failed, Agrees]
		);
	}
	assert_eq!(
		voices_of_ensemble(&votes, Aggregation::BestEffort, &agreed),
		[Agrees, Unused, Unused, Unused, Agrees]
	);
}

/// How often each of the tallies that can win was voted.
fn camps(votes: &[Tally]) -> [usize; 3] {
	[A, B, TRAP].map(|tally| votes.iter().filter(|vote| **vote == tally).count())
}

/// What the primaries come to, from the wording of the rule: how many camps there are, whether one is large enough, and
/// whether one still can be.
fn of_primaries(votes: &[Tally], k: usize, outstanding: usize, fixed: bool) -> Verdict {
	let camps = camps(votes);
	let most = *camps.iter().max().unwrap();
	if fixed && outstanding > 0 && votes.len() + outstanding >= k {
		Verdict::Wait
	} else if camps.iter().filter(|camp| **camp > 0).count() > 1 {
		Verdict::Discrepancy
	} else if most >= k {
		agreed([A, B, TRAP][camps.iter().position(|camp| *camp == most).unwrap()])
	} else if most + outstanding >= k {
		Verdict::Wait
	} else {
		Verdict::Discrepancy
	}
}

#[test]
fn verdicts_on_primaries_equal_the_wording_of_the_rule() {
	let mut cases = 0;
	for (k, n) in [(1, 1), (2, 2), (2, 3), (3, 3), (3, 4), (3, 5), (4, 5), (5, 5), (4, 6)] {
		for len in 0..=usize::from(n) {
			for votes in sequences(len) {
				for outstanding in 0..=usize::from(n) - len {
					for fixed in [false, true] {
						cases += 1;
						assert_eq!(
							decide_primaries(&votes, k, n, outstanding as u32, fixed),
							of_primaries(&votes, k.into(), outstanding, fixed),
							"{votes:?} of {k}/{n}, {outstanding} to come, fixed: {fixed}"
						);
					}
				}
			}
		}
	}
	assert!(cases > 20_000, "{cases}");
}

#[test]
fn verdicts_on_committees_equal_the_enumeration_of_all_futures() {
	let mut cases = 0;
	for members in 1..=4u8 {
		for len in 0..=usize::from(members) {
			for votes in sequences(len) {
				// A member that is lost is neither heard nor outstanding, and counts all the same.
				for outstanding in 0..=usize::from(members) - len {
					let half = usize::from(members) / 2;
					let winner = |votes: &[Tally]| {
						let place = camps(votes).iter().position(|camp| *camp > half);
						place.map(|place| [A, B, TRAP][place])
					};
					let hope = sequences(outstanding)
						.iter()
						.any(|rest| winner(&[&votes[..], rest].concat()).is_some());
					let expected = match winner(&votes) {
						Some(tally) => agreed(tally),
						None if hope => Verdict::Wait,
						None => Verdict::Hopeless,
					};
					cases += 1;
					let left = outstanding as u32;
					assert_eq!(decide_committee(&votes, members, left, false), expected);
					let enough = len + outstanding > half;
					let shown = if outstanding > 0 && enough { Verdict::Wait } else { expected };
					assert_eq!(decide_committee(&votes, members, left, true), shown);
				}
			}
		}
	}
	assert!(cases > 500, "{cases}");
	assert_eq!(decide_committee(&[A], 0, 0, false), agreed(A), "nobody seats such a one");
	assert_eq!([1, 2, 3, 4].map(majority), [1, 2, 2, 3]);
}

#[test]
fn verdicts_on_verifiers_equal_the_wording_of_the_rule() {
	let (a, b) = (A.unwrap(), B.unwrap());
	for n in 1..=4u8 {
		for len in 0..=usize::from(n) {
			for votes in sequences(len) {
				for outstanding in 0..=usize::from(n) - len {
					for proven in [None, Some(a), Some(b)] {
						let all = |tally: Tally| votes.iter().all(|vote| *vote == tally);
						let full = len == usize::from(n);
						let says = |tally| votes.contains(&tally);
						let differ = [A, B, TRAP].into_iter().filter(|t| says(*t)).count() > 1;
						let expected = if differ {
							Verdict::Conflict
						} else if full && all(TRAP) {
							if proven.is_some() {
								Verdict::Conflict
							} else {
								agreed(TRAP)
							}
						} else if full && (all(A) || all(B)) {
							match proven {
								None => Verdict::Unproven,
								Some(output) if all(Ok(output)) => agreed(Ok(output)),
								Some(_) => Verdict::Conflict,
							}
						} else if !says(TIMEOUT) && len + outstanding == usize::from(n) {
							Verdict::Wait
						} else {
							Verdict::Hopeless
						};
						let verdict = |fixed| {
							decide_verifiers(&votes, n, outstanding as u32, fixed, proven.as_ref())
						};
						assert_eq!(verdict(false), expected, "{votes:?} {n} {outstanding}");
						let enough = len + outstanding == usize::from(n);
						let shown =
							if outstanding > 0 && enough { Verdict::Wait } else { expected };
						assert_eq!(verdict(true), shown);
					}
				}
			}
		}
	}
}

#[test]
fn no_verdict_depends_on_the_order_of_votes() {
	let proven = A.unwrap();
	for len in 0..=5 {
		for votes in sequences(len) {
			let mut sorted = votes.clone();
			sorted.sort();
			for outstanding in 0..=(5 - len) as u32 {
				for fixed in [false, true] {
					let of = |votes: &[Tally]| {
						(
							decide_primaries(votes, 3, 5, outstanding, fixed),
							decide_committee(votes, 5, outstanding, fixed),
							decide_verifiers(votes, 5, outstanding, fixed, Some(&proven)),
							differ(votes),
						)
					};
					assert_eq!(of(&votes), of(&sorted), "{votes:?}");
				}
			}
		}
	}
}

#[test]
fn a_vote_is_good_bad_or_a_failure_by_what_was_decided() {
	use Voice::*;
	let votes = [A, B, TRAP, TIMEOUT, A, MISMATCH];
	assert_eq!(voices(&votes, &A), [Agrees, Dissents, Dissents, Failed, Agrees, Failed]);
	assert_eq!(voices(&votes, &TRAP), [Dissents, Dissents, Agrees, Failed, Dissents, Failed]);
	// Each vote is judged by itself, wherever it stands.
	for votes in sequences(4) {
		for result in [A, B, TRAP] {
			let one_by_one: Vec<_> =
				votes.iter().flat_map(|vote| voices(&[*vote], &result)).collect();
			assert_eq!(voices(&votes, &result), one_by_one);
		}
	}
}

#[test]
fn what_comes_late_contradicts_if_it_says_something_else_about_the_result() {
	for (late, result, expected) in [
		(A, A, false),
		(B, A, true),
		(TRAP, A, true),
		(TIMEOUT, A, false),
		(MISMATCH, TRAP, false),
		(A, TRAP, true),
		(TRAP, TRAP, false),
		(EXIT_1, EXIT_2, true),
	] {
		assert_eq!(contradicts(&late, &result), expected, "{late:?} after {result:?}");
	}
}
