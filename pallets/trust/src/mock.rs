//! A runtime with trust alone. Controllers of nodes are in storage.

use crate as pallet_trust;
use crate::{Event, Params};
use concordat_primitives::{
	node::{NodeSpec, NodeStatus},
	routing::ONE,
	traits::NodeInspect,
	trust::{Hop, HopEnd, Originator, Perspective, Tone, TrustBook},
	units::CDT,
	AccountId, Balance, BlockNumber, CapabilityId, NodeId,
};
use frame_support::{
	derive_impl, parameter_types, storage_alias,
	weights::{RuntimeDbWeight, Weight},
	Twox64Concat,
};
use sp_runtime::{traits::IdentityLookup, BuildStorage};

pub type TrustEvent = Event<Test>;

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
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Trust = pallet_trust::Pallet<Test>;
}

parameter_types! {
	/// What the database costs; set by tests that count.
	pub static Db: RuntimeDbWeight = RuntimeDbWeight { read: 0, write: 0 };
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type DbWeight = Db;
}

#[storage_alias]
type Controllers = StorageMap<Mock, Twox64Concat, NodeId, AccountId>;

/// Everything that the pallet reaches for.
pub struct Mock;

impl NodeInspect<AccountId> for Mock {
	fn controller(node: NodeId) -> Option<AccountId> {
		Controllers::get(node)
	}
	fn status(_: NodeId) -> Option<NodeStatus> {
		None
	}
	fn spec(_: NodeId) -> Option<NodeSpec> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(3, 0)
	}
}

impl pallet_trust::Config for Test {
	type Nodes = Mock;
	type WeightInfo = ();
}

/// Asks for jobs.
pub const ALICE: AccountId = AccountId::new([1; 32]);
/// Asks for jobs, too.
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Operates [`NODE`] and [`SISTER`].
pub const OPERATOR: AccountId = AccountId::new([3; 32]);
/// Operates [`OTHER`].
pub const RIVAL: AccountId = AccountId::new([4; 32]);
pub const NODE: NodeId = 1;
pub const SISTER: NodeId = 2;
pub const OTHER: NodeId = 3;
/// Block in which tests begin.
pub const START: BlockNumber = 100;
/// What buys a full voice in tests.
pub const FULL: Balance = CDT;

pub fn params() -> Params {
	Params { full_standing: FULL, ..Default::default() }
}

pub struct ExtBuilder;

impl ExtBuilder {
	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		crate::GenesisConfig::<Test> { params: params(), ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			System::set_block_number(START);
			set_controller(NODE, OPERATOR);
			set_controller(SISTER, OPERATOR);
			set_controller(OTHER, RIVAL);
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Trust::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub fn set_controller(node: NodeId, who: AccountId) {
	Controllers::insert(node, who);
}

pub fn forget_node(node: NodeId) {
	Controllers::remove(node);
}

pub fn of(who: AccountId) -> Originator {
	Originator::Account(who)
}

/// Operator of a node, as hops name it; of one that has none, that of [`OTHER`].
pub fn operator(node: NodeId) -> [u8; 16] {
	let controller = Controllers::get(node).unwrap_or(RIVAL);
	sp_io::hashing::blake2_128(controller.as_ref())
}

pub fn hop(node: NodeId, end: HopEnd) -> Hop {
	Hop {
		node,
		operator: operator(node),
		capability: CapabilityId::parse("hazard.rain").unwrap(),
		end,
		tone: Tone::Early,
		share: ONE / 8,
		fee: FULL,
	}
}

pub fn record(originator: &Originator, node: NodeId, end: HopEnd) -> u32 {
	<Trust as TrustBook>::record(originator, &hop(node, end))
}

pub fn perspective(originator: &Originator) -> Perspective {
	<Trust as TrustBook>::perspective(originator)
}

pub fn wait(blocks: BlockNumber) {
	System::set_block_number(System::block_number() + blocks);
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<TrustEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Trust(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
