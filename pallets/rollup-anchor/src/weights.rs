//! Weights of `pallet_rollup_anchor`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! Those marked as estimates have not been measured on the runtime yet.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_rollup_anchor` weigh.
pub trait WeightInfo {
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `append`.
	fn append() -> Weight;
	/// Weight of `close`.
	fn close(n: u32) -> Weight;
	/// Weight of `prune`.
	fn prune(n: u32) -> Weight;
	/// Weight of `on_initialize`.
	fn on_initialize() -> Weight;
	/// Weight of `on_idle`.
	fn on_idle() -> Weight;
	/// Weight of `forget_epoch`.
	fn forget_epoch() -> Weight;
	/// Weight of `new_validators`.
	fn new_validators(n: u32) -> Weight;
	/// Weight of `register_key_bls`.
	fn register_key_bls() -> Weight;
	/// Weight of `register_key_ed25519`.
	fn register_key_ed25519() -> Weight;
	/// Weight of `remove_key`.
	fn remove_key() -> Weight;
	/// Weight of `certify`.
	fn certify() -> Weight;
	/// Weight of `authorize_certify_bls`.
	fn authorize_certify_bls(n: u32) -> Weight;
	/// Weight of `authorize_certify_ed25519`.
	fn authorize_certify_ed25519(n: u32) -> Weight;
	/// Weight of `record_anchor`.
	fn record_anchor() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `RollupAnchor::Params` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 5_338 ns.
		Weight::from_parts(5_698_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn append() -> Weight {
		// Fastest run: 18_698 ns.
		Weight::from_parts(19_439_000, 2_098_641)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `RollupAnchor::LastRollupHash` (r:1 w:1)
	// Storage: `RollupAnchor::Params` (r:1 w:0)
	// Storage: `RollupAnchor::Rollups` (r:0 w:1)
	// Storage: `RollupAnchor::Open` (r:0 w:1)
	// Estimated on top: `RollupAnchor::CurrentSet` (r:1), `Pending` (w:1, and its counter r:1 w:1), `SetUses` (r:1 w:1)
	// `n` is 1 to 1023.
	fn close(n: u32) -> Weight {
		// Fastest run: 20_931 ns.
		Weight::from_parts(20_800_461, 2_098_641)
			// ± 23_069
			.saturating_add(Weight::from_parts(717_776, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(7))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `RollupAnchor::Cursor` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:256)
	// `n` is 1 to 256.
	fn prune(n: u32) -> Weight {
		// Fastest run: 7_261 ns.
		Weight::from_parts(7_771_000, 1_501)
			// ± 24_386
			.saturating_add(Weight::from_parts(1_905_498, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
			.saturating_add(Db::get().writes(1_u64.saturating_mul(n.into())))
	}
	// Storage: `RollupAnchor::Open` (r:1 w:0)
	// Storage: `RollupAnchor::Params` (r:1 w:0)
	// Storage: `RollupAnchor::Cursor` (r:1 w:0)
	fn on_initialize() -> Weight {
		// Fastest run: 5_438 ns.
		Weight::from_parts(5_849_000, 1_509).saturating_add(Db::get().reads(3))
	}
	// Storage: `RollupAnchor::Cursor` (r:1 w:0)
	fn on_idle() -> Weight {
		// Fastest run: 2_875 ns.
		Weight::from_parts(2_995_000, 1_501).saturating_add(Db::get().reads(1))
	}
	// Estimate. Storage: `Certificates` (r:1 w:1), `Pending` (r:1 w:1, and its counter), `SetUses` (r:1 w:1),
	// `CurrentSet` (r:1), `Sets` (w:1), `SetKeys` (w:1)
	fn forget_epoch() -> Weight {
		Weight::from_parts(30_000_000, 36_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(6))
	}
	// Estimate. Storage: `Params` (r:1), `Keys` (r:n), `CurrentSet` (r:1 w:1), `Sets` (r:1 w:2), `SetKeys` (w:2),
	// `SetUses` (r:1), and a receipt that closes the epoch.
	// `n` is 1 to 256.
	fn new_validators(n: u32) -> Weight {
		Weight::from_parts(800_000_000, 2_200_000)
			.saturating_add(Weight::from_parts(6_000_000, 3_000).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().reads(n.into()))
			.saturating_add(Db::get().writes(12))
	}
	// Estimate: two subgroup checks in G2, one in G1, a hash to G1, two pairings. Storage: `Validators` of the runtime (r:2),
	// `Keys` (r:1 w:1), `Owners` (r:1 w:2)
	fn register_key_bls() -> Weight {
		Weight::from_parts(8_000_000_000, 20_000)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(3))
	}
	// Estimate: one signature. Storage as for BLS.
	fn register_key_ed25519() -> Weight {
		Weight::from_parts(90_000_000, 20_000)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(3))
	}
	// Estimate. Storage: `Keys` (r:1 w:1), `Validators` of the runtime (r:2), `Owners` (w:1)
	fn remove_key() -> Weight {
		Weight::from_parts(30_000_000, 20_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(2))
	}
	// Estimate, with 256 Ed25519 signatures. Storage: `Pending` (r:1 w:1, and its counter), `Sets` (r:1), `Rollups` (r:1),
	// `Certificates` (w:1)
	fn certify() -> Weight {
		Weight::from_parts(150_000_000, 32_000)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(3))
	}
	// Estimate: a hash to G1, a subgroup check in G1, two pairings, and a sum of keys by the host. Storage: `Pending`
	// (r:1), `Sets` (r:1), `SetKeys` (r:1), `Rollups` (r:1)
	// `n` is 1 to 256.
	fn authorize_certify_bls(n: u32) -> Weight {
		Weight::from_parts(7_000_000_000, 86_000)
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(4))
	}
	// Estimate: a signature each. Storage: `Pending` (r:1), `Sets` (r:1), `Rollups` (r:1)
	// `n` is 1 to 256.
	fn authorize_certify_ed25519(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 33_000)
			.saturating_add(Weight::from_parts(55_000_000, 0).saturating_mul(n.into()))
			.saturating_add(Db::get().reads(3))
	}
	// Estimate. Storage: `Rollups` (r:1), `AnchorsOf` (r:1 w:1), and a receipt: `Open` (r:1 w:1), `OpenLeaves` (r:1 w:1),
	// `Leaves` (w:1)
	fn record_anchor() -> Weight {
		Weight::from_parts(60_000_000, 2_105_000)
			.saturating_add(Db::get().reads(4))
			.saturating_add(Db::get().writes(4))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn append() -> Weight {
		Measured::<ParityDbWeight>::append()
	}
	fn close(n: u32) -> Weight {
		Measured::<ParityDbWeight>::close(n)
	}
	fn prune(n: u32) -> Weight {
		Measured::<ParityDbWeight>::prune(n)
	}
	fn on_initialize() -> Weight {
		Measured::<ParityDbWeight>::on_initialize()
	}
	fn on_idle() -> Weight {
		Measured::<ParityDbWeight>::on_idle()
	}
	fn forget_epoch() -> Weight {
		Measured::<ParityDbWeight>::forget_epoch()
	}
	fn new_validators(n: u32) -> Weight {
		Measured::<ParityDbWeight>::new_validators(n)
	}
	fn register_key_bls() -> Weight {
		Measured::<ParityDbWeight>::register_key_bls()
	}
	fn register_key_ed25519() -> Weight {
		Measured::<ParityDbWeight>::register_key_ed25519()
	}
	fn remove_key() -> Weight {
		Measured::<ParityDbWeight>::remove_key()
	}
	fn certify() -> Weight {
		Measured::<ParityDbWeight>::certify()
	}
	fn authorize_certify_bls(n: u32) -> Weight {
		Measured::<ParityDbWeight>::authorize_certify_bls(n)
	}
	fn authorize_certify_ed25519(n: u32) -> Weight {
		Measured::<ParityDbWeight>::authorize_certify_ed25519(n)
	}
	fn record_anchor() -> Weight {
		Measured::<ParityDbWeight>::record_anchor()
	}
}
