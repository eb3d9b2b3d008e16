//! Weights of `frame_system`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	// `b` is 0 to 3932160.
	fn remark(b: u32) -> Weight {
		// Fastest run: 2_494 ns.
		Weight::from_parts(2_534_000, 0)
			// ± 7
			.saturating_add(Weight::from_parts(298, 0).saturating_mul(b.into()))
	}
	// `b` is 0 to 3932160.
	fn remark_with_event(b: u32) -> Weight {
		// Fastest run: 5_768 ns.
		Weight::from_parts(9_709_031, 0)
			// ± 21
			.saturating_add(Weight::from_parts(1_936, 0).saturating_mul(b.into()))
	}
	// Storage: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
	fn set_heap_pages() -> Weight {
		// Fastest run: 5_929 ns.
		Weight::from_parts(7_982_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	fn set_code() -> Weight {
		// Fastest run: 105_883_557 ns.
		Weight::from_parts(113_984_793_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Skipped::Metadata` (r:0 w:0)
	// `i` is 0 to 1000.
	fn set_storage(i: u32) -> Weight {
		// Fastest run: 2_554 ns.
		Weight::from_parts(2_664_000, 0)
			// ± 6_234
			.saturating_add(Weight::from_parts(1_068_418, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(i.into())))
	}
	// Storage: `Skipped::Metadata` (r:0 w:0)
	// `i` is 0 to 1000.
	fn kill_storage(i: u32) -> Weight {
		// Fastest run: 2_544 ns.
		Weight::from_parts(2_574_000, 0)
			// ± 8_935
			.saturating_add(Weight::from_parts(820_147, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(i.into())))
	}
	// Storage: `Skipped::Metadata` (r:0 w:0)
	// `p` is 0 to 1000.
	fn kill_prefix(p: u32) -> Weight {
		// Fastest run: 4_597 ns.
		Weight::from_parts(4_607_000, 63)
			// ± 17_028
			.saturating_add(Weight::from_parts(2_344_414, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
	}
	// Storage: `System::AuthorizedUpgrade` (r:0 w:1)
	fn authorize_upgrade() -> Weight {
		// Fastest run: 41_922 ns.
		Weight::from_parts(44_266_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::AuthorizedUpgrade` (r:1 w:1)
	// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
	fn apply_authorized_upgrade() -> Weight {
		// Fastest run: 106_547_900 ns.
		Weight::from_parts(109_373_578_000, 1_518)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
