//! Tests by behaviour. Every one ends with `do_try_state`.

mod admission;
mod anchoring;
mod appending;
mod archive;
mod certifying;
mod epochs;
mod keys;
mod params;
mod proofs;
mod pruning;
mod sets;
mod tampering;
mod weighing;
