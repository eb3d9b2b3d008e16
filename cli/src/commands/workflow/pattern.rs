//! The predefined patterns (Symbiont orchestration protocol §9.1) as commands. They are built here as the runtime's
//! constructor of the same name builds them; `--dry-run` prints what comes of it.

use super::Terms;
use crate::{
	commands::{
		clause::clause_id,
		constraints::{aggregation, list, Constraints},
		read_file,
	},
	error::{Error, Result},
};
use clap::{Args, Subcommand};
use concordat_primitives::{
	clause::{MAX_INPUT_BYTES, MAX_SEATS},
	ensemble::{Aggregation, Ensemble},
	job::JobInput,
	workflow::{StepIndex, StepInput, StepSpec, WorkflowKind, WorkflowSpec, MAX_DEPENDENCIES},
	ClauseId,
};
use std::path::PathBuf;

/// Patterns.
#[derive(Subcommand, Debug)]
pub enum Pattern {
	/// A → B → C: each step runs on the output of the one before.
	Chain {
		/// What runs, in this order.
		#[arg(required = true, value_parser = clause_id)]
		clauses: Vec<ClauseId>,
		#[command(flatten)]
		common: Common,
	},
	/// The same on several nodes at once, then one step on what they found.
	FanOutFanIn {
		/// What runs at once.
		#[arg(long, value_parser = clause_id, value_name = "CLAUSE")]
		parallel: ClauseId,
		/// How often.
		#[arg(long, default_value_t = 3)]
		count: u8,
		/// How their outputs become one: voting, averaging, consensus, best-effort.
		#[arg(long, value_parser = aggregation, default_value = "voting")]
		aggregation: Aggregation,
		/// What runs at the end.
		#[arg(long, value_parser = clause_id, value_name = "CLAUSE")]
		merge: ClauseId,
		#[command(flatten)]
		common: Common,
	},
	/// Do the work, then judge it; if the judge's program fails, do the work again.
	Pipeline {
		/// What does the work.
		#[arg(long, value_parser = clause_id, value_name = "CLAUSE")]
		main: ClauseId,
		/// What judges its output.
		#[arg(long, value_parser = clause_id, value_name = "CLAUSE")]
		validate: ClauseId,
		/// How often the work is done again.
		#[arg(long, default_value_t = 1)]
		retries: u8,
		#[command(flatten)]
		common: Common,
	},
	/// One task on several nodes, and a vote on their answers.
	Redundant {
		/// What runs.
		#[arg(value_parser = clause_id)]
		clause: ClauseId,
		/// Nodes asked.
		#[arg(long, default_value_t = 3)]
		count: u8,
		#[command(flatten)]
		common: Common,
	},
}

/// What all patterns take.
#[derive(Args, Debug)]
pub struct Common {
	/// The input bundle.
	#[arg(long)]
	input: PathBuf,
	#[command(flatten)]
	constraints: Constraints,
	#[command(flatten)]
	terms: Terms,
}

impl Pattern {
	/// The workflow, and the terms of its submission.
	pub fn build(self) -> Result<(WorkflowSpec, Terms)> {
		let (kind, steps, common) = match self {
			Self::Chain { clauses, common } => {
				let steps = clauses
					.into_iter()
					.enumerate()
					.map(|(place, clause)| follow(place, clause))
					.collect::<Result<Vec<_>>>()?;
				(WorkflowKind::Sequential, steps, common)
			},
			Self::FanOutFanIn { parallel, count, aggregation, merge, common } => {
				if !(1..=MAX_DEPENDENCIES).contains(&count.into()) {
					return Err(Error::Argument(format!("1 to {MAX_DEPENDENCIES} at once")));
				}
				let mut steps: Vec<StepSpec> =
					(0..count).map(|_| StepSpec::new(parallel.clone())).collect();
				steps.push(StepSpec {
					depends_on: list((0..count).collect(), "steps at once")?,
					input: StepInput::Merged(aggregation),
					..StepSpec::new(merge)
				});
				(WorkflowKind::Dag, steps, common)
			},
			Self::Pipeline { main, validate, retries, common } => {
				let judge = StepSpec { retries, redo: retries > 0, ..follow(1, validate)? };
				(WorkflowKind::Sequential, vec![StepSpec::new(main), judge], common)
			},
			Self::Redundant { clause, count, common } => {
				if !(2..=MAX_SEATS).contains(&count.into()) {
					return Err(Error::Argument(format!("2 to {MAX_SEATS} nodes")));
				}
				let ensemble = Some(Ensemble { size: count, aggregation: Aggregation::Voting });
				let step = StepSpec { ensemble, ..StepSpec::new(clause) };
				(WorkflowKind::Single, vec![step], common)
			},
		};
		let input = read_file(&common.input, MAX_INPUT_BYTES.into())?;
		let spec = WorkflowSpec {
			kind,
			input: JobInput::Inline(list(input, "bytes of input")?),
			steps: list(steps, "steps")?,
			constraints: common.constraints.build()?,
			merge: None,
			timeout_blocks: None,
		};
		Ok((spec, common.terms))
	}
}

