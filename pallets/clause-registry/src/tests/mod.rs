//! Tests by behaviour. Every one ends with the pallet's invariants.

mod catalogue;
mod deposits;
mod jobs;
mod life_cycle;
mod measurements;
mod params;
mod registration;
mod views;
