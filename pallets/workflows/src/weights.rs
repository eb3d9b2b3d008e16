//! Weights of `pallet_workflows`. Estimates, from the accesses of each part and from what comparable parts of the
//! neighbouring pallets were measured at; to be measured by the benchmarks on the runtime (`make weights`).

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_workflows` weigh.
pub trait WeightInfo {
	/// Weight of `submit`. `s` is 1 to 128 steps with as many dependencies as a step may have, `b` bytes of inputs up to 65,536.
	fn submit(s: u32, b: u32) -> Weight;
	/// Weight of `end`. The end of a workflow, and its receipt's facts.
	fn end() -> Weight;
	/// Weight of `hand_over`.
	fn hand_over() -> Weight;
	/// Weight of `authorize_hand_over`.
	fn authorize_hand_over() -> Weight;
	/// Weight of `refuse`.
	fn refuse() -> Weight;
	/// Weight of `authorize_refuse`.
	fn authorize_refuse() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `tick`.
	fn tick() -> Weight;
	/// Weight of `agenda_page`.
	fn agenda_page() -> Weight;
	/// Weight of `advance_idle`.
	fn advance_idle() -> Weight;
	/// Weight of `wake`.
	fn wake() -> Weight;
	/// Weight of `prune`. [`PRUNE_CHUNK`](crate::types::PRUNE_CHUNK) steps with inputs of their own, and the rest of the workflow.
	fn prune() -> Weight;
	/// Weight of `job_ended`. A result that 127 steps wait for.
	fn job_ended() -> Weight;
	/// Weight of `open_step`. `b` is bytes of the input up to 65,536; 16 predecessors whose outputs are merged.
	fn open_step(b: u32) -> Weight;
	/// Weight of `conclude`. `n` is 0 to 128 outputs that are merged.
	fn conclude(n: u32) -> Weight;
	/// Weight of `wind_down`.
	fn wind_down() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Estimated<<T as frame_system::Config>::DbWeight>;

/// The estimated weights, with the database `Db`.
pub struct Estimated<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Estimated<Db> {
	fn submit(s: u32, b: u32) -> Weight {
		Weight::from_parts(60_000_000, 4_000)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().writes(s.into()))
			.saturating_add(Weight::from_parts(4_000, 0).saturating_mul(b.into()))
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(8))
	}
	fn end() -> Weight {
		Weight::from_parts(55_000_000, 4_000)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(9))
	}
	fn hand_over() -> Weight {
		Weight::from_parts(150_000_000, 4_000)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(3))
	}
	fn authorize_hand_over() -> Weight {
		Weight::from_parts(110_000_000, 4_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(0))
	}
	fn refuse() -> Weight {
		Weight::from_parts(140_000_000, 4_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(2))
	}
	fn authorize_refuse() -> Weight {
		Weight::from_parts(105_000_000, 4_000)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(0))
	}
	fn set_params() -> Weight {
		Weight::from_parts(12_000_000, 4_000)
			.saturating_add(Db::get().reads(0))
			.saturating_add(Db::get().writes(1))
	}
	fn tick() -> Weight {
		Weight::from_parts(9_000_000, 4_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	fn agenda_page() -> Weight {
		Weight::from_parts(12_000_000, 4_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	fn advance_idle() -> Weight {
		Weight::from_parts(14_000_000, 4_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	fn wake() -> Weight {
		Weight::from_parts(18_000_000, 4_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	fn prune() -> Weight {
		Weight::from_parts(90_000_000, 4_000)
			.saturating_add(Db::get().reads(20))
			.saturating_add(Db::get().writes(36))
	}
	fn job_ended() -> Weight {
		Weight::from_parts(60_000_000, 4_000)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(9))
	}
	fn open_step(b: u32) -> Weight {
		Weight::from_parts(170_000_000, 4_000)
			.saturating_add(Weight::from_parts(3_000, 0).saturating_mul(b.into()))
			.saturating_add(Db::get().reads(24))
			.saturating_add(Db::get().writes(9))
	}
	fn conclude(n: u32) -> Weight {
		Weight::from_parts(80_000_000, 4_000)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(n.into()))
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(9))
	}
	fn wind_down() -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(6))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn submit(s: u32, b: u32) -> Weight {
		Estimated::<ParityDbWeight>::submit(s, b)
	}
	fn end() -> Weight {
		Estimated::<ParityDbWeight>::end()
	}
	fn hand_over() -> Weight {
		Estimated::<ParityDbWeight>::hand_over()
	}
	fn authorize_hand_over() -> Weight {
		Estimated::<ParityDbWeight>::authorize_hand_over()
	}
	fn refuse() -> Weight {
		Estimated::<ParityDbWeight>::refuse()
	}
	fn authorize_refuse() -> Weight {
		Estimated::<ParityDbWeight>::authorize_refuse()
	}
	fn set_params() -> Weight {
		Estimated::<ParityDbWeight>::set_params()
	}
	fn tick() -> Weight {
		Estimated::<ParityDbWeight>::tick()
	}
	fn agenda_page() -> Weight {
		Estimated::<ParityDbWeight>::agenda_page()
	}
	fn advance_idle() -> Weight {
		Estimated::<ParityDbWeight>::advance_idle()
	}
	fn wake() -> Weight {
		Estimated::<ParityDbWeight>::wake()
	}
	fn prune() -> Weight {
		Estimated::<ParityDbWeight>::prune()
	}
	fn job_ended() -> Weight {
		Estimated::<ParityDbWeight>::job_ended()
	}
	fn open_step(b: u32) -> Weight {
		Estimated::<ParityDbWeight>::open_step(b)
	}
	fn conclude(n: u32) -> Weight {
		Estimated::<ParityDbWeight>::conclude(n)
	}
	fn wind_down() -> Weight {
		Estimated::<ParityDbWeight>::wind_down()
	}
}
