//! The off-chain worker: carries jobs to the enclaves of this node and their answers back.
//!
//! It runs on every new best block of a node that hosts enclaves (the host writes their addresses to
//! [`concordat_primitives::enclave_api::ENDPOINTS_KEY`]), asks the chain which seats those enclaves have, and for each seat
//!
//! 1. asks the enclave about `(job, attempt, nonce)`;
//! 2. where it knows nothing (or its host failed and nothing was signed), hands the job over and submits the acknowledgement that comes back;
//! 3. where it is still running, makes sure that the seat is acknowledged;
//! 4. where it is done, submits the certificate; or, where results are committed to before they are shown, the commitment,
//!    and the certificate with its salt once the chain takes them, in the first block that does ([`committing`]).
//!
//! At the end it asks the enclaves of the jobs it has just started once more, for a moment, so that a quick clause
//! delivers in the block that acknowledges it. It never waits for a program: what is not done is collected in a later
//! block.
//!
//! - **Idempotent.** Handing over is idempotent on the side of the enclave; submissions are locked per seat until they
//!   had their time to be included ([`locks`]); one run at a time, by a lock that expires.
//! - **Bounded.** A run ends after 1.5 s, each answer after 16 KiB, and each run begins with
//!   another enclave, so that one that hangs does not starve the others.
//! - **Distrustful.** What an enclave answers is decoded with limits and checked by the same function that the chain
//!   will use; what does not pass is logged and dropped.
//! - **Patient.** Programs, inputs, ciphertexts and outputs of predecessors that are kept elsewhere are fetched by the host
//!   ([`elsewhere`]). While it looks for them the enclave takes the seat without starting anything. What is not there
//!   [`LAST_CALL_BLOCKS`] before the delivery is due, or can never be, is not waited for: the enclave gets nothing in its
//!   place and signs `ContentUnavailable`, which blames nobody and, where others have the bytes, costs the job nothing.
//!   Silence would cost an honest node its seat and its standing. The seat is taken in the same way while the node that ran
//!   the step before has still to hand over, and while the enclave has no proof yet that the chain has assigned the job.
//! - **Faithful.** What was committed to is kept in the node until it has been shown ([`kept`]): neither a restart of the
//!   enclave nor one of the node, nor a re-organisation that takes back the commitment, costs the seat.
//! - **Frank.** An enclave that refuses a handoff signs why, and the refusal goes to the chain ([`refusing`]): the next
//!   best node has the seat at once, not after a deadline.
//!
//! | module | holds |
//! |---|---|
//! | `request` | what an enclave is handed: token, program, input or ciphertext, outputs of predecessors |
//! | `refusing` | what an enclave answers that does not take a job |
//! | `elsewhere` | what the chain does not keep |
//! | `committing` | results that are committed to before they are shown |
//! | `kept` | what was committed to and has still to be shown |
//! | `locks` | what was done lately |

pub(crate) mod committing;
mod elsewhere;
pub(crate) mod kept;
pub(crate) mod locks;
pub(crate) mod refusing;
mod request;

use crate::{verify::CacRefusal, Call, Config, Pallet};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use codec::Encode;
use committing::Phase;
use concordat_primitives::{
	cac::{SignedAck, SignedCac},
	content::BodyId,
	enclave_api::{Endpoint, JobToken, PollResponse},
	job::{Seat, SeatState},
	traits::{JobBoard, LeaseInspect},
	worker::{self, decode, endpoints, Failure},
	BlockNumber, JobId,
};
use core::{fmt, marker::PhantomData};
use frame_system::offchain::SubmitTransaction;
use kept::{Committed, Name};
use locks::{Locks, Stage};
use refusing::Reason;
use request::Request;
use sp_io::offchain::{sleep_until, timestamp};
use sp_runtime::offchain::{
	storage_lock::{StorageLock, Time},
	Duration, Timestamp,
};

const LOG_TARGET: &str = "concordat::worker";

