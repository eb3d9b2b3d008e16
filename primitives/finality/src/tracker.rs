//! Following a chain from its genesis hash on.

use crate::{
	error::FinalityError, header::scheduled_change, justification::verify_justification,
	proof::read_proof, Authorities, BlockNumber, Hash, HashedHeader,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_io::hashing::twox_128;

/// Key of GRANDPA's authorities in the state: `twox128("Grandpa") ‖ twox128("Authorities")`. The value is the SCALE of
/// `Vec<(key: [u8; 32], weight: u64)>`.
pub fn authorities_key() -> Vec<u8> {
	[twox_128(b"Grandpa"), twox_128(b"Authorities")].concat()
}

/// What is known to be final of one chain: the last final block seen, and who finalises the next.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Tracker {
	genesis: Hash,
	number: BlockNumber,
	hash: Hash,
	state_root: Hash,
	authorities: Authorities,
}

impl Tracker {
	/// Starts at a genesis block: its header, and nodes of its state that prove GRANDPA's first authorities.
	pub fn start(genesis: Hash, header: &[u8], nodes: &[Vec<u8>]) -> Result<Self, FinalityError> {
		let header = HashedHeader::decode(header)?;
		if header.hash() != genesis || header.number() != 0 {
			let found = (header.number(), header.hash());
			return Err(FinalityError::OtherGenesis { expected: genesis, found });
		}
		let values = read_proof(&header.state_root(), nodes, &[authorities_key()])?;
		let list = values.into_iter().flatten().next().ok_or(FinalityError::NoAuthorities)?;
		let authorities = Authorities::decode_list(0, &list)?;
		Ok(Self { genesis, number: 0, hash: genesis, state_root: header.state_root(), authorities })
	}

	/// Moves on to a header that the present authorities have finalised. If it changes the authorities, the next ones
	/// are in charge from then on; so every header that does has to be given, and in order. An error changes nothing.
	pub fn advance(&mut self, header: &[u8], justification: &[u8]) -> Result<(), FinalityError> {
		let header = HashedHeader::decode(header)?;
		if header.number() <= self.number {
			let (held, offered) = (self.number, header.number());
			return Err(FinalityError::NotForward { held, offered });
		}
		verify_justification(&header, justification, &self.authorities)?;
		if let Some(next) = scheduled_change(header.header(), self.authorities.set_id())? {
			self.authorities = next;
		}
		self.number = header.number();
		self.hash = header.hash();
		self.state_root = header.state_root();
		Ok(())
	}

	/// What the state of the last final block holds.
	pub fn read<K: AsRef<[u8]>>(
		&self,
		nodes: &[Vec<u8>],
		keys: &[K],
	) -> Result<Vec<Option<Vec<u8>>>, FinalityError> {
		read_proof(&self.state_root, nodes, keys)
	}

	/// Hash of the genesis block.
	pub const fn genesis(&self) -> Hash {
		self.genesis
	}

	/// Height and hash of the last final block.
	pub const fn finalized(&self) -> (BlockNumber, Hash) {
		(self.number, self.hash)
	}

	/// Root of the state after the last final block.
	pub const fn state_root(&self) -> Hash {
		self.state_root
	}

	/// Who finalises the next block.
	pub const fn authorities(&self) -> &Authorities {
		&self.authorities
	}
}
