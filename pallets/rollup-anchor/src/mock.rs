//! A runtime with this pallet alone.

use crate as pallet_rollup_anchor;
use crate::{certificate::bitmap, AnchorParams, Event, KeyProof};
use concordat_pairing::bls::{aggregate, SecretKey};
use concordat_primitives::{
	receipt::{Operation, ReceiptBody},
	rollup::{
		registration_message, rollup_message, Ed25519Share, RollupCertificate, RollupKey, Scheme,
		Signatures, SignerSetId,
	},
	traits::{GenesisHash, ReceiptSink},
	AccountId, Hash, JobId, ReceiptId, RollupEpoch,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{Contains, Hooks, OnIdle, OnInitialize},
	weights::{constants::ParityDbWeight, Weight},
};
use sp_core::{ed25519, Pair};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentityLookup},
	BuildStorage, MultiSignature,
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
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(25)]
	pub type RollupAnchor = pallet_rollup_anchor;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type DbWeight = ParityDbWeight;
}

/// Hash of the mock's genesis.
pub const GENESIS: Hash = Hash::repeat_byte(0x47);

pub struct Genesis;
impl GenesisHash for Genesis {
	fn genesis_hash() -> Hash {
		GENESIS
	}
}

parameter_types! {
	pub static MaxReceiptsPerEpoch: u32 = 16;
	/// Pays for four receipts and, if there are none, for more than one certificate.
	pub static PruneWeight: Weight = Weight::from_parts(
		<() as crate::WeightInfo>::prune(4).ref_time() + <() as crate::WeightInfo>::forget_epoch().ref_time() * 2,
		u64::MAX,
	);
	pub static ValidatorAccounts: Vec<AccountId> = Vec::new();
	pub static AuthorizedLongevity: u32 = 8;
	pub const AuthorizedPriority: u64 = 1 << 40;
}

/// Those of [`ValidatorAccounts`].
pub struct Validators;
impl Contains<AccountId> for Validators {
	fn contains(who: &AccountId) -> bool {
		ValidatorAccounts::get().contains(who)
	}
}

impl pallet_rollup_anchor::Config for Test {
	type Genesis = Genesis;
	type Validators = Validators;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type AuthorizedPriority = AuthorizedPriority;
	type AuthorizedLongevity = AuthorizedLongevity;
	type MaxReceiptsPerEpoch = MaxReceiptsPerEpoch;
	type PruneWeight = PruneWeight;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Validators;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Validators {
	fn validator() -> AccountId {
		ValidatorAccounts::set(vec![account(1)]);
		account(1)
	}

	fn sign_ed25519(message: &[u8]) -> Option<([u8; 32], [u8; 64])> {
		let (pair, _) = ed25519::Pair::generate();
		Some((pair.public().0, pair.sign(message).0))
	}
}

/// Builds externalities.
pub struct ExtBuilder {
	params: AnchorParams,
	signers: u8,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		let params =
			AnchorParams { epoch_length: 5, retention_epochs: 100, scheme: Scheme::default() };
		Self { params, signers: 0 }
	}
}

impl ExtBuilder {
	/// Closed epochs whose receipts stay.
	pub fn retention(mut self, epochs: u32) -> Self {
		self.params.retention_epochs = epochs;
		self
	}

	/// Validators 1 to `count` with keys of this scheme from genesis on; their first session is that of block 1.
	pub fn signers(mut self, scheme: Scheme, count: u8) -> Self {
		self.params.scheme = scheme;
		self.signers = count;
		self
	}

	/// State at genesis.
	pub fn build(self) -> sp_io::TestExternalities {
		let scheme = self.params.scheme;
		ValidatorAccounts::set((1..=self.signers).map(account).collect());
		let storage = RuntimeGenesisConfig {
			system: Default::default(),
			rollup_anchor: crate::GenesisConfig {
				params: self.params,
				keys: (1..=self.signers).map(|n| (account(n), key(scheme, n))).collect(),
				..Default::default()
			},
		}
		.build_storage()
		.expect("the genesis is sound");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			if self.signers > 0 {
				session(1..=self.signers);
				System::reset_events();
			}
		});
		ext
	}

	/// Runs a test and then checks every invariant.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			RollupAnchor::do_try_state().expect("all invariants hold after a test");
		})
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	ExtBuilder::default().build()
}

/// An operation that tells `n` apart.
pub fn operation(n: JobId) -> Operation {
	Operation::DisputeChanged { dispute: 0, job: n, evidence: Hash::repeat_byte(n as u8), state: 1 }
}

