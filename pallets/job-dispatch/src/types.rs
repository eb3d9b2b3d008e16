//! Plain data of the pallet; nothing here knows `Config`.

pub use crate::{
	ledger::{Books, Counters, Line, Ring, Rings},
	refusal::{Objection, Refusal},
	scheduler::{PoolKey, PoolPlace, Strata, Stratum},
	standing::{Seating, Standing},
};
pub use concordat_primitives::job::PauseSubject;

use crate::{
	pricing::{Fees, Prices, Quote},
	scheduler::Exclusion,
};
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::{EncryptionKey, Vendor},
	cac::FailureCode,
	clause::{
		ExecutionMode, ResourceLimits, RiskClass, Spread, TriggerKind, MAX_INPUT_BYTES, MAX_LIST,
		MAX_VOTERS,
	},
	credential::{CredentialDemand, MAX_CREDENTIAL_DEMANDS},
	job::{
		Backups, FailureReason, JobClass, JobStatus, Seat, SeatState, Seats, MAX_ATTEMPTS,
		MAX_BACKUPS,
	},
	node::Resources,
	sealed::{SealedKey, MAX_RECIPIENTS},
	text::decimal,
	trust::Originator,
	units::{DAYS, HOURS, MICRO_CDT, MILLI_CDT},
	workflow::{Dependencies, JobParent},
	AccountId, Attempt, Balance, BlockNumber, CapabilityId, ClauseId, Hash, JobId, Jurisdiction,
	NodeId, ReceiptId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most jobs on which one node can sit at a time, whatever capacity it declares.
pub const MAX_ASSIGNMENTS: u32 = 64;
/// Items on one page of the agenda.
pub const AGENDA_PAGE: u32 = 256;
/// Most switches that hold jobs back at a time.
pub const MAX_SWITCHES: u32 = 32;
/// Most candidates that may be drawn for one seat.
pub const MAX_CANDIDATES: u32 = 8;
/// Blocks that a node which was reported lost still has: what it has sent before may be on its way.
pub const LOSS_GRACE: BlockNumber = 2;
/// A job that is held back looks this often whether what holds it has ended early, in blocks.
pub const WAKE_INTERVAL: BlockNumber = 15;
/// Where the places of an empty queue begin: halfway, so that jobs can also step in at the head.
pub const QUEUE_ORIGIN: u64 = 1 << 63;
/// Where those of jobs that could not be placed begin.
pub const AGAIN_ORIGIN: u64 = 1 << 62;
/// First place that belongs to first tries: between the two lines there are 2⁶¹ places either way.
pub const AGAIN_END: u64 = AGAIN_ORIGIN + (1 << 61);
/// Groups of collocated jobs that an account can have at a time.
pub const MAX_GROUPS: u32 = 16;

/// A bounded list of jurisdictions, nodes or measurements of a job.
pub type List<T> = BoundedVec<T, ConstU32<MAX_LIST>>;
/// Credentials that a clause demands.
pub type Credentials = BoundedVec<CredentialDemand, ConstU32<MAX_CREDENTIAL_DEMANDS>>;
/// Jobs on which a node sits.
pub type AssignmentList = BoundedVec<JobId, ConstU32<MAX_ASSIGNMENTS>>;
/// Capabilities under which a node is in the pools.
pub type OfferList =
	BoundedVec<CapabilityId, ConstU32<{ concordat_primitives::node::MAX_CAPABILITIES }>>;
/// One page of the agenda.
pub type AgendaPage = BoundedVec<AgendaItem, ConstU32<AGENDA_PAGE>>;
/// Groups of an account, that which was used last at the end.
pub type GroupList = BoundedVec<Group, ConstU32<MAX_GROUPS>>;
/// Switches with the first block at which each no longer holds.
pub type SwitchList = BoundedVec<(PauseSubject, BlockNumber), ConstU32<MAX_SWITCHES>>;

