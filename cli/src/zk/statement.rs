//! What a proof is about, put together by hand: without a chain.

use super::files::{json, shaped};
use crate::{
	commands::clause::clause_id,
	error::{Error, Result},
};
use clap::Args;
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, FieldBytes, Statement},
	Attempt, ClauseId, Hash, JobId,
};
use std::path::PathBuf;

/// A statement, in a file or field by field. The output is what the public inputs make.
#[derive(Args, Debug, Default)]
pub struct StatementArgs {
	/// A file with the statement, as `concordat zk binding --json` prints it.
	#[arg(long, value_name = "FILE", conflicts_with_all = FIELDS)]
	pub statement: Option<PathBuf>,
	/// Genesis hash of the chain.
	#[arg(long, value_name = "HASH", requires_all = others("genesis"))]
	pub genesis: Option<Hash>,
	/// Clause and version.
	#[arg(long, value_parser = clause_id, requires_all = others("clause"))]
	pub clause: Option<ClauseId>,
	/// Hash of the program.
	#[arg(long, value_name = "HASH", requires_all = others("program"))]
	pub program: Option<Hash>,
	/// Commitment to the input.
	#[arg(long, value_name = "HASH", requires_all = others("input"))]
	pub input: Option<Hash>,
	/// Number of the job.
	#[arg(long, requires_all = others("job"))]
	pub job: Option<JobId>,
	/// Attempt of the round.
	#[arg(long, requires_all = others("attempt"))]
	pub attempt: Option<Attempt>,
}

/// The fields, all of them or none.
const FIELDS: [&str; 6] = ["genesis", "clause", "program", "input", "job", "attempt"];

/// The fields that go with one.
fn others(field: &str) -> Vec<&'static str> {
	FIELDS.into_iter().filter(|other| *other != field).collect()
}

impl StatementArgs {
	/// The statement with the output that the public inputs make; `None` if nothing was said.
	pub fn read(&self, publics: &[FieldBytes]) -> Result<Option<Statement>> {
		let output = output_hash(&output_of(publics));
		if let Some(path) = &self.statement {
			let json = json(path)?;
			// What `zk binding` prints has more in it than the statement.
			let json = json.get("statement").cloned().unwrap_or(json);
			let statement: Statement = shaped(path, json)?;
			if statement.output != output {
				return Err(Error::Evidence(format!(
					"the statement is about the output {:?}, and the public inputs make {output:?}",
					statement.output
				)));
			}
			return Ok(Some(statement));
		}
		let Self { genesis, clause, program, input, job, attempt, .. } = self;
		Ok(match (genesis, clause, program, input, job, attempt) {
			(Some(genesis), Some(clause), Some(program), Some(input), Some(job), Some(attempt)) => {
				Some(Statement {
					genesis: *genesis,
					clause: clause.clone(),
					program: *program,
					input: *input,
					output,
					job: *job,
					attempt: *attempt,
				})
			},
			_ => None,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Command {
		#[command(flatten)]
		statement: StatementArgs,
	}

	fn parse(args: &str) -> std::result::Result<StatementArgs, String> {
		let args = std::iter::once("test").chain(args.split_whitespace());
		Command::try_parse_from(args).map(|made| made.statement).map_err(|e| e.to_string())
	}

	fn fields() -> String {
		let hash = |byte: &str| format!("0x{}", byte.repeat(32));
		format!(
			"--genesis {} --clause WHO::Rain@1.0 --program {} --input {} --job 7 --attempt 3",
			hash("11"),
			hash("22"),
			hash("33")
		)
	}

	#[test]
	fn a_statement_should_be_put_together_of_all_its_fields() {
		let publics = [1u8, 2].map(|n| {
			let mut be = [0; 32];
			be[31] = n;
			be
		});
		let statement = parse(&fields()).unwrap().read(&publics).unwrap().unwrap();
		// From a program in another language, as in the tests of the pallet.
		assert_eq!(
			format!("{:?}", statement.digest()),
			"0x0e71ba3f20fccee91396f6f63e68898251e62ef2aed7ed13abfeccd77e1b8d7b"
		);
		assert_eq!(parse("").unwrap().read(&publics).unwrap(), None);
	}

	#[test]
	fn a_statement_with_a_field_missing_should_be_refused() {
		for field in FIELDS {
			let words: Vec<_> = fields().split_whitespace().map(String::from).collect();
			let at = words.iter().position(|word| word[..] == format!("--{field}")).unwrap();
			let left: Vec<_> = words[..at].iter().chain(&words[at + 2..]).cloned().collect();
			assert!(parse(&left.join(" ")).is_err(), "{field}");
		}
		assert!(parse(&format!("{} --statement file", fields())).is_err());
	}

	#[test]
	fn a_statement_about_another_output_should_be_refused() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("statement.json");
		let made = parse(&fields()).unwrap().read(&[]).unwrap().unwrap();
		let json = serde_json::json!({ "binding": "0x", "statement": made });
		std::fs::write(&path, json.to_string()).unwrap();
		let args = StatementArgs { statement: Some(path.clone()), ..Default::default() };
		assert_eq!(args.read(&[]).unwrap(), Some(made.clone()));
		assert!(matches!(args.read(&[[0; 32]]), Err(Error::Evidence(_))));
		std::fs::write(&path, serde_json::to_string(&made).unwrap()).unwrap();
		assert_eq!(args.read(&[]).unwrap(), Some(made));
	}
}
