//! Ensembles: examples, and properties over random answers against an oracle in wide integers.

use super::{
	aggregate, Aggregate, AggregateError, Aggregation, Answer, Decimal, NumberError, MAX_ANSWERS,
	MAX_NUMBER_BYTES,
};
use crate::hashing::output_hash;
use sp_core::U512;

const ALL: [Aggregation; 4] =
	[Aggregation::Voting, Aggregation::Averaging, Aggregation::Consensus, Aggregation::BestEffort];
/// Cases of each property.
const CASES: usize = 20_000;

fn made(strategy: Aggregation, answers: &[(&str, u64)]) -> Result<Aggregate, AggregateError> {
	let answers: Vec<_> = answers
		.iter()
		.map(|(output, weight)| Answer { output: output.as_bytes(), weight: *weight })
		.collect();
	aggregate(strategy, &answers)
}

#[track_caller]
fn becomes(strategy: Aggregation, answers: &[(&str, u64)], output: &str, agreed: &[usize]) {
	let made = made(strategy, answers).expect("an answer");
	assert_eq!(String::from_utf8(made.output).unwrap(), output);
	let agreeing: Vec<_> = (0..answers.len()).filter(|i| made.agreed[*i]).collect();
	assert_eq!(agreeing, agreed);
}

#[track_caller]
fn fails(strategy: Aggregation, answers: &[(&str, u64)], error: AggregateError) {
	assert_eq!(made(strategy, answers), Err(error));
}

/// SplitMix64: a generator of our own, so that a failure can be repeated.
struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}
	fn below(&mut self, bound: u64) -> u64 {
		self.next() % bound
	}
	fn wide(&mut self) -> i128 {
		let value = (u128::from(self.next()) << 64 | u128::from(self.next())) as i128;
		value % (Decimal::MAX_UNITS + 1)
	}
	/// A number in units: often near others, near zero, or at the end of the range.
	fn units(&mut self) -> i128 {
		match self.below(6) {
			0 => self.wide(),
			1 => self.wide() % 1_000_000_000_000,
			2 => (self.below(7) as i128 - 3) * 1_000_000_000,
			3 => self.below(5_000) as i128 - 2_500,
			4 => 112_000_000_000 + self.below(3_000_000_000) as i128,
			_ => [Decimal::MAX_UNITS, -Decimal::MAX_UNITS][self.below(2) as usize],
		}
	}
	fn weight(&mut self) -> u64 {
		match self.below(5) {
			0 => 0,
			1 => self.below(4),
			2 => u64::MAX,
			_ => self.below(1_000_000_000),
		}
	}
	fn shuffle<T>(&mut self, items: &mut [T]) {
		for i in (1..items.len()).rev() {
			let j = self.below(i as u64 + 1) as usize;
			items.swap(i, j);
		}
	}
	/// Some answers: numbers with a probability of `numbers` in ten.
	fn answers(&mut self, numbers: u64) -> Vec<(Vec<u8>, u64)> {
		let len = 1 + self.below(9);
		(0..len)
			.map(|_| {
				let output = if self.below(10) < numbers {
					Decimal::from_units(self.units()).print()
				} else {
					vec![b'a' + self.below(3) as u8]
				};
				(output, self.weight())
			})
			.collect()
	}
}

fn answers_of(answers: &[(Vec<u8>, u64)]) -> Vec<Answer<'_>> {
	answers.iter().map(|(output, weight)| Answer { output, weight: *weight }).collect()
}

fn units(output: &[u8]) -> Option<i128> {
	Decimal::parse(output).ok().map(Decimal::units)
}

#[test]
fn numbers_are_read_exactly() {
	for (text, expected) in [
		("0", 0),
		("-0", 0),
		("-0.000000000", 0),
		("007", 7_000_000_000),
		("1.5", 1_500_000_000),
		("-1.000000001", -1_000_000_001),
		("112.25\n", 112_250_000_000),
		("999999999999999999.999999999", Decimal::MAX_UNITS),
		("-999999999999999999.999999999\n", -Decimal::MAX_UNITS),
	] {
		assert_eq!(units(text.as_bytes()), Some(expected), "{text}");
	}
	assert_eq!(MAX_NUMBER_BYTES as usize, "-999999999999999999.999999999\n".len());
}

