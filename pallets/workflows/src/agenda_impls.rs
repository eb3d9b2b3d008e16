//! The agenda: what is due at a block, in pages, worked off in order by a cursor; what does not fit spills over to the
//! next block. Nothing is searched for, nothing is dropped. Items are checked when they fire.

use crate::{pallet::*, types::*, WeightInfo};
use concordat_primitives::{
	workflow::{StepIndex, WorkflowId, WorkflowStatus},
	BlockNumber,
};
use frame_support::weights::{Weight, WeightMeter};

impl<T: Config> Pallet<T> {
	/// Puts an item on the agenda: at `at`, at the earliest in the next block.
	pub(crate) fn arm(at: BlockNumber, item: AgendaItem) {
		let at = at.max(Self::now().saturating_add(1));
		let page = LastPages::<T>::get(at);
		if Agenda::<T>::try_append(at, page, item).is_err() {
			let page = page.saturating_add(1);
			LastPages::<T>::insert(at, page);
			let mut items = AgendaPage::default();
			items.force_push(item);
			Agenda::<T>::insert(at, page, items);
		}
	}

	/// Works off what is due, as far as the meter goes.
	pub(crate) fn drain_agenda(now: BlockNumber, params: &Params, meter: &mut WeightMeter) {
		let mut cursor =
			AgendaCursor::<T>::get().unwrap_or(Cursor { block: now, ..Default::default() });
		let dearest = Self::weight_of_dearest_item();
		'pages: while cursor.block <= now {
			if meter.try_consume(T::WeightInfo::agenda_page()).is_err() {
				break;
			}
			let items = Agenda::<T>::get(cursor.block, cursor.page);
			for item in items.iter().skip(cursor.index as usize) {
				if !meter.can_consume(dearest) {
					break 'pages;
				}
				meter.consume(Self::fire(*item, now, params));
				cursor.index = cursor.index.saturating_add(1);
			}
			if !items.is_empty() {
				Agenda::<T>::remove(cursor.block, cursor.page);
			}
			let last = LastPages::<T>::get(cursor.block);
			cursor = if cursor.page < last {
				Cursor { page: cursor.page.saturating_add(1), index: 0, ..cursor }
			} else {
				if last > 0 {
					LastPages::<T>::remove(cursor.block);
				}
				Cursor { block: cursor.block.saturating_add(1), page: 0, index: 0 }
			};
		}
		AgendaCursor::<T>::put(cursor);
	}

	/// Does what an item says, if it still applies. Returns the weight.
	pub(crate) fn fire(item: AgendaItem, now: BlockNumber, params: &Params) -> Weight {
		match item {
			AgendaItem::Expiry(id) => Self::expire(id, now),
			AgendaItem::Wake(id) => Self::wake(id, params),
			AgendaItem::Prune(id) => Self::prune(id),
		}
	}

	fn expire(id: WorkflowId, now: BlockNumber) -> Weight {
		let live = Workflows::<T>::get(id)
			.filter(|workflow| !workflow.status.is_final() && workflow.expires_at <= now);
		let (Some(workflow), Some(progress)) = (live, Progresses::<T>::get(id)) else {
			return T::WeightInfo::advance_idle();
		};
		Self::end(id, workflow, progress, WorkflowStatus::Expired, None);
		Self::weight_of_ending()
	}

	fn wake(id: WorkflowId, params: &Params) -> Weight {
		let ended = Workflows::<T>::get(id).is_none_or(|workflow| workflow.status.is_final());
		Progresses::<T>::mutate_extant(id, |progress| {
			if progress.wants_engine(ended, params.max_running) {
				Self::enqueue(id, progress);
			}
		});
		T::WeightInfo::wake()
	}

	/// Removes the records of a workflow, a few steps in each block.
	fn prune(id: WorkflowId) -> Weight {
		let (Some(mut workflow), Some(progress)) =
			(Workflows::<T>::get(id), Progresses::<T>::get(id))
		else {
			return T::WeightInfo::advance_idle();
		};
		// Its jobs are withdrawn first.
		if progress.running != 0 || progress.queued {
			Self::arm(Self::now(), AgendaItem::Prune(id));
			return T::WeightInfo::advance_idle();
		}
		let until = workflow.pruned.saturating_add(PRUNE_CHUNK).min(workflow.steps);
		for place in workflow.pruned..until {
			Self::prune_step(id, place);
		}
		workflow.pruned = until;
		if until < workflow.steps {
			Workflows::<T>::insert(id, workflow);
			Self::arm(Self::now(), AgendaItem::Prune(id));
			return T::WeightInfo::prune();
		}
		Inputs::<T>::remove(id, InputSlot::Workflow);
		Ends::<T>::remove(id);
		Progresses::<T>::remove(id);
		Workflows::<T>::remove(id);
		let deposit = Self::give_back(HoldReason::Deposit, &workflow.owner, workflow.deposit);
		Self::deposit_event(Event::WorkflowPruned { workflow: id, deposit });
		T::WeightInfo::prune()
	}

	fn prune_step(id: WorkflowId, place: StepIndex) {
		let Some(step) = Steps::<T>::take(id, place) else { return };
		if step.source == Source::Own {
			Inputs::<T>::remove(id, InputSlot::Step(place));
		}
	}

	/// Weight of the dearest item there is.
	pub(crate) fn weight_of_dearest_item() -> Weight {
		Self::weight_of_ending()
			.max(T::WeightInfo::prune())
			.max(T::WeightInfo::wake())
			.max(T::WeightInfo::advance_idle())
	}
}
