//! A runtime with workflows and balances. The job board, the clauses and the outputs are in storage, so that a failed call
//! rolls them back as it would the real ones; the board holds a job's cost and calls back from within a withdrawal or a
//! refusal, as the real one does.

use crate as pallet_workflows;
use crate::{Config, Error, Event, HoldReason, OpenErrors, Params};
use codec::{Decode, Encode};
use concordat_primitives::{
	attest::{
		Lease, LeaseDemand, LeaseRefusal, Measurement, PlatformId, RiskClasses, SigningKey,
		TcbStatus, Vendor,
	},
	capability::{CapabilitySpec, Category},
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits,
		RiskClass, ALL_TRIGGERS,
	},
	handoff::{Handoff, HandoffFault, HandoffRefusal, SignedHandoff, SignedRefusal},
	hashing::{lineage, output_hash},
	job::{
		FailureReason, JobConstraints, JobInput, JobStatus, JobTerms, Seat, SeatState, Settlement,
	},
	receipt::Operation,
	text::Name,
	traits::{
		CapabilityInspect, ClauseInfo, ClauseInspect, GenesisHash, JobBoard, JobEnd, JobOpener,
		JobOutcomes, JobOutputs, JobRequest, LeaseInspect, OpenError, ReceiptSink, Work,
	},
	trust::Originator,
	workflow::{
		JobParent, OpenFault, StepIndex, StepInput, StepSpec, WorkflowId, WorkflowKind,
		WorkflowSpec,
	},
	AccountId, Attempt, Balance, CapabilityId, ClauseId, Hash, JobId, LeaseId, NodeId, ReceiptId,
};
use frame_support::{
	derive_impl, parameter_types, storage_alias,
	traits::{fungible::InspectHold, ConstU128, OnIdle, OnInitialize},
	weights::Weight,
	Twox64Concat,
};
use frame_system::EnsureRoot;
use sp_core::{ed25519, Pair as _};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Dispatchable, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, MultiSignature,
};

mod acts;
pub use acts::*;

pub type WorkflowEvent = Event<Test>;
pub type TxExtension = (frame_system::AuthorizeCall<Test>,);
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<AccountId, RuntimeCall, MultiSignature, TxExtension>;
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, UncheckedExtrinsic>;

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
	pub type Workflows = pallet_workflows::Pallet<Test>;
}

pub const ED: Balance = 10;
pub const FUNDS: Balance = 1_000_000;
/// What the board holds for a job.
pub const JOB_COST: Balance = 100;
pub const GENESIS: Hash = Hash::repeat_byte(0x47);
/// Block in which tests begin.
pub const START: u32 = 10;
pub const INPUT: &[u8] = b"station,date,mm\nKSEA,2012-11-19,112\n";

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
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = UncheckedExtrinsic;
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;
	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		(frame_system::AuthorizeCall::new(),)
	}
}

parameter_types! {
	/// The board has no room.
	pub static BoardIsFull: bool = false;
	/// Governance's filter turns every job away, with this number.
	pub static FilterRefuses: Option<u8> = None;
	/// What `on_idle` may use; `None`: all that there is.
	pub static IdleRoom: Option<Weight> = None;
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Clauses = Mock;
	type Capabilities = Mock;
	type Opener = Mock;
	type OpenErrors = Mock;
	type Jobs = Mock;
	type Outputs = Mock;
	type Leases = Mock;
	type Genesis = Mock;
	type Receipts = Mock;
	type AuthorizedPriority = frame_support::traits::ConstU64<1_000>;
	type AuthorizedLongevity = frame_support::traits::ConstU32<5>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

/// A job on the board.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct MockJob {
	pub requester: AccountId,
	pub clause: ClauseId,
	pub input: JobInput,
	pub constraints: JobConstraints,
	pub originator: Originator,
	pub parent: JobParent,
	pub dependencies: Vec<(JobId, Hash)>,
	pub status: JobStatus,
	pub seats: Vec<Seat>,
	pub opened_at: u32,
}

impl MockJob {
	/// The step that it is of.
	pub fn step(&self) -> (WorkflowId, StepIndex) {
		match self.parent {
			JobParent::Workflow { id, step } => (id, step),
			ref other => panic!("only steps open jobs here: {other:?}"),
		}
	}

