//! The agenda: what is due at a block. Nothing is ever searched for, nothing is ever dropped.
//!
//! Each block has pages of 256 items. A full page is followed by the next one, so that adding an item costs the
//! same however much is due at that block. The hook works off pages in order under its meter and remembers its
//! place in a cursor; what does not fit spills over to the next block. Items are checked when they fire:
//! one that no longer applies costs a read.

use crate::{pallet::*, schedule_impls::Context, types::*, WeightInfo};
use concordat_primitives::{
	job::JobStatus,
	traits::{ClauseInspect, ClauseJobs, JobListener},
	BlockNumber, JobId,
};
use frame_support::weights::{Weight, WeightMeter};

impl<T: Config> Pallet<T> {
	/// Puts an item on the agenda: at `at`, at the earliest in the next block.
	pub(crate) fn arm(at: BlockNumber, item: AgendaItem) {
		let at = at.max(Self::now().saturating_add(1));
		let page = LastPages::<T>::get(at);
		if Agenda::<T>::try_append(at, page, item.clone()).is_err() {
			let page = page.saturating_add(1);
			LastPages::<T>::insert(at, page);
			let mut items = AgendaPage::default();
			items.force_push(item);
			Agenda::<T>::insert(at, page, items);
		}
	}

	/// Works off what is due, as far as the meter goes.
	pub(crate) fn drain_agenda(ctx: &Context, meter: &mut WeightMeter) {
		let mut cursor =
			AgendaCursor::<T>::get().unwrap_or(Cursor { block: ctx.now, ..Default::default() });
		let dearest = Self::weight_of_dearest_item();
		'pages: while cursor.block <= ctx.now {
			if meter.try_consume(T::WeightInfo::agenda_page()).is_err() {
				break;
			}
			let items = Agenda::<T>::get(cursor.block, cursor.page);
			for item in items.iter().skip(cursor.index as usize) {
				if !meter.can_consume(dearest) {
					break 'pages;
				}
				meter.consume(Self::fire(item, ctx));
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
	pub(crate) fn fire(item: &AgendaItem, ctx: &Context) -> Weight {
		match *item {
			AgendaItem::Deadline { job, attempt, node } => {
				Self::seat_deadline(job, attempt, node, ctx)
			},
			AgendaItem::Expiry { job } => Self::expire(job, ctx),
			AgendaItem::Seal { job, round } => Self::seal_overdue(job, round, ctx),
			AgendaItem::Wake { job } => Self::wake(job, ctx),
			AgendaItem::Prune { job } => Self::prune(job, ctx),
		}
	}

	fn expire(id: JobId, ctx: &Context) -> Weight {
		let Some(job) = Jobs::<T>::get(id) else { return T::WeightInfo::agenda_stale() };
		if !job.is_live() || job.expires_at > ctx.now {
			return T::WeightInfo::agenda_stale();
		}
		let Some(order) = Orders::<T>::get(id) else { return T::WeightInfo::agenda_stale() };
		let seats = job.seats.len() as u32;
		Self::end(id, job, &order, JobStatus::Expired);
		Self::failing(seats)
	}

	fn wake(id: JobId, ctx: &Context) -> Weight {
		let (Some(mut job), Some(order)) = (Jobs::<T>::get(id), Orders::<T>::get(id)) else {
			return T::WeightInfo::agenda_stale();
		};
		if !job.stands_aside() {
			return T::WeightInfo::agenda_stale();
		}
		let paused = job.status == JobStatus::Paused;
		let held = if paused { Self::held_back(&order, ctx) } else { None };
		match held {
			Some(until) => Self::arm(until, AgendaItem::Wake { job: id }),
			None => {
				Self::leave_queue(&mut job, order.class);
				Self::set_status(&mut job, JobStatus::Pending);
				Self::enqueue_back(id, &mut job, order.class);
				Jobs::<T>::insert(id, job);
				if paused {
					Self::deposit_event(Event::JobResumed { job: id });
				}
			},
		}
		Self::weight_of_wake()
	}

	fn weight_of_wake() -> Weight {
		T::WeightInfo::wake().saturating_add(T::Clauses::weight())
	}

	fn prune(id: JobId, ctx: &Context) -> Weight {
		let Some(mut job) = Jobs::<T>::get(id) else { return T::WeightInfo::agenda_stale() };
		let due = job.prune_at.is_some_and(|at| at <= ctx.now);
		if !due || job.status == JobStatus::Disputed {
			return T::WeightInfo::agenda_stale();
		}
		let Some(order) = Orders::<T>::get(id) else { return T::WeightInfo::agenda_stale() };
		Self::drop_input(id, &mut job, &order);
		let stub = JobStub {
			status: job.status,
			receipt: job.receipt,
			output: job.output,
			ended_at: job.ended_at.unwrap_or(ctx.now),
		};
		Jobs::<T>::remove(id);
		Orders::<T>::remove(id);
		Stubs::<T>::insert(id, stub);
		Self::deposit_event(Event::JobPruned { job: id });
		T::Listener::pruned(id);
		let group = Self::leave_group(id, &order);
		Self::weight_of_prune(T::ClauseJobs::job_pruned(&order.clause)).saturating_add(group)
	}

	fn weight_of_prune(clause: Weight) -> Weight {
		T::WeightInfo::prune()
			.saturating_add(T::Listener::weight_of_pruning())
			.saturating_add(clause)
	}

	/// Weight of the dearest item there is.
	pub(crate) fn weight_of_dearest_item() -> Weight {
		let most = concordat_primitives::clause::MAX_VOTERS;
		// A seat that is lost may open the reveals or be one that was withheld; it may end the round, and in the hands of the
		// listener decide the job or call a committee.
		Self::weight_of_stand_in()
			.saturating_add(Self::weight_of_most_backups())
			.saturating_add(T::WeightInfo::committed().max(T::Listener::weight_of_withholding()))
			.saturating_add(
				Self::failing(most)
					.saturating_add(Self::weight_of_committee())
					.max(Self::settling_and_receipt(most)),
			)
			.max(
				Self::weight_of_prune(T::ClauseJobs::weight_of_pruning())
					.saturating_add(Self::weight_of_group()),
			)
			.max(Self::weight_of_wake())
			.max(T::WeightInfo::look_again())
			.max(T::WeightInfo::agenda_stale())
	}
}
