//! Jobs: start, poll, fetch.
//!
//! ```text
//!            start                     the run ends, or is overdue
//!  (nothing) ─────► Running ─────────────────────────────────────► Done ──► forgotten
//!                      │ the host fails (out of memory, no thread)
//!                      └─────────────────────────────► Faulted ──start──► Running
//! ```
//!
//! Invariants:
//!
//! - **One statement per attempt.** An attempt is `(job, attempt, nonce)`. A start that repeats the
//!   token of a known attempt gets the same acknowledgement and no second run; one that
//!   contradicts it is refused. Two tokens that differ only in their deadline do not contradict each
//!   other: the chain puts deadlines off for a dispute, and the later one counts. When room has to be
//!   made, finished attempts are forgotten, those that expire first before the others, but for their
//!   names. When there is no room for all names either, those of the oldest jobs go, and from then on
//!   no attempt of these jobs and of older ones is started. So what was signed once is never signed
//!   again, however little is remembered, and however its deadline moves.
//! - **Never a hang.** A run that exceeds its bounds ends as a signed failure. Should its thread not
//!   come back in time all the same, the attempt is signed as `Timeout` and whatever the thread says
//!   later is discarded; the thread keeps its place among the running ones until it ends.
//! - **Nothing signed about a program that the host could not run.**
//! - Running and remembered attempts, and names of forgotten ones, are bounded.
//!
//! A program or an input kept elsewhere may take its host some time to get. Until then [`Jobs::acknowledge`]
//! takes the seat without starting anything; and if the host gives up, it starts the attempt with no
//! bytes in place of those that it lacks, and the enclave signs [`FailureCode::ContentUnavailable`].
//!
//! The enclave does not ask the chain whether it really assigned the attempt: in this version the
//! token is the host's word. What a lying host gains is a statement that names its lie (genesis,
//! node, lease, nonce), and the chain refuses every statement that no seat of its own asked for.

use crate::{
	engine::{ClauseEngine, Execution, Report, ENGINE, THREAD_STACK},
	keys::Keys,
	refusal::Refusal,
};
use codec::{Decode, DecodeAll};
use concordat_attestation::Measurement;
use concordat_primitives::{
	cac::{
		Ack, CacStatement, CacV1, FailureCode, Outcome, Output, ResourceUsage, SignedAck, SignedCac,
	},
	clause::ResourceLimits,
	enclave_api::{JobToken, PollResponse, StartRequest},
	hashing::{input_commitment, lineage, output_hash, program_hash},
	Attempt, Hash, JobId,
};
use std::{
	collections::{BTreeSet, HashMap},
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	thread,
	time::{Duration, Instant},
};

#[cfg(test)]
mod tests;

/// Most dependency outputs of one job.
pub const MAX_DEPENDENCIES: usize = 64;
/// Most chains that one enclave serves during its life.
pub const MAX_CHAINS: usize = 8;
/// How long after its last bound a run is given up.
const GRACE: Duration = Duration::from_secs(2);

/// Bounds of [`Jobs`].
#[derive(Clone, Copy, Debug)]
pub struct JobBounds {
	/// Runs at once.
	pub running: usize,
	/// Attempts remembered, running ones included.
	pub remembered: usize,
	/// Attempts of which only the name is kept, on each chain.
	pub names: usize,
	/// The most that a job may ask for.
	pub limits: ResourceLimits,
}

/// Lineage of a job that depends on these outputs.
fn lineage_of(dependencies: &[Vec<u8>]) -> Hash {
	lineage(&dependencies.iter().map(|bytes| output_hash(bytes)).collect::<Vec<_>>())
}

/// Decodes a [`JobToken`] whose bytes come from outside, and nothing but it.
pub fn decode_token(bytes: &[u8]) -> Result<JobToken, Refusal> {
	JobToken::decode_all(&mut &*bytes).map_err(|e| Refusal::BadRequest(format!("token: {e}")))
}

