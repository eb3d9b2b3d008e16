//! Weights of disputes.
//!
//! Reads and writes are counted from the code. The compute part is an *estimate* (above all, the two
//! signatures of an equivocation), to be replaced by the benchmarks on reference hardware:
//!
//! ```text
//! concordat-node benchmark pallet --runtime <runtime.wasm> --pallet pallet_disputes \
//!     --extrinsic '*' --steps 50 --repeat 20 --output pallets/disputes/src/weights.rs
//! ```
//!
//! What jobs, clauses, stakes, leases and receipts cost is not in these figures: the calls and the
//! hook add it.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls and of the hook's steps.
pub trait WeightInfo {
	/// Weight of `open`.
	fn open() -> Weight;
	/// Weight of `resolve` with so many culprits.
	fn resolve(culprits: u32) -> Weight;
	/// Weight of `report_equivocation`.
	fn report_equivocation() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of the hook that finds nothing to do.
	fn sweep_base() -> Weight;
	/// Weight of one block that the hook looks at.
	fn sweep_block() -> Weight;
	/// Weight of one dispute that resolves by itself.
	fn time_out() -> Weight;
}

/// A hold placed, moved or released: account and holds.
const HOLD: Weight = Weight::from_parts(30_000_000, 4_096);

macro_rules! weights {
	($db:expr) => {
		fn open() -> Weight {
			// Reads: parameters, open of job, open of account, earlier, next, account, holds.
			// Writes: dispute, open of job, open of account, agenda, next, account, holds.
			Weight::from_parts(25_000_000, 6_144)
				.saturating_add(HOLD)
				.saturating_add($db.reads_writes(7, 7))
		}
		fn resolve(culprits: u32) -> Weight {
			// Reads: dispute, open of account, earlier, opener, holds, treasury.
			// Writes: dispute, open of job, open of account, agenda, earlier, opener, holds, treasury.
			// A culprit is compared with the others; all else about it is the slasher's.
			Weight::from_parts(30_000_000, 8_192)
				.saturating_add(HOLD)
				.saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(culprits.into()))
				.saturating_add($db.reads_writes(6, 8))
		}
		fn report_equivocation() -> Weight {
			// Two Ed25519 verifications by the host and four hashes over at most 3 KiB each.
			// Reads: genesis hash, known equivocation, next. Writes: known equivocation, dispute, next.
			Weight::from_parts(160_000_000, 4_096).saturating_add($db.reads_writes(3, 3))
		}
		fn set_params() -> Weight {
			Weight::from_parts(7_000_000, 0).saturating_add($db.writes(1))
		}
		fn sweep_base() -> Weight {
			// The carried block.
			Weight::from_parts(2_000_000, 1_024).saturating_add($db.reads_writes(1, 1))
		}
		fn sweep_block() -> Weight {
			// The first key after the block's prefix.
			Weight::from_parts(4_000_000, 2_048).saturating_add($db.reads(1))
		}
		fn time_out() -> Weight {
			// Reads: next key and its value, dispute, open of account, earlier, account, holds, treasury.
			// Writes: agenda, dispute, open of job, open of account, earlier, account, holds, treasury.
			// A share is moved, the rest released.
			Weight::from_parts(30_000_000, 10_240)
				.saturating_add(HOLD.saturating_mul(2))
				.saturating_add($db.reads_writes(8, 8))
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
	weights!(ParityDbWeight::get());
}
