//! SEV-SNP through `/dev/sev-guest`: the kernel's `sev-guest` ABI, for kernels before configfs-tsm.
//!
//! The first request asks for the host's certificates as well. Later ones ask for the report alone, as long as the same
//! key of the same chip in the same state of firmware signs it.

#[cfg(target_os = "linux")]
mod ioctl;
#[cfg(test)]
mod tests;

use super::{
	certificates::{self, Chain},
	snp_report,
	tree::{failed, Tree},
	Device, EvidenceError, Exhibit,
};
use concordat_attestation::amd::{Report, REPORT_BYTES};
use std::{
	io,
	path::PathBuf,
	sync::{Mutex, PoisonError},
};

/// The device.
pub(super) const DEVICE: &str = "dev/sev-guest";
/// `struct snp_report_resp`
const RESPONSE_BYTES: usize = 4000;
/// `struct snp_report_req`
const REQUEST_BYTES: usize = 96;
/// Header of the firmware's answer: status, size of the report, reserved.
const HEADER_BYTES: usize = 32;
/// What the kernel takes at first: `SEV_FW_BLOB_MAX_SIZE`.
const FIRST_TABLE_BYTES: u32 = 16 * 1024;
const MAX_TABLE_BYTES: u32 = certificates::MAX_TABLE_BYTES as u32;
/// The length of the buffer has to be a multiple.
const PAGE_BYTES: u32 = 4096;
/// `SNP_GUEST_VMM_ERR_INVALID_LEN`
const VMM_INVALID_LEN: u32 = 1;
/// `SNP_GUEST_VMM_ERR_BUSY`
const VMM_BUSY: u32 = 2;
/// What the kernel writes where the firmware's status goes before it asks: nothing came back.
const NO_FIRMWARE_CALL: u32 = 0xff;
const MAX_PRIVILEGE_LEVEL: u8 = 3;
const ADVICE: &str = "the guest needs the sev-guest driver and the enclave the right to use the device; if the driver has \
                      closed its channel to the security processor (see the kernel's log), start the machine again";

/// A request to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
	/// `SNP_GET_REPORT`
	Report,
	/// `SNP_GET_EXT_REPORT`
	ExtReport,
}

/// What a request says.
struct Request {
	/// `struct snp_report_req`
	report: [u8; REQUEST_BYTES],
	/// Length of the buffer for certificates; afterwards, if it was too short, what is needed.
	certs_len: u32,
}

/// Why a request failed.
struct Failure {
	error: io::Error,
	/// Firmware's status below, hypervisor's code in the upper 32 bits.
	exit_info: u64,
}

/// The device, or one that speaks like it.
trait Guest: Send + Sync + 'static {
	fn send(
		&self,
		command: Command,
		request: &mut Request,
		response: &mut [u8; RESPONSE_BYTES],
		certificates: &mut [u8],
	) -> Result<(), Failure>;
}

/// Which key signed, of which chip, in which state of firmware: what certificates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Signer {
	key_info: u32,
	reported_tcb: [u8; 8],
	chip_id: [u8; 64],
}

impl Signer {
	fn of(report: &Report<'_>) -> Self {
		let Report { key_info, reported_tcb, chip_id, .. } = *report;
		Self { key_info, reported_tcb, chip_id }
	}
}

/// `/dev/sev-guest`.
pub struct SevGuest {
	guest: Box<dyn Guest>,
	path: PathBuf,
	privilege_level: u8,
	/// Certificates that came last, and whose.
	known: Mutex<Option<(Signer, Chain)>>,
}

impl SevGuest {
	/// Opens the device in this tree; reports are asked for at this privilege level, 0 if none is given.
	pub fn open(tree: &impl Tree, privilege_level: Option<u8>) -> Result<Self, EvidenceError> {
		#[cfg(target_os = "linux")]
		let guest = std::fs::File::options().read(true).write(true).open(tree.locate(DEVICE));
		#[cfg(not(target_os = "linux"))]
		let guest = Err::<NoGuest, _>(io::Error::from(io::ErrorKind::Unsupported));
		let guest = guest.map_err(failed(tree, "open", DEVICE, ADVICE))?;
		Self::over(Box::new(guest), tree.locate(DEVICE), privilege_level)
	}

	fn over(
		guest: Box<dyn Guest>,
		path: PathBuf,
		privilege_level: Option<u8>,
	) -> Result<Self, EvidenceError> {
		let privilege_level = privilege_level.unwrap_or(0);
		if privilege_level > MAX_PRIVILEGE_LEVEL {
			return Err(EvidenceError::PrivilegeLevel { asked: privilege_level, floor: 0 });
		}
		Ok(Self { guest, path, privilege_level, known: Mutex::new(None) })
	}

