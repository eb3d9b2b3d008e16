//! The running node: client, transaction pool, network, BABE, GRANDPA, off-chain workers, RPC.
//!
//! [`new_partial`] makes the parts that offline subcommands need as well; [`new_full`] adds the
//! rest. A task that consensus depends on is essential: when it ends, so does the node. Side
//! workers are not.

use crate::{
	cli::EnclaveOptions,
	enclave_host::{
		self,
		content::{self, Stores},
		Chain, Finality, Renewals,
	},
	metrics::{ContentMetrics, EnclaveMetrics, RenewalMetrics},
	rollup_signer, rpc,
};
use concordat_primitives::rollup::MMR_INDEXING_PREFIX;
use concordat_runtime::{
	apis::RuntimeApi,
	constants::MAXIMUM_BLOCK_LENGTH,
	opaque::{Block, Hash},
};
use futures::FutureExt;
use mmr_gadget::MmrGadget;
use sc_client_api::Backend;
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaPruningFilter, LinkHalf, SharedVoterState,
};
use sc_network::config::FullNetworkConfiguration;
use sc_network_sync::strategy::warp::WarpSyncConfig;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{error::Error as ServiceError, Configuration, RpcHandlers, TaskManager};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::{inherents::BabeCreateInherentDataProviders, SlotDuration};
use std::{sync::Arc, time::Duration};

/// What the runtime may call in the node. Standard functions only, so that standard tools run the
/// runtime too: those of every chain, and the elliptic curves of RFC 163.
#[cfg(not(feature = "runtime-benchmarks"))]
pub type HostFunctions = (sp_io::SubstrateHostFunctions, sp_crypto_ec_utils::HostFunctionsRfc163);
/// What the runtime may call in the node, with what its benchmarks call.
#[cfg(feature = "runtime-benchmarks")]
pub type HostFunctions = (
	sp_io::SubstrateHostFunctions,
	sp_crypto_ec_utils::HostFunctionsRfc163,
	frame_benchmarking::benchmarking::HostFunctions,
);

/// The client: blocks, state, and the runtime of every block.
pub type FullClient =
	sc_service::TFullClient<Block, RuntimeApi, sc_executor::WasmExecutor<HostFunctions>>;
/// The database.
pub type FullBackend = sc_service::TFullBackend<Block>;
/// The fork choice: the longest chain, as BABE weighs it.
pub type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// The transaction pool, of the kind that the command line chose.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

type FullGrandpaBlockImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type FullBabeBlockImport = sc_consensus_babe::BabeBlockImport<
	Block,
	FullClient,
	FullGrandpaBlockImport,
	BabeCreateInherentDataProviders<Block>,
	FullSelectChain,
>;

/// Blocks between two justifications that every node makes and stores.
///
/// Light clients believe what is proven against a finalised header with its justification, so there
/// must always be one that is not old: eight blocks are sixteen seconds. (The newest one of all,
/// which enclaves are shown, GRANDPA keeps in any case.) The price is one justification, some
/// hundred bytes for each validator, in eight blocks.
const GRANDPA_JUSTIFICATION_PERIOD: u32 = 8;

/// Pause between two rounds of GRANDPA gossip: a sixth of a slot, so that finality stays within
/// three to four blocks.
const GRANDPA_GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// What [`new_partial`] makes beyond the parts that every service has.
pub struct Extra {
	/// Imports blocks through BABE and GRANDPA.
	pub block_import: FullBabeBlockImport,
	/// The voter's half of the GRANDPA import.
	pub grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
	/// The author's half of the BABE import.
	pub babe_link: BabeLink<Block>,
	/// Answers questions about BABE epochs.
	pub babe_worker_handle: BabeWorkerHandle<Block>,
	/// Connection to the telemetry servers, if any.
	pub telemetry: Option<Telemetry>,
}

/// The parts that a running node and the offline subcommands share.
pub type Service = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<Block>,
	FullPool,
	Extra,
>;

/// What an author puts into a block of this moment: the clock and the slot that follows from it.
async fn inherents_now(
	slot_duration: SlotDuration,
) -> Result<
	(sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider),
	Box<dyn std::error::Error + Send + Sync>,
> {
	let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
	let slot = sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
		*timestamp,
		slot_duration,
	);
	Ok((slot, timestamp))
}

