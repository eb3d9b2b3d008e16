//! Ensembles: one task, several nodes, one answer (Symbiont orchestration protocol §8).
//!
//! [`aggregate`] makes the answer: a pure function of the answers and their weights. The order in which they came in is
//! no part of it, so that nobody gains by being first or last. What a weight is, the caller says: trust × quality of the
//! node behind the answer, or what stands for it; a weight of zero counts as one, for somebody without standing says
//! little, and not nothing.
//!
//! | strategy | the answer | which answers agree |
//! |---|---|---|
//! | [`Aggregation::Voting`] | the output with the most weight | those equal to it |
//! | [`Aggregation::Averaging`] | the weighted mean of the numbers | all numbers; more than half of the answers have to be |
//! | [`Aggregation::Consensus`] | where the numbers converge | those within the tolerance of it; more than half have to be, by count and by weight |
//! | [`Aggregation::BestEffort`] | the output with the best single weight | those equal to it |
//!
//! Averaging believes everybody: one node that lies moves the mean as far as its weight goes. Where nodes may lie about
//! numbers, consensus is the strategy.
//!
//! Ties of voting and best effort go to the output that more answers give, then to the one with the smaller
//! [`output_hash`]: no answer can choose its place, and to find an output with a small hash helps only who is level in
//! weight and in count already.
//!
//! # Numbers
//!
//! Numeric answers are decimal numbers in ASCII ([`Decimal`]), and all arithmetic is exact in units of 10⁻⁹: no floats,
//! so that every machine computes the same.
//!
//! # Convergence
//!
//! With the numbers sorted, `x₁ ≤ … ≤ x_m`, the *safe interval* reaches from the lower to the upper median,
//! `[x_⌈m/2⌉, x_⌊m/2⌋₊₁]`: one point if `m` is odd. All numbers are kept at first. Then, in each round,
//!
//! ```text
//!  c    = the median of the kept; between two middle ones, their mean, each with the weight of all that say the same;
//!         moved into the safe interval, if it lies outside
//!  tol  = max(10⁻⁶, 1 % of |c|)
//!  kept = those of the kept with |x − c| ≤ tol
//! ```
//!
//! until nobody is left out any more: after `m` rounds at the latest, because every other round leaves one out, and
//! nobody comes back. `c` is the answer, if the numbers within `tol` of it are more than half of all answers, by count and
//! by weight.
//!
//! - *Why the median.* With less than half of the answers arbitrary, both medians, and so the whole safe interval, lie
//!   within the range of the honest ones: fewer than half of the numbers lie below the least honest one, or above the
//!   greatest. It is the only trimming that stands that many (Dolev et al., "Reaching approximate agreement in the
//!   presence of faults", J. ACM 33(3), 1986). Weights must not move it: they are earned before, and a few nodes may
//!   hold most of them. They weigh where it is safe, between the two medians, and they can refuse: a handful of nodes
//!   without standing makes no consensus against those that have it.
//! - *Why rounds.* Of an odd number of answers the median is the only safe one, and one round finds it. Of an even number,
//!   an answer far away pulls the middle towards itself, until it is left out.
//! - *Why 1 %.* The nodes run one program on one input. What honest answers may differ by is what they measure or sample
//!   themselves, a percent; whoever is further away says something else. The floor of 10⁻⁶ is for answers around zero,
//!   where a percent is nothing.

mod decimal;
#[cfg(test)]
mod tests;

pub use decimal::{Decimal, NumberError, MAX_NUMBER_BYTES};

use crate::{hashing::output_hash, workflow::MAX_STEPS};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::U256;

/// Most answers that are made into one: a parallel workflow merges all its steps.
pub const MAX_ANSWERS: usize = MAX_STEPS as usize;
/// How far from the centre an answer may be to agree with it: parts of 10⁶ of the centre.
pub const TOLERANCE_PPM: u128 = 10_000;
/// How far an answer may be from the centre in any case, in units of 10⁻⁹.
pub const TOLERANCE_FLOOR: u128 = 1_000;

