//! The invariants of the crate head, in code.

use crate::{
	measurements::due, ActiveMeasurements, Agenda, Anchors, Authorities, CarryOver, Config, Crls,
	Dossiers, FirstOfRow, FormerKeys, KnownKeys, LeaseOfKey, LeaseOfNode, LeaseOfPlatform, Leases,
	MeasurementAgenda, Measurements, NextLease, Pallet, Parameters, QeIdentities,
	SimulationAllowed, TcbInfos, UsedChallenges, MAX_FORMER_KEYS,
};
use concordat_attestation::AnchorKind;
use concordat_primitives::attest::MeasurementStatus;
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
		Self::try_state_collateral()?;
		Self::try_state_measurements()?;
		Self::try_state_challenges()
	}

	fn try_state_leases() -> Result<(), TryRuntimeError> {
		let count = Leases::<T>::iter_keys().count();
		ensure!(Leases::<T>::count() as usize == count, "the counter counts leases");
		ensure!(LeaseOfNode::<T>::iter_keys().count() == count, "one node for each lease");
		ensure!(LeaseOfKey::<T>::iter_keys().count() == count, "one key for each lease");
		ensure!(LeaseOfPlatform::<T>::iter_keys().count() == count, "one platform for each lease");
		ensure!(Dossiers::<T>::iter_keys().count() == count, "one dossier for each lease");
		ensure!(KnownKeys::<T>::iter_keys().count() == count, "certificates for each lease");
		for (id, lease) in Leases::<T>::iter() {
			ensure!(
				Dossiers::<T>::get(id).is_some_and(|dossier| {
					dossier.facts.platform() == lease.platform
						&& dossier.facts.vendor() == lease.vendor
				}),
				"a dossier is about the lease's platform"
			);
			ensure!(
				KnownKeys::<T>::contains_key(lease.node),
				"the certificates of a node with a lease are known"
			);
			ensure!(!lease.classes.is_empty(), "a lease is good for something");
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
		Ok(())
	}

	fn try_state_collateral() -> Result<(), TryRuntimeError> {
		let allowed = SimulationAllowed::<T>::get();
		let may = |kind| allowed || kind == AnchorKind::Production;
		for (place, posted) in Authorities::<T>::iter() {
			ensure!(posted.piece.fingerprint == place, "a certificate lies in its slot");
			ensure!(may(posted.piece.kind), "no simulated certificate without leave");
		}
		for (place, posted) in Crls::<T>::iter() {
			ensure!(posted.piece.issuer == place, "a revocation list lies in its slot");
			ensure!(may(posted.piece.kind), "no simulated revocation list without leave");
		}
		for ((root, tee, fmspc), posted) in TcbInfos::<T>::iter() {
			let one = posted.piece;
			ensure!(
				(one.signer.issuer, one.tee, one.fmspc) == (root, tee, fmspc),
				"TCB info lies in its slot"
			);
			ensure!(may(one.signer.kind), "no simulated TCB info without leave");
		}
		for ((root, tee), posted) in QeIdentities::<T>::iter() {
			let one = posted.piece;
			ensure!((one.signer.issuer, one.tee) == (root, tee), "QE identity lies in its slot");
			ensure!(may(one.signer.kind), "no simulated QE identity without leave");
		}
		Ok(())
	}

	fn try_state_measurements() -> Result<(), TryRuntimeError> {
		let active = Measurements::<T>::iter_values()
			.filter(|status| matches!(status, MeasurementStatus::Active { .. }))
			.count();
		ensure!(
			ActiveMeasurements::<T>::get() as usize == active,
			"the count of active measurements is right"
		);
		let mut expected = 0;
		for (measurement, status) in Measurements::<T>::iter() {
			let Some(due) = due(status) else { continue };
			expected += 1;
			ensure!(
				MeasurementAgenda::<T>::contains_key(due, measurement),
				"a measurement that changes by itself is on the agenda"
			);
		}
		ensure!(
			MeasurementAgenda::<T>::iter_keys().count() == expected,
			"nothing else is on the agenda of measurements"
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
