//! Steps that fail, and what becomes of their workflow.

use crate::{mock::*, Event};
use concordat_primitives::{
	cac::FailureCode,
	ensemble::Aggregation,
	job::{FailureReason, JobStatus},
	receipt::Operation,
	workflow::{StepFault, StepInput, StepSpec, WorkflowKind, WorkflowSpec, WorkflowStatus},
	Hash,
};

const SAID_NO: FailureReason = FailureReason::Program(FailureCode::Program(1));

fn retried(retries: u8) -> WorkflowSpec {
	let steps = vec![step(&[]), StepSpec { retries, ..after(0) }, after(1)];
	workflow(WorkflowKind::Sequential, steps)
}

fn failed(step: u8, reason: FailureReason) -> WorkflowStatus {
	WorkflowStatus::Failed { step: Some(step), fault: StepFault::Ended(JobStatus::Failed(reason)) }
}

#[test]
fn a_step_should_be_tried_again_as_often_as_it_says_and_no_more() {
	for retries in [0, 1, 3] {
		ExtBuilder::default().build_and_execute(|| {
			let id = submit(retried(retries));
			complete(id, 0, 10);
			for _ in 0..retries {
				let before = job_of(id, 1);
				fail(id, 1, FailureReason::Silence);
				assert_eq!(status(id), WorkflowStatus::Running);
				let again = job_of(id, 1);
				assert_ne!(again, before);
				assert_eq!(job(again).bytes(), job(before).bytes());
				assert_eq!(job(again).constraints, job(before).constraints);
			}
			fail(id, 1, FailureReason::Silence);
			assert_eq!(status(id), failed(1, FailureReason::Silence));
			assert_eq!(live_jobs(), []);
			assert_eq!(crate::mock::Opened::get(), Some(2 + u64::from(retries)));
		});
	}
}

#[test]
fn a_retry_that_succeeds_should_let_the_workflow_go_on() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(retried(1));
		complete(id, 0, 10);
		fail(id, 1, SAID_NO);
		complete(id, 1, 11);
		complete(id, 2, 12);
		assert_eq!(status(id), WorkflowStatus::Completed);
		assert_eq!(Workflows::workflow(id).unwrap().context.lineage, [10, 11, 12]);
	});
}

#[test]
fn a_failure_should_withdraw_what_runs_and_tell_the_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = WorkflowSpec {
			merge: Some(Aggregation::Voting),
			..workflow(WorkflowKind::Parallel, vec![step(&[]), step(&[]), step(&[]), step(&[])])
		};
		let id = submit(spec);
		complete(id, 0, 10);
		receipts();
		events();
		let others = [job_of(id, 2), job_of(id, 3)];
		fail(id, 1, FailureReason::NoQuorum);
		assert_eq!(status(id), failed(1, FailureReason::NoQuorum));
		assert_eq!(crate::mock::Withdrawn::get(), Some(others.to_vec()));
		assert!(others.iter().all(|id| job(*id).status == JobStatus::Cancelled));
		let context = Workflows::workflow(id).unwrap().context;
		assert_eq!(
			receipts(),
			[Operation::WorkflowEnded {
				workflow: id,
				status: 3,
				result: Hash::zero(),
				lineage: context.hash(),
			}]
		);
		let told = events();
		assert!(told.contains(&Event::StepFailed {
			workflow: id,
			step: 1,
			job: Some(2),
			fault: StepFault::Ended(JobStatus::Failed(FailureReason::NoQuorum)),
			again: false,
		}));
		assert!(told.iter().any(|event| matches!(
			event,
			Event::WorkflowEnded { owner: ALICE, status: WorkflowStatus::Failed { .. }, .. }
		)));
		// What was withdrawn is not taken for another failure.
		assert_eq!(told.iter().filter(|e| matches!(e, Event::StepFailed { .. })).count(), 1);
	});
}

#[test]
fn what_ends_after_a_failure_in_the_same_block_should_count_for_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = WorkflowSpec {
			merge: Some(Aggregation::Voting),
			..workflow(WorkflowKind::Parallel, vec![step(&[]), step(&[])])
		};
		let id = submit(spec);
		let (one, two) = (job_of(id, 0), job_of(id, 1));
		end_with(one, JobStatus::Failed(FailureReason::Silence));
		complete_with(two, 7, b"late");
		idle();
		assert_eq!(status(id), failed(0, FailureReason::Silence));
		assert_eq!(crate::mock::Withdrawn::get(), None);
	});
}

#[test]
fn what_the_owner_or_governance_ended_should_not_be_tried_again() {
	for end in [JobStatus::Cancelled, JobStatus::Failed(FailureReason::Governance)] {
		ExtBuilder::default().build_and_execute(|| {
			let id = submit(retried(3));
			complete(id, 0, 10);
			end_with(job_of(id, 1), end);
			idle();
			let fault = StepFault::Ended(end);
			assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
		});
	}
}

#[test]
fn an_expired_job_should_be_tried_again() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(retried(1));
		complete(id, 0, 10);
		end_with(job_of(id, 1), JobStatus::Expired);
		idle();
		assert_eq!(running(id), [1]);
	});
}

#[test]
fn a_step_that_the_filter_refuses_should_fail_the_workflow() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(retried(3));
		FilterRefuses::set(Some(4));
		complete(id, 0, 10);
		let fault = StepFault::Refused(4);
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
		let told = events();
		assert!(told.contains(&Event::StepFailed {
			workflow: id,
			step: 1,
			job: None,
			fault,
			again: false
		}));
	});
}

