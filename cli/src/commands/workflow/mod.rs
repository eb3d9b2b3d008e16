//! `concordat workflow submit | pattern | show | list | watch | cancel`.

mod file;
mod pattern;
mod watch;

use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{cdt, parse_cdt, table, Output},
};
use clap::{Args, Subcommand};
use concordat_primitives::{
	views::{Page, StepView, WorkflowView, MAX_PAGE},
	workflow::{StepFault, StepIndex, WorkflowId, WorkflowSpec, WorkflowStatus, MAX_STEPS},
	Balance, BlockNumber, Hash,
};
use serde::Serialize;
use std::path::PathBuf;

const PALLET: &str = "Workflows";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum WorkflowCommand {
	/// Submit a workflow from a file.
	Submit {
		/// JSON, as in examples/workflows.
		file: PathBuf,
		#[command(flatten)]
		terms: Terms,
	},
	/// Submit a workflow after one of the predefined patterns.
	#[command(subcommand)]
	Pattern(Box<pattern::Pattern>),
	/// Show a workflow and its steps.
	Show {
		/// Number of the workflow.
		id: WorkflowId,
	},
	/// List workflows.
	List {
		/// Number to start from.
		#[arg(long, default_value_t = 1)]
		from: WorkflowId,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
	/// Follow a workflow to its end.
	Watch {
		/// Number of the workflow.
		id: WorkflowId,
		/// Seconds to wait at most.
		#[arg(long, default_value_t = 600)]
		patience: u64,
	},
	/// Withdraw a workflow; its running jobs are withdrawn too.
	Cancel {
		/// Number of the workflow.
		id: WorkflowId,
		/// Secret of the owner.
		#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
		suri: String,
	},
}

/// Terms of a submission.
#[derive(Args, Clone, Debug)]
pub struct Terms {
	/// What to set aside for its jobs, in CDT, so that it does not run dry half way. What is not needed comes back.
	/// Default: what the file says, or nothing.
	#[arg(long, value_parser = parse_cdt)]
	reserve: Option<Balance>,
	/// Blocks within which it has to be completed.
	#[arg(long, value_name = "BLOCKS")]
	workflow_timeout: Option<BlockNumber>,
	/// Print the workflow as the chain would get it, and submit nothing.
	#[arg(long)]
	dry_run: bool,
	/// Secret of the owner, who pays.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
	/// Follow it to its end.
	#[arg(long)]
	watch: bool,
	/// Seconds to follow it at most.
	#[arg(long, default_value_t = 600)]
	patience: u64,
}

/// A workflow with its steps.
#[derive(Clone, Serialize)]
struct Shown {
	workflow: WorkflowView,
	steps: Vec<StepView>,
}

#[derive(Serialize)]
struct Submitted {
	workflow: WorkflowId,
	block: BlockNumber,
	spec: Hash,
}

#[derive(Serialize)]
struct Planned<'a> {
	workflow: &'a WorkflowSpec,
	#[serde(with = "concordat_primitives::text::decimal")]
	reserve: Balance,
}

/// Runs a verb.
pub async fn run(command: WorkflowCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		WorkflowCommand::Submit { file, terms } => {
			// What is wrong with a file is said without a chain.
			let (spec, reserve) = file::read(&file)?;
			if terms.dry_run {
				return plan(spec, reserve, &terms, output);
			}
			submit(&Chain::connect(url).await?, spec, reserve, &terms, output).await
		},
		WorkflowCommand::Pattern(pattern) => {
			let (spec, terms) = pattern.build()?;
			if terms.dry_run {
				return plan(spec, 0, &terms, output);
			}
			submit(&Chain::connect(url).await?, spec, 0, &terms, output).await
		},
		WorkflowCommand::Show { id } => {
			let shown = fetch(&Chain::connect(url).await?, id).await?;
			output.result(&shown, describe);
			Ok(())
		},
		WorkflowCommand::List { from, limit } => {
			let chain = Chain::connect(url).await?;
			let page: Page<WorkflowView> = chain.view(PALLET, "workflows", (from, limit)).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
				let mut text =
					table(&["WORKFLOW", "KIND", "STATUS", "STEPS", "RUNNING", "SINCE"], &rows);
				if let Some(next) = page.next {
					text.push_str(&format!("\nmore: --from {next}"));
				}
				text
			});
			Ok(())
		},
		WorkflowCommand::Watch { id, patience } => {
			watch::run(&Chain::connect(url).await?, output, id, patience).await
		},
		WorkflowCommand::Cancel { id, suri } => {
			let signer = keypair(&suri)?;
			let chain = Chain::connect(url).await?;
			let included = chain.submit(&signer, PALLET, "cancel", (id,)).await?;
			output.progress(format!("withdrawn in block {}", included.block));
			let shown = fetch(&chain, id).await?;
			output.result(&shown, describe);
			Ok(())
		},
	}
}

