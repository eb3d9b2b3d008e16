//! Switches, ends by governance, parameters.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use concordat_primitives::{
	job::{FailureReason, JobClass, JobStatus},
	receipt::Operation,
};
use frame_support::assert_noop;
use sp_runtime::DispatchError::BadOrigin;

fn pause(subject: PauseSubject, blocks: u32) {
	assert_ok!(JobDispatch::pause(RuntimeOrigin::root(), subject, blocks));
}

fn resume(subject: PauseSubject) {
	assert_ok!(JobDispatch::resume(RuntimeOrigin::root(), subject));
}

#[test]
fn a_paused_clause_holds_its_jobs_back_until_the_end_of_the_switch() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let subject = PauseSubject::Clause(clause_id());
		pause(subject.clone(), 40);
		assert!(events().contains(&Event::Paused { subject, until: 41 }));
		let id = dispatch();
		run(1);
		assert_eq!(job(id).status, JobStatus::Paused);
		assert_eq!(totals().queued, 1);
		run(38);
		assert_eq!(job(id).status, JobStatus::Paused);
		run(1);
		assert_eq!(job(id).status, JobStatus::Scheduled, "at block 41 nothing holds it back");
		assert!(events().contains(&Event::JobResumed { job: id }));
		let paused = events().iter().filter(|e| matches!(e, Event::JobPaused { .. })).count();
		assert_eq!(paused, 1, "looking again is not pausing again");
	});
}

#[test]
fn the_safe_mode_of_a_clause_holds_back_what_waits_and_not_what_runs() {
	use concordat_primitives::clause::{ClauseStatus, SafeModeReason};
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let running = assigned();
		let waiting = dispatch();
		set_clause_status(ClauseStatus::SafeMode(SafeModeReason::Failures));
		run(1);
		assert_eq!(job(waiting).status, JobStatus::Paused);
		deliver(running, 1);
		settle(running, &[1], &[]);
		run(30);
		assert_eq!(job(waiting).status, JobStatus::Paused);
		set_clause_status(ClauseStatus::Active);
		run_until(16, || job(waiting).status == JobStatus::Scheduled);
		// A clause that is retired keeps what it accepted.
		let last = dispatch();
		set_clause_status(ClauseStatus::Retired);
		run(1);
		assert_eq!(job(last).status, JobStatus::Scheduled);
	});
}

#[test]
fn a_full_queue_counts_what_is_held_back() {
	ExtBuilder::default().params(|p| p.max_queued = 2).build_and_execute(|| {
		pause(PauseSubject::Class(JobClass::Normal), 100);
		dispatch();
		dispatch();
		run(1);
		assert_eq!(job(1).status, JobStatus::Paused);
		assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				Default::default()
			),
			Error::<Test>::QueueFull
		);
	});
}

#[test]
fn an_early_resume_brings_jobs_back_soon() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let subject = PauseSubject::Class(JobClass::Normal);
		pause(subject.clone(), 150);
		let id = dispatch();
		let other = dispatch_with(|c| c.class = JobClass::High);
		run(3);
		assert_eq!(job(id).status, JobStatus::Paused);
		assert_eq!(job(other).status, JobStatus::Scheduled);
		resume(subject.clone());
		assert!(events().contains(&Event::Resumed { subject }));
		let blocks = run_until(16, || job(id).status == JobStatus::Scheduled);
		assert!(blocks <= WAKE_INTERVAL);
	});
}

#[test]
fn nodes_of_a_paused_jurisdiction_are_not_asked() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		pause(PauseSubject::Jurisdiction(place("IDN")), 100);
		// It could go elsewhere, so it stays in the queue.
		let anywhere = dispatch();
		// It could not: it is held back.
		let here = dispatch_with(|c| {
			c.jurisdictions = BoundedVec::truncate_from(vec![place("IDN")]);
		});
		let either = dispatch_with(|c| {
			c.jurisdictions = BoundedVec::truncate_from(vec![place("IDN"), place("USA")]);
		});
		run(1);
		assert_eq!(job(anywhere).waiting, Some(Waiting::NotEligible(Exclusion::Paused)));
		assert_eq!(job(here).status, JobStatus::Paused);
		// There are nodes where it may go, if not now.
		assert_eq!(job(either).waiting, Some(Waiting::NotEligible(Exclusion::Paused)));
		admit_with(3, |p| p.jurisdiction = place("USA"));
		run(1);
		assert_eq!(seated(anywhere), [3]);
		assert_eq!(seated(either), [3]);
		assert_eq!(job(here).status, JobStatus::Paused);
	});
}