/// Where the lock of a run is kept, in the node's persistent off-chain storage.
pub(crate) const RUN_LOCK_KEY: &[u8] = b"concordat/quorum-results/run/v1";
/// Time of a whole run: less than a slot.
pub(crate) const RUN_MILLIS: u64 = 1_500;
/// When the lock of a run that crashed expires.
pub(crate) const RUN_LOCK_MILLIS: u64 = 4_000;
/// Most time for handing a job over, within that of the run.
const START_MILLIS: u64 = 2_000;
/// Most time for asking about a job, within that of the run.
const POLL_MILLIS: u64 = 1_000;
/// Time at the end of a run for what it has just started.
pub(crate) const COLLECT_MILLIS: u64 = 400;
/// Pause between two questions in that time.
pub(crate) const COLLECT_PAUSE_MILLIS: u64 = 100;
/// Blocks for which a job is not handed over again after the enclave would not have it.
const START_LOCK_BLOCKS: BlockNumber = 3;
/// So many blocks before a delivery is due, the worker stops waiting for what is kept elsewhere: one to hand the job
/// over, one for the certificate to travel, one to include it, and one to spare.
pub(crate) const LAST_CALL_BLOCKS: BlockNumber = 4;

/// Why a seat was left alone in this run.
enum Trouble {
	/// The enclave could not be talked to.
	Enclave(Failure),
	/// The enclave would not, with this HTTP status.
	Refused(u16),
	/// The enclave's answer makes no sense.
	Malformed(&'static str),
	/// The chain would refuse what the enclave signed.
	Inadmissible(CacRefusal),
	/// The host lacks what the job needs.
	Missing(&'static str),
	/// The input is sealed, and not for this node.
	NoKey,
	/// The same was done lately.
	Locked,
	/// The pool did not take it.
	Pool,
}

impl fmt::Display for Trouble {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Enclave(failure) => write!(f, "the enclave: {failure}"),
			Self::Refused(code) => write!(f, "the enclave refuses with HTTP status {code}"),
			Self::Malformed(what) => write!(f, "the enclave's answer makes no sense: {what}"),
			Self::Inadmissible(refusal) => write!(f, "the chain would refuse it: {refusal:?}"),
			Self::Missing(what) => write!(f, "cannot be run here: {what}"),
			Self::NoKey => f.write_str("cannot be run here: its input is not sealed to this node"),
			Self::Locked => f.write_str("done lately"),
			Self::Pool => f.write_str("the transaction pool did not take it"),
		}
	}
}

impl From<Failure> for Trouble {
	fn from(failure: Failure) -> Self {
		Self::Enclave(failure)
	}
}

/// What an enclave knows of a job.
enum Known {
	/// Nothing that it has signed or is working on.
	Nothing,
	/// It is running.
	Running,
	/// It is done.
	Done(Box<SignedCac>),
	/// It is done, and commits to it before it shows it.
	Committed(Box<Committed>),
}

/// What became of a seat in this run.
enum Attended {
	/// Its job was handed over just now.
	Started,
	/// Its job cannot be handed over before the host has found these.
	Awaiting(Vec<BodyId>),
	/// All that could be done in this block is done.
	Done,
}

/// One seat and the enclave that has to fill it.
struct Task {
	url: String,
	job: JobId,
	seat: Seat,
	locks: Locks,
	phase: Phase,
}

impl Task {
	fn jobs_url(&self) -> String {
		format!("{}/v1/jobs", self.url.trim_end_matches('/'))
	}

	fn acks_url(&self) -> String {
		format!("{}/v1/acks", self.url.trim_end_matches('/'))
	}

	fn refusals_url(&self) -> String {
		format!("{}/v1/refusals", self.url.trim_end_matches('/'))
	}

	fn job_url(&self) -> String {
		format!("{}/{}/{}/{:x}", self.jobs_url(), self.job, self.seat.attempt, self.seat.nonce)
	}

	fn log(&self, trouble: &Trouble) {
		let Self { url, job, seat, .. } = self;
		let (node, attempt) = (seat.node, seat.attempt);
		match trouble {
			Trouble::Locked => log::trace!(
				target: LOG_TARGET,
				"job {job}, attempt {attempt}, node {node}: {trouble}"
			),
			_ => log::warn!(
				target: LOG_TARGET,
				"job {job}, attempt {attempt}, node {node} ({url}): {trouble}"
			),
		}
	}
}

