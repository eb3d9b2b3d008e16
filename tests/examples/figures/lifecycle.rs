//! One life cycle of a job, in transfers.

use crate::{
	chain::{account, all_terms, dispatches, signed, Chain, Enclave, Recorded, Wasm},
	stats::{spread, verdict, Spread},
};
use concordat_primitives::{
	clause::ExecutionMode,
	job::{JobStatus, JobTerms},
	units::CDT,
};
use concordat_runtime::{queries, BalancesCall, Runtime};
use serde_json::json;

/// Jobs that live together.
const JOBS: u32 = 16;
/// Transfers in a block.
const TRANSFERS: u32 = 64;
/// Blocks from the dispatch until nothing of a job is due any more.
const HORIZON: usize = 36;
/// Rounds of measurement; one more is run first and forgotten.
const RUNS: usize = 15;
/// What the blocks of a life cycle are about.
const STEPS: [&str; 6] = [
	"dispatch",
	"assignment (hook)",
	"acknowledgements",
	"commitments",
	"certificates, payment",
	"later hooks",
];
/// The step that there is only where nodes commit to their results before they show them.
const COMMITMENTS: usize = 3;

struct Mode {
	name: &'static str,
	clause: &'static str,
	mode: ExecutionMode,
	aim: f64,
}

const MODES: [Mode; 2] = [
	Mode { name: "1/1", clause: "Single", mode: ExecutionMode::Single, aim: 12.0 },
	Mode { name: "2/3", clause: "Quorum", mode: ExecutionMode::Quorum { k: 2, n: 3 }, aim: 25.0 },
];

/// Step of the block with this place.
fn step(mode: &Mode, place: usize) -> usize {
	let skipped = usize::from(place >= COMMITMENTS && !mode.mode.commits());
	(place + skipped).min(STEPS.len() - 1)
}

/// The steps that jobs of this mode take, each with what it costs.
fn rows(mode: &Mode, of: impl Fn(usize) -> Spread) -> Vec<(&'static str, Spread)> {
	let taken = |this: &usize| *this != COMMITMENTS || mode.mode.commits();
	(0..STEPS.len()).filter(taken).map(|this| (STEPS[this], of(this))).collect()
}

/// Plays jobs from dispatch to pruning with honest enclaves.
fn play(base: &Chain, enclaves: &[Enclave], mode: &Mode, jobs: u32) -> Vec<Recorded> {
	let mut chain = base.fork();
	let mut blocks = vec![chain.block(|| dispatches(mode.clause, jobs)), chain.pass()];
	let terms = chain.read(all_terms);
	assert_eq!(terms.len(), jobs as usize);
	let views = chain.read(|| queries::jobs(0, 100).items);
	let waiting: Vec<_> = views
		.iter()
		.filter(|job| job.status != JobStatus::Scheduled)
		.map(|job| &job.waiting)
		.collect();
	assert!(waiting.is_empty(), "all are assigned at once, and not: {waiting:?}");

	let every = |of: &dyn Fn(&Enclave, &JobTerms) -> Option<_>, most: usize| -> Vec<_> {
		let of_job = |job| enclaves.iter().filter_map(|one| of(one, job)).take(most).collect();
		terms.iter().flat_map(|job| -> Vec<_> { of_job(job) }).collect()
	};
	let (k, n) = mode.mode.quorum();
	blocks.push(chain.block(|| every(&Enclave::acknowledge, n.into())));
	if mode.mode.commits() {
		// A quorum does not decide before all who committed have shown what they committed to.
		blocks.push(chain.block(|| every(&Enclave::commit, n.into())));
		blocks.push(chain.block(|| every(&Enclave::reveal, n.into())));
	} else {
		blocks.push(chain.block(|| every(&Enclave::certify, k.into())));
	}
	let ended = chain.read(|| queries::jobs(0, 100).items);
	assert!(ended.iter().all(|job| job.status == JobStatus::Completed), "all have their quorum");
	while blocks.len() < HORIZON {
		blocks.push(chain.pass());
	}
	blocks
}

/// What the two ways to execute a block measure.
pub type Clock<'a> = &'a dyn Fn(&mut Recorded) -> f64;

/// Time of the first that the second does not take: A-B-B-A, the faster of each two, since interruptions only
/// add.
pub fn excess(with: &mut Recorded, without: &mut Recorded, clock: Clock) -> f64 {
	let (a, b, c, d) = (clock(with), clock(without), clock(without), clock(with));
	a.min(d) - b.min(c)
}

/// One round of measurement.
struct Sample {
	transfer: f64,
	/// What each block of the life cycle takes, per job.
	blocks: Vec<f64>,
}

/// The sum of some blocks: the sum of their medians, and how far apart the rounds are.
fn sum(samples: &[Sample], of: impl Fn(usize) -> bool) -> Spread {
	let places = || (0..HORIZON).filter(|place| of(*place));
	let one = |place| spread(samples.iter().map(|s: &Sample| s.blocks[place])).median;
	let median = places().map(one).sum();
	let rounds = samples.iter().map(|s| places().map(|place| s.blocks[place]).sum());
	Spread { median, iqr: spread(rounds).iqr }
}

