//! Disputes: what if it was wrong.
//!
//! A job is disputed with a bond and the hash of some evidence. That freezes the job: no deadline,
//! payment or pruning touches it until arbiters give their verdict, or nobody does in time. The chain
//! itself disputes a job without a bond where its own rules find that verifiers contradict each other or
//! the proof. One case needs no arbiters: two different statements that one enclave key signed for one attempt
//! prove themselves, and whoever shows them gets the node slashed at once.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`open`](Pallet::open) | anyone; while nodes are at work, who is concerned | holds the bond, freezes the job, `Open` |
//! | [`resolve`](Pallet::resolve) | arbiters (`T::ArbiterOrigin`) | `Open → Resolved` with a [`Verdict`] |
//! | [`report_equivocation`](Pallet::report_equivocation) | anyone | checks the proof, slashes the node; a dispute that is `Resolved` at once |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! # Life cycle
//!
//! ```text
//!  open, or the chain ──► Open ──resolve───────► Resolved(Rejected | Upheld | Wonky)
//!                           ├──max_duration────► Resolved(TimedOut)
//!                           └──sovereign vote──► Resolved(Overridden)
//!  report_equivocation ───────────────────────► Resolved(Equivocation)
//! ```
//!
//! | resolution | job | bond | nodes |
//! |---|---|---|---|
//! | Rejected | back to where it was | to the treasury | – |
//! | Upheld | `Slashed` | back to the opener | culprits slashed, the opener is the reporter; the clause is suspended if the verdict says so |
//! | Wonky | back to where it was | back to the opener | – |
//! | TimedOut | back to where it was | back to the opener; a share to the treasury if nodes were at work when it was opened | – |
//! | Overridden | untouched: whoever counted the vote has made it `Overridden` | back to the opener | – |
//! | Equivocation | untouched | none | the node is slashed for a consensus failure |
//!
//! **What the chain disputes itself** ([`AutoDisputes::open`](concordat_primitives::traits::AutoDisputes)): jobs of which
//! its own rules say that something is wrong but not who is at fault, as when the verifiers of a
//! zero-knowledge clause agree on another output than the one that is proven. Such a dispute has no opener and no bond; it is
//! of the class `Security`, freezes the job and ends like any other, only that no money moves: a culprit's slash has
//! no reporter. It does not count among the disputes of the job that came to nothing. The bond of people doubles so that nobody
//! freezes a job again and again at one price; the chain pays no price, so that counting its disputes would deter nobody but the
//! next person who has something to say. Worse, a node that can make the chain open disputes could so price out whoever
//! would challenge its result. Nor does an overridden dispute count: the job is final then, and can be disputed no more.
//!
//! **Who may open.** A result concerns all who rely on it, so that anybody may dispute it for as long as
//! it can be challenged. A job that nodes still work on concerns its requester, who waits and pays, and
//! the controllers of the seated nodes, who may find themselves wrongly chosen or misled. Nobody else
//! can stop it: otherwise a stranger could freeze any job for the length of a dispute.
//!
//! **The opener cannot withdraw.** A dispute stops a job, its payment and whatever waits for its
//! result, so freezing has to cost: whoever could take back a dispute just before it is rejected
//! would freeze jobs for nothing. For the same reason the bond doubles with every dispute of the same
//! job that came to nothing (rejected, wonky, or not judged in time): the bond of a wonky dispute
//! returns, and without the doubling one bond could keep a job frozen for ever. There is no limit
//! on how often a job is disputed, because a sham dispute would then protect a bad result.
//!
//! **A freeze that nobody judges is not free.** Who stops nodes at work occupies their seats and the
//! requester's escrow for as long as the dispute is open. If no verdict comes, a governed share of the
//! bond ([`Params::run_forfeit`], as it was at the opening) is lost. It goes to the treasury, and not to
//! the other side, so that nobody gains from a dispute that nobody judges. A dispute of a finished job
//! holds up nobody's work, and its bond returns in full; and a *verdict* that it cannot be judged costs
//! nothing, for arbiters found it worth looking at.
//!
//! **A verdict is not undone by one culprit.** A culprit that can not be slashed (it is gone, or has
//! been slashed for this evidence) is reported by an event; the verdict and the other culprits stand.
//!
//! # Evidence
//!
//! `open` takes any hash. The chain does not look behind it, but for equivocations; these are the kinds that arbiters, and
//! everybody else, can check against the chain:
//!
//! | evidence | its hash | what to check it against |
//! |---|---|---|
//! | transcript of a re-execution | [`Transcript::hash`](concordat_primitives::transcript::Transcript::hash) | genesis, job, clause, program, input, lineage and limits against the job's terms; the outcome by running the program again with the engine that the transcript names (it holds nothing that depends on the machine) |
//! | a certificate, late dissent among them | [`SignedCac::digest`](concordat_primitives::cac::SignedCac::digest), the `cac` of the receipt `LateDissent` | its signature and seat were checked when the chain kept it, under (job, attempt, node) |
//! | a commitment that was not opened | the hash of the commitment, the evidence of the slash | the receipt `Slashed` |
//! | verifiers against a proof, or against each other | hash over the two digests, from the judge | the kept certificates, and the receipt `ProofVerified` |
//! | receipts with their proofs | hash of the proof file | the rollup, the MMR and a finalised header, offline |
//! | two statements for one attempt | [`equivocation_hash`] | nothing to judge: `report_equivocation` takes the two |
//!
//! Evidence that nobody can show is worth nothing: arbiters reject it, and the bond is lost.
//!
//! # Equivocation
//!
//! An honest enclave signs one statement for an attempt. Two different statements with the same
//! genesis, job, attempt, nonce and node, both signed with a key that is or was that node's, are
//! therefore proof, whatever they differ in. Two different *nonces* are none: after a re-organisation
//! the chain may give the same attempt number to the same node again with another nonce, and the
//! enclave rightly signs both. The job need not be known any more.
//!
//! Whose key it is, is what attestation remembers: a node answers for the key of its lease, and for keys
//! of earlier leases for as long as evidence may be brought, so that attesting with another key is no
//! escape. Besides, the job's seat vouches for the key that it was given to, until the job is pruned.
//!
//! The evidence is named by [`equivocation_hash`], which does not depend on the order of the two. A
//! node is found guilty once for one attempt, ever: a third statement makes more pairs, but not another
//! fault. What is known is kept for good (20 bytes and the record, paid by the fee), because a memory
//! that expires would punish the same fault twice.
//!
//! # Up and down
//!
//! Down: the job board (`T::Jobs`: freeze, unfreeze, who asked and who sits), nodes (`T::Slasher`: who
//! controls them, and their stake), clauses (`T::Clauses`: suspend), attestation (`T::Leases`: whose key), receipts
//! (`T::Receipts`). Up: the judge of results opens and ends disputes through
//! [`AutoDisputes`](concordat_primitives::traits::AutoDisputes); clients read [`Pallet::view`].
//!
//! The judge is told by the board when a job's seats change, so that the board's weight contains the judge's, and the judge's
//! that of [`AutoDisputes`](concordat_primitives::traits::AutoDisputes). The latter must therefore not contain the board's: what
//! the board does for a dispute of the chain is a part of the figures in [`weights`].
//!
//! # Money
//!
//! The bond is held under [`HoldReason::DisputeBond`] from opening to resolution. It returns in full or
//! goes to `T::Treasury` in full; only if nobody judges is it parted as said above. Slashes are
//! node-staking's.
//!
//! # Time
//!
//! An open dispute stands on the agenda of one block. The hook works off that block's entries, one
//! by one, under a meter with a fixed share; what does not fit is carried over, first of all in the next
//! block. Nothing is searched for.
//!
//! # State codes
//!
//! `state` in a receipt `DisputeChanged` (for `docs/formats.md`):
//!
//! | code | meaning |
//! |---|---|
//! | 0 | opened |
//! | 1 | rejected |
//! | 2 | upheld |
//! | 3 | wonky |
//! | 4 | wonky, because nobody judged in time |
//! | 5 | equivocation proven |
//! | 6 | overridden: DAO and jurisdiction have voted about the job |
//! | 16 and up | kept for the stages of a court |
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an account is the sum of the bonds of its open disputes.
//! 2. The index of jobs holds exactly the open disputes, each under its job.
//! 3. The agenda holds exactly the open disputes, each at its timeout, none before the carried block.
//! 4. The count of an account's open disputes is right, and there is none of zero; nobody stands to lose
//!    more than the bond.
//! 5. There are as many disputes as numbers were given, and each number is below the next.
//! 6. A record without an opener has no bond and is of the class `Security`: the chain opened it, or it is an
//!    equivocation. Each equivocation has its entry among the known ones, and there are no others.
//! 7. The count of a job's disputes that people opened and that came to nothing is right.
//! 8. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
mod auto_impls;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::disputes";

