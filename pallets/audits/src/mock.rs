//! A runtime with audits alone. Jobs, results, stakes and receipts are traces in storage, so that what is rolled back is
//! rolled back as the real ones would be.

use crate as pallet_audits;
use crate::{AuditState, Candidate, Event, Params, Rates, Report, Tally, TallyOf, Totals, PARTS};
use concordat_primitives::{
	cac::FailureCode,
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, PolicyBinding, ProgramLocation, ProgramRef,
		ResourceLimits, RiskClass, TriggerKind, ALL_TRIGGERS,
	},
	hashing::{lineage, NO_LINEAGE},
	job::{JobConstraints, JobInput, JobStatus, JobTerms, Seat, SeatState, Settlement},
	node::Misconduct,
	receipt::Operation,
	traits::{
		Audits as _, BlockRandomness, ClauseInfo, ClauseInspect, JobBoard, JobEnd, JobOpener,
		JobOutcomes, JobRequest, OpenError, ReceiptSink, Slasher, Work,
	},
	trust::Originator,
	workflow::JobParent,
	AccountId, Attempt, Balance, BlockNumber, CapabilityId, ClauseId, Hash, JobId, NodeId,
	ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl, ensure, parameter_types, storage_alias, traits::Hooks, weights::Weight,
	PalletId, Twox64Concat,
};
use frame_system::EnsureRoot;
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult,
};

pub type AuditsEvent = Event<Test>;

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
	pub type Audits = pallet_audits::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

/// What the board keeps of a job besides its terms.
#[derive(Clone, codec::Encode, codec::Decode)]
pub struct Order {
	pub input: Option<JobInput>,
	pub dependencies: Vec<JobId>,
	pub lineage: Hash,
	pub parent: Option<JobParent>,
}

/// What was asked of the board.
#[derive(Clone, Debug, PartialEq, Eq, codec::Encode, codec::Decode)]
pub struct Request {
	pub requester: AccountId,
	pub clause: ClauseId,
	pub input: JobInput,
	pub constraints: JobConstraints,
	pub originator: Originator,
	pub parent: JobParent,
	pub dependencies: Vec<(JobId, Hash)>,
	pub mode: Option<ExecutionMode>,
}

#[storage_alias]
type Jobs = StorageMap<Trace, Twox64Concat, JobId, JobTerms>;
#[storage_alias]
type Orders = StorageMap<Trace, Twox64Concat, JobId, Order>;
#[storage_alias]
type Tallies = StorageMap<Trace, Twox64Concat, JobId, Tally>;
#[storage_alias]
type Clauses = StorageMap<Trace, Twox64Concat, ClauseId, ClauseSpec>;
#[storage_alias]
type Requests = StorageMap<Trace, Twox64Concat, JobId, Request>;
#[storage_alias]
type NextAudit = StorageValue<Trace, JobId>;
#[storage_alias]
type Slashes = StorageValue<Trace, Vec<(NodeId, Misconduct, Hash, Option<AccountId>)>>;
#[storage_alias]
type Receipts = StorageValue<Trace, Vec<Operation>>;

pub const NO_JOB: DispatchError = DispatchError::Other("no such job");
/// Not `Other`: its text is not stored in events.
pub const NOT_DISPUTABLE: DispatchError = DispatchError::CannotLookup;
pub const NO_STAKE: DispatchError = DispatchError::Unavailable;
pub const NO_MONEY: DispatchError = DispatchError::Exhausted;

/// What the slasher freezes.
pub const SLASH: Balance = 25;
/// Nodes from this number on have no stake.
pub const UNSTAKED: NodeId = 100;
/// Number of the first job that the pallet opens.
pub const FIRST_AUDIT: JobId = 1_000_000;

/// Everything that the pallet reaches for.
pub struct Mock;

