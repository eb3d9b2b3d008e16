//! The nodes of a round differ, or too few of them are left.

use super::*;
use crate::{Ballots, Event, Results};
use concordat_primitives::{cac::FailureCode, job::JobStatus, NodeId};

fn lie(node: NodeId) -> SignedCac {
	cac(node, outcome(b"rain: 0 mm, trigger: no"))
}

fn timeout(node: NodeId) -> SignedCac {
	failure(node, FailureCode::Timeout)
}

fn is_escalated() -> bool {
	terms(JOB).committee.is_some()
}

fn is_untouched() -> bool {
	settlements().is_empty() && !has_failed() && !is_escalated()
}

#[test]
fn two_that_differ_should_call_the_committee_at_once_where_nodes_do_not_commit() {
	ExtBuilder::quorum(3, 5).backups(4).build_and_execute(|| {
		deliver(good(1));
		deliver(good(2));
		assert!(is_untouched());
		deliver(lie(3));
		assert!(is_escalated(), "although two more could still have agreed with the first");
		// Who has not delivered is not waited for any more.
		let seated: Vec<_> = terms(JOB).seats.iter().map(|s| (s.node, s.attempt)).collect();
		assert_eq!(seated, [(1, 1), (2, 1), (3, 1), (6, 2), (7, 2), (8, 2), (9, 2)]);
		let committee = vec![6, 7, 8, 9].try_into().unwrap();
		assert_eq!(
			events().last(),
			Some(&Event::Discrepancy { job: JOB, votes: 3, attempt: 2, committee })
		);
		let nodes = vec![6, 7, 8, 9].try_into().unwrap();
		assert_eq!(receipts(), [Operation::JobEscalated { job: JOB, attempt: 2, nodes }]);
		// The votes stay, for the committee's decision to judge them.
		let urn = Ballots::<Test>::get(JOB);
		assert_eq!((urn.ballots.len(), urn.committee), (3, 4));
		assert_eq!(slashes(), [], "nobody is guilty yet");
	});
}

#[test]
fn a_quorum_before_any_dissent_should_decide_where_nodes_do_not_commit() {
	ExtBuilder::default().backups(2).build_and_execute(|| {
		deliver(good(1));
		deliver(good(2));
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
	});
}

#[test]
fn all_who_committed_should_be_heard_before_a_discrepancy_is_declared() {
	ExtBuilder::quorum(3, 5).committing().backups(3).build_and_execute(|| {
		let said: Vec<_> =
			(1..=5).map(|node| if node < 3 { lie(node) } else { good(node) }).collect();
		said.iter().for_each(commit);
		System::set_block_number(NOW + 1);
		for cac in &said[..4] {
			reveal(cac);
			assert!(is_untouched(), "two differ already, and one has still to show its own");
		}
		reveal(&said[4]);
		// Three agree, as many as the mode asks for: but every liar is seen, and a committee decides.
		assert!(is_escalated());
		assert_eq!(Ballots::<Test>::get(JOB).ballots.len(), 5);
	});
}

#[test]
fn a_lonely_liar_should_not_hide_behind_a_quorum() {
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		commit_and_reveal(&[good(1), good(2), lie(3)]);
		assert!(is_escalated());
	});
}

#[test]
fn explicit_failures_should_be_a_discrepancy_once_too_few_are_left() {
	ExtBuilder::quorum(3, 5).backups(3).build_and_execute(|| {
		deliver(timeout(1));
		deliver(failure(2, FailureCode::ContentUnavailable));
		assert!(is_untouched(), "three can still agree");
		deliver(failure(3, FailureCode::InputMismatch));
		assert!(is_escalated());
	});
	// They differ from nothing.
	ExtBuilder::quorum(3, 5).backups(3).build_and_execute(|| {
		deliver(timeout(1));
		(2..=4).for_each(|node| deliver(good(node)));
		assert_eq!(settled(), (vec![2, 3, 4], vec![], vec![1]));
		assert_eq!(slashes(), []);
	});
}

