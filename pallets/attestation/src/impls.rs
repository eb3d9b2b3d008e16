//! Attesting: how evidence becomes a lease, and how leases end.

use crate::{
	expiry, widest_policy, Agenda, Anchors, Config, Dossier, Dossiers, Error, Event, FirstOfRow,
	FormerKey, FormerKeys, KnownKeys, LeaseOfKey, LeaseOfNode, LeaseOfPlatform, Leases, LossCause,
	Measurements, NextLease, Pallet, Parameters, SimulationAllowed, Store, UsedChallenges,
	WeightInfo,
};
use concordat_attestation::{any, policy::Appraisal, Anchor, AnchorKind, Evidence};
use concordat_primitives::{
	attest::{
		EncryptionKey, Lease, LeaseDemand, LeaseRefusal, MeasurementStatus, RiskClasses, SigningKey,
	},
	receipt::Operation,
	traits::{block_number, GenesisHash, LeaseInspect, LeaseListener, NodeInspect, ReceiptSink},
	views::LeaseView,
	AccountId, BlockNumber, Hash, LeaseId, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get, Weight},
	traits::{fungible::Mutate, tokens::Preservation, UnixTime},
};
use frame_system::pallet_prelude::BlockNumberFor;

impl<T> From<concordat_attestation::Error> for Error<T> {
	fn from(error: concordat_attestation::Error) -> Self {
		Self::Refused(error.into())
	}
}

/// What an attestation came to.
pub(crate) struct Attested {
	/// How many dead leases of other nodes had to go for it.
	pub displaced: u32,
	/// Certificates known before were used, so that it cost less.
	pub cached: bool,
	/// It renewed a lease in the second half of its life.
	pub in_time: bool,
}

/// What verified evidence shows that a lease is made of.
struct Shown {
	appraisal: Appraisal,
	classes: RiskClasses,
	dossier: Dossier,
	known: any::Known,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// How many block hashes the chain remembers.
	pub(crate) fn hashes_kept() -> BlockNumber {
		block_number(<T as frame_system::Config>::BlockHashCount::get())
	}

	/// Unix time in seconds.
	pub(crate) fn seconds() -> u64 {
		T::Time::now().as_secs()
	}

	/// Weight of `attest` with this evidence when it removes `displaced` dead leases of other nodes. `cached`: the
	/// platform's certificates are known.
	pub(crate) fn attest_weight(evidence: &Evidence, displaced: u32, cached: bool) -> Weight {
		match (evidence, cached) {
			(Evidence::Intel { .. }, false) => T::WeightInfo::attest_intel(displaced),
			(Evidence::Intel { .. }, true) => T::WeightInfo::attest_intel_known(displaced),
			(Evidence::Amd { .. }, false) => T::WeightInfo::attest_amd(displaced),
			(Evidence::Amd { .. }, true) => T::WeightInfo::attest_amd_known(displaced),
			(Evidence::Aws { .. }, false) => T::WeightInfo::attest_aws(displaced),
			(Evidence::Aws { .. }, true) => T::WeightInfo::attest_aws_known(displaced),
		}
	}

