//! Tests by behaviour. Every one ends with the pallet's invariants.

mod attesting;
mod ending;
mod governance;
mod hook;
mod use_of_leases;
