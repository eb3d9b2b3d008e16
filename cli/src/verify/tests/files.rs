//! The present format, in both forms, and what can be trusted.

use super::{
	completion,
	made::{small, tied},
	read, sole, verify, Trust,
};
use crate::error::Result;
use codec::{DecodeAll, Encode};
use concordat_primitives::Hash;
use concordat_proofs::{bundle::Bundle, header::Header, rollup::RollupHeader};

fn header_hash(bundle: &Bundle) -> Hash {
	let header = &bundle.finality.as_ref().unwrap().header;
	Header::read(header).unwrap().hash().into()
}

fn refused(result: Result<super::Report>) -> String {
	result.unwrap_err().to_string()
}

#[test]
fn a_receipt_holds_by_authorities_header_or_rollup() {
	let (bundle, authorities) = small();
	let rollup = Hash::from(bundle.rollups[0].hash());
	for (trust, name) in [
		(Trust::Authorities(authorities.clone()), Some("authorities")),
		(Trust::Header(header_hash(&bundle)), Some("header")),
		(Trust::Rollup(rollup), Some("rollup")),
		(Trust::Nothing, None),
	] {
		for bytes in [bundle.to_bytes(), serde_json::to_vec_pretty(&bundle).unwrap()] {
			let report = verify(&read(&bytes).unwrap(), &trust, None).unwrap();
			assert_eq!((report.trusted, report.rollup_hash), (name, rollup));
			let anchored = report.anchored.as_ref().unwrap();
			assert_eq!((anchored.block, anchored.set_id, anchored.authorities), (12, 3, 4));
			assert_eq!(anchored.authorities_hash, Hash::from(authorities.hash()));
			let text = report.to_string();
			assert!(text.contains("block 12 is final by set 3, 4 authorities"), "{text}");
			assert_eq!(text.contains("vouches for itself"), name.is_none(), "{text}");
			assert!(text.contains("receipt 42 holds"), "{text}");
		}
	}
}

#[test]
fn what_is_not_trusted_is_refused() {
	let (bundle, _) = small();
	let other = Hash::repeat_byte(9);
	let by = |trust| refused(verify(&bundle, &trust, None));
	assert!(by(Trust::Header(other)).contains("the one you trust"));
	assert!(by(Trust::Rollup(other)).contains("the one you trust"));
	let (another, authorities) = small();
	let list = authorities.list()[1..].to_vec();
	let fewer = concordat_proofs::grandpa::Authorities::new(3, list).unwrap();
	assert!(refused(verify(&another, &Trust::Authorities(fewer), None)).contains("those you trust"));
}

#[test]
fn a_receipt_of_another_chain_is_refused() {
	let (bundle, authorities) = small();
	let trust = Trust::Authorities(authorities);
	assert!(verify(&bundle, &trust, Some(Hash::repeat_byte(1))).is_ok());
	let error = refused(verify(&bundle, &trust, Some(Hash::repeat_byte(2))));
	assert!(error.contains("a receipt of the chain 0x0101"), "{error}");
}

#[test]
fn a_completed_job_is_checked_to_its_certificates() {
	let (operation, cacs) = completion();
	let (bundle, authorities) = tied(sole(operation, cacs));
	let trust = Trust::Authorities(authorities);
	let report = verify(&bundle, &trust, None).unwrap();
	assert!(report.simulated);
	assert!(report.to_string().contains("simulated enclaves"));
	let mut missing = bundle.clone();
	missing.certificates.pop();
	assert!(refused(verify(&missing, &trust, None)).contains("certificate of node 3 is missing"));
	let mut foreign = bundle.clone();
	foreign.certificates.push(super::certificate(8, 1, b"yes").0.encode());
	assert!(refused(verify(&foreign, &trust, None)).contains("does not name"));
	let (plain, authorities) = small();
	let mut with = plain;
	with.certificates = bundle.certificates;
	let error = refused(verify(&with, &Trust::Authorities(authorities), None));
	assert!(error.contains("rests on none"), "{error}");
}

#[test]
fn no_byte_of_a_completed_job_can_be_changed() {
	let (operation, cacs) = completion();
	let (bundle, authorities) = tied(sole(operation, cacs));
	let trust = Trust::Authorities(authorities);
	let bytes = bundle.to_bytes();
	assert!(read(&bytes).and_then(|bundle| verify(&bundle, &trust, None)).is_ok());
	for place in 0..bytes.len() {
		let mut bent = bytes.clone();
		bent[place] ^= 1;
		let verdict = read(&bent).and_then(|bundle| verify(&bundle, &trust, None));
		assert!(verdict.is_err(), "byte {place}");
	}
}

#[test]
fn files_that_are_none_are_refused() {
	let (bundle, _) = small();
	let bytes = bundle.to_bytes();
	let json = serde_json::to_vec(&bundle).unwrap();
	for len in 0..bytes.len() {
		assert!(read(&bytes[..len]).is_err(), "{len} bytes");
	}
	for len in 0..json.len() {
		assert!(read(&json[..len]).is_err(), "{len} characters");
	}
	assert!(read(&vec![b' '; super::super::MAX_FILE as usize + 1]).is_err());
	for text in ["", "{}", "[]", "{\"format\":\"concordat-receipt/1\"}", "{\"format\":{}}"] {
		assert!(read(text.as_bytes()).is_err(), "{text}");
	}
	for nested in ["[", "{\"format\":", "{\"format\":\"concordat-receipt/3\",\"path\":["] {
		assert!(read(nested.repeat(100_000).as_bytes()).is_err());
	}
}

#[test]
fn a_receipt_that_cannot_be_read_is_refused_although_its_path_holds() {
	let mut short = super::bundle();
	short.proof.encoded.push(0);
	let leaf = concordat_proofs::leaf_hash(0, &short.proof.encoded);
	let rollup = RollupHeader {
		root: concordat_proofs::root(&[leaf]).unwrap(),
		count: 1,
		first_receipt: 42,
		..RollupHeader::decode_all(&mut &short.proof.rollup.encode()[..]).unwrap()
	};
	let (mut bundle, _) = small();
	(bundle.receipt, bundle.index) = (short.proof.encoded, 0);
	bundle.path.clear();
	bundle.finality = None;
	bundle.rollups = vec![rollup];
	let error = refused(verify(&bundle, &Trust::Nothing, None));
	assert!(error.contains("the leaf's bytes are not a receipt"), "{error}");
}

#[test]
fn the_vector_of_the_library_holds() {
	let bytes = include_bytes!("../../../../primitives/proofs/vectors/receipt.json");
	let report = verify(&read(bytes).unwrap(), &Trust::Nothing, None).unwrap();
	assert_eq!((report.receipt.id, report.anchored.unwrap().block), (42, 41));
}
