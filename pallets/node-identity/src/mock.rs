//! A runtime with identity and balances. Nodes and receipts are in storage, so that a failed call rolls them back as it
//! would the real ones.

use crate as pallet_node_identity;
use crate::{
	ak_hash, quoted_data, Claims, CredentialView, Error, Event, HoldReason, Kinds, Params, Subject,
	TpmEvidence, TPM_AK_KIND,
};
use concordat_attestation::{
	simulator::{
		keys::SimKey,
		tpm::{self as sim_tpm, TpmQuoteSpec},
	},
	tpm::Ak,
};
use concordat_primitives::{
	credential::{credential_type, CredentialDemand, IssuerId},
	did::{binding_message, Did, DidKey, DidMethod, DidSignature},
	node::{NodeSpec, NodeStatus, Resources},
	receipt::Operation,
	traits::{GenesisHash, NodeInspect, ReceiptSink},
	AccountId, Balance, BlockNumber, Hash, NodeId, ReceiptId,
};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	storage_alias,
	traits::{fungible::InspectHold, ConstU128, ConstU32},
	weights::Weight,
	BoundedVec, Twox64Concat,
};
use frame_system::EnsureRoot;
use sp_core::{ed25519, Pair as _};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	BuildStorage, DispatchResult,
};

pub type IdentityEvent = Event<Test>;

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
	pub type Identity = pallet_node_identity::Pallet<Test>;
}

/// Block hashes that the chain remembers.
pub const HASHES: BlockNumber = 200;
/// How old a quoted block may be in tests.
pub const WINDOW: BlockNumber = 50;
/// Block in which tests begin.
pub const START: BlockNumber = 300;
pub const ED: Balance = 1;
pub const FUNDS: Balance = 1_000_000;
pub const DID_DEPOSIT: Balance = 100;
pub const CREDENTIAL_DEPOSIT: Balance = 10;
pub const GENESIS: Hash = Hash::repeat_byte(0x47);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type BlockHashCount = ConstU32<HASHES>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
}

#[storage_alias]
type Controllers = StorageMap<Trace, Twox64Concat, NodeId, AccountId>;
#[storage_alias]
type Receipts = StorageValue<Trace, Vec<Operation>>;

/// Everything that the pallet reaches for.
pub struct Mock;

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

#[cfg(feature = "runtime-benchmarks")]
impl pallet_node_identity::benchmarking::BenchmarkHelper for Mock {
	fn add_node(controller: &AccountId) -> NodeId {
		set_controller(100, controller.clone());
		100
	}
	fn remove_node(node: NodeId) {
		Controllers::remove(node);
	}
}

impl pallet_node_identity::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Nodes = Mock;
	type Genesis = Mock;
	type Receipts = Mock;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

pub const ALICE: AccountId = AccountId::new([1; 32]);
pub const BOB: AccountId = AccountId::new([2; 32]);
/// Presents what concerns others.
pub const EVE: AccountId = AccountId::new([3; 32]);
/// Controls issuers.
pub const ISSUER: AccountId = AccountId::new([4; 32]);
/// Attests for `did:web`.
pub const ATTESTER: AccountId = AccountId::new([5; 32]);
/// Has next to nothing.
pub const POOR: AccountId = AccountId::new([6; 32]);
/// Node of [`ALICE`].
pub const NODE_A: NodeId = 1;
/// Node of [`BOB`].
pub const NODE_B: NodeId = 2;

pub struct ExtBuilder {
	params: Params,
	keystore: bool,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			params: Params {
				did_deposit: DID_DEPOSIT,
				credential_deposit: CREDENTIAL_DEPOSIT,
				quote_window: WINDOW,
			},
			keystore: false,
		}
	}
}

impl ExtBuilder {
	pub fn params(mut self, params: Params) -> Self {
		self.params = params;
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
		let rich = [ALICE, BOB, EVE, ISSUER, ATTESTER].map(|who| (who, FUNDS));
		pallet_balances::GenesisConfig::<Test> {
			balances: rich.into_iter().chain([(POOR, ED + 5)]).collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		crate::GenesisConfig::<Test> { params: self.params, ..Default::default() }
			.assimilate_storage(&mut storage)
			.unwrap();
		let mut ext = sp_io::TestExternalities::from(storage);
		if self.keystore {
			ext.register_extension(sp_keystore::KeystoreExt::new(
				sp_keystore::testing::MemoryKeystore::new(),
			));
		}
		ext.execute_with(|| {
			set_controller(NODE_A, ALICE);
			set_controller(NODE_B, BOB);
			run_to(START);
		});
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Identity::do_try_state().expect("all invariants hold after a test");
		})
	}
}

