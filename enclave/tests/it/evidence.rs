//! Evidence as a node gets it: over HTTP, judged by the chain's own verifiers.

use crate::{client::*, http::*};
use codec::{Decode, Encode};
use concordat_attestation::{
	amd::REPORT_BYTES,
	any::{self, Verified},
	collateral::{Authority, Crl, KeyId},
	intel::{QeIdentity, TcbInfo, Tee},
	policy::QuotePolicy,
	report_data,
	simulator::dev::{dev_anchors, DevKind},
	source::{verify_piece, Fingerprint, Piece, Slot, Source, VerifiedPiece},
	Anchor, AnchorKind, Error, Evidence, Vendor,
};
use concordat_enclave::{EvidenceSource, RunningEnclave};
use concordat_primitives::{
	enclave_api::{AttestRequest, AttestResponse, CollateralResponse, MAX_COLLATERAL_BYTES},
	Hash,
};
use std::{
	collections::BTreeMap,
	time::{SystemTime, UNIX_EPOCH},
};

const KINDS: [(DevKind, Vendor); 4] = [
	(DevKind::Sgx, Vendor::IntelSgx),
	(DevKind::Tdx, Vendor::IntelTdx),
	(DevKind::Snp, Vendor::AmdSevSnp),
	(DevKind::Nitro, Vendor::AwsNitro),
];

/// Collateral, as a chain holds it.
#[derive(Default)]
struct Held(BTreeMap<Slot, VerifiedPiece>);

impl Source for Held {
	fn authority(&self, fingerprint: &Fingerprint) -> Option<Authority> {
		match self.0.get(&Slot::Authority(*fingerprint))? {
			VerifiedPiece::Authority(one) => Some(one.clone()),
			_ => None,
		}
	}

	fn crl(&self, issuer: &KeyId) -> Option<Crl> {
		match self.0.get(&Slot::Crl(*issuer))? {
			VerifiedPiece::Crl(one) => Some(one.clone()),
			_ => None,
		}
	}

	fn tcb_info(&self, root: &KeyId, tee: Tee, fmspc: &[u8; 6]) -> Option<TcbInfo> {
		match self.0.get(&Slot::TcbInfo { root: *root, tee, fmspc: *fmspc })? {
			VerifiedPiece::TcbInfo(one) => Some(one.clone()),
			_ => None,
		}
	}

	fn qe_identity(&self, root: &KeyId, tee: Tee) -> Option<QeIdentity> {
		match self.0.get(&Slot::QeIdentity { root: *root, tee })? {
			VerifiedPiece::QeIdentity(one) => Some(one.clone()),
			_ => None,
		}
	}
}

fn now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn attest(enclave: &RunningEnclave, node: u32) -> AttestResponse {
	let (genesis, challenge) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
	let body = serde_json::to_vec(&AttestRequest { genesis, node, challenge }).unwrap();
	let answer = post(enclave.local_addr(), "/v1/attest", JSON, &body);
	assert_eq!(answer.status, 200);
	serde_json::from_slice(&answer.body).unwrap()
}

/// Posts all collateral that the enclave has at hand, in its order.
fn collateral(enclave: &RunningEnclave, anchors: &[Anchor]) -> Result<Held, Error> {
	let answer = get(enclave.local_addr(), "/v1/collateral");
	assert_eq!(answer.status, 200);
	assert!(answer.body.len() < MAX_COLLATERAL_BYTES);
	let response: CollateralResponse = serde_json::from_slice(&answer.body).unwrap();
	let mut held = Held::default();
	for text in response.pieces {
		let bytes = hex::decode(text.strip_prefix("0x").unwrap()).unwrap();
		let piece = Piece::decode(&mut &bytes[..]).unwrap();
		assert_eq!(piece.encode(), bytes);
		let verified = verify_piece(&piece, &held, anchors, now())?;
		held.0.insert(verified.slot(), verified);
	}
	Ok(held)
}

fn judge(answer: &AttestResponse, held: &Held, anchors: &[Anchor]) -> Result<Verified, Error> {
	let evidence = Evidence::decode(&mut &answer.evidence[..]).unwrap();
	any::verify(&evidence, None, held, anchors, &QuotePolicy::lenient(), now())
}

#[test]
fn simulated_evidence_of_every_kind_should_verify_under_the_enclaves_own_collateral() {
	for (kind, vendor) in KINDS {
		let mut config = config();
		config.evidence = EvidenceSource::Simulated { kind, platform: None };
		with_enclave(config, |enclave| {
			let identity = enclave.identity();
			assert_eq!((identity.vendor, identity.simulated), (vendor, true));
			assert_eq!(enclave.source(), "the simulator");
			let held = collateral(enclave, &dev_anchors()).unwrap();
			let answer = attest(enclave, 7);
			let verified = judge(&answer, &held, &dev_anchors()).unwrap();
			assert_eq!(verified.appraisal.standing.vendor, vendor);
			assert_eq!(verified.appraisal.standing.kind, AnchorKind::Test, "it says simulated");
			assert_eq!(verified.appraisal.workload.measurement, identity.measurement);
			let bound = |node| {
				report_data(&[1; 32], node, &answer.signing_key, &answer.encryption_key, &[2; 32])
			};
			assert_eq!(verified.appraisal.check_report_data(&bound(7)), Ok(()));
			assert!(verified.appraisal.check_report_data(&bound(8)).is_err());

			// Where no test anchor is trusted, neither collateral nor evidence counts.
			assert!(collateral(enclave, &[]).is_err());
			assert!(judge(&answer, &held, &[]).is_err());
			assert!(judge(&answer, &Held::default(), &dev_anchors()).is_err());
		});
	}
}

#[test]
fn machines_should_be_told_by_their_names() {
	let platform = |kind, name: Option<&str>| {
		let mut config = config();
		config.evidence = EvidenceSource::Simulated { kind, platform: name.map(Into::into) };
		let mut platform = None;
		with_enclave(config, |enclave| {
			let held = collateral(enclave, &dev_anchors()).unwrap();
			let verified = judge(&attest(enclave, 7), &held, &dev_anchors()).unwrap();
			platform = Some(verified.appraisal.platform);
		});
		platform.unwrap()
	};
	for (kind, _) in KINDS {
		let rack = platform(kind, Some("rack 3"));
		assert_eq!(rack, platform(kind, Some("rack 3")));
		assert_ne!(rack, platform(kind, Some("rack 4")));
		assert_ne!(platform(kind, None), platform(kind, None), "a machine of its own");
	}
}

#[test]
fn a_report_should_fit_its_evidence() {
	let mut config = config();
	config.evidence = EvidenceSource::Simulated { kind: DevKind::Snp, platform: None };
	with_enclave(config, |enclave| {
		let answer = attest(enclave, 7);
		let Evidence::Amd { report, certificate, .. } =
			Evidence::decode(&mut &answer.evidence[..]).unwrap()
		else {
			panic!()
		};
		assert_eq!(report.len(), REPORT_BYTES);
		assert!(!certificate.is_empty(), "nobody has to know the platform before");
	});
}
