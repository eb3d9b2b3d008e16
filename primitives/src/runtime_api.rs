//! Runtime APIs: every custom RPC asks one of these, so a light client can ask the same.

use crate::{
	receipt::RollupHeader,
	views::{
		ClauseView, DisputeView, JobView, LeaseView, NodeView, Page, ReceiptProof, ReceiptView,
		RoutingView, Totals,
	},
	ClauseId, DisputeId, JobId, NodeId, ReceiptId, RollupEpoch,
};
use alloc::vec::Vec;

sp_api::decl_runtime_apis! {
	/// Reads of the whole chain. Lists are paged; a page has at most [`crate::views::MAX_PAGE`] rows.
	pub trait ConcordatApi {
		/// A job.
		fn job(id: JobId) -> Option<JobView>;
		/// Jobs from number `from` on, without their certificates: those come with `job` alone.
		fn jobs(from: JobId, limit: u32) -> Page<JobView>;
		/// A clause.
		fn clause(id: ClauseId) -> Option<ClauseView>;
		/// Clauses, in order of registration.
		fn clauses(from: u64, limit: u32) -> Page<ClauseView>;
		/// A node.
		fn node(id: NodeId) -> Option<NodeView>;
		/// Nodes from number `from` on.
		fn nodes(from: NodeId, limit: u32) -> Page<NodeView>;
		/// Jobs on which a node holds a seat.
		fn assignments(node: NodeId) -> Vec<JobId>;
		/// How nodes that offer the clause's capability would score now, from node number `from` on.
		fn routing(clause: ClauseId, from: NodeId, limit: u32) -> Page<RoutingView>;
		/// The lease of a node.
		fn attestation(node: NodeId) -> Option<LeaseView>;
		/// A receipt.
		fn receipt(id: ReceiptId) -> Option<ReceiptView>;
		/// A receipt with its proof, once its rollup is closed, and for as long as it is in the state.
		fn receipt_proof(id: ReceiptId) -> Option<ReceiptProof>;
		/// The same out of the off-chain index, whatever the receipt's age. Only for a caller inside the node that has
		/// registered its off-chain database (`OffchainDbExt`); the host refuses it to any other, as to `state_call`.
		fn archived_receipt_proof(id: ReceiptId) -> Option<ReceiptProof>;
		/// A closed rollup.
		fn rollup(epoch: RollupEpoch) -> Option<RollupHeader>;
		/// A dispute.
		fn dispute(id: DisputeId) -> Option<DisputeView>;
		/// Totals.
		fn totals() -> Totals;
	}
}
