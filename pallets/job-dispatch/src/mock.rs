//! A runtime with this pallet, money, and stand-ins for everybody else that record what they hear.

use crate as pallet_job_dispatch;
use crate::{pallet::*, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{
	attest::{
		Lease, LeaseDemand, LeaseRefusal, Measurement, PlatformId, RiskClasses, SigningKey,
		TcbStatus, Vendor,
	},
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, PolicyBinding, ProgramLocation, ProgramRef,
		ResourceLimits, RiskClass, ALL_TRIGGERS,
	},
	credential::{credential_type, CredentialDemand},
	job::{JobConstraints, JobInput, Seat, Settlement},
	node::{NodeProfile, NodeSpec, NodeStatus, Resources},
	receipt::Operation,
	routing::{Memory, Speaker, Tempo, ONE},
	traits::{
		BlockRandomness, ClauseInfo, ClauseInspect, ClauseJobs, CredentialInspect, JobBoard,
		JobEnd, JobListener, JobOutcomes, LeaseInspect, NodeInspect, NodePool, QuotaAsk,
		QuotaExceeded, Quotas, ReceiptSink,
	},
	trust::{Hop, Originator, Perspective, TieView, TrustBook},
	units::{CDT, MILLI_CDT},
	workflow::JobParent,
	zk::{FieldBytes, ProofVerifier, Statement, VkId, ZkRefusal},
	AccountId, Attempt, Balance, CapabilityId, ClauseId, Hash, JobId, Jurisdiction, LeaseId,
	NodeId, ReceiptId,
};
use core::cell::RefCell;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{ConstU128, Hooks},
	weights::{RuntimeDbWeight, Weight},
	BoundedVec,
};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchResult};

type Block = frame_system::mocking::MockBlock<Test>;

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
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type JobDispatch = pallet_job_dispatch;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type DbWeight = Db;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<MILLI_CDT>;
	type AccountStore = System;
}

parameter_types! {
	/// What a read and a write cost: set to one, to find out how many a weight declares.
	pub static Db: RuntimeDbWeight = RuntimeDbWeight { read: 0, write: 0 };
	pub Treasury: AccountId = account(255);
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Clauses = Registry;
	type ClauseJobs = Registry;
	type Quotas = Registry;
	type Outcomes = Registry;
	type Nodes = Staking;
	type Leases = Attestation;
	type Credentials = Identity;
	type Proofs = Prover;
	type Trust = Book;
	type Receipts = Rollup;
	type Listener = Quorum;
	type Randomness = Vrf;
	type FeeDestination = Treasury;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type WeightInfo = ();
}

/// What the listener does when it hears of a lost seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reacts {
	/// It waits for other votes.
	Waits,
	/// It sees no hope for this round.
	GivesUp,
	/// It finds that those who are left agree.
	Settles(Settlement),
	/// It calls the backup committee, or gives up if there can be none.
	Escalates,
}

/// What the listener heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
	SeatLost(JobId, NodeId),
	Withheld(JobId, Attempt, NodeId),
	RoundOver(JobId),
	Pruned(JobId),
}

