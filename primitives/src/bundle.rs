//! Input bundles: what a job that a trigger sets off runs on, gathered from several sources (NSF orchestration
//! protocols §4.10.2, "Input Resolver": sensor values, simulation outputs, credential states).
//!
//! | module | holds |
//! |---|---|
//! | [`reading`] | sources, their signed readings, numbers |
//! | [`trigger`] | what sets a job off, and what became of it |
//! | [`text`] | the canonical text of a bundle, written and read |
//!
//! A [`BundleSpec`] says what goes in; [`resolve`] fetches it, as pure code over [`Lookups`], and writes the one text that
//! stands for it. The text is what a clause program reads with the parser of the clause SDK: a header of keys, and
//! a table with one row for each reading.
//!
//! ```text
//! rain-alert/1
//! station=Bogor
//! operator=held
//! operator.of=3f…                      whose credential, and which: 64 hexadecimal digits
//! rows=2
//! ---
//! part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location
//! 0,7,bogor.rain,41,1000,1150,1763720000000,48.50,,
//! 0,7,bogor.rain,42,1030,1180,1763720060000,52.25,,
//! ```
//!
//! # Properties (property tests)
//!
//! * *Canonical.* The text follows from the parts and what they say. It names no block and no firing: the same
//!   readings make the same bytes, and so the same [`crate::hashing::input_commitment`].
//! * *Injective.* [`text::Bundle::parse`] gives back exactly what was written: two different bundles have two different texts.
//! * *Bounded.* No more than [`MAX_BUNDLE_BYTES`], whatever a valid spec asks for.
//! * *Fresh.* Of each source the newest reading is at most as old as the source allows. `fresh_until` is the last block at
//!   which a reading counts, so that whoever checks the job later can see it.

pub mod reading;
#[cfg(test)]
mod tests;
pub mod text;
pub mod trigger;

use crate::{
	clause::MAX_INPUT_BYTES, credential::CredentialDemand, hashing::tagged, text::Name, AccountId,
	BlockNumber, Hash, JobId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use frame_support::{traits::ConstU32, BoundedVec};
use reading::{KeptReading, SourceFacts, SourceId, MAX_READINGS};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use text::{Bundle, Row};

/// Most parts of one bundle.
pub const MAX_PARTS: u32 = 16;
/// Most rows of one bundle.
pub const MAX_BUNDLE_ROWS: u32 = 128;
/// Longest value of a static part, in bytes.
pub const MAX_STATIC_BYTES: u32 = 256;
/// The longest text there can be, in bytes; it fits the longest input. Held against the longest bundle by a test.
pub const MAX_BUNDLE_BYTES: u32 = 48 * 1024;

const _: () = assert!(MAX_BUNDLE_BYTES <= MAX_INPUT_BYTES);

/// One thing that goes into a bundle.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Part {
	/// The newest reading of a source: one row.
	#[codec(index = 0)]
	Latest(SourceId),
	/// The newest `n` readings of a source, the oldest first: `n` rows. Only the newest has to be fresh.
	#[codec(index = 1)]
	History {
		/// Source.
		source: SourceId,
		/// How many, 1 to [`MAX_READINGS`]. Fewer are an error, not a shorter table.
		n: u8,
	},
	/// Whether an account holds a credential now: `key=held` or `key=missing`, and `key.of=` the hash that
	/// [`credential_tag`] makes.
	#[codec(index = 2)]
	Credential {
		/// Key in the header.
		key: Name,
		/// Whose.
		subject: AccountId,
		/// Which.
		demand: CredentialDemand,
	},
	/// A fixed parameter: `key=value`.
	#[codec(index = 3)]
	Static {
		/// Key in the header.
		key: Name,
		/// Printable ASCII.
		#[serde(with = "crate::text::hex_bytes")]
		value: BoundedVec<u8, ConstU32<MAX_STATIC_BYTES>>,
	},
	/// The output of the job whose end set the trigger off: `key=` its hash, `key.job=` its number. The job gets the
	/// output itself as its dependency 0. Only for triggers of the kind dependency.
	#[codec(index = 4)]
	Dependency {
		/// Key in the header.
		key: Name,
	},
}

/// What goes into a bundle. `name/version` is its first line: the format that the clause program expects.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct BundleSpec {
	/// Name of the format.
	pub name: Name,
	/// Version of the format.
	pub version: u16,
	/// What goes in, in this order.
	pub parts: BoundedVec<Part, ConstU32<MAX_PARTS>>,
}

