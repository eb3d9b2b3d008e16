//! The clause registry: what may run, where, under which policy.
//!
//! A clause is an executable policy with a name and a version, for instance
//! `WHO::DiseaseAlert@2.3`. Its record says which program runs, on how many nodes, within which
//! limits and times, and who may ask for it. A record never changes; a change is a new version, and
//! jobs name the exact version, so a new one never disturbs a running job.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`register`](Pallet::register) | owner of the authority; the first registrant becomes it | takes the deposit, requests the program, `Draft` or `Active` |
//! | [`activate`](Pallet::activate) | owner | `Draft → Active` |
//! | [`retire`](Pallet::retire) | owner | any `→ Retired`, final |
//! | [`enter_safe_mode`](Pallet::enter_safe_mode) | owner or governance | `Active → SafeMode(Owner)` |
//! | [`leave_safe_mode`](Pallet::leave_safe_mode) | owner or governance | `SafeMode → Active`, the count of failures starts anew |
//! | [`transfer_ownership`](Pallet::transfer_ownership) | owner | hands over one clause, with its deposit |
//! | [`transfer_authority`](Pallet::transfer_authority) | owner of the authority, or governance | hands over (governance also: assigns) an authority name |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//! | [`declare_capability`](Pallet::declare_capability) | anybody who may own clauses, or governance | takes the deposit, adds to the catalogue |
//! | [`retire_capability`](Pallet::retire_capability) | who declared it, or governance | no new clause may ask for it |
//! | [`correct_capability`](Pallet::correct_capability) | governance | says what it is, while no clause asks for it; lifts its retirement |
//!
//! View functions: [`capability_view`](Pallet::capability_view) and [`capability_page`](Pallet::capability_page).
//!
//! # Life cycle
//!
//! ```text
//!  Draft ──activate──► Active ⇄ SafeMode ──retire──► Retired
//!    └──────retire───────┴─────────────────────────────┘
//! ```
//!
//! An active clause falls into safe mode by itself after [`Params::failure_threshold`] failed jobs in
//! a row, and when a dispute asks for it. A clause in safe mode takes no new jobs; running ones end.
//! Expiry and execution windows are not states: who dispatches checks them against the block.
//!
//! # Failures
//!
//! Job-dispatch says of each job that ended what its end says about the clause
//! ([`ClauseJobs::job_closed`](concordat_primitives::traits::ClauseJobs::job_closed)):
//!
//! | end of a job | says | count |
//! |---|---|---|
//! | a result | `Some(true)` | back to 0 |
//! | the nodes agree that the program fails; every attempt was used up, in silence or in disagreement | `Some(false)` | one more |
//! | cancelled, expired, input late, ended by governance | `None`: it was the requester's doing or nobody's | as it was |
//!
//! Each job counts once, however many attempts it took. The failure that reaches the threshold stops the clause at
//! once, by an event and a receipt; jobs that run meanwhile end, and their failures change nothing more.
//!
//! # The catalogue
//!
//! A capability is a kind of task: a category, the types of data that it takes and gives, the longest input and the
//! longest execution (Symbiont orchestration protocol §2.1). Clauses ask for one, nodes offer several, and workflows
//! are checked for outputs that are no inputs of the next step. So its meaning must not move under those who rely on
//! it: the spec of a capability never changes while a clause that asks for it needs its program.
//!
//! ```text
//!  declare ──► Declared ──retire, no clause asks for it──────────────► gone; the name is free again
//!                 │ ▲ └───retire──► Retired ──last clause released──────┘
//!                 └─┴──────correct────┘ (governance's from then on)
//! ```
//!
//! A retired capability stays for the clauses that ask for it: they go on, and nodes may offer it for them. Genesis
//! declares the first ones; they are governance's.
//!
//! # Up and down
//!
//! Up: [`ClauseInspect`](concordat_primitives::traits::ClauseInspect) and
//! [`ClauseJobs`](concordat_primitives::traits::ClauseJobs), used by job-dispatch, quorum-results and
//! disputes; [`ClauseMeasurements`](concordat_primitives::traits::ClauseMeasurements), by which attestation learns
//! which clauses would have no code left to run on if a measurement lapsed;
//! [`CapabilityInspect`](concordat_primitives::traits::CapabilityInspect), used by node-staking, job-dispatch and
//! workflows. Down: preimages (`T::Preimages`) for programs, receipts (`T::Receipts`) for every change of state.
//!
//! # Money
//!
//! The owner's deposit is held under [`HoldReason::Clause`]: a base, and a price per byte of the
//! record and of a program on chain (whoever noted the preimage gets its own deposit back once
//! the clause requests it, so the clause has to pay for the space). When the clause is retired *and*
//! the records of its last job are gone, the program is no longer requested and the deposit is released
//! in full. A job that has ended counts until then: a dispute may have to run it again.
//! The record itself (at most 1.7 KB) stays forever: receipts and jobs of years ago remain
//! explainable. The space for it is paid by the fee of the registration.
//!
//! Who declares a capability has [`Params::capability_deposit`] held under [`HoldReason::Capability`] until it is gone,
//! or until governance corrects it and takes it over. Governance holds nothing.
//!
//! # Measurements
//!
//! A clause may name the measurements that run it. It is found under each of them for as long as something may need
//! it to run: from its registration, as a draft too, until it is retired and the records of its last job are gone,
//! the same time for which its program is requested. Whether the chain knows those measurements is attestation's to say.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an owner is the sum of the deposits of its clauses.
//! 2. A record has no deposit if and only if it is retired and no job of it is kept; open jobs are kept.
//! 3. The index is a bijection between `0 .. count` and the records.
//! 4. The latest version of a name is its greatest registered one; every authority has an owner.
//! 5. Every program on chain whose clause holds a deposit is requested, and has the length named.
//! 6. The parameters are valid.
//! 7. The index of measurements holds each pair of a clause with a deposit and a measurement that it names, and
//!    nothing else.
//! 8. What a clause with a deposit asks for is in the catalogue, which counts such clauses; a retired capability has at
//!    least one. What is on hold of who declared capabilities is the sum of their deposits.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod catalogue;
mod impls;
mod measurements;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod validate;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::clause-registry";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use concordat_primitives::{
		attest::Measurement,
		capability::CapabilitySpec,
		clause::{ClauseSpec, ClauseStatus},
		text::Name,
		traits::{ClauseMeasurements, ReceiptSink},
		AccountId, Balance, CapabilityId, ClauseId, Version,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			QueryPreimage, StorePreimage,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::BlakeTwo256;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where deposits are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who may own clauses: signed accounts, and the accounts of DAOs.
		type OwnerOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = AccountId>;

		/// Governance: sets parameters, assigns authorities, stops and frees any clause.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where programs lie. Requested for as long as a clause needs its program.
		type Preimages: QueryPreimage<H = BlakeTwo256> + StorePreimage;

		/// Where changes of state are audited.
		type Receipts: ReceiptSink;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for the record and the program of a clause.
		Clause,
		/// Deposit for a capability.
		Capability,
	}

	/// Every clause ever registered. Written by `register`; never removed.
	#[pallet::storage]
	pub type Clauses<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, ClauseId, ClauseRecord, OptionQuery>;

	/// Clauses in the order of their registration, for paging. Written by `register`; never removed.
	#[pallet::storage]
	pub type ByIndex<T: Config> = StorageMap<_, Twox64Concat, u64, ClauseId, OptionQuery>;

	/// Who speaks under an authority's name. Written by its first registration, `transfer_authority`.
	#[pallet::storage]
	pub type Authorities<T: Config> = StorageMap<_, Blake2_128Concat, Name, AccountId, OptionQuery>;

	/// Greatest version registered of a name of an authority. Written by `register`; only ever grows.
	#[pallet::storage]
	pub type Latest<T: Config> =
		StorageMap<_, Blake2_128Concat, (Name, Name), Version, OptionQuery>;

	/// Clauses by the measurements that they name. Written by `register`; removed when the clause is retired and the
	/// records of its last job are gone.
	#[pallet::storage]
	pub type MeasurementUsers<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		Measurement,
		Blake2_128Concat,
		ClauseId,
		(),
		OptionQuery,
	>;

	/// The catalogue. Written by genesis and `declare_capability`, changed by `correct_capability`; removed when it is
	/// retired and no clause needs it any more.
	#[pallet::storage]
	pub type Capabilities<T: Config> =
		StorageMap<_, Blake2_128Concat, CapabilityId, CapabilityRecord, OptionQuery>;

	/// What governance may change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		/// Capabilities that are declared from the start. Governance's to retire and to correct.
		pub capabilities: Vec<(CapabilityId, CapabilitySpec)>,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.params.is_valid(),
				"clause-registry: a failure threshold of 0 is no threshold"
			);
			Parameters::<T>::put(&self.params);
			Pallet::<T>::build_catalogue(&self.capabilities);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A clause was registered.
		ClauseRegistered {
			/// Clause and version.
			id: ClauseId,
			/// Who owns it.
			owner: AccountId,
			/// Place in the order of registration.
			index: u64,
			/// What is held for it.
			deposit: Balance,
		},
		/// A clause changed its state.
		ClauseStatusChanged {
			/// Clause and version.
			id: ClauseId,
			/// Where it stands now.
			status: ClauseStatus,
		},
		/// A retired clause's last job has ended: its program is no longer requested and its deposit
		/// was released. Emitted once per clause.
		ClauseReleased {
			/// Clause and version.
			id: ClauseId,
			/// Who got the deposit back.
			owner: AccountId,
			/// What was released.
			deposit: Balance,
		},
		/// A clause has a new owner, who holds its deposit from now on.
		OwnershipTransferred {
			/// Clause and version.
			id: ClauseId,
			/// Old owner.
			from: AccountId,
			/// New owner.
			to: AccountId,
		},
		/// An authority's name has a new owner; `from` is `None` if nobody had it.
		AuthorityTransferred {
			/// The authority.
			authority: Name,
			/// Old owner.
			from: Option<AccountId>,
			/// New owner.
			to: AccountId,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
		/// A capability was declared.
		CapabilityDeclared {
			/// Its name.
			id: CapabilityId,
			/// Who declared it; `None` for governance.
			owner: Option<AccountId>,
			/// What is held for it.
			deposit: Balance,
		},
		/// A capability was retired: no new clause may ask for it.
		CapabilityRetired {
			/// Its name.
			id: CapabilityId,
		},
		/// Governance said what a capability is, or lifted its retirement. It is governance's from now on; the
		/// deposit of who had declared it was released.
		CapabilityCorrected {
			/// Its name.
			id: CapabilityId,
		},
		/// A retired capability is gone, because no clause asks for it any more: its deposit was released, and the
		/// name is free.
		CapabilityRemoved {
			/// Its name.
			id: CapabilityId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The authority or the name is not made of 1 to 32 letters, digits, `_`, `-` or `.`.
		InvalidId,
		/// The authority belongs to another account.
		AuthorityTaken,
		/// The version is not greater than every version registered before.
		VersionNotGreater,
		/// The execution mode's numbers make no sense: a quorum needs n/2 < k ≤ n ≤ 7.
		InvalidMode,
		/// A clause of high or critical risk may not rest on one node's word.
		RiskNeedsQuorum,
		/// The capability's name is not made of 1 to 16 letters, digits, `_`, `-` or `.`.
		InvalidCapability,
		/// A resource limit is zero or beyond what any clause may ask for.
		InvalidLimits,
		/// No trigger is accepted, or one that does not exist.
		InvalidTriggers,
		/// A jurisdiction of the policy is not three capital letters.
		InvalidJurisdiction,
		/// The execution window is empty, or begins when the clause has expired.
		InvalidWindow,
		/// The execution window lies in the past.
		WindowOver,
		/// The expiry lies in the past.
		ExpiryPast,
		/// The program is empty or longer than 512 KiB.
		InvalidProgramLength,
		/// No preimage with the program's hash is on chain: note it first.
		ProgramNotNoted,
		/// The preimage has another length than the clause says.
		ProgramLengthMismatch,
		/// The program's location is not an `http://` or `https://` address in printable ASCII.
		InvalidLocation,
		/// No such clause.
		UnknownClause,
		/// No such authority.
		UnknownAuthority,
		/// Only the owner may do this.
		NotOwner,
		/// Only a draft can be activated.
		NotDraft,
		/// Only an active clause can enter safe mode.
		NotActive,
		/// The clause is not in safe mode.
		NotInSafeMode,
		/// The clause is retired, for good.
		AlreadyRetired,
		/// The new owner is the present one.
		SameOwner,
		/// The parameters make no sense: the failure threshold is at least 1.
		InvalidParams,
		/// The clause names a measurement twice.
		DuplicateMeasurement,
		/// The clause demands the same credential twice, of a node or of a requester.
		DuplicateCredential,
		/// An ensemble is a requester's to ask for: no clause has it for its mode.
		EnsembleMode,
		/// A list of the policy names something twice: a jurisdiction, a vendor, a policy or a requester.
		DuplicatePolicyEntry,
		/// The clause has more set aside for one execution than any clause may.
		InvalidResources,
		/// The catalogue has no such capability: declare it first.
		UnknownCapability,
		/// The capability is retired.
		CapabilityRetired,
		/// The clause may run longer than its capability allows.
		WallBeyondCapability,
		/// The capability's types are not names, or come twice, or it leaves no time to run, or more than any clause
		/// may have.
		InvalidCapabilitySpec,
		/// A capability of this name is declared.
		CapabilityTaken,
		/// Clauses ask for the capability: what it is cannot change.
		CapabilityInUse,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			use concordat_primitives::clause::MAX_PROGRAM_BYTES;
			assert!(
				T::Preimages::MAX_LENGTH >= MAX_PROGRAM_BYTES as usize,
				"the longest program must fit a preimage"
			);
			assert!(Params::default().is_valid(), "the default parameters must be valid");
			assert!(
				<Self as ClauseMeasurements>::weight()
					.all_lte(T::BlockWeights::get().max_block.saturating_div(4)),
				"looking for a stranded clause must not take more than a quarter of a block"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A capability of the catalogue.
		pub fn capability_view(id: CapabilityId) -> Option<CapabilityView> {
			Capabilities::<T>::get(id).map(|record| Self::view_of_capability(id, record))
		}

		/// Capabilities in an order of the chain's own, from the one after `after` on. A page has 1 to 100 rows,
		/// whatever is asked; one with fewer than were asked for is the last.
		pub fn capability_page(after: Option<CapabilityId>, limit: u32) -> Vec<CapabilityView> {
			Self::catalogue(after, limit)
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a clause, as a draft or active at once.
		///
		/// The first registration under an authority's name makes the caller its owner; later ones
		/// have to come from the owner, and each version has to be greater than all before. A deposit
		/// is held from the caller. A program on chain must have been noted as a preimage before; it
		/// is requested for as long as the clause needs it. The capability has to be in the catalogue, not
		/// retired, and to allow for the clause's wall-clock limit; an ensemble is no mode of a clause.
		///
		/// Emits `ClauseRegistered`, `ClauseStatusChanged`, and `AuthorityTransferred` for a new
		/// authority.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register().saturating_add(T::Receipts::weight()))]
		pub fn register(
			origin: OriginFor<T>,
			id: ClauseId,
			spec: Box<ClauseSpec>,
			activate: bool,
		) -> DispatchResult {
			let owner = T::OwnerOrigin::ensure_origin(origin)?;
			Self::do_register(owner, id, *spec, activate)
		}

		/// Offers a draft: from now on it takes jobs. Emits `ClauseStatusChanged`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::activate().saturating_add(T::Receipts::weight()))]
		pub fn activate(origin: OriginFor<T>, id: ClauseId) -> DispatchResult {
			let owner = T::OwnerOrigin::ensure_origin(origin)?;
			Self::do_activate(&owner, &id)
		}

		/// Retires a clause for good: it takes no new jobs, running ones end. The deposit comes back
		/// and the program may go when the last of them has ended.
		///
		/// Emits `ClauseStatusChanged`, and `ClauseReleased` if no job is open.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::retire().saturating_add(T::Receipts::weight()))]
		pub fn retire(origin: OriginFor<T>, id: ClauseId) -> DispatchResult {
			let owner = T::OwnerOrigin::ensure_origin(origin)?;
			Self::do_retire(&owner, &id)
		}

		/// Stops an active clause for now: it takes no new jobs, running ones end. By its owner or by
		/// governance. Emits `ClauseStatusChanged`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::enter_safe_mode().saturating_add(T::Receipts::weight()))]
		pub fn enter_safe_mode(origin: OriginFor<T>, id: ClauseId) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_enter_safe_mode(owner.as_ref(), &id)
		}

		/// Lets a clause out of safe mode, whatever brought it there; its count of failures starts
		/// anew. By its owner or by governance. Emits `ClauseStatusChanged`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::leave_safe_mode().saturating_add(T::Receipts::weight()))]
		pub fn leave_safe_mode(origin: OriginFor<T>, id: ClauseId) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_leave_safe_mode(owner.as_ref(), &id)
		}

		/// Hands one version of a clause, with its deposit, to another account. The authority's name
		/// stays with its owner. Emits `OwnershipTransferred`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::transfer_ownership())]
		pub fn transfer_ownership(
			origin: OriginFor<T>,
			id: ClauseId,
			new_owner: AccountId,
		) -> DispatchResult {
			let owner = T::OwnerOrigin::ensure_origin(origin)?;
			Self::do_transfer_ownership(&owner, &id, new_owner)
		}

		/// Hands an authority's name to another account, which alone may register under it from then
		/// on. By its owner, or by governance, which may also assign a name that nobody has. Clauses
		/// registered before stay with their owners. Emits `AuthorityTransferred`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::transfer_authority())]
		pub fn transfer_authority(
			origin: OriginFor<T>,
			authority: Name,
			new_owner: AccountId,
		) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_transfer_authority(owner.as_ref(), authority, new_owner)
		}

		/// Changes the parameters. Deposits on hold stay as they are. By governance. Emits `ParamsSet`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(), Error::<T>::InvalidParams);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}

		/// Adds a capability to the catalogue. From an owner of clauses, whose deposit is held until it is gone; or from
		/// governance.
		///
		/// - `id`: free, and made of 1 to 16 letters, digits, `_`, `-` or `.`.
		/// - `spec`: its data types are names, none of them twice among inputs or among outputs; no list: any type. At
		///   most 600 s of wall clock.
		///
		/// Emits `CapabilityDeclared`.
		#[pallet::call_index(8)]
		#[pallet::weight(
			T::WeightInfo::declare_capability().saturating_add(T::Receipts::weight())
		)]
		pub fn declare_capability(
			origin: OriginFor<T>,
			id: CapabilityId,
			spec: CapabilitySpec,
		) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_declare_capability(owner, id, spec)
		}

		/// Retires a capability: no new clause may ask for it. If clauses do, it stays for them and goes with the last
		/// one; otherwise it is gone at once, its deposit is released and the name is free. By who declared it, or by
		/// governance. Emits `CapabilityRetired`, and `CapabilityRemoved` when it is gone.
		#[pallet::call_index(9)]
		#[pallet::weight(
			T::WeightInfo::retire_capability().saturating_add(T::Receipts::weight())
		)]
		pub fn retire_capability(origin: OriginFor<T>, id: CapabilityId) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_retire_capability(owner.as_ref(), id)
		}

		/// Says what a capability is, and lifts its retirement. While clauses ask for it, only with the very spec that it
		/// has. It is governance's from then on, and the deposit of who had declared it is released. By governance.
		/// Emits `CapabilityCorrected`.
		#[pallet::call_index(10)]
		#[pallet::weight(
			T::WeightInfo::correct_capability().saturating_add(T::Receipts::weight())
		)]
		pub fn correct_capability(
			origin: OriginFor<T>,
			id: CapabilityId,
			spec: CapabilitySpec,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_correct_capability(id, spec)
		}
	}
}
