//! Rounds that fail, seats that are lost, jobs that go.

use super::*;
use crate::{Ballots, Certificates, Discarded, Error, Event, Results, WeightInfo};
use concordat_primitives::{
	cac::FailureCode,
	clause::ExecutionMode,
	job::{JobStatus, SeatState},
	traits::JobListener,
};
use frame_support::{assert_noop, traits::Hooks, weights::Weight};

fn rounds_failed() -> usize {
	effects().iter().filter(|e| matches!(e, Effect::RoundFailed(JOB))).count()
}

#[test]
fn a_round_in_which_all_disagree_should_be_handed_back_to_the_board() {
	ExtBuilder::default().build_and_execute(|| {
		// Nobody waits for the third: two differ, and there is no committee.
		for node in 1..=2 {
			deliver(cac(node, outcome(&[node as u8])));
		}
		assert_eq!(effects().last(), Some(&Effect::RoundFailed(JOB)));
		assert_eq!(events().last(), Some(&Event::RoundFailed { job: JOB, votes: 2 }));
		assert!(Ballots::<Test>::get(JOB).ballots.is_empty());
		assert!(Results::<Test>::get(JOB).is_none());
		// What they said can still be read.
		assert_eq!(QuorumResults::result_view(JOB).unwrap().cacs.len(), 2);
	});
}

#[test]
fn a_failure_that_says_nothing_about_the_program_should_end_a_single_round() {
	for code in [FailureCode::Timeout, FailureCode::InputMismatch] {
		ExtBuilder::single().build_and_execute(|| {
			deliver(failure(1, code));
			assert_eq!(rounds_failed(), 1);
			assert!(!effects()
				.iter()
				.any(|e| matches!(e, Effect::Settled(..) | Effect::Receipt(_))));
		});
	}
}

#[test]
fn a_round_should_end_as_soon_as_nobody_can_win() {
	ExtBuilder::default().build_and_execute(|| {
		let late = good(3);
		deliver(failure(1, FailureCode::Timeout));
		assert_eq!(rounds_failed(), 0);
		deliver(failure(2, FailureCode::Timeout));
		assert_eq!(rounds_failed(), 1);
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(late)),
			Error::<Test>::NotRunning
		);
	});
}

#[test]
fn votes_of_a_failed_round_should_not_count_in_the_next() {
	ExtBuilder::default().build_and_execute(|| {
		for node in 1..=2 {
			deliver(cac(node, outcome(&[node as u8])));
		}
		// The board draws again; node 1 sits again, in the next attempt.
		change_terms(JOB, |terms| {
			terms.status = JobStatus::Scheduled;
			terms.seats =
				vec![seat(JOB, 2, 1), seat(JOB, 2, 4), seat(JOB, 2, 5)].try_into().unwrap();
		});
		deliver(cac(1, outcome(&[2])));
		assert!(Results::<Test>::get(JOB).is_none(), "node 2 said so, in the first round");
		deliver(cac(4, outcome(&[2])));
		assert!(Results::<Test>::get(JOB).is_some());
		// Four certificates, in the order of their attempts.
		let order: Vec<_> = QuorumResults::result_view(JOB)
			.unwrap()
			.cacs
			.iter()
			.map(|(_, cac)| (cac.statement.body().attempt, cac.statement.body().node))
			.collect();
		assert_eq!(order, [(1, 1), (1, 2), (2, 1), (2, 4)]);
	});
}

#[test]
fn a_backup_should_finish_what_a_silent_node_began() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		let old = good(3);
		lose_seat(3, Some(4));
		assert_eq!(rounds_failed(), 0);
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(old)),
			Error::<Test>::NotAssigned
		);
		deliver(good(4));
		assert!(Results::<Test>::get(JOB).is_some());
	});
}

#[test]
fn a_lost_seat_should_leave_the_round_open_while_the_others_can_agree() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		lose_seat(3, None);
		assert_eq!(rounds_failed(), 0);
		deliver(good(2));
		assert!(Results::<Test>::get(JOB).is_some());
	});
}

#[test]
fn a_lost_seat_should_end_a_round_that_can_no_longer_agree() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		deliver(failure(2, FailureCode::Timeout));
		assert_eq!(rounds_failed(), 0);
		lose_seat(3, None);
		assert_eq!(rounds_failed(), 1);
		assert_eq!(events().last(), Some(&Event::RoundFailed { job: JOB, votes: 2 }));
	});
}

#[test]
fn a_round_without_any_vote_should_end_when_too_few_seats_are_left() {
	ExtBuilder::default().build_and_execute(|| {
		lose_seat(1, None);
		assert_eq!(rounds_failed(), 0);
		lose_seat(2, None);
		assert_eq!(rounds_failed(), 1);
		assert!(!Ballots::<Test>::contains_key(JOB));
	});
}

#[test]
fn a_seat_lost_before_anybody_delivered_should_leave_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		lose_seat(1, Some(4));
		assert!(!Ballots::<Test>::contains_key(JOB));
		assert_eq!(rounds_failed(), 0);
	});
}

