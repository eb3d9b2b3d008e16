//! Who gets a job. Pure: reads reach it as closures, so that nothing here knows storage or `Config`.
//!
//! 1. [`draw`] probes the pools uniformly, without ever probing a node twice, until it has `d` eligible
//!    candidates for every seat and backup, or has used up its probes. The number of probes depends on
//!    what is asked, never on how many nodes there are. A pool that is smaller than the number of
//!    probes is looked through completely, so that on a small chain no eligible node is overlooked.
//! 2. [`choose`] takes the best scores, one seat per operator and per platform, and asks about leases
//!    only where it is about to seat somebody, about credentials only where it would otherwise.
//! 3. [`next_turn`] decides which class is served next.

use crate::types::{Rings, Seating};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{LeaseDemand, Measurement, PlatformId},
	clause::RiskClass,
	hashing::tagged,
	job::JobClass,
	routing::{self, Factors},
	units::SLOT_MILLIS,
	Attempt, BlockNumber, JobId, Jurisdiction, NodeId,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_io::hashing::blake2_256;

/// Probes that may be spent for each candidate that is wanted.
pub const PROBES_PER_CANDIDATE: u32 = 3;
/// Most blocks that a job rests between two tries.
pub const MAX_REST: BlockNumber = 15;
/// Bytes in a MiB.
const MIB: u32 = 1 << 20;

/// Why a node is not asked.
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
pub enum Exclusion {
	/// The requester does not want it.
	Excluded,
	/// It sat in the round that failed.
	AlreadyAsked,
	/// It stands outside the job's jurisdictions.
	Jurisdiction,
	/// Its jurisdiction is paused.
	Paused,
	/// It does not run under sovereign control.
	NotSovereign,
	/// Its evidence is simulated.
	Simulated,
	/// The clause does not accept its measurement.
	Measurement,
	/// Its lease ends before the result would be due.
	LeaseEnding,
	/// It was silent a short while ago.
	CoolingDown,
	/// It has no room for another job.
	Full,
	/// Its load is above 0.95.
	Overloaded,
	/// It has too little memory left.
	Memory,
	/// Its trust is below what is asked.
	Trust,
	/// Its quality is below what is asked.
	Quality,
	/// Its platform does not meet the quote policy of the clause's risk class.
	RiskClassNotMet,
	/// It does not hold a credential that the clause demands of nodes.
	CredentialMissing,
}

impl Exclusion {
	/// The reason in words.
	pub const fn text(self) -> &'static str {
		match self {
			Self::Excluded => "excluded by the requester",
			Self::AlreadyAsked => "sat in the round that failed",
			Self::Jurisdiction => "outside the job's jurisdictions",
			Self::Paused => "its jurisdiction is paused",
			Self::NotSovereign => "not under sovereign control",
			Self::Simulated => "its evidence is simulated",
			Self::Measurement => "its measurement is not accepted by the clause",
			Self::LeaseEnding => "its lease ends before the result would be due",
			Self::CoolingDown => "cooling down after a silence",
			Self::Full => "at capacity",
			Self::Overloaded => "load above 0.95",
			Self::Memory => "too little memory left",
			Self::Trust => "trust below what is asked",
			Self::Quality => "quality below what is asked",
			Self::RiskClassNotMet => {
				"its platform does not meet the quote policy of the clause's risk class"
			},
			Self::CredentialMissing => "without a credential that the clause demands of nodes",
		}
	}
}

/// What is asked of a node.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
	/// Now.
	pub now: BlockNumber,
	/// First block at which the result would be too late.
	pub deliver_by: BlockNumber,
	/// Memory of one execution, in MiB.
	pub memory_mib: u32,
	/// Only nodes under sovereign control.
	pub sovereign_only: bool,
	/// No simulated evidence.
	pub forbid_simulated: bool,
	/// Risk class whose quote policy the platform has to meet.
	pub risk: RiskClass,
	/// Accepted measurements; empty: all.
	pub measurements: &'a [Measurement],
	/// Where a node may stand; empty: anywhere.
	pub jurisdictions: &'a [Jurisdiction],
	/// Where no node is asked now.
	pub paused: &'a [Jurisdiction],
	/// Least trust, in parts of 10⁶.
	pub min_trust: u32,
	/// Least quality, in parts of 10⁶.
	pub min_quality: u32,
	/// Nodes whose score counts 1.2 times.
	pub preferred: &'a [NodeId],
	/// Nodes that must not be asked.
	pub excluded: &'a [NodeId],
	/// Nodes of the round that failed.
	pub spent: &'a [NodeId],
}

