//! What it costs to verify a Groth16 proof: on the host functions, without them, and in native code.

use crate::{
	blob::{Blob, Call, Timed, RUNS},
	stats::{at_least, column, in_turns, micros, verdict, Way},
};
use concordat_pairing::groth16::ProofError;
use concordat_primitives::zk::ProofVerifier;
use concordat_runtime::{Runtime, ZkVerifiers};
use concordat_wasm_figures::{
	native::{bls12381, bn254, on_host_functions, Ways},
	Groth16Call,
};
use pallet_zk_verifiers::weights::{SubstrateWeight, WeightInfo};

/// Public inputs, the binding to the job among them.
const INPUTS: [usize; 4] = [1, 4, 8, 32];
/// Inputs for which there are aims.
const AIMED: usize = 8;
/// How many times dearer it should be at least without host functions.
const AIM_TIMES: f64 = 2.0;
/// Declared weight of a verification over BLS12-381, in milliseconds, at most.
const AIM_MILLIS: f64 = 8.0;

/// Ways in WebAssembly.
const WAYS: [(&str, &str); 3] = [
	("BLS12-381, host functions", "groth16_bls12381_host"),
	("BLS12-381, WebAssembly alone", "groth16_bls12381_plain"),
	("BN254, WebAssembly alone", "groth16_bn254"),
];

/// A good proof, one of something else, and one with a point outside the group.
fn calls(method: &'static str, [good, other, stray]: [&Groth16Call; 3]) -> [Call; 3] {
	let call =
		|call: &Groth16Call, verdict: Result<(), ProofError>| Call::new(method, call, &verdict);
	[call(good, Ok(())), call(other, Err(ProofError::Invalid)), call(stray, Err(ProofError::Point))]
}

/// The declared weight of a verification with so many public inputs, in milliseconds.
fn declared(inputs: usize) -> [f64; 2] {
	let publics = inputs as u32 - 1;
	[
		SubstrateWeight::<Runtime>::verify_bls12381(publics),
		SubstrateWeight::<Runtime>::verify_bn254(publics),
	]
	.map(|weight| weight.ref_time() as f64 / 1e9)
}

/// Medians that the end of the section needs.
struct Row {
	inputs: usize,
	/// By way, good proofs: medians, and the least.
	wasm: [f64; 3],
	least: [f64; 3],
	/// The least of the dearer of the bad ones, by way.
	bad: [f64; 3],
}

fn print_wasm(blob: &Blob, inputs: usize) -> Row {
	let (bls, bn) = (bls12381(inputs), bn254(inputs));
	let of_bls = [&bls.call, &bls.other, &bls.stray];
	let of_bn = [&bn.call, &bn.other, &bn.stray];
	let all: Vec<Call> = WAYS
		.into_iter()
		.zip([of_bls, of_bls, of_bn])
		.flat_map(|((_, method), proofs)| calls(method, proofs))
		.collect();
	let measured = blob.millis(&all);
	let mut row = Row { inputs, wasm: [0.0; 3], least: [0.0; 3], bad: [0.0; 3] };
	for (place, ((name, _), three)) in WAYS.iter().zip(measured.chunks_exact(3)).enumerate() {
		let [good, other, stray] = three else { unreachable!("chunks of three") };
		println!(
			"    {inputs:>6}  {name:<30}{:>28}{:>28}{:>28}",
			good.to_string(),
			other.to_string(),
			stray.to_string()
		);
		row.wasm[place] = good.all.median;
		row.least[place] = good.least;
		row.bad[place] = other.least.max(stray.least);
	}
	row
}

