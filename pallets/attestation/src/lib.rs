//! Attestation: which enclaves the chain believes, for what, and for how long.
//!
//! A node shows evidence of what runs in its enclave: an SGX or TDX quote, a SEV-SNP report, a Nitro document. The chain
//! verifies it once, with `concordat-attestation` under the collateral and the trust anchors in storage, and remembers
//! the outcome as a **lease**: measurement, firmware state, risk classes, platform, keys, expiry. From then on a lease
//! costs a few reads at every use, and is judged anew at every use.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`attest`](Pallet::attest) | controller or operator of the node | verifies evidence, grants a lease in place of the node's old one |
//! | [`surrender`](Pallet::surrender) | controller of the node | gives the lease up |
//! | [`post_collateral`](Pallet::post_collateral) | anybody | verifies a piece of collateral and keeps it |
//! | [`evict`](Pallet::evict) | anybody, free of charge, for a reward | judges a lease again: ends it or takes classes from it |
//! | [`invalidate`](Pallet::invalidate) | governance | ends a lease |
//! | [`propose_measurement`](Pallet::propose_measurement), [`withdraw_measurement`](Pallet::withdraw_measurement), [`sunset_measurement`](Pallet::sunset_measurement), [`revoke_measurement`](Pallet::revoke_measurement) | governance | the allow-list of code |
//! | [`set_quote_policy`](Pallet::set_quote_policy) | governance | what a risk class demands of a platform |
//! | [`add_anchor`](Pallet::add_anchor), [`remove_anchor`](Pallet::remove_anchor), [`remove_collateral`](Pallet::remove_collateral) | governance | the roots of trust, and what stands on them |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! # Collateral
//!
//! Certificates of authorities, revocation lists, Intel's TCB info and QE identity are posted by whoever has them. Each
//! piece is verified once, when it is posted, under what is held already, and lies in one [`Slot`]. It can be replaced
//! only forward: a list by one made later, a statement by one of no lower evaluation and no earlier date. Whether a piece
//! is still valid is checked whenever it is used. Posting is free of charge when it succeeds.
//!
//! # What evidence has to show
//!
//! In this order, cheapest first: the caller controls the node; the challenge is a recent block of this
//! chain, not yet used by this node; the signing key is not another node's; every signature holds up to an anchor, and
//! everything that was used is valid now; it is bound to chain, node, keys and challenge; its measurement is on
//! the allow-list; the platform meets the quote policy of at least one risk class; the platform is not another node's. A
//! node has at most one lease, and so has a signing key and a platform. Another node's lease that no longer passes
//! is no obstacle: it is removed. The platform's certificates are kept, so that the next evidence of the same node costs
//! less.
//!
//! # Risk classes
//!
//! Governance sets a quote policy for each class: vendors, TCB statuses, advisories, least evaluation number, families of
//! processors, TDX modules. Nothing can make a debuggable enclave or a revoked platform pass. A lease carries the classes
//! that it meets, and counts for a clause only if it meets the clause's. Whenever collateral, policy or anchors move,
//! every lease is judged again from the facts that signatures proved once: the hook does so node by node, as fast as its
//! weight allows, and `evict` does so at once for one lease. A lease that meets no class any more ends; the node's running
//! jobs are given to others in time, because the listener hears of it.
//!
//! # Renewal
//!
//! A lease that takes the place of the node's own older one, for the same key and the same code on the
//! same kind of evidence, *renews* it. Whoever was chosen under the older one goes on under the newer
//! one, which is what is judged from then on. A lease that was ended (surrendered, invalidated, evicted)
//! is never renewed: what the node gets afterwards begins a new row. A renewal in the second half of the old lease's
//! life is free of charge when it succeeds.
//!
//! # Keys of the past
//!
//! An enclave that signed two statements for one attempt must not escape by attesting with another key.
//! So a node answers for the key of a lease for [`Params::key_memory`] blocks after the lease has gone,
//! however it went. There is room for [`MAX_FORMER_KEYS`] of them; a node that has used as many in that
//! time gets no lease for yet another key until the oldest is forgotten, because a key that could be
//! pushed out of memory would not be remembered at all. Renewals of one key take no room.
//!
//! # Life of a lease
//!
//! ```text
//!  attest ──► live ──expires_at──► dead, on record ──attest, surrender, evict──► gone
//!               └──surrender, invalidate, judged again (passes no class), attest again──►┘
//! ```
//!
//! A lease counts by its own numbers at every use, so nothing depends on the hook: a revoked
//! measurement or a past expiry, by block or by clock, refuses at once. The hook tells the listener of expired leases. A
//! dead lease stays on record until something takes its place, so that one can still ask whose key it was.
//!
//! # Life of a measurement
//!
//! ```text
//!  propose ──► Proposed ──timelock──► Active ──sunset──► Sunset ──grace──► Expired ──propose──► …
//!                └─withdraw─► gone       └──────── revoke, from any ────────► Revoked, for good
//! ```
//!
//! The last active one cannot be sunset, nor the last one of a clause that names its own: that would stop clauses by
//! accident. Should a clause come to depend on one in its sunset, the sunset is postponed when its time has come, and an
//! event says for which clause. Revocation asks nobody: it refuses at every use from its block on, and every lease under
//! it is ended. Where somebody registers clauses only to keep a measurement alive, governance schedules its revocation.
//!
//! # Simulation
//!
//! Test anchors, and with them the simulator's evidence, exist only where *genesis* allows simulation.
//! No call can turn it on. Leases, receipts and events made under it say `simulated`.
//!
//! # Up and down
//!
//! Up: [`LeaseInspect`](concordat_primitives::traits::LeaseInspect). Down: `T::Nodes` tells who controls
//! a node, `T::Listener` (node-staking) hears of every lease granted and changed, and exactly once of every one lost
//! otherwise than by a fresh one of the same node; `T::Clauses` knows which clauses need a measurement; `T::Receipts`
//! audits (expiry, known since the grant, has no receipt of its own).
//!
//! # Money
//!
//! Whoever finds a lease that no longer passes, because collateral, policy or a measurement moved, gets
//! [`Params::eviction_reward`] from `T::RewardSource`, if there is that much to spare. Nothing else moves here.
//!
//! # Bounds
//!
//! One lease, one dossier and one set of certificates per node, and a bounded list of former keys, which is cleared of
//! what no longer counts when the node's lease goes. [`MAX_PIECES`] pieces of collateral of each kind. Used challenges are
//! kept for as long as the chain remembers their block's hash, then forgotten. Everything that falls due is drained block
//! by block under `T::HookWeight`; what does not fit is carried over to the next block.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. Leases by node, by key and by platform are bijections with the leases; each lease has a dossier of its platform,
//!    and each node with a lease, and no other, has certificates.
//! 2. Lease numbers lie below the next one; a lease expires after it is issued, and meets at least one class.
//! 3. Every entry of the agenda is a lease that expires in that block, and lies in no block that is
//!    done; a lease that is not on the agenda has been told to the listener and is past its expiry.
//! 4. Without leave from genesis there is no test anchor, no simulated collateral and no simulated lease.
//! 5. The count of active measurements is right; proposed and sunset ones are due on the agenda, and nothing else is.
//! 6. No used challenge is older than the block hashes that the chain remembers.
//! 7. The parameters are valid; no anchor is there twice.
//! 8. A row of renewals belongs to a node that has a lease, and begins with an older one.
//! 9. A node answers for a former key once, and one that has a lease has room for its key to become a
//!    former one.
//! 10. Every piece of collateral lies in its own slot.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod collateral;
mod forecast;
mod genesis;
mod impls;
mod judge;
mod measurements;
#[cfg(test)]
mod mock;
mod refusal;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use collateral::Store;
pub use pallet::*;
pub use refusal::Refusal;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::attestation";

