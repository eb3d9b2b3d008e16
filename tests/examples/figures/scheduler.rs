//! What one assignment costs, by the number of nodes and by how many of them are eligible; and what it would cost to look at
//! all of them.

use crate::{
	chain::{all_terms, clause, dispatches, fork, header, Chain, Wasm},
	pools::{self, jurisdiction, Traits},
	stats::{spread, verdict, Spread},
};
use codec::Encode;
use concordat_attestation::Vendor;
use concordat_primitives::{
	clause::{ExecutionMode, PolicyBinding},
	job::JobStatus,
	Hash, JobId,
};
use concordat_runtime::{queries, Executive, JobDispatch, System};
use serde_json::json;
use sp_io::{hashing::blake2_256, TestExternalities};
use std::{collections::HashSet, time::Instant};

/// Numbers of nodes.
const SIZES: [u32; 4] = [100, 1_000, 10_000, 100_000];
/// Jobs of the block that is timed.
const JOBS: u32 = 16;
/// Draws of which the reads are counted.
const DRAWS: u64 = 31;
/// Rounds of measurement; one more is run first and forgotten.
const RUNS: u64 = 31;
/// Rounds in which sampling and a full scan are compared.
const SCANS: u64 = 5;
/// Jobs that are placed by a full scan in one round, for each size.
const SCANNED: [usize; SIZES.len()] = [16, 16, 4, 1];

const SINGLE: ExecutionMode = ExecutionMode::Single;
const QUORUM: ExecutionMode = ExecutionMode::Quorum { k: 2, n: 3 };

/// A clause and the part of the nodes that may run it.
struct Case {
	name: &'static str,
	clause: &'static str,
	mode: ExecutionMode,
	policy: fn() -> PolicyBinding,
	/// Of a hundred nodes.
	eligible: u32,
}

/// Nodes, and the cases that are measured among them.
struct Population {
	name: &'static str,
	traits: fn(u32) -> Traits,
	cases: &'static [Case],
}

fn sovereign_only() -> PolicyBinding {
	PolicyBinding { sovereign_only: true, ..Default::default() }
}

/// One jurisdiction of 25 and one vendor of four.
fn rare() -> PolicyBinding {
	PolicyBinding {
		jurisdictions: vec![jurisdiction(PLACES[0])].try_into().expect("one fits"),
		vendors: vec![VENDORS[0]].try_into().expect("one fits"),
		..Default::default()
	}
}

const VENDORS: [Vendor; 4] =
	[Vendor::IntelSgx, Vendor::IntelTdx, Vendor::AmdSevSnp, Vendor::AwsNitro];
const PLACES: [&str; 25] = [
	"CHE", "DEU", "FRA", "ITA", "AUT", "ESP", "PRT", "NLD", "BEL", "LUX", "DNK", "SWE", "NOR",
	"FIN", "ISL", "IRL", "POL", "CZE", "SVK", "HUN", "SVN", "HRV", "ROU", "BGR", "GRC",
];

fn plain(number: u32) -> Traits {
	Traits { latency_class: (number % 8) as u8, ..Default::default() }
}

const POPULATIONS: [Population; 4] = [
	Population {
		name: "all nodes sovereign",
		traits: |number| Traits { sovereign: true, ..plain(number) },
		cases: &[
			Case {
				name: "1/1, sovereign nodes only: 100 % eligible",
				clause: "Single",
				mode: SINGLE,
				policy: sovereign_only,
				eligible: 100,
			},
			Case {
				name: "2/3, sovereign nodes only: 100 % eligible",
				clause: "Quorum",
				mode: QUORUM,
				policy: sovereign_only,
				eligible: 100,
			},
		],
	},
	Population {
		name: "every second node sovereign",
		traits: |number| Traits { sovereign: number.is_multiple_of(2), ..plain(number) },
		cases: &[Case {
			name: "1/1, sovereign nodes only: 50 % eligible",
			clause: "Single",
			mode: SINGLE,
			policy: sovereign_only,
			eligible: 50,
		}],
	},
	Population {
		name: "one node in a hundred sovereign",
		traits: |number| Traits { sovereign: number.is_multiple_of(100), ..plain(number) },
		cases: &[Case {
			name: "1/1, sovereign nodes only: 1 % eligible",
			clause: "Single",
			mode: SINGLE,
			policy: sovereign_only,
			eligible: 1,
		}],
	},
	Population {
		name: "25 jurisdictions and four vendors",
		traits: |number| Traits {
			jurisdiction: PLACES[(number % 25) as usize],
			vendor: VENDORS[(number / 25 % 4) as usize],
			..plain(number)
		},
		cases: &[Case {
			name: "1/1, one jurisdiction of 25 and one vendor of 4: 1 % eligible",
			clause: "Single",
			mode: SINGLE,
			policy: rare,
			eligible: 1,
		}],
	},
];

