//! One type for what is kept of evidence, whoever vouches for it.

use crate::{
	amd, collateral::Authority, error::stored, intel, nitro, policy::QuotePolicy, policy::Standing,
	Error, Field, Part, PlatformId,
};
use alloc::boxed::Box;

stored! {
	/// What signatures proved about a platform and its guest. Keep it with a lease.
	pub enum Facts {
		/// SGX or TDX.
		#[codec(index = 0)]
		Intel(Box<intel::Facts>),
		/// SEV-SNP.
		#[codec(index = 1)]
		Amd(amd::Facts),
		/// Nitro.
		#[codec(index = 2)]
		Aws(nitro::Facts),
	}
}

/// Verified collateral, borrowed from wherever it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Collateral<'a> {
	/// SGX or TDX.
	Intel(intel::Collateral<'a>),
	/// SEV-SNP.
	Amd(amd::Collateral<'a>),
	/// Nitro: the root.
	Aws(&'a Authority),
}

impl Facts {
	/// The machine.
	pub fn platform(&self) -> PlatformId {
		match self {
			Self::Intel(facts) => facts.platform.id,
			Self::Amd(facts) => facts.platform,
			Self::Aws(facts) => facts.platform,
		}
	}

	/// Judges the facts again under collateral, policy and time. Costs no signature.
	pub fn appraise(
		&self,
		collateral: &Collateral<'_>,
		policy: &QuotePolicy,
		now: u64,
	) -> Result<Standing, Error> {
		match (self, collateral) {
			(Self::Intel(facts), Collateral::Intel(collateral)) => {
				intel::appraise(facts, collateral, policy, now)
			},
			(Self::Amd(facts), Collateral::Amd(collateral)) => {
				amd::appraise(facts, collateral, policy, now)
			},
			(Self::Aws(facts), Collateral::Aws(root)) => nitro::appraise(facts, root, policy, now),
			_ => Err(Error::Mismatch { part: Part::Chain, field: Field::Issuer }),
		}
	}
}
