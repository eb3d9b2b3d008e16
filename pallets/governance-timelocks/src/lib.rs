//! # Governance timelocks: who decides
//!
//! The founding council turns calls into decisions of Root. A member proposes a call; the call's
//! own class sets the threshold and the delay; the members vote; a decision that carries is locked
//! for its delay, during which it can be vetoed, and is then executed with the Root origin. No
//! other way leads to Root outside development chains.
//!
//! ```text
//!  propose ──► Open ──vote carries──► Approved ──scheduler, enact_at──► Enacted { ok }
//!               │ │                      │ │
//!               │ └─ cannot carry ─► Rejected
//!               │                        │ └─ > 1/3 veto ─► Cancelled
//!               └─ ends_at ─► Expired ◄──┘ not executed within one more voting period
//! ```
//!
//! ## Surface
//!
//! | call | who | what |
//! |---|---|---|
//! | [`Pallet::propose`] | a member | puts a call to the vote |
//! | [`Pallet::vote`] | a member at the time of the proposal | for or against |
//! | [`Pallet::veto`] | a member at the time of the proposal | stops what is approved and still locked |
//! | [`Pallet::close`] | anybody | ends an overdue proposal, should the hook not have come to it |
//! | [`Pallet::enact`] | Root: the scheduler | executes what is approved and due |
//! | [`Pallet::set_members`], [`Pallet::set_delays`], [`Pallet::set_voting_period`] | Root | change the council and its rules |
//!
//! ## Contract with other pallets
//!
//! - Down: the class of a call (`Classify`, written by the runtime over all its calls); a scheduler
//!   for named tasks; a preimage store for calls too long for a record; receipts.
//! - Up: nobody calls this pallet. Its power is the Root origin.
//!
//! ## Rules
//!
//! - **The call decides its class**, a proposer has no say in it, and a batch is as strict as its
//!   strictest part: that is `Classify`'s duty. The rules of this pallet (members, delays, voting
//!   period) and everything that can dispatch nested calls have to be of class `Upgrade` there, or
//!   a cheaper class would buy a dearer one.
//! - **The electorate is the council at the time of the proposal.** Who leaves later still decides
//!   what was proposed before; who joins later does not.
//! - **A vote may be changed for as long as the proposal is open**; casting the same vote again is
//!   refused. The vote that carries or loses the proposal closes it at once, so nothing can be
//!   taken back after the fact. Proposing is not voting.
//! - **A veto is final** for the one who casts it. Whoever voted for the decision may veto it:
//!   knowledge grows while it is locked. More than a third of the electorate cancels.
//! - **A delay of zero is the next block.** Delays that change later do not move what is already
//!   approved.
//! - **Enactment is by Root alone**, not by any member who finds it due: a caller could choose
//!   circumstances (deep nesting) under which a sound call fails, and a decision is executed only
//!   once. `enact` refuses before `enact_at`, also for Root: no decision opens the lock of another.
//! - **The outcome is recorded, not retried.** A call that fails leaves `Enacted { ok: false }`, a
//!   receipt that says so, and no other trace: calls are transactional.
//! - A call is refused at proposal if it weighs more than [`Config::MaxCallWeight`], because the
//!   scheduler drops what does not fit into an empty block. If an upgrade has made it heavier
//!   since, the excess is registered in the block; beyond the bound it fails.
//! - Nobody deposits anything. Live proposals are bounded for each member and in all; of the ended
//!   ones the last [`Config::MaxFinished`] are kept, and receipts remember the rest.
//!
//! ## Invariants (checked by `do_try_state`)
//!
//! 1. Members are sorted and distinct; delays and the voting period are valid.
//! 2. `Live` lists exactly the open and approved proposals, in the order of their deadlines: for an
//!    open one `ends_at`, for an approved one a block after `enact_at`.
//! 3. `LiveOf` counts each proposer's live proposals, without zeros, up to `MaxLivePerMember`.
//! 4. `Finished` lists exactly the ended proposals, each once. All numbers are below
//!    `NextProposal`.
//! 5. No open proposal already carries or is lost; no approved one is vetoed. Electorates are not
//!    empty.
//! 6. The call of every live proposal can be read, and hashes to `call_hash`.
//! 7. An approved proposal that is not yet due is with the scheduler, for its block.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod enactment;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use concordat_primitives::{
		governance::{ClassifyCall, DecisionClass},
		traits::{block_number, ReceiptSink},
		BlockNumber, Hash,
	};
	use frame_support::{
		dispatch::{GetDispatchInfo, PostDispatchInfo},
		pallet_prelude::*,
		traits::{schedule::v3::Named, Bounded, OriginTrait, QueryPreimage, StorePreimage},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::Dispatchable;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// A call of the runtime.
	pub type CallOf<T> = <T as Config>::RuntimeCall;
	/// A call of the runtime, short or by its preimage.
	pub type BoundedCallOf<T> = Bounded<CallOf<T>, <T as frame_system::Config>::Hashing>;
	/// An origin of the runtime.
	pub type PalletsOriginOf<T> =
		<<T as frame_system::Config>::RuntimeOrigin as OriginTrait>::PalletsOrigin;
	/// A proposal.
	pub type ProposalOf<T> = Proposal<
		<T as frame_system::Config>::AccountId,
		BoundedCallOf<T>,
		<T as Config>::MaxMembers,
	>;

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = Hash> {
		/// Every call of the runtime.
		type RuntimeCall: Parameter
			+ Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
			+ GetDispatchInfo
			+ From<Call<Self>>
			+ From<frame_system::Call<Self>>
			+ IsType<<Self as frame_system::Config>::RuntimeCall>;

		/// Decides what a call is. Nested calls take the strictest class of their parts, and what
		/// no list names is an upgrade.
		type Classify: ClassifyCall<<Self as Config>::RuntimeCall>;

		/// Executes approved proposals at their block.
		type Scheduler: Named<
			BlockNumberFor<Self>,
			CallOf<Self>,
			PalletsOriginOf<Self>,
			Hasher = Self::Hashing,
		>;

		/// Keeps the bytes of long calls while a proposal lives.
		type Preimages: QueryPreimage<H = Self::Hashing> + StorePreimage;

		/// Where enactments are written down.
		type Receipts: ReceiptSink;

		/// Most members of the council.
		#[pallet::constant]
		type MaxMembers: Get<u32>;

		/// Most live proposals of one member.
		#[pallet::constant]
		type MaxLivePerMember: Get<u32>;

		/// Most live proposals at all. At least `MaxMembers × MaxLivePerMember`, so that no member
		/// takes another's room.
		#[pallet::constant]
		type MaxLive: Get<u32>;

		/// How many ended proposals are kept.
		#[pallet::constant]
		type MaxFinished: Get<u32>;

		/// The most that a proposed call may weigh. Together with [`Pallet::enact_overhead`] it has
		/// to fit into what the scheduler may use of an empty block.
		#[pallet::constant]
		type MaxCallWeight: Get<Weight>;

		/// Weight that ending overdue proposals may use in a block. It has to pay for at least one.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// The council, sorted. Set by genesis and by `set_members`.
	#[pallet::storage]
	pub type Members<T: Config> =
		StorageValue<_, BoundedVec<T::AccountId, T::MaxMembers>, ValueQuery>;

	/// Counts changes of the council. Every proposal names the version that decides it.
	#[pallet::storage]
	pub type MembersVersion<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Delays by class. Set by genesis and by `set_delays`.
	#[pallet::storage]
	pub type ClassDelays<T: Config> = StorageValue<_, Delays, ValueQuery>;

	/// Default of [`VotingPeriod`].
	#[pallet::type_value]
	pub fn DefaultVotingPeriod<T: Config>() -> BlockNumber {
		DEFAULT_VOTING_PERIOD
	}

	/// Blocks for which a proposal takes votes; also how long an enactment may be overdue before it
	/// is given up. Set by genesis and by `set_voting_period`.
	#[pallet::storage]
	pub type VotingPeriod<T: Config> =
		StorageValue<_, BlockNumber, ValueQuery, DefaultVotingPeriod<T>>;

	/// Number of the next proposal.
	#[pallet::storage]
	pub type NextProposal<T: Config> = StorageValue<_, ProposalId, ValueQuery>;

	/// Proposals: the live ones and the last ended ones.
	#[pallet::storage]
	pub type Proposals<T: Config> = StorageMap<_, Twox64Concat, ProposalId, ProposalOf<T>>;

	/// Live proposals with the block at which each is ended if nothing happens, earliest first.
	#[pallet::storage]
	pub type Live<T: Config> =
		StorageValue<_, BoundedVec<(BlockNumber, ProposalId), T::MaxLive>, ValueQuery>;

	/// Live proposals of each proposer.
	#[pallet::storage]
	pub type LiveOf<T: Config> = StorageMap<_, Twox64Concat, T::AccountId, u32, ValueQuery>;

	/// Ended proposals that are kept, oldest first.
	#[pallet::storage]
	pub type Finished<T: Config> =
		StorageValue<_, BoundedVec<ProposalId, T::MaxFinished>, ValueQuery>;

	/// The council and its rules at genesis.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// The founding council, in any order.
		pub members: Vec<T::AccountId>,
		/// Delays by class, in blocks.
		pub delays: Delays,
		/// Blocks for which a proposal takes votes.
		pub voting_period: BlockNumber,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				members: Vec::new(),
				delays: Delays::default(),
				voting_period: DEFAULT_VOTING_PERIOD,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.delays.is_valid(),
				"upgrades wait longest, then parameters, then the rest"
			);
			assert!(
				is_valid_voting_period(self.voting_period),
				"the voting period is out of range"
			);
			let mut members = self.members.clone();
			members.sort();
			members.dedup();
			assert_eq!(members.len(), self.members.len(), "a member is named twice");
			let members: BoundedVec<_, T::MaxMembers> =
				members.try_into().expect("there are more members than MaxMembers");
			Members::<T>::put(members);
			ClassDelays::<T>::put(self.delays);
			VotingPeriod::<T>::put(self.voting_period);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A member proposed a call.
		Proposed {
			/// Number of the proposal.
			proposal: ProposalId,
			/// Who proposed it.
			proposer: T::AccountId,
			/// Class of the call: it sets threshold and delay.
			class: DecisionClass,
			/// Hash of the call.
			call_hash: Hash,
			/// First block at which votes no longer count.
			ends_at: BlockNumber,
		},
		/// A member voted, or changed a vote.
		Voted {
			/// Number of the proposal.
			proposal: ProposalId,
			/// Who voted.
			voter: T::AccountId,
			/// For or against.
			aye: bool,
			/// For, this vote included.
			ayes: u32,
			/// Against, this vote included.
			nays: u32,
		},
		/// A proposal carried; it is locked until its enactment.
		Approved {
			/// Number of the proposal.
			proposal: ProposalId,
			/// Block of enactment.
			enact_at: BlockNumber,
		},
		/// A proposal can no longer carry.
		Rejected {
			/// Number of the proposal.
			proposal: ProposalId,
		},
		/// A member vetoed a locked proposal.
		Vetoed {
			/// Number of the proposal.
			proposal: ProposalId,
			/// Who vetoed.
			voter: T::AccountId,
			/// Vetoes, this one included.
			vetoes: u32,
		},
		/// More than a third of the electorate vetoed a locked proposal: it will not be enacted.
		Cancelled {
			/// Number of the proposal.
			proposal: ProposalId,
		},
		/// A proposal was not decided in its voting period, or not executed long after it was due.
		Expired {
			/// Number of the proposal.
			proposal: ProposalId,
		},
		/// A proposal's call was executed as Root.
		Enacted {
			/// Number of the proposal.
			proposal: ProposalId,
			/// Hash of the call.
			call_hash: Hash,
			/// How the call ended.
			result: DispatchResult,
		},
		/// The council changed. Proposals made before keep their electorate.
		MembersChanged {
			/// Version of the member list.
			version: u32,
			/// Members now.
			count: u32,
		},
		/// The delays changed. Decisions that are approved already keep their block.
		DelaysChanged {
			/// The new delays, in blocks.
			delays: Delays,
		},
		/// The voting period changed. Proposals that are open already keep their end.
		VotingPeriodChanged {
			/// The new period, in blocks.
			blocks: BlockNumber,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// Only members of the council propose.
		NotMember,
		/// Only those who were members when it was proposed decide about a proposal.
		NotElector,
		/// There is no proposal with this number, or it has been forgotten.
		NotFound,
		/// The proposal has been decided, or has expired.
		NotOpen,
		/// The voting period is over.
		VotingClosed,
		/// This vote has been cast already; the opposite one would be accepted.
		AlreadyVoted,
		/// Only a decision that is approved and not yet enacted can be vetoed.
		NotLocked,
		/// This veto has been cast already.
		AlreadyVetoed,
		/// The proposer has as many live proposals as a member may have.
		TooManyOfMember,
		/// The council has as many live proposals as it may have.
		TooManyProposals,
		/// The call weighs more than one enactment may.
		CallTooHeavy,
		/// The call is longer than the chain can keep.
		CallTooLong,
		/// There is no room at the block of enactment; the same vote will carry in another block.
		ScheduleFull,
		/// The proposal is not overdue.
		NotOverdue,
		/// The proposal is not approved, or has been enacted, cancelled or given up.
		NotApproved,
		/// The decision is still locked.
		StillLocked,
		/// A council has at least one member.
		NoMembers,
		/// A member is named twice.
		DuplicateMember,
		/// Upgrades wait longest, then parameters, then the rest; nothing waits longer than 90
		/// days.
		InvalidDelays,
		/// A voting period lasts between one block and 90 days.
		InvalidVotingPeriod,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let mut meter = WeightMeter::with_limit(T::HookWeight::get());
			Self::expire_overdue(block_number(now), &mut meter);
			T::WeightInfo::on_initialize().saturating_add(meter.consumed())
		}

		fn integrity_test() {
			assert!(T::MaxMembers::get() > 0, "a council has at least one member");
			assert!(T::MaxFinished::get() > 0, "at least one ended proposal is kept");
			assert!(
				T::MaxLive::get()
					>= T::MaxMembers::get().saturating_mul(T::MaxLivePerMember::get())
					&& T::MaxLivePerMember::get() > 0,
				"every member has room for proposals"
			);
			assert!(
				T::HookWeight::get().all_gte(T::WeightInfo::expire()),
				"HookWeight has to pay for at least one overdue proposal"
			);
			let delays = Delays::default();
			assert!(
				delays.is_valid() && delays.upgrade >= delays.parameters,
				"upgrades wait longest"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Puts a call to the vote of the council.
		///
		/// Members only. The class of the call, which the proposer cannot choose, sets threshold
		/// and delay. The present members are the electorate. Proposing is not voting.
		///
		/// Parameters:
		/// - `call`: what will be executed as Root if it carries.
		///
		/// Emits `Proposed` when successful.
		#[pallet::call_index(0)]
		#[pallet::weight((
			T::WeightInfo::propose(call.encoded_size() as u32),
			DispatchClass::Operational
		))]
		pub fn propose(origin: OriginFor<T>, call: Box<CallOf<T>>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_propose(who, *call)
		}

		/// Votes on an open proposal.
		///
		/// Only those who were members when it was proposed. A vote can be changed until the
		/// proposal is decided. The vote that carries it locks it for the delay of its class; the
		/// vote after which it cannot carry ends it.
		///
		/// Parameters:
		/// - `proposal`: number of the proposal.
		/// - `aye`: for or against.
		///
		/// Emits `Voted`, then `Approved` or `Rejected` if that decides it.
		#[pallet::call_index(1)]
		#[pallet::weight((T::WeightInfo::vote(), DispatchClass::Operational))]
		pub fn vote(origin: OriginFor<T>, proposal: ProposalId, aye: bool) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_vote(who, proposal, aye)
		}

		/// Vetoes a decision that is approved and not yet enacted.
		///
		/// Only those who were members when it was proposed. More than a third of them cancel it. A
		/// veto cannot be taken back.
		///
		/// Parameters:
		/// - `proposal`: number of the proposal.
		///
		/// Emits `Vetoed`, then `Cancelled` if that stops it.
		#[pallet::call_index(2)]
		#[pallet::weight((T::WeightInfo::veto(), DispatchClass::Operational))]
		pub fn veto(origin: OriginFor<T>, proposal: ProposalId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_veto(who, proposal)
		}

		/// Ends a proposal that is overdue: not decided by the end of its voting period, or not
		/// executed a whole voting period after it was due.
		///
		/// Anybody. The chain does it by itself at the block in question; this is for the case that
		/// the block was full.
		///
		/// Parameters:
		/// - `proposal`: number of the proposal.
		///
		/// Emits `Expired` when successful.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(origin: OriginFor<T>, proposal: ProposalId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close(proposal)
		}

		/// Executes an approved proposal as Root.
		///
		/// Root only: the scheduler calls it. Refused before the block of enactment, and a second
		/// time. The proposal is enacted even if its call fails; the outcome is in the event and in
		/// the receipt.
		///
		/// Parameters:
		/// - `proposal`: number of the proposal.
		/// - `call_weight`: what the execution may weigh.
		///
		/// Emits `Enacted` when successful.
		#[pallet::call_index(4)]
		#[pallet::weight((
			Pallet::<T>::enact_overhead().saturating_add(*call_weight),
			DispatchClass::Operational
		))]
		pub fn enact(
			origin: OriginFor<T>,
			proposal: ProposalId,
			call_weight: Weight,
		) -> DispatchResultWithPostInfo {
			ensure_root(origin)?;
			Self::do_enact(proposal, call_weight)
		}

		/// Replaces the council.
		///
		/// Root only. Proposals that are live keep the electorate they began with. Who is no longer
		/// a member cannot propose.
		///
		/// Parameters:
		/// - `members`: the new council, in any order, without repetitions.
		///
		/// Emits `MembersChanged` when successful.
		#[pallet::call_index(5)]
		#[pallet::weight((T::WeightInfo::set_members(), DispatchClass::Operational))]
		pub fn set_members(
			origin: OriginFor<T>,
			members: BoundedVec<T::AccountId, T::MaxMembers>,
		) -> DispatchResult {
			ensure_root(origin)?;
			Self::do_set_members(members)
		}

		/// Changes how long decisions are locked.
		///
		/// Root only. What is approved already keeps its block.
		///
		/// Parameters:
		/// - `delays`: blocks by class.
		///
		/// Emits `DelaysChanged` when successful.
		#[pallet::call_index(6)]
		#[pallet::weight((T::WeightInfo::set_delays(), DispatchClass::Operational))]
		pub fn set_delays(origin: OriginFor<T>, delays: Delays) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(delays.is_valid(), Error::<T>::InvalidDelays);
			ClassDelays::<T>::put(delays);
			Self::deposit_event(Event::DelaysChanged { delays });
			Ok(())
		}

		/// Changes how long proposals take votes.
		///
		/// Root only. What is open already keeps its end.
		///
		/// Parameters:
		/// - `blocks`: the new voting period.
		///
		/// Emits `VotingPeriodChanged` when successful.
		#[pallet::call_index(7)]
		#[pallet::weight((T::WeightInfo::set_voting_period(), DispatchClass::Operational))]
		pub fn set_voting_period(origin: OriginFor<T>, blocks: BlockNumber) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(is_valid_voting_period(blocks), Error::<T>::InvalidVotingPeriod);
			VotingPeriod::<T>::put(blocks);
			Self::deposit_event(Event::VotingPeriodChanged { blocks });
			Ok(())
		}
	}
}
