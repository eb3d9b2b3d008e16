//! Decentralized identifiers (W3C DID Core 1.0), and the keys that `did:key` identifiers are made of (The did:key
//! Method v0.7, W3C Credentials Community Group).
//!
//! An identifier of the method `key` is its own proof of what it stands for: `did:key:` and the multibase base58btc
//! text (`z…`) of a multicodec code and a public key. It is read here, on chain; all other methods need somebody who
//! looks them up.
//!
//! | code | key | bytes | begins with | signature |
//! |---|---|---|---|---|
//! | `0xed` | Ed25519 | 32 | `z6Mk` | RFC 8032, 64 bytes |
//! | `0x1200` | P-256, compressed | 33 | `zDn` | ECDSA with SHA-256, r ‖ s, 64 bytes |
//! | `0x1201` | P-384, compressed | 49 | `z82` | ECDSA with SHA-384, r ‖ s, 96 bytes |
//!
//! Every other code (secp256k1 `0xe7`, RSA `0x1205`, P-521 `0x1202`, X25519 `0xec`, …) is refused by its number.
//!
//! **One key, one text.** Base58 is a bijection between texts and bytes, the code has to be in its shortest form, the
//! key has exactly the length that goes with its code, and points of the NIST curves come in compressed form only. So
//! what is read is what [`DidKey::to_did`] writes, and two texts never stand for one key. The specification's optional
//! version (`did:key:1.1:z…`) would be a second text for the same key, and is refused.
//!
//! **Which keys.** P-256 and P-384 keys are points of the curve, as decompression finds out. An Ed25519 key has to be
//! a reduced y coordinate and none of small order: those verify one signature over many messages. Whether y
//! belongs to a point at all is found out by the first signature; a key that is none verifies nothing.

use crate::Hash;
use alloc::{format, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_attestation::crypto::{
	decompress_p256, decompress_p384, verify_p256_raw, verify_p384_raw,
};
use core::fmt;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::ed25519;

/// Longest identifier that is read, in bytes: a `did:key` with an RSA key of 2048 bits still gets its proper refusal.
pub const MAX_DID_BYTES: u32 = 384;
/// Longest name of a method, in bytes.
pub const MAX_METHOD_BYTES: u32 = 32;
/// Longest signature of a [`DidKey`], in bytes.
pub const MAX_SIGNATURE_BYTES: u32 = 96;
/// The method whose identifiers are keys.
const KEY_METHOD: &[u8] = b"key";

/// Prefix of identifiers that are keys.
const KEY_PREFIX: &str = "did:key:";
/// Multibase prefix of base58btc.
const BASE58BTC: char = 'z';
/// Multicodec codes (<https://github.com/multiformats/multicodec/blob/master/table.csv>).
const ED25519_CODE: u64 = 0xed;
const P256_CODE: u64 = 0x1200;
const P384_CODE: u64 = 0x1201;
/// Longest unsigned varint, in bytes (multiformats).
const MAX_VARINT_BYTES: usize = 9;

/// Why a text is not a [`Did`], or a [`Did`] not a [`DidKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DidError {
	/// More than [`MAX_DID_BYTES`].
	TooLong,
	/// Not of the form `did:method:identifier`, with a method of a–z 0–9 of at most [`MAX_METHOD_BYTES`].
	Syntax,
	/// The method is not `key`.
	NotAKey,
	/// What follows `did:key:` is not `z` and base58btc.
	NotBase58,
	/// The code of the key's kind is cut off, too long, or not in its shortest form.
	BadCode,
	/// A kind of key that is not known here: its multicodec code.
	UnsupportedKey(u64),
	/// The key has not the length that goes with its kind.
	KeyLength(usize),
	/// The bytes are no point of the curve in compressed form, or not the shortest form of one.
	NotAPoint,
	/// A key of small order: its signatures prove nothing.
	WeakKey,
}

