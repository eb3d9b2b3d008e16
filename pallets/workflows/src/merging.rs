//! Outputs that become inputs, or results.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::MAX_OUTPUT_BYTES,
	ensemble::{aggregate, Aggregation, Answer},
	hashing::output_hash,
	job::JobInput,
	traits::JobOutputs,
	workflow::{StepFault, StepIndex, WorkflowId},
};
use frame_support::BoundedVec;

/// Weight of each output: all count the same. The chain knows who agreed on a step, not how much the node was trusted
/// then, and a figure of today would make a result depend on when it is merged.
const EQUAL: u64 = 1;

/// One output out of several, at most [`MAX_OUTPUT_BYTES`] long.
pub(crate) fn merge(how: Aggregation, outputs: &[Vec<u8>]) -> Result<Vec<u8>, StepFault> {
	let answers: Vec<_> = outputs.iter().map(|output| Answer { output, weight: EQUAL }).collect();
	aggregate(how, &answers)
		.ok()
		.map(|aggregate| aggregate.output)
		.filter(|output| output.len() <= MAX_OUTPUT_BYTES as usize)
		.ok_or(StepFault::NotMergeable)
}

impl<T: Config> Pallet<T> {
	/// The output of a step, if it lies on chain and is what was agreed on.
	pub(crate) fn output_of(
		step: StepIndex,
		result: Option<&StepResult>,
	) -> Result<Vec<u8>, StepFault> {
		result
			.and_then(|result| Some((result, T::Outputs::output(result.job)?)))
			.filter(|(result, bytes)| output_hash(bytes) == result.output)
			.map(|(_, bytes)| bytes)
			.ok_or(StepFault::OutputUnavailable(step))
	}

	/// What a step runs on.
	pub(crate) fn input_of(
		id: WorkflowId,
		place: StepIndex,
		step: &Step,
		results: &[(StepIndex, StepResult)],
	) -> Result<JobInput, StepFault> {
		let inline = |bytes: Vec<u8>| {
			BoundedVec::try_from(bytes).map(JobInput::Inline).map_err(|_| StepFault::NotOpened)
		};
		let outputs = || -> Result<Vec<_>, StepFault> {
			results.iter().map(|(step, result)| Self::output_of(*step, Some(result))).collect()
		};
		match step.source {
			Source::Workflow => {
				Inputs::<T>::get(id, InputSlot::Workflow).ok_or(StepFault::NotOpened)
			},
			Source::Own => Inputs::<T>::get(id, InputSlot::Step(place)).ok_or(StepFault::NotOpened),
			Source::Output => inline(outputs()?.into_iter().next().unwrap_or_default()),
			Source::Merged(how) => inline(merge(how, &outputs()?)?),
		}
	}

	/// What a workflow has come to, all of whose steps have results.
	pub(crate) fn outcome_of(id: WorkflowId, workflow: &Workflow) -> Result<Outcome, StepFault> {
		let results: Vec<_> = workflow
			.sinks
			.iter()
			.map(|step| (*step, Steps::<T>::get(id, step).and_then(|step| step.result)))
			.collect();
		match workflow.merge {
			None => {
				let result = results.first().and_then(|(_, result)| *result);
				let StepResult { job, output, .. } = result.ok_or(StepFault::NotMergeable)?;
				Ok(Outcome::OfJob { job, output })
			},
			Some(how) => {
				let outputs: Vec<_> = results
					.iter()
					.map(|(step, result)| Self::output_of(*step, result.as_ref()))
					.collect::<Result<_, _>>()?;
				let merged = merge(how, &outputs)?;
				BoundedVec::try_from(merged)
					.map(Outcome::Merged)
					.map_err(|_| StepFault::NotMergeable)
			},
		}
	}
}
