//! How evenly jobs come to lie on nodes, against a scheduler that looks at every node.

use crate::{
	chain::{account, clause, question, Chain},
	pools::{self, Traits, FIRST},
	stats::{quantile, verdict},
};
use concordat_primitives::{
	cac::ResourceUsage,
	clause::ExecutionMode,
	hashing::output_hash,
	job::{JobConstraints, Settlement},
	traits::{JobBoard, NodePool},
	AccountId, JobId,
};
use concordat_runtime::{JobDispatch, RuntimeOrigin, System};
use frame_support::traits::Hooks;
use serde_json::json;
use std::time::Instant;

/// Nodes.
const NODES: u32 = 300;
/// Jobs that each of them takes at a time.
const CAPACITY: u16 = 10;
/// Jobs that run at a time: 60 % of what the nodes take.
const RUNNING: usize = (NODES * CAPACITY as u32) as usize * 6 / 10;
/// Jobs that begin, and as many that end, in a block of the steady state.
const FLOW: usize = 16;
/// Jobs that begin in a block while the nodes fill up.
const FILLING: usize = 48;
/// Blocks of the steady state; of the first quarter nothing is kept.
const STEADY: usize = 120;

/// What is learnt of the nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lesson {
	/// Nothing: governance ends the jobs.
	Nothing,
	/// Each job ends with a result: trust, quality and ties move.
	Results,
}

/// Nodes of so many latency classes, and what is learnt of them.
const CASES: [(u32, Lesson, &str); 3] = [
	(1, Lesson::Nothing, "all nodes alike, and nothing learnt"),
	(
		1,
		Lesson::Results,
		"every job ends with a result, from which trust, quality and ties are learnt",
	),
	(8, Lesson::Results, "the same, and nodes of eight latency classes"),
];

/// How a run went.
struct Run {
	/// Load of the busiest node over the mean, after each block that counts.
	imbalance: Vec<f64>,
	/// Scores with which the seats of those blocks were given, from 0 to 1.
	scores: Vec<f64>,
	/// Jobs placed.
	placed: usize,
	/// Jobs that had to wait for another block.
	waited: usize,
	seconds: f64,
}

/// Pseudo-random numbers: a linear congruential generator (Knuth's MMIX), of which the high half is used.
struct Dice(u64);

impl Dice {
	fn below(&mut self, bound: usize) -> usize {
		self.0 =
			self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(self.0 >> 33) as usize % bound
	}
}

fn mean(sample: &[f64]) -> f64 {
	sample.iter().sum::<f64>() / sample.len() as f64
}

fn imbalance() -> f64 {
	let loads =
		(FIRST..FIRST + NODES).map(|node| f64::from(<JobDispatch as NodePool>::running(node)));
	let (sum, most) = loads.fold((0.0, 0.0f64), |(sum, most), load| (sum + load, most.max(load)));
	most / (sum / f64::from(NODES))
}

fn dispatch() -> JobId {
	let id = JobDispatch::next_job();
	let constraints = JobConstraints { timeout_blocks: Some(20_000), ..Default::default() };
	let bob = RuntimeOrigin::signed(account("//Bob"));
	JobDispatch::dispatch(bob, clause("Single"), question(), constraints).expect("a good request");
	assert_eq!(JobDispatch::next_job(), id + 1, "it was not refused");
	id
}

/// The score with which a job was placed, if it was.
fn score(id: JobId) -> Option<f64> {
	let terms = <JobDispatch as JobBoard<AccountId>>::terms(id).expect("it is on record");
	terms.seats.first().map(|seat| seat.score as f64 / 1e9)
}

/// Ends a job that a node works on.
fn finish(id: JobId, lesson: Lesson) {
	if lesson == Lesson::Nothing {
		JobDispatch::fail_job(RuntimeOrigin::root(), id).expect("it has not ended");
		return;
	}
	let terms = <JobDispatch as JobBoard<AccountId>>::terms(id).expect("it is on record");
	let usage = ResourceUsage {
		fuel: 1_000_000,
		cpu_micros: 900,
		peak_memory: 65_536,
		bytes_in: 8,
		bytes_out: 6,
		storage_ops: 3,
	};
	let mut agreed = Vec::new();
	for seat in &terms.seats {
		<JobDispatch as JobBoard<AccountId>>::delivered(id, seat.attempt, seat.node)
			.expect("it sits");
		agreed.push((seat.node, usage));
	}
	let settlement = Settlement {
		outcome: Ok(output_hash(b"answer")),
		agreed: agreed.try_into().expect("as many as seats"),
		dissented: Default::default(),
		failed: Default::default(),
	};
	<JobDispatch as JobBoard<AccountId>>::settle(id, settlement).expect("they agree");
}