impl Ask<'_> {
	/// The first hard filter that `node` does not pass.
	pub fn exclusion(&self, node: NodeId, seating: &Seating) -> Option<Exclusion> {
		let (profile, standing) = (&seating.profile, &seating.standing);
		let outside =
			|list: &[Jurisdiction]| !list.is_empty() && !list.contains(&profile.jurisdiction);
		let free_mib = profile.memory_mib.saturating_sub(standing.committed_mib);
		let checks = [
			(self.excluded.contains(&node), Exclusion::Excluded),
			(outside(self.jurisdictions), Exclusion::Jurisdiction),
			(self.paused.contains(&profile.jurisdiction), Exclusion::Paused),
			(self.sovereign_only && !profile.sovereign, Exclusion::NotSovereign),
			(self.forbid_simulated && profile.simulated, Exclusion::Simulated),
			(
				!self.measurements.is_empty() && !self.measurements.contains(&profile.measurement),
				Exclusion::Measurement,
			),
			// As of the last judgement that was told; the lease itself is asked when a seat is given.
			(!profile.classes.contains(self.risk), Exclusion::RiskClassNotMet),
			(profile.lease_expires_at < self.deliver_by, Exclusion::LeaseEnding),
			(standing.cooldown_until > self.now, Exclusion::CoolingDown),
			(standing.running() >= profile.capacity, Exclusion::Full),
			(
				routing::load(standing.running(), profile.capacity) > routing::MAX_LOAD,
				Exclusion::Overloaded,
			),
			(free_mib < self.memory_mib, Exclusion::Memory),
			(standing.trust < self.min_trust, Exclusion::Trust),
			(standing.quality < self.min_quality, Exclusion::Quality),
			// Last: of these nodes it is known that they could be asked again.
			(self.spent.contains(&node), Exclusion::AlreadyAsked),
		];
		checks.into_iter().find_map(|(fails, why)| fails.then_some(why))
	}

	/// What the job asks of a lease.
	pub const fn of_lease(&self) -> LeaseDemand<'_> {
		LeaseDemand {
			measurements: self.measurements,
			allow_simulated: !self.forbid_simulated,
			risk: self.risk,
		}
	}

	/// The factors of the node's score. The originator has no history with anybody: `φ` is
	/// [`routing::W_INIT`] and `θ` is zero.
	pub fn factors(&self, node: NodeId, seating: &Seating) -> Factors {
		let (profile, standing) = (&seating.profile, &seating.standing);
		let preferred = self.preferred.contains(&node);
		Factors {
			trust: standing.trust,
			quality: standing.quality,
			load: routing::load(standing.running(), profile.capacity),
			connection: routing::W_INIT,
			threat: 0,
			preference: if preferred { routing::PREFERENCE } else { routing::ONE },
			freshness: routing::freshness(
				profile.lease_issued_at,
				profile.lease_expires_at,
				self.now,
			),
			proximity: routing::proximity(profile.latency_class),
		}
	}

	/// The node as a candidate, if it passes all hard filters.
	pub fn assess(&self, node: NodeId, seating: &Seating) -> Result<Candidate, Exclusion> {
		match self.exclusion(node, seating) {
			Some(why) => Err(why),
			None => Ok(Candidate {
				node,
				score: self.factors(node, seating).score(),
				operator: seating.profile.operator,
				platform: seating.profile.platform,
				seating: seating.clone(),
			}),
		}
	}
}

/// A node that could sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
	/// Who.
	pub node: NodeId,
	/// Its score, in parts of 10⁹.
	pub score: u64,
	/// Whose it is.
	pub operator: [u8; 16],
	/// Which machine it is.
	pub platform: PlatformId,
	/// Its record, as read.
	pub seating: Seating,
}

