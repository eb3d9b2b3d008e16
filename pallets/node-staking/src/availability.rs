//! What nodes offer, and what of it they perform now.

use crate::{inspect::account_of, Config, Error, Event, Nodes, Pallet};
use concordat_primitives::{
	node::{NodeSpec, NodeStatus, MAX_CAPABILITIES},
	traits::{CapabilityInspect, NodePool},
	AccountId, CapabilityId, NodeId,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, weights::Weight};

impl<T: Config> Pallet<T> {
	/// Whether the catalogue has everything that the spec offers.
	pub(crate) fn ensure_known(spec: &NodeSpec) -> Result<(), Error<T>> {
		let known = |capability| T::Capabilities::capability(capability).is_some();
		ensure!(spec.capabilities.iter().all(known), Error::<T>::UnknownCapability);
		Ok(())
	}

	/// Weight of [`Self::ensure_known`] for as many capabilities as a node may offer.
	pub(crate) fn catalogue_weight() -> Weight {
		T::Capabilities::weight().saturating_mul(MAX_CAPABILITIES.into())
	}

	pub(crate) fn do_set_availability(
		who: &AccountId,
		node: NodeId,
		capability: CapabilityId,
		available: bool,
	) -> DispatchResult {
		let record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(
			record.controller == *who || account_of(record.operator_key.clone()) == *who,
			Error::<T>::NotAuthorized
		);
		ensure!(!matches!(record.status, NodeStatus::Unbonding { .. }), Error::<T>::Leaving);
		// A validator offers nothing.
		ensure!(record.spec.capabilities.contains(&capability), Error::<T>::NotOffered);
		T::Pool::set_available(node, capability, available)?;
		Self::deposit_event(Event::AvailabilitySet { node, capability, available });
		Ok(())
	}
}