/// What governance can change without an upgrade. Blocks are 2 s.
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
#[serde(rename_all = "camelCase", default)]
pub struct Params {
	/// Fees of a job.
	pub fees: Fees,
	/// Prices of what executions use.
	pub prices: Prices,
	/// Deposit for the records of a job.
	#[serde(with = "decimal")]
	pub deposit_base: Balance,
	/// Deposit for each byte of input (or of its location) that the chain keeps.
	#[serde(with = "decimal")]
	pub deposit_byte: Balance,
	/// Longest input on chain, in bytes; at most [`MAX_INPUT_BYTES`].
	pub max_input_bytes: u32,
	/// Longest input kept elsewhere, in bytes.
	pub max_external_bytes: u32,
	/// Most jobs that wait in one class, in its queue or beside it.
	pub max_queued: u32,
	/// Most jobs of one account that have not ended, whatever their class.
	pub max_live_jobs: u32,
	/// Blocks that a job has when its requester says nothing.
	pub default_timeout: BlockNumber,
	/// Fewest blocks that a requester may give a job. One round of its clause has to fit, too.
	pub min_timeout: BlockNumber,
	/// Most blocks that a requester may give a job.
	pub max_timeout: BlockNumber,
	/// Blocks after its end in which a job can be disputed and is kept in full.
	pub challenge_window: BlockNumber,
	/// Candidates drawn for each seat; 1 to [`MAX_CANDIDATES`].
	pub candidates: u32,
	/// Backups drawn for each job, at least; at most [`MAX_BACKUPS`]. Where several nodes have to agree, as many are drawn
	/// as a backup committee needs ([`backups_of`]).
	pub backups: u32,
	/// Attempts after which a job fails; 1 to [`MAX_ATTEMPTS`].
	pub max_attempts: Attempt,
	/// Blocks within which a requester has to seal its input to the nodes that got seats.
	pub seal_window: BlockNumber,
	/// Blocks within which a node has to acknowledge.
	pub ack_window: BlockNumber,
	/// Blocks that a node has beyond the wall-clock limit of the clause.
	pub delivery_margin: BlockNumber,
	/// Blocks within which nodes have to show what they have committed to, once all have.
	pub reveal_window: BlockNumber,
	/// Blocks for which a node is not asked after its first silence; doubled with each further one.
	pub cooldown_base: BlockNumber,
	/// Most blocks of one cool-down.
	pub cooldown_max: BlockNumber,
	/// Share of a block's weight that the hook may use, in percent; 1 to 50.
	pub hook_share: u8,
	/// Most jobs that are assigned in one block.
	pub max_assignments_per_block: u32,
	/// Most blocks for which a switch holds jobs back.
	pub max_pause: BlockNumber,
}

impl Default for Params {
	fn default() -> Self {
		Self {
			fees: Fees::default(),
			prices: Prices::default(),
			deposit_base: 10 * MILLI_CDT,
			deposit_byte: 10 * MICRO_CDT,
			max_input_bytes: MAX_INPUT_BYTES,
			max_external_bytes: 8 * 1024 * 1024,
			max_queued: 4_096,
			max_live_jobs: 64,
			default_timeout: HOURS,
			min_timeout: 10,
			max_timeout: 7 * DAYS,
			challenge_window: DAYS,
			candidates: 4,
			backups: 2,
			max_attempts: 6,
			seal_window: 30,
			ack_window: 6,
			delivery_margin: 8,
			reveal_window: 10,
			cooldown_base: 15,
			cooldown_max: HOURS,
			hook_share: 25,
			max_assignments_per_block: 64,
			max_pause: 7 * DAYS,
		}
	}
}

