//! What others read.

use crate::{ActiveNodes, Config, LastNode, NodeRecord, Nodes, Pallet, Pulses};
use alloc::vec::Vec;
use concordat_primitives::{
	node::{NodeSpec, NodeStatus, OperatorId},
	traits::{NodeInspect, NodePool},
	views::{NodeView, Page, MAX_PAGE},
	AccountId, Hash, NodeId,
};
use frame_support::{pallet_prelude::Get, weights::Weight};

/// Most numbers that one page looks at: numbers of nodes that are gone are gaps.
const MAX_SCAN: u32 = 1_000;

/// The account of an operator key.
pub(crate) fn account_of(key: OperatorId) -> AccountId {
	AccountId::new(sp_core::sr25519::Public::from(key).0)
}

impl<T: Config> NodeInspect<AccountId> for Pallet<T> {
	fn controller(node: NodeId) -> Option<AccountId> {
		Nodes::<T>::get(node).map(|record| record.controller)
	}

	/// The account that the operator key signs for: heartbeats and extrinsics alike are sr25519.
	fn operator(node: NodeId) -> Option<AccountId> {
		Nodes::<T>::get(node).map(|record| account_of(record.operator_key))
	}

	fn status(node: NodeId) -> Option<NodeStatus> {
		Nodes::<T>::get(node).map(|record| record.status)
	}

	fn spec(node: NodeId) -> Option<NodeSpec> {
		Nodes::<T>::get(node).map(|record| record.spec)
	}

	fn weight() -> Weight {
		T::DbWeight::get().reads(1)
	}
}

impl<T: Config> Pallet<T> {
	/// A node, for clients. Lease and reputation are others' to fill in: they are empty here.
	pub fn view(node: NodeId) -> Option<NodeView> {
		Nodes::<T>::get(node).map(|record| Self::view_of(node, record))
	}

	fn view_of(node: NodeId, record: NodeRecord) -> NodeView {
		let stake = record.own_stake();
		NodeView {
			id: node,
			controller: record.controller,
			operator_key: Hash::from(sp_core::sr25519::Public::from(record.operator_key).0),
			spec: record.spec,
			status: record.status,
			stake,
			frozen: record.frozen,
			last_heartbeat: Pulses::<T>::get(node).map_or(0, |pulse| pulse.last),
			running: T::Pool::running(node),
			reputation: (0, 0),
			lease: None,
		}
	}

	/// Nodes from number `from` on. A page has at most [`MAX_PAGE`] rows, whatever is asked; it may
	/// have fewer, or none, and still be followed by another.
	pub fn page(from: NodeId, limit: u32) -> Page<NodeView> {
		let limit = limit.clamp(1, MAX_PAGE) as usize;
		let last = LastNode::<T>::get();
		let mut items = Vec::new();
		let mut node = from.max(1);
		let stop = node.saturating_add(MAX_SCAN);
		while node <= last && node < stop && items.len() < limit {
			items.extend(Self::view(node));
			node = node.saturating_add(1);
		}
		Page { items, next: (node <= last).then_some(node.into()) }
	}

	/// How many nodes are registered, and how many of them take jobs.
	pub fn counts() -> (u32, u32) {
		(Nodes::<T>::count(), ActiveNodes::<T>::get())
	}
}
