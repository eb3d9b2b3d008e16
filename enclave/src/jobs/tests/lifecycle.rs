//! Start, run, end.

use super::*;

#[test]
fn a_job_should_be_acknowledged_run_and_signed() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	let token = request.token.clone();
	let key = jobs.0.keys.signing_key();

	let signed_ack = jobs.start(request).unwrap();
	assert!(signed_ack.verify(&key));
	let expected = Ack { genesis: token.genesis, job: 1, attempt: 1, nonce: token.nonce, node: 7 };
	assert_eq!(signed_ack.ack, expected);

	let signed = fetch(&jobs, &token);
	assert!(signed.verify(&key));
	assert!(!signed.verify(&[1; 32]));
	let CacStatement::V1(cac) = signed.statement;
	assert!(cac.usage.fuel > 0);
	let output = Output::Inline(b"rain".to_vec().try_into().unwrap());
	let expected = CacV1 {
		genesis: token.genesis,
		job: 1,
		attempt: 1,
		nonce: token.nonce,
		node: 7,
		clause: token.clause,
		program: token.program,
		measurement: measurement(),
		lease: 9,
		input: token.input,
		lineage: NO_LINEAGE,
		outcome: Outcome::Success { hash: output_hash(b"rain"), output },
		usage: cac.usage,
		engine: ENGINE,
		acted_on: token.acted_on,
		simulated: true,
	};
	assert_eq!(cac, expected);
}

#[test]
fn a_repeated_start_should_find_the_same_job() {
	let jobs = jobs();
	let first = request(1, ECHO, b"rain");
	let ack = jobs.start(first.clone()).unwrap();
	assert_eq!(jobs.start(first.clone()).unwrap(), ack);
	let signed = fetch(&jobs, &first.token);

	// The host has moved on to another block: still the same attempt, and the same statement.
	let mut later = first.clone();
	later.token.acted_on = (11, Hash::repeat_byte(3));
	assert_eq!(jobs.start(later).unwrap(), ack);
	assert_eq!(fetch(&jobs, &first.token), signed);
	assert_eq!(signed.statement.body().acted_on, first.token.acted_on);
	assert_eq!(jobs.0.lock().runs, 1);
}

#[test]
fn a_start_with_another_deadline_should_find_the_same_job() {
	let jobs = jobs();
	let running = spinning(1, 1_000);
	let ack = jobs.start(running.clone()).unwrap();
	let moved = |expires_at: BlockNumber, acted_on: BlockNumber| {
		let mut request = running.clone();
		request.token.expires_at = expires_at;
		request.token.acted_on.0 = acted_on;
		request
	};
	let deadline = || jobs.0.lock().entries[&Key::of(&running.token)].token.expires_at;
	// A dispute put the deadline off; then the host repeats the token that it had before.
	assert_eq!(jobs.start(moved(300, 11)).unwrap(), ack);
	assert_eq!(deadline(), 300);
	assert_eq!(jobs.start(moved(100, 12)).unwrap(), ack);
	assert_eq!(deadline(), 300);
	// Beyond the first deadline, and within the later one.
	assert_eq!(jobs.start(moved(300, 200)).unwrap(), ack);

	let signed = fetch(&jobs, &running.token);
	assert_eq!(jobs.start(moved(400, 201)).unwrap(), ack);
	assert_eq!(fetch(&jobs, &running.token), signed);
	assert_eq!(jobs.0.lock().runs, 1);

	// What the host could not run begins anew, and keeps the later deadline.
	let faulty = request(2, ECHO, b"rain");
	let mut later = faulty.clone();
	later.token.expires_at = 300;
	let run = jobs.0.reserve(&later.token).unwrap().unwrap();
	jobs.0.finish(&later.token, run, Err("out of memory".into()));
	assert!(outcome(&jobs, faulty.clone()).is_ok());
	assert_eq!(jobs.0.lock().entries[&Key::of(&faulty.token)].token.expires_at, 300);
}

