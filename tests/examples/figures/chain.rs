//! Blocks on the real runtime that are made once and can be executed again over the state before them.

use codec::Encode;
use concordat_attestation::{
	report_data,
	simulator::dev::{DevKind, DevPlatform},
	source::Piece,
	Error, Evidence,
};
use concordat_primitives::{
	cac::{
		Ack, CacStatement, CacV1, Engine, EngineKind, Outcome, Output, ResourceUsage, SignedAck,
		SignedCac,
	},
	clause::{
		ClauseSpec, ExecutionMode, PolicyBinding, ProgramLocation, ProgramRef, ResourceLimits,
		RiskClass, ALL_TRIGGERS,
	},
	commit::{Commitment, Opening, Salt, SignedCommitment},
	handoff::{task_hash, Handoff, SignedHandoff},
	hashing::{output_hash, program_hash},
	job::{JobConstraints, JobInput, JobTerms, Seat},
	node::{NodeRole, NodeSpec, OperatorId, Resources},
	traits::{JobBoard, LeaseInspect},
	units::CDT,
	AccountId, CapabilityId, ClauseId, Hash, Jurisdiction, NodeId,
};
use concordat_runtime::{
	constants::SLOT_DURATION, genesis_presets, pallet_attestation, pallet_clause_registry,
	pallet_job_dispatch, pallet_node_staking, pallet_preimage, pallet_quorum_results,
	pallet_timestamp, pallet_workflows, queries, transactions::tx_extension, Attestation, Block,
	Executive, Header, JobDispatch, Runtime, RuntimeCall, RuntimeGenesisConfig, SignedPayload,
	System, UncheckedExtrinsic, WASM_BINARY,
};
use frame_support::{
	dispatch::GetDispatchInfo,
	genesis_builder_helper::{build_state, get_preset},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sc_executor::WasmExecutor;
use serde_json::{json, Value};
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	Slot,
};
use sp_core::{
	crypto::Pair as _,
	ed25519, sr25519,
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_io::TestExternalities;
use sp_runtime::{
	generic::Era,
	traits::{Header as _, IdentifyAccount},
	Digest, DigestItem, MultiSigner,
};
use std::time::Instant;

/// Slot before the first block.
const FIRST_SLOT: u64 = 900_000_000;
/// What the clauses ask for; development chains declare it at genesis.
pub const CAPABILITY: &str = "bench.echo";
/// The answer of every enclave.
const ANSWER: &[u8] = b"answer";
/// What makes its commitments unguessable, were it a secret.
const SALT: Salt = [0x5a; 32];

type HostFunctions = (sp_io::SubstrateHostFunctions, sp_crypto_ec_utils::HostFunctionsRfc163);

/// The runtime as the node runs it.
pub struct Wasm {
	executor: WasmExecutor<HostFunctions>,
	code: WrappedRuntimeCode<'static>,
}

impl Wasm {
	/// The runtime of this build.
	pub fn new() -> Self {
		Self::of(WASM_BINARY.expect("the runtime was built with SKIP_WASM_BUILD unset"))
	}

	/// Another blob, with the host functions of the runtime.
	pub fn of(code: &'static [u8]) -> Self {
		Self { executor: WasmExecutor::builder().build(), code: WrappedRuntimeCode(code.into()) }
	}

	/// Microseconds of one call over a state, which stays as it is.
	pub fn micros(&self, ext: &mut TestExternalities, method: &str, data: &[u8]) -> f64 {
		self.answer(ext, method, data).0
	}

	/// The same, and the answer.
	pub fn answer(&self, ext: &mut TestExternalities, method: &str, data: &[u8]) -> (f64, Vec<u8>) {
		let code = RuntimeCode {
			code_fetcher: &self.code,
			heap_pages: None,
			// Each executor runs one blob.
			hash: b"the blob of this executor".to_vec(),
		};
		let start = Instant::now();
		let (result, _) = self.executor.call(
			&mut ext.ext(),
			&code,
			method,
			data,
			CallContext::Onchain { import: true },
		);
		let micros = start.elapsed().as_secs_f64() * 1e6;
		let answer = result.unwrap_or_else(|error| panic!("{method}: {error}"));
		ext.reset_overlay();
		(micros, answer)
	}
}

/// A block and the state before it.
pub struct Recorded {
	before: TestExternalities,
	block: Block,
	bytes: Vec<u8>,
	/// Weight the block was charged: every extrinsic after its refund, and the hooks.
	pub charged: u64,
	/// Weight its transactions reserved before they ran.
	pub reserved: u64,
}

impl Recorded {
	/// Microseconds of `Core_execute_block`, in WebAssembly.
	pub fn wasm(&mut self, wasm: &Wasm) -> f64 {
		wasm.micros(&mut self.before, "Core_execute_block", &self.bytes)
	}

	/// Microseconds of the same, in native code.
	pub fn native(&mut self) -> f64 {
		let block = self.block.clone().into();
		let start = Instant::now();
		self.before.execute_with(|| Executive::execute_block(block));
		let micros = start.elapsed().as_secs_f64() * 1e6;
		self.before.reset_overlay();
		micros
	}
}

/// A chain in memory.
pub struct Chain {
	/// Its state.
	pub ext: TestExternalities,
	parent: Hash,
}

/// An enclave and the node it works for.
pub struct Enclave {
	/// Node on chain.
	pub node: NodeId,
	/// What it runs on.
	pub platform: DevPlatform,
	key: ed25519::Pair,
}

/// Evidence that the simulated enclave runs on a platform.
pub fn evidence(platform: &DevPlatform, report_data: [u8; 64], now: u64) -> Evidence {
	platform.evidence(genesis_presets::SIMULATED_MEASUREMENT.0, report_data, now)
}

/// A clause with the given name.
pub fn clause(name: &str) -> ClauseId {
	ClauseId::parse(&format!("BENCH::{name}@1.0")).expect("a valid name")
}

/// Account of a secret.
pub fn account(uri: &str) -> AccountId {
	MultiSigner::from(pair(uri).public()).into_account()
}

fn pair(uri: &str) -> sr25519::Pair {
	sr25519::Pair::from_string(uri, None).expect("a valid secret")
}

/// A transaction of an account, with so many others of it before in the same block.
pub fn signed(uri: &str, call: impl Into<RuntimeCall>, before: u32) -> UncheckedExtrinsic {
	let call = call.into();
	let extension = tx_extension(Era::Immortal, System::account_nonce(account(uri)) + before, 0);
	let payload = SignedPayload::new(call.clone(), extension.clone()).expect("no lookup fails");
	let signature = payload.using_encoded(|bytes| pair(uri).sign(bytes));
	UncheckedExtrinsic::new_signed(call, account(uri).into(), signature.into(), extension)
}

/// A transaction that proves by itself that it may be included.
pub fn authorized<C>(call: C) -> UncheckedExtrinsic
where
	RuntimeCall: From<C>,
{
	<Runtime as CreateAuthorizedTransaction<C>>::create_authorized_transaction(call.into())
}

/// A header to begin a block with.
pub fn header(number: u32, parent: Hash) -> Header {
	let slot = Slot::from(FIRST_SLOT + u64::from(number));
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let logs = vec![<DigestItem as CompatibleDigestItem>::babe_pre_digest(digest)];
	Header::new(number, Default::default(), Default::default(), parent, Digest { logs })
}

fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}

