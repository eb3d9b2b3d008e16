//! Signs finalised rollups, passes the signatures of others on, and hands certificates to the chain.
//!
//! ```text
//!  finalised block ── RollupApi::uncertified ──► collector ◄── shares ── gossip ── peers
//!                                                   │   └── our share ──► gossip
//!                               ≥ 2/3, our turn ────▼
//!                                       RollupApi::certify_extrinsic ──► transaction pool
//! ```
//!
//! | module | content |
//! | --- | --- |
//! | [`key`] | the secret, and its file |
//! | [`share`] | one signature, as it travels |
//! | [`collector`] | all decisions, without network and clock |
//! | [`gossip`] | which shares are passed on, and who is blamed |
//! | [`metrics`] | what Prometheus sees |
//!
//! Only what is final is signed, so that no signer ever signs two rollups of one number. Every full node passes shares on; those
//! whose key is in the set of signers sign, and submit in turns. An authority whose key is not registered yet says so in its
//! log and does what any other node does. The chain is asked at its finalised head; while a node is catching up it is silent.

mod collector;
#[cfg(test)]
mod collector_tests;
mod gossip;
mod key;
mod metrics;
mod share;

use crate::service::{FullClient, FullPool};
use codec::Encode;
use collector::{Collector, MAX_ROUNDS};
use concordat_primitives::{
	hashing::tagged,
	rollup::{RollupCertificate, RollupKey, SignerSet, SignerSetId},
	runtime_api::{ConcordatApi, RollupApi},
	BlockNumber, Hash, RollupEpoch,
};
use concordat_runtime::opaque::Block;
use futures::StreamExt;
use gossip::{Report, ShareValidator, Shared};
use key::{RollupKeys, FILE_NAME};
use metrics::SignerMetrics;
use prometheus_endpoint::Registry;
use sc_client_api::BlockchainEvents;
use sc_network::{
	config::{FullNetworkConfiguration, NonReservedPeerMode, SetConfig},
	service::traits::NetworkService,
	NetworkBackend, NotificationMetrics, NotificationService, ProtocolName,
};
use sc_network_gossip::GossipEngine;
use sc_network_sync::SyncingService;
use sc_service::{Configuration, TaskManager};
use sc_transaction_pool_api::{TransactionPool, TransactionSource};
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::mpsc;

const LOG_TARGET: &str = "rollup-signer";
/// Reports about peers that wait to be made.
const MAX_REPORTS: usize = 256;

/// The protocol by which nodes exchange shares, and this node's key: what has to be made before the network is.
pub struct Prepared {
	name: ProtocolName,
	notifications: Box<dyn NotificationService>,
	keys: Option<RollupKeys>,
}

/// Adds the protocol to the network, and finds the key: of an authority in its keystore's directory (made if it is not there),
/// or in the file that the command line names; of a development authority by its name.
pub fn prepare<N: NetworkBackend<Block, Hash>>(
	config: &Configuration,
	key_file: Option<PathBuf>,
	genesis: Hash,
	network: &mut FullNetworkConfiguration<Block, Hash, N>,
	metrics: NotificationMetrics,
) -> Prepared {
	let fork = config.chain_spec.fork_id().map(|id| format!("/{id}")).unwrap_or_default();
	let name = ProtocolName::from(format!("/{}{fork}/rollup-shares/1", hex::encode(genesis)));
	// Peers are those that the node syncs with: the gossip reserves them, one by one.
	let (protocol, notifications) = N::notification_config(
		name.clone(),
		Vec::new(),
		share::MAX_SHARE_BYTES as u64,
		None,
		SetConfig {
			in_peers: 0,
			out_peers: 0,
			reserved_nodes: Vec::new(),
			non_reserved_mode: NonReservedPeerMode::Deny,
		},
		metrics,
		network.peer_store_handle(),
	);
	network.add_notification_protocol(protocol);
	Prepared { name, notifications, keys: keys(config, key_file) }
}

