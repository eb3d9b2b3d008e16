//! The contract next to the Rust code: the same is accepted, and the same is refused for the same reason.

use concordat_evm_tests::Contract;
use concordat_proofs::{depth, keccak_256, leaf_hash, prove, root, verify, Digest32, ProofError};

/// Pseudo-random numbers, the same in each run (splitmix64).
struct Numbers(u64);

impl Numbers {
	fn draw(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	fn below(&mut self, bound: usize) -> usize {
		(self.draw() % bound as u64) as usize
	}
}

fn body(index: u32) -> Vec<u8> {
	index.to_le_bytes().repeat(1 + index as usize % 40)
}

fn leaves(count: u32) -> Vec<Digest32> {
	(0..count).map(|index| leaf_hash(index, &body(index))).collect()
}

/// Both verdicts on the same input, which have to be one.
fn both(
	contract: &mut Contract,
	root: &Digest32,
	count: u32,
	index: u32,
	body: &[u8],
	path: &[Digest32],
) -> Result<(), ProofError> {
	let theirs = contract.verify(root, count, index, body, path).map(|_| ());
	let ours = verify(root, count, index, body, path);
	assert_eq!(theirs, ours, "leaf {index} of {count}, {} siblings", path.len());
	ours
}

#[test]
fn every_leaf_of_every_small_tree_is_accepted() {
	let mut contract = Contract::deploy();
	for count in 1..=40 {
		let leaves = leaves(count);
		let root = root(&leaves).unwrap();
		for index in 0..count {
			let path = prove(&leaves, index).unwrap();
			let verdict = both(&mut contract, &root, count, index, &body(index), &path);
			assert_eq!(verdict, Ok(()));
		}
	}
}

#[test]
fn leaves_of_large_trees_are_accepted() {
	let mut contract = Contract::deploy();
	for count in [63, 64, 65, 1_000, 1_024, 1_025, 65_535, 65_536] {
		let leaves = leaves(count);
		let root = root(&leaves).unwrap();
		for index in [0, 1, count / 2, count - 2, count - 1] {
			let path = prove(&leaves, index).unwrap();
			let verdict = both(&mut contract, &root, count, index, &body(index), &path);
			assert_eq!(verdict, Ok(()));
		}
	}
}

#[test]
fn whatever_is_bent_is_refused_for_the_same_reason() {
	let mut contract = Contract::deploy();
	let mut numbers = Numbers(11);
	let (mut accepted, mut refused) = (0, [0; 4]);
	for _ in 0..600 {
		let mut count = 1 + numbers.below(300) as u32;
		let leaves = leaves(count);
		let mut root = root(&leaves).unwrap();
		let mut index = numbers.below(count as usize) as u32;
		let (mut path, mut body) = (prove(&leaves, index).unwrap(), body(index));
		for _ in 0..4 {
			let long = path.len();
			match numbers.below(13) {
				0 => count = numbers.below(70_000) as u32,
				1 => count = numbers.draw() as u32,
				2 => index = numbers.below(count.max(1) as usize) as u32,
				3 => index = numbers.draw() as u32,
				4 => body.push(numbers.draw() as u8),
				5 if long > 0 => drop(path.remove(numbers.below(long))),
				6 if long > 0 => path.push(path[numbers.below(long)]),
				7 if long > 1 => path.swap(0, long - 1),
				8 if long > 0 => path[numbers.below(long)][numbers.below(32)] ^= 1,
				9 => path = path.repeat(2),
				10 => root[numbers.below(32)] ^= 1,
				// So that many stay as they are.
				_ => {},
			}
			match both(&mut contract, &root, count, index, &body, &path) {
				Ok(()) => accepted += 1,
				Err(ProofError::BadCount { .. }) => refused[0] += 1,
				Err(ProofError::OutOfRange { .. }) => refused[1] += 1,
				Err(ProofError::WrongLength { .. }) => refused[2] += 1,
				Err(ProofError::WrongRoot) => refused[3] += 1,
			}
		}
	}
	// Each verdict has to have come often enough for the comparison to mean something.
	assert!(accepted > 100 && refused.iter().all(|count| *count > 100), "{accepted} {refused:?}");
}

#[test]
fn a_node_never_passes_for_a_leaf() {
	let mut contract = Contract::deploy();
	let leaves = leaves(4);
	let root = root(&leaves).unwrap();
	let path = prove(&leaves, 0).unwrap();
	// The two children of a node as the 64 bytes of a leaf, with a level less, in a tree of the same or of half the size.
	let forged = [leaves[0], leaves[1]].concat();
	let verdict = both(&mut contract, &root, 4, 0, &forged, &path[1..]);
	assert_eq!(verdict, Err(ProofError::WrongLength { found: 1, needed: 2 }));
	let verdict = both(&mut contract, &root, 2, 0, &forged, &path[1..]);
	assert_eq!(verdict, Err(ProofError::WrongRoot));
	// With the byte of a node in front.
	let forged = [&[1u8][..], &forged].concat();
	let verdict = both(&mut contract, &root, 2, 0, &forged, &path[1..]);
	assert_eq!(verdict, Err(ProofError::WrongRoot));
}

#[test]
fn counts_indices_and_lengths_out_of_range_are_refused() {
	let mut contract = Contract::deploy();
	for count in [0, 65_537, u32::MAX] {
		let verdict = both(&mut contract, &[0; 32], count, 0, b"", &[]);
		assert_eq!(verdict, Err(ProofError::BadCount { count }));
	}
	for index in [3, 4, u32::MAX] {
		let verdict = both(&mut contract, &[0; 32], 3, index, b"", &[[0; 32]; 2]);
		assert_eq!(verdict, Err(ProofError::OutOfRange { index, count: 3 }));
	}
	for (count, found) in [(1, 1), (2, 0), (3, 1), (65_536, 15), (65_536, 17), (5, 300)] {
		let needed = depth(count);
		let verdict = both(&mut contract, &[0; 32], count, 0, b"", &vec![[0; 32]; found]);
		assert_eq!(verdict, Err(ProofError::WrongLength { found: found as u32, needed }));
	}
}

#[test]
fn the_padding_is_no_leaf() {
	let mut contract = Contract::deploy();
	let leaves = leaves(3);
	let root = root(&leaves).unwrap();
	let path = prove(&leaves, 2).unwrap();
	assert_eq!(path[0], [0; 32]);
	let verdict = both(&mut contract, &root, 3, 3, b"", &[leaves[2], path[1]]);
	assert_eq!(verdict, Err(ProofError::OutOfRange { index: 3, count: 3 }));
	let verdict = both(&mut contract, &root, 4, 3, b"", &[leaves[2], path[1]]);
	assert_eq!(verdict, Err(ProofError::WrongRoot));
	assert_ne!(keccak_256(b""), [0; 32]);
}

#[test]
fn a_check_costs_little_gas() {
	let mut contract = Contract::deploy();
	// As long as the receipt of a job by three nodes (docs/formats.md).
	let body = vec![0x5a; 391];
	let mut last = 0;
	for (count, most) in [(1, 31_500), (128, 39_000), (1_024, 42_000), (65_536, 48_500)] {
		let mut leaves = leaves(count);
		leaves[0] = leaf_hash(0, &body);
		let root = root(&leaves).unwrap();
		let path = prove(&leaves, 0).unwrap();
		let gas = contract.verify(&root, count, 0, &body, &path).unwrap();
		println!(
			"1 of {count}: {gas} gas, 21000 for the transaction and the price of its bytes with it"
		);
		assert!(gas > last && gas <= most, "{gas} gas for a tree of {count}");
		last = gas;
	}
}
