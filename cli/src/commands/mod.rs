//! The verbs.

pub mod attest;
pub mod audit;
pub mod capability;
pub mod clause;
pub mod collateral;
pub mod constraints;
pub mod content;
pub mod forecast;
pub mod job;
pub mod measurement;
pub mod node;
pub mod quota;
pub mod receipt;
pub mod rollup;
pub mod routing;
pub mod source;
pub mod trigger;
pub mod workflow;
pub mod zk;

use crate::error::{Error, Result};
use concordat_primitives::clause::{Location, MAX_LOCATION_BYTES};
use std::path::Path;

/// Reads a file of at most `limit` bytes.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>> {
	let failed = |reason| Error::File { path: path.into(), reason };
	let len = std::fs::metadata(path).map_err(failed)?.len();
	if len > limit {
		return Err(Error::Argument(format!(
			"{} has {len} bytes; at most {limit} fit",
			path.display()
		)));
	}
	std::fs::read(path).map_err(failed)
}

/// Writes a file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
	std::fs::write(path, bytes).map_err(|reason| Error::File { path: path.into(), reason })
}

/// An address, as the chain keeps it.
pub fn location(text: &str) -> Result<Location> {
	text.as_bytes()
		.to_vec()
		.try_into()
		.map_err(|_| Error::Argument(format!("a location has at most {MAX_LOCATION_BYTES} bytes")))
}
