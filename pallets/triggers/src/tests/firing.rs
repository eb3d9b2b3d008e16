//! From what sets a trigger off to the job, and everything that can come in between.

use crate::{mock::*, Call, Error, Event};
use concordat_primitives::{
	bundle::{
		trigger::{
			Cause, Comparison, Condition, MissReason, StopReason, TriggerSpec, TriggerStatus,
		},
		BundleError, Part,
	},
	clause::TriggerKind,
	hashing::input_commitment,
	job::{JobConstraints, JobInput, JobStatus},
	receipt::Operation,
	workflow::JobParent,
};
use frame_support::assert_ok;
use sp_runtime::DispatchError;

/// Events of firings, the others left out.
fn firings() -> Vec<TriggersEvent> {
	events()
		.into_iter()
		.filter(|event| {
			matches!(
				event,
				Event::TriggerFired { .. }
					| Event::FiringRefused { .. }
					| Event::FiringDeferred { .. }
					| Event::FiringMissed { .. }
					| Event::TriggerStopped { .. }
					| Event::TriggerEnded { .. }
			)
		})
		.collect()
}

#[test]
fn a_reading_above_the_threshold_becomes_a_job_in_the_next_block() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut spec = spec(above(source, 50, 1));
		spec.input = bundle(&[Part::Latest(source)]);
		spec.constraints = JobConstraints { collocate: Some(7), ..Default::default() };
		let trigger = create(spec);
		receipts();
		measure(source, 50);
		run(1);
		assert!(jobs().is_empty(), "not above");
		measure(source, 51);
		assert!(jobs().is_empty(), "not before the hook");
		run(1);
		let job = jobs().pop().unwrap();
		assert_eq!((&job.requester, &job.clause, job.at), (&ALICE, &rain(), START + 2));
		assert_eq!(job.parent, JobParent::Trigger { id: trigger, firing: 1 });
		assert_eq!(job.constraints.trigger, TriggerKind::Sensor);
		assert_eq!(job.constraints.collocate, Some(7), "clauses that belong together");
		assert!(input_of(&job).ends_with("\n0,0,bogor.rain,2,1001,1021,2002000,51.00,,\n"));

		let JobInput::Inline(bytes) = &job.input else { panic!() };
		let bundle = input_commitment(bytes);
		let cause = Cause::Reading { sequence: 2 };
		assert_eq!(
			receipts(),
			[Operation::TriggerFired { trigger, firing: 1, job: Some(1), bundle }]
		);
		assert_eq!(
			firings(),
			[Event::TriggerFired { trigger, firing: 1, cause, job: 1, bundle, cost: COST }]
		);
		let record = view(trigger).firings[0];
		assert_eq!((record.job, record.at, record.cause), (1, START + 2, cause));
	})
}

#[test]
fn a_sustained_condition_waits_for_as_many_readings() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		create(spec(above(source, 50, 3)));
		let mut fired = Vec::new();
		for value in [60, 60, 10, 60, 60, 60] {
			measure(source, value);
			run(1);
			fired.push(jobs().len());
		}
		assert_eq!(fired, [0, 0, 0, 0, 0, 1]);
	})
}

#[test]
fn a_simulation_sets_off_what_waits_for_one() {
	ExtBuilder::default().build_and_execute(|| {
		let source = simulation();
		let comparison = Comparison::Any;
		create(spec(Condition::Simulation { source, comparison, sustained: 1 }));
		measure(source, 1);
		run(1);
		assert_eq!(jobs()[0].constraints.trigger, TriggerKind::Simulation);
	})
}

#[test]
fn between_two_firings_lies_the_cooldown() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let trigger = create(TriggerSpec { cooldown: 10, ..spec(above(source, 50, 1)) });
		for _ in 0..40 {
			measure(source, 60);
			run(1);
		}
		let at: Vec<_> = jobs().iter().map(|job| job.at - START).collect();
		assert_eq!(at, [1, 12, 23, 34], "the next reading after it, and the next block");
		assert_eq!(counts(trigger), (4, 0, 0), "readings in between are not missed firings");
	})
}

#[test]
fn two_readings_of_one_block_are_one_firing() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		create(spec(above(source, 50, 1)));
		measure(source, 60);
		measure(source, 70);
		run(3);
		assert_eq!(jobs().len(), 1);
	})
}

