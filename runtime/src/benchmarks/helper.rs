//! What the benchmarks of the protocol's pallets cannot set up by themselves: nodes, leases, clauses
//! and jobs that other pallets keep. The real pallets make them, by their calls where there is one.
//! Evidence is the exception: a lease is written as `attest` would leave it.

use crate::{
	configs::protocol::TreasuryAccount, genesis_presets::SIMULATED_MEASUREMENT, AccountId,
	Attestation, Balances, ClauseRegistry, Hash, JobDispatch, NodeStaking, Preimage, Runtime,
	System,
};
use alloc::{boxed::Box, format, vec, vec::Vec};
use codec::Encode;
use concordat_primitives::{
	attest::{
		Lease, Measurement, MeasurementStatus, PlatformId, RiskClasses, SigningKey, TcbStatus,
		Vendor,
	},
	cac::{
		CacStatement, CacV1, Engine, EngineKind, Outcome, Output, ResourceUsage, Signature,
		SignedCac,
	},
	clause::{
		ClauseSpec, ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits, RiskClass,
		ALL_TRIGGERS, MAX_INPUT_BYTES, MAX_SEATS,
	},
	job::{JobConstraints, JobInput, JobStatus, Settlement},
	node::{NodeProfile, NodeRole, NodeSpec, OperatorId, Resources},
	text::Name,
	traits::{JobBoard, LeaseInspect, LeaseListener},
	units::{CDT, DAYS},
	CapabilityId, ClauseId, JobId, Jurisdiction, NodeId, Version,
};
use frame_benchmarking::account;
use frame_support::{
	traits::{fungible::Mutate, OnInitialize, StorePreimage},
	BoundedVec,
};
use frame_system::RawOrigin;
use pallet_attestation::{
	ActiveMeasurements, Agenda, LeaseOfKey, LeaseOfNode, LeaseOfPlatform, Leases, Measurements,
	NextLease, SimulationAllowed,
};
use pallet_job_dispatch::{Inputs, Jobs, Orders};
use pallet_node_staking::{LastNode, LeaseSummary, NodeRecord, Nodes, NodesOf, Parameters};
use sp_core::sr25519;
use sp_io::{
	crypto::{ed25519_generate, ed25519_sign},
	hashing::{blake2_128, blake2_256},
};

/// Sets up for each pallet what others keep.
pub struct Helper;

/// What the nodes of these benchmarks can do.
const CAPABILITY: CapabilityId = CapabilityId(*b"benchmark.helper");

/// Where benchmarks keep the keys of enclaves.
const KEY_TYPE: sp_core::crypto::KeyTypeId = sp_core::crypto::KeyTypeId(*b"benc");

/// The shortest program.
const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

fn fund(who: &AccountId) {
	<Balances as Mutate<AccountId>>::set_balance(who, 1_000_000 * CDT);
}

fn funded(name: &'static str, index: u32) -> AccountId {
	let who = account(name, index, 0);
	fund(&who);
	who
}

/// 32 bytes that only these arguments lead to.
fn distinct(what: &str, index: u32) -> [u8; 32] {
	blake2_256(&(what, index).encode())
}

/// Registers a compute node with little to offer: what it takes to tell the pools of a node with more
/// belongs to the weight of the pools.
fn registered(controller: &AccountId) -> NodeId {
	ClauseRegistry::note_capability(CAPABILITY);
	// Evidence and leases are dated. Without a block's clock the pallet of the clock would complain in the log, and
	// that would be measured.
	if pallet_timestamp::Now::<Runtime>::get() == 0 {
		pallet_timestamp::Now::<Runtime>::put(1_000);
	}
	fund(controller);
	let spec = NodeSpec {
		role: NodeRole::Compute,
		jurisdiction: Jurisdiction(*b"IDN"),
		sovereign: true,
		capabilities: BoundedVec::truncate_from(vec![CAPABILITY]),
		capacity: 4,
		resources: Resources { cpu_cores: 4, memory_mib: 4_096, ..Default::default() },
		latency_class: 1,
	};
	let key = OperatorId::from(sr25519::Public::from_raw(blake2_256(&controller.encode())));
	let stake = Parameters::<Runtime>::get().min_stake_compute;
	NodeStaking::register(RawOrigin::Signed(controller.clone()).into(), spec, key, stake)
		.expect("a funded controller registers a sound node");
	LastNode::<Runtime>::get()
}

