//! Tests by behaviour. Every one ends with the pallet's invariants.

mod appraising;
mod attesting;
mod classes;
mod collateral;
mod ending;
mod forecast;
mod former_keys;
mod governance;
mod hook;
mod known_keys;
mod measurements;
mod mocking;
mod reassessing;
mod refusals;
mod renewal;
mod use_of_leases;
mod weighing;
