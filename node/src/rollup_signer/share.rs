//! One signature of one signer under one rollup, as it travels between nodes.
//!
//! ```text
//!  share = SCALE( epoch: u32, set: u32, rollup: [u8; 32], place: u16, signature: 0 ‖ [u8; 48] | 1 ‖ [u8; 64] )
//! ```

use codec::{Decode, Encode};
use concordat_pairing::bls;
use concordat_primitives::{
	cac::verify_ed25519,
	rollup::{rollup_message, RollupKey, Scheme, SignerSet, SignerSetId},
	Hash, RollupEpoch,
};

/// Longest share, in bytes.
pub const MAX_SHARE_BYTES: usize = 4 + 4 + 32 + 2 + 1 + 64;

/// A signature, by the scheme of the set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ShareSignature {
	/// A point of G1, compressed.
	Bls([u8; 48]),
	/// Ed25519.
	Ed25519([u8; 64]),
}

impl ShareSignature {
	/// Its scheme.
	pub const fn scheme(&self) -> Scheme {
		match self {
			Self::Bls(_) => Scheme::Bls,
			Self::Ed25519(_) => Scheme::Ed25519,
		}
	}
}

/// "I, at this place of this set, sign this rollup."
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Share {
	/// The rollup.
	pub epoch: RollupEpoch,
	/// The set of its closing.
	pub set: SignerSetId,
	/// Hash of its header.
	pub rollup: Hash,
	/// Place of the signer.
	pub place: u16,
	/// Signature.
	pub signature: ShareSignature,
}

impl Share {
	/// Reads what a peer sent; `None` if it is too long, too short, or something else.
	pub fn read(bytes: &[u8]) -> Option<Self> {
		if bytes.len() > MAX_SHARE_BYTES {
			return None;
		}
		codec::DecodeAll::decode_all(&mut &bytes[..]).ok()
	}
}

/// A set with its BLS keys unpacked, so that a share costs no more than a pairing.
pub struct KnownSet {
	/// The set.
	pub set: SignerSet,
	unpacked: Vec<Option<bls::Unpacked>>,
}

impl KnownSet {
	/// Unpacks its keys.
	pub fn new(set: SignerSet) -> Self {
		let unpack = |key: &RollupKey| match key {
			RollupKey::Bls(bytes) => bls::unpack(&bls::PublicKey(*bytes)).ok(),
			RollupKey::Ed25519(_) => None,
		};
		let unpacked = set.keys.iter().map(unpack).collect();
		Self { set, unpacked }
	}

	/// Whether the share is signed by whoever has its place in this set.
	pub fn verifies(&self, genesis: Hash, share: &Share) -> bool {
		let place = usize::from(share.place);
		let message = rollup_message(genesis, share.set, share.rollup);
		match (&share.signature, self.set.keys.get(place)) {
			(ShareSignature::Bls(signature), Some(RollupKey::Bls(_))) => {
				let Some(Some(key)) = self.unpacked.get(place) else { return false };
				bls::verify_aggregate(&[*key], &message, &bls::Signature(*signature)).is_ok()
			},
			(ShareSignature::Ed25519(signature), Some(RollupKey::Ed25519(key))) => {
				verify_ed25519(signature, &message, key)
			},
			_ => false,
		}
	}
}
