//! Leases: the chain's memory of verified evidence (DESIGN §8).

use crate::{BlockNumber, LeaseId, NodeId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

pub use concordat_attestation::{Measurement, PlatformId, TcbStatus, Vendor};

use crate::clause::RiskClass;

/// An enclave's Ed25519 public key: it signs acknowledgements and CACs.
pub type SigningKey = [u8; 32];
/// An enclave's X25519 public key: inputs are sealed to it.
pub type EncryptionKey = [u8; 32];

/// Risk classes whose quote policy a platform meets: one bit for each [`RiskClass`].
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
	Serialize,
	Deserialize,
)]
#[serde(transparent)]
pub struct RiskClasses(pub u8);

impl RiskClasses {
	/// None.
	pub const NONE: Self = Self(0);
	/// Every class.
	pub const ALL: Self = Self((1 << RiskClass::ALL.len()) - 1);

	/// Whether `class` is in.
	pub const fn contains(self, class: RiskClass) -> bool {
		self.0 & (1 << class as u8) != 0
	}

	/// With `class`.
	#[must_use]
	pub const fn with(self, class: RiskClass) -> Self {
		Self(self.0 | (1 << class as u8))
	}

	/// Whether every class of `other` is in.
	pub const fn includes(self, other: Self) -> bool {
		self.0 & other.0 == other.0
	}

	/// Whether no class is in.
	pub const fn is_empty(self) -> bool {
		self.0 == 0
	}
}

/// What somebody wants to use a lease for.
#[derive(Clone, Copy, Debug)]
pub struct LeaseDemand<'a> {
	/// Measurements that the clause accepts; empty: all that the chain allows.
	pub measurements: &'a [Measurement],
	/// Whether simulated evidence is accepted.
	pub allow_simulated: bool,
	/// Risk class of the clause: its quote policy has to be met.
	pub risk: RiskClass,
}

/// What the chain remembers of an attestation.
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
pub struct Lease {
	/// Number of the lease.
	pub id: LeaseId,
	/// Node that presented the evidence.
	pub node: NodeId,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// What code runs.
	pub measurement: Measurement,
	/// Which machine it is; one live lease per platform.
	pub platform: PlatformId,
	/// State of the platform's firmware, as it was last judged.
	pub tcb: TcbStatus,
	/// Risk classes whose quote policy the platform meets, as it was last judged.
	pub classes: RiskClasses,
	/// Key that signs; one live lease per key.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: SigningKey,
	/// Key that inputs are sealed to.
	#[serde(with = "crate::text::hex_bytes")]
	pub encryption_key: EncryptionKey,
	/// Evidence came from the simulator: no hardware stands behind it.
	pub simulated: bool,
	/// Block of issue.
	pub issued_at: BlockNumber,
	/// First block at which the lease is dead.
	pub expires_at: BlockNumber,
	/// Unix time in seconds up to which all that stands behind it is valid, inclusive: it is dead afterwards even if
	/// blocks were late.
	pub not_after: u64,
}

/// Why a lease does not count now.
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
pub enum LeaseRefusal {
	/// The node holds no lease.
	None,
	/// The node holds another lease than the one named, and it does not renew that one.
	Superseded,
	/// Its time is over.
	Expired,
	/// Its measurement is no longer allowed.
	MeasurementRevoked,
	/// The clause does not accept its measurement.
	MeasurementNotForClause,
	/// Simulated evidence where none is accepted.
	Simulated,
	/// The platform does not meet the quote policy of the clause's risk class.
	ClassNotMet,
}

/// Where a measurement stands on the chain's allow-list.
///
/// ```text
///  Proposed ──timelock──► Active ──sunset──► Sunset ──grace──► Expired
///      └─withdrawn─► gone    └──────revoke (from any)──────► Revoked
/// ```
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
	/// Announced, so that everybody can look at the code. Left when its timelock is over, by withdrawal, or by
	/// revocation.
	#[codec(index = 0)]
	Proposed {
		/// First block at which it counts.
		active_at: BlockNumber,
	},
	/// Counts. Left by a sunset or by revocation.
	#[codec(index = 1)]
	Active {
		/// Block from which it counts.
		since: BlockNumber,
	},
	/// Counts until its grace is over. Left by that, or by revocation.
	#[codec(index = 2)]
	Sunset {
		/// First block at which it does not count any more.
		until: BlockNumber,
	},
	/// Its grace is over. Left by revocation, or by a new proposal.
	#[codec(index = 3)]
	Expired {
		/// First block at which it did not count any more.
		at: BlockNumber,
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
			Self::Proposed { .. } | Self::Expired { .. } | Self::Revoked { .. } => false,
		}
	}

	/// First block at which it is known not to count any more.
	pub const fn ends(&self) -> Option<BlockNumber> {
		match self {
			Self::Proposed { .. } | Self::Active { .. } => None,
			Self::Sunset { until: at } | Self::Expired { at } | Self::Revoked { at } => Some(*at),
		}
	}

	/// Its number in receipts.
	pub const fn code(&self) -> u8 {
		match self {
			Self::Proposed { .. } => 0,
			Self::Active { .. } => 1,
			Self::Sunset { .. } => 2,
			Self::Expired { .. } => 3,
			Self::Revoked { .. } => 4,
		}
	}
}
