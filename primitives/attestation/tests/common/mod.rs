//! What the tests on recorded evidence share.
#![allow(dead_code)] // each test binary uses its part

pub mod simulated;
pub mod world;

use concordat_attestation::{
	crypto::sha256,
	intel::{self, RawCollateral, VerifiedCollateral},
	policy::QuotePolicy,
	Anchor, AnchorKind, Error, TcbStatus, Vendor,
};
use dcap_qvl::{
	verify::QuoteVerifier, QuoteClaims, QuoteCollateralV3, QuotePolicy as OraclePolicy,
	TcbStatus as OracleStatus,
};

/// Root certificate of Intel.
pub const INTEL_ROOT: &[u8] = include_bytes!("../fixtures/intel/root.der");

/// One recorded quote with its collateral and a time at which all of it was valid.
pub struct Sample {
	/// Name, for messages.
	pub name: &'static str,
	/// The quote.
	pub quote: Vec<u8>,
	/// Its collateral.
	pub collateral: QuoteCollateralV3,
	/// Unix time.
	pub now: u64,
}

macro_rules! sample {
	($name:literal, $now:literal) => {
		Sample {
			name: $name,
			quote: include_bytes!(concat!("../fixtures/intel/", $name)).to_vec(),
			collateral: QuoteCollateralV3 {
				// The quotes carry it; both verifiers take it from there.
				pck_certificate_chain: None,
				..serde_json::from_slice(include_bytes!(concat!(
					"../fixtures/intel/",
					$name,
					"_collateral.json"
				)))
				.unwrap()
			},
			now: $now,
		}
	};
}

/// All recorded quotes that come with collateral and are accepted by somebody.
pub fn samples() -> Vec<Sample> {
	vec![
		sample!("sgx_quote", 1_751_000_000),
		sample!("tdx_quote", 1_751_000_000),
		sample!("tdx_quote_td15ex", 1_792_500_000),
	]
}

/// A recorded quote of a platform that lies below every TCB level: both verifiers refuse it.
pub fn outdated() -> Sample {
	sample!("tdx_quote_outdated", 1_772_000_000)
}

/// Anchors that trust one root for SGX and TDX.
pub fn intel_anchors(root: &[u8]) -> Vec<Anchor> {
	[Vendor::IntelSgx, Vendor::IntelTdx]
		.map(|vendor| Anchor { vendor, kind: AnchorKind::Production, key: sha256(root) })
		.to_vec()
}

/// Verifies collateral in the oracle's form with our verifier.
pub fn verify_collateral(
	collateral: &QuoteCollateralV3,
	anchors: &[Anchor],
	now: u64,
) -> Result<VerifiedCollateral, Error> {
	let signature = |bytes: &[u8]| -> [u8; 64] { bytes.try_into().unwrap_or([0; 64]) };
	RawCollateral {
		pck_crl_issuer_chain: collateral.pck_crl_issuer_chain.as_bytes(),
		root_crl: &collateral.root_ca_crl,
		pck_crl: &collateral.pck_crl,
		tcb_info_issuer_chain: collateral.tcb_info_issuer_chain.as_bytes(),
		tcb_info: collateral.tcb_info.as_bytes(),
		tcb_info_signature: &signature(&collateral.tcb_info_signature),
		qe_identity_issuer_chain: collateral.qe_identity_issuer_chain.as_bytes(),
		qe_identity: collateral.qe_identity.as_bytes(),
		qe_identity_signature: &signature(&collateral.qe_identity_signature),
	}
	.verify(anchors, now)
}

/// Our verdict, from nothing but bytes.
pub fn ours(
	quote: &[u8],
	collateral: &QuoteCollateralV3,
	root: &[u8],
	policy: &QuotePolicy,
	now: u64,
) -> Result<intel::Verified, Error> {
	let collateral = verify_collateral(collateral, &intel_anchors(root), now)?;
	intel::verify(quote, None, &collateral.borrow(), policy, now)
}

/// The oracle's verdict.
pub fn oracle(
	quote: &[u8],
	collateral: &QuoteCollateralV3,
	root: &[u8],
	policy: &OraclePolicy,
	now: u64,
) -> Result<QuoteClaims, String> {
	QuoteVerifier::new(root.to_vec())
		.verify_with_policy(quote, collateral, now, policy)
		.map_err(|error| format!("{error:#}"))
}

