//! A runtime with this pallet alone.

use crate as pallet_rollup_anchor;
use crate::{AnchorParams, Event};
use concordat_primitives::{
	receipt::{Operation, ReceiptBody},
	traits::{GenesisHash, ReceiptSink},
	Hash, JobId, ReceiptId,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{Hooks, OnIdle, OnInitialize},
	weights::{constants::ParityDbWeight, Weight},
};
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlockU32<Test>;

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
	#[runtime::pallet_index(25)]
	pub type RollupAnchor = pallet_rollup_anchor;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type DbWeight = ParityDbWeight;
}

/// Hash of the mock's genesis.
pub const GENESIS: Hash = Hash::repeat_byte(0x47);

pub struct Genesis;
impl GenesisHash for Genesis {
	fn genesis_hash() -> Hash {
		GENESIS
	}
}

parameter_types! {
	pub static MaxReceiptsPerEpoch: u32 = 16;
	/// Pays for four receipts.
	pub static PruneWeight: Weight =
		Weight::from_parts(<() as crate::WeightInfo>::prune(4).ref_time(), u64::MAX);
}

impl pallet_rollup_anchor::Config for Test {
	type Genesis = Genesis;
	type MaxReceiptsPerEpoch = MaxReceiptsPerEpoch;
	type PruneWeight = PruneWeight;
	type WeightInfo = ();
}

/// Builds externalities.
pub struct ExtBuilder {
	params: AnchorParams,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { params: AnchorParams { epoch_length: 5, retention_epochs: 100 } }
	}
}

impl ExtBuilder {
	/// Closed epochs whose receipts stay.
	pub fn retention(mut self, epochs: u32) -> Self {
		self.params.retention_epochs = epochs;
		self
	}

	/// State at genesis.
	pub fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig {
			system: Default::default(),
			rollup_anchor: crate::GenesisConfig { params: self.params, ..Default::default() },
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
			RollupAnchor::do_try_state().expect("all invariants hold after a test");
		})
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	ExtBuilder::default().build()
}

/// An operation that tells `n` apart.
pub fn operation(n: JobId) -> Operation {
	Operation::DisputeChanged { dispute: 0, job: n, evidence: Hash::repeat_byte(n as u8), state: 1 }
}

/// Appends `count` receipts; the first id.
pub fn append(count: u64) -> ReceiptId {
	let first = crate::Open::<Test>::get().next_receipt;
	for n in 0..count {
		assert_eq!(RollupAnchor::append(operation(first + n)), first + n);
	}
	first
}

/// What [`append`] wrote under `id`.
pub fn body(id: ReceiptId, block: u32) -> ReceiptBody {
	ReceiptBody { id, block, operation: operation(id) }
}

/// Runs the hooks of every block up to `to`; what `on_initialize` of the last one claimed.
pub fn run_to(to: u32) -> Weight {
	let mut weight = Weight::zero();
	while System::block_number() < to {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		weight = <RollupAnchor as OnInitialize<u32>>::on_initialize(now);
	}
	weight
}

/// Gives `on_idle` of the present block `remaining`; what it used.
pub fn idle(remaining: Weight) -> Weight {
	<RollupAnchor as OnIdle<u32>>::on_idle(System::block_number(), remaining)
}

/// Events of the pallet since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

/// Runs the pallet's own `integrity_test`.
pub fn integrity_test() {
	<RollupAnchor as Hooks<u32>>::integrity_test();
}
