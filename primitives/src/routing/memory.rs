//! What one originator remembers: one bounded record, so that a hop costs one read and one write.

use super::*;
use crate::{
	trust::{Hop, Perspective, MAX_TIES},
	Balance, BlockNumber, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// All that an originator remembers.
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
#[serde(rename_all = "camelCase")]
pub struct Memory {
	/// What it knows of nodes, each once, in no order.
	pub ties: BoundedVec<Tie, ConstU32<MAX_TIES>>,
}

/// Who speaks about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
	/// The node's own operator: counts for nobody else.
	Own,
	/// An account that pays: counts by what it has paid.
	Client,
	/// A node of another operator: has paid nothing itself, counts by what this hop cost.
	Peer,
}

/// What came of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
	/// How much it counts for everybody, in parts.
	pub voice: u32,
	/// Threshold that it crossed.
	pub crossing: Option<Crossing>,
	/// Node that was forgotten to make room.
	pub forgotten: Option<NodeId>,
}

impl Memory {
	/// A hop. `full` is what has to be paid for a full voice.
	pub fn note(
		&mut self,
		hop: &Hop,
		speaker: Speaker,
		tempo: &Tempo,
		full: Balance,
		now: BlockNumber,
	) -> Noted {
		let standing = match speaker {
			Speaker::Own => 0,
			Speaker::Client => standing(self.paid(Some(&hop.operator), tempo, now), full),
			Speaker::Peer => standing(hop.fee, full),
		};

		let known = self.ties.iter().position(|tie| tie.node == hop.node);
		let (mut tie, forgotten) = match known {
			Some(place) => (self.ties.swap_remove(place), None),
			None => {
				let tie = Tie::new(hop.node, operator_tag(&hop.operator), now);
				(tie, self.make_room(tempo, now))
			},
		};
		let crossing = tie.note(hop, tempo, now);
		let voice = voice(standing, tie.spent);
		tie.spent = spend(tie.spent);
		if speaker == Speaker::Client {
			tie.paid = tie.paid.saturating_add(hop.fee.try_into().unwrap_or(u64::MAX));
		}
		// There is room: one was taken out, or room was made.
		let _ = self.ties.try_push(tie);
		Noted { voice, crossing, forgotten }
	}

	/// If all places are taken, forgets what is worth least ([`Tie::worth`]); of equals, what has been idle for
	/// longest.
	fn make_room(&mut self, tempo: &Tempo, now: BlockNumber) -> Option<NodeId> {
		if !self.ties.is_full() {
			return None;
		}
		let worth = |tie: &Tie| (tie.as_of(tempo, now).worth(), tie.last_active);
		let least = self.ties.iter().enumerate().min_by_key(|(_, tie)| worth(tie))?.0;
		Some(self.ties.swap_remove(least).node)
	}

	/// Forgets ties that have been idle for `idle` blocks or longer. Returns whether any are left.
	pub fn forget(&mut self, idle: BlockNumber, now: BlockNumber) -> bool {
		self.ties.retain(|tie| now.saturating_sub(tie.last_active) < idle);
		!self.ties.is_empty()
	}

	/// Everything as of now, strongest first; of equals, the lower number first.
	pub fn perspective(&self, tempo: &Tempo, now: BlockNumber) -> Perspective {
		let mut views: Vec<_> =
			self.ties.iter().map(|tie| tie.as_of(tempo, now).view(tempo)).collect();
		views.sort_by_key(|view| (Reverse(strength(view.weight, view.threat)), view.node));
		Perspective(BoundedVec::truncate_from(views))
	}

	/// Fees that it has paid to the network, as of now: for all work, or for that of others than one operator. What it
	/// has forgotten of nodes is forgotten here, too.
	pub fn paid(&self, but: Option<&[u8; 16]>, tempo: &Tempo, now: BlockNumber) -> Balance {
		let but = but.map(operator_tag);
		let counts = |tie: &&Tie| but != Some(tie.operator);
		let paid = |tie: &Tie| fade_wide(tie.paid, steps(tempo.standing, tie.last_active, now));
		// At most 64 numbers of 64 bits.
		self.ties.iter().filter(counts).map(|tie| Balance::from(paid(tie))).sum()
	}
}
