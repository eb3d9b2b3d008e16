//! A runtime with disputes and balances. Jobs, stakes, clauses, leases and receipts are traces in
//! storage, so that a failed call rolls them back as it would the real ones.

use crate as pallet_disputes;
use crate::{Culprits, DisputeClass, Event, Params, Verdict, WeightInfo};
use concordat_primitives::{
	attest::{
		Lease, LeaseDemand, LeaseRefusal, Measurement, PlatformId, RiskClasses, SigningKey,
		TcbStatus, Vendor,
	},
	cac::{CacStatement, CacV1, Engine, EngineKind, Outcome, Output, ResourceUsage, SignedCac},
	clause::{ExecutionMode, ResourceLimits},
	hashing::output_hash,
	job::{JobStatus, JobTerms, Seat, SeatState, Settlement},
	node::{Misconduct, NodeSpec, NodeStatus},
	receipt::Operation,
	traits::{
		ClauseJobs, GenesisHash, JobBoard, LeaseInspect, NodeInspect, ReceiptSink, Slasher, Work,
	},
	AccountId, Attempt, Balance, BlockNumber, ClauseId, DisputeId, Hash, JobId, LeaseId, NodeId,
	ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl, ensure, parameter_types, storage_alias,
	traits::{ConstU128, Hooks},
	weights::Weight,
	Twox64Concat,
};
use frame_system::{EnsureRoot, EnsureSignedBy};
use sp_core::{ed25519, Pair as _};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, Permill,
};

pub type DisputesEvent = Event<Test>;

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
	pub type Disputes = pallet_disputes::Pallet<Test>;
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
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

#[storage_alias]
type Jobs = StorageMap<Trace, Twox64Concat, JobId, JobTerms>;
#[storage_alias]
type FrozenFrom = StorageMap<Trace, Twox64Concat, JobId, JobStatus>;
#[storage_alias]
type Slashes = StorageValue<Trace, Vec<(NodeId, Misconduct, Hash, Option<AccountId>)>>;
#[storage_alias]
type Suspended = StorageValue<Trace, Vec<ClauseId>>;
#[storage_alias]
type Leases = StorageMap<Trace, Twox64Concat, SigningKey, Lease>;
#[storage_alias]
type FormerKeys = StorageMap<Trace, Twox64Concat, SigningKey, NodeId>;
#[storage_alias]
type Controllers = StorageMap<Trace, Twox64Concat, NodeId, AccountId>;
#[storage_alias]
type Requesters = StorageMap<Trace, Twox64Concat, JobId, AccountId>;
#[storage_alias]
type Receipts = StorageValue<Trace, Vec<Operation>>;

pub const NO_JOB: DispatchError = DispatchError::Other("no such job");
pub const NOT_DISPUTABLE: DispatchError = DispatchError::Other("not disputable");
pub const NOT_DISPUTED: DispatchError = DispatchError::Other("not disputed");
/// Not `Other`: its text is not stored in events.
pub const NO_STAKE: DispatchError = DispatchError::Unavailable;
pub const NO_CLAUSE: DispatchError = DispatchError::Other("no such clause");

/// What the slasher freezes, whatever was done.
pub const SLASH: Balance = 25;
/// Nodes from this number on have no stake.
pub const UNSTAKED: NodeId = 100;

/// Everything that the pallet reaches for.
pub struct Mock;

impl JobBoard<AccountId> for Mock {
	fn terms(job: JobId) -> Option<JobTerms> {
		Jobs::get(job).filter(|_| !TermsHidden::get())
	}
	fn assignments(_: NodeId) -> Vec<JobId> {
		Vec::new()
	}
	fn work(_: JobId) -> Option<Work> {
		None
	}
	fn requester(job: JobId) -> Option<AccountId> {
		Requesters::get(job)
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
		let open = terms.status.is_assigned() || terms.status == JobStatus::Completed;
		ensure!(open, NOT_DISPUTABLE);
		FrozenFrom::insert(job, terms.status);
		terms.status = JobStatus::Disputed;
		Jobs::insert(job, terms);
		Ok(())
	}
	fn unfreeze(job: JobId, upheld: bool) -> DispatchResult {
		// Written before it can fail, so that a test sees whether that is rolled back.
		let was = FrozenFrom::take(job).ok_or(NOT_DISPUTED)?;
		let mut terms = Jobs::get(job).ok_or(NO_JOB)?;
		terms.status = if upheld { JobStatus::Slashed } else { was };
		Jobs::insert(job, terms);
		Ok(())
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}

impl Slasher<AccountId> for Mock {
	fn slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		Slashes::append((node, misconduct, evidence, reporter));
		ensure!(node < UNSTAKED, NO_STAKE);
		Ok(SLASH)
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 0)
	}
}

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

