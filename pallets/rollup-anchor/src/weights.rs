//! Weights of `pallet_rollup_anchor`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_rollup_anchor` weigh.
pub trait WeightInfo {
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `append`.
	fn append() -> Weight;
	/// Weight of `close`.
	fn close(n: u32) -> Weight;
	/// Weight of `prune`.
	fn prune(n: u32) -> Weight;
	/// Weight of `on_initialize`.
	fn on_initialize() -> Weight;
	/// Weight of `on_idle`.
	fn on_idle() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `RollupAnchor::Params` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 5_338 ns.
		Weight::from_parts(5_698_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn append() -> Weight {
		// Fastest run: 18_698 ns.
		Weight::from_parts(19_439_000, 2_098_641)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `RollupAnchor::LastRollupHash` (r:1 w:1)
	// Storage: `RollupAnchor::Params` (r:1 w:0)
	// Storage: `RollupAnchor::Rollups` (r:0 w:1)
	// Storage: `RollupAnchor::Open` (r:0 w:1)
	// `n` is 1 to 1023.
	fn close(n: u32) -> Weight {
		// Fastest run: 20_931 ns.
		Weight::from_parts(20_800_461, 2_098_641)
			// ± 23_069
			.saturating_add(Weight::from_parts(717_776, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `RollupAnchor::Cursor` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:256)
	// `n` is 1 to 256.
	fn prune(n: u32) -> Weight {
		// Fastest run: 7_261 ns.
		Weight::from_parts(7_771_000, 1_501)
			// ± 24_386
			.saturating_add(Weight::from_parts(1_905_498, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(n.into())))
	}
	// Storage: `RollupAnchor::Open` (r:1 w:0)
	// Storage: `RollupAnchor::Params` (r:1 w:0)
	// Storage: `RollupAnchor::Cursor` (r:1 w:0)
	fn on_initialize() -> Weight {
		// Fastest run: 5_438 ns.
		Weight::from_parts(5_849_000, 1_509).saturating_add(Db::get().reads(3))
	}
	// Storage: `RollupAnchor::Cursor` (r:1 w:0)
	fn on_idle() -> Weight {
		// Fastest run: 2_875 ns.
		Weight::from_parts(2_995_000, 1_501).saturating_add(Db::get().reads(1))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn append() -> Weight {
		Measured::<ParityDbWeight>::append()
	}
	fn close(n: u32) -> Weight {
		Measured::<ParityDbWeight>::close(n)
	}
	fn prune(n: u32) -> Weight {
		Measured::<ParityDbWeight>::prune(n)
	}
	fn on_initialize() -> Weight {
		Measured::<ParityDbWeight>::on_initialize()
	}
	fn on_idle() -> Weight {
		Measured::<ParityDbWeight>::on_idle()
	}
}
