//! Whether the chain has assigned what a token says: what [`crate::jobs`] asks of [`crate::chain`].

use crate::chain::{Chains, Unproven};
use concordat_primitives::enclave_api::JobToken;

/// When an attempt needs the proof that the chain assigned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofPolicy {
	/// When its input is sealed. Others start on the host's word.
	Sealed,
	/// Always.
	Always,
}

impl ProofPolicy {
	/// Whether this token needs the proof.
	pub const fn demands(self, token: &JobToken) -> bool {
		match self {
			Self::Sealed => token.sealed.is_some(),
			Self::Always => true,
		}
	}
}

/// The chain, as far as it has been proved.
pub trait AssignmentCheck: Send + Sync {
	/// Whether a final block of the token's chain has assigned just this: the seat (job, attempt, nonce, node, lease, the
	/// enclave's own signing key), and what decides on what comes out and who can read it (clause, program, input, limits,
	/// ciphertext and round, output key). Without program and output key, a host could have a sealed input opened and
	/// sent to itself.
	fn proven(&self, token: &JobToken) -> Result<(), Unproven>;
}

impl AssignmentCheck for Chains {
	fn proven(&self, token: &JobToken) -> Result<(), Unproven> {
		Chains::proven(self, token)
	}
}
