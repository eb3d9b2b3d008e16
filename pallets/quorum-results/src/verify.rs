//! Verification of what an enclave signed: in the pool, and in the block before the dispatch. The dispatch itself
//! verifies whatever has not been verified in its own extrinsic; see [`crate::authorize`].
//!
//! The order is fixed: what needs no storage beyond the job's terms comes first, then the votes, the lineage, the clause
//! and the lease are read, and the signature is checked last, so that junk costs the chain as little as possible. Every
//! free function here is pure; those of the pallet only read.

use crate::{Ballots, Certificates, Config, Pallet};
use concordat_primitives::{
	attest::{Lease, LeaseDemand, LeaseRefusal},
	cac::{Ack, CacV1, Outcome, Output, SignedAck, SignedCac},
	clause::ExecutionMode,
	hashing::output_hash,
	job::{JobTerms, Seat, SeatState},
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
}

/// A message that passed, with what it was checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
	/// Terms of the job.
	pub terms: JobTerms,
	/// The sender's seat.
	pub seat: Seat,
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

/// The seat that the sender of `claim` has, in a job on which nodes work now.
pub fn find_seat<'a>(claim: &Ack, terms: &'a JobTerms) -> Result<&'a Seat, CacRefusal> {
	require(terms.status.is_assigned(), CacRefusal::NotRunning)?;
	require(
		matches!(
			terms.mode,
			ExecutionMode::Single | ExecutionMode::Quorum { .. } | ExecutionMode::Ensemble { .. }
		),
		CacRefusal::UnsupportedMode,
	)?;
	let mut seats = terms.seats.iter().filter(|seat| seat.node == claim.node).peekable();
	require(seats.peek().is_some(), CacRefusal::NotAssigned)?;
	seats.find(|seat| seat.attempt == claim.attempt).ok_or(CacRefusal::WrongAttempt)
}

/// Whether an acknowledgement can be taken for this seat at `now`.
pub fn check_acknowledging(claim: &Ack, seat: &Seat, now: BlockNumber) -> Check {
	match seat.state {
		SeatState::Assigned => {},
		SeatState::Acknowledged(_) => return Err(CacRefusal::AlreadyAcknowledged),
		SeatState::Delivered(_) => return Err(CacRefusal::AlreadyDelivered),
	}
	require(claim.nonce == seat.nonce, CacRefusal::WrongNonce)?;
	require(now < seat.ack_by, CacRefusal::TooLate)
}

/// Whether a delivery can be taken for this seat at `now`.
pub fn check_delivering(claim: &Ack, seat: &Seat, now: BlockNumber) -> Check {
	require(!matches!(seat.state, SeatState::Delivered(_)), CacRefusal::AlreadyDelivered)?;
	require(claim.nonce == seat.nonce, CacRefusal::WrongNonce)?;
	require(now < seat.deliver_by, CacRefusal::TooLate)
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
pub fn check_lease(body: &CacV1, lease: &Lease) -> Check {
	require(body.measurement == lease.measurement, CacRefusal::WrongMeasurement)?;
	require(body.simulated == lease.simulated, CacRefusal::SimulationMislabelled)
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

	/// Whether the certificate counts at this block.
	pub fn verify_cac(cac: &SignedCac) -> Result<Standing, CacRefusal> {
		let body = cac.statement.body();
		Self::check_chain(&claim(body))?;
		let standing = Self::delivering_cac(body)?;
		let Standing { terms, seat } = &standing;
		check_binding(body, terms)?;
		check_outcome(body, terms)?;
		require(body.acted_on.0 <= Self::now(), CacRefusal::FromTheFuture)?;
		require(body.lease == seat.lease, CacRefusal::WrongLease)?;
		Self::check_room(body)?;
		let lineage = T::Jobs::lineage(body.job).ok_or(CacRefusal::UnknownJob)?;
		require(body.lineage == lineage, CacRefusal::WrongLineage)?;
		check_lease(body, &Self::lease_of_seat(&standing)?)?;
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

	/// The same for a certificate.
	pub(crate) fn delivering_cac(body: &CacV1) -> Result<Standing, CacRefusal> {
		let claim = claim(body);
		let standing = Self::standing(&claim)?;
		check_delivering(&claim, &standing.seat, Self::now())?;
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
		Ok(Standing { terms, seat })
	}

	/// Whether there is room for one more vote in the round, and for one more certificate of the job.
	fn check_room(body: &CacV1) -> Check {
		let delivered = Certificates::<T>::contains_key((body.job, body.node, body.attempt));
		require(!delivered, CacRefusal::AlreadyDelivered)?;
		let urn = Ballots::<T>::get(body.job);
		require(!urn.ballots.is_full(), CacRefusal::TooManyBallots)?;
		require(urn.certificates < T::MaxCertificates::get(), CacRefusal::TooManyCertificates)
	}

	/// The lease of the seat's node, if it counts now for the clause and its risk class: the one under which the seat was
	/// given, or one that renews it.
	fn lease_of_seat(Standing { terms, seat }: &Standing) -> Result<Lease, CacRefusal> {
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
