//! A runtime with triggers and balances. Jobs, switches, clauses and credentials are in storage, so that a failed call rolls
//! them back as it would the real ones. A job takes its cost away from whoever asks for it.

use crate as pallet_triggers;
use crate::{Error, Event, HoldReason, Params, QuotaScope};
use concordat_primitives::{
	bundle::{
		reading::{
			Fixed, OracleKey, OracleSignature, OracleSignatures, Reading, ReadingValue, SourceId,
			SourceKind, SourceSpec,
		},
		trigger::{Comparison, Condition, TriggerId, TriggerSpec},
		BundleSpec, Part,
	},
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits,
		RiskClass, ALL_TRIGGERS,
	},
	credential::CredentialDemand,
	job::{JobConstraints, JobInput, JobStatus, PauseSubject},
	receipt::Operation,
	text::Name,
	traits::{
		ClauseInfo, ClauseInspect, CredentialInspect, GenesisHash, JobEnd, JobOpener, JobOutcomes,
		JobRequest, JobSwitches, OpenError, ReceiptSink,
	},
	workflow::JobParent,
	AccountId, Balance, BlockNumber, CapabilityId, ClauseId, Hash, JobId, NodeId, ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	parameter_types, storage_alias,
	traits::{
		fungible::{InspectHold, Mutate},
		tokens::Preservation,
		ConstU128, Contains, Hooks,
	},
	weights::Weight,
	Blake2_128Concat, BoundedVec, Twox64Concat,
};
use frame_system::EnsureRoot;
use sp_core::{ed25519, sr25519, Pair as _};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult,
};

pub type TriggersEvent = Event<Test>;

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
	pub type Triggers = pallet_triggers::Pallet<Test>;
}

/// Block in which tests begin.
pub const START: BlockNumber = 1_000;
pub const ED: Balance = 1;
pub const FUNDS: Balance = 1_000_000;
pub const SOURCE_DEPOSIT: Balance = 500;
pub const FEE: Balance = 3;
/// What the mock's jobs cost, unless a test says otherwise.
pub const COST: Balance = 100;
pub const GENESIS: Hash = Hash::repeat_byte(0x47);

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
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

/// A job that the mock opened.
#[derive(Clone, Debug, PartialEq, Eq, codec::Encode, codec::Decode)]
pub struct Job {
	pub requester: AccountId,
	pub clause: ClauseId,
	pub input: JobInput,
	pub constraints: JobConstraints,
	pub parent: JobParent,
	pub dependencies: Vec<(JobId, Hash)>,
	pub at: BlockNumber,
}

/// What the mock does when it is asked for a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, codec::Encode, codec::Decode)]
pub enum Answer {
	#[default]
	Open,
	Refuse(u8),
	Fail,
}

#[storage_alias]
type Jobs = StorageValue<Trace, Vec<Job>>;
#[storage_alias]
type Answers = StorageValue<Trace, Answer>;
#[storage_alias]
type Costs = StorageValue<Trace, Balance>;
#[storage_alias]
type Receipts = StorageValue<Trace, Vec<Operation>>;
#[storage_alias]
type Switches = StorageMap<Trace, Blake2_128Concat, PauseSubject, BlockNumber>;
#[storage_alias]
type Clauses = StorageMap<Trace, Twox64Concat, ClauseId, (AccountId, ClauseSpec, ClauseStatus)>;
#[storage_alias]
type Held = StorageMap<Trace, Twox64Concat, AccountId, Vec<CredentialDemand>>;

/// Everything that the pallet reaches for.
pub struct Mock;

impl JobOpener for Mock {
	fn open(request: JobRequest) -> Result<JobId, OpenError> {
		let JobRequest { requester, clause, input, constraints, parent, dependencies, .. } =
			request;
		match Answers::get().unwrap_or_default() {
			Answer::Refuse(code) => {
				Self::append(Operation::DispatchRefused { clause, reason: code });
				return Err(OpenError::Refused(code));
			},
			Answer::Fail => return Err(DispatchError::Exhausted.into()),
			Answer::Open => (),
		}
		let cost = Costs::get().unwrap_or(COST);
		Balances::transfer(&requester, &ESCROW, cost, Preservation::Preserve)?;
		let mut jobs = Jobs::get().unwrap_or_default();
		let at = System::block_number();
		jobs.push(Job { requester, clause, input, constraints, parent, dependencies, at });
		Jobs::put(&jobs);
		Ok(jobs.len() as JobId)
	}
	fn withdraw(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn weight_of_opening(input: u32) -> Weight {
		Weight::from_parts(50_000_000 + u64::from(input), 0)
	}
	fn weight_of_withdrawing() -> Weight {
		Weight::zero()
	}
}

impl JobSwitches for Mock {
	fn pause(subject: PauseSubject, blocks: BlockNumber) -> DispatchResult {
		Switches::insert(subject, System::block_number() + blocks);
		Ok(())
	}
	fn resume(subject: PauseSubject) -> DispatchResult {
		Switches::take(subject).map(|_| ()).ok_or(DispatchError::CannotLookup)
	}
	fn weight() -> Weight {
		Weight::from_parts(5, 0)
	}
}

impl ClauseInspect<AccountId> for Mock {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		Clauses::get(id).map(|(owner, spec, status)| ClauseInfo { owner, spec, status })
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(11, 0)
	}
}

