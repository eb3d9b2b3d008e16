//! Chains of triggers, and circles of them.

use crate::{mock::*, Call, Dependants};
use concordat_primitives::{
	bundle::{
		trigger::{Cause, Condition, TriggerSpec, TriggerStatus},
		Part,
	},
	clause::{TriggerKind, ALL_TRIGGERS},
	job::{FailureReason, JobStatus},
	traits::{JobEnd, JobOutcomes},
	workflow::JobParent,
	ClauseId, Hash,
};
use frame_support::{assert_ok, traits::fungible::Mutate};

fn payout() -> ClauseId {
	clause("ARC::Payout@1.0")
}

/// A trigger of [`payout`] that waits for jobs of [`rain`].
fn after_rain() -> TriggerSpec {
	set_clause(payout(), ALICE, ALL_TRIGGERS);
	TriggerSpec {
		clause: payout(),
		input: bundle(&[Part::Dependency { key: name("alert") }]),
		..spec(Condition::Dependency { on: rain() })
	}
}

#[test]
fn the_end_of_a_job_sets_off_what_waits_for_its_clause() {
	ExtBuilder::default().build_and_execute(|| {
		let first = create(spec(Condition::Manual));
		let second = create(after_rain());
		assert_ok!(fire(ALICE, first));
		run(1);
		complete(1);
		assert_eq!(jobs().len(), 1, "not in the call that told of it");
		run(1);
		let job = jobs().pop().unwrap();
		let output = Hash::from_low_u64_be(1);
		assert_eq!(job.clause, payout());
		assert_eq!(job.constraints.trigger, TriggerKind::Dependency);
		assert_eq!(job.dependencies, [(1, output)], "it can read the output");
		assert!(input_of(&job).contains(&format!("\nalert={output:x}\nalert.job=1\n")));
		assert_eq!(view(second).firings[0].cause, Cause::Dependency { job: 1, output });
	})
}

#[test]
fn a_job_without_a_result_sets_off_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let first = create(spec(Condition::Manual));
		create(after_rain());
		assert_ok!(fire(ALICE, first));
		run(1);
		fail_job(1, JobStatus::Failed(FailureReason::Silence));
		run(3);
		assert_eq!(jobs().len(), 1);
	})
}

#[test]
fn jobs_of_others_and_of_other_clauses_set_off_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		create(after_rain());
		let strangers = crate::NextTrigger::<Test>::get();
		assert_ok!(create_by(BOB, spec(Condition::Manual)));
		assert_ok!(fire(BOB, strangers));
		let elsewhere = create(TriggerSpec { clause: payout(), ..spec(Condition::Manual) });
		assert_ok!(fire(ALICE, elsewhere));
		run(1);
		complete(1);
		complete(2);
		run(3);
		assert_eq!(jobs().len(), 2);
	})
}

#[test]
fn every_job_that_ends_counts_even_in_one_block() {
	ExtBuilder::default().build_and_execute(|| {
		let firsts = [create(spec(Condition::Manual)), create(spec(Condition::Manual))];
		let second = create(after_rain());
		for first in firsts {
			assert_ok!(fire(ALICE, first));
		}
		run(1);
		complete(1);
		complete(2);
		run(1);
		// Both are taken up; the cooldown of one block lets one of them through and counts the other.
		assert_eq!(counts(second), (1, 0, 1));
	})
}

#[test]
fn a_paused_dependant_misses_the_firing() {
	ExtBuilder::default().build_and_execute(|| {
		let first = create(spec(Condition::Manual));
		let second = create(after_rain());
		assert_ok!(pause(second));
		assert_ok!(fire(ALICE, first));
		run(1);
		complete(1);
		run(1);
		assert_eq!(counts(second), (0, 0, 1));
	})
}

#[test]
fn ends_of_workflow_steps_and_of_triggers_that_are_gone_are_nobodys() {
	ExtBuilder::default().build_and_execute(|| {
		create(after_rain());
		let first = create(spec(Condition::Manual));
		assert_ok!(fire(ALICE, first));
		run(1);
		let end = JobEnd::Completed { output: Hash::zero(), node: 1, signing_key: [0; 32] };
		Triggers::job_ended(1, &JobParent::Workflow { id: 1, step: 0 }, &end);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger: first }));
		complete(1);
		run(3);
		assert_eq!(jobs().len(), 1);
	})
}

#[test]
fn a_circle_runs_no_faster_than_its_blocks_and_no_longer_than_its_firings() {
	ExtBuilder::default().build_and_execute(|| {
		Balances::set_balance(&ALICE, 10_000_000);
		let rich = |spec: TriggerSpec| TriggerSpec { funding: 1_000_000, ..spec };
		let start = create(rich(spec(Condition::Manual)));
		let there = create(TriggerSpec { max_firings: 5, ..rich(after_rain()) });
		let back = Condition::Dependency { on: payout() };
		let back = create(TriggerSpec { cooldown: 2, ..rich(spec(back)) });
		assert_ok!(fire(ALICE, start));
		let mut told = 0;
		for _ in 0..200 {
			run(1);
			// Every job ends in the block in which it was opened: as fast as it can be.
			while told < jobs().len() {
				told += 1;
				complete(told as u64);
			}
		}
		assert_eq!(view(there).status, TriggerStatus::Ended);
		assert_eq!(counts(there).0, 5);
		let at: Vec<_> = jobs().iter().map(|job| job.at).collect();
		assert!(at.windows(2).all(|pair| pair[0] < pair[1]), "one after the other: {at:?}");
		assert!(jobs().len() <= 11 && counts(back).0 <= 5, "{}", jobs().len());
	})
}

#[test]
fn a_cooldown_longer_than_the_circle_breaks_it() {
	ExtBuilder::default().build_and_execute(|| {
		let start = create(spec(Condition::Manual));
		create(after_rain());
		let back = Condition::Dependency { on: payout() };
		let back = create(TriggerSpec { cooldown: 3, ..spec(back) });
		assert_ok!(fire(ALICE, start));
		for job in 1..=4 {
			run(1);
			complete(job);
		}
		run(50);
		assert_eq!(counts(back), (1, 0, 1), "the second time it comes round too soon");
		assert_eq!(jobs().len(), 4);
	})
}

#[test]
fn a_circle_ends_when_its_money_does() {
	ExtBuilder::default().build_and_execute(|| {
		// One trigger that waits for its own clause.
		let start = create(spec(Condition::Manual));
		let own = create(spec(Condition::Dependency { on: rain() }));
		assert_ok!(fire(ALICE, start));
		let mut told = 0;
		for _ in 0..200 {
			run(1);
			while told < jobs().len() {
				told += 1;
				complete(told as u64);
			}
		}
		assert_eq!(counts(own).0, 10, "as many as were paid for");
		assert!(matches!(view(own).status, TriggerStatus::Stopped(_)));
	})
}

#[test]
fn what_waits_is_listed_by_owner_and_clause() {
	ExtBuilder::default().build_and_execute(|| {
		let second = create(after_rain());
		assert_eq!(Dependants::<Test>::get(&ALICE, rain()).to_vec(), [second]);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger: second }));
		assert_eq!(Dependants::<Test>::iter().count(), 0);
	})
}
