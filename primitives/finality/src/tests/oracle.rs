//! Thousands of justifications, most of them tampered with, before this crate and before what nodes do.
//!
//! What nodes do is `GrandpaJustification::decode_and_verify_finalizes` of `sc-consensus-grandpa`, step by step over the
//! same `finality_grandpa::validate_commit` and the signature check of `sp-consensus-grandpa`. The client crate itself is
//! compared with in the node's tests.

use super::{child, plain};
use crate::{
	fixtures::Voters, justification::Justification, tidy, verify_justification, FinalityError,
	Hash, HashedHeader, Header,
};
use codec::{DecodeAll, Encode};
use finality_grandpa::{validate_commit, voter_set::VoterSet, Chain, Message};
use sp_consensus_grandpa::{check_message_signature, AuthorityId, GrandpaJustification};
use std::collections::{HashMap, HashSet};

struct Ancestors(HashMap<Hash, Hash>);

impl Chain<Hash, u32> for Ancestors {
	fn ancestry(&self, base: Hash, block: Hash) -> Result<Vec<Hash>, finality_grandpa::Error> {
		let mut route = Vec::new();
		let mut at = block;
		while at != base {
			at = *self.0.get(&at).ok_or(finality_grandpa::Error::NotDescendent)?;
			route.push(at);
		}
		route.pop();
		Ok(route)
	}
}

/// What a node makes of it.
fn node_accepts(header: &Header, bytes: &[u8], voters: &Voters) -> bool {
	let Ok(read) = GrandpaJustification::<Header>::decode_all(&mut &bytes[..]) else {
		return false;
	};
	let GrandpaJustification { round, commit, votes_ancestries } = read;
	if (commit.target_hash, commit.target_number) != (header.hash(), header.number) {
		return false;
	}
	let set = VoterSet::<AuthorityId>::new(voters.list()).unwrap();
	let chain = Ancestors(
		votes_ancestries.iter().map(|header| (header.hash(), header.parent_hash)).collect(),
	);
	if !validate_commit(&commit, &set, &chain).is_ok_and(|result| result.is_valid()) {
		return false;
	}
	let lowest = commit.precommits.iter().min_by_key(|vote| vote.precommit.target_number).unwrap();
	let base = lowest.precommit.target_hash;
	let mut visited = HashSet::new();
	for vote in &commit.precommits {
		let message = Message::Precommit(vote.precommit.clone());
		let (id, signature) = (&vote.id, &vote.signature);
		if !check_message_signature(&message, id, signature, round, voters.set_id).is_valid() {
			return false;
		}
		if vote.precommit.target_hash != base {
			let Ok(route) = chain.ancestry(base, vote.precommit.target_hash) else { return false };
			visited.insert(vote.precommit.target_hash);
			visited.extend(route);
		}
	}
	visited == votes_ancestries.iter().map(|header| header.hash()).collect()
}

/// Pseudo-random numbers, the same in each run (splitmix64).
struct Numbers(u64);

impl Numbers {
	fn below(&mut self, bound: usize) -> usize {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		((z ^ (z >> 31)) % bound as u64) as usize
	}
}

const ROUND: u64 = 3;

fn point(header: &Header) -> (Hash, u32) {
	(header.hash(), header.number)
}

/// Blocks below, at, above and beside the target.
struct Blocks {
	below: Header,
	target: Header,
	/// Descendants, each of the ones before it or of the target.
	above: Vec<Header>,
	beside: Header,
}

fn blocks(numbers: &mut Numbers) -> Blocks {
	let below = plain();
	let target = child(&below, 1);
	let beside = child(&below, 2);
	let mut above: Vec<Header> = Vec::new();
	for salt in 0..5 {
		let place = numbers.below(above.len() + 1);
		let parent = above.get(place).unwrap_or(&target);
		let header = child(parent, 10 + salt);
		above.push(header);
	}
	Blocks { below, target, above, beside }
}

/// An honest justification, as far as there are enough votes.
fn honest(numbers: &mut Numbers, blocks: &Blocks, voters: &Voters) -> Justification {
	let mut votes = Vec::new();
	for place in 0..voters.pairs.len() {
		let block = match numbers.below(8) {
			0 => continue,
			1 | 2 => &blocks.above[numbers.below(blocks.above.len())],
			_ => &blocks.target,
		};
		votes.push(voters.vote(place, point(block), ROUND));
	}
	let mut justification =
		Justification { round: ROUND, target: point(&blocks.target), votes, ancestors: vec![] };
	route(&mut justification, blocks);
	justification
}

/// Brings the headers that the votes need.
fn route(justification: &mut Justification, blocks: &Blocks) {
	let known: HashMap<Hash, &Header> =
		blocks.above.iter().map(|header| (header.hash(), header)).collect();
	let mut needed = HashSet::new();
	for vote in &justification.votes {
		let mut at = vote.hash;
		while let Some(header) = known.get(&at) {
			if needed.insert(at) {
				justification.ancestors.push((*header).clone());
			}
			at = header.parent_hash;
		}
	}
}

