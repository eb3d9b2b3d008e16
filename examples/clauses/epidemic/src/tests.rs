//! The epidemic clause against double precision, on real data, and on bad input.
#![allow(clippy::float_arithmetic)]

extern crate std;

use crate::{
	evaluate, model, Fit, Grid, Model, DAY_ORDER, MAX_POOL, NOTHING_TO_FIT, POOR_FIT,
	STEP_TOO_LONG, TOO_MUCH_WORK,
};
use concordat_clause_sdk::{fixed::UNIT, native, Failure};
use std::{format, string::String};

const REAL: &str = include_str!("../../../inputs/epidemic.input");
const EXPECTED: &str = include_str!("../../../expected/epidemic.json");
const HINDSIGHT: &str = include_str!("../../../inputs/epidemic-hindsight.input");
const HINDSIGHT_EXPECTED: &str = include_str!("../../../expected/epidemic-hindsight.json");

fn run(input: &str) -> Result<String, i32> {
	native::run(evaluate, input.as_bytes())
}

fn refused(input: &str) -> i32 {
	run(input).expect_err("it should have been refused")
}

/// A small fit that takes little work.
fn small() -> String {
	String::from(
		"epidemic/1\ndisease=test\nplace=Nowhere\nr0_from=1.50\nr0_to=2.50\nr0_step=0.50\n\
		 pool_from=1000\npool_to=3000\npool_step=1000\nfirst_exposed=0\nfirst_infectious=10\n\
		 latent_days=2.00\ninfectious_days=4.00\nsteps_per_day=4\nhorizon_days=60\nalert_infectious=200\n\
		 min_r_squared=-1\nrows=4\n---\nday,onsets\n1,1\n2,2\n3,4\n4,7\n",
	)
}

/// A plain simulation: one grid point, no reports.
fn simulation() -> String {
	small()
		.replace("r0_from=1.50", "r0_from=2.50")
		.replace("pool_from=1000", "pool_from=3000")
		.replace("rows=4", "rows=0")
		.replace("1,1\n2,2\n3,4\n4,7\n", "")
}

/// The same difference equations in double precision: infectious people after each day, and who was
/// infected in the end.
fn reference(model: &Model, r0: u64, pool: u64, days: u64) -> (std::vec::Vec<f64>, f64) {
	let h = 1.0 / model.steps_per_day as f64;
	let latent = model.latent_days as f64 / 100.0;
	let infectious = model.infectious_days as f64 / 100.0;
	let r0 = r0 as f64 / 100.0;
	let mut e = model.first_exposed as f64 / pool as f64;
	let mut i = model.first_infectious as f64 / pool as f64;
	let mut s = 1.0 - e - i;
	let mut daily = std::vec::Vec::new();
	for _ in 0..days {
		for _ in 0..model.steps_per_day {
			let infections = s * (r0 * h / infectious) * i;
			let onsets = e * h / latent;
			let removals = i * h / infectious;
			s -= infections;
			e += infections - onsets;
			i += onsets - removals;
		}
		daily.push(i * pool as f64);
	}
	(daily, (1.0 - s) * pool as f64)
}

#[test]
fn the_real_inputs_should_give_the_independently_computed_results() {
	assert_eq!(run(REAL).unwrap(), EXPECTED.trim_end());
	assert_eq!(run(HINDSIGHT).unwrap(), HINDSIGHT_EXPECTED.trim_end());
}

/// The largest difference of shares between fixed point and double precision over 1000 days.
fn disagreement(pool: u64) -> f64 {
	let mut worst: f64 = 0.0;
	for (latent_days, infectious_days) in [(130, 130), (50, 1_000), (1_000, 50), (10_000, 300)] {
		for r0 in [50, 101, 152, 300, 1_800] {
			for steps_per_day in [10, 24] {
				let model = Model {
					latent_days,
					infectious_days,
					steps_per_day,
					first_exposed: 3,
					first_infectious: 5,
				};
				let Ok(rates) = model.rates(r0) else { continue };
				let (daily, infected) = reference(&model, r0, pool, 1_000);
				let mut state = model.start(pool).unwrap();
				for expected in daily {
					state.day(&rates, steps_per_day);
					let found = state.infectious as f64 / UNIT as f64;
					worst = worst.max((found - expected / pool as f64).abs());
				}
				let found = (UNIT - state.susceptible) as f64 / UNIT as f64;
				worst = worst.max((found - infected / pool as f64).abs());
			}
		}
	}
	worst
}

#[test]
fn the_fixed_point_model_should_agree_with_double_precision() {
	for (pool, bound) in
		[(100, 1e-7), (24_000, 1e-7), (1_000_000, 1e-6), (10_000_000, 1e-5), (MAX_POOL, 1e-4)]
	{
		let worst = disagreement(pool);
		assert!(worst < bound, "{pool}: {worst:e}");
	}
}

#[test]
fn people_should_be_the_share_to_a_thousandth() {
	for (share, pool, thousandths) in [
		(UNIT, MAX_POOL, MAX_POOL * 1_000),
		(UNIT / 3, 24_000, 8_000_000),
		(1, 100, 0),
		(0, 100, 0),
	] {
		assert_eq!(model::people(share, pool), thousandths);
	}
}