#[test]
fn a_backup_in_a_paused_jurisdiction_does_not_step_in() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		pause(PauseSubject::Jurisdiction(place("IDN")), 100);
		run(6);
		assert_eq!(job(id).status, JobStatus::Pending);
	});
}

#[test]
fn a_paused_job_can_be_cancelled_and_expires_like_any_other() {
	ExtBuilder::default().build_and_execute(|| {
		pause(PauseSubject::Class(JobClass::Normal), 100);
		let first = dispatch();
		let second = dispatch_with(|c| c.timeout_blocks = Some(20));
		run(2);
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), first));
		run(20);
		assert_eq!(job(second).status, JobStatus::Expired);
	});
}

#[test]
fn pausing_leaves_alone_what_nodes_work_on() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		pause(PauseSubject::Clause(clause_id()), 100);
		run(1);
		deliver(id, 1);
		settle(id, &[1], &[]);
		assert_eq!(job(id).status, JobStatus::Completed);
	});
}

#[test]
fn a_second_switch_on_the_same_replaces_the_first() {
	ExtBuilder::default().build_and_execute(|| {
		let subject = PauseSubject::Class(JobClass::Low);
		pause(subject.clone(), 100);
		pause(subject.clone(), 10);
		assert_eq!(JobDispatch::switches().to_vec(), [(subject, 11)]);
	});
}

#[test]
fn switches_have_bounds_and_an_owner() {
	ExtBuilder::default().params(|p| p.max_pause = 50).build_and_execute(|| {
		let subject = PauseSubject::Class(JobClass::Low);
		let pause_as = |origin, blocks| JobDispatch::pause(origin, subject.clone(), blocks);
		assert_noop!(pause_as(RuntimeOrigin::signed(alice()), 5), BadOrigin);
		assert_noop!(
			JobDispatch::resume(RuntimeOrigin::signed(alice()), subject.clone()),
			BadOrigin
		);
		for bad in [0, 51, u32::MAX] {
			assert_noop!(pause_as(RuntimeOrigin::root(), bad), Error::<Test>::PauseOutOfBounds);
		}
		assert_noop!(
			JobDispatch::resume(RuntimeOrigin::root(), subject.clone()),
			Error::<Test>::NotPaused
		);
		for n in 0..MAX_SWITCHES as u8 {
			let code = [b'A', b'A' + n / 26, b'A' + n % 26];
			pause(PauseSubject::Jurisdiction(concordat_primitives::Jurisdiction(code)), 50);
		}
		assert_noop!(pause_as(RuntimeOrigin::root(), 5), Error::<Test>::TooManyPauses);
		// Those whose time is over make room.
		run(50);
		assert_ok!(pause_as(RuntimeOrigin::root(), 5));
		assert_eq!(JobDispatch::switches().len(), 1);
		// A switch whose time is over is none.
		run(5);
		assert_noop!(
			JobDispatch::resume(RuntimeOrigin::root(), subject.clone()),
			Error::<Test>::NotPaused
		);
	});
}

#[test]
fn governance_ends_a_job_in_any_state_before_its_end() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		assert_noop!(JobDispatch::fail_job(RuntimeOrigin::signed(alice()), 1), BadOrigin);
		assert_noop!(JobDispatch::fail_job(RuntimeOrigin::root(), 1), Error::<Test>::JobUnknown);
		let before = Balances::total_balance(&alice());
		let waiting = dispatch_with(|c| c.min_trust = 1_000_000);
		let running = assigned();
		acknowledge(running, seated(running)[0]);
		let fee = Orders::<Test>::get(running).unwrap().quote.fees.scheduling;
		for id in [waiting, running] {
			assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
			assert_eq!(job(id).status, JobStatus::Failed(FailureReason::Governance));
			assert!(matches!(ReceiptBook::get().last(), Some(Operation::JobFailed { .. })));
			assert_noop!(JobDispatch::fail_job(RuntimeOrigin::root(), id), Error::<Test>::NotLive);
		}
		// The chain has looked for nodes for both.
		assert_eq!(Balances::total_balance(&alice()), before - 2 * fee);
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(running)]);
		let frozen = assigned();
		assert_ok!(JobDispatch::freeze(frozen));
		assert_noop!(JobDispatch::fail_job(RuntimeOrigin::root(), frozen), Error::<Test>::NotLive);
	});
}