/// One run, over all enclaves of this node.
pub(crate) fn run<T: Config>(now: BlockNumber) {
	let (endpoints, complaint) = endpoints();
	if let Some(complaint) = complaint {
		log::error!(target: LOG_TARGET, "{complaint}");
	}
	// An enclave that is not there any more may have left something.
	if endpoints.is_empty() && kept::names().is_empty() {
		return;
	}
	let mut lock =
		StorageLock::<Time>::with_deadline(RUN_LOCK_KEY, Duration::from_millis(RUN_LOCK_MILLIS));
	let Ok(_guard) = lock.try_lock() else {
		log::debug!(target: LOG_TARGET, "block {now}: another run is under way");
		return;
	};
	let mut run = Run::<T> {
		now,
		ends: in_millis(RUN_MILLIS),
		wishes: elsewhere::List::default(),
		kept: Vec::new(),
		refused: Vec::new(),
		_chain: PhantomData,
	};
	// What is due there asks nobody and cannot wait.
	run.see_to_kept();
	let first = (now as usize).checked_rem(endpoints.len()).unwrap_or(0);
	let mut open = Vec::new();
	for endpoint in endpoints.iter().cycle().skip(first).take(endpoints.len()) {
		run.serve(endpoint, &mut open);
	}
	run.wishes.publish();
	run.collect(open);
	run.insist();
}

fn in_millis(millis: u64) -> Timestamp {
	timestamp().add(Duration::from_millis(millis))
}

/// A run: its clock, what it lacks, and what it need not ask for.
struct Run<T> {
	now: BlockNumber,
	ends: Timestamp,
	wishes: elsewhere::List,
	/// Results that are kept here for seats of which the chain still wants them.
	kept: Vec<Name>,
	/// Those of them that the pool has not taken.
	refused: Vec<Name>,
	_chain: PhantomData<T>,
}

impl<T: Config> Run<T> {
	/// `millis` from now, but never after the end of the run.
	fn deadline(&self, millis: u64) -> Timestamp {
		in_millis(millis).min(self.ends)
	}

	fn is_over(&self) -> bool {
		timestamp() >= self.ends
	}

	/// All seats of one enclave.
	fn serve(&mut self, endpoint: &Endpoint, open: &mut Vec<(Task, Attended)>) {
		let Some(lease) = T::Leases::lease_of_key(&endpoint.signing_key) else {
			log::debug!(target: LOG_TARGET, "{}: no lease for its key", endpoint.url);
			return;
		};
		for job in T::Jobs::assignments(lease.node) {
			if self.is_over() {
				log::debug!(target: LOG_TARGET, "block {}: out of time", self.now);
				return;
			}
			let Some(terms) = T::Jobs::terms(job).filter(|terms| terms.status.is_assigned()) else {
				continue;
			};
			let seat = terms.seats.iter().find(|seat| {
				seat.node == lease.node
					&& seat.signing_key == endpoint.signing_key
					&& !matches!(seat.state, SeatState::Delivered(_))
					&& terms.counts(seat)
			});
			let Some(seat) = seat else { continue };
			let task = Task {
				url: endpoint.url.clone(),
				job,
				seat: seat.clone(),
				locks: Locks::of(seat.node, job, seat.nonce, self.now),
				phase: Phase::of(&terms, seat, self.now),
			};
			if self.kept.contains(&task.name()) {
				continue;
			}
			match self.attend(&task) {
				Ok(Attended::Done) => {},
				Ok(stage) => open.push((task, stage)),
				Err(trouble) => {
					task.log(&trouble);
					// No use in asking the same enclave about its other jobs.
					if matches!(trouble, Trouble::Enclave(failure) if failure.is_silence()) {
						return;
					}
				},
			}
		}
	}

	/// One seat.
	fn attend(&mut self, task: &Task) -> Result<Attended, Trouble> {
		// Delivered, or given back: there is nothing left to do for this seat. A handoff that was objected to is another
		// matter: the seat stays.
		if task.locks.held(Stage::Deliver) || task.locks.held(Stage::Refuse) {
			return Err(Trouble::Locked);
		}
		match task.phase {
			Phase::Committed => return Ok(Attended::Done),
			Phase::Commit if task.locks.held(Stage::Commit) => return Err(Trouble::Locked),
			Phase::Reveal(_) if task.locks.held(Stage::Reveal) => return Err(Trouble::Locked),
			_ => {},
		}
		let known = self.ask(task, self.deadline(POLL_MILLIS))?;
		if let Phase::Reveal(from) = task.phase {
			let Known::Committed(committed) = known else {
				return Err(Trouble::Missing("neither node nor enclave has what it committed to"));
			};
			return self.reveal(task, from, *committed).map(|()| Attended::Done);
		}
		match known {
			Known::Nothing => self.hand_over(task),
			Known::Running => {
				if self.wants_acknowledgement(task) {
					// Handing over again gives the same acknowledgement again.
					self.hand_over(task)?;
				}
				Ok(Attended::Done)
			},
			done => self.conclude(task, done),
		}
	}

