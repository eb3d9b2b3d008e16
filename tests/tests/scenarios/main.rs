//! Scenarios on the real runtime: blocks through `Executive`, transactions as they travel, enclaves
//! that sign, on simulated machines of three vendors. What is played here is only who answers, when, and whether they
//! tell the truth.

mod chain;
mod collateral;
mod completing;
mod credentials;
mod enclave;
mod failing;
mod judging;
mod leasing;
mod measuring;
mod platforms;
mod refusing;
