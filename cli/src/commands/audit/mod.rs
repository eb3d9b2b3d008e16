//! `concordat audit run | check | dispute`: running a job again, and what follows from it.
//!
//! `run` fetches what the chain has of a job ([`gather`]), runs it with the engine of the enclaves ([`crate::reexecution`]),
//! and compares what comes out with the certificates. `check` makes a transcript again, byte for byte. `dispute` brings it
//! to the arbiters. A difference ends `run` and `check` with the code [`DIFFERENCE`]; whatever did not work, with 1.

mod gather;
#[cfg(test)]
mod tests;

use super::{job, read_file, write_file};
use crate::{
	chain::{keypair, one, Chain},
	error::{Error, Result},
	output::{table, Output},
	reexecution::{
		compare, differences, engine, ensure_engine, name_of, outcome_text, rerun, transcript,
		Comparison, Difference, Finding, Order, Rerun, TranscriptFile,
	},
};
use clap::{Args, Subcommand, ValueEnum};
use codec::Encode;
use concordat_enclave::engine::ENGINE;
use concordat_primitives::{
	cac::{CacV1, Engine, FailureCode},
	receipt::Operation,
	transcript::Transcript,
	views::{JobView, ReceiptView},
	Attempt, BlockNumber, DisputeId, Hash, JobId,
};
use gather::{from_chain, from_files, Sources};
use serde::Serialize;
use std::{
	path::{Path, PathBuf},
	process::ExitCode,
};

/// Exit code of a verb that worked and found a difference.
pub const DIFFERENCE: u8 = 3;
/// Longest transcript that is read, in bytes.
const MAX_TRANSCRIPT: u64 = 64 * 1024;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum AuditCommand {
	/// Run a job again, compare what comes out with its certificates, and write it down. Exits with 3 if they differ.
	Run(Run),
	/// Make a transcript again and compare it, byte for byte. Exits with 3 if it differs.
	Check(Check),
	/// Open a dispute about a job, with a transcript as its evidence.
	Dispute(Dispute),
}

/// Which job.
#[derive(Args, Debug)]
pub struct Run {
	/// Number of the job.
	job: JobId,
	#[command(flatten)]
	sources: Sources,
	/// Compare with the certificates of this attempt alone. Default: with all.
	#[arg(long)]
	attempt: Option<Attempt>,
	/// Where to write the transcript.
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// Which transcript.
#[derive(Args, Debug)]
pub struct Check {
	/// The transcript.
	file: PathBuf,
	#[command(flatten)]
	sources: Sources,
	/// Ask no node: program and input have to be given, and whether the job asked for them with these limits is not looked
	/// at.
	#[arg(long)]
	offline: bool,
}

/// What a dispute is about.
#[derive(Args, Debug)]
pub struct Dispute {
	/// Number of the job.
	job: JobId,
	/// The evidence.
	#[arg(long, value_name = "FILE")]
	transcript: PathBuf,
	/// What the dispute is about.
	#[arg(long, value_enum, default_value = "security")]
	class: Class,
	/// Open it although the transcript agrees with every certificate.
	#[arg(long)]
	anyway: bool,
	/// Secret of whoever opens it; a bond is held from there.
	#[arg(
		long,
		visible_alias = "from",
		env = "CONCORDAT_SURI",
		default_value = "//Alice",
		hide_env_values = true
	)]
	suri: String,
}

/// Classes of disputes, in the order of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Class {
	/// The wrong nodes were asked.
	Scheduling,
	/// The job was done late or badly.
	Performance,
	/// The wrong was paid.
	Economic,
	/// Somebody cheated.
	Security,
	/// A policy was not kept.
	Governance,
}

/// Runs a verb. The code is that of the process.
pub async fn run(command: AuditCommand, url: &str, output: &Output) -> Result<ExitCode> {
	match command {
		AuditCommand::Run(args) => audit(args, &Chain::connect(url).await?, output).await,
		AuditCommand::Check(args) => {
			let chain = if args.offline { None } else { Some(Chain::connect(url).await?) };
			check(args, chain.as_ref(), output).await
		},
		AuditCommand::Dispute(args) => {
			let chain = Chain::connect(url).await?;
			dispute(args, &chain, output).await.map(|()| ExitCode::SUCCESS)
		},
	}
}

