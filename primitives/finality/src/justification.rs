//! Whether a set of authorities has finalised a header: [`concordat_proofs::grandpa`], with the SDK's types. That crate says
//! what is checked, and in what order; light clients without the SDK use the same code.

use crate::{Authorities, FinalityError, HashedHeader};
use alloc::vec::Vec;
use concordat_proofs::grandpa;

#[cfg(test)]
pub(crate) use crate::fixtures::{Justification, Vote};

/// Whether these authorities have finalised this header by this justification, which is the SCALE of
/// `sp_consensus_grandpa::GrandpaJustification`.
///
/// The cheap checks come first, the signatures last; every vote has to stand up to all of them.
pub fn verify_justification(
	header: &HashedHeader,
	justification: &[u8],
	authorities: &Authorities,
) -> Result<(), FinalityError> {
	let target = (header.hash().0, header.number());
	Ok(grandpa::verify(target, justification, authorities.plain())?)
}

/// Takes out of a justification that a node has verified what [`verify_justification`] has no use for: votes of others
/// than these authorities, all but one of each, votes that are not for the target or a descendant, and headers that no
/// remaining vote needs. Checks no signatures. See [`grandpa::tidy`] for what it cannot mend.
pub fn tidy(justification: &[u8], authorities: &Authorities) -> Result<Vec<u8>, FinalityError> {
	Ok(grandpa::tidy(justification, authorities.plain())?)
}
