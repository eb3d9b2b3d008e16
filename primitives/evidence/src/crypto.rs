//! Signatures: ECDSA on P-256 and P-384, RSASSA-PSS with 4096 bits. Verification only.

use crate::{error::stored, Error, Part};
use bounded_collections::{BoundedVec, ConstU32};
use p256::elliptic_curve::{ops::Reduce, point::AffineCoordinates, Group};
use sha2::{Digest, Sha256, Sha384};

/// Exponent of every RSA key accepted here.
const RSA_EXPONENT: u32 = 65_537;
/// Bytes of the modulus of every RSA key accepted here.
pub const RSA_BYTES: usize = 512;

stored! {
	/// A public key, decoded once and stored without its certificate.
	pub enum PublicKey {
		/// P-256: x ‖ y. Signs with SHA-256.
		P256([u8; 64]),
		/// P-384: x ‖ y. Signs with SHA-384.
		P384([u8; 96]),
		/// Modulus of an RSA key of 4096 bits with exponent 65537. Signs with PSS, SHA-384, salt of 48 bytes.
		Rsa4096(BoundedVec<u8, ConstU32<512>>),
	}
}

/// A signature in one of the encodings that the vendors use.
#[derive(Clone, Copy, Debug)]
pub enum Signature<'a> {
	/// DER for ECDSA, plain bytes for RSA: as certificates and revocation lists carry it.
	X509(&'a [u8]),
	/// r ‖ s, big-endian: quotes, TCB info, COSE.
	Raw(&'a [u8]),
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}

impl PublicKey {
	/// Verifies `signature` over `message` with the one algorithm that goes with this kind of key.
	pub fn verify(
		&self,
		message: &[u8],
		signature: Signature<'_>,
		part: Part,
	) -> Result<(), Error> {
		match self {
			Self::P256(point) => verify_p256(point, message, signature, part),
			Self::P384(point) => verify_p384(point, message, signature, part),
			Self::Rsa4096(modulus) => match signature {
				Signature::X509(bytes) => verify_pss(modulus, message, bytes, part),
				Signature::Raw(_) => Err(Error::BadKey(part)),
			},
		}
	}
}

/// `a·p + b·q` for big-endian scalars of the same length, both at once, two bits of each per step.
///
/// The curve crates compute two products one after the other in constant time. Nothing is secret here, and
/// one run over both scalars saves half of the doublings, which is most of the cost of a verification.
fn lincomb<P: Group>(a: &[u8], p: P, b: &[u8], q: P) -> P {
	// Entry 4·i + j is i·p + j·q.
	let mut table = [P::identity(); 16];
	let mut row = P::identity();
	for entries in table.chunks_mut(4) {
		let mut entry = row;
		for slot in entries {
			*slot = entry;
			entry += q;
		}
		row += p;
	}
	let mut sum = P::identity();
	for (a, b) in a.iter().zip(b) {
		for shift in [6, 4, 2, 0] {
			sum = sum.double().double();
			let index = usize::from(((a >> shift) & 3) << 2 | (b >> shift) & 3);
			if let Some(entry) = table.get(index).filter(|_| index > 0) {
				sum += entry;
			}
		}
	}
	sum
}

/// ECDSA verification (FIPS 186-5 §6.4.2) on one of the curves.
macro_rules! ecdsa {
	($(#[$doc:meta])* $name:ident, $curve:ident, $uint:ident, $hash:ty, $bytes:literal) => {
		$(#[$doc])*
		pub fn $name(
			point: &[u8; $bytes],
			message: &[u8],
			signature: Signature<'_>,
			part: Part,
		) -> Result<(), Error> {
			use $curve::{
				ecdsa::{Signature as Ecdsa, VerifyingKey},
				elliptic_curve::{bigint::$uint, ops::Invert},
				ProjectivePoint, Scalar,
			};
			// Decoding checks that the point lies on the curve and is not the identity.
			let key = VerifyingKey::from_sec1_bytes(&[&[4], &point[..]].concat())
				.map_err(|_| Error::BadKey(part))?;
			// Decoding checks that r and s are neither zero nor too large.
			let (r, s) = match signature {
				Signature::X509(der) => Ecdsa::from_der(der),
				Signature::Raw(raw) => Ecdsa::from_slice(raw),
			}
			.map_err(|_| Error::BadSignature(part))?
			.split_scalars();
			let z = <Scalar as Reduce<$uint>>::reduce_bytes(&<$hash>::digest(message));
			let inverse = s.invert_vartime();
			let sum = lincomb(
				&(z * *inverse).to_bytes(),
				ProjectivePoint::GENERATOR,
				&(*r * *inverse).to_bytes(),
				ProjectivePoint::from(*key.as_affine()),
			);
			// The identity has no x; as r is not zero, taking it for zero refuses it.
			if <Scalar as Reduce<$uint>>::reduce_bytes(&sum.to_affine().x()) == *r {
				Ok(())
			} else {
				Err(Error::BadSignature(part))
			}
		}
	};
}

ecdsa!(
	/// ECDSA on P-256 with SHA-256.
	verify_p256, p256, U256, Sha256, 64
);
ecdsa!(
	/// ECDSA on P-384 with SHA-384.
	verify_p384, p384, U384, Sha384, 96
);

/// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes.
fn verify_pss(modulus: &[u8], message: &[u8], signature: &[u8], part: Part) -> Result<(), Error> {
	use rsa::{BigUint, Pss, RsaPublicKey};
	if modulus.len() != RSA_BYTES || modulus.first().is_none_or(|byte| *byte < 0x80) {
		return Err(Error::BadKey(part));
	}
	if signature.len() != RSA_BYTES {
		return Err(Error::BadSignature(part));
	}
	RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from(RSA_EXPONENT))
		.map_err(|_| Error::BadKey(part))?
		.verify(Pss::new_with_salt::<Sha384>(48), &Sha384::digest(message), signature)
		.map_err(|_| Error::BadSignature(part))
}

#[cfg(test)]
mod tests {
	use super::*;
	use p256::{
		ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier},
		ProjectivePoint, Scalar,
	};

	fn scalars() -> [Scalar; 6] {
		let big =
			|label: &[u8]| <Scalar as Reduce<p256::U256>>::reduce_bytes(&sha256(label).into());
		[Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(3u64), big(b"one"), big(b"two")]
	}

	#[test]
	fn the_joint_product_is_the_sum_of_both_products() {
		let g = ProjectivePoint::GENERATOR;
		let points = [g, -g, g.double(), ProjectivePoint::IDENTITY, g * scalars()[4]];
		for p in points {
			for q in points {
				for a in scalars() {
					for b in scalars() {
						let found = lincomb(&a.to_bytes(), p, &b.to_bytes(), q);
						assert_eq!(found, p * a + q * b);
					}
				}
			}
		}
	}

	#[test]
	fn verdicts_are_those_of_the_curve_crate() {
		let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
		let sec1 = key.verifying_key().to_encoded_point(false);
		let point: [u8; 64] = sec1.as_bytes()[1..].try_into().unwrap();
		let mut accepted = 0;
		for round in 0..300u32 {
			let message = round.to_le_bytes();
			let signature: p256::ecdsa::Signature =
				key.sign_prehash(&Sha256::digest(message)).unwrap();
			let mut raw = signature.to_bytes();
			let choice = sha256(&message);
			match choice[0] % 4 {
				0 => {},
				// The other s with the same r: ECDSA accepts it.
				1 => {
					let (r, s) = signature.split_scalars();
					raw = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap().to_bytes();
				},
				_ => raw[usize::from(choice[1] % 64)] ^= 1 << (choice[2] % 8),
			}
			let expected = p256::ecdsa::Signature::from_slice(&raw).is_ok_and(|signature| {
				key.verifying_key().verify_prehash(&Sha256::digest(message), &signature).is_ok()
			});
			let found = verify_p256(&point, &message, Signature::Raw(&raw), Part::Evidence);
			assert_eq!(found.is_ok(), expected, "round {round}");
			accepted += u32::from(expected);
		}
		assert!((100..200).contains(&accepted), "{accepted}");
	}

	#[test]
	fn keys_off_the_curve_and_signatures_of_other_lengths_are_refused() {
		let part = Part::Evidence;
		assert_eq!(
			verify_p256(&[0; 64], b"", Signature::Raw(&[1; 64]), part),
			Err(Error::BadKey(part))
		);
		assert_eq!(
			verify_p384(&[0; 96], b"", Signature::Raw(&[1; 96]), part),
			Err(Error::BadKey(part))
		);
		let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
		let sec1 = key.verifying_key().to_encoded_point(false);
		let point: [u8; 64] = sec1.as_bytes()[1..].try_into().unwrap();
		for signature in [&[][..], &[1; 63], &[1; 65], &[0; 64], &[0xff; 64]] {
			assert_eq!(
				verify_p256(&point, b"", Signature::Raw(signature), part),
				Err(Error::BadSignature(part))
			);
		}
		let short = PublicKey::Rsa4096(BoundedVec::truncate_from(alloc::vec![0xff; 511]));
		assert_eq!(short.verify(b"", Signature::X509(&[1; 512]), part), Err(Error::BadKey(part)));
		let even = PublicKey::Rsa4096(BoundedVec::truncate_from(alloc::vec![0xfe; 512]));
		assert!(even.verify(b"", Signature::X509(&[1; 512]), part).is_err());
	}
}
