//! Finality, assignments and confidential jobs, over HTTP.

use crate::{
	client::*,
	http::{config, with_enclave},
};
use codec::{Decode, Encode};
use concordat_enclave::{
	chain::{job_key, order_key},
	ProofPolicy, RunningEnclave,
};
use concordat_finality::{
	authorities_key,
	fixtures::{header, State, Voters},
	Header,
};
use concordat_primitives::{
	attest::EncryptionKey,
	cac::{Outcome, Output},
	clause::ExecutionMode,
	enclave_api::{
		AssignmentProof, FinalityLink, FinalityStatus, FinalityUpdate, GenesisProof, JobToken,
		SealedToken, StartRequest, MAX_ASSIGNMENT_BYTES, MAX_FINALITY_BYTES,
	},
	job::{JobStatus, Seat, SeatState, Seats},
	sealed::{blinded_output_hash, SealContext},
	AccountId, Attempt, Hash,
};
use concordat_sealing::{open_output, prepare, seal, SecretKey};
use std::{net::SocketAddr, time::Duration};

/// A chain of two blocks: genesis, and one in which the enclave has a seat.
struct Chain {
	voters: Voters,
	first: State,
	genesis: Header,
}

impl Chain {
	fn new() -> Self {
		let voters = Voters::new(0, 1..5);
		let first = State::genesis(&voters);
		let genesis = header(Hash::zero(), 0, first.root(), vec![]);
		Self { voters, first, genesis }
	}

	fn update(&self, head: &Header) -> FinalityUpdate {
		let nodes = self.first.prove(&[authorities_key()]);
		FinalityUpdate {
			genesis: self.genesis.hash(),
			anchor: Some(GenesisProof { header: self.genesis.encode(), nodes }),
			links: vec![FinalityLink {
				header: head.encode(),
				justification: self.voters.justify(head),
			}],
		}
	}
}

/// The records of a job in which `enclave` sits as the token says.
fn assigned(enclave: &RunningEnclave, token: &JobToken) -> State {
	let seat = Seat {
		node: token.node,
		attempt: token.attempt,
		nonce: token.nonce,
		lease: token.lease,
		signing_key: enclave.identity().signing_key,
		score: 1,
		assigned_at: 8,
		ack_by: 18,
		deliver_by: token.expires_at,
		state: SeatState::Assigned,
	};
	let seats: Seats = vec![seat].try_into().unwrap();
	let sealed = token.sealed.as_ref();
	let round: Attempt = sealed.map_or(1, |sealed| sealed.round);
	let ciphertext = sealed.map(|sealed| sealed.ciphertext);
	let job = (JobStatus::Scheduled, token.attempt, round, seats, ciphertext).encode();
	let order = (
		AccountId::from([8; 32]),
		&token.clause,
		token.program,
		token.input,
		token.capability,
		ExecutionMode::Single,
		token.limits,
		token.output_key,
		token.lineage,
	)
		.encode();
	State::new([(job_key(token.job), job), (order_key(token.job), order)])
}

fn proof(chain: &Chain, state: &State, head: &Header, token: &JobToken) -> AssignmentProof {
	AssignmentProof {
		genesis: chain.genesis.hash(),
		block: head.hash(),
		jobs: vec![token.job],
		nodes: state.prove(&[job_key(token.job), order_key(token.job)]),
	}
}

fn follow(address: SocketAddr, update: &FinalityUpdate) -> Answer {
	post(address, "/v1/finality", SCALE, &update.encode())
}

fn prove(address: SocketAddr, proof: &AssignmentProof) -> Answer {
	post(address, "/v1/assignments", SCALE, &proof.encode())
}

fn refused(answer: Answer, status: u16, code: &str) {
	assert_eq!((answer.status, answer.code().as_str()), (status, code));
	assert!(!answer.json()["message"].as_str().unwrap().is_empty());
}

#[test]
fn a_confidential_job_should_go_from_finality_to_an_output_that_its_requester_alone_reads() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let chain = Chain::new();
		let requester = SecretKey::generate().unwrap();

		// The requester: commitment first, then the seats, then the sealing.
		let prepared = prepare(b"42 mm").unwrap();
		let mut request = request(1, ECHO, b"");
		request.token.genesis = chain.genesis.hash();
		request.token.input = prepared.commitment();
		request.token.output_key = Some(requester.public());
		let context = SealContext {
			genesis: chain.genesis.hash(),
			job: 1,
			round: 1,
			clause: request.token.clause.clone(),
		};
		let key: EncryptionKey = get(address, "/v1/identity").json()["encryptionKey"]
			.as_str()
			.map(|text| hex::decode(&text[2..]).unwrap().try_into().unwrap())
			.unwrap();
		let sealing = seal(&prepared, b"42 mm", &context, &[(7, key)]).unwrap();
		request.token.sealed =
			Some(SealedToken { round: 1, ciphertext: sealing.hash, key: sealing.keys[0].clone() });
		request.input = sealing.ciphertext;

		// The host: not before the chain is proved to have assigned it.
		let path = format!("/v1/finality/{}", hex::encode(chain.genesis.hash()));
		refused(start(address, &request), 425, "unproven-chain");
		refused(get(address, &path), 404, "unknown-chain");
		let state = assigned(enclave, &request.token);
		let head = header(chain.genesis.hash(), 1, state.root(), vec![]);
		let answer = follow(address, &chain.update(&head));
		assert_eq!(answer.status, 200);
		assert!(answer.head.contains("content-type: application/octet-stream"));
		let status = FinalityStatus::decode(&mut &answer.body[..]).unwrap();
		assert_eq!(status.finalized, (1, head.hash()));
		let answer = get(address, &path);
		assert_eq!(answer.status, 200);
		assert_eq!(serde_json::from_slice::<FinalityStatus>(&answer.body).unwrap(), status);
		refused(start(address, &request), 425, "unproven-job");
		let answer = prove(address, &proof(&chain, &state, &head, &request.token));
		assert_eq!((answer.status, answer.body.len()), (204, 0));

		// Nor with anything else than what the chain assigned.
		let bent = |bend: &dyn Fn(&mut JobToken)| {
			let mut other = request.clone();
			bend(&mut other.token);
			start(address, &other)
		};
		refused(bent(&|t| t.output_key = None), 403, "unproven-terms");
		refused(bent(&|t| t.output_key = Some([9; 32])), 403, "unproven-terms");
		refused(bent(&|t| t.program = Hash::zero()), 403, "unproven-terms");
		refused(bent(&|t| t.nonce = Hash::zero()), 403, "unproven-terms");
		refused(bent(&|t| t.sealed.as_mut().unwrap().ciphertext.0[0] ^= 1), 403, "unproven-terms");
		refused(bent(&|t| t.attempt = 2), 425, "unproven-attempt");
		assert_eq!(enclave.counts().remembered, 0);

		assert_eq!(start(address, &request).status, 202);
		let signed = fetch(address, &request.token);
		assert!(signed.verify(&enclave.identity().signing_key));
		let Outcome::Success { hash, output: Output::Sealed(bytes) } =
			&signed.statement.body().outcome
		else {
			panic!("{:?}", signed.statement.body().outcome);
		};
		assert_eq!(*hash, blinded_output_hash(prepared.salt(), b"42 mm"));
		let output = open_output(&requester, &context, prepared.salt(), hash, bytes).unwrap();
		assert_eq!(output.as_slice(), b"42 mm");
	});
}

