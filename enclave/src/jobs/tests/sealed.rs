//! Sealed inputs and outputs; and what has to be proved before anything is opened.

use super::*;
use concordat_primitives::sealed::{blinded_output_hash, ciphertext_hash, SealContext, SealedKey};
use concordat_sealing::{open_output, prepare, seal, Prepared, Sealing, SecretKey};

const ROUND: Attempt = 1;
/// Node of the second recipient.
const OTHER_NODE: NodeId = 8;

struct Case {
	request: StartRequest,
	prepared: Prepared,
	sealing: Sealing,
	requester: SecretKey,
	/// Of the second recipient.
	other: SecretKey,
}

fn context(token: &JobToken) -> SealContext {
	SealContext {
		genesis: token.genesis,
		job: token.job,
		round: ROUND,
		clause: token.clause.clone(),
	}
}

/// A job whose input is sealed to `jobs`, which runs for node 7, and to another enclave.
fn case(jobs: &Jobs, job: JobId, program: &str, input: &[u8]) -> Case {
	let mut request = request(job, program, b"");
	let prepared = prepare(input).unwrap();
	let other = SecretKey::generate().unwrap();
	let own = jobs.0.keys.encryption_key();
	let recipients = [(request.token.node, own), (OTHER_NODE, other.public())];
	let sealing = seal(&prepared, input, &context(&request.token), &recipients).unwrap();
	request.token.input = prepared.commitment();
	request.token.sealed =
		Some(SealedToken { round: ROUND, ciphertext: sealing.hash, key: sealing.keys[0].clone() });
	request.input = sealing.ciphertext.clone();
	Case { request, prepared, sealing, requester: SecretKey::generate().unwrap(), other }
}

impl Case {
	/// With the output sealed to the requester.
	fn confidential(mut self) -> Self {
		self.request.token.output_key = Some(self.requester.public());
		self
	}

	fn sealed(&mut self) -> &mut SealedToken {
		self.request.token.sealed.as_mut().unwrap()
	}
}

/// Runs what the chain has assigned.
fn run(jobs: &Jobs, chain: &Assigned, request: &StartRequest) -> CacV1 {
	chain.assign(&request.token);
	jobs.start(request.clone()).unwrap();
	let CacStatement::V1(cac) = fetch(jobs, &request.token).statement;
	cac
}

#[test]
fn a_sealed_input_should_be_opened_run_and_named_by_its_commitment() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	for (job, input) in [(1, &b"rain"[..]), (2, b"")] {
		let case = case(&jobs, job, ECHO, input);
		let cac = run(&jobs, &chain, &case.request);
		assert_eq!(cac.input, case.prepared.commitment());
		let output = Output::Inline(input.to_vec().try_into().unwrap());
		assert_eq!(cac.outcome, Outcome::Success { hash: output_hash(input), output });
		assert!(cac.usage.fuel > 0);
	}
}

#[test]
fn a_sealed_output_should_open_for_the_requester_alone() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let case = case(&jobs, 1, ECHO, b"rain").confidential();
	let cac = run(&jobs, &chain, &case.request);
	let Outcome::Success { hash, output: Output::Sealed(bytes) } = cac.outcome else {
		panic!("{:?}", cac.outcome);
	};
	assert_eq!(hash, blinded_output_hash(case.prepared.salt(), b"rain"));
	assert!(!bytes.windows(4).any(|window| window == b"rain"));
	let open = |secret: &SecretKey| {
		let context = context(&case.request.token);
		open_output(secret, &context, case.prepared.salt(), &hash, &bytes)
			.map(|output| output.to_vec())
	};
	assert_eq!(open(&case.requester), Ok(b"rain".to_vec()));
	assert!(open(&case.other).is_err());
}

#[test]
fn enclaves_of_a_quorum_should_agree_on_a_sealed_output() {
	let (one, chain) = jobs_of(bounds(), POLICY);
	let case = case(&one, 1, ECHO, b"rain").confidential();
	let hashes = [(7, 0), (OTHER_NODE, 1)].map(|(node, index)| {
		// The second enclave has the other recipient's key.
		let jobs = if index == 0 { one.clone() } else { with_key(&case.other, chain.clone()) };
		let mut request = case.request.clone();
		(request.token.node, request.token.attempt) = (node, index + 1);
		request.token.sealed.as_mut().unwrap().key = case.sealing.keys[index as usize].clone();
		run(&jobs, &chain, &request).outcome.tally()
	});
	assert_eq!(hashes[0], Ok(blinded_output_hash(case.prepared.salt(), b"rain")));
	assert_eq!(hashes[0], hashes[1]);
}

