//! Tests by behaviour. Every one ends with the pallet's invariants.

mod agenda;
mod availability;
mod bonding;
mod heartbeats;
mod leases;
mod model;
mod offences;
mod params;
mod registration;
mod sessions;
mod slashing;
mod validators;
mod views;
mod worker;