	/// The bytes that it runs on.
	pub fn bytes(&self) -> Vec<u8> {
		match &self.input {
			JobInput::Inline(bytes) => bytes.to_vec(),
			other => panic!("no bytes: {other:?}"),
		}
	}

	pub fn is_live(&self) -> bool {
		matches!(self.status, JobStatus::Pending | JobStatus::Scheduled | JobStatus::Running)
	}
}

#[storage_alias]
pub type Board = StorageMap<MockPrefix, Twox64Concat, JobId, MockJob>;
#[storage_alias]
pub type Opened = StorageValue<MockPrefix, u64>;
#[storage_alias]
pub type OutputBytes = StorageMap<MockPrefix, Twox64Concat, JobId, Vec<u8>>;
#[storage_alias]
pub type Clauses = StorageMap<MockPrefix, Twox64Concat, ClauseId, (ClauseSpec, ClauseStatus)>;
#[storage_alias]
pub type Capabilities = StorageMap<MockPrefix, Twox64Concat, CapabilityId, CapabilitySpec>;
#[storage_alias]
pub type Receipts = StorageValue<MockPrefix, Vec<Operation>>;
#[storage_alias]
pub type Declined = StorageValue<MockPrefix, Vec<(JobId, Attempt, NodeId)>>;
#[storage_alias]
pub type Withdrawn = StorageValue<MockPrefix, Vec<JobId>>;

/// Everything that the pallet reaches for.
pub struct Mock;

/// Where the board keeps what it holds.
pub const ESCROW: AccountId = AccountId::new([0xee; 32]);

const NO_MONEY: DispatchError = DispatchError::Other("cannot pay");
const NO_ROOM: DispatchError = DispatchError::Other("queue full");

impl JobOpener for Mock {
	fn open(request: JobRequest) -> Result<JobId, OpenError> {
		if let Some(reason) = FilterRefuses::get() {
			return Err(OpenError::Refused(reason));
		}
		if BoardIsFull::get() {
			return Err(OpenError::Invalid(NO_ROOM));
		}
		let JobRequest {
			requester,
			clause,
			input,
			constraints,
			originator,
			parent,
			dependencies,
			mode,
		} = request;
		assert_eq!(mode, None, "steps run as their clauses say");
		if matches!(&input, JobInput::Inline(bytes) if bytes.is_empty()) {
			return Err(OpenError::Invalid(DispatchError::Other("input empty")));
		}
		move_money(&requester, &ESCROW).map_err(|_| OpenError::Invalid(NO_MONEY))?;
		let id = Opened::get().unwrap_or_default() + 1;
		Opened::put(id);
		let job = MockJob {
			requester,
			clause,
			input,
			constraints,
			originator,
			parent,
			dependencies,
			status: JobStatus::Pending,
			seats: Vec::new(),
			opened_at: System::block_number(),
		};
		Board::insert(id, job);
		Ok(id)
	}
	fn withdraw(id: JobId) -> DispatchResult {
		let job =
			Board::get(id).filter(MockJob::is_live).ok_or(DispatchError::Other("not live"))?;
		Withdrawn::append(id);
		end_job(id, job, JobStatus::Cancelled);
		Ok(())
	}
	fn weight_of_opening(input: u32) -> Weight {
		Weight::from_parts(200_000_000 + 100 * u64::from(input), 100)
	}
	fn weight_of_withdrawing() -> Weight {
		Weight::from_parts(150_000_000, 100)
	}
}

fn move_money(from: &AccountId, to: &AccountId) -> DispatchResult {
	use frame_support::traits::{fungible::Mutate, tokens::Preservation};
	Balances::transfer(from, to, JOB_COST, Preservation::Preserve).map(|_| ())
}

/// The job ends without a result: the money goes back, and its opener hears of it.
fn end_job(id: JobId, mut job: MockJob, status: JobStatus) {
	job.status = status;
	Board::insert(id, &job);
	move_money(&ESCROW, &job.requester).expect("the escrow has it");
	Workflows::job_ended(id, &job.parent, &JobEnd::Failed(status));
}

impl OpenErrors for Mock {
	fn sort(error: &DispatchError) -> OpenFault {
		match *error {
			NO_MONEY => OpenFault::CannotPay,
			NO_ROOM => OpenFault::Busy,
			_ => OpenFault::Invalid,
		}
	}
}

pub fn program() -> Hash {
	Hash::repeat_byte(0xaa)
}

