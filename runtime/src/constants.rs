//! Numbers of the chain that every configuration file shares: money, time, block limits, consensus.
//!
//! Values that governance may change live in pallet storage; what stands here can only be changed
//! by a runtime upgrade, and the values marked *genesis-bound* not even by one.

use crate::{Balance, BlockNumber};
use frame_support::{
	parameter_types,
	weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight},
};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::Perbill;
use sp_staking::SessionIndex;

/// One CDT, the unit of account: 12 decimals.
pub const CDT: Balance = 1_000_000_000_000;
/// One thousandth of a CDT.
pub const MILLI_CDT: Balance = CDT / 1_000;
/// One millionth of a CDT.
pub const MICRO_CDT: Balance = CDT / 1_000_000;

/// Smallest balance an account may hold; below it the account is removed and its nonce forgotten.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_CDT;

/// Price of a byte of transaction length, before the fee multiplier.
pub const TRANSACTION_BYTE_FEE: Balance = MICRO_CDT;

/// Deposit for keeping `items` storage items with `bytes` bytes in total in the state.
///
/// A clause program of 100 KiB costs about one CDT to keep, a single small record about 10 mCDT.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 10 * MILLI_CDT + bytes as Balance * 10 * MICRO_CDT
}

/// Length of a BABE slot in milliseconds. *Genesis-bound*: the slot number is the clock divided by
/// this, so changing it on a running chain stops block production.
pub const SLOT_DURATION: u64 = 2_000;
/// Expected time between blocks in milliseconds: every slot has an author, primary or secondary.
pub const MILLISECS_PER_BLOCK: u64 = SLOT_DURATION;

/// Blocks in a minute.
pub const MINUTES: BlockNumber = 60_000 / (MILLISECS_PER_BLOCK as BlockNumber);
/// Blocks in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;

/// Length of a BABE epoch, which is a session, in slots: five minutes. *Genesis-bound*.
pub const EPOCH_DURATION_IN_SLOTS: u64 = 150;

/// How long after the deed an equivocation may still be reported and punished, in blocks: the
/// appeal window plus the dispute window (14 days each), the shortest time stake stays bonded.
pub const EVIDENCE_PERIOD: BlockNumber = 28 * DAYS;
/// [`EVIDENCE_PERIOD`] in sessions: how many session roots and GRANDPA set ids are remembered.
pub const EVIDENCE_SESSIONS: SessionIndex =
	(EVIDENCE_PERIOD as u64 / EPOCH_DURATION_IN_SLOTS) as SessionIndex;

/// Most validators the consensus pallets keep.
pub const MAX_AUTHORITIES: u32 = 256;

/// How many block hashes the state remembers: bounds the mortality of transactions and the age of
/// a block that an attestation may name as its challenge (about 2 h 16 min).
pub const BLOCK_HASH_COUNT: BlockNumber = 4_096;

/// Share of a block's weight and length that ordinary transactions may use; the rest is left to
/// operational and mandatory work, so that a full queue never stops heartbeats or governance.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Compute of one block: one second of reference time in a two-second slot. The proof size is not
/// limited: a solo chain ships no state proofs to anybody.
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX);

/// Longest block body in bytes.
pub const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// BABE parameters of the first epoch.
///
/// `c = 1/4`: a quarter of the slots has a primary author drawn by VRF; the others go to a
/// secondary author, who proves a VRF output as well. Hence every block carries fresh VRF
/// randomness, which the scheduler needs, and no slot stays empty.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration =
	BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// Prefix of the chain's SS58 addresses: the generic one.
pub const SS58_PREFIX: u16 = 42;

parameter_types! {
	/// [`EPOCH_DURATION_IN_SLOTS`] as the type that BABE and the runtime API read.
	pub const EpochDuration: u64 = EPOCH_DURATION_IN_SLOTS;
	/// [`MAX_AUTHORITIES`] as a type.
	pub const MaxAuthorities: u32 = MAX_AUTHORITIES;
	/// How long an equivocation report stays valid in the pool and how old its deed may be, in
	/// blocks.
	pub const ReportLongevity: u64 = EVIDENCE_PERIOD as u64;
}
