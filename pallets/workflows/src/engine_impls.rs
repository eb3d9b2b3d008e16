//! The engine: what the ends of jobs change, and what is done then. One thing at a time, each of bounded cost; nothing is
//! searched for.

use crate::{
	pallet::*, submit_impls::trigger_of, types::*, validate::all_excluded, OpenErrors, WeightInfo,
	LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::MAX_INPUT_BYTES,
	job::{JobConstraints, JobStatus},
	receipt::Operation,
	traits::{
		JobBoard, JobEnd, JobOpener, JobOutcomes, JobOutputs, JobRequest, OpenError, ReceiptSink,
	},
	trust::Originator,
	workflow::{
		JobParent, OpenFault, StepFault, StepIndex, WorkflowId, WorkflowStatus, MAX_DEPENDENCIES,
		MAX_STEPS,
	},
	Hash, JobId, NodeId,
};
use frame_support::{
	weights::{Weight, WeightMeter},
	BoundedVec,
};

impl<T: Config> JobOutcomes for Pallet<T> {
	fn job_ended(job: JobId, parent: &JobParent, end: &JobEnd) {
		if !matches!(parent, JobParent::Workflow { .. }) {
			return;
		}
		// What was withdrawn is not known any more.
		let Some(record) = StepJobs::<T>::take(job) else { return };
		let handed = Self::forget_handoffs(job, &record);
		let (id, place) = (record.workflow, record.step);
		let (Some(workflow), Some(mut progress), Some(mut step)) =
			(Workflows::<T>::get(id), Progresses::<T>::get(id), Steps::<T>::get(id, place))
		else {
			log::error!(target: LOG_TARGET, "job {job} is of a step that is not there");
			return;
		};
		progress.lose(place);
		let ended = workflow.status.is_final();
		if !ended {
			match end {
				JobEnd::Completed { output, node, signing_key } => {
					Self::tell_of_lapse(job, &record, &handed, *node);
					// Numbers of results are below `MAX_ENDS`, which fits.
					let ordinal = Ends::<T>::decode_len(id).unwrap_or(0) as u8;
					let result = End { step: place, output: *output, node: *node };
					if Ends::<T>::try_append(id, result).is_err() {
						log::error!(target: LOG_TARGET, "workflow {id} has too many results");
					}
					step.result = Some(StepResult {
						job,
						output: *output,
						node: *node,
						signing_key: *signing_key,
						ordinal,
					});
					step.fault = None;
					progress.finish(place, &step.dependants);
					Self::deposit_event(Event::StepCompleted {
						workflow: id,
						step: place,
						job,
						output: *output,
						node: *node,
					});
				},
				JobEnd::Failed(status) => {
					Self::step_failed(id, place, &mut step, &mut progress, job, *status)
				},
			}
			Steps::<T>::insert(id, place, step);
		}
		Self::keep(id, progress, ended, Parameters::<T>::get().max_running);
	}

	fn weight() -> Weight {
		T::WeightInfo::job_ended()
	}
}

impl<T: Config> Pallet<T> {
	/// A step's job ended without a result: it is tried again, its predecessor is, or the workflow has to end.
	fn step_failed(
		id: WorkflowId,
		place: StepIndex,
		step: &mut Step,
		progress: &mut Progress,
		job: JobId,
		status: JobStatus,
	) {
		let fault = StepFault::Ended(status);
		step.fault = Some(fault);
		let again = fault.is_retriable() && step.tries <= step.retries;
		Self::deposit_event(Event::StepFailed {
			workflow: id,
			step: place,
			job: Some(job),
			fault,
			again,
		});
		if !again {
			progress.fault.get_or_insert((place, fault));
			return;
		}
		let judged = step.depends_on.first().filter(|_| step.redo && fault.is_of_program());
		match judged {
			Some(predecessor) => {
				Steps::<T>::mutate(id, predecessor, |step| {
					if let Some(step) = step {
						step.result = None;
						step.tries = 0;
					}
				});
				progress.send_back(place, *predecessor);
				Self::deposit_event(Event::StepSentBack {
					workflow: id,
					step: *predecessor,
					by: place,
				});
			},
			None => progress.again(place),
		}
	}

	/// Nobody owes handoffs for the job any more; returns those that were given.
	fn forget_handoffs(job: JobId, record: &StepJob) -> GivenList {
		let Some(sender) = record.sender else { return Default::default() };
		Owed::<T>::mutate_exists(sender.node, |owed| {
			if let Some(jobs) = owed {
				jobs.retain(|one| *one != job);
				if jobs.is_empty() {
					*owed = None;
				}
			}
		});
		Handed::<T>::take(job)
	}