impl Chain {
	/// A development chain; `patch` is laid over its genesis.
	pub fn new(patch: Value) -> Self {
		let json = |id: Option<&str>| -> Value {
			let id = id.map(Into::into);
			let bytes = get_preset::<RuntimeGenesisConfig>(&id, genesis_presets::get_preset);
			serde_json::from_slice(&bytes.expect("the preset exists")).expect("valid JSON")
		};
		let mut genesis = json(None);
		merge(&mut genesis, json(Some("development")));
		// Nobody sends heartbeats here, and nobody is taken for dead.
		merge(&mut genesis, json!({ "nodeStaking": { "params": { "heartbeatInterval": 1_000 } } }));
		// Nothing is audited: an audit is a job of its own, and it is by chance that there is one.
		let never = json!({ "low": 0, "medium": 0, "high": 0, "critical": 0 });
		merge(&mut genesis, json!({ "audits": { "params": { "rate": never } } }));
		merge(&mut genesis, patch);
		let mut ext = TestExternalities::default();
		let parent = ext.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes())
				.expect("a valid genesis");
			System::block_hash(0)
		});
		ext.commit_all().expect("no transaction is open");
		Self { ext, parent }
	}

	/// Another chain that goes on from here.
	pub fn fork(&self) -> Self {
		Self { ext: fork(&self.ext), parent: self.parent }
	}

	/// Runs code over the state between blocks.
	pub fn read<T>(&mut self, f: impl FnOnce() -> T) -> T {
		self.ext.execute_with(f)
	}

	/// Makes one block of transactions that all succeed. They are made over the state before it.
	pub fn block(&mut self, make: impl FnOnce() -> Vec<UncheckedExtrinsic>) -> Recorded {
		self.block_of(make, true)
	}

	/// Makes one block of transactions that are all taken and all fail.
	pub fn refusing_block(&mut self, make: impl FnOnce() -> Vec<UncheckedExtrinsic>) -> Recorded {
		self.block_of(make, false)
	}

	fn block_of(
		&mut self,
		make: impl FnOnce() -> Vec<UncheckedExtrinsic>,
		succeed: bool,
	) -> Recorded {
		let before = fork(&self.ext);
		let parent = self.parent;
		let (header, transactions, charged, reserved) = self.ext.execute_with(|| {
			let mut transactions = make();
			let reserved = transactions.iter().map(reserved).sum();
			let number = System::block_number() + 1;
			let now = (FIRST_SLOT + u64::from(number)) * SLOT_DURATION;
			let clock = pallet_timestamp::Call::set { now };
			transactions.insert(0, UncheckedExtrinsic::new_bare(clock.into()));
			Executive::initialize_block(&header(number, parent));
			for (index, transaction) in transactions.iter().enumerate() {
				match Executive::apply_extrinsic(transaction.clone()) {
					// The first one sets the clock.
					Ok(outcome) if outcome.is_ok() == (succeed || index == 0) => {},
					other => panic!("transaction {index}: {other:?}"),
				}
			}
			let header = Executive::finalize_block();
			(header, transactions, System::block_weight().total().ref_time(), reserved)
		});
		self.ext.commit_all().expect("no transaction is open");
		self.parent = header.hash();
		let block = Block { header, extrinsics: transactions };
		Recorded { before, bytes: block.encode(), block, charged, reserved }
	}

	/// Makes an empty block.
	pub fn pass(&mut self) -> Recorded {
		self.block(Vec::new)
	}

	/// Registers a compute node with an enclave behind it, on a simulated TDX platform, and has it attested.
	pub fn enclave(&mut self, number: u8) -> Enclave {
		self.enclave_on(number, DevKind::Tdx)
	}

	/// The same on a platform of this kind.
	pub fn enclave_on(&mut self, number: u8, kind: DevKind) -> Enclave {
		let platform = DevPlatform::new(kind, &number.to_string());
		let now = self.now();
		self.post(platform.collateral(now));
		let controller = format!("//Node//{number}");
		let key = ed25519::Pair::from_seed(&[number; 32]);
		let call = pallet_node_staking::Call::register {
			spec: NodeSpec {
				role: NodeRole::Compute,
				jurisdiction: Jurisdiction::parse("CHE").expect("a valid code"),
				sovereign: false,
				capabilities: vec![capability()].try_into().expect("one fits"),
				capacity: 64,
				resources: Resources { cpu_cores: 8, memory_mib: 65_536, ..Default::default() },
				latency_class: 0,
			},
			operator_key: OperatorId::from(pair(&format!("{controller}//operator")).public()),
			stake: 10_000 * CDT,
		};
		self.block(|| vec![signed(&controller, call, 0)]);
		let node = self.read(|| {
			let mine =
				|n: &concordat_primitives::views::NodeView| n.controller == account(&controller);
			queries::nodes(0, 100).items.into_iter().find(mine).expect("just registered").id
		});
		let public = key.public().0;
		self.block(|| {
			let number = System::block_number() - 1;
			let challenge = System::block_hash(number);
			let genesis = System::block_hash(0).0;
			let data = report_data(&genesis, node, &public, &[7; 32], &challenge.0);
			let evidence = evidence(&platform, data, concordat_runtime::Timestamp::get() / 1_000);
			let call = pallet_attestation::Call::attest {
				node,
				evidence: evidence.into(),
				signing_key: public,
				encryption_key: [7; 32],
				challenge: (number, challenge),
			};
			vec![signed(&controller, call, 0)]
		});
		Enclave { node, key, platform }
	}

	/// Unix time in seconds at which the next block is made.
	pub fn now(&mut self) -> u64 {
		self.read(|| (FIRST_SLOT + u64::from(System::block_number()) + 1) * SLOT_DURATION / 1_000)
	}

	/// Has collateral posted, as much of it as the chain does not hold.
	fn post(&mut self, mut pieces: Vec<Piece>) {
		let held = |piece: &Piece| {
			matches!(Attestation::check_collateral(piece), Err(Error::AlreadyHeld(_)))
		};
		self.read(|| pieces.retain(|piece| !held(piece)));
		self.block(|| {
			let post = |piece| pallet_attestation::Call::post_collateral { piece: Box::new(piece) };
			let one = |(piece, before)| signed("//Eve", post(piece), before);
			pieces.into_iter().zip(0..).map(one).collect()
		});
	}

	/// Registers a clause under a policy.
	pub fn register_clause(&mut self, name: &str, mode: ExecutionMode, policy: PolicyBinding) {
		let program = [b"\0asm\x01\0\0\0", name.as_bytes()].concat();
		let spec = ClauseSpec {
			program: ProgramRef {
				hash: program_hash(&program),
				len: program.len() as u32,
				location: ProgramLocation::Preimage,
			},
			capability: capability(),
			mode,
			risk: RiskClass::Low,
			triggers: ALL_TRIGGERS,
			limits: ResourceLimits::SMALL,
			resources: Default::default(),
			window: None,
			expiry: None,
			measurements: Default::default(),
			policy,
		};
		let note = pallet_preimage::Call::note_preimage { bytes: program };
		self.block(|| vec![signed("//Alice", note, 0)]);
		let id = clause(name);
		let register =
			pallet_clause_registry::Call::register { id, spec: spec.into(), activate: true };
		self.block(|| vec![signed("//Alice", register, 0)]);
	}
}

