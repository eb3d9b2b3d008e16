//! What the calls and the hooks of other pallets do.

use crate::{
	authorize::{ack_digest, commitment_digest, reveal_digest},
	charge::Progress,
	quorum::{can_win, Tally},
	types::{Ballot, OutputBytes, OutputPlace, Pledge, ProofRecord, ResultRecord},
	verify::{claim_of, CacRefusal, Standing},
	Ballots, Certificates, Config, Discarded, Error, Event, Pallet, Proofs, Results, VotedOutputs,
	WeightInfo,
};
use alloc::{format, vec::Vec};
use concordat_primitives::{
	attest::LeaseRefusal,
	cac::{FailureCode, Outcome, Output, SignedAck, SignedCac},
	clause::ExecutionMode,
	commit::{Salt, SignedCommitment},
	hashing::output_hash,
	job::{JobStatus, JobTerms, SeatState},
	receipt::Operation,
	traits::{block_number, AutoDisputes, JobBoard, JobListener, JobOutputs, ReceiptSink},
	views::ResultView,
	zk::{output_of, FieldBytes, ProofVerifier, VkId, ZkRefusal},
	Attempt, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_core::hexdisplay::HexDisplay;
use sp_runtime::{DispatchError, DispatchResult};

/// The first certificate in which an output can be read.
pub(crate) fn place_of(result: &Tally, ballots: &[Ballot]) -> Option<OutputPlace> {
	ballots
		.iter()
		.find(|ballot| ballot.readable && ballot.tally == *result)
		.map(|ballot| OutputPlace::Certificate(ballot.node, ballot.attempt))
}

/// The output that a certificate carries for all to read.
pub(crate) fn readable(outcome: &Outcome) -> Option<&[u8]> {
	match outcome {
		Outcome::Success { output: Output::Inline(bytes), .. } => Some(bytes),
		_ => None,
	}
}

/// The output that the certificate of an attempt carries for all to read.
pub(crate) fn certified_output<T: Config>(
	job: JobId,
	node: NodeId,
	attempt: Attempt,
) -> Option<Vec<u8>> {
	let (_, cac) = Certificates::<T>::get((job, node, attempt))?;
	readable(&cac.statement.body().outcome).map(<[u8]>::to_vec)
}

impl<T: Config> Pallet<T> {
	/// This block.
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// Takes an acknowledgement. Returns whether it had been verified in this extrinsic already.
	pub(crate) fn do_acknowledge(signed: SignedAck) -> Result<bool, DispatchError> {
		let admitted = Self::take_admission(ack_digest(&signed), signed.signature);
		if admitted {
			Self::acknowledging(&signed.ack).map_err(Error::<T>::from)?;
		} else {
			Self::verify_ack(&signed).map_err(Error::<T>::from)?;
		}
		let ack = signed.ack;
		T::Jobs::acknowledge(ack.job, ack.attempt, ack.node)?;
		Self::deposit_event(Event::Acknowledged {
			job: ack.job,
			attempt: ack.attempt,
			node: ack.node,
		});
		Ok(admitted)
	}

	/// Takes a certificate, counts it and decides if that is possible now. Returns whether it had been verified in this
	/// extrinsic already, and what it did.
	pub(crate) fn do_submit_cac(cac: SignedCac) -> Result<(bool, Progress), DispatchError> {
		let digest = cac.digest();
		let body = cac.statement.body();
		let admitted = Self::take_admission(digest, cac.signature);
		let standing = if admitted { Self::delivering_cac(body) } else { Self::verify_cac(&cac) };
		let standing = standing.map_err(Error::<T>::from)?;
		let progress = if standing.late.is_some() {
			Self::note_dissent(cac, digest);
			Progress::Dissented
		} else {
			Self::count(cac, digest, standing)?
		};
		Ok((admitted, progress))
	}

	/// Takes a commitment. Returns whether it had been verified in this extrinsic already.
	pub(crate) fn do_commit(signed: SignedCommitment) -> Result<bool, DispatchError> {
		let admitted = Self::take_admission(commitment_digest(&signed), signed.signature);
		let said = &signed.commitment;
		let standing = if admitted {
			Self::committing(&claim_of(said))
		} else {
			Self::verify_commitment(&signed)
		}
		.map_err(Error::<T>::from)?;
		// The lease has to count now; by the time of the reveal its node may have renewed it, or lost it with its enclave.
		let lease = Self::lease_of_seat(&standing).map_err(Error::<T>::from)?;
		let (measurement, simulated) = (lease.measurement, lease.simulated);
		let (job, attempt, node, hash) = (said.job, said.attempt, said.node, said.hash);
		Ballots::<T>::try_mutate(job, |urn| {
			urn.pledges
				.try_push(Pledge { node, attempt, hash, measurement, simulated })
				.map_err(|_| Error::<T>::TooManyBallots)
		})?;
		T::Jobs::committed(job, attempt, node)?;
		Self::deposit_event(Event::Committed { job, attempt, node, commitment: hash });
		Ok(admitted)
	}

	/// Takes a certificate that its node has committed to. Returns as [`Self::do_submit_cac`].
	pub(crate) fn do_reveal(cac: SignedCac, salt: Salt) -> Result<(bool, Progress), DispatchError> {
		let digest = cac.digest();
		let body = cac.statement.body();
		let admitted = Self::take_admission(reveal_digest(&cac, &salt), cac.signature);
		let standing =
			if admitted { Self::revealing(body) } else { Self::verify_reveal(&cac, &salt) };
		let standing = standing.map_err(Error::<T>::from)?;
		Ok((admitted, Self::count(cac, digest, standing)?))
	}

	/// Puts the vote of a certificate into the urn, and judges the round.
	fn count(
		cac: SignedCac,
		digest: Hash,
		Standing { mut terms, seat, .. }: Standing,
	) -> Result<Progress, DispatchError> {
		let body = cac.statement.body();
		let now = Self::now();
		let (job, attempt, node, tally) = (body.job, body.attempt, body.node, body.outcome.tally());
		let ballot = Ballot {
			node,
			attempt,
			tally,
			cac: digest,
			signing_key: seat.signing_key,
			lease: body.lease,
			usage: body.usage,
			simulated: body.simulated,
			weight: seat.score,
			readable: readable(&body.outcome).is_some(),
			at: now,
		};

		let mut urn = Ballots::<T>::get(job);
		urn.redeem(node, attempt);
		urn.certificates = urn.certificates.saturating_add(1);
		urn.ballots.try_push(ballot).map_err(|_| Error::<T>::TooManyBallots)?;

		Certificates::<T>::insert((job, node, attempt), (now, cac));
		T::Jobs::delivered(job, attempt, node)?;
		Self::deposit_event(Event::ResultDelivered { job, attempt, node, tally, cac: digest });

		for seat in terms.seats.iter_mut().filter(|s| s.node == node && s.attempt == attempt) {
			seat.state = SeatState::Delivered(now);
		}
		Self::judge(&terms, urn)
	}

	/// Keeps a certificate that contradicts what was decided before it came.
	pub(crate) fn note_dissent(cac: SignedCac, digest: Hash) {
		let body = cac.statement.body();
		let (job, attempt, node, tally) = (body.job, body.attempt, body.node, body.outcome.tally());
		Certificates::<T>::insert((job, node, attempt), (Self::now(), cac));
		let receipt = T::Receipts::append(Operation::LateDissent { job, node, cac: digest });
		Self::deposit_event(Event::LateDissent { job, attempt, node, tally, cac: digest, receipt });
	}

	/// Verifies a proof about a job's present round, keeps what it proves, and decides if that is possible now.
	pub(crate) fn do_submit_proof(
		job: JobId,
		publics: &[FieldBytes],
		proof: &[u8],
	) -> Result<Progress, DispatchError> {
		let terms = T::Jobs::terms(job).ok_or(Error::<T>::UnknownJob)?;
		ensure!(terms.status.is_assigned(), Error::<T>::NotRunning);
		// Verifiers of a sealed output agree on a blinded hash, which no proof speaks of.
		let is_provable =
			matches!(terms.mode, ExecutionMode::ZkVerifierSet { .. }) && terms.output_key.is_none();
		ensure!(is_provable, Error::<T>::NothingToProve);
		let known = Proofs::<T>::get(job).is_some_and(|known| known.round == terms.round);
		ensure!(!known, Error::<T>::AlreadyProven);
		let output = output_hash(&output_of(publics));
		let statement = Self::statement(&terms, output);
		let key = T::Verifier::verify(&statement, publics, proof).map_err(Error::<T>::from)?;
		Self::note_proof(&terms, output, key);
		Self::judge(&terms, Ballots::<T>::get(job))
	}

	/// Writes down what is proven.
	pub(crate) fn note_proof(terms: &JobTerms, output: Hash, key: VkId) {
		let (job, round) = (terms.job, terms.round);
		Proofs::<T>::insert(job, ProofRecord { round, output, key });
		let receipt =
			T::Receipts::append(Operation::ProofVerified { job, attempt: round, output, key });
		Self::deposit_event(Event::ProofAccepted { job, round, output, key, receipt });
	}

	/// Writes down what DAO and jurisdiction have voted.
	pub(crate) fn do_override(
		job: JobId,
		voted: Result<OutputBytes, FailureCode>,
		reference: Hash,
	) -> DispatchResult {
		let result = voted.as_ref().map(|output| output_hash(output)).map_err(|code| *code);
		ensure!(can_win(&result), Error::<T>::NotAResult);
		let terms = T::Jobs::terms(job).ok_or(Error::<T>::UnknownJob)?;
		let is_open = matches!(terms.status, JobStatus::AwaitingVote | JobStatus::Disputed);
		ensure!(is_open, Error::<T>::NotForVote);

		Ballots::<T>::remove(job);
		Proofs::<T>::remove(job);
		let refunded = T::Jobs::override_result(job, result)?;
		T::Disputes::overridden(job);
		let clause = terms.clause;
		let receipt =
			T::Receipts::append(Operation::JobOverridden { job, clause, result, reference });
		// Whoever opened the job hears of its end once.
		let was_told = Results::<T>::contains_key(job);
		let output = match voted {
			Ok(bytes) => {
				VotedOutputs::<T>::insert(job, bytes);
				OutputPlace::Voted
			},
			Err(_) => OutputPlace::OffChain,
		};
		let decided_at = Self::now();
		Results::<T>::insert(job, ResultRecord { receipt, decided_at, result, output });
		Self::deposit_event(Event::Overridden { job, result, reference, refunded, receipt });
		if !was_told {
			T::Jobs::announce(job);
		}
		Ok(())
	}

	/// What came out of a job so far: its certificates in the order of their blocks, and its receipt once there is
	/// one. `None` for a job of which nothing is known.
	pub fn result_view(job: JobId) -> Option<ResultView> {
		if Discarded::<T>::contains_key(job) {
			return None;
		}
		let record = Results::<T>::get(job);
		let mut cacs: Vec<(BlockNumber, SignedCac)> =
			Certificates::<T>::iter_prefix_values((job,)).collect();
		if cacs.is_empty() && record.is_none() {
			return None;
		}
		cacs.sort_by_key(|(at, cac)| {
			let body = cac.statement.body();
			(*at, body.attempt, body.node)
		});
		Some(ResultView {
			cacs,
			receipt: record.as_ref().map(|r| r.receipt),
			decided_at: record.map(|r| r.decided_at),
			output: <Self as JobOutputs>::output(job)
				.map(|bytes| format!("0x{:?}", HexDisplay::from(&bytes))),
		})
	}

	/// Removes the certificates of discarded jobs, a whole job at a time.
	pub(crate) fn sweep(meter: &mut WeightMeter) {
		let whole = T::WeightInfo::sweep(T::MaxCertificates::get());
		let look = T::WeightInfo::look_for_discarded();
		while meter.can_consume(look.saturating_add(whole)) {
			meter.consume(look);
			let Some(job) = Discarded::<T>::iter_keys().next() else { return };
			let removed = Certificates::<T>::clear_prefix((job,), T::MaxCertificates::get(), None);
			// Never more than the limit, as `verify_cac` sees to it; if there were, the next block would go on.
			if removed.maybe_cursor.is_some() {
				meter.consume(whole);
				return;
			}
			Discarded::<T>::remove(job);
			meter.consume(T::WeightInfo::sweep(removed.unique));
		}
	}
}

/// What was decided, for those whose jobs depend on it.
impl<T: Config> JobOutputs for Pallet<T> {
	fn output(job: JobId) -> Option<Vec<u8>> {
		match Results::<T>::get(job)?.output {
			OutputPlace::OffChain => None,
			OutputPlace::Certificate(node, attempt) => certified_output::<T>(job, node, attempt),
			OutputPlace::Record(bytes) => Some(bytes.into_inner()),
			OutputPlace::Voted => VotedOutputs::<T>::get(job).map(BoundedVec::into_inner),
		}
	}

	fn weight() -> Weight {
		T::WeightInfo::read_output()
	}
}

/// The board's notices. The board calls them after it has changed what [`JobBoard::terms`] shows: a seat that was
/// given up is gone, and a backup that takes its place is there.
impl<T: Config> JobListener for Pallet<T> {
	/// Fewer votes can come now: the round may have become hopeless, and an ensemble may have all that it will get.
	fn seat_lost(job: JobId, node: NodeId) {
		let Some(terms) = T::Jobs::terms(job).filter(|terms| terms.status.is_assigned()) else {
			return;
		};
		let judged = with_storage_layer::<_, DispatchError, _>(|| {
			let mut urn = Ballots::<T>::get(job);
			urn.drop_strangers(&terms);
			Self::judge(&terms, urn)
		});
		if let Err(error) = judged {
			log::error!(
				target: crate::LOG_TARGET,
				"job {job}: the loss of node {node} could not be judged: {error:?}"
			);
		}
	}

	fn round_over(job: JobId) {
		if let Ok(mut urn) = Ballots::<T>::try_get(job) {
			urn.empty();
			Self::keep(job, urn);
		}
		Proofs::<T>::remove(job);
	}

	fn pruned(job: JobId) {
		Ballots::<T>::remove(job);
		Proofs::<T>::remove(job);
		let record = Results::<T>::take(job);
		if record.is_some_and(|record| record.output == OutputPlace::Voted) {
			VotedOutputs::<T>::remove(job);
		}
		if Certificates::<T>::iter_key_prefix((job,)).next().is_some() {
			Discarded::<T>::insert(job, ());
		}
	}

	fn reveal_withheld(job: JobId, attempt: Attempt, node: NodeId) {
		let mut urn = Ballots::<T>::get(job);
		let Some(pledge) = urn.redeem(node, attempt) else {
			log::error!(
				target: crate::LOG_TARGET,
				"job {job}: node {node} is said to withhold what it has not committed to"
			);
			return;
		};
		Self::keep(job, urn);
		Self::withheld(job, pledge);
	}

	fn weight() -> Weight {
		Self::hearing_weight()
	}

	// Votes and commitments are forgotten with less than a job's records are.
	fn weight_of_round_over() -> Weight {
		T::WeightInfo::pruned()
	}

	fn weight_of_pruning() -> Weight {
		T::WeightInfo::pruned()
	}

	fn weight_of_withholding() -> Weight {
		T::WeightInfo::withhold().saturating_add(Self::slashing_weight(1))
	}
}

impl<T> From<ZkRefusal> for Error<T> {
	fn from(refusal: ZkRefusal) -> Self {
		match refusal {
			ZkRefusal::NoKey => Self::NoVerifyingKey,
			ZkRefusal::Disabled => Self::VerifierDisabled,
			ZkRefusal::WrongArity => Self::WrongArity,
			ZkRefusal::NotCanonical => Self::InputNotCanonical,
			ZkRefusal::BadPoint => Self::BadPoint,
			ZkRefusal::Invalid => Self::InvalidProof,
		}
	}
}

impl<T> From<CacRefusal> for Error<T> {
	fn from(refusal: CacRefusal) -> Self {
		match refusal {
			CacRefusal::WrongChain => Self::WrongChain,
			CacRefusal::UnknownJob => Self::UnknownJob,
			CacRefusal::NotRunning => Self::NotRunning,
			CacRefusal::UnsupportedMode => Self::UnsupportedMode,
			CacRefusal::NotAssigned => Self::NotAssigned,
			CacRefusal::WrongAttempt => Self::WrongAttempt,
			CacRefusal::AlreadyAcknowledged => Self::AlreadyAcknowledged,
			CacRefusal::AlreadyDelivered => Self::AlreadyDelivered,
			CacRefusal::WrongNonce => Self::WrongNonce,
			CacRefusal::TooLate => Self::TooLate,
			CacRefusal::WrongClause => Self::WrongClause,
			CacRefusal::WrongProgram => Self::WrongProgram,
			CacRefusal::WrongInput => Self::WrongInput,
			CacRefusal::WrongLineage => Self::WrongLineage,
			CacRefusal::WrongOutputHash => Self::WrongOutputHash,
			CacRefusal::OutputTooLarge => Self::OutputTooLarge,
			CacRefusal::NoLocation => Self::NoLocation,
			CacRefusal::OutputSealed => Self::OutputSealed,
			CacRefusal::OutputNotSealed => Self::OutputNotSealed,
			CacRefusal::OutputNotInline => Self::OutputNotInline,
			CacRefusal::SealedTooShort => Self::SealedTooShort,
			CacRefusal::FuelExceeded => Self::FuelExceeded,
			CacRefusal::MemoryExceeded => Self::MemoryExceeded,
			CacRefusal::FromTheFuture => Self::FromTheFuture,
			CacRefusal::UnknownClause => Self::UnknownClause,
			CacRefusal::WrongLease => Self::WrongLease,
			CacRefusal::WrongKey => Self::WrongKey,
			CacRefusal::WrongMeasurement => Self::WrongMeasurement,
			CacRefusal::SimulationMislabelled => Self::SimulationMislabelled,
			CacRefusal::BadSignature => Self::BadSignature,
			CacRefusal::TooManyBallots => Self::TooManyBallots,
			CacRefusal::TooManyCertificates => Self::TooManyCertificates,
			CacRefusal::CommitFirst => Self::CommitFirst,
			CacRefusal::NoCommitReveal => Self::NoCommitReveal,
			CacRefusal::AlreadyCommitted => Self::AlreadyCommitted,
			CacRefusal::NotCommitted => Self::NotCommitted,
			CacRefusal::TooEarly => Self::TooEarly,
			CacRefusal::WrongOpening => Self::WrongOpening,
			CacRefusal::NotHeard => Self::NotHeard,
			CacRefusal::Lease(LeaseRefusal::None) => Self::NoLease,
			CacRefusal::Lease(LeaseRefusal::Superseded) => Self::LeaseSuperseded,
			CacRefusal::Lease(LeaseRefusal::Expired) => Self::LeaseExpired,
			CacRefusal::Lease(LeaseRefusal::MeasurementRevoked) => Self::MeasurementRevoked,
			CacRefusal::Lease(LeaseRefusal::MeasurementNotForClause) => {
				Self::MeasurementNotForClause
			},
			CacRefusal::Lease(LeaseRefusal::Simulated) => Self::SimulatedNotAccepted,
			CacRefusal::Lease(LeaseRefusal::ClassNotMet) => Self::RiskClassNotMet,
		}
	}
}
