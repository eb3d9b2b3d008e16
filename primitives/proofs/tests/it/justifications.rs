//! Justifications of the SDK. All forms of tampering are in the tests of `concordat-finality`, which runs the same code.

use crate::made::{header, justify, keys, set, SET};
use codec::Encode;
use concordat_finality::fixtures::{self, Voters};
use concordat_proofs::grandpa::{verify, GrandpaError};
use sp_core::H256;

#[test]
fn what_the_sdk_signs_is_final_here() {
	let voters = Voters::new(SET, 1..8);
	let made = fixtures::header(H256::repeat_byte(1), 10, H256::repeat_byte(2), vec![]);
	let target = (made.hash().0, 10);
	let authorities = voters.authorities();
	assert_eq!(verify(target, &voters.justify(&made), authorities.plain()), Ok(()));
	let few = voters.justify_by(&made, &[0, 1, 2, 3]);
	assert_eq!(
		verify(target, &few, authorities.plain()),
		Err(GrandpaError::NotEnough { weight: 4, needed: 5 })
	);
}

#[test]
fn the_same_keys_make_the_same_set_and_the_same_votes() {
	let keys = keys(4);
	let theirs = Voters::new(SET, 1..5);
	assert_eq!(set(SET, &keys), *theirs.authorities().plain());
	let ours = header(10, vec![]);
	let made = fixtures::header(ours.parent.into(), 10, ours.state_root.into(), vec![]);
	let made = sp_runtime::generic::Header { extrinsics_root: ours.extrinsics_root.into(), ..made };
	assert_eq!(made.encode(), ours.encode());
	let target = (ours.hash(), 10);
	assert_eq!(verify(target, &justify(&ours, SET, &keys), theirs.authorities().plain()), Ok(()));
}

#[test]
fn sets_are_named_by_number_keys_and_weights() {
	let name = |set_id, seeds: std::ops::Range<u8>| {
		Voters::new(set_id, seeds).authorities().plain().hash()
	};
	assert_eq!(name(1, 1..5), name(1, 1..5));
	assert_ne!(name(1, 1..5), name(2, 1..5));
	assert_ne!(name(1, 1..5), name(1, 1..4));
	let weighted = Voters::weighted(1, [(1, 2), (2, 1), (3, 1), (4, 1)]);
	assert_ne!(name(1, 1..5), weighted.authorities().plain().hash());
}
