//! Weights of `frame_system_extensions`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	fn check_genesis() -> Weight {
		// Fastest run: 2_594 ns.
		Weight::from_parts(3_535_000, 0)
	}
	fn check_mortality_mortal_transaction() -> Weight {
		// Fastest run: 4_997 ns.
		Weight::from_parts(7_331_000, 0)
	}
	fn check_mortality_immortal_transaction() -> Weight {
		// Fastest run: 4_807 ns.
		Weight::from_parts(5_017_000, 0)
	}
	fn check_non_zero_sender() -> Weight {
		// Fastest run: 751 ns.
		Weight::from_parts(811_000, 0)
	}
	// Storage: `System::Account` (r:1 w:1)
	fn check_nonce() -> Weight {
		// Fastest run: 13_010 ns.
		Weight::from_parts(13_530_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_spec_version() -> Weight {
		// Fastest run: 571 ns.
		Weight::from_parts(631_000, 0)
	}
	fn check_tx_version() -> Weight {
		// Fastest run: 801 ns.
		Weight::from_parts(861_000, 0)
	}
	fn check_weight() -> Weight {
		// Fastest run: 4_587 ns.
		Weight::from_parts(4_867_000, 0)
	}
	fn weight_reclaim() -> Weight {
		// Fastest run: 3_736 ns.
		Weight::from_parts(3_926_000, 0)
	}
}