parameter_types! {
	pub static ClauseBook: BTreeMap<ClauseId, ClauseInfo<AccountId>> = BTreeMap::new();
	/// Jobs opened, and how they were closed.
	pub static Opened: u32 = 0;
	/// The quota that is used up.
	pub static QuotaFull: Option<QuotaExceeded> = None;
	pub static QuotaTaken: u32 = 0;
	/// What those who opened jobs were told.
	pub static Ends: Vec<(JobId, JobParent, JobEnd)> = Vec::new();
	pub static Closed: Vec<Option<bool>> = Vec::new();
	/// Jobs whose records are gone: those that need their program no more.
	pub static Released: u32 = 0;
	pub static Gone: BTreeSet<NodeId> = BTreeSet::new();
	pub static ReceiptBook: Vec<Operation> = Vec::new();
	pub static HeardSoFar: Vec<Heard> = Vec::new();
	/// What the listener does as soon as a seat is lost.
	pub static Reaction: Reacts = Reacts::Waits;
	pub static Salt: u64 = 0;
	/// What asking about a lease costs, in microseconds.
	pub static LeaseMicros: u64 = 10;
	/// Credentials of nodes and of accounts, by type.
	pub static NodeCredentials: BTreeSet<(NodeId, Hash)> = BTreeSet::new();
	pub static AccountCredentials: BTreeSet<(AccountId, Hash)> = BTreeSet::new();
	/// Nodes whose credentials were asked about, and how often those of an account were.
	pub static NodesAsked: Vec<NodeId> = Vec::new();
	pub static AccountsAsked: u32 = 0;
	/// Hops that the book heard of.
	pub static HopsSoFar: Vec<(Originator, Hop)> = Vec::new();
	/// What counts of a hop, as long as nobody remembers anything.
	pub static Voice: u32 = ONE;
	/// Whether the book remembers, with the formulas of the chain.
	pub static Remembers: bool = false;
	/// What originators are said to know, if the book does not remember by itself.
	pub static Told: BTreeMap<Originator, Perspective> = BTreeMap::new();
	/// Clauses with a verifying key, and how often somebody asked for one.
	pub static Provable: BTreeSet<ClauseId> = BTreeSet::new();
	pub static ProofsAsked: u32 = 0;
	/// What asking about credentials costs, in microseconds.
	pub static CredentialMicros: u64 = 30;
}

std::thread_local! {
	/// Leases by node: there may be many of them.
	static LEASES: RefCell<BTreeMap<NodeId, Lease>> = const { RefCell::new(BTreeMap::new()) };
}

std::thread_local! {
	/// What originators have learnt.
	static MEMORIES: RefCell<BTreeMap<Originator, Memory>> = const { RefCell::new(BTreeMap::new()) };
}

/// Remembers hops as the chain does, if it is told to; a full voice costs an account nothing.
pub struct Book;
impl TrustBook for Book {
	fn perspective(of: &Originator) -> Perspective {
		if !Remembers::get() {
			return Told::get().get(of).cloned().unwrap_or_default();
		}
		MEMORIES.with_borrow(|book| {
			book.get(of)
				.map(|memory| memory.perspective(&Tempo::default(), JobDispatch::now()))
				.unwrap_or_default()
		})
	}
	fn record(of: &Originator, hop: &Hop) -> u32 {
		HopsSoFar::mutate(|list| list.push((of.clone(), *hop)));
		if !Remembers::get() {
			return Voice::get();
		}
		MEMORIES.with_borrow_mut(|book| {
			let memory = book.entry(of.clone()).or_default();
			memory.note(hop, Speaker::Client, &Tempo::default(), 0, JobDispatch::now()).voice
		})
	}
	fn weight_of_perspective() -> Weight {
		Weight::from_parts(400, 0)
	}
	fn weight_of_recording() -> Weight {
		Weight::from_parts(600, 0)
	}
}

/// Lets an originator know nodes: each with its connection weight and its threat belief.
pub fn tell(of: Originator, ties: &[(NodeId, u32, u32)]) {
	let views = ties.iter().map(|(node, weight, threat)| TieView {
		node: *node,
		weight: *weight,
		reciprocity: 0,
		threat: *threat,
		last_active: 1,
	});
	let perspective = Perspective(BoundedVec::truncate_from(views.collect()));
	Told::mutate(|told| told.insert(of, perspective));
}

/// Gives a node a lease.
pub fn grant(lease: Lease) {
	LEASES.with_borrow_mut(|book| book.insert(lease.node, lease));
}

/// Takes a node's lease.
pub fn revoke(node: NodeId) {
	LEASES.with_borrow_mut(|book| book.remove(&node));
}

pub struct Registry;
impl ClauseInspect<AccountId> for Registry {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		ClauseBook::get().get(id).cloned()
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}
impl ClauseJobs for Registry {
	fn job_opened(_: &ClauseId) {
		Opened::mutate(|n| *n += 1);
	}
	fn job_closed(_: &ClauseId, success: Option<bool>) {
		Closed::mutate(|list| list.push(success));
	}
	fn job_pruned(_: &ClauseId) -> Weight {
		Released::mutate(|n| *n += 1);
		Weight::from_parts(500, 0)
	}
	fn suspend(_: &ClauseId) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}

