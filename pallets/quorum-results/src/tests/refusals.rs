//! What is refused: by the pool, and by the dispatch, without a trace.

use super::*;
use crate::{mock, CacRefusal, Certificates, Error, Event};
use concordat_primitives::{
	attest::{LeaseRefusal, RiskClasses},
	cac::{CacV1, FailureCode, Outcome, Output, SignedAck, SignedCac},
	clause::{ExecutionMode, ResourceLimits, RiskClass},
	hashing::output_hash,
	job::{FailureReason, JobStatus},
	ClauseId, Hash,
};
use frame_support::{assert_noop, assert_storage_noop};
use sp_core::Pair;
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

/// Refused by both, for the same reason, and nothing has changed.
#[track_caller]
fn refused(cac: SignedCac, refusal: CacRefusal) {
	let call = submit_call(cac.clone());
	assert_storage_noop!(assert_eq!(
		validity(&call),
		Err(InvalidTransaction::from(refusal).into()),
		"the pool"
	));
	assert_noop!(
		QuorumResults::submit_cac(authorized(), Box::new(cac)),
		Error::<Test>::from(refusal)
	);
}

#[track_caller]
fn ack_refused(signed: SignedAck, refusal: CacRefusal) {
	let call = ack_call(signed.clone());
	assert_storage_noop!(assert_eq!(
		validity(&call),
		Err(InvalidTransaction::from(refusal).into()),
		"the pool"
	));
	assert_noop!(QuorumResults::acknowledge(authorized(), signed), Error::<Test>::from(refusal));
}

#[test]
fn calls_should_be_refused_from_any_origin_but_the_authorised_one() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
			RuntimeOrigin::signed(concordat_primitives::AccountId::new([1; 32])),
		] {
			assert_noop!(
				QuorumResults::submit_cac(origin.clone(), Box::new(good(1))),
				DispatchError::BadOrigin
			);
			assert_noop!(QuorumResults::acknowledge(origin, ack(1)), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn a_forged_signature_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut forged = good(1);
		forged.signature[10] ^= 1;
		refused(forged, CacRefusal::BadSignature);
		let mut forged = good(1);
		forged.signature = [0; 64];
		refused(forged, CacRefusal::BadSignature);
		let mut forged = ack(1);
		forged.signature[63] ^= 1;
		ack_refused(forged, CacRefusal::BadSignature);
	});
}

#[test]
fn a_statement_changed_after_signing_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let signature = good(1).signature;
		let mut other = cac(1, outcome(b"rain: 0 mm, trigger: no"));
		other.signature = signature;
		refused(other, CacRefusal::BadSignature);
	});
}

#[test]
fn the_key_of_another_node_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let body = statement(JOB, 1, outcome(OUTPUT));
		refused(sign_as(&pair(2), body), CacRefusal::BadSignature);
		let signed = ack(1);
		let signature = pair(2).sign(&signed.ack.message()).0;
		ack_refused(SignedAck { signature, ..signed }, CacRefusal::BadSignature);
	});
}

#[test]
fn an_acknowledgement_should_not_pass_for_a_certificate_nor_the_other_way_round() {
	ExtBuilder::default().build_and_execute(|| {
		let mut signed = good(1);
		signed.signature = ack(1).signature;
		refused(signed, CacRefusal::BadSignature);
		let mut signed = ack(1);
		signed.signature = good(1).signature;
		ack_refused(signed, CacRefusal::BadSignature);
	});
}

#[test]
fn a_replay_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let first = good(1);
		acknowledge(ack(1));
		ack_refused(ack(1), CacRefusal::AlreadyAcknowledged);
		deliver(first.clone());
		refused(first, CacRefusal::AlreadyDelivered);
		// Nor may the same key say something else: that is a matter for disputes.
		refused(cac(1, outcome(b"another output")), CacRefusal::AlreadyDelivered);
		ack_refused(ack(1), CacRefusal::AlreadyDelivered);
		assert_eq!(Certificates::<Test>::iter().count(), 1);
	});
}

#[test]
fn a_certificate_should_be_accepted_once_even_if_the_board_forgets_the_delivery() {
	ExtBuilder::default().build_and_execute(|| {
		let first = good(1);
		deliver(first.clone());
		change_terms(JOB, |terms| {
			terms.seats[0].state = concordat_primitives::job::SeatState::Assigned
		});
		refused(first, CacRefusal::AlreadyDelivered);
	});
}

#[test]
fn a_message_after_the_decision_should_be_refused_as_stale() {
	ExtBuilder::default().build_and_execute(|| {
		let (first, late) = (good(1), good(3));
		let late_ack = ack(3);
		deliver(first.clone());
		deliver(good(2));
		refused(late, CacRefusal::NotRunning);
		refused(first, CacRefusal::NotRunning);
		ack_refused(late_ack, CacRefusal::NotRunning);
		assert_eq!(InvalidTransaction::from(CacRefusal::NotRunning), InvalidTransaction::Stale);
	});
}

