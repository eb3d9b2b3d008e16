//! Verification of what an enclave signed: in the pool, and in the block before the dispatch. The dispatch itself
//! verifies whatever has not been verified in its own extrinsic; see [`crate::authorize`].
//!
//! The order is fixed: what needs no storage beyond the job's terms comes first, then the votes, the lineage, the clause
//! and the lease are read, and the signature is checked last, so that junk costs the chain as little as possible. Every
//! free function here is pure; those of the pallet only read.
//!
//! A certificate names the lease under which the seat was given; what has to count is the lease that the node has when it
//! commits, and when it shows or delivers: that one, or one that renews it for the same key and the same code. So a node
//! that lets its lease lapse after it has committed withholds its result.
//!
//! | message | the seat has | the job | time |
//! |---|---|---|---|
//! | acknowledgement | nothing yet | is assigned | before `ack_by` |
//! | commitment | not committed | is assigned, commits, and has no reveals open | before `deliver_by` |
//! | certificate alone | not delivered | is assigned, and does not commit | before `deliver_by` |
//! | certificate and salt | committed to just this | is assigned, and has its reveals open | from `reveal_from`, before `deliver_by` |
//! | late certificate | not delivered | is decided, and can still be challenged | until the job is pruned |

use crate::{
	quorum::{contradicts, Tally},
	Ballots, Certificates, Config, Pallet, Results, Urn,
};
use concordat_primitives::{
	attest::{Lease, LeaseDemand, LeaseRefusal, Measurement},
	cac::{Ack, CacV1, Outcome, Output, SignedAck, SignedCac},
	clause::{ExecutionMode, MAX_VOTERS},
	commit::{Commitment, Opening, Salt, SignedCommitment},
	hashing::output_hash,
	job::{JobStatus, JobTerms, Seat, SeatState},
	sealed::TAG_BYTES,
	traits::{ClauseInspect, GenesisHash, JobBoard, LeaseInspect},
	BlockNumber,
};
use frame_support::traits::Get;

/// Bytes of a sealed output that are not output: the encapsulated key and the tag.
pub const SEAL_OVERHEAD: u32 = 32 + TAG_BYTES;

/// Why a signed message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacRefusal {
	/// It is meant for another chain.
	WrongChain,
	/// The chain knows no such job, or has pruned it.
	UnknownJob,
	/// Nodes do not work on the job now: it is decided, over, frozen, or not assigned.
	NotRunning,
	/// The clause's mode does not count votes.
	UnsupportedMode,
	/// The node has no seat in this job.
	NotAssigned,
	/// The node's seat belongs to another attempt.
	WrongAttempt,
	/// The seat is acknowledged already.
	AlreadyAcknowledged,
	/// The seat has delivered already.
	AlreadyDelivered,
	/// It carries another nonce than the attempt.
	WrongNonce,
	/// The deadline has passed.
	TooLate,
	/// It names another clause.
	WrongClause,
	/// Another program ran.
	WrongProgram,
	/// Another input was run.
	WrongInput,
	/// Other dependencies were run.
	WrongLineage,
	/// The output does not hash to what was signed.
	WrongOutputHash,
	/// The output is longer than the clause allows.
	OutputTooLarge,
	/// The output is said to be elsewhere, but not where.
	NoLocation,
	/// The output is sealed, and the requester asked for no such thing.
	OutputSealed,
	/// The output is not sealed, and the requester asked for that.
	OutputNotSealed,
	/// The output of a member of an ensemble is not in the certificate itself.
	OutputNotInline,
	/// The sealed output is shorter than its encapsulated key and its tag.
	SealedTooShort,
	/// More fuel was used than the clause allows.
	FuelExceeded,
	/// More memory was used than the clause allows.
	MemoryExceeded,
	/// It refers to a block that does not exist yet.
	FromTheFuture,
	/// The clause is not registered any more.
	UnknownClause,
	/// It names another lease than the one under which the seat was given.
	WrongLease,
	/// The lease does not count now.
	Lease(LeaseRefusal),
	/// The lease belongs to another key than the seat.
	WrongKey,
	/// It names another measurement than the lease.
	WrongMeasurement,
	/// It does not say the truth about being simulated.
	SimulationMislabelled,
	/// The signature is not the assigned key's.
	BadSignature,
	/// The round has heard as many votes as it has seats.
	TooManyBallots,
	/// The job has left as many certificates as one may.
	TooManyCertificates,
	/// The nodes of the job commit to their results before they show them.
	CommitFirst,
	/// The nodes of the job show their results without committing to them.
	NoCommitReveal,
	/// The seat has committed already.
	AlreadyCommitted,
	/// The seat has committed to nothing.
	NotCommitted,
	/// Others still commit: nothing can be shown yet.
	TooEarly,
	/// It is not what the seat has committed to, or the salt is another one.
	WrongOpening,
	/// Others decide now: the backup committee.
	NotHeard,
}

