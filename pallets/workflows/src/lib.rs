//! Workflows: several jobs that make one.
//!
//! Somebody submits steps, what each of them runs on, and which of them need the outputs of others. The pallet opens
//! a job for each step as soon as its predecessors have results, routed from the perspective of the node that ran the
//! last of them; that node hands the workflow's context on to the node that runs the step. There is no
//! orchestrator: what is next follows from what ended (Symbiont orchestration protocol, §5, §6, §9, §11.3).
//!
//! # Surface
//!
//! | index | call | who |
//! |---|---|---|
//! | 0 | [`submit`](Pallet::submit) | anybody, with a deposit |
//! | 1 | [`cancel`](Pallet::cancel) | the owner |
//! | 2 | [`hand_over`](Pallet::hand_over) | the node that ran the step before, by its enclave's signature; feeless |
//! | 3 | [`refuse`](Pallet::refuse) | a node that does not take its seat, by its enclave's signature; feeless |
//! | 4 | [`set_params`](Pallet::set_params) | Root |
//!
//! For other pallets: [`JobOutcomes`](concordat_primitives::traits::JobOutcomes) (job-dispatch tells of ends),
//! [`Handoffs`](concordat_primitives::traits::Handoffs) and
//! [`RefusalSink`](concordat_primitives::handoff::RefusalSink) (the worker of quorum-results). For clients:
//! [`Pallet::workflow`], [`Pallet::steps`], [`Pallet::workflows`], [`Pallet::context_of`], [`Pallet::pattern`].
//!
//! # Life of a workflow
//!
//! ```text
//!  Pending ──first job──► Running ──all steps, merged──► Completed ─┐
//!     │                      ├──a step failed for good──► Failed ───┤
//!     ├──────────────────────┼──cancel─────────────────► Cancelled ─┼──retention──► pruned
//!     └──────────────────────┴──time-out───────────────► Expired ───┘
//! ```
//!
//! # Life of a step
//!
//! ```text
//!  Waiting ──last predecessor──► Ready ──opened──► Running ──result──► Completed
//!                                  ▲                  │ failed            │ sent back by the step that judges it
//!                                  ├──────retries─────┤                   │
//!                                  └──────────────────┼───────────────────┘
//!                                                     └──► Failed, and the workflow with it
//! ```
//!
//! *Submission* checks everything that does not change: shape, inputs, bounds, and that each clause is active, accepts what
//! sets its step off and takes what it is given. What the board judges at the moment (price, room, permission, windows, what
//! the constraints of a job mean for its clause) is judged when a step's job is opened.
//!
//! *Readiness* is a counter per step: how many of its dependencies have no result. The end of a job decrements the
//! counters of its dependants, which the step knows; zero is ready. Nothing is searched for. All counters of a
//! workflow, and the sets of ready, running and completed steps, are one record of some 200 bytes.
//!
//! *Opening.* What is ready stands in a queue that `on_idle` of the same block works off as far as the block has room, and
//! `on_initialize` of the next ones under a governed share; the steps of one workflow take turns with those of others.
//! So a step's job is opened in the block in which its last predecessor ended, unless that block is full, and
//! nothing is lost. At most [`Params::max_running`] steps of one workflow have a job at a time.
//!
//! *Input.* As [`StepInput`](concordat_primitives::workflow::StepInput) says. Outputs that become inputs have to
//! lie on chain (2 KiB, until their job is pruned); outputs are merged with equal weights, because
//! what a result tells of its step is the node that agreed, not its trust. Sealed inputs are refused: a
//! sealed job waits for its requester after every round of seats, and what comes out of it is either public or sealed
//! away from its dependants.
//!
//! *Failure.* A job that fails, expires or finds no quorum is opened again [`retries`] times, routed anew, and nobody is
//! excluded for it: nodes that failed score lower. The program of a judging step ([`redo`]) that
//! says no sends its predecessor back instead, so that the pair runs again. Then the workflow fails; its running
//! jobs are withdrawn, one by one under the engine's meter. What the owner or governance ended is not
//! tried again, nor is a step that cannot be paid, has been refused by governance's filter, or lacks an output. If
//! the job board has no room now ([`OpenErrors`]), the step waits [`Params::busy_pause`] blocks; that costs no try.
//!
//! *Disputes.* A result is taken when it is there. If a dispute overturns it later, the workflow is not rolled back: its
//! receipts name the jobs, and theirs say what became of them.
//!
//! [`retries`]: concordat_primitives::workflow::StepSpec::retries
//! [`redo`]: concordat_primitives::workflow::StepSpec::redo
//!
//! # Context and handoffs
//!
//! The context is the commitment to the input, the output hash of each completed step, and the nodes in the order of the
//! ends. A step's context is what it was *when its job was opened*: [`StepJob::seen`] ends of the workflow, whose hash is
//! kept. From the list of ends anybody can make it again ([`Pallet::context_of`]).
//!
//! The node that ran the last predecessor hands over to each seat: it signs task and context with the key under which
//! it signed its own certificate. The chain takes that once per present seat, within
//! [`Params::handoff_window`] blocks of its assignment. If none comes, the chain's own record stands in: the seat's
//! handoff is `Lapsed`, so that a dead predecessor stops nothing. When the step has run so, an event says so.
//!
//! A receiver that does not take a seat says why, signed. If the fault is its own ([`HandoffFault`]), the
//! board gives the seat to the next best. If it blames the sender, the receiver keeps its seat and the handoff is void:
//! the chain's record stands in for it too.
//!
//! [`HandoffFault`]: concordat_primitives::handoff::HandoffFault
//!
//! # Up and down
//!
//! Down: `T::Opener` opens and withdraws jobs; `T::Jobs` says who sits, and takes refusals; `T::Outputs` reads outputs;
//! `T::Clauses`, `T::Capabilities` at submission; `T::Receipts` audits submissions, ends and handoffs; `T::Leases` only for the off-chain
//! worker. Up: job-dispatch calls `job_ended`, from within its calls and hooks and from within `T::Opener::withdraw` and
//! `T::Jobs::decline`: whatever this pallet knows is written before it calls those.
//!
//! # Money
//!
//! [`HoldReason::Deposit`]: for the records, from submission until they are pruned. [`HoldReason::Reserve`]: what
//! the owner sets aside for the jobs of the workflow, so that it does not run dry half way: before a job is opened all of
//! it is released, and what the job did not take is held again. Refunds of jobs are free money, and do not return
//! to the reserve. What is left comes back with the workflow's end. Jobs are paid one by one by job-dispatch; an owner who
//! cannot pay when a step becomes ready lets the workflow fail with
//! [`StepFault::CannotPay`](concordat_primitives::workflow::StepFault::CannotPay).
//!
//! # Bounds
//!
//! 128 steps, 16 dependencies of each, [`MAX_ENDS`] results, [`MAX_OWED`] handoffs that a
//! node owes; pages of the agenda; [`PRUNE_CHUNK`] steps pruned in one turn.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an account is the sum over its workflows, for deposits and for reserves; an ended workflow has no
//!    reserve.
//! 2. Every workflow has its progress, and its steps but for those that are pruned; nothing else is there.
//! 3. The sets of steps are disjoint; a counter is the number of dependencies without a result; a step is done exactly if
//!    it has one. Nothing is lost: a step of a live workflow whose counter is zero is in one of the sets, or failed.
//! 4. A job is known here exactly while a step has it; it and the step know each other.
//! 5. A node owes only for jobs that are known here and name it as their sender, each once. Handoffs are kept only for jobs that have a
//!    sender.
//! 6. The queue holds each workflow that says so, once. A live workflow with something to do is queued, or wakes.
//! 7. A live workflow expires, an ended one is pruned: both are on the agenda.
//! 8. Totals and counts of live workflows are those of the records. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda_impls;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod engine_impls;
mod handoff_impls;
mod merging;
#[cfg(test)]
mod mock;
mod money_impls;
pub mod offchain;
pub mod patterns;
mod submit_impls;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod validate;
mod views;
pub mod weights;

