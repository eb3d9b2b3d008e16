//! Workflows: several jobs that make one (Symbiont orchestration protocol §5, §9).

use crate::{
	clause::MAX_LIST,
	ensemble::{Aggregation, Ensemble},
	hashing::tagged,
	job::{FailureReason, JobConstraints, JobInput, JobStatus},
	BlockNumber, ClauseId, Hash, JobId, NodeId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Number of a workflow; counts up from 1 and is never used again.
pub type WorkflowId = u64;
/// Place of a step in its workflow.
pub type StepIndex = u8;

/// Most steps of one workflow.
pub const MAX_STEPS: u32 = 128;
/// Most steps that one step depends on.
pub const MAX_DEPENDENCIES: u32 = 16;

/// Shape of a workflow.
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
pub enum WorkflowKind {
	/// One step.
	Single,
	/// Each step after the one before.
	Sequential,
	/// All steps at once; their outputs are merged at the end.
	Parallel,
	/// As the steps' dependencies say.
	Dag,
}

/// What a step runs on.
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
pub enum StepInput {
	/// The workflow's own input.
	Workflow,
	/// The output of the only predecessor becomes the input.
	Output,
	/// One output, made from those of all predecessors, becomes the input.
	Merged(Aggregation),
	/// An input of its own.
	Own(JobInput),
}

/// One step.
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
pub struct StepSpec {
	/// What runs.
	pub clause: ClauseId,
	/// Steps whose outputs it needs; it can read each of them through the dependency calls of the program ABI.
	pub depends_on: BoundedVec<StepIndex, ConstU32<MAX_DEPENDENCIES>>,
	/// What it runs on.
	pub input: StepInput,
	/// Several nodes in place of one.
	#[serde(default)]
	pub ensemble: Option<Ensemble>,
	/// Nodes that must not be asked.
	#[serde(default)]
	pub excluded: BoundedVec<NodeId, ConstU32<MAX_LIST>>,
	/// Times that the step is tried again after it failed.
	#[serde(default)]
	pub retries: u8,
	/// If its program fails, its only predecessor, whose output it judges, runs again before it (§9.2, "Fail: Generate
	/// again"). Such a round is one of its [`Self::retries`].
	#[serde(default)]
	pub redo: bool,
}

impl StepSpec {
	/// A step that runs `clause` on the workflow's input, without predecessors, once.
	pub fn new(clause: ClauseId) -> Self {
		Self {
			clause,
			depends_on: Default::default(),
			input: StepInput::Workflow,
			ensemble: None,
			excluded: Default::default(),
			retries: 0,
			redo: false,
		}
	}
}

/// Steps of a workflow.
pub type StepSpecs = BoundedVec<StepSpec, ConstU32<MAX_STEPS>>;

/// What is asked for: the whole workflow.
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
pub struct WorkflowSpec {
	/// Its shape.
	pub kind: WorkflowKind,
	/// What it runs on.
	pub input: JobInput,
	/// Its steps; a dependency names a step by its place here.
	pub steps: StepSpecs,
	/// What is asked of the nodes of every step. Its time-out is that of a step's job.
	#[serde(default)]
	pub constraints: JobConstraints,
	/// How the outputs of its last steps become one result. Where there are several, it has to be said.
	#[serde(default)]
	pub merge: Option<Aggregation>,
	/// Blocks within which the workflow has to be completed; `None`: as governance says.
	#[serde(default)]
	pub timeout_blocks: Option<BlockNumber>,
}

impl WorkflowSpec {
	/// Names the workflow in receipts: Blake2-256 over `"concordat/workflow/v1"` and the SCALE-encoded specification,
	/// with the dependencies that the chain filled in.
	pub fn hash(&self) -> Hash {
		tagged(b"concordat/workflow/v1", self)
	}
}

/// Why a step has no result.
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
pub enum StepFault {
	/// Its job ended without one.
	#[codec(index = 0)]
	Ended(JobStatus),
	/// The owner could not pay for its job when it was to be opened.
	#[codec(index = 1)]
	CannotPay,
	/// Governance's filter turned its job away: number of the refusal.
	#[codec(index = 2)]
	Refused(u8),
	/// Its job could not be opened for another reason: its input is empty or too long, a constraint cannot be met, its
	/// clause is gone.
	#[codec(index = 3)]
	NotOpened,
	/// The output of this predecessor is needed, and does not lie on chain (any more).
	#[codec(index = 4)]
	OutputUnavailable(StepIndex),
	/// The outputs of its predecessors cannot be made one.
	#[codec(index = 5)]
	NotMergeable,
}

impl StepFault {
	/// Whether another try can end otherwise. What the owner or governance ended, they want ended; and what cannot be
	/// opened now for lack of money, bytes or permission fails the workflow at once, so that the owner hears of it.
	pub const fn is_retriable(self) -> bool {
		match self {
			Self::Ended(JobStatus::Cancelled | JobStatus::Failed(FailureReason::Governance)) => {
				false
			},
			Self::Ended(_) => true,
			_ => false,
		}
	}

	/// Whether the step's program itself said no.
	pub const fn is_of_program(self) -> bool {
		matches!(self, Self::Ended(JobStatus::Failed(FailureReason::Program(_))))
	}
}

/// Where a workflow stands.
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
pub enum WorkflowStatus {
	/// No job has been opened yet. Left by the first one, a step that cannot be opened, `cancel`, or the time-out.
	#[codec(index = 0)]
	Pending,
	/// At least one job was opened. Left by the last step's result, a step's failure, `cancel`, or the time-out.
	#[codec(index = 1)]
	Running,
	/// Final: has a result.
	#[codec(index = 2)]
	Completed,
	/// Final: a step failed for good, or the last outputs could not be made one.
	#[codec(index = 3)]
	Failed {
		/// The step; `None`: the merging at the end.
		step: Option<StepIndex>,
		/// Why.
		fault: StepFault,
	},
	/// Final: its owner withdrew it.
	#[codec(index = 4)]
	Cancelled,
	/// Final: it was not completed in time.
	#[codec(index = 5)]
	Expired,
}

impl WorkflowStatus {
	/// Whether nothing can change any more, but pruning.
	pub const fn is_final(self) -> bool {
		!matches!(self, Self::Pending | Self::Running)
	}

	/// Number of the state, as in receipts.
	pub const fn code(self) -> u8 {
		match self {
			Self::Pending => 0,
			Self::Running => 1,
			Self::Completed => 2,
			Self::Failed { .. } => 3,
			Self::Cancelled => 4,
			Self::Expired => 5,
		}
	}
}

/// Where a step stands.
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
pub enum StepStatus {
	/// Waits for predecessors. Left when the last of them has a result.
	#[codec(index = 0)]
	Waiting,
	/// Waits for its job to be opened. Left when it is, or cannot be.
	#[codec(index = 1)]
	Ready,
	/// Has a job. Left when that ends.
	#[codec(index = 2)]
	Running,
	/// Has a result. Left only if a step that judges it sends it back ([`StepSpec::redo`]).
	#[codec(index = 3)]
	Completed,
	/// Final: failed for good, and the workflow with it.
	#[codec(index = 4)]
	Failed,
	/// Final: the workflow ended before it had a result.
	#[codec(index = 5)]
	Dropped,
}

/// What keeps a step's job from being opened, as far as the workflow cares. The runtime sorts the errors of the job
/// board, which the workflows do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenFault {
	/// The owner cannot pay.
	CannotPay,
	/// There is no room now; there will be.
	Busy,
	/// Anything else.
	Invalid,
}

