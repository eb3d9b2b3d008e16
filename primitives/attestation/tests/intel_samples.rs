//! Recorded SGX and TDX quotes: what they say, and how time, policy and anchors change the verdict.

mod common;

use common::*;
use concordat_attestation::{
	intel,
	policy::{Advisories, QuotePolicy},
	AdvisoryId, Anchor, AnchorKind, Component, Error, Field, Part, Shortfall, TcbStatus, Vendor,
};
use dcap_qvl::QuotePolicy as OraclePolicy;

fn sample(name: &str) -> Sample {
	samples().into_iter().find(|sample| sample.name == name).unwrap()
}

fn verdict(sample: &Sample, policy: &QuotePolicy) -> Result<intel::Verified, Error> {
	ours(&sample.quote, &sample.collateral, INTEL_ROOT, policy, sample.now)
}

#[test]
fn every_sample_verifies_like_in_the_oracle() {
	for sample in samples() {
		let found = verdict(&sample, &QuotePolicy::lenient())
			.unwrap_or_else(|error| panic!("{}: {error}", sample.name));
		let claims_only = OraclePolicy::claims_only(sample.now);
		let expected =
			oracle(&sample.quote, &sample.collateral, INTEL_ROOT, &claims_only, sample.now)
				.unwrap();
		assert_same(&found, &expected, sample.name);
		assert_eq!(found.appraisal.standing.kind, AnchorKind::Production);
		assert!(!found.appraisal.simulated());
	}
}

#[test]
fn samples_have_the_published_status() {
	for (name, vendor, status) in [
		("sgx_quote", Vendor::IntelSgx, TcbStatus::ConfigurationAndSwHardeningNeeded),
		("tdx_quote", Vendor::IntelTdx, TcbStatus::UpToDate),
		("tdx_quote_td15ex", Vendor::IntelTdx, TcbStatus::UpToDate),
	] {
		let standing = verdict(&sample(name), &QuotePolicy::lenient()).unwrap().appraisal.standing;
		assert_eq!((standing.vendor, standing.status), (vendor, status), "{name}");
	}
	let sgx = verdict(&sample("sgx_quote"), &QuotePolicy::lenient()).unwrap();
	let mut names: Vec<_> =
		sgx.appraisal.standing.advisories.iter().map(AdvisoryId::to_string).collect();
	names.sort();
	assert_eq!(names, ["INTEL-SA-00289", "INTEL-SA-00615"]);
}

#[test]
fn status_is_enforced_not_only_reported() {
	for sample in samples() {
		let accepted = verdict(&sample, &QuotePolicy::lenient()).unwrap();
		let standing = accepted.appraisal.standing;
		let mut policy = QuotePolicy::lenient();
		policy.statuses.retain(|status| *status != standing.status);
		assert_eq!(
			verdict(&sample, &policy),
			Err(Error::StatusRefused { found: standing.status, shortfall: standing.shortfall }),
			"{}",
			sample.name
		);
		let mut policy = QuotePolicy::lenient();
		policy.statuses.retain(|status| *status == standing.status);
		assert!(verdict(&sample, &policy).is_ok(), "{}", sample.name);
	}
}

#[test]
fn a_platform_below_every_level_is_refused_with_the_numbers() {
	let sample = outdated();
	assert_eq!(
		verdict(&sample, &QuotePolicy::lenient()),
		Err(Error::NoTcbLevel(Shortfall { component: Component::Sgx(7), found: 3, required: 5 }))
	);
	let claims_only = OraclePolicy::claims_only(sample.now);
	let expected = oracle(&sample.quote, &sample.collateral, INTEL_ROOT, &claims_only, sample.now);
	assert!(expected.unwrap_err().contains("No matching TCB level"));
}

#[test]
fn advisories_are_an_allow_list() {
	let sample = sample("sgx_quote");
	let only = |names: &[&str]| {
		let ids = names.iter().map(|name| AdvisoryId::new(name).unwrap()).collect::<Vec<_>>();
		QuotePolicy {
			advisories: Advisories::Only(ids.try_into().unwrap()),
			..QuotePolicy::lenient()
		}
	};
	assert!(verdict(&sample, &only(&["INTEL-SA-00289", "INTEL-SA-00615"])).is_ok());
	assert_eq!(
		verdict(&sample, &only(&["INTEL-SA-00289"])),
		Err(Error::AdvisoryRefused(AdvisoryId::new("INTEL-SA-00615").unwrap()))
	);
}

