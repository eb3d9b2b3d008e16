//! When a lease counts, and why not.

use crate::{mock::*, SimulationAllowed};
use concordat_primitives::{
	attest::LeaseRefusal,
	traits::{GenesisHash, LeaseInspect},
};
use frame_support::{assert_ok, traits::Get, weights::RuntimeDbWeight};

#[test]
fn a_live_lease_should_count() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(Attestation::live_lease(NODE_A, lease.id, &[], true), Ok(lease.clone()));
		let listed = [OTHER_CODE, CODE];
		assert_eq!(Attestation::live_lease(NODE_A, lease.id, &listed, true), Ok(lease.clone()));
		let view = Attestation::view(NODE_A).unwrap();
		assert_eq!((view.lease, view.refusal), (lease, None));
	});
}

#[test]
fn a_lease_should_not_count_when_there_is_none_or_another() {
	ExtBuilder::default().build_and_execute(|| {
		let none = Err(LeaseRefusal::None);
		assert_eq!(Attestation::live_lease(NODE_A, 1, &[], true), none);
		assert_eq!(Attestation::view(NODE_A), None);
		let old = granted(NODE_A);
		// Another node's lease is not this one's.
		assert_eq!(Attestation::live_lease(NODE_B, old.id, &[], true), none);
		run_to(11);
		let mut other = Attempt::of(NODE_A);
		other.signing_key = [0x11; 32];
		assert_ok!(other.send());
		assert_eq!(
			Attestation::live_lease(NODE_A, old.id, &[], true),
			Err(LeaseRefusal::Superseded)
		);
	});
}

#[test]
fn a_lease_should_not_count_from_its_expiry_on() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		System::set_block_number(lease.expires_at - 1);
		assert!(Attestation::live_lease(NODE_A, lease.id, &[], true).is_ok());
		// Even before the hook has run.
		System::set_block_number(lease.expires_at);
		assert_eq!(
			Attestation::live_lease(NODE_A, lease.id, &[], true),
			Err(LeaseRefusal::Expired)
		);
	});
}

#[test]
fn a_lease_should_not_count_once_its_measurement_is_revoked() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		let revoked = LeaseRefusal::MeasurementRevoked;
		assert_eq!(Attestation::live_lease(NODE_A, lease.id, &[CODE], true), Err(revoked));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(revoked));
	});
}

#[test]
fn a_lease_should_count_through_the_grace_of_its_measurement_and_no_longer() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, 5));
		run_to(14);
		assert!(Attestation::live_lease(NODE_A, lease.id, &[], true).is_ok());
		run_to(15);
		assert_eq!(
			Attestation::live_lease(NODE_A, lease.id, &[], true),
			Err(LeaseRefusal::MeasurementRevoked)
		);
	});
}

#[test]
fn a_lease_should_not_count_for_a_clause_that_wants_other_code() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(
			Attestation::live_lease(NODE_A, lease.id, &[OTHER_CODE], true),
			Err(LeaseRefusal::MeasurementNotForClause)
		);
	});
}

#[test]
fn a_simulated_lease_should_not_count_where_none_is_wanted() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_eq!(
			Attestation::live_lease(NODE_A, lease.id, &[], false),
			Err(LeaseRefusal::Simulated)
		);
	});
}

#[test]
fn a_simulated_lease_should_not_count_where_the_chain_allows_none() {
	ExtBuilder::default().build().execute_with(|| {
		let lease = granted(NODE_A);
		SimulationAllowed::<Test>::put(false);
		let simulated = LeaseRefusal::Simulated;
		assert_eq!(Attestation::live_lease(NODE_A, lease.id, &[], true), Err(simulated));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(simulated));
		assert_ok!(Attestation::evict(RuntimeOrigin::signed(EVE), lease.id).map(|_| ()));
	});
}

#[test]
fn refusals_should_come_in_their_order() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		let refusal = |id| Attestation::live_lease(NODE_A, id, &[OTHER_CODE], false).unwrap_err();
		assert_eq!(refusal(lease.id), LeaseRefusal::MeasurementNotForClause);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		assert_eq!(refusal(lease.id), LeaseRefusal::MeasurementRevoked);
		run_to(lease.expires_at);
		assert_eq!(refusal(lease.id), LeaseRefusal::Expired);
		assert_eq!(refusal(lease.id + 1), LeaseRefusal::Superseded);
	});
}

#[test]
fn a_look_at_a_lease_should_cost_five_reads() {
	let db: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
	assert_eq!(<Attestation as LeaseInspect>::weight(), db.reads(5));
}

#[test]
fn the_chain_should_be_called_by_its_genesis_hash() {
	ExtBuilder::default().at_block(HASHES * 2).build_and_execute(|| {
		assert_eq!(Attestation::genesis_hash(), hash_of(0));
	});
}
