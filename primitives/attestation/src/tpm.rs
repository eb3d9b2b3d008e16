//! TPM 2.0 quotes: what a platform's TPM says about its boot, signed by its attestation key.
//!
//! The structure is `TPMS_ATTEST` with `TPMS_QUOTE_INFO` (TCG TPM 2.0 Library, part 2, §10.12), big-endian. It fits into
//! [`MAX_ATTEST_BYTES`], nests twice, and holds one list, of at most [`MAX_SELECTIONS`] entries.
//!
//! An attestation key vouches for nothing by itself: whoever registers it has to establish, by an endorsement
//! certificate or a report of the hardware that contains it, that it lives in a TPM and is restricted to what the TPM
//! itself makes. A restricted key signs nothing from outside that starts with `TPM_GENERATED_VALUE`; that is why the
//! magic number is checked.

use crate::{
	bytes::{capped, len32, Cursor},
	crypto::{verify_p256, verify_pss_2048, verify_rsa_ssa_2048, Signature},
	error::stored,
	Error, Field, Part,
};
use bounded_collections::{BoundedVec, ConstU32};
use sha2::{Digest, Sha256};

/// Longest `TPMS_ATTEST` that is looked at. The longest that a quote can be is some 420 bytes.
pub const MAX_ATTEST_BYTES: usize = 512;
/// Most banks of registers in a quote.
pub const MAX_SELECTIONS: u32 = 8;
/// `TPM_GENERATED_VALUE`: the TPM made this itself.
const GENERATED: [u8; 4] = *b"\xffTCG";
/// `TPM_ST_ATTEST_QUOTE`.
const QUOTE: u16 = 0x8018;
/// Longest `TPM2B_NAME`: an algorithm and a digest of 64 bytes; 4 bytes for a handle.
const MAX_NAME_BYTES: usize = 66;
/// Longest `TPM2B_DATA`: as long as a name.
const MAX_EXTRA_BYTES: usize = 66;
/// Longest bit map of registers: 32 of them.
const MAX_SELECT_BYTES: usize = 4;

/// Everything before the modulus in the public key info of an RSA key of 2048 bits.
const SPKI_RSA2048: &[u8] = &[
	0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
	0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
	0x00,
];
/// The exponent 65537 after the modulus.
const SPKI_RSA_EXPONENT: &[u8] = &[0x02, 0x03, 0x01, 0x00, 0x01];

stored! {
	/// Attestation key of a TPM, with the one scheme that it signs with. The digest is SHA-256.
	pub enum Ak {
		/// RSASSA-PKCS1-v1_5: the modulus of 2048 bits, big-endian; the exponent is 65537.
		#[codec(index = 0)]
		RsaSsa([u8; 256]),
		/// RSASSA-PSS: the same. The salt has 32 bytes (FIPS 186) or 222 (all that fits, as older TPMs do it).
		#[codec(index = 1)]
		RsaPss([u8; 256]),
		/// ECDSA on P-256: x ‖ y.
		#[codec(index = 2)]
		P256([u8; 64]),
	}

	/// Registers of one bank.
	#[derive(Copy)]
	pub struct Selection {
		/// Algorithm of the bank, `TPM_ALG_ID`: 0x000b is SHA-256.
		pub bank: u16,
		/// Which registers: bit `i` stands for register `i`.
		pub registers: u32,
	}

	/// What a TPM's signature proves.
	pub struct TpmFacts {
		/// Qualified name of the key that signed.
		pub signer: BoundedVec<u8, ConstU32<{ MAX_NAME_BYTES as u32 }>>,
		/// What whoever asked for the quote bound it to.
		pub extra_data: BoundedVec<u8, ConstU32<{ MAX_EXTRA_BYTES as u32 }>>,
		/// Milliseconds for which the TPM has been powered since it was cleared.
		pub clock: u64,
		/// How often the TPM was reset since then.
		pub resets: u32,
		/// How often it was restarted or resumed since the last reset.
		pub restarts: u32,
		/// Whether no greater value of the clock was ever reported.
		pub clock_safe: bool,
		/// Version of the TPM's firmware, in the vendor's numbering.
		pub firmware: u64,
		/// Which registers the digest covers.
		pub selections: BoundedVec<Selection, ConstU32<MAX_SELECTIONS>>,
		/// SHA-256 over the values of these registers, one after the other.
		pub pcr_digest: [u8; 32],
	}
}

impl Ak {
	/// From a public key info in DER, such as TPM tools write: RSA of 2048 bits, taken to sign with PKCS1-v1_5 as TPMs
	/// do unless told otherwise, or P-256.
	pub fn from_spki(der: &[u8]) -> Option<Self> {
		if let Some(point) = der.strip_prefix(crate::x509::SPKI_P256) {
			return point.try_into().ok().map(Self::P256);
		}
		let modulus = der.strip_prefix(SPKI_RSA2048)?.strip_suffix(SPKI_RSA_EXPONENT)?;
		modulus.try_into().ok().map(Self::RsaSsa)
	}

