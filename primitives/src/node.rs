//! Nodes: registered compute providers and validators.
//!
//! ```text
//!  Registered ──lease──► Active ⇄ Inactive ──unbond──► Unbonding ──► gone
//!        └───────────────────── Jailed (from any; left by an appeal won or time served)
//! ```

use crate::{
	attest::{Measurement, PlatformId, RiskClasses, Vendor},
	BlockNumber, CapabilityId, Jurisdiction, LeaseId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::crypto::KeyTypeId;

/// Most capabilities that one node may declare.
pub const MAX_CAPABILITIES: u32 = 16;

/// Key type of node-operator keys in the keystore of a node.
pub const OPERATOR_KEY_TYPE: KeyTypeId = KeyTypeId(*b"conc");

/// Sr25519 keys that sign a node's heartbeats; they live in the keystore of the operator's node.
pub mod operator_key {
	mod app {
		use super::super::OPERATOR_KEY_TYPE;
		use sp_runtime::app_crypto::{app_crypto, sr25519};
		app_crypto!(sr25519, OPERATOR_KEY_TYPE);
	}
	/// Public operator key.
	pub type OperatorId = app::Public;
	/// Signature of an operator key.
	pub type OperatorSignature = app::Signature;
	#[cfg(feature = "std")]
	/// Pair of an operator key.
	pub type OperatorPair = app::Pair;
}
pub use operator_key::{OperatorId, OperatorSignature};

/// What a node offers (ENC agreement §1.2). Signed by the registering extrinsic.
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
#[serde(rename_all = "camelCase")]
pub struct Resources {
	/// Processor cores.
	pub cpu_cores: u16,
	/// Memory in MiB.
	pub memory_mib: u32,
	/// Storage in GiB.
	pub storage_gib: u32,
	/// Network bandwidth in Mbit/s.
	pub bandwidth_mbps: u32,
	/// Accelerators (GPU, TPU).
	pub accelerators: u16,
}

impl Resources {
	/// Whether each kind of `asked` is there.
	pub const fn covers(&self, asked: &Self) -> bool {
		self.cpu_cores >= asked.cpu_cores
			&& self.memory_mib >= asked.memory_mib
			&& self.storage_gib >= asked.storage_gib
			&& self.bandwidth_mbps >= asked.bandwidth_mbps
			&& self.accelerators >= asked.accelerators
	}

	/// The sum, kind by kind; stays at the highest number.
	pub const fn plus(&self, other: &Self) -> Self {
		Self {
			cpu_cores: self.cpu_cores.saturating_add(other.cpu_cores),
			memory_mib: self.memory_mib.saturating_add(other.memory_mib),
			storage_gib: self.storage_gib.saturating_add(other.storage_gib),
			bandwidth_mbps: self.bandwidth_mbps.saturating_add(other.bandwidth_mbps),
			accelerators: self.accelerators.saturating_add(other.accelerators),
		}
	}

	/// What is left of `self`, kind by kind; not below nothing.
	pub const fn minus(&self, other: &Self) -> Self {
		Self {
			cpu_cores: self.cpu_cores.saturating_sub(other.cpu_cores),
			memory_mib: self.memory_mib.saturating_sub(other.memory_mib),
			storage_gib: self.storage_gib.saturating_sub(other.storage_gib),
			bandwidth_mbps: self.bandwidth_mbps.saturating_sub(other.bandwidth_mbps),
			accelerators: self.accelerators.saturating_sub(other.accelerators),
		}
	}
}

/// What a node is registered for.
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
pub enum NodeRole {
	/// Runs jobs.
	Compute,
	/// Takes part in consensus; its controller is the session's validator id.
	Validator,
}

/// What an operator says about a node.
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
pub struct NodeSpec {
	/// What the node is registered for.
	pub role: NodeRole,
	/// Where it stands.
	pub jurisdiction: Jurisdiction,
	/// Whether it runs under sovereign control of that jurisdiction.
	pub sovereign: bool,
	/// What it can do; empty for a validator.
	pub capabilities: BoundedVec<CapabilityId, ConstU32<MAX_CAPABILITIES>>,
	/// How many jobs it takes at a time.
	pub capacity: u16,
	/// What it offers.
	pub resources: Resources,
	/// Latency class: 0 is nearest, 7 farthest.
	pub latency_class: u8,
}

/// Why a node takes no jobs.
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
pub enum InactiveReason {
	/// Heartbeats stopped.
	MissedHeartbeats,
	/// The lease expired, was revoked or was given up.
	LeaseLost,
	/// Its operator is draining it.
	Drained,
}

/// Where a node stands.
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
pub enum NodeStatus {
	/// Staked; has not yet shown evidence. Left by a first lease (compute) or at once (validator).
	Registered,
	/// Takes jobs. Left by missed heartbeats, a lost lease, `drain`, `unbond`, or a slash.
	Active,
	/// Takes no jobs. Left by a heartbeat, a lease, `undrain`, or `unbond`.
	Inactive(InactiveReason),
	/// Leaves; the stake is freed at the block named.
	Unbonding {
		/// First block at which `withdraw` succeeds.
		until: BlockNumber,
	},
	/// Slashed or accused. Left by `unjail` once the time is served, or by an appeal won.
	Jailed {
		/// First block at which `unjail` succeeds.
		until: BlockNumber,
	},
}

/// All that the scheduler needs to know of a node that takes jobs: one compact record.
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
pub struct NodeProfile {
	/// Blake2-128 of the operator's account: nodes of one operator never sit on one job together.
	pub operator: [u8; 16],
	/// Where it stands.
	pub jurisdiction: Jurisdiction,
	/// Under sovereign control.
	pub sovereign: bool,
	/// How many jobs it takes at a time.
	pub capacity: u16,
	/// Latency class: 0 nearest, 7 farthest.
	pub latency_class: u8,
	/// What it offers.
	pub resources: Resources,
	/// Its lease.
	pub lease: LeaseId,
	/// Issue of the lease.
	pub lease_issued_at: BlockNumber,
	/// First block at which the lease is dead.
	pub lease_expires_at: BlockNumber,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// What code runs.
	pub measurement: Measurement,
	/// Which machine it is.
	pub platform: PlatformId,
	/// Evidence came from the simulator.
	pub simulated: bool,
	/// Risk classes whose quote policy the platform meets.
	pub classes: RiskClasses,
	/// Key that signs CACs.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: [u8; 32],
}

/// What a node did, as slashing sees it (ENC agreement §4.3). Each has a fraction of the node's own stake.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Misconduct {
	/// Equivocation in BABE or GRANDPA, or of a CAC: 5 %.
	ConsensusFailure,
	/// Claimed resources that were not there: 10 %.
	ResourceFraud,
	/// Did not do what it was assigned: 15 %.
	Unavailability,
	/// Presented a receipt that is not the chain's: 25 %.
	ReceiptTampering,
	/// Attacked the network: 50 %.
	NetworkAttack,
}
