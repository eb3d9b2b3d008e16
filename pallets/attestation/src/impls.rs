//! What the calls do, and what other pallets see.

use crate::{
	ActiveMeasurements, Agenda, Anchors, Config, Error, Event, FirstOfRow, FormerKey, FormerKeys,
	LeaseOfKey, LeaseOfNode, LeaseOfPlatform, Leases, LossCause, MeasurementStatus, Measurements,
	NextLease, Pallet, Parameters, SimulationAllowed, UsedChallenges, WeightInfo,
};
use concordat_attestation::{Anchor, AnchorKind, Claims, Evidence, Vendor, VerifyError};
use concordat_primitives::{
	attest::{EncryptionKey, Lease, LeaseRefusal, Measurement, SigningKey},
	receipt::Operation,
	traits::{block_number, GenesisHash, LeaseInspect, LeaseListener, NodeInspect, ReceiptSink},
	views::LeaseView,
	AccountId, BlockNumber, Hash, LeaseId, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get, Weight},
	traits::UnixTime,
};
use frame_system::pallet_prelude::BlockNumberFor;

impl<T: Config> From<VerifyError> for Error<T> {
	fn from(error: VerifyError) -> Self {
		match error {
			VerifyError::NoAnchor => Self::NoTrustedAnchor,
			VerifyError::BadSignature => Self::BadSignature,
			VerifyError::NotYetValid(_) => Self::EvidenceNotYetValid,
			VerifyError::Expired(_) => Self::EvidenceExpired,
			VerifyError::Debug => Self::DebugEnclave,
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// How many block hashes the chain remembers.
	pub(crate) fn hashes_kept() -> BlockNumber {
		block_number(<T as frame_system::Config>::BlockHashCount::get())
	}

	/// Weight of `attest` when it removes `displaced` dead leases of other nodes.
	pub(crate) fn attest_weight(displaced: u32) -> Weight {
		let per_lease = T::Listener::weight().saturating_add(T::Receipts::weight());
		T::WeightInfo::attest(displaced)
			.saturating_add(T::Nodes::weight())
			.saturating_add(per_lease)
			.saturating_add(
				per_lease.saturating_add(T::Nodes::weight()).saturating_mul(displaced.into()),
			)
	}

	/// Weight of a call that ends a lease.
	pub(crate) fn loss_weight(own: Weight) -> Weight {
		own.saturating_add(T::Listener::weight()).saturating_add(T::Receipts::weight())
	}

	pub(crate) fn ensure_controller(who: &AccountId, node: NodeId) -> Result<(), Error<T>> {
		let controller = T::Nodes::controller(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(controller == *who, Error::<T>::NotController);
		Ok(())
	}

	/// Grants a lease. Returns how many dead leases of other nodes had to go for it.
	pub(crate) fn do_attest(
		node: NodeId,
		evidence: &Evidence,
		signing_key: SigningKey,
		encryption_key: EncryptionKey,
		challenge: (BlockNumber, Hash),
	) -> Result<u32, Error<T>> {
		let now = Self::now();
		let params = Parameters::<T>::get();
		// Cheapest first: nothing is verified for a caller who fails a look-up.
		Self::check_challenge(node, challenge, params.challenge_window, now)?;
		let simulation = SimulationAllowed::<T>::get();
		ensure!(
			simulation || evidence.vendor() != Vendor::Simulated,
			Error::<T>::SimulationNotAllowed
		);
		let key_holder =
			Self::holder(LeaseOfKey::<T>::get(signing_key), node, now, Error::KeyInUse)?;
		let old = Self::stored_lease_of_node(node);
		Self::ensure_room_for(node, &signing_key, old.as_ref(), now)?;

		let seconds = T::Time::now().as_secs();
		let claims = concordat_attestation::verify(evidence, &Anchors::<T>::get(), seconds)?;
		ensure!(simulation || !claims.simulated, Error::<T>::SimulationNotAllowed);
		let bound_to = concordat_attestation::report_data(
			&Self::genesis_hash().0,
			node,
			&signing_key,
			&encryption_key,
			&challenge.1 .0,
		);
		ensure!(claims.report_data == bound_to, Error::<T>::ReportDataMismatch);
		let measurement = Measurements::<T>::get(claims.measurement)
			.filter(|status| status.counts(now))
			.ok_or(Error::<T>::MeasurementNotAllowed)?;
		ensure!(params.accepted_tcb.contains(&claims.tcb), Error::<T>::TcbNotAccepted);
		let platform_holder = Self::holder(
			LeaseOfPlatform::<T>::get(claims.platform),
			node,
			now,
			Error::PlatformInUse,
		)?;
		let expires_at = crate::expiry(
			now,
			params.lease_duration,
			claims.not_after.saturating_sub(seconds),
			measurement.ends(),
		);
		ensure!(expires_at > now, Error::<T>::EvidenceEndsNow);

		UsedChallenges::<T>::insert(challenge.0, node, ());
		let mut displaced = 0;
		for (lease, defect) in [key_holder, platform_holder].into_iter().flatten() {
			// One dead lease may have held both.
			if Leases::<T>::contains_key(lease.id) {
				Self::end(&lease, defect);
				displaced += 1;
			}
		}
		Self::grant(node, old, claims, signing_key, encryption_key, now, expires_at);
		Ok(displaced)
	}

	/// A node that gets a lease for `key` has to have room for every key that it answers for, and for this one when
	/// its time has come.
	fn ensure_room_for(
		node: NodeId,
		key: &SigningKey,
		old: Option<&Lease>,
		now: BlockNumber,
	) -> Result<(), Error<T>> {
		let former = FormerKeys::<T>::get(node);
		let others = former.iter().filter(|one| one.counts(now) && one.key != *key).count();
		let known = |key: &SigningKey| former.iter().any(|one| one.counts(now) && one.key == *key);
		let replaced = old.is_some_and(|old| old.signing_key != *key && !known(&old.signing_key));
		ensure!(
			others.saturating_add(usize::from(replaced)) < crate::MAX_FORMER_KEYS as usize,
			Error::<T>::TooManyKeys
		);
		Ok(())
	}

	/// The challenge is a recent block of this chain that the node has not used.
	fn check_challenge(
		node: NodeId,
		(number, hash): (BlockNumber, Hash),
		window: BlockNumber,
		now: BlockNumber,
	) -> Result<(), Error<T>> {
		ensure!(number < now, Error::<T>::ChallengeInFuture);
		// The genesis hash is known before the chain begins, so it proves nothing; the window admits it
		// only while the chain is too young to offer better.
		ensure!(now.saturating_sub(number) <= window, Error::<T>::ChallengeTooOld);
		let on_chain = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(number));
		// A hash that is not there reads as zero.
		ensure!(on_chain == hash && hash != Hash::zero(), Error::<T>::ChallengeNotOnChain);
		ensure!(!UsedChallenges::<T>::contains_key(number, node), Error::<T>::ChallengeUsed);
		Ok(())
	}

	/// Another node's lease on something that can be leased once: `in_use` if it still passes, or the
	/// lease and what is wrong with it. `None` if there is none.
	fn holder(
		lease: Option<LeaseId>,
		node: NodeId,
		now: BlockNumber,
		in_use: Error<T>,
	) -> Result<Option<(Lease, LossCause)>, Error<T>> {
		let Some(lease) = lease.and_then(Leases::<T>::get).filter(|lease| lease.node != node)
		else {
			return Ok(None);
		};
		match Self::defect(&lease, now) {
			Some(defect) => Ok(Some((lease, defect))),
			None => Err(in_use),
		}
	}

	fn grant(
		node: NodeId,
		old: Option<Lease>,
		claims: Claims,
		signing_key: SigningKey,
		encryption_key: EncryptionKey,
		now: BlockNumber,
		expires_at: BlockNumber,
	) {
		let first = old
			.as_ref()
			.filter(|old| Self::is_renewed_by(old, &claims, &signing_key))
			.map(|old| FirstOfRow::<T>::get(node).unwrap_or(old.id));
		let replaced = old.map(|old| {
			// The listener hears of the fresh one instead.
			Self::remove(&old);
			if old.signing_key != signing_key {
				Self::remember(&old, now);
			}
			old.id
		});
		let id = NextLease::<T>::mutate(|next| {
			let id = *next;
			*next = next.saturating_add(1);
			id
		});
		let lease = Lease {
			id,
			node,
			vendor: claims.vendor,
			measurement: claims.measurement,
			platform: claims.platform,
			tcb: claims.tcb,
			signing_key,
			encryption_key,
			simulated: claims.simulated,
			issued_at: now,
			expires_at,
		};
		LeaseOfNode::<T>::insert(node, id);
		FirstOfRow::<T>::set(node, first);
		LeaseOfKey::<T>::insert(signing_key, id);
		LeaseOfPlatform::<T>::insert(lease.platform, id);
		Agenda::<T>::insert(expires_at, id, ());
		Leases::<T>::insert(id, &lease);
		T::Receipts::append(Operation::LeaseGranted {
			node,
			lease: id,
			measurement: lease.measurement,
			simulated: lease.simulated,
		});
		Self::deposit_event(Event::LeaseGranted {
			node,
			lease: id,
			measurement: lease.measurement,
			expires_at,
			replaced,
			simulated: lease.simulated,
		});
		T::Listener::lease_granted(&lease);
	}

	/// Removes a lease with all that points to it. Returns whether the listener has not yet heard of
	/// its end.
	fn remove(lease: &Lease) -> bool {
		Leases::<T>::remove(lease.id);
		LeaseOfNode::<T>::remove(lease.node);
		FirstOfRow::<T>::remove(lease.node);
		LeaseOfKey::<T>::remove(lease.signing_key);
		LeaseOfPlatform::<T>::remove(lease.platform);
		Agenda::<T>::take(lease.expires_at, lease.id).is_some()
	}

	/// Whether a lease on these claims for this key renews `old`.
	fn is_renewed_by(old: &Lease, claims: &Claims, key: &SigningKey) -> bool {
		let Claims { vendor, measurement, simulated, .. } = claims;
		(old.signing_key, old.vendor, old.measurement, old.simulated)
			== (*key, *vendor, *measurement, *simulated)
	}

	/// Whether whoever was chosen under the lease numbered `lease` goes on under `present`. The node's leases since the
	/// first of the row are all in the row, for anything else that happened to one of them ended the row.
	fn carries_on(present: &Lease, lease: LeaseId) -> bool {
		present.id == lease
			|| (lease < present.id
				&& FirstOfRow::<T>::get(present.node).is_some_and(|first| first <= lease))
	}

	/// Keeps the key of a lease that goes tied to its node. What no longer counts makes room.
	fn remember(lease: &Lease, now: BlockNumber) {
		let until = now.saturating_add(Parameters::<T>::get().key_memory);
		FormerKeys::<T>::mutate(lease.node, |former| {
			former.retain(|one| one.counts(now) && one.key != lease.signing_key);
			// There is room, as `ensure_room_for` saw to when the lease was granted.
			if former.try_push(FormerKey { key: lease.signing_key, until }).is_err() {
				log::error!(target: crate::LOG_TARGET, "node {} has too many keys", lease.node);
			}
		});
	}

	/// Removes a lease and tells of it, unless that has been told already.
	pub(crate) fn end(lease: &Lease, cause: LossCause) {
		let untold = Self::remove(lease);
		Self::remember(lease, Self::now());
		if !untold {
			Self::deposit_event(Event::LeaseForgotten { node: lease.node, lease: lease.id });
			return;
		}
		if cause != LossCause::Expired {
			T::Receipts::append(Operation::LeaseLost { node: lease.node, lease: lease.id });
		}
		Self::tell_lost(lease, cause);
	}

	/// Tells of a lease's end, by event and to the listener.
	pub(crate) fn tell_lost(lease: &Lease, cause: LossCause) {
		Self::deposit_event(Event::LeaseLost {
			node: lease.node,
			lease: lease.id,
			cause,
			simulated: lease.simulated,
		});
		T::Listener::lease_lost(lease.node, lease.id);
	}

	/// Why a lease does not count at `now`, whatever it is used for.
	pub(crate) fn standing(lease: &Lease, now: BlockNumber) -> Option<LeaseRefusal> {
		if now >= lease.expires_at {
			return Some(LeaseRefusal::Expired);
		}
		if !Measurements::<T>::get(lease.measurement).is_some_and(|status| status.counts(now)) {
			return Some(LeaseRefusal::MeasurementRevoked);
		}
		if lease.simulated && !SimulationAllowed::<T>::get() {
			return Some(LeaseRefusal::Simulated);
		}
		None
	}

	/// Why a lease would not be granted again.
	pub(crate) fn defect(lease: &Lease, now: BlockNumber) -> Option<LossCause> {
		if let Some(refusal) = Self::standing(lease, now) {
			return Some(refusal.into());
		}
		if !Parameters::<T>::get().accepted_tcb.contains(&lease.tcb) {
			return Some(LossCause::Tcb);
		}
		T::Nodes::controller(lease.node).is_none().then_some(LossCause::NodeGone)
	}

	pub(crate) fn stored_lease_of_node(node: NodeId) -> Option<Lease> {
		LeaseOfNode::<T>::get(node).and_then(Leases::<T>::get)
	}

	/// Adds an anchor, by genesis or by governance.
	pub(crate) fn insert_anchor(anchor: Anchor) -> DispatchResult {
		let test = anchor.kind == AnchorKind::Test;
		ensure!(test || anchor.vendor != Vendor::Simulated, Error::<T>::AnchorKindMismatch);
		ensure!(!test || SimulationAllowed::<T>::get(), Error::<T>::SimulationNotAllowed);
		Anchors::<T>::try_mutate(|anchors| {
			ensure!(!anchors.contains(&anchor), Error::<T>::AnchorKnown);
			anchors.try_push(anchor).map_err(|_| Error::<T>::TooManyAnchors)?;
			Ok(())
		})
	}

	/// Puts a measurement on the list, by genesis or by governance.
	pub(crate) fn insert_measurement(
		measurement: Measurement,
	) -> Result<MeasurementStatus, Error<T>> {
		ensure!(!Measurements::<T>::contains_key(measurement), Error::<T>::MeasurementKnown);
		let status = MeasurementStatus::Active { since: Self::now() };
		Measurements::<T>::insert(measurement, status);
		ActiveMeasurements::<T>::mutate(|count| *count = count.saturating_add(1));
		Ok(status)
	}

	/// Takes a measurement from `Active` to `Sunset`, or from any state to `Revoked`.
	pub(crate) fn change_measurement(
		measurement: Measurement,
		to: MeasurementStatus,
	) -> DispatchResult {
		let from = Measurements::<T>::get(measurement).ok_or(Error::<T>::UnknownMeasurement)?;
		let was_active = matches!(from, MeasurementStatus::Active { .. });
		if matches!(to, MeasurementStatus::Sunset { .. }) {
			ensure!(was_active, Error::<T>::MeasurementNotActive);
			ensure!(ActiveMeasurements::<T>::get() > 1, Error::<T>::LastMeasurement);
		}
		ensure!(!matches!(from, MeasurementStatus::Revoked { .. }), Error::<T>::AlreadyRevoked);
		if was_active {
			ActiveMeasurements::<T>::mutate(|count| *count = count.saturating_sub(1));
		}
		Measurements::<T>::insert(measurement, to);
		Self::deposit_event(Event::MeasurementChanged { measurement, status: to });
		Ok(())
	}

	/// A node's lease and whether it counts now, for clients.
	pub fn view(node: NodeId) -> Option<LeaseView> {
		Self::stored_lease_of_node(node).map(|lease| {
			let refusal = Self::standing(&lease, Self::now());
			LeaseView { lease, refusal }
		})
	}
}

impl<T: Config> LeaseInspect for Pallet<T> {
	fn live_lease(
		node: NodeId,
		lease: LeaseId,
		measurements: &[Measurement],
		allow_simulated: bool,
	) -> Result<Lease, LeaseRefusal> {
		let present = Self::stored_lease_of_node(node).ok_or(LeaseRefusal::None)?;
		ensure!(Self::carries_on(&present, lease), LeaseRefusal::Superseded);
		match Self::standing(&present, Self::now()) {
			// The clause's own list comes before the simulator, as the order of refusals says.
			Some(refusal) if refusal != LeaseRefusal::Simulated => return Err(refusal),
			standing => {
				ensure!(
					measurements.is_empty() || measurements.contains(&present.measurement),
					LeaseRefusal::MeasurementNotForClause
				);
				ensure!(
					standing.is_none() && (allow_simulated || !present.simulated),
					LeaseRefusal::Simulated
				);
			},
		}
		Ok(present)
	}

	fn lease_of_key(key: &SigningKey) -> Option<Lease> {
		LeaseOfKey::<T>::get(key).and_then(Leases::<T>::get)
	}

	fn lease_of_node(node: NodeId) -> Option<Lease> {
		Self::stored_lease_of_node(node)
	}

	fn is_key_of(node: NodeId, key: &SigningKey) -> bool {
		let now = Self::now();
		Self::stored_lease_of_node(node).is_some_and(|lease| lease.signing_key == *key)
			|| FormerKeys::<T>::get(node).iter().any(|one| one.key == *key && one.counts(now))
	}

	fn weight() -> Weight {
		// The node's lease number, the lease, its row, its measurement, the leave for simulation.
		T::DbWeight::get().reads(5)
	}
}

impl<T: Config> GenesisHash for Pallet<T> {
	fn genesis_hash() -> Hash {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32))
	}
}
