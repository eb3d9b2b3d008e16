//! The subset of X.509 that the vendors of hardware use. Nothing recurses, nothing is guessed.
//!
//! Every structure has a fixed depth, so there is no depth to bound; lists are counted while they
//! are read. Tag, length and encoding rules are those of the `der` crate.

use crate::{
	bytes::{capped, len32},
	crypto::PublicKey,
	error::stored,
	Error, Field, Part,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use core::cmp::Ordering;
use der::{
	asn1::{AnyRef, GeneralizedTime, UtcTime},
	Decode, Reader, SliceReader, Tag, Tagged,
};

/// Longest certificate that is looked at.
pub const MAX_CERTIFICATE_BYTES: usize = 4 * 1024;
/// Longest revocation list that is looked at.
pub const MAX_CRL_BYTES: usize = 32 * 1024;
/// Most entries of a revocation list.
pub const MAX_REVOKED: u32 = 768;
/// Most extensions of a certificate.
const MAX_EXTENSIONS: usize = 32;

/// `digitalSignature`.
pub const DIGITAL_SIGNATURE: u8 = 0x80;
/// `keyCertSign`.
pub const CERT_SIGN: u8 = 0x04;
/// `cRLSign`.
pub const CRL_SIGN: u8 = 0x02;

const OID_COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const OID_SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 0x0e];
const OID_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const OID_BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const OID_CRL_NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
const OID_CRL_POINTS: &[u8] = &[0x55, 0x1d, 0x1f];
const OID_AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 0x23];

