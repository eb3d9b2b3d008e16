//! Our verdict against the oracle's on thousands of mutated quotes and collateral.
//!
//! * Whatever we accept, the oracle accepts, and says the same about it.
//! * Whatever the oracle accepts and we refuse is one of the cases in which we are stricter on purpose, and
//!   lies in bytes that no signature covers.

mod common;

use common::*;
use concordat_attestation::{intel, policy::QuotePolicy, Error, Field, Part};
use dcap_qvl::{QuoteCollateralV3, QuotePolicy as OraclePolicy};

/// Refusals by which we differ from the oracle on purpose (see the docs of `intel`).
fn stricter_on_purpose(error: &Error) -> bool {
	matches!(
		error,
		// Bytes after the last field, within the signature section or after the quote.
		Error::TrailingBytes { part: Part::AuthData | Part::Evidence | Part::CertificationData, .. }
			// Length fields that leave such bytes, and text around the certificates.
			| Error::Malformed(Part::Chain)
			| Error::TooMany { part: Part::Chain, .. }
			// Outer certification data have to be the report of the quoting enclave.
			| Error::Unsupported { part: Part::AuthData, field: Field::CertificationType, .. }
			| Error::Unsupported { part: Part::CertificationData, .. }
			| Error::Unsupported { part: Part::Chain, field: Field::ChainLength, .. }
			// Root and PCK CA in the quote have to be those of the collateral.
			| Error::Mismatch { part: Part::Root | Part::Authority, field: Field::Issuer }
	)
}

/// Runs `count` mutations and returns how many the oracle accepted.
fn compare(
	sample: &Sample,
	count: usize,
	seed: u64,
	mut change: impl FnMut(&mut Vec<u8>, &mut QuoteCollateralV3, &mut Random) -> String,
) -> usize {
	let mut random = Random(seed);
	let mut accepted = 0;
	let anchors = intel_anchors(INTEL_ROOT);
	let untouched = verify_collateral(&sample.collateral, &anchors, sample.now).unwrap();
	for round in 0..count {
		let mut quote = sample.quote.clone();
		let mut collateral = sample.collateral.clone();
		let what = change(&mut quote, &mut collateral, &mut random);
		let what = format!("{} round {round}: {what}", sample.name);
		let policy = QuotePolicy::lenient();
		// Collateral that did not change is verified once, as on the chain.
		let found = if collateral == sample.collateral {
			intel::verify(&quote, None, &untouched.borrow(), &policy, sample.now)
		} else {
			ours(&quote, &collateral, INTEL_ROOT, &policy, sample.now)
		};
		let claims_only = OraclePolicy::claims_only(sample.now);
		let expected = oracle(&quote, &collateral, INTEL_ROOT, &claims_only, sample.now);
		match (found, expected) {
			(Ok(found), Ok(expected)) => {
				accepted += 1;
				assert_same(&found, &expected, &what);
			},
			(Ok(_), Err(reason)) => panic!("{what}: only we accept, the oracle says {reason}"),
			(Err(error), Ok(_)) => {
				accepted += 1;
				// The oracle takes the PCK CA from the quote and does not look at this chain at all.
				let unread =
					collateral.pck_crl_issuer_chain != sample.collateral.pck_crl_issuer_chain;
				assert!(unread || stricter_on_purpose(&error), "{what}: only we refuse: {error:?}");
			},
			(Err(_), Err(_)) => {},
		}
	}
	accepted
}

/// Start of what no signature covers: the certification data.
fn unsigned_from(sample: &Sample) -> usize {
	let begin = sample.quote.windows(27).position(|w| w == b"-----BEGIN CERTIFICATE-----");
	begin.unwrap() - 6
}

fn mutate_quotes(name: &str, seed: u64) {
	let sample = samples().into_iter().find(|sample| sample.name == name).unwrap();
	compare(&sample, 2_000, seed, |quote, _, random| {
		let (at, how) = mutate(quote, random);
		format!("{how} at {at}")
	});
	// The first part of the quote is most of what a forger would change: more rounds there.
	let end = unsigned_from(&sample);
	let accepted = compare(&sample, 1_500, seed + 1, |quote, _, random| {
		let at = random.below(end);
		quote[at] ^= 1 << random.below(8);
		format!("bit at {at}")
	});
	// Only the type of the outer certification data is not covered by anything.
	assert!(accepted < 15, "{accepted} changes of signed bytes accepted by the oracle");
}

