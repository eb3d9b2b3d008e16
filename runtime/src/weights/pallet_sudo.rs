//! Weights of `pallet_sudo`: those that come with it, until `make weights` measures them here.

pub use pallet_sudo::weights::SubstrateWeight as WeightInfo;
