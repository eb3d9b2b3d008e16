//! What clients ask, put together from the pallets: each pallet answers for what it owns, and this
//! file joins the answers.

use crate::{
	Attestation, ClauseRegistry, Disputes, JobDispatch, NodeStaking, QuorumResults, RollupAnchor,
	Runtime,
};
use alloc::vec::Vec;
use concordat_primitives::{
	job::JobConstraints,
	receipt::RollupHeader,
	traits::{JobBoard, NodePool},
	trust::Originator,
	views::{
		ClauseView, DisputeView, JobView, LeaseView, NodeView, Page, ReceiptProof, ReceiptView,
		ResultView, RoutingView, Totals,
	},
	AccountId, ClauseId, DisputeId, JobId, NodeId, ReceiptId, RollupEpoch,
};

fn with_result(mut view: JobView) -> JobView {
	view.result = QuorumResults::result_view(view.id);
	view
}

/// With what was decided, and without the certificates: a job may have left a hundred.
fn with_decision(mut view: JobView) -> JobView {
	let record = pallet_quorum_results::Results::<Runtime>::get(view.id);
	view.result = record.map(|record| ResultView {
		cacs: Vec::new(),
		receipt: Some(record.receipt),
		decided_at: Some(record.decided_at),
		output: None,
	});
	view
}

fn with_lease(mut view: NodeView) -> NodeView {
	view.lease = Attestation::view(view.id);
	view.running = <JobDispatch as NodePool>::running(view.id);
	view.reputation = JobDispatch::reputation(view.id);
	view
}

fn map_page<T>(page: Page<T>, with: impl Fn(T) -> T) -> Page<T> {
	Page { items: page.items.into_iter().map(with).collect(), next: page.next }
}

/// A job with its result.
pub fn job(id: JobId) -> Option<JobView> {
	JobDispatch::view(id).map(with_result)
}

/// Jobs from number `from` on, each with what was decided. The certificates are for those who ask for the
/// job itself.
pub fn jobs(from: JobId, limit: u32) -> Page<JobView> {
	map_page(JobDispatch::page(from, limit), with_decision)
}

/// A clause.
pub fn clause(id: ClauseId) -> Option<ClauseView> {
	ClauseRegistry::view(&id)
}

/// Clauses in order of registration.
pub fn clauses(from: u64, limit: u32) -> Page<ClauseView> {
	ClauseRegistry::page(from, limit)
}

/// A node with its lease, load and reputation.
pub fn node(id: NodeId) -> Option<NodeView> {
	NodeStaking::view(id).map(with_lease)
}

/// Nodes from number `from` on.
pub fn nodes(from: NodeId, limit: u32) -> Page<NodeView> {
	map_page(NodeStaking::page(from, limit), with_lease)
}

/// Jobs on which a node holds a seat.
pub fn assignments(node: NodeId) -> Vec<JobId> {
	<JobDispatch as JobBoard<AccountId>>::assignments(node)
}

/// How nodes would score for a clause now.
pub fn routing(
	clause: ClauseId,
	originator: Option<Originator>,
	constraints: Option<JobConstraints>,
	from: u64,
	limit: u32,
) -> Page<RoutingView> {
	JobDispatch::candidates(&clause, originator.as_ref(), constraints.as_ref(), from, limit)
		.unwrap_or(Page { items: Vec::new(), next: None })
}

/// The lease of a node.
pub fn attestation(node: NodeId) -> Option<LeaseView> {
	Attestation::view(node)
}

/// A receipt.
pub fn receipt(id: ReceiptId) -> Option<ReceiptView> {
	RollupAnchor::receipt_view(id)
}

/// A receipt with its proof.
pub fn receipt_proof(id: ReceiptId) -> Option<ReceiptProof> {
	RollupAnchor::receipt_proof(id)
}

/// A receipt with its proof, out of the off-chain index of the node that asks.
pub fn archived_receipt_proof(id: ReceiptId) -> Option<ReceiptProof> {
	RollupAnchor::indexed_proof(id)
}

/// A closed rollup.
pub fn rollup(epoch: RollupEpoch) -> Option<RollupHeader> {
	RollupAnchor::rollup(epoch)
}

/// A dispute.
pub fn dispute(id: DisputeId) -> Option<DisputeView> {
	Disputes::view(id)
}

/// Totals of the chain.
pub fn totals() -> Totals {
	let mut totals = Totals::default();
	JobDispatch::totals(&mut totals);
	(totals.nodes, totals.active_nodes) = NodeStaking::counts();
	totals.leases = pallet_attestation::Leases::<Runtime>::count();
	(totals.receipts, totals.rollups) = RollupAnchor::totals();
	totals
}
