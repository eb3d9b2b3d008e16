//! Recorded pieces of collateral from several years, each verified in its own time, and recorded quotes for
//! which no complete collateral was recorded.

mod common;

use common::{assert_same, hex_bytes, intel_anchors, oracle, ours, samples, INTEL_ROOT};
use concordat_attestation::{
	collateral::{self, Authority, Crl, Family, Role},
	decode_chain,
	intel::{self, split_response, Pck, Quote, Tee},
	policy::QuotePolicy,
	simulator::x509::pem,
	Error, Field, Part, TcbStatus,
};
use dcap_qvl::{QuoteCollateralV3, QuotePolicy as OraclePolicy};

macro_rules! piece {
	($name:literal) => {
		include_bytes!(concat!("fixtures/intel/pieces/", $name))
	};
}

/// 2023-07-20: statements of that summer.
const SUMMER_2023: u64 = 1_689_800_000;
/// 2024-05-20.
const SPRING_2024: u64 = 1_716_200_000;
/// 2024-09-20.
const AUTUMN_2024: u64 = 1_726_800_000;
/// 2025-06-01.
const SUMMER_2025: u64 = 1_748_800_000;

fn root(now: u64) -> Authority {
	collateral::verify_root(INTEL_ROOT, Family::Intel, &intel_anchors(INTEL_ROOT), now).unwrap()
}

fn root_crl(der: &[u8], now: u64) -> Crl {
	collateral::verify_crl(der, &root(now), now).unwrap()
}

fn signer(pem: &[u8], crl: &[u8], now: u64) -> Authority {
	let chain = decode_chain(pem, 2, 4096).unwrap();
	let crl = root_crl(crl, now);
	collateral::verify_authority(&chain[0], Role::TcbSigner, &root(now), Some(&crl), now).unwrap()
}

fn tcb_info(answer: &[u8], signer: &Authority, now: u64) -> Result<intel::TcbInfo, Error> {
	let (body, signature) = split_response(answer).unwrap();
	intel::verify_tcb_info(body, &signature, signer, now)
}

fn qe_identity(answer: &[u8], signer: &Authority, now: u64) -> Result<intel::QeIdentity, Error> {
	let (body, signature) = split_response(answer).unwrap();
	intel::verify_qe_identity(body, &signature, signer, now)
}

fn signer_2025() -> Authority {
	let sample = samples().remove(0);
	signer(piece!("pcs_signer_chain.pem"), &sample.collateral.root_ca_crl, SUMMER_2025)
}

#[test]
fn statements_of_2023_verify() {
	let signer = signer(piece!("tcb_signer.pem"), piece!("root_crl_2023.der"), SUMMER_2023);
	let info =
		tcb_info(piece!("fmspc_00906ED50000_2023_07_12.json"), &signer, SUMMER_2023).unwrap();
	assert_eq!((info.tee, info.evaluation), (Tee::Sgx, 15));
	assert_eq!(info.fmspc, [0x00, 0x90, 0x6e, 0xd5, 0, 0]);
	let qe = qe_identity(piece!("qe_identity_2023.json"), &signer, SUMMER_2023).unwrap();
	assert_eq!((qe.tee, qe.evaluation), (Tee::Sgx, 15));
}

#[test]
fn statements_of_2024_verify() {
	let signer = signer(piece!("tcb_signing_cert.pem"), piece!("root_crl_2024.der"), AUTUMN_2024);
	let info = tcb_info(piece!("tcbinfov3_00806f050000.json"), &signer, AUTUMN_2024).unwrap();
	assert_eq!((info.tee, info.evaluation), (Tee::Tdx, 16));
	assert!(info.modules.len() > 1);
	let qe = qe_identity(piece!("qeidentityv2_apiv4.json"), &signer, AUTUMN_2024).unwrap();
	assert_eq!((qe.tee, qe.evaluation), (Tee::Tdx, 16));
	// The service's third version has another form; its signature is good.
	let old = tcb_info(piece!("tcbinfov2.json"), &signer, AUTUMN_2024);
	assert_eq!(old, Err(Error::Malformed(Part::TcbInfo)));
}

