//! The rain clause on real data, on made-up weather, and on bad input.

extern crate std;

use crate::{evaluate, Terms, FULL_PAYOUT, GAP, TOO_FEW_DAYS};
use concordat_clause_sdk::{native, Failure};
use std::{format, string::String};

const REAL: &str = include_str!("../../../inputs/heavy-rain.input");
const EXPECTED: &str = include_str!("../../../expected/heavy-rain.json");
const CATALOGUE: &str = include_str!("../../../data/seattle-precipitation.csv");

fn run(input: &str) -> Result<String, i32> {
	native::run(evaluate, input.as_bytes())
}

/// Days from 2020-02-27 on, under a policy of 50 mm a day or 80 mm in 3 days that exhausts at 120
/// mm.
fn weather(depths: &[&str]) -> String {
	let dates =
		["2020-02-27", "2020-02-28", "2020-02-29", "2020-03-01", "2020-03-02", "2020-03-03"];
	assert!(depths.len() <= dates.len());
	let mut input = format!(
		"heavy-rain/1\nstation=Test\nthreshold_day_mm=50.0\nwindow_days=3\nthreshold_window_mm=80.0\n\
		 exhaustion_window_mm=120.0\nminimum_payout_bps=2000\nrows={}\n---\ndate,precipitation_mm\n",
		depths.len()
	);
	for (date, depth) in dates.iter().zip(depths) {
		input += &format!("{date},{depth}\n");
	}
	input
}

fn refused(input: &str) -> i32 {
	run(input).expect_err("it should have been refused")
}

fn has(input: &str, parts: &[&str]) {
	let result = run(input).unwrap();
	for part in parts {
		assert!(result.contains(part), "{result} lacks {part}");
	}
}

#[test]
fn the_real_input_should_give_the_independently_computed_result() {
	assert_eq!(run(REAL).unwrap(), EXPECTED.trim_end());
}

