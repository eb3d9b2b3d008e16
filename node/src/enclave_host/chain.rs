//! The chain, as one who keeps leases alive sees it: questions to the runtime, and signed transactions.

use crate::service::{FullBackend, FullClient, FullPool};
use codec::{Decode, Encode};
use concordat_attestation::{
	source::{Piece, Slot},
	Error, Evidence,
};
use concordat_primitives::{
	node::{NodeRole, OPERATOR_KEY_TYPE},
	runtime_api::ConcordatApi,
	views::{AppraisalView, CollateralView, NodeView, MAX_PAGE},
	Balance, BlockNumber, Hash, NodeId,
};
use concordat_runtime::{
	opaque::Block,
	transactions::{tx_extension, SignedPayload},
	AccountId, Nonce, Runtime, RuntimeCall, UncheckedExtrinsic, VERSION,
};
use frame_system_rpc_runtime_api::AccountNonceApi;
use pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi;
use sc_client_api::{StorageKey, StorageProvider};
use sc_transaction_pool_api::{TransactionPool, TransactionSource};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::{sr25519, Pair};
use sp_keystore::{Keystore, KeystorePtr};
use sp_runtime::{generic::Era, traits::IdentifyAccount, MultiSigner, OpaqueExtrinsic};
use std::{collections::BTreeMap, sync::Arc};

/// Blocks within which a transaction has to be included: later, its challenge is too old.
const MORTALITY: u64 = 32;
/// Most pages of a list that are read.
const MAX_PAGES: usize = 1_000;

/// A node's parts, as far as they are needed here.
pub struct Chain {
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	/// Where operator keys are.
	pub keystore: KeystorePtr,
}

/// Whose account pays.
pub enum Signer {
	/// A key that is known: the controller of a development node.
	Pair(Box<sr25519::Pair>),
	/// An operator key in the keystore.
	Operator(sr25519::Public),
}

impl Signer {
	fn public(&self) -> sr25519::Public {
		match self {
			Self::Pair(pair) => pair.public(),
			Self::Operator(public) => *public,
		}
	}

	/// The account.
	pub fn account(&self) -> AccountId {
		MultiSigner::from(self.public()).into_account()
	}
}

/// A moment of the chain.
#[derive(Clone, Copy)]
pub struct Moment {
	/// Height of the best block.
	pub best: BlockNumber,
	/// The best block.
	pub best_hash: Hash,
	/// Height of the newest finalised block.
	pub finalized: BlockNumber,
	/// The newest finalised block.
	pub finalized_hash: Hash,
	/// The first block.
	pub genesis: Hash,
}

fn text(error: impl ToString) -> String {
	error.to_string()
}

impl Chain {
	/// Over a node's parts.
	pub fn new(client: Arc<FullClient>, pool: Arc<FullPool>, keystore: KeystorePtr) -> Self {
		Self { client, pool, keystore }
	}

	/// Now.
	pub fn now(&self) -> Moment {
		let info = self.client.info();
		Moment {
			best: info.best_number,
			best_hash: info.best_hash,
			finalized: info.finalized_number,
			finalized_hash: info.finalized_hash,
			genesis: info.genesis_hash,
		}
	}

	/// A node.
	pub fn node(&self, at: Hash, id: NodeId) -> Result<Option<NodeView>, String> {
		self.client.runtime_api().node(at, id).map_err(text)
	}

	/// Compute nodes that are of interest.
	pub fn nodes(
		&self,
		at: Hash,
		is_wanted: impl Fn(&NodeView) -> bool,
	) -> Result<Vec<NodeView>, String> {
		let mut found = Vec::new();
		let mut from: NodeId = 0;
		for _ in 0..MAX_PAGES {
			let page = self.client.runtime_api().nodes(at, from, MAX_PAGE).map_err(text)?;
			let wanted = |node: &NodeView| node.spec.role == NodeRole::Compute && is_wanted(node);
			found.extend(page.items.into_iter().filter(wanted));
			match page.next.and_then(|next| NodeId::try_from(next).ok()) {
				Some(next) => from = next,
				None => break,
			}
		}
		Ok(found)
	}

