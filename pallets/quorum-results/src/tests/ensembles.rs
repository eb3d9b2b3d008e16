//! Ensembles: several nodes answer, and their answers become one.

use super::*;
use crate::{Ballots, Certificates, Event, OutputPlace, ResultRecord, Results};
use concordat_primitives::{
	cac::FailureCode,
	ensemble::{AggregateError, Aggregation},
	hashing::output_hash,
	job::{JobStatus, Settlement},
	receipt::Operation,
	traits::{JobListener, JobOutputs},
	NodeId,
};
use frame_support::assert_noop;

/// Node `i` answers with the `i`-th output. Its weight is `i`.
fn all_answer(outputs: &[&[u8]]) {
	for (node, output) in (1..).zip(outputs) {
		deliver(cac(node, outcome(output)));
	}
}

fn settlement() -> Settlement {
	let settled = effects().into_iter().find_map(|effect| match effect {
		Effect::Settled(JOB, settlement) => Some(settlement),
		_ => None,
	});
	settled.expect("a settlement")
}

/// What was settled: the output's hash, who is paid, who is marked.
#[track_caller]
fn settled(output: &[u8], paid: &[NodeId], marked: &[NodeId]) {
	let Settlement { outcome, agreed, dissented, failed } = settlement();
	assert!(failed.is_empty());
	assert_eq!(outcome, Ok(output_hash(output)));
	assert_eq!(agreed.iter().map(|(node, _)| *node).collect::<Vec<_>>(), paid);
	assert_eq!(dissented.into_inner(), marked);
	assert_eq!(QuorumResults::output(JOB).as_deref(), Some(output));
	assert_eq!(Announced::get(), Some(vec![(JOB, Some(output.to_vec()))]));
	assert!(!Ballots::<Test>::contains_key(JOB));
}

fn place() -> OutputPlace {
	Results::<Test>::get(JOB).expect("a result").output
}

fn is_open() -> bool {
	let over = |effect: &Effect| matches!(effect, Effect::Settled(..) | Effect::RoundFailed(..));
	!effects().iter().any(over)
}

/// The board gives up the seat of a silent node.
fn lose_seat(node: NodeId) {
	change_terms(JOB, |terms| terms.seats.retain(|seat| seat.node != node));
	QuorumResults::seat_lost(JOB, node);
}

#[test]
fn a_vote_should_wait_for_all_and_go_by_weight() {
	ExtBuilder::ensemble(4, Aggregation::Voting).build_and_execute(|| {
		// Three of four agree, as many as a quorum would need; the fourth alone weighs less.
		all_answer(&[b"yes", b"yes", b"yes"]);
		assert!(is_open());
		deliver(cac(4, outcome(b"no")));
		settled(b"yes", &[1, 2, 3], &[4]);
		assert_eq!(place(), OutputPlace::Certificate(1, 1));
	});
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		change_terms(JOB, |terms| terms.seats[2].score = 4_000_000);
		// Two of three, and they weigh less than the third.
		all_answer(&[b"yes", b"yes", b"no"]);
		settled(b"no", &[3], &[1, 2]);
		assert_eq!(place(), OutputPlace::Certificate(3, 1));
	});
}

#[test]
fn the_weight_should_be_that_of_the_seat_and_not_of_a_later_one() {
	ExtBuilder::ensemble(2, Aggregation::BestEffort).build_and_execute(|| {
		deliver(cac(1, outcome(b"first")));
		assert_eq!(Ballots::<Test>::get(JOB).ballots[0].weight, 1_000_000);
		change_terms(JOB, |terms| terms.seats[0].score = u64::MAX);
		deliver(cac(2, outcome(b"second")));
		settled(b"second", &[2], &[]);
	});
}

#[test]
fn the_receipt_of_an_ensemble_should_name_what_it_needed_and_who_agreed() {
	ExtBuilder::ensemble(3, Aggregation::Consensus).build_and_execute(|| {
		all_answer(&[b"100", b"500", b"100.5"]);
		let Some(Effect::Receipt(Operation::JobCompleted { k, n, result, voters, paid, .. })) =
			effects().pop()
		else {
			panic!("a receipt")
		};
		assert_eq!((k, n, paid), (2, 3, 200));
		assert_eq!(result, Ok(output_hash(b"100.5")));
		let said: Vec<_> = voters.iter().map(|voter| (voter.node, voter.agreed)).collect();
		assert_eq!(said, [(1, true), (2, false), (3, true)]);
		settled(b"100.5", &[1, 3], &[2]);
		assert!(matches!(
			events().last(),
			Some(Event::JobDecided { job: JOB, receipt: 501, dissented, .. }) if dissented.as_slice() == [2]
		));
	});
}