#[test]
fn nothing_else_is_a_number() {
	use NumberError::*;
	for (text, error) in [
		(&b""[..], Incomplete),
		(b"\n", Incomplete),
		(b"-", Incomplete),
		(b".5", Incomplete),
		(b"-.5", Incomplete),
		(b"5.", Incomplete),
		(b"5.\n", Incomplete),
		(b"+5", NotADigit),
		(b" 5", NotADigit),
		(b"5 ", NotADigit),
		(b"5\r\n", NotADigit),
		(b"5\n\n", NotADigit),
		(b"--5", NotADigit),
		(b"5-", NotADigit),
		(b"1e5", NotADigit),
		(b"1,5", NotADigit),
		(b"1.5.5", NotADigit),
		(b"0x10", NotADigit),
		(b"NaN", NotADigit),
		(b"5\0", NotADigit),
		("٣".as_bytes(), NotADigit),
		(b"1000000000000000000", TooLarge),
		(b"0000000000000000001", TooLarge),
		(b"0.0000000001", TooFine),
		(b"0.0000000000", TooFine),
	] {
		assert_eq!(Decimal::parse(text), Err(error), "{:?}", String::from_utf8_lossy(text));
	}
}

#[test]
fn a_number_is_printed_in_one_way_and_read_back() {
	for (units, text) in [
		(0, "0"),
		(1, "0.000000001"),
		(-1, "-0.000000001"),
		(1_500_000_000, "1.5"),
		(-20_000_000_000, "-20"),
		(10_010_000_000, "10.01"),
		(i128::MAX, "999999999999999999.999999999"),
		(i128::MIN, "-999999999999999999.999999999"),
	] {
		assert_eq!(Decimal::from_units(units).print(), text.as_bytes());
	}
	let mut random = Random(1);
	for _ in 0..CASES {
		let number = Decimal::from_units(random.units());
		let printed = number.print();
		assert_eq!(Decimal::parse(&printed), Ok(number));
		assert!(printed.len() < MAX_NUMBER_BYTES as usize);
		let text = String::from_utf8(printed).unwrap();
		assert!(!text.contains('.') || !text.ends_with(['0', '.']), "{text}");
	}
}

#[test]
fn none_and_too_many_are_refused() {
	let one = Answer { output: b"1", weight: 1 };
	for strategy in ALL {
		assert_eq!(aggregate(strategy, &[]), Err(AggregateError::NoAnswers));
		assert!(aggregate(strategy, &[one; MAX_ANSWERS]).is_ok());
		let too_many = vec![one; MAX_ANSWERS + 1];
		assert_eq!(aggregate(strategy, &too_many), Err(AggregateError::TooManyAnswers));
	}
}

#[test]
fn voting_goes_by_the_weight_of_those_who_agree() {
	use Aggregation::Voting;
	becomes(Voting, &[("yes", 3), ("no", 2), ("no", 2)], "no", &[1, 2]);
	becomes(Voting, &[("yes", 5), ("no", 2), ("no", 2)], "yes", &[0]);
	// Bytes, not numbers.
	becomes(Voting, &[("1", 2), ("1.0", 2), ("1", 1)], "1", &[0, 2]);
	becomes(Voting, &[("", 1)], "", &[0]);
	// Weights are added up without overflow, and nobody counts nothing.
	becomes(Voting, &[("a", u64::MAX), ("b", u64::MAX), ("b", 0)], "b", &[1, 2]);
}

#[test]
fn a_tie_of_votes_goes_to_the_larger_camp_and_then_to_the_smaller_hash() {
	use Aggregation::Voting;
	becomes(Voting, &[("a", 4), ("b", 2), ("b", 2)], "b", &[1, 2]);
	let first = if output_hash(b"a") < output_hash(b"b") { ("a", 0) } else { ("b", 1) };
	becomes(Voting, &[("a", 1), ("b", 1)], first.0, &[first.1]);
	becomes(Voting, &[("b", 1), ("a", 1)], first.0, &[1 - first.1]);
}

