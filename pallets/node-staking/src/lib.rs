//! Node staking: who may run it.
//!
//! A node is a compute provider or a validator, with a controller account, a stake on hold, an
//! operator key and a spec. A compute node takes jobs while it holds a lease (attestation says so)
//! and its heartbeats arrive; a validator takes part in consensus once governance has chosen it.
//! Whoever misbehaves is slashed here and nowhere else.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`register`](Pallet::register) | anybody with the stake | holds the stake, gives the node its number |
//! | [`bond_extra`](Pallet::bond_extra) | controller | adds to the stake |
//! | [`unbond_partial`](Pallet::unbond_partial) | controller | sends a part of the stake on its way out |
//! | [`unbond`](Pallet::unbond) | controller | the whole node leaves |
//! | [`withdraw`](Pallet::withdraw) | controller | releases what has left; the last time, removes the node |
//! | [`drain`](Pallet::drain), [`undrain`](Pallet::undrain) | controller | no new jobs for now; back again |
//! | [`update_spec`](Pallet::update_spec), [`set_operator_key`](Pallet::set_operator_key) | controller | say something else about the node |
//! | [`set_availability`](Pallet::set_availability) | controller or operator key | says that the node does not perform a capability now, or does again |
//! | [`unjail`](Pallet::unjail) | controller | back to work, once the time is served |
//! | [`add_validator`](Pallet::add_validator), [`remove_validator`](Pallet::remove_validator) | `ValidatorOrigin` | choose validators |
//! | [`heartbeat`](Pallet::heartbeat) | the operator key, off chain, without a fee | a sign of life |
//! | [`cancel_slash`](Pallet::cancel_slash) | `SlashCancelOrigin` | an appeal was won |
//! | [`set_params`](Pallet::set_params) | `ForceOrigin` | changes [`Params`] |
//!
//! # Life of a node
//!
//! ```text
//!  compute:    register ─► Registered ──lease──► Active ⇄ Inactive(MissedHeartbeats | LeaseLost | Drained)
//!  validator:  register ─────────────────────► Active
//!  both:       any ──slash──► Jailed ──unjail, or every slash cancelled──► where it would be otherwise
//!              any ──unbond──► Unbonding ──withdraw──► gone
//! ```
//!
//! A node of which slashes have left nothing is gone as well.
//!
//! An unbonding node stays so when it is slashed: it is out of work already and cannot come back.
//!
//! # Slashing, in four phases
//!
//! 1. **Report.** [`Slasher::slash`](concordat_primitives::traits::Slasher) by another pallet, or an
//!    offence that the consensus pallets report. Evidence that was used against the node before
//!    counts for nothing. It is remembered until the unbonding period has passed after the appeal
//!    window; whoever reports must not accept older evidence.
//! 2. **Freeze and jail, at once.** The cost is the fraction that [`Penalties`] names, of the own
//!    stake (bonded and unlocking) at the first offence of the *span*, less what earlier spans froze.
//!    Of several offences of a span only the dearest counts: a later one freezes the difference
//!    if it is dearer, and nothing otherwise ([`penalty`]). A span begins with an offence outside any
//!    span and ends when the node is unjailed, when all its slashes are cancelled, or after the
//!    appeal window. Frozen funds cannot be withdrawn, and nobody loses anything yet.
//! 3. **Appeal.** Until the end of the appeal window `cancel_slash` takes one slash back: what it
//!    alone had frozen is free again, to the unit, and the last one of a span lifts the jail.
//! 4. **Application.** At the end of the window the agenda takes the share out of the hold: a small
//!    part goes to the reporter (not to one who reported itself), the rest to
//!    [`Config::SlashDestination`].
//!
//! For example, at 2 s slots and an appeal window of 14 days = 604,800 blocks: a node with 1,000 CDT
//! equivocates at block 100 (5 %: 50 are frozen, due at 604,900) and attacks at block 200 (50 %:
//! another 450, due at 605,000). If the second is cancelled, 450 are free again; the first stays.
//!
//! # Heartbeats
//!
//! The off-chain worker signs one per [`Params::heartbeat_interval`], and only while the node's host
//! lists the leased enclave among its healthy ones. A beat changes one small record and emits
//! nothing; a missed one costs state: the agenda looks at each node once per silence period and
//! takes it out of the pools. The next beat brings it back.
//!
//! # Capabilities
//!
//! A compute node offers 1 to 16 capabilities, all of them in the catalogue (`T::Capabilities`) when it says so, none
//! twice. One that has gone from there since does no harm, but has to be left out of the next spec. For a while the
//! operator may take one back without touching the others ([`set_availability`](Pallet::set_availability), Symbiont
//! orchestration protocol §7.2): the pools are told, and remember. It costs the ordinary fee of a call that reads one
//! record: to be free up to a rate it would need a record of its own, dearer than what it saves.
//!
//! # Up and down
//!
//! Up: [`NodeInspect`](concordat_primitives::traits::NodeInspect),
//! [`Slasher`](concordat_primitives::traits::Slasher),
//! [`LeaseListener`](concordat_primitives::traits::LeaseListener), the session managers of
//! pallet-session, the full identification [`StakeOf`] and the offence handler. Down: the scheduler's
//! pools (`T::Pool`), the catalogue of capabilities (`T::Capabilities`), receipts (`T::Receipts`), session keys and disabling (`T::Session`).
//!
//! # Money
//!
//! Stakes are held under [`HoldReason::Stake`] in the controller's account. They leave the hold by
//! `withdraw` (to the controller) and by an applied slash; by nothing else.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is held of a controller is the sum of the own stakes of its nodes.
//! 2. What is frozen of a node is the sum of the shares of its pending slashes, and at most its own
//!    stake; each pending slash and each remembered evidence is on the agenda.
//! 3. Controllers and nodes, operator keys and nodes, validator accounts and validator nodes name
//!    each other one to one.
//! 4. The count of active nodes is their number; each of them holds a lease and is on the agenda for
//!    a check; every check on the agenda belongs to a node that knows of it, or that is gone.
//! 5. The chosen validators are distinct validator nodes that do not leave.
//! 6. Nothing on the agenda is overdue but what the hook has carried over.
//! 7. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
mod availability;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod bonding;
mod heartbeats;
mod inspect;
mod leases;
#[cfg(test)]
mod mock;
pub mod penalty;
mod session;
mod slashing;
mod status;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;
mod worker;

