//! What is a clause program, and what is not.

use super::*;
use crate::engine::shape::*;

fn assert_bad(text: &str) {
	assert_eq!(run(&wasm(text)).outcome, Err(FailureCode::BadProgram), "{text}");
}

/// A module with the required exports and `extra` definitions.
fn with(extra: &str) -> String {
	format!(
		r#"(module {extra}
			(memory (export "memory") 1)
			(func (export "run") (result i32) (i32.const 0)))"#
	)
}

#[test]
fn bytes_that_are_no_module_should_be_refused() {
	for bytes in [
		b"".as_slice(),
		b"\0asm",
		b"\0asm\x02\0\0\0",
		b"\0asm\x0d\0\x01\0",
		b"(module)",
		b"\0asm\x01\0\0\0\x0a\xff\xff\xff\xff\x0f",
		&[0xff; 100],
	] {
		assert_eq!(run(bytes).outcome, Err(FailureCode::BadProgram), "{bytes:?}");
	}
	let mut cut = program(ECHO);
	cut.pop();
	assert_eq!(run(&cut).outcome, Err(FailureCode::BadProgram));
}

#[test]
fn other_imports_should_be_refused() {
	for import in [
		r#"(import "concordat" "clock" (func))"#,
		r#"(import "concordat" "random" (func (result i32)))"#,
		r#"(import "env" "input_len" (func (result i32)))"#,
		r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#,
		r#"(import "concordat" "input_len" (global i32))"#,
		r#"(import "concordat" "input_len" (func (result i64)))"#,
		r#"(import "concordat" "input_len" (func (param i32) (result i32)))"#,
		r#"(import "concordat" "output_write" (func (param i32 i32)))"#,
		r#"(import "concordat" "table" (table 1 funcref))"#,
	] {
		assert_bad(&with(import));
	}
	assert_bad(
		r#"(module
			(import "concordat" "memory" (memory 1))
			(export "memory" (memory 0))
			(func (export "run") (result i32) (i32.const 0)))"#,
	);
}