/// A step on the output of the one before; the first runs on the workflow's input.
fn follow(place: usize, clause: ClauseId) -> Result<StepSpec> {
	let Some(before) = place.checked_sub(1) else { return Ok(StepSpec::new(clause)) };
	let before = StepIndex::try_from(before)
		.map_err(|_| Error::Argument(format!("{place} steps are too many")))?;
	Ok(StepSpec {
		depends_on: list(vec![before], "predecessors")?,
		input: StepInput::Output,
		..StepSpec::new(clause)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		pattern: Pattern,
	}

	fn build(args: &str) -> std::result::Result<WorkflowSpec, String> {
		let dir = tempfile::tempdir().unwrap();
		let input = dir.path().join("in");
		std::fs::write(&input, b"rain").unwrap();
		let args = format!("pattern {args} --input {}", input.display());
		Command::try_parse_from(args.split_whitespace())
			.map_err(|e| e.to_string())?
			.pattern
			.build()
			.map(|(spec, _)| spec)
			.map_err(|e| e.to_string())
	}

	#[test]
	fn a_chain_should_hand_each_output_on() {
		let spec = build("chain A::One@1.0 A::Two@1.0 A::Three@1.0 --class high").unwrap();
		assert_eq!(spec.kind, WorkflowKind::Sequential);
		assert_eq!(spec.constraints.class, concordat_primitives::job::JobClass::High);
		let [one, two, three] = &spec.steps[..] else { panic!() };
		assert_eq!((&one.input, one.depends_on.len()), (&StepInput::Workflow, 0));
		assert_eq!((&two.input, two.depends_on.to_vec()), (&StepInput::Output, vec![0]));
		assert_eq!((&three.input, three.depends_on.to_vec()), (&StepInput::Output, vec![1]));
		assert!(build("chain").is_err());
	}

	#[test]
	fn a_fan_should_come_together_in_one_step() {
		let args =
			"fan-out-fan-in --parallel A::One@1.0 --merge A::Two@1.0 --aggregation averaging";
		let spec = build(&format!("{args} --count 4")).unwrap();
		assert_eq!((spec.kind, spec.steps.len()), (WorkflowKind::Dag, 5));
		let last = spec.steps.last().unwrap();
		assert_eq!(last.depends_on.to_vec(), [0, 1, 2, 3]);
		assert_eq!(last.input, StepInput::Merged(Aggregation::Averaging));
		for wrong in [0, 17] {
			assert!(build(&format!("{args} --count {wrong}")).is_err());
		}
	}

	#[test]
	fn a_judge_should_send_the_work_back_if_it_may() {
		let args = "pipeline --main A::One@1.0 --validate A::Two@1.0";
		let spec = build(&format!("{args} --retries 2")).unwrap();
		let judge = &spec.steps[1];
		assert!(judge.redo && judge.retries == 2 && judge.input == StepInput::Output);
		assert!(!build(&format!("{args} --retries 0")).unwrap().steps[1].redo);
	}

	#[test]
	fn redundancy_should_be_an_ensemble_that_votes() {
		let spec = build("redundant A::One@1.0 --count 5").unwrap();
		let ensemble = Ensemble { size: 5, aggregation: Aggregation::Voting };
		assert_eq!((spec.kind, spec.steps[0].ensemble), (WorkflowKind::Single, Some(ensemble)));
		for wrong in [1, 8] {
			assert!(build(&format!("redundant A::One@1.0 --count {wrong}")).is_err());
		}
	}
}