/// States before the block that assigns many jobs of each case, and before one like it with nothing to assign.
struct Size {
	without: TestExternalities,
	many: Vec<TestExternalities>,
	number: u32,
}

impl Size {
	fn new(base: &Chain, cases: &[Case]) -> Self {
		let mut without = base.fork();
		without.pass();
		let number = without.read(|| System::block_number() + 1);
		let many = cases.iter().map(|case| waiting(base, case, JOBS)).collect();
		Self { without: fork(&without.ext), many, number }
	}

	/// Microseconds of one assignment in WebAssembly: A-B-B-A, the faster of each two.
	fn wasm(&mut self, case: usize, wasm: &Wasm, draw: u64) -> f64 {
		let header = header(self.number, parent(draw)).encode();
		let begin =
			|state: &mut TestExternalities| wasm.micros(state, "Core_initialize_block", &header);
		let with = &mut self.many[case];
		let a = begin(with);
		let (b, c) = (begin(&mut self.without), begin(&mut self.without));
		(a.min(begin(with)) - b.min(c)) / f64::from(JOBS)
	}

	/// The same in native code.
	fn native(&mut self, case: usize, draw: u64) -> f64 {
		let header = header(self.number, parent(draw));
		let begin = |state: &mut TestExternalities| {
			let start = Instant::now();
			state.execute_with(|| Executive::initialize_block(&header));
			let micros = start.elapsed().as_secs_f64() * 1e6;
			state.reset_overlay();
			micros
		};
		let with = &mut self.many[case];
		let a = begin(with);
		let (b, c) = (begin(&mut self.without), begin(&mut self.without));
		(a.min(begin(with)) - b.min(c)) / f64::from(JOBS)
	}

	/// Microseconds of one placement by a full scan in native code, how many nodes it looked at, and how many jobs it placed
	/// of those that it was asked to place.
	fn scan(&mut self, case: usize, jobs: usize) -> Scan {
		let state = &mut self.many[case];
		let scan = state.execute_with(|| {
			let ids: Vec<JobId> = all_terms().iter().map(|terms| terms.job).take(jobs).collect();
			let start = Instant::now();
			let looked = ids.iter().map(|id| {
				JobDispatch::place_by_full_scan(*id).expect("the job waits in its queue")
			});
			let looked = looked.max().expect("there are jobs");
			let micros = start.elapsed().as_secs_f64() * 1e6 / ids.len() as f64;
			let placed = all_terms().iter().filter(|terms| !terms.seats.is_empty()).count();
			Scan { micros, looked, placed: placed as f64 / ids.len() as f64 }
		});
		state.reset_overlay();
		scan
	}
}

