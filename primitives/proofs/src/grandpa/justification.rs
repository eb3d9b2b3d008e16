//! Whether a set of authorities has finalised a header.
//!
//! A justification is what one round of GRANDPA came to: a commit, which names the block that it finalises (the
//! *target*) and the precommits of more than two thirds of the weight for it or for its descendants, and the headers that
//! show the descent. It is the SCALE of `sp_consensus_grandpa::GrandpaJustification`:
//!
//! ```text
//! round: u64 │ target_hash: [u8; 32] │ target_number: u32 │ votes: Vec<(hash: [u8; 32], number: u32, signature: [u8; 64],
//! voter: [u8; 32])> │ ancestors: Vec<Header>
//! ```
//!
//! and a vote is signed over `0x01 ‖ hash ‖ number ‖ round: u64 ‖ set: u64` in SCALE.

use super::{
	error::{check_count, check_len, GrandpaError, What},
	Authorities, MAX_ANCESTORS, MAX_AUTHORITIES, MAX_JUSTIFICATION_BYTES,
};
use crate::{header::Header, Digest32};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::{Compact, Decode, Encode};
use ed25519_zebra::{Signature, VerificationKey};

/// Most votes that are read: two of each authority, because a node's justification may hold both votes of one that voted
/// twice. More than one of each is refused after that.
const MAX_VOTES: usize = 2 * MAX_AUTHORITIES;
/// Sets before and after the present one that a vote which does not verify is tried with, to say what is wrong.
const PROBED_SETS: u64 = 2;

/// A precommit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Vote {
	/// Hash of the block voted for.
	pub hash: Digest32,
	/// Its height.
	pub number: u32,
	/// Ed25519 over [`Vote::payload`].
	pub signature: [u8; 64],
	/// Whose vote it is.
	pub voter: Digest32,
}

impl Vote {
	/// What is signed: `sp_consensus_grandpa::localized_payload` of a precommit.
	pub fn payload(&self, round: u64, set_id: u64) -> Vec<u8> {
		(1u8, self.hash, self.number, round, set_id).encode()
	}

	fn is_signed(&self, round: u64, set_id: u64) -> bool {
		let payload = self.payload(round, set_id);
		VerificationKey::try_from(self.voter)
			.and_then(|key| key.verify(&Signature::from(self.signature), &payload))
			.is_ok()
	}

	/// The other set near by that it was signed for, if any.
	fn signed_set(&self, round: u64, held: u64) -> Option<u64> {
		let near = held.saturating_sub(PROBED_SETS)..=held.saturating_add(PROBED_SETS);
		near.filter(|set_id| *set_id != held).find(|set_id| self.is_signed(round, *set_id))
	}
}

/// A justification, read but not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Justification {
	/// Round of voting.
	pub round: u64,
	/// Hash and height of the block that it finalises.
	pub target: (Digest32, u32),
	/// Precommits.
	pub votes: Vec<Vote>,
	/// Headers between the target and the blocks voted for.
	pub ancestors: Vec<Header>,
}

impl Justification {
	/// Reads a justification, and nothing but it. Each count is looked at before what it counts.
	pub fn decode(bytes: &[u8]) -> Result<Self, GrandpaError> {
		check_len(What::Justification, bytes.len(), MAX_JUSTIFICATION_BYTES)?;
		let malformed = |_| GrandpaError::Malformed(What::Justification);
		let mut bytes = bytes;
		let input = &mut bytes;
		let round = u64::decode(input).map_err(malformed)?;
		let target = <(Digest32, u32)>::decode(input).map_err(malformed)?;
		let count = Compact::<u32>::decode(input).map_err(malformed)?.0 as usize;
		check_count(What::Votes, count, MAX_VOTES)?;
		let votes =
			(0..count).map(|_| Vote::decode(input)).collect::<Result<_, _>>().map_err(malformed)?;
		let count = Compact::<u32>::decode(input).map_err(malformed)?.0 as usize;
		check_count(What::Ancestors, count, MAX_ANCESTORS)?;
		let ancestors = (0..count)
			.map(|_| Header::take(input))
			.collect::<Option<_>>()
			.ok_or(GrandpaError::Malformed(What::Ancestors))?;
		if !input.is_empty() {
			return Err(GrandpaError::Malformed(What::Justification));
		}
		Ok(Self { round, target, votes, ancestors })
	}

	/// The other way round.
	pub fn encode(&self) -> Vec<u8> {
		(self.round, self.target, &self.votes, &self.ancestors).encode()
	}
}

/// The headers that a justification brings, and which of them lie between its target and a vote.
struct Ancestry {
	target: (Digest32, u32),
	/// Parent and height by hash.
	headers: BTreeMap<Digest32, (Digest32, u32)>,
	/// Of headers found to descend from the target: the target's child on the way.
	children: BTreeMap<Digest32, Digest32>,
}

impl Ancestry {
	fn new(justification: &Justification) -> Self {
		let of = |header: &Header| (header.hash(), (header.parent, header.number));
		Self {
			target: justification.target,
			headers: justification.ancestors.iter().map(of).collect(),
			children: BTreeMap::new(),
		}
	}

