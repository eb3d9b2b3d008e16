//! Checks the file of a receipt without a node: the receipt, its path, the rollups, the block that they are tied to, and every
//! signature.
//!
//! | | |
//! |---|---|
//! | [`read`] | either form of `concordat-receipt/3`, and the older `concordat-receipt/2` ([`short`]) |
//! | [`verify`] | `concordat_proofs::check`, which needs no SDK, and then what only this chain's types can say: |
//! | [`completion`] | the certificates on which the receipt of a job rests |
//! | [`signers`] | the signatures of validators over a rollup |

pub mod completion;
pub mod short;
pub mod signers;

#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
use codec::DecodeAll;
use concordat_primitives::{
	cac::SignedCac,
	receipt::{Operation, ReceiptBody},
	rollup::SignerSet,
	BlockNumber, Hash,
};
use concordat_proofs::{
	bundle::{Bundle, MAGIC, MAX_JSON_BYTES},
	check,
	grandpa::Authorities,
};
use serde::Serialize;
use std::fmt;

/// Longest file that is read, in bytes.
pub const MAX_FILE: u64 = MAX_JSON_BYTES as u64;

/// What the caller knows by other means.
#[derive(Clone, Debug, Default)]
pub enum Trust {
	/// Nothing: the report says what there is to compare.
	#[default]
	Nothing,
	/// A set of GRANDPA's authorities.
	Authorities(Authorities),
	/// The hash of a final block.
	Header(Hash),
	/// The hash of a rollup.
	Rollup(Hash),
	/// A set of those who sign rollups.
	Signers(Box<SignerSet>),
}

impl Trust {
	/// What it is, in words; nothing for nothing.
	const fn name(&self) -> Option<&'static str> {
		match self {
			Self::Nothing => None,
			Self::Authorities(_) => Some("authorities"),
			Self::Header(_) => Some("header"),
			Self::Rollup(_) => Some("rollup"),
			Self::Signers(_) => Some("signers"),
		}
	}
}

/// The final block that a rollup is tied to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Anchored {
	/// Its height.
	pub block: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// Root of the MMR in its digest.
	pub root: Hash,
	/// Number of the set of authorities that finalised it.
	pub set_id: u64,
	/// How many they are.
	pub authorities: usize,
	/// Hash of the set: Blake2-256 of `"concordat/authorities/v1"` and SCALE of number and list by key.
	pub authorities_hash: Hash,
	/// Hash of the set of those who sign rollups, as of the block before the leaf.
	pub signers_hash: Hash,
}

/// What was checked and found true.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// What was checked, in words.
	pub checks: Vec<String>,
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Hash of the rollup that the receipt is in.
	pub rollup_hash: Hash,
	/// The final block that it is tied to, if the file says.
	pub anchored: Option<Anchored>,
	/// What was given from outside, and matched: `authorities`, `header`, `rollup`, `signers`; null if nothing was.
	pub trusted: Option<&'static str>,
	/// The result rests on simulated enclaves.
	pub simulated: bool,
	/// The receipt.
	pub receipt: ReceiptBody,
}

impl fmt::Display for Report {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for check in &self.checks {
			writeln!(f, "  ok  {check}")?;
		}
		if self.simulated {
			writeln!(f, "  !!  simulated enclaves: no hardware stands behind this result")?;
		}
		let id = self.receipt.id;
		match (self.trusted, &self.anchored) {
			(Some(_), _) => write!(f, "receipt {id} holds"),
			(None, Some(anchored)) => {
				writeln!(f, "  ??  the file vouches for itself. Compare one of these with a source that you trust:")?;
				writeln!(
					f,
					"      authority set {} is {:?}  (--authorities)",
					anchored.set_id, anchored.authorities_hash
				)?;
				writeln!(
					f,
					"      block {} is {:?}  (--header-hash)",
					anchored.block, anchored.hash
				)?;
				writeln!(f, "      the rollup is {:?}  (--rollup-hash)", self.rollup_hash)?;
				write!(f, "receipt {id} holds under that set of authorities")
			},
			(None, None) => {
				writeln!(
					f,
					"  ??  compare the rollup hash with one that you trust (--rollup-hash):"
				)?;
				writeln!(f, "      {:?}", self.rollup_hash)?;
				write!(f, "receipt {id} holds under that rollup")
			},
		}
	}
}

fn bad(reason: impl Into<String>) -> Error {
	Error::BadReceipt(reason.into())
}