pub use authorize::Refusal;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::workflows";

/// Sorts the errors of the job board, which this pallet does not know. The runtime does.
pub trait OpenErrors {
	/// What the error means for a workflow.
	fn sort(error: &sp_runtime::DispatchError) -> concordat_primitives::workflow::OpenFault;
}

/// Everything is final.
impl OpenErrors for () {
	fn sort(_: &sp_runtime::DispatchError) -> concordat_primitives::workflow::OpenFault {
		concordat_primitives::workflow::OpenFault::Invalid
	}
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use concordat_primitives::{
		handoff::{HandoffFault, SignedHandoff, SignedRefusal},
		job::JobInput,
		traits::{
			block_number, CapabilityInspect, ClauseInspect, GenesisHash, JobBoard, JobOpener,
			JobOutputs, LeaseInspect, ReceiptSink,
		},
		views::{Page, StepView, WorkflowView},
		workflow::{
			Context, Pattern, StepFault, StepIndex, WorkflowId, WorkflowKind, WorkflowSpec,
			WorkflowStatus,
		},
		AccountId, Attempt, Balance, BlockNumber, Hash, JobId, NodeId, ReceiptId,
	};
	use frame_support::{
		dispatch::{DispatchResultWithPostInfo, Pays, PostDispatchInfo},
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
		weights::WeightMeter,
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<AccountId = AccountId, Hash = Hash>
	{
		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where deposits and reserves are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Governance: sets parameters.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Whether a clause is active, and what it asks for.
		type Clauses: ClauseInspect<AccountId>;

		/// What capabilities take and give.
		type Capabilities: CapabilityInspect;

		/// Opens and withdraws the jobs of steps.
		type Opener: JobOpener;

		/// What the errors of [`Config::Opener`] mean.
		type OpenErrors: OpenErrors;

		/// Who sits, and who gives a seat back.
		type Jobs: JobBoard<AccountId>;

		/// What came out of jobs.
		type Outputs: JobOutputs;

		/// Which node an enclave's key belongs to. Read by the off-chain worker alone.
		type Leases: LeaseInspect;

		/// Names the chain in signed messages.
		type Genesis: GenesisHash;

		/// The audit trail.
		type Receipts: ReceiptSink;

		/// Priority of handoffs and refusals in the pool. Above what fees can buy.
		#[pallet::constant]
		type AuthorizedPriority: Get<TransactionPriority>;

		/// Blocks for which they stay in the pool without being included.
		#[pallet::constant]
		type AuthorizedLongevity: Get<BlockNumber>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes clauses, jobs and seats for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for the records of a workflow.
		#[codec(index = 0)]
		Deposit,
		/// What the owner sets aside for the jobs of a workflow.
		#[codec(index = 1)]
		Reserve,
	}

	/// What governance can change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T> = StorageValue<_, Params, ValueQuery>;

	/// Totals. The number of the next workflow follows from them.
	#[pallet::storage]
	pub type Books<T> = StorageValue<_, Totals, ValueQuery>;

	/// Workflows, from submission until they are pruned.
	#[pallet::storage]
	pub type Workflows<T> = StorageMap<_, Twox64Concat, WorkflowId, Workflow>;

	/// How far each of them has come. Lives and dies with the workflow.
	#[pallet::storage]
	pub type Progresses<T> = StorageMap<_, Twox64Concat, WorkflowId, Progress>;

	/// Steps. Written at submission, changed by their jobs, removed in chunks by the pruning.
	#[pallet::storage]
	pub type Steps<T> =
		StorageDoubleMap<_, Twox64Concat, WorkflowId, Twox64Concat, StepIndex, Step>;

	/// Inputs: the workflow's, and those of steps that have their own. Live and die with the records that name them.
	#[pallet::storage]
	pub type Inputs<T> =
		StorageDoubleMap<_, Twox64Concat, WorkflowId, Twox64Concat, InputSlot, JobInput>;

	/// Results of steps in the order of their coming. Grows with each, removed by the pruning.
	#[pallet::storage]
	pub type Ends<T> = StorageMap<_, Twox64Concat, WorkflowId, EndList, ValueQuery>;

	/// Steps by their job. Written when it is opened, removed when it ends or is withdrawn.
	#[pallet::storage]
	pub type StepJobs<T> = StorageMap<_, Twox64Concat, JobId, StepJob>;

	/// Handoffs to the present seats of a job. Written by `hand_over`; goes with the entry in `StepJobs`.
	#[pallet::storage]
	pub type Handed<T> = StorageMap<_, Twox64Concat, JobId, GivenList, ValueQuery>;

	/// Jobs for which a node owes handoffs, for its off-chain worker. Written when a job is opened, removed when it
	/// ends. A node that owes [`MAX_OWED`] already is not reminded of more.
	#[pallet::storage]
	pub type Owed<T> = StorageMap<_, Twox64Concat, NodeId, OwedList, ValueQuery>;

	/// Workflows of each account that have not ended.
	#[pallet::storage]
	pub type Live<T> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Workflows for which there is something to do, in the order of their coming.
	#[pallet::storage]
	pub type Queue<T> = StorageMap<_, Twox64Concat, u64, WorkflowId>;

	/// Where the queue begins and ends.
	#[pallet::storage]
	pub type QueueRing<T> = StorageValue<_, Ring, ValueQuery>;

	/// What is due at a block, in pages.
	#[pallet::storage]
	pub type Agenda<T> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Twox64Concat, u32, AgendaPage, ValueQuery>;

	/// Last page of a block that has more than one.
	#[pallet::storage]
	pub type LastPages<T> = StorageMap<_, Twox64Concat, BlockNumber, u32, ValueQuery>;

	/// How far the agenda has been worked off.
	#[pallet::storage]
	pub type AgendaCursor<T> = StorageValue<_, Cursor>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance can change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				Pallet::<T>::ensure_params(&self.params).is_ok(),
				"workflows.params: values out of range, or a hook share too small for its dearest step"
			);
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A workflow was accepted.
		WorkflowSubmitted {
			/// Workflow.
			workflow: WorkflowId,
			/// Who asked, and pays.
			owner: AccountId,
			/// Its shape.
			kind: WorkflowKind,
			/// Its steps.
			steps: u8,
			/// Held for its records.
			deposit: Balance,
			/// Held for its jobs.
			reserve: Balance,
			/// First block at which it expires.
			expires_at: BlockNumber,
			/// Receipt of it.
			receipt: ReceiptId,
		},
		/// A step got its job.
		StepStarted {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Job.
			job: JobId,
			/// Counts the jobs of the step in this round, from 1.
			attempt: u8,
			/// The node that has to hand it over; `None` for a step without predecessors.
			from: Option<NodeId>,
			/// Hash of the context that goes with it.
			context: Hash,
		},
		/// There was no room for a step's job; it is tried again.
		StepPostponed {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// First block at which it is tried again.
			until: BlockNumber,
		},
		/// A step has a result.
		StepCompleted {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Job.
			job: JobId,
			/// Hash of the output.
			output: Hash,
			/// The node that its dependants are routed from.
			node: NodeId,
		},
		/// A step has no result.
		StepFailed {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Its job, if it had one.
			job: Option<JobId>,
			/// Why.
			fault: StepFault,
			/// It is tried again; otherwise the workflow fails.
			again: bool,
		},
		/// A step was sent back by the one that judges it: it runs again.
		StepSentBack {
			/// Workflow.
			workflow: WorkflowId,
			/// Step that runs again.
			step: StepIndex,
			/// Step that judged it.
			by: StepIndex,
		},
		/// A workflow ended. This is the notice to its owner.
		WorkflowEnded {
			/// Workflow.
			workflow: WorkflowId,
			/// Who asked.
			owner: AccountId,
			/// How.
			status: WorkflowStatus,
			/// Hash of its result.
			result: Option<Hash>,
			/// Receipt of it.
			receipt: ReceiptId,
		},
		/// The records of a workflow are gone.
		WorkflowPruned {
			/// Workflow.
			workflow: WorkflowId,
			/// What its owner got back.
			deposit: Balance,
		},
		/// A node handed a step over.
		HandedOver {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who ran the step before.
			from: NodeId,
			/// Who has the seat.
			to: NodeId,
			/// Digest of the handoff.
			handoff: Hash,
			/// Receipt of it.
			receipt: ReceiptId,
		},
		/// A step has run without a handoff: the chain's own record of the context stood in.
		HandoffLapsed {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Job.
			job: JobId,
			/// Who should have handed over.
			from: NodeId,
			/// Who ran the step.
			to: NodeId,
		},
		/// A node refused its seat, or the handoff that came with it.
		HandoffRefused {
			/// Workflow.
			workflow: WorkflowId,
			/// Step.
			step: StepIndex,
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who refused.
			node: NodeId,
			/// Why.
			fault: HandoffFault,
		},
		/// The parameters were changed.
		ParamsSet {
			/// What they are now.
			params: Params,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The workflow has no step.
		NoSteps,
		/// It has more steps than governance allows.
		TooManySteps,
		/// A step depends on itself.
		SelfDependency,
		/// A step depends on one that is not there.
		UnknownDependency,
		/// A step names a dependency twice.
		DuplicateDependency,
		/// A single workflow has one step.
		NotSingle,
		/// A step of a sequence does not follow the one before it, or depends on a later one.
		NotSequential,
		/// A step of a parallel workflow depends on another.
		NotParallel,
		/// Steps wait for each other.
		Cyclic,
		/// A step does not hang together with the others.
		Unreachable,
		/// There are several last steps, and nothing says how their outputs become one result.
		NoSingleResult,
		/// There is one last step, and something to merge.
		NothingToMerge,
		/// A step that runs on the output of its predecessor has to have exactly one.
		OutputOfOne,
		/// A step that runs on the merged outputs of its predecessors has none.
		MergedOfNone,
		/// A step has more retries than governance allows.
		TooManyRetries,
		/// A step that sends its predecessor back has to have one, run on its output, be its only dependant, and have retries.
		BadRedo,
		/// Predecessors could be sent back more often than one workflow may.
		TooManyRedos,
		/// Sealed inputs and outputs are not for workflows.
		SealedNotSupported,
		/// An input is empty.
		InputEmpty,
		/// An ensemble is too small or too large.
		BadEnsemble,
		/// An ensemble is asked for by a step, not by all of them at once.
		EnsembleOfAll,
		/// The workflow and a step exclude more nodes together than a job can.
		TooManyExcluded,
		/// A node is preferred and excluded.
		Contradiction,
		/// The time-out is zero, or longer than governance allows.
		BadTimeout,
		/// A clause is not registered.
		ClauseUnknown,
		/// A clause is not active.
		ClauseNotActive,
		/// A clause does not accept what sets the step off: for a step with predecessors, a dependency.
		TriggerNotAccepted,
		/// An ensemble is only for clauses that have one node run them.
		EnsembleNotPossible,
		/// A clause's capability is not declared.
		CapabilityUnknown,
		/// An input is longer than the capability takes.
		InputTooLong,
		/// A step gives nothing that the step which runs on its output takes.
		TypeMismatch,
		/// The account has as many live workflows as it may.
		TooManyLive,
		/// The account cannot pay deposit and reserve.
		CannotPay,
		/// There is no such workflow, or it has been pruned.
		WorkflowUnknown,
		/// The workflow is somebody else's.
		NotOwner,
		/// The workflow has ended.
		Ended,
		/// A parameter is out of its range, or leaves the hook no room.
		ParamsInvalid,
		/// The message is meant for another chain.
		WrongChain,
		/// The job is not one of a step that runs.
		UnknownJob,
		/// The step has no predecessor: nobody has to hand it over.
		NothingToHandOver,
		/// The message names another workflow or another step than the job's.
		WrongStep,
		/// The sender did not run the step before, or is not the one who has to hand over.
		WrongSender,
		/// Nodes do not work on the job now.
		NotRunning,
		/// The node has no seat in this job.
		NotSeated,
		/// The seat belongs to another attempt.
		WrongAttempt,
		/// The message carries another nonce than the attempt.
		WrongNonce,
		/// The seat has delivered.
		AlreadyDelivered,
		/// The seat was handed over already.
		AlreadyGiven,
		/// The time for handing over has passed.
		TooLate,
		/// The handoff names another task than the job's.
		WrongTask,
		/// The handoff names another context than the one on record.
		WrongContext,
		/// The signature is not that of the key that has to sign.
		BadSignature,
		/// The refusal names a handoff that the seat did not get, or blames the sender of one that is void already.
		WrongHandoff,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Works off what is due and what is ready, within the governed share of the block.
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let params = Parameters::<T>::get();
			let mut meter = WeightMeter::with_limit(Self::hook_limit(&params));
			meter.consume(T::WeightInfo::tick());
			Self::drain_agenda(block_number(now), &params, &mut meter);
			Self::drain_queue(&params, &mut meter);
			meter.consumed()
		}