fn wrong(what: impl Into<String>) -> Error {
	Error::Argument(what.into())
}

/// The end of a verb that compares.
fn verdict(differs: bool, of: &str) -> ExitCode {
	if differs {
		eprintln!("difference: {of}");
		return ExitCode::from(DIFFERENCE);
	}
	ExitCode::SUCCESS
}

/// What `run` found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
	job: JobId,
	transcript: Transcript,
	hash: Hash,
	file: PathBuf,
	/// What the chain decided, if that is what nodes have to say alike: no answer that was made of several.
	#[serde(skip_serializing_if = "Option::is_none")]
	decided: Option<std::result::Result<Hash, FailureCode>>,
	/// Whether that is what was found.
	#[serde(skip_serializing_if = "Option::is_none")]
	decision_holds: Option<bool>,
	certificates: Vec<Row>,
	/// What to bear in mind.
	notes: Vec<String>,
	agrees: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
	block: BlockNumber,
	#[serde(flatten)]
	comparison: Comparison,
}

/// The certificates of a job that are compared with, and the block of each.
fn certificates(job: &JobView, attempt: Option<Attempt>) -> Vec<(BlockNumber, &CacV1)> {
	let cacs = job.result.as_ref().map(|result| &result.cacs[..]).unwrap_or_default();
	cacs.iter()
		.map(|(block, cac)| (*block, cac.statement.body()))
		.filter(|(_, body)| attempt.is_none_or(|attempt| body.attempt == attempt))
		.collect()
}

/// Refuses certificates that another engine has run, unless the auditor says so.
fn ensure_engines(certificates: &[(BlockNumber, &CacV1)], any: bool) -> Result<()> {
	let mut named: Vec<Engine> = Vec::new();
	for (_, cac) in certificates {
		if !named.contains(&cac.engine) {
			named.push(cac.engine);
		}
	}
	named.iter().try_for_each(|engine| ensure_engine(engine, any))
}

/// What the nodes of a job agreed on, by its receipt; nothing for an answer that was made of several.
fn decision(
	job: JobId,
	receipt: Option<&ReceiptView>,
) -> Option<std::result::Result<Hash, FailureCode>> {
	match &receipt?.body.operation {
		Operation::JobCompleted { job: of, result, ensemble: None, .. } if *of == job => {
			Some(*result)
		},
		_ => None,
	}
}

/// Compares a re-execution with what the chain has.
fn report(
	order: &Order,
	found: &Rerun,
	job: &JobView,
	attempt: Option<Attempt>,
	receipt: Option<&ReceiptView>,
	file: &Path,
) -> Report {
	let compared = certificates(job, attempt);
	let last = compared.iter().map(|(_, cac)| cac.attempt).max();
	let rows: Vec<Row> = compared
		.iter()
		.map(|(block, cac)| Row { block: *block, comparison: compare(order, found, cac) })
		.collect();
	let decided = decision(order.job, receipt);
	let decision_holds = decided.map(|decided| decided == found.outcome);
	let mut notes = Vec::new();
	if rows.is_empty() {
		notes.push("the chain has no certificate to compare with".into());
	}
	let others: Vec<&str> =
		rows.iter().filter_map(|row| row.comparison.other_engine.as_deref()).collect();
	if let Some(other) = others.first() {
		notes.push(format!(
			"run by {other} there and by {} here (--any-engine): fuel and memory may differ for that alone",
			name_of(&ENGINE)
		));
	}
	if order.sealed {
		notes.push(
			"the input was sealed: only who has its plaintext and its salt can check this".into(),
		);
	}
	let transcript = transcript(order, found, last);
	let differs = rows.iter().any(|row| row.comparison.finding == Finding::Differs)
		|| decision_holds == Some(false);
	Report {
		job: order.job,
		hash: transcript.hash(),
		transcript,
		file: file.into(),
		decided,
		decision_holds,
		certificates: rows,
		notes,
		agrees: !differs,
	}
}

