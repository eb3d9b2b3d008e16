//! The SEIR difference equations in fixed point.

use crate::STEP_TOO_LONG;
use concordat_clause_sdk::{
	fixed::{self, UNIT},
	Failure,
};

/// What is known of the disease and the start, the fitted numbers apart.
#[derive(Clone, Copy, Debug)]
pub struct Model {
	/// Mean time from infection to infectiousness, in hundredths of a day.
	pub latent_days: u64,
	/// Mean time of infectiousness, in hundredths of a day.
	pub infectious_days: u64,
	/// Steps per day.
	pub steps_per_day: u64,
	/// People exposed at the start.
	pub first_exposed: u64,
	/// People infectious at the start.
	pub first_infectious: u64,
}

/// Shares that move in one step, in units of 10⁻¹².
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
	/// Infections per susceptible, if all were infectious.
	pub beta: u64,
	/// Onsets per exposed.
	pub sigma: u64,
	/// Removals per infectious.
	pub gamma: u64,
}

/// Shares of the pool, in units of 10⁻¹². Who is in none of the three is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
	/// Can be infected.
	pub susceptible: u64,
	/// Infected, not yet infectious.
	pub exposed: u64,
	/// Infectious.
	pub infectious: u64,
}

impl Model {
	/// Rates for a reproduction number given in hundredths.
	pub fn rates(&self, r0: u64) -> Result<Rates, Failure> {
		// Durations are in hundredths of a day, so 1/duration has a factor of 100; R0 takes one
		// away.
		let per_step = |numerator: u64, duration: u64| {
			duration
				.checked_mul(self.steps_per_day)
				.and_then(|steps| numerator.checked_mul(UNIT)?.checked_div(steps))
				.filter(|rate| *rate <= UNIT)
				.ok_or(STEP_TOO_LONG)
		};
		Ok(Rates {
			beta: per_step(r0, self.infectious_days)?,
			sigma: per_step(100, self.latent_days)?,
			gamma: per_step(100, self.infectious_days)?,
		})
	}

	/// The start, in a pool of so many people.
	pub fn start(&self, pool: u64) -> Result<State, Failure> {
		let share = |people: u64| {
			people
				.checked_mul(UNIT)
				.and_then(|scaled| scaled.checked_div(pool))
				.ok_or(Failure::Inconsistent)
		};
		let (exposed, infectious) = (share(self.first_exposed)?, share(self.first_infectious)?);
		let susceptible = UNIT
			.checked_sub(exposed)
			.and_then(|rest| rest.checked_sub(infectious))
			.ok_or(Failure::Inconsistent)?;
		Ok(State { susceptible, exposed, infectious })
	}
}

impl State {
	/// One step; the onsets in it.
	fn step(&mut self, rates: &Rates) -> u64 {
		let infections = fixed::mul(self.susceptible, fixed::mul(rates.beta, self.infectious));
		let onsets = fixed::mul(rates.sigma, self.exposed);
		let removals = fixed::mul(rates.gamma, self.infectious);
		// No flow exceeds the compartment that it leaves, as no rate exceeds 1.
		self.susceptible -= infections;
		self.exposed = self.exposed + infections - onsets;
		self.infectious = self.infectious + onsets - removals;
		onsets
	}

	/// One day; the onsets in it, as a share of the pool.
	pub fn day(&mut self, rates: &Rates, steps_per_day: u64) -> u64 {
		(0..steps_per_day).fold(0, |onsets, _| onsets + self.step(rates))
	}
}

/// A share of a pool in thousandths of people, rounded to the nearest. The pool must not exceed
/// [`crate::MAX_POOL`].
pub const fn people(share: u64, pool: u64) -> u64 {
	fixed::mul(share, pool.saturating_mul(1_000))
}
