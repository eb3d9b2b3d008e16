//! Signatures: ECDSA on P-256 and P-384; RSASSA-PSS with 4096 bits, and for TPMs RSA with 2048. Verification only.

use crate::{curve::joint_product, error::stored, Error, Part};
use bounded_collections::{BoundedVec, ConstU32};
use p256::elliptic_curve::ops::Reduce;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
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

/// ECDSA verification (FIPS 186-5 §6.4.2) on one of the curves.
macro_rules! ecdsa {
	($(#[$doc:meta])* $name:ident, $curve:ident, $uint:ident, $hash:ty, $bytes:literal, $odd:literal) => {
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
				FieldElement, Scalar,
			};
			/// Odd multiples of the generator.
			const ODD: &[u8] = include_bytes!($odd);
			// Decoding checks that the point lies on the curve and is not the identity.
			VerifyingKey::from_sec1_bytes(&[&[4], &point[..]].concat())
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
			let (x, y) = point.split_at($bytes / 2);
			let sum = joint_product::<FieldElement>(
				&(z * *inverse).to_bytes(),
				ODD,
				&(*r * *inverse).to_bytes(),
				(x, y),
			);
			let order_less_one = (-Scalar::ONE).to_bytes();
			if sum.is_some_and(|sum| sum.has_x(&r.to_bytes(), &order_less_one)) {
				Ok(())
			} else {
				Err(Error::BadSignature(part))
			}
		}
	};
}

ecdsa!(
	/// ECDSA on P-256 with SHA-256.
	verify_p256, p256, U256, Sha256, 64, "curve/p256.bin"
);
ecdsa!(
	/// ECDSA on P-384 with SHA-384.
	verify_p384, p384, U384, Sha384, 96, "curve/p384.bin"
);

/// Decompression and plain checks on one of the curves, for keys and signatures that no certificate carries.
macro_rules! plain {
	($curve:ident, $verify:ident, $raw:ident, $decompress:ident, $bytes:literal, $compressed:literal, $name:literal) => {
		#[doc = concat!("Whether `signature`, r ‖ s big-endian, is one over `message` by the ", $name, " key `point`, x ‖ y.")]
		///
		/// Both values of s count, as FIPS 186-5 has it: never tell two messages apart by their signatures.
		pub fn $raw(point: &[u8; $bytes], message: &[u8], signature: &[u8; $bytes]) -> bool {
			$verify(point, message, Signature::Raw(signature), Part::Evidence).is_ok()
		}

		#[doc = concat!("x ‖ y of a ", $name, " key in the compressed form of SEC 1 (02 or 03, x); `None` for anything else.")]
		pub fn $decompress(compressed: &[u8; $compressed]) -> Option<[u8; $bytes]> {
			// The curve crate also reads form 05, which leaves the sign of y to a rule.
			let ([2 | 3], _) = compressed.split_first_chunk::<1>()? else {
				return None;
			};
			let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(compressed).ok()?;
			let point = key.to_encoded_point(false);
			let (_, coordinates) = point.as_bytes().split_first()?;
			coordinates.try_into().ok()
		}
	};
}

plain!(p256, verify_p256, verify_p256_raw, decompress_p256, 64, 33, "P-256");
plain!(p384, verify_p384, verify_p384_raw, decompress_p384, 96, 49, "P-384");

/// An RSA key of exactly `len` bytes, with the one exponent that counts here.
fn rsa_key(modulus: &[u8], len: usize, part: Part) -> Result<RsaPublicKey, Error> {
	if modulus.len() != len || modulus.first().is_none_or(|byte| *byte < 0x80) {
		return Err(Error::BadKey(part));
	}
	RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from(RSA_EXPONENT))
		.map_err(|_| Error::BadKey(part))
}

/// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes.
fn verify_pss(modulus: &[u8], message: &[u8], signature: &[u8], part: Part) -> Result<(), Error> {
	let key = rsa_key(modulus, RSA_BYTES, part)?;
	if signature.len() != RSA_BYTES {
		return Err(Error::BadSignature(part));
	}
	key.verify(Pss::new_with_salt::<Sha384>(48), &Sha384::digest(message), signature)
		.map_err(|_| Error::BadSignature(part))
}

/// RSASSA-PSS with SHA-256, MGF1 with SHA-256, 2048 bits, salt of 32 bytes or as long as fits.
pub(crate) fn verify_pss_2048(
	modulus: &[u8; 256],
	message: &[u8],
	signature: &[u8],
	part: Part,
) -> Result<(), Error> {
	/// 256 bytes without a digest and two bytes of framing.
	const LONGEST_SALT: usize = 256 - 32 - 2;
	let key = rsa_key(modulus, modulus.len(), part)?;
	let digest = Sha256::digest(message);
	let verifies =
		|salt| key.verify(Pss::new_with_salt::<Sha256>(salt), &digest, signature).is_ok();
	if signature.len() == modulus.len() && (verifies(32) || verifies(LONGEST_SALT)) {
		Ok(())
	} else {
		Err(Error::BadSignature(part))
	}
}

/// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
pub(crate) fn verify_rsa_ssa_2048(
	modulus: &[u8; 256],
	message: &[u8],
	signature: &[u8],
	part: Part,
) -> Result<(), Error> {
	/// `DigestInfo` of SHA-256 up to the digest (RFC 8017 §9.2).
	const PREFIX: [u8; 19] = [
		0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0x04, 0x20,
	];
	let key = rsa_key(modulus, modulus.len(), part)?;
	let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: PREFIX.into() };
	if signature.len() != modulus.len() {
		return Err(Error::BadSignature(part));
	}
	key.verify(scheme, &Sha256::digest(message), signature).map_err(|_| Error::BadSignature(part))
}

#[cfg(test)]
mod tests {
	use super::*;
	use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};

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

	/// The order of P-256, big-endian.
	const ORDER: [u8; 32] = [
		0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
		0x25, 0x51,
	];

	#[test]
	fn plain_checks_should_say_what_the_verifier_says() {
		let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
		let point: [u8; 96] =
			key.verifying_key().to_encoded_point(false).as_bytes()[1..].try_into().unwrap();
		let signature: p384::ecdsa::Signature =
			key.sign_prehash(&Sha384::digest(b"message")).unwrap();
		let signature: [u8; 96] = signature.to_bytes()[..].try_into().unwrap();
		assert!(verify_p384_raw(&point, b"message", &signature));
		assert!(!verify_p384_raw(&point, b"massage", &signature));
		assert!(!verify_p384_raw(&[1; 96], b"message", &signature));

		let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
		let point: [u8; 64] =
			key.verifying_key().to_encoded_point(false).as_bytes()[1..].try_into().unwrap();
		let signature: p256::ecdsa::Signature =
			key.sign_prehash(&Sha256::digest(b"message")).unwrap();
		let good: [u8; 64] = signature.to_bytes()[..].try_into().unwrap();
		assert!(verify_p256_raw(&point, b"message", &good));
		// r or s zero, equal to the order, or above it; written with the order added they would be the same scalars.
		for half in [0..32, 32..64] {
			for value in [[0; 32], ORDER, [0xff; 32]] {
				let mut bad = good;
				bad[half.clone()].copy_from_slice(&value);
				assert!(!verify_p256_raw(&point, b"message", &bad));
			}
		}
		assert!(!verify_p256_raw(&[0; 64], b"message", &good));
	}

	#[test]
	fn a_signature_that_leads_to_the_point_at_infinity_should_be_refused() {
		use p256::{elliptic_curve::PrimeField, Scalar};
		// z·G + r·Q is the identity for Q = −(z/r)·G, whatever s is.
		let message = b"message";
		let z = <Scalar as Reduce<p256::U256>>::reduce_bytes(&Sha256::digest(message));
		for number in 1..20u64 {
			let r = Scalar::from(number);
			let secret = -(z * r.invert().unwrap());
			let key = p256::ecdsa::SigningKey::from_bytes(&secret.to_repr()).unwrap();
			let point: [u8; 64] =
				key.verifying_key().to_encoded_point(false).as_bytes()[1..].try_into().unwrap();
			let mut signature = [0; 64];
			signature[..32].copy_from_slice(&r.to_repr());
			signature[63] = 1;
			assert!(!verify_p256_raw(&point, message, &signature));
		}
	}

	#[test]
	fn keys_should_be_decompressed_only_from_the_form_with_a_sign() {
		for seed in 1..30u8 {
			let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap();
			let short: [u8; 33] =
				key.verifying_key().to_encoded_point(true).as_bytes().try_into().unwrap();
			let full: [u8; 64] =
				key.verifying_key().to_encoded_point(false).as_bytes()[1..].try_into().unwrap();
			assert_eq!(decompress_p256(&short), Some(full));
			let mut other = short;
			other[0] ^= 1;
			let negative = decompress_p256(&other).unwrap();
			assert_eq!(negative[..32], full[..32]);
			assert_ne!(negative[32..], full[32..]);
			for form in [0, 1, 4, 5, 6, 7, 0x82] {
				other[0] = form;
				assert_eq!(decompress_p256(&other), None, "form {form}");
			}
		}
		for seed in 1..10u8 {
			let key = p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap();
			let short: [u8; 49] =
				key.verifying_key().to_encoded_point(true).as_bytes().try_into().unwrap();
			let full: [u8; 96] =
				key.verifying_key().to_encoded_point(false).as_bytes()[1..].try_into().unwrap();
			assert_eq!(decompress_p384(&short), Some(full));
			assert_eq!(decompress_p384(&[&[5], &short[1..]].concat().try_into().unwrap()), None);
		}
		// x beyond the field, and an x of no point.
		assert_eq!(decompress_p256(&[&[2], &[0xff; 32][..]].concat().try_into().unwrap()), None);
		let points = (0..64u8)
			.filter(|x| {
				let mut short = [0; 33];
				(short[0], short[32]) = (2, *x);
				decompress_p256(&short).is_some()
			})
			.count();
		assert!((16..48).contains(&points), "about half of all x are of points: {points}");
	}
}
