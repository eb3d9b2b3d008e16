//! What is done once is not done again, until it has to be.

use super::*;
use crate::offchain::{
	locks::{Locks, Stage, LOCKS_PREFIX},
	RUN_LOCK_KEY, RUN_LOCK_MILLIS,
};

#[test]
fn a_certificate_should_not_be_submitted_twice() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let cac = host.good(1);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), [submit_call(cac.clone())]);
	// The same block again after a re-organisation, then the next ones: not even a question.
	for number in [NOW, NOW + 1, NOW + 5] {
		assert_eq!(host.run(number), []);
	}
	// The pool has forgotten it by now: once more.
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 6), [submit_call(cac)]);
	assert_eq!(host.run(NOW + 7), []);
}

#[test]
fn an_acknowledgement_should_be_repeated_only_after_its_time_in_the_pool() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, pending());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	for number in NOW + 1..NOW + 6 {
		host.expect_poll(1, JOB, pending());
		assert_eq!(host.run(number), []);
	}
	RUNS_AT.set(NOW + 6);
	host.expect_poll(1, JOB, pending());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW + 6), [ack_call(ack)]);
}

#[test]
fn a_submission_that_failed_should_be_tried_again_in_the_next_block() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let cac = host.good(1);
	host.fill_pool(true);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), []);
	host.fill_pool(false);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 1), [submit_call(cac)]);
}

#[test]
fn another_attempt_should_not_be_held_up_by_the_locks_of_the_last() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let cac = host.good(1);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW).len(), 1);
	host.chain(|| change_terms(JOB, |terms| terms.seats[0] = seat(JOB, 2, 1)));
	let cac = host.good(1);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 1), [submit_call(cac)]);
}

#[test]
fn a_run_should_not_begin_while_another_is_under_way() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let until = host.clock() + RUN_LOCK_MILLIS;
	host.store(RUN_LOCK_KEY, &until.encode());
	assert_eq!(host.run(NOW), []);
	assert_eq!(host.run(NOW + 1), []);
	// The other one crashed: its lock expires.
	host.set_clock(until + 1);
	let cac = host.good(1);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 3), [submit_call(cac)]);
	// This one ended: its lock is gone.
	assert_eq!(host.stored(RUN_LOCK_KEY), None);
}

#[test]
fn expired_locks_should_be_swept_out() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	let table = [LOCKS_PREFIX, &1u32.encode()].concat();
	host.chain(|| {
		for job in 0..50 {
			assert!(Locks::of(1, job, Hash::repeat_byte(1), NOW).acquire(Stage::Deliver, 3));
		}
	});
	let full = host.stored(&table).unwrap().len();
	host.chain(|| {
		assert!(Locks::of(1, 50, Hash::repeat_byte(1), NOW + 3).acquire(Stage::Deliver, 3));
	});
	assert!(host.stored(&table).unwrap().len() * 25 < full);
}

#[test]
fn locks_should_keep_stages_seats_and_nodes_apart() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	host.chain(|| {
		let locks = Locks::of(1, JOB, Hash::repeat_byte(1), NOW);
		assert!(locks.acquire(Stage::Acknowledge, 3));
		assert!(!locks.acquire(Stage::Acknowledge, 3));
		assert!(locks.held(Stage::Acknowledge));
		for (other, stage) in [
			(Locks::of(1, JOB, Hash::repeat_byte(1), NOW), Stage::Deliver),
			(Locks::of(1, JOB, Hash::repeat_byte(1), NOW), Stage::Start),
			(Locks::of(1, JOB, Hash::repeat_byte(2), NOW), Stage::Acknowledge),
			(Locks::of(1, JOB + 1, Hash::repeat_byte(1), NOW), Stage::Acknowledge),
			(Locks::of(2, JOB, Hash::repeat_byte(1), NOW), Stage::Acknowledge),
		] {
			assert!(!other.held(stage));
		}
		assert!(Locks::of(1, JOB, Hash::repeat_byte(1), NOW + 2).held(Stage::Acknowledge));
		assert!(!Locks::of(1, JOB, Hash::repeat_byte(1), NOW + 3).held(Stage::Acknowledge));
		locks.release(Stage::Acknowledge);
		assert!(!locks.held(Stage::Acknowledge));
		assert!(locks.acquire(Stage::Acknowledge, 3));
	});
}

#[test]
fn locks_of_a_chain_that_is_gone_should_not_count() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	host.chain(|| {
		assert!(Locks::of(1, JOB, Hash::repeat_byte(1), 50_000).acquire(Stage::Deliver, 6));
		let locks = Locks::of(1, JOB, Hash::repeat_byte(1), NOW);
		assert!(!locks.held(Stage::Deliver));
		assert!(locks.acquire(Stage::Deliver, 6));
	});
}

#[test]
fn a_table_that_cannot_be_read_should_be_begun_anew() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	host.store(&[LOCKS_PREFIX, &1u32.encode()].concat(), &[0xff; 9]);
	host.chain(|| {
		let locks = Locks::of(1, JOB, Hash::repeat_byte(1), NOW);
		assert!(!locks.held(Stage::Deliver));
		assert!(locks.acquire(Stage::Deliver, 6));
		assert!(locks.held(Stage::Deliver));
	});
}

#[test]
fn a_full_table_should_lock_nothing_more() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	host.chain(|| {
		let taken = (0..2_000)
			.filter(|job| Locks::of(1, *job, Hash::repeat_byte(1), NOW).acquire(Stage::Start, 3));
		assert_eq!(taken.count(), 1_024);
	});
}