#[test]
fn best_effort_takes_the_answer_of_the_best() {
	use Aggregation::BestEffort;
	becomes(BestEffort, &[("a", 3), ("b", 2), ("b", 2)], "a", &[0]);
	becomes(BestEffort, &[("b", 2), ("a", 3), ("a", 1)], "a", &[1, 2]);
	becomes(BestEffort, &[("a", 3), ("b", 3), ("b", 1)], "b", &[1, 2]);
	let first = if output_hash(b"a") < output_hash(b"b") { ("a", 0) } else { ("b", 1) };
	becomes(BestEffort, &[("a", 1), ("b", 1)], first.0, &[first.1]);
}

#[test]
fn averaging_rounds_to_the_nearest_half_to_even() {
	use Aggregation::Averaging;
	becomes(Averaging, &[("1", 1), ("2", 3)], "1.75", &[0, 1]);
	becomes(Averaging, &[("1\n", 1), ("2.50", 1)], "1.75", &[0, 1]);
	becomes(Averaging, &[("0.000000001", 1), ("0.000000002", 1)], "0.000000002", &[0, 1]);
	becomes(Averaging, &[("0.000000003", 1), ("0.000000002", 1)], "0.000000002", &[0, 1]);
	becomes(Averaging, &[("-0.000000003", 1), ("-0.000000002", 1)], "-0.000000002", &[0, 1]);
	becomes(Averaging, &[("0.000000001", 2), ("0.000000002", 1)], "0.000000001", &[0, 1]);
	becomes(Averaging, &[("-5", 1), ("5", 1)], "0", &[0, 1]);
	becomes(Averaging, &[("-5", 0), ("5", 0)], "0", &[0, 1]);
}

#[test]
fn what_is_not_a_number_is_left_out_while_more_than_half_are() {
	for strategy in [Aggregation::Averaging, Aggregation::Consensus] {
		becomes(strategy, &[("7", 1), ("rain", 1), ("7", 1)], "7", &[0, 2]);
		fails(strategy, &[("7", 9), ("rain", 1)], AggregateError::NotNumbers);
		fails(strategy, &[("rain", 1), ("", 1)], AggregateError::NotNumbers);
	}
	// By count alone: a mean says nothing about who stands behind it.
	becomes(Aggregation::Averaging, &[("7", 1), ("rain", 9), ("8", 1)], "7.5", &[0, 2]);
}

#[test]
fn consensus_leaves_out_who_stays_away() {
	use Aggregation::Consensus;
	becomes(Consensus, &[("100", 1), ("100.5", 1), ("250", 1)], "100.5", &[0, 1]);
	becomes(Consensus, &[("-100", 1), ("-100.5", 1), ("0", 1)], "-100", &[0, 1]);
	// Between two, their mean by weight.
	becomes(Consensus, &[("100", 3), ("101", 1)], "100.25", &[0, 1]);
	// Around zero a millionth is near.
	becomes(Consensus, &[("0", 1), ("0.000001", 1), ("-0.000001", 1)], "0", &[0, 1, 2]);
	fails(
		Consensus,
		&[("0", 1), ("0.000001001", 1), ("-0.000001001", 1)],
		AggregateError::NoConsensus,
	);
	// The edge of the tolerance, and beyond.
	becomes(Consensus, &[("100", 1), ("100", 1), ("101", 1)], "100", &[0, 1, 2]);
	becomes(Consensus, &[("100", 1), ("100", 1), ("101.000000001", 1)], "100", &[0, 1]);
}

#[test]
fn a_consensus_is_found_anew_without_those_who_were_left_out() {
	// All four: 100.8. Without the fourth, which pulled it up: the median of the others.
	becomes(
		Aggregation::Consensus,
		&[("100", 1), ("100.4", 1), ("101.2", 1), ("140", 1)],
		"100.4",
		&[0, 1, 2],
	);
}

#[test]
fn a_middle_answer_weighs_what_all_do_who_give_it() {
	becomes(
		Aggregation::Consensus,
		&[("100", 1), ("100", 9), ("101", 5), ("101", 5)],
		"100.5",
		&[0, 1, 2, 3],
	);
}

