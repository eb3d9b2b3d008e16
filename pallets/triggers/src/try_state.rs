//! The invariants of the crate head, in code.

use crate::{
	forecast::MAX_PAUSES, Agenda, Allowances, CarryOver, Config, Dependants, Due, Firings,
	Forecasts, HoldReason, NextSource, NextTrigger, Orders, Pallet, Parameters, Pausing,
	ReadingsOf, Sources, Triggers, Watchers,
};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{
	bundle::trigger::{Condition, TriggerStatus},
	AccountId, Balance,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_money()?;
		Self::try_state_sources()?;
		Self::try_state_triggers()?;
		Self::try_state_agenda()?;
		Self::try_state_bounds()?;
		Self::ensure_params(&Parameters::<T>::get()).map_err(|_| "invalid parameters")?;
		Ok(())
	}

	/// 1.
	fn try_state_money() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, (Balance, Balance)>::new();
		for source in Sources::<T>::iter_values() {
			owed.entry(source.owner).or_default().0 += source.deposit;
		}
		for trigger in Triggers::<T>::iter_values() {
			let entry = owed.entry(trigger.owner).or_default();
			entry.0 += trigger.deposit;
			entry.1 += trigger.funding;
		}
		for (account, (deposits, funding)) in owed {
			let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
			ensure!(
				held(HoldReason::Deposit) == deposits,
				"what is on hold is the sum of the deposits"
			);
			ensure!(
				held(HoldReason::Funding) == funding,
				"what is set aside is the sum of the funding"
			);
		}
		Ok(())
	}

	/// 2.
	fn try_state_sources() -> Result<(), TryRuntimeError> {
		for (id, source) in Sources::<T>::iter() {
			ensure!(id < NextSource::<T>::get(), "sources have numbers below the next one");
			ensure!(source.spec.check().is_ok(), "a source is sound");
		}
		for (id, readings) in ReadingsOf::<T>::iter() {
			let source = Sources::<T>::get(id).ok_or("readings have a source")?;
			let in_order = readings.windows(2).all(|pair| {
				pair[0].sequence < pair[1].sequence && pair[0].observed_at <= pair[1].observed_at
			});
			ensure!(in_order, "readings are in their order");
			let last = readings.last().map(|reading| (reading.sequence, reading.observed_at));
			ensure!(last == source.last, "the newest reading is the last one");
		}
		Ok(())
	}

	/// 3.
	fn try_state_triggers() -> Result<(), TryRuntimeError> {
		let (mut watching, mut waiting, mut count) = (0, 0, 0);
		for (id, trigger) in Triggers::<T>::iter() {
			count += 1;
			ensure!(id < NextTrigger::<T>::get(), "triggers have numbers below the next one");
			let order = Orders::<T>::get(id).ok_or("a trigger has an order")?;
			ensure!(order.input.check().is_ok(), "its bundle can be made");
			ensure!(
				order.constraints.trigger == trigger.condition.kind(),
				"its jobs say what sets them off"
			);
			ensure!(trigger.counts.opened <= trigger.max_firings, "no more jobs than it may open");
			if let Some(source) = trigger.condition.source() {
				watching += 1;
				let listed = Watchers::<T>::get(source).iter().filter(|one| **one == id).count();
				ensure!(listed == 1, "it is in the list of its source");
			}
			if let Condition::Dependency { on } = &trigger.condition {
				waiting += 1;
				let list = Dependants::<T>::get(&trigger.owner, on);
				ensure!(
					list.iter().filter(|one| **one == id).count() == 1,
					"it is in the list of its clause"
				);
			}
			let firings = Firings::<T>::get(id);
			ensure!(
				firings.last().map_or(0, |record| record.firing) == trigger.counts.opened,
				"it remembers its last job"
			);
			ensure!(
				firings.windows(2).all(|pair| pair[0].firing + 1 == pair[1].firing),
				"firings are in their order"
			);
		}
		ensure!(Orders::<T>::iter_keys().count() == count, "as many orders as triggers");
		for id in Firings::<T>::iter_keys() {
			ensure!(Triggers::<T>::contains_key(id), "firings have a trigger");
		}
		let mut listed = 0;
		for list in Watchers::<T>::iter_values() {
			ensure!(!list.is_empty(), "no list is empty");
			listed += list.len();
		}
		ensure!(listed == watching, "no others are listed at sources");
		let mut listed = 0;
		for list in Dependants::<T>::iter_values() {
			ensure!(!list.is_empty(), "no list is empty");
			listed += list.len();
		}
		ensure!(listed == waiting, "no others wait");
		Ok(())
	}

	/// 4 and 5.
	fn try_state_agenda() -> Result<(), TryRuntimeError> {
		let frontier = CarryOver::<T>::get().unwrap_or_else(|| Self::now().saturating_add(1));
		let mut windows = 0;
		let mut under_way = BTreeSet::new();
		for (at, due, ()) in Agenda::<T>::iter() {
			ensure!(at >= frontier, "what is on the agenda has not been worked off");
			match due {
				Due::Window { trigger, window } => {
					windows += 1;
					let trigger = Triggers::<T>::get(trigger).ok_or("a window has a trigger")?;
					ensure!(
						trigger.armed == Some(at) && trigger.next_window == window,
						"a schedule knows its place"
					);
				},
				Due::Firing { trigger, .. } => {
					under_way.insert(trigger);
				},
			}
		}
		let mut armed = 0;
		for (id, trigger) in Triggers::<T>::iter() {
			ensure!(
				!trigger.pending || under_way.contains(&id),
				"a firing that others wait for is on the agenda"
			);
			if trigger.armed.is_some() {
				armed += 1;
			} else if trigger.status == TriggerStatus::Active {
				ensure!(
					!matches!(trigger.condition, Condition::Schedule { .. })
						|| trigger.condition.window(trigger.next_window).is_none(),
					"an active schedule with a window left is on the agenda"
				);
			}
		}
		ensure!(windows == armed, "each schedule is on the agenda once");
		Ok(())
	}

	/// 6.
	fn try_state_bounds() -> Result<(), TryRuntimeError> {
		for forecast in Forecasts::<T>::iter_values() {
			ensure!(forecast.history.len() <= MAX_PAUSES as usize, "few pauses are remembered");
			let apart = forecast.history.windows(2).all(|pair| pair[0].1 <= pair[1].0);
			let each = forecast.history.iter().all(|(from, until)| from < until);
			ensure!(apart && each, "pauses are in their order and apart");
		}
		let now = Self::now();
		for (subject, until) in Pausing::<T>::get().into_iter().filter(|(_, until)| *until > now) {
			let forecast = Forecasts::<T>::get(subject).ok_or("a pause has a forecast")?;
			ensure!(
				forecast.pauses && forecast.until == until && forecast.by.is_some(),
				"a pause that stands is somebody's forecast"
			);
		}
		for allowance in Allowances::<T>::iter_values() {
			ensure!(allowance.bucket.is_valid(), "a bucket holds no more than it can");
		}
		Ok(())
	}
}
