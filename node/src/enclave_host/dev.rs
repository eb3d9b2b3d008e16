//! Registers the embedded enclaves of a development chain, so that `--dev` alone runs jobs.
//!
//! For the accounts `//Node//1`, `//Node//2`, … it does what an operator does with `concordat node
//! register`: hands the operator key to the keystore, stakes a node, and has its enclave attest. It
//! acts on what the chain says, one step at a time, and tries again after a few blocks, then after
//! more: a step that was lost, or a lease that has run out, heals by itself.
//!
//! A lease is renewed between half and three quarters of its life, at a place that follows from the key of
//! the enclave. Leases that began in one block therefore do not end in one, and a renewal that the chain
//! refuses can be repeated for hours before the node has to stop.

use super::client;
use crate::service::{FullClient, FullPool};
use codec::{Decode, Encode};
use concordat_primitives::{
	attest::Lease,
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

/// Blocks after which a step that shows no effect is tried again; doubled with each further try.
const RETRY: BlockNumber = 6;
/// Most blocks between two tries.
const LONGEST_RETRY: BlockNumber = 150;
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
	/// The last step taken for a development node, unless nothing is left to do for it.
	acted: HashMap<u32, Tries>,
}

/// What can be done for a development node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
	Register,
	Attest,
}

/// A step that has shown no effect yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tries {
	step: Step,
	/// How often it was tried.
	count: u32,
	/// Block of the last time.
	at: BlockNumber,
}

