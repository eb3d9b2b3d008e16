//! What governance can change.

use crate::{mock::*, Call, Error, Event, Params, MAX_PER_BLOCK, PARTS};
use concordat_primitives::AccountId;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{BuildStorage, DispatchError};

#[test]
fn governance_should_change_the_parameters() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params { rate: rates(5), max_per_block: 3, max_running: 2 };
		assert_ok!(dispatch(RuntimeOrigin::root(), Call::set_params { params }));
		assert_eq!(Audits::parameters(), params);
		assert_eq!(events(), vec![Event::ParamsSet { params }]);
	});
}

#[test]
fn nobody_else_should_change_the_parameters() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params::default();
		for who in [RuntimeOrigin::none(), RuntimeOrigin::signed(AccountId::new([1; 32]))] {
			assert_noop!(dispatch(who, Call::set_params { params }), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn parameters_out_of_range_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let fine = Params::default();
		let mut bad = vec![
			Params { max_per_block: 0, ..fine },
			Params { max_running: 0, ..fine },
			Params { max_per_block: MAX_PER_BLOCK + 1, ..fine },
		];
		for place in 0..4 {
			let mut params = fine;
			let rate = &mut params.rate;
			*[&mut rate.low, &mut rate.medium, &mut rate.high, &mut rate.critical][place] =
				PARTS + 1;
			bad.push(params);
		}
		for params in bad {
			assert_noop!(
				dispatch(RuntimeOrigin::root(), Call::set_params { params }),
				Error::<Test>::InvalidParams
			);
		}
		let params = Params { rate: rates(PARTS), max_per_block: MAX_PER_BLOCK, max_running: 1 };
		assert_ok!(dispatch(RuntimeOrigin::root(), Call::set_params { params }));
	});
}

#[test]
#[should_panic(expected = "audits.params")]
fn a_genesis_with_parameters_out_of_range_should_be_refused() {
	let params = Params { max_per_block: 0, ..Default::default() };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
fn parameters_should_be_read_from_a_chain_spec() {
	let json = serde_json::json!({
		"rate": { "low": 1, "medium": 2, "high": 3, "critical": 4 },
		"maxPerBlock": 5,
		"maxRunning": 6,
	});
	let params: Params = serde_json::from_value(json.clone()).unwrap();
	assert_eq!((params.rate.high, params.max_per_block, params.max_running), (3, 5, 6));
	assert_eq!(serde_json::to_value(params).unwrap(), json);
}