/// Makes the client, the transaction pool and the import queue.
pub fn new_partial(config: &Configuration) -> Result<Service, ServiceError> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;

	let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
	// Blocks with justifications survive pruning: warp sync is proven with them.
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor,
			vec![Arc::new(GrandpaPruningFilter)],
		)?;
	let client = Arc::new(client);

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(backend.clone());

	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (grandpa_block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		GRANDPA_JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry.as_ref().map(|telemetry| telemetry.handle()),
	)?;
	let justification_import = grandpa_block_import.clone();

	let babe_config = sc_consensus_babe::configuration(&*client)?;
	let slot_duration = babe_config.slot_duration();
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_block_import,
		client.clone(),
		Arc::new(move |_, _| inherents_now(slot_duration))
			as BabeCreateInherentDataProviders<Block>,
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(transaction_pool.clone()),
	)?;

	let (import_queue, babe_worker_handle) =
		sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
			link: babe_link.clone(),
			block_import: block_import.clone(),
			justification_import: Some(Box::new(justification_import)),
			client: client.clone(),
			slot_duration,
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
		})?;

	Ok(sc_service::PartialComponents {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: Extra { block_import, grandpa_link, babe_link, babe_worker_handle, telemetry },
	})
}

/// Starts a node on the network backend `N`.
pub fn new_full<N: sc_network::NetworkBackend<Block, Hash>>(
	config: Configuration,
	enclaves: EnclaveOptions,
) -> Result<TaskManager, ServiceError> {
	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: Extra { block_import, grandpa_link, babe_link, babe_worker_handle, mut telemetry },
	} = new_partial(&config)?;

	let role = config.role;
	let name = config.network.node_name.clone();
	let force_authoring = config.force_authoring;
	let enable_grandpa = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();

	let mut net_config = FullNetworkConfiguration::<Block, Hash, N>::new(
		&config.network,
		prometheus_registry.clone(),
	);
	let metrics = N::register_notification_metrics(prometheus_registry.as_ref());

	let grandpa_protocol_name = sc_consensus_grandpa::protocol_standard_name(
		&client.chain_info().genesis_hash,
		&config.chain_spec,
	);
	let (grandpa_protocol_config, grandpa_notification_service) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol_name.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_protocol_config);
	let rollup_signer = rollup_signer::prepare::<N>(
		&config,
		enclaves.rollup_key_file.clone(),
		client.chain_info().genesis_hash,
		&mut net_config,
		metrics.clone(),
	);

	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	if config.offchain_worker.indexing_enabled {
		// Moves what is final of the chain's MMR under keys that no fork shares, so that any leaf can be proved for ever.
		task_manager.spawn_handle().spawn_blocking(
			"mmr-gadget",
			None,
			MmrGadget::start(client.clone(), backend.clone(), MMR_INDEXING_PREFIX.to_vec()),
		);
	}

	if config.offchain_worker.enabled {
		let workers = OffchainWorkers::new(OffchainWorkerOptions {
			runtime_api_provider: client.clone(),
			keystore: Some(keystore_container.keystore()),
			offchain_db: backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
			network_provider: Arc::new(network.clone()),
			is_validator: role.is_authority(),
			// The worker talks to its enclaves over loopback.
			enable_http_requests: true,
			custom_extensions: |_| vec![],
		});
		match workers {
			Ok(workers) => task_manager.spawn_handle().spawn(
				"offchain-workers-runner",
				"offchain-worker",
				workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
			),
			// Their HTTP client wants the system's root certificates even for loopback. A node
			// without them still validates and serves; it only cannot execute jobs.
			Err(error) => log::error!(
				"⚠️  Off-chain workers are off and this node executes no jobs: {error}. Install \
				 the root certificates of the system (package ca-certificates), or name a bundle \
				 in SSL_CERT_FILE, and start again."
			),
		}
	}

	if !enclaves.is_empty() {
		let stores =
			Stores::new(&enclaves.content, config.base_path.path()).map_err(ServiceError::Other)?;
		if let Some(storage) = backend.offchain_storage() {
			let metrics = ContentMetrics::new(prometheus_registry.as_ref());
			task_manager.spawn_handle().spawn(
				"content-host",
				"enclaves",
				content::run(stores, storage, metrics),
			);
		}
		let chain =
			Chain::new(client.clone(), transaction_pool.clone(), keystore_container.keystore());
		let metrics = RenewalMetrics::new(prometheus_registry.as_ref());
		let renewals = Renewals::new(chain, enclaves.renewal_budget, metrics);
		let finality = Finality::new(
			Chain::new(client.clone(), transaction_pool.clone(), keystore_container.keystore()),
			client.clone(),
			backend.clone(),
			grandpa_link.shared_authority_set().clone(),
			config.chain_spec.cloned_box(),
			prometheus_registry.as_ref(),
		);
		let metrics = EnclaveMetrics::new(prometheus_registry.as_ref());
		task_manager.spawn_handle().spawn(
			"enclave-host",
			"enclaves",
			enclave_host::run(enclaves, backend.clone(), metrics, renewals, finality),
		);
	}
	rollup_signer::start(
		&task_manager,
		rollup_signer,
		client.clone(),
		transaction_pool.clone(),
		network.clone(),
		sync_service.clone(),
		prometheus_registry.as_ref(),
	);
	if let Some(registry) = prometheus_registry.clone() {
		task_manager.spawn_handle().spawn(
			"chain-metrics",
			"metrics",
			crate::metrics::run(client.clone(), registry),
		);
	}

	let shared_voter_state = SharedVoterState::empty();
	let rpc_builder = {
		let client = client.clone();
		let backend = backend.clone();
		let pool = transaction_pool.clone();
		let select_chain = select_chain.clone();
		let keystore = keystore_container.keystore();
		let shared_voter_state = shared_voter_state.clone();
		let shared_authority_set = grandpa_link.shared_authority_set().clone();
		let justification_stream = grandpa_link.justification_stream();
		let finality_provider = FinalityProofProvider::new_for_service(
			backend.clone(),
			Some(shared_authority_set.clone()),
		);
		Box::new(move |subscription_executor: SubscriptionTaskExecutor| {
			rpc::create_full(rpc::FullDeps {
				client: client.clone(),
				backend: backend.clone(),
				pool: pool.clone(),
				select_chain: select_chain.clone(),
				babe: rpc::BabeDeps {
					worker_handle: babe_worker_handle.clone(),
					keystore: keystore.clone(),
				},
				grandpa: rpc::GrandpaDeps {
					shared_voter_state: shared_voter_state.clone(),
					shared_authority_set: shared_authority_set.clone(),
					justification_stream: justification_stream.clone(),
					finality_provider: finality_provider.clone(),
					subscription_executor,
				},
			})
			.map_err(Into::into)
		})
	};

	let _rpc_handlers: RpcHandlers = sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		config,
		client: client.clone(),
		backend,
		task_manager: &mut task_manager,
		keystore: keystore_container.keystore(),
		transaction_pool: transaction_pool.clone(),
		rpc_builder,
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		let mut proposer = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			client.clone(),
			transaction_pool.clone(),
			prometheus_registry.as_ref(),
			telemetry.as_ref().map(|telemetry| telemetry.handle()),
		);
		// The runtime's limit is the one that counts; the default of the proposer is lower.
		proposer.set_default_block_size_limit(MAXIMUM_BLOCK_LENGTH as usize);

		let slot_duration = babe_link.config().slot_duration();
		let babe = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
			keystore: keystore_container.keystore(),
			client: client.clone(),
			select_chain,
			env: proposer,
			block_import,
			sync_oracle: sync_service.clone(),
			justification_sync_link: sync_service.clone(),
			create_inherent_data_providers: move |_, ()| inherents_now(slot_duration),
			force_authoring,
			// Authors do not slow down while finality lags: jobs have deadlines, and a chain that
			// stops scheduling would punish nodes for a fault of others.
			backoff_authoring_blocks: None::<()>,
			babe_link,
			block_proposal_slot_portion: SlotProportion::new(2f32 / 3f32),
			max_block_proposal_slot_portion: None,
			telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("babe", Some("block-authoring"), babe);
	}

	if enable_grandpa {
		// Every node runs the full voter; one that is no validator has no keys to vote with.
		let keystore = role.is_authority().then(|| keystore_container.keystore());
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: GRANDPA_GOSSIP_DURATION,
				justification_generation_period: GRANDPA_JUSTIFICATION_PERIOD,
				name: Some(name),
				observer_enabled: false,
				keystore,
				local_role: role,
				telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
				protocol_name: grandpa_protocol_name,
			},
			link: grandpa_link,
			network,
			sync: sync_service,
			notification_service: grandpa_notification_service,
			voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
			prometheus_registry,
			shared_voter_state,
			telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking(
			"grandpa-voter",
			Some("finality"),
			voter,
		);
	}

	Ok(task_manager)
}
