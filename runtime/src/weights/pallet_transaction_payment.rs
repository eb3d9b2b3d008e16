//! Weights of `pallet_transaction_payment`: those that come with it, until `make weights` measures them here.

pub use pallet_transaction_payment::weights::SubstrateWeight as WeightInfo;