impl ClauseJobs for Mock {
	fn job_opened(_: &ClauseId) {}
	fn job_closed(_: &ClauseId, _: Option<bool>) {}
	fn suspend(id: &ClauseId) -> DispatchResult {
		ensure!(*id == clause(), NO_CLAUSE);
		Suspended::append(id);
		Ok(())
	}
	fn weight() -> Weight {
		Weight::from_parts(100, 0)
	}
}

impl LeaseInspect for Mock {
	fn live_lease(_: NodeId, _: LeaseId, _: &LeaseDemand<'_>) -> Result<Lease, LeaseRefusal> {
		Err(LeaseRefusal::Expired)
	}
	fn lease_of_key(key: &SigningKey) -> Option<Lease> {
		Leases::get(key)
	}
	fn lease_of_node(_: NodeId) -> Option<Lease> {
		None
	}
	fn is_key_of(node: NodeId, key: &SigningKey) -> bool {
		let lease = Self::lease_of_key(key);
		lease.is_some_and(|lease| lease.node == node) || FormerKeys::get(key) == Some(node)
	}
	fn weight() -> Weight {
		Weight::from_parts(5, 0)
	}
}

impl GenesisHash for Mock {
	fn genesis_hash() -> Hash {
		System::block_hash(0)
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
impl crate::BenchmarkHelper for Mock {
	fn disputable_job() -> JobId {
		add_job(77, JobStatus::Completed);
		77
	}
	fn leased_node(n: u32, key: SigningKey) -> NodeId {
		add_lease(n, key);
		n
	}
}

parameter_types! {
	pub const Treasury: AccountId = TREASURY;
	/// A lot, unless a test says otherwise.
	pub static HookWeight: Weight = Weight::MAX;
	/// Whether the board no longer tells the terms of jobs.
	pub static TermsHidden: bool = false;
}

frame_support::ord_parameter_types! {
	pub const Arbiter: AccountId = ARBITER;
}

impl pallet_disputes::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Treasury = Treasury;
	type ArbiterOrigin = EnsureSignedBy<Arbiter, AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Jobs = Mock;
	type Clauses = Mock;
	type Slasher = Mock;
	type Leases = Mock;
	type Genesis = Mock;
	type Receipts = Mock;
	type HookWeight = HookWeight;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

pub const ED: Balance = 2;
pub const BOND: Balance = 100;
pub const FUNDS: Balance = 10_000;
pub const DURATION: BlockNumber = 20;
pub const MAX_OPEN: u32 = 2;
pub const RUN_FORFEIT: Permill = Permill::from_percent(30);
/// What is lost of [`BOND`] if nobody judges a dispute of a running job.
pub const LOST: Balance = 30;
pub const GENESIS: Hash = Hash::repeat_byte(0xee);
pub const EVIDENCE: Hash = Hash::repeat_byte(0xab);

pub const ANNA: AccountId = AccountId::new([1; 32]);
pub const BERT: AccountId = AccountId::new([2; 32]);
pub const POOR: AccountId = AccountId::new([3; 32]);
pub const ARBITER: AccountId = AccountId::new([4; 32]);
pub const TREASURY: AccountId = AccountId::new([5; 32]);

/// Completed, running, and no longer disputable. `ANNA` asked for all jobs.
pub const DONE: JobId = 1;
pub const RUNNING: JobId = 2;
pub const FAILED: JobId = 3;
pub const EXTRA: [JobId; 3] = [4, 5, 6];
/// Nobody knows it.
pub const UNKNOWN: JobId = 99;

pub struct ExtBuilder {
	params: Params,
	keystore: bool,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			params: Params {
				bond: BOND,
				max_open: MAX_OPEN,
				max_duration: DURATION,
				run_forfeit: RUN_FORFEIT,
			},
			keystore: false,
		}
	}
}

