//! A runtime with this pallet and balances; the clauses are a list.

use crate as pallet_zk_verifiers;
use crate::{Event, HoldReason, Params};
use concordat_primitives::{
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, PolicyBinding, ProgramLocation, ProgramRef,
		ResourceLimits, RiskClass, ALL_TRIGGERS,
	},
	receipt::Operation,
	traits::{ClauseInfo, ClauseInspect, ReceiptSink},
	zk::{Curve, KeyBytes},
	AccountId, Balance, CapabilityId, ClauseId, Hash, ReceiptId,
};
use frame_support::{
	derive_impl, ord_parameter_types, parameter_types, traits::fungible::InspectHold,
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned, EnsureSignedBy};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchResult};
use std::collections::BTreeMap;

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
	pub type ZkVerifiers = pallet_zk_verifiers::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = frame_support::traits::ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	/// Receipts appended since the externalities were built.
	pub static Receipts: Vec<Operation> = Vec::new();
	/// Clauses that there are: owner and status.
	pub static Clauses: BTreeMap<ClauseId, (AccountId, ClauseStatus)> = BTreeMap::new();
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

pub struct ClauseList;
impl ClauseInspect<AccountId> for ClauseList {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		let (owner, status) = Clauses::get().get(id)?.clone();
		Some(ClauseInfo { owner, spec: spec(), status })
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(11, 0)
	}
}

ord_parameter_types! {
	pub const Emergency: AccountId = EMERGENCY;
}

impl pallet_zk_verifiers::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type OwnerOrigin = EnsureSigned<AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type EmergencyOrigin = EnsureSignedBy<Emergency, AccountId>;
	type Clauses = ClauseList;
	type Receipts = ReceiptTrace;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Helper {
	fn draft(owner: &AccountId) -> ClauseId {
		let id = clause("WHO::Bench@1.0");
		set_clause(&id, owner, ClauseStatus::Draft);
		id
	}
}

pub const BASE: Balance = 1_000;
pub const PER_BYTE: Balance = 2;
pub const FUNDS: Balance = 1_000_000;

pub const WHO: AccountId = AccountId::new([1; 32]);
pub const OTHER: AccountId = AccountId::new([2; 32]);
pub const POOR: AccountId = AccountId::new([3; 32]);
pub const EMERGENCY: AccountId = AccountId::new([4; 32]);

/// Externalities with an active clause `WHO::Rain@1.0` of [`WHO`].
pub fn build() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(WHO, FUNDS), (OTHER, FUNDS), (POOR, 10)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	crate::GenesisConfig::<Test> {
		params: Params { base_deposit: BASE, byte_deposit: PER_BYTE },
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	Receipts::set(Vec::new());
	Clauses::set(BTreeMap::new());
	set_clause(&rain(), &WHO, ClauseStatus::Active);
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(10));
	ext
}

/// Runs a test and checks the invariants after it.
pub fn execute(test: impl FnOnce()) {
	build().execute_with(|| {
		test();
		ZkVerifiers::do_try_state().expect("all invariants hold after a test");
	})
}

/// `text` as a clause id.
pub fn clause(text: &str) -> ClauseId {
	ClauseId::parse(text).unwrap()
}

/// The clause of most tests.
pub fn rain() -> ClauseId {
	clause("WHO::Rain@1.0")
}

pub fn set_clause(id: &ClauseId, owner: &AccountId, status: ClauseStatus) {
	Clauses::mutate(|clauses| {
		clauses.insert(id.clone(), (owner.clone(), status));
	});
}

fn spec() -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: Hash::repeat_byte(7),
			len: 8,
			location: ProgramLocation::Preimage,
		},
		capability: CapabilityId::parse("hazard.rain").unwrap(),
		mode: ExecutionMode::ZkVerifierSet { n: 3 },
		risk: RiskClass::High,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: PolicyBinding::default(),
	}
}

/// `key` as an argument.
pub fn bytes(key: &[u8]) -> KeyBytes {
	key.to_vec().try_into().unwrap()
}

/// Registers a key as its owner.
pub fn register(id: &ClauseId, curve: Curve, key: &[u8]) -> DispatchResult {
	ZkVerifiers::register(RuntimeOrigin::signed(WHO), id.clone(), curve, bytes(key))
}

/// What is held of an account for keys.
pub fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::VerifyingKey.into(), who)
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::ZkVerifiers(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
