//! Weights of node staking.
//!
//! Reads and writes are counted from the code. The compute part is an *estimate* (above all, the
//! verification of a signature inside the wasm runtime), to be replaced by the benchmarks on
//! reference hardware:
//!
//! ```text
//! concordat-node benchmark pallet --runtime <runtime.wasm> --pallet pallet_node_staking \
//!     --extrinsic '*' --steps 50 --repeat 20 --output pallets/node-staking/src/weights.rs
//! ```
//!
//! What pools and receipts cost is not in these figures: the calls, the hook and the traits add it.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, Weight},
};

/// Weights of the calls, of the hook's steps and of what other pallets call.
pub trait WeightInfo {
	/// Weight of `register`.
	fn register() -> Weight;
	/// Weight of `bond_extra`.
	fn bond_extra() -> Weight;
	/// Weight of `unbond_partial`.
	fn unbond_partial() -> Weight;
	/// Weight of `unbond`, among `validators` chosen ones.
	fn unbond(validators: u32) -> Weight;
	/// Weight of `withdraw`, removal included.
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
	/// Weight of `remove_validator`, among `validators` chosen ones.
	fn remove_validator(validators: u32) -> Weight;
	/// Weight of a heartbeat that finds its node at work, or brings it back.
	fn heartbeat() -> Weight;
	/// Weight of the checks before a heartbeat, signature included.
	fn authorize_heartbeat() -> Weight;
	/// Weight of `cancel_slash`.
	fn cancel_slash() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `Slasher::slash`.
	fn slash() -> Weight;
	/// Weight of one offender, besides its slash.
	fn offence() -> Weight;
	/// Weight of `LeaseListener::lease_granted` and `lease_lost`.
	fn lease() -> Weight;
	/// Weight of the hook that finds nothing to do.
	fn agenda_base() -> Weight;
	/// Weight of one page of the agenda, without its tasks.
	fn agenda_page() -> Weight;
	/// Weight of a check that finds its node alive.
	fn check_alive() -> Weight;
	/// Weight of a check that finds its node silent.
	fn check_silent() -> Weight;
	/// Weight of a slash that is applied.
	fn apply_slash() -> Weight;
	/// Weight of evidence that is forgotten.
	fn forget_evidence() -> Weight;
}

/// One Sr25519 verification, and the hash of its message.
const VERIFY: u64 = 60_000_000;
/// One record: read, decoded, encoded, written.
const RECORD: Weight = Weight::from_parts(15_000_000, 4_096);
/// A hold placed, released or slashed: account and holds.
const HOLD: Weight = Weight::from_parts(30_000_000, 4_096);
/// A task put on the agenda: last page and page.
const TASK: Weight = Weight::from_parts(8_000_000, 4_096);

macro_rules! weights {
	($db:expr) => {
		fn register() -> Weight {
			// Parameters, key, last number, validator account, list, record, counter, account, holds;
			// all but the first are written.
			RECORD.saturating_add(HOLD).saturating_add($db.reads_writes(9, 8))
		}
		fn bond_extra() -> Weight {
			RECORD.saturating_add(HOLD).saturating_add($db.reads_writes(3, 3))
		}
		fn unbond_partial() -> Weight {
			RECORD.saturating_add($db.reads_writes(2, 1))
		}
		fn unbond(validators: u32) -> Weight {
			// The record, parameters, the count of active nodes; and what a dismissal reads.
			RECORD
				.saturating_add($db.reads_writes(3, 2))
				.saturating_add(Self::remove_validator(validators))
		}
		fn withdraw() -> Weight {
			// Record, account, holds, counter, list, validators; these and key, validator account,
			// pulse, span, slashes.
			RECORD.saturating_add(HOLD).saturating_add($db.reads_writes(6, 11))
		}
		fn drain() -> Weight {
			RECORD.saturating_add($db.reads_writes(2, 2))
		}
		fn undrain() -> Weight {
			// Record, pulse, parameters, count, last page, page; all but parameters and last page.
			RECORD.saturating_add(TASK).saturating_add($db.reads_writes(6, 5))
		}
		fn update_spec() -> Weight {
			RECORD.saturating_add($db.reads_writes(1, 1))
		}
		fn set_operator_key() -> Weight {
			RECORD.saturating_add($db.reads_writes(2, 3))
		}
		fn unjail() -> Weight {
			// As `undrain`, and the pending slashes and the span.
			RECORD.saturating_add(TASK).saturating_add($db.reads_writes(7, 6))
		}
		fn add_validator() -> Weight {
			RECORD.saturating_add($db.reads_writes(4, 1))
		}
		fn remove_validator(validators: u32) -> Weight {
			// The list, twice the record and session keys of each, parameters.
			Weight::from_parts(20_000_000, 8_192)
				.saturating_add($db.reads_writes(3, 1))
				.saturating_add(
					Weight::from_parts(20_000_000, 8_192)
						.saturating_add($db.reads(2))
						.saturating_mul(validators.into()),
				)
		}
		fn heartbeat() -> Weight {
			// The record, the pulse; and for a node that comes back: count, parameters, agenda.
			RECORD.saturating_add(TASK).saturating_add($db.reads_writes(6, 5))
		}
		fn authorize_heartbeat() -> Weight {
			// Pulse, parameters, record, genesis hash.
			Weight::from_parts(VERIFY + 10_000_000, 8_192).saturating_add($db.reads(4))
		}
		fn cancel_slash() -> Weight {
			// As `unjail`.
			RECORD
				.saturating_add(RECORD)
				.saturating_add(TASK)
				.saturating_add($db.reads_writes(8, 7))
		}
		fn set_params() -> Weight {
			Weight::from_parts(8_000_000, 4_096).saturating_add($db.reads_writes(1, 1))
		}
		fn slash() -> Weight {
			// Record, evidence, parameters, span, slashes, count, twice last page and page.
			RECORD
				.saturating_add(RECORD)
				.saturating_add(TASK)
				.saturating_add(TASK)
				.saturating_add($db.reads_writes(10, 9))
		}
		fn offence() -> Weight {
			// The validator's node; the session's validators and the disabled ones.
			Weight::from_parts(20_000_000, 16_384).saturating_add($db.reads_writes(3, 1))
		}
		fn lease() -> Weight {
			// Record, pulse, parameters, count, last page, page.
			RECORD.saturating_add(TASK).saturating_add($db.reads_writes(6, 5))
		}
		fn agenda_base() -> Weight {
			Weight::from_parts(2_000_000, 1_024).saturating_add($db.reads_writes(1, 1))
		}
		fn agenda_page() -> Weight {
			Weight::from_parts(5_000_000, 4_096).saturating_add($db.reads_writes(2, 2))
		}
		fn check_alive() -> Weight {
			// Pulse, parameters, last page, page.
			TASK.saturating_add($db.reads_writes(4, 3))
		}
		fn check_silent() -> Weight {
			// Pulse, parameters, record, count.
			RECORD.saturating_add($db.reads_writes(4, 3))
		}
		fn apply_slash() -> Weight {
			// As `withdraw`, and parameters, span, validators, reporter, destination, total issuance.
			RECORD
				.saturating_add(HOLD)
				.saturating_add(HOLD)
				.saturating_add($db.reads_writes(11, 15))
		}
		fn forget_evidence() -> Weight {
			Weight::from_parts(4_000_000, 1_024).saturating_add($db.writes(1))
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
