//! Weights of `pallet_utility`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	// `c` is 0 to 1000.
	fn batch(c: u32) -> Weight {
		// Fastest run: 4_848 ns.
		Weight::from_parts(87_500_381, 0)
			// ± 34_047
			.saturating_add(Weight::from_parts(3_793_268, 0).saturating_mul(c.into()))
	}
	fn as_derivative() -> Weight {
		// Fastest run: 5_939 ns.
		Weight::from_parts(6_660_000, 0)
	}
	// `c` is 0 to 1000.
	fn batch_all(c: u32) -> Weight {
		// Fastest run: 5_848 ns.
		Weight::from_parts(21_484_652, 0)
			// ± 26_860
			.saturating_add(Weight::from_parts(4_272_928, 0).saturating_mul(c.into()))
	}
	fn dispatch_as() -> Weight {
		// Fastest run: 7_732 ns.
		Weight::from_parts(7_891_000, 0)
	}
	// `c` is 0 to 1000.
	fn force_batch(c: u32) -> Weight {
		// Fastest run: 5_058 ns.
		Weight::from_parts(5_107_000, 0)
			// ± 34_868
			.saturating_add(Weight::from_parts(3_994_498, 0).saturating_mul(c.into()))
	}
	fn dispatch_as_fallible() -> Weight {
		// Fastest run: 7_401 ns.
		Weight::from_parts(7_962_000, 0)
	}
	fn if_else() -> Weight {
		// Fastest run: 9_294 ns.
		Weight::from_parts(9_644_000, 0)
	}
}
