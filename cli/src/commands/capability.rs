//! `concordat capability declare | retire | show | list`.

use super::{clause::capability, constraints::list};
use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{cdt, table, Output},
};
use clap::{Args, Subcommand, ValueEnum};
use codec::Decode;
use concordat_primitives::{
	capability::{CapabilitySpec, Category},
	clause::ResourceLimits,
	content::MAX_BODY_BYTES,
	text::Name,
	AccountId, Balance, BlockNumber, CapabilityId,
};
use serde::Serialize;

const PALLET: &str = "ClauseRegistry";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum CapabilityCommand {
	/// Add a capability to the chain's catalogue.
	Declare(Declare),
	/// Let no new clause ask for a capability.
	Retire {
		/// For instance `hazard.rain`.
		#[arg(value_parser = capability)]
		id: CapabilityId,
		/// Secret of who declared it.
		#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
		suri: String,
	},
	/// Show one capability.
	Show {
		/// For instance `hazard.rain`.
		#[arg(value_parser = capability)]
		id: CapabilityId,
	},
	/// List capabilities.
	List {
		/// The last one of the page before.
		#[arg(long, value_parser = capability)]
		after: Option<CapabilityId>,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
}

/// Kinds of tasks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
	/// Draws conclusions from data.
	Analysis,
	/// Makes something new.
	Generation,
	/// Turns data into other data.
	Transformation,
	/// Judges data or results.
	Validation,
}

/// What a declaration says.
#[derive(Args, Debug)]
pub struct Declare {
	/// Its name, for instance `hazard.rain`.
	#[arg(value_parser = capability)]
	id: CapabilityId,
	/// What kind of task it is.
	#[arg(long, value_enum)]
	category: Kind,
	/// Types of data that it takes, for instance `weather.table`; none: any.
	#[arg(long, value_parser = name, value_name = "TYPE")]
	takes: Vec<Name>,
	/// Types of data that it gives, for instance `hazard.alert`; none: any.
	#[arg(long, value_parser = name, value_name = "TYPE")]
	gives: Vec<Name>,
	/// Longest input, in bytes.
	#[arg(long, default_value_t = MAX_BODY_BYTES)]
	max_input: u32,
	/// Longest execution, in milliseconds.
	#[arg(long, default_value_t = ResourceLimits::MAX.wall_millis)]
	max_wall_millis: u32,
	/// Secret of who declares it, and whose deposit is held.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// A capability, as the chain shows it.
#[derive(Decode, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
	id: CapabilityId,
	owner: Option<AccountId>,
	spec: CapabilitySpec,
	status: Status,
	clauses: u32,
	declared_at: BlockNumber,
	#[serde(with = "concordat_primitives::text::decimal")]
	deposit: Balance,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, Decode, Serialize)]
#[serde(rename_all = "camelCase")]
enum Status {
	Declared,
	Retired,
}

/// Reads a name.
pub fn name(text: &str) -> std::result::Result<Name, String> {
	Name::parse(text).map_err(|e| e.to_string())
}

impl Declare {
	fn spec(&self) -> Result<CapabilitySpec> {
		Ok(CapabilitySpec {
			category: match self.category {
				Kind::Analysis => Category::Analysis,
				Kind::Generation => Category::Generation,
				Kind::Transformation => Category::Transformation,
				Kind::Validation => Category::Validation,
			},
			input_types: list(self.takes.clone(), "types")?,
			output_types: list(self.gives.clone(), "types")?,
			max_input_bytes: self.max_input,
			max_wall_millis: self.max_wall_millis,
		})
	}
}

/// Runs a verb.
pub async fn run(command: CapabilityCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	match command {
		CapabilityCommand::Declare(args) => {
			let signer = keypair(&args.suri)?;
			let included = chain
				.submit(&signer, PALLET, "declare_capability", (args.id, args.spec()?))
				.await?;
			output.progress(format!("{} declared in block {}", args.id, included.block));
			show(&chain, args.id, output).await
		},
		CapabilityCommand::Retire { id, suri } => {
			let included =
				chain.submit(&keypair(&suri)?, PALLET, "retire_capability", (id,)).await?;
			let gone = included.find(PALLET, "CapabilityRemoved").is_some();
			let retired = serde_json::json!({ "id": id, "block": included.block, "gone": gone });
			output.result(&retired, |_| {
				let how = if gone { "is gone" } else { "stays for the clauses that ask for it" };
				format!("{id} is retired and {how}")
			});
			Ok(())
		},
		CapabilityCommand::Show { id } => show(&chain, id, output).await,
		CapabilityCommand::List { after, limit } => {
			let page: Vec<View> = chain.view(PALLET, "capability_page", (after, limit)).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page.iter().map(row).collect();
				table(
					&["CAPABILITY", "CATEGORY", "TAKES", "GIVES", "LONGEST", "STATUS", "CLAUSES"],
					&rows,
				)
			});
			Ok(())
		},
	}
}

