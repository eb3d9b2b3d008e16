//! Weights of rollup-anchor.
//!
//! Database reads and writes are counted from the code. The compute parts (first argument of
//! `Weight::from_parts`, in picoseconds) are ESTIMATES, to be replaced on the reference hardware by
//!
//! ```text
//! concordat-node benchmark pallet --chain dev --pallet pallet_rollup_anchor --extrinsic '*' \
//!     --steps 50 --repeat 20 --output pallets/rollup-anchor/src/weights.rs
//! ```

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the pallet's parts cost.
pub trait WeightInfo {
	/// `set_params`.
	fn set_params() -> Weight;
	/// One receipt, without closing an epoch.
	fn append() -> Weight;
	/// Closing an epoch of `n` receipts.
	fn close(n: u32) -> Weight;
	/// Removing `n` old receipts.
	fn prune(n: u32) -> Weight;
	/// A block in which nothing is due.
	fn on_initialize() -> Weight;
	/// Looking whether anything is left to remove.
	fn on_idle() -> Weight;
}

struct Estimates<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> Estimates<D> {
	// Writes Params.
	fn set_params() -> Weight {
		Weight::from_parts(8_000_000, 0).saturating_add(D::get().writes(1))
	}
	// Reads Open and the length of OpenLeaves; writes Open, OpenLeaves, Leaves. Hashes one leaf
	// (Keccak in wasm) and writes the off-chain index.
	fn append() -> Weight {
		Weight::from_parts(25_000_000, 2_000).saturating_add(D::get().reads_writes(2, 3))
	}
	// Reads OpenLeaves, LastRollupHash, the genesis hash, Params, Cursor, one of Rollups; writes
	// OpenLeaves, LastRollupHash, Rollups, Open, Cursor. About two Keccak hashes per leaf.
	fn close(n: u32) -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(Weight::from_parts(5_000_000, 32).saturating_mul(n.into()))
			.saturating_add(D::get().reads_writes(6, 5))
	}
	// Writes Cursor, and one of Leaves each.
	fn prune(n: u32) -> Weight {
		Weight::from_parts(3_000_000, 0)
			.saturating_add(D::get().writes(1))
			.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(n.into()))
			.saturating_add(D::get().writes(n.into()))
	}
	// Reads Open, Params, Cursor.
	fn on_initialize() -> Weight {
		Weight::from_parts(5_000_000, 1_500).saturating_add(D::get().reads(3))
	}
	// Reads Cursor.
	fn on_idle() -> Weight {
		Weight::from_parts(2_000_000, 500).saturating_add(D::get().reads(1))
	}
}

macro_rules! estimates {
	($db:ty) => {
		fn set_params() -> Weight {
			Estimates::<$db>::set_params()
		}
		fn append() -> Weight {
			Estimates::<$db>::append()
		}
		fn close(n: u32) -> Weight {
			Estimates::<$db>::close(n)
		}
		fn prune(n: u32) -> Weight {
			Estimates::<$db>::prune(n)
		}
		fn on_initialize() -> Weight {
			Estimates::<$db>::on_initialize()
		}
		fn on_idle() -> Weight {
			Estimates::<$db>::on_idle()
		}
	};
}

/// Weights for a runtime, by its own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	estimates!(T::DbWeight);
}

/// Weights for tests, by ParityDB.
impl WeightInfo for () {
	estimates!(ParityDbWeight);
}
