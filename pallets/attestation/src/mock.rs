//! A runtime with attestation and money; nodes, clauses, listener, receipts and time are statics.
//!
//! Evidence and collateral come from the simulator, in the vendors' own formats, under the roots of development chains.

use crate as pallet_attestation;
use crate::{default_policy, Error, Event, LossCause, Params, MAX_REWARD};
use concordat_attestation::{
	amd::{Product, VekKind},
	intel::{Body, Tee},
	policy::QuotePolicy,
	simulator::{
		amd::{AmdSimulator, ReportSpec},
		dev::{dev_anchors, dev_snp_minimum, DevKind, DevPlatform},
		intel::{enclave, td, IntelSimulator, QuoteSpec},
		nitro::{DocumentSpec, NitroSimulator},
		x509::{CertificateSpec, CrlSpec},
	},
	source::Piece,
	Anchor, Evidence,
};
use concordat_primitives::{
	attest::{
		EncryptionKey, Lease, LeaseDemand, LeaseRefusal, Measurement, RiskClasses, SigningKey,
	},
	clause::RiskClass,
	node::{NodeSpec, NodeStatus},
	receipt::Operation,
	traits::{
		ClauseMeasurements, GenesisHash, LeaseInspect, LeaseListener, NodeInspect, ReceiptSink,
		TooManyClauses,
	},
	units::{CDT, MILLI_CDT},
	AccountId, Balance, BlockNumber, ClauseId, Hash, LeaseId, NodeId, ReceiptId,
};
use core::time::Duration;
use frame_support::{
	derive_impl,
	dispatch::DispatchResultWithPostInfo,
	parameter_types,
	traits::{ConstU128, Hooks, UnixTime},
	weights::{RuntimeDbWeight, Weight},
	BoundedVec,
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError};

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
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Attestation = pallet_attestation::Pallet<Test>;
}

/// Block hashes that the chain remembers.
pub const HASHES: BlockNumber = 200;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type AccountData = pallet_balances::AccountData<Balance>;
	type Lookup = IdentityLookup<AccountId>;
	type BlockHashCount = frame_support::traits::ConstU32<HASHES>;
	type DbWeight = Db;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<MILLI_CDT>;
	type AccountStore = System;
}

/// What the pallet told the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
	Granted(Lease),
	Changed(Lease),
	Lost(NodeId, LeaseId),
}

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Neither controls nor operates anything.
pub const EVE: AccountId = AccountId::new([3; 32]);
/// Operates [`NODE_A`].
pub const OPERATOR: AccountId = AccountId::new([4; 32]);
/// Pays rewards.
pub const TREASURY: AccountId = AccountId::new([0xff; 32]);
/// Node of [`ALICE`].
pub const NODE_A: NodeId = 1;
/// Node of [`BOB`].
pub const NODE_B: NodeId = 2;
/// Unix time of block 0: 2027-01-15 08:00 UTC.
pub const EPOCH: u64 = 1_800_000_000;
pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;

parameter_types! {
	/// Nodes and their controllers.
	pub static Controllers: Vec<(NodeId, AccountId)> = vec![(NODE_A, ALICE), (NODE_B, BOB)];
	/// Nodes and their operators.
	pub static Operators: Vec<(NodeId, AccountId)> = vec![(NODE_A, OPERATOR)];
	/// Clauses and the measurements that they name.
	pub static Clauses: Vec<(ClauseId, Vec<Measurement>)> = Vec::new();
	/// Unix time in seconds; none: two seconds a block from [`EPOCH`] on.
	pub static Clock: Option<u64> = None;
	pub static Receipts: Vec<Operation> = Vec::new();
	pub static Listened: Vec<Heard> = Vec::new();
	pub static HookWeight: Weight = Weight::MAX;
	/// What a read and a write cost.
	pub static Db: RuntimeDbWeight = RuntimeDbWeight { read: 1, write: 1_000 };
	pub const Treasury: AccountId = TREASURY;
}

