//! What the worker has submitted lately and need not submit again.
//!
//! The worker runs on every new best block, on several threads, and again after a re-organisation. A lock per seat says
//! "submitted at that block, wait for inclusion until this one". Locks live in the *persistent* off-chain storage of
//! the node, in one small table per kind and node, so that old ones are swept out by the next write.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use concordat_primitives::{BlockNumber, Hash, JobId, NodeId};
use sp_runtime::offchain::storage::{StorageRetrievalError, StorageValueRef};

/// Prefix of the tables; kind and node follow in SCALE.
const LOCKS_PREFIX: &[u8] = b"concordat/workflows/locks/v1/";
/// Most locks in one table at a time.
const MAX_LOCKS: usize = 1_024;

/// What was submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Kind {
	/// A handoff to a seat, by this node.
	Handoff,
	/// A refusal of a seat, by this node.
	Refusal,
	/// A refusal of the handoff that came with it: the node may refuse the seat besides.
	Objection,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Entry {
	job: JobId,
	/// Who has the seat.
	seat: NodeId,
	/// Of the attempt: after a re-organisation the same attempt has another one.
	nonce: Hash,
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

/// The lock of one seat.
pub(crate) struct Lock {
	pub kind: Kind,
	/// Who submits.
	pub node: NodeId,
	pub job: JobId,
	/// Who has the seat.
	pub seat: NodeId,
	pub nonce: Hash,
	pub now: BlockNumber,
}

impl Lock {
	fn key(&self) -> Vec<u8> {
		let mut key = LOCKS_PREFIX.to_vec();
		(self.kind, self.node).encode_to(&mut key);
		key
	}

	fn is_mine(&self, entry: &Entry) -> bool {
		(entry.job, entry.seat, entry.nonce) == (self.job, self.seat, self.nonce)
	}

	/// Whether it is taken.
	pub(crate) fn held(&self) -> bool {
		StorageValueRef::persistent(&self.key()).get::<Vec<Entry>>().ok().flatten().is_some_and(
			|table| table.iter().any(|entry| self.is_mine(entry) && entry.lives(self.now)),
		)
	}

	/// Takes it for `blocks` blocks. Fails if it is taken already, or if another run changes the table at the same
	/// moment.
	pub(crate) fn acquire(&self, blocks: BlockNumber) -> bool {
		self.change(|table| {
			if table.len() >= MAX_LOCKS || table.iter().any(|entry| self.is_mine(entry)) {
				return Err(());
			}
			table.push(Entry {
				job: self.job,
				seat: self.seat,
				nonce: self.nonce,
				taken: self.now,
				until: self.now.saturating_add(blocks),
			});
			Ok(())
		})
	}

	/// Frees it: what it was taken for did not happen.
	pub(crate) fn release(&self) {
		self.change(|table| {
			table.retain(|entry| !self.is_mine(entry));
			Ok(())
		});
	}

	/// Compare-and-set of the table without what has expired. A table that cannot be read is begun anew.
	fn change(&self, f: impl FnOnce(&mut Vec<Entry>) -> Result<(), ()>) -> bool {
		StorageValueRef::persistent(&self.key())
			.mutate(|table: Result<Option<Vec<Entry>>, StorageRetrievalError>| {
				let mut table = table.ok().flatten().unwrap_or_default();
				table.retain(|entry| entry.lives(self.now));
				f(&mut table).map(|()| table)
			})
			.is_ok()
	}
}
