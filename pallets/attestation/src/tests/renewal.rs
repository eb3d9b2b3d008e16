//! A newer lease that takes the place of an older one, for those who were chosen under the older one.

use crate::{default_policy, mock::*, FirstOfRow};
use concordat_attestation::simulator::dev::DevKind;
use concordat_primitives::{
	attest::{Lease, LeaseDemand, LeaseRefusal},
	clause::RiskClass::{self, Low},
	traits::LeaseInspect,
	LeaseId,
};
use frame_support::{assert_ok, dispatch::Pays};

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
	live(NODE_A, lease, Low).map(|lease| lease.id)
}

const SUPERSEDED: Result<LeaseId, LeaseRefusal> = Err(LeaseRefusal::Superseded);

#[test]
fn a_renewed_lease_should_count_for_who_was_chosen_under_an_older_one() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let first = granted(NODE_A).id;
		// Another platform, firmware state or encryption key does not make it other code.
		let second = again(|attempt| attempt.encryption_key = [0x22; 32]).id;
		let third = again(|attempt| attempt.platform = "other".into()).id;
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
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let second = again(|attempt| attempt.signing_key = [0x11; 32]).id;
		assert_eq!((counts(first), counts(second)), (SUPERSEDED, Ok(second)));
		// Back to the key of the first: that is a new beginning too.
		let third = again(|_| ()).id;
		assert_eq!(
			(counts(first), counts(second), counts(third)),
			(SUPERSEDED, SUPERSEDED, Ok(third))
		);
		let fourth = again(|attempt| attempt.code = OTHER_CODE.0).id;
		assert_eq!((counts(third), counts(fourth)), (SUPERSEDED, Ok(fourth)));
		let fifth = again(|attempt| attempt.code = OTHER_CODE.0).id;
		assert_eq!((counts(third), counts(fourth)), (SUPERSEDED, Ok(fifth)));
		// The record says that no hardware stood behind the lease; the next one claims the other thing.
		crate::Leases::<Test>::mutate(fifth, |lease| lease.as_mut().unwrap().simulated = false);
		let sixth = again(|attempt| attempt.code = OTHER_CODE.0).id;
		assert_eq!((counts(fifth), counts(sixth)), (SUPERSEDED, Ok(sixth)));
		// Nor does SGX what TDX began, although it says that it is the same code.
		post_all(DevKind::Sgx);
		let seventh = again(|attempt| attempt.code = SGX_CODE.0).id;
		let eighth = again(|attempt| {
			(attempt.kind, attempt.code) = (DevKind::Sgx, SGX_CODE.0);
		});
		assert_eq!(eighth.measurement, SGX_CODE);
		assert_eq!((counts(seventh), counts(eighth.id)), (SUPERSEDED, Ok(eighth.id)));
	});
}

#[test]
fn the_present_lease_should_be_judged_whatever_it_renews() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let present = again(|_| ());
		System::set_block_number(present.expires_at);
		assert_eq!(counts(first), Err(LeaseRefusal::Expired));
		System::set_block_number(present.expires_at - 1);
		assert_eq!(counts(first), Ok(present.id));
		assert_eq!(
			Attestation::live_lease(
				NODE_A,
				first,
				&LeaseDemand { measurements: &[OTHER_CODE], ..ANY }
			),
			Err(LeaseRefusal::MeasurementNotForClause)
		);
		assert_eq!(
			Attestation::live_lease(NODE_A, first, &LeaseDemand { allow_simulated: false, ..ANY }),
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
			for class in RiskClass::ALL {
				let mut policy = default_policy(class);
				policy.statuses.clear();
				crate::Policies::<Test>::insert(class, policy);
			}
			assert_ok!(evict(lease));
			for class in RiskClass::ALL {
				crate::Policies::<Test>::remove(class);
			}
		},
	];
	for end in ends {
		ExtBuilder::default().with_collateral().build_and_execute(|| {
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
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let first = granted(NODE_A).id;
		let other = granted(NODE_B).id;
		let second = again(|_| ()).id;
		assert_eq!(counts(first), Ok(second));
		assert_eq!(live(NODE_B, first, Low), Err(LeaseRefusal::Superseded));
		assert!(live(NODE_B, other, Low).is_ok());
	});
}

/// Whether [`NODE_A`]'s next attempt, in the present block, would pay.
fn pays(bend: impl FnOnce(&mut Attempt)) -> Pays {
	let mut attempt = Attempt::of(NODE_A);
	bend(&mut attempt);
	attempt.send().unwrap().pays_fee
}

#[test]
fn a_renewal_should_be_free_in_the_second_half_of_a_lease_s_life() {
	for (age, expected) in [
		(1, Pays::Yes),
		(DURATION / 2 - 1, Pays::Yes),
		(DURATION / 2, Pays::No),
		(DURATION - 1, Pays::No),
		(DURATION + 1, Pays::No),
	] {
		ExtBuilder::default().with_collateral().build_and_execute(|| {
			assert_eq!(pays(|_| ()), Pays::Yes, "the first lease");
			run_to(10 + age);
			assert_eq!(pays(|_| ()), expected, "after {age} blocks");
			// The fresh one is not renewed for nothing either.
			next_block();
			assert_eq!(pays(|_| ()), Pays::Yes);
		});
	}
}

#[test]
fn what_renews_nothing_should_be_paid_however_old_the_lease_is() {
	let others: [fn(&mut Attempt); 2] =
		[|attempt| attempt.signing_key = [0x11; 32], |attempt| attempt.code = OTHER_CODE.0];
	for other in others {
		ExtBuilder::default().with_collateral().build_and_execute(|| {
			granted(NODE_A);
			run_to(10 + DURATION - 1);
			assert_eq!(pays(other), Pays::Yes);
		});
	}
	// A lease that was ended is not renewed.
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		granted(NODE_A);
		run_to(10 + DURATION - 1);
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		assert_eq!(pays(|_| ()), Pays::Yes);
	});
}

#[test]
fn a_refused_renewal_should_be_paid() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		granted(NODE_A);
		run_to(10 + DURATION - 1);
		let mut attempt = Attempt::of(NODE_A);
		attempt.report_data = Some([0; 64]);
		assert_eq!(attempt.send().unwrap_err().post_info.pays_fee, Pays::Yes);
		assert_eq!(pays(|_| ()), Pays::No);
	});
}

#[test]
fn a_lease_of_one_block_should_not_be_renewed_for_nothing_in_its_block() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		// All that stands behind it ends in three seconds.
		Clock::set(Some(granted(NODE_B).not_after - 3));
		assert_eq!(pays(|_| ()), Pays::Yes);
		assert_eq!(present(NODE_A).expires_at, 11);
		let mut again = Attempt::of(NODE_A);
		again.challenge = (8, hash_of(8));
		assert_eq!(again.send().unwrap().pays_fee, Pays::Yes);
	});
}
