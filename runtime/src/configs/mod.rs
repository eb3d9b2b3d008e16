//! The `Config` of every pallet, one file each, named after the pallet.

pub mod authorship;
pub mod babe;
pub mod balances;
pub mod grandpa;
pub mod offences;
pub mod preimage;
pub mod scheduler;
pub mod session;
pub mod sudo;
pub mod system;
pub mod timestamp;
pub mod transaction_payment;
pub mod utility;
