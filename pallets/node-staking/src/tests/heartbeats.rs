//! Which heartbeats count, and what silence costs.

use crate::{
	heartbeat_message, mock::*, Error, Event, Pulses, HEARTBEAT_LONGEVITY, HEARTBEAT_MAX_AGE,
	NOT_EXPECTED, UNKNOWN_NODE,
};
use codec::Encode;
use concordat_primitives::{
	node::{InactiveReason, NodeStatus, OperatorSignature},
	receipt::Operation,
	traits::LeaseListener,
	Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::Pair;
use sp_runtime::{
	traits::BadOrigin,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};

const SILENT: NodeStatus = NodeStatus::Inactive(InactiveReason::MissedHeartbeats);

fn invalid(reason: InvalidTransaction) -> TransactionValidityError {
	TransactionValidityError::Invalid(reason)
}

#[test]
fn a_heartbeat_should_change_one_small_record_and_emit_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(INTERVAL);
		let (before, receipts) = (record(node), Receipts::get().len());
		events();
		PoolTrace::take();
		assert_ok!(beat(node));
		assert_eq!(Pulses::<Test>::get(node).unwrap().last, START + INTERVAL);
		assert_eq!(record(node), before);
		assert!(events().is_empty());
		assert!(PoolTrace::get().is_empty());
		assert_eq!(Receipts::get().len(), receipts);
	});
}

#[test]
fn nodes_that_beat_should_stay_and_silent_ones_should_go() {
	ExtBuilder::default().build_and_execute(|| {
		let (alive, dead) = (active(ALICE), active(BOB));
		events();
		PoolTrace::take();
		for _ in 0..20 {
			run(INTERVAL);
			assert_ok!(beat(alive));
		}
		assert_eq!(status(alive), NodeStatus::Active);
		assert_eq!(status(dead), SILENT);
		assert_eq!(events(), [Event::NodeStatusChanged { node: dead, status: SILENT }]);
		// What it ran goes to others.
		assert_eq!(PoolTrace::get(), [PoolCall::Evict(dead), PoolCall::Lost(dead)]);
		assert_eq!(
			Receipts::get().last(),
			Some(&Operation::NodeChanged { node: dead, status: SILENT })
		);
		assert_eq!(NodeStaking::counts(), (2, 1));
	});
}

#[test]
fn silence_should_begin_when_the_grace_is_over_and_not_before() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run_to(START + 2 * INTERVAL);
		assert_ok!(beat(node));
		run(SILENCE - 1);
		assert_eq!(status(node), NodeStatus::Active);
		run(1);
		assert_eq!(status(node), SILENT);
		// It is not looked at any more.
		assert_eq!(Pulses::<Test>::get(node).unwrap().check_at, None);
	});
}

#[test]
fn a_silent_node_should_come_back_with_its_next_heartbeat() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(5 * SILENCE);
		PoolTrace::take();
		events();
		assert_ok!(beat(node));
		assert_eq!(status(node), NodeStatus::Active);
		assert_eq!(events(), [Event::NodeStatusChanged { node, status: NodeStatus::Active }]);
		assert!(matches!(PoolTrace::get()[..], [PoolCall::Admit(1, ..)]));
		run(SILENCE);
		assert_eq!(status(node), SILENT);
	});
}

#[test]
fn forged_heartbeats_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let (node, other) = (active(ALICE), active(BOB));
		run(INTERVAL);
		let at = System::block_number();
		let pair = operator_of(node);
		let message = heartbeat_message(GENESIS, node, at);
		let forged: Vec<(&str, OperatorSignature)> = vec![
			("another node's key", sign(&operator_of(other), node, at)),
			("another node's heartbeat", sign(&pair, other, at)),
			("another block", sign(&pair, node, at - 1)),
			("another chain", pair.sign(&heartbeat_message(Hash::zero(), node, at))),
			("no domain", pair.sign(&(GENESIS, node, at).encode())),
			("cut off", pair.sign(&message[..message.len() - 1])),
		];
		for (what, signature) in forged {
			assert_eq!(
				offer(node, at, signature),
				Err(invalid(InvalidTransaction::BadProof)),
				"{what}"
			);
		}
		// A good one for the wrong node.
		assert_eq!(
			offer(other, at, sign(&pair, node, at)),
			Err(invalid(InvalidTransaction::BadProof))
		);
		assert_eq!(
			offer(77, at, sign(&pair, 77, at)),
			Err(invalid(InvalidTransaction::Custom(UNKNOWN_NODE)))
		);
	});
}

#[test]
fn a_replaced_operator_key_should_no_longer_beat() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let new = operator("//new");
		assert_ok!(NodeStaking::set_operator_key(signed(ALICE), node, new.public()));
		run(INTERVAL);
		let at = System::block_number();
		assert_eq!(beat(node), Err(invalid(InvalidTransaction::BadProof)));
		assert_ok!(offer(node, at, sign(&new, node, at)));
	});
}

