//! The secret that signs rollups: 32 bytes, in a file that nobody else can read, as `0x` and 64 digits.
//!
//! Both keys, BLS and Ed25519, are made of it ([`pallet_rollup_anchor::dev`] says how), so that a chain that changes its scheme
//! asks for another registration and not for another file.

use super::share::ShareSignature;
use concordat_pairing::bls;
use concordat_primitives::rollup::{RollupKey, Scheme};
use concordat_runtime::pallet_rollup_anchor::dev::{dev_secret, ed25519_seed};
use sp_core::{ed25519, Pair};
use std::{
	fs::{self, File, OpenOptions},
	io::{ErrorKind, Read, Write},
	path::Path,
};

/// Name of the file in the keystore's directory. The keystore passes over names that are not hexadecimal.
pub const FILE_NAME: &str = "rollup-signer.key";
/// Longest file that is read.
const MAX_FILE_BYTES: u64 = 128;

/// The keys of this node.
pub struct RollupKeys {
	bls: bls::SecretKey,
	ed25519: ed25519::Pair,
	/// Public halves, which sets of signers are searched for.
	public: [RollupKey; 2],
}

impl RollupKeys {
	/// The keys that belong to a secret.
	pub fn from_secret(secret: &[u8; 32]) -> Self {
		let bls = bls::SecretKey::generate(secret);
		let ed25519 = ed25519::Pair::from_seed(&ed25519_seed(secret));
		let public = [RollupKey::Bls(bls.public().0), RollupKey::Ed25519(ed25519.public().0)];
		Self { bls, ed25519, public }
	}

	/// Those of a well-known name, which everybody knows: `//Alice`.
	pub fn well_known(name: &str) -> Self {
		Self::from_secret(&dev_secret(name))
	}

	/// Those of a file, which is made if it is not there. Says whether it was.
	pub fn of_file(path: &Path) -> Result<(Self, bool), String> {
		match OpenOptions::new().read(true).open(path) {
			Ok(file) => Ok((Self::from_secret(&read(path, file)?), false)),
			Err(error) if error.kind() == ErrorKind::NotFound => {
				let (_, secret) = ed25519::Pair::generate();
				create(path, &secret).map_err(|error| say(path, error))?;
				Ok((Self::from_secret(&secret), true))
			},
			Err(error) => Err(say(path, error)),
		}
	}

	/// The public keys.
	pub const fn public(&self) -> &[RollupKey; 2] {
		&self.public
	}

	/// Signs.
	pub fn sign(&self, scheme: Scheme, message: &[u8]) -> ShareSignature {
		match scheme {
			Scheme::Bls => ShareSignature::Bls(self.bls.sign(message).0),
			Scheme::Ed25519 => ShareSignature::Ed25519(self.ed25519.sign(message).0),
		}
	}
}

fn say(path: &Path, reason: impl std::fmt::Display) -> String {
	format!("{}: {reason}", path.display())
}

fn create(path: &Path, secret: &[u8; 32]) -> std::io::Result<()> {
	if let Some(directory) = path.parent() {
		fs::create_dir_all(directory)?;
	}
	let mut options = OpenOptions::new();
	options.write(true).create_new(true);
	#[cfg(unix)]
	std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
	let mut file = options.open(path)?;
	file.write_all(format!("0x{}\n", hex::encode(secret)).as_bytes())?;
	file.sync_all()
}

fn read(path: &Path, file: File) -> Result<[u8; 32], String> {
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		let mode = file.metadata().map_err(|error| say(path, error))?.permissions().mode();
		if mode & 0o077 != 0 {
			return Err(say(path, "others can read or change it; chmod 600 first"));
		}
	}
	let mut text = String::new();
	file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(|error| say(path, error))?;
	let digits = text.trim();
	let mut secret = [0; 32];
	// What is wrong with it is said without showing it.
	hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut secret)
		.map_err(|_| say(path, "not 32 bytes in hexadecimal digits"))?;
	Ok(secret)
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_runtime::pallet_rollup_anchor::dev::dev_key;

	#[test]
	fn a_key_should_be_made_once_and_kept_from_others() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("keystore").join(FILE_NAME);
		let (made, new) = RollupKeys::of_file(&path).unwrap();
		assert!(new);
		let (read, new) = RollupKeys::of_file(&path).unwrap();
		assert!(!new);
		assert_eq!(made.public(), read.public());
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
			fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
			let refused = RollupKeys::of_file(&path).err().unwrap();
			assert!(refused.contains("chmod 600"), "{refused}");
		}
	}

	#[test]
	fn a_file_that_is_no_key_should_stay_as_it_is_and_not_be_shown() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join(FILE_NAME);
		for text in ["", "0xabcdef", &"f".repeat(63), &"g".repeat(64), &"f".repeat(66)] {
			let _ = fs::remove_file(&path);
			create(&path, &[0; 32]).unwrap();
			fs::write(&path, text).unwrap();
			let refused = RollupKeys::of_file(&path).err().unwrap();
			assert!(text.is_empty() || !refused.contains(text), "{refused}");
			assert_eq!(fs::read_to_string(&path).unwrap(), text);
		}
	}

	#[test]
	fn well_known_keys_should_be_those_of_development_chains() {
		for name in ["//Alice", "//Bob"] {
			let keys = RollupKeys::well_known(name);
			assert_eq!(Some(keys.public()[0]), dev_key(name));
		}
	}

	#[test]
	fn two_secrets_should_share_no_key() {
		let (one, two) = (RollupKeys::from_secret(&[1; 32]), RollupKeys::from_secret(&[2; 32]));
		assert!(one.public().iter().all(|key| !two.public().contains(key)));
	}
}
