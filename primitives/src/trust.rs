//! What originators learn of nodes, as pallets say it to each other (Symbiont orchestration protocol, §4, §7, §10.2).
//!
//! An *originator* is whoever's perspective a job is routed from: the account that asked for it, or, for a step of a
//! workflow, the node that ran the step before. After each *hop* (one node did one thing for one originator) the
//! book is told; before the next placement it is asked. The formulas are in [`crate::routing`].

use crate::{
	routing::{ONE, W_INIT},
	AccountId, Balance, BlockNumber, CapabilityId, NodeId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, weights::Weight, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most nodes that one originator remembers.
pub const MAX_TIES: u32 = 64;

/// From whose perspective a job is routed.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Originator {
	/// An account that asks for jobs.
	#[codec(index = 0)]
	Account(AccountId),
	/// A node that ran the step before.
	#[codec(index = 1)]
	Node(NodeId),
}

/// What an originator has learnt of a node, as of now (decay applied). Parts of 10⁶.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct TieView {
	/// Which node.
	pub node: NodeId,
	/// Connection weight `w`, in `(0, 1]`; [`W_INIT`] says nothing.
	pub weight: u32,
	/// Reciprocity `r`, in `[−1, 1]`: negative for a node that gives more than it gets back.
	pub reciprocity: i32,
	/// Threat belief `θ`, in `[0, 1]`.
	pub threat: u32,
	/// Block of the last hop.
	pub last_active: BlockNumber,
}

/// All that an originator has learnt; at most [`MAX_TIES`], strongest first.
///
/// Strength is `w · (1 − θ)`, what the routing score takes from it.
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
	Serialize,
	Deserialize,
)]
pub struct Perspective(pub BoundedVec<TieView, ConstU32<MAX_TIES>>);

impl Perspective {
	/// What is known of `node`.
	pub fn tie(&self, node: NodeId) -> Option<&TieView> {
		self.0.iter().find(|tie| tie.node == node)
	}

	/// Connection factor `φ_conn`: `w` of a node that is known, else [`W_INIT`].
	pub fn connection(&self, node: NodeId) -> u32 {
		self.tie(node).map_or(W_INIT, |tie| tie.weight)
	}

	/// Threat belief `θ`: zero of a node that is not known.
	pub fn threat(&self, node: NodeId) -> u32 {
		self.tie(node).map_or(0, |tie| tie.threat)
	}

	/// The nodes that are known, strongest connection first.
	pub fn strongest(&self) -> impl Iterator<Item = NodeId> + '_ {
		self.0.iter().map(|tie| tie.node)
	}
}

/// How a hop ended.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum HopEnd {
	/// Its result is the one that counts.
	Agreed,
	/// Its result differs from the one that counts.
	Dissented,
	/// It did not acknowledge, or did not deliver, in time.
	Silent,
	/// It refused the work in time and said why.
	Declined,
}

/// How timely it was, against the window between assignment and deadline.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
	/// In the first half of the window.
	Early,
	/// In the third quarter.
	Timely,
	/// In the last quarter, or not at all.
	Late,
}

/// One hop: what a node did for an originator.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
	/// Which node.
	pub node: NodeId,
	/// Blake2-128 of its operator's account, as in [`crate::node::NodeProfile`].
	#[serde(with = "crate::text::hex_bytes")]
	pub operator: [u8; 16],
	/// What it was asked for.
	pub capability: CapabilityId,
	/// How it ended.
	pub end: HopEnd,
	/// How timely it was.
	pub tone: Tone,
	/// The seat's share of the node's capacity, in parts of 10⁶.
	pub share: u32,
	/// What the originator paid for it **to the network**: the fees of the job that nobody gets back, divided by its
	/// seats. What the node earns does not belong here: whoever deals with himself has it back at once.
	#[serde(with = "crate::text::decimal")]
	pub fee: Balance,
}

/// Who remembers hops. Implemented by pallet-trust.
pub trait TrustBook {
	/// What an originator has learnt so far. One storage read, besides the parameters.
	fn perspective(of: &Originator) -> Perspective;
	/// Writes down a hop; returns the voice: how much it counts for everybody, in parts of 10⁶.
	fn record(of: &Originator, hop: &Hop) -> u32;
	/// Weight of [`Self::perspective`].
	fn weight_of_perspective() -> Weight;
	/// Weight of [`Self::record`].
	fn weight_of_recording() -> Weight;
}

/// Nobody remembers anything, and every hop counts in full.
impl TrustBook for () {
	fn perspective(_: &Originator) -> Perspective {
		Perspective::default()
	}
	fn record(_: &Originator, _: &Hop) -> u32 {
		ONE
	}
	fn weight_of_perspective() -> Weight {
		Weight::zero()
	}
	fn weight_of_recording() -> Weight {
		Weight::zero()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_unknown_node_counts_as_a_newcomer() {
		let tie = TieView { node: 7, weight: 800_000, reciprocity: -5, threat: 9, last_active: 3 };
		let perspective = Perspective(BoundedVec::truncate_from(vec![tie]));
		assert_eq!((perspective.connection(7), perspective.threat(7)), (800_000, 9));
		assert_eq!((perspective.connection(8), perspective.threat(8)), (W_INIT, 0));
		assert_eq!(perspective.strongest().collect::<Vec<_>>(), [7]);
	}

	#[test]
	fn originators_keep_their_indexes() {
		assert_eq!(Originator::Account(AccountId::new([0; 32])).encode()[0], 0);
		assert_eq!(Originator::Node(5).encode(), [1, 5, 0, 0, 0]);
	}
}