	/// Verifies `signature` over `message`: 256 bytes for RSA, r ‖ s for ECDSA.
	fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
		const PART: Part = Part::Evidence;
		match self {
			Self::RsaSsa(modulus) => verify_rsa_ssa_2048(modulus, message, signature, PART),
			Self::RsaPss(modulus) => verify_pss_2048(modulus, message, signature, PART),
			Self::P256(point) => verify_p256(point, message, Signature::Raw(signature), PART),
		}
		.map_err(|error| match error {
			Error::BadKey(_) => Error::BadKey(Part::AttestationKey),
			other => other,
		})
	}
}

/// A field with its length in two bytes before it, which is bounded before anything is read.
fn sized<'a>(cursor: &mut Cursor<'a>, max: usize, part: Part) -> Result<&'a [u8], Error> {
	let len = usize::from(cursor.array().map(u16::from_be_bytes)?);
	if len > max {
		return Err(Error::TooLong { part, len: len32(len), max: len32(max) });
	}
	cursor.take(len)
}

fn bounded<const MAX: u32>(
	bytes: &[u8],
	part: Part,
) -> Result<BoundedVec<u8, ConstU32<MAX>>, Error> {
	BoundedVec::try_from(bytes.to_vec()).map_err(|_| Error::Malformed(part))
}

fn selection(cursor: &mut Cursor<'_>) -> Result<Selection, Error> {
	const PART: Part = Part::Body;
	let bank = cursor.array().map(u16::from_be_bytes)?;
	let [len] = cursor.array()?;
	let len = usize::from(len);
	if len > MAX_SELECT_BYTES {
		return Err(Error::TooLong { part: PART, len: len32(len), max: len32(MAX_SELECT_BYTES) });
	}
	let mut registers = [0; MAX_SELECT_BYTES];
	for (to, from) in registers.iter_mut().zip(cursor.take(len)?) {
		*to = *from;
	}
	Ok(Selection { bank, registers: u32::from_le_bytes(registers) })
}

/// Takes a `TPMS_ATTEST` apart. Nothing is verified.
pub fn parse(attest: &[u8]) -> Result<TpmFacts, Error> {
	let mut cursor = Cursor::new(capped(attest, MAX_ATTEST_BYTES, Part::Evidence)?, Part::Header);
	if cursor.array()? != GENERATED {
		return Err(Error::Malformed(Part::Header));
	}
	let kind = cursor.array().map(u16::from_be_bytes)?;
	if kind != QUOTE {
		let found = kind.into();
		return Err(Error::Unsupported { part: Part::Header, field: Field::BodyType, found });
	}
	let signer = bounded(sized(&mut cursor, MAX_NAME_BYTES, Part::Header)?, Part::Header)?;
	let extra_data = bounded(sized(&mut cursor, MAX_EXTRA_BYTES, Part::Header)?, Part::Header)?;
	let clock = cursor.array().map(u64::from_be_bytes)?;
	let resets = cursor.array().map(u32::from_be_bytes)?;
	let restarts = cursor.array().map(u32::from_be_bytes)?;
	let clock_safe = match cursor.array()? {
		[0] => false,
		[1] => true,
		_ => return Err(Error::Malformed(Part::Header)),
	};
	let firmware = cursor.array().map(u64::from_be_bytes)?;

	const PART: Part = Part::Body;
	cursor.part(PART);
	let count = cursor.array().map(u32::from_be_bytes)?;
	if count > MAX_SELECTIONS {
		return Err(Error::TooMany { part: PART, max: MAX_SELECTIONS });
	}
	let mut selections = BoundedVec::new();
	for _ in 0..count {
		let too_many = |_| Error::TooMany { part: PART, max: MAX_SELECTIONS };
		selections.try_push(selection(&mut cursor)?).map_err(too_many)?;
	}
	let digest = sized(&mut cursor, MAX_EXTRA_BYTES, PART)?;
	let found = len32(digest.len());
	let pcr_digest = digest.try_into().map_err(|_| Error::Unsupported {
		part: PART,
		field: Field::Digest,
		found,
	})?;
	cursor.part(Part::Evidence).finish()?;
	Ok(TpmFacts {
		signer,
		extra_data,
		clock,
		resets,
		restarts,
		clock_safe,
		firmware,
		selections,
		pcr_digest,
	})
}

/// Takes a quote apart and checks its signature: 256 bytes for RSA, r ‖ s big-endian for ECDSA.
pub fn authenticate(attest: &[u8], signature: &[u8], ak: &Ak) -> Result<TpmFacts, Error> {
	let facts = parse(attest)?;
	ak.verify(attest, signature)?;
	Ok(facts)
}

/// Verifies a quote under an attestation key, and that it is bound to `extra_data`.
pub fn verify_quote(
	attest: &[u8],
	signature: &[u8],
	ak: &Ak,
	extra_data: &[u8; 32],
) -> Result<TpmFacts, Error> {
	let facts = parse(attest)?;
	if facts.extra_data[..] != extra_data[..] {
		return Err(Error::Mismatch { part: Part::Evidence, field: Field::ReportData });
	}
	ak.verify(attest, signature)?;
	Ok(facts)
}

/// The digest that a quote has over registers of these values, in the order of its selections.
pub fn pcr_digest<'a>(values: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
	let mut hasher = Sha256::new();
	values.into_iter().for_each(|value| hasher.update(value));
	hasher.finalize().into()
}
