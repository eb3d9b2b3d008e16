//! Scenarios on the real runtime: blocks through `Executive`, transactions as they travel, enclaves
//! that sign. What is played here is only who answers, when, and whether they tell the truth.

mod chain;
mod completing;
mod enclave;
mod failing;
mod judging;
mod leasing;
mod refusing;