/// What the clauses ask for.
pub fn capability() -> CapabilityId {
	CapabilityId::parse(CAPABILITY).expect("a valid name")
}

/// What every job runs on.
pub fn question() -> JobInput {
	JobInput::Inline(b"question".to_vec().try_into().expect("short"))
}

/// What every job asks of the nodes.
pub fn constraints() -> JobConstraints {
	JobConstraints { timeout_blocks: Some(30), ..Default::default() }
}

/// So many transactions that each dispatch one job.
pub fn dispatches(name: &str, jobs: u32) -> Vec<UncheckedExtrinsic> {
	let one = |before| {
		let call = pallet_job_dispatch::Call::dispatch {
			clause: clause(name),
			input: question(),
			constraints: constraints(),
		};
		signed("//Bob", call, before)
	};
	(0..jobs).map(one).collect()
}

/// Terms of all jobs that are on record, over the state between blocks.
pub fn all_terms() -> Vec<JobTerms> {
	let last = JobDispatch::next_job();
	(1..last).filter_map(<JobDispatch as JobBoard<AccountId>>::terms).collect()
}

/// Hash over the outputs that a job needs.
fn lineage(terms: &JobTerms) -> Hash {
	<JobDispatch as JobBoard<AccountId>>::lineage(terms.job).expect("the job is on record")
}

