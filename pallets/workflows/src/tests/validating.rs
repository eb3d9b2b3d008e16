//! What is refused before anything is stored, and why.

use crate::{mock::*, Error, MAX_REDOS};
use concordat_primitives::{
	clause::{ClauseStatus, ExecutionMode, TriggerKind},
	ensemble::{Aggregation, Ensemble},
	job::{JobConstraints, JobInput},
	workflow::{StepInput, StepSpec, WorkflowKind, WorkflowSpec},
};
use sp_runtime::BoundedVec;
use WorkflowKind::{Dag, Parallel, Sequential, Single};

fn merged(mut spec: WorkflowSpec) -> WorkflowSpec {
	spec.merge = Some(Aggregation::Voting);
	spec
}

fn with(mut step: StepSpec, change: impl FnOnce(&mut StepSpec)) -> StepSpec {
	change(&mut step);
	step
}

fn constrained(change: impl FnOnce(&mut JobConstraints)) -> WorkflowSpec {
	let mut spec = chain(2);
	change(&mut spec.constraints);
	spec
}

fn sealed() -> JobInput {
	JobInput::Sealed { commitment: Default::default(), len: 7 }
}

fn list<T: Clone, const N: u32>(items: &[T]) -> BoundedVec<T, frame_support::traits::ConstU32<N>> {
	BoundedVec::try_from(items.to_vec()).ok().unwrap()
}

/// One workflow for each flaw, with nothing else wrong.
fn flawed() -> Vec<(&'static str, WorkflowSpec, Error<Test>)> {
	let size = |size| Some(Ensemble { size, aggregation: Aggregation::Voting });
	vec![
		("no steps", workflow(Dag, vec![]), Error::NoSteps),
		("five steps where four are allowed", chain(5), Error::TooManySteps),
		(
			"a step that waits for itself",
			workflow(Dag, vec![step(&[]), step(&[1])]),
			Error::SelfDependency,
		),
		(
			"a step that waits for none there is",
			workflow(Dag, vec![step(&[]), step(&[7])]),
			Error::UnknownDependency,
		),
		(
			"a dependency named twice",
			workflow(Dag, vec![step(&[]), step(&[0, 0])]),
			Error::DuplicateDependency,
		),
		(
			"a single workflow of two",
			workflow(Single, vec![step(&[]), step(&[0])]),
			Error::NotSingle,
		),
		(
			"a sequence with a gap",
			workflow(Sequential, vec![step(&[]), step(&[]), step(&[0])]),
			Error::NotSequential,
		),
		(
			"a sequence that looks ahead",
			workflow(Sequential, vec![step(&[]), step(&[0, 2]), step(&[1])]),
			Error::NotSequential,
		),
		(
			"a parallel workflow with an order",
			merged(workflow(Parallel, vec![step(&[]), step(&[0])])),
			Error::NotParallel,
		),
		("two steps in a ring", workflow(Dag, vec![step(&[1]), step(&[0])]), Error::Cyclic),
		(
			"a ring behind a source",
			workflow(Dag, vec![step(&[]), step(&[0, 3]), step(&[1]), step(&[2])]),
			Error::Cyclic,
		),
		(
			"two workflows in one",
			merged(workflow(Dag, vec![step(&[]), step(&[0]), step(&[]), step(&[2])])),
			Error::Unreachable,
		),
		(
			"two ends and no merge",
			workflow(Dag, vec![step(&[]), step(&[0]), step(&[0])]),
			Error::NoSingleResult,
		),
		("one end and a merge", merged(chain(2)), Error::NothingToMerge),
		(
			"the output of nobody",
			workflow(Single, vec![with(step(&[]), |step| step.input = StepInput::Output)]),
			Error::OutputOfOne,
		),
		(
			"the output of two as if they were one",
			workflow(
				Dag,
				vec![
					step(&[]),
					step(&[0]),
					step(&[0]),
					with(step(&[1, 2]), |step| step.input = StepInput::Output),
				],
			),
			Error::OutputOfOne,
		),
		(
			"merged outputs of nobody",
			workflow(
				Single,
				vec![with(step(&[]), |step| step.input = StepInput::Merged(Aggregation::Voting))],
			),
			Error::MergedOfNone,
		),
		(
			"six retries where five are allowed",
			workflow(Single, vec![with(step(&[]), |step| step.retries = 6)]),
			Error::TooManyRetries,
		),
		(
			"a judge of nothing",
			workflow(Single, vec![with(step(&[]), |step| (step.redo, step.retries) = (true, 1))]),
			Error::BadRedo,
		),
		(
			"a judge that does not look at the output",
			workflow(
				Sequential,
				vec![step(&[]), with(step(&[0]), |step| (step.redo, step.retries) = (true, 1))],
			),
			Error::BadRedo,
		),
		(
			"a judge without retries",
			workflow(Sequential, vec![step(&[]), with(after(0), |step| step.redo = true)]),
			Error::BadRedo,
		),
		(
			"a judge of what others use",
			merged(workflow(
				Dag,
				vec![
					step(&[]),
					with(after(0), |step| (step.redo, step.retries) = (true, 1)),
					after(0),
				],
			)),
			Error::BadRedo,
		),
		("a sealed input", WorkflowSpec { input: sealed(), ..chain(2) }, Error::SealedNotSupported),
		(
			"a sealed input of a step",
			workflow(Single, vec![with(step(&[]), |step| step.input = StepInput::Own(sealed()))]),
			Error::SealedNotSupported,
		),
		(
			"sealed outputs",
			constrained(|constraints| constraints.output_key = Some([1; 32])),
			Error::SealedNotSupported,
		),
		("an empty input", WorkflowSpec { input: input(b""), ..chain(2) }, Error::InputEmpty),
		(
			"an empty input of a step",
			workflow(Single, vec![with(step(&[]), |step| step.input = StepInput::Own(input(b"")))]),
			Error::InputEmpty,
		),
		(
			"an ensemble of one",
			workflow(Single, vec![with(step(&[]), |step| step.ensemble = size(1))]),
			Error::BadEnsemble,
		),
		(
			"an ensemble of eight",
			workflow(Single, vec![with(step(&[]), |step| step.ensemble = size(8))]),
			Error::BadEnsemble,
		),
		(
			"an ensemble for all steps",
			constrained(|constraints| constraints.ensemble = size(3)),
			Error::EnsembleOfAll,
		),
		(
			"nine excluded nodes",
			{
				let mut spec = workflow(
					Single,
					vec![with(step(&[]), |step| step.excluded = list(&[6, 7, 8, 9]))],
				);
				spec.constraints.excluded = list(&[1, 2, 3, 4, 5]);
				spec
			},
			Error::TooManyExcluded,
		),
		(
			"a node that is preferred and excluded",
			constrained(|constraints| {
				constraints.preferred = list(&[7]);
				constraints.excluded = list(&[7]);
			}),
			Error::Contradiction,
		),
		("no time", WorkflowSpec { timeout_blocks: Some(0), ..chain(2) }, Error::BadTimeout),
		(
			"more time than there is",
			WorkflowSpec { timeout_blocks: Some(10_001), ..chain(2) },
			Error::BadTimeout,
		),
		(
			"a clause that is not there",
			workflow(Single, vec![StepSpec::new(clause("Nobody"))]),
			Error::ClauseUnknown,
		),
	]
}

