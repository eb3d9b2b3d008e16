//! What leases do to nodes.

use crate::{mock::*, Event, NodeRecord, Nodes, Pulses};
use codec::Encode;
use concordat_primitives::{
	attest::{Lease, RiskClasses},
	clause::RiskClass,
	node::{InactiveReason, NodeStatus},
	receipt::Operation,
	traits::LeaseListener,
};
use frame_support::{assert_ok, assert_storage_noop};

const LOST: NodeStatus = NodeStatus::Inactive(InactiveReason::LeaseLost);

#[test]
fn a_first_lease_should_bring_a_node_into_the_pools() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		events();
		let lease = lease(node, 5);
		NodeStaking::lease_granted(&lease);
		assert_eq!(events(), [Event::NodeStatusChanged { node, status: NodeStatus::Active }]);
		let [PoolCall::Admit(admitted, profile, offers)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!(*admitted, node);
		assert_eq!(*offers, compute().capabilities.into_inner());
		assert_eq!(profile.operator, sp_io::hashing::blake2_128(&ALICE.encode()));
		assert_eq!(profile.jurisdiction, compute().jurisdiction);
		assert_eq!(profile.resources.memory_mib, 8_192);
		assert_eq!(profile.capacity, 4);
		assert_eq!(profile.lease, 5);
		assert_eq!(profile.lease_issued_at, lease.issued_at);
		assert_eq!(profile.lease_expires_at, lease.expires_at);
		assert_eq!(profile.vendor, lease.vendor);
		assert_eq!(profile.measurement, lease.measurement);
		assert_eq!(profile.platform, lease.platform);
		assert!(profile.simulated);
		assert_eq!(profile.classes, lease.classes);
		assert_eq!(profile.signing_key, lease.signing_key);
		assert_eq!(NodeStaking::counts(), (1, 1));
		assert_eq!(
			Receipts::get().last(),
			Some(&Operation::NodeChanged { node, status: NodeStatus::Active })
		);
	});
}

#[test]
fn a_renewed_lease_should_renew_the_profile_and_nothing_else() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		events();
		NodeStaking::lease_granted(&lease(node, 6));
		let [PoolCall::Admit(_, profile, _)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!(profile.lease, 6);
		assert!(events().is_empty());
		assert_eq!(NodeStaking::counts(), (1, 1));
		// The old lease's end means nothing now.
		NodeStaking::lease_lost(node, node.into());
		assert_eq!(status(node), NodeStatus::Active);
	});
}

#[test]
fn a_lease_for_another_key_should_give_up_what_the_old_enclave_ran() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		let mut renewed = lease(node, 6);
		renewed.signing_key[0] ^= 1;
		NodeStaking::lease_granted(&renewed);
		let trace = PoolTrace::take();
		assert_eq!(trace.first(), Some(&PoolCall::Lost(node)));
		assert!(matches!(trace.get(1), Some(PoolCall::Admit(1, profile, _)) if profile.lease == 6));
		// The same key again gives up nothing.
		renewed.id = 7;
		NodeStaking::lease_granted(&renewed);
		assert!(matches!(PoolTrace::get()[..], [PoolCall::Admit(1, ..)]));
		assert_eq!(status(node), NodeStatus::Active);
	});
}

/// The node's lease, judged anew: good for routine work alone.
fn judged(node: u32, id: u64) -> Lease {
	Lease { classes: RiskClasses::NONE.with(RiskClass::Low), ..lease(node, id) }
}

#[test]
fn a_lease_that_loses_a_class_should_bring_deadlines_forward_and_change_the_profile() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(INTERVAL);
		PoolTrace::take();
		Receipts::take();
		events();
		let (before, pulse) = (record(node), Pulses::<Test>::get(node));
		let lease = judged(node, node.into());
		NodeStaking::lease_changed(&lease);
		// Its place in the pools is not given up; what it cannot deliver any more goes to others in time.
		let [PoolCall::Lost(lost), PoolCall::Admit(admitted, profile, offers)] =
			&PoolTrace::get()[..]
		else {
			panic!()
		};
		assert_eq!(*lost, node);
		assert_eq!((*admitted, &offers[..]), (node, &compute().capabilities[..]));
		assert_eq!(profile.classes, lease.classes);
		assert_eq!(Some(profile), record(node).profile().as_ref());
		let after = record(node);
		assert_eq!(after.lease.clone().unwrap().classes, lease.classes);
		assert_eq!(NodeRecord { lease: before.lease.clone(), ..after }, before);
		assert!(events().is_empty());
		assert!(Receipts::get().is_empty());
		// It is no sign of life.
		assert_eq!(Pulses::<Test>::get(node), pulse);
		assert_eq!(NodeStaking::counts(), (1, 1));
	});
}

