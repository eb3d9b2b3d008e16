//! The device against one that speaks the kernel's bytes.

use super::*;
use crate::evidence::{
	certificates::{
		tests::{milan, milan_table},
		TableError,
	},
	claims,
	tests::{snp, text, ASKED},
	Attester, EvidenceProvider,
};
use concordat_attestation::{crypto::sha256, Evidence, Vendor};
use std::{path::Path, sync::Arc};

/// Errno of the kernel's answers.
const EIO: i32 = 5;
const ENOTTY: i32 = 25;

/// A guest's firmware, hypervisor and host.
struct Fake {
	/// The host's certificates.
	table: Vec<u8>,
	/// What the host says it needs for them; `None`: what they need.
	needs: Option<u32>,
	/// Refusal: errno and `exitinfo2`.
	refuses: Option<(i32, u64)>,
	/// Status and size in the firmware's answer.
	header: (u32, u32),
	/// Changes a report.
	firmware: Mutex<fn(&mut [u8])>,
	seen: Mutex<Vec<(Command, [u8; REQUEST_BYTES], u32)>>,
}

impl Default for Fake {
	fn default() -> Self {
		Self {
			table: milan_table(),
			needs: None,
			refuses: None,
			header: (0, 1184),
			firmware: Mutex::new(|_| {}),
			seen: Mutex::default(),
		}
	}
}

impl Guest for Arc<Fake> {
	fn send(
		&self,
		command: Command,
		request: &mut Request,
		response: &mut [u8; RESPONSE_BYTES],
		certificates: &mut [u8],
	) -> Result<(), Failure> {
		self.seen.lock().unwrap().push((command, request.report, request.certs_len));
		let fail = |errno, exit_info| {
			Err(Failure { error: io::Error::from_raw_os_error(errno), exit_info })
		};
		if let Some((errno, exit_info)) = self.refuses {
			return fail(errno, exit_info);
		}
		if command == Command::ExtReport {
			assert_eq!(request.certs_len % 4096, 0, "the kernel wants whole pages");
			assert_eq!(certificates.len(), request.certs_len as usize);
			let needs = self.needs.unwrap_or(self.table.len() as u32);
			if needs > request.certs_len || self.needs == Some(0) {
				request.certs_len = needs;
				return fail(EIO, 1 << 32);
			}
			certificates[..self.table.len()].copy_from_slice(&self.table);
		}
		let mut report = snp(&request.report[..64]);
		report[0x30] = request.report[64];
		(self.firmware.lock().unwrap())(&mut report);
		response[..4].copy_from_slice(&self.header.0.to_le_bytes());
		response[4..8].copy_from_slice(&self.header.1.to_le_bytes());
		response[32..32 + report.len()].copy_from_slice(&report);
		Ok(())
	}
}

fn device(fake: &Arc<Fake>, level: Option<u8>) -> SevGuest {
	SevGuest::over(Box::new(fake.clone()), "/dev/sev-guest".into(), level).unwrap()
}

fn refusal(fake: Fake) -> EvidenceError {
	let error = device(&Arc::new(fake), None).exhibit(&ASKED).unwrap_err();
	text(&error);
	error
}

#[test]
fn the_whole_path_should_end_in_evidence() {
	let fake = Arc::new(Fake::default());
	let provider = Attester::new(device(&fake, Some(2))).unwrap();
	assert_eq!(provider.vendor(), Vendor::AmdSevSnp);
	let evidence = provider.evidence(ASKED).unwrap();
	assert_eq!(claims(&evidence).unwrap().report_data, ASKED);
	let Evidence::Amd { report, certificate, authority, root } = evidence else { panic!() };
	let (vcek, ask, ark) = milan();
	assert_eq!((certificate[..].to_vec(), authority, root), (vcek, sha256(&ask), sha256(&ark)));
	assert_eq!(report[0x30], 2, "the level that was asked for");
	assert_eq!(provider.collateral().unwrap().len(), 2);

	// `struct snp_report_req`: user data, level, zeros.
	let seen = fake.seen.lock().unwrap();
	let (_, request, _) = seen.last().unwrap();
	assert_eq!(request[..64], ASKED);
	assert_eq!(request[64..68], 2u32.to_le_bytes());
	assert_eq!(request[68..], [0; 28]);
}

