//! Workflows as people write them.
//!
//! ```json
//! {
//!   "kind": "sequential",
//!   "input": { "file": "../inputs/heavy-rain.input" },
//!   "steps": [
//!     { "name": "rain", "clause": "WMO::HeavyRain@1.0", "retries": 1 },
//!     { "name": "check", "clause": "WMO::Check@1.0", "after": ["rain"], "input": "output" }
//!   ],
//!   "reserve": "1"
//! }
//! ```
//!
//! A step may have a name, by which later steps refer to it; its place does as well. Files are found from where the workflow's
//! own file is. Money is in CDT. The rest is what the chain takes.

use crate::{
	commands::{constraints::list, content::body_of, location, read_file},
	error::{Error, Result},
	output::parse_cdt,
};
use concordat_primitives::{
	clause::MAX_INPUT_BYTES,
	content::{BodyId, BodyKind, MAX_BODY_BYTES},
	ensemble::{Aggregation, Ensemble},
	job::{JobConstraints, JobInput},
	workflow::{StepIndex, StepInput, StepSpec, WorkflowKind, WorkflowSpec, MAX_STEPS},
	Balance, BlockNumber, ClauseId, NodeId,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Longest file with a workflow: the inputs lie elsewhere.
const MAX_FILE: u64 = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
	kind: WorkflowKind,
	input: Input,
	steps: Vec<Step>,
	#[serde(default)]
	constraints: JobConstraints,
	/// How the outputs of the last steps become one.
	#[serde(default)]
	merge: Option<Aggregation>,
	#[serde(default)]
	timeout_blocks: Option<BlockNumber>,
	/// What to set aside for its jobs, in CDT.
	#[serde(default)]
	reserve: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
	#[serde(default)]
	name: Option<String>,
	clause: ClauseId,
	/// Steps whose outputs it needs.
	#[serde(default)]
	after: Vec<Reference>,
	#[serde(default)]
	input: StepRuns,
	#[serde(default)]
	ensemble: Option<Ensemble>,
	#[serde(default)]
	excluded: Vec<NodeId>,
	#[serde(default)]
	retries: u8,
	/// If its program says no, the step before it runs again.
	#[serde(default)]
	redo: bool,
}

/// A step, by its name or by its place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
	Place(StepIndex),
	Name(String),
}

/// What a step runs on.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum StepRuns {
	/// The workflow's input.
	#[default]
	Workflow,
	/// The output of the only step before.
	Output,
	/// One output, made of those of the steps before.
	Merged(Aggregation),
	/// An input of its own.
	Own(Input),
}

/// An input bundle: one of these.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
	/// Its bytes are in this file.
	#[serde(default)]
	file: Option<PathBuf>,
	/// Its bytes are this text.
	#[serde(default)]
	text: Option<String>,
	/// It is kept off the chain, at this address; the file says what it is.
	#[serde(default)]
	elsewhere: Option<String>,
}

impl Input {
	fn build(self, base: &Path) -> Result<JobInput> {
		let inline = |bytes: Vec<u8>| Ok(JobInput::Inline(list(bytes, "bytes of input")?));
		match (self.file, self.text, self.elsewhere) {
			(Some(file), None, None) => {
				inline(read_file(&base.join(file), MAX_INPUT_BYTES.into())?)
			},
			(None, Some(text), None) => inline(text.into_bytes()),
			(Some(file), None, Some(url)) => {
				let file = base.join(file);
				let bytes = read_file(&file, MAX_BODY_BYTES.into())?;
				let BodyId { hash, len, .. } = body_of(BodyKind::Input, &file, &bytes)?;
				Ok(JobInput::External { commitment: hash, len, location: location(&url)? })
			},
			_ => Err(Error::Argument(
				"an input is a `file`, a `text`, or a `file` that is kept `elsewhere`".into(),
			)),
		}
	}
}

