//! A directory of this machine.

use super::{checked, Miss};
use concordat_primitives::content::BodyId;
use std::{
	fmt,
	fs::{self, File},
	io::{ErrorKind, Read},
	path::PathBuf,
};

/// Files named by the hash of what they hold.
pub struct Directory(PathBuf);

impl Directory {
	/// Over a path that may not exist yet.
	pub const fn new(path: PathBuf) -> Self {
		Self(path)
	}

	/// Reads a body. Blocks.
	pub fn find(&self, body: &BodyId) -> Result<Vec<u8>, Miss> {
		let failed = |error: std::io::Error| match error.kind() {
			ErrorKind::NotFound => Miss::Absent,
			_ => Miss::Failed(error.to_string()),
		};
		let path = self.0.join(body.file_name());
		// Asked before it is opened: a pipe would never come back.
		let metadata = fs::metadata(&path).map_err(failed)?;
		if !metadata.is_file() {
			return Err(Miss::Failed("no file".into()));
		}
		if metadata.len() != u64::from(body.len) {
			return Err(Miss::WrongLength);
		}
		let mut bytes = Vec::with_capacity(body.len as usize);
		let file = File::open(&path).map_err(failed)?;
		// It may have grown meanwhile.
		file.take(u64::from(body.len).saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
		checked(body, bytes)
	}
}

impl fmt::Display for Directory {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.display().fmt(f)
	}
}
