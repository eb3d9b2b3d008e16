//! The `Config` of every pallet, one file each, named after the pallet.

pub mod attestation;
pub mod authorship;
pub mod babe;
pub mod balances;
pub mod clause_registry;
pub mod disputes;
pub mod governance;
pub mod grandpa;
pub mod job_dispatch;
pub mod node_identity;
pub mod node_staking;
pub mod offences;
pub mod preimage;
pub mod protocol;
pub mod quorum_results;
pub mod rollup_anchor;
pub mod scheduler;
pub mod session;
pub mod sudo;
pub mod system;
pub mod timestamp;
pub mod transaction_payment;
pub mod triggers;
pub mod trust;
pub mod utility;
pub mod workflows;
