//! # What came out
//!
//! Takes what enclaves sign about their attempts, counts it, and writes the final word on a job: payment, receipt,
//! record. It also runs the off-chain worker that carries jobs to the enclaves of this node and their answers back.
//!
//! ## Surface
//!
//! - [`Call::acknowledge`]: "I have the job and work on it", signed by the seat's enclave key.
//! - [`Call::submit_cac`]: a Clause Attestation Certificate, signed by the seat's enclave key.
//! - [`Pallet::result_view`]: what clients read.
//!
//! Both calls are *authorised*: nobody signs the transaction and nobody pays a fee; the message inside is its own
//! permission. The runtime has to have `frame_system::AuthorizeCall` among its transaction extensions. The same checks
//! ([`verify`]) run in the pool and in the block before the dispatch; the pool's answers are listed in [`authorize`]. The
//! dispatch looks again at the job and the seat, and repeats the rest, the signature above all, unless it has been done
//! for this message in this very extrinsic.
//!
//! ## Neighbours
//!
//! - Down: `JobBoard` (terms, seats, settlement), `LeaseInspect` (does the lease count **now**), `ClauseInspect`
//!   (measurements and policy of the clause; the program, off chain), `NodeInspect` (the node's jurisdiction, off chain),
//!   `Handoffs` and `RefusalSink` (how seats of workflow steps are handed over, and refused; off chain), `ReceiptSink`,
//!   `GenesisHash`.
//! - Up: `JobListener`, by which the board tells of lost seats, rounds that ended and jobs that go; `JobOutputs`, by which
//!   workflows read what came out.
//!
//! The pallet holds no money: the board pays out of its escrow when it is told who agreed.
//!
//! ## A round
//!
//! ```text
//!              ┌───────────── seat lost: judged again ◄──────────────┐
//!              ▼                                                     │
//!  CAC ──verified──► vote ──judged──► Wait ─────────────────────► next CAC
//!                               │
//!                               ├──► Agreed   ──► settle, receipt, result, announce (votes gone, certificates stay)
//!                               ├──► Complete ──► one answer of all: as Agreed, or, if none can be made, as Hopeless
//!                               └──► Hopeless ──► board: another round              (votes gone, certificates stay)
//! ```
//!
//! [`quorum::decide`] judges: `k` equal tallies decide. The failure of a program is a tally like an output; a failure
//! that honest nodes need not share (timeout, wrong bytes from the host) never becomes a verdict. What arrives after the
//! decision is refused as stale and changes nothing. Two different CACs of one key for one attempt are a matter for
//! disputes, which take both; here the second is refused.
//!
//! An **ensemble** (Symbiont orchestration protocol §8) waits for all of its nodes, or, when no more can come, for as many
//! as its strategy needs ([`quorum::decide_ensemble`]). Then [`concordat_primitives::ensemble::aggregate`] makes one answer
//! of theirs, each weighed by the score that its node was given the seat for. The job's result is the hash of that answer.
//! Those whose answers count are paid; who is left out dissents, but for best effort ([`quorum::voices_of_ensemble`]).
//! An answer that no node gave, a mean for instance, is kept with the result. If none can be made, the round has failed.
//! Outputs of an ensemble have to be in the certificates, for the chain to read: neither sealed nor kept elsewhere.
//!
//! A job whose requester named an output key takes sealed outputs and no others. Nodes agree on their blinded hash
//! ([`concordat_primitives::sealed::blinded_output_hash`]), which the chain cannot check against the ciphertext.
//!
//! The certificate names the lease under which the seat was given; what has to count is the lease that the node has
//! when it delivers: that one, or one that renews it for the same key and the same code.
//!
//! Certificates stay until the board prunes the job, so that clients and disputes can read them; then `on_idle` removes
//! them as the blocks have room, because a job may leave many and the board must not have to pay for that at once.
//!
//! ## Invariants (checked by `do_try_state`)
//!
//! 1. There are votes only for jobs that are scheduled, running or frozen by a dispute.
//! 2. A node votes at most once per attempt, and each vote has the certificate that says it.
//! 3. Each urn counts its job's certificates rightly.
//! 4. Each certificate stands under the job, node and attempt that it names, and its job is known to the board or
//!    discarded; a discarded job is not known to the board and has certificates.
//! 5. No job has more than `MaxCertificates` certificates.
//! 6. A job with a result has no votes, and nodes no longer work on it.
//! 7. The place that a result names for its output has that output: a certificate that says so, or bytes of that hash.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
pub mod offchain;
pub mod quorum;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod verify;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use verify::CacRefusal;
pub use weights::WeightInfo;

