//! The kit's own tests.

extern crate std;

use crate::{
	bundle::Bundle,
	date::{Date, Time},
	fixed::{self, UNIT},
	json::Object,
	native::{self, MemoryHost},
	number, Failure, Host, Job, Output, MAX_INPUT, MAX_OUTPUT,
};
use std::{format, string::String, vec, vec::Vec};

mod readme;

const README: &str = include_str!("../../../README.md");

/// A small generator, so that tests with many cases are the same everywhere.
struct Cases(u64);

impl Cases {
	fn next(&mut self) -> u64 {
		self.0 =
			self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		self.0 >> 11
	}
}

fn text(write: impl FnOnce(&mut Output) -> Result<(), Failure>) -> String {
	let mut output = Output::new();
	write(&mut output).unwrap();
	String::from_utf8(output.as_bytes().to_vec()).unwrap()
}

mod numbers {
	use super::*;

	#[test]
	fn a_decimal_should_be_read_as_a_multiple_of_its_last_place() {
		for (input, places, value) in [
			("0", 0, 0),
			("0", 3, 0),
			("12.3", 1, 123),
			("12.3", 4, 123_000),
			("12", 2, 1_200),
			("-0.5", 2, -50),
			("-118.6671667", 7, -1_186_671_667),
			("0.05", 2, 5),
			("9223372036854775807", 0, i64::MAX),
		] {
			assert_eq!(number::decimal(input.as_bytes(), places), Ok(value), "{input}");
		}
	}

	#[test]
	fn a_text_should_be_refused_when_it_is_not_a_number_in_its_only_form() {
		for input in [
			"", "-", ".", ".5", "5.", "+5", " 5", "5 ", "05", "00", "1e3", "1,5", "0x1", "NaN",
			"--1", "1.2.3", "1.-2", "five", "1_000",
		] {
			assert_eq!(number::decimal(input.as_bytes(), 3), Err(Failure::BadNumber), "{input}");
		}
	}

	#[test]
	fn a_number_should_be_refused_when_it_has_more_decimals_than_the_scale() {
		assert_eq!(number::decimal(b"1.25", 1), Err(Failure::BadNumber));
		assert_eq!(number::decimal(b"1.0", 0), Err(Failure::BadNumber));
	}

	#[test]
	fn a_number_should_be_refused_when_it_is_out_of_range() {
		assert_eq!(number::decimal(b"9223372036854775808", 0), Err(Failure::OutOfRange));
		assert_eq!(number::decimal(b"922337203685477581", 1), Err(Failure::OutOfRange));
		assert_eq!(number::decimal(&[b'9'; 500], 0), Err(Failure::OutOfRange));
		assert_eq!(number::natural(b"-1", 0, 5), Err(Failure::OutOfRange));
		assert_eq!(number::natural(b"6", 0, 5), Err(Failure::OutOfRange));
		assert_eq!(number::natural(b"0", 1, 5), Err(Failure::OutOfRange));
		assert_eq!(number::decimal_within(b"-0.1", 1, 0, 5), Err(Failure::OutOfRange));
	}

	#[test]
	fn what_is_written_should_be_read_back() {
		let mut cases = Cases(1);
		for _ in 0..2_000 {
			let value = cases.next() as i64 >> (cases.next() % 50);
			let value = if cases.next().is_multiple_of(2) { value } else { -value };
			let places = cases.next() as u32 % 10;
			let written = text(|o| o.push_decimal(value, places));
			assert_eq!(
				number::decimal(written.as_bytes(), places as usize),
				Ok(value),
				"{written}"
			);
		}
	}

	#[test]
	fn a_decimal_should_be_written_with_all_its_places() {
		assert_eq!(text(|o| o.push_decimal(0, 1)), "0.0");
		assert_eq!(text(|o| o.push_decimal(5, 3)), "0.005");
		assert_eq!(text(|o| o.push_decimal(-1_234, 2)), "-12.34");
		assert_eq!(text(|o| o.push_decimal(640, 2)), "6.40");
		assert_eq!(text(|o| o.push_decimal(i64::MIN, 0)), "-9223372036854775808");
		assert_eq!(text(|o| o.push_natural(u64::MAX)), "18446744073709551615");
		assert_eq!(text(|o| o.push_natural(0)), "0");
		assert_eq!(text(|o| o.push_padded(7, 4)), "0007");
		assert_eq!(Output::new().push_decimal(1, 20), Err(Failure::OutOfRange));
	}

	#[test]
	fn a_word_should_be_refused_when_it_could_not_stand_in_the_result() {
		assert_eq!(number::word(b"Seattle WA"), Ok(&b"Seattle WA"[..]));
		for bad in [&b""[..], b"a\"b", b"a\\b", b"a,b", b"a\nb", "é".as_bytes(), &[b'a'; 65]] {
			assert_eq!(number::word(bad), Err(Failure::BadWord));
		}
	}

