//! Plain data of the pallet. Nothing here knows a runtime.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{BlockNumber, ReceiptId, RollupEpoch};
use concordat_proofs::Digest32;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Longest epoch that governance can ask for, in blocks: a day at 2 s. A longer one would leave
/// receipts without a proof for too long.
pub const MAX_EPOCH_LENGTH: BlockNumber = concordat_primitives::units::DAYS;

/// What governance decides about rollups.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnchorParams {
	/// Blocks from an epoch's first receipt to its end; 1 to [`MAX_EPOCH_LENGTH`].
	pub epoch_length: BlockNumber,
	/// Closed epochs whose receipts stay in the state; at least 1. Their headers stay for ever.
	pub retention_epochs: u32,
}

impl AnchorParams {
	/// Whether the numbers make sense.
	pub const fn is_valid(&self) -> bool {
		self.epoch_length > 0 && self.epoch_length <= MAX_EPOCH_LENGTH && self.retention_epochs > 0
	}
}

impl Default for AnchorParams {
	/// A minute for an epoch, a day of receipts in the state.
	fn default() -> Self {
		Self { epoch_length: 30, retention_epochs: 1_440 }
	}
}

/// The epoch that takes receipts now.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct OpenEpoch {
	/// Number that its rollup will have.
	pub number: RollupEpoch,
	/// Block of its first receipt; meaningless while it has none.
	pub opened_at: BlockNumber,
	/// Id of its first receipt.
	pub first_receipt: ReceiptId,
	/// Id of the receipt that comes next, in this epoch or the one after.
	pub next_receipt: ReceiptId,
}

impl OpenEpoch {
	/// Receipts in it.
	pub fn count(&self) -> u32 {
		self.next_receipt.saturating_sub(self.first_receipt).try_into().unwrap_or(u32::MAX)
	}

	/// Whether its time is over. An epoch without receipts never ends.
	pub fn is_due(&self, now: BlockNumber, length: BlockNumber) -> bool {
		self.count() > 0 && now >= self.opened_at.saturating_add(length)
	}
}

/// How far receipts have been removed from the state.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PruneCursor {
	/// The oldest receipt that is still there.
	pub next: ReceiptId,
	/// The oldest receipt that has to stay.
	pub until: ReceiptId,
}

/// Key in the off-chain index of a receipt's SCALE bytes.
///
/// `"concordat/receipt/v1" ‖ id (u64 big-endian) ‖ leaf hash`. The leaf hash keeps what two forks
/// say under the same id apart.
pub fn archive_body_key(id: ReceiptId, leaf: &Digest32) -> Vec<u8> {
	let mut key = b"concordat/receipt/v1".to_vec();
	key.extend(id.to_be_bytes());
	key.extend(leaf);
	key
}

/// Key in the off-chain index of an epoch's leaf hashes, SCALE-encoded as a list.
///
/// `"concordat/leaves/v1" ‖ epoch (u32 big-endian) ‖ root`. The root is in the header, which stays
/// in the state: from it, one entry gives all leaf hashes, and they give the bodies.
pub fn archive_leaves_key(epoch: RollupEpoch, root: &Digest32) -> Vec<u8> {
	let mut key = b"concordat/leaves/v1".to_vec();
	key.extend(epoch.to_be_bytes());
	key.extend(root);
	key
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn parameters_out_of_range_are_not_valid() {
		let ok = AnchorParams::default();
		assert!(ok.is_valid());
		for (epoch_length, retention_epochs, valid) in [
			(1, 1, true),
			(0, 1, false),
			(1, 0, false),
			(MAX_EPOCH_LENGTH, u32::MAX, true),
			(MAX_EPOCH_LENGTH + 1, 1, false),
		] {
			assert_eq!(AnchorParams { epoch_length, retention_epochs }.is_valid(), valid);
		}
	}

	#[test]
	fn an_epoch_is_due_once_its_length_has_passed_and_only_with_receipts() {
		let open = OpenEpoch { number: 0, opened_at: 10, first_receipt: 5, next_receipt: 6 };
		assert!(!open.is_due(14, 5));
		assert!(open.is_due(15, 5));
		assert!(open.is_due(99, 5));
		assert!(!OpenEpoch { next_receipt: 5, ..open }.is_due(99, 5));
		assert!(!OpenEpoch { opened_at: u32::MAX, ..open }.is_due(u32::MAX - 1, 5));
	}
}
