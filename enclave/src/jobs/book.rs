//! What an enclave remembers of attempts, refusals and handoffs, and how much of it.

use super::{MAX_CHAINS, MAX_FAULTS, MAX_NODES};
use crate::refusal::Refusal;
use concordat_primitives::{
	cac::SignedCac,
	commit::{Salt, SignedCommitment},
	enclave_api::{JobToken, PollResponse},
	handoff::{HandoffFault, HandoffRefusal},
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	time::Instant,
};

/// Names an attempt. The nonce tells apart what a re-organisation of the chain assigned twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
	pub job: JobId,
	pub attempt: Attempt,
	pub nonce: Hash,
}

impl Key {
	pub fn of(token: &JobToken) -> Self {
		Self { job: token.job, attempt: token.attempt, nonce: token.nonce }
	}
}

pub(super) enum State {
	Running { overdue: Instant },
	Done(Box<Said>),
	Faulted(String),
}

/// What was said about an attempt: once, and the same whenever it is asked for.
#[derive(Clone)]
pub(super) struct Said {
	pub cac: SignedCac,
	/// Where the job commits to its results before it shows them.
	pub committed: Option<(SignedCommitment, Salt)>,
}

impl From<Said> for PollResponse {
	fn from(Said { cac, committed }: Said) -> Self {
		match committed {
			None => Self::Done(cac),
			Some((commitment, salt)) => Self::Committed { commitment, salt, cac },
		}
	}
}

pub(super) struct Entry {
	pub token: JobToken,
	pub state: State,
	/// Tells the run that may finish this entry from earlier ones.
	pub run: u64,
}

/// What is known of an attempt.
pub(super) enum Known {
	/// Nothing.
	No,
	/// Its host failed; it may start again.
	Faulted { expires_at: BlockNumber },
	/// It runs, or is done.
	Started,
}

/// A fault that the enclave has found with an attempt.
pub(super) struct Fault {
	pub refusal: HandoffRefusal,
	/// Whether the refusal was signed: then it is the attempt's statement.
	pub signed: bool,
}

#[derive(Default)]
pub(super) struct Book {
	pub entries: HashMap<Key, Entry>,
	pub running: usize,
	pub runs: u64,
	pub chains: HashMap<Hash, Chain>,
	/// The oldest job first; at most [`MAX_FAULTS`].
	pub faults: BTreeMap<Key, Fault>,
}

/// What was said on one chain.
#[derive(Default)]
pub(super) struct Chain {
	/// What was signed and forgotten.
	pub forgotten: Forgotten,
	/// Nodes for which an attempt ended with an output; at most [`MAX_NODES`].
	pub nodes: BTreeSet<NodeId>,
	pub handoffs: Handoffs,
}

/// What was signed and forgotten on one chain.
#[derive(Default)]
pub(super) struct Forgotten {
	/// Names of attempts, the oldest job first.
	pub names: BTreeSet<Key>,
	/// Attempts of this job and of older ones may have been signed although their names are gone.
	pub floor: Option<JobId>,
}

impl Forgotten {
	pub fn may_hold(&self, key: &Key) -> bool {
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

/// Handoffs that were signed on one chain, by the receiver's attempt and the receiver: all seats of a round share attempt
/// and nonce.
#[derive(Default)]
pub(super) struct Handoffs {
	given: BTreeMap<(Key, NodeId), Hash>,
	/// Handoffs to attempts of this job and of older ones may have been signed although nothing is left of them.
	floor: Option<JobId>,
}

impl Handoffs {
	/// Whether this handoff to a node may be signed; remembers it, and at most `room` of them.
	pub fn give(&mut self, key: Key, to: NodeId, digest: Hash, room: usize) -> Result<(), Refusal> {
		match self.given.get(&(key, to)) {
			Some(given) if *given == digest => return Ok(()),
			Some(_) => return Err(Refusal::Conflict),
			None => {},
		}
		if self.floor.is_some_and(|floor| key.job <= floor) {
			return Err(Refusal::Forgotten);
		}
		self.given.insert((key, to), digest);
		while self.given.len() > room {
			let Some(((oldest, _), _)) = self.given.pop_first() else { break };
			self.floor = self.floor.max(Some(oldest.job));
		}
		Ok(())
	}
}

impl Book {
	/// What was said on a chain; begins with a chain that is new, if there is room for one.
	pub fn chain(&mut self, genesis: Hash) -> Result<&mut Chain, Refusal> {
		if !self.chains.contains_key(&genesis) && self.chains.len() >= MAX_CHAINS {
			return Err(Refusal::TooManyChains);
		}
		Ok(self.chains.entry(genesis).or_default())
	}

	/// Makes room for one attempt: of those that are not running, the one that expires first goes. If it was
	/// signed, its name stays, one of at most `names`.
	pub fn forget_one(&mut self, names: usize) -> Result<(), Refusal> {
		let first = self
			.entries
			.iter()
			.filter(|(_, entry)| !matches!(entry.state, State::Running { .. }))
			.map(|(key, entry)| (entry.token.expires_at, *key))
			.min();
		let Some((_, key)) = first else { return Err(Refusal::Busy) };
		if let Some(Entry { token, state: State::Done(_), .. }) = self.entries.remove(&key) {
			self.chains.entry(token.genesis).or_default().forgotten.add(key, names);
		}
		Ok(())
	}

	/// The fault with which an attempt was refused for good.
	pub fn signed_fault(&self, key: &Key) -> Option<HandoffFault> {
		self.signed_refusal(key).map(|refusal| refusal.fault)
	}

	/// What was signed about the seat of an attempt.
	pub fn signed_refusal(&self, key: &Key) -> Option<&HandoffRefusal> {
		self.faults.get(key).filter(|fault| fault.signed).map(|fault| &fault.refusal)
	}

	/// Remembers a fault, unless one was signed for the same attempt. The oldest job's goes when there are too many; if it
	/// was signed, the attempt's name stays, one of at most `names`.
	pub fn note(&mut self, refusal: HandoffRefusal, names: usize) {
		let key = Key { job: refusal.job, attempt: refusal.attempt, nonce: refusal.nonce };
		if self.signed_fault(&key).is_some() {
			return;
		}
		self.faults.insert(key, Fault { refusal, signed: false });
		while self.faults.len() > MAX_FAULTS {
			let Some((oldest, fault)) = self.faults.pop_first() else { return };
			if fault.signed {
				let chain = self.chains.entry(fault.refusal.genesis).or_default();
				chain.forgotten.add(oldest, names);
			}
		}
	}

	/// An attempt of this node ended with an output.
	pub fn may_hand_over(&mut self, genesis: Hash, node: NodeId) {
		let nodes = &mut self.chains.entry(genesis).or_default().nodes;
		if nodes.len() < MAX_NODES {
			nodes.insert(node);
		} else if !nodes.contains(&node) {
			log::warn!(
				"node {node}: no handoffs, this enclave has run jobs for {MAX_NODES} others"
			);
		}
	}
}
