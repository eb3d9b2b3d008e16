//! A chain in memory: blocks through `Executive`, every pallet's invariants checked after each.

use codec::Encode;
use concordat_attestation::Measurement;
use concordat_primitives::{
	cac::SignedCac,
	clause::{
		ClauseSpec, ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits, RiskClass,
		ALL_TRIGGERS,
	},
	commit::{Salt, SignedCommitment},
	hashing::program_hash,
	job::{JobConstraints, JobInput, JobTerms},
	node::{NodeRole, NodeSpec, NodeStatus, OperatorId, OperatorSignature, Resources},
	receipt::Operation,
	traits::JobBoard,
	units::CDT,
	views::{JobView, NodeView},
	AccountId, CapabilityId, ClauseId, Hash, JobId, Jurisdiction, NodeId, ReceiptId,
};
use concordat_runtime::{
	constants::SLOT_DURATION, genesis_presets, pallet_clause_registry, pallet_job_dispatch,
	pallet_node_staking, pallet_preimage, pallet_quorum_results, pallet_sudo, pallet_timestamp,
	queries, transactions::tx_extension, Attestation, Audits, Balances, BalancesCall,
	ClauseRegistry, Disputes, Executive, Governance, Header, JobDispatch, NodeIdentity,
	NodeStaking, QuorumResults, RollupAnchor, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeGenesisConfig, RuntimeOrigin, SignedPayload, System, Triggers, Trust,
	UncheckedExtrinsic, Workflows, ZkVerifiers,
};
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	storage::storage_prefix,
	StorageHasher, Twox64Concat,
};
use frame_system::{offchain::CreateAuthorizedTransaction, RawOrigin};
use serde_json::Value;
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	Slot,
};
use sp_core::{
	crypto::Pair as _,
	offchain::{
		testing::{TestOffchainExt, TestPersistentOffchainDB},
		OffchainDbExt,
	},
	sr25519,
};
use sp_io::{storage, TestExternalities};
use sp_runtime::{
	generic::Era,
	traits::{Dispatchable, Header as _, IdentifyAccount},
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
	ApplyExtrinsicResult, Digest, DigestItem, DispatchError, MultiSigner, StateVersion,
};

/// Slot before the first block.
const FIRST_SLOT: u64 = 900_000_000;
/// What the scenarios' clause asks for.
pub const CAPABILITY: &str = "test.echo";
/// The program of clauses that do not care: the shortest that there is.
pub const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

/// A chain in memory.
pub struct Chain {
	ext: TestExternalities,
	parent: Hash,
	/// Headers of all blocks, the first one being that of block 1.
	headers: Vec<Header>,
	/// What a node keeps beside the state. Forks share it, as the forks that one node has seen do.
	index: TestPersistentOffchainDB,
	/// Slots that nobody made a block in.
	missed: u64,
	/// Nodes whose operators send heartbeats, with the secret that signs them.
	alive: Vec<(NodeId, String)>,
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

/// Account of a secret.
pub fn account(uri: &str) -> AccountId {
	let pair = sr25519::Pair::from_string(uri, None).unwrap();
	MultiSigner::from(pair.public()).into_account()
}

/// The clause of the scenarios.
pub fn clause() -> ClauseId {
	ClauseId::parse("TEST::Echo@1.0").unwrap()
}

/// A transaction of an account, with its present nonce.
pub fn signed(uri: &str, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	signed_after(uri, call, 0)
}

/// The same, with so many transactions of the account before it in the block.
pub fn signed_after(uri: &str, call: impl Into<RuntimeCall>, before: u32) -> UncheckedExtrinsic {
	let call = call.into();
	let extension = tx_extension(Era::Immortal, System::account_nonce(account(uri)) + before, 0);
	let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
	let pair = sr25519::Pair::from_string(uri, None).unwrap();
	let signature = payload.using_encoded(|bytes| pair.sign(bytes));
	UncheckedExtrinsic::new_signed(call, account(uri).into(), signature.into(), extension)
}

/// A transaction that authorises itself.
pub fn authorized(call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
		call.into(),
	)
}

/// A transaction by which the root key of a development chain makes a call.
pub fn sudo(call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	signed("//Alice", pallet_sudo::Call::<Runtime>::sudo { call: Box::new(call.into()) })
}

/// The transaction that carries a commitment.
pub fn commit(signed: SignedCommitment) -> UncheckedExtrinsic {
	authorized(pallet_quorum_results::Call::<Runtime>::commit { signed })
}

