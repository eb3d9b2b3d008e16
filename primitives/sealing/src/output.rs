//! Outputs: from each enclave of the quorum to the requester.

use crate::{
	suite::{open_base, seal_base, SuiteError, ENCAPSULATED_BYTES},
	OpenError, SealError, SecretKey,
};
use concordat_primitives::{
	attest::EncryptionKey,
	clause::MAX_OUTPUT_BYTES,
	sealed::{blinded_output_hash, Salt, SealContext, MAX_SEALED_OUTPUT, TAG_BYTES},
	Hash,
};
use zeroize::Zeroizing;

/// A sealed output, and the hash that the nodes agree on: the ciphertexts of two nodes differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedOutput {
	/// [`blinded_output_hash`].
	pub hash: Hash,
	/// HPKE's encapsulated key, then the ciphertext; at most [`MAX_SEALED_OUTPUT`] bytes.
	pub bytes: Vec<u8>,
}

/// Seals an output to the requester. `salt` is the input's: who does not know it cannot guess a short output by its hash.
pub fn seal_output(
	context: &SealContext,
	requester: &EncryptionKey,
	output: &[u8],
	salt: &Salt,
) -> Result<SealedOutput, SealError> {
	let mut material = Zeroizing::new([0; 32]);
	getrandom::getrandom(&mut material[..]).map_err(SealError::Randomness)?;
	seal_output_with(context, requester, output, salt, material)
}

pub(crate) fn seal_output_with(
	context: &SealContext,
	requester: &EncryptionKey,
	output: &[u8],
	salt: &Salt,
	material: Zeroizing<[u8; 32]>,
) -> Result<SealedOutput, SealError> {
	if output.len() > MAX_OUTPUT_BYTES as usize {
		return Err(SealError::OutputTooLong(output.len()));
	}
	let hash = blinded_output_hash(salt, output);
	let (info, aad) = (context.output_info(requester), context.output_aad(&hash));
	let (encapsulated, ciphertext) =
		seal_base(material, requester, &info, &aad, output).map_err(|error| match error {
			SuiteError::Point => SealError::RequesterKey,
			SuiteError::Cipher => SealError::Cipher,
		})?;
	Ok(SealedOutput { hash, bytes: [&encapsulated[..], &ciphertext].concat() })
}

/// Opens a sealed output. `hash` is the one that the chain holds as the job's result.
pub fn open_output(
	secret: &SecretKey,
	context: &SealContext,
	salt: &Salt,
	hash: &Hash,
	sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
	if sealed.len() > MAX_SEALED_OUTPUT as usize {
		return Err(OpenError::Length(sealed.len()));
	}
	let Some((encapsulated, ciphertext)) = sealed.split_first_chunk::<ENCAPSULATED_BYTES>() else {
		return Err(OpenError::Length(sealed.len()));
	};
	if ciphertext.len() < TAG_BYTES as usize {
		return Err(OpenError::Length(sealed.len()));
	}
	let (info, aad) = (context.output_info(&secret.public()), context.output_aad(hash));
	let output =
		open_base(secret, encapsulated, &info, &aad, ciphertext).map_err(|error| match error {
			SuiteError::Point => OpenError::EncapsulatedKey,
			SuiteError::Cipher => OpenError::Output,
		})?;
	if blinded_output_hash(salt, &output) != *hash {
		return Err(OpenError::OutputHash);
	}
	Ok(output)
}
