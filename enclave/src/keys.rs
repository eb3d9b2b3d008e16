//! The enclave's own keys: made at start, never written down, gone with the process.
//!
//! There is no way to get a secret out of [`Keys`]: it is neither `Clone` nor `Serialize`, and its `Debug` shows the
//! public halves. The signing key signs five kinds of message, an acknowledgement, a CAC, a commitment to one, a handoff
//! and the refusal of one, each under its own domain. The encryption key opens what was sealed to it, and gives out nothing
//! but the input. A third secret makes the salts of commitments: whoever does not have it learns nothing of a result from
//! its commitment, however few results there are.

use codec::Encode;
use concordat_primitives::{
	attest::{EncryptionKey, SigningKey},
	cac::{Ack, CacStatement, SignedAck, SignedCac},
	commit::{Commitment, Salt, SignedCommitment},
	enclave_api::JobToken,
	handoff::{Handoff, HandoffRefusal, SignedHandoff, SignedRefusal},
};
use concordat_sealing::{open_input, Envelope, OpenError, OpenedInput, SecretKey, Zeroizing};
use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};
use std::fmt;

/// Domain of the salts.
const SALT_DOMAIN: &[u8] = b"concordat/salt/v1";

/// The keys of one enclave.
pub struct Keys {
	/// Ed25519; overwritten by its own `Drop`.
	signing: ed25519_dalek::SigningKey,
	/// X25519; overwritten by its own `Drop`.
	encryption: SecretKey,
	/// Makes the salts.
	salting: Zeroizing<[u8; 32]>,
}

impl Keys {
	/// New keys from the randomness of the platform.
	pub fn generate() -> Result<Self, getrandom::Error> {
		let mut seed = Zeroizing::new([0; 32]);
		getrandom::getrandom(&mut seed[..])?;
		let mut salting = Zeroizing::new([0; 32]);
		getrandom::getrandom(&mut salting[..])?;
		Ok(Self {
			signing: ed25519_dalek::SigningKey::from_bytes(&seed),
			encryption: SecretKey::generate()?,
			salting,
		})
	}

	/// New keys, but for one that a test knows.
	#[cfg(test)]
	pub(crate) fn with_encryption(encryption: SecretKey) -> Self {
		Self { encryption, ..Self::generate().expect("there is randomness") }
	}

	/// Ed25519 public key that acknowledgements and CACs verify under.
	pub fn signing_key(&self) -> SigningKey {
		self.signing.verifying_key().to_bytes()
	}

	/// X25519 public key that inputs are sealed to.
	pub fn encryption_key(&self) -> EncryptionKey {
		self.encryption.public()
	}

	/// Opens an input that was sealed to this enclave.
	pub(crate) fn open_input(
		&self,
		envelope: &Envelope<'_>,
		ciphertext: &[u8],
	) -> Result<OpenedInput, OpenError> {
		open_input(&self.encryption, envelope, ciphertext)
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

	/// Signs a commitment. The caller answers for there being only one per attempt.
	pub(crate) fn sign_commitment(&self, commitment: Commitment) -> SignedCommitment {
		let signature = self.signing.sign(&commitment.message()).to_bytes();
		SignedCommitment { commitment, signature }
	}

	/// The salt of an attempt: the same whenever it is asked for, and unknown to all who have not the secret that it comes
	/// from. It goes out with the certificate; it says nothing about any other.
	pub(crate) fn salt(&self, token: &JobToken) -> Salt {
		let JobToken { genesis, job, attempt, nonce, node, .. } = token;
		hmac_sha256(&self.salting, &(SALT_DOMAIN, genesis, job, attempt, nonce, node).encode())
	}

	/// Signs a handoff. The caller answers for there being only one per attempt of the receiver.
	pub(crate) fn sign_handoff(&self, handoff: Handoff) -> SignedHandoff {
		let signature = self.signing.sign(&handoff.message()).to_bytes();
		SignedHandoff { handoff, signature }
	}

	/// Signs a refusal. The caller answers for its being true, and for there being no other statement on the attempt.
	pub(crate) fn sign_refusal(&self, refusal: HandoffRefusal) -> SignedRefusal {
		let signature = self.signing.sign(&refusal.message()).to_bytes();
		SignedRefusal { refusal, signature }
	}
}

/// HMAC-SHA-256 (RFC 2104) under a key of 32 bytes.
fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
	const BLOCK: usize = 64;
	let padded = |pad: u8| {
		let mut block = Zeroizing::new([pad; BLOCK]);
		block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
		block
	};
	let inner = Sha256::new().chain_update(&padded(0x36)[..]).chain_update(message).finalize();
	Sha256::new().chain_update(&padded(0x5c)[..]).chain_update(inner).finalize().into()
}

impl fmt::Debug for Keys {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Keys")
			.field("signing", &hex::encode(self.signing_key()))
			.field("encryption", &hex::encode(self.encryption_key()))
			.finish_non_exhaustive()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{handoff::HandoffFault, Hash};
	use curve25519_dalek::montgomery::MontgomeryPoint;

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
	fn a_signature_of_one_kind_should_not_pass_for_another() {
		let keys = Keys::generate().unwrap();
		let refusal = HandoffRefusal {
			genesis: Hash::zero(),
			job: 1,
			attempt: 2,
			nonce: Hash::repeat_byte(3),
			node: 4,
			handoff: Hash::zero(),
			fault: HandoffFault::Overloaded,
		};
		let signed = keys.sign_refusal(refusal.clone());
		assert!(signed.verify(&keys.signing_key()));
		// The refusal begins with the very fields of an acknowledgement.
		let ack = SignedAck { ack: ack(), signature: signed.signature };
		assert!(!ack.verify(&keys.signing_key()));
	}

	#[test]
	fn the_keyed_hash_should_be_that_of_the_rfc() {
		// RFC 4231, test cases 1 and 2: shorter keys are filled up with zeros.
		for (key, message, mac) in [
			(
				&[0x0b; 20][..],
				&b"Hi There"[..],
				"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
			),
			(
				b"Jefe",
				b"what do ya want for nothing?",
				"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
			),
		] {
			let mut filled = [0; 32];
			filled[..key.len()].copy_from_slice(key);
			assert_eq!(hex::encode(hmac_sha256(&filled, message)), mac);
		}
	}

	#[test]
	fn the_encryption_key_is_the_x25519_key_of_its_secret() {
		let keys = Keys::generate().unwrap();
		// RFC 7748: the public key is the secret scalar times the base point u = 9.
		let mut base = [0u8; 32];
		base[0] = 9;
		let expected = MontgomeryPoint(base).mul_clamped(*keys.encryption.expose()).to_bytes();
		assert_eq!(keys.encryption_key(), expected);
	}

	#[test]
	fn debug_output_shows_public_halves_only() {
		let keys = Keys::generate().unwrap();
		let text = format!("{keys:?}");
		assert!(text.contains(&hex::encode(keys.signing_key())));
		assert!(text.contains(&hex::encode(keys.encryption_key())));
		assert!(!text.contains(&hex::encode(keys.signing.to_bytes())));
		assert!(!text.contains(&hex::encode(keys.encryption.expose())));
		assert!(!text.contains(&hex::encode(*keys.salting)));
	}
}
