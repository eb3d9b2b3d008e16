//! The text of a bundle. The format is that of `concordat_clause_sdk::bundle`: printable ASCII, a header of `key=value`, the
//! line `---`, a table of comma-separated fields. `rows` is the last key.

use super::{
	reading::{is_place, Fixed, ReadingValue, SourceId},
	BundleError, MAX_BUNDLE_BYTES,
};
use crate::{text::Name, BlockNumber, Hash};
use alloc::{format, vec::Vec};
use core::fmt::Write;
use frame_support::BoundedVec;

/// Columns of the table.
pub const COLUMNS: &str =
	"part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location";
/// The key that says how long the table is.
pub const ROWS: &[u8] = b"rows";

/// A bundle, before it is written or after it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
	/// Name of the format.
	pub name: Name,
	/// Version of the format.
	pub version: u16,
	/// Header, without `rows`: keys and values.
	pub entries: Vec<(Vec<u8>, Vec<u8>)>,
	/// Table.
	pub rows: Vec<Row>,
}

/// One reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
	/// Place of the part that asked for it.
	pub part: u8,
	/// Source.
	pub source: SourceId,
	/// Its name.
	pub name: Name,
	/// Sequence.
	pub sequence: u64,
	/// Block of the observation.
	pub observed_at: BlockNumber,
	/// Last block in which it is fresh.
	pub fresh_until: BlockNumber,
	/// Unix time of the observation, in milliseconds.
	pub time_ms: u64,
	/// Decimals of a number. Of a document, nothing of it is written, and [`Bundle::parse`] says 0.
	pub decimals: u8,
	/// What was observed. A number has `len` and `location` empty; of a document `value` is the hash, as `0x` and
	/// hexadecimal digits.
	pub value: ReadingValue,
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> Vec<u8> {
	let mut text = alloc::string::String::new();
	for byte in bytes {
		// Writing to a string does not fail.
		let _ = write!(text, "{byte:02x}");
	}
	text.into_bytes()
}

impl Bundle {
	/// Writes the text.
	pub fn encode(&self) -> Result<Vec<u8>, BundleError> {
		let is_key = |key: &[u8]| {
			!key.is_empty()
				&& key != ROWS
				&& key.iter().all(|byte| crate::text::is_name_byte(*byte))
		};
		let is_value = |value: &[u8]| value.iter().all(|byte| matches!(byte, b' '..=b'~'));
		if !self.name.is_valid() {
			return Err(BundleError::Malformed);
		}
		let mut text = format!("{}/{}\n", self.name, self.version).into_bytes();
		for (at, (key, value)) in self.entries.iter().enumerate() {
			let again = self.entries.iter().take(at).any(|(earlier, _)| earlier == key);
			if again || !is_key(key) || !is_value(value) {
				return Err(BundleError::Malformed);
			}
			for piece in [key, &b"="[..], value, b"\n"] {
				text.extend_from_slice(piece);
			}
		}
		text.extend_from_slice(format!("rows={}\n---\n{COLUMNS}\n", self.rows.len()).as_bytes());
		for row in &self.rows {
			row.encode_to(&mut text)?;
			if text.len() > MAX_BUNDLE_BYTES as usize {
				return Err(BundleError::TooLong);
			}
		}
		if text.len() > MAX_BUNDLE_BYTES as usize {
			return Err(BundleError::TooLong);
		}
		Ok(text)
	}

	/// Reads a text. `None` for anything that [`Self::encode`] would not have written.
	pub fn parse(bytes: &[u8]) -> Option<Self> {
		let text = core::str::from_utf8(bytes).ok()?;
		let mut lines = text.strip_suffix('\n')?.split('\n');
		let (name, version) = lines.next()?.split_once('/')?;
		let name = Name::parse(name).ok()?;
		let version = version.parse().ok()?;
		let mut entries = Vec::new();
		loop {
			let (key, value) = lines.next()?.split_once('=')?;
			if key.as_bytes() == ROWS {
				break;
			}
			entries.push((key.as_bytes().to_vec(), value.as_bytes().to_vec()));
		}
		if (lines.next()?, lines.next()?) != ("---", COLUMNS) {
			return None;
		}
		let rows = lines.map(Row::parse).collect::<Option<_>>()?;
		let bundle = Self { name, version, entries, rows };
		// One way to write it down: leading zeros, other cases, a wrong number of rows are not it.
		bundle.encode().is_ok_and(|written| written == bytes).then_some(bundle)
	}
}

impl Row {
	fn encode_to(&self, text: &mut Vec<u8>) -> Result<(), BundleError> {
		let Self { part, source, name, sequence, observed_at, fresh_until, time_ms, .. } = self;
		if !name.is_valid() {
			return Err(BundleError::Malformed);
		}
		let head =
			format!("{part},{source},{name},{sequence},{observed_at},{fresh_until},{time_ms},");
		text.extend_from_slice(head.as_bytes());
		match &self.value {
			ReadingValue::Number(number) => {
				let number = number.to_text(self.decimals).ok_or(BundleError::Malformed)?;
				text.extend_from_slice(number.as_bytes());
				text.extend_from_slice(b",,\n");
			},
			ReadingValue::Document { hash, len, location } => {
				if !is_place(location) {
					return Err(BundleError::Malformed);
				}
				text.extend_from_slice(b"0x");
				text.extend_from_slice(&hex(hash.as_bytes()));
				text.extend_from_slice(format!(",{len},").as_bytes());
				text.extend_from_slice(location);
				text.push(b'\n');
			},
		}
		Ok(())
	}

	fn parse(line: &str) -> Option<Self> {
		let mut fields = line.splitn(10, ',');
		let mut next = || fields.next();
		let (part, source) = (next()?.parse().ok()?, next()?.parse().ok()?);
		let name = Name::parse(next()?).ok()?;
		let sequence = next()?.parse().ok()?;
		let (observed_at, fresh_until) = (next()?.parse().ok()?, next()?.parse().ok()?);
		let time_ms = next()?.parse().ok()?;
		let (value, len, location) = (next()?, next()?, next()?);
		let (value, decimals) = match value.strip_prefix("0x") {
			Some(digits) => {
				let location = BoundedVec::try_from(location.as_bytes().to_vec()).ok()?;
				let hash = unhex(digits)?;
				(ReadingValue::Document { hash, len: len.parse().ok()?, location }, 0)
			},
			None => {
				let (number, decimals) = Fixed::parse(value)?;
				(ReadingValue::Number(number), decimals)
			},
		};
		Some(Self {
			part,
			source,
			name,
			sequence,
			observed_at,
			fresh_until,
			time_ms,
			decimals,
			value,
		})
	}
}

fn unhex(digits: &str) -> Option<Hash> {
	let mut hash = [0u8; 32];
	if digits.len() != 64 || !digits.is_ascii() {
		return None;
	}
	for (at, byte) in hash.iter_mut().enumerate() {
		let from = at.checked_mul(2)?;
		*byte = u8::from_str_radix(digits.get(from..from.checked_add(2)?)?, 16).ok()?;
	}
	Some(Hash::from(hash))
}
