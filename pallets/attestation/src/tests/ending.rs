//! How leases end before their time, and who may end them.

use crate::{mock::*, Error, Event, Leases, LossCause, Params};
use concordat_attestation::TcbStatus;
use concordat_primitives::{receipt::Operation, traits::LeaseInspect};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use sp_runtime::{traits::BadOrigin, BoundedVec};

fn evict(lease: u64) -> Result<(), sp_runtime::DispatchError> {
	Attestation::evict(RuntimeOrigin::signed(EVE), lease).map(|_| ()).map_err(|e| e.error)
}

/// Expects that exactly one loss has been told, everywhere, since the traces were cleared.
#[track_caller]
fn told_once(node: u32, lease: u64, cause: LossCause) {
	assert_eq!(Listened::take(), vec![Heard::Lost(node, lease)]);
	assert_eq!(Receipts::take(), vec![Operation::LeaseLost { node, lease }]);
	assert_eq!(events(), vec![Event::LeaseLost { node, lease, cause, simulated: true }]);
}

fn clear() {
	let _ = (Listened::take(), Receipts::take(), events());
}

#[test]
fn a_lease_should_be_surrendered_by_its_controller() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		clear();
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(BOB), NODE_A),
			Error::<Test>::NotController
		);
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(ALICE), 9),
			Error::<Test>::UnknownNode
		);
		assert_noop!(Attestation::surrender(RuntimeOrigin::root(), NODE_A), BadOrigin);
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		told_once(NODE_A, lease.id, LossCause::Surrendered);
		assert_eq!(Attestation::lease_of_key(&lease.signing_key), None);
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A),
			Error::<Test>::NoLease
		);
		// Nothing more is heard at its old expiry.
		run_to(lease.expires_at);
		assert_eq!(Listened::get(), vec![]);
	});
}

#[test]
fn a_lease_should_be_invalidated_by_governance_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		clear();
		assert_noop!(Attestation::invalidate(RuntimeOrigin::signed(ALICE), lease.id), BadOrigin);
		assert_noop!(
			Attestation::invalidate(RuntimeOrigin::root(), lease.id + 1),
			Error::<Test>::UnknownLease
		);
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease.id));
		told_once(NODE_A, lease.id, LossCause::Invalidated);
	});
}

#[test]
fn eviction_should_be_refused_while_the_lease_passes() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
		assert_noop!(evict(lease.id + 1), Error::<Test>::UnknownLease);
		assert_noop!(Attestation::evict(RuntimeOrigin::none(), lease.id), BadOrigin);
		run_to(lease.expires_at - 1);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
	});
}

#[test]
fn a_lease_of_a_revoked_measurement_should_be_evicted_by_anybody_for_free() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		clear();
		let info = Attestation::evict(RuntimeOrigin::signed(EVE), lease.id).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		told_once(NODE_A, lease.id, LossCause::Measurement);
		assert_eq!(Leases::<Test>::count(), 0);
	});
}

#[test]
fn a_lease_should_be_evicted_when_the_sunset_of_its_measurement_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, 5));
		run_to(14);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
		run_to(15);
		clear();
		assert_ok!(evict(lease.id));
		told_once(NODE_A, lease.id, LossCause::Measurement);
	});
}

#[test]
fn a_lease_should_be_evicted_when_its_firmware_state_is_no_longer_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		let params = Params {
			accepted_tcb: BoundedVec::truncate_from(vec![TcbStatus::SwHardeningNeeded]),
			challenge_window: WINDOW,
			..Default::default()
		};
		assert_ok!(Attestation::set_params(RuntimeOrigin::root(), params));
		clear();
		assert_ok!(evict(lease.id));
		told_once(NODE_A, lease.id, LossCause::Tcb);
	});
}

#[test]
fn a_lease_should_be_evicted_when_its_node_is_gone() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		Controllers::set(vec![(NODE_B, BOB)]);
		clear();
		assert_ok!(evict(lease.id));
		told_once(NODE_A, lease.id, LossCause::NodeGone);
	});
}

#[test]
fn an_expired_lease_should_be_removed_without_being_told_twice() {
	ExtBuilder::default().build_and_execute(|| {
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		run_to(a.expires_at);
		clear();
		assert_ok!(evict(a.id));
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(BOB), NODE_B));
		assert_eq!(Listened::get(), vec![]);
		assert_eq!(Receipts::get(), vec![]);
		assert_eq!(
			events(),
			vec![
				Event::LeaseForgotten { node: NODE_A, lease: a.id },
				Event::LeaseForgotten { node: NODE_B, lease: b.id },
			]
		);
		assert_eq!(Leases::<Test>::count(), 0);
	});
}