/// How many nodes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
	/// Seats.
	pub seats: u32,
	/// Backups.
	pub backups: u32,
	/// Candidates for each of them.
	pub candidates: u32,
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
}

/// Random numbers for one attempt, from the randomness of the block.
#[derive(Clone, Debug)]
pub struct Stream {
	key: [u8; 32],
	counter: u64,
	words: [u64; 4],
	used: usize,
}

impl Stream {
	/// The stream of an attempt. Two attempts in one block share nothing.
	pub fn new(seed: &[u8; 32], job: JobId, attempt: Attempt) -> Self {
		let key = tagged(b"concordat/draw/v1", &(seed, job, attempt)).0;
		Self { key, counter: 0, words: [0; 4], used: 4 }
	}

	/// 64 random bits.
	fn next(&mut self) -> u64 {
		if let Some(word) = self.words.get(self.used) {
			self.used += 1;
			return *word;
		}
		let hash = blake2_256(&(self.key, self.counter).encode());
		self.counter = self.counter.wrapping_add(1);
		for (word, chunk) in self.words.iter_mut().zip(hash.chunks_exact(8)) {
			*word = chunk.iter().fold(0, |acc, byte| (acc << 8) | u64::from(*byte));
		}
		self.used = 1;
		let [first, ..] = self.words;
		first
	}

	/// A number below `bound`, uniform up to `bound / 2⁶⁴`; 0 for `bound == 0`.
	pub fn below(&mut self, bound: u64) -> u64 {
		((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
	}
}

/// The places of all pools in random order, each once: a Fisher–Yates shuffle of which only the part that
/// was looked at exists.
struct Shuffle {
	total: u64,
	drawn: u64,
	moved: BTreeMap<u64, u64>,
}

impl Shuffle {
	fn next(&mut self, stream: &mut Stream) -> Option<u64> {
		if self.drawn >= self.total {
			return None;
		}
		let at = self.drawn + stream.below(self.total - self.drawn);
		let head = self.moved.remove(&self.drawn).unwrap_or(self.drawn);
		let picked =
			if at == self.drawn { head } else { self.moved.insert(at, head).unwrap_or(at) };
		self.drawn += 1;
		Some(picked)
	}
}

/// The pool and the index within it of one place among all.
fn locate(sizes: &[u32], place: u64) -> Option<(usize, u32)> {
	let mut left = place;
	for (pool, size) in sizes.iter().enumerate() {
		match left.checked_sub(u64::from(*size)) {
			None => return Some((pool, left as u32)),
			Some(rest) => left = rest,
		}
	}
	None
}

/// What a draw found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draw {
	/// Eligible nodes, in the order in which they were drawn.
	pub found: Vec<Candidate>,
	/// Nodes looked at.
	pub probes: u32,
	/// How often each reason turned a node away.
	pub turned_away: Vec<(Exclusion, u32)>,
}

impl Draw {
	/// The most frequent reason; of equal ones that which came first.
	pub fn mostly(&self) -> Option<Exclusion> {
		let most = self.turned_away.iter().map(|(_, count)| *count).max()?;
		self.turned_away.iter().find(|(_, count)| *count == most).map(|(why, _)| *why)
	}

	/// How often a reason turned a node away.
	pub fn count(&self, why: Exclusion) -> u32 {
		self.turned_away.iter().find(|(known, _)| *known == why).map_or(0, |(_, count)| *count)
	}

