//! Evidence without hardware: in the vendors' formats, under test anchors of which everybody knows the keys.

use super::{claims, EvidenceError, EvidenceProvider};
use crate::attest::measurement;
use concordat_attestation::{
	simulator::dev::{DevKind, DevPlatform},
	source::Piece,
	Evidence, Measurement, Vendor,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// A machine that does not exist. It cannot measure memory: it says [`measurement`].
#[derive(Clone, Debug)]
pub struct Simulator {
	platform: DevPlatform,
}

impl Simulator {
	/// A machine of this kind and name.
	pub fn new(kind: DevKind, name: &str) -> Self {
		Self { platform: DevPlatform::new(kind, name) }
	}
}

fn now() -> Result<u64, EvidenceError> {
	let since = SystemTime::now().duration_since(UNIX_EPOCH);
	since.map(|time| time.as_secs()).map_err(|_| EvidenceError::Clock)
}

impl EvidenceProvider for Simulator {
	fn name(&self) -> &'static str {
		"the simulator"
	}

	fn vendor(&self) -> Vendor {
		self.platform.vendor()
	}

	fn is_simulated(&self) -> bool {
		true
	}

	fn measurement(&self) -> Measurement {
		self.platform.measurement(measurement().0)
	}

	fn evidence(&self, report_data: [u8; 64]) -> Result<Evidence, EvidenceError> {
		let evidence = self.platform.evidence(measurement().0, report_data, now()?);
		claims(&evidence)
			.map_err(|reason| EvidenceError::Unreadable { device: self.name(), reason })?
			.check(self.name(), self.vendor(), &self.measurement(), &report_data)?;
		Ok(evidence)
	}

	fn collateral(&self) -> Result<Vec<Piece>, EvidenceError> {
		Ok(self.platform.collateral(now()?))
	}
}
