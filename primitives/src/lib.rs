//! Ids, shared types and the traits between the pallets of Concordat.
//!
//! Nothing here knows a pallet. Pallets meet only through [`traits`]; every trait has a `()`
//! implementation, so that a pallet can be tested alone, and every outgoing effect carries the
//! weight that its caller has to charge.
//!
//! | module | holds |
//! |---|---|
//! | [`ids`] | names and numbers: clauses, jobs, nodes, jurisdictions, capabilities |
//! | [`clause`] | what a clause is: program, mode, limits, windows, policy |
//! | [`node`] | what a node is: resources, status, profile seen by the scheduler |
//! | [`attest`] | leases: the chain's memory of verified evidence |
//! | [`credential`] | what issuers say about subjects, and what clauses demand |
//! | [`did`] | decentralized identifiers: `did:key`, parsed |
//! | [`job`] | jobs, seats, attempts, states |
//! | [`routing`] | the routing score, factor by factor |
//! | [`cac`] | the statement that an enclave signs, byte for byte |
//! | [`commit`] | commitments to results, before they are shown |
//! | [`content`] | programs and inputs kept elsewhere: what the off-chain worker and its host say to each other |
//! | [`receipt`] | the audit leaf of every operation |
//! | [`rollup`] | who signs rollups, and what ties them to blocks |
//! | [`transcript`] | what an auditor writes down who runs a job again |
//! | [`zk`] | what a zero-knowledge proof says about a job |
//! | [`bundle`] | sources, readings, triggers; input bundles and their canonical text |
//! | [`capability`], [`ensemble`], [`workflow`], [`handoff`] | how jobs make a workflow |
//! | [`sealed`] | confidential inputs and outputs |
//! | [`trust`] | from whose perspective a job is routed |
//! | [`traits`] | how pallets reach each other |
//! | [`worker`] | how off-chain workers reach the enclaves of their node |
//! | [`enclave_api`] | what the off-chain worker and the enclave say to each other |
//! | [`views`] | what clients read |
//! | [`runtime_api`] | how clients read it |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod attest;
pub mod bundle;
pub mod cac;
pub mod capability;
pub mod clause;
pub mod commit;
pub mod content;
pub mod credential;
pub mod did;
pub mod enclave_api;
pub mod ensemble;
pub mod governance;
pub mod handoff;
pub mod hashing;
pub mod ids;
pub mod job;
pub mod node;
pub mod receipt;
pub mod rollup;
pub mod routing;
pub mod runtime_api;
pub mod sealed;
pub mod text;
pub mod traits;
pub mod transcript;
pub mod trust;
pub mod units;
pub mod views;
pub mod worker;
pub mod workflow;
pub mod zk;

pub use ids::*;

/// Money: the smallest unit of CDT, 10⁻¹² of one.
pub type Balance = u128;
/// Height of a block. At 2 s slots 32 bits last for 272 years.
pub type BlockNumber = u32;
/// Account of the production runtime.
pub type AccountId = sp_runtime::AccountId32;
/// A 32-byte digest.
pub type Hash = sp_core::H256;
