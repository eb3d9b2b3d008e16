//! Whether a header is final.

use super::{child, plain};
use crate::{
	fixtures::Voters,
	justification::{Justification, Vote},
	tidy, verify_justification, FinalityError, Hash, HashedHeader, Header, What, MAX_ANCESTORS,
	MAX_AUTHORITIES, MAX_JUSTIFICATION_BYTES,
};
use codec::{Compact, Encode};
use sp_core::{ed25519, Pair};
use sp_keyring::Ed25519Keyring as Keyring;

const ROUND: u64 = 3;
const SET: u64 = 5;

fn voters() -> Voters {
	Voters::new(SET, 1..5)
}

fn point(header: &Header) -> (Hash, u32) {
	(header.hash(), header.number)
}

/// A justification of `target` in which authority `n` votes for `n`-th of `blocks`.
fn justification(target: &Header, blocks: &[&Header], ancestors: &[&Header]) -> Justification {
	let vote = |(place, block): (usize, &&Header)| voters().vote(place, point(block), ROUND);
	Justification {
		round: ROUND,
		target: point(target),
		votes: blocks.iter().enumerate().map(vote).collect(),
		ancestors: ancestors.iter().map(|header| (*header).clone()).collect(),
	}
}

fn honest() -> Justification {
	justification(&plain(), &[&plain(); 3], &[])
}

fn verify_by(
	header: &Header,
	justification: &Justification,
	voters: &Voters,
) -> Result<(), FinalityError> {
	let header = HashedHeader::decode(&header.encode())?;
	verify_justification(&header, &justification.encode(), &voters.authorities())
}

fn verify(justification: &Justification) -> Result<(), FinalityError> {
	verify_by(&plain(), justification, &voters())
}

#[test]
fn enough_votes_should_finalise() {
	assert_eq!(verify(&honest()), Ok(()));
	assert_eq!(verify(&justification(&plain(), &[&plain(); 4], &[])), Ok(()));
}

#[test]
fn signatures_should_be_those_of_grandpa() {
	// Made from the primitives of the SDK alone, with the keys of its keyring.
	use sp_consensus_grandpa::{localized_payload, AuthorityId};
	let keys = [Keyring::Alice, Keyring::Bob, Keyring::Charlie];
	let header = plain();
	let precommit =
		finality_grandpa::Precommit { target_hash: header.hash(), target_number: header.number };
	let message = finality_grandpa::Message::Precommit(precommit.clone());
	let payload = localized_payload(ROUND, SET, &message);
	let precommits = keys.map(|key| finality_grandpa::SignedPrecommit {
		precommit: precommit.clone(),
		signature: key.pair().sign(&payload).into(),
		id: AuthorityId::from(key.public()),
	});
	let made = sp_consensus_grandpa::GrandpaJustification::<Header> {
		round: ROUND,
		commit: finality_grandpa::Commit {
			target_hash: header.hash(),
			target_number: header.number,
			precommits: precommits.to_vec(),
		},
		votes_ancestries: vec![],
	};
	let list = keys.iter().map(|key| (key.public(), 1)).collect();
	let authorities = crate::Authorities::new(SET, list).unwrap();
	let header = HashedHeader::decode(&header.encode()).unwrap();
	assert_eq!(verify_justification(&header, &made.encode(), &authorities), Ok(()));
}

#[test]
fn two_thirds_should_not_be_enough() {
	// Of weights 6, 5, 4, 3: 18, so that 12 is two thirds and 13 is needed.
	let weighted = Voters::weighted(SET, [(1, 6), (2, 5), (3, 4), (4, 3)]);
	let by = |places: &[usize]| {
		let header = HashedHeader::decode(&plain().encode()).unwrap();
		let bytes = weighted.justify_by(&plain(), places);
		verify_justification(&header, &bytes, &weighted.authorities())
	};
	assert_eq!(by(&[1, 2, 3]), Err(FinalityError::NotEnough { weight: 12, needed: 13 }));
	assert_eq!(by(&[0, 2, 3]), Ok(()));
	assert_eq!(by(&[]), Err(FinalityError::NotEnough { weight: 0, needed: 13 }));
	// Of three of the same weight, all; of six, five.
	for (all, needed) in [(3usize, 3u64), (6, 5)] {
		let voters = Voters::new(SET, 1..=all as u8);
		let header = HashedHeader::decode(&plain().encode()).unwrap();
		for count in 0..=all {
			let bytes = voters.justify_by(&plain(), &(0..count).collect::<Vec<_>>());
			let verdict = verify_justification(&header, &bytes, &voters.authorities());
			let weight = count as u64;
			let error = FinalityError::NotEnough { weight, needed };
			assert_eq!(verdict, if weight < needed { Err(error) } else { Ok(()) });
		}
	}
}

