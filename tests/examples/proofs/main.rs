//! How long a running node takes to prove a receipt.
//!
//! `proof-figures [RECEIPTS] [QUESTIONS]` makes a raw specification of the development chain, puts receipts in closed rollups into
//! its genesis (`genesis.rs`), starts a node on it that makes blocks, and has sixteen clients ask for proofs of receipts drawn at
//! random, each its next one when it has the answer. Every answer is checked: the receipt asked for, its path, its root. Of the
//! receipts, the younger half is in the state; the older one has left it, as after the retention, and is in the node's off-chain
//! index, where this program puts what is asked for by RPC. For comparison the same clients ask for the same receipts by
//! `concordat_receipt` and by `state_getStorage` of the raw key.
//!
//! Without the programs that it starts it says so, and measures nothing.

// The end-to-end tests use the rest of it.
#[allow(dead_code)]
#[path = "../../tests/e2e/harness.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../figures/stats.rs"]
mod stats;

mod genesis;

use concordat_primitives::{views::ReceiptProof, ReceiptId};
use concordat_runtime::{pallet_rollup_anchor::Leaves, Runtime};
use harness::{program, World};
use jsonrpsee::{
	core::client::ClientT,
	rpc_params,
	ws_client::{WsClient, WsClientBuilder},
};
use serde_json::Value;
use stats::{quantile, verdict};
use std::{
	path::Path,
	process::Command,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::Instant,
};

/// Receipts, unless told otherwise.
const RECEIPTS: u64 = 100_000;
/// Questions, unless told otherwise.
const QUESTIONS: usize = 1_000;
/// Clients that ask at a time.
const CLIENTS: usize = 16;
/// Milliseconds that 99 of 100 proofs take, at most.
const AIM_MILLIS: f64 = 100.0;

/// A small deterministic generator (splitmix64).
struct Random(u64);

impl Random {
	fn below(&mut self, bound: u64) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		(z ^ z >> 31) % bound
	}
}

/// What is asked.
#[derive(Clone, Copy)]
enum Question {
	/// A receipt with its proof.
	Proof,
	/// A receipt.
	Receipt,
	/// The entry of the state that holds it.
	Storage,
}

impl Question {
	/// Asks about a receipt and looks at the answer.
	async fn ask(self, client: &WsClient, id: ReceiptId) {
		match self {
			Self::Proof => {
				let proof: Option<ReceiptProof> = client
					.request("concordat_receiptProof", rpc_params![id])
					.await
					.expect("the node answers");
				let proof = proof.unwrap_or_else(|| panic!("no proof of receipt {id}"));
				let path: Vec<_> = proof.path.iter().map(|hash| hash.0).collect();
				let ReceiptProof { rollup, index, encoded, .. } = &proof;
				concordat_proofs::verify(&rollup.root.0, rollup.count, *index, encoded, &path)
					.expect("the proof holds");
				assert_eq!(proof.body.id, id);
			},
			Self::Receipt => {
				let view: Value = client
					.request("concordat_receipt", rpc_params![id])
					.await
					.expect("the node answers");
				assert!(view.is_object(), "receipt {id} is there");
			},
			Self::Storage => {
				let key = format!("0x{}", hex::encode(Leaves::<Runtime>::hashed_key_for(id)));
				let value: Option<String> = client
					.request("state_getStorage", rpc_params![key])
					.await
					.expect("the node answers");
				assert!(value.is_some(), "receipt {id} is there");
			},
		}
	}
}

