//! `pallet-rollup-anchor`: how it is proven later.

use super::{protocol::Genesis, system::RuntimeBlockWeights};
use crate::{AccountId, Runtime, Session};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, Contains},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::{transaction_validity::TransactionPriority, Perbill};

/// Priority of certificates in the pool: above what fees can buy.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// Validators of this session, and those whom governance has chosen for the next ones.
pub struct Validators;

impl Contains<AccountId> for Validators {
	fn contains(account: &AccountId) -> bool {
		let chosen = |node| pallet_node_staking::Validators::<Runtime>::get().contains(&node);
		pallet_node_staking::ValidatorNodes::<Runtime>::get(account).is_some_and(chosen)
			|| Session::validators().contains(account)
	}
}

parameter_types! {
	/// What removing old receipts may use of a block.
	pub PruneWeight: Weight = Perbill::from_percent(5) * RuntimeBlockWeights::get().max_block;
}

impl pallet_rollup_anchor::Config for Runtime {
	type Genesis = Genesis;
	type Validators = Validators;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type AuthorizedPriority = ConstU64<PRIORITY>;
	type AuthorizedLongevity = ConstU32<8>;
	type MaxReceiptsPerEpoch = ConstU32<1024>;
	type PruneWeight = PruneWeight;
	type WeightInfo = pallet_rollup_anchor::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
