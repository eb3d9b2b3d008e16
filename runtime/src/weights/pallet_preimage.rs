//! Weights of `pallet_preimage`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_preimage::WeightInfo for WeightInfo<T> {
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	// `s` is 0 to 4194304.
	fn note_preimage(s: u32) -> Weight {
		// Fastest run: 68_021 ns.
		Weight::from_parts(283_453_429, 3_640)
			// ± 24
			.saturating_add(Weight::from_parts(2_048, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	// `s` is 0 to 4194304.
	fn note_requested_preimage(s: u32) -> Weight {
		// Fastest run: 25_929 ns.
		Weight::from_parts(245_906_634, 3_556)
			// ± 18
			.saturating_add(Weight::from_parts(1_926, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	// `s` is 0 to 4194304.
	fn note_no_deposit_preimage(s: u32) -> Weight {
		// Fastest run: 15_684 ns.
		Weight::from_parts(4_643_896, 3_556)
			// ± 14
			.saturating_add(Weight::from_parts(1_996, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn unnote_preimage() -> Weight {
		// Fastest run: 135_822 ns.
		Weight::from_parts(149_022_000, 3_640)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn unnote_no_deposit_preimage() -> Weight {
		// Fastest run: 68_012 ns.
		Weight::from_parts(81_982_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn request_preimage() -> Weight {
		// Fastest run: 50_796 ns.
		Weight::from_parts(61_291_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn request_no_deposit_preimage() -> Weight {
		// Fastest run: 44_626 ns.
		Weight::from_parts(52_469_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn request_unnoted_preimage() -> Weight {
		// Fastest run: 45_508 ns.
		Weight::from_parts(53_299_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn request_requested_preimage() -> Weight {
		// Fastest run: 14_201 ns.
		Weight::from_parts(16_354_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn unrequest_preimage() -> Weight {
		// Fastest run: 55_223 ns.
		Weight::from_parts(65_779_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn unrequest_unnoted_preimage() -> Weight {
		// Fastest run: 15_583 ns.
		Weight::from_parts(21_512_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	fn unrequest_multi_referenced_preimage() -> Weight {
		// Fastest run: 15_413 ns.
		Weight::from_parts(21_983_000, 3_556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Preimage::StatusFor` (r:1024 w:1024)
	// Storage: `System::Account` (r:1024 w:1024)
	// Storage: `Balances::Holds` (r:1024 w:1024)
	// Storage: `Preimage::RequestStatusFor` (r:0 w:1024)
	// `n` is 1 to 1024.
	fn ensure_updated(n: u32) -> Weight {
		// Fastest run: 78_367 ns.
		Weight::from_parts(100_930_000, 990)
			// ± 1_341_761
			.saturating_add(Weight::from_parts(98_531_396, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2_650).saturating_mul(n.into()))
	}
}
