//! Workflows that go well: what runs when, on what, from whose perspective.

use crate::{mock::*, Event, InputSlot};
use concordat_primitives::{
	clause::TriggerKind,
	ensemble::{Aggregation, Ensemble},
	hashing::{input_commitment, output_hash},
	receipt::Operation,
	traits::{Handoffs, JobEnd, JobOutcomes},
	trust::Originator,
	workflow::{Context, JobParent, StepInput, StepSpec, WorkflowKind, WorkflowStatus},
};

#[test]
fn a_single_step_should_run_on_the_input_and_end_the_workflow() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(workflow(WorkflowKind::Single, vec![step(&[])]));
		assert_eq!(status(id), WorkflowStatus::Running);
		let first = job(job_of(id, 0));
		assert_eq!(first.bytes(), INPUT);
		assert_eq!(first.originator, Originator::Account(ALICE));
		assert_eq!(first.requester, ALICE);
		assert_eq!(first.constraints.trigger, TriggerKind::Manual);
		assert_eq!(first.dependencies, []);

		complete_with(job_of(id, 0), 5, b"rain");
		idle();
		assert_eq!(status(id), WorkflowStatus::Completed);
		let view = Workflows::workflow(id).unwrap();
		assert_eq!(view.result, Some(output_hash(b"rain")));
		assert_eq!(view.output.as_deref(), Some("0x7261696e"));
		assert_eq!(view.context.lineage, [5]);
	});
}

#[test]
fn each_step_of_a_chain_should_follow_the_one_before_in_the_same_block() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(3));
		assert_eq!(running(id), [0]);
		complete(id, 0, 11);
		assert_eq!(running(id), [1]);

		let second = job(job_of(id, 1));
		assert_eq!(second.opened_at, System::block_number());
		assert_eq!(second.bytes(), b"out 0");
		assert_eq!(second.originator, Originator::Node(11));
		assert_eq!(second.dependencies, [(1, output_hash(b"out 0"))]);
		assert_eq!(second.constraints.trigger, TriggerKind::Dependency);

		complete(id, 1, 12);
		assert_eq!(job(job_of(id, 2)).originator, Originator::Node(12));
		assert_eq!(job(job_of(id, 2)).bytes(), b"out 1");
		complete(id, 2, 13);
		assert_eq!(status(id), WorkflowStatus::Completed);
		assert_eq!(live_jobs(), []);
	});
}

#[test]
fn a_diamond_should_join_when_both_sides_are_done() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(diamond());
		assert_eq!(running(id), [0]);
		complete(id, 0, 10);
		assert_eq!(running(id), [1, 2]);
		complete(id, 2, 22);
		assert_eq!(running(id), [1]);
		complete(id, 1, 21);
		assert_eq!(running(id), [3]);
		let last = job(job_of(id, 3));
		// From the node that ended last, with the outputs in the order of the dependencies.
		assert_eq!(last.originator, Originator::Node(21));
		assert_eq!(last.dependencies, [(2, output_hash(b"out 1")), (3, output_hash(b"out 2"))]);
		assert_eq!(last.bytes(), INPUT);
		complete(id, 3, 33);
		assert_eq!(status(id), WorkflowStatus::Completed);
		assert_eq!(Workflows::workflow(id).unwrap().context.lineage, [10, 22, 21, 33]);
	});
}

#[test]
fn a_fan_should_run_at_once_and_meet_again() {
	ExtBuilder::default().build_and_execute(|| {
		let mut steps: Vec<_> = (0..16).map(|_| step(&[])).collect();
		steps.push(step(&(0..16).collect::<Vec<_>>()));
		let id = submit(workflow(WorkflowKind::Dag, steps));
		assert_eq!(running(id), (0..16).collect::<Vec<_>>());
		for place in (0..16).rev() {
			assert!(!running(id).contains(&16));
			complete(id, place, u32::from(place) + 1);
		}
		assert_eq!(running(id), [16]);
		assert_eq!(job(job_of(id, 16)).originator, Originator::Node(1));
	});
}

#[test]
fn a_step_should_be_asked_as_it_was_said() {
	ExtBuilder::default().build_and_execute(|| {
		let ensemble = Some(Ensemble { size: 3, aggregation: Aggregation::Voting });
		let mut spec = workflow(
			WorkflowKind::Sequential,
			vec![
				StepSpec {
					ensemble,
					excluded: vec![9].try_into().unwrap(),
					input: StepInput::Own(input(b"mine")),
					..StepSpec::new(clause("Make"))
				},
				StepSpec::new(clause("Turn")),
			],
		);
		spec.constraints.excluded = vec![8].try_into().unwrap();
		spec.constraints.min_trust = 7;
		spec.constraints.trigger = TriggerKind::Sensor;
		let id = submit(spec);
		let first = job(job_of(id, 0));
		assert_eq!(first.clause, clause("Make"));
		assert_eq!(first.bytes(), b"mine");
		assert_eq!(first.constraints.ensemble, ensemble);
		assert_eq!(first.constraints.excluded[..], [8, 9]);
		assert_eq!(first.constraints.min_trust, 7);
		assert_eq!(first.constraints.trigger, TriggerKind::Sensor);
		assert_eq!(first.parent, JobParent::Workflow { id, step: 0 });
		complete(id, 0, 5);
		let second = job(job_of(id, 1));
		assert_eq!(second.clause, clause("Turn"));
		assert_eq!(second.bytes(), INPUT);
		assert_eq!(second.constraints.ensemble, None);
		assert_eq!(second.constraints.excluded[..], [8]);
	});
}

