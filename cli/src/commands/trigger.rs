//! `concordat trigger create | fire | show | list | preview | fund | withdraw | pause | resume | remove`.

use super::read_file;
use crate::{
	chain::{keypair, Chain, Included},
	error::{Error, Result},
	output::{cdt, parse_cdt, table, Output},
};
use clap::Subcommand;
use codec::Compact;
use concordat_primitives::{
	bundle::{
		reading::SourceId,
		trigger::{
			Comparison, Condition, FiringEnd, FiringRecord, TriggerId, TriggerSpec, TriggerStatus,
		},
		BundleError, BundleSpec, Part, SpecFault,
	},
	credential::CredentialDemand,
	job::JobConstraints,
	text::Name,
	views::{Page, TriggerView},
	AccountId, BlockNumber, ClauseId,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

const PALLET: &str = "Triggers";
/// What a file looks like.
const EXAMPLE: &str = r#"Example: two readings above 50 in a row set a job off, at most every 30 blocks.

{
  "clause": "WMO::HeavyRain@1.0",
  "condition": { "sensor": { "source": 1, "comparison": { "above": "50" }, "sustained": 2 } },
  "input": {
    "format": "heavy-rain/1",
    "parts": [
      { "static": { "key": "station", "text": "Bogor" } },
      { "history": { "source": 1, "n": 30 } }
    ]
  },
  "constraints": { "class": "high" },
  "cooldown": 30,
  "maxFirings": 10,
  "funding": "2.5"
}

Conditions: {"sensor": …}, {"simulation": …} (the same), {"schedule": {"start": BLOCK, "every": BLOCKS,
"count": N}} (without a cooldown), {"dependency": {"on": CLAUSE}}, "proposal", "manual". Comparisons: "any",
{"above": X}, {"below": X}, {"between": [X, Y]}, {"change": X}. Parts besides: {"latest": SOURCE},
{"dependency": {"key": K}}, {"credential": {"key": K, "subject": ACCOUNT, "demand": {…}}}. Funding is in CDT."#;
/// Longest file with a trigger.
const MAX_FILE: u64 = 64 * 1024;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum TriggerCommand {
	/// Create a trigger from a file.
	#[command(after_long_help = EXAMPLE)]
	Create {
		/// JSON; `--help` shows an example.
		file: PathBuf,
		/// What to set aside for its jobs, in CDT. Default: what the file says.
		#[arg(long, value_parser = parse_cdt)]
		funding: Option<u128>,
		/// Secret of the owner, who pays.
		#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
		suri: String,
	},
	/// Set a trigger off.
	Fire(Which),
	/// Show a trigger and its last firings.
	Show {
		/// Number of the trigger.
		id: TriggerId,
	},
	/// List triggers.
	List {
		/// Number to start from.
		#[arg(long, default_value_t = 0)]
		from: TriggerId,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
	/// Print the input that a firing would run on now, or why there is none.
	Preview {
		/// Number of the trigger.
		id: TriggerId,
	},
	/// Set more money aside for its jobs.
	Fund(Money),
	/// Take money back that is set aside.
	Withdraw(Money),
	/// Hold a trigger back.
	Pause(Which),
	/// Let a trigger fire again.
	Resume(Which),
	/// Remove a trigger.
	Remove(Which),
}

/// One trigger.
#[derive(clap::Args, Debug)]
pub struct Which {
	/// Number of the trigger.
	id: TriggerId,
	/// Secret of the owner.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// One trigger and an amount.
#[derive(clap::Args, Debug)]
pub struct Money {
	#[command(flatten)]
	which: Which,
	/// Amount in CDT.
	#[arg(value_parser = parse_cdt)]
	amount: u128,
}

/// A trigger, as people write it: money in CDT, fixed parameters as text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
	clause: ClauseId,
	/// What sets it off.
	condition: Condition,
	input: Input,
	#[serde(default)]
	constraints: JobConstraints,
	/// Blocks from one firing to the next. A schedule has its own.
	#[serde(default)]
	cooldown: Option<BlockNumber>,
	#[serde(default)]
	until: Option<BlockNumber>,
	max_firings: u32,
	/// In CDT.
	#[serde(default)]
	funding: Option<String>,
}

/// What its jobs run on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
	/// First line of the bundle: name and version, as in `rain-alert/1`.
	format: String,
	parts: Vec<Piece>,
}

/// One thing that goes into a bundle.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Piece {
	Latest(SourceId),
	History { source: SourceId, n: u8 },
	Credential { key: Name, subject: AccountId, demand: CredentialDemand },
	Static { key: Name, text: String },
	Dependency { key: Name },
}

