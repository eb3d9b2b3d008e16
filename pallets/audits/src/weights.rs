//! Weights of `pallet_audits`. Estimated: the database accesses are those of the code; the times are those of calls of other
//! pallets that do as much. To be measured by the benchmarks on the runtime.
//!
//! `job_ended` contains what the board does to freeze a job and to take its result back: the board's own weight contains
//! that of whoever hears of the ends of jobs, so that it cannot be asked for here.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_audits` weigh.
pub trait WeightInfo {
	/// Weight of `decided`.
	fn decided() -> Weight;
	/// Weight of `hook_base`.
	fn hook_base() -> Weight;
	/// Weight of `draw`.
	fn draw() -> Weight;
	/// Weight of `look`.
	fn look() -> Weight;
	/// Weight of `open`.
	fn open() -> Weight;
	/// Weight of `job_ended`.
	fn job_ended() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `audit`.
	fn audit() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `Audits::Undrawn` (r:1 w:1)
	// Storage: `Audits::Totaled` (r:1 w:1)
	fn decided() -> Weight {
		Weight::from_parts(15_000_000, 14_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `Audits::Undrawn` (r:1 w:1)
	// Storage: `Audits::Waiting` (r:1 w:1)
	// Storage: `Audits::Parameters` (r:1 w:0)
	// Storage: `Audits::Totaled` (r:1 w:1)
	// What the seed is made of (r:4 w:0)
	fn hook_base() -> Weight {
		Weight::from_parts(60_000_000, 20_000)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(3))
	}
	// One hash.
	fn draw() -> Weight {
		Weight::from_parts(2_000_000, 0)
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// An event.
	fn look() -> Weight {
		Weight::from_parts(35_000_000, 12_000).saturating_add(Db::get().reads(2))
	}
	// Storage: `Audits::Reports` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:0), and once more from memory
	// Storage: `JobDispatch::Orders` (r:1 w:0), and once more from memory
	// Storage: `JobDispatch::Inputs` (r:1 w:0)
	// Storage: `JobDispatch::Seals` (r:1 w:0)
	fn open() -> Weight {
		Weight::from_parts(120_000_000, 90_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Audits::Reports` (r:1 w:1)
	// Storage: `Audits::Totaled` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// Storage: `JobDispatch::Seals` (r:0 w:1)
	// Storage: `JobDispatch::Ciphertexts` (r:0 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	fn job_ended() -> Weight {
		Weight::from_parts(250_000_000, 2_098_641)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(10))
	}
	// Storage: `Audits::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `Audits::Reports` (r:1 w:1)
	// Storage: `Audits::Totaled` (r:1 w:1)
	// Without what opening costs.
	fn audit() -> Weight {
		Weight::from_parts(50_000_000, 12_000)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(2))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn decided() -> Weight {
		Measured::<ParityDbWeight>::decided()
	}
	fn hook_base() -> Weight {
		Measured::<ParityDbWeight>::hook_base()
	}
	fn draw() -> Weight {
		Measured::<ParityDbWeight>::draw()
	}
	fn look() -> Weight {
		Measured::<ParityDbWeight>::look()
	}
	fn open() -> Weight {
		Measured::<ParityDbWeight>::open()
	}
	fn job_ended() -> Weight {
		Measured::<ParityDbWeight>::job_ended()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn audit() -> Weight {
		Measured::<ParityDbWeight>::audit()
	}
}
