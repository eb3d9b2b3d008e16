//! `concordat node register | availability | status | list`.

use super::{
	attest::renew,
	clause::{capability, jurisdiction},
};
use crate::{
	chain::{keypair, one, push, two, Chain},
	enclave,
	error::{Error, Result},
	output::{cdt, parse_cdt, table, Output},
};
use clap::{Args, Subcommand, ValueEnum};
use concordat_primitives::{
	node::{NodeRole, NodeSpec, Resources},
	views::{NodeView, Page},
	CapabilityId, Jurisdiction, NodeId,
};
use subxt::rpcs::client::RpcParams;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum NodeCommand {
	/// Stake a node and prove its enclave to the chain.
	Register(Register),
	/// Say that a node does not perform one of its capabilities for now, or does again.
	Availability(Availability),
	/// Show one node.
	Status {
		/// Number of the node.
		id: NodeId,
	},
	/// List nodes.
	List {
		/// Number to start from.
		#[arg(long, default_value_t = 0)]
		from: NodeId,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
}

/// What is said about a capability of a node.
#[derive(Args, Debug)]
pub struct Availability {
	/// Number of the node.
	id: NodeId,
	/// One of its capabilities, for instance `hazard.rain`.
	#[arg(value_parser = capability)]
	capability: CapabilityId,
	/// Whether it performs it.
	#[arg(value_enum)]
	state: Switch,
	/// Secret of the controller or of the operator key.
	#[arg(long, env = "CONCORDAT_SURI", hide_env_values = true)]
	suri: String,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
	/// It performs it.
	On,
	/// It does not, for now.
	Off,
}

/// What a registration says.
#[derive(Args, Debug)]
pub struct Register {
	/// Base URL of the enclave, for instance http://127.0.0.1:9955.
	#[arg(long)]
	enclave_url: String,
	/// Capabilities, for instance `hazard.rain`; repeat for more.
	#[arg(long, required = true, value_parser = capability)]
	capability: Vec<CapabilityId>,
	/// Where the node stands (ISO 3166-1 alpha-3).
	#[arg(long, value_parser = jurisdiction)]
	jurisdiction: Jurisdiction,
	/// Under sovereign control of that jurisdiction.
	#[arg(long)]
	sovereign: bool,
	/// Stake in CDT.
	#[arg(long, default_value = "500", value_parser = parse_cdt)]
	stake: u128,
	/// Jobs at a time.
	#[arg(long, default_value_t = 4)]
	capacity: u16,
	/// Processor cores offered.
	#[arg(long, default_value_t = 1)]
	cores: u16,
	/// Memory offered, in MiB.
	#[arg(long, default_value_t = 1024)]
	memory_mib: u32,
	/// Storage offered, in GiB.
	#[arg(long, default_value_t = 0)]
	storage_gib: u32,
	/// Network bandwidth offered, in Mbit/s.
	#[arg(long, default_value_t = 0)]
	bandwidth_mbps: u32,
	/// Accelerators offered.
	#[arg(long, default_value_t = 0)]
	accelerators: u16,
	/// Latency class: 0 nearest, 7 farthest.
	#[arg(long, default_value_t = 0)]
	latency_class: u8,
	/// Secret of the controller.
	#[arg(long, env = "CONCORDAT_SURI", hide_env_values = true)]
	suri: String,
	/// Secret of the operator key that signs heartbeats; it is handed to the node's keystore. Default: the
	/// controller's with `//operator` behind it.
	#[arg(long)]
	operator_suri: Option<String>,
	/// Seconds to wait for a finalised block to attest against.
	#[arg(long, default_value_t = 60)]
	patience: u64,
}

/// Runs a verb.
pub async fn run(command: NodeCommand, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	match command {
		NodeCommand::Register(args) => register(args, &chain, output).await,
		NodeCommand::Availability(args) => availability(args, &chain, output).await,
		NodeCommand::Status { id } => {
			let view = fetch(&chain, id).await?;
			output.result(&view, describe);
			Ok(())
		},
		NodeCommand::List { from, limit } => {
			let page: Page<NodeView> = chain.ask("concordat_nodes", two(from, limit)?).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
				table(
					&["NODE", "STATUS", "ROLE", "WHERE", "STAKE", "RUNNING", "TRUST", "LEASE"],
					&rows,
				)
			});
			Ok(())
		},
	}
}

async fn availability(args: Availability, chain: &Chain, output: &Output) -> Result<()> {
	let Availability { id, capability, state, suri } = args;
	let available = state == Switch::On;
	let call = (id, capability, available);
	let included = chain.submit(&keypair(&suri)?, "NodeStaking", "set_availability", call).await?;
	let said = serde_json::json!({
		"node": id,
		"capability": capability,
		"available": available,
		"block": included.block,
	});
	output.result(&said, |_| {
		let verb = if available { "performs" } else { "does not perform" };
		format!("node {id} {verb} {capability} from block {} on", included.block)
	});
	Ok(())
}

