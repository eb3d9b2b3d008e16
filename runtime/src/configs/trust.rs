//! `pallet-trust`: what originators have learnt of nodes.

use crate::{NodeStaking, Runtime};

impl pallet_trust::Config for Runtime {
	type Nodes = NodeStaking;
	type WeightInfo = pallet_trust::weights::SubstrateWeight<Runtime>;
}
