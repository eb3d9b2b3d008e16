//! Gathers the shares of rollups until they are certificates. Knows no network, no clock and no chain: what it is told is all
//! that it knows, so that every order of events can be played.
//!
//! ```text
//!  chain: this rollup waits for a certificate ──update──► round ◄──hear── shares of peers (checked first)
//!                                                          │  ◄──speak── our own
//!                                          ≥ threshold ────┤
//!                                                          ▼ due: our turn, and again until the chain has it
//!  chain: it waits no more ─────────update──► round gone
//! ```
//!
//! Nothing is kept over a restart: the chain says again what waits, we sign again the same, and peers pass on what they have.
//!
//! Bounds: at most [`MAX_ROUNDS`] rounds with one share for each place of a set; of rollups that are not final here yet, one share
//! for each place in at most [`MAX_AHEAD`] epochs, [`MAX_EARLY`] in all; [`MAX_IDLE_SETS`] sets besides those that rounds need.

use super::share::{KnownSet, Share, ShareSignature};
use concordat_pairing::bls;
use concordat_primitives::{
	rollup::{
		rollup_message, Ed25519Share, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet,
		SignerSetId,
	},
	BlockNumber, Hash, RollupEpoch,
};
use concordat_runtime::pallet_rollup_anchor::certificate::bitmap;
use std::collections::{BTreeMap, BTreeSet};

/// Most rollups that are gathered for at a time.
pub const MAX_ROUNDS: u32 = 64;
/// How many rollups a peer may be ahead of us.
pub const MAX_AHEAD: RollupEpoch = 16;
/// Most shares of rollups that are not final here yet.
pub const MAX_EARLY: usize = 4_096;
/// Sets that are kept although no round needs them: that of the next rollups, and those just before.
pub const MAX_IDLE_SETS: usize = 4;
/// Blocks after which a share that still matters is sent again.
pub const REPEAT: BlockNumber = 16;
/// Blocks after which a certificate that the chain still lacks is submitted again: longer than it stays in the pool.
pub const RESUBMIT: BlockNumber = 10;

/// What became of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
	/// New and sound: to be passed on.
	New,
	/// Signed by a signer, but about a rollup that is not final here yet.
	Early,
	/// There already.
	Known,
	/// Refused.
	Refused(Refusal),
}

/// Why a share is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// The rollup waits for no share any more.
	Old,
	/// The rollup is too far ahead.
	TooFarAhead,
	/// Too many shares of rollups to come.
	Full,
	/// The set is not known here.
	UnknownSet,
	/// Another set signs this rollup.
	WrongSet,
	/// The rollup has another hash.
	WrongRollup,
	/// The set has no such place, or signs by another scheme.
	NoSuchPlace,
	/// The signature does not hold.
	BadSignature,
}

impl Refusal {
	/// Whether no honest peer passes such a share on, whatever it has seen of the chain.
	pub const fn is_fault(self) -> bool {
		matches!(self, Self::NoSuchPlace | Self::BadSignature)
	}
}

/// One rollup that waits for its certificate.
struct Round {
	set: SignerSetId,
	rollup: Hash,
	shares: BTreeMap<u16, ShareSignature>,
	/// When there first were enough.
	complete: Option<BlockNumber>,
	/// When we last sent our share.
	spoken: Option<BlockNumber>,
	/// When we last submitted the certificate.
	submitted: Option<BlockNumber>,
}

/// See the module.
pub struct Collector {
	genesis: Hash,
	/// Our own keys, if we have any.
	own: Vec<RollupKey>,
	sets: BTreeMap<SignerSetId, KnownSet>,
	rounds: BTreeMap<RollupEpoch, Round>,
	early: BTreeMap<(RollupEpoch, SignerSetId, u16), Share>,
	/// Rollups that are closed and final, as far as we know.
	closed: RollupEpoch,
}

impl Collector {
	/// For the chain of this genesis; `own` are the public keys that this node signs with, none if it only passes on.
	pub fn new(genesis: Hash, own: &[RollupKey]) -> Self {
		Self {
			genesis,
			own: own.to_vec(),
			sets: BTreeMap::new(),
			rounds: BTreeMap::new(),
			early: BTreeMap::new(),
			closed: 0,
		}
	}