impl fmt::Display for DidError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong => write!(f, "an identifier has at most {MAX_DID_BYTES} bytes"),
			Self::Syntax => write!(f, "an identifier is written did:method:identifier"),
			Self::NotAKey => write!(f, "only identifiers that begin with did:key: are keys"),
			Self::NotBase58 => write!(f, "after did:key: there has to be z and base58btc"),
			Self::BadCode => write!(f, "the code of the key's kind is malformed"),
			Self::UnsupportedKey(code) => write!(
				f,
				"keys of kind {code:#x} are not supported: Ed25519 (0xed), P-256 (0x1200), P-384 (0x1201) are"
			),
			Self::KeyLength(found) => write!(f, "{found} bytes are not a key of that kind"),
			Self::NotAPoint => write!(f, "the key is no point of its curve"),
			Self::WeakKey => write!(f, "the key is of small order"),
		}
	}
}

/// Name of a method, as `web` in `did:web:example.org`: 1 to 32 characters a–z 0–9.
#[derive(
	Clone,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DidMethod(pub BoundedVec<u8, ConstU32<MAX_METHOD_BYTES>>);

impl DidMethod {
	/// Reads a name.
	pub fn parse(text: &str) -> Option<Self> {
		let method = Self(BoundedVec::try_from(text.as_bytes().to_vec()).ok()?);
		method.is_valid().then_some(method)
	}

	/// Decoded names come from outside: only a valid one may be stored.
	pub fn is_valid(&self) -> bool {
		is_method(&self.0)
	}

	/// Whether it is the method whose identifiers are keys.
	pub fn is_key(&self) -> bool {
		self.0.as_slice() == KEY_METHOD
	}

	/// The name as text.
	pub fn to_text(&self) -> String {
		String::from_utf8_lossy(&self.0).into_owned()
	}
}

impl fmt::Debug for DidMethod {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?}", self.to_text())
	}
}

/// `method-name` of DID Core §3.1.
fn is_method(bytes: &[u8]) -> bool {
	!bytes.is_empty()
		&& bytes.len() <= MAX_METHOD_BYTES as usize
		&& bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// `method-specific-id` of DID Core §3.1: parts between colons, of which the last is not empty.
fn is_identifier(bytes: &[u8]) -> bool {
	if bytes.last().is_none_or(|byte| *byte == b':') {
		return false;
	}
	let mut rest = bytes.iter();
	while let Some(byte) = rest.next() {
		let fits = match byte {
			b'.' | b'-' | b'_' | b':' => true,
			b'%' => {
				let mut hex = || rest.next().is_some_and(u8::is_ascii_hexdigit);
				hex() && hex()
			},
			other => other.is_ascii_alphanumeric(),
		};
		if !fits {
			return false;
		}
	}
	true
}

/// A decentralized identifier, without path, query and fragment.
#[derive(
	Clone,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Did(pub BoundedVec<u8, ConstU32<MAX_DID_BYTES>>);

impl Did {
	/// Reads an identifier of any method. The length is looked at before anything else.
	pub fn parse(text: &str) -> Result<Self, DidError> {
		if text.len() > MAX_DID_BYTES as usize {
			return Err(DidError::TooLong);
		}
		let did =
			Self(BoundedVec::try_from(text.as_bytes().to_vec()).map_err(|_| DidError::TooLong)?);
		did.parts().map(|_| ()).ok_or(DidError::Syntax)?;
		Ok(did)
	}

	/// Method and method-specific identifier.
	fn parts(&self) -> Option<(&[u8], &[u8])> {
		let rest = self.0.strip_prefix(b"did:")?;
		let colon = rest.iter().position(|byte| *byte == b':')?;
		let (method, identifier) = rest.split_at_checked(colon)?;
		let identifier = identifier.strip_prefix(b":")?;
		(is_method(method) && is_identifier(identifier)).then_some((method, identifier))
	}

	/// The method, unless the identifier is one that [`Did::parse`] would refuse. Decoded identifiers come from
	/// outside: only one that has a method may be stored.
	pub fn method(&self) -> Option<DidMethod> {
		let (method, _) = self.parts()?;
		BoundedVec::try_from(method.to_vec()).ok().map(DidMethod)
	}

	/// The key that an identifier of the method `key` is.
	pub fn key(&self) -> Result<DidKey, DidError> {
		let (method, identifier) = self.parts().ok_or(DidError::Syntax)?;
		if method != KEY_METHOD {
			return Err(DidError::NotAKey);
		}
		let text = core::str::from_utf8(identifier).map_err(|_| DidError::NotBase58)?;
		DidKey::from_multibase(text)
	}

	/// Blake2-256 of the text: what receipts and indexes name the identifier by.
	pub fn hash(&self) -> Hash {
		Hash::from(sp_io::hashing::blake2_256(&self.0))
	}

	/// The identifier as text; lossy only for one that [`Did::parse`] would refuse.
	pub fn to_text(&self) -> String {
		String::from_utf8_lossy(&self.0).into_owned()
	}
}

impl fmt::Display for Did {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.to_text())
	}
}