fn describe(report: &Report) -> String {
	let Transcript { outcome, fuel, peak_memory, bytes_out, storage_ops, engine, .. } =
		&report.transcript;
	let mut lines = vec![
		format!("job {}: {}", report.job, outcome_text(outcome)),
		format!(
			"  {fuel} fuel, {} KiB, {bytes_out} bytes written, {storage_ops} storage operations, by {}",
			peak_memory >> 10,
			name_of(engine)
		),
		String::new(),
	];
	if let (Some(decided), Some(holds)) = (&report.decided, report.decision_holds) {
		let word = if holds { "as found" } else { "NOT as found" };
		lines.push(format!("the chain decided: {} ({word})", outcome_text(decided)));
		lines.push(String::new());
	}
	let rows: Vec<Vec<String>> = report
		.certificates
		.iter()
		.map(|Row { block, comparison }| {
			vec![
				comparison.node.to_string(),
				comparison.attempt.to_string(),
				block.to_string(),
				match comparison.finding {
					Finding::Agrees => "agrees".into(),
					Finding::SaysNothing => "says nothing about the result".into(),
					Finding::Differs => format!("DIFFERS: {}", list(&comparison.differences)),
				},
			]
		})
		.collect();
	lines.push(table(&["NODE", "ATTEMPT", "BLOCK", "CERTIFICATE"], &rows));
	lines.extend(report.notes.iter().map(|note| format!("note: {note}")));
	lines.push(String::new());
	lines.push(format!("transcript {:?} in {}", report.hash, report.file.display()));
	lines.join("\n")
}

fn list(differences: &[Difference]) -> String {
	let words: Vec<String> = differences
		.iter()
		.map(|one| format!("{} {}, found {}", one.what, one.said, one.found))
		.collect();
	words.join("; ")
}

async fn audit(args: Run, chain: &Chain, output: &Output) -> Result<ExitCode> {
	let view = job::fetch(chain, args.job).await?;
	ensure_engines(&certificates(&view, args.attempt), args.sources.any_engine)?;
	let (order, bodies) = from_chain(chain, args.job, &args.sources, output).await?;
	output.progress(format!("running it again with {}", name_of(&ENGINE)));
	let engine = engine()?;
	let found = tokio::task::block_in_place(|| rerun(&engine, &order, &bodies))?;
	let receipt = match view.result.as_ref().and_then(|result| result.receipt) {
		Some(receipt) => {
			chain.ask::<Option<ReceiptView>>("concordat_receipt", one(receipt)?).await?
		},
		None => None,
	};
	let report = report(&order, &found, &view, args.attempt, receipt.as_ref(), &args.out);
	let file = TranscriptFile::of(report.transcript.clone());
	write_file(&args.out, &file.to_json()?)?;
	output.result(&report, describe);
	Ok(verdict(!report.agrees, "the job came out otherwise than the chain has it"))
}

/// What `check` found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
	job: JobId,
	hash: Hash,
	/// The job is the chain's: its program, its input, its limits.
	checked_with_chain: bool,
	reproduced: bool,
	differences: Vec<Difference>,
	notes: Vec<String>,
}

/// Compares a transcript with the one that was made again.
fn checked(said: &Transcript, made: &Transcript, with_chain: bool) -> Checked {
	// Byte for byte; the list only names what is not the same.
	let reproduced = said.encode() == made.encode();
	let mut notes = Vec::new();
	if !with_chain {
		notes.push("no node was asked whether the job was asked for in this way".into());
	}
	if said.engine != made.engine {
		let (named, ours) = (name_of(&said.engine), name_of(&made.engine));
		notes.push(format!("made with {named}, and again with {ours} (--any-engine)"));
	}
	Checked {
		job: said.job,
		hash: said.hash(),
		checked_with_chain: with_chain,
		reproduced,
		differences: differences(said, made),
		notes,
	}
}