#[test]
fn statements_of_2025_verify_and_nothing_that_is_not_one() {
	let signer = signer_2025();
	for (answer, tee) in [
		(&piece!("pcs_sgx_tcb_info_00906ED50000.json")[..], Tee::Sgx),
		(&piece!("pcs_sgx_tcb_info_early.json")[..], Tee::Sgx),
		(&piece!("pcs_tdx_tcb_info_00806F050000.json")[..], Tee::Tdx),
	] {
		let info = tcb_info(answer, &signer, SUMMER_2025).unwrap();
		assert_eq!(info.tee, tee);
		// Levels are kept best first.
		let best_first =
			info.levels.is_sorted_by_key(|l| core::cmp::Reverse((l.sgx, l.pce_svn, l.tdx)));
		assert!(best_first);
		assert!(!info.levels.is_empty() && !info.advisories.0.is_empty());
		// Signed by the same key, and still not a QE identity.
		let (body, signature) = split_response(answer).unwrap();
		assert_eq!(
			intel::verify_qe_identity(body, &signature, &signer, SUMMER_2025),
			Err(if body.len() > intel::MAX_QE_IDENTITY_BYTES {
				let (len, max) = (body.len() as u32, intel::MAX_QE_IDENTITY_BYTES as u32);
				Error::TooLong { part: Part::QeIdentity, len, max }
			} else {
				Error::Malformed(Part::QeIdentity)
			})
		);
	}
	for (answer, tee) in [
		(&piece!("pcs_sgx_qe_identity.json")[..], Tee::Sgx),
		(&piece!("pcs_tdx_qe_identity.json")[..], Tee::Tdx),
	] {
		assert_eq!(qe_identity(answer, &signer, SUMMER_2025).unwrap().tee, tee);
	}
	// The identity of another enclave of Intel, the verifying one, is not the quoting enclave's.
	assert_eq!(
		qe_identity(piece!("pcs_sgx_qve_identity.json"), &signer, SUMMER_2025),
		Err(Error::Unsupported { part: Part::QeIdentity, field: Field::Id, found: 0 })
	);
	assert_eq!(
		tcb_info(piece!("pcs_sgx_tcb_info_v2.json"), &signer, SUMMER_2025),
		Err(Error::Malformed(Part::TcbInfo))
	);
}

#[test]
fn an_earlier_evaluation_has_a_lower_number() {
	let signer = signer_2025();
	let standard =
		tcb_info(piece!("pcs_sgx_tcb_info_00906ED50000.json"), &signer, SUMMER_2025).unwrap();
	let early = tcb_info(piece!("pcs_sgx_tcb_info_early.json"), &signer, SUMMER_2025).unwrap();
	assert!(early.evaluation > standard.evaluation);
}

/// Verifies the PCK chain in a quote with lists of that time, then the quote's own signatures.
fn authentic(quote: &[u8], root_crl_der: &[u8], pck_crl: &[u8], now: u64) -> (Pck, intel::Facts) {
	let parsed = Quote::parse(quote).unwrap();
	let chain = decode_chain(parsed.certification, 3, 4096).unwrap();
	let root_crl = root_crl(root_crl_der, now);
	let ca =
		collateral::verify_authority(&chain[1], Role::Issuer, &root(now), Some(&root_crl), now)
			.unwrap();
	let pck_crl = collateral::verify_crl(pck_crl, &ca, now).unwrap();
	let pck = intel::verify_pck(&chain[0], &ca, &pck_crl, now).unwrap();
	// Any statements do: signatures come before them.
	let sample = samples().remove(0);
	let any = common::verify_collateral(&sample.collateral, &intel_anchors(INTEL_ROOT), sample.now)
		.unwrap();
	let root = root(now);
	let collateral = intel::Collateral {
		root: &root,
		root_crl: &root_crl,
		pck_ca: &ca,
		pck_crl: &pck_crl,
		..any.borrow()
	};
	let (facts, found) = intel::authenticate(&parsed, None, &collateral, now).unwrap();
	assert_eq!(found, pck);
	// As a whole it has expired.
	assert!(matches!(
		intel::verify(quote, None, &collateral, &QuotePolicy::lenient(), sample.now),
		Err(Error::Expired { .. })
	));
	(pck, facts)
}