/// `ecdsa-with-SHA256`, the whole algorithm identifier.
const ECDSA_SHA256: &[u8] =
	&[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// `ecdsa-with-SHA384`.
const ECDSA_SHA384: &[u8] =
	&[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
/// What follows the outer length of `RSASSA-PSS` with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes:
/// the object id, the parameters' header with its length left out, and the parameters up to the salt.
const PSS_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const PSS_PARAMETERS: &[u8] = &[
	0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
	0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08,
	0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa2,
	0x03, 0x02, 0x01, 0x30,
];
/// The trailer field, which may be left out as it has the default value.
const PSS_TRAILER: &[u8] = &[0xa3, 0x03, 0x02, 0x01, 0x01];

/// Everything before the point in the public key info of a P-256 key.
pub(crate) const SPKI_P256: &[u8] = &[
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// The same of a P-384 key.
const SPKI_P384: &[u8] = &[
	0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
	0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
];
/// Everything before the modulus in the public key info of an RSA key of 4096 bits.
const SPKI_RSA4096: &[u8] = &[
	0x30, 0x82, 0x02, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
	0x01, 0x05, 0x00, 0x03, 0x82, 0x02, 0x0f, 0x00, 0x30, 0x82, 0x02, 0x0a, 0x02, 0x82, 0x02, 0x01,
	0x00,
];
/// The exponent 65537 after the modulus.
const SPKI_RSA_EXPONENT: &[u8] = &[0x02, 0x03, 0x01, 0x00, 0x01];

/// One tag-length-value.
#[derive(Clone, Copy)]
pub struct Tlv<'a> {
	/// Tag.
	pub tag: Tag,
	/// Contents.
	pub value: &'a [u8],
	/// Tag, length and contents.
	pub raw: &'a [u8],
}

/// Reads one TLV after the other.
#[derive(Clone, Copy)]
pub struct DerReader<'a> {
	rest: &'a [u8],
	part: Part,
}

impl<'a> DerReader<'a> {
	/// Reads `bytes`, which belong to `part`.
	pub const fn new(bytes: &'a [u8], part: Part) -> Self {
		Self { rest: bytes, part }
	}

	const fn bad(&self) -> Error {
		Error::Malformed(self.part)
	}

	/// Whether nothing is left.
	pub const fn is_empty(&self) -> bool {
		self.rest.is_empty()
	}

	/// The next TLV.
	pub fn read(&mut self) -> Result<Tlv<'a>, Error> {
		let mut reader = SliceReader::new(self.rest).map_err(|_| self.bad())?;
		let raw = reader.tlv_bytes().map_err(|_| self.bad())?;
		let any = AnyRef::from_der(raw).map_err(|_| self.bad())?;
		self.rest = self.rest.get(raw.len()..).ok_or(self.bad())?;
		Ok(Tlv { tag: any.tag(), value: any.value(), raw })
	}

	/// The next TLV, which must have this tag.
	pub fn expect(&mut self, tag: Tag) -> Result<Tlv<'a>, Error> {
		let tlv = self.read()?;
		if tlv.tag == tag {
			Ok(tlv)
		} else {
			Err(self.bad())
		}
	}

	/// The next TLV if it has this tag.
	pub fn optional(&mut self, tag: Tag) -> Result<Option<Tlv<'a>>, Error> {
		if self.rest.first() == Some(&tag.octet()) {
			self.expect(tag).map(Some)
		} else {
			Ok(None)
		}
	}

	/// The contents of the next SEQUENCE.
	pub fn sequence(&mut self) -> Result<Self, Error> {
		Ok(Self::new(self.expect(Tag::Sequence)?.value, self.part))
	}

	/// The contents of the next context-specific constructed TLV of this number, if it comes next.
	pub fn context(&mut self, number: u8) -> Result<Option<Self>, Error> {
		match self.rest.first() {
			Some(octet) if *octet == 0xa0 | number => {
				Ok(Some(Self::new(self.read()?.value, self.part)))
			},
			_ => Ok(None),
		}
	}

	/// Nothing may be left.
	pub fn finish(&self) -> Result<(), Error> {
		match self.rest.len() {
			0 => Ok(()),
			extra => Err(Error::TrailingBytes { part: self.part, extra: len32(extra) }),
		}
	}

	/// A point in time: UTCTime or GeneralizedTime, as Unix time in seconds.
	fn time(&mut self) -> Result<u64, Error> {
		let tlv = self.read()?;
		match tlv.tag {
			Tag::UtcTime => UtcTime::from_der(tlv.raw).map(|t| t.to_unix_duration()),
			Tag::GeneralizedTime => {
				GeneralizedTime::from_der(tlv.raw).map(|t| t.to_unix_duration())
			},
			_ => return Err(self.bad()),
		}
		.map(|time| time.as_secs())
		.map_err(|_| self.bad())
	}

	/// An unsigned INTEGER of at most 20 bytes.
	fn serial(&mut self) -> Result<Serial, Error> {
		let value = self.expect(Tag::Integer)?.value;
		let digits = match value {
			[0, tail @ ..] => tail,
			[head, ..] if *head < 0x80 => value,
			_ => return Err(self.bad()),
		};
		let mut serial = [0; 20];
		let at = serial.len().checked_sub(digits.len()).ok_or(self.bad())?;
		serial.get_mut(at..).ok_or(self.bad())?.copy_from_slice(digits);
		Ok(Serial(serial))
	}

	/// A BIT STRING without unused bits.
	fn octets(&mut self) -> Result<&'a [u8], Error> {
		match self.expect(Tag::BitString)?.value {
			[0, bits @ ..] => Ok(bits),
			_ => Err(self.bad()),
		}
	}
}

stored! {
	/// Serial number of a certificate: big-endian, filled with zeros from the left.
	#[derive(Copy, PartialOrd, Ord)]
	pub struct Serial(pub [u8; 20]);
}

/// What a certificate or list is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
	/// ECDSA with SHA-256.
	EcdsaSha256,
	/// ECDSA with SHA-384.
	EcdsaSha384,
	/// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
	PssSha384,
}

impl Algorithm {
	fn parse(raw: &[u8], part: Part) -> Result<Self, Error> {
		if raw == ECDSA_SHA256 {
			return Ok(Self::EcdsaSha256);
		}
		if raw == ECDSA_SHA384 {
			return Ok(Self::EcdsaSha384);
		}
		let unknown = Error::Mismatch { part, field: Field::SignatureAlgorithm };
		let mut fields = DerReader::new(raw, part).sequence()?;
		if fields.expect(Tag::ObjectIdentifier)?.value != PSS_OID {
			return Err(unknown);
		}
		let parameters = fields.expect(Tag::Sequence)?.value;
		fields.finish()?;
		match parameters.strip_prefix(PSS_PARAMETERS) {
			Some(rest) if rest.is_empty() || rest == PSS_TRAILER => Ok(Self::PssSha384),
			_ => Err(unknown),
		}
	}

