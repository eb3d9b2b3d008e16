//! Whether a seat is taken; what is signed about that; and what is handed over.

use super::*;
use crate::jobs::seat::is_overloaded;

const FAULTS: [HandoffFault; 4] = [
	HandoffFault::InvalidSignature,
	HandoffFault::MissingCapability,
	HandoffFault::Overloaded,
	HandoffFault::WrongTask,
];

/// A handoff of a step to the seat of this token, signed by `sender`.
pub(super) fn handoff_to(token: &JobToken, sender: &Keys) -> HandoffToken {
	let context = Hash::repeat_byte(0x77);
	let handoff = Handoff {
		genesis: token.genesis,
		workflow: 5,
		step: 2,
		from: 3,
		to: token.node,
		job: token.job,
		attempt: token.attempt,
		nonce: token.nonce,
		task: task_hash(&token.clause, &token.program, &token.input, &token.lineage),
		context,
	};
	let signed = sender.sign_handoff(handoff);
	HandoffToken { signed, sender: sender.signing_key(), context }
}

fn handed_over(job: JobId) -> StartRequest {
	let mut request = request(job, ECHO, b"rain");
	request.token.handoff = Some(handoff_to(&request.token, &Keys::generate().unwrap()));
	request
}

fn capability(name: &str) -> CapabilityId {
	CapabilityId::parse(name).unwrap()
}

fn offering(names: &[&str]) -> JobPolicy {
	JobPolicy { capabilities: Some(names.iter().map(|name| capability(name)).collect()), ..POLICY }
}

/// What the enclave would have to sign, had it found the fault.
fn refusal(token: &JobToken, fault: HandoffFault) -> HandoffRefusal {
	let handoff = token.handoff.as_ref().map(|given| given.signed.handoff.digest());
	HandoffRefusal {
		genesis: token.genesis,
		job: token.job,
		attempt: token.attempt,
		nonce: token.nonce,
		node: token.node,
		handoff: handoff.unwrap_or_default(),
		fault,
	}
}

/// Starts are refused for this fault; acknowledgements too; and only this fault is signed.
fn is_refused(jobs: &Jobs, request: &StartRequest, fault: HandoffFault) {
	let expected = Refusal::Handoff(fault);
	assert_eq!(jobs.start(request.clone()), Err(expected.clone()));
	assert_eq!(jobs.acknowledge(&request.token), Err(expected));
	for other in FAULTS.into_iter().filter(|other| *other != fault) {
		assert_eq!(jobs.refuse(refusal(&request.token, other)), Err(Refusal::NoSuchFault));
	}
	let signed = jobs.refuse(refusal(&request.token, fault)).unwrap();
	assert!(signed.verify(&jobs.0.keys.signing_key()));
	assert_eq!(signed.refusal, refusal(&request.token, fault));
}

#[test]
fn a_handoff_that_fits_should_start_the_step() {
	let jobs = jobs();
	let request = handed_over(1);
	assert!(jobs.acknowledge(&request.token).is_ok());
	assert_eq!(outcome(&jobs, request), Ok(output_hash(b"rain")));
}

#[test]
fn a_handoff_for_anything_else_should_be_refused_as_a_wrong_task() {
	let jobs = jobs();
	let sender = Keys::generate().unwrap();
	let bends: [(&str, &dyn Fn(&mut Handoff)); 8] = [
		("chain", &|h| h.genesis = Hash::repeat_byte(9)),
		("receiver", &|h| h.to = 8),
		("job", &|h| h.job += 100),
		("attempt", &|h| h.attempt += 1),
		("nonce", &|h| h.nonce = Hash::repeat_byte(9)),
		("task", &|h| h.task = Hash::repeat_byte(9)),
		("context", &|h| h.context = Hash::repeat_byte(9)),
		("nothing at all", &|h| h.context = Hash::zero()),
	];
	for (job, (name, bend)) in (1..).zip(bends) {
		let mut request = request(job, ECHO, b"rain");
		let mut given = handoff_to(&request.token, &sender);
		bend(&mut given.signed.handoff);
		given.signed = sender.sign_handoff(given.signed.handoff);
		request.token.handoff = Some(given);
		println!("{name}");
		is_refused(&jobs, &request, HandoffFault::WrongTask);
	}
	// The task is all four of its parts: whatever the host changes of them, the handoff was for something else.
	let bends: [&dyn Fn(&mut JobToken); 4] = [
		&|t| t.clause = ClauseId::parse("WHO::Wind@1.0").unwrap(),
		&|t| t.program = Hash::repeat_byte(9),
		&|t| t.input = Hash::repeat_byte(9),
		&|t| t.lineage = Hash::repeat_byte(9),
	];
	for (job, bend) in (20..).zip(bends) {
		let mut request = handed_over(job);
		bend(&mut request.token);
		is_refused(&jobs, &request, HandoffFault::WrongTask);
	}
	// And the context is the one that the chain has on record.
	let mut request = handed_over(30);
	request.token.handoff.as_mut().unwrap().context = Hash::repeat_byte(9);
	is_refused(&jobs, &request, HandoffFault::WrongTask);
}