#[test]
fn parameters_are_changed_by_root_and_only_within_bounds() {
	ExtBuilder::default().build_and_execute(|| {
		let good = Parameters::<Test>::get();
		assert_noop!(
			JobDispatch::set_params(RuntimeOrigin::signed(alice()), good.clone()),
			BadOrigin
		);
		type Change = fn(&mut Params);
		let bad: Vec<Change> = vec![
			|p| p.max_input_bytes = 0,
			|p| p.max_input_bytes = 65_537,
			|p| p.max_external_bytes = 0,
			|p| p.max_queued = 0,
			|p| p.max_live_jobs = 0,
			|p| p.min_timeout = 0,
			|p| p.min_timeout = p.default_timeout + 1,
			|p| p.default_timeout = p.max_timeout + 1,
			|p| p.max_timeout = u32::MAX,
			|p| p.challenge_window = 0,
			|p| p.candidates = 0,
			|p| p.candidates = MAX_CANDIDATES + 1,
			|p| p.backups = 5,
			|p| p.max_attempts = 0,
			|p| p.max_attempts = concordat_primitives::job::MAX_ATTEMPTS + 1,
			|p| p.ack_window = 0,
			|p| p.ack_window = p.delivery_margin + 1,
			|p| p.delivery_margin = u32::MAX,
			|p| p.cooldown_base = 0,
			|p| p.cooldown_base = p.cooldown_max + 1,
			|p| p.cooldown_max = u32::MAX,
			|p| p.hook_share = 0,
			|p| p.hook_share = 51,
			|p| p.max_assignments_per_block = 0,
			|p| p.max_pause = 0,
		];
		for change in bad {
			let mut params = good.clone();
			change(&mut params);
			assert_noop!(
				JobDispatch::set_params(RuntimeOrigin::root(), params),
				Error::<Test>::ParamsInvalid
			);
		}
		// One percent of a block does not pay for the dearest step with these, once leases are dear.
		LeaseMicros::set(1_000);
		let mut params = good.clone();
		params.hook_share = 1;
		params.candidates = MAX_CANDIDATES;
		params.backups = 4;
		assert_noop!(
			JobDispatch::set_params(RuntimeOrigin::root(), params),
			Error::<Test>::ParamsInvalid
		);
		LeaseMicros::set(10);
		let better = Params { backups: 4, ..good };
		assert_ok!(JobDispatch::set_params(RuntimeOrigin::root(), better.clone()));
		assert_eq!(JobDispatch::parameters(), better);
		assert!(events().contains(&Event::ParamsChanged));
	});
}

#[test]
#[should_panic(expected = "jobDispatch.params")]
fn a_genesis_with_bad_parameters_is_refused() {
	ExtBuilder::default().params(|p| p.candidates = 0).build();
}

#[test]
fn relations_between_constants_hold() {
	use frame_support::traits::Hooks;
	ExtBuilder::default().build_and_execute(JobDispatch::integrity_test);
}

#[test]
fn a_forecast_neither_shortens_nor_lifts_what_governance_holds_back() {
	use concordat_primitives::traits::JobSwitches;
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let subject = PauseSubject::Clause(clause_id());
		pause(subject.clone(), 30);
		assert_ok!(<JobDispatch as JobSwitches>::pause(subject.clone(), 5));
		let id = dispatch();
		run(8);
		assert_eq!(job(id).status, JobStatus::Paused, "the forecast is over, the switch is not");
		assert_ok!(<JobDispatch as JobSwitches>::pause(subject.clone(), 5));
		assert_ok!(<JobDispatch as JobSwitches>::resume(subject.clone()));
		assert_noop!(
			<JobDispatch as JobSwitches>::resume(subject.clone()),
			Error::<Test>::NotPaused
		);
		run(15);
		assert_eq!(job(id).status, JobStatus::Paused);
		// And the other way round.
		assert_ok!(<JobDispatch as JobSwitches>::pause(subject.clone(), 100));
		resume(subject);
		run(15);
		assert_eq!(job(id).status, JobStatus::Paused);
	});
}