#[test]
fn a_lost_seat_of_a_job_that_is_not_running_should_mean_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		set_status(JOB, JobStatus::Pending);
		QuorumResults::seat_lost(JOB, 1);
		QuorumResults::seat_lost(999, 1);
		assert_eq!(effects(), []);
	});
}

#[test]
fn a_notice_that_cannot_be_followed_should_leave_everything_as_it_was() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		// A board that shows two equal votes and a seat still open, then would not settle.
		SettleFails::set(true);
		Ballots::<Test>::mutate(JOB, |urn| {
			let mut second = urn.ballots[0].clone();
			second.node = 2;
			urn.ballots.try_push(second).unwrap();
		});
		let before = Ballots::<Test>::get(JOB);
		frame_support::assert_storage_noop!(QuorumResults::seat_lost(JOB, 3));
		assert_eq!(Ballots::<Test>::get(JOB), before);
		Ballots::<Test>::mutate(JOB, |urn| urn.ballots.truncate(1));
	});
}

#[test]
fn a_round_that_is_over_should_be_forgotten_but_for_its_certificates() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		set_status(JOB, JobStatus::Expired);
		QuorumResults::round_over(JOB);
		assert!(Ballots::<Test>::get(JOB).ballots.is_empty());
		assert_eq!(Certificates::<Test>::iter().count(), 1);
		// Of a round without votes there is nothing to forget.
		QuorumResults::round_over(8);
		assert!(!Ballots::<Test>::contains_key(8));
	});
}

/// The board forgets a job.
fn prune(job: concordat_primitives::JobId) {
	Board::remove(job);
	QuorumResults::pruned(job);
}

fn idle(remaining: Weight) -> Weight {
	<QuorumResults as Hooks<_>>::on_idle(NOW, remaining)
}

#[test]
fn a_pruned_job_should_leave_nothing() {
	let mut ext = ExtBuilder::default().build();
	ext.execute_with(|| {
		open_job(8, ExecutionMode::Quorum { k: 2, n: 3 }, 1..=3);
		deliver(cac_of(8, 1, outcome(OUTPUT)));
		deliver(good(1));
		deliver(failure(2, FailureCode::Timeout));
		deliver(good(3));
		prune(JOB);
		assert_eq!(QuorumResults::result_view(JOB), None);
		assert!(Results::<Test>::get(JOB).is_none());
		QuorumResults::do_try_state().unwrap();
	});
	// A later block: what is removed is counted only in the database.
	ext.commit_all().unwrap();
	ext.execute_with(|| {
		let spent = idle(Weight::MAX);
		assert_eq!(Certificates::<Test>::iter_prefix((JOB,)).count(), 0);
		assert!(Discarded::<Test>::iter_keys().next().is_none());
		let look = <() as WeightInfo>::look_for_discarded();
		assert_eq!(spent, <() as WeightInfo>::sweep(3) + look + look);
		// The other job keeps what it has.
		assert_eq!(Certificates::<Test>::iter_prefix((8,)).count(), 1);

		prune(8);
		assert!(!Ballots::<Test>::contains_key(8));
		QuorumResults::do_try_state().unwrap();
	});
}

#[test]
fn a_pruned_job_of_which_nobody_delivered_should_need_no_sweeping() {
	ExtBuilder::default().build_and_execute(|| {
		prune(JOB);
		assert!(Discarded::<Test>::iter_keys().next().is_none());
	});
}

#[test]
fn a_full_block_should_leave_the_sweeping_to_the_next() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(8, ExecutionMode::Single, [1]);
		deliver(cac_of(8, 1, outcome(OUTPUT)));
		deliver(good(1));
		prune(JOB);
		prune(8);
		let look = <() as WeightInfo>::look_for_discarded();
		let one = look + <() as WeightInfo>::sweep(MaxCertificates::get());
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(idle(one - Weight::from_parts(1, 0)), Weight::zero());
		assert_eq!(Discarded::<Test>::iter_keys().count(), 2);
		assert!(idle(one).all_lte(one));
		assert_eq!(Discarded::<Test>::iter_keys().count(), 1);
		QuorumResults::do_try_state().unwrap();
		assert!(idle(one).all_lte(one));
		assert_eq!(Certificates::<Test>::iter().count(), 0);
		assert_eq!(idle(one), look);
	});
}

#[test]
fn votes_should_outlast_a_freeze() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		set_status(JOB, JobStatus::Disputed);
		assert_eq!(Ballots::<Test>::get(JOB).ballots.len(), 1);
		QuorumResults::do_try_state().unwrap();
		set_status(JOB, JobStatus::Running);
		deliver(good(2));
		assert!(Results::<Test>::get(JOB).is_some());
	});
}

#[test]
fn a_seat_that_has_delivered_should_not_be_waited_for() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		deliver(failure(2, FailureCode::Timeout));
		// The board marks the last seat as delivered although no vote came: nobody is outstanding.
		change_terms(JOB, |terms| terms.seats[2].state = SeatState::Delivered(NOW));
		QuorumResults::seat_lost(JOB, 9);
		assert_eq!(rounds_failed(), 1);
	});
}