#[test]
fn each_year_of_the_catalogue_should_have_its_known_total_and_records() {
	for (year, days, total, day, window) in [
		("2012", 366, "1226.0", ("2012-11-19", "54.1"), ("2012-11-21", "69.1")),
		("2013", 365, "828.0", ("2013-09-28", "43.4"), ("2013-09-30", "78.7")),
		("2014", 365, "1232.8", ("2014-03-05", "46.7"), ("2014-03-05", "73.9")),
		("2015", 365, "1139.2", ("2015-03-15", "55.9"), ("2015-11-15", "103.1")),
	] {
		let head = weather(&[]).replace("rows=0", &format!("rows={days}"));
		let rows = CATALOGUE.lines().filter(|row| row.starts_with(year));
		let input = rows.fold(head, |input, row| input + row + "\n");
		has(
			&input,
			&[
				&format!(r#""days":{days},"#),
				&format!(r#""total_mm":{total},"#),
				&format!(r#""max_day_date":"{}","max_day_mm":{},"#, day.0, day.1),
				&format!(r#""max_window_date":"{}","max_window_mm":{},"#, window.0, window.1),
			],
		);
	}
}

#[test]
fn nothing_should_be_due_when_no_threshold_is_reached() {
	let just_below = weather(&["49.9", "0.0", "30.0", "20.0", "29.9"]);
	has(&just_below, &[r#""triggered":false"#, r#""first_date":null"#, r#""payout_bps":0,"#]);
}

#[test]
fn a_day_at_its_threshold_should_pay_the_minimum() {
	let input = weather(&["0.0", "0.0", "50.0"]);
	has(&input, &[r#""first_date":"2020-02-29""#, r#""payout_bps":2000,"#, r#""days_over":1,"#]);
}

#[test]
fn a_window_at_its_threshold_should_pay_the_minimum() {
	let input = weather(&["30.0", "20.0", "30.0"]);
	has(&input, &[r#""payout_bps":2000,"#, r#""days_over":0,"#, r#""windows_over":1}"#]);
}

#[test]
fn the_payout_should_rise_with_the_wettest_window_and_stop_at_all() {
	// Half way from 80 to 120 mm: half way from 2000 to 10000.
	has(&weather(&["40.0", "20.0", "40.0"]), &[r#""payout_bps":6000,"#]);
	has(&weather(&["40.0", "40.0", "40.0"]), &[r#""payout_bps":10000,"#]);
	has(&weather(&["90.0", "90.0", "90.0"]), &[r#""payout_bps":10000,"#]);
}

#[test]
fn an_incomplete_window_should_not_count() {
	// 85 mm in the first two days, but no three days with 80 mm.
	let input = weather(&["45.0", "40.0"]);
	assert_eq!(refused(&input), TOO_FEW_DAYS.code());
	let input = weather(&["45.0", "34.0", "0.0", "45.0"]);
	has(&input, &[r#""triggered":false"#, r#""max_window_date":"2020-02-29""#]);
}

#[test]
fn of_equal_records_the_first_should_be_named() {
	let input = weather(&["0.0", "5.0", "0.0", "5.0", "0.0"]);
	has(&input, &[r#""max_day_date":"2020-02-28""#, r#""max_window_date":"2020-03-01""#]);
	has(&weather(&["0.0", "0.0", "0.0"]), &[r#""max_day_date":"2020-02-27","max_day_mm":0.0"#]);
}

#[test]
fn bad_weather_should_be_refused_with_the_reason() {
	for (depth, failure) in [
		("", Failure::BadNumber),
		("-0.1", Failure::OutOfRange),
		("-999.9", Failure::OutOfRange),
		("2000.1", Failure::OutOfRange),
		("99999999999999999999999", Failure::OutOfRange),
		("1.25", Failure::BadNumber),
		("T", Failure::BadNumber),
		("NaN", Failure::BadNumber),
		("1,2", Failure::FieldCount),
	] {
		assert_eq!(refused(&weather(&["1.0", depth, "1.0"])), failure.code(), "{depth}");
	}
}

#[test]
fn bad_dates_should_be_refused_with_the_reason() {
	let good = weather(&["1.0", "1.0", "1.0", "1.0"]);
	for (from, to, failure) in [
		("2020-02-29", "2020-02-30", Failure::BadDate),
		("2020-02-29", "29.02.2020", Failure::BadDate),
		("2020-02-29", "", Failure::BadDate),
		("2020-03-01,1.0\n", "", Failure::RowCount),
		("2020-02-29", "2020-02-28", GAP),
		("2020-02-29", "2020-03-01", GAP),
		("2020-02-29", "2021-02-28", GAP),
		("2020-03-01", "2020-02-01", GAP),
	] {
		assert_eq!(refused(&good.replacen(from, to, 1)), failure.code(), "{from} → {to}");
	}
	let gap = good.replace("2020-02-29,1.0\n", "").replace("rows=4", "rows=3");
	assert_eq!(refused(&gap), GAP.code());
}

#[test]
fn bad_terms_should_be_refused_with_the_reason() {
	let good = weather(&["1.0", "1.0", "1.0"]);
	for (from, to, failure) in [
		("heavy-rain/1", "cat-payout/1", Failure::WrongFormat),
		("station=Test", "station=", Failure::BadWord),
		("station=Test", "station=\"}", Failure::BadWord),
		("window_days=3", "window_days=0", Failure::OutOfRange),
		("window_days=3", "window_days=31", Failure::OutOfRange),
		("window_days=3", "window_days=3.0", Failure::BadNumber),
		("threshold_day_mm=50.0", "threshold_day_mm=0", Failure::OutOfRange),
		("threshold_day_mm=50.0", "threshold_day_mm=-5", Failure::OutOfRange),
		("threshold_window_mm=80.0", "threshold_window_mm=120.0", Failure::Inconsistent),
		("exhaustion_window_mm=120.0", "exhaustion_window_mm=9e9", Failure::BadNumber),
		("minimum_payout_bps=2000", "minimum_payout_bps=10001", Failure::OutOfRange),
		("minimum_payout_bps=2000\n", "", Failure::MissingKey),
		("rows=3", "rows=0", Failure::RowsOutOfRange),
		("rows=3", "rows=3661", Failure::RowsOutOfRange),
		("date,", "day,", Failure::WrongColumns),
	] {
		assert_eq!(refused(&good.replacen(from, to, 1)), failure.code(), "{from} → {to}");
	}
	assert_eq!(refused(""), Failure::InputEmpty.code());
}

#[test]
fn the_real_input_should_be_refused_wherever_it_is_cut_off() {
	for end in (0..REAL.len()).step_by(7) {
		assert!(run(&REAL[..end]).is_err(), "{end}");
	}
}

#[test]
fn damaged_inputs_should_never_panic() {
	let refused =
		native::damage(evaluate, weather(&["49.9", "0.0", "30.0", "20.0"]).as_bytes(), 20_000);
	assert!(refused > 15_000, "{refused}");
	native::damage(evaluate, REAL.as_bytes(), 300);
}

#[test]
fn the_payout_should_stay_within_its_bounds_for_all_terms() {
	for threshold in [1, 800, 200_000] {
		for span in [0, 1, 400, 200_000] {
			for minimum in [0, 1, 2_500, FULL_PAYOUT] {
				let terms = Terms {
					threshold_day: 1,
					threshold_window: threshold,
					exhaustion_window: threshold + span,
					minimum_payout: minimum,
				};
				let mut last = minimum;
				for window in
					[0, threshold, threshold + span / 2, threshold + span, u64::from(u32::MAX)]
				{
					let payout = terms.payout(true, window);
					assert!(payout >= last && payout <= FULL_PAYOUT, "{terms:?} {window} {payout}");
					last = payout;
					assert_eq!(terms.payout(false, window), 0);
				}
			}
		}
	}
}
