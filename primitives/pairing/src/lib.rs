//! Pairing-based checks: Groth16 proofs over two curves, and BLS signatures.
//!
//! Surface:
//!
//! | module | function | who calls it |
//! |---|---|---|
//! | [`groth16`] | [`groth16::prepare`] | zk-verifiers, once for each verifying key |
//! | | [`groth16::verify`] | zk-verifiers, for each proof |
//! | | [`groth16::hash_to_field`], [`groth16::field_from_be`], [`groth16::field_to_be`] | whoever makes public inputs |
//! | [`bls`] | [`bls::verify_possession`], [`bls::unpack`] | rollup-anchor, once for each key |
//! | | [`bls::verify_aggregate`] | rollup-anchor, for each certificate |
//! | | [`bls::verify`], [`bls::aggregate`], [`bls::SecretKey`] | nodes, that sign and gather |
//!
//! No FRAME, no storage, no clock, no randomness: bytes in, a verdict out. What is checked where:
//!
//! ```text
//!  bytes from outside ──► point: canonical, on the curve, in the subgroup, not the identity ──► host functions, field arithmetic
//!  bytes of our state ──► length, version, curve, coordinates below p ────────────────────────► (checked in full when they were made)
//! ```
//!
//! Invariants:
//!
//! - **Nothing unchecked reaches a host function.** The host functions of RFC-163 check no curve equation and no subgroup,
//!   and the glue of `sp-crypto-ec-utils` panics when one of them refuses. So every point from outside goes through
//!   one function, which takes the compressed form only, and every call is made with sequences of equal length.
//! - **One point, one encoding.** A point is accepted only if encoding it again gives the same bytes.
//! - **No function panics**, whatever bytes it is given.
//! - **The verdict does not depend on the implementation of the curve.** [`Bls12381`] (host functions), and
//!   [`Bls12381Plain`] (all within), give the same answers and the same prepared bytes.
//! - **Nobody keys on the bytes of a proof.** Whoever sees a valid Groth16 proof can make others of the same statement.
//!
//! Sources: Groth, "On the Size of Pairing-based Non-interactive Arguments" (EUROCRYPT 2016), §3.2; RFC 9380 (hashing to
//! elliptic curves); draft-irtf-cfrg-bls-signature-05; RFC-163 of the Polkadot fellowship (host functions).

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod bls;
pub mod groth16;

mod hash;
mod point;

#[cfg(test)]
mod tests;

/// BLS12-381 on the host functions of RFC-163: what the runtime uses.
pub type Bls12381 = sp_crypto_ec_utils::bls12_381::Bls12_381;
/// BLS12-381 without host functions: what programs outside of a runtime use, and what the other is compared with.
pub type Bls12381Plain = ark_bls12_381::Bls12_381;
/// BN254 (alt_bn128), without host functions: RFC-163 has none for it.
pub type Bn254 = ark_bn254::Bn254;