/// Decodes a [`StartRequest`] whose bytes come from outside: every count is looked at before
/// anything is allocated for it.
pub fn decode_start(mut bytes: &[u8]) -> Result<StartRequest, Refusal> {
	let input = &mut bytes;
	let wrong = |what: &str, e: codec::Error| Refusal::BadRequest(format!("{what}: {e}"));
	let token = JobToken::decode(input).map_err(|e| wrong("token", e))?;
	let program = Vec::<u8>::decode(input).map_err(|e| wrong("program", e))?;
	let data = Vec::<u8>::decode(input).map_err(|e| wrong("input", e))?;
	let count = codec::Compact::<u32>::decode(input).map_err(|e| wrong("dependencies", e))?.0;
	if count as usize > MAX_DEPENDENCIES {
		return Err(Refusal::BadRequest(format!(
			"{count} dependencies, where {MAX_DEPENDENCIES} are allowed"
		)));
	}
	let dependencies = (0..count)
		.map(|_| Vec::<u8>::decode(input))
		.collect::<Result<_, _>>()
		.map_err(|e| wrong("dependencies", e))?;
	if !input.is_empty() {
		return Err(Refusal::BadRequest(format!("{} bytes too many", input.len())));
	}
	Ok(StartRequest { token, program, input: data, dependencies })
}

/// Names an attempt. The nonce tells apart what a re-organisation of the chain assigned twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
	job: JobId,
	attempt: Attempt,
	nonce: Hash,
}

enum State {
	Running { overdue: Instant },
	Done(Box<SignedCac>),
	Faulted(String),
}

struct Entry {
	token: JobToken,
	state: State,
	/// Tells the run that may finish this entry from earlier ones.
	run: u64,
}

#[derive(Default)]
struct Book {
	entries: HashMap<Key, Entry>,
	running: usize,
	runs: u64,
	/// By chain: what was signed and forgotten.
	forgotten: HashMap<Hash, Forgotten>,
}

/// What was signed and forgotten on one chain.
#[derive(Default)]
struct Forgotten {
	/// Names of attempts, the oldest job first.
	names: BTreeSet<Key>,
	/// Attempts of this job and of older ones may have been signed although their names are gone.
	floor: Option<JobId>,
}

impl Forgotten {
	fn may_hold(&self, key: &Key) -> bool {
		self.floor.is_some_and(|floor| key.job <= floor) || self.names.contains(key)
	}

	/// Keeps a name, and at most `room` of them.
	fn add(&mut self, key: Key, room: usize) {
		self.names.insert(key);
		while self.names.len() > room {
			let Some(oldest) = self.names.pop_first() else { return };
			self.floor = self.floor.max(Some(oldest.job));
		}
	}
}

/// Counts of [`Jobs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCounts {
	/// Threads at work.
	pub running: usize,
	/// Attempts remembered.
	pub remembered: usize,
}

/// The jobs of one enclave. Cloning shares them.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
	engine: ClauseEngine,
	keys: Arc<Keys>,
	measurement: Measurement,
	simulated: bool,
	bounds: JobBounds,
	book: Mutex<Book>,
}

impl Jobs {
	/// No jobs yet.
	pub fn new(
		engine: ClauseEngine,
		keys: Arc<Keys>,
		measurement: Measurement,
		simulated: bool,
		bounds: JobBounds,
	) -> Self {
		let book = Mutex::default();
		Self(Arc::new(Inner { engine, keys, measurement, simulated, bounds, book }))
	}

	/// Starts an attempt on a thread of its own, or finds it started, and acknowledges it.
	pub fn start(&self, request: StartRequest) -> Result<SignedAck, Refusal> {
		let token = request.token.clone();
		self.0.check_token(&token)?;
		let Some(run) = self.0.reserve(&token)? else { return Ok(self.0.acknowledge(&token)) };
		let inner = self.0.clone();
		let name = format!("job-{}-{}", token.job, token.attempt);
		let spawned = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(move || {
			let token = request.token.clone();
			// A panic is the host's fault, not the program's, and must not leave the attempt running.
			let report = catch_unwind(AssertUnwindSafe(|| inner.execute(request)))
				.unwrap_or_else(|_| Err("the run panicked".into()));
			inner.finish(&token, run, report);
		});
		if let Err(error) = spawned {
			let reason = format!("no thread for the run: {error}");
			self.0.finish(&token, run, Err(reason.clone()));
			return Err(Refusal::HostFault(reason));
		}
		Ok(self.0.acknowledge(&token))
	}

	/// Takes a seat whose program or input is still on its way. Nothing is started and nothing is
	/// remembered: an acknowledgement says the same however often it is signed.
	pub fn acknowledge(&self, token: &JobToken) -> Result<SignedAck, Refusal> {
		self.0.check_token(token)?;
		Ok(self.0.acknowledge(token))
	}

