//! What the enclave knows of chains: which blocks are final, and which seats they gave to this enclave.
//!
//! A job token is its host's word. So that an enclave trusts the chain and not its host (DESIGN §6, "Job token"), it
//! follows GRANDPA itself, from the genesis block whose hash its evidence and every statement name, and looks up in the
//! state of a final block whether the chain assigned what the token says. The host only carries bytes:
//!
//! ```text
//! host                                                       enclave
//!  │ genesis header, proof of the first authorities ───────►  authorities, set 0
//!  │ header, justification; every change of authorities ───►  the last final block and its state root      (update)
//!  │ nodes of that state: Job and Order of some jobs ──────►  seats with this enclave's key, and their terms (prove)
//!  │ job token ────────────────────────────────────────────►  the same seat, the same terms?               (proven)
//! ```
//!
//! | what | who calls |
//! |---|---|
//! | [`Chains::update`] | `POST /v1/finality` |
//! | [`Chains::status`] | `GET /v1/finality/{genesis}` |
//! | [`Chains::prove`] | `POST /v1/assignments` |
//! | [`Chains::proven`] | whoever acknowledges or starts an attempt, before anything is signed or opened |
//!
//! Invariants:
//!
//! - **Only final state counts.** A proof is checked against the last final block that the enclave has seen, and no other.
//! - **Only the last word counts.** What is proved of a job replaces what was proved of it before: a seat that was taken
//!   away, and of which the enclave has been shown so, counts no longer. A host can withhold that, but then it can only
//!   have work done that the chain refuses.
//! - **Forward only.** A chain's last final block never becomes lower; an update or a proof that is refused changes nothing.
//! - **Bounded.** At most [`MAX_CHAINS`] chains, and on each the seats of at most [`MAX_PROVED`] jobs: those whose proof is
//!   oldest go first.
//!
//! **What a proof does not cover.** Of a token: jurisdiction, the clause's owner, what set the job off, lineage, deadline,
//! the block that the host acts on, and the handoff; the first five are in a statement or have no bearing on the
//! execution, and the last carries its sender's signature. And an enclave cannot tell whether what it is shown is *recent*:
//! it has no clock that its host does not control (`docs/light-client.md`).

mod records;
#[cfg(test)]
mod tests;

pub use records::{job_key, order_key, TokenField};

use crate::jobs::MAX_CHAINS;
use concordat_finality::{FinalityError, Tracker};
use concordat_primitives::{
	attest::SigningKey,
	enclave_api::{
		AssignmentProof, FinalityStatus, FinalityUpdate, GenesisProof, JobToken, MAX_LINKS,
		MAX_PROVED_JOBS,
	},
	Attempt, BlockNumber, Hash, JobId,
};
use records::Proved;
use std::{
	collections::{btree_map::Entry, BTreeMap},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Most jobs of one chain whose seats are remembered. A node sits on at most 64 at a time.
pub const MAX_PROVED: usize = 512;

/// Why an update or a proof is refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// The chain is followed only from its genesis block on, and that has not been shown.
	#[error("chain {0:?} is not followed yet: its genesis block has to be shown first")]
	UnknownChain(Hash),
	/// The enclave follows as many chains as it can.
	#[error("the enclave follows as many chains as it can, {MAX_CHAINS}")]
	TooManyChains,
	/// More links than one update may have.
	#[error("{0} links, where {MAX_LINKS} are allowed")]
	TooManyLinks(usize),
	/// More jobs than one proof may have.
	#[error("{0} jobs, where {MAX_PROVED_JOBS} are allowed")]
	TooManyJobs(usize),
	/// The genesis block or its authorities are not believed.
	#[error("the genesis block: {0}")]
	Anchor(#[source] FinalityError),
	/// A link is not believed.
	#[error("link {place}: {error}")]
	Link {
		/// Which, from 0.
		place: usize,
		/// Why.
		#[source]
		error: FinalityError,
	},
	/// The proof is against another block than the last final one.
	#[error("the proof is against {offered:?}, the last final block is {} ({:?})", held.0, held.1)]
	NotFinal {
		/// The last final block.
		held: (BlockNumber, Hash),
		/// The block that the proof names.
		offered: Hash,
	},
	/// The nodes prove nothing under the last final block's state root.
	#[error("the storage proof: {0}")]
	Proof(#[source] FinalityError),
	/// A record of the chain cannot be read: its layout is another than this enclave knows.
	#[error("the record of job {0} cannot be read")]
	Record(JobId),
}

impl ChainError {
	/// Stable name of the reason.
	pub const fn code(&self) -> &'static str {
		match self {
			Self::UnknownChain(_) => "unknown-chain",
			Self::TooManyChains => "too-many-chains",
			Self::TooManyLinks(_) => "too-many-links",
			Self::TooManyJobs(_) => "too-many-jobs",
			Self::Anchor(_) => "bad-genesis",
			Self::Link { error: FinalityError::WrongSet { .. }, .. } => "wrong-set",
			Self::Link { error: FinalityError::NotForward { .. }, .. } => "not-forward",
			Self::Link { .. } => "bad-link",
			Self::NotFinal { .. } => "not-final",
			Self::Proof(_) => "bad-proof",
			Self::Record(_) => "bad-record",
		}
	}

	/// HTTP status that goes with it.
	pub const fn status(&self) -> u16 {
		match self {
			Self::UnknownChain(_) => 404,
			Self::TooManyChains => 429,
			Self::TooManyLinks(_) | Self::TooManyJobs(_) => 400,
			// The host and the enclave are not at the same block: ask where it is, and try again.
			Self::Link {
				error: FinalityError::WrongSet { .. } | FinalityError::NotForward { .. },
				..
			}
			| Self::NotFinal { .. } => 409,
			Self::Anchor(_) | Self::Link { .. } | Self::Proof(_) | Self::Record(_) => 422,
		}
	}
}

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
	/// The chain is not followed.
	#[error("chain {0:?} is not followed")]
	UnknownChain(Hash),
	/// It has not been proved that this enclave sits on the job.
	#[error("no final block has been shown in which job {0} has a seat for this enclave")]
	UnknownJob(JobId),
	/// The enclave sits on the job, but not under this attempt.
	#[error(
		"attempt {attempt} of job {job} is none of this enclave's, as far as it has been shown"
	)]
	UnknownAttempt {
		/// Job.
		job: JobId,
		/// Attempt of the token.
		attempt: Attempt,
	},
	/// The chain assigned something else than the token says.
	#[error("the token's {} is not what the chain assigned", .0.name())]
	Differs(TokenField),
}

