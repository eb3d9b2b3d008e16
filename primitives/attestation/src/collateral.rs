//! What verified collateral has in common for all vendors: authorities and revocation lists.
//!
//! Each `verify_*` function checks signatures once and hands back a compact value. Stored and used later,
//! such a value costs no signature check any more, only [`Authority::check`] and [`Crl::check`].

use crate::{
	crypto::{sha256, PublicKey, Signature},
	error::stored,
	x509::{
		check_period, Certificate, RevocationList, Serial, CERT_SIGN, CRL_SIGN, DIGITAL_SIGNATURE,
		MAX_REVOKED,
	},
	Anchor, AnchorKind, Error, Field, Part, Vendor,
};
use bounded_collections::{BoundedVec, ConstU32};

stored! {
	/// Whose public key infrastructure it is.
	#[derive(Copy)]
	pub enum Family {
		/// Intel: SGX and TDX.
		Intel,
		/// AMD: SEV-SNP.
		Amd,
		/// AWS: Nitro.
		Aws,
	}

	/// What an authority is there for.
	#[derive(Copy)]
	pub enum Role {
		/// A root of trust.
		Root,
		/// Issues certificates of platforms, or further authorities: PCK CA, ASK, ASVK, Nitro intermediates.
		Issuer,
		/// Signs TCB info and QE identity.
		TcbSigner,
	}

	/// Names a public key: SHA-256 over its kind and bytes.
	#[derive(Copy, PartialOrd, Ord)]
	pub struct KeyId(pub [u8; 32]);

	/// An authority whose certificate was verified up to an anchor.
	pub struct Authority {
		/// Whose.
		pub family: Family,
		/// What for.
		pub role: Role,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
		/// Its key.
		pub key: PublicKey,
		/// SHA-256 of the certificate.
		pub fingerprint: [u8; 32],
		/// SHA-256 of its name in DER.
		pub name: [u8; 32],
		/// Its common name, or as much as fits.
		pub common_name: BoundedVec<u8, ConstU32<64>>,
		/// Key of its issuer; its own for a root.
		pub issuer: KeyId,
		/// Serial number under its issuer.
		pub serial: Serial,
		/// Unix time from which it is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// How many authorities may still follow below it.
		pub path_len: u8,
		/// Whether it may sign revocation lists.
		pub signs_crls: bool,
	}

	/// A revocation list whose signature was verified.
	pub struct Crl {
		/// Key of its issuer.
		pub issuer: KeyId,
		/// Kind of the anchor at the top.
		pub kind: AnchorKind,
		/// When it was made. Never replace a list by one that was made earlier.
		pub this_update: u64,
		/// When the next one is due; it does not count from then on.
		pub next_update: u64,
		/// Number given by the issuer, 0 if it gives none.
		pub number: u64,
		/// Serial numbers of revoked certificates, sorted.
		pub revoked: BoundedVec<Serial, ConstU32<MAX_REVOKED>>,
	}
}

impl PublicKey {
	/// Names this key.
	pub fn id(&self) -> KeyId {
		use codec::Encode;
		KeyId(sha256(&self.encode()))
	}
}

impl Family {
	/// Whether an anchor of `vendor` stands for this infrastructure.
	pub const fn covers(self, vendor: Vendor) -> bool {
		matches!(
			(self, vendor),
			(Self::Intel, Vendor::IntelSgx | Vendor::IntelTdx)
				| (Self::Amd, Vendor::AmdSevSnp)
				| (Self::Aws, Vendor::AwsNitro)
		)
	}

	/// A vendor to name in errors.
	pub(crate) const fn vendor(self) -> Vendor {
		match self {
			Self::Intel => Vendor::IntelSgx,
			Self::Amd => Vendor::AmdSevSnp,
			Self::Aws => Vendor::AwsNitro,
		}
	}
}

impl Authority {
	/// Whether it is valid at `now`.
	pub fn check(&self, now: u64, part: Part) -> Result<(), Error> {
		check_period(now, self.not_before, self.not_after, part)
	}

	/// Whether `certificate` is what this authority issued: names, right to issue, algorithm, signature.
	pub fn issued(&self, certificate: &Certificate<'_>, part: Part) -> Result<(), Error> {
		if sha256(certificate.issuer) != self.name {
			return Err(Error::Mismatch { part, field: Field::Issuer });
		}
		if self.role == Role::TcbSigner {
			return Err(Error::Mismatch { part, field: Field::BasicConstraints });
		}
		if !certificate.algorithm.fits(&self.key) {
			return Err(Error::Mismatch { part, field: Field::SignatureAlgorithm });
		}
		self.key.verify(certificate.signed, Signature::X509(certificate.signature), part)
	}
}

impl Crl {
	/// Whether it counts at `now`.
	pub fn check(&self, now: u64, part: Part) -> Result<(), Error> {
		if now < self.this_update {
			return Err(Error::NotYetValid { part, by: self.this_update.saturating_sub(now) });
		}
		if now >= self.next_update {
			return Err(Error::Expired { part, by: now.saturating_sub(self.next_update) });
		}
		Ok(())
	}

	/// Refuses a certificate which this list revokes, and one that it says nothing about.
	pub fn clears(&self, issuer: KeyId, serial: Serial, part: Part) -> Result<(), Error> {
		if issuer != self.issuer {
			return Err(Error::Mismatch { part, field: Field::Issuer });
		}
		match self.revoked.binary_search(&serial) {
			Ok(_) => Err(Error::Revoked(part)),
			Err(_) => Ok(()),
		}
	}
}

