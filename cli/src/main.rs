//! `concordat`: the command line of the Concordat chain.
//!
//! Every verb prints for people, or JSON with `--json`; shows progress on standard error while it
//! waits; and exits non-zero with the reason when something did not work. It speaks RPC and the
//! metadata of the chain, so it needs no node build.

mod attest;
mod chain;
mod commands;
mod enclave;
mod error;
mod output;
mod reexecution;
mod runtime;
mod secret;
mod verify;
mod view;
mod zk;

use clap::{Parser, Subcommand};
use output::Output;
use std::process::ExitCode;

/// Talk to a Concordat chain: clauses, jobs, workflows, triggers, nodes, attestation, receipts.
#[derive(Parser, Debug)]
#[command(name = "concordat", version, propagate_version = true)]
struct Cli {
	/// WebSocket address of a node.
	#[arg(long, global = true, env = "CONCORDAT_URL", default_value = "ws://127.0.0.1:9944")]
	url: String,
	/// Print JSON instead of text.
	#[arg(long, global = true)]
	json: bool,
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
	/// Evidence and leases: what the chain believes of a node, and what it would refuse.
	#[command(subcommand)]
	Attest(commands::attest::AttestCommand),
	/// Run a job again, compare, and dispute it with what was found.
	#[command(subcommand)]
	Audit(commands::audit::AuditCommand),
	/// The chain's catalogue of capabilities: what clauses ask for and nodes offer.
	#[command(subcommand)]
	Capability(commands::capability::CapabilityCommand),
	/// Versioned executable policies.
	#[command(subcommand)]
	Clause(commands::clause::ClauseCommand),
	/// What vendors publish about their hardware, as the chain holds it.
	#[command(subcommand)]
	Collateral(commands::collateral::CollateralCommand),
	/// Programs and inputs that the chain names and does not keep.
	#[command(subcommand)]
	Content(commands::content::ContentCommand),
	/// Risks that hold jobs back for a time.
	#[command(subcommand)]
	Forecast(commands::forecast::ForecastCommand),
	/// Requests to execute a clause.
	#[command(subcommand)]
	Job(commands::job::JobCommand),
	/// The chain's allow-list of enclave code.
	#[command(subcommand)]
	Measurement(commands::measurement::MeasurementCommand),
	/// Compute nodes and validators.
	#[command(subcommand)]
	Node(commands::node::NodeCommand),
	/// How many jobs a DAO or a jurisdiction may open.
	#[command(subcommand)]
	Quota(commands::quota::QuotaCommand),
	/// The chain's final word, and how to check it without the chain.
	#[command(subcommand)]
	Receipt(commands::receipt::ReceiptCommand),
	/// Closed rollups, who signs them, and where else they are written down.
	#[command(subcommand)]
	Rollup(commands::rollup::RollupCommand),
	/// Explain whom the scheduler would ask for a clause: each candidate with each factor, and why not.
	Routing(commands::routing::Routing),
	/// Sources of readings that set triggers off.
	#[command(subcommand)]
	Source(commands::source::SourceCommand),
	/// What sets jobs off without a person asking for each.
	#[command(subcommand)]
	Trigger(commands::trigger::TriggerCommand),
	/// Several jobs that make one.
	#[command(subcommand)]
	Workflow(commands::workflow::WorkflowCommand),
	/// Zero-knowledge proofs: keys of clauses, proofs of jobs.
	#[command(subcommand)]
	Zk(commands::zk::ZkCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	let output = Output::new(cli.json);
	let result = match cli.command {
		Command::Attest(command) => commands::attest::run(command, &cli.url, &output).await,
		// A difference is no error, and has a code of its own.
		Command::Audit(command) => match commands::audit::run(command, &cli.url, &output).await {
			Ok(code) => return code,
			Err(error) => Err(error),
		},
		Command::Capability(command) => commands::capability::run(command, &cli.url, &output).await,
		Command::Clause(command) => commands::clause::run(command, &cli.url, &output).await,
		Command::Collateral(command) => commands::collateral::run(command, &cli.url, &output).await,
		Command::Content(command) => commands::content::run(command, &output),
		Command::Forecast(command) => commands::forecast::run(command, &cli.url, &output).await,
		Command::Job(command) => commands::job::run(command, &cli.url, &output).await,
		Command::Measurement(command) => {
			commands::measurement::run(command, &cli.url, &output).await
		},
		Command::Node(command) => commands::node::run(command, &cli.url, &output).await,
		Command::Quota(command) => commands::quota::run(command, &cli.url, &output).await,
		Command::Receipt(command) => commands::receipt::run(command, &cli.url, &output).await,
		Command::Rollup(command) => commands::rollup::run(command, &cli.url, &output).await,
		Command::Routing(args) => commands::routing::run(args, &cli.url, &output).await,
		Command::Source(command) => commands::source::run(command, &cli.url, &output).await,
		Command::Trigger(command) => commands::trigger::run(command, &cli.url, &output).await,
		Command::Workflow(command) => commands::workflow::run(command, &cli.url, &output).await,
		Command::Zk(command) => commands::zk::run(command, &cli.url, &output).await,
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			output.failure(&error);
			ExitCode::FAILURE
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_command_line_should_be_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn no_secret_should_be_shown_by_help() {
		fn walk(command: &clap::Command) {
			for arg in command.get_arguments().filter(|arg| arg.get_id() == "suri") {
				let hidden = arg.is_hide_env_values_set();
				assert!(hidden, "{}", command.get_name());
			}
			command.get_subcommands().for_each(walk);
		}
		walk(&Cli::command());
	}
}
