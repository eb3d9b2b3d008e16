//! Registers the embedded enclaves of a development chain, so that `--dev` alone runs jobs.
//!
//! For the accounts `//Node//1`, `//Node//2`, … it does what an operator does with `concordat node
//! register`: hands the operator key to the keystore, stakes a node, and has its enclave attest. It
//! acts on what the chain says, one step at a time, and tries again after a few blocks: a step that
//! was lost, or a lease that has run out, heals by itself.

use super::client;
use crate::service::{FullClient, FullPool};
use codec::{Decode, Encode};
use concordat_primitives::{
	enclave_api::{AttestRequest, Identity},
	node::{NodeRole, NodeSpec, NodeStatus, OperatorId, Resources, OPERATOR_KEY_TYPE},
	runtime_api::ConcordatApi,
	units::CDT,
	views::NodeView,
	BlockNumber, CapabilityId, Jurisdiction, NodeId,
};
use concordat_runtime::{
	pallet_attestation, pallet_node_staking,
	transactions::{tx_extension, SignedPayload},
	AccountId, RuntimeCall, UncheckedExtrinsic, VERSION,
};
use frame_system_rpc_runtime_api::AccountNonceApi;
use sc_transaction_pool_api::{TransactionPool, TransactionSource};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::{sr25519, Pair};
use sp_keystore::{Keystore, KeystorePtr};
use sp_runtime::{generic::Era, traits::IdentifyAccount, MultiSigner};
use std::{collections::HashMap, sync::Arc};

/// Blocks after which a step that shows no effect is tried again.
const RETRY: BlockNumber = 6;
/// What the development nodes can do: what the example clauses need, and two for experiments.
const CAPABILITIES: [&str; 5] =
	["hazard.rain", "sim.epidemic", "finance.cat", "test.busy", "general"];
/// Stake of a development node.
const STAKE: u128 = 1_000 * CDT;

/// The chain, as one who registers nodes sees it.
pub struct DevChain {
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	keystore: KeystorePtr,
	/// Block of the last step taken for a development node.
	acted: HashMap<u32, BlockNumber>,
}

impl DevChain {
	/// Over a node's parts.
	pub fn new(client: Arc<FullClient>, pool: Arc<FullPool>, keystore: KeystorePtr) -> Self {
		Self { client, pool, keystore, acted: HashMap::new() }
	}

	/// Takes the next step for a development node, if one is due.
	pub async fn tend(&mut self, number: u32, enclave: &str, identity: &Identity) {
		if let Err(error) = self.try_tend(number, enclave, identity).await {
			log::warn!("🔐 Development node {number}: {error}");
		}
	}

	async fn try_tend(
		&mut self,
		number: u32,
		enclave: &str,
		identity: &Identity,
	) -> Result<(), String> {
		let info = self.client.info();
		// Evidence names a finalised block; the first one is not the genesis.
		if info.finalized_number == 0 {
			return Ok(());
		}
		if self.acted.get(&number).is_some_and(|block| info.best_number < block + RETRY) {
			return Ok(());
		}
		let suri = format!("//Node//{number}");
		let pair = sr25519::Pair::from_string(&suri, None).map_err(|e| e.to_string())?;
		let account = MultiSigner::from(pair.public()).into_account();
		let call = match self.node_of(&account)? {
			None => {
				let operator = self
					.keystore
					.sr25519_generate_new(OPERATOR_KEY_TYPE, Some(&format!("{suri}//operator")))
					.map_err(|e| e.to_string())?;
				RuntimeCall::NodeStaking(pallet_node_staking::Call::register {
					spec: spec()?,
					operator_key: OperatorId::from(operator),
					stake: STAKE,
				})
			},
			Some(node) if wants_evidence(&node, identity) => {
				let request = AttestRequest {
					genesis: info.genesis_hash,
					node: node.id,
					challenge: info.finalized_hash,
				};
				let answer = client::attest(enclave, &request).await?;
				let evidence =
					Decode::decode(&mut &answer.evidence[..]).map_err(|e| e.to_string())?;
				RuntimeCall::Attestation(pallet_attestation::Call::attest {
					node: node.id,
					evidence,
					signing_key: answer.signing_key,
					encryption_key: answer.encryption_key,
					challenge: (info.finalized_number, info.finalized_hash),
				})
			},
			Some(_) => return Ok(()),
		};
		self.acted.insert(number, info.best_number);
		self.submit(&pair, account, call).await
	}

	fn node_of(&self, account: &AccountId) -> Result<Option<NodeView>, String> {
		let at = self.client.info().best_hash;
		let mut from: NodeId = 0;
		loop {
			let page = self
				.client
				.runtime_api()
				.nodes(at, from, concordat_primitives::views::MAX_PAGE)
				.map_err(|e| e.to_string())?;
			let found = page
				.items
				.into_iter()
				.find(|node| node.controller == *account && node.spec.role == NodeRole::Compute);
			match (found, page.next.and_then(|next| NodeId::try_from(next).ok())) {
				(Some(node), _) => return Ok(Some(node)),
				(None, Some(next)) => from = next,
				(None, None) => return Ok(None),
			}
		}
	}

	async fn submit(
		&self,
		pair: &sr25519::Pair,
		account: AccountId,
		call: RuntimeCall,
	) -> Result<(), String> {
		let info = self.client.info();
		let nonce = self
			.client
			.runtime_api()
			.account_nonce(info.best_hash, account.clone())
			.map_err(|e| e.to_string())?;
		let extension = tx_extension(Era::Immortal, nonce, 0);
		let implicit = (
			(),
			(),
			VERSION.spec_version,
			VERSION.transaction_version,
			info.genesis_hash,
			info.genesis_hash,
			(),
			(),
			(),
			None,
			(),
		);
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| pair.sign(bytes));
		let extrinsic =
			UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension);
		self.pool
			.submit_one(info.best_hash, TransactionSource::Local, extrinsic.into())
			.await
			.map(|_| ())
			.map_err(|e| e.to_string())
	}
}

fn wants_evidence(node: &NodeView, identity: &Identity) -> bool {
	let takes_leases = matches!(node.status, NodeStatus::Registered | NodeStatus::Inactive(_))
		|| node.status == NodeStatus::Active;
	let held = node.lease.as_ref().is_some_and(|view| {
		view.refusal.is_none() && view.lease.signing_key == identity.signing_key
	});
	takes_leases && !held
}

fn spec() -> Result<NodeSpec, String> {
	let capabilities: Vec<CapabilityId> =
		CAPABILITIES.iter().filter_map(|name| CapabilityId::parse(name)).collect();
	Ok(NodeSpec {
		role: NodeRole::Compute,
		jurisdiction: Jurisdiction::parse("CHE").ok_or("CHE is a jurisdiction")?,
		sovereign: false,
		capabilities: capabilities.try_into().map_err(|_| "too many capabilities")?,
		capacity: 4,
		resources: Resources { cpu_cores: 1, memory_mib: 1_024, ..Default::default() },
		latency_class: 0,
	})
}
