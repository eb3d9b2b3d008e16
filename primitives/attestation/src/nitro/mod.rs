//! AWS Nitro enclaves: attestation documents, COSE_Sign1 with ES384.
//!
//! ```text
//! anchor ── root ── region ── zone ── instance ── enclave (valid for three hours) ── document
//! ```
//!
//! The chain travels in the document. Authorities that were verified before are known by fingerprint and cost
//! no signature again; those of region, zone and instance live for weeks, days and a day. AWS publishes no
//! TCB status and no revocation list: short lives take their place.

mod cbor;

use crate::{
	bytes::{capped, len32},
	collateral::{verify_authority, Authority, Family, KeyId, Role},
	crypto::{sha256, PublicKey, Signature},
	error::stored,
	policy::{Appraisal, Period, QuotePolicy, Standing, Workload},
	x509::{check_period, Certificate, DIGITAL_SIGNATURE},
	AnchorKind, Error, Field, Measurement, Part, PlatformId, TcbStatus, Vendor,
};
use alloc::vec::Vec;
use bounded_collections::BoundedVec;
use cbor::CborReader;
use sha2::{Digest, Sha256};

/// Longest document that is looked at.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024;
/// Most authorities in a document, the root included.
const MAX_AUTHORITIES: u64 = 6;
/// Most platform configuration registers.
const MAX_PCRS: u64 = 32;
/// The protected header: `{1: -35}`, ES384.
const ES384: &[u8] = &[0xa1, 0x01, 0x38, 0x22];
/// Tag 18, COSE_Sign1; NSM leaves it out.
const TAG_SIGN1: u8 = 0xd2;

/// A document, taken apart but not verified.
#[derive(Clone, Debug)]
pub struct Document<'a> {
	/// What is signed, without the framing of COSE.
	pub payload: &'a [u8],
	/// Signature: r ‖ s.
	pub signature: &'a [u8],
	/// Instance and enclave.
	pub module_id: &'a [u8],
	/// When it was made, in milliseconds since 1970.
	pub timestamp: u64,
	/// Platform configuration registers: index, value.
	pub pcrs: Vec<(u8, [u8; 48])>,
	/// Certificate of the enclave's key.
	pub certificate: &'a [u8],
	/// Certificates above it, the root first.
	pub authorities: Vec<&'a [u8]>,
	/// Key that the enclave wants payloads encrypted to.
	pub public_key: Option<&'a [u8]>,
	/// What the code bound itself to.
	pub user_data: Option<&'a [u8]>,
	/// Challenge of who asked.
	pub nonce: Option<&'a [u8]>,
}

stored! {
	/// What signatures prove about an enclave. Everything that [`appraise`] needs.
	#[derive(Copy)]
	pub struct Facts {
		/// Hash of the instance's id.
		pub platform: PlatformId,
		/// Key of the root.
		pub root: KeyId,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
		/// Unix time from which the whole chain is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// The enclave runs in debug mode: its registers are zeros.
		pub debug: bool,
	}
}

impl<'a> Document<'a> {
	/// Takes a document apart.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
		const PART: Part = Part::Evidence;
		let mut outer = CborReader::new(capped(bytes, MAX_DOCUMENT_BYTES, PART)?, PART);
		outer.skip(TAG_SIGN1);
		if outer.array()? != 4 {
			return Err(Error::Malformed(PART));
		}
		if outer.bytes()? != ES384 {
			return Err(Error::Unsupported { part: Part::Header, field: Field::KeyType, found: 0 });
		}
		// The unprotected header is not signed, so nothing may stand in it.
		if outer.map()? != 0 {
			return Err(Error::Malformed(Part::Header));
		}
		let payload = outer.bytes()?;
		let signature = outer.bytes()?;
		outer.finish()?;

