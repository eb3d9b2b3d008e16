//! `concordat clause register | show | list`.

use super::{
	constraints::{aggregation_text, list, Hardware, Risk},
	content::body_of,
	location, read_file,
};
use crate::{
	chain::{keypair, one, two, Chain},
	error::{Error, Result},
	output::{table, Output},
};
use clap::{Args, Subcommand};
use concordat_primitives::{
	clause::{
		ClauseSpec, ExecutionMode, ExecutionWindow, PolicyBinding, ProgramLocation, ProgramRef,
		ResourceLimits, Spread, ALL_TRIGGERS, MAX_PROGRAM_BYTES,
	},
	content::BodyKind,
	hashing::program_hash,
	node::Resources,
	views::{ClauseView, Page},
	BlockNumber, CapabilityId, ClauseId, Jurisdiction,
};
use std::path::PathBuf;
use subxt_signer::sr25519::Keypair;

/// How a core module begins; a component or a text file begins otherwise, and no enclave would run it.
pub const CORE_WASM: &[u8] = b"\0asm\x01\0\0\0";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ClauseCommand {
	/// Register a clause, with its program on chain or elsewhere.
	Register(Box<Register>),
	/// Show one clause.
	Show {
		/// For instance `WHO::DiseaseAlert@2.3`.
		#[arg(value_parser = clause_id)]
		id: ClauseId,
	},
	/// List clauses.
	List {
		/// Where to start, counted in registrations.
		#[arg(long, default_value_t = 0)]
		from: u64,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
}

/// What a registration says.
#[derive(Args, Debug)]
pub struct Register {
	/// `AUTHORITY::Name@major.minor`, for instance `WHO::DiseaseAlert@2.3`.
	#[arg(value_parser = clause_id)]
	id: ClauseId,
	/// The program: core WebAssembly.
	#[arg(long)]
	program: PathBuf,
	/// Keep the program off the chain: the address where nodes may fetch it. The chain keeps its hash and its
	/// length alone, and nodes look into their content stores first.
	#[arg(long, value_name = "URL")]
	program_elsewhere: Option<String>,
	/// What a node must be able to do, for instance `hazard.rain`.
	#[arg(long, value_parser = capability)]
	capability: CapabilityId,
	/// `single`, or a quorum such as `2/3`.
	#[arg(long, default_value = "2/3", value_parser = mode)]
	mode: ExecutionMode,
	/// What a wrong result would cost.
	#[arg(long, value_enum, default_value = "medium")]
	risk: Risk,
	/// Jurisdictions that nodes must stand in (ISO 3166-1 alpha-3); none: anywhere.
	#[arg(long, value_parser = jurisdiction)]
	jurisdiction: Vec<Jurisdiction>,
	/// Only nodes under sovereign control.
	#[arg(long)]
	sovereign_only: bool,
	/// Refuse simulated evidence, whatever the chain allows.
	#[arg(long)]
	forbid_simulated: bool,
	/// Who may vouch for a node's hardware; none: every vendor.
	#[arg(long, value_enum)]
	vendor: Vec<Hardware>,
	/// As many vendors of hardware as there are, before one comes twice in a job.
	#[arg(long)]
	spread_vendors: bool,
	/// As many jurisdictions as there are, before one comes twice in a job.
	#[arg(long)]
	spread_jurisdictions: bool,
	/// Processor cores that a node has to set aside for one execution.
	#[arg(long, default_value_t = 0)]
	cores: u16,
	/// Accelerators that a node has to set aside for one execution.
	#[arg(long, default_value_t = 0)]
	accelerators: u16,
	/// Storage that a node has to set aside for one execution, in GiB.
	#[arg(long, default_value_t = 0)]
	storage_gib: u32,
	/// Network bandwidth that a node has to set aside for one execution, in Mbit/s.
	#[arg(long, default_value_t = 0)]
	bandwidth_mbps: u32,
	/// Fuel per execution.
	#[arg(long, default_value_t = ResourceLimits::SMALL.fuel)]
	fuel: u64,
	/// Linear memory per execution, in MiB.
	#[arg(long, default_value_t = ResourceLimits::SMALL.memory_bytes >> 20)]
	memory_mib: u32,
	/// Wall-clock time per execution, in milliseconds.
	#[arg(long, default_value_t = ResourceLimits::SMALL.wall_millis)]
	wall_millis: u32,
	/// First block of the execution window.
	#[arg(long, requires = "until")]
	from: Option<BlockNumber>,
	/// First block after the execution window.
	#[arg(long, requires = "from")]
	until: Option<BlockNumber>,
	/// First block at which the clause is no longer valid.
	#[arg(long)]
	expiry: Option<BlockNumber>,
	/// Leave it a draft.
	#[arg(long)]
	draft: bool,
	/// Secret of the owner.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// Reads a clause id.
pub fn clause_id(text: &str) -> std::result::Result<ClauseId, String> {
	ClauseId::parse(text).map_err(|e| e.to_string())
}

/// Reads a capability.
pub fn capability(text: &str) -> std::result::Result<CapabilityId, String> {
	CapabilityId::parse(text).ok_or_else(|| "1 to 16 characters out of A-Z a-z 0-9 _ - .".into())
}

/// Reads a jurisdiction.
pub fn jurisdiction(text: &str) -> std::result::Result<Jurisdiction, String> {
	Jurisdiction::parse(text).ok_or_else(|| "three capital letters (ISO 3166-1 alpha-3)".into())
}

/// Reads a mode.
pub fn mode(text: &str) -> std::result::Result<ExecutionMode, String> {
	let wrong = || {
		"`single`, k/n with n/2 < k ≤ n ≤ 7, as in 2/3, `zk/n` with n ≤ 7, or `sovereign`"
			.to_string()
	};
	let mode = if text == "single" {
		ExecutionMode::Single
	} else if text == "sovereign" {
		ExecutionMode::SovereignOverride
	} else if let Some(n) = text.strip_prefix("zk/") {
		ExecutionMode::ZkVerifierSet { n: n.parse().map_err(|_| wrong())? }
	} else {
		let (k, n) = text.split_once('/').ok_or_else(wrong)?;
		ExecutionMode::Quorum {
			k: k.parse().map_err(|_| wrong())?,
			n: n.parse().map_err(|_| wrong())?,
		}
	};
	mode.is_valid().then_some(mode).ok_or_else(wrong)
}

/// Runs a verb.
pub async fn run(command: ClauseCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	match command {
		ClauseCommand::Register(register) => self::register(*register, &chain, output).await,
		ClauseCommand::Show { id } => {
			let view = fetch(&chain, &id).await?;
			output.result(&view, describe);
			Ok(())
		},
		ClauseCommand::List { from, limit } => {
			let page: Page<ClauseView> = chain.ask("concordat_clauses", two(from, limit)?).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page
					.items
					.iter()
					.map(|view| {
						vec![
							view.id.to_string(),
							format!("{:?}", view.status),
							quorum(view.spec.mode),
							view.spec.capability.to_text(),
							view.open_jobs.to_string(),
						]
					})
					.collect();
				table(&["CLAUSE", "STATUS", "MODE", "CAPABILITY", "OPEN JOBS"], &rows)
			});
			Ok(())
		},
	}
}

