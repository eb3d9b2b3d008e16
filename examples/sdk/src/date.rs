//! Dates and times of the Gregorian calendar, years 1800 to 2299, in UTC, without leap seconds.

use crate::{Failure, Output};

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
	year: u16,
	month: u8,
	day: u8,
}

impl Date {
	/// Reads `YYYY-MM-DD`.
	pub fn parse(text: &[u8]) -> Result<Self, Failure> {
		let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else {
			return Err(Failure::BadDate);
		};
		let year = two(*y0, *y1)? * 100 + two(*y2, *y3)?;
		let (month, day) = (two(*m0, *m1)? as u8, two(*d0, *d1)? as u8);
		if !(1800..=2299).contains(&year) || day == 0 || day > days_in_month(year, month) {
			return Err(Failure::BadDate);
		}
		Ok(Self { year, month, day })
	}

	/// Days since 1800-01-01; tells how far two dates lie apart.
	pub fn day_number(self) -> u32 {
		// Years begin in March here, so that the leap day is a year's last.
		let (year, month) = if self.month > 2 {
			(u32::from(self.year), u32::from(self.month) - 3)
		} else {
			(u32::from(self.year) - 1, u32::from(self.month) + 9)
		};
		let days = 365 * year + year / 4 - year / 100 + year / 400;
		// 153 days in five months, in the pattern 31 30 31 30 31.
		let total = days + (153 * month + 2) / 5 + u32::from(self.day) - 1;
		total.saturating_sub(EPOCH)
	}

	/// Writes `YYYY-MM-DD`.
	pub fn write(self, output: &mut Output) -> Result<(), Failure> {
		output.push_padded(self.year.into(), 4)?;
		output.push(b"-")?;
		output.push_padded(self.month.into(), 2)?;
		output.push(b"-")?;
		output.push_padded(self.day.into(), 2)
	}
}

/// 1800-01-01 on the scale that [`Date::day_number`] counts on before it subtracts this.
const EPOCH: u32 = 365 * 1799 + 1799 / 4 - 1799 / 100 + 1799 / 400 + (153 * 10 + 2) / 5;

/// A moment, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
	date: Date,
	hour: u8,
	minute: u8,
	second: u8,
}

impl Time {
	/// Reads `YYYY-MM-DDTHH:MM:SSZ`.
	pub fn parse(text: &[u8]) -> Result<Self, Failure> {
		let (date, clock) = text.split_at_checked(10).ok_or(Failure::BadDate)?;
		let [b'T', h0, h1, b':', m0, m1, b':', s0, s1, b'Z'] = clock else {
			return Err(Failure::BadDate);
		};
		let (hour, minute, second) = (two(*h0, *h1)?, two(*m0, *m1)?, two(*s0, *s1)?);
		if hour > 23 || minute > 59 || second > 59 {
			return Err(Failure::BadDate);
		}
		let date = Date::parse(date)?;
		Ok(Self { date, hour: hour as u8, minute: minute as u8, second: second as u8 })
	}

	/// Writes `YYYY-MM-DDTHH:MM:SSZ`.
	pub fn write(self, output: &mut Output) -> Result<(), Failure> {
		self.date.write(output)?;
		output.push(b"T")?;
		output.push_padded(self.hour.into(), 2)?;
		output.push(b":")?;
		output.push_padded(self.minute.into(), 2)?;
		output.push(b":")?;
		output.push_padded(self.second.into(), 2)?;
		output.push(b"Z")
	}
}

/// Two decimal digits.
fn two(tens: u8, ones: u8) -> Result<u16, Failure> {
	if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
		return Err(Failure::BadDate);
	}
	Ok(u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
}

/// Length of a month; 0 if there is no such month.
fn days_in_month(year: u16, month: u8) -> u8 {
	match month {
		1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
		4 | 6 | 9 | 11 => 30,
		2 if is_leap(year) => 29,
		2 => 28,
		_ => 0,
	}
}

/// Whether a year has a leap day.
const fn is_leap(year: u16) -> bool {
	year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
