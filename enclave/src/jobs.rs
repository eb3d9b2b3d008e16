//! Jobs: start, poll, fetch; and what else is signed about seats: acknowledgements, handoffs, refusals.
//!
//! ```text
//!            start                     the run ends, or is overdue
//!  (nothing) ─────► Running ─────────────────────────────────────► Done ──► forgotten
//!     │                │ the host fails (out of memory, no thread)
//!     │                └─────────────────────────────► Faulted ──start──► Running
//!     └─ a fault of the seat ──► refused ──sign──► refused for good ──► forgotten
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `jobs.rs` | the calls, and what a token has to be before anything is done for it |
//! | `jobs/book.rs` | what is remembered, and how much of it |
//! | `jobs/run.rs` | opening, checking, running, sealing: from bytes to an outcome |
//! | `jobs/seat.rs` | whether a seat is taken; refusals and handoffs |
//! | `jobs/decode.rs` | bodies from outside |
//!
//! Invariants:
//!
//! - **One statement per attempt.** An attempt is `(job, attempt, nonce)`. A start that repeats the
//!   token of a known attempt gets the same acknowledgement and no second run; one that
//!   contradicts it is refused. Two tokens that differ only in their deadline do not contradict each
//!   other: the chain puts deadlines off for a dispute, and the later one counts. Nor do two that differ
//!   in their handoff: the chain's record may have taken its place meanwhile. When room has to be
//!   made, finished attempts are forgotten, those that expire first before the others, but for their
//!   names. When there is no room for all names either, those of the oldest jobs go, and from then on
//!   no attempt of these jobs and of older ones is started. So what was signed once is never signed
//!   again, however little is remembered, and however its deadline moves.
//! - **A signed refusal is the attempt's statement.** Only a fault that the enclave itself has found with
//!   just this attempt is signed as one, never of an attempt that was started, and an attempt whose refusal
//!   was signed is never started.
//! - **One handoff per attempt of the receiver**, and only in the name of a node for which an attempt has
//!   ended with an output here.
//! - **Never a hang.** A run that exceeds its bounds ends as a signed failure. Should its thread not
//!   come back in time all the same, the attempt is signed as `Timeout` and whatever the thread says
//!   later is discarded; the thread keeps its place among the running ones until it ends.
//! - **Committed before shown, where the token says so** (DESIGN §7). Statement and commitment are signed in the same
//!   moment, once, whatever came out; the salt is a keyed hash that no one else can make. Both go to the host together: a
//!   host that shows its result early gives it to those who have still to commit, and gains nothing by it.
//! - **Nothing signed about a program that the host could not run.**
//! - **A sealed input is opened only for the chain.** Nothing is unwrapped before the chain is proved to have
//!   assigned just this token: the program decides what comes out, the output key who reads it, and the host writes
//!   both into the token. What was opened is overwritten when the run ends.
//! - Running and remembered attempts, names of forgotten ones, faults, handoffs and the nodes of a chain are bounded.
//!
//! A program or an input kept elsewhere may take its host some time to get. Until then [`Jobs::acknowledge`]
//! takes the seat without starting anything; and if the host gives up, it starts the attempt with no
//! bytes in place of those that it lacks, and the enclave signs [`FailureCode::ContentUnavailable`].
//!
//! Attempts on open inputs start on the host's word, unless [`ProofPolicy::Always`] asks for the proof there too. What
//! a lying host gains without it is a statement that names its lie (genesis, node, lease, nonce), and the chain
//! refuses every statement that no seat of its own asked for.
//!
//! [`FailureCode::ContentUnavailable`]: concordat_primitives::cac::FailureCode::ContentUnavailable

mod book;
mod decode;
mod run;
mod seat;

#[cfg(test)]
mod tests;

pub use decode::{
	decode_assignments, decode_finality, decode_handoff, decode_refusal, decode_start,
	decode_token, MAX_DEPENDENCIES, MAX_PROOF_NODES,
};

use crate::{
	assignment::{AssignmentCheck, ProofPolicy},
	engine::{ClauseEngine, THREAD_STACK},
	keys::Keys,
	refusal::Refusal,
};
use book::{Book, Entry, Key, Known, State};
use concordat_attestation::Measurement;
use concordat_primitives::{
	cac::{Ack, FailureCode, SignedAck},
	clause::ResourceLimits,
	enclave_api::{JobToken, PollResponse, StartRequest},
	Attempt, CapabilityId, Hash, JobId,
};
use run::Verdict;
use std::{
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	thread,
	time::{Duration, Instant},
};

