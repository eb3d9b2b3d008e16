//! Weights of `pallet_balances`: those that come with it, until `make weights` measures them here.

pub use pallet_balances::weights::SubstrateWeight as WeightInfo;