/// The oracle's name for a status.
pub fn oracle_status(status: TcbStatus) -> OracleStatus {
	match status {
		TcbStatus::UpToDate => OracleStatus::UpToDate,
		TcbStatus::SwHardeningNeeded => OracleStatus::SWHardeningNeeded,
		TcbStatus::ConfigurationNeeded => OracleStatus::ConfigurationNeeded,
		TcbStatus::ConfigurationAndSwHardeningNeeded => {
			OracleStatus::ConfigurationAndSWHardeningNeeded
		},
		TcbStatus::OutOfDate => OracleStatus::OutOfDate,
		TcbStatus::OutOfDateConfigurationNeeded => OracleStatus::OutOfDateConfigurationNeeded,
		TcbStatus::Revoked => OracleStatus::Revoked,
		TcbStatus::RelaunchAdvised => OracleStatus::TDRelaunchAdvised,
		TcbStatus::RelaunchAdvisedConfigurationNeeded => {
			OracleStatus::TDRelaunchAdvisedConfigurationNeeded
		},
	}
}

/// Everything that both verifiers say about accepted evidence has to be the same.
pub fn assert_same(ours: &intel::Verified, oracle: &QuoteClaims, what: &str) {
	let standing = &ours.appraisal.standing;
	assert_eq!(oracle_status(standing.status), oracle.tcb.status, "{what}: status");
	let advisories: Vec<_> = standing.advisories.iter().map(|id| id.name().to_owned()).collect();
	let mut expected = oracle.tcb.advisory_ids.clone();
	let mut found = advisories;
	expected.sort();
	found.sort();
	assert_eq!(found, expected, "{what}: advisories");
	assert_eq!(standing.evaluation, oracle.tcb.eval_data_number, "{what}: evaluation");
	let platform = &ours.facts.platform;
	assert_eq!(platform.fmspc, oracle.platform.pck.fmspc, "{what}: FMSPC");
	assert_eq!(platform.cpu_svn, oracle.platform.pck.cpu_svn, "{what}: CPU SVN");
	assert_eq!(platform.pce_svn, oracle.platform.pck.pce_svn, "{what}: PCE SVN");
	assert_eq!(ours.facts.qe.svn, oracle.qe.report.isv_svn, "{what}: QE SVN");
	let workload = &ours.appraisal.workload;
	let (measurement, report_data) = match (oracle.report.as_td10(), oracle.report.as_sgx()) {
		(Some(td), _) => (td.mr_td.to_vec(), td.report_data),
		(None, Some(report)) => ([&report.mr_enclave[..], &[0; 16]].concat(), report.report_data),
		(None, None) => panic!("{what}: no report"),
	};
	assert_eq!(workload.measurement.0.to_vec(), measurement, "{what}: measurement");
	assert_eq!(workload.report_data, report_data, "{what}: report data");
}

/// A small deterministic generator (splitmix64).
pub struct Random(pub u64);

impl Random {
	/// The next number.
	pub fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ z >> 31
	}

	/// A number below `bound`.
	pub fn below(&mut self, bound: usize) -> usize {
		(self.next() % bound as u64) as usize
	}
}

/// Changes `bytes` in one of several ways; says where and how.
pub fn mutate(bytes: &mut Vec<u8>, random: &mut Random) -> (usize, &'static str) {
	let at = random.below(bytes.len());
	match random.below(8) {
		0..=3 => {
			bytes[at] ^= 1 << random.below(8);
			(at, "bit")
		},
		4 => {
			bytes[at] = bytes[at].wrapping_add(1 + random.below(255) as u8);
			(at, "byte")
		},
		5 => {
			bytes.truncate(at);
			(at, "truncate")
		},
		6 => {
			bytes.remove(at);
			(at, "remove")
		},
		_ => {
			bytes.insert(at, random.next() as u8);
			(at, "insert")
		},
	}
}

/// Bytes from hex digits, with or without 0x.
pub fn hex_bytes(text: &str) -> Vec<u8> {
	let digits = text.trim().trim_start_matches("0x").as_bytes();
	digits
		.chunks(2)
		.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
		.collect()
}