#[test]
fn evaluation_fmspc_vendor_module_and_platform_are_enforced() {
	let tdx = sample("tdx_quote");
	let accepted = verdict(&tdx, &QuotePolicy::lenient()).unwrap();
	let evaluation = accepted.appraisal.standing.evaluation;
	let fmspc = accepted.facts.platform.fmspc;
	let mr_seam = accepted.facts.td.unwrap().mr_seam;

	let lenient = QuotePolicy::lenient;
	let at_least = |min_evaluation| QuotePolicy { min_evaluation, ..lenient() };
	assert!(verdict(&tdx, &at_least(evaluation)).is_ok());
	assert_eq!(
		verdict(&tdx, &at_least(evaluation + 1)),
		Err(Error::EvaluationTooOld { found: evaluation, required: evaluation + 1 })
	);

	let only = |fmspc| QuotePolicy { fmspcs: Some(vec![fmspc].try_into().unwrap()), ..lenient() };
	assert!(verdict(&tdx, &only(fmspc)).is_ok());
	assert_eq!(verdict(&tdx, &only([0; 6])), Err(Error::FmspcRefused(fmspc)));
	let denied = QuotePolicy { denied_fmspcs: vec![fmspc].try_into().unwrap(), ..lenient() };
	assert_eq!(verdict(&tdx, &denied), Err(Error::FmspcRefused(fmspc)));

	let mut policy = lenient();
	policy.vendors.retain(|vendor| *vendor != Vendor::IntelTdx);
	assert_eq!(verdict(&tdx, &policy), Err(Error::VendorRefused(Vendor::IntelTdx)));

	let modules =
		|list: Vec<_>| QuotePolicy { tdx_modules: Some(list.try_into().unwrap()), ..lenient() };
	assert!(verdict(&tdx, &modules(vec![mr_seam])).is_ok());
	assert_eq!(
		verdict(&tdx, &modules(vec![[0; 48]])),
		Err(Error::TdxModuleRefused(mr_seam[..8].try_into().unwrap()))
	);

	let platform = accepted.appraisal.platform;
	let policy = QuotePolicy { denied_platforms: vec![platform].try_into().unwrap(), ..lenient() };
	assert_eq!(verdict(&tdx, &policy), Err(Error::PlatformDenied));
}

#[test]
fn time_bounds_are_those_of_the_oracle_to_the_second() {
	for sample in samples() {
		let standing = verdict(&sample, &QuotePolicy::lenient()).unwrap().appraisal.standing;
		for now in [
			standing.not_before - 1,
			standing.not_before,
			standing.not_after,
			standing.not_after + 1,
			standing.not_after + 1_000_000,
		] {
			let found =
				ours(&sample.quote, &sample.collateral, INTEL_ROOT, &QuotePolicy::lenient(), now);
			let expected = oracle(
				&sample.quote,
				&sample.collateral,
				INTEL_ROOT,
				&OraclePolicy::claims_only(now),
				now,
			);
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
			assert_eq!(found.is_ok(), (standing.not_before..=standing.not_after).contains(&now));
		}
		let early = ours(
			&sample.quote,
			&sample.collateral,
			INTEL_ROOT,
			&QuotePolicy::lenient(),
			standing.not_before - 1,
		);
		assert!(matches!(early, Err(Error::NotYetValid { by: 1, .. })), "{early:?}");
	}
}

#[test]
fn verified_collateral_is_judged_again_at_use() {
	let sample = sample("tdx_quote");
	let collateral =
		verify_collateral(&sample.collateral, &intel_anchors(INTEL_ROOT), sample.now).unwrap();
	let policy = QuotePolicy::lenient();
	let verified =
		intel::verify(&sample.quote, None, &collateral.borrow(), &policy, sample.now).unwrap();
	let end = verified.appraisal.standing.not_after;
	let again = |now| intel::appraise(&verified.facts, &collateral.borrow(), &policy, now);
	assert_eq!(again(end).as_ref(), Ok(&verified.appraisal.standing));
	assert!(matches!(again(end + 1), Err(Error::Expired { .. })));
	assert!(matches!(again(0), Err(Error::NotYetValid { .. })));
}