impl JobBoard<AccountId> for Mock {
	fn terms(job: JobId) -> Option<JobTerms> {
		TermsRead::mutate(|count| *count += 1);
		Jobs::get(job)
	}
	fn assignments(_: NodeId) -> Vec<JobId> {
		Vec::new()
	}
	fn work(job: JobId) -> Option<Work> {
		let (terms, order) = (Jobs::get(job)?, Orders::get(job)?);
		Some(Work {
			terms,
			input: order.input?,
			trigger: TriggerKind::Schedule,
			lineage: order.lineage,
			dependencies: order.dependencies.try_into().unwrap(),
			capability: CapabilityId::parse("hazard.rain").unwrap(),
			sealed: None,
			parent: order.parent,
		})
	}
	fn requester(_: JobId) -> Option<AccountId> {
		None
	}
	fn acknowledge(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	fn delivered(_: JobId, _: Attempt, _: NodeId) -> DispatchResult {
		Ok(())
	}
	fn settle(_: JobId, _: Settlement) -> Result<Balance, DispatchError> {
		Ok(0)
	}
	fn round_failed(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn freeze(job: JobId) -> DispatchResult {
		let mut terms = Jobs::get(job).ok_or(NO_JOB)?;
		ensure!(terms.status == JobStatus::Completed, NOT_DISPUTABLE);
		terms.status = JobStatus::Disputed;
		Jobs::insert(job, terms);
		Ok(())
	}
	fn unfreeze(job: JobId, upheld: bool) -> DispatchResult {
		ensure!(!UnfreezeFails::get(), NOT_DISPUTABLE);
		let mut terms = Jobs::get(job).ok_or(NO_JOB)?;
		ensure!(terms.status == JobStatus::Disputed, NOT_DISPUTABLE);
		terms.status = if upheld { JobStatus::Slashed } else { JobStatus::Completed };
		Jobs::insert(job, terms);
		Ok(())
	}
	/// As the board of the runtime: whoever hears of ends is a part of it.
	fn weight() -> Weight {
		<Audits as JobOutcomes>::weight() + Weight::from_parts(1_000, 0)
	}
}

impl JobOpener for Mock {
	fn open(request: JobRequest) -> Result<JobId, OpenError> {
		if let Some(error) = OpenFails::get() {
			return Err(error);
		}
		let by = NextAudit::get().unwrap_or(FIRST_AUDIT);
		NextAudit::put(by + 1);
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
		let terms = JobTerms {
			clause: clause.clone(),
			mode: mode.unwrap_or(ExecutionMode::Single),
			..terms(by, JobStatus::Pending)
		};
		Jobs::insert(by, terms);
		let order = Order {
			input: Some(input.clone()),
			dependencies: Vec::new(),
			lineage: NO_LINEAGE,
			parent: Some(parent),
		};
		Orders::insert(by, order);
		let request = Request {
			requester,
			clause,
			input,
			constraints,
			originator,
			parent,
			dependencies,
			mode,
		};
		Requests::insert(by, request);
		Ok(by)
	}
	fn withdraw(_: JobId) -> DispatchResult {
		Ok(())
	}
	fn weight_of_opening(input: u32) -> Weight {
		Weight::from_parts(OPENING + u64::from(input), 0)
	}
	fn weight_of_withdrawing() -> Weight {
		Weight::zero()
	}
}

/// Weight of opening a job without an input.
pub const OPENING: u64 = 200_000_000;

impl TallyOf for Mock {
	fn tally(job: JobId) -> Option<Tally> {
		Tallies::get(job)
	}
	fn weight() -> Weight {
		Weight::from_parts(11, 0)
	}
}

impl ClauseInspect<AccountId> for Mock {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		let spec = Clauses::get(id)?;
		Some(ClauseInfo { owner: AccountId::new([9; 32]), spec, status: ClauseStatus::Active })
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(100, 0)
	}
}

impl Slasher<AccountId> for Mock {
	fn slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		// Written before it can fail, so that a test sees whether that is rolled back.
		Slashes::append((node, misconduct, evidence, reporter));
		ensure!(node < UNSTAKED, NO_STAKE);
		Ok(SLASH)
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 0)
	}
}

impl BlockRandomness for Mock {
	fn seed(domain: &[u8]) -> [u8; 32] {
		let salt = Seeds::get().get(&System::block_number()).copied();
		sp_io::hashing::blake2_256(&codec::Encode::encode(&(
			domain,
			System::block_number(),
			salt.unwrap_or_default(),
		)))
	}
}

