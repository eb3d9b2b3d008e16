//! Sets of authorities.

use crate::{fixtures::Voters, Authorities, FinalityError, What, MAX_AUTHORITIES};
use codec::{Compact, Decode, DecodeAll, Encode};
use sp_core::ed25519::Public;

fn key(number: u32) -> Public {
	Public::from_raw(sp_io::hashing::blake2_256(&number.encode()))
}

#[test]
fn threshold_should_be_more_than_two_thirds() {
	for (weights, threshold) in [
		(vec![1], 1),
		(vec![1, 1], 2),
		(vec![1, 1, 1], 3),
		(vec![1; 4], 3),
		(vec![1; 6], 5),
		(vec![1; 7], 5),
		(vec![1; 10], 7),
		(vec![100, 1, 1], 69),
		(vec![u64::MAX], u64::MAX - (u64::MAX - 1) / 3),
	] {
		let list = (0..).map(key).zip(weights.clone()).collect();
		let set = Authorities::new(0, list).unwrap();
		assert_eq!(set.threshold(), threshold, "{weights:?}");
		assert!(u128::from(threshold) * 3 > u128::from(set.total()) * 2, "{weights:?}");
	}
}

#[test]
fn lists_that_decide_nothing_should_be_refused() {
	let new = |list| Authorities::new(0, list).unwrap_err();
	assert_eq!(new(vec![]), FinalityError::NoAuthorities);
	assert_eq!(new(vec![(key(1), 1), (key(2), 0)]), FinalityError::ZeroWeight { place: 1 });
	let twice = new(vec![(key(1), 1), (key(2), 1), (key(1), 2)]);
	assert!(matches!(twice, FinalityError::ListedTwice { .. }));
	assert_eq!(new(vec![(key(1), u64::MAX), (key(2), 1)]), FinalityError::WeightOverflow);
}

#[test]
fn too_many_authorities_should_be_refused_before_they_are_read() {
	let most = MAX_AUTHORITIES;
	let list: Vec<_> = (0..most as u32 + 1).map(|n| (key(n), 1u64)).collect();
	let error = FinalityError::TooMany { what: What::Authorities, count: most + 1, most };
	assert_eq!(Authorities::new(0, list.clone()), Err(error.clone()));
	assert_eq!(Authorities::decode_list(0, &list.encode()), Err(error.clone()));
	assert!(Authorities::decode_list(0, &list[1..].encode()).is_ok());
	// The count alone is enough.
	assert_eq!(Authorities::decode_list(0, &Compact(most as u32 + 1).encode()), Err(error));
}

#[test]
fn lists_should_be_read_whole_and_alone() {
	let bytes = Voters::new(0, [1, 2]).list().encode();
	assert_eq!(Authorities::decode_list(0, &bytes), Ok(Voters::new(0, [1, 2]).authorities()));
	let malformed = Err(FinalityError::Malformed(What::Authorities));
	for len in 0..bytes.len() {
		assert_eq!(Authorities::decode_list(0, &bytes[..len]), malformed, "{len} bytes");
	}
	assert_eq!(Authorities::decode_list(0, &[&bytes[..], &[0]].concat()), malformed);
}

#[test]
fn the_order_of_a_list_should_not_matter() {
	assert_eq!(Voters::new(3, [5, 1, 9]).authorities(), Voters::new(3, [9, 5, 1]).authorities());
}

#[test]
fn stored_sets_should_be_checked_when_read() {
	let set = Voters::new(3, [5, 1, 9]).authorities();
	assert_eq!(Authorities::decode_all(&mut &set.encode()[..]).unwrap(), set);
	let stored = |list: Vec<(Public, u64)>| Authorities::decode(&mut &(3u64, list).encode()[..]);
	assert!(stored(vec![(key(1), 1)]).is_ok());
	assert!(stored(vec![]).is_err());
	assert!(stored(vec![(key(1), 0)]).is_err());
	assert!(stored(vec![(key(1), 1), (key(1), 1)]).is_err());
	assert!(stored((0..MAX_AUTHORITIES as u32 + 1).map(|n| (key(n), 1)).collect()).is_err());
}

#[test]
fn weights_should_be_found_by_key() {
	let voters = Voters::weighted(0, [(9, 3), (1, 7)]);
	let set = voters.authorities();
	assert_eq!(set.weight(&voters.list()[0].0.clone().into_inner()), Some(3));
	assert_eq!(set.weight(&voters.list()[1].0.clone().into_inner()), Some(7));
	assert_eq!(set.weight(&key(1)), None);
	assert_eq!((set.len(), set.total()), (2, 10));
}