#[test]
fn a_known_certificate_saves_a_signature_and_changes_nothing() {
	for sample in samples() {
		let collateral =
			verify_collateral(&sample.collateral, &intel_anchors(INTEL_ROOT), sample.now).unwrap();
		let policy = QuotePolicy::lenient();
		let verify =
			|known| intel::verify(&sample.quote, known, &collateral.borrow(), &policy, sample.now);
		let first = verify(None).unwrap();
		assert_eq!(verify(Some(&first.pck)).as_ref(), Ok(&first));
		// A certificate with another fingerprint is not taken for the one in the quote.
		let other = intel::Pck { fingerprint: [0; 32], key: [0; 64], ..first.pck.clone() };
		assert_eq!(verify(Some(&other)), Ok(first));
	}
}

#[test]
fn collateral_of_another_platform_or_technology_is_refused() {
	let (tdx, outdated, sgx) = (sample("tdx_quote"), outdated(), sample("sgx_quote"));
	let policy = QuotePolicy::lenient();
	assert_eq!(
		ours(&tdx.quote, &outdated.collateral, INTEL_ROOT, &policy, outdated.now),
		Err(Error::Mismatch { part: Part::TcbInfo, field: Field::Fmspc })
	);
	// The SGX sample comes from a platform of one package, under the other PCK CA.
	assert_eq!(
		ours(&tdx.quote, &sgx.collateral, INTEL_ROOT, &policy, sgx.now),
		Err(Error::Mismatch { part: Part::Authority, field: Field::Issuer })
	);
	let mut mixed = tdx.collateral.clone();
	mixed.qe_identity = sgx.collateral.qe_identity;
	mixed.qe_identity_signature = sgx.collateral.qe_identity_signature;
	assert_eq!(
		ours(&tdx.quote, &mixed, INTEL_ROOT, &policy, tdx.now),
		Err(Error::Mismatch { part: Part::QeIdentity, field: Field::Id })
	);
}

#[test]
fn only_an_anchor_of_the_right_vendor_and_root_counts() {
	let sample = sample("sgx_quote");
	let verify = |anchors: &[Anchor]| verify_collateral(&sample.collateral, anchors, sample.now);
	let refused = Err(Error::NoAnchor(Vendor::IntelSgx));
	assert_eq!(verify(&[]), refused);
	let mut anchors = intel_anchors(INTEL_ROOT);
	for anchor in &mut anchors {
		anchor.vendor = Vendor::AmdSevSnp;
	}
	assert_eq!(verify(&anchors), refused);
	assert_eq!(verify(&intel_anchors(b"another root")), refused);
}

#[test]
fn quotes_without_collateral_parse() {
	for text in [
		include_str!("fixtures/intel/tdx-quote.hex"),
		include_str!("fixtures/intel/quote-from-tappd.hex"),
	] {
		let quote = hex_bytes(text);
		let parsed = intel::Quote::parse(&quote).unwrap();
		assert_eq!(parsed.version, 4);
		assert_eq!(parsed.body.tee(), intel::Tee::Tdx);
	}
}

#[test]
fn stored_values_survive_encoding_and_fit_their_bounds() {
	use codec::{Decode, Encode, MaxEncodedLen};
	for sample in samples() {
		let collateral =
			verify_collateral(&sample.collateral, &intel_anchors(INTEL_ROOT), sample.now).unwrap();
		let bytes = collateral.encode();
		assert!(bytes.len() <= intel::VerifiedCollateral::max_encoded_len());
		assert_eq!(intel::VerifiedCollateral::decode(&mut &bytes[..]).as_ref(), Ok(&collateral));
		let facts = verdict(&sample, &QuotePolicy::lenient()).unwrap().facts;
		assert_eq!(intel::Facts::decode(&mut &facts.encode()[..]).as_ref(), Ok(&facts));
		assert!(intel::Facts::max_encoded_len() < 700);
	}
}