/// What a full scan took.
struct Scan {
	micros: f64,
	looked: u32,
	placed: f64,
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

/// Keys and trie nodes read by the beginning of a block, and jobs that it assigned.
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

/// A case at all sizes.
fn print_case(case: &Case, counts: &[Reads], rounds: &[Vec<f64>]) {
	println!("\n  {}", case.name);
	println!(
		"    {:>8}{:>10}{:>20}{:>7}{:>22}{:>10}{:>22}",
		"nodes", "eligible", "keys read", "most", "trie nodes read", "placed", "µs in WebAssembly"
	);
	for (place, (size, row)) in SIZES.iter().zip(counts).enumerate() {
		println!(
			"    {size:>8}{:>10}{:>20}{:>7.0}{:>22}{:>8.0} %{:>22}",
			size * case.eligible / 100,
			row.keys.to_string(),
			row.most,
			row.nodes.to_string(),
			row.placed * 100.0,
			spread(rounds.iter().map(|round| round[place])).to_string(),
		);
	}
	let [_, thousand, ten_thousand, most] = counts else { unreachable!("as many as sizes") };
	let keys = most.keys.median / thousand.keys.median;
	println!("    keys(10⁵) / keys(10³) = {keys:.2}   {}", verdict(keys, 1.0));
	let time = spread(rounds.iter().map(|round| round[3] / round[1]));
	println!(
		"    time(10⁵) / time(10³) = {:.2} (IQR {:.2})   {}",
		time.median,
		time.iqr,
		verdict(time.median, 1.5)
	);
	if keys > 1.0 {
		println!(
			"    At 10³ fewer nodes are eligible than candidates are wanted: all of them are looked at, and no more can be. From \
			 10⁴ on it is as many as anywhere: keys(10⁵) / keys(10⁴) = {:.2}, time(10⁵) / time(10⁴) = {:.2}",
			most.keys.median / ten_thousand.keys.median,
			spread(rounds.iter().map(|round| round[3] / round[2])).median
		);
	}
}

/// The same by a full scan, at all sizes.
fn print_scan(index: usize, states: &mut [Size]) {
	println!("    against a full scan in the same runtime, both in native code");
	println!(
		"    {:>8}{:>11}{:>26}{:>22}{:>22}",
		"nodes", "looked at", "scan, µs", "sampling, µs", "scan / sampling"
	);
	for ((size, jobs), state) in SIZES.iter().zip(SCANNED).zip(states) {
		let rounds: Vec<(f64, Scan)> =
			(0..SCANS).map(|draw| (state.native(index, draw), state.scan(index, jobs))).collect();
		assert!(rounds.iter().all(|(_, scan)| scan.placed == 1.0), "a scan finds whoever is there");
		let ratio = spread(rounds.iter().map(|(sampling, scan)| scan.micros / sampling));
		println!(
			"    {size:>8}{:>11}{:>26}{:>22}{:>22}",
			rounds[0].1.looked,
			spread(rounds.iter().map(|(_, scan)| scan.micros)).to_string(),
			spread(rounds.iter().map(|(sampling, _)| *sampling)).to_string(),
			ratio.to_string(),
		);
	}
}

fn print_population(population: &Population, wasm: &Wasm) {
	// No rollup closes in the block that is measured.
	let mut base = Chain::new(json!({ "rollupAnchor": { "params": { "epochLength": 1_000 } } }));
	for case in population.cases {
		base.register_clause(case.clause, case.mode, (case.policy)());
		assert!(base.read(|| queries::clause(clause(case.clause))).is_some());
	}
	let mut counts: Vec<Vec<Reads>> = population.cases.iter().map(|_| Vec::new()).collect();
	let mut states = Vec::new();
	let mut there = 0;
	let mut pools = 0;
	for size in SIZES {
		pools = pools::fill(&mut base, there, size, population.traits);
		there = size;
		let mut state = Size::new(&base, population.cases);
		for (case, counts) in population.cases.iter().zip(&mut counts) {
			counts.push(count(&base, case, &mut state));
		}
		states.push(state);
	}
	println!("\n  Nodes: {}; pools: {pools}", population.name);
	for (index, (case, counts)) in population.cases.iter().zip(counts).enumerate() {
		let mut rounds: Vec<Vec<f64>> = (0..=RUNS)
			.map(|draw| states.iter_mut().map(|size| size.wasm(index, wasm, draw)).collect())
			.collect();
		rounds.remove(0);
		print_case(case, &counts, &rounds);
		print_scan(index, &mut states);
	}
}

/// Prints the figures.
pub fn print() {
	println!("\n2. The scheduler");
	println!(
		"  Nodes go into the pools directly, through NodePool::admit of job-dispatch, with leases written into the state: \
		 registering and attesting 100 000 of them is not what is measured. Reads: distinct keys that the trie is asked for \
		 in the first part of the block that assigns one job, less those of an empty one; {DRAWS} draws. Placed: of those draws, \
		 how many gave the job its seats at the first try. Time: Core_initialize_block with {JOBS} jobs waiting, less an empty \
		 one, per job; {RUNS} runs, A-B-B-A, the faster of each two, the sizes in turns, each run with another draw. Trie nodes \
		 grow with the depth of the trie, as for any read on any chain. Full scan: place_by_full_scan, which no call and no \
		 hook reaches: it filters, scores and chooses as the sampler does, and looks at every node of every pool that no \
		 static filter bars; {SCANS} rounds in native code, next to the sampler's."
	);
	let wasm = Wasm::new();
	for population in &POPULATIONS {
		print_population(population, &wasm);
	}
}
