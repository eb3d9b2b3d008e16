//! `pallet-babe`: who authors which slot, and the randomness of every block.

use crate::{
	constants::{EpochDuration, MaxAuthorities, ReportLongevity, MILLISECS_PER_BLOCK},
	Historical, Offences, Runtime, Session,
};
use frame_support::traits::{ConstU32, ConstU64};

impl pallet_babe::Config for Runtime {
	type EpochDuration = EpochDuration;
	type ExpectedBlockTime = ConstU64<MILLISECS_PER_BLOCK>;
	// Session ends an epoch.
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	// Weights of the equivocation reports; the pallet offers no others.
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}