/// The predefined patterns (§9.1), for the runtime API that makes workflows of them.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Pattern {
	/// A → B → C: each step runs on the output of the one before.
	Chain {
		/// What runs, in this order.
		clauses: Vec<ClauseId>,
	},
	/// The same on several nodes, then one step on what they found.
	FanOutFanIn {
		/// What runs at once.
		parallel: ClauseId,
		/// How often.
		count: u8,
		/// How their outputs become the last step's input.
		aggregation: Aggregation,
		/// What runs at the end.
		merge: ClauseId,
	},
	/// Do the work, then judge it; if the judge's program fails, do the work again.
	PipelineWithValidation {
		/// What does the work.
		main: ClauseId,
		/// What judges its output.
		validate: ClauseId,
		/// How often the work is done again.
		retries: u8,
	},
	/// One task on several nodes, and the answer that most weight stands behind.
	RedundantExecution {
		/// What runs.
		clause: ClauseId,
		/// Nodes asked.
		count: u8,
	},
}

/// The context of a workflow at one of its steps: by hash, the bodies lie off chain or with the certificates.
#[derive(
	Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Context {
	/// Commitment to the workflow's input.
	pub input: Hash,
	/// Hash of the output of each step that is done, by step.
	pub accumulated: Vec<(StepIndex, Hash)>,
	/// Nodes that ran a step, in the order of the steps' ends.
	pub lineage: Vec<NodeId>,
}

