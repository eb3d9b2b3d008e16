//! A receipt and all that a check needs, in one file.
//!
//! In two forms with the same content: JSON, in which bytes are `0x…` in lower case, and bytes, [`MAGIC`] followed by the SCALE
//! of [`Bundle`]. Reading one checks its form and its bounds only; [`check`](crate::check::check) says whether it holds.

use crate::{
	check::{Refusal, What},
	rollup::{RollupHeader, MAX_ROLLUPS},
	text, tree, Digest32,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemLimit, DecodeWithMemTracking, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names the format, in JSON.
pub const FORMAT: &str = "concordat-receipt/3";
/// First bytes of the binary form.
pub const MAGIC: &[u8] = b"concordat-receipt/3\n";

/// Longest receipt, in bytes of SCALE.
pub const MAX_RECEIPT_BYTES: usize = 8 * 1024;
/// Most certificates: one of each voter, and those of late dissent.
pub const MAX_CERTIFICATES: usize = 32;
/// Longest certificate, in bytes of SCALE.
pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;
/// Longest leaf of the MMR, in bytes of SCALE.
pub const MAX_LEAF_BYTES: usize = 1024;
/// Longest proof of a leaf, in bytes of SCALE.
pub const MAX_LEAF_PROOF_BYTES: usize = 4 * 1024;
/// Longest signatures of a rollup, in bytes of SCALE.
pub const MAX_SIGNATURES_BYTES: usize = 32 * 1024;
/// Longest file in the binary form.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Longest file as JSON. Whoever parses one looks at its length before; depth is the parser's to bound.
pub const MAX_JSON_BYTES: usize = 2 * MAX_BYTES;
/// Memory that reading the binary form may take.
const MAX_MEMORY: usize = 4 * MAX_BYTES;

/// Writes [`FORMAT`], and reads nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Format;

impl Serialize for Format {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(FORMAT)
	}
}

impl<'de> Deserialize<'de> for Format {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		if String::deserialize(d)? == FORMAT {
			Ok(Self)
		} else {
			Err(serde::de::Error::custom("another format than concordat-receipt/3"))
		}
	}
}

/// An authority and what its vote counts.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Authority {
	/// Ed25519 key.
	#[serde(with = "text::bytes")]
	pub key: Digest32,
	/// What its vote counts.
	pub weight: u64,
}

/// What ties the last rollup to a final block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finality {
	/// SCALE of [`AnchorLeaf`](crate::rollup::AnchorLeaf).
	#[serde(with = "text::bytes")]
	pub leaf: Vec<u8>,
	/// SCALE of [`LeafProof`](crate::mmr::LeafProof).
	#[serde(with = "text::bytes")]
	pub leaf_proof: Vec<u8>,
	/// SCALE of the header whose digest has the root of the MMR.
	#[serde(with = "text::bytes")]
	pub header: Vec<u8>,
	/// SCALE of the justification that makes it final.
	#[serde(with = "text::bytes")]
	pub justification: Vec<u8>,
	/// Number of the set of authorities that voted.
	pub set_id: u64,
	/// The set. Believed only as far as somebody trusts it who checks.
	pub authorities: Vec<Authority>,
}

/// A receipt and all that a check needs.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
	/// Names the format. No bytes in SCALE.
	pub format: Format,
	/// SCALE of the receipt: what the leaf hashes.
	#[serde(with = "text::bytes")]
	pub receipt: Vec<u8>,
	/// Its place in its rollup.
	pub index: u32,
	/// Siblings from the leaf to the root.
	#[serde(with = "text::list")]
	pub path: Vec<Digest32>,
	/// Rollups from the receipt's to the one that the leaf of the MMR names, each naming the one before.
	pub rollups: Vec<RollupHeader>,
	/// What ties the last of them to a final block. Without it only a rollup can be trusted.
	pub finality: Option<Finality>,
	/// SCALE of `RollupCertificate`: signatures over one of the rollups. Not looked at here, for want of pairings.
	#[serde(with = "text::option")]
	pub signatures: Option<Vec<u8>>,
	/// SCALE of each `SignedCac` on which the receipt rests. Not looked at here: the receipt has their digests.
	#[serde(with = "text::list")]
	pub certificates: Vec<Vec<u8>>,
}

fn len(what: What, found: usize, most: usize) -> Result<(), Refusal> {
	if found > most {
		return Err(Refusal::TooLong { what, found, most });
	}
	Ok(())
}

impl Bundle {
	/// Whether everything is within bounds.
	pub fn check_bounds(&self) -> Result<(), Refusal> {
		let levels = tree::depth(tree::MAX_LEAVES) as usize;
		len(What::Receipt, self.receipt.len(), MAX_RECEIPT_BYTES)?;
		len(What::Path, self.path.len(), levels)?;
		len(What::Rollups, self.rollups.len(), MAX_ROLLUPS)?;
		if let Some(signatures) = &self.signatures {
			len(What::Signatures, signatures.len(), MAX_SIGNATURES_BYTES)?;
		}
		len(What::Certificates, self.certificates.len(), MAX_CERTIFICATES)?;
		for certificate in &self.certificates {
			len(What::Certificate, certificate.len(), MAX_CERTIFICATE_BYTES)?;
		}
		// Header, justification and authorities have their bounds where they are read.
		if let Some(finality) = &self.finality {
			len(What::Leaf, finality.leaf.len(), MAX_LEAF_BYTES)?;
			len(What::LeafProof, finality.leaf_proof.len(), MAX_LEAF_PROOF_BYTES)?;
		}
		Ok(())
	}

	/// The binary form.
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = MAGIC.to_vec();
		self.encode_to(&mut bytes);
		bytes
	}

	/// Reads the binary form, and nothing but it.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
		len(What::File, bytes.len(), MAX_BYTES)?;
		let mut input = bytes.strip_prefix(MAGIC).ok_or(Refusal::OtherFormat)?;
		let bundle = Self::decode_with_mem_limit(&mut input, MAX_MEMORY)
			.ok()
			.filter(|_| input.is_empty())
			.ok_or(Refusal::Malformed(What::File))?;
		bundle.check_bounds()?;
		Ok(bundle)
	}
}
