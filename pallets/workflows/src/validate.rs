//! Whether a workflow makes sense by itself: its shape, its inputs, its bounds. Pure, in time linear in steps and
//! dependencies, and before anything is stored.
//!
//! # Shapes
//!
//! | kind | dependencies |
//! |---|---|
//! | `Single` | one step, none |
//! | `Sequential` | each step depends on the one before, and on no later one. Where a step names none, that is filled in; it may name earlier ones besides, to read their outputs |
//! | `Parallel` | none |
//! | `Dag` | any, without a cycle. All steps hang together: a step that no path of dependencies, in whatever direction, connects with the first is *unreachable* and belongs to a workflow of its own |
//!
//! One result: every step leads to a last one, because nothing is cyclic. If there are several last ones, `merge` has
//! to say how their outputs become one; if there is one, there is nothing to merge.

use crate::types::{AllPlaces, Params, Places, MAX_REDOS};
use alloc::{vec, vec::Vec};
use concordat_primitives::{
	clause::{MAX_LIST, MAX_SEATS},
	job::{JobConstraints, JobInput},
	workflow::{StepIndex, StepInput, StepSpec, WorkflowKind, WorkflowSpec},
	NodeId,
};

/// What is wrong with a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
	/// No step.
	NoSteps,
	/// More steps than governance allows.
	TooManySteps,
	/// A step depends on itself.
	SelfDependency,
	/// A step depends on one that is not there.
	UnknownDependency,
	/// A step names a dependency twice.
	DuplicateDependency,
	/// `Single` with more than one step.
	NotSingle,
	/// `Sequential`, and a step does not follow the one before, or depends on a later one.
	NotSequential,
	/// `Parallel`, and a step depends on another.
	NotParallel,
	/// Steps wait for each other.
	Cyclic,
	/// A step does not hang together with the others.
	Unreachable,
	/// Several last steps, and nothing says how their outputs become one.
	NoSingleResult,
	/// One last step, and something to merge.
	NothingToMerge,
	/// A step runs on the output of its only predecessor, and has none or several.
	OutputOfOne,
	/// A step runs on what is made of its predecessors' outputs, and has none.
	MergedOfNone,
	/// More retries than governance allows.
	TooManyRetries,
	/// A judging step has to have one predecessor, run on its output, be its only dependant, and have retries.
	BadRedo,
	/// More rounds of judging steps than [`MAX_REDOS`].
	TooManyRedos,
	/// An input is sealed, or outputs are to be.
	Sealed,
	/// An input is empty.
	InputEmpty,
	/// An ensemble is smaller than 2 or larger than [`MAX_SEATS`].
	BadEnsemble,
	/// An ensemble is asked for all steps at once.
	EnsembleOfAll,
	/// More excluded nodes than one job can have.
	TooManyExcluded,
	/// A node is preferred and excluded.
	Contradiction,
	/// The time-out is zero or longer than governance allows.
	BadTimeout,
}

/// How the steps hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
	/// For each step, what it depends on.
	pub depends_on: Vec<Places>,
	/// For each step, what depends on it.
	pub dependants: Vec<AllPlaces>,
	/// Steps that nothing depends on.
	pub sinks: AllPlaces,
}

