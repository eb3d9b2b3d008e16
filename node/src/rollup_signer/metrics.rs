//! What Prometheus sees of the signing of rollups.

use prometheus_endpoint::{register, Counter, Gauge, PrometheusError, Registry, U64};

/// Figures. Does nothing without a registry.
#[derive(Clone)]
pub struct SignerMetrics(Option<Figures>);

#[derive(Clone)]
struct Figures {
	certified: Gauge<U64>,
	waiting: Gauge<U64>,
	heard: Counter<U64>,
	refused: Counter<U64>,
	signed: Counter<U64>,
	submitted: Counter<U64>,
}

impl SignerMetrics {
	/// Registers the figures; a failure is logged and costs only them.
	pub fn new(registry: Option<&Registry>) -> Self {
		Self(registry.and_then(|registry| {
			figures(registry)
				.map_err(|error| log::warn!("No metrics of rollup signatures: {error}"))
				.ok()
		}))
	}

	fn with(&self, note: impl FnOnce(&Figures)) {
		if let Some(figures) = &self.0 {
			note(figures);
		}
	}

	/// The newest rollup with a certificate.
	pub fn certified(&self, epoch: u32) {
		self.with(|figures| figures.certified.set(epoch.into()));
	}

	/// So many rollups wait for theirs.
	pub fn waiting(&self, count: usize) {
		self.with(|figures| figures.waiting.set(count as u64));
	}

	/// A sound share came.
	pub fn heard(&self) {
		self.with(|figures| figures.heard.inc());
	}

	/// Another one was refused.
	pub fn refused(&self) {
		self.with(|figures| figures.refused.inc());
	}

	/// We signed.
	pub fn signed(&self) {
		self.with(|figures| figures.signed.inc());
	}

	/// We handed a certificate in.
	pub fn submitted(&self) {
		self.with(|figures| figures.submitted.inc());
	}
}

fn figures(registry: &Registry) -> Result<Figures, PrometheusError> {
	let gauge = |name: &str, help: &str| register(Gauge::new(name, help)?, registry);
	let counter = |name: &str, help: &str| register(Counter::new(name, help)?, registry);
	Ok(Figures {
		certified: gauge(
			"concordat_rollup_certified_epoch",
			"Number of the newest finalised rollup that has a certificate",
		)?,
		waiting: gauge(
			"concordat_rollups_uncertified",
			"Finalised rollups that wait for a certificate",
		)?,
		heard: counter("concordat_rollup_shares_total", "Sound shares of signers that came")?,
		refused: counter("concordat_rollup_shares_refused_total", "Shares that were refused")?,
		signed: counter("concordat_rollup_signatures_total", "Rollups that this node signed")?,
		submitted: counter(
			"concordat_rollup_certificates_submitted_total",
			"Certificates that this node handed to the pool",
		)?,
	})
}