/// Most chains that one enclave serves during its life.
pub const MAX_CHAINS: usize = 8;
/// Most nodes of one chain that one enclave hands over for.
pub const MAX_NODES: usize = 64;
/// Most faults remembered, of all chains together.
pub const MAX_FAULTS: usize = 1_024;
/// How long after its last bound a run is given up.
const GRACE: Duration = Duration::from_secs(2);

/// Bounds of [`Jobs`].
#[derive(Clone, Copy, Debug)]
pub struct JobBounds {
	/// Runs at once.
	pub running: usize,
	/// Attempts remembered, running ones included.
	pub remembered: usize,
	/// Attempts of which only the name is kept, and handoffs, on each chain.
	pub names: usize,
	/// The most that a job may ask for.
	pub limits: ResourceLimits,
}

/// Which jobs an enclave takes.
#[derive(Clone, Debug)]
pub struct JobPolicy {
	/// Which attempts need the proof that the chain assigned them.
	pub proof: ProofPolicy,
	/// What the enclave is able to do; `None`: whatever clauses ask for.
	pub capabilities: Option<Vec<CapabilityId>>,
}

/// Who the enclave is, as its statements say.
#[derive(Clone, Copy, Debug)]
pub struct JobIdentity {
	/// Code that runs.
	pub measurement: Measurement,
	/// No hardware stands behind it.
	pub simulated: bool,
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
	identity: JobIdentity,
	bounds: JobBounds,
	policy: JobPolicy,
	chains: Arc<dyn AssignmentCheck>,
	book: Mutex<Book>,
}

impl Jobs {
	/// No jobs yet.
	pub fn new(
		engine: ClauseEngine,
		keys: Arc<Keys>,
		identity: JobIdentity,
		bounds: JobBounds,
		policy: JobPolicy,
		chains: Arc<dyn AssignmentCheck>,
	) -> Self {
		let book = Mutex::default();
		Self(Arc::new(Inner { engine, keys, identity, bounds, policy, chains, book }))
	}

