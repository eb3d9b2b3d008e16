//! Handoffs and refusals, over HTTP.

use crate::{
	client::*,
	http::{config, with_enclave},
};
use codec::{Decode, Encode};
use concordat_primitives::{
	enclave_api::{HandoffToken, JobToken, MAX_RESPONSE_BYTES},
	handoff::{task_hash, Handoff, HandoffFault, HandoffRefusal, SignedHandoff, SignedRefusal},
	CapabilityId, Hash,
};
use std::net::SocketAddr;

/// What the node 7 hands to the seat of this token.
fn handoff_to(token: &JobToken) -> Handoff {
	Handoff {
		genesis: token.genesis,
		workflow: 5,
		step: 2,
		from: 7,
		to: token.node,
		job: token.job,
		attempt: token.attempt,
		nonce: token.nonce,
		task: task_hash(&token.clause, &token.program, &token.input, &token.lineage),
		context: Hash::repeat_byte(0x77),
	}
}

fn hand_over(address: SocketAddr, handoff: &Handoff) -> Answer {
	post(address, "/v1/handoffs", SCALE, &handoff.encode())
}

fn refuse(address: SocketAddr, refusal: &HandoffRefusal) -> Answer {
	post(address, "/v1/refusals", SCALE, &refusal.encode())
}

fn refused(answer: Answer, status: u16, code: &str) {
	assert_eq!((answer.status, answer.code().as_str()), (status, code));
	assert!(!answer.json()["message"].as_str().unwrap().is_empty());
}

#[test]
fn a_step_should_go_from_one_enclave_to_the_next() {
	with_enclave(config(), |sender| {
		let first = request(1, ECHO, b"42 mm");
		let mut second = request(2, ECHO, b"42 mm");
		second.token.node = 11;
		let handoff = handoff_to(&second.token);
		let address = sender.local_addr();
		refused(hand_over(address, &handoff), 404, "no-such-run");
		assert_eq!(start(address, &first).status, 202);
		fetch(address, &first.token);
		let answer = hand_over(address, &handoff);
		assert_eq!(answer.status, 200);
		assert!(answer.head.contains("content-type: application/octet-stream"));
		assert!(answer.body.len() < MAX_RESPONSE_BYTES);
		let signed = SignedHandoff::decode(&mut &answer.body[..]).unwrap();
		assert!(signed.verify(&sender.identity().signing_key));
		assert_eq!(hand_over(address, &handoff).body, answer.body);
		// Every seat of a round has its own handoff; another one for the same seat is none.
		assert_eq!(hand_over(address, &Handoff { to: 12, ..handoff.clone() }).status, 200);
		let changed = Handoff { context: Hash::repeat_byte(9), ..handoff.clone() };
		refused(hand_over(address, &changed), 409, "conflict");
		refused(hand_over(address, &Handoff { from: 8, ..handoff.clone() }), 404, "no-such-run");

		// The receiver. Here it is the same process: keys tell enclaves apart, not addresses.
		let mut given = HandoffToken {
			context: signed.handoff.context,
			signed,
			sender: sender.identity().signing_key,
		};
		second.token.handoff = Some(given.clone());
		assert_eq!(start(address, &second).status, 202);
		assert!(fetch(address, &second.token).statement.body().outcome.tally().is_ok());

		let mut third = request(3, ECHO, b"42 mm");
		third.token.handoff = Some(given.clone());
		refused(start(address, &third), 422, "handoff-wrong-task");
		given.signed.signature[0] ^= 1;
		third.token.handoff = Some(given);
		refused(start(address, &third), 422, "handoff-invalid-signature");
	});
}

#[test]
fn a_seat_that_is_not_taken_should_be_refused_with_a_signature() {
	let mut windy = config();
	windy.capabilities = Some(vec![CapabilityId::parse("hazard.wind").unwrap()]);
	with_enclave(windy, |enclave| {
		let address = enclave.local_addr();
		let request = request(1, ECHO, b"42 mm");
		let token = &request.token;
		let refusal = HandoffRefusal {
			genesis: token.genesis,
			job: token.job,
			attempt: token.attempt,
			nonce: token.nonce,
			node: token.node,
			handoff: Hash::zero(),
			fault: HandoffFault::MissingCapability,
		};
		refused(refuse(address, &refusal), 404, "no-such-fault");
		let answer = post(address, "/v1/acks", SCALE, &token.encode());
		refused(answer, 422, "handoff-missing-capability");
		refused(start(address, &request), 422, "handoff-missing-capability");
		let other = HandoffRefusal { fault: HandoffFault::Overloaded, ..refusal.clone() };
		refused(refuse(address, &other), 404, "no-such-fault");
		let answer = refuse(address, &refusal);
		assert_eq!(answer.status, 200);
		let signed = SignedRefusal::decode(&mut &answer.body[..]).unwrap();
		assert!(signed.verify(&enclave.identity().signing_key));
		assert_eq!(signed.refusal, refusal);
		refused(refuse(address, &other), 409, "conflict");
		assert_eq!(enclave.counts().remembered, 0);
	});
}

#[test]
fn the_longest_token_should_be_taken() {
	use concordat_primitives::{enclave_api::SealedToken, sealed::SealedKey, ClauseId};
	with_enclave(config(), |enclave| {
		let mut token = request(1, ECHO, b"42 mm").token;
		let name = "x".repeat(32);
		token.clause = ClauseId::parse(&format!("{name}::{name}@65535.65535")).unwrap();
		let key = SealedKey { node: 7, key: [1; 32], encapsulated: [2; 32], wrapped: [3; 48] };
		token.sealed = Some(SealedToken { round: 1, ciphertext: Hash::zero(), key });
		token.output_key = Some([5; 32]);
		let signed = SignedHandoff { handoff: handoff_to(&token), signature: [0; 64] };
		token.handoff =
			Some(HandoffToken { signed, sender: [1; 32], context: Hash::repeat_byte(0x77) });
		// Everything that a token can have: read, and then refused for what it says.
		let answer = post(enclave.local_addr(), "/v1/acks", SCALE, &token.encode());
		refused(answer, 422, "handoff-invalid-signature");
	});
}