fn reserved(transaction: &UncheckedExtrinsic) -> u64 {
	let info = transaction.get_dispatch_info();
	let base = concordat_runtime::configs::system::RuntimeBlockWeights::get()
		.get(info.class)
		.base_extrinsic;
	info.total_weight().saturating_add(base).ref_time()
}

/// Another state like this one.
pub fn fork(ext: &TestExternalities) -> TestExternalities {
	let mut other = TestExternalities::default();
	other.backend = ext.backend.clone();
	other
}

impl Enclave {
	/// The transaction by which it takes its seat. Over the state between blocks.
	pub fn acknowledge(&self, terms: &JobTerms) -> Option<UncheckedExtrinsic> {
		let seat = terms.seats.iter().find(|seat| seat.node == self.node)?;
		let ack = Ack {
			genesis: System::block_hash(0),
			job: terms.job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: self.node,
		};
		let signature = self.key.sign(&ack.message()).0;
		let signed = SignedAck { ack, signature };
		Some(authorized(pallet_quorum_results::Call::acknowledge { signed }))
	}

	/// What it certifies about its seat. Over the state between blocks.
	fn certificate(&self, terms: &JobTerms) -> Option<SignedCac> {
		let seat = terms.seats.iter().find(|seat| seat.node == self.node)?;
		let lease = <Attestation as LeaseInspect>::lease_of_node(self.node)?;
		let number = System::block_number() - 1;
		let statement = CacStatement::V1(CacV1 {
			genesis: System::block_hash(0),
			job: terms.job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: self.node,
			clause: terms.clause.clone(),
			program: terms.program,
			measurement: lease.measurement,
			lease: seat.lease,
			input: terms.input,
			lineage: lineage(terms),
			outcome: Outcome::Success {
				hash: output_hash(ANSWER),
				output: Output::Inline(ANSWER.to_vec().try_into().expect("short")),
			},
			usage: ResourceUsage {
				fuel: 1_000_000,
				cpu_micros: 900,
				peak_memory: 65_536,
				bytes_in: 8,
				bytes_out: ANSWER.len() as u32,
				storage_ops: 3,
			},
			engine: Engine { kind: EngineKind::Wasmtime, version: (36, 0, 0) },
			acted_on: (number, System::block_hash(number)),
			simulated: true,
		});
		let signature = self.key.sign(&statement.message()).0;
		Some(SignedCac { statement, signature })
	}

