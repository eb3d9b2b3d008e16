//! Handoffs: who may give them, when, and what stands in for those that do not come.

use crate::{mock::*, Error, Event};
use concordat_primitives::{
	handoff::{Handoff, HandoffState, SignedHandoff},
	job::{FailureReason, JobStatus, SeatState},
	receipt::Operation,
	traits::Handoffs,
	workflow::WorkflowKind,
	Hash, JobId, NodeId,
};

/// Ran the step before.
const SENDER: NodeId = 10;
/// Has the seat.
const RECEIVER: NodeId = 20;

/// A chain whose second step has a seat.
fn seated() -> JobId {
	let id = submit(chain(3));
	complete(id, 0, SENDER);
	let job = job_of(id, 1);
	seat_on(job, RECEIVER, 1);
	job
}

fn state(job: JobId, node: NodeId) -> HandoffState {
	let attempt = crate::mock::job(job).seats.iter().find(|one| one.node == node).unwrap().attempt;
	<Workflows as Handoffs>::state(job, attempt, node)
}

fn good(job: JobId) -> SignedHandoff {
	sign(handoff(job, SENDER, RECEIVER), SENDER)
}

fn change_seat(job: JobId, change: impl FnOnce(&mut concordat_primitives::job::Seat)) {
	Board::mutate(job, |job| change(&mut job.as_mut().unwrap().seats[0]));
}

#[test]
fn a_handoff_should_be_taken_once_and_be_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		receipts();
		events();
		assert_eq!(state(job, RECEIVER), HandoffState::Awaited { until: START + 3 });
		assert_eq!(hand_over(good(job)), Ok(()));
		assert_eq!(state(job, RECEIVER), HandoffState::Given(good(job), key(SENDER)));
		let digest = good(job).handoff.digest();
		assert_eq!(
			receipts(),
			[Operation::HandedOver {
				workflow: 1,
				step: 1,
				from: SENDER,
				to: RECEIVER,
				handoff: digest
			}]
		);
		assert_eq!(
			events(),
			[Event::HandedOver {
				workflow: 1,
				step: 1,
				job,
				attempt: 1,
				from: SENDER,
				to: RECEIVER,
				handoff: digest,
				receipt: 0,
			}]
		);
		refused(|| hand_over(good(job)), Error::AlreadyGiven);
	});
}

#[test]
fn every_word_of_a_handoff_should_be_checked() {
	type Change = fn(&mut Handoff);
	let cases: [(&str, Change, Error<Test>); 11] = [
		("chain", |said| said.genesis = Hash::zero(), Error::WrongChain),
		("job", |said| said.job = 99, Error::UnknownJob),
		("workflow", |said| said.workflow = 2, Error::WrongStep),
		("step", |said| said.step = 2, Error::WrongStep),
		("sender", |said| said.from = RECEIVER, Error::WrongSender),
		("receiver", |said| said.to = 21, Error::NotSeated),
		("attempt", |said| said.attempt = 2, Error::WrongAttempt),
		("nonce", |said| said.nonce = Hash::zero(), Error::WrongNonce),
		("task", |said| said.task = Hash::zero(), Error::WrongTask),
		("context", |said| said.context = Hash::zero(), Error::WrongContext),
		("nothing", |_| (), Error::AlreadyGiven),
	];
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		for (what, change, error) in cases {
			let mut said = handoff(job, SENDER, RECEIVER);
			change(&mut said);
			if what == "nothing" {
				assert_eq!(hand_over(sign(said.clone(), SENDER)), Ok(()));
			}
			let got = hand_over(sign(said, SENDER));
			assert_eq!(got, Err(error.into()), "{what}");
		}
	});
}

#[test]
fn a_forged_handoff_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let said = handoff(job, SENDER, RECEIVER);
		// By the receiver, by a stranger, and with a signature of something else.
		for forger in [RECEIVER, 77] {
			refused(|| hand_over(sign(said.clone(), forger)), Error::BadSignature);
		}
		let mut other = said.clone();
		other.attempt = 2;
		let signature = sign(other, SENDER).signature;
		refused(|| hand_over(SignedHandoff { handoff: said, signature }), Error::BadSignature);
	});
}

