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
mod runtime;
mod verify;

use clap::{Parser, Subcommand};
use output::Output;
use std::process::ExitCode;

/// Talk to a Concordat chain: clauses, jobs, nodes, attestation, receipts.
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
	/// Versioned executable policies.
	#[command(subcommand)]
	Clause(commands::clause::ClauseCommand),
	/// What vendors publish about their hardware, as the chain holds it.
	#[command(subcommand)]
	Collateral(commands::collateral::CollateralCommand),
	/// Programs and inputs that the chain names and does not keep.
	#[command(subcommand)]
	Content(commands::content::ContentCommand),
	/// Requests to execute a clause.
	#[command(subcommand)]
	Job(commands::job::JobCommand),
	/// The chain's allow-list of enclave code.
	#[command(subcommand)]
	Measurement(commands::measurement::MeasurementCommand),
	/// Compute nodes and validators.
	#[command(subcommand)]
	Node(commands::node::NodeCommand),
	/// The chain's final word, and how to check it without the chain.
	#[command(subcommand)]
	Receipt(commands::receipt::ReceiptCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	let output = Output::new(cli.json);
	let result = match cli.command {
		Command::Attest(command) => commands::attest::run(command, &cli.url, &output).await,
		Command::Clause(command) => commands::clause::run(command, &cli.url, &output).await,
		Command::Collateral(command) => commands::collateral::run(command, &cli.url, &output).await,
		Command::Content(command) => commands::content::run(command, &output),
		Command::Job(command) => commands::job::run(command, &cli.url, &output).await,
		Command::Measurement(command) => {
			commands::measurement::run(command, &cli.url, &output).await
		},
		Command::Node(command) => commands::node::run(command, &cli.url, &output).await,
		Command::Receipt(command) => commands::receipt::run(command, &cli.url, &output).await,
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			output.failure(&error);
			ExitCode::FAILURE
		},
	}
}
