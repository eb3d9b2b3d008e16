//! The pools: dense lists of nodes by capability and jurisdiction, with removal by swapping in the last one.

use crate::{pallet::*, schedule_impls::silence_of, types::*, WeightInfo};
use alloc::{vec, vec::Vec};
use concordat_primitives::{
	node::NodeProfile, traits::NodePool, CapabilityId, Jurisdiction, NodeId,
};
use frame_support::{ensure, weights::Weight};
use sp_runtime::DispatchResult;

/// The pools that a node belongs to.
fn pools_of_node(
	offers: &[CapabilityId],
	jurisdiction: Jurisdiction,
) -> impl Iterator<Item = PoolKey> + '_ {
	offers.iter().flat_map(move |capability| {
		[None, Some(jurisdiction)]
			.map(|jurisdiction| PoolKey { capability: *capability, jurisdiction })
	})
}

impl<T: Config> Pallet<T> {
	/// The pools that a job may draw from. They have no node in common.
	pub(crate) fn pools_of(
		capability: CapabilityId,
		jurisdictions: &[Jurisdiction],
		paused: &[Jurisdiction],
	) -> Vec<PoolKey> {
		if jurisdictions.is_empty() {
			return vec![PoolKey { capability, jurisdiction: None }];
		}
		jurisdictions
			.iter()
			.filter(|one| !paused.contains(one))
			.map(|one| PoolKey { capability, jurisdiction: Some(*one) })
			.collect()
	}

	/// Appends a node to a pool.
	pub(crate) fn pool_insert(key: &PoolKey, node: NodeId) {
		let place = PoolSizes::<T>::get(key);
		Pools::<T>::insert(key, place, node);
		PoolPlaces::<T>::insert(key, node, place);
		PoolSizes::<T>::insert(key, place.saturating_add(1));
	}

	/// Takes a node out of a pool: the last one takes its place.
	pub(crate) fn pool_remove(key: &PoolKey, node: NodeId) {
		let Some(place) = PoolPlaces::<T>::take(key, node) else { return };
		let last = PoolSizes::<T>::get(key).saturating_sub(1);
		if let Some(mover) = Pools::<T>::take(key, last).filter(|_| place != last) {
			Pools::<T>::insert(key, place, mover);
			PoolPlaces::<T>::insert(key, mover, place);
		}
		if last == 0 {
			PoolSizes::<T>::remove(key);
		} else {
			PoolSizes::<T>::insert(key, last);
		}
	}

	/// What the chain thinks of a node, in the pools or not.
	pub fn standing(node: NodeId) -> Standing {
		match Seatings::<T>::get(node) {
			Some(seating) => seating.standing,
			None => Standings::<T>::get(node),
		}
	}

	/// Changes what the chain thinks of a node. A standing that is a newcomer's needs no record of its own.
	pub(crate) fn mutate_standing<R>(node: NodeId, change: impl FnOnce(&mut Standing) -> R) -> R {
		if let Some(mut seating) = Seatings::<T>::get(node) {
			let result = change(&mut seating.standing);
			Seatings::<T>::insert(node, seating);
			return result;
		}
		let mut standing = Standings::<T>::get(node);
		let result = change(&mut standing);
		Self::remember_standing(node, standing);
		result
	}

	fn remember_standing(node: NodeId, standing: Standing) {
		if standing.is_forgettable() {
			Standings::<T>::remove(node);
		} else {
			Standings::<T>::insert(node, standing);
		}
	}

	fn leave_pools(node: NodeId, jurisdiction: Jurisdiction) {
		let offers = Offers::<T>::take(node).unwrap_or_default();
		for key in pools_of_node(&offers, jurisdiction) {
			Self::pool_remove(&key, node);
		}
	}
}

impl<T: Config> NodePool for Pallet<T> {
	fn admit(node: NodeId, profile: NodeProfile, capabilities: &[CapabilityId]) -> DispatchResult {
		let mut offers = capabilities.to_vec();
		offers.sort_unstable();
		offers.dedup();
		ensure!(!offers.is_empty(), Error::<T>::NoCapabilities);
		let offers = OfferList::try_from(offers).map_err(|_| Error::<T>::TooManyCapabilities)?;
		let capacity = profile.capacity.min(MAX_ASSIGNMENTS as u16);
		let profile = NodeProfile { capacity, ..profile };

		let standing = match Seatings::<T>::get(node) {
			Some(Seating { profile: old, standing }) => {
				let same = old.jurisdiction == profile.jurisdiction
					&& Offers::<T>::get(node).as_ref() == Some(&offers);
				if same {
					Seatings::<T>::insert(node, Seating { profile, standing });
					Self::deposit_event(Event::NodeAdmitted { node });
					return Ok(());
				}
				Self::leave_pools(node, old.jurisdiction);
				standing
			},
			None => Standing { gone: false, ..Standings::<T>::take(node) },
		};
		for key in pools_of_node(&offers, profile.jurisdiction) {
			Self::pool_insert(&key, node);
		}
		Offers::<T>::insert(node, offers);
		Seatings::<T>::insert(node, Seating { profile, standing });
		Self::deposit_event(Event::NodeAdmitted { node });
		Ok(())
	}

	fn evict(node: NodeId) {
		let Some(Seating { profile, standing }) = Seatings::<T>::take(node) else { return };
		Self::leave_pools(node, profile.jurisdiction);
		Self::remember_standing(node, standing);
		Self::deposit_event(Event::NodeEvicted { node });
	}

	fn forget(node: NodeId) {
		Self::evict(node);
		let standing = Standings::<T>::get(node);
		Self::remember_standing(node, Standing { gone: true, ..standing });
	}

	/// Brings the deadlines of all that the node still has to deliver forward. Frozen jobs are left as they are: their
	/// nodes get what time was left, and if they are still silent then, that is soon enough.
	fn lost(node: NodeId) {
		let soon = Self::now().saturating_add(LOSS_GRACE);
		for id in Self::standing(node).jobs {
			let Some(mut job) = Jobs::<T>::get(id).filter(|job| job.status.is_assigned()) else {
				continue;
			};
			let Some(seat) = job.seats.iter_mut().find(|seat| seat.node == node) else { continue };
			let Some(before) = silence_of(seat) else { continue };
			seat.deliver_by = seat.deliver_by.min(soon);
			seat.ack_by = seat.ack_by.min(soon);
			if silence_of(seat) != Some(before) {
				Self::arm_seat(id, seat);
			}
			Jobs::<T>::insert(id, job);
		}
	}

	fn running(node: NodeId) -> u16 {
		Self::standing(node).running()
	}

	fn weight() -> Weight {
		let most = concordat_primitives::node::MAX_CAPABILITIES;
		// A node that moves leaves its pools and enters others.
		T::WeightInfo::admit(most).saturating_add(T::WeightInfo::evict(most))
	}

	fn weight_of_forgetting() -> Weight {
		T::WeightInfo::evict(concordat_primitives::node::MAX_CAPABILITIES)
	}

	fn weight_of_loss() -> Weight {
		T::WeightInfo::lost(MAX_ASSIGNMENTS)
	}
}
