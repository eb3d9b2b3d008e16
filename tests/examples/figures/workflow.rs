//! What a step of a large workflow costs, against a job of its own.

use crate::{
	chain::{
		all_terms, clause, constraints, dispatches, question, signed, Chain, Enclave, Recorded,
		Wasm,
	},
	lifecycle::{charged, excess},
	stats::{spread, Spread},
};
use concordat_primitives::{
	clause::ExecutionMode,
	job::{JobTerms, SeatState},
	workflow::{StepIndex, StepSpec, WorkflowKind, WorkflowSpec, WorkflowStatus},
};
use concordat_runtime::{pallet_workflows, queries, Runtime, UncheckedExtrinsic};
use serde_json::json;

/// Steps, and single jobs.
const STEPS: u32 = 100;
/// Steps that run at once. The last one, which comes after them all, needs what the last layer gave.
const WIDTH: u32 = 9;
/// Blocks from the submission until nothing is due any more. A layer takes three: assignment, acknowledgements, certificates.
const HORIZON: usize = 76;
/// Blocks after which everything has its result.
const DONE: usize = 44;
/// Rounds of measurement; one more is run first and forgotten.
const RUNS: usize = 7;

/// How the same work is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
	/// Jobs of their own, as many at a time as a layer has steps.
	Jobs,
	/// One workflow, whose nodes hand nothing over: the chain's own record stands in.
	Lapsing,
	/// One workflow, whose nodes hand every step over.
	Handing,
}

const SHAPES: [(Shape, &str); 3] = [
	(Shape::Jobs, "single jobs"),
	(Shape::Lapsing, "steps, no handoffs"),
	(Shape::Handing, "steps, handed over"),
];

/// Layers of steps, each of which needs two of the layer before; and one step that needs the last layer.
fn dag() -> WorkflowSpec {
	let step = |place: u32| {
		let (layer, column) = (place / WIDTH, place % WIDTH);
		let before = |column: u32| ((layer - 1) * WIDTH + column) as StepIndex;
		let needs: Vec<StepIndex> = match layer {
			0 => Vec::new(),
			_ if place + 1 == STEPS => (0..WIDTH).map(before).collect(),
			_ => vec![before(column), before((column + 1) % WIDTH)],
		};
		let depends_on = needs.try_into().expect("no more than a step can need");
		StepSpec { depends_on, ..StepSpec::new(clause("Single")) }
	};
	let steps: Vec<StepSpec> = (0..STEPS).map(step).collect();
	WorkflowSpec {
		kind: WorkflowKind::Dag,
		input: question(),
		steps: steps.try_into().expect("no more than a workflow can have"),
		constraints: constraints(),
		merge: None,
		timeout_blocks: None,
	}
}

/// What the enclaves send in the next block: acknowledgements of what was assigned, with the handoffs if there are to be
/// any, and certificates of what was acknowledged.
fn messages(enclaves: &[Enclave], handing: bool) -> Vec<UncheckedExtrinsic> {
	let open = |terms: &JobTerms| terms.status.is_assigned();
	let jobs: Vec<JobTerms> = all_terms().into_iter().filter(open).collect();
	let mut messages = Vec::new();
	for job in &jobs {
		let waits = |state: &SeatState| matches!(state, SeatState::Assigned);
		let assigned = job.seats.iter().any(|seat| waits(&seat.state));
		for enclave in enclaves {
			if assigned && handing {
				messages.extend(enclave.hand_over(job));
			}
			messages.extend(match assigned {
				true => enclave.acknowledge(job),
				false => enclave.certify(job),
			});
		}
	}
	messages
}

/// Plays all of it, from submission to pruning, with honest enclaves.
fn play(base: &Chain, enclaves: &[Enclave], shape: Shape) -> Vec<Recorded> {
	let mut chain = base.fork();
	let mut asked = 0;
	// As many new jobs as a layer has steps, whenever the layer before has its results: as a workflow does it.
	let mut next_layer = || {
		let layer = if shape == Shape::Jobs { WIDTH.min(STEPS - asked) } else { 0 };
		asked += layer;
		layer
	};
	let mut blocks = Vec::new();
	let first = next_layer();
	blocks.push(chain.block(|| match shape {
		Shape::Jobs => dispatches("Single", first),
		_ => {
			let submit =
				pallet_workflows::Call::<Runtime>::submit { spec: Box::new(dag()), reserve: 0 };
			vec![signed("//Bob", submit, 0)]
		},
	}));
	while blocks.len() < HORIZON {
		let delivering = chain.read(|| {
			all_terms().iter().any(|terms| {
				let acknowledged = |state: &SeatState| matches!(state, SeatState::Acknowledged(_));
				terms.status.is_assigned() && terms.seats.iter().all(|one| acknowledged(&one.state))
			})
		});
		let layer = if delivering { next_layer() } else { 0 };
		blocks.push(chain.block(|| {
			let mut all = messages(enclaves, shape == Shape::Handing);
			all.extend(dispatches("Single", layer));
			all
		}));
		if blocks.len() == DONE {
			chain.read(|| check(shape));
		}
	}
	let left = chain.read(|| all_terms().len());
	assert_eq!(left, 0, "all jobs are pruned");
	blocks
}

