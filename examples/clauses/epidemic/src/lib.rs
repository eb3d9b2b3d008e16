//! Epidemic alert: fits an SEIR model to the cases reported so far and says how high the wave will
//! go.
//!
//! # The model
//!
//! A pool of `N` people mixes at random. Each is susceptible, exposed (infected, not yet
//! infectious), infectious, or removed; `s`, `e`, `i` are the shares of the pool. With `h` =
//! 1/`steps_per_day` of a day, each step is
//!
//! ```text
//! β = R0 · h / infectious_days      σ = h / latent_days      γ = h / infectious_days
//!
//! infections = s · (β · i)          s ← s − infections
//! onsets     = σ · e                e ← e + infections − onsets
//! removals   = γ · i                i ← i + onsets − removals
//! ```
//!
//! starting from `e₀ = first_exposed / N`, `i₀ = first_infectious / N`, `s₀ = 1 − e₀ − i₀`. These
//! difference equations *are* the model (and a spreadsheet can follow them row by row); the
//! continuous SEIR equations are their limit for small steps. All three flows are computed from the
//! values before the step.
//!
//! # The fit
//!
//! Every pair (R0, N) of the grid given by the parameters is simulated over the reported days and
//! compared with the reports: `sse = Σ (N · onsets of the day − reported onsets)²`. The smallest
//! wins; of equal ones the smaller R0, then the smaller N. `r_squared = 1 − sse / Σ (reported −
//! mean)²` must reach `min_r_squared`, or the clause refuses ([`POOR_FIT`]) rather than extrapolate
//! from a model that does not describe the data. `fit_at_edge` warns that the best pair lies on the
//! border of a grid that is wider than one point. A grid of one point and no rows is a plain
//! simulation.
//!
//! # The forecast and the alert
//!
//! The winner is run to `horizon_days`. `peak_day` is the first day at whose end most people are
//! infectious, `peak_infectious` how many; `final_size` is everybody infected by the horizon, the
//! first ones included. `alert ⇔ peak_infectious ≥ alert_infectious`.
//!
//! # Scale
//!
//! Shares and rates are multiples of 10⁻¹² ([`fixed`]), people multiples of 1/1000; every product
//! is rounded to the nearest. Against the same equations in double precision, over 1000 days, the
//! shares agree to 10⁻⁶ for pools of up to a million people and to 10⁻⁴ for the largest, where one
//! person at the start is but 10⁴ units (tested on a grid of parameters).
//!
//! # Input
//!
//! A [`Bundle`] of the format `epidemic/1` with the columns `day,onsets`: new cases by day of
//! onset, days numbered from 1 without a gap, at most [`MAX_DAYS`].
//!
//! | parameter | meaning | bounds |
//! |---|---|---|
//! | `disease`, `place` | names, repeated in the result | words |
//! | `r0_from`, `r0_to`, `r0_step` | grid of the reproduction number | 0.01–20.00 |
//! | `pool_from`, `pool_to`, `pool_step` | grid of the pool | 100–10⁸ people |
//! | `first_exposed`, `first_infectious` | people at the start | 0–10⁶, together 1 or more |
//! | `latent_days`, `infectious_days` | mean durations | 0.10–100.00 |
//! | `steps_per_day` | 1/`h` | 1–24 |
//! | `horizon_days` | length of the forecast | at least the rows, at most 1000 |
//! | `alert_infectious` | people infectious at once that call for an alert | 1–10⁸ |
//! | `min_r_squared` | quality that the fit has to reach | −1.000–1.000 |
//!
//! A grid's ends must be a whole number of steps apart; β, σ and γ must not exceed 1
//! ([`STEP_TOO_LONG`]); the whole work must not exceed [`MAX_STEPS`] ([`TOO_MUCH_WORK`]).

#![no_std]

mod fit;
mod model;

pub use fit::{Fit, Grid};
pub use model::{Model, Rates, State};

use concordat_clause_sdk::{
	bundle::Bundle, clause, fixed, json::Object, number, Failure, Job, Output,
};

/// Most reported days in one input.
pub const MAX_DAYS: usize = 400;
/// Longest forecast in days.
pub const MAX_HORIZON: u64 = 1_000;
/// Most steps that one run may take, fit and forecast together. A step takes about 220 units of
/// fuel, so all of them fit in 10⁹.
pub const MAX_STEPS: u64 = 4_000_000;
/// Largest pool.
pub const MAX_POOL: u64 = 100_000_000;

/// The days are not numbered 1, 2, 3, …
pub const DAY_ORDER: Failure = Failure::Clause(1);
/// The grid, the days and the steps together exceed [`MAX_STEPS`].
pub const TOO_MUCH_WORK: Failure = Failure::Clause(2);
/// A step is so long that more than a whole compartment would leave in one.
pub const STEP_TOO_LONG: Failure = Failure::Clause(3);
/// The grid has several points, but there are no reports to choose by.
pub const NOTHING_TO_FIT: Failure = Failure::Clause(4);
/// The best fit does not reach `min_r_squared`.
pub const POOR_FIT: Failure = Failure::Clause(5);

const KEYS: [&str; 16] = [
	"alert_infectious",
	"disease",
	"first_exposed",
	"first_infectious",
	"horizon_days",
	"infectious_days",
	"latent_days",
	"min_r_squared",
	"place",
	"pool_from",
	"pool_step",
	"pool_to",
	"r0_from",
	"r0_step",
	"r0_to",
	"steps_per_day",
];

