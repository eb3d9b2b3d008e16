//! Audits: what one node alone has said is, now and then, found out again by others.
//!
//! A clause of the mode `Single` costs its requester one execution, and rests on the word of one node. So that its word
//! is worth something, a governed share of such jobs is run once more by other nodes; who is audited is drawn after the node has
//! delivered. If the others find something else, the node loses stake and its result is taken back.
//!
//! # Surface
//!
//! | index | call | who | does |
//! |---|---|---|---|
//! | 0 | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//! | 1 | [`audit`](Pallet::audit) | governance | has a given job audited |
//!
//! # An audit
//!
//! ```text
//!  decided by one ──► Undrawn ──next block's seed──► spared
//!                        │                     └───► Waiting ──room, money──► opened ──► confirmed | failed | undecided
//!                        └ full ► event, counted        └ full, sealed, gone, cannot pay ► event, counted
//! ```
//!
//! | the others | report | the node | the job |
//! |---|---|---|---|
//! | found the same | confirmed | – | – |
//! | found another output, a failure in place of an output, or the reverse | failed | slashed for a consensus failure, without a reporter | `Slashed`, if it has a result that can still be disputed |
//! | came to nothing: silence, no agreement, expiry, a vote, a failure that depends on the machine | undecided | – | – |
//!
//! A job whose result a vote has replaced, or that arbiters have found bad, is not audited: what is on record then is not the
//! node's word. One that is disputed is; arbiters may use the receipt `Audited`, and the slash does not wait for them.
//!
//! The draw: `first 8 bytes of H(domain ‖ seed ‖ job ‖ node) mod 10⁶ < rate of the clause's risk class`
//! ([`Candidate::draw`]). `seed` is that of the block *after* the decision, so that whoever delivers does not know whether
//! it will be audited. Its author knows it a moment earlier than others and can withhold its block, at the price of the slot. An
//! operator who also builds the block before could try contents until the draw spares it: with a share `s` of the slots that
//! succeeds for `s²` of the blocks.
//!
//! # Why a quorum of fresh nodes
//!
//! One auditor could be as lazy as the audited, and two words that differ tell nobody who is right. So the job is opened again as any
//! other, under [`AUDIT_MODE`] (2 of 3, commit–reveal, escalation to a backup committee), with the audited node
//! excluded. The nodes of an audit cannot copy from each other. They can copy what the audited node has said, which is public: but
//! whoever confirms a wrong result so is slashed with it, as soon as one of the others has done the work and the committee
//! agrees. With a share `f` of colluding nodes three drawn ones are captured with 0.7 % (f = 5 %), 2.8 % (10 %), 10.4 %
//! (20 %) (reliability.md §5); the separation of operators makes it less. Nobody is paid for a conviction, so that nobody
//! gains from framing a node; and governance can cancel a slash within the appeal window (an engine that fresh nodes run in
//! another version than the audited one may meter fuel differently).
//!
//! # What an audit costs
//!
//! The quote of a job on three nodes: 0.001 scheduling + 3 × 0.00001 consensus + 0.000001 receipt = 0.001031 CDT, and three
//! times the usage, on top of the one of the audited job. Per job of a clause that is `rate` times as much: at 1 % a surcharge of
//! 3 % of the usage and 0.00001 CDT. The pallet's account pays it ([`Pallet::account`]); governance funds the account. To the
//! board the account is a requester like any other: clauses that demand credentials of requesters, quotas that are used up and
//! the limit on live jobs of an account turn audits away, and that shows.
//!
//! # What it deters
//!
//! A lazy node saves the work of a job and is paid for it: its gain `g` is at most the price of a seat. An audit of a wrong
//! result convicts it with probability `p` (no capture, enough nodes that answer). Until the first conviction a node
//! expects to lose `rate × p × slash` for every lazy job; laziness does not pay where ([`deterred_gain`])
//!
//! ```text
//!  rate · p · (5 % of the node's stake)  >  g
//! ```
//!
//! With the least stake of 500 CDT (DESIGN §9) the slash is 25 CDT. With p = 0.97 (f = 10 %):
//!
//! | risk | rate | deters gains up to | the dearest job there can be | an ordinary one (10⁹ fuel, 16 MiB) |
//! |---|---|---|---|---|
//! | Low | 1 % | 0.2425 CDT | 0.103 CDT | 0.0012 CDT |
//! | Medium | 5 % | 1.2125 CDT | 0.103 CDT | 0.0012 CDT |
//!
//! Governance must keep the left side above the price of the dearest seat when it changes rates, penalties, prices or the least
//! stake; a test does the sum for the defaults. The rate must not be lowered to what a *lie* is worth elsewhere: a node that is paid by somebody for a
//! wrong result is not deterred by 25 CDT, and such clauses need a quorum. Within one span of the appeal window only the dearest
//! slash counts; what a convicted node risks for the rest of it is jail, again and again.
//!
//! # Up and down
//!
//! Up: the judge of results tells [`Audits::decided`](concordat_primitives::traits::Audits); the board tells the ends of audits
//! ([`JobOutcomes`](concordat_primitives::traits::JobOutcomes)). Down: `T::Jobs` (terms, input; freezes and takes results
//! back), `T::Results` ([`TallyOf`]: what was said), `T::Clauses` (the risk), `T::Opener`, `T::Slasher`, `T::Randomness`,
//! `T::Receipts`. Clients read [`Pallet::view`], [`Pallet::totals`].
//!
//! # Money
//!
//! The pallet holds nothing itself: the board holds the escrow of an audit of the account's money, and gives the rest back. Stake
//! is node-staking's.
//!
//! # Bounds
//!
//! At most [`MAX_UNDRAWN`] jobs wait for their draw and [`MAX_WAITING`] for an opening, [`Params::max_per_block`] are opened
//! in a block and [`Params::max_running`] run at a time, all under a meter with a fixed share of the block; what does not fit waits for the next block, and for its
//! seed. A job that is given up has its event and is counted. A report is kept for good: 30 to 60 bytes for one of a hundred jobs
//! or so, because a memory that expires would punish the same fault twice.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. No job stands in line twice, and no empty list is kept.
//! 2. What was drawn or ordered waits, was skipped or was opened.
//! 3. What was opened runs or has ended; the job of an audit that runs has not ended. An audit that failed is kept.
//! 4. No job audits itself, or two; results that are checked are such that honest nodes see alike.
//! 5. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod drawing;
mod judging;
#[cfg(test)]
mod mock;
mod opening;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use concordat_primitives::JobId;
use frame_support::weights::Weight;