#[test]
fn nodes_should_not_be_heard_while_nobody_works_on_the_job() {
	ExtBuilder::default().build_and_execute(|| {
		for status in [
			JobStatus::Pending,
			JobStatus::AwaitingInput,
			JobStatus::Paused,
			JobStatus::Completed,
			JobStatus::Failed(FailureReason::Silence),
			JobStatus::Expired,
			JobStatus::Cancelled,
			JobStatus::Disputed,
			JobStatus::Overridden,
			JobStatus::Slashed,
		] {
			set_status(JOB, status);
			refused(good(1), CacRefusal::NotRunning);
			ack_refused(ack(1), CacRefusal::NotRunning);
		}
		set_status(JOB, JobStatus::Running);
		assert!(validity(&submit_call(good(1))).is_ok());
	});
}

#[test]
fn another_attempt_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		for attempt in [0, 2, u32::MAX] {
			refused(altered(1, |body| body.attempt = attempt), CacRefusal::WrongAttempt);
			ack_refused(altered_ack(1, |ack| ack.attempt = attempt), CacRefusal::WrongAttempt);
		}
		// The node is drawn again: what it said in its first attempt is worth nothing now.
		let old = good(1);
		change_terms(JOB, |terms| terms.seats[0] = seat(JOB, 2, 1));
		refused(old, CacRefusal::WrongAttempt);
		assert!(validity(&submit_call(good(1))).is_ok());
	});
}

#[test]
fn a_node_without_a_seat_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut body = statement(JOB, 1, outcome(OUTPUT));
		body.node = 4;
		body.lease = lease(4).id;
		refused(sign_as(&pair(4), body), CacRefusal::NotAssigned);
		let mut claim = ack(1).ack;
		claim.node = 4;
		let signature = pair(4).sign(&claim.message()).0;
		ack_refused(SignedAck { ack: claim, signature }, CacRefusal::NotAssigned);
	});
}

#[test]
fn another_nonce_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(altered(1, |body| body.nonce = Hash::zero()), CacRefusal::WrongNonce);
		ack_refused(altered_ack(1, |ack| ack.nonce = Hash::zero()), CacRefusal::WrongNonce);
	});
}

#[test]
fn another_chain_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let there = Hash::repeat_byte(1);
		refused(altered(1, |body| body.genesis = there), CacRefusal::WrongChain);
		ack_refused(altered_ack(1, |ack| ack.genesis = there), CacRefusal::WrongChain);
		// The other way round: a message of this chain, carried to a fork with its own genesis.
		let (cac, ack) = (good(1), ack(1));
		Genesis::set(there);
		refused(cac, CacRefusal::WrongChain);
		ack_refused(ack, CacRefusal::WrongChain);
	});
}

#[test]
fn an_unknown_job_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(altered(1, |body| body.job = 999), CacRefusal::UnknownJob);
		ack_refused(altered_ack(1, |ack| ack.job = 999), CacRefusal::UnknownJob);
	});
}

#[test]
fn a_certificate_of_another_job_should_not_serve_for_this_one() {
	ExtBuilder::default().build_and_execute(|| {
		open_job(8, ExecutionMode::Quorum { k: 2, n: 3 }, 1..=3);
		let other = statement(8, 1, outcome(OUTPUT));
		refused(sign_as(&pair(1), CacV1 { job: JOB, ..other }), CacRefusal::WrongNonce);
	});
}

#[test]
fn modes_that_do_not_count_votes_should_be_refused() {
	ExtBuilder::default().mode(ExecutionMode::SovereignOverride).build_and_execute(|| {
		refused(good(1), CacRefusal::UnsupportedMode);
		ack_refused(ack(1), CacRefusal::UnsupportedMode);
	});
}

#[test]
fn what_comes_after_its_deadline_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		System::set_block_number(NOW + 9);
		assert!(validity(&ack_call(ack(1))).is_ok());
		System::set_block_number(NOW + 10);
		ack_refused(ack(1), CacRefusal::TooLate);
		// Silence so far does not forbid the result.
		assert!(validity(&submit_call(good(1))).is_ok());
		System::set_block_number(NOW + 29);
		assert!(validity(&submit_call(good(1))).is_ok());
		System::set_block_number(NOW + 30);
		refused(good(1), CacRefusal::TooLate);
	});
}

#[test]
fn another_clause_program_or_input_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let other = ClauseId::parse("BMKG::HeavyRain@1.1").unwrap();
		refused(altered(1, |body| body.clause = other), CacRefusal::WrongClause);
		refused(altered(1, |body| body.program = Hash::zero()), CacRefusal::WrongProgram);
		refused(altered(1, |body| body.input = Hash::zero()), CacRefusal::WrongInput);
	});
}

