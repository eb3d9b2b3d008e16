//! Bonding, leaving, withdrawing, draining.

use crate::{mock::*, Chunk, Error, Event, Nodes, NodesOf, OperatorNodes, Pulses, MAX_UNLOCKING};
use concordat_primitives::{
	node::{InactiveReason, NodeStatus},
	receipt::Operation,
	traits::LeaseListener,
	units::CDT,
};
use frame_support::{assert_noop, assert_ok};
use sp_core::Pair;
use sp_runtime::TokenError;

const DRAINED: NodeStatus = NodeStatus::Inactive(InactiveReason::Drained);

#[test]
fn more_stake_should_be_held_when_it_is_there() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		events();
		assert_ok!(NodeStaking::bond_extra(signed(ALICE), node, 7));
		assert_eq!(events(), [Event::Bonded { node, amount: 7 }]);
		assert_eq!(held(&ALICE), STAKE + 7);
		assert_eq!(record(node).stake, STAKE + 7);
		assert_noop!(NodeStaking::bond_extra(signed(ALICE), node, 0), Error::<Test>::ZeroAmount);
		assert_noop!(
			NodeStaking::bond_extra(signed(ALICE), node, FUNDS),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn a_part_should_leave_after_the_period_and_no_sooner() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		events();
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 100 * CDT));
		let until = START + UNBONDING;
		assert_eq!(events(), [Event::Unbonded { node, amount: 100 * CDT, until }]);
		assert_eq!(record(node).stake, STAKE - 100 * CDT);
		assert_eq!(record(node).own_stake(), STAKE);
		assert_eq!(held(&ALICE), STAKE);
		assert_eq!(status(node), NodeStatus::Active);
		System::set_block_number(until - 1);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::NothingToWithdraw);
		System::set_block_number(START);
		run_to(until);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(held(&ALICE), STAKE - 100 * CDT);
		assert!(record(node).unlocking.is_empty());
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::NothingToWithdraw);
	});
}

#[test]
fn a_part_should_not_leave_below_the_minimum() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		for amount in [STAKE - MIN + 1, STAKE, STAKE + 1] {
			assert_noop!(
				NodeStaking::unbond_partial(signed(ALICE), node, amount),
				Error::<Test>::StakeTooLow
			);
		}
		assert_noop!(
			NodeStaking::unbond_partial(signed(ALICE), node, 0),
			Error::<Test>::ZeroAmount
		);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, STAKE - MIN));
	});
}

#[test]
fn parts_on_their_way_out_should_be_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		for i in 0..MAX_UNLOCKING {
			System::set_block_number(START + i);
			assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 1 + u128::from(i)));
		}
		assert_noop!(
			NodeStaking::unbond_partial(signed(ALICE), node, 1),
			Error::<Test>::TooManyUnlocking
		);
		// Two have left: 1 + 2.
		run_to(START + UNBONDING + 1);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(held(&ALICE), STAKE - 3);
		assert_eq!(
			record(node).unlocking.first(),
			Some(&Chunk { amount: 3, until: START + UNBONDING + 2 })
		);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 1));
	});
}