#[test]
fn a_mean_that_no_node_gave_should_be_kept_with_the_result() {
	ExtBuilder::ensemble(3, Aggregation::Averaging).build_and_execute(|| {
		// (1·1 + 2·2 + 3·4) / 6
		all_answer(&[b"1", b"2", b"4\n"]);
		settled(b"2.833333333", &[1, 2, 3], &[]);
		let record = ResultRecord {
			receipt: 501,
			decided_at: NOW,
			result: Ok(output_hash(b"2.833333333")),
			output: OutputPlace::Record(b"2.833333333".to_vec().try_into().unwrap()),
		};
		assert_eq!(Results::<Test>::get(JOB), Some(record));
		// It goes with the job.
		Board::remove(JOB);
		QuorumResults::pruned(JOB);
		assert_eq!(QuorumResults::output(JOB), None);
	});
}

#[test]
fn a_mean_that_a_node_gave_should_be_read_from_its_certificate() {
	ExtBuilder::ensemble(3, Aggregation::Averaging).build_and_execute(|| {
		// (1·4 + 2·1 + 3·2) / 6 = 2; the first two are written in another way.
		all_answer(&[b"4.0", b"1.0", b"2"]);
		settled(b"2", &[1, 2, 3], &[]);
		assert_eq!(place(), OutputPlace::Certificate(3, 1));
	});
}

#[test]
fn what_is_no_number_should_dissent_from_a_mean() {
	ExtBuilder::ensemble(3, Aggregation::Averaging).build_and_execute(|| {
		all_answer(&[b"10", b"a lot", b"20"]);
		settled(b"17.5", &[1, 3], &[2]);
	});
}

#[test]
fn best_effort_should_take_the_best_and_mark_nobody() {
	ExtBuilder::ensemble(4, Aggregation::BestEffort).build_and_execute(|| {
		deliver(cac(1, outcome(b"good")));
		deliver(failure(2, FailureCode::Trap));
		deliver(cac(3, outcome(b"other")));
		assert!(is_open());
		deliver(cac(4, outcome(b"good")));
		settled(b"good", &[1, 4], &[]);
	});
}

#[test]
fn answers_that_make_none_should_fail_the_round() {
	for (aggregation, outputs, error) in [
		(Aggregation::Consensus, [&b"1"[..], b"2", b"3"], AggregateError::NoConsensus),
		(Aggregation::Averaging, [b"1", b"two", b"three"], AggregateError::NotNumbers),
	] {
		ExtBuilder::ensemble(3, aggregation).build_and_execute(|| {
			all_answer(&outputs);
			let all = events();
			assert_eq!(
				all[all.len() - 2..],
				[Event::NoAnswer { job: JOB, error }, Event::RoundFailed { job: JOB, votes: 3 }]
			);
			assert_eq!(effects().last(), Some(&Effect::RoundFailed(JOB)));
			assert!(Results::<Test>::get(JOB).is_none());
			assert!(Ballots::<Test>::get(JOB).ballots.is_empty());
			assert_eq!(Certificates::<Test>::iter().count(), 3, "what they said can be read");
			assert_eq!(Announced::get(), None);
		});
	}
}

#[test]
fn a_lost_seat_should_complete_an_ensemble_that_has_enough() {
	ExtBuilder::ensemble(3, Aggregation::Averaging).build_and_execute(|| {
		all_answer(&[b"10", b"40"]);
		assert!(is_open());
		lose_seat(3);
		settled(b"30", &[1, 2], &[]);
		assert_eq!(Board::get(JOB).unwrap().status, JobStatus::Completed);
	});
	ExtBuilder::ensemble(3, Aggregation::BestEffort).build_and_execute(|| {
		all_answer(&[b"10"]);
		lose_seat(3);
		assert!(is_open());
		lose_seat(2);
		settled(b"10", &[1], &[]);
	});
}

#[test]
fn a_lost_seat_should_end_an_ensemble_that_cannot_have_enough() {
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		all_answer(&[b"10"]);
		lose_seat(3);
		assert!(is_open());
		lose_seat(2);
		assert_eq!(effects().last(), Some(&Effect::RoundFailed(JOB)));
	});
}

#[test]
fn a_backup_should_be_waited_for() {
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		all_answer(&[b"yes", b"yes"]);
		change_terms(JOB, |terms| terms.seats[2] = seat(JOB, 2, 4));
		QuorumResults::seat_lost(JOB, 3);
		assert!(is_open());
		deliver(cac(4, outcome(b"yes")));
		settled(b"yes", &[1, 2, 4], &[]);
	});
}

