//! Evidence out of a file: as an enclave hands it out, as hardware writes it, or as text of either.

use super::{
	material::{read_hex, Material},
	pieces::{Arranged, Placed},
};
use codec::{DecodeAll, Encode};
use concordat_attestation::{amd, decode_chain, intel, nitro, Evidence};
use concordat_primitives::enclave_api::AttestResponse;

/// Longest file that is looked at, in bytes: hex doubles evidence, and JSON adds a little.
pub const MAX_FILE_BYTES: u64 = 64 * 1024;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
	/// Evidence, complete.
	Evidence(Box<Evidence>),
	/// An SNP report: the platform's certificate has to come from somewhere else.
	Report(Vec<u8>),
}

fn scale(bytes: &[u8]) -> Option<Evidence> {
	Evidence::decode_all(&mut &bytes[..]).ok().filter(|one| one.encode() == bytes)
}

/// Evidence as hardware writes it.
fn raw(bytes: &[u8]) -> Option<Found> {
	let evidence = |evidence| Some(Found::Evidence(Box::new(evidence)));
	if bytes.len() == amd::REPORT_BYTES && amd::Report::parse(bytes).is_ok() {
		return Some(Found::Report(bytes.to_vec()));
	}
	// Version 3 to 5, and a key on P-256: how a quote begins, whatever else may be wrong with it.
	if matches!(bytes, [3..=5, 0, 2 | 3, 0, ..]) {
		return evidence(Evidence::Intel { quote: bytes.to_vec().try_into().ok()? });
	}
	// A COSE signature: an array of four that begins with a byte string, with or without its tag.
	if matches!(bytes, [0x84, 0x40..=0x5f, ..] | [0xd2, 0x84, ..]) {
		return evidence(Evidence::Aws { document: bytes.to_vec().try_into().ok()? });
	}
	None
}

/// Reads evidence.
pub fn read(bytes: &[u8]) -> Result<Found, String> {
	if bytes.trim_ascii_start().starts_with(b"{") {
		let answer: AttestResponse = serde_json::from_slice(bytes)
			.map_err(|e| format!("JSON, but not the answer of an enclave: {e}"))?;
		return scale(&answer.evidence).map(|one| Found::Evidence(Box::new(one))).ok_or_else(
			|| "the enclave's answer holds evidence of a kind that is not known".into(),
		);
	}
	let binary = |bytes: &[u8]| {
		scale(bytes).map(|one| Found::Evidence(Box::new(one))).or_else(|| raw(bytes))
	};
	binary(bytes)
		.or_else(|| binary(&read_hex(bytes)?))
		.ok_or_else(|| {
			format!(
				"no evidence of a kind that is known: neither a quote of SGX or TDX (at most {} bytes), nor a report of \
				 SEV-SNP ({} bytes), nor a document of Nitro (at most {} bytes), nor one of these in hex or SCALE",
				intel::MAX_QUOTE_BYTES,
				amd::REPORT_BYTES,
				nitro::MAX_DOCUMENT_BYTES
			)
		})
}

/// Certificates of authorities that evidence brings along: they save looking for them.
pub fn materials(found: &Found) -> Vec<Material> {
	let Found::Evidence(evidence) = found else { return Vec::new() };
	let Evidence::Intel { quote } = &**evidence else { return Vec::new() };
	let Ok(quote) = intel::Quote::parse(quote) else { return Vec::new() };
	// Leaf, PCK CA, root. The leaf stays in the quote.
	decode_chain(quote.certification, 3, 4096)
		.unwrap_or_default()
		.into_iter()
		.skip(1)
		.map(Material::Certificate)
		.collect()
}

/// Puts a report together with the platform's certificate out of the collateral. Which certificate it is, a report
/// does not say: `fits` tells.
pub fn complete(
	found: Found,
	arranged: &Arranged,
	fits: impl Fn(&Evidence) -> bool,
) -> Result<Evidence, String> {
	let report = match found {
		Found::Evidence(evidence) => return Ok(*evidence),
		Found::Report(report) => report,
	};
	let with = |leaf: &Placed| -> Option<Evidence> {
		let (authority, root) = arranged.above(leaf)?;
		Some(Evidence::Amd {
			report: report.clone().try_into().ok()?,
			certificate: leaf.der.clone().try_into().ok()?,
			authority,
			root,
		})
	};
	let candidates: Vec<Evidence> = arranged.leaves.iter().filter_map(with).collect();
	candidates.iter().find(|one| fits(one)).or(candidates.first()).cloned().ok_or_else(|| {
		"a report of SEV-SNP needs the platform's certificate: give its VCEK or VLEK (DER or PEM) with --collateral"
			.into()
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		attest::{material, pieces::arrange},
		recorded,
	};

	#[test]
	fn evidence_should_be_read_raw_in_hex_in_scale_and_out_of_an_enclaves_answer() {
		let quote = recorded!("intel/tdx_quote");
		let evidence = Evidence::Intel { quote: quote.to_vec().try_into().unwrap() };
		let expected = Ok(Found::Evidence(Box::new(evidence.clone())));
		assert_eq!(read(quote), expected);
		assert_eq!(read(hex::encode(quote).as_bytes()), expected);
		assert_eq!(read(&evidence.encode()), expected);
		assert_eq!(read(format!("0x{}\n", hex::encode(evidence.encode())).as_bytes()), expected);
		let answer = AttestResponse {
			evidence: evidence.encode(),
			signing_key: [1; 32],
			encryption_key: [2; 32],
		};
		assert_eq!(read(&serde_json::to_vec(&answer).unwrap()), expected);
	}

	#[test]
	fn every_recorded_kind_should_be_known() {
		for quote in [
			&recorded!("intel/sgx_quote")[..],
			recorded!("intel/tdx_quote_outdated"),
			recorded!("intel/tdx_quote_td15ex"),
			recorded!("intel/tdx-quote.hex"),
			recorded!("intel/quote-from-tappd.hex"),
		] {
			let Ok(Found::Evidence(found)) = read(quote) else { panic!("not known") };
			assert!(matches!(*found, Evidence::Intel { .. }));
		}
		let Ok(Found::Evidence(found)) = read(recorded!("nitro/attestation.cose")) else {
			panic!("not known")
		};
		assert!(matches!(*found, Evidence::Aws { .. }));
		assert!(matches!(read(recorded!("amd/report_milan.hex")), Ok(Found::Report(_))));
		for wrong in [&b""[..], b"rain", b"{}", b"0x00", recorded!("amd/vcek_milan.der")] {
			assert!(read(wrong).is_err());
		}
	}

	#[test]
	fn a_report_should_find_the_certificate_that_fits() {
		let report = read(recorded!("amd/report_milan.hex")).unwrap();
		let mut files = material::read(recorded!("amd/vcek_turin.der")).unwrap();
		files.extend(material::read(recorded!("amd/vcek_milan.der")).unwrap());
		let arranged = arrange(files);
		let milan = recorded!("amd/vcek_milan.der");
		let is_milan = |one: &Evidence| matches!(one, Evidence::Amd { certificate, .. } if certificate[..] == milan[..]);
		let evidence = complete(report.clone(), &arranged, is_milan).unwrap();
		assert!(is_milan(&evidence));
		let none = complete(report, &arrange(Vec::new()), |_| true);
		assert!(none.unwrap_err().contains("VCEK"));
	}
}