	/// Says that a step ran without a handoff, if it did.
	fn tell_of_lapse(job: JobId, record: &StepJob, handed: &GivenList, node: NodeId) {
		let Some(sender) = record.sender else { return };
		if handed.iter().any(|given| given.signed.handoff.to == node && !given.void) {
			return;
		}
		Books::<T>::mutate(|totals| totals.lapsed = totals.lapsed.saturating_add(1));
		Self::deposit_event(Event::HandoffLapsed {
			workflow: record.workflow,
			step: record.step,
			job,
			from: sender.node,
			to: node,
		});
	}

	/// Puts a workflow at the tail of the queue, unless it stands there.
	pub(crate) fn enqueue(id: WorkflowId, progress: &mut Progress) {
		if core::mem::replace(&mut progress.queued, true) {
			return;
		}
		QueueRing::<T>::mutate(|ring| {
			Queue::<T>::insert(ring.tail, id);
			ring.tail = ring.tail.saturating_add(1);
		});
	}

	/// Writes back how far a workflow has come; if there is something to do, it is queued.
	fn keep(id: WorkflowId, mut progress: Progress, ended: bool, room: u8) {
		if progress.wants_engine(ended, room) {
			Self::enqueue(id, &mut progress);
		}
		Progresses::<T>::insert(id, progress);
	}

	/// Works off the queue, as far as the meter goes. Each turn does one thing for one workflow and brings that
	/// workflow nearer to its end, so that the queue empties.
	pub(crate) fn drain_queue(params: &Params, meter: &mut WeightMeter) {
		let mut ring = QueueRing::<T>::get();
		let dearest = Self::weight_of_dearest_advance();
		while ring.head < ring.tail && meter.can_consume(dearest) {
			let id = Queue::<T>::take(ring.head);
			ring.head = ring.head.saturating_add(1);
			QueueRing::<T>::put(ring);
			if let Some(id) = id {
				meter.consume(Self::advance(id, params));
			}
			// The workflow may have come to the tail again.
			ring = QueueRing::<T>::get();
		}
	}

	/// Does the next thing for a workflow. Returns its weight.
	pub(crate) fn advance(id: WorkflowId, params: &Params) -> Weight {
		let (Some(workflow), Some(mut progress)) =
			(Workflows::<T>::get(id), Progresses::<T>::get(id))
		else {
			return T::WeightInfo::advance_idle();
		};
		progress.queued = false;
		if workflow.status.is_final() {
			return Self::wind_down(id, progress, params);
		}
		if let Some((step, fault)) = progress.fault {
			let status = WorkflowStatus::Failed { step: Some(step), fault };
			Self::end(id, workflow, progress, status, None);
			return Self::weight_of_ending();
		}
		if progress.is_complete() {
			let outputs = if workflow.merge.is_some() { workflow.sinks.len() } else { 0 };
			let weight = Self::weight_of_concluding(outputs as u32);
			match Self::outcome_of(id, &workflow) {
				Ok(outcome) => {
					let status = WorkflowStatus::Completed;
					Self::end(id, workflow, progress, status, Some(outcome));
				},
				Err(fault) => {
					let status = WorkflowStatus::Failed { step: None, fault };
					Self::end(id, workflow, progress, status, None);
				},
			}
			return weight;
		}
		let room = progress.running.count_ones() < u32::from(params.max_running);
		match lowest(progress.ready).filter(|_| room) {
			Some(place) => Self::open_step(id, workflow, progress, place, params),
			None => {
				Progresses::<T>::insert(id, progress);
				T::WeightInfo::advance_idle()
			},
		}
	}