	#[test]
	fn a_product_of_fractions_should_be_exact_before_it_is_rounded() {
		let mut cases = Cases(2);
		let check = |a: u64, b: u64| {
			let unit = u128::from(UNIT);
			let exact = (u128::from(a) * u128::from(b) + unit / 2) / unit;
			assert_eq!(u128::from(fixed::mul(a, b)), exact, "{a} · {b}");
		};
		for a in [0, 1, 999_999, 1_000_000, 1_000_001, UNIT - 1, UNIT] {
			for b in [0, 1, 999_999, 1_000_000, 1_000_001, UNIT - 1, UNIT] {
				check(a, b);
			}
		}
		for _ in 0..20_000 {
			let (a, b) = (cases.next() % (UNIT + 1), cases.next() % (UNIT + 1));
			check(a, b);
		}
		assert_eq!(fixed::mul(u64::MAX, u64::MAX), UNIT);
	}
}

mod dates {
	use super::*;

	#[test]
	fn days_should_be_numbered_without_a_gap_over_five_centuries() {
		let mut next = 0;
		for year in 1800..2300 {
			for month in 1..=12 {
				for day in 1..=31 {
					let input = format!("{year:04}-{month:02}-{day:02}");
					let Ok(date) = Date::parse(input.as_bytes()) else {
						assert!(day > 28, "{input}");
						continue;
					};
					assert_eq!(date.day_number(), next, "{input}");
					assert_eq!(text(|o| date.write(o)), input);
					next += 1;
				}
			}
		}
		// 500 years with 121 leap days: every fourth year but 1800, 1900, 2100, 2200.
		assert_eq!(next, 500 * 365 + 121);
	}

	#[test]
	fn a_date_should_be_refused_when_the_calendar_has_no_such_day() {
		for input in [
			"2015-02-29",
			"1900-02-29",
			"2015-04-31",
			"2015-13-01",
			"2015-00-10",
			"2015-01-00",
			"1799-12-31",
			"2300-01-01",
			"2015-1-01",
			"2015/01/01",
			"20150101",
			"",
			"2015-01-01 ",
			"abcd-01-01",
			"-015-01-01",
			"2015-01-32",
		] {
			assert_eq!(Date::parse(input.as_bytes()), Err(Failure::BadDate), "{input}");
		}
		assert!(Date::parse(b"2000-02-29").is_ok());
	}

	#[test]
	fn a_time_should_be_read_to_the_second_and_ordered() {
		let parse = |input: &str| Time::parse(input.as_bytes());
		let early = parse("2018-02-06T15:50:42Z").unwrap();
		assert_eq!(text(|o| early.write(o)), "2018-02-06T15:50:42Z");
		assert!(early < parse("2018-02-06T15:50:43Z").unwrap());
		assert!(early < parse("2018-02-07T00:00:00Z").unwrap());
		for input in [
			"2018-02-06",
			"2018-02-06T24:00:00Z",
			"2018-02-06T15:60:00Z",
			"2018-12-31T23:59:60Z",
			"2018-02-06T15:50:42",
			"2018-02-06 15:50:42Z",
			"2018-02-06T15:50:42.4Z",
			"2018-02-30T00:00:00Z",
			"é",
		] {
			assert_eq!(parse(input), Err(Failure::BadDate), "{input}");
		}
	}
}

mod bundles {
	use super::*;

	const GOOD: &str = "test/1\nb=2.5\na=word\nrows=2\n---\nx,y\n1,2\n3,4\n";

	fn rows(input: &str) -> Result<Vec<[String; 2]>, Failure> {
		let bundle = Bundle::parse(input.as_bytes(), "test/1", ["a", "b"])?;
		bundle
			.rows::<2>("x,y", 1, 3)?
			.map(|row| Ok(row?.map(|field| String::from_utf8_lossy(field).into_owned())))
			.collect()
	}

	#[test]
	fn a_bundle_should_give_its_parameters_and_rows() {
		let bundle = Bundle::parse(GOOD.as_bytes(), "test/1", ["a", "b"]).unwrap();
		assert_eq!(bundle.word("a"), Ok(&b"word"[..]));
		assert_eq!(bundle.decimal("b", 1, 0, 100), Ok(25));
		assert_eq!(bundle.natural("b", 0, 100), Err(Failure::BadNumber));
		assert_eq!(bundle.date("a"), Err(Failure::BadDate));
		assert_eq!(bundle.time("a"), Err(Failure::BadDate));
		assert_eq!(bundle.value("c"), Err(Failure::MissingKey));
		assert_eq!(rows(GOOD).unwrap(), vec![["1", "2"], ["3", "4"]]);
	}

