//! A runtime around the pallet, with a board, leases and clauses that do the least that their traits promise. All of
//! them keep what they know in storage, so that a refused call rolls them back like the real ones.

mod board;
mod messages;
mod neighbours;

pub use board::*;
pub use messages::*;
pub use neighbours::*;

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
	commit::{Commitment, Opening, Salt, SignedCommitment},
	ensemble::Aggregation,
	handoff::{HandoffState, RefusalSink, SignedRefusal},
	hashing::{attempt_nonce, input_commitment, output_hash, program_hash, tagged, NO_LINEAGE},
	job::{FailureReason, JobInput, JobStatus, JobTerms, Seat, SeatState, Settlement},
	node::{Misconduct, NodeRole, NodeSpec, NodeStatus},
	receipt::Operation,
	sealed::SealedInput,
	traits::{
		Audits, AutoDisputes, ClauseInfo, ClauseInspect, GenesisHash, Handoffs, JobBoard,
		JobListener, JobOutputs, LeaseInspect, NodeInspect, ReceiptSink, Slasher, Work,
	},
	workflow::{Dependencies, JobParent},
	zk::{FieldBytes, ProofBytes, ProofVerifier, Statement, VkId, ZkRefusal},
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
	/// Nodes that cannot be slashed.
	pub static SlashFails: Vec<NodeId> = Vec::new();
	/// No dispute can be opened.
	pub static DisputesFail: bool = false;
	/// Why no proof is accepted.
	pub static ProofRefusal: Option<ZkRefusal> = None;
	/// How often leases were looked at.
	pub static LeaseLooks: u32 = 0;
	/// The chain calls itself by another name.
	pub static Genesis: Hash = Hash::repeat_byte(0x9e);
	/// Refusals that the worker has handed on; `None`: they are not taken.
	pub static Refusals: Option<Vec<SignedRefusal>> = Some(Vec::new());
}

/// All neighbours at once.
pub struct Mock;

impl Config for Test {
	type Jobs = Mock;
	type Leases = Mock;
	type Clauses = Mock;
	type Nodes = Mock;
	type Handoffs = Mock;
	type Refusals = Mock;
	type Receipts = Mock;
	type Slasher = Mock;
	type Disputes = Mock;
	type Audits = Mock;
	type Verifier = Mock;
	type OverrideOrigin = frame_system::EnsureRoot<AccountId>;
	type Genesis = Mock;
	type AuthorizedPriority = AuthorizedPriority;
	type AuthorizedLongevity = AuthorizedLongevity;
	type MaxCertificates = MaxCertificates;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Mock;
}

pub struct ExtBuilder {
	mode: ExecutionMode,
	nodes: u32,
	backups: u32,
	commits: bool,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self::quorum(2, 3)
	}
}

impl ExtBuilder {
	/// A job in this mode with all its seats, whose nodes need not commit.
	pub fn of(mode: ExecutionMode) -> Self {
		let (_, n) = mode.quorum();
		Self { mode, nodes: n.into(), backups: 0, commits: false }
	}

	/// `n` verifiers who have to agree on what is proven.
	pub fn verifiers(n: u8) -> Self {
		Self::of(ExecutionMode::ZkVerifierSet { n })
	}

	/// The nodes commit before they show.
	pub fn committing(mut self) -> Self {
		self.commits = true;
		self
	}

	/// As many nodes were drawn besides, and are numbered after the seated ones: they can make a committee.
	pub fn backups(mut self, backups: u32) -> Self {
		self.backups = backups;
		self
	}

	pub fn quorum(k: u8, n: u8) -> Self {
		Self::of(ExecutionMode::Quorum { k, n })
	}

	pub fn single() -> Self {
		Self::of(ExecutionMode::Single)
	}

	/// `n` nodes whose answers become one. Node `i` has its seat for a score of `i` parts in a thousand.
	pub fn ensemble(n: u8, aggregation: Aggregation) -> Self {
		Self::of(ExecutionMode::Ensemble { n, aggregation })
	}

	pub fn mode(mut self, mode: ExecutionMode) -> Self {
		self.mode = mode;
		self
	}

	/// Job [`JOB`] with nodes 1 to n, at block [`NOW`].
	pub fn build(self) -> sp_io::TestExternalities {
		SettleFails::set(false);
		SlashFails::set(Vec::new());
		DisputesFail::set(false);
		ProofRefusal::set(None);
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
			for node in 1..=self.nodes + self.backups.max(2) {
				Leases::insert(node, lease(node));
			}
			open_job(JOB, self.mode, 1..=self.nodes);
			change_terms(JOB, |terms| terms.commit_reveal = self.commits);
			if self.backups > 0 {
				let drawn: Vec<_> = (1..=self.backups).map(|i| self.nodes + i).collect();
				Backups::insert(JOB, drawn);
			}
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
			terms.commit_reveal = true;
			for (seat, signing_key) in terms.seats.iter_mut().zip(keys) {
				seat.signing_key = *signing_key;
			}
		});
		JOB
	}

	fn without_commitments(job: JobId) {
		change_terms(job, |terms| terms.commit_reveal = false);
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
