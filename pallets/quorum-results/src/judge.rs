//! How rounds are judged, and what follows for the job and for its nodes.
//!
//! What is decided is decided by the pure functions of [`crate::quorum`]. Here it is carried out.
//!
//! [`concordat_primitives::ensemble::aggregate`] makes one answer of those of an ensemble, each weighed by the score that
//! its node was given the seat for. Those whose answers count are paid; who is left out dissents, but for best effort
//! ([`voices_of_ensemble`]). An answer that no node gave, a mean for instance, is kept with the result. If none can be
//! made, the round has failed. Outputs of an ensemble have to be in the certificates, for the chain to read: neither
//! sealed nor kept elsewhere.

use crate::{
	charge::{Progress, Tried},
	impls::{certified_output, place_of},
	quorum::{
		decide_committee, decide_ensemble, decide_primaries, decide_verifiers, is_pending,
		majority, voices, voices_of_ensemble, Tally, Verdict, Voice,
	},
	types::{Ballot, OutputPlace, Pledge, ResultRecord, Urn},
	Ballots, Config, Error, Event, Nodes, Pallet, Proofs, Results,
};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::ExecutionMode,
	ensemble::{aggregate, AggregateError, Aggregation, Answer},
	hashing::{output_hash, tagged},
	job::{JobTerms, Seat, SeatState, Settlement},
	node::Misconduct,
	receipt::{Making, Operation, Voter},
	traits::{Audits, AutoDisputes, GenesisHash, JobBoard, ReceiptSink, Slasher},
	zk::Statement,
	Hash, JobId, NodeId,
};
use frame_support::{ensure, storage::with_storage_layer, BoundedVec};
use sp_runtime::{DispatchError, DispatchResult};

/// What is decided on a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
	/// Output hash, or the program's failure.
	pub result: Tally,
	/// What each vote means, in the order of the urn.
	pub voices: Vec<Voice>,
	/// Where the output can be read.
	pub output: OutputPlace,
	/// Whether the result was made of several answers.
	pub aggregated: bool,
}

impl Decision {
	/// Equal votes decide.
	fn of_quorum(result: Tally, ballots: &[Ballot]) -> Self {
		let votes: Vec<Tally> = ballots.iter().map(|ballot| ballot.tally).collect();
		let output = place_of(&result, ballots).unwrap_or(OutputPlace::OffChain);
		Self { result, voices: voices(&votes, &result), output, aggregated: false }
	}
}

/// Equal results that the deciding body needed, and how many it has: of the mode, or of the backup committee.
pub(crate) fn deciding_body(terms: &JobTerms, urn: &Urn) -> (u8, u8) {
	match terms.committee {
		Some(_) => (majority(urn.committee), urn.committee),
		None => terms.mode.quorum(),
	}
}

/// What shows that verifiers differ: the digests of the first two certificates, by their order as numbers, that say
/// different things.
fn conflict_among(ballots: &[Ballot]) -> Option<(Hash, Hash)> {
	let mut sorted: Vec<(Hash, Tally)> = ballots
		.iter()
		.filter(|ballot| crate::quorum::can_win(&ballot.tally))
		.map(|ballot| (ballot.cac, ballot.tally))
		.collect();
	sorted.sort();
	let (first, tally) = *sorted.first()?;
	let (second, _) = sorted.iter().find(|(_, other)| *other != tally)?;
	Some((first, *second))
}

impl<T: Config> Pallet<T> {
	/// Decides a round by its votes and the seats that still may vote.
	pub(crate) fn judge(terms: &JobTerms, mut urn: Urn) -> Result<Progress, DispatchError> {
		let votes: Vec<Tally> = urn.counted(terms).map(|ballot| ballot.tally).collect();
		let verdict = Self::verdict(terms, &urn, &votes);
		if !matches!(verdict, Verdict::Wait) {
			Self::call_in(terms, &mut urn);
		}
		match verdict {
			Verdict::Wait | Verdict::Unproven => {
				// A seat can be lost before anybody has said anything: then there is nothing to keep.
				Self::keep(terms.job, urn);
				Ok(Progress::Open)
			},
			Verdict::Agreed { tally } => {
				let decision = Decision::of_quorum(tally, &urn.ballots);
				Self::settle(terms, decision, urn)
			},
			Verdict::Complete => Self::make_answer(terms, urn),
			Verdict::Discrepancy => Self::escalate(terms, urn),
			Verdict::Conflict => Self::dispute(terms, urn),
			Verdict::Hopeless => {
				if terms.committee.is_some() {
					Self::deposit_event(Event::Wonky { job: terms.job });
				}
				Self::give_up(terms, urn, false, Tried::Nothing)
			},
		}
	}

