//! Records of the pallet. Nothing here knows a `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	attest::SigningKey,
	clause::{MAX_OUTPUT_BYTES, MAX_SEATS},
	ensemble::Aggregation,
	handoff::SignedHandoff,
	job::{JobConstraints, JobInput},
	units::{DAYS, HOURS, MICRO_CDT, MILLI_CDT},
	workflow::{
		Context, StepFault, StepIndex, StepInput, StepSpec, WorkflowId, WorkflowKind,
		WorkflowStatus, MAX_DEPENDENCIES, MAX_STEPS,
	},
	AccountId, Attempt, Balance, BlockNumber, ClauseId, Hash, JobId, NodeId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most rounds, over all judging steps of a workflow, in which a predecessor runs again ([`StepSpec::redo`]).
pub const MAX_REDOS: u32 = 64;
/// Most results of steps that one workflow can have, those that were sent back included.
pub const MAX_ENDS: u32 = MAX_STEPS + MAX_REDOS;
/// Most retries of one step, whatever governance allows.
pub const MAX_RETRIES: u8 = 16;
/// Most steps that a node owes handoffs for; those beyond lapse.
pub const MAX_OWED: u32 = 128;
/// Items on one page of the agenda.
pub const AGENDA_PAGE: u32 = 64;
/// Steps whose records go in one turn of the hook.
pub const PRUNE_CHUNK: u8 = 16;

/// Places of steps, a few.
pub type Places = BoundedVec<StepIndex, ConstU32<MAX_DEPENDENCIES>>;
/// Places of steps, all of them.
pub type AllPlaces = BoundedVec<StepIndex, ConstU32<MAX_STEPS>>;
/// Results of a workflow's steps, in the order of their coming.
pub type EndList = BoundedVec<End, ConstU32<MAX_ENDS>>;
/// Handoffs of a job's present seats.
pub type GivenList = BoundedVec<Given, ConstU32<MAX_SEATS>>;
/// Jobs for which a node owes handoffs.
pub type OwedList = BoundedVec<JobId, ConstU32<MAX_OWED>>;
/// Items that are due at one block.
pub type AgendaPage = BoundedVec<AgendaItem, ConstU32<AGENDA_PAGE>>;

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
	/// Most steps of a workflow; 1 to [`MAX_STEPS`].
	pub max_steps: u8,
	/// Most steps of one workflow that have a job at the same time; the others wait. It keeps one workflow from filling
	/// the queues of the job board.
	pub max_running: u8,
	/// Most workflows of one account that have not ended.
	pub max_live: u32,
	/// Most retries of one step; at most [`MAX_RETRIES`].
	pub max_retries: u8,
	/// Blocks that a workflow may ask for. To be within the time for which the outputs of jobs stay on chain (the
	/// challenge window), or late steps find those of early ones gone.
	pub max_timeout: BlockNumber,
	/// Blocks within which a workflow that asks for nothing has to be completed.
	pub default_timeout: BlockNumber,
	/// Blocks after a seat was given in which the predecessor's node may hand over.
	pub handoff_window: BlockNumber,
	/// Blocks after which a step is tried to be opened again that found no room.
	pub busy_pause: BlockNumber,
	/// Blocks for which the records of a workflow stay after its end.
	pub retention: BlockNumber,
	/// Deposit for a workflow.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub deposit_base: Balance,
	/// Deposit for each of its steps.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub deposit_step: Balance,
	/// Deposit for each byte of its inputs that the chain keeps.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub deposit_byte: Balance,
	/// Share of a block that the hook may take, in per cent.
	pub hook_share: u8,
}

impl Default for Params {
	fn default() -> Self {
		Self {
			max_steps: MAX_STEPS as u8,
			max_running: 32,
			max_live: 64,
			max_retries: 5,
			max_timeout: DAYS,
			default_timeout: HOURS,
			handoff_window: 3,
			busy_pause: 5,
			retention: DAYS,
			deposit_base: 10 * MILLI_CDT,
			deposit_step: 2 * MILLI_CDT,
			deposit_byte: 10 * MICRO_CDT,
			hook_share: 10,
		}
	}
}

impl Params {
	/// Whether the values make sense by themselves.
	pub fn are_valid(&self) -> bool {
		(1..=MAX_STEPS as u8).contains(&self.max_steps)
			&& self.max_running > 0
			&& self.max_live > 0
			&& self.max_retries <= MAX_RETRIES
			&& (1..=self.max_timeout).contains(&self.default_timeout)
			&& self.max_timeout <= 365 * DAYS
			&& (1..=HOURS).contains(&self.handoff_window)
			&& (1..=HOURS).contains(&self.busy_pause)
			&& (1..=365 * DAYS).contains(&self.retention)
			&& (1..=50).contains(&self.hook_share)
	}
}