#[test]
fn an_enclave_that_asks_for_proof_should_start_nothing_on_its_hosts_word() {
	let mut strict = config();
	strict.proof = ProofPolicy::Always;
	with_enclave(strict, |enclave| {
		let address = enclave.local_addr();
		let chain = Chain::new();
		let mut request = request(1, ECHO, b"42 mm");
		request.token.genesis = chain.genesis.hash();
		refused(start(address, &request), 425, "unproven-chain");
		let state = assigned(enclave, &request.token);
		let head = header(chain.genesis.hash(), 1, state.root(), vec![]);
		assert_eq!(follow(address, &chain.update(&head)).status, 200);
		assert_eq!(prove(address, &proof(&chain, &state, &head, &request.token)).status, 204);
		assert_eq!(start(address, &request).status, 202);
		assert!(fetch(address, &request.token).statement.body().outcome.tally().is_ok());
	});
}

#[test]
fn what_proves_nothing_should_be_refused_with_its_reason() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let chain = Chain::new();
		let StartRequest { token, .. } = request(1, ECHO, b"");
		let state = assigned(enclave, &token);
		let head = header(chain.genesis.hash(), 1, state.root(), vec![]);
		let good = chain.update(&head);
		let good_proof = proof(&chain, &state, &head, &token);

		refused(prove(address, &good_proof), 404, "unknown-chain");
		let unanchored = FinalityUpdate { anchor: None, ..good.clone() };
		refused(follow(address, &unanchored), 404, "unknown-chain");
		let elsewhere = FinalityUpdate { genesis: Hash::repeat_byte(9), ..good.clone() };
		refused(follow(address, &elsewhere), 422, "bad-genesis");
		let mut forged = good.clone();
		let len = forged.links[0].justification.len();
		forged.links[0].justification[len - 40] ^= 1;
		refused(follow(address, &forged), 422, "bad-link");
		refused(get(address, &format!("/v1/finality/{}", "00".repeat(32))), 404, "unknown-chain");

		assert_eq!(follow(address, &good).status, 200);
		let elsewhere = AssignmentProof { block: Hash::repeat_byte(9), ..good_proof.clone() };
		refused(prove(address, &elsewhere), 409, "not-final");
		let empty = AssignmentProof { nodes: vec![], ..good_proof.clone() };
		refused(prove(address, &empty), 422, "bad-proof");
		assert_eq!(prove(address, &good_proof).status, 204);
	});
}

#[test]
fn bodies_should_be_bounded_typed_and_in_time() {
	let mut hasty = config();
	hasty.body_time = Duration::from_secs(1);
	with_enclave(hasty, |enclave| {
		let address = enclave.local_addr();
		for (path, limit) in [
			("/v1/finality", MAX_FINALITY_BYTES),
			("/v1/assignments", MAX_ASSIGNMENT_BYTES),
			("/v1/handoffs", 1 << 10),
			("/v1/refusals", 1 << 10),
		] {
			refused(post(address, path, JSON, b""), 415, "content-type");
			refused(post(address, path, SCALE, b""), 400, "bad-request");
			refused(post(address, path, SCALE, &[1; 33]), 400, "bad-request");
			refused(post(address, path, SCALE, &vec![1; limit]), 400, "bad-request");
			refused(post(address, path, SCALE, &vec![1; limit + 1]), 413, "too-large");
			let slow = format!(
				"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{SCALE}\r\n\
				 Content-Length: 10\r\n\r\nabc"
			);
			refused(send(address, slow.as_bytes()), 408, "slow-body");
		}
		for path in ["/v1/finality", "/v1/assignments", "/v1/handoffs", "/v1/refusals"] {
			refused(get(address, path), 405, "method");
		}
		for genesis in ["x", "00", &"g".repeat(64), &"0".repeat(66)] {
			refused(get(address, &format!("/v1/finality/{genesis}")), 400, "bad-request");
		}
	});
}
