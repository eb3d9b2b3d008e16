//! The receipt tree: Keccak-256, bound to position and length, domain-separated (DESIGN §7).
//!
//! ```text
//!  leaf  = H(0x00 ‖ index as u32 big-endian ‖ body)
//!  node  = H(0x01 ‖ left ‖ right)
//!  empty = 32 zero bytes        (pads the leaves to a power of two)
//!  root  = H(0x02 ‖ count as u32 big-endian ‖ top)
//! ```
//!
//! A proof has exactly `depth(count)` siblings, so neither a shortened nor a lengthened path
//! verifies; a leaf is never mistaken for a node; and the root commits to the number of leaves.
//! Pure `no_std`: the runtime, the command line and other chains run the same few lines. `contracts/ReceiptTree.sol` checks
//! the same for the EVM.

use crate::Digest32;
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sha3::{Digest, Keccak256};

/// Most leaves of one tree.
pub const MAX_LEAVES: u32 = 1 << 16;

/// Hash of the leaf at `index`.
pub fn leaf_hash(index: u32, body: &[u8]) -> Digest32 {
	let mut hasher = Keccak256::new();
	hasher.update([0u8]);
	hasher.update(index.to_be_bytes());
	hasher.update(body);
	hasher.finalize().into()
}

fn node_hash(left: &Digest32, right: &Digest32) -> Digest32 {
	let mut hasher = Keccak256::new();
	hasher.update([1u8]);
	hasher.update(left);
	hasher.update(right);
	hasher.finalize().into()
}

fn root_hash(count: u32, top: &Digest32) -> Digest32 {
	let mut hasher = Keccak256::new();
	hasher.update([2u8]);
	hasher.update(count.to_be_bytes());
	hasher.update(top);
	hasher.finalize().into()
}

/// Levels between the leaves and the top of a tree of `count` leaves.
pub const fn depth(count: u32) -> u32 {
	if count <= 1 {
		0
	} else {
		u32::BITS - (count - 1).leading_zeros()
	}
}

/// Why a proof does not hold, or cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ProofError {
	/// No leaves, or more than [`MAX_LEAVES`].
	BadCount {
		/// Leaves.
		count: u32,
	},
	/// The index is not below the number of leaves.
	OutOfRange {
		/// Index asked for.
		index: u32,
		/// Leaves in the tree.
		count: u32,
	},
	/// The path does not have as many siblings as the tree has levels.
	WrongLength {
		/// Siblings found.
		found: u32,
		/// Siblings needed.
		needed: u32,
	},
	/// The path leads to another root.
	WrongRoot,
}

impl core::fmt::Display for ProofError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::BadCount { count } => {
				write!(f, "a tree has 1 to {MAX_LEAVES} leaves, not {count}")
			},
			Self::OutOfRange { index, count } => {
				write!(f, "there is no leaf {index} among {count}")
			},
			Self::WrongLength { found, needed } => {
				write!(f, "the path has {found} siblings where the tree has {needed} levels")
			},
			Self::WrongRoot => write!(f, "the path leads to another root"),
		}
	}
}

fn check_count(count: u32) -> Result<(), ProofError> {
	if count == 0 || count > MAX_LEAVES {
		return Err(ProofError::BadCount { count });
	}
	Ok(())
}

/// One level up; an odd end is paired with the empty digest of its level.
fn climb(level: &[Digest32], pad: &Digest32) -> Vec<Digest32> {
	level
		.chunks(2)
		.map(|pair| match pair {
			[left, right] => node_hash(left, right),
			[left] => node_hash(left, pad),
			_ => *pad,
		})
		.collect()
}

/// Root over leaves that are hashed already (with [`leaf_hash`], each with its own index).
pub fn root(leaves: &[Digest32]) -> Result<Digest32, ProofError> {
	let count = leaves.len() as u32;
	check_count(count)?;
	let (mut level, mut pad) = (leaves.to_vec(), [0u8; 32]);
	for _ in 0..depth(count) {
		level = climb(&level, &pad);
		pad = node_hash(&pad, &pad);
	}
	level.first().map(|top| root_hash(count, top)).ok_or(ProofError::BadCount { count })
}

/// Siblings from the leaf at `index` to the top.
pub fn prove(leaves: &[Digest32], index: u32) -> Result<Vec<Digest32>, ProofError> {
	let count = leaves.len() as u32;
	check_count(count)?;
	if index >= count {
		return Err(ProofError::OutOfRange { index, count });
	}
	let (mut level, mut pad, mut at) = (leaves.to_vec(), [0u8; 32], index as usize);
	let mut path = Vec::new();
	for _ in 0..depth(count) {
		path.push(level.get(at ^ 1).copied().unwrap_or(pad));
		level = climb(&level, &pad);
		pad = node_hash(&pad, &pad);
		at /= 2;
	}
	Ok(path)
}

