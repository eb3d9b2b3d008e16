//! Who signs rollups, and what ties a rollup to a block (DESIGN §7).
//!
//! ```text
//!  receipt ──path──► RollupHeader.root      RollupHeader.hash ──previous──► … ──► AnchorLeaf.rollup
//!                                                │                                       │ leaf of the chain's MMR
//!                                                ▼                                       ▼
//!                             certificate: ≥ 2/3 of a SignerSet              MMR root in a header's digest ──► GRANDPA
//! ```
//!
//! The message that a signer signs is `"concordat/rollup-signature/v1" ‖ SCALE( (genesis, set id, header hash) )`.

use crate::{hashing::tagged, Hash, RollupEpoch};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most signers of one set.
pub const MAX_SIGNERS: u32 = 256;
/// Engine id of the header digest that carries the root of the chain's MMR: `DigestItem::Consensus(MMR_ENGINE_ID, root)`.
pub const MMR_ENGINE_ID: [u8; 4] = *b"cmmr";
/// Prefix under which nodes keep the MMR in their off-chain database.
pub const MMR_INDEXING_PREFIX: &[u8] = b"concordat/mmr/v1";

/// Number of a set of signers; the first is 0.
pub type SignerSetId = u32;

/// How rollups are signed.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Scheme {
	/// BLS12-381, one aggregate for all (draft-irtf-cfrg-bls-signature, minimal signature size,
	/// `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_`).
	#[default]
	Bls,
	/// Ed25519 (RFC 8032), a signature of each.
	Ed25519,
}

/// Public key of a signer.
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
pub enum RollupKey {
	/// A point of G2, compressed (96 bytes).
	Bls(#[serde(with = "crate::text::hex_bytes")] [u8; 96]),
	/// 32 bytes.
	Ed25519(#[serde(with = "crate::text::hex_bytes")] [u8; 32]),
}

impl RollupKey {
	/// The scheme that it belongs to.
	pub const fn scheme(&self) -> Scheme {
		match self {
			Self::Bls(_) => Scheme::Bls,
			Self::Ed25519(_) => Scheme::Ed25519,
		}
	}
}

/// Who signs, in the order of their places.
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
pub struct SignerSet {
	/// Number.
	pub id: SignerSetId,
	/// Scheme of all keys.
	pub scheme: Scheme,
	/// Keys. A validator without a key of the scheme has no place.
	pub keys: BoundedVec<RollupKey, ConstU32<MAX_SIGNERS>>,
	/// Validators of the session, with a key or without: what two thirds are taken of.
	pub validators: u32,
}

impl SignerSet {
	/// Signatures that make a certificate: two thirds of the validators, rounded up; at least one.
	pub const fn threshold(&self) -> u32 {
		let two_thirds = (self.validators as u64 * 2).div_ceil(3) as u32;
		if two_thirds == 0 {
			1
		} else {
			two_thirds
		}
	}

	/// Names the set in the MMR.
	pub fn hash(&self) -> Hash {
		tagged(b"concordat/signers/v1", self)
	}
}

/// What a signer signs.
pub fn rollup_message(genesis: Hash, set: SignerSetId, header: Hash) -> Vec<u8> {
	let mut message = b"concordat/rollup-signature/v1".to_vec();
	(genesis, set, header).encode_to(&mut message);
	message
}

/// What is signed by whoever registers a BLS key, besides the proof of possession: nothing. An Ed25519 key is registered
/// with a signature over this message, which names the account.
pub fn registration_message(genesis: Hash, account: &crate::AccountId) -> Vec<u8> {
	let mut message = b"concordat/rollup-key/v1".to_vec();
	(genesis, account).encode_to(&mut message);
	message
}

/// The signatures over one rollup.
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
pub enum Signatures {
	/// One aggregate.
	Bls {
		/// Places of those who signed: bit `i` of byte `i / 8`, lowest first. As many bytes as the set needs, unused bits 0.
		#[serde(with = "crate::text::hex_bytes")]
		signers: BoundedVec<u8, ConstU32<{ MAX_SIGNERS / 8 }>>,
		/// A point of G1, compressed (48 bytes): the sum of their signatures.
		#[serde(with = "crate::text::hex_bytes")]
		aggregate: [u8; 48],
	},
	/// One each, by ascending place.
	Ed25519(BoundedVec<Ed25519Share, ConstU32<MAX_SIGNERS>>),
}

/// One signature of a certificate.
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
pub struct Ed25519Share {
	/// Place in the set.
	pub place: u16,
	/// Signature.
	#[serde(with = "crate::text::hex_bytes")]
	pub signature: [u8; 64],
}

/// A rollup, certified.
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
pub struct RollupCertificate {
	/// The rollup.
	pub epoch: RollupEpoch,
	/// The set that signed: the one of the session in which the rollup was closed.
	pub set: SignerSetId,
	/// Its signatures.
	pub signatures: Signatures,
}

/// Data of a leaf of the chain's MMR: what the chain knew at the end of the leaf's parent block.
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
pub struct AnchorLeaf {
	/// Version of the layout: 0.
	pub version: u8,
	/// Number and hash of the parent block.
	pub parent: (crate::BlockNumber, Hash),
	/// Rollups closed so far.
	pub rollups: RollupEpoch,
	/// [`crate::receipt::RollupHeader::hash`] of the last one; zero before the first.
	pub rollup: Hash,
	/// [`SignerSet::hash`] of the present set of signers.
	pub signers: Hash,
}

/// Where else a rollup was written down (NSF orchestration protocols §4.10.8).
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
pub enum Registry {
	/// A record of a treaty.
	Treaty,
	/// Another chain, by its CAIP-2 name: `eip155:1`.
	Chain(#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<64>>),
	/// A global registry, by its name.
	Registry(#[serde(with = "crate::text::hex_bytes")] BoundedVec<u8, ConstU32<64>>),
}

/// A record of a rollup's hash elsewhere, as governance has said it.
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
pub struct Anchor {
	/// The rollup.
	pub epoch: RollupEpoch,
	/// Hash of its header.
	pub rollup: Hash,
	/// Where.
	pub registry: Registry,
	/// How to find it there: a transaction hash, a document number, an address.
	#[serde(with = "crate::text::hex_bytes")]
	pub reference: BoundedVec<u8, ConstU32<256>>,
	/// Block in which it was said.
	pub at: crate::BlockNumber,
}
