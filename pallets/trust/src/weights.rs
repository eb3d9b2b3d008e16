//! Weights of `pallet_trust`. Estimated: the database accesses are those of the code, and checked by a test; the times are
//! those of calls of other pallets with records of the same size. To be measured by the benchmarks on the runtime.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_trust` weigh.
pub trait WeightInfo {
	/// Weight of `perspective`.
	fn perspective() -> Weight;
	/// Weight of `record`.
	fn record() -> Weight;
	/// Weight of `record_first`.
	fn record_first() -> Weight;
	/// Weight of `look`.
	fn look() -> Weight;
	/// Weight of `visit`.
	fn visit() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `Trust::Memories` (r:1 w:0)
	// Storage: `Trust::Parameters` (r:1 w:0)
	fn perspective() -> Weight {
		Weight::from_parts(40_000_000, 6_000).saturating_add(Db::get().reads(2))
	}
	// Storage: `Trust::Memories` (r:1 w:1)
	// Storage: `Trust::Parameters` (r:1 w:0)
	fn record() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Trust::Memories` (r:1 w:1)
	// Storage: `Trust::Parameters` (r:1 w:0)
	// Storage: `Trust::Line` (r:1 w:1)
	// Storage: `Trust::Waiting` (r:0 w:1)
	fn record_first() -> Weight {
		Weight::from_parts(50_000_000, 7_500)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `Trust::Line` (r:1 w:1)
	// Storage: `Trust::Parameters` (r:1 w:0)
	// Storage: `Trust::Waiting` (r:1 w:0)
	fn look() -> Weight {
		Weight::from_parts(15_000_000, 3_600)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Trust::Waiting` (r:1 w:2)
	// Storage: `Trust::Memories` (r:1 w:1)
	fn visit() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `Trust::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		Weight::from_parts(12_000_000, 0).saturating_add(Db::get().writes(1))
	}
}

// For tests.
impl WeightInfo for () {
	fn perspective() -> Weight {
		Measured::<ParityDbWeight>::perspective()
	}
	fn record() -> Weight {
		Measured::<ParityDbWeight>::record()
	}
	fn record_first() -> Weight {
		Measured::<ParityDbWeight>::record_first()
	}
	fn look() -> Weight {
		Measured::<ParityDbWeight>::look()
	}
	fn visit() -> Weight {
		Measured::<ParityDbWeight>::visit()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
}
