//! A chain made up: receipts in rollups, an MMR by the library of `pallet-mmr`, a header, votes.

use codec::Encode;
use concordat_proofs::{
	blake2_256,
	bundle::{Authority, Bundle, Finality, Format},
	grandpa::{Authorities, Justification, Vote},
	header::{DigestItem, Header, MMR_ENGINE_ID},
	keccak_256, leaf_hash,
	mmr::LeafProof,
	prove,
	rollup::{AnchorLeaf, RollupHeader},
	root, Digest32,
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use sp_mmr_primitives::mmr_lib::{leaf_index_to_pos, util::MemStore, Merge, Result, MMR};

pub const GENESIS: Digest32 = [0x9e; 32];
pub const SET: u64 = 5;
const ROUND: u64 = 3;

pub struct Nodes;

impl Merge for Nodes {
	type Item = Digest32;

	fn merge(left: &Digest32, right: &Digest32) -> Result<Digest32> {
		Ok(keccak_256(&[&left[..], &right[..]].concat()))
	}
}

/// Root over these leaves, and the proof of one of them, as `pallet-mmr` makes both.
pub fn mmr(leaves: &[Digest32], index: u64) -> (Digest32, LeafProof) {
	let store = MemStore::default();
	let mut mmr = MMR::<Digest32, Nodes, _>::new(0, &store);
	for leaf in leaves {
		mmr.push(*leaf).unwrap();
	}
	let root = mmr.get_root().unwrap();
	let proof = mmr.gen_proof(vec![leaf_index_to_pos(index)]).unwrap();
	let items = proof.proof_items().to_vec();
	(root, LeafProof { leaf_indices: vec![index], leaf_count: leaves.len() as u64, items })
}

/// What to make.
#[derive(Clone, Copy)]
pub struct Shape {
	/// Receipts of the first rollup, and which one.
	pub receipts: u32,
	pub index: u32,
	/// Rollups up to the one that the leaf names.
	pub rollups: u32,
	/// Block that the leaf is about.
	pub parent: u32,
	/// Block that is final.
	pub number: u32,
	/// Authorities, each of weight 1.
	pub authorities: u8,
}

impl Shape {
	pub const SMALL: Self =
		Self { receipts: 5, index: 2, rollups: 3, parent: 37, number: 41, authorities: 4 };
}

pub struct Made {
	pub bundle: Bundle,
	pub authorities: Authorities,
	pub keys: Vec<SigningKey>,
	/// Hashes of all receipts of the first rollup.
	pub receipts: Vec<Digest32>,
	/// Hashes of all leaves of the MMR.
	pub leaves: Vec<Digest32>,
}

pub fn keys(count: u8) -> Vec<SigningKey> {
	(1..=count).map(|seed| SigningKey::from([seed; 32])).collect()
}

pub fn public(key: &SigningKey) -> Digest32 {
	VerificationKeyBytes::from(key).into()
}

pub fn set(set_id: u64, keys: &[SigningKey]) -> Authorities {
	Authorities::new(set_id, keys.iter().map(|key| (public(key), 1)).collect()).unwrap()
}

pub fn vote(key: &SigningKey, set: u64, (hash, number): (Digest32, u32)) -> Vote {
	let mut vote = Vote { hash, number, signature: [0; 64], voter: public(key) };
	vote.signature = key.sign(&vote.payload(ROUND, set)).into();
	vote
}

/// A justification in which all of these vote for the header itself.
pub fn justify(header: &Header, set: u64, keys: &[SigningKey]) -> Vec<u8> {
	let target = (header.hash(), header.number);
	let votes = keys.iter().map(|key| vote(key, set, target)).collect();
	Justification { round: ROUND, target, votes, ancestors: vec![] }.encode()
}

/// A receipt of the chain: a dispatch to `WHO::DiseaseAlert@2.3` was refused.
pub fn receipt(id: u64, block: u32) -> Vec<u8> {
	let clause = (b"WHO".to_vec(), b"DiseaseAlert".to_vec(), 2u16, 3u16);
	(id, block, 3u8, clause, id as u8).encode()
}

/// A chain of rollups. The first one has this root and count.
pub fn rollups(count: u32, root: Digest32, receipts: u32) -> Vec<RollupHeader> {
	let mut all: Vec<RollupHeader> = Vec::new();
	for place in 0..count {
		let last = all.last();
		let next = RollupHeader {
			epoch: 3 + place,
			genesis: GENESIS,
			previous: last.map_or([7; 32], RollupHeader::hash),
			root: if place == 0 { root } else { [place as u8; 32] },
			count: if place == 0 { receipts } else { 1 + place },
			first_receipt: last.map_or(40, |last| last.first_receipt + u64::from(last.count)),
			opened_at: last.map_or(5, |last| last.closed_at),
			closed_at: last.map_or(9, |last| last.closed_at + u32::from(place < 10)),
		};
		all.push(next);
	}
	all
}

pub fn header(number: u32, digest: Vec<DigestItem>) -> Header {
	let (parent, state_root, extrinsics_root) = ([0xaa; 32], [0xbb; 32], [0xcc; 32]);
	Header { parent, number, state_root, extrinsics_root, digest }
}

/// The digest of a block of this chain whose MMR has this root.
pub fn digest(root: Digest32) -> Vec<DigestItem> {
	vec![
		DigestItem::PreRuntime(*b"BABE", vec![2; 13]),
		DigestItem::Consensus(MMR_ENGINE_ID, root.to_vec()),
		DigestItem::Seal(*b"BABE", vec![9; 64]),
	]
}

pub fn make(shape: Shape) -> Made {
	let bodies: Vec<_> =
		(0..shape.receipts).map(|place| receipt(40 + u64::from(place), 7)).collect();
	let receipts: Vec<_> = (0..).zip(&bodies).map(|(place, body)| leaf_hash(place, body)).collect();
	let rollups = rollups(shape.rollups, root(&receipts).unwrap(), shape.receipts);
	let last = rollups.last().unwrap();
	let leaf = AnchorLeaf {
		version: 0,
		parent: (shape.parent, [0x11; 32]),
		rollups: last.epoch + 1,
		rollup: last.hash(),
		signers: [0x22; 32],
	};
	let mut leaves: Vec<_> = (0..shape.number).map(|n| blake2_256(&n.encode())).collect();
	leaves[shape.parent as usize] = keccak_256(&leaf.encode());
	let (root, leaf_proof) = mmr(&leaves, shape.parent.into());
	let header = header(shape.number, digest(root));
	let keys = keys(shape.authorities);
	// No more than have to.
	let authorities = set(SET, &keys);
	let voters = &keys[..authorities.threshold() as usize];
	let finality = Finality {
		leaf: leaf.encode(),
		leaf_proof: leaf_proof.encode(),
		header: header.encode(),
		justification: justify(&header, SET, voters),
		set_id: SET,
		authorities: keys.iter().map(|key| Authority { key: public(key), weight: 1 }).collect(),
	};
	let bundle = Bundle {
		format: Format,
		receipt: bodies[shape.index as usize].clone(),
		index: shape.index,
		path: prove(&receipts, shape.index).unwrap(),
		rollups,
		finality: Some(finality),
		signatures: None,
		certificates: vec![],
	};
	Made { bundle, authorities, keys, receipts, leaves }
}

/// A small one.
pub fn small() -> Made {
	make(Shape::SMALL)
}

impl Made {
	pub fn finality(&mut self) -> &mut Finality {
		self.bundle.finality.as_mut().unwrap()
	}

	pub fn header(&self) -> Header {
		Header::read(&self.bundle.finality.as_ref().unwrap().header).unwrap()
	}

	/// Puts another header in, justified by all.
	pub fn rehead(&mut self, header: &Header) {
		let justification = justify(header, SET, &self.keys);
		let finality = self.finality();
		finality.header = header.encode();
		finality.justification = justification;
	}

	/// Puts another leaf in, in an MMR of its own, under a header that is final.
	pub fn releaf(&mut self, data: Vec<u8>, index: u64) {
		let mut leaves = self.leaves.clone();
		leaves[index as usize] = keccak_256(&data);
		let (root, proof) = mmr(&leaves, index);
		self.finality().leaf = data;
		self.finality().leaf_proof = proof.encode();
		self.rehead(&header(self.header().number, digest(root)));
	}

	/// Puts other rollups in, and a final leaf that names the last of them.
	pub fn reroll(&mut self, rollups: Vec<RollupHeader>) {
		let last = rollups.last().unwrap();
		let leaf = AnchorLeaf {
			version: 0,
			parent: (Shape::SMALL.parent, [0x11; 32]),
			rollups: last.epoch + 1,
			rollup: last.hash(),
			signers: [0x22; 32],
		};
		self.bundle.rollups = rollups;
		self.releaf(leaf.encode(), Shape::SMALL.parent.into());
	}
}
