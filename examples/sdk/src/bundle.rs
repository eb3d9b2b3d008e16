//! The text format of inputs: a header of parameters over a table.
//!
//! ```text
//! heavy-rain/1
//! window_days=3
//! rows=2
//! ---
//! date,precipitation_mm
//! 2015-11-14,47.2
//! 2015-11-15,31.8
//! ```
//!
//! Printable ASCII, lines ended by a line feed, the last one too. Keys in any order, each exactly
//! once. `rows` says how long the table is: a table that was cut between two lines is noticed.

use crate::{
	date::{Date, Time},
	number, Failure,
};

/// A parsed header, and the table's text. `N` is the number of keys that the clause knows, `rows`
/// not counted.
pub struct Bundle<'a, const N: usize> {
	keys: [&'static str; N],
	values: [&'a [u8]; N],
	rows: &'a [u8],
	table: &'a [u8],
}

impl<'a, const N: usize> Bundle<'a, N> {
	/// Reads an input of the format named `format`, whose header has exactly the keys `keys` and
	/// `rows`.
	pub fn parse(input: &'a [u8], format: &str, keys: [&'static str; N]) -> Result<Self, Failure> {
		if !input.iter().all(|b| matches!(b, b'\n' | b' '..=b'~')) {
			return Err(Failure::NotText);
		}
		if input.last() != Some(&b'\n') {
			return Err(Failure::Truncated);
		}
		let (first, mut rest) = line(input).ok_or(Failure::WrongFormat)?;
		if first != format.as_bytes() {
			return Err(Failure::WrongFormat);
		}

		let mut values: [Option<&'a [u8]>; N] = [None; N];
		let mut rows = None;
		loop {
			let (text, after) = line(rest).ok_or(Failure::NoTable)?;
			rest = after;
			if text == b"---" {
				break;
			}
			let equals = text.iter().position(|b| *b == b'=').ok_or(Failure::HeaderLine)?;
			let (key, value) = text.split_at_checked(equals).ok_or(Failure::HeaderLine)?;
			let value = value.get(1..).unwrap_or_default();
			let slot = if key == b"rows" {
				&mut rows
			} else {
				let known = keys.iter().position(|k| k.as_bytes() == key);
				known.and_then(|i| values.get_mut(i)).ok_or(Failure::UnknownKey)?
			};
			if slot.replace(value).is_some() {
				return Err(Failure::DuplicateKey);
			}
		}
		let rows = rows.ok_or(Failure::MissingKey)?;
		let mut found: [&'a [u8]; N] = [&[]; N];
		for (found, value) in found.iter_mut().zip(values) {
			*found = value.ok_or(Failure::MissingKey)?;
		}
		Ok(Self { keys, values: found, rows, table: rest })
	}

	/// The text of a parameter.
	pub fn value(&self, key: &str) -> Result<&'a [u8], Failure> {
		let index = self.keys.iter().position(|k| *k == key).ok_or(Failure::MissingKey)?;
		self.values.get(index).copied().ok_or(Failure::MissingKey)
	}

	/// A parameter that is a natural number within bounds.
	pub fn natural(&self, key: &str, min: u64, max: u64) -> Result<u64, Failure> {
		number::natural(self.value(key)?, min, max)
	}

	/// A parameter that is a decimal number, as a multiple of `10^−places`, within bounds.
	pub fn decimal(&self, key: &str, places: usize, min: i64, max: i64) -> Result<i64, Failure> {
		number::decimal_within(self.value(key)?, places, min, max)
	}

	/// A parameter that is a name.
	pub fn word(&self, key: &str) -> Result<&'a [u8], Failure> {
		number::word(self.value(key)?)
	}

	/// A parameter that is a date.
	pub fn date(&self, key: &str) -> Result<Date, Failure> {
		Date::parse(self.value(key)?)
	}

	/// A parameter that is a time.
	pub fn time(&self, key: &str) -> Result<Time, Failure> {
		Time::parse(self.value(key)?)
	}

	/// The table's rows, which must be between `min` and `max` in number and have the columns
	/// `columns` (as many as `F`).
	pub fn rows<const F: usize>(
		&self,
		columns: &str,
		min: u64,
		max: u64,
	) -> Result<Rows<'a, F>, Failure> {
		let expected = number::decimal(self.rows, 0)?;
		let expected = u64::try_from(expected).map_err(|_| Failure::RowsOutOfRange)?;
		if expected < min || expected > max {
			return Err(Failure::RowsOutOfRange);
		}
		let (head, rest) = line(self.table).ok_or(Failure::WrongColumns)?;
		if head != columns.as_bytes() {
			return Err(Failure::WrongColumns);
		}
		Ok(Rows { rest, left: expected })
	}
}

/// Iterates over a table's rows; stops at the first bad one.
pub struct Rows<'a, const F: usize> {
	rest: &'a [u8],
	left: u64,
}

impl<'a, const F: usize> Iterator for Rows<'a, F> {
	type Item = Result<[&'a [u8]; F], Failure>;

	fn next(&mut self) -> Option<Self::Item> {
		let row = match (line(self.rest), self.left) {
			(None, 0) => return None,
			(None, _) | (Some(_), 0) => Err(Failure::RowCount),
			(Some((text, rest)), _) => {
				self.rest = rest;
				fields(text)
			},
		};
		self.left = self.left.saturating_sub(1);
		if row.is_err() {
			*self = Self { rest: &[], left: 0 };
		}
		Some(row)
	}
}

/// Splits a row at its commas.
fn fields<const F: usize>(text: &[u8]) -> Result<[&[u8]; F], Failure> {
	let mut fields: [&[u8]; F] = [&[]; F];
	let mut parts = text.split(|b| *b == b',');
	for field in &mut fields {
		*field = parts.next().ok_or(Failure::FieldCount)?;
	}
	match parts.next() {
		None => Ok(fields),
		Some(_) => Err(Failure::FieldCount),
	}
}

/// The first line, without its end, and what follows it.
fn line(text: &[u8]) -> Option<(&[u8], &[u8])> {
	let end = text.iter().position(|b| *b == b'\n')?;
	let (first, rest) = text.split_at_checked(end)?;
	Some((first, rest.get(1..).unwrap_or_default()))
}