#[test]
fn another_lineage_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let here = Hash::repeat_byte(5);
		refused(altered(1, |body| body.lineage = here), CacRefusal::WrongLineage);
		mock::Lineages::insert(JOB, here);
		refused(good(1), CacRefusal::WrongLineage);
		deliver(altered(1, |body| body.lineage = here));
	});
}

#[test]
fn another_lease_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(altered(1, |body| body.lease = lease(2).id), CacRefusal::WrongLease);
	});
}

#[test]
fn a_lease_that_expires_while_the_job_runs_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		acknowledge(ack(1));
		mock::Leases::mutate(1, |lease| lease.as_mut().unwrap().expires_at = NOW + 5);
		System::set_block_number(NOW + 4);
		assert!(validity(&submit_call(good(1))).is_ok());
		System::set_block_number(NOW + 5);
		refused(good(1), CacRefusal::Lease(LeaseRefusal::Expired));
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(good(1))),
			Error::<Test>::LeaseExpired
		);
	});
}

#[test]
fn a_lease_that_does_not_count_should_be_refused_with_its_reason() {
	ExtBuilder::default().build_and_execute(|| {
		let both = |refusal, error: Error<Test>| {
			refused(good(1), CacRefusal::Lease(refusal));
			ack_refused(ack(1), CacRefusal::Lease(refusal));
			assert_noop!(QuorumResults::submit_cac(authorized(), Box::new(good(1))), error);
		};
		mock::Revoked::insert(measurement(1), ());
		both(LeaseRefusal::MeasurementRevoked, Error::<Test>::MeasurementRevoked);
		mock::Revoked::remove(measurement(1));

		mock::Spec::mutate(|spec| {
			spec.as_mut().unwrap().measurements = vec![measurement(2)].try_into().unwrap()
		});
		both(LeaseRefusal::MeasurementNotForClause, Error::<Test>::MeasurementNotForClause);
		mock::Spec::mutate(|spec| {
			let spec = spec.as_mut().unwrap();
			spec.measurements = vec![measurement(2), measurement(1)].try_into().unwrap();
			spec.policy.forbid_simulated = true;
		});
		both(LeaseRefusal::Simulated, Error::<Test>::SimulatedNotAccepted);
		mock::Spec::mutate(|spec| spec.as_mut().unwrap().policy.forbid_simulated = false);
		assert!(validity(&submit_call(good(1))).is_ok());

		let other = concordat_primitives::attest::Lease { id: 2_000, ..lease(1) };
		mock::Leases::insert(1, other);
		both(LeaseRefusal::Superseded, Error::<Test>::LeaseSuperseded);
		// One that renews the seat's counts, and its revocation does so at once.
		mock::FirstOfRow::insert(1, lease(1).id);
		assert!(validity(&submit_call(good(1))).is_ok());
		mock::Revoked::insert(measurement(1), ());
		both(LeaseRefusal::MeasurementRevoked, Error::<Test>::MeasurementRevoked);
		mock::Revoked::remove(measurement(1));
		mock::Leases::remove(1);
		both(LeaseRefusal::None, Error::<Test>::NoLease);
	});
}

#[test]
fn a_lease_that_loses_the_clauses_risk_class_while_the_job_runs_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let risk = |risk| mock::Spec::mutate(|spec| spec.as_mut().unwrap().risk = risk);
		let classes = |classes| {
			mock::Leases::mutate(1, |lease| lease.as_mut().unwrap().classes = classes);
		};
		risk(RiskClass::High);
		acknowledge(ack(1));
		assert!(validity(&submit_call(good(1))).is_ok());
		// Judged again meanwhile: good for less.
		let less = RiskClasses::NONE.with(RiskClass::Low).with(RiskClass::Medium);
		classes(less);
		refused(good(1), CacRefusal::Lease(LeaseRefusal::ClassNotMet));
		assert_noop!(
			QuorumResults::submit_cac(authorized(), Box::new(good(1))),
			Error::<Test>::RiskClassNotMet
		);
		// It is the clause's class that counts, and no other one.
		risk(RiskClass::Medium);
		assert!(validity(&submit_call(good(1))).is_ok());
		risk(RiskClass::High);
		classes(less.with(RiskClass::High));
		deliver(good(1));
	});
}

#[test]
fn an_acknowledgement_under_a_lost_risk_class_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		mock::Leases::mutate(1, |lease| lease.as_mut().unwrap().classes = RiskClasses::NONE);
		ack_refused(ack(1), CacRefusal::Lease(LeaseRefusal::ClassNotMet));
	});
}

#[test]
fn a_lease_of_another_key_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		mock::Leases::mutate(1, |lease| lease.as_mut().unwrap().signing_key = key(9));
		refused(good(1), CacRefusal::WrongKey);
		ack_refused(ack(1), CacRefusal::WrongKey);
	});
}

