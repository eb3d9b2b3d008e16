//! Judge of heavy-rain: whether a result can be one.
//!
//! # The rule
//!
//! The input is what [`heavy-rain`](../heavy_rain/index.html) wrote. It holds if and only if
//!
//! ```text
//! from ≤ to,  days ≥ window_days ≥ 1,  days_over ≤ days,  windows_over ≤ days − window_days + 1
//! triggered  ⇔  days_over + windows_over > 0  ⇔  first_date is there, and lies within from … to
//! payout_bps ≤ 10000,  payout_bps = 0 if not triggered
//! ```
//!
//! A judge does not compute the result again: it refuses what no run on any weather could have given. A result that does
//! not hold ends the program with [`DOES_NOT_HOLD`]; a workflow can have the step before it run again then.
//!
//! # Input
//!
//! The canonical JSON of the clause kit: one object, keys in ascending order, no blanks. Anything else is
//! [`NOT_A_RESULT`].

#![no_std]

use concordat_clause_sdk::{clause, date::Date, json::Object, number, Failure, Job, Output};

/// The input is not what heavy-rain writes.
pub const NOT_A_RESULT: Failure = Failure::Clause(1);
/// It is, and cannot be true.
pub const DOES_NOT_HOLD: Failure = Failure::Clause(2);

/// Most basis points of a payout.
const FULL_PAYOUT: u64 = 10_000;
/// Most days that are counted.
const MAX_DAYS: u64 = 3_660;

clause!(evaluate);

/// The value of a key in a canonical object, as it is written. Texts there need no escaping, so that a quotation mark ends
/// one.
fn value<'a>(object: &'a [u8], key: &str) -> Result<&'a [u8], Failure> {
	let inner =
		object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).ok_or(NOT_A_RESULT)?;
	let mut quoted = false;
	let fields = inner.split(|byte| {
		quoted ^= *byte == b'"';
		*byte == b',' && !quoted
	});
	for field in fields {
		let found = field
			.strip_prefix(b"\"")
			.and_then(|rest| rest.strip_prefix(key.as_bytes()))
			.and_then(|rest| rest.strip_prefix(b"\":"));
		if let Some(value) = found {
			return Ok(value);
		}
	}
	Err(NOT_A_RESULT)
}

fn natural(object: &[u8], key: &str, max: u64) -> Result<u64, Failure> {
	number::natural(value(object, key)?, 0, max).map_err(|_| NOT_A_RESULT)
}

/// The day of a date, or nothing for `null`.
fn day(object: &[u8], key: &str) -> Result<Option<u32>, Failure> {
	let text = value(object, key)?;
	if text == b"null" {
		return Ok(None);
	}
	let date =
		text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).ok_or(NOT_A_RESULT)?;
	Date::parse(date).map(|date| Some(date.day_number())).map_err(|_| NOT_A_RESULT)
}

/// Judges one result.
pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
	let object = job.input();
	if value(object, "clause")? != b"\"heavy-rain\"" {
		return Err(NOT_A_RESULT);
	}
	let triggered = match value(object, "triggered")? {
		b"true" => true,
		b"false" => false,
		_ => return Err(NOT_A_RESULT),
	};
	let days = natural(object, "days", MAX_DAYS)?;
	let window_days = natural(object, "window_days", MAX_DAYS)?;
	let days_over = natural(object, "days_over", MAX_DAYS)?;
	let windows_over = natural(object, "windows_over", MAX_DAYS)?;
	let payout = natural(object, "payout_bps", u64::from(u32::MAX))?;
	let from = day(object, "from")?.ok_or(NOT_A_RESULT)?;
	let to = day(object, "to")?.ok_or(NOT_A_RESULT)?;
	let first = day(object, "first_date")?;

	let in_time = first.is_none_or(|first| (from..=to).contains(&first));
	let counted = window_days >= 1
		&& days >= window_days
		&& days_over <= days
		&& windows_over <= days - window_days + 1
		&& from <= to;
	let consistent = triggered == (days_over + windows_over > 0) && triggered == first.is_some();
	let paid = payout <= FULL_PAYOUT && (triggered || payout == 0);
	if !(in_time && counted && consistent && paid) {
		return Err(DOES_NOT_HOLD);
	}

	let mut result = Object::begin(output)?;
	result.text("clause", b"alert-check")?;
	result.flag("holds", true)?;
	result.text("judged", b"heavy-rain")?;
	result.natural("payout_bps", payout)?;
	result.flag("triggered", triggered)?;
	result.end()
}

#[cfg(test)]
mod tests;
