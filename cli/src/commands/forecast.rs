//! `concordat forecast declare | withdraw | list`.

use super::{
	clause::{clause_id, jurisdiction},
	constraints::{parts, Class},
	read_file,
};
use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{table, Output},
};
use clap::{Args, Subcommand};
use codec::Decode;
use concordat_primitives::{
	content::MAX_BODY_BYTES, hashing::input_commitment, job::PauseSubject, AccountId, BlockNumber,
	ClauseId, Hash, Jurisdiction,
};
use serde::Serialize;
use std::path::PathBuf;

const PALLET: &str = "Triggers";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ForecastCommand {
	/// Declare a risk: from the governed threshold on it holds the jobs of its subject back.
	Declare(Declare),
	/// End a forecast before its time.
	Withdraw {
		#[command(flatten)]
		subject: Subject,
		/// Secret of who may: the clause's owner, or the jurisdiction's authority.
		#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
		suri: String,
	},
	/// List the forecasts that hold now.
	List,
}

/// What a declaration says.
#[derive(Args, Debug)]
pub struct Declare {
	#[command(flatten)]
	subject: Subject,
	/// The risk, from 0 to 1.
	#[arg(long, value_parser = parts)]
	risk: u32,
	/// Blocks for which it holds.
	#[arg(long)]
	blocks: BlockNumber,
	/// Hash of what it is founded on, for instance of a simulation's output.
	#[arg(long, value_name = "HASH", required_unless_present = "evidence_file")]
	evidence: Option<Hash>,
	/// What it is founded on: the chain gets its hash.
	#[arg(long, value_name = "FILE", conflicts_with = "evidence")]
	evidence_file: Option<PathBuf>,
	/// Secret of who may: the clause's owner, or the jurisdiction's authority.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// What a forecast is about.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Subject {
	/// Jobs of one clause.
	#[arg(long, value_parser = clause_id)]
	clause: Option<ClauseId>,
	/// Jobs of one class. By governance.
	#[arg(long, value_enum)]
	class: Option<Class>,
	/// Nodes of one jurisdiction.
	#[arg(long, value_parser = jurisdiction)]
	jurisdiction: Option<Jurisdiction>,
}

impl Subject {
	fn build(self) -> Result<PauseSubject> {
		match (self.clause, self.class, self.jurisdiction) {
			(Some(clause), None, None) => Ok(PauseSubject::Clause(clause)),
			(None, Some(class), None) => Ok(PauseSubject::Class(class.into())),
			(None, None, Some(place)) => Ok(PauseSubject::Jurisdiction(place)),
			_ => Err(Error::Argument("one of --clause, --class and --jurisdiction".into())),
		}
	}
}

/// A forecast, as the chain shows it.
#[derive(Decode, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
	by: Option<AccountId>,
	risk: u32,
	evidence: Hash,
	declared_at: BlockNumber,
	until: BlockNumber,
	pauses: bool,
	history: Vec<(BlockNumber, BlockNumber)>,
}

#[derive(Serialize)]
struct Shown {
	subject: PauseSubject,
	forecast: Option<View>,
	/// Whether it holds now.
	holds: bool,
}

/// Runs a verb.
pub async fn run(command: ForecastCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	match command {
		ForecastCommand::Declare(args) => {
			let evidence = args.hash()?;
			let subject = args.subject.clone().build()?;
			let call = (&subject, args.risk, evidence, args.blocks);
			let included =
				chain.submit(&keypair(&args.suri)?, PALLET, "declare_forecast", call).await?;
			output.progress(format!("declared in block {}", included.block));
			show(&chain, subject, output).await
		},
		ForecastCommand::Withdraw { subject, suri } => {
			let subject = subject.build()?;
			let included =
				chain.submit(&keypair(&suri)?, PALLET, "withdraw_forecast", (&subject,)).await?;
			output.progress(format!("withdrawn in block {}", included.block));
			show(&chain, subject, output).await
		},
		ForecastCommand::List => {
			let all: Vec<(PauseSubject, View)> = chain.view(PALLET, "forecasts", ()).await?;
			let all: Vec<Shown> = all
				.into_iter()
				.map(|(subject, forecast)| Shown { subject, forecast: Some(forecast), holds: true })
				.collect();
			output.result(&all, |all| list(all));
			Ok(())
		},
	}
}

impl Declare {
	fn hash(&self) -> Result<Hash> {
		match (&self.evidence, &self.evidence_file) {
			(Some(hash), _) => Ok(*hash),
			(None, Some(file)) => Ok(input_commitment(&read_file(file, MAX_BODY_BYTES.into())?)),
			(None, None) => Err(Error::Argument("either --evidence or --evidence-file".into())),
		}
	}
}

