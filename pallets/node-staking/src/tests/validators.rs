//! Choosing validators, and letting them go.

use crate::{mock::*, Error, Event, Validators};
use concordat_primitives::{
	node::{Misconduct, NodeStatus},
	traits::Slasher,
	units::CDT,
	AccountId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{testing::UintAuthorityId, traits::BadOrigin};

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn set_keys(who: AccountId, key: u64) {
	assert_ok!(Session::set_keys(signed(who), UintAuthorityId(key), vec![]));
}

#[test]
fn a_staked_validator_with_keys_should_be_chosen_by_governance() {
	ExtBuilder::default().validators(1).build_and_execute(|| {
		let node = registered_validator(ALICE);
		assert_noop!(NodeStaking::add_validator(signed(ALICE), node), BadOrigin);
		assert_noop!(NodeStaking::add_validator(root(), node), Error::<Test>::NoSessionKeys);
		set_keys(ALICE, 50);
		events();
		assert_ok!(NodeStaking::add_validator(root(), node));
		assert_eq!(events(), [Event::ValidatorAdded { node }]);
		assert_eq!(Validators::<Test>::get().into_inner(), [1, node]);
		assert_noop!(NodeStaking::add_validator(root(), node), Error::<Test>::AlreadyChosen);
	});
}

#[test]
fn only_a_validator_node_in_good_standing_should_be_chosen() {
	ExtBuilder::default().validators(1).build_and_execute(|| {
		let (compute, jailed) = (registered(ALICE), registered_validator(BOB));
		set_keys(BOB, 50);
		assert_noop!(NodeStaking::add_validator(root(), 99), Error::<Test>::UnknownNode);
		assert_noop!(NodeStaking::add_validator(root(), compute), Error::<Test>::NotValidator);
		assert_ok!(NodeStaking::slash(jailed, Misconduct::NetworkAttack, evidence(1), None));
		assert_noop!(NodeStaking::add_validator(root(), jailed), Error::<Test>::Jailed);
		run(JAIL);
		assert_ok!(NodeStaking::unjail(signed(BOB), jailed));
		let dearer = crate::Params { min_stake_validator: 501 * CDT, ..params() };
		assert_ok!(NodeStaking::set_params(root(), dearer));
		// 1,000 are staked, 500 of them frozen.
		assert_noop!(NodeStaking::add_validator(root(), jailed), Error::<Test>::StakeTooLow);
		assert_ok!(NodeStaking::bond_extra(signed(BOB), jailed, CDT));
		assert_ok!(NodeStaking::add_validator(root(), jailed));
		assert_ok!(NodeStaking::unbond(signed(BOB), jailed));
		assert_noop!(NodeStaking::add_validator(root(), jailed), Error::<Test>::Leaving);
	});
}

#[test]
fn no_more_validators_than_allowed_should_be_chosen() {
	ExtBuilder::default().validators(2).params(|p| p.max_validators = 2).build_and_execute(|| {
		let node = registered_validator(ALICE);
		set_keys(ALICE, 50);
		assert_noop!(NodeStaking::add_validator(root(), node), Error::<Test>::TooManyValidators);
	});
}

#[test]
fn a_validator_should_be_removed_while_enough_stay() {
	ExtBuilder::default().validators(3).params(|p| p.min_validators = 2).build_and_execute(|| {
		assert_noop!(NodeStaking::remove_validator(signed(ALICE), 1), BadOrigin);
		assert_noop!(NodeStaking::remove_validator(root(), 99), Error::<Test>::UnknownNode);
		assert_ok!(NodeStaking::remove_validator(root(), 1));
		assert_eq!(events(), [Event::ValidatorRemoved { node: 1 }]);
		assert_eq!(status(1), NodeStatus::Active);
		assert_noop!(NodeStaking::remove_validator(root(), 1), Error::<Test>::NotChosen);
		assert_noop!(NodeStaking::remove_validator(root(), 2), Error::<Test>::TooFewValidators);
	});
}

#[test]
fn a_validator_should_leave_while_enough_stay() {
	ExtBuilder::default().validators(2).params(|p| p.min_validators = 1).build_and_execute(|| {
		assert_ok!(NodeStaking::unbond(signed(validator(0)), 1));
		assert_eq!(Validators::<Test>::get().into_inner(), [2]);
		assert!(events().contains(&Event::ValidatorRemoved { node: 1 }));
		assert_noop!(NodeStaking::unbond(signed(validator(1)), 2), Error::<Test>::TooFewValidators);
		run(UNBONDING);
		assert_ok!(NodeStaking::withdraw(signed(validator(0)), 1));
		assert_eq!(free(&validator(0)), FUNDS);
		assert_eq!(crate::ValidatorNodes::<Test>::get(validator(0)), None);
	});
}

#[test]
fn a_jailed_validator_should_count_for_nobody() {
	ExtBuilder::default().validators(2).params(|p| p.min_validators = 1).build_and_execute(|| {
		assert_ok!(NodeStaking::slash(1, Misconduct::NetworkAttack, evidence(1), None));
		// The only one who can be elected has to stay; the jailed one may go.
		assert_noop!(NodeStaking::unbond(signed(validator(1)), 2), Error::<Test>::TooFewValidators);
		assert_ok!(NodeStaking::unbond(signed(validator(0)), 1));
	});
}