	/// Whether a set still has to be learnt.
	pub fn lacks(&self, id: SignerSetId) -> bool {
		!self.sets.contains_key(&id)
	}

	/// Takes note of a set, as the finalised chain has it. Sets never change.
	pub fn learn(&mut self, set: SignerSet) {
		self.sets.entry(set.id).or_insert_with(|| KnownSet::new(set));
	}

	/// Takes note of what the finalised chain says: `closed` rollups so far, of which these wait for a certificate. Returns
	/// shares that came early and are of one of them: sound, and to be passed on now.
	pub fn update(
		&mut self,
		closed: RollupEpoch,
		waiting: &[(RollupEpoch, SignerSetId, Hash)],
	) -> Vec<Share> {
		self.closed = closed;
		let waiting = waiting.iter().take(MAX_ROUNDS as usize);
		let mut rounds = BTreeMap::new();
		for (epoch, set, rollup) in waiting {
			let kept = self
				.rounds
				.remove(epoch)
				.filter(|round| (round.set, round.rollup) == (*set, *rollup));
			let round = kept.unwrap_or_else(|| Round {
				set: *set,
				rollup: *rollup,
				shares: BTreeMap::new(),
				complete: None,
				spoken: None,
				submitted: None,
			});
			rounds.insert(*epoch, round);
		}
		self.rounds = rounds;

		let to_come = self.early.split_off(&(closed, 0, 0));
		let due = std::mem::replace(&mut self.early, to_come);
		let admitted = due
			.into_values()
			.filter(|share| {
				// Its signature has been checked when it came.
				match self.rounds.get_mut(&share.epoch) {
					Some(round) if (round.set, round.rollup) == (share.set, share.rollup) => {
						round.shares.insert(share.place, share.signature.clone()).is_none()
					},
					_ => false,
				}
			})
			.collect();
		self.forget_sets();
		admitted
	}

	fn forget_sets(&mut self) {
		let needed: BTreeSet<_> = self.rounds.values().map(|round| round.set).collect();
		let idle: Vec<_> =
			self.sets.keys().rev().filter(|id| !needed.contains(id)).copied().collect();
		for id in idle.into_iter().skip(MAX_IDLE_SETS) {
			self.sets.remove(&id);
		}
	}

	/// Whether shares of a rollup still matter.
	pub fn waits_for(&self, epoch: RollupEpoch) -> bool {
		epoch >= self.closed || self.rounds.contains_key(&epoch)
	}

	/// Rollups that wait.
	pub fn waiting(&self) -> usize {
		self.rounds.len()
	}

	/// Hears a share from the network. What costs little is checked first; the signature last.
	pub fn hear(&mut self, share: Share) -> Heard {
		let ahead = share.epoch >= self.closed && !self.rounds.contains_key(&share.epoch);
		if ahead {
			if share.epoch.saturating_sub(self.closed) >= MAX_AHEAD {
				return Heard::Refused(Refusal::TooFarAhead);
			}
			if self.early.contains_key(&(share.epoch, share.set, share.place)) {
				return Heard::Known;
			}
			if self.early.len() >= MAX_EARLY {
				return Heard::Refused(Refusal::Full);
			}
		} else {
			let Some(round) = self.rounds.get(&share.epoch) else {
				return Heard::Refused(Refusal::Old);
			};
			if round.set != share.set {
				return Heard::Refused(Refusal::WrongSet);
			}
			if round.rollup != share.rollup {
				return Heard::Refused(Refusal::WrongRollup);
			}
			if round.shares.contains_key(&share.place) {
				return Heard::Known;
			}
		}
		let Some(known) = self.sets.get(&share.set) else {
			return Heard::Refused(Refusal::UnknownSet);
		};
		let is_place = usize::from(share.place) < known.set.keys.len();
		if !is_place || share.signature.scheme() != known.set.scheme {
			return Heard::Refused(Refusal::NoSuchPlace);
		}
		if !known.verifies(self.genesis, &share) {
			return Heard::Refused(Refusal::BadSignature);
		}
		match self.rounds.get_mut(&share.epoch) {
			Some(round) => {
				round.shares.insert(share.place, share.signature);
				Heard::New
			},
			None => {
				self.early.insert((share.epoch, share.set, share.place), share);
				Heard::Early
			},
		}
	}

