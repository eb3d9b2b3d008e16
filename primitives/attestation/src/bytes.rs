//! A cursor over bytes that never reads beyond their end.

use crate::{Error, Part};

/// `len` as the `u32` that errors carry.
pub fn len32(len: usize) -> u32 {
	u32::try_from(len).unwrap_or(u32::MAX)
}

/// Refuses what is longer than `max` before anybody looks inside.
pub fn capped(bytes: &[u8], max: usize, part: Part) -> Result<&[u8], Error> {
	if bytes.len() > max {
		return Err(Error::TooLong { part, len: len32(bytes.len()), max: len32(max) });
	}
	Ok(bytes)
}

/// Reads little-endian fields one after the other.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
	rest: &'a [u8],
	part: Part,
}

impl<'a> Cursor<'a> {
	/// Reads `bytes`, which are `part`.
	pub const fn new(bytes: &'a [u8], part: Part) -> Self {
		Self { rest: bytes, part }
	}

	/// Names what is read from here on.
	pub fn part(&mut self, part: Part) -> &mut Self {
		self.part = part;
		self
	}

	/// The next `len` bytes.
	pub fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
		match self.rest.split_at_checked(len) {
			Some((head, tail)) => {
				self.rest = tail;
				Ok(head)
			},
			None => Err(Error::Truncated {
				part: self.part,
				missing: len32(len.saturating_sub(self.rest.len())),
			}),
		}
	}

	/// The next `N` bytes.
	pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
		self.take(N)?.try_into().map_err(|_| Error::Malformed(self.part))
	}

	/// Two bytes.
	pub fn u16(&mut self) -> Result<u16, Error> {
		self.array().map(u16::from_le_bytes)
	}

	/// Four bytes.
	pub fn u32(&mut self) -> Result<u32, Error> {
		self.array().map(u32::from_le_bytes)
	}

	/// Eight bytes.
	pub fn u64(&mut self) -> Result<u64, Error> {
		self.array().map(u64::from_le_bytes)
	}

	/// A field with its length in four bytes before it.
	pub fn sized32(&mut self) -> Result<&'a [u8], Error> {
		let len = self.u32()?;
		self.take(usize::try_from(len).unwrap_or(usize::MAX))
	}

	/// Whatever is left.
	pub const fn rest(&self) -> &'a [u8] {
		self.rest
	}

	/// Nothing may be left.
	pub fn finish(&self) -> Result<(), Error> {
		match self.rest.len() {
			0 => Ok(()),
			extra => Err(Error::TrailingBytes { part: self.part, extra: len32(extra) }),
		}
	}

	/// Nothing but zeros may be left: some drivers hand out quotes in a zeroed buffer of fixed size.
	pub fn finish_zeros(&self) -> Result<(), Error> {
		if self.rest.iter().all(|byte| *byte == 0) {
			return Ok(());
		}
		self.finish()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_stop_at_the_end_and_say_what_is_missing() {
		let mut cursor = Cursor::new(&[1, 0, 2, 0, 0, 0, 9], Part::Header);
		assert_eq!(cursor.u16(), Ok(1));
		assert_eq!(cursor.u32(), Ok(2));
		assert_eq!(cursor.finish(), Err(Error::TrailingBytes { part: Part::Header, extra: 1 }));
		assert_eq!(cursor.u64(), Err(Error::Truncated { part: Part::Header, missing: 7 }));
		assert_eq!(cursor.array(), Ok([9]));
		assert_eq!(cursor.finish(), Ok(()));
	}

	#[test]
	fn a_declared_length_beyond_the_end_is_refused() {
		let mut cursor = Cursor::new(&[0xff, 0xff, 0xff, 0xff, 1], Part::AuthData);
		assert_eq!(
			cursor.sized32(),
			Err(Error::Truncated { part: Part::AuthData, missing: u32::MAX - 1 })
		);
	}

	#[test]
	fn only_zeros_may_pad() {
		assert_eq!(Cursor::new(&[0; 3], Part::Evidence).finish_zeros(), Ok(()));
		assert_eq!(
			Cursor::new(&[0, 1], Part::Evidence).finish_zeros(),
			Err(Error::TrailingBytes { part: Part::Evidence, extra: 2 })
		);
	}

	#[test]
	fn caps_are_inclusive() {
		assert!(capped(&[0; 4], 4, Part::Chain).is_ok());
		assert_eq!(
			capped(&[0; 5], 4, Part::Chain),
			Err(Error::TooLong { part: Part::Chain, len: 5, max: 4 })
		);
	}
}
