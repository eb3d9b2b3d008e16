//! Clauses: versioned executable policies.
//!
//! ```text
//!  Draft ──activate──► Active ⇄ SafeMode ──retire──► Retired
//!                        └────────retire──────────────┘
//! ```

use crate::{
	attest::{Measurement, Vendor},
	credential::{CredentialDemand, MAX_CREDENTIAL_DEMANDS},
	node::Resources,
	BlockNumber, CapabilityId, Hash, Jurisdiction,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Longest program, in bytes. It fits a preimage and an extrinsic many times over.
pub const MAX_PROGRAM_BYTES: u32 = 512 * 1024;
/// Longest input bundle kept on chain, in bytes.
pub const MAX_INPUT_BYTES: u32 = 64 * 1024;
/// Longest output carried inside a CAC, in bytes.
pub const MAX_OUTPUT_BYTES: u32 = 2 * 1024;
/// Longest location (URL) of something kept elsewhere, in bytes.
pub const MAX_LOCATION_BYTES: u32 = 256;
/// Most primaries that a mode can ask for.
pub const MAX_SEATS: u32 = 7;
/// Most seats that a round can have: its primaries and its backup committee ([`crate::job::MAX_BACKUPS`]).
pub const MAX_VOTERS: u32 = MAX_SEATS + crate::job::MAX_BACKUPS;
/// Most clauses, jurisdictions or measurements in one list of a clause.
pub const MAX_LIST: u32 = 8;

/// Where something kept elsewhere is: an address, in bytes.
pub type Location = BoundedVec<u8, ConstU32<MAX_LOCATION_BYTES>>;

/// Where the bytes of a program are.
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
pub enum ProgramLocation {
	/// A preimage on chain; requested by the registry for as long as the clause needs it.
	Preimage,
	/// Elsewhere. The host fetches it and the enclave checks the hash.
	External(
		#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<MAX_LOCATION_BYTES>>,
	),
}

/// A program: core WebAssembly, named by its hash.
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
pub struct ProgramRef {
	/// Blake2-256 of the bytes: the same hash that names a preimage.
	pub hash: Hash,
	/// Length in bytes; at most [`MAX_PROGRAM_BYTES`].
	pub len: u32,
	/// Where the bytes are.
	pub location: ProgramLocation,
}

/// How many nodes run a job and how they have to agree (NSF §4.10.5).
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
pub enum ExecutionMode {
	/// One node; 1/1.
	Single,
	/// `k` equal results of `n`, with `n/2 < k ≤ n ≤ 7`.
	Quorum {
		/// Equal results needed.
		k: u8,
		/// Nodes asked.
		n: u8,
	},
	/// `n` verifiers who must all agree on the output hash, and a Groth16 proof that the runtime verifies.
	ZkVerifierSet {
		/// Verifiers asked.
		n: u8,
	},
	/// The result is voted by the DAO and the jurisdiction together.
	SovereignOverride,
	/// `n` nodes answer, and their answers become one. Not the mode of a clause: a requester asks for it where the clause
	/// would have one node run it.
	Ensemble {
		/// Nodes asked.
		n: u8,
		/// How their answers become one.
		aggregation: crate::ensemble::Aggregation,
	},
}

impl ExecutionMode {
	/// `(k, n)`: equal results needed (of an ensemble: answers needed) and nodes asked. Nobody is asked under [`Self::SovereignOverride`].
	pub const fn quorum(self) -> (u8, u8) {
		match self {
			Self::Single => (1, 1),
			Self::Quorum { k, n } => (k, n),
			Self::ZkVerifierSet { n } => (n, n),
			Self::SovereignOverride => (0, 0),
			Self::Ensemble { n, aggregation } => (aggregation.needed(n), n),
		}
	}

	/// Whether what the nodes found is shown to all before everybody has said it, unless they commit to it first: several
	/// nodes, and one answer that has to be theirs.
	pub const fn commits(self) -> bool {
		let (_, n) = self.quorum();
		n >= 2
	}

	/// Least members of a backup committee: as many as have to agree in the quorum that it stands in for, but no more than
	/// backups can be drawn, and never one alone.
	pub const fn committee(self) -> u32 {
		let (k, _) = self.quorum();
		let k = k as u32;
		if k < 2 {
			2
		} else if k > crate::job::MAX_BACKUPS {
			crate::job::MAX_BACKUPS
		} else {
			k
		}
	}

	/// The mode of the next round after one that could not be judged (DESIGN §7: single → quorum → larger quorum); `None`
	/// after the largest quorum, and for modes that do not escalate.
	pub const fn escalated(self) -> Option<Self> {
		match self {
			Self::Single => Some(Self::Quorum { k: 2, n: 3 }),
			Self::Quorum { n, .. } if n < 5 => Some(Self::Quorum { k: 3, n: 5 }),
			Self::Quorum { n, .. } if n < 7 => Some(Self::Quorum { k: 4, n: 7 }),
			_ => None,
		}
	}

	/// Whether the numbers make sense.
	pub const fn is_valid(self) -> bool {
		match self {
			Self::Single | Self::SovereignOverride => true,
			Self::Quorum { k, n } => n as u32 <= MAX_SEATS && k <= n && k as u16 * 2 > n as u16,
			Self::ZkVerifierSet { n } => n >= 1 && n as u32 <= MAX_SEATS,
			Self::Ensemble { n, .. } => n >= 2 && n as u32 <= MAX_SEATS,
		}
	}
}

/// What a wrong result would cost.
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
pub enum RiskClass {
	/// Routine.
	Low,
	/// Ordinary.
	Medium,
	/// Financial or treaty-triggering: more than one node has to agree.
	High,
	/// Disaster activation.
	Critical,
}

impl RiskClass {
	/// The mode of a clause that names none (NSF §4.10.5): one node for routine clauses, 2 of 3 where money or a treaty
	/// depends on it, 3 of 5 for disasters.
	pub const fn default_mode(self) -> ExecutionMode {
		match self {
			Self::Low | Self::Medium => ExecutionMode::Single,
			Self::High => ExecutionMode::Quorum { k: 2, n: 3 },
			Self::Critical => ExecutionMode::Quorum { k: 3, n: 5 },
		}
	}

	/// Every class, the least first.
	pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];
}