/// Why a [`BundleSpec`] is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecFault {
	/// The format or a key is not a name.
	Name,
	/// A key stands twice, or is `rows`.
	Key,
	/// A value is not printable ASCII.
	Text,
	/// A history of no readings, or of more than are kept; or more rows than a bundle may have.
	Rows,
}

impl BundleSpec {
	/// Whether a bundle can be made of it.
	pub fn check(&self) -> Result<(), SpecFault> {
		if !self.name.is_valid() {
			return Err(SpecFault::Name);
		}
		let mut rows = 0u32;
		let mut keys: Vec<Vec<u8>> = Vec::new();
		for part in &self.parts {
			match part {
				Part::Latest(_) => rows = rows.saturating_add(1),
				Part::History { n, .. } => {
					if *n == 0 || u32::from(*n) > MAX_READINGS {
						return Err(SpecFault::Rows);
					}
					rows = rows.saturating_add(u32::from(*n));
				},
				Part::Credential { key, .. } => keys.extend([key_of(key)?, derived(key, OF)]),
				Part::Dependency { key } => keys.extend([key_of(key)?, derived(key, JOB)]),
				Part::Static { key, value } => {
					if !value.iter().all(|byte| matches!(byte, b' '..=b'~')) {
						return Err(SpecFault::Text);
					}
					keys.push(key_of(key)?);
				},
			}
		}
		if rows > MAX_BUNDLE_ROWS {
			return Err(SpecFault::Rows);
		}
		keys.push(text::ROWS.to_vec());
		keys.sort_unstable();
		if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
			return Err(SpecFault::Key);
		}
		Ok(())
	}

	/// Sources that it reads, as often as it reads them.
	pub fn sources(&self) -> impl Iterator<Item = SourceId> + '_ {
		self.parts.iter().filter_map(|part| match part {
			Part::Latest(source) | Part::History { source, .. } => Some(*source),
			_ => None,
		})
	}

	/// Whether it needs a job that came before.
	pub fn needs_dependency(&self) -> bool {
		self.parts.iter().any(|part| matches!(part, Part::Dependency { .. }))
	}

	/// How many credentials it asks about.
	pub fn credentials(&self) -> u32 {
		self.parts.iter().filter(|part| matches!(part, Part::Credential { .. })).count() as u32
	}
}

const OF: &[u8] = b".of";
const JOB: &[u8] = b".job";

fn key_of(key: &Name) -> Result<Vec<u8>, SpecFault> {
	if key.is_valid() {
		Ok(key.0.to_vec())
	} else {
		Err(SpecFault::Name)
	}
}

fn derived(key: &Name, suffix: &[u8]) -> Vec<u8> {
	[&key.0[..], suffix].concat()
}

/// Names in a bundle whose credential was asked about, and which: Blake2-256 over `"concordat/bundle-credential/v1"` and
/// the SCALE encodings of subject and demand.
pub fn credential_tag(subject: &AccountId, demand: &CredentialDemand) -> Hash {
	tagged(b"concordat/bundle-credential/v1", &(subject, demand))
}

/// What [`resolve`] asks.
pub trait Lookups {
	/// Now.
	fn now(&self) -> BlockNumber;
	/// What has to be known of a source; `None` if there is none, or no longer.
	fn source(&self, id: SourceId) -> Option<SourceFacts>;
	/// Its readings that are kept, the oldest first.
	fn readings(&self, id: SourceId) -> Vec<KeptReading>;
	/// Whether the account holds a credential that meets the demand now.
	fn holds(&self, subject: &AccountId, demand: &CredentialDemand) -> bool;
	/// The job whose end set the trigger off, and the hash of its output.
	fn dependency(&self) -> Option<(JobId, Hash)>;
}

