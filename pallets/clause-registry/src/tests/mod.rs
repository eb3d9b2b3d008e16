//! Tests by behaviour. Every one ends with the pallet's invariants.

mod deposits;
mod jobs;
mod life_cycle;
mod measurements;
mod params;
mod registration;
mod views;
