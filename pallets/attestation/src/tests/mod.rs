//! Tests by behaviour. Every one ends with the pallet's invariants.

mod attesting;
mod ending;
mod former_keys;
mod governance;
mod hook;
mod renewal;
mod use_of_leases;
mod weighing;