async fn show(chain: &Chain, subject: PauseSubject, output: &Output) -> Result<()> {
	let forecast: Option<View> = chain.view(PALLET, "forecast", (&subject,)).await?;
	let best = chain.best().await?;
	let holds = forecast.as_ref().is_some_and(|view| view.until > best);
	let shown = Shown { subject, forecast, holds };
	output.result(&shown, |shown| list(std::slice::from_ref(shown)));
	Ok(())
}

fn subject_text(subject: &PauseSubject) -> String {
	match subject {
		PauseSubject::Clause(clause) => clause.to_string(),
		PauseSubject::Class(class) => format!("class {class:?}"),
		PauseSubject::Jurisdiction(place) => place.to_text(),
	}
}

fn list(all: &[Shown]) -> String {
	let rows: Vec<Vec<String>> = all
		.iter()
		.map(|Shown { subject, forecast, holds }| {
			let mut row = vec![subject_text(subject)];
			match forecast {
				Some(view) => row.extend([
					format!("{}.{:03}", view.risk / 1_000_000, view.risk / 1_000 % 1_000),
					format!("blocks {} to {}", view.declared_at, view.until),
					match (holds, view.pauses) {
						(false, _) => "free again",
						(true, true) => "held back",
						(true, false) => "on record",
					}
					.into(),
					view.by.as_ref().map_or("governance".into(), |by| by.to_string()),
				]),
				None => row.push("no forecast".into()),
			}
			row
		})
		.collect();
	table(&["SUBJECT", "RISK", "HOLDS", "JOBS", "BY"], &rows)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use codec::Encode;
	use concordat_primitives::job::JobClass;

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		command: ForecastCommand,
	}

	fn declaration(args: &str) -> std::result::Result<Declare, String> {
		let args = ["forecast", "declare"].into_iter().chain(args.split_whitespace());
		match Command::try_parse_from(args).map_err(|e| e.to_string())?.command {
			ForecastCommand::Declare(declare) => Ok(declare),
			_ => Err("another verb".into()),
		}
	}

	#[test]
	fn a_forecast_should_be_about_one_subject() {
		let subject = |args: &str| {
			let rest = "--risk 0.8 --blocks 9 --evidence 0x0101010101010101010101010101010101010101010101010101010101010101";
			declaration(&format!("{args} {rest}")).and_then(|declare| {
				assert_eq!((declare.risk, declare.blocks), (800_000, 9));
				assert_eq!(declare.hash().unwrap(), Hash::repeat_byte(1));
				declare.subject.build().map_err(|e| e.to_string())
			})
		};
		let clause = ClauseId::parse("WMO::HeavyRain@1.0").unwrap();
		assert_eq!(subject("--clause WMO::HeavyRain@1.0"), Ok(PauseSubject::Clause(clause)));
		assert_eq!(subject("--class critical"), Ok(PauseSubject::Class(JobClass::Critical)));
		let place = Jurisdiction(*b"IDN");
		assert_eq!(subject("--jurisdiction IDN"), Ok(PauseSubject::Jurisdiction(place)));
		for wrong in ["", "--class low --jurisdiction IDN", "--clause rain"] {
			assert!(subject(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn evidence_should_be_a_hash_or_a_file_and_always_there() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("simulation");
		std::fs::write(&file, b"wet").unwrap();
		let head = "--jurisdiction IDN --risk 1 --blocks 1";
		assert!(declaration(head).is_err());
		let declare = declaration(&format!("{head} --evidence-file {}", file.display())).unwrap();
		assert_eq!(declare.hash().unwrap(), input_commitment(b"wet"));
		assert!(declaration(&format!("{head} --evidence 0x01")).is_err());
	}

	#[test]
	fn a_view_should_be_read_as_the_chain_writes_it() {
		let subject = PauseSubject::Jurisdiction(Jurisdiction(*b"IDN"));
		let view = (
			None::<AccountId>,
			800_000u32,
			Hash::repeat_byte(1),
			10u32,
			20u32,
			true,
			vec![(10u32, 20u32)],
		);
		let bytes = vec![(&subject, view)].encode();
		let all = Vec::<(PauseSubject, View)>::decode(&mut &bytes[..]).unwrap();
		let mut shown: Vec<Shown> = all
			.into_iter()
			.map(|(subject, forecast)| Shown { subject, forecast: Some(forecast), holds: true })
			.collect();
		let text = list(&shown);
		for part in ["IDN", "0.800", "blocks 10 to 20", "held back", "governance"] {
			assert!(text.contains(part), "{text}");
		}
		let json = serde_json::to_value(&shown).unwrap();
		assert_eq!(json[0]["subject"]["jurisdiction"], "IDN");
		assert_eq!(json[0]["forecast"]["pauses"], true);
		// Once it is over, it holds nothing back, whatever it said.
		shown[0].holds = false;
		assert!(list(&shown).contains("free again") && !list(&shown).contains("held back"));
	}
}
