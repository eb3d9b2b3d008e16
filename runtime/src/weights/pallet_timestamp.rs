//! Weights of `pallet_timestamp`: those that come with it, until `make weights` measures them here.

pub use pallet_timestamp::weights::SubstrateWeight as WeightInfo;
