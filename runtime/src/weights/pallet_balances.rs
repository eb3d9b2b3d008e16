//! Weights of `pallet_balances`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_balances::WeightInfo for WeightInfo<T> {
	// Storage: `System::Account` (r:1 w:1)
	fn transfer_allow_death() -> Weight {
		// Fastest run: 68_583 ns.
		Weight::from_parts(69_944_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:1 w:1)
	fn transfer_keep_alive() -> Weight {
		// Fastest run: 52_909 ns.
		Weight::from_parts(53_580_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:1 w:1)
	fn force_set_balance_creating() -> Weight {
		// Fastest run: 24_507 ns.
		Weight::from_parts(26_169_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:1 w:1)
	fn force_set_balance_killing() -> Weight {
		// Fastest run: 25_247 ns.
		Weight::from_parts(26_230_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:2 w:2)
	fn force_transfer() -> Weight {
		// Fastest run: 70_185 ns.
		Weight::from_parts(72_438_000, 6_196)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `System::Account` (r:1 w:1)
	fn transfer_all() -> Weight {
		// Fastest run: 66_680 ns.
		Weight::from_parts(67_791_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:1 w:1)
	fn force_unreserve() -> Weight {
		// Fastest run: 20_140 ns.
		Weight::from_parts(20_681_000, 3_593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `System::Account` (r:1000 w:1000)
	// `u` is 1 to 1000.
	fn upgrade_accounts(u: u32) -> Weight {
		// Fastest run: 20_029 ns.
		Weight::from_parts(20_090_000, 990)
			// ± 98_616
			.saturating_add(Weight::from_parts(21_356_601, 0).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64.saturating_mul(u.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64.saturating_mul(u.into())))
			.saturating_add(Weight::from_parts(0, 2_603).saturating_mul(u.into()))
	}
	fn force_adjust_total_issuance() -> Weight {
		// Fastest run: 6_109 ns.
		Weight::from_parts(6_439_000, 0)
	}
	fn burn_allow_death() -> Weight {
		// Fastest run: 42_053 ns.
		Weight::from_parts(43_385_000, 0)
	}
	fn burn_keep_alive() -> Weight {
		// Fastest run: 26_589 ns.
		Weight::from_parts(27_130_000, 0)
	}
}
