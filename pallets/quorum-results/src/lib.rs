//! # What came out
//!
//! Takes what enclaves sign about their attempts, counts it, and writes the final word on a job: payment, receipt,
//! record, and what it costs those who signed something else. It also runs the off-chain worker that carries jobs to the
//! enclaves of this node and their answers back.
//!
//! ## Surface
//!
//! | call | who | says |
//! |---|---|---|
//! | [`Call::acknowledge`] | the seat's enclave key | "I have the job and work on it" |
//! | [`Call::commit`] | the seat's enclave key | "I have a result, and this binds me to it" |
//! | [`Call::reveal`] | the seat's enclave key | "this is what I have committed to" |
//! | [`Call::submit_cac`] | the seat's enclave key | a certificate where nobody commits; late dissent anywhere |
//! | [`Call::submit_proof`] | anybody, signed | "this output is proven" |
//! | [`Call::override_result`] | [`Config::OverrideOrigin`] | what DAO and jurisdiction have voted |
//!
//! [`Pallet::result_view`] is what clients read.
//!
//! The first four are *authorised*: nobody signs the transaction and nobody pays a fee; the message inside is its own
//! permission. The runtime has to have `frame_system::AuthorizeCall` among its transaction extensions. The same checks
//! ([`verify`]) run in the pool and in the block before the dispatch; the pool's answers are listed in [`authorize`]. The
//! dispatch looks again at the job and the seat, and repeats the rest, the signature above all, unless it has been done
//! for this message in this very extrinsic.
//!
//! ## Neighbours
//!
//! - Down: `JobBoard` (terms, seats, committees, settlement), `LeaseInspect` (does the lease count **now**),
//!   `ClauseInspect` (measurements and policy of the clause; the program, off chain), `Slasher` (the one way to a node's
//!   stake), `AutoDisputes` (verifiers who contradict each other; disputes that a vote ends), `Audits` (what one node
//!   alone has decided), `ProofVerifier`, `NodeInspect` (the node's jurisdiction, off chain), `Handoffs` and `RefusalSink`
//!   (how seats of workflow steps are handed over, and refused; off chain), `ReceiptSink`, `GenesisHash`.
//! - Up: `JobListener`, by which the board tells of lost seats, results that were withheld, rounds that ended and jobs
//!   that go; `JobOutputs`, by which workflows read what came out.
//!
//! The pallet holds no money: the board pays out of its escrow when it is told who agreed, and the slasher freezes stakes.
//! A slash that fails is an event; what was decided stands.
//!
//! ## A round
//!
//! ```text
//!                         all have committed
//!  commitment ──► Pledge ────────────────────► certificate + salt ─┐   where outputs can be seen by all
//!                    └── not shown in time: slashed, seat lost     │
//!                                                                  ▼
//!  certificate ──verified───────────────────────────────────────► vote ──judged──► Wait: for the next vote or lost seat
//!                                                                           │
//!      ┌────────────────────────────────────────────────────────────────────┘
//!      ├──► Agreed ──────► settle, receipt, record, slashes, announce        (votes gone, certificates stay)
//!      ├──► Complete ────► one answer of all: as Agreed, or, if none can be made, as Hopeless
//!      ├──► Discrepancy ─► a backup committee is seated: only its votes count from now on, those of the primaries stay
//!      │                   to be judged by them; without a committee: wonky, as Hopeless
//!      ├──► Unproven ────► waits for a proof, until the job expires
//!      ├──► Conflict ────► a dispute about the job, for arbiters
//!      └──► Hopeless ────► the board: another round                          (votes gone, certificates stay)
//! ```
//!
//! | mode | judged by | decides | otherwise |
//! |---|---|---|---|
//! | one node | [`quorum::decide_primaries`] | its word, of which `Audits` hears | another round |
//! | `k` of `n` | [`quorum::decide_primaries`] | `k` equal votes, and none that differs | the backup committee |
//! | its committee | [`quorum::decide_committee`] | more than half of those who were seated | wonky: another round |
//! | `n` verifiers and a proof | [`quorum::decide_verifiers`] | all, and what they say is proven | a dispute where they differ; another round where one is missing |
//! | ensemble | [`quorum::decide_ensemble`] | answers made into one | another round |
//! | sovereign override | – | the vote | – |
//!
//! **A vote** is a tally: the hash of an output, or a failure. The failure of a program is a tally like an output. A failure
//! that honest nodes need not share (timeout, wrong bytes from the host) is *explicit*: it says something about the node
//! and nothing about the result, never becomes a verdict, differs from nothing, and costs what silence costs.
//!
//! **Commit–reveal.** Where several nodes answer in the open, each commits to its tally under a salt, bound to chain, job,
//! attempt, node and key ([`concordat_primitives::commit`]). The board opens the reveals in the block after the last one
//! has committed; then nobody can commit any more, and nobody can change what it will show. So the judge waits for
//! all of them before it decides, and every liar shows; only where those who are left are too few, whatever they say, it
//! does not. Whoever has committed and does not show in time pays what a liar pays: it gains nothing by seeing that it is
//! alone. Where outputs are sealed, nobody sees what the others found, and
//! equal votes decide as soon as there are enough.
//!
//! **Who is guilty** is for the deciding body to say, never for the number of votes on the other side: once the primaries
//! differ, a committee that was drawn with the seats decides. Primaries and members who said what it decided are paid, who
//! said something else is slashed for a consensus failure, with its own certificate as evidence, and who failed is no worse
//! than silent. What a committee cannot decide is *wonky*: nobody is slashed. Members that are lost do not make the
//! majority smaller. The answers of an ensemble may differ: there, dissent is marked and costs no stake.
//!
//! **Late dissent.** A node that had a seat and had not delivered when the job was decided can say that it found something
//! else, for as long as the result can be challenged. It is kept with the certificates and gets a receipt; it is evidence
//! for disputes, and slashes nobody. What says the same, or nothing, is refused as stale. Two different certificates of
//! one key for one attempt are a matter for disputes, which take both; here the second is refused.
//!
//! **Proofs.** Anybody may prove the output of a job whose mode asks for that. The proof is verified for this job and this
//! round, and kept, one for each round, never by its bytes, which can be changed without knowing more. That a program
//! fails needs none.
//!
//! An **ensemble** (Symbiont orchestration protocol §8) waits for all of its nodes, or, when no more can come, for as many
//! as its strategy needs. The job's result is the hash of the one answer that is made of theirs (`judge`).
//!
//! A job whose requester named an output key takes sealed outputs and no others. Nodes agree on their blinded hash
//! ([`concordat_primitives::sealed::blinded_output_hash`]), which the chain cannot check against the ciphertext.
//!
//! **A vote of the sovereigns** decides jobs that await it, and replaces the result of jobs that are disputed. Nobody is
//! paid or slashed by it. Whoever opened the job is told of its end once: not again where a result was told before.
//!
//! Certificates stay until the board prunes the job, so that clients and disputes can read them; then `on_idle` removes
//! them as the blocks have room, because a job may leave many and the board must not have to pay for that at once.
//!
//! ## The receipt of a result
//!
//! [`Operation::JobCompleted`](concordat_primitives::receipt::Operation) names all who voted, in the order of their votes.
//! `k` and `n` are what the deciding body needed and had: of the mode, or, where a committee decided, its majority and the
//! number of members that were seated. The certificates of a committee's members, and no others, carry the highest attempt
//! among those of the voters: with them a verifier can tell who decided.
//!
//! ## Invariants (checked by `do_try_state`)
//!
//! 1. There are votes, commitments and committees only for jobs that are scheduled, running or frozen by a dispute.
//! 2. A node votes at most once per attempt, and each vote has the certificate that says it.
//! 3. Each urn counts its job's certificates rightly, and says something.
//! 4. Each certificate stands under the job, node and attempt that it names, and its job is known to the board or
//!    discarded; a discarded job is not known to the board and has certificates.
//! 5. No job has more than `MaxCertificates` certificates, and none of a decided job more than one for each seat besides.
//! 6. A job with a result has no votes, and nodes no longer work on it.
//! 7. The place that a result names for its output has that output: a certificate that says so, or bytes of that hash;
//!    there is a voted output only where a result names it.
//! 8. Commitments are those of the seats that have committed and count, one for each, of jobs whose nodes commit.
//! 9. The urn knows of a committee if and only if the board does, and no more sit than were seated.
//! 10. A proof is about the present round of a job whose verifiers wait for it, or that is disputed.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod charge;
mod impls;
mod judge;
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

