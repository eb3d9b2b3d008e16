//! End to end: real processes, real sockets, the command line that people use.
//!
//! The programs have to be built before (`make build`); a missing one fails the test with the way
//! to build it.

mod cluster;
mod committing;
mod content;
mod harness;
mod network;
mod programs;
mod renewal;
mod sealed;
mod verbs;
mod workflow;
