//! What a state holds, by a proof under its root.

use crate::{
	error::{check_count, check_len, FinalityError, What},
	Hash, MAX_PROOF_BYTES, MAX_PROOF_KEYS, MAX_PROOF_NODES,
};
use alloc::vec::Vec;
use sp_io::hashing::{twox_128, twox_64};
use sp_runtime::traits::BlakeTwo256;
use sp_trie::{read_trie_value, LayoutV1, StorageProof, TrieError};

/// Key of one entry of a map under `Twox64Concat`: `twox128(pallet) ‖ twox128(item) ‖ twox64(key) ‖ key`, where `key` is the
/// SCALE of the entry's key.
pub fn map_key(pallet: &[u8], item: &[u8], key: &[u8]) -> Vec<u8> {
	let mut bytes = [twox_128(pallet), twox_128(item)].concat();
	bytes.extend(twox_64(key));
	bytes.extend(key);
	bytes
}

type Layout = LayoutV1<BlakeTwo256>;

/// What the state under `root` holds under each of `keys`, in their order: the value, or nothing where the proof shows
/// that nothing is there.
///
/// `nodes` are nodes of the state's trie in any order, as `state_getReadProof` gives them. Each is found by its hash, from
/// the root on, so that one which does not belong to the state is never looked at.
pub fn read_proof<K: AsRef<[u8]>>(
	root: &Hash,
	nodes: &[Vec<u8>],
	keys: &[K],
) -> Result<Vec<Option<Vec<u8>>>, FinalityError> {
	check_count(What::Nodes, nodes.len(), MAX_PROOF_NODES)?;
	check_count(What::Keys, keys.len(), MAX_PROOF_KEYS)?;
	let bytes = nodes.iter().fold(0usize, |sum, node| sum.saturating_add(node.len()));
	check_len(What::Nodes, bytes, MAX_PROOF_BYTES)?;
	let db = StorageProof::new(nodes.iter().cloned()).into_memory_db::<BlakeTwo256>();
	let read = |(place, key): (usize, &K)| {
		read_trie_value::<Layout, _>(&db, root, key.as_ref(), None, None).map_err(|error| {
			match *error {
				TrieError::<Layout>::InvalidStateRoot(_)
				| TrieError::<Layout>::IncompleteDatabase(_) => FinalityError::Incomplete { key: place },
				_ => FinalityError::Malformed(What::Nodes),
			}
		})
	};
	keys.iter().enumerate().map(read).collect()
}