impl CredentialInspect<AccountId> for Mock {
	fn node_meets(_: NodeId, _: &[CredentialDemand]) -> bool {
		false
	}
	fn account_meets(account: &AccountId, demands: &[CredentialDemand]) -> bool {
		let held = Held::get(account).unwrap_or_default();
		demands.iter().all(|demand| held.contains(demand))
	}
	fn weight() -> Weight {
		Weight::from_parts(13, 0)
	}
}

impl GenesisHash for Mock {
	fn genesis_hash() -> Hash {
		GENESIS
	}
}

impl ReceiptSink for Mock {
	fn append(operation: Operation) -> ReceiptId {
		let mut receipts = Receipts::get().unwrap_or_default();
		receipts.push(operation);
		Receipts::put(&receipts);
		receipts.len() as ReceiptId - 1
	}
	fn weight() -> Weight {
		Weight::from_parts(7, 0)
	}
}

/// The refusal of the mock that may pass.
pub const QUOTA_USED_UP: u8 = 10;

impl Contains<u8> for Mock {
	fn contains(refusal: &u8) -> bool {
		*refusal == QUOTA_USED_UP
	}
}

impl Contains<AccountId> for Mock {
	fn contains(account: &AccountId) -> bool {
		*account == DAO
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_triggers::benchmarking::BenchmarkHelper for Mock {
	fn add_clause(owner: &AccountId) -> ClauseId {
		set_clause(clause("BENCH::Clause@1.0"), owner.clone(), ALL_TRIGGERS);
		clause("BENCH::Clause@1.0")
	}
}

parameter_types! {
	pub TreasuryAccount: AccountId = TREASURY;
}

impl pallet_triggers::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type Daos = Mock;
	type Jobs = Mock;
	type PassingRefusals = Mock;
	type Switches = Mock;
	type Clauses = Mock;
	type Credentials = Mock;
	type Genesis = Mock;
	type Receipts = Mock;
	type FeeDestination = TreasuryAccount;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

/// Owns most of what there is.
pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Posts what others signed.
pub const EVE: AccountId = AccountId::new([3; 32]);
/// Acts by vote alone.
pub const DAO: AccountId = AccountId::new([4; 32]);
pub const TREASURY: AccountId = AccountId::new([5; 32]);
/// Where the cost of jobs lies.
pub const ESCROW: AccountId = AccountId::new([6; 32]);
/// Has next to nothing.
pub const POOR: AccountId = AccountId::new([7; 32]);

/// What governance may change, in numbers that tests can count on.
pub fn params() -> Params {
	Params {
		source_deposit: SOURCE_DEPOSIT,
		trigger_deposit: 200,
		deposit_byte: 1,
		firing_fee: FEE,
		max_retries: 2,
		retry_after: 5,
		max_failures: 3,
		free_interval: 4,
		free_per_block: 2,
		risk_threshold: 700_000,
		max_forecast: 30,
		forecast_span: 200,
		forecast_total: 60,
		max_burst: 50,
		hook_share: 10,
	}
}

pub struct ExtBuilder(Params);

impl Default for ExtBuilder {
	fn default() -> Self {
		Self(params())
	}
}

impl ExtBuilder {
	pub fn params(self, params: Params) -> Self {
		Self(params)
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		let rich = [ALICE, BOB, EVE, DAO, TREASURY, ESCROW].map(|who| (who, FUNDS));
		pallet_balances::GenesisConfig::<Test> {
			balances: rich.into_iter().chain([(POOR, ED + 5)]).collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> { params: self.0, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			System::set_block_number(START);
			set_clause(rain(), ALICE, ALL_TRIGGERS);
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Triggers::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub fn clause(text: &str) -> ClauseId {
	ClauseId::parse(text).unwrap()
}

/// The clause of most tests.
pub fn rain() -> ClauseId {
	clause("WMO::RainAlert@1.0")
}

pub fn name(text: &str) -> Name {
	Name::parse(text).unwrap()
}

pub fn set_clause(id: ClauseId, owner: AccountId, triggers: u8) {
	let spec = ClauseSpec {
		program: ProgramRef {
			hash: Hash::repeat_byte(1),
			len: 1,
			location: ProgramLocation::Preimage,
		},
		capability: CapabilityId::parse("hazard.rain").unwrap(),
		mode: ExecutionMode::Single,
		risk: RiskClass::Low,
		triggers,
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: Default::default(),
	};
	Clauses::insert(id, (owner, spec, ClauseStatus::Active));
}

pub fn set_status(id: ClauseId, status: ClauseStatus) {
	Clauses::mutate(id, |clause| clause.as_mut().unwrap().2 = status);
}

pub fn set_answer(answer: Answer) {
	Answers::put(answer);
}

pub fn set_cost(cost: Balance) {
	Costs::put(cost);
}

pub fn give_credential(who: AccountId, demand: CredentialDemand) {
	Held::append(who, demand);
}

/// Until when a subject is held back.
pub fn switch(subject: &PauseSubject) -> Option<BlockNumber> {
	Switches::get(subject)
}

pub fn drop_switch(subject: &PauseSubject) {
	Switches::remove(subject);
}

/// Goes through every block up to `block`, each with its hook.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		Triggers::on_initialize(next);
	}
}

pub fn run(blocks: BlockNumber) {
	run_to(System::block_number() + blocks);
}

/// Dispatches as the chain would: what fails leaves nothing behind.
pub fn dispatch_with_info(
	who: RuntimeOrigin,
	call: crate::Call<Test>,
) -> DispatchResultWithPostInfo {
	let call = RuntimeCall::Triggers(call);
	let most = call.get_dispatch_info().call_weight;
	let result = call.dispatch(who);
	if let Ok(info) = &result {
		let actual = info.actual_weight.unwrap_or(most);
		assert!(actual.all_lte(most), "{actual:?} is more than {most:?}");
	}
	result
}

pub fn dispatch(who: RuntimeOrigin, call: crate::Call<Test>) -> DispatchResult {
	dispatch_with_info(who, call).map(|_| ()).map_err(|e| e.error)
}

pub fn signed(who: AccountId, call: crate::Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(who), call)
}

pub fn root(call: crate::Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::root(), call)
}

/// Expects that the call is refused with `error`, and that nothing at all has changed.
#[track_caller]
pub fn refused(result: impl FnOnce() -> DispatchResult, error: Error<Test>) {
	frame_support::assert_noop!(result(), error);
}

/// An oracle of either kind, from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
	Ed(u8),
	Sr(u8),
}

impl Oracle {
	pub fn key(&self) -> OracleKey {
		match self {
			Self::Ed(seed) => OracleKey::Ed25519(ed25519::Pair::from_seed(&[*seed; 32]).public().0),
			Self::Sr(seed) => OracleKey::Sr25519(sr25519::Pair::from_seed(&[*seed; 32]).public().0),
		}
	}