	#[test]
	fn a_bundle_should_be_refused_with_the_reason() {
		for (from, to, failure) in [
			("word", "w\u{e9}rd", Failure::NotText),
			("word", "w\trd", Failure::NotText),
			("\n1,2", "\r\n1,2", Failure::NotText),
			("3,4\n", "3,4", Failure::Truncated),
			("test/1", "test/2", Failure::WrongFormat),
			("test/1\n", "\n", Failure::WrongFormat),
			("b=2.5", "b 2.5", Failure::HeaderLine),
			("b=2.5\n", "b=2.5\n\n", Failure::HeaderLine),
			("b=2.5", "c=2.5", Failure::UnknownKey),
			("b=2.5", "=2.5", Failure::UnknownKey),
			("b=2.5", "b=2.5\nb=2.5", Failure::DuplicateKey),
			("rows=2", "rows=2\nrows=2", Failure::DuplicateKey),
			("b=2.5\n", "", Failure::MissingKey),
			("rows=2\n", "", Failure::MissingKey),
			("---\nx,y\n1,2\n3,4\n", "", Failure::NoTable),
			("x,y", "x,z", Failure::WrongColumns),
			("x,y\n1,2\n3,4\n", "", Failure::WrongColumns),
			("1,2", "1", Failure::FieldCount),
			("1,2", "1,2,3", Failure::FieldCount),
			("3,4\n", "3,4\n\n", Failure::RowCount),
			("1,2\n", "\n1,2\n", Failure::FieldCount),
			("3,4\n", "", Failure::RowCount),
			("3,4\n", "3,4\n5,6\n", Failure::RowCount),
			("rows=2", "rows=0", Failure::RowsOutOfRange),
			("rows=2", "rows=4", Failure::RowsOutOfRange),
			("rows=2", "rows=-2", Failure::RowsOutOfRange),
			("rows=2", "rows=99999999999999999999", Failure::OutOfRange),
			("rows=2", "rows=two", Failure::BadNumber),
		] {
			let input = GOOD.replacen(from, to, 1);
			assert_ne!(input, GOOD);
			assert_eq!(rows(&input), Err(failure), "{input}");
		}
	}

	#[test]
	fn a_bundle_should_be_refused_wherever_it_is_cut_off() {
		for end in 1..GOOD.len() {
			assert!(rows(&GOOD[..end]).is_err(), "{end}");
		}
	}

	#[test]
	fn a_table_should_end_at_its_first_bad_row() {
		let input = GOOD.replace("1,2", "1");
		let bundle = Bundle::parse(input.as_bytes(), "test/1", ["a", "b"]).unwrap();
		let mut rows = bundle.rows::<2>("x,y", 1, 3).unwrap();
		assert_eq!(rows.next(), Some(Err(Failure::FieldCount)));
		assert_eq!(rows.next(), None);
	}
}

mod results {
	use super::*;

	#[test]
	fn an_object_should_be_written_without_blanks_in_key_order() {
		let written = text(|output| {
			let mut object = Object::begin(output)?;
			object.flag("a", true)?;
			object.null("b")?;
			object.natural("c", 7)?;
			object.decimal("d", -15, 1)?;
			object.text("e", b"a b")?;
			object.date("f", Some(Date::parse(b"2015-03-15")?))?;
			object.time("g", None)?;
			object.end()
		});
		assert_eq!(
			written,
			r#"{"a":true,"b":null,"c":7,"d":-1.5,"e":"a b","f":"2015-03-15","g":null}"#
		);
	}

	#[test]
	fn a_key_should_be_refused_when_it_is_out_of_order_or_repeated() {
		let mut output = Output::new();
		let mut object = Object::begin(&mut output).unwrap();
		object.natural("b", 1).unwrap();
		assert_eq!(object.natural("a", 1), Err(Failure::OutputOrder));
		assert_eq!(object.natural("b", 1), Err(Failure::OutputOrder));
	}

	#[test]
	fn a_text_should_be_refused_when_it_would_need_escaping() {
		let mut output = Output::new();
		let mut object = Object::begin(&mut output).unwrap();
		for bad in [&b"a\"b"[..], b"a\\b", b"a\nb", "é".as_bytes()] {
			assert_eq!(object.text("a", bad), Err(Failure::BadWord));
		}
	}

	#[test]
	fn an_output_should_be_refused_when_it_is_too_long() {
		let mut output = Output::new();
		output.push(&[b'x'; MAX_OUTPUT]).unwrap();
		assert_eq!(output.push(b"x"), Err(Failure::OutputTooLong));
		assert_eq!(output.push_natural(1), Err(Failure::OutputTooLong));
		assert_eq!(output.as_bytes().len(), MAX_OUTPUT);
	}
}

