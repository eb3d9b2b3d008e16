//! A runtime with a real scheduler, a real preimage store, `utility`, and a pallet whose calls are
//! easy to watch.

use crate as pallet_governance_timelocks;
use crate::{Delays, Event, ProposalId, ProposalStatus};
use alloc::boxed::Box;
use concordat_primitives::{
	governance::{ClassifyCall, DecisionClass},
	receipt::Operation,
	traits::ReceiptSink,
	Hash, ReceiptId,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{EqualPrivilegeOnly, Hooks, OnInitialize},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::Hash as _, BuildStorage, DispatchResult};

type Block = frame_system::mocking::MockBlockU32<Test>;

/// A pallet to be governed: its calls leave a trace, fail, or weigh what they are told to.
#[frame_support::pallet]
pub mod probe {
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// What `note` wrote, in order.
	#[pallet::storage]
	pub type Trace<T> = StorageValue<_, BoundedVec<u32, ConstU32<64>>, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// It was told to.
		Fails,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Leaves a trace. Classified as parameters.
		#[pallet::call_index(0)]
		#[pallet::weight(Weight::from_parts(1_000, 0))]
		pub fn note(origin: OriginFor<T>, n: u32) -> DispatchResult {
			ensure_root(origin)?;
			Trace::<T>::mutate(|trace| trace.try_push(n)).map_err(|_| Error::<T>::Fails.into())
		}
		/// Leaves a trace and fails.
		#[pallet::call_index(1)]
		#[pallet::weight(Weight::from_parts(1_000, 0))]
		pub fn fail(origin: OriginFor<T>) -> DispatchResult {
			Self::note(origin, 666)?;
			Err(Error::<T>::Fails.into())
		}
		/// Weighs what it is told to, and then less.
		#[pallet::call_index(2)]
		#[pallet::weight(*declared)]
		pub fn weigh(
			origin: OriginFor<T>,
			declared: Weight,
			actual: Weight,
		) -> DispatchResultWithPostInfo {
			Self::note(origin, 1)?;
			let _ = declared;
			Ok(Some(actual).into())
		}
		/// Leaves a trace. Classified as an addition of a node.
		#[pallet::call_index(3)]
		#[pallet::weight(Weight::from_parts(1_000, 0))]
		pub fn add_node(origin: OriginFor<T>, n: u32) -> DispatchResult {
			Self::note(origin, n)
		}
		/// Leaves a trace. Classified as an emergency.
		#[pallet::call_index(4)]
		#[pallet::weight(Weight::from_parts(1_000, 0))]
		pub fn alarm(origin: OriginFor<T>, n: u32) -> DispatchResult {
			Self::note(origin, n)
		}
		/// Weighs what [`crate::mock::Heaviness`] says: an upgrade may change it.
		#[pallet::call_index(5)]
		#[pallet::weight(crate::mock::Heaviness::get())]
		pub fn grow(origin: OriginFor<T>) -> DispatchResult {
			Self::note(origin, 2)
		}
		/// Leaves a trace; the bytes make it long. Classified as parameters.
		#[pallet::call_index(6)]
		#[pallet::weight(Weight::from_parts(1_000, 0))]
		pub fn long(origin: OriginFor<T>, n: u32, bytes: alloc::vec::Vec<u8>) -> DispatchResult {
			let _ = bytes;
			Self::note(origin, n)
		}
	}
}

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(10)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(11)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(12)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(26)]
	pub type Governance = pallet_governance_timelocks;
	#[runtime::pallet_index(99)]
	pub type Probe = probe;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

impl pallet_utility::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = ();
}

impl pallet_preimage::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<u64>;
	type Consideration = ();
}

parameter_types! {
	/// Of a block of two seconds' compute.
	pub MaximumSchedulerWeight: Weight = Weight::from_parts(800_000_000_000, u64::MAX / 10 * 8);
	pub static MaxScheduledPerBlock: u32 = 3;
}

impl pallet_scheduler::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = MaximumSchedulerWeight;
	type ScheduleOrigin = EnsureRoot<u64>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = MaxScheduledPerBlock;
	type WeightInfo = ();
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl probe::Config for Test {}

/// How strict a class is, for batches: what it costs to get it.
fn strictness(class: DecisionClass) -> u8 {
	match class {
		DecisionClass::Upgrade => 4,
		DecisionClass::Parameters => 3,
		DecisionClass::NodeRemoval => 2,
		DecisionClass::Emergency => 1,
		DecisionClass::NodeAddition => 0,
	}
}

/// The classes of the mock's calls. What is not named is an upgrade.
pub struct Classify;
impl ClassifyCall<RuntimeCall> for Classify {
	fn class_of(call: &RuntimeCall) -> DecisionClass {
		match call {
			RuntimeCall::Probe(probe::Call::note { .. } | probe::Call::long { .. }) => {
				DecisionClass::Parameters
			},
			RuntimeCall::Probe(probe::Call::add_node { .. }) => DecisionClass::NodeAddition,
			RuntimeCall::Probe(probe::Call::alarm { .. }) => DecisionClass::Emergency,
			RuntimeCall::Utility(
				pallet_utility::Call::batch { calls }
				| pallet_utility::Call::batch_all { calls }
				| pallet_utility::Call::force_batch { calls },
			) => calls
				.iter()
				.map(Self::class_of)
				.max_by_key(|class| strictness(*class))
				.unwrap_or(DecisionClass::Upgrade),
			_ => DecisionClass::Upgrade,
		}
	}
}