impl Unproven {
	/// Stable name of the reason.
	pub const fn code(&self) -> &'static str {
		match self {
			Self::UnknownChain(_) => "unproven-chain",
			Self::UnknownJob(_) => "unproven-job",
			Self::UnknownAttempt { .. } => "unproven-attempt",
			Self::Differs(_) => "unproven-terms",
		}
	}

	/// HTTP status that goes with it. What is not proved yet may be proved in a moment.
	pub const fn status(&self) -> u16 {
		match self {
			Self::UnknownChain(_) | Self::UnknownJob(_) | Self::UnknownAttempt { .. } => 425,
			Self::Differs(_) => 403,
		}
	}
}

/// One chain.
struct Followed {
	tracker: Tracker,
	proved: BTreeMap<JobId, Proved>,
	/// Numbers proofs, so that the oldest can be told.
	proofs: u64,
}

impl Followed {
	fn new(tracker: Tracker) -> Self {
		Self { tracker, proved: BTreeMap::new(), proofs: 0 }
	}

	fn status(&self) -> FinalityStatus {
		let authorities = self.tracker.authorities();
		FinalityStatus {
			finalized: self.tracker.finalized(),
			set_id: authorities.set_id(),
			authorities: u32::try_from(authorities.len()).unwrap_or(u32::MAX),
		}
	}

	/// Remembers what a proof says, and makes room.
	fn remember(&mut self, found: Vec<(JobId, Option<Proved>)>) -> usize {
		let mut seats = 0;
		for (job, proved) in found {
			match proved {
				Some(mut proved) => {
					seats += proved.seats();
					self.proofs = self.proofs.saturating_add(1);
					proved.proof = self.proofs;
					self.proved.insert(job, proved);
				},
				None => drop(self.proved.remove(&job)),
			}
		}
		while self.proved.len() > MAX_PROVED {
			let oldest = self.proved.iter().min_by_key(|(_, proved)| proved.proof);
			let Some(oldest) = oldest.map(|(job, _)| *job) else { break };
			self.proved.remove(&oldest);
		}
		seats
	}
}

/// The chains of one enclave. Cloning shares them. No lock is held while signatures are verified.
#[derive(Clone)]
pub struct Chains(Arc<Inner>);

struct Inner {
	own_key: SigningKey,
	chains: Mutex<BTreeMap<Hash, Followed>>,
}

impl Chains {
	/// Follows nothing yet. `own_key` is the key that this enclave signs with: seats under other keys are not its own.
	pub fn new(own_key: SigningKey) -> Self {
		Self(Arc::new(Inner { own_key, chains: Mutex::default() }))
	}

