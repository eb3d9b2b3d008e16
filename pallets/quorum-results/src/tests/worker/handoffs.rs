//! Seats of workflow steps: handed over by the node that ran the step before, refused, or not proved yet.

use super::*;
use crate::offchain::refusing::Reason;
use concordat_primitives::worker::Reply;
use concordat_primitives::{
	cac::SignedAck,
	enclave_api::HandoffToken,
	handoff::{
		task_hash, Handoff, HandoffFault, HandoffRefusal, HandoffState, SignedHandoff,
		SignedRefusal,
	},
};
use sp_core::Pair;

const CONTEXT: Hash = Hash::repeat_byte(0xcc);
const FAULTS: [(&str, HandoffFault); 4] = [
	("handoff-invalid-signature", HandoffFault::InvalidSignature),
	("handoff-missing-capability", HandoffFault::MissingCapability),
	("handoff-overloaded", HandoffFault::Overloaded),
	("handoff-wrong-task", HandoffFault::WrongTask),
];

/// What node 2, which ran the step before, has signed for node 1.
fn handoff() -> SignedHandoff {
	let terms = Board::get(JOB).unwrap();
	let handoff = Handoff {
		genesis: Genesis::get(),
		workflow: 5,
		step: 1,
		from: 2,
		to: 1,
		job: JOB,
		attempt: 1,
		nonce: terms.seats[0].nonce,
		task: task_hash(&terms.clause, &terms.program, &terms.input, &NO_LINEAGE),
		context: CONTEXT,
	};
	let signature = pair(2).sign(&handoff.message()).0;
	SignedHandoff { handoff, signature }
}

fn token() -> Option<HandoffToken> {
	Some(HandoffToken { signed: handoff(), sender: key(2), context: CONTEXT })
}

/// Hosts node 1, whose seat's handoff stands here.
fn host(state: impl FnOnce() -> HandoffState) -> Host {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	RUNS_AT.set(NOW);
	host.chain(|| {
		Contexts::insert(JOB, CONTEXT);
		HandoffStates::insert((JOB, 1, 1), state());
	});
	host
}

fn given() -> HandoffState {
	HandoffState::Given(handoff(), key(2))
}

/// The refusal of node 1, and what its enclave signs.
fn refusal(fault: HandoffFault, handoff: Hash) -> (HandoffRefusal, SignedRefusal) {
	let nonce = Board::get(JOB).unwrap().seats[0].nonce;
	let genesis = Genesis::get();
	let refusal = HandoffRefusal { genesis, job: JOB, attempt: 1, nonce, node: 1, handoff, fault };
	let signature = pair(1).sign(&refusal.message()).0;
	(refusal.clone(), SignedRefusal { refusal, signature })
}

fn start_with_handoff(host: &mut Host, answer: Answer) {
	let token = host.chain(token);
	host.expect_changed_start(1, JOB, |request| request.token.handoff = token, answer);
}

/// Block `number`: the enclave refuses the handoff.
fn refuses(host: &mut Host, number: u32, code: &str) {
	RUNS_AT.set(number);
	host.expect_poll(1, JOB, unknown());
	start_with_handoff(host, Answer::refused(409, code));
}

#[test]
fn a_seat_should_be_taken_and_not_filled_until_it_is_handed_over() {
	let mut host = host(|| HandoffState::Awaited { until: NOW + 9 });
	let (ack, cac): (SignedAck, SignedCac) = (host.ack(1), host.good(1));
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	host.chain(|| acknowledge(ack.clone()));
	for number in NOW + 1..NOW + 4 {
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(number), []);
	}

	host.chain(|| HandoffStates::insert((JOB, 1, 1), given()));
	RUNS_AT.set(NOW + 4);
	host.expect_poll(1, JOB, unknown());
	start_with_handoff(&mut host, Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 4), [submit_call(cac)]);
}

