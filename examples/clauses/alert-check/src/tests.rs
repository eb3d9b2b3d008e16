//! The judge on the real result, and on results that cannot be.

extern crate std;

use crate::{evaluate, DOES_NOT_HOLD, NOT_A_RESULT};
use concordat_clause_sdk::native;
use std::string::String;

const REAL: &str = include_str!("../../../expected/heavy-rain.json");

fn judge(input: &str) -> Result<String, i32> {
	native::run(evaluate, input.as_bytes())
}

fn changed(from: &str, to: &str) -> i32 {
	assert!(REAL.contains(from), "{from}");
	judge(REAL.trim_end().replace(from, to).as_str()).expect_err("it should have been refused")
}

#[test]
fn the_real_result_should_hold() {
	assert_eq!(
		judge(REAL.trim_end()).unwrap(),
		r#"{"clause":"alert-check","holds":true,"judged":"heavy-rain","payout_bps":6831,"triggered":true}"#
	);
}

#[test]
fn a_dry_year_should_hold_without_a_payout() {
	let dry = REAL
		.trim_end()
		.replace("\"days_over\":2", "\"days_over\":0")
		.replace("\"first_date\":\"2015-03-15\"", "\"first_date\":null")
		.replace("\"payout_bps\":6831", "\"payout_bps\":0")
		.replace("\"triggered\":true", "\"triggered\":false")
		.replace("\"windows_over\":4", "\"windows_over\":0");
	assert!(judge(&dry).unwrap().contains("\"triggered\":false"));
}

#[test]
fn what_no_weather_could_give_should_be_refused() {
	for (from, to) in [
		("\"triggered\":true", "\"triggered\":false"),
		("\"first_date\":\"2015-03-15\"", "\"first_date\":null"),
		("\"first_date\":\"2015-03-15\"", "\"first_date\":\"2016-01-01\""),
		("\"payout_bps\":6831", "\"payout_bps\":10001"),
		("\"days_over\":2", "\"days_over\":731"),
		("\"windows_over\":4", "\"windows_over\":729"),
		("\"window_days\":3", "\"window_days\":0"),
		("\"days\":730", "\"days\":2"),
		("\"to\":\"2015-12-31\"", "\"to\":\"2013-12-31\""),
	] {
		assert_eq!(changed(from, to), DOES_NOT_HOLD.code(), "{to}");
	}
}

#[test]
fn what_is_no_result_should_be_refused_as_such() {
	for (from, to) in [
		("\"clause\":\"heavy-rain\"", "\"clause\":\"epidemic\""),
		("\"days\":730", "\"days\":-1"),
		("\"days\":730", "\"days\":730.5"),
		("\"from\":\"2014-01-01\"", "\"from\":null"),
		("\"triggered\":true", "\"triggered\":1"),
		("\"payout_bps\":6831,", ""),
		("{", ""),
	] {
		assert_eq!(changed(from, to), NOT_A_RESULT.code(), "{to}");
	}
	assert_eq!(judge("heavy-rain/1\n").unwrap_err(), NOT_A_RESULT.code());
	// A comma and a key within a text are no field.
	assert!(judge(&REAL.trim_end().replace("Seattle WA", "Seattle, WA")).is_ok());
}

#[test]
fn damaged_input_should_never_stop_the_program() {
	assert!(native::damage(evaluate, REAL.trim_end().as_bytes(), 2_000) > 0);
}