impl Params {
	/// Whether the numbers make sense together. What the block's weight allows is checked by the pallet.
	pub fn are_valid(&self) -> bool {
		(1..=MAX_INPUT_BYTES).contains(&self.max_input_bytes) &&
			self.max_external_bytes > 0 &&
			self.max_queued > 0 &&
			self.max_live_jobs > 0 &&
			self.min_timeout > 0 &&
			self.min_timeout <= self.default_timeout &&
			self.default_timeout <= self.max_timeout &&
			self.max_timeout <= 365 * DAYS &&
			(1..=365 * DAYS).contains(&self.challenge_window) &&
			(1..=MAX_CANDIDATES).contains(&self.candidates) &&
			self.backups <= MAX_BACKUPS &&
			(1..=MAX_ATTEMPTS).contains(&self.max_attempts) &&
			(1..=HOURS).contains(&self.seal_window) &&
			self.ack_window > 0 &&
			// A delivery is never due before the acknowledgement that precedes it.
			self.delivery_margin >= self.ack_window &&
			self.delivery_margin <= HOURS &&
			(1..=HOURS).contains(&self.reveal_window) &&
			self.cooldown_base > 0 &&
			self.cooldown_base <= self.cooldown_max &&
			self.cooldown_max <= 30 * DAYS &&
			(1..=50).contains(&self.hook_share) &&
			self.max_assignments_per_block > 0 &&
			(1..=365 * DAYS).contains(&self.max_pause)
	}

	/// Blocks for which a node is not asked after it was silent `misses` times in a row.
	pub fn cooldown(&self, misses: u8) -> BlockNumber {
		let doublings = u32::from(misses.saturating_sub(1)).min(20);
		self.cooldown_base.saturating_mul(1 << doublings).min(self.cooldown_max)
	}
}

/// What a job asks for. Written once at dispatch, removed when the job is pruned.
///
/// Enclaves decode the leading fields, up to `lineage`, out of a storage proof (docs/light-client.md): their order is a
/// format.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Order {
	/// Who asked.
	pub requester: AccountId,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// What a node must be able to do.
	pub capability: CapabilityId,
	/// How many nodes and how they agree, in the first round. Later ones may go by another mode ([`Job::escalated`]).
	pub mode: ExecutionMode,
	/// What one execution may use.
	pub limits: ResourceLimits,
	/// Key that the output is sealed to.
	pub output_key: Option<EncryptionKey>,
	/// Hash over the outputs that it needs.
	pub lineage: Hash,
	/// The input is sealed, once the nodes of a round are known.
	pub sealed: bool,
	/// Nodes commit to their results before they show them, whatever becomes of the mode: several nodes, and outputs that
	/// all can see.
	pub commit_reveal: bool,
	/// What a node has to set aside for it, memory included.
	pub resources: Resources,
	/// Where a node may stand, by the clause and by the requester; empty: anywhere.
	pub jurisdictions: List<Jurisdiction>,
	/// Only nodes under sovereign control.
	pub sovereign_only: bool,
	/// Who may vouch for a node's hardware; empty: every vendor.
	pub vendors: List<Vendor>,
	/// What the nodes must not share, besides operator and platform.
	pub spread: Spread,
	/// Group of the requester's jobs that go to one node.
	pub collocate: Option<u32>,
	/// No simulated evidence.
	pub forbid_simulated: bool,
	/// Measurements that may run it; empty: whatever the chain allows.
	pub measurements: List<concordat_primitives::attest::Measurement>,
	/// Risk class of the clause, whose quote policy the platform of a node has to meet.
	pub risk: RiskClass,
	/// Credentials that a node has to hold, each of them.
	pub node_credentials: Credentials,
	/// Class of the job.
	pub class: JobClass,
	/// What set it off.
	pub trigger: TriggerKind,
	/// Least trust of a node, in parts of 10⁶.
	pub min_trust: u32,
	/// Least quality of a node, in parts of 10⁶.
	pub min_quality: u32,
	/// Nodes whose score counts 1.2 times.
	pub preferred: List<NodeId>,
	/// Nodes that must not be asked.
	pub excluded: List<NodeId>,
	/// From whose perspective it is routed.
	pub originator: Originator,
	/// What it is a part of.
	pub parent: Option<JobParent>,
	/// Jobs whose outputs it needs.
	pub dependencies: Dependencies,
	/// What was held for it.
	pub quote: Quote,
	/// Block of dispatch.
	pub dispatched_at: BlockNumber,
}

