//! How pallets reach each other.
//!
//! ```text
//!  governance ──Root──► everything
//!  attestation ──LeaseListener──► node-staking ──NodePool──► job-dispatch
//!  job-dispatch ──ClauseInspect, OutcomeListener──► clause-registry
//!  quorum-results ──JobBoard──► job-dispatch      quorum-results ──LeaseInspect──► attestation
//!  disputes ──JobBoard, Slasher──► job-dispatch, node-staking
//!  attestation ──ClauseMeasurements──► clause-registry
//!  job-dispatch ──CredentialInspect──► node-identity
//!  all ──ReceiptSink──► rollup-anchor
//! ```

use crate::{
	attest::{Lease, LeaseDemand, LeaseRefusal, Measurement, SigningKey},
	cac::FailureCode,
	capability::CapabilitySpec,
	clause::{ClauseSpec, ClauseStatus, ExecutionMode},
	credential::CredentialDemand,
	handoff::HandoffState,
	job::{JobTerms, PauseSubject, Settlement},
	node::{Misconduct, NodeProfile, NodeSpec, NodeStatus},
	receipt::Operation,
	sealed::SealedInput,
	workflow::{Dependencies, JobParent},
	Attempt, Balance, BlockNumber, ClauseId, Hash, JobId, LeaseId, NodeId, ReceiptId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::{DispatchError, DispatchResult};

/// A clause as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseInfo<AccountId> {
	/// Account of the owner (a DAO's account for a DAO).
	pub owner: AccountId,
	/// What it is.
	pub spec: ClauseSpec,
	/// Where it stands.
	pub status: ClauseStatus,
}

/// Reads clauses. Implemented by clause-registry.
pub trait ClauseInspect<AccountId> {
	/// The clause, if it is registered.
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>>;
	/// The program's bytes, if they are on chain.
	fn program(id: &ClauseId) -> Option<Vec<u8>>;
	/// Weight of [`Self::clause`].
	fn weight() -> Weight;
}

