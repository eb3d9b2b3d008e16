//! A set of authorities: who votes, and what weight decides.

use super::{
	error::{check_count, GrandpaError, What},
	MAX_AUTHORITIES,
};
use crate::{blake2_256, Digest32};
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode, Error, Input};

/// A set of authorities. It has at least one and at most [`MAX_AUTHORITIES`], each once and with some weight, and their
/// weights fit 64 bits together.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Authorities {
	set_id: u64,
	/// By key.
	list: Vec<(Digest32, u64)>,
}

impl Authorities {
	/// Checks a list of authorities: Ed25519 keys with weights.
	pub fn new(set_id: u64, list: Vec<(Digest32, u64)>) -> Result<Self, GrandpaError> {
		check_count(What::Authorities, list.len(), MAX_AUTHORITIES)?;
		if list.is_empty() {
			return Err(GrandpaError::NoAuthorities);
		}
		let mut sum: u64 = 0;
		for (place, (_, weight)) in list.iter().enumerate() {
			if *weight == 0 {
				return Err(GrandpaError::ZeroWeight { place });
			}
			sum = sum.checked_add(*weight).ok_or(GrandpaError::WeightOverflow)?;
		}
		let mut list = list;
		list.sort_unstable();
		let twice = list.iter().zip(list.iter().skip(1)).position(|(one, next)| one.0 == next.0);
		if let Some(place) = twice {
			return Err(GrandpaError::ListedTwice { place });
		}
		Ok(Self { set_id, list })
	}

	/// Reads the SCALE of a list of authorities, as GRANDPA's storage has it, and nothing but it.
	pub fn decode_list(set_id: u64, mut bytes: &[u8]) -> Result<Self, GrandpaError> {
		let malformed = |_| GrandpaError::Malformed(What::Authorities);
		let list = read_list(&mut bytes)?.map_err(malformed)?;
		if !bytes.is_empty() {
			return Err(GrandpaError::Malformed(What::Authorities));
		}
		Self::new(set_id, list)
	}

	/// Number of the set.
	pub const fn set_id(&self) -> u64 {
		self.set_id
	}

	/// How many there are; never none.
	#[allow(clippy::len_without_is_empty)]
	pub fn len(&self) -> usize {
		self.list.len()
	}

	/// Each with its weight, by key.
	pub fn list(&self) -> &[(Digest32, u64)] {
		&self.list
	}

	/// What the vote of a key counts; nothing if it is of no authority.
	pub fn weight(&self, key: &Digest32) -> Option<u64> {
		let place = self.list.binary_search_by_key(key, |(key, _)| *key).ok()?;
		self.list.get(place).map(|(_, weight)| *weight)
	}

	/// The weight of all.
	pub fn total(&self) -> u64 {
		self.list.iter().fold(0, |sum, (_, weight)| sum.saturating_add(*weight))
	}

	/// The least weight that decides: all but the most that may fail, which is less than a third (`finality-grandpa`,
	/// `voter_set::threshold`). With `n` of equal weight: 1 of 1, 3 of 4, 5 of 7, 7 of 10.
	pub fn threshold(&self) -> u64 {
		let total = self.total();
		total.saturating_sub(total.saturating_sub(1) / 3)
	}

	/// Names the set: Blake2-256 of `"concordat/authorities/v1" ‖ SCALE( (set id, list by key) )`.
	pub fn hash(&self) -> Digest32 {
		let mut bytes = b"concordat/authorities/v1".to_vec();
		self.encode_to(&mut bytes);
		blake2_256(&bytes)
	}
}

/// Reads a list after its count has been looked at.
fn read_list<I: Input>(input: &mut I) -> Result<Result<Vec<(Digest32, u64)>, Error>, GrandpaError> {
	let count = match Compact::<u32>::decode(input) {
		Ok(count) => count.0 as usize,
		Err(error) => return Ok(Err(error)),
	};
	check_count(What::Authorities, count, MAX_AUTHORITIES)?;
	Ok((0..count).map(|_| <(Digest32, u64)>::decode(input)).collect())
}

/// Stored bytes are checked as any others are.
impl Decode for Authorities {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		let set_id = u64::decode(input)?;
		let list = read_list(input).map_err(|_| Error::from("too many authorities"))??;
		Self::new(set_id, list).map_err(|_| Error::from("no set of authorities"))
	}
}
