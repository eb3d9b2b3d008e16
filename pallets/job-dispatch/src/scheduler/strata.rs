//! Strata: nodes of one capability, sorted by everything about them that stays as it is.
//!
//! A hard filter asks either for something *static*, which changes only with a new profile of the node (jurisdiction,
//! sovereign control, vendor, simulation, risk classes met), or for something *dynamic*, which changes with every job
//! (room, load, what is committed, trust, quality, a cool-down). A stratum is one combination of all that is
//! static, and each node is in exactly one of each of its capabilities. So whether a job may use a node at all, as far as
//! that is static, is said by its stratum, and one bounded record tells which strata there are and how many nodes
//! each has: however rare what a job asks for, and whatever it combines, finding out where to draw costs one read and
//! no probe.
//!
//! There are at most [`MAX_STRATA`] strata of one capability: 4 vendors, a risk class or two and a hundred
//! jurisdictions need no more. What comes after that shares one pool, the *overflow*, whose nodes are filtered one by one as they are
//! drawn. A node stays where it was put until its profile changes.

use super::Exclusion;
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{RiskClasses, Vendor},
	node::NodeProfile,
	CapabilityId, Jurisdiction,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Most strata of one capability. Their record takes at most 512 · 11 bytes.
pub const MAX_STRATA: u32 = 512;

/// All about a node that a hard filter asks and that stays as it is while the node works.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
pub struct Stratum {
	/// Where the nodes stand.
	pub jurisdiction: Jurisdiction,
	/// Under sovereign control.
	pub sovereign: bool,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// Evidence came from the simulator.
	pub simulated: bool,
	/// Bits of the risk classes whose quote policy the platforms meet ([`RiskClasses`]).
	pub classes: u8,
}

impl Stratum {
	/// Where a node with this profile belongs.
	pub fn of(profile: &NodeProfile) -> Self {
		Self {
			jurisdiction: profile.jurisdiction,
			sovereign: profile.sovereign,
			vendor: profile.vendor,
			simulated: profile.simulated,
			classes: profile.classes.0,
		}
	}

	/// Risk classes whose quote policy the platforms meet.
	pub const fn risk_classes(&self) -> RiskClasses {
		RiskClasses(self.classes)
	}
}

/// A pool: nodes that offer a capability, of one stratum or of the overflow (`None`).
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
pub struct PoolKey {
	/// What they offer.
	pub capability: CapabilityId,
	/// What they have in common; `None`: the overflow.
	pub stratum: Option<Stratum>,
}

/// Where a node is among those of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PoolPlace {
	/// In which pool; `None`: in the overflow.
	pub stratum: Option<Stratum>,
	/// Place within it.
	pub index: u32,
}

/// The pools of one capability and how many nodes each has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Strata {
	/// Strata with nodes, each once, none empty. In no order.
	pub list: BoundedVec<(Stratum, u32), ConstU32<MAX_STRATA>>,
	/// Nodes in the overflow.
	pub overflow: u32,
}

impl Strata {
	/// A node comes. Returns its place, which is the last one of its pool.
	pub fn enter(&mut self, stratum: Stratum) -> PoolPlace {
		if let Some((_, size)) = self.list.iter_mut().find(|(known, _)| *known == stratum) {
			let index = *size;
			*size = size.saturating_add(1);
			return PoolPlace { stratum: Some(stratum), index };
		}
		if self.list.try_push((stratum, 1)).is_ok() {
			return PoolPlace { stratum: Some(stratum), index: 0 };
		}
		let index = self.overflow;
		self.overflow = self.overflow.saturating_add(1);
		PoolPlace { stratum: None, index }
	}

	/// A node leaves a pool. Returns the last place of that pool, which is free from now on once whoever has it moves.
	pub fn leave(&mut self, stratum: Option<Stratum>) -> u32 {
		let Some(stratum) = stratum else {
			self.overflow = self.overflow.saturating_sub(1);
			return self.overflow;
		};
		let Some(at) = self.list.iter().position(|(known, _)| *known == stratum) else { return 0 };
		let Some((_, size)) = self.list.get_mut(at) else { return 0 };
		*size = size.saturating_sub(1);
		let last = *size;
		if last == 0 {
			self.list.swap_remove(at);
		}
		last
	}

	/// Whether nobody offers the capability.
	pub fn is_empty(&self) -> bool {
		self.list.is_empty() && self.overflow == 0
	}

	/// All pools.
	pub fn lots(&self) -> impl Iterator<Item = Lot> + '_ {
		let own =
			self.list.iter().map(|(stratum, size)| Lot { stratum: Some(*stratum), size: *size });
		own.chain((self.overflow > 0).then_some(Lot { stratum: None, size: self.overflow }))
	}

	/// The pools that may be drawn from: those whose stratum nothing bars, and the overflow.
	pub fn select(&self, bars: impl Fn(&Stratum) -> Option<Exclusion>) -> Selection {
		let mut selection = Selection::default();
		for lot in self.lots() {
			match lot.stratum.as_ref().and_then(&bars) {
				None => selection.lots.push(lot),
				// Whoever stands elsewhere was never meant.
				Some(Exclusion::Jurisdiction) => (),
				Some(why) => tally(&mut selection.barred, why, lot.size),
			}
		}
		selection
	}
}

/// A pool that may be drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
	/// What its nodes have in common; `None`: the overflow.
	pub stratum: Option<Stratum>,
	/// How many there are.
	pub size: u32,
}

/// Where a job may draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
	/// Pools. They have no node in common.
	pub lots: Vec<Lot>,
	/// How many nodes of the right jurisdictions each static filter keeps out.
	pub barred: Vec<(Exclusion, u32)>,
}

impl Selection {
	/// Nodes that can be drawn.
	pub fn nodes(&self) -> u64 {
		self.lots.iter().fold(0, |sum, lot| sum.saturating_add(lot.size.into()))
	}

	/// What keeps most nodes out.
	pub fn mostly(&self) -> Option<Exclusion> {
		most(&self.barred)
	}
}

/// Counts `by` more nodes that were turned away.
pub(super) fn tally(counts: &mut Vec<(Exclusion, u32)>, why: Exclusion, by: u32) {
	match counts.iter_mut().find(|(known, _)| *known == why) {
		Some((_, count)) => *count = count.saturating_add(by),
		None => counts.push((why, by)),
	}
}

/// The most frequent reason; of equal ones that which came first.
pub(super) fn most(counts: &[(Exclusion, u32)]) -> Option<Exclusion> {
	let most = counts.iter().map(|(_, count)| *count).max()?;
	counts.iter().find(|(_, count)| *count == most).map(|(why, _)| *why)
}
