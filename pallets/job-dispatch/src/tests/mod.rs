//! Tests by behaviour. All invariants are checked after each of them, and after every block of most.

mod agenda;
mod capabilities;
mod collocation;
mod committees;
mod committing;
mod credentials;
mod declining;
mod dispatching;
mod disputes;
mod eligibility;
mod escalating;
mod failover;
mod fairness;
mod governance;
mod hops;
mod knowing;
mod money;
mod opening;
mod placement;
mod pools;
mod pruning;
mod random;
mod reads;
mod sampling;
mod scheduling;
mod sealing;
mod spread;
mod strata;
mod views;
mod voting;
mod weighing;

use crate::mock::*;
use concordat_primitives::{
	cac::{FailureCode, ResourceUsage},
	job::Settlement,
	traits::{JobBoard, NodePool},
	Balance, Hash, JobId, NodeId,
};
use frame_support::{assert_ok, traits::fungible::Inspect, BoundedVec};

/// A modest usage: 1,000 portions of fuel, 1 MiB, 1 KiB in and out.
fn usage() -> ResourceUsage {
	ResourceUsage {
		fuel: 1_000_000_000,
		cpu_micros: 5,
		peak_memory: 1 << 20,
		bytes_in: 1_024,
		bytes_out: 1_024,
		storage_ops: 1,
	}
}

fn settlement(agreed: &[NodeId], dissented: &[NodeId]) -> Settlement {
	Settlement {
		outcome: Ok(Hash::repeat_byte(5)),
		agreed: BoundedVec::truncate_from(agreed.iter().map(|node| (*node, usage())).collect()),
		dissented: BoundedVec::truncate_from(dissented.to_vec()),
		failed: Default::default(),
	}
}

fn failure(agreed: &[NodeId]) -> Settlement {
	Settlement { outcome: Err(FailureCode::Trap), ..settlement(agreed, &[]) }
}

fn acknowledge(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	assert_ok!(JobDispatch::acknowledge(id, seat.attempt, node));
}

/// A node says what it found, as far as it can: where nodes commit to their results, it commits until all have.
fn deliver(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	let terms = JobDispatch::terms(id).expect("the job is there");
	if terms.commit_reveal && terms.reveal_from.is_none() {
		assert_ok!(JobDispatch::committed(id, seat.attempt, node));
	} else {
		assert_ok!(JobDispatch::delivered(id, seat.attempt, node));
	}
}

/// A node commits to a result.
fn commit(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	assert_ok!(JobDispatch::committed(id, seat.attempt, node));
}

/// A node shows what it has committed to.
fn reveal(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	assert_ok!(JobDispatch::delivered(id, seat.attempt, node));
}

/// All of these nodes commit, and in the next block they show what they found.
fn commit_and_reveal(id: JobId, nodes: &[NodeId]) {
	nodes.iter().for_each(|node| commit(id, *node));
	run(1);
	nodes.iter().for_each(|node| reveal(id, *node));
}

/// Those whose votes count now.
fn voting(id: JobId) -> Vec<NodeId> {
	JobDispatch::terms(id).expect("the job is there").voting().map(|seat| seat.node).collect()
}

fn settle(id: JobId, agreed: &[NodeId], dissented: &[NodeId]) -> Balance {
	JobDispatch::settle(id, settlement(agreed, dissented)).expect("a fitting settlement")
}

/// A job of the clause, assigned.
fn assigned() -> JobId {
	let id = dispatch();
	run(1);
	assert!(!seats(id).is_empty(), "not assigned: {:?}", job(id).waiting);
	id
}

/// A job of the clause with a result from all its nodes.
fn completed() -> JobId {
	let id = assigned();
	let nodes = seated(id);
	nodes.iter().for_each(|node| deliver(id, *node));
	settle(id, &nodes, &[]);
	id
}
