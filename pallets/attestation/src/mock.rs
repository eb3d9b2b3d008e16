//! A runtime with attestation alone; nodes, listener, receipts and time are statics.

use crate as pallet_attestation;
use crate::{Error, Event, Params};
use concordat_attestation::{
	simulated::{self, SimulatedReport, TEST_ANCHOR_SEED},
	Anchor, Evidence, Measurement, PlatformId, TcbStatus,
};
use concordat_primitives::{
	attest::{EncryptionKey, Lease, SigningKey},
	node::{NodeSpec, NodeStatus},
	receipt::Operation,
	traits::{GenesisHash, LeaseListener, NodeInspect, ReceiptSink},
	AccountId, BlockNumber, Hash, LeaseId, NodeId, ReceiptId,
};
use core::time::Duration;
use frame_support::{
	derive_impl,
	dispatch::DispatchResultWithPostInfo,
	parameter_types,
	traits::{Hooks, UnixTime},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::IdentityLookup, BuildStorage};

pub type AttestationEvent = Event<Test>;
pub type AttestationError = Error<Test>;

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
	pub type Attestation = pallet_attestation::Pallet<Test>;
}

/// Block hashes that the chain remembers.
pub const HASHES: BlockNumber = 200;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type BlockHashCount = frame_support::traits::ConstU32<HASHES>;
}

/// What the pallet told the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
	Granted(Lease),
	Lost(NodeId, LeaseId),
}

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
pub const EVE: AccountId = AccountId::new([3; 32]);
/// Node of [`ALICE`].
pub const NODE_A: NodeId = 1;
/// Node of [`BOB`].
pub const NODE_B: NodeId = 2;
/// Unix time of block 0.
pub const EPOCH: u64 = 1_800_000_000;

parameter_types! {
	/// Nodes and their controllers.
	pub static Controllers: Vec<(NodeId, AccountId)> = vec![(NODE_A, ALICE), (NODE_B, BOB)];
	pub static Receipts: Vec<Operation> = Vec::new();
	pub static Listened: Vec<Heard> = Vec::new();
	pub static HookWeight: Weight = Weight::MAX;
}

pub struct Nodes;
impl NodeInspect<AccountId> for Nodes {
	fn controller(node: NodeId) -> Option<AccountId> {
		Controllers::get().into_iter().find(|(id, _)| *id == node).map(|(_, account)| account)
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

pub struct Listener;
impl LeaseListener for Listener {
	fn lease_granted(lease: &Lease) {
		Listened::mutate(|heard| heard.push(Heard::Granted(lease.clone())));
	}
	fn lease_lost(node: NodeId, lease: LeaseId) {
		Listened::mutate(|heard| heard.push(Heard::Lost(node, lease)));
	}
	fn weight() -> Weight {
		Weight::from_parts(5, 0)
	}
}

pub struct ReceiptTrace;
impl ReceiptSink for ReceiptTrace {
	fn append(operation: Operation) -> ReceiptId {
		Receipts::mutate(|receipts| {
			receipts.push(operation);
			receipts.len() as ReceiptId - 1
		})
	}
	fn weight() -> Weight {
		Weight::from_parts(7, 0)
	}
}

/// Two seconds a block.
pub struct BlockTime;
impl UnixTime for BlockTime {
	fn now() -> Duration {
		Duration::from_secs(EPOCH + 2 * u64::from(System::block_number()))
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl pallet_attestation::BenchmarkHelper for Helper {
	fn add_node(controller: &AccountId) -> NodeId {
		Controllers::mutate(|nodes| {
			let id = 100 + nodes.len() as NodeId;
			nodes.push((id, controller.clone()));
			id
		})
	}
}

impl pallet_attestation::Config for Test {
	type ForceOrigin = EnsureRoot<AccountId>;
	type Nodes = Nodes;
	type Listener = Listener;
	type Receipts = ReceiptTrace;
	type Time = BlockTime;
	type HookWeight = HookWeight;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
}

/// The measurement that genesis allows.
pub const CODE: Measurement = Measurement([7; 48]);
/// Another one, allowed too.
pub const OTHER_CODE: Measurement = Measurement([8; 48]);
/// One that nobody allowed.
pub const STRANGE_CODE: Measurement = Measurement([9; 48]);
/// Life of a lease in tests, in blocks.
pub const DURATION: BlockNumber = 100;
/// Age of a challenge in tests, in blocks.
pub const WINDOW: BlockNumber = 50;

pub struct ExtBuilder {
	genesis: crate::GenesisConfig<Test>,
	block: BlockNumber,
}

impl Default for ExtBuilder {
	/// A chain that allows simulation, at block 10.
	fn default() -> Self {
		Self {
			genesis: crate::GenesisConfig {
				simulation_allowed: true,
				anchors: vec![simulated::test_anchor()],
				measurements: vec![CODE, OTHER_CODE],
				params: Params {
					lease_duration: DURATION,
					challenge_window: WINDOW,
					..Default::default()
				},
				..Default::default()
			},
			block: 10,
		}
	}
}

impl ExtBuilder {
	/// A chain as in production: no simulation, no test anchors.
	pub fn production() -> Self {
		let mut builder = Self::default();
		builder.genesis.simulation_allowed = false;
		builder.genesis.anchors = vec![];
		builder
	}

	pub fn anchors(mut self, anchors: Vec<Anchor>) -> Self {
		self.genesis.anchors = anchors;
		self
	}

	pub fn measurements(mut self, measurements: Vec<Measurement>) -> Self {
		self.genesis.measurements = measurements;
		self
	}

	pub fn params(mut self, params: Params) -> Self {
		self.genesis.params = params;
		self
	}

	pub fn at_block(mut self, block: BlockNumber) -> Self {
		self.block = block;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		self.genesis.assimilate_storage(&mut storage).unwrap();
		Controllers::set(vec![(NODE_A, ALICE), (NODE_B, BOB)]);
		Receipts::set(Vec::new());
		Listened::set(Vec::new());
		HookWeight::set(Weight::MAX);
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| run_to(self.block));
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Attestation::do_try_state().expect("all invariants hold after a test");
		})
	}
}

/// Hash of block `number` on the test chain.
pub fn hash_of(number: BlockNumber) -> Hash {
	match number {
		0 => Hash::repeat_byte(69),
		_ => Hash::from_low_u64_be(u64::from(number) + 1_000),
	}
}

/// Builds blocks up to `block`, with hooks, and with block hashes as the chain keeps them.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::initialize(&next, &hash_of(next - 1), &Default::default());
		Attestation::on_initialize(next);
		System::note_finished_initialize();
		// What `finalize` would forget.
		if let Some(old) = next.checked_sub(HASHES + 1).filter(|old| *old > 0) {
			frame_system::BlockHash::<Test>::remove(old);
		}
	}
}