	/// A round that is judged although some have not shown what they have committed to, because too few are left, does not
	/// spare them if their time is over: the board comes to their deadlines one by one, and would find the round gone.
	fn call_in(terms: &JobTerms, urn: &mut Urn) {
		let is_late = |seat: &&Seat| {
			terms.reveal_from.is_some()
				&& matches!(seat.state, SeatState::Committed(_))
				&& seat.deliver_by <= Self::now()
		};
		for seat in terms.voting().filter(is_late) {
			if let Some(pledge) = urn.redeem(seat.node, seat.attempt) {
				Self::withheld(terms.job, pledge);
			}
		}
	}

	/// Who has committed to a result and does not show it pays what a liar pays: otherwise whoever sees that it is alone with
	/// its lie would keep it to itself.
	pub(crate) fn withheld(job: JobId, Pledge { node, attempt, hash, .. }: Pledge) {
		Self::deposit_event(Event::RevealWithheld { job, attempt, node, commitment: hash });
		Self::slash(job, node, hash);
	}

	/// What the votes that count now amount to.
	fn verdict(terms: &JobTerms, urn: &Urn, votes: &[Tally]) -> Verdict {
		let (k, n) = terms.mode.quorum();
		let silent = |state| !matches!(state, SeatState::Delivered(_));
		let outstanding = terms.voting().filter(|seat| silent(seat.state)).count() as u32;
		// Who sits has committed, once the reveals are open.
		let fixed = terms.commit_reveal && terms.reveal_from.is_some();
		if terms.committee.is_some() {
			return decide_committee(votes, urn.committee, outstanding, fixed);
		}
		match terms.mode {
			ExecutionMode::Ensemble { .. } if is_pending(votes, k, outstanding, fixed) => {
				Verdict::Wait
			},
			ExecutionMode::Ensemble { .. } => decide_ensemble(votes, k, n, outstanding),
			ExecutionMode::ZkVerifierSet { .. } => {
				let proof = Proofs::<T>::get(terms.job).filter(|proof| proof.round == terms.round);
				let proven = proof.map(|proof| proof.output);
				decide_verifiers(votes, n, outstanding, fixed, proven.as_ref())
			},
			_ => decide_primaries(votes, k, n, outstanding, fixed),
		}
	}

	/// Makes one answer of those of an ensemble, or hands the round back.
	fn make_answer(terms: &JobTerms, urn: Urn) -> Result<Progress, DispatchError> {
		let ExecutionMode::Ensemble { aggregation, .. } = terms.mode else {
			return Self::give_up(terms, urn, false, Tried::Nothing);
		};
		match Self::answer(terms.job, aggregation, &urn.ballots) {
			Ok(decision) => Self::settle(terms, decision, urn),
			Err(error) => {
				Self::deposit_event(Event::NoAnswer { job: terms.job, error });
				Self::give_up(terms, urn, true, Tried::Nothing)
			},
		}
	}

	/// The primaries differ, or too few of them are left: the backup committee decides, if there is one.
	fn escalate(terms: &JobTerms, mut urn: Urn) -> Result<Progress, DispatchError> {
		let job = terms.job;
		// One node alone has nobody to differ from: its round is followed by a quorum.
		let (_, n) = terms.mode.quorum();
		if n < 2 {
			return Self::give_up(terms, urn, false, Tried::Nothing);
		}
		let members = T::Jobs::escalate(job)?;
		if members == 0 {
			Self::deposit_event(Event::Wonky { job });
			return Self::give_up(terms, urn, false, Tried::Committee);
		}
		// Whoever had committed and not shown is not waited for any more.
		urn.pledges.clear();
		urn.committee = u8::try_from(members).unwrap_or(u8::MAX);
		let now = T::Jobs::terms(job).ok_or(Error::<T>::UnknownJob)?;
		Self::note_escalation(&now, urn)?;
		Ok(Progress::Escalated)
	}

