//! JSON in one canonical form, so that equal results are equal bytes: one object, keys in ascending
//! order, no blanks, numbers with a fixed number of decimals.

use crate::{
	date::{Date, Time},
	Failure, Output,
};

/// An object that is being written.
pub struct Object<'a> {
	output: &'a mut Output,
	last: &'static str,
}

impl<'a> Object<'a> {
	/// Opens an object.
	pub fn begin(output: &'a mut Output) -> Result<Self, Failure> {
		output.push(b"{")?;
		Ok(Self { output, last: "" })
	}

	/// Closes the object.
	pub fn end(self) -> Result<(), Failure> {
		self.output.push(b"}")
	}

	/// `true` or `false`.
	pub fn flag(&mut self, key: &'static str, value: bool) -> Result<(), Failure> {
		self.raw(key, if value { b"true" } else { b"false" })
	}

	/// `null`: there is no such value.
	pub fn null(&mut self, key: &'static str) -> Result<(), Failure> {
		self.raw(key, b"null")
	}

	/// A natural number.
	pub fn natural(&mut self, key: &'static str, value: u64) -> Result<(), Failure> {
		self.key(key)?;
		self.output.push_natural(value)
	}

	/// The number `value · 10^−places`.
	pub fn decimal(&mut self, key: &'static str, value: i64, places: u32) -> Result<(), Failure> {
		self.key(key)?;
		self.output.push_decimal(value, places)
	}

	/// A text. It must not need escaping; anything else is [`Failure::BadWord`].
	pub fn text(&mut self, key: &'static str, value: &[u8]) -> Result<(), Failure> {
		if !value.iter().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')) {
			return Err(Failure::BadWord);
		}
		self.key(key)?;
		self.output.push(b"\"")?;
		self.output.push(value)?;
		self.output.push(b"\"")
	}

	/// A date, or `null`.
	pub fn date(&mut self, key: &'static str, value: Option<Date>) -> Result<(), Failure> {
		let Some(date) = value else { return self.null(key) };
		self.key(key)?;
		self.output.push(b"\"")?;
		date.write(self.output)?;
		self.output.push(b"\"")
	}

	/// A time, or `null`.
	pub fn time(&mut self, key: &'static str, value: Option<Time>) -> Result<(), Failure> {
		let Some(time) = value else { return self.null(key) };
		self.key(key)?;
		self.output.push(b"\"")?;
		time.write(self.output)?;
		self.output.push(b"\"")
	}

	fn raw(&mut self, key: &'static str, value: &[u8]) -> Result<(), Failure> {
		self.key(key)?;
		self.output.push(value)
	}

	fn key(&mut self, key: &'static str) -> Result<(), Failure> {
		if key <= self.last {
			return Err(Failure::OutputOrder);
		}
		if !self.last.is_empty() {
			self.output.push(b",")?;
		}
		self.last = key;
		self.output.push(b"\"")?;
		self.output.push(key.as_bytes())?;
		self.output.push(b"\":")
	}
}