/// Checks that `body` is the leaf at `index` of the tree of `count` leaves under `root`.
pub fn verify(
	root: &Digest32,
	count: u32,
	index: u32,
	body: &[u8],
	path: &[Digest32],
) -> Result<(), ProofError> {
	check_count(count)?;
	if index >= count {
		return Err(ProofError::OutOfRange { index, count });
	}
	if path.len() != depth(count) as usize {
		return Err(ProofError::WrongLength { found: path.len() as u32, needed: depth(count) });
	}
	let (mut digest, mut at) = (leaf_hash(index, body), index);
	for sibling in path {
		digest =
			if at % 2 == 0 { node_hash(&digest, sibling) } else { node_hash(sibling, &digest) };
		at /= 2;
	}
	if root_hash(count, &digest) == *root {
		Ok(())
	} else {
		Err(ProofError::WrongRoot)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keccak_256;

	fn bodies(count: u32) -> Vec<Vec<u8>> {
		(0..count).map(|i| i.to_le_bytes().repeat(1 + i as usize % 5)).collect()
	}

	fn leaves(bodies: &[Vec<u8>]) -> Vec<Digest32> {
		bodies.iter().enumerate().map(|(i, body)| leaf_hash(i as u32, body)).collect()
	}

	/// An oracle that shares no code with the tree: recursion over the padded leaves.
	fn oracle(leaves: &[Digest32]) -> Digest32 {
		fn top(padded: &[Digest32]) -> Digest32 {
			if let [only] = padded {
				return *only;
			}
			let (l, r) = padded.split_at(padded.len() / 2);
			let mut bytes = vec![1u8];
			bytes.extend(top(l));
			bytes.extend(top(r));
			keccak_256(&bytes)
		}
		let mut padded = leaves.to_vec();
		padded.resize(leaves.len().next_power_of_two(), [0u8; 32]);
		let mut bytes = vec![2u8];
		bytes.extend((leaves.len() as u32).to_be_bytes());
		bytes.extend(top(&padded));
		keccak_256(&bytes)
	}

	#[test]
	fn keccak_is_the_one_of_ethereum() {
		assert_eq!(
			hex::encode(keccak_256(b"")),
			"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
		);
	}

	#[test]
	fn every_leaf_of_every_small_tree_verifies_and_the_root_is_the_oracles() {
		for count in 1..=33 {
			let bodies = bodies(count);
			let leaves = leaves(&bodies);
			let root = root(&leaves).unwrap();
			assert_eq!(root, oracle(&leaves), "{count}");
			for (index, body) in bodies.iter().enumerate() {
				let path = prove(&leaves, index as u32).unwrap();
				assert_eq!(path.len() as u32, depth(count));
				assert_eq!(verify(&root, count, index as u32, body, &path), Ok(()));
			}
		}
	}

	#[test]
	fn nothing_but_the_true_leaf_in_its_true_place_verifies() {
		let bodies = bodies(11);
		let leaves = leaves(&bodies);
		let root = root(&leaves).unwrap();
		let path = prove(&leaves, 4).unwrap();
		let body = &bodies[4];
		assert_eq!(verify(&root, 11, 5, body, &path), Err(ProofError::WrongRoot));
		assert_eq!(verify(&root, 12, 4, body, &path), Err(ProofError::WrongRoot));
		assert_eq!(verify(&root, 11, 4, &bodies[5], &path), Err(ProofError::WrongRoot));
		assert_eq!(verify(&[0; 32], 11, 4, body, &path), Err(ProofError::WrongRoot));
		for i in 0..path.len() {
			let mut bent = path.clone();
			bent[i][31] ^= 1;
			assert_eq!(verify(&root, 11, 4, body, &bent), Err(ProofError::WrongRoot));
		}
	}

	#[test]
	fn short_long_and_duplicated_paths_are_refused() {
		let leaves = leaves(&bodies(8));
		let root = root(&leaves).unwrap();
		let path = prove(&leaves, 0).unwrap();
		let body = &bodies(8)[0];
		let wrong = |found| Err(ProofError::WrongLength { found, needed: 3 });
		assert_eq!(verify(&root, 8, 0, body, &path[..2]), wrong(2));
		let long: Vec<_> = path.iter().chain(path.last()).copied().collect();
		assert_eq!(verify(&root, 8, 0, body, &long), wrong(4));
		assert_eq!(verify(&root, 8, 0, body, &[]), wrong(0));
	}

	#[test]
	fn a_node_never_passes_for_a_leaf() {
		// The classic attack: present the two children of a node as the 64-byte body of a leaf one level up.
		let bodies = bodies(4);
		let leaves = leaves(&bodies);
		let root = root(&leaves).unwrap();
		let mut body = leaves[0].to_vec();
		body.extend(leaves[1]);
		let path = prove(&leaves, 0).unwrap();
		assert!(verify(&root, 4, 0, &body, &path[1..]).is_err());
		assert!(verify(&root, 2, 0, &body, &path[1..]).is_err());
	}

	#[test]
	fn counts_and_indices_out_of_range_are_refused() {
		assert_eq!(root(&[]), Err(ProofError::BadCount { count: 0 }));
		assert_eq!(prove(&[[0; 32]], 1), Err(ProofError::OutOfRange { index: 1, count: 1 }));
		assert_eq!(verify(&[0; 32], 0, 0, b"", &[]), Err(ProofError::BadCount { count: 0 }));
		assert_eq!(
			verify(&[0; 32], u32::MAX, 0, b"", &[]),
			Err(ProofError::BadCount { count: u32::MAX })
		);
		assert_eq!(
			verify(&[0; 32], 3, 3, b"", &[]),
			Err(ProofError::OutOfRange { index: 3, count: 3 })
		);
	}

	#[test]
	fn depths_are_those_of_the_padded_tree() {
		for (count, levels) in
			[(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (1024, 10), (1025, 11)]
		{
			assert_eq!(depth(count), levels, "{count}");
		}
	}
}