clause!(evaluate);

/// The clause.
pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
	let bundle = Bundle::parse(job.input(), "epidemic/1", KEYS)?;
	let disease = bundle.word("disease")?;
	let place = bundle.word("place")?;
	let r0 = Grid {
		from: bundle.decimal("r0_from", 2, 1, 2_000)?.unsigned_abs(),
		to: bundle.decimal("r0_to", 2, 1, 2_000)?.unsigned_abs(),
		step: bundle.decimal("r0_step", 2, 1, 2_000)?.unsigned_abs(),
	};
	let pool = Grid {
		from: bundle.natural("pool_from", 100, MAX_POOL)?,
		to: bundle.natural("pool_to", 100, MAX_POOL)?,
		step: bundle.natural("pool_step", 1, MAX_POOL)?,
	};
	let model = Model {
		latent_days: bundle.decimal("latent_days", 2, 10, 10_000)?.unsigned_abs(),
		infectious_days: bundle.decimal("infectious_days", 2, 10, 10_000)?.unsigned_abs(),
		steps_per_day: bundle.natural("steps_per_day", 1, 24)?,
		first_exposed: bundle.natural("first_exposed", 0, 1_000_000)?,
		first_infectious: bundle.natural("first_infectious", 0, 1_000_000)?,
	};
	let horizon = bundle.natural("horizon_days", 1, MAX_HORIZON)?;
	let alert = bundle.natural("alert_infectious", 1, MAX_POOL)?;
	let min_r_squared = bundle.decimal("min_r_squared", 3, -1_000, 1_000)?;
	if model.first_exposed + model.first_infectious == 0 {
		return Err(Failure::Inconsistent);
	}

	let mut reports = [0u32; MAX_DAYS];
	let mut days: u64 = 0;
	let rows = bundle.rows::<2>("day,onsets", 0, MAX_DAYS as u64)?;
	for (slot, row) in reports.iter_mut().zip(rows) {
		let [day, onsets] = row?;
		days += 1;
		if number::natural(day, 0, u64::MAX)? != days {
			return Err(DAY_ORDER);
		}
		*slot = number::natural(onsets, 0, MAX_POOL)? as u32;
	}
	let reports = reports.get(..days as usize).unwrap_or_default();
	if horizon < days {
		return Err(Failure::Inconsistent);
	}

	let points = r0.points()?.checked_mul(pool.points()?).ok_or(TOO_MUCH_WORK)?;
	let fitted_days = points.checked_mul(days).ok_or(TOO_MUCH_WORK)?;
	let all_days = fitted_days.checked_add(horizon).ok_or(TOO_MUCH_WORK)?;
	if all_days.checked_mul(model.steps_per_day).is_none_or(|steps| steps > MAX_STEPS) {
		return Err(TOO_MUCH_WORK);
	}
	if points > 1 && reports.is_empty() {
		return Err(NOTHING_TO_FIT);
	}

	let fit = fit::best(&model, r0, pool, reports)?;
	let r_squared = fit.r_squared(reports);
	if r_squared.is_some_and(|r| r < min_r_squared) {
		return Err(POOR_FIT);
	}
	let forecast = Forecast::run(&model, &fit, horizon)?;

	let mut result = Object::begin(output)?;
	result.flag("alert", forecast.peak >= alert * 1_000)?;
	result.text("clause", b"epidemic")?;
	result.text("disease", disease)?;
	result.decimal("final_size", tenths(forecast.infected), 1)?;
	result.flag("fit_at_edge", r0.has_edge(fit.r0) || pool.has_edge(fit.pool))?;
	result.natural("peak_day", forecast.peak_day)?;
	result.decimal("peak_infectious", tenths(forecast.peak), 1)?;
	result.text("place", place)?;
	result.natural("pool", fit.pool)?;
	result.decimal("r0", fit.r0 as i64, 2)?;
	match r_squared {
		Some(value) => result.decimal("r_squared", value, 3)?,
		None => result.null("r_squared")?,
	}
	result.natural("reported_days", days)?;
	result.natural("reported_onsets", reports.iter().map(|n| u64::from(*n)).sum())?;
	result.end()
}

/// What the fitted model says about the time to come. People in thousandths.
struct Forecast {
	peak: u64,
	peak_day: u64,
	infected: u64,
}

impl Forecast {
	fn run(model: &Model, fit: &Fit, horizon: u64) -> Result<Self, Failure> {
		let rates = model.rates(fit.r0)?;
		let mut state = model.start(fit.pool)?;
		let (mut peak, mut peak_day) = (0, 0);
		for day in 1..=horizon {
			state.day(&rates, model.steps_per_day);
			let infectious = model::people(state.infectious, fit.pool);
			if day == 1 || infectious > peak {
				(peak, peak_day) = (infectious, day);
			}
		}
		let infected = fixed::UNIT.saturating_sub(state.susceptible);
		Ok(Self { peak, peak_day, infected: model::people(infected, fit.pool) })
	}
}

/// Thousandths of people as tenths, rounded to the nearest.
const fn tenths(thousandths: u64) -> i64 {
	((thousandths + 50) / 100) as i64
}

#[cfg(test)]
mod tests;