async fn show(chain: &Chain, id: CapabilityId, output: &Output) -> Result<()> {
	let view: Option<View> = chain.view(PALLET, "capability_view", (id,)).await?;
	let view = view.ok_or_else(|| Error::NotFound(format!("capability {id}")))?;
	output.result(&view, describe);
	Ok(())
}

fn types(types: &[Name]) -> String {
	if types.is_empty() {
		return "any".into();
	}
	let names: Vec<String> = types.iter().map(Name::to_text).collect();
	names.join(", ")
}

fn row(view: &View) -> Vec<String> {
	vec![
		view.id.to_text(),
		format!("{:?}", view.spec.category),
		types(&view.spec.input_types),
		types(&view.spec.output_types),
		format!("{} s", view.spec.max_wall_millis / 1_000),
		format!("{:?}", view.status),
		view.clauses.to_string(),
	]
}

fn describe(view: &View) -> String {
	[
		view.id.to_text(),
		format!("  status       {:?}", view.status),
		format!("  category     {:?}", view.spec.category),
		format!("  takes        {}", types(&view.spec.input_types)),
		format!("  gives        {}", types(&view.spec.output_types)),
		format!(
			"  at most      {} B of input, {} ms",
			view.spec.max_input_bytes, view.spec.max_wall_millis
		),
		format!("  asked for    by {} clauses", view.clauses),
		match &view.owner {
			Some(owner) => format!("  declared by  {owner}, {} held", cdt(view.deposit)),
			None => "  declared by  governance".into(),
		},
		format!("  since        block {}", view.declared_at),
	]
	.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use codec::Encode;

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		command: CapabilityCommand,
	}

	fn declaration(args: &str) -> std::result::Result<Declare, String> {
		let args = ["test", "declare"].into_iter().chain(args.split_whitespace());
		match Command::try_parse_from(args).map_err(|e| e.to_string())?.command {
			CapabilityCommand::Declare(declare) => Ok(declare),
			_ => Err("another verb".into()),
		}
	}

	#[test]
	fn a_declaration_should_say_what_was_asked_for() {
		let spec = declaration(
			"hazard.rain --category analysis --takes weather.table --takes weather.grid --gives hazard.alert \
			 --max-input 9 --max-wall-millis 5",
		)
		.unwrap()
		.spec()
		.unwrap();
		assert_eq!(spec.category, Category::Analysis);
		assert_eq!(types(&spec.input_types), "weather.table, weather.grid");
		assert_eq!(types(&spec.output_types), "hazard.alert");
		assert_eq!((spec.max_input_bytes, spec.max_wall_millis), (9, 5));
		assert_eq!(types(&declaration("a --category validation").unwrap().takes), "any");
	}

	#[test]
	fn what_is_no_name_should_be_refused() {
		for wrong in [
			"hazard.rain",
			"hazard/rain --category analysis",
			"hazard.rain.of.the.north --category analysis",
			"hazard.rain --category guessing",
			"hazard.rain --category analysis --takes weather/table",
		] {
			assert!(declaration(wrong).is_err(), "{wrong}");
		}
		let nine = "a --category analysis".to_string() + &" --gives t".repeat(9);
		assert!(declaration(&nine).unwrap().spec().is_err());
	}

	#[test]
	fn a_view_should_be_read_as_the_chain_writes_it() {
		let spec = declaration("a --category generation").unwrap().spec().unwrap();
		let id = CapabilityId::parse("a").unwrap();
		let owner = Some(AccountId::new([1; 32]));
		// The order of the pallet's own view, with the index of `Retired`.
		let bytes = (id, &owner, &spec, 1u8, 3u32, 7u32, 5u128).encode();
		let view = View::decode(&mut &bytes[..]).unwrap();
		assert!(matches!(view.status, Status::Retired));
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["deposit"], "5");
		assert_eq!(json["spec"]["category"], "generation");
		assert_eq!(json["status"], "retired");
	}
}