async fn fetch(chain: &Chain, id: NodeId) -> Result<NodeView> {
	let view: Option<NodeView> = chain.ask("concordat_node", one(id)?).await?;
	view.ok_or_else(|| Error::NotFound(format!("node {id}")))
}

async fn register(args: Register, chain: &Chain, output: &Output) -> Result<()> {
	let controller = keypair(&args.suri)?;
	let operator_suri = args.operator_suri.unwrap_or_else(|| format!("{}//operator", args.suri));
	let operator = keypair(&operator_suri)?.public_key().0;
	let identity = enclave::identity(&args.enclave_url).await?;
	output.progress(format!(
		"enclave 0x{}{}",
		hex::encode(identity.signing_key),
		if identity.simulated { " (simulated: no hardware stands behind it)" } else { "" }
	));
	let spec = NodeSpec {
		role: NodeRole::Compute,
		jurisdiction: args.jurisdiction,
		sovereign: args.sovereign,
		capabilities: args
			.capability
			.try_into()
			.map_err(|_| Error::Argument("at most 16 capabilities".into()))?,
		capacity: args.capacity,
		resources: Resources {
			cpu_cores: args.cores,
			memory_mib: args.memory_mib,
			storage_gib: args.storage_gib,
			bandwidth_mbps: args.bandwidth_mbps,
			accelerators: args.accelerators,
		},
		latency_class: args.latency_class,
	};
	let mut params = RpcParams::new();
	push(&mut params, "conc")?;
	push(&mut params, &operator_suri)?;
	push(&mut params, format!("0x{}", hex::encode(operator)))?;
	let () = chain.ask("author_insertKey", params).await?;
	let included =
		chain.submit(&controller, "NodeStaking", "register", (spec, operator, args.stake)).await?;
	let node = first_u32(included.event::<(u32,)>("NodeStaking", "NodeRegistered")?);
	output.progress(format!("node {node} staked {} in block {}", cdt(args.stake), included.block));
	renew::grant(chain, output, &controller, node, &args.enclave_url, args.patience, false).await?;
	let view = fetch(chain, node).await?;
	output.result(&view, describe);
	Ok(())
}

const fn first_u32(fields: (u32,)) -> u32 {
	fields.0
}

fn parts(value: u32) -> String {
	format!("{:.3}", f64::from(value) / 1e6)
}

fn row(view: &NodeView) -> Vec<String> {
	vec![
		view.id.to_string(),
		format!("{:?}", view.status),
		format!("{:?}", view.spec.role),
		view.spec.jurisdiction.to_text(),
		cdt(view.stake),
		format!("{}/{}", view.running, view.spec.capacity),
		parts(view.reputation.0),
		view.lease.as_ref().map_or("-".into(), |lease| match lease.refusal {
			None => format!(
				"to block {}{}",
				lease.lease.expires_at,
				if lease.lease.simulated { " (simulated)" } else { "" }
			),
			Some(refusal) => format!("{refusal:?}"),
		}),
	]
}

fn describe(view: &NodeView) -> String {
	let capabilities: Vec<String> = view.spec.capabilities.iter().map(|c| c.to_text()).collect();
	let mut lines = vec![
		format!("node {}", view.id),
		format!("  status       {:?}", view.status),
		format!("  role         {:?}", view.spec.role),
		format!("  controller   {}", view.controller),
		format!(
			"  where        {}{}",
			view.spec.jurisdiction,
			if view.spec.sovereign { ", sovereign" } else { "" }
		),
		format!("  can          {}", capabilities.join(", ")),
		format!("  stake        {} (frozen {})", cdt(view.stake), cdt(view.frozen)),
		format!("  running      {} of {}", view.running, view.spec.capacity),
		format!(
			"  trust        {}   quality {}",
			parts(view.reputation.0),
			parts(view.reputation.1)
		),
		format!("  heartbeat    block {}", view.last_heartbeat),
	];
	if let Some(lease) = &view.lease {
		lines.push(format!(
			"  lease        {:?}{} until block {}{}",
			lease.lease.vendor,
			if lease.lease.simulated { " (simulated: no hardware stands behind it)" } else { "" },
			lease.lease.expires_at,
			lease.refusal.map_or(String::new(), |refusal| format!(", does not count: {refusal:?}"))
		));
		lines.push(format!("  measurement  {}", lease.lease.measurement));
	}
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		command: NodeCommand,
	}

	#[test]
	fn availability_should_be_on_or_off_for_one_capability() {
		let read = |args: &str| {
			let args = format!("node availability {args} --suri //Alice");
			Command::try_parse_from(args.split_whitespace()).map(|command| command.command)
		};
		let NodeCommand::Availability(said) = read("4 hazard.rain off").unwrap() else { panic!() };
		assert_eq!((said.id, said.state), (4, Switch::Off));
		assert_eq!(said.capability.to_text(), "hazard.rain");
		for wrong in ["4 hazard.rain", "4 hazard.rain maybe", "4 hazard/rain on", "hazard.rain on"]
		{
			assert!(read(wrong).is_err(), "{wrong}");
		}
	}
}
