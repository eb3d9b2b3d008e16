//! What clients read.

use crate::mock::*;
use concordat_primitives::{
	job::{FailureReason, JobStatus},
	views::MAX_PAGE,
	workflow::{StepFault, StepSpec, StepStatus, WorkflowKind, WorkflowStatus},
};

fn statuses(id: u64) -> Vec<StepStatus> {
	Workflows::steps(id, 0, 200).into_iter().map(|step| step.status).collect()
}

#[test]
fn steps_should_say_where_they_stand() {
	use StepStatus::*;
	ExtBuilder::default().params(|params| params.max_running = 1).build_and_execute(|| {
		let id = submit(diamond());
		assert_eq!(statuses(id), [Running, Waiting, Waiting, Waiting]);
		complete(id, 0, 9);
		assert_eq!(statuses(id), [Completed, Running, Ready, Waiting]);
		fail(id, 1, FailureReason::Silence);
		assert_eq!(statuses(id), [Completed, Failed, Dropped, Dropped]);
	});
}

#[test]
fn a_step_should_tell_its_story() {
	ExtBuilder::default().build_and_execute(|| {
		let steps = vec![StepSpec { retries: 2, ..step(&[]) }, after(0)];
		let id = submit(workflow(WorkflowKind::Sequential, steps));
		fail(id, 0, FailureReason::NoQuorum);
		let view = &Workflows::steps(id, 0, 1)[0];
		assert_eq!((view.tries, view.retries, view.job), (2, 2, Some(2)));
		let fault = StepFault::Ended(JobStatus::Failed(FailureReason::NoQuorum));
		assert_eq!(view.fault, Some(fault));
		complete(id, 0, 9);
		let view = &Workflows::steps(id, 0, 1)[0];
		assert_eq!((view.node, view.fault), (Some(9), None));
		assert!(view.output.is_some());
		let rest = Workflows::steps(id, 1, 10);
		assert_eq!(rest.len(), 1);
		assert_eq!((rest[0].step, &rest[0].depends_on[..]), (1, &[0u8][..]));
	});
}

#[test]
fn pages_should_be_bounded_and_lead_on() {
	ExtBuilder::default().params(|params| params.max_live = 1_000).build_and_execute(|| {
		for _ in 0..120 {
			submit(chain(1));
		}
		let first = Workflows::workflows(0, u32::MAX);
		assert_eq!((first.items.len() as u32, first.next), (MAX_PAGE, Some(101)));
		let rest = Workflows::workflows(101, MAX_PAGE);
		assert_eq!((rest.items.len(), rest.next), (20, None));
		assert_eq!(rest.items[0].id, 101);
		assert_eq!(Workflows::workflows(121, 5).items, []);
		assert_eq!(Workflows::workflows(120, 1).next, None);
		assert_eq!(Workflows::workflows(119, 1).next, Some(120));
	});
}

#[test]
fn steps_should_come_in_pages() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(128));
		assert_eq!(Workflows::steps(id, 0, 200).len() as u32, MAX_PAGE);
		assert_eq!(Workflows::steps(id, 100, 200).len(), 28);
		assert_eq!(Workflows::steps(id, 128, 1), []);
		assert_eq!(Workflows::steps(99, 0, 1), []);
	});
}

#[test]
fn totals_should_count() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..4 {
			submit(chain(1));
		}
		complete(1, 0, 5);
		fail(2, 0, FailureReason::Silence);
		cancel(ALICE, 3).unwrap();
		let totals = crate::Books::<Test>::get();
		assert_eq!((totals.submitted, totals.live), (4, 1));
		assert_eq!((totals.completed, totals.failed, totals.cancelled), (1, 1, 1));
		assert_eq!(status(4), WorkflowStatus::Running);
	});
}

#[test]
fn views_should_read_as_json() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(1));
		complete_with(job_of(id, 0), 5, b"ok");
		idle();
		let json = serde_json::to_value(Workflows::workflow(id).unwrap()).unwrap();
		assert_eq!(json["status"], "completed");
		assert_eq!(json["output"], "0x6f6b");
		assert_eq!(json["reserve"], "0");
		let json = serde_json::to_value(Workflows::steps(id, 0, 1)).unwrap();
		assert_eq!(json[0]["status"], "completed");
	});
}
