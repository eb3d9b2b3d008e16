//! What governance may change.

use crate::{mock::*, Error, Event, Parameters, Params, MAX_DURATION};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use sp_runtime::{traits::BadOrigin, BuildStorage, Permill};

const GOOD: Params =
	Params { bond: ED, max_open: 1, max_duration: MAX_DURATION, run_forfeit: Permill::one() };

#[test]
fn parameters_should_be_changed_by_governance_alone() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(ANNA), RuntimeOrigin::signed(ARBITER)] {
			assert_noop!(Disputes::set_params(origin, GOOD), BadOrigin);
		}
		assert_ok!(Disputes::set_params(RuntimeOrigin::root(), GOOD));
		assert_eq!(Parameters::<Test>::get(), GOOD);
		assert_eq!(events(), vec![Event::ParamsSet { params: GOOD }]);
	});
}

#[test]
fn parameters_should_be_refused_when_they_make_no_sense() {
	ExtBuilder::default().build_and_execute(|| {
		for params in [
			Params { bond: 0, ..GOOD },
			Params { bond: ED - 1, ..GOOD },
			Params { max_open: 0, ..GOOD },
			Params { max_duration: 0, ..GOOD },
			Params { max_duration: MAX_DURATION + 1, ..GOOD },
		] {
			assert_noop!(
				Disputes::set_params(RuntimeOrigin::root(), params),
				Error::<Test>::InvalidParams
			);
		}
	});
}

#[test]
#[should_panic(expected = "a bond of at least the existential deposit")]
fn genesis_should_be_refused_when_freezing_costs_nothing() {
	let params = Params { bond: 0, ..GOOD };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
fn genesis_should_read_and_write_json_with_money_as_text() {
	let genesis = crate::GenesisConfig::<Test>::default();
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["params"]["bond"], "10000000000000");
	assert_eq!(json["params"]["maxDuration"], 604_800);
	assert_eq!(json["params"]["runForfeit"], 200_000);
	let read: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(read.params, genesis.params);
}

#[test]
fn the_relations_between_constants_should_hold() {
	HookWeight::set(Weight::MAX);
	Disputes::integrity_test();
}