#[test]
fn a_forged_handoff_should_be_refused_by_its_signature() {
	let jobs = jobs();
	let bends: [&dyn Fn(&mut HandoffToken); 5] = [
		&|given| given.signed.signature[5] ^= 1,
		&|given| given.signed.signature = [0; 64],
		&|given| given.sender = Keys::generate().unwrap().signing_key(),
		// Bent after it was signed, even where the task is not concerned.
		&|given| given.signed.handoff.from += 1,
		&|given| given.signed.handoff.step += 1,
	];
	for (job, bend) in (1..).zip(bends) {
		let mut request = handed_over(job);
		bend(request.token.handoff.as_mut().unwrap());
		is_refused(&jobs, &request, HandoffFault::InvalidSignature);
	}
	// A signature of the sender over something else: an acknowledgement of the same seat.
	let sender = Keys::generate().unwrap();
	let mut request = request(9, ECHO, b"rain");
	let mut given = handoff_to(&request.token, &sender);
	given.signed.signature = sender
		.sign_ack(Ack {
			genesis: request.token.genesis,
			job: 9,
			attempt: 1,
			nonce: request.token.nonce,
			node: 7,
		})
		.signature;
	request.token.handoff = Some(given);
	is_refused(&jobs, &request, HandoffFault::InvalidSignature);
}

#[test]
fn a_capability_that_is_not_offered_should_be_refused_with_and_without_a_handoff() {
	let (jobs, _) = jobs_of(bounds(), offering(&["hazard.wind", "hazard.rain"]));
	assert_eq!(outcome(&jobs, request(1, ECHO, b"rain")), Ok(output_hash(b"rain")));
	let (jobs, _) = jobs_of(bounds(), offering(&["hazard.wind"]));
	is_refused(&jobs, &request(1, ECHO, b"rain"), HandoffFault::MissingCapability);
	is_refused(&jobs, &handed_over(2), HandoffFault::MissingCapability);
	// None is not the same as all.
	let (jobs, _) = jobs_of(bounds(), offering(&[]));
	is_refused(&jobs, &request(1, ECHO, b"rain"), HandoffFault::MissingCapability);
}

#[test]
fn load_should_be_measured_as_the_protocol_says() {
	for (running, places, overloaded) in [
		(0, 1, false),
		(1, 1, true),
		(1, 2, false),
		(2, 2, true),
		(18, 19, false),
		(19, 20, false),
		(20, 20, true),
		(95, 100, false),
		(96, 100, true),
		(0, 0, true),
		(usize::MAX, usize::MAX, true),
	] {
		assert_eq!(is_overloaded(running, places), overloaded, "{running}/{places}");
	}
}

#[test]
fn an_overloaded_enclave_should_refuse_and_take_the_seat_when_it_has_room_again() {
	let jobs = jobs_with(JobBounds { running: 1, ..bounds() });
	jobs.start(spinning(1, 1_500)).unwrap();
	is_refused(&jobs, &request(2, ECHO, b"rain"), HandoffFault::Overloaded);
	is_refused(&jobs, &handed_over(3), HandoffFault::Overloaded);
	// Found wanting, but nothing signed.
	let passing = request(4, ECHO, b"rain");
	let overloaded = Refusal::Handoff(HandoffFault::Overloaded);
	assert_eq!(jobs.start(passing.clone()), Err(overloaded.clone()));
	wait_until_idle(&jobs);
	assert_eq!(outcome(&jobs, passing.clone()), Ok(output_hash(b"rain")));
	// What was signed stands, though the load has gone: the chain may have given the seat to another.
	assert_eq!(jobs.start(request(2, ECHO, b"rain")), Err(overloaded.clone()));
	assert_eq!(jobs.acknowledge(&request(2, ECHO, b"rain").token), Err(overloaded));
	// And what was started is never refused.
	let refused = jobs.refuse(refusal(&passing.token, HandoffFault::Overloaded));
	assert_eq!(refused, Err(Refusal::Conflict));
}