fn common_name(certificate: &Certificate<'_>) -> BoundedVec<u8, ConstU32<64>> {
	let name = certificate.common_name().unwrap_or_default();
	BoundedVec::truncate_from(name.to_vec())
}

/// Accepts a root certificate under one of the anchors, which name it by its SHA-256.
pub fn verify_root(
	der: &[u8],
	family: Family,
	anchors: &[Anchor],
	now: u64,
) -> Result<Authority, Error> {
	const PART: Part = Part::Root;
	crate::bytes::capped(der, crate::x509::MAX_CERTIFICATE_BYTES, PART)?;
	let fingerprint = sha256(der);
	let anchor = anchors
		.iter()
		.find(|anchor| family.covers(anchor.vendor) && anchor.key == fingerprint)
		.ok_or(Error::NoAnchor(family.vendor()))?;
	let root = Certificate::parse(der, PART)?;
	check_period(now, root.not_before, root.not_after, PART)?;
	if !root.ca {
		return Err(Error::Mismatch { part: PART, field: Field::BasicConstraints });
	}
	if !root.allows(CERT_SIGN) {
		return Err(Error::Mismatch { part: PART, field: Field::KeyUsage });
	}
	if root.issuer != root.subject {
		return Err(Error::Mismatch { part: PART, field: Field::Issuer });
	}
	let authority = Authority {
		family,
		role: Role::Root,
		kind: anchor.kind,
		issuer: root.key.id(),
		fingerprint,
		name: sha256(root.subject),
		common_name: common_name(&root),
		serial: root.serial,
		not_before: root.not_before,
		not_after: root.not_after,
		path_len: root.path_len.unwrap_or(u8::MAX),
		signs_crls: root.allows(CRL_SIGN),
		key: root.key.clone(),
	};
	authority.issued(&root, PART)?;
	Ok(authority)
}

/// Verifies an authority's certificate under its issuer and, if there is one, the issuer's revocation list.
///
/// Intel's authorities always need the list of the root. AMD's list is demanded by policy, at use; AWS publishes
/// none for Nitro.
pub fn verify_authority(
	der: &[u8],
	role: Role,
	issuer: &Authority,
	crl: Option<&Crl>,
	now: u64,
) -> Result<Authority, Error> {
	let part = match role {
		Role::TcbSigner => Part::TcbSigner,
		Role::Root | Role::Issuer => Part::Authority,
	};
	let certificate = Certificate::parse(der, part)?;
	issuer.check(now, Part::Root)?;
	check_period(now, certificate.not_before, certificate.not_after, part)?;
	let (ca, uses) = match role {
		Role::TcbSigner => (false, DIGITAL_SIGNATURE),
		Role::Root | Role::Issuer => (true, CERT_SIGN),
	};
	if certificate.ca != ca || role == Role::Root {
		return Err(Error::Mismatch { part, field: Field::BasicConstraints });
	}
	if !certificate.allows(uses) {
		return Err(Error::Mismatch { part, field: Field::KeyUsage });
	}
	let issuer_id = issuer.key.id();
	// A root below itself: a chain that goes in a circle.
	if certificate.key.id() == issuer_id {
		return Err(Error::Mismatch { part, field: Field::Issuer });
	}
	match crl {
		Some(crl) => {
			crl.check(now, Part::RootCrl)?;
			crl.clears(issuer_id, certificate.serial, part)?;
		},
		None if issuer.family != Family::Intel => {},
		None => return Err(Error::Mismatch { part: Part::RootCrl, field: Field::Issuer }),
	}
	let path_len = match (ca, issuer.path_len) {
		(false, _) => 0,
		(true, 0) => return Err(Error::Mismatch { part, field: Field::ChainLength }),
		// `u8::MAX` means that nobody set a limit.
		(true, u8::MAX) => certificate.path_len.unwrap_or(u8::MAX),
		(true, left) => certificate.path_len.unwrap_or(u8::MAX).min(left.saturating_sub(1)),
	};
	issuer.issued(&certificate, part)?;
	Ok(Authority {
		family: issuer.family,
		role,
		kind: issuer.kind,
		fingerprint: sha256(der),
		name: sha256(certificate.subject),
		common_name: common_name(&certificate),
		issuer: issuer_id,
		serial: certificate.serial,
		not_before: certificate.not_before,
		not_after: certificate.not_after,
		path_len,
		signs_crls: ca && certificate.allows(CRL_SIGN),
		key: certificate.key,
	})
}

/// Verifies a revocation list under its issuer.
pub fn verify_crl(der: &[u8], issuer: &Authority, now: u64) -> Result<Crl, Error> {
	let part = match issuer.role {
		Role::Root => Part::RootCrl,
		Role::Issuer | Role::TcbSigner => Part::LeafCrl,
	};
	let list = RevocationList::parse(der, part)?;
	issuer.check(now, Part::Authority)?;
	if sha256(list.issuer) != issuer.name {
		return Err(Error::Mismatch { part, field: Field::Issuer });
	}
	if !issuer.signs_crls {
		return Err(Error::Mismatch { part, field: Field::KeyUsage });
	}
	if !list.algorithm.fits(&issuer.key) {
		return Err(Error::Mismatch { part, field: Field::SignatureAlgorithm });
	}
	let crl = Crl {
		issuer: issuer.key.id(),
		kind: issuer.kind,
		this_update: list.this_update,
		next_update: list.next_update,
		number: list.number,
		revoked: list.revoked,
	};
	crl.check(now, part)?;
	issuer.key.verify(list.signed, Signature::X509(list.signature), part)?;
	Ok(crl)
}
