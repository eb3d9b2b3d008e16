//! The compact record: all that the scheduler knows of a node, so that looking at a candidate is one read.

use crate::types::{AssignmentList, Order, Params};
use codec::{Decode, Encode, MaxEncodedLen};
use concordat_primitives::{
	node::{NodeProfile, Resources, MAX_CAPABILITIES},
	routing::{self, CapabilityState, NEUTRAL},
	trust::{HopEnd, Tone},
	BlockNumber, CapabilityId, JobId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// What the chain thinks of a node, and what it works on. Outlives its stay in the pools.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Standing {
	/// Jobs on which it holds a seat.
	pub jobs: AssignmentList,
	/// Promised to those.
	pub committed: Resources,
	/// Global trust `T`, in parts of 10⁶.
	pub trust: u32,
	/// What is known of its capabilities, each once; one that is not listed is a newcomer's. In no order.
	pub capabilities: BoundedVec<CapabilityState, ConstU32<MAX_CAPABILITIES>>,
	/// First block at which it is asked again.
	pub cooldown_until: BlockNumber,
	/// Seats lost to silence since its last good result.
	pub misses: u8,
	/// Whether the node is gone for good: then this goes with its last seat.
	pub gone: bool,
}

impl Default for Standing {
	fn default() -> Self {
		Self {
			jobs: Default::default(),
			committed: Resources::default(),
			trust: NEUTRAL,
			capabilities: Default::default(),
			cooldown_until: 0,
			misses: 0,
			gone: false,
		}
	}
}

impl Standing {
	/// Seats that it holds.
	pub fn running(&self) -> u16 {
		self.jobs.len() as u16
	}

	/// Whether it says nothing that a newcomer's would not say, or nobody will ask for it again.
	pub fn is_forgettable(&self) -> bool {
		*self == Self::default() || (self.gone && self.jobs.is_empty())
	}

	/// What is known of a capability.
	pub fn capability(&self, capability: CapabilityId) -> CapabilityState {
		self.capabilities
			.iter()
			.find(|state| state.capability == capability)
			.copied()
			.unwrap_or(CapabilityState::new(capability))
	}

	/// Quality `q_cap` for a capability, in parts of 10⁶.
	pub fn quality(&self, capability: CapabilityId) -> u32 {
		self.capability(capability).quality
	}

	/// `Q_agg`: the average of all qualities by volume, in parts of 10⁶.
	pub fn aggregate(&self) -> u32 {
		routing::aggregate(&self.capabilities)
	}

	/// Whether something can be written down about a capability. Not if the node works under as many others as there is
	/// room for, which takes one that keeps changing what it offers.
	pub fn has_room_for(&self, capability: CapabilityId) -> bool {
		!self.capabilities.is_full()
			|| self
				.capabilities
				.iter()
				.any(|state| state.capability == capability || state.running == 0)
	}

	/// Changes what is known of a capability. Where there is no room, what was used least recently is forgotten for
	/// it, but nothing that the node works under. Returns whether there was room.
	pub fn change(
		&mut self,
		capability: CapabilityId,
		change: impl FnOnce(&mut CapabilityState),
	) -> bool {
		if !self.has_room_for(capability) {
			return false;
		}
		let mut state = self.capability(capability);
		change(&mut state);
		self.capabilities.retain(|known| known.capability != capability);
		if state.is_unused() {
			return true;
		}
		if self.capabilities.is_full() {
			let oldest = self
				.capabilities
				.iter()
				.enumerate()
				.filter(|(_, known)| known.running == 0)
				.min_by_key(|(_, known)| (!known.available, known.last_used))
				.map(|(at, _)| at);
			if let Some(at) = oldest {
				self.capabilities.swap_remove(at);
			}
		}
		self.capabilities.try_push(state).is_ok()
	}

	/// Gives it a seat. `false` if it has no room for one; then nothing has changed.
	pub fn take_seat(&mut self, job: JobId, order: &Order) -> bool {
		if self.jobs.is_full() || !self.change(order.capability, CapabilityState::seated) {
			return false;
		}
		self.committed = self.committed.plus(&order.resources);
		self.jobs.try_push(job).is_ok()
	}

	/// Takes back a seat that it has.
	pub fn give_back(&mut self, job: JobId, order: &Order) {
		if !self.jobs.contains(&job) {
			return;
		}
		self.jobs.retain(|one| *one != job);
		self.committed = self.committed.minus(&order.resources);
		self.change(order.capability, CapabilityState::vacated);
	}

	/// A hop was judged; `voice` says how much it counts for everybody ([`routing::trust`], [`CapabilityState::note`]).
	pub fn note(
		&mut self,
		capability: CapabilityId,
		end: HopEnd,
		tone: Tone,
		voice: u32,
		now: BlockNumber,
	) {
		self.trust = routing::trust(self.trust, end, voice);
		self.change(capability, |state| state.note(end, tone, voice, now));
		if end == HopEnd::Agreed {
			self.misses = 0;
		}
	}

	/// It was silent: a rest that doubles each time. Returns the end of that.
	pub fn miss(&mut self, params: &Params, now: BlockNumber) -> BlockNumber {
		self.misses = self.misses.saturating_add(1);
		self.cooldown_until = now.saturating_add(params.cooldown(self.misses));
		self.cooldown_until
	}
}

/// The compact record that the scheduler reads of each candidate. Exists while the node is in the pools.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Seating {
	/// What the node offers; its capacity is at most [`crate::types::MAX_ASSIGNMENTS`].
	pub profile: NodeProfile,
	/// What the chain thinks of it.
	pub standing: Standing,
}
