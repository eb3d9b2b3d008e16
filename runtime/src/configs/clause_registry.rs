//! `pallet-clause-registry`: what may run.

use crate::{AccountId, Balances, Preimage, RollupAnchor, Runtime, RuntimeHoldReason};
use frame_system::{EnsureRoot, EnsureSigned};

impl pallet_clause_registry::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	// DAOs will own clauses through their accounts; until they exist, accounts do.
	type OwnerOrigin = EnsureSigned<AccountId>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Preimages = Preimage;
	type Receipts = RollupAnchor;
	type WeightInfo = pallet_clause_registry::weights::SubstrateWeight<Runtime>;
}