	/// Whether `key` signs with this.
	pub const fn fits(self, key: &PublicKey) -> bool {
		matches!(
			(self, key),
			(Self::EcdsaSha256, PublicKey::P256(_))
				| (Self::EcdsaSha384, PublicKey::P384(_))
				| (Self::PssSha384, PublicKey::Rsa4096(_))
		)
	}
}

/// One extension.
#[derive(Clone, Copy)]
pub struct Extension<'a> {
	/// Object id, without tag and length.
	pub id: &'a [u8],
	/// Whether whoever does not know it has to refuse.
	pub critical: bool,
	/// Contents of the OCTET STRING.
	pub value: &'a [u8],
}

/// Reads a list of extensions. An id may occur once.
fn extensions<'a>(mut list: DerReader<'a>, part: Part) -> Result<Vec<Extension<'a>>, Error> {
	let mut found: Vec<Extension<'a>> = Vec::new();
	while !list.is_empty() {
		if found.len() == MAX_EXTENSIONS {
			return Err(Error::TooMany { part, max: len32(MAX_EXTENSIONS) });
		}
		let mut fields = list.sequence()?;
		let id = fields.expect(Tag::ObjectIdentifier)?.value;
		let critical = match fields.optional(Tag::Boolean)? {
			None => false,
			Some(Tlv { value: [0xff], .. }) => true,
			Some(_) => return Err(Error::Malformed(part)),
		};
		let value = fields.expect(Tag::OctetString)?.value;
		fields.finish()?;
		if found.iter().any(|extension| extension.id == id) {
			return Err(Error::Malformed(part));
		}
		found.push(Extension { id, critical, value });
	}
	Ok(found)
}

/// A certificate, taken apart but not verified.
pub struct Certificate<'a> {
	/// What is signed.
	pub signed: &'a [u8],
	/// Signature.
	pub signature: &'a [u8],
	/// Algorithm of the signature.
	pub algorithm: Algorithm,
	/// Serial number.
	pub serial: Serial,
	/// Name of the issuer, in DER.
	pub issuer: &'a [u8],
	/// Name of the subject, in DER.
	pub subject: &'a [u8],
	/// Unix time from which it is valid.
	pub not_before: u64,
	/// Unix time up to which it is valid, inclusive.
	pub not_after: u64,
	/// Public key of the subject.
	pub key: PublicKey,
	/// Whether it may issue certificates.
	pub ca: bool,
	/// How many authorities may follow below it.
	pub path_len: Option<u8>,
	/// First byte of the allowed uses of the key, if they are restricted.
	pub key_usage: Option<u8>,
	/// All extensions.
	pub extensions: Vec<Extension<'a>>,
}

impl<'a> Certificate<'a> {
	/// Takes a certificate apart.
	pub fn parse(der: &'a [u8], part: Part) -> Result<Self, Error> {
		let mut outer = DerReader::new(capped(der, MAX_CERTIFICATE_BYTES, part)?, part);
		let mut fields = outer.sequence()?;
		outer.finish()?;
		let signed = fields.expect(Tag::Sequence)?;
		let algorithm = fields.expect(Tag::Sequence)?.raw;
		let signature = fields.octets()?;
		fields.finish()?;

		let mut tbs = DerReader::new(signed.value, part);
		let mut version = tbs.context(0)?.ok_or(Error::Malformed(part))?;
		if version.expect(Tag::Integer)?.value != [2] {
			return Err(Error::Malformed(part));
		}
		version.finish()?;
		let serial = tbs.serial()?;
		if tbs.expect(Tag::Sequence)?.raw != algorithm {
			return Err(Error::Mismatch { part, field: Field::SignatureAlgorithm });
		}
		let issuer = tbs.expect(Tag::Sequence)?.raw;
		let mut validity = tbs.sequence()?;
		let not_before = validity.time()?;
		let not_after = validity.time()?;
		validity.finish()?;
		let subject = tbs.expect(Tag::Sequence)?.raw;
		let key = public_key(tbs.expect(Tag::Sequence)?.raw, part)?;
		let extensions = match tbs.context(3)? {
			Some(mut tagged) => {
				let list = tagged.sequence()?;
				tagged.finish()?;
				extensions(list, part)?
			},
			None => Vec::new(),
		};
		tbs.finish()?;

		let mut certificate = Self {
			signed: signed.raw,
			signature,
			algorithm: Algorithm::parse(algorithm, part)?,
			serial,
			issuer,
			subject,
			not_before,
			not_after,
			key,
			ca: false,
			path_len: None,
			key_usage: None,
			extensions: Vec::new(),
		};
		for extension in &extensions {
			certificate.apply(extension, part)?;
		}
		certificate.extensions = extensions;
		Ok(certificate)
	}

