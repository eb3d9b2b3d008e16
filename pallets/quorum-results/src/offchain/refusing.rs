//! What an enclave answers that does not take a job: seats that are not proved yet, and handoffs that it refuses.

use super::{locks::Stage, Run, Task, Trouble, LOG_TARGET, POLL_MILLIS};
use crate::{verify::CacRefusal, Config};
use codec::Encode;
use concordat_primitives::{
	enclave_api::JobToken,
	handoff::{HandoffFault, HandoffRefusal, RefusalSink, SignedRefusal},
	traits::JobBoard,
	worker::{self, decode},
	workflow::JobParent,
	Hash,
};
use frame_support::traits::Get;

/// HTTP status of an enclave that waits for the proof that the chain has assigned the job.
const UNPROVEN: u16 = 425;

/// Why an enclave does not start a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
	/// It has no proof yet that the chain has assigned the job. The host brings it as soon as the block is final.
	Unproven,
	/// It does not take the handoff.
	Handoff(HandoffFault),
	/// Something else, with this HTTP status.
	Other(u16),
}

impl Reason {
	/// What a refusal says.
	pub(crate) fn of(reply: &worker::Reply) -> Self {
		match (reply.code, code(&reply.body)) {
			(UNPROVEN, _) => Self::Unproven,
			(_, Some(b"handoff-invalid-signature")) => {
				Self::Handoff(HandoffFault::InvalidSignature)
			},
			(_, Some(b"handoff-missing-capability")) => {
				Self::Handoff(HandoffFault::MissingCapability)
			},
			(_, Some(b"handoff-overloaded")) => Self::Handoff(HandoffFault::Overloaded),
			(_, Some(b"handoff-wrong-task")) => Self::Handoff(HandoffFault::WrongTask),
			(status, _) => Self::Other(status),
		}
	}
}

/// The code of a refusal: the value of the first member of a JSON object, if it is called `code` and needs no escapes.
/// That is how the enclave writes it; whatever else it is, there is no code in it.
fn code(body: &[u8]) -> Option<&[u8]> {
	let rest = after(body, b"{")?;
	let rest = after(rest, b"\"code\"")?;
	let rest = after(rest, b":")?;
	let rest = after(rest, b"\"")?;
	let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
	let (code, rest) = rest.split_at(end);
	rest.starts_with(b"\"").then_some(code)
}

/// What follows `token`, which may stand after white space.
fn after<'a>(bytes: &'a [u8], token: &[u8]) -> Option<&'a [u8]> {
	bytes.trim_ascii_start().strip_prefix(token)
}

impl<T: Config> Run<T> {
	/// Has the enclave sign that it does not take the seat of a workflow's step, and why, and brings that to the chain once
	/// per seat. If the fault is its own, the next best node can have the seat at once, and this one loses nothing. If it is
	/// the sender's, the seat stays, and waits for another handoff or for the chain's record to stand in.
	pub(super) fn refuse(
		&self,
		task: &Task,
		token: &JobToken,
		fault: HandoffFault,
		status: u16,
	) -> Result<(), Trouble> {
		// Whoever asked for a single job is not told why a node has no time for it: there it is a refusal like any other.
		let parent = T::Jobs::work(task.job).and_then(|work| work.parent);
		if !matches!(parent, Some(JobParent::Workflow { .. })) {
			return Err(Trouble::Refused(status));
		}
		let stage = if fault.blames_sender() { Stage::Object } else { Stage::Refuse };
		if task.locks.held(stage) {
			return Err(Trouble::Locked);
		}
		let handoff = match &token.handoff {
			Some(handoff) => handoff.signed.handoff.digest(),
			None if fault.blames_sender() => {
				return Err(Trouble::Malformed("it refuses a handoff that it was not given"))
			},
			None => Hash::zero(),
		};
		let refusal = HandoffRefusal {
			genesis: token.genesis,
			job: token.job,
			attempt: token.attempt,
			nonce: token.nonce,
			node: token.node,
			handoff,
			fault,
		};
		let deadline = self.deadline(POLL_MILLIS);
		let reply = worker::post(&task.refusals_url(), refusal.encode(), deadline)?;
		if matches!(reply.code, 404 | UNPROVEN) {
			// It signs against nobody before the chain is proved to have given the seat: the next block asks again.
			log::debug!(target: LOG_TARGET, "job {}: {fault:?} is not signed yet", task.job);
			return Ok(());
		}
		if !reply.is_good() {
			return Err(Trouble::Refused(reply.code));
		}
		let signed: SignedRefusal =
			decode(&reply.body).ok_or(Trouble::Malformed("not a refusal"))?;
		if signed.refusal != refusal {
			return Err(Trouble::Malformed("a refusal of something else"));
		}
		if !signed.verify(&task.seat.signing_key) {
			return Err(Trouble::Inadmissible(CacRefusal::BadSignature));
		}
		let blocks = T::AuthorizedLongevity::get().saturating_add(1);
		if !task.locks.acquire(stage, blocks) {
			return Err(Trouble::Locked);
		}
		if !T::Refusals::submit_refusal(signed) {
			task.locks.release(stage);
			return Err(Trouble::Pool);
		}
		// What comes next for the seat may come with the next block.
		task.locks.release(Stage::Start);
		log::info!(
			target: LOG_TARGET,
			"job {}, attempt {}, node {}: the enclave refuses ({fault:?}); submitted at block {}",
			task.job,
			task.seat.attempt,
			task.seat.node,
			self.now
		);
		Ok(())
	}
}
