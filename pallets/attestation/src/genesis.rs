//! What the first block holds.

use crate::{Config, GenesisConfig, Pallet, Parameters, Policies, SimulationAllowed};
use concordat_attestation::AnchorKind;

impl<T: Config> Pallet<T> {
	/// Writes the genesis. Panics on one that makes no sense: such a chain must not begin.
	pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
		assert!(
			config.params.is_valid(Self::hashes_kept()),
			"attestation: the parameters make no sense on this chain"
		);
		Parameters::<T>::put(&config.params);
		assert!(
			config.simulation_allowed
				|| config.anchors.iter().all(|anchor| anchor.kind == AnchorKind::Production),
			"attestation: genesis does not allow simulation, but names a test anchor"
		);
		SimulationAllowed::<T>::put(config.simulation_allowed);
		for anchor in &config.anchors {
			if let Err(error) = Self::insert_anchor(*anchor) {
				panic!("attestation: genesis anchor {anchor:?} is refused: {error:?}");
			}
		}
		for measurement in &config.measurements {
			if let Err(error) = Self::genesis_measurement(*measurement) {
				panic!("attestation: genesis measurement {measurement} is refused: {error:?}");
			}
		}
		for (class, policy) in &config.policies {
			Policies::<T>::insert(class, policy);
		}
	}
}
