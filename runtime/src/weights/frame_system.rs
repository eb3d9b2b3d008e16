//! Weights of `frame_system`: those that come with it, until `make weights` measures them here.

pub use frame_system::weights::SubstrateWeight as WeightInfo;
