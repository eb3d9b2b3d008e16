//! Parameters and genesis.

use crate::{mock::*, Error, Event, Params, KEPT_HALF_LIVES};
use concordat_primitives::{
	routing::{Tempo, ONE},
	trust::HopEnd::*,
	units::DAYS,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{traits::BadOrigin, BuildStorage};

#[test]
fn parameters_should_be_set_by_root_alone() {
	ExtBuilder.build_and_execute(|| {
		let new = Params { full_standing: 2 * FULL, ..params() };
		let by = RuntimeOrigin::signed(ALICE);
		assert_noop!(Trust::set_params(by, new.clone()), BadOrigin);
		assert_ok!(Trust::set_params(RuntimeOrigin::root(), new.clone()));
		assert_eq!(events(), vec![Event::ParamsChanged]);
		assert_eq!(Trust::parameters(), new);
		record(&of(ALICE), OTHER, Agreed);
		assert_eq!(record(&of(ALICE), NODE, Agreed), ONE / 2, "at once");
	});
}

#[test]
fn parameters_should_make_sense() {
	ExtBuilder.build_and_execute(|| {
		let good = params();
		let tempo = good.tempo;
		for bad in [
			Params { full_standing: 0, ..good.clone() },
			Params { expiry: 0, ..good.clone() },
			Params { expiry: Tempo::LONGEST + 1, ..good.clone() },
			Params { expiry: KEPT_HALF_LIVES * DAYS - 1, ..good.clone() },
			Params { tempo: Tempo { threat: 4 * DAYS, ..tempo }, ..good.clone() },
			Params { tempo: Tempo { voice: 4 * DAYS, ..tempo }, ..good.clone() },
			Params { tempo: Tempo { reciprocity: 0, ..tempo }, ..good.clone() },
		] {
			assert_noop!(
				Trust::set_params(RuntimeOrigin::root(), bad),
				Error::<Test>::InvalidParams
			);
		}
		let least = Params { expiry: KEPT_HALF_LIVES * DAYS, ..good };
		assert_ok!(Trust::set_params(RuntimeOrigin::root(), least));
	});
}

#[test]
#[should_panic(expected = "trust.params: values out of range")]
fn genesis_should_refuse_parameters_that_make_no_sense() {
	let params = Params { full_standing: 0, ..Default::default() };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
fn parameters_should_be_read_from_json() {
	let json = r#"{ "fullStanding": "5", "tempo": { "voice": 30 }, "expiry": 1000000 }"#;
	let read: Params = serde_json::from_str(json).unwrap();
	let tempo = Tempo { voice: 30, ..Default::default() };
	assert_eq!(read, Params { full_standing: 5, tempo, expiry: 1_000_000 });
	assert!(serde_json::from_str::<Params>(r#"{ "expires": 1 }"#).is_err());
}

#[test]
fn the_constants_should_fit_each_other() {
	ExtBuilder.build_and_execute(Trust::integrity_test);
}
