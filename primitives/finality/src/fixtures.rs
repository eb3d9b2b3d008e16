//! Chains made up for tests: authorities with their secrets, headers, justifications, and states with proofs.
//!
//! Behind the feature `fixtures`, for the tests of crates that use this one. Nothing here is checked; that is the point.

use crate::{authorities_key, Authorities, AuthorityId, BlockNumber, Hash, Header, SetId, Weight};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec,
	vec::Vec,
};
use codec::{Decode, Encode};
use sp_consensus_grandpa::{AuthorityList, ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID};
use sp_core::{ed25519, Pair};
use sp_runtime::{
	generic::{Digest, DigestItem},
	traits::BlakeTwo256,
};
use sp_trie::{LayoutV1, MemoryDB, Recorder, Trie, TrieDBBuilder, TrieDBMutBuilder, TrieMut};

type Layout = LayoutV1<BlakeTwo256>;

/// A precommit, in the SDK's types.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Vote {
	pub hash: Hash,
	pub number: BlockNumber,
	pub signature: ed25519::Signature,
	pub voter: AuthorityId,
}

impl Vote {
	/// What is signed: `sp_consensus_grandpa::localized_payload` of a precommit.
	pub fn payload(&self, round: u64, set_id: SetId) -> Vec<u8> {
		(1u8, self.hash, self.number, round, set_id).encode()
	}
}

/// A justification, in the SDK's types.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Justification {
	pub round: u64,
	pub target: (Hash, BlockNumber),
	pub votes: Vec<Vote>,
	pub ancestors: Vec<Header>,
}

#[cfg(test)]
impl Justification {
	/// Reads a justification, and nothing but it.
	pub fn decode(bytes: &[u8]) -> Result<Self, codec::Error> {
		codec::DecodeAll::decode_all(&mut &bytes[..])
	}
}

/// A set of authorities that votes as it is told.
#[derive(Clone)]
pub struct Voters {
	/// Number of the set.
	pub set_id: SetId,
	/// Each with its weight.
	pub pairs: Vec<(ed25519::Pair, Weight)>,
}

impl Voters {
	/// Authorities of weight 1 whose secrets are these bytes.
	pub fn new(set_id: SetId, seeds: impl IntoIterator<Item = u8>) -> Self {
		Self::weighted(set_id, seeds.into_iter().map(|seed| (seed, 1)))
	}

	/// Authorities with these secrets and weights.
	pub fn weighted(set_id: SetId, seeds: impl IntoIterator<Item = (u8, Weight)>) -> Self {
		let pair = |(seed, weight)| (ed25519::Pair::from_seed(&[seed; 32]), weight);
		Self { set_id, pairs: seeds.into_iter().map(pair).collect() }
	}

	/// The set.
	pub fn authorities(&self) -> Authorities {
		let list = self.pairs.iter().map(|(pair, weight)| (pair.public(), *weight)).collect();
		Authorities::new(self.set_id, list).expect("test authorities make a set")
	}

	/// The set as GRANDPA writes it.
	pub fn list(&self) -> AuthorityList {
		self.pairs.iter().map(|(pair, weight)| (pair.public().into(), *weight)).collect()
	}

	/// The digest of a header that hands over to this set.
	pub fn change(&self) -> DigestItem {
		grandpa_log(ConsensusLog::ScheduledChange(ScheduledChange {
			next_authorities: self.list(),
			delay: 0,
		}))
	}

	/// A signed precommit of the authority at `place`.
	pub(crate) fn vote(&self, place: usize, block: (Hash, BlockNumber), round: u64) -> Vote {
		let pair = &self.pairs[place].0;
		let (hash, number) = block;
		let mut vote =
			Vote { hash, number, signature: ed25519::Signature::default(), voter: pair.public() };
		vote.signature = pair.sign(&vote.payload(round, self.set_id));
		vote
	}

	/// A justification of a header by the authorities at `places`, all of whom vote for the header itself.
	pub fn justify_by(&self, header: &Header, places: &[usize]) -> Vec<u8> {
		let round = 7;
		let target = (header.hash(), header.number);
		let votes = places.iter().map(|place| self.vote(*place, target, round)).collect();
		Justification { round, target, votes, ancestors: vec![] }.encode()
	}

	/// A justification of a header by all authorities.
	pub fn justify(&self, header: &Header) -> Vec<u8> {
		self.justify_by(header, &(0..self.pairs.len()).collect::<Vec<_>>())
	}
}

/// A digest item of GRANDPA.
pub fn grandpa_log(log: ConsensusLog<BlockNumber>) -> DigestItem {
	DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode())
}

/// A header on top of `parent`.
pub fn header(
	parent: Hash,
	number: BlockNumber,
	state_root: Hash,
	logs: Vec<DigestItem>,
) -> Header {
	Header {
		parent_hash: parent,
		number,
		state_root,
		extrinsics_root: Hash::repeat_byte(0xee),
		digest: Digest { logs },
	}
}

/// A state, with its trie.
pub struct State {
	db: MemoryDB<BlakeTwo256>,
	root: Hash,
}

impl State {
	/// A state that holds these values, and some others, so that the trie has branches.
	pub fn new(entries: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
		let mut all: BTreeMap<Vec<u8>, Vec<u8>> = (0u32..200)
			.map(|n| (sp_io::hashing::blake2_256(&n.encode()).to_vec(), vec![n as u8; n as usize]))
			.collect();
		all.extend(entries);
		let mut db = MemoryDB::<BlakeTwo256>::default();
		let mut root = Hash::default();
		{
			let mut trie = TrieDBMutBuilder::<Layout>::new(&mut db, &mut root).build();
			for (key, value) in &all {
				trie.insert(key, value).expect("memory takes it");
			}
		}
		Self { db, root }
	}

	/// The state of a genesis block with these authorities.
	pub fn genesis(voters: &Voters) -> Self {
		Self::new([(authorities_key(), voters.list().encode())])
	}

	/// Its root.
	pub fn root(&self) -> Hash {
		self.root
	}

	/// The nodes that prove what it holds under these keys, each once.
	pub fn prove<K: AsRef<[u8]>>(&self, keys: &[K]) -> Vec<Vec<u8>> {
		let mut recorder = Recorder::<Layout>::new();
		{
			let trie = TrieDBBuilder::<Layout>::new(&self.db, &self.root)
				.with_recorder(&mut recorder)
				.build();
			for key in keys {
				trie.get(key.as_ref()).expect("the trie is whole");
			}
		}
		let nodes: BTreeSet<_> = recorder.drain().into_iter().map(|record| record.data).collect();
		nodes.into_iter().collect()
	}
}