impl<AccountId> ClauseInspect<AccountId> for () {
	fn clause(_: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		None
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Hears how jobs of a clause begin, end and go. Implemented by clause-registry: it counts failures towards safe
/// mode and holds a clause's program for as long as jobs need it.
pub trait ClauseJobs {
	/// A job was accepted.
	fn job_opened(id: &ClauseId);
	/// A job ended. `success` is `None` when it says nothing about the clause (cancelled, expired, silence).
	fn job_closed(id: &ClauseId, success: Option<bool>);
	/// The records of a job that ended are gone: nobody can dispute it or run it again, so that it needs the program
	/// no more. Told once for each job that was opened, after its end. Returns the weight of it, which is at most
	/// [`Self::weight_of_pruning`].
	fn job_pruned(_: &ClauseId) -> Weight {
		Weight::zero()
	}
	/// A dispute asks to stop the clause.
	fn suspend(id: &ClauseId) -> DispatchResult;
	/// Weight of the dearest of these.
	fn weight() -> Weight;
	/// Weight of [`Self::job_opened`], which every dispatch costs.
	fn weight_of_opening() -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::job_closed`], which every end of a job costs.
	fn weight_of_closing() -> Weight {
		Self::weight()
	}
	/// The most that [`Self::job_pruned`] weighs.
	fn weight_of_pruning() -> Weight {
		Self::weight()
	}
}

impl ClauseJobs for () {
	fn job_opened(_: &ClauseId) {}
	fn job_closed(_: &ClauseId, _: Option<bool>) {}
	fn suspend(_: &ClauseId) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Reads nodes. Implemented by node-staking.
pub trait NodeInspect<AccountId> {
	/// Account that controls the node.
	fn controller(node: NodeId) -> Option<AccountId>;
	/// Account of the node's operator key: it may renew the node's lease in the controller's place, and nothing else.
	fn operator(_node: NodeId) -> Option<AccountId> {
		None
	}
	/// Where the node stands.
	fn status(node: NodeId) -> Option<NodeStatus>;
	/// What its operator said.
	fn spec(node: NodeId) -> Option<NodeSpec>;
	/// Weight of one of these.
	fn weight() -> Weight;
}

impl<AccountId> NodeInspect<AccountId> for () {
	fn controller(_: NodeId) -> Option<AccountId> {
		None
	}
	fn status(_: NodeId) -> Option<NodeStatus> {
		None
	}
	fn spec(_: NodeId) -> Option<NodeSpec> {
		None
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// The one way to a node's stake. Implemented by node-staking.
pub trait Slasher<AccountId> {
	/// Freezes the fraction of the stake that the agreement names for `misconduct` and jails the node.
	/// The same `evidence` never counts twice; of several offences in one span only the dearest counts.
	/// The funds move after the appeal window; `reporter` gets the finder's share then.
	/// Returns what is newly frozen.
	fn slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError>;
	/// Weight of it.
	fn weight() -> Weight;
}

impl<AccountId> Slasher<AccountId> for () {
	fn slash(
		_: NodeId,
		_: Misconduct,
		_: Hash,
		_: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		Ok(0)
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Reads leases, checked at every use. Implemented by attestation.
pub trait LeaseInspect {
	/// The present lease of `node`, if it counts now for what is demanded. `lease` is the one under which the node was
	/// chosen: the present one, or one that the present one renews, for the same key and the same code.
	fn live_lease(
		node: NodeId,
		lease: LeaseId,
		demand: &LeaseDemand<'_>,
	) -> Result<Lease, LeaseRefusal>;
	/// The lease that a key signs under, alive or not.
	fn lease_of_key(key: &SigningKey) -> Option<Lease>;
	/// The node's present lease, alive or not.
	fn lease_of_node(node: NodeId) -> Option<Lease>;
	/// Whether `node` answers for what `key` signs: it holds a lease for it, or held one not too long ago.
	fn is_key_of(node: NodeId, key: &SigningKey) -> bool {
		Self::lease_of_key(key).is_some_and(|lease| lease.node == node)
	}
	/// Weight of the dearer of [`Self::live_lease`] and [`Self::is_key_of`].
	fn weight() -> Weight;
}

impl LeaseInspect for () {
	fn live_lease(_: NodeId, _: LeaseId, _: &LeaseDemand<'_>) -> Result<Lease, LeaseRefusal> {
		Err(LeaseRefusal::None)
	}
	fn lease_of_key(_: &SigningKey) -> Option<Lease> {
		None
	}
	fn lease_of_node(_: NodeId) -> Option<Lease> {
		None
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Hears of leases. Implemented by node-staking.
pub trait LeaseListener {
	/// A node got a lease, or a fresh one in place of its old one.
	fn lease_granted(lease: &Lease);
	/// The lease was judged again and meets the policies of other risk classes than before; at least of one.
	fn lease_changed(lease: &Lease);
	/// A node's lease ended: expired, revoked, given up.
	fn lease_lost(node: NodeId, lease: LeaseId);
	/// Weight of the dearest of these.
	fn weight() -> Weight;
}

impl LeaseListener for () {
	fn lease_granted(_: &Lease) {}
	fn lease_changed(_: &Lease) {}
	fn lease_lost(_: NodeId, _: LeaseId) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Knows which clauses need which code. Implemented by clause-registry.
pub trait ClauseMeasurements {
	/// A clause that can run now or later, names measurements of its own, among them `measurement`, and would have none
	/// left for which `valid` holds if that one lapsed. `Err` if more clauses name it than [`Self::LIMIT`].
	fn stranded_by(
		measurement: &Measurement,
		valid: &dyn Fn(&Measurement) -> bool,
	) -> Result<Option<ClauseId>, TooManyClauses>;
	/// Most clauses that are looked at.
	const LIMIT: u32;
	/// Weight of it.
	fn weight() -> Weight;
}

/// More clauses name a measurement than can be looked at in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyClauses;

impl ClauseMeasurements for () {
	fn stranded_by(
		_: &Measurement,
		_: &dyn Fn(&Measurement) -> bool,
	) -> Result<Option<ClauseId>, TooManyClauses> {
		Ok(None)
	}
	const LIMIT: u32 = 0;
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Knows who holds which credentials. Implemented by node-identity.
pub trait CredentialInspect<AccountId> {
	/// Whether the node, or the account that controls it, holds a credential that meets each demand now.
	fn node_meets(node: NodeId, demands: &[CredentialDemand]) -> bool;
	/// Whether the account holds a credential that meets each demand now.
	fn account_meets(account: &AccountId, demands: &[CredentialDemand]) -> bool;
	/// Weight of either for as many demands as a clause may make.
	fn weight() -> Weight;
}

/// Nobody holds any: what demands one is refused.
impl<AccountId> CredentialInspect<AccountId> for () {
	fn node_meets(_: NodeId, demands: &[CredentialDemand]) -> bool {
		demands.is_empty()
	}
	fn account_meets(_: &AccountId, demands: &[CredentialDemand]) -> bool {
		demands.is_empty()
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// The scheduler's pools. Implemented by job-dispatch, called by node-staking alone.
pub trait NodePool {
	/// The node takes jobs from now on, with this profile; a node that is in already gets the new profile.
	fn admit(
		node: NodeId,
		profile: NodeProfile,
		capabilities: &[crate::CapabilityId],
	) -> DispatchResult;
	/// The node takes no more jobs. What it runs, runs on.
	fn evict(node: NodeId);
	/// The node is gone for good: it takes no more jobs, and what is remembered of it goes, at the latest with its last
	/// seat. To be told once, when its record is removed.
	fn forget(node: NodeId) {
		Self::evict(node);
	}
	/// The node is not expected to deliver what it runs: it fell silent, or the keys under which it was given its
	/// seats are gone. Its deadlines are brought forward; what it still delivers before them counts.
	fn lost(_node: NodeId) {}
	/// The operator says that the node does not perform a capability now, or does again (Symbiont §7.2).
	fn set_available(
		_node: NodeId,
		_capability: crate::CapabilityId,
		_available: bool,
	) -> DispatchResult {
		Ok(())
	}
	/// Jobs that the node works on now.
	fn running(node: NodeId) -> u16;
	/// Weight of the dearest of these, but for [`Self::lost`].
	fn weight() -> Weight;
	/// Weight of [`Self::forget`].
	fn weight_of_forgetting() -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::lost`] for a node with as many jobs as one may have.
	fn weight_of_loss() -> Weight {
		Weight::zero()
	}
}

impl NodePool for () {
	fn admit(_: NodeId, _: NodeProfile, _: &[crate::CapabilityId]) -> DispatchResult {
		Ok(())
	}
	fn evict(_: NodeId) {}
	fn running(_: NodeId) -> u16 {
		0
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// What the off-chain worker needs to start a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
	/// Terms of the job.
	pub terms: JobTerms,
	/// The input's bytes, or where they are.
	pub input: crate::job::JobInput,
	/// What set it off.
	pub trigger: crate::clause::TriggerKind,
	/// Hash over the outputs that it depends on.
	pub lineage: Hash,
	/// Jobs whose outputs it depends on, in the order of the lineage.
	pub dependencies: Dependencies,
	/// What the clause asks a node to be able to do.
	pub capability: crate::CapabilityId,
	/// What the requester sealed, if the input is sealed and there.
	pub sealed: Option<SealedInput>,
	/// What it is a part of.
	pub parent: Option<JobParent>,
}

/// A job that another pallet opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRequest {
	/// Who pays, and may cancel.
	pub requester: crate::AccountId,
	/// Clause and version.
	pub clause: ClauseId,
	/// What it runs on.
	pub input: crate::job::JobInput,
	/// What is asked of the nodes.
	pub constraints: crate::job::JobConstraints,
	/// From whose perspective it is routed.
	pub originator: crate::trust::Originator,
	/// What it is a part of: whoever opens it hears of its end.
	pub parent: JobParent,
	/// Jobs whose outputs it needs, with the hash of each output, in the order of the lineage.
	pub dependencies: Vec<(JobId, Hash)>,
	/// How nodes have to agree, if not as the clause says. Not for requesters: for the chain's own audits.
	pub mode: Option<ExecutionMode>,
}

/// Why a job was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
	/// The request itself is at fault, or cannot be paid.
	Invalid(DispatchError),
	/// Governance's filter turned it away: index of the refusal, as in the receipt.
	Refused(u8),
}