/// Gives the node a lease for `key` that counts, without telling anybody.
fn leased(node: NodeId, key: SigningKey) -> Lease {
	// Simulated: a read more than otherwise.
	SimulationAllowed::<Runtime>::put(true);
	if !Measurements::<Runtime>::contains_key(SIMULATED_MEASUREMENT) {
		let status = MeasurementStatus::Active { since: 0 };
		Measurements::<Runtime>::insert(SIMULATED_MEASUREMENT, status);
		ActiveMeasurements::<Runtime>::mutate(|count| *count += 1);
	}
	let id = NextLease::<Runtime>::mutate(|next| {
		*next += 1;
		*next - 1
	});
	let now = System::block_number();
	let lease = Lease {
		id,
		node,
		vendor: Vendor::IntelTdx,
		measurement: SIMULATED_MEASUREMENT,
		platform: PlatformId(distinct("platform", node)),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: key,
		encryption_key: distinct("encryption key", node),
		simulated: true,
		issued_at: now,
		expires_at: now + 2 * DAYS,
		not_after: u64::MAX,
	};
	LeaseOfNode::<Runtime>::insert(node, id);
	LeaseOfKey::<Runtime>::insert(key, id);
	LeaseOfPlatform::<Runtime>::insert(lease.platform, id);
	Agenda::<Runtime>::insert(lease.expires_at, id, ());
	Leases::<Runtime>::insert(id, &lease);
	lease
}

/// A node that takes jobs and signs with `key`.
fn at_work(name: &'static str, index: u32, key: SigningKey) -> NodeId {
	let node = registered(&account(name, index, 0));
	NodeStaking::lease_granted(&leased(node, key));
	node
}

fn clause(mode: ExecutionMode, capability: CapabilityId) -> ClauseId {
	naming(mode, capability, Vec::new())
}

/// A clause that names measurements of its own.
fn naming(
	mode: ExecutionMode,
	capability: CapabilityId,
	measurements: Vec<Measurement>,
) -> ClauseId {
	named(mode, capability, measurements, &funded("clause-owner", 0))
}

/// The same, of an owner.
fn named(
	mode: ExecutionMode,
	capability: CapabilityId,
	measurements: Vec<Measurement>,
	owner: &AccountId,
) -> ClauseId {
	registered_clause(mode, capability, measurements, owner, true)
}

/// The same, active or a draft.
fn registered_clause(
	mode: ExecutionMode,
	capability: CapabilityId,
	measurements: Vec<Measurement>,
	owner: &AccountId,
	active: bool,
) -> ClauseId {
	ClauseRegistry::note_capability(capability);
	let program = Preimage::note(PROGRAM.into()).expect("the program fits a preimage");
	// One node alone is not enough for the higher risk classes.
	let alone = matches!(mode, ExecutionMode::Single | ExecutionMode::Quorum { n: 1, .. });
	let spec = ClauseSpec {
		program: ProgramRef {
			hash: program,
			len: PROGRAM.len() as u32,
			location: ProgramLocation::Preimage,
		},
		capability,
		mode,
		risk: if alone { RiskClass::Medium } else { RiskClass::Critical },
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::SMALL,
		resources: Default::default(),
		window: None,
		expiry: None,
		measurements: BoundedVec::truncate_from(measurements),
		policy: Default::default(),
	};
	// The longest names.
	let number = pallet_clause_registry::Clauses::<Runtime>::count();
	let name = |text: &str| Name::parse(text).expect("a name of 32 characters");
	let authority = format!(
		"{:?}",
		sp_core::hexdisplay::HexDisplay::from(&blake2_128(&owner.encode()).to_vec())
	);
	let id = ClauseId {
		// One for each owner: an authority belongs to whoever registered under it first.
		authority: name(&authority),
		name: name(&format!("{number:0>32}")),
		version: Version { major: 1, minor: 0 },
	};
	let owner = RawOrigin::Signed(owner.clone());
	ClauseRegistry::register(owner.into(), id.clone(), Box::new(spec), active)
		.expect("a funded owner registers a sound clause");
	id
}

/// A job on as many nodes as can sit on one, each of which signs with one of `keys`.
fn scheduled(keys: &[SigningKey]) -> JobId {
	scheduled_as(ExecutionMode::Quorum { k: 4, n: 7 }, 1_024, keys)
}