impl Quotas for Registry {
	fn check(_: &QuotaAsk<'_>) -> Result<(), QuotaExceeded> {
		QuotaFull::get().map_or(Ok(()), Err)
	}
	fn take(_: &QuotaAsk<'_>) {
		QuotaTaken::mutate(|n| *n += 1);
	}
	fn weight() -> Weight {
		Weight::from_parts(300, 0)
	}
}
impl JobOutcomes for Registry {
	fn job_ended(job: JobId, parent: &JobParent, end: &JobEnd) {
		Ends::mutate(|ends| ends.push((job, *parent, end.clone())));
	}
	fn weight() -> Weight {
		Weight::from_parts(700, 0)
	}
}

pub struct Staking;
impl NodeInspect<AccountId> for Staking {
	fn controller(node: NodeId) -> Option<AccountId> {
		(!Gone::get().contains(&node)).then(|| controller(node))
	}
	fn status(_: NodeId) -> Option<NodeStatus> {
		None
	}
	fn spec(_: NodeId) -> Option<NodeSpec> {
		None
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}

pub struct Attestation;
impl LeaseInspect for Attestation {
	fn live_lease(
		node: NodeId,
		lease: LeaseId,
		demand: &LeaseDemand<'_>,
	) -> Result<Lease, LeaseRefusal> {
		let found = Self::lease_of_node(node).ok_or(LeaseRefusal::None)?;
		if found.id != lease {
			return Err(LeaseRefusal::Superseded);
		}
		if found.expires_at <= JobDispatch::now() {
			return Err(LeaseRefusal::Expired);
		}
		let accepted = demand.measurements;
		if !accepted.is_empty() && !accepted.contains(&found.measurement) {
			return Err(LeaseRefusal::MeasurementNotForClause);
		}
		if found.simulated && !demand.allow_simulated {
			return Err(LeaseRefusal::Simulated);
		}
		if !found.classes.contains(demand.risk) {
			return Err(LeaseRefusal::ClassNotMet);
		}
		Ok(found)
	}
	fn lease_of_key(_: &SigningKey) -> Option<Lease> {
		None
	}
	fn lease_of_node(node: NodeId) -> Option<Lease> {
		LEASES.with_borrow(|book| book.get(&node).cloned())
	}
	fn weight() -> Weight {
		Weight::from_parts(LeaseMicros::get() * 1_000_000, 0)
	}
}

/// Knows who holds which credentials, and notes who is asked about.
pub struct Identity;
impl CredentialInspect<AccountId> for Identity {
	fn node_meets(node: NodeId, demands: &[CredentialDemand]) -> bool {
		NodesAsked::mutate(|asked| asked.push(node));
		let book = NodeCredentials::get();
		demands.iter().all(|demand| book.contains(&(node, demand.kind)))
	}
	fn account_meets(account: &AccountId, demands: &[CredentialDemand]) -> bool {
		AccountsAsked::mutate(|asked| *asked += 1);
		let book = AccountCredentials::get();
		demands.iter().all(|demand| book.contains(&(account.clone(), demand.kind)))
	}
	fn weight() -> Weight {
		Weight::from_parts(CredentialMicros::get() * 1_000_000, 0)
	}
}

/// Knows which clauses have a verifying key, and notes how often it is asked.
pub struct Prover;
impl ProofVerifier for Prover {
	fn verify(_: &Statement, _: &[FieldBytes], _: &[u8]) -> Result<VkId, ZkRefusal> {
		Err(ZkRefusal::NoKey)
	}
	fn is_provable(clause: &ClauseId) -> bool {
		ProofsAsked::mutate(|asked| *asked += 1);
		Provable::get().contains(clause)
	}
	fn weight(_: u32) -> Weight {
		Weight::zero()
	}
	fn weight_of_asking() -> Weight {
		Weight::from_parts(900, 0)
	}
}

pub struct Rollup;
impl ReceiptSink for Rollup {
	fn append(operation: Operation) -> ReceiptId {
		ReceiptBook::mutate(|list| {
			list.push(operation);
			list.len() as ReceiptId
		})
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}

pub struct Quorum;
impl JobListener for Quorum {
	fn seat_lost(job: JobId, node: NodeId) {
		HeardSoFar::mutate(|list| list.push(Heard::SeatLost(job, node)));
		match Reaction::get() {
			Reacts::Waits => (),
			Reacts::GivesUp => {
				assert_ok!(JobDispatch::round_failed(job));
			},
			Reacts::Settles(settlement) => {
				assert_ok!(JobDispatch::settle(job, settlement));
			},
			Reacts::Escalates => {
				if JobDispatch::escalate(job) == Ok(0) {
					assert_ok!(JobDispatch::round_failed(job));
				}
			},
		}
	}
	fn reveal_withheld(job: JobId, attempt: Attempt, node: NodeId) {
		// The seat is given up before anybody hears of it.
		assert!(seats(job).iter().all(|seat| seat.node != node));
		HeardSoFar::mutate(|list| list.push(Heard::Withheld(job, attempt, node)));
	}
	fn round_over(job: JobId) {
		HeardSoFar::mutate(|list| list.push(Heard::RoundOver(job)));
	}
	fn pruned(job: JobId) {
		HeardSoFar::mutate(|list| list.push(Heard::Pruned(job)));
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}

/// Another seed in each block and for each salt.
pub struct Vrf;
impl BlockRandomness for Vrf {
	fn seed(domain: &[u8]) -> [u8; 32] {
		use codec::Encode;
		sp_io::hashing::blake2_256(&(domain, System::block_number(), Salt::get()).encode())
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Helper {
	fn active_clause(mode: ExecutionMode, capability: CapabilityId) -> ClauseId {
		clause_with(|spec| {
			spec.mode = mode;
			spec.capability = capability;
		})
	}
	fn node(index: u32) -> (NodeId, NodeProfile) {
		let profile = profile(index);
		grant(lease(index, &profile));
		<Balances as frame_support::traits::fungible::Mutate<_>>::set_balance(
			&controller(index),
			CDT,
		);
		(index, profile)
	}
}

pub fn account(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

/// Requester with money.
pub fn alice() -> AccountId {
	account(1)
}

/// Another requester with money.
pub fn bob() -> AccountId {
	account(2)
}

/// Account that controls a node.
pub fn controller(node: NodeId) -> AccountId {
	let mut bytes = [7u8; 32];
	bytes[..4].copy_from_slice(&node.to_le_bytes());
	AccountId::new(bytes)
}

pub fn rain() -> CapabilityId {
	CapabilityId::parse("hazard.rain").unwrap()
}

pub fn place(code: &str) -> Jurisdiction {
	Jurisdiction::parse(code).unwrap()
}

pub fn measurement(n: u8) -> Measurement {
	Measurement([n; 48])
}

/// A good node: capacity 4, 1 GiB, its own operator and platform, in Indonesia.
pub fn profile(node: NodeId) -> NodeProfile {
	let mut operator = [1u8; 16];
	operator[..4].copy_from_slice(&node.to_le_bytes());
	let mut platform = [2u8; 32];
	platform[..4].copy_from_slice(&node.to_le_bytes());
	NodeProfile {
		operator,
		jurisdiction: place("IDN"),
		sovereign: true,
		capacity: 4,
		latency_class: 0,
		resources: Resources { memory_mib: 1_024, ..Default::default() },
		lease: node.into(),
		lease_issued_at: 0,
		lease_expires_at: 1_000_000,
		vendor: Vendor::IntelTdx,
		measurement: measurement(1),
		platform: PlatformId(platform),
		simulated: true,
		classes: RiskClasses::ALL,
		signing_key: [node as u8; 32],
	}
}

/// Key that inputs are sealed to, of a node's enclave.
pub fn encryption_key(node: NodeId) -> [u8; 32] {
	[node as u8 ^ 0xff; 32]
}

pub fn lease(node: NodeId, profile: &NodeProfile) -> Lease {
	Lease {
		id: profile.lease,
		node,
		vendor: profile.vendor,
		measurement: profile.measurement,
		platform: profile.platform,
		tcb: TcbStatus::UpToDate,
		classes: profile.classes,
		signing_key: profile.signing_key,
		encryption_key: encryption_key(node),
		simulated: profile.simulated,
		issued_at: profile.lease_issued_at,
		expires_at: profile.lease_expires_at,
		not_after: 2_000_000_000,
	}
}

/// A demand for a credential of that name.
pub fn demand(name: &str) -> CredentialDemand {
	CredentialDemand { kind: credential_type(name), issuer: None }
}

/// Issues a credential of that name to a node.
pub fn certify(node: NodeId, name: &str) {
	NodeCredentials::mutate(|book| book.insert((node, credential_type(name))));
}

/// Issues a credential of that name to an account.
pub fn certify_account(who: AccountId, name: &str) {
	AccountCredentials::mutate(|book| book.insert((who, credential_type(name))));
}

/// Admits a node that differs from [`profile`], with a lease to match.
pub fn admit_with(node: NodeId, change: impl FnOnce(&mut NodeProfile)) {
	let mut profile = profile(node);
	change(&mut profile);
	grant(lease(node, &profile));
	assert_ok!(<JobDispatch as NodePool>::admit(node, profile, &[rain()]));
}

pub fn admit(node: NodeId) {
	admit_with(node, |_| ());
}

/// Sets the quality of a node for the capability of the clause.
pub fn set_quality(node: NodeId, quality: u32) {
	stand_with(node, |standing| {
		standing.change(rain(), |state| state.quality = quality);
	});
}

/// Changes what the chain thinks of a node.
pub fn stand_with(node: NodeId, change: impl FnOnce(&mut Standing)) {
	JobDispatch::mutate_standing(node, change);
}

pub fn clause_id() -> ClauseId {
	ClauseId::parse("NOAA::HeavyRain@1.0").unwrap()
}

pub fn spec() -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: Hash::repeat_byte(9),
			len: 100,
			location: ProgramLocation::Preimage,
		},
		capability: rain(),
		mode: ExecutionMode::Single,
		risk: RiskClass::Critical,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: PolicyBinding::default(),
	}
}

/// Registers the clause, active.
pub fn clause_with(change: impl FnOnce(&mut ClauseSpec)) -> ClauseId {
	let mut spec = spec();
	change(&mut spec);
	let info = ClauseInfo { owner: account(3), spec, status: ClauseStatus::Active };
	ClauseBook::mutate(|book| book.insert(clause_id(), info));
	clause_id()
}

pub fn clause_mode(k: u8, n: u8) -> ClauseId {
	clause_with(|spec| {
		spec.mode = if n == 1 { ExecutionMode::Single } else { ExecutionMode::Quorum { k, n } };
	})
}

pub fn set_clause_status(status: ClauseStatus) {
	ClauseBook::mutate(|book| {
		if let Some(info) = book.get_mut(&clause_id()) {
			info.status = status;
		}
	});
}

pub fn input() -> JobInput {
	JobInput::Inline(BoundedVec::truncate_from(b"rain in Jakarta, hour by hour".to_vec()))
}

/// Dispatches the clause as Alice and returns the number of the job.
pub fn dispatch_with(change: impl FnOnce(&mut JobConstraints)) -> JobId {
	let mut constraints = JobConstraints::default();
	change(&mut constraints);
	let id = JobDispatch::next_job();
	assert_ok!(JobDispatch::dispatch(
		RuntimeOrigin::signed(alice()),
		clause_id(),
		input(),
		constraints
	));
	assert_eq!(JobDispatch::next_job(), id + 1, "the dispatch was refused");
	id
}

pub fn dispatch() -> JobId {
	dispatch_with(|_| ())
}

pub fn totals() -> Counters {
	Ledger::<Test>::get().totals
}

pub fn job(id: JobId) -> Job {
	Jobs::<Test>::get(id).expect("the job is there")
}

pub fn seats(id: JobId) -> Vec<Seat> {
	job(id).seats.into_inner()
}

pub fn seated(id: JobId) -> Vec<NodeId> {
	seats(id).iter().map(|seat| seat.node).collect()
}

/// Begins the next block, without checking invariants.
pub fn next_block() {
	let now = System::block_number() + 1;
	System::set_block_number(now);
	let limit = JobDispatch::hook_limit(&Parameters::<Test>::get());
	let used = JobDispatch::on_initialize(now);
	assert!(used.all_lte(limit), "the hook used {used:?} of {limit:?}");
}

/// Begins so many blocks, and checks all invariants after each.
pub fn run(blocks: u32) {
	for _ in 0..blocks {
		next_block();
		JobDispatch::do_try_state().expect("invariants hold after every block");
	}
}

/// Begins blocks until `done`, at most so many.
pub fn run_until(most: u32, done: impl Fn() -> bool) -> u32 {
	for passed in 0..most {
		if done() {
			return passed;
		}
		run(1);
	}
	assert!(done(), "not done within {most} blocks");
	most
}

pub fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::JobDispatch(event) => Some(event),
			_ => None,
		})
		.collect()
}

