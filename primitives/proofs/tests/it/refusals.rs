//! Receipts that do not hold: each kind of bad input, with its own refusal.

use crate::made::{
	digest, header, justify, keys, make, mmr, receipt, rollups, set, small, vote, Made, Shape,
	GENESIS, SET,
};
use codec::{Decode, Encode};
use concordat_proofs::{
	bundle::{MAX_LEAF_BYTES, MAX_LEAF_PROOF_BYTES, MAX_RECEIPT_BYTES, MAX_SIGNATURES_BYTES},
	check::{check, Refusal, Report, Trust, What},
	grandpa::{Authorities, GrandpaError, Justification},
	header::{HeaderError, MMR_ENGINE_ID},
	mmr::{LeafProof, MmrError},
	rollup::{AnchorLeaf, ChainError, RollupHeader, MAX_ROLLUPS},
	ProofError,
};

fn holds(made: &Made) -> Result<Report, Refusal> {
	check(&made.bundle, &Trust::Authorities(&made.authorities), Some(&GENESIS))
}

/// A small one, changed.
fn bent(change: impl FnOnce(&mut Made)) -> Refusal {
	let mut made = small();
	assert!(holds(&made).is_ok());
	change(&mut made);
	holds(&made).unwrap_err()
}

fn leaf(made: &Made) -> AnchorLeaf {
	AnchorLeaf::decode(&mut &made.bundle.finality.as_ref().unwrap().leaf[..]).unwrap()
}

fn proof(made: &Made) -> LeafProof {
	LeafProof::read(&made.bundle.finality.as_ref().unwrap().leaf_proof).unwrap()
}

fn votes(made: &mut Made, change: impl FnOnce(&mut Justification)) {
	let mut read = Justification::decode(&made.finality().justification).unwrap();
	change(&mut read);
	made.finality().justification = read.encode();
}

// --- the receipt and its tree

#[test]
fn another_receipt_is_refused() {
	let error = bent(|made| made.bundle.receipt.push(0));
	assert_eq!(error, Refusal::Tree(ProofError::WrongRoot));
	let error = bent(|made| made.bundle.receipt = receipt(42, 8));
	assert_eq!(error, Refusal::Tree(ProofError::WrongRoot));
	let error = bent(|made| made.bundle.receipt.truncate(11));
	assert_eq!(error, Refusal::Malformed(What::Receipt));
	let error = bent(|made| made.bundle.receipt = receipt(43, 7));
	assert_eq!(error, Refusal::WrongNumber { found: 43, first: 40, index: 2 });
	for block in [4, 10] {
		let error = bent(|made| made.bundle.receipt = receipt(42, block));
		assert_eq!(error, Refusal::WrongBlock { found: block, blocks: (5, 9) });
	}
}

#[test]
fn another_place_in_the_rollup_is_refused() {
	let error = bent(|made| made.bundle.index = 3);
	assert_eq!(error, Refusal::WrongNumber { found: 42, first: 40, index: 3 });
	// With a number that fits.
	let error = bent(|made| {
		made.bundle.index = 3;
		made.bundle.receipt = receipt(43, 7);
	});
	assert_eq!(error, Refusal::Tree(ProofError::WrongRoot));
	for index in [5, 7, u32::MAX] {
		let error = bent(|made| {
			made.bundle.index = index;
			made.bundle.receipt = receipt(40 + u64::from(index), 7);
		});
		assert_eq!(error, Refusal::Tree(ProofError::OutOfRange { index, count: 5 }));
	}
}

#[test]
fn short_long_doubled_and_swapped_paths_are_refused() {
	let wrong = |found| Refusal::Tree(ProofError::WrongLength { found, needed: 3 });
	assert_eq!(
		bent(|made| {
			let _ = made.bundle.path.pop();
		}),
		wrong(2)
	);
	assert_eq!(
		bent(|made| {
			let _ = made.bundle.path.remove(0);
		}),
		wrong(2)
	);
	assert_eq!(bent(|made| made.bundle.path.clear()), wrong(0));
	assert_eq!(bent(|made| made.bundle.path.push(made.bundle.path[2])), wrong(4));
	assert_eq!(bent(|made| made.bundle.path = made.bundle.path.repeat(2)), wrong(6));
	let root = Refusal::Tree(ProofError::WrongRoot);
	assert_eq!(bent(|made| made.bundle.path[1] = made.bundle.path[0]), root);
	assert_eq!(bent(|made| made.bundle.path.swap(0, 1)), root);
	assert_eq!(bent(|made| made.bundle.path.reverse()), root);
	let error = bent(|made| made.bundle.path = vec![[0; 32]; 17]);
	assert_eq!(error, Refusal::TooLong { what: What::Path, found: 17, most: 16 });
}

