//! Weights of `pallet_transaction_payment`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_transaction_payment::WeightInfo for WeightInfo<T> {
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `Session::Validators` (r:1 w:0)
	fn charge_transaction_payment() -> Weight {
		// Fastest run: 80_771 ns.
		Weight::from_parts(82_573_000, 6_196)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