pub fn held(who: &AccountId) -> (Balance, Balance) {
	use frame_support::traits::fungible::InspectHold;
	let on = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), who);
	(on(HoldReason::Escrow), on(HoldReason::Input))
}

pub struct ExtBuilder {
	nodes: u32,
	params: Params,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		let params = Params {
			default_timeout: 200,
			max_timeout: 10_000,
			challenge_window: 50,
			max_live_jobs: 10_000,
			..Default::default()
		};
		Self { nodes: 0, params }
	}
}

impl ExtBuilder {
	/// Nodes 1 to `n`, all good.
	pub fn nodes(mut self, n: u32) -> Self {
		self.nodes = n;
		self
	}

	pub fn params(mut self, change: impl FnOnce(&mut Params)) -> Self {
		change(&mut self.params);
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: [alice(), bob(), Treasury::get()]
					.into_iter()
					.chain((1..=self.nodes.min(64)).map(controller))
					.map(|who| (who, 1_000 * CDT))
					.collect(),
				..Default::default()
			},
			job_dispatch: pallet_job_dispatch::GenesisConfig {
				params: self.params,
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		LEASES.with_borrow_mut(BTreeMap::clear);
		Opened::set(0);
		QuotaFull::set(None);
		QuotaTaken::set(0);
		Ends::set(Vec::new());
		Closed::set(Vec::new());
		Gone::set(BTreeSet::new());
		ReceiptBook::set(Vec::new());
		HeardSoFar::set(Vec::new());
		Released::set(0);
		Reaction::set(Reacts::Waits);
		LeaseMicros::set(10);
		NodeCredentials::set(BTreeSet::new());
		AccountCredentials::set(BTreeSet::new());
		NodesAsked::set(Vec::new());
		AccountsAsked::set(0);
		CredentialMicros::set(30);
		Provable::set(BTreeSet::new());
		ProofsAsked::set(0);
		HopsSoFar::set(Vec::new());
		Voice::set(ONE);
		Remembers::set(false);
		Told::set(BTreeMap::new());
		MEMORIES.with_borrow_mut(BTreeMap::clear);
		ext.execute_with(|| {
			System::set_block_number(1);
			clause_mode(1, 1);
			(1..=self.nodes).for_each(admit);
			System::reset_events();
		});
		ext
	}

	/// Runs the test, then checks all invariants, that no money was made or lost, and that every job that ended was
	/// reported as closed.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			let issued = Balances::total_issuance();
			test();
			JobDispatch::do_try_state().expect("invariants hold after the test");
			assert_eq!(Balances::total_issuance(), issued, "money was made or lost");
			let stubs = Stubs::<Test>::iter().count();
			let ended = Jobs::<Test>::iter_values().filter(|job| job.ended_at.is_some()).count();
			assert_eq!(Closed::get().len(), stubs + ended, "closed once, when it ended");
			assert_eq!(
				Released::get() as usize,
				stubs,
				"lets go of its program once, when it is pruned"
			);
			assert_eq!(u64::from(Opened::get()), totals().jobs);
		})
	}
}
