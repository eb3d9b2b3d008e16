//! Tests by behaviour. Every one ends with `do_try_state`, and so does every block.

mod classes;
mod council;
mod enacting;
mod expiring;
mod integrity;
mod proposing;
mod vetoing;
mod voting;