#[test]
fn mutated_sgx_quotes() {
	mutate_quotes("sgx_quote", 1);
}

#[test]
fn mutated_tdx_quotes_of_version_4() {
	mutate_quotes("tdx_quote", 11);
}

#[test]
fn mutated_tdx_quotes_of_version_5() {
	mutate_quotes("tdx_quote_td15ex", 21);
}

#[test]
fn every_truncation_is_refused() {
	for sample in samples() {
		let policy = QuotePolicy::lenient();
		let collateral =
			verify_collateral(&sample.collateral, &intel_anchors(INTEL_ROOT), sample.now).unwrap();
		let full = sample.quote.iter().rposition(|byte| *byte != 0).unwrap() + 1;
		for len in 0..full {
			let cut = &sample.quote[..len];
			let verdict = intel::verify(cut, None, &collateral.borrow(), &policy, sample.now);
			assert!(verdict.is_err(), "{} cut to {len}", sample.name);
		}
	}
}

/// Puts another character somewhere. It stays text, as the oracle's type demands.
fn mutate_text(text: &mut String, random: &mut Random) -> (usize, &'static str) {
	let at = random.below(text.len());
	let mut bytes = text.clone().into_bytes();
	bytes[at] = b" !09AZaz{}[]\"\n:,"[random.below(16)];
	*text = String::from_utf8(bytes).unwrap();
	(at, "text")
}

fn mutate_collateral(name: &str, seed: u64) {
	let sample = samples().into_iter().find(|sample| sample.name == name).unwrap();
	compare(&sample, 3_500, seed, |_, collateral, random| {
		let part = random.below(9);
		let (at, how) = match part {
			0 => mutate(&mut collateral.root_ca_crl, random),
			1 => mutate(&mut collateral.pck_crl, random),
			2 => mutate_text(&mut collateral.tcb_info, random),
			3 => mutate(&mut collateral.tcb_info_signature, random),
			4 => mutate_text(&mut collateral.qe_identity, random),
			5 => mutate(&mut collateral.qe_identity_signature, random),
			6 => mutate_text(&mut collateral.tcb_info_issuer_chain, random),
			7 => mutate_text(&mut collateral.qe_identity_issuer_chain, random),
			_ => mutate_text(&mut collateral.pck_crl_issuer_chain, random),
		};
		format!("collateral part {part}, {how} at {at}")
	});
}

#[test]
fn mutated_collateral_of_sgx() {
	mutate_collateral("sgx_quote", 31);
}

#[test]
fn mutated_collateral_of_tdx_4() {
	mutate_collateral("tdx_quote", 32);
}

#[test]
fn mutated_collateral_of_tdx_5() {
	mutate_collateral("tdx_quote_td15ex", 33);
}

#[test]
fn every_second_of_change_gets_the_same_verdict() {
	// Around each date that occurs in certificates, lists and statements, found by the oracle's verdict moving.
	for sample in samples() {
		let mut random = Random(77);
		for _ in 0..150 {
			let span = [3_600, 86_400, 40 * 86_400, 3_000 * 86_400][random.below(4)];
			let now = sample.now + random.below(2 * span) as u64 - span as u64;
			let policy = QuotePolicy::lenient();
			let found = ours(&sample.quote, &sample.collateral, INTEL_ROOT, &policy, now);
			let claims_only = OraclePolicy::claims_only(now);
			let expected = oracle(&sample.quote, &sample.collateral, INTEL_ROOT, &claims_only, now);
			// The oracle takes revocation lists from the future.
			let list = matches!(
				found,
				Err(Error::NotYetValid { part: Part::LeafCrl | Part::RootCrl, .. })
			);
			assert!(
				found.is_ok() == expected.is_ok() || list,
				"{} at {now}: {found:?}",
				sample.name
			);
		}
	}
}