use concordat_primitives::{clause::MAX_SEATS, NodeId};
use frame_support::{traits::ConstU32, BoundedVec};

pub(crate) const LOG_TARGET: &str = "runtime::quorum-results";

/// Nodes of a round.
pub type Nodes = BoundedVec<NodeId, ConstU32<MAX_SEATS>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::{impls::Progress, quorum::Tally};
	use alloc::boxed::Box;
	use concordat_primitives::{
		cac::{SignedAck, SignedCac},
		ensemble::AggregateError,
		handoff::RefusalSink,
		traits::{
			block_number, ClauseInspect, GenesisHash, Handoffs, JobBoard, LeaseInspect,
			NodeInspect, ReceiptSink,
		},
		AccountId, Attempt, BlockNumber, Hash, JobId, ReceiptId,
	};
	use frame_support::{
		dispatch::{DispatchResultWithPostInfo, Pays, PostDispatchInfo},
		pallet_prelude::*,
		weights::WeightMeter,
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<AccountId = AccountId, Hash = Hash, RuntimeEvent: From<Event<Self>>>
	{
		/// Where jobs stand, and what becomes of them.
		type Jobs: JobBoard<Self::AccountId>;

		/// Whether a node's lease counts now.
		type Leases: LeaseInspect;

		/// Which measurements and evidence a clause accepts, and its program.
		type Clauses: ClauseInspect<Self::AccountId>;

		/// Where a node stands. Read by the off-chain worker alone.
		type Nodes: NodeInspect<Self::AccountId>;

		/// How the seats of workflow steps are handed over. Read by the off-chain worker alone.
		type Handoffs: Handoffs;

		/// Takes what enclaves sign when they do not take a seat. Told by the off-chain worker alone.
		type Refusals: RefusalSink;

		/// Takes the final word on each job.
		type Receipts: ReceiptSink;

		/// Names the chain in signed messages.
		type Genesis: GenesisHash;

		/// Priority of certificates in the pool; acknowledgements go one step before them. Above what fees can buy, so
		/// that results are not delayed by paid traffic.
		#[pallet::constant]
		type AuthorizedPriority: Get<TransactionPriority>;

		/// Blocks for which a message stays in the pool without being included. The off-chain worker repeats a message
		/// once this time is over.
		#[pallet::constant]
		type AuthorizedLongevity: Get<BlockNumber>;

		/// Most certificates that one job may leave, over all its rounds: at least the number of seats times the rounds that
		/// the board allows, or a late round could not be heard.
		#[pallet::constant]
		type MaxCertificates: Get<u32>;

		/// Weights of the pallet.
		type WeightInfo: WeightInfo;

		/// Opens jobs for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// Votes of the present round of each job, and the number of certificates that the job has left so far. Written by
	/// each accepted certificate; the votes go with the round, the record with the decision or the job.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageMap<_, Twox64Concat, JobId, Urn, ValueQuery>;

	/// Accepted certificates by job, node and attempt, each with the block of its acceptance. Written once, removed after
	/// the board has pruned the job.
	#[pallet::storage]
	pub type Certificates<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, JobId>,
			NMapKey<Twox64Concat, NodeId>,
			NMapKey<Twox64Concat, Attempt>,
		),
		(BlockNumber, SignedCac),
	>;

	/// How each decided job was decided. Written once, removed when the board prunes the job.
	#[pallet::storage]
	pub type Results<T: Config> = StorageMap<_, Twox64Concat, JobId, ResultRecord>;

	/// Jobs that the board has pruned and whose certificates are still to be removed. Written when the board prunes, emptied
	/// by `on_idle`.
	#[pallet::storage]
	pub type Discarded<T: Config> = StorageMap<_, Twox64Concat, JobId, ()>;

	/// The message that passed in this extrinsic, for its dispatch. Written before the dispatch and taken by it, so that it
	/// does not outlive the extrinsic; what a failed dispatch leaves means nothing to any other.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Admitted<T: Config> = StorageValue<_, Admission>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node acknowledged its seat.
		Acknowledged {
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Node.
			node: NodeId,
		},
		/// A node delivered, and its certificate was accepted.
		ResultDelivered {
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Node.
			node: NodeId,
			/// Output hash, or the failure that the node saw.
			tally: Tally,
			/// Digest of the certificate.
			cac: Hash,
		},
		/// The nodes agreed: the job is paid and closed. Emitted once per job.
		JobDecided {
			/// Job.
			job: JobId,
			/// Output hash, or the program's failure.
			result: Tally,
			/// Who agreed.
			agreed: Nodes,
			/// Who delivered something else.
			dissented: Nodes,
			/// Receipt of the decision.
			receipt: ReceiptId,
		},
		/// The answers of an ensemble are all in, and no single one can be made of them. `RoundFailed` follows.
		NoAnswer {
			/// Job.
			job: JobId,
			/// Why not.
			error: AggregateError,
		},
		/// The votes of a round cannot reach the quorum any more; the board decides about another round.
		RoundFailed {
			/// Job.
			job: JobId,
			/// Votes that were in.
			votes: u32,
		},
	}

	/// Why a message was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The message is meant for another chain: its genesis hash is not this chain's.
		WrongChain,
		/// The chain knows no such job, or has pruned it.
		UnknownJob,
		/// Nodes do not work on the job now: it is decided, over, frozen, or not assigned.
		NotRunning,
		/// The clause's execution mode does not count votes.
		UnsupportedMode,
		/// The node has no seat in this job.
		NotAssigned,
		/// The node's seat belongs to another attempt.
		WrongAttempt,
		/// The seat is acknowledged already.
		AlreadyAcknowledged,
		/// The seat has delivered already.
		AlreadyDelivered,
		/// The message carries another nonce than the attempt.
		WrongNonce,
		/// The deadline has passed.
		TooLate,
		/// The certificate names another clause than the job.
		WrongClause,
		/// The certificate says that another program ran.
		WrongProgram,
		/// The certificate says that another input was run.
		WrongInput,
		/// The certificate says that other dependencies were run.
		WrongLineage,
		/// The output does not hash to what was signed.
		WrongOutputHash,
		/// The output is longer than the clause allows.
		OutputTooLarge,
		/// The output is said to be elsewhere, but not where.
		NoLocation,
		/// The output is sealed, although the requester did not ask for that.
		OutputSealed,
		/// The output is not sealed, although the requester asked for that.
		OutputNotSealed,
		/// The node belongs to an ensemble, and its output is not in the certificate itself.
		OutputNotInline,
		/// The sealed output is too short to be one.
		SealedTooShort,
		/// More fuel was used than the clause allows.
		FuelExceeded,
		/// More memory was used than the clause allows.
		MemoryExceeded,
		/// The certificate refers to a block that does not exist yet.
		FromTheFuture,
		/// The job's clause is not registered any more.
		UnknownClause,
		/// The certificate names another lease than the one under which the seat was given.
		WrongLease,
		/// The node holds no lease.
		NoLease,
		/// The node has got another lease since it was given the seat, and it does not renew that one.
		LeaseSuperseded,
		/// The lease expired while the job was running.
		LeaseExpired,
		/// The enclave's measurement is no longer allowed.
		MeasurementRevoked,
		/// The clause does not accept the enclave's measurement.
		MeasurementNotForClause,
		/// The evidence is simulated, and the clause or the chain does not accept that.
		SimulatedNotAccepted,
		/// The lease belongs to another key than the seat.
		WrongKey,
		/// The certificate names another measurement than the lease.
		WrongMeasurement,
		/// The certificate does not say the truth about being simulated.
		SimulationMislabelled,
		/// The signature is not the assigned enclave key's.
		BadSignature,
		/// The round has heard as many votes as it has seats.
		TooManyBallots,
		/// The job has left as many certificates as one may.
		TooManyCertificates,
		/// The platform does not meet the quote policy of the clause's risk class any more.
		RiskClassNotMet,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// Carries jobs to the enclaves of this node and their answers back; see [`crate::offchain`].
		fn offchain_worker(now: BlockNumberFor<T>) {
			crate::offchain::run::<T>(block_number(now));
		}

		/// Removes the certificates of pruned jobs, as far as the block has room.
		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::sweep(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(
				T::MaxCertificates::get() >= MAX_SEATS,
				"one round of the largest mode has to fit: MaxCertificates >= MAX_SEATS"
			);
			assert!(
				T::AuthorizedLongevity::get() >= 2,
				"a message needs a block to travel and one to be included: AuthorizedLongevity >= 2"
			);
			assert!(
				T::AuthorizedPriority::get() < TransactionPriority::MAX,
				"acknowledgements go before certificates: AuthorizedPriority < MAX"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// A node takes its seat: the enclave has the job and works on it.
		///
		/// Submitted by the off-chain worker of the node; feeless. It has to be signed by the key of the seat, for the seat's
		/// present attempt and nonce, before the seat's deadline, under a lease that counts now.
		///
		/// Parameters:
		/// - `signed`: what the enclave signed.
		///
		/// Emits `Acknowledged` when successful.
		#[pallet::call_index(0)]
		#[pallet::weight(
			Pallet::<T>::acknowledging_weight().saturating_add(Pallet::<T>::verifying_ack())
		)]
		#[pallet::weight_of_authorize(Pallet::<T>::verifying_ack())]
		#[pallet::authorize(|source, signed| Pallet::<T>::authorize_ack(source, signed))]
		pub fn acknowledge(origin: OriginFor<T>, signed: SignedAck) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let admitted = Self::do_acknowledge(signed)?;
			let actual_weight = admitted.then(Self::acknowledging_weight);
			Ok(PostDispatchInfo { actual_weight, pays_fee: Pays::No })
		}

		/// A node delivers what came out of its attempt.
		///
		/// Submitted by the off-chain worker of the node; feeless. Every statement of the certificate is checked against the
		/// chain (`verify`). It becomes a vote; when it completes the quorum, the job is paid and closed in the same block and
		/// gets its receipt. When no quorum is possible any more, the round ends.
		///
		/// Parameters:
		/// - `cac`: the statement and the enclave's signature.
		///
		/// Emits `ResultDelivered`, then `JobDecided` or `RoundFailed` if the round is over.
		#[pallet::call_index(1)]
		#[pallet::weight(
			Pallet::<T>::delivering_weight()
				.saturating_add(Pallet::<T>::verifying_cac())
				.saturating_add(Pallet::<T>::longest_closing())
		)]
		#[pallet::weight_of_authorize(Pallet::<T>::verifying_cac())]
		#[pallet::authorize(|source, cac| Pallet::<T>::authorize_cac(source, cac))]
		pub fn submit_cac(origin: OriginFor<T>, cac: Box<SignedCac>) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let (admitted, progress) = Self::do_submit_cac(*cac)?;
			let verifying = if admitted { Weight::zero() } else { Self::verifying_cac() };
			let actual_weight = Self::delivering_weight()
				.saturating_add(verifying)
				.saturating_add(Self::closing_weight(progress));
			Ok(PostDispatchInfo { actual_weight: Some(actual_weight), pays_fee: Pays::No })
		}
	}

	impl<T: Config> Pallet<T> {
		// The benchmarks run on the runtime: the clause, the lease and the board's record of a message are in their
		// figures, and are not added again.

		/// The whole verification of an acknowledgement.
		pub(crate) fn verifying_ack() -> Weight {
			T::WeightInfo::authorize_acknowledge()
		}

		/// The whole verification of a certificate.
		pub(crate) fn verifying_cac() -> Weight {
			T::WeightInfo::authorize_submit_cac()
		}

		/// An acknowledgement that has been verified.
		pub(crate) fn acknowledging_weight() -> Weight {
			T::WeightInfo::acknowledge()
		}

		/// A delivery that has been verified and leaves the round open.
		pub(crate) fn delivering_weight() -> Weight {
			T::WeightInfo::submit_cac()
		}

		/// What a delivery costs besides, by what it did to the round.
		pub(crate) fn closing_weight(progress: Progress) -> Weight {
			match progress {
				Progress::Open => Weight::zero(),
				// Whoever opened the job is told in the weight of settling.
				Progress::Decided { seats, aggregated } => T::WeightInfo::decide()
					.saturating_add(Self::aggregating_weight(aggregated))
					.saturating_add(T::Jobs::weight_of_settling(seats))
					.saturating_add(T::Receipts::weight()),
				Progress::Failed { seats, aggregated } => T::Jobs::weight_of_failing(seats)
					.saturating_add(Self::aggregating_weight(aggregated)),
			}
		}

		/// What it costs to make one answer of as many as there may be.
		fn aggregating_weight(aggregated: bool) -> Weight {
			if aggregated {
				T::WeightInfo::aggregate()
			} else {
				Weight::zero()
			}
		}

		/// The dearest end of a round.
		fn longest_closing() -> Weight {
			let (seats, aggregated) = (MAX_SEATS, true);
			Self::closing_weight(Progress::Decided { seats, aggregated })
				.max(Self::closing_weight(Progress::Failed { seats, aggregated }))
		}
	}
}
