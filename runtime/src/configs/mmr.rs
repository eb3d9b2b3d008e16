//! `pallet-mmr`: one leaf for each block, over all of history (DESIGN §7).
//!
//! A leaf says what the chain knew at the end of the block before: the last rollup, and who signs rollups. The root goes
//! into the header's digest, where a light client finds it without a storage proof. Nodes keep the tree in their off-chain
//! index, and the gadget of the node moves what is final there under keys that no fork shares; so any node proves any leaf.

use crate::{Hash, RollupAnchor, Runtime, System};
use codec::Encode;
use concordat_primitives::rollup::{AnchorLeaf, MMR_ENGINE_ID, MMR_INDEXING_PREFIX};
use sp_runtime::{generic::DigestItem, traits::Keccak256};

/// What the parent block left. The pallet stands before all that closes rollups, so that two blocks with the same parent
/// make the same leaf: nodes keep leaves under the parent's hash.
pub struct Anchors;

impl pallet_mmr::LeafDataProvider for Anchors {
	type LeafData = AnchorLeaf;

	fn leaf_data() -> AnchorLeaf {
		RollupAnchor::anchor_leaf()
	}
}

/// Writes the root into the header.
pub struct IntoDigest;

impl pallet_mmr::OnNewRoot<Hash> for IntoDigest {
	fn on_new_root(root: &Hash) {
		System::deposit_log(DigestItem::Consensus(MMR_ENGINE_ID, root.encode()));
	}
}

impl pallet_mmr::Config for Runtime {
	const INDEXING_PREFIX: &'static [u8] = MMR_INDEXING_PREFIX;
	// What a contract on another chain can compute.
	type Hashing = Keccak256;
	type LeafData = Anchors;
	type OnNewRoot = IntoDigest;
	type BlockHashProvider = pallet_mmr::DefaultBlockHashProvider<Runtime>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}