#[test]
fn another_block_should_not_be_finalised() {
	let (header, other) = (plain(), child(&plain(), 1));
	assert!(matches!(
		verify_by(&other, &honest(), &voters()),
		Err(FinalityError::OtherTarget { .. })
	));
	// The right hash under another height.
	let mut moved = honest();
	moved.target.1 += 1;
	assert!(matches!(verify(&moved), Err(FinalityError::OtherTarget { .. })));
	assert_eq!(verify_by(&header, &honest(), &voters()), Ok(()));
}

#[test]
fn a_second_vote_should_be_refused() {
	// The same one again, with which three quarters would have voted.
	let mut twice = justification(&plain(), &[&plain(); 2], &[]);
	twice.votes.push(twice.votes[0].clone());
	assert_eq!(verify(&twice), Err(FinalityError::SecondVote { place: 2 }));
	// Enough without it, all the same.
	let mut twice = honest();
	twice.votes.push(twice.votes[0].clone());
	assert_eq!(verify(&twice), Err(FinalityError::SecondVote { place: 3 }));
	// For a descendant, signed as well: an equivocation.
	let above = child(&plain(), 1);
	let mut twice = honest();
	twice.votes.push(voters().vote(0, point(&above), ROUND));
	twice.ancestors.push(above);
	assert_eq!(verify(&twice), Err(FinalityError::SecondVote { place: 3 }));
}

#[test]
fn a_foreign_vote_should_be_refused() {
	let foreign = Voters::new(SET + 50, [99]).vote(0, point(&plain()), ROUND);
	let mut among = honest();
	among.votes.push(foreign.clone());
	assert_eq!(verify(&among), Err(FinalityError::ForeignVote { place: 3 }));
	let mut instead = honest();
	instead.votes[0] = foreign;
	assert_eq!(verify(&instead), Err(FinalityError::ForeignVote { place: 0 }));
}

#[test]
fn signatures_should_bind_block_round_set_and_voter() {
	let cases: [(&str, fn(&mut Justification)); 5] = [
		("signature", |j| j.votes[1].signature.0[5] ^= 1),
		("round", |j| j.round += 1),
		("voter", |j| j.votes[1].voter = voters().pairs[3].0.public()),
		("swapped", |j| {
			let signature = j.votes[0].signature;
			j.votes[1].signature = signature;
		}),
		("no signature", |j| j.votes[1].signature = ed25519::Signature::default()),
	];
	for (what, change) in cases {
		let mut changed = honest();
		change(&mut changed);
		let place = if what == "round" { 0 } else { 1 };
		assert_eq!(verify(&changed), Err(FinalityError::BadSignature { place }), "{what}");
	}
	// A prevote says something else than a precommit.
	let mut changed = honest();
	let mut payload = changed.votes[2].payload(ROUND, SET);
	payload[0] = 0;
	changed.votes[2].signature = voters().pairs[2].0.sign(&payload);
	assert_eq!(verify(&changed), Err(FinalityError::BadSignature { place: 2 }));
}

#[test]
fn votes_for_another_set_should_be_told() {
	for signed in [SET - 2, SET - 1, SET + 1, SET + 2] {
		let other = Voters { set_id: signed, ..voters() };
		let verdict = |bytes: Vec<u8>| {
			let header = HashedHeader::decode(&plain().encode()).unwrap();
			verify_justification(&header, &bytes, &voters().authorities())
		};
		let error = Err(FinalityError::WrongSet { held: SET, signed });
		assert_eq!(verdict(other.justify(&plain())), error, "the same keys");
		assert_eq!(verdict(Voters::new(signed, 51..55).justify(&plain())), error, "other keys");
	}
}

