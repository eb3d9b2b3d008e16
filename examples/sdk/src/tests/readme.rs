use concordat_clause_sdk::{bundle::Bundle, clause, json::Object, number, Failure, Job, Output};

clause!(evaluate);

/// The hottest day of a record.
pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
	let bundle = Bundle::parse(job.input(), "hottest-day/1", ["place"])?;
	let mut hottest = i64::MIN;
	for row in bundle.rows::<2>("date,celsius", 1, 4_000)? {
		let [_, celsius] = row?;
		hottest = hottest.max(number::decimal_within(celsius, 1, -900, 700)?);
	}
	let mut result = Object::begin(output)?;
	result.decimal("hottest_celsius", hottest, 1)?;
	result.text("place", bundle.word("place")?)?;
	result.end()
}
