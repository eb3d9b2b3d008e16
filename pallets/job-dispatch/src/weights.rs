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
	/// Weight of `provide_sealed`.
	fn provide_sealed(b: u32) -> Weight;
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
	/// Weight of `set_available`.
	fn set_available() -> Weight;
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `delivered`.
	fn delivered() -> Weight;
	/// Weight of `committed`.
	fn committed() -> Weight;
	/// Weight of `escalate`.
	fn escalate() -> Weight;
	/// Weight of `override_result`.
	fn override_result(s: u32) -> Weight;
	/// Weight of `settle`.
	fn settle(s: u32) -> Weight;
	/// Weight of `freeze`.
	fn freeze() -> Weight;
	/// Weight of `unfreeze`.
	fn unfreeze() -> Weight;
	/// Weight of `unfreeze_upheld`.
	fn unfreeze_upheld() -> Weight;
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
		// Fastest run: 190_194 ns.
		Weight::from_parts(215_749_495, 7_843)
			// ± 95
			.saturating_add(Weight::from_parts(2_076, 0).saturating_mul(b.into()))
			.saturating_add(Db::get().reads(8))
			.saturating_add(Db::get().writes(10))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn dispatch_refused() -> Weight {
		// Fastest run: 75_262 ns.
		Weight::from_parts(85_898_000, 2_098_641)
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
		// Fastest run: 276_953 ns.
		Weight::from_parts(289_803_000, 2_098_641)
			.saturating_add(Db::get().reads(13))
			.saturating_add(Db::get().writes(12))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Switches` (r:1 w:1)
	fn pause() -> Weight {
		// Fastest run: 14_992 ns.
		Weight::from_parts(16_174_000, 3_886)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Switches` (r:1 w:1)
	fn resume() -> Weight {
		// Fastest run: 13_610 ns.
		Weight::from_parts(15_503_000, 3_886)
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
		// Fastest run: 394_188 ns.
		Weight::from_parts(429_682_000, 2_098_641)
			.saturating_add(Db::get().reads(21))
			.saturating_add(Db::get().writes(19))
	}
	// Storage: `JobDispatch::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 9_535 ns.
		Weight::from_parts(10_005_000, 0).saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured: an input, a job, a hold, the agenda of seven seats, and the bytes.
	fn provide_sealed(b: u32) -> Weight {
		Weight::from_parts(120_000_000, 300_000)
			.saturating_add(Weight::from_parts(2_000, 1).saturating_mul(b.into()))
			.saturating_add(Db::get().reads(16))
			.saturating_add(Db::get().writes(14))
	}
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	// Storage: `System::ParentHash` (r:1 w:0)
	// Storage: `Babe::Randomness` (r:1 w:0)
	// Storage: `JobDispatch::Switches` (r:1 w:0)
	// Storage: `JobDispatch::AgendaCursor` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:0)
	fn tick() -> Weight {
		// Fastest run: 15_744 ns.
		Weight::from_parts(17_226_000, 3_886)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::AgendaCursor` (r:1 w:1)
	// Storage: `JobDispatch::Agenda` (r:2 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:1)
	fn agenda_page() -> Weight {
		// Fastest run: 28_673 ns.
		Weight::from_parts(29_524_000, 14_696)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	fn agenda_stale() -> Weight {
		// Fastest run: 13_650 ns.
		Weight::from_parts(15_653_000, 4_493).saturating_add(Db::get().reads(2))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:11 w:2)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `QuorumResults::Ballots` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn seat_lost() -> Weight {
		// Fastest run: 212_377 ns.
		Weight::from_parts(256_794_000, 2_098_641)
			// Four of them estimated, to be measured: whether each backup still offers the capability.
			.saturating_add(Db::get().reads(28))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	fn look_again() -> Weight {
		// Fastest run: 26_579 ns.
		Weight::from_parts(30_396_000, 7_843)
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
	// `s` was 1 to 7 when this was measured; it is 1 to 11 since committees sit beside those whom they decide between.
	fn round_over(s: u32) -> Weight {
		// Fastest run: 204_335 ns.
		Weight::from_parts(317_020_682, 2_098_641)
			.saturating_add(Db::get().reads(14))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(12))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_177).saturating_mul(s.into()))
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
		// Fastest run: 79_759 ns.
		Weight::from_parts(84_105_000, 6_036)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(9))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:0 w:1)
	fn wake() -> Weight {
		// Fastest run: 25_568 ns.
		Weight::from_parts(26_299_000, 5_204)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `JobDispatch::Queued` (r:1 w:0)
	fn skip_place() -> Weight {
		// Fastest run: 3_916 ns.
		Weight::from_parts(4_096_000, 3_498).saturating_add(Db::get().reads(1))
	}
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	fn park() -> Weight {
		// Fastest run: 29_314 ns.
		Weight::from_parts(30_295_000, 7_843)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::Queued` (r:1 w:1)
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `JobDispatch::StrataOf` (r:1 w:0)
	// Storage: `JobDispatch::Pools` (r:120 w:0)
	// Storage: `JobDispatch::Seatings` (r:120 w:7)
	// Storage: `Attestation::LeaseOfNode` (r:7 w:0)
	// Storage: `Attestation::Leases` (r:7 w:0)
	// Storage: `Timestamp::Now` (r:1 w:0)
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
		// Measured (fastest run: 271_295 ns), with an estimate on top, to be measured: 15 µs for a full record of strata, 1 µs
		// for each record of a node, which has grown by up to 16 capabilities.
		Weight::from_parts(145_643_060, 2_106_841)
			// ± 653_647
			.saturating_add(Weight::from_parts(9_209_498, 0).saturating_mul(p.into()))
			// ± 10_091_156
			.saturating_add(Weight::from_parts(48_622_328, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().reads(2_u64.saturating_mul(p.into())))
			.saturating_add(Db::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(5))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_700).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2_667).saturating_mul(s.into()))
	}
	// An estimate, to be measured: time as before, when each capability had two pools, and the record of a full capability.
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Standings` (r:1 w:1)
	// Storage: `JobDispatch::StrataOf` (r:16 w:16)
	// Storage: `JobDispatch::Pools` (r:0 w:16)
	// Storage: `JobDispatch::Offers` (r:0 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:0 w:16)
	// `c` is 1 to 16.
	fn admit(c: u32) -> Weight {
		Weight::from_parts(11_188_911, 4_900)
			.saturating_add(Weight::from_parts(24_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(c.into())))
			.saturating_add(Db::get().writes(3))
			.saturating_add(Db::get().writes(3_u64.saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 8_200).saturating_mul(c.into()))
	}
	// An estimate, to be measured, like `admit`.
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	// Storage: `JobDispatch::Offers` (r:1 w:1)
	// Storage: `JobDispatch::PoolPlaces` (r:16 w:32)
	// Storage: `JobDispatch::StrataOf` (r:16 w:16)
	// Storage: `JobDispatch::Pools` (r:16 w:32)
	// Storage: `JobDispatch::Standings` (r:0 w:1)
	// `c` is 1 to 16.
	fn evict(c: u32) -> Weight {
		Weight::from_parts(14_099_521, 4_900)
			.saturating_add(Weight::from_parts(34_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(3_u64.saturating_mul(c.into())))
			.saturating_add(Db::get().writes(3))
			.saturating_add(Db::get().writes(5_u64.saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 13_300).saturating_mul(c.into()))
	}
	// Storage: `JobDispatch::Seatings` (r:1 w:0)
	// Storage: `JobDispatch::Jobs` (r:64 w:64)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// `n` is 1 to 64.
	fn lost(n: u32) -> Weight {
		// Fastest run: 23_164 ns.
		Weight::from_parts(12_088_974, 7_843)
			// ± 36_412
			.saturating_add(Weight::from_parts(11_180_919, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3_422).saturating_mul(n.into()))
	}
	// An estimate, to be measured: two records of a node are read and one is written.
	// Storage: `JobDispatch::Offers` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:1 w:1)
	fn set_available() -> Weight {
		Weight::from_parts(15_000_000, 4_900)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	fn acknowledge() -> Weight {
		// Fastest run: 14_662 ns.
		Weight::from_parts(16_805_000, 4_412)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	fn delivered() -> Weight {
		// Measured (fastest run: 14_772 ns), with the order on top as it weighs elsewhere, to be measured.
		Weight::from_parts(20_000_000, 4_493)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured: an acknowledgement, and one agenda item for each of eleven seats.
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::LastPages` (r:2 w:0)
	// Storage: `JobDispatch::Agenda` (r:2 w:2)
	fn committed() -> Weight {
		Weight::from_parts(75_000_000, 22_600)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(3))
	}
	// An estimate, to be measured: what a lost seat costs, with four backups that are fit and seven seats that are given up.
	// Leases, credentials, and the originator's ties are charged by whoever calls.
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Switches` (r:1 w:0)
	// Storage: `JobDispatch::Forecasts` (r:1 w:0)
	// Storage: `JobDispatch::PoolPlaces` (r:4 w:0)
	// Storage: `JobDispatch::Seatings` (r:11 w:11)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: the block's randomness (r:3 w:0)
	fn escalate() -> Weight {
		Weight::from_parts(420_000_000, 60_000)
			.saturating_add(Db::get().reads(26))
			.saturating_add(Db::get().writes(14))
	}
	// An estimate, to be measured: as a round that ends, without its receipt.
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Parameters` (r:1 w:0)
	// Storage: `JobDispatch::Seatings` (r:11 w:11)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `System::Account` (r:2 w:2)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LiveJobs` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:1 w:0)
	// Storage: `JobDispatch::Agenda` (r:1 w:1)
	// Storage: `JobDispatch::Inputs` (r:0 w:1)
	// Storage: `JobDispatch::Seals` (r:0 w:1)
	// Storage: `JobDispatch::Ciphertexts` (r:0 w:1)
	// `s` is 1 to 11.
	fn override_result(s: u32) -> Weight {
		Weight::from_parts(240_000_000, 24_000)
			.saturating_add(Weight::from_parts(15_000_000, 3_177).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(10))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(s.into())))
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
	// `s` was 1 to 7 when this was measured; it is 1 to 11 since committees sit beside those whom they decide between.
	fn settle(s: u32) -> Weight {
		// Fastest run: 154_852 ns.
		Weight::from_parts(96_588_987, 7_843)
			// ± 552_826
			.saturating_add(Weight::from_parts(59_927_608, 0).saturating_mul(s.into()))
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().reads(3_u64.saturating_mul(s.into())))
			.saturating_add(Db::get().writes(8))
			.saturating_add(Db::get().writes(2_u64.saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3_177).saturating_mul(s.into()))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	fn freeze() -> Weight {
		// Fastest run: 18_938 ns.
		Weight::from_parts(20_180_000, 4_412)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `JobDispatch::Ledger` (r:1 w:1)
	// Storage: `JobDispatch::LastPages` (r:2 w:0)
	// Storage: `JobDispatch::Agenda` (r:2 w:2)
	fn unfreeze() -> Weight {
		// Fastest run: 75_102 ns.
		Weight::from_parts(77_425_000, 14_696)
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(4))
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
	fn unfreeze_upheld() -> Weight {
		// Fastest run: 232_637 ns.
		Weight::from_parts(239_808_000, 2_098_641)
			.saturating_add(Db::get().reads(21))
			.saturating_add(Db::get().writes(19))
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
	fn provide_sealed(b: u32) -> Weight {
		Measured::<ParityDbWeight>::provide_sealed(b)
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
	fn set_available() -> Weight {
		Measured::<ParityDbWeight>::set_available()
	}
	fn acknowledge() -> Weight {
		Measured::<ParityDbWeight>::acknowledge()
	}
	fn delivered() -> Weight {
		Measured::<ParityDbWeight>::delivered()
	}
	fn committed() -> Weight {
		Measured::<ParityDbWeight>::committed()
	}
	fn escalate() -> Weight {
		Measured::<ParityDbWeight>::escalate()
	}
	fn override_result(s: u32) -> Weight {
		Measured::<ParityDbWeight>::override_result(s)
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
	fn unfreeze_upheld() -> Weight {
		Measured::<ParityDbWeight>::unfreeze_upheld()
	}
}