	/// Signs what we have not signed yet, and names what we have to send again. Each share comes with whether it is a
	/// repetition.
	pub fn speak(
		&mut self,
		now: BlockNumber,
		sign: impl Fn(Scheme, &[u8]) -> ShareSignature,
	) -> Vec<(Share, bool)> {
		let mut said = Vec::new();
		for (epoch, round) in &mut self.rounds {
			let Some(known) = self.sets.get(&round.set) else { continue };
			let Some(place) = place_of(&known.set, &self.own) else { continue };
			let repeated = match round.spoken {
				Some(at) if now < at.saturating_add(REPEAT) => continue,
				spoken => spoken.is_some(),
			};
			let kept = round.shares.get(&place).cloned().filter(|_| repeated);
			let signature = kept.unwrap_or_else(|| {
				sign(known.set.scheme, &rollup_message(self.genesis, round.set, round.rollup))
			});
			round.spoken = Some(now);
			round.shares.insert(place, signature.clone());
			let share =
				Share { epoch: *epoch, set: round.set, rollup: round.rollup, place, signature };
			said.push((share, repeated));
		}
		said
	}

	/// Certificates that it is our turn to submit.
	///
	/// The signers of a rollup take turns, one block after another from the time when there are enough shares, so that one
	/// certificate travels and not as many as there are signers. Who begins changes with each rollup.
	pub fn due(&mut self, now: BlockNumber) -> Vec<RollupCertificate> {
		let mut due = Vec::new();
		for (epoch, round) in &mut self.rounds {
			let Some(known) = self.sets.get(&round.set) else { continue };
			let Some(place) = place_of(&known.set, &self.own) else { continue };
			if (round.shares.len() as u64) < u64::from(known.set.threshold()) {
				continue;
			}
			let complete = *round.complete.get_or_insert(now);
			let turn = match round.submitted {
				None => complete.saturating_add(rank(place, *epoch, known.set.keys.len() as u32)),
				Some(at) => at.saturating_add(RESUBMIT),
			};
			if now < turn {
				continue;
			}
			if let Some(signatures) = signatures(&known.set, &round.shares) {
				round.submitted = Some(now);
				due.push(RollupCertificate { epoch: *epoch, set: round.set, signatures });
			}
		}
		due
	}
}

/// Our place in a set.
fn place_of(set: &SignerSet, own: &[RollupKey]) -> Option<u16> {
	set.keys.iter().position(|key| own.contains(key))?.try_into().ok()
}

/// How many signers come before the one at `place`.
fn rank(place: u16, epoch: RollupEpoch, seats: u32) -> u32 {
	let first = epoch.checked_rem(seats).unwrap_or(0);
	u32::from(place).saturating_add(seats).saturating_sub(first).checked_rem(seats).unwrap_or(0)
}

/// What shares make: all of them in one aggregate, or as many as are needed, one by one.
fn signatures(set: &SignerSet, shares: &BTreeMap<u16, ShareSignature>) -> Option<Signatures> {
	match set.scheme {
		Scheme::Bls => {
			let points: Vec<_> = shares
				.values()
				.filter_map(|signature| match signature {
					ShareSignature::Bls(bytes) => Some(bls::Signature(*bytes)),
					ShareSignature::Ed25519(_) => None,
				})
				.collect();
			Some(Signatures::Bls {
				signers: bitmap(shares.keys().copied(), set.keys.len() as u32)?,
				aggregate: bls::aggregate(&points).ok()?.0,
			})
		},
		Scheme::Ed25519 => shares
			.iter()
			.filter_map(|(place, signature)| match signature {
				ShareSignature::Ed25519(signature) => {
					Some(Ed25519Share { place: *place, signature: *signature })
				},
				ShareSignature::Bls(_) => None,
			})
			.take(set.threshold() as usize)
			.collect::<Vec<_>>()
			.try_into()
			.ok()
			.map(Signatures::Ed25519),
	}
}
