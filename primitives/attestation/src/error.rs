//! Why evidence or collateral is refused: which part, which check, and by how much.

use crate::{AdvisoryId, TcbStatus, Vendor};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Derives what every typed value of this crate needs to be stored and shown.
macro_rules! stored {
	($($item:item)*) => {
		$(
			#[derive(
				Clone,
				Debug,
				PartialEq,
				Eq,
				codec::Encode,
				codec::Decode,
				codec::DecodeWithMemTracking,
				codec::MaxEncodedLen,
				scale_info::TypeInfo,
			)]
			$item
		)*
	};
}
pub(crate) use stored;

/// The part of evidence or collateral that an error is about.
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
pub enum Part {
	/// The whole piece of evidence: a quote, a report, a document.
	Evidence,
	/// Header of a quote.
	Header,
	/// Body of a quote: the enclave report or the TD report.
	Body,
	/// Signature section of a quote.
	AuthData,
	/// Report of the quoting enclave.
	QeReport,
	/// The bytes which the quoting enclave binds beside the attestation key.
	QeAuthData,
	/// Key that signed the evidence.
	AttestationKey,
	/// Certification data of a quote.
	CertificationData,
	/// A list of certificates in PEM or DER.
	Chain,
	/// Root certificate.
	Root,
	/// Intermediate authority: PCK CA, ASK, ASVK, Nitro intermediates.
	Authority,
	/// Signer of TCB info and QE identity.
	TcbSigner,
	/// Certificate of the platform: PCK, VCEK, VLEK, Nitro leaf.
	Leaf,
	/// The vendor's own extension in the platform's certificate.
	LeafExtension,
	/// Revocation list of the root.
	RootCrl,
	/// Revocation list of the authority that issues platform certificates.
	LeafCrl,
	/// TCB info.
	TcbInfo,
	/// Identity of the quoting enclave.
	QeIdentity,
	/// Identity of the TDX module.
	TdxModule,
}

/// A security version number that is compared.
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
pub enum Component {
	/// SGX TCB component (CPU SVN) of this index.
	Sgx(u8),
	/// TDX TCB component (TEE TCB SVN) of this index.
	Tdx(u8),
	/// Provisioning certification enclave.
	Pce,
	/// Quoting enclave.
	Qe,
	/// TDX module.
	TdxModule,
	/// SEV-SNP firmware microcode controller (Turin and later).
	SnpFmc,
	/// SEV-SNP boot loader.
	SnpBootLoader,
	/// SEV-SNP TEE (ASP operating system).
	SnpTee,
	/// SEV-SNP firmware.
	SnpFirmware,
	/// SEV-SNP microcode.
	SnpMicrocode,
	/// Guest's own security version number.
	Guest,
}

/// By how much a security version number falls short.
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
pub struct Shortfall {
	/// What falls short.
	pub component: Component,
	/// What the platform has.
	pub found: u32,
	/// What it would need.
	pub required: u32,
}

