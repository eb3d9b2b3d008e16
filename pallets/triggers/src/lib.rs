//! # Triggers
//!
//! What sets jobs off without a person asking for each: readings of sensors, outcomes of simulations, schedules, votes
//! and the ends of other jobs (NSF orchestration protocols §4.10.3). Besides: forecasts that hold jobs back, and the
//! quotas of DAOs and jurisdictions.
//!
//! # Surface
//!
//! | index | call | who | does |
//! |---|---|---|---|
//! | 0 | [`register_source`](Pallet::register_source) | anybody, with a deposit | names the keys whose readings count |
//! | 1 | [`update_source`](Pallet::update_source) | owner | says something else; what was read is forgotten |
//! | 2 | [`retire_source`](Pallet::retire_source) | owner | ends it |
//! | 3 | [`post_reading`](Pallet::post_reading) | anybody, with the oracles' signatures | a reading; it costs nothing within a rate |
//! | 4 | [`create_trigger`](Pallet::create_trigger) | anybody, with a deposit | condition, input, terms, funding |
//! | 5, 6 | [`fund`](Pallet::fund), [`withdraw`](Pallet::withdraw) | owner | sets money aside for its jobs, or takes it back |
//! | 7, 8 | [`pause_trigger`](Pallet::pause_trigger), [`resume_trigger`](Pallet::resume_trigger) | owner | holds it back |
//! | 9 | [`remove_trigger`](Pallet::remove_trigger) | owner | ends it; deposit and funding come back |
//! | 10 | [`fire`](Pallet::fire) | owner; of a proposal: governance, or the owner if that is a DAO | sets it off |
//! | 11 | [`declare_forecast`](Pallet::declare_forecast) | governance; owner of the clause; authority of the jurisdiction | pauses what is at risk |
//! | 12 | [`withdraw_forecast`](Pallet::withdraw_forecast) | the same | lets it go on |
//! | 13 | [`forget_forecast`](Pallet::forget_forecast) | anybody | removes one that no longer counts |
//! | 14 | [`appoint`](Pallet::appoint) | governance | authority of a jurisdiction |
//! | 15 | [`set_quota`](Pallet::set_quota) | governance; authority of the jurisdiction, to tighten | jobs in a window |
//! | 16 | [`activate_burst`](Pallet::activate_burst) | governance | opens the burst to all classes for a time |
//! | 17 | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! # A firing
//!
//! ```text
//!  reading · vote · owner · end of a job          window of a schedule
//!        │ arms, for the next block                    │ arms the next one: start + n · every
//!        └───────────────┬─────────────────────────────┘
//!                        ▼ hook, a share of the block
//!    paused, cooling, used up      ──► missed
//!    no fee left                   ──► missed, stopped
//!    no bundle, no job, no quota   ──► tried again `max_retries` times, then missed or refused
//!    turned away by the filter     ──► refused, with a receipt
//!    otherwise                     ──► job, with a receipt
//! ```
//!
//! Whatever becomes of it, there is an event, and it is counted. A block without room for it leaves it to the next one. Windows
//! of a schedule that come while it is paused are missed, not made up for; the others keep their places, however late the
//! one before was.
//!
//! A chain of triggers is one whose condition is the end of the other's jobs. A circle of them is allowed: nothing in it
//! runs twice in a block, every firing takes its fee, and each trigger ends after its `max_firings`; its `cooldown` is at least
//! one block.
//!
//! # Up and down
//!
//! Up: [`JobOutcomes`](concordat_primitives::traits::JobOutcomes) hears of the jobs that firings opened;
//! [`Quotas`](concordat_primitives::traits::Quotas) is asked when jobs are opened, by whomever. Down: `T::Jobs` opens jobs,
//! `T::Switches` holds jobs back, `T::Clauses` and `T::Credentials` are read, `T::Receipts` audits firings, forecasts and
//! quotas. Readings have no receipts: what a job was given is bound by the commitment to its bundle, row by row.
//!
//! # Money
//!
//! [`HoldReason::Deposit`]: held for a source or a trigger while it is there. [`HoldReason::Funding`]: set aside for a
//! trigger's jobs. A firing takes its fee out of it, releases it, opens the job in the owner's name, and sets aside again what is
//! left; a job that would take more is not opened. So jobs never touch the owner's other money. What a job gives back goes
//! to the owner, as with any job.
//!
//! # Bounds
//!
//! Keys, readings, parts, watchers and dependants have fixed bounds. Work that nobody pays a transaction for is the
//! hook's: a share of the block, each firing at a fee. Free readings are bounded for each source and for each block.
//! Forecasts of a subject last for at most `forecast_total` blocks of any `forecast_span` ([`forecast`]), and no more than
//! [`MAX_STANDING`] of others than governance pause something at a time, so that they cannot use up its switches.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an account is the sum of the deposits of its sources and triggers, and of their funding.
//! 2. Sources and triggers have numbers below the next one. Sources are sound, and keep readings in their order, no later
//!    than the last one.
//! 3. A trigger and its order live and die together. It is in the list of its source, or in that of the clause it waits for,
//!    once, and in no other. It opens no more jobs than it may, and remembers the last of them.
//! 4. A schedule is on the agenda at its next window if it says so, and at no other; no active one that has a window left
//!    is off it.
//! 5. What is on the agenda is due at a block that has not been worked off. A trigger that waits for a firing has one there.
//! 6. Forecasts pause no subject for longer than they may; buckets hold no more than they can.
//! 7. The parameters are valid, and leave the hook room for its dearest step.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod firing;
pub mod forecast;
mod forecasts;
#[cfg(test)]
mod mock;
mod money;
pub mod quota;
mod quotas;
mod refusal;
mod sources;
#[cfg(test)]
mod tests;
mod triggers;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod views;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub(crate) const LOG_TARGET: &str = "runtime::triggers";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::quota::Quota;
	use alloc::{boxed::Box, vec::Vec};
	use concordat_primitives::{
		bundle::{
			reading::{KeptReading, OracleSignatures, Reading, Readings, SourceId, SourceSpec},
			trigger::{
				Cause, FiringEnd, FiringRecords, MissReason, StopReason, TriggerId, TriggerSpec,
			},
		},
		job::PauseSubject,
		traits::{
			ClauseInspect, CredentialInspect, GenesisHash, JobOpener, JobSwitches, ReceiptSink,
		},
		views::{Page, SourceView, TriggerView},
		AccountId, Balance, BlockNumber, ClauseId, Hash, JobId, Jurisdiction,
	};
	use frame_support::{
		dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			Contains,
		},
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// Names the holds of this pallet.
		type RuntimeHoldReason: From<HoldReason>;

		/// The money of deposits and of jobs.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Governance: forecasts of every kind, authorities, quotas, parameters; it fires proposals.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Accounts that act by vote alone: they may fire their own triggers of the kind proposal.
		type Daos: Contains<AccountId>;

		/// Opens the jobs.
		type Jobs: JobOpener;

		/// Refusals of governance's filter that may pass by themselves, by their index: quotas that are used up for now.
		type PassingRefusals: Contains<u8>;

		/// Holds jobs back.
		type Switches: JobSwitches;

		/// Which triggers a clause accepts, and who owns it.
		type Clauses: ClauseInspect<AccountId>;

		/// Who holds which credential, for bundles.
		type Credentials: CredentialInspect<AccountId>;

		/// What this chain is called in signed readings.
		type Genesis: GenesisHash;

		/// The audit trail.
		type Receipts: ReceiptSink;

		/// Where the fees of firings go.
		#[pallet::constant]
		type FeeDestination: Get<AccountId>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes clauses for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Why money is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a source or a trigger.
		#[codec(index = 0)]
		Deposit,
		/// Set aside for the jobs of a trigger.
		#[codec(index = 1)]
		Funding,
	}

	/// What governance can change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T> = StorageValue<_, Params, ValueQuery>;

	/// Sources. Written by `register_source`, changed by `update_source` and `post_reading`, removed by `retire_source`.
	#[pallet::storage]
	pub type Sources<T> = StorageMap<_, Twox64Concat, SourceId, Source>;

	/// Number of the next source; none is used again.
	#[pallet::storage]
	pub type NextSource<T> = StorageValue<_, SourceId, ValueQuery>;

	/// The last readings of each source, the oldest first. Written by `post_reading`; removed by `update_source`, `retire_source`.
	#[pallet::storage]
	pub type ReadingsOf<T> = StorageMap<_, Twox64Concat, SourceId, Readings, ValueQuery>;

	/// Triggers that the readings of a source set off. Lives and dies with them; no entry is empty.
	#[pallet::storage]
	pub type Watchers<T> = StorageMap<_, Twox64Concat, SourceId, Watching, ValueQuery>;

	/// The block of the last free reading, and how many it had.
	#[pallet::storage]
	pub type FreeReadings<T> = StorageValue<_, (BlockNumber, u32), ValueQuery>;

	/// Triggers: what changes of them. Written by `create_trigger`, removed by `remove_trigger`.
	#[pallet::storage]
	pub type Triggers<T> = StorageMap<_, Twox64Concat, TriggerId, Trigger>;

	/// Number of the next trigger; none is used again.
	#[pallet::storage]
	pub type NextTrigger<T> = StorageValue<_, TriggerId, ValueQuery>;

	/// What the jobs of a trigger are. Lives and dies with the trigger.
	#[pallet::storage]
	pub type Orders<T> = StorageMap<_, Twox64Concat, TriggerId, Order>;

	/// The last jobs of each trigger. Written by the hook and by the ends of jobs; goes with the trigger.
	#[pallet::storage]
	pub type Firings<T> = StorageMap<_, Twox64Concat, TriggerId, FiringRecords, ValueQuery>;

	/// Triggers of an owner that wait for jobs of a clause. Lives and dies with them; no entry is empty.
	#[pallet::storage]
	pub type Dependants<T> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		AccountId,
		Blake2_128Concat,
		ClauseId,
		Waiting,
		ValueQuery,
	>;

	/// What is due at a block. Entries go when they are taken up, or with their trigger.
	#[pallet::storage]
	pub type Agenda<T> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Blake2_128Concat, Due, (), OptionQuery>;

	/// First block of the agenda that is not worked off, if the last hook left one behind.
	#[pallet::storage]
	pub type CarryOver<T> = StorageValue<_, BlockNumber>;

	/// Forecasts by what they are about. Written by `declare_forecast`, removed by `forget_forecast`.
	#[pallet::storage]
	pub type Forecasts<T> = StorageMap<_, Blake2_128Concat, PauseSubject, Forecast>;

	/// Pauses that others than governance declared, with the first block at which each no longer holds. Those whose time is over
	/// go with the next one.
	#[pallet::storage]
	pub type Pausing<T> = StorageValue<_, StandingPauses, ValueQuery>;

	/// Authorities of jurisdictions. Written by `appoint`.
	#[pallet::storage]
	pub type Authorities<T> = StorageMap<_, Blake2_128Concat, Jurisdiction, AccountId>;

	/// Quotas, and what is left of them. Written by `set_quota` and by every job that takes one.
	#[pallet::storage]
	pub type Allowances<T> = StorageMap<_, Blake2_128Concat, QuotaScope, Allowance>;

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
				"triggers.params: values out of range, or a hook share too small for its dearest step"
			);
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A source was registered.
		SourceRegistered {
			/// Source.
			source: SourceId,
			/// Who registered it.
			owner: AccountId,
		},
		/// A source says something else about itself; its readings so far are forgotten.
		SourceUpdated {
			/// Source.
			source: SourceId,
		},
		/// A source is gone.
		SourceRetired {
			/// Source.
			source: SourceId,
		},
		/// A source has a new reading.
		ReadingPosted {
			/// Source.
			source: SourceId,
			/// The reading.
			reading: KeptReading,
			/// Triggers that it set off.
			triggers: u32,
		},
		/// A trigger is there.
		TriggerCreated {
			/// Trigger.
			trigger: TriggerId,
			/// Who owns it.
			owner: AccountId,
			/// Clause and version.
			clause: ClauseId,
		},
		/// Money was set aside for a trigger, or taken back.
		FundingChanged {
			/// Trigger.
			trigger: TriggerId,
			/// What is set aside now.
			funding: Balance,
		},
		/// The owner holds a trigger back.
		TriggerPaused {
			/// Trigger.
			trigger: TriggerId,
		},
		/// A trigger fires again.
		TriggerResumed {
			/// Trigger.
			trigger: TriggerId,
			/// Windows of its schedule that came in between, besides those that were reported already.
			missed: u32,
		},
		/// The chain stopped a trigger.
		TriggerStopped {
			/// Trigger.
			trigger: TriggerId,
			/// Why.
			reason: StopReason,
		},
		/// A trigger fires no more: its firings, its windows or its time are used up.
		TriggerEnded {
			/// Trigger.
			trigger: TriggerId,
		},
		/// A trigger is gone.
		TriggerRemoved {
			/// Trigger.
			trigger: TriggerId,
			/// What came back of its funding.
			funding: Balance,
		},
		/// A trigger was set off; the next block takes it up.
		TriggerSetOff {
			/// Trigger.
			trigger: TriggerId,
			/// By what.
			cause: Cause,
		},
		/// A firing came to a job.
		TriggerFired {
			/// Trigger.
			trigger: TriggerId,
			/// Number of the firing.
			firing: u32,
			/// What set it off.
			cause: Cause,
			/// The job.
			job: JobId,
			/// Commitment to its input.
			bundle: Hash,
			/// What the job holds.
			cost: Balance,
		},
		/// Alert: governance's filter turned a firing away.
		FiringRefused {
			/// Trigger.
			trigger: TriggerId,
			/// What set it off.
			cause: Cause,
			/// Index of the refusal, as in the receipt of the dispatch.
			reason: u8,
		},
		/// A firing is tried again.
		FiringDeferred {
			/// Trigger.
			trigger: TriggerId,
			/// What set it off.
			cause: Cause,
			/// Why it did not come to a job.
			reason: MissReason,
			/// Block of the next try, at the earliest.
			until: BlockNumber,
		},
		/// A firing did not come to a job, and will not.
		FiringMissed {
			/// Trigger.
			trigger: TriggerId,
			/// What set it off.
			cause: Cause,
			/// Why.
			reason: MissReason,
		},
		/// The job of a firing ended.
		FiringEnded {
			/// Trigger.
			trigger: TriggerId,
			/// Number of the firing.
			firing: u32,
			/// The job.
			job: JobId,
			/// How.
			end: FiringEnd,
		},
		/// A risk was declared.
		ForecastDeclared {
			/// Of what.
			subject: PauseSubject,
			/// By whom; `None`: governance.
			by: Option<AccountId>,
			/// In parts of 10⁶.
			risk: u32,
			/// Hash of what it is founded on.
			evidence: Hash,
			/// First block at which it no longer holds.
			until: BlockNumber,
			/// Whether it holds jobs back.
			pauses: bool,
		},
		/// A forecast was withdrawn before its time.
		ForecastWithdrawn {
			/// Of what.
			subject: PauseSubject,
		},
		/// A forecast that no longer counts was removed.
		ForecastForgotten {
			/// Of what.
			subject: PauseSubject,
		},
		/// A jurisdiction has another authority, or none.
		AuthorityAppointed {
			/// Jurisdiction.
			jurisdiction: Jurisdiction,
			/// Who.
			authority: Option<AccountId>,
		},
		/// A quota was set; `None`: lifted.
		QuotaSet {
			/// Whose.
			scope: QuotaScope,
			/// What is allowed.
			quota: Option<Quota>,
		},
		/// The burst of a quota is open to jobs of all classes.
		BurstActivated {
			/// Whose.
			scope: QuotaScope,
			/// First block at which it is for critical jobs alone again.
			until: BlockNumber,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// What they are now.
			params: Params,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No such source, or it was retired.
		SourceUnknown,
		/// Only the owner of the source may do this.
		NotSourceOwner,
		/// A name is not 1 to 32 characters out of A-Z a-z 0-9 _ - .
		NameInvalid,
		/// A source needs one to eight different keys, none of which anybody could sign for.
		KeysInvalid,
		/// A quorum is at least one, and at most the number of keys.
		QuorumInvalid,
		/// Readings of the source would never count.
		MaxAgeInvalid,
		/// Bounds that are no range, do not fit the decimals, or do not fit 64 bits.
		BoundsInvalid,
		/// A source does not change its kind.
		KindFixed,
		/// The reading is for another chain.
		WrongChain,
		/// The sequence is not above that of the last reading.
		Replayed,
		/// The reading was observed in a block to come.
		FromTheFuture,
		/// The reading is older than the source allows.
		Stale,
		/// The reading was observed before the last one.
		OutOfOrder,
		/// The number is out of the bounds of the source.
		OutOfBounds,
		/// The number has more decimals than the numbers of the source.
		TooPrecise,
		/// The document is empty, or its location is not a URL in printable ASCII without blanks and commas.
		DocumentInvalid,
		/// The signatures have to be in the order of the keys, each key once.
		SignaturesUnordered,
		/// Fewer signatures than the source asks for.
		NoQuorum,
		/// A signature is not by the key that it names.
		SignatureInvalid,
		/// No such trigger.
		TriggerUnknown,
		/// Only the owner of the trigger may do this.
		NotTriggerOwner,
		/// No such clause is registered.
		ClauseUnknown,
		/// The clause is retired.
		ClauseRetired,
		/// The clause does not accept this kind of trigger.
		KindNotAccepted,
		/// The condition can never hold, or the source is of the other kind.
		ConditionInvalid,
		/// The cooldown is at least one block, and zero for a schedule.
		CooldownInvalid,
		/// The trigger would be over before it begins.
		NeverFires,
		/// A key of the bundle stands twice, or is `rows`.
		KeyTaken,
		/// A value of the bundle is not printable ASCII.
		TextInvalid,
		/// The bundle has too many rows, or a history of no readings.
		RowsInvalid,
		/// The bundle needs the output of a job, and no job sets the trigger off.
		NoDependency,
		/// An output can only be sealed for a sealed input, which a trigger has none of.
		OutputKeyNotPermitted,
		/// The source does not take triggers of others.
		SourceClosed,
		/// The source has as many triggers as it may have.
		TooManyWatchers,
		/// The owner has as many triggers that wait for this clause as there may be.
		TooManyDependants,
		/// The account's free balance does not cover the deposit and the funding.
		CannotPay,
		/// Less than that is set aside.
		FundingTooLow,
		/// The trigger is not active.
		NotActive,
		/// The trigger is neither paused nor stopped.
		NotPaused,
		/// The trigger fires by itself, or a vote has to fire it.
		NotFirable,
		/// The last firing is too recent, or one is under way.
		TooSoon,
		/// All firings, or the time of the trigger, are used up.
		TriggerOver,
		/// Only governance, the owner of the clause or the authority of the jurisdiction may do this.
		NotAuthority,
		/// A risk is at most one (10⁶ parts).
		RiskInvalid,
		/// Longer than allowed, or no time at all.
		TimeOutOfBounds,
		/// The subject would be paused for longer than forecasts may pause it.
		PausedTooLong,
		/// The subject was paused too often.
		PausedTooOften,
		/// Others have declared as many pauses as can stand at a time; governance keeps room for its own.
		TooManyPauses,
		/// Governance declared the forecast that holds: only governance can replace or withdraw it.
		DeclaredByGovernance,
		/// There is no forecast, or it does not hold any more.
		NoForecast,
		/// The forecast, or a pause that it led to, still counts.
		ForecastCounts,
		/// A jurisdiction is three capital letters (ISO 3166-1 alpha-3).
		JurisdictionInvalid,
		/// A window is at least one block.
		WindowInvalid,
		/// Only governance may allow more.
		OnlyTighter,
		/// There is no such quota.
		NoQuota,
		/// Parameters out of range, or a hook share too small for the dearest step of the hook.
		ParamsInvalid,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::work_off()
		}

		fn integrity_test() {
			assert!(
				Self::ensure_params(&Params::default()).is_ok(),
				"the default parameters must be valid for the weights of this runtime"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a source: whose readings count, how many of its keys have to sign, and what makes sense.
		///
		/// Holds the deposit. Emits `SourceRegistered`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register_source())]
		pub fn register_source(origin: OriginFor<T>, spec: SourceSpec) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register_source(who, spec)
		}

		/// Says something else about a source, but not that it is of the other kind. What was read so far is forgotten, because
		/// other keys, bounds or decimals may have stood behind it; sequences go on. By its owner.
		///
		/// Emits `SourceUpdated`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_source())]
		pub fn update_source(
			origin: OriginFor<T>,
			source: SourceId,
			spec: SourceSpec,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_source(who, source, spec)
		}

		/// Ends a source, for good, and returns the deposit. Triggers that need it miss their firings. By its owner.
		///
		/// Emits `SourceRetired`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::retire_source())]
		pub fn retire_source(origin: OriginFor<T>, source: SourceId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire_source(who, source)
		}

		/// Posts a reading that enough of the source's keys have signed. By anybody.
		///
		/// It has to be for this chain, in sequence, not from the future, not older than the source allows, and within its
		/// bounds. The triggers that it sets off fire in the next block. A reading that is accepted costs nothing, as long as
		/// the source and the block have free ones left.
		///
		/// Parameters: `signatures`: place of each key in the source's list, ascending, and its signature over
		/// `"concordat/reading/v1"` and the SCALE-encoded reading.
		///
		/// Emits `ReadingPosted`, and `TriggerSetOff` for each trigger.
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::weight_of_posting(signatures.len(), MAX_WATCHERS))]
		pub fn post_reading(
			origin: OriginFor<T>,
			reading: Box<Reading>,
			signatures: OracleSignatures,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let (watchers, free) = Self::do_post_reading(*reading, &signatures)?;
			Ok(PostDispatchInfo {
				actual_weight: Some(Self::weight_of_posting(signatures.len(), watchers)),
				pays_fee: if free { Pays::No } else { Pays::Yes },
			})
		}

		/// Creates a trigger: what sets it off, which clause it runs, on what, and on whose terms.
		///
		/// Holds the deposit and sets the funding aside. The clause has to accept this kind of trigger. Governance's
		/// filter judges every firing anew. Emits `TriggerCreated`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::create_trigger().saturating_add(T::Clauses::weight()))]
		pub fn create_trigger(origin: OriginFor<T>, spec: Box<TriggerSpec>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_create_trigger(who, *spec)
		}

		/// Sets more money aside for the jobs of a trigger. By its owner. Emits `FundingChanged`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::fund())]
		pub fn fund(
			origin: OriginFor<T>,
			trigger: TriggerId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_fund(who, trigger, amount)
		}

		/// Takes money back that is set aside for a trigger. By its owner. Emits `FundingChanged`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(
			origin: OriginFor<T>,
			trigger: TriggerId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(who, trigger, amount)
		}

		/// Holds a trigger back: what sets it off until it is resumed is missed. By its owner. Emits `TriggerPaused`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::pause_trigger())]
		pub fn pause_trigger(origin: OriginFor<T>, trigger: TriggerId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_pause(who, trigger)
		}

		/// Lets a trigger fire again that its owner paused or the chain stopped. A schedule goes on with its next window; those
		/// that have passed are counted as missed. By its owner. Emits `TriggerResumed`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::resume_trigger())]
		pub fn resume_trigger(origin: OriginFor<T>, trigger: TriggerId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_resume(who, trigger)
		}

		/// Removes a trigger; its deposit and what is left of its funding come back. Jobs that it opened go on. By its owner.
		///
		/// Emits `TriggerRemoved`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::remove_trigger())]
		pub fn remove_trigger(origin: OriginFor<T>, trigger: TriggerId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove(who, trigger)
		}

		/// Sets a trigger off; the next block takes it up.
		///
		/// By the owner for the kind manual; for the kind proposal by governance, or by the owner if that is a DAO, because
		/// its call is a vote. Emits `TriggerSetOff`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::fire())]
		pub fn fire(origin: OriginFor<T>, trigger: TriggerId) -> DispatchResult {
			let by = Self::signed_or_governance(origin)?;
			Self::do_fire(by, trigger)
		}

		/// Declares a risk for so many blocks. From the governed threshold on it holds the jobs of the subject back; below, it
		/// is on record, and lets go what an earlier one held back.
		///
		/// By governance; of a clause by its owner; of a jurisdiction by its authority. It replaces the forecast that holds.
		/// Forecasts are bounded in time, one by one and together.
		///
		/// Parameters: `risk`: in parts of 10⁶; `evidence`: hash of what it is founded on, for instance of a
		/// simulation's output.
		///
		/// Emits `ForecastDeclared`.
		#[pallet::call_index(11)]
		#[pallet::weight(Pallet::<T>::weight_of_forecast(T::WeightInfo::declare_forecast()))]
		pub fn declare_forecast(
			origin: OriginFor<T>,
			subject: PauseSubject,
			risk: u32,
			evidence: Hash,
			blocks: BlockNumber,
		) -> DispatchResult {
			let by = Self::authority(origin, &subject)?;
			Self::do_declare(by, subject, risk, evidence, blocks)
		}

		/// Ends a forecast before its time; what it held back goes on. By whoever could declare it; one by governance only by
		/// governance. Emits `ForecastWithdrawn`.
		#[pallet::call_index(12)]
		#[pallet::weight(Pallet::<T>::weight_of_forecast(T::WeightInfo::withdraw_forecast()))]
		pub fn withdraw_forecast(origin: OriginFor<T>, subject: PauseSubject) -> DispatchResult {
			let by = Self::authority(origin, &subject)?;
			Self::do_withdraw_forecast(by, subject)
		}

		/// Removes the record of a forecast that does not hold any more and whose pauses no longer count. By anybody. Emits
		/// `ForecastForgotten`.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::forget_forecast())]
		pub fn forget_forecast(origin: OriginFor<T>, subject: PauseSubject) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget_forecast(subject)
		}

		/// Names the authority of a jurisdiction, or takes it away. By governance. Emits `AuthorityAppointed`.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::appoint())]
		pub fn appoint(
			origin: OriginFor<T>,
			jurisdiction: Jurisdiction,
			authority: Option<AccountId>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			ensure!(jurisdiction.is_valid(), Error::<T>::JurisdictionInvalid);
			Authorities::<T>::set(jurisdiction, authority.clone());
			Self::deposit_event(Event::AuthorityAppointed { jurisdiction, authority });
			Ok(())
		}

		/// Says how many jobs a DAO or a jurisdiction may open in a window; `None`: any number. A change refills nothing.
		///
		/// By governance; the authority of a jurisdiction may allow less. Emits `QuotaSet`.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::set_quota().saturating_add(T::Receipts::weight()))]
		pub fn set_quota(
			origin: OriginFor<T>,
			scope: QuotaScope,
			quota: Option<Quota>,
		) -> DispatchResult {
			let by = Self::signed_or_governance(origin)?;
			Self::do_set_quota(by, scope, quota)
		}

		/// Opens the burst of a quota to jobs of all classes for so many blocks: disaster activation. By governance. Emits
		/// `BurstActivated`.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::activate_burst().saturating_add(T::Receipts::weight()))]
		pub fn activate_burst(
			origin: OriginFor<T>,
			scope: QuotaScope,
			blocks: BlockNumber,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_activate_burst(scope, blocks)
		}

		/// Changes the parameters. Deposits that are held stay as they are. By governance. Emits `ParamsSet`.
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::ensure_params(&params)?;
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A trigger, and what became of its firings.
		pub fn trigger(id: TriggerId) -> Option<TriggerView> {
			Self::view_trigger(id)
		}

		/// Triggers from a number on.
		pub fn triggers(from: TriggerId, limit: u32) -> Page<TriggerView> {
			Self::page_of_triggers(from, limit)
		}

		/// A source.
		pub fn source(id: SourceId) -> Option<SourceView> {
			Self::view_source(id)
		}

		/// Sources from a number on.
		pub fn sources(from: SourceId, limit: u32) -> Page<SourceView> {
			Self::page_of_sources(from, limit)
		}

		/// The readings of a source that the chain keeps, the oldest first.
		pub fn readings(id: SourceId) -> Vec<KeptReading> {
			ReadingsOf::<T>::get(id).into_inner()
		}

		/// The bundle that a firing of the trigger would make now, or why there is none.
		pub fn bundle(
			id: TriggerId,
		) -> Option<Result<Vec<u8>, concordat_primitives::bundle::BundleError>> {
			Self::preview(id)
		}

		/// A quota and what is left of it now.
		pub fn quota(scope: QuotaScope) -> Option<QuotaView> {
			Self::view_quota(&scope)
		}

		/// The last forecast about a subject.
		pub fn forecast(subject: PauseSubject) -> Option<Forecast> {
			Forecasts::<T>::get(subject)
		}

		/// Forecasts that hold now, at most a hundred.
		pub fn forecasts() -> Vec<(PauseSubject, Forecast)> {
			Self::view_forecasts()
		}

		/// The authority of a jurisdiction.
		pub fn authority_of(jurisdiction: Jurisdiction) -> Option<AccountId> {
			Authorities::<T>::get(jurisdiction)
		}

		/// What governance can change.
		pub fn parameters() -> Params {
			Parameters::<T>::get()
		}
	}
}
