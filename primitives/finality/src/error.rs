//! Every refusal, with how much.

use crate::{BlockNumber, Hash, SetId, Weight};
use concordat_proofs::grandpa::{self, GrandpaError};
use core::fmt;

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
	/// A header.
	Header,
	/// A header's digest: GRANDPA's items.
	Digest,
	/// A justification.
	Justification,
	/// The votes of a justification.
	Votes,
	/// The headers between the block that is finalised and those voted for.
	Ancestors,
	/// A set of authorities.
	Authorities,
	/// The nodes of a storage proof.
	Nodes,
	/// Keys to be read out of a storage proof.
	Keys,
}

impl What {
	const fn text(self) -> &'static str {
		match self {
			Self::Header => "header",
			Self::Digest => "GRANDPA digest",
			Self::Justification => "justification",
			Self::Votes => "votes",
			Self::Ancestors => "ancestors",
			Self::Authorities => "authorities",
			Self::Nodes => "proof nodes",
			Self::Keys => "keys",
		}
	}
}

/// Why something is not believed. Places count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FinalityError {
	/// Longer than allowed. Nothing was parsed.
	TooLong {
		/// What.
		what: What,
		/// Its length in bytes.
		bytes: usize,
		/// The most bytes allowed.
		most: usize,
	},
	/// More of them than allowed.
	TooMany {
		/// What.
		what: What,
		/// How many.
		count: usize,
		/// The most allowed.
		most: usize,
	},
	/// The bytes cannot be read, or not all of them.
	Malformed(What),
	/// A set without authorities decides nothing.
	NoAuthorities,
	/// An authority without weight.
	ZeroWeight {
		/// Its place in the list.
		place: usize,
	},
	/// An authority is listed a second time.
	ListedTwice {
		/// Place of one of the two.
		place: usize,
	},
	/// The weights add up to more than 64 bits hold.
	WeightOverflow,
	/// The justification finalises another block than the header's.
	OtherTarget {
		/// The header's height and hash.
		header: (BlockNumber, Hash),
		/// What the justification finalises.
		justified: (BlockNumber, Hash),
	},
	/// The vote was signed for another set of authorities than the one held: a change is missing in between, or this
	/// is old.
	WrongSet {
		/// Number of the set held.
		held: SetId,
		/// Number of the set that the vote is for.
		signed: SetId,
	},
	/// The voter is not an authority of the set.
	ForeignVote {
		/// Place of the vote.
		place: usize,
	},
	/// The voter has voted before in the same justification.
	SecondVote {
		/// Place of the vote.
		place: usize,
	},
	/// The signature does not verify.
	BadSignature {
		/// Place of the vote.
		place: usize,
	},
	/// The vote is neither for the block that is finalised nor, by the headers supplied, for a descendant.
	NotADescendant {
		/// Place of the vote.
		place: usize,
	},
	/// Nobody has voted for the very block that is finalised.
	NoVoteForTarget,
	/// A descendant of the block has enough votes to be final itself: voters would have finalised that one.
	DescendantIsFinal {
		/// A child of the block that is claimed to be finalised, final by the same votes.
		child: Hash,
	},
	/// Headers that no vote needs, or that are there twice.
	UnusedAncestors {
		/// Headers supplied.
		supplied: usize,
		/// Headers that votes need.
		used: usize,
	},
	/// Too little weight has voted.
	NotEnough {
		/// What voted.
		weight: Weight,
		/// What is needed: more than two thirds of all.
		needed: Weight,
	},
	/// The header is not that of the genesis block asked for.
	OtherGenesis {
		/// Hash asked for.
		expected: Hash,
		/// Height and hash of the header.
		found: (BlockNumber, Hash),
	},
	/// The block is not higher than the last final one.
	NotForward {
		/// Height of the last final block.
		held: BlockNumber,
		/// Height of the block offered.
		offered: BlockNumber,
	},
	/// The header forces a change of authorities, without the consent of the present ones.
	ForcedChange,
	/// The header puts a change of authorities off by some blocks; this chain never does.
	DelayedChange {
		/// By how many.
		blocks: BlockNumber,
	},
	/// The header pauses or resumes the authorities; this chain never does.
	Paused,
	/// The header changes the authorities more than once.
	SeveralChanges,
	/// There is no number left for a further set.
	LastSet,
	/// The proof has not all nodes that the answer for a key needs, or belongs to another state.
	Incomplete {
		/// Place of the key.
		key: usize,
	},
}

