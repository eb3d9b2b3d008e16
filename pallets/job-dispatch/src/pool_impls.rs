//! The pools: dense lists of nodes by capability and stratum, with removal by swapping in the last one.

use crate::{pallet::*, round_impls::silence_of, types::*, WeightInfo};
use concordat_primitives::{
	node::NodeProfile,
	traits::{NodeInspect, NodePool},
	CapabilityId, NodeId,
};
use frame_support::{ensure, weights::Weight};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Puts a node at the end of the pool of its stratum.
	fn pool_insert(capability: CapabilityId, stratum: Stratum, node: NodeId) {
		let place = StrataOf::<T>::mutate(capability, |strata| strata.enter(stratum));
		let PoolPlace { stratum, index } = place;
		Pools::<T>::insert(PoolKey { capability, stratum }, index, node);
		PoolPlaces::<T>::insert(capability, node, place);
	}

	/// Takes a node out of its pool: the last one takes its place.
	fn pool_remove(capability: CapabilityId, node: NodeId) {
		let Some(PoolPlace { stratum, index }) = PoolPlaces::<T>::take(capability, node) else {
			return;
		};
		let last = StrataOf::<T>::mutate_exists(capability, |record| {
			let mut strata = record.take().unwrap_or_default();
			let last = strata.leave(stratum);
			*record = Some(strata).filter(|strata| !strata.is_empty());
			last
		});
		let key = PoolKey { capability, stratum };
		if let Some(mover) = Pools::<T>::take(key, last).filter(|_| index != last) {
			Pools::<T>::insert(key, index, mover);
			PoolPlaces::<T>::insert(capability, mover, PoolPlace { stratum, index });
		}
	}

	/// What the chain thinks of a node, in the pools or not.
	pub fn standing(node: NodeId) -> Standing {
		match Seatings::<T>::get(node) {
			Some(seating) => seating.standing,
			None => Standings::<T>::get(node),
		}
	}

	/// Changes what the chain thinks of a node.
	pub(crate) fn mutate_standing<R>(node: NodeId, change: impl FnOnce(&mut Standing) -> R) -> R {
		Self::mutate_record(node, |_, standing| change(standing))
	}

	/// The same, with its profile while it is in the pools. A standing that is a newcomer's needs no record of its
	/// own.
	pub(crate) fn mutate_record<R>(
		node: NodeId,
		change: impl FnOnce(Option<&NodeProfile>, &mut Standing) -> R,
	) -> R {
		if let Some(mut seating) = Seatings::<T>::get(node) {
			let result = change(Some(&seating.profile), &mut seating.standing);
			Seatings::<T>::insert(node, seating);
			return result;
		}
		let mut standing = Standings::<T>::get(node);
		let result = change(None, &mut standing);
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

	fn leave_pools(node: NodeId) {
		for capability in Offers::<T>::take(node).unwrap_or_default() {
			Self::pool_remove(capability, node);
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
		let stratum = Stratum::of(&profile);

		let standing = match Seatings::<T>::get(node) {
			Some(Seating { profile: old, standing }) => {
				let same = Stratum::of(&old) == stratum
					&& Offers::<T>::get(node).as_ref() == Some(&offers);
				if same {
					Seatings::<T>::insert(node, Seating { profile, standing });
					Self::deposit_event(Event::NodeAdmitted { node });
					return Ok(());
				}
				Self::leave_pools(node);
				standing
			},
			None => Standing { gone: false, ..Standings::<T>::take(node) },
		};
		for capability in &offers {
			Self::pool_insert(*capability, stratum, node);
		}
		Offers::<T>::insert(node, offers);
		Seatings::<T>::insert(node, Seating { profile, standing });
		Self::deposit_event(Event::NodeAdmitted { node });
		Ok(())
	}

	fn evict(node: NodeId) {
		let Some(Seating { standing, .. }) = Seatings::<T>::take(node) else { return };
		Self::leave_pools(node);
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
			// Only what still has to be run. What has been committed to is shown within a few blocks, or was withheld.
			let Some(before) = silence_of(seat, false) else { continue };
			seat.deliver_by = seat.deliver_by.min(soon);
			seat.ack_by = seat.ack_by.min(soon);
			if silence_of(seat, false) != Some(before) {
				Self::arm_seat(id, seat, false);
			}
			Jobs::<T>::insert(id, job);
		}
	}

	/// What the operator says is kept while the node is out of the pools, too. Jobs that the node has been given run on.
	fn set_available(node: NodeId, capability: CapabilityId, available: bool) -> DispatchResult {
		let offered = match Offers::<T>::get(node) {
			Some(offers) => offers.contains(&capability),
			None => {
				T::Nodes::spec(node).is_some_and(|spec| spec.capabilities.contains(&capability))
			},
		};
		ensure!(offered, Error::<T>::CapabilityNotOffered);
		let noted = Self::mutate_standing(node, |standing| {
			standing.change(capability, |state| state.available = available)
		});
		ensure!(noted, Error::<T>::TooManyCapabilities);
		Self::deposit_event(Event::CapabilitySwitched { node, capability, available });
		Ok(())
	}

	fn running(node: NodeId) -> u16 {
		Self::standing(node).running()
	}

	fn weight() -> Weight {
		let most = concordat_primitives::node::MAX_CAPABILITIES;
		// A node that moves leaves its pools and enters others.
		T::WeightInfo::admit(most)
			.saturating_add(T::WeightInfo::evict(most))
			.max(T::WeightInfo::set_available().saturating_add(T::Nodes::weight()))
	}

	fn weight_of_forgetting() -> Weight {
		T::WeightInfo::evict(concordat_primitives::node::MAX_CAPABILITIES)
	}

	fn weight_of_loss() -> Weight {
		T::WeightInfo::lost(MAX_ASSIGNMENTS)
	}
}