	/// Brings to the chain what came out, in the way in which the job wants it.
	fn conclude(&self, task: &Task, done: Known) -> Result<Attended, Trouble> {
		match (task.phase, done) {
			(Phase::Deliver, Known::Done(cac)) => self.deliver(task, cac)?,
			(Phase::Commit, Known::Committed(committed)) => self.commit(task, &committed)?,
			// To show it bare would give it away, and the chain would not have it.
			(_, Known::Done(_)) => {
				return Err(Trouble::Malformed("a result that is not committed to"))
			},
			_ => return Err(Trouble::Malformed("a commitment that nobody asked for")),
		}
		Ok(Attended::Done)
	}

	/// Whether the seat is to be acknowledged, and no acknowledgement is under way.
	fn wants_acknowledgement(&self, task: &Task) -> bool {
		task.seat.state == SeatState::Assigned && !task.locks.held(Stage::Acknowledge)
	}

	/// For a moment, asks about what was just started, and hands over what the host has just found.
	fn collect(&mut self, mut open: Vec<(Task, Attended)>) {
		let until = self.deadline(COLLECT_MILLIS);
		loop {
			let next = in_millis(COLLECT_PAUSE_MILLIS);
			if open.is_empty() || next >= until {
				return;
			}
			sleep_until(next);
			open.retain_mut(|(task, stage)| {
				if timestamp() >= until {
					return false;
				}
				match self.follow_up(task, stage, until) {
					Ok(Attended::Done) => false,
					Ok(next) => {
						*stage = next;
						true
					},
					Err(trouble) => {
						task.log(&trouble);
						false
					},
				}
			});
		}
	}

	/// The next step with a job that this run has begun with.
	fn follow_up(
		&mut self,
		task: &Task,
		stage: &Attended,
		until: Timestamp,
	) -> Result<Attended, Trouble> {
		if let Attended::Awaiting(bodies) = stage {
			let served = elsewhere::served().unwrap_or_default();
			if bodies.iter().all(|body| served.contains(body)) {
				return self.hand_over(task);
			}
			return Ok(Attended::Awaiting(bodies.clone()));
		}
		match self.ask(task, until)? {
			Known::Running => Ok(Attended::Started),
			Known::Nothing => Err(Trouble::Malformed("it does not run what it has taken")),
			done => self.conclude(task, done),
		}
	}

	/// What the enclave knows of the job.
	fn ask(&self, task: &Task, deadline: Timestamp) -> Result<Known, Trouble> {
		let reply = worker::get(&task.job_url(), deadline)?;
		// It never heard of the job, or it could not run it and has signed nothing: both begin anew.
		if matches!(reply.code, 404 | 500) {
			return Ok(Known::Nothing);
		}
		if !reply.is_good() {
			return Err(Trouble::Refused(reply.code));
		}
		match decode::<PollResponse>(&reply.body) {
			Some(PollResponse::Pending) => Ok(Known::Running),
			Some(PollResponse::Done(cac)) => Ok(Known::Done(Box::new(cac))),
			Some(PollResponse::Committed { commitment, salt, cac }) => {
				Ok(Known::Committed(Box::new(Committed { commitment, salt, cac })))
			},
			None => Err(Trouble::Malformed("not a poll response")),
		}
	}

