//! BLS signatures over BLS12-381: draft-irtf-cfrg-bls-signature-05, minimal signature size, proofs of possession
//! (ciphersuite `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_`).
//!
//! Signatures are points of G1 (48 bytes), keys of G2 (96 bytes), both compressed. One aggregate stands for the signatures
//! of any number of signers over **one** message (§3.3.4, FastAggregateVerify), and is as dear to verify as a single one.
//!
//! - A key counts only after [`verify_possession`]: an aggregate says nothing about a key that was made from the keys of
//!   others ([`verify_aggregate`] cannot see that).
//! - A key is checked once. [`unpack`] gives the form in which it is kept: the sum of many is then one call of the host.
//! - Who counts signers counts keys, so whoever calls [`verify_aggregate`] sees to it that no key is named twice.

#[cfg(feature = "std")]
mod secret;

#[cfg(feature = "std")]
pub use secret::{SecretKey, SECRET_KEY_BYTES};

use crate::{hash::expand_message_xmd, point, Bls12381};
use alloc::vec::Vec;
use ark_bls12_381::{g1::Config as PlainG1Config, Fq, G1Projective as PlainG1};
use ark_ec::{
	hashing::{curve_maps::wb::WBMap, map_to_curve_hasher::MapToCurve},
	pairing::Pairing,
	AffineRepr, CurveGroup,
};
use ark_ff::{PrimeField, Zero};
use ark_serialize::CanonicalSerialize;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_crypto_ec_utils::bls12_381::{host_calls, G1Affine, G1Projective, G2Affine};

/// Bytes of a public key.
pub const PUBLIC_KEY_BYTES: usize = 96;
/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 48;
/// Bytes of an unpacked key.
pub const UNPACKED_BYTES: usize = 192;

/// Domain separation tag of signatures (§4.2.3).
pub const SIGNATURE_DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";
/// Domain separation tag of proofs of possession (§4.2.3). Another than that of signatures, so that no signature is a
/// proof.
pub const POSSESSION_DST: &[u8] = b"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// A point of G2, compressed. Not checked before it is used.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PublicKey(pub [u8; PUBLIC_KEY_BYTES]);

/// A point of G1, compressed. Not checked before it is used.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Signature(pub [u8; SIGNATURE_BYTES]);

/// A key that was checked, uncompressed. Only [`unpack`] makes them; decode them from where you yourself have put them,
/// and from nowhere else.
#[derive(
	Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Unpacked([u8; UNPACKED_BYTES]);

impl Unpacked {
	/// Its bytes.
	pub const fn as_bytes(&self) -> &[u8; UNPACKED_BYTES] {
		&self.0
	}
}

macro_rules! shown_in_hex {
	($($name:ident),+) => {$(
		impl core::fmt::Debug for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				f.write_str(concat!(stringify!($name), "("))?;
				for byte in &self.0 {
					write!(f, "{byte:02x}")?;
				}
				f.write_str(")")
			}
		}
	)+};
}
shown_in_hex!(PublicKey, Signature, Unpacked);

/// Why a signature was not accepted.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum BlsError {
	/// A key is not in its canonical encoding, not in the group, or the identity; or keys cancel each other.
	Key,
	/// A signature is not in its canonical encoding, not in the group, or the identity; or signatures cancel each other.
	Signature,
	/// The signature is not one of this message by these keys.
	Invalid,
	/// Nobody signed.
	NoSigners,
}

impl core::fmt::Display for BlsError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Key => "not a key, or keys that cancel each other",
			Self::Signature => "not a signature, or signatures that cancel each other",
			Self::Invalid => "the signature does not hold",
			Self::NoSigners => "nobody signed",
		})
	}
}

impl core::error::Error for BlsError {}

/// Whether the key signed the message (§2.7, CoreVerify).
pub fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), BlsError> {
	core_verify(key_point(key)?, message, signature, SIGNATURE_DST)
}

/// Whether whoever made the proof has the secret of the key (§3.3.3, PopVerify).
///
/// The proof is a signature over the key with a tag of its own. It binds nothing else: whoever sees it can show it again,
/// for the same key. Who registers a key for an account must have the account's consent by other means.
pub fn verify_possession(key: &PublicKey, proof: &Signature) -> Result<(), BlsError> {
	core_verify(key_point(key)?, &key.0, proof, POSSESSION_DST)
}

/// Checks a key (§2.5, KeyValidate), and gives it in the form that [`verify_aggregate`] takes. Says nothing about
/// possession.
pub fn unpack(key: &PublicKey) -> Result<Unpacked, BlsError> {
	let mut bytes = [0u8; UNPACKED_BYTES];
	key_point(key)?.serialize_uncompressed(&mut bytes[..]).map_err(|_| BlsError::Key)?;
	Ok(Unpacked(bytes))
}

