//! Intel SGX and TDX: DCAP quotes.
//!
//! # What is verified, and when
//!
//! ```text
//! anchor ── root ──┬── root CRL                                   ┐
//!                  ├── TCB signer ──┬── TCB info                  │ once, when it is posted:
//!                  │                └── QE identity               │ RawCollateral::verify or
//!                  └── PCK CA ──┬── PCK CRL                       │ one function for each piece
//!                               └── PCK ──┐                       ┘ once per platform: verify_pck
//!                                         └── QE report ── attestation key ── quote
//!                                                          each time: two signatures (authenticate)
//! ```
//!
//! [`verify`] does what is left to do for a quote: the PCK certificate unless it is known already, the
//! report of the quoting enclave, its binding of the attestation key, and the quote. That leaves authentic
//! [`Facts`]. [`appraise`] judges facts under collateral, policy and time without any signature, so a lease
//! that keeps its facts can be judged again at any time.
//!
//! # Where this is stricter than Intel's library
//!
//! What no signature covers must have exactly the expected form: the type of certification data, the
//! chain in the quote (leaf, PCK CA, root, no more, the last two equal to the collateral's), nothing after
//! the last field, only zeros after the quote. SGX quotes are accepted in the framing of versions 4 and 5.

mod appraise;
mod pck;
mod quote;
mod tcb;

pub use appraise::{appraise, Collateral};
pub use pck::{verify_pck, Pck, Platform};
pub use quote::{Body, EnclaveReport, Quote, Td15, TdReport, MAX_QUOTE_BYTES};
pub use tcb::{
	verify_qe_identity, verify_tcb_info, QeIdentity, Signer, SvnLevel, TcbInfo, TcbLevel,
	TdxModule, Tee, MAX_QE_IDENTITY_BYTES, MAX_TCB_INFO_BYTES,
};

use crate::{
	bytes::{capped, len32, Cursor},
	collateral::{self, Authority, Crl, Family, KeyId, Role},
	crypto::{sha256, verify_p256, Signature},
	error::stored,
	pem,
	policy::{allow, Appraisal, QuotePolicy, Workload},
	x509::{Serial, MAX_CERTIFICATE_BYTES},
	Anchor, Error, Field, Measurement, Part,
};
use alloc::vec::Vec;
use quote::{enclave_report, CERTIFICATION_PCK_CHAIN};
use sha2::{Digest, Sha256};

/// Longest chain in PEM that is looked at.
pub const MAX_CHAIN_BYTES: usize = 8 * 1024;

/// TD attributes that have to be zero (TDX module ABI 348551-008, table 3.23).
const TD_RESERVED: u64 = 0x3fff_ffff_0780_ff8e;
const TD_DEBUG: u64 = 1;
const TD_PROFILING: u64 = 0b111 << 4;
const TD_SERVICE_EXTENSION: u64 = 1 << 17;
const TD_SEPT_VE_DISABLE: u64 = 1 << 28;
const TD_MIGRATABLE: u64 = 1 << 29;
/// Flag of an enclave that can be debugged.
const SGX_DEBUG: u8 = 0x02;

stored! {
	/// What the report of the quoting enclave says.
	pub struct Qe {
		/// Signer of the quoting enclave.
		pub mr_signer: [u8; 32],
		/// Product id.
		pub product_id: u16,
		/// Security version.
		pub svn: u16,
		/// Extended features.
		pub misc_select: u32,
		/// Attributes.
		pub attributes: [u8; 16],
	}

	/// What a TD's report says about the platform and the TD's own settings.
	pub struct TdFacts {
		/// TCB at launch.
		pub tee_tcb_svn: [u8; 16],
		/// TCB at present; TDX 1.5 and later.
		pub tee_tcb_svn2: Option<[u8; 16]>,
		/// Hash of the TDX module.
		pub mr_seam: [u8; 48],
		/// Signer of the TDX module.
		pub mr_signer_seam: [u8; 48],
		/// Attributes of the TDX module.
		pub seam_attributes: [u8; 8],
		/// Attributes of the TD.
		pub attributes: [u8; 8],
		/// Extended features of the TD.
		pub xfam: [u8; 8],
		/// Service TDs are bound.
		pub service_td: bool,
	}

	/// What signatures prove about a platform. Everything that [`appraise`] needs.
	pub struct Facts {
		/// Which technology.
		pub tee: Tee,
		/// The platform.
		pub platform: Platform,
		/// Key of the authority that issued its certificate.
		pub issuer: KeyId,
		/// Serial number of its certificate.
		pub serial: Serial,
		/// Unix time from which the certificate is valid.
		pub not_before: u64,
		/// Unix time up to which it is valid, inclusive.
		pub not_after: u64,
		/// The quoting enclave.
		pub qe: Qe,
		/// Attributes of the enclave; zeros for a TD.
		pub enclave_attributes: [u8; 16],
		/// The TD, if it is one.
		pub td: Option<TdFacts>,
	}
}