#[test]
fn a_heartbeat_should_count_once() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(INTERVAL);
		let at = System::block_number();
		let signature = sign(&operator_of(node), node, at);
		assert_ok!(beat(node));
		for _ in 0..2 * HEARTBEAT_MAX_AGE {
			assert_eq!(offer(node, at, signature.clone()), Err(invalid(InvalidTransaction::Stale)));
			run(1);
		}
	});
}

#[test]
fn heartbeats_should_come_half_an_interval_apart() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		for _ in 1..INTERVAL / 2 {
			run(1);
			assert_eq!(beat(node), Err(invalid(InvalidTransaction::Stale)));
		}
		run(1);
		assert_ok!(beat(node));
	});
}

#[test]
fn old_and_future_heartbeats_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		run(30);
		let now = System::block_number();
		let pair = operator_of(node);
		let at = |at| offer(node, at, sign(&pair, node, at));
		assert_eq!(at(now + 1), Err(invalid(InvalidTransaction::Future)));
		assert_eq!(at(now - HEARTBEAT_MAX_AGE - 1), Err(invalid(InvalidTransaction::Stale)));
		assert_ok!(at(now - HEARTBEAT_MAX_AGE));
		assert_ok!(at(now));
	});
}

#[test]
fn heartbeats_of_nodes_that_do_not_work_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let not_expected = Err(invalid(InvalidTransaction::Custom(NOT_EXPECTED)));
		let (drained, leaving, unleased, jailed) =
			(active(ALICE), active(ALICE), active(ALICE), active(ALICE));
		assert_ok!(NodeStaking::drain(signed(ALICE), drained));
		assert_ok!(NodeStaking::unbond(signed(ALICE), leaving));
		NodeStaking::lease_lost(unleased, unleased.into());
		use concordat_primitives::{node::Misconduct, traits::Slasher};
		assert_ok!(NodeStaking::slash(jailed, Misconduct::Unavailability, evidence(1), None));
		run(INTERVAL);
		let authorized = || RuntimeOrigin::from(frame_system::RawOrigin::Authorized);
		for node in [drained, leaving, unleased, jailed] {
			assert_eq!(beat(node), not_expected, "{node}");
			let at = System::block_number();
			assert_noop!(
				NodeStaking::heartbeat(authorized(), node, at, sign(&operator_of(node), node, at)),
				Error::<Test>::HeartbeatNotExpected
			);
		}
		let never = registered(ALICE);
		assert_eq!(beat(never), Err(invalid(InvalidTransaction::Custom(UNKNOWN_NODE))));
		let validator = registered_validator(BOB);
		assert_eq!(beat(validator), Err(invalid(InvalidTransaction::Custom(UNKNOWN_NODE))));
		assert_noop!(
			NodeStaking::heartbeat(authorized(), 99, 1, sign(&operator_of(99), 99, 1)),
			Error::<Test>::UnknownNode
		);
	});
}

#[test]
fn a_heartbeat_should_need_authorisation() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let signature = sign(&operator_of(node), node, START);
		for origin in [signed(ALICE), RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(NodeStaking::heartbeat(origin, node, START, signature.clone()), BadOrigin);
		}
	});
}

#[test]
fn the_pool_should_hold_one_heartbeat_per_node_for_a_short_time() {
	ExtBuilder::default().build_and_execute(|| {
		let (node, other) = (active(ALICE), active(BOB));
		run(INTERVAL);
		let now = System::block_number();
		let at = |node, at| offer(node, at, sign(&operator_of(node), node, at)).unwrap();
		let (first, later, others) = (at(node, now - 1), at(node, now), at(other, now));
		assert_eq!(first.provides, later.provides);
		assert_ne!(first.provides, others.provides);
		assert_eq!(first.longevity, HEARTBEAT_LONGEVITY);
		assert!(first.propagate);
		assert!(first.requires.is_empty());
		assert_ok!(beat(node));
		run(INTERVAL);
		assert_ne!(at(node, now + INTERVAL).provides, first.provides);
	});
}

#[test]
fn a_heartbeat_that_brings_nothing_back_should_weigh_less() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let authorized = || RuntimeOrigin::from(frame_system::RawOrigin::Authorized);
		run(INTERVAL);
		let at = System::block_number();
		let usual =
			NodeStaking::heartbeat(authorized(), node, at, sign(&operator_of(node), node, at));
		assert!(usual.unwrap().actual_weight.is_some());
		run(2 * SILENCE);
		let at = System::block_number();
		let back =
			NodeStaking::heartbeat(authorized(), node, at, sign(&operator_of(node), node, at));
		assert_eq!(back.unwrap().actual_weight, None);
	});
}