/// What set a job off (NSF §4.10.3).
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
pub enum TriggerKind {
	/// A person or a program decided.
	Manual,
	/// A sensor reading.
	Sensor,
	/// The outcome of a simulation.
	Simulation,
	/// A proposal of a DAO.
	Proposal,
	/// A schedule.
	Schedule,
	/// Another job that this one depends on.
	Dependency,
}

impl TriggerKind {
	/// The kind's bit in [`ClauseSpec::triggers`].
	pub const fn bit(self) -> u8 {
		1 << self as u8
	}
}

/// Every trigger kind.
pub const ALL_TRIGGERS: u8 = 0b0011_1111;

/// What one execution may use. The enclave enforces each of them.
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
pub struct ResourceLimits {
	/// Fuel: about one unit per wasm instruction.
	pub fuel: u64,
	/// Linear memory in bytes.
	pub memory_bytes: u32,
	/// Elements over all tables.
	pub table_elements: u32,
	/// Output in bytes; at most [`MAX_OUTPUT_BYTES`].
	pub output_bytes: u32,
	/// Wall-clock time in milliseconds.
	pub wall_millis: u32,
}

impl ResourceLimits {
	/// The most that any clause may ask for.
	pub const MAX: Self = Self {
		fuel: 100_000_000_000,
		memory_bytes: 256 * 1024 * 1024,
		table_elements: 65_536,
		output_bytes: MAX_OUTPUT_BYTES,
		wall_millis: 600_000,
	};

	/// Enough for the examples: 10⁹ fuel, 16 MiB, 10 s.
	pub const SMALL: Self = Self {
		fuel: 1_000_000_000,
		memory_bytes: 16 * 1024 * 1024,
		table_elements: 1_024,
		output_bytes: MAX_OUTPUT_BYTES,
		wall_millis: 10_000,
	};

	/// Whether nothing is zero and nothing exceeds [`Self::MAX`].
	pub const fn is_valid(&self) -> bool {
		self.fuel > 0
			&& self.fuel <= Self::MAX.fuel
			&& self.memory_bytes >= 65_536
			&& self.memory_bytes <= Self::MAX.memory_bytes
			&& self.table_elements <= Self::MAX.table_elements
			&& self.output_bytes > 0
			&& self.output_bytes <= Self::MAX.output_bytes
			&& self.wall_millis > 0
			&& self.wall_millis <= Self::MAX.wall_millis
	}
}

/// When a clause may run, in blocks: `from ≤ block < until`.
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
pub struct ExecutionWindow {
	/// First block.
	pub from: BlockNumber,
	/// First block after the window.
	pub until: BlockNumber,
}

impl ExecutionWindow {
	/// Whether `now` lies inside.
	pub const fn contains(&self, now: BlockNumber) -> bool {
		self.from <= now && now < self.until
	}
}

/// What the nodes of one job must not share (Symbiont §8.2, "ensure diversity"). Operator and platform are never shared.
#[derive(
	Clone,
	Copy,
	Default,
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
#[serde(rename_all = "camelCase", default)]
pub struct Spread {
	/// As many vendors of hardware as there are, before one comes twice.
	pub vendors: bool,
	/// As many jurisdictions as there are, before one comes twice.
	pub jurisdictions: bool,
}

