//! Weights of `pallet_quorum_results`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_quorum_results` weigh.
pub trait WeightInfo {
	/// Weight of `acknowledge`.
	fn acknowledge() -> Weight;
	/// Weight of `authorize_acknowledge`.
	fn authorize_acknowledge() -> Weight;
	/// Weight of `submit_cac`.
	fn submit_cac() -> Weight;
	/// Weight of `authorize_submit_cac`.
	fn authorize_submit_cac() -> Weight;
	/// Weight of `decide`.
	fn decide() -> Weight;
	/// Weight of `aggregate`.
	fn aggregate() -> Weight;
	/// Weight of `commit`.
	fn commit() -> Weight;
	/// Weight of `authorize_commit`.
	fn authorize_commit() -> Weight;
	/// Weight of `reveal`.
	fn reveal() -> Weight;
	/// Weight of `authorize_reveal`.
	fn authorize_reveal() -> Weight;
	/// Weight of `escalate`.
	fn escalate() -> Weight;
	/// Weight of `withhold`.
	fn withhold() -> Weight;
	/// Weight of `submit_proof`.
	fn submit_proof() -> Weight;
	/// Weight of `override_result`.
	fn override_result() -> Weight;
	/// Weight of `read_output`.
	fn read_output() -> Weight;
	/// Weight of `seat_lost`.
	fn seat_lost() -> Weight;
	/// Weight of `pruned`.
	fn pruned() -> Weight;
	/// Weight of `look_for_discarded`.
	fn look_for_discarded() -> Weight;
	/// Weight of `sweep`.
	fn sweep(n: u32) -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	fn acknowledge() -> Weight {
		// Fastest run: 48_613 ns.
		Weight::from_parts(53_981_000, 4_493)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	fn authorize_acknowledge() -> Weight {
		// Fastest run: 132_538 ns.
		Weight::from_parts(143_114_000, 5_204).saturating_add(Db::get().reads(9))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:1)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `QuorumResults::Ballots` (r:1 w:1)
	// Storage: `QuorumResults::Certificates` (r:0 w:1)
	fn submit_cac() -> Weight {
		// Fastest run: 77_476 ns.
		Weight::from_parts(83_124_000, 4_536)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `QuorumResults::Certificates` (r:1 w:0)
	// Storage: `QuorumResults::Ballots` (r:1 w:0)
	// Storage: `ClauseRegistry::Clauses` (r:1 w:0)
	// Storage: `Attestation::LeaseOfNode` (r:1 w:0)
	// Storage: `Attestation::Leases` (r:1 w:0)
	// Storage: `Timestamp::Now` (r:1 w:0)
	// Storage: `Attestation::Measurements` (r:1 w:0)
	// Storage: `Attestation::SimulationAllowed` (r:1 w:0)
	fn authorize_submit_cac() -> Weight {
		// Fastest run: 157_625 ns.
		Weight::from_parts(182_062_000, 6_036).saturating_add(Db::get().reads(11))
	}
	// Storage: `QuorumResults::Results` (r:0 w:1)
	fn decide() -> Weight {
		// Fastest run: 9_935 ns.
		Weight::from_parts(13_240_000, 0).saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured: seven certificates of the longest output are read, sorted and hashed.
	// Storage: `QuorumResults::Certificates` (r:7 w:0)
	fn aggregate() -> Weight {
		Weight::from_parts(150_000_000, 42_252).saturating_add(Db::get().reads(7))
	}
	// An estimate, to be measured.
	// Storage: `JobDispatch::{Jobs, Orders}`, `QuorumResults::{Admitted, Ballots}`
	fn commit() -> Weight {
		Weight::from_parts(65_000_000, 5_100)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(2))
	}
	// An estimate, to be measured.
	// As `authorize_submit_cac`, without certificate and lineage.
	fn authorize_commit() -> Weight {
		Weight::from_parts(165_000_000, 6_036).saturating_add(Db::get().reads(10))
	}
	// An estimate, to be measured.
	// As `submit_cac`.
	fn reveal() -> Weight {
		Weight::from_parts(90_000_000, 5_100)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// An estimate, to be measured.
	// As `authorize_submit_cac`, and the hash of the opening.
	fn authorize_reveal() -> Weight {
		Weight::from_parts(190_000_000, 6_036).saturating_add(Db::get().reads(11))
	}
	// An estimate, to be measured.
	// The terms are read again, the urn is written.
	fn escalate() -> Weight {
		Weight::from_parts(45_000_000, 5_100)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured.
	// The urn.
	fn withhold() -> Weight {
		Weight::from_parts(30_000_000, 5_100)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured.
	// The terms, the votes, and what is proven; neither the verification nor the receipt.
	fn submit_proof() -> Weight {
		Weight::from_parts(60_000_000, 6_036)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(1))
	}
	// An estimate, to be measured.
	// The terms, the votes, and the record; neither the board's part nor the receipt.
	fn override_result() -> Weight {
		Weight::from_parts(120_000_000, 12_000)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(6))
	}
	// An estimate, to be measured.
	// Storage: `QuorumResults::Results` (r:1 w:0)
	// Storage: `QuorumResults::Certificates` (r:1 w:0)
	fn read_output() -> Weight {
		Weight::from_parts(25_000_000, 9_578).saturating_add(Db::get().reads(2))
	}
	// Storage: `JobDispatch::Jobs` (r:1 w:0)
	// Storage: `JobDispatch::Orders` (r:1 w:0)
	// Storage: `QuorumResults::Ballots` (r:1 w:1)
	fn seat_lost() -> Weight {
		// Fastest run: 30_445 ns.
		Weight::from_parts(33_239_000, 4_536)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `QuorumResults::Certificates` (r:1 w:0)
	// Storage: `QuorumResults::Results` (r:0 w:1)
	// Storage: `QuorumResults::Discarded` (r:0 w:1)
	// Storage: `QuorumResults::Ballots` (r:0 w:1)
	fn pruned() -> Weight {
		// Fastest run: 30_185 ns.
		Weight::from_parts(31_978_000, 6_036)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `QuorumResults::Discarded` (r:1 w:0)
	fn look_for_discarded() -> Weight {
		// Fastest run: 3_585 ns.
		Weight::from_parts(3_675_000, 3_481).saturating_add(Db::get().reads(1))
	}
	// Storage: `QuorumResults::Discarded` (r:2 w:1)
	// Storage: `QuorumResults::Certificates` (r:127 w:127)
	// `n` is 1 to 128.
	fn sweep(n: u32) -> Weight {
		// Fastest run: 45_778 ns.
		Weight::from_parts(44_221_541, 5_972)
			// ± 22_727
			.saturating_add(Weight::from_parts(1_192_468, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().reads(1_u64.saturating_mul(n.into())))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 5_046).saturating_mul(n.into()))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn acknowledge() -> Weight {
		Measured::<ParityDbWeight>::acknowledge()
	}
	fn authorize_acknowledge() -> Weight {
		Measured::<ParityDbWeight>::authorize_acknowledge()
	}
	fn submit_cac() -> Weight {
		Measured::<ParityDbWeight>::submit_cac()
	}
	fn authorize_submit_cac() -> Weight {
		Measured::<ParityDbWeight>::authorize_submit_cac()
	}
	fn decide() -> Weight {
		Measured::<ParityDbWeight>::decide()
	}
	fn aggregate() -> Weight {
		Measured::<ParityDbWeight>::aggregate()
	}
	fn commit() -> Weight {
		Measured::<ParityDbWeight>::commit()
	}
	fn authorize_commit() -> Weight {
		Measured::<ParityDbWeight>::authorize_commit()
	}
	fn reveal() -> Weight {
		Measured::<ParityDbWeight>::reveal()
	}
	fn authorize_reveal() -> Weight {
		Measured::<ParityDbWeight>::authorize_reveal()
	}
	fn escalate() -> Weight {
		Measured::<ParityDbWeight>::escalate()
	}
	fn withhold() -> Weight {
		Measured::<ParityDbWeight>::withhold()
	}
	fn submit_proof() -> Weight {
		Measured::<ParityDbWeight>::submit_proof()
	}
	fn override_result() -> Weight {
		Measured::<ParityDbWeight>::override_result()
	}
	fn read_output() -> Weight {
		Measured::<ParityDbWeight>::read_output()
	}
	fn seat_lost() -> Weight {
		Measured::<ParityDbWeight>::seat_lost()
	}
	fn pruned() -> Weight {
		Measured::<ParityDbWeight>::pruned()
	}
	fn look_for_discarded() -> Weight {
		Measured::<ParityDbWeight>::look_for_discarded()
	}
	fn sweep(n: u32) -> Weight {
		Measured::<ParityDbWeight>::sweep(n)
	}
}