fn print_native(inputs: usize) {
	let (bls, bn) = (bls12381(inputs), bn254(inputs));
	let timed = |way: &dyn Fn() -> bool| micros(|| assert!(way(), "the proof is good")) / 1e3;
	let mut ways: Vec<Way<'_>> = vec![
		Box::new(|| timed(&|| on_host_functions(&bls.call).is_ok())),
		Box::new(|| timed(&|| bls.ours().is_ok())),
		Box::new(|| timed(&|| bls.bare())),
		Box::new(|| timed(&|| bls.decoded())),
		Box::new(|| timed(&|| bn.ours().is_ok())),
		Box::new(|| timed(&|| bn.bare())),
		Box::new(|| timed(&|| bn.decoded())),
	];
	let rounds = in_turns(&mut ways, RUNS);
	let of = |way| Timed::of(column(&rounds, way).into_iter()).to_string();
	println!(
		"    {inputs:>6}{:>28}{:>28}{:>28}{:>28}\n    {:>6}{:>28}{:>28}{:>28}{:>28}",
		of(0),
		of(1),
		of(2),
		of(3),
		"BN254",
		"–",
		of(4),
		of(5),
		of(6)
	);
}

/// Prints the figures.
pub fn print() {
	println!("\n8. Groth16 proofs");
	println!(
		"  One WebAssembly blob with all ways in it, built and executed like the runtime (tests/wasm-figures): proof and inputs from \
		 bytes to verdict, every point of the proof checked, the key prepared before, as it lies in the state. Milliseconds, median of \
		 {RUNS} rounds, A-B-B-A, the faster of each two, and the least of all; what a call costs that does nothing is taken off. Inputs: with the binding to \
		 the job. Other: a proof of something else, three good points. Stray: its second point is of the curve and not of the group. \
		 Host functions may use both cores (arkworks' feature `parallel`, which the SDK turns on); WebAssembly has one."
	);
	let Some(blob) = Blob::new() else {
		println!("    skipped: built with SKIP_WASM_BUILD");
		return;
	};
	println!(
		"\n    {:>6}  {:<30}{:>28}{:>28}{:>28}",
		"inputs", "in WebAssembly, ms", "good, least", "other, least", "stray, least"
	);
	let rows = INPUTS.map(|inputs| print_wasm(&blob, inputs));
	println!(
		"\n    {:>6}{:>28}{:>28}{:>28}{:>28}",
		"inputs",
		"native, ms: host fns",
		"plain curve",
		"ark-groth16, no checks",
		"ark-groth16, decoding"
	);
	INPUTS.into_iter().for_each(print_native);

	println!(
		"\n    {:>6}{:>24}{:>10}{:>26}{:>8}{:>34}{:>8}{:>12}{:>8}",
		"inputs",
		"without / with, median",
		"least",
		"declared, ms: BLS12-381",
		"BN254",
		"least / declared, good: BLS12-381",
		"BN254",
		"bad: BLS",
		"BN254"
	);
	for Row { inputs, wasm, least, bad } in &rows {
		let [bls, bn] = declared(*inputs);
		println!(
			"    {inputs:>6}{:>24.2}{:>10.2}{bls:>26.2}{bn:>8.2}{:>34.2}{:>8.2}{:>12.2}{:>8.2}",
			wasm[1] / wasm[0],
			least[1] / least[0],
			least[0] / bls,
			least[2] / bn,
			bad[0] / bls,
			bad[2] / bn,
		);
	}
	let Some(row) = rows.iter().find(|row| row.inputs == AIMED) else { return };
	let times = [row.wasm, row.least].map(|of| of[1] / of[0]);
	println!(
		"    {AIMED} inputs: without / with host functions, medians {}, least {}",
		at_least(times[0], AIM_TIMES),
		at_least(times[1], AIM_TIMES)
	);
	println!(
		"    {AIMED} inputs: declared weight over BLS12-381 in ms   {}; measured, median, in ms   {}",
		verdict(declared(AIMED)[0], AIM_MILLIS),
		verdict(row.wasm[0], AIM_MILLIS)
	);
	let reserved = <ZkVerifiers as ProofVerifier>::weight(AIMED as u32 - 1);
	println!(
		"    what a call reserves that does not know the curve yet: {:.2} ms",
		reserved.ref_time() as f64 / 1e9
	);
}