/// Reads a file: the workflow, and what to set aside for it.
pub fn read(path: &Path) -> Result<(WorkflowSpec, Balance)> {
	let bytes = read_file(path, MAX_FILE)?;
	let base = path.parent().unwrap_or_else(|| Path::new(""));
	parse(&bytes, base).map_err(|error| match error {
		Error::Argument(why) => Error::Argument(format!("{}: {why}", path.display())),
		other => other,
	})
}

fn parse(bytes: &[u8], base: &Path) -> Result<(WorkflowSpec, Balance)> {
	let file: File =
		serde_json::from_slice(bytes).map_err(|error| Error::Argument(error.to_string()))?;
	if file.steps.len() > MAX_STEPS as usize {
		return Err(Error::Argument(format!("at most {MAX_STEPS} steps")));
	}
	let names: Vec<Option<String>> = file.steps.iter().map(|step| step.name.clone()).collect();
	for (place, name) in names.iter().enumerate() {
		let Some(name) = name else { continue };
		if names.iter().take(place).any(|other| other.as_ref() == Some(name)) {
			return Err(Error::Argument(format!("two steps are called {name}")));
		}
	}
	let steps = file
		.steps
		.into_iter()
		.enumerate()
		.map(|(place, step)| build(place, step, &names, base))
		.collect::<Result<Vec<_>>>()?;
	let reserve = file.reserve.as_deref().map(parse_cdt).transpose().map_err(Error::Argument)?;
	let spec = WorkflowSpec {
		kind: file.kind,
		input: file.input.build(base)?,
		steps: list(steps, "steps")?,
		constraints: file.constraints,
		merge: file.merge,
		timeout_blocks: file.timeout_blocks,
	};
	Ok((spec, reserve.unwrap_or_default()))
}

