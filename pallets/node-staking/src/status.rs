//! Where a node stands, and who is told when that changes.

use crate::{
	ActiveNodes, Config, Error, Event, NodeRecord, Nodes, Pallet, Parameters, Pulses, Task,
	LOG_TARGET,
};
use concordat_primitives::{
	node::{InactiveReason, NodeStatus},
	receipt::Operation,
	traits::{block_number, NodePool, ReceiptSink},
	AccountId, BlockNumber, NodeId,
};
use frame_support::{
	ensure, pallet_prelude::DispatchResult, storage::with_storage_layer, weights::Weight,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// What a change of status costs beyond its own reads and writes.
	pub(crate) fn change_weight() -> Weight {
		T::Pool::weight().saturating_add(T::Receipts::weight())
	}

	/// The node, if `who` controls it.
	pub(crate) fn node_of(who: &AccountId, node: NodeId) -> Result<NodeRecord, Error<T>> {
		let record = Nodes::<T>::get(node).ok_or(Error::<T>::UnknownNode)?;
		ensure!(record.controller == *who, Error::<T>::NotController);
		Ok(record)
	}

	/// The node, if `who` controls it and it does not leave.
	pub(crate) fn staying_node_of(who: &AccountId, node: NodeId) -> Result<NodeRecord, Error<T>> {
		let record = Self::node_of(who, node)?;
		ensure!(!matches!(record.status, NodeStatus::Unbonding { .. }), Error::<T>::Leaving);
		Ok(record)
	}

	/// Stores the record with its new status and tells everybody: pools, agenda, receipts, clients.
	/// The caller has to undo everything if it fails.
	pub(crate) fn transition(
		node: NodeId,
		record: &mut NodeRecord,
		status: NodeStatus,
	) -> DispatchResult {
		let changed = record.status != status;
		let took_jobs = record.takes_jobs();
		record.status = status;
		Nodes::<T>::insert(node, &*record);
		match (took_jobs, record.takes_jobs()) {
			(false, true) => {
				ActiveNodes::<T>::mutate(|count| *count = count.saturating_add(1));
				Self::watch(node);
				Self::admit(node, record)?;
			},
			(true, true) => Self::admit(node, record)?,
			(true, false) => {
				ActiveNodes::<T>::mutate(|count| *count = count.saturating_sub(1));
				T::Pool::evict(node);
			},
			(false, false) => {},
		}
		if changed {
			Self::deposit_event(Event::NodeStatusChanged { node, status });
			T::Receipts::append(Operation::NodeChanged { node, status });
		}
		Ok(())
	}

	/// As [`Self::transition`], where there is nobody to refuse: if the pools do not take the node, it
	/// stays out as if its lease were lost, and its next heartbeat tries again.
	pub(crate) fn settle_status(node: NodeId, record: &mut NodeRecord, status: NodeStatus) {
		let mut tried = record.clone();
		match with_storage_layer(|| Self::transition(node, &mut tried, status)) {
			Ok(()) => *record = tried,
			Err(error) => {
				log::error!(target: LOG_TARGET, "the pools do not take node {node}: {error:?}");
				let out = NodeStatus::Inactive(InactiveReason::LeaseLost);
				if let Err(error) = Self::transition(node, record, out) {
					log::error!(target: LOG_TARGET, "node {node} cannot be set inactive: {error:?}");
				}
			},
		}
	}

	fn admit(node: NodeId, record: &NodeRecord) -> DispatchResult {
		match record.profile() {
			Some(profile) => T::Pool::admit(node, profile, &record.spec.capabilities),
			None => {
				log::error!(target: LOG_TARGET, "node {node} is active and holds no lease");
				Ok(())
			},
		}
	}

	/// Counts this block as a sign of life, unless there is a later one.
	pub(crate) fn note_alive(node: NodeId, at: BlockNumber) {
		Pulses::<T>::mutate(node, |pulse| {
			let pulse = pulse.get_or_insert_default();
			pulse.last = pulse.last.max(at);
		});
	}

	/// Sees to it that the agenda looks after the node.
	fn watch(node: NodeId) {
		Pulses::<T>::mutate(node, |pulse| {
			let pulse = pulse.get_or_insert_default();
			if pulse.check_at.is_none() {
				let at = Parameters::<T>::get().silent_from(pulse.last);
				pulse.check_at = Some(Self::schedule(at, Task::Check(node)));
			}
		});
	}
}