#[test]
fn the_first_fault_should_count_signature_before_task_before_capability_before_load() {
	let (jobs, _) = jobs_of(JobBounds { running: 1, ..bounds() }, offering(&["hazard.wind"]));
	let mut first = spinning(1, 3_000);
	first.token.capability = capability("hazard.wind");
	jobs.start(first).unwrap();
	let mut request = handed_over(2);
	let given = request.token.handoff.as_mut().unwrap();
	given.signed.signature[0] ^= 1;
	given.context = Hash::zero();
	is_refused(&jobs, &request, HandoffFault::InvalidSignature);
	let mut request = handed_over(3);
	request.token.handoff.as_mut().unwrap().context = Hash::zero();
	is_refused(&jobs, &request, HandoffFault::WrongTask);
	is_refused(&jobs, &handed_over(4), HandoffFault::MissingCapability);
	let mut request = self::request(5, ECHO, b"rain");
	request.token.capability = capability("hazard.wind");
	is_refused(&jobs, &request, HandoffFault::Overloaded);
}

#[test]
fn nothing_should_be_refused_that_was_not_found_wanting() {
	let (jobs, _) = jobs_of(bounds(), offering(&["hazard.wind"]));
	let request = handed_over(1);
	let token = &request.token;
	for fault in FAULTS {
		assert_eq!(jobs.refuse(refusal(token, fault)), Err(Refusal::NoSuchFault));
	}
	assert!(jobs.start(request.clone()).is_err());
	let bends: [&dyn Fn(&mut HandoffRefusal); 6] = [
		&|r| r.genesis = Hash::zero(),
		&|r| r.job += 1,
		&|r| r.attempt += 1,
		&|r| r.nonce = Hash::zero(),
		&|r| r.node += 1,
		&|r| r.handoff = Hash::zero(),
	];
	for bend in bends {
		let mut other = refusal(token, HandoffFault::MissingCapability);
		bend(&mut other);
		assert_eq!(jobs.refuse(other), Err(Refusal::NoSuchFault));
	}
	let expected = refusal(token, HandoffFault::MissingCapability);
	let signed = jobs.refuse(expected.clone()).unwrap();
	// Once more, and the same; another one for the same attempt, and never.
	assert_eq!(jobs.refuse(expected), Ok(signed.clone()));
	let mut bare = request.clone();
	bare.token.handoff = None;
	assert!(jobs.start(bare.clone()).is_err());
	let other = refusal(&bare.token, HandoffFault::MissingCapability);
	assert_eq!(jobs.refuse(other), Err(Refusal::Conflict));
}

#[test]
fn a_fault_of_a_seat_that_is_not_proved_should_not_be_signed_where_proof_is_asked_for() {
	let always = JobPolicy { proof: ProofPolicy::Always, ..offering(&["hazard.wind"]) };
	let (jobs, chain) = jobs_of(bounds(), always);
	let request = request(1, ECHO, b"rain");
	let missing = Refusal::Handoff(HandoffFault::MissingCapability);
	assert!(matches!(jobs.start(request.clone()), Err(Refusal::Unproven(_))));
	assert_eq!(jobs.acknowledge(&request.token), Err(missing.clone()));
	let expected = refusal(&request.token, HandoffFault::MissingCapability);
	assert_eq!(jobs.refuse(expected.clone()), Err(Refusal::NoSuchFault));
	chain.assign(&request.token);
	assert_eq!(jobs.acknowledge(&request.token), Err(missing));
	assert!(jobs.refuse(expected).is_ok());
}

