//! What Prometheus sees of jobs, nodes, rollups, enclaves, their leases and content. The names start with `concordat_`.

use concordat_primitives::{runtime_api::ConcordatApi, views::Totals, BlockNumber, NodeId};
use concordat_runtime::opaque::Block;
use futures::StreamExt;
use prometheus_endpoint::{
	register, Counter, Gauge, GaugeVec, Opts, PrometheusError, Registry, U64,
};
use sc_client_api::BlockchainEvents;
use sp_api::ProvideRuntimeApi;
use std::sync::Arc;

fn gauge(registry: &Registry, name: &str, help: &str) -> Result<Gauge<U64>, PrometheusError> {
	register(Gauge::new(name, help)?, registry)
}

/// Health of this host's enclaves. Does nothing without a registry.
#[derive(Clone)]
pub struct EnclaveMetrics(Option<(Gauge<U64>, Gauge<U64>)>);

impl EnclaveMetrics {
	/// Registers the gauges; a failure is logged and costs only the figures.
	pub fn new(registry: Option<&Registry>) -> Self {
		let make = |registry: &Registry| -> Result<_, PrometheusError> {
			Ok((
				gauge(registry, "concordat_enclaves_configured", "Enclaves that this node hosts")?,
				gauge(registry, "concordat_enclaves_healthy", "Enclaves that answer")?,
			))
		};
		Self(registry.and_then(|registry| {
			make(registry).map_err(|e| log::warn!("No enclave metrics: {e}")).ok()
		}))
	}

	/// So many are configured.
	pub fn configured(&self, count: usize) {
		if let Some((configured, _)) = &self.0 {
			configured.set(count as u64);
		}
	}

	/// So many answer.
	pub fn healthy(&self, count: usize) {
		if let Some((_, healthy)) = &self.0 {
			healthy.set(count as u64);
		}
	}
}

/// Leases of this host's enclaves. Does nothing without a registry.
#[derive(Clone)]
pub struct RenewalMetrics(Option<RenewalFigures>);

#[derive(Clone)]
struct RenewalFigures {
	left: GaugeVec<U64>,
	budget: Gauge<U64>,
	sent: Counter<U64>,
	refused: Counter<U64>,
}

impl RenewalMetrics {
	/// Registers the figures; a failure is logged and costs only them.
	pub fn new(registry: Option<&Registry>) -> Self {
		let make = |registry: &Registry| -> Result<_, PrometheusError> {
			let counter = |name: &str, help: &str| register(Counter::new(name, help)?, registry);
			let left = Opts::new(
				"concordat_lease_blocks_left",
				"Blocks until the lease of a node of this host ends; 0 if it has none that counts",
			);
			Ok(RenewalFigures {
				left: register(GaugeVec::new(left, &["node"])?, registry)?,
				budget: gauge(
					registry,
					"concordat_renewal_budget_left",
					"Transactions that may still be sent within this day to keep leases alive",
				)?,
				sent: counter(
					"concordat_renewal_transactions_total",
					"Transactions sent to keep leases alive, collateral included",
				)?,
				refused: counter(
					"concordat_renewals_refused_total",
					"Renewals that were not sent, or could not be: the log says why",
				)?,
			})
		};
		Self(registry.and_then(|registry| {
			make(registry).map_err(|e| log::warn!("No lease metrics: {e}")).ok()
		}))
	}

	/// So long a node's lease lives.
	pub fn lease(&self, node: NodeId, left: BlockNumber) {
		if let Some(figures) = &self.0 {
			figures.left.with_label_values(&[&node.to_string()]).set(left.into());
		}
	}

	/// So many transactions are left.
	pub fn budget(&self, left: u32) {
		if let Some(figures) = &self.0 {
			figures.budget.set(left.into());
		}
	}

	/// A transaction was sent.
	pub fn sent(&self) {
		if let Some(figures) = &self.0 {
			figures.sent.inc();
		}
	}