/// A field that has to hold a certain value.
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
pub enum Field {
	/// Version of the format.
	Version,
	/// Type of the attestation key or signature algorithm.
	KeyType,
	/// Kind of trusted execution environment.
	TeeType,
	/// Vendor of the quoting enclave.
	QeVendor,
	/// Type of a v5 quote's body.
	BodyType,
	/// Declared size of a v5 quote's body.
	BodySize,
	/// Type of certification data.
	CertificationType,
	/// Length of the quoting enclave's authentication data.
	QeAuthLength,
	/// The quoting enclave's binding of the attestation key.
	KeyBinding,
	/// Identity name in QE identity or TCB info (`QE`, `TD_QE`, `SGX`, `TDX`).
	Id,
	/// Family-model-stepping-platform-custom-SKU.
	Fmspc,
	/// Identity of the provisioning certification enclave.
	PceId,
	/// Signer of an enclave or of the TDX module.
	MrSigner,
	/// Product id of an enclave.
	ProductId,
	/// `MISCSELECT` under its mask.
	MiscSelect,
	/// Attributes under their mask.
	Attributes,
	/// Attributes outside of the mask, or reserved bits, which must be zero.
	ReservedBits,
	/// Extended features of a TD.
	Xfam,
	/// TDX: conversion of EPT violations has to be disabled.
	SeptVeDisable,
	/// TDX or SNP: the guest may be migrated.
	Migration,
	/// TDX: service TDs are bound.
	ServiceTd,
	/// TDX: profiling by the host.
	Profiling,
	/// SNP: chip id in report and certificate.
	ChipId,
	/// SNP: product line of certificate, authority or report.
	Product,
	/// SNP: TCB version in report and certificate.
	ReportedTcb,
	/// SNP: simultaneous multithreading.
	Smt,
	/// SNP: the host may mask the chip id or sign with another key.
	SigningKey,
	/// SNP: privilege level of the requester.
	Vmpl,
	/// SNP: minimum ABI version in the guest's policy.
	Abi,
	/// SNP: guest tied to one socket.
	SingleSocket,
	/// PCK: platform to which packages may be added.
	DynamicPlatform,
	/// PCK: platform keys cached by the vendor.
	CachedKeys,
	/// Certificate: issuer's name against the issuer's subject, or list against its issuer.
	Issuer,
	/// Certificate: allowed uses of the key.
	KeyUsage,
	/// Certificate: whether it may issue others.
	BasicConstraints,
	/// Certificate or list: a critical extension that is not known here.
	CriticalExtension,
	/// Certificate: the algorithm it is signed with.
	SignatureAlgorithm,
	/// Digest algorithm of a Nitro document.
	Digest,
	/// Number of certificates in a chain.
	ChainLength,
	/// What the code bound itself to.
	ReportData,
}