#[test]
fn a_trigger_ends_when_its_firings_or_its_time_are_used_up() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let few = create(TriggerSpec { max_firings: 2, ..spec(above(source, 50, 1)) });
		let brief = create(TriggerSpec { until: Some(START + 7), ..spec(Condition::Manual) });
		for _ in 0..5 {
			measure(source, 60);
			run(2);
		}
		assert_eq!((view(few).status, counts(few)), (TriggerStatus::Ended, (2, 0, 0)));
		refused(|| fire(ALICE, brief), Error::TriggerOver);
		refused(|| pause(few), Error::NotActive);
		refused(|| resume(few), Error::NotPaused);
	})
}

#[test]
fn a_firing_that_comes_after_the_end_is_missed() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(TriggerSpec { until: Some(START + 1), ..spec(Condition::Manual) });
		assert_ok!(fire(ALICE, trigger));
		run(1);
		let cause = Cause::Manual;
		assert_eq!(
			firings(),
			[
				Event::FiringMissed { trigger, cause, reason: MissReason::Ended },
				Event::TriggerEnded { trigger }
			]
		);
	})
}

#[test]
fn the_owner_fires_a_manual_trigger_once_at_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(TriggerSpec { cooldown: 5, ..spec(Condition::Manual) });
		refused(|| fire(BOB, trigger), Error::NotTriggerOwner);
		refused(|| fire(ALICE, 9), Error::TriggerUnknown);
		assert_ok!(fire(ALICE, trigger));
		refused(|| fire(ALICE, trigger), Error::TooSoon);
		run(5);
		refused(|| fire(ALICE, trigger), Error::TooSoon);
		run(1);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(jobs().len(), 2);
		let source = sensor();
		let automatic = create(spec(above(source, 50, 1)));
		refused(|| fire(ALICE, automatic), Error::NotFirable);
	})
}

#[test]
fn a_paused_trigger_is_not_set_off_and_misses_what_was_under_way() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let trigger = create(spec(above(source, 50, 1)));
		measure(source, 60);
		refused(|| signed(BOB, Call::pause_trigger { trigger }), Error::NotTriggerOwner);
		assert_ok!(pause(trigger));
		refused(|| pause(trigger), Error::NotActive);
		run(1);
		assert_eq!(counts(trigger), (0, 0, 1));
		measure(source, 60);
		run(1);
		assert_eq!(counts(trigger), (0, 0, 1));
		assert_ok!(resume(trigger));
		refused(|| resume(trigger), Error::NotPaused);
		measure(source, 60);
		run(1);
		assert_eq!(counts(trigger), (1, 0, 1));
	})
}

#[test]
fn a_stale_source_defers_the_firing_and_a_fresh_reading_mends_it() {
	ExtBuilder::default().build_and_execute(|| {
		let (gauge, model) = (sensor(), sensor());
		measure(model, 1);
		run(20);
		let mut spec = spec(above(gauge, 50, 1));
		spec.input = bundle(&[Part::Latest(gauge), Part::Latest(model)]);
		let trigger = create(spec);
		measure(gauge, 60);
		events();
		run(1);
		let stale = BundleError::Stale { source: model, age: 21, max_age: 20 };
		let (cause, until) = (Cause::Reading { sequence: 1 }, START + 26);
		let reason = MissReason::Bundle(stale);
		assert_eq!(firings(), [Event::FiringDeferred { trigger, cause, reason, until }]);
		measure(model, 2);
		run(4);
		assert!(jobs().is_empty());
		run(1);
		assert_eq!(jobs().len(), 1);
		assert_eq!(counts(trigger), (1, 0, 0));
	})
}

#[test]
fn tries_are_bounded_and_then_the_firing_is_missed() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Manual));
		set_answer(Answer::Fail);
		assert_ok!(fire(ALICE, trigger));
		events();
		run(30);
		let (cause, reason) = (Cause::Manual, MissReason::Job(DispatchError::Exhausted));
		let deferred = |until| Event::FiringDeferred { trigger, cause, reason, until };
		assert_eq!(
			firings(),
			[
				deferred(START + 6),
				deferred(START + 11),
				Event::FiringMissed { trigger, cause, reason }
			]
		);
		assert_eq!(counts(trigger), (0, 0, 1));
		set_answer(Answer::Open);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(view(trigger).counts.failures, 0, "a job makes up for failures");
	})
}