		let bad = Error::Malformed(Part::Body);
		let mut document = Self {
			payload,
			signature,
			module_id: &[],
			timestamp: 0,
			pcrs: Vec::new(),
			certificate: &[],
			authorities: Vec::new(),
			public_key: None,
			user_data: None,
			nonce: None,
		};
		let mut body = CborReader::new(payload, Part::Body);
		let pairs = body.map()?;
		let mut seen: Vec<&[u8]> = Vec::new();
		if pairs > 9 {
			return Err(Error::TooMany { part: Part::Body, max: 9 });
		}
		for _ in 0..pairs {
			let key = body.text()?;
			if seen.contains(&key) {
				return Err(bad);
			}
			seen.push(key);
			match key {
				b"module_id" => document.module_id = body.text()?,
				b"digest" => {
					if body.text()? != b"SHA384" {
						return Err(Error::Unsupported {
							part: Part::Body,
							field: Field::Digest,
							found: 0,
						});
					}
				},
				b"timestamp" => document.timestamp = body.unsigned()?,
				b"pcrs" => document.pcrs = pcrs(&mut body)?,
				b"certificate" => document.certificate = body.bytes()?,
				b"cabundle" => document.authorities = authorities(&mut body)?,
				b"public_key" => document.public_key = body.optional_bytes()?,
				b"user_data" => document.user_data = body.optional_bytes()?,
				b"nonce" => document.nonce = body.optional_bytes()?,
				_ => return Err(bad),
			}
		}
		body.finish()?;
		for required in
			[&b"module_id"[..], b"digest", b"timestamp", b"pcrs", b"certificate", b"cabundle"]
		{
			if !seen.contains(&required) {
				return Err(bad);
			}
		}
		Ok(document)
	}

	/// SHA-256 of the root that the document names, unverified.
	pub fn root_fingerprint(&self) -> Result<[u8; 32], Error> {
		self.authorities.first().map(|root| sha256(root)).ok_or(Error::Unsupported {
			part: Part::Chain,
			field: Field::ChainLength,
			found: 0,
		})
	}

	/// A register; zeros if it is not there.
	fn pcr(&self, index: u8) -> [u8; 48] {
		self.pcrs.iter().find(|(i, _)| *i == index).map_or([0; 48], |(_, value)| *value)
	}

	/// What the enclave's key signs (RFC 9052 §4.4).
	fn signed(&self) -> Vec<u8> {
		let mut signed = Vec::with_capacity(self.payload.len().saturating_add(24));
		signed.extend_from_slice(&[0x84, 0x6a]);
		signed.extend_from_slice(b"Signature1");
		signed.push(0x44);
		signed.extend_from_slice(ES384);
		signed.push(0x40);
		// A payload of 16 KiB at most: its length takes one, two or three bytes.
		let len = u16::try_from(self.payload.len()).unwrap_or(u16::MAX);
		match len {
			0..=23 => signed.push(0x40 | len as u8),
			24..=255 => signed.extend_from_slice(&[0x58, len as u8]),
			_ => {
				signed.push(0x59);
				signed.extend_from_slice(&len.to_be_bytes());
			},
		}
		signed.extend_from_slice(self.payload);
		signed
	}
}

fn pcrs(body: &mut CborReader<'_>) -> Result<Vec<(u8, [u8; 48])>, Error> {
	let count = body.map()?;
	if count > MAX_PCRS {
		return Err(Error::TooMany { part: Part::Body, max: MAX_PCRS as u32 });
	}
	let mut pcrs: Vec<(u8, [u8; 48])> = Vec::new();
	for _ in 0..count {
		let bad = Error::Malformed(Part::Body);
		let index = u8::try_from(body.unsigned()?).map_err(|_| bad)?;
		let value = body.bytes()?.try_into().map_err(|_| bad)?;
		// In ascending order, so that none occurs twice.
		if u64::from(index) >= MAX_PCRS || pcrs.last().is_some_and(|(last, _)| *last >= index) {
			return Err(bad);
		}
		pcrs.push((index, value));
	}
	Ok(pcrs)
}

fn authorities<'a>(body: &mut CborReader<'a>) -> Result<Vec<&'a [u8]>, Error> {
	let count = body.array()?;
	if count > MAX_AUTHORITIES {
		return Err(Error::TooMany { part: Part::Chain, max: MAX_AUTHORITIES as u32 });
	}
	(0..count).map(|_| body.bytes()).collect()
}

/// A document that was verified and accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// What the caller asked for.
	pub appraisal: Appraisal,
	/// What to keep, to judge again later.
	pub facts: Facts,
	/// The authorities between root and enclave: keep them, and the next document costs less.
	pub authorities: Vec<Authority>,
}

/// Verifies a document under a verified root and judges it.
///
/// `known` are authorities that were verified before, in any order.
pub fn verify(
	document: &[u8],
	root: &Authority,
	known: &[Authority],
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let document = Document::parse(document)?;
	let (facts, authorities) = authenticate(&document, root, known, now)?;
	let standing = appraise(&facts, root, policy, now)?;
	let [a, b, c, d] = [1, 2, 3, 4].map(|index| document.pcr(index));
	let workload = Workload {
		measurement: Measurement(document.pcr(0)),
		// Digest of the certificate that signed the enclave's image.
		signer: document.pcr(8),
		registers: [a, b, c, d],
		svn: 0,
		product_id: 0,
		// Anything but 64 bytes binds to nothing.
		report_data: document.user_data.and_then(|data| data.try_into().ok()).unwrap_or([0; 64]),
	};
	let appraisal = Appraisal { platform: facts.platform, standing, workload };
	Ok(Verified { appraisal, facts, authorities })
}

