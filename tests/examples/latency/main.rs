//! How long it takes from the dispatch of a job until nodes have its seats, on a running node.
//!
//! `latency-figures [JOBS] [JOBS PER SECOND]` starts a development node and three simulated enclaves as processes of their own,
//! registers and attests a compute node for each, and has twelve accounts dispatch jobs, one after the other at a steady
//! rate. A job's clock starts before its transaction is submitted and stops when the block with its `JobAssigned` event has
//! been announced as the best one, by subscription. The enclaves execute the jobs, so that seats become free again.
//!
//! Without the programs that it starts it says so, and measures nothing.

// The end-to-end tests use the rest of it.
#[allow(dead_code)]
#[path = "../../tests/e2e/harness.rs"]
mod harness;
#[path = "../../tests/e2e/programs.rs"]
mod programs;
#[allow(dead_code)]
#[path = "../figures/stats.rs"]
mod stats;

mod watch;

use codec::Encode;
use concordat_primitives::{
	job::{JobConstraints, JobInput},
	ClauseId, Hash, JobId,
};
use concordat_runtime::{
	pallet_job_dispatch,
	transactions::{tx_extension, SignedPayload},
	Runtime, RuntimeCall, UncheckedExtrinsic, VERSION,
};
use harness::{free_port, until, Node, Process, World};
use jsonrpsee::{
	core::client::ClientT,
	rpc_params,
	ws_client::{WsClient, WsClientBuilder},
};
use sp_core::{crypto::Ss58Codec, sr25519, Pair};
use sp_runtime::{generic::Era, traits::IdentifyAccount, MultiSigner};
use stats::{quantile, verdict};
use std::{
	collections::BTreeMap,
	path::Path,
	sync::Arc,
	time::{Duration, Instant},
};
use watch::{Fate, Sightings};

/// Jobs, unless told otherwise.
const JOBS: usize = 1_000;
/// Jobs a second, unless told otherwise.
const RATE: f64 = 8.0;
/// Clause that is dispatched.
const CLAUSE: &str = "BENCH::Latency@1.0";
/// What it asks for; development chains declare it at genesis.
const CAPABILITY: &str = "bench.echo";
/// Technologies of the enclaves.
const KINDS: [&str; 3] = ["sgx", "tdx", "snp"];
/// Jobs that each node takes at a time.
const CAPACITY: &str = "64";
/// Who dispatches: no account may have more than 64 jobs that have not ended.
const ACCOUNTS: [&str; 12] = [
	"//Alice",
	"//Bob",
	"//Charlie",
	"//Dave",
	"//Eve",
	"//Ferdie",
	"//Alice//stash",
	"//Bob//stash",
	"//Charlie//stash",
	"//Dave//stash",
	"//Eve//stash",
	"//Ferdie//stash",
];
/// Seconds that the last jobs have to be assigned.
const PATIENCE: u64 = 30;
/// From submission to assignment in the best block, in milliseconds, for 99 of 100 jobs.
const AIM_MILLIS: f64 = 5_000.0;

/// An account, and how many transactions it has sent.
struct Requester {
	pair: sr25519::Pair,
	nonce: u32,
}

impl Requester {
	fn new(suri: &str) -> Self {
		let pair = sr25519::Pair::from_string(suri, None).expect("a valid secret");
		Self { pair, nonce: 0 }
	}

	fn address(&self) -> String {
		self.pair.public().to_ss58check()
	}

	/// The next transaction that dispatches a job.
	fn dispatch(&mut self, genesis: Hash) -> Vec<u8> {
		let call = RuntimeCall::from(pallet_job_dispatch::Call::<Runtime>::dispatch {
			clause: ClauseId::parse(CLAUSE).expect("a valid name"),
			input: JobInput::Inline(b"question".to_vec().try_into().expect("short")),
			constraints: JobConstraints::default(),
		});
		let extension = tx_extension(Era::Immortal, self.nonce, 0);
		self.nonce += 1;
		let implicit = (
			(),
			(),
			VERSION.spec_version,
			VERSION.transaction_version,
			genesis,
			genesis,
			(),
			(),
			(),
			None,
			(),
		);
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| self.pair.sign(bytes));
		let account = MultiSigner::from(self.pair.public()).into_account();
		UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension).encode()
	}
}

