//! Unix time as people write it, and lengths of time in words. UTC only.

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
	let year = if month <= 2 { year - 1 } else { year };
	let era = year.div_euclid(400);
	let year_of_era = year.rem_euclid(400);
	let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
	let days = days + 719_468;
	let era = days.div_euclid(146_097);
	let day_of_era = days.rem_euclid(146_097);
	let year_of_era =
		(day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let shifted = (5 * day_of_year + 2) / 153;
	let day = day_of_year - (153 * shifted + 2) / 5 + 1;
	let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
	let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
	(year, month, day)
}

/// `2026-11-21 16:05:00 UTC`; `never` for a time that stands for no end at all.
pub fn utc(unix: u64) -> String {
	// Year 9999: certificates that never end say so.
	const LAST: u64 = 253_402_300_799;
	if unix >= LAST {
		return "never".into();
	}
	let (year, month, day) = civil_from_days((unix / DAY) as i64);
	let (hour, minute, second) = (unix % DAY / 3_600, unix % 3_600 / 60, unix % 60);
	format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Reads Unix seconds, `2026-11-21`, `2026-11-21T16:05:00Z`, or what [`utc`] writes.
pub fn parse(text: &str) -> Result<u64, String> {
	const WRONG: &str = "a time is Unix seconds, or as in 2026-11-21 or 2026-11-21T16:05:00Z (UTC)";
	let wrong = || WRONG.to_string();
	if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
		return text.parse().map_err(|_| wrong());
	}
	let text = text.trim_end_matches(" UTC").trim_end_matches('Z');
	let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
	let numbers = |text: &str, separator: char, widths: [usize; 3]| -> Option<[i64; 3]> {
		let parts: Vec<&str> = text.split(separator).collect();
		let fits = parts.len() == 3
			&& parts.iter().zip(widths).all(|(part, width)| {
				part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit())
			});
		let parsed: Vec<i64> =
			parts.iter().map(|part| part.parse()).collect::<Result<_, _>>().ok()?;
		fits.then_some(parsed)?.try_into().ok()
	};
	let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or_else(wrong)?;
	let [hour, minute, second] = numbers(clock, ':', [2, 2, 2]).ok_or_else(wrong)?;
	let days = days_from_civil(year, month, day);
	// A day that the month does not have comes back as another one.
	if civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
		return Err(wrong());
	}
	u64::try_from(days * DAY as i64 + hour * 3_600 + minute * 60 + second).map_err(|_| wrong())
}

/// A length of time in its two largest units: `3 days 4 h`, `5 min 1 s`.
pub fn duration(seconds: u64) -> String {
	let days = |count: u64| if count == 1 { "1 day".into() } else { format!("{count} days") };
	let (large, rest) = match seconds {
		0..60 => return format!("{seconds} s"),
		60..3_600 => (format!("{} min", seconds / 60), (seconds % 60, "s")),
		3_600..DAY => (format!("{} h", seconds / 3_600), (seconds % 3_600 / 60, "min")),
		_ => (days(seconds / DAY), (seconds % DAY / 3_600, "h")),
	};
	match rest {
		(0, _) => large,
		(rest, unit) => format!("{large} {rest} {unit}"),
	}
}

/// A time, and how far it is from `now`.
pub fn relative(unix: u64, now: u64) -> String {
	let text = utc(unix);
	if text == "never" {
		return text;
	}
	if unix >= now {
		format!("{text}, in {}", duration(unix - now))
	} else {
		format!("{text}, {} ago", duration(now - unix))
	}
}

/// The clock of this machine, in Unix seconds.
pub fn now() -> u64 {
	std::time::SystemTime::now()
		.duration_since(std::time::UNIX_EPOCH)
		.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn times_should_be_written_and_read_alike() {
		for (unix, text) in [
			(0, "1970-01-01 00:00:00 UTC"),
			(951_782_400, "2000-02-29 00:00:00 UTC"),
			(1_736_179_625, "2025-01-06 16:07:05 UTC"),
			(1_735_689_599, "2024-12-31 23:59:59 UTC"),
			(4_107_542_400, "2100-03-01 00:00:00 UTC"),
		] {
			assert_eq!(utc(unix), text);
			assert_eq!(parse(text), Ok(unix));
			assert_eq!(parse(&text.replace(' ', "T").replace("TUTC", "Z")), Ok(unix));
			assert_eq!(parse(&unix.to_string()), Ok(unix));
		}
		assert_eq!(parse("2025-01-06"), Ok(1_736_121_600));
		assert_eq!(utc(253_402_300_799), "never");
		assert_eq!(utc(u64::MAX), "never");
	}

	#[test]
	fn every_day_of_eight_centuries_should_come_back() {
		for day in 0..292_194 {
			let (year, month, date) = civil_from_days(day);
			assert_eq!(days_from_civil(year, month, date), day);
		}
	}

	#[test]
	fn what_is_no_time_should_be_refused() {
		for text in [
			"",
			"-5",
			"2025-02-29",
			"2025-13-01",
			"2025-00-10",
			"2025-1-1",
			"1969-12-31",
			"2025-01-01T24:00:00Z",
			"2025-01-01T00:60:00Z",
			"yesterday",
			"99999999999999999999",
		] {
			assert!(parse(text).is_err(), "{text}");
		}
	}

	#[test]
	fn lengths_should_be_told_in_two_units() {
		for (seconds, text) in [
			(0, "0 s"),
			(59, "59 s"),
			(60, "1 min"),
			(301, "5 min 1 s"),
			(3_600, "1 h"),
			(7_320, "2 h 2 min"),
			(86_400, "1 day"),
			(3 * 86_400 + 4 * 3_600 + 5, "3 days 4 h"),
		] {
			assert_eq!(duration(seconds), text);
		}
		assert_eq!(relative(100, 40), "1970-01-01 00:01:40 UTC, in 1 min");
		assert_eq!(relative(40, 100), "1970-01-01 00:00:40 UTC, 1 min ago");
	}
}
