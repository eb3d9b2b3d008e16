//! `concordat content put`: programs and inputs that the chain names and does not keep.

use super::{clause::CORE_WASM, read_file};
use crate::{
	error::{Error, Result},
	output::Output,
};
use clap::{Args, Subcommand, ValueEnum};
use concordat_primitives::{
	content::{BodyId, BodyKind},
	Hash,
};
use serde::Serialize;
use std::{
	fs,
	path::{Path, PathBuf},
};

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ContentCommand {
	/// Copy a file into a content directory, under the hash by which the chain names it.
	///
	/// A node looks there (`concordat-node --content-dir`), and any web server over the directory is
	/// a mirror (`--content-mirror`). Needs no chain.
	Put(Put),
}

/// What to copy where.
#[derive(Args, Debug)]
pub struct Put {
	/// The program or the input.
	file: PathBuf,
	/// The content directory; made if it is not there.
	#[arg(long)]
	dir: PathBuf,
	/// What the file is: the chain names programs and inputs by different hashes. Default: a program
	/// if it is WebAssembly, or else an input.
	#[arg(long = "as", value_enum)]
	kind: Option<Kind>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
	/// The program of a clause.
	Program,
	/// The input of a job.
	Input,
}

impl From<Kind> for BodyKind {
	fn from(kind: Kind) -> Self {
		match kind {
			Kind::Program => Self::Program,
			Kind::Input => Self::Input,
		}
	}
}

#[derive(Serialize)]
struct Stored {
	kind: String,
	hash: Hash,
	len: u32,
	path: PathBuf,
}

/// Runs a verb.
pub fn run(command: ContentCommand, output: &Output) -> Result<()> {
	let ContentCommand::Put(args) = command;
	let stored = put(&args.file, &args.dir, args.kind.map(Into::into))?;
	output.result(&stored, |stored| {
		format!(
			"{} {:?}, {} bytes\n{}",
			stored.kind,
			stored.hash,
			stored.len,
			stored.path.display()
		)
	});
	Ok(())
}

fn put(file: &Path, dir: &Path, kind: Option<BodyKind>) -> Result<Stored> {
	let (kind, bytes) = read_body(file, kind)?;
	let body = body_of(kind, file, &bytes)?;
	let failed = |path: &Path| {
		let path = path.to_path_buf();
		move |reason| Error::File { path, reason }
	};
	fs::create_dir_all(dir).map_err(failed(dir))?;
	let path = dir.join(body.file_name());
	// Whoever looks into the directory finds the whole file or none.
	let partial = dir.join(format!(".{}.{}", body.file_name(), std::process::id()));
	fs::write(&partial, &bytes).map_err(failed(&partial))?;
	fs::rename(&partial, &path).map_err(failed(&path))?;
	Ok(Stored { kind: kind.to_string(), hash: body.hash, len: body.len, path })
}

/// A file and what it is, unless it is too long for that.
fn read_body(file: &Path, kind: Option<BodyKind>) -> Result<(BodyKind, Vec<u8>)> {
	let longest = kind.unwrap_or(BodyKind::Input).longest();
	let bytes = read_file(file, longest.into())?;
	let kind = kind.unwrap_or(if bytes.starts_with(CORE_WASM) {
		BodyKind::Program
	} else {
		BodyKind::Input
	});
	Ok((kind, bytes))
}

/// What the chain calls a body. Nothing is kept elsewhere that is empty or too long.
pub fn body_of(kind: BodyKind, file: &Path, bytes: &[u8]) -> Result<BodyId> {
	BodyId::of(kind, bytes).filter(|body| body.len > 0 && body.is_fetchable()).ok_or_else(|| {
		Error::Argument(format!(
			"{} has {} bytes; a {kind} kept elsewhere has 1 to {}",
			file.display(),
			bytes.len(),
			kind.longest()
		))
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{
		clause::MAX_PROGRAM_BYTES,
		hashing::{input_commitment, program_hash},
	};

	fn file(dir: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
		let path = dir.path().join("file");
		fs::write(&path, bytes).unwrap();
		path
	}

	#[test]
	fn a_file_is_stored_under_the_hash_of_its_kind() {
		let dir = tempfile::tempdir().unwrap();
		let content = dir.path().join("a/b");
		let program = [CORE_WASM, b"rest"].concat();
		for (bytes, kind, hash) in [
			(&b"rain"[..], None, input_commitment(b"rain")),
			(&program, None, program_hash(&program)),
			(&program, Some(BodyKind::Input), input_commitment(&program)),
			(b"rain", Some(BodyKind::Program), program_hash(b"rain")),
		] {
			let stored = put(&file(&dir, bytes), &content, kind).unwrap();
			assert_eq!((stored.hash, stored.len as usize), (hash, bytes.len()));
			assert_eq!(stored.path, content.join(hex::encode(hash)));
			assert_eq!(fs::read(&stored.path).unwrap(), bytes);
		}
		// Nothing else is left there.
		assert_eq!(fs::read_dir(&content).unwrap().count(), 4);
	}

	#[test]
	fn what_no_node_would_fetch_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let refused = |bytes: &[u8], kind| put(&file(&dir, bytes), dir.path(), kind).is_err();
		assert!(refused(b"", None));
		let long = [CORE_WASM, &vec![0; MAX_PROGRAM_BYTES as usize]].concat();
		assert!(refused(&long, None));
		assert!(refused(&long, Some(BodyKind::Program)));
		assert!(!refused(&long, Some(BodyKind::Input)));
		assert!(refused(&vec![0; BodyKind::Input.longest() as usize + 1], None));
	}
}
