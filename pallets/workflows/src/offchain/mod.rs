//! The off-chain worker: has the enclaves of this node sign the handoffs that they owe, and brings them to the chain.
//!
//! It runs on every new best block of a node that hosts enclaves (the host writes their addresses to
//! [`concordat_primitives::enclave_api::ENDPOINTS_KEY`]). For each enclave it finds the jobs whose step before was run by its node and signed with its key
//! ([`Owed`]), and for each of their seats that has still to be handed over asks the enclave for its signature
//! (`POST /v1/handoffs`).
//!
//! - **Idempotent.** Submissions are locked per seat until they had their time to be included ([`locks`]); one run at a
//!   time, by a lock that expires.
//! - **Bounded.** A run ends after [`RUN_MILLIS`]; each answer after 16 KiB; each run begins with another enclave, so that one
//!   that hangs does not starve the others.
//! - **Distrustful.** What an enclave answers is decoded with limits and checked by the same function that the chain will
//!   use; what does not pass is logged and dropped.
//!
//! A handoff that does not come costs little: after its window the chain's record stands in.

mod locks;

use crate::{Call, Config, Owed, Pallet, StepJobs};
use alloc::{boxed::Box, format};
use codec::Encode;
use concordat_primitives::{
	enclave_api::Endpoint,
	handoff::{Handoff, HandoffState, RefusalSink, SignedHandoff, SignedRefusal},
	job::{JobTerms, Seat, SeatState},
	traits::{GenesisHash, Handoffs, JobBoard, LeaseInspect},
	worker::{self, decode, endpoints, Failure},
	BlockNumber, JobId, NodeId,
};
use core::fmt;
use frame_support::traits::Get;
use frame_system::offchain::SubmitTransaction;
use locks::{Kind, Lock};
use sp_io::offchain::timestamp;
use sp_runtime::offchain::{
	storage_lock::{StorageLock, Time},
	Duration, Timestamp,
};

const LOG_TARGET: &str = "concordat::worker";

/// Where the lock of a run is kept, in the node's persistent off-chain storage.
pub(crate) const RUN_LOCK_KEY: &[u8] = b"concordat/workflows/run/v1";
/// Time of a whole run: less than a slot.
pub const RUN_MILLIS: u64 = 1_000;
/// When the lock of a run that crashed expires.
const RUN_LOCK_MILLIS: u64 = 3_000;
/// Most time for one signature, within that of the run.
const SIGN_MILLIS: u64 = 500;

/// One run, over all enclaves of this node.
pub(crate) fn run<T: Config>(now: BlockNumber) {
	// The worker of quorum-results tells what is wrong with the list.
	let (endpoints, _) = endpoints();
	if endpoints.is_empty() {
		return;
	}
	let mut lock =
		StorageLock::<Time>::with_deadline(RUN_LOCK_KEY, Duration::from_millis(RUN_LOCK_MILLIS));
	let Ok(_guard) = lock.try_lock() else {
		log::debug!(target: LOG_TARGET, "block {now}: another run is under way");
		return;
	};
	let ends = timestamp().add(Duration::from_millis(RUN_MILLIS));
	let first = (now as usize).checked_rem(endpoints.len()).unwrap_or(0);
	for endpoint in endpoints.iter().cycle().skip(first).take(endpoints.len()) {
		if serve::<T>(endpoint, now, ends).is_none() {
			log::debug!(target: LOG_TARGET, "block {now}: out of time");
			return;
		}
	}
}

/// All that one enclave owes; `None` when the time is up.
fn serve<T: Config>(endpoint: &Endpoint, now: BlockNumber, ends: Timestamp) -> Option<()> {
	let Some(lease) = T::Leases::lease_of_key(&endpoint.signing_key) else { return Some(()) };
	for job in Owed::<T>::get(lease.node) {
		let Some(terms) = T::Jobs::terms(job).filter(|terms| terms.status.is_assigned()) else {
			continue;
		};
		for seat in &terms.seats {
			if timestamp() >= ends {
				return None;
			}
			let Some(handoff) = due::<T>(endpoint, lease.node, &terms, seat) else { continue };
			match hand_over::<T>(endpoint, handoff, now, ends) {
				Ok(()) => {},
				Err(Trouble::Locked) => {},
				Err(trouble) => {
					log::warn!(
						target: LOG_TARGET,
						"handoff of job {job} to node {} ({}): {trouble}",
						seat.node,
						endpoint.url,
					);
					if matches!(trouble, Trouble::Enclave(failure) if failure.is_silence()) {
						return Some(());
					}
				},
			}
		}
	}
	Some(())
}