/// A message that passed, with what it was checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
	/// Terms of the job.
	pub terms: JobTerms,
	/// The sender's seat.
	pub seat: Seat,
	/// What was decided meanwhile, if the message comes after that and contradicts it.
	pub late: Option<Tally>,
}

/// What a message asserts.
type Check = Result<(), CacRefusal>;

/// `Err(refusal)` unless `holds`.
fn require(holds: bool, refusal: CacRefusal) -> Check {
	holds.then_some(()).ok_or(refusal)
}

/// The part of a CAC that an acknowledgement has too: which attempt on which chain.
pub fn claim(body: &CacV1) -> Ack {
	Ack {
		genesis: body.genesis,
		job: body.job,
		attempt: body.attempt,
		nonce: body.nonce,
		node: body.node,
	}
}

/// The same of a commitment.
pub fn claim_of(commitment: &Commitment) -> Ack {
	Ack {
		genesis: commitment.genesis,
		job: commitment.job,
		attempt: commitment.attempt,
		nonce: commitment.nonce,
		node: commitment.node,
	}
}

/// The seat that the sender of `claim` has, in a job on which nodes work now.
pub fn find_seat<'a>(claim: &Ack, terms: &'a JobTerms) -> Result<&'a Seat, CacRefusal> {
	require(terms.status.is_assigned(), CacRefusal::NotRunning)?;
	require(terms.mode != ExecutionMode::SovereignOverride, CacRefusal::UnsupportedMode)?;
	seat_of(claim, terms)
}

/// The seat that the sender of `claim` has, or had when the job was decided.
pub fn seat_of<'a>(claim: &Ack, terms: &'a JobTerms) -> Result<&'a Seat, CacRefusal> {
	let mut seats = terms.seats.iter().filter(|seat| seat.node == claim.node).peekable();
	require(seats.peek().is_some(), CacRefusal::NotAssigned)?;
	seats.find(|seat| seat.attempt == claim.attempt).ok_or(CacRefusal::WrongAttempt)
}

/// Whether an acknowledgement can be taken for this seat at `now`.
pub fn check_acknowledging(claim: &Ack, seat: &Seat, now: BlockNumber) -> Check {
	match seat.state {
		SeatState::Assigned => {},
		SeatState::Acknowledged(_) | SeatState::Committed(_) => {
			return Err(CacRefusal::AlreadyAcknowledged)
		},
		SeatState::Delivered(_) => return Err(CacRefusal::AlreadyDelivered),
	}
	require(claim.nonce == seat.nonce, CacRefusal::WrongNonce)?;
	require(now < seat.ack_by, CacRefusal::TooLate)
}

/// Whether a delivery without a commitment can be taken for this seat at `now`.
pub fn check_delivering(claim: &Ack, terms: &JobTerms, seat: &Seat, now: BlockNumber) -> Check {
	require(!matches!(seat.state, SeatState::Delivered(_)), CacRefusal::AlreadyDelivered)?;
	require(!terms.commit_reveal, CacRefusal::CommitFirst)?;
	check_turn(claim, terms, seat)?;
	require(now < seat.deliver_by, CacRefusal::TooLate)
}

/// Whether a commitment can be taken for this seat at `now`. Once the reveals are open nobody can: whoever came then
/// would know what the others say.
pub fn check_committing(claim: &Ack, terms: &JobTerms, seat: &Seat, now: BlockNumber) -> Check {
	match seat.state {
		SeatState::Assigned | SeatState::Acknowledged(_) => {},
		SeatState::Committed(_) => return Err(CacRefusal::AlreadyCommitted),
		SeatState::Delivered(_) => return Err(CacRefusal::AlreadyDelivered),
	}
	require(terms.commit_reveal, CacRefusal::NoCommitReveal)?;
	check_turn(claim, terms, seat)?;
	require(terms.reveal_from.is_none() && now < seat.deliver_by, CacRefusal::TooLate)
}

