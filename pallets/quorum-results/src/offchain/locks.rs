//! What the worker has done lately and need not do again.
//!
//! The worker runs on every new best block, on several threads, and again after a re-organisation. A lock per seat and
//! stage says "done at that block, wait for inclusion until this one". Locks live in the *persistent* off-chain storage
//! of the node (the fork-aware kind does not exist there), one small table per node, so that old ones are swept out by
//! the next write and nothing piles up. A crash leaves locks behind; they expire.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use concordat_primitives::{BlockNumber, Hash, JobId, NodeId};
use sp_runtime::offchain::storage::{StorageRetrievalError, StorageValueRef};

/// Prefix of the tables; the node's number follows in SCALE.
pub(crate) const LOCKS_PREFIX: &[u8] = b"concordat/quorum-results/locks/v1/";
/// Most locks of one node at a time.
const MAX_LOCKS: usize = 1_024;

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Stage {
	/// Handing the job to the enclave.
	Start,
	/// Submitting the acknowledgement.
	Acknowledge,
	/// Submitting the certificate.
	Deliver,
	/// Submitting that the enclave does not take the seat.
	Refuse,
	/// Submitting that the handoff of the seat is not good.
	Object,
	/// Submitting the commitment to a result.
	Commit,
	/// Submitting what opens it.
	Reveal,
}

/// One lock.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Entry {
	job: JobId,
	/// Of the attempt: after a re-org the same attempt has another one, and is another piece of work.
	nonce: Hash,
	stage: Stage,
	/// Block in which it was taken.
	taken: BlockNumber,
	/// First block at which it is free again.
	until: BlockNumber,
}

impl Entry {
	// A lock "taken" later than now was taken on a chain that is gone.
	fn lives(&self, now: BlockNumber) -> bool {
		self.taken <= now && now < self.until
	}
}

/// The locks of one seat.
pub(crate) struct Locks {
	key: Vec<u8>,
	job: JobId,
	nonce: Hash,
	now: BlockNumber,
}

impl Locks {
	/// The locks of `node`'s seat in `job`, as of block `now`.
	pub(crate) fn of(node: NodeId, job: JobId, nonce: Hash, now: BlockNumber) -> Self {
		Self { key: key_of(node), job, nonce, now }
	}

	fn is_mine(&self, entry: &Entry, stage: Stage) -> bool {
		(entry.job, entry.nonce, entry.stage) == (self.job, self.nonce, stage)
	}

	/// Whether `stage` is locked.
	pub(crate) fn held(&self, stage: Stage) -> bool {
		StorageValueRef::persistent(&self.key).get::<Vec<Entry>>().ok().flatten().is_some_and(
			|table| table.iter().any(|entry| self.is_mine(entry, stage) && entry.lives(self.now)),
		)
	}

	/// Locks `stage` for `blocks` blocks. Fails if it is locked already, or if another run changes the table at the same
	/// moment.
	pub(crate) fn acquire(&self, stage: Stage, blocks: BlockNumber) -> bool {
		self.change(|table| {
			if table.len() >= MAX_LOCKS || table.iter().any(|entry| self.is_mine(entry, stage)) {
				return Err(());
			}
			table.push(Entry {
				job: self.job,
				nonce: self.nonce,
				stage,
				taken: self.now,
				until: self.now.saturating_add(blocks),
			});
			Ok(())
		})
	}

	/// Frees `stage`: what it was taken for did not happen.
	pub(crate) fn release(&self, stage: Stage) {
		self.change(|table| {
			table.retain(|entry| !self.is_mine(entry, stage));
			Ok(())
		});
	}

	/// Compare-and-set of the table without what has expired. A table that cannot be read is begun anew.
	fn change(&self, f: impl FnOnce(&mut Vec<Entry>) -> Result<(), ()>) -> bool {
		StorageValueRef::persistent(&self.key)
			.mutate(|table: Result<Option<Vec<Entry>>, StorageRetrievalError>| {
				let mut table = table.ok().flatten().unwrap_or_default();
				table.retain(|entry| entry.lives(self.now));
				f(&mut table).map(|()| table)
			})
			.is_ok()
	}
}

fn key_of(node: NodeId) -> Vec<u8> {
	let mut key = LOCKS_PREFIX.to_vec();
	node.encode_to(&mut key);
	key
}