parameter_types! {
	/// What was appended.
	pub static Receipts: Vec<Operation> = Vec::new();
	pub static Heaviness: Weight = Weight::from_parts(1_000, 0);
	pub static MaxCallWeight: Weight = Weight::from_parts(600_000_000_000, u64::MAX / 2);
	pub static HookWeight: Weight = Weight::from_parts(20_000_000_000, u64::MAX);
	pub static MaxLive: u32 = 16;
	pub static MaxLivePerMember: u32 = 2;
	pub static MaxFinished: u32 = 4;
	pub static MaxMembers: u32 = 8;
}

/// Records what was appended.
pub struct ReceiptTrace;
impl ReceiptSink for ReceiptTrace {
	fn append(operation: Operation) -> ReceiptId {
		Receipts::mutate(|all| {
			all.push(operation);
			all.len() as ReceiptId - 1
		})
	}
	fn weight() -> Weight {
		Weight::from_parts(7_000, 0)
	}
}

impl pallet_governance_timelocks::Config for Test {
	type RuntimeCall = RuntimeCall;
	type Classify = Classify;
	type Scheduler = Scheduler;
	type Preimages = Preimage;
	type Receipts = ReceiptTrace;
	type MaxMembers = MaxMembers;
	type MaxLivePerMember = MaxLivePerMember;
	type MaxLive = MaxLive;
	type MaxFinished = MaxFinished;
	type MaxCallWeight = MaxCallWeight;
	type HookWeight = HookWeight;
	type WeightInfo = ();
}

pub const DELAYS: Delays =
	Delays { upgrade: 70, parameters: 30, node_addition: 0, node_removal: 0, emergency: 0 };
pub const VOTING_PERIOD: u32 = 20;

/// Builds externalities.
pub struct ExtBuilder {
	members: Vec<u64>,
}

impl Default for ExtBuilder {
	/// A council of three: 1, 2, 3.
	fn default() -> Self {
		Self { members: vec![1, 2, 3] }
	}
}

impl ExtBuilder {
	/// A council of `1 ..= size`.
	pub fn council(mut self, size: u64) -> Self {
		self.members = (1..=size).collect();
		self
	}

	/// State at genesis.
	pub fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig {
			governance: crate::GenesisConfig {
				members: self.members,
				delays: DELAYS,
				voting_period: VOTING_PERIOD,
			},
			..Default::default()
		}
		.build_storage()
		.expect("the genesis is sound");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| System::set_block_number(1));
		ext
	}

	/// Runs a test and then checks every invariant.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Governance::do_try_state().expect("all invariants hold after a test");
		})
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	ExtBuilder::default().build()
}

/// Begins every block up to `to`: the scheduler first, as in the runtime.
pub fn run_to(to: u32) {
	while System::block_number() < to {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		<Scheduler as OnInitialize<u32>>::on_initialize(now);
		<Governance as OnInitialize<u32>>::on_initialize(now);
		Governance::do_try_state().expect("all invariants hold in every block");
	}
}

/// A call of class `Parameters`.
pub fn note(n: u32) -> RuntimeCall {
	probe::Call::note { n }.into()
}

/// A call of class `Parameters`, too long to be kept in a record.
pub fn long(n: u32) -> RuntimeCall {
	probe::Call::long { n, bytes: vec![7; 1_000] }.into()
}

/// A call of class `Upgrade`.
pub fn fail() -> RuntimeCall {
	probe::Call::fail {}.into()
}

/// A call of class `NodeAddition`.
pub fn add_node(n: u32) -> RuntimeCall {
	probe::Call::add_node { n }.into()
}

/// A call of class `Emergency`.
pub fn alarm(n: u32) -> RuntimeCall {
	probe::Call::alarm { n }.into()
}

/// What `note` and the others wrote.
pub fn trace() -> Vec<u32> {
	probe::Trace::<Test>::get().to_vec()
}

pub fn hash_of(call: &RuntimeCall) -> Hash {
	<Test as frame_system::Config>::Hashing::hash_of(call)
}

pub fn propose(who: u64, call: RuntimeCall) -> DispatchResult {
	Governance::propose(RuntimeOrigin::signed(who), Box::new(call))
}

/// Proposes and names the proposal.
pub fn proposed(who: u64, call: RuntimeCall) -> ProposalId {
	let id = crate::NextProposal::<Test>::get();
	propose(who, call).expect("the proposal is sound");
	id
}

pub fn vote(who: u64, id: ProposalId, aye: bool) -> DispatchResult {
	Governance::vote(RuntimeOrigin::signed(who), id, aye)
}

pub fn veto(who: u64, id: ProposalId) -> DispatchResult {
	Governance::veto(RuntimeOrigin::signed(who), id)
}

/// Proposes by member 1, and has 1 and 2 of three carry it.
pub fn approved(call: RuntimeCall) -> ProposalId {
	let id = proposed(1, call);
	vote(1, id, true).expect("the vote counts");
	vote(2, id, true).expect("the vote counts");
	assert!(matches!(status(id), ProposalStatus::Approved { .. }));
	id
}

pub fn status(id: ProposalId) -> ProposalStatus {
	crate::Proposals::<Test>::get(id).expect("the proposal is there").status
}

/// Events of the pallet since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

/// Runs the pallet's own `integrity_test`.
pub fn integrity_test() {
	<Governance as Hooks<u32>>::integrity_test();
}