/// Whether this seat can show at `now` what it has committed to.
pub fn check_revealing(claim: &Ack, terms: &JobTerms, seat: &Seat, now: BlockNumber) -> Check {
	require(!matches!(seat.state, SeatState::Delivered(_)), CacRefusal::AlreadyDelivered)?;
	require(terms.commit_reveal, CacRefusal::NoCommitReveal)?;
	require(matches!(seat.state, SeatState::Committed(_)), CacRefusal::NotCommitted)?;
	check_turn(claim, terms, seat)?;
	let is_open = terms.reveal_from.is_some_and(|from| from <= now);
	require(is_open, CacRefusal::TooEarly)?;
	require(now < seat.deliver_by, CacRefusal::TooLate)
}

/// Whether the seat's word counts now, and the claim is made for its nonce.
fn check_turn(claim: &Ack, terms: &JobTerms, seat: &Seat) -> Check {
	require(claim.nonce == seat.nonce, CacRefusal::WrongNonce)?;
	require(terms.counts(seat), CacRefusal::NotHeard)
}

/// Whether the seat of a decided job can still say that it found something else.
pub fn check_dissenting(body: &CacV1, terms: &JobTerms, seat: &Seat, decided: &Tally) -> Check {
	// The answer of an ensemble need not be anybody's: to have another one contradicts nothing.
	let is_one = !matches!(terms.mode, ExecutionMode::Ensemble { .. });
	let dissents = is_one && contradicts(&body.outcome.tally(), decided);
	require(dissents, CacRefusal::NotRunning)?;
	require(!matches!(seat.state, SeatState::Delivered(_)), CacRefusal::AlreadyDelivered)?;
	require(body.nonce == seat.nonce, CacRefusal::WrongNonce)
}

/// Whether the result of a job in this state can still be challenged.
pub const fn is_challengeable(status: &JobStatus) -> bool {
	use concordat_primitives::job::FailureReason;
	matches!(
		status,
		JobStatus::Completed | JobStatus::Disputed | JobStatus::Failed(FailureReason::Program(_))
	)
}

/// Whether certificate and salt are what the seat has committed to.
pub fn check_opening(body: &CacV1, salt: &Salt, seat: &Seat, urn: &Urn) -> Check {
	let pledge = urn.pledge(seat.node, seat.attempt).ok_or(CacRefusal::NotCommitted)?;
	let opening = Opening {
		genesis: body.genesis,
		job: body.job,
		attempt: body.attempt,
		node: body.node,
		key: &seat.signing_key,
		tally: body.outcome.tally(),
	};
	require(opening.commit(salt) == pledge.hash, CacRefusal::WrongOpening)
}

/// Whether the statement is about this job's clause, program and input.
pub fn check_binding(body: &CacV1, terms: &JobTerms) -> Check {
	require(body.clause == terms.clause, CacRefusal::WrongClause)?;
	require(body.program == terms.program, CacRefusal::WrongProgram)?;
	require(body.input == terms.input, CacRefusal::WrongInput)
}

/// Whether the outcome is what it says, where it has to be, and the usage within the limits.
pub fn check_outcome(body: &CacV1, terms: &JobTerms) -> Check {
	let limits = &terms.limits;
	if let Outcome::Success { hash, output } = &body.outcome {
		check_place(output, terms)?;
		match output {
			Output::Inline(bytes) => {
				let len = bytes.len() as u64;
				require(len <= u64::from(limits.output_bytes), CacRefusal::OutputTooLarge)?;
				require(output_hash(bytes) == *hash, CacRefusal::WrongOutputHash)?;
			},
			Output::External(location) => require(!location.is_empty(), CacRefusal::NoLocation)?,
			// Its hash covers a salt that the chain does not know: that it is the right one, the nodes say by their number.
			Output::Sealed(bytes) => {
				let len = bytes.len() as u64;
				let least = u64::from(SEAL_OVERHEAD);
				require(len >= least, CacRefusal::SealedTooShort)?;
				let longest = least.saturating_add(limits.output_bytes.into());
				require(len <= longest, CacRefusal::OutputTooLarge)?;
			},
		}
	}
	require(body.usage.fuel <= limits.fuel, CacRefusal::FuelExceeded)?;
	require(body.usage.peak_memory <= limits.memory_bytes, CacRefusal::MemoryExceeded)
}

/// Whether the output is where this job's outputs have to be: sealed if and only if the requester asked for that, and in
/// the certificate, for the chain to read, if they are made into one.
pub fn check_place(output: &Output, terms: &JobTerms) -> Check {
	let is_sealed = matches!(output, Output::Sealed(_));
	match terms.output_key {
		Some(_) => require(is_sealed, CacRefusal::OutputNotSealed)?,
		None => require(!is_sealed, CacRefusal::OutputSealed)?,
	}
	let is_ensemble = matches!(terms.mode, ExecutionMode::Ensemble { .. });
	let is_inline = matches!(output, Output::Inline(_));
	require(is_inline || !is_ensemble, CacRefusal::OutputNotInline)
}