#[test]
fn certificates_should_be_asked_for_again_when_another_key_signs() {
	let fake = Arc::new(Fake::default());
	let device = device(&fake, None);
	let commands = || -> Vec<Command> {
		let mut seen = fake.seen.lock().unwrap();
		seen.drain(..).map(|(command, ..)| command).collect()
	};
	let first = device.exhibit(&ASKED).unwrap();
	assert_eq!(commands(), [Command::ExtReport]);
	assert_eq!(device.exhibit(&ASKED).unwrap(), first);
	assert_eq!(commands(), [Command::Report]);
	// Firmware was updated: reported TCB, at 0x180.
	*fake.firmware.lock().unwrap() = |report| report[0x180] ^= 1;
	device.exhibit(&ASKED).unwrap();
	assert_eq!(commands(), [Command::Report, Command::ExtReport]);
	// Another chip, at 0x1a0.
	*fake.firmware.lock().unwrap() = |report| report[0x1a0] ^= 1;
	device.exhibit(&ASKED).unwrap();
	assert_eq!(commands(), [Command::Report, Command::ExtReport]);
	device.exhibit(&ASKED).unwrap();
	assert_eq!(commands(), [Command::Report]);
}

#[test]
fn a_buffer_that_is_too_small_should_grow_within_bounds() {
	let mut long = milan_table();
	long.resize(5 * 4096 - 7, 0);
	let fake = Arc::new(Fake { table: long, ..Fake::default() });
	device(&fake, None).exhibit(&ASKED).unwrap();
	let lengths: Vec<u32> = fake.seen.lock().unwrap().iter().map(|(.., len)| *len).collect();
	assert_eq!(lengths, [4 * 4096, 5 * 4096]);
	// A host that asks for too much, for what it was given, or for nothing.
	for needs in [MAX_TABLE_BYTES + 1, u32::MAX, 0] {
		let error = refusal(Fake { needs: Some(needs), ..Fake::default() });
		assert!(
			matches!(error, EvidenceError::CertificateBuffer { needed, .. } if needed == needs)
		);
	}
}

#[test]
fn refusals_of_hypervisor_and_firmware_should_be_told_apart() {
	let refused =
		|errno, exit_info| refusal(Fake { refuses: Some((errno, exit_info)), ..Fake::default() });
	assert!(matches!(refused(EIO, 2 << 32), EvidenceError::HostBusy));
	assert!(matches!(refused(EIO, (7 << 32) | 0x16), EvidenceError::Hypervisor(7)));
	assert!(matches!(refused(EIO, 0x16), EvidenceError::Firmware { status: 0x16 }));
	// The channel is closed: the firmware was not asked.
	for exit_info in [0, 0xff] {
		let error = refused(ENOTTY, exit_info);
		let EvidenceError::Device { source, advice, .. } = error else { panic!("{error}") };
		assert_eq!(source.raw_os_error(), Some(ENOTTY));
		assert!(advice.contains("start the machine again"));
	}
	let error = refusal(Fake { header: (0x27, 0), ..Fake::default() });
	assert!(matches!(error, EvidenceError::Firmware { status: 0x27 }));
	for size in [0, 1183, 1185, u32::MAX] {
		let error = refusal(Fake { header: (0, size), ..Fake::default() });
		assert!(matches!(error, EvidenceError::ReportSize(found) if found == size));
	}
}

#[test]
fn garbage_and_missing_certificates_should_be_told() {
	let error = refusal(Fake { firmware: Mutex::new(|report| report[0] = 9), ..Fake::default() });
	assert!(matches!(error, EvidenceError::Unreadable { .. }));
	let error = refusal(Fake { table: vec![0; 64], ..Fake::default() });
	assert!(matches!(error, EvidenceError::Certificates(TableError::Empty)));
	// Another's report data.
	let fake = Arc::new(Fake { firmware: Mutex::new(|r| r[0x50] ^= 1), ..Fake::default() });
	let error = Attester::new(device(&fake, None)).err().unwrap();
	assert!(matches!(error, EvidenceError::OtherReportData("/dev/sev-guest")));
}

#[test]
fn levels_beyond_three_should_be_refused() {
	let over = |level| {
		SevGuest::over(Box::new(Arc::new(Fake::default())), Path::new("x").into(), Some(level))
	};
	assert!(over(3).is_ok());
	assert!(matches!(over(4), Err(EvidenceError::PrivilegeLevel { asked: 4, .. })));
}
