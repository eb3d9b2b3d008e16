//! The pairing-based checks of the runtime, each in several ways in **one** WebAssembly blob, so that the ways can be compared
//! (`make bench`, section 8). Development only: nothing of it goes into a node or a runtime.
//!
//! The blob is built like the runtime: same builder, same profile, same allocator, same host functions.
//!
//! | function of the blob | takes | does |
//! |---|---|---|
//! | `nothing` | whatever it is given | what every call costs |
//! | `groth16_bls12381_host` | [`Groth16Call`] | `concordat_pairing::groth16::verify` on the host functions of RFC-163 |
//! | `groth16_bls12381_plain` | the same | the same, all of it in WebAssembly |
//! | `groth16_bn254` | the same | the same over BN254, for which there are no host functions |
//! | `bls_aggregate` | [`AggregateCall`] | one BLS aggregate of any number of signers |
//! | `ed25519_each` | [`Ed25519Call`] | one Ed25519 signature of each, by the host |
//!
//! Natively there are the same functions, and `ark-groth16` to compare with ([`native`]). They are here and not with the
//! program that measures, because generic code is optimised by the profile of the crate that fills it in.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod calls;
#[cfg(not(feature = "std"))]
mod exports;
#[cfg(feature = "std")]
pub mod native;

pub use calls::{AggregateCall, Ed25519Call, Groth16Call};

// The builder writes more than is needed.
#[allow(dead_code)]
#[cfg(feature = "std")]
mod blob {
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

/// The blob; `None` if it was built with `SKIP_WASM_BUILD`.
#[cfg(feature = "std")]
pub const WASM_BINARY: Option<&[u8]> = blob::WASM_BINARY;
