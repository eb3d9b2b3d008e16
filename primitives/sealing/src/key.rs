//! X25519 keys.

use crate::suite::{seal_base, Kem, PrivateKey};
use concordat_primitives::attest::EncryptionKey;
use hpke::{Deserializable, Serializable};
use std::fmt;
use zeroize::Zeroizing;

/// The key is not one that anything can be sealed to: its point is of low order, or its encoding not canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an X25519 key that anything can be sealed to")]
pub struct BadKey;

/// Whether anything can be sealed to `key`. Costs two scalar multiplications.
pub fn check_key(key: &EncryptionKey) -> Result<(), BadKey> {
	// Whether the shared secret is zero depends on the point alone, not on the ephemeral key.
	let material = Zeroizing::new([1; 32]);
	seal_base(material, key, &[], &[], &[]).map(|_| ()).map_err(|_| BadKey)
}

/// Whether the bytes are the one encoding of their field element: below 2²⁵⁵ − 19. RFC 7748 takes others too, and then
/// the two sides of HPKE do not agree on the recipient's name.
pub(crate) fn is_canonical(key: &[u8; 32]) -> bool {
	let [first, middle @ .., last] = key;
	let at_the_top = *last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
	*last < 0x7f || (*last == 0x7f && !(at_the_top && *first >= 0xed))
}

/// A secret X25519 key and its public half. Overwritten when dropped; its `Debug` shows the public half.
pub struct SecretKey {
	/// Boxed, so that moving the key leaves no copies behind.
	secret: Box<Zeroizing<[u8; 32]>>,
	public: EncryptionKey,
}

impl SecretKey {
	/// A new key from the randomness of the platform.
	pub fn generate() -> Result<Self, getrandom::Error> {
		let mut secret = Box::new(Zeroizing::new([0; 32]));
		getrandom::getrandom(&mut secret[..])?;
		Ok(Self::of(secret))
	}

	/// The key that [`Self::expose`] gave out.
	pub fn from_bytes(secret: &[u8; 32]) -> Self {
		let mut boxed = Box::new(Zeroizing::new([0; 32]));
		boxed.copy_from_slice(secret);
		Self::of(boxed)
	}

	fn of(secret: Box<Zeroizing<[u8; 32]>>) -> Self {
		let private = private_key(&secret);
		let public = <Kem as hpke::Kem>::sk_to_pk(&private).to_bytes().into();
		Self { secret, public }
	}

	/// What others seal to.
	pub fn public(&self) -> EncryptionKey {
		self.public
	}

	/// The secret bytes, for a requester who has to keep them until the output is there. Whoever has them reads the output.
	pub fn expose(&self) -> &[u8; 32] {
		&self.secret
	}

	pub(crate) fn private_key(&self) -> PrivateKey {
		private_key(&self.secret)
	}
}

fn private_key(secret: &[u8; 32]) -> PrivateKey {
	PrivateKey::from_bytes(secret)
		.expect("32 bytes are a private key; clamping makes any of them one; qed")
}

impl fmt::Debug for SecretKey {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("SecretKey").field("public", &self.public).finish_non_exhaustive()
	}
}
