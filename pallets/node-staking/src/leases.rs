//! Leases: what attestation reports decides whether a compute node can take jobs.

use crate::{Config, LeaseSummary, Nodes, Pallet, WeightInfo, LOG_TARGET};
use concordat_primitives::{
	attest::Lease,
	node::{InactiveReason, NodeStatus},
	traits::{LeaseListener, NodePool},
	LeaseId, NodeId,
};
use frame_support::weights::Weight;

impl<T: Config> LeaseListener for Pallet<T> {
	/// The node takes jobs from now on, or with its new profile, unless it is drained, jailed or
	/// leaving: then the lease is kept for later. Evidence is a sign of life. A lease for another signing
	/// key tells that the enclave started anew: it cannot sign for what its predecessor ran.
	fn lease_granted(lease: &Lease) {
		let node = lease.node;
		let Some(mut record) = Nodes::<T>::get(node).filter(|record| record.is_compute()) else {
			log::warn!(target: LOG_TARGET, "lease {} is for {node}, no compute node", lease.id);
			return;
		};
		let before = record.lease.replace(LeaseSummary::from(lease));
		if before.is_some_and(|held| held.signing_key != lease.signing_key) {
			T::Pool::lost(node);
		}
		Self::note_alive(node, Self::now());
		let status = if record.expects_heartbeat() { NodeStatus::Active } else { record.status };
		Self::settle_status(node, &mut record, status);
	}

	/// The scheduler gets the new profile of a node that takes jobs; for others it is kept for later. A node that lost a
	/// class cannot deliver what it runs for clauses of that class: its deadlines come forward, so that others take over
	/// in time; what still counts when it comes in, counts. Nor is it a sign of life: anybody may
	/// have asked for the judgement. News of a lease that the node no longer holds mean nothing.
	fn lease_changed(lease: &Lease) {
		let node = lease.node;
		let Some(mut record) = Nodes::<T>::get(node) else { return };
		if record.lease.as_ref().map(|held| held.id) != Some(lease.id) {
			return;
		}
		let before = record.lease.replace(LeaseSummary::from(lease));
		if before.is_some_and(|held| !lease.classes.includes(held.classes)) {
			T::Pool::lost(node);
		}
		let status = record.status;
		Self::settle_status(node, &mut record, status);
	}

	/// The node takes no jobs until it gets another lease, and what it runs goes to others. The end of a
	/// lease that the node no longer holds means nothing.
	fn lease_lost(node: NodeId, lease: LeaseId) {
		let Some(mut record) = Nodes::<T>::get(node) else { return };
		if record.lease.as_ref().map(|held| held.id) != Some(lease) {
			return;
		}
		let worked = record.expects_heartbeat();
		record.lease = None;
		T::Pool::lost(node);
		let status = match record.status {
			NodeStatus::Registered => NodeStatus::Registered,
			_ if worked => NodeStatus::Inactive(InactiveReason::LeaseLost),
			other => other,
		};
		Self::settle_status(node, &mut record, status);
	}

	fn weight() -> Weight {
		T::WeightInfo::lease()
			.saturating_add(Self::change_weight())
			.saturating_add(T::Pool::weight_of_loss())
	}
}
