//! Plain data of the pallet. Nothing here knows a runtime.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	rollup::{Anchor, Registry, RollupKey, Scheme, SignerSetId},
	BlockNumber, Hash, ReceiptId, RollupEpoch,
};
use concordat_proofs::Digest32;
use frame_support::{traits::ConstU32, BoundedVec};
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
	/// Closed epochs whose receipts and certificates stay in the state; at least 1. Their headers stay for ever.
	pub retention_epochs: u32,
	/// How rollups are signed. A change takes effect with the next set of signers.
	#[serde(default)]
	pub scheme: Scheme,
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
		Self { epoch_length: 30, retention_epochs: 1_440, scheme: Scheme::default() }
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

/// How far receipts, and what is kept of each epoch, have been removed from the state.
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
	/// The oldest epoch whose certificate is still there, or may still come.
	pub epoch: RollupEpoch,
	/// The oldest epoch for which that has to stay so.
	pub until_epoch: RollupEpoch,
}

/// A key of G2, uncompressed, as sums of keys are made of.
pub type UnpackedKey = concordat_pairing::bls::Unpacked;

/// What shows that a key may be registered: that whoever registers it has its secret half.
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
#[serde(rename_all = "camelCase")]
pub enum KeyProof {
	/// Of a BLS key: the proof of possession of draft-irtf-cfrg-bls-signature §3.3, 48 bytes.
	Possession(#[serde(with = "concordat_primitives::text::hex_bytes")] [u8; 48]),
	/// Of an Ed25519 key: its signature over [`concordat_primitives::rollup::registration_message`].
	Signature(#[serde(with = "concordat_primitives::text::hex_bytes")] [u8; 64]),
}

impl KeyProof {
	/// The scheme of keys that it can be for.
	pub const fn scheme(&self) -> Scheme {
		match self {
			Self::Possession(_) => Scheme::Bls,
			Self::Signature(_) => Scheme::Ed25519,
		}
	}
}

/// A key that its owner signs rollups with from the next set of signers on.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RegisteredKey {
	/// The key.
	pub key: RollupKey,
	/// A BLS key, checked and unpacked once.
	pub unpacked: Option<UnpackedKey>,
}

/// The present set of signers.
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
)]
pub struct CurrentSigners {
	/// Its number.
	pub id: SignerSetId,
	/// [`concordat_primitives::rollup::SignerSet::hash`].
	pub hash: Hash,
}

/// A certificate that has passed all checks in the extrinsic that carries it: what its dispatch need not check again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Admission {
	/// Block of the extrinsic.
	pub block: BlockNumber,
	/// Its place in the block.
	pub extrinsic: u32,
	/// Blake2-256 of the SCALE-encoded certificate, signatures included.
	pub digest: Hash,
}

/// Records of a rollup elsewhere that the chain keeps.
pub const MAX_ANCHORS: u32 = 8;
/// Most headers that are read at once.
pub const MAX_HEADERS: u32 = 256;
/// Most rollups without a certificate that are listed at once.
pub const MAX_UNCERTIFIED: u32 = 64;

/// Where a rollup was written down.
pub type Anchors = BoundedVec<Anchor, ConstU32<MAX_ANCHORS>>;

/// Whether a registry has a name that others can look up: a chain its CAIP-2 name (`namespace:reference`, 3–8 of
/// `-a–z0–9` and 1–32 of `-_a–zA–Z0–9`), another registry printable ASCII without blanks.
pub fn is_well_named(registry: &Registry) -> bool {
	match registry {
		Registry::Treaty => true,
		Registry::Chain(name) => {
			let mut parts = name.splitn(2, |byte| *byte == b':');
			let namespace = parts.next().unwrap_or_default();
			let reference = parts.next().unwrap_or_default();
			(3..=8).contains(&namespace.len())
				&& namespace
					.iter()
					.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
				&& (1..=32).contains(&reference.len())
				&& reference.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
		},
		Registry::Registry(name) => !name.is_empty() && name.iter().all(u8::is_ascii_graphic),
	}
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

/// Key in the off-chain index of a rollup's certificate: SCALE of `(RollupCertificate, hash of its set of signers)`.
///
/// `"concordat/certificate/v1" ‖ epoch (u32 big-endian) ‖ hash of the header`. Two forks that give an epoch the same header
/// have the same receipts before it, those of changed signers among them: whatever certifies it on one holds on the other.
pub fn archive_certificate_key(epoch: RollupEpoch, header: &Hash) -> Vec<u8> {
	let mut key = b"concordat/certificate/v1".to_vec();
	key.extend(epoch.to_be_bytes());
	key.extend(header.as_bytes());
	key
}

/// Key in the off-chain index of a set of signers, SCALE-encoded.
///
/// `"concordat/signers/v1" ‖ number (u32 big-endian) ‖ hash of the set`.
pub fn archive_signers_key(id: SignerSetId, hash: &Hash) -> Vec<u8> {
	let mut key = b"concordat/signers/v1".to_vec();
	key.extend(id.to_be_bytes());
	key.extend(hash.as_bytes());
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
			assert_eq!(AnchorParams { epoch_length, retention_epochs, ..ok }.is_valid(), valid);
		}
	}

	#[test]
	fn parameters_without_a_scheme_should_be_read_as_before() {
		use serde::de::value::{Error, MapDeserializer};
		let fields = [("epochLength", 3u32), ("retentionEpochs", 9)].into_iter();
		let old = AnchorParams::deserialize(MapDeserializer::<_, Error>::new(fields)).unwrap();
		assert_eq!(old, AnchorParams { epoch_length: 3, retention_epochs: 9, scheme: Scheme::Bls });
	}

	#[test]
	fn a_registry_should_have_a_name_that_can_be_looked_up() {
		let name = |text: &str| BoundedVec::truncate_from(text.as_bytes().to_vec());
		for (chain, valid) in [
			("eip155:1", true),
			("polkadot:91b171bb158e2d3848fa23a9f1c25182", true),
			("cosmos:cosmoshub-3", true),
			("bip122:000000000019d6689c085ae165831e93", true),
			("", false),
			("eip155", false),
			("eip155:", false),
			(":1", false),
			("ab:1", false),
			("toolongname:1", false),
			("EIP155:1", false),
			("eip155:1:2", false),
			("eip155:1 ", false),
			("polkadot:91b171bb158e2d3848fa23a9f1c251820", false),
		] {
			assert_eq!(is_well_named(&Registry::Chain(name(chain))), valid, "{chain}");
		}
		for (registry, valid) in
			[("UN-Treaty-Series", true), ("", false), ("a b", false), ("ä", false)]
		{
			assert_eq!(is_well_named(&Registry::Registry(name(registry))), valid, "{registry}");
		}
		assert!(is_well_named(&Registry::Treaty));
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
