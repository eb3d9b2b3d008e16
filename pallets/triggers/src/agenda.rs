//! The hook: what is due, under a meter. What does not fit in a block is left to the next one, in its order of blocks.

use crate::{
	Agenda, CarryOver, Config, Due, Error, Pallet, Parameters, Params, WeightInfo, MAX_DEPENDANTS,
};
use concordat_primitives::{
	bundle::{MAX_BUNDLE_BYTES, MAX_PARTS},
	traits::{block_number, CredentialInspect, JobOpener, JobSwitches, ReceiptSink},
	BlockNumber,
};
use frame_support::{
	ensure,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Now.
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// Puts something on the agenda: at `at`, at the earliest in the next block. Returns the block.
	pub(crate) fn arm(at: BlockNumber, due: Due) -> BlockNumber {
		let at = at.max(Self::now().saturating_add(1));
		Agenda::<T>::insert(at, due, ());
		at
	}

	/// Works off what is due, as far as this block has room. Returns the weight.
	pub(crate) fn work_off() -> Weight {
		let mut meter = WeightMeter::with_limit(Self::hook_limit(&Parameters::<T>::get()));
		// What decides whether there is anything to do is charged in any case.
		meter.consume(T::WeightInfo::hook_base());
		Self::sweep(Self::now(), &mut meter);
		meter.consumed()
	}

	/// Works off every block from the first unfinished one to `now`, as far as `meter` allows.
	pub(crate) fn sweep(now: BlockNumber, meter: &mut WeightMeter) {
		let carried = CarryOver::<T>::get();
		let mut block = carried.unwrap_or(now);
		while block <= now && Self::sweep_block(block, now, meter) {
			block = block.saturating_add(1);
		}
		let left = (block <= now).then_some(block);
		if left != carried {
			CarryOver::<T>::set(left);
		}
	}

	/// Works off one block; returns whether it is done.
	fn sweep_block(block: BlockNumber, now: BlockNumber, meter: &mut WeightMeter) -> bool {
		if meter.try_consume(T::WeightInfo::hook_block()).is_err() {
			return false;
		}
		let dearest = Self::weight_of_dearest_firing();
		for due in Agenda::<T>::iter_key_prefix(block) {
			// Asked for what is there: that nothing is left is known without room for it.
			if !meter.can_consume(dearest) {
				return false;
			}
			// As draining does: the entry that the iterator stands on may go.
			Agenda::<T>::remove(block, &due);
			meter.consume(Self::take_up(due, now));
		}
		true
	}

	/// What the hook may use of a block.
	pub(crate) fn hook_limit(params: &Params) -> Weight {
		let block = T::BlockWeights::get().max_block;
		Weight::from_parts(
			(block.ref_time() / 100).saturating_mul(params.hook_share.into()),
			(block.proof_size() / 100).saturating_mul(params.hook_share.into()),
		)
	}

	/// Whether the parameters make sense, and leave the hook room for its dearest step.
	pub(crate) fn ensure_params(params: &Params) -> DispatchResult {
		ensure!(params.are_valid(), Error::<T>::ParamsInvalid);
		let least = T::WeightInfo::hook_base()
			.saturating_add(T::WeightInfo::hook_block())
			.saturating_add(Self::weight_of_dearest_firing());
		ensure!(least.all_lte(Self::hook_limit(params)), Error::<T>::ParamsInvalid);
		Ok(())
	}

	/// Weight of a firing that reads `parts` parts, asks about `credentials`, and opens a job with so many bytes, if it does.
	pub(crate) fn weight_of_firing(parts: u32, credentials: u32, input: Option<u32>) -> Weight {
		let opening = input.map_or_else(Weight::zero, |bytes| {
			T::Jobs::weight_of_opening(bytes).saturating_add(T::Receipts::weight())
		});
		T::WeightInfo::firing(parts)
			.saturating_add(T::Credentials::weight().saturating_mul(credentials.into()))
			.saturating_add(opening)
	}

	/// The most that one firing can weigh.
	pub(crate) fn weight_of_dearest_firing() -> Weight {
		Self::weight_of_firing(MAX_PARTS, MAX_PARTS, Some(MAX_BUNDLE_BYTES))
	}

	/// Weight of posting a reading with so many signatures for so many triggers.
	pub(crate) fn weight_of_posting(signatures: usize, watchers: u32) -> Weight {
		T::WeightInfo::post_reading(watchers)
			.saturating_add(T::WeightInfo::verify_signature().saturating_mul(signatures as u64))
	}

	/// Weight of a call about a forecast, with all who are asked and told.
	pub(crate) fn weight_of_forecast(own: Weight) -> Weight {
		own.saturating_add(T::Switches::weight())
			.saturating_add(T::Receipts::weight())
			.saturating_add(<T::Clauses as concordat_primitives::traits::ClauseInspect<
				concordat_primitives::AccountId,
			>>::weight())
	}

	/// Weight of hearing that a job ended.
	pub(crate) fn weight_of_end() -> Weight {
		T::WeightInfo::job_ended(MAX_DEPENDANTS)
	}
}