		/// Opens the jobs of steps that became ready in this block, as far as it has room.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			if meter.try_consume(T::WeightInfo::tick()).is_err() {
				return Weight::zero();
			}
			let params = Parameters::<T>::get();
			Self::drain_queue(&params, &mut meter);
			meter.consumed()
		}

		/// Has the enclaves of this node sign the handoffs that they owe; see [`crate::offchain`].
		fn offchain_worker(now: BlockNumberFor<T>) {
			crate::offchain::run::<T>(block_number(now));
		}

		fn integrity_test() {
			assert!(
				Self::ensure_params(&Params::default()).is_ok(),
				"the default parameters must be valid for the weights of this runtime"
			);
			assert!(
				T::AuthorizedLongevity::get() >= 2,
				"a message needs a block to travel and one to be included: AuthorizedLongevity >= 2"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Submits a workflow. It is checked completely before anything is stored: shape, dependencies, inputs, clauses and
		/// the types that steps give and take.
		///
		/// A deposit for its records is held until they are pruned. Each job is escrowed when it is opened.
		///
		/// Parameters:
		/// - `spec`: the workflow.
		/// - `reserve`: what to set aside for its jobs; zero for nothing. What is not needed comes back at the end.
		///
		/// Emits `WorkflowSubmitted`.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::weight_of_submitting(spec))]
		pub fn submit(
			origin: OriginFor<T>,
			spec: Box<WorkflowSpec>,
			reserve: Balance,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_submit(owner, *spec, reserve)
		}

		/// Withdraws a workflow. By its owner, before it has ended.
		///
		/// It is over at once, and the reserve comes back; its running jobs are withdrawn from this block on, one by one.
		///
		/// Emits `WorkflowEnded`.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::weight_of_ending())]
		pub fn cancel(origin: OriginFor<T>, workflow: WorkflowId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, workflow)
		}

		/// The node that ran a step hands the next one over to a node that has a seat in it.
		///
		/// Submitted by the off-chain worker of the sender; feeless. It has to be signed by the key that signed the sender's
		/// certificate, name the present seat, task and context, and come within the window after the seat was given; once per
		/// seat.
		///
		/// Emits `HandedOver`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::hand_over().saturating_add(T::Receipts::weight()))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_hand_over())]
		#[pallet::authorize(|source, signed| Pallet::<T>::authorize_handoff(source, signed))]
		pub fn hand_over(
			origin: OriginFor<T>,
			signed: Box<SignedHandoff>,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			Self::do_hand_over(*signed)?;
			Ok(PostDispatchInfo { actual_weight: None, pays_fee: Pays::No })
		}

		/// A node does not take its seat, or the handoff that came with it, and says why.
		///
		/// Submitted by the off-chain worker of the receiver; feeless. Signed by the key of the seat, which must not have
		/// delivered. If the fault is the receiver's own, the next best node steps in; if it blames the sender, the handoff
		/// is void, and the receiver goes on with the chain's record.
		///
		/// Emits `HandoffRefused`.
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::weight_of_refusing())]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_refuse())]
		#[pallet::authorize(|source, signed| Pallet::<T>::authorize_refusal(source, signed))]
		pub fn refuse(
			origin: OriginFor<T>,
			signed: Box<SignedRefusal>,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			Self::do_refuse(*signed)?;
			Ok(PostDispatchInfo { actual_weight: None, pays_fee: Pays::No })
		}

		/// Changes the parameters. By governance. Deposits that are held stay as they are. Emits `ParamsSet`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::ensure_params(&params)?;
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A workflow.
		pub fn workflow(id: WorkflowId) -> Option<WorkflowView> {
			Self::view(id)
		}

		/// Workflows from number `from` on.
		pub fn workflows(from: WorkflowId, limit: u32) -> Page<WorkflowView> {
			Self::page(from, limit)
		}

		/// Steps of a workflow, from place `from` on.
		pub fn steps(id: WorkflowId, from: StepIndex, limit: u32) -> Vec<StepView> {
			Self::view_steps(id, from, limit)
		}

		/// The context that goes with a step's running job.
		pub fn context_of(job: JobId) -> Option<Context> {
			Self::view_context(job)
		}

		/// Jobs for which a node has to sign handoffs.
		pub fn owed_by(node: NodeId) -> Vec<JobId> {
			Owed::<T>::get(node).into_inner()
		}

		/// A workflow after one of the predefined patterns, on this input; `None` if it has no step, or too many.
		pub fn pattern(pattern: Pattern, input: JobInput) -> Option<WorkflowSpec> {
			patterns::build(pattern, input)
		}
	}
}