async fn fetch(chain: &Chain, id: &ClauseId) -> Result<ClauseView> {
	let view: Option<ClauseView> = chain.ask("concordat_clause", one(id)?).await?;
	view.ok_or_else(|| Error::NotFound(format!("clause {id}")))
}

async fn register(args: Register, chain: &Chain, output: &Output) -> Result<()> {
	let signer = keypair(&args.suri)?;
	let program = read_file(&args.program, MAX_PROGRAM_BYTES.into())?;
	if !program.starts_with(CORE_WASM) {
		return Err(Error::Argument(format!(
			"{} is not core WebAssembly (version 1, binary)",
			args.program.display()
		)));
	}
	let hash = program_hash(&program);
	let len = program.len() as u32;
	let (location, noted) = match &args.program_elsewhere {
		Some(url) => {
			body_of(BodyKind::Program, &args.program, &program)?;
			(ProgramLocation::External(location(url)?), None)
		},
		None => (ProgramLocation::Preimage, Some(program)),
	};
	let spec = ClauseSpec {
		program: ProgramRef { hash, len, location },
		capability: args.capability,
		mode: args.mode,
		risk: args.risk.into(),
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits {
			fuel: args.fuel,
			memory_bytes: args.memory_mib.saturating_mul(1 << 20),
			wall_millis: args.wall_millis,
			..ResourceLimits::SMALL
		},
		resources: Resources {
			cpu_cores: args.cores,
			accelerators: args.accelerators,
			storage_gib: args.storage_gib,
			bandwidth_mbps: args.bandwidth_mbps,
			// Besides the memory of the limits, which counts by itself.
			memory_mib: 0,
		},
		window: args.from.zip(args.until).map(|(from, until)| ExecutionWindow { from, until }),
		expiry: args.expiry,
		measurements: Default::default(),
		policy: PolicyBinding {
			jurisdictions: list(args.jurisdiction, "jurisdictions")?,
			vendors: list(args.vendor.into_iter().map(Into::into).collect(), "vendors")?,
			spread: Spread {
				vendors: args.spread_vendors,
				jurisdictions: args.spread_jurisdictions,
			},
			sovereign_only: args.sovereign_only,
			forbid_simulated: args.forbid_simulated,
			..Default::default()
		},
	};
	if !spec.limits.is_valid() {
		return Err(Error::Argument(format!(
			"limits are out of bounds: fuel ≤ {}, memory ≤ {} MiB, wall clock ≤ {} ms, none of them zero",
			ResourceLimits::MAX.fuel,
			ResourceLimits::MAX.memory_bytes >> 20,
			ResourceLimits::MAX.wall_millis,
		)));
	}
	output.progress(format!("program {} ({len} bytes)", hash_text(&hash)));
	match noted {
		Some(program) => note(chain, &signer, program, output).await?,
		None => output.progress("kept off the chain"),
	}
	let included =
		chain.submit(&signer, "ClauseRegistry", "register", (&args.id, spec, !args.draft)).await?;
	output.progress(format!("{} registered in block {}", args.id, included.block));
	let view = fetch(chain, &args.id).await?;
	output.result(&view, describe);
	Ok(())
}

