//! Results that are committed to before they are shown.

use super::*;
use std::collections::BTreeSet;

/// A job that commits.
fn committing(job: JobId, program: &str, input: &[u8]) -> StartRequest {
	let mut request = request(job, program, input);
	request.token.commit_reveal = true;
	request
}

/// Waits for the end of an attempt that commits.
fn fetch_committed(jobs: &Jobs, token: &JobToken) -> (SignedCommitment, Salt, SignedCac) {
	let give_up = Instant::now() + Duration::from_secs(30);
	loop {
		match poll(jobs, token).unwrap() {
			PollResponse::Committed { commitment, salt, cac } => return (commitment, salt, cac),
			PollResponse::Pending => assert!(Instant::now() < give_up, "the job hangs"),
			PollResponse::Done(_) => panic!("shown without a commitment"),
		}
		thread::sleep(Duration::from_millis(5));
	}
}

fn run(jobs: &Jobs, request: StartRequest) -> (SignedCommitment, Salt, SignedCac) {
	let token = request.token.clone();
	jobs.start(request).unwrap();
	fetch_committed(jobs, &token)
}

/// What the chain will compute when the result is shown.
fn commitment_of(jobs: &Jobs, token: &JobToken, cac: &SignedCac, salt: &Salt) -> Hash {
	let opening = Opening {
		genesis: token.genesis,
		job: token.job,
		attempt: token.attempt,
		node: token.node,
		key: &jobs.0.keys.signing_key(),
		tally: cac.statement.body().outcome.tally(),
	};
	opening.commit(salt)
}

#[test]
fn a_result_should_be_committed_to_with_what_opens_it() {
	let jobs = jobs();
	let request = committing(1, ECHO, b"rain");
	let token = request.token.clone();
	let (signed, salt, cac) = run(&jobs, request);
	let key = jobs.0.keys.signing_key();
	assert!(signed.verify(&key) && cac.verify(&key));
	assert_eq!(cac.statement.body().outcome.tally(), Ok(output_hash(b"rain")));
	let said = &signed.commitment;
	assert_eq!(
		(said.genesis, said.job, said.attempt, said.nonce, said.node),
		(token.genesis, 1, 1, token.nonce, 7)
	);
	assert_eq!(said.hash, commitment_of(&jobs, &token, &cac, &salt));
	// Not without the salt, nor with one that can be guessed.
	for guess in [[0; 32], [0xff; 32], token.nonce.0, key] {
		assert_ne!(said.hash, commitment_of(&jobs, &token, &cac, &guess));
	}
}

#[test]
fn every_question_should_get_the_same_answer() {
	let jobs = jobs();
	let request = committing(1, ECHO, b"rain");
	let first = run(&jobs, request.clone());
	jobs.start(request.clone()).unwrap();
	let mut later = request.clone();
	(later.token.acted_on, later.token.expires_at) = ((50, Hash::zero()), 400);
	jobs.start(later).unwrap();
	for _ in 0..3 {
		assert_eq!(fetch_committed(&jobs, &request.token), first);
	}
	assert_eq!(jobs.0.lock().runs, 1);
}

#[test]
fn failures_should_be_committed_to_as_well() {
	let jobs = jobs();
	let trap = r#"(module (memory (export "memory") 1)
		(func (export "run") (result i32) (unreachable)))"#;
	let mut missing = committing(2, ECHO, b"rain");
	missing.input.clear();
	let mut slow = spinning(3, 50);
	slow.token.commit_reveal = true;
	for (request, code) in [
		(committing(1, trap, b""), FailureCode::Trap),
		(missing, FailureCode::ContentUnavailable),
		(slow, FailureCode::Timeout),
	] {
		let token = request.token.clone();
		let (signed, salt, cac) = run(&jobs, request);
		assert_eq!(cac.statement.body().outcome.tally(), Err(code));
		assert_eq!(signed.commitment.hash, commitment_of(&jobs, &token, &cac, &salt));
	}
}

#[test]
fn an_overdue_attempt_should_be_committed_to_once_and_for_all() {
	let jobs = jobs();
	let mut hung = spinning(1, 1_000);
	hung.token.commit_reveal = true;
	let token = hung.token.clone();
	jobs.start(hung).unwrap();
	jobs.0.lock().entries.get_mut(&Key::of(&token)).unwrap().state =
		State::Running { overdue: Instant::now() };
	let first = fetch_committed(&jobs, &token);
	assert_eq!(first.2.statement.body().outcome.tally(), Err(FailureCode::Timeout));
	wait_until_idle(&jobs);
	assert_eq!(fetch_committed(&jobs, &token), first);
}

#[test]
fn salts_should_differ_by_attempt_and_enclave() {
	let (here, there) = (jobs(), jobs());
	let base = committing(1, ECHO, b"rain").token;
	let all = [
		base.clone(),
		JobToken { genesis: Hash::zero(), ..base.clone() },
		JobToken { job: 2, ..base.clone() },
		JobToken { attempt: 2, ..base.clone() },
		JobToken { nonce: Hash::zero(), ..base.clone() },
		JobToken { node: 8, ..base.clone() },
	];
	let salts: BTreeSet<Salt> = [&here, &there]
		.into_iter()
		.flat_map(|jobs| all.iter().map(|token| jobs.0.keys.salt(token)))
		.collect();
	assert_eq!(salts.len(), 2 * all.len());
	// Nothing else goes into it: what may change while the attempt runs does not change the salt.
	let moved = JobToken { expires_at: 400, acted_on: (11, Hash::zero()), ..base.clone() };
	assert_eq!(here.0.keys.salt(&moved), here.0.keys.salt(&base));
}

#[test]
fn a_result_should_not_be_told_from_its_commitment() {
	// One bit of output, and two enclaves that agree: their commitments are as different as those of two that differ.
	let mut seen = BTreeSet::new();
	for input in [b"0", b"1"] {
		for jobs in [jobs(), jobs()] {
			let (signed, ..) = run(&jobs, committing(1, ECHO, input));
			seen.insert(signed.commitment.hash);
		}
	}
	assert_eq!(seen.len(), 4);
}

#[test]
fn a_job_that_does_not_commit_should_be_answered_bare() {
	let jobs = jobs();
	let request = request(1, ECHO, b"rain");
	jobs.start(request.clone()).unwrap();
	// `fetch` does not take a commitment for an answer.
	let bare = fetch(&jobs, &request.token);
	assert!(matches!(poll(&jobs, &request.token), Ok(PollResponse::Done(cac)) if cac == bare));
	// Afterwards no commitment to the same attempt is to be had.
	let mut other = request;
	other.token.commit_reveal = true;
	assert_eq!(jobs.start(other), Err(Refusal::Conflict));
}

#[test]
fn a_commitment_should_not_pass_for_another_message() {
	let jobs = jobs();
	let (signed, _, cac) = run(&jobs, committing(1, ECHO, b"rain"));
	let key = jobs.0.keys.signing_key();
	let said = &signed.commitment;
	let ack = Ack {
		genesis: said.genesis,
		job: said.job,
		attempt: said.attempt,
		nonce: said.nonce,
		node: said.node,
	};
	assert!(!SignedAck { ack, signature: signed.signature }.verify(&key));
	assert!(!SignedCac { statement: cac.statement, signature: signed.signature }.verify(&key));
}
