//! Runs a clause on an ordinary machine: for tests and tools. Nothing is attested, nothing metered.

use crate::{execute, Clause, Host};
use std::{
	eprintln,
	io::{Read, Write},
	process::ExitCode,
	string::{String, ToString},
	vec::Vec,
};

/// A host that keeps everything in memory.
#[derive(Default)]
pub struct MemoryHost {
	/// What the program reads.
	pub input: Vec<u8>,
	/// Outputs that the job depends on.
	pub dependencies: Vec<Vec<u8>>,
	/// What the program has written.
	pub output: Vec<u8>,
}

impl Host for MemoryHost {
	fn input_len(&self) -> usize {
		self.input.len()
	}

	fn input_read(&self, offset: usize, buffer: &mut [u8]) -> usize {
		copy(&self.input, offset, buffer)
	}

	fn dep_count(&self) -> usize {
		self.dependencies.len()
	}

	fn dep_len(&self, index: usize) -> Option<usize> {
		self.dependencies.get(index).map(Vec::len)
	}

	fn dep_read(&self, index: usize, offset: usize, buffer: &mut [u8]) -> Option<usize> {
		self.dependencies.get(index).map(|bytes| copy(bytes, offset, buffer))
	}

	fn output_write(&mut self, bytes: &[u8]) -> bool {
		self.output.extend_from_slice(bytes);
		true
	}
}

fn copy(source: &[u8], offset: usize, buffer: &mut [u8]) -> usize {
	let rest = source.get(offset..).unwrap_or_default();
	let mut copied = 0;
	for (to, from) in buffer.iter_mut().zip(rest) {
		*to = *from;
		copied += 1;
	}
	copied
}

/// Runs a clause on an input; its output, or its failure code.
pub fn run(clause: Clause, input: &[u8]) -> Result<String, i32> {
	run_with(clause, input, &[])
}

/// As [`run`], with outputs that the job depends on.
pub fn run_with(clause: Clause, input: &[u8], dependencies: &[&[u8]]) -> Result<String, i32> {
	let mut host = MemoryHost {
		input: input.to_vec(),
		dependencies: dependencies.iter().map(|bytes| bytes.to_vec()).collect(),
		output: Vec::new(),
	};
	match execute(&mut host, clause) {
		0 => Ok(String::from_utf8_lossy(&host.output).to_string()),
		code => Err(code),
	}
}

/// Damages an input in `rounds` ways and runs the clause on each: bytes changed, cut out, doubled,
/// swapped, cut off at the end. Every run has to end with an output or a failure code; a panic
/// shows as one. The damage is the same every time. Returns how many damaged inputs were refused.
pub fn damage(clause: Clause, input: &[u8], rounds: u64) -> u64 {
	const TELLING: &[u8] = b"0123456789.-+:,=\n\0TZe ~";
	let mut state: u64 = rounds;
	let mut random = |below: usize| {
		state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(state >> 33) as usize % below.max(1)
	};
	let mut refused = 0;
	for _ in 0..rounds {
		let mut damaged = input.to_vec();
		for _ in 0..=random(3) {
			let at = random(damaged.len());
			let end = (at + 1 + random(8)).min(damaged.len());
			let byte = TELLING.get(random(TELLING.len())).copied().unwrap_or_default();
			match random(6) {
				0 => damaged.insert(at, byte),
				1 => drop(damaged.drain(at..end)),
				2 => damaged.truncate(at),
				3 => {
					let part: Vec<u8> = damaged.drain(at..end).collect();
					let to = random(damaged.len());
					damaged.splice(to..to, part);
				},
				_ => {
					if let Some(place) = damaged.get_mut(at) {
						*place = byte;
					}
				},
			}
		}
		refused += u64::from(run(clause, &damaged).is_err());
	}
	refused
}

/// The `main` of a tool that runs a clause on the file named by its only argument, or on what is
/// piped to it, and prints the result. Exits with 1 and the failure code on the error stream if
/// there is none.
pub fn main(clause: Clause) -> ExitCode {
	let mut input = Vec::new();
	let read = match std::env::args_os().nth(1) {
		Some(path) => std::fs::read(path).map(|bytes| input = bytes),
		None => std::io::stdin().read_to_end(&mut input).map(|_| ()),
	};
	if let Err(error) = read {
		eprintln!("the input cannot be read: {error}");
		return ExitCode::FAILURE;
	}
	match run(clause, &input) {
		Ok(output) => {
			let mut out = std::io::stdout();
			match out.write_all(output.as_bytes()).and_then(|()| out.write_all(b"\n")) {
				Ok(()) => ExitCode::SUCCESS,
				Err(_) => ExitCode::FAILURE,
			}
		},
		Err(code) => {
			eprintln!("the clause refused: failure code {code}");
			ExitCode::FAILURE
		},
	}
}
