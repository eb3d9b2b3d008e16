//! A runtime with node staking, balances, sessions and offences. Pools and receipts are recorded.

use crate as pallet_node_staking;
use crate::{heartbeat_message, Event, NodeRecord, Nodes, Params};
use concordat_primitives::{
	attest::{Lease, Measurement, PlatformId, RiskClasses, TcbStatus, Vendor},
	capability::CapabilitySpec,
	node::{
		operator_key::OperatorPair, NodeProfile, NodeRole, NodeSpec, NodeStatus, OperatorId,
		OperatorSignature, Resources,
	},
	receipt::Operation,
	traits::{CapabilityInspect, GenesisHash, LeaseListener, NodePool, ReceiptSink},
	units::CDT,
	AccountId, Balance, BlockNumber, CapabilityId, Hash, Jurisdiction, LeaseId, NodeId, ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResult,
	parameter_types,
	traits::{fungible::InspectHold, tokens::imbalance::ResolveTo, Authorize, Hooks},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_session::{
	disabling::UpToLimitDisablingStrategy, historical as pallet_session_historical,
};
use sp_core::Pair;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{
	testing::UintAuthorityId,
	traits::{BlakeTwo256, ConvertInto, IdentityLookup},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
	BuildStorage, DispatchError,
};
use std::sync::Arc;

pub type StakingEvent = Event<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
type TxExtension = frame_system::AuthorizeCall<Test>;
type Block = sp_runtime::generic::Block<sp_runtime::generic::Header<u32, BlakeTwo256>, Extrinsic>;

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
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type NodeStaking = pallet_node_staking::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type Historical = pallet_session_historical::Pallet<Test>;
	#[runtime::pallet_index(4)]
	pub type Session = pallet_session::Pallet<Test>;
	#[runtime::pallet_index(5)]
	pub type Offences = pallet_offences::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

parameter_types! {
	pub const ExistentialDeposit: Balance = 1_000;
	pub const Treasury: AccountId = TREASURY;
	/// What the pools were told since the externalities were built.
	pub static PoolTrace: Vec<PoolCall> = Vec::new();
	/// Whether the pools refuse to admit.
	pub static PoolRefuses: bool = false;
	/// Capabilities that the catalogue does not have; it has all others.
	pub static Undeclared: Vec<CapabilityId> = Vec::new();
	/// Jobs running on every node.
	pub static Running: u16 = 0;
	/// Receipts appended since the externalities were built.
	pub static Receipts: Vec<Operation> = Vec::new();
	pub static HookWeight: Weight = Weight::MAX;
}

/// What the pools were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolCall {
	Admit(NodeId, NodeProfile, Vec<CapabilityId>),
	Evict(NodeId),
	Lost(NodeId),
	Forget(NodeId),
	Available(NodeId, CapabilityId, bool),
}

pub struct TracedPool;
impl NodePool for TracedPool {
	fn admit(node: NodeId, profile: NodeProfile, offers: &[CapabilityId]) -> DispatchResult {
		if PoolRefuses::get() {
			return Err(DispatchError::Other("the pool refuses"));
		}
		PoolTrace::mutate(|calls| calls.push(PoolCall::Admit(node, profile, offers.to_vec())));
		Ok(())
	}
	fn evict(node: NodeId) {
		PoolTrace::mutate(|calls| calls.push(PoolCall::Evict(node)));
	}
	fn lost(node: NodeId) {
		PoolTrace::mutate(|calls| calls.push(PoolCall::Lost(node)));
	}
	fn forget(node: NodeId) {
		PoolTrace::mutate(|calls| calls.push(PoolCall::Forget(node)));
	}
	fn set_available(node: NodeId, capability: CapabilityId, available: bool) -> DispatchResult {
		if PoolRefuses::get() {
			return Err(DispatchError::Other("the pool refuses"));
		}
		PoolTrace::mutate(|calls| calls.push(PoolCall::Available(node, capability, available)));
		Ok(())
	}
	fn running(_: NodeId) -> u16 {
		Running::get()
	}
	fn weight() -> Weight {
		Weight::from_parts(11, 0)
	}
	fn weight_of_loss() -> Weight {
		Weight::from_parts(13, 0)
	}
}

