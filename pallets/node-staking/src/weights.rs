//! Weights of `pallet_node_staking`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_node_staking` weigh.
pub trait WeightInfo {
	/// Weight of `register`.
	fn register() -> Weight;
	/// Weight of `bond_extra`.
	fn bond_extra() -> Weight;
	/// Weight of `unbond_partial`.
	fn unbond_partial() -> Weight;
	/// Weight of `unbond`.
	fn unbond(v: u32) -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of `drain`.
	fn drain() -> Weight;
	/// Weight of `undrain`.
	fn undrain() -> Weight;
	/// Weight of `update_spec`.
	fn update_spec() -> Weight;
	/// Weight of `set_operator_key`.
	fn set_operator_key() -> Weight;
	/// Weight of `unjail`.
	fn unjail() -> Weight;
	/// Weight of `add_validator`.
	fn add_validator() -> Weight;
	/// Weight of `remove_validator`.
	fn remove_validator(v: u32) -> Weight;
	/// Weight of `heartbeat`.
	fn heartbeat() -> Weight;
	/// Weight of `authorize_heartbeat`.
	fn authorize_heartbeat() -> Weight;
	/// Weight of `cancel_slash`.
	fn cancel_slash() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `set_availability`.
	fn set_availability() -> Weight;
	/// Weight of `slash`.
	fn slash() -> Weight;
	/// Weight of `offence`.
	fn offence() -> Weight;
	/// Weight of `lease`.
	fn lease() -> Weight;
	/// Weight of `agenda_base`.
	fn agenda_base() -> Weight;
	/// Weight of `agenda_page`.
	fn agenda_page() -> Weight;
	/// Weight of `check_alive`.
	fn check_alive() -> Weight;
	/// Weight of `check_silent`.
	fn check_silent() -> Weight;
	/// Weight of `apply_slash`.
	fn apply_slash() -> Weight;
	/// Weight of `forget_evidence`.
	fn forget_evidence() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::OperatorNodes` (r:1 w:1)
	// Storage: `NodeStaking::LastNode` (r:1 w:1)
	// Storage: `NodeStaking::ValidatorNodes` (r:1 w:1)
	// Storage: `NodeStaking::NodesOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::CounterForNodes` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn register() -> Weight {
		// Fastest run: 143_384 ns.
		Weight::from_parts(155_402_000, 2_098_641)
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().writes(11))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	fn bond_extra() -> Weight {
		// Fastest run: 71_516 ns.
		Weight::from_parts(74_901_000, 4_156)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	fn unbond_partial() -> Weight {
		// Fastest run: 23_004 ns.
		Weight::from_parts(24_867_000, 4_156)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeStaking::Nodes` (r:100 w:1)
	// Storage: `NodeStaking::Validators` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `Session::NextKeys` (r:100 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// `v` is 2 to 100.
	fn unbond(v: u32) -> Weight {
		// Fastest run: 64_516 ns.
		Weight::from_parts(59_896_791, 2_098_641)
			// ± 176_455
			.saturating_add(Weight::from_parts(13_333_163, 0).saturating_mul(v.into()))
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(v.into())))
			.saturating_add(Db::get().writes(5))
			.saturating_add(Weight::from_parts(0, 3_166).saturating_mul(v.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:0)
	// Storage: `JobDispatch::Standings` (r:1 w:1)
	// Storage: `NodeStaking::CounterForNodes` (r:1 w:1)
	// Storage: `NodeStaking::NodesOf` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:0 w:1)
	// Storage: `NodeStaking::PendingSlashes` (r:0 w:1)
	// Storage: `NodeStaking::OperatorNodes` (r:0 w:1)
	// Storage: `NodeStaking::Spans` (r:0 w:1)
	fn withdraw() -> Weight {
		// Fastest run: 85_538 ns.
		Weight::from_parts(99_839_000, 4_167)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(10))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:32 w:32)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `JobDispatch::Pools` (r:32 w:32)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	fn drain() -> Weight {
		// Fastest run: 518_023 ns.
		Weight::from_parts(531_965_000, 2_098_641)
			.saturating_add(Db::get().reads(102))
			.saturating_add(Db::get().writes(104))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Pools` (r:0 w:32)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:32)
	fn undrain() -> Weight {
		// Fastest run: 351_766 ns.
		Weight::from_parts(363_463_000, 2_098_641)
			.saturating_add(Db::get().reads(42))
			.saturating_add(Db::get().writes(105))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:0)
	fn update_spec() -> Weight {
		// Fastest run: 36_945 ns.
		Weight::from_parts(40_190_000, 4_167)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::OperatorNodes` (r:1 w:2)
	fn set_operator_key() -> Weight {
		// Fastest run: 36_074 ns.
		Weight::from_parts(40_912_000, 4_156)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::PendingSlashes` (r:1 w:0)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Pools` (r:0 w:32)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:32)
	// Storage: `NodeStaking::Spans` (r:0 w:1)
	fn unjail() -> Weight {
		// Fastest run: 361_229 ns.
		Weight::from_parts(372_276_000, 2_098_641)
			.saturating_add(Db::get().reads(43))
			.saturating_add(Db::get().writes(106))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `Session::NextKeys` (r:1 w:0)
	// Storage: `NodeStaking::Validators` (r:1 w:1)
	fn add_validator() -> Weight {
		// Fastest run: 81_562 ns.
		Weight::from_parts(96_514_000, 6_033)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeStaking::Nodes` (r:100 w:0)
	// Storage: `NodeStaking::Validators` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `Session::NextKeys` (r:100 w:0)
	// `v` is 2 to 100.
	fn remove_validator(v: u32) -> Weight {
		// Fastest run: 45_828 ns.
		Weight::from_parts(32_665_124, 2_511)
			// ± 1_177_166
			.saturating_add(Weight::from_parts(13_262_405, 0).saturating_mul(v.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(v.into())))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Weight::from_parts(0, 3_166).saturating_mul(v.into()))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn heartbeat() -> Weight {
		// Fastest run: 73_530 ns.
		Weight::from_parts(86_579_000, 2_098_641)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(8))
	}
	// Storage: `NodeStaking::Pulses` (r:1 w:0)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `System::BlockHash` (r:1 w:0)
	fn authorize_heartbeat() -> Weight {
		// Fastest run: 58_918 ns.
		Weight::from_parts(64_156_000, 4_156).saturating_add(Db::get().reads(4))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::PendingSlashes` (r:1 w:1)
	// Storage: `NodeStaking::Spans` (r:1 w:0)
	fn cancel_slash() -> Weight {
		// Fastest run: 37_035 ns.
		Weight::from_parts(40_000_000, 6_870)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeStaking::Validators` (r:1 w:0)
	// Storage: `NodeStaking::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 8_253 ns.
		Weight::from_parts(8_673_000, 2_511)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	fn set_availability() -> Weight {
		// An estimate, until it is measured.
		Weight::from_parts(40_000_000, 4_167)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::UsedEvidence` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Spans` (r:1 w:1)
	// Storage: `NodeStaking::PendingSlashes` (r:1 w:1)
	// Storage: `NodeStaking::LastPages` (r:2 w:0)
	// Storage: `NodeStaking::Agenda` (r:2 w:2)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:2)
	fn slash() -> Weight {
		// Fastest run: 101_041 ns.
		Weight::from_parts(107_691_000, 2_098_641)
			.saturating_add(Db::get().reads(13))
			.saturating_add(Db::get().writes(11))
	}
	// Storage: `NodeStaking::ValidatorNodes` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeStaking::UsedEvidence` (r:1 w:0)
	// Storage: `Session::DisabledValidators` (r:1 w:0)
	// Storage: `Session::Validators` (r:1 w:0)
	fn offence() -> Weight {
		// Fastest run: 60_771 ns.
		Weight::from_parts(71_587_000, 4_156).saturating_add(Db::get().reads(5))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Pools` (r:0 w:32)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:32)
	fn lease() -> Weight {
		// Fastest run: 332_967 ns.
		Weight::from_parts(336_693_000, 2_098_641)
			.saturating_add(Db::get().reads(42))
			.saturating_add(Db::get().writes(105))
	}
	// Storage: `NodeStaking::CarryOver` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	fn agenda_base() -> Weight {
		// Fastest run: 6_389 ns.
		Weight::from_parts(6_500_000, 5_859).saturating_add(Db::get().reads(3))
	}
	// Storage: `NodeStaking::CarryOver` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	// Storage: `NodeStaking::Pulses` (r:64 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	fn agenda_page() -> Weight {
		// Fastest run: 110_896 ns.
		Weight::from_parts(112_168_000, 160_734)
			.saturating_add(Db::get().reads(67))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::LastPages` (r:1 w:0)
	// Storage: `NodeStaking::Agenda` (r:1 w:1)
	fn check_alive() -> Weight {
		// Fastest run: 18_458 ns.
		Weight::from_parts(18_768_000, 5_859)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeStaking::Pulses` (r:1 w:1)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::ActiveNodes` (r:1 w:1)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:32 w:32)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `JobDispatch::Pools` (r:32 w:32)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	fn check_silent() -> Weight {
		// Fastest run: 506_266 ns.
		Weight::from_parts(510_602_000, 2_098_641)
			.saturating_add(Db::get().reads(104))
			.saturating_add(Db::get().writes(105))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:1)
	// Storage: `NodeStaking::PendingSlashes` (r:1 w:1)
	// Storage: `NodeStaking::Spans` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:3 w:3)
	// Storage: `NodeStaking::Parameters` (r:1 w:0)
	fn apply_slash() -> Weight {
		// Fastest run: 102_913 ns.
		Weight::from_parts(105_358_000, 8_799)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `NodeStaking::UsedEvidence` (r:0 w:1)
	fn forget_evidence() -> Weight {
		// Fastest run: 2_804 ns.
		Weight::from_parts(3_054_000, 0).saturating_add(Db::get().writes(1))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn register() -> Weight {
		Measured::<ParityDbWeight>::register()
	}
	fn bond_extra() -> Weight {
		Measured::<ParityDbWeight>::bond_extra()
	}
	fn unbond_partial() -> Weight {
		Measured::<ParityDbWeight>::unbond_partial()
	}
	fn unbond(v: u32) -> Weight {
		Measured::<ParityDbWeight>::unbond(v)
	}
	fn withdraw() -> Weight {
		Measured::<ParityDbWeight>::withdraw()
	}
	fn drain() -> Weight {
		Measured::<ParityDbWeight>::drain()
	}
	fn undrain() -> Weight {
		Measured::<ParityDbWeight>::undrain()
	}
	fn update_spec() -> Weight {
		Measured::<ParityDbWeight>::update_spec()
	}
	fn set_operator_key() -> Weight {
		Measured::<ParityDbWeight>::set_operator_key()
	}
	fn unjail() -> Weight {
		Measured::<ParityDbWeight>::unjail()
	}
	fn add_validator() -> Weight {
		Measured::<ParityDbWeight>::add_validator()
	}
	fn remove_validator(v: u32) -> Weight {
		Measured::<ParityDbWeight>::remove_validator(v)
	}
	fn heartbeat() -> Weight {
		Measured::<ParityDbWeight>::heartbeat()
	}
	fn authorize_heartbeat() -> Weight {
		Measured::<ParityDbWeight>::authorize_heartbeat()
	}
	fn cancel_slash() -> Weight {
		Measured::<ParityDbWeight>::cancel_slash()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn set_availability() -> Weight {
		Measured::<ParityDbWeight>::set_availability()
	}
	fn slash() -> Weight {
		Measured::<ParityDbWeight>::slash()
	}
	fn offence() -> Weight {
		Measured::<ParityDbWeight>::offence()
	}
	fn lease() -> Weight {
		Measured::<ParityDbWeight>::lease()
	}
	fn agenda_base() -> Weight {
		Measured::<ParityDbWeight>::agenda_base()
	}
	fn agenda_page() -> Weight {
		Measured::<ParityDbWeight>::agenda_page()
	}
	fn check_alive() -> Weight {
		Measured::<ParityDbWeight>::check_alive()
	}
	fn check_silent() -> Weight {
		Measured::<ParityDbWeight>::check_silent()
	}
	fn apply_slash() -> Weight {
		Measured::<ParityDbWeight>::apply_slash()
	}
	fn forget_evidence() -> Weight {
		Measured::<ParityDbWeight>::forget_evidence()
	}
}