/// What was sealed for a round, but for the ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Seal {
	/// Attempt of the round.
	pub round: Attempt,
	/// Held for it.
	pub deposit: Balance,
	/// The content key, wrapped for each recipient.
	pub keys: BoundedVec<SealedKey, ConstU32<MAX_RECIPIENTS>>,
}

/// Where a job stands: all that changes during its life.
///
/// Enclaves decode the leading fields, up to `ciphertext`, out of a storage proof (docs/light-client.md): their order is a
/// format.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Job {
	/// Where it stands.
	pub status: JobStatus,
	/// Highest attempt issued; 0 before the first assignment.
	pub attempts: Attempt,
	/// Attempt under which the seats of the present round were first given; 0 before the first.
	pub round: Attempt,
	/// Who sits. Of a job that ended: who sat at the end.
	pub seats: Seats,
	/// Hash of the ciphertext that was sealed for this round.
	pub ciphertext: Option<Hash>,
	/// First block at which the nodes can show what they have committed to; `None` while they still commit.
	pub reveal_from: Option<BlockNumber>,
	/// The backup committee that decides this round, or decided the last one.
	pub committee: Option<Committee>,
	/// The mode that rounds go by since nodes could not be judged under the one before; `None`: that of the order.
	pub escalated: Option<ExecutionMode>,
	/// Where it stood before a dispute froze it.
	pub resume: Option<JobStatus>,
	/// Who would step in, best first.
	pub backups: Backups,
	/// Nodes of the last round that failed by disagreement: the next round goes to others, if there are enough.
	pub spent: BoundedVec<NodeId, ConstU32<MAX_VOTERS>>,
	/// Its place in the queue of its class, while it is there. Without one, a job that waits stands
	/// aside until it wakes.
	pub place: Option<u64>,
	/// Why the last try to place it failed.
	pub waiting: Option<Waiting>,
	/// Tries to place it that failed, in this round.
	pub retries: u32,
	/// Still held as escrow.
	pub escrow: Balance,
	/// Paid to nodes.
	pub paid: Balance,
	/// Still held as deposit.
	pub deposit: Balance,
	/// Block of the first assignment.
	pub assigned_at: Option<BlockNumber>,
	/// Block of the end.
	pub ended_at: Option<BlockNumber>,
	/// First block at which it expires. A dispute puts it off by the time that it takes.
	pub expires_at: BlockNumber,
	/// First block at which it is pruned, once it ended. A dispute puts it off, too.
	pub prune_at: Option<BlockNumber>,
	/// Block at which a dispute froze it.
	pub frozen_at: Option<BlockNumber>,
	/// Hash of the output that the nodes agreed on, or that was voted.
	pub output: Option<Hash>,
	/// Of the nodes that agreed, the one with the best score: where the next step of a workflow is routed from. Stays when
	/// a vote replaces what they agreed on.
	pub winner: Option<NodeId>,
	/// Receipt of an end without a result; that of a result is kept with the result.
	pub receipt: Option<ReceiptId>,
}

impl Job {
	/// A job that has just been dispatched.
	pub fn new(escrow: Balance, deposit: Balance, expires_at: BlockNumber) -> Self {
		Self {
			status: JobStatus::Pending,
			attempts: 0,
			round: 0,
			seats: Default::default(),
			ciphertext: None,
			reveal_from: None,
			committee: None,
			escalated: None,
			resume: None,
			backups: Default::default(),
			spent: Default::default(),
			place: None,
			waiting: None,
			retries: 0,
			escrow,
			paid: 0,
			deposit,
			assigned_at: None,
			ended_at: None,
			expires_at,
			prune_at: None,
			frozen_at: None,
			output: None,
			winner: None,
			receipt: None,
		}
	}

	/// Whether its seats occupy nodes: assigned, waiting for its sealed input, or frozen while it was assigned.
	pub fn occupies_nodes(&self) -> bool {
		self.status.is_assigned()
			|| self.status == JobStatus::AwaitingInput
			|| (self.status == JobStatus::Disputed && self.resume.is_some_and(|s| s.is_assigned()))
	}

