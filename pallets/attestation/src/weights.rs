//! Weights of `pallet_attestation`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 4 steps, 6 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_attestation` weigh.
pub trait WeightInfo {
	/// Weight of `attest_intel`.
	fn attest_intel(d: u32) -> Weight;
	/// Weight of `attest_intel_known`.
	fn attest_intel_known(d: u32) -> Weight;
	/// Weight of `attest_amd`.
	fn attest_amd(d: u32) -> Weight;
	/// Weight of `attest_amd_known`.
	fn attest_amd_known(d: u32) -> Weight;
	/// Weight of `attest_aws`.
	fn attest_aws(d: u32) -> Weight;
	/// Weight of `attest_aws_known`.
	fn attest_aws_known(d: u32) -> Weight;
	/// Weight of `surrender`.
	fn surrender() -> Weight;
	/// Weight of `invalidate`.
	fn invalidate() -> Weight;
	/// Weight of `evict`.
	fn evict() -> Weight;
	/// Weight of `post_collateral`.
	fn post_collateral() -> Weight;
	/// Weight of `remove_collateral`.
	fn remove_collateral() -> Weight;
	/// Weight of `set_quote_policy`.
	fn set_quote_policy() -> Weight;
	/// Weight of `propose_measurement`.
	fn propose_measurement() -> Weight;
	/// Weight of `withdraw_measurement`.
	fn withdraw_measurement() -> Weight;
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
	/// Weight of `measurement_due`.
	fn measurement_due() -> Weight;
	/// Weight of `reassess_base`.
	fn reassess_base() -> Weight;
	/// Weight of `reassess_lease`.
	fn reassess_lease() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:2 w:0)
	// Storage: `Attestation::TcbInfos` (r:1 w:0)
	// Storage: `Attestation::QeIdentities` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_intel(d: u32) -> Weight {
		// Fastest run: 2_042_509 ns.
		Weight::from_parts(3_569_949_264, 2_098_641)
			// ± 463_508_309
			.saturating_add(Weight::from_parts(1_615_417_941, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().reads(35))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:2 w:0)
	// Storage: `Attestation::TcbInfos` (r:1 w:0)
	// Storage: `Attestation::QeIdentities` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_intel_known(d: u32) -> Weight {
		// Fastest run: 1_503_995 ns.
		Weight::from_parts(2_324_042_323, 2_098_641)
			// ± 584_044_377
			.saturating_add(Weight::from_parts(702_894_955, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().reads(35))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_amd(d: u32) -> Weight {
		// Fastest run: 7_771_153 ns.
		Weight::from_parts(14_580_880_264, 2_098_641)
			// ± 977_135_173
			.saturating_add(Weight::from_parts(264_848_191, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().reads(32))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_amd_known(d: u32) -> Weight {
		// Fastest run: 3_702_518 ns.
		Weight::from_parts(7_227_618_352, 2_098_641)
			// ± 557_440_303
			.saturating_add(Weight::from_parts(1_266_611_838, 0).saturating_mul(d.into()))
			.saturating_add(Db::get().reads(32))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_aws(d: u32) -> Weight {
		// Fastest run: 22_936_204 ns.
		Weight::from_parts(47_671_215_794, 2_098_641)
			.saturating_add(Db::get().reads(30))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:3 w:3)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:1 w:3)
	// Storage: `Attestation::Leases` (r:4 w:4)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:2 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:3)
	// Storage: `Attestation::FormerKeys` (r:3 w:3)
	// Storage: `Attestation::KnownKeys` (r:1 w:3)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::LeaseOfPlatform` (r:1 w:3)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:3 w:4)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:3 w:3)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:3 w:2)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:4)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:4)
	// Storage: `Attestation::NextLease` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:5)
	// Storage: `JobDispatch::Standings` (r:0 w:2)
	// Storage: `Attestation::FirstOfRow` (r:0 w:3)
	// Storage: `Attestation::Dossiers` (r:0 w:4)
	// `d` is 0 to 2.
	fn attest_aws_known(d: u32) -> Weight {
		// Fastest run: 10_897_009 ns.
		Weight::from_parts(16_246_845_352, 2_098_641)
			.saturating_add(Db::get().reads(30))
			.saturating_add(Db::get().reads(10_u64.saturating_mul(d.into())))
			.saturating_add(Db::get().writes(23))
			.saturating_add(Db::get().writes(20_u64.saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 4_793).saturating_mul(d.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:1)
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// Storage: `Attestation::KnownKeys` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::Dossiers` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn surrender() -> Weight {
		// Fastest run: 174_691 ns.
		Weight::from_parts(182_102_000, 2_098_641)
			.saturating_add(Db::get().reads(18))
			.saturating_add(Db::get().writes(25))
	}
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// Storage: `Attestation::KnownKeys` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::Dossiers` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn invalidate() -> Weight {
		// Fastest run: 169_453 ns.
		Weight::from_parts(179_358_000, 2_098_641)
			.saturating_add(Db::get().reads(17))
			.saturating_add(Db::get().writes(25))
	}
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `Attestation::Dossiers` (r:1 w:1)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:2 w:0)
	// Storage: `Attestation::TcbInfos` (r:1 w:0)
	// Storage: `Attestation::QeIdentities` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// Storage: `Attestation::KnownKeys` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn evict() -> Weight {
		// Fastest run: 429_762 ns.
		Weight::from_parts(491_905_000, 2_098_641)
			.saturating_add(Db::get().reads(34))
			.saturating_add(Db::get().writes(27))
	}
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:1 w:0)
	// Storage: `Attestation::Crls` (r:1 w:1)
	// Storage: `Attestation::CounterForCrls` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn post_collateral() -> Weight {
		// Fastest run: 7_808_498 ns.
		Weight::from_parts(7_908_157_000, 2_098_641)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `Attestation::TcbInfos` (r:1 w:1)
	// Storage: `Attestation::CounterForTcbInfos` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn remove_collateral() -> Weight {
		// Fastest run: 73_560 ns.
		Weight::from_parts(132_308_000, 2_098_641)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::Policies` (r:0 w:1)
	fn set_quote_policy() -> Weight {
		// Fastest run: 49_323 ns.
		Weight::from_parts(51_778_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::MeasurementAgenda` (r:0 w:1)
	fn propose_measurement() -> Weight {
		// Fastest run: 33_019 ns.
		Weight::from_parts(37_286_000, 2_098_641)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::MeasurementAgenda` (r:0 w:1)
	fn withdraw_measurement() -> Weight {
		// Fastest run: 29_975 ns.
		Weight::from_parts(32_158_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:449 w:1)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:1)
	// Storage: `ClauseRegistry::MeasurementUsers` (r:65 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:64 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `Attestation::MeasurementAgenda` (r:0 w:1)
	fn sunset_measurement() -> Weight {
		// Fastest run: 2_736_576 ns.
		Weight::from_parts(6_882_406_000, 2_098_641)
			.saturating_add(Db::get().reads(582))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `Attestation::Measurements` (r:1 w:1)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn revoke_measurement() -> Weight {
		// Fastest run: 34_011 ns.
		Weight::from_parts(36_795_000, 2_098_641)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `Attestation::Anchors` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn add_anchor() -> Weight {
		// Fastest run: 24_857 ns.
		Weight::from_parts(28_432_000, 2_098_641)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `Attestation::Anchors` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn remove_anchor() -> Weight {
		// Fastest run: 24_837 ns.
		Weight::from_parts(26_289_000, 2_098_641)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `Attestation::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 4_838 ns.
		Weight::from_parts(5_488_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:1)
	fn sweep_base() -> Weight {
		// Fastest run: 3_415 ns.
		Weight::from_parts(3_516_000, 1_489)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::MeasurementAgenda` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:1 w:0)
	// Storage: `Attestation::UsedChallenges` (r:1 w:0)
	// Storage: `Attestation::Reassessments` (r:1 w:0)
	fn sweep_block() -> Weight {
		// Fastest run: 20_080 ns.
		Weight::from_parts(20_190_000, 3_541).saturating_add(Db::get().reads(5))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::MeasurementAgenda` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:2 w:1)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	fn lapse_lease() -> Weight {
		// Fastest run: 154_882 ns.
		Weight::from_parts(160_960_000, 2_098_641)
			.saturating_add(Db::get().reads(18))
			.saturating_add(Db::get().writes(15))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::MeasurementAgenda` (r:1 w:0)
	// Storage: `Attestation::Agenda` (r:1 w:0)
	// Storage: `Attestation::UsedChallenges` (r:2 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:0)
	fn forget_challenge() -> Weight {
		// Fastest run: 26_290 ns.
		Weight::from_parts(27_451_000, 5_988)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::CarryOver` (r:1 w:0)
	// Storage: `Attestation::MeasurementAgenda` (r:2 w:1)
	// Storage: `Attestation::Measurements` (r:449 w:1)
	// Storage: `ClauseRegistry::MeasurementUsers` (r:65 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:64 w:0)
	// Storage: `Attestation::ActiveMeasurements` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn measurement_due() -> Weight {
		// Fastest run: 3_065_477 ns.
		Weight::from_parts(6_958_679_000, 2_098_641)
			.saturating_add(Db::get().reads(587))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	fn reassess_base() -> Weight {
		// Fastest run: 4_246 ns.
		Weight::from_parts(4_857_000, 1_491)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `Attestation::Reassessments` (r:1 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:2 w:1)
	// Storage: `Attestation::Leases` (r:1 w:1)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `Attestation::Dossiers` (r:1 w:1)
	// Storage: `Attestation::Anchors` (r:1 w:0)
	// Storage: `Attestation::Authorities` (r:2 w:0)
	// Storage: `Attestation::Crls` (r:2 w:0)
	// Storage: `Attestation::TcbInfos` (r:1 w:0)
	// Storage: `Attestation::QeIdentities` (r:1 w:0)
	// Storage: `Attestation::Policies` (r:4 w:0)
	// Storage: `Attestation::CounterForLeases` (r:1 w:1)
	// Storage: `Attestation::Agenda` (r:1 w:1)
	// Storage: `Attestation::Parameters` (r:1 w:0)
	// Storage: `Attestation::FormerKeys` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:2 w:2)
	// Storage: `JobDispatch::PoolSizes` (r:2 w:2)
	// Storage: `JobDispatch::Pools` (r:2 w:2)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// Storage: `Attestation::KnownKeys` (r:0 w:1)
	// Storage: `Attestation::FirstOfRow` (r:0 w:1)
	// Storage: `Attestation::LeaseOfKey` (r:0 w:1)
	// Storage: `Attestation::LeaseOfPlatform` (r:0 w:1)
	fn reassess_lease() -> Weight {
		// Fastest run: 387_889 ns.
		Weight::from_parts(393_728_000, 2_098_641)
			.saturating_add(Db::get().reads(35))
			.saturating_add(Db::get().writes(26))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn attest_intel(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_intel(d)
	}
	fn attest_intel_known(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_intel_known(d)
	}
	fn attest_amd(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_amd(d)
	}
	fn attest_amd_known(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_amd_known(d)
	}
	fn attest_aws(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_aws(d)
	}
	fn attest_aws_known(d: u32) -> Weight {
		Measured::<ParityDbWeight>::attest_aws_known(d)
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
	fn post_collateral() -> Weight {
		Measured::<ParityDbWeight>::post_collateral()
	}
	fn remove_collateral() -> Weight {
		Measured::<ParityDbWeight>::remove_collateral()
	}
	fn set_quote_policy() -> Weight {
		Measured::<ParityDbWeight>::set_quote_policy()
	}
	fn propose_measurement() -> Weight {
		Measured::<ParityDbWeight>::propose_measurement()
	}
	fn withdraw_measurement() -> Weight {
		Measured::<ParityDbWeight>::withdraw_measurement()
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
	fn measurement_due() -> Weight {
		Measured::<ParityDbWeight>::measurement_due()
	}
	fn reassess_base() -> Weight {
		Measured::<ParityDbWeight>::reassess_base()
	}
	fn reassess_lease() -> Weight {
		Measured::<ParityDbWeight>::reassess_lease()
	}
}
