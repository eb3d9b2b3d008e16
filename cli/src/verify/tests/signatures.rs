//! Signatures of validators over a rollup.

use super::{
	made::{certified, ed25519_set, message, share, signer_set, small},
	verify, Trust,
};
use concordat_pairing::bls::{aggregate, SecretKey};
use concordat_primitives::rollup::{Ed25519Share, RollupKey, Scheme, Signatures, SignerSet};
use concordat_proofs::bundle::Bundle;

fn check(bundle: &Bundle, set: &SignerSet) -> Result<String, String> {
	verify(bundle, &Trust::Signers(Box::new(set.clone())), None)
		.map(|report| report.to_string())
		.map_err(|error| error.to_string())
}

fn signed(places: &[u16]) -> Bundle {
	let (bundle, _) = small();
	let shares: Vec<_> = places.iter().map(|place| share(&bundle, *place)).collect();
	certified(&bundle, Signatures::Ed25519(shares.try_into().unwrap()))
}

/// Four of five is what it takes.
fn all() -> Bundle {
	signed(&[0, 1, 2, 3])
}

#[test]
fn enough_signatures_are_trusted() {
	let text = check(&all(), &ed25519_set()).unwrap();
	assert!(text.contains("4 of 5 validators of signer set 2 signed epoch 3; 4 had to"), "{text}");
	assert!(text.contains("receipt 42 holds"), "{text}");
}

#[test]
fn too_few_doubled_and_foreign_signatures_are_refused() {
	let set = ed25519_set();
	let error = |bundle: &Bundle| check(bundle, &set).unwrap_err();
	assert!(error(&signed(&[0, 1, 2])).contains("3 validators signed, where 4 of 5"));
	assert!(error(&signed(&[0, 1, 2, 2])).contains("signs twice"));
	assert!(error(&signed(&[0, 2, 1, 3])).contains("out of order"));
	assert!(error(&signed(&[0, 1, 2, 4])).contains("no signer 4"));
	let (bundle, _) = small();
	assert!(error(&bundle).contains("no signatures"));
	let mut shares: Vec<Ed25519Share> = (0..4).map(|place| share(&bundle, place)).collect();
	shares[2].signature[9] ^= 1;
	let bent = certified(&bundle, Signatures::Ed25519(shares.try_into().unwrap()));
	assert!(error(&bent).contains("signature of signer 2 is wrong"));
}

#[test]
fn signatures_bind_chain_set_and_rollup() {
	let set = ed25519_set();
	let other = SignerSet { id: 3, ..set.clone() };
	assert!(check(&all(), &other).unwrap_err().contains("you trust set 3"));
	for change in [
		|bundle: &mut Bundle| bundle.rollups[0].genesis = [8; 32],
		|bundle: &mut Bundle| bundle.rollups[0].root = [8; 32],
	] {
		let mut bent = all();
		change(&mut bent);
		assert!(check(&bent, &set).unwrap_err().contains("signature of signer 0 is wrong"));
	}
	let mut elsewhere = all();
	elsewhere.rollups[0].epoch = 9;
	assert!(check(&elsewhere, &set).unwrap_err().contains("which is not here"));
	let mut cut = all();
	cut.signatures.as_mut().unwrap().pop();
	assert!(check(&cut, &set).unwrap_err().contains("cannot be read"));
}

#[test]
fn a_set_in_which_somebody_counts_twice_is_refused() {
	let mut twice = ed25519_set();
	twice.keys[1] = twice.keys[0];
	assert!(check(&all(), &twice).unwrap_err().contains("a key twice"));
	let few = SignerSet { validators: 3, ..ed25519_set() };
	assert!(check(&all(), &few).unwrap_err().contains("more keys than validators"));
	let mixed = SignerSet { scheme: Scheme::Bls, ..ed25519_set() };
	assert!(check(&all(), &mixed).unwrap_err().contains("another scheme"));
}

fn secrets() -> Vec<SecretKey> {
	(31..35).map(|seed| SecretKey::generate(&[seed; 32])).collect()
}

fn bls_set() -> SignerSet {
	let keys = secrets().iter().map(|secret| RollupKey::Bls(secret.public().0)).collect();
	SignerSet { scheme: Scheme::Bls, ..signer_set(keys) }
}

/// An aggregate by these places, under this bitmap.
fn aggregated(places: &[usize], bitmap: &[u8]) -> Bundle {
	let (bundle, _) = small();
	let message = message(&bundle);
	let shares: Vec<_> = places.iter().map(|place| secrets()[*place].sign(&message)).collect();
	let aggregate = aggregate(&shares).unwrap().0;
	let signers = bitmap.to_vec().try_into().unwrap();
	certified(&bundle, Signatures::Bls { signers, aggregate })
}

#[test]
fn an_aggregate_is_trusted_as_single_signatures_are() {
	let set = bls_set();
	let text = check(&aggregated(&[0, 1, 2, 3], &[0b1111]), &set).unwrap();
	assert!(text.contains("4 of 5 validators"), "{text}");
	let error = |bundle: &Bundle| check(bundle, &set).unwrap_err();
	assert!(error(&aggregated(&[0, 1, 2], &[0b0111])).contains("3 validators signed"));
	assert!(error(&aggregated(&[0, 1, 2], &[0b1111])).contains("does not hold"));
	assert!(error(&aggregated(&[0, 1, 2, 3], &[0b1_1111])).contains("no signer 4"));
	assert!(error(&aggregated(&[0, 1, 2, 3], &[0b1111, 0])).contains("2 bytes of signers"));
	assert!(error(&aggregated(&[0, 1, 2, 3], &[])).contains("0 bytes of signers"));
	assert!(error(&all()).contains("another scheme"));
}
