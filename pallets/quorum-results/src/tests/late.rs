//! Certificates that come after the decision.

use super::*;
use crate::{Certificates, Discarded, Event, Results, WeightInfo};
use concordat_primitives::{
	cac::FailureCode,
	ensemble::Aggregation,
	hashing::output_hash,
	job::{JobStatus, SeatState},
	traits::{JobListener, JobOutputs},
};
use frame_support::{traits::Hooks, weights::Weight};

const OTHER: &[u8] = b"rain: 0 mm, trigger: no";

/// Nodes 1 and 2 have decided; what node 3 would have said, and the same as the others, is handed to `test`.
fn decided(test: impl FnOnce(SignedCac, SignedCac)) {
	ExtBuilder::default().build_and_execute(|| {
		let (late, same) = (cac(3, outcome(OTHER)), good(3));
		deliver(good(1));
		deliver(good(2));
		test(late, same);
	});
}

#[test]
fn late_dissent_should_become_evidence_and_nothing_else() {
	decided(|late, _| {
		let before = (settled(), terms(JOB), Results::<Test>::get(JOB));
		System::set_block_number(NOW + 50);
		deliver(late.clone());
		assert_eq!(
			receipts().last(),
			Some(&Operation::LateDissent { job: JOB, node: 3, cac: late.digest() })
		);
		assert_eq!(
			events().last(),
			Some(&Event::LateDissent {
				job: JOB,
				attempt: 1,
				node: 3,
				tally: Ok(output_hash(OTHER)),
				cac: late.digest(),
				receipt: 502,
			})
		);
		assert_eq!(Certificates::<Test>::get((JOB, 3, 1)), Some((NOW + 50, late.clone())));
		let view = QuorumResults::result_view(JOB).unwrap();
		assert_eq!(view.cacs.last().unwrap().1, late);
		// The result stands, and nobody is slashed, or told again.
		assert_eq!((settled(), terms(JOB), Results::<Test>::get(JOB)), before);
		assert_eq!(slashes(), []);
		assert_eq!(Announced::get().unwrap().len(), 1);
		assert_eq!(QuorumResults::output(JOB).as_deref(), Some(OUTPUT));
	});
}

#[test]
fn a_late_failure_of_the_program_should_be_dissent() {
	ExtBuilder::default().build_and_execute(|| {
		let late = failure(3, FailureCode::Trap);
		deliver(good(1));
		deliver(good(2));
		deliver(late);
		assert!(matches!(receipts().last(), Some(Operation::LateDissent { node: 3, .. })));
	});
}

#[test]
fn what_contradicts_nothing_should_be_refused_as_stale() {
	decided(|_, same| {
		unheard(submit_call(same), CacRefusal::NotRunning);
	});
	ExtBuilder::default().build_and_execute(|| {
		let late = failure(3, FailureCode::Timeout);
		deliver(good(1));
		deliver(good(2));
		unheard(submit_call(late), CacRefusal::NotRunning);
	});
}

#[test]
fn late_dissent_should_be_heard_once_and_from_those_alone_who_had_a_seat() {
	ExtBuilder::default().build_and_execute(|| {
		let late = cac(3, outcome(OTHER));
		let again = cac(3, outcome(b"a third thing"));
		let mut stranger = statement(JOB, 3, outcome(OTHER));
		(stranger.node, stranger.lease) = (4, lease(4).id);
		let stranger = sign_as(&pair(4), stranger);
		let second_thoughts = cac(1, outcome(OTHER));
		let another_attempt = altered(3, |body| {
			body.attempt = 2;
			body.outcome = outcome(OTHER);
		});
		let another_nonce = altered(3, |body| {
			body.nonce = Hash::zero();
			body.outcome = outcome(OTHER);
		});
		deliver(good(1));
		deliver(good(2));
		unheard(submit_call(stranger), CacRefusal::NotAssigned);
		unheard(submit_call(second_thoughts), CacRefusal::AlreadyDelivered);
		unheard(submit_call(another_attempt), CacRefusal::WrongAttempt);
		unheard(submit_call(another_nonce), CacRefusal::WrongNonce);
		deliver(late.clone());
		unheard(submit_call(late), CacRefusal::AlreadyDelivered);
		unheard(submit_call(again), CacRefusal::AlreadyDelivered);
	});
}

