//! Bodies that the chain names and does not keep: what the off-chain worker of a node and its host say to
//! each other about them.
//!
//! The worker is part of the runtime: it reaches no file, and whom it may ask on the network is not for the
//! runtime to decide. The host does the fetching. Both talk through the persistent off-chain storage of
//! their node and nothing else:
//!
//! ```text
//!  worker ──► WISHES_KEY   what it lacks, for which job, and where the chain says it is
//!  host   ──► body_key(…)  a body, once it was found and its hash is the one that the chain names
//!         ──► SERVED_KEY   which bodies are there now; written at start, so that it also says "there is a host"
//! ```
//!
//! A body is looked up by the hash that the chain knows it by: a program by [`program_hash`], an input by
//! [`input_commitment`], a sealed input by its [`ciphertext_hash`], and the output of a job that another one needs by its
//! [`output_hash`]. The enclave checks all of them once more.

use crate::{
	clause::{MAX_OUTPUT_BYTES, MAX_PROGRAM_BYTES},
	hashing::{input_commitment, output_hash, program_hash},
	sealed::ciphertext_hash,
	Hash, JobId, NodeId,
};
use alloc::{format, string::String, vec::Vec};
use codec::{Decode, Encode};
use core::fmt;

/// Longest body that hosts fetch and enclaves take, in bytes.
pub const MAX_BODY_BYTES: u32 = 8 * 1024 * 1024;
/// Most wishes at a time.
pub const MAX_WISHES: usize = 128;
/// Most bodies that a host serves at a time.
pub const MAX_SERVED: usize = 1_024;
/// Longest list of wishes, in bytes of SCALE.
pub const MAX_WISHES_BYTES: usize = 64 * 1024;
/// Where the worker keeps its SCALE-encoded [`Wishes`].
pub const WISHES_KEY: &[u8] = b"concordat/content/wishes/v1";
/// Where the host keeps the SCALE-encoded `Vec<BodyId>` of the bodies that lie under their [`BodyId::key`]; at
/// most [`MAX_SERVED`].
pub const SERVED_KEY: &[u8] = b"concordat/content/served/v1";
/// Prefix of the bodies.
const BODY_PREFIX: &[u8] = b"concordat/content/body/v1/";

/// What a body is, and so which hash names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum BodyKind {
	/// A program, named by [`program_hash`].
	Program,
	/// An input bundle, named by [`input_commitment`].
	Input,
	/// A sealed input, named by [`ciphertext_hash`].
	Ciphertext,
	/// What came out of a job, named by [`output_hash`].
	Output,
}

/// A body, as the chain names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct BodyId {
	/// What it is.
	pub kind: BodyKind,
	/// The hash that names it.
	pub hash: Hash,
	/// Its length in bytes.
	pub len: u32,
}

impl BodyId {
	/// What the chain would call these bytes. `None` if they are longer than any body.
	pub fn of(kind: BodyKind, bytes: &[u8]) -> Option<Self> {
		let len = u32::try_from(bytes.len()).ok().filter(|len| *len <= MAX_BODY_BYTES)?;
		Some(Self { kind, hash: kind.hash(bytes), len })
	}

	/// Whether these are the bytes.
	pub fn names(&self, bytes: &[u8]) -> bool {
		bytes.len() as u64 == u64::from(self.len) && self.kind.hash(bytes) == self.hash
	}

	/// Whether it is short enough to be fetched at all.
	pub const fn is_fetchable(&self) -> bool {
		self.len <= self.kind.longest()
	}

	/// Name of its file in a content directory and under a mirror: the hash in lower-case hexadecimal.
	pub fn file_name(&self) -> String {
		format!("{:x}", self.hash)
	}

	/// Where the host puts it.
	pub fn key(&self) -> Vec<u8> {
		let mut key = BODY_PREFIX.to_vec();
		self.encode_to(&mut key);
		key
	}
}

impl fmt::Display for BodyId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} {:?} of {} bytes", self.kind, self.hash, self.len)
	}
}

impl BodyKind {
	/// The hash of a body of this kind.
	pub fn hash(self, bytes: &[u8]) -> Hash {
		match self {
			Self::Program => program_hash(bytes),
			Self::Input => input_commitment(bytes),
			Self::Ciphertext => ciphertext_hash(bytes),
			Self::Output => output_hash(bytes),
		}
	}