	/// Brings a chain forward, all links or none. The anchor is looked at only if the chain is not followed yet.
	///
	/// Verifies a signature for each vote: up to a second for a large set of authorities and many links.
	pub fn update(&self, update: FinalityUpdate) -> Result<FinalityStatus, ChainError> {
		let FinalityUpdate { genesis, anchor, links } = update;
		if links.len() > MAX_LINKS {
			return Err(ChainError::TooManyLinks(links.len()));
		}
		let held = {
			let chains = self.0.lock();
			let held = chains.get(&genesis).map(|chain| chain.tracker.clone());
			if held.is_none() && chains.len() >= MAX_CHAINS {
				return Err(ChainError::TooManyChains);
			}
			held
		};
		let mut tracker = match (held, anchor) {
			(Some(tracker), _) => tracker,
			(None, None) => return Err(ChainError::UnknownChain(genesis)),
			(None, Some(GenesisProof { header, nodes })) => {
				Tracker::start(genesis, &header, &nodes).map_err(ChainError::Anchor)?
			},
		};
		for (place, link) in links.iter().enumerate() {
			tracker
				.advance(&link.header, &link.justification)
				.map_err(|error| ChainError::Link { place, error })?;
		}
		self.adopt(genesis, tracker)
	}

	/// Takes over what an update has come to, meanwhile others may have come to more: both are right, and the higher one
	/// stays.
	fn adopt(&self, genesis: Hash, tracker: Tracker) -> Result<FinalityStatus, ChainError> {
		let mut chains = self.0.lock();
		let room = chains.len() < MAX_CHAINS;
		match chains.entry(genesis) {
			Entry::Occupied(mut known) => {
				let chain = known.get_mut();
				if chain.tracker.finalized().0 < tracker.finalized().0 {
					chain.tracker = tracker;
				}
				Ok(chain.status())
			},
			Entry::Vacant(_) if !room => Err(ChainError::TooManyChains),
			Entry::Vacant(free) => Ok(free.insert(Followed::new(tracker)).status()),
		}
	}

	/// What is final of a chain; nothing if it is not followed.
	pub fn status(&self, genesis: Hash) -> Option<FinalityStatus> {
		self.0.lock().get(&genesis).map(Followed::status)
	}

	/// Checks the nodes against the state root of the last final block, remembers the seats that are this enclave's with
	/// the terms of their jobs, and says how many there are. What was remembered of these jobs before is forgotten.
	pub fn prove(&self, proof: AssignmentProof) -> Result<usize, ChainError> {
		let AssignmentProof { genesis, block, jobs, nodes } = proof;
		if jobs.len() > MAX_PROVED_JOBS {
			return Err(ChainError::TooManyJobs(jobs.len()));
		}
		let mut chains = self.0.lock();
		let chain = chains.get_mut(&genesis).ok_or(ChainError::UnknownChain(genesis))?;
		let held = chain.tracker.finalized();
		if held.1 != block {
			return Err(ChainError::NotFinal { held, offered: block });
		}
		let keys: Vec<Vec<u8>> =
			jobs.iter().flat_map(|job| [job_key(*job), order_key(*job)]).collect();
		let values = chain.tracker.read(&nodes, &keys).map_err(ChainError::Proof)?;
		let found = jobs
			.iter()
			.zip(values.chunks(2))
			.map(|(job, records)| {
				let proved = match records {
					[Some(record), Some(order)] => Proved::read(record, order, &self.0.own_key)
						.map_err(|_| ChainError::Record(*job))?,
					// Pruned, or not there yet.
					[None, _] => None,
					_ => return Err(ChainError::Record(*job)),
				};
				Ok((*job, proved))
			})
			.collect::<Result<Vec<_>, ChainError>>()?;
		Ok(chain.remember(found))
	}

	/// Whether the chain has been proved to have assigned exactly this: job, attempt, nonce, node, lease and key, clause,
	/// program, input, capability, limits, ciphertext and its round, and the key of the output.
	pub fn proven(&self, token: &JobToken) -> Result<(), Unproven> {
		let chains = self.0.lock();
		let chain = chains.get(&token.genesis).ok_or(Unproven::UnknownChain(token.genesis))?;
		let proved = chain.proved.get(&token.job).ok_or(Unproven::UnknownJob(token.job))?;
		let seat = proved
			.seat(token.attempt)
			.ok_or(Unproven::UnknownAttempt { job: token.job, attempt: token.attempt })?;
		match proved.difference(seat, token) {
			None => Ok(()),
			Some(field) => Err(Unproven::Differs(field)),
		}
	}
}

impl Inner {
	/// The map is whole between any two statements, so a panic elsewhere has not broken it.
	fn lock(&self) -> MutexGuard<'_, BTreeMap<Hash, Followed>> {
		self.chains.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