/// How several answers become one.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Aggregation {
	/// The answer with the most weight, trust × quality of those who gave it.
	Voting,
	/// The weighted mean of numeric answers, in fixed point.
	Averaging,
	/// Numeric answers converge on each other; those that stay away are left out.
	Consensus,
	/// The answer of the node with the highest trust × quality.
	BestEffort,
}

/// One task on several nodes.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Ensemble {
	/// Nodes asked: 2 to [`crate::clause::MAX_SEATS`].
	pub size: u8,
	/// How their answers become one.
	pub aggregation: Aggregation,
}

impl Aggregation {
	/// Answers without which there is none: one for [`Self::BestEffort`], a majority for the others.
	pub const fn needed(self, size: u8) -> u8 {
		match self {
			Self::BestEffort => 1,
			_ => size / 2 + 1,
		}
	}
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
	/// What it says.
	pub output: &'a [u8],
	/// What it counts, in any unit that all answers share; zero counts as one.
	pub weight: u64,
}

/// What several answers have become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
	/// The answer.
	pub output: Vec<u8>,
	/// Which of the answers agree with it, in their order.
	pub agreed: Vec<bool>,
}

/// Why there is no answer.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum AggregateError {
	/// There are none to make one of.
	NoAnswers,
	/// There are more than [`MAX_ANSWERS`].
	TooManyAnswers,
	/// A number is needed, and not more than half of the answers are one.
	NotNumbers,
	/// Not more than half of the answers, by count and by weight, are within the tolerance of one value.
	NoConsensus,
}