	/// Where an attempt stands.
	pub fn poll(&self, job: JobId, attempt: Attempt, nonce: Hash) -> Result<PollResponse, Refusal> {
		let inner = &self.0;
		let mut book = inner.lock();
		let entry =
			book.entries.get_mut(&Key { job, attempt, nonce }).ok_or(Refusal::UnknownJob)?;
		inner.settle_if_overdue(entry);
		match &entry.state {
			State::Running { .. } => Ok(PollResponse::Pending),
			State::Done(signed) => Ok(PollResponse::Done((**signed).clone())),
			State::Faulted(reason) => Err(Refusal::HostFault(reason.clone())),
		}
	}

	/// How much there is to do.
	pub fn counts(&self) -> JobCounts {
		let book = self.0.lock();
		JobCounts { running: book.running, remembered: book.entries.len() }
	}

	/// Whether another job could start now.
	pub fn has_room(&self) -> bool {
		self.counts().running < self.0.bounds.running
	}

	/// The bounds that hold here.
	pub fn bounds(&self) -> &JobBounds {
		&self.0.bounds
	}
}

impl Key {
	fn of(token: &JobToken) -> Self {
		Self { job: token.job, attempt: token.attempt, nonce: token.nonce }
	}
}

/// Whether two tokens ask for the same. The host may have moved on to another block meanwhile, and the
/// chain may have moved the deadline.
fn is_repetition(a: &JobToken, b: &JobToken) -> bool {
	JobToken { acted_on: b.acted_on, expires_at: b.expires_at, ..a.clone() } == *b
}

impl Inner {
	fn lock(&self) -> MutexGuard<'_, Book> {
		// Every critical section leaves the book whole, whatever unwinds through it.
		self.book.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// What a token has to be before anything is done for it.
	fn check_token(&self, token: &JobToken) -> Result<(), Refusal> {
		let (asked, allowed) = (&token.limits, &self.bounds.limits);
		if !asked.is_valid() {
			return Err(Refusal::BadRequest("the limits are not valid".into()));
		}
		if !token.clause.is_valid() {
			return Err(Refusal::BadRequest("the clause id is not valid".into()));
		}
		if asked.fuel > allowed.fuel
			|| asked.memory_bytes > allowed.memory_bytes
			|| asked.table_elements > allowed.table_elements
			|| asked.output_bytes > allowed.output_bytes
			|| asked.wall_millis > allowed.wall_millis
		{
			return Err(Refusal::LimitsExceeded);
		}
		if token.expires_at <= token.acted_on.0 {
			return Err(Refusal::Expired);
		}
		Ok(())
	}

	/// Makes the attempt `Running` and names the run; `None`: it is known already.
	fn reserve(&self, token: &JobToken) -> Result<Option<u64>, Refusal> {
		let key = Key::of(token);
		let mut token = token.clone();
		let mut book = self.lock();
		let mut known = false;
		if let Some(entry) = book.entries.get_mut(&key) {
			if !is_repetition(&entry.token, &token) {
				return Err(Refusal::Conflict);
			}
			token.expires_at = token.expires_at.max(entry.token.expires_at);
			entry.token.expires_at = token.expires_at;
			self.settle_if_overdue(entry);
			if !matches!(entry.state, State::Faulted(_)) {
				return Ok(None);
			}
			known = true;
		}
		let chains = book.forgotten.len();
		match book.forgotten.get(&token.genesis) {
			Some(forgotten) if !known && forgotten.may_hold(&key) => {
				return Err(Refusal::Forgotten)
			},
			Some(_) => {},
			None if chains >= MAX_CHAINS => return Err(Refusal::TooManyChains),
			None => {
				book.forgotten.insert(token.genesis, Forgotten::default());
			},
		}
		if book.running >= self.bounds.running {
			return Err(Refusal::Busy);
		}
		if !known && book.entries.len() >= self.bounds.remembered {
			book.forget_one(self.bounds.names)?;
			// What was forgotten may stand in the way of this very attempt.
			if book.forgotten.get(&token.genesis).is_some_and(|gone| gone.may_hold(&key)) {
				return Err(Refusal::Forgotten);
			}
		}
		book.running += 1;
		book.runs += 1;
		let run = book.runs;
		let budget = self.engine.bounds().compile_time
			+ Duration::from_millis(token.limits.wall_millis.into())
			+ GRACE;
		let state = State::Running { overdue: Instant::now() + budget };
		book.entries.insert(key, Entry { token, state, run });
		Ok(Some(run))
	}