/// The key of this node, if it is to sign.
fn keys(config: &Configuration, key_file: Option<PathBuf>) -> Option<RollupKeys> {
	let is_authority = config.role.is_authority();
	let path = match (key_file, &config.dev_key_seed, config.keystore.path()) {
		(Some(path), _, _) => path,
		(None, Some(name), _) if is_authority => {
			log::info!(target: LOG_TARGET, "🖋  Signing rollups with the well-known key of {name}");
			return Some(RollupKeys::well_known(name));
		},
		(None, None, Some(directory)) if is_authority => directory.join(FILE_NAME),
		(None, None, None) if is_authority => {
			log::warn!(
				target: LOG_TARGET,
				"🖋  This authority keeps its keys in memory and signs no rollups; name a file with \
				 --rollup-key-file"
			);
			return None;
		},
		_ => return None,
	};
	match RollupKeys::of_file(&path) {
		Ok((keys, made)) => {
			let [bls, _] = keys.public();
			log::info!(
				target: LOG_TARGET,
				"🖋  {} rollup key {} in {}{}",
				if made { "Made" } else { "Using" },
				shown(bls),
				path.display(),
				if made { "; register it with: concordat rollup register --file" } else { "" },
			);
			Some(keys)
		},
		Err(error) => {
			log::error!(target: LOG_TARGET, "🖋  This node signs no rollups: {error}");
			None
		},
	}
}

fn shown(key: &RollupKey) -> String {
	match key {
		RollupKey::Bls(bytes) => format!("0x{}", hex::encode(bytes)),
		RollupKey::Ed25519(bytes) => format!("0x{}", hex::encode(bytes)),
	}
}

/// Starts the task.
pub fn start(
	tasks: &TaskManager,
	prepared: Prepared,
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	network: Arc<dyn NetworkService>,
	sync: Arc<SyncingService<Block>>,
	registry: Option<&Registry>,
) {
	let Prepared { name, notifications, keys } = prepared;
	let genesis = client.info().genesis_hash;
	let own = keys.as_ref().map(|keys| keys.public().to_vec()).unwrap_or_default();
	let collector = Shared::new(Collector::new(genesis, &own));
	let metrics = SignerMetrics::new(registry);
	let topic = tagged(b"concordat/rollup-shares/v1", &genesis);
	let (report, reports) = mpsc::channel(MAX_REPORTS);
	let validator = ShareValidator::new(collector.clone(), topic, report, metrics.clone());
	let engine = GossipEngine::new(
		network,
		sync.clone(),
		notifications,
		name,
		Arc::new(validator),
		registry,
	);
	let worker =
		Worker { client, pool, sync, collector, keys, metrics, topic, seen: None, has_place: None };
	tasks.spawn_handle().spawn("rollup-signer", "rollups", worker.run(engine, reports));
}

/// What the finalised chain says about rollups.
struct News {
	/// Closed so far.
	closed: RollupEpoch,
	/// Those that wait, the newest first.
	waiting: Vec<(RollupEpoch, SignerSetId, Hash)>,
	/// The set that signs what is closed now.
	present: Option<SignerSet>,
	/// Sets that are new to us.
	sets: Vec<SignerSet>,
}

struct Worker {
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	sync: Arc<SyncingService<Block>>,
	collector: Shared,
	keys: Option<RollupKeys>,
	metrics: SignerMetrics,
	topic: Hash,
	/// The finalised block that was last asked.
	seen: Option<Hash>,
	/// Whether we have a place in the present set; says when to log.
	has_place: Option<bool>,
}

impl Worker {
	/// Runs until the node stops.
	async fn run(mut self, mut engine: GossipEngine<Block>, mut reports: mpsc::Receiver<Report>) {
		let mut blocks = self.client.import_notification_stream();
		loop {
			tokio::select! {
				() = &mut engine => {
					log::error!(target: LOG_TARGET, "🖋  The network has gone; no rollups are signed");
					return;
				},
				report = reports.recv() => match report {
					Some((peer, change)) => engine.report(peer, change),
					None => return,
				},
				block = blocks.next() => match block {
					Some(block) if block.is_new_best => {
						for certificate in self.tick(&mut engine, block.header.number).await {
							self.submit(certificate).await;
						}
					},
					Some(_) => {},
					None => return,
				},
			}
		}
	}