/// Makes what the benchmarks of this pallet need from pallets that it does not know.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes a job with a result that anybody can dispute now.
	fn disputable_job() -> concordat_primitives::JobId;
	/// Makes the `n`-th staked node and a live lease for `key` on it.
	fn leased_node(
		n: u32,
		key: concordat_primitives::attest::SigningKey,
	) -> concordat_primitives::NodeId;
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use concordat_primitives::{
		attest::SigningKey,
		cac::SignedCac,
		node::Misconduct,
		traits::{
			block_number, ClauseJobs, GenesisHash, JobBoard, LeaseInspect, NodeInspect,
			ReceiptSink, Slasher,
		},
		AccountId, Attempt, Balance, BlockNumber, DisputeId, Hash, JobId, NodeId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where bonds are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Where forfeited bonds go.
		type Treasury: Get<AccountId>;

		/// Who judges.
		type ArbiterOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Governance: sets parameters.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Freezes and unfreezes jobs, and says who sat on them.
		type Jobs: JobBoard<AccountId>;

		/// Suspends clauses.
		type Clauses: ClauseJobs;

		/// Knows who controls a node, and takes stake of the guilty.
		type Slasher: Slasher<AccountId> + NodeInspect<AccountId>;

		/// Says whose key it is.
		type Leases: LeaseInspect;

		/// What this chain is called in signed statements.
		type Genesis: GenesisHash;

		/// Where every change of state is audited.
		type Receipts: ReceiptSink;

		/// The most that the hook may use of a block.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes jobs and nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Bond of an open dispute.
		DisputeBond,
	}

	/// Every dispute ever. Written by `open`, by the chain itself and by `report_equivocation`, changed by its resolution;
	/// never removed.
	#[pallet::storage]
	pub type Disputes<T: Config> = StorageMap<_, Twox64Concat, DisputeId, Dispute, OptionQuery>;

	/// Number of the next dispute.
	#[pallet::storage]
	pub type NextDispute<T: Config> = StorageValue<_, DisputeId, ValueQuery>;

	/// The open dispute of a job. Written when it opens, removed by the resolution.
	#[pallet::storage]
	pub type OpenOfJob<T: Config> = StorageMap<_, Twox64Concat, JobId, DisputeId, OptionQuery>;

	/// How many disputes an account has open. Written by `open` and the resolution; no entry is zero.
	#[pallet::storage]
	pub type OpenOfAccount<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// How many disputes of a job that people opened came to nothing: the bond of the next one is doubled so many
	/// times. Written by the resolution; never removed.
	#[pallet::storage]
	pub type CameToNothing<T: Config> = StorageMap<_, Twox64Concat, JobId, u32, ValueQuery>;

	/// Open disputes by the block at which they resolve by themselves. Written when they open, removed by the
	/// resolution.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Twox64Concat, DisputeId, (), OptionQuery>;

	/// The first block whose agenda the hook has not finished; none if it is up to date.
	#[pallet::storage]
	pub type CarryOver<T: Config> = StorageValue<_, BlockNumber, OptionQuery>;

	/// Equivocations proven. Written by `report_equivocation`; never removed, so that nobody is punished
	/// twice for one attempt.
	#[pallet::storage]
	pub type Equivocations<T: Config> =
		StorageMap<_, Blake2_128Concat, (NodeId, JobId, Attempt), DisputeId, OptionQuery>;

	/// What governance may change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance may change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.params.is_valid(T::Currency::minimum_balance()),
				"disputes: a bond of at least the existential deposit, an open dispute, a duration"
			);
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A dispute was opened and its job frozen.
		DisputeOpened {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Job.
			job: JobId,
			/// Who opened it.
			opener: AccountId,
			/// What it is about.
			class: DisputeClass,
			/// Hash of the evidence.
			evidence: Hash,
			/// What is held of the opener.
			bond: Balance,
			/// First block at which it resolves as wonky.
			until: BlockNumber,
		},
		/// A dispute was resolved, by a verdict, by its timeout, or by its own proof. Emitted once per
		/// dispute.
		DisputeResolved {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Job.
			job: JobId,
			/// How it ended.
			resolution: Resolution,
		},
		/// A bond returned to the opener.
		BondReturned {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Who got it back.
			opener: AccountId,
			/// How much of it.
			amount: Balance,
		},
		/// A bond went to the treasury because the dispute was rejected; or a share of it, because nobody judged a
		/// dispute that had stopped nodes at work.
		BondForfeited {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Who lost it.
			opener: AccountId,
			/// How much.
			amount: Balance,
		},
		/// A node found guilty was slashed.
		CulpritSlashed {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Node.
			node: NodeId,
			/// What it did.
			misconduct: Misconduct,
			/// Stake newly frozen.
			frozen: Balance,
		},
		/// A node found guilty could not be slashed; the verdict stands.
		CulpritNotSlashed {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Node.
			node: NodeId,
			/// Why.
			error: DispatchError,
		},
		/// Two certificates proved that a node signed two statements for one attempt.
		EquivocationProven {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Node.
			node: NodeId,
			/// Job.
			job: JobId,
			/// Attempt.
			attempt: Attempt,
			/// Hash of the pair.
			evidence: Hash,
			/// Stake newly frozen.
			frozen: Balance,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
		/// The chain itself opened a dispute, without a bond, and froze the job.
		AutoDisputeOpened {
			/// Number of the dispute.
			dispute: DisputeId,
			/// Job.
			job: JobId,
			/// Hash of the evidence.
			evidence: Hash,
			/// First block at which it resolves as wonky.
			until: BlockNumber,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The job has an open dispute already.
		AlreadyDisputed,
		/// The account has as many disputes open as it may.
		TooManyOpen,
		/// No such dispute.
		UnknownDispute,
		/// The dispute is resolved, for good.
		AlreadyResolved,
		/// The verdict names a node twice.
		DuplicateCulprit,
		/// The job is not known, so its clause cannot be suspended.
		UnknownJob,
		/// The two statements are the same: there is no equivocation.
		SameStatement,
		/// The two statements are not by the same node for the same chain, job, attempt and nonce.
		DifferentSubjects,
		/// The statements were signed for another chain.
		WrongChain,
		/// The node has been found guilty for this attempt.
		AlreadyKnown,
		/// The key is not, and was not, that of the node.
		KeyNotOfNode,
		/// One of the statements is not signed with the key.
		BadSignature,
		/// The parameters make no sense: a bond of at least the existential deposit, at least one open
		/// dispute, a duration of 1 block to 365 days.
		InvalidParams,
		/// Nodes are at work on the job: until it has a result, only its requester and those who control a
		/// seated node may dispute it.
		NotConcerned,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let mut meter = WeightMeter::with_limit(T::HookWeight::get());
			Self::sweep(block_number(now), &mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(
				T::HookWeight::get().all_gte(Self::least_hook_weight()),
				"the hook must be able to finish at least one dispute in every block"
			);
			assert!(
				Params::default().is_valid(T::Currency::minimum_balance()),
				"the default parameters must be valid"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Disputes a job and freezes it, until arbiters resolve the dispute or its time is over.
		///
		/// `evidence` is the hash of what the arbiters will be shown, such as the transcript of a re-execution or a
		/// certificate that dissents (the kinds are in the documentation of the pallet). A bond is held from the caller
		/// (see `bond_for`): it returns unless the dispute is rejected. A dispute can not be withdrawn.
		///
		/// The job must have no open dispute. Within its challenge window anybody may dispute it. While nodes
		/// are at work on it, only its requester and the controllers of seated nodes may, and a share of the
		/// bond is lost if nobody judges.
		///
		/// Emits `DisputeOpened`.
		#[pallet::call_index(0)]
		#[pallet::weight(
			T::WeightInfo::open()
				// Terms and requester are read as well; no reading call is dearer than the dearest changing one.
				.saturating_add(T::Jobs::weight().saturating_mul(2))
				.saturating_add(Pallet::<T>::weight_of_nodes())
				.saturating_add(T::Receipts::weight())
		)]
		pub fn open(
			origin: OriginFor<T>,
			job: JobId,
			evidence: Hash,
			class: DisputeClass,
		) -> DispatchResult {
			let opener = ensure_signed(origin)?;
			Self::do_open(opener, job, evidence, class)
		}

		/// Resolves an open dispute for good. By arbiters.
		///
		/// Upheld: the job is slashed, the bond returns, each culprit is slashed with the opener as the
		/// reporter, and the clause is suspended if the verdict says so. Rejected: the job goes on and
		/// the bond goes to the treasury. Wonky: the job goes on and the bond returns.
		///
		/// Emits `DisputeResolved`; `BondReturned` or `BondForfeited`; and for each culprit
		/// `CulpritSlashed` or `CulpritNotSlashed`.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::resolve_weight(verdict))]
		pub fn resolve(
			origin: OriginFor<T>,
			dispute: DisputeId,
			verdict: Verdict,
		) -> DispatchResult {
			T::ArbiterOrigin::ensure_origin(origin)?;
			Self::do_resolve(dispute, verdict)
		}

		/// Shows two certificates that one enclave key signed for one attempt and that say different
		/// things. The node is slashed for a consensus failure; the caller is the reporter.
		///
		/// Both have to name the same node, job, attempt and nonce on this chain. `key` has to be the
		/// node's, now or at that attempt. A node is found guilty once for one attempt.
		///
		/// Emits `EquivocationProven` and `DisputeResolved`.
		#[pallet::call_index(2)]
		#[pallet::weight(
			T::WeightInfo::report_equivocation()
				.saturating_add(T::Leases::weight())
				// The job's terms are read; no reading call is dearer than the dearest changing one.
				.saturating_add(T::Jobs::weight())
				.saturating_add(Pallet::<T>::weight_of_slash())
				.saturating_add(T::Receipts::weight())
		)]
		pub fn report_equivocation(
			origin: OriginFor<T>,
			a: Box<SignedCac>,
			b: Box<SignedCac>,
			key: SigningKey,
		) -> DispatchResult {
			let reporter = ensure_signed(origin)?;
			Self::do_report_equivocation(reporter, &a, &b, &key)
		}

		/// Changes the parameters. Open disputes keep their bond and their timeout. By governance. Emits
		/// `ParamsSet`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(T::Currency::minimum_balance()), Error::<T>::InvalidParams);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}
}