/// The transaction that shows what was committed to.
pub fn reveal(cac: SignedCac, salt: Salt) -> UncheckedExtrinsic {
	authorized(pallet_quorum_results::Call::<Runtime>::reveal { cac: Box::new(cac), salt })
}

/// The transaction that carries a certificate.
pub fn deliver(cac: SignedCac) -> UncheckedExtrinsic {
	authorized(pallet_quorum_results::Call::<Runtime>::submit_cac { cac: Box::new(cac) })
}

impl Chain {
	/// A development chain; `patch` is laid over its genesis.
	///
	/// No job of one node is audited unless the patch says so: who is, is drawn by chance.
	pub fn with_genesis(patch: Value) -> Self {
		let json = |id: Option<&str>| -> Value {
			let bytes = get_preset::<RuntimeGenesisConfig>(
				&id.map(Into::into),
				genesis_presets::get_preset,
			)
			.unwrap();
			serde_json::from_slice(&bytes).unwrap()
		};
		let mut genesis = json(None);
		merge(&mut genesis, json(Some("development")));
		let spared = serde_json::json!({ "low": 0, "medium": 0, "high": 0, "critical": 0 });
		merge(&mut genesis, serde_json::json!({ "audits": { "params": { "rate": spared } } }));
		merge(&mut genesis, patch);
		let mut ext = TestExternalities::default();
		let parent = ext.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes()).unwrap();
			System::block_hash(0)
		});
		let index = TestPersistentOffchainDB::new();
		let mut chain =
			Self { ext, parent, headers: Vec::new(), index, missed: 0, alive: Vec::new() };
		chain.keep_index();
		chain
	}

	/// Another chain that goes on from here, with the same past. Whoever runs both keeps one index for them.
	pub fn fork(&mut self) -> Self {
		let mut ext = TestExternalities::default();
		ext.backend = self.ext.as_backend();
		Self {
			ext,
			parent: self.parent,
			headers: self.headers.clone(),
			index: self.index.clone(),
			missed: self.missed,
			alive: self.alive.clone(),
		}
	}

	/// Moves what the last block has written beside the state to the index, as a node does when it imports a block.
	fn keep_index(&mut self) {
		let written = self.ext.overlayed_changes().offchain().clone();
		self.index.apply_offchain_changes(written.into_iter());
		self.ext.persist_offchain_overlay();
	}

	/// Runs code over the state between blocks that also reads the index, as the RPC of a node does.
	pub fn read_indexed<T>(&mut self, f: impl FnOnce() -> T) -> T {
		let (index, _) = TestOffchainExt::with_offchain_db(self.index.clone());
		self.ext.register_extension(OffchainDbExt::new(index));
		self.ext.execute_with(f)
	}

	/// The header of the last block.
	pub fn head(&self) -> &Header {
		self.headers.last().expect("there are blocks")
	}

	/// A development chain.
	pub fn new() -> Self {
		Self::with_genesis(serde_json::json!({}))
	}

	/// Runs code over the state between blocks.
	pub fn read<T>(&mut self, f: impl FnOnce() -> T) -> T {
		self.ext.execute_with(f)
	}

	/// Runs code over the state between blocks and takes back all that it wrote.
	fn try_out<T>(&mut self, f: impl FnOnce() -> T) -> T {
		self.ext.execute_with(|| {
			storage::start_transaction();
			let result = f();
			storage::rollback_transaction();
			result
		})
	}

	/// Begins the next block: its header, its slot, its clock.
	fn begin(parent: Hash, missed: u64) {
		let number = System::block_number() + 1;
		let slot = FIRST_SLOT + u64::from(number) + missed;
		let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
			authority_index: 0,
			slot: Slot::from(slot),
		});
		let logs = vec![<DigestItem as CompatibleDigestItem>::babe_pre_digest(digest)];
		Executive::initialize_block(&Header::new(
			number,
			Default::default(),
			Default::default(),
			parent,
			Digest { logs },
		));
		let clock = pallet_timestamp::Call::<Runtime>::set { now: slot * SLOT_DURATION };
		Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(clock.into())).unwrap().unwrap();
	}

	/// Applies a transaction as an author does: one that is not valid leaves nothing.
	fn apply(transaction: UncheckedExtrinsic) -> ApplyExtrinsicResult {
		storage::start_transaction();
		let result = Executive::apply_extrinsic(transaction);
		match result {
			Ok(_) => storage::commit_transaction(),
			Err(_) => storage::rollback_transaction(),
		}
		result
	}

	/// Makes one block; the transactions are made over the state at its beginning. Heartbeats that
	/// are due follow them.
	pub fn block_with(
		&mut self,
		make: impl FnOnce() -> Vec<UncheckedExtrinsic>,
	) -> Vec<ApplyExtrinsicResult> {
		let (parent, missed, alive) = (self.parent, self.missed, self.alive.clone());
		let (header, results) = self.ext.execute_with(|| {
			Self::begin(parent, missed);
			let results = make().into_iter().map(Self::apply).collect();
			for (node, operator) in alive {
				Self::beat(node, &operator);
			}
			(Executive::finalize_block(), results)
		});
		self.keep_index();
		self.parent = header.hash();
		self.headers.push(header);
		self.check();
		results
	}

	/// Sends the heartbeat of an active node, if it is due.
	fn beat(node: NodeId, operator: &str) {
		let now = System::block_number();
		let interval = pallet_node_staking::Parameters::<Runtime>::get().heartbeat_interval;
		let last = pallet_node_staking::Pulses::<Runtime>::get(node).map_or(0, |pulse| pulse.last);
		let active = NodeStaking::view(node).is_some_and(|n| n.status == NodeStatus::Active);
		if !active || now < last + interval {
			return;
		}
		let message = pallet_node_staking::heartbeat_message(System::block_hash(0), node, now);
		let pair = sr25519::Pair::from_string(operator, None).unwrap();
		let beat = pallet_node_staking::Call::<Runtime>::heartbeat {
			node,
			at: now,
			signature: OperatorSignature::from(pair.sign(&message)),
		};
		match Self::apply(authorized(beat)) {
			// A block in which the session changes has no room: the operator tries the next one.
			Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => {},
			sent => sent.unwrap().unwrap(),
		}
	}

	/// Lets time pass in which nobody makes a block.
	pub fn stall(&mut self, seconds: u64) {
		self.missed += seconds * 1_000 / SLOT_DURATION;
	}

	/// From now on the operator of a node sends heartbeats, signed with this secret.
	pub fn keep_alive(&mut self, node: NodeId, operator: String) {
		self.alive.push((node, operator));
	}

	/// From now on the operator of this node sends no heartbeats.
	pub fn mute_one(&mut self, node: NodeId) {
		self.alive.retain(|(alive, _)| *alive != node);
	}

	/// From now on no operator sends heartbeats.
	pub fn mute(&mut self) {
		self.alive.clear();
	}

	/// Makes one block of these transactions, all of which have to succeed.
	pub fn block(&mut self, make: impl FnOnce() -> Vec<UncheckedExtrinsic>) {
		for (index, result) in self.block_with(make).into_iter().enumerate() {
			match result {
				Ok(Ok(())) => {},
				other => panic!("transaction {index}: {other:?}"),
			}
		}
	}

	/// Makes so many empty blocks.
	pub fn pass(&mut self, blocks: u32) {
		for _ in 0..blocks {
			self.block(Vec::new);
		}
	}

	/// The invariants of every pallet of the protocol hold.
	fn check(&mut self) {
		self.ext.execute_with(|| {
			for (pallet, state) in [
				("clause-registry", ClauseRegistry::do_try_state()),
				("attestation", Attestation::do_try_state()),
				("node-identity", NodeIdentity::do_try_state()),
				("node-staking", NodeStaking::do_try_state()),
				("job-dispatch", JobDispatch::do_try_state()),
				("quorum-results", QuorumResults::do_try_state()),
				("rollup-anchor", RollupAnchor::do_try_state()),
				("governance-timelocks", Governance::do_try_state()),
				("disputes", Disputes::do_try_state()),
				("trust", Trust::do_try_state()),
				("workflows", Workflows::do_try_state()),
				("triggers", Triggers::do_try_state()),
				("zk-verifiers", ZkVerifiers::do_try_state()),
				("audits", Audits::do_try_state()),
			] {
				if let Err(error) = state {
					panic!("{pallet} after block {}: {error:?}", System::block_number());
				}
			}
		});
	}

	/// What the pool would say of a transaction now.
	pub fn validate(
		&mut self,
		transaction: UncheckedExtrinsic,
	) -> Result<(), TransactionValidityError> {
		let at = self.parent;
		self.try_out(|| {
			Executive::validate_transaction(TransactionSource::External, transaction, at)
				.map(|_| ())
		})
	}

	/// A message that has to be refused everywhere with nothing changed: by the pool, by a block that
	/// carries it, and by its call even if an author let it through. No time passes. Returns the
	/// pool's reason and the call's.
	pub fn refused(
		&mut self,
		what: &str,
		transaction: UncheckedExtrinsic,
	) -> (InvalidTransaction, DispatchError) {
		let reason = match self.validate(transaction.clone()) {
			Err(TransactionValidityError::Invalid(reason)) => reason,
			other => panic!("{what}: the pool says {other:?}"),
		};
		let (parent, missed) = (self.parent, self.missed);
		let before = self.state();
		let error = self.try_out(|| {
			Self::begin(parent, missed);
			// The executive does so at the first transaction, valid or not.
			Executive::inherents_applied();
			let state = || storage::root(StateVersion::V1);
			let fresh = state();
			let index = System::extrinsic_index().unwrap_or_default();
			let result = Executive::apply_extrinsic(transaction.clone());
			assert!(result.is_err(), "{what}: a block takes it: {result:?}");
			// The executive noted the bytes before it looked at them; an author takes that back.
			let prefix = storage_prefix(b"System", b"ExtrinsicData");
			storage::clear(&[&prefix[..], &Twox64Concat::hash(&index.encode())].concat());
			assert_eq!(state(), fresh, "{what}: the block with it leaves another state");
			let error = transaction
				.function
				.clone()
				.dispatch(RuntimeOrigin::from(RawOrigin::Authorized))
				.expect_err("the call checks for itself")
				.error;
			assert_eq!(state(), fresh, "{what}: the call leaves another state");
			error
		});
		assert_eq!(self.state(), before);
		(reason, error)
	}

	/// Hash of the whole state: equal hashes, equal states.
	pub fn state(&mut self) -> Vec<u8> {
		self.ext.execute_with(|| storage::root(StateVersion::V1))
	}

	/// Registers a compute node with this secret; its operator's heartbeats begin.
	pub fn register_node(&mut self, controller: &str) -> NodeId {
		let secret = format!("{controller}//operator");
		let operator = sr25519::Pair::from_string(&secret, None).unwrap().public();
		let dest = account(controller);
		if self.wealth(&dest) == 0 {
			let value = 10_000 * CDT;
			let call = BalancesCall::transfer_keep_alive { dest: dest.into(), value };
			self.block(|| vec![signed("//Ferdie", call)]);
		}
		let call = pallet_node_staking::Call::<Runtime>::register {
			spec: NodeSpec {
				role: NodeRole::Compute,
				jurisdiction: Jurisdiction::parse("CHE").unwrap(),
				sovereign: false,
				capabilities: vec![CapabilityId::parse(CAPABILITY).unwrap()].try_into().unwrap(),
				capacity: 4,
				resources: Resources { cpu_cores: 1, memory_mib: 1_024, ..Default::default() },
				latency_class: 0,
			},
			operator_key: OperatorId::from(operator),
			stake: 1_000 * CDT,
		};
		self.block(|| vec![signed(controller, call)]);
		let node = self.read(|| {
			let page = queries::nodes(0, 100);
			let mine = |n: &NodeView| n.controller == account(controller);
			page.items.into_iter().rfind(mine).map(|n| n.id).unwrap()
		});
		self.keep_alive(node, secret);
		node
	}

	/// Registers the scenarios' clause.
	pub fn register_clause(&mut self, mode: ExecutionMode) {
		self.register_limited(ResourceLimits::SMALL, mode);
	}

	/// Registers the scenarios' clause with limits of its own.
	pub fn register_limited(&mut self, limits: ResourceLimits, mode: ExecutionMode) {
		self.register_changed(clause(), PROGRAM, |spec| {
			spec.limits = limits;
			spec.mode = mode;
		});
	}

	/// Registers a clause with a program of its own.
	pub fn register_version(&mut self, id: ClauseId, program: &[u8], mode: ExecutionMode) {
		self.register_changed(id, program, |spec| spec.mode = mode);
	}

	/// Registers a clause of a risk class.
	pub fn register_risky(&mut self, id: ClauseId, mode: ExecutionMode, risk: RiskClass) {
		self.register_changed(id, PROGRAM, |spec| {
			spec.mode = mode;
			spec.risk = risk;
		});
	}

	/// Registers a clause that accepts these measurements alone.
	pub fn register_choosy(&mut self, id: ClauseId, measurements: &[Measurement]) {
		self.register_changed(id, PROGRAM, |spec| {
			spec.measurements = measurements.to_vec().try_into().unwrap();
		});
	}

	/// Registers a clause for one node and routine work, but for what `change` does to it.
	pub fn register_changed(
		&mut self,
		id: ClauseId,
		program: &[u8],
		change: impl FnOnce(&mut ClauseSpec),
	) {
		let program = program.to_vec();
		let mut spec = Box::new(ClauseSpec {
			program: ProgramRef {
				hash: program_hash(&program),
				len: program.len() as u32,
				location: ProgramLocation::Preimage,
			},
			capability: CapabilityId::parse(CAPABILITY).unwrap(),
			mode: ExecutionMode::Single,
			risk: RiskClass::Low,
			triggers: ALL_TRIGGERS,
			limits: ResourceLimits::SMALL,
			resources: Default::default(),
			window: None,
			expiry: None,
			measurements: Default::default(),
			policy: Default::default(),
		});
		change(&mut spec);
		// Clauses may share a program; it is noted once.
		let hash = spec.program.hash;
		if self.read(|| !pallet_preimage::RequestStatusFor::<Runtime>::contains_key(hash)) {
			let note = pallet_preimage::Call::<Runtime>::note_preimage { bytes: program };
			self.block(|| vec![signed("//Alice", note)]);
		}
		let register =
			pallet_clause_registry::Call::<Runtime>::register { id, spec, activate: true };
		self.block(|| vec![signed("//Alice", register)]);
	}

	/// Dispatches a job of a clause and makes the block that assigns it.
	pub fn dispatch_to(&mut self, clause: ClauseId, constraints: JobConstraints) -> JobId {
		let input = JobInput::Inline(b"question".to_vec().try_into().unwrap());
		self.dispatch_on(clause, input, constraints)
	}

	/// Dispatches a job of a clause on an input and makes the block that assigns it.
	pub fn dispatch_on(
		&mut self,
		clause: ClauseId,
		input: JobInput,
		constraints: JobConstraints,
	) -> JobId {
		let call = pallet_job_dispatch::Call::<Runtime>::dispatch { clause, input, constraints };
		self.block(|| vec![signed("//Bob", call)]);
		self.pass(1);
		// They are numbered from 1.
		self.read(queries::totals).jobs
	}

	/// Dispatches a job of the scenarios' clause and makes the block that assigns it.
	pub fn dispatch(&mut self, constraints: JobConstraints) -> JobId {
		self.dispatch_to(clause(), constraints)
	}

	/// What clients see of a node.
	pub fn node(&mut self, node: NodeId) -> NodeView {
		self.read(|| queries::node(node)).unwrap()
	}

	/// What clients see of a job.
	pub fn job(&mut self, job: JobId) -> JobView {
		self.read(|| queries::job(job)).unwrap()
	}

	/// Terms of a job.
	pub fn terms(&mut self, job: JobId) -> JobTerms {
		self.read(|| <JobDispatch as JobBoard<AccountId>>::terms(job)).unwrap()
	}

	/// The events of the last block.
	pub fn events(&mut self) -> Vec<RuntimeEvent> {
		self.read(|| System::events().into_iter().map(|record| record.event).collect())
	}

	/// The latest receipt of which this holds, proved from its closed rollup's root.
	pub fn proved(&mut self, what: &str, is: impl Fn(&Operation) -> bool) -> Operation {
		let id = self
			.read(|| {
				(0..queries::totals().receipts).rev().find(|id| {
					queries::receipt(*id).is_some_and(|receipt| is(&receipt.body.operation))
				})
			})
			.unwrap_or_else(|| panic!("no receipt: {what}"));
		self.proved_by_id(id)
	}

	/// A receipt by its number, proved from its closed rollup's root.
	pub fn proved_by_id(&mut self, id: ReceiptId) -> Operation {
		// The epoch that holds it closes within a few blocks on a development chain.
		let proof = (0..100)
			.find_map(|_| {
				self.pass(1);
				self.read(|| queries::receipt_proof(id))
			})
			.expect("the rollup closes");
		let path: Vec<_> = proof.path.iter().map(|h| h.0).collect();
		let rollup = &proof.rollup;
		concordat_proofs::verify(&rollup.root.0, rollup.count, proof.index, &proof.encoded, &path)
			.expect("the receipt is in its rollup");
		assert_eq!(proof.encoded, proof.body.encode(), "what was hashed is what is shown");
		proof.body.operation
	}

	/// Everything that an account owns: free and held.
	pub fn wealth(&mut self, who: &AccountId) -> u128 {
		self.read(|| {
			use frame_support::traits::fungible::Inspect;
			<Balances as Inspect<AccountId>>::total_balance(who)
		})
	}

	/// What is held of an account.
	pub fn held(&mut self, who: &AccountId) -> u128 {
		self.read(|| {
			use frame_support::traits::fungible::InspectHold;
			<Balances as InspectHold<AccountId>>::total_balance_on_hold(who)
		})
	}
}
