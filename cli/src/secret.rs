//! Files with secrets: nobody else can read them, they are never overwritten by accident, and what is in them is
//! never printed.

use crate::error::{Error, Result};
use concordat_primitives::{attest::EncryptionKey, sealed::Salt, Hash, JobId};
use concordat_sealing::{Prepared, SecretKey, Zeroizing};
use serde::{Deserialize, Serialize};
use std::{
	fs::{self, File, OpenOptions},
	io::{Read, Write},
	path::{Path, PathBuf},
};

/// Longest file with a secret.
const MAX_SECRET_BYTES: u64 = 4_096;
/// Version of the format of a sealed job's secret.
const VERSION: u32 = 1;

/// What the requester of a sealed job has to keep until its result is there.
pub struct JobSecret {
	/// The chain that it is for.
	pub genesis: Hash,
	/// The job, once it has a number.
	pub job: Option<JobId>,
	/// Salt, commitment and length of the input.
	pub prepared: Prepared,
	/// Opens the output, if that is to be sealed to a key that was made for it.
	pub output: Option<SecretKey>,
}

/// The same in JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
	version: u32,
	genesis: Hash,
	job: Option<JobId>,
	commitment: Hash,
	len: u32,
	salt: Hex,
	#[serde(default)]
	output_key: Option<Hex>,
}

/// 32 secret bytes as `0x…`; overwritten when dropped.
struct Hex(Zeroizing<[u8; 32]>);

impl Serialize for Hex {
	fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
		let text = Zeroizing::new(format!("0x{}", hex::encode(*self.0)));
		s.serialize_str(&text)
	}
}

impl<'de> Deserialize<'de> for Hex {
	fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
		let text = Zeroizing::new(String::deserialize(d)?);
		// What is wrong with it is said without showing it.
		parse_32(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not 32 bytes in hex"))
	}
}

fn parse_32(text: &str) -> Option<Zeroizing<[u8; 32]>> {
	let mut bytes = Zeroizing::new([0; 32]);
	let digits = text.trim();
	hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut bytes[..]).ok()?;
	Some(bytes)
}

impl JobSecret {
	fn text(&self) -> Result<Zeroizing<Vec<u8>>> {
		let salt: &Salt = self.prepared.salt();
		let stored = Stored {
			version: VERSION,
			genesis: self.genesis,
			job: self.job,
			commitment: self.prepared.commitment(),
			len: self.prepared.input_len(),
			salt: Hex(Zeroizing::new(*salt)),
			output_key: self.output.as_ref().map(|key| Hex(Zeroizing::new(*key.expose()))),
		};
		serde_json::to_vec_pretty(&stored)
			.map(Zeroizing::new)
			.map_err(|e| Error::Argument(e.to_string()))
	}

	/// Writes a new file.
	pub fn create(&self, path: &Path) -> Result<()> {
		create(path, &self.text()?)
	}

	/// Writes the file anew, as a whole.
	pub fn update(&self, path: &Path) -> Result<()> {
		let failed = |reason| Error::File { path: path.into(), reason };
		let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
		let partial =
			path.with_file_name(format!(".{}.{}", name.unwrap_or_default(), std::process::id()));
		create(&partial, &self.text()?)?;
		fs::rename(&partial, path).map_err(failed)
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self> {
		let bytes = read(path)?;
		let wrong = |why: String| Error::Argument(format!("{}: {why}", path.display()));
		let stored: Stored = serde_json::from_slice(&bytes)
			.map_err(|e| wrong(format!("not the secret of a sealed job: {e}")))?;
		if stored.version != VERSION {
			return Err(wrong(format!("version {} of this format is not known", stored.version)));
		}
		Ok(Self {
			genesis: stored.genesis,
			job: stored.job,
			prepared: Prepared::restore(*stored.salt.0, stored.commitment, stored.len),
			output: stored.output_key.map(|key| SecretKey::from_bytes(&key.0)),
		})
	}

	/// Refuses a secret of another chain or another job.
	pub fn ensure_for(&self, genesis: Hash, job: JobId) -> Result<()> {
		if self.genesis != genesis {
			return Err(Error::Argument("the secret is for a job of another chain".into()));
		}
		match self.job {
			Some(other) if other != job => {
				Err(Error::Argument(format!("the secret is for job {other}")))
			},
			_ => Ok(()),
		}
	}
}

/// Makes a key that outputs can be sealed to, and writes its secret half to a new file.
pub fn new_key(path: &Path) -> Result<EncryptionKey> {
	let key = generate()?;
	let text = Zeroizing::new(format!("0x{}\n", hex::encode(key.expose())));
	create(path, text.as_bytes())?;
	Ok(key.public())
}

/// A key that outputs can be sealed to.
pub fn generate() -> Result<SecretKey> {
	SecretKey::generate().map_err(|e| Error::Argument(format!("no randomness: {e}")))
}

/// Reads the secret half of a key.
pub fn read_key(path: &Path) -> Result<SecretKey> {
	let bytes = read(path)?;
	std::str::from_utf8(&bytes)
		.ok()
		.and_then(parse_32)
		.map(|secret| SecretKey::from_bytes(&secret))
		.ok_or_else(|| Error::Argument(format!("{}: not 32 bytes in hex", path.display())))
}

/// Reads a secret that signs: `//Alice`, a phrase, a hex seed.
pub fn read_suri(path: &Path) -> Result<Zeroizing<String>> {
	let bytes = read(path)?;
	std::str::from_utf8(&bytes)
		.map(|text| Zeroizing::new(text.trim().to_owned()))
		.map_err(|_| Error::Argument(format!("{}: not text", path.display())))
}

/// Writes a file that nobody else can read. One that is there stays as it is.
fn create(path: &Path, bytes: &[u8]) -> Result<()> {
	let failed = |reason| Error::File { path: path.into(), reason };
	let mut options = OpenOptions::new();
	options.write(true).create_new(true);
	#[cfg(unix)]
	std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
	let mut file = options.open(path).map_err(failed)?;
	file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

/// Reads a file that nobody else can read.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
	let failed = |reason| Error::File { path: path.into(), reason };
	let file = File::open(path).map_err(failed)?;
	ensure_private(path, &file)?;
	let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_SECRET_BYTES as usize + 1));
	file.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
	if bytes.len() as u64 > MAX_SECRET_BYTES {
		return Err(Error::Argument(format!("{} is too long for a secret", path.display())));
	}
	Ok(bytes)
}

