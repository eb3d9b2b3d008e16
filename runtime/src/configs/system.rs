//! `frame-system`: the basic types, block limits, database weights.

use crate::{
	constants::{
		BLOCK_HASH_COUNT, MAXIMUM_BLOCK_LENGTH, MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO,
		SS58_PREFIX,
	},
	weights::{
		frame_system as system_weights, frame_system_extensions as extensions_weights,
		BlockExecutionWeight, ExtrinsicBaseWeight,
	},
	AccountId, Balance, Block, BlockNumber, Hash, Migrations, Nonce, PalletInfo, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask, VERSION,
};
use frame_support::{
	derive_impl, dispatch::DispatchClass, parameter_types, weights::constants::ParityDbWeight,
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

/// Share of a block that its hooks use on average: less is left to any single transaction.
const AVERAGE_HOOKS: Perbill = Perbill::from_percent(10);

parameter_types! {
	/// See [`BLOCK_HASH_COUNT`].
	pub const BlockHashCount: BlockNumber = BLOCK_HASH_COUNT;
	/// See [`VERSION`].
	pub const Version: RuntimeVersion = VERSION;
	/// Compute a block may use, by class.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |class| {
			class.base_extrinsic = ExtrinsicBaseWeight::get();
		})
		.for_class(DispatchClass::Normal, |class| {
			class.max_total = Some(NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		.for_class(DispatchClass::Operational, |class| {
			class.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
			class.reserved =
				Some(MAXIMUM_BLOCK_WEIGHT - NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		.avg_block_initialization(AVERAGE_HOOKS)
		.build_or_panic();
	/// Bytes a block may use, by class.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAXIMUM_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |length| {
			*length = NORMAL_DISPATCH_RATIO * *length
		})
		.build();
	/// See [`SS58_PREFIX`].
	pub const SS58Prefix: u16 = SS58_PREFIX;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type AccountId = AccountId;
	type AccountData = pallet_balances::AccountData<Balance>;
	type Nonce = Nonce;
	type Hash = Hash;
	type BlockHashCount = BlockHashCount;
	type BlockLength = RuntimeBlockLength;
	type BlockWeights = RuntimeBlockWeights;
	// The node stores the chain in ParityDB and in nothing else.
	type DbWeight = ParityDbWeight;
	type SS58Prefix = SS58Prefix;
	type SingleBlockMigrations = Migrations;
	type SystemWeightInfo = system_weights::WeightInfo<Runtime>;
	type ExtensionsWeightInfo = extensions_weights::WeightInfo<Runtime>;
	type Version = Version;
}
