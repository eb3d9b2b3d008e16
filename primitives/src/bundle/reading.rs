//! Sources of data and what they say: readings, signed by several of a source's oracles.

use crate::{clause::MAX_LIST, did::DidKey, text::Name, BlockNumber, Hash};
use alloc::{format, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// Number of a source; never used again.
pub type SourceId = u32;
/// A signature of an oracle, of either kind.
pub type OracleSignature = [u8; 64];

/// Most keys of one source.
pub const MAX_KEYS: u32 = MAX_LIST;
/// Readings of a source that the chain keeps.
pub const MAX_READINGS: u32 = 32;
/// Longest location of an output kept elsewhere, in bytes.
pub const MAX_PLACE_BYTES: u32 = 128;
/// What a signed reading begins with.
pub const READING_DOMAIN: &[u8] = b"concordat/reading/v1";
/// Decimals of a [`Fixed`].
pub const DECIMALS: u8 = 9;

/// A number in multiples of 10⁻⁹. As text and in JSON: a decimal number, such as `-52.5`.
///
/// Sources keep it within 64 bits ([`Fixed::MAX`]), because that is what the parser of the clause SDK takes.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
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
pub struct Fixed(pub i128);

impl Fixed {
	/// The largest number that a source may give.
	pub const MAX: Self = Self(i64::MAX as i128);
	/// The smallest.
	pub const MIN: Self = Self(-(i64::MAX as i128));

	/// A whole number.
	pub const fn whole(number: i64) -> Self {
		Self(number as i128 * 1_000_000_000)
	}

	/// Whether it can be written with so many decimals, and not more.
	pub const fn fits(self, decimals: u8) -> bool {
		match unit(decimals) {
			Some(unit) => self.0 % unit == 0,
			None => false,
		}
	}

	/// The number with exactly so many decimals; `None` if it does not fit them.
	pub fn to_text(self, decimals: u8) -> Option<String> {
		let unit = unit(decimals).filter(|_| self.fits(decimals))?;
		let digits = (self.0 / unit).unsigned_abs();
		let sign = if self.0 < 0 { "-" } else { "" };
		if decimals == 0 {
			return Some(format!("{sign}{digits}"));
		}
		let scale = 10u128.checked_pow(decimals.into())?;
		let (whole, fraction) = (digits / scale, digits % scale);
		Some(format!("{sign}{whole}.{fraction:0width$}", width = usize::from(decimals)))
	}

	/// Reads `-?(0|[1-9][0-9]*)(\.[0-9]{1,9})?`; returns the number and how many decimals were written.
	pub fn parse(text: &str) -> Option<(Self, u8)> {
		let (negative, digits) = match text.strip_prefix('-') {
			Some(rest) => (true, rest),
			None => (false, text),
		};
		let (whole, fraction) = match digits.split_once('.') {
			Some((_, "")) => return None,
			Some((whole, fraction)) => (whole, fraction),
			None => (digits, ""),
		};
		let canonical = whole == "0" || !whole.is_empty() && !whole.starts_with('0');
		let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
		if !canonical || !all_digits(whole) || !all_digits(fraction) {
			return None;
		}
		let decimals = u8::try_from(fraction.len()).ok().filter(|len| *len <= DECIMALS)?;
		let mut value: i128 = 0;
		for byte in whole.bytes().chain(fraction.bytes()) {
			value = value.checked_mul(10)?.checked_add(i128::from(byte.saturating_sub(b'0')))?;
		}
		let value = value.checked_mul(unit(decimals)?)?;
		if negative && value == 0 {
			return None;
		}
		Some((Self(if negative { value.checked_neg()? } else { value }), decimals))
	}
}

/// 10^(9 − decimals).
const fn unit(decimals: u8) -> Option<i128> {
	match DECIMALS.checked_sub(decimals) {
		Some(missing) => Some(10i128.pow(missing as u32)),
		None => None,
	}
}

impl fmt::Display for Fixed {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let text = self.to_text(DECIMALS).unwrap_or_default();
		f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
	}
}

impl Serialize for Fixed {
	fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
		s.serialize_str(&format!("{self}"))
	}
}

impl<'de> Deserialize<'de> for Fixed {
	fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
		Self::parse(&String::deserialize(d)?).map(|(value, _)| value).ok_or_else(|| {
			D::Error::custom("a decimal number with at most nine decimals, such as -52.5")
		})
	}
}

