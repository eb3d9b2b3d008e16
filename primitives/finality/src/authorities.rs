//! A set of authorities: who votes, and what weight decides.

use crate::{
	error::{check_count, FinalityError, What},
	AuthorityId, SetId, Weight, MAX_AUTHORITIES,
};
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode, Error, Input};

/// A set of authorities. It has at least one and at most [`MAX_AUTHORITIES`], each once and with some weight, and their
/// weights fit 64 bits together.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Authorities {
	set_id: SetId,
	/// By key.
	list: Vec<(AuthorityId, Weight)>,
}

impl Authorities {
	/// Checks a list of authorities.
	pub fn new(set_id: SetId, list: Vec<(AuthorityId, Weight)>) -> Result<Self, FinalityError> {
		check_count(What::Authorities, list.len(), MAX_AUTHORITIES)?;
		if list.is_empty() {
			return Err(FinalityError::NoAuthorities);
		}
		let mut sum: Weight = 0;
		for (place, (_, weight)) in list.iter().enumerate() {
			if *weight == 0 {
				return Err(FinalityError::ZeroWeight { place });
			}
			sum = sum.checked_add(*weight).ok_or(FinalityError::WeightOverflow)?;
		}
		let mut list = list;
		list.sort_unstable();
		let twice = list.iter().zip(list.iter().skip(1)).position(|(one, next)| one.0 == next.0);
		if let Some(place) = twice {
			return Err(FinalityError::ListedTwice { place });
		}
		Ok(Self { set_id, list })
	}

	/// Reads the SCALE of a list of authorities, as GRANDPA's storage has it, and nothing but it.
	pub fn decode_list(set_id: SetId, mut bytes: &[u8]) -> Result<Self, FinalityError> {
		let malformed = |_| FinalityError::Malformed(What::Authorities);
		let list = read_list(&mut bytes)?.map_err(malformed)?;
		if !bytes.is_empty() {
			return Err(FinalityError::Malformed(What::Authorities));
		}
		Self::new(set_id, list)
	}

	/// Number of the set.
	pub const fn set_id(&self) -> SetId {
		self.set_id
	}

	/// How many there are; never none.
	#[allow(clippy::len_without_is_empty)]
	pub fn len(&self) -> usize {
		self.list.len()
	}

	/// Each with its weight, by key.
	pub fn list(&self) -> &[(AuthorityId, Weight)] {
		&self.list
	}

	/// What the vote of a key counts; nothing if it is of no authority.
	pub fn weight(&self, id: &AuthorityId) -> Option<Weight> {
		let place = self.list.binary_search_by_key(id, |(key, _)| *key).ok()?;
		self.list.get(place).map(|(_, weight)| *weight)
	}

	/// The weight of all.
	pub fn total(&self) -> Weight {
		self.list.iter().fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
	}

	/// The least weight that decides: all but the most that may fail, which is less than a third (`finality-grandpa`,
	/// `voter_set::threshold`). With `n` of equal weight: 1 of 1, 3 of 4, 5 of 7, 7 of 10.
	pub fn threshold(&self) -> Weight {
		let total = self.total();
		total.saturating_sub(total.saturating_sub(1) / 3)
	}
}

/// Reads a list after its count has been looked at.
fn read_list<I: Input>(
	input: &mut I,
) -> Result<Result<Vec<(AuthorityId, Weight)>, Error>, FinalityError> {
	let count = match Compact::<u32>::decode(input) {
		Ok(count) => count.0 as usize,
		Err(error) => return Ok(Err(error)),
	};
	check_count(What::Authorities, count, MAX_AUTHORITIES)?;
	Ok((0..count).map(|_| <(AuthorityId, Weight)>::decode(input)).collect())
}

/// Stored bytes are checked as any others are.
impl Decode for Authorities {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let set_id = SetId::decode(input)?;
		let list = read_list(input).map_err(|_| Error::from("too many authorities"))??;
		Self::new(set_id, list).map_err(|_| Error::from("no set of authorities"))
	}
}