/// Why a message was not submitted.
enum Trouble {
	/// The enclave could not be talked to.
	Enclave(Failure),
	/// The enclave would not, with this HTTP status.
	Refused(u16),
	/// Its answer makes no sense.
	Malformed,
	/// The chain would refuse it.
	Inadmissible(crate::Refusal),
	/// The same was submitted lately.
	Locked,
	/// The pool did not take it.
	Pool,
}

impl fmt::Display for Trouble {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Enclave(failure) => write!(f, "the enclave: {failure}"),
			Self::Refused(code) => write!(f, "the enclave refuses with HTTP status {code}"),
			Self::Malformed => f.write_str("the enclave's answer makes no sense"),
			Self::Inadmissible(refusal) => write!(f, "the chain would refuse it: {refusal:?}"),
			Self::Locked => f.write_str("done lately"),
			Self::Pool => f.write_str("the transaction pool did not take it"),
		}
	}
}

/// The handoff that a seat still waits for, if this enclave has the key that has to sign it.
fn due<T: Config>(
	endpoint: &Endpoint,
	node: NodeId,
	terms: &JobTerms,
	seat: &Seat,
) -> Option<Handoff> {
	let job: JobId = terms.job;
	let record = StepJobs::<T>::get(job)?;
	let sender = record.sender.filter(|sender| sender.key == endpoint.signing_key)?;
	let waits = !matches!(seat.state, SeatState::Delivered(_))
		&& matches!(
			<Pallet<T> as Handoffs>::state(job, seat.attempt, seat.node),
			HandoffState::Awaited { .. }
		);
	if !waits || sender.node != node {
		return None;
	}
	Some(Handoff {
		genesis: T::Genesis::genesis_hash(),
		workflow: record.workflow,
		step: record.step,
		from: node,
		to: seat.node,
		job,
		attempt: seat.attempt,
		nonce: seat.nonce,
		task: Pallet::<T>::task_of(terms)?,
		context: record.context,
	})
}

fn hand_over<T: Config>(
	endpoint: &Endpoint,
	handoff: Handoff,
	now: BlockNumber,
	ends: Timestamp,
) -> Result<(), Trouble> {
	let lock = Lock {
		kind: Kind::Handoff,
		node: handoff.from,
		job: handoff.job,
		seat: handoff.to,
		nonce: handoff.nonce,
		now,
	};
	if lock.held() {
		return Err(Trouble::Locked);
	}
	let url = format!("{}/v1/handoffs", endpoint.url.trim_end_matches('/'));
	let deadline = timestamp().add(Duration::from_millis(SIGN_MILLIS)).min(ends);
	let reply = worker::post(&url, handoff.encode(), deadline).map_err(Trouble::Enclave)?;
	if !reply.is_good() {
		return Err(Trouble::Refused(reply.code));
	}
	let signed: SignedHandoff = decode(&reply.body).ok_or(Trouble::Malformed)?;
	if signed.handoff != handoff {
		return Err(Trouble::Malformed);
	}
	Pallet::<T>::verify_handoff(&signed).map_err(Trouble::Inadmissible)?;
	submit::<T>(&lock, Call::hand_over { signed: Box::new(signed) })
}

/// Submits once per seat, and again only after the pool has had its time.
fn submit<T: Config>(lock: &Lock, call: Call<T>) -> Result<(), Trouble> {
	if !lock.acquire(T::AuthorizedLongevity::get().saturating_add(1)) {
		return Err(Trouble::Locked);
	}
	let transaction = T::create_authorized_transaction(call.into());
	if SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).is_err() {
		lock.release();
		return Err(Trouble::Pool);
	}
	log::info!(
		target: LOG_TARGET,
		"job {}, seat of node {}: {:?} by node {} submitted at block {}",
		lock.job,
		lock.seat,
		lock.kind,
		lock.node,
		lock.now,
	);
	Ok(())
}

impl<T: Config> RefusalSink for Pallet<T> {
	fn submit_refusal(signed: SignedRefusal) -> bool {
		let said = &signed.refusal;
		let lock = Lock {
			kind: if said.fault.blames_sender() { Kind::Objection } else { Kind::Refusal },
			node: said.node,
			job: said.job,
			seat: said.node,
			nonce: said.nonce,
			now: Pallet::<T>::now(),
		};
		let submitted = Pallet::<T>::verify_refusal(&signed)
			.map_err(Trouble::Inadmissible)
			.and_then(|()| submit::<T>(&lock, Call::refuse { signed: Box::new(signed) }));
		match submitted {
			Ok(()) => true,
			Err(Trouble::Locked) => false,
			Err(trouble) => {
				log::warn!(
					target: LOG_TARGET,
					"refusal of job {} by node {}: {trouble}",
					lock.job,
					lock.node,
				);
				false
			},
		}
	}
}
