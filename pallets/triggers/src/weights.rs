//! Weights of `pallet_triggers`.
//!
//! Estimates: what each part reads, writes and computes, by the measured weights of the neighbours. `make weights` replaces
//! them by what the benchmarks measure on the runtime.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_triggers` weigh.
pub trait WeightInfo {
	/// Weight of `register_source`.
	fn register_source() -> Weight;
	/// Weight of `update_source`.
	fn update_source() -> Weight;
	/// Weight of `retire_source`.
	fn retire_source() -> Weight;
	/// Weight of `post_reading`.
	fn post_reading(w: u32) -> Weight;
	/// Weight of `verify_signature`.
	fn verify_signature() -> Weight;
	/// Weight of `create_trigger`.
	fn create_trigger() -> Weight;
	/// Weight of `fund`.
	fn fund() -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of `pause_trigger`.
	fn pause_trigger() -> Weight;
	/// Weight of `resume_trigger`.
	fn resume_trigger() -> Weight;
	/// Weight of `remove_trigger`.
	fn remove_trigger() -> Weight;
	/// Weight of `fire`.
	fn fire() -> Weight;
	/// Weight of `declare_forecast`.
	fn declare_forecast() -> Weight;
	/// Weight of `withdraw_forecast`.
	fn withdraw_forecast() -> Weight;
	/// Weight of `forget_forecast`.
	fn forget_forecast() -> Weight;
	/// Weight of `appoint`.
	fn appoint() -> Weight;
	/// Weight of `set_quota`.
	fn set_quota() -> Weight;
	/// Weight of `activate_burst`.
	fn activate_burst() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `hook_base`.
	fn hook_base() -> Weight;
	/// Weight of `hook_block`.
	fn hook_block() -> Weight;
	/// Weight of `firing`.
	fn firing(p: u32) -> Weight;
	/// Weight of `job_ended`.
	fn job_ended(d: u32) -> Weight;
	/// Weight of `quotas`.
	fn quotas() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	fn register_source() -> Weight {
		Weight::from_parts(60_000_000, 4_000)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(4))
	}
	fn update_source() -> Weight {
		Weight::from_parts(55_000_000, 15_000)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(2))
	}
	fn retire_source() -> Weight {
		Weight::from_parts(50_000_000, 4_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	fn post_reading(w: u32) -> Weight {
		Weight::from_parts(60_000_000, 20_000)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(3))
			.saturating_add(Weight::from_parts(8_000_000, 700).saturating_mul(w.into()))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(w.into())))
			.saturating_add(Db::get().writes(2_u64.saturating_mul(w.into())))
	}
	fn verify_signature() -> Weight {
		Weight::from_parts(75_000_000, 0)
	}
	fn create_trigger() -> Weight {
		Weight::from_parts(120_000_000, 20_000)
			.saturating_add(Db::get().reads(22))
			.saturating_add(Db::get().writes(8))
	}
	fn fund() -> Weight {
		Weight::from_parts(50_000_000, 5_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(50_000_000, 5_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	fn pause_trigger() -> Weight {
		Weight::from_parts(20_000_000, 2_500)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	fn resume_trigger() -> Weight {
		Weight::from_parts(25_000_000, 2_500)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(2))
	}
	fn remove_trigger() -> Weight {
		Weight::from_parts(80_000_000, 8_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(8))
	}
	fn fire() -> Weight {
		Weight::from_parts(25_000_000, 2_500)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(2))
	}
	fn declare_forecast() -> Weight {
		Weight::from_parts(35_000_000, 4_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	fn withdraw_forecast() -> Weight {
		Weight::from_parts(30_000_000, 4_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	fn forget_forecast() -> Weight {
		Weight::from_parts(25_000_000, 4_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	fn appoint() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(Db::get().writes(1))
	}
	fn set_quota() -> Weight {
		Weight::from_parts(20_000_000, 2_600)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	fn activate_burst() -> Weight {
		Weight::from_parts(18_000_000, 2_600)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	fn set_params() -> Weight {
		Weight::from_parts(12_000_000, 0).saturating_add(Db::get().writes(1))
	}
	fn hook_base() -> Weight {
		Weight::from_parts(8_000_000, 1_600)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	fn hook_block() -> Weight {
		Weight::from_parts(6_000_000, 2_600).saturating_add(Db::get().reads(1))
	}
	fn firing(p: u32) -> Weight {
		Weight::from_parts(110_000_000, 16_000)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(8))
			.saturating_add(Weight::from_parts(25_000_000, 11_000).saturating_mul(p.into()))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(p.into())))
	}
	fn job_ended(d: u32) -> Weight {
		Weight::from_parts(35_000_000, 8_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(d.into())))
	}
	fn quotas() -> Weight {
		Weight::from_parts(45_000_000, 24_000)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(2))
	}
}

impl WeightInfo for () {
	fn register_source() -> Weight {
		Measured::<ParityDbWeight>::register_source()
	}
	fn update_source() -> Weight {
		Measured::<ParityDbWeight>::update_source()
	}
	fn retire_source() -> Weight {
		Measured::<ParityDbWeight>::retire_source()
	}
	fn post_reading(w: u32) -> Weight {
		Measured::<ParityDbWeight>::post_reading(w)
	}
	fn verify_signature() -> Weight {
		Measured::<ParityDbWeight>::verify_signature()
	}
	fn create_trigger() -> Weight {
		Measured::<ParityDbWeight>::create_trigger()
	}
	fn fund() -> Weight {
		Measured::<ParityDbWeight>::fund()
	}
	fn withdraw() -> Weight {
		Measured::<ParityDbWeight>::withdraw()
	}
	fn pause_trigger() -> Weight {
		Measured::<ParityDbWeight>::pause_trigger()
	}
	fn resume_trigger() -> Weight {
		Measured::<ParityDbWeight>::resume_trigger()
	}
	fn remove_trigger() -> Weight {
		Measured::<ParityDbWeight>::remove_trigger()
	}
	fn fire() -> Weight {
		Measured::<ParityDbWeight>::fire()
	}
	fn declare_forecast() -> Weight {
		Measured::<ParityDbWeight>::declare_forecast()
	}
	fn withdraw_forecast() -> Weight {
		Measured::<ParityDbWeight>::withdraw_forecast()
	}
	fn forget_forecast() -> Weight {
		Measured::<ParityDbWeight>::forget_forecast()
	}
	fn appoint() -> Weight {
		Measured::<ParityDbWeight>::appoint()
	}
	fn set_quota() -> Weight {
		Measured::<ParityDbWeight>::set_quota()
	}
	fn activate_burst() -> Weight {
		Measured::<ParityDbWeight>::activate_burst()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn hook_base() -> Weight {
		Measured::<ParityDbWeight>::hook_base()
	}
	fn hook_block() -> Weight {
		Measured::<ParityDbWeight>::hook_block()
	}
	fn firing(p: u32) -> Weight {
		Measured::<ParityDbWeight>::firing(p)
	}
	fn job_ended(d: u32) -> Weight {
		Measured::<ParityDbWeight>::job_ended(d)
	}
	fn quotas() -> Weight {
		Measured::<ParityDbWeight>::quotas()
	}
}
