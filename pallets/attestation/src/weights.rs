//! Weights of attestation.
//!
//! Reads and writes are counted from the code. The compute part is an *estimate* (above all, the
//! verification of evidence inside the wasm runtime), to be replaced by the benchmarks on reference
//! hardware:
//!
//! ```text
//! concordat-node benchmark pallet --runtime <runtime.wasm> --pallet pallet_attestation \
//!     --extrinsic '*' --steps 50 --repeat 20 --output pallets/attestation/src/weights.rs
//! ```
//!
//! What nodes, listener and receipts cost is not in these figures: the calls and the hook add it.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, Weight},
};

/// Weights of the calls and of the hook's steps.
pub trait WeightInfo {
	/// Weight of `attest` that removes `displaced` dead leases of other nodes.
	fn attest(displaced: u32) -> Weight;
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
	/// Weight of `add_anchor`, with all others there.
	fn add_anchor() -> Weight;
	/// Weight of `remove_anchor`, with all others there.
	fn remove_anchor() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of the hook that finds nothing to do.
	fn sweep_base() -> Weight;
	/// Weight of one block that the hook looks at.
	fn sweep_block() -> Weight;
	/// Weight of one lease that expires.
	fn lapse_lease() -> Weight;
	/// Weight of one challenge that is forgotten.
	fn forget_challenge() -> Weight;
}

/// One Ed25519 verification inside the wasm runtime, and two hashes.
const VERIFY: u64 = 500_000_000;

macro_rules! weights {
	($db:expr) => {
		fn attest(displaced: u32) -> Weight {
			// Reads: parameters, challenge's block, used challenge, simulation, key, anchors, genesis,
			// time, measurement, platform, node, old lease, its row, its agenda, former keys, next number,
			// lease, counter.
			// Writes: used challenge; lease, counter, next number; node, row, former keys; and old and new
			// of lease, key, platform, agenda.
			// For each displaced lease: reads lease (twice), measurement, simulation, parameters, agenda,
			// former keys; writes lease, counter, node, row, key, platform, agenda, former keys.
			Weight::from_parts(VERIFY + 65_000_000, 40_960)
				.saturating_add($db.reads_writes(18, 15))
				.saturating_add(
					Weight::from_parts(28_000_000, 12_288)
						.saturating_add($db.reads_writes(7, 8))
						.saturating_mul(displaced.into()),
				)
		}
		fn surrender() -> Weight {
			// Node, lease, agenda, counter, former keys, parameters; lease, counter, node, row, key,
			// platform, agenda, former keys.
			Weight::from_parts(28_000_000, 12_288).saturating_add($db.reads_writes(6, 8))
		}
		fn invalidate() -> Weight {
			Weight::from_parts(28_000_000, 12_288).saturating_add($db.reads_writes(5, 8))
		}
		fn evict() -> Weight {
			// Besides: measurement, simulation.
			Weight::from_parts(31_000_000, 16_384).saturating_add($db.reads_writes(7, 8))
		}
		fn allow_measurement() -> Weight {
			Weight::from_parts(9_000_000, 4_096).saturating_add($db.reads_writes(2, 2))
		}
		fn sunset_measurement() -> Weight {
			Weight::from_parts(10_000_000, 4_096).saturating_add($db.reads_writes(2, 2))
		}
		fn revoke_measurement() -> Weight {
			Weight::from_parts(10_000_000, 4_096).saturating_add($db.reads_writes(2, 2))
		}
		fn add_anchor() -> Weight {
			Weight::from_parts(9_000_000, 2_048).saturating_add($db.reads_writes(2, 1))
		}
		fn remove_anchor() -> Weight {
			Weight::from_parts(9_000_000, 2_048).saturating_add($db.reads_writes(1, 1))
		}
		fn set_params() -> Weight {
			Weight::from_parts(7_000_000, 0).saturating_add($db.writes(1))
		}
		fn sweep_base() -> Weight {
			Weight::from_parts(2_000_000, 1_024).saturating_add($db.reads_writes(1, 1))
		}
		fn sweep_block() -> Weight {
			// The first key after each of two prefixes.
			Weight::from_parts(5_000_000, 4_096).saturating_add($db.reads(2))
		}
		fn lapse_lease() -> Weight {
			// The next key and its value, the lease; the entry.
			Weight::from_parts(12_000_000, 4_096).saturating_add($db.reads_writes(3, 1))
		}
		fn forget_challenge() -> Weight {
			Weight::from_parts(5_000_000, 2_048).saturating_add($db.reads_writes(2, 1))
		}
	};
}

/// Weights with the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	weights!(T::DbWeight::get());
}

/// Weights for tests.
impl WeightInfo for () {
	weights!(RocksDbWeight::get());
}
