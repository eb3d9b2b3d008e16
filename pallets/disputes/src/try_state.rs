//! The invariants of the crate head, in code.

use crate::{
	Agenda, CameToNothing, CarryOver, Config, DisputeClass, DisputeStatus, Disputes, Equivocations,
	HoldReason, NextDispute, OpenOfAccount, OpenOfJob, Pallet, Parameters, Resolution,
};
use alloc::collections::BTreeMap;
use concordat_primitives::{AccountId, Balance, JobId};
use frame_support::{
	ensure,
	traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_bonds()?;
		Self::try_state_open()?;
		Self::try_state_records()?;
		ensure!(
			Parameters::<T>::get().is_valid(T::Currency::minimum_balance()),
			"invalid parameters"
		);
		Ok(())
	}

	/// 1 and 4.
	fn try_state_bonds() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, (Balance, u32)>::new();
		for record in Disputes::<T>::iter_values() {
			ensure!(record.forfeit <= record.bond, "nobody stands to lose more than the bond");
			let Some(opener) = record.opener else { continue };
			let (sum, count) = owed.entry(opener).or_default();
			if record.status.open_until().is_some() {
				*sum = sum.saturating_add(record.bond);
				*count = count.saturating_add(1);
			}
		}
		for (opener, (sum, count)) in &owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::DisputeBond.into(), opener) == *sum,
				"what is on hold is the sum of the bonds of open disputes"
			);
			ensure!(
				OpenOfAccount::<T>::get(opener) == *count,
				"the count of an account's open disputes is right"
			);
		}
		for (opener, count) in OpenOfAccount::<T>::iter() {
			ensure!(count > 0 && owed.contains_key(&opener), "only who has disputes open counts");
		}
		Ok(())
	}

	/// 2 and 3.
	fn try_state_open() -> Result<(), TryRuntimeError> {
		let mut open = 0;
		for (id, record) in Disputes::<T>::iter() {
			let Some(until) = record.status.open_until() else { continue };
			open += 1;
			ensure!(
				OpenOfJob::<T>::get(record.job) == Some(id),
				"an open dispute stands under its job"
			);
			ensure!(
				Agenda::<T>::contains_key(until, id),
				"an open dispute stands on the agenda at its timeout"
			);
		}
		ensure!(OpenOfJob::<T>::iter().count() == open, "only open disputes stand under jobs");
		ensure!(Agenda::<T>::iter().count() == open, "only open disputes stand on the agenda");
		let first = CarryOver::<T>::get().unwrap_or_else(Self::now);
		ensure!(
			Agenda::<T>::iter_keys().all(|(until, _)| until >= first),
			"nothing on the agenda is left behind"
		);
		Ok(())
	}

	/// 5, 6 and 7.
	fn try_state_records() -> Result<(), TryRuntimeError> {
		let next = NextDispute::<T>::get();
		let (mut records, mut proven) = (0u32, 0usize);
		let mut nothing = BTreeMap::<JobId, u32>::new();
		for (id, record) in Disputes::<T>::iter() {
			records = records.saturating_add(1);
			ensure!(id < next, "numbers are below the next one");
			ensure!(
				record.opener.is_some()
					|| (record.bond == 0 && record.class == DisputeClass::Security),
				"what nobody opened has no bond and is about security"
			);
			match record.status {
				DisputeStatus::Resolved {
					resolution: Resolution::Equivocation { node, attempt },
					..
				} => {
					proven += 1;
					ensure!(record.opener.is_none(), "an equivocation has no opener");
					ensure!(
						Equivocations::<T>::get((node, record.job, attempt)) == Some(id),
						"an equivocation is known"
					);
				},
				DisputeStatus::Resolved { resolution, .. }
					if record.opener.is_some() && resolution.came_to_nothing() =>
				{
					*nothing.entry(record.job).or_default() += 1;
				},
				DisputeStatus::Open { .. } | DisputeStatus::Resolved { .. } => (),
			}
		}
		ensure!(records == next, "as many disputes as numbers");
		ensure!(Equivocations::<T>::iter().count() == proven, "no other equivocation is known");
		ensure!(
			CameToNothing::<T>::iter().collect::<BTreeMap<_, _>>() == nothing,
			"the count of disputes that came to nothing is right"
		);
		Ok(())
	}
}
