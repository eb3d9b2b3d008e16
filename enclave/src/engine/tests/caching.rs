//! Compiled programs are kept, and not too many of them.

use super::*;
use std::time::Duration;

fn cached(programs: usize) -> ClauseEngine {
	ClauseEngine::new(EngineBounds { cached_programs: programs, ..EngineBounds::default() })
		.expect("the engine starts")
}

fn outcome(engine: &ClauseEngine, program: &[u8]) -> Result<Vec<u8>, FailureCode> {
	let dependencies = Vec::new().into();
	engine
		.run(&Execution { program, input: [].into(), dependencies, limits: LIMITS })
		.expect("the host can run programs")
		.outcome
}

fn returning(code: i32) -> Vec<u8> {
	program(&format!("(i32.const {code})"))
}

#[test]
fn the_cache_should_stay_within_its_bound_and_answer_right() {
	let engine = cached(3);
	for round in 0..2 {
		for code in 1..=6 {
			assert_eq!(
				outcome(&engine, &returning(code)),
				Err(FailureCode::Program(code)),
				"{round}"
			);
			assert!(engine.cached_programs() <= 3);
		}
	}
	assert_eq!(engine.cached_programs(), 3);
}

#[test]
fn bad_programs_should_be_remembered_within_the_same_bound() {
	let engine = cached(2);
	for tail in 0..10u8 {
		assert_eq!(outcome(&engine, &[0, tail]), Err(FailureCode::BadProgram));
		assert_eq!(outcome(&engine, &[0, tail]), Err(FailureCode::BadProgram));
	}
	assert_eq!(engine.cached_programs(), 2);
}

#[test]
fn one_program_should_be_compiled_once_however_many_ask() {
	let engine = Arc::new(cached(8));
	let program = Arc::new(returning(9));
	let threads: Vec<_> = (0..8)
		.map(|_| {
			let (engine, program) = (engine.clone(), program.clone());
			std::thread::spawn(move || outcome(&engine, &program))
		})
		.collect();
	for thread in threads {
		assert_eq!(thread.join().expect("joins"), Err(FailureCode::Program(9)));
	}
	assert_eq!(engine.cached_programs(), 1);
}

#[test]
fn a_compilation_over_its_time_should_end_as_a_timeout_and_serve_the_next_run() {
	let engine = ClauseEngine::new(EngineBounds {
		compile_time: Duration::from_nanos(1),
		..EngineBounds::default()
	})
	.expect("the engine starts");
	assert_eq!(outcome(&engine, &returning(1)), Err(FailureCode::Timeout));
	assert_eq!(outcome(&engine, &returning(1)), Err(FailureCode::Program(1)));
}