pub fn set_controller(node: NodeId, who: AccountId) {
	Controllers::insert(node, who);
}

pub fn forget_node(node: NodeId) {
	Controllers::remove(node);
}

/// Goes to `block`, with the hashes that the chain then remembers.
pub fn run_to(block: BlockNumber) {
	let _ = frame_system::BlockHash::<Test>::clear(u32::MAX, None);
	for number in block.saturating_sub(HASHES)..block {
		frame_system::BlockHash::<Test>::insert(number, hash_of(number));
	}
	System::set_block_number(block);
}

/// Hash of block `number` on the test chain.
pub fn hash_of(number: BlockNumber) -> Hash {
	Hash::from_low_u64_be(u64::from(number) + 1_000)
}

/// Dispatches as the chain would: what fails leaves nothing behind.
pub fn dispatch_with_info(
	who: RuntimeOrigin,
	call: crate::Call<Test>,
) -> DispatchResultWithPostInfo {
	RuntimeCall::Identity(call).dispatch(who)
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

/// A key pair of each kind, from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
	Ed25519(u8),
	P256(u8),
	P384(u8),
}

impl Signer {
	pub fn key(&self) -> DidKey {
		match self {
			Self::Ed25519(seed) => {
				DidKey::Ed25519(ed25519::Pair::from_seed(&[*seed; 32]).public().0)
			},
			Self::P256(seed) => {
				let point = SimKey::p256(&[*seed], "did").point();
				DidKey::P256(compressed(&point).try_into().unwrap())
			},
			Self::P384(seed) => {
				let point = SimKey::p384(&[*seed], "did").point();
				DidKey::P384(compressed(&point).try_into().unwrap())
			},
		}
	}

	pub fn did(&self) -> Did {
		self.key().to_did()
	}

	pub fn sign(&self, message: &[u8]) -> DidSignature {
		let signature = match self {
			Self::Ed25519(seed) => ed25519::Pair::from_seed(&[*seed; 32]).sign(message).0.to_vec(),
			Self::P256(seed) => SimKey::p256(&[*seed], "did").sign_raw(message),
			Self::P384(seed) => SimKey::p384(&[*seed], "did").sign_raw(message),
		};
		BoundedVec::truncate_from(signature)
	}

	/// A proof for the account's present nonce.
	pub fn proof(&self, account: &AccountId) -> DidSignature {
		self.sign(&binding_message(&GENESIS, account, crate::Nonces::<Test>::get(account)))
	}
}

/// 02 or 03, x.
fn compressed(point: &[u8]) -> Vec<u8> {
	let (x, y) = point.split_at(point.len() / 2);
	[&[2 | y.last().unwrap() & 1], x].concat()
}

pub const ALL_KINDS_OF_KEYS: [Signer; 3] = [Signer::Ed25519(7), Signer::P256(7), Signer::P384(7)];

pub fn bind(who: AccountId, signer: Signer) -> DispatchResult {
	let proof = signer.proof(&who);
	signed(who, crate::Call::bind_did { did: signer.did(), proof })
}

pub fn web(name: &str) -> Did {
	Did::parse(&format!("did:web:{name}")).unwrap()
}

pub fn web_method() -> DidMethod {
	DidMethod::parse("web").unwrap()
}

pub fn register_web() {
	assert_ok!(root(crate::Call::register_method { method: web_method(), attester: ATTESTER }));
}

pub fn request(who: AccountId, did: Did) -> DispatchResult {
	signed(who, crate::Call::request_did { did })
}

pub fn attest(by: AccountId, account: AccountId, did: &Did) -> DispatchResult {
	signed(by, crate::Call::attest_did { account, did: did.hash() })
}

/// Key of the issuers of tests.
pub const ISSUER_KEY: Signer = Signer::Ed25519(40);

pub fn kind(name: &str) -> Hash {
	credential_type(name)
}

/// The type of credentials that most tests are about.
pub fn operator_kind() -> Hash {
	kind("NSF/SovereignOperator@1")
}

pub fn only(kinds: &[Hash]) -> Kinds {
	Kinds::Only(BoundedVec::truncate_from(kinds.to_vec()))
}