/// Reads a file of any format that this program knows.
pub fn read(bytes: &[u8]) -> Result<Bundle> {
	if bytes.len() as u64 > MAX_FILE {
		return Err(bad(format!("the file has {} bytes; at most {MAX_FILE} fit", bytes.len())));
	}
	if bytes.starts_with(MAGIC) {
		return Bundle::from_bytes(bytes).map_err(|e| bad(e.to_string()));
	}
	let no_bundle = |e: serde_json::Error| bad(format!("the file is not a receipt bundle: {e}"));
	#[derive(serde::Deserialize)]
	struct Named {
		format: String,
	}
	let Named { format } = serde_json::from_slice(bytes).map_err(no_bundle)?;
	match format.as_str() {
		concordat_proofs::bundle::FORMAT => serde_json::from_slice(bytes).map_err(no_bundle),
		short::FORMAT => {
			let bundle: short::Bundle = serde_json::from_slice(bytes).map_err(no_bundle)?;
			bundle.try_into()
		},
		_ => Err(bad(format!("unknown format {format:?}"))),
	}
}

/// Checks a bundle; fails with the first thing that does not hold. `genesis`, if given, is the chain that the receipt has to
/// be of.
pub fn verify(bundle: &Bundle, trust: &Trust, genesis: Option<Hash>) -> Result<Report> {
	let mut checks = Vec::new();
	let refused = |refusal: check::Refusal| bad(refusal.to_string());
	let genesis = genesis.map(|hash| hash.0);
	let of = |trust: &check::Trust<'_>| check::check(bundle, trust, genesis.as_ref());
	let found = match trust {
		Trust::Nothing => of(&check::Trust::Nothing),
		Trust::Authorities(authorities) => of(&check::Trust::Authorities(authorities)),
		Trust::Header(hash) => of(&check::Trust::Header(hash.0)),
		Trust::Rollup(hash) => of(&check::Trust::Rollup(hash.0)),
		// Whatever they have signed is what is trusted.
		Trust::Signers(set) => of(&check::Trust::Rollup(signers::check(bundle, set)?.rollup)),
	}
	.map_err(refused)?;

	let body = ReceiptBody::decode_all(&mut &bundle.receipt[..])
		.map_err(|_| bad("the leaf's bytes are not a receipt"))?;
	let (Some(first), Some(last)) = (bundle.rollups.first(), bundle.rollups.last()) else {
		return Err(bad("there is no rollup"));
	};
	checks.push(format!("leaf: receipt {} of block {}", body.id, body.block));
	checks.push(format!(
		"path: leaf {} of {}, {} siblings, to root {:?}",
		bundle.index,
		first.count,
		bundle.path.len(),
		Hash::from(first.root)
	));
	checks.push(format!(
		"rollup: epoch {}, blocks {} to {}, follows {:?}",
		first.epoch,
		first.opened_at,
		first.closed_at,
		Hash::from(first.previous)
	));
	if bundle.rollups.len() > 1 {
		checks.push(format!(
			"chain: {} rollups, each naming the one before, up to epoch {}",
			bundle.rollups.len(),
			last.epoch
		));
	}
	let anchored = found.anchored.as_ref().map(|anchored| anchor(anchored, &mut checks));
	if let Trust::Signers(set) = trust {
		let signed = signers::check(bundle, set)?;
		checks.push(format!(
			"signatures: {} of {} validators of signer set {} signed epoch {}; {} had to",
			signed.count,
			set.validators,
			set.id,
			signed.epoch,
			set.threshold()
		));
	}

	let cacs = certificates(bundle)?;
	let mut simulated = false;
	if let Operation::JobCompleted { .. } = &body.operation {
		simulated = completion::check(&body, Hash::from(first.genesis), &cacs, &mut checks)?;
	} else if !cacs.is_empty() {
		return Err(bad("certificates with a receipt that rests on none"));
	}
	Ok(Report {
		checks,
		genesis: found.genesis.into(),
		rollup_hash: found.rollup.into(),
		anchored,
		trusted: trust.name(),
		simulated,
		receipt: body,
	})
}

fn certificates(bundle: &Bundle) -> Result<Vec<SignedCac>> {
	let read = |(place, mut bytes): (usize, &[u8])| {
		SignedCac::decode_all(&mut bytes)
			.map_err(|_| bad(format!("certificate {place} cannot be read")))
	};
	bundle.certificates.iter().map(Vec::as_slice).enumerate().map(read).collect()
}

/// Says what ties the rollup to a final block.
fn anchor(found: &check::Anchored, checks: &mut Vec<String>) -> Anchored {
	let (index, count) = found.place;
	let (block, hash) = (found.block.0, Hash::from(found.block.1));
	let authorities = &found.authorities;
	checks.push(format!(
		"mmr: leaf {index} of {count}, about block {}, to root {:?}",
		found.leaf.parent.0,
		Hash::from(found.root)
	));
	checks.push(format!("header: block {block}, {hash:?}, has that root"));
	checks.push(format!(
		"finality: block {block} is final by set {}, {} authorities of weight {}, {} needed",
		authorities.set_id(),
		authorities.len(),
		authorities.total(),
		authorities.threshold()
	));
	Anchored {
		block,
		hash,
		root: found.root.into(),
		set_id: authorities.set_id(),
		authorities: authorities.len(),
		authorities_hash: authorities.hash().into(),
		signers_hash: found.leaf.signers.into(),
	}
}
