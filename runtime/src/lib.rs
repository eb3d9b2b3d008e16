//! The Concordat runtime: the state machine that registers clauses, schedules jobs onto attested
//! nodes, judges their results, pays, slashes and anchors receipts.
//!
//! This file holds the types, the version and the list of pallets. Around it:
//!
//! | module | content |
//! | --- | --- |
//! | [`configs`] | one file per pallet: its `Config` and nothing else |
//! | [`constants`] | money, time, block limits |
//! | [`transactions`] | the transaction extensions and how pallets create transactions |
//! | [`apis`] | the runtime APIs that nodes and clients call |
//! | [`genesis_presets`] | the chains that can be born from this runtime |
//! | [`queries`] | what clients ask, put together from the pallets |
//! | [`weights`] | what blocks, transactions and the calls of the SDK's pallets cost here |
//!
//! Consensus is BABE and GRANDPA over `pallet-session`. Equivocations of both are provable from the
//! session roots in `Historical`, reported by any node and handed to `Offences`. Root is reached
//! through governance; `Sudo` has a key in the `development` preset alone.

// The calls of this many pallets nest deeper than the compiler looks by default.
#![recursion_limit = "256"]
#![cfg_attr(not(feature = "std"), no_std)]
// The macros of FRAME generate public items without documentation; what is written here has some.
#![allow(missing_docs)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod constants;
pub mod genesis_presets;
pub mod queries;
pub mod transactions;
pub mod weights;

#[cfg(test)]
mod tests;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use pallet_balances::Call as BalancesCall;
// The pallets of this repository, for those who build calls or read types of this runtime.
pub use transactions::{SignedPayload, TxExtension, UncheckedExtrinsic};
pub use {
	pallet_attestation, pallet_clause_registry, pallet_disputes, pallet_governance_timelocks,
	pallet_job_dispatch, pallet_node_identity, pallet_node_staking, pallet_preimage,
	pallet_quorum_results, pallet_rollup_anchor, pallet_sudo, pallet_timestamp, pallet_triggers,
	pallet_trust, pallet_workflows,
};

/// A signature of a transaction: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;
/// An account: the hash of, or itself, a public key of [`Signature`].
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount in the smallest unit, 10⁻¹² CDT.
pub type Balance = u128;
/// Number of transactions an account has sent.
pub type Nonce = u32;
/// A block, state or transaction hash.
pub type Hash = sp_core::H256;
/// Height of a block.
pub type BlockNumber = u32;
/// Milliseconds since the Unix epoch.
pub type Moment = u64;
/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// Block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// Block with transactions the runtime understands.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// Block with its justifications.
pub type SignedBlock = generic::SignedBlock<Block>;

/// Types with opaque transactions, for the node: it stores and gossips blocks whose content only
/// the runtime of their own height can read.
pub mod opaque {
	use super::*;

	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// Block header.
	pub type Header = super::Header;
	/// Block with opaque transactions.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
	/// Block hash.
	pub type Hash = super::Hash;
}

impl_opaque_keys! {
	/// Keys a validator signs consensus messages with.
	///
	/// Exactly these two: tools that rewrite a genesis know no others. The rollup key is registered
	/// in rollup-anchor, and the operator key of a node in node-staking instead.
	pub struct SessionKeys {
		/// Block authoring.
		pub babe: Babe,
		/// Finality.
		pub grandpa: Grandpa,
	}
}

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("concordat"),
	impl_name: Cow::Borrowed("concordat-node"),
	authoring_version: 1,
	spec_version: 100,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// Migrations of the next upgrade that pallets do not carry themselves, newest last.
pub type Migrations = ();

/// Executes blocks: dispatches to the pallets in their order below.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

// The order of declaration is the order of genesis and of every hook; the index is only the number
// that transactions and events carry. The two differ on purpose: whoever supplies the validators
// (node-staking, index 22) has to be declared before `Historical` and `Session`, because `Session`
// asks for the first validator sets while the genesis is being built. Hence `legacy_ordering`, as
// without it the order would be that of the indexes.
//
// Indexes 20 to 33 belong to the pallets of this repository: ClauseRegistry 20, Attestation 21,
// NodeStaking 22, JobDispatch 23, QuorumResults 24, RollupAnchor 25, Governance 26, Disputes 27, NodeIdentity 28,
// Trust 29, Workflows 30, Triggers 31, ZkVerifiers 32, Audits 33.
// An index is never reused.
#[frame_support::runtime(legacy_ordering)]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// Basics.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	// Consensus. Babe stands before Session, which asks it whether the epoch has ended.
	#[runtime::pallet_index(2)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(3)]
	pub type Authorship = pallet_authorship;

	// Money.
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;

	// Its leaf says what the parent block left: it stands before all that changes that.
	#[runtime::pallet_index(14)]
	pub type Mmr = pallet_mmr;

	// The anchor stands first of the protocol's pallets: an epoch that is due closes before the
	// others write receipts of this block.
	#[runtime::pallet_index(25)]
	pub type RollupAnchor = pallet_rollup_anchor;

	// Validators and their offences.
	#[runtime::pallet_index(22)]
	pub type NodeStaking = pallet_node_staking;
	#[runtime::pallet_index(6)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(7)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(8)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(9)]
	pub type Grandpa = pallet_grandpa;

	// Tools.
	#[runtime::pallet_index(10)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(11)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(12)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(13)]
	pub type Sudo = pallet_sudo;

	// The protocol. Leases end and governance acts before jobs are assigned.
	#[runtime::pallet_index(20)]
	pub type ClauseRegistry = pallet_clause_registry;
	#[runtime::pallet_index(21)]
	pub type Attestation = pallet_attestation;
	#[runtime::pallet_index(28)]
	pub type NodeIdentity = pallet_node_identity;
	#[runtime::pallet_index(26)]
	pub type Governance = pallet_governance_timelocks;
	#[runtime::pallet_index(27)]
	pub type Disputes = pallet_disputes;
	#[runtime::pallet_index(32)]
	pub type ZkVerifiers = pallet_zk_verifiers;
	#[runtime::pallet_index(24)]
	pub type QuorumResults = pallet_quorum_results;
	#[runtime::pallet_index(29)]
	pub type Trust = pallet_trust;
	// What opens jobs stands before what assigns them: a step that becomes ready, or a trigger that fires, in a block
	// has its nodes in that block.
	#[runtime::pallet_index(30)]
	pub type Workflows = pallet_workflows;
	#[runtime::pallet_index(31)]
	pub type Triggers = pallet_triggers;
	#[runtime::pallet_index(33)]
	pub type Audits = pallet_audits;
	#[runtime::pallet_index(23)]
	pub type JobDispatch = pallet_job_dispatch;
}