pub struct Catalogue;
impl CapabilityInspect for Catalogue {
	fn capability(id: &CapabilityId) -> Option<CapabilitySpec> {
		<() as CapabilityInspect>::capability(id).filter(|_| !Undeclared::get().contains(id))
	}
	fn weight() -> Weight {
		Weight::from_parts(17, 0)
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

pub struct TestGenesis;
impl GenesisHash for TestGenesis {
	fn genesis_hash() -> Hash {
		GENESIS
	}
}

impl pallet_node_staking::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type ValidatorOrigin = EnsureRoot<AccountId>;
	type SlashCancelOrigin = EnsureRoot<AccountId>;
	type SlashDestination = ResolveTo<Treasury, Balances>;
	type Pool = TracedPool;
	type Capabilities = Catalogue;
	type Receipts = ReceiptTrace;
	type Genesis = TestGenesis;
	type Session = Session;
	type MaxValidators = frame_support::traits::ConstU32<100>;
	type HookWeight = HookWeight;
	type HeartbeatPriority = frame_support::traits::ConstU64<1_000>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}

parameter_types! {
	pub const Period: BlockNumber = BlockNumber::MAX;
	pub const Offset: BlockNumber = BlockNumber::MAX;
}

// Sessions end when a test says so.
impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = pallet_session::PeriodicSessions<Period, Offset>;
	type NextSessionRotation = pallet_session::PeriodicSessions<Period, Offset>;
	type SessionManager = pallet_session_historical::NoteHistoricalRoot<Test, NodeStaking>;
	type SessionHandler = pallet_session::TestSessionHandler;
	type Keys = UintAuthorityId;
	type DisablingStrategy = UpToLimitDisablingStrategy;
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = ();
}

impl pallet_session_historical::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = Balance;
	type FullIdentificationOf = crate::StakeOf<Test>;
}

impl pallet_offences::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session_historical::IdentificationTuple<Test>;
	type OnOffenceHandler = NodeStaking;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = Extrinsic;
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;
	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		TxExtension::new()
	}
}

pub const GENESIS: Hash = Hash::repeat_byte(0x42);
pub const FUNDS: Balance = 100_000 * CDT;
pub const STAKE: Balance = 1_000 * CDT;
pub const MIN: Balance = 500 * CDT;
pub const APPEAL: BlockNumber = 100;
pub const UNBONDING: BlockNumber = 200;
pub const JAIL: BlockNumber = 20;
pub const INTERVAL: BlockNumber = 8;
/// A node is silent so many blocks after its last heartbeat.
pub const SILENCE: BlockNumber = 24;
/// Block at which tests begin.
pub const START: BlockNumber = 10;

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
pub const REPORTER: AccountId = AccountId::new([3; 32]);
pub const POOR: AccountId = AccountId::new([4; 32]);
pub const TREASURY: AccountId = AccountId::new([5; 32]);

/// Account of the `n`-th validator of the genesis, from 0.
pub fn validator(n: u8) -> AccountId {
	AccountId::new([100 + n; 32])
}

/// The parameters of the tests: the agreement's, with short periods.
pub fn params() -> Params {
	Params {
		unbonding_period: UNBONDING,
		appeal_window: APPEAL,
		dispute_window: 50,
		jail_period: JAIL,
		heartbeat_interval: INTERVAL,
		heartbeat_grace: 2,
		max_validators: 10,
		..Params::default()
	}
}

pub struct ExtBuilder {
	params: Params,
	validators: u8,
	keystore: Arc<MemoryKeystore>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { params: params(), validators: 0, keystore: Arc::new(MemoryKeystore::new()) }
	}
}

impl ExtBuilder {
	pub fn params(mut self, change: impl FnOnce(&mut Params)) -> Self {
		change(&mut self.params);
		self
	}

	/// Validators at genesis, with session keys.
	pub fn validators(mut self, validators: u8) -> Self {
		self.validators = validators;
		self
	}