impl Spread {
	/// Both together: what clause and requester ask for.
	pub const fn or(self, other: Self) -> Self {
		Self {
			vendors: self.vendors || other.vendors,
			jurisdictions: self.jurisdictions || other.jurisdictions,
		}
	}
}

/// The policy of a clause, as data (NSF §4.10.7). An empty list restricts nothing.
#[derive(
	Clone,
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
#[serde(rename_all = "camelCase", default)]
pub struct PolicyBinding {
	/// Jurisdictions in which a node may sit.
	pub jurisdictions: BoundedVec<Jurisdiction, ConstU32<MAX_LIST>>,
	/// Only nodes that run under sovereign control.
	pub sovereign_only: bool,
	/// Who may vouch for a node's hardware; empty: every vendor.
	pub vendors: BoundedVec<Vendor, ConstU32<MAX_LIST>>,
	/// What the nodes of one job must not share, besides operator and platform.
	pub spread: Spread,
	/// No simulated evidence, whatever the chain's genesis allows.
	pub forbid_simulated: bool,
	/// Ids (hashes) of policies registered with governance.
	pub policies: BoundedVec<Hash, ConstU32<MAX_LIST>>,
	/// Accounts that may dispatch; empty: everybody.
	pub requesters: BoundedVec<crate::AccountId, ConstU32<MAX_LIST>>,
	/// Credentials that a node has to hold, each of them, to be assigned.
	pub node_credentials: BoundedVec<CredentialDemand, ConstU32<MAX_CREDENTIAL_DEMANDS>>,
	/// Credentials that whoever dispatches has to hold, each of them.
	pub requester_credentials: BoundedVec<CredentialDemand, ConstU32<MAX_CREDENTIAL_DEMANDS>>,
}

/// Everything that a registrant says about a clause. It does not change after activation: a change is a new version.
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
pub struct ClauseSpec {
	/// What runs.
	pub program: ProgramRef,
	/// What a node must be able to do.
	pub capability: CapabilityId,
	/// How many nodes and how they agree.
	pub mode: ExecutionMode,
	/// What a wrong result would cost.
	pub risk: RiskClass,
	/// Bits of the accepted [`TriggerKind`]s.
	pub triggers: u8,
	/// What one execution may use.
	pub limits: ResourceLimits,
	/// What a node has to set aside for one execution, besides the memory of [`Self::limits`]. Zero asks for nothing.
	#[serde(default)]
	pub resources: Resources,
	/// When it may run.
	pub window: Option<ExecutionWindow>,
	/// First block at which the clause is no longer valid.
	pub expiry: Option<BlockNumber>,
	/// Measurements that may run it; empty: whatever the chain allows.
	pub measurements: BoundedVec<Measurement, ConstU32<MAX_LIST>>,
	/// Policy, as data.
	pub policy: PolicyBinding,
}

/// Why a clause fell into safe mode.
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
pub enum SafeModeReason {
	/// Too many failures in a row.
	Failures,
	/// A dispute asked for it.
	Dispute,
	/// Its owner or governance asked for it.
	Owner,
}

/// Where a clause stands.
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
pub enum ClauseStatus {
	/// Registered, not yet offered. Left by `activate` or `retire`.
	Draft,
	/// Takes jobs. Left by `enter_safe_mode`, by too many failures, by a dispute, or by `retire`.
	Active,
	/// Takes no new jobs; running ones end. Left by `leave_safe_mode` or `retire`.
	SafeMode(SafeModeReason),
	/// Final.
	Retired,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_quorum_needs_a_majority_of_at_most_seven() {
		for (k, n, ok) in [
			(2, 3, true),
			(3, 5, true),
			(1, 1, true),
			(1, 2, false),
			(2, 4, false),
			(4, 3, false),
			(0, 0, false),
			(5, 8, false),
		] {
			assert_eq!(ExecutionMode::Quorum { k, n }.is_valid(), ok, "{k}/{n}");
		}
		assert!(!ExecutionMode::ZkVerifierSet { n: 0 }.is_valid());
	}

	#[test]
	fn trigger_bits_cover_all_triggers() {
		let all = [
			TriggerKind::Manual,
			TriggerKind::Sensor,
			TriggerKind::Simulation,
			TriggerKind::Proposal,
			TriggerKind::Schedule,
			TriggerKind::Dependency,
		];
		assert_eq!(all.iter().fold(0, |bits, kind| bits | kind.bit()), ALL_TRIGGERS);
	}
}
