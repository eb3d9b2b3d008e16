//! Heavy-rain and flood trigger: did it rain as hard as the policy says, when first, and what is
//! due?
//!
//! # The rule
//!
//! With `p(d)` the precipitation of day `d` in mm and `w(d) = p(d−n+1) + … + p(d)` the sum over the
//! `n` days that end on `d` (complete windows only):
//!
//! ```text
//! triggered  ⇔  some p(d) ≥ threshold_day_mm  or  some w(d) ≥ threshold_window_mm
//! first_date  =  the earliest such d
//! payout_bps  =  0                                                       if not triggered, else
//!                ⌊ m + (10000 − m) · clamp((W − t) / (x − t), 0, 1) ⌋
//! ```
//!
//! where `W = max w(d)`, `t = threshold_window_mm`, `x = exhaustion_window_mm` and
//! `m = minimum_payout_bps`: a trigger pays at least `m`, and all of the sum insured (10000 basis
//! points) once the wettest window reaches `x`.
//!
//! # Scale
//!
//! Precipitation is reported in tenths of a millimetre, so that is the unit here: integers, no
//! rounding anywhere but in the payout, which is rounded down to a whole basis point.
//!
//! # Input
//!
//! A [`Bundle`] of the format `heavy-rain/1` with the columns `date,precipitation_mm`: one row a
//! day, no day left out, at most [`MAX_DAYS`]. Missing readings have to be settled before: a gap is
//! refused.
//!
//! | parameter | meaning | bounds |
//! |---|---|---|
//! | `station` | name of the station, repeated in the result | a word |
//! | `threshold_day_mm` | one day's trigger | 0.1–2000.0 |
//! | `window_days` | `n` | 1–30 |
//! | `threshold_window_mm` | the window's trigger | 0.1–20000.0 |
//! | `exhaustion_window_mm` | window that pays all | above the threshold |
//! | `minimum_payout_bps` | `m`, in basis points of the sum insured | 0–10000 |

#![no_std]

use concordat_clause_sdk::{
	bundle::Bundle, clause, date::Date, json::Object, number, Failure, Job, Output,
};

/// Most days in one input: ten years.
pub const MAX_DAYS: u64 = 3_660;
/// Longest window in days.
pub const MAX_WINDOW: usize = 30;
/// Most rain that a day can have, in tenths of a millimetre. The record is 1825 mm in 24 hours
/// (Foc-Foc, Réunion, 7–8 January 1966; World Meteorological Organization).
pub const MAX_DAY: i64 = 20_000;
/// The whole sum insured, in basis points.
pub const FULL_PAYOUT: u64 = 10_000;

/// A date is not the day after the one before it.
pub const GAP: Failure = Failure::Clause(1);
/// There are fewer days than one window has.
pub const TOO_FEW_DAYS: Failure = Failure::Clause(2);

const KEYS: [&str; 6] = [
	"exhaustion_window_mm",
	"minimum_payout_bps",
	"station",
	"threshold_day_mm",
	"threshold_window_mm",
	"window_days",
];

clause!(evaluate);

/// The terms of a policy. Depths in tenths of a millimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
	/// One day's trigger.
	pub threshold_day: u64,
	/// The window's trigger.
	pub threshold_window: u64,
	/// The window that pays all; above its trigger.
	pub exhaustion_window: u64,
	/// Payout of the smallest trigger, in basis points.
	pub minimum_payout: u64,
}

impl Terms {
	/// The payout in basis points, given whether the trigger was reached and the wettest window.
	pub const fn payout(&self, triggered: bool, wettest_window: u64) -> u64 {
		if !triggered {
			return 0;
		}
		let span = self.exhaustion_window.saturating_sub(self.threshold_window);
		let above = wettest_window.saturating_sub(self.threshold_window);
		if above >= span {
			// Not only when the window is exhausted: should the span be 0, there is nothing to
			// divide by.
			return if above > 0 { FULL_PAYOUT } else { self.minimum_payout };
		}
		self.minimum_payout + FULL_PAYOUT.saturating_sub(self.minimum_payout) * above / span
	}
}

