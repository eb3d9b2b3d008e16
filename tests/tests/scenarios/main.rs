//! Scenarios on the real runtime: blocks through `Executive`, transactions as they travel, enclaves
//! that sign, on simulated machines of three vendors. What is played here is only who answers, when, and whether they
//! tell the truth.

mod anchoring;
mod auditing;
mod bad_input;
mod chain;
mod collateral;
mod committing;
mod completing;
mod credentials;
mod discrepancies;
mod enclave;
mod ending;
mod ensembles;
mod escalating;
mod failing;
mod handing_over;
mod judging;
mod leasing;
mod measuring;
mod platforms;
mod prover;
mod proving;
mod refusing;
mod rounds;
mod routing;
mod safety;
mod sealing;
mod triggering;
mod workflows;
