//! A plain HTTP client, and requests to send with it.

use codec::{Decode, Encode};
use concordat_primitives::{
	cac::SignedCac,
	clause::{ResourceLimits, TriggerKind},
	enclave_api::{JobToken, PollResponse, StartRequest},
	hashing::{input_commitment, program_hash, NO_LINEAGE},
	AccountId, CapabilityId, ClauseId, Hash, JobId, Jurisdiction,
};
use std::{
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
	thread,
	time::{Duration, Instant},
};

pub const SCALE: &str = "Content-Type: application/octet-stream";
pub const JSON: &str = "Content-Type: application/json";

pub const ECHO: &str = r#"(module
	(import "concordat" "input_len" (func $len (result i32)))
	(import "concordat" "input_read" (func $read (param i32 i32 i32) (result i32)))
	(import "concordat" "output_write" (func $write (param i32 i32) (result i32)))
	(memory (export "memory") 1)
	(func (export "run") (result i32)
		(drop (call $read (i32.const 0) (i32.const 0) (call $len)))
		(call $write (i32.const 0) (call $len))))"#;

pub const SPIN: &str = r#"(module
	(memory (export "memory") 1)
	(func (export "run") (result i32) (loop $l (br $l)) (i32.const 0)))"#;

pub struct Answer {
	pub status: u16,
	pub head: String,
	pub body: Vec<u8>,
}

impl Answer {
	pub fn json(&self) -> serde_json::Value {
		serde_json::from_slice(&self.body).unwrap()
	}

	pub fn code(&self) -> String {
		self.json()["code"].as_str().unwrap().to_string()
	}
}

/// Sends `text`, a whole request, and reads until the connection closes.
pub fn send(address: SocketAddr, text: &[u8]) -> Answer {
	let mut stream = TcpStream::connect(address).unwrap();
	stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
	stream.write_all(text).unwrap();
	let mut bytes = Vec::new();
	stream.read_to_end(&mut bytes).unwrap();
	let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
	let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
	let status = head.split(' ').nth(1).unwrap().parse().unwrap();
	Answer { status, head: head.to_ascii_lowercase(), body: bytes[split + 4..].to_vec() }
}

pub fn get(address: SocketAddr, path: &str) -> Answer {
	let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
	send(address, head.as_bytes())
}

pub fn post(address: SocketAddr, path: &str, content_type: &str, body: &[u8]) -> Answer {
	let mut text = format!(
		"POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{content_type}\r\n\
		 Content-Length: {}\r\n\r\n",
		body.len()
	)
	.into_bytes();
	text.extend_from_slice(body);
	send(address, &text)
}

pub fn request(job: JobId, program: &str, input: &[u8]) -> StartRequest {
	let program = wat::parse_str(program).unwrap();
	let token = JobToken {
		genesis: Hash::repeat_byte(1),
		job,
		attempt: 1,
		nonce: Hash::from_low_u64_be(job),
		node: 7,
		lease: 9,
		clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
		program: program_hash(&program),
		input: input_commitment(input),
		lineage: NO_LINEAGE,
		capability: CapabilityId::parse("hazard.rain").unwrap(),
		limits: ResourceLimits::SMALL,
		jurisdiction: Jurisdiction::parse("IDN").unwrap(),
		dao: AccountId::from([3; 32]),
		trigger: TriggerKind::Manual,
		expires_at: 100,
		acted_on: (10, Hash::repeat_byte(2)),
		sealed: None,
		output_key: None,
		handoff: None,
		commit_reveal: false,
	};
	StartRequest { token, program, input: input.to_vec(), dependencies: vec![] }
}

pub fn start(address: SocketAddr, request: &StartRequest) -> Answer {
	post(address, "/v1/jobs", SCALE, &request.encode())
}

pub fn path_of(token: &JobToken) -> String {
	format!("/v1/jobs/{}/{}/{}", token.job, token.attempt, hex::encode(token.nonce))
}

/// Polls until the attempt is done.
pub fn fetch(address: SocketAddr, token: &JobToken) -> SignedCac {
	let give_up = Instant::now() + Duration::from_secs(30);
	loop {
		let answer = get(address, &path_of(token));
		assert_eq!(answer.status, 200);
		match PollResponse::decode(&mut &answer.body[..]).unwrap() {
			PollResponse::Done(signed) => return signed,
			PollResponse::Pending => assert!(Instant::now() < give_up, "the job hangs"),
			PollResponse::Committed { .. } => panic!("nobody asked for a commitment"),
		}
		thread::sleep(Duration::from_millis(20));
	}
}
