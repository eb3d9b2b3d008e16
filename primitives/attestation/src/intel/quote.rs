//! The layout of DCAP quotes: version 3 (SGX), 4 (SGX, TDX 1.0) and 5 (SGX, TDX 1.0, 1.5, 1.5 extended).

use crate::{
	bytes::{capped, Cursor},
	error::stored,
	intel::Tee,
	Error, Field, Part,
};

/// Longest quote that is looked at.
pub const MAX_QUOTE_BYTES: usize = 8 * 1024;

const ENCLAVE_REPORT_BYTES: usize = 384;
/// ECDSA with P-256, the only type of attestation key in use.
const KEY_TYPE_P256: u16 = 2;
const TEE_SGX: u32 = 0;
const TEE_TDX: u32 = 0x81;
const QE_VENDOR_INTEL: [u8; 16] = [
	0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
];
/// Length of the quoting enclave's authentication data.
const QE_AUTH_BYTES: usize = 32;
/// Certification data: a PCK chain in PEM.
pub const CERTIFICATION_PCK_CHAIN: u16 = 5;
/// Certification data: report of the quoting enclave and what certifies it.
const CERTIFICATION_QE_REPORT: u16 = 6;

stored! {
	/// An enclave's report.
	pub struct EnclaveReport {
		/// Security version of the processor.
		pub cpu_svn: [u8; 16],
		/// Extended features.
		pub misc_select: u32,
		/// Attributes: flags, then XFRM.
		pub attributes: [u8; 16],
		/// Hash of the code.
		pub mr_enclave: [u8; 32],
		/// Hash of the signer's key.
		pub mr_signer: [u8; 32],
		/// Product id given by the signer.
		pub product_id: u16,
		/// Security version given by the signer.
		pub svn: u16,
		/// What the code bound itself to.
		pub report_data: [u8; 64],
	}

	/// What TDX 1.5 reports beyond 1.0.
	pub struct Td15 {
		/// TCB of the platform at present, which a module update may have raised since launch.
		pub tee_tcb_svn2: [u8; 16],
		/// Hash of the service TDs that are bound.
		pub mr_service_td: [u8; 48],
	}

	/// A trust domain's report.
	pub struct TdReport {
		/// TCB of the platform at launch.
		pub tee_tcb_svn: [u8; 16],
		/// Hash of the TDX module.
		pub mr_seam: [u8; 48],
		/// Signer of the TDX module.
		pub mr_signer_seam: [u8; 48],
		/// Attributes of the TDX module.
		pub seam_attributes: [u8; 8],
		/// Attributes of the trust domain.
		pub attributes: [u8; 8],
		/// Extended features of the trust domain.
		pub xfam: [u8; 8],
		/// Hash of the initial contents.
		pub mr_td: [u8; 48],
		/// Configuration given by the owner.
		pub mr_config_id: [u8; 48],
		/// Owner.
		pub mr_owner: [u8; 48],
		/// Owner's configuration.
		pub mr_owner_config: [u8; 48],
		/// Registers that the code extends while it runs.
		pub rtmr: [[u8; 48]; 4],
		/// What the code bound itself to.
		pub report_data: [u8; 64],
		/// TDX 1.5 and later.
		pub td15: Option<Td15>,
		/// TDX 1.5 extended: hash of the service TDs bound at present.
		pub current_service_td: Option<[u8; 48]>,
	}
}

/// The body of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // one per quote, on the stack
pub enum Body {
	/// An enclave.
	Enclave(EnclaveReport),
	/// A trust domain.
	Td(TdReport),
}

impl Body {
	/// Which technology.
	pub const fn tee(&self) -> Tee {
		match self {
			Self::Enclave(_) => Tee::Sgx,
			Self::Td(_) => Tee::Tdx,
		}
	}
}

/// A quote, taken apart but not verified.
#[derive(Clone, Debug)]
pub struct Quote<'a> {
	/// Version of the format.
	pub version: u16,
	/// Header and body: what the attestation key signs.
	pub signed: &'a [u8],
	/// The body.
	pub body: Body,
	/// Signature by the attestation key.
	pub signature: &'a [u8],
	/// Attestation key: x ‖ y.
	pub attestation_key: [u8; 64],
	/// Report of the quoting enclave, as signed.
	pub qe_report: &'a [u8],
	/// Signature over it by the PCK.
	pub qe_signature: &'a [u8],
	/// What the quoting enclave hashes together with the attestation key.
	pub qe_auth_data: &'a [u8],
	/// Kind of certification data.
	pub certification_type: u16,
	/// Certification data.
	pub certification: &'a [u8],
}

/// Reads an enclave report of 384 bytes.
pub fn enclave_report(cursor: &mut Cursor<'_>) -> Result<EnclaveReport, Error> {
	let cpu_svn = cursor.array()?;
	let misc_select = cursor.u32()?;
	cursor.take(28)?;
	let attributes = cursor.array()?;
	let mr_enclave = cursor.array()?;
	cursor.take(32)?;
	let mr_signer = cursor.array()?;
	cursor.take(96)?;
	let product_id = cursor.u16()?;
	let svn = cursor.u16()?;
	cursor.take(60)?;
	let report_data = cursor.array()?;
	Ok(EnclaveReport {
		cpu_svn,
		misc_select,
		attributes,
		mr_enclave,
		mr_signer,
		product_id,
		svn,
		report_data,
	})
}

