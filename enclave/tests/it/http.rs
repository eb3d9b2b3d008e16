//! Embedded enclaves over HTTP.

use crate::client::*;
use codec::{Decode, Encode};
use concordat_attestation::Vendor;
use concordat_enclave::{
	attest::measurement, jobs::MAX_DEPENDENCIES, serve, server::Health, EnclaveConfig,
	RunningEnclave, ServeError,
};
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output, SignedAck},
	clause::{ResourceLimits, MAX_OUTPUT_BYTES, MAX_PROGRAM_BYTES},
	commit::Opening,
	content::MAX_BODY_BYTES,
	enclave_api::{Identity, PollResponse, MAX_RESPONSE_BYTES},
	hashing::output_hash,
};
use std::{
	future::Future,
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
	time::{Duration, Instant},
};

pub fn config() -> EnclaveConfig {
	EnclaveConfig::simulated(([127, 0, 0, 1], 0).into())
}

/// Runs blocking client code against an enclave.
pub fn with_enclave(config: EnclaveConfig, client: impl FnOnce(&RunningEnclave) + Send) {
	block_on(async {
		let enclave = serve(config).await.unwrap();
		// The server runs on the other worker threads.
		tokio::task::block_in_place(|| client(&enclave));
		enclave.shutdown().await;
	});
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
	tokio::runtime::Builder::new_multi_thread()
		.worker_threads(2)
		.enable_all()
		.build()
		.unwrap()
		.block_on(future)
}

#[test]
fn a_job_should_go_from_start_to_a_verified_certificate() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let identity: Identity =
			serde_json::from_slice(&get(address, "/v1/identity").body).unwrap();
		let request = request(1, ECHO, b"42 mm");

		let answer = start(address, &request);
		assert_eq!(answer.status, 202);
		assert!(answer.head.contains("content-type: application/octet-stream"));
		let ack = SignedAck::decode(&mut &answer.body[..]).unwrap();
		assert!(ack.verify(&identity.signing_key));
		assert_eq!((ack.ack.job, ack.ack.attempt, ack.ack.node), (1, 1, 7));

		let signed = fetch(address, &request.token);
		assert!(signed.verify(&identity.signing_key));
		let cac = signed.statement.body();
		assert!(cac.simulated);
		assert_eq!(cac.measurement, identity.measurement);
		assert_eq!((cac.genesis, cac.nonce), (request.token.genesis, request.token.nonce));
		let output = Output::Inline(b"42 mm".to_vec().try_into().unwrap());
		let expected = Outcome::Success { hash: output_hash(b"42 mm"), output };
		assert_eq!(cac.outcome, expected);

		let mut forged = signed.clone();
		forged.signature[0] ^= 1;
		assert!(!forged.verify(&identity.signing_key));
	});
}

#[test]
fn a_seat_should_be_acknowledged_before_its_job_starts() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let request = request(1, ECHO, b"42 mm");
		let answer = post(address, "/v1/acks", SCALE, &request.token.encode());
		assert_eq!(answer.status, 202);
		let ack = SignedAck::decode(&mut &answer.body[..]).unwrap();
		assert!(ack.verify(&enclave.identity().signing_key));
		assert_eq!(get(address, &path_of(&request.token)).code(), "unknown-job");
		assert_eq!(enclave.counts().remembered, 0);
		assert_eq!(start(address, &request).body, answer.body);
		assert!(fetch(address, &request.token).statement.body().outcome.tally().is_ok());
	});
}

#[test]
fn the_longest_request_should_be_taken() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let mut longest = request(1, ECHO, &vec![7; MAX_BODY_BYTES as usize]);
		// The longest bodies that the chain allows, and not those that the token names: refused by their hash alone.
		longest.program = vec![0; MAX_PROGRAM_BYTES as usize];
		longest.dependencies = vec![vec![0; MAX_OUTPUT_BYTES as usize]; MAX_DEPENDENCIES];
		assert_eq!(start(address, &longest).status, 202);
		let tally = fetch(address, &longest.token).statement.body().outcome.tally();
		assert_eq!(tally, Err(FailureCode::InputMismatch));
	});
}