impl Tries {
	/// The next try, if it is due at `now`.
	fn next(last: Option<Self>, step: Step, now: BlockNumber) -> Option<Self> {
		// What was tried higher up was tried on a chain that is gone.
		match last.filter(|last| last.at <= now) {
			None => Some(Self { step, count: 1, at: now }),
			// The step before showed its effect; a block or two may pass before it can be built upon.
			Some(last) if last.step != step => {
				(now >= last.at.saturating_add(RETRY)).then_some(Self { step, count: 1, at: now })
			},
			Some(last) => {
				let doublings = last.count.saturating_sub(1).min(16);
				let pause = RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY);
				let count = last.count.saturating_add(1);
				(now >= last.at.saturating_add(pause)).then_some(Self { step, count, at: now })
			},
		}
	}
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
		let suri = format!("//Node//{number}");
		let pair = sr25519::Pair::from_string(&suri, None).map_err(|e| e.to_string())?;
		let account = MultiSigner::from(pair.public()).into_account();
		let node = self.node_of(&account)?;
		let Some(step) = next_step(node.as_ref(), identity, info.best_number) else {
			self.acted.remove(&number);
			return Ok(());
		};
		let last = self.acted.get(&number).copied();
		let Some(tries) = Tries::next(last, step, info.best_number) else { return Ok(()) };
		self.acted.insert(number, tries);
		let call = match node {
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
			Some(node) => {
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
		};
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

/// What is to be done for a node whose enclave is `identity`, if anything.
fn next_step(node: Option<&NodeView>, identity: &Identity, now: BlockNumber) -> Option<Step> {
	let Some(node) = node else { return Some(Step::Register) };
	let takes_leases = matches!(
		node.status,
		NodeStatus::Registered | NodeStatus::Active | NodeStatus::Inactive(_)
	);
	let held = node.lease.as_ref().is_some_and(|view| {
		let lease = &view.lease;
		let is_ours = lease.signing_key == identity.signing_key;
		view.refusal.is_none() && is_ours && now < renewal(lease)
	});
	(takes_leases && !held).then_some(Step::Attest)
}

/// First block at which a lease is to be renewed: between half and three quarters of its life. The same
/// whoever asks, and another one for each enclave.
fn renewal(lease: &Lease) -> BlockNumber {
	let life = lease.expires_at.saturating_sub(lease.issued_at);
	let [a, b, c, d, ..] = lease.signing_key;
	let place = BlockNumber::from_le_bytes([a, b, c, d]).checked_rem(life / 4).unwrap_or(0);
	lease.issued_at.saturating_add(life / 2).saturating_add(place)
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

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{
		attest::{LeaseRefusal, Measurement, PlatformId, TcbStatus, Vendor},
		node::InactiveReason,
		views::LeaseView,
	};

	fn identity(key: [u8; 32]) -> Identity {
		Identity {
			signing_key: key,
			encryption_key: [0; 32],
			measurement: Measurement([1; 48]),
			vendor: Vendor::Simulated,
			simulated: true,
			version: "0".into(),
		}
	}

	fn lease(key: [u8; 32], issued_at: BlockNumber, expires_at: BlockNumber) -> Lease {
		Lease {
			id: 1,
			node: 7,
			vendor: Vendor::Simulated,
			measurement: Measurement([1; 48]),
			platform: PlatformId([2; 32]),
			tcb: TcbStatus::UpToDate,
			signing_key: key,
			encryption_key: [0; 32],
			simulated: true,
			issued_at,
			expires_at,
		}
	}

	fn node(status: NodeStatus, lease: Option<Lease>, refusal: Option<LeaseRefusal>) -> NodeView {
		NodeView {
			id: 7,
			controller: AccountId::new([9; 32]),
			operator_key: Default::default(),
			spec: spec().unwrap(),
			status,
			stake: STAKE,
			frozen: 0,
			last_heartbeat: 0,
			running: 0,
			reputation: (0, 0),
			lease: lease.map(|lease| LeaseView { lease, refusal }),
		}
	}

	#[test]
	fn a_lease_should_be_renewed_well_before_it_ends() {
		for life in [0, 1, 3, 4, 40, 21_600] {
			for first in [0u8, 1, 77, 0xff] {
				let lease = lease([first; 32], 1_000, 1_000 + life);
				let at = renewal(&lease);
				assert!(
					at >= 1_000 + life / 2 && at <= 1_000 + life / 2 + life / 4,
					"{life}: {at}"
				);
				assert_eq!(at, renewal(&lease), "the same whenever it is asked");
			}
		}
	}

	#[test]
	fn leases_of_one_block_should_not_be_renewed_in_one_block() {
		let places: std::collections::BTreeSet<_> = (1..=5u8)
			.map(|n| {
				let key = sp_core::ed25519::Pair::from_seed(&[n; 32]).public().0;
				renewal(&lease(key, 10, 10 + 21_600))
			})
			.collect();
		assert_eq!(places.len(), 5);
	}

	#[test]
	fn the_chain_should_say_what_is_to_be_done() {
		let (ours, other) = ([1; 32], [2; 32]);
		let own = || Some(lease(ours, 100, 300));
		let before = renewal(&lease(ours, 100, 300)) - 1;
		let step = |node: Option<NodeView>, now| next_step(node.as_ref(), &identity(ours), now);
		assert_eq!(step(None, 5), Some(Step::Register));
		assert_eq!(step(Some(node(NodeStatus::Registered, None, None)), 5), Some(Step::Attest));
		assert_eq!(step(Some(node(NodeStatus::Active, own(), None)), before), None);
		assert_eq!(
			step(Some(node(NodeStatus::Active, own(), None)), before + 1),
			Some(Step::Attest)
		);
		let refused = Some(LeaseRefusal::MeasurementRevoked);
		assert_eq!(
			step(Some(node(NodeStatus::Active, own(), refused)), before),
			Some(Step::Attest)
		);
		let others = Some(lease(other, 100, 300));
		assert_eq!(step(Some(node(NodeStatus::Active, others, None)), before), Some(Step::Attest));
		let lost = NodeStatus::Inactive(InactiveReason::LeaseLost);
		assert_eq!(step(Some(node(lost, None, None)), 5), Some(Step::Attest));
		assert_eq!(step(Some(node(NodeStatus::Unbonding { until: 9 }, None, None)), 5), None);
	}

	#[test]
	fn a_step_that_has_no_effect_should_be_repeated_after_growing_pauses() {
		let mut last = Tries::next(None, Step::Attest, 100);
		assert_eq!(last, Some(Tries { step: Step::Attest, count: 1, at: 100 }));
		let mut at = 100;
		for pause in [6, 12, 24, 48, 96, 150, 150] {
			assert_eq!(Tries::next(last, Step::Attest, at + pause - 1), None, "too early");
			at += pause;
			last = Tries::next(last, Step::Attest, at);
			assert_eq!(last.map(|tries| tries.at), Some(at));
		}
		// The next step begins anew.
		assert_eq!(Tries::next(last, Step::Register, at + RETRY - 1), None);
		let next = Tries::next(last, Step::Register, at + RETRY);
		assert_eq!(next.map(|tries| tries.count), Some(1));
		// A chain that is gone holds nothing up.
		assert!(Tries::next(last, Step::Attest, 3).is_some());
	}
}