#[test]
fn failures_of_the_program_should_differ_from_each_other_and_from_outputs() {
	for (one, other) in [
		(failure as fn(NodeId, FailureCode) -> SignedCac, FailureCode::Program(2)),
		(|node, _| good(node), FailureCode::Trap),
	] {
		ExtBuilder::default().backups(2).build_and_execute(|| {
			deliver(one(1, FailureCode::Program(1)));
			deliver(failure(2, other));
			assert!(is_escalated());
		});
	}
}

#[test]
fn losses_should_be_a_discrepancy_once_too_few_are_left() {
	ExtBuilder::default().backups(2).build_and_execute(|| {
		deliver(good(1));
		lose_seat(2, None);
		assert!(is_untouched());
		lose_seat(3, None);
		assert!(is_escalated());
	});
	// Before anybody could show anything.
	ExtBuilder::default().committing().backups(2).build_and_execute(|| {
		commit(&good(1));
		lose_seat(2, None);
		assert!(is_untouched());
		lose_seat(3, None);
		assert!(is_escalated());
		let urn = Ballots::<Test>::get(JOB);
		assert!(urn.pledges.is_empty(), "what node 1 committed to will not be shown");
		assert_eq!(terms(JOB).seats.len(), 2);
	});
}

#[test]
fn a_seat_that_is_lost_while_others_commit_should_go_to_a_backup() {
	ExtBuilder::default().committing().build_and_execute(|| {
		commit(&good(1));
		commit(&good(2));
		// One that had committed is lost as well: what it committed to goes with it.
		lose_seat(2, None);
		assert_eq!(Ballots::<Test>::get(JOB).pledges.len(), 1);
		lose_seat(3, Some(4));
		assert!(is_untouched());
		let (one, four) = (good(1), good(4));
		commit(&four);
		System::set_block_number(NOW + 1);
		reveal(&one);
		reveal(&four);
		assert_eq!(settled(), (vec![1, 4], vec![], vec![]));
	});
}

#[test]
fn without_a_committee_the_round_should_be_wonky_and_nobody_guilty() {
	for backups in [0, 1] {
		ExtBuilder::default().committing().backups(backups).build_and_execute(|| {
			commit_and_reveal(&[good(1), good(2), lie(3)]);
			let all = events();
			assert_eq!(
				all[all.len() - 2..],
				[Event::Wonky { job: JOB }, Event::RoundFailed { job: JOB, votes: 3 }]
			);
			assert!(has_failed() && settlements().is_empty());
			assert_eq!(slashes(), []);
			assert_eq!(receipts(), []);
			assert!(Results::<Test>::get(JOB).is_none());
			let urn = Ballots::<Test>::get(JOB);
			assert!(urn.ballots.is_empty() && urn.certificates == 3);
		});
	}
}

#[test]
fn one_node_alone_should_have_no_committee() {
	ExtBuilder::single().backups(4).build_and_execute(|| {
		deliver(timeout(1));
		assert!(has_failed() && !effects().iter().any(|e| matches!(e, Effect::Escalated(..))));
		assert!(!events().contains(&Event::Wonky { job: JOB }));
		assert_eq!(Board::get(JOB).unwrap().status, JobStatus::Pending);
	});
}

#[test]
fn a_round_should_end_as_it_would_have_if_the_votes_had_come_in_another_order() {
	let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
	let worlds: [fn() -> [SignedCac; 3]; 4] = [
		|| [good(1), good(2), lie(3)],
		|| [good(1), timeout(2), good(3)],
		|| [good(1), timeout(2), lie(3)],
		|| [good(1), good(2), good(3)],
	];
	for world in worlds {
		let mut ends = Vec::new();
		for order in orders {
			ExtBuilder::default().committing().backups(2).build_and_execute(|| {
				let said = world();
				said.iter().for_each(commit);
				System::set_block_number(NOW + 1);
				order.iter().for_each(|place| reveal(&said[*place]));
				let mut paid: Vec<_> = settlements()
					.iter()
					.flat_map(|s| s.agreed.iter().map(|(node, _)| *node).collect::<Vec<_>>())
					.collect();
				paid.sort_unstable();
				ends.push((paid, is_escalated(), has_failed()));
			});
		}
		assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
	}
}
