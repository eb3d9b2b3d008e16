//! Plain data of the pallet; nothing here knows `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	routing::Tempo,
	text::decimal,
	trust::{Originator, Perspective},
	units::{CDT, DAYS},
	Balance, BlockNumber,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most visits in one block.
pub const MAX_VISITS: u32 = 32;
/// Half-lives that an idle threat belief, and what was said of a node, are kept at least: by then 1/256 is left, and
/// nobody gets rid of them by waiting to be forgotten.
pub const KEPT_HALF_LIVES: u32 = 8;

/// What governance can change without an upgrade. Blocks are 2 s.
#[derive(
	Clone,
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
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Params {
	/// How fast things are forgotten.
	pub tempo: Tempo,
	/// Network fees, paid for the work of other operators and faded by [`Tempo::standing`], with which an account has a
	/// full voice about a node ([`concordat_primitives::routing::voice`]). It is the price of a say.
	#[serde(with = "decimal")]
	pub full_standing: Balance,
	/// Blocks after which an idle tie is forgotten.
	pub expiry: BlockNumber,
}

impl Default for Params {
	/// Ten CDT: some 29,000 seats, which about seven hundred a day keep up; a fiftieth of the least stake of a node.
	/// Thirty days.
	fn default() -> Self {
		Self { tempo: Tempo::default(), full_standing: 10 * CDT, expiry: 30 * DAYS }
	}
}

impl Params {
	/// Whether the numbers make sense together.
	pub fn are_valid(&self) -> bool {
		let kept = self.tempo.threat.max(self.tempo.voice);
		self.tempo.is_valid()
			&& self.full_standing > 0
			&& self.expiry <= Tempo::LONGEST
			&& self.expiry >= kept.saturating_mul(KEPT_HALF_LIVES)
	}
}

/// A record that waits for its visit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Visit {
	/// Whose record.
	pub originator: Originator,
	/// Block since which it has waited.
	pub since: BlockNumber,
}

/// Places `head ≤ place < tail` are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Queue {
	/// Place of who is visited next.
	pub head: u64,
	/// First place behind the last.
	pub tail: u64,
}

/// What an originator has learnt, for clients.
#[derive(
	Clone,
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
pub struct PerspectiveView {
	/// How many nodes it knows.
	pub total: u32,
	/// Network fees that it has paid for the work of nodes that it remembers, faded.
	#[serde(with = "decimal")]
	pub paid: Balance,
	/// How much an account's first word about a node of an operator that it has not dealt with counts for everybody, in
	/// parts of 10⁶. A node has no standing of its own.
	pub standing: u32,
	/// The part that was asked for, strongest first.
	pub ties: Perspective,
}
