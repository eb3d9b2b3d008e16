//! The engine's queue: turns, room, and nothing lost.

use crate::mock::*;
use concordat_primitives::{
	ensemble::Aggregation,
	workflow::{WorkflowKind, WorkflowSpec, WorkflowStatus},
};
use frame_support::weights::Weight;

fn wide(count: usize) -> WorkflowSpec {
	WorkflowSpec {
		merge: Some(Aggregation::Voting),
		..workflow(WorkflowKind::Parallel, vec![step(&[]); count])
	}
}

#[test]
fn workflows_should_take_turns() {
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, wide(3), 0).unwrap();
		submit_with(BOB, wide(3), 0).unwrap();
		idle();
		let owners: Vec<_> = live_jobs().into_iter().map(|(_, job)| job.requester).collect();
		assert_eq!(owners, [ALICE, BOB, ALICE, BOB, ALICE, BOB]);
	});
}

#[test]
fn a_block_without_room_should_leave_the_rest_to_the_next() {
	ExtBuilder::default().build_and_execute(|| {
		IdleRoom::set(Some(Weight::zero()));
		submit_with(ALICE, wide(128), 0).unwrap();
		idle();
		assert_eq!(live_jobs().len(), 0);
		let mut blocks = 0;
		while live_jobs().len() < 128 {
			let before = live_jobs().len();
			next_block();
			assert!(live_jobs().len() > before, "the hook's own share opens at least one");
			Workflows::do_try_state().unwrap();
			blocks += 1;
		}
		assert!(blocks > 1, "one block has no room for all");
		let mut steps = running(1);
		steps.dedup();
		assert_eq!(steps.len(), 128);
	});
}

#[test]
fn idle_should_use_no_more_than_it_may() {
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, wide(128), 0).unwrap();
		// `idle` asserts it.
		for share in [1, 1_000_000, 1_000_000_000, 5_000_000_000, 20_000_000_000u64] {
			IdleRoom::set(Some(Weight::from_parts(share, u64::MAX)));
			idle();
		}
		assert!(!live_jobs().is_empty());
	});
}

#[test]
fn a_workflow_should_have_so_many_jobs_at_a_time_and_no_more() {
	ExtBuilder::default().params(|params| params.max_running = 4).build_and_execute(|| {
		let id = submit(wide(10));
		assert_eq!(running(id), [0, 1, 2, 3]);
		complete(id, 1, 5);
		assert_eq!(running(id), [0, 2, 3, 4]);
		while let Some(place) = running(id).first().copied() {
			assert!(running(id).len() <= 4);
			complete_with(job_of(id, place), 5, b"same");
			idle();
		}
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn a_larger_limit_should_be_used_by_what_runs_already() {
	ExtBuilder::default().params(|params| params.max_running = 2).build_and_execute(|| {
		let id = submit(wide(5));
		assert_eq!(running(id).len(), 2);
		crate::Parameters::<Test>::mutate(|params| params.max_running = 5);
		// At the next end of one of its steps.
		complete_with(job_of(id, 0), 5, b"same");
		idle();
		assert_eq!(running(id).len(), 4);
	});
}

#[test]
fn many_ends_in_one_block_should_queue_a_workflow_once() {
	ExtBuilder::default().build_and_execute(|| {
		let mut steps = vec![step(&[]); 8];
		steps.extend((0..8).map(|n| step(&[n])));
		let spec = WorkflowSpec {
			merge: Some(Aggregation::Voting),
			..workflow(WorkflowKind::Dag, {
				// Joined at the last.
				steps.push(step(&(8..16).collect::<Vec<_>>()));
				steps
			})
		};
		let id = submit(WorkflowSpec { merge: None, ..spec });
		for place in 0..8 {
			complete_with(job_of(id, place), 5, b"same");
		}
		assert_eq!(crate::Queue::<Test>::iter().count(), 1);
		idle();
		assert_eq!(running(id), (8..16).collect::<Vec<_>>());
		assert_eq!(crate::Queue::<Test>::iter().count(), 0);
	});
}