	fn apply(&mut self, extension: &Extension<'_>, part: Part) -> Result<(), Error> {
		match extension.id {
			OID_BASIC_CONSTRAINTS => {
				let mut reader = DerReader::new(extension.value, part);
				let mut fields = reader.sequence()?;
				reader.finish()?;
				self.ca = match fields.optional(Tag::Boolean)? {
					None => false,
					Some(Tlv { value: [0xff], .. }) => true,
					Some(_) => return Err(Error::Malformed(part)),
				};
				self.path_len = match fields.optional(Tag::Integer)? {
					None => None,
					Some(Tlv { value: [len @ 0..=127], .. }) => Some(*len),
					Some(_) => return Err(Error::Malformed(part)),
				};
				fields.finish()
			},
			OID_KEY_USAGE => {
				let mut reader = DerReader::new(extension.value, part);
				let bits = reader.expect(Tag::BitString)?.value;
				reader.finish()?;
				match bits {
					[_, first, ..] => self.key_usage = Some(*first),
					_ => return Err(Error::Malformed(part)),
				}
				Ok(())
			},
			OID_SUBJECT_KEY | OID_AUTHORITY_KEY | OID_CRL_POINTS => Ok(()),
			_ if extension.critical => {
				Err(Error::Mismatch { part, field: Field::CriticalExtension })
			},
			_ => Ok(()),
		}
	}

	/// The extension of this id.
	pub fn extension(&self, id: &[u8]) -> Option<&'a [u8]> {
		self.extensions.iter().find(|extension| extension.id == id).map(|e| e.value)
	}

	/// Whether the key may be used for all of `uses`; an absent restriction allows everything.
	pub fn allows(&self, uses: u8) -> bool {
		self.key_usage.is_none_or(|allowed| allowed & uses == uses)
	}

	/// Common name of the subject.
	pub fn common_name(&self) -> Option<&'a [u8]> {
		common_name(self.subject)
	}
}

/// The common name in a name.
pub fn common_name(name: &[u8]) -> Option<&[u8]> {
	let mut sets = DerReader::new(name, Part::Chain).sequence().ok()?;
	while !sets.is_empty() {
		let mut set = DerReader::new(sets.expect(Tag::Set).ok()?.value, Part::Chain);
		while !set.is_empty() {
			let mut pair = set.sequence().ok()?;
			let id = pair.expect(Tag::ObjectIdentifier).ok()?.value;
			let value = pair.read().ok()?.value;
			if id == OID_COMMON_NAME {
				return Some(value);
			}
		}
	}
	None
}

/// Reads a public key info of one of the three kinds.
fn public_key(spki: &[u8], part: Part) -> Result<PublicKey, Error> {
	const BAD: fn(Part) -> Error = Error::BadKey;
	if let Some(point) = spki.strip_prefix(SPKI_P256) {
		return point.try_into().map(PublicKey::P256).map_err(|_| BAD(part));
	}
	if let Some(point) = spki.strip_prefix(SPKI_P384) {
		return point.try_into().map(PublicKey::P384).map_err(|_| BAD(part));
	}
	let modulus = spki
		.strip_prefix(SPKI_RSA4096)
		.and_then(|rest| rest.strip_suffix(SPKI_RSA_EXPONENT))
		.filter(|modulus| modulus.len() == crate::crypto::RSA_BYTES)
		.ok_or(BAD(part))?;
	BoundedVec::try_from(modulus.to_vec()).map(PublicKey::Rsa4096).map_err(|_| BAD(part))
}

/// A revocation list, taken apart but not verified.
pub struct RevocationList<'a> {
	/// What is signed.
	pub signed: &'a [u8],
	/// Signature.
	pub signature: &'a [u8],
	/// Algorithm of the signature.
	pub algorithm: Algorithm,
	/// Name of the issuer, in DER.
	pub issuer: &'a [u8],
	/// When it was made.
	pub this_update: u64,
	/// When the next one is due.
	pub next_update: u64,
	/// Number given by the issuer, 0 if it gives none.
	pub number: u64,
	/// Serial numbers of revoked certificates, sorted.
	pub revoked: BoundedVec<Serial, ConstU32<MAX_REVOKED>>,
}

