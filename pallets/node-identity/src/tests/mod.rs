//! Tests by behaviour. Every one ends with the pallet's invariants.

mod attesting_dids;
mod binding_dids;
mod demands;
mod issuers;
mod keys;
mod params;
mod presenting;
mod removing;
mod resources;
mod tpm_keys;
mod weighing;
