//! The host's side of enclaves: which of them answer, keeping their leases alive, and, on a development chain, running
//! and registering a few of its own.
//!
//! The off-chain worker is part of the runtime and cannot be configured; it reads the list of
//! enclaves from the node's persistent off-chain storage
//! ([`concordat_primitives::enclave_api::ENDPOINTS_KEY`]). This module keeps that list: every few
//! seconds it asks each enclave who it is, and lists those that answer. A restarted enclave, which
//! has new keys, is therefore picked up without touching the node, and one that died drops out, so
//! that no heartbeat vouches for it.
//!
//! An enclave believes the chain and not its host: [`finality`] shows it what is final and what was assigned to it.
//!
//! The worker cannot fetch anything either: what the chain names and does not keep, [`content`] finds for it.

mod chain;
mod client;
pub mod content;
mod dev;
mod finality;
mod renewal;
mod schedule;

use crate::{cli::EnclaveOptions, metrics::EnclaveMetrics, service::FullBackend};
use codec::Encode;
use concordat_enclave::{EnclaveConfig, EvidenceSource, RunningEnclave};
use concordat_primitives::enclave_api::{Endpoint, ENDPOINTS_KEY, MAX_ENDPOINTS};
use futures::future;
use renewal::Answering;
use sc_client_api::Backend;
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

pub use chain::Chain;
pub use finality::Finality;
pub use renewal::Renewals;

/// How often enclaves are asked who they are.
const REFRESH: Duration = Duration::from_secs(3);

/// One enclave of this host.
struct Hosted {
	url: String,
	/// Number of the development node that it works for, if the host registers it.
	dev: Option<u32>,
	/// Whether it answered last time; says when to log.
	answers: Option<bool>,
}

/// Runs until the node stops.
pub async fn run(
	options: EnclaveOptions,
	backend: Arc<FullBackend>,
	metrics: EnclaveMetrics,
	renewals: Renewals,
	finality: Finality,
) {
	let mut hosted: Vec<Hosted> = options
		.urls
		.iter()
		.map(|url| Hosted { url: url.as_str().into(), dev: None, answers: None })
		.collect();
	// Kept alive here: dropping an enclave stops it.
	let embedded = start_embedded(options.embedded).await;
	for (number, enclave) in (1..).zip(&embedded) {
		hosted.push(Hosted { url: enclave.url(), dev: Some(number), answers: None });
	}
	if hosted.len() > MAX_ENDPOINTS {
		log::warn!("🔐 {} enclaves; only the first {MAX_ENDPOINTS} are used", hosted.len());
		hosted.truncate(MAX_ENDPOINTS);
	}
	let Some(storage) = backend.offchain_storage() else {
		log::error!("🔐 No off-chain storage: this node executes no jobs");
		return;
	};
	metrics.configured(hosted.len());
	let (tell, answering) = watch::channel(Vec::new());
	// Side by side: an enclave that takes long to make evidence must not make the others look dead.
	let finality = finality.run(answering.clone());
	future::join3(list(hosted, storage, metrics, tell), renewals.run(answering), finality).await;
}

/// Keeps the list of enclaves that answer.
async fn list(
	mut hosted: Vec<Hosted>,
	mut storage: impl OffchainStorage,
	metrics: EnclaveMetrics,
	tell: watch::Sender<Vec<Answering>>,
) {
	loop {
		let mut endpoints = Vec::new();
		let mut answering = Vec::new();
		for enclave in &mut hosted {
			let identity = client::identity(&enclave.url).await;
			let answers = identity.is_ok();
			match &identity {
				Ok(identity) if enclave.answers != Some(true) => log::info!(
					"🔐 Enclave 0x{} answers at {}{}",
					hex::encode(identity.signing_key),
					enclave.url,
					if identity.simulated {
						" (simulated: no hardware stands behind it)"
					} else {
						""
					},
				),
				Err(error) if enclave.answers != Some(false) => {
					log::warn!("🔐 The enclave at {} does not answer: {error}", enclave.url)
				},
				_ => {},
			}
			enclave.answers = Some(answers);
			if let Ok(identity) = identity {
				let (url, dev) = (enclave.url.clone(), enclave.dev);
				endpoints.push(Endpoint { url: url.clone(), signing_key: identity.signing_key });
				answering.push(Answering { url, dev, identity });
			}
		}
		metrics.healthy(endpoints.len());
		storage.set(STORAGE_PREFIX, ENDPOINTS_KEY, &endpoints.encode());
		// Whoever keeps leases alive may have ended; the list is kept all the same.
		let _ = tell.send(answering);
		tokio::time::sleep(REFRESH).await;
	}
}

/// Starts simulated enclaves in this process.
async fn start_embedded(count: u32) -> Vec<RunningEnclave> {
	let mut running = Vec::new();
	for number in 1..=count {
		let mut config = EnclaveConfig::simulated(([127, 0, 0, 1], 0).into());
		config.evidence = EvidenceSource::Simulated { kind: dev::kind(number), platform: None };
		match concordat_enclave::serve(config).await {
			Ok(enclave) => running.push(enclave),
			Err(error) => log::error!("🔐 Embedded enclave {number} does not start: {error}"),
		}
	}
	running
}