impl Qe {
	/// Whether the quoting enclave can be debugged.
	pub const fn debug(&self) -> bool {
		let [flags, ..] = self.attributes;
		flags & SGX_DEBUG != 0
	}
}

impl Facts {
	/// Judges the attributes of the enclave or TD.
	pub fn check_attributes(&self, policy: &QuotePolicy) -> Result<(), Error> {
		let Some(td) = &self.td else {
			let [flags, ..] = self.enclave_attributes;
			return if flags & SGX_DEBUG == 0 { Ok(()) } else { Err(Error::Debug) };
		};
		let attributes = u64::from_le_bytes(td.attributes);
		let has = |bits| attributes & bits != 0;
		if has(TD_DEBUG) {
			return Err(Error::Debug);
		}
		allow(false, has(TD_PROFILING), Field::Profiling)?;
		if has(TD_RESERVED) {
			return Err(Error::Mismatch { part: Part::Body, field: Field::ReservedBits });
		}
		allow(false, has(TD_MIGRATABLE), Field::Migration)?;
		// A TD with service TDs never gets a report of version 1.0.
		let service_allowed = policy.allow_service_td && td.tee_tcb_svn2.is_some();
		allow(service_allowed, td.service_td || has(TD_SERVICE_EXTENSION), Field::ServiceTd)?;
		allow(false, !has(TD_SEPT_VE_DISABLE), Field::SeptVeDisable)
	}
}

/// Collateral as Intel's service sends it.
#[derive(Clone, Copy, Debug)]
pub struct RawCollateral<'a> {
	/// PCK CA and root, in PEM.
	pub pck_crl_issuer_chain: &'a [u8],
	/// Revocation list of the root, in DER.
	pub root_crl: &'a [u8],
	/// Revocation list of the PCK CA, in DER.
	pub pck_crl: &'a [u8],
	/// TCB signer and root, in PEM.
	pub tcb_info_issuer_chain: &'a [u8],
	/// JSON text of `tcbInfo`.
	pub tcb_info: &'a [u8],
	/// Signature over it, r ‖ s.
	pub tcb_info_signature: &'a [u8; 64],
	/// TCB signer and root, in PEM.
	pub qe_identity_issuer_chain: &'a [u8],
	/// JSON text of `enclaveIdentity`.
	pub qe_identity: &'a [u8],
	/// Signature over it, r ‖ s.
	pub qe_identity_signature: &'a [u8; 64],
}

stored! {
	/// Collateral of which every signature was verified.
	pub struct VerifiedCollateral {
		/// The root.
		pub root: Authority,
		/// The root's revocation list.
		pub root_crl: Crl,
		/// The authority that issues PCK certificates.
		pub pck_ca: Authority,
		/// That authority's revocation list.
		pub pck_crl: Crl,
		/// TCB info.
		pub tcb_info: TcbInfo,
		/// Identity of the quoting enclave.
		pub qe_identity: QeIdentity,
	}
}

impl VerifiedCollateral {
	/// For [`verify`] and [`appraise`].
	pub const fn borrow(&self) -> Collateral<'_> {
		Collateral {
			root: &self.root,
			root_crl: &self.root_crl,
			pck_ca: &self.pck_ca,
			pck_crl: &self.pck_crl,
			tcb_info: &self.tcb_info,
			qe_identity: &self.qe_identity,
		}
	}
}

/// Decodes a chain in PEM that holds exactly `N` certificates.
fn chain<const N: usize>(pem: &[u8]) -> Result<[Vec<u8>; N], Error> {
	let pem = capped(pem, MAX_CHAIN_BYTES, Part::Chain)?;
	let certificates = pem::decode_chain(pem, N, MAX_CERTIFICATE_BYTES)?;
	let found = len32(certificates.len());
	certificates.try_into().map_err(|_| Error::Unsupported {
		part: Part::Chain,
		field: Field::ChainLength,
		found,
	})
}