/// Whether all these keys signed the message (§3.3.4, FastAggregateVerify).
///
/// Each key must have shown possession, and none may be there twice: both are the caller's to see to.
pub fn verify_aggregate(
	keys: &[Unpacked],
	message: &[u8],
	aggregate: &Signature,
) -> Result<(), BlsError> {
	if keys.is_empty() {
		return Err(BlsError::NoSigners);
	}
	core_verify(sum_of_keys(keys)?, message, aggregate, SIGNATURE_DST)
}

/// The sum of signatures (§2.8, Aggregate). Each must be a point of the group; whether it is a signature of anything is
/// not looked at.
pub fn aggregate(signatures: &[Signature]) -> Result<Signature, BlsError> {
	if signatures.is_empty() {
		return Err(BlsError::NoSigners);
	}
	let mut sum = G1Projective::zero();
	for signature in signatures {
		sum += signature_point(signature)?;
	}
	if sum.is_zero() {
		return Err(BlsError::Signature);
	}
	let mut bytes = [0u8; SIGNATURE_BYTES];
	sum.into_affine().serialize_compressed(&mut bytes[..]).map_err(|_| BlsError::Signature)?;
	Ok(Signature(bytes))
}

fn key_point(key: &PublicKey) -> Result<G2Affine, BlsError> {
	point::decode(&key.0).map_err(|_| BlsError::Key)
}

fn signature_point(signature: &Signature) -> Result<G1Affine, BlsError> {
	point::decode(&signature.0).map_err(|_| BlsError::Signature)
}

/// `e(signature, −G2) · e(H(message), key) = 1`, as one product of pairings.
fn core_verify(
	key: G2Affine,
	message: &[u8],
	signature: &Signature,
	dst: &[u8],
) -> Result<(), BlsError> {
	let signature = signature_point(signature)?;
	let hash = hash_to_g1(message, dst).ok_or(BlsError::Invalid)?;
	let loops = Bls12381::multi_miller_loop([signature, hash], [-G2Affine::generator(), key]);
	// The host refuses to exponentiate zero, and the glue would panic.
	if loops.0.is_zero() {
		return Err(BlsError::Invalid);
	}
	match Bls12381::final_exponentiation(loops) {
		Some(product) if product.is_zero() => Ok(()),
		_ => Err(BlsError::Invalid),
	}
}

/// `hash_to_curve` of RFC 9380, suite `BLS12381G1_XMD:SHA-256_SSWU_RO_` (§8.8.1).
///
/// The map to the curve is plain arithmetic, because the types of the host functions have none; the cofactor is cleared by
/// the host. `None` never happens: the isogeny maps every point.
pub(crate) fn hash_to_g1(message: &[u8], dst: &[u8]) -> Option<G1Affine> {
	// Two elements of the base field, of L = 64 bytes each.
	let uniform = expand_message_xmd::<128>(message, dst);
	let (first, second) = uniform.split_at(64);
	let map = |bytes: &[u8]| {
		let element = Fq::from_be_bytes_mod_order(bytes);
		<WBMap<PlainG1Config> as MapToCurve<PlainG1>>::map_to_curve(element).ok()
	};
	let sum = (map(first)? + map(second)?).into_affine();
	// On the curve, though not yet in the subgroup. The identity is (0, 0) for either type.
	Some(G1Affine::new_unchecked(sum.x, sum.y).clear_cofactor())
}

/// The sum of keys, by one call of the host on the bytes as they are kept: unpacking each here would cost more than the
/// sum itself.
fn sum_of_keys(keys: &[Unpacked]) -> Result<G2Affine, BlsError> {
	// A vector in arkworks' format: its length in eight bytes, little-endian, and its elements; scalars in 32 bytes.
	let count = (keys.len() as u64).to_le_bytes();
	let mut points = Vec::with_capacity(count.len() + keys.len() * UNPACKED_BYTES);
	points.extend_from_slice(&count);
	let mut ones = Vec::with_capacity(count.len() + keys.len() * 32);
	ones.extend_from_slice(&count);
	let mut one = [0u8; 32];
	one[0] = 1;
	for key in keys {
		points.extend_from_slice(&key.0);
		ones.extend_from_slice(&one);
	}
	let mut sum = [0u8; UNPACKED_BYTES];
	host_calls::bls12_381_msm_g2(&points, &ones, &mut sum).map_err(|_| BlsError::Key)?;
	let sum = point::decode_unpacked::<G2Affine>(&sum).ok_or(BlsError::Key)?;
	// Cheap, and all it takes to see bytes that never were a key.
	if sum.is_on_curve() {
		Ok(sum)
	} else {
		Err(BlsError::Key)
	}
}