fn td_report(cursor: &mut Cursor<'_>) -> Result<TdReport, Error> {
	Ok(TdReport {
		tee_tcb_svn: cursor.array()?,
		mr_seam: cursor.array()?,
		mr_signer_seam: cursor.array()?,
		seam_attributes: cursor.array()?,
		attributes: cursor.array()?,
		xfam: cursor.array()?,
		mr_td: cursor.array()?,
		mr_config_id: cursor.array()?,
		mr_owner: cursor.array()?,
		mr_owner_config: cursor.array()?,
		rtmr: [cursor.array()?, cursor.array()?, cursor.array()?, cursor.array()?],
		report_data: cursor.array()?,
		td15: None,
		current_service_td: None,
	})
}

fn td_report_15(cursor: &mut Cursor<'_>) -> Result<TdReport, Error> {
	let base = td_report(cursor)?;
	let td15 = Td15 { tee_tcb_svn2: cursor.array()?, mr_service_td: cursor.array()? };
	Ok(TdReport { td15: Some(td15), ..base })
}

fn td_report_15_extended(cursor: &mut Cursor<'_>) -> Result<TdReport, Error> {
	let base = td_report_15(cursor)?;
	// VM index, TD id, device information, the service TDs at creation with their attributes, and the
	// platform's TCB at creation: none of it is judged.
	cursor.take(1 + 32 + 48 + 48 + 8 + 16 + 16 + 12)?;
	let current = cursor.array()?;
	cursor.take(8)?;
	Ok(TdReport { current_service_td: Some(current), ..base })
}

impl<'a> Quote<'a> {
	/// Takes a quote apart. Every length is checked before it is used.
	///
	/// After the quote, zeros are allowed: the driver hands out a buffer of fixed size.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
		let mut cursor = Cursor::new(capped(bytes, MAX_QUOTE_BYTES, Part::Evidence)?, Part::Header);
		let version = cursor.u16()?;
		let unsupported = |field, found| Error::Unsupported { part: Part::Header, field, found };
		if !matches!(version, 3..=5) {
			return Err(unsupported(Field::Version, version.into()));
		}
		let key_type = cursor.u16()?;
		if key_type != KEY_TYPE_P256 {
			return Err(unsupported(Field::KeyType, key_type.into()));
		}
		// Reserved in version 3; Intel's quoting enclave writes zeros there.
		let tee = match cursor.u32()? {
			TEE_SGX => Tee::Sgx,
			TEE_TDX if version > 3 => Tee::Tdx,
			found => return Err(unsupported(Field::TeeType, found)),
		};
		cursor.take(4)?;
		if cursor.array()? != QE_VENDOR_INTEL {
			return Err(unsupported(Field::QeVendor, 0));
		}
		cursor.take(20)?;
		cursor.part(Part::Body);
		let body = Self::body(&mut cursor, version, tee)?;
		let signed_len = bytes.len().saturating_sub(cursor.rest().len());
		let signed = bytes.get(..signed_len).ok_or(Error::Malformed(Part::Body))?;

		cursor.part(Part::AuthData);
		let auth = cursor.sized32()?;
		cursor.part(Part::Evidence).finish_zeros()?;
		let mut cursor = Cursor::new(auth, Part::AuthData);
		let signature = cursor.take(64)?;
		let attestation_key = cursor.array()?;
		let mut certified = if version == 3 {
			cursor
		} else {
			let kind = cursor.u16()?;
			if kind != CERTIFICATION_QE_REPORT {
				let field = Field::CertificationType;
				let part = Part::AuthData;
				return Err(Error::Unsupported { part, field, found: kind.into() });
			}
			let inner = cursor.sized32()?;
			cursor.finish()?;
			Cursor::new(inner, Part::AuthData)
		};
		let qe_report = certified.part(Part::QeReport).take(ENCLAVE_REPORT_BYTES)?;
		let qe_signature = certified.take(64)?;
		let len = certified.part(Part::QeAuthData).u16()?;
		if usize::from(len) != QE_AUTH_BYTES {
			let field = Field::QeAuthLength;
			let part = Part::QeAuthData;
			return Err(Error::Unsupported { part, field, found: len.into() });
		}
		let qe_auth_data = certified.take(QE_AUTH_BYTES)?;
		let certification_type = certified.part(Part::CertificationData).u16()?;
		let certification = certified.sized32()?;
		certified.finish()?;
		Ok(Self {
			version,
			signed,
			body,
			signature,
			attestation_key,
			qe_report,
			qe_signature,
			qe_auth_data,
			certification_type,
			certification,
		})
	}

	fn body(cursor: &mut Cursor<'a>, version: u16, tee: Tee) -> Result<Body, Error> {
		if version < 5 {
			return match tee {
				Tee::Sgx => enclave_report(cursor).map(Body::Enclave),
				Tee::Tdx => td_report(cursor).map(Body::Td),
			};
		}
		let kind = cursor.u16()?;
		let declared = cursor.u32()?;
		let before = cursor.rest().len();
		let body = match (kind, tee) {
			(1, Tee::Sgx) => enclave_report(cursor).map(Body::Enclave),
			(2, Tee::Tdx) => td_report(cursor).map(Body::Td),
			(3, Tee::Tdx) => td_report_15(cursor).map(Body::Td),
			(4, Tee::Tdx) => td_report_15_extended(cursor).map(Body::Td),
			_ => Err(Error::Unsupported {
				part: Part::Body,
				field: Field::BodyType,
				found: kind.into(),
			}),
		}?;
		let read = before.saturating_sub(cursor.rest().len());
		if usize::try_from(declared) != Ok(read) {
			return Err(Error::Unsupported {
				part: Part::Body,
				field: Field::BodySize,
				found: declared,
			});
		}
		Ok(body)
	}
}