/// A workflow, but for its steps.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Workflow {
	/// Who asked, and pays.
	pub owner: AccountId,
	/// Its shape.
	pub kind: WorkflowKind,
	/// Where it stands.
	pub status: WorkflowStatus,
	/// What is asked of the nodes of every step.
	pub constraints: JobConstraints,
	/// How the last outputs become one.
	pub merge: Option<Aggregation>,
	/// Steps that no other depends on. Several only where their outputs are merged.
	pub sinks: AllPlaces,
	/// How many steps it has.
	pub steps: u8,
	/// Commitment to its input.
	pub input: Hash,
	/// Hash of what was asked for.
	pub spec: Hash,
	/// Held for its records.
	pub deposit: Balance,
	/// Held for jobs to come.
	pub reserve: Balance,
	/// Block of submission.
	pub submitted_at: BlockNumber,
	/// First block at which it expires.
	pub expires_at: BlockNumber,
	/// Block of its end.
	pub ended_at: Option<BlockNumber>,
	/// What came out.
	pub result: Option<Outcome>,
	/// Steps whose records are gone already.
	pub pruned: u8,
}

/// What a workflow has come to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Outcome {
	/// The output of this job, with its hash.
	OfJob {
		/// Job.
		job: JobId,
		/// Hash of its output.
		output: Hash,
	},
	/// Made of several outputs.
	Merged(BoundedVec<u8, ConstU32<MAX_OUTPUT_BYTES>>),
}

impl Outcome {
	/// Hash of the result.
	pub fn hash(&self) -> Hash {
		match self {
			Self::OfJob { output, .. } => *output,
			Self::Merged(bytes) => concordat_primitives::hashing::output_hash(bytes),
		}
	}
}

/// Steps as bits: the lowest is step 0.
pub type Bits = u128;

/// The bit of a step.
pub const fn bit(step: StepIndex) -> Bits {
	// A step is below 128; anything else would name no step.
	match (1 as Bits).checked_shl(step as u32) {
		Some(bit) => bit,
		None => 0,
	}
}

/// The lowest step among them.
pub const fn lowest(bits: Bits) -> Option<StepIndex> {
	if bits == 0 {
		None
	} else {
		Some(bits.trailing_zeros() as StepIndex)
	}
}

/// How far a workflow has come: what changes with every step, in one small record.
///
/// A step is in at most one of the three sets. One in none of them waits for predecessors, or has failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Progress {
	/// For each step, how many of its dependencies have no result.
	pub open: AllPlaces,
	/// Steps whose job is to be opened.
	pub ready: Bits,
	/// Steps that have a job.
	pub running: Bits,
	/// Steps that have a result.
	pub done: Bits,
	/// A step that failed for good: the workflow has to end.
	pub fault: Option<(StepIndex, StepFault)>,
	/// Whether it stands in the queue of the engine.
	pub queued: bool,
}

impl Progress {
	/// Before the first step.
	pub fn new(open: AllPlaces) -> Self {
		let mut progress = Self { open, ..Default::default() };
		for (step, open) in progress.open.iter().enumerate() {
			if *open == 0 {
				progress.ready |= bit(step as StepIndex);
			}
		}
		progress
	}

	/// Whether every step has a result.
	pub fn is_complete(&self) -> bool {
		self.done.count_ones() == self.open.len() as u32
	}

	/// Whether there is something to do for the engine, with room for `room` jobs at the same time.
	pub fn wants_engine(&self, ended: bool, room: u8) -> bool {
		if ended {
			return self.running != 0;
		}
		self.fault.is_some()
			|| self.is_complete()
			|| (self.ready != 0 && self.running.count_ones() < u32::from(room))
	}

	/// A step got its job.
	pub fn start(&mut self, step: StepIndex) {
		self.ready &= !bit(step);
		self.running |= bit(step);
	}

	/// A step has a result: those that waited for nothing else are ready now.
	pub fn finish(&mut self, step: StepIndex, dependants: &[StepIndex]) {
		self.running &= !bit(step);
		self.done |= bit(step);
		for dependant in dependants {
			if let Some(open) = self.open.get_mut(usize::from(*dependant)) {
				*open = open.saturating_sub(1);
				if *open == 0 {
					self.ready |= bit(*dependant);
				}
			}
		}
	}

	/// A step's job ended without a result.
	pub fn lose(&mut self, step: StepIndex) {
		self.running &= !bit(step);
	}

	/// A step is to be tried again.
	pub fn again(&mut self, step: StepIndex) {
		self.ready |= bit(step);
	}