#[test]
fn a_lease_that_gains_a_class_should_take_nothing_from_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let full = lease(node, node.into());
		NodeStaking::lease_changed(&judged(node, node.into()));
		PoolTrace::take();
		NodeStaking::lease_changed(&full);
		let [PoolCall::Admit(_, profile, _)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!(profile.classes, full.classes);
	});
}

#[test]
fn news_of_a_lease_that_the_node_does_not_hold_should_mean_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let (node, validator) = (active(ALICE), registered_validator(BOB));
		NodeStaking::lease_granted(&lease(node, 6));
		PoolTrace::take();
		assert_storage_noop!(NodeStaking::lease_changed(&judged(node, node.into())));
		assert_storage_noop!(NodeStaking::lease_changed(&judged(validator, 9)));
		assert_storage_noop!(NodeStaking::lease_changed(&judged(99, 9)));
		NodeStaking::lease_lost(node, 6);
		PoolTrace::take();
		assert_storage_noop!(NodeStaking::lease_changed(&judged(node, 6)));
		assert!(PoolTrace::get().is_empty());
	});
}

#[test]
fn a_judgement_should_not_bring_a_node_back_and_be_kept_until_it_comes_back() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(SILENCE);
		let silent = NodeStatus::Inactive(InactiveReason::MissedHeartbeats);
		assert_eq!(status(node), silent);
		PoolTrace::take();
		let lease = judged(node, node.into());
		NodeStaking::lease_changed(&lease);
		assert_eq!(status(node), silent);
		assert_eq!(PoolTrace::take(), [PoolCall::Lost(node)]);
		assert_ok!(beat(node));
		assert_eq!(status(node), NodeStatus::Active);
		let [PoolCall::Admit(_, profile, _)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!(profile.classes, lease.classes);
	});
}

#[test]
fn a_lost_lease_should_take_the_node_out_until_the_next() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		NodeStaking::lease_lost(node, node.into());
		assert_eq!(status(node), LOST);
		assert_eq!(PoolTrace::take(), [PoolCall::Lost(node), PoolCall::Evict(node)]);
		assert_eq!(NodeStaking::counts(), (1, 0));
		// Twice is once.
		NodeStaking::lease_lost(node, node.into());
		assert!(PoolTrace::get().is_empty());
		NodeStaking::lease_granted(&lease(node, 9));
		assert_eq!(status(node), NodeStatus::Active);
		assert_eq!(NodeStaking::counts(), (1, 1));
	});
}

#[test]
fn a_silent_node_should_come_back_by_a_lease_and_not_without_one() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(SILENCE);
		assert_eq!(status(node), NodeStatus::Inactive(InactiveReason::MissedHeartbeats));
		NodeStaking::lease_lost(node, node.into());
		assert_eq!(status(node), LOST);
		assert!(beat(node).is_err());
		NodeStaking::lease_granted(&lease(node, 9));
		assert_eq!(status(node), NodeStatus::Active);
		// Evidence was a sign of life.
		run(SILENCE - 1);
		assert_eq!(status(node), NodeStatus::Active);
	});
}

#[test]
fn leases_of_strangers_and_validators_should_mean_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let validator = registered_validator(ALICE);
		let before = record(validator);
		NodeStaking::lease_granted(&lease(validator, 1));
		NodeStaking::lease_granted(&lease(99, 2));
		NodeStaking::lease_lost(99, 2);
		assert_eq!(record(validator), before);
		assert!(!Nodes::<Test>::contains_key(99));
		assert!(PoolTrace::get().is_empty());
	});
}

#[test]
fn a_node_that_the_pools_refuse_should_try_again_with_its_next_heartbeat() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		PoolRefuses::set(true);
		NodeStaking::lease_granted(&lease(node, 5));
		assert_eq!(status(node), LOST);
		assert_eq!(NodeStaking::counts(), (1, 0));
		run(INTERVAL);
		assert_ok!(beat(node));
		assert_eq!(status(node), LOST);
		// The refusal does not let heartbeats come more often.
		run(1);
		assert!(beat(node).is_err());
		PoolRefuses::set(false);
		run(INTERVAL);
		assert_ok!(beat(node));
		assert_eq!(status(node), NodeStatus::Active);
	});
}

#[test]
fn a_renewed_lease_that_the_pools_refuse_should_take_the_node_out() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		PoolRefuses::set(true);
		NodeStaking::lease_granted(&lease(node, 6));
		assert_eq!(status(node), LOST);
		assert_eq!(PoolTrace::get(), [PoolCall::Evict(node)]);
		assert_eq!(record(node).lease.map(|lease| lease.id), Some(6));
		assert_eq!(NodeStaking::counts(), (1, 0));
	});
}
