//! A runtime around the pallet, with a board, leases and clauses that do the least that their traits promise. All of
//! them keep what they know in storage, so that a refused call rolls them back like the real ones.

use crate as pallet_quorum_results;
use crate::{CacRefusal, Config};
use codec::{Decode, Encode};
use concordat_primitives::{
	attest::{
		Lease, LeaseDemand, LeaseRefusal, Measurement, PlatformId, RiskClasses, SigningKey,
		TcbStatus, Vendor,
	},
	cac::{
		Ack, CacStatement, CacV1, Engine, EngineKind, FailureCode, Outcome, Output, ResourceUsage,
		SignedAck, SignedCac,
	},
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits,
		RiskClass, TriggerKind, ALL_TRIGGERS,
	},
	ensemble::Aggregation,
	handoff::{HandoffState, RefusalSink, SignedRefusal},
	hashing::{attempt_nonce, input_commitment, output_hash, program_hash, NO_LINEAGE},
	job::{FailureReason, JobInput, JobStatus, JobTerms, Seat, SeatState, Settlement},
	node::{NodeRole, NodeSpec, NodeStatus},
	receipt::Operation,
	sealed::SealedInput,
	traits::{
		ClauseInfo, ClauseInspect, GenesisHash, Handoffs, JobBoard, JobListener, JobOutputs,
		LeaseInspect, NodeInspect, ReceiptSink, Work,
	},
	workflow::{Dependencies, JobParent},
	AccountId, Attempt, Balance, CapabilityId, ClauseId, Hash, JobId, Jurisdiction, LeaseId,
	NodeId, ReceiptId,
};
use frame_support::{derive_impl, parameter_types, storage_alias, weights::Weight, Twox64Concat};
use sp_core::{ed25519, Pair};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, MultiSignature,
};

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
	pub type QuorumResults = pallet_quorum_results::Pallet<Test>;

	#[runtime::pallet_index(2)]
	pub type Utility = pallet_utility::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_utility::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = ();
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
	pub const AuthorizedPriority: u64 = 1 << 40;
	pub static AuthorizedLongevity: u32 = 5;
	pub static MaxCertificates: u32 = 16;
	/// The board refuses to settle.
	pub static SettleFails: bool = false;
	/// How often leases were looked at.
	pub static LeaseLooks: u32 = 0;
	/// The chain calls itself by another name.
	pub static Genesis: Hash = Hash::repeat_byte(0x9e);
	/// Refusals that the worker has handed on; `None`: they are not taken.
	pub static Refusals: Option<Vec<SignedRefusal>> = Some(Vec::new());
}

impl Config for Test {
	type Jobs = Mock;
	type Leases = Mock;
	type Clauses = Mock;
	type Nodes = Mock;
	type Handoffs = Mock;
	type Refusals = Mock;
	type Receipts = Mock;
	type Genesis = Mock;
	type AuthorizedPriority = AuthorizedPriority;
	type AuthorizedLongevity = AuthorizedLongevity;
	type MaxCertificates = MaxCertificates;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

/// What the neighbours were asked to do, in order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Effect {
	Acknowledged(JobId, Attempt, NodeId),
	Delivered(JobId, Attempt, NodeId),
	Settled(JobId, Settlement),
	RoundFailed(JobId),
	Receipt(Operation),
}

#[storage_alias]
pub type Board = StorageMap<MockPrefix, Twox64Concat, JobId, JobTerms>;
#[storage_alias]
pub type Inputs = StorageMap<MockPrefix, Twox64Concat, JobId, JobInput>;
#[storage_alias]
pub type Lineages = StorageMap<MockPrefix, Twox64Concat, JobId, Hash>;
#[storage_alias]
pub type DependsOn = StorageMap<MockPrefix, Twox64Concat, JobId, Dependencies>;
#[storage_alias]
pub type Sealings = StorageMap<MockPrefix, Twox64Concat, JobId, SealedInput>;
#[storage_alias]
pub type HandoffStates =
	StorageMap<MockPrefix, Twox64Concat, (JobId, Attempt, NodeId), HandoffState>;