impl ExtBuilder {
	pub fn max_open(mut self, max_open: u32) -> Self {
		self.params.max_open = max_open;
		self
	}

	/// Externalities in which the host generates keys, as the benchmarks ask it to.
	#[cfg(feature = "runtime-benchmarks")]
	pub fn with_keystore(mut self) -> sp_io::TestExternalities {
		self.keystore = true;
		self.build()
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![(ANNA, FUNDS), (BERT, FUNDS), (POOR, BOND / 2)],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> { params: self.params, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		HookWeight::set(Weight::MAX);
		TermsHidden::set(false);
		let mut ext = sp_io::TestExternalities::from(storage);
		if self.keystore {
			ext.register_extension(sp_keystore::KeystoreExt::new(
				sp_keystore::testing::MemoryKeystore::new(),
			));
		}
		ext.execute_with(|| {
			System::set_block_number(10);
			frame_system::BlockHash::<Test>::insert(0, GENESIS);
			add_job(DONE, JobStatus::Completed);
			add_job(RUNNING, JobStatus::Running);
			add_job(FAILED, JobStatus::Expired);
			for job in EXTRA {
				add_job(job, JobStatus::Scheduled);
			}
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Disputes::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub fn clause() -> ClauseId {
	ClauseId::parse("WHO::Rain@1.0").unwrap()
}

pub fn add_job(job: JobId, status: JobStatus) {
	let terms = JobTerms {
		job,
		clause: clause(),
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
	};
	Jobs::insert(job, terms);
	Requesters::insert(job, ANNA);
}

/// Takes the key from the node, as a lease for another one does, and lets the node answer for it still or no longer.
pub fn replace_key(node: NodeId, key: SigningKey, remembered: bool) {
	Leases::remove(key);
	FormerKeys::set(key, remembered.then_some(node));
}

pub fn set_controller(node: NodeId, who: AccountId) {
	Controllers::insert(node, who);
}

pub fn forget_job(job: JobId) {
	Jobs::remove(job);
}

/// What the judge does when DAO and jurisdiction have voted, before it tells the pallet.
pub fn override_job(job: JobId) {
	FrozenFrom::remove(job);
	Jobs::mutate(job, |terms| terms.as_mut().unwrap().status = JobStatus::Overridden);
}

/// Takes what is on hold of an account for its disputes, as no part of the chain should.
pub fn lose_bond(who: &AccountId) {
	use frame_support::traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision},
	};
	let reason = crate::HoldReason::DisputeBond.into();
	let lost = Balances::burn_held(&reason, who, BOND, Precision::Exact, Fortitude::Force);
	assert_ok!(lost);
}

/// The job is no longer frozen, for whatever reason.
pub fn thaw_behind_the_back(job: JobId) {
	FrozenFrom::remove(job);
}

pub fn set_clause(job: JobId, clause: &str) {
	Jobs::mutate(job, |terms| {
		terms.as_mut().unwrap().clause = ClauseId::parse(clause).unwrap();
	});
}

/// Gives the signer of `body` its seat, with `key`.
pub fn seat(body: &CacV1, key: SigningKey) {
	let seat = Seat {
		node: body.node,
		attempt: body.attempt,
		nonce: body.nonce,
		lease: body.lease,
		signing_key: key,
		score: 0,
		assigned_at: 1,
		ack_by: 2,
		deliver_by: 3,
		state: SeatState::Assigned,
	};
	Jobs::mutate(body.job, |terms| {
		terms.as_mut().unwrap().seats.try_push(seat).unwrap();
	});
}

pub fn job_status(job: JobId) -> JobStatus {
	Jobs::get(job).unwrap().status
}

pub fn slashes() -> Vec<(NodeId, Misconduct, Hash, Option<AccountId>)> {
	Slashes::get().unwrap_or_default()
}

pub fn suspended() -> Vec<ClauseId> {
	Suspended::get().unwrap_or_default()
}

/// Codes of the receipts of a dispute so far, oldest first.
pub fn receipts(of: DisputeId) -> Vec<(JobId, Hash, u8)> {
	Receipts::get()
		.unwrap_or_default()
		.into_iter()
		.filter_map(|operation| match operation {
			Operation::DisputeChanged { dispute, job, evidence, state } if dispute == of => {
				Some((job, evidence, state))
			},
			_ => None,
		})
		.collect()
}

/// A lease on `key`, long dead: it still says whose key it is.
pub fn add_lease(node: NodeId, key: SigningKey) {
	let lease = Lease {
		id: 1,
		node,
		vendor: Vendor::IntelTdx,
		measurement: Measurement([3; 48]),
		platform: PlatformId([4; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key,
		encryption_key: [5; 32],
		simulated: true,
		issued_at: 1,
		expires_at: 2,
		not_after: 2_000_000_000,
	};
	Leases::insert(key, lease);
}

pub fn pair(seed: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[seed; 32])
}

/// What node 7 says about attempt 3 of the completed job.
pub fn body(output: &[u8]) -> CacV1 {
	CacV1 {
		genesis: GENESIS,
		job: DONE,
		attempt: 3,
		nonce: Hash::repeat_byte(9),
		node: 7,
		clause: clause(),
		program: Hash::repeat_byte(1),
		measurement: Measurement([3; 48]),
		lease: 1,
		input: Hash::repeat_byte(2),
		lineage: concordat_primitives::hashing::NO_LINEAGE,
		outcome: Outcome::Success {
			hash: output_hash(output),
			output: Output::Inline(output.to_vec().try_into().unwrap()),
		},
		usage: ResourceUsage::default(),
		engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 0) },
		acted_on: (9, Hash::repeat_byte(8)),
		simulated: true,
	}
}

pub fn sign(body: CacV1, pair: &ed25519::Pair) -> SignedCac {
	let statement = CacStatement::V1(body);
	let signature = pair.sign(&statement.message()).0;
	SignedCac { statement, signature }
}

/// Dispatches as the chain would: what fails leaves nothing behind.
pub fn dispatch(who: RuntimeOrigin, call: crate::Call<Test>) -> DispatchResult {
	RuntimeCall::Disputes(call).dispatch(who).map(|_| ()).map_err(|e| e.error)
}

pub fn open(who: AccountId, job: JobId) -> DispatchResult {
	dispatch(
		RuntimeOrigin::signed(who),
		crate::Call::open { job, evidence: EVIDENCE, class: DisputeClass::Performance },
	)
}

/// Opens a dispute of `ANNA` and returns its number.
pub fn opened(job: JobId) -> DisputeId {
	let id = crate::NextDispute::<Test>::get();
	assert_ok!(open(ANNA, job));
	id
}

pub fn resolve(dispute: DisputeId, verdict: Verdict) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(ARBITER), crate::Call::resolve { dispute, verdict })
}

