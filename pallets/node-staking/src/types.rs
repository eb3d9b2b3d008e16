//! Plain data: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{Lease, Measurement, PlatformId, RiskClasses, SigningKey, Vendor},
	node::{InactiveReason, Misconduct, NodeProfile, NodeRole, NodeSpec, NodeStatus, OperatorId},
	routing::LATENCY_CLASSES,
	units::{CDT, DAYS},
	AccountId, Balance, BlockNumber, Hash, Jurisdiction, LeaseId, NodeId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::{traits::Zero, PerThing, Permill};

/// Most nodes of one controller.
pub const MAX_NODES_PER_CONTROLLER: u32 = 32;
/// Most parts of one node's stake that leave at a time.
pub const MAX_UNLOCKING: u32 = 8;
/// Most slashes of one node within their appeal window.
pub const MAX_PENDING_SLASHES: u32 = 32;
/// A node with more pending slashes than this cannot be unjailed: room is left for every kind of
/// misconduct of two more spans, so that a slash that freezes anything always finds its place.
pub const MAX_PENDING_TO_UNJAIL: usize = MAX_PENDING_SLASHES as usize - 12;
/// Tasks on one page of the agenda.
pub const TASKS_PER_PAGE: u32 = 64;

/// Where a validator of the genesis stands until its operator says so: unspecified (ICAO 9303).
pub const UNSPECIFIED: Jurisdiction = Jurisdiction(*b"XXX");

/// A part of a stake that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Chunk {
	/// How much.
	pub amount: Balance,
	/// First block at which it can be withdrawn.
	pub until: BlockNumber,
}

/// What is kept of a lease: all that the scheduler's profile needs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct LeaseSummary {
	/// Number of the lease.
	pub id: LeaseId,
	/// Block of issue.
	pub issued_at: BlockNumber,
	/// First block at which it is dead.
	pub expires_at: BlockNumber,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// What code runs.
	pub measurement: Measurement,
	/// Which machine it is.
	pub platform: PlatformId,
	/// No hardware stands behind it.
	pub simulated: bool,
	/// Risk classes whose quote policy the platform meets, as it was last judged.
	pub classes: RiskClasses,
	/// Key that signs CACs.
	pub signing_key: SigningKey,
}

impl From<&Lease> for LeaseSummary {
	fn from(lease: &Lease) -> Self {
		Self {
			id: lease.id,
			issued_at: lease.issued_at,
			expires_at: lease.expires_at,
			vendor: lease.vendor,
			measurement: lease.measurement,
			platform: lease.platform,
			simulated: lease.simulated,
			classes: lease.classes,
			signing_key: lease.signing_key,
		}
	}
}

/// What the chain keeps of a node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct NodeRecord {
	/// Account that controls it and whose stake is held.
	pub controller: AccountId,
	/// Key of its heartbeats; no two nodes have the same.
	pub operator_key: OperatorId,
	/// What its operator said.
	pub spec: NodeSpec,
	/// Where it stands.
	pub status: NodeStatus,
	/// Bonded stake.
	pub stake: Balance,
	/// Stake on its way out, oldest first. It can still be slashed.
	pub unlocking: BoundedVec<Chunk, ConstU32<MAX_UNLOCKING>>,
	/// Part of stake and unlocking that pending slashes keep from being withdrawn: the sum of
	/// their shares.
	pub frozen: Balance,
	/// The lease it holds, as attestation last reported it.
	pub lease: Option<LeaseSummary>,
	/// Block of registration.
	pub registered_at: BlockNumber,
}

impl NodeRecord {
	/// Everything that is held for the node and can be slashed.
	pub fn own_stake(&self) -> Balance {
		self.unlocking.iter().fold(self.stake, |sum, chunk| sum.saturating_add(chunk.amount))
	}

	/// What backs the node's work: bonded and not frozen.
	pub const fn working_stake(&self) -> Balance {
		self.stake.saturating_sub(self.frozen)
	}

	/// Whether the node runs jobs, rather than consensus.
	pub fn is_compute(&self) -> bool {
		self.spec.role == NodeRole::Compute
	}

