//! Several outputs that become one.

use crate::mock::*;
use concordat_primitives::{
	ensemble::Aggregation,
	hashing::output_hash,
	workflow::{
		StepFault, StepInput, StepSpec, WorkflowId, WorkflowKind, WorkflowSpec, WorkflowStatus,
	},
};

fn parallel(count: usize, how: Aggregation) -> WorkflowSpec {
	WorkflowSpec { merge: Some(how), ..workflow(WorkflowKind::Parallel, vec![step(&[]); count]) }
}

fn complete_all(id: WorkflowId, outputs: &[&[u8]]) {
	for (place, output) in outputs.iter().enumerate() {
		complete_with(job_of(id, place as u8), 10 + place as u32, output);
	}
	idle();
}

fn result(id: WorkflowId) -> Vec<u8> {
	let text = Workflows::workflow(id).unwrap().output.expect("a result on chain");
	let digits = text.strip_prefix("0x").unwrap();
	(0..digits.len())
		.step_by(2)
		.map(|n| u8::from_str_radix(&digits[n..n + 2], 16).unwrap())
		.collect()
}

#[test]
fn the_outputs_of_a_parallel_workflow_should_become_its_result() {
	let cases: [(Aggregation, &[&[u8]], &[u8]); 4] = [
		(Aggregation::Voting, &[b"no", b"yes", b"yes"], b"yes"),
		(Aggregation::BestEffort, &[b"no", b"yes", b"yes"], b"yes"),
		(Aggregation::Averaging, &[b"1", b"2", b"6"], b"3"),
		(Aggregation::Consensus, &[b"100", b"100", b"700"], b"100"),
	];
	for (how, outputs, expected) in cases {
		ExtBuilder::default().build_and_execute(|| {
			let id = submit(parallel(3, how));
			complete_all(id, outputs);
			assert_eq!(status(id), WorkflowStatus::Completed, "{how:?}");
			assert_eq!(result(id), expected, "{how:?}");
			let view = Workflows::workflow(id).unwrap();
			assert_eq!(view.result, Some(output_hash(expected)));
		});
	}
}

#[test]
fn what_is_no_number_should_not_be_averaged() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(parallel(2, Aggregation::Averaging));
		complete_all(id, &[b"rain", b"sun"]);
		let fault = StepFault::NotMergeable;
		assert_eq!(status(id), WorkflowStatus::Failed { step: None, fault });
		let view = Workflows::workflow(id).unwrap();
		assert_eq!((view.result, view.output), (None, None));
	});
}

#[test]
fn an_output_elsewhere_should_not_be_merged_at_the_end() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(parallel(2, Aggregation::Voting));
		complete_with(job_of(id, 0), 1, b"here");
		complete_elsewhere(job_of(id, 1), 2, b"there");
		idle();
		let fault = StepFault::OutputUnavailable(1);
		assert_eq!(status(id), WorkflowStatus::Failed { step: None, fault });
	});
}

#[test]
fn a_step_should_run_on_what_its_predecessors_make_together() {
	ExtBuilder::default().build_and_execute(|| {
		let mut steps = vec![step(&[]); 3];
		steps.push(StepSpec {
			input: StepInput::Merged(Aggregation::Averaging),
			..step(&[0, 1, 2])
		});
		let id = submit(workflow(WorkflowKind::Dag, steps));
		complete_all(id, &[b"10", b"20", b"60"]);
		assert_eq!(job(job_of(id, 3)).bytes(), b"30");
		complete_with(job_of(id, 3), 40, b"done");
		idle();
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn a_step_should_fail_if_they_make_nothing_together() {
	ExtBuilder::default().build_and_execute(|| {
		let merged = StepSpec { input: StepInput::Merged(Aggregation::Consensus), ..step(&[0, 1]) };
		let id = submit(workflow(WorkflowKind::Dag, vec![step(&[]), step(&[]), merged]));
		complete_all(id, &[b"1", b"1000"]);
		let fault = StepFault::NotMergeable;
		assert_eq!(status(id), WorkflowStatus::Failed { step: Some(2), fault });
	});
}

#[test]
fn the_ends_of_a_graph_should_be_merged_and_nothing_else() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = WorkflowSpec {
			merge: Some(Aggregation::Averaging),
			..workflow(WorkflowKind::Dag, vec![step(&[]), step(&[0]), step(&[0])])
		};
		let id = submit(spec);
		complete_with(job_of(id, 0), 1, b"1000");
		idle();
		complete_with(job_of(id, 1), 1, b"1");
		complete_with(job_of(id, 2), 1, b"3");
		idle();
		assert_eq!(result(id), b"2");
	});
}

#[test]
fn as_many_outputs_as_there_can_be_should_be_merged() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(parallel(128, Aggregation::Voting));
		let long = vec![b'a'; 2_048];
		complete_all(id, &vec![&long[..]; 128]);
		assert_eq!(status(id), WorkflowStatus::Completed);
		assert_eq!(result(id), long);
	});
}

#[test]
fn the_order_of_the_ends_should_not_matter() {
	let merged = |order: &[u8]| {
		let mut text = Vec::new();
		ExtBuilder::default().build_and_execute(|| {
			let id = submit(parallel(4, Aggregation::Voting));
			for place in order {
				// Two of each.
				let output = format!("{}", place % 2);
				complete_with(job_of(id, *place), 5, output.as_bytes());
			}
			idle();
			text = result(id);
		});
		text
	};
	assert_eq!(merged(&[0, 1, 2, 3]), merged(&[3, 1, 2, 0]));
}