#[test]
fn nobody_should_appear_or_vanish() {
	let model = Model {
		latent_days: 10,
		infectious_days: 10,
		steps_per_day: 10,
		first_exposed: 7,
		first_infectious: 3,
	};
	let rates = model.rates(100).unwrap();
	assert_eq!((rates.beta, rates.sigma, rates.gamma), (UNIT, UNIT, UNIT));
	let mut state = model.start(100).unwrap();
	let mut susceptible = state.susceptible;
	for _ in 0..100 {
		state.day(&rates, 10);
		assert!(state.susceptible <= susceptible);
		assert!(state.susceptible + state.exposed + state.infectious <= UNIT);
		susceptible = state.susceptible;
	}
}

#[test]
fn an_outbreak_should_die_out_when_each_case_causes_less_than_one() {
	let result = run(&simulation().replace("2.50", "0.90").replace("0.50", "0.01")).unwrap();
	assert!(result.contains(r#""alert":false"#) && result.contains(r#""peak_day":1,"#), "{result}");
}

#[test]
fn the_final_size_should_meet_the_final_size_equation() {
	// 1 − z = s₀ · exp(−R0 · z), the textbook result for the continuous model; R0 = 2.5 gives z
	// near 0.893.
	let result = run(&simulation().replace("horizon_days=60", "horizon_days=1000")).unwrap();
	let size = result.split(r#""final_size":"#).nth(1).unwrap().split(',').next().unwrap();
	let z = size.parse::<f64>().unwrap() / 3_000.0;
	let s0 = 1.0 - 10.0 / 3_000.0;
	assert!((1.0 - z - s0 * (-2.5 * z).exp()).abs() < 0.01, "{z}");
}

#[test]
fn a_simulation_without_reports_should_say_so() {
	let result = run(&simulation()).unwrap();
	for part in [
		r#""fit_at_edge":false"#,
		r#""pool":3000"#,
		r#""r0":2.50"#,
		r#""r_squared":null"#,
		r#""reported_days":0"#,
	] {
		assert!(result.contains(part), "{result} lacks {part}");
	}
}

#[test]
fn a_fit_should_find_the_numbers_that_made_the_reports() {
	// Reports taken from the model itself at R0 = 2.00 and 20000 people.
	let model = Model {
		latent_days: 200,
		infectious_days: 400,
		steps_per_day: 4,
		first_exposed: 0,
		first_infectious: 10,
	};
	let (rates, pool) = (model.rates(200).unwrap(), 20_000);
	let mut state = model.start(pool).unwrap();
	let mut reports = [0u32; 60];
	for report in &mut reports {
		*report = (model::people(state.day(&rates, 4), pool) + 500) as u32 / 1_000;
	}
	let r0 = Grid { from: 100, to: 300, step: 5 };
	let pools = Grid { from: 10_000, to: 30_000, step: 1_000 };
	let fit = crate::fit::best(&model, r0, pools, &reports).unwrap();
	assert_eq!((fit.r0, fit.pool), (200, 20_000));
	assert!(fit.r_squared(&reports).unwrap() >= 999);
}

#[test]
fn of_equally_good_pairs_the_first_should_win() {
	let model = Model {
		latent_days: 200,
		infectious_days: 400,
		steps_per_day: 4,
		first_exposed: 0,
		first_infectious: 10,
	};
	let r0 = Grid { from: 100, to: 300, step: 100 };
	let pools = Grid { from: 1_000, to: 3_000, step: 1_000 };
	let fit = crate::fit::best(&model, r0, pools, &[]).unwrap();
	assert_eq!(fit, Fit { r0: 100, pool: 1_000, sse: 0 });
}

#[test]
fn the_quality_of_a_fit_should_be_rounded_down_and_bounded() {
	let fit = |sse| Fit { r0: 1, pool: 1, sse };
	// Σ (n − 2)² = 2 for the reports 1, 2, 3.
	let reports = [1, 2, 3];
	assert_eq!(fit(0).r_squared(&reports), Some(1_000));
	assert_eq!(fit(1).r_squared(&reports), Some(999));
	assert_eq!(fit(1_000_000).r_squared(&reports), Some(500));
	assert_eq!(fit(2_000_000).r_squared(&reports), Some(0));
	assert_eq!(fit(400 * 10u128.pow(24)).r_squared(&reports), Some(-1_000));
	assert_eq!(fit(1).r_squared(&[5, 5, 5]), None);
	assert_eq!(fit(1).r_squared(&[]), None);
	assert_eq!(fit(0).r_squared(&[0, MAX_POOL as u32].repeat(200)), Some(1_000));
}

#[test]
fn the_edge_of_a_grid_should_be_reported() {
	let result = run(&small()).unwrap();
	assert!(result.contains(r#""fit_at_edge":true"#), "{result}");
}

#[test]
fn an_alert_should_be_raised_from_its_threshold_on() {
	let peak = |input: &str| {
		let result = run(input).unwrap();
		let peak = result.split(r#""peak_infectious":"#).nth(1).unwrap().split('.').next().unwrap();
		(result.contains(r#""alert":true"#), peak.parse::<u64>().unwrap())
	};
	let (alert, people) = peak(&simulation());
	assert!(alert && people > 200);
	let at = |limit: u64| {
		peak(&simulation().replace("alert_infectious=200", &format!("alert_infectious={limit}")))
	};
	assert!(at(people).0);
	assert!(!at(people + 1).0);
}

#[test]
fn bad_reports_should_be_refused_with_the_reason() {
	for (from, to, failure) in [
		("3,4\n", "3,-4\n", Failure::OutOfRange),
		("3,4\n", "3,4.0\n", Failure::BadNumber),
		("3,4\n", "3,\n", Failure::BadNumber),
		("3,4\n", "3,many\n", Failure::BadNumber),
		("3,4\n", "3,100000001\n", Failure::OutOfRange),
		("3,4\n", "3,99999999999999999999\n", Failure::OutOfRange),
		("3,4\n", "3\n", Failure::FieldCount),
		("3,4\n", "", DAY_ORDER),
		("3,4\n", "2,4\n", DAY_ORDER),
		("3,4\n", "-3,4\n", Failure::OutOfRange),
		("1,1\n", "0,1\n", DAY_ORDER),
		("4,7\n", "", Failure::RowCount),
		("4,7\n", "4,7\n5,8\n", Failure::RowCount),
		("4,7\n", "4,7", Failure::Truncated),
		("day,onsets", "day,cases", Failure::WrongColumns),
		("rows=4", "rows=401", Failure::RowsOutOfRange),
	] {
		assert_eq!(refused(&small().replacen(from, to, 1)), failure.code(), "{from} → {to}");
	}
}

#[test]
fn bad_parameters_should_be_refused_with_the_reason() {
	for (from, to, failure) in [
		("epidemic/1", "epidemic/2", Failure::WrongFormat),
		("disease=test", "disease=", Failure::BadWord),
		("r0_from=1.50", "r0_from=2.60", Failure::Inconsistent),
		("r0_step=0.50", "r0_step=0.30", Failure::Inconsistent),
		("r0_step=0.50", "r0_step=0.00", Failure::OutOfRange),
		("r0_to=2.50", "r0_to=20.01", Failure::OutOfRange),
		("r0_from=1.50", "r0_from=-1.50", Failure::OutOfRange),
		("r0_from=1.50", "r0_from=1.505", Failure::BadNumber),
		("pool_from=1000", "pool_from=99", Failure::OutOfRange),
		("pool_to=3000", "pool_to=100000001", Failure::OutOfRange),
		("pool_to=3000", "pool_to=3001", Failure::Inconsistent),
		("pool_step=1000", "pool_step=0", Failure::OutOfRange),
		("first_infectious=10", "first_infectious=0", Failure::Inconsistent),
		("first_infectious=10", "first_infectious=1001", Failure::Inconsistent),
		("first_exposed=0", "first_exposed=1000001", Failure::OutOfRange),
		("latent_days=2.00", "latent_days=0.09", Failure::OutOfRange),
		("latent_days=2.00", "latent_days=0.20", STEP_TOO_LONG),
		("infectious_days=4.00", "infectious_days=0.50", STEP_TOO_LONG),
		("steps_per_day=4", "steps_per_day=25", Failure::OutOfRange),
		("horizon_days=60", "horizon_days=3", Failure::Inconsistent),
		("horizon_days=60", "horizon_days=1001", Failure::OutOfRange),
		("alert_infectious=200", "alert_infectious=0", Failure::OutOfRange),
		("min_r_squared=-1", "min_r_squared=1.001", Failure::OutOfRange),
		("min_r_squared=-1", "min_r_squared=1", POOR_FIT),
	] {
		assert_eq!(refused(&small().replacen(from, to, 1)), failure.code(), "{from} → {to}");
	}
	assert_eq!(refused(""), Failure::InputEmpty.code());
}

#[test]
fn too_much_work_should_be_refused_before_it_begins() {
	let fine = small()
		.replace("r0_step=0.50", "r0_step=0.01")
		.replace("pool_step=1000", "pool_step=1")
		.replace("steps_per_day=4", "steps_per_day=24");
	assert_eq!(refused(&fine), TOO_MUCH_WORK.code());
	let vast = small()
		.replace("pool_to=3000", "pool_to=100000000")
		.replace("pool_step=1000", "pool_step=100");
	assert_eq!(refused(&vast), TOO_MUCH_WORK.code());
}

#[test]
fn a_grid_without_reports_should_be_refused() {
	let input = simulation().replace("r0_from=2.50", "r0_from=1.50");
	assert_eq!(refused(&input), NOTHING_TO_FIT.code());
}

#[test]
fn the_real_input_should_be_refused_wherever_it_is_cut_off() {
	for end in 0..REAL.len() {
		assert!(run(&REAL[..end]).is_err(), "{end}");
	}
}

#[test]
fn damaged_inputs_should_never_panic() {
	let refused = native::damage(evaluate, small().as_bytes(), 4_000);
	assert!(refused > 3_000, "{refused}");
}