#[test]
fn votes_above_the_block_should_count_for_it() {
	let target = plain();
	let (a, b) = (child(&target, 1), child(&target, 2));
	let (aa, ab) = (child(&a, 1), child(&a, 2));
	for (votes, ancestors) in [
		(vec![&target, &target, &a], vec![&a]),
		(vec![&target, &a, &b], vec![&a, &b]),
		(vec![&target, &a, &b], vec![&b, &a]),
		(vec![&aa, &target, &ab], vec![&a, &aa, &ab]),
		(vec![&aa, &target, &b, &ab], vec![&a, &aa, &ab, &b]),
	] {
		if votes.len() == 4 {
			// Three of four have voted for `a` or above: this one is final, not its parent.
			let three = justification(&target, &[&aa, &target, &a, &ab], &[&a, &aa, &ab]);
			let error = FinalityError::DescendantIsFinal { child: a.hash() };
			assert_eq!(verify(&three), Err(error));
		}
		assert_eq!(verify(&justification(&target, &votes, &ancestors)), Ok(()), "{votes:?}");
	}
}

#[test]
fn votes_beside_the_block_should_be_refused() {
	let below = plain();
	let target = child(&below, 1);
	let sibling = child(&below, 2);
	let other = child(&sibling, 1);
	let above = child(&target, 1);
	for (vote, ancestors) in [
		(&below, vec![]),
		(&below, vec![&target]),
		(&sibling, vec![]),
		(&sibling, vec![&sibling]),
		(&other, vec![&other]),
		(&other, vec![&sibling, &other]),
		// Without the header that shows the descent.
		(&above, vec![]),
		(&child(&above, 1), vec![&above]),
	] {
		let votes = [&target, &target, vote, &target];
		let verdict = verify_by(&target, &justification(&target, &votes, &ancestors), &voters());
		assert_eq!(verdict, Err(FinalityError::NotADescendant { place: 2 }));
	}
}

#[test]
fn a_gap_in_the_descent_should_be_refused() {
	let target = plain();
	let a = child(&target, 1);
	let aa = child(&a, 1);
	let gap = justification(&target, &[&target, &target, &aa], &[&aa]);
	assert_eq!(verify(&gap), Err(FinalityError::NotADescendant { place: 2 }));
}

#[test]
fn a_vote_should_mean_the_height_of_its_block() {
	let target = plain();
	let a = child(&target, 1);
	let mut changed = honest();
	changed.votes[1] = voters().vote(1, (target.hash(), target.number + 1), ROUND);
	assert_eq!(verify(&changed), Err(FinalityError::NotADescendant { place: 1 }));
	let mut changed = justification(&target, &[&target, &target, &a], &[&a]);
	changed.votes[2] = voters().vote(2, (a.hash(), a.number + 1), ROUND);
	assert_eq!(verify(&changed), Err(FinalityError::NotADescendant { place: 2 }));
}

#[test]
fn a_block_that_nobody_voted_for_should_not_be_finalised() {
	let target = plain();
	let (a, b) = (child(&target, 1), child(&target, 2));
	let split = justification(&target, &[&a, &b, &a, &b], &[&a, &b]);
	assert_eq!(verify(&split), Err(FinalityError::NoVoteForTarget));
}

#[test]
fn headers_of_no_use_should_be_refused() {
	let target = plain();
	let (a, b) = (child(&target, 1), child(&target, 2));
	let unused = |votes: &[&Header], ancestors: &[&Header], used| {
		let error = FinalityError::UnusedAncestors { supplied: ancestors.len(), used };
		assert_eq!(verify(&justification(&target, votes, ancestors)), Err(error));
	};
	unused(&[&target; 3], &[&a], 0);
	unused(&[&target; 3], &[&target], 0);
	unused(&[&target, &target, &a], &[&a, &b], 1);
	unused(&[&target, &target, &a], &[&a, &a], 1);
	unused(&[&target, &target, &a], &[&a, &target], 1);
}