#[test]
fn the_longest_answer_should_fit_what_the_off_chain_worker_reads() {
	with_enclave(config(), |enclave| {
		let request = request(1, ECHO, &[7; 2_048]);
		assert_eq!(start(enclave.local_addr(), &request).status, 202);
		fetch(enclave.local_addr(), &request.token);
		let answer = get(enclave.local_addr(), &path_of(&request.token));
		assert!(answer.body.len() > 2_048 && answer.body.len() < MAX_RESPONSE_BYTES);
	});
}

#[test]
fn the_longest_answer_of_a_job_that_commits_should_fit_too_and_open() {
	with_enclave(config(), |enclave| {
		let (address, key) = (enclave.local_addr(), enclave.identity().signing_key);
		let mut request = request(1, ECHO, &[7; 2_048]);
		request.token.commit_reveal = true;
		assert_eq!(start(address, &request).status, 202);
		let give_up = Instant::now() + Duration::from_secs(30);
		let body = loop {
			let answer = get(address, &path_of(&request.token));
			assert_eq!(answer.status, 200);
			match PollResponse::decode(&mut &answer.body[..]).unwrap() {
				PollResponse::Pending => assert!(Instant::now() < give_up, "the job hangs"),
				_ => break answer.body,
			}
			std::thread::sleep(Duration::from_millis(20));
		};
		assert!(body.len() > 2_048 && body.len() < MAX_RESPONSE_BYTES);
		let Ok(PollResponse::Committed { commitment, salt, cac }) =
			PollResponse::decode(&mut &body[..])
		else {
			panic!("no commitment");
		};
		assert!(commitment.verify(&key) && cac.verify(&key));
		let said = cac.statement.body();
		let opening = Opening {
			genesis: said.genesis,
			job: said.job,
			attempt: said.attempt,
			node: said.node,
			key: &key,
			tally: said.outcome.tally(),
		};
		assert_eq!(opening.commit(&salt), commitment.commitment.hash);
	});
}

#[test]
fn identity_and_health_should_say_simulated() {
	with_enclave(config(), |enclave| {
		let answer = get(enclave.local_addr(), "/v1/identity");
		assert_eq!(answer.status, 200);
		let identity: Identity = serde_json::from_slice(&answer.body).unwrap();
		assert_eq!(&identity, enclave.identity());
		assert!(identity.simulated);
		assert_eq!(identity.vendor, Vendor::IntelTdx);
		assert_eq!(identity.measurement, measurement());

		let answer = get(enclave.local_addr(), "/v1/health");
		assert_eq!(answer.status, 200);
		let health: Health = serde_json::from_slice(&answer.body).unwrap();
		assert!(health.simulated);
		assert_eq!((health.status.as_str(), health.running), ("ok", 0));
	});
}

#[test]
fn a_repeated_start_should_be_answered_alike_and_a_conflicting_one_refused() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let request = request(1, ECHO, b"rain");
		let first = start(address, &request);
		assert_eq!(start(address, &request).body, first.body);
		let signed = fetch(address, &request.token);
		assert_eq!(start(address, &request).body, first.body);

		let mut conflicting = request.clone();
		conflicting.token.lease += 1;
		let answer = start(address, &conflicting);
		assert_eq!((answer.status, answer.code().as_str()), (409, "conflict"));
		assert_eq!(fetch(address, &request.token), signed);
	});
}

#[test]
fn a_hung_job_should_neither_hang_the_server_nor_other_jobs() {
	let mut two = config();
	two.max_jobs = 2;
	with_enclave(two, |enclave| {
		let address = enclave.local_addr();
		let mut hung = request(1, SPIN, b"");
		hung.token.limits = ResourceLimits {
			fuel: ResourceLimits::MAX.fuel,
			wall_millis: 3_000,
			..ResourceLimits::SMALL
		};
		assert_eq!(start(address, &hung).status, 202);
		let quick = request(2, ECHO, b"rain");
		assert_eq!(start(address, &quick).status, 202);
		fetch(address, &quick.token);
		let answer = get(address, &path_of(&hung.token));
		assert_eq!(PollResponse::decode(&mut &answer.body[..]), Ok(PollResponse::Pending));
		let outcome = fetch(address, &hung.token).statement.body().outcome.tally();
		assert_eq!(outcome, Err(FailureCode::Timeout));
	});
}