#[test]
fn the_chains_record_should_stand_in_for_a_node_that_kept_silent() {
	let mut host = host(|| HandoffState::Lapsed);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn a_handoff_of_another_seat_should_not_be_used() {
	let mut host = host(|| HandoffState::Awaited { until: NOW + 9 });
	host.chain(|| {
		HandoffStates::remove((JOB, 1, 1));
		HandoffStates::insert((JOB, 2, 1), given());
		HandoffStates::insert((JOB, 1, 2), given());
	});
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn a_handoff_without_a_context_on_record_should_not_be_handed_on() {
	let mut host = host(given);
	host.chain(|| Contexts::remove(JOB));
	for number in NOW..NOW + 5 {
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(number), []);
	}
}

#[test]
fn a_seat_that_is_given_back_should_be_told_to_the_chain_once() {
	for (code, fault) in FAULTS.into_iter().filter(|(_, fault)| !fault.blames_sender()) {
		let mut host = host(given);
		let digest = host.chain(|| handoff().handoff.digest());
		let (refusal, signed) = host.chain(|| refusal(fault, digest));
		refuses(&mut host, NOW, code);
		host.expect_refusal(1, &refusal, Answer::scale(&signed));
		assert_eq!(host.run(NOW), []);
		assert_eq!(Refusals::get(), Some(vec![signed.clone()]), "{code}");
		// Nothing more happens with the seat until the chain has had its time, whether the enclave has room again or not.
		for number in NOW + 1..NOW + 6 {
			assert_eq!(host.run(number), []);
		}
		refuses(&mut host, NOW + 6, code);
		host.expect_refusal(1, &refusal, Answer::scale(&signed));
		assert_eq!(host.run(NOW + 6), []);
		assert_eq!(Refusals::get().map(|taken| taken.len()), Some(2));
	}
}

#[test]
fn a_handoff_that_is_objected_to_should_be_told_once_and_leave_the_seat_as_it_is() {
	for (code, fault) in FAULTS.into_iter().filter(|(_, fault)| fault.blames_sender()) {
		let mut host = host(given);
		let digest = host.chain(|| handoff().handoff.digest());
		let (refusal, signed) = host.chain(|| refusal(fault, digest));
		refuses(&mut host, NOW, code);
		host.expect_refusal(1, &refusal, Answer::scale(&signed));
		assert_eq!(host.run(NOW), []);
		assert_eq!(Refusals::get(), Some(vec![signed]), "{code}");
		// The chain has not heard of it yet: the enclave is asked again, but not to sign it again.
		refuses(&mut host, NOW + 1, code);
		assert_eq!(host.run(NOW + 1), []);
		// Now it has, and its record stands in.
		host.chain(|| HandoffStates::insert((JOB, 1, 1), HandoffState::Lapsed));
		RUNS_AT.set(NOW + 4);
		let ack = host.ack(1);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::accepted(&ack));
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(NOW + 4), [ack_call(ack)]);
		assert_eq!(Refusals::get().map(|taken| taken.len()), Some(1));
	}
}

#[test]
fn an_enclave_that_does_not_sign_a_refusal_yet_should_be_asked_again() {
	for status in [404, 425] {
		let mut host = host(given);
		let digest = host.chain(|| handoff().handoff.digest());
		let (refusal, signed) = host.chain(|| refusal(HandoffFault::Overloaded, digest));
		for number in [NOW, NOW + 1] {
			RUNS_AT.set(number);
			host.expect_poll(1, JOB, unknown());
			start_with_handoff(&mut host, Answer::refused(429, "handoff-overloaded"));
			host.expect_refusal(1, &refusal, Answer::refused(status, "no-such-fault"));
			assert_eq!(host.run(number), []);
		}
		RUNS_AT.set(NOW + 2);
		host.expect_poll(1, JOB, unknown());
		start_with_handoff(&mut host, Answer::refused(429, "handoff-overloaded"));
		host.expect_refusal(1, &refusal, Answer::scale(&signed));
		assert_eq!(host.run(NOW + 2), []);
		assert_eq!(Refusals::get(), Some(vec![signed]));
	}
}

#[test]
fn a_job_that_is_no_step_should_be_refused_without_a_word_to_the_chain() {
	for (code, _) in FAULTS {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		RUNS_AT.set(NOW);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::refused(422, code));
		assert_eq!(host.run(NOW), []);
		assert_eq!(Refusals::get(), Some(vec![]));
	}
}

#[test]
fn a_node_should_refuse_a_seat_that_came_without_a_handoff_only_for_its_own_reasons() {
	for (code, fault) in FAULTS {
		let mut host = host(|| HandoffState::Lapsed);
		let (refusal, signed) = host.chain(|| refusal(fault, Hash::zero()));
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::refused(409, code));
		if !fault.blames_sender() {
			host.expect_refusal(1, &refusal, Answer::scale(&signed));
		}
		assert_eq!(host.run(NOW), []);
		let taken = Refusals::get().unwrap();
		assert_eq!(taken, if fault.blames_sender() { vec![] } else { vec![signed] }, "{code}");
	}
}

#[test]
fn an_acknowledgement_that_is_refused_for_the_handoff_should_be_told_to_the_chain() {
	let mut host = host(|| HandoffState::Awaited { until: NOW + 9 });
	let (refusal, signed) = host.chain(|| refusal(HandoffFault::Overloaded, Hash::zero()));
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::refused(429, "handoff-overloaded"));
	host.expect_refusal(1, &refusal, Answer::scale(&signed));
	assert_eq!(host.run(NOW), []);
	assert_eq!(Refusals::get(), Some(vec![signed]));
}

