//! Records of the pallet. Nothing here knows a `Config`.

use crate::quorum::Tally;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::SigningKey,
	cac::{ResourceUsage, Signature},
	clause::MAX_SEATS,
	ensemble::MAX_NUMBER_BYTES,
	Attempt, BlockNumber, Hash, LeaseId, NodeId, ReceiptId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// One vote: what the chain keeps of an accepted CAC until the round is over.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ballot {
	/// Who votes.
	pub node: NodeId,
	/// For which attempt.
	pub attempt: Attempt,
	/// What it says.
	pub tally: Tally,
	/// Digest of the CAC.
	pub cac: Hash,
	/// Key that signed it.
	pub signing_key: SigningKey,
	/// Lease that it names: the one under which the seat was given.
	pub lease: LeaseId,
	/// What the execution used, as signed.
	pub usage: ResourceUsage,
	/// Whether no hardware stands behind the voter.
	pub simulated: bool,
	/// What the vote counts in an ensemble: the score that the seat was given for, in parts of 10⁹.
	///
	/// DESIGN §6 weighs by trust × quality. The score has both as factors and is at hand without a read; its other factors
	/// (load, connection, threat, preference, freshness of the lease, proximity) are what the requester's routing made of
	/// the node before it knew the answer.
	pub weight: u64,
	/// Whether the certificate carries the output itself, for all to read.
	pub readable: bool,
	/// Block of acceptance.
	pub at: BlockNumber,
}

/// The votes of a job's present round.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Urn {
	/// Votes in the order of their arrival.
	pub ballots: BoundedVec<Ballot, ConstU32<MAX_SEATS>>,
	/// Certificates stored for the job so far, those of earlier rounds included.
	pub certificates: u32,
}

/// Where the output of a decided job can be read.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum OutputPlace {
	/// Nowhere on chain: there is none, or it is kept elsewhere, or sealed.
	OffChain,
	/// In the certificate of this node's attempt.
	Certificate(NodeId, Attempt),
	/// Here: the answer of an ensemble, a number that no node gave.
	Record(BoundedVec<u8, ConstU32<MAX_NUMBER_BYTES>>),
}

/// How a job was decided.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ResultRecord {
	/// Receipt of the decision.
	pub receipt: ReceiptId,
	/// Block of the decision.
	pub decided_at: BlockNumber,
	/// Output hash, or the program's failure.
	pub result: Tally,
	/// Where the output is.
	pub output: OutputPlace,
}

/// A message that has passed all checks in the extrinsic that carries it: what its dispatch need not check again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Admission {
	/// Block of the extrinsic.
	pub block: BlockNumber,
	/// Its place in the block.
	pub extrinsic: u32,
	/// Hash of what was said.
	pub digest: Hash,
	/// Signature that was verified.
	pub signature: Signature,
}