impl From<DispatchError> for OpenError {
	fn from(error: DispatchError) -> Self {
		Self::Invalid(error)
	}
}

/// Opens jobs for workflows and triggers. Implemented by job-dispatch.
pub trait JobOpener {
	/// Opens the job, or leaves the state as it was. A refusal by governance's filter has its receipt all the same.
	fn open(request: JobRequest) -> Result<JobId, OpenError>;
	/// Ends a job that has not ended, in the name of its requester: what is held comes back, but for the scheduling fee
	/// if the chain has tried to place it. Its opener hears of the end.
	fn withdraw(job: JobId) -> DispatchResult;
	/// Weight of [`Self::open`] with an input of so many bytes.
	fn weight_of_opening(input: u32) -> Weight;
	/// Weight of [`Self::withdraw`], without what its opener does.
	fn weight_of_withdrawing() -> Weight;
}

impl JobOpener for () {
	fn open(_: JobRequest) -> Result<JobId, OpenError> {
		Err(OpenError::Invalid(DispatchError::Unavailable))
	}
	fn withdraw(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn weight_of_opening(_: u32) -> Weight {
		Weight::zero()
	}
	fn weight_of_withdrawing() -> Weight {
		Weight::zero()
	}
}

/// How a job ended, for whoever opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
	/// With a result.
	Completed {
		/// Hash of the output.
		output: Hash,
		/// The node that the next step is routed from: of those who agreed, the one with the best score.
		node: NodeId,
		/// Key that it signed with.
		signing_key: SigningKey,
	},
	/// Without one. Only final states.
	Failed(crate::job::JobStatus),
}

