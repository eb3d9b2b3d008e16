//! Keys of the simulator: from seeds, or fixed. They are public, so what they sign proves nothing.

use super::der::{bits, integer, oid, sequence, tlv};
use crate::crypto::sha256;
use alloc::{vec, vec::Vec};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::{
	pkcs1::DecodeRsaPrivateKey,
	rand_core::{CryptoRng, Error as RngError, RngCore},
	traits::PublicKeyParts,
	Pss, RsaPrivateKey,
};
use sha2::{Digest, Sha256, Sha384};

/// A key that signs certificates, lists, statements or evidence.
#[derive(Clone, Debug)]
pub enum SimKey {
	/// P-256 with SHA-256.
	P256(p256::ecdsa::SigningKey),
	/// P-384 with SHA-384.
	P384(p384::ecdsa::SigningKey),
	/// RSA-4096 with PSS and SHA-384.
	Rsa(alloc::boxed::Box<RsaPrivateKey>),
}

/// The fixed RSA keys: making one takes long.
#[derive(Clone, Copy, Debug)]
pub enum RsaSlot {
	/// AMD root key.
	Ark,
	/// AMD signing key, for chips.
	Ask,
	/// AMD signing key, for cloud providers.
	Asvk,
}

/// Stretches a label to a scalar below the order of both curves.
fn scalar<const N: usize>(seed: &[u8], label: &str) -> [u8; N] {
	let mut out = [0; N];
	for (index, chunk) in out.chunks_mut(32).enumerate() {
		let digest = sha256(&[seed, label.as_bytes(), &[index as u8]].concat());
		for (to, from) in chunk.iter_mut().zip(digest) {
			*to = from;
		}
	}
	// Below the order, whatever the digest; never zero.
	if let [first, .., last] = &mut out[..] {
		*first &= 0x7f;
		*last |= 1;
	}
	out
}

impl SimKey {
	/// A P-256 key.
	#[allow(clippy::expect_used)] // a scalar below the order is a key
	pub fn p256(seed: &[u8], label: &str) -> Self {
		let scalar: [u8; 32] = scalar(seed, label);
		Self::P256(p256::ecdsa::SigningKey::from_slice(&scalar).expect("below the order; qed"))
	}

	/// A P-384 key.
	#[allow(clippy::expect_used)] // a scalar below the order is a key
	pub fn p384(seed: &[u8], label: &str) -> Self {
		let scalar: [u8; 48] = scalar(seed, label);
		Self::P384(p384::ecdsa::SigningKey::from_slice(&scalar).expect("below the order; qed"))
	}

	/// One of the fixed RSA keys.
	#[allow(clippy::expect_used)] // the files are part of this crate
	pub fn rsa(slot: RsaSlot) -> Self {
		let der: &[u8] = match slot {
			RsaSlot::Ark => include_bytes!("keys/ark.der"),
			RsaSlot::Ask => include_bytes!("keys/ask.der"),
			RsaSlot::Asvk => include_bytes!("keys/asvk.der"),
		};
		Self::Rsa(RsaPrivateKey::from_pkcs1_der(der).expect("well-formed; qed").into())
	}

	/// x ‖ y of a key on a curve; nothing for RSA.
	pub fn point(&self) -> Vec<u8> {
		let sec1 = match self {
			Self::P256(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
			Self::P384(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
			Self::Rsa(_) => vec![],
		};
		sec1.get(1..).unwrap_or_default().to_vec()
	}

	/// Public key info.
	pub fn spki(&self) -> Vec<u8> {
		const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
		const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
		const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
		const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
		let point = || bits(&[&[4], &self.point()[..]].concat());
		match self {
			Self::P256(_) => sequence(&[sequence(&[oid(EC), oid(P256)]), point()]),
			Self::P384(_) => sequence(&[sequence(&[oid(EC), oid(P384)]), point()]),
			Self::Rsa(key) => {
				let key =
					sequence(&[integer(&key.n().to_bytes_be()), integer(&key.e().to_bytes_be())]);
				sequence(&[sequence(&[oid(RSA), tlv(0x05, &[])]), bits(&key)])
			},
		}
	}

	/// Algorithm identifier of signatures by this key.
	pub fn algorithm(&self) -> Vec<u8> {
		const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
		const PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
		const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
		const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
		let with = |arc: u8| sequence(&[oid(&[ECDSA, &[arc]].concat())]);
		match self {
			Self::P256(_) => with(2),
			Self::P384(_) => with(3),
			Self::Rsa(_) => {
				let hash = sequence(&[oid(SHA384), tlv(0x05, &[])]);
				let mask = sequence(&[oid(MGF1), hash.clone()]);
				sequence(&[
					oid(PSS),
					sequence(&[
						tlv(0xa0, &hash),
						tlv(0xa1, &mask),
						tlv(0xa2, &integer(&[48])),
						tlv(0xa3, &integer(&[1])),
					]),
				])
			},
		}
	}

	/// r ‖ s, big-endian; for RSA the plain signature.
	#[allow(clippy::expect_used)] // digests have the length that the curve demands
	pub fn sign_raw(&self, message: &[u8]) -> Vec<u8> {
		match self {
			Self::P256(key) => {
				let signature: p256::ecdsa::Signature =
					key.sign_prehash(&Sha256::digest(message)).expect("a digest signs; qed");
				signature.to_bytes().to_vec()
			},
			Self::P384(key) => {
				let signature: p384::ecdsa::Signature =
					key.sign_prehash(&Sha384::digest(message)).expect("a digest signs; qed");
				signature.to_bytes().to_vec()
			},
			Self::Rsa(key) => {
				let digest = Sha384::digest(message);
				let mut random = Salt(sha256(message), 0);
				key.sign_with_rng(&mut random, Pss::new_with_salt::<Sha384>(48), &digest)
					.expect("the key is long enough; qed")
			},
		}
	}

	/// As certificates carry it: DER for ECDSA.
	pub fn sign_x509(&self, message: &[u8]) -> Vec<u8> {
		let raw = self.sign_raw(message);
		match self {
			Self::Rsa(_) => raw,
			Self::P256(_) | Self::P384(_) => {
				let (r, s) = raw.split_at(raw.len() / 2);
				sequence(&[integer(r), integer(s)])
			},
		}
	}
}

/// Salt from a counter: the simulator has to be deterministic, and its keys are public anyway.
struct Salt([u8; 32], u64);

impl RngCore for Salt {
	fn next_u32(&mut self) -> u32 {
		self.next_u64() as u32
	}

	fn next_u64(&mut self) -> u64 {
		let mut bytes = [0; 8];
		self.fill_bytes(&mut bytes);
		u64::from_le_bytes(bytes)
	}

	fn fill_bytes(&mut self, dest: &mut [u8]) {
		for chunk in dest.chunks_mut(32) {
			self.1 = self.1.wrapping_add(1);
			let digest = sha256(&[&self.0[..], &self.1.to_le_bytes()].concat());
			for (to, from) in chunk.iter_mut().zip(digest) {
				*to = from;
			}
		}
	}

	fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), RngError> {
		self.fill_bytes(dest);
		Ok(())
	}
}

impl CryptoRng for Salt {}
