//! One leaf of an MMR, next to the library that makes them and to `pallet-mmr`'s own check.

use crate::made::{mmr, Nodes};
use codec::{Compact, Encode};
use concordat_proofs::{
	keccak_256,
	mmr::{root, verify, LeafProof, MmrError, MAX_ITEMS},
	Digest32,
};
use sp_core::H256;
use sp_mmr_primitives::{
	mmr_lib::{leaf_index_to_pos, util::MemStore, MMR},
	DataOrHash, LeafProof as SdkProof, OpaqueLeaf,
};
use sp_runtime::traits::Keccak256;

fn data(index: u64) -> Vec<u8> {
	index.encode().repeat(1 + index as usize % 6)
}

fn leaves(count: u64) -> Vec<Digest32> {
	(0..count).map(|index| keccak_256(&data(index))).collect()
}

/// What the pallet makes of it. Of an MMR of one leaf, whose root is that leaf's hash, it compares the leaf's data with the
/// root; so it refuses all of them.
fn pallet_accepts(root: Digest32, data: &[u8], proof: &LeafProof) -> bool {
	if proof.leaf_count == 1 {
		return proof.items.is_empty() && keccak_256(data) == root;
	}
	let leaf = DataOrHash::<Keccak256, OpaqueLeaf>::Data(OpaqueLeaf(data.to_vec()));
	let proof = SdkProof {
		leaf_indices: proof.leaf_indices.clone(),
		leaf_count: proof.leaf_count,
		items: proof.items.iter().map(|item| H256(*item)).collect(),
	};
	pallet_mmr::verify_leaves_proof(H256(root), vec![leaf], proof).is_ok()
}

#[test]
fn every_leaf_of_every_mmr_of_up_to_300_leaves_holds_here_and_in_the_pallet() {
	let store = MemStore::default();
	let mut mmr = MMR::<Digest32, Nodes, _>::new(0, &store);
	for count in 1..=300u64 {
		mmr.push(keccak_256(&data(count - 1))).unwrap();
		let root = mmr.get_root().unwrap();
		for index in 0..count {
			let proof = mmr.gen_proof(vec![leaf_index_to_pos(index)]).unwrap();
			let items = proof.proof_items().to_vec();
			let proof = LeafProof { leaf_indices: vec![index], leaf_count: count, items };
			let data = data(index);
			assert_eq!(verify(&root, &data, &proof), Ok(()), "{index} of {count}");
			if count % 7 == 0 || count < 40 {
				assert!(pallet_accepts(root, &data, &proof), "{index} of {count}");
			}
			let read = LeafProof::read(&proof.encode());
			assert_eq!(read.as_ref(), Ok(&proof));
		}
	}
}

#[test]
fn a_large_mmr_holds_too() {
	let all = leaves(100_003);
	for index in [0, 1, 65_535, 65_536, 99_999, 100_001, 100_002] {
		let (root, proof) = mmr(&all, index);
		assert_eq!(verify(&root, &data(index), &proof), Ok(()));
		assert!(pallet_accepts(root, &data(index), &proof));
	}
}

#[test]
fn what_holds_here_holds_in_the_pallet_however_it_is_bent() {
	let mut numbers = crate::Numbers(7);
	let mut refused = 0;
	for _ in 0..4_000 {
		let count = 1 + numbers.below(40) as u64;
		let index = numbers.below(count as usize) as u64;
		let (root, mut proof) = mmr(&leaves(count), index);
		let mut data = data(index);
		let items = proof.items.len();
		match numbers.below(9) {
			0 if items > 0 => drop(proof.items.remove(numbers.below(items))),
			1 if items > 0 => proof.items.push(proof.items[numbers.below(items)]),
			2 if items > 1 => proof.items.swap(0, items - 1),
			3 => proof.leaf_indices[0] = numbers.below(count as usize + 2) as u64,
			4 => proof.leaf_count = numbers.below(50) as u64,
			5 => data.push(0),
			6 if items > 0 => proof.items[numbers.below(items)][3] ^= 1,
			7 => proof.items.insert(0, [0; 32]),
			_ => {},
		}
		match verify(&root, &data, &proof) {
			Ok(()) => assert!(pallet_accepts(root, &data, &proof)),
			Err(_) => refused += 1,
		}
	}
	assert!((2_000..4_000).contains(&refused), "{refused}");
}

