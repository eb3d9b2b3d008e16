//! Evidence of what runs here.
//!
//! A provider asks whatever stands below the enclave, hardware or simulator, for a statement that
//! binds [`report_data`] to the code that runs. The only provider in this version is the
//! [`Simulator`]: its evidence is signed by a *test* anchor whose seed is public, no hardware stands
//! behind it, and everything made under it says `simulated`.

use crate::engine::{ABI_VERSION, ENGINE};
use concordat_attestation::{
	report_data, simulated, Evidence, Measurement, PlatformId, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::{EncryptionKey, SigningKey},
	enclave_api::AttestRequest,
};
use sha2::{Digest, Sha256, Sha384};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far clocks may be apart.
const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Where evidence comes from.
pub trait EvidenceProvider: Send + Sync + 'static {
	/// Who vouches for it.
	fn vendor(&self) -> Vendor;

	/// Whether no hardware stands behind it.
	fn is_simulated(&self) -> bool;

	/// The code that runs, as the evidence will name it.
	fn measurement(&self) -> Measurement;

	/// Evidence that binds `report_data` to this enclave.
	fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError>;
}

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
	/// The clock of the host stands before 1970.
	#[error("the clock of the host is not set")]
	Clock,
}

/// What the code of this build is called in evidence: the program, its version, the engine with its
/// version, and the version of the import ABI. The simulator cannot measure memory; it says this.
pub fn measurement_name() -> String {
	let (major, minor, patch) = ENGINE.version;
	format!(
		"concordat-enclave {} wasmtime {major}.{minor}.{patch} abi {ABI_VERSION}",
		env!("CARGO_PKG_VERSION")
	)
}

/// The measurement of this build: SHA-384 of [`measurement_name`]. The same on every machine.
pub fn measurement() -> Measurement {
	Measurement(Sha384::digest(measurement_name()).into())
}

/// The platform id of a machine by name, as the simulator reports it.
pub fn platform_id(name: &str) -> PlatformId {
	let mut hasher = Sha256::new();
	hasher.update(b"concordat/simulated-platform/v1");
	hasher.update(name);
	PlatformId(hasher.finalize().into())
}

/// Evidence signed by the test anchor.
#[derive(Clone, Debug)]
pub struct Simulator {
	platform: PlatformId,
	validity: Duration,
}

impl Simulator {
	/// A simulator that pretends to be `platform`; its evidence counts for `validity`.
	pub fn new(platform: PlatformId, validity: Duration) -> Self {
		Self { platform, validity }
	}
}

impl EvidenceProvider for Simulator {
	fn vendor(&self) -> Vendor {
		Vendor::Simulated
	}

	fn is_simulated(&self) -> bool {
		true
	}

	fn measurement(&self) -> Measurement {
		measurement()
	}

	fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError> {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| EvidenceError::Clock)?;
		let report = simulated::SimulatedReport {
			measurement: self.measurement(),
			platform: self.platform,
			tcb: TcbStatus::UpToDate,
			debug: false,
			report_data,
			not_before: now.saturating_sub(CLOCK_SKEW).as_secs(),
			not_after: now.saturating_add(self.validity).as_secs(),
		};
		Ok(Evidence::Simulated(simulated::sign(report, &simulated::TEST_ANCHOR_SEED)))
	}
}

/// Evidence for one node on one chain, bound to the enclave's keys and to a recent block.
pub fn attest(
	provider: &dyn EvidenceProvider,
	signing_key: &SigningKey,
	encryption_key: &EncryptionKey,
	request: &AttestRequest,
) -> Result<Evidence, EvidenceError> {
	provider.evidence(report_data(
		&request.genesis.0,
		request.node,
		signing_key,
		encryption_key,
		&request.challenge.0,
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::{simulated::test_anchor, verify, VerifyError};
	use concordat_primitives::Hash;

	fn now() -> u64 {
		SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
	}

	fn request() -> AttestRequest {
		AttestRequest { genesis: Hash::repeat_byte(1), node: 7, challenge: Hash::repeat_byte(2) }
	}

	#[test]
	fn evidence_verifies_and_is_bound_to_chain_node_keys_and_challenge() {
		let provider = Simulator::new(platform_id("a"), Duration::from_secs(60));
		let evidence = attest(&provider, &[3; 32], &[4; 32], &request()).unwrap();
		let claims = verify(&evidence, &[test_anchor()], now()).unwrap();
		assert!(claims.simulated);
		assert_eq!(claims.vendor, Vendor::Simulated);
		assert_eq!(claims.measurement, measurement());
		assert_eq!(claims.platform, platform_id("a"));
		let expected = report_data(&[1; 32], 7, &[3; 32], &[4; 32], &[2; 32]);
		assert_eq!(claims.report_data, expected);
	}

	#[test]
	fn evidence_expires() {
		let provider = Simulator::new(platform_id("a"), Duration::from_secs(60));
		let evidence = attest(&provider, &[3; 32], &[4; 32], &request()).unwrap();
		assert!(matches!(
			verify(&evidence, &[test_anchor()], now() + 120),
			Err(VerifyError::Expired(_))
		));
	}

	#[test]
	fn the_measurement_names_the_build() {
		assert!(measurement_name().contains(env!("CARGO_PKG_VERSION")));
		assert_ne!(measurement(), Measurement([0; 48]));
		assert_ne!(platform_id("a"), platform_id("b"));
	}
}
