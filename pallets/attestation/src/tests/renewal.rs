//! A newer lease that takes the place of an older one, for those who were chosen under the older one.

use crate::{mock::*, FirstOfRow};
use concordat_attestation::TcbStatus;
use concordat_primitives::{
	attest::{Lease, LeaseRefusal},
	traits::LeaseInspect,
	LeaseId,
};
use frame_support::assert_ok;

/// Grants [`NODE_A`] another lease, one block later, with evidence bent by `bend`.
fn again(bend: impl FnOnce(&mut Attempt)) -> Lease {
	run_to(System::block_number() + 1);
	let mut attempt = Attempt::of(NODE_A);
	bend(&mut attempt);
	assert_ok!(attempt.send());
	Attestation::lease_of_node(NODE_A).unwrap()
}

/// The lease that counts for who was chosen under `lease`.
fn counts(lease: LeaseId) -> Result<LeaseId, LeaseRefusal> {
	Attestation::live_lease(NODE_A, lease, &[], true).map(|lease| lease.id)
}

const SUPERSEDED: Result<LeaseId, LeaseRefusal> = Err(LeaseRefusal::Superseded);

#[test]
fn a_renewed_lease_should_count_for_who_was_chosen_under_an_older_one() {
	ExtBuilder::default().build_and_execute(|| {
		let first = granted(NODE_A).id;
		// Another platform, firmware state or encryption key does not make it other code.
		let second = again(|attempt| attempt.encryption_key = [0x22; 32]).id;
		let third = again(|attempt| attempt.report.platform.0 = [0x33; 32]).id;
		for lease in [first, second, third] {
			assert_eq!(counts(lease), Ok(third));
		}
		assert_eq!(counts(third + 1), SUPERSEDED, "a lease that is not there yet");
		// A lease that had run out is renewed like any other.
		run_to(10 + 2 * DURATION);
		assert_eq!(counts(first), Err(LeaseRefusal::Expired));
		let fourth = again(|_| ()).id;
		assert_eq!((counts(first), counts(third)), (Ok(fourth), Ok(fourth)));
	});
}

#[test]
fn another_key_code_or_kind_of_evidence_should_not_renew() {
	ExtBuilder::default().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let second = again(|attempt| attempt.signing_key = [0x11; 32]).id;
		assert_eq!((counts(first), counts(second)), (SUPERSEDED, Ok(second)));
		// Back to the key of the first: that is a new beginning too.
		let third = again(|_| ()).id;
		assert_eq!(
			(counts(first), counts(second), counts(third)),
			(SUPERSEDED, SUPERSEDED, Ok(third))
		);
		let fourth = again(|attempt| attempt.report.measurement = OTHER_CODE).id;
		assert_eq!((counts(third), counts(fourth)), (SUPERSEDED, Ok(fourth)));
		let fifth = again(|attempt| attempt.report.measurement = OTHER_CODE).id;
		assert_eq!((counts(third), counts(fourth)), (SUPERSEDED, Ok(fifth)));
		// The record says that no hardware stood behind the lease; the next one claims the other thing.
		crate::Leases::<Test>::mutate(fifth, |lease| lease.as_mut().unwrap().simulated = false);
		let sixth = again(|attempt| attempt.report.measurement = OTHER_CODE).id;
		assert_eq!((counts(fifth), counts(sixth)), (SUPERSEDED, Ok(sixth)));
	});
}

#[test]
fn the_present_lease_should_be_judged_whatever_it_renews() {
	ExtBuilder::default().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let present = again(|_| ());
		System::set_block_number(present.expires_at);
		assert_eq!(counts(first), Err(LeaseRefusal::Expired));
		System::set_block_number(present.expires_at - 1);
		assert_eq!(counts(first), Ok(present.id));
		assert_eq!(
			Attestation::live_lease(NODE_A, first, &[OTHER_CODE], true),
			Err(LeaseRefusal::MeasurementNotForClause)
		);
		assert_eq!(
			Attestation::live_lease(NODE_A, first, &[], false),
			Err(LeaseRefusal::Simulated)
		);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		assert_eq!(counts(first), Err(LeaseRefusal::MeasurementRevoked));
		System::set_block_number(11);
	});
}

#[test]
fn a_lease_that_was_ended_should_never_be_renewed() {
	type End = fn(LeaseId);
	let ends: [End; 3] = [
		|lease| {
			assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease));
		},
		|_| {
			assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		},
		|lease| {
			// Its firmware state is not accepted for a moment.
			crate::Parameters::<Test>::mutate(|params| {
				params.accepted_tcb = vec![TcbStatus::OutOfDate].try_into().unwrap()
			});
			assert_ok!(Attestation::evict(RuntimeOrigin::signed(EVE), lease).map(|_| ()));
			crate::Parameters::<Test>::mutate(|params| {
				params.accepted_tcb = vec![TcbStatus::UpToDate].try_into().unwrap()
			});
		},
	];
	for end in ends {
		ExtBuilder::default().build_and_execute(|| {
			let first = granted(NODE_A).id;
			let second = again(|_| ()).id;
			assert_eq!(FirstOfRow::<Test>::get(NODE_A), Some(first));
			end(second);
			// At once, and also once the node has a lease again, for the same key and code.
			assert_eq!(counts(second), Err(LeaseRefusal::None));
			assert_eq!(FirstOfRow::<Test>::get(NODE_A), None);
			let third = again(|_| ()).id;
			assert_eq!((counts(first), counts(second)), (SUPERSEDED, SUPERSEDED));
			assert_eq!(counts(third), Ok(third));
		});
	}
}

#[test]
fn rows_of_two_nodes_should_not_touch() {
	ExtBuilder::default().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let other = granted(NODE_B).id;
		let second = again(|_| ()).id;
		assert_eq!(counts(first), Ok(second));
		assert_eq!(
			Attestation::live_lease(NODE_B, first, &[], true),
			Err(LeaseRefusal::Superseded)
		);
		assert!(Attestation::live_lease(NODE_B, other, &[], true).is_ok());
	});
}