use concordat_primitives::{clause::MAX_VOTERS, NodeId};
use frame_support::{traits::ConstU32, BoundedVec};

pub(crate) const LOG_TARGET: &str = "runtime::quorum-results";

/// Nodes of a round: its primaries and its backup committee.
pub type Nodes = BoundedVec<NodeId, ConstU32<MAX_VOTERS>>;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::quorum::Tally;
	use alloc::boxed::Box;
	use concordat_primitives::{
		cac::{FailureCode, SignedAck, SignedCac},
		commit::{Salt, SignedCommitment},
		ensemble::AggregateError,
		handoff::RefusalSink,
		node::Misconduct,
		traits::{
			block_number, Audits, AutoDisputes, ClauseInspect, GenesisHash, Handoffs, JobBoard,
			LeaseInspect, NodeInspect, ReceiptSink, Slasher,
		},
		zk::{ProofBytes, ProofVerifier, Publics, VkId},
		AccountId, Attempt, Balance, BlockNumber, Hash, JobId, ReceiptId,
	};
	use frame_support::{
		dispatch::{DispatchErrorWithPostInfo, DispatchResultWithPostInfo, Pays, PostDispatchInfo},
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

		/// Freezes the stake of whoever signed something else than what was decided, or hid what it had committed to.
		type Slasher: Slasher<Self::AccountId>;

		/// Takes what verifiers contradict each other in, and ends what a vote of the sovereigns has decided.
		type Disputes: AutoDisputes;

		/// Hears which results one node alone has given.
		type Audits: Audits;

		/// Verifies zero-knowledge proofs.
		type Verifier: ProofVerifier;

		/// DAO and jurisdiction, voting together.
		type OverrideOrigin: EnsureOrigin<Self::RuntimeOrigin>;

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
		/// the board allows, or a late round could not be heard. Late dissent comes on top, one for each seat at most.
		#[pallet::constant]
		type MaxCertificates: Get<u32>;

		/// Weights of the pallet.
		type WeightInfo: WeightInfo;

		/// Opens jobs for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
	}

	/// Votes of the present round of each job, what has been committed to and not shown, and the number of certificates
	/// that the job has left so far. Written by each accepted message; the votes go with the round, the record with the
	/// decision or the job.
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

	/// What is proven about the present round of jobs whose verifiers have to agree on it. Written by an accepted proof,
	/// removed with the round.
	#[pallet::storage]
	pub type Proofs<T: Config> = StorageMap<_, Twox64Concat, JobId, ProofRecord>;

	/// Outputs that no node has said, but DAO and jurisdiction have voted. Written once, removed when the board prunes the
	/// job.
	#[pallet::storage]
	pub type VotedOutputs<T: Config> = StorageMap<_, Twox64Concat, JobId, OutputBytes>;

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
			/// Who delivered a failure that says nothing about the result.
			failed: Nodes,
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
		/// A node committed to its result. It can show it once all nodes of the round have committed.
		Committed {
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Node.
			node: NodeId,
			/// Hash that it has to open.
			commitment: Hash,
		},
		/// A node did not show in time what it had committed to. `NodeSlashed` or `SlashFailed` follows.
		RevealWithheld {
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Node.
			node: NodeId,
			/// Hash that it has not opened.
			commitment: Hash,
		},
		/// The nodes of a round differ, or too few of them are left to agree: the backup committee decides from now on.
		Discrepancy {
			/// Job.
			job: JobId,
			/// Votes of the primaries. They do not count any more, but are judged by what the committee decides.
			votes: u32,
			/// Attempt of the committee.
			attempt: Attempt,
			/// Its members.
			committee: Nodes,
		},
		/// More than half of a backup committee agreed. `JobDecided` follows.
		CommitteeDecided {
			/// Job.
			job: JobId,
			/// Attempt of the committee.
			attempt: Attempt,
			/// Members that it was seated with.
			members: u32,
			/// Output hash, or the program's failure.
			result: Tally,
		},
		/// Nobody can say which of the nodes are right: nobody is slashed. `RoundFailed` follows.
		Wonky {
			/// Job.
			job: JobId,
		},
		/// A node was slashed for what it signed, or did not show. The amount is frozen until the appeal window is over.
		NodeSlashed {
			/// Job.
			job: JobId,
			/// Node.
			node: NodeId,
			/// What it did.
			misconduct: Misconduct,
			/// Digest of its certificate, or the commitment that it did not open.
			evidence: Hash,
			/// What is newly frozen of its stake.
			amount: Balance,
		},
		/// A node should have been slashed, and could not be. What was decided stands.
		SlashFailed {
			/// Job.
			job: JobId,
			/// Node.
			node: NodeId,
			/// What it did.
			misconduct: Misconduct,
			/// Digest of its certificate, or the commitment that it did not open.
			evidence: Hash,
			/// Why not.
			error: DispatchError,
		},
		/// A node signed another result than the one that had been decided before. It is kept as evidence; nobody is
		/// slashed for it.
		LateDissent {
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Node.
			node: NodeId,
			/// What it says.
			tally: Tally,
			/// Digest of its certificate.
			cac: Hash,
			/// Receipt of it.
			receipt: ReceiptId,
		},
		/// A zero-knowledge proof about the job was verified. Once all verifiers agree on what it proves, the job is decided.
		ProofAccepted {
			/// Job.
			job: JobId,
			/// Attempt of the round that it speaks of.
			round: Attempt,
			/// Hash of the output that it proves.
			output: Hash,
			/// Key that verified it.
			key: VkId,
			/// Receipt of it.
			receipt: ReceiptId,
		},
		/// The verifiers contradict each other, or what is proven: the job is disputed.
		VerifiersDiffer {
			/// Job.
			job: JobId,
			/// What the dispute is about: the two digests, hashed.
			evidence: Hash,
		},
		/// The verifiers contradict each other, or what is proven, and no dispute could be opened. `RoundFailed` follows.
		DisputeFailed {
			/// Job.
			job: JobId,
			/// What the dispute would have been about.
			evidence: Hash,
			/// Why not.
			error: DispatchError,
		},
		/// DAO and jurisdiction have voted what came out of the job.
		Overridden {
			/// Job.
			job: JobId,
			/// Output hash, or a failure.
			result: Tally,
			/// The decision: hash of the proposal or of the document.
			reference: Hash,
			/// Returned to the requester.
			refunded: Balance,
			/// Receipt of it.
			receipt: ReceiptId,
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
		/// The job is decided by a vote of DAO and jurisdiction: nodes have nothing to say.
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
		/// The nodes of the job commit to their results before they show them: commit first.
		CommitFirst,
		/// The nodes of the job show their results without committing to them: submit the certificate.
		NoCommitReveal,
		/// The seat has committed already.
		AlreadyCommitted,
		/// The seat has committed to nothing that it could show.
		NotCommitted,
		/// Others still commit, or have just done so: results can be shown from the block that the job names.
		TooEarly,
		/// Certificate and salt are not what the seat has committed to.
		WrongOpening,
		/// The job's backup committee decides now, and the node is not one of it.
		NotHeard,
		/// The job's mode asks for no proof, or its outputs are sealed.
		NothingToProve,
		/// Something is proven about this round already.
		AlreadyProven,
		/// The clause has no verifying key.
		NoVerifyingKey,
		/// The clause's verifying key, or the verifier of its curve, is switched off.
		VerifierDisabled,
		/// There are not as many public inputs as the verifying key has places for.
		WrongArity,
		/// A public input is not below the order of the field.
		InputNotCanonical,
		/// The proof is not three points of the curve's groups.
		BadPoint,
		/// The proof does not hold.
		InvalidProof,
		/// The job neither awaits a vote nor is disputed.
		NotForVote,
		/// The failure says something about a node, and nothing about the program: it cannot be the result.
		NotAResult,
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
				T::MaxCertificates::get() >= MAX_VOTERS,
				"one round of the largest mode has to fit: MaxCertificates >= MAX_VOTERS"
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

		/// A node delivers what came out of its attempt, where nodes show their results without committing to them.
		///
		/// Submitted by the off-chain worker of the node; feeless. Every statement of the certificate is checked against the
		/// chain (`verify`). It becomes a vote; when it completes the quorum, the job is paid and closed in the same block and
		/// gets its receipt. When the nodes differ, or no quorum is possible any more, the backup committee decides, or the
		/// round ends.
		///
		/// After the decision, until the job is pruned, a node that had not delivered can still say that it found something
		/// else, of whatever job: it is kept as evidence, with a receipt.
		///
		/// Parameters:
		/// - `cac`: the statement and the enclave's signature.
		///
		/// Emits `ResultDelivered`, then `JobDecided`, `Discrepancy` or `RoundFailed` if the round is over; or `LateDissent`.
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

		/// A node commits to what came out of its attempt, without saying what that is.
		///
		/// Submitted by the off-chain worker of the node; feeless. Signed by the key of the seat, for the seat's present
		/// attempt and nonce, before the seat's deadline, under a lease that counts now. It counts as an acknowledgement.
		/// Once all nodes of the round have committed, they show what they have committed to (`reveal`).
		///
		/// Parameters:
		/// - `signed`: the commitment and the enclave's signature.
		///
		/// Emits `Committed` when successful.
		#[pallet::call_index(2)]
		#[pallet::weight(
			Pallet::<T>::committing_weight().saturating_add(Pallet::<T>::verifying_commitment())
		)]
		#[pallet::weight_of_authorize(Pallet::<T>::verifying_commitment())]
		#[pallet::authorize(|source, signed| Pallet::<T>::authorize_commitment(source, signed))]
		pub fn commit(
			origin: OriginFor<T>,
			signed: SignedCommitment,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let admitted = Self::do_commit(signed)?;
			let actual_weight = admitted.then(Self::committing_weight);
			Ok(PostDispatchInfo { actual_weight, pays_fee: Pays::No })
		}

		/// A node shows what it has committed to.
		///
		/// Submitted by the off-chain worker of the node; feeless. The certificate is checked as by `submit_cac`, and has to
		/// be, with this salt, what the seat has committed to. It becomes a vote; once all have shown theirs, or can not any
		/// more, the round is judged.
		///
		/// Parameters:
		/// - `cac`: the statement and the enclave's signature.
		/// - `salt`: what made the commitment unguessable.
		///
		/// Emits `ResultDelivered`, then `JobDecided`, `Discrepancy` or `RoundFailed` if the round is over.
		#[pallet::call_index(3)]
		#[pallet::weight(
			Pallet::<T>::revealing_weight()
				.saturating_add(Pallet::<T>::verifying_reveal())
				.saturating_add(Pallet::<T>::longest_closing())
		)]
		#[pallet::weight_of_authorize(Pallet::<T>::verifying_reveal())]
		#[pallet::authorize(|source, cac, salt| Pallet::<T>::authorize_reveal(source, cac, salt))]
		pub fn reveal(
			origin: OriginFor<T>,
			cac: Box<SignedCac>,
			salt: Salt,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			let (admitted, progress) = Self::do_reveal(*cac, salt)?;
			let verifying = if admitted { Weight::zero() } else { Self::verifying_reveal() };
			let actual_weight = Self::revealing_weight()
				.saturating_add(verifying)
				.saturating_add(Self::closing_weight(progress));
			Ok(PostDispatchInfo { actual_weight: Some(actual_weight), pays_fee: Pays::No })
		}

		/// Proves an output of a job whose verifiers have to agree on what is proven.
		///
		/// Anybody may: the proof speaks for itself. It is verified under the key of the job's clause, for the present round
		/// of this job, and kept until the round is over; there is one for each round. One that is accepted costs no fee. One
		/// that does not hold costs its verification, and says nothing about the nodes.
		///
		/// Parameters:
		/// - `job`: the job, while nodes work on it.
		/// - `publics`: the output, as the public inputs after the first one.
		/// - `proof`: the proof, points compressed.
		///
		/// Emits `ProofAccepted`, then `JobDecided` or `VerifiersDiffer` if all verifiers have delivered.
		#[pallet::call_index(4)]
		#[pallet::weight(
			Pallet::<T>::proving_weight(publics.len())
				.saturating_add(Pallet::<T>::longest_closing())
		)]
		pub fn submit_proof(
			origin: OriginFor<T>,
			job: JobId,
			publics: Publics,
			proof: ProofBytes,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let looking = Self::proving_weight(publics.len());
			let progress = Self::do_submit_proof(job, &publics, &proof).map_err(|error| {
				let actual_weight = Some(looking);
				let post_info = PostDispatchInfo { actual_weight, pays_fee: Pays::Yes };
				DispatchErrorWithPostInfo { post_info, error }
			})?;
			let actual_weight = looking.saturating_add(Self::closing_weight(progress));
			Ok(PostDispatchInfo { actual_weight: Some(actual_weight), pays_fee: Pays::No })
		}

		/// DAO and jurisdiction have voted what came out of a job that awaits their vote, or is disputed.
		///
		/// Only for [`Config::OverrideOrigin`]. The job is `Overridden`, what is held for it goes back to its requester, but
		/// for the scheduling fee if it was tried, and an open dispute about it ends. Nobody is paid or slashed by this.
		///
		/// Parameters:
		/// - `job`: the job.
		/// - `result`: its output, or the failure of its program.
		/// - `reference`: hash of the proposal or of the document that decided so.
		///
		/// Emits `Overridden` when successful.
		#[pallet::call_index(5)]
		#[pallet::weight(Pallet::<T>::overriding_weight())]
		pub fn override_result(
			origin: OriginFor<T>,
			job: JobId,
			result: Result<OutputBytes, FailureCode>,
			reference: Hash,
		) -> DispatchResult {
			T::OverrideOrigin::ensure_origin(origin)?;
			Self::do_override(job, result, reference)
		}
	}
}
