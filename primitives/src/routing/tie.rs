//! What one originator remembers of one node.

use super::*;
use crate::{
	trust::{Hop, HopEnd, TieView},
	BlockNumber, NodeId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Connection weight at which a node is affirmed: right answers in good time and in balance lead to 0.75, and come
/// this near after some twenty-five hops; with room to spare, after six.
pub const AFFIRMED_FROM: u32 = 740_000;
/// Connection weight below which it no longer is. The gap keeps a weight that hovers from being told again and again.
pub const AFFIRMED_UNTIL: u32 = 650_000;
/// Threat belief at which a node counts as a threat: its score is halved. Two dissents in a row, or four silences.
pub const THREATENED_FROM: u32 = 500_000;
/// Threat belief below which it no longer does: a day later.
pub const THREATENED_UNTIL: u32 = 250_000;

/// Tells operators apart: the first eight bytes of the Blake2-128 of their accounts. Whoever finds another account with
/// the same ones has made his own work and somebody else's count as one, which takes voice away and gives none.
pub type OperatorTag = [u8; 8];

/// The tag of an operator.
pub fn operator_tag(operator: &[u8; 16]) -> OperatorTag {
	let [a, b, c, d, e, f, g, h, ..] = *operator;
	[a, b, c, d, e, f, g, h]
}

/// What an originator remembers of a node. Values are as of `last_active`; [`Tie::as_of`] brings them up to date.
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
pub struct Tie {
	/// Which node.
	pub node: NodeId,
	/// Whose it is, as at the last hop.
	pub operator: OperatorTag,
	/// Fees that the originator has paid to the network for its work. Stays at the most that fits, 18 million CDT.
	pub paid: u64,
	/// Connection weight `w`, in parts, within [`W_MIN`] and [`ONE`].
	pub weight: u32,
	/// What the node gave lately, in parts of a block of its capacity.
	pub given: u32,
	/// Threat belief `θ`, in parts.
	pub threat: u32,
	/// What the originator has already said about the node, in parts.
	pub spent: u32,
	/// Defence signals since the last agreed hop.
	pub strikes: u8,
	/// Told as affirmed: `w` has reached [`AFFIRMED_FROM`] and not fallen below [`AFFIRMED_UNTIL`] since.
	pub affirmed: bool,
	/// Told as a threat: `θ` has reached [`THREATENED_FROM`] and not fallen below [`THREATENED_UNTIL`] since.
	pub threatened: bool,
	/// Block of the last hop.
	pub last_active: BlockNumber,
}

/// A threshold that a hop crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
	/// The connection has become a strong one: its weight.
	Affirmed(u32),
	/// The node has become a threat: the belief.
	Threatened(u32),
}

impl Tie {
	/// Of a node that nothing is known of.
	pub const fn new(node: NodeId, operator: OperatorTag, now: BlockNumber) -> Self {
		Self {
			node,
			operator,
			paid: 0,
			weight: W_INIT,
			given: 0,
			threat: 0,
			spent: 0,
			strikes: 0,
			affirmed: false,
			threatened: false,
			last_active: now,
		}
	}

	/// The tie as it is in block `now`: everything that fades has faded. `last_active` says when it was so, hence this is
	/// for reading, or for a hop that follows at once.
	pub fn as_of(&self, tempo: &Tempo, now: BlockNumber) -> Self {
		let steps = |half_life| steps(half_life, self.last_active, now);
		Self {
			paid: fade_wide(self.paid, steps(tempo.standing)),
			weight: relax(self.weight, W_INIT, steps(tempo.connection)),
			given: fade(self.given, steps(tempo.reciprocity)),
			threat: fade(self.threat, steps(tempo.threat)),
			spent: fade(self.spent, steps(tempo.voice)),
			..*self
		}
	}

	/// Reciprocity `r` of a tie that is up to date.
	pub fn reciprocity(&self, tempo: &Tempo) -> i32 {
		reciprocity(rho(self.given, tempo.reciprocity))
	}

	/// A hop: steps 2, 5, 6, 7 and 8 of the interaction record. Constant time.
	pub fn note(&mut self, hop: &Hop, tempo: &Tempo, now: BlockNumber) -> Option<Crossing> {
		let mut tie = self.as_of(tempo, now);
		tie.operator = operator_tag(&hop.operator);
		tie.given = tie.given.saturating_add(busy(hop.end, hop.tone, hop.share));
		let phi = reinforcement(hop.end, hop.tone, sigma(tie.reciprocity(tempo)));
		tie.weight = connection(tie.weight, phi);
		tie.threat = raise(tie.threat, hop.end, tie.strikes);
		if is_affirmation(phi) {
			tie.threat = reconcile(tie.threat);
		}
		if is_signal(hop.end) {
			tie.strikes = tie.strikes.saturating_add(1);
		} else if hop.end == HopEnd::Agreed {
			tie.strikes = 0;
		}
		tie.last_active = self.last_active.max(now);
		let crossing = tie.cross();
		*self = tie;
		crossing
	}

	/// Sets the two marks; tells the one that is new. No hop raises both weight and threat.
	fn cross(&mut self) -> Option<Crossing> {
		let (affirmed, threatened) = (self.affirmed, self.threatened);
		let least = if affirmed { AFFIRMED_UNTIL } else { AFFIRMED_FROM };
		self.affirmed = self.weight >= least;
		let least = if threatened { THREATENED_UNTIL } else { THREATENED_FROM };
		self.threatened = self.threat >= least;
		if self.threatened && !threatened {
			Some(Crossing::Threatened(self.threat))
		} else if self.affirmed && !affirmed {
			Some(Crossing::Affirmed(self.weight))
		} else {
			None
		}
	}

	/// What would be lost with a tie that is up to date, as a number to compare: how far the connection is from that of a
	/// stranger; what has been said, so that nobody can speak afresh by having a node forgotten; and four times the
	/// threat belief, so that from `θ = 3/8` on only another threat outweighs it. Idle ties fade to zero.
	pub fn worth(&self) -> u32 {
		self.weight
			.abs_diff(W_INIT)
			.saturating_add(self.threat.saturating_mul(4))
			.saturating_add(self.spent)
	}

	/// The tie for readers. It has to be up to date.
	pub fn view(&self, tempo: &Tempo) -> TieView {
		TieView {
			node: self.node,
			weight: self.weight,
			reciprocity: self.reciprocity(tempo),
			threat: self.threat,
			last_active: self.last_active,
		}
	}

	/// Whether every value is within its bounds.
	pub fn is_valid(&self) -> bool {
		(W_MIN..=ONE).contains(&self.weight) && self.threat <= ONE && self.spent <= ONE
	}
}
