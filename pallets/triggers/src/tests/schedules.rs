//! Schedules: every window where it belongs, whatever happens in between.

use crate::{mock::*, Call, Event};
use concordat_primitives::{
	bundle::trigger::{Cause, Condition, TriggerSpec, TriggerStatus},
	clause::TriggerKind,
	BlockNumber,
};
use frame_support::{assert_ok, traits::fungible::Mutate};

fn schedule(start: BlockNumber, every: BlockNumber, count: u32) -> TriggerSpec {
	TriggerSpec {
		funding: 100_000,
		..spec(Condition::Schedule { start: START + start, every, count })
	}
}

/// Blocks of the jobs, from the start on.
fn fired() -> Vec<BlockNumber> {
	jobs().iter().map(|job| job.at - START).collect()
}

#[test]
fn windows_fire_at_their_blocks_and_then_it_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 7, 4));
		assert_eq!(view(trigger).next_window, Some(START + 10));
		run(25);
		assert_eq!(view(trigger).next_window, Some(START + 31));
		run(100);
		assert_eq!(fired(), [10, 17, 24, 31]);
		assert_eq!(jobs()[0].constraints.trigger, TriggerKind::Schedule);
		assert_eq!(view(trigger).status, TriggerStatus::Ended);
		assert_eq!(view(trigger).next_window, None);
	})
}

#[test]
fn a_schedule_that_has_begun_goes_on_with_its_next_window() {
	ExtBuilder::default().build_and_execute(|| {
		run(20);
		let trigger = create(schedule(0, 7, 5));
		run(100);
		assert_eq!(fired(), [21, 28]);
		assert_eq!(counts(trigger), (2, 0, 0), "what was before it existed is not missed");
	})
}

#[test]
fn windows_during_a_pause_are_missed_not_bunched_and_the_others_keep_their_places() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 10, 10));
		run(25);
		assert_ok!(pause(trigger));
		run(30);
		assert_eq!(counts(trigger), (2, 0, 1), "the first one is reported when it comes");
		events();
		assert_ok!(resume(trigger));
		assert_eq!(events(), [Event::TriggerResumed { trigger, missed: 2 }]);
		run(100);
		assert_eq!(fired(), [10, 20, 60, 70, 80, 90, 100]);
		assert_eq!(counts(trigger), (7, 0, 3), "ten windows in all");
	})
}

#[test]
fn a_pause_between_two_windows_changes_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 10, 3));
		run(12);
		for _ in 0..3 {
			assert_ok!(pause(trigger));
			run(1);
			assert_ok!(resume(trigger));
			run(1);
		}
		run(20);
		assert_eq!(fired(), [10, 20, 30]);
	})
}

#[test]
fn a_schedule_whose_windows_passed_in_a_pause_ends_when_it_is_resumed() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 10, 3));
		assert_ok!(pause(trigger));
		run(100);
		assert_ok!(resume(trigger));
		assert_eq!((view(trigger).status, counts(trigger)), (TriggerStatus::Ended, (0, 0, 3)));
	})
}

#[test]
fn a_schedule_ends_with_its_time_or_its_firings() {
	ExtBuilder::default().build_and_execute(|| {
		let brief = create(TriggerSpec { until: Some(START + 25), ..schedule(10, 10, 9) });
		let few = create(TriggerSpec { max_firings: 1, ..schedule(11, 10, 9) });
		run(12);
		assert_eq!(crate::Agenda::<Test>::iter().count(), 1, "only the other one is waited for");
		run(88);
		assert_eq!(fired(), [10, 11, 20]);
		assert_eq!(view(brief).status, TriggerStatus::Ended);
		assert_eq!(view(few).status, TriggerStatus::Ended);
		assert_eq!(crate::Agenda::<Test>::iter().count(), 0, "nothing is left behind");
	})
}

#[test]
fn a_window_that_fails_does_not_move_the_next_one() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 10, 4));
		set_answer(Answer::Fail);
		run(12);
		set_answer(Answer::Open);
		run(40);
		assert_eq!(fired(), [15, 20, 30, 40], "the first one at its second try");
		assert_eq!(counts(trigger), (4, 0, 0));
	})
}

#[test]
fn a_removed_schedule_is_off_the_agenda() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(1_000_000, 10, 4));
		assert_eq!(crate::Agenda::<Test>::iter().count(), 1);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger }));
		assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
	})
}

#[test]
fn windows_beyond_the_last_block_there_can_be_are_none() {
	ExtBuilder::default().build_and_execute(|| {
		let condition = Condition::Schedule { start: START + 5, every: u32::MAX, count: 3 };
		let trigger = create(spec(condition));
		run(10);
		assert_eq!((fired(), view(trigger).status), (vec![5], TriggerStatus::Ended));
	})
}

/// Against a naive model: at each window's block it fires if the trigger is active then, and is missed if not.
#[test]
fn a_schedule_does_over_thousands_of_blocks_what_a_naive_model_does() {
	let mut state = 3u64;
	let mut dice = |sides: u64| {
		state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		((state >> 33) % sides) as u32
	};
	for round in 0..6 {
		ExtBuilder::default().build_and_execute(|| {
			Balances::set_balance(&ALICE, 1_000_000_000);
			let (start, every, count) = (1 + dice(50), 1 + dice(15), 50 + dice(200));
			let condition = Condition::Schedule { start: START + start, every, count };
			let trigger = create(TriggerSpec { funding: 1_000_000, ..spec(condition) });
			let (mut expected, mut missed, mut active) = (Vec::new(), 0, true);
			for block in 1..=4_000u32 {
				run(1);
				let since = block.checked_sub(start);
				if since.is_some_and(|since| since % every == 0 && since / every < count) {
					if active {
						expected.push(block);
					} else {
						missed += 1;
					}
				}
				if dice(40) == 0 && view(trigger).status != TriggerStatus::Ended {
					assert_ok!(if active { pause(trigger) } else { resume(trigger) });
					active = !active;
				}
			}
			if view(trigger).status == TriggerStatus::Paused {
				assert_ok!(resume(trigger));
			}
			assert_eq!(fired(), expected, "{round}");
			assert_eq!(counts(trigger), (expected.len() as u32, 0, missed), "{round}");
			assert_eq!(expected.len() as u32 + missed, count, "every window is accounted for");
			assert_eq!(view(trigger).status, TriggerStatus::Ended);
			// Nothing is bunched: no block has two.
			assert!(expected.windows(2).all(|pair| pair[1] - pair[0] >= every));
		})
	}
}

#[test]
fn the_cause_of_a_firing_names_its_window() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(schedule(10, 10, 2));
		run(20);
		let causes: Vec<_> = view(trigger).firings.iter().map(|record| record.cause).collect();
		assert_eq!(causes, [Cause::Window(0), Cause::Window(1)]);
	})
}
