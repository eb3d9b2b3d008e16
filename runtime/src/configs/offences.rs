//! `pallet-offences`: sorts reports of equivocations and hands them to whoever punishes.

use crate::{Runtime, RuntimeEvent};

/// Who punishes a proven offence: it is recorded and nothing else happens, until node-staking,
/// which holds the stake, stands here.
pub type OffenceHandler = ();

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	type OnOffenceHandler = OffenceHandler;
}