/// Contexts of those jobs that are steps of a workflow.
#[storage_alias]
pub type Contexts = StorageMap<MockPrefix, Twox64Concat, JobId, Hash>;
/// Jobs whose openers were told, with the output that could be read then.
#[storage_alias]
pub type Announced = StorageValue<MockPrefix, Vec<(JobId, Option<Vec<u8>>)>>;
#[storage_alias]
pub type Leases = StorageMap<MockPrefix, Twox64Concat, NodeId, Lease>;
/// First lease of the row that a node's lease renews.
#[storage_alias]
pub type FirstOfRow = StorageMap<MockPrefix, Twox64Concat, NodeId, LeaseId>;
#[storage_alias]
pub type Revoked = StorageMap<MockPrefix, Twox64Concat, Measurement, ()>;
#[storage_alias]
pub type Spec = StorageValue<MockPrefix, ClauseSpec>;
#[storage_alias]
pub type Program = StorageValue<MockPrefix, Vec<u8>>;
#[storage_alias]
pub type Effects = StorageValue<MockPrefix, Vec<Effect>>;

/// All neighbours at once.
pub struct Mock;

fn note(effect: Effect) {
	Effects::mutate(|all| all.get_or_insert_default().push(effect));
}

pub fn effects() -> Vec<Effect> {
	Effects::get().unwrap_or_default()
}

fn change_seat(job: JobId, attempt: Attempt, node: NodeId, state: SeatState) -> DispatchResult {
	Board::try_mutate(job, |terms| {
		let terms = terms.as_mut().ok_or(DispatchError::Other("no job"))?;
		terms.status = JobStatus::Running;
		let seat = terms
			.seats
			.iter_mut()
			.find(|s| s.node == node && s.attempt == attempt)
			.ok_or(DispatchError::Other("no seat"))?;
		seat.state = state;
		Ok(())
	})
}

pub fn set_status(job: JobId, status: JobStatus) {
	change_terms(job, |terms| terms.status = status);
}

pub fn change_terms(job: JobId, f: impl FnOnce(&mut JobTerms)) {
	Board::mutate(job, |terms| f(terms.as_mut().expect("the job exists")));
}

impl JobBoard<AccountId> for Mock {
	fn terms(job: JobId) -> Option<JobTerms> {
		Board::get(job)
	}
	fn assignments(node: NodeId) -> Vec<JobId> {
		let mut jobs: Vec<_> = Board::iter()
			.filter(|(_, terms)| terms.seats.iter().any(|s| s.node == node))
			.map(|(job, _)| job)
			.collect();
		jobs.sort();
		jobs
	}
	fn work(job: JobId) -> Option<Work> {
		Some(Work {
			terms: Board::get(job)?,
			input: Inputs::get(job)?,
			trigger: TriggerKind::Sensor,
			lineage: Lineages::get(job).unwrap_or(NO_LINEAGE),
			dependencies: DependsOn::get(job).unwrap_or_default(),
			capability: Spec::get()?.capability,
			sealed: Sealings::get(job),
			parent: Contexts::get(job).map(|_| JobParent::Workflow { id: 5, step: 1 }),
		})
	}
	fn lineage(job: JobId) -> Option<Hash> {
		Board::contains_key(job).then(|| Lineages::get(job).unwrap_or(NO_LINEAGE))
	}
	fn requester(_: JobId) -> Option<AccountId> {
		None
	}
	fn acknowledge(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		note(Effect::Acknowledged(job, attempt, node));
		change_seat(job, attempt, node, SeatState::Acknowledged(System::block_number()))
	}
	fn delivered(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		note(Effect::Delivered(job, attempt, node));
		change_seat(job, attempt, node, SeatState::Delivered(System::block_number()))
	}
	fn settle(job: JobId, settlement: Settlement) -> Result<Balance, DispatchError> {
		if SettleFails::get() {
			return Err(DispatchError::Other("the board would not settle"));
		}
		let paid = 100 * settlement.agreed.len() as u128;
		set_status(
			job,
			match settlement.outcome {
				Ok(_) => JobStatus::Completed,
				Err(code) => JobStatus::Failed(FailureReason::Program(code)),
			},
		);
		note(Effect::Settled(job, settlement));
		Ok(paid)
	}
	fn announce(job: JobId) {
		assert!(effects()
			.iter()
			.any(|effect| matches!(effect, Effect::Settled(of, _) if *of == job)));
		assert!(pallet_quorum_results::Results::<Test>::contains_key(job));
		Announced::mutate(|all| {
			all.get_or_insert_default().push((job, QuorumResults::output(job)))
		});
	}
	fn round_failed(job: JobId) -> DispatchResult {
		note(Effect::RoundFailed(job));
		change_terms(job, |terms| {
			terms.status = JobStatus::Pending;
			terms.seats.clear();
		});
		// As the real board does.
		QuorumResults::round_over(job);
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
	fn weight_of_message() -> Weight {
		Weight::from_parts(1_000, 10)
	}
	fn weight_of_settling(seats: u32) -> Weight {
		Weight::from_parts(20_000 + 3_000 * u64::from(seats), 20)
	}
	fn weight_of_failing(seats: u32) -> Weight {
		Weight::from_parts(30_000 + 2_000 * u64::from(seats), 30)
	}
}

impl LeaseInspect for Mock {
	fn live_lease(
		node: NodeId,
		id: LeaseId,
		demand: &LeaseDemand<'_>,
	) -> Result<Lease, LeaseRefusal> {
		LeaseLooks::mutate(|looks| *looks += 1);
		let lease = Leases::get(node).ok_or(LeaseRefusal::None)?;
		let row = FirstOfRow::get(node).unwrap_or(lease.id)..=lease.id;
		if !row.contains(&id) {
			return Err(LeaseRefusal::Superseded);
		}
		if lease.expires_at <= System::block_number() {
			return Err(LeaseRefusal::Expired);
		}
		if Revoked::contains_key(lease.measurement) {
			return Err(LeaseRefusal::MeasurementRevoked);
		}
		let accepted = demand.measurements;
		if !accepted.is_empty() && !accepted.contains(&lease.measurement) {
			return Err(LeaseRefusal::MeasurementNotForClause);
		}
		if lease.simulated && !demand.allow_simulated {
			return Err(LeaseRefusal::Simulated);
		}
		if !lease.classes.contains(demand.risk) {
			return Err(LeaseRefusal::ClassNotMet);
		}
		Ok(lease)
	}
	fn lease_of_key(key: &SigningKey) -> Option<Lease> {
		Leases::iter_values().find(|lease| lease.signing_key == *key)
	}
	fn lease_of_node(node: NodeId) -> Option<Lease> {
		Leases::get(node)
	}
	fn weight() -> Weight {
		Weight::from_parts(100, 1)
	}
}

impl ClauseInspect<AccountId> for Mock {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		(*id == clause_id()).then_some(())?;
		Some(ClauseInfo {
			owner: AccountId::new([1; 32]),
			spec: Spec::get()?,
			status: ClauseStatus::Active,
		})
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		Program::get()
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 1)
	}
}