#[test]
fn a_refusal_that_is_not_the_enclaves_should_not_be_submitted() {
	let lies: [fn(SignedRefusal) -> Answer; 6] = [
		|signed| {
			let signature = pair(2).sign(&signed.refusal.message()).0;
			Answer::scale(SignedRefusal { signature, ..signed })
		},
		|signed| {
			// Signed by the enclave, and about another fault than the one it named.
			let refusal =
				HandoffRefusal { fault: HandoffFault::InvalidSignature, ..signed.refusal };
			let signature = pair(1).sign(&refusal.message()).0;
			Answer::scale(SignedRefusal { refusal, signature })
		},
		|signed| {
			let refusal = HandoffRefusal { job: 8, ..signed.refusal };
			let signature = pair(1).sign(&refusal.message()).0;
			Answer::scale(SignedRefusal { refusal, signature })
		},
		|_| Answer::bytes(b"nonsense".to_vec()),
		|_| Answer::status(404),
		|_| Answer::status(0),
	];
	for lie in lies {
		let mut host = host(given);
		let digest = host.chain(|| handoff().handoff.digest());
		let (refusal, signed) = host.chain(|| refusal(HandoffFault::Overloaded, digest));
		refuses(&mut host, NOW, "handoff-overloaded");
		host.expect_refusal(1, &refusal, lie(signed));
		assert_eq!(host.run(NOW), []);
		assert_eq!(Refusals::get(), Some(vec![]));
	}
}

#[test]
fn a_refusal_that_was_not_taken_should_be_tried_again() {
	let mut host = host(given);
	let digest = host.chain(|| handoff().handoff.digest());
	let (refusal, signed) = host.chain(|| refusal(HandoffFault::Overloaded, digest));
	Refusals::set(None);
	refuses(&mut host, NOW, "handoff-overloaded");
	host.expect_refusal(1, &refusal, Answer::scale(&signed));
	assert_eq!(host.run(NOW), []);
	// As any enclave that would not have a job, this one is not pressed.
	for number in NOW + 1..NOW + 3 {
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(number), []);
	}
	Refusals::set(Some(Vec::new()));
	refuses(&mut host, NOW + 3, "handoff-overloaded");
	host.expect_refusal(1, &refusal, Answer::scale(&signed));
	assert_eq!(host.run(NOW + 3), []);
	assert_eq!(Refusals::get(), Some(vec![signed]));
}

#[test]
fn a_job_that_is_not_proved_yet_should_be_acknowledged_and_tried_again_in_the_next_block() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	RUNS_AT.set(NOW);
	let (ack, cac) = (host.ack(1), host.good(1));
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::refused(425, "unproven"));
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	host.chain(|| acknowledge(ack.clone()));
	for number in [NOW + 1, NOW + 2] {
		RUNS_AT.set(number);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::refused(425, "unproven"));
		assert_eq!(host.run(number), []);
	}
	RUNS_AT.set(NOW + 3);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 3), [submit_call(cac)]);
}

#[test]
fn an_enclave_that_wants_the_proof_for_an_acknowledgement_too_should_be_left_in_peace() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	for number in [NOW, NOW + 1] {
		RUNS_AT.set(number);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::refused(425, "unproven"));
		host.expect_ack(1, JOB, Answer::refused(425, "unproven"));
		assert_eq!(host.run(number), []);
	}
}

#[test]
fn only_the_code_of_a_refusal_should_count() {
	let handoff = Reason::Handoff(HandoffFault::Overloaded);
	for (code, body, reason) in [
		(409, r#"{"code":"handoff-overloaded","message":"x"}"#, handoff),
		(429, " {\n \"code\" : \"handoff-overloaded\" }", handoff),
		(425, "", Reason::Unproven),
		(425, r#"{"code":"handoff-overloaded"}"#, Reason::Unproven),
		(409, r#"{"code":"handoff-overloaded2"}"#, Reason::Other(409)),
		(409, r#"{"code":"Handoff-Overloaded"}"#, Reason::Other(409)),
		(409, r#"{"message":"handoff-overloaded"}"#, Reason::Other(409)),
		(409, r#"{"message":"\"code\":\"handoff-overloaded\""}"#, Reason::Other(409)),
		(409, r#"{"code":"handoff-overloaded"#, Reason::Other(409)),
		(409, r#"{"code":"handoff-overloaded\"}"#, Reason::Other(409)),
		(409, r#"{"code":null}"#, Reason::Other(409)),
		(409, r#""code":"handoff-overloaded""#, Reason::Other(409)),
		(409, "handoff-overloaded", Reason::Other(409)),
		(500, "", Reason::Other(500)),
	] {
		assert_eq!(Reason::of(&Reply { code, body: body.into() }), reason, "{code} {body}");
	}
	for (code, fault) in FAULTS {
		let body = format!("{{\"code\":\"{code}\",\"message\":\"\"}}").into_bytes();
		assert_eq!(Reason::of(&Reply { code: 422, body }), Reason::Handoff(fault));
	}
}

#[test]
fn a_long_refusal_should_be_read_no_further_than_needed() {
	let mut host = host(given);
	let digest = host.chain(|| handoff().handoff.digest());
	let (refusal, signed) = host.chain(|| refusal(HandoffFault::Overloaded, digest));
	host.expect_poll(1, JOB, unknown());
	let body = format!(r#"{{"code":"handoff-overloaded","message":"{}"#, "x".repeat(1_000_000));
	start_with_handoff(&mut host, Answer::refused_with(429, &body));
	host.expect_refusal(1, &refusal, Answer::scale(&signed));
	assert_eq!(host.run(NOW), []);
	assert_eq!(Refusals::get(), Some(vec![signed]));
}
