//! Tests by behaviour. Every one ends with the pallet's invariants.

mod auto;
mod equivocation;
mod opening;
mod overriding;
mod params;
mod timeouts;
mod verdicts;
mod views;
mod weighing;
