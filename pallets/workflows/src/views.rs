//! What clients read.

use crate::{pallet::*, types::*};
use alloc::{format, string::String, vec::Vec};
use concordat_primitives::{
	traits::JobOutputs,
	views::{Page, StepView, WorkflowView, MAX_PAGE},
	workflow::{Context, StepIndex, StepStatus, WorkflowId, WorkflowStatus},
	JobId,
};

impl<T: Config> Pallet<T> {
	/// A workflow.
	pub fn view(id: WorkflowId) -> Option<WorkflowView> {
		let (workflow, progress) = (Workflows::<T>::get(id)?, Progresses::<T>::get(id)?);
		let output = workflow.result.as_ref().and_then(|result| match result {
			Outcome::OfJob { job, .. } => T::Outputs::output(*job),
			Outcome::Merged(bytes) => Some(bytes.to_vec()),
		});
		Some(WorkflowView {
			id,
			owner: workflow.owner,
			kind: workflow.kind,
			status: workflow.status,
			input: workflow.input,
			spec: workflow.spec,
			merge: workflow.merge,
			steps: workflow.steps,
			completed: progress.done.count_ones() as u8,
			running: progress.running.count_ones() as u8,
			ready: progress.ready.count_ones() as u8,
			context: context(workflow.input, &Ends::<T>::get(id)),
			result: workflow.result.as_ref().map(Outcome::hash),
			output: output.map(|bytes| hex(&bytes)),
			deposit: workflow.deposit,
			reserve: workflow.reserve,
			submitted_at: workflow.submitted_at,
			expires_at: workflow.expires_at,
			ended_at: workflow.ended_at,
		})
	}

	/// Workflows from number `from` on. Those that are pruned leave gaps, which count as rows, so that a page costs what
	/// it says.
	pub fn page(from: WorkflowId, limit: u32) -> Page<WorkflowView> {
		let first = from.max(1);
		let last = Books::<T>::get().submitted;
		let end = first.saturating_add(limit.min(MAX_PAGE).into());
		let items = (first..end.min(last.saturating_add(1))).filter_map(Self::view).collect();
		Page { items, next: (end <= last).then_some(end) }
	}

	/// Steps of a workflow, from place `from` on.
	pub fn view_steps(id: WorkflowId, from: StepIndex, limit: u32) -> Vec<StepView> {
		let (Some(workflow), Some(progress)) = (Workflows::<T>::get(id), Progresses::<T>::get(id))
		else {
			return Vec::new();
		};
		(from..workflow.steps)
			.take(limit.min(MAX_PAGE) as usize)
			.filter_map(|place| {
				let step = Steps::<T>::get(id, place)?;
				Some(StepView {
					step: place,
					status: status_of(place, workflow.status, &progress),
					clause: step.clause,
					depends_on: step.depends_on.into_inner(),
					tries: step.tries,
					retries: step.retries,
					job: step.job,
					output: step.result.map(|result| result.output),
					node: step.result.map(|result| result.node),
					fault: step.fault,
				})
			})
			.collect()
	}

	/// The context that goes with a step's running job.
	pub fn view_context(job: JobId) -> Option<Context> {
		let record = StepJobs::<T>::get(job)?;
		let workflow = Workflows::<T>::get(record.workflow)?;
		let ends = Ends::<T>::get(record.workflow);
		Some(context(workflow.input, ends.get(..usize::from(record.seen))?))
	}
}

/// Where a step stands: its place in the sets, and what has become of the workflow.
pub fn status_of(place: StepIndex, workflow: WorkflowStatus, progress: &Progress) -> StepStatus {
	let is_in = |bits: Bits| bits & bit(place) != 0;
	let fault_of = match workflow {
		WorkflowStatus::Failed { step, .. } => step,
		_ => progress.fault.map(|(step, _)| step),
	};
	if is_in(progress.done) {
		StepStatus::Completed
	} else if fault_of == Some(place) {
		StepStatus::Failed
	} else if workflow.is_final() {
		StepStatus::Dropped
	} else if is_in(progress.running) {
		StepStatus::Running
	} else if is_in(progress.ready) {
		StepStatus::Ready
	} else {
		StepStatus::Waiting
	}
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}"))
}