fn measure(
	cycle: &mut [Recorded],
	empty: &mut [Recorded],
	transfers: &mut Recorded,
	jobs: u32,
	clock: Clock,
) -> Vec<Sample> {
	let mut one = || {
		let mut transfer = Vec::new();
		let mut pay = |empty: &mut [Recorded]| {
			for _ in 0..3 {
				let more = excess(transfers, &mut empty[0], clock);
				transfer.push(more / f64::from(TRANSFERS));
			}
		};
		pay(empty);
		let pairs = cycle.iter_mut().zip(empty.iter_mut());
		let blocks = pairs.map(|(with, without)| excess(with, without, clock) / f64::from(jobs));
		let blocks = blocks.collect();
		pay(empty);
		Sample { transfer: spread(transfer).median, blocks }
	};
	one();
	(0..RUNS).map(|_| one()).collect()
}

/// Weight of the first that the second was not charged, in microseconds for each of `by`.
pub fn charged(with: &Recorded, without: &Recorded, by: u32) -> f64 {
	(with.charged as f64 - without.charged as f64) / f64::from(by) / 1e6
}

fn table(name: &str, unit: &str, transfer: Spread, steps: &[(&str, Spread)], ratio: Spread) {
	println!("  {name}, {unit}");
	println!("    {:<26}{:>24}", "one transfer_keep_alive", transfer.to_string());
	for (step, cost) in steps {
		let share = cost.median / transfer.median;
		println!("    {step:<26}{:>24}  = {share:>5.1} transfers", cost.to_string());
	}
	println!("    {:<26}{:>24}  transfers", "LIFE CYCLE", ratio.to_string());
}

/// Prints the figures.
pub fn print() {
	let mut base = Chain::new(json!({ "jobDispatch": { "params": { "challengeWindow": 12 } } }));
	for mode in &MODES {
		base.register_clause(mode.clause, mode.mode, Default::default());
	}
	let enclaves: Vec<Enclave> = (1..=5).map(|number| base.enclave(number)).collect();
	let wasm = Wasm::new();
	let mut empty = Vec::new();
	let mut idle = base.fork();
	while empty.len() < HORIZON {
		empty.push(idle.pass());
	}
	let mut transfers = base.fork().block(|| {
		let one = |before| {
			let call = BalancesCall::<Runtime>::transfer_keep_alive {
				dest: account("//Bob").into(),
				value: CDT,
			};
			signed("//Alice", call, before)
		};
		(0..TRANSFERS).map(one).collect()
	});

	println!("\n1. One life cycle of a job");
	println!(
		"  {JOBS} jobs together (and one alone), 5 nodes; each block less its empty twin, over {HORIZON} blocks: dispatch, \
		 assignment, acknowledgements of all n seats, the k certificates that decide (2/3: commitments and certificates of all n), \
		 rollups, deadlines, pruning (after 12 blocks instead of a day). Time: Core_execute_block, signatures and state root included, median of \
		 {RUNS} runs, A-B-B-A, the faster of each two. Transfers: {TRANSFERS} in a block."
	);
	let mut summary = Vec::new();
	for mode in &MODES {
		for jobs in [JOBS, 1] {
			let mut cycle = play(&base, &enclaves, mode, jobs);
			let name = format!("{}, {jobs} together", mode.name);
			let exact = |median| Spread { median, iqr: 0.0 };

			let transfer = charged(&transfers, &empty[0], TRANSFERS);
			let mut steps = [0.0; STEPS.len()];
			for (place, (with, without)) in cycle.iter().zip(&empty).enumerate() {
				steps[step(mode, place)] += charged(with, without, jobs);
			}
			let declared = steps.iter().sum::<f64>() / transfer;
			println!();
			let rows = |of: &dyn Fn(usize) -> Spread| rows(mode, of);
			let steps = rows(&|this| exact(steps[this]));
			table(&name, "declared weight, µs", exact(transfer), &steps, exact(declared));
			let reserved =
				|blocks: &[Recorded]| blocks.iter().map(|b| b.reserved).sum::<u64>() as f64;
			println!(
				"    extrinsics reserve {:.1} µs before they run and refunds; a transfer {:.1} µs",
				reserved(&cycle) / f64::from(jobs) / 1e6,
				transfers.reserved as f64 / f64::from(TRANSFERS) / 1e6,
			);

			let clocks: [(&str, Clock); 2] = [
				("measured in WebAssembly, µs", &|block| block.wasm(&wasm)),
				("measured in native code, µs", &|block| block.native()),
			];
			let mut ratios = vec![declared];
			for (unit, clock) in clocks {
				let sample = measure(&mut cycle, &mut empty, &mut transfers, jobs, clock);
				let transfer = spread(sample.iter().map(|s| s.transfer));
				let steps = rows(&|this| sum(&sample, |place| step(mode, place) == this));
				let all = sum(&sample, |_| true);
				let ratio =
					Spread { median: all.median / transfer.median, iqr: all.iqr / transfer.median };
				table(&name, unit, transfer, &steps, ratio);
				ratios.push(ratio.median);
			}
			summary.push((name, mode.aim, ratios));
		}
	}
	println!("\n  in transfers           declared      wasm    native");
	for (name, aim, ratios) in summary {
		let cells: String = ratios.iter().map(|ratio| format!("{ratio:>10.1}")).collect();
		let words = [verdict(ratios[0], aim), verdict(ratios[1], aim)];
		println!("  {name:<21}{cells}   declared {}; wasm {}", words[0], words[1]);
	}
}