/// A node with three enclaves behind it, all of whose compute nodes are attested, and the clause.
struct Stage {
	node: Node,
	// Die with it.
	_enclaves: Vec<Process>,
	_world: World,
}

impl Stage {
	fn new() -> Self {
		let world = World::new();
		let mut args = vec!["--dev".into(), "--dev-enclaves=0".into()];
		let mut enclaves = Vec::new();
		let mut urls = Vec::new();
		for kind in KINDS {
			let port = free_port();
			let address = format!("127.0.0.1:{port}");
			// The enclave would turn away what it cannot run at once; its queue is not what is measured.
			let flags = ["--simulated", kind, "--listen", &address, "--max-jobs", CAPACITY];
			let log = world.dir.path().join(format!("enclave-{kind}.log"));
			let mut process = Process::start("concordat-enclave", &flags.map(String::from), log);
			until(30, "the enclave answers", || {
				assert!(process.runs(), "the enclave stopped:\n{}", process.tail());
				std::net::TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(())
			});
			args.push(format!("--enclave-url=http://{address}"));
			urls.push(format!("http://{address}"));
			enclaves.push(process);
		}
		let node = world.node("dev", &args);
		for (number, url) in urls.iter().enumerate() {
			let who = format!("//Node//{}", number + 1);
			node.concordat(&[
				"node",
				"register",
				"--enclave-url",
				url,
				"--capability",
				CAPABILITY,
				"--jurisdiction",
				"CHE",
				"--capacity",
				CAPACITY,
				"--memory-mib",
				"65536",
				"--suri",
				&who,
			]);
		}
		let program = world.dir.path().join("program.wasm");
		std::fs::write(&program, programs::busy(1_000)).expect("the program can be written");
		node.concordat(&[
			"clause",
			"register",
			CLAUSE,
			"--program",
			&program.display().to_string(),
			"--capability",
			CAPABILITY,
			"--mode",
			"single",
			"--risk",
			"low",
		]);
		Self { node, _enclaves: enclaves, _world: world }
	}
}