#[test]
fn a_failure_that_most_nodes_see_should_be_the_result_at_once() {
	for aggregation in [
		Aggregation::Voting,
		Aggregation::Averaging,
		Aggregation::Consensus,
		Aggregation::BestEffort,
	] {
		ExtBuilder::ensemble(4, aggregation).build_and_execute(|| {
			deliver(cac(1, outcome(b"1")));
			deliver(failure(2, FailureCode::Trap));
			deliver(failure(3, FailureCode::Trap));
			assert!(is_open());
			deliver(failure(4, FailureCode::Trap));
			let Settlement { outcome, agreed, dissented, .. } = settlement();
			assert_eq!(outcome, Err(FailureCode::Trap));
			assert_eq!((agreed.len(), dissented.as_slice()), (3, &[1][..]));
			assert_eq!(place(), OutputPlace::OffChain);
			assert_eq!(Announced::get(), Some(vec![(JOB, None)]));
		});
	}
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		deliver(failure(1, FailureCode::Trap));
		deliver(failure(2, FailureCode::Trap));
		assert_eq!(settlement().outcome, Err(FailureCode::Trap));
	});
}

#[test]
fn a_failure_that_few_nodes_see_should_dissent() {
	ExtBuilder::ensemble(3, Aggregation::Consensus).build_and_execute(|| {
		deliver(cac(1, outcome(b"7")));
		deliver(failure(2, FailureCode::Trap));
		deliver(cac(3, outcome(b"7")));
		settled(b"7", &[1, 3], &[2]);
	});
}

#[test]
fn a_failure_that_says_nothing_about_the_program_should_be_no_dissent() {
	ExtBuilder::ensemble(3, Aggregation::Consensus).build_and_execute(|| {
		deliver(cac(1, outcome(b"7")));
		deliver(failure(2, FailureCode::Timeout));
		deliver(cac(3, outcome(b"7")));
		let Settlement { agreed, dissented, failed, .. } = settlement();
		assert_eq!((agreed.len(), dissented.len(), failed.to_vec()), (2, 0, vec![2]));
	});
}

#[test]
fn nobody_should_be_slashed_for_another_answer_of_an_ensemble() {
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		all_answer(&[b"yes", b"no", b"yes"]);
		settled(b"yes", &[1, 3], &[2]);
		assert!(!effects().iter().any(|effect| matches!(effect, Effect::Slashed(..))));
	});
}

#[test]
fn failures_that_say_nothing_about_the_program_should_end_the_round() {
	ExtBuilder::ensemble(3, Aggregation::Voting).build_and_execute(|| {
		deliver(failure(1, FailureCode::Timeout));
		assert!(is_open());
		deliver(failure(2, FailureCode::Timeout));
		assert_eq!(effects().last(), Some(&Effect::RoundFailed(JOB)));
	});
}

#[test]
fn an_answer_that_cannot_be_read_should_not_be_made_up() {
	// No invariant allows it: without the check at the end.
	ExtBuilder::ensemble(2, Aggregation::BestEffort).build().execute_with(|| {
		deliver(cac(1, outcome(b"1")));
		Certificates::<Test>::remove((JOB, 1, 1));
		deliver(cac(2, outcome(b"2")));
		assert!(events().contains(&Event::NoAnswer { job: JOB, error: AggregateError::NoAnswers }));
		assert_eq!(effects().last(), Some(&Effect::RoundFailed(JOB)));
	});
}

#[test]
fn nothing_should_change_when_the_board_would_not_settle_an_ensemble() {
	ExtBuilder::ensemble(2, Aggregation::Voting).build_and_execute(|| {
		deliver(cac(1, outcome(b"1")));
		SettleFails::set(true);
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(cac(2, outcome(b"1")))),
			sp_runtime::DispatchError::Other("the board would not settle")
		);
		assert_eq!(Announced::get(), None);
	});
}

#[test]
fn an_output_should_be_told_only_of_what_was_decided_and_lies_here() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		assert_eq!(QuorumResults::output(JOB), None, "not decided yet");
		let elsewhere = |body: &mut concordat_primitives::cac::CacV1| {
			body.outcome = concordat_primitives::cac::Outcome::Success {
				hash: output_hash(OUTPUT),
				output: concordat_primitives::cac::Output::External(
					b"https://example.org/out".to_vec().try_into().unwrap(),
				),
			}
		};
		deliver(altered(2, elsewhere));
		assert_eq!(QuorumResults::output(JOB).as_deref(), Some(OUTPUT));
		assert_eq!(QuorumResults::output(999), None);
	});
	ExtBuilder::default().backups(2).build_and_execute(|| {
		let elsewhere = |node| {
			altered(node, |body| {
				body.outcome = concordat_primitives::cac::Outcome::Success {
					hash: output_hash(OUTPUT),
					output: concordat_primitives::cac::Output::External(
						b"https://example.org/out".to_vec().try_into().unwrap(),
					),
				}
			})
		};
		// The first certificate says something else, in the open; those who agree, elsewhere.
		deliver(cac(1, outcome(b"something else")));
		deliver(elsewhere(2));
		deliver(elsewhere(4));
		deliver(elsewhere(5));
		assert_eq!(place(), OutputPlace::OffChain);
		assert_eq!(QuorumResults::output(JOB), None);
	});
}
