//! What a clause program needs, and nothing else.
//!
//! A clause program is a function from bytes to bytes that runs inside an enclave:
//!
//! ```
//! #![no_std]
//! use concordat_clause_sdk::{clause, json::Object, Failure, Job, Output};
//!
//! /// Counts the bytes of its input.
//! pub fn evaluate(job: &Job<'_>, output: &mut Output) -> Result<(), Failure> {
//!     let mut object = Object::begin(output)?;
//!     object.natural("bytes", job.input().len() as u64)?;
//!     object.end()
//! }
//!
//! clause!(evaluate);
//! # fn main() {}
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`host`] | what the enclave offers, as a trait; a [`Job`] is the clause's view of it |
//! | [`bundle`] | the text format of inputs: a header of parameters over a CSV table |
//! | [`number`], [`date`] | strict, bounded reading of numbers and dates |
//! | [`output`], [`json`] | bounded writing; JSON in canonical key order |
//! | [`fixed`] | fractions in units of 10⁻¹², in 64-bit integers |
//! | `native` | runs a clause on an ordinary machine: tests, tools (not on wasm) |
//!
//! # Contract
//!
//! - Nothing here or in a clause panics on data; whatever cannot be computed is a [`Failure`] with
//!   a code of its own, which the enclave signs and the chain shows. Should a program panic all the
//!   same, it traps, and the enclave reports that.
//! - Nothing allocates: buffers have fixed sizes and live on the stack. There is no allocator,
//!   hence no `alloc`, and a program's memory use does not depend on its input.
//! - No floats. Two engines must agree on every byte, and a reader must be able to follow the
//!   digits; integers with a stated scale give both.
//! - `unsafe` occurs in the private module `guest` (the six imports) and in the export that
//!   [`clause!`] makes. Nowhere else.

#![no_std]

#[cfg(not(target_arch = "wasm32"))]
extern crate std;

// Under the name that its users know, for the program that the README shows.
#[cfg(test)]
extern crate self as concordat_clause_sdk;

pub mod bundle;
pub mod date;
pub mod failure;
pub mod fixed;
pub mod host;
pub mod json;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod number;
pub mod output;

#[cfg(target_arch = "wasm32")]
mod guest;

#[cfg(test)]
mod tests;

pub use failure::Failure;
#[cfg(target_arch = "wasm32")]
pub use guest::run;
pub use host::{execute, Clause, Host, Job};
pub use output::Output;

/// Longest input that a clause reads, in bytes: as much as the chain keeps for a job.
pub const MAX_INPUT: usize = 64 * 1024;
/// Longest output that a clause writes, in bytes: as much as a certificate carries.
pub const MAX_OUTPUT: usize = 2 * 1024;

/// Exports a function of the type [`Clause`] as the program's `run`.
///
/// On any other target than wasm it exports nothing, so that several clauses can be linked into one
/// test or tool.
#[macro_export]
macro_rules! clause {
	($evaluate:path) => {
		/// Entry point, called by the enclave. 0 says that the output is the result.
		// An exported name is "unsafe" since it could clash with another; a clause program is
		// linked alone and has only this one.
		#[cfg(target_arch = "wasm32")]
		#[allow(unsafe_code)]
		#[no_mangle]
		pub extern "C" fn run() -> i32 {
			$crate::run($evaluate)
		}
	};
}
