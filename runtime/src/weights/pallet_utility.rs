//! Weights of `pallet_utility`: those that come with it, until `make weights` measures them here.

pub use pallet_utility::weights::SubstrateWeight as WeightInfo;
