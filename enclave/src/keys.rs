//! The enclave's own keys: made at start, never written down, gone with the process.
//!
//! There is no way to get a secret out of [`Keys`]: it is neither `Clone` nor `Serialize`, its
//! `Debug` shows the public halves, and its only uses sign one kind of message each, an
//! acknowledgement or a CAC, under that kind's own domain.

use concordat_primitives::{
	attest::{EncryptionKey, SigningKey},
	cac::{Ack, CacStatement, SignedAck, SignedCac},
};
use curve25519_dalek::montgomery::MontgomeryPoint;
use ed25519_dalek::Signer;
use std::{fmt, hint::black_box};

/// Thirty-two secret bytes, overwritten when dropped.
struct Secret([u8; 32]);

impl Secret {
	fn random() -> Result<Self, getrandom::Error> {
		let mut secret = Self([0; 32]);
		getrandom::getrandom(&mut secret.0)?;
		Ok(secret)
	}
}

impl Drop for Secret {
	fn drop(&mut self) {
		self.0.fill(0);
		// The overwritten bytes are observed, so the overwriting cannot be optimised away.
		black_box(&self.0);
	}
}

/// The keys of one enclave.
pub struct Keys {
	/// Ed25519; overwritten by its own `Drop`.
	signing: ed25519_dalek::SigningKey,
	/// X25519. Nothing is sealed to it in this version: inputs are public. It is attested all the
	/// same, so that sealed inputs need no new evidence format.
	_encryption: Secret,
	encryption_public: EncryptionKey,
}

impl Keys {
	/// New keys from the randomness of the platform.
	pub fn generate() -> Result<Self, getrandom::Error> {
		let seed = Secret::random()?;
		let encryption = Secret::random()?;
		Ok(Self {
			signing: ed25519_dalek::SigningKey::from_bytes(&seed.0),
			encryption_public: MontgomeryPoint::mul_base_clamped(encryption.0).to_bytes(),
			_encryption: encryption,
		})
	}

	/// Ed25519 public key that acknowledgements and CACs verify under.
	pub fn signing_key(&self) -> SigningKey {
		self.signing.verifying_key().to_bytes()
	}

	/// X25519 public key that inputs can be sealed to.
	pub fn encryption_key(&self) -> EncryptionKey {
		self.encryption_public
	}

	/// Signs an acknowledgement.
	pub(crate) fn sign_ack(&self, ack: Ack) -> SignedAck {
		let signature = self.signing.sign(&ack.message()).to_bytes();
		SignedAck { ack, signature }
	}

	/// Signs a statement. The caller answers for there being only one per attempt.
	pub(crate) fn sign_cac(&self, statement: CacStatement) -> SignedCac {
		let signature = self.signing.sign(&statement.message()).to_bytes();
		SignedCac { statement, signature }
	}
}

impl fmt::Debug for Keys {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Keys")
			.field("signing", &hex::encode(self.signing_key()))
			.field("encryption", &hex::encode(self.encryption_public))
			.finish_non_exhaustive()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::Hash;

	fn ack() -> Ack {
		Ack { genesis: Hash::zero(), job: 1, attempt: 2, nonce: Hash::repeat_byte(3), node: 4 }
	}

	#[test]
	fn every_enclave_makes_its_own_keys() {
		let (a, b) = (Keys::generate().unwrap(), Keys::generate().unwrap());
		assert_ne!(a.signing_key(), b.signing_key());
		assert_ne!(a.encryption_key(), b.encryption_key());
		assert_ne!(a.signing_key(), a.encryption_key());
	}

	#[test]
	fn signatures_verify_under_the_own_key_only() {
		let (a, b) = (Keys::generate().unwrap(), Keys::generate().unwrap());
		let signed = a.sign_ack(ack());
		assert!(signed.verify(&a.signing_key()));
		assert!(!signed.verify(&b.signing_key()));
		let other = SignedAck { ack: Ack { attempt: 3, ..ack() }, ..signed };
		assert!(!other.verify(&a.signing_key()));
	}

	#[test]
	fn the_encryption_key_is_the_x25519_key_of_its_secret() {
		let keys = Keys::generate().unwrap();
		// RFC 7748: the public key is the secret scalar times the base point u = 9.
		let mut base = [0u8; 32];
		base[0] = 9;
		let expected = MontgomeryPoint(base).mul_clamped(keys._encryption.0).to_bytes();
		assert_eq!(keys.encryption_key(), expected);
	}

	#[test]
	fn debug_output_shows_public_halves_only() {
		let keys = Keys::generate().unwrap();
		let text = format!("{keys:?}");
		assert!(text.contains(&hex::encode(keys.signing_key())));
		assert!(!text.contains(&hex::encode(keys.signing.to_bytes())));
		assert!(!text.contains(&hex::encode(keys._encryption.0)));
	}
}
