//! A receipt in the present format: its rollup tied to a final block, and signed.

use super::{bundle, short};
use codec::Encode;
use concordat_primitives::{
	rollup::{
		rollup_message, Ed25519Share, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet,
	},
	Hash,
};
use concordat_proofs::{
	bundle::{Authority, Bundle, Finality},
	grandpa::{Authorities, Justification, Vote},
	header::{DigestItem, Header, MMR_ENGINE_ID},
	mmr,
	rollup::AnchorLeaf,
};
use sp_core::{ed25519, Pair};

const SET: u64 = 3;
const ROUND: u64 = 8;
/// Of the header. The rollup is closed in block 9.
const NUMBER: u32 = 12;

pub fn pair(seed: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[seed; 32])
}

/// Ties the rollup of a file to a block that four authorities have finalised.
pub fn tied(short: short::Bundle) -> (Bundle, Authorities) {
	let mut bundle = Bundle::try_from(short).unwrap();
	let rollup = &bundle.rollups[0];
	let leaf = AnchorLeaf {
		version: 0,
		parent: (rollup.closed_at, [1; 32]),
		rollups: rollup.epoch + 1,
		rollup: rollup.hash(),
		signers: [2; 32],
	}
	.encode();
	// Twelve leaves: eight, and four of which it is the second.
	let proof = mmr::LeafProof {
		leaf_indices: vec![rollup.closed_at.into()],
		leaf_count: NUMBER.into(),
		items: vec![[3; 32], [4; 32], [5; 32]],
	};
	let root = mmr::root(&leaf, &proof).unwrap();
	let header = Header {
		parent: [6; 32],
		number: NUMBER,
		state_root: [7; 32],
		extrinsics_root: [8; 32],
		digest: vec![DigestItem::Consensus(MMR_ENGINE_ID, root.to_vec())],
	};
	let target = (header.hash(), NUMBER);
	let votes = (1..=3)
		.map(|seed| {
			let voter = pair(seed).public().0;
			let mut vote = Vote { hash: target.0, number: NUMBER, signature: [0; 64], voter };
			vote.signature = pair(seed).sign(&vote.payload(ROUND, SET)).0;
			vote
		})
		.collect();
	let justification = Justification { round: ROUND, target, votes, ancestors: vec![] };
	let keys: Vec<_> = (1..=4).map(|seed| pair(seed).public().0).collect();
	bundle.finality = Some(Finality {
		leaf,
		leaf_proof: proof.encode(),
		header: header.encode(),
		justification: justification.encode(),
		set_id: SET,
		authorities: keys.iter().map(|key| Authority { key: *key, weight: 1 }).collect(),
	});
	let list = keys.into_iter().map(|key| (key, 1)).collect();
	(bundle, Authorities::new(SET, list).unwrap())
}

/// A small one, without certificates.
pub fn small() -> (Bundle, Authorities) {
	tied(bundle())
}

/// Four of five validators have a key.
pub fn signer_set(keys: Vec<RollupKey>) -> SignerSet {
	SignerSet { id: 2, scheme: Scheme::Ed25519, keys: keys.try_into().unwrap(), validators: 5 }
}

pub fn ed25519_set() -> SignerSet {
	signer_set((21..25).map(|seed| RollupKey::Ed25519(pair(seed).public().0)).collect())
}

/// What the signers of set 2 sign of this bundle's rollup.
pub fn message(bundle: &Bundle) -> Vec<u8> {
	let rollup = &bundle.rollups[0];
	rollup_message(Hash::from(rollup.genesis), 2, Hash::from(rollup.hash()))
}

pub fn share(bundle: &Bundle, place: u16) -> Ed25519Share {
	let signature = pair(21 + place as u8).sign(&message(bundle)).0;
	Ed25519Share { place, signature }
}

/// The signatures as the file carries them.
pub fn certified(bundle: &Bundle, signatures: Signatures) -> Bundle {
	let certificate = RollupCertificate { epoch: bundle.rollups[0].epoch, set: 2, signatures };
	Bundle { signatures: Some(certificate.encode()), ..bundle.clone() }
}