impl fmt::Debug for Did {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.to_text())
	}
}

impl Serialize for Did {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&self.to_text())
	}
}

impl<'de> Deserialize<'de> for Did {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		Self::parse(&String::deserialize(d)?).map_err(|e| D::Error::custom(format!("{e}")))
	}
}

/// A signature of a [`DidKey`]; how long it has to be depends on the key.
pub type DidSignature = BoundedVec<u8, ConstU32<MAX_SIGNATURE_BYTES>>;

/// A public key as `did:key` writes it. Its text in JSON is the identifier.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DidKey {
	/// Ed25519.
	#[codec(index = 0)]
	Ed25519([u8; 32]),
	/// P-256: 02 or 03, x.
	#[codec(index = 1)]
	P256([u8; 33]),
	/// P-384: 02 or 03, x.
	#[codec(index = 2)]
	P384([u8; 49]),
}

impl DidKey {
	/// Reads what follows `did:key:`. The text is bounded before it is decoded, which takes time in the square of its
	/// length.
	pub fn from_multibase(text: &str) -> Result<Self, DidError> {
		if text.len() > MAX_DID_BYTES as usize {
			return Err(DidError::TooLong);
		}
		let encoded = text.strip_prefix(BASE58BTC).ok_or(DidError::NotBase58)?;
		let bytes = bs58::decode(encoded).into_vec().map_err(|_| DidError::NotBase58)?;
		let (code, key) = split_varint(&bytes).ok_or(DidError::BadCode)?;
		let length = |_| DidError::KeyLength(key.len());
		let key = match code {
			ED25519_CODE => Self::Ed25519(key.try_into().map_err(length)?),
			P256_CODE => Self::P256(key.try_into().map_err(length)?),
			P384_CODE => Self::P384(key.try_into().map_err(length)?),
			other => return Err(DidError::UnsupportedKey(other)),
		};
		key.check()?;
		Ok(key)
	}

	/// Decoded keys come from outside: only one that passes may be stored. See the head of this module.
	pub fn check(&self) -> Result<(), DidError> {
		let is_point = match self {
			Self::Ed25519(key) => return check_ed25519(key),
			Self::P256(key) => decompress_p256(key).is_some(),
			Self::P384(key) => decompress_p384(key).is_some(),
		};
		is_point.then_some(()).ok_or(DidError::NotAPoint)
	}

	/// Whether `signature` is one over `message` by this key, which has passed [`Self::check`].
	///
	/// A message may have several good signatures: never tell messages apart by them.
	pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
		match self {
			Self::Ed25519(key) => signature.try_into().is_ok_and(|signature: [u8; 64]| {
				sp_io::crypto::ed25519_verify(
					&ed25519::Signature::from_raw(signature),
					message,
					&ed25519::Public::from_raw(*key),
				)
			}),
			Self::P256(key) => decompress_p256(key).is_some_and(|point| {
				signature.try_into().is_ok_and(|raw| verify_p256_raw(&point, message, raw))
			}),
			Self::P384(key) => decompress_p384(key).is_some_and(|point| {
				signature.try_into().is_ok_and(|raw| verify_p384_raw(&point, message, raw))
			}),
		}
	}

	/// The identifier of this key: its one text.
	pub fn to_did(&self) -> Did {
		let (code, key) = match self {
			Self::Ed25519(key) => (ED25519_CODE, &key[..]),
			Self::P256(key) => (P256_CODE, &key[..]),
			Self::P384(key) => (P384_CODE, &key[..]),
		};
		let mut bytes = varint(code);
		bytes.extend_from_slice(key);
		let text = format!("{KEY_PREFIX}{BASE58BTC}{}", bs58::encode(bytes).into_string());
		// 51 bytes make at most 70 digits: there is room.
		Did(BoundedVec::truncate_from(text.into_bytes()))
	}
}

