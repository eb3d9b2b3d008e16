//! Weights of `pallet_attestation`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_attestation` weigh.
pub trait WeightInfo {
	/// Weight of `attest`.
	fn attest(d: u32) -> Weight;
	/// Weight of `surrender`.
	fn surrender() -> Weight;
	/// Weight of `invalidate`.
	fn invalidate() -> Weight;
	/// Weight of `evict`.
	fn evict() -> Weight;
	/// Weight of `allow_measurement`.
	fn allow_measurement() -> Weight;
	/// Weight of `sunset_measurement`.
	fn sunset_measurement() -> Weight;
	/// Weight of `revoke_measurement`.
	fn revoke_measurement() -> Weight;
	/// Weight of `add_anchor`.
	fn add_anchor() -> Weight;
	/// Weight of `remove_anchor`.
	fn remove_anchor() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `sweep_base`.
	fn sweep_base() -> Weight;
	/// Weight of `sweep_block`.
	fn sweep_block() -> Weight;
	/// Weight of `lapse_lease`.
	fn lapse_lease() -> Weight;
	/// Weight of `forget_challenge`.
	fn forget_challenge() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `NodeStaking::Nodes` (r:3 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	// Storage: `JobDispatch::Pools` (r:0 w:2)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// `d` is 0 to 2.
	fn attest(d: u32) -> Weight {
		// Fastest run: 429_771 ns.
		Weight::from_parts(488_287_904, 2_098_641)
			// ± 3_863_741
			.saturating_add(Weight::from_parts(61_545_650, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().reads(29))
			.saturating_add(Db::get().reads(4_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(30))
			.saturating_add(Db::get().writes(6_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:1)
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn surrender() -> Weight {
		// Fastest run: 79_288 ns.
		Weight::from_parts(93_529_000, 2_098_641)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(11))
	}
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn invalidate() -> Weight {
		// Fastest run: 70_656 ns.
		Weight::from_parts(80_090_000, 2_098_641)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(11))
	}
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn evict() -> Weight {
		// Fastest run: 91_667 ns.
		Weight::from_parts(98_266_000, 2_098_641)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(11))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:1)
	fn allow_measurement() -> Weight {
		// Fastest run: 19_099 ns.
		Weight::from_parts(19_660_000, 3_534)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:1)
	fn sunset_measurement() -> Weight {
		// Fastest run: 21_372 ns.
		Weight::from_parts(22_384_000, 3_534)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:1)
	fn revoke_measurement() -> Weight {
		// Fastest run: 21_192 ns.
		Weight::from_parts(24_707_000, 3_534)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Anchors` (r:1 w:1)
	fn add_anchor() -> Weight {
		// Fastest run: 15_273 ns.
		Weight::from_parts(17_926_000, 2_030)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::Anchors` (r:1 w:1)
	fn remove_anchor() -> Weight {
		// Fastest run: 12_608 ns.
		Weight::from_parts(13_450_000, 2_030)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 7_552 ns.
		Weight::from_parts(9_885_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:1)
	fn sweep_base() -> Weight {
		// Fastest run: 4_817 ns.
		Weight::from_parts(5_278_000, 1_489)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:1 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:0)
	fn sweep_block() -> Weight {
		// Fastest run: 23_014 ns.
		Weight::from_parts(24_146_000, 3_493).saturating_add(Db::get().reads(3))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:2 w:1)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	fn lapse_lease() -> Weight {
		// Fastest run: 37_606 ns.
		Weight::from_parts(44_356_000, 5_996)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:1 w:0)
	// Storage: `Attestation::UsedChallenges` (r:2 w:1)
	fn forget_challenge() -> Weight {
		// Fastest run: 26_810 ns.
		Weight::from_parts(27_981_000, 5_988)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(1))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn attest(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest(d)
	}
	fn surrender() -> Weight {
		Measured::<ParityDbWeight>::surrender()
	}
	fn invalidate() -> Weight {
		Measured::<ParityDbWeight>::invalidate()
	}
	fn evict() -> Weight {
		Measured::<ParityDbWeight>::evict()
	}
	fn allow_measurement() -> Weight {
		Measured::<ParityDbWeight>::allow_measurement()
	}
	fn sunset_measurement() -> Weight {
		Measured::<ParityDbWeight>::sunset_measurement()
	}
	fn revoke_measurement() -> Weight {
		Measured::<ParityDbWeight>::revoke_measurement()
	}
	fn add_anchor() -> Weight {
		Measured::<ParityDbWeight>::add_anchor()
	}
	fn remove_anchor() -> Weight {
		Measured::<ParityDbWeight>::remove_anchor()
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
	fn lapse_lease() -> Weight {
		Measured::<ParityDbWeight>::lapse_lease()
	}
	fn forget_challenge() -> Weight {
		Measured::<ParityDbWeight>::forget_challenge()
	}
}
