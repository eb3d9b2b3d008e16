//! # Rollup anchor: how a result is proven later
//!
//! Every audited operation of the chain is a receipt ([`Operation`]). This pallet numbers receipts,
//! gathers those of an epoch under one Merkle root, and chains the roots, so that a single header
//! vouches for the whole history before it.
//!
//! ```text
//!        append   append        append                 on_initialize: due, or append: full
//!  ──────►│────────►│─────────────►│──────────────────────────►│
//!  Open:  0         1      …       n   ── OpenLeaves ── root ──►  Rollups[epoch] = header(previous, root, …)
//!         └ opened_at                                             LastRollupHash = H(header)
//!
//!  Leaves (bodies): kept for `retention_epochs` closed epochs, then removed a few per block.
//!  Rollups (headers): kept for ever: they are the anchor.
//! ```
//!
//! ## Surface
//!
//! Dispatchables: [`Pallet::set_params`] (Root). Everything else happens through
//! [`ReceiptSink::append`] and hooks. Reads for clients: [`Pallet::receipt_view`],
//! [`Pallet::receipt_proof`], [`Pallet::rollup`], [`Pallet::totals`], and, for a node that keeps
//! the off-chain index, [`Pallet::archived_proof`] and [`Pallet::indexed_proof`].
//!
//! ## Contract with other pallets
//!
//! - Up: all pallets append through [`ReceiptSink`]; it never fails and never asks who calls.
//! - Down: [`GenesisHash`], which every header carries.
//!
//! ## Epochs
//!
//! An epoch begins with its first receipt and ends `epoch_length` blocks later, in `on_initialize`,
//! or at once when it holds [`Config::MaxReceiptsPerEpoch`] receipts. So a receipt waits at most
//! `epoch_length` blocks for its proof, a silent chain makes no empty rollups, and epoch numbers
//! have no gaps. The leaf of a receipt is `concordat_proofs::leaf_hash(place in the epoch,
//! SCALE(ReceiptBody))`; the block that is the first one (genesis) never closes an epoch, because
//! its own hash, which the header carries, is not known yet.
//!
//! Closing costs one read of the gathered leaf hashes whatever the receipts' size. When an append
//! closes a full epoch, the cost of closing is registered on top of the caller's weight, so that
//! callers need not all pay for it.
//!
//! ## After the retention
//!
//! Each receipt's bytes and each epoch's leaf hashes are also written to the off-chain index (kept
//! by nodes that run with `--enable-offchain-indexing true`) under keys that forks do not share:
//! [`archive_body_key`] and [`archive_leaves_key`]. The header's root, still in the state, leads to
//! both.
//!
//! ## Invariants (checked by `do_try_state`)
//!
//! 1. Headers are there for exactly the epochs `0 .. Open.number`; each names the hash of the one
//!    before (zero for the first), begins with the receipt after its last, holds 1 to
//!    `MaxReceiptsPerEpoch` receipts (the first may hold more: receipts of the genesis block), and
//!    `LastRollupHash` is the hash of the last.
//! 2. Blocks do not run backwards: `opened_at ≤ closed_at ≤` the next `opened_at`.
//! 3. `Leaves` holds exactly the receipts `Cursor.next .. Open.next_receipt`, each under its own id
//!    and with a block within its epoch.
//! 4. The root of every epoch whose receipts are all there is the root of its header.
//! 5. `OpenLeaves` are the leaf hashes of the open epoch's receipts, and fewer than
//!    `MaxReceiptsPerEpoch`.
//! 6. `Cursor.next ≤ Cursor.until ≤ Open.first_receipt`.
//! 7. The parameters are valid.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[cfg(doc)]
use concordat_primitives::receipt::Operation;
#[cfg(doc)]
use concordat_primitives::traits::ReceiptSink;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use concordat_primitives::{
		receipt::{ReceiptBody, RollupHeader},
		traits::{block_number, GenesisHash},
		Hash, ReceiptId, RollupEpoch,
	};
	use concordat_proofs::Digest32;
	use frame_support::{pallet_prelude::*, weights::WeightMeter};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime supplies.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Names the chain in every header.
		type Genesis: GenesisHash;

		/// Most receipts of one epoch: the one that reaches it closes the epoch at once. At most
		/// [`concordat_proofs::MAX_LEAVES`].
		#[pallet::constant]
		type MaxReceiptsPerEpoch: Get<u32>;

		/// Weight that removing old receipts may use at the beginning of a block, and once more in
		/// what is left at its end. It has to pay for at least one receipt.
		#[pallet::constant]
		type PruneWeight: Get<Weight>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// What governance decides. Set by genesis and by `set_params`.
	#[pallet::storage]
	pub type Params<T: Config> = StorageValue<_, AnchorParams, ValueQuery>;

	/// The epoch that takes receipts now, and the number of the receipt that comes next. Written by
	/// every append.
	#[pallet::storage]
	pub type Open<T: Config> = StorageValue<_, OpenEpoch, ValueQuery>;

	/// Leaf hashes of the open epoch, in order. Appended to by every receipt, emptied when the
	/// epoch closes.
	#[pallet::storage]
	pub type OpenLeaves<T: Config> = StorageValue<
		_,
		BoundedVec<Digest32, ConstU32<{ concordat_proofs::MAX_LEAVES }>>,
		ValueQuery,
	>;

	/// Receipts, whole, of the open epoch and of the closed ones within the retention. Older ones
	/// are removed a few per block.
	#[pallet::storage]
	pub type Leaves<T: Config> = StorageMap<_, Twox64Concat, ReceiptId, ReceiptBody>;

	/// Headers of all rollups, for ever.
	#[pallet::storage]
	pub type Rollups<T: Config> = StorageMap<_, Twox64Concat, RollupEpoch, RollupHeader>;

	/// Hash of the last rollup's header; zero before the first.
	#[pallet::storage]
	pub type LastRollupHash<T: Config> = StorageValue<_, Hash, ValueQuery>;

	/// How far old receipts have been removed. The goal moves when an epoch closes.
	#[pallet::storage]
	pub type Cursor<T: Config> = StorageValue<_, PruneCursor, ValueQuery>;

	/// Parameters at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// What governance can change later.
		pub params: AnchorParams,
		/// Nothing.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.params.is_valid(), "rollup parameters are out of range");
			Params::<T>::put(self.params);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A receipt was written.
		ReceiptAppended {
			/// Its place in the whole history.
			id: ReceiptId,
			/// The epoch that it is in; its proof exists once that epoch is closed.
			epoch: RollupEpoch,
		},
		/// An epoch was closed: every receipt in it can be proven from now on.
		RollupClosed {
			/// The epoch.
			epoch: RollupEpoch,
			/// Root of its receipt tree.
			root: Hash,
			/// Receipts in it.
			count: u32,
			/// Hash of its header, which the next header names.
			hash: Hash,
		},
		/// Governance changed the parameters.
		ParamsChanged {
			/// The new ones.
			params: AnchorParams,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// An epoch lasts between one block and a day, and at least one closed epoch is kept.
		InvalidParams,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			let closing = Self::close_if_due(block_number(now));
			let mut meter = WeightMeter::with_limit(T::PruneWeight::get());
			Self::prune(&mut meter);
			T::WeightInfo::on_initialize().saturating_add(closing).saturating_add(meter.consumed())
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining.min(T::PruneWeight::get()));
			if meter.try_consume(T::WeightInfo::on_idle()).is_ok() {
				Self::prune(&mut meter);
			}
			meter.consumed()
		}

		fn integrity_test() {
			let most = T::MaxReceiptsPerEpoch::get();
			assert!(
				(1..=concordat_proofs::MAX_LEAVES).contains(&most),
				"an epoch has to hold at least one receipt and no more than a tree has leaves"
			);
			let least = T::WeightInfo::prune(1).saturating_add(T::WeightInfo::on_idle());
			assert!(
				T::PruneWeight::get().all_gte(least),
				"PruneWeight has to pay for the removal of at least one receipt"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes how long an epoch lasts and how many closed epochs keep their receipts in the
		/// state.
		///
		/// Root only. A shorter epoch takes effect in the next block; a shorter retention when the
		/// next epoch closes. A longer retention brings nothing back that has been removed.
		///
		/// Parameters:
		/// - `params`: the new parameters.
		///
		/// Emits `ParamsChanged` when successful.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::set_params(), DispatchClass::Operational))]
		pub fn set_params(origin: OriginFor<T>, params: AnchorParams) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(params.is_valid(), Error::<T>::InvalidParams);
			Params::<T>::put(params);
			Self::deposit_event(Event::ParamsChanged { params });
			Ok(())
		}
	}
}
