//! Runtime APIs: every custom RPC asks one of these, so a light client can ask the same.

use crate::{
	attest::EncryptionKey,
	capability::CapabilitySpec,
	clause::RiskClass,
	job::{JobConstraints, JobInput},
	receipt::RollupHeader,
	rollup::{Anchor, RollupCertificate, SignerSet, SignerSetId},
	trust::{Originator, Perspective},
	views::{
		Announcement, AppraisalView, ClauseView, CollateralView, DisputeView, ForecastView,
		JobView, LeaseView, MeasurementView, NodeView, Page, ReceiptProof, ReceiptView,
		RoutingView, SourceView, StepView, Totals, TriggerView, WorkflowView,
	},
	workflow::{Pattern, StepIndex, WorkflowId, WorkflowSpec},
	CapabilityId, ClauseId, DisputeId, Hash, JobId, NodeId, ReceiptId, RollupEpoch,
};
use alloc::vec::Vec;
use concordat_attestation::{policy::QuotePolicy, source::Piece, Evidence};
use sp_runtime::traits::Block as BlockT;

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
		/// How nodes that offer the clause's capability would score now: each factor, and why a node would not be asked.
		/// From the perspective of `originator`, an account or the node of the step before, and under the constraints of a
		/// job. Both may be left out: a stranger without wishes. First the nodes whose place and platform suit, then
		/// the others; from place `from` on.
		fn routing(
			clause: ClauseId,
			originator: Option<Originator>,
			constraints: Option<JobConstraints>,
			from: u64,
			limit: u32,
		) -> Page<RoutingView>;
		/// The lease of a node.
		fn attestation(node: NodeId) -> Option<LeaseView>;
		/// What becomes of the leases of nodes from number `from` on, if what is announced comes true.
		fn attestation_forecast(
			from: NodeId,
			limit: u32,
			announced: Vec<Announcement>,
		) -> Result<Page<ForecastView>, concordat_attestation::Error>;
		/// What the chain would say to evidence now, `node` having shown other evidence before.
		fn appraise_evidence(
			evidence: Evidence,
			node: Option<NodeId>,
		) -> Result<AppraisalView, concordat_attestation::Error>;
		/// Whether a piece of collateral would be taken now.
		fn check_collateral(piece: Piece) -> Result<CollateralView, concordat_attestation::Error>;
		/// Collateral that the chain holds, from the place `from` on.
		fn collateral(from: u32, limit: u32) -> Page<CollateralView>;
		/// Measurements on the allow-list, from the place `from` on.
		fn measurements(from: u32, limit: u32) -> Page<MeasurementView>;
		/// The quote policy of a risk class.
		fn quote_policy(class: RiskClass) -> QuotePolicy;
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

	/// Reads of what is orchestrated: workflows, triggers, trust.
	pub trait OrchestrationApi {
		/// A workflow.
		fn workflow(id: WorkflowId) -> Option<WorkflowView>;
		/// Workflows from number `from` on.
		fn workflows(from: WorkflowId, limit: u32) -> Page<WorkflowView>;
		/// Steps of a workflow, from place `from` on.
		fn workflow_steps(id: WorkflowId, from: StepIndex, limit: u32) -> Vec<StepView>;
		/// A workflow after one of the predefined patterns, on this input; `None` if it has no step, or too many.
		fn workflow_pattern(pattern: Pattern, input: JobInput) -> Option<WorkflowSpec>;
		/// A trigger.
		fn trigger(id: u32) -> Option<TriggerView>;
		/// Triggers from number `from` on.
		fn triggers(from: u32, limit: u32) -> Page<TriggerView>;
		/// A source of readings.
		fn source(id: u32) -> Option<SourceView>;
		/// Sources from number `from` on.
		fn sources(from: u32, limit: u32) -> Page<SourceView>;
		/// A declared capability.
		fn capability(id: CapabilityId) -> Option<CapabilitySpec>;
		/// What an account or a node has learnt of nodes, the strongest tie first.
		fn perspective(of: Originator) -> Perspective;
		/// Who has to be able to open what is sealed for the present round of a job: seats first, then backups, each with
		/// the key of its enclave.
		fn seal_recipients(job: JobId) -> Vec<(NodeId, EncryptionKey)>;
	}

	/// Who signs rollups, and what they have signed.
	pub trait RollupApi {
		/// Closed rollups without a certificate, the newest first: number, set that signs it, hash of its header. At most 64.
		fn uncertified(limit: u32) -> Vec<(RollupEpoch, SignerSetId, Hash)>;
		/// A set of signers, if it signs now or an epoch within the retention belongs to it.
		fn signer_set(id: SignerSetId) -> Option<SignerSet>;
		/// The set that signs what is closed now; `None` before there are signers.
		fn current_signers() -> Option<SignerSet>;
		/// Certificate of a rollup, for as long as it is in the state.
		fn certificate(epoch: RollupEpoch) -> Option<RollupCertificate>;
		/// The same with the set that signed, out of the off-chain index, whatever its age. Only for a caller inside the node
		/// that has registered its off-chain database (`OffchainDbExt`); the host refuses it to any other.
		fn archived_certificate(epoch: RollupEpoch) -> Option<(RollupCertificate, SignerSet)>;
		/// Where else a rollup is written down.
		fn anchors(epoch: RollupEpoch) -> Vec<Anchor>;
		/// Headers of closed rollups from one number to another, both included; at most 256, the first ones.
		fn rollups_between(from: RollupEpoch, to: RollupEpoch) -> Vec<RollupHeader>;
		/// The transaction that hands a certificate in. Nobody signs it and nobody pays.
		fn certify_extrinsic(certificate: RollupCertificate) -> <Block as BlockT>::Extrinsic;
	}
}