	/// One block: hears what the chain says, speaks, and names the certificates that are due.
	async fn tick(
		&mut self,
		engine: &mut GossipEngine<Block>,
		now: BlockNumber,
	) -> Vec<RollupCertificate> {
		match self.sync.status().await {
			Ok(status) if !status.state.is_major_syncing() => {},
			_ => return Vec::new(),
		}
		let finalized = self.client.info().finalized_hash;
		if self.seen != Some(finalized) {
			match self.ask(finalized) {
				Ok(news) => {
					self.seen = Some(finalized);
					for share in self.take(news) {
						engine.gossip_message(self.topic, share.encode(), false);
					}
				},
				Err(error) => {
					log::debug!(target: LOG_TARGET, "🖋  The chain cannot be asked: {error}")
				},
			}
		}
		let Some(keys) = &self.keys else { return Vec::new() };
		let mut collector = self.collector.lock();
		let said = collector.speak(now, |scheme, message| keys.sign(scheme, message));
		let due = collector.due(now);
		drop(collector);
		for (share, repeated) in said {
			if !repeated {
				self.metrics.signed();
				log::debug!(target: LOG_TARGET, "🖋  Signed rollup {}", share.epoch);
			}
			// A repetition goes to those, too, who had it when they could not use it yet.
			engine.gossip_message(self.topic, share.encode(), repeated);
		}
		due
	}

	/// Asks the chain, as it is at a block.
	fn ask(&self, at: Hash) -> Result<News, String> {
		let text = |error: sp_api::ApiError| error.to_string();
		let api = self.client.runtime_api();
		if !api.has_api::<dyn RollupApi<Block>>(at).map_err(text)? {
			return Err("its runtime knows no signers of rollups".into());
		}
		let closed = api.totals(at).map_err(text)?.rollups;
		let waiting = api.uncertified(at, MAX_ROUNDS).map_err(text)?;
		let present = api.current_signers(at).map_err(text)?;
		let mut lacking: Vec<SignerSetId> = waiting.iter().map(|(_, set, _)| *set).collect();
		lacking.sort_unstable();
		lacking.dedup();
		{
			let collector = self.collector.lock();
			lacking.retain(|id| collector.lacks(*id));
		}
		let mut sets = Vec::new();
		for id in lacking {
			sets.extend(api.signer_set(at, id).map_err(text)?);
		}
		// Rollups are certified in about their order: the newest that does not wait has its certificate, if any has.
		let newest = (0..closed)
			.rev()
			.take(MAX_ROUNDS as usize + 1)
			.find(|epoch| waiting.iter().all(|(waits, _, _)| waits != epoch));
		if let Some(epoch) = newest {
			if api.certificate(at, epoch).map_err(text)?.is_some() {
				self.metrics.certified(epoch);
			}
		}
		Ok(News { closed, waiting, present, sets })
	}

	/// Takes news in. Returns shares that came early and are to be passed on now.
	fn take(&mut self, news: News) -> Vec<share::Share> {
		let News { closed, waiting, present, sets } = news;
		let has_place = present
			.as_ref()
			.zip(self.keys.as_ref())
			.map(|(set, keys)| set.keys.iter().any(|key| keys.public().contains(key)));
		if has_place != self.has_place {
			match has_place {
				Some(true) => log::info!(target: LOG_TARGET, "🖋  This node signs rollups"),
				Some(false) => log::info!(
					target: LOG_TARGET,
					"🖋  The rollup key of this node is in no set of signers yet"
				),
				None => {},
			}
			self.has_place = has_place;
		}
		let mut collector = self.collector.lock();
		present.into_iter().chain(sets).for_each(|set| collector.learn(set));
		let early = collector.update(closed, &waiting);
		self.metrics.waiting(collector.waiting());
		early
	}

	/// Hands a certificate to the pool. What another signer has handed in before is refused there, which is no fault.
	async fn submit(&self, certificate: RollupCertificate) {
		let epoch = certificate.epoch;
		let at = self.client.info().best_hash;
		let extrinsic = match self.client.runtime_api().certify_extrinsic(at, certificate) {
			Ok(extrinsic) => extrinsic,
			Err(error) => {
				log::warn!(target: LOG_TARGET, "🖋  No certificate of rollup {epoch}: {error}");
				return;
			},
		};
		match self.pool.submit_one(at, TransactionSource::Local, extrinsic).await {
			Ok(_) => {
				self.metrics.submitted();
				log::info!(target: LOG_TARGET, "🖋  Submitted the certificate of rollup {epoch}");
			},
			Err(error) => log::debug!(
				target: LOG_TARGET,
				"🖋  The certificate of rollup {epoch} is not wanted: {error}"
			),
		}
	}
}
