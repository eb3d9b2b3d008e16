//! Evidence of the simulator: a statement signed by a test anchor. No hardware stands behind it.

use crate::{Anchor, AnchorKind, Claims, Measurement, PlatformId, TcbStatus, Vendor, VerifyError};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ed25519_dalek::{Signature, VerifyingKey};
use scale_info::TypeInfo;

/// Seed of the simulator's signing key. It is public, hence a *test* anchor: whoever trusts it trusts everybody.
pub const TEST_ANCHOR_SEED: [u8; 32] = *b"concordat simulated test anchor!";

/// Public half of [`TEST_ANCHOR_SEED`].
pub fn test_anchor() -> Anchor {
	let key = ed25519_dalek::SigningKey::from_bytes(&TEST_ANCHOR_SEED).verifying_key().to_bytes();
	Anchor { vendor: Vendor::Simulated, kind: AnchorKind::Test, key }
}

/// What the simulator says.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SimulatedReport {
	/// Code that runs.
	pub measurement: Measurement,
	/// Which machine it pretends to be.
	pub platform: PlatformId,
	/// Which firmware state it pretends to have.
	pub tcb: TcbStatus,
	/// Debug mode.
	pub debug: bool,
	/// What the code binds itself to.
	pub report_data: [u8; 64],
	/// Unix time in seconds from which it counts.
	pub not_before: u64,
	/// Unix time in seconds after which it does not.
	pub not_after: u64,
}

/// A simulated report and the anchor's Ed25519 signature over [`message`].
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SimulatedEvidence {
	/// What is said.
	pub report: SimulatedReport,
	/// Who says it.
	pub anchor: [u8; 32],
	/// Ed25519 (RFC 8032).
	pub signature: [u8; 64],
}

/// What the anchor signs.
pub fn message(report: &SimulatedReport) -> Vec<u8> {
	let mut message = b"concordat/simulated-report/v1".to_vec();
	report.encode_to(&mut message);
	message
}

/// Signs a report with a test anchor's seed.
pub fn sign(report: SimulatedReport, seed: &[u8; 32]) -> SimulatedEvidence {
	use ed25519_dalek::Signer;
	let key = ed25519_dalek::SigningKey::from_bytes(seed);
	let signature = key.sign(&message(&report)).to_bytes();
	SimulatedEvidence { report, anchor: key.verifying_key().to_bytes(), signature }
}

/// Verifies simulated evidence at `now`.
pub fn verify(
	evidence: &SimulatedEvidence,
	anchors: &[Anchor],
	now: u64,
) -> Result<Claims, VerifyError> {
	let report = &evidence.report;
	// Cheap checks first; only a *test* anchor can vouch for a simulator.
	if !anchors.iter().any(|anchor| {
		anchor.vendor == Vendor::Simulated
			&& anchor.kind == AnchorKind::Test
			&& anchor.key == evidence.anchor
	}) {
		return Err(VerifyError::NoAnchor);
	}
	if report.debug {
		return Err(VerifyError::Debug);
	}
	if now < report.not_before {
		return Err(VerifyError::NotYetValid(report.not_before - now));
	}
	if now > report.not_after {
		return Err(VerifyError::Expired(now - report.not_after));
	}
	VerifyingKey::from_bytes(&evidence.anchor)
		.and_then(|key| {
			key.verify_strict(&message(report), &Signature::from_bytes(&evidence.signature))
		})
		.map_err(|_| VerifyError::BadSignature)?;
	Ok(Claims {
		vendor: Vendor::Simulated,
		measurement: report.measurement,
		platform: report.platform,
		tcb: report.tcb,
		report_data: report.report_data,
		not_after: report.not_after,
		simulated: true,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{verify as verify_any, Evidence};

	fn report() -> SimulatedReport {
		SimulatedReport {
			measurement: Measurement([7; 48]),
			platform: PlatformId([8; 32]),
			tcb: TcbStatus::UpToDate,
			debug: false,
			report_data: [9; 64],
			not_before: 100,
			not_after: 200,
		}
	}

	fn signed(report: SimulatedReport) -> Evidence {
		Evidence::Simulated(sign(report, &TEST_ANCHOR_SEED))
	}

	#[test]
	fn evidence_of_the_test_anchor_verifies_and_says_simulated() {
		let claims = verify_any(&signed(report()), &[test_anchor()], 150).unwrap();
		assert!(claims.simulated);
		assert_eq!(claims.vendor, Vendor::Simulated);
		assert_eq!(claims.report_data, [9; 64]);
	}

	#[test]
	fn every_other_evidence_is_refused_with_its_reason() {
		let anchors = [test_anchor()];
		let good = signed(report());
		assert_eq!(verify_any(&good, &[], 150), Err(VerifyError::NoAnchor));
		let production = [Anchor { kind: AnchorKind::Production, ..test_anchor() }];
		assert_eq!(verify_any(&good, &production, 150), Err(VerifyError::NoAnchor));
		let other = Evidence::Simulated(sign(report(), &[1; 32]));
		assert_eq!(verify_any(&other, &anchors, 150), Err(VerifyError::NoAnchor));
		assert_eq!(verify_any(&good, &anchors, 99), Err(VerifyError::NotYetValid(1)));
		assert_eq!(verify_any(&good, &anchors, 203), Err(VerifyError::Expired(3)));
		let debug = signed(SimulatedReport { debug: true, ..report() });
		assert_eq!(verify_any(&debug, &anchors, 150), Err(VerifyError::Debug));
		let Evidence::Simulated(mut forged) = good;
		forged.report.measurement = Measurement([1; 48]);
		assert_eq!(
			verify_any(&Evidence::Simulated(forged), &anchors, 150),
			Err(VerifyError::BadSignature)
		);
	}

	#[test]
	fn measurements_read_and_write_as_hex() {
		let m = Measurement([0xab; 48]);
		assert_eq!(alloc::format!("{m}").parse::<Measurement>(), Ok(m));
		assert!("0xab".parse::<Measurement>().is_err());
		assert!("0x".parse::<Measurement>().is_err());
	}
}
