//! Weights of `pallet_clause_registry`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.
//! Estimated since, until they are measured again: what the catalogue of capabilities adds to `register`, `retire` and
//! `job_pruned_last`, and its own calls.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_clause_registry` weigh.
pub trait WeightInfo {
	/// Weight of `register`.
	fn register() -> Weight;
	/// Weight of `activate`.
	fn activate() -> Weight;
	/// Weight of `retire`.
	fn retire() -> Weight;
	/// Weight of `enter_safe_mode`.
	fn enter_safe_mode() -> Weight;
	/// Weight of `leave_safe_mode`.
	fn leave_safe_mode() -> Weight;
	/// Weight of `transfer_ownership`.
	fn transfer_ownership() -> Weight;
	/// Weight of `transfer_authority`.
	fn transfer_authority() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `job_opened`.
	fn job_opened() -> Weight;
	/// Weight of `job_closed`.
	fn job_closed() -> Weight;
	/// Weight of `job_pruned`.
	fn job_pruned() -> Weight;
	/// Weight of `job_pruned_last`.
	fn job_pruned_last() -> Weight;
	/// Weight of `suspend`.
	fn suspend() -> Weight;
	/// Weight of `stranded_by`.
	fn stranded_by() -> Weight;
	/// Weight of `declare_capability`.
	fn declare_capability() -> Weight;
	/// Weight of `retire_capability`.
	fn retire_capability() -> Weight;
	/// Weight of `correct_capability`.
	fn correct_capability() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `ClauseRegistry::Authorities` (r:1 w:1)
	// Storage: `ClauseRegistry::Latest` (r:1 w:1)
	// Storage: `ClauseRegistry::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `ClauseRegistry::CounterForClauses` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `ClauseRegistry::ByIndex` (r:0 w:1)
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `ClauseRegistry::MeasurementUsers` (r:0 w:8)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn register() -> Weight {
		// Fastest run without the catalogue: 132_458 ns.
		Weight::from_parts(146_701_000, 2_098_641)
			.saturating_add(Db::get().reads(12))
			.saturating_add(Db::get().writes(20))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn activate() -> Weight {
		// Fastest run: 29_414 ns.
		Weight::from_parts(30_065_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `System::Account` and `Balances::Holds` of who declared it (r:2 w:2)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `ClauseRegistry::MeasurementUsers` (r:0 w:8)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn retire() -> Weight {
		// Fastest run without the catalogue: 104_155 ns.
		Weight::from_parts(161_877_000, 2_098_641)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(18))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn enter_safe_mode() -> Weight {
		// Fastest run: 29_384 ns.
		Weight::from_parts(31_797_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn leave_safe_mode() -> Weight {
		// Fastest run: 28_753 ns.
		Weight::from_parts(29_715_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `Balances::Holds` (r:2 w:2)
	// Storage: `System::Account` (r:2 w:2)
	fn transfer_ownership() -> Weight {
		// Fastest run: 72_699 ns.
		Weight::from_parts(74_361_000, 6_362)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `ClauseRegistry::Authorities` (r:1 w:1)
	fn transfer_authority() -> Weight {
		// Fastest run: 11_798 ns.
		Weight::from_parts(12_309_000, 3_546)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `ClauseRegistry::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 4_727 ns.
		Weight::from_parts(4_967_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	fn job_opened() -> Weight {
		// Fastest run: 10_616 ns.
		Weight::from_parts(11_007_000, 5_204)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `ClauseRegistry::Parameters` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn job_closed() -> Weight {
		// Fastest run: 27_311 ns.
		Weight::from_parts(28_343_000, 2_098_641)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	fn job_pruned() -> Weight {
		// Fastest run: 10_706 ns.
		Weight::from_parts(11_347_000, 5_204)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `System::Account` and `Balances::Holds` of who declared it (r:2 w:2)
	// Storage: `ClauseRegistry::MeasurementUsers` (r:0 w:8)
	fn job_pruned_last() -> Weight {
		// Fastest run without the catalogue: 81_822 ns.
		Weight::from_parts(132_964_000, 6_362)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(15))
	}
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn suspend() -> Weight {
		// Fastest run: 24_797 ns.
		Weight::from_parts(25_117_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `ClauseRegistry::MeasurementUsers` (r:65 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:64 w:0)
	fn stranded_by() -> Weight {
		// Fastest run: 778_853 ns.
		Weight::from_parts(847_706_000, 270_686).saturating_add(Db::get().reads(129))
	}
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `ClauseRegistry::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn declare_capability() -> Weight {
		// An estimate.
		Weight::from_parts(80_000_000, 2_098_641)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn retire_capability() -> Weight {
		// An estimate.
		Weight::from_parts(80_000_000, 2_098_641)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `ClauseRegistry::Capabilities` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn correct_capability() -> Weight {
		// An estimate.
		Weight::from_parts(80_000_000, 2_098_641)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(6))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn register() -> Weight {
		Measured::<ParityDbWeight>::register()
	}
	fn activate() -> Weight {
		Measured::<ParityDbWeight>::activate()
	}
	fn retire() -> Weight {
		Measured::<ParityDbWeight>::retire()
	}
	fn enter_safe_mode() -> Weight {
		Measured::<ParityDbWeight>::enter_safe_mode()
	}
	fn leave_safe_mode() -> Weight {
		Measured::<ParityDbWeight>::leave_safe_mode()
	}
	fn transfer_ownership() -> Weight {
		Measured::<ParityDbWeight>::transfer_ownership()
	}
	fn transfer_authority() -> Weight {
		Measured::<ParityDbWeight>::transfer_authority()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn job_opened() -> Weight {
		Measured::<ParityDbWeight>::job_opened()
	}
	fn job_closed() -> Weight {
		Measured::<ParityDbWeight>::job_closed()
	}
	fn job_pruned() -> Weight {
		Measured::<ParityDbWeight>::job_pruned()
	}
	fn job_pruned_last() -> Weight {
		Measured::<ParityDbWeight>::job_pruned_last()
	}
	fn suspend() -> Weight {
		Measured::<ParityDbWeight>::suspend()
	}
	fn stranded_by() -> Weight {
		Measured::<ParityDbWeight>::stranded_by()
	}
	fn declare_capability() -> Weight {
		Measured::<ParityDbWeight>::declare_capability()
	}
	fn retire_capability() -> Weight {
		Measured::<ParityDbWeight>::retire_capability()
	}
	fn correct_capability() -> Weight {
		Measured::<ParityDbWeight>::correct_capability()
	}
}
