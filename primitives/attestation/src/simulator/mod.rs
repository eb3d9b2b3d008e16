//! Evidence in the vendors' own formats, under roots of our own.
//!
//! For development chains and tests: the verifiers take it like evidence of real hardware, but only under a
//! *test* anchor, and then everything says `simulated`. Every key here is public or follows from a public
//! seed: whoever trusts these roots trusts everybody.
//!
//! Everything is deterministic. Every field can be changed before it is signed, so that each way in which
//! evidence can be bad can be made.

pub mod amd;
pub mod der;
pub mod dev;
pub mod intel;
pub mod keys;
pub mod nitro;
pub mod pieces;
pub mod tpm;
pub mod x509;