/// Everything that can be said about a workflow without asking anybody.
pub fn examine(spec: &WorkflowSpec, params: &Params) -> Result<Plan, Flaw> {
	if spec.steps.is_empty() {
		return Err(Flaw::NoSteps);
	}
	if spec.steps.len() > usize::from(params.max_steps) {
		return Err(Flaw::TooManySteps);
	}
	if spec.timeout_blocks.is_some_and(|blocks| blocks == 0 || blocks > params.max_timeout) {
		return Err(Flaw::BadTimeout);
	}
	examine_constraints(&spec.constraints)?;
	examine_input(&spec.input)?;
	let plan = plan(spec)?;
	let mut redos = 0u32;
	for (step, depends_on) in spec.steps.iter().zip(&plan.depends_on) {
		examine_step(step, depends_on, params)?;
		examine_nodes(&spec.constraints, &step.excluded)?;
		if step.redo {
			let dependants = depends_on
				.first()
				.and_then(|first| plan.dependants.get(usize::from(*first)))
				.map_or(0, |dependants| dependants.len());
			let judges = depends_on.len() == 1
				&& dependants == 1
				&& step.input == StepInput::Output
				&& step.retries > 0;
			if !judges {
				return Err(Flaw::BadRedo);
			}
			redos = redos.saturating_add(step.retries.into());
		}
	}
	if redos > MAX_REDOS {
		return Err(Flaw::TooManyRedos);
	}
	Ok(plan)
}

fn examine_constraints(constraints: &JobConstraints) -> Result<(), Flaw> {
	if constraints.ensemble.is_some() {
		return Err(Flaw::EnsembleOfAll);
	}
	if constraints.output_key.is_some() {
		return Err(Flaw::Sealed);
	}
	Ok(())
}

fn examine_input(input: &JobInput) -> Result<(), Flaw> {
	match input {
		JobInput::Sealed { .. } => Err(Flaw::Sealed),
		JobInput::Inline(bytes) if bytes.is_empty() => Err(Flaw::InputEmpty),
		JobInput::External { len: 0, .. } => Err(Flaw::InputEmpty),
		_ => Ok(()),
	}
}

fn examine_step(step: &StepSpec, depends_on: &[StepIndex], params: &Params) -> Result<(), Flaw> {
	match &step.input {
		StepInput::Workflow => {},
		StepInput::Output if depends_on.len() != 1 => return Err(Flaw::OutputOfOne),
		StepInput::Output => {},
		StepInput::Merged(_) if depends_on.is_empty() => return Err(Flaw::MergedOfNone),
		StepInput::Merged(_) => {},
		StepInput::Own(input) => examine_input(input)?,
	}
	if step.retries > params.max_retries {
		return Err(Flaw::TooManyRetries);
	}
	if step.ensemble.is_some_and(|ensemble| !(2..=MAX_SEATS).contains(&ensemble.size.into())) {
		return Err(Flaw::BadEnsemble);
	}
	Ok(())
}

fn examine_nodes(constraints: &JobConstraints, excluded: &[NodeId]) -> Result<(), Flaw> {
	let all = all_excluded(&constraints.excluded, excluded);
	if all.len() > MAX_LIST as usize {
		return Err(Flaw::TooManyExcluded);
	}
	if constraints.preferred.iter().any(|node| all.contains(node)) {
		return Err(Flaw::Contradiction);
	}
	Ok(())
}

/// Nodes that a step must not ask: those that no step may, and its own.
pub fn all_excluded(of_all: &[NodeId], of_step: &[NodeId]) -> Vec<NodeId> {
	let mut all = of_all.to_vec();
	all.extend(of_step.iter().filter(|node| !of_all.contains(node)));
	all
}