/// An enclave whose encryption key is known.
fn with_key(secret: &SecretKey, chain: Arc<Assigned>) -> Jobs {
	let engine = ClauseEngine::new(EngineBounds::default()).unwrap();
	let keys = Arc::new(Keys::with_encryption(SecretKey::from_bytes(secret.expose())));
	let identity = JobIdentity { measurement: measurement(), simulated: true };
	Jobs::new(engine, keys, identity, bounds(), POLICY, chain)
}

#[test]
fn a_failure_should_be_public_even_if_the_output_would_be_sealed() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let failing = r#"(module (memory (export "memory") 1)
		(func (export "run") (result i32) (i32.const 3)))"#;
	let case = case(&jobs, 1, failing, b"rain").confidential();
	let cac = run(&jobs, &chain, &case.request);
	assert_eq!(cac.outcome, Outcome::Failure(FailureCode::Program(3)));
}

#[test]
fn nothing_should_be_opened_before_the_chain_is_proved_to_have_assigned_it() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let case = case(&jobs, 1, ECHO, b"rain").confidential();
	let token = &case.request.token;
	let unproven = Refusal::Unproven(Unproven::UnknownJob(1));
	assert_eq!(unproven.status(), 425);
	assert_eq!(jobs.start(case.request.clone()), Err(unproven));
	assert_eq!(jobs.counts(), JobCounts { running: 0, remembered: 0 });
	// The seat can be taken meanwhile.
	assert!(jobs.acknowledge(token).is_ok());

	// A host that would read the output itself, in the clear or under a key of its own, or have another program run.
	chain.assign(token);
	let thief = SecretKey::generate().unwrap();
	let spin = wat::parse_str(SPIN).unwrap();
	let bent: [&dyn Fn(&mut StartRequest); 4] = [
		&|r| r.token.output_key = None,
		&|r| r.token.output_key = Some(thief.public()),
		&|r| (r.token.program, r.program) = (program_hash(&spin), spin.clone()),
		&|r| r.token.attempt = 2,
	];
	for bend in bent {
		let mut request = case.request.clone();
		bend(&mut request);
		assert!(matches!(jobs.start(request), Err(Refusal::Unproven(_))));
	}
	assert_eq!(jobs.counts().remembered, 0);
	assert!(jobs.start(case.request).is_ok());
}

#[test]
fn what_was_started_should_be_found_without_another_proof() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let case = case(&jobs, 1, ECHO, b"rain");
	let cac = run(&jobs, &chain, &case.request);
	chain.forget_all();
	assert!(jobs.start(case.request.clone()).is_ok());
	let CacStatement::V1(again) = fetch(&jobs, &case.request.token).statement;
	assert_eq!(again, cac);
	assert_eq!(jobs.0.lock().runs, 1);
	// What its host could not run begins anew, and so does the proof.
	let faulty = self::case(&jobs, 2, ECHO, b"rain").request;
	let run = jobs.0.reserve(&faulty.token).unwrap().unwrap();
	jobs.0.finish(&faulty.token, run, Err("out of memory".into()));
	assert!(matches!(jobs.start(faulty.clone()), Err(Refusal::Unproven(_))));
	chain.assign(&faulty.token);
	assert!(jobs.start(faulty).is_ok());
}

#[test]
fn open_inputs_should_need_the_proof_only_where_the_operator_asks_for_it() {
	let (jobs, _) = jobs_of(bounds(), POLICY);
	assert!(jobs.start(request(1, ECHO, b"rain")).is_ok());
	let always = JobPolicy { proof: ProofPolicy::Always, ..POLICY };
	let (jobs, chain) = jobs_of(bounds(), always);
	let open = request(1, ECHO, b"rain");
	let unproven = Err(Refusal::Unproven(Unproven::UnknownJob(1)));
	assert_eq!(jobs.start(open.clone()), unproven);
	chain.assign(&open.token);
	assert_eq!(outcome(&jobs, open), Ok(output_hash(b"rain")));
}

/// Ends as a mismatch, and nothing was run.
fn is_mismatch(jobs: &Jobs, chain: &Assigned, request: &StartRequest) -> bool {
	let cac = run(jobs, chain, request);
	cac.outcome == Outcome::Failure(FailureCode::InputMismatch)
		&& cac.usage == ResourceUsage::default()
}

