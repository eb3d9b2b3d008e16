//! Verifying keys of clauses, and the verification of Groth16 proofs.
//!
//! A clause whose results have to be proven (mode `ZkVerifierSet`) has one verifying key for each of its versions. The
//! runtime itself verifies a proof under it: what the nodes agree on is a result only if it is proven for exactly this
//! job (DESIGN §7). What a proof says, and how its first public input binds it to the job, is told in
//! [`concordat_primitives::zk`].
//!
//! # Surface
//!
//! | call | who | does |
//! |---|---|---|
//! | [`register`](Pallet::register) | owner of the clause | checks the key once, takes the deposit, keeps the key as it came and prepared |
//! | [`set_enabled`](Pallet::set_enabled) | owner of the clause, or governance | moves the owner's, or governance's, switch of the key |
//! | [`remove`](Pallet::remove) | owner, while the clause is a draft or retired; governance | forgets the key, releases the deposit |
//! | [`set_curve_enabled`](Pallet::set_curve_enabled) | off: governance and its emergency origin; on: governance | stops or lets on every key of a curve |
//! | [`set_params`](Pallet::set_params) | governance | changes [`Params`] |
//!
//! View functions: [`verifier`](Pallet::verifier), [`is_curve_enabled`](Pallet::is_curve_enabled),
//! [`parameters`](Pallet::parameters).
//!
//! # Life of a key
//!
//! ```text
//!  register ──► accepted ⇄ switched off ──remove (clause Draft or Retired, or governance)──► gone
//! ```
//!
//! A proof is accepted while three switches are on: the owner's and governance's of the key, and that of its curve. They
//! lie in a row: each side moves its own alone, so that no owner lifts a lock of governance, and governance, when
//! it lifts its lock, does not switch on what the owner had switched off. The switch of a curve is for the day on which
//! the verifier itself turns out to be wrong; it stops all keys of the curve at once.
//!
//! A clause that is offered keeps its key, as it keeps its program: who checks an old result finds the very key under
//! which it was proven. A change of the circuit is a new version of the clause. So a second key is refused while there
//! is one, and an owner removes a key of a draft or of a retired clause alone. Jobs that a retired clause still runs
//! cannot be proven any more then, as if it had been switched off.
//!
//! # What is checked, and when
//!
//! At registration, once: the exact length; every point canonical, on the curve, in the subgroup of prime order, and
//! not the identity; no two points of public inputs alike, nor `γ` and `δ`; 1 to 32 public inputs with the binding. The
//! number of inputs is fixed from then on. Points are kept uncompressed, with `-γ`, `-δ` and `e(α, β)`, because the host functions
//! do no checks of their own: only what has passed them here reaches a pairing.
//!
//! At each proof, the cheapest first: there is a key and it is switched on; as many public inputs as it has places;
//! the output of the statement is what the inputs make; each of them is below the order of the field (libraries reduce
//! greater ones silently, and one output would have several names); the proof is three points of their groups, none of
//! them the identity; the pairing equation.
//!
//! Groth16 proofs are malleable: of one proof anybody makes others that hold for the same statement, and for no other.
//! Nothing here is ever keyed on the bytes of a proof; a replay for another job fails at the binding.
//!
//! # Up and down
//!
//! Up: [`ProofVerifier`](concordat_primitives::zk::ProofVerifier), used by job-dispatch (a clause that asks for a proof and
//! has no key takes no jobs) and by quorum-results. Its refusals are typed; it writes nothing. Down: clauses
//! (`T::Clauses`) for owner and status, receipts (`T::Receipts`) for every change of a key.
//!
//! # Money
//!
//! The deposit is held of the owner under [`HoldReason::VerifyingKey`]: a base, and a price per byte of the key as it came
//! and of its prepared form. It is released in full, to the account that it was held of, when the key is removed: also
//! if the clause has another owner by then. What a verification costs is in the weight of whichever call asks for it.
//!
//! # Invariants (checked by `do_try_state`)
//!
//! 1. What is on hold of an account is the sum of the deposits of its keys.
//! 2. Record, bytes and prepared form of a key are there together or not at all.
//! 3. The id names the curve and the bytes; the prepared form and the number of inputs are what these bytes give.
//! 4. The clause of a key is registered.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod fixtures;
pub mod groth;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod verifier_impls;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::zk-verifiers";

