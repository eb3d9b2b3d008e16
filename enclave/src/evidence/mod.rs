//! Where evidence comes from.
//!
//! | provider | speaks to | technology |
//! |---|---|---|
//! | [`Gramine`] | `dev/attestation/*` | SGX |
//! | [`Tsm`] | `sys/kernel/config/tsm/report` | TDX, SEV-SNP |
//! | [`SevGuest`] | `dev/sev-guest` | SEV-SNP |
//! | [`Dstack`] | `var/run/dstack.sock` | TDX |
//! | [`Simulator`] | nobody: no hardware stands behind it | all, under test anchors |
//!
//! Each [`Device`] lies below a root of its own, `/` but for tests. An [`Attester`] asks the device for a statement on a
//! random number at start, and so learns which code runs; later it hands out only evidence of the same technology and
//! code that is bound to what was asked for. A broken device is thus found here, and not paid for on chain. Signatures
//! are the chain's to check.
//!
//! Devices may hang. [`Guard`] asks them one at a time, on a thread of its own, and gives up after a time.
//!
//! Nothing falls back to the simulator: it is used where it is asked for by name.

mod certificates;
mod dstack;
mod error;
mod gramine;
mod guard;
mod sev_guest;
mod simulator;
#[cfg(test)]
mod tests;
mod tree;
mod tsm;

pub use certificates::TableError;
pub use dstack::{Dstack, DstackError};
pub use error::EvidenceError;
pub use gramine::Gramine;
pub use guard::{within, Guard};
pub use sev_guest::SevGuest;
pub use simulator::Simulator;
pub use tree::{FileTree, Tree};
pub use tsm::Tsm;

use concordat_attestation::{
	amd::{Report, REPORT_BYTES},
	collateral::Family,
	crypto::sha256,
	decode_chain,
	intel::{Body, Quote, Tee, MAX_QUOTE_BYTES},
	nitro::Document,
	simulator::dev::DevKind,
	source::{CertificateBytes, Piece},
	x509::MAX_CERTIFICATE_BYTES,
	Error, Evidence, Field, Measurement, Part, Vendor,
};
use std::{
	path::PathBuf,
	sync::{Mutex, PoisonError},
};

/// Longest answer of a device: what the kernel's interface allows (`TSM_OUTBLOB_MAX`).
const MAX_DEVICE_BYTES: usize = 32 * 1024;
/// Certification data of a quote: the PCK chain, in PEM (Intel's QuoteLib, "certification data type").
const PCK_CHAIN: u16 = 5;

/// Where evidence comes from.
pub trait EvidenceProvider: Send + Sync + 'static {
	/// What it is called in messages.
	fn name(&self) -> &'static str;

	/// Who vouches for it.
	fn vendor(&self) -> Vendor;

	/// Whether no hardware stands behind it.
	fn is_simulated(&self) -> bool;

	/// The code that runs, as the evidence will name it.
	fn measurement(&self) -> Measurement;

	/// Evidence that binds `report_data` to this enclave. May take long, or hang: see [`Guard`].
	fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError>;

	/// Collateral at hand, in an order in which it can be posted. May take long, or hang: see [`Guard`].
	fn collateral(&self) -> Result<Vec<Piece>, EvidenceError>;
}

/// What a device hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
	/// The evidence.
	pub evidence: Evidence,
	/// Certificates of authorities that came with it, the root first.
	pub collateral: Vec<Piece>,
}

/// Something that makes evidence. Nothing is checked yet.
pub trait Device: Send + Sync + 'static {
	/// What it is called in messages.
	fn name(&self) -> &'static str;

	/// Evidence that binds `report_data` to this enclave.
	fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError>;
}

/// What evidence claims, read without checking a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
	/// Who vouches.
	pub vendor: Vendor,
	/// The code that runs.
	pub measurement: Measurement,
	/// What the code bound itself to.
	pub report_data: [u8; 64],
}

