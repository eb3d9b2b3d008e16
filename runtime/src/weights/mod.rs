//! What blocks, transactions and the calls of the SDK's pallets cost on this runtime. All other files
//! here are written by `make weights`, on one machine with the weights of this repository's pallets,
//! so that the two can be compared. The pallets that are missing have no benchmarks that run here;
//! they keep the weights they come with.

pub mod block_weights;
pub mod extrinsic_weights;
pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_preimage;
pub mod pallet_scheduler;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_utility;

pub use block_weights::BlockExecutionWeight;
pub use extrinsic_weights::ExtrinsicBaseWeight;
