//! The subset of CBOR (RFC 8949) that Nitro documents use: definite lengths in their shortest form, unsigned
//! integers, byte and text strings, arrays, maps, null. Read by what is expected, so nothing recurses.

use crate::{bytes::Cursor, Error, Part};

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const NULL: u8 = 0xf6;

/// Reads one item after the other.
#[derive(Clone, Copy)]
pub struct CborReader<'a> {
	cursor: Cursor<'a>,
	part: Part,
}

impl<'a> CborReader<'a> {
	/// Reads `bytes`, which are `part`.
	pub const fn new(bytes: &'a [u8], part: Part) -> Self {
		Self { cursor: Cursor::new(bytes, part), part }
	}

	const fn bad(&self) -> Error {
		Error::Malformed(self.part)
	}

	/// Head of an item of this major type: its argument.
	fn head(&mut self, major: u8) -> Result<u64, Error> {
		let [initial] = self.cursor.array()?;
		if initial >> 5 != major {
			return Err(self.bad());
		}
		let (value, shortest) = match initial & 0x1f {
			small @ 0..=23 => (small.into(), 0),
			24 => (self.cursor.array().map(u8::from_be_bytes)?.into(), 24),
			25 => (self.cursor.array().map(u16::from_be_bytes)?.into(), 1 << 8),
			26 => (self.cursor.array().map(u32::from_be_bytes)?.into(), 1 << 16),
			27 => (self.cursor.array().map(u64::from_be_bytes)?, 1 << 32),
			_ => return Err(self.bad()),
		};
		if value < shortest {
			return Err(self.bad());
		}
		Ok(value)
	}

	fn string(&mut self, major: u8) -> Result<&'a [u8], Error> {
		let len = self.head(major)?;
		self.cursor.take(usize::try_from(len).unwrap_or(usize::MAX))
	}

	/// An unsigned integer.
	pub fn unsigned(&mut self) -> Result<u64, Error> {
		self.head(UNSIGNED)
	}

	/// A byte string.
	pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
		self.string(BYTES)
	}

	/// A text string.
	pub fn text(&mut self) -> Result<&'a [u8], Error> {
		self.string(TEXT)
	}

	/// A byte string or null.
	pub fn optional_bytes(&mut self) -> Result<Option<&'a [u8]>, Error> {
		if self.skip(NULL) {
			return Ok(None);
		}
		self.bytes().map(Some)
	}

	/// Start of an array: how many items follow.
	pub fn array(&mut self) -> Result<u64, Error> {
		self.head(ARRAY)
	}

	/// Start of a map: how many pairs follow.
	pub fn map(&mut self) -> Result<u64, Error> {
		self.head(MAP)
	}

	/// Skips this byte if it comes next.
	pub fn skip(&mut self, byte: u8) -> bool {
		if self.cursor.rest().first() != Some(&byte) {
			return false;
		}
		self.cursor.take(1).is_ok()
	}

	/// Nothing may be left.
	pub fn finish(&self) -> Result<(), Error> {
		self.cursor.finish()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const BAD: Error = Error::Malformed(Part::Body);

	fn reader(bytes: &[u8]) -> CborReader<'_> {
		CborReader::new(bytes, Part::Body)
	}

	#[test]
	fn items_are_read_by_what_is_expected() {
		let mut r = reader(&[0x17, 0x18, 24, 0x43, 1, 2, 3, 0xf6, 0x61, b'a', 0x82, 0xa1]);
		assert_eq!(r.unsigned(), Ok(23));
		assert_eq!(r.unsigned(), Ok(24));
		assert_eq!(r.optional_bytes(), Ok(Some(&[1, 2, 3][..])));
		assert_eq!(r.optional_bytes(), Ok(None));
		assert_eq!(r.text(), Ok(&b"a"[..]));
		assert_eq!(r.array(), Ok(2));
		assert_eq!(r.map(), Ok(1));
		assert_eq!(r.finish(), Ok(()));
	}

	#[test]
	fn other_types_longer_forms_and_indefinite_lengths_are_refused() {
		assert_eq!(reader(&[0x40]).unsigned(), Err(BAD));
		assert_eq!(reader(&[0x18, 23]).unsigned(), Err(BAD));
		assert_eq!(reader(&[0x19, 0, 255]).unsigned(), Err(BAD));
		assert_eq!(reader(&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).unsigned(), Err(BAD));
		assert_eq!(reader(&[0x5f, 0x41, 1, 0xff]).bytes(), Err(BAD));
		assert_eq!(reader(&[0xbf, 0xff]).map(), Err(BAD));
		assert_eq!(reader(&[0x1c]).unsigned(), Err(BAD));
	}

	#[test]
	fn a_length_beyond_the_end_is_refused() {
		assert_eq!(
			reader(&[0x59, 0x01, 0x00, 1]).bytes(),
			Err(Error::Truncated { part: Part::Body, missing: 255 })
		);
		assert!(reader(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).bytes().is_err());
	}
}