	/// Whether the scheduler may ask the node.
	pub fn takes_jobs(&self) -> bool {
		self.is_compute() && self.status == NodeStatus::Active
	}

	/// Whether a heartbeat says anything: the node takes jobs, or would with this heartbeat.
	pub fn expects_heartbeat(&self) -> bool {
		let could_work = match self.status {
			NodeStatus::Registered | NodeStatus::Active => true,
			NodeStatus::Inactive(reason) => reason != InactiveReason::Drained,
			NodeStatus::Unbonding { .. } | NodeStatus::Jailed { .. } => false,
		};
		self.is_compute() && could_work && self.lease.is_some()
	}

	/// Where a node stands that is neither jailed nor drained nor leaving.
	pub fn free_status(&self) -> NodeStatus {
		if self.is_compute() && self.lease.is_none() {
			NodeStatus::Inactive(InactiveReason::LeaseLost)
		} else {
			NodeStatus::Active
		}
	}

	/// What the scheduler needs to know, while the node holds a lease.
	pub fn profile(&self) -> Option<NodeProfile> {
		let lease = self.lease.as_ref()?;
		Some(NodeProfile {
			operator: sp_io::hashing::blake2_128(&self.controller.encode()),
			jurisdiction: self.spec.jurisdiction,
			sovereign: self.spec.sovereign,
			capacity: self.spec.capacity,
			latency_class: self.spec.latency_class,
			resources: self.spec.resources,
			lease: lease.id,
			lease_issued_at: lease.issued_at,
			lease_expires_at: lease.expires_at,
			vendor: lease.vendor,
			measurement: lease.measurement,
			platform: lease.platform,
			simulated: lease.simulated,
			classes: lease.classes,
			signing_key: lease.signing_key,
		})
	}

	/// Takes `amount` out of the books: bonded stake first, then what leaves last. Returns what could
	/// be taken.
	pub fn deduct(&mut self, amount: Balance) -> Balance {
		let from_stake = amount.min(self.stake);
		self.stake = self.stake.saturating_sub(from_stake);
		let mut left = amount.saturating_sub(from_stake);
		for chunk in self.unlocking.iter_mut().rev() {
			let part = left.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		self.unlocking.retain(|chunk| !chunk.amount.is_zero());
		amount.saturating_sub(left)
	}

	/// Takes out of the books what has left by `now` and is not frozen; returns how much.
	pub fn release(&mut self, now: BlockNumber) -> Balance {
		let allowed = self.own_stake().saturating_sub(self.frozen);
		let mut left = allowed;
		let leaves = matches!(self.status, NodeStatus::Unbonding { until } if until <= now);
		for chunk in self.unlocking.iter_mut().filter(|chunk| leaves || chunk.until <= now) {
			let part = left.min(chunk.amount);
			chunk.amount = chunk.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		self.unlocking.retain(|chunk| !chunk.amount.is_zero());
		if leaves {
			let part = left.min(self.stake);
			self.stake = self.stake.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		allowed.saturating_sub(left)
	}
}

/// Whether a spec makes sense: known codes, no capability twice, and for a compute node at least one
/// capability, core and seat; for a validator no capability.
pub fn is_valid_spec(spec: &NodeSpec) -> bool {
	let capabilities = &spec.capabilities;
	let distinct = capabilities
		.iter()
		.enumerate()
		.all(|(i, one)| one.is_valid() && !capabilities.iter().take(i).any(|other| other == one));
	let fits_role = match spec.role {
		NodeRole::Compute => {
			!capabilities.is_empty()
				&& spec.capacity > 0
				&& spec.resources.cpu_cores > 0
				&& spec.resources.memory_mib > 0
		},
		NodeRole::Validator => capabilities.is_empty(),
	};
	spec.jurisdiction.is_valid() && spec.latency_class < LATENCY_CLASSES && distinct && fits_role
}

/// The signs of life of a compute node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Pulse {
	/// Block that the last heartbeat names, or of the last other sign of life.
	pub last: BlockNumber,
	/// Block at which the agenda checks the node. One check is on the agenda or none.
	pub check_at: Option<BlockNumber>,
}

/// What the agenda does at a block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Task {
	/// Looks whether a node is silent.
	Check(NodeId),
	/// Ends the appeal window of a slash.
	Apply(NodeId, Hash),
	/// Forgets that evidence was used.
	Forget(NodeId, Hash),
}

/// Tasks of a block; a full page is followed by the next one.
pub type TaskPage = BoundedVec<Task, ConstU32<TASKS_PER_PAGE>>;

/// A slash within its appeal window.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PendingSlash {
	/// Hash of the evidence.
	pub evidence: Hash,
	/// What the node did.
	pub misconduct: Misconduct,
	/// Who reported it.
	pub reporter: Option<AccountId>,
	/// Start of the span it belongs to.
	pub span: BlockNumber,
	/// What the misconduct costs by itself.
	pub full: Balance,
	/// What it freezes: `full` beyond what earlier offences of its span freeze already.
	pub share: Balance,
	/// First block at which the share is taken. Never before that of an earlier slash of the node.
	pub apply_at: BlockNumber,
}