/// Checks every signature from the root down.
pub fn authenticate(
	document: &Document<'_>,
	root: &Authority,
	known: &[Authority],
	now: u64,
) -> Result<(Facts, Vec<Authority>), Error> {
	if root.family != Family::Aws || root.role != Role::Root {
		return Err(Error::Mismatch { part: Part::Root, field: Field::BasicConstraints });
	}
	root.check(now, Part::Root)?;
	let found = len32(document.authorities.len());
	let Some((top, below)) = document.authorities.split_first() else {
		return Err(Error::Unsupported { part: Part::Chain, field: Field::ChainLength, found });
	};
	if sha256(top) != root.fingerprint {
		return Err(Error::Mismatch { part: Part::Root, field: Field::Issuer });
	}
	let mut period = Period::ALWAYS.and(root.not_before, root.not_after);
	let mut authorities: Vec<Authority> = Vec::new();
	for der in below {
		let issuer = authorities.last().unwrap_or(root);
		let fingerprint = sha256(der);
		let issuer_id = issuer.key.id();
		let reusable = |a: &&Authority| a.fingerprint == fingerprint && a.issuer == issuer_id;
		let authority = match known.iter().find(reusable) {
			Some(known) => {
				known.check(now, Part::Authority)?;
				// Below this issuer it may have been something else when it was verified: another certificate of the
				// same key.
				if issuer.path_len == 0 {
					let (part, field) = (Part::Authority, Field::ChainLength);
					return Err(Error::Mismatch { part, field });
				}
				known.clone()
			},
			None => verify_authority(der, Role::Issuer, issuer, None, now)?,
		};
		if authority.key == root.key || authorities.iter().any(|a| a.key == authority.key) {
			return Err(Error::Mismatch { part: Part::Authority, field: Field::Issuer });
		}
		period = period.and(authority.not_before, authority.not_after);
		authorities.push(authority);
	}

	const PART: Part = Part::Leaf;
	let leaf = Certificate::parse(document.certificate, PART)?;
	check_period(now, leaf.not_before, leaf.not_after, PART)?;
	if leaf.ca {
		return Err(Error::Mismatch { part: PART, field: Field::BasicConstraints });
	}
	if !leaf.allows(DIGITAL_SIGNATURE) {
		return Err(Error::Mismatch { part: PART, field: Field::KeyUsage });
	}
	let key @ PublicKey::P384(_) = &leaf.key else {
		return Err(Error::BadKey(PART));
	};
	authorities.last().unwrap_or(root).issued(&leaf, PART)?;
	key.verify(&document.signed(), Signature::Raw(document.signature), Part::Evidence)?;
	// Made while the certificate was valid.
	check_period(document.timestamp / 1_000, leaf.not_before, leaf.not_after, Part::Evidence)?;
	period = period.and(leaf.not_before, leaf.not_after);

	// `<instance>-enc<enclave>`: all enclaves of an instance are one platform.
	let end = document.module_id.windows(4).position(|part| part == b"-enc");
	let instance = end
		.and_then(|end| document.module_id.get(..end))
		.filter(|instance| !instance.is_empty())
		.ok_or(Error::Malformed(Part::Body))?;
	let mut hasher = Sha256::new();
	hasher.update(b"concordat/platform/aws/v1");
	hasher.update(instance);
	let facts = Facts {
		platform: PlatformId(hasher.finalize().into()),
		root: root.key.id(),
		kind: root.kind,
		not_before: period.not_before,
		not_after: period.not_after,
		debug: document.pcr(0) == [0; 48],
	};
	Ok((facts, authorities))
}

/// Judges authentic facts about an enclave under policy and time.
pub fn appraise(
	facts: &Facts,
	root: &Authority,
	policy: &QuotePolicy,
	now: u64,
) -> Result<Standing, Error> {
	policy.check_vendor(Vendor::AwsNitro)?;
	policy.check_platform(facts.platform)?;
	if facts.debug {
		return Err(Error::Debug);
	}
	if facts.root != root.key.id() {
		return Err(Error::Mismatch { part: Part::Root, field: Field::Issuer });
	}
	check_period(now, facts.not_before, facts.not_after, Part::Leaf)?;
	policy.check_status(TcbStatus::UpToDate, None)?;
	Ok(Standing {
		vendor: Vendor::AwsNitro,
		kind: facts.kind,
		status: TcbStatus::UpToDate,
		shortfall: None,
		advisories: BoundedVec::new(),
		evaluation: 0,
		not_before: facts.not_before,
		not_after: facts.not_after,
	})
}