async fn check(args: Check, chain: Option<&Chain>, output: &Output) -> Result<ExitCode> {
	let file = TranscriptFile::parse(&read_file(&args.file, MAX_TRANSCRIPT)?)?;
	let said = &file.transcript;
	ensure_engine(&said.engine, args.sources.any_engine)?;
	let (order, bodies) = match chain {
		Some(chain) if chain.genesis() != said.genesis => {
			return Err(wrong("the transcript is of a job of another chain"))
		},
		Some(chain) => from_chain(chain, said.job, &args.sources, output).await?,
		None => from_files(said, &args.sources)?,
	};
	let engine = engine()?;
	let run = |order: &Order| {
		let found = tokio::task::block_in_place(|| rerun(&engine, order, &bodies))?;
		Ok::<_, Error>(transcript(order, &found, said.compared))
	};
	let mut made = run(&order)?;
	if chain.is_none() && bodies.salt.is_some() && made.outcome != said.outcome {
		// Whether the output was sealed too, the transcript does not say.
		made = run(&Order { output_sealed: true, ..order })?;
	}
	let found = checked(said, &made, chain.is_some());
	output.result(&found, |found| {
		let mut lines = vec![format!(
			"transcript {:?} of job {}: {}",
			found.hash,
			found.job,
			if found.reproduced { "reproduced, byte for byte" } else { "NOT reproduced" }
		)];
		lines.extend(
			found
				.differences
				.iter()
				.map(|one| format!("  {}: {}, found {}", one.what, one.said, one.found)),
		);
		lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
		lines.join("\n")
	});
	Ok(verdict(!found.reproduced, "the transcript is not what the job comes to"))
}

async fn dispute(args: Dispute, chain: &Chain, output: &Output) -> Result<()> {
	let file = TranscriptFile::parse(&read_file(&args.transcript, MAX_TRANSCRIPT)?)?;
	let view = job::fetch(chain, args.job).await?;
	ensure_disputable(&file.transcript, chain.genesis(), &view, args.anyway)?;
	let signer = keypair(&args.suri)?;
	let call = (args.job, file.hash, args.class as u8);
	let included = chain.submit(&signer, "Disputes", "open", call).await?;
	let opened = Opened {
		dispute: included.first::<DisputeId>("Disputes", "DisputeOpened")?,
		job: args.job,
		evidence: file.hash,
		block: included.block,
	};
	output
		.progress("keep the transcript: the chain has its hash alone, and the arbiters ask for it");
	output.result(&opened, |opened| {
		format!("dispute {} about job {}, block {}", opened.dispute, opened.job, opened.block)
	});
	Ok(())
}

#[derive(Serialize)]
struct Opened {
	dispute: DisputeId,
	job: JobId,
	evidence: Hash,
	block: BlockNumber,
}

/// Refuses evidence that is about something else, or that says nothing against the job: the bond would be lost.
fn ensure_disputable(said: &Transcript, genesis: Hash, job: &JobView, anyway: bool) -> Result<()> {
	if said.genesis != genesis {
		return Err(wrong("the transcript is of a job of another chain"));
	}
	if said.job != job.id {
		return Err(wrong(format!("the transcript is of job {}", said.job)));
	}
	if said.clause != job.clause || said.program != job.program || said.input != job.input {
		return Err(wrong(format!(
			"the transcript is not of what job {} asked for: its clause, program or input is another",
			job.id
		)));
	}
	let differs = certificates(job, None).iter().any(|(_, cac)| {
		let (tally, used) = (cac.outcome.tally(), &cac.usage);
		let speaks = tally.map_or_else(|code| code.is_deterministic(), |_| true);
		speaks
			&& (tally, used.fuel, used.peak_memory, used.bytes_out, used.storage_ops)
				!= (said.outcome, said.fuel, said.peak_memory, said.bytes_out, said.storage_ops)
	});
	if !differs && !anyway {
		return Err(wrong(
			"the transcript agrees with every certificate of the job: it is evidence of nothing, and the bond would be at \
			 stake for it (--anyway)",
		));
	}
	Ok(())
}