impl Claims {
	fn check(
		&self,
		device: &'static str,
		vendor: Vendor,
		measurement: &Measurement,
		report_data: &[u8; 64],
	) -> Result<(), EvidenceError> {
		if self.vendor != vendor {
			let found = self.vendor;
			return Err(EvidenceError::OtherVendor { device, expected: vendor, found });
		}
		if self.report_data != *report_data {
			return Err(EvidenceError::OtherReportData(device));
		}
		if self.measurement != *measurement {
			let (expected, found) = (*measurement, self.measurement);
			return Err(EvidenceError::OtherMeasurement { device, expected, found });
		}
		Ok(())
	}
}

/// Reads what evidence claims. No signature is checked.
pub fn claims(evidence: &Evidence) -> Result<Claims, Error> {
	match evidence {
		Evidence::Intel { quote } => Ok(quote_claims(&Quote::parse(quote)?)),
		Evidence::Amd { report, .. } => {
			let report = Report::parse(report)?;
			Ok(Claims {
				vendor: Vendor::AmdSevSnp,
				measurement: Measurement(report.measurement),
				report_data: report.report_data,
			})
		},
		Evidence::Aws { document } => {
			let document = Document::parse(document)?;
			let code = document.pcrs.iter().find(|(index, _)| *index == 0);
			let bound = document.user_data.and_then(|data| data.try_into().ok());
			let missing = Error::Malformed(Part::Body);
			Ok(Claims {
				vendor: Vendor::AwsNitro,
				measurement: Measurement(code.ok_or(missing)?.1),
				report_data: bound.ok_or(missing)?,
			})
		},
	}
}

fn quote_claims(quote: &Quote<'_>) -> Claims {
	let vendor = match quote.body.tee() {
		Tee::Sgx => Vendor::IntelSgx,
		Tee::Tdx => Vendor::IntelTdx,
	};
	let (measurement, report_data) = match &quote.body {
		Body::Enclave(report) => {
			let mut wide = [0; 48];
			wide.iter_mut().zip(report.mr_enclave).for_each(|(to, from)| *to = from);
			(wide, report.report_data)
		},
		Body::Td(report) => (report.mr_td, report.report_data),
	};
	Claims { vendor, measurement: Measurement(measurement), report_data }
}

impl Exhibit {
	/// A quote of SGX or TDX, as a device hands it out: possibly in a buffer that zeros fill up.
	fn quote(device: &'static str, expected: Vendor, bytes: &[u8]) -> Result<Self, EvidenceError> {
		let unreadable = |reason| EvidenceError::Unreadable { device, reason };
		let bytes = match bytes.split_at_checked(MAX_QUOTE_BYTES) {
			Some((quote, tail)) if tail.iter().all(|byte| *byte == 0) => quote,
			_ => bytes,
		};
		let quote = Quote::parse(bytes).map_err(unreadable)?;
		let found = quote_claims(&quote).vendor;
		if found != expected {
			return Err(EvidenceError::OtherVendor { device, expected, found });
		}
		let exact = quote_len(bytes, &quote).and_then(|len| bytes.get(..len)).unwrap_or(bytes);
		let too_long = Error::Malformed(Part::Evidence);
		let bounded = exact.to_vec().try_into().map_err(|_| unreadable(too_long))?;
		Ok(Self {
			evidence: Evidence::Intel { quote: bounded },
			collateral: pck_authorities(&quote).map_err(unreadable)?,
		})
	}

	/// A report of SEV-SNP with the host's certificates.
	fn report(device: &'static str, bytes: &[u8], table: &[u8]) -> Result<Self, EvidenceError> {
		let report = snp_report(device, bytes)?;
		let chain = certificates::chain(table, report.key_info)?;
		Self::endorsed(device, bytes, &chain)
	}

	/// A report of SEV-SNP with certificates that are known already.
	fn endorsed(
		device: &'static str,
		bytes: &[u8],
		chain: &certificates::Chain,
	) -> Result<Self, EvidenceError> {
		let root = sha256(&chain.root);
		let too_long = Error::TrailingBytes { part: Part::Evidence, extra: 1 };
		let report = bytes
			.to_vec()
			.try_into()
			.map_err(|_| EvidenceError::Unreadable { device, reason: too_long })?;
		Ok(Self {
			evidence: Evidence::Amd {
				report,
				certificate: chain.vek.clone(),
				authority: sha256(&chain.authority),
				root,
			},
			collateral: vec![
				Piece::Root { family: Family::Amd, certificate: chain.root.clone() },
				Piece::Authority { certificate: chain.authority.clone(), root },
			],
		})
	}
}

