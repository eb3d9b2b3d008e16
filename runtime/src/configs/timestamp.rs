//! `pallet-timestamp`: the clock of the chain, set once per block by its author.

use crate::{constants::SLOT_DURATION, Babe, Moment, Runtime};
use frame_support::traits::ConstU64;

impl pallet_timestamp::Config for Runtime {
	type Moment = Moment;
	// Babe checks that the clock agrees with the slot.
	type OnTimestampSet = Babe;
	// Babe derives the slot duration as twice this.
	type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
	type WeightInfo = crate::weights::pallet_timestamp::WeightInfo<Runtime>;
}
