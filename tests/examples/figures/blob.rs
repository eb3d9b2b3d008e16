//! The blob of `concordat-wasm-figures`, executed as the node executes the runtime.

use crate::{
	chain::Wasm,
	stats::{in_turns, spread, Spread, Way},
};
use codec::Encode;
use concordat_wasm_figures::WASM_BINARY;
use sp_io::TestExternalities;
use std::cell::RefCell;

/// Rounds of measurement; one more is run first and forgotten.
pub const RUNS: usize = 15;

/// The blob, and a state that it does not need.
pub struct Blob {
	wasm: Wasm,
	state: RefCell<TestExternalities>,
}

/// How long something took.
#[derive(Clone, Copy)]
pub struct Timed {
	/// Median of the rounds, and how far apart they are.
	pub all: Spread,
	/// The quickest round: what it takes when nothing else wants the processor. Work that the host spreads over both cores
	/// waits for whatever else is there.
	pub least: f64,
}

impl Timed {
	/// Of the rounds of one way.
	pub fn of(sample: impl Iterator<Item = f64> + Clone) -> Self {
		Self { all: spread(sample.clone()), least: sample.fold(f64::INFINITY, f64::min) }
	}
}

impl std::fmt::Display for Timed {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let Self { all, least } = self;
		f.pad(&format!("{:.3} (IQR {:.3}) {least:.3}", all.median, all.iqr))
	}
}

/// A call of the blob.
pub struct Call {
	/// Function.
	pub method: &'static str,
	/// What it takes.
	pub data: Vec<u8>,
	/// What it has to answer.
	pub answer: Vec<u8>,
}

impl Call {
	/// A call and what it has to answer.
	pub fn new(method: &'static str, data: &impl Encode, answer: &impl Encode) -> Self {
		Self { method, data: data.encode(), answer: answer.encode() }
	}
}

impl Blob {
	/// `None` if it was not built.
	pub fn new() -> Option<Self> {
		Some(Self { wasm: Wasm::of(WASM_BINARY?), state: Default::default() })
	}

	/// Microseconds of a call, whose answer is looked at.
	fn micros(&self, call: &Call) -> f64 {
		let (micros, answer) =
			self.wasm.answer(&mut self.state.borrow_mut(), call.method, &call.data);
		assert_eq!(answer, call.answer, "{}", call.method);
		micros
	}

	/// Milliseconds of each call, less what a call costs that does nothing, in turns with each other.
	pub fn millis(&self, calls: &[Call]) -> Vec<Timed> {
		let nothing = Call { method: "nothing", data: Vec::new(), answer: Vec::new() };
		let mut ways: Vec<Way<'_>> = vec![Box::new(|| self.micros(&nothing))];
		for call in calls {
			ways.push(Box::new(move || self.micros(call)));
		}
		let rounds = in_turns(&mut ways, RUNS);
		(1..=calls.len())
			.map(|way| Timed::of(rounds.iter().map(|round| (round[way] - round[0]) / 1e3)))
			.collect()
	}
}