pub fn upheld(culprits: &[(NodeId, Misconduct)]) -> Verdict {
	let culprits: Culprits = culprits.to_vec().try_into().unwrap();
	Verdict::Upheld { culprits, suspend_clause: false }
}

pub fn report(who: AccountId, a: SignedCac, b: SignedCac, key: SigningKey) -> DispatchResult {
	dispatch(
		RuntimeOrigin::signed(who),
		crate::Call::report_equivocation { a: Box::new(a), b: Box::new(b), key },
	)
}

/// What is on hold of an account for its disputes.
pub fn held(who: &AccountId) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&crate::HoldReason::DisputeBond.into(), who)
}

/// Runs the hook of every block up to `block`, checking the invariants and the meter.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		System::set_block_number(System::block_number() + 1);
		let weight = Disputes::on_initialize(System::block_number());
		assert!(HookWeight::get().all_gte(weight), "the hook keeps within its share");
		Disputes::do_try_state().unwrap();
	}
}

/// A hook's share that is enough for one block with so many timeouts, and one more block to look at.
pub fn share(timeouts: u64) -> Weight {
	<() as WeightInfo>::sweep_base()
		+ <() as WeightInfo>::sweep_block()
		+ Disputes::time_out_weight() * timeouts
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<DisputesEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Disputes(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
