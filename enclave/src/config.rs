//! What an enclave is told at start.

use crate::{
	assignment::ProofPolicy, engine::EngineBounds, evidence::EvidenceSource, jobs::MAX_DEPENDENCIES,
};
use concordat_attestation::simulator::dev::DevKind;
use concordat_primitives::{clause::ResourceLimits, enclave_api::StartRequest, CapabilityId};
use std::{net::SocketAddr, thread, time::Duration};

/// What an enclave is told at start.
#[derive(Clone, Debug)]
pub struct EnclaveConfig {
	/// Address to listen on; port 0 takes any free one.
	pub listen: SocketAddr,
	/// Whether `listen` may be something else than loopback. Whoever reaches it can use it up.
	pub allow_remote: bool,
	/// Where evidence comes from.
	pub evidence: EvidenceSource,
	/// How long the source of evidence may take for one answer.
	pub evidence_time: Duration,
	/// The most that a job may ask for.
	pub limits: ResourceLimits,
	/// Which attempts start only when the chain is proved to have assigned them.
	pub proof: ProofPolicy,
	/// What it is able to do; `None`: whatever clauses ask for.
	pub capabilities: Option<Vec<CapabilityId>>,
	/// Jobs that run at once.
	pub max_jobs: usize,
	/// Attempts remembered, running ones included.
	pub max_remembered: usize,
	/// Attempts of which only the name is remembered, and handoffs, on each chain.
	pub max_names: usize,
	/// Longest start request in bytes: program, input and dependency outputs together.
	pub max_body_bytes: usize,
	/// How long the body of a request may take to arrive.
	pub body_time: Duration,
	/// Connections at once.
	pub max_connections: usize,
	/// Bounds of the engine.
	pub engine: EngineBounds,
}

impl EnclaveConfig {
	/// An enclave with simulated evidence of TDX and the default bounds.
	pub fn simulated(listen: SocketAddr) -> Self {
		Self {
			listen,
			allow_remote: false,
			evidence: EvidenceSource::Simulated { kind: DevKind::Tdx, platform: None },
			evidence_time: Duration::from_secs(30),
			limits: ResourceLimits::MAX,
			proof: ProofPolicy::Sealed,
			capabilities: None,
			max_jobs: thread::available_parallelism().map_or(2, |n| n.get().max(2)),
			max_remembered: 4_096,
			max_names: 65_536,
			max_body_bytes: StartRequest::max_bytes(MAX_DEPENDENCIES),
			body_time: Duration::from_secs(10),
			max_connections: 256,
			engine: EngineBounds::default(),
		}
	}
}