#[test]
fn bytes_should_be_read_whole_and_alone() {
	let a = child(&plain(), 1);
	let header = HashedHeader::decode(&plain().encode()).unwrap();
	let bytes = justification(&plain(), &[&plain(), &plain(), &a], &[&a]).encode();
	let verify = |bytes: &[u8]| verify_justification(&header, bytes, &voters().authorities());
	assert_eq!(verify(&bytes), Ok(()));
	for len in 0..bytes.len() {
		let error = verify(&bytes[..len]).unwrap_err();
		assert!(matches!(error, FinalityError::Malformed(_)), "{len} bytes: {error}");
	}
	let long = [&bytes[..], &[0]].concat();
	assert_eq!(verify(&long), Err(FinalityError::Malformed(What::Justification)));
}

#[test]
fn sizes_and_counts_should_be_bounded_before_anything_is_read() {
	let header = HashedHeader::decode(&plain().encode()).unwrap();
	let verify = |bytes: &[u8]| verify_justification(&header, bytes, &voters().authorities());
	let (bytes, most) = (MAX_JUSTIFICATION_BYTES + 1, MAX_JUSTIFICATION_BYTES);
	assert_eq!(
		verify(&vec![0; bytes]),
		Err(FinalityError::TooLong { what: What::Justification, bytes, most })
	);
	let head = (ROUND, plain().hash(), plain().number).encode();
	let most = 2 * MAX_AUTHORITIES;
	let count = most + 1;
	assert_eq!(
		verify(&[&head[..], &Compact(count as u32).encode()].concat()),
		Err(FinalityError::TooMany { what: What::Votes, count, most })
	);
	let (count, most) = (MAX_ANCESTORS + 1, MAX_ANCESTORS);
	assert_eq!(
		verify(&[&head[..], &[0], &Compact(count as u32).encode()].concat()),
		Err(FinalityError::TooMany { what: What::Ancestors, count, most })
	);
}

#[test]
fn the_largest_set_should_fit() {
	let pairs: Vec<_> = (0..MAX_AUTHORITIES as u32)
		.map(|n| (ed25519::Pair::from_seed(&sp_io::hashing::blake2_256(&n.encode())), 1))
		.collect();
	let voters = Voters { set_id: SET, pairs };
	let header = HashedHeader::decode(&plain().encode()).unwrap();
	let bytes = voters.justify(&plain());
	assert!(bytes.len() < MAX_JUSTIFICATION_BYTES / 4);
	assert_eq!(verify_justification(&header, &bytes, &voters.authorities()), Ok(()));
}

#[test]
fn tidying_should_take_out_what_is_of_no_use() {
	let below = plain();
	let target = child(&below, 1);
	let (a, b) = (child(&target, 1), child(&target, 2));
	let clean = justification(&target, &[&target, &target, &a], &[&a]);
	let authorities = voters().authorities();
	assert_eq!(tidy(&clean.encode(), &authorities), Ok(clean.encode()));

	let mut padded = clean.clone();
	padded.votes.push(clean.votes[0].clone());
	padded.votes.push(voters().vote(1, point(&b), ROUND));
	padded.votes.push(voters().vote(3, point(&below), ROUND));
	padded.votes.push(Voters::new(SET, [99]).vote(0, point(&target), ROUND));
	padded.ancestors = vec![b, a.clone(), target.clone(), a];
	assert!(verify_by(&target, &padded, &voters()).is_err());
	assert_eq!(tidy(&padded.encode(), &authorities), Ok(clean.encode()));
	assert_eq!(verify_by(&target, &clean, &voters()), Ok(()));
}

#[test]
fn tidying_should_take_a_votes_first_that_counts() {
	let below = plain();
	let target = child(&below, 1);
	let mut padded = justification(&target, &[&below, &target, &target], &[]);
	let vote: Vote = voters().vote(0, point(&target), ROUND);
	padded.votes.push(vote);
	let tidied = tidy(&padded.encode(), &voters().authorities()).unwrap();
	let header = HashedHeader::decode(&target.encode()).unwrap();
	assert_eq!(verify_justification(&header, &tidied, &voters().authorities()), Ok(()));
}
