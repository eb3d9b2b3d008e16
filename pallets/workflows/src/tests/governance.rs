//! Parameters.

use crate::{mock::*, Error, Event, Params};
use sp_runtime::{BuildStorage, DispatchError};

fn set(origin: RuntimeOrigin, params: Params) -> sp_runtime::DispatchResult {
	dispatch(origin, crate::Call::set_params { params })
}

#[test]
fn governance_should_change_them() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params { max_steps: 7, ..params() };
		assert_eq!(set(RuntimeOrigin::root(), params.clone()), Ok(()));
		assert_eq!(events(), [Event::ParamsSet { params: params.clone() }]);
		assert_eq!(crate::Parameters::<Test>::get(), params);
		refused(|| submit_with(ALICE, chain(8), 0), Error::TooManySteps);
	});
}

#[test]
fn nobody_else_should() {
	ExtBuilder::default().build_and_execute(|| {
		let got = set(RuntimeOrigin::signed(ALICE), params());
		assert_eq!(got, Err(DispatchError::BadOrigin));
	});
}

#[test]
fn values_out_of_range_should_be_refused() {
	let bad: [fn(&mut Params); 17] = [
		|params| params.max_steps = 0,
		|params| params.max_steps = 129,
		|params| params.max_running = 0,
		|params| params.max_live = 0,
		|params| params.max_retries = 17,
		|params| params.max_timeout = 0,
		|params| params.default_timeout = 0,
		|params| params.default_timeout = params.max_timeout + 1,
		|params| params.max_timeout = u32::MAX,
		|params| params.handoff_window = 0,
		|params| params.handoff_window = u32::MAX,
		|params| params.busy_pause = 0,
		|params| params.busy_pause = u32::MAX,
		|params| params.retention = 0,
		|params| params.retention = u32::MAX,
		|params| params.hook_share = 0,
		|params| params.hook_share = 51,
	];
	ExtBuilder::default().build_and_execute(|| {
		for (nth, change) in bad.into_iter().enumerate() {
			let mut params = params();
			change(&mut params);
			let got = set(RuntimeOrigin::root(), params);
			assert_eq!(got, Err(Error::<Test>::ParamsInvalid.into()), "the {nth}th");
		}
	});
}

#[test]
#[should_panic = "workflows.params"]
fn genesis_should_refuse_them_too() {
	let params = Params { max_steps: 0, ..Default::default() };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}
