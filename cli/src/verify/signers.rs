//! The signatures of validators over a rollup.

use super::bad;
use crate::error::Result;
use codec::DecodeAll;
use concordat_pairing::bls::{self, PublicKey, Signature, Unpacked};
use concordat_primitives::{
	rollup::{rollup_message, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet},
	Hash,
};
use concordat_proofs::{bundle::Bundle, Digest32};
use sp_core::{ed25519, Pair};
use std::collections::BTreeSet;

/// A rollup that enough have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
	/// Its hash.
	pub rollup: Digest32,
	/// Its number.
	pub epoch: u32,
	/// How many signed.
	pub count: usize,
}

/// Whether enough of a trusted set signed one of the bundle's rollups.
pub fn check(bundle: &Bundle, set: &SignerSet) -> Result<Signed> {
	let bytes = bundle
		.signatures
		.as_ref()
		.ok_or_else(|| bad("the file has no signatures over its rollup"))?;
	let certificate = RollupCertificate::decode_all(&mut &bytes[..])
		.map_err(|_| bad("the signatures over the rollup cannot be read"))?;
	let RollupCertificate { epoch, set: number, signatures } = certificate;
	if number != set.id {
		return Err(bad(format!("signed by signer set {number}, you trust set {}", set.id)));
	}
	let rollup =
		bundle.rollups.iter().find(|rollup| rollup.epoch == epoch).ok_or_else(|| {
			bad(format!("the signatures are over rollup {epoch}, which is not here"))
		})?;
	check_set(set)?;
	let hash = rollup.hash();
	let message = rollup_message(Hash::from(rollup.genesis), set.id, Hash::from(hash));
	let count = match (set.scheme, &signatures) {
		(Scheme::Bls, Signatures::Bls { signers, aggregate }) => {
			let places = places(signers, set.keys.len())?;
			enough(places.len(), set)?;
			aggregated(set, &places, &message, aggregate)?;
			places.len()
		},
		(Scheme::Ed25519, Signatures::Ed25519(shares)) => {
			enough(shares.len(), set)?;
			let mut last = None;
			for share in shares {
				let place = usize::from(share.place);
				if last.is_some_and(|last| place <= last) {
					return Err(bad(format!("signer {place} signs twice, or out of order")));
				}
				last = Some(place);
				let key = set.keys.get(place);
				let Some(RollupKey::Ed25519(key)) = key else {
					return Err(bad(format!("the set has no signer {place}")));
				};
				let signature = ed25519::Signature::from_raw(share.signature);
				let key = ed25519::Public::from_raw(*key);
				if !ed25519::Pair::verify(&signature, &message, &key) {
					return Err(bad(format!("the signature of signer {place} is wrong")));
				}
			}
			shares.len()
		},
		_ => return Err(bad("the signatures are of another scheme than the set's")),
	};
	Ok(Signed { rollup: hash, epoch, count })
}

/// A set in which nobody counts twice: each key once, all of the set's scheme, and no more than there are validators.
fn check_set(set: &SignerSet) -> Result<()> {
	if set.keys.iter().any(|key| key.scheme() != set.scheme) {
		return Err(bad("the set has keys of another scheme than its own"));
	}
	let distinct: BTreeSet<&[u8]> = set
		.keys
		.iter()
		.map(|key| match key {
			RollupKey::Bls(key) => &key[..],
			RollupKey::Ed25519(key) => &key[..],
		})
		.collect();
	if distinct.len() != set.keys.len() {
		return Err(bad("the set has a key twice"));
	}
	if set.keys.len() > set.validators as usize {
		return Err(bad("the set has more keys than validators"));
	}
	Ok(())
}

fn enough(count: usize, set: &SignerSet) -> Result<()> {
	if (count as u64) < u64::from(set.threshold()) {
		return Err(bad(format!(
			"{count} validators signed, where {} of {} have to",
			set.threshold(),
			set.validators
		)));
	}
	Ok(())
}

/// The places whose bits are set, lowest first. As many bytes as the set needs, and no bit of nobody.
fn places(bitmap: &[u8], signers: usize) -> Result<Vec<usize>> {
	if bitmap.len() != signers.div_ceil(8) {
		return Err(bad(format!("{} bytes of signers, for a set of {signers}", bitmap.len())));
	}
	let is_set =
		|place: &usize| bitmap.get(place / 8).is_some_and(|byte| byte & (1 << (place % 8)) != 0);
	let places: Vec<usize> = (0..bitmap.len() * 8).filter(is_set).collect();
	match places.last() {
		Some(last) if *last >= signers => Err(bad(format!("the set has no signer {last}"))),
		_ => Ok(places),
	}
}

fn aggregated(
	set: &SignerSet,
	places: &[usize],
	message: &[u8],
	aggregate: &[u8; 48],
) -> Result<()> {
	let keys = places
		.iter()
		.map(|place| match set.keys.get(*place) {
			Some(RollupKey::Bls(key)) => bls::unpack(&PublicKey(*key))
				.map_err(|error| bad(format!("the key of signer {place}: {error}"))),
			_ => Err(bad(format!("the set has no signer {place}"))),
		})
		.collect::<Result<Vec<Unpacked>>>()?;
	bls::verify_aggregate(&keys, message, &Signature(*aggregate))
		.map_err(|error| bad(format!("the signatures over the rollup: {error}")))
}
