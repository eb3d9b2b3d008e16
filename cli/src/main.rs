//! `concordat`: the command line of the Concordat chain.
//!
//! Every verb prints for people, or JSON with `--json`; shows progress on standard error while it
//! waits; and exits non-zero with the reason when something did not work. It speaks RPC and the
//! metadata of the chain, so it needs no node build.

mod chain;
mod commands;
mod enclave;
mod error;
mod output;
mod verify;

use clap::{Parser, Subcommand};
use output::Output;
use std::process::ExitCode;

/// Talk to a Concordat chain: clauses, jobs, nodes, receipts.
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
	/// Versioned executable policies.
	#[command(subcommand)]
	Clause(commands::clause::ClauseCommand),
	/// Programs and inputs that the chain names and does not keep.
	#[command(subcommand)]
	Content(commands::content::ContentCommand),
	/// Requests to execute a clause.
	#[command(subcommand)]
	Job(commands::job::JobCommand),
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
	let output = Output { json: cli.json };
	let result = match cli.command {
		Command::Clause(command) => commands::clause::run(command, &cli.url, &output).await,
		Command::Content(command) => commands::content::run(command, &output),
		Command::Job(command) => commands::job::run(command, &cli.url, &output).await,
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
