//! Who may register what; and what an operator may say later.

use crate::{mock::*, Error, Event, LastNode, Nodes, NodesOf, OperatorNodes, ValidatorNodes};
use concordat_primitives::{
	node::{InactiveReason, NodeRole, NodeSpec, NodeStatus},
	receipt::Operation,
	traits::NodeInspect,
	units::CDT,
	CapabilityId, Jurisdiction,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::Pair;
use sp_runtime::TokenError;

#[test]
fn registering_should_hold_the_stake_and_number_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		let key = operator_id("//a");
		assert_ok!(NodeStaking::register(signed(ALICE), compute(), key.clone(), STAKE));
		assert_eq!(
			events(),
			[Event::NodeRegistered {
				node: 1,
				controller: ALICE,
				role: NodeRole::Compute,
				stake: STAKE
			}]
		);
		assert_eq!(held(&ALICE), STAKE);
		assert_eq!(free(&ALICE), FUNDS - STAKE);
		assert_eq!(status(1), NodeStatus::Registered);
		assert_eq!(record(1).registered_at, START);
		assert_eq!(OperatorNodes::<Test>::get(&key), Some(1));
		assert_eq!(
			Receipts::get(),
			[Operation::NodeChanged { node: 1, status: NodeStatus::Registered }]
		);
		assert_eq!(registered(ALICE), 2);
		assert_eq!(NodesOf::<Test>::get(ALICE).into_inner(), [1, 2]);
		assert_eq!(<NodeStaking as NodeInspect<_>>::controller(2), Some(ALICE));
		assert_eq!(<NodeStaking as NodeInspect<_>>::spec(2), Some(compute()));
		assert_eq!(<NodeStaking as NodeInspect<_>>::status(2), Some(NodeStatus::Registered));
		assert_eq!(<NodeStaking as NodeInspect<_>>::status(3), None);
	});
}

#[test]
fn a_validator_should_be_active_at_once_and_no_node_of_the_pools() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered_validator(ALICE);
		assert_eq!(status(node), NodeStatus::Active);
		assert_eq!(ValidatorNodes::<Test>::get(ALICE), Some(node));
		assert!(PoolTrace::get().is_empty());
		assert_eq!(NodeStaking::counts(), (1, 0));
		assert_noop!(
			NodeStaking::register(signed(ALICE), validating(), operator_id("//b"), STAKE),
			Error::<Test>::AlreadyValidator
		);
		// Compute nodes of the same account are welcome.
		registered(ALICE);
	});
}

#[test]
fn registration_should_fail_below_the_minimum_stake() {
	ExtBuilder::default().params(|p| p.min_stake_validator = 2_000 * CDT).build_and_execute(|| {
		let key = operator_id("//a");
		assert_noop!(
			NodeStaking::register(signed(ALICE), compute(), key.clone(), MIN - 1),
			Error::<Test>::StakeTooLow
		);
		assert_noop!(
			NodeStaking::register(signed(ALICE), validating(), key.clone(), 2_000 * CDT - 1),
			Error::<Test>::StakeTooLow
		);
		// The existential deposit has to stay free.
		assert_noop!(
			NodeStaking::register(signed(POOR), compute(), key.clone(), MIN),
			TokenError::FundsUnavailable
		);
		assert_ok!(NodeStaking::register(signed(ALICE), compute(), key, MIN));
	});
}

#[test]
fn an_operator_key_should_belong_to_one_node_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		let key = operator_of(node).public();
		assert_noop!(
			NodeStaking::register(signed(BOB), compute(), key.clone(), STAKE),
			Error::<Test>::OperatorKeyTaken
		);
		let other = registered(BOB);
		assert_noop!(
			NodeStaking::set_operator_key(signed(BOB), other, key.clone()),
			Error::<Test>::OperatorKeyTaken
		);
		let new = operator_id("//new");
		assert_ok!(NodeStaking::set_operator_key(signed(ALICE), node, new.clone()));
		assert_eq!(OperatorNodes::<Test>::get(&key), None);
		assert_eq!(OperatorNodes::<Test>::get(&new), Some(node));
		// The old key is free again.
		assert_ok!(NodeStaking::set_operator_key(signed(BOB), other, key));
	});
}

#[test]
fn senseless_specs_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let rain = CapabilityId::parse("hazard.rain").unwrap();
		let bad: Vec<NodeSpec> = vec![
			NodeSpec { jurisdiction: Jurisdiction(*b"idn"), ..compute() },
			NodeSpec { latency_class: 8, ..compute() },
			NodeSpec { capabilities: Default::default(), ..compute() },
			NodeSpec { capabilities: vec![rain, rain].try_into().unwrap(), ..compute() },
			NodeSpec { capabilities: vec![CapabilityId([0; 16])].try_into().unwrap(), ..compute() },
			NodeSpec { capacity: 0, ..compute() },
			NodeSpec { resources: Default::default(), ..compute() },
			NodeSpec { capabilities: vec![rain].try_into().unwrap(), ..validating() },
		];
		let node = registered(BOB);
		for spec in bad {
			assert_noop!(
				NodeStaking::register(signed(ALICE), spec.clone(), operator_id("//a"), STAKE),
				Error::<Test>::InvalidSpec
			);
			if spec.role == NodeRole::Compute {
				assert_noop!(
					NodeStaking::update_spec(signed(BOB), node, spec),
					Error::<Test>::InvalidSpec
				);
			}
		}
	});
}

