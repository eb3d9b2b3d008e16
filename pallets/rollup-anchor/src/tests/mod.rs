//! Tests by behaviour. Every one ends with `do_try_state`.

mod appending;
mod archive;
mod epochs;
mod params;
mod proofs;
mod pruning;
mod tampering;
mod weighing;