fn plan(mut spec: WorkflowSpec, reserve: Balance, terms: &Terms, output: &Output) -> Result<()> {
	terms.apply(&mut spec);
	let planned = Planned { workflow: &spec, reserve: terms.reserve.unwrap_or(reserve) };
	output.result(&planned, |planned| {
		serde_json::to_string_pretty(planned).unwrap_or_else(|e| e.to_string())
	});
	Ok(())
}

impl Terms {
	fn apply(&self, spec: &mut WorkflowSpec) {
		spec.timeout_blocks = self.workflow_timeout.or(spec.timeout_blocks);
	}
}

async fn submit(
	chain: &Chain,
	mut spec: WorkflowSpec,
	reserve: Balance,
	terms: &Terms,
	output: &Output,
) -> Result<()> {
	terms.apply(&mut spec);
	let signer = keypair(&terms.suri)?;
	let call = (&spec, terms.reserve.unwrap_or(reserve));
	let included = chain.submit(&signer, PALLET, "submit", call).await?;
	let workflow = included.first::<WorkflowId>(PALLET, "WorkflowSubmitted")?;
	output.progress(format!("workflow {workflow} submitted in block {}", included.block));
	if terms.watch {
		return watch::run(chain, output, workflow, terms.patience).await;
	}
	let submitted = Submitted { workflow, block: included.block, spec: spec.hash() };
	output.result(&submitted, |submitted| format!("workflow {}", submitted.workflow));
	Ok(())
}

/// Reads a workflow and all its steps.
async fn fetch(chain: &Chain, id: WorkflowId) -> Result<Shown> {
	let workflow: Option<WorkflowView> = chain.view(PALLET, "workflow", (id,)).await?;
	let workflow = workflow.ok_or_else(|| Error::NotFound(format!("workflow {id}")))?;
	let mut steps: Vec<StepView> = Vec::new();
	while steps.len() < usize::from(workflow.steps) && steps.len() < MAX_STEPS as usize {
		let from = steps.len() as StepIndex;
		let page: Vec<StepView> = chain.view(PALLET, "steps", (id, from, MAX_PAGE)).await?;
		if page.is_empty() {
			break;
		}
		steps.extend(page);
	}
	Ok(Shown { workflow, steps })
}

/// Where a workflow stands, in words.
fn status(status: &WorkflowStatus) -> String {
	match status {
		WorkflowStatus::Failed { step: Some(step), fault } => {
			format!("failed at step {step}: {}", fault_text(fault))
		},
		WorkflowStatus::Failed { step: None, fault } => {
			format!("failed at the end: {}", fault_text(fault))
		},
		other => format!("{other:?}").to_lowercase(),
	}
}

fn fault_text(fault: &StepFault) -> String {
	match fault {
		StepFault::Ended(status) => format!("its job ended as {status:?}"),
		StepFault::CannotPay => "its owner cannot pay for its job".into(),
		StepFault::Refused(reason) => {
			format!("governance's filter turned its job away (refusal {reason})")
		},
		StepFault::NotOpened => "its job could not be opened".into(),
		StepFault::OutputUnavailable(step) => {
			format!("the output of step {step} does not lie on chain")
		},
		StepFault::NotMergeable => "the outputs cannot be made one".into(),
	}
}

fn row(view: &WorkflowView) -> Vec<String> {
	vec![
		view.id.to_string(),
		format!("{:?}", view.kind),
		status(&view.status),
		format!("{}/{}", view.completed, view.steps),
		view.running.to_string(),
		format!("block {}", view.submitted_at),
	]
}

