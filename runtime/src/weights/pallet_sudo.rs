//! Weights of `pallet_sudo`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_sudo::WeightInfo for WeightInfo<T> {
	// Storage: `Sudo::Key` (r:1 w:1)
	fn set_key() -> Weight {
		// Fastest run: 9_394 ns.
		Weight::from_parts(9_925_000, 1_517)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Sudo::Key` (r:1 w:0)
	fn sudo() -> Weight {
		// Fastest run: 10_506 ns.
		Weight::from_parts(10_897_000, 1_517).saturating_add(T::DbWeight::get().reads(1))
	}
	// Storage: `Sudo::Key` (r:1 w:0)
	fn sudo_as() -> Weight {
		// Fastest run: 10_455 ns.
		Weight::from_parts(11_377_000, 1_517).saturating_add(T::DbWeight::get().reads(1))
	}
	// Storage: `Sudo::Key` (r:1 w:1)
	fn remove_key() -> Weight {
		// Fastest run: 8_242 ns.
		Weight::from_parts(8_593_000, 1_517)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Sudo::Key` (r:1 w:0)
	fn check_only_sudo_account() -> Weight {
		// Fastest run: 4_948 ns.
		Weight::from_parts(5_158_000, 1_517).saturating_add(T::DbWeight::get().reads(1))
	}
}