/// Everything that was asked for is done.
fn check(shape: Shape) {
	let totals = queries::totals();
	assert_eq!((totals.jobs, totals.completed), (u64::from(STEPS), u64::from(STEPS)));
	if shape == Shape::Jobs {
		return;
	}
	let workflow = pallet_workflows::Workflows::<Runtime>::get(1).expect("it is on record");
	assert_eq!(workflow.status, WorkflowStatus::Completed);
	let books = pallet_workflows::Books::<Runtime>::get();
	let handed = u64::from(if shape == Shape::Handing { STEPS - WIDTH } else { 0 });
	assert_eq!(books.handoffs, handed, "every step but the first ones");
}

/// One way to ask, measured.
struct Row {
	name: &'static str,
	declared: f64,
	wasm: Spread,
}

/// Prints the figures.
pub fn print() {
	println!("\n4. A workflow of {STEPS} steps");
	println!(
		"  A DAG of {} layers of {WIDTH} steps, each of which needs two of the layer before, and one step that needs the last \
		 layer; every step 1/1, 5 nodes. Against {STEPS} single jobs, dispatched one by one by {STEPS} transactions in the same \
		 rhythm. From submission to pruning (after 12 blocks instead of a day), {HORIZON} blocks: opening or dispatch, assignment, \
		 acknowledgement, certificate, payment, deadlines, and for the workflow its bookkeeping; each block less its empty twin. \
		 With and without the handoffs that the nodes of predecessors sign and send. Time: Core_execute_block in WebAssembly, \
		 signatures and state root included, median of {RUNS} runs, A-B-B-A, the faster of each two.",
		(STEPS - 1) / WIDTH
	);
	let mut base = Chain::new(json!({
		"jobDispatch": { "params": { "challengeWindow": 12 } },
		"workflows": { "params": { "retention": 12 } },
	}));
	base.register_clause("Single", ExecutionMode::Single, Default::default());
	let enclaves: Vec<Enclave> = (1..=5).map(|number| base.enclave(number)).collect();
	let wasm = Wasm::new();
	let mut idle = base.fork();
	let mut empty: Vec<Recorded> = (0..HORIZON).map(|_| idle.pass()).collect();

	let mut played = SHAPES.map(|(shape, _)| play(&base, &enclaves, shape));
	let mut rounds: [Vec<f64>; SHAPES.len()] = Default::default();
	for round in 0..=RUNS {
		for (blocks, times) in played.iter_mut().zip(&mut rounds) {
			let pairs = blocks.iter_mut().zip(empty.iter_mut());
			let clock = |block: &mut Recorded| block.wasm(&wasm);
			let micros: f64 = pairs.map(|(with, without)| excess(with, without, &clock)).sum();
			if round > 0 {
				times.push(micros / f64::from(STEPS));
			}
		}
	}
	let rows = SHAPES.iter().zip(&played).zip(&rounds).map(|(((_, name), blocks), times)| {
		let pairs = blocks.iter().zip(&empty);
		let declared = pairs.map(|(with, without)| charged(with, without, STEPS)).sum();
		Row { name, declared, wasm: spread(times.iter().copied()) }
	});
	let rows: Vec<Row> = rows.collect();
	println!(
		"\n    {:<22}{:>22}{:>26}{:>22}",
		"per step or job", "declared weight, µs", "µs in WebAssembly", "of a single job"
	);
	for row in &rows {
		let share = |of: f64, job: f64| of / job;
		println!(
			"    {:<22}{:>22.1}{:>26}{:>22}",
			row.name,
			row.declared,
			row.wasm.to_string(),
			format!(
				"{:.2} / {:.2}",
				share(row.declared, rows[0].declared),
				share(row.wasm.median, rows[0].wasm.median)
			)
		);
	}
	for row in &rows[1..] {
		println!(
			"    overhead per step, {}: {:+.1} µs of weight, {:+.1} µs in WebAssembly",
			row.name,
			row.declared - rows[0].declared,
			row.wasm.median - rows[0].wasm.median
		);
	}
	let submission = played[1].first().zip(empty.first());
	if let Some((with, without)) = submission {
		println!(
			"    the submission alone, with the first {WIDTH} jobs opened: {:.1} µs of weight, reserves {:.1}",
			charged(with, without, 1),
			with.reserved as f64 / 1e6
		);
	}
}
