//! `pallet-rollup-anchor`: how it is proven later.

use super::{protocol::Genesis, system::RuntimeBlockWeights};
use crate::Runtime;
use frame_support::{parameter_types, traits::ConstU32, weights::Weight};
use sp_runtime::Perbill;

parameter_types! {
	/// What removing old receipts may use of a block.
	pub PruneWeight: Weight = Perbill::from_percent(5) * RuntimeBlockWeights::get().max_block;
}

impl pallet_rollup_anchor::Config for Runtime {
	type Genesis = Genesis;
	type MaxReceiptsPerEpoch = ConstU32<1024>;
	type PruneWeight = PruneWeight;
	type WeightInfo = pallet_rollup_anchor::weights::SubstrateWeight<Runtime>;
}
