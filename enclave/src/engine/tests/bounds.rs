//! Every bound, and how it ends a run.

use super::*;
use std::time::{Duration, Instant};

const SPIN: &str = "(loop $l (br $l)) (i32.const 0)";

#[test]
fn an_endless_loop_should_run_out_of_fuel() {
	let report = run(&program(SPIN));
	assert_eq!(report.outcome, Err(FailureCode::FuelExhausted));
	assert_eq!(report.usage.fuel, LIMITS.fuel);
	assert!(report.usage.cpu_micros > 0);
}

#[test]
fn an_endless_loop_with_endless_fuel_should_run_out_of_time() {
	let started = Instant::now();
	let limits = ResourceLimits { fuel: u64::MAX, wall_millis: 200, ..LIMITS };
	let report = run_limited(&program(SPIN), limits);
	assert_eq!(report.outcome, Err(FailureCode::Timeout));
	let took = started.elapsed();
	assert!(took >= Duration::from_millis(200), "{took:?}");
	assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn an_endless_start_function_should_run_out_of_fuel_or_time() {
	let text = r#"(module
		(memory (export "memory") 1)
		(start $main)
		(func $main (loop $l (br $l)))
		(func (export "run") (result i32) (i32.const 0)))"#;
	assert_eq!(run(&wasm(text)).outcome, Err(FailureCode::FuelExhausted));
	let limits = ResourceLimits { fuel: u64::MAX, wall_millis: 100, ..LIMITS };
	assert_eq!(run_limited(&wasm(text), limits).outcome, Err(FailureCode::Timeout));
}

#[test]
fn endless_calls_into_the_host_should_run_out_of_fuel() {
	let chatty = program("(loop $l (drop (call $input_len)) (br $l)) (i32.const 0)");
	let report = run(&chatty);
	assert_eq!(report.outcome, Err(FailureCode::FuelExhausted));
	// Each call costs far more than the instructions around it.
	assert!(u64::from(report.usage.storage_ops) <= LIMITS.fuel / HOST_CALL_FUEL);
}

#[test]
fn growing_memory_without_end_should_end_the_run() {
	let bomb = program("(loop $l (drop (memory.grow (i32.const 1))) (br $l)) (i32.const 0)");
	let report = run(&bomb);
	assert_eq!(report.outcome, Err(FailureCode::MemoryExceeded));
	assert_eq!(report.usage.peak_memory, LIMITS.memory_bytes);
}

#[test]
fn growing_memory_in_one_leap_should_end_the_run() {
	for pages in [4, 65_535] {
		let bomb = program(&format!("(memory.grow (i32.const {pages}))"));
		assert_eq!(run(&bomb).outcome, Err(FailureCode::MemoryExceeded), "{pages}");
	}
}

#[test]
fn growing_memory_up_to_the_bound_should_work() {
	let modest = program("(i32.sub (memory.grow (i32.const 3)) (i32.const 1))");
	let report = run(&modest);
	assert_eq!(report.outcome, Ok(vec![]));
	assert_eq!(report.usage.peak_memory, 4 * 65_536);
}

#[test]
fn growing_memory_beyond_the_own_maximum_should_return_minus_one() {
	// No memory can have more than 4 GiB, whatever it declares.
	let absurd = program("(memory.grow (i32.const -1))");
	assert_eq!(run(&absurd).outcome, Err(FailureCode::Program(-1)));

	let frugal = wasm(
		r#"(module
			(memory (export "memory") 1 2)
			(func (export "run") (result i32) (memory.grow (i32.const 2))))"#,
	);
	let report = run(&frugal);
	assert_eq!(report.outcome, Err(FailureCode::Program(-1)));
	assert_eq!(report.usage.peak_memory, 65_536);
}

#[test]
fn declaring_too_much_memory_should_end_the_run_before_it_begins() {
	for pages in [5, 65_536] {
		let greedy = wasm(&format!(
			r#"(module
				(memory (export "memory") {pages})
				(func (export "run") (result i32) (i32.const 0)))"#
		));
		let report = run(&greedy);
		assert_eq!(report.outcome, Err(FailureCode::MemoryExceeded));
		assert_eq!(report.usage.peak_memory, 0);
	}
}

