//! `concordat job submit | watch | result`.

use super::{clause::clause_id, content::body_of, location, read_file, write_file};
use crate::{
	chain::{keypair, one, Chain},
	error::{Error, Result},
	output::{cdt, parse_cdt, score, Output},
};
use clap::{Args, Subcommand, ValueEnum};
use concordat_primitives::{
	cac::{Outcome, Output as ClauseOutput},
	clause::{TriggerKind, MAX_INPUT_BYTES},
	content::{BodyId, BodyKind, MAX_BODY_BYTES},
	job::{JobClass, JobConstraints, JobInput, JobStatus, SeatState},
	views::{JobView, ReceiptView},
	BlockNumber, ClauseId, JobId,
};
use serde::Serialize;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::PathBuf,
	time::{Duration, Instant},
};

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
	/// Dispatch a job.
	Submit(Submit),
	/// Follow a job until it has ended and its receipt is in a rollup.
	Watch {
		/// Number of the job.
		id: JobId,
		/// Seconds to wait at most.
		#[arg(long, default_value_t = 180)]
		patience: u64,
	},
	/// Print what came out.
	Result {
		/// Number of the job.
		id: JobId,
		/// Write the output's bytes to a file.
		#[arg(long)]
		out: Option<PathBuf>,
	},
}

/// Classes of jobs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Class {
	/// Whenever there is room.
	Low,
	/// Ordinary.
	Normal,
	/// Before ordinary ones.
	High,
	/// Disaster activation.
	Critical,
}

/// What a dispatch says.
#[derive(Args, Debug)]
pub struct Submit {
	/// Clause and version, for instance `WHO::DiseaseAlert@2.3`.
	#[arg(value_parser = clause_id)]
	clause: ClauseId,
	/// The input bundle.
	#[arg(long)]
	input: PathBuf,
	/// Keep the input off the chain: the address where nodes may fetch it. The chain keeps its commitment and
	/// its length alone, and nodes look into their content stores first.
	#[arg(long, value_name = "URL")]
	input_elsewhere: Option<String>,
	/// Class of the job.
	#[arg(long, value_enum, default_value = "normal")]
	class: Class,
	/// Most that it may cost, in CDT.
	#[arg(long, value_parser = parse_cdt)]
	max_price: Option<u128>,
	/// Blocks within which it has to be done.
	#[arg(long)]
	timeout_blocks: Option<BlockNumber>,
	/// Nodes that must not be asked.
	#[arg(long)]
	exclude: Vec<u32>,
	/// Nodes to prefer.
	#[arg(long)]
	prefer: Vec<u32>,
	/// Secret of the requester.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice")]
	suri: String,
	/// Follow it to its end.
	#[arg(long)]
	watch: bool,
}

#[derive(Serialize)]
struct Submitted {
	job: JobId,
	block: BlockNumber,
}

/// How long a job may be missing from the best chain while it is watched.
const REORGANISATION: Duration = Duration::from_secs(40);

/// Runs a verb.
pub async fn run(command: JobCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	match command {
		JobCommand::Submit(args) => submit(args, &chain, output).await,
		JobCommand::Watch { id, patience } => {
			// A number that was never given out is refused at once.
			fetch(&chain, id).await?;
			watch(&chain, output, id, patience).await
		},
		JobCommand::Result { id, out } => result(&chain, output, id, out).await,
	}
}

/// Reads a job.
pub async fn fetch(chain: &Chain, id: JobId) -> Result<JobView> {
	let view: Option<JobView> = chain.ask("concordat_job", one(id)?).await?;
	view.ok_or_else(|| Error::NotFound(format!("job {id}")))
}

async fn submit(args: Submit, chain: &Chain, output: &Output) -> Result<()> {
	let signer = keypair(&args.suri)?;
	let input = read_input(&args)?;
	let list =
		|nodes: Vec<u32>| nodes.try_into().map_err(|_| Error::Argument("at most 8 nodes".into()));
	let constraints = JobConstraints {
		class: match args.class {
			Class::Low => JobClass::Low,
			Class::Normal => JobClass::Normal,
			Class::High => JobClass::High,
			Class::Critical => JobClass::Critical,
		},
		trigger: TriggerKind::Manual,
		timeout_blocks: args.timeout_blocks,
		preferred: list(args.prefer)?,
		excluded: list(args.exclude)?,
		max_price: args.max_price,
		..Default::default()
	};
	let included = chain
		.submit(&signer, "JobDispatch", "dispatch", (&args.clause, input, constraints))
		.await?;
	if let Some(refused) = included.find("JobDispatch", "DispatchRefused") {
		return Err(Error::Refused {
			call: "JobDispatch.dispatch".into(),
			reason: format!("governance's filter turned it away: {}", refused.text),
		});
	}
	let (job,) = included.event::<(JobId,)>("JobDispatch", "JobDispatched")?;
	output.progress(format!("job {job} dispatched in block {}", included.block));
	if args.watch {
		return watch(chain, output, job, 180).await;
	}
	output.result(&Submitted { job, block: included.block }, |s| format!("job {}", s.job));
	Ok(())
}

