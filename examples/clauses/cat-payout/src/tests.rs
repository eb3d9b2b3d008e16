//! The payout clause against floating-point geometry, on real earthquakes, and on bad input.
#![allow(clippy::float_arithmetic)]

extern crate std;

use crate::{
	evaluate,
	geo::{sin, Place, FARTHEST},
	Layers, BAD_LAYERS, DUPLICATE_EVENT,
};
use concordat_clause_sdk::{native, Failure};
use std::{format, string::String, vec::Vec};

const REAL: &str = include_str!("../../../inputs/cat-payout.input");
const EXPECTED: &str = include_str!("../../../expected/cat-payout.json");
const CATALOGUE: &str = include_str!("../../../data/usgs-earthquakes.csv");

fn run(input: &str) -> Result<String, i32> {
	native::run(evaluate, input.as_bytes())
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

/// A policy at 10° N, 20° E with a radius of 100 km, and these events.
fn policy(rows: &[&str]) -> String {
	let mut input = format!(
		"cat-payout/1\npolicy=Test\ncentre_latitude=10\ncentre_longitude=20\nradius_km=100\nmax_depth_km=70\n\
		 from=2018-01-01T00:00:00Z\nuntil=2019-01-01T00:00:00Z\nstatus=reviewed\nlayers=5.0:1000,6.0:5000\n\
		 rows={}\n---\nid,time,latitude,longitude,depth_km,magnitude,status\n",
		rows.len()
	);
	for row in rows {
		input += row;
		input += "\n";
	}
	input
}

const NEAR: &str = "a1,2018-06-01T00:00:00Z,10.5,20,10,5.5,reviewed";

fn place(latitude: f64, longitude: f64) -> Place {
	let (latitude, longitude) = (format!("{latitude:.7}"), format!("{longitude:.7}"));
	Place::parse(latitude.as_bytes(), longitude.as_bytes()).unwrap()
}

/// The haversine formula in double precision, in metres.
fn haversine(from: (f64, f64), to: (f64, f64)) -> f64 {
	let (phi1, phi2) = (from.0.to_radians(), to.0.to_radians());
	let north = (phi2 - phi1) / 2.0;
	let east = (to.1 - from.1).to_radians() / 2.0;
	let h = north.sin().powi(2) + phi1.cos() * phi2.cos() * east.sin().powi(2);
	2.0 * 6_371_008.8 * h.min(1.0).sqrt().asin()
}

/// How far a distance lies from its double-precision value; both are rounded to 10⁻⁷ degrees alike.
fn error(from: (f64, f64), to: (f64, f64)) -> f64 {
	place(from.0, from.1).distance(&place(to.0, to.1)) as f64 - haversine(from, to)
}

#[test]
fn the_real_input_should_give_the_independently_computed_result() {
	assert_eq!(run(REAL).unwrap(), EXPECTED.trim_end());
}

#[test]
fn the_order_of_the_rows_should_not_matter() {
	let (head, table) = REAL.split_once("status\n").unwrap();
	let mut rows: Vec<&str> = table.lines().collect();
	rows.reverse();
	let reversed = format!("{head}status\n{}\n", rows.join("\n"));
	assert_eq!(run(&reversed).unwrap(), EXPECTED.trim_end());
	rows.sort_unstable_by_key(|row| {
		row.bytes().fold(7u64, |hash, b| hash.wrapping_mul(31) ^ u64::from(b))
	});
	let shuffled = format!("{head}status\n{}\n", rows.join("\n"));
	assert_eq!(run(&shuffled).unwrap(), EXPECTED.trim_end());
}

#[test]
fn a_sine_should_agree_with_double_precision() {
	let mut worst: f64 = 0.0;
	for angle in (0..1_570_796_326_795u64).step_by(785_398_163) {
		worst = worst.max((sin(angle) as f64 / 1e12 - (angle as f64 / 1e12).sin()).abs());
	}
	assert!(worst < 4e-12, "{worst:e}");
	assert_eq!(sin(0), 0);
	assert_eq!(sin(u64::MAX), 1_000_000_000_000);
}

#[test]
fn distances_in_the_catalogue_should_agree_with_double_precision() {
	let places: Vec<(f64, f64)> = CATALOGUE
		.lines()
		.skip(1)
		.map(|row| {
			let mut fields = row.split(',').skip(2).map(|field| field.parse::<f64>().unwrap());
			(fields.next().unwrap(), fields.next().unwrap())
		})
		.collect();
	assert_eq!(places.len(), 297);
	for from in &places {
		for to in &places {
			// Rounded down to a metre, and a millimetre for the arithmetic.
			let error = error(*from, *to);
			assert!(error > -1.001 && error < 0.001, "{from:?} {to:?}: {error}");
		}
	}
}

#[test]
fn distances_should_agree_with_double_precision_from_a_metre_to_the_antipode() {
	let (mut lowest, mut highest, mut farthest) = (0.0f64, 0.0f64, 0.0f64);
	for latitude in [-90.0, -65.81, -10.0, -0.000001, 0.0, 23.9769, 45.0, 82.9954, 89.9999, 90.0] {
		for bearing in 0..16 {
			let mut degrees = 0.00001;
			while degrees < 180.0 {
				let angle = f64::from(bearing) / 8.0 * core::f64::consts::PI;
				let to_latitude = (latitude + degrees * angle.cos()).clamp(-90.0, 90.0);
				let to_longitude = (degrees * angle.sin()).clamp(-180.0, 180.0);
				// Both sides get the same seven decimals.
				let round = |x: f64| format!("{x:.7}").parse::<f64>().unwrap();
				let (from, to) = ((latitude, 0.0), (round(to_latitude), round(to_longitude)));
				let error = error(from, to);
				if haversine(from, to) < 15_000_000.0 {
					lowest = lowest.min(error);
					highest = highest.max(error);
				} else {
					farthest = farthest.max(error.abs());
				}
				degrees *= 1.17;
			}
		}
	}
	assert!(lowest > -1.001 && highest < 0.001, "{lowest} {highest}");
	// Near the antipode the arcsine magnifies every rounding, that of the doubles too.
	assert!(farthest < 20.0, "{farthest}");
}

#[test]
fn distances_should_be_symmetric_and_go_the_short_way_round() {
	let here = place(-16.645, -177.3954);
	let there = place(-20.0, 179.5);
	assert_eq!(here.distance(&there), there.distance(&here));
	assert!(here.distance(&there) < 500_000);
	assert_eq!(here.distance(&here), 0);
	assert_eq!(place(0.0, 180.0).distance(&place(0.0, -180.0)), 0);
	assert_eq!(place(90.0, 0.0).distance(&place(90.0, 120.0)), 0);
	assert!(FARTHEST - place(90.0, 0.0).distance(&place(-90.0, 50.0)) <= 20);
	assert!(FARTHEST - place(0.0, 0.0).distance(&place(0.0, 180.0)) <= 20);
}

#[test]
fn a_policy_should_pay_the_layer_of_its_largest_event() {
	let stronger = "b2,2018-07-01T00:00:00Z,10,20.5,10,6,reviewed";
	let weak = "c3,2018-07-01T00:00:00Z,10,20.5,10,4.99,reviewed";
	has(
		&policy(&[NEAR]),
		&[r#""payout_bps":1000"#, r#""layer_magnitude":5.00"#, r#""qualifying_events":1"#],
	);
	has(
		&policy(&[NEAR, stronger, weak]),
		&[
			r#""payout_bps":5000"#,
			r#""largest_id":"b2""#,
			r#""events_counted":3"#,
			r#""qualifying_events":2"#,
		],
	);
	has(
		&policy(&[weak]),
		&[
			r#""payout_bps":0"#,
			r#""layer_magnitude":null"#,
			r#""largest_id":"c3""#,
			r#""triggered":false"#,
		],
	);
	has(&policy(&[]), &[r#""payout_bps":0"#, r#""largest_id":null"#, r#""events":0"#]);
}

#[test]
fn of_equal_magnitudes_the_earlier_should_decide_and_then_the_smaller_id() {
	let later = NEAR.replace("a1,2018-06", "0,2018-07");
	has(&policy(&[&later, NEAR]), &[r#""largest_id":"a1""#]);
	let twin = NEAR.replace("a1", "a0");
	has(&policy(&[NEAR, &twin]), &[r#""largest_id":"a0""#]);
}

#[test]
fn an_event_should_not_count_when_a_term_excludes_it() {
	for (from, to) in [
		("2018-06-01T00:00:00Z", "2017-12-31T23:59:59Z"),
		("2018-06-01T00:00:00Z", "2019-01-01T00:00:00Z"),
		(",10,5.5", ",70.001,5.5"),
		("reviewed", "automatic"),
		("10.5,20", "11,20"),
		("10.5,20", "-10.5,20"),
		("10.5,20", "10.5,-160"),
	] {
		has(&policy(&[&NEAR.replace(from, to)]), &[r#""events_counted":0"#, r#""payout_bps":0"#]);
	}
	// At the very border it counts.
	for (from, to) in [
		("2018-06-01T00:00:00Z", "2018-01-01T00:00:00Z"),
		("2018-06-01T00:00:00Z", "2018-12-31T23:59:59Z"),
		(",10,5.5", ",70,5.5"),
		(",10,5.5", ",-0.51,5.5"),
	] {
		has(&policy(&[&NEAR.replace(from, to)]), &[r#""events_counted":1"#]);
	}
	let any =
		policy(&[&NEAR.replace("reviewed", "automatic")]).replace("status=reviewed", "status=any");
	has(&any, &[r#""events_counted":1"#]);
}

#[test]
fn the_radius_should_be_kept_to_the_metre() {
	// Half a degree along a meridian is π/360 · 6371008.8 m = 55597.54 m.
	let at =
		|radius: &str| policy(&[NEAR]).replace("radius_km=100", &format!("radius_km={radius}"));
	has(&at("55.597"), &[r#""events_counted":1"#, r#""largest_distance_km":55.597"#]);
	has(&at("55.596"), &[r#""events_counted":0"#]);
}

#[test]
fn bad_events_should_be_refused_with_the_reason() {
	for (from, to, failure) in [
		("a1", "", Failure::BadWord),
		("a1", "a\"1", Failure::BadWord),
		("2018-06-01T00:00:00Z", "2018-06-31T00:00:00Z", Failure::BadDate),
		("2018-06-01T00:00:00Z", "1517966773840", Failure::BadDate),
		("10.5,20", "90.0000001,20", Failure::OutOfRange),
		("10.5,20", "10.5,180.0000001", Failure::OutOfRange),
		("10.5,20", "10.50000001,20", Failure::BadNumber),
		("10.5,20", "north,20", Failure::BadNumber),
		("10.5,20", ",20", Failure::BadNumber),
		("10.5,20", "99999999999999999999,20", Failure::OutOfRange),
		(",10,5.5", ",1001,5.5", Failure::OutOfRange),
		(",10,5.5", ",-11,5.5", Failure::OutOfRange),
		(",10,5.5", ",10,10.01", Failure::OutOfRange),
		(",10,5.5", ",10,-5.01", Failure::OutOfRange),
		(",10,5.5", ",10,null", Failure::BadNumber),
		(",10,5.5", ",10,5.555", Failure::BadNumber),
		("reviewed", "Reviewed", Failure::BadWord),
		(",reviewed", "", Failure::FieldCount),
		(",reviewed", ",reviewed,", Failure::FieldCount),
	] {
		assert_eq!(
			refused(&policy(&[&NEAR.replacen(from, to, 1)])),
			failure.code(),
			"{from} → {to}"
		);
	}
	assert_eq!(refused(&policy(&[NEAR, NEAR])), DUPLICATE_EVENT.code());
}

#[test]
fn bad_terms_should_be_refused_with_the_reason() {
	for (from, to, failure) in [
		("cat-payout/1", "cat-payout/2", Failure::WrongFormat),
		("policy=Test", "policy=", Failure::BadWord),
		("centre_latitude=10", "centre_latitude=-90.1", Failure::OutOfRange),
		("radius_km=100", "radius_km=0", Failure::OutOfRange),
		("radius_km=100", "radius_km=5000.001", Failure::OutOfRange),
		("radius_km=100", "radius_km=-100", Failure::OutOfRange),
		("max_depth_km=70", "max_depth_km=1000.001", Failure::OutOfRange),
		("from=2018-01-01T00:00:00Z", "from=2018-01-01", Failure::BadDate),
		("until=2019-01-01T00:00:00Z", "until=2018-01-01T00:00:00Z", Failure::Inconsistent),
		("status=reviewed", "status=all", Failure::BadWord),
		("layers=5.0:1000,6.0:5000", "layers=", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=5.0", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=6.0:1000,5.0:5000", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=5.0:1000,5.0:5000", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=5.0:1000,6.0:1000", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=5.0:0", Failure::OutOfRange),
		("layers=5.0:1000,6.0:5000", "layers=5.0:10001", Failure::OutOfRange),
		("layers=5.0:1000,6.0:5000", "layers=5.0:1000,", BAD_LAYERS),
		("layers=5.0:1000,6.0:5000", "layers=5:1:2", Failure::BadNumber),
		("layers=5.0:1000,6.0:5000", "layers=1:1,2:2,3:3,4:4,5:5,6:6,7:7,8:8,9:9", BAD_LAYERS),
		("rows=1", "rows=2", Failure::RowCount),
		("rows=1", "rows=1025", Failure::RowsOutOfRange),
		("rows=1\n", "", Failure::MissingKey),
	] {
		assert_eq!(
			refused(&policy(&[NEAR]).replacen(from, to, 1)),
			failure.code(),
			"{from} → {to}"
		);
	}
	assert_eq!(refused(""), Failure::InputEmpty.code());
}

#[test]
fn layers_should_be_reached_from_their_magnitude_on() {
	let layers = Layers::parse(b"5.0:500,5.5:1500,6.0:4000").unwrap();
	let payout = |magnitude| layers.reached(magnitude).map(|layer| layer.payout);
	for (magnitude, expected) in [
		(-100, None),
		(499, None),
		(500, Some(500)),
		(549, Some(500)),
		(550, Some(1_500)),
		(999, Some(4_000)),
	] {
		assert_eq!(payout(magnitude), expected);
	}
	assert!(Layers::parse(b"1:1,2:2,3:3,4:4,5:5,6:6,7:7,8:8").is_ok());
}

#[test]
fn the_largest_input_should_be_taken() {
	let rows: Vec<String> = (0..1_024).map(|n| NEAR.replace("a1", &format!("{n}"))).collect();
	let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
	let input = policy(&rows);
	assert!(input.len() < concordat_clause_sdk::MAX_INPUT);
	has(&input, &[r#""events_counted":1024"#]);
}

#[test]
fn the_real_input_should_be_refused_wherever_it_is_cut_off() {
	for end in (0..REAL.len()).step_by(11) {
		assert!(run(&REAL[..end]).is_err(), "{end}");
	}
}

#[test]
fn damaged_inputs_should_never_panic() {
	let refused = native::damage(evaluate, policy(&[NEAR]).as_bytes(), 20_000);
	assert!(refused > 15_000, "{refused}");
	native::damage(evaluate, REAL.as_bytes(), 200);
}