/// A key that signs readings.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum OracleKey {
	/// Ed25519.
	#[codec(index = 0)]
	Ed25519(#[serde(with = "crate::text::hex_bytes")] [u8; 32]),
	/// Sr25519, in the signing context `substrate`.
	#[codec(index = 1)]
	Sr25519(#[serde(with = "crate::text::hex_bytes")] [u8; 32]),
}

impl OracleKey {
	/// Whether nobody can sign without its secret. The host takes Ed25519 keys of small order, for which anybody can; so
	/// it does with the neutral element as an Sr25519 key.
	pub fn is_sound(&self) -> bool {
		match self {
			Self::Ed25519(key) => DidKey::Ed25519(*key).check().is_ok(),
			Self::Sr25519(key) => *key != [0; 32],
		}
	}

	/// Whether the key has signed the message.
	pub fn verify(&self, message: &[u8], signature: &OracleSignature) -> bool {
		match self {
			Self::Ed25519(key) => sp_io::crypto::ed25519_verify(
				&sp_core::ed25519::Signature::from_raw(*signature),
				message,
				&sp_core::ed25519::Public::from_raw(*key),
			),
			Self::Sr25519(key) => sp_io::crypto::sr25519_verify(
				&sp_core::sr25519::Signature::from_raw(*signature),
				message,
				&sp_core::sr25519::Public::from_raw(*key),
			),
		}
	}
}

/// What a source is.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum SourceKind {
	/// It measures.
	#[codec(index = 0)]
	Sensor,
	/// It computes.
	#[codec(index = 1)]
	Simulation,
}

/// What the owner of a source says about it.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct SourceSpec {
	/// What it is.
	pub kind: SourceKind,
	/// Its name, for people and for bundles. It need not be unique: the number is.
	pub name: Name,
	/// Type of its data, such as `precipitation-mm`.
	pub data_type: Name,
	/// Who signs.
	pub keys: BoundedVec<OracleKey, ConstU32<MAX_KEYS>>,
	/// How many of them have to sign a reading.
	pub quorum: u8,
	/// Blocks for which a reading counts, from its observation.
	pub max_age: BlockNumber,
	/// Decimals of its numbers, at most [`DECIMALS`].
	pub decimals: u8,
	/// The smallest number that makes sense.
	pub min: Fixed,
	/// The largest.
	pub max: Fixed,
	/// Whether others than the owner may have triggers on it. Any number of strangers could fill the list of an open one.
	#[serde(default)]
	pub open: bool,
}

/// Why a [`SourceSpec`] is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFault {
	/// Name or data type is no name.
	Name,
	/// No key, a key twice, or one with which anybody could sign.
	Keys,
	/// The quorum is zero or above the number of keys.
	Quorum,
	/// Readings would never count.
	Age,
	/// More decimals than nine, or bounds that are no range, do not fit the decimals or do not fit 64 bits.
	Numbers,
}

impl SourceSpec {
	/// Whether it makes sense.
	pub fn check(&self) -> Result<(), SourceFault> {
		if !self.name.is_valid() || !self.data_type.is_valid() {
			return Err(SourceFault::Name);
		}
		let mut keys = self.keys.to_vec();
		keys.sort_unstable();
		let twice = keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
		if keys.is_empty() || twice || !keys.iter().all(OracleKey::is_sound) {
			return Err(SourceFault::Keys);
		}
		if self.quorum == 0 || usize::from(self.quorum) > keys.len() {
			return Err(SourceFault::Quorum);
		}
		if self.max_age == 0 {
			return Err(SourceFault::Age);
		}
		let fits = |number: Fixed| {
			number >= Fixed::MIN && number <= Fixed::MAX && number.fits(self.decimals)
		};
		if self.min > self.max || !fits(self.min) || !fits(self.max) {
			return Err(SourceFault::Numbers);
		}
		Ok(())
	}

	/// What a bundle has to know.
	pub fn facts(&self) -> SourceFacts {
		SourceFacts { name: self.name.clone(), decimals: self.decimals, max_age: self.max_age }
	}
}

/// What a bundle has to know of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
	/// Name.
	pub name: Name,
	/// Decimals of its numbers.
	pub decimals: u8,
	/// Blocks for which a reading counts.
	pub max_age: BlockNumber,
}

/// What was observed.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum ReadingValue {
	/// A number.
	#[codec(index = 0)]
	Number(Fixed),
	/// Something larger, kept elsewhere.
	#[codec(index = 1)]
	Document {
		/// [`crate::hashing::input_commitment`] of its bytes.
		hash: Hash,
		/// Length in bytes.
		len: u32,
		/// Where it is: a scheme, `://` and something behind it, in printable ASCII without blanks and commas.
		#[serde(with = "crate::text::hex_bytes")]
		location: BoundedVec<u8, ConstU32<MAX_PLACE_BYTES>>,
	},
}

