//! Weights of `pallet_governance_timelocks`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_governance_timelocks` weigh.
pub trait WeightInfo {
	/// Weight of `propose`.
	fn propose(l: u32) -> Weight;
	/// Weight of `vote`.
	fn vote() -> Weight;
	/// Weight of `veto`.
	fn veto() -> Weight;
	/// Weight of `close`.
	fn close() -> Weight;
	/// Weight of `enact`.
	fn enact() -> Weight;
	/// Weight of `fetch_call`.
	fn fetch_call(l: u32) -> Weight;
	/// Weight of `set_members`.
	fn set_members() -> Weight;
	/// Weight of `set_delays`.
	fn set_delays() -> Weight;
	/// Weight of `set_voting_period`.
	fn set_voting_period() -> Weight;
	/// Weight of `on_initialize`.
	fn on_initialize() -> Weight;
	/// Weight of `expire`.
	fn expire() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `Governance::Members` (r:1 w:0)
	// Storage: `Governance::LiveOf` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Governance::VotingPeriod` (r:1 w:0)
	// Storage: `Governance::NextProposal` (r:1 w:1)
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Governance::MembersVersion` (r:1 w:0)
	// Storage: `Governance::Proposals` (r:0 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	// `l` is 200 to 1000000.
	fn propose(l: u32) -> Weight {
		// Fastest run: 57_917 ns.
		Weight::from_parts(84_675_237, 3_556)
			// ± 23
			.saturating_add(Weight::from_parts(4_269, 0).saturating_mul(l.into()))
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `Governance::Proposals` (r:1 w:1)
	// Storage: `Governance::ClassDelays` (r:1 w:0)
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Governance::VotingPeriod` (r:1 w:0)
	fn vote() -> Weight {
		// Fastest run: 137_866 ns.
		Weight::from_parts(179_999_000, 16_855)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `Governance::Proposals` (r:1 w:2)
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Governance::LiveOf` (r:1 w:1)
	// Storage: `Governance::Finished` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn veto() -> Weight {
		// Fastest run: 179_028 ns.
		Weight::from_parts(211_076_000, 16_855)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `Governance::Proposals` (r:1 w:2)
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Governance::LiveOf` (r:1 w:1)
	// Storage: `Governance::Finished` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn close() -> Weight {
		// Fastest run: 193_629 ns.
		Weight::from_parts(222_442_000, 16_855)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `Governance::Proposals` (r:1 w:2)
	// Storage: `Preimage::PreimageFor` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Governance::LiveOf` (r:1 w:1)
	// Storage: `Governance::Finished` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn enact() -> Weight {
		// Fastest run: 220_499 ns.
		Weight::from_parts(264_024_000, 4_197_809)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(10))
	}
	// Storage: `Preimage::PreimageFor` (r:1 w:0)
	// `l` is 200 to 1000000.
	fn fetch_call(l: u32) -> Weight {
		// Fastest run: 8_082 ns.
		Weight::from_parts(45_725_811, 4_197_809)
			// ± 21
			.saturating_add(Weight::from_parts(1_018, 0).saturating_mul(l.into()))
			.saturating_add(Db::get().reads(1))
	}
	// Storage: `Governance::MembersVersion` (r:1 w:1)
	// Storage: `Governance::Members` (r:0 w:1)
	fn set_members() -> Weight {
		// Fastest run: 13_310 ns.
		Weight::from_parts(14_672_000, 1_489)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `Governance::ClassDelays` (r:0 w:1)
	fn set_delays() -> Weight {
		// Fastest run: 8_293 ns.
		Weight::from_parts(8_803_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `Governance::VotingPeriod` (r:0 w:1)
	fn set_voting_period() -> Weight {
		// Fastest run: 7_721 ns.
		Weight::from_parts(8_333_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `Governance::Live` (r:1 w:0)
	fn on_initialize() -> Weight {
		// Fastest run: 8_543 ns.
		Weight::from_parts(10_235_000, 2_511).saturating_add(Db::get().reads(1))
	}
	// Storage: `Governance::Live` (r:1 w:1)
	// Storage: `Governance::Proposals` (r:1 w:2)
	// Storage: `Scheduler::Lookup` (r:1 w:1)
	// Storage: `Scheduler::Agenda` (r:1 w:1)
	// Storage: `Preimage::StatusFor` (r:1 w:0)
	// Storage: `Preimage::RequestStatusFor` (r:1 w:1)
	// Storage: `Governance::LiveOf` (r:1 w:1)
	// Storage: `Governance::Finished` (r:1 w:1)
	// Storage: `Preimage::PreimageFor` (r:0 w:1)
	fn expire() -> Weight {
		// Fastest run: 140_740 ns.
		Weight::from_parts(150_655_000, 16_855)
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(9))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn propose(l: u32) -> Weight {
		Measured::<ParityDbWeight>::propose(l)
	}
	fn vote() -> Weight {
		Measured::<ParityDbWeight>::vote()
	}
	fn veto() -> Weight {
		Measured::<ParityDbWeight>::veto()
	}
	fn close() -> Weight {
		Measured::<ParityDbWeight>::close()
	}
	fn enact() -> Weight {
		Measured::<ParityDbWeight>::enact()
	}
	fn fetch_call(l: u32) -> Weight {
		Measured::<ParityDbWeight>::fetch_call(l)
	}
	fn set_members() -> Weight {
		Measured::<ParityDbWeight>::set_members()
	}
	fn set_delays() -> Weight {
		Measured::<ParityDbWeight>::set_delays()
	}
	fn set_voting_period() -> Weight {
		Measured::<ParityDbWeight>::set_voting_period()
	}
	fn on_initialize() -> Weight {
		Measured::<ParityDbWeight>::on_initialize()
	}
	fn expire() -> Weight {
		Measured::<ParityDbWeight>::expire()
	}
}