impl JobBoard<AccountId> for Mock {
	fn terms(id: JobId) -> Option<JobTerms> {
		let job = Board::get(id)?;
		Some(JobTerms {
			job: id,
			program: program(),
			input: crate::measure(&job.input).1,
			mode: ExecutionMode::Single,
			limits: ResourceLimits::MAX,
			status: job.status,
			seats: job.seats.try_into().unwrap(),
			round: 1,
			ciphertext: None,
			output_key: None,
			commit_reveal: false,
			reveal_from: None,
			committee: None,
			clause: job.clause,
		})
	}
	fn assignments(_: NodeId) -> Vec<JobId> {
		Vec::new()
	}
	fn work(_: JobId) -> Option<Work> {
		None
	}
	fn lineage(id: JobId) -> Option<Hash> {
		let outputs: Vec<_> =
			Board::get(id)?.dependencies.iter().map(|(_, output)| *output).collect();
		Some(lineage(&outputs))
	}
	fn requester(id: JobId) -> Option<AccountId> {
		Some(Board::get(id)?.requester)
	}
	fn acknowledge(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	fn delivered(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	/// The next best is the node with the next number, up to 99; then the job fails.
	fn decline(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		Declined::append((id, attempt, node));
		let mut job = Board::get(id).ok_or(DispatchError::Other("unknown job"))?;
		job.seats.retain(|seat| seat.node != node);
		Board::insert(id, &job);
		if node < 99 {
			seat_on(id, node + 1, attempt + 1);
		} else {
			end_job(id, job, JobStatus::Failed(FailureReason::Silence));
		}
		Ok(())
	}
	fn settle(_: JobId, _: Settlement) -> Result<Balance, DispatchError> {
		Ok(0)
	}
	fn round_failed(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn freeze(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn unfreeze(_: JobId, _: bool) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000_000, 10)
	}
}

impl JobOutputs for Mock {
	fn output(job: JobId) -> Option<Vec<u8>> {
		OutputBytes::get(job)
	}
	fn weight() -> Weight {
		Weight::from_parts(30_000_000, 100)
	}
}

impl ClauseInspect<AccountId> for Mock {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		let (spec, status) = Clauses::get(id)?;
		Some(ClauseInfo { owner: ALICE, spec, status })
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 1)
	}
}

impl CapabilityInspect for Mock {
	fn capability(id: &CapabilityId) -> Option<CapabilitySpec> {
		Capabilities::get(id)
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 1)
	}
}

impl LeaseInspect for Mock {
	fn live_lease(_: NodeId, _: LeaseId, _: &LeaseDemand<'_>) -> Result<Lease, LeaseRefusal> {
		Err(LeaseRefusal::None)
	}
	fn lease_of_key(key: &SigningKey) -> Option<Lease> {
		(1..200).find(|node| self::key(*node) == *key).map(lease)
	}
	fn lease_of_node(node: NodeId) -> Option<Lease> {
		Some(lease(node))
	}
	fn weight() -> Weight {
		Weight::zero()
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
		Weight::from_parts(7_000_000, 10)
	}
}

fn lease(node: NodeId) -> Lease {
	Lease {
		id: 1_000 + u64::from(node),
		node,
		vendor: Vendor::IntelTdx,
		measurement: Measurement([1; 48]),
		platform: PlatformId([node as u8; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key(node),
		encryption_key: [node as u8; 32],
		simulated: true,
		issued_at: 1,
		expires_at: u32::MAX,
		not_after: u64::MAX,
	}
}

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Has next to nothing.
pub const POOR: AccountId = AccountId::new([3; 32]);

/// Parameters of tests: small numbers that can be reckoned with.
pub fn params() -> Params {
	Params {
		max_steps: 128,
		max_running: 128,
		max_live: 8,
		max_retries: 5,
		max_timeout: 10_000,
		default_timeout: 1_000,
		handoff_window: 3,
		busy_pause: 4,
		retention: 20,
		deposit_base: 1_000,
		deposit_step: 10,
		deposit_byte: 1,
		hook_share: 10,
	}
}

pub struct ExtBuilder {
	params: Params,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { params: params() }
	}
}

impl ExtBuilder {
	pub fn params(mut self, change: impl FnOnce(&mut Params)) -> Self {
		change(&mut self.params);
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		BoardIsFull::set(false);
		FilterRefuses::set(None);
		IdleRoom::set(None);
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![(ALICE, FUNDS), (BOB, FUNDS), (POOR, ED + 5), (ESCROW, FUNDS)],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> { params: self.params, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			System::set_block_number(START);
			for name in ["Look", "Make", "Turn", "Judge"] {
				declare(name);
			}
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Workflows::do_try_state().expect("all invariants hold after a test");
		})
	}
}