impl<'a> RevocationList<'a> {
	/// Takes a revocation list apart.
	///
	/// Lists that only hold a part of the issuer's revocations (by distribution point, by delta, for other
	/// issuers) mark this by critical extensions, and are refused.
	pub fn parse(der: &'a [u8], part: Part) -> Result<Self, Error> {
		let mut outer = DerReader::new(capped(der, MAX_CRL_BYTES, part)?, part);
		let mut fields = outer.sequence()?;
		outer.finish()?;
		let signed = fields.expect(Tag::Sequence)?;
		let algorithm = fields.expect(Tag::Sequence)?.raw;
		let signature = fields.octets()?;
		fields.finish()?;

		let mut tbs = DerReader::new(signed.value, part);
		if tbs.expect(Tag::Integer)?.value != [1] {
			return Err(Error::Malformed(part));
		}
		if tbs.expect(Tag::Sequence)?.raw != algorithm {
			return Err(Error::Mismatch { part, field: Field::SignatureAlgorithm });
		}
		let issuer = tbs.expect(Tag::Sequence)?.raw;
		let this_update = tbs.time()?;
		let next_update = tbs.time()?;
		let revoked = match tbs.optional(Tag::Sequence)? {
			Some(list) => revoked(DerReader::new(list.value, part), part)?,
			None => BoundedVec::default(),
		};
		let extensions = match tbs.context(0)? {
			Some(mut tagged) => {
				let list = tagged.sequence()?;
				tagged.finish()?;
				extensions(list, part)?
			},
			None => Vec::new(),
		};
		tbs.finish()?;
		let mut number = 0;
		for extension in &extensions {
			match extension.id {
				OID_CRL_NUMBER => number = crl_number(extension.value, part)?,
				_ if extension.critical => {
					return Err(Error::Mismatch { part, field: Field::CriticalExtension });
				},
				_ => {},
			}
		}
		Ok(Self {
			signed: signed.raw,
			signature,
			algorithm: Algorithm::parse(algorithm, part)?,
			issuer,
			this_update,
			next_update,
			number,
			revoked,
		})
	}
}

fn crl_number(value: &[u8], part: Part) -> Result<u64, Error> {
	let mut reader = DerReader::new(value, part);
	let Serial(serial) = reader.serial()?;
	reader.finish()?;
	match serial.split_last_chunk::<8>() {
		Some((high, low)) if high.iter().all(|byte| *byte == 0) => Ok(u64::from_be_bytes(*low)),
		_ => Err(Error::Malformed(part)),
	}
}

fn revoked(
	mut list: DerReader<'_>,
	part: Part,
) -> Result<BoundedVec<Serial, ConstU32<MAX_REVOKED>>, Error> {
	let mut serials = Vec::new();
	while !list.is_empty() {
		if len32(serials.len()) >= MAX_REVOKED {
			return Err(Error::TooMany { part, max: MAX_REVOKED });
		}
		let mut entry = list.sequence()?;
		serials.push(entry.serial()?);
		entry.time()?;
		if let Some(tlv) = entry.optional(Tag::Sequence)? {
			let critical = extensions(DerReader::new(tlv.value, part), part)?
				.iter()
				.any(|extension| extension.critical);
			if critical {
				return Err(Error::Mismatch { part, field: Field::CriticalExtension });
			}
		}
		entry.finish()?;
	}
	serials.sort_unstable();
	serials.dedup();
	BoundedVec::try_from(serials).map_err(|_| Error::TooMany { part, max: MAX_REVOKED })
}

/// Judges a validity period of which both ends are inclusive.
pub fn check_period(now: u64, not_before: u64, not_after: u64, part: Part) -> Result<(), Error> {
	match (now.cmp(&not_before), now.cmp(&not_after)) {
		(Ordering::Less, _) => Err(Error::NotYetValid { part, by: not_before.saturating_sub(now) }),
		(_, Ordering::Greater) => Err(Error::Expired { part, by: now.saturating_sub(not_after) }),
		_ => Ok(()),
	}
}