fn describe(Shown { workflow, steps }: &Shown) -> String {
	let mut lines = vec![
		format!("workflow {}: {}", workflow.id, status(&workflow.status)),
		format!(
			"  kind         {:?}, {} of {} steps have a result",
			workflow.kind, workflow.completed, workflow.steps
		),
		format!("  owner        {}", workflow.owner),
		format!("  input        {:?}", workflow.input),
		format!(
			"  held         {} for its records, {} for its jobs",
			cdt(workflow.deposit),
			cdt(workflow.reserve)
		),
		match workflow.ended_at {
			Some(ended) => format!("  blocks       {} to {ended}", workflow.submitted_at),
			None => format!(
				"  blocks       since {}, expires at {}",
				workflow.submitted_at, workflow.expires_at
			),
		},
	];
	let lineage: Vec<String> =
		workflow.context.lineage.iter().map(|node| node.to_string()).collect();
	if !lineage.is_empty() {
		lines.push(format!("  lineage      nodes {}", lineage.join(", ")));
	}
	let rows: Vec<Vec<String>> = steps.iter().map(step_row).collect();
	lines.push(String::new());
	lines.push(table(&["STEP", "CLAUSE", "AFTER", "STATUS", "JOB", "NODE", "OUTPUT"], &rows));
	if let Some(result) = workflow.result {
		lines.push(String::new());
		lines.push(format!("  result {result:?}"));
	}
	if let Some(text) = workflow.output.as_deref().and_then(output_text) {
		lines.push(format!("  {text}"));
	}
	lines.join("\n")
}

/// The chain says it in hex.
fn output_text(digits: &str) -> Option<String> {
	let bytes = hex::decode(digits.strip_prefix("0x").unwrap_or(digits)).ok()?;
	Some(super::job::text_of(&bytes))
}

fn step_row(step: &StepView) -> Vec<String> {
	let after: Vec<String> = step.depends_on.iter().map(|step| step.to_string()).collect();
	let mut standing = format!("{:?}", step.status).to_lowercase();
	if step.tries > 1 {
		standing.push_str(&format!(", try {}", step.tries));
	}
	if let Some(fault) = &step.fault {
		standing.push_str(&format!(" ({})", fault_text(fault)));
	}
	vec![
		step.step.to_string(),
		step.clause.to_string(),
		if after.is_empty() { "-".into() } else { after.join(", ") },
		standing,
		step.job.map_or("-".into(), |job| job.to_string()),
		step.node.map_or("-".into(), |node| node.to_string()),
		step.output.map_or("-".into(), |output| format!("{output}")),
	]
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{
		job::{FailureReason, JobStatus},
		workflow::{Context, StepStatus, WorkflowKind},
		AccountId, ClauseId,
	};

	fn shown(status: WorkflowStatus) -> Shown {
		let clause = ClauseId::parse("WMO::HeavyRain@1.0").unwrap();
		let step = |step, depends_on: &[u8], status| StepView {
			step,
			clause: clause.clone(),
			depends_on: depends_on.to_vec(),
			status,
			tries: 2,
			retries: 3,
			job: Some(9),
			output: None,
			node: Some(4),
			fault: None,
		};
		Shown {
			workflow: WorkflowView {
				id: 5,
				owner: AccountId::new([1; 32]),
				kind: WorkflowKind::Dag,
				status,
				input: Hash::repeat_byte(1),
				spec: Hash::repeat_byte(2),
				merge: None,
				steps: 2,
				completed: 1,
				running: 1,
				ready: 0,
				context: Context { lineage: vec![4], ..Default::default() },
				result: Some(Hash::repeat_byte(3)),
				output: Some(hex::encode("wet")),
				deposit: 7,
				reserve: 8,
				submitted_at: 10,
				expires_at: 99,
				ended_at: None,
			},
			steps: vec![step(0, &[], StepStatus::Completed), step(1, &[0], StepStatus::Running)],
		}
	}

	#[test]
	fn a_workflow_should_be_shown_with_every_step_and_its_output() {
		let shown = shown(WorkflowStatus::Running);
		let text = describe(&shown);
		for part in ["workflow 5: running", "running, try 2", "nodes 4", "wet", "expires at 99"] {
			assert!(text.contains(part), "{text}");
		}
		let json = serde_json::to_value(&shown).unwrap();
		assert_eq!(json["workflow"]["status"], "running");
		assert_eq!(json["workflow"]["deposit"], "7");
		assert_eq!(json["steps"][1]["dependsOn"][0], 0);
	}

	#[test]
	fn a_failure_should_say_where_and_why() {
		let fault = StepFault::Ended(JobStatus::Failed(FailureReason::NoQuorum));
		let text = status(&WorkflowStatus::Failed { step: Some(3), fault });
		assert_eq!(text, "failed at step 3: its job ended as Failed(NoQuorum)");
		let text = status(&WorkflowStatus::Failed { step: None, fault: StepFault::NotMergeable });
		assert!(text.starts_with("failed at the end"), "{text}");
	}
}
