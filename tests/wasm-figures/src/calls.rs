//! What is checked, in the form in which it crosses the boundary.

use alloc::vec::Vec;
use ark_ec::pairing::Pairing;
use codec::{Decode, Encode};
use concordat_pairing::{
	bls::{self, BlsError},
	groth16::{self, ProofError},
};

/// A Groth16 proof, as the runtime finds it: the key prepared, out of its state; inputs and proof out of a transaction.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Groth16Call {
	/// What `groth16::prepare` gave.
	pub prepared: Vec<u8>,
	/// Public inputs, big-endian.
	pub inputs: Vec<[u8; 32]>,
	/// Three points, compressed.
	pub proof: Vec<u8>,
}

impl Groth16Call {
	/// Whether it holds over this curve.
	pub fn verify<E: Pairing>(&self) -> Result<(), ProofError> {
		let inputs = self.inputs.iter().map(groth16::field_from_be::<E>);
		let inputs: Vec<_> = inputs.collect::<Option<_>>().ok_or(ProofError::Invalid)?;
		groth16::verify::<E>(&self.prepared, &inputs, &self.proof)
	}
}

/// An aggregate over one message, as the runtime finds it: the keys unpacked, out of its state.
#[derive(Clone, Debug, Encode, Decode)]
pub struct AggregateCall {
	/// Who signed.
	pub keys: Vec<bls::Unpacked>,
	/// What.
	pub message: Vec<u8>,
	/// The sum of their signatures.
	pub aggregate: bls::Signature,
}

impl AggregateCall {
	/// Whether all of them signed.
	pub fn verify(&self) -> Result<(), BlsError> {
		bls::verify_aggregate(&self.keys, &self.message, &self.aggregate)
	}
}

/// Signatures over one message.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Ed25519Call {
	/// Keys with their signatures.
	pub shares: Vec<([u8; 32], [u8; 64])>,
	/// What was signed.
	pub message: Vec<u8>,
}

impl Ed25519Call {
	/// Whether all of them signed.
	pub fn verify(&self) -> bool {
		use sp_core::ed25519::{Public, Signature};
		self.shares.iter().all(|(key, signature)| {
			let (key, signature) = (Public::from_raw(*key), Signature::from_raw(*signature));
			sp_io::crypto::ed25519_verify(&signature, &self.message, &key)
		})
	}
}
