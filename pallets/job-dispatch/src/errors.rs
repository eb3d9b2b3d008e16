//! What the pallet refuses. A part of [`crate::pallet`].

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	#[pallet::error]
	pub enum Error<T> {
		/// No such clause is registered.
		ClauseUnknown,
		/// The input is empty.
		InputEmpty,
		/// The input is longer than allowed.
		InputTooLarge,
		/// The location of the input is not a URL in printable ASCII, such as https://host/path.
		InputLocationInvalid,
		/// A node is both preferred and excluded.
		PreferredExcluded,
		/// A jurisdiction is not three capital letters (ISO 3166-1 alpha-3).
		JurisdictionInvalid,
		/// The requester's jurisdictions and those of the clause have none in common.
		JurisdictionsDisjoint,
		/// A least trust or quality is above one (10⁶ parts).
		ThresholdOutOfBounds,
		/// The timeout is shorter than one round of the clause takes, or longer than allowed.
		TimeoutOutOfBounds,
		/// The job may cost more than the requester wants to pay.
		PriceAboveMax,
		/// The requester's free balance does not cover the escrow and the deposit.
		CannotPay,
		/// The queue of this class is full.
		QueueFull,
		/// The requester has as many jobs that have not ended as one account may have.
		TooManyLiveJobs,
		/// No such job, or it has been pruned.
		JobUnknown,
		/// Only the requester may do this.
		NotRequester,
		/// Nodes work on the job already, or it has ended.
		NotCancellable,
		/// The job has ended, or a dispute has frozen it.
		NotLive,
		/// No node works on the job now.
		NotAssigned,
		/// The node holds no seat on this job for this attempt.
		NotSeated,
		/// The seat was acknowledged before.
		AlreadyAcknowledged,
		/// The seat was delivered before.
		AlreadyDelivered,
		/// The results of this job are not committed to before they are shown.
		NothingToCommit,
		/// The seat has committed to a result.
		AlreadyCommitted,
		/// The seat has not committed to a result, and so has none to show.
		NotCommitted,
		/// Other nodes still commit: results are shown once all have.
		RevealTooEarly,
		/// The deadline of the seat has passed.
		TooLate,
		/// The settlement names too few nodes, one twice, or one without a seat.
		SettlementInvalid,
		/// The job can not be disputed: it is not assigned, and its challenge window is not open.
		NotDisputable,
		/// No dispute has frozen the job.
		NotDisputed,
		/// The job neither awaits a vote nor is it disputed.
		NotOverridable,
		/// The parameters are out of their bounds, or contradict each other.
		ParamsInvalid,
		/// A pause lasts for at least one block and at most as long as the parameters allow.
		PauseOutOfBounds,
		/// Too many switches hold at a time.
		TooManyPauses,
		/// No switch holds this back.
		NotPaused,
		/// The job does not await a sealed input: it never did, it is sealed already, or it has ended.
		NotAwaitingInput,
		/// It was sealed for another round; the recipients have changed since.
		WrongRound,
		/// The ciphertext does not have the hash that is named.
		CiphertextMismatch,
		/// The ciphertext is not as long as the input, its salt and its tag.
		CiphertextLength,
		/// The content key is not wrapped for one of the seats or backups.
		RecipientMissing,
		/// The content key is wrapped for one node twice.
		RecipientTwice,
		/// The content key is wrapped for somebody who has neither a seat nor stands by.
		RecipientUnknown,
		/// The node's enclave has another key now.
		RecipientKeyChanged,
		/// A node that has a seat holds no lease any more.
		RecipientGone,
		/// The requester's vendors and those of the clause have none in common.
		VendorsDisjoint,
		/// A node is named twice in one list.
		NamedTwice,
		/// An ensemble has 2 to 7 nodes, and only where the clause has a single node run it.
		EnsembleInvalid,
		/// A sealed output needs a sealed input, and one answer: not an ensemble's. A clause with proofs has open outputs.
		SealedOutputInvalid,
		/// A mode that is asked for in place of the clause's has nodes that run the job, and numbers that make sense.
		ModeInvalid,
		/// The clause is decided by vote: there are no nodes to seal an input to.
		NobodyToSealTo,
		/// A job depends on too many others.
		TooManyDependencies,
		/// A node without capabilities takes no jobs.
		NoCapabilities,
		/// The node names more capabilities than allowed, or works under too many.
		TooManyCapabilities,
		/// The node does not offer this capability.
		CapabilityNotOffered,
	}
}