impl fmt::Display for DidKey {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(&self.to_did(), f)
	}
}

impl fmt::Debug for DidKey {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl Serialize for DidKey {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		self.to_did().serialize(s)
	}
}

impl<'de> Deserialize<'de> for DidKey {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		Did::deserialize(d)?.key().map_err(|e| D::Error::custom(format!("{e}")))
	}
}

/// A key is shown to be held by signing this: `"concordat/did/v1" ‖ genesis ‖ account ‖ nonce (u32 LE)`.
pub fn binding_message(genesis: &Hash, account: &crate::AccountId, nonce: u32) -> Vec<u8> {
	let mut message = b"concordat/did/v1".to_vec();
	message.extend_from_slice(genesis.as_bytes());
	message.extend_from_slice(account.as_ref());
	message.extend_from_slice(&nonce.to_le_bytes());
	message
}

/// Reads an unsigned varint in its shortest form (multiformats), and what follows it.
fn split_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
	let mut value = 0u64;
	for (place, byte) in bytes.iter().enumerate().take(MAX_VARINT_BYTES) {
		// At most 9 × 7 = 63 bits: nothing is lost.
		value |= u64::from(byte & 0x7f) << (7 * place);
		if byte & 0x80 == 0 {
			// A last byte of zero would add nothing.
			let shortest = place == 0 || *byte != 0;
			return shortest.then(|| (value, bytes.get(place + 1..).unwrap_or_default()));
		}
	}
	None
}

/// Writes an unsigned varint.
fn varint(mut value: u64) -> Vec<u8> {
	let mut bytes = Vec::new();
	while value > 0x7f {
		bytes.push((value & 0x7f) as u8 | 0x80);
		value >>= 7;
	}
	bytes.push(value as u8);
	bytes
}

/// 2²⁵⁵ − 19, little-endian: y coordinates are below.
const ED25519_PRIME: [u8; 32] = {
	let mut prime = [0xff; 32];
	prime[0] = 0xed;
	prime[31] = 0x7f;
	prime
};

/// y coordinates of the eight points of small order, little-endian: 0 (order 4), 1 (order 1), −1 (order 2), and two of
/// order 8. The sign of x does not matter.
const SMALL_ORDER: [[u8; 32]; 5] = {
	let mut one = [0; 32];
	one[0] = 1;
	let mut minus_one = ED25519_PRIME;
	minus_one[0] = 0xec;
	[
		[0; 32],
		one,
		minus_one,
		[
			0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
			0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
			0x6d, 0x53, 0xfc, 0x05,
		],
		[
			0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
			0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
			0x92, 0xac, 0x03, 0x7a,
		],
	]
};

