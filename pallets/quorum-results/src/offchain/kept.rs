//! What was committed to and has still to be shown.
//!
//! An enclave that is started anew has forgotten what it signed, and so has a worker that is: each run is a new one. Not
//! to show what one has committed to costs stake. So commitment, salt and certificate are written to the *persistent*
//! off-chain storage of the node before the commitment goes out, and brought to the chain from there.
//!
//! An index says whose they are; each lies under a key of its own, so that a change of one does not write all. One stays
//! for as long as the chain has its seat and it is not delivered, and [`FORGET_BLOCKS`] more, in which a re-organisation can
//! bring the seat back. What cannot be read counts as absent. Whoever reads the storage of a node learns what the node
//! found out before others may: that helps those who have still to commit, and nobody else.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use concordat_primitives::{
	cac::SignedCac,
	commit::{Salt, SignedCommitment},
	worker::decode,
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use sp_core::offchain::StorageKind;
use sp_io::offchain::{local_storage_clear, local_storage_get, local_storage_set};
use sp_runtime::offchain::storage::{StorageRetrievalError, StorageValueRef};

/// Where the index lies; a [`Name`] in SCALE behind it is the key of what that names.
pub(crate) const KEPT_KEY: &[u8] = b"concordat/quorum-results/kept/v1/";
/// Most that is kept at a time.
pub(crate) const MAX_KEPT: usize = 512;
/// So long something stays when the chain has no use for it any more.
pub(crate) const FORGET_BLOCKS: BlockNumber = 64;

/// Whose result it is. The nonce tells apart what a re-organisation assigned twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct Name {
	pub(crate) node: NodeId,
	pub(crate) job: JobId,
	pub(crate) attempt: Attempt,
	pub(crate) nonce: Hash,
}

impl Name {
	fn key(&self) -> Vec<u8> {
		let mut key = KEPT_KEY.to_vec();
		self.encode_to(&mut key);
		key
	}
}

/// All that an enclave gives out about an attempt of a job that commits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Committed {
	pub(crate) commitment: SignedCommitment,
	pub(crate) salt: Salt,
	pub(crate) cac: SignedCac,
}

impl Committed {
	/// Whose it says that it is.
	pub(crate) fn name(&self) -> Name {
		let said = &self.commitment.commitment;
		Name { node: said.node, job: said.job, attempt: said.attempt, nonce: said.nonce }
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Entry {
	name: Name,
	/// Block at which the chain last had a use for it, give or take half of [`FORGET_BLOCKS`].
	used: BlockNumber,
}

/// What is kept, as the index has it.
pub(crate) fn names() -> Vec<Name> {
	let entries = StorageValueRef::persistent(KEPT_KEY).get::<Vec<Entry>>().ok().flatten();
	entries.unwrap_or_default().into_iter().map(|entry| entry.name).collect()
}

/// What is kept under a name.
pub(crate) fn load(name: &Name) -> Option<Committed> {
	let bytes = local_storage_get(StorageKind::PERSISTENT, &name.key())?;
	decode::<Committed>(&bytes).filter(|committed| committed.name() == *name)
}

/// Keeps something. Fails if too much is kept already, or if another run changes the index at the same moment.
pub(crate) fn keep(now: BlockNumber, committed: &Committed) -> bool {
	let name = committed.name();
	// The index first: what it does not name would lie there for ever.
	let noted = change(|entries| {
		entries.retain(|entry| entry.name != name);
		if entries.len() >= MAX_KEPT {
			return Err(());
		}
		entries.push(Entry { name, used: now });
		Ok(())
	});
	if noted {
		local_storage_set(StorageKind::PERSISTENT, &name.key(), &committed.encode());
	}
	noted
}

/// Forgets what the chain has had no use for in a long time. `wanted` is what it has a use for now.
pub(crate) fn sweep(now: BlockNumber, wanted: &[Name]) {
	let Some(entries) = StorageValueRef::persistent(KEPT_KEY).get::<Vec<Entry>>().ok().flatten()
	else {
		return;
	};
	let mut gone = Vec::new();
	let mut left = entries.clone();
	left.retain_mut(|entry| {
		// "Used" later than now: on a chain that is gone.
		let age = now.abs_diff(entry.used);
		if wanted.contains(&entry.name) {
			if age >= FORGET_BLOCKS / 2 {
				entry.used = now;
			}
			return true;
		}
		let stays = age < FORGET_BLOCKS;
		if !stays {
			gone.push(entry.name);
		}
		stays
	});
	if left == entries {
		return;
	}
	let written = change(|current| {
		if *current != entries {
			return Err(());
		}
		*current = left;
		Ok(())
	});
	if written {
		for name in gone {
			local_storage_clear(StorageKind::PERSISTENT, &name.key());
		}
	}
}

/// Compare-and-set of the index. One that cannot be read is begun anew.
fn change(f: impl FnOnce(&mut Vec<Entry>) -> Result<(), ()>) -> bool {
	StorageValueRef::persistent(KEPT_KEY)
		.mutate(|entries: Result<Option<Vec<Entry>>, StorageRetrievalError>| {
			let mut entries = entries.ok().flatten().unwrap_or_default();
			f(&mut entries).map(|()| entries)
		})
		.is_ok()
}