#[test]
fn an_unproven_overload_should_not_be_signed_where_proof_is_asked_for() {
	let always = JobPolicy { proof: ProofPolicy::Always, ..POLICY };
	let (jobs, chain) = jobs_of(JobBounds { running: 1, ..bounds() }, always);
	let busy = spinning(1, 2_000);
	chain.assign(&busy.token);
	jobs.start(busy).unwrap();
	let token = request(2, ECHO, b"rain").token;
	let overloaded = Err(Refusal::Handoff(HandoffFault::Overloaded));
	assert_eq!(jobs.acknowledge(&token), overloaded);
	let expected = refusal(&token, HandoffFault::Overloaded);
	assert_eq!(jobs.refuse(expected.clone()), Err(Refusal::NoSuchFault));
	chain.assign(&token);
	assert_eq!(jobs.acknowledge(&token), overloaded);
	assert!(jobs.refuse(expected).is_ok());
}

#[test]
fn an_attempt_whose_host_failed_may_still_be_refused_and_then_never_starts() {
	let jobs = jobs_with(JobBounds { running: 1, ..bounds() });
	let faulty = request(1, ECHO, b"rain");
	let run = jobs.0.reserve(&faulty.token).unwrap().unwrap();
	jobs.0.finish(&faulty.token, run, Err("out of memory".into()));
	jobs.start(spinning(2, 1_500)).unwrap();
	is_refused(&jobs, &faulty, HandoffFault::Overloaded);
	wait_until_idle(&jobs);
	let overloaded = Err(Refusal::Handoff(HandoffFault::Overloaded));
	assert_eq!(jobs.start(faulty), overloaded);
}

#[test]
fn faults_should_be_bounded_and_what_was_signed_never_started() {
	let (jobs, _) = jobs_of(bounds(), offering(&["hazard.wind"]));
	let missing = HandoffFault::MissingCapability;
	let wanting = |job: JobId| request(job, ECHO, b"rain");
	let (signed, unsigned) = (wanting(1), wanting(2));
	is_refused(&jobs, &signed, missing);
	assert!(jobs.start(unsigned.clone()).is_err());
	let template = wanting(3);
	for job in 3..3 + MAX_FAULTS as JobId {
		let mut next = template.token.clone();
		(next.job, next.nonce) = (job, Hash::from_low_u64_be(job));
		assert!(jobs.acknowledge(&next).is_err());
	}
	assert_eq!(jobs.0.lock().faults.len(), MAX_FAULTS);
	// Both are gone. The one that was signed is never signed about again; the other may be found wanting once more.
	let gone = jobs.refuse(refusal(&signed.token, missing));
	assert_eq!(gone, Err(Refusal::NoSuchFault));
	assert_eq!(jobs.refuse(refusal(&unsigned.token, missing)), Err(Refusal::NoSuchFault));
	let mut able = signed.clone();
	able.token.capability = capability("hazard.wind");
	assert_eq!(jobs.start(able), Err(Refusal::Forgotten));
	let mut able = unsigned;
	able.token.capability = capability("hazard.wind");
	assert!(jobs.start(able).is_ok());
}

#[test]
fn refusals_should_be_signed_on_so_many_chains_only() {
	let (jobs, _) = jobs_of(bounds(), offering(&["hazard.wind"]));
	let missing = HandoffFault::MissingCapability;
	for chain in 0..=MAX_CHAINS as u64 {
		let mut request = request(chain, ECHO, b"rain");
		request.token.genesis = Hash::from_low_u64_be(chain);
		assert!(jobs.start(request.clone()).is_err());
		let signed = jobs.refuse(refusal(&request.token, missing)).map(|_| ());
		let room = chain < MAX_CHAINS as u64;
		assert_eq!(signed, if room { Ok(()) } else { Err(Refusal::TooManyChains) });
	}
}

#[test]
fn every_fault_should_have_a_stable_code_and_status() {
	let facts = FAULTS.map(|fault| {
		let refusal = Refusal::Handoff(fault);
		(refusal.code(), refusal.status())
	});
	assert_eq!(
		facts,
		[
			("handoff-invalid-signature", 422),
			("handoff-missing-capability", 422),
			("handoff-overloaded", 429),
			("handoff-wrong-task", 422),
		]
	);
}

fn next_step(from: NodeId, job: JobId) -> Handoff {
	let token = request(job, ECHO, b"rain").token;
	let mut handoff = handoff_to(&token, &Keys::generate().unwrap()).signed.handoff;
	(handoff.from, handoff.to) = (from, 11);
	handoff
}