/// A clause and its capability, both by this name. It takes and gives anything.
pub fn declare(name: &str) -> ClauseId {
	let id = clause(name);
	let capability = capability(name);
	let spec = ClauseSpec {
		program: ProgramRef { hash: program(), len: 8, location: ProgramLocation::Preimage },
		capability,
		mode: ExecutionMode::Single,
		risk: RiskClass::Low,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::MAX,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: Default::default(),
	};
	Clauses::insert(&id, (spec, ClauseStatus::Active));
	Capabilities::insert(
		capability,
		CapabilitySpec {
			category: Category::Analysis,
			input_types: Default::default(),
			output_types: Default::default(),
			max_input_bytes: 64 * 1024,
			max_wall_millis: 1_000,
		},
	);
	id
}

pub fn change_clause(name: &str, change: impl FnOnce(&mut ClauseSpec, &mut ClauseStatus)) {
	Clauses::mutate(clause(name), |record| {
		let (spec, status) = record.as_mut().expect("a declared clause");
		change(spec, status)
	});
}

pub fn change_capability(name: &str, change: impl FnOnce(&mut CapabilitySpec)) {
	Capabilities::mutate(capability(name), |record| {
		change(record.as_mut().expect("a declared capability"))
	});
}

pub fn types(
	names: &[&str],
) -> frame_support::BoundedVec<Name, frame_support::traits::ConstU32<8>> {
	names.iter().map(|name| Name::parse(name).unwrap()).collect::<Vec<_>>().try_into().unwrap()
}

pub fn clause(name: &str) -> ClauseId {
	ClauseId::parse(&format!("WHO::{name}@1.0")).unwrap()
}

pub fn capability(name: &str) -> CapabilityId {
	CapabilityId::parse(&name.to_lowercase()).unwrap()
}

pub fn input(bytes: &[u8]) -> JobInput {
	JobInput::Inline(bytes.to_vec().try_into().unwrap())
}

/// A step that runs on the workflow's input.
pub fn step(on: &[StepIndex]) -> StepSpec {
	StepSpec { depends_on: on.to_vec().try_into().unwrap(), ..StepSpec::new(clause("Look")) }
}

/// A step that runs on its predecessor's output.
pub fn after(on: StepIndex) -> StepSpec {
	StepSpec { input: StepInput::Output, ..step(&[on]) }
}

pub fn workflow(kind: WorkflowKind, steps: Vec<StepSpec>) -> WorkflowSpec {
	WorkflowSpec {
		kind,
		input: input(INPUT),
		steps: steps.try_into().unwrap(),
		constraints: Default::default(),
		merge: None,
		timeout_blocks: None,
	}
}

/// A → B → C, each on the output of the one before.
pub fn chain(steps: u8) -> WorkflowSpec {
	let steps = (0..steps).map(|n| if n == 0 { step(&[]) } else { after(n - 1) }).collect();
	workflow(WorkflowKind::Sequential, steps)
}

/// `0 → {1, 2} → 3`.
pub fn diamond() -> WorkflowSpec {
	workflow(WorkflowKind::Dag, vec![step(&[]), after(0), after(0), step(&[1, 2])])
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_workflows::benchmarking::BenchmarkHelper for Mock {
	fn clause() -> ClauseId {
		// What a test's genesis declares does not outlive the first repetition.
		declare("Look")
	}
	fn seat(job: JobId) -> (NodeId, SigningKey) {
		seat_on(job, 1, 1);
		(1, key(1))
	}
	fn key() -> SigningKey {
		key(2)
	}
	fn sign(by: &SigningKey, message: &[u8]) -> concordat_primitives::cac::Signature {
		let node = (1..3).find(|node| key(*node) == *by).expect("a key of the mock");
		pair(node).sign(message).0
	}
	fn set_output(job: JobId, bytes: Vec<u8>) {
		OutputBytes::insert(job, bytes);
	}
}