#[test]
fn two_leaves_never_pass_for_one() {
	// The first twelve bytes of a node's children, read as number and block, decide whether the number fits; here they are
	// made to. What is left is a path of a level less, and with it a rollup of half the size.
	let made = small();
	let body = [made.receipts[0], made.receipts[1]].concat();
	let (number, block) = <(u64, u32)>::decode(&mut &body[..]).unwrap();
	let mut forged = made;
	forged.bundle.receipt = body;
	forged.bundle.index = 0;
	forged.bundle.path.remove(0);
	let rollup = &mut forged.bundle.rollups[0];
	rollup.first_receipt = number;
	(rollup.opened_at, rollup.closed_at) = (block, block);
	let error = Refusal::Tree(ProofError::WrongLength { found: 2, needed: 3 });
	assert_eq!(holds(&forged), Err(error));
	forged.bundle.rollups[0].count = 3;
	assert_eq!(holds(&forged), Err(Refusal::Tree(ProofError::WrongRoot)));
}

#[test]
fn rollups_of_no_size_are_refused() {
	for count in [0, u32::MAX] {
		let error = bent(|made| made.bundle.rollups[0].count = count);
		assert_eq!(error, Refusal::Tree(ProofError::BadCount { count }));
	}
}

// --- the rollups

#[test]
fn receipts_of_another_chain_are_refused() {
	let made = small();
	let trust = Trust::Authorities(&made.authorities);
	let error = Refusal::OtherGenesis { found: GENESIS, expected: [1; 32] };
	assert_eq!(check(&made.bundle, &trust, Some(&[1; 32])), Err(error));
	let error = bent(|made| {
		let mut all = made.bundle.rollups.clone();
		all.iter_mut().for_each(|rollup| rollup.genesis = [1; 32]);
		for place in 1..all.len() {
			all[place].previous = all[place - 1].hash();
		}
		made.reroll(all);
	});
	assert_eq!(error, Refusal::OtherGenesis { found: [1; 32], expected: GENESIS });
	let error = bent(|made| made.bundle.rollups[2].genesis = [1; 32]);
	assert_eq!(error, Refusal::Chain(ChainError::OtherGenesis { place: 2, found: [1; 32] }));
}

#[test]
fn broken_and_long_rows_of_rollups_are_refused() {
	let error = bent(|made| {
		made.bundle.rollups.remove(1);
	});
	assert!(matches!(error, Refusal::Chain(ChainError::Broken { place: 1, .. })));
	assert_eq!(bent(|made| made.bundle.rollups.clear()), Refusal::Chain(ChainError::Empty));
	let error = bent(|made| made.bundle.rollups[0].closed_at += 1);
	assert!(matches!(error, Refusal::Chain(ChainError::Broken { place: 1, .. })));
	let found = MAX_ROLLUPS + 1;
	let error = bent(|made| {
		let root = made.bundle.rollups[0].root;
		made.reroll(rollups(found as u32, root, 5));
	});
	assert_eq!(error, Refusal::TooLong { what: What::Rollups, found, most: MAX_ROLLUPS });
}

#[test]
fn a_leaf_for_another_rollup_is_refused() {
	let error = bent(|made| made.bundle.rollups.truncate(2));
	assert!(matches!(error, Refusal::OtherRollup { .. }));
	let error = bent(|made| {
		let last = made.bundle.rollups.last().unwrap();
		let next = RollupHeader {
			epoch: last.epoch + 1,
			previous: last.hash(),
			first_receipt: last.first_receipt + u64::from(last.count),
			opened_at: last.closed_at,
			..last.clone()
		};
		made.bundle.rollups.push(next);
	});
	assert!(matches!(error, Refusal::OtherRollup { .. }));
	// In a leaf that is final.
	for leafs in [5, 7, 0, u32::MAX] {
		let error = bent(|made| {
			let leaf = AnchorLeaf { rollups: leafs, ..leaf(made) };
			made.releaf(leaf.encode(), 37);
		});
		assert_eq!(error, Refusal::OtherCount { leaf: leafs, last: 5 });
	}
	let error = bent(|made| {
		let mut all = made.bundle.rollups.clone();
		all[2].closed_at = 38;
		made.reroll(all);
	});
	assert_eq!(error, Refusal::FromTheFuture { closed: 38, parent: 37 });
}