#[test]
fn every_flaw_should_be_named_and_leave_nothing() {
	ExtBuilder::default().params(|params| params.max_steps = 4).build_and_execute(|| {
		for (what, spec, error) in flawed() {
			let got = submit_with(ALICE, spec.clone(), 0);
			assert_eq!(got, Err(error.into()), "{what}");
			frame_support::assert_storage_noop!(submit_with(ALICE, spec, 0).unwrap_err());
		}
	});
}

#[test]
fn what_is_sound_should_be_accepted() {
	let sound = [
		workflow(Single, vec![step(&[])]),
		chain(4),
		// What depends on nothing in a sequence depends on the one before; earlier ones may be named besides.
		workflow(Sequential, vec![step(&[]), step(&[]), step(&[1, 0])]),
		workflow(Parallel, vec![step(&[])]),
		merged(workflow(Parallel, vec![step(&[]), step(&[])])),
		diamond(),
		// Joined by what comes after, and by nothing before.
		workflow(Dag, vec![step(&[]), step(&[]), step(&[0, 1])]),
		merged(workflow(Dag, vec![step(&[]), after(0), after(0)])),
		WorkflowSpec { timeout_blocks: Some(10_000), ..chain(1) },
		constrained(|constraints| {
			constraints.preferred = list(&[1]);
			constraints.excluded = list(&[2]);
		}),
	];
	for spec in sound {
		ExtBuilder::default().params(|params| params.max_steps = 4).build_and_execute(|| {
			assert_eq!(submit_with(ALICE, spec.clone(), 0), Ok(()), "{spec:?}");
		});
	}
}

#[test]
fn an_exclusion_named_twice_should_count_once() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec =
			workflow(Single, vec![with(step(&[]), |step| step.excluded = list(&[1, 2, 3, 4]))]);
		spec.constraints.excluded = list(&[1, 2, 3, 4, 5, 6, 7, 8]);
		let id = submit(spec);
		assert_eq!(job(job_of(id, 0)).constraints.excluded[..], [1, 2, 3, 4, 5, 6, 7, 8]);
	});
}

#[test]
fn the_rounds_of_all_judges_together_should_be_bounded() {
	let judges = |pairs: u8| {
		let steps = (0..pairs).flat_map(|pair| {
			let first = 2 * pair;
			let work = if first == 0 { step(&[]) } else { after(first - 1) };
			[work, with(after(first), |step| (step.redo, step.retries) = (true, 4))]
		});
		workflow(Sequential, steps.collect())
	};
	let most = (MAX_REDOS / 4) as u8;
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(submit_with(ALICE, judges(most), 0), Ok(()));
		refused(|| submit_with(ALICE, judges(most + 1), 0), Error::TooManyRedos);
	});
}