/// Whether the statement does not lie about the lease.
pub fn check_lease(body: &CacV1, (measurement, simulated): (Measurement, bool)) -> Check {
	require(body.measurement == measurement, CacRefusal::WrongMeasurement)?;
	require(body.simulated == simulated, CacRefusal::SimulationMislabelled)
}

/// Whether there is room for one more vote in the round, and for one more certificate of the job, besides the `promised`
/// ones.
fn check_votes(urn: &Urn, most: u32, promised: u32) -> Check {
	let votes = (urn.ballots.len() as u32).saturating_add(promised);
	require(votes < MAX_VOTERS, CacRefusal::TooManyBallots)?;
	let certificates = urn.certificates.saturating_add(promised);
	require(certificates < most, CacRefusal::TooManyCertificates)
}

impl<T: Config> Pallet<T> {
	/// Whether the acknowledgement counts at this block.
	pub fn verify_ack(signed: &SignedAck) -> Result<Standing, CacRefusal> {
		Self::check_chain(&signed.ack)?;
		let standing = Self::acknowledging(&signed.ack)?;
		Self::lease_of_seat(&standing)?;
		require(signed.verify(&standing.seat.signing_key), CacRefusal::BadSignature)?;
		Ok(standing)
	}

	/// Whether the certificate counts at this block, by itself: as a vote where nodes do not commit, or as a late dissent.
	pub fn verify_cac(cac: &SignedCac) -> Result<Standing, CacRefusal> {
		let body = cac.statement.body();
		Self::check_chain(&claim(body))?;
		let standing = Self::delivering_cac(body)?;
		let check_urn = |standing: &Standing| {
			if standing.late.is_some() {
				// The votes are gone, and so is their number: one more for each seat that is still there.
				Ok(())
			} else {
				check_votes(&Ballots::<T>::get(body.job), T::MaxCertificates::get(), 0)
			}
		};
		let vouched = |standing: &Standing| {
			let lease = Self::lease_of_seat(standing)?;
			Ok((lease.measurement, lease.simulated))
		};
		Self::verify_statement(cac, standing, check_urn, vouched)
	}

	/// Whether the commitment counts at this block.
	pub fn verify_commitment(signed: &SignedCommitment) -> Result<Standing, CacRefusal> {
		let claim = claim_of(&signed.commitment);
		Self::check_chain(&claim)?;
		let standing = Self::committing(&claim)?;
		let urn = Ballots::<T>::get(claim.job);
		let known = urn.pledge(claim.node, claim.attempt).is_some();
		require(!known, CacRefusal::AlreadyCommitted)?;
		// What is committed to has to find room when it is shown: to refuse it then would make its node withhold it.
		check_votes(&urn, T::MaxCertificates::get(), urn.pledges.len() as u32)?;
		Self::lease_of_seat(&standing)?;
		require(signed.verify(&standing.seat.signing_key), CacRefusal::BadSignature)?;
		Ok(standing)
	}

	/// Whether the certificate counts at this block, as what its node has committed to under `salt`.
	pub fn verify_reveal(cac: &SignedCac, salt: &Salt) -> Result<Standing, CacRefusal> {
		let body = cac.statement.body();
		Self::check_chain(&claim(body))?;
		let standing = Self::revealing(body)?;
		let urn = Ballots::<T>::get(body.job);
		let check_urn = |standing: &Standing| {
			check_opening(body, salt, &standing.seat, &urn)?;
			check_votes(&urn, T::MaxCertificates::get(), 0)
		};
		// What a node has committed to is fixed. Were its lease asked about once more, an enclave that was started again in
		// between, or a lease that ended, would make an honest node withhold its result, and be slashed for it.
		let vouched = |standing: &Standing| {
			let pledge = urn.pledge(standing.seat.node, standing.seat.attempt);
			let pledge = pledge.ok_or(CacRefusal::NotCommitted)?;
			Ok((pledge.measurement, pledge.simulated))
		};
		Self::verify_statement(cac, standing, check_urn, vouched)
	}

