//! Whether a set of authorities has finalised a block: the check of GRANDPA's justifications, without the SDK.
//!
//! Signatures are verified as `sp_io::crypto::ed25519_verify` verifies them on a node, by the same library: votes that one
//! takes and the other does not would let somebody split nodes from light clients.
//!
//! `concordat-finality` puts the SDK's types around this code and its tests hold it against the nodes' own.

mod authorities;
mod error;
mod justification;

pub use authorities::Authorities;
pub use error::{GrandpaError, What};
pub use justification::{tidy, verify, Justification, Vote};

/// Most authorities of one set.
pub const MAX_AUTHORITIES: usize = 1_024;
/// Longest justification, in bytes: a vote of each authority takes 132, the rest is for headers between votes.
pub const MAX_JUSTIFICATION_BYTES: usize = 1024 * 1024;
/// Most headers between the block that a justification finalises and the highest block voted for.
pub const MAX_ANCESTORS: usize = 1_024;
