//! Two statements for one attempt, with real signatures.

use crate::{
	equivocation_hash, mock::*, Dispute, DisputeClass, DisputeStatus, Equivocations, Error, Event,
	NextDispute, Resolution,
};
use concordat_primitives::{
	attest::SigningKey,
	cac::{CacV1, FailureCode, Outcome, SignedCac},
	hashing::tagged,
	job::JobStatus,
	node::Misconduct,
	Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::Pair;
use sp_runtime::{traits::BadOrigin, ArithmeticError};

/// The key of node 7.
fn key() -> SigningKey {
	pair(1).public().0
}

/// `body(b"yes")`, changed and signed by node 7.
fn cac(change: impl FnOnce(&mut CacV1)) -> SignedCac {
	let mut body = body(b"yes");
	change(&mut body);
	sign(body, &pair(1))
}

fn yes() -> SignedCac {
	cac(|_| {})
}

fn no() -> SignedCac {
	sign(body(b"no"), &pair(1))
}

#[test]
fn a_node_should_be_slashed_at_once_when_it_signed_two_statements_for_one_attempt() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		assert_ok!(report(ANNA, yes(), no(), key()));
		let evidence = equivocation_hash(&yes(), &no());
		assert_eq!(slashes(), vec![(7, Misconduct::ConsensusFailure, evidence, Some(ANNA))]);
		let resolution = Resolution::Equivocation { node: 7, attempt: 3 };
		assert_eq!(
			crate::Disputes::<Test>::get(0),
			Some(Dispute {
				job: DONE,
				opener: None,
				class: DisputeClass::Security,
				evidence,
				bond: 0,
				forfeit: 0,
				opened_at: 10,
				status: DisputeStatus::Resolved { at: 10, resolution: resolution.clone() },
			})
		);
		// The job is not touched, and nothing is held.
		assert_eq!(job_status(DONE), JobStatus::Completed);
		assert_eq!(held(&ANNA), 0);
		assert_eq!(receipts(0), vec![(DONE, evidence, 5)]);
		assert_eq!(
			events(),
			vec![
				Event::EquivocationProven {
					dispute: 0,
					node: 7,
					job: DONE,
					attempt: 3,
					evidence,
					frozen: SLASH
				},
				Event::DisputeResolved { dispute: 0, job: DONE, resolution },
			]
		);
	});
}

#[test]
fn the_evidence_should_have_one_hash_whatever_the_order() {
	let (a, b) = (yes(), no());
	assert_eq!(equivocation_hash(&a, &b), equivocation_hash(&b, &a));
	let (low, high) = (a.digest().min(b.digest()), a.digest().max(b.digest()));
	assert_eq!(equivocation_hash(&a, &b), tagged(b"concordat/equivocation/v1", &(low, high)));
}

#[test]
fn any_difference_should_be_proof() {
	type Change = fn(&mut CacV1);
	let changes: [Change; 7] = [
		|c| c.outcome = Outcome::Failure(FailureCode::Trap),
		|c| c.usage.fuel += 1,
		|c| c.acted_on.0 += 1,
		|c| c.lease += 1,
		|c| c.input = Hash::zero(),
		|c| c.program = Hash::zero(),
		|c| c.simulated = false,
	];
	for change in changes {
		ExtBuilder::default().build_and_execute(|| {
			add_lease(7, key());
			assert_ok!(report(ANNA, yes(), cac(change), key()));
		});
	}
}

#[test]
fn the_same_statement_twice_should_be_no_proof() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		assert_noop!(report(ANNA, yes(), yes(), key()), Error::<Test>::SameStatement);
		// Another signature over the same statement does not make it another statement.
		let mut other = yes();
		other.signature[0] ^= 1;
		assert_noop!(report(ANNA, yes(), other, key()), Error::<Test>::SameStatement);
	});
}

#[test]
fn statements_about_different_things_should_be_no_proof() {
	type Change = fn(&mut CacV1);
	let changes: [Change; 5] = [
		|c| c.genesis = Hash::zero(),
		|c| c.job += 1,
		|c| c.attempt += 1,
		// A re-organised chain gives the same attempt another nonce.
		|c| c.nonce = Hash::zero(),
		|c| c.node += 1,
	];
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		for change in changes {
			assert_noop!(report(ANNA, yes(), cac(change), key()), Error::<Test>::DifferentSubjects);
		}
	});
}

#[test]
fn statements_for_another_chain_should_be_no_proof() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		let elsewhere =
			|output: &[u8]| sign(CacV1 { genesis: Hash::repeat_byte(1), ..body(output) }, &pair(1));
		assert_noop!(
			report(ANNA, elsewhere(b"yes"), elsewhere(b"no"), key()),
			Error::<Test>::WrongChain
		);
	});
}

