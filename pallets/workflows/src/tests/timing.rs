//! Time-outs and pruning.

use crate::{mock::*, Event, AGENDA_PAGE, PRUNE_CHUNK};
use concordat_primitives::{
	ensemble::Aggregation,
	receipt::Operation,
	workflow::{StepInput, StepSpec, WorkflowKind, WorkflowSpec, WorkflowStatus},
	Hash,
};
use frame_support::weights::Weight;

#[test]
fn a_workflow_should_expire_in_its_block_and_not_before() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(WorkflowSpec { timeout_blocks: Some(7), ..chain(2) });
		receipts();
		run_to(START + 6);
		assert_eq!(status(id), WorkflowStatus::Running);
		run_to(START + 7);
		assert_eq!(status(id), WorkflowStatus::Expired);
		assert_eq!(live_jobs(), []);
		let context = Workflows::workflow(id).unwrap().context;
		assert_eq!(
			receipts(),
			[Operation::WorkflowEnded {
				workflow: id,
				status: 5,
				result: Hash::zero(),
				lineage: context.hash()
			}]
		);
	});
}

#[test]
fn a_workflow_without_a_timeout_should_have_the_usual_one() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let view = Workflows::workflow(id).unwrap();
		assert_eq!(view.expires_at, START + params().default_timeout);
	});
}

#[test]
fn what_has_ended_should_not_expire() {
	ExtBuilder::default().params(|params| params.retention = 100).build_and_execute(|| {
		let id = submit(WorkflowSpec { timeout_blocks: Some(7), ..chain(1) });
		complete(id, 0, 5);
		run_to(START + 20);
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn many_should_expire_in_one_block_or_the_next_ones_and_none_be_forgotten() {
	ExtBuilder::default().params(|params| params.max_live = 1_000).build_and_execute(|| {
		let count = 3 * u64::from(AGENDA_PAGE) + 1;
		for _ in 0..count {
			submit(WorkflowSpec { timeout_blocks: Some(7), ..chain(1) });
		}
		assert_eq!(crate::LastPages::<Test>::get(START + 7), 3);
		IdleRoom::set(Some(Weight::zero()));
		let mut blocks = 0;
		run_to(START + 6);
		while crate::Books::<Test>::get().live > 0 || !live_jobs().is_empty() {
			next_block();
			Workflows::do_try_state().unwrap();
			blocks += 1;
			assert!(blocks < 30);
		}
		assert!(blocks > 1, "one block has no room for all of it");
	});
}

#[test]
fn an_expired_workflow_should_not_be_expired_by_the_next_agenda() {
	// One that was cancelled at the very block at which it expires.
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(WorkflowSpec { timeout_blocks: Some(7), ..chain(2) });
		run_to(START + 6);
		cancel(ALICE, id).unwrap();
		run_to(START + 8);
		assert_eq!(status(id), WorkflowStatus::Cancelled);
		assert_eq!(crate::Books::<Test>::get().failed, 0);
	});
}

#[test]
fn records_should_go_after_their_time_and_the_deposit_come_back() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(3));
		for place in 0..3 {
			complete(id, place, 5);
		}
		let (deposit, _) = held(&ALICE);
		assert!(deposit > 0);
		run_to(START + params().retention - 1);
		assert!(Workflows::workflow(id).is_some());
		events();
		run_to(START + params().retention);
		assert!(Workflows::workflow(id).is_none());
		assert_eq!(events(), [Event::WorkflowPruned { workflow: id, deposit }]);
		assert_eq!(held(&ALICE), (0, 0));
		assert_eq!(crate::Steps::<Test>::iter().count(), 0);
		assert_eq!(crate::Inputs::<Test>::iter().count(), 0);
		assert_eq!(crate::Ends::<Test>::iter().count(), 0);
		assert_eq!(crate::Progresses::<Test>::iter().count(), 0);
	});
}

#[test]
fn large_workflows_should_go_in_chunks() {
	ExtBuilder::default().build_and_execute(|| {
		let own = StepSpec { input: StepInput::Own(input(b"mine")), ..step(&[]) };
		let chunks = 3;
		let count = usize::from(PRUNE_CHUNK) * (chunks - 1) + 1;
		let id = submit(WorkflowSpec {
			merge: Some(Aggregation::Voting),
			..workflow(WorkflowKind::Parallel, vec![own; count])
		});
		cancel(ALICE, id).unwrap();
		run_to(START + params().retention);
		for chunk in 1..chunks {
			let left = count - chunk * usize::from(PRUNE_CHUNK);
			assert_eq!(crate::Steps::<Test>::iter().count(), left);
			assert!(held(&ALICE).0 > 0);
			Workflows::do_try_state().unwrap();
			next_block();
		}
		assert!(Workflows::workflow(id).is_none());
		assert_eq!(crate::Inputs::<Test>::iter().count(), 0);
		assert_eq!(held(&ALICE), (0, 0));
	});
}

#[test]
fn what_waits_for_its_withdrawal_should_not_be_pruned() {
	ExtBuilder::default().params(|params| params.retention = 1).build_and_execute(|| {
		let id = submit(WorkflowSpec {
			merge: Some(Aggregation::Voting),
			..workflow(WorkflowKind::Parallel, vec![step(&[]); 100])
		});
		cancel(ALICE, id).unwrap();
		IdleRoom::set(Some(Weight::zero()));
		while !live_jobs().is_empty() {
			next_block();
			assert!(Workflows::workflow(id).is_some() || live_jobs().is_empty());
			Workflows::do_try_state().unwrap();
		}
		run_to(System::block_number() + 10);
		assert!(Workflows::workflow(id).is_none());
	});
}
