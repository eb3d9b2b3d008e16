//! What governance may change.

use crate::{mock::*, Clauses, Error, Event, Parameters, Params};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{traits::BadOrigin, BuildStorage};

#[test]
fn parameters_should_be_changed_by_governance_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params {
			base_deposit: 5,
			byte_deposit: 0,
			failure_threshold: 1,
			capability_deposit: 3,
		};
		assert_noop!(
			ClauseRegistry::set_params(RuntimeOrigin::signed(WHO), params.clone()),
			BadOrigin
		);
		assert_ok!(ClauseRegistry::set_params(RuntimeOrigin::root(), params.clone()));
		assert_eq!(Parameters::<Test>::get(), params);
		assert_eq!(events(), vec![Event::ParamsSet { params }]);
	});
}

#[test]
fn parameters_should_be_refused_when_the_threshold_is_zero() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params { failure_threshold: 0, ..Default::default() };
		assert_noop!(
			ClauseRegistry::set_params(RuntimeOrigin::root(), params),
			Error::<Test>::InvalidParams
		);
	});
}

#[test]
fn new_prices_should_leave_old_deposits_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		let deposit = Clauses::<Test>::get(&id).unwrap().deposit;
		let params = Params {
			base_deposit: 5,
			byte_deposit: 0,
			failure_threshold: 1,
			capability_deposit: 3,
		};
		assert_ok!(ClauseRegistry::set_params(RuntimeOrigin::root(), params));
		assert_eq!(Clauses::<Test>::get(&id).unwrap().deposit, deposit);
		let new = register("WHO::Rain@1.1");
		assert_eq!(Clauses::<Test>::get(&new).unwrap().deposit, Some(5));
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id));
	});
}

#[test]
#[should_panic(expected = "a failure threshold of 0 is no threshold")]
fn genesis_should_be_refused_when_the_threshold_is_zero() {
	let params = Params { failure_threshold: 0, ..Default::default() };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
fn genesis_should_read_and_write_json_with_money_as_text() {
	let genesis = crate::GenesisConfig::<Test>::default();
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["params"]["baseDeposit"], "1000000000000");
	let read: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(read.params, genesis.params);
}

#[test]
fn the_relations_between_constants_should_hold() {
	ClauseRegistry::integrity_test();
}