/// How the steps hang together, if they do as their kind says.
fn plan(spec: &WorkflowSpec) -> Result<Plan, Flaw> {
	let count = spec.steps.len();
	let mut depends_on = Vec::with_capacity(count);
	let mut dependants = vec![AllPlaces::default(); count];
	for (place, step) in spec.steps.iter().enumerate() {
		let mut places = step.depends_on.clone();
		examine_dependencies(place, &places, count)?;
		let before = place.checked_sub(1).map(|before| before as StepIndex);
		if let (WorkflowKind::Sequential, Some(before), true) =
			(spec.kind, before, places.is_empty())
		{
			places.force_push(before);
		}
		examine_kind(spec.kind, place, &places)?;
		for dependency in &places {
			if let Some(dependants) = dependants.get_mut(usize::from(*dependency)) {
				// No step names another twice, so there are fewer than steps.
				let _ = dependants.try_push(place as StepIndex);
			}
		}
		depends_on.push(places);
	}
	if spec.kind == WorkflowKind::Single && count != 1 {
		return Err(Flaw::NotSingle);
	}
	ensure_acyclic(&depends_on, &dependants)?;
	if spec.kind == WorkflowKind::Dag {
		ensure_connected(&depends_on, &dependants)?;
	}
	let sinks: Vec<_> = dependants
		.iter()
		.enumerate()
		.filter(|(_, dependants)| dependants.is_empty())
		.map(|(place, _)| place as StepIndex)
		.collect();
	match (sinks.len(), spec.merge) {
		(1, Some(_)) => return Err(Flaw::NothingToMerge),
		(1, None) => {},
		(_, None) => return Err(Flaw::NoSingleResult),
		(_, Some(_)) => {},
	}
	// No more than steps.
	Ok(Plan { depends_on, dependants, sinks: AllPlaces::truncate_from(sinks) })
}

fn examine_dependencies(place: usize, places: &[StepIndex], count: usize) -> Result<(), Flaw> {
	for (nth, dependency) in places.iter().enumerate() {
		if usize::from(*dependency) == place {
			return Err(Flaw::SelfDependency);
		}
		if usize::from(*dependency) >= count {
			return Err(Flaw::UnknownDependency);
		}
		if places.iter().take(nth).any(|earlier| earlier == dependency) {
			return Err(Flaw::DuplicateDependency);
		}
	}
	Ok(())
}

fn examine_kind(kind: WorkflowKind, place: usize, places: &[StepIndex]) -> Result<(), Flaw> {
	match kind {
		WorkflowKind::Single | WorkflowKind::Dag => Ok(()),
		WorkflowKind::Parallel if places.is_empty() => Ok(()),
		WorkflowKind::Parallel => Err(Flaw::NotParallel),
		WorkflowKind::Sequential => {
			let follows = place == 0
				|| places.iter().any(|step| usize::from(*step).saturating_add(1) == place);
			let backwards = places.iter().all(|step| usize::from(*step) < place);
			if follows && backwards {
				Ok(())
			} else {
				Err(Flaw::NotSequential)
			}
		},
	}
}

/// Kahn's algorithm: what can be done in some order is not cyclic.
fn ensure_acyclic(depends_on: &[Places], dependants: &[AllPlaces]) -> Result<(), Flaw> {
	let mut open: Vec<_> = depends_on.iter().map(|places| places.len()).collect();
	let mut ready: Vec<_> = (0..open.len()).filter(|step| open.get(*step) == Some(&0)).collect();
	let mut done = 0usize;
	while let Some(step) = ready.pop() {
		done = done.saturating_add(1);
		for dependant in dependants.get(step).into_iter().flatten() {
			let dependant = usize::from(*dependant);
			if let Some(left) = open.get_mut(dependant) {
				*left = left.saturating_sub(1);
				if *left == 0 {
					ready.push(dependant);
				}
			}
		}
	}
	if done == open.len() {
		Ok(())
	} else {
		Err(Flaw::Cyclic)
	}
}

/// Whether every step can be reached from the first, whatever the direction of the dependencies.
fn ensure_connected(depends_on: &[Places], dependants: &[AllPlaces]) -> Result<(), Flaw> {
	let mut reached = vec![false; depends_on.len()];
	let mut next = vec![0usize];
	while let Some(step) = next.pop() {
		match reached.get_mut(step) {
			Some(reached) if !*reached => *reached = true,
			_ => continue,
		}
		let around = depends_on.get(step).into_iter().flatten();
		next.extend(around.map(|step| usize::from(*step)));
		let around = dependants.get(step).into_iter().flatten();
		next.extend(around.map(|step| usize::from(*step)));
	}
	if reached.iter().all(|reached| *reached) {
		Ok(())
	} else {
		Err(Flaw::Unreachable)
	}
}