#[test]
fn clauses_should_be_active() {
	for status in [ClauseStatus::Draft, ClauseStatus::Retired] {
		ExtBuilder::default().build_and_execute(|| {
			change_clause("Look", |_, is| *is = status);
			refused(|| submit_with(ALICE, chain(2), 0), Error::ClauseNotActive);
		});
	}
}

#[test]
fn a_clause_should_accept_what_sets_its_step_off() {
	ExtBuilder::default().build_and_execute(|| {
		change_clause("Look", |spec, _| spec.triggers = TriggerKind::Dependency.bit());
		refused(|| submit_with(ALICE, chain(1), 0), Error::TriggerNotAccepted);
		change_clause("Look", |spec, _| spec.triggers = TriggerKind::Manual.bit());
		assert_eq!(submit_with(ALICE, chain(1), 0), Ok(()));
		refused(|| submit_with(ALICE, chain(2), 0), Error::TriggerNotAccepted);
	});
}

#[test]
fn an_ensemble_should_be_only_for_clauses_of_one_node() {
	ExtBuilder::default().build_and_execute(|| {
		let ensemble = Some(Ensemble { size: 3, aggregation: Aggregation::Voting });
		let spec = workflow(Single, vec![with(step(&[]), |step| step.ensemble = ensemble)]);
		assert_eq!(submit_with(ALICE, spec.clone(), 0), Ok(()));
		change_clause("Look", |spec, _| spec.mode = ExecutionMode::Quorum { k: 2, n: 3 });
		refused(|| submit_with(ALICE, spec, 0), Error::EnsembleNotPossible);
	});
}

#[test]
fn a_capability_should_be_declared_and_take_the_input() {
	ExtBuilder::default().build_and_execute(|| {
		change_capability("Look", |spec| spec.max_input_bytes = INPUT.len() as u32 - 1);
		refused(|| submit_with(ALICE, chain(1), 0), Error::InputTooLong);
		let own = |bytes| with(step(&[]), |step| step.input = StepInput::Own(input(bytes)));
		let spec =
			|bytes| WorkflowSpec { input: input(b"x"), ..workflow(Single, vec![own(bytes)]) };
		refused(|| submit_with(ALICE, spec(INPUT), 0), Error::InputTooLong);
		assert_eq!(submit_with(ALICE, spec(&INPUT[1..]), 0), Ok(()));
		crate::mock::Capabilities::remove(capability("Look"));
		refused(|| submit_with(ALICE, spec(b"x"), 0), Error::CapabilityUnknown);
	});
}

#[test]
fn types_should_match_where_an_output_becomes_an_input() {
	let make = || StepSpec::new(clause("Make"));
	let on_output =
		|input| StepSpec { depends_on: list(&[0]), input, ..StepSpec::new(clause("Turn")) };
	let spec = |input| workflow(Dag, vec![make(), on_output(input)]);
	ExtBuilder::default().build_and_execute(|| {
		change_capability("Make", |spec| spec.output_types = types(&["Rain", "Wind"]));
		change_capability("Turn", |spec| spec.input_types = types(&["Alert"]));
		for input in [StepInput::Output, StepInput::Merged(Aggregation::BestEffort)] {
			refused(|| submit_with(ALICE, spec(input), 0), Error::TypeMismatch);
		}
		// It only reads the output besides its own input, as its program understands it.
		assert_eq!(submit_with(ALICE, spec(StepInput::Workflow), 0), Ok(()));
		change_capability("Turn", |spec| spec.input_types = types(&["Alert", "Wind"]));
		assert_eq!(submit_with(ALICE, spec(StepInput::Output), 0), Ok(()));
	});
}

#[test]
fn types_should_match_whatever_the_order_of_the_steps() {
	ExtBuilder::default().build_and_execute(|| {
		change_capability("Make", |spec| spec.output_types = types(&["Rain"]));
		change_capability("Turn", |spec| spec.input_types = types(&["Alert"]));
		let backwards = workflow(
			Dag,
			vec![
				StepSpec {
					depends_on: list(&[1]),
					input: StepInput::Output,
					..StepSpec::new(clause("Turn"))
				},
				StepSpec::new(clause("Make")),
			],
		);
		refused(|| submit_with(ALICE, backwards, 0), Error::TypeMismatch);
	});
}

#[test]
fn the_largest_workflow_should_be_accepted_and_a_larger_one_not_decoded() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(submit_with(ALICE, chain(128), 0), Ok(()));
		let mut steps = chain(128).steps.into_inner();
		steps.push(step(&[127]));
		assert!(concordat_primitives::workflow::StepSpecs::try_from(steps).is_err());
	});
}
