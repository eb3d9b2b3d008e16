//! What a node's attestation says: which code runs, and what it is bound to.

use crate::{
	engine::{ABI_VERSION, ENGINE},
	evidence::{EvidenceError, EvidenceProvider},
};
use concordat_attestation::{report_data, Evidence, Measurement};
use concordat_primitives::{
	attest::{EncryptionKey, SigningKey},
	enclave_api::AttestRequest,
};
use sha2::{Digest, Sha384};

/// What the code of this build is called in evidence: the program, its version, the engine with its
/// version, and the version of the import ABI. Hardware measures memory; the simulator cannot, and says this.
pub fn measurement_name() -> String {
	let (major, minor, patch) = ENGINE.version;
	format!(
		"concordat-enclave {} wasmtime {major}.{minor}.{patch} abi {ABI_VERSION}",
		env!("CARGO_PKG_VERSION")
	)
}

/// The measurement of this build under the simulator: SHA-384 of [`measurement_name`], of which evidence of SGX has only
/// the first 32 bytes. The same on every machine.
pub fn measurement() -> Measurement {
	Measurement(Sha384::digest(measurement_name()).into())
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
	use crate::evidence::{claims, Simulator};
	use concordat_attestation::simulator::dev::DevKind;
	use concordat_primitives::Hash;

	#[test]
	fn evidence_should_be_bound_to_chain_node_keys_and_challenge() {
		let request = AttestRequest {
			genesis: Hash::repeat_byte(1),
			node: 7,
			challenge: Hash::repeat_byte(2),
		};
		let provider = Simulator::new(DevKind::Tdx, "a");
		let evidence = attest(&provider, &[3; 32], &[4; 32], &request).unwrap();
		let expected = report_data(&[1; 32], 7, &[3; 32], &[4; 32], &[2; 32]);
		assert_eq!(claims(&evidence).unwrap().report_data, expected);
	}

	#[test]
	fn the_measurement_should_name_the_build() {
		assert!(measurement_name().contains(env!("CARGO_PKG_VERSION")));
		assert_ne!(measurement(), Measurement([0; 48]));
	}
}