mod execution {
	use super::*;

	fn echo(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
		output.push(job.input().get(..3).unwrap_or_default())
	}

	fn refuse(_: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
		output.push(b"half a result")?;
		Err(Failure::Clause(7))
	}

	fn join(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
		let mut buffer = [0u8; 4];
		for index in 0..job.dependencies() {
			output.push(job.dependency(index, &mut buffer)?)?;
		}
		match job.dependency(job.dependencies(), &mut buffer) {
			Err(Failure::NoDependency) => Ok(()),
			_ => Err(Failure::Clause(1)),
		}
	}

	#[test]
	fn a_clause_should_see_its_input_and_its_dependencies() {
		assert_eq!(native::run(echo, b"abcdef"), Ok("abc".into()));
		assert_eq!(native::run_with(join, b"x", &[b"one", b"", b"four"]), Ok("onefour".into()));
		assert_eq!(
			native::run_with(join, b"x", &[b"three"]),
			Err(Failure::DependencyTooLong.code())
		);
	}

	#[test]
	fn a_refusal_should_leave_no_output() {
		let mut host = MemoryHost { input: b"x".to_vec(), ..Default::default() };
		assert_eq!(crate::execute(&mut host, refuse), 107);
		assert!(host.output.is_empty());
	}

	#[test]
	fn an_input_should_be_refused_when_it_is_empty_or_too_long() {
		assert_eq!(native::run(echo, b""), Err(Failure::InputEmpty.code()));
		assert!(native::run(echo, &[b'x'; MAX_INPUT]).is_ok());
		assert_eq!(native::run(echo, &[b'x'; MAX_INPUT + 1]), Err(Failure::InputTooLong.code()));
	}

	/// A host that announces more than it gives, and takes nothing.
	struct Liar {
		given: usize,
	}

	impl Host for Liar {
		fn input_len(&self) -> usize {
			8
		}

		fn input_read(&self, _: usize, _: &mut [u8]) -> usize {
			self.given
		}

		fn dep_count(&self) -> usize {
			1
		}

		fn dep_len(&self, _: usize) -> Option<usize> {
			Some(2)
		}

		fn dep_read(&self, _: usize, _: usize, _: &mut [u8]) -> Option<usize> {
			Some(1)
		}

		fn output_write(&mut self, _: &[u8]) -> bool {
			false
		}
	}

	#[test]
	fn a_host_that_breaks_the_contract_should_be_noticed() {
		assert_eq!(crate::execute(&mut Liar { given: 7 }, echo), Failure::InputUnread.code());
		assert_eq!(crate::execute(&mut Liar { given: 8 }, echo), Failure::OutputRefused.code());
		assert_eq!(crate::execute(&mut Liar { given: 8 }, join), Failure::InputUnread.code());
	}
}

mod failures {
	use super::*;

	/// Every shared failure. A new one has to be added here, to `code`, and to the README's table.
	const ALL: [Failure; 25] = [
		Failure::InputEmpty,
		Failure::InputTooLong,
		Failure::InputUnread,
		Failure::NotText,
		Failure::Truncated,
		Failure::WrongFormat,
		Failure::HeaderLine,
		Failure::UnknownKey,
		Failure::DuplicateKey,
		Failure::MissingKey,
		Failure::NoTable,
		Failure::WrongColumns,
		Failure::FieldCount,
		Failure::RowCount,
		Failure::RowsOutOfRange,
		Failure::BadNumber,
		Failure::BadDate,
		Failure::BadWord,
		Failure::OutOfRange,
		Failure::Inconsistent,
		Failure::OutputTooLong,
		Failure::OutputRefused,
		Failure::OutputOrder,
		Failure::NoDependency,
		Failure::DependencyTooLong,
	];

	#[test]
	fn codes_should_be_unique_stable_and_documented() {
		for (index, failure) in ALL.iter().enumerate() {
			assert_eq!(failure.code(), index as i32 + 1);
			let row = format!("| {} | `{failure:?}` |", failure.code());
			assert!(README.contains(&row), "the README lacks {row}");
		}
		assert_eq!(Failure::Clause(0).code(), 100);
		assert_eq!(Failure::Clause(255).code(), 355);
	}
}

#[test]
fn the_program_in_the_readme_should_work() {
	assert!(README.contains(include_str!("readme.rs")));
	let input = "hottest-day/1\nplace=Here\nrows=2\n---\ndate,celsius\n1,-3.5\n2,12.0\n";
	assert_eq!(
		native::run(readme::evaluate, input.as_bytes()).unwrap(),
		r#"{"hottest_celsius":12.0,"place":"Here"}"#
	);
}
