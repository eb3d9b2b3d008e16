//! `concordat-node`: a full node, validator or compute host of a Concordat chain.
//!
//! | module | content |
//! | --- | --- |
//! | `cli` | the command line |
//! | `command` | what each subcommand does |
//! | `chain_spec` | the chains the binary knows by name |
//! | `service` | the running node: client, network, consensus, off-chain workers |
//! | `rpc` | JSON-RPC beyond what every node serves |
//! | `benchmarking` | transactions for `benchmark`, with the feature `runtime-benchmarks` |

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	command::run()
}