	fn acknowledge(&self, token: &JobToken) -> SignedAck {
		self.keys.sign_ack(Ack {
			genesis: token.genesis,
			job: token.job,
			attempt: token.attempt,
			nonce: token.nonce,
			node: token.node,
		})
	}

	/// Checks that the bytes are those that the token names, and runs them.
	fn execute(&self, request: StartRequest) -> Result<Report, String> {
		let StartRequest { token, program, input, dependencies } = request;
		let wrong_program = program_hash(&program) != token.program;
		let wrong_input = input_commitment(&input) != token.input;
		if (wrong_program && program.is_empty()) || (wrong_input && input.is_empty()) {
			return Ok(Report::refused(FailureCode::ContentUnavailable));
		}
		if wrong_program || wrong_input || lineage_of(&dependencies) != token.lineage {
			return Ok(Report::refused(FailureCode::InputMismatch));
		}
		let execution = Execution {
			program: &program,
			input: input.into(),
			dependencies: dependencies.into(),
			limits: token.limits,
		};
		self.engine.run(&execution).map_err(|fault| fault.to_string())
	}

	/// A run ended: its place is free, and unless the attempt was settled meanwhile, this settles it.
	fn finish(&self, token: &JobToken, run: u64, report: Result<Report, String>) {
		let mut book = self.lock();
		book.running = book.running.saturating_sub(1);
		let Some(entry) = book.entries.get_mut(&Key::of(token)) else { return };
		if entry.run != run || !matches!(entry.state, State::Running { .. }) {
			return;
		}
		entry.state = match report {
			Ok(report) => State::Done(Box::new(self.sign(&entry.token, report))),
			Err(reason) => {
				log::error!("job {} attempt {}: {reason}", token.job, token.attempt);
				State::Faulted(reason)
			},
		};
	}

	/// Settles an attempt whose thread has not come back in time.
	fn settle_if_overdue(&self, entry: &mut Entry) {
		if matches!(entry.state, State::Running { overdue } if overdue <= Instant::now()) {
			let report = Report::refused(FailureCode::Timeout);
			entry.state = State::Done(Box::new(self.sign(&entry.token, report)));
		}
	}

	/// The statement of an attempt. Called once for each: whoever calls makes it `Done` under the
	/// same lock.
	fn sign(&self, token: &JobToken, report: Report) -> SignedCac {
		let outcome = match report.outcome {
			Ok(bytes) => {
				let hash = output_hash(&bytes);
				match bytes.try_into() {
					Ok(output) => Outcome::Success { hash, output: Output::Inline(output) },
					Err(_) => Outcome::Failure(FailureCode::OutputTooLarge),
				}
			},
			Err(code) => Outcome::Failure(code),
		};
		let usage: ResourceUsage = report.usage;
		let token = token.clone();
		self.keys.sign_cac(CacStatement::V1(CacV1 {
			genesis: token.genesis,
			job: token.job,
			attempt: token.attempt,
			nonce: token.nonce,
			node: token.node,
			clause: token.clause,
			program: token.program,
			measurement: self.measurement,
			lease: token.lease,
			input: token.input,
			lineage: token.lineage,
			outcome,
			usage,
			engine: ENGINE,
			acted_on: token.acted_on,
			simulated: self.simulated,
		}))
	}
}

impl Book {
	/// Makes room for one attempt: of those that are not running, the one that expires first goes. If it was
	/// signed, its name stays, one of at most `names`.
	fn forget_one(&mut self, names: usize) -> Result<(), Refusal> {
		let first = self
			.entries
			.iter()
			.filter(|(_, entry)| !matches!(entry.state, State::Running { .. }))
			.map(|(key, entry)| (entry.token.expires_at, *key))
			.min();
		let Some((_, key)) = first else { return Err(Refusal::Busy) };
		if let Some(Entry { token, state: State::Done(_), .. }) = self.entries.remove(&key) {
			self.forgotten.entry(token.genesis).or_default().add(key, names);
		}
		Ok(())
	}
}
