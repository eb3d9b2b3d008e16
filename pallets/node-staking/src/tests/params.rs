//! What governance may change, and to what.

use crate::{mock::*, Error, Event, Parameters, Params, Penalties};
use codec::{Decode, Encode};
use concordat_primitives::{node::Misconduct, traits::Slasher, units::CDT};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, Permill};

fn set(params: Params) -> frame_support::dispatch::DispatchResult {
	NodeStaking::set_params(RuntimeOrigin::root(), params)
}

#[test]
fn parameters_should_be_changed_by_governance_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let new = Params { heartbeat_interval: 16, ..params() };
		assert_noop!(NodeStaking::set_params(signed(ALICE), new.clone()), BadOrigin);
		assert_ok!(set(new.clone()));
		assert_eq!(Parameters::<Test>::get(), new);
		assert_eq!(events(), [Event::ParamsSet { params: new }]);
	});
}

#[test]
fn senseless_parameters_should_be_refused() {
	// SCALE refuses parts beyond the whole; a genesis in JSON does not.
	assert!(Permill::decode(&mut &2_000_000u32.encode()[..]).is_err());
	let two: Permill = serde_json::from_value(2_000_000.into()).unwrap();
	let good = params();
	let bad = [
		Params { min_stake_compute: 0, ..good.clone() },
		Params { min_stake_validator: 0, ..good.clone() },
		Params { unbonding_period: 149, ..good.clone() },
		Params { dispute_window: u32::MAX, ..good.clone() },
		Params { appeal_window: 0, ..good.clone() },
		Params { jail_period: 0, ..good.clone() },
		Params { heartbeat_interval: 1, ..good.clone() },
		Params { reporter_share: Permill::from_percent(51), ..good.clone() },
		Params { min_validators: 0, ..good.clone() },
		Params { min_validators: 11, ..good.clone() },
		Params { max_validators: 101, ..good.clone() },
		Params { penalties: Penalties { unavailability: two, ..good.penalties }, ..good.clone() },
	];
	ExtBuilder::default().build_and_execute(|| {
		for params in bad {
			assert_noop!(set(params), Error::<Test>::InvalidParams);
		}
		assert_ok!(set(Params { unbonding_period: 150, ..good }));
	});
}

#[test]
fn fewer_validators_than_are_chosen_should_be_refused() {
	ExtBuilder::default().validators(3).build_and_execute(|| {
		assert_noop!(set(Params { max_validators: 2, ..params() }), Error::<Test>::TooManyChosen);
		assert_ok!(set(Params { max_validators: 3, ..params() }));
	});
}

#[test]
fn a_new_penalty_should_count_for_offences_from_then_on() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let mut new = params();
		new.penalties.resource_fraud = Permill::from_percent(20);
		assert_ok!(set(new));
		assert_ok!(
			NodeStaking::slash(node, Misconduct::ResourceFraud, evidence(1), None),
			200 * CDT
		);
	});
}

#[test]
fn a_higher_minimum_should_not_throw_anybody_out_of_the_pools() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		assert_ok!(set(Params { min_stake_compute: 2 * STAKE, ..params() }));
		run(INTERVAL);
		assert_ok!(beat(node));
		assert_noop!(
			NodeStaking::unbond_partial(signed(ALICE), node, 1),
			Error::<Test>::StakeTooLow
		);
	});
}

#[test]
fn parameters_should_read_as_text_in_a_genesis() {
	let json = serde_json::to_value(params()).unwrap();
	assert_eq!(json["minStakeCompute"], "500000000000000");
	assert_eq!(json["penalties"]["networkAttack"], 500_000);
	assert_eq!(serde_json::from_value::<Params>(json).unwrap(), params());
}