impl NodeInspect<AccountId> for Mock {
	fn controller(_: NodeId) -> Option<AccountId> {
		None
	}
	fn status(_: NodeId) -> Option<NodeStatus> {
		None
	}
	fn spec(node: NodeId) -> Option<NodeSpec> {
		Leases::contains_key(node).then(|| NodeSpec {
			role: NodeRole::Compute,
			jurisdiction: Jurisdiction(*b"IDN"),
			sovereign: true,
			capabilities: Default::default(),
			capacity: 8,
			resources: Default::default(),
			latency_class: 0,
		})
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

impl ReceiptSink for Mock {
	fn append(operation: Operation) -> ReceiptId {
		note(Effect::Receipt(operation));
		effects().iter().filter(|e| matches!(e, Effect::Receipt(_))).count() as u64 + 500
	}
	fn weight() -> Weight {
		Weight::from_parts(10_000, 100)
	}
}

impl Handoffs for Mock {
	fn state(job: JobId, attempt: Attempt, node: NodeId) -> HandoffState {
		HandoffStates::get((job, attempt, node)).unwrap_or(HandoffState::NotNeeded)
	}
	fn context(job: JobId) -> Option<Hash> {
		Contexts::get(job)
	}
}

impl RefusalSink for Mock {
	fn submit_refusal(refusal: SignedRefusal) -> bool {
		Refusals::mutate(|taken| taken.as_mut().map(|taken| taken.push(refusal))).is_some()
	}
}

impl GenesisHash for Mock {
	fn genesis_hash() -> Hash {
		Genesis::get()
	}
}

/// The job of most tests.
pub const JOB: JobId = 7;
/// Block in which tests begin.
pub const NOW: u32 = 10;
/// What nodes answer unless a test says otherwise.
pub const OUTPUT: &[u8] = b"rain: 112 mm, trigger: yes";
/// What they run on.
pub const INPUT: &[u8] = b"station,date,mm\nKSEA,2012-11-19,112\n";
/// What they run.
pub const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

pub fn clause_id() -> ClauseId {
	ClauseId::parse("BMKG::HeavyRain@1.0").expect("a clause id")
}

pub fn pair(node: NodeId) -> ed25519::Pair {
	let mut seed = [7u8; 32];
	seed[..4].copy_from_slice(&node.to_le_bytes());
	ed25519::Pair::from_seed(&seed)
}

pub fn key(node: NodeId) -> SigningKey {
	pair(node).public().0
}

pub fn measurement(byte: u8) -> Measurement {
	Measurement([byte; 48])
}

pub fn lease(node: NodeId) -> Lease {
	Lease {
		id: 1_000 + u64::from(node),
		node,
		vendor: Vendor::IntelTdx,
		measurement: measurement(1),
		platform: PlatformId([node as u8; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key(node),
		encryption_key: [node as u8; 32],
		simulated: true,
		issued_at: 1,
		expires_at: 100,
		not_after: 2_000_000_000,
	}
}

pub fn seat(job: JobId, attempt: Attempt, node: NodeId) -> Seat {
	Seat {
		node,
		attempt,
		nonce: attempt_nonce(&[3; 32], job, attempt),
		lease: lease(node).id,
		signing_key: key(node),
		score: 500_000_000,
		assigned_at: NOW - 1,
		ack_by: NOW + 10,
		deliver_by: NOW + 30,
		state: SeatState::Assigned,
	}
}

pub fn spec(mode: ExecutionMode) -> ClauseSpec {
	ClauseSpec {
		program: ProgramRef {
			hash: program_hash(PROGRAM),
			len: PROGRAM.len() as u32,
			location: ProgramLocation::Preimage,
		},
		capability: CapabilityId::parse("hazard.rain").expect("a label"),
		mode,
		risk: RiskClass::Medium,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits { output_bytes: 512, ..ResourceLimits::SMALL },
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: Default::default(),
		policy: Default::default(),
	}
}

/// A job with one seat for each of `nodes`, all in attempt 1.
pub fn open_job(job: JobId, mode: ExecutionMode, nodes: impl IntoIterator<Item = NodeId>) {
	let spec = Spec::get().expect("the clause exists");
	let seats: Vec<_> = nodes.into_iter().map(|node| seat(job, 1, node)).collect();
	let terms = JobTerms {
		job,
		clause: clause_id(),
		program: spec.program.hash,
		input: input_commitment(INPUT),
		mode,
		limits: spec.limits,
		status: JobStatus::Scheduled,
		seats: seats.try_into().expect("few seats"),
		round: 1,
		ciphertext: None,
		output_key: None,
	};
	Board::insert(job, terms);
	Inputs::insert(job, JobInput::Inline(INPUT.to_vec().try_into().expect("short")));
}

pub fn outcome(output: &[u8]) -> Outcome {
	Outcome::Success {
		hash: output_hash(output),
		output: Output::Inline(output.to_vec().try_into().expect("short")),
	}
}

/// What an honest node says about its seat.
pub fn statement(job: JobId, node: NodeId, outcome: Outcome) -> CacV1 {
	let terms = Board::get(job).expect("the job exists");
	let seat = terms.seats.iter().find(|s| s.node == node).expect("the node sits");
	let lease = Leases::get(node).unwrap_or_else(|| lease(node));
	CacV1 {
		genesis: Genesis::get(),
		job,
		attempt: seat.attempt,
		nonce: seat.nonce,
		node,
		clause: terms.clause.clone(),
		program: terms.program,
		measurement: lease.measurement,
		lease: seat.lease,
		input: terms.input,
		lineage: NO_LINEAGE,
		outcome,
		usage: ResourceUsage {
			fuel: 1_000 + u64::from(node),
			cpu_micros: 77,
			peak_memory: 65_536,
			bytes_in: INPUT.len() as u32,
			bytes_out: OUTPUT.len() as u32,
			storage_ops: 2,
		},
		engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 20) },
		acted_on: (System::block_number() - 1, Hash::repeat_byte(4)),
		simulated: lease.simulated,
	}
}

pub fn sign_as(signer: &ed25519::Pair, body: CacV1) -> SignedCac {
	let statement = CacStatement::V1(body);
	let signature = signer.sign(&statement.message()).0;
	SignedCac { statement, signature }
}

/// The certificate of an honest node.
pub fn cac(node: NodeId, outcome: Outcome) -> SignedCac {
	cac_of(JOB, node, outcome)
}

pub fn cac_of(job: JobId, node: NodeId, outcome: Outcome) -> SignedCac {
	sign_as(&pair(node), statement(job, node, outcome))
}

pub fn good(node: NodeId) -> SignedCac {
	cac(node, outcome(OUTPUT))
}

pub fn failure(node: NodeId, code: FailureCode) -> SignedCac {
	cac(node, Outcome::Failure(code))
}

/// An honest certificate, changed before it is signed.
pub fn altered(node: NodeId, change: impl FnOnce(&mut CacV1)) -> SignedCac {
	let mut body = statement(JOB, node, outcome(OUTPUT));
	change(&mut body);
	sign_as(&pair(node), body)
}

/// The acknowledgement of an honest node.
pub fn ack(node: NodeId) -> SignedAck {
	altered_ack(node, |_| ())
}

pub fn altered_ack(node: NodeId, change: impl FnOnce(&mut Ack)) -> SignedAck {
	let body = statement(JOB, node, outcome(OUTPUT));
	let mut ack = crate::verify::claim(&body);
	change(&mut ack);
	let signature = pair(node).sign(&ack.message()).0;
	SignedAck { ack, signature }
}

pub struct ExtBuilder {
	mode: ExecutionMode,
	nodes: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { mode: ExecutionMode::Quorum { k: 2, n: 3 }, nodes: 3 }
	}
}

impl ExtBuilder {
	pub fn quorum(k: u8, n: u8) -> Self {
		Self { mode: ExecutionMode::Quorum { k, n }, nodes: n.into() }
	}

