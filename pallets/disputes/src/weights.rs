//! Weights of `pallet_disputes`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.
//! `auto_open` and `overridden` are not measured yet: their database accesses are those of the code, their times those of
//! `open` and `time_out`, of which they do a part.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_disputes` weigh.
pub trait WeightInfo {
	/// Weight of `open`.
	fn open() -> Weight;
	/// Weight of `resolve`.
	fn resolve(c: u32) -> Weight;
	/// Weight of `report_equivocation`.
	fn report_equivocation() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `sweep_base`.
	fn sweep_base() -> Weight;
	/// Weight of `sweep_block`.
	fn sweep_block() -> Weight;
	/// Weight of `time_out`.
	fn time_out() -> Weight;
	/// Weight of `auto_open`.
	fn auto_open() -> Weight;
	/// Weight of `overridden`.
	fn overridden() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `Disputes::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Disputes::OpenOfJob` (r:1 w:1)
	// Storage: `Disputes::OpenOfAccount` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `Disputes::CameToNothing` (r:1 w:0)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `Disputes::NextDispute` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Disputes::Agenda` (r:0 w:1)
	// Storage: `Disputes::Disputes` (r:0 w:1)
	fn open() -> Weight {
		// Fastest run: 149_093 ns.
		Weight::from_parts(168_352_000, 2_098_641)
			.saturating_add(Db::get().reads(12))
			.saturating_add(Db::get().writes(12))
	}
	// Storage: `Disputes::Disputes` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `Balances::Holds` (r:2 w:2)
	// Storage: `NodeStaking::Nodes` (r:7 w:7)
	// Storage: `NodeStaking::UsedEvidence` (r:7 w:7)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Spans` (r:7 w:7)
	// Storage: `NodeStaking::PendingSlashes` (r:7 w:7)
	// Storage: `NodeStaking::LastPages` (r:2 w:0)
	// Storage: `NodeStaking::Agenda` (r:2 w:2)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:7 w:7)
	// Storage: `JobDispatch::Offers` (r:7 w:7)
	// Storage: `JobDispatch::PoolPlaces` (r:8 w:14)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:8 w:14)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `Disputes::OpenOfAccount` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:16)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// Storage: `JobDispatch::Standings` (r:0 w:7)
	// Storage: `Disputes::Agenda` (r:0 w:1)
	// Storage: `Disputes::OpenOfJob` (r:0 w:1)
	// `c` is 0 to 7.
	fn resolve(c: u32) -> Weight {
		// Fastest run: 190_545 ns.
		Weight::from_parts(196_931_890, 2_098_641)
			// ± 6_360_936
			.saturating_add(Weight::from_parts(154_436_011, 0).saturating_mul(c.into()))
			.saturating_add(Db::get().reads(19))
			.saturating_add(Db::get().reads(9_u64.saturating_mul(c.into())))
			.saturating_add(Db::get().writes(20))
			.saturating_add(Db::get().writes(14_u64.saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 5_880).saturating_mul(c.into()))
	}
	// Storage: `Disputes::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `Disputes::Equivocations` (r:1 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::UsedEvidence` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Spans` (r:1 w:1)
	// Storage: `NodeStaking::PendingSlashes` (r:1 w:1)
	// Storage: `NodeStaking::LastPages` (r:2 w:0)
	// Storage: `NodeStaking::Agenda` (r:2 w:2)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Disputes::NextDispute` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:3)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// Storage: `Disputes::Disputes` (r:0 w:1)
	fn report_equivocation() -> Weight {
		// Fastest run: 483_582 ns.
		Weight::from_parts(539_035_000, 2_098_641)
			.saturating_add(Db::get().reads(27))
			.saturating_add(Db::get().writes(25))
	}
	// Storage: `Disputes::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 6_389 ns.
		Weight::from_parts(9_023_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `Disputes::CarryOver` (r:1 w:1)
	fn sweep_base() -> Weight {
		// Fastest run: 4_186 ns.
		Weight::from_parts(4_516_000, 1_489)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Disputes::CarryOver` (r:1 w:0)
	// Storage: `Disputes::Agenda` (r:1 w:0)
	fn sweep_block() -> Weight {
		// Fastest run: 9_414 ns.
		Weight::from_parts(9_845_000, 3_489).saturating_add(Db::get().reads(2))
	}
	// Storage: `Disputes::CarryOver` (r:1 w:0)
	// Storage: `Disputes::Agenda` (r:2 w:1)
	// Storage: `Disputes::Disputes` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `Disputes::OpenOfAccount` (r:1 w:1)
	// Storage: `Disputes::CameToNothing` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Disputes::OpenOfJob` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn time_out() -> Weight {
		// Fastest run: 249_032 ns.
		Weight::from_parts(264_775_000, 2_098_641)
			.saturating_add(Db::get().reads(17))
			.saturating_add(Db::get().writes(14))
	}
	// Storage: `Disputes::OpenOfJob` (r:1 w:1)
	// Storage: `Disputes::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `Disputes::NextDispute` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Disputes::Agenda` (r:0 w:1)
	// Storage: `Disputes::Disputes` (r:0 w:1)
	fn auto_open() -> Weight {
		Weight::from_parts(168_352_000, 2_098_641)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `Disputes::OpenOfJob` (r:1 w:1)
	// Storage: `Disputes::Disputes` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Disputes::OpenOfAccount` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Disputes::Agenda` (r:0 w:1)
	fn overridden() -> Weight {
		Weight::from_parts(264_775_000, 2_098_641)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(9))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn open() -> Weight {
		Measured::<ParityDbWeight>::open()
	}
	fn resolve(c: u32) -> Weight {
		Measured::<ParityDbWeight>::resolve(c)
	}
	fn report_equivocation() -> Weight {
		Measured::<ParityDbWeight>::report_equivocation()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn sweep_base() -> Weight {
		Measured::<ParityDbWeight>::sweep_base()
	}
	fn sweep_block() -> Weight {
		Measured::<ParityDbWeight>::sweep_block()
	}
	fn time_out() -> Weight {
		Measured::<ParityDbWeight>::time_out()
	}
	fn auto_open() -> Weight {
		Measured::<ParityDbWeight>::auto_open()
	}
	fn overridden() -> Weight {
		Measured::<ParityDbWeight>::overridden()
	}
}
