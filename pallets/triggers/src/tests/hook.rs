//! The hook: within its share, and nothing lost when that is too little.

use crate::{mock::*, Agenda, CarryOver, Error, Params};
use concordat_primitives::bundle::trigger::{Condition, TriggerSpec, TriggerStatus};
use frame_support::{
	assert_ok,
	traits::{fungible::Mutate, Hooks},
	weights::WeightMeter,
};

/// Room for so many firings of the dearest kind.
fn room(firings: u64) -> WeightMeter {
	use crate::WeightInfo;
	let dearest = Triggers::weight_of_dearest_firing();
	let limit = <() as WeightInfo>::hook_block()
		.saturating_mul(3)
		.saturating_add(dearest.saturating_mul(firings));
	WeightMeter::with_limit(limit)
}

#[test]
fn what_does_not_fit_is_taken_up_by_later_blocks_and_nothing_is_lost() {
	ExtBuilder::default().build_and_execute(|| {
		Balances::set_balance(&ALICE, 1_000_000_000);
		let condition = Condition::Schedule { start: START + 1, every: 1_000, count: 2 };
		let triggers: Vec<_> = (0..20).map(|_| create(spec(condition.clone()))).collect();
		let mut blocks = 0;
		while jobs().len() < 20 {
			blocks += 1;
			let now = START + blocks;
			System::set_block_number(now);
			let before = jobs().len();
			let mut meter = room(3);
			Triggers::sweep(now, &mut meter);
			assert!(meter.consumed().all_lte(meter.limit()));
			let done = jobs().len() - before;
			assert!(done >= 1, "it gets on");
			// Cheaper than the dearest, so that more than three may fit, but never all of them.
			assert!(done < 20);
			assert_eq!(CarryOver::<Test>::get().is_some(), jobs().len() < 20);
		}
		assert!(blocks > 1);
		for trigger in triggers {
			assert_eq!(counts(trigger), (1, 0, 0));
			assert_eq!(view(trigger).next_window, Some(START + 1_001), "without drift");
		}
	})
}

#[test]
fn a_window_that_came_late_does_not_move_the_next_one() {
	ExtBuilder::default().build_and_execute(|| {
		let condition = Condition::Schedule { start: START + 1, every: 10, count: 3 };
		let trigger = create(spec(condition));
		// Four blocks whose hook has no room at all.
		for now in START + 1..START + 5 {
			System::set_block_number(now);
			Triggers::sweep(now, &mut WeightMeter::with_limit(Default::default()));
		}
		run(30);
		let at: Vec<_> = jobs().iter().map(|job| job.at - START).collect();
		assert_eq!(at, [5, 11, 21]);
		assert_eq!(view(trigger).status, TriggerStatus::Ended);
	})
}

#[test]
fn windows_that_came_too_late_for_the_next_one_follow_block_by_block() {
	ExtBuilder::default().build_and_execute(|| {
		let condition = Condition::Schedule { start: START + 1, every: 2, count: 5 };
		create(spec(condition));
		for now in START + 1..START + 7 {
			System::set_block_number(now);
			Triggers::sweep(now, &mut WeightMeter::with_limit(Default::default()));
		}
		run(20);
		let at: Vec<_> = jobs().iter().map(|job| job.at - START).collect();
		assert_eq!(at, [7, 8, 9, 10, 11], "none is lost, none shares a block, and it catches up");
	})
}

#[test]
fn the_hook_stays_within_its_share_of_the_block() {
	ExtBuilder::default().build_and_execute(|| {
		Balances::set_balance(&ALICE, 1_000_000_000_000);
		let condition = Condition::Schedule { start: START + 1, every: 1, count: 1 };
		for _ in 0..400 {
			create(TriggerSpec { funding: 200, ..spec(condition.clone()) });
		}
		let limit = Triggers::hook_limit(&params());
		let mut blocks = 0;
		while jobs().len() < 400 {
			blocks += 1;
			System::set_block_number(START + blocks);
			let weight = Triggers::on_initialize(START + blocks);
			assert!(weight.all_lte(limit), "{weight:?}");
			assert!(blocks < 400);
		}
		assert!(blocks > 1, "more than one block can take");
		run(1);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	})
}

#[test]
fn parameters_leave_the_hook_room_for_its_dearest_step() {
	ExtBuilder::default().build_and_execute(|| {
		let set = |params: Params| root(crate::Call::set_params { params });
		for params in [
			Params { hook_share: 0, ..params() },
			Params { hook_share: 51, ..params() },
			Params { retry_after: 0, ..params() },
			Params { max_retries: 17, ..params() },
			Params { max_failures: 0, ..params() },
			Params { free_interval: 0, ..params() },
			Params { risk_threshold: 0, ..params() },
			Params { risk_threshold: 1_000_001, ..params() },
			Params { max_forecast: 0, ..params() },
			Params { max_forecast: 61, ..params() },
			Params { forecast_total: 200, ..params() },
			Params { max_burst: 0, ..params() },
		] {
			refused(|| set(params.clone()), Error::ParamsInvalid);
		}
		assert_ok!(set(Params::default()));
		let call = crate::Call::set_params { params: params() };
		assert_eq!(signed(ALICE, call), Err(sp_runtime::DispatchError::BadOrigin));
	})
}

#[test]
#[should_panic(expected = "triggers.params")]
fn a_genesis_out_of_range_is_none() {
	ExtBuilder::default().params(Params { max_failures: 0, ..params() }).build();
}
