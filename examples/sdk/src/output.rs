//! The bounded output buffer.

use crate::{Failure, MAX_OUTPUT};

/// What a clause has written so far; at most [`MAX_OUTPUT`] bytes.
pub struct Output {
	bytes: [u8; MAX_OUTPUT],
	len: usize,
}

impl Output {
	/// An empty output.
	pub const fn new() -> Self {
		Self { bytes: [0; MAX_OUTPUT], len: 0 }
	}

	/// What has been written.
	pub fn as_bytes(&self) -> &[u8] {
		self.bytes.get(..self.len).unwrap_or_default()
	}

	/// Appends bytes.
	pub fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
		let end = self.len.checked_add(bytes.len()).ok_or(Failure::OutputTooLong)?;
		let free = self.bytes.get_mut(self.len..end).ok_or(Failure::OutputTooLong)?;
		free.copy_from_slice(bytes);
		self.len = end;
		Ok(())
	}

	/// Appends a natural number.
	pub fn push_natural(&mut self, value: u64) -> Result<(), Failure> {
		self.push_padded(value, 1)
	}

	/// Appends a natural number, with zeros in front to make it `width` digits; at most 20.
	pub fn push_padded(&mut self, mut value: u64, width: usize) -> Result<(), Failure> {
		let mut digits = [b'0'; 20];
		let mut used: usize = 0;
		for place in digits.iter_mut().rev() {
			if value == 0 && used >= width {
				break;
			}
			*place = b'0' + (value % 10) as u8;
			value /= 10;
			used += 1;
		}
		self.push(digits.get(digits.len().saturating_sub(used)..).unwrap_or_default())
	}

	/// Appends `value · 10^−places`, always with all its decimals; at most 18 of them.
	pub fn push_decimal(&mut self, value: i64, places: u32) -> Result<(), Failure> {
		if value < 0 {
			self.push(b"-")?;
		}
		let magnitude = value.unsigned_abs();
		let one = 10u64.checked_pow(places).ok_or(Failure::OutOfRange)?;
		self.push_natural(magnitude / one)?;
		if places > 0 {
			self.push(b".")?;
			self.push_padded(magnitude % one, places as usize)?;
		}
		Ok(())
	}
}

impl Default for Output {
	fn default() -> Self {
		Self::new()
	}
}
