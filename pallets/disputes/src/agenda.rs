//! The hook: disputes that nobody judged in time resolve as wonky, under a meter.

use crate::{
	Agenda, CarryOver, Config, Dispute, Disputes, Pallet, Resolution, WeightInfo, LOG_TARGET,
};
use concordat_primitives::{
	traits::{JobBoard, ReceiptSink},
	Balance, BlockNumber, DisputeId,
};
use frame_support::{
	pallet_prelude::Weight, storage::with_storage_layer, traits::tokens::Precision,
	weights::WeightMeter,
};

impl<T: Config> Pallet<T> {
	/// What the hook needs to get one dispute further, whatever block it is in.
	pub(crate) fn least_hook_weight() -> Weight {
		T::WeightInfo::sweep_base()
			.saturating_add(T::WeightInfo::sweep_block())
			.saturating_add(Self::time_out_weight())
	}

	pub(crate) fn time_out_weight() -> Weight {
		T::WeightInfo::time_out()
			.saturating_add(T::Jobs::weight())
			.saturating_add(T::Receipts::weight())
	}

	/// Works off every block from the first unfinished one to `now`, as far as `meter` allows.
	pub(crate) fn sweep(now: BlockNumber, meter: &mut WeightMeter) {
		meter.consume(T::WeightInfo::sweep_base());
		let carried = CarryOver::<T>::get();
		let mut block = carried.unwrap_or(now);
		while block <= now && Self::sweep_block(block, meter) {
			block = block.saturating_add(1);
		}
		let left = (block <= now).then_some(block);
		if left != carried {
			CarryOver::<T>::set(left);
		}
	}

	/// Works off one block; returns whether it is done.
	fn sweep_block(block: BlockNumber, meter: &mut WeightMeter) -> bool {
		if meter.try_consume(T::WeightInfo::sweep_block()).is_err() {
			return false;
		}
		let cost = Self::time_out_weight();
		for dispute in Agenda::<T>::iter_key_prefix(block) {
			// What cannot be paid stays. That there is nothing left is known without paying, or a hook with
			// little room would stay behind for ever.
			if meter.try_consume(cost).is_err() {
				return false;
			}
			// As draining does: the entry that the iterator stands on may go.
			Agenda::<T>::remove(block, dispute);
			Self::time_out(dispute);
		}
		true
	}

	/// Nobody judged in time. This always succeeds: a dispute that stayed open would keep the job frozen.
	pub(crate) fn time_out(id: DisputeId) {
		let Some(record) = Disputes::<T>::get(id).filter(|d| d.status.open_until().is_some())
		else {
			log::error!(target: LOG_TARGET, "dispute {id} is on the agenda but not open");
			return;
		};
		if let Err(error) = with_storage_layer(|| T::Jobs::unfreeze(record.job, false)) {
			log::error!(target: LOG_TARGET, "job {} does not thaw: {error:?}", record.job);
		}
		let lost = Self::forfeit_share(id, &record);
		let rest = record.bond.saturating_sub(lost);
		if let Err(error) =
			with_storage_layer(|| Self::return_bond(id, &record, rest, Precision::BestEffort))
		{
			log::error!(target: LOG_TARGET, "the bond of dispute {id} is not returned: {error:?}");
		}
		Self::close(id, record, Resolution::TimedOut);
	}
	/// Takes what it costs to have stopped nodes at work for nothing; returns how much. What the treasury cannot take
	/// (so little that it could not exist of it) returns with the rest.
	fn forfeit_share(id: DisputeId, record: &Dispute) -> Balance {
		if record.forfeit == 0 {
			return 0;
		}
		let taken =
			with_storage_layer(|| Self::forfeit_bond(id, record, record.forfeit, Precision::Exact));
		match taken {
			Ok(()) => record.forfeit,
			Err(error) => {
				log::error!(target: LOG_TARGET, "dispute {id} costs nothing: {error:?}");
				0
			},
		}
	}
}