	/// Opens the job of a step that is ready.
	fn open_step(
		id: WorkflowId,
		mut workflow: Workflow,
		mut progress: Progress,
		place: StepIndex,
		params: &Params,
	) -> Weight {
		let Some(mut step) = Steps::<T>::get(id, place) else {
			log::error!(target: LOG_TARGET, "workflow {id} has no step {place}");
			return T::WeightInfo::advance_idle();
		};
		let outputs = match step.source {
			Source::Output | Source::Merged(_) => step.depends_on.len() as u32,
			Source::Workflow | Source::Own => 0,
		};
		let mut input_bytes = 0;
		let opened = Self::results_of(id, &step.depends_on).and_then(|results| {
			let input = Self::input_of(id, place, &step, &results)?;
			input_bytes = kept(&input);
			let last = results.iter().map(|(_, result)| result).max_by_key(|one| one.ordinal);
			let sender = last.map(|last| Sender { node: last.node, key: last.signing_key });
			let request = JobRequest {
				requester: workflow.owner.clone(),
				clause: step.clause.clone(),
				input,
				constraints: constraints_of(&workflow.constraints, &step),
				originator: match sender {
					Some(sender) => Originator::Node(sender.node),
					None => Originator::Account(workflow.owner.clone()),
				},
				parent: JobParent::Workflow { id, step: place },
				dependencies: results
					.iter()
					.map(|(_, result)| (result.job, result.output))
					.collect(),
				mode: None,
			};
			let opened = Self::with_reserve(&mut workflow, || T::Opener::open(request));
			Ok((opened, sender))
		});
		let fault = match opened {
			Ok((Ok(job), sender)) => {
				Self::started(id, place, &mut step, &workflow, job, sender);
				progress.start(place);
				workflow.status = WorkflowStatus::Running;
				None
			},
			Ok((Err(OpenError::Refused(reason)), _)) => Some(StepFault::Refused(reason)),
			Ok((Err(OpenError::Invalid(error)), _)) => match T::OpenErrors::sort(&error) {
				OpenFault::CannotPay => Some(StepFault::CannotPay),
				OpenFault::Invalid => {
					log::info!(target: LOG_TARGET, "workflow {id}, step {place}: {error:?}");
					Some(StepFault::NotOpened)
				},
				OpenFault::Busy => {
					let until = Self::now().saturating_add(params.busy_pause);
					Self::arm(until, AgendaItem::Wake(id));
					Self::deposit_event(Event::StepPostponed { workflow: id, step: place, until });
					Workflows::<T>::insert(id, workflow);
					Progresses::<T>::insert(id, progress);
					return Self::weight_of_opening(input_bytes, outputs);
				},
			},
			Err(fault) => Some(fault),
		};
		if let Some(fault) = fault {
			step.fault = Some(fault);
			progress.ready &= !bit(place);
			progress.fault.get_or_insert((place, fault));
			Self::deposit_event(Event::StepFailed {
				workflow: id,
				step: place,
				job: None,
				fault,
				again: false,
			});
		}
		Steps::<T>::insert(id, place, step);
		Workflows::<T>::insert(id, workflow);
		Self::keep(id, progress, false, params.max_running);
		Self::weight_of_opening(input_bytes, outputs)
	}

	/// Results of a step's dependencies, in their order.
	fn results_of(
		id: WorkflowId,
		depends_on: &[StepIndex],
	) -> Result<Vec<(StepIndex, StepResult)>, StepFault> {
		depends_on
			.iter()
			.map(|place| {
				let result = Steps::<T>::get(id, place).and_then(|step| step.result);
				result.map(|result| (*place, result)).ok_or(StepFault::OutputUnavailable(*place))
			})
			.collect()
	}

	/// A step has its job: who has to hand it over, and with what.
	fn started(
		id: WorkflowId,
		place: StepIndex,
		step: &mut Step,
		workflow: &Workflow,
		job: JobId,
		sender: Option<Sender>,
	) {
		step.tries = step.tries.saturating_add(1);
		step.job = Some(job);
		let ends = Ends::<T>::get(id);
		let context = context(workflow.input, &ends).hash();
		let seen = ends.len() as u8;
		StepJobs::<T>::insert(job, StepJob { workflow: id, step: place, sender, context, seen });
		if let Some(sender) = sender {
			if Owed::<T>::try_append(sender.node, job).is_err() {
				log::warn!(
					target: LOG_TARGET,
					"node {} owes too many handoffs: that of job {job} will lapse",
					sender.node,
				);
			}
		}
		Self::deposit_event(Event::StepStarted {
			workflow: id,
			step: place,
			job,
			attempt: step.tries,
			from: sender.map(|sender| sender.node),
			context,
		});
	}