	/// What is asked of a certificate whenever it comes; `check_urn` is what is asked of the votes, `vouched` the code that
	/// the node's lease vouches for, and whether it is simulated.
	fn verify_statement(
		cac: &SignedCac,
		standing: Standing,
		check_urn: impl FnOnce(&Standing) -> Check,
		vouched: impl FnOnce(&Standing) -> Result<(Measurement, bool), CacRefusal>,
	) -> Result<Standing, CacRefusal> {
		let body = cac.statement.body();
		let Standing { terms, seat, .. } = &standing;
		check_binding(body, terms)?;
		check_outcome(body, terms)?;
		require(body.acted_on.0 <= Self::now(), CacRefusal::FromTheFuture)?;
		require(body.lease == seat.lease, CacRefusal::WrongLease)?;
		let delivered = Certificates::<T>::contains_key((body.job, body.node, body.attempt));
		require(!delivered, CacRefusal::AlreadyDelivered)?;
		check_urn(&standing)?;
		let lineage = T::Jobs::lineage(body.job).ok_or(CacRefusal::UnknownJob)?;
		require(body.lineage == lineage, CacRefusal::WrongLineage)?;
		check_lease(body, vouched(&standing)?)?;
		require(cac.verify(&seat.signing_key), CacRefusal::BadSignature)?;
		Ok(standing)
	}

	/// Where the sender of an acknowledgement stands: the part of the verification that reads what the dispatch reads
	/// anyway, and that the dispatch repeats.
	pub(crate) fn acknowledging(claim: &Ack) -> Result<Standing, CacRefusal> {
		let standing = Self::standing(claim)?;
		check_acknowledging(claim, &standing.seat, Self::now())?;
		Ok(standing)
	}

	/// The same for a commitment.
	pub(crate) fn committing(claim: &Ack) -> Result<Standing, CacRefusal> {
		let standing = Self::standing(claim)?;
		check_committing(claim, &standing.terms, &standing.seat, Self::now())?;
		Ok(standing)
	}

	/// The same for a certificate that comes by itself.
	pub(crate) fn delivering_cac(body: &CacV1) -> Result<Standing, CacRefusal> {
		let claim = claim(body);
		let terms = T::Jobs::terms(claim.job).ok_or(CacRefusal::UnknownJob)?;
		if is_challengeable(&terms.status) {
			return Self::dissenting(body, terms);
		}
		let seat = find_seat(&claim, &terms)?.clone();
		check_delivering(&claim, &terms, &seat, Self::now())?;
		Ok(Standing { terms, seat, late: None })
	}

	/// The same for one that comes after the decision.
	fn dissenting(body: &CacV1, terms: JobTerms) -> Result<Standing, CacRefusal> {
		let decided = Results::<T>::get(body.job).ok_or(CacRefusal::NotRunning)?.result;
		let seat = seat_of(&claim(body), &terms)?.clone();
		check_dissenting(body, &terms, &seat, &decided)?;
		Ok(Standing { terms, seat, late: Some(decided) })
	}

	/// The same for a certificate that its node has committed to.
	pub(crate) fn revealing(body: &CacV1) -> Result<Standing, CacRefusal> {
		let claim = claim(body);
		let standing = Self::standing(&claim)?;
		check_revealing(&claim, &standing.terms, &standing.seat, Self::now())?;
		Ok(standing)
	}

	/// Whether the message is meant for this chain.
	fn check_chain(claim: &Ack) -> Check {
		require(claim.genesis == T::Genesis::genesis_hash(), CacRefusal::WrongChain)
	}

	/// The terms and the seat that the claim is about.
	fn standing(claim: &Ack) -> Result<Standing, CacRefusal> {
		let terms = T::Jobs::terms(claim.job).ok_or(CacRefusal::UnknownJob)?;
		let seat = find_seat(claim, &terms)?.clone();
		Ok(Standing { terms, seat, late: None })
	}

	/// The lease of the seat's node, if it counts now for the clause and its risk class: the one under which the seat was
	/// given, or one that renews it.
	pub(crate) fn lease_of_seat(
		Standing { terms, seat, .. }: &Standing,
	) -> Result<Lease, CacRefusal> {
		let spec = T::Clauses::clause(&terms.clause).ok_or(CacRefusal::UnknownClause)?.spec;
		let demand = LeaseDemand {
			measurements: &spec.measurements,
			allow_simulated: !spec.policy.forbid_simulated,
			risk: spec.risk,
		};
		let lease =
			T::Leases::live_lease(seat.node, seat.lease, &demand).map_err(CacRefusal::Lease)?;
		require(lease.signing_key == seat.signing_key, CacRefusal::WrongKey)?;
		Ok(lease)
	}
}