impl Input {
	fn build(self) -> Result<BundleSpec> {
		let wrong = |why: &str| Error::Argument(format!("input: {why}"));
		let (name, version) = self
			.format
			.split_once('/')
			.and_then(|(name, version)| Some((Name::parse(name).ok()?, version.parse().ok()?)))
			.ok_or_else(|| wrong("a format is a name and a version, as in rain-alert/1"))?;
		let parts = self
			.parts
			.into_iter()
			.map(|piece| {
				Ok(match piece {
					Piece::Latest(source) => Part::Latest(source),
					Piece::History { source, n } => Part::History { source, n },
					Piece::Credential { key, subject, demand } => {
						Part::Credential { key, subject, demand }
					},
					Piece::Static { key, text } => Part::Static {
						key,
						value: text
							.into_bytes()
							.try_into()
							.map_err(|_| wrong("a fixed parameter has at most 256 bytes"))?,
					},
					Piece::Dependency { key } => Part::Dependency { key },
				})
			})
			.collect::<Result<Vec<_>>>()?;
		let spec = BundleSpec {
			name,
			version,
			parts: parts.try_into().map_err(|_| wrong("at most 16 parts"))?,
		};
		spec.check().map_err(|fault| {
			wrong(match fault {
				SpecFault::Name => "a key is no name",
				SpecFault::Key => "a key stands twice, or is `rows`",
				SpecFault::Text => "fixed parameters are printable ASCII",
				SpecFault::Rows => "a history has 1 to 32 readings, a bundle 128 at most",
			})
		})?;
		Ok(spec)
	}
}

/// Reads a file.
fn read(path: &Path, funding: Option<u128>) -> Result<TriggerSpec> {
	let wrong = |why: String| Error::Argument(format!("{}: {why}", path.display()));
	let bytes = read_file(path, MAX_FILE)?;
	let file: File = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
	let schedule = matches!(file.condition, Condition::Schedule { .. });
	if !file.condition.is_valid() {
		return Err(wrong("the condition can never hold".into()));
	}
	let said = file.funding.as_deref().map(parse_cdt).transpose().map_err(wrong)?;
	let spec = TriggerSpec {
		clause: file.clause,
		condition: file.condition,
		input: file.input.build().map_err(|e| wrong(e.to_string()))?,
		constraints: file.constraints,
		cooldown: file.cooldown.unwrap_or(if schedule { 0 } else { 1 }),
		until: file.until,
		max_firings: file.max_firings,
		funding: funding.or(said).unwrap_or_default(),
	};
	if schedule != (spec.cooldown == 0) {
		return Err(wrong("a cooldown is at least 1 block; a schedule has none of its own".into()));
	}
	Ok(spec)
}

