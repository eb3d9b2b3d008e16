//! A set of authorities: who votes, and what weight decides.

use crate::{AuthorityId, FinalityError, SetId, Weight};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use concordat_proofs::grandpa;

/// A set of authorities. It has at least one and at most [`crate::MAX_AUTHORITIES`], each once and with some weight, and
/// their weights fit 64 bits together.
///
/// [`grandpa::Authorities`] with the SDK's keys. Stored bytes are checked as any others are.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Authorities(grandpa::Authorities);

impl Authorities {
	/// Checks a list of authorities.
	pub fn new(set_id: SetId, list: Vec<(AuthorityId, Weight)>) -> Result<Self, FinalityError> {
		let list = list.into_iter().map(|(key, weight)| (key.0, weight)).collect();
		Ok(Self(grandpa::Authorities::new(set_id, list)?))
	}

	/// Reads the SCALE of a list of authorities, as GRANDPA's storage has it, and nothing but it.
	pub fn decode_list(set_id: SetId, bytes: &[u8]) -> Result<Self, FinalityError> {
		Ok(Self(grandpa::Authorities::decode_list(set_id, bytes)?))
	}

	/// The same without the SDK's types, as light clients have it.
	pub const fn plain(&self) -> &grandpa::Authorities {
		&self.0
	}

	/// Number of the set.
	pub const fn set_id(&self) -> SetId {
		self.0.set_id()
	}

	/// How many there are; never none.
	#[allow(clippy::len_without_is_empty)]
	pub fn len(&self) -> usize {
		self.0.len()
	}

	/// Each with its weight, by key.
	pub fn list(&self) -> impl Iterator<Item = (AuthorityId, Weight)> + '_ {
		self.0.list().iter().map(|(key, weight)| (AuthorityId::from_raw(*key), *weight))
	}

	/// What the vote of a key counts; nothing if it is of no authority.
	pub fn weight(&self, id: &AuthorityId) -> Option<Weight> {
		self.0.weight(&id.0)
	}

	/// The weight of all.
	pub fn total(&self) -> Weight {
		self.0.total()
	}

	/// The least weight that decides: all but the most that may fail, which is less than a third (`finality-grandpa`,
	/// `voter_set::threshold`). With `n` of equal weight: 1 of 1, 3 of 4, 5 of 7, 7 of 10.
	pub fn threshold(&self) -> Weight {
		self.0.threshold()
	}
}