	/// Whether the vote is for the target (then nothing) or for a descendant of it (then the target's child on the way);
	/// an error if for neither.
	fn child(&mut self, vote: &Vote) -> Result<Option<Digest32>, ()> {
		if vote.hash == self.target.0 {
			return if vote.number == self.target.1 { Ok(None) } else { Err(()) };
		}
		// A hash commits to its height; the voter has to have meant the same.
		if self.headers.get(&vote.hash).ok_or(())?.1 != vote.number {
			return Err(());
		}
		let mut path = Vec::new();
		let mut at = vote.hash;
		// Ends: a header's parent cannot be its descendant, and each step takes another header of a finite map.
		let child = loop {
			if let Some(child) = self.children.get(&at) {
				break *child;
			}
			let (parent, _) = self.headers.get(&at).ok_or(())?;
			path.push(at);
			if *parent == self.target.0 {
				break at;
			}
			at = *parent;
		};
		self.children.extend(path.into_iter().map(|hash| (hash, child)));
		Ok(Some(child))
	}
}

/// Whether these authorities have finalised the block of this hash and height by this justification.
///
/// The cheap checks come first, the signatures last; every vote has to stand up to all of them.
pub fn verify(
	header: (Digest32, u32),
	justification: &[u8],
	authorities: &Authorities,
) -> Result<(), GrandpaError> {
	let justification = Justification::decode(justification)?;
	let Justification { round, target, votes, ancestors } = &justification;
	if *target != header {
		return Err(GrandpaError::OtherTarget {
			header: (header.1, header.0),
			justified: (target.1, target.0),
		});
	}

	let mut weight: u64 = 0;
	let mut voters = BTreeSet::new();
	let mut weights = Vec::new();
	for (place, vote) in votes.iter().enumerate() {
		let Some(its) = authorities.weight(&vote.voter) else {
			return Err(match vote.signed_set(*round, authorities.set_id()) {
				Some(signed) => GrandpaError::WrongSet { held: authorities.set_id(), signed },
				None => GrandpaError::ForeignVote { place },
			});
		};
		if !voters.insert(vote.voter) {
			return Err(GrandpaError::SecondVote { place });
		}
		// Each counts once, so this is at most the weight of all.
		weight = weight.saturating_add(its);
		weights.push(its);
	}
	let needed = authorities.threshold();
	if weight < needed {
		return Err(GrandpaError::NotEnough { weight, needed });
	}

	// From here on as `finality_grandpa::validate_commit` has it: the lowest vote is the base from which all others
	// descend, and the highest block with enough weight is the target.
	let mut ancestry = Ancestry::new(&justification);
	let mut by_child = BTreeMap::<Digest32, u64>::new();
	let mut has_target = false;
	for (place, (vote, its)) in votes.iter().zip(&weights).enumerate() {
		match ancestry.child(vote).map_err(|()| GrandpaError::NotADescendant { place })? {
			None => has_target = true,
			Some(child) => {
				let sum = by_child.entry(child).or_default();
				*sum = sum.saturating_add(*its);
			},
		}
	}
	if !has_target {
		return Err(GrandpaError::NoVoteForTarget);
	}
	if let Some((child, _)) = by_child.iter().find(|(_, sum)| **sum >= needed) {
		return Err(GrandpaError::DescendantIsFinal { child: *child });
	}
	let (supplied, used) = (ancestors.len(), ancestry.children.len());
	if supplied != used {
		return Err(GrandpaError::UnusedAncestors { supplied, used });
	}

	for (place, vote) in votes.iter().enumerate() {
		if !vote.is_signed(*round, authorities.set_id()) {
			return Err(match vote.signed_set(*round, authorities.set_id()) {
				Some(signed) => GrandpaError::WrongSet { held: authorities.set_id(), signed },
				None => GrandpaError::BadSignature { place },
			});
		}
	}
	Ok(())
}

/// Takes out of a justification that a node has verified what [`verify`] has no use for: votes of others
/// than these authorities, all but one of each, votes that are not for the target or a descendant, and headers that no
/// remaining vote needs. Checks no signatures.
///
/// A node accepts such votes as long as enough others are left. What is left here is enough too, but for rare cases: a
/// voter misbehaved (voted twice, for which a node counts it for *every* block, or named a wrong height for its block,
/// at which a node does not look) and its weight was needed; or nobody voted for the very block that is finalised, and
/// only a vote below it made the others hang together.
pub fn tidy(justification: &[u8], authorities: &Authorities) -> Result<Vec<u8>, GrandpaError> {
	let mut justification = Justification::decode(justification)?;
	let mut ancestry = Ancestry::new(&justification);
	let mut voters = BTreeSet::new();
	justification.votes.retain(|vote| {
		authorities.weight(&vote.voter).is_some()
			&& !voters.contains(&vote.voter)
			&& ancestry.child(vote).is_ok()
			&& voters.insert(vote.voter)
	});
	let mut needed = ancestry.children;
	// Takes each once.
	justification.ancestors.retain(|header| needed.remove(&header.hash()).is_some());
	Ok(justification.encode())
}
