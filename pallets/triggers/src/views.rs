//! What clients read.

use crate::{
	firing::Chain, Allowances, Config, Firings, Forecast, Forecasts, NextSource, NextTrigger,
	Orders, Pallet, QuotaScope, QuotaView, ReadingsOf, Sources, Triggers, Watchers,
};
use alloc::vec::Vec;
use concordat_primitives::{
	bundle::{
		reading::SourceId,
		resolve,
		trigger::{Cause, TriggerId, TriggerStatus},
		BundleError,
	},
	job::PauseSubject,
	views::{Page, SourceView, TriggerView, MAX_PAGE},
};

/// Most forecasts that a view looks at.
const MAX_LOOKED_AT: usize = 1_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_trigger(id: TriggerId) -> Option<TriggerView> {
		let trigger = Triggers::<T>::get(id)?;
		let order = Orders::<T>::get(id)?;
		let next_window = trigger
			.condition
			.window(trigger.next_window)
			.filter(|_| trigger.status == TriggerStatus::Active);
		Some(TriggerView {
			id,
			owner: trigger.owner.clone(),
			spec: trigger.spec(order),
			status: trigger.status,
			counts: trigger.counts,
			last_fired: trigger.last_fired,
			next_window,
			firings: Firings::<T>::get(id).into_inner(),
			deposit: trigger.deposit,
		})
	}

	pub(crate) fn view_source(id: SourceId) -> Option<SourceView> {
		let source = Sources::<T>::get(id)?;
		let readings = ReadingsOf::<T>::get(id);
		let fresh = readings.last().is_some_and(|reading| {
			Self::now().saturating_sub(reading.observed_at) <= source.spec.max_age
		});
		Some(SourceView {
			id,
			owner: source.owner,
			spec: source.spec,
			last: source.last,
			kept: readings.len() as u32,
			fresh,
			watchers: Watchers::<T>::decode_len(id).unwrap_or(0) as u32,
			deposit: source.deposit,
		})
	}

	pub(crate) fn page_of_triggers(from: TriggerId, limit: u32) -> Page<TriggerView> {
		page(from, limit, NextTrigger::<T>::get(), Self::view_trigger)
	}

	pub(crate) fn page_of_sources(from: SourceId, limit: u32) -> Page<SourceView> {
		page(from, limit, NextSource::<T>::get(), Self::view_source)
	}

	pub(crate) fn preview(id: TriggerId) -> Option<Result<Vec<u8>, BundleError>> {
		let order = Orders::<T>::get(id)?;
		Some(resolve(&order.input, &Chain::<T>::at(Self::now(), &Cause::Manual)))
	}

	pub(crate) fn view_quota(scope: &QuotaScope) -> Option<QuotaView> {
		let allowance = Allowances::<T>::get(scope)?;
		let now = Self::now();
		let (left, burst_left) = allowance.bucket.at_block(now).jobs();
		Some(QuotaView {
			quota: allowance.bucket.quota,
			left,
			burst_left,
			burst_until: allowance.burst_until.filter(|until| now < *until),
		})
	}

	pub(crate) fn view_forecasts() -> Vec<(PauseSubject, Forecast)> {
		let now = Self::now();
		Forecasts::<T>::iter()
			.take(MAX_LOOKED_AT)
			.filter(|(_, forecast)| forecast.holds(now))
			.take(MAX_PAGE as usize)
			.collect()
	}
}

/// The rows from number `from` on that there are, looking at no more than `limit` numbers: a page may be short, or empty,
/// and have a next one all the same.
fn page<V>(from: u32, limit: u32, end: u32, view: impl Fn(u32) -> Option<V>) -> Page<V> {
	let to = from.saturating_add(limit.clamp(1, MAX_PAGE)).min(end);
	Page { items: (from..to).filter_map(view).collect(), next: (to < end).then_some(to.into()) }
}