/// Tampers with it in one way.
fn tamper(numbers: &mut Numbers, it: &mut Justification, blocks: &Blocks, voters: &Voters) {
	let someone = numbers.below(voters.pairs.len());
	let all = [&blocks.below, &blocks.target, &blocks.beside]
		.into_iter()
		.chain(&blocks.above)
		.collect::<Vec<_>>();
	let block = all[numbers.below(all.len())];
	let votes = it.votes.len();
	let headers = it.ancestors.len();
	match numbers.below(16) {
		0 if votes > 0 => drop(it.votes.remove(numbers.below(votes))),
		1 if votes > 0 => it.votes.push(it.votes[numbers.below(votes)].clone()),
		2 => it.votes.push(voters.vote(someone, point(block), ROUND)),
		3 => it.votes.push(Voters::new(voters.set_id, [99]).vote(0, point(block), ROUND)),
		4 if votes > 0 => it.votes[numbers.below(votes)].signature.0[numbers.below(64)] ^= 1,
		5 if votes > 0 => it.votes[numbers.below(votes)].number += 1,
		6 => it.round += 1,
		7 => it.ancestors.push(block.clone()),
		8 if headers > 0 => drop(it.ancestors.remove(numbers.below(headers))),
		9 if headers > 0 => it.ancestors.push(it.ancestors[numbers.below(headers)].clone()),
		10 if votes > 0 => {
			let place = numbers.below(votes);
			it.votes[place] = voters.vote(someone, point(block), ROUND);
		},
		11 => {
			// A vote below, with all that the others then need.
			it.votes.push(voters.vote(someone, point(&blocks.below), ROUND));
			it.ancestors.push(blocks.target.clone());
		},
		12 => it.target = point(block),
		13 => {
			let other = Voters { set_id: voters.set_id + 1, ..voters.clone() };
			it.votes.push(other.vote(someone, point(&blocks.target), ROUND));
		},
		14 if votes > 1 => it.votes.swap(0, votes - 1),
		15 if votes > 0 => {
			let place = numbers.below(votes);
			let (hash, number) = (it.votes[place].hash, it.votes[place].number + 1);
			it.votes[place] = voters.vote(someone, (hash, number), ROUND);
		},
		_ => it.votes.push(voters.vote(someone, point(&blocks.target), ROUND)),
	}
}

#[derive(Default, Debug)]
struct Tally {
	both: usize,
	node_alone: usize,
	neither: usize,
	tidied: usize,
	hopeless: usize,
}

/// Both verdicts on the same bytes, and what tidying makes of it.
fn compare(header: &Header, bytes: &[u8], voters: &Voters, tally: &mut Tally) {
	let hashed = HashedHeader::decode(&header.encode()).unwrap();
	let authorities = voters.authorities();
	let ours = verify_justification(&hashed, bytes, &authorities);
	let nodes = node_accepts(header, bytes, voters);
	match (&ours, nodes) {
		(Ok(()), true) => tally.both += 1,
		(Err(_), true) => tally.node_alone += 1,
		(Err(_), false) => tally.neither += 1,
		(Ok(()), false) => panic!("a node refuses what we accept: {bytes:?}"),
	}
	if !nodes {
		return;
	}
	let tidied = tidy(bytes, &authorities).unwrap();
	match verify_justification(&hashed, &tidied, &authorities) {
		Ok(()) => {
			assert!(node_accepts(header, &tidied, voters), "tidying broke it: {bytes:?}");
			tally.tidied += 1;
		},
		// The cases that the documentation of `tidy` names.
		Err(FinalityError::NoVoteForTarget) => tally.hopeless += 1,
		Err(FinalityError::NotEnough { .. }) => {
			let read = Justification::decode(bytes).unwrap();
			let one = |vote: &crate::justification::Vote| (vote.voter, vote.hash, vote.number);
			let votes: HashSet<_> = read.votes.iter().map(one).collect();
			let voters: HashSet<_> = read.votes.iter().map(|vote| vote.voter).collect();
			let heights: HashMap<Hash, u32> =
				read.ancestors.iter().chain([header]).map(point).collect();
			let is_wrong = |vote: &crate::justification::Vote| {
				heights.get(&vote.hash).is_some_and(|height| *height != vote.number)
			};
			let misbehaved = votes.len() > voters.len() || read.votes.iter().any(is_wrong);
			assert!(misbehaved, "nobody misbehaved: {bytes:?}");
			tally.hopeless += 1;
		},
		Err(error) => panic!("tidied, and still refused ({error}): {bytes:?}"),
	}
}

#[test]
fn what_we_accept_nodes_should_accept_and_what_they_accept_we_should_once_tidied() {
	let mut numbers = Numbers(42);
	let mut tally = Tally::default();
	for _ in 0..1_500 {
		let blocks = blocks(&mut numbers);
		let count = 1 + numbers.below(6) as u8;
		let weights = (1..=count).map(|seed| (seed, 1 + numbers.below(3) as u64));
		let voters = Voters::weighted(5, weights.collect::<Vec<_>>());
		let honest = honest(&mut numbers, &blocks, &voters);
		compare(&blocks.target, &honest.encode(), &voters, &mut tally);
		for _ in 0..2 {
			let mut tampered = honest.clone();
			for _ in 0..=numbers.below(2) {
				tamper(&mut numbers, &mut tampered, &blocks, &voters);
			}
			compare(&blocks.target, &tampered.encode(), &voters, &mut tally);
		}
		let mut bytes = honest.encode();
		match numbers.below(3) {
			0 => bytes.truncate(numbers.below(bytes.len())),
			1 => bytes.push(0),
			_ => {
				let place = numbers.below(bytes.len());
				bytes[place] ^= 1 << numbers.below(8);
			},
		}
		compare(&blocks.target, &bytes, &voters, &mut tally);
	}
	// Each verdict has to have come often enough for the comparison to mean something.
	let Tally { both, node_alone, neither, tidied, .. } = tally;
	assert!(both > 1_000 && node_alone > 100 && neither > 1_000, "{tally:?}");
	assert_eq!(tidied + tally.hopeless, both + node_alone);
	assert!(tidied > both, "{tally:?}");
}
