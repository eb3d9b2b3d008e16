//! From the lock to the execution: the scheduler and the Root origin.

use crate::{
	task_name, BoundedCallOf, Call, CallOf, Config, Error, Event, Pallet, ProposalId,
	ProposalStatus, Proposals, WeightInfo,
};
use concordat_primitives::{receipt::Operation, traits::ReceiptSink, BlockNumber};
use frame_support::{
	dispatch::{
		DispatchClass, DispatchResult, DispatchResultWithPostInfo, GetDispatchInfo,
		PostDispatchInfo,
	},
	ensure,
	traits::{
		schedule::{v3::Named, DispatchTime, HARD_DEADLINE},
		Get, QueryPreimage, StorePreimage,
	},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{
	traits::{Dispatchable, Zero},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	/// What an enactment weighs on top of its call.
	pub fn enact_overhead() -> Weight {
		T::WeightInfo::enact().saturating_add(T::Receipts::weight())
	}

	/// Has the scheduler call `enact` as Root.
	pub(crate) fn schedule(id: ProposalId, at: BlockNumber, enact: Call<T>) -> DispatchResult {
		let call = T::Preimages::bound(CallOf::<T>::from(enact))?;
		T::Scheduler::schedule_named(
			task_name(id),
			DispatchTime::At(at.into()),
			None,
			HARD_DEADLINE,
			RawOrigin::Root.into(),
			call,
		)
		.map(drop)
		.map_err(|_| Error::<T>::ScheduleFull.into())
	}

	/// Takes an enactment back. Once it is due, the scheduler may no longer find it by its name;
	/// `enact` then refuses, because the proposal is not approved any more.
	pub(crate) fn unschedule(id: ProposalId) {
		let _ = T::Scheduler::cancel_named(task_name(id));
	}

	pub(crate) fn do_enact(id: ProposalId, call_weight: Weight) -> DispatchResultWithPostInfo {
		let proposal = Proposals::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		let ProposalStatus::Approved { enact_at } = proposal.status else {
			return Err(Error::<T>::NotApproved.into());
		};
		let now = Self::now();
		ensure!(now >= enact_at, Error::<T>::StillLocked);

		let (call_hash, call) = (proposal.call_hash, Self::take_call(&proposal.call));
		// The record is final before the call runs: whatever the call does to this pallet, it finds
		// itself enacted.
		Self::finish(id, proposal, ProposalStatus::Enacted { ok: false, at: now });
		let (result, used) = match call {
			Ok((call, len)) => Self::execute(call, len, call_weight),
			Err(error) => (Err(error), call_weight),
		};
		let ok = result.is_ok();
		// Unless the call made so many proposals end that this one is forgotten already.
		Proposals::<T>::mutate_extant(id, |proposal| {
			proposal.status = ProposalStatus::Enacted { ok, at: now }
		});
		T::Receipts::append(Operation::Enacted { proposal: id, call: call_hash, ok });
		Self::deposit_event(Event::Enacted { proposal: id, call_hash, result });
		Ok(Some(Self::enact_overhead().saturating_add(used)).into())
	}

	/// The call and its length.
	fn take_call(call: &BoundedCallOf<T>) -> Result<(CallOf<T>, u32), DispatchError> {
		let (decoded, _) = T::Preimages::peek(call)?;
		Ok((decoded, call.len().unwrap_or_default()))
	}

	/// Dispatches as Root; the outcome and what it weighed, at most `reserved`.
	fn execute(call: CallOf<T>, len: u32, reserved: Weight) -> (DispatchResult, Weight) {
		let fetch = T::WeightInfo::fetch_call(len);
		// An upgrade may have made the call heavier since it was proposed.
		let declared = call.get_dispatch_info().call_weight.saturating_add(fetch);
		if !declared.all_lte(T::MaxCallWeight::get()) {
			return (Err(DispatchError::Exhausted), fetch);
		}
		let (post, result) = match call.dispatch(RawOrigin::Root.into()) {
			Ok(post) => (post, Ok(())),
			Err(error) => (error.post_info, Err(error.error)),
		};
		let PostDispatchInfo { actual_weight, .. } = post;
		let used =
			actual_weight.map_or(declared, |actual| actual.saturating_add(fetch).min(declared));
		let excess = used.saturating_sub(reserved);
		if !excess.is_zero() {
			frame_system::Pallet::<T>::register_extra_weight_unchecked(
				excess,
				DispatchClass::Mandatory,
			);
		}
		(result, used.min(reserved))
	}
}