/// Makes nodes and clauses for the benchmarks of this pallet, which does not know who keeps them.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes a node that `controller` controls. Sets the clock, if nothing has.
	fn add_node(controller: &concordat_primitives::AccountId) -> concordat_primitives::NodeId;
	/// Makes a clause that may run and names exactly these measurements. Where there are no clauses, it makes none.
	fn add_clause(_measurements: alloc::vec::Vec<concordat_primitives::attest::Measurement>) {}
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use codec::Encode;
	use concordat_attestation::{
		any::Known,
		collateral::{Authority, Crl, KeyId},
		intel::{QeIdentity, TcbInfo, Tee},
		policy::QuotePolicy,
		source::{Fingerprint, Piece, Slot},
		Anchor, Evidence, TcbStatus,
	};
	use concordat_primitives::{
		attest::{
			EncryptionKey, Lease, Measurement, MeasurementStatus, PlatformId, RiskClasses,
			SigningKey,
		},
		clause::RiskClass,
		receipt::Operation,
		traits::{block_number, ClauseMeasurements, LeaseListener, NodeInspect, ReceiptSink},
		AccountId, Balance, BlockNumber, ClauseId, Hash, LeaseId, NodeId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate},
			ConstU64, UnixTime,
		},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = Hash> {
		/// Governance: anchors, measurements, policies, parameters, ends any lease.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who controls a node.
		type Nodes: NodeInspect<AccountId>;

		/// Who hears of leases granted and lost.
		type Listener: LeaseListener;

		/// Which clauses need which code.
		type Clauses: ClauseMeasurements;

		/// What rewards are paid in.
		type Currency: Inspect<AccountId, Balance = Balance> + Mutate<AccountId>;

		/// Who pays rewards: the treasury.
		type RewardSource: Get<AccountId>;

		/// Where leases are audited.
		type Receipts: ReceiptSink;

		/// Real time, for the validity of evidence.
		type Time: UnixTime;

		/// The most that the hook may use of a block.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes nodes for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// Roots of trust. Written by genesis, `add_anchor`, `remove_anchor`.
	#[pallet::storage]
	pub type Anchors<T: Config> =
		StorageValue<_, BoundedVec<Anchor, ConstU32<MAX_ANCHORS>>, ValueQuery>;

	/// Whether test anchors and the simulator's evidence may exist. Written by genesis alone.
	#[pallet::storage]
	pub type SimulationAllowed<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// Certificates of roots and authorities, by fingerprint. Written by `post_collateral`; removed by governance.
	#[pallet::storage]
	pub type Authorities<T: Config> =
		CountedStorageMap<_, Identity, Fingerprint, Posted<Authority>, OptionQuery>;

	/// Revocation lists, by their issuer's key. Written by `post_collateral`; removed by governance.
	#[pallet::storage]
	pub type Crls<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, KeyId, Posted<Crl>, OptionQuery>;

	/// Intel's TCB infos, by root, technology and family. Written by `post_collateral`; removed by governance.
	#[pallet::storage]
	pub type TcbInfos<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, (KeyId, Tee, [u8; 6]), Posted<TcbInfo>, OptionQuery>;

	/// Intel's QE identities, by root and technology. Written by `post_collateral`; removed by governance.
	#[pallet::storage]
	pub type QeIdentities<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, (KeyId, Tee), Posted<QeIdentity>, OptionQuery>;

	/// Quote policies by risk class; [`default_policy`] where there is none. Written by genesis and `set_quote_policy`.
	#[pallet::storage]
	pub type Policies<T: Config> = StorageMap<_, Twox64Concat, RiskClass, QuotePolicy, OptionQuery>;

	/// Code that may run: the chain's allow-list. Written by genesis and governance; never removed once it counted,
	/// so that what was revoked once stays revoked.
	#[pallet::storage]
	pub type Measurements<T: Config> =
		StorageMap<_, Blake2_128Concat, Measurement, MeasurementStatus, OptionQuery>;

	/// How many measurements are `Active`: the last one cannot be sunset.
	#[pallet::storage]
	pub type ActiveMeasurements<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Measurements by the block in which their timelock or their grace is over. Written with the measurement; removed by
	/// the hook, or with the next change.
	#[pallet::storage]
	pub type MeasurementAgenda<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		BlockNumber,
		Blake2_128Concat,
		Measurement,
		(),
		OptionQuery,
	>;

	/// What is kept of a lease's evidence, to judge it again. Lives and dies with the lease.
	#[pallet::storage]
	pub type Dossiers<T: Config> = StorageMap<_, Twox64Concat, LeaseId, Dossier, OptionQuery>;

	/// Verified certificates of a node's platform. Written by `attest`; dies with the lease.
	#[pallet::storage]
	pub type KnownKeys<T: Config> = StorageMap<_, Twox64Concat, NodeId, Known, OptionQuery>;

	/// Leases are being judged again. Written when collateral, policies, anchors or measurements move; removed by the
	/// hook when all have been judged.
	#[pallet::storage]
	pub type Reassessments<T: Config> = StorageValue<_, Reassessment, OptionQuery>;

	/// Leases, live and dead. Written by `attest`; removed by a fresh one of the same node,
	/// `surrender`, `invalidate`, `evict`.
	#[pallet::storage]
	pub type Leases<T: Config> = CountedStorageMap<_, Twox64Concat, LeaseId, Lease, OptionQuery>;

	/// The lease of a node. Lives and dies with the lease.
	#[pallet::storage]
	pub type LeaseOfNode<T: Config> = StorageMap<_, Twox64Concat, NodeId, LeaseId, OptionQuery>;

	/// First lease of the row of renewals whose last one is the node's present lease; none if that renews
	/// nothing. Written by `attest`; dies with the lease.
	#[pallet::storage]
	pub type FirstOfRow<T: Config> = StorageMap<_, Twox64Concat, NodeId, LeaseId, OptionQuery>;

	/// Keys of leases that are gone and that the node still answers for. Written when a lease goes; what no
	/// longer counts is removed then.
	#[pallet::storage]
	pub type FormerKeys<T: Config> = StorageMap<
		_,
		Twox64Concat,
		NodeId,
		BoundedVec<FormerKey, ConstU32<MAX_FORMER_KEYS>>,
		ValueQuery,
	>;

	/// The lease that a key signs under. Lives and dies with the lease.
	#[pallet::storage]
	pub type LeaseOfKey<T: Config> =
		StorageMap<_, Blake2_128Concat, SigningKey, LeaseId, OptionQuery>;

	/// The lease of a platform. Lives and dies with the lease.
	#[pallet::storage]
	pub type LeaseOfPlatform<T: Config> =
		StorageMap<_, Blake2_128Concat, PlatformId, LeaseId, OptionQuery>;

	/// Number of the next lease; counts up from 1.
	#[pallet::storage]
	pub type NextLease<T: Config> = StorageValue<_, LeaseId, ValueQuery, ConstU64<1>>;

	/// Leases by the block in which they expire, until the listener has been told. Written by
	/// `attest`; removed by the hook, or with the lease.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Twox64Concat, LeaseId, (), OptionQuery>;

	/// Challenges that a node has used, by the number of the challenge's block. Written by `attest`;
	/// removed by the hook when the chain no longer remembers the block's hash.
	#[pallet::storage]
	pub type UsedChallenges<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumber, Twox64Concat, NodeId, (), OptionQuery>;

	/// First block whose agenda the hook could not finish for want of weight.
	#[pallet::storage]
	pub type CarryOver<T: Config> = StorageValue<_, BlockNumber, OptionQuery>;

	/// What governance may change. Written by genesis and `set_params`.
	#[pallet::storage]
	pub type Parameters<T: Config> = StorageValue<_, Params, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether test anchors and the simulator's evidence may exist on this chain. Forever: no call
		/// can change it.
		pub simulation_allowed: bool,
		/// Roots of trust.
		pub anchors: Vec<Anchor>,
		/// Code that may run.
		pub measurements: Vec<Measurement>,
		/// Quote policies by risk class, where they are not to be the default ones.
		pub policies: Vec<(RiskClass, QuotePolicy)>,
		/// What governance may change later.
		pub params: Params,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::build_genesis(self);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node got a lease.
		LeaseGranted {
			/// Node.
			node: NodeId,
			/// Lease.
			lease: LeaseId,
			/// Code that runs.
			measurement: Measurement,
			/// Risk classes that the platform meets.
			classes: RiskClasses,
			/// First block at which the lease is dead.
			expires_at: BlockNumber,
			/// The node's older lease, which is gone now.
			replaced: Option<LeaseId>,
			/// No hardware stands behind it.
			simulated: bool,
		},
		/// A lease ended. Emitted once per lease, unless a fresh one of the same node replaced it.
		LeaseLost {
			/// Node.
			node: NodeId,
			/// Lease.
			lease: LeaseId,
			/// Why.
			cause: LossCause,
			/// No hardware stood behind it.
			simulated: bool,
		},
		/// The record of a lease that had ended before was removed.
		LeaseForgotten {
			/// Node.
			node: NodeId,
			/// Lease.
			lease: LeaseId,
		},
		/// A lease was judged again: its firmware state or its risk classes are different now.
		LeaseJudged {
			/// Node.
			node: NodeId,
			/// Lease.
			lease: LeaseId,
			/// Risk classes that the platform meets now.
			classes: RiskClasses,
			/// State of its firmware.
			tcb: TcbStatus,
		},
		/// Every lease has been judged again.
		LeasesReassessed,
		/// A piece of collateral was posted, in place of the older one in its slot, if there was one.
		CollateralPosted {
			/// Where it lies.
			slot: Slot,
			/// Unix time in seconds at which its vendor made it; 0 for a certificate.
			issued: u64,
			/// Unix time in seconds up to which it counts, inclusive.
			not_after: u64,
			/// Number of the TCB evaluation; 0 where there is no such thing.
			evaluation: u32,
			/// No hardware vendor stands behind it.
			simulated: bool,
		},
		/// Governance removed a piece of collateral.
		CollateralRemoved {
			/// Where it lay.
			slot: Slot,
		},
		/// Governance set what a risk class demands of a platform.
		QuotePolicySet {
			/// The class.
			class: RiskClass,
			/// Blake2-256 of the SCALE-encoded policy.
			policy: Hash,
		},
		/// A proposed measurement was withdrawn.
		MeasurementWithdrawn {
			/// The measurement.
			measurement: Measurement,
		},
		/// A sunset was postponed: a clause would have been left without any measurement.
		SunsetPostponed {
			/// The measurement.
			measurement: Measurement,
			/// First block at which it does not count any more, unless it is postponed again.
			until: BlockNumber,
			/// A clause that depends on it; none if it is the chain's last, or if too many clauses name it.
			clause: Option<ClauseId>,
		},
		/// Somebody was paid for finding a lease that no longer passes.
		FinderRewarded {
			/// Who.
			finder: AccountId,
			/// What.
			#[codec(compact)]
			amount: Balance,
		},
		/// A measurement changed its state.
		MeasurementChanged {
			/// The measurement.
			measurement: Measurement,
			/// Where it stands now.
			status: MeasurementStatus,
		},
		/// A root of trust was added.
		AnchorAdded {
			/// The anchor.
			anchor: Anchor,
		},
		/// A root of trust was removed. Leases under it end as soon as they have been judged again.
		AnchorRemoved {
			/// The anchor.
			anchor: Anchor,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No such node.
		UnknownNode,
		/// The caller does not control the node.
		NotController,
		/// The challenge names a block that is not yet there.
		ChallengeInFuture,
		/// The challenge's block is too old: ask the enclave for evidence on a recent one.
		ChallengeTooOld,
		/// The challenge's hash is not that of the block on this chain.
		ChallengeNotOnChain,
		/// The node has used this challenge before.
		ChallengeUsed,
		/// The chain's genesis does not allow simulated evidence, nor test anchors.
		SimulationNotAllowed,
		/// The signing key belongs to another node's lease.
		KeyInUse,
		/// The platform belongs to another node's lease.
		PlatformInUse,
		/// The measurement is not on the chain's allow-list, or no longer.
		MeasurementNotAllowed,
		/// Evidence or collateral is refused: which check failed, and of which part. By how much is told by
		/// `appraise_evidence` and `check_collateral`, free of charge.
		Refused(Refusal),
		/// There is no room for another piece of collateral of this kind.
		TooMuchCollateral,
		/// No such piece of collateral.
		UnknownCollateral,
		/// The evidence ends within this block: the lease would be dead at once.
		EvidenceEndsNow,
		/// The node holds no lease.
		NoLease,
		/// No such lease.
		UnknownLease,
		/// The lease still passes: only one that does not can be evicted.
		LeaseStillGood,
		/// The measurement is on the list already, in whatever state.
		MeasurementKnown,
		/// The measurement is not on the list.
		UnknownMeasurement,
		/// Only an active measurement can be sunset.
		MeasurementNotActive,
		/// Only a proposed measurement can be withdrawn.
		MeasurementNotProposed,
		/// The grace is shorter than the parameters allow; to stop at once, revoke.
		GraceTooShort,
		/// The last active measurement cannot be sunset: propose its successor first.
		LastMeasurement,
		/// A clause names no other measurement that lasts: register its next version first.
		LastMeasurementOfClause,
		/// More clauses name the measurement than can be looked at: move some to their next version first.
		TooManyClauses,
		/// The measurement is revoked, for good.
		AlreadyRevoked,
		/// The anchor is there already.
		AnchorKnown,
		/// No such anchor.
		UnknownAnchor,
		/// There is no room for another anchor.
		TooManyAnchors,
		/// The parameters make no sense: durations are at least one block, the challenge window at most
		/// the block hashes that the chain remembers, and the reward is small.
		InvalidParams,
		/// The node has used so many signing keys lately that it cannot take another one before the
		/// oldest is forgotten.
		TooManyKeys,
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
				"the hook must be able to finish at least one entry in every block"
			);
			assert!(
				Params::default().is_valid(Self::hashes_kept()),
				"the chain must remember the hashes of the default challenge window"
			);
			assert!(
				crate::refusal::Refusal::max_encoded_len()
					< frame_support::MAX_MODULE_ERROR_ENCODED_SIZE,
				"a refusal fits into a dispatch error"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Shows evidence of what runs in a node's enclave and gets a lease for it, in place of the
		/// node's older one. By the node's controller or its operator.
		///
		/// `challenge` is number and hash of a recent finalised block; the enclave has bound the evidence to that
		/// hash, to this chain, to the node and to both keys. A node uses a challenge once. The collateral of the
		/// platform has to be posted before. Free of charge if it renews a lease in the second half of its life.
		///
		/// Emits `LeaseGranted`, and `LeaseLost` for another node's lease on the same key or platform
		/// that no longer passes.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::attest_weight(evidence, 2, false))]
		pub fn attest(
			origin: OriginFor<T>,
			node: NodeId,
			evidence: Box<Evidence>,
			signing_key: SigningKey,
			encryption_key: EncryptionKey,
			challenge: (BlockNumber, Hash),
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::ensure_attester(&who, node)?;
			let attested =
				Self::do_attest(node, &evidence, signing_key, encryption_key, challenge)?;
			let weight = Self::attest_weight(&evidence, attested.displaced, attested.cached);
			let pays = if attested.in_time { Pays::No } else { Pays::Yes };
			Ok((Some(weight), pays).into())
		}

		/// Gives up the node's lease. Emits `LeaseLost`, or `LeaseForgotten` if it had ended before.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::surrender())]
		pub fn surrender(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_controller(&who, node)?;
			let lease = Self::stored_lease_of_node(node).ok_or(Error::<T>::NoLease)?;
			Self::end(&lease, LossCause::Surrendered);
			Ok(())
		}

		/// Ends a lease. By governance. Emits `LeaseLost`, or `LeaseForgotten` if it had ended before.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::invalidate())]
		pub fn invalidate(origin: OriginFor<T>, lease: LeaseId) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			let lease = Leases::<T>::get(lease).ok_or(Error::<T>::UnknownLease)?;
			Self::end(&lease, LossCause::Invalidated);
			Ok(())
		}

		/// Judges a lease again, under the collateral, policies and measurements of now. Ends it if it no longer passes,
		/// or takes the risk classes from it that it no longer meets. By anybody; free of charge if it finds something,
		/// and rewarded if what it finds was not a matter of time.
		///
		/// Emits `LeaseLost`, `LeaseForgotten` if it had ended before, or `LeaseJudged`; and `FinderRewarded`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::evict())]
		pub fn evict(origin: OriginFor<T>, lease: LeaseId) -> DispatchResultWithPostInfo {
			let finder = ensure_signed(origin)?;
			Self::do_evict(finder, lease)?;
			Ok(Pays::No.into())
		}

		/// Announces a measurement for the chain's allow-list. It counts when the timelock is over. By governance. Emits
		/// `MeasurementChanged`, now and then.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::propose_measurement())]
		pub fn propose_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_propose(measurement)
		}

		/// Lets an active measurement count for `grace` more blocks and then no longer. Refused for the last one, of the
		/// chain or of a clause. By governance. Emits `MeasurementChanged`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::sunset_measurement())]
		pub fn sunset_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
			grace: BlockNumber,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_sunset(measurement, grace)
		}

		/// Stops a measurement at once and for good: leases under it do not count from now on, and end. By
		/// governance. Emits `MeasurementChanged`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::revoke_measurement())]
		pub fn revoke_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_revoke(measurement)
		}

		/// Adds a root of trust. By governance; a test anchor only where genesis allows simulation.
		/// Emits `AnchorAdded`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::add_anchor())]
		pub fn add_anchor(origin: OriginFor<T>, anchor: Anchor) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::insert_anchor(anchor)?;
			Self::tell_anchor(&anchor, true);
			Self::deposit_event(Event::AnchorAdded { anchor });
			Ok(())
		}

		/// Removes a root of trust: no new leases under it, and those that it vouched for end as soon as the hook has
		/// judged them again; `invalidate` and `evict` end single ones at once. By governance. Emits `AnchorRemoved`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::remove_anchor())]
		pub fn remove_anchor(origin: OriginFor<T>, anchor: Anchor) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Anchors::<T>::try_mutate(|anchors| {
				let place = anchors.iter().position(|known| *known == anchor);
				anchors.remove(place.ok_or(Error::<T>::UnknownAnchor)?);
				Ok::<_, Error<T>>(())
			})?;
			Self::tell_anchor(&anchor, false);
			Self::deposit_event(Event::AnchorRemoved { anchor });
			Self::reassess_all();
			Ok(())
		}

		/// Changes the parameters. Leases keep their expiry. By governance. Emits `ParamsSet`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(Self::hashes_kept()), Error::<T>::InvalidParams);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}

		/// Posts a piece of collateral: a certificate, a revocation list, TCB info or QE identity. It is verified under
		/// what is held already and takes the place of the older one. By anybody; free of charge if it is taken.
		///
		/// Emits `CollateralPosted`. Leases are judged again in the blocks that follow.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::post_collateral())]
		pub fn post_collateral(
			origin: OriginFor<T>,
			piece: Box<Piece>,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_post(&piece)?;
			Ok(Pays::No.into())
		}

		/// Removes a piece of collateral. By governance. Emits `CollateralRemoved`. Leases that need it end as soon as
		/// they have been judged again.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::remove_collateral())]
		pub fn remove_collateral(origin: OriginFor<T>, slot: Slot) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_remove_collateral(&slot)
		}

		/// Sets what a risk class demands of a platform. By governance. Emits `QuotePolicySet`. Leases are judged again in
		/// the blocks that follow.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::set_quote_policy())]
		pub fn set_quote_policy(
			origin: OriginFor<T>,
			class: RiskClass,
			policy: Box<QuotePolicy>,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			let hash = Hash::from(sp_io::hashing::blake2_256(&policy.encode()));
			Policies::<T>::insert(class, *policy);
			T::Receipts::append(Operation::QuotePolicySet { class, policy: hash });
			Self::deposit_event(Event::QuotePolicySet { class, policy: hash });
			Self::reassess_all();
			Ok(())
		}

		/// Takes back a proposed measurement before it counts. By governance. Emits `MeasurementWithdrawn`.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::withdraw_measurement())]
		pub fn withdraw_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::do_withdraw(measurement)
		}
	}
}