/// The same in another mode, on another input.
fn scheduled_as(mode: ExecutionMode, input: usize, keys: &[SigningKey]) -> JobId {
	for (index, key) in (0..).zip(keys) {
		at_work("seat", index, *key);
	}
	// Fees are paid to an account that exists.
	fund(&TreasuryAccount::get());
	let clause = clause(mode, CAPABILITY);
	let input = JobInput::Inline(BoundedVec::truncate_from(vec![7; input]));
	let job = JobDispatch::next_job();
	let requester = RawOrigin::Signed(funded("requester", 0));
	JobDispatch::dispatch(requester.into(), clause, input, JobConstraints::default())
		.expect("a funded requester dispatches");

	let next = System::block_number() + 1;
	System::set_block_number(next);
	JobDispatch::on_initialize(next);
	let status = JobDispatch::terms(job).map(|terms| terms.status);
	assert_eq!(status, Some(JobStatus::Scheduled), "there are nodes for every seat");
	job
}

impl pallet_attestation::BenchmarkHelper for Helper {
	fn add_node(controller: &AccountId) -> NodeId {
		registered(controller)
	}

	fn add_clause(measurements: Vec<Measurement>) {
		naming(ExecutionMode::Single, CAPABILITY, measurements);
	}
}

impl pallet_node_identity::benchmarking::BenchmarkHelper for Helper {
	fn add_node(controller: &AccountId) -> NodeId {
		registered(controller)
	}

	fn remove_node(node: NodeId) {
		Nodes::<Runtime>::remove(node);
	}
}

impl pallet_job_dispatch::benchmarking::BenchmarkHelper for Helper {
	fn active_clause(mode: ExecutionMode, capability: CapabilityId) -> ClauseId {
		clause(mode, capability)
	}

	/// The same node for the same index. It is in no pool: the benchmarks admit it themselves.
	fn node(index: u32) -> (NodeId, NodeProfile) {
		let controller: AccountId = account("node", index, 0);
		let known = NodesOf::<Runtime>::get(&controller).first().copied();
		let node = known.unwrap_or_else(|| {
			let node = registered(&controller);
			leased(node, distinct("signing key", index));
			node
		});
		let profile = Nodes::<Runtime>::get(node)
			.zip(Attestation::lease_of_node(node))
			.and_then(|(record, lease)| {
				NodeRecord { lease: Some(LeaseSummary::from(&lease)), ..record }.profile()
			})
			.expect("the node is registered and holds a lease");
		(node, profile)
	}
}

impl pallet_quorum_results::benchmarking::BenchmarkHelper for Helper {
	fn scheduled_job(keys: &[SigningKey]) -> JobId {
		scheduled(keys)
	}

	fn without_commitments(job: JobId) {
		Orders::<Runtime>::mutate(job, |order| {
			if let Some(order) = order {
				order.commit_reveal = false;
			}
		});
	}

	fn forget(job: JobId) {
		Jobs::<Runtime>::remove(job);
		Orders::<Runtime>::remove(job);
		Inputs::<Runtime>::remove(job);
	}
}

impl pallet_disputes::BenchmarkHelper for Helper {
	fn disputable_job() -> JobId {
		let keys = (0..MAX_SEATS).map(|seat| distinct("seat", seat)).collect::<Vec<_>>();
		let job = scheduled(&keys);
		let seats = JobDispatch::terms(job).map(|terms| terms.seats).unwrap_or_default();
		let agreed = seats.iter().map(|seat| (seat.node, ResourceUsage::default())).collect();
		let settlement = Settlement {
			outcome: Ok(Hash::repeat_byte(1)),
			agreed: BoundedVec::truncate_from(agreed),
			dissented: Default::default(),
			failed: Default::default(),
		};
		JobDispatch::settle(job, settlement).expect("all seats agree");
		job
	}

	fn leased_node(n: u32, key: SigningKey) -> NodeId {
		at_work("culprit", n, key)
	}
}

impl pallet_audits::benchmarking::BenchmarkHelper for Helper {
	fn job_of_one() -> (JobId, NodeId) {
		let number = u32::try_from(JobDispatch::next_job()).unwrap_or(u32::MAX);
		let key = distinct("audited", number);
		at_work("audited", number, key);
		let job = scheduled_as(ExecutionMode::Single, MAX_INPUT_BYTES as usize, &[]);
		let seats = JobDispatch::terms(job).map(|terms| terms.seats).unwrap_or_default();
		let seat = seats.first().expect("there is a node for the seat");
		JobDispatch::delivered(job, seat.attempt, seat.node).expect("it is not too late");
		let hash = Hash::repeat_byte(1);
		let agreed = vec![(seat.node, ResourceUsage::default())];
		let settlement = Settlement {
			outcome: Ok(hash),
			agreed: BoundedVec::truncate_from(agreed),
			dissented: Default::default(),
			failed: Default::default(),
		};
		JobDispatch::settle(job, settlement).expect("its node agrees");
		let record = pallet_quorum_results::ResultRecord {
			receipt: 0,
			decided_at: System::block_number(),
			result: Ok(hash),
			output: pallet_quorum_results::OutputPlace::OffChain,
		};
		pallet_quorum_results::Results::<Runtime>::insert(job, record);
		(job, seat.node)
	}