	/// Writes down that the committee in `terms` decides from now on.
	pub(crate) fn note_escalation(terms: &JobTerms, urn: Urn) -> DispatchResult {
		let job = terms.job;
		let attempt = terms.committee.ok_or(Error::<T>::NotRunning)?;
		let votes = urn.ballots.len() as u32;
		Ballots::<T>::insert(job, urn);
		let nodes = Nodes::truncate_from(terms.voting().map(|seat| seat.node).collect());
		let committee = nodes.clone();
		T::Receipts::append(Operation::JobEscalated { job, attempt, nodes });
		Self::deposit_event(Event::Discrepancy { job, votes, attempt, committee });
		Ok(())
	}

	/// Verifiers differ, among themselves or from what is proven: arbiters decide. If they cannot be called, the round has
	/// failed.
	fn dispute(terms: &JobTerms, urn: Urn) -> Result<Progress, DispatchError> {
		let job = terms.job;
		let among = conflict_among(&urn.ballots);
		let with_proof = || {
			let proof = Proofs::<T>::get(job)?;
			let said = urn.ballots.iter().map(|ballot| ballot.cac).min()?;
			Some((said, Self::statement(terms, proof.output).digest()))
		};
		let Some(digests) = among.or_else(with_proof) else {
			return Self::give_up(terms, urn, false, Tried::Nothing);
		};
		let evidence = tagged(b"concordat/conflict/v1", &digests);
		Self::keep(job, urn);
		let opened = with_storage_layer::<_, DispatchError, _>(|| T::Disputes::open(job, evidence));
		match opened {
			Ok(()) => {
				Self::deposit_event(Event::VerifiersDiffer { job, evidence });
				Ok(Progress::Disputed)
			},
			Err(error) => {
				Self::deposit_event(Event::DisputeFailed { job, evidence, error });
				let urn = Ballots::<T>::get(job);
				Self::give_up(terms, urn, false, Tried::Dispute)
			},
		}
	}

	/// What a proof about this job's present round has to say.
	pub(crate) fn statement(terms: &JobTerms, output: Hash) -> Statement {
		Statement {
			genesis: T::Genesis::genesis_hash(),
			clause: terms.clause.clone(),
			program: terms.program,
			input: terms.input,
			output,
			job: terms.job,
			attempt: terms.round,
		}
	}

	/// Hands a round back to the board: its votes come to nothing.
	fn give_up(
		terms: &JobTerms,
		mut urn: Urn,
		aggregated: bool,
		tried: Tried,
	) -> Result<Progress, DispatchError> {
		let (votes, seats) = (urn.ballots.len() as u32, terms.seats.len() as u32);
		urn.empty();
		Self::keep(terms.job, urn);
		Proofs::<T>::remove(terms.job);
		Self::deposit_event(Event::RoundFailed { job: terms.job, votes });
		T::Jobs::round_failed(terms.job)?;
		Ok(Progress::Failed { seats, aggregated, tried })
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
				let output = certified_output::<T>(job, ballot.node, ballot.attempt)?;
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
		Ok(Decision { result, voices, output, aggregated: true })
	}

