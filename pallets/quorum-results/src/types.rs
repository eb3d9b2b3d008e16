//! Records of the pallet. Nothing here knows a `Config`.

use crate::quorum::Tally;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{Measurement, SigningKey},
	cac::{ResourceUsage, Signature},
	clause::{MAX_OUTPUT_BYTES, MAX_VOTERS},
	ensemble::MAX_NUMBER_BYTES,
	job::JobTerms,
	zk::VkId,
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

/// A commitment that has not been opened yet.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Pledge {
	/// Who committed.
	pub node: NodeId,
	/// For which attempt.
	pub attempt: Attempt,
	/// To what: [`concordat_primitives::commit::Opening::commit`].
	pub hash: Hash,
	/// Code that its lease vouched for then.
	pub measurement: Measurement,
	/// Whether no hardware stood behind that lease.
	pub simulated: bool,
}

/// The votes of a job's present round, and what has been committed to.
///
/// Who votes as a primary and who as a member of the backup committee is told by the attempt of the vote
/// ([`JobTerms::committee`]): a committee has an attempt of its own.
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
	pub ballots: BoundedVec<Ballot, ConstU32<MAX_VOTERS>>,
	/// Commitments that have not been opened, in the order of their arrival.
	pub pledges: BoundedVec<Pledge, ConstU32<MAX_VOTERS>>,
	/// Members of the backup committee when it was seated; 0 while the primaries decide. Members that are lost still
	/// count, so that what is a majority does not change.
	pub committee: u8,
	/// Certificates stored for the job so far, those of earlier rounds included.
	pub certificates: u32,
}

impl Urn {
	/// Whether it says nothing.
	pub fn is_blank(&self) -> bool {
		self.certificates == 0
			&& self.committee == 0
			&& self.ballots.is_empty()
			&& self.pledges.is_empty()
	}

	/// Forgets the round; what was stored before remains counted.
	pub fn empty(&mut self) {
		self.ballots.clear();
		self.pledges.clear();
		self.committee = 0;
	}

	/// The votes that count now.
	pub fn counted<'a>(&'a self, terms: &'a JobTerms) -> impl Iterator<Item = &'a Ballot> {
		self.ballots
			.iter()
			.filter(|ballot| terms.committee.is_none_or(|attempt| ballot.attempt == attempt))
	}

	/// What the seat has committed to and not shown yet.
	pub fn pledge(&self, node: NodeId, attempt: Attempt) -> Option<&Pledge> {
		self.pledges.iter().find(|pledge| (pledge.node, pledge.attempt) == (node, attempt))
	}

	/// Takes the seat's commitment out.
	pub fn redeem(&mut self, node: NodeId, attempt: Attempt) -> Option<Pledge> {
		let place = self
			.pledges
			.iter()
			.position(|pledge| (pledge.node, pledge.attempt) == (node, attempt))?;
		Some(self.pledges.remove(place))
	}

	/// Forgets what those have committed to who do not sit any more.
	pub fn drop_strangers(&mut self, terms: &JobTerms) {
		self.pledges.retain(|pledge| {
			let sits = |node, attempt| (pledge.node, pledge.attempt) == (node, attempt);
			terms.seats.iter().any(|seat| sits(seat.node, seat.attempt))
		});
	}
}

/// A zero-knowledge proof that was verified for the present round of a job.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ProofRecord {
	/// Attempt of the round that it speaks of ([`JobTerms::round`]).
	pub round: Attempt,
	/// Hash of the output that it proves.
	pub output: Hash,
	/// Key that verified it.
	pub key: VkId,
}

/// Bytes of an output.
pub type OutputBytes = BoundedVec<u8, ConstU32<MAX_OUTPUT_BYTES>>;

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
	/// With what was voted ([`crate::VotedOutputs`]): no node has said it.
	Voted,
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