/// Slashes of a node within their appeal window, oldest first.
pub type PendingList = BoundedVec<PendingSlash, ConstU32<MAX_PENDING_SLASHES>>;

/// A run of offences of which only the dearest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Span {
	/// Block of its first offence. Names it among the spans of its node.
	pub started_at: BlockNumber,
	/// First block at which an offence begins a new span.
	pub ends_at: BlockNumber,
	/// What fractions are taken of: own stake at the first offence, less what earlier spans froze.
	pub base: Balance,
	/// Where the node stood before: it returns there if every slash of the span is cancelled.
	pub before: NodeStatus,
	/// A slash of the span was applied: cancelling the others does not lift the jail any more.
	pub settled: bool,
}

/// The validators of a session, with the stake of each.
pub type ValidatorStakes<Max> = BoundedVec<(AccountId, Balance), Max>;

/// What each misconduct costs, as a part of the node's own stake (ENC agreement §4.3).
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Penalties {
	/// For [`Misconduct::ConsensusFailure`].
	pub consensus_failure: Permill,
	/// For [`Misconduct::ResourceFraud`].
	pub resource_fraud: Permill,
	/// For [`Misconduct::Unavailability`].
	pub unavailability: Permill,
	/// For [`Misconduct::ReceiptTampering`].
	pub receipt_tampering: Permill,
	/// For [`Misconduct::NetworkAttack`].
	pub network_attack: Permill,
}

impl Default for Penalties {
	/// The agreement's 5, 10, 15, 25 and 50 %.
	fn default() -> Self {
		Self {
			consensus_failure: Permill::from_percent(5),
			resource_fraud: Permill::from_percent(10),
			unavailability: Permill::from_percent(15),
			receipt_tampering: Permill::from_percent(25),
			network_attack: Permill::from_percent(50),
		}
	}
}

impl Penalties {
	/// What `misconduct` costs.
	pub const fn of(&self, misconduct: Misconduct) -> Permill {
		match misconduct {
			Misconduct::ConsensusFailure => self.consensus_failure,
			Misconduct::ResourceFraud => self.resource_fraud,
			Misconduct::Unavailability => self.unavailability,
			Misconduct::ReceiptTampering => self.receipt_tampering,
			Misconduct::NetworkAttack => self.network_attack,
		}
	}

	fn all(&self) -> [Permill; 5] {
		[
			self.consensus_failure,
			self.resource_fraud,
			self.unavailability,
			self.receipt_tampering,
			self.network_attack,
		]
	}
}