#[test]
fn a_seat_should_be_acknowledged_without_starting_anything() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	let ack = jobs.acknowledge(&request.token).unwrap();
	assert!(ack.verify(&jobs.0.keys.signing_key()));
	assert_eq!(jobs.counts(), JobCounts { running: 0, remembered: 0 });
	assert_eq!(poll(&jobs, &request.token), Err(Refusal::UnknownJob));
	// The same as the start gives, before it and after it.
	assert_eq!(jobs.start(request.clone()).unwrap(), ack);
	assert_eq!(jobs.acknowledge(&request.token).unwrap(), ack);
	let late = JobToken { acted_on: (100, Hash::zero()), ..request.token.clone() };
	assert_eq!(jobs.acknowledge(&late), Err(Refusal::Expired));
	let greedy = JobToken {
		limits: ResourceLimits { fuel: u64::MAX, ..ResourceLimits::SMALL },
		..request.token
	};
	assert!(jobs.acknowledge(&greedy).is_err());
}

#[test]
fn starts_at_the_same_moment_should_make_one_run() {
	let jobs = jobs();
	let first = request(1, ECHO, b"rain");
	let threads: Vec<_> = (0..16)
		.map(|_| {
			let (jobs, request) = (jobs.clone(), first.clone());
			thread::spawn(move || {
				let ack = jobs.start(request.clone()).unwrap();
				(ack, fetch(&jobs, &request.token))
			})
		})
		.collect();
	let answers: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
	assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
	assert_eq!(jobs.0.lock().runs, 1);
}

#[test]
fn a_conflicting_start_should_be_refused() {
	let jobs = jobs();
	let first = request(1, ECHO, b"rain");
	jobs.start(first.clone()).unwrap();
	let conflicting = |change: &dyn Fn(&mut JobToken)| {
		let mut other = first.clone();
		change(&mut other.token);
		jobs.start(other)
	};
	let changes: [&dyn Fn(&mut JobToken); 11] = [
		&|t| t.genesis = Hash::zero(),
		&|t| t.node = 8,
		&|t| t.lease = 10,
		&|t| t.clause = ClauseId::parse("WHO::DiseaseAlert@2.4").unwrap(),
		&|t| t.program = Hash::zero(),
		&|t| t.input = Hash::zero(),
		&|t| t.lineage = Hash::repeat_byte(9),
		&|t| t.capability = CapabilityId::parse("hazard.wind").unwrap(),
		&|t| t.dao = AccountId::from([4; 32]),
		&|t| t.limits.fuel -= 1,
		&|t| t.commit_reveal = true,
	];
	for change in changes {
		assert_eq!(conflicting(change), Err(Refusal::Conflict));
	}
	let signed = fetch(&jobs, &first.token);
	for change in changes {
		assert_eq!(conflicting(change), Err(Refusal::Conflict));
	}
	assert_eq!(fetch(&jobs, &first.token), signed);
	assert_eq!(jobs.counts().remembered, 1);
}

#[test]
fn another_attempt_or_nonce_should_be_another_job() {
	let jobs = jobs();
	let first = request(1, ECHO, b"rain");
	let mut attempt = first.clone();
	attempt.token.attempt = 2;
	let mut nonce = first.clone();
	nonce.token.nonce = Hash::repeat_byte(5);
	for request in [first, attempt, nonce] {
		assert!(outcome(&jobs, request).is_ok());
	}
	assert_eq!(jobs.counts().remembered, 3);
}

#[test]
fn bytes_that_the_token_does_not_name_should_end_as_input_mismatch() {
	let jobs = jobs();
	let mut program = request(1, ECHO, b"rain");
	program.program.push(0);
	let mut input = request(2, ECHO, b"rain");
	input.input = b"sun".to_vec();
	let mut extra = request(3, ECHO, b"rain");
	extra.dependencies = vec![b"dry".to_vec()];
	let mut missing = request(4, ECHO, b"rain");
	missing.token.lineage = lineage_of(&[b"dry".to_vec()]);
	let mut order = request(5, ECHO, b"rain");
	order.dependencies = vec![b"dry".to_vec(), b"wet".to_vec()];
	order.token.lineage = lineage_of(&[b"wet".to_vec(), b"dry".to_vec()]);
	for request in [program, input, extra, missing, order] {
		let token = request.token.clone();
		assert_eq!(outcome(&jobs, request), Err(FailureCode::InputMismatch));
		// Nothing ran.
		let usage = fetch(&jobs, &token).statement.body().usage;
		assert_eq!(usage, ResourceUsage::default());
	}
}