/// Quotes of 2023 and 2024 in June 2025, when statements of one crate and lists of another were valid at once.
#[test]
fn recorded_quotes_verify_under_pieces_of_three_crates_like_in_the_oracle() {
	const NOW: u64 = 1_750_593_600;
	let lists = samples();
	for (name, quote, info, identity, lists) in [
		(
			"hw_quote",
			&piece!("hw_quote.dat")[..],
			&piece!("pcs_sgx_tcb_info_00906ED50000.json")[..],
			&piece!("pcs_sgx_qe_identity.json")[..],
			&lists[0].collateral,
		),
		(
			"quote_tdx_00806f050000",
			&piece!("quote_tdx_00806f050000.dat")[..],
			&piece!("pcs_tdx_tcb_info_00806F050000.json")[..],
			&piece!("pcs_tdx_qe_identity.json")[..],
			&lists[1].collateral,
		),
	] {
		let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
		let signer_chain = text(piece!("pcs_signer_chain.pem"));
		let (tcb_info, tcb_info_signature) = split_response(info).unwrap();
		let (qe_identity, qe_identity_signature) = split_response(identity).unwrap();
		let collateral = QuoteCollateralV3 {
			tcb_info_issuer_chain: signer_chain.clone(),
			tcb_info: text(tcb_info),
			tcb_info_signature: tcb_info_signature.to_vec(),
			qe_identity_issuer_chain: signer_chain,
			qe_identity: text(qe_identity),
			qe_identity_signature: qe_identity_signature.to_vec(),
			..lists.clone()
		};
		let found = ours(quote, &collateral, INTEL_ROOT, &QuotePolicy::lenient(), NOW);
		let claims_only = OraclePolicy::claims_only(NOW);
		let expected = oracle(quote, &collateral, INTEL_ROOT, &claims_only, NOW);
		let (found, expected) = (found.unwrap(), expected.unwrap());
		assert_same(&found, &expected, name);
		let standing = found.appraisal.standing;
		assert_eq!(standing.status, TcbStatus::OutOfDate, "{name}");
		assert!(standing.shortfall.is_some() && !standing.advisories.is_empty(), "{name}");
		let strict = ours(quote, &collateral, INTEL_ROOT, &QuotePolicy::strict(), NOW);
		assert!(strict.is_err(), "{name}");
	}
}

#[test]
fn a_recorded_tdx_quote_of_2024_is_authentic() {
	let quote = piece!("quote_tdx_00806f050000.dat");
	let (pck, facts) =
		authentic(quote, piece!("root_crl_2024.der"), piece!("pck_platform_crl.der"), SPRING_2024);
	assert_eq!(pck.platform.fmspc, [0x00, 0x80, 0x6f, 0x05, 0, 0]);
	assert_eq!(facts.tee, Tee::Tdx);
	assert!(pck.platform.smt.is_some());
}

#[test]
fn answers_split_only_where_they_should() {
	let answer = piece!("pcs_tdx_qe_identity.json");
	let (body, signature) = split_response(answer).unwrap();
	assert!(body.starts_with(b"{\"id\":\"TD_QE\"") && body.ends_with(b"}"));
	let digits = &answer[answer.len() - 130..answer.len() - 2];
	assert_eq!(signature.to_vec(), hex_bytes(std::str::from_utf8(digits).unwrap()));
	for bad in [&b""[..], b"{}", b"{\"tcbInfo\":{}}", &answer[1..], &answer[..answer.len() - 1]] {
		assert_eq!(split_response(bad), None);
	}
}

#[test]
fn chains_written_by_the_simulator_read_like_recorded_ones() {
	let text = piece!("pcs_signer_chain.pem");
	let chain = decode_chain(text, 2, 4096).unwrap();
	let again = pem(&[&chain[0], &chain[1]]);
	assert_eq!(decode_chain(again.as_bytes(), 2, 4096).unwrap(), chain);
	assert_eq!(again.trim_end().as_bytes(), text.trim_ascii_end());
}
