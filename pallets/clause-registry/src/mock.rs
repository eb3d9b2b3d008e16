//! A runtime with the registry, balances and preimages.

use crate as pallet_clause_registry;
use crate::{Event, Params};
use codec::Encode;
use concordat_primitives::{
	capability::{CapabilitySpec, Category},
	clause::{
		ClauseSpec, ExecutionMode, PolicyBinding, ProgramLocation, ProgramRef, ResourceLimits,
		RiskClass, TriggerKind,
	},
	hashing::program_hash,
	receipt::Operation,
	text::Name,
	traits::ReceiptSink,
	AccountId, Balance, CapabilityId, ClauseId, ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::HoldConsideration, Footprint},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::{
	traits::{Convert, IdentityLookup},
	BuildStorage,
};

pub type RegistryEvent = Event<Test>;

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
	pub type Preimage = pallet_preimage::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type ClauseRegistry = pallet_clause_registry::Pallet<Test>;
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
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
	/// Receipts appended since the externalities were built.
	pub static Receipts: Vec<Operation> = Vec::new();
}

/// One unit a byte.
pub struct PreimageDeposit;
impl Convert<Footprint, Balance> for PreimageDeposit {
	fn convert(footprint: Footprint) -> Balance {
		footprint.size.into()
	}
}

impl pallet_preimage::Config for Test {
	type WeightInfo = ();
	type RuntimeEvent = RuntimeEvent;
	type Currency = ();
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration =
		HoldConsideration<AccountId, Balances, PreimageHoldReason, PreimageDeposit>;
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

impl pallet_clause_registry::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type OwnerOrigin = EnsureSigned<AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Preimages = Preimage;
	type Receipts = ReceiptTrace;
	type WeightInfo = ();
}

pub const BASE: Balance = 1_000;
pub const PER_BYTE: Balance = 2;
pub const FOR_CAPABILITY: Balance = 5_000;
pub const FUNDS: Balance = 1_000_000;

pub const WHO: AccountId = AccountId::new([1; 32]);
pub const OTHER: AccountId = AccountId::new([2; 32]);
pub const POOR: AccountId = AccountId::new([3; 32]);

pub struct ExtBuilder {
	params: Params,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		let params = Params {
			base_deposit: BASE,
			byte_deposit: PER_BYTE,
			failure_threshold: 3,
			capability_deposit: FOR_CAPABILITY,
		};
		Self { params }
	}
}

impl ExtBuilder {
	pub fn failure_threshold(mut self, failure_threshold: u32) -> Self {
		self.params.failure_threshold = failure_threshold;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![(WHO, FUNDS), (OTHER, FUNDS), (POOR, 10)],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> {
			params: self.params,
			capabilities: vec![(rain(), capability_spec())],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		Receipts::set(Vec::new());
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| System::set_block_number(10));
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			ClauseRegistry::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

/// `text` as a clause id.
pub fn clause(text: &str) -> ClauseId {
	ClauseId::parse(text).unwrap()
}

/// The capability that the genesis declares.
pub fn rain() -> CapabilityId {
	CapabilityId::parse("hazard.rain").unwrap()
}

/// What it is.
pub fn capability_spec() -> CapabilitySpec {
	CapabilitySpec {
		category: Category::Analysis,
		input_types: types(&["weather.table"]),
		output_types: types(&["hazard.alert"]),
		max_input_bytes: 65_536,
		max_wall_millis: 30_000,
	}
}

/// A list of data types.
pub fn types<S: frame_support::traits::Get<u32>>(
	names: &[&str],
) -> sp_runtime::BoundedVec<Name, S> {
	let names: Vec<Name> = names.iter().map(|name| Name::parse(name).unwrap()).collect();
	names.try_into().unwrap()
}

/// A clause with its program elsewhere: valid, and independent of preimages.
pub fn external_spec() -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: program_hash(PROGRAM),
			len: PROGRAM.len() as u32,
			location: ProgramLocation::External(
				b"https://example.org/rain.wasm".to_vec().try_into().unwrap(),
			),
		},
		capability: rain(),
		mode: ExecutionMode::Quorum { k: 2, n: 3 },
		risk: RiskClass::High,
		triggers: TriggerKind::Manual.bit() | TriggerKind::Sensor.bit(),
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: PolicyBinding::default(),
	}
}

/// A clause with its program on chain, which `WHO` has noted if nobody had.
pub fn preimage_spec() -> ClauseSpec {
	if !pallet_preimage::RequestStatusFor::<Test>::contains_key(program_hash(PROGRAM)) {
		assert_ok!(Preimage::note_preimage(RuntimeOrigin::signed(WHO), PROGRAM.to_vec()));
	}
	let mut spec = external_spec();
	spec.program.location = ProgramLocation::Preimage;
	spec
}

/// Registers an active clause of `WHO` with its program elsewhere.
pub fn register(text: &str) -> ClauseId {
	let id = clause(text);
	assert_ok!(ClauseRegistry::register(
		RuntimeOrigin::signed(WHO),
		id.clone(),
		Box::new(external_spec()),
		true
	));
	id
}

/// What the tests expect to be held for a clause.
pub fn deposit(id: &ClauseId, spec: &ClauseSpec) -> Balance {
	let program = match spec.program.location {
		ProgramLocation::Preimage => spec.program.len,
		ProgramLocation::External(_) => 0,
	};
	BASE + PER_BYTE * (id.encode().len() as Balance + spec.encode().len() as Balance)
		+ PER_BYTE * Balance::from(program)
}

/// How often the program is requested.
pub fn requests() -> u32 {
	match pallet_preimage::RequestStatusFor::<Test>::get(program_hash(PROGRAM)) {
		Some(pallet_preimage::RequestStatus::Requested { count, .. }) => count,
		_ => 0,
	}
}

/// The registry's events so far, oldest first; they are cleared.
pub fn events() -> Vec<RegistryEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::ClauseRegistry(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