/// A depth and the day on which it was reached.
#[derive(Clone, Copy)]
struct Record {
	depth: u64,
	date: Option<Date>,
}

impl Record {
	const NONE: Self = Self { depth: 0, date: None };

	/// Keeps the larger depth, and of two equal ones the earlier.
	fn observe(&mut self, depth: u64, date: Date) {
		if self.date.is_none() || depth > self.depth {
			*self = Self { depth, date: Some(date) };
		}
	}
}

/// The clause.
pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
	let bundle = Bundle::parse(job.input(), "heavy-rain/1", KEYS)?;
	let station = bundle.word("station")?;
	let window_days = bundle.natural("window_days", 1, MAX_WINDOW as u64)? as usize;
	let terms = Terms {
		threshold_day: bundle.decimal("threshold_day_mm", 1, 1, MAX_DAY)?.unsigned_abs(),
		threshold_window: bundle.decimal("threshold_window_mm", 1, 1, 10 * MAX_DAY)?.unsigned_abs(),
		exhaustion_window: bundle
			.decimal("exhaustion_window_mm", 1, 1, 10 * MAX_DAY)?
			.unsigned_abs(),
		minimum_payout: bundle.natural("minimum_payout_bps", 0, FULL_PAYOUT)?,
	};
	if terms.exhaustion_window <= terms.threshold_window {
		return Err(Failure::Inconsistent);
	}

	// The days of the current window, the oldest of which is replaced by the day at hand.
	let mut recent = [0u64; MAX_WINDOW];
	let mut window: u64 = 0;

	let (mut from, mut to) = (None::<Date>, None::<Date>);
	let (mut days, mut days_over, mut windows_over, mut total) = (0usize, 0u64, 0u64, 0u64);
	let (mut wettest_day, mut wettest_window) = (Record::NONE, Record::NONE);
	let mut first_date = None;

	for row in bundle.rows::<2>("date,precipitation_mm", 1, MAX_DAYS)? {
		let [date, depth] = row?;
		let date = Date::parse(date)?;
		let depth = number::decimal_within(depth, 1, 0, MAX_DAY)?.unsigned_abs();
		if to.is_some_and(|day: Date| date.day_number() != day.day_number() + 1) {
			return Err(GAP);
		}
		from = from.or(Some(date));
		to = Some(date);

		let oldest = recent.get_mut(days % window_days).ok_or(Failure::OutOfRange)?;
		window = window.saturating_sub(*oldest) + depth;
		*oldest = depth;
		days += 1;
		total += depth;

		wettest_day.observe(depth, date);
		let day_over = depth >= terms.threshold_day;
		days_over += u64::from(day_over);

		let complete = days >= window_days;
		if complete {
			wettest_window.observe(window, date);
		}
		let window_over = complete && window >= terms.threshold_window;
		windows_over += u64::from(window_over);

		if day_over || window_over {
			first_date = first_date.or(Some(date));
		}
	}
	if days < window_days {
		return Err(TOO_FEW_DAYS);
	}

	let triggered = first_date.is_some();
	let mut result = Object::begin(output)?;
	result.text("clause", b"heavy-rain")?;
	result.natural("days", days as u64)?;
	result.natural("days_over", days_over)?;
	result.date("first_date", first_date)?;
	result.date("from", from)?;
	result.date("max_day_date", wettest_day.date)?;
	result.decimal("max_day_mm", wettest_day.depth as i64, 1)?;
	result.date("max_window_date", wettest_window.date)?;
	result.decimal("max_window_mm", wettest_window.depth as i64, 1)?;
	result.natural("payout_bps", terms.payout(triggered, wettest_window.depth))?;
	result.text("station", station)?;
	result.date("to", to)?;
	result.decimal("total_mm", total as i64, 1)?;
	result.flag("triggered", triggered)?;
	result.natural("window_days", window_days as u64)?;
	result.natural("windows_over", windows_over)?;
	result.end()
}

#[cfg(test)]
mod tests;
