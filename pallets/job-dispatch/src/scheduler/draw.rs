//! Who is looked at: nodes that are known first, then a uniform draw.

use super::{
	strata::{most, tally},
	Candidate, Exclusion, Lot, Want,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::Encode;
use concordat_primitives::{
	attest::Vendor, clause::Spread, hashing::tagged, Attempt, JobId, Jurisdiction, NodeId,
};
use sp_io::hashing::blake2_256;

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
	sizes: Vec<u32>,
	total: u64,
	drawn: u64,
	moved: BTreeMap<u64, u64>,
}

impl Shuffle {
	fn new(sizes: Vec<u32>) -> Self {
		let total = sizes.iter().fold(0u64, |sum, size| sum.saturating_add(u64::from(*size)));
		Self { sizes, total, drawn: 0, moved: BTreeMap::new() }
	}

	/// The pool and the index within it of the next place.
	fn next(&mut self, stream: &mut Stream) -> Option<(usize, u32)> {
		if self.drawn >= self.total {
			return None;
		}
		let at = self.drawn + stream.below(self.total - self.drawn);
		let head = self.moved.remove(&self.drawn).unwrap_or(self.drawn);
		let picked =
			if at == self.drawn { head } else { self.moved.insert(at, head).unwrap_or(at) };
		self.drawn += 1;
		locate(&self.sizes, picked)
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

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draw {
	/// Eligible nodes, each once, in the order in which they were found.
	pub found: Vec<Candidate>,
	/// Places looked at.
	pub probes: u32,
	/// How often each reason turned a node away.
	pub turned_away: Vec<(Exclusion, u32)>,
	/// Nodes looked at.
	seen: BTreeSet<NodeId>,
	/// Those of them that were found without being drawn.
	known: BTreeSet<NodeId>,
}

impl Draw {
	/// Looks at a node that is known by its number, before or besides the draw. Nobody is looked at twice.
	pub fn look(
		&mut self,
		node: NodeId,
		judge: impl FnOnce(NodeId) -> Option<Result<Candidate, Exclusion>>,
	) {
		if self.seen.contains(&node) {
			return;
		}
		if self.probe(node, judge) {
			self.known.insert(node);
		}
	}

	/// Looks at a node, unless that was done. Whether it is eligible, if it was not looked at before.
	fn probe(
		&mut self,
		node: NodeId,
		judge: impl FnOnce(NodeId) -> Option<Result<Candidate, Exclusion>>,
	) -> bool {
		self.probes = self.probes.saturating_add(1);
		if !self.seen.insert(node) {
			return false;
		}
		match judge(node) {
			Some(Ok(candidate)) => {
				self.found.push(candidate);
				return true;
			},
			Some(Err(why)) => tally(&mut self.turned_away, why, 1),
			None => (),
		}
		false
	}

	/// The most frequent reason; of equal ones that which came first.
	pub fn mostly(&self) -> Option<Exclusion> {
		most(&self.turned_away)
	}

	/// How often a reason turned a node away.
	pub fn count(&self, why: Exclusion) -> u32 {
		self.turned_away.iter().find(|(known, _)| *known == why).map_or(0, |(_, count)| *count)
	}

	fn operators(&self) -> usize {
		distinct(self.found.iter().map(|candidate| candidate.operator))
	}

	/// Which vendors and jurisdictions were found, as far as they are to be spread.
	fn found_kinds(&self, spread: Spread) -> (BTreeSet<Vendor>, BTreeSet<Jurisdiction>) {
		let profiles = || self.found.iter().map(|candidate| &candidate.seating.profile);
		let vendors = profiles().filter(|_| spread.vendors).map(|profile| profile.vendor).collect();
		let places = profiles()
			.filter(|_| spread.jurisdictions)
			.map(|profile| profile.jurisdiction)
			.collect();
		(vendors, places)
	}

	/// The sizes of the pools in which there is a vendor or a jurisdiction that is missing; those of all others are
	/// zero. `None` if there is nothing to look for.
	fn missing(&self, lots: &[Lot], want: &Want) -> Option<Vec<u32>> {
		let Spread { vendors, jurisdictions } = want.spread;
		let (known_vendors, known_places) = self.found_kinds(want.spread);
		let places = want.places() as usize;
		let vendors = vendors && known_vendors.len() < places;
		let jurisdictions = jurisdictions && known_places.len() < places;
		let adds = |lot: &Lot| match lot.stratum {
			Some(stratum) => {
				(vendors && !known_vendors.contains(&stratum.vendor))
					|| (jurisdictions && !known_places.contains(&stratum.jurisdiction))
			},
			// Who knows.
			None => vendors || jurisdictions,
		};
		let sizes: Vec<u32> = lots.iter().map(|lot| if adds(lot) { lot.size } else { 0 }).collect();
		sizes.iter().any(|size| *size > 0).then_some(sizes)
	}
}

fn distinct<I: Ord>(items: impl Iterator<Item = I>) -> usize {
	items.collect::<BTreeSet<_>>().len()
}

/// Draws candidates out of pools, besides those that were found before. `fetch` names the node at a place of a pool, `judge` reads
/// its record: each is called at most once per probe, and there are at most [`Want::probes`] probes.
///
/// The draw is uniform over all nodes of all pools, without repetition, until there are [`Want::enough`] eligible ones,
/// of at least as many operators as there are places. One that was known before counts as drawn when it is drawn: who is
/// known comes on top of the random candidates, and never takes their place.
///
/// Where a [`Spread`] is asked for, what is left of the probes then goes to the pools that have a vendor or a
/// jurisdiction that is still missing, until there is one for every place or nothing more to be found.
pub fn draw(
	draw: &mut Draw,
	stream: &mut Stream,
	lots: &[Lot],
	want: &Want,
	mut fetch: impl FnMut(usize, u32) -> Option<NodeId>,
	mut judge: impl FnMut(NodeId) -> Option<Result<Candidate, Exclusion>>,
) {
	let mut left = want.probes();
	let mut drawn = 0;
	let mut shuffle = Shuffle::new(lots.iter().map(|lot| lot.size).collect());
	while left > 0 {
		// One operator with many nodes must not end the draw before others had their chance.
		if drawn >= want.enough() && draw.operators() >= want.places() as usize {
			break;
		}
		let Some((pool, index)) = shuffle.next(stream) else { break };
		left -= 1;
		let Some(node) = fetch(pool, index) else { continue };
		if draw.probe(node, &mut judge) || draw.known.contains(&node) {
			drawn += 1;
		}
	}

	let mut sizes = draw.missing(lots, want);
	while let Some(missing) = sizes.take().filter(|_| left > 0) {
		let mut shuffle = Shuffle::new(missing);
		while left > 0 {
			let Some((pool, index)) = shuffle.next(stream) else { return };
			left -= 1;
			let Some(node) = fetch(pool, index) else { continue };
			if draw.probe(node, &mut judge) {
				// Something else may be missing now.
				break;
			}
		}
		sizes = draw.missing(lots, want);
	}
}