/// Registers an issuer, and returns its number.
pub fn issuer_of(signer: Signer, kinds: Kinds) -> IssuerId {
	let number = crate::NextIssuer::<Test>::get();
	let call = crate::Call::register_issuer { controller: ISSUER, key: signer.key(), kinds };
	assert_ok!(root(call));
	number
}

/// An issuer of [`operator_kind`] with [`ISSUER_KEY`].
pub fn issuer() -> IssuerId {
	issuer_of(ISSUER_KEY, only(&[operator_kind()]))
}

/// Claims that can be presented now, for a hundred blocks.
pub fn claims(issuer: IssuerId, subject: Subject) -> Claims {
	let now = System::block_number();
	Claims {
		issuer,
		kind: operator_kind(),
		subject,
		claims: Hash::repeat_byte(0xc1),
		issued_at: now,
		expires_at: now + 100,
		serial: 1,
	}
}

pub fn hash(claims: &Claims) -> Hash {
	claims.hash(&GENESIS)
}

/// Presents claims, signed by `signer`.
pub fn present_by(who: AccountId, signer: Signer, claims: &Claims) -> DispatchResult {
	let signature = signer.sign(&claims.message(&GENESIS));
	signed(who, crate::Call::present_credential { claims: claims.clone(), signature })
}

/// Presents claims, signed by [`ISSUER_KEY`].
pub fn present(who: AccountId, claims: &Claims) -> DispatchResult {
	present_by(who, ISSUER_KEY, claims)
}

pub fn demand(kind: Hash, issuer: Option<IssuerId>) -> CredentialDemand {
	CredentialDemand { kind, issuer }
}

/// The only credential of a subject.
pub fn only_credential(subject: Subject) -> CredentialView {
	let mut views = Identity::credentials_of(subject.clone());
	assert_eq!(views.len(), 1);
	views.remove(0)
}

/// The TPM of the test chain with this number.
pub fn ak(tpm: u8) -> Ak {
	sim_tpm::ak(&[tpm])
}

pub fn set_ak(node: NodeId, ak: Ak) -> DispatchResult {
	root(crate::Call::register_ak { node, ak, credential: None })
}

/// Claims of an issuer that this TPM is in this node.
pub fn ak_claims(issuer: IssuerId, node: NodeId, ak: &Ak) -> Claims {
	Claims { kind: kind(TPM_AK_KIND), claims: ak_hash(ak), ..claims(issuer, Subject::Node(node)) }
}

pub const RESOURCES: Resources = Resources {
	cpu_cores: 16,
	memory_mib: 65_536,
	storage_gib: 1_000,
	bandwidth_mbps: 1_000,
	accelerators: 1,
};

/// A quote about a commitment; fields can be bent before it is signed.
#[derive(Clone)]
pub struct Quote {
	pub tpm: u8,
	pub block: BlockNumber,
	pub spec: TpmQuoteSpec,
}

impl Quote {
	/// A faultless one of `node` over [`RESOURCES`] and the parent block, at this time of the TPM.
	pub fn of(node: NodeId, tpm: u8, resets: u32, clock: u64) -> Self {
		let block = System::block_number() - 1;
		let mut spec = sim_tpm::spec(quoted_data(&GENESIS, node, &RESOURCES, &hash_of(block)));
		(spec.resets, spec.clock) = (resets, clock);
		Self { tpm, block, spec }
	}

	pub fn evidence(&self) -> TpmEvidence {
		let attest = self.spec.attest();
		let signature = sim_tpm::sign(&[self.tpm], &attest);
		TpmEvidence {
			block: self.block,
			attest: attest.try_into().unwrap(),
			signature: signature.try_into().unwrap(),
		}
	}
}

pub fn commit(who: AccountId, node: NodeId, evidence: Option<TpmEvidence>) -> DispatchResult {
	let evidence = evidence.map(Box::new);
	signed(who, crate::Call::commit_resources { node, resources: RESOURCES, evidence })
}

/// What is on hold of an account, for its identifiers and for credentials.
pub fn held(who: &AccountId) -> (Balance, Balance) {
	let of = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), who);
	(of(HoldReason::Did), of(HoldReason::Credential))
}

/// The receipts so far, oldest first; they are cleared.
pub fn receipts() -> Vec<Operation> {
	Receipts::take().unwrap_or_default()
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<IdentityEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Identity(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}
