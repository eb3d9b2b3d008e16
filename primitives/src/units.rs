//! Units of money and time.

use crate::{Balance, BlockNumber};

/// One CDT. It takes the place of the BPI of the ENC agreement, one to one.
pub const CDT: Balance = 1_000_000_000_000;
/// A thousandth of a CDT.
pub const MILLI_CDT: Balance = CDT / 1_000;
/// A millionth of a CDT.
pub const MICRO_CDT: Balance = CDT / 1_000_000;

/// Length of a slot in milliseconds. It can never change after genesis.
pub const SLOT_MILLIS: u64 = 2_000;
/// Blocks in a minute, when every slot is filled.
pub const MINUTES: BlockNumber = 60_000 / SLOT_MILLIS as BlockNumber;
/// Blocks in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;
