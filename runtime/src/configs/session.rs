//! `pallet-session` and its `historical` part: which validators sign for which session, and the
//! roots that prove it later.
//!
//! A session is a BABE epoch. Keys set in session *n* sign from session *n + 2* on.

use crate::{
	constants::{deposit, EVIDENCE_SESSIONS},
	AccountId, Babe, Balance, Balances, Historical, RollupAnchor, Runtime, RuntimeEvent, Session,
	SessionKeys, System,
};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{dispatch::DispatchClass, parameter_types, traits::KeyOwnerProofSystem};
use pallet_session::{
	disabling::UpToLimitWithReEnablingDisablingStrategy,
	historical::{self, NoteHistoricalRoot},
};
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

/// Who supplies the validators of a session: governance chooses among staked validator nodes.
pub type ValidatorSource = crate::NodeStaking;

parameter_types! {
	/// Deposit for registered session keys: one map entry for the keys, one for the owner of each.
	pub const KeyDeposit: Balance = deposit(3, 160);
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = BoundedHistory<NoteHistoricalRoot<Self, ValidatorSource>>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
	type Currency = Balances;
	type KeyDeposit = KeyDeposit;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = Balance;
	type FullIdentificationOf = pallet_node_staking::StakeOf<Self>;
}

/// Proves that a validator of the current session owns `key`, for an equivocation report.
pub fn prove_key_owner<Key: AsRef<[u8]>>(key_type: KeyTypeId, key: Key) -> Option<MembershipProof> {
	Historical::prove((key_type, key))
}

/// A session manager that forgets the session roots older than [`EVIDENCE_SESSIONS`]: a report of a
/// deed in such a session can no longer be punished, and `Historical` itself never prunes.
pub struct BoundedHistory<Inner>(PhantomData<Inner>);

impl<Inner: pallet_session::SessionManager<AccountId>> pallet_session::SessionManager<AccountId>
	for BoundedHistory<Inner>
{
	fn new_session(new_index: SessionIndex) -> Option<Vec<AccountId>> {
		Inner::new_session(new_index)
	}

	fn new_session_genesis(new_index: SessionIndex) -> Option<Vec<AccountId>> {
		Inner::new_session_genesis(new_index)
	}

	fn start_session(start_index: SessionIndex) {
		Inner::start_session(start_index);
		// Those who validate from now on sign the rollups that are closed from now on.
		let weight = RollupAnchor::new_validators(&Session::validators());
		System::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
	}

	fn end_session(end_index: SessionIndex) {
		Inner::end_session(end_index);
		if let Some(first_kept) = end_index.checked_sub(EVIDENCE_SESSIONS).filter(|i| *i > 0) {
			Historical::prune_up_to(first_kept);
		}
	}
}