impl Context {
	/// What a workflow's context is after these ends of steps, in their order: a step that ran again counts with its
	/// last output, and all nodes that ran it are of the lineage.
	pub fn after(input: Hash, ends: impl IntoIterator<Item = (StepIndex, Hash, NodeId)>) -> Self {
		let mut accumulated = alloc::collections::BTreeMap::new();
		let mut lineage = Vec::new();
		for (step, output, node) in ends {
			accumulated.insert(step, output);
			lineage.push(node);
		}
		Self { input, accumulated: accumulated.into_iter().collect(), lineage }
	}

	/// What a handoff carries.
	pub fn hash(&self) -> Hash {
		tagged(b"concordat/context/v1", self)
	}
}

/// What a job is a part of.
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
pub enum JobParent {
	/// A step of a workflow.
	Workflow {
		/// Workflow.
		id: WorkflowId,
		/// Step.
		step: StepIndex,
	},
	/// A firing of a trigger.
	Trigger {
		/// Trigger.
		id: u32,
		/// Counts its firings from 1.
		firing: u32,
	},
	/// The audit of another job.
	Audit {
		/// The job that is run again.
		job: JobId,
	},
}

/// Jobs whose outputs a job needs, in the order of its lineage.
pub type Dependencies = BoundedVec<JobId, ConstU32<MAX_DEPENDENCIES>>;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_context_goes_by_steps_and_its_lineage_by_time() {
		let hash = Hash::repeat_byte;
		let ends = [(2, hash(2), 20), (0, hash(1), 10), (2, hash(3), 30)];
		let context = Context::after(hash(9), ends);
		assert_eq!(context.input, hash(9));
		assert_eq!(context.accumulated, [(0, hash(1)), (2, hash(3))]);
		assert_eq!(context.lineage, [20, 10, 30]);
		assert_ne!(context.hash(), Context::after(hash(9), ends.into_iter().rev()).hash());
		assert_ne!(context.hash(), Context::after(hash(8), ends).hash());
	}

	#[test]
	fn only_what_may_end_otherwise_is_tried_again() {
		let failed = |reason| StepFault::Ended(JobStatus::Failed(reason));
		for again in [
			failed(FailureReason::Silence),
			failed(FailureReason::NoQuorum),
			failed(FailureReason::Program(crate::cac::FailureCode::Trap)),
			StepFault::Ended(JobStatus::Expired),
		] {
			assert!(again.is_retriable(), "{again:?}");
		}
		for never in [
			failed(FailureReason::Governance),
			StepFault::Ended(JobStatus::Cancelled),
			StepFault::CannotPay,
			StepFault::Refused(1),
			StepFault::NotOpened,
			StepFault::OutputUnavailable(0),
			StepFault::NotMergeable,
		] {
			assert!(!never.is_retriable(), "{never:?}");
		}
	}
}
