//! Weights of the transaction extensions of `frame_system`: those that come with them, until
//! `make weights` measures them here.

pub use frame_system::SubstrateExtensionsWeight as WeightInfo;
