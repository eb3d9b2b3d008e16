//! Weights of `pallet_preimage`: those that come with it, until `make weights` measures them here.

pub use pallet_preimage::weights::SubstrateWeight as WeightInfo;