/// Makes one answer of several. See the module for how each strategy does it.
pub fn aggregate(
	strategy: Aggregation,
	answers: &[Answer<'_>],
) -> Result<Aggregate, AggregateError> {
	if answers.is_empty() {
		return Err(AggregateError::NoAnswers);
	}
	if answers.len() > MAX_ANSWERS {
		return Err(AggregateError::TooManyAnswers);
	}
	match strategy {
		Aggregation::Voting => choose(answers, |camp| camp.iter().map(weight).sum()),
		Aggregation::BestEffort => {
			choose(answers, |camp| camp.iter().map(weight).max().unwrap_or_default())
		},
		Aggregation::Averaging => average(answers),
		Aggregation::Consensus => converge(answers),
	}
}

/// What an answer counts.
fn weight(answer: &Answer<'_>) -> u128 {
	answer.weight.max(1).into()
}

/// Whether `part` is more than half of `whole`. At most [`MAX_ANSWERS`] weights of 64 bits are added up here.
const fn is_majority(part: u128, whole: u128) -> bool {
	part.saturating_mul(2) > whole
}

/// The output whose camp, all answers that give it, has the highest standing.
fn choose(
	answers: &[Answer<'_>],
	standing: impl Fn(&[Answer<'_>]) -> u128,
) -> Result<Aggregate, AggregateError> {
	let mut sorted = answers.to_vec();
	sorted.sort_unstable_by_key(|answer| answer.output);
	let camps = sorted
		.chunk_by(|a, b| a.output == b.output)
		.filter_map(|camp| camp.first().map(|answer| (standing(camp), camp.len(), answer.output)));
	let (_, _, output) = camps
		.max_by(|(standing, count, output), (other_standing, other_count, other_output)| {
			standing
				.cmp(other_standing)
				.then(count.cmp(other_count))
				.then_with(|| output_hash(other_output).cmp(&output_hash(output)))
		})
		.ok_or(AggregateError::NoAnswers)?;
	Ok(Aggregate {
		output: output.to_vec(),
		agreed: answers.iter().map(|answer| answer.output == output).collect(),
	})
}

/// A numeric answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
	value: i128,
	weight: u128,
}

/// The numeric answers, each at its place. `Err` unless they are more than half of all.
fn numbers(answers: &[Answer<'_>]) -> Result<Vec<Option<Point>>, AggregateError> {
	let points: Vec<Option<Point>> = answers
		.iter()
		.map(|answer| {
			let value = Decimal::parse(answer.output).ok()?.units();
			Some(Point { value, weight: weight(answer) })
		})
		.collect();
	let count = points.iter().flatten().count();
	if is_majority(count as u128, points.len() as u128) {
		Ok(points)
	} else {
		Err(AggregateError::NotNumbers)
	}
}

/// An answer in the canonical form of a number.
fn number(value: i128, agreed: Vec<bool>) -> Aggregate {
	Aggregate { output: Decimal::from_units(value).print(), agreed }
}

fn average(answers: &[Answer<'_>]) -> Result<Aggregate, AggregateError> {
	let points = numbers(answers)?;
	let mean = weighted_mean(points.iter().flatten()).ok_or(AggregateError::NotNumbers)?;
	Ok(number(mean, points.iter().map(Option::is_some).collect()))
}

/// The mean, rounded to the nearest unit, half to even: between the least and the greatest value, whatever the weights.
///
/// It is reckoned from the least value up: differences have 91 bits at most, weights 71 (those of a whole camp), and
/// 128 of their products are added up; 256 bits are ample.
fn weighted_mean<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> Option<i128> {
	let least = points.clone().map(|point| point.value).min()?;
	let mut total = U256::zero();
	let mut sum = U256::zero();
	for Point { value, weight } in points {
		let weight = U256::from(*weight);
		let part = weight.saturating_mul(value.abs_diff(least).into());
		total = total.saturating_add(weight);
		sum = sum.saturating_add(part);
	}
	if total.is_zero() {
		return None;
	}
	let (whole, rest) = sum.div_mod(total);
	let floor = least.saturating_add_unsigned(whole.low_u128());
	let round_up = match rest.saturating_mul(2.into()).cmp(&total) {
		Ordering::Greater => true,
		Ordering::Equal => floor & 1 == 1,
		Ordering::Less => false,
	};
	Some(floor.saturating_add(round_up.into()))
}

/// Lower and upper median of sorted points.
fn medians(sorted: &[Point]) -> Option<(i128, i128)> {
	let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
	let upper = sorted.get(sorted.len() / 2)?;
	Some((lower.value, upper.value))
}

/// The median of sorted points; between two, their mean, each with the weight of all points that share its value.
fn centre(sorted: &[Point]) -> Option<i128> {
	let (lower, upper) = medians(sorted)?;
	let middle = sorted.iter().filter(|point| point.value == lower || point.value == upper);
	weighted_mean(middle)
}

fn converge(answers: &[Answer<'_>]) -> Result<Aggregate, AggregateError> {
	let points = numbers(answers)?;
	let mut kept: Vec<Point> = points.iter().flatten().copied().collect();
	kept.sort_unstable();
	let (lower, upper) = medians(&kept).ok_or(AggregateError::NotNumbers)?;

	let mut agreement = None;
	for _ in 0..=points.len() {
		let around = centre(&kept).ok_or(AggregateError::NoConsensus)?.clamp(lower, upper);
		let tolerance = tolerance(around);
		let before = kept.len();
		kept.retain(|point| point.value.abs_diff(around) <= tolerance);
		if kept.len() == before {
			agreement = Some((around, tolerance));
			break;
		}
	}
	let (agreement, tolerance) = agreement.ok_or(AggregateError::NoConsensus)?;

	// Whoever is near what came out agrees with it, left out on the way or not.
	let agrees = |point: &Option<Point>| {
		point.is_some_and(|point| point.value.abs_diff(agreement) <= tolerance)
	};
	let agreed: Vec<bool> = points.iter().map(agrees).collect();
	let theirs = answers.iter().zip(&agreed).filter(|(_, agrees)| **agrees);
	let count = theirs.clone().count() as u128;
	let weight_of_theirs: u128 = theirs.map(|(answer, _)| weight(answer)).sum();
	let weight_of_all: u128 = answers.iter().map(weight).sum();
	if is_majority(count, answers.len() as u128) && is_majority(weight_of_theirs, weight_of_all) {
		Ok(number(agreement, agreed))
	} else {
		Err(AggregateError::NoConsensus)
	}
}

/// How far from `centre` an answer agrees with it, in units of 10⁻⁹.
const fn tolerance(centre: i128) -> u128 {
	let share = centre.unsigned_abs().saturating_mul(TOLERANCE_PPM) / 1_000_000;
	if share > TOLERANCE_FLOOR {
		share
	} else {
		TOLERANCE_FLOOR
	}
}
