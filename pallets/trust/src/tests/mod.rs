//! Tests by behaviour. Every one ends with the pallet's invariants.

mod forgetting;
mod params;
mod recording;
mod views;
mod voices;
mod weighing;
