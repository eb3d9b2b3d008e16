//! The invariants are really checked, and the constants fit each other.

use super::*;
use crate::{mock, Ballots, Certificates, Discarded, OutputPlace, ResultRecord, Results};
use concordat_primitives::{
	cac::FailureCode,
	job::{JobStatus, SeatState},
};
use frame_support::traits::Hooks;

fn decided(decided_at: u32) -> ResultRecord {
	let result = Err(FailureCode::Trap);
	ResultRecord { receipt: 1, decided_at, result, output: OutputPlace::OffChain }
}

/// Breaks something in a job with one vote, and expects the check to say `complaint`.
fn caught(complaint: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		deliver(good(1));
		QuorumResults::do_try_state().unwrap();
		corrupt();
		assert_eq!(QuorumResults::do_try_state(), Err(complaint.into()));
	});
}

#[test]
fn broken_invariants_should_be_found() {
	caught("votes for a job that is not running", || set_status(JOB, JobStatus::Completed));
	caught("a certificate of a job that is gone", || Board::remove(JOB));
	caught("a certificate of a job that is gone", || Discarded::<Test>::insert(JOB, ()));
	caught("a discarded job without certificates", || Discarded::<Test>::insert(99, ()));
	caught("a vote without a certificate", || {
		let certificate = Certificates::<Test>::take((JOB, 1, 1));
		let mut other = certificate.unwrap();
		let concordat_primitives::cac::CacStatement::V1(body) = &mut other.1.statement;
		body.node = 2;
		Certificates::<Test>::insert((JOB, 2, 1), other);
	});
	caught("an urn that miscounts its job's certificates", || {
		Ballots::<Test>::mutate(JOB, |urn| urn.certificates = 2)
	});
	caught("a node that voted twice", || {
		Ballots::<Test>::mutate(JOB, |urn| {
			let ballot = urn.ballots[0].clone();
			urn.ballots.try_push(ballot).unwrap();
		})
	});
	caught("a vote that its certificate does not say", || {
		Ballots::<Test>::mutate(JOB, |urn| urn.ballots[0].tally = Ok(Default::default()))
	});
	caught("a certificate under another's key", || {
		let certificate = Certificates::<Test>::get((JOB, 1, 1)).unwrap();
		Certificates::<Test>::insert((JOB, 1, 2), certificate);
	});
	caught("a certificate of a block to come", || {
		Certificates::<Test>::mutate((JOB, 1, 1), |entry| entry.as_mut().unwrap().0 = NOW + 1)
	});
	caught("more certificates than allowed", || mock::MaxCertificates::set(0));
	caught("a decided job that still votes", || Results::<Test>::insert(JOB, decided(NOW)));
	caught("a decided job that runs", || {
		open_job(8, concordat_primitives::clause::ExecutionMode::Single, [1]);
		Results::<Test>::insert(8, decided(NOW))
	});
	caught("a decision of a block to come", || Results::<Test>::insert(8, decided(NOW + 1)));
	caught("a result of a job that is gone", || Results::<Test>::insert(8, decided(NOW)));
}

/// The same in a job whose nodes commit: one of them has.
fn caught_committing(complaint: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder::default().committing().backups(2).build().execute_with(|| {
		commit(&good(1));
		QuorumResults::do_try_state().unwrap();
		corrupt();
		assert_eq!(QuorumResults::do_try_state(), Err(complaint.into()));
	});
}

#[test]
fn broken_commitments_and_committees_should_be_found() {
	let strange = "commitments that are not those of the seats";
	caught_committing(strange, || Ballots::<Test>::mutate(JOB, |urn| urn.pledges[0].attempt = 2));
	caught_committing(strange, || {
		commit(&good(2));
		Ballots::<Test>::mutate(JOB, |urn| urn.redeem(1, 1));
	});
	caught_committing(strange, || {
		change_terms(JOB, |terms| terms.seats[0].state = SeatState::Assigned)
	});
	caught_committing("a node that committed twice", || {
		Ballots::<Test>::mutate(JOB, |urn| {
			let pledge = urn.pledges[0].clone();
			urn.pledges.try_push(pledge).unwrap();
		})
	});
	caught_committing("commitments where nobody commits", || {
		change_terms(JOB, |terms| terms.commit_reveal = false)
	});
	caught_committing("votes for a job that is gone", || Board::remove(JOB));
	caught_committing("votes for a job that is not running", || {
		set_status(JOB, JobStatus::Pending)
	});
	let half = "a committee that only one of board and urn knows";
	caught_committing(half, || Ballots::<Test>::mutate(JOB, |urn| urn.committee = 2));
	caught(half, || change_terms(JOB, |terms| terms.committee = Some(1)));
	caught("more members than the committee was seated with", || {
		change_terms(JOB, |terms| terms.committee = Some(1));
		Ballots::<Test>::mutate(JOB, |urn| urn.committee = 2);
	});
	caught("an urn that says nothing", || Ballots::<Test>::insert(8, crate::Urn::default()));
}