/// Runs a verb.
pub async fn run(command: TriggerCommand, url: &str, output: &Output) -> Result<()> {
	// What is wrong with a file is said without a chain.
	let created = match &command {
		TriggerCommand::Create { file, funding, .. } => Some(read(file, *funding)?),
		_ => None,
	};
	let chain = Chain::connect(url).await?;
	match command {
		TriggerCommand::Create { suri, .. } => {
			let spec = created.ok_or_else(|| Error::NotFound("trigger in the file".into()))?;
			let included =
				chain.submit(&keypair(&suri)?, PALLET, "create_trigger", (spec,)).await?;
			let id = included.first::<TriggerId>(PALLET, "TriggerCreated")?;
			output.progress(format!("trigger {id} created in block {}", included.block));
			show(&chain, id, output).await
		},
		TriggerCommand::Fire(which) => {
			let included = change(&chain, &which, "fire").await?;
			let fired = serde_json::json!({ "trigger": which.id, "block": included.block });
			output.result(&fired, |_| {
				format!(
					"trigger {} set off in block {}; the next one takes it up",
					which.id, included.block
				)
			});
			Ok(())
		},
		TriggerCommand::Show { id } => show(&chain, id, output).await,
		TriggerCommand::List { from, limit } => {
			let page: Page<TriggerView> = chain.view(PALLET, "triggers", (from, limit)).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
				table(&["TRIGGER", "CLAUSE", "STATUS", "WHEN", "JOBS", "FUNDING"], &rows)
			});
			Ok(())
		},
		TriggerCommand::Preview { id } => preview(&chain, id, output).await,
		TriggerCommand::Fund(money) => fund(&chain, money, "fund", output).await,
		TriggerCommand::Withdraw(money) => fund(&chain, money, "withdraw", output).await,
		TriggerCommand::Pause(which) => {
			change(&chain, &which, "pause_trigger").await?;
			show(&chain, which.id, output).await
		},
		TriggerCommand::Resume(which) => {
			change(&chain, &which, "resume_trigger").await?;
			show(&chain, which.id, output).await
		},
		TriggerCommand::Remove(which) => {
			let included = change(&chain, &which, "remove_trigger").await?;
			let removed = serde_json::json!({ "trigger": which.id, "block": included.block });
			output.result(&removed, |_| format!("trigger {} removed", which.id));
			Ok(())
		},
	}
}

async fn change(chain: &Chain, which: &Which, call: &str) -> Result<Included> {
	chain.submit(&keypair(&which.suri)?, PALLET, call, (which.id,)).await
}

async fn fund(chain: &Chain, money: Money, call: &str, output: &Output) -> Result<()> {
	let Money { which, amount } = money;
	let args = (which.id, Compact(amount));
	let included = chain.submit(&keypair(&which.suri)?, PALLET, call, args).await?;
	let (_, funding): (TriggerId, u128) = included.event(PALLET, "FundingChanged")?;
	let changed = serde_json::json!({ "trigger": which.id, "funding": funding.to_string() });
	output.result(&changed, |_| format!("{} set aside for trigger {}", cdt(funding), which.id));
	Ok(())
}

async fn preview(chain: &Chain, id: TriggerId, output: &Output) -> Result<()> {
	let made: Option<std::result::Result<Vec<u8>, BundleError>> =
		chain.view(PALLET, "bundle", (id,)).await?;
	let made = made.ok_or_else(|| Error::NotFound(format!("trigger {id}")))?;
	let bytes = made.map_err(|why| Error::NotFound(format!("input now: {why}")))?;
	let text = String::from_utf8_lossy(&bytes).into_owned();
	output.result(&serde_json::json!({ "trigger": id, "input": text }), |_| text.clone());
	Ok(())
}

async fn show(chain: &Chain, id: TriggerId, output: &Output) -> Result<()> {
	let view: Option<TriggerView> = chain.view(PALLET, "trigger", (id,)).await?;
	let view = view.ok_or_else(|| Error::NotFound(format!("trigger {id}")))?;
	output.result(&view, describe);
	Ok(())
}

fn status(status: &TriggerStatus) -> String {
	match status {
		TriggerStatus::Active => "active".into(),
		TriggerStatus::Paused => "paused by its owner".into(),
		TriggerStatus::Stopped(why) => format!("stopped: {why:?}"),
		TriggerStatus::Ended => "ended".into(),
	}
}

