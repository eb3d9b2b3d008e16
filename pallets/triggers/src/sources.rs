//! Sources and their readings.

use crate::{
	Config, Due, Error, Event, FreeReadings, HoldReason, NextSource, Pallet, Parameters,
	ReadingsOf, Source, Sources, Triggers, Watchers,
};
use concordat_primitives::{
	bundle::{
		reading::{KeptReading, OracleSignatures, Reading, SourceId, SourceSpec},
		trigger::Cause,
	},
	traits::GenesisHash,
	AccountId,
};
use frame_support::ensure;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_source(owner: AccountId, spec: SourceSpec) -> DispatchResult {
		spec.check().map_err(Error::<T>::from)?;
		let deposit = Parameters::<T>::get().source_deposit;
		Self::hold(HoldReason::Deposit, &owner, deposit)?;
		let source = NextSource::<T>::mutate(|next| {
			let source = *next;
			*next = next.saturating_add(1);
			source
		});
		let record = Source { owner: owner.clone(), spec, last: None, last_free: None, deposit };
		Sources::<T>::insert(source, record);
		Self::deposit_event(Event::SourceRegistered { source, owner });
		Ok(())
	}

	pub(crate) fn do_update_source(
		who: AccountId,
		source: SourceId,
		spec: SourceSpec,
	) -> DispatchResult {
		spec.check().map_err(Error::<T>::from)?;
		let mut record = Self::own_source(&who, source)?;
		ensure!(record.spec.kind == spec.kind, Error::<T>::KindFixed);
		record.spec = spec;
		Sources::<T>::insert(source, record);
		ReadingsOf::<T>::remove(source);
		Self::deposit_event(Event::SourceUpdated { source });
		Ok(())
	}

	pub(crate) fn do_retire_source(who: AccountId, source: SourceId) -> DispatchResult {
		let record = Self::own_source(&who, source)?;
		Self::release(HoldReason::Deposit, &who, record.deposit)?;
		Sources::<T>::remove(source);
		ReadingsOf::<T>::remove(source);
		Self::deposit_event(Event::SourceRetired { source });
		Ok(())
	}

	fn own_source(who: &AccountId, source: SourceId) -> Result<Source, DispatchError> {
		let record = Sources::<T>::get(source).ok_or(Error::<T>::SourceUnknown)?;
		ensure!(record.owner == *who, Error::<T>::NotSourceOwner);
		Ok(record)
	}

	/// Takes a reading; returns how many triggers were looked at, and whether it costs nothing.
	pub(crate) fn do_post_reading(
		reading: Reading,
		signatures: &OracleSignatures,
	) -> Result<(u32, bool), DispatchError> {
		let source = Sources::<T>::get(reading.source).ok_or(Error::<T>::SourceUnknown)?;
		let genesis = T::Genesis::genesis_hash();
		source
			.spec
			.examine(&reading, &genesis, source.last, Self::now())
			// The signatures last: they are the dearest.
			.and_then(|()| source.spec.verify(&reading, signatures))
			.map_err(Error::<T>::from)?;
		Ok(Self::accept(source, reading))
	}

	/// Keeps a reading that was verified, and sets off what it sets off.
	pub(crate) fn accept(mut source: Source, reading: Reading) -> (u32, bool) {
		let now = Self::now();
		let Reading { source: id, sequence, value, observed_at, observed_ms, .. } = reading;
		let kept = KeptReading { sequence, value, observed_at, observed_ms };
		let readings = ReadingsOf::<T>::mutate(id, |readings| {
			if readings.is_full() {
				readings.remove(0);
			}
			readings.force_push(kept.clone());
			readings.clone()
		});
		let free = Self::is_free(&mut source);
		source.last = Some((sequence, observed_at));

		let (mut watchers, mut triggers) = (0u32, 0u32);
		for id in Watchers::<T>::get(id) {
			watchers = watchers.saturating_add(1);
			let Some(mut trigger) = Triggers::<T>::get(id) else { continue };
			let max_age = source.spec.max_age;
			if !trigger.is_ready(now) || !trigger.condition.is_met(&readings, max_age) {
				continue;
			}
			trigger.pending = true;
			Triggers::<T>::insert(id, trigger);
			Self::set_off(id, Cause::Reading { sequence });
			triggers = triggers.saturating_add(1);
		}
		Sources::<T>::insert(id, source);
		Self::deposit_event(Event::ReadingPosted { source: id, reading: kept, triggers });
		(watchers, free)
	}

	/// Puts a firing on the agenda of the next block.
	pub(crate) fn set_off(trigger: concordat_primitives::bundle::trigger::TriggerId, cause: Cause) {
		Self::arm(0, Due::Firing { trigger, cause, tries: 0 });
		Self::deposit_event(Event::TriggerSetOff { trigger, cause });
	}

	/// Whether a reading costs nothing: the source and the block have one left. It is used up.
	fn is_free(source: &mut Source) -> bool {
		let now = Self::now();
		let params = Parameters::<T>::get();
		let rested = |last| now >= params.free_interval.saturating_add(last);
		if !source.last_free.is_none_or(rested) {
			return false;
		}
		let (block, used) = FreeReadings::<T>::get();
		let used = if block == now { used } else { 0 };
		if used >= params.free_per_block {
			return false;
		}
		FreeReadings::<T>::put((now, used.saturating_add(1)));
		source.last_free = Some(now);
		true
	}
}