	pub fn single() -> Self {
		Self { mode: ExecutionMode::Single, nodes: 1 }
	}

	/// `n` nodes whose answers become one. Node `i` has its seat for a score of `i` parts in a thousand.
	pub fn ensemble(n: u8, aggregation: Aggregation) -> Self {
		Self { mode: ExecutionMode::Ensemble { n, aggregation }, nodes: n.into() }
	}

	pub fn mode(mut self, mode: ExecutionMode) -> Self {
		self.mode = mode;
		self
	}

	/// Job [`JOB`] with nodes 1 to n, at block [`NOW`].
	pub fn build(self) -> sp_io::TestExternalities {
		SettleFails::set(false);
		AuthorizedLongevity::set(5);
		MaxCertificates::set(16);
		LeaseLooks::set(0);
		Genesis::set(Hash::repeat_byte(0x9e));
		Refusals::set(Some(Vec::new()));
		let storage = frame_system::GenesisConfig::<Test>::default().build_storage();
		let mut ext = sp_io::TestExternalities::new(storage.expect("a genesis"));
		ext.execute_with(|| {
			System::set_block_number(NOW);
			Program::put(PROGRAM.to_vec());
			Spec::put(spec(self.mode));
			// Two nodes more than seats, so that one can step in and one is a stranger.
			for node in 1..=self.nodes + 2 {
				Leases::insert(node, lease(node));
			}
			open_job(JOB, self.mode, 1..=self.nodes);
			if matches!(self.mode, ExecutionMode::Ensemble { .. }) {
				change_terms(JOB, |terms| {
					terms
						.seats
						.iter_mut()
						.for_each(|seat| seat.score = u64::from(seat.node) * 1_000_000)
				});
			}
		});
		ext
	}