/// The input, or what the chain has to know of it.
fn read_input(args: &Submit) -> Result<JobInput> {
	let Some(url) = &args.input_elsewhere else {
		let bytes = read_file(&args.input, MAX_INPUT_BYTES.into())?;
		let bytes =
			bytes.try_into().map_err(|_| Error::Argument("the input is too long".into()))?;
		return Ok(JobInput::Inline(bytes));
	};
	let bytes = read_file(&args.input, MAX_BODY_BYTES.into())?;
	let BodyId { hash, len, .. } = body_of(BodyKind::Input, &args.input, &bytes)?;
	Ok(JobInput::External { commitment: hash, len, location: location(url)? })
}

/// One line of a job's history.
#[derive(Serialize)]
struct Step {
	what: String,
	block: BlockNumber,
	/// Milliseconds after dispatch.
	after_millis: u64,
	detail: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct History {
	job: JobView,
	receipt: Option<ReceiptView>,
	steps: Vec<Step>,
}

/// Follows a job that was there. A re-organisation can take it out of the best chain for a few blocks, until its
/// dispatch is included again.
async fn watch(chain: &Chain, output: &Output, id: JobId, patience: u64) -> Result<()> {
	let started = Instant::now();
	let mut there = Instant::now();
	let (mut said, mut seen) = (String::new(), 0);
	let (job, receipt) = loop {
		let job = match fetch(chain, id).await {
			Err(Error::NotFound(_)) if there.elapsed() < REORGANISATION => {
				tokio::time::sleep(Duration::from_millis(400)).await;
				continue;
			},
			found => found?,
		};
		there = Instant::now();
		let receipt = match job.result.as_ref().and_then(|result| result.receipt) {
			Some(receipt) => {
				chain.ask::<Option<ReceiptView>>("concordat_receipt", one(receipt)?).await?
			},
			None => None,
		};
		let best = chain.best().await?;
		let line = progress(&job, receipt.as_ref());
		if line != said || best >= seen + 5 {
			output.progress(format!("block {best}: {line}"));
			(said, seen) = (line, best);
		}
		let ended = job.status.is_final() || job.status == JobStatus::Completed;
		let anchored = receipt.as_ref().is_some_and(|receipt| receipt.anchored);
		if ended && (anchored || job.status != JobStatus::Completed) {
			break (job, receipt);
		}
		if started.elapsed() > Duration::from_secs(patience) {
			return Err(Error::TimedOut(patience));
		}
		tokio::time::sleep(Duration::from_millis(400)).await;
	};
	let steps = timeline(chain, &job, receipt.as_ref()).await?;
	let history = History { job, receipt, steps };
	output.result(&history, describe);
	match history.job.status {
		JobStatus::Completed | JobStatus::Overridden => Ok(()),
		other => Err(Error::JobEnded { job: id, reason: format!("{other:?}") }),
	}
}

fn progress(job: &JobView, receipt: Option<&ReceiptView>) -> String {
	let acknowledged = job.seats.iter().filter(|seat| seat.state != SeatState::Assigned).count();
	let delivered =
		job.seats.iter().filter(|seat| matches!(seat.state, SeatState::Delivered(_))).count();
	match (job.status, receipt) {
		(JobStatus::Completed, Some(receipt)) if !receipt.anchored => {
			format!("completed; receipt {} waits for its rollup", receipt.body.id)
		},
		(JobStatus::Completed, _) => "completed".into(),
		(JobStatus::Pending, _) => format!(
			"pending{}",
			job.waiting.as_ref().map_or(String::new(), |why| format!(" ({why})"))
		),
		(JobStatus::Scheduled | JobStatus::Running, _) => format!(
			"attempt {}: {} nodes assigned, {acknowledged} acknowledged, {delivered} delivered",
			job.attempts,
			job.seats.len()
		),
		(other, _) => format!("{other:?}"),
	}
}

async fn timeline(
	chain: &Chain,
	job: &JobView,
	receipt: Option<&ReceiptView>,
) -> Result<Vec<Step>> {
	let mut rows: Vec<(BlockNumber, String, String)> = Vec::new();
	rows.push((
		job.dispatched_at,
		"dispatched".into(),
		match job.escrow {
			// Settled: what was held is paid or returned.
			0 => format!("{} on input {:?}", job.clause, job.input),
			held => format!("{} on input {:?}, {} held", job.clause, job.input, cdt(held)),
		},
	));
	let assigned: BTreeSet<BlockNumber> = job.seats.iter().map(|seat| seat.assigned_at).collect();
	for block in assigned {
		let seats: Vec<String> = job
			.seats
			.iter()
			.filter(|seat| seat.assigned_at == block)
			.map(|seat| {
				format!(
					"node {} (score {}, attempt {})",
					seat.node,
					score(seat.score),
					seat.attempt
				)
			})
			.collect();
		rows.push((block, "assigned".into(), seats.join(", ")));
	}
	if let Some(result) = &job.result {
		for (block, cac) in &result.cacs {
			let body = cac.statement.body();
			let what = match &body.outcome {
				Outcome::Success { hash, .. } => format!("output {hash:?}"),
				Outcome::Failure(code) => format!("{code:?}"),
			};
			rows.push((
				*block,
				"CAC".into(),
				format!(
					"node {}: {what}, {} fuel, {} µs, {} KiB{}",
					body.node,
					body.usage.fuel,
					body.usage.cpu_micros,
					body.usage.peak_memory >> 10,
					if body.simulated { ", simulated enclave" } else { "" }
				),
			));
		}
		if let Some(block) = result.decided_at {
			let (k, n) = job.quorum;
			rows.push((block, "quorum".into(), format!("{k} of {n} agree")));
			rows.push((
				block,
				"paid".into(),
				format!("{} to the nodes that agreed", cdt(job.paid)),
			));
		}
	}
	for seat in &job.seats {
		if let SeatState::Acknowledged(block) = seat.state {
			rows.push((block, "acknowledged".into(), format!("node {}", seat.node)));
		}
	}
	if let Some(receipt) = receipt {
		rows.push((receipt.body.block, "receipt".into(), format!("number {}", receipt.body.id)));
		if receipt.anchored {
			let rollup: Option<concordat_primitives::receipt::RollupHeader> =
				chain.ask("concordat_rollup", one(receipt.epoch)?).await?;
			if let Some(rollup) = rollup {
				rows.push((
					rollup.closed_at,
					"rollup".into(),
					format!(
						"epoch {}, leaf {} of {}, root {:?}",
						rollup.epoch, receipt.index, rollup.count, rollup.root
					),
				));
			}
		}
	}
	rows.sort_by_key(|(block, ..)| *block);
	let mut times = BTreeMap::new();
	for (block, ..) in &rows {
		if !times.contains_key(block) {
			times.insert(*block, chain.time_of(*block).await?);
		}
	}
	let start = times.get(&job.dispatched_at).copied().unwrap_or_default();
	Ok(rows
		.into_iter()
		.map(|(block, what, detail)| Step {
			what,
			block,
			after_millis: times.get(&block).copied().unwrap_or_default().saturating_sub(start),
			detail,
		})
		.collect())
}

fn describe(history: &History) -> String {
	let mut lines =
		vec![format!("job {}: {:?}", history.job.id, history.job.status), String::new()];
	lines.push(format!("  {:>6}  {:>8}  {:<12}  {}", "BLOCK", "AFTER", "WHAT", "DETAIL"));
	for step in &history.steps {
		let seconds = format!("{}.{} s", step.after_millis / 1_000, step.after_millis / 100 % 10);
		lines
			.push(format!("  {:>6}  {seconds:>8}  {:<12}  {}", step.block, step.what, step.detail));
	}
	if let Some(text) = output_text(&history.job) {
		lines.push(String::new());
		lines.push(format!("  {text}"));
	}
	lines.join("\n")
}

fn output_bytes(job: &JobView) -> Option<Vec<u8>> {
	let result = job.result.as_ref()?;
	let tallies = || result.cacs.iter().map(|(_, cac)| &cac.statement.body().outcome);
	// The outcome that most certificates carry; the chain has decided, this only picks its bytes.
	let mut counts: BTreeMap<_, usize> = BTreeMap::new();
	for outcome in tallies() {
		*counts.entry(outcome.tally().ok()).or_default() += 1;
	}
	let winner = counts.into_iter().max_by_key(|(_, count)| *count)?.0?;
	tallies().find_map(|outcome| match outcome {
		Outcome::Success { hash, output: ClauseOutput::Inline(bytes) } if *hash == winner => {
			Some(bytes.to_vec())
		},
		_ => None,
	})
}

fn output_text(job: &JobView) -> Option<String> {
	let bytes = output_bytes(job)?;
	Some(match String::from_utf8(bytes) {
		Ok(text) if !text.contains(|c: char| c.is_control() && c != '\n') => text,
		Ok(text) => format!("0x{}", hex::encode(text)),
		Err(error) => format!("0x{}", hex::encode(error.into_bytes())),
	})
}

#[derive(Serialize)]
struct Printed {
	job: JobId,
	status: JobStatus,
	output: Option<String>,
}

async fn result(chain: &Chain, output: &Output, id: JobId, out: Option<PathBuf>) -> Result<()> {
	let job = fetch(chain, id).await?;
	if job.status != JobStatus::Completed {
		return Err(Error::JobEnded { job: id, reason: format!("{:?}", job.status) });
	}
	let bytes = output_bytes(&job)
		.ok_or_else(|| Error::NotFound(format!("output of job {id} on chain")))?;
	if let Some(path) = out {
		write_file(&path, &bytes)?;
	}
	let printed = Printed { job: id, status: job.status, output: output_text(&job) };
	output.result(&printed, |printed| printed.output.clone().unwrap_or_default());
	Ok(())
}
