//! The invariants of the crate head, in code.

use crate::{pallet::*, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{
	workflow::{StepIndex, WorkflowId},
	AccountId, Balance, BlockNumber, JobId,
};
use frame_support::{ensure, traits::fungible::InspectHold as _};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_money()?;
		Self::try_state_records()?;
		Self::try_state_progress()?;
		Self::try_state_jobs()?;
		Self::try_state_handoffs()?;
		let due = Self::try_state_agenda()?;
		Self::try_state_queue(&due)?;
		Self::try_state_totals()
	}

	/// 1.
	fn try_state_money() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, (Balance, Balance)>::new();
		for workflow in Workflows::<T>::iter_values() {
			ensure!(
				workflow.reserve == 0 || !workflow.status.is_final(),
				"an ended workflow has no reserve"
			);
			let sums = owed.entry(workflow.owner).or_default();
			sums.0 = sums.0.saturating_add(workflow.deposit);
			sums.1 = sums.1.saturating_add(workflow.reserve);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let (deposit, reserve) = owed.remove(&who).unwrap_or_default();
			let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &who);
			ensure!(held(HoldReason::Deposit) == deposit, "deposits held are those of workflows");
			ensure!(held(HoldReason::Reserve) == reserve, "reserves held are those of workflows");
		}
		ensure!(
			owed.values().all(|sums| *sums == (0, 0)),
			"nobody holds anything without an account"
		);
		Ok(())
	}

	/// 2.
	fn try_state_records() -> Result<(), TryRuntimeError> {
		let submitted = Books::<T>::get().submitted;
		let mut inputs = BTreeSet::new();
		let mut steps = 0;
		for (id, workflow) in Workflows::<T>::iter() {
			ensure!((1..=submitted).contains(&id), "a workflow has a number that was given");
			let progress = Progresses::<T>::get(id).ok_or("a workflow has its progress")?;
			ensure!(progress.open.len() == usize::from(workflow.steps), "a counter per step");
			ensure!(
				workflow.ended_at.is_some() == workflow.status.is_final(),
				"an ended workflow knows when"
			);
			ensure!(
				workflow.pruned == 0 || workflow.status.is_final(),
				"only ended workflows are pruned"
			);
			inputs.insert((id, None));
			for place in workflow.pruned..workflow.steps {
				let step = Steps::<T>::get(id, place).ok_or("a workflow has its steps")?;
				steps += 1;
				if step.source == Source::Own {
					inputs.insert((id, Some(place)));
				}
			}
		}
		ensure!(Steps::<T>::iter_keys().count() == steps, "there are no other steps");
		ensure!(
			Progresses::<T>::iter_keys().all(Workflows::<T>::contains_key)
				&& Ends::<T>::iter_keys().all(Workflows::<T>::contains_key),
			"nothing is left of a workflow that is gone"
		);
		for (id, slot) in Inputs::<T>::iter_keys() {
			let step = match slot {
				InputSlot::Workflow => None,
				InputSlot::Step(step) => Some(step),
			};
			ensure!(inputs.remove(&(id, step)), "an input belongs to a workflow or a step");
		}
		ensure!(inputs.is_empty(), "every input is there");
		Ok(())
	}

	/// 3.
	fn try_state_progress() -> Result<(), TryRuntimeError> {
		for (id, workflow) in Workflows::<T>::iter() {
			if workflow.pruned > 0 {
				continue;
			}
			let progress = Progresses::<T>::get(id).ok_or("a workflow has its progress")?;
			let Progress { ready, running, done, .. } = progress;
			ensure!(
				ready & running == 0 && ready & done == 0 && running & done == 0,
				"a step is in one set"
			);
			let live = !workflow.status.is_final();
			let ends = Ends::<T>::get(id);
			for (place, open) in progress.open.iter().enumerate() {
				let place = place as StepIndex;
				let step = Steps::<T>::get(id, place).ok_or("a workflow has its steps")?;
				let is_done = done & bit(place) != 0;
				ensure!(step.result.is_some() == is_done, "a step is done if it has a result");
				if let Some(result) = step.result {
					let end = ends.get(usize::from(result.ordinal));
					ensure!(
						end.is_some_and(|end| (end.step, end.output, end.node)
							== (place, result.output, result.node)),
						"a result is among the workflow's"
					);
				}
				let without = |on: &&StepIndex| done & bit(**on) == 0;
				let counted = step.depends_on.iter().filter(without).count();
				ensure!(usize::from(*open) == counted, "a counter counts what is not done");
				for dependant in &step.dependants {
					let knows = Steps::<T>::get(id, dependant)
						.is_some_and(|other| other.depends_on.contains(&place));
					ensure!(knows, "a dependant depends");
				}
				let somewhere = (ready | running | done) & bit(place) != 0;
				ensure!(!somewhere || *open == 0, "what is ready waits for nothing");
				// For good: the workflow is about to end.
				let failed = progress.fault.is_some() && step.fault.is_some();
				ensure!(!live || somewhere == (*open == 0) || failed, "no step is lost");
			}
		}
		Ok(())
	}

	/// 4.
	fn try_state_jobs() -> Result<(), TryRuntimeError> {
		for (job, record) in StepJobs::<T>::iter() {
			let progress = Progresses::<T>::get(record.workflow).ok_or("a job has a workflow")?;
			let step = Steps::<T>::get(record.workflow, record.step).ok_or("a job has a step")?;
			ensure!(step.job == Some(job), "a step knows its job");
			ensure!(progress.running & bit(record.step) != 0, "a step with a job runs");
			ensure!(
				record.sender.is_some() != step.depends_on.is_empty(),
				"who has predecessors has a sender"
			);
			let workflow = Workflows::<T>::get(record.workflow).ok_or("a job has a workflow")?;
			let ends = Ends::<T>::get(record.workflow);
			let seen = ends.get(..usize::from(record.seen)).ok_or("a context saw what was")?;
			ensure!(
				context(workflow.input, seen).hash() == record.context,
				"a context can be made again"
			);
		}
		let running: u32 = Progresses::<T>::iter_values().map(|one| one.running.count_ones()).sum();
		ensure!(StepJobs::<T>::iter_keys().count() as u32 == running, "what runs has a job");
		Ok(())
	}

	/// 5.
	fn try_state_handoffs() -> Result<(), TryRuntimeError> {
		for (node, jobs) in Owed::<T>::iter() {
			ensure!(!jobs.is_empty(), "no list is empty");
			let mut seen = BTreeSet::<JobId>::new();
			for job in jobs {
				let sender = StepJobs::<T>::get(job).and_then(|record| record.sender);
				ensure!(sender.is_some_and(|sender| sender.node == node), "who owes is named");
				ensure!(seen.insert(job), "each once");
			}
		}
		for (job, given) in Handed::<T>::iter() {
			let sender = StepJobs::<T>::get(job).and_then(|record| record.sender);
			let sender = sender.ok_or("handoffs are of jobs with a sender")?;
			ensure!(
				given.iter().all(|one| one.signed.handoff.from == sender.node),
				"a handoff is the sender's"
			);
		}
		Ok(())
	}

	/// 7. Returns workflows that wake.
	fn try_state_agenda() -> Result<BTreeSet<WorkflowId>, TryRuntimeError> {
		let cursor = AgendaCursor::<T>::get().unwrap_or_default();
		let mut due = BTreeMap::<(BlockNumber, u8, WorkflowId), u32>::new();
		for (block, page, items) in Agenda::<T>::iter() {
			ensure!(block >= cursor.block, "no page is behind the cursor");
			ensure!(page <= LastPages::<T>::get(block), "a page is before the last");
			let skip = if (block, page) == (cursor.block, cursor.page) { cursor.index } else { 0 };
			for item in items.into_iter().skip(skip as usize) {
				let (kind, id) = match item {
					AgendaItem::Expiry(id) => (0, id),
					AgendaItem::Wake(id) => (1, id),
					AgendaItem::Prune(id) => (2, id),
				};
				*due.entry((block, kind, id)).or_default() += 1;
			}
		}
		for (id, workflow) in Workflows::<T>::iter() {
			if workflow.status.is_final() {
				ensure!(
					due.keys().any(|(_, kind, one)| (*kind, *one) == (2, id)),
					"an ended workflow is pruned"
				);
			} else {
				let late = |(block, kind, one): &(BlockNumber, u8, WorkflowId)| {
					(*kind, *one) == (0, id)
						&& (*block == workflow.expires_at || *block <= Self::now())
				};
				ensure!(due.keys().any(late), "a live workflow expires");
			}
		}
		Ok(due.keys().filter(|(_, kind, _)| *kind == 1).map(|(_, _, id)| *id).collect())
	}

	/// 6.
	fn try_state_queue(waking: &BTreeSet<WorkflowId>) -> Result<(), TryRuntimeError> {
		let ring = QueueRing::<T>::get();
		let mut queued = BTreeSet::new();
		for (place, id) in Queue::<T>::iter() {
			ensure!((ring.head..ring.tail).contains(&place), "the queue is between its ends");
			ensure!(queued.insert(id), "a workflow is queued once");
		}
		let room = Parameters::<T>::get().max_running;
		for (id, workflow) in Workflows::<T>::iter() {
			let progress = Progresses::<T>::get(id).ok_or("a workflow has its progress")?;
			ensure!(progress.queued == queued.remove(&id), "what is queued says so");
			let wants = progress.wants_engine(workflow.status.is_final(), room);
			ensure!(
				!wants || progress.queued || waking.contains(&id) || workflow.pruned > 0,
				"what is to be done will be"
			);
		}
		ensure!(queued.is_empty(), "only workflows are queued");
		Ok(())
	}

	/// 8.
	fn try_state_totals() -> Result<(), TryRuntimeError> {
		let totals = Books::<T>::get();
		let mut live = BTreeMap::<AccountId, u32>::new();
		for workflow in Workflows::<T>::iter_values().filter(|one| !one.status.is_final()) {
			*live.entry(workflow.owner).or_default() += 1;
		}
		ensure!(live.values().sum::<u32>() == totals.live, "the count of live workflows");
		ensure!(
			totals.completed + totals.failed + totals.cancelled + u64::from(totals.live)
				== totals.submitted,
			"every workflow is counted where it stands"
		);
		for (who, count) in Live::<T>::iter() {
			ensure!(live.remove(&who) == Some(count), "the count of an account's workflows");
		}
		ensure!(live.is_empty(), "every account is counted");
		ensure!(Self::ensure_params(&Parameters::<T>::get()).is_ok(), "invalid parameters");
		Ok(())
	}
}
