//! Weights of the clause registry.
//!
//! Reads and writes are counted from the code. The compute part is an *estimate*, to be replaced by
//! the benchmarks on reference hardware:
//!
//! ```text
//! concordat-node benchmark pallet --runtime <runtime.wasm> --pallet pallet_clause_registry \
//!     --extrinsic '*' --steps 50 --repeat 20 --output pallets/clause-registry/src/weights.rs
//! ```
//!
//! Receipts are not in these figures: the calls add `T::Receipts::weight()`.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of the calls and of what other pallets call.
pub trait WeightInfo {
	/// Weight of `register`.
	fn register() -> Weight;
	/// Weight of `activate`.
	fn activate() -> Weight;
	/// Weight of `retire`, release included.
	fn retire() -> Weight;
	/// Weight of `enter_safe_mode`.
	fn enter_safe_mode() -> Weight;
	/// Weight of `leave_safe_mode`.
	fn leave_safe_mode() -> Weight;
	/// Weight of `transfer_ownership`.
	fn transfer_ownership() -> Weight;
	/// Weight of `transfer_authority`.
	fn transfer_authority() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `ClauseJobs::job_opened`.
	fn job_opened() -> Weight;
	/// Weight of `ClauseJobs::job_closed`.
	fn job_closed() -> Weight;
	/// Weight of `ClauseJobs::job_pruned`, where other jobs are left or the clause is not retired.
	fn job_pruned() -> Weight;
	/// Weight of `ClauseJobs::job_pruned` for the last job of a retired clause: release included.
	fn job_pruned_last() -> Weight;
	/// Weight of `ClauseJobs::suspend`.
	fn suspend() -> Weight;
}

/// One record: read, decoded, encoded, written.
const RECORD: Weight = Weight::from_parts(15_000_000, 4_096);
/// A hold placed, moved or released: account and holds.
const HOLD: Weight = Weight::from_parts(30_000_000, 4_096);
/// A preimage requested or unrequested: its status, old and new.
const PREIMAGE: Weight = Weight::from_parts(10_000_000, 2_048);

fn register(db: RuntimeDbWeight) -> Weight {
	// Reads: authority, latest, parameters, record, counter, 2 preimage statuses, account, holds.
	// Writes: authority, latest, record, counter, index, 2 preimage statuses, account, holds.
	RECORD.saturating_add(HOLD).saturating_add(PREIMAGE).saturating_add(db.reads_writes(9, 9))
}

fn change(db: RuntimeDbWeight) -> Weight {
	RECORD.saturating_add(db.reads_writes(1, 1))
}

fn release(db: RuntimeDbWeight) -> Weight {
	// Beyond the record: account, holds, 2 preimage statuses, and the preimage itself is removed.
	HOLD.saturating_add(PREIMAGE).saturating_add(db.reads_writes(4, 5))
}

macro_rules! weights {
	($db:expr) => {
		fn register() -> Weight {
			register($db)
		}
		fn activate() -> Weight {
			change($db)
		}
		fn retire() -> Weight {
			change($db).saturating_add(release($db))
		}
		fn enter_safe_mode() -> Weight {
			change($db)
		}
		fn leave_safe_mode() -> Weight {
			change($db)
		}
		fn transfer_ownership() -> Weight {
			// Two accounts and their holds.
			change($db)
				.saturating_add(HOLD)
				.saturating_add(HOLD)
				.saturating_add($db.reads_writes(4, 4))
		}
		fn transfer_authority() -> Weight {
			Weight::from_parts(10_000_000, 4_096).saturating_add($db.reads_writes(1, 1))
		}
		fn set_params() -> Weight {
			Weight::from_parts(6_000_000, 0).saturating_add($db.writes(1))
		}
		fn job_opened() -> Weight {
			change($db)
		}
		fn job_closed() -> Weight {
			// A job that fails reads the parameters, too.
			change($db).saturating_add($db.reads(1))
		}
		fn job_pruned() -> Weight {
			change($db)
		}
		fn job_pruned_last() -> Weight {
			change($db).saturating_add(release($db))
		}
		fn suspend() -> Weight {
			change($db)
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
