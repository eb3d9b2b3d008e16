//! The files that devices are spoken to with, below a root of their own.
//!
//! Everything that reads evidence goes through [`Tree`]. In production it is the file system from `/` on; in tests a
//! directory with the same files, or one that behaves like the kernel.

use super::EvidenceError;
use std::{
	fs::{self, File, OpenOptions},
	io::{self, Read, Write},
	path::{Path, PathBuf},
};

/// File operations, on paths relative to a root.
pub trait Tree: Send + Sync + 'static {
	/// Where a file lies, for messages.
	fn locate(&self, path: &str) -> PathBuf;
	/// Whether there is such a file or directory.
	fn exists(&self, path: &str) -> bool;
	/// All of a file, which must not be longer than `max` bytes.
	fn read(&self, path: &str, max: usize) -> io::Result<Vec<u8>>;
	/// Writes to a file that exists, in one go.
	fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
	/// Makes a directory.
	fn make_dir(&self, path: &str) -> io::Result<()>;
	/// Removes a directory.
	fn remove_dir(&self, path: &str) -> io::Result<()>;
}

/// The error of an operation on a file.
pub(super) fn failed<T: Tree>(
	tree: &T,
	action: &'static str,
	path: &str,
	advice: &'static str,
) -> impl FnOnce(io::Error) -> EvidenceError {
	let path = tree.locate(path);
	move |source| EvidenceError::Device { action, path, source, advice }
}

/// The file system below a root.
#[derive(Clone, Debug)]
pub struct FileTree {
	root: PathBuf,
}

impl FileTree {
	/// Below `root`: `/` but for tests.
	pub fn new(root: &Path) -> Self {
		Self { root: root.into() }
	}
}

impl Tree for FileTree {
	fn locate(&self, path: &str) -> PathBuf {
		self.root.join(path)
	}

	fn exists(&self, path: &str) -> bool {
		self.locate(path).exists()
	}

	fn read(&self, path: &str, max: usize) -> io::Result<Vec<u8>> {
		let mut bytes = Vec::new();
		let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
		File::open(self.locate(path))?.take(limit).read_to_end(&mut bytes)?;
		if bytes.len() > max {
			let long = format!("longer than {max} bytes");
			return Err(io::Error::new(io::ErrorKind::FileTooLarge, long));
		}
		Ok(bytes)
	}

	fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
		let mut file = OpenOptions::new().write(true).open(self.locate(path))?;
		// Devices take what one call brings as one message: the rest must not follow as a second one.
		let taken = file.write(bytes)?;
		if taken != bytes.len() {
			let short = format!("took {taken} of {} bytes", bytes.len());
			return Err(io::Error::new(io::ErrorKind::WriteZero, short));
		}
		Ok(())
	}

	fn make_dir(&self, path: &str) -> io::Result<()> {
		fs::create_dir(self.locate(path))
	}

	fn remove_dir(&self, path: &str) -> io::Result<()> {
		fs::remove_dir(self.locate(path))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn files_should_be_read_up_to_a_bound() {
		let dir = tempfile::tempdir().unwrap();
		fs::write(dir.path().join("a"), [7; 9]).unwrap();
		let tree = FileTree::new(dir.path());
		assert_eq!(tree.read("a", 9).unwrap(), [7; 9]);
		assert_eq!(tree.read("a", 8).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
		assert_eq!(tree.read("b", 8).unwrap_err().kind(), io::ErrorKind::NotFound);
	}

	#[test]
	fn only_files_that_exist_should_be_written() {
		let dir = tempfile::tempdir().unwrap();
		fs::write(dir.path().join("a"), []).unwrap();
		let tree = FileTree::new(dir.path());
		tree.write("a", b"abc").unwrap();
		assert_eq!(tree.read("a", 8).unwrap(), b"abc");
		assert_eq!(tree.write("b", b"abc").unwrap_err().kind(), io::ErrorKind::NotFound);
		assert!(!tree.exists("b"));
	}
}