// --- the leaf and the MMR

#[test]
fn a_leaf_of_another_length_or_layout_is_refused() {
	for bytes in [0, 64, 104, 106, MAX_LEAF_BYTES] {
		let error = bent(|made| made.releaf(vec![0; bytes], 37));
		assert_eq!(error, Refusal::Malformed(What::Leaf), "{bytes} bytes");
	}
	let error = bent(|made| {
		let leaf = AnchorLeaf { version: 1, ..leaf(made) };
		made.releaf(leaf.encode(), 37);
	});
	assert_eq!(error, Refusal::OtherLayout { version: 1 });
}

#[test]
fn a_leaf_of_another_block_is_refused() {
	// At another place than its block's, in an MMR that is final.
	for index in [36, 38] {
		let error = bent(|made| {
			let bytes = leaf(made).encode();
			made.releaf(bytes, index);
		});
		assert_eq!(error, Refusal::WrongPlace { index, parent: 37 });
	}
	// The leaf says another block than the one at whose place it is.
	let error = bent(|made| {
		let leaf = AnchorLeaf { parent: (36, [0x11; 32]), ..leaf(made) };
		made.finality().leaf = leaf.encode();
	});
	assert_eq!(error, Refusal::WrongPlace { index: 37, parent: 36 });
	// Another leaf of the same MMR in its place.
	let error = bent(|made| {
		let leaf = AnchorLeaf { parent: (37, [0x12; 32]), ..leaf(made) };
		made.finality().leaf = leaf.encode();
	});
	assert_eq!(error, Refusal::Mmr(MmrError::WrongRoot));
	// A proof for another leaf.
	let error = bent(|made| {
		let (_, other) = mmr(&made.leaves, 36);
		made.finality().leaf_proof = other.encode();
	});
	assert_eq!(error, Refusal::WrongPlace { index: 36, parent: 37 });
}

#[test]
fn a_proof_of_the_leaf_with_other_hashes_is_refused() {
	let bend = |change: fn(&mut LeafProof)| {
		bent(|made| {
			let mut proof = proof(made);
			change(&mut proof);
			made.finality().leaf_proof = proof.encode();
		})
	};
	let wrong = |found| Refusal::Mmr(MmrError::WrongLength { found, needed: 5 });
	// 41 leaves are 32, 8 and 1. The 38th has a peak before it, three siblings, and a peak after it.
	assert_eq!(proof(&small()).items.len(), 5);
	assert_eq!(
		bend(|proof| {
			let _ = proof.items.pop();
		}),
		wrong(4)
	);
	assert_eq!(
		bend(|proof| {
			let _ = proof.items.remove(0);
		}),
		wrong(4)
	);
	assert_eq!(bend(|proof| proof.items.push([0; 32])), wrong(6));
	assert_eq!(bend(|proof| proof.items.insert(0, [0; 32])), wrong(6));
	let root = Refusal::Mmr(MmrError::WrongRoot);
	assert_eq!(bend(|proof| proof.items.swap(1, 2)), root);
	assert_eq!(bend(|proof| proof.items[1] = proof.items[0]), root);
	assert_eq!(bend(|proof| proof.items.reverse()), root);
	let error = Refusal::Mmr(MmrError::NotOneLeaf { leaves: 2 });
	assert_eq!(bend(|proof| proof.leaf_indices.push(37)), error);
	let error = Refusal::Mmr(MmrError::NotOneLeaf { leaves: 0 });
	assert_eq!(bend(|proof| proof.leaf_indices.clear()), error);
	let error = Refusal::Mmr(MmrError::TooManyItems { count: 100 });
	assert_eq!(bend(|proof| proof.items = vec![[0; 32]; 100]), error);
	let found = MAX_LEAF_PROOF_BYTES + 1;
	let error = bent(|made| made.finality().leaf_proof = vec![4; found]);
	let most = MAX_LEAF_PROOF_BYTES;
	assert_eq!(error, Refusal::TooLong { what: What::LeafProof, found, most });
	let error = bent(|made| {
		let _ = made.finality().leaf_proof.pop();
	});
	assert_eq!(error, Refusal::Mmr(MmrError::Malformed));
}