#[test]
fn declaring_too_large_a_table_should_end_the_run_before_it_begins() {
	let table = |elements: u32| {
		run(&wasm(&format!(
			r#"(module
				(memory (export "memory") 1)
				(table {elements} funcref)
				(func (export "run") (result i32) (i32.const 0)))"#
		)))
	};
	let fits = table(64);
	assert_eq!(fits.outcome, Ok(vec![]));
	assert_eq!(fits.usage.peak_memory, 65_536 + 64 * 8);
	for elements in [65, 10_000_000, u32::MAX] {
		// The largest one is already refused by the compiler.
		let outcome = table(elements).outcome;
		assert!(
			matches!(outcome, Err(FailureCode::MemoryExceeded | FailureCode::BadProgram)),
			"{outcome:?}"
		);
	}
	assert_eq!(table(10_000_000).outcome, Err(FailureCode::MemoryExceeded));
}

#[test]
fn writing_up_to_the_bound_should_work_and_one_byte_more_should_not() {
	let write =
		|len: u32| run(&program(&format!("(call $output_write (i32.const 0) (i32.const {len}))")));
	assert_eq!(write(64).outcome, Ok(vec![0; 64]));
	let report = write(65);
	assert_eq!(report.outcome, Err(FailureCode::OutputTooLarge));
	assert_eq!(report.usage.bytes_out, 0);
}

#[test]
fn writing_without_end_should_end_the_run() {
	let flood = program(
		"(loop $l (drop (call $output_write (i32.const 0) (i32.const 1))) (br $l)) (i32.const 0)",
	);
	let report = run(&flood);
	assert_eq!(report.outcome, Err(FailureCode::OutputTooLarge));
	assert_eq!(report.usage.bytes_out, 64);
}

#[test]
fn endless_recursion_should_trap() {
	let deep = wasm(
		r#"(module
			(memory (export "memory") 1)
			(func $f (export "run") (result i32) (i32.add (call $f) (i32.const 1))))"#,
	);
	let limits = ResourceLimits { fuel: u64::MAX, ..LIMITS };
	assert_eq!(run_limited(&deep, limits).outcome, Err(FailureCode::Trap));
}

#[test]
fn what_traps_should_be_a_trap() {
	for body in [
		"(unreachable)",
		"(i32.div_s (i32.const 1) (i32.const 0))",
		"(i32.div_s (i32.const 0x80000000) (i32.const -1))",
		"(i32.trunc_f32_s (f32.const nan))",
		"(i32.load (i32.const 65536))",
		"(i32.load (i32.const -1))",
	] {
		assert_eq!(run(&program(body)).outcome, Err(FailureCode::Trap), "{body}");
	}
	let null_call = wasm(
		r#"(module
			(memory (export "memory") 1)
			(table 1 funcref)
			(func (export "run") (result i32) (call_indirect (result i32) (i32.const 0))))"#,
	);
	assert_eq!(run(&null_call).outcome, Err(FailureCode::Trap));
	let stray_data = wasm(
		r#"(module
			(memory (export "memory") 1)
			(data (i32.const 65535) "ab")
			(func (export "run") (result i32) (i32.const 0)))"#,
	);
	assert_eq!(run(&stray_data).outcome, Err(FailureCode::Trap));
	let stray_elements = wasm(
		r#"(module
			(memory (export "memory") 1)
			(table 1 funcref)
			(elem (i32.const 1) $f)
			(func $f (export "run") (result i32) (i32.const 0)))"#,
	);
	assert_eq!(run(&stray_elements).outcome, Err(FailureCode::Trap));
}

#[test]
fn a_run_without_fuel_should_end_at_once() {
	let limits = ResourceLimits { fuel: 0, ..LIMITS };
	assert_eq!(
		run_limited(&program("(i32.const 0)"), limits).outcome,
		Err(FailureCode::FuelExhausted)
	);
}

#[test]
fn an_endless_run_should_not_hold_up_another_one() {
	let limits = ResourceLimits { fuel: u64::MAX, wall_millis: 3_000, ..LIMITS };
	let spinning = std::thread::spawn(move || run_limited(&program(SPIN), limits));
	assert_eq!(run_with(&program(ECHO), b"here", &[]).outcome, Ok(b"here".to_vec()));
	assert!(!spinning.is_finished());
	assert_eq!(spinning.join().expect("joins").outcome, Err(FailureCode::Timeout));
}
