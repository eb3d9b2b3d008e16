//! The choice of the reproduction number and the pool that describe the reports best.

use crate::model::{people, Model};
use concordat_clause_sdk::Failure;

/// Numbers to try: `from`, `from + step`, … `to`.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
	/// Smallest.
	pub from: u64,
	/// Largest.
	pub to: u64,
	/// Distance.
	pub step: u64,
}

impl Grid {
	/// How many numbers there are; refuses a grid that does not end at `to`.
	pub fn points(&self) -> Result<u64, Failure> {
		let span = self.to.checked_sub(self.from).ok_or(Failure::Inconsistent)?;
		match (span.checked_rem(self.step), span.checked_div(self.step)) {
			(Some(0), Some(steps)) => Ok(steps + 1),
			_ => Err(Failure::Inconsistent),
		}
	}

	/// Whether a number is an end of a grid that has more than one.
	pub const fn has_edge(&self, value: u64) -> bool {
		self.from != self.to && (value == self.from || value == self.to)
	}

	fn values(self) -> impl Iterator<Item = u64> {
		let next = move |value: &u64| value.checked_add(self.step).filter(|v| *v <= self.to);
		core::iter::successors(Some(self.from), next)
	}
}

/// The best pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
	/// Reproduction number in hundredths.
	pub r0: u64,
	/// Pool in people.
	pub pool: u64,
	/// Sum of the squared differences between model and reports, in 10⁻⁶ people².
	pub sse: u128,
}

impl Fit {
	/// `1 − sse / Σ (reported − mean)²` in thousandths, rounded down and not below −1000. `None` if
	/// the reports do not vary: there is nothing to explain.
	pub fn r_squared(&self, reports: &[u32]) -> Option<i64> {
		let count = reports.len() as u128;
		let sum: u128 = reports.iter().map(|n| u128::from(*n)).sum();
		let squares: u128 = reports.iter().map(|n| u128::from(*n).pow(2)).sum();
		// n² times the variance. At most 400 · 400 · 10¹⁶, and sse below 400 · 10²²: all products
		// fit 128 bits.
		let spread = (count * squares).checked_sub(sum * sum).filter(|spread| *spread > 0)?;
		let unexplained = (self.sse * count * 1_000).div_ceil(spread * 1_000_000);
		Some(1_000 - i64::try_from(unexplained.min(2_000)).unwrap_or(2_000))
	}
}

/// Tries every pair.
pub fn best(model: &Model, r0: Grid, pool: Grid, reports: &[u32]) -> Result<Fit, Failure> {
	let mut best: Option<Fit> = None;
	for r0 in r0.values() {
		let rates = model.rates(r0)?;
		for pool in pool.values() {
			let mut state = model.start(pool)?;
			let sse = reports.iter().fold(0u128, |sse, reported| {
				let modelled = people(state.day(&rates, model.steps_per_day), pool);
				let difference = modelled.abs_diff(u64::from(*reported) * 1_000);
				sse + u128::from(difference).pow(2)
			});
			if best.is_none_or(|best| sse < best.sse) {
				best = Some(Fit { r0, pool, sse });
			}
		}
	}
	best.ok_or(Failure::Inconsistent)
}