#[test]
fn an_mmr_of_another_height_is_refused() {
	for (leaf_count, number) in [(40, 41), (42, 41), (0, 41), (u64::MAX, 41)] {
		let error = bent(|made| {
			let proof = LeafProof { leaf_count, ..proof(made) };
			made.finality().leaf_proof = proof.encode();
		});
		assert_eq!(error, Refusal::OtherHeight { leaves: leaf_count, number });
	}
	let error = bent(|made| {
		let other = concordat_proofs::header::Header { number: 42, ..made.header() };
		made.rehead(&other);
	});
	assert_eq!(error, Refusal::OtherHeight { leaves: 41, number: 42 });
}

#[test]
fn a_node_of_the_mmr_never_passes_for_a_leaf() {
	// Two hashes are 64 bytes long, and a leaf of this chain never is.
	let error = bent(|made| {
		made.finality().leaf = [made.leaves[36], made.leaves[37]].concat();
	});
	assert_eq!(error, Refusal::Malformed(What::Leaf));
}

// --- the header

#[test]
fn a_header_without_one_root_is_refused() {
	let with = |change: fn(&mut Vec<concordat_proofs::header::DigestItem>)| {
		bent(|made| {
			let mut other = made.header();
			change(&mut other.digest);
			made.rehead(&other);
		})
	};
	assert_eq!(with(|digest| drop(digest.remove(1))), Refusal::Header(HeaderError::NoRoot));
	let twice = Refusal::Header(HeaderError::SeveralRoots);
	assert_eq!(with(|digest| digest.push(digest[1].clone())), twice);
	let error = with(|digest| {
		digest[1] = concordat_proofs::header::DigestItem::Consensus(MMR_ENGINE_ID, vec![1; 64]);
	});
	assert_eq!(error, Refusal::Header(HeaderError::BadRoot { bytes: 64 }));
	let error = bent(|made| {
		let other = header(41, digest([3; 32]));
		made.rehead(&other);
	});
	assert_eq!(error, Refusal::Mmr(MmrError::WrongRoot));
	let error = bent(|made| made.finality().header.push(0));
	assert_eq!(error, Refusal::Header(HeaderError::Malformed));
}

// --- the justification

#[test]
fn another_header_than_the_justified_one_is_refused() {
	let error = bent(|made| {
		let other = concordat_proofs::header::Header { parent: [1; 32], ..made.header() };
		made.finality().header = other.encode();
	});
	assert!(matches!(error, Refusal::Grandpa(GrandpaError::OtherTarget { .. })));
	let error = bent(|made| {
		let other = concordat_proofs::header::Header { parent: [1; 32], ..made.header() };
		made.finality().justification = justify(&other, SET, &made.keys);
	});
	assert!(matches!(error, Refusal::Grandpa(GrandpaError::OtherTarget { .. })));
}

#[test]
fn too_little_weight_and_doubled_voters_are_refused() {
	let error = bent(|made| votes(made, |read| read.votes.truncate(2)));
	assert_eq!(error, Refusal::Grandpa(GrandpaError::NotEnough { weight: 2, needed: 3 }));
	let error = bent(|made| votes(made, |read| read.votes[2] = read.votes[0].clone()));
	assert_eq!(error, Refusal::Grandpa(GrandpaError::SecondVote { place: 2 }));
	let error = bent(|made| votes(made, |read| read.votes.push(read.votes[0].clone())));
	assert_eq!(error, Refusal::Grandpa(GrandpaError::SecondVote { place: 3 }));
	let error = bent(|made| votes(made, |read| read.votes[1].signature[7] ^= 1));
	assert_eq!(error, Refusal::Grandpa(GrandpaError::BadSignature { place: 1 }));
	let stranger = keys(9)[8];
	let error = bent(|made| {
		let target = (made.header().hash(), 41);
		votes(made, |read| read.votes[1] = vote(&stranger, SET, target));
	});
	assert_eq!(error, Refusal::Grandpa(GrandpaError::ForeignVote { place: 1 }));
}

