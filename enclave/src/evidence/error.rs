//! Why there is no evidence, and what to do about it.

use super::{certificates::TableError, dstack::DstackError};
use concordat_attestation::{Error, Measurement, Vendor};
use std::{io, path::PathBuf, time::Duration};

/// Why there is no evidence. Each message ends in what the operator can do.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
	/// The clock of the host stands before 1970.
	#[error("the clock of the host is not set: set it, certificates are dated")]
	Clock,
	/// No device was found.
	#[error(
		"nothing under {root} makes evidence: looked for dev/attestation (Gramine), sys/kernel/config/tsm/report \
		 (TDX, SEV-SNP; mount configfs and load tdx_guest or sev_guest), dev/sev-guest and the sockets of dstack. Start \
		 inside an SGX enclave or a confidential virtual machine, or, for a chain whose genesis allows it, with --simulated",
		root = root.display()
	)]
	NoHardware {
		/// Where it was looked for.
		root: PathBuf,
	},
	/// A file of a device does not do what it should.
	#[error("cannot {action} {path}: {source}; {advice}", path = path.display())]
	Device {
		/// What was tried.
		action: &'static str,
		/// On which file.
		path: PathBuf,
		/// What the system said.
		#[source]
		source: io::Error,
		/// What to do.
		advice: &'static str,
	},
	/// Gramine was told to attest in a way that the chain does not take.
	#[error("Gramine attests with {0:?}, the chain takes DCAP: set sgx.remote_attestation = \"dcap\" in the manifest")]
	AttestationType(String),
	/// The kernel's provider is not one that the chain takes.
	#[error(
		"configfs-tsm speaks for {0:?}, the chain takes tdx_guest and sev_guest: load the driver of the machine's technology"
	)]
	TsmProvider(String),
	/// The kernel's generation counter is no number.
	#[error("{path} holds {found:?}, not a number: the kernel's configfs-tsm is not the one of 6.7 and later", path = path.display())]
	Generation {
		/// The counter.
		path: PathBuf,
		/// What stood there.
		found: String,
	},
	/// Somebody else wrote to the entry each time.
	#[error("another process wrote to the enclave's configfs-tsm entry, {tries} times: find out who walks through {path}", path = path.display())]
	Interference {
		/// How often it was tried.
		tries: u32,
		/// Where entries are.
		path: PathBuf,
	},
	/// The privilege level lies below what the guest may ask for.
	#[error(
		"privilege level {asked} is not allowed here: ask for {floor} to 3 with --privilege-level"
	)]
	PrivilegeLevel {
		/// What was asked for.
		asked: u8,
		/// The lowest one.
		floor: u8,
	},
	/// The technology knows no privilege levels.
	#[error("{0:?} knows no privilege levels: leave out --privilege-level")]
	NoPrivilegeLevels(Vendor),
	/// The host's certificates do not make a chain.
	#[error(transparent)]
	Certificates(#[from] TableError),
	/// The host's certificates do not fit.
	#[error(
		"the host's certificates need {needed} bytes, {max} are looked at: have the host's operator load only VCEK (or \
		 VLEK), ASK and ARK"
	)]
	CertificateBuffer {
		/// What the host asks for.
		needed: u32,
		/// The most.
		max: u32,
	},
	/// The host has no time for the request.
	#[error("the host throttles requests to the security processor: try again in a minute")]
	HostBusy,
	/// The hypervisor refused.
	#[error(
		"the hypervisor refused the request for a report with code {0}: ask the host's operator"
	)]
	Hypervisor(u32),
	/// The security processor refused.
	#[error(
		"the security processor refused the request for a report with status {status:#x}{advice}",
		advice = firmware_advice(*status)
	)]
	Firmware {
		/// Its status.
		status: u32,
	},
	/// The security processor's answer has an impossible size.
	#[error("the security processor speaks of a report of {0} bytes, 1184 are known: a newer enclave may know it")]
	ReportSize(u32),
	/// The dstack service does not do what it should.
	#[error("dstack at {socket}: {source}", socket = socket.display())]
	Dstack {
		/// Its socket.
		socket: PathBuf,
		/// What went wrong.
		#[source]
		source: DstackError,
	},
	/// What came is no evidence.
	#[error("what {device} handed out cannot be read as evidence: {reason}; the device is broken, or newer than this enclave")]
	Unreadable {
		/// Who handed it out.
		device: &'static str,
		/// What is wrong with it.
		reason: Error,
	},
	/// Evidence of another technology than the device's.
	#[error("{device} handed out evidence of {found:?} in place of {expected:?}: another kind of machine than it says")]
	OtherVendor {
		/// Who handed it out.
		device: &'static str,
		/// What it is for.
		expected: Vendor,
		/// What came.
		found: Vendor,
	},
	/// Evidence that is bound to something else.
	#[error(
		"{0} handed out evidence that is bound to something else than asked for; the chain would refuse it: another \
		 process shares the device, or it is broken"
	)]
	OtherReportData(&'static str),
	/// Evidence of other code than at start.
	#[error("{device} says that {found} runs here, at start it said {expected}: start the enclave again")]
	OtherMeasurement {
		/// Who handed it out.
		device: &'static str,
		/// At start.
		expected: Measurement,
		/// Now.
		found: Measurement,
	},
	/// The device did not answer in time.
	#[error(
		"the source of evidence did not answer within {} s: look at the system's log for its driver; if it hangs for \
		 good, start the machine again", .0.as_secs()
	)]
	Hung(Duration),
	/// The work ended without an answer.
	#[error("the thread that asked for evidence ended without an answer: see the log")]
	Lost,
	/// No thread, or no randomness.
	#[error("the system gives no {what}: {source}")]
	System {
		/// What was asked for.
		what: &'static str,
		/// What the system said.
		#[source]
		source: io::Error,
	},
}

/// What to do about a status of the security processor (SEV-SNP firmware ABI, status codes).
const fn firmware_advice(status: u32) -> &'static str {
	match status {
		0x16 => ": an invalid parameter; give another --privilege-level",
		0x27 => ": an invalid key; the host has loaded no VLEK, or the guest's key was wiped",
		_ => ": ask the host's operator",
	}
}