#[test]
fn late_dissent_should_be_verified_as_every_certificate_is() {
	ExtBuilder::default().build_and_execute(|| {
		let flawed = |change: fn(&mut concordat_primitives::cac::CacV1)| {
			altered(3, |body| {
				body.outcome = outcome(OTHER);
				change(body);
			})
		};
		let program = flawed(|body| body.program = Hash::zero());
		let lease = flawed(|body| body.lease = 5);
		let measured = flawed(|body| body.measurement = measurement(2));
		let input = flawed(|body| body.input = Hash::zero());
		let mut forged = flawed(|_| ());
		forged.signature[9] ^= 1;
		let late = flawed(|_| ());
		deliver(good(1));
		deliver(good(2));
		unheard(submit_call(program), CacRefusal::WrongProgram);
		unheard(submit_call(lease), CacRefusal::WrongLease);
		unheard(submit_call(measured), CacRefusal::WrongMeasurement);
		unheard(submit_call(input), CacRefusal::WrongInput);
		unheard(submit_call(forged), CacRefusal::BadSignature);
		// Nor does it get around the verification by way of the dispatch.
		LeaseLooks::take();
		QuorumResults::submit_cac(authorized(), Box::new(late)).unwrap();
		assert_eq!(LeaseLooks::take(), 1);
	});
}

#[test]
fn late_dissent_should_be_heard_while_the_result_can_be_challenged() {
	for (status, heard) in [
		(JobStatus::Completed, true),
		(JobStatus::Disputed, true),
		(JobStatus::Slashed, false),
		(JobStatus::Overridden, false),
	] {
		decided(|late, _| {
			set_status(JOB, status);
			if heard {
				deliver(late);
			} else {
				unheard(submit_call(late), CacRefusal::NotRunning);
			}
		});
	}
	ExtBuilder::default().build_and_execute(|| {
		let late = good(3);
		deliver(failure(1, FailureCode::Trap));
		deliver(failure(2, FailureCode::Trap));
		deliver(late);
		assert!(matches!(receipts().last(), Some(Operation::LateDissent { node: 3, .. })));
	});
	decided(|late, _| {
		Board::remove(JOB);
		QuorumResults::pruned(JOB);
		unheard(submit_call(late), CacRefusal::UnknownJob);
	});
}

#[test]
fn a_job_without_a_result_should_hear_no_dissent() {
	ExtBuilder::default().build_and_execute(|| {
		for status in [JobStatus::Disputed, JobStatus::Completed] {
			set_status(JOB, status);
			unheard(submit_call(cac(3, outcome(OTHER))), CacRefusal::NotRunning);
		}
		set_status(JOB, JobStatus::Running);
	});
}

#[test]
fn nodes_that_commit_should_be_able_to_dissent_late_without() {
	ExtBuilder::default().committing().build_and_execute(|| {
		let late = cac(3, outcome(OTHER));
		(1..=3).for_each(|node| commit(&good(node)));
		System::set_block_number(NOW + 1);
		let third = terms(JOB).seats[2].clone();
		reveal(&good(1));
		reveal(&good(2));
		withhold(3);
		// It has lost its seat: it had its chance.
		unheard(submit_call(late.clone()), CacRefusal::NotAssigned);
		// A seat that is still there has not.
		change_terms(JOB, |terms| {
			let state = SeatState::Acknowledged(NOW);
			terms.seats.try_push(concordat_primitives::job::Seat { state, ..third }).unwrap()
		});
		deliver(late);
		assert!(matches!(receipts().last(), Some(Operation::LateDissent { node: 3, .. })));
	});
}

#[test]
fn another_answer_should_contradict_no_ensemble() {
	ExtBuilder::ensemble(4, Aggregation::Voting).build_and_execute(|| {
		let late = cac(4, outcome(b"7"));
		// Most see the same failure, which is the result at once.
		(1..=3).for_each(|node| deliver(failure(node, FailureCode::Trap)));
		unheard(submit_call(late), CacRefusal::NotRunning);
	});
}

#[test]
fn late_dissent_should_find_room_and_go_with_the_job() {
	let mut ext = ExtBuilder::default().build();
	ext.execute_with(|| {
		let late = cac(3, outcome(OTHER));
		MaxCertificates::set(2);
		deliver(good(1));
		deliver(good(2));
		// As many as one may leave; each seat may still dissent.
		deliver(late);
		QuorumResults::do_try_state().unwrap();
		Board::remove(JOB);
		QuorumResults::pruned(JOB);
	});
	ext.commit_all().unwrap();
	ext.execute_with(|| {
		let idle = || <QuorumResults as Hooks<_>>::on_idle(NOW, Weight::MAX);
		let whole = <() as WeightInfo>::look_for_discarded() + <() as WeightInfo>::sweep(2);
		assert_eq!(idle(), whole, "no more than was foreseen at a time");
	});
	ext.commit_all().unwrap();
	ext.execute_with(|| {
		<QuorumResults as Hooks<_>>::on_idle(NOW, Weight::MAX);
		assert_eq!(Certificates::<Test>::iter().count(), 0);
		assert!(Discarded::<Test>::iter_keys().next().is_none());
	});
}
