//! Every refusal, with how much.

use crate::{rollup::Hex, Digest32};
use core::fmt;

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
	/// A justification.
	Justification,
	/// The votes of a justification.
	Votes,
	/// The headers between the block that is finalised and those voted for.
	Ancestors,
	/// A set of authorities.
	Authorities,
}

impl What {
	const fn text(self) -> &'static str {
		match self {
			Self::Justification => "justification",
			Self::Votes => "votes",
			Self::Ancestors => "ancestors",
			Self::Authorities => "authorities",
		}
	}
}

/// Why a block is not taken for final. Places count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrandpaError {
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
		/// Place of one of the two, in the order of keys.
		place: usize,
	},
	/// The weights add up to more than 64 bits hold.
	WeightOverflow,
	/// The justification finalises another block than the header's.
	OtherTarget {
		/// The header's height and hash.
		header: (u32, Digest32),
		/// What the justification finalises.
		justified: (u32, Digest32),
	},
	/// The vote was signed for another set of authorities than the one held: a change is missing in between, or this
	/// is old.
	WrongSet {
		/// Number of the set held.
		held: u64,
		/// Number of the set that the vote is for.
		signed: u64,
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
		child: Digest32,
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
		weight: u64,
		/// What is needed: more than two thirds of all.
		needed: u64,
	},
}

impl fmt::Display for GrandpaError {
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
				"the justification finalises block {} ({}), the header is of block {} ({})",
				justified.0,
				Hex(&justified.1),
				header.0,
				Hex(&header.1),
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
				write!(f, "the votes finalise {}, a child of the block", Hex(child))
			},
			Self::UnusedAncestors { supplied, used } => {
				write!(f, "{supplied} headers between, where the votes need {used}")
			},
			Self::NotEnough { weight, needed } => {
				write!(f, "votes of weight {weight}, where {needed} is needed")
			},
		}
	}
}

impl core::error::Error for GrandpaError {}

/// Refuses what is longer than allowed.
pub(super) const fn check_len(what: What, bytes: usize, most: usize) -> Result<(), GrandpaError> {
	if bytes > most {
		return Err(GrandpaError::TooLong { what, bytes, most });
	}
	Ok(())
}

/// Refuses what is more than allowed.
pub(super) const fn check_count(what: What, count: usize, most: usize) -> Result<(), GrandpaError> {
	if count > most {
		return Err(GrandpaError::TooMany { what, count, most });
	}
	Ok(())
}