impl RawCollateral<'_> {
	/// Verifies all of it.
	pub fn verify(&self, anchors: &[Anchor], now: u64) -> Result<VerifiedCollateral, Error> {
		let [pck_ca, root_der] = chain(self.pck_crl_issuer_chain)?;
		let root = collateral::verify_root(&root_der, Family::Intel, anchors, now)?;
		let root_crl = collateral::verify_crl(self.root_crl, &root, now)?;
		root_crl.clears(root.key.id(), root.serial, Part::Root)?;
		let authority =
			|der: &[u8], role| collateral::verify_authority(der, role, &root, Some(&root_crl), now);
		let pck_ca = authority(&pck_ca, Role::Issuer)?;
		let pck_crl = collateral::verify_crl(self.pck_crl, &pck_ca, now)?;

		let signer = |pem| -> Result<_, Error> {
			let [signer, top] = chain(pem)?;
			if top != root_der {
				return Err(Error::Mismatch { part: Part::Root, field: Field::Issuer });
			}
			Ok(signer)
		};
		let signer_der = signer(self.tcb_info_issuer_chain)?;
		let tcb_signer = authority(&signer_der, Role::TcbSigner)?;
		let signature = self.tcb_info_signature;
		let tcb_info = verify_tcb_info(self.tcb_info, signature, &tcb_signer, now)?;
		// The same certificate signs both: verify it once.
		let qe_signer_der = signer(self.qe_identity_issuer_chain)?;
		let qe_signer = if qe_signer_der == signer_der {
			tcb_signer
		} else {
			authority(&qe_signer_der, Role::TcbSigner)?
		};
		let signature = self.qe_identity_signature;
		let qe_identity = verify_qe_identity(self.qe_identity, signature, &qe_signer, now)?;
		Ok(VerifiedCollateral { root, root_crl, pck_ca, pck_crl, tcb_info, qe_identity })
	}
}

