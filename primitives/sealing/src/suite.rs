//! The HPKE suite, in the two operations that sealing needs.

use crate::{key::is_canonical, SecretKey};
use concordat_primitives::attest::EncryptionKey;
use hpke::{
	rand_core::{TryCryptoRng, TryRng},
	Deserializable, HpkeError, OpModeR, OpModeS, Serializable,
};
use std::convert::Infallible;
use zeroize::Zeroizing;

pub(crate) type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;
pub(crate) type PublicKey = <Kem as hpke::Kem>::PublicKey;
pub(crate) type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
type EncappedKey = <Kem as hpke::Kem>::EncappedKey;

/// Bytes of an encapsulated key.
pub(crate) const ENCAPSULATED_BYTES: usize = 32;

/// Why one operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SuiteError {
	/// Not an X25519 key.
	Point,
	/// The bytes do not open, or cannot be sealed.
	Cipher,
}

/// The material of an ephemeral key, drawn before HPKE asks for it: drawing can fail, and HPKE's source of randomness
/// cannot say so.
struct Drawn {
	material: Zeroizing<[u8; 32]>,
	/// Asked once for all of it, as RFC 9180 has it. Anything else spoils the result.
	asked: Asked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
	NotYet,
	Once,
	Otherwise,
}

impl TryRng for Drawn {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		self.asked = Asked::Otherwise;
		Ok(0)
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		self.asked = Asked::Otherwise;
		Ok(0)
	}

	fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
		if self.asked == Asked::NotYet && target.len() == self.material.len() {
			target.copy_from_slice(&self.material[..]);
			self.asked = Asked::Once;
		} else {
			self.asked = Asked::Otherwise;
		}
		Ok(())
	}
}

impl TryCryptoRng for Drawn {}

/// `SealBase` of RFC 9180 §6.1. `material` is the `ikmE` of the ephemeral key: fresh randomness.
pub(crate) fn seal_base(
	material: Zeroizing<[u8; 32]>,
	recipient: &EncryptionKey,
	info: &[u8],
	aad: &[u8],
	plaintext: &[u8],
) -> Result<([u8; ENCAPSULATED_BYTES], Vec<u8>), SuiteError> {
	if !is_canonical(recipient) {
		return Err(SuiteError::Point);
	}
	let key = PublicKey::from_bytes(recipient).map_err(|_| SuiteError::Point)?;
	let mut drawn = Drawn { material, asked: Asked::NotYet };
	let sealed = hpke::single_shot_seal_with_rng::<Aead, Kdf, Kem>(
		&OpModeS::Base,
		&key,
		info,
		plaintext,
		aad,
		&mut drawn,
	);
	let (encapsulated, ciphertext) = sealed.map_err(|error| match error {
		// The shared secret is zero: the recipient's point is of low order.
		HpkeError::EncapError => SuiteError::Point,
		_ => SuiteError::Cipher,
	})?;
	if drawn.asked != Asked::Once {
		return Err(SuiteError::Cipher);
	}
	Ok((encapsulated.to_bytes().into(), ciphertext))
}

/// `OpenBase` of RFC 9180 §6.1.
pub(crate) fn open_base(
	secret: &SecretKey,
	encapsulated: &[u8; ENCAPSULATED_BYTES],
	info: &[u8],
	aad: &[u8],
	ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
	if !is_canonical(encapsulated) {
		return Err(SuiteError::Point);
	}
	let encapped = EncappedKey::from_bytes(encapsulated).map_err(|_| SuiteError::Point)?;
	let opened = hpke::single_shot_open::<Aead, Kdf, Kem>(
		&OpModeR::Base,
		&secret.private_key(),
		&encapped,
		info,
		ciphertext,
		aad,
	);
	opened.map(Zeroizing::new).map_err(|error| match error {
		HpkeError::DecapError => SuiteError::Point,
		_ => SuiteError::Cipher,
	})
}
