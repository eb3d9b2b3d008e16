//! Text for people, JSON for programs.

use crate::error::Error;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where results go: standard output. Progress goes to standard error.
pub struct Output {
	/// JSON instead of text.
	pub json: bool,
	/// A result was printed: whoever reads JSON expects one document.
	answered: AtomicBool,
}

impl Output {
	/// Prints JSON, or text for people.
	pub const fn new(json: bool) -> Self {
		Self { json, answered: AtomicBool::new(false) }
	}

	/// Prints a result: as JSON, or the text that `text` makes.
	pub fn result<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) {
		self.answered.store(true, Ordering::Relaxed);
		if self.json {
			match serde_json::to_string_pretty(value) {
				Ok(json) => println!("{json}"),
				Err(error) => eprintln!("cannot write JSON: {error}"),
			}
		} else {
			println!("{}", text(value).trim_end());
		}
	}

	/// Says what is going on, unless a program listens.
	pub fn progress(&self, line: impl AsRef<str>) {
		if !self.json {
			eprintln!("  {}", line.as_ref());
		}
	}

	/// Says why it failed. As JSON only if there was no result: a report of what is wrong is one.
	pub fn failure(&self, error: &Error) {
		if self.json && !self.answered.load(Ordering::Relaxed) {
			println!("{}", serde_json::json!({ "error": error.to_string() }));
		}
		eprintln!("error: {error}");
	}
}

/// Amounts in CDT, without trailing zeros.
pub fn cdt(amount: u128) -> String {
	const ONE: u128 = concordat_primitives::units::CDT;
	let fraction = format!("{:012}", amount % ONE);
	let fraction = fraction.trim_end_matches('0');
	if fraction.is_empty() {
		format!("{} CDT", amount / ONE)
	} else {
		format!("{}.{fraction} CDT", amount / ONE)
	}
}

/// Reads an amount in CDT: `500`, `0.001`.
pub fn parse_cdt(text: &str) -> Result<u128, String> {
	const WRONG: &str = "an amount is a number with at most 12 decimals, as in 500 or 0.001";
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	if whole.is_empty()
		|| fraction.len() > 12
		|| !text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
	{
		return Err(WRONG.into());
	}
	let whole: u128 = whole.parse().map_err(|_| WRONG)?;
	let fraction: u128 = format!("{fraction:0<12}").parse().map_err(|_| WRONG)?;
	whole
		.checked_mul(concordat_primitives::units::CDT)
		.and_then(|units| units.checked_add(fraction))
		.ok_or_else(|| WRONG.into())
}

/// A score in parts of 10⁹ as a decimal number.
pub fn score(parts: u64) -> String {
	format!("{}.{:03}", parts / 1_000_000_000, parts / 1_000_000 % 1_000)
}

/// Lines up columns.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
	let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
	for row in rows {
		for (width, cell) in widths.iter_mut().zip(row) {
			*width = (*width).max(cell.chars().count());
		}
	}
	let line = |cells: Vec<&str>| {
		let cells: Vec<String> =
			cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
		cells.join("  ").trim_end().to_owned()
	};
	let mut lines = vec![line(head.to_vec())];
	lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_round_trip() {
		for (text, units) in
			[("500", 500_000_000_000_000), ("0.001", 1_000_000_000), ("0.000000000001", 1)]
		{
			assert_eq!(parse_cdt(text).unwrap(), units);
			assert_eq!(cdt(units), format!("{text} CDT"));
		}
		for wrong in [
			"",
			".5",
			"-1",
			"1e3",
			"0.0000000000001",
			"1.2.3",
			"340282366920938463463374607431768211455",
		] {
			assert!(parse_cdt(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn tables_line_up() {
		assert_eq!(table(&["a", "bb"], &[vec!["ccc".into(), "d".into()]]), "a    bb\nccc  d");
	}
}