#[test]
fn a_consensus_needs_more_than_half_by_count_and_by_weight() {
	use Aggregation::Consensus;
	fails(Consensus, &[("1", 1), ("2", 1), ("3", 1)], AggregateError::NoConsensus);
	fails(Consensus, &[("1", 1), ("1", 1), ("2", 1), ("3", 1)], AggregateError::NoConsensus);
	// Two of three without standing make none against the third.
	fails(Consensus, &[("1", 1), ("1", 1), ("2", 2)], AggregateError::NoConsensus);
	becomes(Consensus, &[("1", 1), ("1", 2), ("2", 2)], "1", &[0, 1]);
	// Those that gave no number count as well.
	fails(Consensus, &[("1", 1), ("1", 1), ("rain", 2)], AggregateError::NoConsensus);
	fails(Consensus, &[("1", 9), ("1", 9), ("5", 1), ("rain", 1)], AggregateError::NoConsensus);
}

#[test]
fn a_consensus_does_not_follow_those_who_crowd_beyond_the_honest() {
	// Two attackers of five with nearly all the weight. The median is 100; leaving out the honest 0 must not move it.
	becomes(
		Aggregation::Consensus,
		&[("100", 1), ("100", 1), ("0", 1), ("101", 900), ("101", 900)],
		"100",
		&[0, 1, 3, 4],
	);
}

#[test]
fn an_answer_does_not_depend_on_the_order_of_answers() {
	let mut random = Random(2);
	for _ in 0..CASES {
		let strategy = ALL[random.below(4) as usize];
		let mut answers = random.answers(8);
		let before = aggregate(strategy, &answers_of(&answers));
		let said = |made: &Aggregate, answers: &[(Vec<u8>, u64)]| {
			let mut said: Vec<_> =
				answers.iter().cloned().zip(made.agreed.iter().copied()).collect();
			said.sort();
			said
		};
		let before = before.map(|made| (said(&made, &answers), made.output));
		random.shuffle(&mut answers);
		let after = aggregate(strategy, &answers_of(&answers));
		let after = after.map(|made| (said(&made, &answers), made.output));
		assert_eq!(before, after, "{strategy:?} {answers:?}");
	}
}

#[test]
fn those_who_all_say_the_same_are_right() {
	let mut random = Random(3);
	for _ in 0..CASES {
		let output = Decimal::from_units(random.units()).print();
		let answers: Vec<_> =
			(0..=random.below(9)).map(|_| (output.clone(), random.weight())).collect();
		for strategy in ALL {
			let made = aggregate(strategy, &answers_of(&answers)).unwrap();
			assert_eq!(made.output, output);
			assert!(made.agreed.iter().all(|agreed| *agreed));
		}
	}
}

/// An integer of either sign, as what it exceeds a bound below zero: enough for sums of weighted numbers.
fn shifted(sum: impl Iterator<Item = (i128, u64)>) -> U512 {
	let zero = U512::from(1) << 300;
	sum.fold(zero, |sum, (value, weight)| {
		let part = U512::from(value.unsigned_abs()) * U512::from(weight.max(1));
		if value < 0 {
			sum - part
		} else {
			sum + part
		}
	})
}

#[test]
fn a_mean_is_the_nearest_to_the_exact_one_and_lies_between_the_answers() {
	let mut random = Random(4);
	let mut ties = 0;
	for _ in 0..CASES {
		let answers = random.answers(10);
		let values: Vec<_> =
			answers.iter().map(|(output, weight)| (units(output).unwrap(), *weight)).collect();
		let made = aggregate(Aggregation::Averaging, &answers_of(&answers)).unwrap();
		let mean = units(&made.output).unwrap();
		let least = values.iter().map(|(value, _)| *value).min().unwrap();
		let most = values.iter().map(|(value, _)| *value).max().unwrap();
		assert!((least..=most).contains(&mean));
		assert_eq!(made.output, Decimal::from_units(mean).print());

		// |mean · W − Σ w·v| ≤ W / 2, exactly; with equality only for an even mean.
		let total = values.iter().fold(U512::zero(), |sum, (_, w)| sum + U512::from((*w).max(1)));
		let exact = shifted(values.iter().copied());
		let ours = shifted(values.iter().map(|(_, weight)| (mean, *weight)));
		let off = if ours > exact { ours - exact } else { exact - ours };
		assert!(off * 2 <= total, "{answers:?} became {mean}");
		if off * 2 == total {
			ties += 1;
			assert_eq!(mean % 2, 0);
		}
	}
	assert!(ties > 0, "no tie was tried");
}