#[test]
fn justifications_of_another_set_are_refused() {
	// By the trusted keys, in another term of theirs.
	let error = bent(|made| {
		made.finality().justification = justify(&made.header(), SET + 1, &made.keys);
	});
	let wrong = GrandpaError::WrongSet { held: SET, signed: SET + 1 };
	assert_eq!(error, Refusal::Grandpa(wrong));
	let error = bent(|made| {
		made.finality().justification = justify(&made.header(), SET + 1, &made.keys);
		made.finality().set_id = SET + 1;
	});
	assert_eq!(error, Refusal::OtherSet { found: SET + 1, trusted: SET });
	// By others, who are in the file and hold all that they say.
	let other = make(Shape { authorities: 5, ..Shape::SMALL });
	assert!(holds(&other).is_ok());
	let trusted = set(SET, &keys(4));
	let error = check(&other.bundle, &Trust::Authorities(&trusted), None).unwrap_err();
	let found = other.authorities.hash();
	assert_eq!(error, Refusal::OtherAuthorities { found, trusted: trusted.hash() });
	// The same keys with another weight.
	let list = keys(4).iter().map(|key| (crate::made::public(key), 2)).collect();
	let heavier = Authorities::new(SET, list).unwrap();
	let error = check(&small().bundle, &Trust::Authorities(&heavier), None).unwrap_err();
	assert!(matches!(error, Refusal::OtherAuthorities { .. }));
}

#[test]
fn sets_that_are_none_are_refused() {
	let error = bent(|made| made.finality().authorities.clear());
	assert_eq!(error, Refusal::Grandpa(GrandpaError::NoAuthorities));
	let error = bent(|made| made.finality().authorities[1].weight = 0);
	assert_eq!(error, Refusal::Grandpa(GrandpaError::ZeroWeight { place: 1 }));
	let error = bent(|made| {
		let first = made.finality().authorities[0].clone();
		made.finality().authorities.push(first);
	});
	assert!(matches!(error, Refusal::Grandpa(GrandpaError::ListedTwice { .. })));
	let error = bent(|made| made.finality().authorities[1].weight = u64::MAX);
	assert_eq!(error, Refusal::Grandpa(GrandpaError::WeightOverflow));
}

// --- trust and bounds

#[test]
fn what_is_not_trusted_is_refused() {
	let made = small();
	let found = made.header().hash();
	let error = Refusal::OtherHeader { found, trusted: [1; 32] };
	assert_eq!(check(&made.bundle, &Trust::Header([1; 32]), None), Err(error));
	let found = made.bundle.rollups[0].hash();
	let error = Refusal::NotThatRollup { found, trusted: [1; 32] };
	assert_eq!(check(&made.bundle, &Trust::Rollup([1; 32]), None), Err(error));
	// A rollup before the receipt's proves nothing about it.
	let before = made.bundle.rollups[0].previous;
	let error = Refusal::NotThatRollup { found, trusted: before };
	assert_eq!(check(&made.bundle, &Trust::Rollup(before), None), Err(error));
}

#[test]
fn a_trusted_header_does_not_excuse_a_bad_justification() {
	let mut made = small();
	let trust = Trust::Header(made.header().hash());
	assert!(check(&made.bundle, &trust, None).is_ok());
	votes(&mut made, |read| read.votes.truncate(2));
	assert!(matches!(check(&made.bundle, &trust, None), Err(Refusal::Grandpa(_))));
}

#[test]
fn long_parts_are_refused_unread() {
	let found = MAX_RECEIPT_BYTES + 1;
	let error = bent(|made| made.bundle.receipt = vec![0; found]);
	assert_eq!(error, Refusal::TooLong { what: What::Receipt, found, most: MAX_RECEIPT_BYTES });
	let found = MAX_LEAF_BYTES + 1;
	let error = bent(|made| made.finality().leaf = vec![0; found]);
	assert_eq!(error, Refusal::TooLong { what: What::Leaf, found, most: MAX_LEAF_BYTES });
	let found = MAX_SIGNATURES_BYTES + 1;
	let error = bent(|made| made.bundle.signatures = Some(vec![0; found]));
	let most = MAX_SIGNATURES_BYTES;
	assert_eq!(error, Refusal::TooLong { what: What::Signatures, found, most });
}

#[test]
fn refusals_say_what_is_wrong() {
	let text = |refusal: Refusal| refusal.to_string();
	let error = bent(|made| made.bundle.path.clear());
	assert_eq!(text(error), "the path has 0 siblings where the tree has 3 levels");
	let error = bent(|made| made.finality().set_id = 6);
	assert!(text(error).contains("authority set 5, where set 6 is held"), "{error}");
}