	/// Whether the chain has looked for nodes for it: from then on the scheduling fee is due.
	pub const fn was_tried(&self) -> bool {
		self.attempts > 0 || self.retries > 0
	}

	/// Whether it waits beside its queue.
	pub fn stands_aside(&self) -> bool {
		matches!(self.status, JobStatus::Pending | JobStatus::Paused) && self.place.is_none()
	}

	/// How many nodes run it now, and how they have to agree.
	pub fn mode(&self, order: &Order) -> ExecutionMode {
		self.escalated.unwrap_or(order.mode)
	}

	/// Whether its nodes commit to their results before they show them: where there are several, and their outputs are for
	/// all to see. A committee has several members even if the mode asks for one node.
	pub fn commits(&self, order: &Order) -> bool {
		let several = self.committee.is_some() || self.mode(order).commits();
		order.commit_reveal || (several && order.output_key.is_none())
	}

	/// Whether the vote of a seat counts now.
	pub fn counts(&self, seat: &Seat) -> bool {
		self.committee.is_none_or(|committee| seat.attempt == committee.attempt)
	}

	/// Whether every node whose vote counts has committed to a result, so that the results can be shown.
	pub fn all_committed(&self) -> bool {
		let mut voting = self.seats.iter().filter(|seat| self.counts(seat)).peekable();
		voting.peek().is_some() && voting.all(|seat| matches!(seat.state, SeatState::Committed(_)))
	}

	/// Whether those who sit can still decide: as many as have to agree, or more than half of those who got a seat on
	/// the committee.
	pub fn has_hope(&self, order: &Order) -> bool {
		let voting = self.seats.iter().filter(|seat| self.counts(seat)).count();
		match self.committee {
			Some(committee) => committee.has_majority(voting),
			None => voting >= usize::from(self.mode(order).quorum().0),
		}
	}

	/// Whether it can still reach a result or an end of its own accord.
	pub const fn is_live(&self) -> bool {
		matches!(
			self.status,
			JobStatus::Pending
				| JobStatus::AwaitingInput
				| JobStatus::Paused
				| JobStatus::Scheduled
				| JobStatus::Running
				| JobStatus::AwaitingVote
		)
	}
}

/// The backup committee of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Committee {
	/// Attempt that its seats carry.
	pub attempt: Attempt,
	/// Members that got a seat. Some of them may have lost it since.
	pub members: u8,
}

impl Committee {
	/// Whether so many are more than half of it.
	pub fn has_majority(&self, votes: usize) -> bool {
		votes.saturating_mul(2) > usize::from(self.members)
	}
}

/// Backups to be drawn with the seats of a round: those that stand by, and no fewer than a committee needs. An ensemble has
/// no committee, and neither has a single node, unless it finds one among those that stand by.
pub fn backups_of(mode: ExecutionMode, params: &Params) -> u32 {
	let least = match mode {
		ExecutionMode::Ensemble { .. } => 0,
		mode if mode.commits() => mode.committee(),
		_ => 0,
	};
	params.backups.max(least).min(MAX_BACKUPS)
}

/// What stays of a job for good: at most 96 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct JobStub {
	/// How it ended.
	pub status: JobStatus,
	/// Receipt of an end without a result.
	pub receipt: Option<ReceiptId>,
	/// Hash of the output.
	pub output: Option<Hash>,
	/// Block of the end.
	pub ended_at: BlockNumber,
}

/// Why a job could not be placed.
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
pub enum Waiting {
	/// No node in the job's jurisdictions offers the capability.
	NoNodes,
	/// Fewer nodes than seats offer the capability.
	TooFewNodes,
	/// Too few of the nodes drawn are eligible; most were turned away for this.
	NotEligible(Exclusion),
	/// The eligible nodes belong to too few operators, or share platforms.
	TooFewOperators,
	/// The leases of the chosen nodes do not count now.
	Leases,
}