/// What a source says, once. The oracles sign `"concordat/reading/v1" ‖ SCALE(reading)`.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
	/// Genesis hash of the chain that it is for.
	pub genesis: Hash,
	/// Source.
	pub source: SourceId,
	/// Larger than that of every reading of the source before.
	pub sequence: u64,
	/// What was observed.
	pub value: ReadingValue,
	/// Block of the observation: the best one that the oracles had seen then.
	pub observed_at: BlockNumber,
	/// Unix time of the observation by the oracles' clocks, in milliseconds. The chain passes it on to the clause, and
	/// judges freshness by the block.
	pub observed_ms: u64,
}

impl Reading {
	/// What the oracles sign.
	pub fn message(&self) -> Vec<u8> {
		let mut message = READING_DOMAIN.to_vec();
		self.encode_to(&mut message);
		message
	}
}

/// A reading that the chain keeps.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct KeptReading {
	/// Its place.
	pub sequence: u64,
	/// What was observed.
	pub value: ReadingValue,
	/// Block of the observation.
	pub observed_at: BlockNumber,
	/// Unix time of the observation, in milliseconds.
	pub observed_ms: u64,
}

/// The readings of a source that the chain keeps, the oldest first.
pub type Readings = BoundedVec<KeptReading, ConstU32<MAX_READINGS>>;

/// Signatures of a reading: place of the key in the source's list, strictly ascending, and what it signed.
pub type OracleSignatures = BoundedVec<(u8, OracleSignature), ConstU32<MAX_KEYS>>;

/// Why a reading is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingFault {
	/// It is for another chain.
	WrongChain,
	/// Its sequence is not above the last one: a replay, or out of order.
	Replayed,
	/// It was observed in a block to come.
	FromTheFuture,
	/// It is older than the source allows.
	Stale,
	/// It was observed before the one before it.
	OutOfOrder,
	/// The number is out of the source's bounds.
	OutOfBounds,
	/// The number has more decimals than the source's numbers.
	TooPrecise,
	/// A document without content, or whose location is not one.
	BadDocument,
	/// The signatures are not in the order of the keys: one would count twice.
	BadOrder,
	/// Fewer signatures than the quorum.
	NoQuorum,
	/// A signature names no key of the source, or is not by the key that it names.
	BadSignature,
}

impl SourceSpec {
	/// Everything that can be said about a reading before its signatures. `last` are sequence and block of the one before.
	pub fn examine(
		&self,
		reading: &Reading,
		genesis: &Hash,
		last: Option<(u64, BlockNumber)>,
		now: BlockNumber,
	) -> Result<(), ReadingFault> {
		let refuse = |holds: bool, fault| if holds { Err(fault) } else { Ok(()) };
		refuse(reading.genesis != *genesis, ReadingFault::WrongChain)?;
		if let Some((sequence, block)) = last {
			refuse(reading.sequence <= sequence, ReadingFault::Replayed)?;
			refuse(reading.observed_at < block, ReadingFault::OutOfOrder)?;
		}
		refuse(reading.observed_at > now, ReadingFault::FromTheFuture)?;
		refuse(now.saturating_sub(reading.observed_at) > self.max_age, ReadingFault::Stale)?;
		match &reading.value {
			ReadingValue::Number(number) => {
				refuse(*number < self.min || *number > self.max, ReadingFault::OutOfBounds)?;
				refuse(!number.fits(self.decimals), ReadingFault::TooPrecise)
			},
			ReadingValue::Document { len, location, .. } => {
				refuse(*len == 0 || !is_place(location), ReadingFault::BadDocument)
			},
		}
	}

	/// Whether as many keys have signed as have to.
	pub fn verify(
		&self,
		reading: &Reading,
		signatures: &OracleSignatures,
	) -> Result<(), ReadingFault> {
		if signatures.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a >= b)) {
			return Err(ReadingFault::BadOrder);
		}
		if signatures.len() < usize::from(self.quorum) {
			return Err(ReadingFault::NoQuorum);
		}
		let message = reading.message();
		let good = |(key, signature): &(u8, OracleSignature)| {
			self.keys.get(usize::from(*key)).is_some_and(|key| key.verify(&message, signature))
		};
		if signatures.iter().all(good) {
			Ok(())
		} else {
			Err(ReadingFault::BadSignature)
		}
	}
}

/// Whether a location can stand in a table: scheme, `://`, and printable ASCII without blanks and commas.
pub fn is_place(location: &[u8]) -> bool {
	let Some(colon) = location.iter().position(|byte| *byte == b':') else { return false };
	let (scheme, rest) = location.split_at(colon);
	scheme.first().is_some_and(u8::is_ascii_lowercase)
		&& scheme.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
		&& rest.starts_with(b"://")
		&& rest.len() > 3
		&& rest.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',')
}