#[test]
fn proofs_and_votes_that_belong_to_nothing_should_be_found() {
	let output = concordat_primitives::hashing::output_hash(b"proven");
	let proof = |round| crate::ProofRecord { round, output, key: VERIFYING_KEY };
	let nobody = "a proof that nobody waits for";
	caught(nobody, || crate::Proofs::<Test>::insert(JOB, proof(1)));
	caught("a proof about a job that is gone", || crate::Proofs::<Test>::insert(8, proof(1)));
	for (round, status) in [(2, JobStatus::Running), (1, JobStatus::Pending)] {
		ExtBuilder::verifiers(2).build().execute_with(|| {
			crate::Proofs::<Test>::insert(JOB, proof(1));
			QuorumResults::do_try_state().unwrap();
			crate::Proofs::<Test>::insert(JOB, proof(round));
			set_status(JOB, status);
			assert_eq!(QuorumResults::do_try_state(), Err(nobody.into()));
		});
	}
	let bytes: crate::OutputBytes = b"voted".to_vec().try_into().unwrap();
	caught("a voted output that is nobody's result", || {
		crate::VotedOutputs::<Test>::insert(JOB, bytes.clone())
	});
	ExtBuilder::default().build().execute_with(|| {
		set_status(JOB, JobStatus::Overridden);
		let record = ResultRecord {
			result: Ok(concordat_primitives::hashing::output_hash(b"something else")),
			output: OutputPlace::Voted,
			..decided(NOW)
		};
		Results::<Test>::insert(JOB, record);
		let complaint = "an output that is not where its record says";
		assert_eq!(QuorumResults::do_try_state(), Err(complaint.into()));
		crate::VotedOutputs::<Test>::insert(JOB, bytes);
		assert_eq!(QuorumResults::do_try_state(), Err(complaint.into()), "other bytes");
	});
}

#[test]
fn outputs_that_are_not_where_their_records_say_should_be_found() {
	let places: [(OutputPlace, &[u8]); 4] = [
		// No such certificate; one that says something else; one of a failure; other bytes.
		(OutputPlace::Certificate(3, 1), OUTPUT),
		(OutputPlace::Certificate(1, 1), b"something else"),
		(OutputPlace::Certificate(2, 1), OUTPUT),
		(OutputPlace::Record(b"1".to_vec().try_into().unwrap()), b"2"),
	];
	for (output, said) in places {
		ExtBuilder::quorum(3, 5).build().execute_with(|| {
			deliver(good(1));
			deliver(failure(2, FailureCode::Trap));
			Ballots::<Test>::remove(JOB);
			set_status(JOB, JobStatus::Completed);
			let result = Ok(concordat_primitives::hashing::output_hash(said));
			let record = ResultRecord { receipt: 1, decided_at: NOW, result, output };
			let complaint = "an output that is not where its record says";
			Results::<Test>::insert(JOB, record);
			assert_eq!(QuorumResults::do_try_state(), Err(complaint.into()));
		});
	}
	caught("a vote that its certificate does not say", || {
		Ballots::<Test>::mutate(JOB, |urn| urn.ballots[0].readable = false)
	});
}

#[test]
fn constants_should_fit_each_other() {
	ExtBuilder::default().build_and_execute(|| {
		<QuorumResults as Hooks<_>>::integrity_test();
	});
}

#[test]
#[should_panic = "MaxCertificates >= MAX_VOTERS"]
fn a_round_should_fit_into_the_certificates() {
	mock::MaxCertificates::set(10);
	<QuorumResults as Hooks<_>>::integrity_test();
}

#[test]
#[should_panic = "AuthorizedLongevity >= 2"]
fn a_message_should_live_long_enough_to_be_included() {
	mock::AuthorizedLongevity::set(1);
	<QuorumResults as Hooks<_>>::integrity_test();
}
