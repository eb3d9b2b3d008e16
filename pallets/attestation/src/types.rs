//! Plain data of attestation: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_attestation::{
	any::{Facts, Under},
	policy::{Advisories, QuotePolicy},
	TcbStatus,
};
use concordat_primitives::{
	attest::{LeaseRefusal, SigningKey},
	clause::RiskClass,
	units::{CDT, DAYS, HOURS, MINUTES, SLOT_MILLIS},
	Balance, BlockNumber, NodeId,
};
use frame_support::BoundedVec;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most trust anchors.
pub const MAX_ANCHORS: u32 = 16;
/// Most pieces of collateral of one kind. Vendors publish far fewer; the keys of test anchors are public, so that
/// anybody could make as many as he likes where they are trusted.
pub const MAX_PIECES: u32 = 1_024;
/// Most keys that a node answers for besides the one of its lease.
pub const MAX_FORMER_KEYS: u32 = 64;

/// What governance may change.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
	/// Longest life of a lease, in blocks.
	pub lease_duration: BlockNumber,
	/// How old the block of a challenge may be, in blocks. At most the number of block hashes that
	/// the chain remembers.
	pub challenge_window: BlockNumber,
	/// How long a node answers for a key after its lease for it has gone, in blocks: for as long as evidence may be
	/// brought and its stake can be reached. At least the challenge window of a job and the dispute window together.
	pub key_memory: BlockNumber,
	/// How long a measurement is announced before it counts, in blocks.
	pub measurement_timelock: BlockNumber,
	/// Shortest grace of a sunset, in blocks; also what is added when a clause would be left without any measurement.
	pub min_grace: BlockNumber,
	/// What whoever finds a lease that no longer passes gets, from the treasury. At most [`MAX_REWARD`].
	#[serde(with = "concordat_primitives::text::decimal")]
	pub eviction_reward: Balance,
}

/// Largest reward for finding a lease that no longer passes.
pub const MAX_REWARD: Balance = CDT;

impl Default for Params {
	/// 12 hours; 5 minutes; 28 days, as long as stake takes to unbond; 2 days; 7 days; a tenth of a token.
	fn default() -> Self {
		Self {
			lease_duration: 12 * HOURS,
			challenge_window: 5 * MINUTES,
			key_memory: 28 * DAYS,
			measurement_timelock: 2 * DAYS,
			min_grace: 7 * DAYS,
			eviction_reward: CDT / 10,
		}
	}
}

impl Params {
	/// Whether the numbers make sense where the chain remembers `hashes` block hashes.
	pub fn is_valid(&self, hashes: BlockNumber) -> bool {
		self.lease_duration > 0
			&& (1..=hashes).contains(&self.challenge_window)
			&& self.key_memory > 0
			&& self.measurement_timelock > 0
			&& self.min_grace > 0
			&& self.eviction_reward <= MAX_REWARD
	}
}

/// A key that a node has signed with, under a lease that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct FormerKey {
	/// The key.
	pub key: SigningKey,
	/// First block at which the node no longer answers for it.
	pub until: BlockNumber,
}

impl FormerKey {
	/// Whether the node answers for it at `now`.
	pub const fn counts(&self, now: BlockNumber) -> bool {
		now < self.until
	}
}

/// The quote policy of a class for which governance has set none.
///
/// All of them want a platform that is entirely up to date, except that routine clauses may run where the vendor still
/// asks for hardening or another setting. What the vendor's status judges already, such as multithreading, is left to
/// it. SEV-SNP is refused until governance sets the least TCB of a product line, because AMD publishes no status.
pub fn default_policy(class: RiskClass) -> QuotePolicy {
	use TcbStatus::*;
	let strict = QuotePolicy { allow_cached_keys: true, allow_smt: true, ..QuotePolicy::strict() };
	let statuses: &[TcbStatus] = match class {
		RiskClass::Low => {
			&[UpToDate, SwHardeningNeeded, ConfigurationNeeded, ConfigurationAndSwHardeningNeeded]
		},
		RiskClass::Medium => &[UpToDate, SwHardeningNeeded],
		RiskClass::High | RiskClass::Critical => &[UpToDate],
	};
	let routine = matches!(class, RiskClass::Low | RiskClass::Medium);
	QuotePolicy {
		statuses: BoundedVec::truncate_from(statuses.to_vec()),
		advisories: if routine { Advisories::Any } else { strict.advisories.clone() },
		allow_dynamic_platform: routine,
		..strict
	}
}

