//! # Job dispatch
//!
//! Takes jobs against money held in escrow, queues them by class, seats them on staked and attested nodes by
//! sampling, and moves them on when nodes stay silent, differ, or can only be voted on.
//!
//! ## Surface
//!
//! | index | call | who |
//! |---|---|---|
//! | 0 | [`dispatch`](Pallet::dispatch) | anybody whom the clause permits |
//! | 1 | [`cancel`](Pallet::cancel) | the requester, while no node works on the job |
//! | 2 | [`pause`](Pallet::pause) | governance: holds back a clause, a class or a jurisdiction for a time |
//! | 3 | [`resume`](Pallet::resume) | governance: lifts that early |
//! | 4 | [`fail_job`](Pallet::fail_job) | governance: ends a job that nobody else ends |
//! | 5 | [`set_params`](Pallet::set_params) | Root |
//! | 6 | [`provide_sealed`](Pallet::provide_sealed) | the requester of a job that awaits its sealed input |
//!
//! For other pallets: [`JobBoard`](concordat_primitives::traits::JobBoard) (results, disputes) and
//! [`NodePool`](concordat_primitives::traits::NodePool) (node-staking). For clients: `view`, `page`, `candidates`,
//! `check_dispatch`, `totals` and the view functions `quote` and `counters`.
//!
//! ## Down and up
//!
//! Down: clauses ([`Config::Clauses`], [`Config::ClauseJobs`]), node controllers ([`Config::Nodes`]), leases at the
//! moment of seating ([`Config::Leases`]), credentials of requesters at dispatch and of nodes when they get a seat
//! ([`Config::Credentials`]; nothing is read for a clause that demands none), whether a clause that asks for proofs has a
//! verifying key ([`Config::Proofs`]; asked about no others), what originators have learnt of nodes before a
//! job is placed, and what there is to learn from each seat that was given up ([`Config::Trust`]),
//! receipts ([`Config::Receipts`]), the block's randomness
//! ([`Config::Randomness`]). Up: [`Config::Listener`] hears of every seat given up while its round goes on
//! (`seat_lost`; before it `reveal_withheld`, if its node had committed to a result and did not show it), of every round that
//! ends without a result (`round_over`, exactly once, after the job has been
//! written back), and of pruning. The callee's weight is charged by whoever calls.
//!
//! This pallet is the *board*: it knows who sits, until when, and what they are paid. What they say, and who is right, is
//! for the *judge* ([`Config::Listener`], quorum-results), who tells it: `committed`, `delivered`, `settle`, `escalate`,
//! `round_failed`, `override_result`. The board takes each of these only where the seats allow it.
//!
//! ## Life of a job
//!
//! | state | event | next |
//! |---|---|---|
//! | – | `dispatch` | Pending, at the tail of its class |
//! | Pending | enough eligible nodes | Scheduled; all seats share one attempt and one nonce |
//! | Pending | too few | Pending, at the tail, with the reason; others go first. After four failures it rests between tries, at most 15 blocks |
//! | Pending | a switch or its clause's safe mode holds it back | Paused; looks again at the end of the switch, and every 15 blocks |
//! | – | `dispatch` of a clause that is decided by vote | AwaitingVote, in no queue |
//! | Pending, Paused, AwaitingVote | `cancel` | Cancelled |
//! | Scheduled | first acknowledgement, commitment or delivery | Running |
//! | Scheduled, Running | a seat is silent | the best backup steps in under the next attempt; without one, the others go on if they can still reach the quorum; if not, the round is over |
//! | Running | all nodes have committed to a result (`commit_impls.rs`) | from the next block on, and for [`reveal_window`](types::Params::reveal_window) blocks, they show them; nobody steps in any more |
//! | Running | a node does not show what it committed to | its seat is lost, and the listener is told that it was withheld |
//! | Scheduled, Running | `escalate` (`escalate_impls.rs`) | a backup committee sits under the next attempt; who had not delivered goes, without blame |
//! | Scheduled, Running | a member of the committee is lost | the others go on if they can still be more than half of it; if not, the round is over |
//! | Scheduled, Running | node-staking reports a node lost | the deadlines of what it still has to run come forward: two blocks are left to it |
//! | Scheduled, Running | the round is over | Pending, at the head; the next round goes to others than those who disagreed, or to the same if there are not enough others; with no attempt left: Failed |
//! | Scheduled, Running | the round is over by disagreement | the same, and later rounds go by the next mode if there are nodes enough; with no attempt left: AwaitingVote where the risk is high or critical (`vote_impls.rs`) |
//! | Scheduled, Running | `settle` | Completed, or Failed(Program) |
//! | AwaitingVote, Disputed | `override_result` | Overridden; whatever was frozen ends |
//! | any of these | its time is over | Expired; but not between reveals that have begun |
//! | Scheduled, Running, Completed | `freeze` | Disputed; its deadlines do not fire and are put off by the time it takes |
//! | Disputed | `unfreeze` | where it was, with the same seats, attempts and nonces, or Slashed |
//! | ended | challenge window over | pruned to a [`JobStub`](types::JobStub) |
//!
//! ## Money
//!
//! `dispatch` holds the most that the job can cost as [`HoldReason::Escrow`], at prices that are frozen then, and a
//! deposit for the room it takes as [`HoldReason::Input`]. `settle` pays each node that agreed the price of the usage
//! it signed, at most its seat's share, out of the hold; fees go to [`Config::FeeDestination`]; the rest comes back.
//! A committee, or a round of a larger mode, costs no more than was held: where more nodes agree than the job was quoted
//! for, each gets at most its part of what was held for those. Who said that it could not, or something else, gets nothing.
//! A vote returns what is held, but for the scheduling fee if the chain has tried to place the job; what was paid for a
//! result that a vote replaces stays paid.
//! A job that ends without a result costs nothing, except the scheduling fee once the chain has tried to place it,
//! whether or not it found nodes: it has done that work. So nobody fills the queues for nothing, and
//! [`Params::max_live_jobs`](types::Params::max_live_jobs) bounds what one account can put there. The deposit comes
//! back when the input goes: at once when there is no result, with the pruning when nodes have agreed on one (or on a
//! failure), because a dispute or an audit may have to run it again. A payment that an account cannot receive (its node is gone, or it would stay below the
//! existential deposit) goes back to the requester; a refund that the requester's account cannot receive, which is
//! less than an existential deposit, goes to the fee destination.
//!
//! ## Refusals
//!
//! A request that is at fault itself fails with an [`Error`] and leaves nothing. When governance's filter turns a
//! dispatch away (clause status, expiry, window, trigger, requester, class, credentials, quotas, the lack of a verifying key),
//! the call *succeeds* with
//! [`Event::DispatchRefused`] and a receipt: an `Err` would roll both back, and an audit trail without its
//! refusals is none. No money is held; the transaction fee is kept. `check_dispatch` tells both beforehand.
//!
//! ## Properties
//!
//! * *Cost.* An assignment reads one record of the capability's pools, one of the originator's ties, and probes at most
//!   `3 · d · (seats + backups)` nodes drawn and [`scheduler::SHORTCUTS`] that are known, two reads each, however many nodes
//!   there are and however few may run the job; there is no loop over nodes, jobs or queues anywhere in a hook.
//!   How rare eligibility is dealt with says [`scheduler`].
//! * *Liveness.* The hook works under a [`WeightMeter`](frame_support::weights::WeightMeter) with a governed share
//!   of the block, of which what is due and what is queued get half each if they need it, and what the other leaves. What it
//!   does not reach it finds in the next block: deadlines by a cursor, jobs by their queue. The
//!   agenda has no full block: a page that is full is followed by another, so no deadline is ever dropped.
//! * *Fairness.* Classes take turns 8 : 4 : 2 : 1, over as many blocks as it takes ([`scheduler::next_turn`]); a job that
//!   cannot be placed goes to the tail of a line of its own, which gets every other turn of its class, is tried at most once
//!   per block, and after some failures less and less often: jobs that nobody can run cost the others little.
//! * *No over-commitment.* What a job needs is written into the record of its node with the seat, and looked up with the
//!   next probe: neither capacity nor any resource is promised twice, not even within a block.
//! * *Unpredictability.* A job is drawn with the randomness of a later block than the one that took it in; its committee is
//!   drawn with it, and of nobody else.
//! * *No copying.* Where several nodes run a job and all can see what they find, none shows it before all have committed;
//!   nobody gets a seat after that but a committee, whose members commit anew. Late commitments do not let a job expire on
//!   those who came in time.
//! * *No replay.* Every round, every stand-in and every committee has an attempt and a nonce of its own.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

