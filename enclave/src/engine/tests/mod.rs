//! The engine, by behaviour.

mod abi;
mod bounds;
mod caching;
mod determinism;
mod programs;

use super::*;
use std::sync::OnceLock;

/// Bounds of most tests: tight, so that what is caught is caught at once.
pub(super) const LIMITS: ResourceLimits = ResourceLimits {
	fuel: 50_000_000,
	memory_bytes: 4 * 65_536,
	table_elements: 64,
	output_bytes: 64,
	wall_millis: 10_000,
};

/// One engine for all tests that do not look at its cache.
pub(super) fn engine() -> &'static ClauseEngine {
	static ENGINE: OnceLock<ClauseEngine> = OnceLock::new();
	ENGINE.get_or_init(|| ClauseEngine::new(EngineBounds::default()).expect("the engine starts"))
}

/// The bytes of a program in text format.
pub(super) fn wasm(text: &str) -> Vec<u8> {
	wat::parse_str(text).expect("the test's program is well-formed")
}

/// A program with one page of memory, every import, and `body` as `run`.
pub(super) fn program(body: &str) -> Vec<u8> {
	wasm(&format!(
		r#"(module
			(import "concordat" "input_len" (func $input_len (result i32)))
			(import "concordat" "input_read" (func $input_read (param i32 i32 i32) (result i32)))
			(import "concordat" "dep_count" (func $dep_count (result i32)))
			(import "concordat" "dep_len" (func $dep_len (param i32) (result i32)))
			(import "concordat" "dep_read" (func $dep_read (param i32 i32 i32 i32) (result i32)))
			(import "concordat" "output_write" (func $output_write (param i32 i32) (result i32)))
			(memory (export "memory") 1)
			(func (export "run") (result i32) {body}))"#
	))
}

pub(super) fn run_with(program: &[u8], input: &[u8], dependencies: &[&[u8]]) -> Report {
	let dependencies: Vec<Vec<u8>> = dependencies.iter().map(|bytes| bytes.to_vec()).collect();
	engine()
		.run(&Execution {
			program,
			input: input.into(),
			dependencies: dependencies.into(),
			limits: LIMITS,
		})
		.expect("the host can run programs")
}

pub(super) fn run(program: &[u8]) -> Report {
	run_with(program, &[], &[])
}

pub(super) fn run_limited(program: &[u8], limits: ResourceLimits) -> Report {
	engine()
		.run(&Execution { program, input: [].into(), dependencies: [].into(), limits })
		.expect("the host can run programs")
}

/// Reads the whole input and writes it.
pub(super) const ECHO: &str =
	"(drop (call $input_read (i32.const 0) (i32.const 0) (call $input_len)))
	(call $output_write (i32.const 0) (call $input_len))";

#[test]
fn the_engine_version_should_be_the_one_of_the_lock_file() {
	let lock = include_str!("../../../../Cargo.lock");
	let (major, minor, patch) = ENGINE.version;
	let entry = format!("name = \"wasmtime\"\nversion = \"{major}.{minor}.{patch}\"\n");
	assert!(lock.contains(&entry), "the lock file has another wasmtime than {entry}");
}