	/// Runs the test, then checks the invariants.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			QuorumResults::do_try_state().expect("all invariants hold after a test");
		});
	}
}

/// The name of a refusal in `InvalidTransaction::Custom`.
pub fn custom(refusal: CacRefusal) -> sp_runtime::transaction_validity::InvalidTransaction {
	sp_runtime::transaction_validity::InvalidTransaction::Custom(refusal.code())
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Mock {
	fn scheduled_job(keys: &[SigningKey]) -> JobId {
		for (node, signing_key) in (1u32..).zip(keys) {
			Leases::insert(node, Lease { signing_key: *signing_key, ..lease(node) });
		}
		let mode = ExecutionMode::Quorum { k: 4, n: 7 };
		Spec::put(ClauseSpec { limits: ResourceLimits::SMALL, ..spec(mode) });
		open_job(JOB, mode, 1..=keys.len() as u32);
		change_terms(JOB, |terms| {
			for (seat, signing_key) in terms.seats.iter_mut().zip(keys) {
				seat.signing_key = *signing_key;
			}
		});
		JOB
	}

	fn forget(job: JobId) {
		Board::remove(job);
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub fn benchmark_ext() -> sp_io::TestExternalities {
	let mut ext = ExtBuilder::quorum(4, 7).build();
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
	ext
}
