//! Content stores: where the host finds programs, inputs, sealed inputs and outputs that the chain names and does not keep.
//!
//! | module | holds |
//! |---|---|
//! | `directory` | a directory of this machine: `<dir>/<hash>` |
//! | `web` | mirrors of the operator's choice: `<url>/<hash>`; and, with the operator's leave, the location that the chain gives |
//! | `feed` | what the off-chain worker asks for, what it gets, and when a store is asked again |
//!
//! A file is named by the hash that the chain knows the body by, in lower-case hexadecimal: nothing that a
//! stranger wrote becomes part of a path. No store is trusted: a body counts when it has the length and the
//! hash that the chain states, its length is bounded before a byte of it is read, and the enclave checks the
//! hash once more.
//!
//! The *location* that a clause or a requester names is another matter: whoever writes it makes this machine
//! send a request. It is not asked unless `--content-fetch-location` says so, and then only at public
//! addresses, whatever its name resolves to, and without following redirections.

mod directory;
mod feed;
mod web;

use crate::cli::ContentOptions;
use concordat_primitives::content::BodyId;
use directory::Directory;
use std::{fmt, path::Path, sync::Arc};
use web::{Reach, Web};

pub use feed::run;

/// Name of the content directory under the base path, unless another one is named.
const DEFAULT_DIRECTORY: &str = "content";

/// Why a store did not help.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Miss {
	/// It has nothing of that name.
	Absent,
	/// What it has is longer or shorter than the chain says.
	WrongLength,
	/// What it has is as long as the chain says, and something else.
	WrongHash,
	/// It cannot be asked, and why.
	Failed(String),
}

impl fmt::Display for Miss {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Absent => f.write_str("not there"),
			Self::WrongLength => f.write_str("of another length"),
			Self::WrongHash => f.write_str("something else under its name"),
			Self::Failed(why) => f.write_str(why),
		}
	}
}

/// Why no store helped: each store that was asked, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound(Vec<(String, Miss)>);

impl fmt::Display for NotFound {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for (i, (store, miss)) in self.0.iter().enumerate() {
			let separator = if i > 0 { "; " } else { "" };
			write!(f, "{separator}{store}: {miss}")?;
		}
		Ok(())
	}
}

/// The bytes, if they are those that the chain names.
fn checked(body: &BodyId, bytes: Vec<u8>) -> Result<Vec<u8>, Miss> {
	if bytes.len() as u64 != u64::from(body.len) {
		return Err(Miss::WrongLength);
	}
	if !body.names(&bytes) {
		return Err(Miss::WrongHash);
	}
	Ok(bytes)
}

/// The stores of a node.
pub struct Stores {
	directory: Directory,
	mirrors: Vec<String>,
	fetch_location: bool,
	web: Web,
	/// Which addresses a location may lead to.
	location_reach: Reach,
}

impl Stores {
	/// As the operator wants them. The content directory need not exist.
	pub fn new(options: &ContentOptions, base_path: &Path) -> Result<Self, String> {
		let directory =
			options.directory.clone().unwrap_or_else(|| base_path.join(DEFAULT_DIRECTORY));
		Ok(Self {
			directory: Directory::new(directory),
			mirrors: options.mirrors.iter().map(|url| url.as_str().to_owned()).collect(),
			fetch_location: options.fetch_location,
			web: Web::new().map_err(|error| format!("no TLS: {error}"))?,
			location_reach: Reach::PublicOnly,
		})
	}

	/// What they are, in one line.
	pub fn describe(&self) -> String {
		let mut text = format!("{} and {} mirrors", self.directory, self.mirrors.len());
		if self.fetch_location {
			text.push_str(", and the locations that clauses and requesters give");
		}
		text
	}

	/// Asks one store after the other: the directory, the mirrors, the locations.
	async fn find(
		self: Arc<Self>,
		body: BodyId,
		locations: Vec<Vec<u8>>,
	) -> Result<Vec<u8>, NotFound> {
		let mut misses = Vec::new();
		let stores = self.clone();
		let found = tokio::task::spawn_blocking(move || stores.directory.find(&body))
			.await
			.unwrap_or_else(|error| Err(Miss::Failed(error.to_string())));
		match found {
			Ok(bytes) => return Ok(bytes),
			Err(miss) => misses.push((self.directory.to_string(), miss)),
		}
		for mirror in &self.mirrors {
			let url = format!("{mirror}/{}", body.file_name());
			match self.web.get(&url, Reach::Anywhere, &body).await {
				Ok(bytes) => return Ok(bytes),
				Err(miss) => misses.push((mirror.clone(), miss)),
			}
		}
		for location in locations {
			// Printable, whoever wrote it.
			let shown = String::from_utf8_lossy(&location).escape_debug().to_string();
			if !self.fetch_location {
				let why = "not asked without --content-fetch-location";
				misses.push((shown, Miss::Failed(why.into())));
				continue;
			}
			let asked = match web::location(&location) {
				Some(url) => self.web.get(url, self.location_reach, &body).await,
				None => Err(Miss::Failed("not asked: no http or https address".into())),
			};
			match asked {
				Ok(bytes) => return Ok(bytes),
				Err(miss) => misses.push((shown, miss)),
			}
		}
		Err(NotFound(misses))
	}
}

#[cfg(test)]
mod tests;
