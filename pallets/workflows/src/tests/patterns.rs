//! The predefined patterns make workflows that can be submitted, and do what their names say.

use crate::{mock::*, patterns};
use concordat_primitives::{
	cac::FailureCode,
	ensemble::{Aggregation, Ensemble},
	job::FailureReason,
	workflow::{Pattern, StepInput, WorkflowKind, WorkflowSpec, WorkflowStatus, MAX_STEPS},
};

fn built(pattern: Pattern) -> Option<WorkflowSpec> {
	Workflows::pattern(pattern, input(INPUT))
}

#[test]
fn a_chain_should_run_each_on_the_output_of_the_one_before() {
	ExtBuilder::default().build_and_execute(|| {
		let names = ["Look", "Turn", "Judge"];
		let id = submit(built(Pattern::Chain { clauses: names.map(clause).to_vec() }).unwrap());
		for (place, name) in names.iter().enumerate() {
			let place = place as u8;
			let running = job(job_of(id, place));
			assert_eq!(running.clause, clause(name));
			let expected = match place {
				0 => INPUT.to_vec(),
				place => format!("out {}", place - 1).into_bytes(),
			};
			assert_eq!(running.bytes(), expected);
			complete(id, place, 5);
		}
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn a_fan_should_go_out_and_in() {
	ExtBuilder::default().build_and_execute(|| {
		let pattern = Pattern::FanOutFanIn {
			parallel: clause("Look"),
			count: 3,
			aggregation: Aggregation::Averaging,
			merge: clause("Judge"),
		};
		let id = submit(built(pattern).unwrap());
		assert_eq!(running(id), [0, 1, 2]);
		for place in 0..3 {
			assert_eq!(job(job_of(id, place)).bytes(), INPUT);
			complete_with(job_of(id, place), 5, format!("{}", place * 3).as_bytes());
		}
		idle();
		let last = job(job_of(id, 3));
		assert_eq!((last.clause.clone(), last.bytes()), (clause("Judge"), b"3".to_vec()));
		complete(id, 3, 6);
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn a_pipeline_should_generate_again_when_its_validation_fails() {
	ExtBuilder::default().build_and_execute(|| {
		let pattern = Pattern::PipelineWithValidation {
			main: clause("Make"),
			validate: clause("Judge"),
			retries: 1,
		};
		let id = submit(built(pattern).unwrap());
		complete(id, 0, 5);
		assert_eq!(job(job_of(id, 1)).clause, clause("Judge"));
		fail(id, 1, FailureReason::Program(FailureCode::Program(2)));
		assert_eq!(job(job_of(id, 0)).clause, clause("Make"));
		complete(id, 0, 6);
		complete(id, 1, 7);
		assert_eq!(status(id), WorkflowStatus::Completed);
	});
}

#[test]
fn a_pipeline_without_retries_should_fail_when_its_validation_does() {
	ExtBuilder::default().build_and_execute(|| {
		let pattern = Pattern::PipelineWithValidation {
			main: clause("Make"),
			validate: clause("Judge"),
			retries: 0,
		};
		let id = submit(built(pattern).unwrap());
		complete(id, 0, 5);
		fail(id, 1, FailureReason::Program(FailureCode::Program(2)));
		assert!(matches!(status(id), WorkflowStatus::Failed { step: Some(1), .. }));
	});
}

#[test]
fn redundancy_should_be_one_step_on_several_nodes() {
	ExtBuilder::default().build_and_execute(|| {
		let pattern = Pattern::RedundantExecution { clause: clause("Look"), count: 5 };
		let spec = built(pattern).unwrap();
		assert_eq!((spec.kind, spec.steps.len()), (WorkflowKind::Single, 1));
		let id = submit(spec);
		let ensemble = Ensemble { size: 5, aggregation: Aggregation::Voting };
		assert_eq!(job(job_of(id, 0)).constraints.ensemble, Some(ensemble));
	});
}

#[test]
fn what_cannot_be_should_not_be_built() {
	let look = || clause("Look");
	let fan = |count| Pattern::FanOutFanIn {
		parallel: look(),
		count,
		aggregation: Aggregation::Voting,
		merge: look(),
	};
	let redundant = |count| Pattern::RedundantExecution { clause: look(), count };
	let chain = |length: u32| Pattern::Chain { clauses: vec![look(); length as usize] };
	for none in [chain(0), chain(MAX_STEPS + 1), fan(0), fan(17), redundant(1), redundant(8)] {
		assert_eq!(built(none.clone()), None, "{none:?}");
	}
	for some in [chain(1), chain(MAX_STEPS), fan(1), fan(16), redundant(2), redundant(7)] {
		let spec = built(some.clone()).unwrap_or_else(|| panic!("{some:?}"));
		ExtBuilder::default().build_and_execute(|| {
			assert_eq!(submit_with(ALICE, spec, 0), Ok(()), "{some:?}");
		});
	}
}

#[test]
fn a_chain_should_say_its_dependencies() {
	let spec = patterns::chain([clause("Look"), clause("Turn")], input(INPUT)).unwrap();
	assert_eq!(spec.steps[1].depends_on[..], [0]);
	assert_eq!(spec.steps[1].input, StepInput::Output);
	let text = serde_json::to_string(&spec).unwrap();
	assert_eq!(serde_json::from_str::<WorkflowSpec>(&text).unwrap(), spec);
}
