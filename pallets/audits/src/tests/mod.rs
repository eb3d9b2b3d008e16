//! Tests by behaviour. Every one ends with the pallet's invariants.

mod deterring;
mod drawing;
mod judging;
mod opening;
mod ordering;
mod params;
mod queueing;
mod random;
mod weighing;
