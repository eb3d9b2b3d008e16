//! PCK certificates: which platform it is, and its TCB.

use crate::{
	collateral::{Authority, Crl, KeyId, Role},
	crypto::{sha256, PublicKey},
	error::stored,
	x509::{check_period, Certificate, DerReader, Serial, Tlv, DIGITAL_SIGNATURE},
	AnchorKind, Error, Field, Part, PlatformId,
};
use der::Tag;
use sha2::{Digest, Sha256};

/// Intel's extension: 1.2.840.113741.1.13.1.
const OID_SGX: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];

stored! {
	/// What Intel says about a platform.
	pub struct Platform {
		/// Hash of the platform's provisioning id.
		pub id: PlatformId,
		/// Security version of the processor.
		pub cpu_svn: [u8; 16],
		/// Security version of the provisioning certification enclave.
		pub pce_svn: u16,
		/// Identity of the provisioning certification enclave.
		pub pce_id: [u8; 2],
		/// Family, model, stepping, platform type, custom SKU.
		pub fmspc: [u8; 6],
		/// Packages may be added to it; unknown on platforms of one package.
		pub dynamic: Option<bool>,
		/// Its root keys are kept by Intel's registration service; unknown on platforms of one package.
		pub cached_keys: Option<bool>,
		/// Simultaneous multithreading is on; unknown on platforms of one package.
		pub smt: Option<bool>,
	}

	/// A PCK certificate that was verified under its authority. Keep it by [`Pck::fingerprint`].
	pub struct Pck {
		/// SHA-256 of the certificate.
		pub fingerprint: [u8; 32],
		/// Its key, P-256.
		pub key: [u8; 64],
		/// The platform.
		pub platform: Platform,
		/// Key of its issuer.
		pub issuer: KeyId,
		/// Serial number under its issuer.
		pub serial: Serial,
		/// Unix time from which it is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
	}
}

/// Verifies a PCK certificate under its authority and the authority's revocation list.
pub fn verify_pck(der: &[u8], ca: &Authority, crl: &Crl, now: u64) -> Result<Pck, Error> {
	const PART: Part = Part::Leaf;
	let certificate = Certificate::parse(der, PART)?;
	ca.check(now, Part::Authority)?;
	crl.check(now, Part::LeafCrl)?;
	check_period(now, certificate.not_before, certificate.not_after, PART)?;
	if certificate.ca || ca.role != Role::Issuer {
		return Err(Error::Mismatch { part: PART, field: Field::BasicConstraints });
	}
	if !certificate.allows(DIGITAL_SIGNATURE) {
		return Err(Error::Mismatch { part: PART, field: Field::KeyUsage });
	}
	if sha256(certificate.issuer) != ca.name {
		return Err(Error::Mismatch { part: PART, field: Field::Issuer });
	}
	let issuer = ca.key.id();
	crl.clears(issuer, certificate.serial, PART)?;
	let PublicKey::P256(key) = certificate.key else {
		return Err(Error::BadKey(PART));
	};
	ca.issued(&certificate, PART)?;
	let extension = certificate.extension(OID_SGX).ok_or(Error::Malformed(Part::LeafExtension))?;
	Ok(Pck {
		fingerprint: sha256(der),
		key,
		platform: platform(extension)?,
		issuer,
		serial: certificate.serial,
		not_before: certificate.not_before,
		not_after: certificate.not_after,
		kind: ca.kind,
	})
}

/// The family that a certificate claims, unverified.
pub(super) fn claimed_fmspc(der: &[u8]) -> Result<[u8; 6], Error> {
	let certificate = Certificate::parse(der, Part::Leaf)?;
	Ok(platform(certificate.extension(OID_SGX).ok_or(BAD)?)?.fmspc)
}

const BAD: Error = Error::Malformed(Part::LeafExtension);

/// The value that goes with Intel's object id `OID_SGX ‖ suffix` in a list of pairs.
fn find<'a>(list: DerReader<'a>, suffix: &[u8]) -> Result<Option<Tlv<'a>>, Error> {
	let mut list = list;
	let mut found = None;
	while !list.is_empty() {
		let mut pair = list.sequence()?;
		let id = pair.expect(Tag::ObjectIdentifier)?.value;
		let value = pair.read()?;
		pair.finish()?;
		if id.strip_prefix(OID_SGX) == Some(suffix) {
			if found.is_some() {
				return Err(BAD);
			}
			found = Some(value);
		}
	}
	Ok(found)
}

fn array<const N: usize>(list: DerReader<'_>, suffix: &[u8]) -> Result<[u8; N], Error> {
	let tlv = find(list, suffix)?.filter(|tlv| tlv.tag == Tag::OctetString).ok_or(BAD)?;
	tlv.value.try_into().map_err(|_| BAD)
}

fn flag(list: Option<DerReader<'_>>, suffix: &[u8]) -> Result<Option<bool>, Error> {
	let Some(tlv) = list.map(|list| find(list, suffix)).transpose()?.flatten() else {
		return Ok(None);
	};
	match (tlv.tag, tlv.value) {
		(Tag::Boolean, [0]) => Ok(Some(false)),
		(Tag::Boolean, [0xff]) => Ok(Some(true)),
		_ => Err(BAD),
	}
}

/// Reads Intel's extension.
fn platform(extension: &[u8]) -> Result<Platform, Error> {
	let mut outer = DerReader::new(extension, Part::LeafExtension);
	let list = outer.sequence()?;
	outer.finish()?;
	let nested = |suffix: &[u8]| -> Result<Option<DerReader<'_>>, Error> {
		Ok(find(list, suffix)?
			.filter(|tlv| tlv.tag == Tag::Sequence)
			.map(|tlv| DerReader::new(tlv.value, Part::LeafExtension)))
	};
	let ppid: [u8; 16] = array(list, &[1])?;
	let tcb = nested(&[2])?.ok_or(BAD)?;
	let pce_svn = match find(tcb, &[2, 17])?.filter(|tlv| tlv.tag == Tag::Integer) {
		Some(Tlv { value: [low], .. }) if *low < 0x80 => u16::from(*low),
		Some(Tlv { value: [high, low], .. }) if *high < 0x80 => u16::from_be_bytes([*high, *low]),
		Some(Tlv { value: [0, high, low], .. }) => u16::from_be_bytes([*high, *low]),
		_ => return Err(BAD),
	};
	let configuration = nested(&[7])?;
	let mut hasher = Sha256::new();
	hasher.update(b"concordat/platform/intel/v1");
	hasher.update(ppid);
	Ok(Platform {
		id: PlatformId(hasher.finalize().into()),
		cpu_svn: array(tcb, &[2, 18])?,
		pce_svn,
		pce_id: array(list, &[3])?,
		fmspc: array(list, &[4])?,
		dynamic: flag(configuration, &[7, 1])?,
		cached_keys: flag(configuration, &[7, 2])?,
		smt: flag(configuration, &[7, 3])?,
	})
}
