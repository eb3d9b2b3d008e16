//! Leases: the chain's memory of verified evidence (DESIGN §8).

use crate::{BlockNumber, LeaseId, NodeId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

pub use concordat_attestation::{Measurement, PlatformId, TcbStatus, Vendor};

/// An enclave's Ed25519 public key: it signs acknowledgements and CACs.
pub type SigningKey = [u8; 32];
/// An enclave's X25519 public key: inputs are sealed to it.
pub type EncryptionKey = [u8; 32];

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
	/// State of the platform's firmware.
	pub tcb: TcbStatus,
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
}