	pub(crate) fn ensure_controller(who: &AccountId, node: NodeId) -> Result<(), Error<T>> {
		let controller = T::Nodes::controller(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(controller == *who, Error::<T>::NotController);
		Ok(())
	}

	/// The controller may show evidence, and so may the operator, for that is what keeps a node going at night.
	pub(crate) fn ensure_attester(who: &AccountId, node: NodeId) -> Result<(), Error<T>> {
		let controller = T::Nodes::controller(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(
			controller == *who || T::Nodes::operator(node).is_some_and(|operator| operator == *who),
			Error::<T>::NotController
		);
		Ok(())
	}

	/// Grants a lease.
	pub(crate) fn do_attest(
		node: NodeId,
		evidence: &Evidence,
		signing_key: SigningKey,
		encryption_key: EncryptionKey,
		challenge: (BlockNumber, Hash),
	) -> Result<Attested, Error<T>> {
		let now = Self::now();
		let params = Parameters::<T>::get();
		// Cheapest first: nothing is verified for a caller who fails a look-up.
		Self::check_challenge(node, challenge, params.challenge_window, now)?;
		let key_holder =
			Self::holder(LeaseOfKey::<T>::get(signing_key), node, now, Error::KeyInUse)?;
		let old = Self::stored_lease_of_node(node);
		Self::ensure_room_for(node, &signing_key, old.as_ref(), now)?;

		let held = KnownKeys::<T>::get(node);
		let verified = Self::verify_evidence(evidence, held.as_ref())?;
		let any::Verified { appraisal, facts, known, cached } = verified;
		ensure!(
			SimulationAllowed::<T>::get() || !appraisal.simulated(),
			Error::<T>::SimulationNotAllowed
		);
		appraisal.check_report_data(&concordat_attestation::report_data(
			&Self::genesis_hash().0,
			node,
			&signing_key,
			&encryption_key,
			&challenge.1 .0,
		))?;
		Measurements::<T>::get(appraisal.workload.measurement)
			.filter(|status| status.counts(now))
			.ok_or(Error::<T>::MeasurementNotAllowed)?;
		let dossier = Dossier { facts, under: known.under };
		let (classes, standing) = Self::judge_dossier(&dossier).into_result()?;
		let platform_holder = Self::holder(
			LeaseOfPlatform::<T>::get(appraisal.platform),
			node,
			now,
			Error::PlatformInUse,
		)?;
		let left = standing.not_after.saturating_sub(Self::seconds());
		let expires_at = expiry(now, params.lease_duration, left);
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
		let shown = Shown { appraisal, classes, dossier, known };
		let renewed = Self::grant(node, old, shown, signing_key, encryption_key, now, expires_at);
		let in_time = renewed.is_some_and(|old| {
			// Rounded up: a lease of one block is not renewed for nothing in the block of its issue.
			let half = old.expires_at.saturating_sub(old.issued_at).div_ceil(2);
			now >= old.issued_at.saturating_add(half)
		});
		Ok(Attested { displaced, cached, in_time })
	}

	/// Checks every signature of evidence, and that its platform is genuine; how it stands is judged afterwards.
	pub(crate) fn verify_evidence(
		evidence: &Evidence,
		known: Option<&any::Known>,
	) -> Result<any::Verified, concordat_attestation::Error> {
		any::verify(
			evidence,
			known,
			&Store::<T>::default(),
			&Anchors::<T>::get(),
			&widest_policy(),
			Self::seconds(),
		)
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

	/// Writes a lease in place of the node's old one, which is returned if the new one renews it.
	fn grant(
		node: NodeId,
		old: Option<Lease>,
		Shown { appraisal, classes, dossier, known }: Shown,
		signing_key: SigningKey,
		encryption_key: EncryptionKey,
		now: BlockNumber,
		expires_at: BlockNumber,
	) -> Option<Lease> {
		let id = NextLease::<T>::mutate(|next| {
			let id = *next;
			*next = next.saturating_add(1);
			id
		});
		let lease = Lease {
			id,
			node,
			vendor: appraisal.standing.vendor,
			measurement: appraisal.workload.measurement,
			platform: appraisal.platform,
			tcb: appraisal.standing.status,
			classes,
			signing_key,
			encryption_key,
			simulated: appraisal.simulated(),
			issued_at: now,
			expires_at,
			not_after: appraisal.standing.not_after,
		};
		let renewed = old.clone().filter(|old| Self::is_renewed_by(old, &lease));
		let first = renewed.as_ref().map(|old| FirstOfRow::<T>::get(node).unwrap_or(old.id));
		let replaced = old.map(|old| {
			// The listener hears of the fresh one instead.
			Self::remove(&old);
			if old.signing_key != signing_key {
				Self::remember(&old, now);
			}
			old.id
		});
		LeaseOfNode::<T>::insert(node, id);
		FirstOfRow::<T>::set(node, first);
		LeaseOfKey::<T>::insert(signing_key, id);
		LeaseOfPlatform::<T>::insert(lease.platform, id);
		Agenda::<T>::insert(expires_at, id, ());
		Dossiers::<T>::insert(id, dossier);
		KnownKeys::<T>::insert(node, known);
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
			classes,
			expires_at,
			replaced,
			simulated: lease.simulated,
		});
		T::Listener::lease_granted(&lease);
		renewed
	}

	/// Removes a lease with all that points to it. Returns whether the listener has not yet heard of
	/// its end.
	fn remove(lease: &Lease) -> bool {
		Leases::<T>::remove(lease.id);
		Dossiers::<T>::remove(lease.id);
		KnownKeys::<T>::remove(lease.node);
		LeaseOfNode::<T>::remove(lease.node);
		FirstOfRow::<T>::remove(lease.node);
		LeaseOfKey::<T>::remove(lease.signing_key);
		LeaseOfPlatform::<T>::remove(lease.platform);
		Agenda::<T>::take(lease.expires_at, lease.id).is_some()
	}

	/// Whether `lease` renews `old`: for the same key, the same code, on the same kind of evidence.
	fn is_renewed_by(old: &Lease, lease: &Lease) -> bool {
		let row = |one: &Lease| (one.signing_key, one.vendor, one.measurement, one.simulated);
		row(old) == row(lease)
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

	/// Why a lease does not count at `now`, whatever it is used for; otherwise where its measurement stands.
	pub(crate) fn standing(
		lease: &Lease,
		now: BlockNumber,
	) -> Result<MeasurementStatus, LeaseRefusal> {
		// Both clocks: blocks for the scheduler, seconds because blocks may have been late.
		ensure!(now < lease.expires_at, LeaseRefusal::Expired);
		ensure!(Self::seconds() <= lease.not_after, LeaseRefusal::Expired);
		let status = Measurements::<T>::get(lease.measurement)
			.filter(|status| status.counts(now))
			.ok_or(LeaseRefusal::MeasurementRevoked)?;
		ensure!(!lease.simulated || SimulationAllowed::<T>::get(), LeaseRefusal::Simulated);
		Ok(status)
	}

	/// Why a lease would not be granted again, but for its evidence.
	pub(crate) fn defect(lease: &Lease, now: BlockNumber) -> Option<LossCause> {
		if let Err(refusal) = Self::standing(lease, now) {
			return Some(refusal.into());
		}
		T::Nodes::controller(lease.node).is_none().then_some(LossCause::NodeGone)
	}

	/// Judges a lease again for `finder`, who is rewarded for what was not a matter of time.
	pub(crate) fn do_evict(finder: AccountId, lease: LeaseId) -> Result<(), Error<T>> {
		let lease = Leases::<T>::get(lease).ok_or(Error::<T>::UnknownLease)?;
		match Self::reassess(&lease) {
			Ok(false) => return Err(Error::LeaseStillGood),
			Ok(true) => {},
			Err(cause) => {
				if Self::reward(&finder, lease.node, cause) {
					let amount = Parameters::<T>::get().eviction_reward;
					Self::deposit_event(Event::FinderRewarded { finder, amount });
				}
			},
		}
		Ok(())
	}

	/// Pays whoever found a lease that no longer passes. A treasury that has nothing to spare pays nothing.
	pub(crate) fn reward(finder: &AccountId, node: NodeId, cause: LossCause) -> bool {
		let amount = Parameters::<T>::get().eviction_reward;
		// What time alone brought about is no find, and nobody is paid for finding his own.
		if !cause.is_found() || amount == 0 || Self::ensure_attester(finder, node).is_ok() {
			return false;
		}
		T::Currency::transfer(&T::RewardSource::get(), finder, amount, Preservation::Preserve)
			.is_ok()
	}

	pub(crate) fn stored_lease_of_node(node: NodeId) -> Option<Lease> {
		LeaseOfNode::<T>::get(node).and_then(Leases::<T>::get)
	}

	/// Audits that a root of trust came or went.
	pub(crate) fn tell_anchor(anchor: &Anchor, trusted: bool) {
		T::Receipts::append(Operation::AnchorChanged { anchor: Hash::from(anchor.key), trusted });
	}

	/// Adds an anchor, by genesis or by governance.
	pub(crate) fn insert_anchor(anchor: Anchor) -> DispatchResult {
		let test = anchor.kind == AnchorKind::Test;
		ensure!(!test || SimulationAllowed::<T>::get(), Error::<T>::SimulationNotAllowed);
		Anchors::<T>::try_mutate(|anchors| {
			// One key cannot be trusted in production and in tests.
			let known = |one: &Anchor| (one.vendor, one.key) == (anchor.vendor, anchor.key);
			ensure!(!anchors.iter().any(known), Error::<T>::AnchorKnown);
			anchors.try_push(anchor).map_err(|_| Error::<T>::TooManyAnchors)?;
			Ok(())
		})
	}

	/// A node's lease and whether it counts now, for clients.
	pub fn view(node: NodeId) -> Option<LeaseView> {
		Self::stored_lease_of_node(node).map(|lease| {
			let refusal = Self::standing(&lease, Self::now()).err();
			LeaseView { lease, refusal }
		})
	}
}

impl<T: Config> LeaseInspect for Pallet<T> {
	fn live_lease(
		node: NodeId,
		lease: LeaseId,
		demand: &LeaseDemand<'_>,
	) -> Result<Lease, LeaseRefusal> {
		let mut present = Self::stored_lease_of_node(node).ok_or(LeaseRefusal::None)?;
		ensure!(Self::carries_on(&present, lease), LeaseRefusal::Superseded);
		let standing = Self::standing(&present, Self::now());
		// The clause's own list comes before the simulator, as the order of refusals says.
		if let Err(refusal) = standing {
			ensure!(refusal == LeaseRefusal::Simulated, refusal);
		}
		ensure!(
			demand.measurements.is_empty() || demand.measurements.contains(&present.measurement),
			LeaseRefusal::MeasurementNotForClause
		);
		let status = standing?;
		ensure!(demand.allow_simulated || !present.simulated, LeaseRefusal::Simulated);
		ensure!(present.classes.contains(demand.risk), LeaseRefusal::ClassNotMet);
		// Whoever plans with the lease has to know that its code is about to lapse.
		present.expires_at = present.expires_at.min(status.ends().unwrap_or(BlockNumber::MAX));
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
		// The node's lease number, the lease, its row, the time, its measurement, the leave for simulation.
		T::DbWeight::get().reads(6)
	}
}

impl<T: Config> GenesisHash for Pallet<T> {
	fn genesis_hash() -> Hash {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32))
	}
}