fn build(place: usize, step: Step, names: &[Option<String>], base: &Path) -> Result<StepSpec> {
	let of = |what: &str| format!("{what} of step {place}");
	let after = step
		.after
		.into_iter()
		.map(|reference| match reference {
			Reference::Place(place) if usize::from(place) < names.len() => Ok(place),
			Reference::Place(other) => {
				Err(Error::Argument(format!("step {place} comes after step {other}: no such step")))
			},
			Reference::Name(name) => names
				.iter()
				.position(|one| one.as_ref() == Some(&name))
				.and_then(|found| StepIndex::try_from(found).ok())
				.ok_or_else(|| {
					Error::Argument(format!("step {place} comes after {name}: no such step"))
				}),
		})
		.collect::<Result<Vec<_>>>()?;
	Ok(StepSpec {
		clause: step.clause,
		depends_on: list(after, of("predecessors"))?,
		input: match step.input {
			StepRuns::Workflow => StepInput::Workflow,
			StepRuns::Output => StepInput::Output,
			StepRuns::Merged(aggregation) => StepInput::Merged(aggregation),
			StepRuns::Own(input) => StepInput::Own(input.build(base)?),
		},
		ensemble: step.ensemble,
		excluded: list(step.excluded, of("excluded nodes"))?,
		retries: step.retries,
		redo: step.redo,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::hashing::input_commitment;
	use serde_json::{json, Value};

	fn good() -> Value {
		json!({
			"kind": "dag",
			"input": { "text": "rain" },
			"steps": [
				{ "name": "a", "clause": "WMO::HeavyRain@1.0", "retries": 2, "excluded": [3] },
				{ "name": "b", "clause": "WMO::HeavyRain@1.0", "input": { "own": { "text": "own" } } },
				{ "clause": "WMO::Merge@1.0", "after": ["b", 0], "input": { "merged": "voting" } },
				{
					"clause": "WMO::Check@1.0", "after": [2], "input": "output", "retries": 1, "redo": true,
					"ensemble": { "size": 3, "aggregation": "bestEffort" }
				}
			],
			"constraints": { "class": "high", "minTrust": 500_000 },
			"timeoutBlocks": 300,
			"reserve": "1.5"
		})
	}

	fn read_value(value: &Value, base: &Path) -> Result<(WorkflowSpec, Balance)> {
		parse(value.to_string().as_bytes(), base)
	}

	#[test]
	fn a_file_should_say_everything_that_the_chain_takes() {
		let (spec, reserve) = read_value(&good(), Path::new("")).unwrap();
		assert_eq!(reserve, 1_500_000_000_000);
		assert_eq!((spec.kind, spec.timeout_blocks), (WorkflowKind::Dag, Some(300)));
		let JobInput::Inline(input) = &spec.input else { panic!() };
		assert_eq!(&input[..], b"rain");
		assert_eq!(spec.constraints.min_trust, 500_000);
		let [a, b, merge, check] = &spec.steps[..] else { panic!() };
		assert_eq!((a.retries, a.excluded.to_vec(), &a.input), (2, vec![3], &StepInput::Workflow));
		assert!(matches!(&b.input, StepInput::Own(JobInput::Inline(own)) if &own[..] == b"own"));
		assert_eq!(merge.depends_on.to_vec(), [1, 0]);
		assert_eq!(merge.input, StepInput::Merged(Aggregation::Voting));
		assert_eq!(check.depends_on.to_vec(), [2]);
		assert!(check.redo && check.input == StepInput::Output);
		let ensemble = Ensemble { size: 3, aggregation: Aggregation::BestEffort };
		assert_eq!(check.ensemble, Some(ensemble));
	}

	#[test]
	fn inputs_should_be_found_from_where_the_file_is() {
		let dir = tempfile::tempdir().unwrap();
		std::fs::create_dir(dir.path().join("in")).unwrap();
		std::fs::write(dir.path().join("in/rain"), b"wet").unwrap();
		let mut value = good();
		value["input"] = json!({ "file": "in/rain" });
		let path = dir.path().join("workflow.json");
		std::fs::write(&path, value.to_string()).unwrap();
		let (spec, _) = read(&path).unwrap();
		assert!(matches!(&spec.input, JobInput::Inline(bytes) if &bytes[..] == b"wet"));
		value["input"] = json!({ "file": "in/rain", "elsewhere": "https://a.example/rain" });
		std::fs::write(&path, value.to_string()).unwrap();
		let JobInput::External { commitment, len, .. } = read(&path).unwrap().0.input else {
			panic!()
		};
		assert_eq!((commitment, len), (input_commitment(b"wet"), 3));
	}

	#[test]
	fn what_makes_no_sense_should_be_refused_in_words() {
		let broken: [(&str, Value, &str); 11] = [
			("/kind", json!("circular"), "circular"),
			("/input", json!({}), "`file`"),
			("/input", json!({ "text": "a", "file": "b" }), "`file`"),
			("/steps/1/name", json!("a"), "two steps are called a"),
			("/steps/2/after", json!(["c"]), "step 2 comes after c"),
			("/steps/2/after", json!([4]), "no such step"),
			("/steps/2/clause", json!("merge"), "AUTHORITY::Name"),
			("/steps/0/depends", json!([]), "depends"),
			("/steps/0/excluded", json!([1, 2, 3, 4, 5, 6, 7, 8, 9]), "9 excluded nodes of step 0"),
			("/reserve", json!("1,5"), "decimals"),
			("/constraints/class", json!("urgent"), "urgent"),
		];
		for (place, value, word) in broken {
			let mut file = good();
			let (parent, field) = place.rsplit_once('/').unwrap();
			file.pointer_mut(parent).unwrap()[field] = value;
			let Err(error) = read_value(&file, Path::new("")) else { panic!("{place}") };
			assert!(error.to_string().contains(word), "{place}: {error}");
		}
	}

	#[test]
	fn the_examples_should_be_workflows() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/workflows");
		let mut seen = 0;
		for entry in std::fs::read_dir(folder).unwrap() {
			let path = entry.unwrap().path();
			if path.extension().is_some_and(|ending| ending == "json") {
				let (spec, _) = read(&path).unwrap_or_else(|e| panic!("{e}"));
				assert!(!spec.steps.is_empty(), "{path:?}");
				seen += 1;
			}
		}
		assert!(seen >= 4);
	}
}
