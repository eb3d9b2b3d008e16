//! `pallet-grandpa`: who votes on finality.

use crate::{
	constants::{MaxAuthorities, ReportLongevity, EVIDENCE_SESSIONS},
	Historical, Offences, Runtime, RuntimeEvent,
};
use frame_support::traits::{ConstU32, ConstU64};

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	// Weights of the equivocation reports; the pallet offers no others.
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	// A report names a set id; it is matched with its session as long as the deed can be punished.
	type MaxSetIdSessionEntries = ConstU64<{ EVIDENCE_SESSIONS as u64 }>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}
