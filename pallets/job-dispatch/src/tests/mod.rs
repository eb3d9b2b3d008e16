//! Tests by behaviour. All invariants are checked after each of them, and after every block of most.

mod agenda;
mod capabilities;
mod collocation;
mod credentials;
mod declining;
mod dispatching;
mod disputes;
mod eligibility;
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
	}
}

fn failure(agreed: &[NodeId]) -> Settlement {
	Settlement { outcome: Err(FailureCode::Trap), ..settlement(agreed, &[]) }
}

fn acknowledge(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	assert_ok!(JobDispatch::acknowledge(id, seat.attempt, node));
}

fn deliver(id: JobId, node: NodeId) {
	let seat = seats(id).into_iter().find(|seat| seat.node == node).expect("it sits");
	assert_ok!(JobDispatch::delivered(id, seat.attempt, node));
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
