//! SGX through the pseudo-files of Gramine: write what the quote is to be bound to, read the quote.

use super::{
	tree::{failed, Tree},
	Device, EvidenceError, Exhibit, MAX_DEVICE_BYTES,
};
use concordat_attestation::Vendor;

/// How the enclave was told to attest. It shows that Gramine is there.
pub(super) const ATTESTATION_TYPE: &str = "dev/attestation/attestation_type";
const USER_REPORT_DATA: &str = "dev/attestation/user_report_data";
const QUOTE: &str = "dev/attestation/quote";
/// Longest name of a way to attest.
const MAX_TYPE_BYTES: usize = 64;
const ADVICE: &str = "the enclave has to run under gramine-sgx with sgx.remote_attestation = \"dcap\", with the host's \
                      aesmd or quote provider running";

/// Gramine's pseudo-files.
pub struct Gramine<T> {
	tree: T,
}

impl<T: Tree> Gramine<T> {
	/// In this tree.
	pub fn new(tree: T) -> Self {
		Self { tree }
	}

	fn read(&self, path: &str, max: usize) -> Result<Vec<u8>, EvidenceError> {
		self.tree.read(path, max).map_err(failed(&self.tree, "read", path, ADVICE))
	}
}

impl<T: Tree> Device for Gramine<T> {
	fn name(&self) -> &'static str {
		"Gramine"
	}

	fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError> {
		let kind = self.read(ATTESTATION_TYPE, MAX_TYPE_BYTES)?;
		if kind.trim_ascii() != b"dcap" {
			let found = String::from_utf8_lossy(&kind).trim().into();
			return Err(EvidenceError::AttestationType(found));
		}
		self.tree.write(USER_REPORT_DATA, report_data).map_err(failed(
			&self.tree,
			"write to",
			USER_REPORT_DATA,
			ADVICE,
		))?;
		let quote = self.read(QUOTE, MAX_DEVICE_BYTES)?;
		Exhibit::quote(self.name(), Vendor::IntelSgx, &quote)
	}
}