mod agenda_impls;
mod board_impls;
mod commit_impls;
mod dispatch_impls;
mod errors;
mod escalate_impls;
mod events;
mod groups;
mod hops;
pub mod ledger;
mod money_impls;
mod open_impls;
mod place_impls;
mod pool_impls;
pub mod pricing;
pub mod refusal;
mod round_impls;
mod schedule_impls;
pub mod scheduler;
mod sealed_impls;
pub mod standing;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
mod views;
mod vote_impls;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// Target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::job-dispatch";

#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::WeightInfo;
	use crate::{dispatch_impls::Provenance, pricing::Quote, types::*};
	use concordat_primitives::{
		cac::FailureCode,
		clause::ExecutionMode,
		job::{Backups, JobClass, JobConstraints, JobInput, JobStatus},
		sealed::{SealedBody, SealedInput},
		traits::{
			BlockRandomness, ClauseInspect, ClauseJobs, CredentialInspect, JobListener,
			JobOutcomes, LeaseInspect, NodeInspect, Quotas, ReceiptSink,
		},
		trust::TrustBook,
		zk::ProofVerifier,
		AccountId, Attempt, Balance, BlockNumber, CapabilityId, ClauseId, Hash, JobId, NodeId,
		ReceiptId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::{BlockNumberFor, OriginFor, *};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Names the holds of this pallet.
		type RuntimeHoldReason: From<HoldReason>;
		/// The money that jobs are paid with.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;
		/// What a clause is and whether it takes jobs.
		type Clauses: ClauseInspect<AccountId>;
		/// Hears of jobs, for safe mode and to keep programs.
		type ClauseJobs: ClauseJobs;
		/// What DAOs and jurisdictions may use.
		type Quotas: Quotas;
		/// Hears of the ends of jobs that are part of something.
		type Outcomes: JobOutcomes;
		/// Who controls a node, and so is paid.
		type Nodes: NodeInspect<AccountId>;
		/// Whether the lease of a node counts at the moment of seating.
		type Leases: LeaseInspect;
		/// Who holds the credentials that clauses demand of requesters and of nodes.
		type Credentials: CredentialInspect<AccountId>;
		/// Whether a clause that asks for proofs has a verifying key that is switched on.
		type Proofs: ProofVerifier;
		/// What originators have learnt of nodes, and how much each hop counts for everybody.
		type Trust: TrustBook;
		/// The audit trail.
		type Receipts: ReceiptSink;
		/// Hears of seats and rounds that are over; counts the votes.
		type Listener: JobListener;
		/// What nobody knew when the job was dispatched.
		type Randomness: BlockRandomness;
		/// Where fees go.
		#[pallet::constant]
		type FeeDestination: Get<AccountId>;
		/// May hold jobs back for a time, and end them.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// Makes clauses and nodes for the benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
		/// Weights of the calls and of the steps of the hook.
		type WeightInfo: WeightInfo;
	}

	/// Why money is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The most that a job can cost, until it ends.
		#[codec(index = 0)]
		Escrow,
		/// Deposit for the input and the records of a job, until they go.
		#[codec(index = 1)]
		Input,
	}

	/// What governance can change. Set at genesis and by `set_params`.
	#[pallet::storage]
	pub type Parameters<T> = StorageValue<_, Params, ValueQuery>;

	/// Queues and totals. The number of the next job follows from the totals.
	#[pallet::storage]
	pub type Ledger<T> = StorageValue<_, Books, ValueQuery>;

	/// Jobs of each account that have not ended: what limits how much of the queues one account can fill.
	#[pallet::storage]
	pub type LiveJobs<T> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Jobs, from dispatch until they are pruned.
	#[pallet::storage]
	pub type Jobs<T> = StorageMap<_, Twox64Concat, JobId, Job>;

	/// What each job asks for; lives as long as the job and never changes.
	#[pallet::storage]
	pub type Orders<T> = StorageMap<_, Twox64Concat, JobId, Order>;

	/// Inputs: as long as a job can still be run, or run again for a dispute.
	#[pallet::storage]
	pub type Inputs<T> = StorageMap<_, Twox64Concat, JobId, JobInput>;

	/// What was sealed for the present round of each job, but for the ciphertext.
	#[pallet::storage]
	pub type Seals<T> = StorageMap<_, Twox64Concat, JobId, Seal>;

	/// The ciphertexts, or where they are.
	#[pallet::storage]
	pub type Ciphertexts<T> = StorageMap<_, Twox64Concat, JobId, SealedBody>;

	/// What stays of pruned jobs.
	#[pallet::storage]
	pub type Stubs<T> = StorageMap<_, Twox64Concat, JobId, JobStub>;

	/// The jobs at the places of the queues.
	#[pallet::storage]
	pub type Queued<T> =
		StorageDoubleMap<_, Twox64Concat, JobClass, Twox64Concat, u64, JobId, OptionQuery>;

	/// What governance holds back, and until when. Switches whose time is over go with the next change.
	#[pallet::storage]
	pub type Switches<T> = StorageValue<_, SwitchList, ValueQuery>;

	/// What declared forecasts hold back, and until when: beside governance's switches, so that neither shortens the other.
	#[pallet::storage]
	pub type Forecasts<T> = StorageValue<_, SwitchList, ValueQuery>;

	/// Nodes that take jobs, each with its seats. Written by node-staking through `NodePool`; the standing by what nodes
	/// do.
	#[pallet::storage]
	pub type Seatings<T> = StorageMap<_, Twox64Concat, NodeId, Seating>;

	/// Standing of nodes that take no jobs now, unless it is that of a newcomer, or of a node that is gone.
	#[pallet::storage]
	pub type Standings<T> = StorageMap<_, Twox64Concat, NodeId, Standing, ValueQuery>;

	/// Capabilities under which a node is in the pools.
	#[pallet::storage]
	pub type Offers<T> = StorageMap<_, Twox64Concat, NodeId, OfferList>;

	/// The pools of each capability that somebody offers, and their sizes: where a job may draw is said by this one record.
	#[pallet::storage]
	pub type StrataOf<T> = StorageMap<_, Blake2_128Concat, CapabilityId, Strata, ValueQuery>;

	/// The pools: dense, so that an index drawn at random is a node drawn at random. Each node is in one of each of its
	/// capabilities.
	#[pallet::storage]
	pub type Pools<T> =
		StorageDoubleMap<_, Blake2_128Concat, PoolKey, Twox64Concat, u32, NodeId, OptionQuery>;

	/// Where a node is among those of each of its capabilities.
	#[pallet::storage]
	pub type PoolPlaces<T> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		CapabilityId,
		Twox64Concat,
		NodeId,
		PoolPlace,
		OptionQuery,
	>;

	/// Groups of collocated jobs of each account, for as long as the last job of a group is kept.
	#[pallet::storage]
	pub type Groups<T> = StorageMap<_, Blake2_128Concat, AccountId, GroupList, ValueQuery>;

	/// What is due at a block, in pages of 256 items.
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
				"jobDispatch.params: values out of range, or a hook share too small for its dearest step"
			);
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			let mut meter = WeightMeter::with_limit(Self::hook_limit(&Parameters::<T>::get()));
			// What decides whether there is anything to do is charged in any case.
			meter.consume(T::WeightInfo::tick());
			Self::tick(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(
				Self::ensure_params(&Params::default()).is_ok(),
				"the default parameters must be valid for the weights of this runtime"
			);
			assert!(
				JobStub::max_encoded_len() <= 96,
				"what stays of a job must not take more than 96 bytes"
			);
			assert!(
				concordat_primitives::job::MAX_BACKUPS >= Params::default().backups,
				"the default number of backups must fit a job"
			);
			assert!(
				concordat_primitives::clause::MAX_VOTERS
					>= concordat_primitives::clause::MAX_SEATS
						.saturating_add(concordat_primitives::job::MAX_BACKUPS),
				"a committee must fit a job beside the nodes that it decides between"
			);
			assert!(
				!T::FeeDestination::get().encode().iter().all(|byte| *byte == 0),
				"fees must not go to the zero account"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Asks for one execution of a clause on an input.
		///
		/// Holds the most that the job can cost, and a deposit for its input. Governance's filter may turn
		/// the request away: then the call succeeds, nothing is held, and the refusal is on record.
		///
		/// Parameters: `clause`: name and version; `input`: the bytes, or where they are and what they
		/// commit to; `constraints`: class, trigger, time, price, and which nodes may sit.
		///
		/// Emits `JobDispatched`, or `DispatchRefused`.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::weight_of_dearest_dispatch(input))]
		pub fn dispatch(
			origin: OriginFor<T>,
			clause: ClauseId,
			input: JobInput,
			constraints: JobConstraints,
		) -> DispatchResultWithPostInfo {
			let requester = ensure_signed(origin)?;
			let provenance = Provenance::account(&requester);
			let (_, weight) = Self::do_dispatch(requester, clause, input, constraints, provenance)?;
			Ok(Some(weight).into())
		}

		/// Withdraws a job that no node works on.
		///
		/// Everything held comes back, except the scheduling fee if the chain has tried to place the job.
		///
		/// Emits `JobEnded`.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::weight_of_end(T::WeightInfo::cancel()))]
		pub fn cancel(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel(who, job)
		}

		/// Holds back the jobs of a clause or of a class, or the nodes of a jurisdiction, for so many
		/// blocks. Jobs that nodes work on already go on. A second switch on the same replaces the first.
		///
		/// Emits `Paused`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn pause(
			origin: OriginFor<T>,
			subject: PauseSubject,
			blocks: BlockNumber,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_pause(subject, blocks)
		}

		/// Lifts a switch before its time. Jobs that it held back return within 15 blocks.
		///
		/// Emits `Resumed`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::resume())]
		pub fn resume(origin: OriginFor<T>, subject: PauseSubject) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_resume(subject)
		}

		/// Ends a job that has not ended. Everything held comes back, except the scheduling fee if the
		/// chain has tried to place the job.
		///
		/// Emits `JobEnded`.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::weight_of_end(T::WeightInfo::fail_job()))]
		pub fn fail_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_fail_job(job)
		}

		/// Changes the parameters. Jobs keep the prices that they were dispatched with.
		///
		/// Emits `ParamsChanged`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			ensure_root(origin)?;
			Self::ensure_params(&params)?;
			Parameters::<T>::put(params);
			Self::deposit_event(Event::ParamsChanged);
			Ok(())
		}

		/// Hands in the sealed input of a job that awaits it.
		///
		/// The content key has to be wrapped for every node that has a seat and for every backup, under
		/// the keys that their enclaves have now. Holds a deposit for the ciphertext.
		///
		/// Emits `InputSealed`.
		#[pallet::call_index(6)]
		#[pallet::weight(Pallet::<T>::weight_of_sealing(match &sealed.body {
			SealedBody::Inline(bytes) => bytes.len() as u32,
			SealedBody::External { location, .. } => location.len() as u32,
		}))]
		pub fn provide_sealed(
			origin: OriginFor<T>,
			job: JobId,
			sealed: SealedInput,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_provide_sealed(who, job, sealed)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What a dispatch would cost now, or why it would not open a job.
		pub fn quote(
			requester: AccountId,
			clause: ClauseId,
			input: JobInput,
			constraints: JobConstraints,
		) -> Result<Quote, Objection> {
			Self::check_dispatch(&requester, &clause, &input, &constraints)
		}

		/// Who has to be able to open what is sealed for the present round of a job: seats first, then backups, each with
		/// the key of its enclave.
		pub fn seal_recipients(job: JobId) -> alloc::vec::Vec<(NodeId, [u8; 32])> {
			Self::recipients(job)
		}

		/// What governance can change.
		pub fn parameters() -> Params {
			Parameters::<T>::get()
		}

		/// All totals that this pallet keeps, committees and withheld results among them.
		pub fn counters() -> Counters {
			Ledger::<T>::get().totals
		}

		/// What stays of a pruned job.
		pub fn stub(job: JobId) -> Option<JobStub> {
			Stubs::<T>::get(job)
		}

		/// What the scheduler knows of a node that takes jobs.
		pub fn seating(node: NodeId) -> Option<Seating> {
			Seatings::<T>::get(node)
		}

		/// What holds jobs back, and until when.
		pub fn switches() -> SwitchList {
			Switches::<T>::get()
		}

		/// Capabilities under which a node is in the pools.
		pub fn offers(node: NodeId) -> alloc::vec::Vec<CapabilityId> {
			Offers::<T>::get(node).unwrap_or_default().into_inner()
		}
	}
}
