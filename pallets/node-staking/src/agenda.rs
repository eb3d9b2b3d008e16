//! The agenda: what is due at a block. Nothing is searched for and nothing is dropped.
//!
//! Each block has pages of [`TASKS_PER_PAGE`](crate::TASKS_PER_PAGE) tasks; a full page is followed by
//! the next one, so adding a task costs the same however much is due. The hook works off the
//! pages in order under its meter; what does not fit goes to the next block. A task is checked when
//! its time has come: one that no longer applies costs a read.

use crate::{
	Agenda, CarryOver, Config, LastPages, Nodes, Pallet, Parameters, Pulses, Task, TaskPage,
	UsedEvidence, WeightInfo, LOG_TARGET,
};
use concordat_primitives::{
	node::{InactiveReason, NodeStatus},
	traits::{NodePool, ReceiptSink},
	BlockNumber, NodeId,
};
use frame_support::weights::{Weight, WeightMeter};

impl<T: Config> Pallet<T> {
	/// Puts a task on the agenda, in the next block at the earliest; returns the block.
	pub(crate) fn schedule(at: BlockNumber, task: Task) -> BlockNumber {
		let at = at.max(Self::now().saturating_add(1));
		let page = LastPages::<T>::get(at);
		if Agenda::<T>::try_append(at, page, task.clone()).is_err() {
			let next = page.saturating_add(1);
			LastPages::<T>::insert(at, next);
			let mut tasks = TaskPage::new();
			tasks.force_push(task);
			Agenda::<T>::insert(at, next, tasks);
		}
		at
	}

	/// What the hook needs to get one task further, whatever it is.
	pub(crate) fn least_hook_weight() -> Weight {
		T::WeightInfo::agenda_base()
			.saturating_add(T::WeightInfo::agenda_page())
			.saturating_add(Self::dearest_task())
	}

	pub(crate) fn dearest_task() -> Weight {
		Self::silence_weight()
			.max(Self::apply_weight())
			.max(T::WeightInfo::check_alive())
			.max(T::WeightInfo::forget_evidence())
	}

	pub(crate) fn silence_weight() -> Weight {
		T::WeightInfo::check_silent()
			.saturating_add(Self::change_weight())
			.saturating_add(T::Pool::weight_of_loss())
	}

	fn apply_weight() -> Weight {
		T::WeightInfo::apply_slash()
			.saturating_add(T::Receipts::weight())
			.saturating_add(T::Pool::weight_of_forgetting())
	}

	/// Works off what is due, as far as `meter` allows.
	pub(crate) fn drain_agenda(now: BlockNumber, meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::agenda_base()).is_err() {
			log::error!(target: LOG_TARGET, "the hook has no weight to look at its agenda");
			return;
		}
		let carried = CarryOver::<T>::get();
		let (mut block, mut page) = carried.unwrap_or((now, 0));
		while block <= now && Self::drain_page(block, page, now, meter) {
			let last = LastPages::<T>::get(block);
			if page < last {
				page = page.saturating_add(1);
				continue;
			}
			if last > 0 {
				LastPages::<T>::remove(block);
			}
			block = block.saturating_add(1);
			page = 0;
		}
		let left = (block <= now).then_some((block, page));
		if left != carried {
			CarryOver::<T>::set(left);
		}
	}

	/// Works off one page; returns whether it is done.
	fn drain_page(
		block: BlockNumber,
		page: u32,
		now: BlockNumber,
		meter: &mut WeightMeter,
	) -> bool {
		if meter.try_consume(T::WeightInfo::agenda_page()).is_err() {
			return false;
		}
		let mut tasks = Agenda::<T>::take(block, page).into_inner().into_iter();
		let dearest = Self::dearest_task();
		// Asked before the next task is taken out: what cannot be paid stays.
		while meter.can_consume(dearest) {
			let Some(task) = tasks.next() else { return true };
			meter.consume(Self::perform(task, now));
		}
		let left = TaskPage::truncate_from(tasks.collect());
		if left.is_empty() {
			return true;
		}
		Agenda::<T>::insert(block, page, left);
		false
	}

	/// Does one task; returns its weight.
	pub(crate) fn perform(task: Task, now: BlockNumber) -> Weight {
		match task {
			Task::Check(node) => Self::check(node, now),
			Task::Apply(node, evidence) => {
				Self::apply_slash(node, evidence, now);
				Self::apply_weight()
			},
			Task::Forget(node, evidence) => {
				UsedEvidence::<T>::remove(node, evidence);
				T::WeightInfo::forget_evidence()
			},
		}
	}

	/// Looks whether a node is silent.
	pub(crate) fn check(node: NodeId, now: BlockNumber) -> Weight {
		let Some(mut pulse) = Pulses::<T>::get(node) else {
			return T::WeightInfo::check_alive();
		};
		let silent_from = Parameters::<T>::get().silent_from(pulse.last);
		if silent_from > now {
			pulse.check_at = Some(Self::schedule(silent_from, Task::Check(node)));
			Pulses::<T>::insert(node, pulse);
			return T::WeightInfo::check_alive();
		}
		pulse.check_at = None;
		Pulses::<T>::insert(node, pulse);
		if let Some(mut record) = Nodes::<T>::get(node).filter(|record| record.takes_jobs()) {
			let silent = NodeStatus::Inactive(InactiveReason::MissedHeartbeats);
			Self::settle_status(node, &mut record, silent);
			T::Pool::lost(node);
		}
		Self::silence_weight()
	}
}