/// What every genuine platform meets that is neither debuggable nor revoked: under it evidence is verified before it is
/// judged for each class.
pub fn widest_policy() -> QuotePolicy {
	QuotePolicy { allow_service_td: true, ..QuotePolicy::lenient() }
}

/// A piece of collateral and when it came.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Posted<P> {
	/// The verified piece.
	pub piece: P,
	/// Block in which it was posted.
	pub at: BlockNumber,
}

/// What is kept of a lease's evidence, to judge it again.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Dossier {
	/// What signatures proved.
	pub facts: Facts,
	/// Which certificates stand above the platform's.
	pub under: Under,
}

/// Leases are being judged again, node by node.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Reassessment {
	/// The last node that was looked at, in the order of the map.
	pub after: Option<NodeId>,
	/// Something moved since it began, so that it has to begin again.
	pub again: bool,
}

/// Why a lease was lost.
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
)]
pub enum LossCause {
	/// Its time was over.
	Expired,
	/// The controller gave it up.
	Surrendered,
	/// Governance ended it.
	Invalidated,
	/// Its measurement no longer counts.
	Measurement,
	/// Its platform meets the policy of no risk class any more.
	Evidence(concordat_attestation::Error),
	/// Simulated evidence no longer counts on this chain.
	Simulated,
	/// The node does not exist any more.
	NodeGone,
}

impl LossCause {
	/// Whether somebody's move made an end of the lease before its time, so that finding it is worth a reward.
	pub const fn is_found(&self) -> bool {
		matches!(self, Self::Measurement | Self::Evidence(_))
	}
}

impl From<LeaseRefusal> for LossCause {
	/// What a lease's own standing can be. The other refusals judge a *use* of it, not the lease.
	fn from(refusal: LeaseRefusal) -> Self {
		match refusal {
			LeaseRefusal::MeasurementRevoked | LeaseRefusal::MeasurementNotForClause => {
				Self::Measurement
			},
			LeaseRefusal::Simulated => Self::Simulated,
			LeaseRefusal::None
			| LeaseRefusal::Superseded
			| LeaseRefusal::Expired
			| LeaseRefusal::ClassNotMet => Self::Expired,
		}
	}
}

/// First block at which a lease granted at `now` is dead: the earlier of the longest life and the end of the evidence
/// (in `evidence_seconds` from now, at one block a slot). Blocks may be late, so the end in seconds counts as well.
pub fn expiry(now: BlockNumber, duration: BlockNumber, evidence_seconds: u64) -> BlockNumber {
	let blocks = evidence_seconds.saturating_mul(1_000) / SLOT_MILLIS;
	let blocks = BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX);
	now.saturating_add(duration.min(blocks))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_lease_should_end_with_the_first_of_its_conditions() {
		assert_eq!(expiry(100, 50, 1_000), 150);
		assert_eq!(expiry(100, 50, 99), 149);
		assert_eq!(expiry(100, 50, 1), 100);
		assert_eq!(expiry(u32::MAX - 1, 50, u64::MAX), u32::MAX);
	}

	#[test]
	fn parameters_should_be_checked_against_what_the_chain_remembers() {
		let good = Params::default();
		assert!(good.is_valid(150));
		assert!(!good.is_valid(149));
		for bad in [
			Params { lease_duration: 0, ..good.clone() },
			Params { challenge_window: 0, ..good.clone() },
			Params { key_memory: 0, ..good.clone() },
			Params { measurement_timelock: 0, ..good.clone() },
			Params { min_grace: 0, ..good.clone() },
			Params { eviction_reward: MAX_REWARD + 1, ..good.clone() },
		] {
			assert!(!bad.is_valid(1_000), "{bad:?}");
		}
	}

	#[test]
	fn no_default_policy_should_accept_more_than_a_lesser_class() {
		let [low, medium, high, critical] = RiskClass::ALL.map(default_policy);
		assert!(medium.statuses.iter().all(|status| low.statuses.contains(status)));
		assert!(high.statuses.iter().all(|status| medium.statuses.contains(status)));
		assert_eq!(high, critical);
		assert_eq!(high.advisories, QuotePolicy::strict().advisories);
		for policy in [low, medium, high] {
			assert!(!policy.statuses.contains(&TcbStatus::OutOfDate));
			assert!(!policy.statuses.contains(&TcbStatus::Revoked));
			assert!(policy.snp.minimums.is_empty(), "nobody sets a minimum for AMD by default");
		}
	}
}