/// Hears of the ends of jobs that have a parent. Implemented by workflows and triggers.
pub trait JobOutcomes {
	/// The job ended. Told exactly once, after the job has been written back. For a result it is told when the record of
	/// the result is there, so that its output can be read.
	fn job_ended(job: JobId, parent: &JobParent, end: &JobEnd);
	/// Weight of the dearest.
	fn weight() -> Weight;
}

impl JobOutcomes for () {
	fn job_ended(_: JobId, _: &JobParent, _: &JobEnd) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Reads what came out of a job. Implemented by quorum-results.
pub trait JobOutputs {
	/// The output's bytes, if the job has completed, they lie on chain, and the job has not been pruned.
	fn output(job: JobId) -> Option<Vec<u8>>;
	/// Weight of it.
	fn weight() -> Weight;
}

impl JobOutputs for () {
	fn output(_: JobId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Knows how seats of workflow steps are handed over. Implemented by workflows.
pub trait Handoffs {
	/// Where the handoff of a seat stands.
	fn state(job: JobId, attempt: Attempt, node: NodeId) -> HandoffState;
	/// Hash of the context that goes with the job.
	fn context(job: JobId) -> Option<Hash>;
}

impl Handoffs for () {
	fn state(_: JobId, _: Attempt, _: NodeId) -> HandoffState {
		HandoffState::NotNeeded
	}
	fn context(_: JobId) -> Option<Hash> {
		None
	}
}

/// Holds jobs back for a time. Implemented by job-dispatch.
pub trait JobSwitches {
	/// Holds back for so many blocks; a second switch on the same replaces the first.
	fn pause(subject: PauseSubject, blocks: BlockNumber) -> DispatchResult;
	/// Lifts a switch before its time.
	fn resume(subject: PauseSubject) -> DispatchResult;
	/// Weight of either.
	fn weight() -> Weight;
}

impl JobSwitches for () {
	fn pause(_: PauseSubject, _: BlockNumber) -> DispatchResult {
		Ok(())
	}
	fn resume(_: PauseSubject) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// What a job would take out of sovereign quotas.
#[derive(Clone, Debug)]
pub struct QuotaAsk<'a> {
	/// Owner of the clause: a DAO's account for a DAO.
	pub owner: &'a crate::AccountId,
	/// Where the job may run; empty: anywhere.
	pub jurisdictions: &'a [crate::Jurisdiction],
	/// Its class: a critical job may use the burst allowance.
	pub class: crate::job::JobClass,
}

/// Why a quota turned a job away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaExceeded {
	/// The DAO's own.
	Dao,
	/// That of every jurisdiction in which the job may run.
	Jurisdiction,
}

/// Sovereign quotas (distributed compute layer, "burst-mode provisioning under sovereign quotas"). Implemented by triggers.
pub trait Quotas {
	/// Whether there is room now.
	fn check(ask: &QuotaAsk<'_>) -> Result<(), QuotaExceeded>;
	/// Takes it. To be called after [`Self::check`] in the same call.
	fn take(ask: &QuotaAsk<'_>);
	/// Weight of both.
	fn weight() -> Weight;
}

impl Quotas for () {
	fn check(_: &QuotaAsk<'_>) -> Result<(), QuotaExceeded> {
		Ok(())
	}
	fn take(_: &QuotaAsk<'_>) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Reads the catalogue of capabilities. Implemented by clause-registry.
pub trait CapabilityInspect {
	/// What was declared.
	fn capability(id: &crate::CapabilityId) -> Option<CapabilitySpec>;
	/// Weight of it.
	fn weight() -> Weight;
}

/// Everything is declared, and takes and gives any type. For tests.
impl CapabilityInspect for () {
	fn capability(_: &crate::CapabilityId) -> Option<CapabilitySpec> {
		Some(CapabilitySpec {
			category: crate::capability::Category::Analysis,
			input_types: Default::default(),
			output_types: Default::default(),
			max_input_bytes: u32::MAX,
			max_wall_millis: u32::MAX,
		})
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Jobs, as those see them who judge results. Implemented by job-dispatch.
pub trait JobBoard<AccountId> {
	/// Terms of a job, unless it is unknown or pruned.
	fn terms(job: JobId) -> Option<JobTerms>;
	/// Jobs on which a node holds a seat; at most its capacity.
	fn assignments(node: NodeId) -> Vec<JobId>;
	/// Everything needed to run it.
	fn work(job: JobId) -> Option<Work>;
	/// Hash over the outputs that the job depends on ([`crate::hashing::NO_LINEAGE`] for none). To be overridden
	/// where it can be read without the input.
	fn lineage(job: JobId) -> Option<Hash> {
		Self::work(job).map(|work| work.lineage)
	}
	/// Who asked for it.
	fn requester(job: JobId) -> Option<AccountId>;
	/// A node took its seat.
	fn acknowledge(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult;
	/// A node delivered. Its seat no longer falls to the deadline.
	fn delivered(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult;
	/// A node gives its seat back before it has delivered, for a reason that it signed: the next best steps in. It costs
	/// the node no standing, but it is not asked again for a moment.
	fn decline(_job: JobId, _attempt: Attempt, _node: NodeId) -> DispatchResult {
		Ok(())
	}
	/// A node has committed to its result: its seat no longer falls to the deadline. Once every seat of the round has
	/// committed, the reveals are due, from the next block on and for as long as governance allows.
	fn committed(_job: JobId, _attempt: Attempt, _node: NodeId) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}
	/// The nodes differ, too many have failed, or too few can still answer: the candidates are frozen. Nobody who has not
	/// delivered is waited for any more, and the backups that were drawn with the seats get seats of their own, under the
	/// next attempt and with one and a half times the time. From then on only their votes count
	/// ([`JobTerms::committee`]). Returns how many sit; 0 if there are fewer than [`ExecutionMode::committee`] or no
	/// attempt is left: then nothing has changed.
	fn escalate(_job: JobId) -> Result<u32, DispatchError> {
		Ok(0)
	}
	/// DAO and jurisdiction have voted: of a job that awaits the vote or is disputed. What is held goes back, but for the
	/// scheduling fee. The job is `Overridden`.
	fn override_result(
		_job: JobId,
		_outcome: Result<Hash, FailureCode>,
	) -> Result<Balance, DispatchError> {
		Err(DispatchError::Unavailable)
	}
	/// Weight of [`Self::escalate`].
	fn weight_of_escalating() -> Weight {
		Self::weight()
	}
	/// The record of a result is there: whoever opened the job can be told. Called once, after [`Self::settle`].
	fn announce(_job: JobId) {}
	/// The nodes agree: pay, refund the rest, close. Returns what was paid.
	fn settle(job: JobId, settlement: Settlement) -> Result<Balance, DispatchError>;
	/// All have delivered, or will not, and nobody can say who is right: another round on other nodes, under the next mode
	/// ([`ExecutionMode::escalated`]) where there are nodes enough for it, or the end: a vote, where the risk of the clause
	/// is high, and a failure otherwise.
	fn round_failed(job: JobId) -> DispatchResult;
	/// A dispute freezes the job.
	fn freeze(job: JobId) -> DispatchResult;
	/// The verdict: back to where it was (`upheld == false`), or `Slashed`.
	fn unfreeze(job: JobId, upheld: bool) -> DispatchResult;
	/// Weight of the dearest of the changing calls.
	fn weight() -> Weight;
	/// Weight of the dearer of [`Self::acknowledge`] and [`Self::delivered`], which every message costs.
	fn weight_of_message() -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::settle`] for a job with `seats` seats taken, all who are told included.
	fn weight_of_settling(_seats: u32) -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::round_failed`] for a job with `seats` seats taken, all who are told included.
	fn weight_of_failing(_seats: u32) -> Weight {
		Self::weight()
	}
}

impl<AccountId> JobBoard<AccountId> for () {
	fn terms(_: JobId) -> Option<JobTerms> {
		None
	}
	fn assignments(_: NodeId) -> Vec<JobId> {
		Vec::new()
	}
	fn work(_: JobId) -> Option<Work> {
		None
	}
	fn requester(_: JobId) -> Option<AccountId> {
		None
	}
	fn acknowledge(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	fn delivered(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	fn settle(_: JobId, _: Settlement) -> Result<Balance, DispatchError> {
		Ok(0)
	}
	fn round_failed(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn freeze(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn unfreeze(_: JobId, _: bool) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Hears when a job leaves the hands of its nodes. Implemented by quorum-results: it forgets the votes of a round
/// that failed and, once the job is pruned, its certificates.
pub trait JobListener {
	/// A seat was given up: the node was silent and is no longer expected to deliver. The votes that are in may
	/// now be all that will come.
	fn seat_lost(job: JobId, node: NodeId);
	/// A round is over without a result; its votes do not count any more.
	fn round_over(job: JobId);
	/// The job and all its records go.
	fn pruned(job: JobId);
	/// A node that had committed to a result did not show it in time. Its seat is given up; [`Self::seat_lost`] follows.
	fn reveal_withheld(_job: JobId, _attempt: Attempt, _node: NodeId) {}
	/// Weight of the dearest of these: of [`Self::seat_lost`], which may decide the job.
	fn weight() -> Weight;
	/// Weight of [`Self::round_over`].
	fn weight_of_round_over() -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::pruned`].
	fn weight_of_pruning() -> Weight {
		Self::weight()
	}
	/// Weight of [`Self::reveal_withheld`].
	fn weight_of_withholding() -> Weight {
		Self::weight()
	}
}

impl JobListener for () {
	fn seat_lost(_: JobId, _: NodeId) {}
	fn round_over(_: JobId) {}
	fn pruned(_: JobId) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Disputes that the chain itself opens or ends. Implemented by disputes.
pub trait AutoDisputes {
	/// Opens a dispute about a job and freezes it, without opener and bond: for arbiters to judge.
	fn open(job: JobId, evidence: Hash) -> DispatchResult;
	/// DAO and jurisdiction have voted about the job: an open dispute about it ends, and its bond goes back.
	fn overridden(job: JobId);
	/// Weight of the dearer.
	fn weight() -> Weight;
}

impl AutoDisputes for () {
	fn open(_: JobId, _: Hash) -> DispatchResult {
		Ok(())
	}
	fn overridden(_: JobId) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Hears what one node alone has said, and may have it run again by others. Implemented by audits.
pub trait Audits {
	/// The job was decided by the word of one node.
	fn decided(job: JobId, node: NodeId);
	/// Weight of it.
	fn weight() -> Weight;
}

impl Audits for () {
	fn decided(_: JobId, _: NodeId) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Takes receipts. Implemented by rollup-anchor.
pub trait ReceiptSink {
	/// Appends a receipt and returns its id. Never fails: a full epoch closes and the next one opens.
	fn append(operation: Operation) -> ReceiptId;
	/// Weight of it.
	fn weight() -> Weight;
}

impl ReceiptSink for () {
	fn append(_: Operation) -> ReceiptId {
		0
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Randomness of this block, from its author's VRF. An author can only withhold the block, and loses the slot.
pub trait BlockRandomness {
	/// 32 bytes that nobody knew when the parent block was built.
	fn seed(domain: &[u8]) -> [u8; 32];
}

/// For tests alone: the domain's hash.
impl BlockRandomness for () {
	fn seed(domain: &[u8]) -> [u8; 32] {
		sp_io::hashing::blake2_256(domain)
	}
}

/// What the chain is called, for signed messages: the genesis hash.
pub trait GenesisHash {
	/// Hash of block 0.
	fn genesis_hash() -> Hash;
}

/// Now, in blocks.
pub fn block_number<T: frame_support::sp_runtime::traits::UniqueSaturatedInto<BlockNumber>>(
	n: T,
) -> BlockNumber {
	n.unique_saturated_into()
}
