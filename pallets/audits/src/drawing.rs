//! Who is audited: the draw, in the block after the decision.

use crate::{pallet::*, types::*, WeightInfo};
use concordat_primitives::{
	traits::{Audits, BlockRandomness, ClauseInspect, JobBoard},
	JobId, NodeId,
};
use frame_support::{
	pallet_prelude::{Get, Weight},
	weights::WeightMeter,
};

impl<T: Config> Audits for Pallet<T> {
	/// Only remembers the job: today's seed is known to whoever delivered today.
	fn decided(job: JobId, node: NodeId) {
		if Undrawn::<T>::try_append(Candidate { job, node }).is_err() {
			Totaled::<T>::mutate(|totals| {
				totals.overflowed = totals.overflowed.saturating_add(1);
			});
			let reason = SkipReason::Overflow;
			Self::deposit_event(Event::AuditSkipped { job, node, reason });
		}
	}

	fn weight() -> Weight {
		T::WeightInfo::decided()
	}
}

impl<T: Config> Pallet<T> {
	/// Weight of looking at the risk of a job that may have been drawn.
	pub(crate) fn look_weight() -> Weight {
		T::WeightInfo::look().saturating_add(T::Clauses::weight())
	}

	/// What the hook needs to get one job through, whatever waits.
	pub(crate) fn least_hook_weight() -> Weight {
		T::WeightInfo::hook_base()
			.saturating_add(T::WeightInfo::draw())
			.saturating_add(Self::look_weight())
			.saturating_add(Self::dearest_open_weight())
	}

	/// Draws what was decided and opens what was drawn, as far as `meter` allows; the rest waits for the next block.
	pub(crate) fn work_off(meter: &mut WeightMeter) {
		meter.consume(T::WeightInfo::hook_base());
		let undrawn = Undrawn::<T>::get();
		let mut waiting = Waiting::<T>::get();
		if undrawn.is_empty() && waiting.is_empty() {
			return;
		}
		let params = Parameters::<T>::get();
		let mut totals = Totaled::<T>::get();
		let was_waiting = waiting.len();
		// Room for one opening is kept back: draws that cost little must not keep audits waiting for ever.
		let keep = Self::dearest_open_weight();
		let left = Self::draw_all(&undrawn, &mut waiting, &params.rate, &mut totals, meter, keep);
		let done = Self::open_waiting(&waiting, &params, &mut totals, meter);
		if left.len() != undrawn.len() {
			Self::put_undrawn(left);
		}
		if done > 0 || waiting.len() != was_waiting {
			waiting.drain(..done.min(waiting.len()));
			if waiting.is_empty() {
				Waiting::<T>::kill();
			} else {
				Waiting::<T>::put(waiting);
			}
		}
		Totaled::<T>::put(totals);
	}

	fn put_undrawn(left: &[Candidate]) {
		if left.is_empty() {
			Undrawn::<T>::kill();
		} else {
			Undrawn::<T>::put(Undrawns::truncate_from(left.to_vec()));
		}
	}

	/// Draws with this block's seed; returns what is left to draw.
	fn draw_all<'a>(
		undrawn: &'a [Candidate],
		waiting: &mut Waitings,
		rates: &Rates,
		totals: &mut Totals,
		meter: &mut WeightMeter,
		keep: Weight,
	) -> &'a [Candidate] {
		if undrawn.is_empty() {
			return undrawn;
		}
		let seed = T::Randomness::seed(DRAW_DOMAIN);
		let most = T::WeightInfo::draw().saturating_add(Self::look_weight());
		let mut left = undrawn;
		while let Some((candidate, rest)) = left.split_first() {
			if !meter.can_consume(most.saturating_add(keep)) {
				break;
			}
			meter.consume(T::WeightInfo::draw());
			let number = candidate.draw(&seed);
			// Most are spared without a look at what they are.
			if number < rates.highest() {
				meter.consume(Self::look_weight());
			}
			if Self::is_drawn(candidate, number, rates) {
				totals.drawn = totals.drawn.saturating_add(1);
				if waiting.try_push(*candidate).is_err() {
					Self::skip(candidate, SkipReason::NoRoom, totals);
				}
			} else {
				totals.spared = totals.spared.saturating_add(1);
			}
			left = rest;
		}
		left
	}

	/// Whether the number that a job drew is below the rate of its class. One whose class nobody knows any more counts with
	/// the highest rate, so that it shows.
	pub(crate) fn is_drawn(candidate: &Candidate, number: u32, rates: &Rates) -> bool {
		if number >= rates.highest() {
			return false;
		}
		let risk = T::Jobs::terms(candidate.job)
			.and_then(|terms| T::Clauses::clause(&terms.clause))
			.map(|clause| clause.spec.risk);
		risk.is_none_or(|risk| number < rates.of(risk))
	}

	/// Opens from the head of the queue, as many as governance allows; returns how many are done with, opened or not.
	fn open_waiting(
		waiting: &[Candidate],
		params: &Params,
		totals: &mut Totals,
		meter: &mut WeightMeter,
	) -> usize {
		let (mut done, mut opened) = (0, 0);
		for candidate in waiting {
			let room =
				opened < params.max_per_block && totals.running() < params.max_running.into();
			if !room || !meter.can_consume(Self::dearest_open_weight()) {
				break;
			}
			let (result, weight) = Self::open_audit(candidate, totals);
			meter.consume(weight);
			match result {
				Ok(_) => opened += 1,
				Err(reason) => Self::skip(candidate, reason, totals),
			}
			done += 1;
		}
		done
	}

	fn skip(candidate: &Candidate, reason: SkipReason, totals: &mut Totals) {
		totals.skipped = totals.skipped.saturating_add(1);
		let Candidate { job, node } = *candidate;
		Self::deposit_event(Event::AuditSkipped { job, node, reason });
	}

	/// The account that pays for audits.
	pub(crate) fn account_id() -> concordat_primitives::AccountId {
		use sp_runtime::traits::AccountIdConversion;
		T::PalletId::get().into_account_truncating()
	}
}
