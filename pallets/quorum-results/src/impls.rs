//! What the calls and the hooks of other pallets do.

use crate::{
	authorize::ack_digest,
	quorum::{decide, Tally, Verdict},
	types::{Ballot, ResultRecord, Urn},
	verify::{CacRefusal, Standing},
	Ballots, Certificates, Config, Discarded, Error, Event, Nodes, Pallet, Results, WeightInfo,
};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::LeaseRefusal,
	cac::{SignedAck, SignedCac},
	job::{JobTerms, SeatState, Settlement},
	receipt::{Operation, Voter},
	traits::{block_number, JobBoard, JobListener, ReceiptSink},
	views::ResultView,
	BlockNumber, JobId, NodeId, ReceiptId,
};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
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
	},
	/// The round is over without a result.
	Failed {
		/// Seats that were taken.
		seats: u32,
	},
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
	fn judge(terms: &JobTerms, mut urn: Urn) -> Result<Progress, DispatchError> {
		let (k, n) = terms.mode.quorum();
		let seats = terms.seats.len() as u32;
		let votes: Vec<Tally> = urn.ballots.iter().map(|ballot| ballot.tally).collect();
		let outstanding =
			terms.seats.iter().filter(|s| !matches!(s.state, SeatState::Delivered(_))).count();
		match decide(&votes, k, n, outstanding as u32) {
			Verdict::Wait => {
				// A seat can be lost before anybody has delivered: then there is nothing to keep.
				Self::keep(terms.job, urn);
				Ok(Progress::Open)
			},
			Verdict::Agreed { tally } => {
				Ballots::<T>::remove(terms.job);
				Self::settle(terms, tally, urn)?;
				Ok(Progress::Decided { seats })
			},
			Verdict::Hopeless => {
				let votes = urn.ballots.len() as u32;
				urn.ballots.clear();
				Self::keep(terms.job, urn);
				Self::deposit_event(Event::RoundFailed { job: terms.job, votes });
				T::Jobs::round_failed(terms.job)?;
				Ok(Progress::Failed { seats })
			},
		}
	}

	/// Writes the final word: payment, receipt, record.
	fn settle(terms: &JobTerms, result: Tally, urn: Urn) -> DispatchResult {
		let mut settlement = Settlement {
			outcome: result,
			agreed: Default::default(),
			dissented: Default::default(),
		};
		let mut agreed: Nodes = Default::default();
		let mut voters: frame_support::BoundedVec<Voter, _> = Default::default();
		let mut simulated = false;
		for ballot in &urn.ballots {
			let agrees = ballot.tally == result;
			// All lists have the bound of the urn.
			let fits = if agrees {
				agreed.try_push(ballot.node).is_ok()
					&& settlement.agreed.try_push((ballot.node, ballot.usage)).is_ok()
			} else {
				settlement.dissented.try_push(ballot.node).is_ok()
			};
			let voter = Voter {
				node: ballot.node,
				signing_key: ballot.signing_key,
				cac: ballot.cac,
				lease: ballot.lease,
				agreed: agrees,
			};
			ensure!(fits && voters.try_push(voter).is_ok(), Error::<T>::TooManyBallots);
			simulated |= ballot.simulated;
		}
		let dissented = settlement.dissented.clone();
		let (k, n) = terms.mode.quorum();

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
		});
		Self::record(terms.job, result, agreed, dissented, receipt);
		Ok(())
	}

	/// Writes down that a job is decided.
	pub(crate) fn record(
		job: JobId,
		result: Tally,
		agreed: Nodes,
		dissented: Nodes,
		receipt: ReceiptId,
	) {
		Results::<T>::insert(job, ResultRecord { receipt, decided_at: Self::now() });
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
			receipt: record.map(|r| r.receipt),
			decided_at: record.map(|r| r.decided_at),
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

/// The board's notices. The board calls them after it has changed what [`JobBoard::terms`] shows: a seat that was
/// given up is gone, and a backup that takes its place is there.
impl<T: Config> JobListener for Pallet<T> {
	/// Fewer votes can come now: the round may have become hopeless.
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

	// Without the board's own part: a hopeless round is handed back to it (`JobBoard::round_failed`), and only it knows
	// what that costs. To include `T::Jobs::weight()` here would make the two weights call each other for ever.
	fn weight() -> Weight {
		T::WeightInfo::pruned().max(T::WeightInfo::seat_lost())
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