/// Appends `count` receipts; the first id.
pub fn append(count: u64) -> ReceiptId {
	let first = crate::Open::<Test>::get().next_receipt;
	for n in 0..count {
		assert_eq!(RollupAnchor::append(operation(first + n)), first + n);
	}
	first
}

/// What [`append`] wrote under `id`.
pub fn body(id: ReceiptId, block: u32) -> ReceiptBody {
	ReceiptBody { id, block, operation: operation(id) }
}

/// Runs the hooks of every block up to `to`; what `on_initialize` of the last one claimed.
pub fn run_to(to: u32) -> Weight {
	let mut weight = Weight::zero();
	while System::block_number() < to {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		weight = <RollupAnchor as OnInitialize<u32>>::on_initialize(now);
	}
	weight
}

/// Gives `on_idle` of the present block `remaining`; what it used.
pub fn idle(remaining: Weight) -> Weight {
	<RollupAnchor as OnIdle<u32>>::on_idle(System::block_number(), remaining)
}

/// Events of the pallet since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

/// Runs the pallet's own `integrity_test`.
pub fn integrity_test() {
	<RollupAnchor as Hooks<u32>>::integrity_test();
}

/// Account of validator `n`.
pub fn account(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

/// The secret BLS key of validator `n`.
pub fn secret(n: u8) -> SecretKey {
	SecretKey::generate(&[n; 32])
}

/// The Ed25519 keys of validator `n`.
pub fn pair(n: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[n; 32])
}

/// The public key of validator `n`.
pub fn key(scheme: Scheme, n: u8) -> RollupKey {
	match scheme {
		Scheme::Bls => RollupKey::Bls(secret(n).public().0),
		Scheme::Ed25519 => RollupKey::Ed25519(pair(n).public().0),
	}
}

/// What validator `n` shows when it registers its key.
pub fn proof(scheme: Scheme, n: u8) -> KeyProof {
	match scheme {
		Scheme::Bls => KeyProof::Possession(secret(n).prove_possession().0),
		Scheme::Ed25519 => {
			KeyProof::Signature(pair(n).sign(&registration_message(GENESIS, &account(n))).0)
		},
	}
}

/// A session of these validators begins.
pub fn session(validators: impl IntoIterator<Item = u8>) {
	let accounts: Vec<_> = validators.into_iter().map(account).collect();
	ValidatorAccounts::set(accounts.clone());
	RollupAnchor::new_validators(&accounts);
}

/// Closes an epoch of one receipt more; its number.
pub fn close() -> RollupEpoch {
	append(1);
	let epoch = crate::Open::<Test>::get().number;
	run_to(System::block_number() + 5);
	assert_eq!(crate::Open::<Test>::get().number, epoch + 1);
	epoch
}

/// What the validators sign under a rollup.
pub fn message(epoch: RollupEpoch, set: SignerSetId) -> Vec<u8> {
	rollup_message(GENESIS, set, RollupAnchor::rollup(epoch).expect("a closed rollup").hash())
}

/// A certificate of `epoch` under `message` by the signers at `places` of a set of `seats`, validator `place + 1` at
/// each place.
pub fn sign(
	scheme: Scheme,
	(epoch, set): (RollupEpoch, SignerSetId),
	message: &[u8],
	places: impl IntoIterator<Item = u16>,
	seats: u32,
) -> RollupCertificate {
	let places: Vec<u16> = places.into_iter().collect();
	let signatures = match scheme {
		Scheme::Bls => {
			let shares: Vec<_> =
				places.iter().map(|place| secret(*place as u8 + 1).sign(message)).collect();
			Signatures::Bls {
				signers: bitmap(places, seats).expect("places of the set"),
				aggregate: aggregate(&shares).map_or([0; 48], |signature| signature.0),
			}
		},
		Scheme::Ed25519 => {
			let share =
				|place| Ed25519Share { place, signature: pair(place as u8 + 1).sign(message).0 };
			Signatures::Ed25519(
				places.into_iter().map(share).collect::<Vec<_>>().try_into().unwrap(),
			)
		},
	};
	RollupCertificate { epoch, set, signatures }
}

/// A sound certificate of a closed rollup under set 0, by the signers at `places` of `seats`.
pub fn certificate(
	scheme: Scheme,
	epoch: RollupEpoch,
	places: impl IntoIterator<Item = u16>,
	seats: u32,
) -> RollupCertificate {
	sign(scheme, (epoch, 0), &message(epoch, 0), places, seats)
}

/// The origin that `AuthorizeCall` gives.
pub fn authorized() -> RuntimeOrigin {
	frame_system::RawOrigin::Authorized.into()
}