	/// A renewal was not.
	pub fn refused(&self) {
		if let Some(figures) = &self.0 {
			figures.refused.inc();
		}
	}
}

/// What became of programs and inputs that are kept elsewhere. Does nothing without a registry.
#[derive(Clone)]
pub struct ContentMetrics(Option<ContentFigures>);

#[derive(Clone)]
struct ContentFigures {
	wanted: Gauge<U64>,
	found: Counter<U64>,
	missed: Counter<U64>,
}

impl ContentMetrics {
	/// Registers the figures; a failure is logged and costs only them.
	pub fn new(registry: Option<&Registry>) -> Self {
		let make = |registry: &Registry| -> Result<_, PrometheusError> {
			let counter = |name: &str, help: &str| register(Counter::new(name, help)?, registry);
			Ok(ContentFigures {
				wanted: gauge(
					registry,
					"concordat_content_wanted",
					"Programs and inputs that jobs of this node wait for",
				)?,
				found: counter(
					"concordat_content_found_total",
					"Programs and inputs that a store had",
				)?,
				missed: counter(
					"concordat_content_missed_total",
					"Looks into all stores that found nothing",
				)?,
			})
		};
		Self(registry.and_then(|registry| {
			make(registry).map_err(|e| log::warn!("No content metrics: {e}")).ok()
		}))
	}

	/// So many are waited for.
	pub fn wanted(&self, count: usize) {
		if let Some(figures) = &self.0 {
			figures.wanted.set(count as u64);
		}
	}

	/// One was found.
	pub fn found(&self) {
		if let Some(figures) = &self.0 {
			figures.found.inc();
		}
	}

	/// No store had one.
	pub fn missed(&self) {
		if let Some(figures) = &self.0 {
			figures.missed.inc();
		}
	}
}

/// A gauge and the total that it shows.
type Shown = (Gauge<U64>, fn(&Totals) -> u64);

/// Keeps the chain's totals up to date, block by block, until the node stops.
pub async fn run<Client>(client: Arc<Client>, registry: Registry)
where
	Client: ProvideRuntimeApi<Block> + BlockchainEvents<Block>,
	Client::Api: ConcordatApi<Block>,
{
	let gauges = match totals(&registry) {
		Ok(gauges) => gauges,
		Err(error) => {
			log::warn!("No chain metrics: {error}");
			return;
		},
	};
	let mut blocks = client.import_notification_stream();
	while let Some(block) = blocks.next().await {
		if !block.is_new_best {
			continue;
		}
		if let Ok(totals) = client.runtime_api().totals(block.hash) {
			for (gauge, value) in &gauges {
				gauge.set(value(&totals));
			}
		}
	}
}

fn totals(registry: &Registry) -> Result<Vec<Shown>, PrometheusError> {
	let list: [(&str, &str, fn(&Totals) -> u64); 12] = [
		("concordat_jobs_dispatched_total", "Jobs ever dispatched", |t| t.jobs),
		("concordat_jobs_queued", "Jobs in the queues", |t| t.queued.into()),
		("concordat_jobs_assigned", "Jobs that nodes work on", |t| t.assigned.into()),
		("concordat_jobs_completed_total", "Jobs completed", |t| t.completed),
		("concordat_jobs_failed_total", "Jobs failed or expired", |t| t.failed),
		("concordat_deadlines_missed_total", "Seats lost to silence", |t| t.missed_deadlines),
		("concordat_quorum_dissents_total", "Results that dissented", |t| t.dissents),
		("concordat_nodes_registered", "Nodes registered", |t| t.nodes.into()),
		("concordat_nodes_active", "Nodes that take jobs", |t| t.active_nodes.into()),
		("concordat_leases", "Leases on record", |t| t.leases.into()),
		("concordat_receipts_total", "Receipts", |t| t.receipts),
		("concordat_rollups_total", "Rollups", |t| t.rollups.into()),
	];
	list.into_iter().map(|(name, help, value)| Ok((gauge(registry, name, help)?, value))).collect()
}