#[test]
fn a_node_should_be_found_guilty_once_for_one_attempt() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		assert_ok!(report(ANNA, yes(), no(), key()));
		assert_noop!(report(BERT, yes(), no(), key()), Error::<Test>::AlreadyKnown);
		assert_noop!(report(BERT, no(), yes(), key()), Error::<Test>::AlreadyKnown);
		// A third statement makes two more pairs, but not another fault.
		let third = cac(|c| c.usage.fuel += 1);
		assert_noop!(report(BERT, third, no(), key()), Error::<Test>::AlreadyKnown);
		// Another attempt is one.
		let next = |output: &[u8]| sign(CacV1 { attempt: 4, ..body(output) }, &pair(1));
		assert_ok!(report(BERT, next(b"yes"), next(b"no"), key()));
		assert_eq!(slashes().len(), 2);
		assert_eq!(Equivocations::<Test>::get((7, DONE, 4)), Some(1));
	});
}

#[test]
fn a_key_should_be_refused_when_it_is_not_the_nodes() {
	ExtBuilder::default().build_and_execute(|| {
		// Nobody's key.
		assert_noop!(report(ANNA, yes(), no(), key()), Error::<Test>::KeyNotOfNode);
		// The key of another node: it signs in the name of node 7.
		add_lease(8, key());
		assert_noop!(report(ANNA, yes(), no(), key()), Error::<Test>::KeyNotOfNode);
	});
}

#[test]
fn the_seat_should_vouch_for_a_key_that_attestation_has_forgotten() {
	ExtBuilder::default().build_and_execute(|| {
		// Seats that differ from the statement in attempt, nonce, node or key vouch for nothing.
		let body = body(b"yes");
		seat(&CacV1 { attempt: 4, ..body.clone() }, key());
		seat(&CacV1 { nonce: Hash::zero(), ..body.clone() }, key());
		seat(&CacV1 { node: 8, ..body.clone() }, key());
		seat(&body, pair(2).public().0);
		assert_noop!(report(ANNA, yes(), no(), key()), Error::<Test>::KeyNotOfNode);
		seat(&body, key());
		assert_ok!(report(ANNA, yes(), no(), key()));
	});
}

#[test]
fn a_lease_should_vouch_for_the_key_when_the_job_is_pruned() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		forget_job(DONE);
		assert_ok!(report(ANNA, yes(), no(), key()));
	});
}

#[test]
fn a_key_of_a_replaced_lease_should_still_be_punished_when_the_job_is_pruned() {
	ExtBuilder::default().build_and_execute(|| {
		// The node signs twice, attests with another key, and waits until its seat is forgotten.
		add_lease(7, key());
		seat(&body(b"yes"), key());
		replace_key(7, key(), true);
		add_lease(7, pair(2).public().0);
		forget_job(DONE);
		assert_ok!(report(ANNA, yes(), no(), key()));
		let evidence = equivocation_hash(&yes(), &no());
		assert_eq!(slashes(), vec![(7, Misconduct::ConsensusFailure, evidence, Some(ANNA))]);
	});
}

#[test]
fn a_key_that_is_no_longer_remembered_should_prove_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		replace_key(7, key(), false);
		forget_job(DONE);
		assert_noop!(report(ANNA, yes(), no(), key()), Error::<Test>::KeyNotOfNode);
		// Nor is the key of another node's past this one's.
		replace_key(8, key(), true);
		assert_noop!(report(ANNA, yes(), no(), key()), Error::<Test>::KeyNotOfNode);
	});
}

#[test]
fn forged_statements_should_be_no_proof() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(7, key());
		let foreign = |output: &[u8]| sign(body(output), &pair(2));
		// Only the first, only the second, neither.
		for (a, b) in
			[(yes(), foreign(b"no")), (foreign(b"yes"), no()), (foreign(b"yes"), foreign(b"no"))]
		{
			assert_noop!(report(ANNA, a, b, key()), Error::<Test>::BadSignature);
		}
		// A true signature under another statement.
		let mut moved = no();
		moved.signature = yes().signature;
		assert_noop!(report(ANNA, yes(), moved, key()), Error::<Test>::BadSignature);
		// Statements that the node did sign, but not as certificates.
		let mut untagged = no();
		use codec::Encode;
		untagged.signature = pair(1).sign(&untagged.statement.encode()).0;
		assert_noop!(report(ANNA, yes(), untagged, key()), Error::<Test>::BadSignature);
	});
}

#[test]
fn nothing_should_remain_when_the_stake_cannot_be_slashed() {
	ExtBuilder::default().build_and_execute(|| {
		add_lease(UNSTAKED, key());
		let of = |output: &[u8]| sign(CacV1 { node: UNSTAKED, ..body(output) }, &pair(1));
		assert_noop!(report(ANNA, of(b"yes"), of(b"no"), key()), NO_STAKE);
	});
}

#[test]
fn a_report_should_need_a_signature_and_a_number() {
	ExtBuilder::default().build().execute_with(|| {
		add_lease(7, key());
		let call =
			crate::Call::report_equivocation { a: Box::new(yes()), b: Box::new(no()), key: key() };
		assert_noop!(dispatch(RuntimeOrigin::none(), call), BadOrigin);
		NextDispute::<Test>::put(u32::MAX);
		assert_noop!(report(ANNA, yes(), no(), key()), ArithmeticError::Overflow);
	});
}
