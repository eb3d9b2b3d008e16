//! Jobs, by behaviour.

mod committing;
mod decoding;
mod lifecycle;
mod memory;
mod sealed;
mod seats;

use super::{run::lineage_of, *};
use crate::{
	attest::measurement,
	chain::Unproven,
	engine::{EngineBounds, ENGINE},
};
use codec::Encode;
use concordat_primitives::{
	cac::{CacStatement, CacV1, Outcome, Output, ResourceUsage, SignedCac},
	clause::TriggerKind,
	commit::{Opening, Salt, SignedCommitment},
	enclave_api::{HandoffToken, SealedToken},
	handoff::{task_hash, Handoff, HandoffFault, HandoffRefusal, SignedHandoff},
	hashing::{input_commitment, output_hash, program_hash, NO_LINEAGE},
	AccountId, BlockNumber, CapabilityId, ClauseId, Jurisdiction, NodeId,
};

const ECHO: &str = r#"(module
	(import "concordat" "input_len" (func $len (result i32)))
	(import "concordat" "input_read" (func $read (param i32 i32 i32) (result i32)))
	(import "concordat" "output_write" (func $write (param i32 i32) (result i32)))
	(memory (export "memory") 1)
	(func (export "run") (result i32)
		(drop (call $read (i32.const 0) (i32.const 0) (call $len)))
		(call $write (i32.const 0) (call $len))))"#;

const SPIN: &str = r#"(module
	(memory (export "memory") 1)
	(func (export "run") (result i32) (loop $l (br $l)) (i32.const 0)))"#;

/// A chain that has assigned what a test says, and nothing else.
#[derive(Default)]
struct Assigned(Mutex<Vec<JobToken>>);

impl Assigned {
	fn assign(&self, token: &JobToken) {
		self.0.lock().unwrap().push(token.clone());
	}

	/// As if the job had ended.
	fn forget_all(&self) {
		self.0.lock().unwrap().clear();
	}
}

impl AssignmentCheck for Assigned {
	fn proven(&self, token: &JobToken) -> Result<(), Unproven> {
		let assigned = self.0.lock().unwrap();
		let found = assigned.iter().any(|assigned| is_repetition(assigned, token));
		found.then_some(()).ok_or(Unproven::UnknownJob(token.job))
	}
}

const POLICY: JobPolicy = JobPolicy { proof: ProofPolicy::Sealed, capabilities: None };

fn jobs_of(bounds: JobBounds, policy: JobPolicy) -> (Jobs, Arc<Assigned>) {
	let engine = ClauseEngine::new(EngineBounds::default()).unwrap();
	let keys = Arc::new(Keys::generate().unwrap());
	let identity = JobIdentity { measurement: measurement(), simulated: true };
	let chain = Arc::new(Assigned::default());
	(Jobs::new(engine, keys, identity, bounds, policy, chain.clone()), chain)
}

fn jobs_with(bounds: JobBounds) -> Jobs {
	jobs_of(bounds, POLICY).0
}

fn bounds() -> JobBounds {
	JobBounds { running: 4, remembered: 64, names: 64, limits: ResourceLimits::MAX }
}

fn jobs() -> Jobs {
	jobs_with(bounds())
}

fn request(job: JobId, program: &str, input: &[u8]) -> StartRequest {
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

/// A job that runs for `millis` and ends as a `Timeout`.
fn spinning(job: JobId, millis: u32) -> StartRequest {
	let mut request = request(job, SPIN, b"");
	request.token.limits = ResourceLimits {
		fuel: ResourceLimits::MAX.fuel,
		wall_millis: millis,
		..ResourceLimits::SMALL
	};
	request
}

fn poll(jobs: &Jobs, token: &JobToken) -> Result<PollResponse, Refusal> {
	jobs.poll(token.job, token.attempt, token.nonce)
}

/// Waits for the end of an attempt.
fn fetch(jobs: &Jobs, token: &JobToken) -> SignedCac {
	let give_up = Instant::now() + Duration::from_secs(30);
	loop {
		match poll(jobs, token).unwrap() {
			PollResponse::Done(signed) => return signed,
			PollResponse::Pending => assert!(Instant::now() < give_up, "the job hangs"),
			PollResponse::Committed { .. } => panic!("nobody asked for a commitment"),
		}
		thread::sleep(Duration::from_millis(5));
	}
}

fn wait_until_idle(jobs: &Jobs) {
	let give_up = Instant::now() + Duration::from_secs(30);
	while jobs.counts().running > 0 {
		assert!(Instant::now() < give_up, "a job hangs");
		thread::sleep(Duration::from_millis(5));
	}
}

fn outcome(jobs: &Jobs, request: StartRequest) -> Result<Hash, FailureCode> {
	let token = request.token.clone();
	jobs.start(request).unwrap();
	fetch(jobs, &token).statement.body().outcome.tally()
}