#[test]
fn a_refusal_of_the_filter_is_final_counted_and_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Manual));
		set_answer(Answer::Refuse(4));
		assert_ok!(fire(ALICE, trigger));
		events();
		receipts();
		run(10);
		assert_eq!(firings(), [Event::FiringRefused { trigger, cause: Cause::Manual, reason: 4 }]);
		let audit = receipts();
		assert!(matches!(audit[0], Operation::DispatchRefused { reason: 4, .. }));
		assert!(matches!(audit[1], Operation::TriggerFired { job: None, firing: 1, .. }));
		assert_eq!(audit.len(), 2);
		assert_eq!(counts(trigger), (0, 1, 0));
	})
}

#[test]
fn a_quota_that_is_used_up_may_have_room_at_the_next_try() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Manual));
		set_answer(Answer::Refuse(QUOTA_USED_UP));
		assert_ok!(fire(ALICE, trigger));
		events();
		run(1);
		let (cause, until) = (Cause::Manual, START + 6);
		let reason = MissReason::Refused(QUOTA_USED_UP);
		assert_eq!(firings(), [Event::FiringDeferred { trigger, cause, reason, until }]);
		set_answer(Answer::Open);
		run(5);
		assert_eq!(counts(trigger), (1, 0, 0));
		// And if it has none for long, that is a refusal like any other.
		set_answer(Answer::Refuse(QUOTA_USED_UP));
		run(1);
		assert_ok!(fire(ALICE, trigger));
		run(20);
		assert_eq!(counts(trigger), (1, 1, 0));
		assert_eq!(view(trigger).spec.funding, 10 * (COST + FEE) - COST - 5 * FEE);
	})
}

#[test]
fn a_trigger_that_keeps_failing_is_stopped_until_its_owner_resumes_it() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Manual));
		set_answer(Answer::Refuse(1));
		for round in 1..=3 {
			assert_ok!(fire(ALICE, trigger));
			run(2);
			assert_eq!(view(trigger).counts.failures, round);
		}
		assert_eq!(view(trigger).status, TriggerStatus::Stopped(StopReason::Failures));
		refused(|| fire(ALICE, trigger), Error::NotActive);
		assert_ok!(resume(trigger));
		assert_eq!(view(trigger).counts.failures, 0);
		assert_ok!(fire(ALICE, trigger));
	})
}

#[test]
fn the_end_of_a_job_is_on_record_with_its_firing() {
	ExtBuilder::default().build_and_execute(|| {
		use concordat_primitives::bundle::trigger::FiringEnd;
		let trigger = create(spec(Condition::Manual));
		for _ in 0..2 {
			assert_ok!(fire(ALICE, trigger));
			run(2);
		}
		events();
		fail_job(1, JobStatus::Expired);
		complete(2);
		let ends: Vec<_> = view(trigger).firings.iter().map(|record| record.end).collect();
		let output = sp_core::H256::from_low_u64_be(2);
		let expected =
			[FiringEnd::Failed(JobStatus::Expired), FiringEnd::Completed(output)].map(Some);
		assert_eq!(ends, expected);
		assert_eq!(
			events()[0],
			Event::FiringEnded { trigger, firing: 1, job: 1, end: expected[0].unwrap() }
		);
	})
}

#[test]
fn only_the_last_firings_are_remembered() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(TriggerSpec { funding: 10_000, ..spec(Condition::Manual) });
		for _ in 0..20 {
			assert_ok!(fire(ALICE, trigger));
			run(2);
		}
		let numbers: Vec<_> = view(trigger).firings.iter().map(|record| record.firing).collect();
		assert_eq!(numbers, (5..=20).collect::<Vec<_>>());
		complete(1);
		complete(20);
		assert!(view(trigger).firings[15].end.is_some());
	})
}

#[test]
fn a_trigger_that_is_gone_leaves_its_firing_without_effect() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = create(spec(Condition::Manual));
		assert_ok!(fire(ALICE, trigger));
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger }));
		run(1);
		assert!(jobs().is_empty());
	})
}