	/// Hands the job over, if all that it needs is here, and submits the acknowledgement.
	fn hand_over(&mut self, task: &Task) -> Result<Attended, Trouble> {
		if !task.locks.acquire(Stage::Start, START_LOCK_BLOCKS) {
			return Err(Trouble::Locked);
		}
		// What is missing now will be missing in the next block: the lock stays.
		let request = match self.request(task)? {
			Request::Whole(request) => request,
			Request::Awaiting(token, bodies) => {
				task.locks.release(Stage::Start);
				self.take_seat(task, &token)?;
				return Ok(Attended::Awaiting(bodies));
			},
			Request::HandoffAwaited(token) => {
				task.locks.release(Stage::Start);
				self.take_seat(task, &token)?;
				return Ok(Attended::Done);
			},
		};
		let reply = worker::post(&task.jobs_url(), request.encode(), self.deadline(START_MILLIS));
		let may_do_later = match &reply {
			Ok(reply) => reply.is_good() || matches!(reply.code, 408 | 425 | 429 | 500 | 503),
			Err(_) => true,
		};
		if may_do_later {
			task.locks.release(Stage::Start);
		}
		let reply = reply?;
		if !reply.is_good() {
			return match Reason::of(&reply) {
				Reason::Unproven => {
					// The next block tries again; the chain need not wonder meanwhile.
					log::debug!(target: LOG_TARGET, "job {}: not proved to the enclave yet", task.job);
					self.take_seat(task, &request.token).map(|()| Attended::Done)
				},
				Reason::Handoff(fault) => {
					self.refuse(task, &request.token, fault, reply.code).map(|()| Attended::Done)
				},
				Reason::Other(status) => Err(Trouble::Refused(status)),
			};
		}
		self.take_acknowledgement(task, reply)?;
		Ok(Attended::Started)
	}

	/// Has the enclave take a seat whose job it cannot start yet, where the chain still waits to hear so.
	fn take_seat(&self, task: &Task, token: &JobToken) -> Result<(), Trouble> {
		if !self.wants_acknowledgement(task) {
			return Ok(());
		}
		let reply = worker::post(&task.acks_url(), token.encode(), self.deadline(POLL_MILLIS))?;
		if !reply.is_good() {
			return match Reason::of(&reply) {
				Reason::Unproven => Ok(()),
				Reason::Handoff(fault) => self.refuse(task, token, fault, reply.code),
				Reason::Other(status) => Err(Trouble::Refused(status)),
			};
		}
		self.take_acknowledgement(task, reply)
	}

	/// Submits the acknowledgement that the enclave has answered with.
	fn take_acknowledgement(&self, task: &Task, reply: worker::Reply) -> Result<(), Trouble> {
		if !reply.is_good() {
			return Err(Trouble::Refused(reply.code));
		}
		let ack: SignedAck =
			decode(&reply.body).ok_or(Trouble::Malformed("not an acknowledgement"))?;
		self.acknowledge(task, ack)
	}

	/// Submits an acknowledgement, where the seat still waits for one.
	fn acknowledge(&self, task: &Task, ack: SignedAck) -> Result<(), Trouble> {
		if !self.wants_acknowledgement(task) {
			return Ok(());
		}
		let said = &ack.ack;
		if (said.job, said.attempt, said.node) != (task.job, task.seat.attempt, task.seat.node) {
			return Err(Trouble::Malformed("an acknowledgement of something else"));
		}
		Pallet::<T>::verify_ack(&ack).map_err(Trouble::Inadmissible)?;
		self.submit(task, Stage::Acknowledge, Call::acknowledge { signed: ack })
	}

	/// Submits a certificate.
	fn deliver(&self, task: &Task, cac: Box<SignedCac>) -> Result<(), Trouble> {
		let said = cac.statement.body();
		if (said.job, said.attempt, said.node) != (task.job, task.seat.attempt, task.seat.node) {
			return Err(Trouble::Malformed("a certificate of something else"));
		}
		Pallet::<T>::verify_cac(&cac).map_err(Trouble::Inadmissible)?;
		self.submit(task, Stage::Deliver, Call::submit_cac { cac })
	}

	/// Submits once per stage, and again only after the pool has had its time.
	fn submit(&self, task: &Task, stage: Stage, call: Call<T>) -> Result<(), Trouble> {
		if !task.locks.acquire(stage, Self::lock_blocks(stage)) {
			return Err(Trouble::Locked);
		}
		let transaction = T::create_authorized_transaction(call.into());
		if SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).is_err() {
			task.locks.release(stage);
			return Err(Trouble::Pool);
		}
		let (job, seat) = (task.job, &task.seat);
		log::info!(
			target: LOG_TARGET,
			"job {job}, attempt {}, node {}: {stage:?} submitted at block {}",
			seat.attempt,
			seat.node,
			self.now
		);
		Ok(())
	}
}
