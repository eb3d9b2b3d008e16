//! What ties a rollup to a finalised block: for light clients that believe nobody (docs/light-client.md).

use super::{error, NO_STATE};
use crate::service::{FullBackend, FullClient};
use codec::{DecodeAll, Encode};
use concordat_finality::{tidy, Authorities};
use concordat_primitives::{
	receipt::RollupHeader,
	rollup::{Anchor, AnchorLeaf, RollupCertificate, SignerSet, SignerSetId},
	runtime_api::{ConcordatApi, RollupApi},
	BlockNumber, Hash, RollupEpoch,
};
use concordat_runtime::opaque::{Block, Header};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};
use sc_client_api::Backend;
use sc_consensus_grandpa::best_justification;
use serde::Serialize;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_grandpa::GrandpaApi;
use sp_core::{
	offchain::{storage::OffchainDb, OffchainDbExt},
	Bytes,
};
use sp_mmr_primitives::MmrApi;
use std::sync::Arc;

/// Most rollups between that of a receipt and the one that a leaf names. All but the last were closed in the same block.
const MAX_ROLLUPS: u32 = 64;

/// A voter of GRANDPA.
#[derive(Clone, Debug, Serialize)]
pub struct Voter {
	/// Its Ed25519 key.
	pub key: Bytes,
	/// What its vote weighs.
	pub weight: u64,
}

/// All that leads from a rollup to GRANDPA's signatures.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnchorProof {
	/// Headers of the rollups from the one asked for to the one that the leaf names; each names the one before it.
	pub rollups: Vec<RollupHeader>,
	/// SCALE of the [`AnchorLeaf`].
	pub leaf: Bytes,
	/// SCALE of the `LeafProof` that the leaf is in the chain's MMR.
	pub leaf_proof: Bytes,
	/// SCALE of the finalised header whose digest has the MMR's root.
	pub header: Bytes,
	/// SCALE of the `GrandpaJustification` that finalises it.
	pub justification: Bytes,
	/// Number of the set of voters that signed it.
	pub set_id: u64,
	/// Those voters. To be trusted only if they are known from elsewhere.
	pub authorities: Vec<Voter>,
}

/// Proofs about rollups.
#[rpc(server, namespace = "concordat")]
pub trait AnchorRpc {
	/// What ties a closed rollup to a finalised block, as of the newest justification that this node has; null until the
	/// block after the one that closed it has one.
	#[method(name = "anchorProof", blocking)]
	fn anchor_proof(&self, epoch: RollupEpoch) -> RpcResult<Option<AnchorProof>>;
	/// The signatures of the validators over a rollup, whatever its age.
	#[method(name = "rollupCertificate", blocking)]
	fn rollup_certificate(&self, epoch: RollupEpoch) -> RpcResult<Option<RollupCertificate>>;
	/// A set of signers: the present one without a number; a former one for as long as the state has it.
	#[method(name = "rollupSigners")]
	fn rollup_signers(&self, set: Option<SignerSetId>) -> RpcResult<Option<SignerSet>>;
	/// Where else a rollup is written down.
	#[method(name = "rollupAnchors")]
	fn rollup_anchors(&self, epoch: RollupEpoch) -> RpcResult<Vec<Anchor>>;
}

/// Answers [`AnchorRpcServer`].
pub struct AnchorRpcHandler {
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
}

impl AnchorRpcHandler {
	/// Reads the chain of `client`, and the off-chain index and the justifications of `backend`.
	pub const fn new(client: Arc<FullClient>, backend: Arc<FullBackend>) -> Self {
		Self { client, backend }
	}

	fn header(&self, hash: Hash) -> RpcResult<Header> {
		HeaderBackend::<Block>::header(&*self.client, hash)
			.map_err(failed)?
			.ok_or_else(|| failed(format!("the header of {hash:?} is gone")))
	}

	/// Headers from `epoch` to `last`.
	fn rollups(
		&self,
		at: Hash,
		epoch: RollupEpoch,
		last: RollupEpoch,
	) -> RpcResult<Vec<RollupHeader>> {
		let api = self.client.runtime_api();
		(epoch..=last)
			.map(|number| {
				api.rollup(at, number)
					.map_err(failed)?
					.ok_or_else(|| failed(format!("rollup {number} is gone")))
			})
			.collect()
	}

