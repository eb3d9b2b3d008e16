//! `pallet-offences`: sorts reports of equivocations and hands them to whoever punishes.

use crate::{NodeStaking, Runtime, RuntimeEvent};

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	// It holds the stake, so it punishes.
	type OnOffenceHandler = NodeStaking;
}
