//! Evidence under a root of our own, and the verdicts of both verifiers on it.

use super::{assert_same, oracle};
use concordat_attestation::{
	intel::{self, Body, Td15, TdReport},
	policy::QuotePolicy,
	simulator::intel::{enclave, td, IntelSimulator, OwnedCollateral, QuoteSpec},
	Error, Field, Part,
};
use dcap_qvl::{QuoteCollateralV3, QuotePolicy as OraclePolicy};

pub const NOW: u64 = 1_800_000_000;
pub const DAY: u64 = 86_400;

pub fn simulator() -> IntelSimulator {
	IntelSimulator::new(b"refusals", NOW)
}

pub fn sgx() -> Body {
	Body::Enclave(enclave([7; 32], [9; 64]))
}

pub fn tdx() -> Body {
	Body::Td(td([7; 48], [9; 64]))
}

pub fn tdx15() -> Body {
	let td15 = Td15 { tee_tcb_svn2: td([0; 48], [0; 64]).tee_tcb_svn, mr_service_td: [0; 48] };
	Body::Td(TdReport { td15: Some(td15), ..td([7; 48], [9; 64]) })
}

pub fn verify_at(
	quote: &[u8],
	raw: &OwnedCollateral,
	simulator: &IntelSimulator,
	policy: &QuotePolicy,
	now: u64,
) -> Result<intel::Verified, Error> {
	let collateral = raw.borrow().verify(&simulator.anchors(), now)?;
	intel::verify(quote, None, &collateral.borrow(), policy, now)
}

pub fn oracle_form(raw: &OwnedCollateral) -> QuoteCollateralV3 {
	QuoteCollateralV3 {
		pck_crl_issuer_chain: raw.pck_crl_issuer_chain.clone(),
		root_ca_crl: raw.root_crl.clone(),
		pck_crl: raw.pck_crl.clone(),
		tcb_info_issuer_chain: raw.tcb_info_issuer_chain.clone(),
		tcb_info: raw.tcb_info.clone(),
		tcb_info_signature: raw.tcb_info_signature.to_vec(),
		qe_identity_issuer_chain: raw.qe_identity_issuer_chain.clone(),
		qe_identity: raw.qe_identity.clone(),
		qe_identity_signature: raw.qe_identity_signature.to_vec(),
		pck_certificate_chain: None,
	}
}

/// Our verdict on what a simulator makes; the oracle has to agree.
pub fn verdict(simulator: &IntelSimulator, body: Body) -> Result<intel::Verified, Error> {
	verdict_on(simulator, &simulator.spec(body))
}

pub fn verdict_on(simulator: &IntelSimulator, spec: &QuoteSpec) -> Result<intel::Verified, Error> {
	let quote = simulator.build(spec);
	let raw = simulator.collateral(spec.body.tee());
	let found = verify_at(&quote, &raw, simulator, &QuotePolicy::lenient(), NOW);
	let expected = oracle(
		&quote,
		&oracle_form(&raw),
		&simulator.root_der(),
		&OraclePolicy::claims_only(NOW),
		NOW,
	);
	match (&found, &expected) {
		(Ok(found), Ok(expected)) => assert_same(found, expected, "simulated"),
		(Err(_), Err(_)) => {},
		_ => panic!("we say {found:?}, the oracle {:?}", expected.err()),
	}
	found
}

pub fn refused(change: impl Fn(&mut IntelSimulator)) -> Error {
	let mut simulator = simulator();
	change(&mut simulator);
	let of_sgx = verdict(&simulator, sgx()).unwrap_err();
	assert_eq!(verdict(&simulator, tdx()).unwrap_err(), of_sgx);
	of_sgx
}

pub const fn mismatch(part: Part, field: Field) -> Error {
	Error::Mismatch { part, field }
}