	/// The transaction that carries its certificate. Over the state between blocks.
	pub fn certify(&self, terms: &JobTerms) -> Option<UncheckedExtrinsic> {
		let cac = Box::new(self.certificate(terms)?);
		Some(authorized(pallet_quorum_results::Call::submit_cac { cac }))
	}

	/// The transaction by which it commits to its result. Over the state between blocks.
	pub fn commit(&self, terms: &JobTerms) -> Option<UncheckedExtrinsic> {
		let seat = terms.seats.iter().find(|seat| seat.node == self.node)?;
		let key = self.key.public().0;
		let opening = Opening {
			genesis: System::block_hash(0),
			job: terms.job,
			attempt: seat.attempt,
			node: self.node,
			key: &key,
			tally: Ok(output_hash(ANSWER)),
		};
		let commitment = Commitment {
			genesis: System::block_hash(0),
			job: terms.job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: self.node,
			hash: opening.commit(&SALT),
		};
		let signature = self.key.sign(&commitment.message()).0;
		let signed = SignedCommitment { commitment, signature };
		Some(authorized(pallet_quorum_results::Call::commit { signed }))
	}

	/// The transaction by which it shows what it has committed to. Over the state between blocks.
	pub fn reveal(&self, terms: &JobTerms) -> Option<UncheckedExtrinsic> {
		let cac = Box::new(self.certificate(terms)?);
		Some(authorized(pallet_quorum_results::Call::reveal { cac, salt: SALT }))
	}

	/// Transactions by which it hands a workflow's step to everybody who has a seat in it, if it ran the step before.
	/// Over the state between blocks.
	pub fn hand_over(&self, terms: &JobTerms) -> Vec<UncheckedExtrinsic> {
		let record = pallet_workflows::StepJobs::<Runtime>::get(terms.job);
		let mine = |sender: pallet_workflows::Sender| sender.node == self.node;
		let Some(record) = record.filter(|record| record.sender.is_some_and(mine)) else {
			return Vec::new();
		};
		let task = task_hash(&terms.clause, &terms.program, &terms.input, &lineage(terms));
		let one = |seat: &Seat| {
			let handoff = Handoff {
				genesis: System::block_hash(0),
				workflow: record.workflow,
				step: record.step,
				from: self.node,
				to: seat.node,
				job: terms.job,
				attempt: seat.attempt,
				nonce: seat.nonce,
				task,
				context: record.context,
			};
			let signature = self.key.sign(&handoff.message()).0;
			let signed = Box::new(SignedHandoff { handoff, signature });
			authorized(pallet_workflows::Call::hand_over { signed })
		};
		terms.seats.iter().map(one).collect()
	}
}
