//! By behaviour. Oracles: `ark-groth16` proves and verifies, `blst` signs and verifies, the vectors are those of RFC 9380.

mod bls_aggregates;
mod bls_bad_points;
mod bls_possession;
mod bls_signatures;
mod field_elements;
mod keys;
mod points;
mod prepared_keys;
mod proof_points;
mod proofs;
mod public_inputs;
mod support;
mod vectors;