	/// Starts an attempt on a thread of its own, or finds it started, and acknowledges it.
	pub fn start(&self, request: StartRequest) -> Result<SignedAck, Refusal> {
		let token = request.token.clone();
		self.0.check_token(&token)?;
		if self.0.is_started(&token)? {
			return Ok(self.0.acknowledge(&token));
		}
		self.0.check_proof(&token)?;
		self.0.check_seat(&token)?;
		let Some(run) = self.0.reserve(&token)? else { return Ok(self.0.acknowledge(&token)) };
		let inner = self.0.clone();
		let name = format!("job-{}-{}", token.job, token.attempt);
		let spawned = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(move || {
			let token = request.token.clone();
			// A panic is the host's fault, not the program's, and must not leave the attempt running.
			let verdict = catch_unwind(AssertUnwindSafe(|| inner.execute(request)))
				.unwrap_or_else(|_| Err("the run panicked".into()));
			inner.finish(&token, run, verdict);
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
		if !self.0.is_started(token)? {
			self.0.check_seat(token)?;
			self.0.check_load(token)?;
		}
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
			State::Done(said) => Ok(said.as_ref().clone().into()),
			State::Faulted(reason) => Err(Refusal::HostFault(reason.clone())),
		}
	}

	/// How much there is to do.
	pub fn counts(&self) -> JobCounts {
		let book = self.0.lock();
		JobCounts { running: book.running, remembered: book.entries.len() }
	}

	/// Whether another job could start now: the load is not above 0.95.
	pub fn has_room(&self) -> bool {
		!seat::is_overloaded(self.counts().running, self.0.bounds.running)
	}

	/// The bounds that hold here.
	pub fn bounds(&self) -> &JobBounds {
		&self.0.bounds
	}
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
		if !token.capability.is_valid() {
			return Err(Refusal::BadRequest("the capability is not valid".into()));
		}
		if token.output_key.is_some() && token.sealed.is_none() {
			let reason = "an output is sealed only where the input is: its salt blinds the hash";
			return Err(Refusal::BadRequest(reason.into()));
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

	/// Whether the chain is proved to have assigned this, where the policy demands it.
	///
	/// [`JobToken::commit_reveal`] is on the host's word even then: the fields of the order that an enclave reads end with
	/// its lineage (`chain/records.rs`). A host that lies about it gains nothing. Without the commitment, which only this
	/// key can sign, its node has nothing that the chain would take, for it refuses the bare certificate of a job that
	/// commits; and where the job does not commit, a commitment is refused and the certificate is the same.
	fn check_proof(&self, token: &JobToken) -> Result<(), Refusal> {
		if !self.policy.proof.demands(token) {
			return Ok(());
		}
		Ok(self.chains.proven(token)?)
	}

	/// Whether the attempt runs or is done. What runs is found without another look at seat, proof or load: all three may
	/// have changed since.
	fn is_started(&self, token: &JobToken) -> Result<bool, Refusal> {
		Ok(matches!(self.find(&mut self.lock(), token)?, Known::Started))
	}

	/// Finds an attempt, and keeps the later of two deadlines.
	fn find(&self, book: &mut Book, token: &JobToken) -> Result<Known, Refusal> {
		let Some(entry) = book.entries.get_mut(&Key::of(token)) else { return Ok(Known::No) };
		if !is_repetition(&entry.token, token) {
			return Err(Refusal::Conflict);
		}
		entry.token.expires_at = entry.token.expires_at.max(token.expires_at);
		self.settle_if_overdue(entry);
		match entry.state {
			State::Faulted(_) => Ok(Known::Faulted { expires_at: entry.token.expires_at }),
			_ => Ok(Known::Started),
		}
	}

	/// Makes the attempt `Running` and names the run; `None`: it is known already.
	fn reserve(&self, token: &JobToken) -> Result<Option<u64>, Refusal> {
		let key = Key::of(token);
		let mut token = token.clone();
		let mut guard = self.lock();
		let book = &mut *guard;
		let known = match self.find(book, &token)? {
			Known::Started => return Ok(None),
			Known::Faulted { expires_at } => {
				token.expires_at = expires_at;
				true
			},
			Known::No => false,
		};
		if book.chain(token.genesis)?.forgotten.may_hold(&key) && !known {
			return Err(Refusal::Forgotten);
		}
		if let Some(fault) = seat::standing_refusal(book, &token) {
			return Err(Refusal::Handoff(fault));
		}
		// Whoever reserves has checked the proof.
		self.refuse_if_overloaded(book, &token, true)?;
		if !known && book.entries.len() >= self.bounds.remembered {
			book.forget_one(self.bounds.names)?;
			// What was forgotten may stand in the way of this very attempt.
			if book.chain(token.genesis)?.forgotten.may_hold(&key) {
				return Err(Refusal::Forgotten);
			}
		}
		book.faults.remove(&key);
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

	/// A run ended: its place is free, and unless the attempt was settled meanwhile, this settles it.
	fn finish(&self, token: &JobToken, run: u64, verdict: Result<Verdict, String>) {
		let mut guard = self.lock();
		let book = &mut *guard;
		book.running = book.running.saturating_sub(1);
		let Some(entry) = book.entries.get_mut(&Key::of(token)) else { return };
		if entry.run != run || !matches!(entry.state, State::Running { .. }) {
			return;
		}
		let ended_well = verdict.as_ref().is_ok_and(Verdict::is_success);
		entry.state = match verdict {
			Ok(verdict) => State::Done(Box::new(self.sign(&entry.token, verdict))),
			Err(reason) => {
				log::error!("job {} attempt {}: {reason}", token.job, token.attempt);
				State::Faulted(reason)
			},
		};
		if ended_well {
			book.may_hand_over(token.genesis, token.node);
		}
	}

	/// Settles an attempt whose thread has not come back in time.
	fn settle_if_overdue(&self, entry: &mut Entry) {
		if matches!(entry.state, State::Running { overdue } if overdue <= Instant::now()) {
			let verdict = Verdict::refused(FailureCode::Timeout);
			entry.state = State::Done(Box::new(self.sign(&entry.token, verdict)));
		}
	}
}

/// Whether two tokens ask for the same. The host may have moved on to another block meanwhile, the chain may have moved
/// the deadline, and its record may have taken the place of a handoff.
fn is_repetition(a: &JobToken, b: &JobToken) -> bool {
	let moved = JobToken {
		acted_on: b.acted_on,
		expires_at: b.expires_at,
		handoff: b.handoff.clone(),
		..a.clone()
	};
	moved == *b
}
