//! What the calls and the hooks of other pallets do.

use crate::{
	authorize::ack_digest,
	quorum::{decide, decide_ensemble, voices, voices_of_ensemble, Tally, Verdict, Voice},
	types::{Ballot, OutputPlace, ResultRecord, Urn},
	verify::{CacRefusal, Standing},
	Ballots, Certificates, Config, Discarded, Error, Event, Nodes, Pallet, Results, WeightInfo,
};
use alloc::{format, vec::Vec};
use concordat_primitives::{
	attest::LeaseRefusal,
	cac::{Outcome, Output, SignedAck, SignedCac},
	clause::ExecutionMode,
	ensemble::{aggregate, AggregateError, Aggregation, Answer},
	hashing::output_hash,
	job::{JobTerms, SeatState, Settlement},
	receipt::{Making, Operation, Voter},
	traits::{block_number, JobBoard, JobListener, JobOutputs, ReceiptSink},
	views::ResultView,
	Attempt, BlockNumber, JobId, NodeId,
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

/// What a delivery did to the round: what its weight depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
	/// More votes are expected.
	Open,
	/// The job has its result.
	Decided {
		/// Seats that were taken.
		seats: u32,
		/// Whether it was made of several answers.
		aggregated: bool,
	},
	/// The round is over without a result.
	Failed {
		/// Seats that were taken.
		seats: u32,
		/// Whether it was tried to make one answer of several.
		aggregated: bool,
	},
}

/// What is decided on a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
	/// Output hash, or the program's failure.
	pub result: Tally,
	/// What each vote means, in the order of the urn.
	pub voices: Vec<Voice>,
	/// Where the output can be read.
	pub output: OutputPlace,
}

impl Decision {
	/// Equal votes decide.
	fn of_quorum(result: Tally, ballots: &[Ballot]) -> Self {
		let votes: Vec<Tally> = ballots.iter().map(|ballot| ballot.tally).collect();
		let output = place_of(&result, ballots).unwrap_or(OutputPlace::OffChain);
		Self { result, voices: voices(&votes, &result), output }
	}
}