#[test]
fn a_hundred_steps_should_run_each_once_and_in_order() {
	ExtBuilder::default().build_and_execute(|| {
		// Ten layers of ten; each step needs three of the layer before, the last one all of it.
		let mut steps = Vec::new();
		for layer in 0..10u8 {
			for place in 0..10u8 {
				let before = |n: u8| (layer - 1) * 10 + (place + n) % 10;
				let on = if layer == 0 { vec![] } else { (0..3).map(before).collect() };
				steps.push(step(&on));
			}
		}
		steps.push(step(&(90..100).collect::<Vec<_>>()));
		let spec = workflow(WorkflowKind::Dag, steps.clone());
		let id = submit(spec);
		let mut done = std::collections::BTreeSet::new();
		while let Some(place) = running(id).into_iter().next_back() {
			assert!(steps[usize::from(place)].depends_on.iter().all(|on| done.contains(on)));
			assert!(done.insert(place), "step {place} ran twice");
			complete(id, place, u32::from(place) + 1);
			Workflows::do_try_state().unwrap();
		}
		assert_eq!(done.len(), 101);
		assert_eq!(crate::mock::Opened::get(), Some(101));
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn the_context_should_be_what_it_was_when_the_job_was_opened() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(diamond());
		complete(id, 0, 10);
		let (left, right) = (job_of(id, 1), job_of(id, 2));
		let out = |place: u8| output_hash(format!("out {place}").as_bytes());
		let early = Context {
			input: input_commitment(INPUT),
			accumulated: vec![(0, out(0))],
			lineage: vec![10],
		};
		complete(id, 2, 22);
		// The other side has ended meanwhile: it is not of this step's context.
		assert_eq!(Workflows::context_of(left), Some(early.clone()));
		assert_eq!(<Workflows as Handoffs>::context(left), Some(early.hash()));
		assert_eq!(<Workflows as Handoffs>::context(right), None);
		complete(id, 1, 21);
		let late = Context {
			accumulated: vec![(0, out(0)), (1, out(1)), (2, out(2))],
			lineage: vec![10, 22, 21],
			..early
		};
		assert_eq!(Workflows::context_of(job_of(id, 3)), Some(late.clone()));
		assert_eq!(<Workflows as Handoffs>::context(job_of(id, 3)), Some(late.hash()));
	});
}

#[test]
fn submission_and_end_should_be_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = workflow(WorkflowKind::Sequential, vec![step(&[]), step(&[])]);
		let id = submit(spec.clone());
		// What was filled in is part of what is named.
		spec.steps[1].depends_on = vec![0].try_into().unwrap();
		complete(id, 0, 10);
		complete(id, 1, 11);
		let context = Workflows::workflow(id).unwrap().context;
		assert_eq!(
			receipts(),
			[
				Operation::WorkflowSubmitted { workflow: id, spec: spec.hash(), steps: 2 },
				Operation::WorkflowEnded {
					workflow: id,
					status: 2,
					result: output_hash(b"out 1"),
					lineage: context.hash(),
				},
			]
		);
		assert_eq!(Workflows::workflow(id).unwrap().spec, spec.hash());
		let ended = events()
			.into_iter()
			.find(|event| matches!(event, Event::WorkflowEnded { .. }))
			.unwrap();
		assert_eq!(
			ended,
			Event::WorkflowEnded {
				workflow: id,
				owner: ALICE,
				status: WorkflowStatus::Completed,
				result: Some(output_hash(b"out 1")),
				receipt: 1,
			}
		);
	});
}

#[test]
fn ends_of_jobs_that_are_not_known_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(2));
		let known = job_of(id, 0);
		let end = JobEnd::Completed { output: output_hash(b"x"), node: 5, signing_key: key(5) };
		let parent = JobParent::Workflow { id, step: 1 };
		frame_support::assert_storage_noop!(Workflows::job_ended(99, &parent, &end));
		let trigger = JobParent::Trigger { id: 1, firing: 1 };
		frame_support::assert_storage_noop!(Workflows::job_ended(known, &trigger, &end));
		complete(id, 0, 5);
		// A second time.
		let parent = JobParent::Workflow { id, step: 0 };
		frame_support::assert_storage_noop!(Workflows::job_ended(known, &parent, &end));
	});
}

#[test]
fn the_inputs_should_be_kept_once() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(3));
		assert_eq!(crate::Inputs::<Test>::iter_prefix(id).count(), 1);
		assert_eq!(crate::Inputs::<Test>::get(id, InputSlot::Workflow), Some(input(INPUT)));
	});
}