/// One run: the nodes fill up, then as many jobs end as begin.
fn run(base: &Chain, lesson: Lesson, scan: bool) -> Run {
	let start = Instant::now();
	let mut run =
		Run { imbalance: Vec::new(), scores: Vec::new(), placed: 0, waited: 0, seconds: 0.0 };
	base.fork().read(|| {
		let mut dice = Dice(5);
		let (mut running, mut waiting): (Vec<JobId>, Vec<JobId>) = Default::default();
		let mut steady = 0;
		while steady < STEADY {
			let full = running.len() + waiting.len() >= RUNNING;
			if full {
				steady += 1;
				for _ in 0..FLOW {
					let at = dice.below(running.len());
					finish(running.swap_remove(at), lesson);
				}
			}
			let room = RUNNING - running.len() - waiting.len();
			waiting.extend((0..room.min(FILLING)).map(|_| dispatch()));
			// What the executive does at a boundary of blocks, as far as the scheduler sees it.
			let now = System::block_number() + 1;
			System::reset_events();
			System::set_block_number(now);
			if scan {
				for id in &waiting {
					JobDispatch::place_by_full_scan(*id).expect("it waits in its queue");
				}
			} else {
				JobDispatch::on_initialize(now);
			}
			let counts = steady > STEADY / 4;
			for id in std::mem::take(&mut waiting) {
				let Some(score) = score(id) else {
					run.waited += 1;
					waiting.push(id);
					continue;
				};
				run.placed += 1;
				running.push(id);
				run.scores.extend(counts.then_some(score));
			}
			run.imbalance.extend(counts.then(imbalance));
		}
	});
	run.seconds = start.elapsed().as_secs_f64();
	run
}

/// Prints the figures.
pub fn print() {
	println!("\n3. Quality of placement");
	println!(
		"  {NODES} nodes that take {CAPACITY} jobs each, {RUNNING} jobs running (60 %); in each block {FLOW} of them, chosen at random, end \
		 and {FLOW} begin; {STEADY} blocks after the nodes have filled up. In the real runtime, in native code: dispatch, the hook of \
		 job-dispatch (or place_by_full_scan), the job's end. Load of the busiest node over the mean, after each block of the last \
		 three quarters: mean, median and 99th percentile over the blocks. Score: the mean of those with which the seats of these \
		 blocks were given, out of 1."
	);
	for (classes, lesson, name) in CASES {
		// Nobody acknowledges: no deadline falls into the run.
		let mut base = Chain::new(json!({ "jobDispatch": { "params": {
			"ackWindow": 1_700,
			"deliveryMargin": 1_700,
			"challengeWindow": 20_000,
			"maxLiveJobs": 100_000,
		} } }));
		base.register_clause("Single", ExecutionMode::Single, Default::default());
		pools::fill(&mut base, 0, NODES, |number| Traits {
			latency_class: (number % classes) as u8,
			capacity: CAPACITY,
			..Default::default()
		});
		println!("\n  {name}");
		println!(
			"    {:<12}{:>8}{:>8}{:>10}{:>10}{:>10}{:>10}{:>8}",
			"", "placed", "waited", "mean", "median", "p99", "score", "s"
		);
		let means = [("sampling", false), ("full scan", true)].map(|(name, scan)| {
			let run = run(&base, lesson, scan);
			let (load, score) = (mean(&run.imbalance), mean(&run.scores));
			println!(
				"    {name:<12}{:>8}{:>8}{load:>10.3}{:>10.3}{:>10.3}{score:>10.4}{:>8.1}",
				run.placed,
				run.waited,
				quantile(&run.imbalance, 0.5),
				quantile(&run.imbalance, 0.99),
				run.seconds
			);
			(load, score)
		});
		let [(load, score), (load_of_scan, score_of_scan)] = means;
		let ratio = load / load_of_scan;
		println!(
			"    max/mean of sampling / that of the scan = {ratio:.3}   {}",
			verdict(ratio, 1.25)
		);
		println!("    score of sampling / that of the scan = {:.3}", score / score_of_scan);
	}
}