/// The first certificate in which an output can be read.
fn place_of(result: &Tally, ballots: &[Ballot]) -> Option<OutputPlace> {
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
		let Standing { mut terms, seat } = standing.map_err(Error::<T>::from)?;
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
		urn.certificates = urn.certificates.saturating_add(1);
		urn.ballots.try_push(ballot).map_err(|_| Error::<T>::TooManyBallots)?;

		Certificates::<T>::insert((job, node, attempt), (now, cac));
		T::Jobs::delivered(job, attempt, node)?;
		Self::deposit_event(Event::ResultDelivered { job, attempt, node, tally, cac: digest });

		for seat in terms.seats.iter_mut().filter(|s| s.node == node && s.attempt == attempt) {
			seat.state = SeatState::Delivered(now);
		}
		Ok((admitted, Self::judge(&terms, urn)?))
	}

	/// Decides a round by its votes and the seats that still may vote.
	fn judge(terms: &JobTerms, urn: Urn) -> Result<Progress, DispatchError> {
		let (k, n) = terms.mode.quorum();
		let seats = terms.seats.len() as u32;
		let votes: Vec<Tally> = urn.ballots.iter().map(|ballot| ballot.tally).collect();
		let outstanding =
			terms.seats.iter().filter(|s| !matches!(s.state, SeatState::Delivered(_))).count();
		let (aggregation, verdict) = match terms.mode {
			ExecutionMode::Ensemble { aggregation, .. } => {
				(Some(aggregation), decide_ensemble(&votes, k, n, outstanding as u32))
			},
			_ => (None, decide(&votes, k, n, outstanding as u32)),
		};
		match (verdict, aggregation) {
			(Verdict::Wait, _) => {
				// A seat can be lost before anybody has delivered: then there is nothing to keep.
				Self::keep(terms.job, urn);
				Ok(Progress::Open)
			},
			(Verdict::Agreed { tally }, _) => {
				let decision = Decision::of_quorum(tally, &urn.ballots);
				Self::settle(terms, decision, urn)?;
				Ok(Progress::Decided { seats, aggregated: false })
			},
			(Verdict::Complete, Some(aggregation)) => {
				match Self::answer(terms.job, aggregation, &urn.ballots) {
					Ok(decision) => {
						Self::settle(terms, decision, urn)?;
						Ok(Progress::Decided { seats, aggregated: true })
					},
					Err(error) => {
						Self::deposit_event(Event::NoAnswer { job: terms.job, error });
						Self::give_up(terms, urn)?;
						Ok(Progress::Failed { seats, aggregated: true })
					},
				}
			},
			(Verdict::Hopeless | Verdict::Complete, _) => {
				Self::give_up(terms, urn)?;
				Ok(Progress::Failed { seats, aggregated: false })
			},
		}
	}

	/// Hands a round back to the board: its votes come to nothing.
	fn give_up(terms: &JobTerms, mut urn: Urn) -> DispatchResult {
		let votes = urn.ballots.len() as u32;
		urn.ballots.clear();
		Self::keep(terms.job, urn);
		Self::deposit_event(Event::RoundFailed { job: terms.job, votes });
		T::Jobs::round_failed(terms.job)
	}

	/// Makes one answer of those of an ensemble.
	pub(crate) fn answer(
		job: JobId,
		aggregation: Aggregation,
		ballots: &[Ballot],
	) -> Result<Decision, AggregateError> {
		let votes: Vec<Tally> = ballots.iter().map(|ballot| ballot.tally).collect();
		// Every vote of an ensemble that is no failure has an output that can be read (`check_place`).
		let successes: Vec<(Vec<u8>, u64)> = ballots
			.iter()
			.filter(|ballot| ballot.tally.is_ok())
			.map(|ballot| {
				let output = Self::certified_output(job, ballot.node, ballot.attempt)?;
				Some((output, ballot.weight))
			})
			.collect::<Option<_>>()
			.ok_or(AggregateError::NoAnswers)?;
		let answers: Vec<Answer<'_>> =
			successes.iter().map(|(output, weight)| Answer { output, weight: *weight }).collect();
		let made = aggregate(aggregation, &answers)?;
		let result = Ok(output_hash(&made.output));
		let output = match place_of(&result, ballots) {
			Some(place) => place,
			// Only numbers are made anew, and they are short.
			None => {
				OutputPlace::Record(made.output.try_into().map_err(|_| AggregateError::NotNumbers)?)
			},
		};
		let voices = voices_of_ensemble(&votes, aggregation, &made.agreed);
		Ok(Decision { result, voices, output })
	}

	/// The output that the certificate of an attempt carries for all to read.
	fn certified_output(job: JobId, node: NodeId, attempt: Attempt) -> Option<Vec<u8>> {
		let (_, cac) = Certificates::<T>::get((job, node, attempt))?;
		readable(&cac.statement.body().outcome).map(<[u8]>::to_vec)
	}

	/// Writes the final word: payment, receipt, record.
	fn settle(terms: &JobTerms, decision: Decision, urn: Urn) -> DispatchResult {
		let Decision { result, voices, output } = decision;
		let mut settlement = Settlement {
			outcome: result,
			agreed: Default::default(),
			dissented: Default::default(),
		};
		let mut agreed: Nodes = Default::default();
		let mut voters: frame_support::BoundedVec<Voter, _> = Default::default();
		let mut simulated = false;
		for (ballot, voice) in urn.ballots.iter().zip(&voices) {
			// All lists have the bound of the urn.
			let fits = match voice {
				Voice::Agrees => {
					agreed.try_push(ballot.node).is_ok()
						&& settlement.agreed.try_push((ballot.node, ballot.usage)).is_ok()
				},
				Voice::Dissents => settlement.dissented.try_push(ballot.node).is_ok(),
				Voice::Unused => true,
			};
			let voter = Voter {
				node: ballot.node,
				signing_key: ballot.signing_key,
				cac: ballot.cac,
				lease: ballot.lease,
				agreed: *voice == Voice::Agrees,
			};
			ensure!(fits && voters.try_push(voter).is_ok(), Error::<T>::TooManyBallots);
			simulated |= ballot.simulated;
		}
		let dissented = settlement.dissented.clone();
		let (k, n) = terms.mode.quorum();
		let ensemble = match terms.mode {
			ExecutionMode::Ensemble { aggregation, .. } if result.is_ok() => {
				let weights = urn.ballots.iter().map(|ballot| ballot.weight).collect();
				Some(Making { aggregation, weights: BoundedVec::truncate_from(weights) })
			},
			_ => None,
		};

		Ballots::<T>::remove(terms.job);
		let paid = T::Jobs::settle(terms.job, settlement)?;
		let receipt = T::Receipts::append(Operation::JobCompleted {
			job: terms.job,
			clause: terms.clause.clone(),
			program: terms.program,
			input: terms.input,
			result,
			k,
			n,
			voters,
			paid,
			simulated,
			ensemble,
		});
		let record = ResultRecord { receipt, decided_at: Self::now(), result, output };
		Self::record(terms.job, record, agreed, dissented);
		T::Jobs::announce(terms.job);
		Ok(())
	}

	/// Writes down that a job is decided.
	pub(crate) fn record(job: JobId, record: ResultRecord, agreed: Nodes, dissented: Nodes) {
		let ResultRecord { receipt, result, .. } = record;
		Results::<T>::insert(job, record);
		Self::deposit_event(Event::JobDecided { job, result, agreed, dissented, receipt });
	}

	/// Stores an urn, unless it says nothing.
	fn keep(job: JobId, urn: Urn) {
		if urn.certificates == 0 {
			Ballots::<T>::remove(job);
		} else {
			Ballots::<T>::insert(job, urn);
		}
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
			OutputPlace::Certificate(node, attempt) => Self::certified_output(job, node, attempt),
			OutputPlace::Record(bytes) => Some(bytes.into_inner()),
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
			Self::judge(&terms, Ballots::<T>::get(job))
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
			urn.ballots.clear();
			Self::keep(job, urn);
		}
	}

	fn pruned(job: JobId) {
		Ballots::<T>::remove(job);
		Results::<T>::remove(job);
		if Certificates::<T>::iter_key_prefix((job,)).next().is_some() {
			Discarded::<T>::insert(job, ());
		}
	}

	// Without the board's own part: a hopeless round is handed back to it (`JobBoard::round_failed`), and so is an ensemble
	// that is complete without the seat (`JobBoard::settle`, and a receipt); only it knows what that costs. To include
	// `T::Jobs::weight()` here would make the two weights call each other for ever.
	fn weight() -> Weight {
		let judging = T::WeightInfo::seat_lost()
			.saturating_add(T::WeightInfo::aggregate())
			.saturating_add(T::WeightInfo::decide());
		T::WeightInfo::pruned().max(judging)
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
