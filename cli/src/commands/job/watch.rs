//! Following a job.

use super::{
	fetch,
	outcome::{gather, text_of},
	seal::{round_of, Sealer},
};
use crate::{
	chain::{one, Chain},
	error::{Error, Result},
	output::{cdt, score, Output},
};
use concordat_primitives::{
	cac::Outcome,
	job::{JobStatus, SeatState},
	views::{JobView, ReceiptView},
	BlockNumber, JobId,
};
use serde::Serialize;
use std::{
	collections::{BTreeMap, BTreeSet},
	time::{Duration, Instant},
};

/// How long a job may be missing from the best chain while it is watched.
const REORGANISATION: Duration = Duration::from_secs(40);
/// How often the chain is asked.
pub const PAUSE: Duration = Duration::from_millis(400);

/// One line of a job's history.
#[derive(Clone, Serialize)]
struct Step {
	what: String,
	block: BlockNumber,
	/// Milliseconds after dispatch.
	after_millis: u64,
	detail: String,
}

/// A job from its dispatch to its end.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
	job: JobView,
	receipt: Option<ReceiptView>,
	steps: Vec<Step>,
	/// What came out, if it can be read.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub output: Option<String>,
}

/// A job that has ended.
pub struct Ended {
	/// The job.
	pub job: JobView,
	/// How it got there.
	pub history: History,
}

impl Ended {
	/// Prints a history; fails if the job has no result.
	pub fn print(&self, output: &Output, history: &History) -> Result<()> {
		output.result(history, describe);
		match self.job.status {
			JobStatus::Completed | JobStatus::Overridden => Ok(()),
			other => Err(Error::JobEnded { job: self.job.id, reason: format!("{other:?}") }),
		}
	}
}

/// Follows a job, seals its input where there is a sealer, and prints its history.
pub async fn run(
	chain: &Chain,
	output: &Output,
	id: JobId,
	patience: u64,
	sealer: Option<&mut Sealer<'_>>,
) -> Result<()> {
	let ended = follow(chain, output, id, patience, sealer).await?;
	ended.print(output, &ended.history)
}

/// Follows a job that was there to its end. A re-organisation can take it out of the best chain for a few blocks, until
/// its dispatch is included again.
pub async fn follow(
	chain: &Chain,
	output: &Output,
	id: JobId,
	patience: u64,
	mut sealer: Option<&mut Sealer<'_>>,
) -> Result<Ended> {
	let started = Instant::now();
	let mut there = Instant::now();
	let (mut said, mut seen) = (String::new(), 0);
	let (job, receipt) = loop {
		let job = match fetch(chain, id).await {
			Err(Error::NotFound(_)) if there.elapsed() < REORGANISATION => {
				tokio::time::sleep(PAUSE).await;
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
		if let Some(sealer) = &mut sealer {
			sealer.step(chain, output, &job).await?;
		}
		let ended = job.status.is_final() || job.status == JobStatus::Completed;
		let anchored = receipt.as_ref().is_some_and(|receipt| receipt.anchored);
		if ended && (anchored || job.status != JobStatus::Completed) {
			break (job, receipt);
		}
		if started.elapsed() > Duration::from_secs(patience) {
			return Err(Error::TimedOut(patience));
		}
		tokio::time::sleep(PAUSE).await;
	};
	let steps = timeline(chain, &job, receipt.as_ref()).await?;
	let bytes = match job.status {
		JobStatus::Completed => gather(chain, &job).await?.bytes,
		_ => None,
	};
	let history =
		History { job: job.clone(), receipt, steps, output: bytes.map(|bytes| text_of(&bytes)) };
	Ok(Ended { job, history })
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
		(JobStatus::AwaitingInput, _) => format!(
			"round {}: {} nodes assigned, {} stand by, waits for its sealed input",
			round_of(job).unwrap_or_default(),
			job.seats.len(),
			job.backups.len()
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
	if let Some(text) = &history.output {
		lines.push(String::new());
		lines.push(format!("  {text}"));
	}
	lines.join("\n")
}