fn when(condition: &Condition) -> String {
	match condition {
		Condition::Sensor { source, comparison, sustained } => {
			format!("sensor {source}: {}, {sustained} in a row", readings(comparison))
		},
		Condition::Simulation { source, comparison, sustained } => {
			format!("simulation {source}: {}, {sustained} in a row", readings(comparison))
		},
		Condition::Schedule { start, every, count } => {
			format!("{count} times from block {start}, every {every} blocks")
		},
		Condition::Proposal => "a vote".into(),
		Condition::Dependency { on } => format!("a result of {on}"),
		Condition::Manual => "its owner".into(),
	}
}

fn readings(comparison: &Comparison) -> String {
	match comparison {
		Comparison::Any => "any reading".into(),
		Comparison::Above(bound) => format!("above {bound}"),
		Comparison::Below(bound) => format!("below {bound}"),
		Comparison::Between(from, to) => format!("{from} to {to}"),
		Comparison::Change(least) => format!("a change of {least} or more"),
	}
}

fn row(view: &TriggerView) -> Vec<String> {
	vec![
		view.id.to_string(),
		view.spec.clause.to_string(),
		status(&view.status),
		when(&view.spec.condition),
		format!("{} of {}", view.counts.opened, view.spec.max_firings),
		cdt(view.spec.funding),
	]
}

fn describe(view: &TriggerView) -> String {
	let counts = &view.counts;
	let mut lines = vec![
		format!("trigger {}: {}", view.id, view.spec.clause),
		format!("  status       {}", status(&view.status)),
		format!("  when         {}", when(&view.spec.condition)),
		format!("  owner        {}", view.owner),
		format!("  funding      {} (deposit {})", cdt(view.spec.funding), cdt(view.deposit)),
		format!(
			"  firings      {} jobs of {}, {} refused, {} missed",
			counts.opened, view.spec.max_firings, counts.refused, counts.missed
		),
	];
	if let Some(block) = view.next_window {
		lines.push(format!("  next         block {block}"));
	}
	if let Some(block) = view.spec.until {
		lines.push(format!("  until        block {block}"));
	}
	if !view.firings.is_empty() {
		let rows: Vec<Vec<String>> = view.firings.iter().map(firing).collect();
		lines.push(String::new());
		lines.push(table(&["FIRING", "BLOCK", "JOB", "BY", "END"], &rows));
	}
	lines.join("\n")
}

