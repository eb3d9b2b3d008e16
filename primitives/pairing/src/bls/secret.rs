//! The signing side. Outside of the runtime only.

use super::{hash_to_g1, PublicKey, Signature, POSSESSION_DST, SIGNATURE_DST};
use ark_bls12_381::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField, Zero};
use ark_serialize::CanonicalSerialize;
use sha2::{Digest, Sha256};

/// Bytes of a secret key.
pub const SECRET_KEY_BYTES: usize = 32;

/// A secret key: a number of the scalar field, not zero. Overwritten when it is dropped.
///
/// The arithmetic of arkworks takes a time that depends on its numbers. Sign where nobody can measure that to the
/// microsecond: a node signs once per rollup, on its own.
pub struct SecretKey(Fr);

impl SecretKey {
	/// A key from 32 bytes of entropy (§2.3, KeyGen with an empty `key_info`, and the salt
	/// `H("BLS-SIG-KEYGEN-SALT-")` that draft 04 has and draft 05 allows).
	pub fn generate(ikm: &[u8; 32]) -> Self {
		let mut salt: [u8; 32] = Sha256::digest(b"BLS-SIG-KEYGEN-SALT-").into();
		loop {
			// HKDF (RFC 5869). L = ceil(3 · ceil(log2 r) / 16) = 48.
			let mut prk = hmac(&salt, &[ikm, &[0]]);
			let info = 48u16.to_be_bytes();
			let mut first = hmac(&prk, &[&info, &[1]]);
			let mut second = hmac(&prk, &[&first, &info, &[2]]);
			let mut okm = [0u8; 48];
			okm[..32].copy_from_slice(&first);
			okm[32..].copy_from_slice(&second[..16]);
			let key = Fr::from_be_bytes_mod_order(&okm);
			for bytes in [&mut prk[..], &mut first, &mut second, &mut okm] {
				wipe(bytes);
			}
			if !key.is_zero() {
				return Self(key);
			}
			salt = Sha256::digest(salt).into();
		}
	}

	/// A key as it was kept, big-endian; `None` if it is zero or not below the order of the group.
	pub fn from_bytes(bytes: &[u8; SECRET_KEY_BYTES]) -> Option<Self> {
		crate::groth16::field_from_be::<crate::Bls12381Plain>(bytes)
			.filter(|key| !key.is_zero())
			.map(Self)
	}

	/// To keep it: big-endian. Overwrite the bytes when they are written.
	pub fn to_bytes(&self) -> [u8; SECRET_KEY_BYTES] {
		let mut bytes = [0u8; SECRET_KEY_BYTES];
		bytes.copy_from_slice(&self.0.into_bigint().to_bytes_be());
		bytes
	}

	/// The public key (§2.4, SkToPk).
	pub fn public(&self) -> PublicKey {
		let mut bytes = [0u8; super::PUBLIC_KEY_BYTES];
		let point = (G2Affine::generator() * self.0).into_affine();
		point.serialize_compressed(&mut bytes[..]).expect("a point of G2 takes 96 bytes; qed");
		PublicKey(bytes)
	}

	/// Signs a message (§2.6, CoreSign).
	pub fn sign(&self, message: &[u8]) -> Signature {
		self.sign_with(message, SIGNATURE_DST)
	}

	/// Proves possession of the key (§3.3.2, PopProve).
	pub fn prove_possession(&self) -> Signature {
		self.sign_with(&self.public().0, POSSESSION_DST)
	}

	fn sign_with(&self, message: &[u8], dst: &[u8]) -> Signature {
		let hash = hash_to_g1(message, dst).expect("the isogeny maps every point; qed");
		let point = (G1Affine::new_unchecked(hash.x, hash.y) * self.0).into_affine();
		let mut bytes = [0u8; super::SIGNATURE_BYTES];
		point.serialize_compressed(&mut bytes[..]).expect("a point of G1 takes 48 bytes; qed");
		Signature(bytes)
	}
}

impl Drop for SecretKey {
	fn drop(&mut self) {
		zeroize(&mut self.0);
	}
}

/// Never shows the key.
impl core::fmt::Debug for SecretKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("SecretKey(…)")
	}
}

/// Fields bring `zeroize` with them.
fn zeroize<F: Field>(secret: &mut F) {
	secret.zeroize();
}

/// Overwrites, in a way that the compiler does not leave out.
fn wipe(bytes: &mut [u8]) {
	bytes.fill(0);
	core::hint::black_box(bytes);
}

/// HMAC with SHA-256 (RFC 2104), keys of one output of the hash.
fn hmac(key: &[u8; 32], message: &[&[u8]]) -> [u8; 32] {
	let pad = |with: u8| {
		let mut block = [with; 64];
		for (byte, of_key) in block.iter_mut().zip(key) {
			*byte ^= of_key;
		}
		block
	};
	let mut inner = Sha256::new_with_prefix(pad(0x36));
	for part in message {
		inner.update(part);
	}
	Sha256::new_with_prefix(pad(0x5c)).chain_update(inner.finalize()).finalize().into()
}