#[test]
fn bytes_that_the_host_does_not_have_should_end_as_content_unavailable() {
	let jobs = jobs();
	let mut program = request(1, ECHO, b"rain");
	program.program.clear();
	let mut input = request(2, ECHO, b"rain");
	input.input.clear();
	let mut both = request(3, ECHO, b"rain");
	(both.program, both.input) = (vec![], vec![]);
	for request in [program, input, both] {
		let token = request.token.clone();
		assert_eq!(outcome(&jobs, request), Err(FailureCode::ContentUnavailable));
		let usage = fetch(&jobs, &token).statement.body().usage;
		assert_eq!(usage, ResourceUsage::default());
	}
	// An input that is empty by right is there.
	assert_eq!(outcome(&jobs, request(4, ECHO, b"")), Ok(output_hash(b"")));
	// Wrong bytes are something else than no bytes.
	let mut wrong = request(5, ECHO, b"rain");
	wrong.input = b"sun".to_vec();
	assert_eq!(outcome(&jobs, wrong), Err(FailureCode::InputMismatch));
}

#[test]
fn dependencies_should_reach_the_program() {
	let jobs = jobs();
	let second = r#"(module
		(import "concordat" "dep_read" (func $read (param i32 i32 i32 i32) (result i32)))
		(import "concordat" "output_write" (func $write (param i32 i32) (result i32)))
		(memory (export "memory") 1)
		(func (export "run") (result i32)
			(drop (call $read (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 3)))
			(call $write (i32.const 0) (i32.const 3))))"#;
	let mut request = request(1, second, b"");
	request.dependencies = vec![b"dry".to_vec(), b"wet".to_vec()];
	request.token.lineage = lineage_of(&request.dependencies);
	assert_eq!(outcome(&jobs, request), Ok(output_hash(b"wet")));
}

#[test]
fn lineage_should_bind_content_order_and_number() {
	let (a, b) = (b"a".to_vec(), b"b".to_vec());
	let all = [
		lineage_of(&[]),
		lineage_of(&[vec![]]),
		lineage_of(std::slice::from_ref(&a)),
		lineage_of(&[a.clone(), b.clone()]),
		lineage_of(&[b, a]),
		lineage_of(&[b"ab".to_vec()]),
	];
	assert_eq!(all[0], NO_LINEAGE);
	for (i, x) in all.iter().enumerate() {
		assert!(all.iter().skip(i + 1).all(|y| x != y));
	}
}

#[test]
fn failing_programs_should_yield_signed_failures() {
	let jobs = jobs();
	let run = |body: &str| {
		format!(
			r#"(module
				(import "concordat" "output_write" (func $write (param i32 i32) (result i32)))
				(memory (export "memory") 1)
				(func (export "run") (result i32) {body}))"#
		)
	};
	let endless = "(loop $l (br $l)) (i32.const 0)";
	for (job, body, code) in [
		(1, "(unreachable)", FailureCode::Trap),
		(2, endless, FailureCode::FuelExhausted),
		(3, "(memory.grow (i32.const 60000))", FailureCode::MemoryExceeded),
		(4, "(call $write (i32.const 0) (i32.const 2049))", FailureCode::OutputTooLarge),
		(5, "(i32.const 3)", FailureCode::Program(3)),
	] {
		assert_eq!(outcome(&jobs, request(job, &run(body), b"")), Err(code), "{body}");
	}
	assert_eq!(outcome(&jobs, request(6, "(module)", b"")), Err(FailureCode::BadProgram));
	assert_eq!(outcome(&jobs, spinning(7, 50)), Err(FailureCode::Timeout));
}

#[test]
fn tokens_that_cannot_be_served_should_be_refused() {
	let limits = ResourceLimits { fuel: 1_000_000_000, ..ResourceLimits::SMALL };
	let jobs = jobs_with(JobBounds { limits, ..bounds() });
	let refusal = |change: &dyn Fn(&mut JobToken)| {
		let mut request = request(1, ECHO, b"rain");
		change(&mut request.token);
		jobs.start(request).unwrap_err()
	};
	assert!(matches!(refusal(&|t| t.limits.fuel = 0), Refusal::BadRequest(_)));
	assert!(matches!(refusal(&|t| t.limits.output_bytes = u32::MAX), Refusal::BadRequest(_)));
	assert!(matches!(refusal(&|t| t.clause.name.0 = Default::default()), Refusal::BadRequest(_)));
	assert!(matches!(refusal(&|t| t.capability.0 = [0; 16]), Refusal::BadRequest(_)));
	assert!(matches!(refusal(&|t| t.output_key = Some([9; 32])), Refusal::BadRequest(_)));
	assert_eq!(refusal(&|t| t.limits.fuel += 1), Refusal::LimitsExceeded);
	assert_eq!(refusal(&|t| t.limits.memory_bytes += 65_536), Refusal::LimitsExceeded);
	assert_eq!(refusal(&|t| t.limits.table_elements += 1), Refusal::LimitsExceeded);
	assert_eq!(refusal(&|t| t.limits.wall_millis += 1), Refusal::LimitsExceeded);
	assert_eq!(refusal(&|t| t.expires_at = 10), Refusal::Expired);
	assert_eq!(jobs.counts(), JobCounts { running: 0, remembered: 0 });
}