	/// Has the operator key of a seed in the keystore.
	pub fn operates(self, seed: &str) -> Self {
		self.keystore
			.sr25519_generate_new(concordat_primitives::node::OPERATOR_KEY_TYPE, Some(seed))
			.unwrap();
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		HookWeight::set(Weight::MAX);
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		let accounts = [ALICE, BOB, REPORTER, TREASURY].into_iter();
		pallet_balances::GenesisConfig::<Test> {
			balances: accounts
				.chain((0..self.validators).map(validator))
				.map(|account| (account, FUNDS))
				.chain([(POOR, MIN)])
				.collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> {
			params: self.params,
			validators: (0..self.validators)
				.map(|n| (validator(n), STAKE, operator(&format!("//Validator//{n}")).public()))
				.collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		pallet_session::GenesisConfig::<Test> {
			keys: (0..self.validators)
				.map(|n| (validator(n), validator(n), UintAuthorityId(n.into())))
				.collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		PoolTrace::set(Vec::new());
		PoolRefuses::set(false);
		Undeclared::set(Vec::new());
		Running::set(0);
		Receipts::set(Vec::new());
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.register_extension(KeystoreExt(self.keystore));
		ext.execute_with(|| System::set_block_number(START));
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			NodeStaking::do_try_state().expect("all invariants hold after a test");
		})
	}
}

/// The operator key of a seed.
pub fn operator(seed: &str) -> OperatorPair {
	OperatorPair::from_string(seed, None).unwrap()
}

/// The operator key that tests give to the `n`-th node.
pub fn operator_of(node: NodeId) -> OperatorPair {
	operator(&format!("//Operator//{node}"))
}

pub fn operator_id(seed: &str) -> OperatorId {
	operator(seed).public()
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// A compute node's spec.
pub fn compute() -> NodeSpec {
	NodeSpec {
		role: NodeRole::Compute,
		jurisdiction: Jurisdiction(*b"IDN"),
		sovereign: false,
		capabilities: vec![CapabilityId::parse("hazard.rain").unwrap()].try_into().unwrap(),
		capacity: 4,
		resources: Resources { cpu_cores: 4, memory_mib: 8_192, ..Default::default() },
		latency_class: 1,
	}
}

/// A validator's spec.
pub fn validating() -> NodeSpec {
	NodeSpec {
		role: NodeRole::Validator,
		capabilities: Default::default(),
		capacity: 0,
		resources: Default::default(),
		..compute()
	}
}

/// Registers a compute node with [`STAKE`]; it has no lease yet.
pub fn registered(who: AccountId) -> NodeId {
	let node = crate::LastNode::<Test>::get() + 1;
	assert_ok!(NodeStaking::register(signed(who), compute(), operator_of(node).public(), STAKE));
	node
}

/// Registers a compute node and gives it a lease with its own number.
pub fn active(who: AccountId) -> NodeId {
	let node = registered(who);
	NodeStaking::lease_granted(&lease(node, node.into()));
	assert_eq!(status(node), NodeStatus::Active);
	node
}

/// Registers a validator node with [`STAKE`]; it is not chosen.
pub fn registered_validator(who: AccountId) -> NodeId {
	let node = crate::LastNode::<Test>::get() + 1;
	assert_ok!(NodeStaking::register(signed(who), validating(), operator_of(node).public(), STAKE));
	node
}

/// A lease, with a signing key of its own.
pub fn lease(node: NodeId, id: LeaseId) -> Lease {
	Lease {
		id,
		node,
		vendor: Vendor::IntelTdx,
		measurement: Measurement([9; 48]),
		platform: PlatformId([node as u8; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: [node as u8; 32],
		encryption_key: [2; 32],
		simulated: true,
		issued_at: System::block_number(),
		expires_at: System::block_number() + 10_000,
		not_after: 2_000_000_000,
	}
}

pub fn record(node: NodeId) -> NodeRecord {
	Nodes::<Test>::get(node).unwrap()
}

pub fn status(node: NodeId) -> NodeStatus {
	record(node).status
}

/// What is held of an account.
pub fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Stake.into(), who)
}

/// Free balance of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

pub fn evidence(n: u8) -> Hash {
	Hash::repeat_byte(n)
}

/// Builds the blocks up to `to`, hooks included.
pub fn run_to(to: BlockNumber) {
	while System::block_number() < to {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		NodeStaking::on_initialize(now);
	}
}

/// Builds `blocks` more blocks.
pub fn run(blocks: BlockNumber) {
	run_to(System::block_number() + blocks)
}

pub fn sign(pair: &OperatorPair, node: NodeId, at: BlockNumber) -> OperatorSignature {
	pair.sign(&heartbeat_message(GENESIS, node, at))
}

/// What the pool says to a heartbeat.
pub fn offer(
	node: NodeId,
	at: BlockNumber,
	signature: OperatorSignature,
) -> Result<ValidTransaction, TransactionValidityError> {
	RuntimeCall::NodeStaking(crate::Call::heartbeat { node, at, signature })
		.authorize(TransactionSource::External)
		.expect("heartbeats authorise themselves")
		.map(|(validity, _)| validity)
}

/// Sends the heartbeat of a node through authorisation and dispatch, at the present block.
pub fn beat(node: NodeId) -> Result<(), TransactionValidityError> {
	let at = System::block_number();
	let signature = sign(&operator_of(node), node, at);
	offer(node, at, signature.clone())?;
	let origin = RuntimeOrigin::from(frame_system::RawOrigin::Authorized);
	assert_ok!(NodeStaking::heartbeat(origin, node, at, signature));
	Ok(())
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<StakingEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::NodeStaking(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
