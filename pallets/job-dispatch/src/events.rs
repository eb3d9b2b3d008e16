//! What the pallet tells of. A part of [`crate::pallet`].

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was accepted and its cost held.
		JobDispatched {
			/// Job.
			job: JobId,
			/// Who asked.
			requester: AccountId,
			/// Clause and version.
			clause: ClauseId,
			/// Class.
			class: JobClass,
			/// Held as escrow.
			escrow: Balance,
			/// Held as deposit.
			deposit: Balance,
			/// First block at which the job expires.
			expires_at: BlockNumber,
		},
		/// Alert: governance's filter turned a dispatch away. The receipt is the audit entry.
		DispatchRefused {
			/// Who asked.
			requester: AccountId,
			/// Clause and version.
			clause: ClauseId,
			/// Why.
			reason: Refusal,
			/// Receipt of the refusal.
			receipt: ReceiptId,
		},
		/// A job could not be placed, for another reason than the last time. It is tried again.
		JobWaiting {
			/// Job.
			job: JobId,
			/// Why.
			reason: Waiting,
		},
		/// A job was assigned.
		JobAssigned {
			/// Job.
			job: JobId,
			/// Attempt that all these seats carry.
			attempt: Attempt,
			/// Who sits, each with the score it was chosen with, in parts of 10⁹.
			seats: BoundedVec<(NodeId, u64), ConstU32<{ concordat_primitives::clause::MAX_SEATS }>>,
			/// Who would step in, or sit on a backup committee, best first.
			backups: Backups,
			/// First block at which a silent node loses its seat.
			ack_by: BlockNumber,
			/// First block at which a result is too late.
			deliver_by: BlockNumber,
		},
		/// The nodes have their seats; the requester has to seal its input to them.
		JobAwaitsInput {
			/// Job.
			job: JobId,
			/// Attempt of the round that it has to be sealed for.
			round: Attempt,
			/// First block at which it is too late.
			seal_by: BlockNumber,
		},
		/// The requester sealed its input to the nodes of the round.
		InputSealed {
			/// Job.
			job: JobId,
			/// Attempt of the round.
			round: Attempt,
			/// Hash of the ciphertext.
			ciphertext: Hash,
			/// First block at which a silent node loses its seat.
			ack_by: BlockNumber,
			/// First block at which a result is too late.
			deliver_by: BlockNumber,
		},
		/// A node gave its seat back, for a reason that it signed.
		SeatDeclined {
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who sat.
			node: NodeId,
			/// First block at which the node is asked again.
			cooldown_until: BlockNumber,
		},
		/// A node acknowledged its seat.
		SeatAcknowledged {
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who sits.
			node: NodeId,
		},
		/// A node committed to a result.
		SeatCommitted {
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who sits.
			node: NodeId,
		},
		/// All nodes whose votes count have committed: what they committed to is shown now.
		RevealsOpened {
			/// Job.
			job: JobId,
			/// First block at which a result can be shown.
			reveal_from: BlockNumber,
			/// First block at which it is too late: what has not been shown was withheld.
			deliver_by: BlockNumber,
		},
		/// A node delivered.
		SeatDelivered {
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who sits.
			node: NodeId,
		},
		/// A node was silent and lost its seat.
		SeatLost {
			/// Job.
			job: JobId,
			/// Attempt of the seat.
			attempt: Attempt,
			/// Who sat.
			node: NodeId,
			/// What did not come.
			silence: Silence,
			/// First block at which the node is asked again.
			cooldown_until: BlockNumber,
		},
		/// A backup stepped in for a silent node, with a fresh nonce.
		BackupSeated {
			/// Job.
			job: JobId,
			/// Attempt of the new seat.
			attempt: Attempt,
			/// Who sits now.
			node: NodeId,
			/// The score it was chosen with, in parts of 10⁹.
			score: u64,
		},
		/// The nodes could not be told right or wrong: the backups sit as a committee, and only their votes count.
		CommitteeSeated {
			/// Job.
			job: JobId,
			/// Attempt that these seats carry.
			attempt: Attempt,
			/// Who sits, each with the score it has now, in parts of 10⁹.
			seats: BoundedVec<(NodeId, u64), ConstU32<{ concordat_primitives::job::MAX_BACKUPS }>>,
			/// First block at which a silent member loses its seat.
			ack_by: BlockNumber,
			/// First block at which a member is too late with its result, or with committing to it.
			deliver_by: BlockNumber,
		},
		/// Later rounds of the job ask more nodes: those before could not be judged.
		ModeEscalated {
			/// Job.
			job: JobId,
			/// How they have to agree from now on.
			mode: ExecutionMode,
		},
		/// The job waits for the vote of DAO and jurisdiction.
		VoteAwaited {
			/// Job.
			job: JobId,
			/// First block at which it expires without one.
			expires_at: BlockNumber,
		},
		/// DAO and jurisdiction have voted what comes out of the job.
		JobOverridden {
			/// Job.
			job: JobId,
			/// Hash of the output, or a failure.
			outcome: Result<Hash, FailureCode>,
			/// Paid as fees.
			fees: Balance,
			/// Returned to the requester.
			refunded: Balance,
		},
		/// A round ended without a result; the job is back at the head of its queue, or awaits a vote.
		RoundOver {
			/// Job.
			job: JobId,
			/// Attempts made so far.
			attempts: Attempt,
			/// Whether the nodes disagreed; otherwise they were silent.
			disagreed: bool,
		},
		/// A node was paid for a job.
		NodePaid {
			/// Job.
			job: JobId,
			/// Node.
			node: NodeId,
			/// Paid to its controller.
			amount: Balance,
		},
		/// The nodes agreed; the job is paid and closed.
		JobSettled {
			/// Job.
			job: JobId,
			/// Completed, or failed by the program.
			status: JobStatus,
			/// Paid to nodes.
			paid: Balance,
			/// Paid as fees.
			fees: Balance,
			/// Returned to the requester.
			refunded: Balance,
		},
		/// A job ended without a result.
		JobEnded {
			/// Job.
			job: JobId,
			/// How.
			status: JobStatus,
			/// Paid as fees.
			fees: Balance,
			/// Returned to the requester.
			refunded: Balance,
			/// Receipt of the end.
			receipt: ReceiptId,
		},
		/// A switch, or the safe mode of its clause, holds the job back.
		JobPaused {
			/// Job.
			job: JobId,
		},
		/// Nothing holds the job back any more; it is at the tail of its queue.
		JobResumed {
			/// Job.
			job: JobId,
		},
		/// A dispute froze the job.
		JobFrozen {
			/// Job.
			job: JobId,
			/// Where it stood.
			was: JobStatus,
		},
		/// The verdict is there.
		JobUnfrozen {
			/// Job.
			job: JobId,
			/// Where it stands now.
			status: JobStatus,
		},
		/// The records of a job are gone; a stub stays.
		JobPruned {
			/// Job.
			job: JobId,
		},
		/// Governance holds something back.
		Paused {
			/// What.
			subject: PauseSubject,
			/// First block at which it is no longer held back.
			until: BlockNumber,
		},
		/// Governance lifted a switch before its time.
		Resumed {
			/// What.
			subject: PauseSubject,
		},
		/// A node is in the pools, or has a new profile there.
		NodeAdmitted {
			/// Node.
			node: NodeId,
		},
		/// A node left the pools.
		NodeEvicted {
			/// Node.
			node: NodeId,
		},
		/// An operator says that its node does not perform a capability now, or does again.
		CapabilitySwitched {
			/// Node.
			node: NodeId,
			/// Capability.
			capability: CapabilityId,
			/// Whether it can be used.
			available: bool,
		},
		/// The jobs of a group go to another node from now on: its own could not take the first seat of one.
		GroupMoved {
			/// Whose group it is.
			requester: AccountId,
			/// Which of its groups.
			group: u32,
			/// Where they went before; nothing for a new group.
			from: Option<NodeId>,
			/// Where they go now.
			to: NodeId,
		},
		/// Governance changed the parameters.
		ParamsChanged,
	}
}