#[test]
fn a_controller_should_have_32_nodes_at_most() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..32 {
			registered(ALICE);
		}
		assert_noop!(
			NodeStaking::register(signed(ALICE), compute(), operator_id("//a"), STAKE),
			Error::<Test>::TooManyNodes
		);
		registered(BOB);
	});
}

#[test]
fn numbers_of_nodes_should_end_with_an_error_instead_of_beginning_anew() {
	ExtBuilder::default().build_and_execute(|| {
		LastNode::<Test>::put(u32::MAX);
		assert_noop!(
			NodeStaking::register(signed(ALICE), compute(), operator_id("//a"), STAKE),
			Error::<Test>::TooManyNodes
		);
	});
}

#[test]
fn only_the_controller_should_decide_about_a_node() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let bob = || signed(BOB);
		let key = operator_id("//b");
		use Error::{NotController, UnknownNode};
		assert_noop!(NodeStaking::bond_extra(bob(), node, 1), NotController::<Test>);
		assert_noop!(NodeStaking::unbond_partial(bob(), node, 1), NotController::<Test>);
		assert_noop!(NodeStaking::unbond(bob(), node), NotController::<Test>);
		assert_noop!(NodeStaking::withdraw(bob(), node), NotController::<Test>);
		assert_noop!(NodeStaking::drain(bob(), node), NotController::<Test>);
		assert_noop!(NodeStaking::undrain(bob(), node), NotController::<Test>);
		assert_noop!(NodeStaking::update_spec(bob(), node, compute()), NotController::<Test>);
		assert_noop!(
			NodeStaking::set_operator_key(bob(), node, key.clone()),
			NotController::<Test>
		);
		assert_noop!(NodeStaking::unjail(bob(), node), NotController::<Test>);
		assert_noop!(NodeStaking::bond_extra(bob(), 9, 1), UnknownNode::<Test>);
		assert_noop!(NodeStaking::unjail(bob(), 9), UnknownNode::<Test>);
	});
}

#[test]
fn a_spec_should_change_but_for_its_role() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		let spec = NodeSpec { capacity: 9, latency_class: 3, ..compute() };
		assert_ok!(NodeStaking::update_spec(signed(ALICE), node, spec.clone()));
		assert_eq!(record(node).spec, spec);
		// The pools get the new profile at once.
		let [PoolCall::Admit(1, profile, _)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!((profile.capacity, profile.latency_class), (9, 3));
		assert_noop!(
			NodeStaking::update_spec(signed(ALICE), node, validating()),
			Error::<Test>::RoleFixed
		);
	});
}

#[test]
fn a_node_should_not_move_while_it_is_active_or_runs_jobs() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let moved = NodeSpec { jurisdiction: Jurisdiction(*b"NLD"), ..compute() };
		let sovereign = NodeSpec { sovereign: true, ..compute() };
		for spec in [moved.clone(), sovereign.clone()] {
			assert_noop!(
				NodeStaking::update_spec(signed(ALICE), node, spec),
				Error::<Test>::JurisdictionLocked
			);
		}
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		Running::set(1);
		assert_noop!(
			NodeStaking::update_spec(signed(ALICE), node, moved.clone()),
			Error::<Test>::JurisdictionLocked
		);
		Running::set(0);
		assert_ok!(NodeStaking::update_spec(signed(ALICE), node, moved.clone()));
		assert_eq!(record(node).spec, moved);
		assert_eq!(status(node), NodeStatus::Inactive(InactiveReason::Drained));
		// A validator says where it stands whenever it likes.
		let validator = registered_validator(BOB);
		let moved = NodeSpec { jurisdiction: Jurisdiction(*b"NLD"), ..validating() };
		assert_ok!(NodeStaking::update_spec(signed(BOB), validator, moved));
	});
}

#[test]
fn a_refusing_pool_should_undo_the_change_of_a_spec() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolRefuses::set(true);
		let spec = NodeSpec { capacity: 9, ..compute() };
		assert!(frame_support::storage::with_storage_layer(|| NodeStaking::update_spec(
			signed(ALICE),
			node,
			spec
		))
		.is_err());
		assert_eq!(record(node).spec, compute());
	});
}

#[test]
fn a_genesis_should_register_and_choose_its_validators() {
	ExtBuilder::default().validators(3).build_and_execute(|| {
		assert_eq!(Nodes::<Test>::count(), 3);
		assert_eq!(crate::Validators::<Test>::get().into_inner(), [1, 2, 3]);
		for n in 0..3 {
			assert_eq!(held(&validator(n)), STAKE);
			assert_eq!(ValidatorNodes::<Test>::get(validator(n)), Some(u32::from(n) + 1));
		}
		// There was no block that receipts could belong to.
		assert!(Receipts::get().is_empty());
	});
}
