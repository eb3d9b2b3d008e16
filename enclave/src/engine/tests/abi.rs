//! What a program can ask of the host.

use super::*;

#[test]
fn an_echo_should_return_its_input() {
	let report = run_with(&program(ECHO), b"rain", &[]);
	assert_eq!(report.outcome, Ok(b"rain".to_vec()));
	assert_eq!((report.usage.bytes_in, report.usage.bytes_out), (4, 4));
	// `input_len` twice, `input_read`, `output_write`.
	assert_eq!(report.usage.storage_ops, 4);
	assert_eq!(report.usage.peak_memory, 65_536);
	assert!(report.usage.fuel > 4 * HOST_CALL_FUEL && report.usage.fuel < 1_000);
}

#[test]
fn output_should_be_appended_to() {
	let twice = program(
		"(drop (call $input_read (i32.const 8) (i32.const 0) (i32.const 2)))
		(drop (call $output_write (i32.const 8) (i32.const 2)))
		(call $output_write (i32.const 8) (i32.const 1))",
	);
	assert_eq!(run_with(&twice, b"ab", &[]).outcome, Ok(b"aba".to_vec()));
}

#[test]
fn a_program_that_writes_nothing_should_have_an_empty_output() {
	assert_eq!(run(&program("(i32.const 0)")).outcome, Ok(vec![]));
}

#[test]
fn reads_should_be_cut_at_the_end_of_the_input() {
	// The number of bytes copied becomes the failure code.
	let count = |offset: i32, len: i32| {
		let body =
			format!("(call $input_read (i32.const 0) (i32.const {offset}) (i32.const {len}))");
		run_with(&program(&body), b"0123456789", &[]).outcome
	};
	assert_eq!(count(0, 4), Err(FailureCode::Program(4)));
	assert_eq!(count(8, 4), Err(FailureCode::Program(2)));
	assert_eq!(count(10, 4), Ok(vec![]));
	assert_eq!(count(11, 4), Ok(vec![]));
	assert_eq!(count(-1, 4), Ok(vec![]));
	assert_eq!(count(0, 0), Ok(vec![]));
}

#[test]
fn dependencies_should_be_readable_one_by_one() {
	let second = program(
		"(drop (call $dep_read (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 3)))
		(drop (call $output_write (i32.const 0) (i32.const 3)))
		(i32.sub (call $dep_len (i32.const 1)) (i32.add (call $dep_count) (i32.const 4)))",
	);
	let report = run_with(&second, b"", &[b"first", b"second"]);
	assert_eq!(report.outcome, Ok(b"con".to_vec()));
	assert_eq!(report.usage.bytes_in, 3);
}

#[test]
fn an_unknown_dependency_should_be_answered_with_minus_one() {
	let one = [b"only".as_slice()];
	for index in [1, 2, -1] {
		let len = program(&format!("(call $dep_len (i32.const {index}))"));
		assert_eq!(run_with(&len, b"", &one).outcome, Err(FailureCode::Program(-1)));
		let read = program(&format!(
			"(call $dep_read (i32.const {index}) (i32.const 0) (i32.const 0) (i32.const 1))"
		));
		assert_eq!(run_with(&read, b"", &one).outcome, Err(FailureCode::Program(-1)));
	}
	let none = program("(call $dep_count)");
	assert_eq!(run(&none).outcome, Ok(vec![]));
}

#[test]
fn a_pointer_outside_the_memory_should_trap() {
	for (ptr, len) in [(65_536, 1), (65_535, 2), (0, 65_537), (-1, 1), (-1, -1), (1, -1), (0, -1)] {
		for call in [
			format!("(call $input_read (i32.const {ptr}) (i32.const 0) (i32.const {len}))"),
			format!("(call $output_write (i32.const {ptr}) (i32.const {len}))"),
			format!(
				"(call $dep_read (i32.const 0) (i32.const {ptr}) (i32.const 0) (i32.const {len}))"
			),
		] {
			let report = run_with(&program(&call), b"x", &[b"x"]);
			assert_eq!(report.outcome, Err(FailureCode::Trap), "{call}");
		}
	}
}

#[test]
fn an_empty_range_at_the_very_end_should_not_trap() {
	let edge = program("(call $output_write (i32.const 65536) (i32.const 0))");
	assert_eq!(run(&edge).outcome, Ok(vec![]));
}

#[test]
fn a_code_other_than_zero_should_be_reported_and_the_output_discarded() {
	let failing = program(
		"(drop (call $output_write (i32.const 0) (i32.const 4)))
		(i32.const -7)",
	);
	let report = run(&failing);
	assert_eq!(report.outcome, Err(FailureCode::Program(-7)));
	assert_eq!(report.usage.bytes_out, 4);
}

#[test]
fn imports_should_work_within_the_start_function() {
	let eager = wasm(
		r#"(module
			(import "concordat" "output_write" (func $output_write (param i32 i32) (result i32)))
			(memory (export "memory") 1)
			(data (i32.const 0) "early")
			(start $main)
			(func $main (drop (call $output_write (i32.const 0) (i32.const 5))))
			(func (export "run") (result i32) (i32.const 0)))"#,
	);
	assert_eq!(run(&eager).outcome, Ok(b"early".to_vec()));
}

#[test]
fn copying_should_cost_fuel_by_the_byte() {
	let read = |len: usize| {
		let body = "(drop (call $input_read (i32.const 0) (i32.const 0) (i32.const 65536)))
			(i32.const 0)";
		run_with(&program(body), &vec![7; len], &[]).usage.fuel
	};
	assert_eq!(read(65_536) - read(0), 65_536 / BYTES_PER_FUEL);
}
