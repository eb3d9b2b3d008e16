//! Headers, and what they say about the authorities.

use crate::{
	error::{check_len, FinalityError, What},
	Authorities, AuthorityId, BlockNumber, Hash, SetId, Weight, MAX_HEADER_BYTES,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemLimit};
use sp_consensus_grandpa::{ConsensusLog, GRANDPA_ENGINE_ID};
use sp_runtime::{
	traits::{BlakeTwo256, Hash as _},
	DigestItem,
};

/// A header of the chain.
pub type Header = sp_runtime::generic::Header<BlockNumber, BlakeTwo256>;

/// Memory that one header may take, in bytes. Its digest has items of one byte that take forty.
const MAX_HEADER_MEMORY: usize = 8 * MAX_HEADER_BYTES;

/// A header and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedHeader {
	hash: Hash,
	header: Header,
}

impl HashedHeader {
	/// Reads the SCALE of a header, and nothing but it.
	pub fn decode(bytes: &[u8]) -> Result<Self, FinalityError> {
		check_len(What::Header, bytes.len(), MAX_HEADER_BYTES)?;
		let mut input = bytes;
		let header = Header::decode_with_mem_limit(&mut input, MAX_HEADER_MEMORY)
			.ok()
			.filter(|_| input.is_empty())
			.ok_or(FinalityError::Malformed(What::Header))?;
		Ok(Self { hash: BlakeTwo256::hash(bytes), header })
	}

	/// Blake2-256 of its bytes.
	pub const fn hash(&self) -> Hash {
		self.hash
	}

	/// Height.
	pub const fn number(&self) -> BlockNumber {
		self.header.number
	}

	/// Root of the state after the block.
	pub const fn state_root(&self) -> Hash {
		self.header.state_root
	}

	/// The header.
	pub const fn header(&self) -> &Header {
		&self.header
	}
}

/// The set that follows on `present` after this header, if it changes the authorities. The present set finalises the
/// header itself; the next one everything after it.
///
/// Nodes skip what they cannot read and take the first of several changes; here both are refused, and so is whatever
/// this chain's runtime never says: forced and delayed changes, pauses.
pub fn scheduled_change(
	header: &Header,
	present: SetId,
) -> Result<Option<Authorities>, FinalityError> {
	let mut next = None;
	for item in header.digest.logs() {
		let DigestItem::Consensus(engine, bytes) = item else { continue };
		if *engine != GRANDPA_ENGINE_ID {
			continue;
		}
		let mut input = &bytes[..];
		let log = ConsensusLog::<BlockNumber>::decode(&mut input)
			.ok()
			.filter(|_| input.is_empty())
			.ok_or(FinalityError::Malformed(What::Digest))?;
		match log {
			ConsensusLog::ScheduledChange(change) => {
				if change.delay != 0 {
					return Err(FinalityError::DelayedChange { blocks: change.delay });
				}
				if next.replace(change.next_authorities).is_some() {
					return Err(FinalityError::SeveralChanges);
				}
			},
			ConsensusLog::ForcedChange(..) => return Err(FinalityError::ForcedChange),
			ConsensusLog::Pause(_) | ConsensusLog::Resume(_) => return Err(FinalityError::Paused),
			// The runtime's word that it no longer counts on somebody; the vote counts as before.
			ConsensusLog::OnDisabled(_) => {},
		}
	}
	let Some(list) = next else { return Ok(None) };
	let set_id = present.checked_add(1).ok_or(FinalityError::LastSet)?;
	let list: Vec<(AuthorityId, Weight)> =
		list.into_iter().map(|(id, weight)| (id.into_inner(), weight)).collect();
	Authorities::new(set_id, list).map(Some)
}