#[test]
fn a_vote_is_won_by_nobody_lighter() {
	let mut random = Random(5);
	for _ in 0..CASES {
		let answers = random.answers(3);
		let support = |output: &[u8]| -> (u128, usize) {
			let theirs = answers.iter().filter(|(said, _)| said == output);
			(theirs.clone().map(|(_, w)| u128::from((*w).max(1))).sum(), theirs.count())
		};
		let made = aggregate(Aggregation::Voting, &answers_of(&answers)).unwrap();
		for (output, _) in &answers {
			assert!(support(output) <= support(&made.output));
			if support(output) == support(&made.output) {
				assert!(output_hash(&made.output) <= output_hash(output));
			}
		}
		let best = aggregate(Aggregation::BestEffort, &answers_of(&answers)).unwrap();
		let heaviest = answers.iter().map(|(_, weight)| (*weight).max(1)).max().unwrap();
		assert!(answers.iter().any(|(said, w)| *said == best.output && (*w).max(1) == heaviest));
		for made in [made, best] {
			for ((output, _), agreed) in answers.iter().zip(&made.agreed) {
				assert_eq!(*output == made.output, *agreed);
			}
		}
	}
}

#[test]
fn fewer_than_half_arbitrary_answers_do_not_move_a_consensus_out_of_the_honest_range() {
	let mut random = Random(6);
	let (mut reached, mut attacked) = (0, 0);
	for _ in 0..CASES {
		// Honest ones around a truth, wider or narrower than the tolerance.
		let honest = 1 + random.below(5) as usize;
		let truth = random.units();
		let spread = 1 + truth.unsigned_abs() / [10, 50, 100, 1_000][random.below(4) as usize];
		let mut answers = Vec::new();
		let (mut least, mut most) = (i128::MAX, i128::MIN);
		for _ in 0..honest {
			let off = (u128::from(random.next()) * 1_000_003) % spread;
			let value = Decimal::from_units(truth + off as i128).units();
			(least, most) = (least.min(value), most.max(value));
			answers.push((Decimal::from_units(value).print(), random.below(1_000)));
		}
		// Fewer others, with whatever weight: just beyond the honest, far away, no numbers at all.
		for _ in 0..random.below(honest as u64) {
			let output = match random.below(5) {
				0 => Decimal::from_units(most.saturating_add(1)).print(),
				1 => Decimal::from_units(most.saturating_add(most.abs() / 101)).print(),
				2 => Decimal::from_units(least.saturating_sub(least.abs() / 101)).print(),
				3 => Decimal::from_units(random.units()).print(),
				_ => b"no number".to_vec(),
			};
			answers.push((output, random.weight()));
			attacked += 1;
		}
		random.shuffle(&mut answers);
		match aggregate(Aggregation::Consensus, &answers_of(&answers)) {
			Ok(made) => {
				reached += 1;
				let value = units(&made.output).unwrap();
				assert!((least..=most).contains(&value), "{value} of {answers:?}");
			},
			Err(error) => assert_eq!(error, AggregateError::NoConsensus),
		}
	}
	assert!(reached > CASES / 4 && attacked > CASES / 2, "{reached}, {attacked}");
}

#[test]
fn a_consensus_is_what_more_than_half_are_near_to() {
	let mut random = Random(7);
	let mut reached = 0;
	for _ in 0..CASES {
		let answers = random.answers(9);
		let Ok(made) = aggregate(Aggregation::Consensus, &answers_of(&answers)) else { continue };
		reached += 1;
		let centre = units(&made.output).unwrap();
		let near = |output: &[u8]| {
			units(output).is_some_and(|value| {
				let off = value.abs_diff(centre);
				off <= 1_000 || off * 100 <= centre.unsigned_abs()
			})
		};
		let (mut count, mut weight, mut all) = (0, 0, 0);
		for ((output, theirs), agreed) in answers.iter().zip(&made.agreed) {
			assert_eq!(near(output), *agreed, "{answers:?}");
			let theirs = u128::from((*theirs).max(1));
			all += theirs;
			if *agreed {
				count += 1;
				weight += theirs;
			}
		}
		assert!(count * 2 > answers.len() && weight * 2 > all);
	}
	assert!(reached > 1_000, "{reached}");
}
