//! `benchmark`: how long the runtime, the database and the machine take.

use crate::service::{self, FullClient};
use codec::Encode;
use concordat_runtime::{
	constants::EXISTENTIAL_DEPOSIT,
	opaque::Block,
	transactions::{tx_extension, SignedPayload},
	AccountId, BalancesCall, RuntimeCall, UncheckedExtrinsic, VERSION,
};
use frame_benchmarking_cli::{
	BenchmarkCmd, ExtrinsicBuilder, ExtrinsicFactory, SubstrateRemarkBuilder,
	SUBSTRATE_REFERENCE_HARDWARE,
};
use sc_client_api::UsageProvider;
use sc_service::{Configuration, PartialComponents};
use sp_core::Pair;
use sp_inherents::{InherentData, InherentDataProvider};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, traits::HashingFor, OpaqueExtrinsic};
use std::sync::Arc;

/// What the runtime calls in the node besides what the subcommands bring themselves.
type ExtraHostFunctions = sp_crypto_ec_utils::HostFunctionsRfc163;

/// Runs a `benchmark` subcommand.
pub fn run(cmd: &BenchmarkCmd, config: Configuration) -> sc_cli::Result<()> {
	match cmd {
		BenchmarkCmd::Pallet(cmd) => {
			cmd.run_with_spec::<HashingFor<Block>, ExtraHostFunctions>(Some(config.chain_spec))
		},
		BenchmarkCmd::Block(cmd) => {
			let PartialComponents { client, .. } = service::new_partial(&config)?;
			cmd.run(client)
		},
		BenchmarkCmd::Storage(cmd) => {
			let PartialComponents { client, backend, .. } = service::new_partial(&config)?;
			let db = backend.expose_db();
			let storage = backend.expose_storage();
			let trie_cache = backend.expose_shared_trie_cache();
			cmd.run(config, client, db, storage, trie_cache)
		},
		BenchmarkCmd::Overhead(cmd) => cmd
			.run_with_default_builder_and_spec::<Block, ExtraHostFunctions>(Some(
				config.chain_spec,
			)),
		BenchmarkCmd::Extrinsic(cmd) => {
			let PartialComponents { client, .. } = service::new_partial(&config)?;
			let factory = ExtrinsicFactory(vec![
				Box::new(SubstrateRemarkBuilder::new_from_client(client.clone())?),
				Box::new(TransferKeepAlive {
					client: client.clone(),
					dest: Sr25519Keyring::Alice.to_account_id(),
				}),
			]);
			cmd.run(client, inherent_data()?, Vec::new(), &factory)
		},
		BenchmarkCmd::Machine(cmd) => cmd.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone()),
	}
}

/// Makes transfers of the smallest amount from Bob.
struct TransferKeepAlive {
	client: Arc<FullClient>,
	dest: AccountId,
}

impl ExtrinsicBuilder for TransferKeepAlive {
	fn pallet(&self) -> &str {
		"balances"
	}

	fn extrinsic(&self) -> &str {
		"transfer_keep_alive"
	}

	fn build(&self, nonce: u32) -> Result<OpaqueExtrinsic, &'static str> {
		let call = RuntimeCall::from(BalancesCall::transfer_keep_alive {
			dest: self.dest.clone().into(),
			value: EXISTENTIAL_DEPOSIT,
		});
		let genesis = self.client.usage_info().chain.genesis_hash;
		let extension = tx_extension(Era::Immortal, nonce, 0);
		let payload = SignedPayload::from_raw(
			call.clone(),
			extension.clone(),
			(
				(),
				(),
				VERSION.spec_version,
				VERSION.transaction_version,
				genesis,
				genesis,
				(),
				(),
				(),
				None,
				(),
			),
		);
		let signer = Sr25519Keyring::Bob;
		let signature = payload.using_encoded(|bytes| signer.pair().sign(bytes));
		let extrinsic = UncheckedExtrinsic::new_signed(
			call,
			signer.to_account_id().into(),
			signature.into(),
			extension,
		);
		Ok(extrinsic.into())
	}
}

/// The clock at zero.
fn inherent_data() -> sc_cli::Result<InherentData> {
	let mut data = InherentData::new();
	let timestamp = sp_timestamp::InherentDataProvider::new(sp_timestamp::Timestamp::new(0));
	futures::executor::block_on(timestamp.provide_inherent_data(&mut data))
		.map_err(|error| format!("no inherent data: {error}"))?;
	Ok(data)
}