impl ReceiptSink for Mock {
	fn append(operation: Operation) -> ReceiptId {
		Receipts::append(operation);
		0
	}
	fn weight() -> Weight {
		Weight::from_parts(7, 0)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Mock {
	fn job_of_one() -> (JobId, NodeId) {
		(add_job(1), NODE)
	}
	fn fund(_: &AccountId) {}
}

parameter_types! {
	pub const AuditsId: PalletId = PalletId(*b"cdt/audt");
	/// A lot, unless a test says otherwise.
	pub static HookWeight: Weight = Weight::MAX;
	/// What makes the seed of a block another one.
	pub static Seeds: std::collections::BTreeMap<BlockNumber, u64> = Default::default();
	/// What the board answers, if it does not open jobs.
	pub static OpenFails: Option<OpenError> = None;
	/// Whether a verdict cannot be carried out.
	pub static UnfreezeFails: bool = false;
	/// How often terms were read.
	pub static TermsRead: u32 = 0;
}

impl pallet_audits::Config for Test {
	type Jobs = Mock;
	type Opener = Mock;
	type Results = Mock;
	type Clauses = Mock;
	type Slasher = Mock;
	type Randomness = Mock;
	type Receipts = Mock;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type PalletId = AuditsId;
	type HookWeight = HookWeight;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

/// Runs the jobs that are audited.
pub const NODE: NodeId = 7;
/// What it said.
pub const OUTPUT: Hash = Hash::repeat_byte(0x0a);
/// What it might have said.
pub const OTHER: Hash = Hash::repeat_byte(0x0b);
pub const INPUT: [u8; 5] = *b"input";
/// Block in which tests begin.
pub const START: BlockNumber = 10;

pub struct ExtBuilder {
	params: Params,
}

impl Default for ExtBuilder {
	/// Every job is audited.
	fn default() -> Self {
		Self { params: Params { rate: rates(PARTS), ..Default::default() } }
	}
}

/// One rate for every class.
pub const fn rates(rate: u32) -> Rates {
	Rates { low: rate, medium: rate, high: rate, critical: rate }
}

impl ExtBuilder {
	pub fn rate(mut self, rate: Rates) -> Self {
		self.params.rate = rate;
		self
	}

	pub fn max_per_block(mut self, most: u32) -> Self {
		self.params.max_per_block = most;
		self
	}

	pub fn max_running(mut self, most: u32) -> Self {
		self.params.max_running = most;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		crate::GenesisConfig::<Test> { params: self.params, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		HookWeight::set(Weight::MAX);
		Seeds::set(Default::default());
		OpenFails::set(None);
		UnfreezeFails::set(false);
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			System::set_block_number(START);
			for risk in [RiskClass::Low, RiskClass::Medium, RiskClass::High, RiskClass::Critical] {
				Clauses::insert(clause(risk), spec(risk));
			}
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Audits::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub fn clause(risk: RiskClass) -> ClauseId {
	ClauseId::parse(&format!("WHO::{risk:?}@1.0")).unwrap()
}

fn spec(risk: RiskClass) -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: Hash::repeat_byte(1),
			len: 1,
			location: ProgramLocation::Preimage,
		},
		capability: CapabilityId::parse("hazard.rain").unwrap(),
		mode: ExecutionMode::Single,
		risk,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: PolicyBinding::default(),
	}
}

pub fn change_clause(change: impl FnOnce(&mut ClauseSpec)) {
	let id = clause(RiskClass::Low);
	let mut spec = Clauses::get(&id).unwrap();
	change(&mut spec);
	Clauses::insert(id, spec);
}

pub fn drop_clause() {
	Clauses::remove(clause(RiskClass::Low));
}

fn terms(job: JobId, status: JobStatus) -> JobTerms {
	JobTerms {
		job,
		clause: clause(RiskClass::Low),
		program: Hash::repeat_byte(1),
		input: Hash::repeat_byte(2),
		mode: ExecutionMode::Single,
		limits: ResourceLimits::SMALL,
		status,
		seats: Default::default(),
		round: 1,
		ciphertext: None,
		output_key: None,
		commit_reveal: false,
		reveal_from: None,
		committee: None,
	}
}

/// A seat of the node, delivered.
pub fn seat(node: NodeId) -> Seat {
	Seat {
		node,
		attempt: 1,
		nonce: Hash::repeat_byte(9),
		lease: 1,
		signing_key: [3; 32],
		score: 0,
		assigned_at: 1,
		ack_by: 2,
		deliver_by: 30,
		state: SeatState::Delivered(START),
	}
}

/// A job of a routine clause that [`NODE`] has completed alone.
pub fn add_job(job: JobId) -> JobId {
	let mut terms = terms(job, JobStatus::Completed);
	terms.seats.try_push(seat(NODE)).unwrap();
	Jobs::insert(job, terms);
	let order = Order {
		input: Some(JobInput::Inline(INPUT.to_vec().try_into().unwrap())),
		dependencies: Vec::new(),
		lineage: NO_LINEAGE,
		parent: None,
	};
	Orders::insert(job, order);
	Tallies::insert(job, Tally::Ok(OUTPUT));
	job
}

/// The same, of a clause of this class.
pub fn add_job_of(risk: RiskClass, job: JobId) {
	add_job(job);
	change_terms(job, |terms| terms.clause = clause(risk));
}

/// The same, but the program failed.
pub fn add_failure(job: JobId, code: FailureCode) {
	add_job(job);
	let reason = concordat_primitives::job::FailureReason::Program(code);
	change_terms(job, |terms| terms.status = JobStatus::Failed(reason));
	Tallies::insert(job, Tally::Err(code));
}

/// Gives a job what it depends on, with the lineage that this makes.
pub fn depend(job: JobId, on: &[(JobId, Hash)]) {
	let outputs: Vec<_> = on.iter().map(|(_, output)| *output).collect();
	change_order(job, |order| {
		order.dependencies = on.iter().map(|(job, _)| *job).collect();
		order.lineage = lineage(&outputs);
	});
	for (job, output) in on {
		Tallies::insert(job, Tally::Ok(*output));
	}
}

pub fn change_terms(job: JobId, change: impl FnOnce(&mut JobTerms)) {
	let mut terms = Jobs::get(job).unwrap();
	change(&mut terms);
	Jobs::insert(job, terms);
}

pub fn change_order(job: JobId, change: impl FnOnce(&mut Order)) {
	let mut order = Orders::get(job).unwrap();
	change(&mut order);
	Orders::insert(job, order);
}

pub fn set_tally(job: JobId, tally: Option<Tally>) {
	Tallies::set(job, tally);
}

pub fn prune(job: JobId) {
	Jobs::remove(job);
	Orders::remove(job);
	Tallies::remove(job);
}

pub fn job_status(job: JobId) -> JobStatus {
	Jobs::get(job).unwrap().status
}

pub fn request(by: JobId) -> Request {
	Requests::get(by).unwrap()
}

pub fn slashes() -> Vec<(NodeId, Misconduct, Hash, Option<AccountId>)> {
	Slashes::get().unwrap_or_default()
}

pub fn receipts() -> Vec<Operation> {
	Receipts::get().unwrap_or_default()
}

pub fn decided(job: JobId) {
	Audits::decided(job, NODE);
}

/// Ends a job of the pallet as the board does: written back first, told then.
pub fn end_job(by: JobId, end: JobEnd) {
	let status = match &end {
		JobEnd::Completed { .. } => JobStatus::Completed,
		JobEnd::Failed(status) => *status,
	};
	change_terms(by, |terms| terms.status = status);
	Audits::job_ended(by, &request(by).parent, &end);
}

pub fn completed(output: Hash) -> JobEnd {
	JobEnd::Completed { output, node: 8, signing_key: [8; 32] }
}

/// Has a job audited that is there; returns the job that does.
pub fn audited(job: JobId) -> JobId {
	assert_ok!(audit(job));
	report(job).by
}

pub fn report(job: JobId) -> Report {
	crate::Reports::<Test>::get(job).unwrap()
}

/// How the audit of a job ended.
pub fn finding_of(job: JobId) -> Option<bool> {
	match report(job).state {
		AuditState::Ended { confirmed, .. } => confirmed,
		AuditState::Running { .. } => panic!("the audit of job {job} runs"),
	}
}

/// Dispatches as the chain would: what fails leaves nothing behind.
pub fn dispatch(who: RuntimeOrigin, call: crate::Call<Test>) -> DispatchResult {
	RuntimeCall::Audits(call).dispatch(who).map(|_| ()).map_err(|e| e.error)
}

pub fn audit(job: JobId) -> DispatchResult {
	dispatch(RuntimeOrigin::root(), crate::Call::audit { job })
}

pub fn totals() -> Totals {
	crate::Totaled::<Test>::get()
}

pub fn undrawn() -> Vec<JobId> {
	crate::Undrawn::<Test>::get().iter().map(|Candidate { job, .. }| *job).collect()
}

pub fn waiting() -> Vec<JobId> {
	crate::Waiting::<Test>::get().iter().map(|Candidate { job, .. }| *job).collect()
}

/// Jobs with a report, in their order.
pub fn reported() -> Vec<JobId> {
	let mut jobs: Vec<_> = crate::Reports::<Test>::iter_keys().collect();
	jobs.sort_unstable();
	jobs
}

/// Runs the hook of every block up to `block`, checking the invariants and the meter.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		System::set_block_number(System::block_number() + 1);
		let weight = Audits::on_initialize(System::block_number());
		assert!(HookWeight::get().all_gte(weight), "the hook keeps within its share");
		Audits::do_try_state().unwrap();
	}
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<AuditsEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Audits(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