	/// Writes the final word: payment, receipt, record, and what it means for those who said something else.
	fn settle(terms: &JobTerms, decision: Decision, urn: Urn) -> Result<Progress, DispatchError> {
		let Decision { result, voices, output, aggregated } = decision;
		let job = terms.job;
		let mut settlement = Settlement {
			outcome: result,
			agreed: Default::default(),
			dissented: Default::default(),
			failed: Default::default(),
		};
		let mut agreed: Nodes = Default::default();
		let mut voters: BoundedVec<Voter, _> = Default::default();
		let mut simulated = false;
		for (ballot, voice) in urn.ballots.iter().zip(&voices) {
			// All lists have the bound of the urn.
			let fits = match voice {
				Voice::Agrees => {
					agreed.try_push(ballot.node).is_ok()
						&& settlement.agreed.try_push((ballot.node, ballot.usage)).is_ok()
				},
				Voice::Dissents => settlement.dissented.try_push(ballot.node).is_ok(),
				Voice::Failed => settlement.failed.try_push(ballot.node).is_ok(),
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
		let (dissented, failed) = (settlement.dissented.clone(), settlement.failed.clone());
		let (k, n) = deciding_body(terms, &urn);
		let ensemble = match terms.mode {
			ExecutionMode::Ensemble { aggregation, .. } if result.is_ok() => {
				let weights = urn.ballots.iter().map(|ballot| ballot.weight).collect();
				Some(Making { aggregation, weights: BoundedVec::truncate_from(weights) })
			},
			_ => None,
		};

		Ballots::<T>::remove(job);
		Proofs::<T>::remove(job);
		let paid = T::Jobs::settle(job, settlement)?;
		let receipt = T::Receipts::append(Operation::JobCompleted {
			job,
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
		if let Some(attempt) = terms.committee {
			let members = u32::from(urn.committee);
			Self::deposit_event(Event::CommitteeDecided { job, attempt, members, result });
		}
		let record = ResultRecord { receipt, decided_at: Self::now(), result, output };
		let alone = (k, n) == (1, 1) && !matches!(terms.mode, ExecutionMode::ZkVerifierSet { .. });
		let auditable = agreed.first().copied().filter(|_| alone);
		Self::record(job, record, agreed, dissented, failed);
		let slashed = Self::punish(terms, &urn.ballots, &voices);
		if let Some(node) = auditable {
			T::Audits::decided(job, node);
		}
		T::Jobs::announce(job);
		let seats = terms.seats.len() as u32;
		Ok(Progress::Decided { seats, aggregated, slashed, audited: auditable.is_some() })
	}

	/// Slashes whoever said something else than what was decided, with the digest of its own certificate as evidence.
	/// Returns how many that are. The answers of an ensemble may differ: nobody is slashed for that.
	fn punish(terms: &JobTerms, ballots: &[Ballot], voices: &[Voice]) -> u32 {
		if matches!(terms.mode, ExecutionMode::Ensemble { .. }) {
			return 0;
		}
		let bad = ballots.iter().zip(voices).filter(|(_, voice)| **voice == Voice::Dissents);
		bad.map(|(ballot, _)| Self::slash(terms.job, ballot.node, ballot.cac)).count() as u32
	}

	/// Has a node slashed for a consensus failure. That it cannot be is told, and changes nothing else.
	pub(crate) fn slash(job: JobId, node: NodeId, evidence: Hash) {
		let misconduct = Misconduct::ConsensusFailure;
		let slashed = with_storage_layer::<_, DispatchError, _>(|| {
			T::Slasher::slash(node, misconduct, evidence, None)
		});
		Self::deposit_event(match slashed {
			Ok(amount) => Event::NodeSlashed { job, node, misconduct, evidence, amount },
			Err(error) => Event::SlashFailed { job, node, misconduct, evidence, error },
		});
	}

	/// Writes down that a job is decided.
	pub(crate) fn record(
		job: JobId,
		record: ResultRecord,
		agreed: Nodes,
		dissented: Nodes,
		failed: Nodes,
	) {
		let ResultRecord { receipt, result, .. } = record;
		Results::<T>::insert(job, record);
		Self::deposit_event(Event::JobDecided { job, result, agreed, dissented, receipt, failed });
	}

	/// Stores an urn, unless it says nothing.
	pub(crate) fn keep(job: JobId, urn: Urn) {
		if urn.is_blank() {
			Ballots::<T>::remove(job);
		} else {
			Ballots::<T>::insert(job, urn);
		}
	}
}