#[test]
fn the_key_should_be_the_one_that_signed_the_certificate() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let first = job_of(id, 0);
		// The node signed its certificate with another key than the one it has now.
		OutputBytes::insert(first, b"out".to_vec());
		let mut record = job(first);
		record.status = JobStatus::Completed;
		Board::insert(first, &record);
		use concordat_primitives::traits::{JobEnd, JobOutcomes};
		Workflows::job_ended(
			first,
			&record.parent,
			&JobEnd::Completed {
				output: concordat_primitives::hashing::output_hash(b"out"),
				node: SENDER,
				signing_key: key(66),
			},
		);
		idle();
		let second = job_of(id, 1);
		seat_on(second, RECEIVER, 1);
		refused(|| hand_over(good(second)), Error::BadSignature);
		assert_eq!(hand_over(sign(handoff(second, SENDER, RECEIVER), 66)), Ok(()));
	});
}

#[test]
fn a_late_handoff_should_be_refused_and_the_record_of_the_chain_stand_in() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let until = START + params().handoff_window;
		run_to(until - 1);
		assert_eq!(state(job, RECEIVER), HandoffState::Awaited { until });
		frame_support::assert_ok!(frame_support::storage::with_transaction(|| {
			sp_runtime::TransactionOutcome::Rollback(hand_over(good(job)))
		}));
		run_to(until);
		assert_eq!(state(job, RECEIVER), HandoffState::Lapsed);
		refused(|| hand_over(good(job)), Error::TooLate);
	});
}

#[test]
fn an_old_handoff_should_open_no_new_seat() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let old = good(job);
		// The same node gets the seat again, under the next attempt.
		Board::mutate(job, |job| job.as_mut().unwrap().seats.clear());
		refused(|| hand_over(old.clone()), Error::NotSeated);
		seat_on(job, RECEIVER, 2);
		refused(|| hand_over(old.clone()), Error::WrongAttempt);
		let mut bent = old.handoff;
		bent.attempt = 2;
		refused(|| hand_over(sign(bent, SENDER)), Error::WrongNonce);
		assert_eq!(hand_over(good(job)), Ok(()));
	});
}

#[test]
fn what_was_given_to_an_attempt_should_not_count_for_the_next() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		assert_eq!(hand_over(good(job)), Ok(()));
		Board::mutate(job, |job| job.as_mut().unwrap().seats.clear());
		seat_on(job, RECEIVER, 2);
		assert!(matches!(state(job, RECEIVER), HandoffState::Awaited { .. }));
		assert_eq!(hand_over(good(job)), Ok(()));
		// The one of the seat that was given up is gone.
		assert_eq!(crate::Handed::<Test>::get(job).len(), 1);
	});
}

#[test]
fn every_seat_should_get_its_own() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		for node in 21..27 {
			seat_on(job, node, 1);
		}
		for node in 20..27 {
			assert_eq!(hand_over(sign(handoff(job, SENDER, node), SENDER)), Ok(()));
		}
		assert_eq!(crate::Handed::<Test>::get(job).len(), 7);
		for node in 20..27 {
			assert!(matches!(state(job, node), HandoffState::Given(..)));
		}
	});
}

#[test]
fn a_step_without_predecessors_should_need_none() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let first = job_of(id, 0);
		seat_on(first, RECEIVER, 1);
		assert_eq!(state(first, RECEIVER), HandoffState::NotNeeded);
		refused(|| hand_over(good(first)), Error::NothingToHandOver);
		assert_eq!(<Workflows as Handoffs>::state(99, 1, 1), HandoffState::NotNeeded);
	});
}