pub use heartbeats::{
	heartbeat_message, HEARTBEAT_DOMAIN, HEARTBEAT_LONGEVITY, HEARTBEAT_MAX_AGE, HEARTBEAT_TAG,
	NOT_EXPECTED, UNKNOWN_NODE,
};
pub use pallet::*;
pub use session::{offence_evidence, StakeOf};
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::node-staking";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use concordat_primitives::{
		node::{Misconduct, NodeRole, NodeSpec, NodeStatus, OperatorId, OperatorSignature},
		traits::{block_number, CapabilityInspect, GenesisHash, NodePool, ReceiptSink},
		AccountId, Balance, BlockNumber, CapabilityId, Hash, NodeId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{BalancedHold, Credit, Inspect, Mutate, MutateHold},
			OnUnbalanced, ValidatorRegistration,
		},
		weights::WeightMeter,
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use pallet_session::SessionInterface;
	use sp_staking::SessionIndex;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// What a slash takes.
	pub type CreditOf<T> = Credit<AccountId, <T as Config>::Currency>;

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The runtime's transaction extensions have to include `frame_system::AuthorizeCall`, and this
	/// pallet has to be declared after the currency and before pallet-session: the session asks for
	/// its first validators while the genesis is built.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>> + frame_system::Config<AccountId = AccountId>
	{
		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where stakes are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>
			+ BalancedHold<AccountId>;

		/// Governance: changes the parameters.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Governance: chooses validators.
		type ValidatorOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who decides that an appeal is won.
		type SlashCancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where slashed funds go, less the reporter's share.
		type SlashDestination: OnUnbalanced<CreditOf<Self>>;

		/// The scheduler's pools: told who takes jobs.
		type Pool: NodePool;

		/// The catalogue: what nodes may offer.
		type Capabilities: CapabilityInspect;

		/// Where changes of state are audited.
		type Receipts: ReceiptSink;

		/// Names the chain in signed heartbeats.
		type Genesis: GenesisHash;

		/// Who has session keys, and where offenders are disabled until they leave the set.
		type Session: SessionInterface<ValidatorId = AccountId, AccountId = AccountId>
			+ ValidatorRegistration<AccountId>;

		/// Most validators that can be chosen, whatever the parameters say.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// The most that the hook may use of a block. It has to pay for at least one task.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Priority of heartbeats in the pool.
		#[pallet::constant]
		type HeartbeatPriority: Get<TransactionPriority>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Sets up what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: benchmarking::BenchmarkHelper;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake of nodes.
		Stake,
	}

	/// Every node. Written by `register`, changed by nearly everything; removed by the last
	/// `withdraw`.
	#[pallet::storage]
	pub type Nodes<T: Config> = CountedStorageMap<_, Twox64Concat, NodeId, NodeRecord, OptionQuery>;

	/// Number of the node registered last; numbers start at 1 and are never used again.
	#[pallet::storage]
	pub type LastNode<T: Config> = StorageValue<_, NodeId, ValueQuery>;

	/// Nodes of a controller. Written by `register`, thinned by the last `withdraw` of a node.
	#[pallet::storage]
	pub type NodesOf<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		AccountId,
		BoundedVec<NodeId, ConstU32<MAX_NODES_PER_CONTROLLER>>,
		ValueQuery,
	>;

	/// The node of an operator key. Written by `register` and `set_operator_key`.
	#[pallet::storage]
	pub type OperatorNodes<T: Config> =
		StorageMap<_, Blake2_128Concat, OperatorId, NodeId, OptionQuery>;

	/// The validator node of an account: an account has one at most, because it names the validator
	/// in the session. Written by `register`, removed with the node.
	#[pallet::storage]
	pub type ValidatorNodes<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, NodeId, OptionQuery>;

	/// Nodes that governance has chosen as validators. Changed by genesis, `add_validator`,
	/// `remove_validator` and `unbond`.
	#[pallet::storage]
	pub type Validators<T: Config> =
		StorageValue<_, BoundedVec<NodeId, T::MaxValidators>, ValueQuery>;

	/// How many compute nodes are active.
	#[pallet::storage]
	pub type ActiveNodes<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Signs of life of compute nodes. Written by leases and heartbeats: the only write of a beat.
	#[pallet::storage]
	pub type Pulses<T: Config> = StorageMap<_, Twox64Concat, NodeId, Pulse, OptionQuery>;

	/// Slashes within their appeal window. Written by `slash`, thinned by `cancel_slash` and the
	/// agenda.
	#[pallet::storage]
	pub type PendingSlashes<T: Config> =
		StorageMap<_, Twox64Concat, NodeId, PendingList, ValueQuery>;

	/// The last span of a node, until it is unjailed or gone.
	#[pallet::storage]
	pub type Spans<T: Config> = StorageMap<_, Twox64Concat, NodeId, Span, OptionQuery>;

	/// Evidence that was used against a node, and the block at which the agenda forgets it.
	#[pallet::storage]
	pub type UsedEvidence<T: Config> =
		StorageDoubleMap<_, Twox64Concat, NodeId, Blake2_128Concat, Hash, BlockNumber, OptionQuery>;

	/// What is due at a block, by page. Pages are filled in order and worked off in order.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Twox64Concat, u32, TaskPage, ValueQuery>;

	/// The last page of a block; absent for the first.
	#[pallet::storage]
	pub type LastPages<T: Config> = StorageMap<_, Twox64Concat, BlockNumber, u32, ValueQuery>;

	/// Block and page at which the hook goes on, if it did not finish.
	#[pallet::storage]
	pub type CarryOver<T: Config> = StorageValue<_, (BlockNumber, u32), OptionQuery>;

	/// The validators planned last. `from` is the session they begin with, until it has begun.
	#[pallet::storage]
	pub type Planned<T: Config> =
		StorageValue<_, (Option<SessionIndex>, ValidatorStakes<T::MaxValidators>), ValueQuery>;

	/// Stake of each validator of the current session, as it was when the session was planned: the
	/// full identification must not move within a session, or proofs of key ownership fail.
	#[pallet::storage]
	pub type SessionStakes<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, Balance, OptionQuery>;

	/// What governance may change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		/// Validators: account (endowed with more than the stake), stake, operator key. Their session
		/// keys stand in the genesis of pallet-session.
		pub validators: Vec<(AccountId, Balance, OperatorId)>,
		/// Compute nodes: controller, stake, operator key, spec. They still have to attest. The catalogue is not asked
		/// about them: it may be built later.
		pub nodes: Vec<(AccountId, Balance, OperatorId, NodeSpec)>,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::build_genesis(&self.params, &self.validators, &self.nodes)
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node was registered and its stake is held.
		NodeRegistered {
			/// Its number.
			node: NodeId,
			/// Who controls it.
			controller: AccountId,
			/// What it is registered for.
			role: NodeRole,
			/// What is held for it.
			stake: Balance,
		},
		/// A node changed its status.
		NodeStatusChanged {
			/// Node.
			node: NodeId,
			/// Where it stands now.
			status: NodeStatus,
		},
		/// A node's spec changed.
		SpecUpdated {
			/// Node.
			node: NodeId,
		},
		/// A node has another operator key.
		OperatorKeySet {
			/// Node.
			node: NodeId,
			/// The new key.
			operator_key: OperatorId,
		},
		/// The stake of a node grew.
		Bonded {
			/// Node.
			node: NodeId,
			/// By how much.
			amount: Balance,
		},
		/// A part of a node's stake, or all of it, is on its way out.
		Unbonded {
			/// Node.
			node: NodeId,
			/// How much.
			amount: Balance,
			/// First block at which it can be withdrawn.
			until: BlockNumber,
		},
		/// Stake went back to the controller.
		Withdrawn {
			/// Node.
			node: NodeId,
			/// How much.
			amount: Balance,
		},
		/// A node is gone. Its number is never used again.
		NodeRemoved {
			/// Node.
			node: NodeId,
		},
		/// Governance chose a validator; it begins two sessions later.
		ValidatorAdded {
			/// Node.
			node: NodeId,
		},
		/// A node is no longer a chosen validator; it ends two sessions later.
		ValidatorRemoved {
			/// Node.
			node: NodeId,
		},
		/// The validators from a session on.
		ValidatorsPlanned {
			/// The session.
			session: SessionIndex,
			/// How many they are.
			count: u32,
		},
		/// A node was slashed and jailed. The funds are frozen until the appeal window is over.
		Slashed {
			/// Node.
			node: NodeId,
			/// What it did.
			misconduct: Misconduct,
			/// Hash of the evidence.
			evidence: Hash,
			/// What this froze beyond what was frozen before.
			amount: Balance,
			/// First block at which it is taken.
			apply_at: BlockNumber,
		},
		/// The appeal window of a slash is over and its share was taken.
		SlashApplied {
			/// Node.
			node: NodeId,
			/// Hash of the evidence.
			evidence: Hash,
			/// What was taken.
			amount: Balance,
			/// Who got a share of it, and how much.
			reward: Option<(AccountId, Balance)>,
		},
		/// An appeal was won.
		SlashCancelled {
			/// Node.
			node: NodeId,
			/// Hash of the evidence.
			evidence: Hash,
			/// What is no longer frozen.
			amount: Balance,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
		/// An operator said that a node does not perform a capability now, or does again.
		AvailabilitySet {
			/// Node.
			node: NodeId,
			/// Which of its capabilities.
			capability: CapabilityId,
			/// It performs it.
			available: bool,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No such node.
		UnknownNode,
		/// Only the node's controller may do this.
		NotController,
		/// The spec makes no sense: see the call's documentation.
		InvalidSpec,
		/// The stake would be below the minimum, frozen funds not counted.
		StakeTooLow,
		/// The operator key belongs to a node.
		OperatorKeyTaken,
		/// The account has a validator node already.
		AlreadyValidator,
		/// The controller has as many nodes as it may have.
		TooManyNodes,
		/// The amount is zero.
		ZeroAmount,
		/// The node is leaving.
		Leaving,
		/// So many parts of the stake are on their way out that no other fits: withdraw first.
		TooManyUnlocking,
		/// Nothing can be withdrawn now.
		NothingToWithdraw,
		/// Too few validators would be left.
		TooFewValidators,
		/// As many validators are chosen as may be.
		TooManyValidators,
		/// Only a compute node can do this.
		NotCompute,
		/// Only a validator node can do this.
		NotValidator,
		/// The node is chosen as a validator already.
		AlreadyChosen,
		/// The node is not chosen as a validator.
		NotChosen,
		/// The account has no session keys: set them first.
		NoSessionKeys,
		/// Only a node that is active, or inactive for another reason, can be drained.
		CannotDrain,
		/// The node is not drained.
		NotDrained,
		/// The role of a node never changes: register another one.
		RoleFixed,
		/// A compute node that is active or has jobs running cannot move.
		JurisdictionLocked,
		/// The node is not jailed.
		NotJailed,
		/// The time in jail is not served.
		StillJailed,
		/// The node is jailed.
		Jailed,
		/// Too many slashes are pending.
		TooManyPendingSlashes,
		/// No slash with this evidence is pending against the node.
		UnknownSlash,
		/// The node is not in a status in which heartbeats count.
		HeartbeatNotExpected,
		/// The parameters make no sense: see [`Params`].
		InvalidParams,
		/// More validators are chosen than the new parameters allow.
		TooManyChosen,
		/// The catalogue does not have a capability that the node would offer.
		UnknownCapability,
		/// The node does not offer the capability.
		NotOffered,
		/// Only the node's controller or the account of its operator key may do this.
		NotAuthorized,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Works off the agenda.
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let mut meter = WeightMeter::with_limit(T::HookWeight::get());
			Self::drain_agenda(block_number(now), &mut meter);
			meter.consumed()
		}

		/// Sends the heartbeats of the nodes whose operator keys and enclaves are here.
		fn offchain_worker(now: BlockNumberFor<T>) {
			Self::beat(block_number(now));
		}

		fn integrity_test() {
			assert!(
				T::HookWeight::get().all_gte(Self::least_hook_weight()),
				"the hook must be able to do at least one task in every block"
			);
			assert!(
				Params::default().is_valid(T::MaxValidators::get()),
				"the default parameters must be valid: at least 100 validators can be kept"
			);
			assert!(
				HEARTBEAT_LONGEVITY <= u64::from(HEARTBEAT_MAX_AGE),
				"a heartbeat must not outlive its validity in the pool"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a node and holds its stake.
		///
		/// A compute node starts as `Registered` and takes jobs once it has a lease. A validator node
		/// is `Active` at once and waits to be chosen by governance; its account is its validator id.
		///
		/// - `spec`: a known jurisdiction and latency class; for a compute node at least one capability (none
		///   twice, each in the catalogue), one seat, one core and some memory; for a validator no capability.
		/// - `operator_key`: signs the heartbeats; no other node may have it.
		/// - `stake`: at least the minimum of the role.
		///
		/// Emits `NodeRegistered`.
		#[pallet::call_index(0)]
		#[pallet::weight(
			T::WeightInfo::register()
				.saturating_add(T::Receipts::weight())
				.saturating_add(Pallet::<T>::catalogue_weight())
		)]
		pub fn register(
			origin: OriginFor<T>,
			spec: NodeSpec,
			operator_key: OperatorId,
			stake: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, spec, operator_key, stake)
		}

		/// Adds to the stake of a node. Emits `Bonded`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::bond_extra())]
		pub fn bond_extra(
			origin: OriginFor<T>,
			node: NodeId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_bond_extra(&who, node, amount)
		}

		/// Sends a part of the stake on its way out. What stays has to be at least the minimum of the
		/// role, frozen funds not counted. The part can still be slashed until it is withdrawn.
		///
		/// Emits `Unbonded`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unbond_partial())]
		pub fn unbond_partial(
			origin: OriginFor<T>,
			node: NodeId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unbond_partial(&who, node, amount)
		}

		/// Takes a node out of service for good and sends its whole stake on its way out. Jobs that
		/// it runs, run on. A chosen validator can only leave while enough others stay.
		///
		/// Emits `NodeStatusChanged` and `Unbonded`, for a chosen validator also `ValidatorRemoved`.
		#[pallet::call_index(3)]
		#[pallet::weight(
			T::WeightInfo::unbond(T::MaxValidators::get()).saturating_add(Pallet::<T>::change_weight())
		)]
		pub fn unbond(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unbond(&who, node)
		}

		/// Releases what has left and is not frozen. When nothing is left of a node that leaves, it
		/// is gone. Emits `Withdrawn`, at the end also `NodeRemoved`.
		#[pallet::call_index(4)]
		#[pallet::weight(
			T::WeightInfo::withdraw().saturating_add(T::Pool::weight_of_forgetting())
		)]
		pub fn withdraw(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(&who, node)
		}

		/// Stops new jobs for a compute node, for maintenance; running ones end. Heartbeats are not
		/// expected meanwhile. Emits `NodeStatusChanged`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::drain().saturating_add(Pallet::<T>::change_weight()))]
		pub fn drain(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_drain(&who, node)
		}

		/// Ends the draining of a node: it takes jobs again at once if it holds a lease, else with its
		/// next one. Emits `NodeStatusChanged`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::undrain().saturating_add(Pallet::<T>::change_weight()))]
		pub fn undrain(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_undrain(&who, node)
		}

		/// Says something else about a node. The role never changes. Jurisdiction and sovereignty of a
		/// compute node change only while it is not active and runs no job, because clauses chose it
		/// for them. The rules of `register` apply. Emits `SpecUpdated`.
		#[pallet::call_index(7)]
		#[pallet::weight(
			T::WeightInfo::update_spec()
				.saturating_add(Pallet::<T>::change_weight())
				.saturating_add(Pallet::<T>::catalogue_weight())
		)]
		pub fn update_spec(origin: OriginFor<T>, node: NodeId, spec: NodeSpec) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_spec(&who, node, spec)
		}

		/// Gives a node another operator key; heartbeats of the old one are refused from now on.
		/// Emits `OperatorKeySet`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::set_operator_key())]
		pub fn set_operator_key(
			origin: OriginFor<T>,
			node: NodeId,
			operator_key: OperatorId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_operator_key(&who, node, operator_key)
		}

		/// Brings a jailed node back once its time is served, if its stake without the frozen part is
		/// at least the minimum. Slashes within their appeal window stay. A new offence begins a new
		/// span. Emits `NodeStatusChanged`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::unjail().saturating_add(Pallet::<T>::change_weight()))]
		pub fn unjail(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unjail(&who, node)
		}

		/// Chooses a validator node: it takes part in consensus two sessions later. It has to be
		/// active, to hold the minimum stake without frozen funds, and to have session keys.
		/// Emits `ValidatorAdded`.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::add_validator())]
		pub fn add_validator(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			T::ValidatorOrigin::ensure_origin(origin)?;
			Self::do_add_validator(node)
		}

		/// Takes a validator node out of the chosen ones, while enough others stay. It stays
		/// registered and staked. Emits `ValidatorRemoved`.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::remove_validator(T::MaxValidators::get()))]
		pub fn remove_validator(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			T::ValidatorOrigin::ensure_origin(origin)?;
			Self::do_remove_validator(node)
		}

		/// A sign of life of a compute node, signed by its operator key over
		/// `"concordat/heartbeat/v1" ‖ SCALE(genesis hash, node, at)`. Sent by the node's off-chain
		/// worker; free of charge. It is accepted when it is due, not older than 10 blocks, and newer
		/// than the one before.
		///
		/// A node that missed heartbeats and still holds its lease takes jobs again; then
		/// `NodeStatusChanged` is emitted, else nothing.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::heartbeat().saturating_add(Pallet::<T>::change_weight()))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_heartbeat())]
		#[pallet::authorize(Self::authorize_heartbeat)]
		pub fn heartbeat(
			origin: OriginFor<T>,
			node: NodeId,
			at: BlockNumber,
			// Verified by `authorize`.
			_signature: OperatorSignature,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			Self::do_heartbeat(node, at)
		}

		/// Takes a pending slash back: an appeal was won. What it alone had frozen is free again, to
		/// the unit; if no other slash of its span is left and none was applied, the jail is lifted.
		/// The evidence cannot be used against the node again.
		///
		/// Emits `SlashCancelled` and, if the jail is lifted, `NodeStatusChanged`.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::cancel_slash().saturating_add(Pallet::<T>::change_weight()))]
		pub fn cancel_slash(origin: OriginFor<T>, node: NodeId, evidence: Hash) -> DispatchResult {
			T::SlashCancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(node, evidence)
		}

		/// Changes the parameters. Dates that are fixed already stay: jails, unbondings, appeal
		/// windows. Emits `ParamsSet`.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(T::MaxValidators::get()), Error::<T>::InvalidParams);
			let chosen = Validators::<T>::decode_len().unwrap_or(0);
			ensure!(chosen <= params.max_validators as usize, Error::<T>::TooManyChosen);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}

		/// Says that a compute node does not perform one of its capabilities for now, or does again: it gets no new jobs
		/// that ask for it meanwhile, and runs on what it has. By its controller, or by the account of its operator key.
		/// To take no jobs at all, drain the node.
		///
		/// Emits `AvailabilitySet`.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::set_availability().saturating_add(T::Pool::weight()))]
		pub fn set_availability(
			origin: OriginFor<T>,
			node: NodeId,
			capability: CapabilityId,
			available: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_availability(&who, node, capability, available)
		}
	}
}
