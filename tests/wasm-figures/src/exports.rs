//! The functions of the blob.

// The macro reads what it is called with out of the blob's memory, as every runtime does.
#![allow(unsafe_code)]

use crate::{AggregateCall, Ed25519Call, Groth16Call};
use concordat_pairing::{bls::BlsError, groth16::ProofError, Bls12381, Bls12381Plain, Bn254};

sp_core::wasm_export_functions! {
	fn nothing() {}

	fn groth16_bls12381_host(call: Groth16Call) -> Result<(), ProofError> {
		call.verify::<Bls12381>()
	}

	fn groth16_bls12381_plain(call: Groth16Call) -> Result<(), ProofError> {
		call.verify::<Bls12381Plain>()
	}

	fn groth16_bn254(call: Groth16Call) -> Result<(), ProofError> {
		call.verify::<Bn254>()
	}

	fn bls_aggregate(call: AggregateCall) -> Result<(), BlsError> {
		call.verify()
	}

	fn ed25519_each(call: Ed25519Call) -> bool {
		call.verify()
	}
}
