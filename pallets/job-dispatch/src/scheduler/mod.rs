//! Who gets a job. Pure: reads reach it as closures, so that nothing here knows storage or `Config`.
//!
//! 1. [`Strata::select`] finds the pools whose nodes pass every *static* filter: one read, whatever is asked for.
//! 2. [`Draw::look`] probes a few nodes that are known: the node of the job's group, preferred nodes, the originator's
//!    strongest ties. At most [`SHORTCUTS`].
//! 3. [`draw`] probes those pools uniformly, without ever probing a node twice, until it has `d` eligible
//!    candidates for every seat and backup, or has used up its probes. Random candidates are never fewer because nodes are
//!    known. Pools that together are smaller than the number of probes are looked through completely, so that on a small chain
//!    no eligible node is overlooked.
//! 4. [`choose`] takes the best scores, one seat per operator and per platform, spread over vendors and jurisdictions
//!    where that is asked for, and asks about leases only where it is about to seat somebody, about credentials only where
//!    it would otherwise.
//! 5. [`next_turn`] decides which class is served next.
//!
//! # Sparse eligibility
//!
//! The number of probes depends on what is asked, never on how many nodes there are. What is *static* costs nothing: a job
//! that one node in a hundred may run, or one in a million, by any conjunction of jurisdiction, sovereign control, vendor, evidence and
//! risk class, draws from those nodes alone ([`strata`]). What is *dynamic* (room, load, cool-down, resources, trust,
//! quality, threat, availability, measurement, the rest of the lease) is found out by probing. Where the part `p` of the nodes
//! drawn from passes, `P` probes find `P · p` of them on average, and none with probability `(1 − p)^P`. For a job on
//! one seat under the default parameters, `P` = 4 candidates · 3 places · 3 = 36:
//!
//! | p | found | none found |
//! |---|---|---|
//! | 50 % | 12, the draw stops there | never |
//! | 10 % | 3.6 | 2.3 % |
//! | 1 % | 0.4 | 70 % |
//!
//! If none is found the job waits for the next block and draws anew: at 1 % it is placed after 3.3 blocks on average,
//! instead of the chain being scanned. In practice a demand that few nodes pass is one for *good* nodes, and those a
//! requester has ties to, or prefers: they are looked at first.

pub mod ask;
pub mod choose;
pub mod draw;
pub mod strata;
pub mod turns;

pub use ask::{Ask, Candidate, MAX_THREAT};
pub use choose::{choose, clashes, Choice};
pub use concordat_primitives::views::Exclusion;
pub use draw::{draw, Draw, Stream};
pub use strata::{Lot, PoolKey, PoolPlace, Selection, Strata, Stratum, MAX_STRATA};
pub use turns::{next_turn, rest, MAX_REST};

use concordat_primitives::{
	clause::{Spread, MAX_LIST},
	units::SLOT_MILLIS,
	BlockNumber,
};

/// Probes that may be spent for each candidate that is wanted.
pub const PROBES_PER_CANDIDATE: u32 = 3;
/// Of the nodes that the originator knows, so many are looked at besides the draw.
pub const TIE_PROBES: u32 = 4;
/// Most nodes that are looked at besides the draw: the group's, all preferred ones, and the strongest ties.
pub const SHORTCUTS: u32 = 1 + MAX_LIST + TIE_PROBES;
/// Bytes in a MiB.
const MIB: u32 = 1 << 20;

/// How many nodes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
	/// Seats.
	pub seats: u32,
	/// Backups.
	pub backups: u32,
	/// Candidates for each of them.
	pub candidates: u32,
	/// What they should not share.
	pub spread: Spread,
}

impl Want {
	/// Seats and backups.
	pub const fn places(&self) -> u32 {
		self.seats.saturating_add(self.backups)
	}

	/// Eligible candidates at which the draw may stop.
	pub const fn enough(&self) -> u32 {
		self.places().saturating_mul(self.candidates)
	}

	/// Probes at which the draw stops, whatever it has found.
	pub const fn probes(&self) -> u32 {
		self.enough().saturating_mul(PROBES_PER_CANDIDATE)
	}

	/// The most that is looked at: what is drawn, and what is known.
	pub const fn most_probes(&self) -> u32 {
		self.probes().saturating_add(SHORTCUTS)
	}
}

/// Blocks that a node has from its assignment to its result.
pub fn delivery_window(wall_millis: u32, margin: BlockNumber) -> BlockNumber {
	let slots = u64::from(wall_millis).div_ceil(SLOT_MILLIS);
	margin.saturating_add(BlockNumber::try_from(slots).unwrap_or(BlockNumber::MAX))
}

/// Memory of one execution, in begun MiB.
pub const fn memory_mib(memory_bytes: u32) -> u32 {
	memory_bytes.div_ceil(MIB)
}