#[test]
fn unknown_attempts_should_not_be_found() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	let token = request.token.clone();
	assert_eq!(poll(&jobs, &token), Err(Refusal::UnknownJob));
	jobs.start(request).unwrap();
	for other in [
		JobToken { job: 2, ..token.clone() },
		JobToken { attempt: 2, ..token.clone() },
		JobToken { nonce: Hash::zero(), ..token },
	] {
		assert_eq!(poll(&jobs, &other), Err(Refusal::UnknownJob));
	}
}

#[test]
fn a_hung_job_should_not_hold_up_others() {
	let jobs = jobs();
	let hung = spinning(1, 3_000);
	let token = hung.token.clone();
	jobs.start(hung).unwrap();
	assert_eq!(outcome(&jobs, request(2, ECHO, b"rain")), Ok(output_hash(b"rain")));
	assert_eq!(poll(&jobs, &token), Ok(PollResponse::Pending));
	assert_eq!(fetch(&jobs, &token).statement.body().outcome.tally(), Err(FailureCode::Timeout));
}

#[test]
fn no_more_jobs_than_allowed_should_run_at_once() {
	let jobs = jobs_with(JobBounds { running: 2, ..bounds() });
	jobs.start(spinning(1, 1_500)).unwrap();
	let second = spinning(2, 1_500);
	let ack = jobs.start(second.clone()).unwrap();
	assert!(!jobs.has_room());
	let overloaded = Refusal::Handoff(HandoffFault::Overloaded);
	assert_eq!(jobs.start(request(3, ECHO, b"")), Err(overloaded));
	// What runs already is still found.
	assert_eq!(jobs.start(second), Ok(ack));
	wait_until_idle(&jobs);
	assert!(outcome(&jobs, request(3, ECHO, b"")).is_ok());
}

#[test]
fn an_overdue_attempt_should_be_settled_once_and_for_all() {
	let jobs = jobs();
	let hung = spinning(1, 1_000);
	let token = hung.token.clone();
	jobs.start(hung).unwrap();
	// As if its bounds had passed long ago and its thread had not come back.
	jobs.0.lock().entries.get_mut(&Key::of(&token)).unwrap().state =
		State::Running { overdue: Instant::now() };
	let PollResponse::Done(signed) = poll(&jobs, &token).unwrap() else {
		panic!("not settled");
	};
	assert_eq!(signed.statement.body().outcome.tally(), Err(FailureCode::Timeout));
	// The thread keeps its place until it ends, and what it says then is discarded.
	assert_eq!(jobs.counts().running, 1);
	wait_until_idle(&jobs);
	assert_eq!(fetch(&jobs, &token), signed);
}

#[test]
fn a_fault_of_the_host_should_sign_nothing_and_allow_another_start() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	let run = jobs.0.reserve(&request.token).unwrap().unwrap();
	jobs.0.finish(&request.token, run, Err("out of memory".into()));
	let fault = Err(Refusal::HostFault("out of memory".into()));
	assert_eq!(poll(&jobs, &request.token), fault);
	assert_eq!(outcome(&jobs, request), Ok(output_hash(b"rain")));
}

#[test]
fn a_run_should_settle_only_what_it_was_started_for() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	let first = jobs.0.reserve(&request.token).unwrap().unwrap();
	jobs.0.finish(&request.token, first, Err("out of memory".into()));
	let second = jobs.0.reserve(&request.token).unwrap().unwrap();
	assert_ne!(first, second);
	jobs.0.finish(&request.token, first, Ok(Verdict::refused(FailureCode::Trap)));
	assert_eq!(poll(&jobs, &request.token), Ok(PollResponse::Pending));
}