/// The y coordinate is reduced, and none of a point of small order.
fn check_ed25519(key: &[u8; 32]) -> Result<(), DidError> {
	let mut y = *key;
	if let Some(top) = y.last_mut() {
		*top &= 0x7f;
	}
	// Little-endian: the last byte weighs most.
	if y.iter().rev().ge(ED25519_PRIME.iter().rev()) {
		return Err(DidError::NotAPoint);
	}
	if SMALL_ORDER.contains(&y) {
		return Err(DidError::WeakKey);
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Example of the did:key specification, §2, and the first two of its test vectors for Ed25519; the first two for
	/// P-256 and for P-384. Each with its key.
	const VECTORS: [(&str, &str); 7] = [
		(
			"did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
			"2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6",
		),
		(
			"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
			"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
		),
		(
			"did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG",
			"4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29",
		),
		(
			"did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
			"038a0ac59a2d3086e8a12a78fd4773a6d52a0ca61ef6c1419e15a05bcc6dafce7b",
		),
		(
			"did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
			"037f235830dd3defa722ef1aa249d6a0ddbba4f990b0817538933f573640653542",
		),
		(
			"did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9",
			"039489d3c65f1f8cb2a9fd40abc48d160e495a862fbbfbfe896ed8878e246f32f85e76129574705f8b61c263cb7f409c9c",
		),
		(
			"did:key:z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54",
			"03080fa23681c383594bf29bd7dddd6ebc4c7355f0b3ed19fab56efcd546fc2b932b0dfd8830fc8bd114c389a2c70b5253",
		),
	];

	/// Test vectors of the specification with keys that are not supported: secp256k1, P-521, RSA of 2048 bits.
	const UNSUPPORTED: [(&str, u64); 3] = [
		("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", 0xe7),
		(
			"did:key:z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7",
			0x1202,
		),
		(
			"did:key:z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i",
			0x1205,
		),
	];

	fn key_of(text: &str) -> Result<DidKey, DidError> {
		Did::parse(text)?.key()
	}

	fn raw(key: &DidKey) -> Vec<u8> {
		match key {
			DidKey::Ed25519(key) => key.to_vec(),
			DidKey::P256(key) => key.to_vec(),
			DidKey::P384(key) => key.to_vec(),
		}
	}

	/// `did:key:z…` of any bytes.
	fn encoded(bytes: &[u8]) -> String {
		format!("did:key:z{}", bs58::encode(bytes).into_string())
	}

	#[test]
	fn keys_of_the_specification_should_be_read_and_written_back() {
		for (text, expected) in VECTORS {
			let key = key_of(text).unwrap();
			assert_eq!(sp_core::bytes::to_hex(&raw(&key), false), format!("0x{expected}"));
			assert_eq!(key.to_did().to_text(), text);
			assert_eq!(DidKey::decode(&mut &key.encode()[..]), Ok(key));
			assert!(Did::parse(text).unwrap().method().unwrap().is_key());
		}
	}

	#[test]
	fn other_kinds_of_keys_should_be_refused_by_their_code() {
		for (text, code) in UNSUPPORTED {
			assert_eq!(key_of(text), Err(DidError::UnsupportedKey(code)));
		}
		assert_eq!(
			key_of("did:key:z6LSc9cEXR4wEYoL528KajoPMicpZG1XR3ytnqPGu7xiwi2i"),
			Err(DidError::UnsupportedKey(0xec))
		);
		// A long key is never decoded.
		let long = format!("did:key:z{}", "4".repeat(376));
		assert_eq!(key_of(&long), Err(DidError::TooLong));
		assert_eq!(DidKey::from_multibase(&long), Err(DidError::TooLong));
	}

	#[test]
	fn texts_that_are_not_the_one_text_of_a_key_should_be_refused() {
		let good = VECTORS[0].0;
		let tail = good.strip_prefix("did:key:").unwrap();
		for (text, error) in [
			(format!("did:key:1.1:{tail}"), DidError::NotBase58),
			(format!("did:key:1:{tail}"), DidError::NotBase58),
			(format!("did:key:{}", &tail[1..]), DidError::NotBase58),
			(format!("did:key:Z{}", &tail[1..]), DidError::NotBase58),
			// 0, O, I and l are no digits.
			(good.replace('M', "0"), DidError::NotBase58),
			(good.replace('M', "l"), DidError::NotBase58),
			("did:key:z".into(), DidError::BadCode),
			// A leading 1 is a leading zero byte: another code, 0, and a longer key.
			(format!("did:key:z1{}", &tail[1..]), DidError::UnsupportedKey(0)),
			(format!("{good}#{tail}"), DidError::Syntax),
			(format!("{good}/path"), DidError::Syntax),
			(format!("{good} "), DidError::Syntax),
			(format!(" {good}"), DidError::Syntax),
			(format!("{good}:"), DidError::Syntax),
			(good.replace("did", "DID"), DidError::Syntax),
			(good.replace("key", "Key"), DidError::Syntax),
			(good.replace("did:key", "http:key"), DidError::Syntax),
			(good.replace("key", "example"), DidError::NotAKey),
		] {
			assert_eq!(key_of(&text), Err(error), "{text}");
		}
	}

	#[test]
	fn codes_should_be_in_their_shortest_form() {
		let key = raw(&key_of(VECTORS[0].0).unwrap());
		let with = |code: &[u8]| key_of(&encoded(&[code, &key].concat()));
		assert!(with(&[0xed, 0x01]).is_ok());
		assert_eq!(with(&[0xed, 0x81, 0x00]), Err(DidError::BadCode));
		assert_eq!(with(&[0xed, 0x81, 0x80, 0x00]), Err(DidError::BadCode));
		assert_eq!(with(&[0xff; 10]), Err(DidError::BadCode));
		assert_eq!(key_of(&encoded(&[0xed])), Err(DidError::BadCode));
		for code in [0, 1, 0x7f, 0x80, 0xed, 0x1200, (1 << 63) - 1] {
			let bytes = [varint(code), alloc::vec![7]].concat();
			assert_eq!(split_varint(&bytes), Some((code, &[7][..])), "{code:#x}");
		}
	}

	#[test]
	fn keys_should_have_the_length_of_their_kind() {
		for (text, _) in VECTORS {
			let key = key_of(text).unwrap();
			let code = match key {
				DidKey::Ed25519(_) => [0xed, 0x01],
				DidKey::P256(_) => [0x80, 0x24],
				DidKey::P384(_) => [0x81, 0x24],
			};
			let bytes = raw(&key);
			let with = |key: &[u8]| key_of(&encoded(&[&code, key].concat()));
			assert_eq!(with(&bytes), Ok(key));
			for wrong in [
				&bytes[..0],
				&bytes[1..],
				&bytes[..bytes.len() - 1],
				&[&bytes[..], &[0]].concat(),
				&[&[0], &bytes[..]].concat(),
			] {
				assert_eq!(with(wrong), Err(DidError::KeyLength(wrong.len())));
			}
		}
	}

	#[test]
	fn points_off_the_curve_should_be_refused() {
		// The form of a point, and one x in two belongs to none.
		for form in [0, 1, 4, 5, 6, 7] {
			let mut bytes = [form; 33];
			bytes[1..].copy_from_slice(&raw(&key_of(VECTORS[3].0).unwrap())[1..]);
			assert_eq!(DidKey::P256(bytes).check(), Err(DidError::NotAPoint), "{form}");
			let mut bytes = [form; 49];
			bytes[1..].copy_from_slice(&raw(&key_of(VECTORS[5].0).unwrap())[1..]);
			assert_eq!(DidKey::P384(bytes).check(), Err(DidError::NotAPoint), "{form}");
		}
		let points = |check: fn(u8) -> DidKey| {
			(0..=255u8)
				.filter(|x| {
					let key = check(*x);
					let found = key.check();
					assert_eq!(key_of(&key.to_did().to_text()), found.map(|()| key));
					assert!(found.is_ok() || found == Err(DidError::NotAPoint));
					found.is_ok()
				})
				.count()
		};
		let p256 = points(|x| {
			let mut bytes = [0; 33];
			(bytes[0], bytes[32]) = (2, x);
			DidKey::P256(bytes)
		});
		let p384 = points(|x| {
			let mut bytes = [0; 49];
			(bytes[0], bytes[48]) = (3, x);
			DidKey::P384(bytes)
		});
		assert!((90..=166).contains(&p256) && (90..=166).contains(&p384), "{p256}, {p384}");
		// An x that is not reduced.
		let mut above = [0xff; 33];
		above[0] = 2;
		assert_eq!(DidKey::P256(above).check(), Err(DidError::NotAPoint));
	}

	#[test]
	fn ed25519_keys_that_prove_nothing_should_be_refused() {
		for y in SMALL_ORDER {
			for sign in [0, 0x80] {
				let mut key = y;
				key[31] |= sign;
				assert_eq!(DidKey::Ed25519(key).check(), Err(DidError::WeakKey));
				let did = DidKey::Ed25519(key).to_did();
				assert_eq!(did.key(), Err(DidError::WeakKey));
			}
		}
		// p, p + 1 and 2²⁵⁵ − 1 are 0, 1 and 18 in another guise.
		for low in [0xed, 0xee, 0xff] {
			for sign in [0, 0x80] {
				let mut key = ED25519_PRIME;
				key[0] = low;
				key[31] |= sign;
				assert_eq!(DidKey::Ed25519(key).check(), Err(DidError::NotAPoint));
			}
		}
		let mut reduced = ED25519_PRIME;
		reduced[0] = 0xeb;
		assert_eq!(DidKey::Ed25519(reduced).check(), Ok(()));
	}

	/// Every text that differs in one place is refused, or is the one text of another key.
	#[test]
	fn no_key_should_have_two_texts() {
		const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0Il";
		let mut read = 0;
		for (text, _) in VECTORS {
			for place in 8..text.len() {
				for digit in DIGITS.iter().step_by(7) {
					let mut bytes = text.as_bytes().to_vec();
					bytes[place] = *digit;
					let mutant = String::from_utf8(bytes).unwrap();
					if let Ok(key) = key_of(&mutant) {
						assert_eq!(key.to_did().to_text(), mutant);
						read += 1;
					}
				}
			}
		}
		assert!(read > 500, "{read} mutants were keys");
	}

	#[test]
	fn identifiers_of_other_methods_should_be_read_by_the_syntax_of_did_core() {
		for good in [
			"did:web:example.org",
			"did:web:example.org%3A3000:user:alice",
			"did:ebsi:zvHWX359A3CvfJnCYaAiAde",
			"did:plc:z72i7hdynmk6r22z27h6tvur",
			"did:a:_",
			"did:example::x",
		] {
			let did = Did::parse(good).unwrap();
			assert_eq!(did.to_text(), good);
			assert_eq!(did.key(), Err(DidError::NotAKey));
			assert_eq!(did.method().unwrap().to_text(), good.split(':').nth(1).unwrap());
		}
		for bad in [
			"",
			"did",
			"did:",
			"did:web",
			"did:web:",
			"did::example",
			"did:Web:example.org",
			"did:we-b:example.org",
			"did:web:example.org/path",
			"did:web:example.org?query",
			"did:web:example org",
			"did:web:ex%4",
			"did:web:ex%zz",
			"did:web:ex%",
			"did:web:exämple.org",
			"DID:web:example.org",
			"urn:web:example.org",
			"did:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:x",
		] {
			assert_eq!(Did::parse(bad), Err(DidError::Syntax), "{bad}");
			let raw = Did(BoundedVec::truncate_from(bad.as_bytes().to_vec()));
			assert_eq!(raw.method(), None, "{bad}");
		}
		let of = |len: usize| format!("did:web:{}", "a".repeat(len - 8));
		assert!(Did::parse(&of(MAX_DID_BYTES as usize)).is_ok());
		assert_eq!(Did::parse(&of(MAX_DID_BYTES as usize + 1)), Err(DidError::TooLong));
	}

	#[test]
	fn method_names_should_be_short_and_lower_case() {
		for bad in ["", "Web", "we b", "we:b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
			assert_eq!(DidMethod::parse(bad), None, "{bad}");
		}
		assert!(
			DidMethod::parse("web3").is_some_and(|method| method.is_valid() && !method.is_key())
		);
	}

	/// RFC 8032, §7.1, test 2. The curves' own signatures are tested where they are implemented.
	#[test]
	fn an_ed25519_signature_should_verify_under_its_key_and_message_alone() {
		let key = DidKey::Ed25519(sp_core::hex2array!(
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
		));
		let signature: [u8; 64] = sp_core::hex2array!("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
		assert_eq!(key.check(), Ok(()));
		assert!(key.verify(&[0x72], &signature));
		assert!(!key.verify(&[0x73], &signature));
		assert!(!key.verify(&[0x72], &signature[..63]));
		assert!(!key.verify(&[0x72], &[&signature[..], &[0]].concat()));
		assert!(!key_of(VECTORS[0].0).unwrap().verify(&[0x72], &signature));
	}

	#[test]
	fn the_message_of_a_binding_should_name_chain_account_and_nonce() {
		let account = crate::AccountId::new([2; 32]);
		let message = binding_message(&Hash::repeat_byte(1), &account, 0x0403);
		let expected = [&b"concordat/did/v1"[..], &[1; 32], &[2; 32], &[3, 4, 0, 0]].concat();
		assert_eq!(message, expected);
	}
}