/// A challenge: the parent of the present block.
pub fn challenge() -> (BlockNumber, Hash) {
	let number = System::block_number() - 1;
	(number, hash_of(number))
}

/// Everything that goes into one call of `attest`; fields can be bent before it is signed and sent.
#[derive(Clone)]
pub struct Attempt {
	pub who: AccountId,
	pub node: NodeId,
	pub signing_key: SigningKey,
	pub encryption_key: EncryptionKey,
	pub challenge: (BlockNumber, Hash),
	pub report: SimulatedReport,
	pub seed: [u8; 32],
	/// Bind the report to the fields above before it is signed.
	pub bind: bool,
}

impl Attempt {
	/// A faultless attempt of `node` with keys and platform of its own.
	pub fn of(node: NodeId) -> Self {
		Self {
			who: if node == NODE_B { BOB } else { ALICE },
			node,
			signing_key: [node as u8; 32],
			encryption_key: [0x80 | node as u8; 32],
			challenge: challenge(),
			report: SimulatedReport {
				measurement: CODE,
				platform: PlatformId([node as u8; 32]),
				tcb: TcbStatus::UpToDate,
				debug: false,
				report_data: [0; 64],
				not_before: 0,
				not_after: u64::MAX,
			},
			seed: TEST_ANCHOR_SEED,
			bind: true,
		}
	}

	pub fn evidence(&self) -> Evidence {
		let mut report = self.report.clone();
		if self.bind {
			report.report_data = concordat_attestation::report_data(
				&Attestation::genesis_hash().0,
				self.node,
				&self.signing_key,
				&self.encryption_key,
				&self.challenge.1 .0,
			);
		}
		Evidence::Simulated(simulated::sign(report, &self.seed))
	}

	pub fn send_with(&self, evidence: Evidence) -> DispatchResultWithPostInfo {
		Attestation::attest(
			RuntimeOrigin::signed(self.who.clone()),
			self.node,
			Box::new(evidence),
			self.signing_key,
			self.encryption_key,
			self.challenge,
		)
	}

	pub fn send(&self) -> DispatchResultWithPostInfo {
		self.send_with(self.evidence())
	}
}

/// Grants `node` a lease with a fresh challenge and returns it.
pub fn granted(node: NodeId) -> Lease {
	Attempt::of(node).send().unwrap();
	Attestation::view(node).unwrap().lease
}

/// The pallet's events so far in this block, oldest first; they are cleared.
pub fn events() -> Vec<AttestationEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Attestation(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