	fn fund(account: &AccountId) {
		fund(account)
	}
}

impl pallet_zk_verifiers::BenchmarkHelper for Helper {
	fn draft(owner: &AccountId) -> ClauseId {
		fund(owner);
		registered_clause(
			ExecutionMode::ZkVerifierSet { n: 3 },
			CAPABILITY,
			Vec::new(),
			owner,
			false,
		)
	}
}

impl pallet_rollup_anchor::benchmarking::BenchmarkHelper for Helper {
	fn validator() -> AccountId {
		let number = LastNode::<Runtime>::get();
		let controller: AccountId = account("signer", number, 0);
		let node = registered(&controller);
		pallet_node_staking::ValidatorNodes::<Runtime>::insert(&controller, node);
		pallet_node_staking::Validators::<Runtime>::mutate(|chosen| {
			let _ = chosen.try_push(node);
		});
		controller
	}
}

impl pallet_node_staking::benchmarking::BenchmarkHelper for Helper {
	fn declare(capability: CapabilityId) {
		ClauseRegistry::note_capability(capability);
	}
}

impl pallet_triggers::benchmarking::BenchmarkHelper for Helper {
	fn add_clause(owner: &AccountId) -> ClauseId {
		fund(owner);
		fund(&TreasuryAccount::get());
		named(ExecutionMode::Single, CAPABILITY, Vec::new(), owner)
	}
}

impl pallet_workflows::benchmarking::BenchmarkHelper for Helper {
	fn clause() -> ClauseId {
		fund(&TreasuryAccount::get());
		clause(ExecutionMode::Single, CAPABILITY)
	}

	fn seat(job: JobId) -> (NodeId, SigningKey) {
		let key = Self::key();
		at_work("step", u32::try_from(job).unwrap_or(u32::MAX), key);
		let next = System::block_number() + 1;
		System::set_block_number(next);
		JobDispatch::on_initialize(next);
		let seats = JobDispatch::terms(job).map(|terms| terms.seats).unwrap_or_default();
		let seat = seats.first().expect("there is a node for the seat");
		(seat.node, seat.signing_key)
	}

	fn key() -> SigningKey {
		ed25519_generate(KEY_TYPE, None).0
	}

	fn sign(by: &SigningKey, message: &[u8]) -> Signature {
		ed25519_sign(KEY_TYPE, &sp_core::ed25519::Public::from_raw(*by), message)
			.expect("the keystore made the key")
			.0
	}

	fn set_output(job: JobId, bytes: Vec<u8>) {
		let hash = concordat_primitives::hashing::output_hash(&bytes);
		let (node, attempt) = (1, 1);
		let statement = CacStatement::V1(CacV1 {
			genesis: System::block_hash(0),
			job,
			attempt,
			nonce: Default::default(),
			node,
			clause: ClauseId {
				authority: Name::parse("a").expect("a name"),
				name: Name::parse("b").expect("a name"),
				version: Version { major: 1, minor: 0 },
			},
			program: Default::default(),
			measurement: SIMULATED_MEASUREMENT,
			lease: 0,
			input: Default::default(),
			lineage: Default::default(),
			outcome: Outcome::Success {
				hash,
				output: Output::Inline(BoundedVec::truncate_from(bytes)),
			},
			usage: ResourceUsage::default(),
			engine: Engine { kind: EngineKind::Wasmtime, version: (1, 0, 0) },
			acted_on: (0, Default::default()),
			simulated: true,
		});
		let cac = SignedCac { statement, signature: [0; 64] };
		let now = System::block_number();
		pallet_quorum_results::Certificates::<Runtime>::insert((job, node, attempt), (now, cac));
		let record = pallet_quorum_results::ResultRecord {
			receipt: 0,
			decided_at: now,
			result: Ok(hash),
			output: pallet_quorum_results::OutputPlace::Certificate(node, attempt),
		};
		pallet_quorum_results::Results::<Runtime>::insert(job, record);
	}
}
