//! Tests by behaviour.

mod deposits;
mod fixtures;
mod forgeries;
mod oracle;
mod registration;
mod removal;
mod replay;
mod snarkjs;
mod switches;
mod verification;
mod views;