	/// The leaf that block `number` added, proved under the root of the block `at`.
	fn leaf(&self, at: Hash, number: BlockNumber) -> RpcResult<(Vec<u8>, Vec<u8>)> {
		let index = self
			.backend
			.offchain_storage()
			.ok_or_else(|| failed("this node keeps no off-chain index"))?;
		let mut api = self.client.runtime_api();
		api.register_extension(OffchainDbExt::new(OffchainDb::new(index)));
		let (leaves, proof) =
			api.generate_proof(at, vec![number], None).map_err(failed)?.map_err(|error| {
				failed(format!("no proof of the leaf of block {number}: {error:?}"))
			})?;
		let leaf = leaves.into_iter().next().ok_or_else(|| failed("a proof without a leaf"))?;
		Ok((leaf.0, proof.encode()))
	}
}

fn failed(why: impl ToString) -> ErrorObjectOwned {
	error(NO_STATE, why.to_string())
}

impl AnchorRpcServer for AnchorRpcHandler {
	fn anchor_proof(&self, epoch: RollupEpoch) -> RpcResult<Option<AnchorProof>> {
		let Some(justification) = best_justification::<_, Block>(&*self.backend).map_err(failed)?
		else {
			return Ok(None);
		};
		let at = justification.target().1;
		let header = self.header(at)?;
		let Some(rollup) = self.client.runtime_api().rollup(at, epoch).map_err(failed)? else {
			return Ok(None);
		};
		// The leaf of a block says what the block before has left.
		let Some(number) = rollup.closed_at.checked_add(1).filter(|next| *next <= header.number)
		else {
			return Ok(None);
		};
		let (leaf, leaf_proof) = self.leaf(at, number)?;
		let named = AnchorLeaf::decode_all(&mut &leaf[..]).map_err(failed)?;
		let last = named.rollups.checked_sub(1).ok_or_else(|| failed("a leaf names no rollup"))?;
		if last < epoch || last.saturating_sub(epoch) >= MAX_ROLLUPS {
			return Err(failed(format!("the leaf of block {number} names rollup {last}")));
		}
		let rollups = self.rollups(at, epoch, last)?;
		// A block that changes the voters is finalised by those before: its parent's state knows them.
		let api = self.client.runtime_api();
		let authorities = api.grandpa_authorities(header.parent_hash).map_err(failed)?;
		let set_id = api.current_set_id(header.parent_hash).map_err(failed)?;
		// Light clients refuse votes that do not count.
		let voters =
			authorities.iter().map(|(key, weight)| (key.clone().into(), *weight)).collect();
		let voters = Authorities::new(set_id, voters).map_err(failed)?;
		let justification = tidy(&justification.encode(), &voters).map_err(failed)?;
		Ok(Some(AnchorProof {
			rollups,
			leaf: leaf.into(),
			leaf_proof: leaf_proof.into(),
			header: header.encode().into(),
			justification: justification.into(),
			set_id,
			authorities: authorities
				.into_iter()
				.map(|(key, weight)| Voter { key: Bytes(key.encode()), weight })
				.collect(),
		}))
	}

	fn rollup_certificate(&self, epoch: RollupEpoch) -> RpcResult<Option<RollupCertificate>> {
		let at = self.client.info().best_hash;
		let kept = self.client.runtime_api().certificate(at, epoch).map_err(failed)?;
		let (None, Some(index)) = (&kept, self.backend.offchain_storage()) else { return Ok(kept) };
		let mut api = self.client.runtime_api();
		api.register_extension(OffchainDbExt::new(OffchainDb::new(index)));
		let archived = api.archived_certificate(at, epoch).map_err(failed)?;
		Ok(archived.map(|(certificate, _)| certificate))
	}

	fn rollup_signers(&self, set: Option<SignerSetId>) -> RpcResult<Option<SignerSet>> {
		let (at, api) = (self.client.info().best_hash, self.client.runtime_api());
		match set {
			Some(set) => api.signer_set(at, set),
			None => api.current_signers(at),
		}
		.map_err(failed)
	}

	fn rollup_anchors(&self, epoch: RollupEpoch) -> RpcResult<Vec<Anchor>> {
		let at = self.client.info().best_hash;
		self.client.runtime_api().anchors(at, epoch).map_err(failed)
	}
}
