//! The hook: works off what falls due with measurements, tells of leases that expire in this block, forgets old
//! challenges, and goes on judging leases again, all under one meter.

use crate::{
	Agenda, CarryOver, Config, Leases, LossCause, MeasurementAgenda, Pallet, UsedChallenges,
	WeightInfo, LOG_TARGET,
};
use concordat_primitives::{BlockNumber, LeaseId};
use frame_support::{pallet_prelude::Weight, weights::WeightMeter};

impl<T: Config> Pallet<T> {
	/// What the hook needs to get one entry further, whatever block it is in.
	pub(crate) fn least_hook_weight() -> Weight {
		T::WeightInfo::sweep_base()
			.saturating_add(T::WeightInfo::sweep_block())
			.saturating_add(T::WeightInfo::reassess_base())
			.saturating_add(
				T::WeightInfo::lapse_lease()
					.max(T::WeightInfo::forget_challenge())
					.max(T::WeightInfo::measurement_due())
					.max(T::WeightInfo::reassess_lease()),
			)
	}

	/// Works off every block from the first unfinished one to `now`, as far as `meter` allows.
	pub(crate) fn sweep(now: BlockNumber, meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::sweep_base()).is_err() {
			log::error!(target: LOG_TARGET, "the hook has no weight to look at its agenda");
			return;
		}
		let carried = CarryOver::<T>::get();
		let mut block = carried.unwrap_or(now);
		while block <= now && Self::sweep_block(block, meter) {
			block = block.saturating_add(1);
		}
		let left = (block <= now).then_some(block);
		if left != carried {
			CarryOver::<T>::set(left);
		}
		Self::continue_reassessment(meter);
	}

	/// Works off one block; returns whether it is done.
	fn sweep_block(block: BlockNumber, meter: &mut WeightMeter) -> bool {
		if meter.try_consume(T::WeightInfo::sweep_block()).is_err() {
			return false;
		}
		// Measurements first: there are few, and a sunset has to be postponed before anybody looks at it.
		let done = Self::drain(
			MeasurementAgenda::<T>::drain_prefix(block),
			T::WeightInfo::measurement_due(),
			meter,
			Self::measurement_due,
		) && Self::drain(
			Agenda::<T>::drain_prefix(block),
			T::WeightInfo::lapse_lease(),
			meter,
			Self::lapse,
		);
		if !done {
			return false;
		}
		// The last block in which the hash of block `b` could serve as a challenge is `b + kept`.
		match block.checked_sub(Self::hashes_kept().saturating_add(1)) {
			Some(old) => Self::drain(
				UsedChallenges::<T>::drain_prefix(old),
				T::WeightInfo::forget_challenge(),
				meter,
				|_| (),
			),
			None => true,
		}
	}

	/// Takes entries out one by one, at `cost` each; returns whether all are out.
	fn drain<K>(
		mut entries: impl Iterator<Item = (K, ())>,
		cost: Weight,
		meter: &mut WeightMeter,
		mut act: impl FnMut(K),
	) -> bool {
		// Asked before the next entry is taken out: an entry that cannot be paid stays.
		while meter.can_consume(cost) {
			let Some((key, ())) = entries.next() else { return true };
			meter.consume(cost);
			act(key);
		}
		false
	}

	/// A lease has expired. It stays on record until something takes its place.
	fn lapse(id: LeaseId) {
		match Leases::<T>::get(id) {
			Some(lease) => Self::tell_lost(&lease, LossCause::Expired),
			None => {
				log::error!(target: LOG_TARGET, "lease {id} is on the agenda but not on record")
			},
		}
	}
}
