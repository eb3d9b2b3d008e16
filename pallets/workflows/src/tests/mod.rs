//! Tests by behaviour. Every one ends with the pallet's invariants.

mod cancelling;
mod deposits;
mod governance;
mod handing_over;
mod invariants;
mod merging;
mod patterns;
mod pool;
mod queueing;
mod random;
mod refusing;
mod retrying;
mod running;
mod timing;
mod validating;
mod views;
mod weighing;
mod worker;