pub struct Nodes;
impl NodeInspect<AccountId> for Nodes {
	fn controller(node: NodeId) -> Option<AccountId> {
		Controllers::get().into_iter().find(|(id, _)| *id == node).map(|(_, account)| account)
	}
	fn operator(node: NodeId) -> Option<AccountId> {
		Operators::get().into_iter().find(|(id, _)| *id == node).map(|(_, account)| account)
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

/// Looks at [`Clauses`], and at no more than two of them.
pub struct ClauseList;
impl ClauseMeasurements for ClauseList {
	fn stranded_by(
		measurement: &Measurement,
		valid: &dyn Fn(&Measurement) -> bool,
	) -> Result<Option<ClauseId>, TooManyClauses> {
		let mut named: Vec<_> =
			Clauses::get().into_iter().filter(|(_, list)| list.contains(measurement)).collect();
		if named.len() > Self::LIMIT as usize {
			return Err(TooManyClauses);
		}
		named.retain(|(_, list)| !list.iter().any(|one| one != measurement && valid(one)));
		Ok(named.into_iter().next().map(|(clause, _)| clause))
	}
	const LIMIT: u32 = 2;
	fn weight() -> Weight {
		Weight::from_parts(11, 0)
	}
}

pub struct Listener;
impl LeaseListener for Listener {
	fn lease_granted(lease: &Lease) {
		Listened::mutate(|heard| heard.push(Heard::Granted(lease.clone())));
	}
	fn lease_changed(lease: &Lease) {
		Listened::mutate(|heard| heard.push(Heard::Changed(lease.clone())));
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

/// [`Clock`], or two seconds a block.
pub struct BlockTime;
impl UnixTime for BlockTime {
	fn now() -> Duration {
		let blocks = || EPOCH + 2 * u64::from(System::block_number());
		Duration::from_secs(Clock::get().unwrap_or_else(blocks))
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
	type Clauses = ClauseList;
	type Currency = Balances;
	type RewardSource = Treasury;
	type Receipts = ReceiptTrace;
	type Time = BlockTime;
	type HookWeight = HookWeight;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
}

/// The measurement that genesis allows.
pub const CODE: Measurement = Measurement([7; 48]);
/// The same as SGX says it: 32 bytes, then zeros. Allowed too.
pub const SGX_CODE: Measurement = {
	let mut code = [0; 48];
	let mut at = 0;
	while at < 32 {
		code[at] = 7;
		at += 1;
	}
	Measurement(code)
};
/// Another one, allowed too.
pub const OTHER_CODE: Measurement = Measurement([8; 48]);
/// One that nobody allowed.
pub const STRANGE_CODE: Measurement = Measurement([9; 48]);
/// Life of a lease in tests, in blocks.
pub const DURATION: BlockNumber = 100;
/// Age of a challenge in tests, in blocks.
pub const WINDOW: BlockNumber = 50;
/// Timelock of a measurement in tests, in blocks.
pub const TIMELOCK: BlockNumber = 10;
/// Shortest grace of a sunset in tests, in blocks.
pub const GRACE: BlockNumber = 5;
/// Reward of whoever finds a lease that no longer passes, in tests.
pub const REWARD: Balance = MAX_REWARD / 10;
/// What the treasury has.
pub const FUNDS: Balance = 10 * CDT;

/// Parameters of tests.
pub fn params() -> Params {
	Params {
		lease_duration: DURATION,
		challenge_window: WINDOW,
		measurement_timelock: TIMELOCK,
		min_grace: GRACE,
		eviction_reward: REWARD,
		..Default::default()
	}
}

/// The default policies, under which SEV-SNP of development platforms is up to date.
pub fn policies_with_snp() -> Vec<(RiskClass, QuotePolicy)> {
	RiskClass::ALL
		.into_iter()
		.map(|class| {
			let mut policy = default_policy(class);
			policy.snp.minimums.try_push((Product::Milan, dev_snp_minimum())).unwrap();
			(class, policy)
		})
		.collect()
}

pub struct ExtBuilder {
	genesis: crate::GenesisConfig<Test>,
	block: BlockNumber,
	collateral: Vec<DevKind>,
}

impl Default for ExtBuilder {
	/// A chain that allows simulation, at block 10, without collateral.
	fn default() -> Self {
		Self {
			genesis: crate::GenesisConfig {
				simulation_allowed: true,
				anchors: dev_anchors(),
				measurements: vec![CODE, OTHER_CODE, SGX_CODE],
				params: params(),
				..Default::default()
			},
			block: 10,
			collateral: Vec::new(),
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

	pub fn policies(mut self, policies: Vec<(RiskClass, QuotePolicy)>) -> Self {
		self.genesis.policies = policies;
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

	/// With the collateral of TDX, posted one block before the first of the test.
	pub fn with_collateral(self) -> Self {
		self.with_collateral_of(&[DevKind::Tdx])
	}

	/// With the collateral of these kinds, posted one block before the first of the test.
	pub fn with_collateral_of(mut self, kinds: &[DevKind]) -> Self {
		self.collateral = kinds.to_vec();
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
		self.genesis.assimilate_storage(&mut storage).unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![(TREASURY, FUNDS), (EVE, CDT), (ALICE, CDT), (BOB, CDT)],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		Controllers::set(vec![(NODE_A, ALICE), (NODE_B, BOB)]);
		Operators::set(vec![(NODE_A, OPERATOR)]);
		Clauses::set(Vec::new());
		Clock::set(None);
		HookWeight::set(Weight::MAX);
		let mut ext = sp_io::TestExternalities::from(storage);
		ext.execute_with(|| {
			run_to(self.block - 1);
			for kind in self.collateral {
				post_all(kind);
			}
			run_to(self.block);
			clear();
		});
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

/// Builds one block.
pub fn next_block() {
	run_to(System::block_number() + 1);
}

/// A challenge: the parent of the present block.
pub fn challenge() -> (BlockNumber, Hash) {
	let number = System::block_number() - 1;
	(number, hash_of(number))
}

/// Seed of all platforms' authorities on development chains.
const DEV_SEED: &[u8] = b"concordat/dev/v1";

fn platform_seed(name: &str) -> Vec<u8> {
	[DEV_SEED, b"/platform/", name.as_bytes()].concat()
}

/// Period of long-lived certificates on development chains.
fn fix(certificate: &mut CertificateSpec) {
	(certificate.not_before, certificate.not_after) = (1_704_067_200, 2_524_607_999);
}

fn date(crl: &mut CrlSpec, now: u64) {
	crl.this_update = now - now % DAY;
	crl.next_update = crl.this_update + 30 * DAY;
}

/// The simulator behind a development platform of SGX or TDX at `now`, to be bent. What it makes unbent is what
/// [`DevPlatform`] makes.
pub fn intel_at(name: &str, now: u64) -> IntelSimulator {
	let mut intel = IntelSimulator::new(DEV_SEED, now).with_platform(&platform_seed(name));
	for one in [&mut intel.root, &mut intel.ca, &mut intel.signer, &mut intel.leaf] {
		fix(one);
	}
	date(&mut intel.root_crl, now);
	date(&mut intel.pck_crl, now);
	intel.issued = intel.root_crl.this_update;
	intel.next_update = intel.root_crl.next_update;
	intel.flags = Some([false; 3]);
	intel
}

/// [`intel_at`] now.
pub fn intel(name: &str) -> IntelSimulator {
	intel_at(name, Attestation::seconds())
}

/// The simulator behind a development platform of SEV-SNP at `now`, to be bent.
pub fn amd_at(name: &str, now: u64) -> AmdSimulator {
	let seed = platform_seed(name);
	let mut amd = AmdSimulator::new(&seed, Product::Milan, VekKind::Vcek, now);
	for one in [&mut amd.ark, &mut amd.authority, &mut amd.vek] {
		fix(one);
	}
	date(&mut amd.crl, now);
	let serial =
		concordat_attestation::crypto::sha256(&[platform_seed(name), b"serial".to_vec()].concat());
	amd.vek.serial = [&[1], &serial[..15]].concat();
	amd.tcb = dev_snp_minimum();
	amd
}

/// The simulator behind a development platform of Nitro at `now`, to be bent.
pub fn nitro_at(name: &str, now: u64) -> NitroSimulator {
	let mut nitro = NitroSimulator::new(DEV_SEED, now).with_platform(&platform_seed(name));
	let [root, region, zone, instance] = &mut nitro.authorities;
	fix(root);
	for (one, days) in [(region, 20), (zone, 6), (instance, 2)] {
		one.not_before = now - now % DAY - 300;
		one.not_after = one.not_before + days * DAY;
	}
	nitro.leaf.not_before = now - now % HOUR - 300;
	nitro.leaf.not_after = nitro.leaf.not_before + 3 * HOUR;
	nitro
}

/// Posts a piece, as anybody.
pub fn post(piece: &Piece) -> DispatchResultWithPostInfo {
	Attestation::post_collateral(RuntimeOrigin::signed(EVE), Box::new(piece.clone()))
}

/// Posts all collateral of today's development platforms of a kind. What is held already stays.
pub fn post_all(kind: DevKind) {
	for piece in DevPlatform::new(kind, "any").collateral(Attestation::seconds()) {
		match post(&piece).map_err(|refused| refused.error) {
			Ok(_) => {},
			Err(error) if is_held(&error) => {},
			Err(error) => panic!("{kind:?}: {error:?}"),
		}
	}
}

fn is_held(error: &DispatchError) -> bool {
	use crate::Refusal::AlreadyHeld;
	use concordat_attestation::Part::*;
	[Root, Authority, TcbSigner, LeafCrl, TcbInfo, QeIdentity]
		.into_iter()
		.any(|part| *error == Error::<Test>::Refused(AlreadyHeld(part)).into())
}

/// Posts today's statements and lists of Intel's for TDX, bent, `later` seconds younger than those of the day: they take
/// the place of the older ones. What is held already stays.
pub fn post_tdx(later: u64, bend: impl FnOnce(&mut IntelSimulator)) {
	for piece in bent_tdx(later, bend) {
		if matches!(piece, Piece::Root { .. } | Piece::Authority { .. }) {
			continue;
		}
		match post(&piece).map_err(|refused| refused.error) {
			Ok(_) => {},
			Err(error) if is_held(&error) => {},
			Err(error) => panic!("{error:?}"),
		}
	}
}

/// All that such a platform needs: root, its list, PCK CA, signer of statements, PCK CA's list, TCB info, QE identity.
pub fn bent_tdx(later: u64, bend: impl FnOnce(&mut IntelSimulator)) -> Vec<Piece> {
	let mut sim = intel("any");
	sim.issued += later;
	sim.root_crl.this_update += later;
	sim.pck_crl.this_update += later;
	bend(&mut sim);
	sim.pieces(Tee::Tdx)
}

/// Everything that goes into one call of `attest`; fields can be changed, and evidence bent before it is signed.
#[derive(Clone)]
pub struct Attempt {
	pub who: AccountId,
	pub node: NodeId,
	pub kind: DevKind,
	/// Name of the platform.
	pub platform: String,
	/// What runs there.
	pub code: [u8; 48],
	pub signing_key: SigningKey,
	pub encryption_key: EncryptionKey,
	pub challenge: (BlockNumber, Hash),
	/// Unix time at which the evidence is made.
	pub made_at: u64,
	/// What the evidence is bound to; none: to the fields above.
	pub report_data: Option<[u8; 64]>,
	/// Bends the platform of SGX or TDX, its certificates and all that vouches for it.
	pub intel: fn(&mut IntelSimulator),
	/// Bends the quote.
	pub quote: fn(&mut QuoteSpec),
	/// Bends the platform of SEV-SNP and its certificates.
	pub amd: fn(&mut AmdSimulator),
	/// Bends the report.
	pub report: fn(&mut ReportSpec),
	/// Bends the platform of Nitro and its certificates.
	pub nitro: fn(&mut NitroSimulator),
	/// Bends the document.
	pub document: fn(&mut DocumentSpec),
	/// Bends what is sent, after it was signed.
	pub sent: fn(&mut Evidence),
}

impl Attempt {
	/// A faultless attempt of `node` with keys and a TDX platform of its own.
	pub fn of(node: NodeId) -> Self {
		Self::with(DevKind::Tdx, node)
	}

	/// A faultless attempt of `node` with keys and a platform of its own, of this kind.
	pub fn with(kind: DevKind, node: NodeId) -> Self {
		Self {
			who: Nodes::controller(node).unwrap_or(ALICE),
			node,
			kind,
			platform: format!("machine of node {node}"),
			code: CODE.0,
			signing_key: [node as u8; 32],
			encryption_key: [0x80 | node as u8; 32],
			challenge: challenge(),
			made_at: Attestation::seconds(),
			report_data: None,
			intel: |_| (),
			quote: |_| (),
			amd: |_| (),
			report: |_| (),
			nitro: |_| (),
			document: |_| (),
			sent: |_| (),
		}
	}

	/// What the evidence is bound to.
	pub fn bound_to(&self) -> [u8; 64] {
		self.report_data.unwrap_or_else(|| {
			concordat_attestation::report_data(
				&Attestation::genesis_hash().0,
				self.node,
				&self.signing_key,
				&self.encryption_key,
				&self.challenge.1 .0,
			)
		})
	}

	pub fn evidence(&self) -> Evidence {
		let (code, data, now) = (self.code, self.bound_to(), self.made_at);
		let mut evidence = match self.kind {
			DevKind::Sgx => {
				let mut mr_enclave = [0; 32];
				mr_enclave.copy_from_slice(&code[..32]);
				self.intel_quote(Body::Enclave(enclave(mr_enclave, data)))
			},
			DevKind::Tdx => self.intel_quote(Body::Td(td(code, data))),
			DevKind::Snp => {
				let mut sim = amd_at(&self.platform, now);
				(self.amd)(&mut sim);
				let mut spec = sim.spec(code, data);
				(self.report)(&mut spec);
				sim.evidence(sim.build(&spec))
			},
			DevKind::Nitro => {
				let mut sim = nitro_at(&self.platform, now);
				(self.nitro)(&mut sim);
				let mut spec = sim.spec(code, data);
				spec.timestamp = now * 1_000;
				(self.document)(&mut spec);
				Evidence::Aws { document: BoundedVec::truncate_from(sim.build(&spec)) }
			},
		};
		(self.sent)(&mut evidence);
		evidence
	}

	fn intel_quote(&self, body: Body) -> Evidence {
		let mut sim = intel_at(&self.platform, self.made_at);
		(self.intel)(&mut sim);
		let mut spec = sim.spec(body);
		(self.quote)(&mut spec);
		Evidence::Intel { quote: BoundedVec::truncate_from(sim.build(&spec)) }
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

/// Grants `node` a lease with a fresh challenge, for TDX, and returns it.
#[track_caller]
pub fn granted(node: NodeId) -> Lease {
	granted_with(DevKind::Tdx, node)
}

/// Grants `node` a lease with a fresh challenge and returns it.
#[track_caller]
pub fn granted_with(kind: DevKind, node: NodeId) -> Lease {
	Attempt::with(kind, node).send().unwrap();
	present(node)
}

/// The lease of a node that has one, as stored.
#[track_caller]
pub fn present(node: NodeId) -> Lease {
	Attestation::lease_of_node(node).unwrap()
}

/// A demand that every lease meets that is good for anything.
pub const ANY: LeaseDemand<'static> =
	LeaseDemand { measurements: &[], allow_simulated: true, risk: RiskClass::Low };

/// The lease that counts for whoever was chosen under `lease`, for a clause of this class.
pub fn live(node: NodeId, lease: LeaseId, risk: RiskClass) -> Result<Lease, LeaseRefusal> {
	Attestation::live_lease(node, lease, &LeaseDemand { risk, ..ANY })
}

/// These classes.
pub fn classes(list: &[RiskClass]) -> RiskClasses {
	list.iter().fold(RiskClasses::NONE, |all, class| all.with(*class))
}

/// Evicts a lease as [`EVE`].
pub fn evict(lease: LeaseId) -> Result<(), DispatchError> {
	Attestation::evict(RuntimeOrigin::signed(EVE), lease).map(|_| ()).map_err(|e| e.error)
}

/// The pallet's events since the last look, oldest first; they are cleared.
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

/// The answer to a question that changes nothing.
#[track_caller]
pub fn asked<Answer>(question: impl FnOnce() -> Answer) -> Answer {
	let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
	let before = root();
	let answer = question();
	assert_eq!(root(), before, "a question has changed the state");
	answer
}

/// Forgets what was told so far.
pub fn clear() {
	let _ = (Listened::take(), Receipts::take(), events());
}

/// Expects that exactly one loss has been told, everywhere, since the traces were cleared.
#[track_caller]
pub fn told_lost_once(node: NodeId, lease: LeaseId, cause: LossCause) {
	assert_eq!(Listened::take(), vec![Heard::Lost(node, lease)]);
	assert_eq!(Receipts::take(), vec![Operation::LeaseLost { node, lease }]);
	let events = events();
	let losses: Vec<_> =
		events.iter().filter(|event| matches!(event, Event::LeaseLost { .. })).collect();
	assert_eq!(losses, vec![&Event::LeaseLost { node, lease, cause, simulated: true }]);
}

/// Bends TCB info so that simulated platforms are out of date: there is a better level now.
pub fn outdate(sim: &mut IntelSimulator) {
	let mut best = sim.levels[0].clone();
	best.sgx = [5; 16];
	sim.levels[0].status = "OutOfDate";
	sim.levels.insert(0, best);
}