/// Target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::audits";

/// Reads what was decided on a job. The runtime implements it from the judge's records.
pub trait TallyOf {
	/// Hash of the output or the failure, if the job is decided and has not been pruned.
	fn tally(job: JobId) -> Option<Tally>;
	/// Weight of it.
	fn weight() -> Weight;
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use concordat_primitives::{
		traits::{
			BlockRandomness, ClauseInspect, JobBoard, JobOpener, JobOutcomes, ReceiptSink, Slasher,
		},
		AccountId, Balance, Hash, NodeId,
	};
	use frame_support::{pallet_prelude::*, weights::WeightMeter, PalletId};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>>
	{
		/// Reads jobs, freezes them and takes their results back.
		type Jobs: JobBoard<AccountId>;

		/// Opens audits.
		type Opener: JobOpener;

		/// What was decided.
		type Results: TallyOf;

		/// Knows the risk of clauses.
		type Clauses: ClauseInspect<AccountId>;

		/// Takes stake of the guilty.
		type Slasher: Slasher<AccountId>;

		/// Seed of the draw: nobody may know it when the parent block is built.
		type Randomness: BlockRandomness;

		/// Where audits are audited.
		type Receipts: ReceiptSink;

		/// Governance: sets parameters and orders audits.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Makes the account that pays.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The most that the hook may use of a block.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes jobs and nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Jobs that were decided by one node and wait for their draw. Written by the judge, emptied by the hook; absent if empty.
	#[pallet::storage]
	pub type Undrawn<T> = StorageValue<_, Undrawns, ValueQuery>;

	/// Drawn jobs that wait to be opened again, the first first. Written by the hook; absent if empty.
	#[pallet::storage]
	pub type Waiting<T> = StorageValue<_, Waitings, ValueQuery>;

	/// Audits by the job that is audited. Written when one is opened, and when it ends; kept for good, but an audit without a
	/// failure gives way to the next one that governance orders.
	#[pallet::storage]
	pub type Reports<T> = StorageMap<_, Twox64Concat, JobId, Report, OptionQuery>;

	/// What has become of everything so far.
	#[pallet::storage]
	pub type Totaled<T> = StorageValue<_, Totals, ValueQuery>;

	/// What governance can change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T> = StorageValue<_, Params, ValueQuery>;

	/// State of the first block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.params.are_valid(),
				"audits.params: rates of at most 1000000 parts, 1 to 64 audits in a block, at least one at a time"
			);
			Parameters::<T>::put(self.params);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job is run again by other nodes.
		AuditOpened {
			/// The job.
			job: JobId,
			/// The job that runs it again.
			by: JobId,
			/// The node that had run it.
			node: NodeId,
		},
		/// A job is not audited: it could not be drawn, or was drawn and cannot be run again.
		AuditSkipped {
			/// The job.
			job: JobId,
			/// The node that ran it.
			node: NodeId,
			/// Why.
			reason: SkipReason,
		},
		/// Other nodes have found the same.
		AuditConfirmed {
			/// The job.
			job: JobId,
			/// The job that ran it again.
			by: JobId,
			/// The node that had run it.
			node: NodeId,
		},
		/// Other nodes have found something else. What follows has events of its own.
		AuditFailed {
			/// The job.
			job: JobId,
			/// The job that ran it again.
			by: JobId,
			/// The node that had run it.
			node: NodeId,
			/// Hash over both jobs and both results; the evidence of the slash.
			evidence: Hash,
		},
		/// Other nodes could not tell. Nobody is blamed.
		AuditUndecided {
			/// The job.
			job: JobId,
			/// The job that ran it again.
			by: JobId,
			/// The node that had run it.
			node: NodeId,
		},
		/// A node was slashed for what an audit found.
		NodeSlashed {
			/// The job.
			job: JobId,
			/// The node.
			node: NodeId,
			/// Stake newly frozen.
			frozen: Balance,
		},
		/// A node could not be slashed for what an audit found.
		NodeNotSlashed {
			/// The job.
			job: JobId,
			/// The node.
			node: NodeId,
			/// Why.
			error: DispatchError,
		},
		/// The result of a job was taken back: it is slashed.
		ResultRevoked {
			/// The job.
			job: JobId,
		},
		/// The result of a job could not be taken back: its challenge window is over, or it is disputed and arbiters judge.
		ResultNotRevoked {
			/// The job.
			job: JobId,
			/// Why.
			error: DispatchError,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// Parameters out of range: rates of at most 10⁶ parts, 1 to 64 audits in a block, at least one at a time.
		InvalidParams,
		/// More than one node has run the job, or none: there is nothing to audit.
		NotSingle,
		/// The job is being audited, or an audit of it has failed.
		Known,
		/// The job, its result or its input is not there (any more).
		Gone,
		/// The job's input or output is sealed: nobody else can open it.
		Sealed,
		/// An output that the job depends on is not there any more.
		Dependencies,
		/// The job ended with a failure that honest nodes need not see alike.
		NotComparable,
		/// The clause is gone, or runs another program or within other limits.
		ClauseChanged,
		/// The job is an audit itself.
		IsAudit,
		/// Governance's filter turned the audit away; the receipt says why.
		Refused,
		/// Too many audits wait.
		NoRoom,
		/// The node's word does not stand any more: arbiters or a vote have replaced it.
		Judged,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			let mut meter = WeightMeter::with_limit(T::HookWeight::get());
			Self::work_off(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(
				T::HookWeight::get().all_gte(Self::least_hook_weight()),
				"the hook must be able to draw and to open at least one audit in every block"
			);
			assert!(Params::default().are_valid(), "the default parameters are valid");
			assert!(
				!<Self as JobOutcomes>::weight().is_zero(),
				"the weight of hearing of an end can be told"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes the parameters. Audits that run go on; jobs that wait for their draw are drawn at the new rates. By
		/// governance.
		///
		/// Emits `ParamsSet`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			ensure!(params.are_valid(), Error::<T>::InvalidParams);
			Parameters::<T>::put(params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}

		/// Has a job audited now, whatever the draw says. By governance; the pallet's account pays.
		///
		/// One node must have run the job alone, and its word must stand. It must not be under audit, and no audit of it may
		/// have failed; one that was confirmed or came to no finding may be audited again.
		///
		/// Emits `AuditOpened`.
		#[pallet::call_index(1)]
		#[pallet::weight(
			T::WeightInfo::audit().saturating_add(Pallet::<T>::dearest_open_weight())
		)]
		pub fn audit(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_audit(job)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Where the audit of a job stands, or stood last; `None` if there was none.
		pub fn view(job: JobId) -> Option<Report> {
			Reports::<T>::get(job)
		}

		/// What has become of everything so far.
		pub fn totals() -> Totals {
			Totaled::<T>::get()
		}

		/// How many jobs wait for their draw, and how many drawn ones for an opening.
		pub fn queued() -> (u32, u32) {
			let undrawn = Undrawn::<T>::decode_len().unwrap_or_default();
			let waiting = Waiting::<T>::decode_len().unwrap_or_default();
			(undrawn as u32, waiting as u32)
		}

		/// What governance can change.
		pub fn parameters() -> Params {
			Parameters::<T>::get()
		}

		/// The account that pays for audits; governance funds it.
		pub fn account() -> AccountId {
			Self::account_id()
		}
	}
}