#[test]
fn a_node_should_leave_the_pools_at_once_and_the_chain_after_the_period() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let other = registered(ALICE);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 100 * CDT));
		PoolTrace::take();
		events();
		let until = START + UNBONDING;
		let leaving = NodeStatus::Unbonding { until };
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		assert_eq!(PoolTrace::get(), [PoolCall::Evict(node)]);
		assert_eq!(
			events(),
			[
				Event::NodeStatusChanged { node, status: leaving },
				Event::Unbonded { node, amount: STAKE - 100 * CDT, until },
			]
		);
		assert_eq!(Receipts::get().last(), Some(&Operation::NodeChanged { node, status: leaving }));
		assert_eq!(NodeStaking::counts(), (2, 0));

		// Nothing but leaving is left to it.
		let key = operator_id("//new");
		use Error::Leaving;
		assert_noop!(NodeStaking::unbond(signed(ALICE), node), Leaving::<Test>);
		assert_noop!(NodeStaking::unbond_partial(signed(ALICE), node, 1), Leaving::<Test>);
		assert_noop!(NodeStaking::bond_extra(signed(ALICE), node, 1), Leaving::<Test>);
		assert_noop!(NodeStaking::update_spec(signed(ALICE), node, compute()), Leaving::<Test>);
		assert_noop!(NodeStaking::set_operator_key(signed(ALICE), node, key), Leaving::<Test>);
		assert_noop!(NodeStaking::drain(signed(ALICE), node), Error::<Test>::CannotDrain);
		NodeStaking::lease_granted(&lease(node, 77));
		assert_eq!(status(node), leaving);

		run_to(until - 1);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::NothingToWithdraw);
		run_to(until);
		events();
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert_eq!(
			events(),
			[Event::Withdrawn { node, amount: STAKE }, Event::NodeRemoved { node }]
		);
		assert_eq!(PoolTrace::get().last(), Some(&PoolCall::Forget(node)));
		assert_eq!(held(&ALICE), STAKE);
		assert_eq!(free(&ALICE), FUNDS - STAKE);
		assert!(!Nodes::<Test>::contains_key(node));
		assert!(!Pulses::<Test>::contains_key(node));
		assert_eq!(OperatorNodes::<Test>::get(operator_of(node).public()), None);
		assert_eq!(NodesOf::<Test>::get(ALICE).into_inner(), [other]);
		assert_noop!(NodeStaking::withdraw(signed(ALICE), node), Error::<Test>::UnknownNode);
		// Its number is not used again.
		assert_eq!(registered(BOB), other + 1);
	});
}

#[test]
fn a_controller_without_nodes_should_leave_no_trace() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		run(UNBONDING);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert!(!NodesOf::<Test>::contains_key(ALICE));
		assert_eq!(free(&ALICE), FUNDS);
	});
}

#[test]
fn a_shorter_period_should_not_strand_what_left_before() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, 5));
		let shorter = crate::Params { unbonding_period: 150, ..crate::Parameters::<Test>::get() };
		assert_ok!(NodeStaking::set_params(RuntimeOrigin::root(), shorter));
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		run(150);
		assert_ok!(NodeStaking::withdraw(signed(ALICE), node));
		assert!(!Nodes::<Test>::contains_key(node));
	});
}

#[test]
fn a_drained_node_should_take_no_jobs_until_it_is_undrained() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		PoolTrace::take();
		assert_noop!(NodeStaking::undrain(signed(ALICE), node), Error::<Test>::NotDrained);
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		assert_eq!(status(node), DRAINED);
		assert_eq!(PoolTrace::take(), [PoolCall::Evict(node)]);
		assert_noop!(NodeStaking::drain(signed(ALICE), node), Error::<Test>::CannotDrain);
		// Silence does not matter, and neither does a renewed lease.
		run(10 * SILENCE);
		assert_eq!(status(node), DRAINED);
		NodeStaking::lease_granted(&lease(node, 8));
		assert_eq!(status(node), DRAINED);
		assert!(PoolTrace::get().is_empty());

		assert_ok!(NodeStaking::undrain(signed(ALICE), node));
		assert_eq!(status(node), NodeStatus::Active);
		let [PoolCall::Admit(_, profile, _)] = &PoolTrace::get()[..] else { panic!() };
		assert_eq!(profile.lease, 8);
		// It is watched again, from now on.
		run(SILENCE - 1);
		assert_eq!(status(node), NodeStatus::Active);
		run(1);
		assert_eq!(status(node), NodeStatus::Inactive(InactiveReason::MissedHeartbeats));
	});
}

#[test]
fn an_undrained_node_without_a_lease_should_wait_for_one() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		NodeStaking::lease_lost(node, node.into());
		assert_eq!(status(node), DRAINED);
		assert_ok!(NodeStaking::undrain(signed(ALICE), node));
		assert_eq!(status(node), NodeStatus::Inactive(InactiveReason::LeaseLost));
	});
}

#[test]
fn only_a_compute_node_that_could_work_should_be_drained() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		assert_noop!(NodeStaking::drain(signed(ALICE), node), Error::<Test>::CannotDrain);
		let validator = registered_validator(ALICE);
		assert_noop!(NodeStaking::drain(signed(ALICE), validator), Error::<Test>::NotCompute);
		assert_noop!(NodeStaking::undrain(signed(ALICE), validator), Error::<Test>::NotDrained);
		// A silent one can.
		let node = active(ALICE);
		run(SILENCE);
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
	});
}
