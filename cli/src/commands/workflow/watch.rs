//! Following a workflow.

use super::{describe, fetch, status, Shown};
use crate::{
	chain::Chain,
	error::{Error, Result},
	output::Output,
};
use concordat_primitives::{
	workflow::{StepStatus, WorkflowId, WorkflowStatus},
	BlockNumber, Hash, JobId, NodeId,
};
use serde::Serialize;
use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

/// How often the chain is asked.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a workflow may be missing from the best chain while it is watched.
const REORGANISATION: Duration = Duration::from_secs(40);

/// What is known of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
	status: StepStatus,
	tries: u8,
	job: Option<JobId>,
	node: Option<NodeId>,
	output: Option<Hash>,
}

/// One line of the history: what was seen first in which block.
#[derive(Clone, Serialize)]
struct Line {
	block: BlockNumber,
	step: u8,
	what: String,
}

#[derive(Serialize)]
struct History {
	#[serde(flatten)]
	shown: Shown,
	history: Vec<Line>,
}

/// Follows a workflow to its end, and prints it.
pub async fn run(chain: &Chain, output: &Output, id: WorkflowId, patience: u64) -> Result<()> {
	let started = Instant::now();
	let mut there: Option<Instant> = None;
	let mut seen = BTreeMap::new();
	let mut history = Vec::new();
	let mut said = String::new();
	let shown = loop {
		let shown = match (fetch(chain, id).await, there) {
			(Err(Error::NotFound(_)), Some(last)) if last.elapsed() < REORGANISATION => {
				tokio::time::sleep(PAUSE).await;
				continue;
			},
			(found, _) => found?,
		};
		there = Some(Instant::now());
		let best = chain.best().await?;
		for line in changes(&mut seen, &shown, best) {
			output.progress(format!("block {best}: step {}: {}", line.step, line.what));
			history.push(line);
		}
		let line = format!(
			"{}, {} of {} steps",
			status(&shown.workflow.status),
			shown.workflow.completed,
			shown.workflow.steps
		);
		if line != said {
			output.progress(format!("block {best}: {line}"));
			said = line;
		}
		if shown.workflow.status.is_final() {
			break shown;
		}
		if started.elapsed() > Duration::from_secs(patience) {
			return Err(Error::TimedOut(patience));
		}
		tokio::time::sleep(PAUSE).await;
	};
	let history = History { shown, history };
	output.result(&history, |history| describe(&history.shown));
	match history.shown.workflow.status {
		WorkflowStatus::Completed => Ok(()),
		other => Err(Error::WorkflowEnded { workflow: id, reason: status(&other) }),
	}
}

/// What is new since the last look.
fn changes(seen: &mut BTreeMap<u8, Seen>, shown: &Shown, block: BlockNumber) -> Vec<Line> {
	let mut lines = Vec::new();
	for step in &shown.steps {
		let now = Seen {
			status: step.status,
			tries: step.tries,
			job: step.job,
			node: step.node,
			output: step.output,
		};
		let before = seen.insert(step.step, now);
		// At first sight a step that waits is no news.
		if before == Some(now) || (before.is_none() && step.status == StepStatus::Waiting) {
			continue;
		}
		let again = if step.tries > 1 { format!(", try {}", step.tries) } else { String::new() };
		let what = match (step.status, step.job, step.node) {
			(StepStatus::Running, Some(job), _) => format!("{} as job {job}{again}", step.clause),
			(StepStatus::Completed, _, Some(node)) => format!("has a result, by node {node}"),
			(other, ..) => format!("{other:?}").to_lowercase() + &again,
		};
		lines.push(Line { block, step: step.step, what });
	}
	lines
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{
		views::{StepView, WorkflowView},
		workflow::WorkflowKind,
		AccountId, ClauseId,
	};

	fn shown(steps: &[(StepStatus, u8, Option<JobId>)]) -> Shown {
		let steps: Vec<StepView> = (0u8..)
			.zip(steps)
			.map(|(step, (status, tries, job))| StepView {
				step,
				clause: ClauseId::parse("WMO::HeavyRain@1.0").unwrap(),
				depends_on: Vec::new(),
				status: *status,
				tries: *tries,
				retries: 2,
				job: *job,
				output: None,
				node: job.map(|_| 4),
				fault: None,
			})
			.collect();
		Shown {
			workflow: WorkflowView {
				id: 5,
				owner: AccountId::new([1; 32]),
				kind: WorkflowKind::Dag,
				status: WorkflowStatus::Running,
				input: Hash::zero(),
				spec: Hash::zero(),
				merge: None,
				steps: steps.len() as u8,
				completed: 0,
				running: 0,
				ready: 0,
				context: Default::default(),
				result: None,
				output: None,
				deposit: 0,
				reserve: 0,
				submitted_at: 1,
				expires_at: 9,
				ended_at: None,
			},
			steps,
		}
	}

	#[test]
	fn every_change_should_be_told_once() {
		use StepStatus::{Completed, Running, Waiting};
		let mut seen = BTreeMap::new();
		let mut told = |steps: &[(StepStatus, u8, Option<JobId>)]| {
			changes(&mut seen, &shown(steps), 7)
				.into_iter()
				.map(|line| format!("{} {}", line.step, line.what))
				.collect::<Vec<_>>()
		};
		let first = [(Running, 1, Some(9)), (Waiting, 0, None)];
		assert_eq!(told(&first), ["0 WMO::HeavyRain@1.0 as job 9"]);
		assert!(told(&first).is_empty());
		assert_eq!(
			told(&[(Running, 2, Some(10)), (Waiting, 0, None)]),
			["0 WMO::HeavyRain@1.0 as job 10, try 2"]
		);
		assert_eq!(
			told(&[(Completed, 2, Some(10)), (Running, 1, Some(11))]),
			["0 has a result, by node 4", "1 WMO::HeavyRain@1.0 as job 11"]
		);
	}
}