	/// Ends a workflow: the reserve comes back, the owner is told, and its jobs are withdrawn from now on.
	pub(crate) fn end(
		id: WorkflowId,
		mut workflow: Workflow,
		mut progress: Progress,
		status: WorkflowStatus,
		result: Option<Outcome>,
	) {
		let (now, params) = (Self::now(), Parameters::<T>::get());
		Self::give_back(HoldReason::Reserve, &workflow.owner, workflow.reserve);
		workflow.reserve = 0;
		workflow.status = status;
		workflow.ended_at = Some(now);
		workflow.result = result;
		let result = workflow.result.as_ref().map(Outcome::hash);
		progress.fault = None;
		Books::<T>::mutate(|totals| {
			totals.live = totals.live.saturating_sub(1);
			let ended = match status {
				WorkflowStatus::Completed => &mut totals.completed,
				WorkflowStatus::Cancelled => &mut totals.cancelled,
				_ => &mut totals.failed,
			};
			*ended = ended.saturating_add(1);
		});
		Live::<T>::mutate_exists(&workflow.owner, |live| {
			*live = live.map(|count| count.saturating_sub(1)).filter(|left| *left > 0);
		});
		Self::arm(now.saturating_add(params.retention), AgendaItem::Prune(id));
		let receipt = T::Receipts::append(Operation::WorkflowEnded {
			workflow: id,
			status: status.code(),
			result: result.unwrap_or(Hash::zero()),
			lineage: context(workflow.input, &Ends::<T>::get(id)).hash(),
		});
		Self::deposit_event(Event::WorkflowEnded {
			workflow: id,
			owner: workflow.owner.clone(),
			status,
			result,
			receipt,
		});
		Workflows::<T>::insert(id, workflow);
		Self::keep(id, progress, true, params.max_running);
	}

	/// Withdraws one of the jobs that an ended workflow still has.
	fn wind_down(id: WorkflowId, mut progress: Progress, params: &Params) -> Weight {
		let place = lowest(progress.running);
		if let Some(place) = place {
			progress.lose(place);
		}
		Self::keep(id, progress, true, params.max_running);
		let job = place.and_then(|place| Steps::<T>::get(id, place)?.job);
		let Some(job) = job else { return T::WeightInfo::advance_idle() };
		if let Some(record) = StepJobs::<T>::take(job) {
			Self::forget_handoffs(job, &record);
			// It calls back, and finds a job that is not known here any more.
			if let Err(error) = T::Opener::withdraw(job) {
				log::info!(target: LOG_TARGET, "job {job} is not withdrawn: {error:?}");
			}
		}
		Self::weight_of_winding_down()
	}

	fn weight_of_opening(input: u32, outputs: u32) -> Weight {
		T::WeightInfo::open_step(input)
			.saturating_add(T::Outputs::weight().saturating_mul(outputs.into()))
			.saturating_add(T::Opener::weight_of_opening(input))
	}

	fn weight_of_winding_down() -> Weight {
		T::WeightInfo::wind_down()
			.saturating_add(T::Opener::weight_of_withdrawing())
			.saturating_add(T::WeightInfo::job_ended())
	}

	fn weight_of_concluding(outputs: u32) -> Weight {
		T::WeightInfo::conclude(outputs)
			.saturating_add(T::Outputs::weight().saturating_mul(outputs.into()))
			.saturating_add(T::Receipts::weight())
	}

	/// Weight of ending a workflow without a result.
	pub fn weight_of_ending() -> Weight {
		T::WeightInfo::end().saturating_add(T::Receipts::weight())
	}

	/// Weight of taking a refusal. The board seats another node, and what that leads to may end the round or decide the job:
	/// two of its steps.
	pub fn weight_of_refusing() -> Weight {
		T::WeightInfo::refuse().saturating_add(T::Jobs::weight().saturating_mul(2))
	}

	/// Weight of the dearest thing that one turn can do.
	pub(crate) fn weight_of_dearest_advance() -> Weight {
		Self::weight_of_opening(MAX_INPUT_BYTES, MAX_DEPENDENCIES)
			.max(Self::weight_of_winding_down())
			.max(Self::weight_of_concluding(MAX_STEPS))
			.max(Self::weight_of_ending())
			.max(T::WeightInfo::advance_idle())
	}
}

/// What is asked of the nodes of a step: what the workflow asks of all, and what it asks itself.
fn constraints_of(of_all: &JobConstraints, step: &Step) -> JobConstraints {
	JobConstraints {
		trigger: trigger_of(of_all.trigger, &step.depends_on),
		ensemble: step.ensemble,
		// They fit: that was checked at submission.
		excluded: BoundedVec::truncate_from(all_excluded(&of_all.excluded, &step.excluded)),
		..of_all.clone()
	}
}