/// Why there is no bundle now.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum BundleError {
	/// A source does not exist, or no longer.
	#[codec(index = 0)]
	NoSource(SourceId),
	/// A source has fewer readings than the bundle needs.
	#[codec(index = 1)]
	TooFew {
		/// Source.
		source: SourceId,
		/// Readings that it has.
		have: u8,
		/// Readings that the bundle needs.
		need: u8,
	},
	/// The newest reading of a source is too old.
	#[codec(index = 2)]
	Stale {
		/// Source.
		source: SourceId,
		/// Blocks since it was observed.
		age: BlockNumber,
		/// The most that the source allows.
		max_age: BlockNumber,
	},
	/// The bundle needs the output of a job, and no job set the trigger off.
	#[codec(index = 3)]
	NoDependency,
	/// The text would be longer than [`MAX_BUNDLE_BYTES`].
	#[codec(index = 4)]
	TooLong,
	/// The spec is at fault, or a reading is not what its source says.
	#[codec(index = 5)]
	Malformed,
}

impl BundleError {
	/// Whether a reading to come may mend it.
	pub const fn is_transient(&self) -> bool {
		matches!(self, Self::TooFew { .. } | Self::Stale { .. })
	}
}

impl fmt::Display for BundleError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::NoSource(source) => write!(f, "there is no source {source}"),
			Self::TooFew { source, have, need } => {
				write!(f, "source {source} has {have} readings, {need} are needed")
			},
			Self::Stale { source, age, max_age } => write!(
				f,
				"the newest reading of source {source} is {age} blocks old, at most {max_age} are allowed"
			),
			Self::NoDependency => write!(f, "no job came before"),
			Self::TooLong => write!(f, "the bundle is longer than {MAX_BUNDLE_BYTES} bytes"),
			Self::Malformed => write!(f, "a part or a reading is malformed"),
		}
	}
}

/// Gathers what `spec` asks for and writes its text.
///
/// Refused are sources that are gone, too few readings, and sources whose newest reading is older than they allow: the
/// error says which and how old.
pub fn resolve(spec: &BundleSpec, lookups: &impl Lookups) -> Result<Vec<u8>, BundleError> {
	gather(spec, lookups)?.encode()
}

/// As [`resolve`], before it is written.
pub fn gather(spec: &BundleSpec, lookups: &impl Lookups) -> Result<Bundle, BundleError> {
	let mut bundle = Bundle {
		name: spec.name.clone(),
		version: spec.version,
		entries: Vec::new(),
		rows: Vec::new(),
	};
	for (part, index) in spec.parts.iter().zip(0u8..) {
		match part {
			Part::Latest(source) => read(&mut bundle, lookups, index, *source, 1)?,
			Part::History { source, n } => read(&mut bundle, lookups, index, *source, *n)?,
			Part::Credential { key, subject, demand } => {
				let held = if lookups.holds(subject, demand) { "held" } else { "missing" };
				bundle.entries.push((key.0.to_vec(), held.into()));
				let tag = credential_tag(subject, demand);
				bundle.entries.push((derived(key, OF), text::hex(tag.as_bytes())));
			},
			Part::Static { key, value } => {
				bundle.entries.push((key.0.to_vec(), value.to_vec()));
			},
			Part::Dependency { key } => {
				let (job, output) = lookups.dependency().ok_or(BundleError::NoDependency)?;
				bundle.entries.push((key.0.to_vec(), text::hex(output.as_bytes())));
				bundle.entries.push((derived(key, JOB), alloc::format!("{job}").into_bytes()));
			},
		}
	}
	Ok(bundle)
}

/// Appends the newest `n` readings of a source.
fn read(
	bundle: &mut Bundle,
	lookups: &impl Lookups,
	part: u8,
	source: SourceId,
	n: u8,
) -> Result<(), BundleError> {
	let facts = lookups.source(source).ok_or(BundleError::NoSource(source))?;
	let readings = lookups.readings(source);
	let have = u8::try_from(readings.len()).unwrap_or(u8::MAX);
	let too_few = BundleError::TooFew { source, have, need: n };
	let first = readings.len().checked_sub(usize::from(n)).ok_or(too_few)?;
	let newest = readings.last().ok_or(too_few)?;
	let age = lookups.now().saturating_sub(newest.observed_at);
	if age > facts.max_age {
		return Err(BundleError::Stale { source, age, max_age: facts.max_age });
	}
	bundle.rows.extend(readings.into_iter().skip(first).map(|reading| Row {
		part,
		source,
		name: facts.name.clone(),
		sequence: reading.sequence,
		observed_at: reading.observed_at,
		fresh_until: reading.observed_at.saturating_add(facts.max_age),
		time_ms: reading.observed_ms,
		decimals: facts.decimals,
		value: reading.value,
	}));
	Ok(())
}