async fn connect(url: &str) -> WsClient {
	WsClientBuilder::default()
		.max_response_size(64 * 1024 * 1024)
		.build(url)
		.await
		.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Submits the jobs at a steady rate; when each of them was submitted, by transaction.
async fn submit(client: Arc<WsClient>, jobs: usize, rate: f64) -> BTreeMap<Vec<u8>, Instant> {
	let genesis: Hash =
		client.request("chain_getBlockHash", rpc_params![0]).await.expect("there is a genesis");
	let mut requesters = ACCOUNTS.map(Requester::new);
	for one in &mut requesters {
		let params = rpc_params![one.address()];
		one.nonce = client.request("system_accountNextIndex", params).await.expect("a number");
	}
	let began = Instant::now();
	let mut submitted = BTreeMap::new();
	let mut answers = Vec::new();
	for number in 0..jobs {
		let who = number % requesters.len();
		let transaction = requesters[who].dispatch(genesis);
		let due = Duration::from_secs_f64(number as f64 / rate);
		tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
		submitted.insert(transaction.clone(), Instant::now());
		let client = client.clone();
		// The next one does not wait for the node's answer.
		answers.push(tokio::spawn(async move {
			let text = format!("0x{}", hex::encode(transaction));
			client.request::<String, _>("author_submitExtrinsic", rpc_params![text]).await
		}));
	}
	for answer in answers {
		answer.await.expect("it does not panic").expect("the pool takes it");
	}
	submitted
}

/// What was measured.
struct Figures {
	/// Milliseconds from submission to the announcement of the block with the assignment.
	millis: Vec<f64>,
	/// Blocks from the one that took the dispatch in to the one that assigned.
	blocks: Vec<f64>,
	/// Jobs that were never dispatched or assigned.
	lost: usize,
	/// Jobs that completed while it was watched.
	completed: usize,
	seconds: f64,
}

async fn measure(url: &str, jobs: usize, rate: f64) -> Figures {
	let began = Instant::now();
	let sightings = Sightings::default();
	let watcher = tokio::spawn(watch::run(connect(url).await, sightings.clone()));
	let submitted = submit(Arc::new(connect(url).await), jobs, rate).await;
	let sent = Instant::now();
	while sightings.assigned() < jobs && sent.elapsed() < Duration::from_secs(PATIENCE) {
		assert!(!watcher.is_finished(), "the subscription ended");
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	watcher.abort();
	let fates: BTreeMap<JobId, Fate> = sightings.fates();
	let (mut millis, mut blocks) = (Vec::new(), Vec::new());
	for fate in fates.values() {
		let began = submitted.get(&fate.transaction).copied();
		if let (Some(began), Some((block, seen))) = (began, fate.assigned) {
			millis.push(seen.duration_since(began).as_secs_f64() * 1e3);
			blocks.push(f64::from(block - fate.dispatched));
		}
	}
	Figures {
		lost: jobs - millis.len(),
		completed: fates.values().filter(|fate| fate.completed).count(),
		millis,
		blocks,
		seconds: began.elapsed().as_secs_f64(),
	}
}

fn print(jobs: usize, rate: f64, figures: &Figures) {
	let Figures { millis, blocks, lost, completed, seconds } = figures;
	println!(
		"  {jobs} jobs, {rate} a second; {lost} not assigned, {completed} completed meanwhile; {seconds:.0} s\n"
	);
	if millis.is_empty() {
		println!("    nothing was assigned: no figures");
		return;
	}
	println!("    {:<44}{:>9}{:>9}{:>9}{:>9}", "dispatch to assigned", "p50", "p95", "p99", "most");
	let row = |name: &str, sample: &[f64], digits: usize| {
		let at = |part| format!("{:.digits$}", quantile(sample, part));
		println!("    {name:<44}{:>9}{:>9}{:>9}{:>9}", at(0.5), at(0.95), at(0.99), at(1.0));
	};
	row("blocks after the one with the dispatch", blocks, 0);
	row("ms from submission to the best block", millis, 0);
	let aim = match lost {
		0 => verdict(quantile(millis, 0.99), AIM_MILLIS),
		_ => format!("aim ≤ {AIM_MILLIS} for all jobs: MISSED, {lost} were not assigned"),
	};
	println!("    p99 in ms   {aim}");
}

fn main() {
	let mut args = std::env::args().skip(1);
	let jobs = args.next().map_or(JOBS, |text| text.parse().expect("a number of jobs"));
	let rate = args.next().map_or(RATE, |text| text.parse().expect("a number of jobs a second"));
	println!("7. Dispatch to assignment, on a running node");
	println!(
		"  concordat-node --dev with blocks of 2 s, three simulated enclaves as processes of their own, nodes of capacity {CAPACITY}; \
		 1/1 jobs by {} accounts, executed and settled. All on this machine, and this program with them.",
		ACCOUNTS.len()
	);
	let program = std::env::current_exe().expect("a program has a path");
	let beside = program.parent().and_then(Path::parent).expect("target/debug/examples/program");
	let missing = |name: &str| !beside.join(name).exists();
	if let Some(name) =
		["concordat-node", "concordat-enclave", "concordat"].into_iter().find(|name| missing(name))
	{
		println!("    skipped: {name} is not built (`make build`)");
		return;
	}
	let stage = Stage::new();
	let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
	let figures = runtime.block_on(measure(&stage.node.url, jobs, rate));
	print(jobs, rate, &figures);
	let totals = stage.node.rpc("concordat_totals", serde_json::json!([]));
	println!("    totals of the chain after that: {totals}");
}