/// Makes the things of other pallets that benchmarks need.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes a draft of a clause that `owner` owns.
	fn draft(owner: &concordat_primitives::AccountId) -> concordat_primitives::ClauseId;
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use concordat_primitives::{
		traits::{ClauseInspect, ReceiptSink},
		zk::{Curve, KeyBytes, VkId},
		AccountId, Balance, ClauseId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
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

		/// Where deposits are held.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who may own clauses: signed accounts, and the accounts of DAOs.
		type OwnerOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = AccountId>;

		/// Governance: sets parameters, locks, lets on and removes any key, lets curves on again.
		type ForceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Those who may stop the verifier of a curve at once, without a vote of all. It stops and nothing else.
		type EmergencyOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who owns a clause, and where it stands.
		type Clauses: ClauseInspect<AccountId>;

		/// Where changes of keys are audited.
		type Receipts: ReceiptSink;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;

		/// Makes what benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// Why funds are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a verifying key.
		VerifyingKey,
	}

	/// What the chain knows of each clause's key. Written by `register` and `set_enabled`; removed by `remove`.
	#[pallet::storage]
	pub type Keys<T: Config> = StorageMap<_, Blake2_128Concat, ClauseId, KeyRecord, OptionQuery>;

	/// The key of each clause as it came, points compressed: what whoever checks a proof elsewhere needs. Written by
	/// `register`; removed by `remove`.
	#[pallet::storage]
	pub type Bytes<T: Config> = StorageMap<_, Blake2_128Concat, ClauseId, KeyBytes, OptionQuery>;

	/// The key of each clause, checked and prepared: what verification reads. Written by `register`; removed by
	/// `remove`. Its form is that of `concordat-pairing`; if that changes, a migration makes it anew out of [`Bytes`].
	#[pallet::storage]
	pub type Prepared<T: Config> =
		StorageMap<_, Blake2_128Concat, ClauseId, PreparedBytes, OptionQuery>;

	/// Curves whose verifier is switched off. Written by `set_curve_enabled`.
	#[pallet::storage]
	pub type CurvesOff<T: Config> = StorageMap<_, Twox64Concat, Curve, (), OptionQuery>;

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
			Parameters::<T>::put(&self.params);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A verifying key was registered for a clause.
		KeyRegistered {
			/// Clause and version.
			clause: ClauseId,
			/// Name of the key.
			key: VkId,
			/// Curve of its proofs.
			curve: Curve,
			/// Public inputs, with the binding.
			inputs: u32,
			/// Whose deposit is held.
			depositor: AccountId,
			/// What is held for it.
			deposit: Balance,
		},
		/// One of the two switches of a key was moved.
		KeySwitched {
			/// Clause and version.
			clause: ClauseId,
			/// Name of the key.
			key: VkId,
			/// Whose switch it is.
			by: SwitchedBy,
			/// Where that switch stands now.
			enabled: bool,
			/// Whether proofs under the key are accepted now: all its switches are on, and its curve's.
			accepted: bool,
		},
		/// A verifying key was removed, and its deposit was released.
		KeyRemoved {
			/// Clause and version.
			clause: ClauseId,
			/// Name of the key.
			key: VkId,
			/// Who got the deposit back.
			depositor: AccountId,
			/// What was released.
			deposit: Balance,
		},
		/// The verifier of a curve was switched off, or on again, for all keys.
		CurveSwitched {
			/// The curve.
			curve: Curve,
			/// Whether it verifies proofs now.
			enabled: bool,
		},
		/// Governance changed the parameters.
		ParamsSet {
			/// The new ones.
			params: Params,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No such clause.
		UnknownClause,
		/// Only the clause's owner may do this.
		NotOwner,
		/// The clause is retired: it takes no jobs that could be proven.
		ClauseRetired,
		/// The clause has a key: each version has one, and a change of the circuit is a new version.
		KeyExists,
		/// The clause has no key.
		NoKey,
		/// The clause is offered, or stopped for a time only: it keeps its key, so that its results can be checked.
		KeyInUse,
		/// The key is shorter or longer than its curve and the number of inputs in it say.
		InvalidKeyLength,
		/// The key has no place for the binding, or places for more than 32 public inputs.
		InvalidKeyInputs,
		/// A point of the key is not canonical, not on its curve, or not in the subgroup of prime order.
		InvalidKeyPoint,
		/// A point of the key is the identity: whatever stands at its place would be bound to nothing.
		IdentityInKey,
		/// Two points of the key that have to differ are alike: those of two public inputs, which would be bound only
		/// together; or `γ` and `δ`, as in a key that nobody has contributed to, under which anybody proves anything.
		DuplicateInKey,
		/// The verifier of this curve is switched off.
		CurveDisabled,
		/// The switch stands so already.
		NothingChanges,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			Self::do_integrity_test();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The verifying key of a clause, and whether proofs under it are accepted now.
		pub fn verifier(clause: ClauseId) -> Option<VerifierView> {
			Self::view(&clause)
		}

		/// Whether the verifier of a curve is switched on.
		pub fn is_curve_enabled(curve: Curve) -> bool {
			!CurvesOff::<T>::contains_key(curve)
		}

		/// What governance can change.
		pub fn parameters() -> Params {
			Parameters::<T>::get()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the verifying key of a clause. By the clause's owner, whose deposit is held until it is removed.
		///
		/// - `clause`: not retired, and without a key.
		/// - `key`: in arkworks' compressed encoding: `α` in G1, `β`, `γ`, `δ` in G2, the number of points that follow as
		///   64 bits, little-endian, and a point of G1 for the constant and for each public input, the binding first.
		///   `concordat zk import-vk` makes it out of what snarkjs writes.
		///
		/// Emits `KeyRegistered`.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::weight_of_registration(*curve, key.len()))]
		pub fn register(
			origin: OriginFor<T>,
			clause: ClauseId,
			curve: Curve,
			key: KeyBytes,
		) -> DispatchResult {
			let owner = T::OwnerOrigin::ensure_origin(origin)?;
			Self::do_register(owner, clause, curve, key)
		}

		/// Switches a key off or on. The clause's owner moves its own switch, governance another one; a proof is accepted
		/// only while both are on. Emits `KeySwitched`.
		#[pallet::call_index(1)]
		#[pallet::weight(
			T::WeightInfo::set_enabled()
				.saturating_add(T::Clauses::weight())
				.saturating_add(T::Receipts::weight())
		)]
		pub fn set_enabled(
			origin: OriginFor<T>,
			clause: ClauseId,
			enabled: bool,
		) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_set_enabled(owner.as_ref(), clause, enabled)
		}

		/// Removes the key of a clause and releases its deposit. By the clause's owner, while the clause is a draft or
		/// retired; by governance at any time. Emits `KeyRemoved`.
		#[pallet::call_index(2)]
		#[pallet::weight(
			T::WeightInfo::remove()
				.saturating_add(T::Clauses::weight())
				.saturating_add(T::Receipts::weight())
		)]
		pub fn remove(origin: OriginFor<T>, clause: ClauseId) -> DispatchResult {
			let owner = Self::ensure_owner_or_force(origin)?;
			Self::do_remove(owner.as_ref(), clause)
		}

		/// Switches the verifier of a curve off for all keys, or on again. Off by governance or by those who may act in an
		/// emergency; on by governance. Emits `CurveSwitched`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_curve_enabled())]
		pub fn set_curve_enabled(
			origin: OriginFor<T>,
			curve: Curve,
			enabled: bool,
		) -> DispatchResult {
			Self::ensure_may_switch_curve(origin, enabled)?;
			Self::do_set_curve_enabled(curve, enabled)
		}

		/// Changes the parameters. Deposits on hold stay as they are. By governance. Emits `ParamsSet`.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::set_params())]
		pub fn set_params(origin: OriginFor<T>, params: Params) -> DispatchResult {
			T::ForceOrigin::ensure_origin(origin)?;
			Parameters::<T>::put(&params);
			Self::deposit_event(Event::ParamsSet { params });
			Ok(())
		}
	}
}
