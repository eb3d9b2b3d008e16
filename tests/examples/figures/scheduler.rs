//! What one assignment costs, by the number of nodes.

use crate::{
	chain::{capability, clause, dispatches, fork, header, Chain, Wasm},
	stats::{spread, verdict, Spread},
};
use codec::Encode;
use concordat_attestation::{PlatformId, TcbStatus, Vendor};
use concordat_primitives::{
	attest::{Lease, RiskClasses},
	clause::ExecutionMode,
	job::JobStatus,
	node::NodeProfile,
	traits::NodePool,
	Hash, Jurisdiction, NodeId,
};
use concordat_runtime::{
	genesis_presets::SIMULATED_MEASUREMENT, pallet_attestation, pallet_job_dispatch, queries,
	Executive, JobDispatch, Runtime, System,
};
use serde_json::json;
use sp_io::{
	hashing::{blake2_128, blake2_256},
	TestExternalities,
};
use std::collections::HashSet;

/// Numbers of nodes.
const SIZES: [u32; 4] = [100, 1_000, 10_000, 100_000];
/// Jobs of the block that is timed.
const JOBS: u32 = 16;
/// Draws of which the reads are counted.
const DRAWS: u64 = 31;
/// Rounds of measurement; one more is run first and forgotten.
const RUNS: u64 = 31;
/// One node in so many is sovereign.
const SOVEREIGN: u32 = 100;
/// Nodes inserted before their events are dropped.
const CHUNK: u32 = 1_000;

struct Case {
	name: &'static str,
	clause: &'static str,
	mode: ExecutionMode,
	sovereign_only: bool,
}

const CASES: [Case; 3] = [
	Case {
		name: "1/1, every node eligible",
		clause: "Single",
		mode: ExecutionMode::Single,
		sovereign_only: false,
	},
	Case {
		name: "2/3, every node eligible",
		clause: "Quorum",
		mode: ExecutionMode::Quorum { k: 2, n: 3 },
		sovereign_only: false,
	},
	Case {
		name: "1/1, 1 % eligible (the clause wants sovereign nodes)",
		clause: "Rare",
		mode: ExecutionMode::Single,
		sovereign_only: true,
	},
];

/// Puts a node with a live lease into the pools.
fn insert(number: u32) {
	let node = NodeId::from(1_000 + number);
	let lease = 1_000 + u64::from(number);
	let platform = PlatformId(blake2_256(&(b"platform", number).encode()));
	let signing_key = blake2_256(&(b"key", number).encode());
	let (issued_at, expires_at) = (System::block_number(), 1_000_000);
	let profile = NodeProfile {
		operator: blake2_128(&(b"operator", number).encode()),
		jurisdiction: Jurisdiction::parse("CHE").expect("a valid code"),
		sovereign: number.is_multiple_of(SOVEREIGN),
		capacity: 64,
		latency_class: (number % 8) as u8,
		memory_mib: 65_536,
		lease,
		lease_issued_at: issued_at,
		lease_expires_at: expires_at,
		vendor: Vendor::IntelTdx,
		measurement: SIMULATED_MEASUREMENT,
		platform,
		simulated: true,
		classes: RiskClasses::ALL,
		signing_key,
	};
	JobDispatch::admit(node, profile, &[capability()]).expect("the pools take it");
	pallet_attestation::LeaseOfNode::<Runtime>::insert(node, lease);
	pallet_attestation::Leases::<Runtime>::insert(
		lease,
		Lease {
			id: lease,
			node,
			vendor: Vendor::IntelTdx,
			measurement: SIMULATED_MEASUREMENT,
			platform,
			tcb: TcbStatus::UpToDate,
			classes: RiskClasses::ALL,
			signing_key,
			encryption_key: [7; 32],
			simulated: true,
			issued_at,
			expires_at,
			not_after: u64::MAX,
		},
	);
}

/// States before the block that assigns one job or many of each case, and before one like it with nothing
/// to assign.
struct Size {
	without: TestExternalities,
	many: Vec<TestExternalities>,
	number: u32,
}

impl Size {
	fn new(base: &Chain) -> Self {
		let mut without = base.fork();
		without.pass();
		let number = without.read(|| System::block_number() + 1);
		let many = CASES.iter().map(|case| waiting(base, case, JOBS)).collect();
		Self { without: fork(&without.ext), many, number }
	}

	/// Microseconds of one assignment: A-B-B-A, the faster of each two.
	fn micros(&mut self, case: usize, wasm: &Wasm, draw: u64) -> f64 {
		let header = header(self.number, parent(draw)).encode();
		let begin =
			|state: &mut TestExternalities| wasm.micros(state, "Core_initialize_block", &header);
		let with = &mut self.many[case];
		let a = begin(with);
		let (b, c) = (begin(&mut self.without), begin(&mut self.without));
		(a.min(begin(with)) - b.min(c)) / f64::from(JOBS)
	}
}

/// The state after a block that dispatches jobs.
fn waiting(base: &Chain, case: &Case, jobs: u32) -> TestExternalities {
	let mut chain = base.fork();
	chain.block(|| dispatches(case.clause, jobs));
	fork(&chain.ext)
}

