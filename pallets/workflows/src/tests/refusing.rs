//! Seats that are not taken, and handoffs that are held to be faulty.

use crate::{mock::*, Error, Event};
use concordat_primitives::{
	handoff::{HandoffFault, HandoffRefusal, HandoffState, SignedRefusal},
	job::{FailureReason, JobStatus, SeatState},
	traits::Handoffs,
	workflow::{StepFault, WorkflowStatus},
	Hash, JobId, NodeId,
};

const SENDER: NodeId = 10;
const RECEIVER: NodeId = 20;

/// A chain whose second step has a seat that was handed over; the digest of the handoff.
fn handed() -> (JobId, Hash) {
	let id = submit(chain(2));
	complete(id, 0, SENDER);
	let job = job_of(id, 1);
	seat_on(job, RECEIVER, 1);
	let signed = sign(handoff(job, SENDER, RECEIVER), SENDER);
	let digest = signed.handoff.digest();
	hand_over(signed).unwrap();
	events();
	(job, digest)
}

fn said(job: JobId, handoff: Hash, fault: HandoffFault) -> SignedRefusal {
	sign_refusal(refusal(job, RECEIVER, handoff, fault), RECEIVER)
}

#[test]
fn a_receiver_without_room_should_give_its_seat_to_the_next_best() {
	for fault in [HandoffFault::Overloaded, HandoffFault::MissingCapability] {
		ExtBuilder::default().build_and_execute(|| {
			let (job, digest) = handed();
			assert_eq!(refuse(said(job, digest, fault)), Ok(()));
			assert_eq!(Declined::get(), Some(vec![(job, 1, RECEIVER)]));
			assert_eq!(
				events(),
				[Event::HandoffRefused {
					workflow: 1,
					step: 1,
					job,
					attempt: 1,
					node: RECEIVER,
					fault
				}]
			);
			// The next best one waits for its own handoff.
			let next = RECEIVER + 1;
			assert!(matches!(
				<Workflows as Handoffs>::state(job, 2, next),
				HandoffState::Awaited { .. }
			));
			assert_eq!(hand_over(sign(handoff(job, SENDER, next), SENDER)), Ok(()));
			assert_eq!(crate::Handed::<Test>::get(job).len(), 1);
		});
	}
}

#[test]
fn a_seat_can_be_refused_before_its_handoff_came() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		complete(id, 0, SENDER);
		let job = job_of(id, 1);
		seat_on(job, RECEIVER, 1);
		assert_eq!(refuse(said(job, Hash::zero(), HandoffFault::Overloaded)), Ok(()));
		assert_eq!(Declined::get(), Some(vec![(job, 1, RECEIVER)]));
	});
	// And one that needs none.
	ExtBuilder::default().build_and_execute(|| {
		let job = job_of(submit(chain(1)), 0);
		seat_on(job, RECEIVER, 1);
		assert_eq!(refuse(said(job, Hash::zero(), HandoffFault::Overloaded)), Ok(()));
	});
}

#[test]
fn a_fault_of_the_sender_should_cost_the_receiver_nothing_and_void_the_handoff() {
	for fault in [HandoffFault::InvalidSignature, HandoffFault::WrongTask] {
		ExtBuilder::default().build_and_execute(|| {
			let (job, digest) = handed();
			assert_eq!(refuse(said(job, digest, fault)), Ok(()));
			assert_eq!(Declined::get(), None);
			assert_eq!(crate::mock::job(job).seats[0].node, RECEIVER);
			// The record of the chain stands in, though the window is still open.
			assert_eq!(<Workflows as Handoffs>::state(job, 1, RECEIVER), HandoffState::Lapsed);
			refused(
				|| hand_over(sign(handoff(job, SENDER, RECEIVER), SENDER)),
				Error::AlreadyGiven,
			);
			refused(|| refuse(said(job, digest, fault)), Error::WrongHandoff);
			events();
			complete(1, 1, RECEIVER);
			assert!(events().iter().any(|event| matches!(event, Event::HandoffLapsed { .. })));
		});
	}
}

#[test]
fn nobody_should_be_blamed_for_a_handoff_that_did_not_come() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		complete(id, 0, SENDER);
		let job = job_of(id, 1);
		seat_on(job, RECEIVER, 1);
		for fault in [HandoffFault::InvalidSignature, HandoffFault::WrongTask] {
			refused(|| refuse(said(job, Hash::zero(), fault)), Error::WrongHandoff);
			let invented = Hash::repeat_byte(1);
			refused(|| refuse(said(job, invented, fault)), Error::WrongHandoff);
		}
	});
}

#[test]
fn every_word_of_a_refusal_should_be_checked() {
	type Change = fn(&mut HandoffRefusal);
	let cases: [(&str, Change, Error<Test>); 6] = [
		("chain", |said| said.genesis = Hash::zero(), Error::WrongChain),
		("job", |said| said.job = 99, Error::UnknownJob),
		("attempt", |said| said.attempt = 2, Error::WrongAttempt),
		("nonce", |said| said.nonce = Hash::zero(), Error::WrongNonce),
		("node", |said| said.node = 21, Error::NotSeated),
		("handoff", |said| said.handoff = Hash::repeat_byte(9), Error::WrongHandoff),
	];
	ExtBuilder::default().build_and_execute(|| {
		let (job, digest) = handed();
		for (what, change, error) in cases {
			let mut said = refusal(job, RECEIVER, digest, HandoffFault::Overloaded);
			change(&mut said);
			assert_eq!(refuse(sign_refusal(said, RECEIVER)), Err(error.into()), "{what}");
		}
		let right = refusal(job, RECEIVER, digest, HandoffFault::Overloaded);
		for forger in [SENDER, 77] {
			refused(|| refuse(sign_refusal(right.clone(), forger)), Error::BadSignature);
		}
	});
}

#[test]
fn a_seat_that_has_delivered_should_not_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let (job, digest) = handed();
		Board::mutate(job, |job| {
			job.as_mut().unwrap().seats[0].state = SeatState::Delivered(START)
		});
		refused(|| refuse(said(job, digest, HandoffFault::Overloaded)), Error::AlreadyDelivered);
	});
}

#[test]
fn a_refusal_that_ends_the_job_should_fail_the_step() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		complete(id, 0, SENDER);
		let job = job_of(id, 1);
		// Nobody comes after this one.
		seat_on(job, 99, 1);
		let said = refusal(job, 99, Hash::zero(), HandoffFault::Overloaded);
		assert_eq!(refuse(sign_refusal(said, 99)), Ok(()));
		idle();
		let fault = StepFault::Ended(JobStatus::Failed(FailureReason::Silence));
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
	});
}
