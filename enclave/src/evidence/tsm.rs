//! TDX and SEV-SNP through the kernel's configfs-tsm (Linux 6.7 and later,
//! `Documentation/ABI/testing/configfs-tsm-report`).
//!
//! For each question an entry of its own is made and, whatever happens, removed. The kernel counts the writes to an
//! entry; if it counted more than were made here, somebody else asked something through the same entry, and the answer
//! may be to that: it is thrown away.

use super::{
	certificates::MAX_TABLE_BYTES,
	tree::{failed, Tree},
	Device, EvidenceError, Exhibit, MAX_DEVICE_BYTES,
};
use concordat_attestation::Vendor;
use std::{io, process};

/// Where entries are made. It shows that the interface is there.
pub(super) const REPORTS: &str = "sys/kernel/config/tsm/report";
/// How often a question is asked that somebody interferes with.
const TRIES: u32 = 3;
/// How often a name is made up that somebody else uses.
const NAMES: u32 = 8;
/// Longest attribute in text.
const MAX_TEXT_BYTES: usize = 256;
/// Highest privilege level (`TSM_PRIVLEVEL_MAX`).
const MAX_PRIVILEGE_LEVEL: u8 = 3;
const ADVICE: &str = "the guest needs Linux 6.7 or later with configfs mounted and the tdx_guest or sev_guest driver \
                      loaded, and the enclave the right to write there";

/// configfs-tsm.
pub struct Tsm<T> {
	tree: T,
	privilege_level: Option<u8>,
}

/// An entry. Removed when it is dropped.
struct Entry<'a, T: Tree> {
	tree: &'a T,
	path: String,
}

impl<'a, T: Tree> Entry<'a, T> {
	fn new(tree: &'a T) -> Result<Self, EvidenceError> {
		let mut left = NAMES;
		loop {
			let mut random = [0; 8];
			getrandom::getrandom(&mut random)
				.map_err(|e| EvidenceError::System { what: "randomness", source: e.into() })?;
			let path = format!("{REPORTS}/concordat-{}-{}", process::id(), hex::encode(random));
			left = left.saturating_sub(1);
			match tree.make_dir(&path) {
				Ok(()) => return Ok(Self { tree, path }),
				Err(error) if error.kind() == io::ErrorKind::AlreadyExists && left > 0 => {},
				Err(error) => return Err(failed(tree, "make", &path, ADVICE)(error)),
			}
		}
	}

	fn attribute(&self, name: &str) -> String {
		format!("{}/{name}", self.path)
	}

	fn read(&self, name: &str, max: usize) -> Result<Vec<u8>, EvidenceError> {
		let path = self.attribute(name);
		self.tree.read(&path, max).map_err(failed(self.tree, "read", &path, ADVICE))
	}

	fn text(&self, name: &str) -> Result<String, EvidenceError> {
		let bytes = self.read(name, MAX_TEXT_BYTES)?;
		Ok(String::from_utf8_lossy(&bytes).trim().into())
	}

	fn write(&self, name: &str, bytes: &[u8]) -> Result<(), EvidenceError> {
		let path = self.attribute(name);
		self.tree.write(&path, bytes).map_err(failed(self.tree, "write to", &path, ADVICE))
	}

	fn has(&self, name: &str) -> bool {
		self.tree.exists(&self.attribute(name))
	}

	/// How often the entry was written to, as the kernel counts.
	fn generation(&self) -> Result<u64, EvidenceError> {
		let found = self.text("generation")?;
		let path = self.tree.locate(&self.attribute("generation"));
		found.parse().map_err(|_| EvidenceError::Generation { path, found })
	}

	/// The privilege level to write, if any: the one asked for, or the lowest that is allowed where that is not 0.
	fn privilege_level(&self, asked: Option<u8>) -> Result<Option<u8>, EvidenceError> {
		let floor = if self.has("privlevel_floor") {
			self.text("privlevel_floor")?.parse().unwrap_or(0)
		} else {
			0
		};
		match asked {
			None => Ok((floor > 0).then_some(floor)),
			Some(level) if (floor..=MAX_PRIVILEGE_LEVEL).contains(&level) => Ok(Some(level)),
			Some(asked) => Err(EvidenceError::PrivilegeLevel { asked, floor }),
		}
	}
}

impl<T: Tree> Drop for Entry<'_, T> {
	fn drop(&mut self) {
		if let Err(error) = self.tree.remove_dir(&self.path) {
			let path = self.tree.locate(&self.path);
			log::warn!("cannot remove {}: {error}", path.display());
		}
	}
}

impl<T: Tree> Tsm<T> {
	/// In this tree; SEV-SNP reports are asked for at this privilege level.
	pub fn new(tree: T, privilege_level: Option<u8>) -> Self {
		Self { tree, privilege_level }
	}

	/// Asks once. `None` if somebody interfered.
	fn ask(&self, report_data: &[u8; 64]) -> Result<Option<Exhibit>, EvidenceError> {
		let entry = Entry::new(&self.tree)?;
		let provider = entry.text("provider")?;
		let vendor = match provider.as_str() {
			"tdx_guest" => Vendor::IntelTdx,
			"sev_guest" => Vendor::AmdSevSnp,
			_ => return Err(EvidenceError::TsmProvider(provider)),
		};
		let level = match (vendor, self.privilege_level) {
			(Vendor::AmdSevSnp, asked) => entry.privilege_level(asked)?,
			(_, None) => None,
			(_, Some(_)) => return Err(EvidenceError::NoPrivilegeLevels(vendor)),
		};
		let before = entry.generation()?;
		let mut writes = 1;
		if let Some(level) = level {
			entry.write("privlevel", level.to_string().as_bytes())?;
			writes += 1;
		}
		entry.write("inblob", report_data)?;
		let answer = entry.read("outblob", MAX_DEVICE_BYTES)?;
		// The kernel makes the certificates visible together with the report that they belong to.
		let certificates = match vendor {
			Vendor::AmdSevSnp if entry.has("auxblob") => entry.read("auxblob", MAX_TABLE_BYTES)?,
			_ => Vec::new(),
		};
		if entry.generation()? != before.wrapping_add(writes) {
			return Ok(None);
		}
		match vendor {
			Vendor::AmdSevSnp => Exhibit::report(self.name(), &answer, &certificates),
			vendor => Exhibit::quote(self.name(), vendor, &answer),
		}
		.map(Some)
	}
}

impl<T: Tree> Device for Tsm<T> {
	fn name(&self) -> &'static str {
		"configfs-tsm"
	}

	fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError> {
		for _ in 0..TRIES {
			if let Some(exhibit) = self.ask(report_data)? {
				return Ok(exhibit);
			}
		}
		Err(EvidenceError::Interference { tries: TRIES, path: self.tree.locate(REPORTS) })
	}
}
