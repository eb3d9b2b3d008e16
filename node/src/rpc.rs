//! JSON-RPC beyond the methods that every node of this kind serves: nonces and dry runs, fees, and
//! the state of both consensus engines.

use crate::{
	concordat_rpc::{
		AnchorRpcHandler, AnchorRpcServer, ConcordatRpcHandler, ConcordatRpcServer,
		OrchestrationRpcServer,
	},
	service::{FullBackend, FullClient, FullPool, FullSelectChain},
};
use concordat_runtime::opaque::Block;
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_client_api::Backend;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the BABE methods need.
pub struct BabeDeps {
	/// Asks the import queue about epochs.
	pub worker_handle: BabeWorkerHandle<Block>,
	/// Tells which slots this node can claim.
	pub keystore: KeystorePtr,
}

/// What the GRANDPA methods need.
pub struct GrandpaDeps {
	/// Rounds the voter is in.
	pub shared_voter_state: SharedVoterState,
	/// Who votes.
	pub shared_authority_set: SharedAuthoritySet<concordat_runtime::Hash, u32>,
	/// Justifications as they are made.
	pub justification_stream: GrandpaJustificationStream<Block>,
	/// Proves finality of old blocks.
	pub finality_provider: Arc<FinalityProofProvider<FullBackend, Block>>,
	/// Runs subscriptions.
	pub subscription_executor: SubscriptionTaskExecutor,
}

/// What all methods together need.
pub struct FullDeps {
	/// Reads the chain and calls its runtime.
	pub client: Arc<FullClient>,
	/// Holds the off-chain index.
	pub backend: Arc<FullBackend>,
	/// Pending transactions.
	pub pool: Arc<FullPool>,
	/// Which block is best.
	pub select_chain: FullSelectChain,
	/// See [`BabeDeps`].
	pub babe: BabeDeps,
	/// See [`GrandpaDeps`].
	pub grandpa: GrandpaDeps,
}

/// Makes the RPC module.
pub fn create_full(
	deps: FullDeps,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
	let FullDeps { client, backend, pool, select_chain, babe, grandpa } = deps;
	let mut module = RpcModule::new(());

	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	let concordat = || ConcordatRpcHandler::new(client.clone(), backend.offchain_storage());
	module.merge(ConcordatRpcServer::into_rpc(concordat()))?;
	module.merge(OrchestrationRpcServer::into_rpc(concordat()))?;
	module.merge(AnchorRpcHandler::new(client.clone(), backend.clone()).into_rpc())?;
	module.merge(Babe::new(client, babe.worker_handle, babe.keystore, select_chain).into_rpc())?;
	module.merge(
		Grandpa::new(
			grandpa.subscription_executor,
			grandpa.shared_authority_set,
			grandpa.shared_voter_state,
			grandpa.justification_stream,
			grandpa.finality_provider,
		)
		.into_rpc(),
	)?;

	Ok(module)
}
