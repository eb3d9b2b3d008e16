//! Rollups and leaves, next to the chain's own types.

use crate::made::rollups;
use codec::{DecodeAll, Encode};
use concordat_primitives::{receipt, rollup as chain};
use concordat_proofs::rollup::{
	check_chain, AnchorLeaf, ChainError, RollupHeader, ANCHOR_LEAF_BYTES, MAX_ROLLUPS,
};

#[test]
fn a_receipt_is_the_chains() {
	let clause = concordat_primitives::ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap();
	let operation = receipt::Operation::DispatchRefused { clause, reason: 42 };
	let theirs = receipt::ReceiptBody { id: 42, block: 7, operation };
	assert_eq!(crate::made::receipt(42, 7), theirs.encode());
}

#[test]
fn a_header_is_the_chains() {
	for theirs in [
		receipt::RollupHeader {
			epoch: 3,
			genesis: [1; 32].into(),
			previous: [2; 32].into(),
			root: [0xab; 32].into(),
			count: 4,
			first_receipt: u64::MAX - 1,
			opened_at: 6,
			closed_at: u32::MAX,
		},
		receipt::RollupHeader {
			epoch: 0,
			genesis: Default::default(),
			previous: Default::default(),
			root: Default::default(),
			count: 0,
			first_receipt: 0,
			opened_at: 0,
			closed_at: 0,
		},
	] {
		let ours = RollupHeader::decode_all(&mut &theirs.encode()[..]).unwrap();
		assert_eq!(ours.encode(), theirs.encode());
		assert_eq!(ours.hash(), theirs.hash().0);
		let json = serde_json::to_value(&theirs).unwrap();
		assert_eq!(serde_json::to_value(&ours).unwrap(), json);
		assert_eq!(serde_json::from_value::<RollupHeader>(json).unwrap(), ours);
	}
}

#[test]
fn a_leaf_is_the_chains() {
	let theirs = chain::AnchorLeaf {
		version: 0,
		parent: (7, [1; 32].into()),
		rollups: 9,
		rollup: [2; 32].into(),
		signers: [3; 32].into(),
	};
	let bytes = theirs.encode();
	assert_eq!(bytes.len(), ANCHOR_LEAF_BYTES);
	let ours = AnchorLeaf::decode_all(&mut &bytes[..]).unwrap();
	assert_eq!(ours.encode(), bytes);
	assert_eq!(
		(ours.parent, ours.rollups, ours.rollup, ours.signers),
		((7, [1; 32]), 9, [2; 32], [3; 32])
	);
}

#[test]
fn a_chain_holds_from_one_to_the_most() {
	for count in [1, 2, 3, MAX_ROLLUPS] {
		let all = rollups(count as u32, [1; 32], 5);
		assert_eq!(check_chain(&all), Ok(all[count - 1].hash()));
	}
	assert_eq!(check_chain(&[]), Err(ChainError::Empty));
	let count = MAX_ROLLUPS + 1;
	let long = rollups(count as u32, [1; 32], 5);
	assert_eq!(check_chain(&long), Err(ChainError::TooMany { count }));
}

/// Makes the hashes fit again, so that only the change itself is left to notice.
fn rechained(mut all: Vec<RollupHeader>) -> Vec<RollupHeader> {
	for place in 1..all.len() {
		all[place].previous = all[place - 1].hash();
	}
	all
}

#[test]
fn a_broken_chain_is_refused_where_it_breaks() {
	let all = rollups(4, [1; 32], 5);
	let mut bent = all.clone();
	bent[1].root = [0; 32];
	let (names, before) = (all[1].hash(), bent[1].hash());
	assert_eq!(check_chain(&bent), Err(ChainError::Broken { place: 2, names, before }));
	// One left out, two exchanged, one twice.
	let out = [all[0].clone(), all[2].clone()];
	assert!(matches!(check_chain(&out), Err(ChainError::Broken { place: 1, .. })));
	let exchanged = [all[0].clone(), all[2].clone(), all[1].clone(), all[3].clone()];
	assert!(matches!(check_chain(&exchanged), Err(ChainError::Broken { place: 1, .. })));
	let twice = [all[0].clone(), all[0].clone()];
	assert!(matches!(check_chain(&twice), Err(ChainError::Broken { place: 1, .. })));
}

#[test]
fn a_rollup_of_another_chain_is_refused() {
	let mut bent = rollups(3, [1; 32], 5);
	bent[2].genesis = [4; 32];
	let error = ChainError::OtherGenesis { place: 2, found: [4; 32] };
	assert_eq!(check_chain(&bent), Err(error));
}

#[test]
fn rollups_that_do_not_go_on_are_refused() {
	let changes: [fn(&mut RollupHeader); 4] = [
		|rollup| rollup.epoch += 1,
		|rollup| rollup.first_receipt += 1,
		|rollup| rollup.first_receipt -= 1,
		|rollup| rollup.opened_at = 1,
	];
	for change in changes {
		let mut bent = rollups(3, [1; 32], 5);
		change(&mut bent[1]);
		assert_eq!(check_chain(&rechained(bent)), Err(ChainError::Gap { place: 1 }));
	}
	let mut last = rollups(2, [1; 32], 5);
	last[0].epoch = u32::MAX;
	assert_eq!(check_chain(&rechained(last)), Err(ChainError::Gap { place: 1 }));
}