	pub fn sign(&self, message: &[u8]) -> OracleSignature {
		match self {
			Self::Ed(seed) => ed25519::Pair::from_seed(&[*seed; 32]).sign(message).0,
			Self::Sr(seed) => sr25519::Pair::from_seed(&[*seed; 32]).sign(message).0,
		}
	}
}

/// Who signs for the sources of tests, two of three.
pub const ORACLES: [Oracle; 3] = [Oracle::Ed(1), Oracle::Sr(2), Oracle::Ed(3)];

pub fn source_spec() -> SourceSpec {
	SourceSpec {
		kind: SourceKind::Sensor,
		name: name("bogor.rain"),
		data_type: name("precipitation-mm"),
		keys: BoundedVec::truncate_from(ORACLES.iter().map(Oracle::key).collect()),
		quorum: 2,
		max_age: 20,
		decimals: 2,
		min: Fixed::whole(0),
		max: Fixed::whole(2_000),
		open: true,
	}
}

/// Registers a source, and returns its number.
pub fn register(who: AccountId, spec: SourceSpec) -> SourceId {
	let id = crate::NextSource::<Test>::get();
	assert_ok!(signed(who, crate::Call::register_source { spec }));
	id
}

/// A sensor of [`ALICE`].
pub fn sensor() -> SourceId {
	register(ALICE, source_spec())
}

/// A simulation of [`ALICE`].
pub fn simulation() -> SourceId {
	register(ALICE, SourceSpec { kind: SourceKind::Simulation, ..source_spec() })
}

/// A number that was observed now, with the next sequence.
pub fn reading(source: SourceId, value: i64) -> Reading {
	let now = System::block_number();
	let last = crate::Sources::<Test>::get(source).and_then(|source| source.last);
	Reading {
		genesis: GENESIS,
		source,
		sequence: last.map_or(1, |(sequence, _)| sequence + 1),
		value: ReadingValue::Number(Fixed::whole(value)),
		observed_at: now,
		observed_ms: u64::from(now) * 2_000,
	}
}

/// Signatures of the oracles with these places.
pub fn signatures(reading: &Reading, places: &[u8]) -> OracleSignatures {
	let message = reading.message();
	let sign = |place: &u8| (*place, ORACLES[usize::from(*place)].sign(&message));
	BoundedVec::truncate_from(places.iter().map(sign).collect())
}

pub fn post_with(reading: &Reading, signatures: OracleSignatures) -> DispatchResultWithPostInfo {
	let reading = Box::new(reading.clone());
	let call = crate::Call::post_reading { reading, signatures };
	dispatch_with_info(RuntimeOrigin::signed(EVE), call)
}

/// Posts a reading that two of the three oracles signed.
pub fn post(reading: &Reading) -> DispatchResult {
	post_with(reading, signatures(reading, &[0, 1])).map(|_| ()).map_err(|e| e.error)
}

/// Posts a number that was observed now.
#[track_caller]
pub fn measure(source: SourceId, value: i64) {
	assert_ok!(post(&reading(source, value)));
}

pub fn bundle(parts: &[Part]) -> BundleSpec {
	BundleSpec {
		name: name("rain-alert"),
		version: 1,
		parts: BoundedVec::truncate_from(parts.to_vec()),
	}
}

/// A trigger on a condition, without input but the format's name, with money for ten jobs and their fees.
pub fn spec(condition: Condition) -> TriggerSpec {
	let cooldown = if matches!(condition, Condition::Schedule { .. }) { 0 } else { 1 };
	TriggerSpec {
		clause: rain(),
		condition,
		input: bundle(&[]),
		constraints: Default::default(),
		cooldown,
		until: None,
		max_firings: 1_000_000,
		funding: 10 * (COST + FEE),
	}
}

pub fn above(source: SourceId, threshold: i64, sustained: u8) -> Condition {
	let comparison = Comparison::Above(Fixed::whole(threshold));
	Condition::Sensor { source, comparison, sustained }
}

pub fn create_by(who: AccountId, spec: TriggerSpec) -> DispatchResult {
	signed(who, crate::Call::create_trigger { spec: Box::new(spec) })
}

/// Creates a trigger of [`ALICE`], and returns its number.
#[track_caller]
pub fn create(spec: TriggerSpec) -> TriggerId {
	let id = crate::NextTrigger::<Test>::get();
	assert_ok!(create_by(ALICE, spec));
	id
}

pub fn fire(who: AccountId, trigger: TriggerId) -> DispatchResult {
	signed(who, crate::Call::fire { trigger })
}

pub fn pause(trigger: TriggerId) -> DispatchResult {
	signed(ALICE, crate::Call::pause_trigger { trigger })
}

pub fn resume(trigger: TriggerId) -> DispatchResult {
	signed(ALICE, crate::Call::resume_trigger { trigger })
}

/// The jobs so far, the oldest first.
pub fn jobs() -> Vec<Job> {
	Jobs::get().unwrap_or_default()
}

/// The bytes of a job's input, as text.
pub fn input_of(job: &Job) -> String {
	let JobInput::Inline(bytes) = &job.input else { panic!("a bundle lies on chain") };
	String::from_utf8(bytes.to_vec()).unwrap()
}

/// Ends a job well, as the dispatching pallet would tell.
pub fn complete(job: JobId) {
	let parent = jobs()[job as usize - 1].parent;
	let output = Hash::from_low_u64_be(job);
	let end = JobEnd::Completed { output, node: 1, signing_key: [0; 32] };
	Triggers::job_ended(job, &parent, &end);
}

pub fn fail_job(job: JobId, status: JobStatus) {
	let parent = jobs()[job as usize - 1].parent;
	Triggers::job_ended(job, &parent, &JobEnd::Failed(status));
}

pub fn view(trigger: TriggerId) -> concordat_primitives::views::TriggerView {
	Triggers::trigger(trigger).unwrap()
}

/// `(opened, refused, missed)` of a trigger.
pub fn counts(trigger: TriggerId) -> (u32, u32, u32) {
	let counts = view(trigger).counts;
	(counts.opened, counts.refused, counts.missed)
}

/// What is on hold of an account, as deposits and as funding.
pub fn held(who: &AccountId) -> (Balance, Balance) {
	let of = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), who);
	(of(HoldReason::Deposit), of(HoldReason::Funding))
}

pub fn dao(who: AccountId) -> QuotaScope {
	QuotaScope::Dao(who)
}

/// The receipts so far, oldest first; they are cleared.
pub fn receipts() -> Vec<Operation> {
	Receipts::take().unwrap_or_default()
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<TriggersEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Triggers(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
