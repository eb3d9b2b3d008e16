//! Plain data of verifying keys: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	units::{CDT, MICRO_CDT},
	zk::{Curve, KeyBytes, VkId},
	AccountId, Balance, BlockNumber, ClauseId,
};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Longest prepared key, in bytes: 33 points of 96 bytes, two of 192, an element of the target group of 576 bytes, a
/// header of 6, and some room.
pub const MAX_PREPARED_BYTES: u32 = 4_608;

/// A key, checked and prepared.
pub type PreparedBytes = BoundedVec<u8, ConstU32<MAX_PREPARED_BYTES>>;

/// Whose switch of a key.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum SwitchedBy {
	/// The owner of the clause.
	Owner,
	/// Governance.
	Governance,
}

/// The two switches of a key. They lie in a row: proofs are accepted while both are on.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Switches {
	/// The owner's.
	pub owner: bool,
	/// Governance's.
	pub governance: bool,
}

impl Switches {
	/// Both on: how a key begins.
	pub const ON: Self = Self { owner: true, governance: true };

	/// Whether both are on.
	pub const fn on(self) -> bool {
		self.owner && self.governance
	}

	/// The switch of one side.
	pub fn of(&mut self, by: SwitchedBy) -> &mut bool {
		match by {
			SwitchedBy::Owner => &mut self.owner,
			SwitchedBy::Governance => &mut self.governance,
		}
	}
}

/// What the chain knows of a key, besides its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct KeyRecord {
	/// Name: the curve and the bytes, hashed ([`concordat_primitives::zk::vk_id`]).
	pub id: VkId,
	/// Curve of its proofs.
	pub curve: Curve,
	/// Public inputs, with the binding: 1 to 32. Fixed for good.
	pub inputs: u32,
	/// Whose deposit is held: who owned the clause when the key was registered.
	pub depositor: AccountId,
	/// The deposit on hold.
	pub deposit: Balance,
	/// Block of registration.
	pub registered_at: BlockNumber,
	/// Whether it is in use.
	pub switches: Switches,
}

/// A key, for clients.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifierView {
	/// Clause and version.
	pub clause: ClauseId,
	/// Name of the key.
	pub id: VkId,
	/// Curve of its proofs.
	pub curve: Curve,
	/// Public inputs, with the binding.
	pub inputs: u32,
	/// Whose deposit is held.
	pub depositor: AccountId,
	/// The deposit on hold.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub deposit: Balance,
	/// Block of registration.
	pub registered_at: BlockNumber,
	/// Whether owner and governance have it in use.
	pub switches: Switches,
	/// Whether the verifier of its curve is switched on.
	pub curve_enabled: bool,
	/// The key, points compressed.
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	pub key: KeyBytes,
}

/// What governance may change.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
	/// Deposit for a key of any size.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub base_deposit: Balance,
	/// Deposit for each byte of a key, as it came and prepared.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub byte_deposit: Balance,
}

impl Default for Params {
	/// 1 CDT and 10 µCDT a byte, as for clauses: a key of eight inputs costs another 0.03 CDT.
	fn default() -> Self {
		Self { base_deposit: CDT, byte_deposit: 10 * MICRO_CDT }
	}
}

impl Params {
	/// What has to be held for a key of so many bytes, as it came and prepared.
	pub fn deposit(&self, key: usize, prepared: usize) -> Balance {
		let bytes = (key as Balance).saturating_add(prepared as Balance);
		self.base_deposit.saturating_add(self.byte_deposit.saturating_mul(bytes))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_key_is_on_only_while_both_sides_want_it() {
		for (owner, governance) in [(true, false), (false, true), (false, false)] {
			assert!(!Switches { owner, governance }.on());
		}
		assert!(Switches::ON.on());
	}

	#[test]
	fn a_record_takes_at_most_128_bytes() {
		assert!(KeyRecord::max_encoded_len() <= 128, "{}", KeyRecord::max_encoded_len());
	}

	#[test]
	fn no_deposit_should_overflow() {
		let params = Params { base_deposit: Balance::MAX, byte_deposit: Balance::MAX };
		assert_eq!(params.deposit(usize::MAX, usize::MAX), Balance::MAX);
		assert_eq!(Params { base_deposit: 7, byte_deposit: 3 }.deposit(10, 100), 7 + 330);
	}
}