#[test]
fn missing_and_mistyped_exports_should_be_refused() {
	assert_bad(r#"(module (func (export "run") (result i32) (i32.const 0)))"#);
	assert_bad(r#"(module (memory 1) (func (export "run") (result i32) (i32.const 0)))"#);
	assert_bad(r#"(module (memory (export "memory") 1))"#);
	for run in [
		r#"(func (export "run"))"#,
		r#"(func (export "run") (result i64) (i64.const 0))"#,
		r#"(func (export "run") (param i32) (result i32) (i32.const 0))"#,
		r#"(func (export "run") (result i32 i32) (i32.const 0) (i32.const 0))"#,
		r#"(global (export "run") i32 (i32.const 0))"#,
		r#"(func (export "Run") (result i32) (i32.const 0))"#,
	] {
		assert_bad(&format!(r#"(module (memory (export "memory") 1) {run})"#));
	}
	assert_bad(
		r#"(module
			(global (export "memory") i32 (i32.const 0))
			(func (export "run") (result i32) (i32.const 0)))"#,
	);
}

#[test]
fn every_proposal_beyond_the_instruction_set_should_be_refused() {
	for extra in [
		// SIMD, relaxed SIMD
		"(func (drop (v128.const i32x4 0 0 0 0)))",
		"(func (param v128) (drop (i32x4.relaxed_trunc_f32x4_s (local.get 0))))",
		// threads
		"(func (drop (i32.atomic.load (i32.const 0))))",
		"(func (atomic.fence))",
		// bulk memory, reference types
		"(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
		"(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
		"(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
		"(table 1 externref)",
		"(table 1 funcref) (table 1 funcref)",
		// tail calls, exceptions, garbage collection
		"(func $f (return_call $f))",
		"(tag $t) (func (throw $t))",
		"(type (struct (field i32)))",
		// extended constants, wide arithmetic
		"(global i32 (i32.add (i32.const 1) (i32.const 2)))",
		"(func (result i64 i64) (i64.mul_wide_u (i64.const 1) (i64.const 2)))",
		// multiple memories, multiple values
		"(memory 1)",
		"(func (result i32 i64) (i32.const 1) (i64.const 2))",
		"(func (i32.const 1) (block (param i32) (drop)))",
	] {
		assert_bad(&with(extra));
	}
	for memory in ["i64 1", "1 2 shared", "1 (pagesize 1)"] {
		assert_bad(&format!(
			r#"(module
				(memory (export "memory") {memory})
				(func (export "run") (result i32) (i32.const 0)))"#
		));
	}
}

#[test]
fn the_instruction_set_should_be_accepted() {
	for extra in [
		"(global $g (mut i32) (i32.const 1)) (export \"g\" (global $g))",
		"(func (result i32) (i32.extend8_s (i32.const 255)))",
		"(func (result i32) (i32.trunc_sat_f64_s (f64.const 1e300)))",
		"(func (param f64) (result f64) (f64.sqrt (local.get 0)))",
	] {
		assert_eq!(run(&wasm(&with(extra))).outcome, Ok(vec![]), "{extra}");
	}
}

#[test]
fn a_program_over_the_size_bound_should_be_refused() {
	let module = |bytes: usize| {
		let mut program = wasm(&with(""));
		// A custom section of an empty name, padded: id, length in four bytes, name length, content.
		let len = bytes - program.len() - 5;
		program.push(0);
		program.extend((0..4u32).map(|i| {
			let more = if i < 3 { 0x80 } else { 0 };
			(len >> (7 * i)) as u8 & 0x7f | more
		}));
		program.extend(std::iter::repeat_n(0, len));
		program
	};
	let limit = EngineBounds::default().program_bytes;
	assert_eq!(run(&module(limit)).outcome, Ok(vec![]));
	assert_eq!(run(&module(limit + 1)).outcome, Err(FailureCode::BadProgram));
}

#[test]
fn a_program_of_an_odd_shape_should_be_refused() {
	let check = |extra: &str| shape::check(&wasm(&with(extra)));
	let locals = |n: u64| format!("(func (param i32 i32) (local {}))", "i64 ".repeat(n as usize));
	assert_eq!(check(&locals(MAX_LOCALS - 2)), Ok(()));
	assert_eq!(check(&locals(MAX_LOCALS - 1)), Err(ShapeError::Locals(MAX_LOCALS + 1)));
	// The number of locals' groups and the end take two bytes.
	let bytes = |n: u32| format!("(func {})", "nop ".repeat(n as usize - 2));
	assert_eq!(check(&bytes(MAX_FUNCTION_BYTES)), Ok(()));
	let too_long = check(&bytes(MAX_FUNCTION_BYTES + 1));
	assert_eq!(too_long, Err(ShapeError::FunctionBytes(MAX_FUNCTION_BYTES + 1)));
	let functions = |n: u32| "(func)".repeat(n as usize - 1);
	assert_eq!(check(&functions(MAX_FUNCTIONS)), Ok(()));
	let too_many = check(&functions(MAX_FUNCTIONS + 1));
	assert_eq!(too_many, Err(ShapeError::Functions(MAX_FUNCTIONS + 1)));
	let loops = |n: u64| format!("(func {})", "(loop)".repeat(n as usize));
	assert_eq!(check(&loops(MAX_LOOPS)), Ok(()));
	assert_eq!(check(&loops(MAX_LOOPS + 1)), Err(ShapeError::Loops(MAX_LOOPS + 1)));
	// 1,000 locals times 1,000 blocks is one sixteenth of what is allowed.
	let knot = format!("(func (local {}) {})", "i32 ".repeat(1_000), "(block)".repeat(1_000));
	assert_eq!(check(&knot.repeat(16)), Ok(()));
	assert_eq!(check(&knot.repeat(17)), Err(ShapeError::Complexity));
	assert_bad(&with(&knot.repeat(17)));
}

#[test]
fn every_instruction_of_the_list_should_pass_and_every_other_byte_should_not() {
	let module = |code: &[u8]| {
		let mut program = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
		program.extend([code.len() as u8 + 3, 1, code.len() as u8 + 1, 0]);
		program.extend(code);
		program
	};
	for opcode in 0..=0xffu8 {
		// Operands for whichever instruction it is.
		let check = shape::check(&module(&[opcode, 0, 0, 0, 0, 0, 0, 0, 0]));
		let listed = matches!(
			opcode,
			0x00..=0x05 | 0x0b..=0x11 | 0x1a..=0x1b | 0x20..=0x24 | 0x28..=0xc4 | 0xfc
		);
		let expected = if listed { Ok(()) } else { Err(ShapeError::Instruction(opcode)) };
		assert_eq!(check, expected, "{opcode:#x}");
	}
	for sub in 0..=20u8 {
		let expected = if sub < 8 { Ok(()) } else { Err(ShapeError::Instruction(0xfc)) };
		assert_eq!(shape::check(&module(&[0xfc, sub])), expected, "{sub}");
	}
}

#[test]
fn locals_should_be_counted_without_overflow() {
	// Four groups of 2³² − 1 locals each: the sum wraps in 32 bits.
	let mut body = vec![4];
	for _ in 0..4 {
		body.extend([0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f]);
	}
	body.push(0x0b);
	let mut program = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
	program.extend([body.len() as u8 + 2, 1, body.len() as u8]);
	program.extend(body);
	let locals = 4 * u64::from(u32::MAX);
	assert_eq!(shape::check(&program), Err(ShapeError::Locals(locals)));
}

#[test]
fn cut_and_changed_programs_should_never_panic() {
	let whole = program(ECHO);
	for len in 0..whole.len() {
		let _ = run(&whole[..len]);
	}
	for at in 0..whole.len() {
		for flip in [0x01, 0x80, 0xff] {
			let mut changed = whole.clone();
			changed[at] ^= flip;
			let _ = run(&changed);
		}
	}
}