	/// What the chain would say to evidence.
	pub fn appraise(
		&self,
		at: Hash,
		evidence: Evidence,
		node: NodeId,
	) -> Result<Result<AppraisalView, Error>, String> {
		self.client.runtime_api().appraise_evidence(at, evidence, Some(node)).map_err(text)
	}

	/// What the chain would say to a piece of collateral.
	pub fn check(&self, at: Hash, piece: &Piece) -> Result<Result<CollateralView, Error>, String> {
		self.client.runtime_api().check_collateral(at, piece.clone()).map_err(text)
	}

	/// Up to when the collateral counts that the chain holds.
	pub fn held(&self, at: Hash) -> Result<BTreeMap<Slot, u64>, String> {
		let mut held = BTreeMap::new();
		let mut from = 0;
		for _ in 0..MAX_PAGES {
			let page = self.client.runtime_api().collateral(at, from, MAX_PAGE).map_err(text)?;
			held.extend(page.items.into_iter().map(|view| (view.slot, view.not_after)));
			match page.next.and_then(|next| u32::try_from(next).ok()) {
				Some(next) => from = next,
				None => break,
			}
		}
		Ok(held)
	}

	/// What an account can spend.
	pub fn balance(&self, at: Hash, account: &AccountId) -> Result<Balance, String> {
		type Info =
			frame_system::AccountInfo<Nonce, <Runtime as frame_system::Config>::AccountData>;
		let key = StorageKey(frame_system::Account::<Runtime>::hashed_key_for(account));
		let stored = StorageProvider::<Block, FullBackend>::storage(&*self.client, at, &key);
		match stored.map_err(text)? {
			None => Ok(0),
			Some(data) => Info::decode(&mut &data.0[..]).map(|info| info.data.free).map_err(text),
		}
	}

	/// The nonce of an account's next transaction.
	pub fn nonce(&self, at: Hash, account: &AccountId) -> Result<Nonce, String> {
		self.client.runtime_api().account_nonce(at, account.clone()).map_err(text)
	}

	/// Signs a transaction that counts for a short time.
	pub fn sign(
		&self,
		signer: &Signer,
		nonce: Nonce,
		call: RuntimeCall,
	) -> Result<OpaqueExtrinsic, String> {
		let now = self.now();
		let era = Era::mortal(MORTALITY, now.finalized.into());
		let extension = tx_extension(era, nonce, 0);
		let implicit = (
			(),
			(),
			VERSION.spec_version,
			VERSION.transaction_version,
			now.genesis,
			now.finalized_hash,
			(),
			(),
			(),
			None,
			(),
		);
		let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
		let signature = payload.using_encoded(|bytes| match signer {
			Signer::Pair(pair) => Ok(pair.sign(bytes)),
			Signer::Operator(public) => self
				.keystore
				.sr25519_sign(OPERATOR_KEY_TYPE, public, bytes)
				.map_err(text)?
				.ok_or_else(|| "the operator key is no longer in the keystore".to_string()),
		})?;
		let account = signer.account();
		Ok(UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension).into())
	}

	/// What a transaction may cost.
	pub fn fee(&self, at: Hash, extrinsic: &OpaqueExtrinsic) -> Result<Balance, String> {
		let len = u32::try_from(extrinsic.encoded_size()).unwrap_or(u32::MAX);
		let info = self.client.runtime_api().query_info(at, extrinsic.clone(), len);
		info.map(|info| info.partial_fee).map_err(text)
	}

	/// Hands a transaction to the pool.
	pub async fn submit(&self, at: Hash, extrinsic: OpaqueExtrinsic) -> Result<(), String> {
		let submitted = self.pool.submit_one(at, TransactionSource::Local, extrinsic).await;
		submitted.map(|_| ()).map_err(text)
	}
}
