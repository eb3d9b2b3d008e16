//! Workflows that their owners withdraw.

use crate::{mock::*, Error, Event};
use concordat_primitives::{
	ensemble::Aggregation,
	job::JobStatus,
	receipt::Operation,
	workflow::{StepStatus, WorkflowKind, WorkflowSpec, WorkflowStatus},
	Hash,
};

fn wide(count: usize) -> WorkflowSpec {
	WorkflowSpec {
		merge: Some(Aggregation::Voting),
		..workflow(WorkflowKind::Parallel, vec![step(&[]); count])
	}
}

#[test]
fn a_cancelled_workflow_should_be_over_at_once_and_its_jobs_withdrawn() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(wide(5));
		complete(id, 3, 7);
		receipts();
		events();
		assert_eq!(cancel(ALICE, id), Ok(()));
		assert_eq!(status(id), WorkflowStatus::Cancelled);
		assert_eq!(live_jobs().len(), 4);
		idle();
		assert_eq!(live_jobs(), []);
		assert_eq!(crate::StepJobs::<Test>::iter().count(), 0);
		let context = Workflows::workflow(id).unwrap().context;
		assert_eq!(
			receipts(),
			[Operation::WorkflowEnded {
				workflow: id,
				status: 4,
				result: Hash::zero(),
				lineage: context.hash()
			}]
		);
		let told = events();
		assert!(matches!(
			told.as_slice(),
			[Event::WorkflowEnded { status: WorkflowStatus::Cancelled, .. }]
		));
		let statuses: Vec<_> = Workflows::steps(id, 0, 9).into_iter().map(|s| s.status).collect();
		let mut expected = vec![StepStatus::Dropped; 5];
		expected[3] = StepStatus::Completed;
		assert_eq!(statuses, expected);
	});
}

#[test]
fn only_the_owner_should_cancel_and_only_once() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		refused(|| cancel(BOB, id), Error::NotOwner);
		refused(|| cancel(ALICE, id + 1), Error::WorkflowUnknown);
		assert_eq!(cancel(ALICE, id), Ok(()));
		refused(|| cancel(ALICE, id), Error::Ended);
	});
}

#[test]
fn a_workflow_that_has_not_begun_should_never_begin() {
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, chain(2), 0).unwrap();
		assert_eq!(status(1), WorkflowStatus::Pending);
		assert_eq!(cancel(ALICE, 1), Ok(()));
		run_to(START + 5);
		assert_eq!(crate::mock::Opened::get(), None);
	});
}

#[test]
fn jobs_should_be_withdrawn_as_the_blocks_have_room() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(wide(100));
		assert_eq!(live_jobs().len(), 100);
		cancel(ALICE, id).unwrap();
		IdleRoom::set(Some(frame_support::weights::Weight::zero()));
		let mut before = 100;
		let mut blocks = 0;
		while before > 0 {
			next_block();
			let left = live_jobs().len();
			assert!(left < before, "no job was withdrawn in this block");
			Workflows::do_try_state().unwrap();
			before = left;
			blocks += 1;
		}
		assert!(blocks > 1, "a block has no room for all of them");
	});
}

#[test]
fn a_result_that_comes_before_the_withdrawal_should_count_for_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let first = job_of(id, 0);
		cancel(ALICE, id).unwrap();
		complete_with(first, 7, b"late");
		idle();
		assert_eq!(job(first).status, JobStatus::Completed);
		assert_eq!(live_jobs(), []);
		assert_eq!(Workflows::workflow(id).unwrap().completed, 0);
	});
}

#[test]
fn a_job_that_cannot_be_withdrawn_should_not_hold_up_the_others() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(wide(3));
		// A dispute froze it.
		Board::mutate(job_of(id, 1), |job| job.as_mut().unwrap().status = JobStatus::Disputed);
		cancel(ALICE, id).unwrap();
		idle();
		assert_eq!(live_jobs(), []);
		run_to(START + params().retention + 3);
		assert!(Workflows::workflow(id).is_none());
	});
}
