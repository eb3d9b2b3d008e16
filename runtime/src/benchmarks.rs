//! The benchmarks of every pallet, for `benchmark pallet` of the node and for the omni-bencher.
//!
//! Those of `pallet_session` and `pallet_offences` live in crates of their own that want
//! `pallet_staking`: this runtime has none, and keeps the weights that come with these pallets.

mod helper;

pub use helper::Helper;

use crate::{
	AllPalletsWithSystem, Attestation, Audits, Babe, Balances, ClauseRegistry, Disputes,
	Governance, Grandpa, JobDispatch, NodeIdentity, NodeStaking, Preimage, QuorumResults,
	RollupAnchor, Runtime, Scheduler, Sudo, System, Timestamp, TransactionPayment, Triggers, Trust,
	Utility, Workflows, ZkVerifiers,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{
	baseline, define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList,
};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};
use frame_system_benchmarking::{
	extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_runtime::DigestItem;
use sp_storage::TrackedStorageKey;

define_benchmarks!(
	[frame_benchmarking, BaselineBench::<Runtime>]
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_attestation, Attestation]
	[pallet_audits, Audits]
	[pallet_babe, Babe]
	[pallet_balances, Balances]
	[pallet_clause_registry, ClauseRegistry]
	[pallet_disputes, Disputes]
	[pallet_governance_timelocks, Governance]
	[pallet_grandpa, Grandpa]
	[pallet_job_dispatch, JobDispatch]
	[pallet_node_identity, NodeIdentity]
	[pallet_node_staking, NodeStaking]
	[pallet_preimage, Preimage]
	[pallet_quorum_results, QuorumResults]
	[pallet_rollup_anchor, RollupAnchor]
	[pallet_scheduler, Scheduler]
	[pallet_sudo, Sudo]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_triggers, Triggers]
	[pallet_trust, Trust]
	[pallet_utility, Utility]
	[pallet_workflows, Workflows]
	[pallet_zk_verifiers, ZkVerifiers]
);

use baseline::Pallet as BaselineBench;

impl baseline::Config for Runtime {}
impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {
	/// The first authority authors the block: an author who is paid is the dearer case.
	fn setup_benchmark_environment() {
		let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
			authority_index: 0,
			slot: Babe::current_slot(),
		});
		System::deposit_log(<DigestItem as CompatibleDigestItem>::babe_pre_digest(claim));
	}
}

/// The benchmarks there are, and the storage they may touch.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs the benchmarks that `config` selects.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist: Vec<TrackedStorageKey> = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
