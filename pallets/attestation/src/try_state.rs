//! The invariants of the crate head, in code.

use crate::{
	ActiveMeasurements, Agenda, Anchors, CarryOver, Config, FirstOfRow, FormerKeys, LeaseOfKey,
	LeaseOfNode, LeaseOfPlatform, Leases, MeasurementStatus, Measurements, NextLease, Pallet,
	Parameters, SimulationAllowed, UsedChallenges, MAX_FORMER_KEYS,
};
use concordat_attestation::{AnchorKind, Vendor};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_leases()?;
		Self::try_state_rows()?;
		Self::try_state_keys()?;
		Self::try_state_agenda()?;
		Self::try_state_trust()?;
		Self::try_state_challenges()
	}

	fn try_state_leases() -> Result<(), TryRuntimeError> {
		let count = Leases::<T>::iter_keys().count();
		ensure!(Leases::<T>::count() as usize == count, "the counter counts leases");
		ensure!(LeaseOfNode::<T>::iter_keys().count() == count, "one node for each lease");
		ensure!(LeaseOfKey::<T>::iter_keys().count() == count, "one key for each lease");
		ensure!(LeaseOfPlatform::<T>::iter_keys().count() == count, "one platform for each lease");
		for (id, lease) in Leases::<T>::iter() {
			ensure!(lease.id == id && id < NextLease::<T>::get(), "numbers count up");
			ensure!(lease.expires_at > lease.issued_at, "a lease lives for a while");
			ensure!(LeaseOfNode::<T>::get(lease.node) == Some(id), "the node knows its lease");
			ensure!(LeaseOfKey::<T>::get(lease.signing_key) == Some(id), "the key knows its lease");
			ensure!(
				LeaseOfPlatform::<T>::get(lease.platform) == Some(id),
				"the platform knows its lease"
			);
		}
		Ok(())
	}

	fn try_state_rows() -> Result<(), TryRuntimeError> {
		for (node, first) in FirstOfRow::<T>::iter() {
			ensure!(
				LeaseOfNode::<T>::get(node).is_some_and(|present| first < present),
				"a row begins before the lease that its node has"
			);
		}
		Ok(())
	}

	fn try_state_keys() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		for (node, former) in FormerKeys::<T>::iter() {
			for (place, one) in former.iter().enumerate() {
				ensure!(
					former.iter().take(place).all(|other| other.key != one.key),
					"a node answers for a former key once"
				);
			}
			let Some(present) = Self::stored_lease_of_node(node) else { continue };
			let others = former
				.iter()
				.filter(|one| one.counts(now) && one.key != present.signing_key)
				.count();
			ensure!(
				others < MAX_FORMER_KEYS as usize,
				"there is room for the present key to become a former one"
			);
		}
		Ok(())
	}

	fn try_state_agenda() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		// Everything before this block is done; the block itself is done if the hook has run.
		let open = CarryOver::<T>::get().unwrap_or(now);
		for (block, id) in Agenda::<T>::iter_keys() {
			ensure!(
				Leases::<T>::get(id).is_some_and(|lease| lease.expires_at == block),
				"what is on the agenda expires in that block"
			);
			ensure!(block >= open, "nothing is left behind on the agenda");
		}
		for (id, lease) in Leases::<T>::iter() {
			ensure!(
				Agenda::<T>::contains_key(lease.expires_at, id) || lease.expires_at <= now,
				"a lease is on the agenda until it expires"
			);
		}
		Ok(())
	}

	fn try_state_trust() -> Result<(), TryRuntimeError> {
		ensure!(Parameters::<T>::get().is_valid(Self::hashes_kept()), "invalid parameters");
		let anchors = Anchors::<T>::get();
		for (place, anchor) in anchors.iter().enumerate() {
			ensure!(
				!anchors.iter().skip(place + 1).any(|other| other == anchor),
				"no anchor twice"
			);
			ensure!(
				anchor.kind == AnchorKind::Test || anchor.vendor != Vendor::Simulated,
				"a simulator is never trusted in production"
			);
		}
		if !SimulationAllowed::<T>::get() {
			ensure!(
				anchors.iter().all(|anchor| anchor.kind == AnchorKind::Production),
				"no test anchor without leave from genesis"
			);
			ensure!(
				Leases::<T>::iter_values().all(|lease| !lease.simulated),
				"no simulated lease without leave from genesis"
			);
		}
		let active = Measurements::<T>::iter_values()
			.filter(|status| matches!(status, MeasurementStatus::Active { .. }))
			.count();
		ensure!(
			ActiveMeasurements::<T>::get() as usize == active,
			"the count of active measurements is right"
		);
		Ok(())
	}

	fn try_state_challenges() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let open = CarryOver::<T>::get().unwrap_or(now);
		let oldest = open.saturating_sub(Self::hashes_kept().saturating_add(1));
		for (block, _) in UsedChallenges::<T>::iter_keys() {
			ensure!(block < now, "a used challenge is a block of the past");
			ensure!(block >= oldest, "old challenges are forgotten");
		}
		Ok(())
	}
}
