//! Weights of `pallet_scheduler`: those that come with it, until `make weights` measures them here.

pub use pallet_scheduler::weights::SubstrateWeight as WeightInfo;
