//! `concordat-receipt/2`: the file as it was before rollups were tied to blocks. It is still read, and `receipt fetch
//! --no-finality` says no more than it did.

use super::bad;
use crate::error::{Error, Result};
use codec::{DecodeAll, Encode};
use concordat_primitives::{
	cac::SignedCac,
	receipt::{Operation, ReceiptBody},
	views::ReceiptProof,
};
use concordat_proofs::{bundle, rollup::RollupHeader};
use serde::{Deserialize, Serialize};

/// Names the format.
pub const FORMAT: &str = "concordat-receipt/2";

/// A receipt with its proof and its certificates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bundle {
	/// Names the format: [`FORMAT`].
	pub format: String,
	/// Receipt, path and rollup.
	pub proof: ReceiptProof,
	/// Certificates of the voters, for the receipt of a job.
	pub cacs: Vec<SignedCac>,
}

/// Those certificates that a receipt names: a node gives all that there are about the job, late dissent among them.
pub fn named<'a>(
	body: &'a ReceiptBody,
	cacs: &'a [SignedCac],
) -> impl Iterator<Item = &'a SignedCac> {
	let voters = match &body.operation {
		Operation::JobCompleted { voters, .. } => &voters[..],
		_ => &[],
	};
	cacs.iter().filter(|cac| voters.iter().any(|voter| voter.cac == cac.digest()))
}

/// The same in the present format, without a final block.
pub fn bundle<'a>(
	proof: &ReceiptProof,
	cacs: impl IntoIterator<Item = &'a SignedCac>,
) -> Result<bundle::Bundle> {
	let rollup = RollupHeader::decode_all(&mut &proof.rollup.encode()[..])
		.map_err(|_| bad("the rollup cannot be read"))?;
	Ok(bundle::Bundle {
		format: bundle::Format,
		receipt: proof.encoded.clone(),
		index: proof.index,
		path: proof.path.iter().map(|hash| hash.0).collect(),
		rollups: vec![rollup],
		finality: None,
		signatures: None,
		certificates: cacs.into_iter().map(Encode::encode).collect(),
	})
}

impl TryFrom<Bundle> for bundle::Bundle {
	type Error = Error;

	fn try_from(file: Bundle) -> Result<Self> {
		if file.format != FORMAT {
			return Err(bad(format!("unknown format {:?}", file.format)));
		}
		let body = ReceiptBody::decode_all(&mut &file.proof.encoded[..])
			.map_err(|_| bad("the leaf's bytes are not a receipt"))?;
		if body != file.proof.body {
			return Err(bad("the receipt differs from the leaf's bytes"));
		}
		bundle(&file.proof, named(&body, &file.cacs))
	}
}
