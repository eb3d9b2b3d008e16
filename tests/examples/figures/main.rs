//! The figures of `make bench`, printed as they are, whether they reach their aims or not.
//!
//! 1. What one life cycle of a job costs, in transfers: by declared weight and by measured time.
//! 2. What one assignment costs, in storage reads and time, at 10² to 10⁵ nodes of which all, half or a hundredth are eligible;
//!    and what it would cost to look at all of them.
//! 3. How evenly jobs come to lie on nodes, against a scheduler that looks at all of them.
//! 4. What a step of a workflow of a hundred steps costs, against a job of its own.
//! 5. What it costs to verify evidence, to verify more of it, and to use what was verified.
//! 8. What it costs to verify a Groth16 proof, on host functions and without them.
//! 9. What it costs to verify the signatures of many: one aggregate, or a signature of each.
//! 10. What it costs the chain to make a result provable, by the size of rollups.
//! 11. What it costs to check a receipt offline, and what a job leaves in the state.
//!
//! 6, 7 and 12 are programs of their own.
//!
//! Everything runs on the real runtime in one process and one run. Blocks are made once and their
//! states kept; then each is executed again and again over the state before it, in turns with a twin
//! that lacks what is measured (A-B-B-A), so that what both share, and what else the machine does,
//! falls out of the difference.

mod aggregates;
mod attestation;
mod blob;
mod chain;
mod lifecycle;
mod offline;
mod pairing;
mod placement;
mod pools;
mod residue;
mod rollups;
mod scheduler;
mod stats;
mod workflow;

use std::time::Instant;

fn main() {
	let start = Instant::now();
	println!("machine    {}", stats::machine());
	println!(
		"programs   host code: the workspace's one profile (dependencies optimised, own crates at level 1); \
		 runtime: release WebAssembly, compiled by wasmtime"
	);
	println!(
		"state      in memory, as a trie, without the node's caches and without ParityDB; every time includes \
		 the trie reads"
	);
	println!("audits     none: an audit is a job of its own, drawn by chance");
	println!("goals      are printed next to what was measured; a miss is printed, not hidden");
	// One section, if it is named; all of them otherwise.
	let only = std::env::args().nth(1);
	let wanted = |name: &str| only.as_deref().is_none_or(|one| one == name);
	for (name, print) in [
		("lifecycle", lifecycle::print as fn()),
		("scheduler", scheduler::print),
		("placement", placement::print),
		("workflow", workflow::print),
		("attestation", attestation::print),
		("pairing", pairing::print),
		("aggregates", aggregates::print),
		("rollups", rollups::print),
		("receipts", receipts),
	] {
		if wanted(name) {
			print();
		}
	}
	println!("\ntook {:.0} s", start.elapsed().as_secs_f64());
}

/// What is left of a job outside of the chain, and inside.
fn receipts() {
	println!("\n11. Receipts");
	offline::print();
	residue::print();
}