#[test]
fn a_first_step_that_cannot_be_opened_should_fail_a_pending_workflow() {
	ExtBuilder::default().build_and_execute(|| {
		FilterRefuses::set(Some(1));
		let id = submit(chain(1));
		let fault = StepFault::Refused(1);
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(0), fault });
	});
}

#[test]
fn an_owner_who_cannot_pay_should_see_the_workflow_fail() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let rest = Balances::free_balance(&ALICE) - ED;
		use frame_support::traits::{fungible::Mutate, tokens::Preservation};
		Balances::transfer(&ALICE, &BOB, rest, Preservation::Preserve).unwrap();
		complete(id, 0, 10);
		let fault = StepFault::CannotPay;
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
	});
}

#[test]
fn a_full_board_should_cost_time_and_no_try() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		BoardIsFull::set(true);
		complete(id, 0, 10);
		let pause = params().busy_pause;
		let until = START + pause;
		assert!(events().contains(&Event::StepPostponed { workflow: id, step: 1, until }));
		assert_eq!(status(id), WorkflowStatus::Running);
		// It is not asked again before.
		BoardIsFull::set(false);
		run_to(until - 1);
		assert_eq!(running(id), [] as [u8; 0]);
		run_to(until);
		assert_eq!(running(id), [1]);
		assert_eq!(Workflows::steps(id, 1, 1)[0].tries, 1);
	});
}

#[test]
fn a_board_that_stays_full_should_be_asked_once_in_a_while() {
	ExtBuilder::default().build_and_execute(|| {
		BoardIsFull::set(true);
		let id = submit(chain(1));
		run_to(START + 40);
		let asked =
			events().iter().filter(|event| matches!(event, Event::StepPostponed { .. })).count()
				as u32;
		assert_eq!(asked, 1 + 40 / params().busy_pause);
		assert_eq!(status(id), WorkflowStatus::Pending);
	});
}

fn judged(retries: u8) -> WorkflowSpec {
	let judge = StepSpec { retries, redo: true, ..after(0) };
	workflow(WorkflowKind::Sequential, vec![step(&[]), judge])
}

#[test]
fn a_judge_that_says_no_should_send_its_predecessor_back() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(judged(2));
		complete_with(job_of(id, 0), 10, b"bad");
		idle();
		assert_eq!(job(job_of(id, 1)).bytes(), b"bad");
		fail(id, 1, SAID_NO);
		assert_eq!(running(id), [0]);
		assert!(events().contains(&Event::StepSentBack { workflow: id, step: 0, by: 1 }));

		complete_with(job_of(id, 0), 11, b"good");
		idle();
		assert_eq!(job(job_of(id, 1)).bytes(), b"good");
		complete(id, 1, 12);
		assert_eq!(status(id), WorkflowStatus::Completed);
		let context = Workflows::workflow(id).unwrap().context;
		// The last output counts; all nodes were of it.
		assert_eq!(context.lineage, [10, 11, 12]);
		assert_eq!(context.accumulated.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
	});
}

#[test]
fn a_judge_should_send_back_as_often_as_it_says_and_no_more() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(judged(2));
		for _ in 0..2 {
			complete(id, 0, 10);
			fail(id, 1, SAID_NO);
			assert_eq!(status(id), WorkflowStatus::Running);
		}
		complete(id, 0, 10);
		fail(id, 1, SAID_NO);
		assert_eq!(status(id), failed(1, SAID_NO));
		assert_eq!(crate::mock::Opened::get(), Some(6));
	});
}

#[test]
fn a_judge_that_was_not_heard_should_be_asked_again_without_its_predecessor() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(judged(2));
		complete(id, 0, 10);
		fail(id, 1, FailureReason::Silence);
		assert_eq!(running(id), [1]);
	});
}

#[test]
fn a_step_sent_back_should_have_all_its_retries_again() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = judged(1);
		spec.steps[0].retries = 1;
		let id = submit(spec);
		fail(id, 0, FailureReason::Silence);
		complete(id, 0, 10);
		fail(id, 1, SAID_NO);
		fail(id, 0, FailureReason::Silence);
		assert_eq!(running(id), [0]);
		fail(id, 0, FailureReason::Silence);
		assert_eq!(status(id), failed(0, FailureReason::Silence));
	});
}

#[test]
fn an_output_that_is_not_on_chain_should_fail_the_step_that_needs_it() {
	for input in [StepInput::Output, StepInput::Merged(Aggregation::Voting)] {
		ExtBuilder::default().build_and_execute(|| {
			let steps = vec![step(&[]), StepSpec { input, ..step(&[0]) }];
			let id = submit(workflow(WorkflowKind::Sequential, steps));
			complete_elsewhere(job_of(id, 0), 10, b"far away");
			idle();
			let fault = StepFault::OutputUnavailable(0);
			assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
		});
	}
	// One that only reads it gets it another way.
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(workflow(WorkflowKind::Sequential, vec![step(&[]), step(&[0])]));
		complete_elsewhere(job_of(id, 0), 10, b"far away");
		idle();
		assert_eq!(running(id), [1]);
	});
}

#[test]
fn bytes_that_are_not_what_was_agreed_on_should_not_become_an_input() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let first = job_of(id, 0);
		complete_elsewhere(first, 10, b"agreed");
		OutputBytes::insert(first, b"other".to_vec());
		idle();
		let fault = StepFault::OutputUnavailable(0);
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
	});
}

#[test]
fn an_empty_output_should_not_be_an_input() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		complete_with(job_of(id, 0), 10, b"");
		idle();
		let fault = StepFault::NotOpened;
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(1), fault });
	});
}