/// Splits an answer of Intel's service, `{"tcbInfo":…,"signature":"…"}` or `{"enclaveIdentity":…}`, into the signed
/// text and the signature over it. For whoever posts collateral; nothing is verified here.
pub fn split_response(response: &[u8]) -> Option<(&[u8], [u8; 64])> {
	const SIGNATURE: &[u8] = br#","signature":""#;
	let response = response.trim_ascii();
	let body = [&br#"{"tcbInfo":"#[..], br#"{"enclaveIdentity":"#]
		.into_iter()
		.find_map(|prefix| response.strip_prefix(prefix))?
		.strip_suffix(br#""}"#)?;
	let (body, digits) = body.split_at_checked(body.len().checked_sub(128)?)?;
	let mut signature = [0; 64];
	hex::decode_to_slice(digits, &mut signature).ok()?;
	Some((body.strip_suffix(SIGNATURE)?, signature))
}

/// A quote that was verified and accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// What the caller asked for.
	pub appraisal: Appraisal,
	/// What to keep, to judge again later.
	pub facts: Facts,
	/// The platform's certificate: keep it, and the next quote costs one signature less.
	pub pck: Pck,
}

/// Verifies a quote under verified collateral and judges it.
///
/// `known` is a PCK certificate that was verified before. It saves one signature if it is the one in
/// the quote, and is needed if the quote carries none.
pub fn verify(
	quote: &[u8],
	known: Option<&Pck>,
	collateral: &Collateral<'_>,
	policy: &QuotePolicy,
	now: u64,
) -> Result<Verified, Error> {
	let quote = Quote::parse(quote)?;
	collateral.check(now)?;
	let (facts, pck) = authenticate(&quote, known, collateral, now)?;
	let standing = appraise(&facts, collateral, policy, now)?;
	let platform = facts.platform.id;
	let appraisal = Appraisal { platform, standing, workload: workload(&quote.body) };
	Ok(Verified { appraisal, facts, pck })
}

/// Checks every signature of a quote up to the PCK CA.
pub fn authenticate(
	quote: &Quote<'_>,
	known: Option<&Pck>,
	collateral: &Collateral<'_>,
	now: u64,
) -> Result<(Facts, Pck), Error> {
	let pck = platform_key(quote, known, collateral, now)?;
	let signature = Signature::Raw(quote.qe_signature);
	verify_p256(&pck.key, quote.qe_report, signature, Part::QeReport)?;
	let mut cursor = Cursor::new(quote.qe_report, Part::QeReport);
	let report = enclave_report(&mut cursor)?;
	cursor.finish()?;
	let mut hasher = Sha256::new();
	hasher.update(quote.attestation_key);
	hasher.update(quote.qe_auth_data);
	let binding: [u8; 32] = hasher.finalize().into();
	let (bound, padding) = report.report_data.split_at(binding.len());
	if bound != binding || padding.iter().any(|byte| *byte != 0) {
		return Err(Error::Mismatch { part: Part::AttestationKey, field: Field::KeyBinding });
	}
	let signature = Signature::Raw(quote.signature);
	verify_p256(&quote.attestation_key, quote.signed, signature, Part::Evidence).map_err(
		|error| match error {
			Error::BadKey(_) => Error::BadKey(Part::AttestationKey),
			other => other,
		},
	)?;
	let (enclave_attributes, td) = match &quote.body {
		Body::Enclave(report) => (report.attributes, None),
		Body::Td(report) => ([0; 16], Some(td_facts(report))),
	};
	let facts = Facts {
		tee: quote.body.tee(),
		platform: pck.platform.clone(),
		issuer: pck.issuer,
		serial: pck.serial,
		not_before: pck.not_before,
		not_after: pck.not_after,
		qe: Qe {
			mr_signer: report.mr_signer,
			product_id: report.product_id,
			svn: report.svn,
			misc_select: report.misc_select,
			attributes: report.attributes,
		},
		enclave_attributes,
		td,
	};
	Ok((facts, pck))
}

/// The platform's certificate: the known one, or the one in the quote, verified.
fn platform_key(
	quote: &Quote<'_>,
	known: Option<&Pck>,
	collateral: &Collateral<'_>,
	now: u64,
) -> Result<Pck, Error> {
	let unsupported = Error::Unsupported {
		part: Part::CertificationData,
		field: Field::CertificationType,
		found: quote.certification_type.into(),
	};
	match quote.certification_type {
		CERTIFICATION_PCK_CHAIN => {},
		// Whichever certificate is known proves itself by its signature.
		kind if names_platform(kind) => return known.cloned().ok_or(unsupported),
		_ => return Err(unsupported),
	}
	let [leaf, ca, root] = chain(quote.certification)?;
	if sha256(&root) != collateral.root.fingerprint {
		return Err(Error::Mismatch { part: Part::Root, field: Field::Issuer });
	}
	if sha256(&ca) != collateral.pck_ca.fingerprint {
		return Err(Error::Mismatch { part: Part::Authority, field: Field::Issuer });
	}
	match known {
		Some(known) if known.fingerprint == sha256(&leaf) => Ok(known.clone()),
		_ => verify_pck(&leaf, collateral.pck_ca, collateral.pck_crl, now),
	}
}

/// The certificates that a quote presents.
pub struct Presented {
	/// SHA-256 of the platform's certificate.
	pub leaf: [u8; 32],
	/// SHA-256 of the PCK CA's.
	pub authority: [u8; 32],
	/// SHA-256 of the root's.
	pub root: [u8; 32],
	/// Family of the platform, so far only claimed: it tells which collateral to read.
	pub fmspc: [u8; 6],
}

/// Whether certification data of this kind only name the platform, by its PPID in one form or another.
const fn names_platform(kind: u16) -> bool {
	matches!(kind, 1..=3)
}

/// Reads which certificates a quote presents; `None` if it only names its platform. Nothing is verified.
pub fn presented(quote: &Quote<'_>) -> Result<Option<Presented>, Error> {
	match quote.certification_type {
		CERTIFICATION_PCK_CHAIN => {},
		kind if names_platform(kind) => return Ok(None),
		kind => {
			return Err(Error::Unsupported {
				part: Part::CertificationData,
				field: Field::CertificationType,
				found: kind.into(),
			})
		},
	}
	let [leaf, ca, root] = chain(quote.certification)?;
	Ok(Some(Presented {
		leaf: sha256(&leaf),
		authority: sha256(&ca),
		root: sha256(&root),
		fmspc: pck::claimed_fmspc(&leaf)?,
	}))
}

fn td_facts(report: &TdReport) -> TdFacts {
	let bound = |hash: &[u8; 48]| hash.iter().any(|byte| *byte != 0);
	TdFacts {
		tee_tcb_svn: report.tee_tcb_svn,
		tee_tcb_svn2: report.td15.as_ref().map(|td15| td15.tee_tcb_svn2),
		mr_seam: report.mr_seam,
		mr_signer_seam: report.mr_signer_seam,
		seam_attributes: report.seam_attributes,
		attributes: report.attributes,
		xfam: report.xfam,
		service_td: report.td15.as_ref().is_some_and(|td15| bound(&td15.mr_service_td))
			|| report.current_service_td.as_ref().is_some_and(bound),
	}
}

/// Fills up with zeros to 48 bytes.
fn wide(hash: &[u8; 32]) -> [u8; 48] {
	let mut wide = [0; 48];
	for (to, from) in wide.iter_mut().zip(hash) {
		*to = *from;
	}
	wide
}

fn workload(body: &Body) -> Workload {
	match body {
		Body::Enclave(report) => Workload {
			measurement: Measurement(wide(&report.mr_enclave)),
			signer: wide(&report.mr_signer),
			registers: [[0; 48]; 4],
			svn: report.svn.into(),
			product_id: report.product_id,
			report_data: report.report_data,
		},
		Body::Td(report) => Workload {
			measurement: Measurement(report.mr_td),
			signer: report.mr_owner,
			registers: report.rtmr,
			svn: 0,
			product_id: 0,
			report_data: report.report_data,
		},
	}
}