async fn note(chain: &Chain, signer: &Keypair, program: Vec<u8>, output: &Output) -> Result<()> {
	match chain.submit(signer, "Preimage", "note_preimage", (program,)).await {
		Ok(noted) => output.progress(format!("stored on chain in block {}", noted.block)),
		// The same program may already be there, noted by anybody.
		Err(Error::Refused { reason, .. }) if reason.contains("AlreadyNoted") => {
			output.progress("already on chain")
		},
		Err(error) => return Err(error),
	}
	Ok(())
}

fn hash_text(hash: &concordat_primitives::Hash) -> String {
	format!("{hash:?}")
}

/// `2/3`, `single`, …
pub fn quorum(mode: ExecutionMode) -> String {
	match mode {
		ExecutionMode::Single => "single".into(),
		ExecutionMode::Quorum { k, n } => format!("{k}/{n}"),
		ExecutionMode::ZkVerifierSet { n } => format!("zk {n}"),
		ExecutionMode::SovereignOverride => "sovereign".into(),
		ExecutionMode::Ensemble { n, aggregation } => {
			format!("{n}:{}", aggregation_text(aggregation))
		},
	}
}

fn describe(view: &ClauseView) -> String {
	let spec = &view.spec;
	let mut lines = vec![
		format!("{}", view.id),
		format!("  status       {:?}", view.status),
		format!("  owner        {}", view.owner),
		format!(
			"  program      {:?}, {} bytes, {}",
			spec.program.hash,
			spec.program.len,
			match &spec.program.location {
				ProgramLocation::Preimage => "on chain".into(),
				ProgramLocation::External(url) => {
					format!("elsewhere: {}", String::from_utf8_lossy(url).escape_debug())
				},
			}
		),
		format!("  capability   {}", spec.capability),
		format!("  mode         {}   risk {:?}", quorum(spec.mode), spec.risk),
		format!(
			"  limits       {} fuel, {} MiB, {} ms, {} B of output",
			spec.limits.fuel,
			spec.limits.memory_bytes >> 20,
			spec.limits.wall_millis,
			spec.limits.output_bytes
		),
		format!("  open jobs    {}   failures in a row {}", view.open_jobs, view.failures),
		format!("  registered   block {}", view.registered_at),
	];
	if let Some(window) = &spec.window {
		lines.push(format!("  window       blocks {} to {}", window.from, window.until));
	}
	if let Some(expiry) = spec.expiry {
		lines.push(format!("  expires      block {expiry}"));
	}
	if !spec.policy.jurisdictions.is_empty() {
		let list: Vec<String> = spec.policy.jurisdictions.iter().map(|j| j.to_text()).collect();
		lines.push(format!("  only in      {}", list.join(", ")));
	}
	if !spec.policy.vendors.is_empty() {
		let list: Vec<String> = spec.policy.vendors.iter().map(|v| format!("{v:?}")).collect();
		lines.push(format!("  only on      {}", list.join(", ")));
	}
	if spec.resources != Resources::default() {
		let Resources { cpu_cores, memory_mib, storage_gib, bandwidth_mbps, accelerators } =
			spec.resources;
		lines.push(format!(
			"  sets aside   {cpu_cores} cores, {memory_mib} MiB, {storage_gib} GiB, {bandwidth_mbps} Mbit/s, {accelerators} accelerators"
		));
	}
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn modes_are_read_as_people_write_them() {
		assert_eq!(mode("single"), Ok(ExecutionMode::Single));
		assert_eq!(mode("2/3"), Ok(ExecutionMode::Quorum { k: 2, n: 3 }));
		for wrong in ["", "3", "1/3", "4/3", "5/9", "a/b"] {
			assert!(mode(wrong).is_err(), "{wrong}");
		}
	}
}