/// What governance may change. Periods are in blocks.
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
	/// Least stake of a compute node.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub min_stake_compute: Balance,
	/// Least stake of a validator.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub min_stake_validator: Balance,
	/// How long stake stays after its owner asked for it. At least [`Self::appeal_window`] and
	/// [`Self::dispute_window`] together: nobody leaves before a slash can land.
	pub unbonding_period: BlockNumber,
	/// How long a slash can be cancelled.
	pub appeal_window: BlockNumber,
	/// How long after the deed a dispute can end in a slash.
	pub dispute_window: BlockNumber,
	/// How long a slashed node stays out of work, at least.
	pub jail_period: BlockNumber,
	/// How often a heartbeat is due. At least 2.
	pub heartbeat_interval: BlockNumber,
	/// How many heartbeats may be missed before the next one is waited for in vain. With an interval of
	/// 4 blocks and a grace of 1, silence is noticed within 16 s at the latest: with what is left to the
	/// node after that, another one has its seat within 30 s of its death.
	pub heartbeat_grace: u32,
	/// What each misconduct costs.
	pub penalties: Penalties,
	/// The reporter's part of what is taken; at most half, so that framing does not pay.
	pub reporter_share: Permill,
	/// So many electable validators have to stay when one leaves. At least 1.
	pub min_validators: u32,
	/// Most validators that may be chosen.
	pub max_validators: u32,
}

impl Default for Params {
	/// The figures of DESIGN §9, for slots of 2 s; heartbeats twice as often, so that a dead node is replaced in 30 s (ENC §6.1).
	fn default() -> Self {
		Self {
			min_stake_compute: 500 * CDT,
			min_stake_validator: 500 * CDT,
			unbonding_period: 28 * DAYS,
			appeal_window: 14 * DAYS,
			dispute_window: 14 * DAYS,
			jail_period: DAYS,
			heartbeat_interval: 4,
			heartbeat_grace: 1,
			penalties: Penalties::default(),
			reporter_share: Permill::from_percent(5),
			min_validators: 1,
			max_validators: 100,
		}
	}
}

impl Params {
	/// Whether the numbers make sense, where at most `bound` validators can be kept.
	pub fn is_valid(&self, bound: u32) -> bool {
		// A part read from a genesis in JSON may exceed the whole.
		let sane = |part: Permill| part.deconstruct() <= Permill::ACCURACY;
		self.min_stake_compute > 0
			&& self.min_stake_validator > 0
			&& self.appeal_window > 0
			&& self.jail_period > 0
			&& self.unbonding_period >= self.appeal_window.saturating_add(self.dispute_window)
			&& self.heartbeat_interval >= 2
			&& self.penalties.all().into_iter().all(sane)
			&& self.reporter_share <= Permill::from_percent(50)
			&& self.min_validators > 0
			&& self.min_validators <= self.max_validators
			&& self.max_validators <= bound
	}

	/// Least stake of a node with `role`.
	pub const fn min_stake(&self, role: NodeRole) -> Balance {
		match role {
			NodeRole::Compute => self.min_stake_compute,
			NodeRole::Validator => self.min_stake_validator,
		}
	}

	/// First block at which a node is silent whose last sign of life is of block `last`.
	pub const fn silent_from(&self, last: BlockNumber) -> BlockNumber {
		last.saturating_add(
			self.heartbeat_interval.saturating_mul(self.heartbeat_grace.saturating_add(1)),
		)
	}

	/// First block that a heartbeat may name after one that named `last`: half an interval later, at
	/// least one block.
	pub fn next_beat(&self, last: BlockNumber) -> BlockNumber {
		last.saturating_add((self.heartbeat_interval / 2).max(1))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_default_parameters_are_those_of_the_agreement() {
		let params = Params::default();
		assert!(params.is_valid(100));
		assert_eq!(params.min_stake(NodeRole::Compute), 500 * CDT);
		assert_eq!(params.appeal_window, 14 * 24 * 60 * 30);
		let costs = [
			(Misconduct::ConsensusFailure, 5),
			(Misconduct::ResourceFraud, 10),
			(Misconduct::Unavailability, 15),
			(Misconduct::ReceiptTampering, 25),
			(Misconduct::NetworkAttack, 50),
		];
		for (misconduct, percent) in costs {
			assert_eq!(params.penalties.of(misconduct), Permill::from_percent(percent));
		}
	}

	#[test]
	fn silence_begins_after_the_grace() {
		let params = Params { heartbeat_interval: 8, heartbeat_grace: 2, ..Params::default() };
		assert_eq!(params.silent_from(100), 124);
		assert_eq!(params.next_beat(100), 104);
		assert_eq!(params.silent_from(BlockNumber::MAX), BlockNumber::MAX);
	}
}