#[test]
fn short_and_long_proofs_are_refused_with_how_many_it_takes() {
	let (count, index) = (11, 8);
	let (root, proof) = mmr(&leaves(count), index);
	// One peak to the left, one sibling, one peak to the right.
	assert_eq!(proof.items.len(), 3);
	let with =
		|items: Vec<Digest32>| verify(&root, &data(index), &LeafProof { items, ..proof.clone() });
	let wrong = |found| Err(MmrError::WrongLength { found, needed: 3 });
	assert_eq!(with(vec![]), wrong(0));
	assert_eq!(with(proof.items[..2].to_vec()), wrong(2));
	assert_eq!(with(proof.items[1..].to_vec()), wrong(2));
	assert_eq!(with([&proof.items[..], &proof.items[2..]].concat()), wrong(4));
	let mut swapped = proof.items.clone();
	swapped.swap(0, 1);
	assert_eq!(with(swapped), Err(MmrError::WrongRoot));
	let mut doubled = proof.items.clone();
	doubled[1] = doubled[0];
	assert_eq!(with(doubled), Err(MmrError::WrongRoot));
}

#[test]
fn the_place_is_bound() {
	let (root, proof) = mmr(&leaves(16), 5);
	for index in 0..16 {
		let moved = LeafProof { leaf_indices: vec![index], ..proof.clone() };
		let expected = if index == 5 { Ok(()) } else { Err(MmrError::WrongRoot) };
		assert_eq!(verify(&root, &data(5), &moved), expected, "{index}");
	}
	for index in [16, 17, u64::MAX] {
		let beyond = LeafProof { leaf_indices: vec![index], ..proof.clone() };
		let error = MmrError::OutOfRange { index, count: 16 };
		assert_eq!(verify(&root, &data(5), &beyond), Err(error));
	}
	let empty = LeafProof { leaf_count: 0, ..proof };
	let error = MmrError::OutOfRange { index: 5, count: 0 };
	assert_eq!(verify(&root, &data(5), &empty), Err(error));
}

#[test]
fn a_node_never_passes_for_a_leaf() {
	// The two leaves under a node as the 64 bytes of one leaf, in an MMR of half the size.
	let all = leaves(4);
	let (root, _) = mmr(&all, 0);
	let forged = [all[0], all[1]].concat();
	let right = keccak_256(&[all[2], all[3]].concat());
	let proof = LeafProof { leaf_indices: vec![0], leaf_count: 2, items: vec![right] };
	assert!(pallet_accepts(root, &forged, &proof), "nobody else notices");
	assert_eq!(verify(&root, &forged, &proof), Err(MmrError::Ambiguous));
}

#[test]
fn other_data_is_refused() {
	let (root, proof) = mmr(&leaves(9), 8);
	assert_eq!(verify(&root, &data(8), &proof), Ok(()));
	assert_eq!(verify(&root, &data(7), &proof), Err(MmrError::WrongRoot));
	assert_eq!(verify(&[0; 32], &data(8), &proof), Err(MmrError::WrongRoot));
}

#[test]
fn no_number_of_leaves_makes_it_panic() {
	for leaf_count in [0, 1, 2, 3, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX] {
		for index in [0, 1, 1 << 62, 1 << 63, u64::MAX - 1, u64::MAX] {
			for length in [0, 1, 63, 64] {
				let items = vec![[1; 32]; length];
				let proof = LeafProof { leaf_indices: vec![index], leaf_count, items };
				let _ = root(b"data", &proof);
			}
		}
	}
}

#[test]
fn proofs_are_read_whole_alone_and_within_bounds() {
	let (_, proof) = mmr(&leaves(11), 3);
	let bytes = proof.encode();
	for len in 0..bytes.len() {
		assert_eq!(LeafProof::read(&bytes[..len]), Err(MmrError::Malformed), "{len} bytes");
	}
	assert_eq!(LeafProof::read(&[&bytes[..], &[0]].concat()), Err(MmrError::Malformed));
	for leaves in [0usize, 2, 1_000_000] {
		let bytes = Compact(leaves as u32).encode();
		assert_eq!(LeafProof::read(&bytes), Err(MmrError::NotOneLeaf { leaves }));
	}
	let many = (Compact(1u32), 3u64, 11u64, Compact(MAX_ITEMS as u32 + 1)).encode();
	let error = MmrError::TooManyItems { count: MAX_ITEMS + 1 };
	assert_eq!(LeafProof::read(&many), Err(error));
	let two = LeafProof { leaf_indices: vec![1, 2], ..proof };
	assert_eq!(root(b"data", &two), Err(MmrError::NotOneLeaf { leaves: 2 }));
}