/// Reads a report of SEV-SNP.
fn snp_report<'a>(device: &'static str, bytes: &'a [u8]) -> Result<Report<'a>, EvidenceError> {
	let unreadable = |reason| EvidenceError::Unreadable { device, reason };
	let report = Report::parse(bytes).map_err(unreadable)?;
	if bytes.len() != REPORT_BYTES {
		return Err(unreadable(Error::Malformed(Part::Evidence)));
	}
	Ok(report)
}

/// Length of a quote without what fills up the device's buffer: after what is signed stands the length of the rest.
fn quote_len(bytes: &[u8], quote: &Quote<'_>) -> Option<usize> {
	let rest = bytes.get(quote.signed.len()..)?;
	let len = u32::from_le_bytes(*rest.first_chunk()?);
	quote.signed.len().checked_add(4)?.checked_add(usize::try_from(len).ok()?)
}

/// PCK CA and root out of a quote's chain, the root first; nothing if the quote only names its platform.
fn pck_authorities(quote: &Quote<'_>) -> Result<Vec<Piece>, Error> {
	if quote.certification_type != PCK_CHAIN {
		return Ok(Vec::new());
	}
	let chain = decode_chain(quote.certification, 3, MAX_CERTIFICATE_BYTES)?;
	let bounded = |der: &Vec<u8>| -> Result<CertificateBytes, Error> {
		der.clone().try_into().map_err(|_| Error::Malformed(Part::Chain))
	};
	match &chain[..] {
		[_, authority, root] => Ok(vec![
			Piece::Root { family: Family::Intel, certificate: bounded(root)? },
			Piece::Authority { certificate: bounded(authority)?, root: sha256(root) },
		]),
		_ => Err(Error::Unsupported {
			part: Part::Chain,
			field: Field::ChainLength,
			found: u32::try_from(chain.len()).unwrap_or(u32::MAX),
		}),
	}
}

/// A device, and what it said at start.
pub struct Attester<D> {
	device: D,
	vendor: Vendor,
	measurement: Measurement,
	/// Certificates that came with the last evidence. Held while the device is asked: some keep what they were asked
	/// between two operations.
	collateral: Mutex<Vec<Piece>>,
}

impl<D: Device> Attester<D> {
	/// Asks the device for a statement on a random number, and so learns who it is.
	pub fn new(device: D) -> Result<Self, EvidenceError> {
		let mut nonce = [0; 64];
		getrandom::getrandom(&mut nonce)
			.map_err(|e| EvidenceError::System { what: "randomness", source: e.into() })?;
		let Exhibit { evidence, collateral } = device.exhibit(&nonce)?;
		let name = device.name();
		let claims = claims(&evidence)
			.map_err(|reason| EvidenceError::Unreadable { device: name, reason })?;
		let Claims { vendor, measurement, .. } = claims;
		claims.check(name, vendor, &measurement, &nonce)?;
		Ok(Self { device, vendor, measurement, collateral: Mutex::new(collateral) })
	}
}

impl<D: Device> EvidenceProvider for Attester<D> {
	fn name(&self) -> &'static str {
		self.device.name()
	}

	fn vendor(&self) -> Vendor {
		self.vendor
	}

	fn is_simulated(&self) -> bool {
		false
	}

	fn measurement(&self) -> Measurement {
		self.measurement
	}

	fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError> {
		let mut held = self.collateral.lock().unwrap_or_else(PoisonError::into_inner);
		let Exhibit { evidence, collateral } = self.device.exhibit(&report_data)?;
		let device = self.name();
		claims(&evidence).map_err(|reason| EvidenceError::Unreadable { device, reason })?.check(
			device,
			self.vendor,
			&self.measurement,
			&report_data,
		)?;
		*held = collateral;
		Ok(evidence)
	}

	fn collateral(&self) -> Result<Vec<Piece>, EvidenceError> {
		Ok(self.collateral.lock().unwrap_or_else(PoisonError::into_inner).clone())
	}
}

