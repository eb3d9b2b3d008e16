//! The predefined patterns (Symbiont orchestration protocol, §9.1), as workflows that can be submitted as they are, or
//! changed before. Pure.

use alloc::vec::Vec;
use concordat_primitives::{
	clause::MAX_SEATS,
	ensemble::{Aggregation, Ensemble},
	job::JobInput,
	workflow::{
		Pattern, StepIndex, StepInput, StepSpec, StepSpecs, WorkflowKind, WorkflowSpec,
		MAX_DEPENDENCIES,
	},
	ClauseId,
};
use frame_support::BoundedVec;

/// The workflow that a pattern describes; `None` if it would have no step, too many, or nobody to ask twice.
pub fn build(pattern: Pattern, input: JobInput) -> Option<WorkflowSpec> {
	match pattern {
		Pattern::Chain { clauses } => chain(clauses, input),
		Pattern::FanOutFanIn { parallel, count, aggregation, merge } => {
			fan_out_fan_in(parallel, count, aggregation, merge, input)
		},
		Pattern::PipelineWithValidation { main, validate, retries } => {
			pipeline_with_validation(main, validate, retries, input)
		},
		Pattern::RedundantExecution { clause, count } => redundant_execution(clause, count, input),
	}
}

/// A → B → C: the first step runs on the input, each other on the output of the one before.
pub fn chain(clauses: impl IntoIterator<Item = ClauseId>, input: JobInput) -> Option<WorkflowSpec> {
	let steps: Vec<_> = clauses
		.into_iter()
		.take(StepSpecs::bound().saturating_add(1))
		.enumerate()
		.map(|(place, clause)| StepSpec {
			input: if place == 0 { StepInput::Workflow } else { StepInput::Output },
			depends_on: BoundedVec::truncate_from(
				place.checked_sub(1).map(|before| before as StepIndex).into_iter().collect(),
			),
			..StepSpec::new(clause)
		})
		.collect();
	workflow(WorkflowKind::Sequential, steps, input)
}

/// `parallel` on the input, `count` times at once; then `merge` on what their outputs make together. At most
/// [`MAX_DEPENDENCIES`] at once, because the last step depends on all of them.
pub fn fan_out_fan_in(
	parallel: ClauseId,
	count: u8,
	aggregation: Aggregation,
	merge: ClauseId,
	input: JobInput,
) -> Option<WorkflowSpec> {
	if !(1..=MAX_DEPENDENCIES).contains(&count.into()) {
		return None;
	}
	let mut steps: Vec<_> = (0..count).map(|_| StepSpec::new(parallel.clone())).collect();
	steps.push(StepSpec {
		depends_on: (0..count).collect::<Vec<_>>().try_into().ok()?,
		input: StepInput::Merged(aggregation),
		..StepSpec::new(merge)
	});
	workflow(WorkflowKind::Dag, steps, input)
}

/// `main` on the input, then `validate` on its output. If the program of `validate` fails, `main` runs again, at most
/// `retries` times (§9.2, "Fail: Generate again").
pub fn pipeline_with_validation(
	main: ClauseId,
	validate: ClauseId,
	retries: u8,
	input: JobInput,
) -> Option<WorkflowSpec> {
	let judge = StepSpec {
		depends_on: BoundedVec::truncate_from(alloc::vec![0]),
		input: StepInput::Output,
		retries,
		redo: retries > 0,
		..StepSpec::new(validate)
	};
	workflow(WorkflowKind::Sequential, alloc::vec![StepSpec::new(main), judge], input)
}

/// One task on `count` nodes, and a vote on their answers.
pub fn redundant_execution(clause: ClauseId, count: u8, input: JobInput) -> Option<WorkflowSpec> {
	if !(2..=MAX_SEATS).contains(&count.into()) {
		return None;
	}
	let ensemble = Some(Ensemble { size: count, aggregation: Aggregation::Voting });
	workflow(
		WorkflowKind::Single,
		alloc::vec![StepSpec { ensemble, ..StepSpec::new(clause) }],
		input,
	)
}

fn workflow(kind: WorkflowKind, steps: Vec<StepSpec>, input: JobInput) -> Option<WorkflowSpec> {
	let steps = StepSpecs::try_from(steps).ok().filter(|steps| !steps.is_empty())?;
	Some(WorkflowSpec {
		kind,
		input,
		steps,
		constraints: Default::default(),
		merge: None,
		timeout_blocks: None,
	})
}
