//! The same program on the same input: the same bytes and the same fuel.

use super::*;

/// Stores the bits that `expression` yields and writes them out.
fn bits_of(expression: &str, store: &str, bytes: u32) -> Vec<u8> {
	let body = format!(
		"({store} (i32.const 0) {expression})
		(call $output_write (i32.const 0) (i32.const {bytes}))"
	);
	run(&program(&body)).outcome.expect("the program succeeds")
}

#[test]
fn every_nan_should_have_the_canonical_bits() {
	// x86 alone would yield 0xffc00000 for the first, and the operand's payload for the others.
	for expression in [
		"(f32.div (f32.const 0) (f32.const 0))",
		"(f32.sqrt (f32.const -1))",
		"(f32.add (f32.const nan:0x200001) (f32.const 1))",
		"(f32.mul (f32.const -nan:0x3fffff) (f32.const nan:0x1))",
		"(f32.sub (f32.const inf) (f32.const inf))",
		"(f32.min (f32.const nan:0x123456) (f32.const 0))",
		"(f32.ceil (f32.const -nan:0x300000))",
		"(f32.demote_f64 (f64.const -nan:0xc000000000001))",
	] {
		assert_eq!(
			bits_of(expression, "f32.store", 4),
			0x7fc0_0000u32.to_le_bytes(),
			"{expression}"
		);
	}
	for expression in [
		"(f64.div (f64.const 0) (f64.const 0))",
		"(f64.sqrt (f64.const -1))",
		"(f64.add (f64.const nan:0x4000000000001) (f64.const 1))",
		"(f64.max (f64.const -nan:0x1) (f64.const 0))",
		"(f64.promote_f32 (f32.const -nan:0x200001))",
	] {
		let canonical = 0x7ff8_0000_0000_0000u64.to_le_bytes();
		assert_eq!(bits_of(expression, "f64.store", 8), canonical, "{expression}");
	}
}

#[test]
fn nans_should_be_the_same_in_two_engines() {
	let nan = program(
		"(f32.store (i32.const 0) (f32.div (f32.const 0) (f32.const 0)))
		(call $output_write (i32.const 0) (i32.const 4))",
	);
	let other = ClauseEngine::new(EngineBounds::default()).expect("the engine starts");
	let execution =
		Execution { program: &nan, input: [].into(), dependencies: [].into(), limits: LIMITS };
	let a = other.run(&execution).expect("runs");
	let b = run(&nan);
	assert_eq!((a.outcome, a.usage.fuel), (b.outcome, b.usage.fuel));
}

#[test]
fn fuel_and_peak_should_not_change_from_run_to_run() {
	let busy = program(
		"(local $i i32)
		(loop $l
			(local.set $i (i32.add (local.get $i) (i32.const 1)))
			(i32.store (i32.and (local.get $i) (i32.const 0xfff0)) (local.get $i))
			(br_if $l (i32.lt_u (local.get $i) (i32.const 10000))))
		(drop (memory.grow (i32.const 1)))
		(call $output_write (i32.const 0) (i32.const 32))",
	);
	let first = run(&busy);
	assert!(first.outcome.is_ok());
	for _ in 0..3 {
		let again = run(&busy);
		let measured = |r: &Report| ResourceUsage { cpu_micros: 0, ..r.usage };
		assert_eq!(again.outcome, first.outcome);
		assert_eq!(measured(&again), measured(&first));
	}
}

#[test]
fn nothing_should_be_left_over_from_the_run_before() {
	let counter = program(
		"(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
		(call $output_write (i32.const 0) (i32.const 4))",
	);
	for _ in 0..3 {
		assert_eq!(run(&counter).outcome, Ok(vec![1, 0, 0, 0]));
	}
}