	fn operators(&self) -> usize {
		let mut seen: Vec<_> = self.found.iter().map(|c| c.operator).collect();
		seen.sort_unstable();
		seen.dedup();
		seen.len()
	}
}

/// Draws candidates out of pools of the given sizes. `fetch` names the node at a place of a pool, `judge` reads
/// its record: each is called at most once per probe.
pub fn draw(
	stream: &mut Stream,
	sizes: &[u32],
	want: &Want,
	mut fetch: impl FnMut(usize, u32) -> Option<NodeId>,
	mut judge: impl FnMut(NodeId) -> Option<Result<Candidate, Exclusion>>,
) -> Draw {
	let total = sizes.iter().fold(0u64, |sum, size| sum.saturating_add(u64::from(*size)));
	let mut shuffle = Shuffle { total, drawn: 0, moved: BTreeMap::new() };
	let mut draw = Draw::default();
	let enough = want.enough() as usize;
	while draw.probes < want.probes() {
		// One operator with many nodes must not end the draw before others had their chance.
		if draw.found.len() >= enough && draw.operators() >= want.places() as usize {
			break;
		}
		let Some(place) = shuffle.next(stream) else { break };
		draw.probes += 1;
		let node = locate(sizes, place).and_then(|(pool, index)| fetch(pool, index));
		match node.and_then(&mut judge) {
			Some(Ok(candidate)) => draw.found.push(candidate),
			Some(Err(why)) => match draw.turned_away.iter_mut().find(|(known, _)| *known == why) {
				Some((_, count)) => *count += 1,
				None => draw.turned_away.push((why, 1)),
			},
			None => (),
		}
	}
	draw
}

/// Who sits, and who would step in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<L> {
	/// Best first, each with what `accept` found.
	pub seats: Vec<(Candidate, L)>,
	/// Best first.
	pub backups: Vec<Candidate>,
	/// Times that `accept` was asked.
	pub asked: u32,
}

/// Takes the best: seats first, then backups, never two of one operator or of one platform. `accept` is asked
/// about those that are about to get a seat, `stands_by` about those that are about to become a backup; nobody is
/// asked about twice.
pub fn choose<L>(
	mut found: Vec<Candidate>,
	want: &Want,
	mut accept: impl FnMut(&Candidate) -> Option<L>,
	mut stands_by: impl FnMut(&Candidate) -> bool,
) -> Choice<L> {
	// Stable: equal scores stay in the random order of the draw.
	found.sort_by_key(|candidate| core::cmp::Reverse(candidate.score));
	let mut choice = Choice { seats: Vec::new(), backups: Vec::new(), asked: 0 };
	for candidate in found {
		let seated = choice.seats.iter().map(|(c, _)| c).chain(choice.backups.iter());
		if clashes(&candidate, seated.map(|c| (&c.operator, &c.platform))) {
			continue;
		}
		if choice.seats.len() < want.seats as usize {
			choice.asked += 1;
			if let Some(lease) = accept(&candidate) {
				choice.seats.push((candidate, lease));
			}
		} else if choice.backups.len() < want.backups as usize {
			if stands_by(&candidate) {
				choice.backups.push(candidate);
			}
		} else {
			break;
		}
	}
	choice
}

/// Whether somebody of the same operator or on the same platform sits already.
pub fn clashes<'a>(
	candidate: &Candidate,
	mut seated: impl Iterator<Item = (&'a [u8; 16], &'a PlatformId)>,
) -> bool {
	seated.any(|(operator, platform)| {
		*operator == candidate.operator || *platform == candidate.platform
	})
}

/// The class whose turn it is, among those that `open` lets through, and takes one turn off it. When none of
/// them has a turn left, all get new ones: 8 critical, 4 high, 2 normal, 1 low. So out of any 15 turns
/// with work in all classes every class gets its share, and none waits for ever.
pub fn next_turn(rings: &mut Rings, open: impl Fn(JobClass) -> bool) -> Option<JobClass> {
	let first = |rings: &Rings| {
		JobClass::ALL.into_iter().find(|class| open(*class) && rings.get(*class).credit > 0)
	};
	let class = match first(rings) {
		Some(class) => class,
		None if !JobClass::ALL.into_iter().any(&open) => return None,
		None => {
			for class in JobClass::ALL {
				rings.get_mut(class).credit = class.weighting();
			}
			first(rings)?
		},
	};
	let ring = rings.get_mut(class);
	ring.credit = ring.credit.saturating_sub(1);
	Some(class)
}

/// Blocks until a job that could not be placed is tried again: the next one at first; after some failures it rests
/// longer and longer, so that jobs that nobody can run leave the hook's share to the others.
pub const fn rest(failures: u32) -> BlockNumber {
	match failures {
		0..=4 => 1,
		5 => 2,
		6 => 4,
		7 => 8,
		_ => MAX_REST,
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