/// Which device to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
	/// The first that is there: Gramine, configfs-tsm, `/dev/sev-guest`, dstack.
	Auto,
	/// Gramine.
	Gramine,
	/// configfs-tsm.
	Tsm,
	/// `/dev/sev-guest`.
	SevGuest,
	/// dstack.
	Dstack,
}

/// Hardware, and how to reach it.
#[derive(Clone, Debug)]
pub struct HardwareSource {
	/// Which device to ask.
	pub device: DeviceKind,
	/// Where its files are: `/` but for tests.
	pub root: PathBuf,
	/// Socket of dstack, if it is not one of the usual ones below `root`.
	pub dstack_socket: Option<PathBuf>,
	/// Privilege level (VMPL) that an SEV-SNP report is asked for; `None`: the lowest number that is allowed.
	pub privilege_level: Option<u8>,
}

/// Where evidence comes from.
#[derive(Clone, Debug)]
pub enum EvidenceSource {
	/// The simulator: signed under test anchors; no hardware stands behind it.
	Simulated {
		/// Technology that it pretends to be.
		kind: DevKind,
		/// Name of the machine that it pretends to be. Enclaves of the same kind and name share a platform id, and a
		/// chain gives a platform one lease. `None`: a machine of its own.
		platform: Option<String>,
	},
	/// Hardware.
	Hardware(HardwareSource),
}

impl EvidenceSource {
	/// Opens it. Asks hardware for a first statement, which may take long, or hang: see [`within`]. `unique` names a
	/// simulated machine that was given no name.
	pub fn open(&self, unique: &str) -> Result<Box<dyn EvidenceProvider>, EvidenceError> {
		match self {
			Self::Simulated { kind, platform } => {
				let name = platform.as_deref().unwrap_or(unique);
				Ok(Box::new(Simulator::new(*kind, name)))
			},
			Self::Hardware(hardware) => hardware.open(),
		}
	}
}

impl HardwareSource {
	/// The device that is there.
	fn pick(&self) -> Result<DeviceKind, EvidenceError> {
		if self.device != DeviceKind::Auto {
			return Ok(self.device);
		}
		let tree = FileTree::new(&self.root);
		let there = [
			(DeviceKind::Gramine, tree.exists(gramine::ATTESTATION_TYPE)),
			(DeviceKind::Tsm, tree.exists(tsm::REPORTS)),
			(DeviceKind::SevGuest, tree.exists(sev_guest::DEVICE)),
			(DeviceKind::Dstack, self.socket().exists()),
		];
		let found = there.into_iter().find(|(_, exists)| *exists).map(|(kind, _)| kind);
		found.ok_or_else(|| EvidenceError::NoHardware { root: self.root.clone() })
	}

	fn socket(&self) -> PathBuf {
		self.dstack_socket.clone().unwrap_or_else(|| dstack::default_socket(&self.root))
	}

	fn open(&self) -> Result<Box<dyn EvidenceProvider>, EvidenceError> {
		let kind = self.pick()?;
		let tree = FileTree::new(&self.root);
		let level = self.privilege_level;
		Ok(match kind {
			DeviceKind::Gramine => {
				self.no_level(Vendor::IntelSgx)?;
				Box::new(Attester::new(Gramine::new(tree))?)
			},
			DeviceKind::Auto | DeviceKind::Tsm => Box::new(Attester::new(Tsm::new(tree, level))?),
			DeviceKind::SevGuest => Box::new(Attester::new(SevGuest::open(&tree, level)?)?),
			DeviceKind::Dstack => {
				self.no_level(Vendor::IntelTdx)?;
				Box::new(Attester::new(Dstack::new(self.socket()))?)
			},
		})
	}

	fn no_level(&self, vendor: Vendor) -> Result<(), EvidenceError> {
		match self.privilege_level {
			None => Ok(()),
			Some(_) => Err(EvidenceError::NoPrivilegeLevels(vendor)),
		}
	}
}