fn firing(record: &FiringRecord) -> Vec<String> {
	vec![
		record.firing.to_string(),
		record.at.to_string(),
		record.job.to_string(),
		format!("{:?}", record.cause),
		match &record.end {
			None => "-".into(),
			Some(FiringEnd::Completed(output)) => format!("output {output:?}"),
			Some(FiringEnd::Failed(status)) => format!("{status:?}"),
		},
	]
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::bundle::reading::Fixed;
	use serde_json::{json, Value};

	fn good() -> Value {
		json!({
			"clause": "WMO::HeavyRain@1.0",
			"condition": { "sensor": { "source": 7, "comparison": { "above": "50" }, "sustained": 2 } },
			"input": {
				"format": "rain-alert/1",
				"parts": [
					{ "static": { "key": "station", "text": "Bogor" } },
					{ "history": { "source": 7, "n": 30 } },
					{ "latest": 8 },
				],
			},
			"constraints": { "class": "critical" },
			"cooldown": 30,
			"maxFirings": 10,
			"funding": "2.5",
		})
	}

	fn parse(value: &Value) -> Result<TriggerSpec> {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("trigger.json");
		std::fs::write(&path, value.to_string()).unwrap();
		read(&path, None)
	}

	#[test]
	fn the_example_of_the_help_should_be_a_trigger() {
		let from = EXAMPLE.find('{').unwrap();
		let to = EXAMPLE.find("\n}\n").unwrap() + 2;
		let spec = parse(&serde_json::from_str(&EXAMPLE[from..to]).unwrap()).unwrap();
		assert_eq!((spec.max_firings, spec.input.parts.len()), (10, 2));
	}

	#[test]
	fn every_condition_of_the_help_should_be_read() {
		let sensor = |comparison: Value| json!({ "sensor": { "source": 1, "comparison": comparison, "sustained": 1 } });
		for (condition, text) in [
			(sensor(json!("any")), "sensor 1: any reading, 1 in a row"),
			(sensor(json!({ "below": "-1.5" })), "sensor 1: below -1.5, 1 in a row"),
			(sensor(json!({ "between": ["1", "2"] })), "sensor 1: 1 to 2, 1 in a row"),
			(sensor(json!({ "change": "0.5" })), "sensor 1: a change of 0.5 or more, 1 in a row"),
			(
				json!({ "simulation": { "source": 1, "comparison": "any", "sustained": 1 } }),
				"simulation 1: any reading, 1 in a row",
			),
			(
				json!({ "dependency": { "on": "WMO::HeavyRain@1.0" } }),
				"a result of WMO::HeavyRain@1.0",
			),
			(json!("proposal"), "a vote"),
			(json!("manual"), "its owner"),
		] {
			let mut file = good();
			file["condition"] = condition.clone();
			assert_eq!(when(&parse(&file).expect(text).condition), text);
		}
	}

	#[test]
	fn a_file_should_say_what_the_chain_needs_in_words_for_people() {
		let spec = parse(&good()).unwrap();
		assert_eq!(spec.funding, 2_500_000_000_000);
		assert_eq!((spec.input.name.to_text().as_str(), spec.input.version), ("rain-alert", 1));
		let Condition::Sensor { comparison, .. } = &spec.condition else { panic!() };
		assert_eq!(*comparison, Comparison::Above(Fixed::whole(50)));
		let Part::Static { value, .. } = &spec.input.parts[0] else { panic!() };
		assert_eq!(&value[..], b"Bogor");
		assert_eq!(spec.constraints.class, concordat_primitives::job::JobClass::Critical);
		assert_eq!(spec.cooldown, 30);
	}

	#[test]
	fn a_schedule_should_have_no_cooldown_and_everything_else_one() {
		let mut value = good();
		value["condition"] = json!({ "schedule": { "start": 9, "every": 5, "count": 3 } });
		assert!(parse(&value).is_err());
		value.as_object_mut().unwrap().remove("cooldown");
		assert_eq!(parse(&value).unwrap().cooldown, 0);
		value["condition"] = json!("manual");
		assert_eq!(parse(&value).unwrap().cooldown, 1);
		value["cooldown"] = json!(0);
		assert!(parse(&value).is_err());
	}

	#[test]
	fn what_makes_no_sense_should_be_refused_with_its_place() {
		let broken: [(&str, Value); 8] = [
			("clause", json!("rain")),
			(
				"condition",
				json!({ "sensor": { "source": 7, "comparison": "any", "sustained": 0 } }),
			),
			("input", json!({ "format": "rain-alert", "parts": [] })),
			(
				"input",
				json!({ "format": "a/1", "parts": [{ "static": { "key": "rows", "text": "" } }] }),
			),
			(
				"input",
				json!({ "format": "a/1", "parts": [{ "static": { "key": "k", "text": "é" } }] }),
			),
			("funding", json!("2,5")),
			("constraints", json!({ "class": "urgent" })),
			("unheard", json!(1)),
		];
		for (field, value) in broken {
			let mut file = good();
			file[field] = value;
			let Err(error) = parse(&file) else { panic!("{file}") };
			assert!(error.to_string().contains("trigger.json"), "{error}");
		}
	}

	#[test]
	fn funding_on_the_command_line_should_count_more_than_the_files() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("trigger.json");
		std::fs::write(&path, good().to_string()).unwrap();
		assert_eq!(read(&path, Some(7)).unwrap().funding, 7);
	}
}