#[test]
fn a_clause_that_is_gone_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		mock::Spec::kill();
		refused(good(1), CacRefusal::UnknownClause);
		ack_refused(ack(1), CacRefusal::UnknownClause);
	});
}

#[test]
fn another_measurement_than_the_leases_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(altered(1, |body| body.measurement = measurement(2)), CacRefusal::WrongMeasurement);
	});
}

#[test]
fn a_lie_about_simulation_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(altered(1, |body| body.simulated = false), CacRefusal::SimulationMislabelled);
		mock::Leases::mutate(1, |lease| lease.as_mut().unwrap().simulated = false);
		refused(altered(1, |body| body.simulated = true), CacRefusal::SimulationMislabelled);
	});
}

#[test]
fn an_output_that_does_not_hash_to_what_was_signed_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			altered(1, |body| {
				body.outcome = Outcome::Success {
					hash: Hash::zero(),
					output: Output::Inline(OUTPUT.to_vec().try_into().unwrap()),
				}
			}),
			CacRefusal::WrongOutputHash,
		);
	});
}

#[test]
fn an_output_longer_than_the_clause_allows_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		// The clause allows 512 bytes, the format 2,048.
		refused(cac(1, outcome(&[0; 513])), CacRefusal::OutputTooLarge);
		assert!(validity(&submit_call(cac(1, outcome(&[0; 512])))).is_ok());
		assert!(validity(&submit_call(cac(1, outcome(b"")))).is_ok());
	});
}

#[test]
fn an_output_elsewhere_needs_a_place() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			altered(1, |body| {
				body.outcome = Outcome::Success {
					hash: output_hash(OUTPUT),
					output: Output::External(Default::default()),
				}
			}),
			CacRefusal::NoLocation,
		);
	});
}

#[test]
fn usage_beyond_the_limits_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let ResourceLimits { fuel, memory_bytes, .. } = Board::get(JOB).unwrap().limits;
		assert!(validity(&submit_call(altered(1, |body| {
			body.usage.fuel = fuel;
			body.usage.peak_memory = memory_bytes;
		})))
		.is_ok());
		refused(altered(1, |body| body.usage.fuel = fuel + 1), CacRefusal::FuelExceeded);
		refused(
			altered(1, |body| body.usage.peak_memory = memory_bytes + 1),
			CacRefusal::MemoryExceeded,
		);
		// A failure does not excuse it.
		refused(
			altered(1, |body| {
				body.outcome = Outcome::Failure(FailureCode::FuelExhausted);
				body.usage.fuel = u64::MAX;
			}),
			CacRefusal::FuelExceeded,
		);
	});
}

#[test]
fn a_block_that_does_not_exist_yet_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		assert!(validity(&submit_call(altered(1, |body| body.acted_on.0 = NOW))).is_ok());
		refused(altered(1, |body| body.acted_on.0 = NOW + 1), CacRefusal::FromTheFuture);
	});
}

#[test]
fn the_signature_should_be_the_last_thing_looked_at() {
	ExtBuilder::default().build_and_execute(|| {
		let mut junk = altered(1, |body| body.measurement = measurement(2));
		junk.signature = [0; 64];
		refused(junk, CacRefusal::WrongMeasurement);
	});
}

#[test]
fn more_certificates_than_allowed_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		MaxCertificates::set(1);
		deliver(good(1));
		refused(good(2), CacRefusal::TooManyCertificates);
		MaxCertificates::set(2);
		assert!(validity(&submit_call(good(2))).is_ok());
	});
}

#[test]
fn more_votes_than_seats_should_be_refused() {
	// Only a board that takes back delivered seats can bring this about.
	ExtBuilder::quorum(7, 7).build_and_execute(|| {
		for node in 1..=6 {
			deliver(cac(node, outcome(&[node as u8])));
			if Board::get(JOB).unwrap().status != JobStatus::Running {
				break;
			}
		}
		// Two different outputs, and no committee: the round was over at once.
		assert!(matches!(events().last(), Some(Event::RoundFailed { job: JOB, votes: 2 })));
	});
	ExtBuilder::quorum(7, 7).build_and_execute(|| {
		for node in 1..=6 {
			deliver(good(node));
		}
		let fill = |urn: &mut crate::Urn| {
			let ballot = urn.ballots[0].clone();
			while urn.ballots.try_push(ballot.clone()).is_ok() {}
		};
		crate::Ballots::<Test>::mutate(JOB, fill);
		assert_eq!(
			crate::Ballots::<Test>::get(JOB).ballots.len() as u32,
			concordat_primitives::clause::MAX_VOTERS
		);
		refused(good(7), CacRefusal::TooManyBallots);
		crate::Ballots::<Test>::mutate(JOB, |urn| urn.ballots.truncate(6));
	});
}