	/// The only predecessor of a step is to run again before it.
	pub fn send_back(&mut self, step: StepIndex, predecessor: StepIndex) {
		self.done &= !bit(predecessor);
		self.ready |= bit(predecessor);
		if let Some(open) = self.open.get_mut(usize::from(step)) {
			*open = 1;
		}
	}
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Step {
	/// What runs.
	pub clause: ClauseId,
	/// Steps whose outputs it needs.
	pub depends_on: Places,
	/// Steps that need its output.
	pub dependants: AllPlaces,
	/// What it runs on.
	pub source: Source,
	/// Several nodes in place of one.
	pub ensemble: Option<concordat_primitives::ensemble::Ensemble>,
	/// Nodes that must not be asked, besides those that no step may ask.
	pub excluded: BoundedVec<NodeId, ConstU32<{ concordat_primitives::clause::MAX_LIST }>>,
	/// Times that it is tried again.
	pub retries: u8,
	/// Whether its predecessor runs again if its program fails.
	pub redo: bool,
	/// Jobs opened for it in this round.
	pub tries: u8,
	/// Its present or last job.
	pub job: Option<JobId>,
	/// Its result.
	pub result: Option<StepResult>,
	/// Why its last job has none.
	pub fault: Option<StepFault>,
}

impl Step {
	/// As it was asked for.
	pub fn new(spec: &StepSpec, depends_on: Places, dependants: AllPlaces) -> Self {
		Self {
			clause: spec.clause.clone(),
			depends_on,
			dependants,
			source: match &spec.input {
				StepInput::Workflow => Source::Workflow,
				StepInput::Output => Source::Output,
				StepInput::Merged(how) => Source::Merged(*how),
				StepInput::Own(_) => Source::Own,
			},
			ensemble: spec.ensemble,
			excluded: spec.excluded.clone(),
			retries: spec.retries,
			redo: spec.redo,
			tries: 0,
			job: None,
			result: None,
			fault: None,
		}
	}
}

/// [`StepInput`], without the bytes: those are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Source {
	/// The workflow's input.
	Workflow,
	/// The only predecessor's output.
	Output,
	/// All predecessors' outputs, made one.
	Merged(Aggregation),
	/// Its own.
	Own,
}

/// What came out of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct StepResult {
	/// The job that it came out of.
	pub job: JobId,
	/// Hash of the output.
	pub output: Hash,
	/// The node that its dependants are routed from.
	pub node: NodeId,
	/// Key that the node signed with.
	pub signing_key: SigningKey,
	/// Place among the results of the workflow: what came later has a higher one.
	pub ordinal: u8,
}

/// One result, as the context remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct End {
	/// Step.
	pub step: StepIndex,
	/// Hash of its output.
	pub output: Hash,
	/// Node.
	pub node: NodeId,
}

/// The context after these ends.
pub fn context(input: Hash, ends: &[End]) -> Context {
	Context::after(input, ends.iter().map(|end| (end.step, end.output, end.node)))
}

/// Where an input is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum InputSlot {
	/// The workflow's.
	Workflow,
	/// A step's own.
	Step(StepIndex),
}

/// The job of a step, for as long as it runs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct StepJob {
	/// Workflow.
	pub workflow: WorkflowId,
	/// Step.
	pub step: StepIndex,
	/// Who has to hand over; `None` for a step without predecessors.
	pub sender: Option<Sender>,
	/// Hash of the context, as it was when the job was opened.
	pub context: Hash,
	/// How many results that context has seen.
	pub seen: u8,
}

/// Who has to hand a step over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Sender {
	/// The node that ran the predecessor that ended last.
	pub node: NodeId,
	/// Key that it signed that step's certificate with.
	pub key: SigningKey,
}

/// A handoff that the chain has verified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Given {
	/// What was signed.
	pub signed: SignedHandoff,
	/// The receiver holds it to be faulty: the chain's record stands in.
	pub void: bool,
}

impl Given {
	/// Whether it is for this seat.
	pub fn is_for(&self, attempt: Attempt, node: NodeId) -> bool {
		(self.signed.handoff.attempt, self.signed.handoff.to) == (attempt, node)
	}
}

/// What is due at a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum AgendaItem {
	/// A workflow expires, if it has not ended.
	Expiry(WorkflowId),
	/// A step that found no room is tried again.
	Wake(WorkflowId),
	/// The records of a workflow go.
	Prune(WorkflowId),
}

/// How far the agenda has been worked off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Cursor {
	/// Block.
	pub block: BlockNumber,
	/// Page of that block.
	pub page: u32,
	/// Item on that page.
	pub index: u32,
}

/// The engine's queue: workflows between `head` and `tail`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Ring {
	/// Place of the next one.
	pub head: u64,
	/// Place after the last one.
	pub tail: u64,
}

/// Totals.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
	/// Workflows ever submitted; the number of the last one, too.
	pub submitted: u64,
	/// Workflows that have not ended.
	pub live: u32,
	/// Completed, ever.
	pub completed: u64,
	/// Failed or expired, ever.
	pub failed: u64,
	/// Withdrawn by their owners, ever.
	pub cancelled: u64,
	/// Handoffs given, ever.
	pub handoffs: u64,
	/// Steps that ran on the chain's record because no handoff came, ever.
	pub lapsed: u64,
}

/// Bytes of an input that the chain keeps.
pub fn kept(input: &JobInput) -> u32 {
	match input {
		JobInput::Inline(bytes) => bytes.len() as u32,
		JobInput::External { location, .. } => location.len() as u32,
		JobInput::Sealed { .. } => 0,
	}
}

/// Length and commitment of an input.
pub fn measure(input: &JobInput) -> (u32, Hash) {
	match input {
		JobInput::Inline(bytes) => {
			(bytes.len() as u32, concordat_primitives::hashing::input_commitment(bytes))
		},
		JobInput::External { commitment, len, .. } | JobInput::Sealed { commitment, len } => {
			(*len, *commitment)
		},
	}
}