#[test]
fn a_full_enclave_should_say_so() {
	let mut one = config();
	one.max_jobs = 1;
	with_enclave(one, |enclave| {
		let address = enclave.local_addr();
		let mut hung = request(1, SPIN, b"");
		hung.token.limits = ResourceLimits {
			fuel: ResourceLimits::MAX.fuel,
			wall_millis: 2_000,
			..ResourceLimits::SMALL
		};
		assert_eq!(start(address, &hung).status, 202);
		let answer = start(address, &request(2, ECHO, b""));
		assert_eq!((answer.status, answer.code().as_str()), (429, "handoff-overloaded"));
		let health = get(address, "/v1/health");
		assert_eq!((health.status, health.json()["status"].as_str()), (503, Some("busy")));
		fetch(address, &hung.token);
		// The place is free a moment after the result is there.
		let give_up = Instant::now() + Duration::from_secs(10);
		while get(address, "/v1/health").status != 200 {
			assert!(Instant::now() < give_up);
		}
		assert_eq!(start(address, &request(2, ECHO, b"")).status, 202);
	});
}

#[test]
fn every_refusal_should_have_its_status_and_code() {
	let mut small = config();
	small.max_body_bytes = 4 * 1024;
	small.limits = ResourceLimits::SMALL;
	small.body_time = Duration::from_secs(1);
	with_enclave(small, |enclave| {
		let address = enclave.local_addr();
		let good = request(1, ECHO, b"rain");
		let body = good.encode();
		let check = |answer: Answer, status: u16, code: &str| {
			assert_eq!((answer.status, answer.code().as_str()), (status, code));
			assert!(!answer.json()["message"].as_str().unwrap().is_empty());
		};
		check(get(address, "/"), 404, "not-found");
		check(get(address, "/v1/jobs/1/1"), 404, "not-found");
		check(get(address, "/v1/jobs"), 405, "method");
		check(post(address, "/v1/identity", JSON, b"{}"), 405, "method");
		check(post(address, "/v1/jobs", JSON, &body), 415, "content-type");
		check(post(address, "/v1/jobs", "X-None: 1", &body), 415, "content-type");
		check(post(address, "/v1/attest", SCALE, b"{}"), 415, "content-type");
		check(post(address, "/v1/jobs", SCALE, &[0; 4 * 1024 + 1]), 413, "too-large");
		check(post(address, "/v1/attest", JSON, &[b' '; 4 * 1024 + 1]), 413, "too-large");
		check(post(address, "/v1/jobs", SCALE, b""), 400, "bad-request");
		check(post(address, "/v1/jobs", SCALE, &body[..body.len() - 1]), 400, "bad-request");
		check(post(address, "/v1/attest", JSON, b"{}"), 400, "bad-request");
		check(post(address, "/v1/attest", JSON, b"\xff"), 400, "bad-request");
		let token = good.token.encode();
		check(get(address, "/v1/acks"), 405, "method");
		check(post(address, "/v1/acks", JSON, &token), 415, "content-type");
		check(post(address, "/v1/acks", SCALE, &token[..token.len() - 1]), 400, "bad-request");
		check(post(address, "/v1/acks", SCALE, &[&token[..], &[0]].concat()), 400, "bad-request");
		check(post(address, "/v1/acks", SCALE, &[0; 4 * 1024 + 1]), 413, "too-large");
		check(get(address, &path_of(&good.token)), 404, "unknown-job");
		for path in [
			"/v1/jobs/x/1/00".to_string(),
			"/v1/jobs/-1/1/00".into(),
			"/v1/jobs/1/4294967296/00".into(),
			"/v1/jobs/1/1/00".into(),
			format!("/v1/jobs/1/1/{}", "g".repeat(64)),
			format!("/v1/jobs/1/1/{}", "0".repeat(66)),
		] {
			check(get(address, &path), 400, "bad-request");
		}
		let mut greedy = good.clone();
		greedy.token.limits.fuel += 1;
		check(start(address, &greedy), 422, "limits-exceeded");
		let mut expired = good.clone();
		expired.token.expires_at = expired.token.acted_on.0;
		check(start(address, &expired), 410, "expired");
		check(post(address, "/v1/acks", SCALE, &expired.token.encode()), 410, "expired");

		let head = |host: &str| {
			let text =
				format!("GET /v1/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
			send(address, text.as_bytes())
		};
		check(head("rebound.example.org"), 403, "foreign-host");
		assert_eq!(head("localhost:1").status, 200);

		let slow = format!(
			"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{SCALE}\r\n\
			 Content-Length: 10\r\n\r\nabc"
		);
		check(send(address, slow.as_bytes()), 408, "slow-body");

		let chunks: String = (0..5).map(|_| format!("400\r\n{}\r\n", "x".repeat(1024))).collect();
		let chunked = format!(
			"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{SCALE}\r\n\
			 Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
		);
		check(send(address, chunked.as_bytes()), 413, "too-large");

		// Whatever was refused left nothing behind.
		assert_eq!(enclave.counts().remembered, 0);
		assert_eq!(start(address, &good).status, 202);
	});
}

#[test]
fn hexadecimal_nonces_should_be_read_with_and_without_prefix() {
	with_enclave(config(), |enclave| {
		let address = enclave.local_addr();
		let request = request(1, ECHO, b"rain");
		start(address, &request);
		let path = format!("/v1/jobs/1/1/0x{}", hex::encode_upper(request.token.nonce));
		assert_eq!(get(address, &path).status, 200);
	});
}

#[test]
fn no_more_connections_than_allowed_should_be_served_at_once() {
	let mut few = config();
	few.max_connections = 2;
	with_enclave(few, |enclave| {
		let address = enclave.local_addr();
		let idle = [TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap()];
		let mut third = TcpStream::connect(address).unwrap();
		third.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
		third.write_all(b"GET /v1/health HTTP/1.0\r\n\r\n").unwrap();
		let mut byte = [0];
		assert!(third.read(&mut byte).is_err(), "served while the enclave was full");
		drop(idle);
		third.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
		assert_eq!(third.read(&mut byte).unwrap(), 1);
	});
}

#[test]
fn addresses_beyond_loopback_should_be_refused_unless_asked_for() {
	block_on(async {
		let mut open = EnclaveConfig::simulated(([0, 0, 0, 0], 0).into());
		assert!(matches!(serve(open.clone()).await, Err(ServeError::NotLoopback(_))));
		open.allow_remote = true;
		serve(open).await.unwrap().shutdown().await;
	});
}

#[test]
fn a_taken_address_should_be_reported() {
	block_on(async {
		let first = serve(config()).await.unwrap();
		let taken = EnclaveConfig::simulated(first.local_addr());
		assert!(matches!(serve(taken).await, Err(ServeError::Listen(..))));
	});
}

#[test]
fn enclaves_of_one_process_should_be_strangers_to_each_other() {
	block_on(async {
		let mut enclaves = Vec::new();
		for _ in 0..3 {
			enclaves.push(serve(config()).await.unwrap());
		}
		let addresses: Vec<SocketAddr> = enclaves.iter().map(|e| e.local_addr()).collect();
		tokio::task::block_in_place(|| {
			let request = request(1, ECHO, b"rain");
			let votes: Vec<_> = addresses
				.iter()
				.map(|address| {
					assert_eq!(start(*address, &request).status, 202);
					fetch(*address, &request.token)
				})
				.collect();
			for (vote, own) in votes.iter().zip(&enclaves) {
				for other in &enclaves {
					let is_own = other.local_addr() == own.local_addr();
					assert_eq!(vote.verify(&other.identity().signing_key), is_own);
				}
			}
			// They agree on the outcome and on the fuel.
			let facts = |i: usize| {
				let cac = votes[i].statement.body();
				(cac.outcome.tally(), cac.usage.fuel, cac.usage.peak_memory)
			};
			assert_eq!(facts(0), facts(1));
			assert_eq!(facts(1), facts(2));
		});
	});
}

#[test]
fn an_enclave_should_stop_when_asked_and_when_dropped() {
	block_on(async {
		let enclave = serve(config()).await.unwrap();
		let address = enclave.local_addr();
		assert!(TcpStream::connect(address).is_ok());
		enclave.shutdown().await;
		assert!(TcpStream::connect(address).is_err());

		let enclave = serve(config()).await.unwrap();
		let address = enclave.local_addr();
		drop(enclave);
		let give_up = Instant::now() + Duration::from_secs(10);
		while TcpStream::connect(address).is_ok() {
			assert!(Instant::now() < give_up, "still listening");
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	});
}