#[test]
fn a_node_should_hand_over_what_it_has_run_here() {
	let jobs = jobs();
	assert_eq!(jobs.hand_over(next_step(7, 50)), Err(Refusal::NoSuchRun));
	assert!(outcome(&jobs, request(1, ECHO, b"rain")).is_ok());
	let signed: SignedHandoff = jobs.hand_over(next_step(7, 50)).unwrap();
	assert!(signed.verify(&jobs.0.keys.signing_key()));
	assert_eq!(signed.handoff, next_step(7, 50));
	// The host may have lost it.
	assert_eq!(jobs.hand_over(next_step(7, 50)), Ok(signed));
	// Not for others, nor on another chain.
	assert_eq!(jobs.hand_over(next_step(8, 51)), Err(Refusal::NoSuchRun));
	let elsewhere = Handoff { genesis: Hash::repeat_byte(9), ..next_step(7, 52) };
	assert_eq!(jobs.hand_over(elsewhere), Err(Refusal::NoSuchRun));
}

#[test]
fn a_node_whose_attempts_failed_should_have_nothing_to_hand_over() {
	let jobs = jobs();
	let trap = r#"(module (memory (export "memory") 1)
		(func (export "run") (result i32) (unreachable)))"#;
	assert!(outcome(&jobs, request(1, trap, b"")).is_err());
	assert_eq!(jobs.hand_over(next_step(7, 50)), Err(Refusal::NoSuchRun));
	let hung = spinning(2, 1_000);
	jobs.start(hung.clone()).unwrap();
	assert_eq!(jobs.hand_over(next_step(7, 50)), Err(Refusal::NoSuchRun));
}

#[test]
fn a_second_handoff_to_one_attempt_should_be_refused() {
	let jobs = jobs();
	assert!(outcome(&jobs, request(1, ECHO, b"rain")).is_ok());
	let first = next_step(7, 50);
	assert!(jobs.hand_over(first.clone()).is_ok());
	let bends: [&dyn Fn(&mut Handoff); 4] =
		[&|h| h.task = Hash::zero(), &|h| h.context = Hash::zero(), &|h| h.workflow += 1, &|h| {
			h.step += 1
		}];
	for bend in bends {
		let mut second = first.clone();
		bend(&mut second);
		assert_eq!(jobs.hand_over(second), Err(Refusal::Conflict));
	}
	// To another seat of the round, which has the same attempt and nonce.
	assert!(jobs.hand_over(Handoff { to: 12, ..first.clone() }).is_ok());
	// To the next attempt, after that one was lost.
	let next = Handoff { attempt: 2, nonce: Hash::repeat_byte(8), to: 12, ..first };
	assert!(jobs.hand_over(next).is_ok());
}

#[test]
fn handoffs_should_be_bounded_and_none_signed_twice() {
	let jobs = jobs_with(JobBounds { names: 2, ..bounds() });
	assert!(outcome(&jobs, request(1, ECHO, b"rain")).is_ok());
	for job in [50, 53, 52, 51] {
		assert!(jobs.hand_over(next_step(7, job)).is_ok() || job == 51, "{job}");
	}
	// Of 52 and 53 it is known what was said; of what is older only that something may have been.
	for job in [52, 53] {
		assert!(jobs.hand_over(next_step(7, job)).is_ok());
		let other = Handoff { context: Hash::zero(), ..next_step(7, job) };
		assert_eq!(jobs.hand_over(other), Err(Refusal::Conflict));
	}
	for job in [49, 50, 51] {
		assert_eq!(jobs.hand_over(next_step(7, job)), Err(Refusal::Forgotten), "{job}");
	}
}

#[test]
fn only_so_many_nodes_should_hand_over() {
	let jobs = jobs();
	let mut book = jobs.0.lock();
	for node in 0..=MAX_NODES as NodeId {
		book.may_hand_over(Hash::repeat_byte(1), node);
	}
	drop(book);
	assert!(jobs.hand_over(next_step(0, 50)).is_ok());
	let last = MAX_NODES as NodeId;
	assert_eq!(jobs.hand_over(next_step(last, 51)), Err(Refusal::NoSuchRun));
}