/// Why evidence or collateral is refused.
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
pub enum Error {
	/// Longer than is looked at.
	TooLong {
		/// What.
		part: Part,
		/// Its length in bytes.
		len: u32,
		/// The most that is looked at.
		max: u32,
	},
	/// Ends too early.
	Truncated {
		/// What.
		part: Part,
		/// How many bytes are missing.
		missing: u32,
	},
	/// Holds bytes which nothing accounts for.
	TrailingBytes {
		/// What.
		part: Part,
		/// How many.
		extra: u32,
	},
	/// Does not have the form it should have.
	Malformed(Part),
	/// Nested deeper than is looked at.
	TooDeep(Part),
	/// Lists more entries than are looked at.
	TooMany {
		/// What.
		part: Part,
		/// The most that is looked at.
		max: u32,
	},
	/// Holds a value that is not supported.
	Unsupported {
		/// Where.
		part: Part,
		/// Which field.
		field: Field,
		/// What it holds.
		found: u32,
	},
	/// Does not match what vouches for it.
	Mismatch {
		/// What.
		part: Part,
		/// In which field.
		field: Field,
	},
	/// No anchor of this vendor is trusted here.
	NoAnchor(Vendor),
	/// A key of the wrong type, or not a point of its curve.
	BadKey(Part),
	/// The signature does not verify.
	BadSignature(Part),
	/// Not valid yet.
	NotYetValid {
		/// What.
		part: Part,
		/// In how many seconds it will be.
		by: u64,
	},
	/// No longer valid.
	Expired {
		/// What.
		part: Part,
		/// For how many seconds.
		by: u64,
	},
	/// Revoked by its issuer.
	Revoked(Part),
	/// The platform meets none of the vendor's TCB levels; this is its first shortfall from the lowest.
	NoTcbLevel(Shortfall),
	/// The enclave, TD or guest can be debugged.
	Debug,
	/// Policy does not accept this vendor.
	VendorRefused(Vendor),
	/// Policy does not accept this TCB status; the first shortfall from the best level, if any.
	StatusRefused {
		/// The platform's status.
		found: TcbStatus,
		/// What would have to be raised.
		shortfall: Option<Shortfall>,
	},
	/// Policy does not accept a platform with this advisory open.
	AdvisoryRefused(AdvisoryId),
	/// TCB evaluation data are older than policy demands.
	EvaluationTooOld {
		/// Number of the collateral.
		found: u32,
		/// Number that policy demands.
		required: u32,
	},
	/// A security version number is lower than policy demands.
	BelowMinimum(Shortfall),
	/// Policy does not accept this FMSPC.
	FmspcRefused([u8; 6]),
	/// Policy does not accept this TDX module (the first 8 bytes of its MRSEAM).
	TdxModuleRefused([u8; 8]),
	/// Policy does not accept this property of the platform or guest.
	PropertyRefused(Field),
	/// Policy denies this platform.
	PlatformDenied,
	/// Collateral that is needed is not held: somebody has to post it.
	Missing(Part),
	/// Made before the piece that is held, so it can not take its place.
	RolledBack {
		/// What.
		part: Part,
		/// By how many seconds it is older.
		by: u64,
	},
	/// This very piece is held already.
	AlreadyHeld(Part),
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong { part, len, max } => {
				write!(f, "{part:?}: {len} bytes, {max} are looked at")
			},
			Self::Truncated { part, missing } => write!(f, "{part:?}: {missing} bytes are missing"),
			Self::TrailingBytes { part, extra } => write!(f, "{part:?}: {extra} bytes too many"),
			Self::Malformed(part) => write!(f, "{part:?}: malformed"),
			Self::TooDeep(part) => write!(f, "{part:?}: nested too deep"),
			Self::TooMany { part, max } => write!(f, "{part:?}: more than {max} entries"),
			Self::Unsupported { part, field, found } => {
				write!(f, "{part:?}: {field:?} {found} is not supported")
			},
			Self::Mismatch { part, field } => write!(f, "{part:?}: {field:?} does not match"),
			Self::NoAnchor(vendor) => write!(f, "no anchor of {vendor:?} is trusted here"),
			Self::BadKey(part) => write!(f, "{part:?}: not a key of the right kind"),
			Self::BadSignature(part) => write!(f, "{part:?}: the signature does not verify"),
			Self::NotYetValid { part, by } => write!(f, "{part:?}: valid in {by} s"),
			Self::Expired { part, by } => write!(f, "{part:?}: expired {by} s ago"),
			Self::Revoked(part) => write!(f, "{part:?}: revoked"),
			Self::NoTcbLevel(s) => write!(f, "below every TCB level: {s}"),
			Self::Debug => f.write_str("can be debugged"),
			Self::VendorRefused(vendor) => write!(f, "{vendor:?} is not accepted"),
			Self::StatusRefused { found, shortfall } => {
				write!(f, "TCB status {found:?} is not accepted")?;
				shortfall.iter().try_for_each(|s| write!(f, ": {s}"))
			},
			Self::AdvisoryRefused(id) => write!(f, "advisory {id} is not accepted"),
			Self::EvaluationTooOld { found, required } => {
				write!(f, "TCB evaluation data {found}, {required} is demanded")
			},
			Self::BelowMinimum(s) => write!(f, "below the demanded minimum: {s}"),
			Self::FmspcRefused(fmspc) => {
				f.write_str("FMSPC ")?;
				fmspc.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
				f.write_str(" is not accepted")
			},
			Self::TdxModuleRefused(seam) => {
				f.write_str("TDX module ")?;
				seam.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
				f.write_str("… is not accepted")
			},
			Self::PropertyRefused(field) => write!(f, "{field:?} is not accepted"),
			Self::PlatformDenied => f.write_str("this platform is denied"),
			Self::Missing(part) => write!(f, "{part:?}: not posted yet"),
			Self::RolledBack { part, by } => {
				write!(f, "{part:?}: {by} s older than the one that is held")
			},
			Self::AlreadyHeld(part) => write!(f, "{part:?}: held already"),
		}
	}
}

impl fmt::Display for Shortfall {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?} is {}, {} is needed", self.component, self.found, self.required)
	}
}