impl Waiting {
	/// The reason in words.
	pub fn text(&self) -> String {
		match self {
			Self::NoNodes => "no node in its jurisdictions offers the capability".into(),
			Self::TooFewNodes => "fewer nodes than seats offer the capability".into(),
			Self::NotEligible(why) => format!("too few eligible nodes; most: {}", why.text()),
			Self::TooFewOperators => {
				"the eligible nodes belong to too few operators or platforms".into()
			},
			Self::Leases => "the leases of the chosen nodes do not count now".into(),
		}
	}
}

/// Why a node lost its seat.
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
pub enum Silence {
	/// It did not acknowledge in time.
	Acknowledgement,
	/// It did not deliver in time.
	Delivery,
	/// It did not show in time what it had committed to.
	Reveal,
}

/// Something that is due at a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum AgendaItem {
	/// The seat is lost unless it was acknowledged; one that was acknowledged is looked at again when its result is due.
	Deadline {
		/// Job.
		job: JobId,
		/// Attempt of the seat.
		attempt: Attempt,
		/// Who sits.
		node: NodeId,
	},
	/// The job's time is over.
	Expiry {
		/// Job.
		job: JobId,
	},
	/// The requester has not sealed its input for this round: the job fails.
	Seal {
		/// Job.
		job: JobId,
		/// Round that the input was awaited for.
		round: Attempt,
	},
	/// A job that stands aside looks whether it can go back to its queue.
	Wake {
		/// Job.
		job: JobId,
	},
	/// The job's records go.
	Prune {
		/// Job.
		job: JobId,
	},
}

/// Where the jobs of a group go (NSF §4.10.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Group {
	/// Number that the requester gave it.
	pub group: u32,
	/// Node that had the first seat of its last job.
	pub node: NodeId,
	/// That job. The group is forgotten with it.
	pub job: JobId,
	/// Block in which that job was assigned.
	pub used_at: BlockNumber,
}

/// How far the agenda has been worked off: everything before this place is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Cursor {
	/// Block.
	pub block: BlockNumber,
	/// Page of that block.
	pub page: u32,
	/// Item on that page.
	pub index: u32,
}

/// State of a job whose nodes agree on this outcome.
pub fn status_of(outcome: &Result<Hash, FailureCode>) -> JobStatus {
	match outcome {
		Ok(_) => JobStatus::Completed,
		Err(code) => JobStatus::Failed(FailureReason::Program(*code)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_stub_takes_at_most_96_bytes() {
		assert!(JobStub::max_encoded_len() <= 96);
	}

	#[test]
	fn the_default_parameters_are_valid() {
		assert!(Params::default().are_valid());
	}

	#[test]
	fn cool_downs_double_up_to_their_cap() {
		let params = Params { cooldown_base: 15, cooldown_max: 100, ..Default::default() };
		let blocks: alloc::vec::Vec<_> = [1, 2, 3, 4, 255].map(|m| params.cooldown(m)).into();
		assert_eq!(blocks, [15, 30, 60, 100, 100]);
	}

	#[test]
	fn refusal_codes_are_the_indexes_of_their_encoding() {
		for (refusal, index) in [
			(Refusal::ClauseDraft, 0),
			(Refusal::OutsideWindow, 4),
			(Refusal::DecidedByVote, 8),
			(Refusal::CredentialMissing, 9),
			(Refusal::NotProvable, 12),
		] {
			assert_eq!(refusal.encode(), [index]);
			assert_eq!(refusal.code(), index);
		}
	}

	#[test]
	fn reasons_to_pass_a_node_over_keep_their_indexes() {
		for (why, index) in [
			(Exclusion::Excluded, 0),
			(Exclusion::LeaseEnding, 7),
			(Exclusion::Quality, 13),
			(Exclusion::RiskClassNotMet, 14),
			(Exclusion::CredentialMissing, 15),
			(Exclusion::Vendor, 16),
			(Exclusion::Unavailable, 17),
			(Exclusion::Threat, 18),
			(Exclusion::Lease, 19),
		] {
			assert_eq!(why.encode(), [index]);
		}
	}
}
