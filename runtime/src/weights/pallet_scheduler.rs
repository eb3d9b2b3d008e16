//! Weights of `pallet_scheduler`, measured by its benchmarks on this runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.

use core::marker::PhantomData;
// Not every pallet reaches the database.
#[allow(unused_imports)]
use frame_support::traits::Get;
use frame_support::weights::Weight;

/// The measured weights, with the database of the runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_scheduler::WeightInfo for WeightInfo<T> {
	// Storage: `Scheduler::IncompleteSince` (r:1 w:1)
	fn service_agendas_base() -> Weight {
		// Fastest run: 5_438 ns.
		Weight::from_parts(5_859_000, 1_489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// `s` is 0 to 64.
	fn service_agenda_base(s: u32) -> Weight {
		// Fastest run: 4_267 ns.
		Weight::from_parts(6_267_656, 16_855)
			// ± 11_330
			.saturating_add(Weight::from_parts(756_874, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn service_task_base() -> Weight {
		// Fastest run: 4_947 ns.
		Weight::from_parts(5_708_000, 0)
	}
	// Storage: `Preimage::PreimageFor` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// `s` is 128 to 4194304.
	fn service_task_fetched(s: u32) -> Weight {
		// Fastest run: 28_612 ns.
		Weight::from_parts(369_795_961, 3_605)
			// ± 21
			.saturating_add(Weight::from_parts(621, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(s.into()))
	}
	// Storage: `Scheduler::Lookup` (r:0 w:1)
	fn service_task_named() -> Weight {
		// Fastest run: 4_557 ns.
		Weight::from_parts(4_867_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}
	fn service_task_periodic() -> Weight {
		// Fastest run: 3_045 ns.
		Weight::from_parts(3_225_000, 0)
	}
	fn execute_dispatch_signed() -> Weight {
		// Fastest run: 2_594 ns.
		Weight::from_parts(2_744_000, 0)
	}
	fn execute_dispatch_unsigned() -> Weight {
		// Fastest run: 2_504 ns.
		Weight::from_parts(2_594_000, 0)
	}
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// `s` is 0 to 63.
	fn schedule(s: u32) -> Weight {
		// Fastest run: 10_646 ns.
		Weight::from_parts(13_352_413, 16_855)
			// ± 18_141
			.saturating_add(Weight::from_parts(469_106, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	// Storage: `Scheduler::Lookup` (r:0 w:1)
	// `s` is 1 to 64.
	fn cancel(s: u32) -> Weight {
		// Fastest run: 17_125 ns.
		Weight::from_parts(17_109_839, 16_855)
			// ± 15_048
			.saturating_add(Weight::from_parts(718_620, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// `s` is 0 to 63.
	fn schedule_named(s: u32) -> Weight {
		// Fastest run: 14_151 ns.
		Weight::from_parts(19_611_154, 16_855)
			// ± 17_064
			.saturating_add(Weight::from_parts(414_941, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	// `s` is 1 to 64.
	fn cancel_named(s: u32) -> Weight {
		// Fastest run: 19_579 ns.
		Weight::from_parts(18_691_417, 16_855)
			// ± 9_264
			.saturating_add(Weight::from_parts(716_030, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	// `s` is 1 to 64.
	fn schedule_retry(s: u32) -> Weight {
		// Fastest run: 10_125 ns.
		Weight::from_parts(9_558_723, 16_855)
			// ± 5_873
			.saturating_add(Weight::from_parts(67_963, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	// Storage: `Scheduler::Agenda` (r:1 w:0)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	fn set_retry() -> Weight {
		// Fastest run: 35_082 ns.
		Weight::from_parts(41_672_000, 16_855)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Scheduler::Lookup` (r:1 w:0)
	// Storage: `Scheduler::Agenda` (r:1 w:0)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	fn set_retry_named() -> Weight {
		// Fastest run: 42_844 ns.
		Weight::from_parts(50_255_000, 16_855)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Scheduler::Agenda` (r:1 w:0)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	fn cancel_retry() -> Weight {
		// Fastest run: 31_667 ns.
		Weight::from_parts(32_989_000, 16_855)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	// Storage: `Scheduler::Lookup` (r:1 w:0)
	// Storage: `Scheduler::Agenda` (r:1 w:0)
	// Storage: `Scheduler::Retries` (r:0 w:1)
	fn cancel_retry_named() -> Weight {
		// Fastest run: 42_454 ns.
		Weight::from_parts(44_577_000, 16_855)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