#[test]
fn a_seat_that_has_delivered_or_is_over_should_get_none() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		change_seat(job, |seat| seat.state = SeatState::Delivered(START));
		refused(|| hand_over(good(job)), Error::AlreadyDelivered);
		change_seat(job, |seat| seat.state = SeatState::Acknowledged(START));
		for status in [JobStatus::Pending, JobStatus::Disputed] {
			Board::mutate(job, |job| job.as_mut().unwrap().status = status);
			refused(|| hand_over(good(job)), Error::NotRunning);
		}
		Board::mutate(job, |job| job.as_mut().unwrap().status = JobStatus::Running);
		let signed = good(job);
		complete(1, 1, RECEIVER);
		refused(|| hand_over(signed), Error::UnknownJob);
	});
}

#[test]
fn the_last_predecessor_to_end_should_hand_over() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(diamond());
		complete(id, 0, 9);
		complete(id, 2, 22);
		complete(id, 1, SENDER);
		let job = job_of(id, 3);
		seat_on(job, RECEIVER, 1);
		refused(|| hand_over(sign(handoff(job, 22, RECEIVER), 22)), Error::WrongSender);
		assert_eq!(hand_over(good(job)), Ok(()));
	});
}

#[test]
fn a_retried_step_should_be_handed_over_anew() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = workflow(WorkflowKind::Sequential, vec![step(&[]), step(&[])]);
		spec.steps[1].retries = 1;
		let id = submit(spec);
		complete(id, 0, SENDER);
		let first = job_of(id, 1);
		seat_on(first, RECEIVER, 1);
		let old = good(first);
		assert_eq!(hand_over(old.clone()), Ok(()));
		fail(id, 1, FailureReason::Silence);
		let second = job_of(id, 1);
		seat_on(second, RECEIVER, 1);
		refused(|| hand_over(old), Error::UnknownJob);
		assert_eq!(hand_over(good(second)), Ok(()));
		assert_eq!(crate::Handed::<Test>::iter().count(), 1);
	});
}

#[test]
fn a_step_that_ran_without_a_handoff_should_say_so() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		complete(1, 1, RECEIVER);
		let lapsed = Event::HandoffLapsed { workflow: 1, step: 1, job, from: SENDER, to: RECEIVER };
		assert!(events().contains(&lapsed));
		assert_eq!(crate::Books::<Test>::get().lapsed, 1);
		// The next one is handed over.
		let next = job_of(1, 2);
		seat_on(next, 30, 1);
		assert_eq!(hand_over(sign(handoff(next, RECEIVER, 30), RECEIVER)), Ok(()));
		complete(1, 2, 30);
		assert!(!events().iter().any(|event| matches!(event, Event::HandoffLapsed { .. })));
		let totals = crate::Books::<Test>::get();
		assert_eq!((totals.lapsed, totals.handoffs), (1, 1));
	});
}

#[test]
fn a_node_should_owe_only_for_jobs_that_run() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		assert_eq!(Workflows::owed_by(SENDER), [job]);
		complete(1, 1, RECEIVER);
		assert_eq!(Workflows::owed_by(SENDER), [] as [JobId; 0]);
		assert_eq!(Workflows::owed_by(RECEIVER).len(), 1);
		cancel(ALICE, 1).unwrap();
		idle();
		assert_eq!(crate::Owed::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_node_that_owes_too_much_should_not_stop_anything() {
	ExtBuilder::default().params(|params| params.max_live = 1_000).build_and_execute(|| {
		let count = u64::from(crate::MAX_OWED) + 2;
		for _ in 0..count {
			let id = submit(chain(2));
			complete(id, 0, SENDER);
		}
		assert_eq!(Workflows::owed_by(SENDER).len() as u32, crate::MAX_OWED);
		let last = job_of(count, 1);
		seat_on(last, RECEIVER, 1);
		// It is not reminded, but may hand over.
		assert_eq!(hand_over(good(last)), Ok(()));
		complete(count, 1, RECEIVER);
	});
}

#[test]
fn only_what_was_authorised_should_be_taken() {
	ExtBuilder::default().build_and_execute(|| {
		let job = seated();
		let call = crate::Call::hand_over { signed: Box::new(good(job)) };
		for origin in [RuntimeOrigin::signed(ALICE), RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_eq!(dispatch(origin, call.clone()), Err(sp_runtime::DispatchError::BadOrigin));
		}
	});
}