/// Another parent, so another draw.
fn parent(draw: u64) -> Hash {
	Hash::from(blake2_256(&(b"parent", draw).encode()))
}

/// Keys and trie nodes read by the beginning of a block.
fn reads(ext: &mut TestExternalities, number: u32, draw: u64) -> (HashSet<Vec<u8>>, usize, u32) {
	let (handle, recorder) = twins();
	ext.execute_with_recorder(recorder, || {
		Executive::initialize_block(&header(number, parent(draw)));
	});
	let keys = handle.recorded_keys();
	let keys = keys.values().flat_map(|keys| keys.keys()).map(|key| key.to_vec()).collect();
	let nodes = handle.drain_storage_proof().len();
	let assigned = ext.execute_with(|| {
		let waits = |status| matches!(status, JobStatus::Pending);
		queries::jobs(0, 100).items.iter().filter(|job| !waits(job.status)).count() as u32
	});
	ext.reset_overlay();
	(keys, nodes, assigned)
}

/// Two handles on one thing.
fn twins<T: Default + Clone>() -> (T, T) {
	let one = T::default();
	(one.clone(), one)
}

struct Reads {
	keys: Spread,
	most: f64,
	nodes: Spread,
	placed: f64,
}

fn count(base: &Chain, case: &Case, size: &mut Size) -> Reads {
	let mut one = waiting(base, case, 1);
	let (mut keys, mut nodes, mut placed) = (Vec::new(), Vec::new(), 0.0);
	for draw in 0..DRAWS {
		let (with, with_nodes, assigned) = reads(&mut one, size.number, draw);
		let (without, without_nodes, _) = reads(&mut size.without, size.number, draw);
		keys.push(with.difference(&without).count() as f64);
		nodes.push(with_nodes as f64 - without_nodes as f64);
		placed += f64::from(assigned) / DRAWS as f64;
	}
	let most = keys.iter().copied().fold(0.0, f64::max);
	Reads { keys: spread(keys), most, nodes: spread(nodes), placed }
}

/// Prints the figures.
pub fn print() {
	println!("\n2. The scheduler");
	println!(
		"  Nodes go into the pools directly, through NodePool::admit of job-dispatch, with leases written into the state: \
		 registering and attesting 100 000 of them is not what is measured. Reads: distinct keys that the trie is asked for \
		 in the first part of the block that assigns one job, less those of an empty one; {DRAWS} draws. Time: \
		 Core_initialize_block in WebAssembly with {JOBS} jobs waiting, less an empty one, per job; {RUNS} runs, A-B-B-A, the faster of each two, \
		 the sizes in turns, each run with another draw. Trie nodes grow with the depth of the trie, as for any read on any chain."
	);
	let wasm = Wasm::new();
	// No rollup closes in the block that is measured.
	let mut base = Chain::new(json!({ "rollupAnchor": { "params": { "epochLength": 1_000 } } }));
	for case in &CASES {
		base.register_clause(case.clause, case.mode, case.sovereign_only);
		assert!(base.read(|| queries::clause(clause(case.clause))).is_some());
	}
	let mut counts: [Vec<Reads>; CASES.len()] = Default::default();
	let mut states = Vec::new();
	let mut there = 0;
	for size in SIZES {
		while there < size {
			let until = size.min(there + CHUNK);
			base.read(|| {
				(there..until).for_each(insert);
				System::reset_events();
			});
			there = until;
		}
		let pool = base.read(|| {
			pallet_job_dispatch::PoolSizes::<Runtime>::iter_values().max().unwrap_or_default()
		});
		assert_eq!(pool, size, "the pool holds them all");
		base.ext.commit_all().expect("no transaction is open");
		let mut state = Size::new(&base);
		for (case, counts) in CASES.iter().zip(&mut counts) {
			counts.push(count(&base, case, &mut state));
		}
		states.push(state);
	}
	for (index, (case, counts)) in CASES.iter().zip(counts).enumerate() {
		let mut rounds: Vec<Vec<f64>> = (0..=RUNS)
			.map(|draw| states.iter_mut().map(|size| size.micros(index, &wasm, draw)).collect())
			.collect();
		rounds.remove(0);
		println!("\n  {}", case.name);
		println!(
			"    {:>8}{:>22}{:>8}{:>24}{:>10}{:>24}",
			"nodes", "keys read", "most", "trie nodes read", "placed", "µs"
		);
		for (place, (size, row)) in SIZES.iter().zip(&counts).enumerate() {
			println!(
				"    {size:>8}{:>22}{:>8.0}{:>24}{:>8.0} %{:>24}",
				row.keys.to_string(),
				row.most,
				row.nodes.to_string(),
				row.placed * 100.0,
				spread(rounds.iter().map(|round| round[place])).to_string(),
			);
		}
		let [_, thousand, _, most] = &counts[..] else { unreachable!("as many rows as sizes") };
		let keys = most.keys.median / thousand.keys.median;
		println!("    keys(10⁵) / keys(10³) = {keys:.2}   {}", verdict(keys, 1.0));
		let time = spread(rounds.iter().map(|round| round[3] / round[1]));
		println!(
			"    time(10⁵) / time(10³) = {:.2} (IQR {:.2})   {}",
			time.median,
			time.iqr,
			verdict(time.median, 1.5)
		);
	}
}