#[cfg(unix)]
fn ensure_private(path: &Path, file: &File) -> Result<()> {
	use std::os::unix::fs::PermissionsExt;
	let failed = |reason| Error::File { path: path.into(), reason };
	let mode = file.metadata().map_err(failed)?.permissions().mode();
	if mode & 0o077 != 0 {
		let path = path.display();
		return Err(Error::Argument(format!(
			"{path} is a secret that others can read or change: chmod 600 {path}"
		)));
	}
	Ok(())
}

#[cfg(not(unix))]
fn ensure_private(_: &Path, _: &File) -> Result<()> {
	Ok(())
}

/// Where the secret of a job goes if nobody says: beside its input.
pub fn beside(input: &Path) -> PathBuf {
	let mut name = input.file_name().unwrap_or_default().to_os_string();
	name.push(".secret");
	input.with_file_name(name)
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::sealed::sealed_commitment;
	use std::os::unix::fs::PermissionsExt;

	fn secret(job: Option<JobId>, output: bool) -> JobSecret {
		JobSecret {
			genesis: Hash::repeat_byte(7),
			job,
			prepared: concordat_sealing::prepare(b"rain").unwrap(),
			output: output.then(|| generate().unwrap()),
		}
	}

	fn mode(path: &Path) -> u32 {
		fs::metadata(path).unwrap().permissions().mode() & 0o777
	}

	#[test]
	fn a_secret_should_be_kept_in_a_file_that_nobody_else_can_read() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("job.secret");
		let mut kept = secret(None, true);
		kept.create(&path).unwrap();
		assert_eq!(mode(&path), 0o600);
		kept.job = Some(5);
		kept.update(&path).unwrap();
		assert_eq!(mode(&path), 0o600);
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no partial file is left");

		let read = JobSecret::read(&path).unwrap();
		assert_eq!((read.genesis, read.job), (kept.genesis, Some(5)));
		assert!(read.prepared == kept.prepared);
		assert_eq!(read.prepared.commitment(), sealed_commitment(read.prepared.salt(), b"rain"));
		assert_eq!(read.output.unwrap().expose(), kept.output.unwrap().expose());
	}

	#[test]
	fn a_secret_that_is_there_should_not_be_overwritten() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("job.secret");
		fs::write(&path, "mine").unwrap();
		assert!(matches!(secret(None, false).create(&path), Err(Error::File { .. })));
		assert!(new_key(&path).is_err());
		assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
	}

	#[test]
	fn a_secret_that_others_can_read_should_be_refused() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("job.secret");
		secret(None, false).create(&path).unwrap();
		for open in [0o640, 0o604, 0o620] {
			fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
			let Err(error) = JobSecret::read(&path) else { panic!("{open:o}") };
			assert!(error.to_string().contains("chmod 600"), "{error}");
		}
		fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
		assert!(JobSecret::read(&path).is_ok());
	}

	#[test]
	fn what_is_wrong_with_a_secret_should_be_said_without_showing_it() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("job.secret");
		let kept = secret(None, true);
		let salt = hex::encode(kept.prepared.salt());
		let text = String::from_utf8(kept.text().unwrap().to_vec()).unwrap();
		for broken in [
			text.replace(&salt, &salt[1..]),
			text.replace(&salt, &format!("{}zz", &salt[..62])),
			text.replace("\"version\": 1", "\"version\": 2"),
			text.replace("\"len\"", "\"length\""),
			text[..text.len() - 3].to_owned(),
		] {
			assert_ne!(broken, text);
			let _ = fs::remove_file(&path);
			create(&path, broken.as_bytes()).unwrap();
			let Err(error) = JobSecret::read(&path) else { panic!("{broken}") };
			assert!(!error.to_string().contains(&salt[8..40]), "{error}");
		}
		let _ = fs::remove_file(&path);
		create(&path, &vec![b' '; MAX_SECRET_BYTES as usize + 1]).unwrap();
		assert!(JobSecret::read(&path).is_err());
	}

	#[test]
	fn a_secret_should_belong_to_its_chain_and_job() {
		let kept = secret(Some(5), false);
		assert!(kept.ensure_for(kept.genesis, 5).is_ok());
		assert!(kept.ensure_for(kept.genesis, 6).is_err());
		assert!(kept.ensure_for(Hash::zero(), 5).is_err());
		// Before the dispatch was seen, it belongs to whatever job has its commitment.
		assert!(secret(None, false).ensure_for(kept.genesis, 6).is_ok());
	}

	#[test]
	fn a_key_should_be_read_as_it_was_made() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("output.key");
		let public = new_key(&path).unwrap();
		assert_eq!(mode(&path), 0o600);
		assert_eq!(read_key(&path).unwrap().public(), public);
		assert_eq!(beside(Path::new("a/rain.input")), Path::new("a/rain.input.secret"));
	}
}
