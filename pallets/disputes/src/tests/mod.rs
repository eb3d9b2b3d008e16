//! Tests by behaviour. Every one ends with the pallet's invariants.

mod equivocation;
mod opening;
mod params;
mod timeouts;
mod verdicts;
mod views;
mod weighing;