	/// Longest body of this kind, in bytes.
	pub const fn longest(self) -> u32 {
		match self {
			Self::Program => MAX_PROGRAM_BYTES,
			Self::Input | Self::Ciphertext => MAX_BODY_BYTES,
			Self::Output => MAX_OUTPUT_BYTES,
		}
	}
}

impl fmt::Display for BodyKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Program => "program",
			Self::Input => "input",
			Self::Ciphertext => "ciphertext",
			Self::Output => "output",
		})
	}
}

/// A body that a job needs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wish {
	/// Which.
	pub body: BodyId,
	/// Where the clause or the requester says that it is. Chosen by strangers: never to be asked without the
	/// operator's leave.
	pub location: Vec<u8>,
	/// The job, for people.
	pub job: JobId,
	/// The node that has a seat in it, for people.
	pub node: NodeId,
}

/// All that the worker lacks now, or would lack again if the host forgot it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Wishes {
	/// When they were written, in milliseconds since 1970: old ones are of a worker that has stopped.
	pub at: u64,
	/// The wishes; at most [`MAX_WISHES`].
	pub list: Vec<Wish>,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_body_is_named_by_the_hash_of_its_kind() {
		let program = BodyId::of(BodyKind::Program, b"bytes").unwrap();
		let input = BodyId::of(BodyKind::Input, b"bytes").unwrap();
		let ciphertext = BodyId::of(BodyKind::Ciphertext, b"bytes").unwrap();
		let output = BodyId::of(BodyKind::Output, b"bytes").unwrap();
		assert_eq!(program.hash, program_hash(b"bytes"));
		assert_eq!(input.hash, input_commitment(b"bytes"));
		assert_eq!(ciphertext.hash, ciphertext_hash(b"bytes"));
		assert_eq!(output.hash, output_hash(b"bytes"));
		let all = [program, input, ciphertext, output];
		for (i, body) in all.iter().enumerate() {
			assert!(body.names(b"bytes"));
			assert!(all.iter().skip(i + 1).all(|other| other.hash != body.hash));
		}
		// Another content, another length, another kind.
		assert!(!program.names(b"bytez"));
		assert!(!BodyId { len: 4, ..program }.names(b"bytes"));
		assert!(!BodyId { kind: BodyKind::Input, ..program }.names(b"bytes"));
		assert_ne!(program.key(), input.key());
	}

	#[test]
	fn a_file_name_is_64_hexadecimal_digits_whatever_the_hash() {
		for byte in [0u8, b'.', b'/', 0xff] {
			let body = BodyId { kind: BodyKind::Input, hash: Hash::repeat_byte(byte), len: 1 };
			let name = body.file_name();
			assert_eq!(name.len(), 64);
			assert!(name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
		}
	}

	#[test]
	fn only_bodies_within_the_bounds_are_fetched() {
		let body = |kind, len| BodyId { kind, hash: Hash::zero(), len };
		assert!(body(BodyKind::Program, MAX_PROGRAM_BYTES).is_fetchable());
		assert!(!body(BodyKind::Program, MAX_PROGRAM_BYTES + 1).is_fetchable());
		assert!(body(BodyKind::Input, MAX_BODY_BYTES).is_fetchable());
		assert!(!body(BodyKind::Input, MAX_BODY_BYTES + 1).is_fetchable());
		assert!(body(BodyKind::Ciphertext, MAX_BODY_BYTES).is_fetchable());
		assert!(!body(BodyKind::Ciphertext, MAX_BODY_BYTES + 1).is_fetchable());
		assert!(body(BodyKind::Output, MAX_OUTPUT_BYTES).is_fetchable());
		assert!(!body(BodyKind::Output, MAX_OUTPUT_BYTES + 1).is_fetchable());
	}

	#[test]
	fn the_longest_list_of_wishes_fits() {
		let wish = Wish {
			body: BodyId { kind: BodyKind::Input, hash: Hash::zero(), len: u32::MAX },
			location: alloc::vec![b'x'; crate::clause::MAX_LOCATION_BYTES as usize],
			job: JobId::MAX,
			node: NodeId::MAX,
		};
		let wishes = Wishes { at: u64::MAX, list: alloc::vec![wish; MAX_WISHES] };
		assert!(wishes.encode().len() <= MAX_WISHES_BYTES);
	}
}
