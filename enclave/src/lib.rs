//! The program that runs clauses inside the trusted execution environment.
//!
//! A node's off-chain worker hands an attempt to the enclave, which acknowledges it, runs the clause
//! program under hard bounds, and signs what came out with a key that never leaves it. The chain
//! trusts the key because the enclave's evidence, once verified, became a lease.
//!
//! | module | holds |
//! |---|---|
//! | [`engine`] | running one program: **import ABI, instruction set, fuel and bounds** |
//! | [`jobs`] | acknowledge, start, poll, refuse, hand over; one statement per attempt |
//! | [`chain`] | what the enclave has seen proved of chains: final blocks, and the seats they gave |
//! | [`keys`] | the signing key and the encryption key |
//! | [`evidence`] | **where evidence comes from**: Gramine, configfs-tsm, `/dev/sev-guest`, dstack, the simulator |
//! | [`attest`] | what evidence is bound to |
//! | [`server`] | HTTP on loopback |
//! | [`refusal`] | every refusal, its stable code and status |
//!
//! [`serve`] starts an enclave within the calling process; the binary `concordat-enclave` is a thin
//! shell around it. Keys live as long as the process does: a restarted enclave is a new one and
//! needs a new lease.
//!
//! **Simulated.** Under `--simulated` the protection that a trusted execution environment gives to keys is absent: an
//! enclave is an ordinary process, and its identity, its evidence and every certificate it signs say `simulated`.

#![warn(missing_docs)]

mod assignment;
pub mod attest;
pub mod chain;
mod config;
pub mod engine;
pub mod evidence;
pub mod jobs;
pub mod keys;
mod listener;
pub mod refusal;
pub mod server;

pub use assignment::{AssignmentCheck, ProofPolicy};
pub use concordat_attestation::simulator::dev::DevKind;
pub use config::EnclaveConfig;
pub use evidence::{DeviceKind, EvidenceSource, HardwareSource};

use chain::Chains;
use concordat_primitives::enclave_api::Identity;
use engine::{ClauseEngine, HostFault};
use evidence::{within, EvidenceError, EvidenceProvider, Guard};
use jobs::{JobBounds, JobCounts, JobIdentity, JobPolicy, Jobs};
use keys::Keys;
use listener::CountedListener;
use server::Service;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long open requests may take to end at shutdown.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// Why an enclave does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
	/// The address is not a loopback address, and that was not asked for.
	#[error("{0} is not a loopback address; whoever reaches the enclave can use it up")]
	NotLoopback(SocketAddr),
	/// The address cannot be listened on.
	#[error("cannot listen on {0}: {1}")]
	Listen(SocketAddr, #[source] io::Error),
	/// The platform gives no randomness for the keys.
	#[error("no randomness for the keys: {0}")]
	Keys(getrandom::Error),
	/// There is no evidence.
	#[error("no evidence: {0}")]
	Evidence(#[from] EvidenceError),
	/// The engine does not start.
	#[error(transparent)]
	Engine(#[from] HostFault),
}

/// Starts an enclave on the current tokio runtime.
pub async fn serve(config: EnclaveConfig) -> Result<RunningEnclave, ServeError> {
	if !config.allow_remote && !config.listen.ip().is_loopback() {
		return Err(ServeError::NotLoopback(config.listen));
	}
	let keys = Arc::new(Keys::generate().map_err(ServeError::Keys)?);
	let (source, unique) = (config.evidence.clone(), hex::encode(keys.signing_key()));
	let opened = within(config.evidence_time, move || source.open(&unique)).await?;
	let provider: Arc<dyn EvidenceProvider> = opened.into();
	let source = provider.name();
	let identity = Identity {
		signing_key: keys.signing_key(),
		encryption_key: keys.encryption_key(),
		measurement: provider.measurement(),
		vendor: provider.vendor(),
		simulated: provider.is_simulated(),
		version: env!("CARGO_PKG_VERSION").into(),
	};
	let bounds = JobBounds {
		running: config.max_jobs,
		remembered: config.max_remembered,
		names: config.max_names,
		limits: config.limits,
	};
	let engine = ClauseEngine::new(config.engine)?;
	let chains = Chains::new(identity.signing_key);
	let jobs = Jobs::new(
		engine,
		keys.clone(),
		JobIdentity { measurement: identity.measurement, simulated: identity.simulated },
		bounds,
		JobPolicy { proof: config.proof, capabilities: config.capabilities },
		Arc::new(chains.clone()),
	);

	let listen = |e| ServeError::Listen(config.listen, e);
	let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
	let local_addr = listener.local_addr().map_err(listen)?;
	let router = server::router(Arc::new(Service {
		keys,
		provider: Guard::new(provider, config.evidence_time),
		jobs: jobs.clone(),
		chains,
		identity: identity.clone(),
		max_body_bytes: config.max_body_bytes,
		body_time: config.body_time,
		loopback_only: !config.allow_remote,
	}));
	let (stop, stopped) = oneshot::channel::<()>();
	let listener = CountedListener::new(listener, config.max_connections);
	let server = axum::serve(listener, router).with_graceful_shutdown(async {
		// A sender that is dropped asks for the same.
		let _ = stopped.await;
	});
	let task = tokio::spawn(async move {
		if let Err(error) = server.await {
			log::error!("the enclave's server ended: {error}");
		}
	});
	Ok(RunningEnclave { local_addr, identity, source, jobs, stop: Some(stop), task: Some(task) })
}

/// An enclave that answers. Dropping it stops it: the listener closes at once, running programs end
/// within their bounds, and the keys are gone with the last of them.
#[must_use = "dropping it stops the enclave"]
pub struct RunningEnclave {
	local_addr: SocketAddr,
	identity: Identity,
	source: &'static str,
	jobs: Jobs,
	stop: Option<oneshot::Sender<()>>,
	task: Option<JoinHandle<()>>,
}

impl RunningEnclave {
	/// Where it listens.
	pub fn local_addr(&self) -> SocketAddr {
		self.local_addr
	}

	/// Base URL, as an off-chain worker needs it.
	pub fn url(&self) -> String {
		format!("http://{}", self.local_addr)
	}

	/// Who it is.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// Where its evidence comes from.
	pub fn source(&self) -> &'static str {
		self.source
	}

	/// Runs and memories, for metrics.
	pub fn counts(&self) -> JobCounts {
		self.jobs.counts()
	}

	/// Stops it and waits until open requests have been answered.
	pub async fn shutdown(mut self) {
		self.stop.take();
		if let Some(mut task) = self.task.take() {
			if tokio::time::timeout(SHUTDOWN_TIME, &mut task).await.is_err() {
				task.abort();
			}
		}
	}
}

impl Drop for RunningEnclave {
	fn drop(&mut self) {
		self.stop.take();
	}
}