impl fmt::Display for FinalityError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong { what, bytes, most } => {
				write!(f, "{}: {bytes} bytes, where {most} are allowed", what.text())
			},
			Self::TooMany { what, count, most } => {
				write!(f, "{}: {count}, where {most} are allowed", what.text())
			},
			Self::Malformed(what) => write!(f, "the {} cannot be read", what.text()),
			Self::NoAuthorities => write!(f, "a set without authorities"),
			Self::ZeroWeight { place } => write!(f, "authority {place} has no weight"),
			Self::ListedTwice { place } => write!(f, "authority {place} is listed twice"),
			Self::WeightOverflow => write!(f, "the weights of the authorities overflow"),
			Self::OtherTarget { header, justified } => write!(
				f,
				"the justification finalises block {} ({:?}), the header is of block {} ({:?})",
				justified.0, justified.1, header.0, header.1,
			),
			Self::WrongSet { held, signed } => write!(
				f,
				"signed for authority set {signed}, where set {held} is held: {}",
				if signed > held { "a change of authorities is missing" } else { "this is old" },
			),
			Self::ForeignVote { place } => write!(f, "vote {place} is by no authority of the set"),
			Self::SecondVote { place } => write!(f, "vote {place} is its voter's second"),
			Self::BadSignature { place } => write!(f, "the signature of vote {place} is wrong"),
			Self::NotADescendant { place } => {
				write!(f, "vote {place} is for no descendant of the block")
			},
			Self::NoVoteForTarget => write!(f, "no vote is for the block itself"),
			Self::DescendantIsFinal { child } => {
				write!(f, "the votes finalise {child:?}, a child of the block")
			},
			Self::UnusedAncestors { supplied, used } => {
				write!(f, "{supplied} headers between, where the votes need {used}")
			},
			Self::NotEnough { weight, needed } => {
				write!(f, "votes of weight {weight}, where {needed} is needed")
			},
			Self::OtherGenesis { expected, found } => write!(
				f,
				"the genesis block is {expected:?}, the header is of block {} ({:?})",
				found.0, found.1,
			),
			Self::NotForward { held, offered } => {
				write!(f, "block {offered} is not higher than the last final block, {held}")
			},
			Self::ForcedChange => write!(f, "the header forces a change of authorities"),
			Self::DelayedChange { blocks } => {
				write!(f, "the header puts a change of authorities off by {blocks} blocks")
			},
			Self::Paused => write!(f, "the header pauses or resumes the authorities"),
			Self::SeveralChanges => {
				write!(f, "the header changes the authorities more than once")
			},
			Self::LastSet => write!(f, "there is no number left for a further set of authorities"),
			Self::Incomplete { key } => {
				write!(f, "the proof does not answer for key {key} under this state root")
			},
		}
	}
}

impl core::error::Error for FinalityError {}

impl From<grandpa::What> for What {
	fn from(what: grandpa::What) -> Self {
		match what {
			grandpa::What::Justification => Self::Justification,
			grandpa::What::Votes => Self::Votes,
			grandpa::What::Ancestors => Self::Ancestors,
			grandpa::What::Authorities => Self::Authorities,
		}
	}
}

/// The refusals of the check that is shared with light clients without the SDK.
impl From<GrandpaError> for FinalityError {
	fn from(error: GrandpaError) -> Self {
		match error {
			GrandpaError::TooLong { what, bytes, most } => {
				Self::TooLong { what: what.into(), bytes, most }
			},
			GrandpaError::TooMany { what, count, most } => {
				Self::TooMany { what: what.into(), count, most }
			},
			GrandpaError::Malformed(what) => Self::Malformed(what.into()),
			GrandpaError::NoAuthorities => Self::NoAuthorities,
			GrandpaError::ZeroWeight { place } => Self::ZeroWeight { place },
			GrandpaError::ListedTwice { place } => Self::ListedTwice { place },
			GrandpaError::WeightOverflow => Self::WeightOverflow,
			GrandpaError::OtherTarget { header, justified } => Self::OtherTarget {
				header: (header.0, header.1.into()),
				justified: (justified.0, justified.1.into()),
			},
			GrandpaError::WrongSet { held, signed } => Self::WrongSet { held, signed },
			GrandpaError::ForeignVote { place } => Self::ForeignVote { place },
			GrandpaError::SecondVote { place } => Self::SecondVote { place },
			GrandpaError::BadSignature { place } => Self::BadSignature { place },
			GrandpaError::NotADescendant { place } => Self::NotADescendant { place },
			GrandpaError::NoVoteForTarget => Self::NoVoteForTarget,
			GrandpaError::DescendantIsFinal { child } => {
				Self::DescendantIsFinal { child: child.into() }
			},
			GrandpaError::UnusedAncestors { supplied, used } => {
				Self::UnusedAncestors { supplied, used }
			},
			GrandpaError::NotEnough { weight, needed } => Self::NotEnough { weight, needed },
		}
	}
}

/// Refuses what is longer than allowed.
pub(crate) const fn check_len(what: What, bytes: usize, most: usize) -> Result<(), FinalityError> {
	if bytes > most {
		return Err(FinalityError::TooLong { what, bytes, most });
	}
	Ok(())
}

/// Refuses what is more than allowed.
pub(crate) const fn check_count(
	what: What,
	count: usize,
	most: usize,
) -> Result<(), FinalityError> {
	if count > most {
		return Err(FinalityError::TooMany { what, count, most });
	}
	Ok(())
}
