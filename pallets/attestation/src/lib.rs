//! Attestation: which enclaves the chain believes, and for how long.
//!
//! A node shows evidence of what runs in its enclave. The chain verifies it once, with
//! `concordat-attestation` and the trust anchors in storage, and remembers the outcome as a **lease**:
//! measurement, firmware state, platform, keys, expiry. From then on a lease costs a few reads at
//! every use, and is judged anew at every use.
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`attest`](Pallet::attest) | controller of the node | verifies evidence, grants a lease in place of the node's old one |
//! | [`surrender`](Pallet::surrender) | controller of the node | gives the lease up |
//! | [`evict`](Pallet::evict) | anybody, free of charge | removes a lease that no longer passes |
//! | [`invalidate`](Pallet::invalidate) | governance | ends a lease |
//! | [`allow_measurement`](Pallet::allow_measurement), [`sunset_measurement`](Pallet::sunset_measurement), [`revoke_measurement`](Pallet::revoke_measurement) | governance | the allow-list of code |
//! | [`add_anchor`](Pallet::add_anchor), [`remove_anchor`](Pallet::remove_anchor) | governance | the roots of trust |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! # What evidence has to show
//!
//! In this order, cheapest first: the caller controls the node; the challenge is a recent block of this
//! chain, not yet used by this node; the signing key is not another node's; an anchor vouches for the
//! evidence and it is valid now; it is bound to chain, node, keys and challenge; its measurement is on
//! the allow-list; its firmware state is accepted; the platform is not another node's. A node has at
//! most one lease, and so has a signing key and a platform. Another node's lease that no longer passes
//! is no obstacle: it is removed.
//!
//! # Renewal
//!
//! A lease that takes the place of the node's own older one, for the same key and the same code on the
//! same kind of evidence, *renews* it. Whoever was chosen under the older one goes on under the newer
//! one, which is what is judged from then on. A lease that was ended (surrendered, invalidated, evicted)
//! is never renewed: what the node gets afterwards begins a new row.
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
//!               └──surrender, invalidate, evict (no longer passes), attest again──►┘
//! ```
//!
//! A lease counts by its own numbers at every use, so nothing depends on the hook: a revoked
//! measurement or a past expiry refuses at once. The hook tells the listener of expired leases; `evict`
//! does the same for others that no longer pass. A dead lease stays on record until something takes its
//! place, so that one can still ask whose key it was.
//!
//! Measurements go `Active → Sunset(grace)`, and `Revoked` from any, for good ([`MeasurementStatus`]).
//! The last active one cannot be sunset: that would stop every clause by accident. It can be revoked.
//!
//! # Simulation
//!
//! Test anchors, and with them the simulator's evidence, exist only where *genesis* allows simulation.
//! No call can turn it on. Leases, receipts and events made under it say `simulated`.
//!
//! # Up and down
//!
//! Up: [`LeaseInspect`](concordat_primitives::traits::LeaseInspect). Down: `T::Nodes` tells who controls
//! a node, `T::Listener` (node-staking) hears of every lease granted, and exactly once of every one lost
//! otherwise than by a fresh one of the same node; `T::Receipts` audits both (expiry, known since the grant,
//! has no receipt of its own). No money moves here.
//!
//! # Bounds
//!
//! One lease per node, and a bounded list of former keys, which is cleared of what no longer counts when
//! the node's lease goes. Used challenges are kept for as long as the chain remembers their block's hash,
//! then forgotten. Expired leases and old challenges are drained block by block under
//! `T::HookWeight`; what does not fit is carried over to the next block.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. Leases by node, by key and by platform are bijections with the leases.
//! 2. Lease numbers lie below the next one; a lease expires after it is issued.
//! 3. Every entry of the agenda is a lease that expires in that block, and lies in no block that is
//!    done; a lease that is not on the agenda has been told to the listener and is past its expiry.
//! 4. Without leave from genesis there is no test anchor and no simulated lease.
//! 5. The count of active measurements is right.
//! 6. No used challenge is older than the block hashes that the chain remembers.
//! 7. The parameters are valid; no anchor is there twice.
//! 8. A row of renewals belongs to a node that has a lease, and begins with an older one.
//! 9. A node answers for a former key once, and one that has a lease has room for its key to become a
//!    former one.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
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
pub const LOG_TARGET: &str = "runtime::attestation";

