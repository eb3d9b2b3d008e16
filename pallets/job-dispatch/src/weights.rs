//! Weights of `pallet_job_dispatch`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_job_dispatch` weigh.
pub trait WeightInfo {
	/// Weight of `dispatch`.
	fn dispatch(b: u32) -> Weight;
	/// Weight of `dispatch_refused`.
	fn dispatch_refused() -> Weight;
	/// Weight of `cancel`.
	fn cancel() -> Weight;
	/// Weight of `pause`.
	fn pause() -> Weight;
	/// Weight of `resume`.
	fn resume() -> Weight;
	/// Weight of `fail_job`.
	fn fail_job() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `tick`.
	fn tick() -> Weight;
	/// Weight of `agenda_page`.
	fn agenda_page() -> Weight;
	/// Weight of `agenda_stale`.
	fn agenda_stale() -> Weight;
	/// Weight of `seat_lost`.
	fn seat_lost() -> Weight;
	/// Weight of `look_again`.
	fn look_again() -> Weight;
	/// Weight of `round_over`.
	fn round_over(s: u32) -> Weight;
	/// Weight of `prune`.
	fn prune() -> Weight;
	/// Weight of `wake`.
	fn wake() -> Weight;
	/// Weight of `skip_place`.
	fn skip_place() -> Weight;
	/// Weight of `park`.
	fn park() -> Weight;
	/// Weight of `place`.
	fn place(p: u32, s: u32) -> Weight;
	/// Weight of `admit`.
	fn admit(c: u32) -> Weight;
	/// Weight of `evict`.
	fn evict(c: u32) -> Weight;
	/// Weight of `lost`.
	fn lost(n: u32) -> Weight;
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `delivered`.
	fn delivered() -> Weight;
	/// Weight of `settle`.
	fn settle(s: u32) -> Weight;
	/// Weight of `freeze`.
	fn freeze() -> Weight;
	/// Weight of `unfreeze`.
	fn unfreeze() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:0 w:1)
	// Storage: `JobDispatch::Jobs` (r:0 w:1)
	// Storage: `JobDispatch::Queued` (r:0 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// `b` is 1 to 65536.
	fn dispatch(b: u32) -> Weight {
		// Fastest run: 254_099 ns.
		Weight::from_parts(274_252_754, 7_843)
			// ± 126
			.saturating_add(Weight::from_parts(2_263, 0).saturating_mul(b.into()))
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(10))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn dispatch_refused() -> Weight {
		// Fastest run: 73_219 ns.
		Weight::from_parts(76_524_000, 2_098_641)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `System::Account` (r:2 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Queued` (r:0 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	fn cancel() -> Weight {
		// Fastest run: 289_002 ns.
		Weight::from_parts(308_601_000, 2_098_641)
			.saturating_add(Db::get().reads(13))
			.saturating_add(Db::get().writes(12))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Switches` (r:1 w:1)
	fn pause() -> Weight {
		// Fastest run: 15_393 ns.
		Weight::from_parts(16_014_000, 3_886)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Switches` (r:1 w:1)
	fn resume() -> Weight {
		// Fastest run: 14_061 ns.
		Weight::from_parts(14_421_000, 3_886)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:7 w:7)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `QuorumResults::Ballots` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	fn fail_job() -> Weight {
		// Fastest run: 451_444 ns.
		Weight::from_parts(497_432_000, 2_098_641)
			.saturating_add(Db::get().reads(21))
			.saturating_add(Db::get().writes(19))
	}
	// Storage: `JobDispatch::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 9_875 ns.
		Weight::from_parts(10_456_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	// Storage: `System::ParentHash` (r:1 w:0)
	// Storage: `Babe::Randomness` (r:1 w:0)
	// Storage: `JobDispatch::Switches` (r:1 w:0)
	// Storage: `JobDispatch::AgendaCursor` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:0)
	fn tick() -> Weight {
		// Fastest run: 17_696 ns.
		Weight::from_parts(18_318_000, 3_886)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::AgendaCursor` (r:1 w:1)
	// Storage: `JobDispatch::Agenda` (r:2 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:1)
	fn agenda_page() -> Weight {
		// Fastest run: 29_765 ns.
		Weight::from_parts(30_546_000, 14_696)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	fn agenda_stale() -> Weight {
		// Fastest run: 14_351 ns.
		Weight::from_parts(15_263_000, 4_412).saturating_add(Db::get().reads(2))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:11 w:2)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `QuorumResults::Ballots` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn seat_lost() -> Weight {
		// Fastest run: 221_120 ns.
		Weight::from_parts(274_270_000, 2_098_641)
			.saturating_add(Db::get().reads(23))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	fn look_again() -> Weight {
		// Fastest run: 20_741 ns.
		Weight::from_parts(32_138_000, 7_843)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:7 w:7)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `QuorumResults::Ballots` (r:1 w:0)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// `s` is 1 to 7.
	fn round_over(s: u32) -> Weight {
		// Fastest run: 312_246 ns.
		Weight::from_parts(345_034_996, 2_098_641)
			// ± 1_071_222
			.saturating_add(Weight::from_parts(20_298_561, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(14))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(12))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_176).saturating_mul(s.into()))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `QuorumResults::Certificates` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// Storage: `JobDispatch::Stubs` (r:0 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// Storage: `QuorumResults::Results` (r:0 w:1)
	// Storage: `QuorumResults::Ballots` (r:0 w:1)
	fn prune() -> Weight {
		// Fastest run: 151_326 ns.
		Weight::from_parts(163_244_000, 6_036)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:0 w:1)
	fn wake() -> Weight {
		// Fastest run: 43_365 ns.
		Weight::from_parts(46_499_000, 4_906)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `JobDispatch::Queued` (r:1 w:0)
	fn skip_place() -> Weight {
		// Fastest run: 6_509 ns.
		Weight::from_parts(6_940_000, 3_498).saturating_add(Db::get().reads(1))
	}
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	fn park() -> Weight {
		// Fastest run: 48_001 ns.
		Weight::from_parts(52_869_000, 7_843)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:1 w:0)
	// Storage: `JobDispatch::Pools` (r:120 w:0)
	// Storage: `JobDispatch::Seatings` (r:120 w:7)
	// Storage: `Attestation::LeaseOfNode` (r:7 w:0)
	// Storage: `Attestation::Leases` (r:7 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// `p` is 7 to 120.
	// `s` is 0 to 7.
	fn place(p: u32, s: u32) -> Weight {
		// Fastest run: 396_782 ns.
		Weight::from_parts(412_215_000, 2_098_641)
			// ± 207_245
			.saturating_add(Weight::from_parts(8_535_878, 0).saturating_mul(p.into()))
			// ± 3_538_993
			.saturating_add(Weight::from_parts(34_152_735, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(p.into())))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(5))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_176).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2_658).saturating_mul(s.into()))
	}
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:0)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `JobDispatch::Pools` (r:0 w:32)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:32)
	// `c` is 1 to 16.
	fn admit(c: u32) -> Weight {
		// Fastest run: 30_085 ns.
		Weight::from_parts(2_971_583, 4_166)
			// ± 712_046
			.saturating_add(Weight::from_parts(22_267_043, 0).saturating_mul(c.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(c.into())))
			.saturating_add(Db::get().writes(2))
			.saturating_add(Db::get().writes(6_u64.saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 5_030).saturating_mul(c.into()))
	}
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:32 w:64)
	// Storage: `JobDispatch::PoolSizes` (r:32 w:32)
	// Storage: `JobDispatch::Pools` (r:32 w:64)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// `c` is 1 to 16.
	fn evict(c: u32) -> Weight {
		// Fastest run: 60_310 ns.
		Weight::from_parts(62_072_000, 4_166)
			// ± 672_877
			.saturating_add(Weight::from_parts(46_716_904, 0).saturating_mul(c.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(6_u64.saturating_mul(c.into())))
			.saturating_add(Db::get().writes(3))
			.saturating_add(Db::get().writes(10_u64.saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 5_054).saturating_mul(c.into()))
	}
	// Storage: `JobDispatch::Seatings` (r:1 w:0)
	// Storage: `JobDispatch::Jobs` (r:64 w:64)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// `n` is 0 to 64.
	fn lost(n: u32) -> Weight {
		// Fastest run: 8_433 ns.
		Weight::from_parts(18_740_123, 7_843)
			// ± 331_883
			.saturating_add(Weight::from_parts(13_369_253, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3_422).saturating_mul(n.into()))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	fn acknowledge() -> Weight {
		// Fastest run: 16_675 ns.
		Weight::from_parts(17_476_000, 4_412)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	fn delivered() -> Weight {
		// Fastest run: 22_844 ns.
		Weight::from_parts(27_932_000, 4_412)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:7 w:7)
	// Storage: `NodeStaking::Nodes` (r:7 w:0)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:9 w:9)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:1)
	// `s` is 1 to 7.
	fn settle(s: u32) -> Weight {
		// Fastest run: 186_097 ns.
		Weight::from_parts(102_811_752, 7_843)
			// ± 2_895_132
			.saturating_add(Weight::from_parts(84_225_542, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(8))
			.saturating_add(Db::get().writes(2_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_176).saturating_mul(s.into()))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	fn freeze() -> Weight {
		// Fastest run: 31_076 ns.
		Weight::from_parts(43_034_000, 4_412)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:2 w:0)
	// Storage: `JobDispatch::Agenda` (r:2 w:2)
	fn unfreeze() -> Weight {
		// Fastest run: 94_611 ns.
		Weight::from_parts(103_685_000, 14_696)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(4))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn dispatch(b: u32) -> Weight {
		Measured::<ParityDbWeight>::dispatch(b)
	}
	fn dispatch_refused() -> Weight {
		Measured::<ParityDbWeight>::dispatch_refused()
	}
	fn cancel() -> Weight {
		Measured::<ParityDbWeight>::cancel()
	}
	fn pause() -> Weight {
		Measured::<ParityDbWeight>::pause()
	}
	fn resume() -> Weight {
		Measured::<ParityDbWeight>::resume()
	}
	fn fail_job() -> Weight {
		Measured::<ParityDbWeight>::fail_job()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn tick() -> Weight {
		Measured::<ParityDbWeight>::tick()
	}
	fn agenda_page() -> Weight {
		Measured::<ParityDbWeight>::agenda_page()
	}
	fn agenda_stale() -> Weight {
		Measured::<ParityDbWeight>::agenda_stale()
	}
	fn seat_lost() -> Weight {
		Measured::<ParityDbWeight>::seat_lost()
	}
	fn look_again() -> Weight {
		Measured::<ParityDbWeight>::look_again()
	}
	fn round_over(s: u32) -> Weight {
		Measured::<ParityDbWeight>::round_over(s)
	}
	fn prune() -> Weight {
		Measured::<ParityDbWeight>::prune()
	}
	fn wake() -> Weight {
		Measured::<ParityDbWeight>::wake()
	}
	fn skip_place() -> Weight {
		Measured::<ParityDbWeight>::skip_place()
	}
	fn park() -> Weight {
		Measured::<ParityDbWeight>::park()
	}
	fn place(p: u32, s: u32) -> Weight {
		Measured::<ParityDbWeight>::place(p, s)
	}
	fn admit(c: u32) -> Weight {
		Measured::<ParityDbWeight>::admit(c)
	}
	fn evict(c: u32) -> Weight {
		Measured::<ParityDbWeight>::evict(c)
	}
	fn lost(n: u32) -> Weight {
		Measured::<ParityDbWeight>::lost(n)
	}
	fn acknowledge() -> Weight {
		Measured::<ParityDbWeight>::acknowledge()
	}
	fn delivered() -> Weight {
		Measured::<ParityDbWeight>::delivered()
	}
	fn settle(s: u32) -> Weight {
		Measured::<ParityDbWeight>::settle(s)
	}
	fn freeze() -> Weight {
		Measured::<ParityDbWeight>::freeze()
	}
	fn unfreeze() -> Weight {
		Measured::<ParityDbWeight>::unfreeze()
	}
}
