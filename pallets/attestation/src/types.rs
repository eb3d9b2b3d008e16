//! Plain data of attestation: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{LeaseRefusal, SigningKey, TcbStatus},
	units::{DAYS, HOURS, MINUTES, SLOT_MILLIS},
	BlockNumber,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most trust anchors.
pub const MAX_ANCHORS: u32 = 16;
/// As many TCB statuses as there are.
pub const MAX_TCB: u32 = 7;
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
	/// Firmware states that get a lease; never `Revoked`.
	pub accepted_tcb: BoundedVec<TcbStatus, ConstU32<MAX_TCB>>,
	/// How long a node answers for a key after its lease for it has gone, in blocks: for as long as evidence may be
	/// brought and its stake can be reached. At least the challenge window of a job and the dispute window together.
	pub key_memory: BlockNumber,
}

impl Default for Params {
	/// 12 hours; 5 minutes; only firmware with nothing to mend; 28 days, as long as stake takes to unbond.
	fn default() -> Self {
		Self {
			lease_duration: 12 * HOURS,
			challenge_window: 5 * MINUTES,
			accepted_tcb: BoundedVec::truncate_from(alloc::vec![TcbStatus::UpToDate]),
			key_memory: 28 * DAYS,
		}
	}
}

impl Params {
	/// Whether the numbers make sense where the chain remembers `hashes` block hashes.
	pub fn is_valid(&self, hashes: BlockNumber) -> bool {
		self.lease_duration > 0
			&& (1..=hashes).contains(&self.challenge_window)
			&& !self.accepted_tcb.is_empty()
			&& !self.accepted_tcb.contains(&TcbStatus::Revoked)
			&& self.key_memory > 0
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

/// Where a measurement stands on the chain's allow-list.
///
/// The indices leave room for the states that timelocked governance adds: `Proposed` (0) before
/// `Active`, and `Expired` (3), which a sunset whose time has come amounts to already.
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
pub enum MeasurementStatus {
	/// Counts. Left by `sunset_measurement` or `revoke_measurement`.
	#[codec(index = 1)]
	Active {
		/// Block from which it counts.
		since: BlockNumber,
	},
	/// Counts until its time is over. Left by `revoke_measurement`.
	#[codec(index = 2)]
	Sunset {
		/// First block at which it does not count any more.
		until: BlockNumber,
	},
	/// Final: has not counted since.
	#[codec(index = 4)]
	Revoked {
		/// Block of the revocation.
		at: BlockNumber,
	},
}

impl MeasurementStatus {
	/// Whether the measurement counts at `now`.
	pub const fn counts(&self, now: BlockNumber) -> bool {
		match self {
			Self::Active { since } => *since <= now,
			Self::Sunset { until } => now < *until,
			Self::Revoked { .. } => false,
		}
	}

	/// First block at which it is known not to count any more.
	pub const fn ends(&self) -> Option<BlockNumber> {
		match self {
			Self::Active { .. } => None,
			Self::Sunset { until: at } | Self::Revoked { at } => Some(*at),
		}
	}
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum LossCause {
	/// Its time was over.
	Expired,
	/// The controller gave it up.
	Surrendered,
	/// Governance ended it.
	Invalidated,
	/// Its measurement no longer counts.
	Measurement,
	/// Its firmware state is no longer accepted.
	Tcb,
	/// Simulated evidence no longer counts on this chain.
	Simulated,
	/// The node does not exist any more.
	NodeGone,
}

impl From<LeaseRefusal> for LossCause {
	/// What a lease's own standing can be. The other refusals judge a *use* of it, not the lease.
	fn from(refusal: LeaseRefusal) -> Self {
		match refusal {
			LeaseRefusal::MeasurementRevoked | LeaseRefusal::MeasurementNotForClause => {
				Self::Measurement
			},
			LeaseRefusal::Simulated => Self::Simulated,
			LeaseRefusal::None | LeaseRefusal::Superseded | LeaseRefusal::Expired => Self::Expired,
		}
	}
}

/// First block at which a lease granted at `now` is dead: the earliest of the longest life, the end
/// of the evidence (in `evidence_seconds` from now, at one block a slot) and the end of its
/// measurement.
pub fn expiry(
	now: BlockNumber,
	duration: BlockNumber,
	evidence_seconds: u64,
	measurement_ends: Option<BlockNumber>,
) -> BlockNumber {
	let blocks = evidence_seconds.saturating_mul(1_000) / SLOT_MILLIS;
	let blocks = BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX);
	now.saturating_add(duration.min(blocks)).min(measurement_ends.unwrap_or(BlockNumber::MAX))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_lease_ends_with_the_first_of_its_conditions() {
		assert_eq!(expiry(100, 50, 1_000, None), 150);
		assert_eq!(expiry(100, 50, 99, None), 149);
		assert_eq!(expiry(100, 50, 1, None), 100);
		assert_eq!(expiry(100, 50, 1_000, Some(120)), 120);
		assert_eq!(expiry(u32::MAX - 1, 50, u64::MAX, None), u32::MAX);
	}

	#[test]
	fn a_measurement_counts_from_its_activation_to_the_end_of_its_sunset() {
		let active = MeasurementStatus::Active { since: 5 };
		assert_eq!((active.counts(4), active.counts(5)), (false, true));
		let sunset = MeasurementStatus::Sunset { until: 9 };
		assert_eq!((sunset.counts(8), sunset.counts(9)), (true, false));
		assert!(!MeasurementStatus::Revoked { at: 9 }.counts(0));
	}

	#[test]
	fn states_keep_room_for_those_of_the_timelock() {
		assert_eq!(MeasurementStatus::Active { since: 0 }.encode()[0], 1);
		assert_eq!(MeasurementStatus::Sunset { until: 0 }.encode()[0], 2);
		assert_eq!(MeasurementStatus::Revoked { at: 0 }.encode()[0], 4);
	}

	#[test]
	fn parameters_are_checked_against_what_the_chain_remembers() {
		let good = Params::default();
		assert!(good.is_valid(150));
		assert!(!good.is_valid(149));
		for bad in [
			Params { lease_duration: 0, ..good.clone() },
			Params { challenge_window: 0, ..good.clone() },
			Params { accepted_tcb: Default::default(), ..good.clone() },
			Params { key_memory: 0, ..good.clone() },
			Params {
				accepted_tcb: BoundedVec::truncate_from(vec![TcbStatus::Revoked]),
				..good.clone()
			},
		] {
			assert!(!bad.is_valid(1_000), "{bad:?}");
		}
	}
}