/// Makes nodes for the benchmarks of this pallet, which does not know who keeps them.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes a node that `controller` controls.
	fn add_node(controller: &concordat_primitives::AccountId) -> concordat_primitives::NodeId;
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use concordat_attestation::{Anchor, AnchorKind, Evidence, MAX_EVIDENCE_BYTES};
	use concordat_primitives::{
		attest::{EncryptionKey, Lease, Measurement, PlatformId, SigningKey},
		traits::{block_number, LeaseListener, NodeInspect, ReceiptSink},
		AccountId, BlockNumber, Hash, LeaseId, NodeId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{ConstU64, UnixTime},
		weights::WeightMeter,
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = Hash> {
		/// Governance: anchors, measurements, parameters, ends any lease.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who controls a node.
		type Nodes: NodeInspect<AccountId>;

		/// Who hears of leases granted and lost.
		type Listener: LeaseListener;

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

	/// Code that may run: the chain's allow-list. Written by genesis and governance; never removed,
	/// so that what was revoked once stays revoked.
	#[pallet::storage]
	pub type Measurements<T: Config> =
		StorageMap<_, Blake2_128Concat, Measurement, MeasurementStatus, OptionQuery>;

	/// How many measurements are `Active`: the last one cannot be sunset.
	#[pallet::storage]
	pub type ActiveMeasurements<T: Config> = StorageValue<_, u32, ValueQuery>;

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
				self.params.is_valid(Pallet::<T>::hashes_kept()),
				"attestation: the parameters make no sense on this chain"
			);
			Parameters::<T>::put(&self.params);
			assert!(
				self.simulation_allowed
					|| self.anchors.iter().all(|anchor| anchor.kind == AnchorKind::Production),
				"attestation: genesis does not allow simulation, but names a test anchor"
			);
			SimulationAllowed::<T>::put(self.simulation_allowed);
			for anchor in &self.anchors {
				if let Err(error) = Pallet::<T>::insert_anchor(*anchor) {
					panic!("attestation: genesis anchor {anchor:?} is refused: {error:?}");
				}
			}
			for measurement in &self.measurements {
				if let Err(error) = Pallet::<T>::insert_measurement(*measurement) {
					panic!("attestation: genesis measurement {measurement} is refused: {error:?}");
				}
			}
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
		/// A root of trust was removed. Leases under it stay until they expire or are invalidated.
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
		/// No trust anchor of this chain vouches for the evidence.
		NoTrustedAnchor,
		/// The evidence's signature does not verify.
		BadSignature,
		/// The evidence is not valid yet.
		EvidenceNotYetValid,
		/// The evidence is no longer valid.
		EvidenceExpired,
		/// The enclave runs in debug mode.
		DebugEnclave,
		/// The evidence is not bound to this chain, node, keys and challenge.
		ReportDataMismatch,
		/// The measurement is not on the chain's allow-list, or no longer.
		MeasurementNotAllowed,
		/// The platform's firmware state is not accepted.
		TcbNotAccepted,
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
		/// A sunset needs at least one block of grace; to stop at once, revoke.
		NoGrace,
		/// The last active measurement cannot be sunset: allow its successor first.
		LastMeasurement,
		/// The measurement is revoked, for good.
		AlreadyRevoked,
		/// The anchor is there already.
		AnchorKnown,
		/// No such anchor.
		UnknownAnchor,
		/// There is no room for another anchor.
		TooManyAnchors,
		/// A simulator's anchor is a test anchor; it cannot be trusted in production.
		AnchorKindMismatch,
		/// The parameters make no sense: durations are at least one block, the challenge window at most
		/// the block hashes that the chain remembers, and revoked firmware is never accepted.
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
				Evidence::max_encoded_len() <= MAX_EVIDENCE_BYTES,
				"evidence is bounded before it is looked at"
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
		/// node's older one.
		///
		/// `challenge` is number and hash of a recent block; the enclave has bound the evidence to that
		/// hash, to this chain, to the node and to both keys. A node uses a challenge once.
		///
		/// Emits `LeaseGranted`, and `LeaseLost` for another node's lease on the same key or platform
		/// that no longer passes.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::attest_weight(2))]
		pub fn attest(
			origin: OriginFor<T>,
			node: NodeId,
			evidence: Box<Evidence>,
			signing_key: SigningKey,
			encryption_key: EncryptionKey,
			challenge: (BlockNumber, Hash),
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::ensure_controller(&who, node)?;
			let displaced =
				Self::do_attest(node, &evidence, signing_key, encryption_key, challenge)?;
			Ok(Some(Self::attest_weight(displaced)).into())
		}

		/// Gives up the node's lease. Emits `LeaseLost`, or `LeaseForgotten` if it had ended before.
		#[pallet::call_index(1)]
		#[pallet::weight(
			Pallet::<T>::loss_weight(T::WeightInfo::surrender()).saturating_add(T::Nodes::weight())
		)]
		pub fn surrender(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::ensure_controller(&who, node)?;
			let lease = Self::stored_lease_of_node(node).ok_or(Error::<T>::NoLease)?;
			Self::end(&lease, LossCause::Surrendered);
			Ok(())
		}

		/// Ends a lease. By governance. Emits `LeaseLost`, or `LeaseForgotten` if it had ended before.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::loss_weight(T::WeightInfo::invalidate()))]
		pub fn invalidate(origin: OriginFor<T>, lease: LeaseId) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			let lease = Leases::<T>::get(lease).ok_or(Error::<T>::UnknownLease)?;
			Self::end(&lease, LossCause::Invalidated);
			Ok(())
		}

		/// Removes a lease that no longer passes: expired, its measurement revoked or past its sunset,
		/// its firmware state no longer accepted, its node gone. By anybody; free of charge.
		///
		/// Emits `LeaseLost`, or `LeaseForgotten` if it had ended before.
		#[pallet::call_index(3)]
		#[pallet::weight(
			Pallet::<T>::loss_weight(T::WeightInfo::evict()).saturating_add(T::Nodes::weight())
		)]
		pub fn evict(origin: OriginFor<T>, lease: LeaseId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let lease = Leases::<T>::get(lease).ok_or(Error::<T>::UnknownLease)?;
			let defect = Self::defect(&lease, Self::now()).ok_or(Error::<T>::LeaseStillGood)?;
			Self::end(&lease, defect);
			Ok(Pays::No.into())
		}

		/// Puts a measurement on the chain's allow-list. By governance. Emits `MeasurementChanged`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::allow_measurement())]
		pub fn allow_measurement(origin: OriginFor<T>, measurement: Measurement) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			let status = Self::insert_measurement(measurement)?;
			Self::deposit_event(Event::MeasurementChanged { measurement, status });
			Ok(())
		}

		/// Lets an active measurement count for `grace` more blocks and then no longer. By governance.
		/// Emits `MeasurementChanged`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::sunset_measurement())]
		pub fn sunset_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
			grace: BlockNumber,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(grace > 0, Error::<T>::NoGrace);
			let until = Self::now().saturating_add(grace);
			Self::change_measurement(measurement, MeasurementStatus::Sunset { until })
		}

		/// Stops a measurement at once and for good: leases under it do not count from now on. By
		/// governance. Emits `MeasurementChanged`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::revoke_measurement())]
		pub fn revoke_measurement(
			origin: OriginFor<T>,
			measurement: Measurement,
		) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::change_measurement(measurement, MeasurementStatus::Revoked { at: Self::now() })
		}

		/// Adds a root of trust. By governance; a test anchor only where genesis allows simulation.
		/// Emits `AnchorAdded`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::add_anchor())]
		pub fn add_anchor(origin: OriginFor<T>, anchor: Anchor) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Self::insert_anchor(anchor)?;
			Self::deposit_event(Event::AnchorAdded { anchor });
			Ok(())
		}

		/// Removes a root of trust: no new leases under it. Leases that it vouched for stay until they
		/// expire; `invalidate` ends them sooner. By governance. Emits `AnchorRemoved`.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::remove_anchor())]
		pub fn remove_anchor(origin: OriginFor<T>, anchor: Anchor) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Anchors::<T>::try_mutate(|anchors| {
				let place = anchors.iter().position(|known| *known == anchor);
				anchors.remove(place.ok_or(Error::<T>::UnknownAnchor)?);
				Self::deposit_event(Event::AnchorRemoved { anchor });
				Ok(())
			})
		}

		/// Changes the parameters. Leases keep their expiry; one whose firmware state is no longer
		/// accepted can be evicted. By governance. Emits `ParamsSet`.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			ensure!(params.is_valid(Self::hashes_kept()), Error::<T>::InvalidParams);
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}
}