	fn request(&self, report_data: &[u8; 64], certs_len: u32) -> Request {
		let mut report = [0; REQUEST_BYTES];
		let level = [self.privilege_level, 0, 0, 0];
		report.iter_mut().zip(report_data.iter().chain(&level)).for_each(|(to, from)| *to = *from);
		Request { report, certs_len }
	}

	/// A report alone.
	fn report(&self, report_data: &[u8; 64]) -> Result<Vec<u8>, EvidenceError> {
		let mut response = [0; RESPONSE_BYTES];
		let mut request = self.request(report_data, 0);
		self.guest
			.send(Command::Report, &mut request, &mut response, &mut [])
			.map_err(|failure| self.explain(failure))?;
		unwrap(&response)
	}

	/// A report with the host's certificates.
	fn ext_report(&self, report_data: &[u8; 64]) -> Result<(Vec<u8>, Vec<u8>), EvidenceError> {
		let mut room = FIRST_TABLE_BYTES;
		loop {
			let mut response = [0; RESPONSE_BYTES];
			let mut table = vec![0; usize::try_from(room).unwrap_or(0)];
			let mut request = self.request(report_data, room);
			let sent = self.guest.send(Command::ExtReport, &mut request, &mut response, &mut table);
			let Err(failure) = sent else { return Ok((unwrap(&response)?, table)) };
			if hypervisor(failure.exit_info) != VMM_INVALID_LEN {
				return Err(self.explain(failure));
			}
			// It has to grow, or this would never end.
			let needed = request.certs_len;
			if needed <= room || needed > MAX_TABLE_BYTES {
				return Err(EvidenceError::CertificateBuffer { needed, max: MAX_TABLE_BYTES });
			}
			room = needed.next_multiple_of(PAGE_BYTES);
		}
	}

	fn explain(&self, Failure { error, exit_info }: Failure) -> EvidenceError {
		let firmware = u32::try_from(exit_info & u64::from(u32::MAX)).unwrap_or(u32::MAX);
		match (hypervisor(exit_info), firmware) {
			(VMM_BUSY, _) => EvidenceError::HostBusy,
			(0, 0 | NO_FIRMWARE_CALL) => EvidenceError::Device {
				action: "use",
				path: self.path.clone(),
				source: error,
				advice: ADVICE,
			},
			(0, status) => EvidenceError::Firmware { status },
			(code, _) => EvidenceError::Hypervisor(code),
		}
	}
}

/// The hypervisor's code.
fn hypervisor(exit_info: u64) -> u32 {
	u32::try_from(exit_info >> 32).unwrap_or(u32::MAX)
}

/// Takes the report out of the firmware's answer (`MSG_REPORT_RSP`).
fn unwrap(response: &[u8; RESPONSE_BYTES]) -> Result<Vec<u8>, EvidenceError> {
	let [a, b, c, d, e, f, g, h, ..] = *response;
	let status = u32::from_le_bytes([a, b, c, d]);
	if status != 0 {
		return Err(EvidenceError::Firmware { status });
	}
	let size = u32::from_le_bytes([e, f, g, h]);
	if usize::try_from(size) != Ok(REPORT_BYTES) {
		return Err(EvidenceError::ReportSize(size));
	}
	let report = response.get(HEADER_BYTES..).and_then(|rest| rest.get(..REPORT_BYTES));
	report.map(<[u8]>::to_vec).ok_or(EvidenceError::ReportSize(size))
}

impl Device for SevGuest {
	fn name(&self) -> &'static str {
		"/dev/sev-guest"
	}

	fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError> {
		let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some((signer, chain)) = &*known {
			let report = self.report(report_data)?;
			if Signer::of(&snp_report(self.name(), &report)?) == *signer {
				return Exhibit::endorsed(self.name(), &report, chain);
			}
		}
		let (bytes, table) = self.ext_report(report_data)?;
		let report = snp_report(self.name(), &bytes)?;
		let chain = certificates::chain(&table, report.key_info)?;
		let exhibit = Exhibit::endorsed(self.name(), &bytes, &chain)?;
		*known = Some((Signer::of(&report), chain));
		Ok(exhibit)
	}
}

/// There is no such device on this system.
#[cfg(not(target_os = "linux"))]
struct NoGuest;

#[cfg(not(target_os = "linux"))]
impl Guest for NoGuest {
	fn send(
		&self,
		_: Command,
		_: &mut Request,
		_: &mut [u8; RESPONSE_BYTES],
		_: &mut [u8],
	) -> Result<(), Failure> {
		Err(Failure { error: io::ErrorKind::Unsupported.into(), exit_info: 0 })
	}
}
