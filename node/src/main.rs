//! `concordat-node`: a full node, validator or compute host of a Concordat chain.
//!
//! | module | content |
//! | --- | --- |
//! | `cli` | the command line |
//! | `command` | what each subcommand does |
//! | `chain_spec` | the chains the binary knows by name |
//! | `service` | the running node: client, network, consensus, off-chain workers |
//! | `rpc` | JSON-RPC beyond what every node serves |
//! | `concordat_rpc` | the `concordat_` namespace |
//! | `enclave_host` | the host's side of enclaves: which answer, what their jobs lack; embedded ones on a development chain |
//! | `rollup_signer` | signs finalised rollups, gathers signatures, submits certificates |
//! | `metrics` | what Prometheus sees of jobs, nodes, rollups, enclaves and content |
//! | `benchmarking` | transactions for `benchmark`, with the feature `runtime-benchmarks` |

// The error of `sc_cli` is large, and every subcommand returns it.
#![allow(clippy::result_large_err)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod cli;
mod command;
mod concordat_rpc;
mod enclave_host;
mod metrics;
mod rollup_signer;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	command::run()
}