async fn connect(url: &str) -> WsClient {
	WsClientBuilder::default().build(url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Milliseconds of each question, asked by so many clients at a time; and seconds of all together.
async fn measure(
	url: &str,
	clients: usize,
	question: Question,
	ids: &[ReceiptId],
) -> (Vec<f64>, f64) {
	let ids: Arc<[ReceiptId]> = ids.into();
	let next = Arc::new(AtomicUsize::new(0));
	let mut asking = Vec::new();
	for _ in 0..clients {
		let (client, ids, next) = (connect(url).await, ids.clone(), next.clone());
		asking.push(async move {
			let mut millis = Vec::new();
			while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
				let start = Instant::now();
				question.ask(&client, *id).await;
				millis.push(start.elapsed().as_secs_f64() * 1e3);
			}
			millis
		});
	}
	let began = Instant::now();
	let tasks: Vec<_> = asking.into_iter().map(tokio::spawn).collect();
	let mut millis = Vec::new();
	for task in tasks {
		millis.extend(task.await.expect("it does not panic"));
	}
	(millis, began.elapsed().as_secs_f64())
}

/// Puts entries into the node's off-chain index.
async fn archive(url: &str, entries: impl Iterator<Item = &genesis::Entry>) {
	let client = connect(url).await;
	for (key, value) in entries {
		let [key, value] = [key, value].map(|bytes| format!("0x{}", hex::encode(bytes)));
		let params = rpc_params!["PERSISTENT", key, value];
		let _: () =
			client.request("offchain_localStorageSet", params).await.expect("it is allowed");
	}
}

/// A raw specification of the development chain with so many receipts, in a file.
fn specification(world: &World, receipts: u64) -> (String, genesis::Filled) {
	let output = Command::new(program("concordat-node"))
		.args(["export-chain-spec", "--chain", "dev", "--raw"])
		.output()
		.expect("the node's program runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let mut spec: Value = serde_json::from_slice(&output.stdout).expect("a specification is JSON");
	let filled = genesis::fill(&mut spec, receipts);
	let path = world.dir.path().join("receipts.json");
	std::fs::write(&path, spec.to_string()).expect("the specification can be written");
	(path.display().to_string(), filled)
}

fn main() {
	let mut args = std::env::args().skip(1);
	let receipts = args.next().map_or(RECEIPTS, |text| text.parse().expect("a number of receipts"));
	let questions =
		args.next().map_or(QUESTIONS, |text| text.parse().expect("a number of questions"));
	println!("12. Proofs from a running node");
	println!("machine    {}", stats::machine());
	println!(
		"  concordat-node on a development chain whose genesis holds {receipts} receipts, blocks of 2 s, no enclaves; {questions} receipts \
		 drawn at random, asked for over WebSockets, each client its next one when it has the answer, which it checks. All on this \
		 machine, and this program with it. The younger half is in the state, where a proof reads and hashes all receipts of its rollup; \
		 the older half has left it and is in the off-chain index, which has the hashes."
	);
	let beside = std::env::current_exe().expect("a program has a path");
	let beside = beside.parent().and_then(Path::parent).expect("target/debug/examples/program");
	if !beside.join("concordat-node").exists() {
		println!("    skipped: concordat-node is not built (`make build`)");
		return;
	}
	let world = World::new();
	let began = Instant::now();
	let (spec, filled) = specification(&world, receipts);
	let genesis::Filled { closed, rollups, kept_from, bodies, leaves, keys } = filled;
	println!(
		"  {closed} of them in {rollups} closed rollups, {} in the state; {keys} keys in the genesis, made in {:.0} s",
		closed - kept_from,
		began.elapsed().as_secs_f64()
	);
	let began = Instant::now();
	let more = ["--unsafe-force-node-key-generation", "--rpc-methods", "unsafe"];
	let args = [&["--chain", &spec, "--alice", "--force-authoring"][..], &more].concat();
	let node = world.node("proofs", &args.iter().map(ToString::to_string).collect::<Vec<_>>());
	harness::until(60, "the chain makes blocks", || (node.finalised() > 2).then_some(()));

	let mut random = Random(5);
	let mut draw = |first: ReceiptId, end: ReceiptId| -> Vec<ReceiptId> {
		(0..questions).map(|_| first + random.below(end - first)).collect()
	};
	let (old, young) = (draw(0, kept_from), draw(kept_from, closed));
	let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
	let asked = old.iter().filter_map(|id| bodies.get(*id as usize));
	runtime.block_on(archive(&node.url, leaves.iter().chain(asked)));
	println!("  node started, and at work after {:.0} s", began.elapsed().as_secs_f64());
	println!(
		"\n    {:<44}{:>8}{:>9}{:>9}{:>9}{:>9}{:>12}",
		"ms from question to answer", "clients", "p50", "p95", "p99", "most", "a second"
	);
	let mut p99 = Vec::new();
	for (name, clients, question, ids) in [
		("concordat_receiptProof, of the index", CLIENTS, Question::Proof, &old),
		("concordat_receiptProof, of the state", CLIENTS, Question::Proof, &young),
		("concordat_receiptProof, of the index", 1, Question::Proof, &old),
		("concordat_receiptProof, of the state", 1, Question::Proof, &young),
		("concordat_receipt", CLIENTS, Question::Receipt, &young),
		("state_getStorage of the receipt", CLIENTS, Question::Storage, &young),
	] {
		let (millis, seconds) = runtime.block_on(measure(&node.url, clients, question, ids));
		assert_eq!(millis.len(), ids.len(), "every question has its answer");
		let at = |part| format!("{:.1}", quantile(&millis, part));
		println!(
			"    {name:<44}{clients:>8}{:>9}{:>9}{:>9}{:>9}{:>12.0}",
			at(0.5),
			at(0.95),
			at(0.99),
			at(1.0),
			millis.len() as f64 / seconds
		);
		p99.push(quantile(&millis, 0.99));
	}
	for (place, of) in ["index", "state"].into_iter().enumerate() {
		println!(
			"    p99 in ms, {CLIENTS} clients, of the {of}   {}",
			verdict(p99[place], AIM_MILLIS)
		);
		println!("    p99 / p99 of the raw entry = {:.1}", p99[place] / p99[5]);
	}
	println!("    height of the chain after that: {}", node.finalised());
}