#[test]
fn whatever_does_not_open_should_end_as_input_mismatch() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let wind = ClauseId::parse("WHO::Wind@1.0").unwrap();
	let bends: [(&str, &dyn Fn(&mut Case)); 13] = [
		("another ciphertext", &|c| c.request.input[0] ^= 1),
		("a longer ciphertext", &|c| c.request.input.push(0)),
		("a shorter ciphertext", &|c| c.request.input.truncate(40)),
		("another ciphertext, as the chain has it", &|c| {
			c.request.input[0] ^= 1;
			c.sealed().ciphertext = ciphertext_hash(&c.request.input.clone());
		}),
		("a wrapped key that is damaged", &|c| c.sealed().key.wrapped[7] ^= 1),
		("another encapsulated key", &|c| c.sealed().key.encapsulated[7] ^= 1),
		("an encapsulated key that is none", &|c| c.sealed().key.encapsulated = [0; 32]),
		("the key of another recipient", &|c| c.sealed().key = c.sealing.keys[1].clone()),
		("the key of another recipient under the own name", &|c| {
			let SealedKey { node, key, .. } = c.sealing.keys[0];
			c.sealed().key = SealedKey { node, key, ..c.sealing.keys[1].clone() };
		}),
		("a sealing of another round", &|c| c.sealed().round = ROUND + 1),
		("a sealing of another clause", &|c| c.request.token.clause = wind.clone()),
		("a sealing of another chain", &|c| c.request.token.genesis = Hash::repeat_byte(9)),
		("another input than was committed to", &|c| c.request.token.input.0[0] ^= 1),
	];
	for (job, (name, bend)) in (1..).zip(bends) {
		let mut case = case(&jobs, job, ECHO, b"rain");
		bend(&mut case);
		assert!(is_mismatch(&jobs, &chain, &case.request), "{name}");
	}
	// A sealing of another job, and one to the same enclave for another node.
	let mut other_job = case(&jobs, 20, ECHO, b"rain").request;
	other_job.token.job = 21;
	assert!(is_mismatch(&jobs, &chain, &other_job));
	let mut other_node = case(&jobs, 22, ECHO, b"rain");
	(other_node.request.token.node, other_node.sealed().key.node) = (9, 9);
	assert!(is_mismatch(&jobs, &chain, &other_node.request));
	// The program and the lineage are looked at as ever.
	let mut program = case(&jobs, 23, ECHO, b"rain").request;
	program.program.push(0);
	assert!(is_mismatch(&jobs, &chain, &program));
	let mut lineage = case(&jobs, 24, ECHO, b"rain").request;
	lineage.dependencies.push(b"dry".to_vec());
	assert!(is_mismatch(&jobs, &chain, &lineage));
}

#[test]
fn a_sealing_for_the_key_of_an_earlier_attempt_should_end_as_input_mismatch() {
	// The enclave restarted: its lease, and so the seat of the next attempt, names another key.
	let (before, _) = jobs_of(bounds(), POLICY);
	let (after, chain) = jobs_of(bounds(), POLICY);
	let mut request = case(&before, 1, ECHO, b"rain").request;
	request.token.attempt = 2;
	assert!(is_mismatch(&after, &chain, &request));
}

#[test]
fn a_ciphertext_that_the_host_does_not_have_should_end_as_content_unavailable() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let mut case = case(&jobs, 1, ECHO, b"");
	case.request.input.clear();
	let cac = run(&jobs, &chain, &case.request);
	assert_eq!(cac.outcome, Outcome::Failure(FailureCode::ContentUnavailable));
}

#[test]
fn a_requesters_key_that_is_none_should_end_before_the_run() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let mut case = case(&jobs, 1, ECHO, b"rain");
	case.request.token.output_key = Some([0; 32]);
	assert!(is_mismatch(&jobs, &chain, &case.request));
}

#[test]
fn tokens_that_name_another_sealing_should_contradict_each_other() {
	let (jobs, chain) = jobs_of(bounds(), POLICY);
	let case = case(&jobs, 1, ECHO, b"rain").confidential();
	run(&jobs, &chain, &case.request);
	let bends: [&dyn Fn(&mut JobToken); 4] = [
		&|t| t.sealed = None,
		&|t| t.output_key = None,
		&|t| t.sealed.as_mut().unwrap().round += 1,
		&|t| t.sealed.as_mut().unwrap().key.wrapped[0] ^= 1,
	];
	for (index, bend) in bends.iter().enumerate() {
		let mut other = case.request.clone();
		bend(&mut other.token);
		let refusal = jobs.start(other).unwrap_err();
		// Without its sealing, an output key makes no sense at all.
		let expected = match index {
			0 => matches!(refusal, Refusal::BadRequest(_)),
			_ => refusal == Refusal::Conflict,
		};
		assert!(expected, "{index}: {refusal}");
	}
}
